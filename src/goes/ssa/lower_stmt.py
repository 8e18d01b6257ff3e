"""Statements, except switch, select and range.

    x, y = y, x     →     t0 = y; t1 = x; x = t0; y = t1
    m[k] += f()     →     t0 = f(); t1 = maplookup m[k]; t2 = t1 + t0; store mapassign m[k], t2

An assignment evaluates the operands on both sides, then assigns left to right. The variables of a three-clause for loop
are new in each iteration if the file's version says so; that is visible only if they have a cell, which is then copied.

Sources: Go spec "Statements"; compiler-contracts 6.1.
"""

from __future__ import annotations

from ..diag.source import NO_POS, Pos
from ..syntax import nodes as n
from ..syntax import tokens as tok
from ..types import types as t
from ..types.objects import Var
from ..types.types import TYP_INVALID, Type, under
from . import instr as ir
from . import lower_call as calls
from . import lower_convert as conv
from . import lower_expr as exprs
from . import lower_place as places
from .emit import IN_CELL, IN_MOVING_CELL, Builder, Local
from .function import RANGE_BODY, Block
from .reslice import keeps_pointer


def block(b: Builder, body: list[n.Stmt]) -> None:
    b.enter()
    for s in body:
        if b.block is None and not isinstance(s, (n.LabeledStmt, n.DeclStmt)):
            continue  # nothing gets here
        statement(b, s)
    b.leave()


def statement(b: Builder, s: n.Stmt) -> None:
    if isinstance(s, n.ExprStmt):
        exprs.expr(b, s.x)
    elif isinstance(s, n.AssignStmt):
        assignment(b, s)
    elif isinstance(s, n.IfStmt):
        _if(b, s)
    elif isinstance(s, n.ReturnStmt):
        _return(b, s)
    elif isinstance(s, n.BlockStmt):
        block(b, s.stmts)
    elif isinstance(s, n.ForStmt):
        _for(b, s)
    elif isinstance(s, n.RangeStmt):
        from .lower_range import range_statement

        range_statement(b, s)
    elif isinstance(s, n.SwitchStmt):
        from .lower_switch import switch_statement

        switch_statement(b, s)
    elif isinstance(s, n.DeclStmt):
        _declarations(b, s)
    elif isinstance(s, n.BranchStmt):
        _branch(b, s)
    elif isinstance(s, n.CallStmt):
        calls.go_or_defer(b, s)
    elif isinstance(s, n.LabeledStmt):
        _labeled(b, s)
    elif isinstance(s, n.SendStmt):
        ct = under(exprs.type_of(b, s.chan))
        assert isinstance(ct, t.Chan)
        ch, v = calls_in_order(b, s.chan, s.val, ct.elem)
        b.emit(ir.Send(ch, v, s.pos))
    elif isinstance(s, n.SelectStmt):
        from .lower_switch import select_statement

        select_statement(b, s)
    elif not isinstance(s, n.EmptyStmt):
        raise b.bug(f"unexpected statement {type(s).__name__}", s.pos)


def calls_in_order(b: Builder, x: n.Expr, y: n.Expr, y_type: Type) -> tuple[ir.Value, ir.Value]:
    v = exprs.expr(b, x)
    return v, exprs.expr_as(b, y, y_type)


# ------------------------------------------------------------------------------------------------ assignment


def assignment(b: Builder, s: n.AssignStmt) -> None:
    if s.op == tok.DEFINE:
        _define(b, s)
    elif s.op == tok.ASSIGN:
        _assign(b, s)
    else:
        _op_assign(b, s)


def _op_assign(b: Builder, s: n.AssignStmt) -> None:
    left = places.unparen(s.lhs[0])
    typ = exprs.type_of(b, left)
    p = places.place(b, left)
    op = s.op
    if p.kind == places.ADDRESS and p.base is not None:
        if s.rhs and exprs.runs_code(s.rhs[0]):
            w: ir.Value | None = _op_operand(b, s, op, typ)
        else:
            w = None
        address = places.address(b, p)
        # The address is computed once, also if the right side may move the variable's contents.
        if w is None:
            if s.rhs:
                w = _op_operand(b, s, op, typ)
            else:
                w = _one(b, typ)
        old = b.load(p.typ, address, s.pos)
        b.store(address, exprs.arithmetic(b, op, old, w, typ, s.pos), s.pos)
        return
    if op == tok.ADD and s.rhs and p.kind == places.RENAMED and exprs._is_string(typ):
        right = _op_operand(b, s, op, typ)
        old = places.load(b, p)
        # s += a + b is one concatenation of three.
        written = places.unparen(s.rhs[0])
        is_sum = isinstance(written, n.BinaryExpr) and written.value is None
        if is_sum and isinstance(right, ir.Concat) and b.block is not None and b.block.instrs[-1] is right:
            b.block.instrs.pop()
            c = ir.Concat(typ, [old, *right.args], s.pos)
            b.emit(c)
            places.store(b, p, c, s.pos)
            return
        places.store(b, p, exprs.arithmetic(b, op, old, right, typ, s.pos), s.pos)
        return
    w = _op_operand(b, s, op, typ) if s.rhs else _one(b, typ)
    if p.kind == places.MAP_ELEMENT and op != tok.DIV and op != tok.REM:
        # One search for both: a new element is zero. A division may panic, and must not have made an element then.
        assert p.base is not None and p.key is not None
        slot = ir.MapAssign(b.pointer_to(p.typ), p.base, p.key, p.pos)
        b.emit(slot)
        old = b.load(p.typ, slot, s.pos)
        b.store(slot, exprs.arithmetic(b, op, old, w, typ, s.pos), s.pos)
        return
    old = places.load(b, p)
    places.store(b, p, exprs.arithmetic(b, op, old, w, typ, s.pos), s.pos)


def _op_operand(b: Builder, s: n.AssignStmt, op: int, typ: Type) -> ir.Value:
    if op == tok.SHL or op == tok.SHR:
        return exprs.shift_count(b, s.rhs[0])
    return exprs.expr_as(b, s.rhs[0], typ)


def _one(b: Builder, typ: Type) -> ir.Value:
    return exprs.constant(b, typ, 1, NO_POS)


def _assign(b: Builder, s: n.AssignStmt) -> None:
    lhs = s.lhs
    rhs = s.rhs
    if len(lhs) == 1 and len(rhs) == 1:
        left = places.unparen(lhs[0])
        if isinstance(left, n.Name) and left.text == "_":
            _discard(b, rhs[0])
            return
        p = places.place(b, left)
        v = exprs.expr_as(b, rhs[0], p.typ)
        places.store(b, p, v, s.pos)
        if p.kind == places.ADDRESS and keeps_pointer(left, rhs[0]):
            last = b.block.instrs[-1] if b.block is not None else None
            if isinstance(last, ir.Store):
                last.barrier = ir.BARRIER_NONE
        return
    targets = [places.place(b, x) for x in lhs]
    if len(rhs) == 1:
        values = exprs.multi(b, rhs[0])
        for i in range(len(lhs)):
            p = targets[i]
            if p.kind != places.BLANK:
                places.store(b, p, conv.assign(b, values[i], p.typ, s.pos), s.pos)
        return
    types: list[Type] = []
    for i in range(len(rhs)):
        p = targets[i]
        if p.kind != places.BLANK:
            types.append(p.typ)
        else:
            types.append(t.TYP_UNSAFE_POINTER if exprs.is_nil_expr(rhs[i]) else exprs.type_of(b, rhs[i]))
    wanted = calls.evaluate_list(b, rhs, types)
    for i in range(len(lhs)):
        if targets[i].kind != places.BLANK:
            places.store(b, targets[i], wanted[i], s.pos)


def _value_of(b: Builder, x: n.Expr) -> ir.Value:
    if exprs.is_nil_expr(x):
        return ir.Const(t.TYP_UNSAFE_POINTER, None)
    return exprs.expr(b, x)


def _discard(b: Builder, x: n.Expr) -> None:
    """_ = x"""
    if x.value is None and not exprs.is_nil_expr(x):
        exprs.expr(b, x)


def _define(b: Builder, s: n.AssignStmt) -> None:
    lhs = s.lhs
    rhs = s.rhs
    if len(lhs) == 1 and len(rhs) == 1:
        name = lhs[0]
        assert isinstance(name, n.Name)
        if name.text == "_":
            _discard(b, rhs[0])
            return
        if isinstance(name.obj, Var):
            define(b, name.obj, name, rhs[0])
        return
    fresh = [_declared_here(x) for x in lhs]
    targets: list[places.Place | None] = []
    for i in range(len(lhs)):
        targets.append(None if fresh[i] is not None else places.place(b, lhs[i]))
    if len(rhs) == 1:
        values = exprs.multi(b, rhs[0])
    else:
        types: list[Type] = []
        for i in range(len(rhs)):
            v = fresh[i]
            p = targets[i]
            if v is not None:
                types.append(b.typ(v.type))
            elif p is not None and p.kind != places.BLANK:
                types.append(p.typ)
            else:
                types.append(t.TYP_UNSAFE_POINTER if exprs.is_nil_expr(rhs[i]) else exprs.type_of(b, rhs[i]))
        values = calls.evaluate_list(b, rhs, types)
    for i in range(len(lhs)):
        v = fresh[i]
        p = targets[i]
        if v is not None:
            b.declare(v, conv.assign(b, values[i], b.typ(v.type), s.pos), lhs[i].pos)
        elif p is not None and p.kind != places.BLANK:
            places.store(b, p, conv.assign(b, values[i], p.typ, s.pos), s.pos)


def _declared_here(x: n.Expr) -> Var | None:
    """The variable that := declares with this name, None if it only assigns."""
    if isinstance(x, n.Name) and x.text != "_" and isinstance(x.obj, Var) and x.obj.pos == x.pos:
        return x.obj
    return None


def define(b: Builder, var: Var, name: n.Name, rhs: n.Expr) -> None:
    """var := rhs; big literals are filled in where the variable lives."""
    typ = b.typ(var.type)
    inner = places.unparen(rhs)
    if isinstance(inner, n.CompositeLit) and b.wants_cell(var, typ):
        lit_type = b.typ(inner.type)
        if lit_type is typ and isinstance(under(typ), (t.Struct, t.Array)):
            from .lower_literal import fill

            cell = b.alloc(typ, var.name, name.pos)
            fill(b, cell, inner, typ)
            b.declare_cell(var, cell)
            return
    b.declare(var, exprs.expr_as(b, rhs, typ), name.pos)


def initialize(b: Builder, lhs: list[Var], rhs: n.Expr) -> None:
    """Package-level lhs = rhs."""
    if len(lhs) == 1:
        var = lhs[0]
        if var.name == "_":
            _discard(b, rhs) if var.type is None else exprs.expr_as(b, rhs, b.typ(var.type))
            return
        typ = b.typ(var.type)
        v = exprs.expr_as(b, rhs, typ)
        b.store(b.program.global_(var), v, rhs.pos)
        return
    values = exprs.multi(b, rhs)
    for i in range(len(lhs)):
        if lhs[i].name != "_":
            v = conv.assign(b, values[i], b.typ(lhs[i].type), rhs.pos)
            b.store(b.program.global_(lhs[i]), v, rhs.pos)


def _declarations(b: Builder, s: n.DeclStmt) -> None:
    for d in s.decls:
        if isinstance(d, n.VarDecl):
            if b.block is not None:
                _var_declaration(b, d)


def _var_declaration(b: Builder, d: n.VarDecl) -> None:
    names = d.names
    if not d.values:
        for name in names:
            if isinstance(name.obj, Var) and name.text != "_":
                b.declare(name.obj, None, name.pos)
        return
    if len(names) == 1 and len(d.values) == 1:
        obj = names[0].obj
        if names[0].text == "_" or not isinstance(obj, Var):
            if isinstance(obj, Var) and obj.type is not None and not exprs.is_nil_expr(d.values[0]):
                exprs.expr_as(b, d.values[0], b.typ(obj.type))
            return
        define(b, obj, names[0], d.values[0])
        return
    if len(d.values) == 1:
        values = exprs.multi(b, d.values[0])
    else:
        values = []
        for i in range(len(names)):
            obj = names[i].obj
            if isinstance(obj, Var) and obj.type is not None:
                values.append(exprs.expr_as(b, d.values[i], b.typ(obj.type)))
            else:
                values.append(_value_of(b, d.values[i]))
    for i in range(len(names)):
        obj = names[i].obj
        if isinstance(obj, Var) and names[i].text != "_":
            b.declare(obj, conv.assign(b, values[i], b.typ(obj.type), names[i].pos), names[i].pos)


# ------------------------------------------------------------------------------------------------ return


def _return(b: Builder, s: n.ReturnStmt) -> None:
    root = b.root
    sig = root.fn.signature
    types = [v.type or TYP_INVALID for v in sig.results.vars]
    if s.results:
        if len(s.results) == 1 and len(types) > 1:
            values = exprs.multi(b, s.results[0])
            values = [conv.assign(b, values[i], types[i], s.pos) for i in range(len(values))]
        else:
            values = calls.evaluate_list(b, s.results, types)
        if b is root and not root.result_cells:
            b.terminate(ir.Return(values, s.pos))
            return
        for i in range(len(values)):
            b.store_var(root.result_vars[i], values[i], s.pos)
    return_results(b, s.pos)


def return_results(b: Builder, pos: Pos) -> None:
    """Return what the result variables hold."""
    if b.fn.kind == RANGE_BODY:
        from .rangefunc import leave

        leave(b, tok.RETURN, None, pos)
        return
    if b.fn.has_defer:
        b.emit(ir.RunDefers(pos))
    b.terminate(ir.Return([b.load_var(v, pos) for v in b.result_vars], pos))


# ------------------------------------------------------------------------------------------------ control


def _if(b: Builder, s: n.IfStmt) -> None:
    done: Block | None = None
    node: n.Stmt | None = s
    while isinstance(node, n.IfStmt):
        if node.init is not None:
            statement(b, node.init)
        cond = node.cond
        if isinstance(cond.value, bool):
            if cond.value:
                block(b, node.then.stmts)
                node = None
            else:
                node = node.else_
            continue
        then = b.new_block("if.then")
        if node.else_ is None:
            if done is None:
                done = b.new_block("if.done")
            other = done
        else:
            other = b.new_block("if.else")
        exprs.condition(b, cond, then, other)
        if then.preds:
            b.start_sealed(then)
            block(b, node.then.stmts)
            if b.block is not None:
                if done is None:
                    done = b.new_block("if.done")
                b.jump(done)
        node = node.else_
        if node is not None:
            if not other.preds:
                node = None
            else:
                b.start_sealed(other)
    if node is not None and b.block is not None:
        statement(b, node)
    if done is not None:
        b.jump(done)
        if done.preds:
            b.start_sealed(done)
        else:
            b.block = None


def loop_variables(init: n.Stmt | None) -> list[Var]:
    out: list[Var] = []
    if isinstance(init, n.AssignStmt) and init.op == tok.DEFINE:
        for x in init.lhs:
            if isinstance(x, n.Name) and isinstance(x.obj, Var) and x.text != "_":
                out.append(x.obj)
    return out


def _for(b: Builder, s: n.ForStmt) -> None:
    if s.init is not None:
        statement(b, s.init)
    moving: list[Var] = []
    if s.distinct_vars:
        for v in loop_variables(s.init):
            l = b.locals.get(v)
            if l is not None and l.where == IN_CELL and (b.is_captured(v) or v.addressed):
                assert l.value is not None
                address = b.hidden("&" + v.name, b.pointer_to(b.typ(v.type)))
                b.write(address, l.value)
                b.locals[v] = Local(IN_MOVING_CELL, None, address)
                moving.append(v)
    head = b.new_block("for.head")
    body = b.new_block("for.body")
    post = b.new_block("for.post") if s.post is not None or moving else head
    done = b.new_block("for.done")
    b.breaks[s] = done
    b.continues[s] = post
    b.jump(head, s.pos)
    b.start(head)
    b.loop_depth += 1
    if s.cond is None:
        b.jump(body, s.pos)
    else:
        exprs.condition(b, s.cond, body, done)
    if body.preds:
        b.start_sealed(body)
        block(b, s.body.stmts)
        b.jump(post, s.body.rbrace)
    if post is not head and post.preds:
        b.start_sealed(post)
        for v in moving:
            l = b.locals[v]
            assert l.address is not None
            typ = b.typ(v.type)
            value = b.load(typ, b.read(l.address), s.pos)
            cell = b.alloc(typ, v.name, v.pos)
            cell.needs_zero = False
            b.store(cell, value, s.pos)
            b.write(l.address, cell)
        if s.post is not None:
            statement(b, s.post)
        b.jump(head, s.pos)
    b.loop_depth -= 1
    b.seal(head)
    start_done(b, done)


def start_done(b: Builder, done: Block) -> None:
    """Go on behind a statement, if anything gets there."""
    if done.preds:
        b.start_sealed(done)
    else:
        b.block = None


def _labeled(b: Builder, s: n.LabeledStmt) -> None:
    if s in b.goto_labels:
        target = label_block(b, s)
        b.jump(target, s.pos)
        b.start(target)  # sealed at the end: more gotos may come
    elif b.block is None:
        return
    statement(b, s.stmt)


def label_block(b: Builder, s: n.Stmt) -> Block:
    known = b.labels.get(s)
    if known is None:
        known = b.new_block("label")
        b.labels[s] = known
    return known


def _branch(b: Builder, s: n.BranchStmt) -> None:
    if s.tok == tok.FALLTHROUGH:
        assert b.fallthrough is not None
        b.jump(b.fallthrough, s.pos)
        return
    if s.target is None:
        raise b.bug("branch without target", s.pos)
    branch_to(b, s.tok, s.target, s.pos)


def branch_to(b: Builder, token: int, target: n.Stmt, pos: Pos) -> None:
    """Break, continue or goto; out of a range-over-func body if the target is outside of it."""
    to: Block | None = None
    if token == tok.GOTO:
        if target in b.goto_labels:
            to = label_block(b, target)
    else:
        inner = target.stmt if isinstance(target, n.LabeledStmt) else target
        table = b.breaks if token == tok.BREAK else b.continues
        to = table.get(inner)
    if to is not None:
        b.jump(to, pos)
        return
    if b.fn.kind != RANGE_BODY:
        raise b.bug("branch to nowhere", pos)
    from .rangefunc import leave

    leave(b, token, target, pos)
