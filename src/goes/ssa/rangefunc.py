"""Range over functions.

    for x := range f { if c { break }; return x }

    →  #state = READY
       f(func(x) bool {
           if #state != READY { old = #state; #state = PANIC; panicrangestate(old) };  #state = PANIC
           if c { #state = DONE; return false }
           result = x;  #next = -1;  #state = DONE;  return false
       })
       if #state == PANIC { panicrangestate(MISSING_PANIC) };  #state = EXHAUSTED
       if #next == -1 { #next = 0; return result }

The body becomes a function of kind RANGE_BODY. Whatever leaves it for a place outside says so in #next and returns
false; behind the call the outer function (perhaps a range body itself) goes on from there. Results and the token for
deferred calls belong to the function all these bodies are part of, the `root`.

Sources: Go spec "For statements with range clause"; compiler-contracts 6.3; internal/abi/rangefuncconsts.go.
"""

from __future__ import annotations

from typing import Final

from ..diag.source import NO_POS, Pos
from ..syntax import nodes as n
from ..syntax import tokens as tok
from ..types import types as t
from ..types.objects import Var
from ..types.types import TYP_BOOL, TYP_INT, TYP_INVALID, under
from . import instr as ir
from . import lower_call as calls
from . import lower_convert as conv
from . import lower_place as places
from . import lower_stmt as stmts
from .builder import shared_int
from .emit import BOUND, Builder, Exit, Local
from .function import RANGE_BODY, Function

DONE: Final = 0
READY: Final = 1
PANIC: Final = 2
EXHAUSTED: Final = 3
MISSING_PANIC: Final = 4

RETURN_CODE: Final = -1


def range_func(b: Builder, s: n.RangeStmt) -> None:
    c = calls.callee(b, places.unparen(s.x))
    if c.value is not None:
        b.nil_check(c.value, s.x.pos)
    yield_type = c.signature.params.vars[0].type or TYP_INVALID
    yield_sig = under(yield_type)
    assert isinstance(yield_sig, t.Signature)
    if s in b.defer_loops:
        token = ir.DeferToken(b.any_type, s.pos)
        b.emit(token)
        b.token_var = Var(NO_POS, None, "#token", b.any_type)
        b.locals[b.token_var] = Local(BOUND, token)
    state = shared_int(b, "#state")
    b.store_var(state, b.int_const(READY), s.pos)
    child = _body(b, s, yield_sig, state)
    fn = child.fn
    closure: ir.Value
    if child.captures:
        m = ir.MakeClosure(yield_type, fn, b.capture_operands(child), s.pos)
        b.emit(m)
        closure = m
    else:
        closure = ir.FuncRef(yield_type, fn)
    c.args.append(closure)
    calls.emit_call(b, c, s.x.pos)
    bad = b.new_block("range.missing")
    good = b.new_block("range.after")
    b.branch(b.compare(tok.EQL, b.load_var(state, s.pos), b.int_const(PANIC), s.pos), bad, good, s.pos, likely=2)
    b.start_sealed(bad)
    b.call_runtime("panicrangestate", [b.int_const(MISSING_PANIC)], s.pos)
    b.terminate(ir.Unreachable(s.pos))
    b.start_sealed(good)
    b.store_var(state, b.int_const(EXHAUSTED), s.pos)
    if child.exits:
        _dispatch(b, child.exits, s.pos)


def _body(b: Builder, s: n.RangeStmt, sig: t.Signature, state: Var) -> Builder:
    program = b.program
    root = b.root
    root.range_count += 1
    fn = Function(f"{b.fn.name}-range{root.range_count}", b.fn.package, sig, RANGE_BODY, s.pos)
    fn.parent = b.fn
    fn.type_map = b.fn.type_map
    fn.targs = b.fn.targs
    fn.is_runtime = b.fn.is_runtime
    fn.start_line = program.line(s.pos)
    fn.end_pos = s.body.rbrace
    b.fn.anonymous.append(fn)
    child = Builder(program, fn, b)
    child.share_root(root)
    child.range_vars = b.range_vars
    child.state_var = state
    child.goto_labels = {l for l in root.goto_labels if s.body.pos <= l.pos <= s.body.rbrace}
    child.start_sealed(child.new_block("entry"))
    params: list[ir.Param] = []
    for v in sig.params.vars:
        p = ir.Param(child.typ(v.type), v.name, len(params))
        fn.params.append(p)
        params.append(p)
    current = child.load_var(state, s.pos)
    good = child.new_block("range.ready")
    bad = child.new_block("range.misused")
    child.branch(child.compare(tok.EQL, current, child.int_const(READY), s.pos), good, bad, s.pos, likely=1)
    child.start_sealed(bad)
    child.store_var(state, child.int_const(PANIC), s.pos)
    child.call_runtime("panicrangestate", [current], s.pos)
    child.terminate(ir.Unreachable(s.pos))
    child.start_sealed(good)
    child.store_var(state, child.int_const(PANIC), s.pos)
    assign_iteration(child, s, [*params], False)
    go_on = child.new_block("range.continue")
    stop = child.new_block("range.break")
    child.continues[s] = go_on
    child.breaks[s] = stop
    stmts.block(child, s.body.stmts)
    child.jump(go_on, s.body.rbrace)
    if go_on.preds:
        child.start_sealed(go_on)
        child.store_var(state, child.int_const(READY), s.pos)
        child.terminate(ir.Return([child.const(TYP_BOOL, True)], s.pos))
    if stop.preds:
        child.start_sealed(stop)
        child.store_var(state, child.int_const(DONE), s.pos)
        child.terminate(ir.Return([child.const(TYP_BOOL, False)], s.pos))
    child.finish()
    return child


def assign_iteration(b: Builder, s: n.RangeStmt, values: list[ir.Value], together: bool) -> None:
    """Give the variables of the range clause their values of this iteration; values[i] is unused for a blank one.

    for i, x[i] = range s    assigns as  i, x[i] = index, element  does: operands on the left come before any assignment.
    Over a function gc assigns one after the other (not together), and so do we.
    """
    targets: list[places.Place] = []
    if not s.define and together:
        for x in s.lhs:
            targets.append(places.place(b, places.unparen(x)))
    for i in range(len(s.lhs)):
        x = places.unparen(s.lhs[i])
        if isinstance(x, n.Name) and x.text == "_":
            continue
        if not s.define:
            p = targets[i] if together else places.place(b, x)
            places.store(b, p, conv.assign(b, values[i], p.typ, x.pos), x.pos)
        elif isinstance(x, n.Name) and isinstance(x.obj, Var):
            b.declare(x.obj, conv.assign(b, values[i], b.typ(x.obj.type), x.pos), x.pos)


def leave(b: Builder, token: int, target: n.Stmt | None, pos: Pos) -> None:
    """Leave the range body b for a place outside of it."""
    root = b.root
    assert root.next_var is not None and b.state_var is not None
    e: Exit | None = None
    for known in root.exits:
        if known.tok == token and known.target is target:
            e = known
    if e is None:
        e = Exit(RETURN_CODE if token == tok.RETURN else len(root.exits) + 1, token, target)
        root.exits.append(e)
    if e not in b.exits:
        b.exits.append(e)
    b.store_var(root.next_var, b.int_const(e.code), pos)
    b.store_var(b.state_var, b.int_const(DONE), pos)
    b.terminate(ir.Return([b.const(TYP_BOOL, False)], pos))


def _dispatch(b: Builder, exits: list[Exit], pos: Pos) -> None:
    """Behind the loop: go where the body wanted to go."""
    root = b.root
    assert root.next_var is not None
    code = b.load_var(root.next_var, pos)
    for e in exits:
        here = b.new_block("range.exit")
        other = b.new_block("range.next")
        b.branch(b.compare(tok.EQL, code, b.const(TYP_INT, e.code), pos), here, other, pos)
        b.start_sealed(here)
        b.store_var(root.next_var, b.int_const(0), pos)
        if e.tok == tok.RETURN:
            stmts.return_results(b, pos)
        else:
            assert e.target is not None
            stmts.branch_to(b, e.tok, e.target, pos)
        b.start_sealed(other)


# ------------------------------------------------------------------------------------------------ shared variables


def shared_variables(s: n.RangeStmt, out: set[Var], b: Builder) -> None:
    """Collect the variables that range-over-func bodies in s use and that are declared outside of the body."""
    work: list[tuple[n.Node, Pos, Pos]] = [(s.body, s.pos, s.body.rbrace)]
    for x in s.lhs:
        work.append((x, s.pos, s.body.rbrace))
    while work:
        node, low, high = work.pop()
        if isinstance(node, n.Name):
            v = node.obj
            if isinstance(v, Var) and not v.is_field and not low <= v.pos <= high:
                out.add(v)
            continue
        if isinstance(node, n.RangeStmt):
            if isinstance(under(b.typ(node.x.type)), t.Signature):
                work.append((node.x, low, high))
                for x in node.lhs:
                    work.append((x, node.pos, node.body.rbrace))
                work.append((node.body, node.pos, node.body.rbrace))
                continue
        for c in children(node):
            work.append((c, low, high))


def children(node: n.Node) -> list[n.Node]:
    """The parts of a statement or expression that may name variables."""
    if isinstance(node, n.Expr):
        return _expr_children(node)
    out: list[n.Node] = []
    if isinstance(node, n.BlockStmt):
        out.extend(node.stmts)
    elif isinstance(node, n.ExprStmt):
        out.append(node.x)
    elif isinstance(node, n.AssignStmt):
        out.extend(node.lhs)
        out.extend(node.rhs)
    elif isinstance(node, n.IfStmt):
        _some(out, node.init, node.cond, node.then, node.else_)
    elif isinstance(node, n.ForStmt):
        _some(out, node.init, node.cond, node.post, node.body)
    elif isinstance(node, n.RangeStmt):
        out.extend(node.lhs)
        _some(out, node.x, node.body, None, None)
    elif isinstance(node, n.ReturnStmt):
        out.extend(node.results)
    elif isinstance(node, n.SwitchStmt):
        _some(out, node.init, node.tag, None, None)
        for case in node.body:
            out.extend(case.cases)
            out.extend(case.body)
    elif isinstance(node, n.SelectStmt):
        for comm in node.body:
            _some(out, comm.comm, None, None, None)
            out.extend(comm.body)
    elif isinstance(node, n.DeclStmt):
        for d in node.decls:
            if isinstance(d, n.VarDecl):
                out.extend(d.values)
    elif isinstance(node, n.LabeledStmt):
        out.append(node.stmt)
    elif isinstance(node, n.CallStmt):
        out.append(node.call)
    elif isinstance(node, n.SendStmt):
        out.append(node.chan)
        out.append(node.val)
    return out


def _some(out: list[n.Node], *nodes: n.Node | None) -> None:
    for x in nodes:
        if x is not None:
            out.append(x)


def _expr_children(x: n.Expr) -> list[n.Node]:
    if isinstance(x, (n.BasicLit, n.Name)):
        return []
    if isinstance(x, n.CallExpr):
        return [x.fun, *x.args]
    if isinstance(x, n.BinaryExpr):
        return [x.x, x.y]
    if isinstance(x, (n.SelectorExpr, n.ParenExpr, n.StarExpr, n.UnaryExpr, n.AssertExpr, n.TypeSwitchGuard)):
        return [x.x]
    if isinstance(x, n.IndexExpr):
        return [x.x, x.index]
    if isinstance(x, n.SliceExpr):
        out: list[n.Node] = [x.x]
        _some(out, x.low, x.high, x.max)
        return out
    if isinstance(x, n.CompositeLit):
        return list(x.elems)
    if isinstance(x, n.KeyValueExpr):
        return [x.key, x.val]
    if isinstance(x, n.FuncLit):
        return [x.body]
    if isinstance(x, n.ListExpr):
        return list(x.elems)
    return []
