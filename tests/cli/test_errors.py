"""What the command says about mistakes: the go command's words and statuses."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from .conftest import Goes

# arguments, exit status, standard error
MISTAKES = [
    (["run"], 1, "go: no go files listed\n"),
    (["run", "nosuch.go"], 1, "stat nosuch.go: no such file or directory\n"),
    (["run", "x_test.go"], 1, "go: cannot run *_test.go files (x_test.go)\n"),
    (["run", "./empty"], 1, "no Go files in {m}/empty\n"),
    (["run", "./nosuch"], 1, "stat {m}/nosuch: directory not found\n"),
    (["run", "./lib"], 1, "package example.com/m/lib is not a main package\n"),
    (["run", "./cyc"], 1, "package example.com/m/cyc\n\timports example.com/m/cyc2 from a.go\n\timports example.com/m/cyc from a.go: import cycle not allowed\n"),  # noqa: E501
    (["build", "-o", "x", ".", "./lib"], 1, "go: cannot write multiple packages to non-directory x\n"),
    (["run", "-nosuch"], 2, "flag provided but not defined: -nosuch\nusage: go run [build flags] [-exec xprog] package [arguments...]\nRun 'go help run' for details.\n"),  # noqa: E501
    (["run", "-exec"], 2, "flag needs an argument: -exec\nusage: go run [build flags] [-exec xprog] package [arguments...]\nRun 'go help run' for details.\n"),  # noqa: E501
    (["run", "-p", "0", "."], 1, "go: -p must be a positive integer: 0\n"),
    (["run", "-mod=odd", "."], 1, "-mod=odd not supported (can be '', 'mod', 'readonly', or 'vendor')\n"),
    (["run", "-C", "/proc/nosuch", "."], 1, "go: chdir /proc/nosuch: no such file or directory\n"),
    (["nosuch"], 2, "go nosuch: unknown command\nRun 'go help' for usage.\n"),
    (["help", "nosuch"], 2, "go help nosuch: unknown help topic. Run 'go help'.\n"),
    (["version", "nosuch"], 1, "stat nosuch: no such file or directory\n"),
    (["version", "-m"], 2, "go: 'go version' only accepts -m flag with arguments\n"),
    (["env", "-w", "NOSUCH=1"], 1, "go: unknown go command variable NOSUCH\n"),
]  # fmt: skip


@pytest.mark.parametrize(("args", "status", "text"), MISTAKES, ids=[" ".join(m[0]) for m in MISTAKES])
def test_command_lines(goes: Goes, args: list[str], status: int, text: str) -> None:
    (goes.module / "empty").mkdir()
    goes.write("lib/lib.go", "package lib\n")
    if "cyc" in " ".join(args):
        goes.write("cyc/a.go", 'package cyc\n\nimport _ "example.com/m/cyc2"\n')
        goes.write("cyc2/a.go", 'package cyc2\n\nimport _ "example.com/m/cyc"\n')
    p = goes(*args)
    assert (p.returncode, p.stderr) == (status, text.replace("{m}", str(goes.module)))
    assert p.stdout == "" and goes.leftovers() == []


def test_missing_packages(goes: Goes) -> None:
    goes.write("main.go", 'package main\n\nimport "nosuch"\nimport "example.com/m/nosuch"\n\nfunc main() {}\n')
    p = goes("run", ".")
    lines = p.stderr.splitlines()
    assert p.returncode == 1 and len(lines) == 3
    assert any(line.startswith("main.go:3:8: package nosuch is not in std (") for line in lines)
    assert "main.go:4:8: no required module provides package example.com/m/nosuch; to add it:" in lines


def test_type_errors_stand_below_the_packages_path_ten_at_most(goes: Goes) -> None:
    goes.write("main.go", "package main\n\nfunc main() {\n" + "".join(f"\tf{i}()\n" for i in range(12)) + "}\n")
    p = goes("run", ".")
    lines = [f"./main.go:{4 + i}:2: undefined: f{i}" for i in range(10)]
    assert p.stderr == "\n".join(["# example.com/m", *lines, "./main.go:13:2: too many errors", ""])
    assert p.returncode == 1
    p = goes("build", "-gcflags=-e", ".")
    assert len(p.stderr.splitlines()) == 13


def test_embed_mistakes(goes: Goes) -> None:
    goes.write("a.txt", "a")
    goes.write("b.txt", "b")
    goes.write("p/a.txt", "a")
    goes.write(
        "main.go",
        """package main

import _ "embed"

//go:embed a.txt b.txt
var two string

//go:embed a.txt
var number int

//go:embed a.txt b.txt
var three []byte

func main() {
}
""",
    )
    assert (
        goes("run", ".").stderr
        == """# example.com/m
./main.go:6:5: invalid go:embed: multiple files for type string
./main.go:9:5: go:embed cannot apply to var of type int
./main.go:12:5: invalid go:embed: multiple files for type []byte
"""
    )
    goes.write("p/p.go", "package p\n\n//go:embed a.txt\nvar s string\n")
    text = 'go:embed requires import "embed" (or import _ "embed", if package is not used)'
    assert goes("build", "./p").stderr == f"# example.com/m/p\np/p.go:3:3: {text}\n"


NESTED = 10_000
ODD_SOURCES = {
    "parentheses": b"var x = " + b"(" * NESTED + b"1" + b")" * NESTED,
    "open": b"var x = " + b"(" * NESTED,
    "blocks": b"func f() " + b"{" * NESTED + b"}" * NESTED,
    "unary": b"var x = " + b"- " * NESTED + b"1",
    "sum": b"var x = 1" + b"+1" * NESTED,
    "type": b"var x " + b"[]" * NESTED + b"int",
    "not UTF-8": b'var x = "\xff\xfe"',
    "NUL": b"var x = 1 \x00",
    "BOM inside": b"var \xef\xbb\xbfx = 1",
    "unfinished": b"func (",
    "binary": bytes(range(256)) * 8,
    "long line": b'var x = "' + b"x" * 1_000_000 + b'"',
}


@pytest.mark.parametrize("name", sorted(ODD_SOURCES))
def test_odd_source_is_no_reason_to_fall_over(goes: Goes, name: str) -> None:
    goes.write("lib/a.go", b"package lib\n\n" + ODD_SOURCES[name] + b"\n")
    p = goes("build", "./lib")
    assert p.returncode in (0, 1)
    assert "internal error" not in p.stderr
    assert p.returncode == 0 or "lib/a.go:" in p.stderr


def test_cache_that_cannot_be(goes: Goes) -> None:
    for env, text in [
        ({"GOCACHE": "off"}, "build cache is disabled by GOCACHE=off, but required as of Go 1.12\n"),
        ({"GOCACHE": "rel"}, "build cache is required, but could not be located: GOCACHE is not an absolute path\n"),
        ({"GOCACHE": "", "HOME": ""}, "build cache is required, but could not be located: GOCACHE is not defined and neither $XDG_CACHE_HOME nor $HOME are defined\n"),  # noqa: E501
        ({"GOCACHE": "/proc/x"}, "failed to initialize build cache at /proc/x: mkdir /proc/x: no such file or directory\n"),  # noqa: E501
    ]:  # fmt: skip
        p = goes("run", ".", env=env)
        assert (p.returncode, p.stderr) == (1, text)


def test_damaged_cache_entries_are_misses(goes: Goes, monkeypatch: pytest.MonkeyPatch) -> None:
    goes.plant(monkeypatch, "echo ok", ".")
    for folder, _, names in os.walk(goes.place / "cache"):
        for name in names:
            Path(folder, name).write_bytes(b"damaged")
    from goes.work.cache import Cache

    cache = Cache(str(goes.place / "cache"))
    ids = [name[:-2] for _, _, names in os.walk(cache.directory) for name in names if name.endswith("-a")]
    assert ids and all(cache.output_file(id) is None and cache.get(id) is None for id in ids)
    assert len(cache.damaged) == len(ids)


def test_unreadable_file(goes: Goes) -> None:
    if os.geteuid() == 0:
        path = goes.module / "z.go"
        path.symlink_to("/proc/nosuch")
        assert goes("build", ".").returncode == 1
    else:
        goes.write("z.go", "package main\n").chmod(0)
        p = goes("build", ".")
        assert p.returncode == 1 and p.stderr.endswith("z.go: permission denied\n")


def test_goflags(goes: Goes) -> None:
    p = goes("run", ".", env={"GOFLAGS": "-nosuch"})
    assert (p.returncode, p.stderr) == (1, "go: parsing $GOFLAGS: unknown flag -nosuch\n")
    p = goes("run", ".", env={"GOFLAGS": "x"})
    assert (p.returncode, p.stderr) == (1, 'go: parsing $GOFLAGS: non-flag "x"\n')
