"""Constant values, exact.

    1 << 100     →   int
    1.0 / 3      →   Fraction(1, 3)
    "a\\xff"      →   bytes (Go strings are bytes)
    2i           →   ComplexValue(0, 2)
    true         →   bool

Representation: bool | bytes | int | Fraction | ComplexValue | Unknown. An untyped float whose value is integral may be
an int: the *type* says what it is, the value only what it amounts to (`to_int`, `to_float`, `to_complex` convert).
Beware: bool is an int to Python; test `isinstance(v, bool)` first.

Sources: Go spec "Constants", "Constant expressions"; go/constant (roles); limits of go/types const.go: 512 bits.
"""

from __future__ import annotations

from fractions import Fraction
from typing import final


@final
class ComplexValue:
    __slots__ = ("re", "im")

    def __init__(self, re: Fraction, im: Fraction) -> None:
        self.re = re
        self.im = im

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ComplexValue) and self.re == other.re and self.im == other.im

    def __hash__(self) -> int:
        return hash((self.re, self.im))


@final
class Unknown:
    """The value after an error."""

    __slots__ = ()


UNKNOWN = Unknown()
ConstValue = bool | bytes | int | Fraction | ComplexValue | Unknown
