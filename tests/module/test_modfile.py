"""go.mod files: what they say, what is wrong with them, how they are written back."""

from __future__ import annotations

import os
import random
import re
import subprocess
from pathlib import Path

import pytest
from official import GO, GOROOT

from goes.module import modfile, workfile

SAMPLE = """\
// About this module.

// Deprecated: use example.com/m/v2.
module example.com/m

go 1.24.1

toolchain go1.27.3

godebug default=go1.21

require example.com/a v1.0.0 // indirect

require (
	// why b
	example.com/b v0.0.0-20200101000000-abcdef123456

	example.com/c/v2 v2.1.0 // note
	example.com/d v1.2.3-pre
)

exclude example.com/a v1.0.1

replace example.com/a => ../a

replace example.com/b v1.0.0 => example.com/x v1.1.0

retract [v1.0.0, v1.1.0] // broken

tool example.com/t

ignore ./node_modules
"""


def test_a_file_is_read() -> None:
    mod = modfile.parse("go.mod", SAMPLE)
    assert mod.errors == []
    assert (mod.module, mod.go, mod.toolchain) == ("example.com/m", "1.24.1", "go1.27.3")
    assert mod.deprecated == "use example.com/m/v2."
    assert mod.godebug == [("default", "go1.21")]
    assert [(r.path, r.version, r.indirect) for r in mod.require] == [
        ("example.com/a", "v1.0.0", True),
        ("example.com/b", "v0.0.0-20200101000000-abcdef123456", False),
        ("example.com/c/v2", "v2.1.0", False),
        ("example.com/d", "v1.2.3-pre", False),
    ]
    assert mod.exclude == [("example.com/a", "v1.0.1")]
    assert [(r.old_path, r.old_version, r.new_path, r.new_version) for r in mod.replace] == [
        ("example.com/a", "", "../a", ""), ("example.com/b", "v1.0.0", "example.com/x", "v1.1.0"),
    ]
    assert [(r.low, r.high, r.rationale) for r in mod.retract] == [("v1.0.0", "v1.1.0", "broken")]
    assert mod.tool == ["example.com/t"] and mod.ignore == ["./node_modules"]


def test_a_file_is_written_back_as_it_was() -> None:
    assert modfile.parse("go.mod", SAMPLE).format() == SAMPLE


@pytest.mark.parametrize(
    "text, formatted",
    [
        ("", ""),
        ("\n\n// c\n\n\n\n// d", "// c\n\n// d\n"),
        ("module   m//x\ngo 1.20", "module m //x\n\ngo 1.20\n"),
        ("require(\n\n a.com/b   v1.0.0//indirect\n\n\n\n// c\n\n b.com/c v1.0.0\n\n)",
         "require (\n\ta.com/b v1.0.0 //indirect\n\n\t// c\n\n\tb.com/c v1.0.0\n)\n"),
        ("retract [ v1.0.0 ,v1.2.0 ]", "retract [v1.0.0, v1.2.0]\n"),
        ('require "a.com/b" "v1.0.0"', "require a.com/b v1.0.0\n"),
        ("tool ( )", "tool (\n)\n"),
        ("tool ( // a\n\tx // b\n// c\n) // d", "tool ( // a\n\tx // b\n// c\n) // d\n"),
        ("require a.com/b v1.2\r\n", "require a.com/b v1.2.0\n"),
    ],
)  # fmt: skip
def test_the_canonical_form(text: str, formatted: str) -> None:
    mod = modfile.parse("go.mod", text)
    assert mod.errors == []
    assert mod.format() == formatted
    assert modfile.parse("go.mod", formatted).format() == formatted


@pytest.mark.parametrize(
    "text, error",
    [
        ("foo bar", "go.mod:1: unknown directive: foo"),
        ("foo (\n)", "go.mod:1: unknown block type: foo"),
        ("require x (\n)", "go.mod:1: unknown block type: require x"),
        ("module", "go.mod:1: usage: module module/path"),
        ("module a b", "go.mod:1: usage: module module/path"),
        ("module a\nmodule b", "go.mod:2: repeated module statement"),
        ("go", "go.mod:1: go directive expects exactly one argument"),
        ("go 1.27\ngo 1.27", "go.mod:2: repeated go statement"),
        ("go abc", "go.mod:1: invalid go version 'abc': must match format 1.23.0"),
        ("go (\n1.20\n)", "go.mod:1: unknown block type: go"),
        ("toolchain", "go.mod:1: toolchain directive expects exactly one argument"),
        ("toolchain 1.21", "go.mod:1: invalid toolchain version '1.21': must match format go1.23.0 or default"),
        ("godebug x", "go.mod:1: usage: godebug key=value"),
        ('godebug "x=y"', "go.mod:1: usage: godebug key=value"),
        ("require a.com/x", "go.mod:1: usage: require module/path v1.2.3"),
        ("require (\n\tx/v1 v1.0.0\n)", "go.mod:2:2: invalid module path"),
        ("require a.com/x y", 'go.mod:1: require a.com/x: version "y" invalid: must be of the form v1.2.3'),
        ("require a.com/x v2.0.0",
         'go.mod:1: require a.com/x: version "v2.0.0" invalid: should be v0 or v1, not v2'),
        ("require gopkg.in/x.v1 v2.0.0",
         'go.mod:1: require gopkg.in/x.v1: version "v2.0.0" invalid: should be v1, not v2'),
        ("exclude a.com/x/v2 v1.0.0", 'go.mod:1: exclude a.com/x/v2: version "v1.0.0" invalid: should be v2, not v1'),
        ("exclude 'x' v1.0.0", "go.mod:1: invalid quoted string: unquoted string cannot contain quote"),
        ('exclude "\\q" v1.0.0', "go.mod:1: invalid quoted string: invalid syntax"),
        ("replace a.com/x", "go.mod:1: usage: replace module/path [v1.2.3] => other/module v1.4\n"
         "\t or replace module/path [v1.2.3] => ../local/directory"),
        ("replace a.com/x => ./y v1.0.0",
         'go.mod:1: replacement module directory path "./y" cannot have version'),
        ("replace a.com/x => b.com/y", "go.mod:1: replacement module without version must be directory path "
         "(rooted or starting with . or ..)"),
        ("replace a.com/x => b@v1.0.0",
         "go.mod:1: replacement module must match format 'path version', not 'path@version'"),
        ("replace a.com/x => .\\y",
         "go.mod:1: replacement directory appears to be Windows path (on a non-windows system)"),
        ("retract", "go.mod:1: expected '[' or version"),
        ("retract [", "go.mod:1: expected version after '['"),
        ("retract [v1.0.0]", "go.mod:1: expected ',' after version"),
        ("retract [v1.0.0,", "go.mod:1: expected version after ','"),
        ("retract [v1.0.0,v1.1.0", "go.mod:1: expected ']' after version"),
        ("retract v1.0.0 v1.1.0", 'go.mod:1: unexpected token after version: "v1.1.0"'),
        ("tool", "go.mod:1: tool directive expects exactly one argument"),
        ("ignore a b", "go.mod:1: ignore directive expects exactly one argument"),
        ("use ./a", "go.mod:1: unknown directive: use"),
        ("module a /* b */", "go.mod:1:10: mod files must use // comments (not /* */ comments)"),
        ("module a\x00b", "go.mod:1:9: unexpected input character '\\x00'"),
        ('module "a\n', "go.mod:1:10: unexpected newline in string"),
        ("module `a", "go.mod:1:8: unexpected EOF in string"),
        ("require (\n\tx v1.0.0\n", "go.mod:3: syntax error (unterminated block started at go.mod:1:1)"),
        ("require (\n) x", "go.mod:2:4: syntax error (expected newline after closing paren)"),
    ],
)  # fmt: skip
def test_errors(text: str, error: str) -> None:
    assert modfile.parse("go.mod", text).errors == [error]


def test_every_wrong_line_is_told() -> None:
    errors = modfile.parse("go.mod", "foo\nrequire (\n\ta\n\tb.com/c v3.0.0\n)\n").errors
    assert [e.split(": ")[0] for e in errors] == ["go.mod:1", "go.mod:3:2", "go.mod:4:2"]


def test_the_go_mod_of_a_dependency_may_say_things_we_do_not_know() -> None:
    text = "module a.com/b\ngo 1.30.x\nfuture thing\nretract ...\nreplace x\nrequire c.com/d v1.0.0"
    mod = modfile.parse("go.mod", text, strict=False)
    assert mod.errors == [] and mod.require[0].path == "c.com/d" and mod.go == "1.30"


def test_a_fixer_makes_versions_of_names() -> None:
    def fix(path: str, version: str) -> str:
        if version == "gone":
            raise modfile.FixError("unknown revision gone", True)
        return {"main": "v1.9.0"}.get(version, version)

    mod = modfile.parse("go.mod", "module m\nrequire a.com/b main\nretract [main, main]", fix=fix)
    assert mod.errors == [] and mod.require[0].version == "v1.9.0" and mod.retract[0].low == "v1.9.0"
    assert "require a.com/b v1.9.0" in mod.format()
    mod = modfile.parse("go.mod", "module m\nrequire a.com/b gone", fix=fix)
    assert mod.errors == ["go.mod:2: require a.com/b: unknown revision gone"]
    mod = modfile.parse("go.mod", "retract v1.0.0", fix=fix)
    assert mod.errors == ["go.mod:1: no module directive found, so retract cannot be used"]


def test_the_comments_of_a_block_are_those_of_its_lines() -> None:
    mod = modfile.parse("go.mod", "// both\nretract (\n\tv1.0.0\n\tv1.1.0 // own\n)")
    assert [r.rationale for r in mod.retract] == ["both", "own"]


@pytest.mark.parametrize(
    "text, path",
    [("// module no\n  module \"a.com/b\" // c\n", "a.com/b"), ("module `x`\nfoo (", "x"), ("modulex y", ""), ("", "")],
)
def test_the_module_path_of_a_file_that_is_wrong_otherwise(text: str, path: str) -> None:
    assert modfile.module_path(text) == path


# ------------------------------------------------------------------------------------------------ edits


def edited(text: str, edit: str) -> str:
    """The text after `edit`, a method call on it."""
    mod = modfile.parse("go.mod", text)
    assert mod.errors == []
    eval("mod." + edit, {"mod": mod})
    mod.sort_blocks()
    mod.cleanup()
    return mod.format()


@pytest.mark.parametrize(
    "before, edit, after",
    [
        ("module m // c\n", "set_module('n')", "module n // c\n"),
        ("module m\n\nrequire a.com/b v1.0.0\n", "add_go('1.20')", "module m\n\ngo 1.20\n\nrequire a.com/b v1.0.0\n"),
        ("module m\n\ngo 1.21\n", "add_toolchain('go1.22.1')", "module m\n\ngo 1.21\n\ntoolchain go1.22.1\n"),
        ("module m\n\n// c\ngo 1.21 // d\n", "drop_go()", "module m\n"),
        ("require a.com/b v1.0.0 // c\n", "add_require('a.com/b', 'v1.1.0')", "require a.com/b v1.1.0 // c\n"),
        ("require a.com/b v1.0.0\n", "add_require('a.com/a', 'v1.1.0')",
         "require (\n\ta.com/a v1.1.0\n\ta.com/b v1.0.0\n)\n"),
        ("// x\nrequire (\n\ta.com/b v1.0.0 // c\n\ta.com/c v1.0.0\n)\n", "drop_require('a.com/c')",
         "// x\nrequire a.com/b v1.0.0 // c\n"),
        ("exclude a.com/b v1.0.0\n", "add_exclude('a.com/b', 'v1.1.0')",
         "exclude (\n\ta.com/b v1.0.0\n\ta.com/b v1.1.0\n)\n"),
        ("replace a.com/b v1.0.0 => ../b\n\nreplace a.com/b v1.1.0 => ../c\n",
         "add_replace('a.com/b', '', 'x.com/y', 'v1.0.0')", "replace a.com/b => x.com/y v1.0.0\n"),
        ("replace a.com/b v1.0.0 => ../b\n", "drop_replace('a.com/b', '')", "replace a.com/b v1.0.0 => ../b\n"),
        ("retract v1.0.0\n", "add_retract('v1.1.0', 'v1.2.0', 'why')",
         "retract (\n\t// why\n\t[v1.1.0, v1.2.0]\n\tv1.0.0\n)\n"),
        ("tool b.com/t\n", "add_tool('a.com/t')", "tool (\n\ta.com/t\n\tb.com/t\n)\n"),
        ("godebug (\n\ta=b\n\ta=c\n)\n", "add_godebug('a', 'd')", "godebug a=d\n"),
        ("replace a.com/b => ../b\n\nreplace a.com/b => ../c\n", "sort_blocks()", "replace a.com/b => ../c\n"),
        ("go 1.21\n\nexclude (\n\ta.com/b v1.10.0\n\ta.com/b v1.9.0\n)\n", "sort_blocks()",
         "go 1.21\n\nexclude (\n\ta.com/b v1.9.0\n\ta.com/b v1.10.0\n)\n"),
    ],
)  # fmt: skip
def test_edits_keep_comments_and_layout(before: str, edit: str, after: str) -> None:
    assert edited(before, edit) == after


@pytest.mark.parametrize(
    "edit, message",
    [
        ("add_go('1')", 'invalid language version "1"'),
        ("add_toolchain('1.20')", 'invalid toolchain name "1.20"'),
        ("add_exclude('a.com/b', 'v1')", 'version "v1" invalid: must be of the form v1.2.3'),
        ("add_exclude('a.com/b/v2', 'x')", 'version "x" invalid: must be of the form v2.2.3'),
        ("add_exclude('a.com/b', 'v2.0.0')",
         'version "v2.0.0" invalid: should be v2.0.0+incompatible (or module a.com/b/v2)'),
        ("add_retract('v1.0.0', 'master', '')", 'version "master" invalid: must be of the form v1.2.3'),
    ],
)  # fmt: skip
def test_edits_that_would_make_the_file_wrong(edit: str, message: str) -> None:
    with pytest.raises(modfile.EditError) as caught:
        edited("module m\n", edit)
    assert caught.value.message == message


A, B, C = ("a.com/a", "v1.1.0", False), ("a.com/b", "v1.0.0", True), ("a.com/c", "v1.0.0", False)


@pytest.mark.parametrize(
    "before, wanted, after",
    [
        # One block without comments is split.
        ("require (\n\ta.com/a v1.0.0\n\ta.com/b v1.0.0 // indirect\n)\n", [A, B],
         "require a.com/a v1.1.0\n\nrequire a.com/b v1.0.0 // indirect\n"),
        # Lines move to the other block with their marking; comments stay.
        ("require (\n\ta.com/a v1.0.0 // indirect\n\ta.com/x v1.0.0 // indirect\n)\n\n// c\nrequire a.com/b v1.0.0\n",
         [A, B, C],
         "require (\n\ta.com/a v1.1.0\n\ta.com/c v1.0.0\n)\n\n// c\nrequire a.com/b v1.0.0 // indirect\n"),
        # What is not wanted goes, what is new gets blocks behind the last.
        ("module m\n\nrequire a.com/x v1.0.0\n", [A, B],
         "module m\n\nrequire a.com/a v1.1.0\n\nrequire a.com/b v1.0.0 // indirect\n"),
        ("require a.com/b v1.0.0 // indirect; why\n", [("a.com/b", "v1.0.0", False)],
         "require a.com/b v1.0.0 // why\n"),
    ],
)  # fmt: skip
def test_requirements_are_written_with_as_little_moved_as_possible(
    before: str, wanted: list[tuple[str, str, bool]], after: str
) -> None:
    mod = modfile.parse("go.mod", before)
    mod.set_requires(wanted)
    mod.cleanup()
    assert mod.format() == after
    assert sorted((r.path, r.version, r.indirect) for r in mod.require) == sorted(wanted)


def test_in_one_block_before_go_1_17() -> None:
    mod = modfile.parse("go.mod", "require (\n\ta.com/a v1.0.0 // c\n\ta.com/x v1.0.0\n)\n")
    mod.set_requires([A, B], separate_indirect=False)
    mod.cleanup()
    assert mod.format() == "require (\n\ta.com/a v1.1.0 // c\n\ta.com/b v1.0.0 // indirect\n)\n"


# ------------------------------------------------------------------------------------------------ go.work


def test_go_work() -> None:
    work = workfile.parse("go.work", "// c\n\nuse (\n\t./b\n\t./a // x\n)\n\nreplace a.com/b => ./q\n")
    assert work.errors == [] and [u.path for u in work.use] == ["./b", "./a"]
    work.add_go("1.22")
    work.add_toolchain("go1.23.1")
    work.add_use("./c", "")
    work.drop_use("./b")
    work.drop_replace("a.com/b", "")
    work.add_godebug("k", "v")
    work.sort_blocks()
    work.cleanup()
    assert work.format() == (
        "// c\n\ngo 1.22\n\ntoolchain go1.23.1\n\nuse (\n\t./a // x\n\t./c\n)\n\ngodebug k=v\n"
    )


@pytest.mark.parametrize(
    "text, error",
    [
        ("use", "go.work:1: usage: use local/dir"),
        ("require a.com/b v1.0.0", "go.work:1: unknown directive: require"),
        ("module (\n)", "go.work:1: unknown block type: module"),
        ("use (\n\t'x'\n)", "go.work:2:2: invalid quoted string: unquoted string cannot contain quote"),
    ],
)
def test_errors_in_go_work(text: str, error: str) -> None:
    assert workfile.parse("go.work", text).errors == [error]


# ------------------------------------------------------------------------------------------------ many texts


def texts() -> list[tuple[str, bytes]]:
    """Every go.mod and go.work of the standard distribution, those in archives too."""
    found: set[tuple[str, bytes]] = set()
    scripts = GOROOT / "src/cmd/go/testdata"
    for path in sorted([*scripts.glob("mod/*.txt"), *scripts.glob("script/*.txt")]):
        parts = re.split(rb"^-- (.*?) --\n", path.read_bytes(), flags=re.M)
        for name, body in zip(parts[1::2], parts[2::2]):
            base = name.decode("utf-8", "replace").strip().rpartition("/")[2]
            if base in ("go.mod", "go.work"):
                found.add((base, body))
    found.update(("go.mod", path.read_bytes()) for path in (GOROOT / "src").glob("*/go.mod"))
    assert len(found) > 800
    return sorted(found)


def test_what_is_formatted_stays_so() -> None:
    for name, body in texts():
        parse = modfile.parse if name == "go.mod" else workfile.parse
        file = parse(name, body.decode("utf-8", "surrogateescape"))
        if not file.errors:
            text = file.format()
            again = parse(name, text)
            assert again.errors == [] and again.format() == text


def test_the_go_command_formats_in_the_same_way(tmp_path: Path) -> None:
    for name, body in random.Random(1).sample(texts(), 40):
        path = tmp_path / name
        path.write_bytes(body)
        verb = name.removeprefix("go.")
        p = subprocess.run(
            [GO, verb, "edit", "-print", path.name if verb == "mod" else str(path)], cwd=tmp_path,
            capture_output=True, text=True, env={**os.environ, "GOTOOLCHAIN": "local", "GOWORK": "off", "GOFLAGS": ""},
        )  # fmt: skip
        file = (modfile.parse if verb == "mod" else workfile.parse)(name, body.decode())
        if file.errors:
            assert p.returncode == 1 and p.stderr.endswith("\n".join(file.errors) + "\n")
        else:
            file.sort_blocks()
            file.cleanup()
            assert p.stdout == file.format()


def test_no_text_is_too_strange() -> None:
    """Mutated files are read or told to be wrong, and what can be read can be written."""
    dice = random.Random(7)
    pool = texts()
    pieces = ["(", ")", "[", ",", "=>", '"', "`", "\\", "//", "/*", "\n", "\r", "\t", "\x00", "\udcff", "\u00a0", "v1.0.0"]
    wrong = 0
    for _ in range(1500):
        name, body = dice.choice(pool)
        text = body.decode("utf-8", "surrogateescape")[:600]
        for _ in range(dice.randrange(1, 5)):
            at = dice.randrange(len(text) + 1)
            text = text[:at] + dice.choice(pieces) + text[at + dice.randrange(3) :]
        file = (modfile.parse if name == "go.mod" else workfile.parse)(name, text)
        wrong += bool(file.errors)
        for error in file.errors:
            assert re.match(r"go\.(mod|work):\d+(:\d+)?: .", error)
        file.sort_blocks()
        file.cleanup()
        file.format()
    assert 200 < wrong < 1500
