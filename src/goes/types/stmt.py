"""Statements and function bodies.

    func_body(check, decl, node, sig, body, iota)

Delayed checks (bodies of function literals above all) run at the end of the statement they appear in, while the names
they see are those declared so far. Branches and labels are checked by the parser (syntax.branches).

Source of the behaviour: cmd/compile/internal/types2 stmt.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..diag.source import NO_POS, Pos
from ..syntax.exprstring import expr_string
from ..syntax.nodes import (
    MODE_BUILTIN,
    MODE_CONST,
    MODE_INVALID,
    MODE_TYPE,
    AssignStmt,
    BlockStmt,
    BranchStmt,
    CallExpr,
    CallStmt,
    CaseClause,
    CommClause,
    DeclStmt,
    EmptyStmt,
    Expr,
    ExprStmt,
    ForStmt,
    FuncDecl,
    FuncLit,
    IfStmt,
    LabeledStmt,
    Name,
    RangeStmt,
    ReturnStmt,
    SelectStmt,
    SendStmt,
    Stmt,
    SwitchStmt,
    TypeSwitchGuard,
    UnaryExpr,
)
from ..syntax.positions import start_pos
from ..syntax.tokens import ADD, ARROW, ASSIGN, DEFER, DEFINE, OPERATOR_TEXT
from . import assignments, ranges, returns, typexpr, usage
from . import decl as decls
from . import expr as exprs
from .checker_base import KIND_CONVERSION, KIND_STATEMENT, MAX_DEPTH, Env
from .const import convert_untyped
from .constant import ConstValue
from .errors import INVALID_OP, Report
from .identity import identical, type_key
from .objects import Nil, Var
from .operand import Operand
from .predicates import all_boolean, all_numeric, comparable, has_nil, is_interface, is_type_param, is_valid
from .resolver import DeclInfo, unparen
from .scope import Scope
from .types import TYP_BOOL, TYP_INVALID, Signature, Type

if TYPE_CHECKING:
    from .checker import Checker

# What encloses a statement.
BREAK_OK: Final = 1
CONTINUE_OK: Final = 2


def func_body(
    check: Checker,
    decl: DeclInfo | None,
    node: FuncDecl | FuncLit,
    sig: Signature,
    body: BlockStmt,
    iota: ConstValue | None,
) -> None:
    """Check a function's body. `decl` collects its dependencies on package-level objects."""
    saved = check.env
    scope = sig.scope
    assert isinstance(scope, Scope)
    env = Env(decl, scope, saved.version)
    env.iota = iota
    env.sig = sig
    env.func = node
    check.env = env
    if sig.recv is not None:
        sig.recv.owner = node
    for v in sig.params.vars:
        v.owner = node
    for v in sig.results.vars:
        v.owner = node
    stmt_list(check, 0, body.stmts)
    if sig.results.vars and not returns.is_terminating_list(body.stmts, env.panics):
        check.error(body.rbrace, "MissingReturn", "missing return")
    usage.unused_vars(check, env.local_vars)
    check.env = saved


def stmt_list(check: Checker, ctxt: int, stmts: list[Stmt]) -> None:
    for s in stmts:
        stmt(check, ctxt, s)


def stmt(check: Checker, ctxt: int, s: Stmt) -> None:
    check.depth += 1
    if check.depth > MAX_DEPTH:
        check.error(s.pos, "", "statements nested too deeply")
    else:
        top = len(check.delayed)
        scope = check.env.scope
        _stmt(check, ctxt, s)
        # Statements that open scopes process their own delayed actions before closing them.
        if len(check.delayed) > top:
            check.process_delayed(top)
        check.env.scope = scope
    check.depth -= 1


def _stmt(check: Checker, ctxt: int, s: Stmt) -> None:
    if isinstance(s, AssignStmt):
        _assign_stmt(check, s)
    elif isinstance(s, ExprStmt):
        _expr_stmt(check, s)
    elif isinstance(s, IfStmt):
        _if_stmt(check, ctxt, s)
    elif isinstance(s, BlockStmt):
        check.open_scope(s.pos, s.rbrace, "block")
        stmt_list(check, ctxt, s.stmts)
    elif isinstance(s, ReturnStmt):
        _return_stmt(check, s)
    elif isinstance(s, ForStmt):
        _for_stmt(check, ctxt, s)
    elif isinstance(s, RangeStmt):
        s.distinct_vars = s.define and check.allows(22)
        ranges.range_stmt(check, ctxt | BREAK_OK | CONTINUE_OK, s)
    elif isinstance(s, DeclStmt):
        decls.decl_stmt(check, s.decls)
    elif isinstance(s, SwitchStmt):
        check.open_scope(s.pos, s.rbrace, "switch")
        if s.init is not None:
            stmt_keep_scope(check, s.init)
        if isinstance(s.tag, TypeSwitchGuard):
            _type_switch(check, ctxt | BREAK_OK, s, s.tag)
        else:
            _switch(check, ctxt | BREAK_OK, s)
    elif isinstance(s, CallStmt):
        _suspended_call(check, "defer" if s.tok == DEFER else "go", s.call)
    elif isinstance(s, SendStmt):
        ch = Operand()
        val = Operand()
        exprs.expr(check, None, ch, s.chan)
        exprs.generic_expr(check, val, s.val, None)
        if ch.mode == MODE_INVALID or val.mode == MODE_INVALID:
            return
        elem = exprs.chan_elem(check, start_pos(s), ch, False)
        if elem is not None:
            assignments.assignment(check, val, elem, "send")
    elif isinstance(s, SelectStmt):
        _select(check, ctxt | BREAK_OK, s)
    elif isinstance(s, LabeledStmt):
        stmt(check, ctxt, s.stmt)
    elif isinstance(s, (BranchStmt, EmptyStmt)):
        pass
    else:
        check.error(s.pos, "InvalidSyntaxTree", "invalid statement")


def stmt_keep_scope(check: Checker, s: Stmt) -> None:
    """A simple statement whose declarations stay visible in the scope at hand."""
    top = len(check.delayed)
    _stmt(check, 0, s)
    if len(check.delayed) > top:
        check.process_delayed(top)


def _expr_stmt(check: Checker, s: ExprStmt) -> None:
    x = Operand()
    kind = exprs.raw_expr(check, None, x, s.x, None, False)
    if x.mode == MODE_BUILTIN:
        code = "UncalledBuiltin"
        message = "must be called"
    elif x.mode == MODE_TYPE:
        code = "NotAnExpr"
        message = "is not an expression"
    elif kind == KIND_STATEMENT:
        return
    else:
        code = "UnusedExpr"
        message = "is not used"
    check.error_op(x, code, f"{check.os(x)} {message}")


def _assign_stmt(check: Checker, s: AssignStmt) -> None:
    op = s.op
    if op == DEFINE:
        assignments.short_var_decl(check, s.pos, s.lhs, s.rhs)
        return
    if op == ASSIGN:
        assignments.assign_vars(check, s.lhs, s.rhs)
        return
    if not s.rhs:
        # x++ or x--
        lhs = s.lhs[0]
        x = Operand()
        exprs.expr(check, None, x, lhs)
        if x.mode == MODE_INVALID:
            return
        if not all_numeric(x.type):
            sign = "++" if op == ADD else "--"
            message = f"{INVALID_OP}{expr_string(lhs)}{sign} (non-numeric type {check.ts(x.type)})"
            check.error_at(lhs, "NonNumericIncDec", message)
            return
        assignments.assign_var(check, lhs, None, x, "assignment")
        return
    if len(s.lhs) != 1 or len(s.rhs) != 1:
        message = f"assignment operation {OPERATOR_TEXT[op]} requires single-valued expressions"
        check.error(s.pos, "MultiValAssignOp", message)
        return
    x = Operand()
    exprs.binary(check, x, None, s.lhs[0], s.rhs[0], op)
    assignments.assign_var(check, s.lhs[0], None, x, "assignment")


def _return_stmt(check: Checker, s: ReturnStmt) -> None:
    sig = check.env.sig
    assert sig is not None
    results = sig.results.vars
    if not s.results and results and results[0].name != "":
        # "return" with named results: they must not be shadowed.
        for obj in results:
            alt = check.lookup(obj.name)
            if alt is not None and alt is not obj:
                r = Report("OutOfScopeResult")
                r.add(s.pos, f"result parameter {obj.name} not in scope at return")
                r.add(alt.pos, f"inner declaration of {check.obj_str(obj)}")
                check.report(r)
        return
    if results or s.results:
        assignments.init_vars(check, results, s.results, s) if s.results else _no_results(check, s, results)


def _no_results(check: Checker, s: ReturnStmt, results: list[Var]) -> None:
    r = Report("WrongResultCount")
    r.add(s.pos, "not enough return values")
    r.add(NO_POS, "have ()")
    want = assignments.types_summary(check, assignments.var_types(results), False, False)
    r.add(NO_POS, f"want {want}")
    check.report(r)


def _condition(check: Checker, e: Expr, what: str) -> None:
    x = Operand()
    exprs.expr(check, None, x, e)
    if x.mode != MODE_INVALID and not all_boolean(x.type):
        check.error_at(e, "InvalidCond", f"non-boolean condition in {what} statement")


def _if_stmt(check: Checker, ctxt: int, s: IfStmt) -> None:
    # Long else-if chains are followed without recursion; each one's scope is inside the previous one's.
    while True:
        check.open_scope(s.pos, NO_POS, "if")
        if s.init is not None:
            stmt_keep_scope(check, s.init)
        _condition(check, s.cond, "if")
        stmt(check, ctxt, s.then)
        if not isinstance(s.else_, IfStmt):
            break
        s = s.else_
    if s.else_ is not None:
        stmt(check, ctxt, s.else_)


def _for_stmt(check: Checker, ctxt: int, s: ForStmt) -> None:
    check.open_scope(s.pos, s.body.rbrace, "for")
    s.distinct_vars = isinstance(s.init, AssignStmt) and s.init.op == DEFINE and check.allows(22)
    if s.init is not None:
        stmt_keep_scope(check, s.init)
    if s.cond is not None:
        _condition(check, s.cond, "for")
    if s.post is not None:
        stmt_keep_scope(check, s.post)
        if isinstance(s.post, AssignStmt) and s.post.op == DEFINE:
            # The parser has reported it.
            exprs.use(check, s.post.lhs)
    stmt(check, ctxt | BREAK_OK | CONTINUE_OK, s.body)


def _suspended_call(check: Checker, keyword: str, e: Expr) -> None:
    code = "InvalidDefer" if keyword == "defer" else "InvalidGo"
    if not isinstance(e, CallExpr):
        check.error_at(e, code, f"expression in {keyword} must be function call")
        exprs.use(check, [e])
        return
    x = Operand()
    kind = exprs.raw_expr(check, None, x, e, None, False)
    if kind == KIND_STATEMENT:
        return
    if kind == KIND_CONVERSION:
        message = "requires function call, not conversion"
    else:
        message = "discards result of"
        code = "UnusedResults"
    check.error_op(x, code, f"{keyword} {message} {check.os(x)}")


# ---------------------------------------------------------------------------------------------- switch and select


def _multiple_defaults(check: Checker, positions: list[Pos]) -> None:
    for pos in positions[1:]:
        at = check.sources.position(positions[0])
        check.error(pos, "DuplicateDefault", f"multiple defaults (first at {at})")


def _case_body(check: Checker, ctxt: int, clause: CaseClause | CommClause) -> None:
    for s in clause.body:
        stmt(check, ctxt, s)


def _switch(check: Checker, inner: int, s: SwitchStmt) -> None:
    x = Operand()
    if s.tag is not None:
        exprs.expr(check, None, x, s.tag)
        # By checking assignment of x to an invisible temporary (as a compiler would), we get all the relevant checks.
        assignments.assignment(check, x, None, "switch expression")
        if x.mode != MODE_INVALID and not comparable(x.type) and not has_nil(x.type):
            message = f"cannot switch on {check.os(x)} ({check.ts(x.type)} is not comparable)"
            check.error_op(x, "InvalidExprSwitch", message)
            x.mode = MODE_INVALID
    else:
        # A missing switch expression is equivalent to the boolean value true.
        x.mode = MODE_CONST
        x.type = TYP_BOOL
        x.value = True
        x.expr = Name(s.body[0].pos if s.body else s.rbrace, "true")
    _multiple_defaults(check, [c.pos for c in s.body if c.is_default])
    seen: dict[object, list[Operand]] = {}
    for clause in s.body:
        _case_values(check, x, clause.cases, seen)
        scope = check.env.scope
        check.open_scope(clause.pos, NO_POS, "case")
        _case_body(check, inner, clause)
        check.env.scope = scope


def _case_values(check: Checker, x: Operand, values: list[Expr], seen: dict[object, list[Operand]]) -> None:
    for e in values:
        v = Operand()
        exprs.expr(check, None, v, e)
        if x.mode == MODE_INVALID or v.mode == MODE_INVALID:
            continue
        convert_untyped(check, v, x.type)
        if v.mode == MODE_INVALID:
            continue
        # Order matters: by comparing v against x, error positions are at the case values.
        res = v.copy()
        exprs.comparison(check, res, x, 0, True)
        if res.mode == MODE_INVALID or v.mode != MODE_CONST:
            continue
        value = v.value
        if isinstance(value, bool) or value is None:
            continue  # duplicate boolean cases are fine
        key: object = value
        others = seen.get(key)
        if others is None:
            seen[key] = [v]
            continue
        duplicate: Operand | None = None
        for other in others:
            if identical(v.type, other.type):
                duplicate = other
                break
        if duplicate is None:
            others.append(v)
            continue
        r = Report("DuplicateCase")
        r.add(start_pos(e), f"duplicate case {check.os(v)} in expression switch")
        r.add(NO_POS if duplicate.expr is None else duplicate.expr.pos, "previous case")
        check.report(r)


def _is_nil(check: Checker, e: Expr) -> bool:
    name = unparen(e)
    return isinstance(name, Name) and isinstance(check.lookup(name.text), Nil)


def _case_types(check: Checker, x: Operand | None, types: list[Expr], seen: dict[str, Expr]) -> Type:
    """Check the types of a clause; returns the type of the clause's variable."""
    t: Type | None = None
    dummy = Operand()
    for e in types:
        if _is_nil(check, e):
            t = None
            exprs.expr(check, None, dummy, e)
            key = "nil"
        else:
            t = typexpr.var_type(check, e)
            if not is_valid(t):
                continue
            key = type_key(t)
        other = seen.get(key)
        if other is not None:
            r = Report("DuplicateCase")
            r.add(start_pos(e), f"duplicate case {'nil' if t is None else check.ts(t)} in type switch")
            r.add(start_pos(other), "previous case")
            check.report(r)
            continue
        seen[key] = e
        if x is not None and t is not None:
            exprs.type_assertion(check, e, x, t, True)
    # In clauses with a case listing exactly one type, the variable has that type.
    if len(types) != 1 or t is None:
        return TYP_INVALID if x is None else x.type
    return t


def _type_switch(check: Checker, inner: int, s: SwitchStmt, guard: TypeSwitchGuard) -> None:
    lhs = guard.lhs
    if lhs is not None and lhs.text == "_":
        check.soft_error(lhs.pos, "NoNewVar", "no new variable on left side of :=")
        lhs = None
    sx: Operand | None = None
    x = Operand()
    exprs.expr(check, None, x, guard.x)
    if x.mode != MODE_INVALID:
        if is_type_param(x.type):
            message = f"cannot use type switch on type parameter value {check.os(x)}"
            check.error_op(x, "InvalidTypeSwitch", message)
        elif is_interface(x.type):
            sx = x
        else:
            check.error_op(x, "InvalidTypeSwitch", f"{check.os(x)} is not an interface")
    _multiple_defaults(check, [c.pos for c in s.body if c.is_default])
    lhs_vars: list[Var] = []
    seen: dict[str, Expr] = {}
    for clause in s.body:
        t = _case_types(check, sx, clause.cases, seen)
        scope = check.env.scope
        check.open_scope(clause.pos, NO_POS, "case")
        if lhs is not None:
            obj = decls.new_local_var(check, lhs.pos, lhs.text, t)
            decls.declare(check, check.env.scope, None, obj, clause.colon)
            clause.implicit = obj
            # For the "declared and not used" error, all lhs variables act as one.
            lhs_vars.append(obj)
        _case_body(check, inner, clause)
        check.env.scope = scope
    if lhs is not None:
        used = False
        for v in lhs_vars:
            if v.used:
                used = True
            v.used = True  # avoid usage error when checking entire function
        if not used:
            check.soft_error(lhs.pos, "UnusedVar", f"{lhs.text} declared and not used")


def _select(check: Checker, inner: int, s: SelectStmt) -> None:
    _multiple_defaults(check, [c.pos for c in s.body if c.comm is None])
    for clause in s.body:
        comm = clause.comm
        rhs: Expr | None = None
        valid = comm is None or isinstance(comm, SendStmt)
        if isinstance(comm, AssignStmt):
            if len(comm.rhs) == 1:
                rhs = comm.rhs[0]
        elif isinstance(comm, ExprStmt):
            rhs = comm.x
        if rhs is not None:
            # If present, rhs must be a receive operation.
            r = unparen(rhs)
            valid = isinstance(r, UnaryExpr) and r.op == ARROW
        if not valid:
            assert comm is not None
            message = "select case must be send or receive (possibly with assignment)"
            check.error(start_pos(comm), "InvalidSelectCase", message)
            continue
        scope = check.env.scope
        check.open_scope(clause.pos, NO_POS, "case")
        if comm is not None:
            stmt_keep_scope(check, comm)
        _case_body(check, inner, clause)
        check.env.scope = scope
