"""Switch, type switch and select.

    switch x { case 1, 2: a; case 3: b }     →     switch x [1: L1, 2: L1, 3: L2] else done

Cases are tried in order. Integer constants become one Switch instruction, string constants are told apart by length
first. In an instance of a generic function two cases of a type switch may name the same type: the first one wins.

Sources: Go spec "Switch statements", "Select statements"; compiler-contracts 6.3.
"""

from __future__ import annotations

from typing import Final

from ..diag.source import Pos
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

# From this many constants on a Switch or a split by length is worth it.
MIN_TABLE: Final = 4


def switch_statement(b: Builder, s: n.SwitchStmt) -> None:
    if s.init is not None:
        stmts.statement(b, s.init)
    if isinstance(s.tag, n.TypeSwitchGuard):
        _type_switch(b, s, s.tag)
        return
    done = b.new_block("switch.done")
    b.breaks[s] = done
    bodies = [b.new_block("switch.body") for _ in s.body]
    default = done
    for i in range(len(s.body)):
        if s.body[i].is_default:
            default = bodies[i]
    _dispatch(b, s, bodies, default)
    outer = b.fallthrough
    for i in range(len(s.body)):
        case = s.body[i]
        if bodies[i].preds:
            b.start_sealed(bodies[i])
            b.fallthrough = bodies[i + 1] if i + 1 < len(bodies) else None
            stmts.block(b, case.body)
            b.jump(done, s.rbrace)
    b.fallthrough = outer
    stmts.start_done(b, done)


def _dispatch(b: Builder, s: n.SwitchStmt, bodies: list[Block], default: Block) -> None:
    tag_expr = s.tag
    if tag_expr is None:
        for i in range(len(s.body)):
            for c in s.body[i].cases:
                following = b.new_block("switch.next")
                if isinstance(under(exprs.type_of(b, c)), t.Interface):
                    b.branch(_equal(b, b.const(TYP_BOOL, True), TYP_BOOL, c), bodies[i], following, c.pos)
                else:
                    exprs.condition(b, c, bodies[i], following)
                if not following.preds:
                    b.block = None
                    return
                b.start_sealed(following)
        b.jump(default, s.pos)
        return
    typ = exprs.type_of(b, tag_expr)
    tag = exprs.expr_as(b, tag_expr, typ)
    u = under(typ)
    if isinstance(u, t.Basic) and not isinstance(tag, ir.Const):
        if u.info & t.IS_INTEGER and _all_constant(s):
            _integers(b, s, tag, bodies, default)
            return
        if u.info & t.IS_STRING and _all_constant(s) and _strings(b, s, tag, typ, bodies, default):
            return
    for i in range(len(s.body)):
        for c in s.body[i].cases:
            following = b.new_block("switch.next")
            b.branch(_equal(b, tag, typ, c), bodies[i], following, c.pos)
            if not following.preds:
                b.block = None
                return
            b.start_sealed(following)
    b.jump(default, s.pos)


def _equal(b: Builder, tag: ir.Value, typ: Type, c: n.Expr) -> ir.Value:
    if exprs.is_nil_expr(c):
        return b.compare(tok.EQL, tag, ir.Const(typ, None), c.pos)
    ct = b.typ(c.type)
    if isinstance(ct, t.Basic) and ct.info & t.IS_UNTYPED:
        ct = typ if not isinstance(under(typ), t.Interface) else exprs.type_of(b, c)
    common = exprs.comparison_type(typ, ct)
    if c.value is not None and not isinstance(under(common), t.Interface):
        v: ir.Value = exprs.constant(b, common, c.value, c.pos)
    else:
        v = exprs.expr_as(b, c, common)
    tag = conv.assign(b, tag, common, c.pos)
    if isinstance(under(typ), t.Basic) and isinstance(tag, ir.Const) and isinstance(tag.value, bool):
        # switch true { case f(): }
        if tag.value:
            return v
        not_v = ir.UnOp(TYP_BOOL, tok.NOT, v, c.pos)
        b.emit(not_v)
        return not_v
    if isinstance(tag, ir.Const) and isinstance(v, ir.Const) and tag.value is not None and v.value is not None:
        return b.const(TYP_BOOL, tag.value == v.value)
    return b.compare(tok.EQL, tag, v, c.pos)


def _all_constant(s: n.SwitchStmt) -> bool:
    for case in s.body:
        for c in case.cases:
            if c.value is None:
                return False
    return True


def _integers(b: Builder, s: n.SwitchStmt, tag: ir.Value, bodies: list[Block], default: Block) -> None:
    values: list[int] = []
    targets: list[Block] = []
    seen: set[int] = set()
    for i in range(len(s.body)):
        for c in s.body[i].cases:
            k = exprs.constant(b, tag.type, c.value, c.pos) if c.value is not None else None
            if k is None or not isinstance(k.value, int) or k.value in seen:
                continue
            seen.add(k.value)
            values.append(k.value)
            targets.append(bodies[i])
    if len(values) >= MIN_TABLE:
        b.switch(tag, values, targets, default, s.pos)
        return
    for j in range(len(values)):
        following = b.new_block("switch.next")
        b.branch(b.compare(tok.EQL, tag, b.const(tag.type, values[j]), s.pos), targets[j], following, s.pos)
        b.start_sealed(following)
    b.jump(default, s.pos)


def _strings(b: Builder, s: n.SwitchStmt, tag: ir.Value, typ: Type, bodies: list[Block], default: Block) -> bool:
    groups: dict[int, list[tuple[bytes, Block, Pos]]] = {}
    seen: set[bytes] = set()
    for i in range(len(s.body)):
        for c in s.body[i].cases:
            v = c.value
            if not isinstance(v, bytes):
                return False
            if v in seen:
                continue
            seen.add(v)
            groups.setdefault(len(v), []).append((v, bodies[i], c.pos))
    if len(seen) < 2 * MIN_TABLE or len(groups) < 2:
        return False
    length = ir.Len(TYP_INT, tag, s.pos)
    b.emit(length)
    sizes = sorted(groups)
    heads = [b.new_block("switch.length") for _ in sizes]
    b.switch(length, sizes, heads, default, s.pos)
    for k in range(len(sizes)):
        b.start_sealed(heads[k])
        for v, target, pos in groups[sizes[k]]:
            following = b.new_block("switch.next")
            b.branch(b.compare(tok.EQL, tag, b.const(typ, v), pos), target, following, pos)
            b.start_sealed(following)
        b.jump(default, s.pos)
    return True


# ------------------------------------------------------------------------------------------------ type switch


def _type_switch(b: Builder, s: n.SwitchStmt, guard: n.TypeSwitchGuard) -> None:
    x = exprs.expr(b, guard.x)
    done = b.new_block("typeswitch.done")
    b.breaks[s] = done
    default: Block | None = None
    default_case: n.CaseClause | None = None
    outer = b.fallthrough
    b.fallthrough = None
    for case in s.body:
        if case.is_default:
            default_case = case
            default = b.new_block("typeswitch.default")
    for case in s.body:
        if case.is_default:
            continue
        body = b.new_block("typeswitch.body")
        bound: ir.Value | None = None
        single = len(case.cases) == 1
        implicit = case.implicit
        for c in case.cases:
            following = b.new_block("typeswitch.next")
            ok: ir.Value
            if exprs.is_nil_expr(c):
                ok = b.compare(tok.EQL, x, ir.Const(x.type, None), c.pos)
            else:
                asserted = b.typ(c.type)
                a = ir.TypeAssert(b.program.pair(asserted), x, asserted, True, c.pos)
                b.emit(a)
                if single and implicit is not None:
                    bound = b.extract(a, 0, asserted, c.pos)
                ok = b.extract(a, 1, TYP_BOOL, c.pos)
            b.branch(ok, body, following, c.pos)
            b.start_sealed(following)
        following_block = b.block
        b.start_sealed(body)
        if implicit is not None:
            _bind(b, implicit, x if bound is None else bound, case.pos)
        stmts.block(b, case.body)
        b.jump(done, s.rbrace)
        _resume(b, following_block)
    if default is not None and default_case is not None:
        b.jump(default)
        b.start_sealed(default)
        if default_case.implicit is not None:
            _bind(b, default_case.implicit, x, default_case.pos)
        stmts.block(b, default_case.body)
    b.jump(done, s.rbrace)
    b.fallthrough = outer
    stmts.start_done(b, done)


def _resume(b: Builder, block: Block | None) -> None:
    """Go on in a block that was started before."""
    b.block = block
    b.forget_checks()


def _bind(b: Builder, var: Var, v: ir.Value, pos: Pos) -> None:
    b.declare(var, conv.assign(b, v, b.typ(var.type), pos), var.pos or pos)


# ------------------------------------------------------------------------------------------------ select


def select_statement(b: Builder, s: n.SelectStmt) -> None:
    clauses = s.body
    if not clauses:
        b.call_runtime("block", [], s.pos)
        b.terminate(ir.Unreachable(s.pos))
        return
    done = b.new_block("select.done")
    b.breaks[s] = done
    default: n.CommClause | None = None
    comms: list[n.CommClause] = []
    for c in clauses:
        if c.comm is None:
            default = c
        else:
            comms.append(c)
    if not comms:
        assert default is not None
        stmts.block(b, default.body)
        b.jump(done, s.rbrace)
        stmts.start_done(b, done)
        return
    if len(comms) == 1 and default is None:
        _only(b, comms[0])
        b.jump(done, s.rbrace)
        stmts.start_done(b, done)
        return
    states: list[ir.SelectState] = []
    args: list[ir.Value] = []
    types: list[Type] = [TYP_INT, TYP_BOOL]
    slots: list[int] = []
    for c in comms:
        if isinstance(c.comm, n.SendStmt):
            ct = under(exprs.type_of(b, c.comm.chan))
            assert isinstance(ct, t.Chan)
            args.append(exprs.expr(b, c.comm.chan))
            args.append(exprs.expr_as(b, c.comm.val, ct.elem))
            states.append(ir.SelectState(True, c.comm.pos))
            slots.append(-1)
        else:
            recv = _receive(b, c)
            ch = exprs.expr(b, recv.x)
            ct = under(ch.type)
            assert isinstance(ct, t.Chan)
            args.append(ch)
            states.append(ir.SelectState(False, recv.pos))
            slots.append(len(types))
            types.append(ct.elem)
    sel = ir.Select(b.program.tuple_of(types), states, args, default is None, s.pos)
    b.emit(sel)
    index = b.extract(sel, 0, TYP_INT, s.pos)
    count = len(comms)
    for k in range(count):
        last = k == count - 1 and default is None
        body = b.new_block("select.body")
        following = b.new_block("select.next")
        if last:
            b.jump(body)
        else:
            b.branch(b.compare(tok.EQL, index, b.int_const(k), s.pos), body, following, s.pos)
        b.start_sealed(body)
        slot = slots[k]
        if slot >= 0:
            _received(b, comms[k], sel, slot, types[slot])
        stmts.block(b, comms[k].body)
        b.jump(done, s.rbrace)
        if not last:
            b.start_sealed(following)
    if default is not None:
        stmts.block(b, default.body)
        b.jump(done, s.rbrace)
    stmts.start_done(b, done)


def _receive(b: Builder, c: n.CommClause) -> n.UnaryExpr:
    """The receive operation of a clause."""
    comm = c.comm
    x: n.Expr | None = None
    if isinstance(comm, n.ExprStmt):
        x = comm.x
    elif isinstance(comm, n.AssignStmt):
        x = comm.rhs[0]
    if x is not None:
        x = places.unparen(x)
    if not isinstance(x, n.UnaryExpr):
        raise b.bug("select case is no receive", c.pos)
    return x


def _received(b: Builder, c: n.CommClause, sel: ir.Value, slot: int, elem: Type) -> None:
    """Assign what a clause received."""
    comm = c.comm
    if not isinstance(comm, n.AssignStmt):
        return
    values: list[ir.Value] = [b.extract(sel, slot, elem, comm.pos)]
    if len(comm.lhs) > 1:
        values.append(b.extract(sel, 1, TYP_BOOL, comm.pos))
    _assign_received(b, comm, values)


def _assign_received(b: Builder, comm: n.AssignStmt, values: list[ir.Value]) -> None:
    for i in range(len(comm.lhs)):
        x = places.unparen(comm.lhs[i])
        if isinstance(x, n.Name):
            if x.text == "_":
                continue
            if comm.op == tok.DEFINE and isinstance(x.obj, Var) and x.obj.pos == x.pos:
                b.declare(x.obj, conv.assign(b, values[i], b.typ(x.obj.type), x.pos), x.pos)
                continue
        p = places.place(b, x)
        places.store(b, p, conv.assign(b, values[i], p.typ, x.pos), x.pos)


def _only(b: Builder, c: n.CommClause) -> None:
    """A select with one case and no default is the plain operation, but that it receives before it looks at the left side."""
    comm = c.comm
    assert comm is not None
    if isinstance(comm, n.AssignStmt) and comm.op == tok.ASSIGN:
        recv = _receive(b, c)
        values = exprs.multi(b, recv) if len(comm.lhs) > 1 else [exprs.expr(b, recv)]
        _assign_received(b, comm, values)
    else:
        stmts.statement(b, comm)
    stmts.block(b, c.body)


