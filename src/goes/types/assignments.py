"""Assignments, initialisations, short variable declarations, return values.

    a, b = f()     x := 1     return v, nil

`assignment` checks that one operand may be assigned to a type in a named context; the rest pairs left and right sides.

Source of the behaviour: cmd/compile/internal/types2 assignments.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..diag.source import NO_POS, Pos
from ..syntax.exprstring import expr_string
from ..syntax.nodes import (
    MODE_BUILTIN,
    MODE_CGOFUNC,
    MODE_CONST,
    MODE_INVALID,
    MODE_MAPINDEX,
    MODE_NILVALUE,
    MODE_NOVALUE,
    MODE_TYPE,
    MODE_VAR,
    CallExpr,
    Expr,
    IndexExpr,
    Name,
    ParenExpr,
    ReturnStmt,
    SelectorExpr,
)
from ..syntax.positions import end_pos, start_pos
from . import decl as decls
from . import expr as exprs
from .const import implicit_type_and_value, update_expr_type, update_expr_val
from .errors import Report
from .errsupport import measure
from .objects import Const, Var
from .operand import Cause, Operand, assignable_to
from .predicates import default_type, is_const_type, is_non_type_param_interface, is_numeric, is_untyped, is_valid
from .resolver import unparen
from .types import TYP_INVALID, TYP_UNTYPED_NIL, Array, Basic, Pointer, Signature, Slice, Tuple, Type, TypeParam, under

if TYPE_CHECKING:
    from .checker import Checker


def assignment(check: Checker, x: Operand, T: Type | None, context: str) -> None:
    """Check that x can be assigned to a variable of type T (None: any type, then untyped x gets its default type)."""
    exprs.single_value(check, x)
    mode = x.mode
    if mode == MODE_INVALID:
        return
    if mode == MODE_NOVALUE or mode == MODE_BUILTIN or mode == MODE_TYPE or mode == MODE_CGOFUNC:
        check.error_op(x, "IncompatibleAssign", f"cannot assign {check.os(x)} to {check.ts(T)} in {context}")
        x.mode = MODE_INVALID
        return
    if is_untyped(x.type):
        target = T
        if mode == MODE_NILVALUE:
            if T is None:
                check.error_op(x, "UntypedNilUse", f"use of untyped nil in {context}")
                x.mode = MODE_INVALID
                return
        elif T is None or is_non_type_param_interface(T):
            target = default_type(x.type)
        assert target is not None
        new_type, value, code = implicit_type_and_value(check, x, target)
        if new_type is None:
            message = f"cannot use {check.os(x)} as {check.ts(target)} value in {context}"
            if code == "TruncatedFloat":
                message += " (truncated)"
            elif code == "NumericOverflow":
                message += " (overflows)"
            else:
                code = "IncompatibleAssign"
            check.error_op(x, code, message)
            x.mode = MODE_INVALID
            return
        if value is not None:
            x.value = value
            update_expr_val(x.expr, value)
        if new_type is not x.type:
            x.type = new_type
            update_expr_type(check, x.expr, new_type, False)
    if isinstance(x.type, Signature):
        exprs.non_generic(check, exprs.new_target(T, context), x)
        if x.mode == MODE_INVALID:
            return
    if T is None or T is x.type:
        return
    cause = Cause()
    code = assignable_to(check, x, T, cause)
    if code:
        why = f": {cause.text}" if cause.text else ""
        check.error_op(x, code, f"cannot use {check.os(x)} as {check.ts(T)} value in {context}{why}")
        x.mode = MODE_INVALID


def init_const(check: Checker, lhs: Const, x: Operand) -> None:
    if x.mode == MODE_INVALID or not is_valid(x.type) or lhs.type is not None and not is_valid(lhs.type):
        if lhs.type is None:
            lhs.type = TYP_INVALID
        return
    if x.mode != MODE_CONST:
        check.error_op(x, "InvalidConstInit", f"{check.os(x)} is not constant")
        if lhs.type is None:
            lhs.type = TYP_INVALID
        return
    assert is_const_type(x.type)
    if lhs.type is None:
        lhs.type = x.type
    assignment(check, x, lhs.type, "constant declaration")
    if x.mode != MODE_INVALID:
        lhs.value = x.value


def init_var(check: Checker, lhs: Var, x: Operand, context: str) -> None:
    if x.mode == MODE_INVALID or not is_valid(x.type) or lhs.type is not None and not is_valid(lhs.type):
        if lhs.type is None:
            lhs.type = TYP_INVALID
        x.mode = MODE_INVALID
        return
    if lhs.type is None:
        typ = x.type
        if is_untyped(typ):
            if typ is TYP_UNTYPED_NIL:
                check.error_op(x, "UntypedNilUse", f"use of untyped nil in {context}")
                lhs.type = TYP_INVALID
                x.mode = MODE_INVALID
                return
            typ = default_type(typ)
        lhs.type = typ
    assignment(check, x, lhs.type, context)


def root_var(e: Expr) -> Var | None:
    """The variable whose memory e is part of: x for x, x.f, x[i] of an array, (x); None behind a pointer."""
    while True:
        if isinstance(e, Name):
            return e.obj if isinstance(e.obj, Var) else None
        if isinstance(e, ParenExpr):
            e = e.x
        elif isinstance(e, SelectorExpr):
            s = e.selection
            if s is None:
                return e.sel.obj if isinstance(e.sel.obj, Var) else None
            if s.indirect or e.x.type is not None and isinstance(under(e.x.type), Pointer):
                return None
            e = e.x
        elif isinstance(e, IndexExpr):
            t = e.x.type
            if t is None or not (isinstance(t, TypeParam) or isinstance(under(t), Array)):
                return None
            e = e.x
        else:
            return None


def mark_reassigned(e: Expr) -> None:
    v = root_var(e)
    if v is not None:
        v.reassigned = True


def mark_addressed(e: Expr) -> None:
    v = root_var(e)
    if v is not None:
        v.addressed = True


def lhs_var(check: Checker, lhs: Expr) -> Type | None:
    """The type of an assignment's left-hand side; None for _, TYP_INVALID after an error."""
    ident = unparen(lhs)
    v: Var | None = None
    used = False
    if isinstance(ident, Name):
        if ident.text == "_":
            return None
        # Being assigned to is no use.
        obj = check.lookup(ident.text)
        if isinstance(obj, Var) and obj.pkg is check.pkg:
            v = obj
            used = obj.used
    x = Operand()
    exprs.expr(check, None, x, lhs)
    if v is not None:
        v.used = used
    if x.mode == MODE_INVALID or not is_valid(x.type):
        return TYP_INVALID
    if x.mode == MODE_VAR or x.mode == MODE_MAPINDEX:
        mark_reassigned(lhs)
        return x.type
    if isinstance(x.expr, SelectorExpr):
        op = Operand()
        exprs.expr(check, None, op, x.expr.x)
        if op.mode == MODE_MAPINDEX:
            message = f"cannot assign to struct field {expr_string(x.expr)} in map"
            check.error_op(x, "UnaddressableFieldAssign", message)
            return TYP_INVALID
    assert x.expr is not None
    message = f"cannot assign to {expr_string(x.expr)} (neither addressable nor a map index expression)"
    check.error_op(x, "UnassignableOperand", message)
    return TYP_INVALID


def assign_var(check: Checker, lhs: Expr, rhs: Expr | None, x: Operand | None, context: str) -> None:
    """lhs = rhs, or lhs = x if x is given."""
    T = lhs_var(check, lhs)
    if T is not None and not is_valid(T):
        if x is not None:
            x.mode = MODE_INVALID
        elif rhs is not None:
            exprs.use(check, [rhs])
        return
    if x is None:
        assert rhs is not None
        target = None
        if T is not None and isinstance(under(T), Signature):
            target = exprs.new_target(T, expr_string(lhs))
        x = Operand()
        exprs.expr(check, target, x, rhs)
    if T is None and context == "assignment":
        context = "assignment to _ identifier"
    assignment(check, x, T, context)


def types_summary(check: Checker, types: list[Type | None], variadic: bool, has_dots: bool) -> str:
    """(number, string, ...int)"""
    parts: list[str] = []
    for i, t in enumerate(types):
        if t is None or not is_valid(t):
            s = "unknown type"
        elif isinstance(t, Basic) and is_untyped(t):
            s = "number" if is_numeric(t) else t.name.replace("untyped ", "")
        else:
            s = check.ts(t)
        if i == len(types) - 1:
            if variadic:
                if isinstance(t, Slice):
                    s = check.ts(t.elem)
                s = "..." + s
            elif has_dots:
                s += "..."
        parts.append(s)
    return "(" + ", ".join(parts) + ")"


def operand_types(operands: list[Operand]) -> list[Type | None]:
    return [x.type for x in operands]


def var_types(variables: list[Var]) -> list[Type | None]:
    return [v.type for v in variables]


def _assign_error(check: Checker, rhs: list[Expr], n_lhs: int, n_rhs: int) -> None:
    vars = measure(n_lhs, "variable")
    vals = measure(n_rhs, "value")
    rhs0 = rhs[0]
    if len(rhs) == 1:
        call = unparen(rhs0)
        if isinstance(call, CallExpr):
            message = f"assignment mismatch: {vars} but {expr_string(call.fun)} returns {vals}"
            check.error_at(rhs0, "WrongAssignCount", message)
            return
    check.error_at(rhs0, "WrongAssignCount", f"assignment mismatch: {vars} but {vals}")


def _return_error(check: Checker, at: Pos, lhs: list[Var], rhs: list[Operand]) -> None:
    n_lhs = len(lhs)
    n_rhs = len(rhs)
    qualifier = "not enough"
    where: Expr | None = None
    if n_rhs > n_lhs:
        where = rhs[n_lhs].expr
        qualifier = "too many"
    elif n_rhs > 0:
        where = rhs[n_rhs - 1].expr
    e = Report("WrongResultCount")
    e.add(at if where is None else start_pos(where), f"{qualifier} return values")
    e.add(NO_POS, f"have {types_summary(check, operand_types(rhs), False, False)}")
    e.add(NO_POS, f"want {types_summary(check, var_types(lhs), False, False)}")
    check.report(e)


def init_vars(check: Checker, lhs: list[Var], orig_rhs: list[Expr], return_stmt: ReturnStmt | None) -> None:
    """Initialise variables (or results, for a return statement) with expressions."""
    n_lhs = len(lhs)
    n_rhs = len(orig_rhs)
    context = "assignment"
    if return_stmt is not None:
        context = "return statement"
    elif n_lhs > 1:
        context = "multiple assignment"
    is_call = n_rhs == 1 and isinstance(unparen(orig_rhs[0]), CallExpr)
    if n_lhs == n_rhs and not is_call:
        x = Operand()
        for i, v in enumerate(lhs):
            desc = v.name
            if return_stmt is not None and desc == "":
                desc = "result variable"
            exprs.expr(check, exprs.new_target(v.type, desc), x, orig_rhs[i])
            init_var(check, v, x, context)
        return
    if n_rhs != 1:
        # Only report a mismatch if there are no other errors.
        if exprs.use(check, orig_rhs):
            if return_stmt is not None:
                _return_error(check, return_stmt.pos, lhs, exprs.expr_list(check, orig_rhs))
            else:
                _assign_error(check, orig_rhs, n_lhs, n_rhs)
        _invalidate(lhs)
        return
    rhs, comma_ok = exprs.multi_expr(check, orig_rhs[0], n_lhs == 2 and return_stmt is None)
    n_rhs = len(rhs)
    if n_lhs == n_rhs:
        for i, v in enumerate(lhs):
            init_var(check, v, rhs[i], context)
        if comma_ok and rhs[0].mode != MODE_INVALID and rhs[1].mode != MODE_INVALID:
            record_comma_ok(check, orig_rhs[0], rhs)
        return
    if rhs[0].mode != MODE_INVALID:
        if return_stmt is not None:
            _return_error(check, return_stmt.pos, lhs, rhs)
        else:
            _assign_error(check, orig_rhs, n_lhs, n_rhs)
    _invalidate(lhs)


def _invalidate(lhs: list[Var]) -> None:
    for v in lhs:
        if v.type is None:
            v.type = TYP_INVALID


def record_comma_ok(check: Checker, e: Expr, a: list[Operand]) -> None:
    """Record that e is used in its two-value form."""
    both = Tuple([Var(e.pos, check.pkg, "", a[0].type), Var(e.pos, check.pkg, "", a[1].type)])
    while True:
        e.comma_ok = True
        e.type = both
        if not isinstance(e, ParenExpr):
            return
        e = e.x


def assign_vars(check: Checker, lhs: list[Expr], orig_rhs: list[Expr]) -> None:
    n_lhs = len(lhs)
    n_rhs = len(orig_rhs)
    context = "multiple assignment" if n_lhs > 1 else "assignment"
    is_call = n_rhs == 1 and isinstance(unparen(orig_rhs[0]), CallExpr)
    if n_lhs == n_rhs and not is_call:
        for i, e in enumerate(lhs):
            assign_var(check, e, orig_rhs[i], None, context)
        return
    if n_rhs != 1:
        ok_lhs = exprs.use_lhs(check, lhs)
        ok_rhs = exprs.use(check, orig_rhs)
        if ok_lhs and ok_rhs:
            _assign_error(check, orig_rhs, n_lhs, n_rhs)
        return
    rhs, comma_ok = exprs.multi_expr(check, orig_rhs[0], n_lhs == 2)
    n_rhs = len(rhs)
    if n_lhs == n_rhs:
        for i, e in enumerate(lhs):
            assign_var(check, e, None, rhs[i], context)
        if comma_ok and rhs[0].mode != MODE_INVALID and rhs[1].mode != MODE_INVALID:
            record_comma_ok(check, orig_rhs[0], rhs)
        return
    if rhs[0].mode != MODE_INVALID:
        _assign_error(check, orig_rhs, n_lhs, n_rhs)
    exprs.use_lhs(check, lhs)


def short_var_decl(check: Checker, pos: Pos, lhs: list[Expr], rhs: list[Expr]) -> None:
    """lhs := rhs"""
    top = len(check.delayed)
    scope = check.env.scope
    seen: set[str] = set()
    lhs_vars: list[Var] = []
    new_vars: list[Var] = []
    has_err = False
    for e in lhs:
        dummy = True
        if not isinstance(e, Name):
            exprs.use_lhs(check, [e])
            check.error_at(e, "BadDecl", f"non-name {expr_string(e)} on left side of :=")
            has_err = True
        elif e.text != "_" and e.text in seen:
            check.error_at(e, "RepeatedDecl", f"{e.text} repeated on left side of :=")
            has_err = True
        else:
            name = e.text
            if name != "_":
                seen.add(name)
            alt = scope.lookup(name)
            if alt is None:
                obj = decls.new_local_var(check, e.pos, name, None)
                e.obj = obj
                lhs_vars.append(obj)
                if name != "_":
                    new_vars.append(obj)
                dummy = False
            else:
                e.obj = alt
                if isinstance(alt, Var):
                    alt.reassigned = True
                    lhs_vars.append(alt)
                    e.type = alt.type
                    e.mode = MODE_VAR
                    dummy = False
                else:
                    check.error_at(e, "UnassignableOperand", f"cannot assign to {expr_string(e)}")
                    has_err = True
        if dummy:
            lhs_vars.append(Var(e.pos, check.pkg, "_", None))
    init_vars(check, lhs_vars, rhs, None)
    check.process_delayed(top)
    if not new_vars and not has_err:
        check.soft_error(pos, "NoNewVar", "no new variables on left side of :=")
        return
    scope_pos = end_pos(rhs[-1])
    for v in new_vars:
        decls.declare(check, scope, None, v, scope_pos)
