"""Builtin functions.

    append(s, x)         →     append s, x
    unsafe.Slice(p, n)   →     checks;  makeview []T, p, n, n

Those that may stand in go and defer statements come in two halves, operands and action, because there the action
happens later, in another function.

Sources: Go spec "Built-in functions", "Package unsafe"; compiler-contracts 1, 6.5; runtime/unsafe.go for the checks.
"""

from __future__ import annotations

from typing import Final

from ..diag.source import Pos
from ..syntax import nodes as n
from ..syntax import tokens as tok
from ..types import objects as o
from ..types import types as t
from ..types.sizes import alignof, fields_offsets, sizeof
from ..types.types import TYP_INT, TYP_INVALID, TYP_UINTPTR, Type, under
from . import instr as ir
from . import lower_convert as conv
from . import lower_expr as exprs
from . import lower_place as places
from .emit import Builder

_STATEMENTS: Final = frozenset((o.CLEAR, o.CLOSE, o.COPY, o.DELETE, o.PANIC, o.PRINT, o.PRINTLN, o.RECOVER))

# &x[i] for any distance i: what unsafe.Add is made of.
_MEMORY: Final = t.Array(t.TYP_UINT8, 1 << 47)


def builtin(b: Builder, x: n.CallExpr, id: int) -> ir.Value:
    """The value of a builtin call (a Const of type INVALID for those without)."""
    if id in _STATEMENTS:
        return statement(b, id, statement_operands(b, x, id), x.pos)
    if id == o.LEN or id == o.CAP:
        return _len(b, x, id == o.LEN)
    if id == o.APPEND:
        return _append(b, x)
    if id == o.MAKE:
        return _make(b, x)
    if id == o.NEW:
        return _new(b, x)
    typ = b.typ(x.type)
    if id == o.MIN or id == o.MAX:
        from .lower_call import evaluate_list, is_tuple

        typ = exprs.type_of(b, x)
        if is_tuple(x.args[0]):
            values = [conv.assign(b, v, typ, x.pos) for v in exprs.multi(b, x.args[0])]
        else:
            values = evaluate_list(b, x.args, [typ] * len(x.args))
        if len(values) == 1:
            return values[0]
        m = ir.MinMax(typ, id == o.MAX, values, x.pos)
        b.emit(m)
        return m
    if id == o.COMPLEX:
        ct = exprs.type_of(b, x)
        cu = under(ct)
        part = t.TYP_FLOAT32 if isinstance(cu, t.Basic) and cu.kind == t.COMPLEX64 else t.TYP_FLOAT64
        if len(x.args) == 1:
            return _emit(b, ir.ComplexOp(ct, "complex", exprs.multi(b, x.args[0]), x.pos))
        re = _as_float(b, x.args[0], part)
        im = _as_float(b, x.args[1], part)
        return _emit(b, ir.ComplexOp(ct, "complex", [re, im], x.pos))
    if id == o.REAL or id == o.IMAG:
        what = "real" if id == o.REAL else "imag"
        return _emit(b, ir.ComplexOp(exprs.type_of(b, x), what, [exprs.expr(b, x.args[0])], x.pos))
    return _unsafe(b, x, id, typ)


def _emit(b: Builder, i: ir.Instr) -> ir.Value:
    b.emit(i)
    return i


def _as_float(b: Builder, x: n.Expr, part: Type) -> ir.Value:
    if x.value is not None:
        return exprs.constant(b, part, x.value, x.pos)
    return exprs.expr(b, x)


# ------------------------------------------------------------------------------------------------ statement builtins


def statement_operands(b: Builder, x: n.CallExpr, id: int) -> list[ir.Value]:
    from .lower_call import is_tuple

    args = x.args
    if len(args) == 1 and is_tuple(args[0]):  # print(f()), copy(f()), delete(f())
        values = exprs.multi(b, args[0])
        if id == o.DELETE:
            mt = under(values[0].type)
            assert isinstance(mt, t.Map)
            values[1] = conv.assign(b, values[1], mt.key, x.pos)
        return values
    if id == o.PANIC:
        return [exprs.expr_as(b, args[0], b.any_type)]
    if id == o.PRINT or id == o.PRINTLN:
        return _print_operands(b, args)
    if id == o.DELETE:
        m = exprs.expr(b, args[0])
        u = under(m.type)
        assert isinstance(u, t.Map)
        return [m, exprs.expr_as(b, args[1], u.key)]
    if id == o.COPY:
        dst = exprs.expr(b, args[0])
        if args[1].value is not None:
            return [dst, exprs.constant(b, t.TYP_STRING, args[1].value, args[1].pos)]
        return [dst, exprs.expr(b, args[1])]
    return [exprs.expr(b, a) for a in args]


def _print_operands(b: Builder, args: list[n.Expr]) -> list[ir.Value]:
    out: list[ir.Value] = []
    for a in args:
        if a.value is not None:
            typ = b.typ(a.type)
            if isinstance(typ, t.Basic) and typ.info & t.IS_UNTYPED and typ.info & t.IS_INTEGER:
                typ = t.TYP_INT64
            out.append(exprs.constant(b, typ, a.value, a.pos))
        elif exprs.is_nil_expr(a):
            out.append(ir.Const(b.any_type, None))
        else:
            out.append(exprs.expr(b, a))
    return out


def statement(b: Builder, id: int, args: list[ir.Value], pos: Pos) -> ir.Value:
    """Do what a statement builtin does."""
    i: ir.Instr
    if id == o.PANIC:
        b.terminate(ir.Panic(args[0], pos))
        return ir.Const(b.program.no_results, None)
    if id == o.PRINT or id == o.PRINTLN:
        i = ir.Print(args, id == o.PRINTLN, pos)
    elif id == o.CLOSE:
        i = ir.CloseChan(args[0], pos)
    elif id == o.DELETE:
        i = ir.MapDelete(args[0], args[1], pos)
    elif id == o.CLEAR:
        i = ir.Clear(args[0], pos)
    elif id == o.COPY:
        i = ir.Copy(TYP_INT, args[0], args[1], pos)
    elif id == o.RECOVER:
        i = ir.Recover(b.any_type, pos)
        b.fn.has_recover = True
    else:  # an operand evaluated for a conversion
        return ir.Const(b.program.no_results, None)
    b.emit(i)
    return i


# ------------------------------------------------------------------------------------------------ values


def _len(b: Builder, x: n.CallExpr, is_len: bool) -> ir.Value:
    arg = x.args[0]
    typ = exprs.type_of(b, arg)
    u = under(typ)
    if isinstance(u, t.Pointer):
        pu = under(u.elem)
        if isinstance(pu, t.Array):
            u = pu
    if isinstance(u, t.Array):
        if exprs.has_call(arg):
            exprs.expr(b, arg)
        return b.int_const(u.length)
    v = exprs.expr(b, arg)
    if isinstance(v, ir.Const) and isinstance(v.value, bytes):
        return b.int_const(len(v.value))
    return _emit(b, ir.Len(TYP_INT, v, x.pos) if is_len else ir.Cap(TYP_INT, v, x.pos))


def _append(b: Builder, x: n.CallExpr) -> ir.Value:
    typ = exprs.type_of(b, x)
    u = under(typ)
    assert isinstance(u, t.Slice)
    from .lower_call import evaluate_list, is_tuple

    if x.has_dots:
        other = places.unparen(x.args[1])
        s = exprs.expr_as(b, x.args[0], typ)
        if other.value is not None:
            y: ir.Value = exprs.constant(b, t.TYP_STRING, other.value, other.pos)
        elif exprs.is_nil_expr(other):
            return s
        else:
            y = exprs.expr(b, other)
            exprs.view_bytes(other, y)
        return _emit(b, ir.AppendSlice(typ, s, y, x.pos))
    if len(x.args) == 1 and not is_tuple(x.args[0]):
        return exprs.expr_as(b, x.args[0], typ)
    if is_tuple(x.args[0]):
        values = exprs.multi(b, x.args[0])
        rest = [conv.assign(b, v, u.elem, x.pos) for v in values[1:]]
        return _emit(b, ir.Append(typ, [conv.assign(b, values[0], typ, x.pos), *rest], x.pos))
    types: list[Type] = [typ]
    for _ in range(len(x.args) - 1):
        types.append(u.elem)
    return _emit(b, ir.Append(typ, evaluate_list(b, x.args, types), x.pos))


def _make(b: Builder, x: n.CallExpr) -> ir.Value:
    typ = b.typ(x.type)
    u = under(typ)
    args = [exprs.index_value(b, a) for a in x.args[1:]]
    if isinstance(u, t.Slice):
        return _emit(b, ir.MakeSlice(typ, args[0], args[1] if len(args) > 1 else args[0], x.pos))
    if isinstance(u, t.Map):
        return _emit(b, ir.MakeMap(typ, args[0] if args else None, x.pos))
    return _emit(b, ir.MakeChan(typ, args[0] if args else b.int_const(0), x.pos))


def _new(b: Builder, x: n.CallExpr) -> ir.Value:
    arg = x.args[0]
    pt = under(b.typ(x.type))
    assert isinstance(pt, t.Pointer)
    if places.unparen(arg).mode == n.MODE_TYPE:
        return b.alloc(pt.elem, "new", x.pos, explicit=True)
    v = exprs.expr_as(b, arg, pt.elem)
    cell = b.alloc(pt.elem, "new", x.pos, explicit=True)
    cell.needs_zero = isinstance(v, ir.Const) and v.value is None
    if not cell.needs_zero:
        b.store(cell, v, x.pos)
    return cell


# ------------------------------------------------------------------------------------------------ unsafe


def _unsafe(b: Builder, x: n.CallExpr, id: int, typ: Type) -> ir.Value:
    args = x.args
    pos = x.pos
    if id == o.UNSAFE_SIZEOF:
        return b.const(TYP_UINTPTR, sizeof(exprs.type_of(b, args[0])))
    if id == o.UNSAFE_ALIGNOF:
        return b.const(TYP_UINTPTR, alignof(exprs.type_of(b, args[0])))
    if id == o.UNSAFE_OFFSETOF:
        return b.const(TYP_UINTPTR, _offset(b, args[0]))
    if id == o.UNSAFE_ADD:
        p = exprs.expr_as(b, args[0], t.TYP_UNSAFE_POINTER)
        distance = exprs.index_value(b, args[1])
        memory = _emit(b, ir.ChangeType(b.pointer_to(_MEMORY), p, pos))
        return _emit(b, ir.ChangeType(typ, b.index_addr(memory, t.TYP_UINT8, distance, pos), pos))
    if id == o.UNSAFE_SLICE_DATA:
        s = exprs.expr(b, args[0])
        return _emit(b, ir.DataPtr(typ, s, pos))
    if id == o.UNSAFE_STRING_DATA:
        return _emit(b, ir.DataPtr(typ, exprs.expr_as(b, args[0], t.TYP_STRING), pos))
    if id == o.UNSAFE_SLICE or id == o.UNSAFE_STRING:
        p = exprs.expr(b, args[0])
        length = exprs.index_value(b, args[1])
        pu = under(p.type)
        assert isinstance(pu, t.Pointer)
        n_int = conv.convert(b, length, TYP_INT, pos)
        _check_view(b, p, n_int, sizeof(pu.elem), "slice" if id == o.UNSAFE_SLICE else "string", pos)
        if id == o.UNSAFE_SLICE:
            return _emit(b, ir.MakeView(typ, [p, n_int, n_int], pos))
        return _emit(b, ir.MakeView(typ, [p, n_int], pos))
    raise b.bug("unexpected builtin", pos)


def _offset(b: Builder, x: n.Expr) -> int:
    x = places.unparen(x)
    assert isinstance(x, n.SelectorExpr) and x.selection is not None
    typ = exprs.type_of(b, x.x)
    offset = 0
    for i in places.selection_path(b, x, x.selection):
        u = under(typ)
        if isinstance(u, t.Pointer):
            u = under(u.elem)
            offset = 0
        assert isinstance(u, t.Struct)
        offset += fields_offsets(u.fields)[i]
        typ = u.fields[i].type or TYP_INVALID
    return offset


def _check_view(b: Builder, p: ir.Value, length: ir.Value, size: int, what: str, pos: Pos) -> None:
    """Panic as unsafe.Slice and unsafe.String do if p[:length] is no memory that can be."""
    if isinstance(length, ir.Const) and length.value == 0:
        return
    ok = b.new_block("view.ok")
    bad_length = b.new_block("view.length")
    next_check = b.new_block("view.next")
    limit = (1 << 63) - 1 if size == 0 else ((1 << 63) - 1) // size
    count: ir.Value
    if isinstance(length, ir.Const) and isinstance(length.value, int) and length.value >= 0:
        count = b.const(TYP_UINTPTR, length.value)
    else:
        count = _emit(b, ir.Convert(TYP_UINTPTR, length, pos))
    b.branch(b.compare(tok.GTR, count, b.const(TYP_UINTPTR, limit), pos), bad_length, next_check, pos, likely=2)
    b.start_sealed(next_check)
    address = _emit(b, ir.ChangeType(t.TYP_UNSAFE_POINTER, p, pos))
    nil = ir.Const(t.TYP_UNSAFE_POINTER, None)
    nil_pointer = b.new_block("view.nil")
    too_big = b.new_block("view.big")
    if size == 0:
        positive = b.new_block("view.positive")
        b.branch(b.compare(tok.EQL, address, nil, pos), positive, ok, pos, likely=2)
        b.start_sealed(positive)
        b.branch(b.compare(tok.GTR, count, b.const(TYP_UINTPTR, 0), pos), nil_pointer, ok, pos, likely=2)
    else:
        memory = b.binary(TYP_UINTPTR, tok.MUL, count, b.const(TYP_UINTPTR, size), pos) if size != 1 else count
        number = _emit(b, ir.ChangeType(TYP_UINTPTR, address, pos))
        room = b.binary(TYP_UINTPTR, tok.SUB, b.const(TYP_UINTPTR, 0), number, pos)
        b.branch(b.compare(tok.GTR, memory, room, pos), too_big, ok, pos, likely=2)
        b.start_sealed(too_big)
        b.branch(b.compare(tok.EQL, address, nil, pos), nil_pointer, bad_length, pos)
    b.start_sealed(nil_pointer)
    b.call_runtime(f"panicunsafe{what}nilptr", [], pos)
    b.terminate(ir.Unreachable(pos))
    b.start_sealed(bad_length)
    b.call_runtime(f"panicunsafe{what}len", [], pos)
    b.terminate(ir.Unreachable(pos))
    b.start_sealed(ok)
