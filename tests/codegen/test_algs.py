"""Generated equality functions, run on values in memory."""

from __future__ import annotations

import ctypes
from ctypes import Structure, addressof, c_bool, c_char_p, c_double, c_int32, c_int64, c_void_p

import pytest

from goes.codegen.algs import build_eq
from goes.codegen.llvm import FULL, QUICK
from goes.types import types as t
from goes.types.objects import Var

from .harness import load
from .test_data import MEMEQUAL


class Value(Structure):
    _fields_ = [
        ("f", c_double),
        ("blank", c_int32),
        ("n", c_int32),
        ("s", c_char_p),
        ("len", c_int64),
        ("a", c_double * 3),
    ]


FIELDS = [("F", t.TYP_FLOAT64), ("_", t.TYP_INT32), ("N", t.TYP_INT32), ("S", t.TYP_STRING)]
TYPE = t.Struct(
    [Var(0, None, n, typ, True) for n, typ in FIELDS] + [Var(0, None, "A", t.Array(t.TYP_FLOAT64, 3), True)], []
)


def value(f: float, blank: int, n: int, s: bytes, *a: float) -> Value:
    return Value(f, blank, n, ctypes.create_string_buffer(s).raw, len(s), (c_double * 3)(*a))


@pytest.mark.parametrize("level", [QUICK, FULL])
def test_equality_of_a_struct(level: int) -> None:
    fn = build_eq(TYPE)
    program = load([fn], MEMEQUAL, level)

    def equal(x: Value, y: Value) -> object:
        return program.call(fn.name, c_bool, [c_void_p, c_void_p], addressof(x), addressof(y))

    one = value(1.0, 1, 2, b"go", 1, 2, 3)
    assert equal(one, value(1.0, 9, 2, b"go", 1, 2, 3)) is True
    assert equal(one, value(1.0, 1, 3, b"go", 1, 2, 3)) is False
    assert equal(one, value(1.0, 1, 2, b"so", 1, 2, 3)) is False
    assert equal(one, value(1.0, 1, 2, b"go", 1, 2, 4)) is False
    assert equal(value(0.0, 1, 2, b"go", 1, 2, 3), value(-0.0, 1, 2, b"go", 1, 2, 3)) is True
    nan = value(float("nan"), 1, 2, b"go", 1, 2, 3)
    assert equal(nan, nan) is False
