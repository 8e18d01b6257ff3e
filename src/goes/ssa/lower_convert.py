"""Conversions, implicit and explicit.

    var e error = p          →     makeinterface error <- p
    [4]byte(s)               →     slicecheck convert len s, 4;  t0 = slicetoarrayptr *[4]byte <- s;  load t0

`assign` makes a value fit the type of the variable, parameter or operand it goes to, when assignability is all there is
to it. `convert` is T(x).

Sources: Go spec "Assignability", "Conversions"; compiler-contracts 6.4, 6.5, 6.7.
"""

from __future__ import annotations

from fractions import Fraction

from ..diag.source import Pos
from ..syntax import nodes as n
from ..types import types as t
from ..types.constant import ComplexValue, ConstValue
from ..types.identity import identical
from ..types.types import TYP_INT, Type, under
from ..types.typeset import type_set
from . import instr as ir
from . import lower_expr as exprs
from .emit import Builder


def assign(b: Builder, v: ir.Value, typ: Type, pos: Pos) -> ir.Value:
    """v as a value of typ, to which it is assignable."""
    have = v.type
    if have is typ:
        return v
    if isinstance(have, t.Basic) and isinstance(typ, t.Basic):
        if have.kind == typ.kind:
            return v
    want = under(typ)
    if isinstance(want, t.Interface):
        return to_interface(b, v, typ, pos)
    if isinstance(v, ir.Const):
        if v.value is None or isinstance(want, t.Basic):
            return ir.Const(typ, v.value)
    if identical(have, typ):
        return v
    c = ir.ChangeType(typ, v, pos)
    b.emit(c)
    return c


def to_interface(b: Builder, v: ir.Value, typ: Type, pos: Pos) -> ir.Value:
    """v as a value of the interface type typ."""
    have = v.type
    hu = under(have)
    if isinstance(v, ir.Const) and v.value is None and isinstance(hu, t.Basic) and hu.kind == t.UNTYPED_NIL:
        return ir.Const(typ, None)
    if not isinstance(hu, t.Interface):
        if isinstance(have, t.Basic) and have.info & t.IS_UNTYPED:
            from ..types.predicates import default_type

            assert isinstance(v, ir.Const)
            v = ir.Const(default_type(have), v.value)
        m = ir.MakeInterface(typ, v, pos)
        b.emit(m)
        return m
    if identical(have, typ):
        return v
    if identical(hu, under(typ)) and not type_set(hu).methods:
        c: ir.Instr = ir.ChangeType(typ, v, pos)  # with methods the table differs: it names the interface type
    else:
        c = ir.ChangeInterface(typ, v, pos)
    b.emit(c)
    return c


def convert_expr(b: Builder, x: n.Expr, typ: Type, pos: Pos) -> ir.Value:
    """typ(x)"""
    if x.value is not None:
        u = under(typ)
        if isinstance(u, t.Basic) and u.kind != t.UNSAFE_POINTER:
            return constant_to(b, x.value, typ, u, pos)
        xt = b.typ(x.type)
        if isinstance(xt, t.Basic) and xt.info & t.IS_UNTYPED and isinstance(u, t.Slice):
            return convert(b, exprs.constant(b, t.TYP_STRING, x.value, pos), typ, pos)
    elif exprs.is_nil_expr(x):
        return ir.Const(typ, None)
    return convert(b, exprs.expr(b, x), typ, pos)


def constant_to(b: Builder, value: ConstValue, typ: Type, u: t.Basic, pos: Pos) -> ir.Value:
    """A constant converted to a type that was a type parameter in the source."""
    if u.info & t.IS_STRING and isinstance(value, (int, Fraction)) and not isinstance(value, bool):
        c = int(value)
        if not 0 <= c <= 0x10FFFF or 0xD800 <= c <= 0xDFFF:
            c = 0xFFFD
        return b.const(typ, chr(c).encode())
    if u.info & t.IS_INTEGER and isinstance(value, (int, Fraction, ComplexValue)) and not isinstance(value, bool):
        if isinstance(value, ComplexValue):
            value = value.re
        from ..types.sizes import sizeof

        bits = 8 * sizeof(u)
        i = int(value) & ((1 << bits) - 1)
        if not u.info & t.IS_UNSIGNED and i >= 1 << (bits - 1):
            i -= 1 << bits
        return b.const(typ, i)
    return exprs.constant(b, typ, value, pos)


def _emit(b: Builder, i: ir.Instr) -> ir.Value:
    b.emit(i)
    return i


def _bytes_or_runes(u: Type) -> bool:
    if not isinstance(u, t.Slice):
        return False
    e = under(u.elem)
    return isinstance(e, t.Basic) and (e.kind == t.UINT8 or e.kind == t.INT32)


def convert(b: Builder, v: ir.Value, typ: Type, pos: Pos) -> ir.Value:
    have = v.type
    if have is typ:
        return v
    hu = under(have)
    wu = under(typ)
    if isinstance(wu, t.Interface):
        return to_interface(b, v, typ, pos)
    if identical(have, typ):
        return v
    if isinstance(wu, t.Basic):
        if isinstance(hu, t.Basic):
            if hu.info & t.IS_NUMERIC and wu.info & t.IS_NUMERIC:
                if hu.info & t.IS_UNTYPED and isinstance(v, ir.Const) and v.value is not None:
                    return constant_to(b, v.value, typ, wu, pos)
                if hu.kind == wu.kind:
                    return _emit(b, ir.ChangeType(typ, v, pos))
                return _emit(b, ir.Convert(typ, v, pos))
            if wu.info & t.IS_STRING:
                if hu.info & t.IS_STRING:
                    return _emit(b, ir.ChangeType(typ, v, pos))
                return _emit(b, ir.StringConvert(typ, v, pos))
            return _emit(b, ir.ChangeType(typ, v, pos))
        if wu.info & t.IS_STRING and isinstance(hu, t.Slice):
            return _emit(b, ir.StringConvert(typ, v, pos))
        return _emit(b, ir.ChangeType(typ, v, pos))
    if isinstance(hu, t.Slice):
        if isinstance(wu, t.Array):
            return _slice_to_array(b, v, wu, typ, pos)
        if isinstance(wu, t.Pointer):
            array = under(wu.elem)
            if isinstance(array, t.Array):
                _check_length(b, v, array.length, pos)
                return _emit(b, ir.SliceToArrayPointer(typ, v, pos))
    if isinstance(hu, t.Basic) and hu.info & t.IS_STRING and _bytes_or_runes(wu):
        return _emit(b, ir.StringConvert(typ, v, pos))
    return _emit(b, ir.ChangeType(typ, v, pos))


def _check_length(b: Builder, v: ir.Value, want: int, pos: Pos) -> None:
    if want == 0:
        return
    length = ir.Len(TYP_INT, v, pos)
    b.emit(length)
    b.emit(ir.SliceCheck(ir.SLICE_CONVERT, length, b.int_const(want), pos))


def _slice_to_array(b: Builder, v: ir.Value, array: t.Array, typ: Type, pos: Pos) -> ir.Value:
    _check_length(b, v, array.length, pos)
    if array.length == 0:
        return ir.Const(typ, None)
    p = _emit(b, ir.SliceToArrayPointer(b.pointer_to(typ), v, pos))
    return b.load(typ, p, pos)
