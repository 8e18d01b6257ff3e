"""go.mod files: what they say, what is wrong with them, how they are written back."""

from __future__ import annotations

import pytest

from goes.module import modfile, semver
from goes.module.paths import check_file_path, check_import_path, check_module_path

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
	example.com/c/v2 v2.1.0+incompatible // note
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
    mod = modfile.parse("go.mod", SAMPLE.replace("c/v2 v2.1.0+incompatible", "c/v2 v2.1.0"))
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
    assert modfile.format(modfile.parse("go.mod", SAMPLE)) == SAMPLE


@pytest.mark.parametrize(
    "text, error",
    [
        ("foo bar", "go.mod:1: unknown directive: foo"),
        ("module m\ngo 1.27\ngo 1.27", "go.mod:3: repeated go statement"),
        ("go abc", "go.mod:1: invalid go version 'abc': must match format 1.23.0"),
        ("require (\n\tx/v1 v1.0.0\n)", "go.mod:2:2: invalid module path"),
        ("require a.com/x y", 'go.mod:1: require a.com/x: version "y" invalid: must be of the form v1.2.3'),
        ("require a.com/x v2.0.0",
         'go.mod:1: require a.com/x: version "v2.0.0" invalid: should be v0 or v1, not v2'),
        ("replace a.com/x => ./y v1.0.0",
         'go.mod:1: replacement module directory path "./y" cannot have version'),
    ],
)
def test_errors(text: str, error: str) -> None:
    assert error in modfile.parse("go.mod", text).errors


def test_the_go_mod_of_a_dependency_may_say_things_we_do_not_know() -> None:
    mod = modfile.parse("go.mod", "module a.com/b\nfuture thing\nrequire c.com/d v1.0.0", strict=False)
    assert mod.errors == [] and mod.require[0].path == "c.com/d"


@pytest.mark.parametrize(
    "smaller, larger",
    [("v1.0.0", "v1.0.1"), ("v1.9.0", "v1.10.0"), ("v1.0.0-a", "v1.0.0"), ("v1.0.0-a.2", "v1.0.0-a.10"),
     ("v1.0.0-1", "v1.0.0-a"), ("bad", "v0.0.0"), ("v1.0.0-a", "v1.0.0-a.0"), ("v1.2", "v1.2.1")],
)
def test_versions_are_ordered(smaller: str, larger: str) -> None:
    assert semver.compare(smaller, larger) < 0 < semver.compare(larger, smaller)


def test_go_versions_are_ordered() -> None:
    order = ["1.9", "1.20", "1.21", "1.21rc1", "1.21rc2", "1.21.0", "1.21.1", "1.27.3"]
    for a, b in zip(order, order[1:]):
        assert semver.compare_go(a, b) < 0, (a, b)
    assert semver.language_version("1.27.3") == "1.27"


def test_paths() -> None:
    assert check_import_path("example.com/a-b/c~x") == ""
    assert check_import_path("a//b") == 'malformed import path "a//b": double slash'
    assert check_module_path("example.com/v1") == 'malformed module path "example.com/v1": invalid version'
    assert check_file_path("a b/ü.txt") == ""
    assert check_file_path("a:b") == "malformed file path \"a:b\": invalid char ':'"
