"""goes tool: the tools beneath the command, and the script that -n prints."""

from __future__ import annotations

import subprocess

from .conftest import Goes

SCRIPT_TIMEOUT = 300


def test_names(goes: Goes) -> None:
    ours = {"addr2line", "asm", "buildid", "compile", "link", "nm", "objdump", "pack"}
    known = goes("tool").stdout.split()
    assert known == sorted(known) and ours | {"cgo", "cover", "pprof", "vet"} <= set(known)
    assert not {"go", "gofmt", "internal", "vendor"} & set(known)
    p = goes("tool", "nosuch")
    assert (p.returncode, p.stderr) == (2, 'go: no such tool "nosuch"\n')


def test_compile_reports_mistakes_like_gc(goes: Goes) -> None:
    goes.write("bad.go", "package p\n\nvar x int = undefinedName\n")
    p = goes("tool", "compile", "-p", "p", "bad.go")
    assert (p.returncode, p.stdout) == (2, "./bad.go:3:13: undefined: undefinedName\n")
    p = goes("tool", "compile", "-nosuch", "bad.go")
    assert p.returncode == 2 and p.stderr.startswith("flag provided but not defined: -nosuch\nusage: compile")
    p = goes("tool", "compile", "nosuch.go")
    assert (p.returncode, p.stderr) == (1, "open nosuch.go: no such file or directory\n")


def test_asm_reports_mistakes(goes: Goes) -> None:
    goes.write("a.s", "TEXT \u00b7f(SB), 7, $0\n\tNOSUCH AX\n")
    p = goes("tool", "asm", "-p", "p", "a.s")
    assert p.returncode == 1 and p.stderr.startswith('a.s:2: unrecognized instruction "NOSUCH"')


def test_symabis(goes: Goes) -> None:
    goes.write("a.s", "TEXT \u00b7f(SB), 7, $0\n\tCALL runtime\u00b7g(SB)\n\tRET\n")
    assert goes("tool", "asm", "-gensymabis", "-p", "p", "-o", "symabis", "a.s").returncode == 0
    lines = (goes.module / "symabis").read_text().splitlines()
    assert lines[1:] == ["def p.f ABI0", "ref runtime.g ABI0"]


def test_the_printed_script_builds_the_program(goes: Goes) -> None:
    """A module with a second package, an instance of its generic function, methods of a generic type that nobody uses,
    assembly and an embedded file."""
    box = "type Box[T any] struct{ v T }\n\nfunc (b *Box[T]) Get() T { return b.v }\n"
    goes.write("lib/lib.go", "package lib\n\nvar X = 42\n\nfunc Twice[T any](x T) []T { return []T{x, x} }\n\n" + box)
    goes.write("a.txt", "text")
    goes.write(
        "add_amd64.s",
        """#include "textflag.h"
#include "go_asm.h"
TEXT \u00b7add(SB), NOSPLIT, $0-16
	MOVQ a+0(FP), AX
	ADDQ $const_k, AX
	MOVQ AX, ret+8(FP)
	RET
""",
    )
    goes.write(
        "main.go",
        """package main

import (
	_ "embed"

	"example.com/m/lib"
)

const k = 100

func add(a int) int

//go:embed a.txt
var text string

type T struct{ n int }

func (t *T) Get() int { return t.n }

func main() {
	var g interface{ Get() int } = &T{add(1)}
	println(lib.X, len(lib.Twice("a")), text, g.Get())
}
""",
    )
    script = goes("run", "-n", ".").stderr
    p = subprocess.run(
        ["sh", "-e"],
        input=script,
        cwd=goes.module,
        env=goes.env,
        text=True,
        capture_output=True,
        timeout=SCRIPT_TIMEOUT,
    )
    assert (p.returncode, p.stdout, p.stderr) == (0, "", "42 2 text 101\n")
    work = script.splitlines()[0].removeprefix("WORK=")
    assert goes("version", f"{work}/b001/exe/m").stdout == f"{work}/b001/exe/m: go1.27.3\n"
    assert (
        "\tpath\texample.com/m\n\tmod\texample.com/m\t(devel)\t\n" in goes("version", "-m", f"{work}/b001/exe/m").stdout
    )
    members = goes("tool", "pack", "t", f"{work}/b001/_pkg_.a").stdout.split()
    assert members == ["__.PKGDEF", "_go_.o", "add_amd64.o"]
    # A source that has changed no longer stands behind its archive.
    goes.write("lib/lib.go", "package lib\n")
    p2 = goes("tool", "link", "-importcfg", f"{work}/b001/importcfg.link", f"{work}/b001/_pkg_.a")
    assert p2.returncode == 1 and "lib.go has changed since the package was compiled" in p2.stderr
