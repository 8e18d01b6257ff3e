"""Range over integers, slices, arrays, strings, maps and channels.

    for i, x := range s { … }     →     n = len s;  for i = 0; i < n; i++ { x = s[i]; … }

The operand is evaluated once; an array is copied if its elements are wanted (it may change meanwhile), a pointer to an
array or a slice is not. The hidden counter is not the loop variable, which the body may assign.

Sources: Go spec "For statements with range clause"; compiler-contracts 6.3.
"""

from __future__ import annotations

from typing import final

from ..syntax import nodes as n
from ..syntax import tokens as tok
from ..types import types as t
from ..types.objects import Var
from ..types.types import TYP_BOOL, TYP_INT, Type, under
from . import instr as ir
from . import lower_convert as conv
from . import lower_expr as exprs
from . import lower_place as places
from . import lower_stmt as stmts
from .emit import Builder
from .function import Block
from .rangefunc import assign_iteration, range_func


def range_statement(b: Builder, s: n.RangeStmt) -> None:
    if s.define and not s.distinct_vars:
        _declare_once(b, s)
    typ = exprs.type_of(b, s.x)
    u = under(typ)
    if isinstance(u, t.Signature):
        range_func(b, s)
    elif isinstance(u, t.Basic):
        if u.info & t.IS_STRING:
            _string(b, s)
        else:
            _int(b, s, typ)
    elif isinstance(u, t.Map):
        _map(b, s, u)
    elif isinstance(u, t.Chan):
        _chan(b, s, u)
    else:
        _elements(b, s, u)


def _declare_once(b: Builder, s: n.RangeStmt) -> None:
    """Before go1.22 the variables were declared once for all iterations."""
    for x in s.lhs:
        if isinstance(x, n.Name) and isinstance(x.obj, Var) and x.text != "_":
            x.obj.reassigned = True
            b.declare(x.obj, None, x.pos)


def wanted(s: n.RangeStmt, i: int) -> bool:
    if i >= len(s.lhs):
        return False
    x = places.unparen(s.lhs[i])
    return not (isinstance(x, n.Name) and x.text == "_")


def _give(b: Builder, s: n.RangeStmt, values: list[ir.Value]) -> None:
    if not s.define or s.distinct_vars:
        assign_iteration(b, s, values, True)
        return
    for i in range(len(s.lhs)):
        x = s.lhs[i]
        if wanted(s, i) and isinstance(x, n.Name) and isinstance(x.obj, Var):
            b.store_var(x.obj, conv.assign(b, values[i], b.typ(x.obj.type), x.pos), x.pos)


@final
class _Loop:
    """The blocks of a loop: head tests, post advances."""

    __slots__ = ("head", "body", "post", "done")

    def __init__(self, b: Builder, s: n.RangeStmt, with_post: bool) -> None:
        self.head = b.new_block("range.head")
        self.body = b.new_block("range.body")
        self.post: Block = b.new_block("range.post") if with_post else self.head
        self.done = b.new_block("range.done")
        b.breaks[s] = self.done
        b.continues[s] = self.post
        b.jump(self.head, s.pos)
        b.start(self.head)
        b.loop_depth += 1

    def run_body(self, b: Builder, s: n.RangeStmt) -> None:
        stmts.block(b, s.body.stmts)
        b.jump(self.post, s.body.rbrace)

    def end(self, b: Builder) -> None:
        b.loop_depth -= 1
        b.seal(self.head)
        stmts.start_done(b, self.done)


def _count(b: Builder, s: n.RangeStmt, loop: _Loop, counter: Var, typ: Type) -> None:
    """The post block: counter++."""
    if loop.post.preds:
        b.start_sealed(loop.post)
        i = b.read(counter)
        b.write(counter, b.binary(typ, tok.ADD, i, b.const(typ, 1), s.pos))
        b.jump(loop.head, s.pos)


def _int(b: Builder, s: n.RangeStmt, typ: Type) -> None:
    if wanted(s, 0) and s.x.value is not None:
        lt = s.lhs[0].type
        if isinstance(s.lhs[0], n.Name) and isinstance(s.lhs[0].obj, Var):
            lt = s.lhs[0].obj.type
        if lt is not None:
            typ = b.typ(lt)
    limit = exprs.expr_as(b, s.x, typ)
    counter = b.hidden("range.index", typ)
    b.write(counter, b.const(typ, 0))
    loop = _Loop(b, s, True)
    b.branch(b.compare(tok.LSS, b.read(counter), limit, s.pos), loop.body, loop.done, s.pos)
    if loop.body.preds:
        b.start_sealed(loop.body)
        if wanted(s, 0):
            _give(b, s, [b.read(counter)])
        loop.run_body(b, s)
    _count(b, s, loop, counter, typ)
    loop.end(b)


def _elements(b: Builder, s: n.RangeStmt, u: Type) -> None:
    """Slices, arrays and pointers to arrays."""
    with_value = wanted(s, 1)
    base: ir.Value | None = None
    size: ir.Value
    elem: Type
    is_pointer = False
    if isinstance(u, t.Slice):
        base = exprs.expr(b, s.x)
        length = ir.Len(TYP_INT, base, s.pos)
        b.emit(length)
        size = length
        elem = u.elem
    else:
        array = u
        if isinstance(u, t.Pointer):
            array = under(u.elem)
            is_pointer = True
            if with_value or exprs.has_call(s.x):
                base = exprs.expr(b, s.x)
        assert isinstance(array, t.Array)
        size = b.int_const(array.length)
        elem = array.elem
        if not is_pointer and (with_value or exprs.has_call(s.x)):
            base = _array_base(b, s, array, with_value)
    counter = b.hidden("range.index", TYP_INT)
    b.write(counter, b.int_const(0))
    loop = _Loop(b, s, True)
    b.branch(b.compare(tok.LSS, b.read(counter), size, s.pos), loop.body, loop.done, s.pos)
    if loop.body.preds:
        b.start_sealed(loop.body)
        values = [b.read(counter)]
        if with_value:
            assert base is not None
            if is_pointer:
                b.nil_check(base, s.x.pos)
            values.append(b.load(elem, b.index_addr(base, elem, b.read(counter), s.pos), s.pos))
        elif len(s.lhs) > 1:
            values.append(ir.Const(elem, None))
        if wanted(s, 0) or with_value:
            _give(b, s, values)
        loop.run_body(b, s)
    _count(b, s, loop, counter, TYP_INT)
    loop.end(b)


def _array_base(b: Builder, s: n.RangeStmt, array: t.Array, with_value: bool) -> ir.Value | None:
    """The address of the array, or of a copy if it might change during the loop."""
    p = places.place(b, s.x)
    if not with_value:
        return None
    x = places.unparen(s.x)
    if p.kind == places.ADDRESS:
        fixed = isinstance(x, n.CompositeLit)
        if isinstance(x, n.Name) and isinstance(x.obj, Var) and not b.is_package_level(x.obj):
            fixed = not x.obj.reassigned and not x.obj.addressed
        if fixed:
            return places.address(b, p)
    v = places.load(b, p)
    cell = b.alloc(p.typ, "range.copy", s.pos)
    cell.needs_zero = False
    b.store(cell, v, s.pos)
    return cell


def _string(b: Builder, s: n.RangeStmt) -> None:
    x = exprs.expr(b, s.x)
    length = ir.Len(TYP_INT, x, s.pos)
    b.emit(length)
    counter = b.hidden("range.offset", TYP_INT)
    following = b.hidden("range.next", TYP_INT)
    b.write(counter, b.int_const(0))
    loop = _Loop(b, s, True)
    b.branch(b.compare(tok.LSS, b.read(counter), length, s.pos), loop.body, loop.done, s.pos)
    b.start_sealed(loop.body)
    at = b.read(counter)
    step = ir.StringNext(b.program.tuple_of([TYP_INT, t.TYP_RUNE]), x, at, s.pos)
    b.emit(step)
    b.write(following, b.extract(step, 0, TYP_INT))
    if wanted(s, 0) or wanted(s, 1):
        _give(b, s, [at, b.extract(step, 1, t.TYP_RUNE)])
    loop.run_body(b, s)
    if loop.post.preds:
        b.start_sealed(loop.post)
        b.write(counter, b.read(following))
        b.jump(loop.head, s.pos)
    loop.end(b)


def _map(b: Builder, s: n.RangeStmt, u: t.Map) -> None:
    m = exprs.expr(b, s.x)
    it = ir.MapRange(t.TYP_UNSAFE_POINTER, m, u, s.pos)
    b.emit(it)
    loop = _Loop(b, s, False)
    with_key = wanted(s, 0)
    with_elem = wanted(s, 1)
    entry = ir.MapNext(b.program.tuple_of([TYP_BOOL, u.key, u.elem]), it, with_key, with_elem, s.pos)
    b.emit(entry)
    b.branch(b.extract(entry, 0, TYP_BOOL), loop.body, loop.done, s.pos)
    b.start_sealed(loop.body)
    if with_key or with_elem:
        key: ir.Value = b.extract(entry, 1, u.key) if with_key else ir.Const(u.key, None)
        elem: ir.Value = b.extract(entry, 2, u.elem) if with_elem else ir.Const(u.elem, None)
        _give(b, s, [key, elem])
    loop.run_body(b, s)
    loop.end(b)


def _chan(b: Builder, s: n.RangeStmt, u: t.Chan) -> None:
    ch = exprs.expr(b, s.x)
    loop = _Loop(b, s, False)
    r = ir.Recv(b.program.pair(u.elem), ch, True, s.pos)
    b.emit(r)
    b.branch(b.extract(r, 1, TYP_BOOL), loop.body, loop.done, s.pos)
    b.start_sealed(loop.body)
    if wanted(s, 0):
        _give(b, s, [b.extract(r, 0, u.elem)])
    loop.run_body(b, s)
    loop.end(b)
