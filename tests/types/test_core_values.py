"""Constants, sizes, versions, inference."""

from __future__ import annotations

import struct as packing
from fractions import Fraction

import pytest
from build import P, field, func, generic_list, interface, method, named, struct, tilde, type_param, union, var

from goes.syntax import tokens as tok
from goes.syntax.nodes import MODE_VALUE, Name
from goes.types.constant import (
    UNKNOWN,
    ComplexValue,
    Unknown,
    binary_op,
    compare,
    const_string,
    exact_string,
    float64_value,
    make_from_literal,
    round_float32,
    round_float64,
    shift,
    to_int,
    unary_op,
)
from goes.types.infer import Arg, infer
from goes.types.instantiate import instantiate
from goes.types.objects import Package
from goes.types.scope import Scope
from goes.types.sizes import alignof, is_direct_iface, not_in_heap, offsets_of, pointer_mask, ptrdata, sizeof
from goes.types.types import (
    RECV_ONLY,
    SEND_RECV,
    TYP_BOOL,
    TYP_COMPLEX64,
    TYP_COMPLEX128,
    TYP_FLOAT64,
    TYP_INT,
    TYP_INT16,
    TYP_INT32,
    TYP_INT64,
    TYP_STRING,
    TYP_UINT8,
    TYP_UINTPTR,
    TYP_UNSAFE_POINTER,
    TYP_UNTYPED_FLOAT,
    TYP_UNTYPED_INT,
    TYP_UNTYPED_STRING,
    Array,
    Chan,
    Map,
    Pointer,
    Slice,
    Tuple,
    Type,
    TypeParam,
)
from goes.types.typestring import PackageQualifier
from goes.types.universe import ANY, ERROR, UNIVERSE


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("0x_FF", tok.INT_LIT, 255), ("0755", tok.INT_LIT, 493), ("0b11", tok.INT_LIT, 3), ("1_000", tok.INT_LIT, 1000),
        ("1.5e2", tok.FLOAT_LIT, Fraction(150)), (".5", tok.FLOAT_LIT, Fraction(1, 2)),
        ("0x1.8p1", tok.FLOAT_LIT, Fraction(3)), ("09.5", tok.FLOAT_LIT, Fraction(19, 2)),
        ("2i", tok.IMAG_LIT, ComplexValue(Fraction(0), Fraction(2))),
        ("0123i", tok.IMAG_LIT, ComplexValue(Fraction(0), Fraction(123))),
        ("0x10i", tok.IMAG_LIT, ComplexValue(Fraction(0), Fraction(16))),
        ("'a'", tok.RUNE_LIT, 97), (r"'\n'", tok.RUNE_LIT, 10), (r"'\''", tok.RUNE_LIT, 39),
        (r"'\xff'", tok.RUNE_LIT, 255),
        ("'世'", tok.RUNE_LIT, 0x4E16), (r"'\U0001F600'", tok.RUNE_LIT, 0x1F600),
        (r'"a\x80\377é\u00e9\\"', tok.STRING_LIT, b"a\x80\xff\xc3\xa9\xc3\xa9\\"),
        ("`a\r\n\\n`", tok.STRING_LIT, b"a\n\\n"),
    ],
)  # fmt: skip
def test_literals(text: str, kind: int, value: object) -> None:
    got = make_from_literal(text, kind)
    assert got == value and type(got) is type(value)


def test_malformed_and_enormous_literals() -> None:
    assert isinstance(make_from_literal(r'"\q"', tok.STRING_LIT), Unknown)
    assert isinstance(make_from_literal(r"'\ud800'", tok.RUNE_LIT), Unknown)
    assert isinstance(make_from_literal("08", tok.INT_LIT), Unknown)
    assert isinstance(make_from_literal("1e9999999999", tok.FLOAT_LIT), Unknown)
    assert make_from_literal("0e-9999999999", tok.FLOAT_LIT) == 0
    assert isinstance(make_from_literal("1e" + "9" * 400, tok.FLOAT_LIT), Unknown)
    tiny = make_from_literal("1e-" + "9" * 400, tok.FLOAT_LIT)
    assert float64_value(tiny) == 0 and isinstance(to_int(tiny), Unknown)
    big = make_from_literal("1e1000000", tok.FLOAT_LIT)  # quickly
    assert round_float64(big) is None
    assert make_from_literal("9" * 5000, tok.INT_LIT) == 10**5000 - 1


def test_integer_operations_are_go_s() -> None:
    assert binary_op(-7, tok.DIV, 2, True) == -3 and binary_op(-7, tok.REM, 2) == -1
    assert binary_op(7, tok.REM, -2) == 1 and binary_op(7, tok.DIV, -2, True) == -3
    assert binary_op(1, tok.DIV, 3) == Fraction(1, 3)
    assert binary_op(12, tok.ANDNOT, 10) == 4
    assert unary_op(tok.XOR, 1, 8) == 254 and unary_op(tok.XOR, 1) == -2
    assert shift(1, tok.SHL, 100) == 1 << 100 and shift(-5, tok.SHR, 1) == -3
    assert unary_op(tok.NOT, True) is False
    assert binary_op(True, tok.ANDAND, False) is False
    assert binary_op(UNKNOWN, tok.ADD, 1) is UNKNOWN


def test_mixed_operations() -> None:
    assert binary_op(1, tok.ADD, Fraction(1, 2)) == Fraction(3, 2)
    i = make_from_literal("1i", tok.IMAG_LIT)
    assert binary_op(i, tok.MUL, i) == ComplexValue(Fraction(-1), Fraction(0))
    assert to_int(binary_op(i, tok.MUL, i)) == -1
    assert binary_op(1, tok.DIV, i) == ComplexValue(Fraction(0), Fraction(-1))
    assert binary_op(b"a", tok.ADD, b"b") == b"ab"
    assert compare(b"a", tok.LSS, b"b") and compare(1, tok.EQL, Fraction(1)) and compare(i, tok.NEQ, 1)
    assert to_int(Fraction(3, 2)) is UNKNOWN and to_int(Fraction(4)) == 4


def test_fractions_stay_bounded() -> None:
    v: object = Fraction(1, 3)
    for _ in range(20):
        v = binary_op(v, tok.MUL, v)  # type: ignore[arg-type]
    assert isinstance(v, Fraction) and v.numerator.bit_length() <= 4096


def test_rounding_is_ieee() -> None:
    texts = ["0.1", "1e-45", "1e-46", "1.4e-45", "3.4028235e38", "16777217.0", "1e-320", "5e-324", "2e-324", "1e308"]
    for text in texts:
        v = make_from_literal(text, tok.FLOAT_LIT)
        assert float64_value(v) == float(text)
        f32 = packing.unpack("f", packing.pack("f", float(text)))[0] if float(text) < 1e38 * 3.5 else None
        assert round_float32(v) == (None if f32 is None else Fraction(f32))
    assert round_float64(make_from_literal("1.8e308", tok.FLOAT_LIT)) is None
    # Halfway between two float32 values; float64 first would round twice.
    assert round_float32(Fraction(1) + Fraction(1, 1 << 24) + Fraction(1, 1 << 60)) == 1 + Fraction(1, 1 << 23)


def test_printing() -> None:
    assert const_string(Fraction(1, 3)) == "0.333333"
    assert const_string(Fraction(10**6)) == "1e+06"
    assert const_string(Fraction(2000001, 2)) == "1.0000005e+06"
    assert const_string(make_from_literal("1e1000", tok.FLOAT_LIT)) == "1e+1000"
    assert const_string(make_from_literal("1e-1000", tok.FLOAT_LIT)) == "1e-1000"
    assert const_string(ComplexValue(Fraction(0), Fraction(5, 2))) == "(0 + 2.5i)"
    assert const_string(b'a"\n\xff\xc3\xa9') == '"a\\"\\n\\xff\u00e9"'
    assert const_string(b"x" * 80) == '"' + "x" * 68 + "..."
    assert const_string(-(10**9000)) == "-1" + "0" * 9000
    assert exact_string(Fraction(1, 3)) == "1/3" and const_string(True) == "true"


def test_sizes() -> None:
    t = named("T", struct(field("a", TYP_BOOL), field("b", TYP_INT64), field("c", TYP_INT16)))
    assert (sizeof(t), alignof(t)) == (24, 8)
    assert sizeof(struct(field("a", TYP_INT32), field("z", struct()))) == 8, "padding behind a last empty field"
    assert sizeof(struct(field("z", struct()))) == 0
    assert (sizeof(TYP_COMPLEX64), alignof(TYP_COMPLEX64)) == (8, 4)
    assert (sizeof(TYP_COMPLEX128), alignof(TYP_COMPLEX128)) == (16, 8)
    assert sizeof(Array(TYP_INT16, 3)) == 6 and sizeof(Array(TYP_INT, 1 << 61)) == -1
    assert sizeof(struct(field("a", Array(TYP_UINT8, 1 << 62)), field("b", Array(TYP_UINT8, 1 << 62)))) == -1
    atomic = Package("internal/runtime/atomic", "atomic", Scope(UNIVERSE))
    marker = named("align64", struct(), atomic)
    assert alignof(struct(field("_", marker, pkg=atomic), field("v", TYP_UINT8))) == 8


def test_pointer_maps() -> None:
    t = struct(field("n", TYP_INT), field("s", TYP_STRING), field("e", ERROR), field("u", TYP_UINTPTR))
    assert offsets_of(t) == [0, 8, 24, 40]
    assert ptrdata(t) == 40 and pointer_mask(t) == bytes([0b10010])
    assert ptrdata(Array(Slice(TYP_INT), 2)) == 32 and pointer_mask(Array(Slice(TYP_INT), 2)) == bytes([0b1001])
    assert is_direct_iface(Pointer(TYP_INT)) and is_direct_iface(struct(field("m", Map(TYP_INT, TYP_INT))))
    assert is_direct_iface(TYP_UNSAFE_POINTER) and not is_direct_iface(TYP_UINTPTR)
    sys = Package("internal/runtime/sys", "sys", Scope(UNIVERSE))
    nih = named("nih", struct(), sys)
    marker = named("NotInHeap", struct(field("_", nih, pkg=sys)), sys)
    span = named("mspan", struct(field("_", marker), field("next", TYP_INT)))
    span.from_rhs = span._underlying = struct(field("_", marker), field("next", Pointer(span)))
    assert not_in_heap(span) and not_in_heap(Array(span, 2)) and not not_in_heap(Pointer(span))
    assert ptrdata(Pointer(span)) == 0 and not is_direct_iface(Pointer(span)) and ptrdata(span) == 0
    assert ptrdata(Slice(span)) == 0


# ---------------------------------------------------------------------------------------------------------- inference


def argument(name: str, typ: Type) -> Arg:
    arg = Arg()
    arg.type = typ
    arg.mode = MODE_VALUE
    arg.expr = Name(0, name)
    arg.value = None
    return arg


def run(tparams: list[TypeParam], params: list[Type], *args: tuple[str, Type]) -> str:
    """The inferred types, or the error."""
    q = PackageQualifier(P)
    vars = Tuple([var("", t) for t in params])
    targs, err = infer(tparams, [], vars, [argument(n, t) for n, t in args], False, None, q)
    if err is not None:
        return f"{err.arg}: {err.message}"
    assert targs is not None
    from goes.types.typestring import type_string

    return ", ".join(type_string(t, q) for t in targs)


def test_inference_from_arguments() -> None:
    e, f = type_param("E"), type_param("F", ANY, 1)
    assert run([e, f], [Slice(e), func([e], [f])], ("s", Slice(TYP_INT)), ("g", func([TYP_INT], [TYP_STRING]))) == (
        "int, string"
    )
    assert run([e], [e, e], ("x", TYP_UNTYPED_INT), ("y", TYP_UNTYPED_FLOAT)) == "float64"
    assert run([e], [e, e], ("x", TYP_INT), ("y", TYP_UNTYPED_FLOAT)) == "int"
    lst, _ = generic_list()
    assert run([e], [instantiate(None, lst, [e])], ("l", instantiate(None, lst, [TYP_INT]))) == "int"
    ints = named("Ints", Slice(TYP_INT))
    assert run([e], [Slice(e)], ("s", ints)) == "int", "a defined type matches its literal"
    assert run([e], [Chan(RECV_ONLY, e)], ("c", Chan(SEND_RECV, TYP_INT))) == "int"


def test_inference_from_constraints() -> None:
    e = type_param("E", ANY, 1)
    s = type_param("S", union(tilde(Slice(e))))
    ints = named("Ints2", Slice(TYP_INT))
    assert run([s, e], [s], ("s", ints)) == "Ints2, int"
    # P *T with a method: func New[T any, PT interface{ *T; Set(string) }](T)
    t = type_param("T")
    pt = type_param("PT", interface({"Set": func([TYP_STRING], [])}, Pointer(t)), 1)
    box = named("Box", struct())
    method(box, "Set", func([TYP_STRING], []), True)
    assert run([t, pt], [t], ("b", box)) == "Box, *Box"


def test_inference_errors() -> None:
    e = type_param("E")
    assert run([e], [Slice(e)], ("x", TYP_INT)) == "0: type int of x does not match []E (cannot infer E)"
    assert run([e], [e, e], ("x", TYP_INT), ("y", TYP_STRING)) == (
        "1: type string of y does not match inferred type int for E"
    )
    assert run([e], [e, e], ("x", TYP_UNTYPED_INT), ("y", TYP_UNTYPED_STRING)) == (
        "1: mismatched types untyped int and untyped string (cannot infer E)"
    )
    assert run([e], [TYP_INT], ("x", TYP_INT)) == "-1: cannot infer E (declared at -)"
    num = named("Number", union(TYP_INT, TYP_FLOAT64))
    s = type_param("S", union(tilde(Slice(e))), 1)
    assert run([e, s], [s], ("x", TYP_INT)) == "-1: S (type int) does not satisfy interface{~[]E}"
    assert run([type_param("N", num)], [TYP_INT], ("x", TYP_INT)).startswith("-1: cannot infer N")
