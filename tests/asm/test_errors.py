"""Mistakes are reported in the official assembler's words."""

from __future__ import annotations

import re

import pytest
from official import GOROOT

from .execute import messages


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("TEXT ·f(SB), 4, $0\n FOO AX\n RET\n", ['2: unrecognized instruction "FOO"']),
        ("TEXT ·f(SB), 4, $0\n MOVQ AX, (", ["2: unexpected EOF"]),
        ("TEXT ·f(SB), 4, $0\n JMP nowhere\n", ["3: undefined label nowhere"]),
        ("TEXT ·f(SB), 4, $0\nl:\n RET\nl:\n RET\n", ['5: label "l" multiply defined']),
        ("TEXT ·f(SB), 4, $0\n MOVQ AX, x\n", ["2: illegal or missing addressing mode for symbol x"]),
        ("TEXT ·f(SB), 4, $0\n MOVQ AX,\n", ["2: missing operand"]),
        ("TEXT ·f(SB), 4, $0\n MOVQ 0(FP), AX\n", ["2: cannot reference FP without a symbol"]),
        ("TEXT ·f(SB), 4, $0\n MOVQ (AX)(BX*3), AX\n", ["2: bad scale: 3"]),
        ("TEXT ·f(SB), 4, $0\n PUSHQ AX\n RET\n", ["3: p.f: unbalanced PUSH/POP"]),
        ("TEXT ·f(SB), 4, $0\n MOVQ X0, $1\n RET\n", ["2: invalid instruction: MOVQ\tX0, $1"]),
        ("TEXT ·f(SB)\n", ["1: expect two or three operands for TEXT"]),
        ("TEXT ·f(SB), 4, 0\n", ["1: TEXT p.f: frame size must be an immediate constant"]),
        ("TEXT ·f<ABIInternal>(SB), $0\n", ['1: TEXT "p.f": ABIInternal requires NOSPLIT']),
        ("DATA x+0(SB)/8, AX\n", ["1: DATA value must be an immediate constant or address"]),
        ("DATA x+0(SB)/3, $1\n", ["1: bad int size for DATA argument: 3"]),
        ('#include "missing.h"\n', ["2: #include: open missing.h: no such file or directory"]),
        ("#ifdef X\n", ["2: unclosed #ifdef or #ifndef"]),
        ("#endif\n", ["2: unmatched #endif"]),
        ("#define A A\nA\n", ["2: recursive macro invocation"]),
        ("#define A(x) x\nA(1, 2)\n", ["2: wrong arg count for macro A"]),
        ("?\n", ['1: expected identifier, found "?"']),
    ],
)
def test_message(source: str, expected: list[str]) -> None:
    assert messages(source) == expected


def test_only_ten_errors() -> None:
    assert len(messages("TEXT ·f(SB), 4, $0\n" + " FOO\n" * 50)) == 11


def test_deep_expressions_are_an_error() -> None:
    assert messages("TEXT ·f(SB), 4, $0\n MOVQ $" + "(" * 5000 + "1" + ")" * 5000 + ", AX\n") == [
        "2: expression nested too deeply"
    ]


def test_the_official_table_of_bad_instructions() -> None:
    table = (GOROOT / "src/cmd/asm/internal/asm/testdata/amd64error.s").read_text()
    wrong: list[str] = []
    seen = 0
    for line in table.splitlines():
        m = re.match(r'\s*(.*?)\s*// ERROR "(.*)"', line)
        if m is None:
            continue
        seen += 1
        pattern = m.group(2).replace('\\"', '"').replace("\\\\", "\\")
        got = messages(f"TEXT errors(SB),$0\n\t{m.group(1)}\n")
        if not any(re.search(pattern, g) for g in got):
            wrong.append(f"{m.group(1)}: {got}")
    assert wrong == []
    assert seen > 100
