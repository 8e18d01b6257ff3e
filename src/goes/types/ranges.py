"""Range statements.

    for i, v := range s     for i := range 10     for k, v := range maps.All(m)

Source of the behaviour: cmd/compile/internal/types2 range.go; Go spec "For statements with range clause".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..diag.source import NO_POS
from ..syntax.exprstring import expr_string
from ..syntax.nodes import MODE_CONST, MODE_INVALID, MODE_VALUE, SEND_ONLY, Expr, Name, RangeStmt
from ..syntax.positions import start_pos
from . import assignments, stmt
from . import decl as decls
from . import expr as exprs
from .identity import identical
from .objects import Var
from .operand import Operand
from .predicates import common_under, is_boolean, is_integer, is_string
from .resolver import unparen
from .types import (
    TYP_BOOL,
    TYP_INT,
    TYP_INVALID,
    TYP_RUNE,
    Array,
    Basic,
    Chan,
    Map,
    Pointer,
    Signature,
    Slice,
    Type,
    unalias,
    under,
)
from .typeset import pairs_of

if TYPE_CHECKING:
    from .checker import Checker


def array_ptr_deref(t: Type) -> Type:
    """[N]T for *[N]T"""
    p = unalias(t)
    if isinstance(p, Pointer):
        a = under(p.elem)
        if isinstance(a, Array):
            return a
    return t


def range_key_val(check: Checker, orig: Type) -> tuple[Type | None, Type | None, str, bool]:
    """(key type, value type, cause, ok) of ranging over a value of type orig; a type is None if not permitted."""
    for t, u in pairs_of(orig):
        if isinstance(u, Chan) and u.dir == SEND_ONLY:
            return TYP_INVALID, TYP_INVALID, f"receive from send-only channel {check.ts(t)}", False
    rtyp, cause = common_under(orig, None, check.qualifier)
    if rtyp is None:
        return TYP_INVALID, TYP_INVALID, cause, False
    t = array_ptr_deref(rtyp)
    if isinstance(t, (Slice, Array)):
        return TYP_INT, t.elem, "", True
    if isinstance(t, Map):
        return t.key, t.elem, "", True
    if isinstance(t, Basic):
        if is_string(t):
            return TYP_INT, TYP_RUNE, "", True
        if is_integer(t):
            if not check.allows(22):
                return TYP_INVALID, TYP_INVALID, "requires go1.22 or later", False
            return orig, None, "", True
        return None, None, "", False
    if isinstance(t, Chan):
        return t.elem, None, "", True
    if isinstance(t, Signature):
        return _range_func(check, t)
    return None, None, "", False


def _range_func(check: Checker, t: Signature) -> tuple[Type | None, Type | None, str, bool]:
    shape = "func must be func(yield func(...) bool): "
    cause = ""
    cb: Type | None = None
    if not check.allows(23):
        cause = "requires go1.23 or later"
    elif len(t.params.vars) != 1:
        cause = shape + "wrong argument count"
    elif t.results.vars:
        cause = shape + "unexpected results"
    else:
        pt = t.params.vars[0].type
        assert pt is not None
        cb, why = common_under(pt, None, check.qualifier)
        if not isinstance(cb, Signature):
            cause = shape + (f"in yield type, {why}" if cb is None else "argument is not func")
        elif len(cb.params.vars) > 2:
            cause = shape + "yield func has too many parameters"
        else:
            results = cb.results.vars
            rt = results[0].type if len(results) == 1 else None
            if rt is None or not identical(rt, TYP_BOOL):
                if rt is not None and is_boolean(rt):
                    cause = shape + "yield func returns user-defined boolean, not bool"
                else:
                    cause = shape + "yield func does not return bool"
            elif cb.variadic:
                cause = f"yield func of type {check.ts(cb)} cannot be variadic"
    if cause or not isinstance(cb, Signature):
        return TYP_INVALID, TYP_INVALID, cause, False
    params = cb.params.vars
    key = params[0].type if len(params) >= 1 else None
    val = params[1].type if len(params) >= 2 else None
    return key, val, "", True


def range_stmt(check: Checker, inner: int, s: RangeStmt) -> None:
    env = check.env
    x = Operand()
    env.has_call_or_recv = False
    exprs.expr(check, None, x, s.x)
    s_key = s.lhs[0] if s.lhs else None
    s_value = s.lhs[1] if len(s.lhs) > 1 else None
    s_extra = s.lhs[2] if len(s.lhs) > 2 else None
    if x.mode != MODE_INVALID and s_value is None and not env.has_call_or_recv:
        # len(x) is a constant: x is not evaluated.
        a = array_ptr_deref(under(x.type))
        if isinstance(a, Array):
            c = Operand(MODE_CONST, unparen(s.x), TYP_INT)
            c.value = a.length
            exprs.record(check, c)
    key: Type | None = None
    val: Type | None = None
    if x.mode != MODE_INVALID:
        key, val, cause, ok = range_key_val(check, x.type)
        if not ok:
            why = f": {cause}" if cause else ""
            check.soft_error(_pos(x), "InvalidRangeExpr", f"cannot range over {check.os(x)}{why}")
        elif key is None and s_key is not None:
            message = f"range over {check.os(x)} permits no iteration variables"
            check.soft_error(start_pos(s_key), "InvalidIterVar", message)
        elif val is None and s_value is not None:
            message = f"range over {check.os(x)} permits only one iteration variable"
            check.soft_error(start_pos(s_value), "InvalidIterVar", message)
        elif s_extra is not None:
            message = "range clause permits at most two iteration variables"
            check.soft_error(start_pos(s_extra), "InvalidIterVar", message)
    # Open the for-statement block scope now, after the range clause.
    check.open_scope(s.pos, NO_POS, "range")
    over_int = is_integer(x.type)
    types = [key, val]
    lhs = s.lhs[:2]
    if s.define:
        _declare_vars(check, s, x, lhs, types, over_int)
    elif lhs:
        _assign_vars(check, x, lhs, types, over_int)
    elif over_int:
        # for range n: give n its type.
        assignments.assignment(check, x, None, "range clause")
    stmt.stmt(check, inner, s.body)
    check.close_scope()


def _pos(x: Operand) -> int:
    return NO_POS if x.expr is None else start_pos(x.expr)


def _declare_vars(
    check: Checker, s: RangeStmt, x: Operand, lhs: list[Expr], types: list[Type | None], over_int: bool
) -> None:
    variables: list[Var] = []
    for i, e in enumerate(lhs):
        if isinstance(e, Name):
            obj = decls.new_local_var(check, e.pos, e.text, None)
            e.obj = obj
            # Names that are declared take part in the declaration, "_" does not.
            if e.text != "_":
                variables.append(obj)
        else:
            check.error_at(e, "InvalidSyntaxTree", f"cannot declare {expr_string(e)}")
            obj = Var(e.pos, check.pkg, "_", None)
        t = types[i]
        if t is None or t is TYP_INVALID:
            obj.type = TYP_INVALID
            obj.used = True  # don't complain about unused variable
            continue
        if over_int:
            assignments.init_var(check, obj, x, "range clause")
        else:
            assignments.init_var(check, obj, Operand(MODE_VALUE, e, t), "assignment")
    if not variables:
        check.error(s.pos, "NoNewVar", "no new variables on left side of :=")
        return
    for obj in variables:
        decls.declare(check, check.env.scope, None, obj, s.body.pos)


def _assign_vars(check: Checker, x: Operand, lhs: list[Expr], types: list[Type | None], over_int: bool) -> None:
    for i, e in enumerate(lhs):
        t = types[i]
        if t is None or t is TYP_INVALID:
            continue
        if over_int:
            assignments.assign_var(check, e, None, x, "range clause")
            # If the assignment succeeded, an untyped x got the variable's type: it must be an integer.
            if x.mode != MODE_INVALID and not is_integer(x.type):
                message = f"cannot use iteration variable of type {check.ts(x.type)}"
                check.soft_error(start_pos(e), "InvalidRangeExpr", message)
        else:
            assignments.assign_var(check, e, None, Operand(MODE_VALUE, e, t), "assignment")
