"""Composite literals and function literals.

    T{a, b}          →     aggregate T, a, b                       (small structs)
    []int{1, 2}      →     t0 = alloc [2]int;  store …;  slice t0[:]
    func() { x++ }   →     t0 = makeclosure outer.func1 [&x]

A big literal is filled in place where it is the value of a new variable or behind &, else in a temporary. A function
literal is built together with the function around it, because that tells what it captures.

Sources: Go spec "Composite literals", "Function literals"; cmd/compile/internal/ir closureName (names).
"""

from __future__ import annotations

from ..diag.source import Pos
from ..syntax import nodes as n
from ..types import types as t
from ..types.lookup import lookup_field_or_method
from ..types.types import Type, under
from . import instr as ir
from . import lower_expr as exprs
from . import lower_place as places
from .emit import Builder
from .function import LITERAL, PACKAGE_INIT, Function


def literal(b: Builder, x: n.CompositeLit) -> ir.Value:
    return _literal_of(b, x, b.typ(x.type))


def _literal_of(b: Builder, x: n.CompositeLit, typ: Type) -> ir.Value:
    u = under(typ)
    if isinstance(u, t.Pointer):  # &T elided inside a literal of pointers
        return new_literal(b, x, u.elem, x.pos, typ)
    if isinstance(u, t.Slice):
        return _slice_literal(b, x, u, typ)
    if isinstance(u, t.Map):
        return _map_literal(b, x, u, typ)
    if not x.elems:
        return ir.Const(typ, None)
    if isinstance(u, t.Struct) and b.program.in_registers(typ):
        return _struct_value(b, x, u, typ)
    return places.load(b, literal_place(b, x))


def literal_place(b: Builder, x: n.CompositeLit) -> places.Place:
    """A temporary holding the literal, if it is a struct or array in memory; else its value."""
    typ = b.typ(x.type)
    u = under(typ)
    if isinstance(u, (t.Struct, t.Array)) and not b.program.in_registers(typ):
        cell = b.alloc(typ, "composite", x.pos)
        fill(b, cell, x, typ)
        return places.pointer_place(cell, typ, x.pos, False)
    return places.value_place(literal(b, x), typ, x.pos)


def new_literal(b: Builder, x: n.CompositeLit, typ: Type, pos: Pos, pointer: Type | None = None) -> ir.Value:
    """&T{…}; `pointer` is the pointer type if it is not *T itself."""
    cell = b.alloc(typ, "complit", pos, explicit=True)
    if pointer is not None:
        cell.type = pointer
    fill(b, cell, x, typ)
    return cell


def _elements(b: Builder, u: t.Struct, typ: Type, x: n.CompositeLit) -> list[tuple[list[int], n.Expr]]:
    """Field paths and values in source order."""
    out: list[tuple[list[int], n.Expr]] = []
    for i in range(len(x.elems)):
        e = x.elems[i]
        if isinstance(e, n.KeyValueExpr):
            assert isinstance(e.key, n.Name)
            out.append((_path(b, u, typ, e.key), e.val))
        else:
            out.append(([i], e))
    return out


def _path(b: Builder, u: t.Struct, typ: Type, key: n.Name) -> list[int]:
    name = key.text
    fields = u.fields
    obj = key.obj
    for i in range(len(fields)):
        if fields[i] is obj or fields[i].name == name and (obj is None or obj.pkg is fields[i].pkg or obj.exported()):
            return [i]
    r = lookup_field_or_method(typ, False, None if obj is None else obj.pkg, name)
    if r.index is None:
        raise b.bug(f"no field {name} in {typ}", key.pos)
    return r.index


def _struct_value(b: Builder, x: n.CompositeLit, u: t.Struct, typ: Type) -> ir.Value:
    values: list[ir.Value | None] = [None] * len(u.fields)
    nested: list[tuple[list[int], ir.Value]] = []
    for path, e in _elements(b, u, typ, x):
        if len(path) > 1:
            ft: Type = typ
            for i in path:
                su = under(ft)
                assert isinstance(su, t.Struct)
                ft = places.field_type(su, i)
            nested.append((path, exprs.expr_as(b, e, ft)))
        else:
            values[path[0]] = exprs.expr_as(b, e, places.field_type(u, path[0]))
    args: list[ir.Value] = []
    for i in range(len(values)):
        v = values[i]
        args.append(b.zero(places.field_type(u, i)) if v is None else v)
    a: ir.Value = ir.Aggregate(typ, args, x.pos)
    assert isinstance(a, ir.Aggregate)
    b.emit(a)
    for path, v in nested:
        a = places._with_field(b, a, typ, path, 0, v, x.pos)
    return a


def fill(b: Builder, address: ir.Value, x: n.CompositeLit, typ: Type) -> None:
    """Store the literal's elements into the zeroed memory at address."""
    u = under(typ)
    if isinstance(u, t.Struct):
        for path, e in _elements(b, u, typ, x):
            at = address
            ft: Type = typ
            for i in path:
                su = under(ft)
                assert isinstance(su, t.Struct)
                ft = places.field_type(su, i)
                at = b.field_addr(at, ft, i, e.pos)
            store_element(b, at, e, ft)
    elif isinstance(u, t.Array):
        index = 0
        zero_elem = isinstance(under(u.elem), t.Basic)
        for e in x.elems:
            if isinstance(e, n.KeyValueExpr):
                index = _constant_index(b, e.key)
                e = e.val
            if not (zero_elem and _is_zero(e)):
                store_element(b, b.index_addr(address, u.elem, b.int_const(index), e.pos), e, u.elem)
            index += 1
    else:
        b.store(address, _literal_of(b, x, typ), x.pos)


def _is_zero(e: n.Expr) -> bool:
    v = e.value
    return isinstance(v, int) and v == 0


def _constant_index(b: Builder, key: n.Expr) -> int:
    v = key.value
    if v is None or isinstance(v, bytes) or not isinstance(v, int):
        raise b.bug("index of a literal is no integer", key.pos)
    return v


def store_element(b: Builder, at: ir.Value, e: n.Expr, typ: Type) -> None:
    """Store the value of e in the zeroed memory at `at`; literals in place."""
    inner = places.unparen(e)
    if isinstance(inner, n.CompositeLit):
        lit_type = b.typ(inner.type)
        if isinstance(under(lit_type), (t.Struct, t.Array)) and not isinstance(under(typ), t.Interface):
            if not b.program.in_registers(lit_type):
                fill(b, at, inner, lit_type)
                return
    b.store(at, exprs.expr_as(b, e, typ), e.pos)


def literal_length(b: Builder, x: n.CompositeLit) -> int:
    length = 0
    index = 0
    for e in x.elems:
        if isinstance(e, n.KeyValueExpr):
            index = _constant_index(b, e.key)
        index += 1
        if index > length:
            length = index
    return length


def _slice_literal(b: Builder, x: n.CompositeLit, u: t.Slice, typ: Type) -> ir.Value:
    length = literal_length(b, x)
    array = t.Array(u.elem, length)
    cell = b.alloc(array, "slicelit", x.pos, explicit=True)
    fill(b, cell, x, array)
    s = ir.SliceOp(typ, cell, None, None, None, x.pos)
    b.emit(s)
    return s


def _map_literal(b: Builder, x: n.CompositeLit, u: t.Map, typ: Type) -> ir.Value:
    hint = b.int_const(len(x.elems)) if x.elems else None
    m = ir.MakeMap(typ, hint, x.pos)
    b.emit(m)
    for e in x.elems:
        assert isinstance(e, n.KeyValueExpr)
        key = _element_value(b, e.key, u.key)
        val = _element_value(b, e.val, u.elem)
        slot = ir.MapAssign(b.pointer_to(u.elem), m, key, e.pos)
        b.emit(slot)
        b.store(slot, val, e.pos)
    return m


def _element_value(b: Builder, e: n.Expr, typ: Type) -> ir.Value:
    return exprs.expr_as(b, e, typ)


def pack(b: Builder, values: list[ir.Value], slice_type: Type, pos: Pos) -> ir.Value:
    """The slice of a variadic call's further arguments."""
    if not values:
        return ir.Const(slice_type, None)
    u = under(slice_type)
    assert isinstance(u, t.Slice)
    array = t.Array(u.elem, len(values))
    cell = b.alloc(array, "... argument", pos, explicit=True)
    for i in range(len(values)):
        b.store(b.index_addr(cell, u.elem, b.int_const(i), pos), values[i], pos)
    s = ir.SliceOp(slice_type, cell, None, None, None, pos)
    b.emit(s)
    return s


# ------------------------------------------------------------------------------------------------ function literals


def func_literal(b: Builder, x: n.FuncLit) -> ir.Value:
    fn, child = build_literal(b, x)
    typ = exprs.type_of(b, x)
    if not child.captures:
        return ir.FuncRef(typ, fn)
    m = ir.MakeClosure(typ, fn, b.capture_operands(child), x.pos)
    b.emit(m)
    return m


def literal_name(b: Builder) -> str:
    """outer.func1 in a declared function, outer.func1.1 in a literal."""
    b.func_count += 1
    fn = b.fn
    if fn.kind == LITERAL or fn.parent is not None:
        return f"{fn.name}.{b.func_count}"
    return f"{fn.name}.func{b.func_count}"


def build_literal(b: Builder, x: n.FuncLit) -> tuple[Function, Builder]:
    """Build the literal's function now."""
    from .builder import build_body

    program = b.program
    if b.fn.kind == PACKAGE_INIT:
        # Nothing to capture: it is built when somebody wants it.
        fn = program.global_literal(x, b.fn.package)
        return fn, Builder(program, fn, None)
    name = literal_name(b)
    sig = b.typ(x.type)
    assert isinstance(sig, t.Signature)
    fn = Function(name, b.fn.package, sig, LITERAL, x.pos)
    fn.literal = x
    fn.parent = b.fn
    fn.type_map = b.fn.type_map
    fn.targs = b.fn.targs
    fn.is_runtime = b.fn.is_runtime
    fn.pragmas = 0
    fn.end_pos = x.body.rbrace
    fn.start_line = program.line(x.pos)
    b.fn.anonymous.append(fn)
    child = Builder(program, fn, b)
    build_body(child, x.func_type, None, x.body, x.type)
    return fn, child
