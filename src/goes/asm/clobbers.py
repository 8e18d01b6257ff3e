"""Which callee-saved registers of goes' convention an assembly function may change.

    TEXT ·IndexByte(SB): … MOVQ b+0(FP), SI … JMP body<>(SB);   body<> uses BX   →   rbx only

An adapter then saves only these, and loads g only if R14 is among them. The sets are upper bounds: every register an
instruction names counts as written, and a call or jump that leaves the file changes them all.
"""

from __future__ import annotations

from typing import Final

from . import operand as o
from .operand import Operand, Text
from .x86code import R12, R13, R14, R15, RBP, RBX

ALL: Final = 1 << RBX | 1 << RBP | 1 << R12 | 1 << R13 | 1 << R14 | 1 << R15
_NUMBER: Final[dict[str, int]] = {"BX": RBX, "BL": RBX, "BH": RBX, "BP": RBP, "BPB": RBP, "g": R14}


def _bit(register: str) -> int:
    number = _NUMBER.get(register, -1)
    if number < 0 and register[:2] == "R1":
        digits = register[1:].rstrip("B")
        number = int(digits) if digits.isdigit() and 12 <= int(digits) <= 15 else -1
    return 1 << number if number >= 0 else 0


def _leaves(a: Operand, key_of: dict[tuple[str, bool, str], int]) -> int:
    """Index of the function of this file that a call or jump goes to; -1 within the function, -2 elsewhere."""
    if a.kind == o.BRANCH or (a.kind == o.MEM and a.symbol and a.name == o.NAME_NONE):
        return -1
    if a.kind == o.MEM and a.name == o.NAME_SB and not a.index:
        return key_of.get((a.symbol, a.static, a.abi or "ABI0"), -2)
    return -2


def clobber_sets(texts: list[Text]) -> list[int]:
    """A bit set of register numbers for each function."""
    key_of = {(t.symbol, t.static, t.abi or "ABI0"): n for n, t in enumerate(texts)}
    sets: list[int] = []
    targets: list[list[int]] = []
    for t in texts:
        mask = 0
        out: list[int] = []
        for i in t.code:
            op = i.op
            if op == "CPUID":
                mask |= 1 << RBX
            for a in i.operands:
                mask |= _bit(a.reg) | _bit(a.index)
            if i.operands and (op == "CALL" or op == "RET" or op[:1] == "J"):
                target = _leaves(i.operands[-1], key_of)
                if target == -2:
                    mask = ALL
                elif target >= 0:
                    out.append(target)
        sets.append(mask)
        targets.append(out)
    changed = True
    while changed:
        changed = False
        for n, out in enumerate(targets):
            mask = sets[n]
            for target in out:
                mask |= sets[target]
            if mask != sets[n]:
                sets[n] = mask
                changed = True
    return sets
