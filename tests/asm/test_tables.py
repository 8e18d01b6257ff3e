"""What the runtime learns of an assembled function: names, flags, stack depth, lines."""

from __future__ import annotations

from goes.asm.symabis import scan_definitions
from goes.obj import symbol as obj

from .execute import definitions, text


def test_names_tell_the_convention() -> None:
    source = """
TEXT ·a(SB), NOSPLIT, $0
	CALL ·b<ABIInternal>(SB)
	CALL ·c<ABIGoes>(SB)
	CALL other∕pkg·d(SB)
	JMP local<>(SB)
TEXT ·b<ABIInternal>(SB), NOSPLIT, $0
	LEAQ ·a(SB), AX
	MOVQ $·known(SB), AX
	MOVQ ·variable(SB), AX
	RET
TEXT ·c<ABIGoes>(SB), NOSPLIT, $0
	RET
TEXT local<>(SB), NOSPLIT, $0
	RET
"""
    defs = definitions(source)
    assert [d.name for d in defs] == ["p.a.abi0", "p.b.abiint", "p.c", "p.local<p.s>"]
    assert [r.target for r in defs[0].relocations] == ["p.b.abiint", "p.c", "other/pkg.d.abi0", "p.local<p.s>"]
    assert [r.target for r in defs[1].relocations] == ["p.a.abi0", "p.known", "p.variable"]
    assert defs[3].flags & obj.LOCAL


def test_stack_depth() -> None:
    d = text(definitions("TEXT ·f(SB), NOSPLIT, $16\n PUSHQ AX\n POPQ AX\n JE out\n NOP\nout:\n RET\n"), "p.f.abi0")
    assert d.text is not None
    # pushq %rbp 1, movq 3, subq 4, pushq 1, popq 1, je 2, addq 4, popq 1, retq 1
    assert d.text.pcsp == [(0, 0), (1, 8), (8, 24), (9, 32), (10, 24), (16, 8), (17, 0)]


def test_depth_returns_after_a_return() -> None:
    source = "TEXT ·f(SB), NOSPLIT, $8\n JE more\n RET\nmore:\n MOVL $1, AX\n RET\n"
    d = text(definitions(source), "p.f.abi0")
    assert d.text is not None
    assert [depth for _, depth in d.text.pcsp] == [0, 8, 16, 8, 0, 16, 8, 0]


def test_frameless_leaf_saves_nothing() -> None:
    d = text(definitions("TEXT ·f(SB), $0-8\n RET\n"), "p.f.abi0")
    assert d.data == b"\xc3"
    assert d.flags & obj.NOSPLIT
    assert d.text is not None and d.text.args == 8 and d.text.pcsp == [(0, 0)]


def test_lines_and_macro_lines() -> None:
    d = text(definitions("#define M NOTQ AX; NOTQ BX\nTEXT ·f(SB), NOSPLIT, $0\n M\n\n RET\n"), "p.f.abi0")
    assert d.text is not None
    assert d.text.files == ["p.s"]
    assert d.text.start_line == 7  # five lines of definitions come first
    assert d.text.lines == [(0, 0, 8, -1), (6, 0, 10, -1)]


def test_a_written_stack_pointer_and_top_frames_are_marked() -> None:
    d = text(definitions("TEXT ·f(SB), NOSPLIT|NOFRAME|TOPFRAME, $0\n MOVQ BX, SP\n RET\n"), "p.f.abi0")
    assert d.flags & obj.SPWRITE
    assert d.flags & obj.TOPFRAME
    plain = text(definitions("TEXT ·f(SB), NOSPLIT, $0\n CMPQ SP, 16(AX)\n RET\n"), "p.f.abi0")
    assert not plain.flags & (obj.SPWRITE | obj.TOPFRAME)


def test_thread_local_g() -> None:
    source = "#define get_tls(r) MOVQ TLS, r\n#define g(r) 0(r)(TLS*1)\n"
    source += "TEXT ·f(SB), NOSPLIT, $0\n get_tls(CX)\n MOVQ g(CX), AX\n MOVQ (TLS), R14\n RET\n"
    d = text(definitions(source), "p.f.abi0")
    assert d.data.hex() == "64488b0425f8ffffff" + "644c8b3425f8ffffff" + "c3"


def test_kinds_of_data() -> None:
    source = """
GLOBL ·a(SB), NOPTR, $8
DATA ·b+0(SB)/8, $·a(SB)
GLOBL ·b(SB), $24
DATA ·c+0(SB)/4, $1
GLOBL ·c(SB), RODATA, $64
"""
    a, b, c = definitions(source)
    assert (a.kind, a.size, a.data) == (obj.NOPTRBSS, 8, b"")
    assert (b.kind, b.size, b.ptrmask) == (obj.DATA, 24, b"\x01")
    assert (c.kind, c.size, c.data) == (obj.RODATA, 64, b"\x01\0\0\0")


def test_scan() -> None:
    source = b"""
#include "go_asm.h"
#define CALLS CALL runtime\xc2\xb7x(SB)
TEXT \xc2\xb7a(SB), 4, $0
	CALLS
	JMP local<>(SB)
	LEAQ \xc2\xb7v+8(SB), AX
	MOVQ const_k(AX), BX
TEXT \xc2\xb7b<ABIInternal>(SB), 4, $0
	MOVQ x+8(FP), AX
	RET
TEXT \xc2\xb7replaced(SB), 4, $0
	CALL \xc2\xb7unwanted(SB)
	RET
DATA \xc2\xb7pc+0(SB)/8, $\xc2\xb7main<ABIInternal>(SB)
GLOBL \xc2\xb7pc(SB), 8, $8
"""
    scan = scan_definitions([("p.s", source)], "p", [], {}, skip=frozenset(["replaced"]))
    assert scan.definitions == [("p.a", "ABI0"), ("p.b", "ABIInternal")]
    assert scan.references == [("p.main", "ABIInternal"), ("p.v", "ABI0"), ("runtime.x", "ABI0")]
