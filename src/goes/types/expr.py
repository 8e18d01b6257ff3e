"""Expressions.

    raw_expr(check, target, x, e, hint, allow_generic)      x becomes what e is; e's nodes are annotated

Each function takes the operand it fills first; after an error x.mode is MODE_INVALID and the error is reported.
`target` is the function type a generic function value is assigned to (reverse inference), `hint` the element type of
an enclosing composite literal. Untyped expressions keep their untyped type until const.update_expr_type.

Source of the behaviour: cmd/compile/internal/types2 expr.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from ..diag.source import Pos
from ..syntax.exprstring import expr_string
from ..syntax.nodes import (
    MODE_BUILTIN,
    MODE_COMMAOK,
    MODE_CONST,
    MODE_INVALID,
    MODE_MAPINDEX,
    MODE_NILVALUE,
    MODE_NOVALUE,
    MODE_TYPE,
    MODE_VALUE,
    MODE_VAR,
    RECV_ONLY,
    SEND_ONLY,
    ArrayType,
    AssertExpr,
    BasicLit,
    BinaryExpr,
    CallExpr,
    ChanType,
    CompositeLit,
    DotsType,
    Expr,
    FuncLit,
    FuncType,
    IndexExpr,
    InterfaceType,
    KeyValueExpr,
    ListExpr,
    MapType,
    Name,
    ParenExpr,
    SelectorExpr,
    SliceExpr,
    SliceType,
    StarExpr,
    StructType,
    TypeSwitchGuard,
    UnaryExpr,
)
from ..syntax.positions import start_pos
from ..syntax.tokens import (
    ADD,
    AND,
    ANDAND,
    ANDNOT,
    ARROW,
    DIV,
    EQL,
    GEQ,
    MUL,
    NEQ,
    NOT,
    OPERATOR_TEXT,
    OR,
    OROR,
    REM,
    SHL,
    SHR,
    SUB,
    TILDE,
    XOR,
)
from . import assignments, call, index, literals, typexpr
from .checker_base import KIND_EXPRESSION, KIND_STATEMENT, MAX_DEPTH
from .const import convert_untyped, is_pending, overflow, representable, update_expr_type
from .constant import ComplexValue, ConstValue, Unknown, binary_op, compare, shift, sign, to_int, unary_op
from .errors import INVALID_OP
from .identity import identical
from .lookup import assertable_to
from .objects import Var
from .operand import Operand, assignable_to, composite_kind
from .predicates import (
    all_boolean,
    all_integer,
    all_numeric,
    all_numeric_or_string,
    all_ordered,
    all_string,
    all_unsigned,
    common_under,
    default_type,
    has_nil,
    is_generic,
    is_integer,
    is_non_type_param_interface,
    is_type_param,
    is_typed,
    is_unsigned,
    is_untyped,
    is_valid,
    why_incomparable,
)
from .resolver import unparen
from .sizes import sizeof
from .types import (
    TYP_INVALID,
    TYP_UINT,
    TYP_UNTYPED_BOOL,
    TYP_UNTYPED_INT,
    Alias,
    Chan,
    Interface,
    Map,
    Named,
    Pointer,
    Signature,
    Slice,
    Tuple,
    Type,
    under,
)
from .typeset import pairs_of

if TYPE_CHECKING:
    from .checker import Checker

EMPTY_TUPLE: Final = Tuple([])  # the type of a call without results

# Largest shift count of a constant: smallest denormal float64 can be written as a shift.
MAX_SHIFT: Final = 1023 - 1 + 52


@final
class Target:
    """A function type that a generic function is assigned to, and what it is called in messages."""

    __slots__ = ("sig", "desc")

    def __init__(self, sig: Signature, desc: str) -> None:
        self.sig = sig
        self.desc = desc


def new_target(t: Type | None, desc: str) -> Target | None:
    if t is None:
        return None
    if isinstance(t, Signature):
        return Target(t, desc)
    if isinstance(t, (Named, Alias)) or is_type_param(t):
        u, _ = common_under(t, None)
        if isinstance(u, Signature):
            return Target(u, desc)
    return None


# -------------------------------------------------------------------------------------------------- entry points


def expr(check: Checker, target: Target | None, x: Operand, e: Expr) -> None:
    """A single value."""
    raw_expr(check, target, x, e, None, False)
    exclude(check, x, True)
    single_value(check, x)


def generic_expr(check: Checker, x: Operand, e: Expr, hint: Type | None) -> None:
    """A single value, possibly an uninstantiated generic function."""
    raw_expr(check, None, x, e, hint, True)
    exclude(check, x, True)
    single_value(check, x)


def expr_or_type(check: Checker, x: Operand, e: Expr, allow_generic: bool) -> None:
    raw_expr(check, None, x, e, None, allow_generic)
    if x.mode == MODE_NOVALUE:
        check.error_op(x, "TooManyValues", f"{check.os(x)} used as value or type")
        x.mode = MODE_INVALID
    single_value(check, x)


def multi_expr(check: Checker, e: Expr, allow_comma_ok: bool) -> tuple[list[Operand], bool]:
    """The values of e, which may be a call with several results or (if allowed) a comma-ok expression."""
    x = Operand()
    raw_expr(check, None, x, e, None, False)
    exclude(check, x, True)
    t = x.type
    if x.mode != MODE_INVALID and isinstance(t, Tuple):
        values: list[Operand] = []
        for i, v in enumerate(t.vars):
            dummy = Name(start_pos(e), nth(i + 1, "function result"))
            assert v.type is not None
            values.append(Operand(MODE_VALUE, dummy, v.type))
        return values, False
    if allow_comma_ok and (x.mode == MODE_MAPINDEX or x.mode == MODE_COMMAOK):
        dummy = Name(start_pos(e), "ok value of (comma, ok) expression")
        return [x, Operand(MODE_VALUE, dummy, TYP_UNTYPED_BOOL)], True
    return [x], False


def nth(n: int, what: str) -> str:
    ext = "st" if n == 1 else "nd" if n == 2 else "rd" if n == 3 else "th"
    return f"{n}{ext} {what}"


def expr_list(check: Checker, elist: list[Expr]) -> list[Operand]:
    if len(elist) == 1:
        return multi_expr(check, elist[0], False)[0]
    result: list[Operand] = []
    for e in elist:
        x = Operand()
        expr(check, None, x, e)
        result.append(x)
    return result


def exclude(check: Checker, x: Operand, types_too: bool) -> None:
    """Reject operands that are no values."""
    mode = x.mode
    if mode == MODE_NOVALUE:
        check.error_op(x, "TooManyValues", f"{check.os(x)} used as value")
    elif mode == MODE_BUILTIN:
        check.error_op(x, "UncalledBuiltin", f"{check.os(x)} must be called")
    elif mode == MODE_TYPE and types_too:
        check.error_op(x, "NotAnExpr", f"{check.os(x)} is not an expression")
    else:
        return
    x.mode = MODE_INVALID


def single_value(check: Checker, x: Operand) -> None:
    if x.mode == MODE_VALUE and isinstance(x.type, Tuple):
        check.error_op(x, "TooManyValues", f"multiple-value {check.os(x)} in single-value context")
        x.mode = MODE_INVALID


def use(check: Checker, args: list[Expr]) -> bool:
    """Evaluate expressions for their errors and uses only. False if one of them is invalid."""
    ok = True
    for e in args:
        if not _use1(check, e, False):
            ok = False
    return ok


def use_lhs(check: Checker, args: list[Expr]) -> bool:
    """Like use, but a name alone is not used by being on the left-hand side."""
    ok = True
    for e in args:
        if not _use1(check, e, True):
            ok = False
    return ok


def _use1(check: Checker, e: Expr, lhs: bool) -> bool:
    x = Operand(MODE_VALUE)
    n = unparen(e)
    if isinstance(n, Name):
        if n.text == "_":
            return True
        v: Var | None = None
        used = False
        if lhs:
            obj = check.lookup(n.text)
            if isinstance(obj, Var) and obj.pkg is check.pkg:
                v = obj
                used = obj.used
        expr_or_type(check, x, n, True)
        if v is not None:
            v.used = used
    elif isinstance(n, ListExpr):
        return use_lhs(check, n.elems) if lhs else use(check, n.elems)
    elif isinstance(n, KeyValueExpr):
        return _use1(check, n.val, lhs)
    else:
        raw_expr(check, None, x, e, None, True)
    return x.mode != MODE_INVALID


# ------------------------------------------------------------------------------------------------------ the switch


def record(check: Checker, x: Operand) -> None:
    """Write the operand onto its expression's node."""
    e = x.expr
    assert e is not None
    mode = x.mode
    e.mode = mode
    if mode == MODE_INVALID:
        e.type = TYP_INVALID
        e.value = None
        return
    e.type = EMPTY_TUPLE if mode == MODE_NOVALUE else x.type
    e.value = x.value if mode == MODE_CONST else None


def record_type(e: Expr, mode: int, t: Type) -> None:
    e.mode = mode
    e.type = t
    e.value = None


def raw_expr(check: Checker, target: Target | None, x: Operand, e: Expr, hint: Type | None, allow_generic: bool) -> int:
    check.depth += 1
    if check.depth > MAX_DEPTH:
        check.error(start_pos(e), "", "expression nested too deeply")
        x.mode = MODE_INVALID
        x.expr = e
        kind = KIND_STATEMENT
    else:
        kind = _expr_internal(check, target, x, e, hint)
    check.depth -= 1
    if not allow_generic and x.mode != MODE_INVALID and x.mode != MODE_NOVALUE:
        t = x.type
        if isinstance(t, (Signature, Named, Alias)):
            non_generic(check, target, x)
    record(check, x)
    return kind


def non_generic(check: Checker, target: Target | None, x: Operand) -> None:
    """Reject generic types and functions that are not instantiated, or infer the latter's type arguments."""
    if x.mode == MODE_INVALID or x.mode == MODE_NOVALUE:
        return
    t = x.type
    if isinstance(t, Signature):
        if not t.tparams:
            return
        if target is not None:
            assert x.expr is not None
            call.func_inst(check, target, x.expr.pos, x, None, True)
            return
        what = "function"
    elif isinstance(t, (Named, Alias)) and is_generic(t):
        what = "type"
    else:
        return
    assert x.expr is not None
    message = f"cannot use generic {what} {expr_string(x.expr)} without instantiation"
    check.error_at(x.expr, "WrongTypeArgCount", message)
    x.mode = MODE_INVALID
    x.type = TYP_INVALID


def _fail(x: Operand, e: Expr) -> int:
    x.mode = MODE_INVALID
    x.expr = e
    return KIND_STATEMENT  # avoid follow-up errors


def _expr_internal(check: Checker, target: Target | None, x: Operand, e: Expr, hint: Type | None) -> int:
    x.mode = MODE_INVALID
    x.type = TYP_INVALID
    x.value = None
    if isinstance(e, Name):
        typexpr.ident(check, x, e, False)
    elif isinstance(e, SelectorExpr):
        call.selector(check, x, e, False)
    elif isinstance(e, CallExpr):
        return call.call_expr(check, x, e)
    elif isinstance(e, BasicLit):
        if e.bad:
            return _fail(x, e)
        literals.basic_lit(check, x, e)
        if x.mode == MODE_INVALID:
            return _fail(x, e)
    elif isinstance(e, BinaryExpr):
        _binary_chain(check, x, e)
        if x.mode == MODE_INVALID:
            return _fail(x, e)
    elif isinstance(e, UnaryExpr):
        _unary(check, x, e)
        if x.mode == MODE_INVALID:
            return _fail(x, e)
        if e.op == ARROW:
            x.expr = e
            return KIND_STATEMENT
    elif isinstance(e, StarExpr):
        if not _star(check, x, e):
            return _fail(x, e)
    elif isinstance(e, IndexExpr):
        if index.index_expr(check, x, e):
            call.func_inst(check, target, e.pos, x, e, True)
        if x.mode == MODE_INVALID:
            return _fail(x, e)
    elif isinstance(e, ParenExpr):
        kind = raw_expr(check, None, x, e.x, None, False)
        x.expr = e
        return kind
    elif isinstance(e, CompositeLit):
        literals.composite_lit(check, x, e, hint)
        if x.mode == MODE_INVALID:
            return _fail(x, e)
    elif isinstance(e, FuncLit):
        literals.func_lit(check, x, e)
        if x.mode == MODE_INVALID:
            return _fail(x, e)
    elif isinstance(e, SliceExpr):
        index.slice_expr(check, x, e)
        if x.mode == MODE_INVALID:
            return _fail(x, e)
    elif isinstance(e, AssertExpr):
        if not _assertion(check, x, e):
            return _fail(x, e)
    elif isinstance(e, (ArrayType, SliceType, StructType, FuncType, InterfaceType, MapType, ChanType)):
        x.mode = MODE_TYPE
        x.type = typexpr.typ(check, e)
    elif isinstance(e, TypeSwitchGuard):
        check.error_at(e, "InvalidSyntaxTree", "use of .(type) outside type switch")
        use(check, [e.x])
        return _fail(x, e)
    elif isinstance(e, KeyValueExpr):
        check.error_at(e, "InvalidSyntaxTree", "no key:value expected")
        return _fail(x, e)
    elif isinstance(e, DotsType):
        check.error_at(e, "InvalidSyntaxTree", "invalid use of ...")
        return _fail(x, e)
    elif isinstance(e, ListExpr):
        check.error_at(e, "InvalidSyntaxTree", "unexpected list of expressions")
        return _fail(x, e)
    else:  # BadExpr: reported before
        return _fail(x, e)
    x.expr = e
    return KIND_EXPRESSION


def _star(check: Checker, x: Operand, e: StarExpr) -> bool:
    expr_or_type(check, x, e.x, False)
    if x.mode == MODE_INVALID:
        return False
    if x.mode == MODE_TYPE:
        typexpr.valid_var_type(check, e.x, x.type)
        x.type = Pointer(x.type)
        return True
    base: Type | None = None
    for _, u in pairs_of(x.type):
        if not isinstance(u, Pointer):
            check.error_op(x, "InvalidIndirection", f"{INVALID_OP}cannot indirect {check.os(x)}")
            return False
        if base is not None and not identical(u.elem, base):
            message = f"{INVALID_OP}pointers of {check.os(x)} must have identical base types"
            check.error_op(x, "InvalidIndirection", message)
            return False
        base = u.elem
    assert base is not None
    if not typexpr.is_complete(check, base):
        return False
    x.mode = MODE_VAR
    x.type = base
    return True


def _assertion(check: Checker, x: Operand, e: AssertExpr) -> bool:
    expr(check, None, x, e.x)
    if x.mode == MODE_INVALID:
        return False
    if is_type_param(x.type):
        message = f"{INVALID_OP}cannot use type assertion on type parameter value {check.os(x)}"
        check.error_op(x, "InvalidAssert", message)
        return False
    if not isinstance(under(x.type), Interface):
        check.error_op(x, "InvalidAssert", f"{INVALID_OP}{check.os(x)} is not an interface")
        return False
    t = typexpr.var_type(check, e.type_expr)
    if not is_valid(t) or not typexpr.is_complete(check, t):
        return False
    type_assertion(check, e, x, t, False)
    x.mode = MODE_COMMAOK
    x.type = t
    return True


def type_assertion(check: Checker, e: Expr, x: Operand, t: Type, type_switch: bool) -> None:
    """Check that x, of interface type, may hold a t."""
    ok, cause = assertable_to(x.type, t, check.qualifier)
    if ok:
        return
    s = expr_string(e)
    if type_switch:
        message = f"impossible type switch case: {s}\n\t{check.os(x)} cannot have dynamic type {check.ts(t)} {cause}"
    else:
        message = f"impossible type assertion: {s}\n\t{check.ts(t)} does not implement {check.ts(x.type)} {cause}"
    check.error_at(e, "ImpossibleAssert", message)


# --------------------------------------------------------------------------------------------------------- unary


def op_pos(e: Expr | None) -> Pos:
    if e is None:
        return 0
    if isinstance(e, (BinaryExpr, UnaryExpr, StarExpr)):
        return e.pos
    return start_pos(e)


def _unary(check: Checker, x: Operand, e: UnaryExpr) -> None:
    expr(check, None, x, e.x)
    if x.mode == MODE_INVALID:
        return
    op = e.op
    if op == AND:
        if x.mode != MODE_VAR and not isinstance(unparen(e.x), CompositeLit):
            check.error_op(x, "UnaddressableOperand", f"{INVALID_OP}cannot take address of {check.os(x)}")
            x.mode = MODE_INVALID
            return
        if x.mode == MODE_VAR:
            assignments.mark_addressed(e.x)
        x.mode = MODE_VALUE
        x.type = Pointer(x.type)
        return
    if op == ARROW:
        elem = chan_elem(check, start_pos(e.x), x, True)
        if elem is not None and typexpr.is_complete(check, elem):
            x.mode = MODE_COMMAOK
            x.type = elem
            check.env.has_call_or_recv = True
            return
        x.mode = MODE_INVALID
        return
    if op == TILDE:
        if not all_integer(x.type):
            check.error_at(e, "UndefinedOp", "cannot use ~ outside of interface or type constraint")
            x.mode = MODE_INVALID
            return
        message = "cannot use ~ outside of interface or type constraint (use ^ for bitwise complement)"
        check.error_at(e, "UndefinedOp", message)
        op = XOR
    if op == NOT:
        ok = all_boolean(x.type)
    elif op == XOR:
        ok = all_integer(x.type)
    else:
        ok = all_numeric(x.type)
    if not ok:
        message = f"{INVALID_OP}operator {OPERATOR_TEXT[op]} not defined on {check.os(x)}"
        check.error_op(x, "UndefinedOp", message)
        x.mode = MODE_INVALID
        return
    if x.mode == MODE_CONST:
        v = x.value
        assert v is not None
        if isinstance(v, Unknown):
            return
        size = sizeof(x.type) * 8 if is_unsigned(x.type) else 0
        x.value = unary_op(op, v, size)
        x.expr = e
        overflow(check, x, op_pos(e))
        return
    x.mode = MODE_VALUE


def chan_elem(check: Checker, pos: Pos, x: Operand, recv: bool) -> Type | None:
    """The element type of the channel x, for receiving or sending; None (reported) if that is impossible."""
    cause = ""
    for t, u in pairs_of(x.type):
        if u is None or t is None:
            cause = "no specific channel type"
        elif not isinstance(u, Chan):
            cause = f"non-channel {check.ts(t)}"
        elif recv and u.dir == SEND_ONLY:
            cause = f"send-only channel {check.ts(t)}"
        elif not recv and u.dir == RECV_ONLY:
            cause = f"receive-only channel {check.ts(t)}"
        if cause:
            break
    if not cause:
        cu, cause = common_under(x.type, None, check.qualifier)
        if isinstance(cu, Chan):
            return cu.elem
    what = "receive from" if recv else "send to"
    code = "InvalidReceive" if recv else "InvalidSend"
    if is_type_param(x.type):
        check.error(pos, code, f"{INVALID_OP}cannot {what} {check.os(x)}: {cause}")
    else:
        check.error(pos, code, f"{INVALID_OP}cannot {what} {cause} {check.os(x)}")
    return None


# -------------------------------------------------------------------------------------------------------- binary


def _binary_chain(check: Checker, x: Operand, e: BinaryExpr) -> None:
    """a + b + c + ... without recursion on the left operands (there may be thousands)."""
    chain = [e]
    left = e.x
    while isinstance(left, BinaryExpr):
        chain.append(left)
        left = left.x
    expr(check, None, x, left)
    while True:
        e = chain.pop()
        _binary_rest(check, x, e, e.x, e.y, e.op)
        if not chain:
            return
        # As raw_expr does.
        x.expr = e
        record(check, x)


def binary(check: Checker, x: Operand, e: Expr | None, lhs: Expr, rhs: Expr, op: int) -> None:
    """lhs op rhs; e is None for `lhs op= rhs`."""
    expr(check, None, x, lhs)
    _binary_rest(check, x, e, lhs, rhs, op)


def _binary_rest(check: Checker, x: Operand, e: Expr | None, lhs: Expr, rhs: Expr, op: int) -> None:
    y = Operand()
    expr(check, None, y, rhs)
    if x.mode == MODE_INVALID:
        return
    if y.mode == MODE_INVALID:
        x.mode = MODE_INVALID
        x.expr = y.expr
        return
    if op == SHL or op == SHR:
        _shift(check, x, y, e, op)
        return
    match_types(check, x, y)
    if x.mode == MODE_INVALID:
        return
    if EQL <= op <= GEQ:
        comparison(check, x, y, op, False)
        return
    if x.type is not y.type and not identical(x.type, y.type):
        # Only report if neither is invalid.
        if is_valid(x.type) and is_valid(y.type):
            types = f"(mismatched types {check.ts(x.type)} and {check.ts(y.type)})"
            if e is not None:
                what = expr_string(e)
            else:
                what = f"{expr_string(lhs)} {OPERATOR_TEXT[op]}= {expr_string(rhs)}"
            check.error_op(x, "MismatchedTypes", f"{INVALID_OP}{what} {types}")
        x.mode = MODE_INVALID
        return
    if not _defined(op, x.type):
        message = f"{INVALID_OP}operator {OPERATOR_TEXT[op]} not defined on {check.os(x)}"
        check.error_op(x, "UndefinedOp", message)
        x.mode = MODE_INVALID
        return
    if op == DIV or op == REM:
        zero = (x.mode == MODE_CONST or all_integer(x.type)) and y.mode == MODE_CONST and _is_zero(y.value)
        if not zero and x.mode == MODE_CONST and y.mode == MODE_CONST and isinstance(y.value, ComplexValue):
            # Parts whose squares underflow count as zero.
            zero = _underflows(y.value.re) and _underflows(y.value.im)
        if zero:
            check.error_op(y, "DivByZero", f"{INVALID_OP}division by zero")
            x.mode = MODE_INVALID
            return
    if x.mode == MODE_CONST and y.mode == MODE_CONST:
        xv = x.value
        yv = y.value
        assert xv is not None and yv is not None
        if isinstance(xv, Unknown) or isinstance(yv, Unknown):
            x.value = Unknown()
            return
        x.value = binary_op(xv, op, yv, op == DIV and is_integer(x.type))
        x.expr = e
        overflow(check, x, op_pos(e if e is not None else lhs))
        return
    x.mode = MODE_VALUE


def _is_zero(v: ConstValue | None) -> bool:
    if isinstance(v, ComplexValue):
        return v.re == 0 and v.im == 0
    return v is not None and not isinstance(v, (Unknown, bool, bytes)) and sign(v) == 0


def _underflows(v: ConstValue) -> bool:
    square = binary_op(v, MUL, v)
    return not isinstance(square, Unknown) and sign(square) == 0


def _defined(op: int, t: Type) -> bool:
    if op == ADD:
        return all_numeric_or_string(t)
    if op == SUB or op == MUL or op == DIV:
        return all_numeric(t)
    if op == ANDAND or op == OROR:
        return all_boolean(t)
    if op == REM or op == AND or op == OR or op == XOR or op == ANDNOT:
        return all_integer(t)
    return False


def match_types(check: Checker, x: Operand, y: Operand) -> None:
    """If one operand is untyped, convert it to the other's type where that may make sense."""
    if not _may_convert(x, y):
        return
    convert_untyped(check, x, y.type)
    if x.mode == MODE_INVALID:
        return
    convert_untyped(check, y, x.type)
    if y.mode == MODE_INVALID:
        x.mode = MODE_INVALID


def _may_convert(x: Operand, y: Operand) -> bool:
    if is_typed(x.type) and is_typed(y.type):
        return False
    if all_numeric(x.type) != all_numeric(y.type):
        # An untyped operand may convert to a non-numeric type only if that is an interface.
        return False
    if is_non_type_param_interface(x.type) or is_non_type_param_interface(y.type):
        return True
    if all_boolean(x.type) != all_boolean(y.type):
        return False
    if all_string(x.type) != all_string(y.type):
        return False
    if x.mode == MODE_NILVALUE:
        return has_nil(y.type)
    if y.mode == MODE_NILVALUE:
        return has_nil(x.type)
    return not isinstance(under(x.type), Pointer) and not isinstance(under(y.type), Pointer)


def incomparable_cause(check: Checker, t: Type) -> str:
    if isinstance(under(t), Slice | Signature | Map):
        return composite_kind(t) + " can only be compared to nil"
    return why_incomparable(t, True, None, check.qualifier) or ""


def comparison(check: Checker, x: Operand, y: Operand, op: int, switch_case: bool) -> None:
    """x op y; the result, an untyped boolean, is in x."""
    if not is_valid(x.type) or not is_valid(y.type):
        x.mode = MODE_INVALID
        return
    if switch_case:
        op = EQL
    err_op = x
    cause = ""
    code = "MismatchedTypes"
    failed = False
    if assignable_to(check, x, y.type, None) != "" and assignable_to(check, y, x.type, None) != "":
        # Report the error on the second operand: we only know after seeing it that the types do not match.
        err_op = y
        cause = f"mismatched types {check.ts(x.type)} and {check.ts(y.type)}"
        failed = True
    else:
        code = "UndefinedOp"
        if op == EQL or op == NEQ:
            if x.mode == MODE_NILVALUE or y.mode == MODE_NILVALUE:
                if not has_nil(y.type if x.mode == MODE_NILVALUE else x.type):
                    err_op = y
                    failed = True
            elif why_incomparable(x.type, True, None, check.qualifier) is not None:
                cause = incomparable_cause(check, x.type)
                failed = True
            elif why_incomparable(y.type, True, None, check.qualifier) is not None:
                err_op = y
                cause = incomparable_cause(check, y.type)
                failed = True
        elif not all_ordered(x.type):
            failed = True
        elif not all_ordered(y.type):
            err_op = y
            failed = True
    if not failed:
        if x.mode == MODE_CONST and y.mode == MODE_CONST:
            assert x.value is not None and y.value is not None
            x.value = compare(x.value, op, y.value)
        else:
            x.mode = MODE_VALUE
            # The operands have now their final types, which they get at run time.
            update_expr_type(check, x.expr, default_type(x.type), True)
            update_expr_type(check, y.expr, default_type(y.type), True)
        x.type = TYP_UNTYPED_BOOL
        return
    if cause == "":
        if is_type_param(x.type) or is_type_param(y.type):
            if not is_type_param(x.type):
                err_op = y
            cause = f"type parameter {check.ts(err_op.type)} cannot use operator {OPERATOR_TEXT[op]}"
        else:
            what = composite_kind(err_op.type)
            if what == "":
                what = check.ts(err_op.type)
            cause = f"operator {OPERATOR_TEXT[op]} not defined on {what}"
    assert x.expr is not None and y.expr is not None
    xs = expr_string(x.expr)
    ys = expr_string(y.expr)
    if switch_case:
        check.error_op(x, code, f"invalid case {xs} in switch on {ys} ({cause})")
    else:
        check.error_op(err_op, code, f"{INVALID_OP}{xs} {OPERATOR_TEXT[op]} {ys} ({cause})")
    x.mode = MODE_INVALID


def _shift(check: Checker, x: Operand, y: Operand, e: Expr | None, op: int) -> None:
    # The left operand must be an integer, or an untyped constant with an integer value.
    xval: ConstValue | None = None
    if x.mode == MODE_CONST:
        assert x.value is not None
        xval = to_int(x.value)
    if not (all_integer(x.type) or is_untyped(x.type) and _is_int(xval)):
        check.error_op(x, "InvalidShiftOperand", f"{INVALID_OP}shifted operand {check.os(x)} must be integer")
        x.mode = MODE_INVALID
        return
    yval: ConstValue | None = None
    if y.mode == MODE_CONST:
        assert y.value is not None
        yval = to_int(y.value)
        if isinstance(yval, int) and _is_int(yval) and yval < 0:
            check.error_op(y, "InvalidShiftCount", f"{INVALID_OP}negative shift count {check.os(y)}")
            x.mode = MODE_INVALID
            return
        if is_untyped(y.type):
            # The count must fit a uint, but keeps its type.
            representable(check, y, TYP_UINT)
            if y.mode == MODE_INVALID:
                x.mode = MODE_INVALID
                return
            if x.mode != MODE_CONST:
                update_expr_type(check, y.expr, TYP_UINT, True)
    elif all_integer(y.type):
        if not all_unsigned(y.type) and not check.allows(13):
            assert y.expr is not None
            check.version_error(start_pos(y.expr), 13, f"{INVALID_OP}signed shift count {check.os(y)}")
            x.mode = MODE_INVALID
            return
    elif is_untyped(y.type):
        convert_untyped(check, y, TYP_UINT)
        if y.mode == MODE_INVALID:
            x.mode = MODE_INVALID
            return
    else:
        check.error_op(y, "InvalidShiftCount", f"{INVALID_OP}shift count {check.os(y)} must be integer")
        x.mode = MODE_INVALID
        return
    if x.mode == MODE_CONST:
        if y.mode == MODE_CONST:
            if isinstance(x.value, Unknown) or isinstance(y.value, Unknown):
                x.value = Unknown()
                if not is_integer(x.type):
                    x.type = TYP_UNTYPED_INT
                return
            if not isinstance(yval, int) or yval > MAX_SHIFT:
                check.error_op(y, "InvalidShiftCount", f"{INVALID_OP}invalid shift count {check.os(y)}")
                x.mode = MODE_INVALID
                return
            # x is a constant so xval is an integer; an untyped float becomes an untyped integer.
            if not is_integer(x.type):
                x.type = TYP_UNTYPED_INT
            assert xval is not None
            x.value = shift(xval, op, yval)
            x.expr = e
            overflow(check, x, op_pos(e))
            return
        # Non-constant shift with constant left operand: its type is decided by the context.
        if is_untyped(x.type):
            if x.expr is not None and is_pending(x.expr):
                check.shift_lhs[x.expr] = True
            x.mode = MODE_VALUE
            return
    if not all_integer(x.type):
        check.error_op(x, "InvalidShiftOperand", f"{INVALID_OP}shifted operand {check.os(x)} must be integer")
        x.mode = MODE_INVALID
        return
    x.mode = MODE_VALUE


def _is_int(v: ConstValue | None) -> bool:
    return isinstance(v, int) and not isinstance(v, bool)
