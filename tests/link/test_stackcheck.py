"""Chains of nosplit functions must fit below the stack limit."""

from __future__ import annotations

from toolkit import code

from goes.link.stackcheck import StackCheck
from goes.obj.symbol import NOSPLIT, R_PC32, Definition, Relocation


def function(name: str, frame: int, *callees: str, flags: int = NOSPLIT) -> Definition:
    data = b"".join(b"\xe8\0\0\0\0" for _ in callees) + b"\xc3"
    calls = [Relocation(1 + 5 * i, R_PC32, callee, -4) for i, callee in enumerate(callees)]
    out = code(name, data, *calls, flags=flags)
    assert out.text is not None
    out.text.pcsp = [(0, frame)]
    return out


def check(*functions: Definition) -> StackCheck:
    return StackCheck({f.name: f for f in functions})


def test_frames_and_return_addresses_add_up() -> None:
    program = check(function("f", 100, "g", "h"), function("g", 40), function("h", 16, "k"), function("k", 32))
    assert program.chain("f").size == 100 + 8 + 16 + 8 + 32
    assert program.chain("f").next == "h"


def test_a_check_ends_the_chain() -> None:
    assert check(function("f", 100, "g"), function("g", 4000, flags=0)).chain("f").size == 108


def test_recursion_without_check_is_seen() -> None:
    assert check(function("f", 8, "g"), function("g", 8, "f")).chain("f").endless


def test_only_chains_that_can_be_entered_are_reported() -> None:
    deep = [function("f", 500, "g"), function("g", 600)]
    assert check(*deep).worst(1000) == []
    assert check(*deep, function("main", 0, "f", flags=0)).worst(1000) == [
        "f: nosplit stack over 1000 byte limit\n"
        "    f grows 508 bytes, calls g\n"
        "    g grows 600 bytes\n"
        "    116 bytes over limit"
    ]
