"""goes mod init, edit, graph and why; goes work init, use and edit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import Goes


def test_init(goes: Goes) -> None:
    new = goes.place / "new"
    (new / "sub").mkdir(parents=True)
    p = goes("mod", "init", "example.com/new", cwd=new)
    assert (p.returncode, p.stdout) == (0, "")
    assert p.stderr == (
        "go: creating new go.mod: module example.com/new\ngo: to add module requirements and sums:\n\tgo mod tidy\n"
    )
    assert (new / "go.mod").read_text() == "module example.com/new\n\ngo 1.27.3\n"
    p = goes("mod", "init", "example.com/new", cwd=new)
    assert (p.returncode, p.stderr) == (1, f"go: {new}/go.mod already exists\n")


def test_init_finds_the_path(goes: Goes) -> None:
    below = goes.place / "gopath" / "src" / "example.com" / "below"
    below.mkdir(parents=True)
    env = {"GOPATH": str(goes.place / "gopath")}
    assert "module example.com/below\n" in goes("mod", "init", cwd=below, env=env).stderr
    (below.parent / "link").symlink_to(goes.place / "tmp")
    (below.parent / "link" / "sub").mkdir()
    link = below.parent / "link" / "sub"
    assert "module example.com/link/sub\n" in goes("mod", "init", cwd=link, env={**env, "PWD": str(link)}).stderr
    (goes.place / "c").mkdir()
    (goes.place / "c" / "c.go").write_text('package c // import "example.com/commented"\n')
    assert "module example.com/commented\n" in goes("mod", "init", cwd=goes.place / "c").stderr
    (goes.place / "d").mkdir()
    p = goes("mod", "init", cwd=goes.place / "d", env=env)
    assert p.returncode == 1
    assert p.stderr.startswith(
        f"go: cannot determine module path for source directory {goes.place}/d (outside GOPATH, module path must be "
    )


@pytest.mark.parametrize(
    "path, message",
    [
        ("./m", 'go: malformed module path "./m": is a local import path'),
        ("a b", "go: malformed module path \"a b\": invalid char ' '"),
        ("example.com/m/v1", 'go: invalid module path "example.com/m/v1": major version suffixes must be in the form of '
         "/vN and are only allowed for v2 or later:\n\tgo mod init example.com/m/v2"),
        ("gopkg.in/m", 'go: invalid module path "gopkg.in/m": module paths beginning with gopkg.in/ must always have a '
         "major version suffix in the form of .vN:\n\tgo mod init gopkg.in/m.v1"),
        ("example.com/m\nx", "go: malformed module path \"example.com/m\\nx\": invalid char '\\n'"),
    ],
)
def test_init_refuses_paths(goes: Goes, path: str, message: str) -> None:
    new = goes.place / "new"
    new.mkdir()
    p = goes("mod", "init", path, cwd=new)
    assert (p.returncode, p.stderr) == (1, message + "\n")
    assert not (new / "go.mod").exists()


def test_edit_applies_flags_in_order(goes: Goes) -> None:
    goes.write("go.mod", "module m\n\ngo 1.20\n\nrequire x.com/a v1.0.0 // c\n")
    p = goes("mod", "edit", "-require=x.com/b@v1.0.0", "-droprequire", "x.com/b", "-require", "x.com/a@v1.1.0",
             "-replace=x.com/a=../a", "-go=1.22", "-tool=x.com/a/t")  # fmt: skip
    assert (p.returncode, p.stdout, p.stderr) == (0, "", "")
    assert (goes.module / "go.mod").read_text() == (
        "module m\n\ngo 1.22\n\nrequire x.com/a v1.1.0 // c\n\nreplace x.com/a => ../a\n\ntool x.com/a/t\n"
    )


def test_edit_prints(goes: Goes) -> None:
    text = "// Deprecated: x\nmodule m\n\nrequire x.com/a v1.0.0 // indirect\n\nretract [v1.0.0, v1.1.0] // <&>\n"
    goes.write("go.mod", text)
    assert goes("mod", "edit", "-print", "-exclude=x.com/a@v1.2.0").stdout == text + "\nexclude x.com/a v1.2.0\n"
    assert (goes.module / "go.mod").read_text() == text
    out = goes("mod", "edit", "-json").stdout
    assert json.loads(out) == {
        "Module": {"Path": "m", "Deprecated": "x"},
        "Require": [{"Path": "x.com/a", "Version": "v1.0.0", "Indirect": True}],
        "Retract": [{"Low": "v1.0.0", "High": "v1.1.0", "Rationale": "<&>"}],
    }
    assert '\t\t\t"Rationale": "\\u003c\\u0026\\u003e"\n' in out


@pytest.mark.parametrize(
    "flags, message",
    [
        ([], "go: no flags specified (see 'go help mod edit')."),
        (["-json", "-print"], "go: cannot use both -json and -print"),
        (["-fmt", "a", "b"], "go: too many arguments"),
        (["-fmt", "missing.mod"], "go: open missing.mod: no such file or directory"),
        (["-module=a b"], "go: invalid -module: malformed import path \"a b\": invalid char ' '"),
        (["-go=x"], 'go mod: invalid -go option; expecting something like "-go 1.27.3"'),
        (["-toolchain=x"], 'go mod: invalid -toolchain option; expecting something like "-toolchain go1.27.3"'),
        (["-require=x.com/a"], "go: -require=x.com/a: need path@version"),
        (["-require=x.com/a@-v"], 'go: -require=x.com/a@-v: invalid module version "-v"'),
        (["-require=x.com/..@v1"], 'go: -require=x.com/..@v1: invalid path: malformed import path "x.com/..": '
         'invalid path element ".."'),
        (["-require=x.com/a@v 1"], 'go: -require=x.com/a@v 1: invalid version "v 1"'),
        (["-exclude=x.com/a@main"], 'go: -exclude=x.com/a@main: version "main" invalid: must be of the form v1.2.3'),
        (["-replace=x.com/a"], "go: -replace=x.com/a: need old[@v]=new[@w] (missing =)"),
        (["-replace=x.com/a=>./b"], "go: -replace=x.com/a=>./b: separator between old and new is =, not =>"),
        (["-replace=x.com/a=x.com/b"], "go: -replace=x.com/a=x.com/b: unversioned new path must be local directory"),
        (["-retract=[v1,"], 'go: -retract=[v1,: invalid version interval: "[v1,"'),
        (["-godebug=x"], "go: -godebug=x: need key=value"),
        (["-droptool=x@v1"], "go: -droptool=x@v1: need just path, not path@version"),
    ],
)  # fmt: skip
def test_edit_refuses(goes: Goes, flags: list[str], message: str) -> None:
    before = (goes.module / "go.mod").read_text()
    p = goes("mod", "edit", *flags)
    assert (p.returncode, p.stdout, p.stderr) == (1, "", message + "\n")
    assert (goes.module / "go.mod").read_text() == before


def test_edit_of_a_wrong_file(goes: Goes) -> None:
    goes.write("go.mod", "module m\nfoo\nrequire x\n")
    p = goes("mod", "edit", "-fmt")
    assert (p.returncode, p.stderr) == (
        1,
        f"go: errors parsing go.mod:\n{goes.module}/go.mod:2: unknown directive: foo\n"
        f"{goes.module}/go.mod:3: usage: require module/path v1.2.3\n",
    )


def test_bytes_that_are_no_text(goes: Goes) -> None:
    path = goes.write("go.mod", b"module m\n\ntool x\xff\n")
    assert goes("mod", "edit", "-print").stdout.encode("utf-8", "surrogateescape") == path.read_bytes()
    assert json.loads(goes("mod", "edit", "-json").stdout)["Tool"] == [{"Path": "x\ufffd"}]
    goes.write("go.mod", b"\xfe\n")
    assert "go.mod:1: unknown directive: \udcfe\n" in goes("mod", "edit", "-fmt", env={"LC_ALL": "C"}).stderr


def workspace(goes: Goes) -> Path:
    """Two modules, of Go 1.20 and 1.22."""
    for name, version in (("a", "1.20"), ("b", "1.22")):
        goes.write(f"{name}/go.mod", f"module example.com/{name}\n\ngo {version}\n")
    (goes.module / "go.mod").unlink()
    return goes.module / "go.work"


def test_workspaces(goes: Goes) -> None:
    work = workspace(goes)
    assert goes("work", "init", "./a").returncode == 0
    assert work.read_text() == "go 1.27.3\n\nuse ./a\n"
    assert goes("work", "edit", "-go=1.18").returncode == 0
    assert goes("work", "use", "-r", ".").returncode == 0
    assert work.read_text() == "go 1.22\n\nuse (\n\t./a\n\t./b\n)\n"
    (goes.module / "a" / "go.mod").unlink()
    assert goes("work", "use", "a").returncode == 0
    assert work.read_text() == "go 1.22\n\nuse ./b\n"
    out = goes("work", "edit", "-json", "-replace=x.com/a@v1.0.0=./q", "-use=b").stdout
    assert json.loads(out) == {
        "Go": "1.22", "Use": [{"DiskPath": "./b"}],
        "Replace": [{"Old": {"Path": "x.com/a", "Version": "v1.0.0"}, "New": {"Path": "./q"}}],
    }


def test_workspaces_refuse(goes: Goes) -> None:
    work = workspace(goes)
    p = goes("work", "use", "a")
    assert (p.returncode, p.stderr) == (1, "go: no go.work file found\n\t(run 'go work init' first or specify path "
                                        "using GOWORK environment variable)\n")  # fmt: skip
    goes("work", "init")
    text = work.read_text()
    p = goes("work", "use", "nowhere", "a/go.mod")
    assert p.stderr == "go: directory nowhere does not exist\ngo: a/go.mod is not a directory\n"
    assert goes("work", "init").stderr == f"go: {work} already exists\n"
    assert goes("work", "edit").stderr == "go: no flags specified (see 'go help work edit').\n"
    goes.write("b/go.mod", "module example.com/b\n\ngo 1.99\n")
    p = goes("work", "use", "b", env={"GOTOOLCHAIN": "local"})
    assert "b/go.mod requires go >= 1.99 (running go 1.27.3; GOTOOLCHAIN=local)\n" in p.stderr
    assert work.read_text() == text
    work.write_text("go 1.20\nfoo\n")
    p = goes("work", "use", "a")
    assert (p.returncode, p.stderr) == (1, "go: errors parsing go.work:\ngo.work:2: unknown directive: foo\n")


def test_graph_and_why(goes: Goes) -> None:
    goes.write("go.mod", "module m\n\ngo 1.20\n\nrequire x.com/a v1.0.0\n\nreplace (\n\tx.com/a => ./a\n"
               "\tx.com/b => ./b\n)\n\nrequire x.com/b v1.0.0 // indirect\n")  # fmt: skip
    goes.write("main.go", 'package main\n\nimport _ "x.com/a"\n\nfunc main() {}\n')
    goes.write("a/go.mod", "module x.com/a\n\ngo 1.20\n\nrequire x.com/b v1.0.0\n")
    goes.write("a/a.go", 'package a\n\nimport _ "x.com/b"\n')
    goes.write("b/go.mod", "module x.com/b\n\ngo 1.20\n")
    goes.write("b/b.go", "package b\n")
    p = goes("mod", "graph")
    assert (p.returncode, p.stderr) == (0, "")
    assert p.stdout == "m go@1.20\nm x.com/a@v1.0.0\nm x.com/b@v1.0.0\nx.com/a@v1.0.0 x.com/b@v1.0.0\n"
    p = goes("mod", "why", "x.com/b", "x.com/c")
    assert p.stdout == "# x.com/b\nm\nx.com/a\nx.com/b\n\n# x.com/c\n(main module does not need package x.com/c)\n"
    p = goes("mod", "why", "-m", "x.com/b", "x.com/d")
    assert p.stdout == "# x.com/b\nm\nx.com/a\nx.com/b\n\n# x.com/d\n(main module does not need module x.com/d)\n"
    p = goes("mod", "why", "-m", "x.com/b@v1.0.0")
    assert p.stderr == "go: x.com/b@v1.0.0: 'go mod why' requires a module path, not a version query\n"
    p = goes("mod", "graph", "-go=1.99")
    assert p.returncode == 2 and p.stderr.startswith(
        'invalid value "1.99" for flag -go: maximum supported Go version is 1.27.3\nusage: go mod graph'
    )


def test_files_of_an_overlay(goes: Goes) -> None:
    """They are read, and never written."""
    goes.write("go.mod", "module hidden\n")
    goes.write("other.mod", "module seen\n\ngo 1.20\n\nrequire x.com/a v1.0.0\n\nreplace x.com/a => ./a\n")
    goes.write("a.mod", "module x.com/a\n\ngo 1.20\n\nrequire x.com/b v1.0.0\n")
    goes.write("overlay.json", json.dumps({"Replace": {"go.mod": "other.mod", "a/go.mod": "a.mod"}}))
    p = goes("mod", "graph", "-overlay=overlay.json")
    assert p.stdout == "seen go@1.20\nseen x.com/a@v1.0.0\nx.com/a@v1.0.0 x.com/b@v1.0.0\n"
    assert (goes.module / "go.mod").read_text() == "module hidden\n"
    p = goes("mod", "tidy", "-overlay=overlay.json")
    assert p.stderr.endswith("go: updates to go.mod needed, but go.mod is part of the overlay specified with -overlay\n")
    p = goes("mod", "graph", "-overlay=missing.json")
    assert p.stderr == "go: reading overlay: open missing.json: no such file or directory\n"
