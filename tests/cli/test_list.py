"""goes list prints what the official go list prints, field by field."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from official import GO

SOURCE = Path(__file__).parents[2] / "src"
# Names of tools and of files in caches differ; goes has no archives to be out of date.
OWN = ("BuildID", "Export", "Stale", "StaleReason")


FILES = {
    "go.mod": "module example.com/m\n\ngo 1.24\n\nrequire example.com/dep v1.0.0\n\ngodebug panicnil=1\n\nignore ./skip\n",
    "vendor/modules.txt": "# example.com/dep v1.0.0\n## explicit; go 1.20\nexample.com/dep/sub\n",
    "vendor/example.com/dep/sub/s.go": "package sub\n",
    "skip/s.go": "package skip\n",
    "main.go": "//go:debug madvdontneed=1\n\n// Command m does <things>. And more.\npackage main\n\nimport (\n"
    '\t_ "embed"\n\t"fmt"\n\t"net/http"\n\n\t_ "example.com/dep/sub"\n\t"example.com/m/lib"\n)\n\n//go:embed data\n'
    "var x string\n\nfunc main() { fmt.Println(http.MethodGet, lib.L, x) }\n",
    "data/a.txt": "a\n",
    "data/.hidden": "a\n",
    "lib/lib.go": "// Package lib is a [fmt.Stringer] of sorts\npackage lib\n\nvar L int\n",
    "lib/lib_windows.go": "package lib\n",
    "lib/ignored.go": "//go:build ignore\n\npackage main\n",
    "lib/c.go": 'package lib\n\n// #cgo LDFLAGS: -lm\n// #cgo windows CFLAGS: -DX\n// #include <math.h>\nimport "C"\n',
    "lib/x.c": "int x;\n",
    "lib/lib_amd64.s": "",
    "lib/lib_arm64.s": "",
    "lib/h.h": "",
    "lib/lib_test.go": '//go:debug asynctimerchan=1\n\npackage lib\n\nimport "testing"\n\nfunc TestL(t *testing.T) {}\n',
    "lib/x_test.go": 'package lib_test\n\nimport (\n\t"testing"\n\n\t"example.com/m/lib"\n\t_ "example.com/m/over"\n)\n\n'
    "func ExampleL() {\n\t// Output:\n}\n\nvar _ = lib.L\n\nfunc TestM(m *testing.T) {}\n",
    "over/o.go": 'package over\n\nimport _ "example.com/m/lib"\n',
    "bad/syntax/a.go": "package syntax\n\nimport (\n\tfmt\n)\n",
    "bad/two/a.go": "package a\n",
    "bad/two/b.go": "package b\n",
    "bad/missing/m.go": 'package missing\n\nimport (\n\t"example.com/none"\n\t"nosuch"\n)\n',
    "bad/internal/i.go": 'package i\n\nimport "internal/abi"\n',
    "bad/cycle/a/a.go": 'package a\n\nimport "example.com/m/bad/cycle/b"\n',
    "bad/cycle/b/b.go": 'package b\n\nimport "example.com/m/bad/cycle/a"\n',
    "bad/embed/e.go": 'package e\n\nimport _ "embed"\n\n//go:embed nothing\nvar x string\n',
    "bad/csource/c.go": "package c\n",
    "bad/csource/c.cc": "",
    "bad/empty/x.txt": "",
    "bad/excluded/e_plan9.go": "package e\n",
    "bad/program/p.go": 'package p\n\nimport "example.com/m"\n',
    "bad/tested/t.go": "package t\n",
    "bad/tested/t_test.go": "package t\n\nfunc TestX() {}\n",
}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("list")
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def run(command: list[str], cache: str, directory: Path, arguments: list[str], cgo: str) -> tuple[str, str, int]:
    home = str(directory / ".home")
    env = {
        "PATH": os.environ["PATH"], "HOME": home, "GOCACHE": cache, "GOTOOLCHAIN": "local", "GOPROXY": "off",
        "CGO_ENABLED": cgo, "PYTHONPATH": str(SOURCE), "GOROOT": goroot(),
    }  # fmt: skip
    done = subprocess.run([*command, "list", *arguments], cwd=directory, env=env, capture_output=True, text=True, check=False)
    return done.stdout, done.stderr, done.returncode


def goroot() -> str:
    from goes.load.context import find_goroot

    return find_goroot(os.environ)


def both(directory: Path, arguments: list[str], cgo: str = "0") -> tuple[tuple[str, str, int], tuple[str, str, int]]:
    ours = run([sys.executable, "-m", "goes"], str(directory / ".cache"), directory, arguments, cgo)
    return ours, run([str(GO)], "/tmp/goes-oracle-cache", directory, arguments, cgo)


def values(text: str) -> list[dict[str, Any]]:
    decoder = json.JSONDecoder()
    found: list[dict[str, Any]] = []
    rest = text.lstrip()
    while rest:
        value, end = decoder.raw_decode(rest)
        for name in OWN:
            value.pop(name, None)
        # Errors of one package have no order among them.
        value.get("DepsErrors", []).sort(key=lambda e: (e["ImportStack"][-1:], e["Pos"]))
        if value.get("ImportPath", "").endswith(".test"):
            value["GoFiles"] = [os.path.basename(name)[-2:] for name in value["GoFiles"]]
        found.append(value)
        rest = rest[end:].lstrip()
    return found


@pytest.mark.parametrize(
    "arguments",
    [
        ["-e", "./..."],
        ["-e", "-deps", "-test", "./..."],
        ["-find", "."],
        ["-e", "-compiled", "-tags=ignore", "./lib"],
        ["-e", "./bad/empty", "./none", "fmt", "example.com/none", "a@v1", "../.."],
        ["main.go"],
        ["-e", "all"],
        ["-e", "-f", "{{.ImportPath}} {{.Error}} {{len .DepsErrors}}", "./..."],
        ["-m", "all"],
        ["-m", "-f", "{{.Dir}}"],
        ["./bad/..."],
        ["-deps", "./bad/missing"],
        ["-test", "./bad/tested"],
        ["-f", "{{.Nope}}", "."],
        ["-f", "{{"],
        ["nothing/..."],
        ["x.go"],
        ["main.go", "lib/lib.go"],
        ["-json", "-f", "x"],
        ["-u"],
        ["-find", "-deps"],
        [""],
        ["-nosuchflag"],
    ],
    ids=" ".join,
)
def test_a_module_with_vendor_directory_and_errors(tree: Path, arguments: list[str]) -> None:
    wants_json = not any(a in ("-f", "-m") or a.startswith("-json") for a in arguments) and "-e" in arguments
    ours, official = both(tree, ["-json", *arguments] if wants_json else arguments)
    if wants_json:
        assert values(ours[0]) == values(official[0])
        assert ours[1:] == official[1:]
    else:
        assert ours == official


@pytest.mark.parametrize(
    "arguments", [["-buildvcs", "."], ["-buildvcs=1", "-test", "./t"], ["-buildvcs=false", "."], ["-buildvcs", "./l"]], ids=" ".join
)
def test_programs_are_to_tell_the_state_of_their_repository(tmp_path: Path, arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in (("go.mod", "module m\n"), ("m.go", "package main\n"), ("t/t_test.go", "package main\n"), ("l/l.go", "package l\n")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / ".git").mkdir()
    monkeypatch.setenv("PATH", "")  # no git
    ours, official = both(tmp_path, arguments)
    assert ours == official


@pytest.mark.parametrize("system", ["windows/amd64", "darwin/arm64", "js/wasm", "plan9/386"])
def test_other_systems(tree: Path, system: str, monkeypatch: pytest.MonkeyPatch) -> None:
    goos, goarch = system.split("/")
    monkeypatch.chdir(tree)
    environment = {"GOOS": goos, "GOARCH": goarch}
    format = "{{.ImportPath}} {{.GoFiles}} {{.SFiles}} {{.IgnoredOtherFiles}} {{.Target}}"
    outputs = []
    for command, cache in (([sys.executable, "-m", "goes"], str(tree / ".cache")), ([str(GO)], "/tmp/goes-oracle-cache")):
        env = {
            "PATH": os.environ["PATH"], "HOME": str(tree), "GOCACHE": cache, "GOTOOLCHAIN": "local", "GOROOT": goroot(),
            "PYTHONPATH": str(SOURCE), **environment,
        }  # fmt: skip
        command = [*command, "list", "-e", "-deps", "-f", format, "./lib", ".", "os"]
        outputs.append(subprocess.run(command, env=env, capture_output=True, text=True, check=False).stdout)
    assert outputs[0] == outputs[1]


def test_cgo_is_described_if_it_is_on(tree: Path) -> None:
    ours, official = both(tree, ["-e", "-json", "./lib", "net"], "1")
    assert values(ours[0]) == values(official[0])
    assert values(ours[0])[0]["CgoFiles"] == ["c.go"]
