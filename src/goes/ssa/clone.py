"""Copying instructions from one function into another.

    copy_instr(i, values)   →   a fresh instruction like i, its operands replaced through `values`

`values` maps the old function's parameters, captures and instruction results to values of the new one; operands that
are not in it (constants, globals, functions) are shared. Positions are copied; the caller sets `site`.
"""

from __future__ import annotations

from . import instr as ir


def _sub(v: ir.Value, values: dict[ir.Value, ir.Value]) -> ir.Value:
    w = values.get(v)
    return v if w is None else w


def _subs(vs: list[ir.Value], values: dict[ir.Value, ir.Value]) -> list[ir.Value]:
    return [_sub(v, values) for v in vs]


def copy_instr(i: ir.Instr, values: dict[ir.Value, ir.Value]) -> ir.Instr:
    """A copy of i with operands substituted. Phis keep their operand count; the caller rebuilds edges."""
    if isinstance(
        i, (ir.Load, ir.UnOp, ir.ChangeType, ir.Convert, ir.FieldAddr, ir.Field, ir.Extract, ir.Len, ir.NilCheck)
    ):
        return _copy_frequent(i, values)
    if isinstance(i, ir.Unary):
        return _copy_unary(i, values)
    if isinstance(i, ir.Binary):
        return _copy_binary(i, values)
    if isinstance(i, ir.Variadic):
        return _copy_variadic(i, values)
    return _copy_other(i, values)


def _copy_frequent(i: ir.Instr, values: dict[ir.Value, ir.Value]) -> ir.Instr:
    if isinstance(i, ir.Load):
        return ir.Load(i.type, _sub(i.x, values), i.pos)
    if isinstance(i, ir.FieldAddr):
        return ir.FieldAddr(i.type, _sub(i.x, values), i.field, i.pos)
    if isinstance(i, ir.Field):
        return ir.Field(i.type, _sub(i.x, values), i.field, i.pos)
    if isinstance(i, ir.Extract):
        e = ir.Extract(i.type, _sub(i.x, values), i.index)
        e.pos = i.pos
        return e
    if isinstance(i, ir.Len):
        return ir.Len(i.type, _sub(i.x, values), i.pos)
    if isinstance(i, ir.NilCheck):
        return ir.NilCheck(_sub(i.x, values), i.pos)
    if isinstance(i, ir.ChangeType):
        return ir.ChangeType(i.type, _sub(i.x, values), i.pos)
    if isinstance(i, ir.Convert):
        return ir.Convert(i.type, _sub(i.x, values), i.pos)
    assert isinstance(i, ir.UnOp)
    return ir.UnOp(i.type, i.op, _sub(i.x, values), i.pos)


def _copy_unary(i: ir.Unary, values: dict[ir.Value, ir.Value]) -> ir.Instr:
    x = _sub(i.x, values)
    if isinstance(i, ir.StringConvert):
        s = ir.StringConvert(i.type, x, i.pos)
        s.no_copy = i.no_copy
        return s
    if isinstance(i, ir.MakeInterface):
        return ir.MakeInterface(i.type, x, i.pos)
    if isinstance(i, ir.ChangeInterface):
        return ir.ChangeInterface(i.type, x, i.pos)
    if isinstance(i, ir.TypeAssert):
        return ir.TypeAssert(i.type, x, i.asserted, i.comma_ok, i.pos)
    if isinstance(i, ir.Cap):
        return ir.Cap(i.type, x, i.pos)
    if isinstance(i, ir.DataPtr):
        return ir.DataPtr(i.type, x, i.pos)
    if isinstance(i, ir.SliceToArrayPointer):
        return ir.SliceToArrayPointer(i.type, x, i.pos)
    if isinstance(i, ir.Clear):
        return ir.Clear(x, i.pos)
    if isinstance(i, ir.MapRange):
        return ir.MapRange(i.type, x, i.map_type, i.pos)
    if isinstance(i, ir.MapNext):
        return ir.MapNext(i.type, x, i.want_key, i.want_elem, i.pos)
    if isinstance(i, ir.MakeChan):
        return ir.MakeChan(i.type, x, i.pos)
    if isinstance(i, ir.Recv):
        return ir.Recv(i.type, x, i.comma_ok, i.pos)
    if isinstance(i, ir.CloseChan):
        return ir.CloseChan(x, i.pos)
    if isinstance(i, ir.DivCheck):
        return ir.DivCheck(x, i.pos)
    if isinstance(i, ir.ShiftCheck):
        return ir.ShiftCheck(x, i.pos)
    if isinstance(i, ir.Go):
        return ir.Go(x, i.pos)
    if isinstance(i, ir.Defer):
        return ir.Defer(x, i.in_loop, None if i.token is None else _sub(i.token, values), i.pos)
    if isinstance(i, ir.If):
        c = ir.If(x, i.pos)
        c.likely = i.likely
        return c
    if isinstance(i, ir.Switch):
        return ir.Switch(x, list(i.cases), i.pos)
    if isinstance(i, ir.Panic):
        return ir.Panic(x, i.pos)
    raise AssertionError(f"cannot copy {type(i).__name__}")


def _copy_binary(i: ir.Binary, values: dict[ir.Value, ir.Value]) -> ir.Instr:
    x = _sub(i.x, values)
    y = _sub(i.y, values)
    if isinstance(i, ir.BinOp):
        return ir.BinOp(i.type, i.op, x, y, i.pos)
    if isinstance(i, ir.Store):
        s = ir.Store(x, y, i.pos)
        s.barrier = i.barrier
        return s
    if isinstance(i, ir.IndexAddr):
        return ir.IndexAddr(i.type, x, y, i.pos)
    if isinstance(i, ir.Index):
        return ir.Index(i.type, x, y, i.pos)
    if isinstance(i, ir.BoundsCheck):
        return ir.BoundsCheck(x, y, i.pos)
    if isinstance(i, ir.SliceCheck):
        return ir.SliceCheck(i.kind, x, y, i.pos)
    if isinstance(i, ir.MakeSlice):
        return ir.MakeSlice(i.type, x, y, i.pos)
    if isinstance(i, ir.AppendSlice):
        return ir.AppendSlice(i.type, x, y, i.pos)
    if isinstance(i, ir.Copy):
        return ir.Copy(i.type, x, y, i.pos)
    if isinstance(i, ir.MapLookup):
        return ir.MapLookup(i.type, x, y, i.comma_ok, i.pos)
    if isinstance(i, ir.MapAssign):
        return ir.MapAssign(i.type, x, y, i.pos)
    if isinstance(i, ir.MapDelete):
        return ir.MapDelete(x, y, i.pos)
    if isinstance(i, ir.StringNext):
        return ir.StringNext(i.type, x, y, i.pos)
    if isinstance(i, ir.Send):
        return ir.Send(x, y, i.pos)
    raise AssertionError(f"cannot copy {type(i).__name__}")


def _copy_variadic(i: ir.Variadic, values: dict[ir.Value, ir.Value]) -> ir.Instr:
    args = _subs(i.args, values)
    if isinstance(i, ir.Phi):
        return ir.Phi(i.type, args, i.comment)
    if isinstance(i, ir.CallStatic):
        c = ir.CallStatic(i.type, i.function, args, i.pos, None if i.closure is None else _sub(i.closure, values))
        c.no_inline = i.no_inline
        return c
    if isinstance(i, ir.CallValue):
        return ir.CallValue(i.type, i.signature, args, i.pos)
    if isinstance(i, ir.CallInvoke):
        return ir.CallInvoke(i.type, i.interface, i.method, i.signature, args, i.pos)
    if isinstance(i, ir.CallRuntime):
        return ir.CallRuntime(i.type, i.name, args, i.pos)
    if isinstance(i, ir.Aggregate):
        return ir.Aggregate(i.type, args, i.pos)
    if isinstance(i, ir.Concat):
        return ir.Concat(i.type, args, i.pos)
    if isinstance(i, ir.MinMax):
        return ir.MinMax(i.type, i.is_max, args, i.pos)
    if isinstance(i, ir.ComplexOp):
        return ir.ComplexOp(i.type, i.what, args, i.pos)
    if isinstance(i, ir.MakeView):
        return ir.MakeView(i.type, args, i.pos)
    if isinstance(i, ir.SliceOp):
        s = ir.SliceOp(i.type, args[0], args[1], args[2], args[3], i.pos)
        s.has_low = i.has_low
        s.has_high = i.has_high
        s.has_max = i.has_max
        return s
    if isinstance(i, ir.Append):
        return ir.Append(i.type, args, i.pos)
    if isinstance(i, ir.MakeClosure):
        return ir.MakeClosure(i.type, i.function, args, i.pos)
    if isinstance(i, ir.Select):
        return ir.Select(i.type, i.states, args, i.blocking, i.pos)
    if isinstance(i, ir.Print):
        return ir.Print(args, i.newline, i.pos)
    if isinstance(i, ir.Return):
        return ir.Return(args, i.pos)
    raise AssertionError(f"cannot copy {type(i).__name__}")


def _copy_other(i: ir.Instr, values: dict[ir.Value, ir.Value]) -> ir.Instr:
    if isinstance(i, ir.Alloc):
        a = ir.Alloc(i.type, i.elem, i.comment, i.pos, i.explicit)
        a.needs_zero = i.needs_zero
        return a
    if isinstance(i, ir.Jump):
        return ir.Jump(i.pos)
    if isinstance(i, ir.Unreachable):
        return ir.Unreachable(i.pos)
    if isinstance(i, ir.MakeMap):
        return ir.MakeMap(i.type, None if i.hint is None else _sub(i.hint, values), i.pos)
    if isinstance(i, ir.Recover):
        return ir.Recover(i.type, i.pos)
    raise AssertionError(f"cannot copy {type(i).__name__}")
