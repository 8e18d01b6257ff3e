"""Places: what can stand on the left of an assignment or behind &.

    a[i].f = g()     →     t0 = a, t1 = i evaluated;  t2 = g();  boundscheck t1, len t0;  store &t0[t1].f, t2

A place is found in two steps, because Go evaluates the operands of both sides of an assignment before it panics on a
bad index or nil pointer of the left side: `place(x)` evaluates the operands, `address(place)` makes the checks and the
address. A struct that lives in registers is assigned field by field without memory.

Sources: Go spec "Assignment statements", "Address operators"; compiler-contracts 6.1.
"""

from __future__ import annotations

from typing import Final, final

from ..diag.source import Pos
from ..syntax import nodes as n
from ..types import types as t
from ..types.lookup import lookup_field_or_method
from ..types.objects import METHOD_VAL, Func, Selection, Var
from ..types.types import Type, under
from . import instr as ir
from . import lower_expr as exprs
from .emit import BOUND, IN_VALUE, Builder

BLANK: Final = 0
RENAMED: Final = 1  # variable `var`, then the fields `path` of it
ADDRESS: Final = 2  # memory at `base`, then `steps`
MAP_ELEMENT: Final = 3  # `base`[`key`]
VALUE: Final = 4  # not a place: the value `base` itself


@final
class Step:
    """From an address to a part: field number `field`; or, with an `index`, an element of the slice `base` (field -1,
    only first) or of an array of length n (field -2-n)."""

    __slots__ = ("field", "index", "typ", "pos")

    def __init__(self, field: int, index: ir.Value | None, typ: Type, pos: Pos) -> None:
        self.field = field
        self.index = index
        self.typ = typ  # type of the part
        self.pos = pos


@final
class Place:
    """`typ` is the type of what is here. `check`: base may be nil."""

    __slots__ = ("kind", "typ", "var", "path", "base", "key", "steps", "check", "pos")

    def __init__(self, kind: int, typ: Type, pos: Pos) -> None:
        self.kind = kind
        self.typ = typ
        self.var: Var | None = None
        self.path: list[int] = []
        self.base: ir.Value | None = None
        self.key: ir.Value | None = None
        self.steps: list[Step] = []
        self.check = False
        self.pos = pos


def unparen(x: n.Expr) -> n.Expr:
    while isinstance(x, n.ParenExpr):
        x = x.x
    return x


def value_place(v: ir.Value, typ: Type, pos: Pos) -> Place:
    p = Place(VALUE, typ, pos)
    p.base = v
    return p


def pointer_place(pointer: ir.Value, elem: Type, pos: Pos, check: bool = True) -> Place:
    """*pointer"""
    p = Place(ADDRESS, elem, pos)
    p.base = pointer
    p.check = check
    return p


def var_place(b: Builder, var: Var, pos: Pos) -> Place:
    typ = b.typ(var.type)
    l = b.local(var)
    if l is None:
        return pointer_place(b.program.global_(var), typ, pos, False)
    if l.where == IN_VALUE:
        p = Place(RENAMED, typ, pos)
        p.var = var
        return p
    if l.where == BOUND:
        assert l.value is not None
        return value_place(l.value, typ, pos)
    return pointer_place(b.cell_address(l), typ, pos, False)


def place(b: Builder, x: n.Expr) -> Place:
    """The place x denotes, operands evaluated; a VALUE if it is none."""
    while isinstance(x, n.ParenExpr):
        x = x.x
    if isinstance(x, n.Name):
        if x.text == "_":
            return Place(BLANK, t.TYP_INVALID, x.pos)
        if isinstance(x.obj, Var):
            return var_place(b, x.obj, x.pos)
    elif isinstance(x, n.SelectorExpr):
        s = x.selection
        if s is None:
            if isinstance(x.sel.obj, Var):
                return var_place(b, x.sel.obj, x.pos)
        elif isinstance(s.obj, Var):
            return fields(b, operand(b, x.x), selection_path(b, x, s), x.pos)
    elif isinstance(x, n.IndexExpr):
        return _index(b, x)
    elif isinstance(x, n.StarExpr):
        return pointer_place(exprs.expr(b, x.x), b.typ(x.type), x.pos)
    elif isinstance(x, n.CompositeLit):
        from .lower_literal import literal_place

        return literal_place(b, x)
    return value_place(exprs.expr(b, x), b.typ(x.type), x.pos)


def operand(b: Builder, x: n.Expr) -> Place:
    """x as the operand of a selector or index: its own place if it has one, else its value."""
    return place(b, x)


def selection_path(b: Builder, x: n.SelectorExpr, s: Selection) -> list[int]:
    """The path of field indices (and for a method its index), found anew if the types depend on type arguments."""
    if not b.is_instance():
        return s.index
    r = lookup_field_or_method(b.typ(s.recv), True, s.obj.pkg, s.obj.name)
    if r.obj is None or r.index is None:
        raise b.bug(f"no field or method {s.obj.name} in {b.typ(s.recv)}", x.pos)
    return r.index


def selected_method(b: Builder, x: n.SelectorExpr, s: Selection) -> tuple[Func, list[int]]:
    """The method of a selection and the path to it, looked up for the instance at hand."""
    assert isinstance(s.obj, Func)
    if not b.is_instance():
        return s.obj, s.index
    recv = b.typ(s.recv)
    addressable = s.kind == METHOD_VAL
    r = lookup_field_or_method(recv, addressable, s.obj.pkg, s.obj.name)
    if not isinstance(r.obj, Func) or r.index is None:
        raise b.bug(f"no method {s.obj.name} in {recv}", x.pos)
    return r.obj, r.index


def field_type(u: t.Struct, i: int) -> Type:
    typ = u.fields[i].type
    return t.TYP_INVALID if typ is None else typ


def fields(b: Builder, p: Place, path: list[int], pos: Pos) -> Place:
    """The field at the end of path, through embedded pointers where there are some."""
    for i in path:
        p = field(b, p, i, pos)
    return p


def field(b: Builder, p: Place, i: int, pos: Pos) -> Place:
    u = under(p.typ)
    if isinstance(u, t.Pointer):
        p = pointer_place(load(b, p), u.elem, pos)
        u = under(u.elem)
    if not isinstance(u, t.Struct):
        raise b.bug(f"field of {p.typ}", pos)
    ft = field_type(u, i)
    if p.kind == ADDRESS:
        p.steps.append(Step(i, None, ft, pos))
        p.typ = ft
        return p
    if p.kind == RENAMED:
        p.path.append(i)
        p.typ = ft
        return p
    v = load(b, p)
    f = ir.Field(ft, v, i, pos)
    b.emit(f)
    return value_place(f, ft, pos)


def _index(b: Builder, x: n.IndexExpr) -> Place:
    xt = b.typ(x.x.type) if x.x.type is not None else t.TYP_INVALID
    u = under(xt)
    if isinstance(u, t.Map):
        m = exprs.expr(b, x.x)
        key = exprs.expr_as(b, x.index, u.key)
        p = Place(MAP_ELEMENT, u.elem, x.pos)
        p.base = m
        p.key = key
        return p
    if isinstance(u, t.Slice):
        base = exprs.expr(b, x.x)
        p = Place(ADDRESS, u.elem, x.pos)
        p.base = base
        p.steps.append(Step(-1, exprs.index_value(b, x.index), u.elem, x.pos))
        return p
    if isinstance(u, t.Pointer):
        array = under(u.elem)
        if isinstance(array, t.Array):
            p = pointer_place(exprs.expr(b, x.x), u.elem, x.pos)
            p.steps.append(Step(-2 - array.length, exprs.index_value(b, x.index), array.elem, x.pos))
            p.typ = array.elem
            return p
    if isinstance(u, t.Array):
        p = operand(b, x.x)
        if p.kind == ADDRESS:
            p.steps.append(Step(-2 - u.length, exprs.index_value(b, x.index), u.elem, x.pos))
            p.typ = u.elem
            return p
        v = load(b, p)
        index = exprs.index_value(b, x.index)
        bounds_check_const(b, index, u.length, x.pos)
        i = ir.Index(u.elem, v, index, x.pos)
        b.emit(i)
        return value_place(i, u.elem, x.pos)
    return value_place(exprs.expr(b, x), b.typ(x.type), x.pos)


def bounds_check_const(b: Builder, index: ir.Value, length: int, pos: Pos) -> None:
    """Check an index of an array, unless it is a constant (which the checker has compared with the length)."""
    if isinstance(index, ir.Const) and isinstance(index.value, int) and 0 <= index.value < length:
        return
    b.emit(ir.BoundsCheck(index, b.int_const(length), pos))


def address(b: Builder, p: Place) -> ir.Value:
    """Check and compute the address of an ADDRESS."""
    base = p.base
    assert base is not None
    if p.kind != ADDRESS:
        raise b.bug("address of something that has none", p.pos)
    if p.check:
        b.nil_check(base, p.pos)
    for k in range(len(p.steps)):
        s = p.steps[k]
        if s.index is None:
            base = b.field_addr(base, s.typ, s.field, s.pos)
            continue
        if s.field <= -2:
            bounds_check_const(b, s.index, -2 - s.field, s.pos)
        else:
            size = ir.Len(t.TYP_INT, base, s.pos)
            b.emit(size)
            b.emit(ir.BoundsCheck(s.index, size, s.pos))
        base = b.index_addr(base, s.typ, s.index, s.pos)
    return base


def load(b: Builder, p: Place) -> ir.Value:
    """The value at p."""
    kind = p.kind
    if kind == ADDRESS:
        return b.load(p.typ, address(b, p), p.pos)
    if kind == RENAMED:
        assert p.var is not None
        v = b.read(p.var)
        typ = b.typ(p.var.type)
        for i in p.path:
            u = under(typ)
            assert isinstance(u, t.Struct)
            typ = field_type(u, i)
            v = field_of_value(b, v, i, typ, p.pos)
        return v
    if kind == MAP_ELEMENT:
        assert p.base is not None and p.key is not None
        m = ir.MapLookup(p.typ, p.base, p.key, False, p.pos)
        b.emit(m)
        return m
    assert p.base is not None
    return p.base


def field_of_value(b: Builder, v: ir.Value, i: int, typ: Type, pos: Pos) -> ir.Value:
    if isinstance(v, ir.Aggregate):
        return v.args[i]
    if isinstance(v, ir.Const):
        return b.zero(typ)
    f = ir.Field(typ, v, i, pos)
    b.emit(f)
    return f


def store(b: Builder, p: Place, v: ir.Value, pos: Pos) -> None:
    """Assign v, already of p's type."""
    kind = p.kind
    if kind == ADDRESS:
        b.store(address(b, p), v, pos)
    elif kind == RENAMED:
        assert p.var is not None
        if p.path:
            v = _with_field(b, b.read(p.var), b.typ(p.var.type), p.path, 0, v, pos)
        b.write(p.var, v)
    elif kind == MAP_ELEMENT:
        assert p.base is not None and p.key is not None
        slot = ir.MapAssign(b.pointer_to(p.typ), p.base, p.key, p.pos)
        b.emit(slot)
        b.store(slot, v, pos)
    elif kind != BLANK:
        raise b.bug("assignment to a value", pos)


def _with_field(b: Builder, old: ir.Value, typ: Type, path: list[int], k: int, v: ir.Value, pos: Pos) -> ir.Value:
    """The struct old with the field at path[k:] replaced by v."""
    u = under(typ)
    assert isinstance(u, t.Struct)
    args: list[ir.Value] = []
    for i in range(len(u.fields)):
        ft = field_type(u, i)
        if i != path[k]:
            args.append(field_of_value(b, old, i, ft, pos))
        elif k + 1 == len(path):
            args.append(v)
        else:
            args.append(_with_field(b, field_of_value(b, old, i, ft, pos), ft, path, k + 1, v, pos))
    a = ir.Aggregate(typ, args, pos)
    b.emit(a)
    return a
