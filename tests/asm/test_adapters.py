"""Adapters carry arguments and results between the conventions: they are run."""

from __future__ import annotations

import ctypes
import struct

from goes.asm.adapters import abi0_to_goes, abiinternal_to_goes, goes_to_abi0, goes_to_abiinternal
from goes.obj import symbol as obj
from goes.obj.symbol import Definition
from goes.types import types as t
from goes.types.objects import Var

from .execute import Image, definitions

INT = t.TYP_INT
BYTES = t.Slice(t.TYP_UINT8)
BIG = t.Array(INT, 3)  # a memory type


def signature(params: list[t.Type], results: list[t.Type]) -> t.Signature:
    return t.Signature(
        None,
        t.Tuple([Var(0, None, f"p{i}", p) for i, p in enumerate(params)]),
        t.Tuple([Var(0, None, f"r{i}", r) for i, r in enumerate(results)]),
        False,
    )


def renamed(d: Definition, name: str, call: str) -> Definition:
    """d under another name, calling another function."""
    d.name = name
    for r in d.relocations:
        r.target = call
    return d


def test_integers_to_abi0() -> None:
    # func f(a []byte, b byte, c int32) int, which adds everything up.
    sig = signature([BYTES, t.TYP_UINT8, t.TYP_INT32], [INT])
    source = """
TEXT ·f(SB), NOSPLIT, $0-40
	MOVQ a+0(FP), AX
	ADDQ a+8(FP), AX
	ADDQ a+16(FP), AX
	MOVBQZX b+24(FP), CX
	ADDQ CX, AX
	MOVLQSX c+28(FP), CX
	ADDQ CX, AX
	MOVQ AX, ret+32(FP)
	XORL BX, BX
	XORL BP, BP
	XORL R12, R12
	XORL R13, R13
	XORL R14, R14
	XORL R15, R15
	RET
"""
    image = Image([goes_to_abi0("p.f", sig, "p"), *definitions(source)])
    assert image.call("p.f", 1000, 200, 30, 0x104, -1) == 1000 + 200 + 30 + 4 - 1


def test_the_seventh_word_comes_from_the_stack() -> None:
    sig = signature([BYTES, BYTES, INT, t.TYP_UINT8], [INT])
    source = """
TEXT ·f(SB), NOSPLIT, $0-72
	MOVQ a+48(FP), AX
	SHLQ $8, AX
	MOVBQZX b+56(FP), CX
	ORQ CX, AX
	MOVQ AX, ret+64(FP)
	RET
"""
    image = Image([goes_to_abi0("p.f", sig, "p"), *definitions(source)])
    assert image.call("p.f", 1, 2, 3, 4, 5, 6, 7, 8) == 7 << 8 | 8


def test_floats() -> None:
    sig = signature([t.TYP_FLOAT64, INT, t.TYP_FLOAT32], [t.TYP_FLOAT64])
    source = """
TEXT ·f(SB), NOSPLIT, $0-32
	MOVSD a+0(FP), X0
	CVTSQ2SD b+8(FP), X1
	ADDSD X1, X0
	CVTSS2SD c+16(FP), X1
	ADDSD X1, X0
	MOVSD X0, ret+24(FP)
	RET
"""
    image = Image([goes_to_abi0("p.f", sig, "p"), *definitions(source)])
    function = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_double, ctypes.c_int64, ctypes.c_float)(image.address["p.f"])
    assert function(1.5, 2, 0.25) == 3.75


def test_memory_types_are_copied() -> None:
    # func f(a [3]int, b int) [3]int: the result pointer comes first, a by address.
    sig = signature([BIG, INT], [BIG])
    source = """
TEXT ·f(SB), NOSPLIT, $0-56
	MOVQ a+0(FP), AX
	ADDQ b+24(FP), AX
	MOVQ AX, ret+32(FP)
	MOVQ a+8(FP), AX
	MOVQ AX, ret+40(FP)
	MOVQ a+16(FP), AX
	MOVQ AX, ret+48(FP)
	MOVQ $0, a+0(FP)
	RET
"""
    image = Image([goes_to_abi0("p.f", sig, "p"), *definitions(source)])
    given = ctypes.create_string_buffer(struct.pack("<3q", 1, 2, 3))
    got = ctypes.create_string_buffer(24)
    image.call("p.f", ctypes.addressof(got), ctypes.addressof(given), 100)
    assert struct.unpack("<3q", got.raw) == (101, 2, 3)
    assert struct.unpack("<3q", given.raw[:24]) == (1, 2, 3)


def test_long_copies() -> None:
    huge = t.Array(INT, 100)
    sig = signature([huge], [huge])
    source = """
TEXT ·f(SB), NOSPLIT, $0-1600
	LEAQ a+0(FP), SI
	LEAQ ret+800(FP), DI
	MOVQ $100, CX
	CLD
	REP; MOVSQ
	INCQ ret+792(FP)
	INCQ ret+1592(FP)
	RET
"""
    image = Image([goes_to_abi0("p.f", sig, "p"), *definitions(source)])
    given = ctypes.create_string_buffer(struct.pack("<100q", *range(100)))
    got = ctypes.create_string_buffer(800)
    image.call("p.f", ctypes.addressof(got), ctypes.addressof(given))
    assert struct.unpack("<100q", got.raw) == (*range(99), 100)


def test_words_to_abi_internal() -> None:
    sig = signature([BYTES, BYTES, INT, INT, INT], [INT])
    source = """
TEXT ·f<ABIInternal>(SB), NOSPLIT, $0
	SHLQ $4, AX
	ORQ BX, AX
	SHLQ $4, AX
	ORQ CX, AX
	SHLQ $4, AX
	ORQ DI, AX
	SHLQ $4, AX
	ORQ SI, AX
	SHLQ $4, AX
	ORQ R8, AX
	SHLQ $4, AX
	ORQ R9, AX
	SHLQ $4, AX
	ORQ R10, AX
	SHLQ $4, AX
	ORQ R11, AX
	PEXTRQ $0, X15, BX
	ADDQ BX, AX
	RET
"""
    image = Image([goes_to_abiinternal("p.f", sig, "p"), *definitions(source)])
    assert image.call("p.f", 1, 2, 3, 4, 5, 6, 7, 8, 9) == 0x123456789


# A target in goes' convention that checks its stack's alignment and mixes its arguments.
TARGET = """
TEXT ·target<ABIGoes>(SB), NOSPLIT|NOFRAME, $0
	TESTQ $15, SP
	JEQ misaligned
	MOVQ DI, AX
	SHLQ $8, AX
	ORQ SI, AX
	SHLQ $8, AX
	MOVBQZX DX, DX
	ORQ DX, AX
	SHLQ $8, AX
	ORQ 8(SP), AX
	RET
misaligned:
	MOVQ $-1, AX
	RET
"""


def test_from_abi0_whatever_the_alignment() -> None:
    sig = signature([INT, INT, t.TYP_UINT8, INT, INT, INT, INT], [INT])
    callers = """
TEXT ·odd(SB), NOSPLIT, $64-0
	PUSHQ BX
	PUSHQ BX
	JMP go
go:
	MOVQ $1, 0(SP)
	MOVQ $2, 8(SP)
	MOVQ $0xff03, 16(SP)
	MOVQ $4, 48(SP)
	CALL ·g(SB)
	MOVQ 56(SP), AX
	ADJSP $-16
	RET
TEXT ·even(SB), NOSPLIT, $72-0
	MOVQ $1, 0(SP)
	MOVQ $2, 8(SP)
	MOVQ $0xff03, 16(SP)
	MOVQ $4, 48(SP)
	CALL ·g(SB)
	MOVQ 56(SP), AX
	RET
"""
    adapter = renamed(abi0_to_goes("p.g", sig, "p"), "p.g.abi0", "p.target")
    image = Image([adapter, *definitions(callers + TARGET)])
    assert image.call("p.odd.abi0") == 0x01020304
    assert image.call("p.even.abi0") == 0x01020304


def test_from_abi0_memory_types_stay_in_place() -> None:
    sig = signature([BIG, INT], [BIG])
    source = """
TEXT ·target<ABIGoes>(SB), NOSPLIT|NOFRAME, $0
	MOVQ 16(SI), AX
	ADDQ DX, AX
	MOVQ AX, 8(DI)
	RET
TEXT ·caller(SB), NOSPLIT, $56-0
	MOVQ $40, 16(SP)
	MOVQ $2, 24(SP)
	CALL ·g(SB)
	MOVQ 40(SP), AX
	RET
"""
    adapter = renamed(abi0_to_goes("p.g", sig, "p"), "p.g.abi0", "p.target")
    assert Image([adapter, *definitions(source)]).call("p.caller.abi0") == 42


def test_from_abi_internal() -> None:
    sig = signature([INT, INT, t.TYP_UINT8, INT, INT, INT, INT], [INT])
    source = """
TEXT ·caller(SB), NOSPLIT, $8-0
	PUSHQ BX
	MOVQ $1, AX
	MOVQ $2, BX
	MOVQ $3, CX
	MOVQ $4, R9
	CALL ·g<ABIInternal>(SB)
	POPQ BX
	RET
"""
    adapter = renamed(abiinternal_to_goes("p.g", sig, "p"), "p.g.abiint", "p.target")
    assert Image([adapter, *definitions(source + TARGET)]).call("p.caller.abi0") == 0x01020304


def test_tables_of_an_adapter() -> None:
    d = goes_to_abi0("p.f", signature([INT], []), "p")
    assert d.name == "p.f"
    assert [r.target for r in d.relocations] == ["p.f.abi0"]
    assert d.flags & obj.WRAPPER and d.flags & obj.NOSPLIT and d.flags & obj.DUPOK
    assert d.text is not None
    assert [depth for _, depth in d.text.pcsp] == [0, 8, 16, 24, 32, 40, 48, 56, 48, 40, 32, 24, 16, 8, 0]
    assert d.text.unsafe == [(0, len(d.data))]
    two = abi0_to_goes("p.f", signature([INT], []), "p")
    assert two.text is not None
    assert [depth for _, depth in two.text.pcsp] == [0, 8, 0]
