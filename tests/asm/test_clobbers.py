"""Adapters save what the assembly may change, and no more."""

from __future__ import annotations

from goes.asm.adapters import goes_to_abi0
from goes.asm.assemble import assemble, default_defines
from goes.asm.clobbers import ALL
from goes.asm.x86code import R12, R14, RBX
from goes.diag.diagnostic import Diagnostic

from .execute import Image, definitions
from .test_adapters import INT, signature


def clobbers(source: str) -> dict[str, int]:
    errors: list[Diagnostic] = []
    out: dict[str, int] = {}
    assemble("p.s", source.encode(), "p", {}, [], default_defines(), frozenset(), errors, clobbers=out)
    assert errors == []
    return out


def test_named_registers_count() -> None:
    source = """
TEXT ·plain(SB), 4, $0
	MOVQ AX, R11
	RET
TEXT ·uses(SB), 4, $0
	MOVB AX, (BX)(R12*2)
	RET
TEXT ·implicit(SB), 4, $0
	CPUID
	RET
TEXT ·thread(SB), 4, $0
	MOVQ 0(g), AX
	RET
"""
    assert clobbers(source) == {
        "p.plain.abi0": 0,
        "p.uses.abi0": 1 << RBX | 1 << R12,
        "p.implicit.abi0": 1 << RBX,
        "p.thread.abi0": 1 << R14,
    }


def test_calls_and_tail_jumps_are_followed() -> None:
    source = """
TEXT ·a(SB), 4, $0
	JMP body<>(SB)
TEXT ·b(SB), 4, $0
	CALL ·a(SB)
	RET
TEXT ·c(SB), 4, $0
	JMP runtime·other(SB)
TEXT ·d(SB), 4, $0
	CALL AX
	RET
TEXT body<>(SB), 4, $0
	JEQ out
	XORQ R12, AX
out:
	RET
"""
    found = clobbers(source)
    assert found["p.a.abi0"] == found["p.b.abi0"] == found["p.body<p.s>"] == 1 << R12
    assert found["p.c.abi0"] == found["p.d.abi0"] == ALL


def test_a_light_adapter() -> None:
    source = "TEXT ·f(SB), NOSPLIT, $0-16\n MOVQ x+0(FP), AX\n INCQ AX\n MOVQ AX, ret+8(FP)\n RET\n"
    adapter = goes_to_abi0("p.f", signature([INT], [INT]), clobbers=0)
    assert len(adapter.data) < 30
    assert Image([adapter, *definitions(source)]).call("p.f", 41) == 42
    for mask in (1 << RBX, 1 << RBX | 1 << R12, ALL):
        adapter = goes_to_abi0("p.f", signature([INT], [INT]), clobbers=mask)
        assert Image([adapter, *definitions(source)]).call("p.f", 41) == 42
