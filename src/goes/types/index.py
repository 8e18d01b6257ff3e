"""Index and slice expressions.

    a[i]   m[k]   s[lo:hi:max]   f[int] (instantiation: left to call.func_inst)

Source of the behaviour: cmd/compile/internal/types2 index.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..syntax.exprstring import expr_string
from ..syntax.nodes import (
    MODE_CONST,
    MODE_INVALID,
    MODE_MAPINDEX,
    MODE_TYPE,
    MODE_VALUE,
    MODE_VAR,
    Expr,
    IndexExpr,
    ListExpr,
    SliceExpr,
)
from . import assignments, typexpr
from . import expr as exprs
from .const import convert_untyped, representable_const
from .constant import Unknown, const_string, sign
from .errors import INVALID_ARG, INVALID_OP
from .identity import identical
from .operand import Operand
from .predicates import all_integer, is_string, is_type_param, is_untyped, is_valid
from .types import (
    TYP_BYTE,
    TYP_INT,
    TYP_INVALID,
    TYP_STRING,
    Array,
    Basic,
    Interface,
    Map,
    Pointer,
    Signature,
    Slice,
    Type,
    under,
)
from .typeset import pairs_of

if TYPE_CHECKING:
    from .checker import Checker


def index_expr(check: Checker, x: Operand, e: IndexExpr) -> bool:
    """Check e. True if e.x is a generic function: then e is an instantiation, for the caller to do."""
    exprs.expr_or_type(check, x, e.x, True)
    if x.mode == MODE_INVALID:
        exprs.use(check, [e.index])
        return False
    if x.mode == MODE_TYPE:
        x.mode = MODE_INVALID
        x.type = typexpr.var_type(check, e)
        if is_valid(x.type):
            x.mode = MODE_TYPE
        return False
    if x.mode == MODE_VALUE:
        sig = under(x.type)
        if isinstance(sig, Signature) and sig.tparams:
            return True
    exprs.non_generic(check, None, x)
    if x.mode == MODE_INVALID:
        return False
    u = under(x.type)
    if (
        not typexpr.is_complete(check, x.type)
        or isinstance(u, (Pointer, Map))
        and not typexpr.is_complete(check, u.elem)
    ):
        x.mode = MODE_INVALID
        return False

    valid = False
    length = -1
    if isinstance(u, Slice):
        valid = True
        x.mode = MODE_VAR
        x.type = u.elem
    elif isinstance(u, Map):
        _map_index(check, x, e, u.key, u.elem)
        return False
    elif isinstance(u, Array):
        valid = True
        length = u.length
        if x.mode != MODE_VAR:
            x.mode = MODE_VALUE
        x.type = u.elem
    elif isinstance(u, Basic):
        if is_string(u):
            valid = True
            if isinstance(x.value, bytes) and x.mode == MODE_CONST:
                length = len(x.value)
            x.mode = MODE_VALUE
            x.type = TYP_BYTE
    elif isinstance(u, Pointer):
        a = under(u.elem)
        if isinstance(a, Array):
            valid = True
            length = a.length
            x.mode = MODE_VAR
            x.type = a.elem
    elif isinstance(u, Interface) and is_type_param(x.type):
        found = _common_element(x)
        if found is not None:
            mode, key, elem, length = found
            if key is not None:
                _map_index(check, x, e, key, elem)
                return False
            valid = True
            x.mode = mode
            x.type = elem
    if not valid:
        check.error(e.pos, "NonSliceableOperand", f"cannot index {check.os(x)}")
        exprs.use(check, [e.index])
        x.mode = MODE_INVALID
        return False
    i = _single_index(check, e)
    if i is None:
        x.mode = MODE_INVALID
        return False
    index(check, i, length)
    return False


def _map_index(check: Checker, x: Operand, e: IndexExpr, key_type: Type, elem: Type) -> None:
    i = _single_index(check, e)
    if i is None:
        x.mode = MODE_INVALID
        return
    key = Operand()
    exprs.generic_expr(check, key, i, None)
    assignments.assignment(check, key, key_type, "map index")
    # It is fine to continue even if indexing failed.
    x.mode = MODE_MAPINDEX
    x.type = elem
    x.expr = e


def _common_element(x: Operand) -> tuple[int, Type | None, Type, int] | None:
    """(mode, map key or None, element, length) of indexing a type parameter's value, if all its types agree."""
    key: Type | None = None
    elem: Type | None = None
    length = -1
    mode = MODE_VAR
    for _, u in pairs_of(x.type):
        n = -1
        k: Type | None = None
        e: Type | None = None
        if isinstance(u, Basic):
            if is_string(u):
                e = TYP_BYTE
                mode = MODE_VALUE
        elif isinstance(u, Array):
            n = u.length
            e = u.elem
            if x.mode != MODE_VAR:
                mode = MODE_VALUE
        elif isinstance(u, Pointer):
            a = under(u.elem)
            if isinstance(a, Array):
                n = a.length
                e = a.elem
        elif isinstance(u, Slice):
            e = u.elem
        elif isinstance(u, Map):
            k = u.key
            e = u.elem
        if e is None:
            return None
        if elem is None:
            length = n
            key = k
            elem = e
            continue
        if (key is None) != (k is None) or key is not None and k is not None and not identical(key, k):
            return None
        if not identical(elem, e):
            return None
        if 0 <= n < length:
            length = n
    return None if elem is None else (mode, key, elem, length)


def slice_expr(check: Checker, x: Operand, e: SliceExpr) -> None:
    exprs.expr(check, None, x, e.x)
    if x.mode == MODE_INVALID:
        exprs.use(check, [i for i in (e.low, e.high, e.max) if i is not None])
        return
    cu = _sliced_type(check, x)
    u = under(x.type)
    if cu is None or isinstance(u, Pointer) and not typexpr.is_complete(check, u.elem):
        x.mode = MODE_INVALID
        return
    valid = False
    length = -1
    if isinstance(cu, Slice):
        valid = True
    elif isinstance(cu, Basic):
        if is_string(cu):
            if e.full:
                at = e.max if e.max is not None else e
                check.error_at(at, "InvalidSliceExpr", f"{INVALID_OP}3-index slice of string")
                x.mode = MODE_INVALID
                return
            valid = True
            if x.mode == MODE_CONST and isinstance(x.value, bytes):
                length = len(x.value)
            # An untyped string operand yields a string.
            if is_untyped(x.type):
                x.type = TYP_STRING
    elif isinstance(cu, Array):
        valid = True
        length = cu.length
        if x.mode != MODE_VAR:
            message = f"cannot slice unaddressable value {check.os(x)}"
            check.error_op(x, "NonSliceableOperand", message)
            x.mode = MODE_INVALID
            return
        assignments.mark_addressed(e.x)
        x.type = Slice(cu.elem)
    elif isinstance(cu, Pointer):
        a = under(cu.elem)
        if isinstance(a, Array):
            valid = True
            length = a.length
            x.type = Slice(a.elem)
    if not valid:
        check.error_op(x, "NonSliceableOperand", f"cannot slice {check.os(x)}")
        x.mode = MODE_INVALID
        return
    x.mode = MODE_VALUE
    if e.full and (e.high is None or e.max is None):
        check.error_at(e, "InvalidSyntaxTree", "2nd and 3rd index required in 3-index slice")
        x.mode = MODE_INVALID
        return
    _slice_indices(check, e, length)


def _sliced_type(check: Checker, x: Operand) -> Type | None:
    """The common underlying type of what is sliced; strings among byte slices make it a string."""
    ct: Type | None = None
    cu: Type | None = None
    has_string = False
    for t, u in pairs_of(x.type):
        if u is None:
            message = f"cannot slice {check.os(x)}: no specific type in {check.ts(x.type)}"
            check.error_op(x, "NonSliceableOperand", message)
            return None
        if is_string(u):
            u = Slice(TYP_BYTE)
            has_string = True
        if cu is None:
            ct = t
            cu = u
        elif not identical(cu, u):
            message = f"cannot slice {check.os(x)}: {check.ts(ct)} and {check.ts(t)} have different underlying types"
            check.error_op(x, "NonSliceableOperand", message)
            return None
    if has_string:
        return TYP_STRING if is_type_param(x.type) else under(x.type)
    return cu


def _slice_indices(check: Checker, e: SliceExpr, length: int) -> None:
    values: list[int] = []
    indices = (e.low, e.high, e.max)
    for i in range(3):
        at = indices[i]
        v = -1
        if at is not None:
            _, n = index(check, at, length + 1 if length >= 0 else -1)
            if n >= 0:
                v = n
        elif i == 0:
            v = 0
        elif length >= 0:
            v = length
        values.append(v)
    # Constant indices must be in order.
    for i in range(2):
        if values[i] <= 0:
            continue
        for j in range(i + 1, 3):
            if 0 <= values[j] < values[i]:
                at = indices[j]
                check.error_at(
                    at if at is not None else e,
                    "SwappedSliceIndices",
                    f"invalid slice indices: {values[j]} < {values[i]}",
                )
                return


def _single_index(check: Checker, e: IndexExpr) -> Expr | None:
    i = e.index
    if isinstance(i, ListExpr):
        if len(i.elems) <= 1:
            check.error_at(e, "InvalidSyntaxTree", f"invalid use of ListExpr for index expression {expr_string(e)}")
            return None
        check.error_at(i.elems[1], "InvalidIndex", f"{INVALID_OP}more than one index")
        return i.elems[0]
    return i


def index(check: Checker, e: Expr, max: int) -> tuple[Type, int]:
    """Check an index (limit max if >= 0). Returns its type (TYP_INVALID after an error) and constant value or -1."""
    x = Operand()
    exprs.expr(check, None, x, e)
    if not is_valid_index(check, x, "InvalidIndex", "index", False):
        return TYP_INVALID, -1
    if x.mode != MODE_CONST:
        return x.type, -1
    v = x.value
    if not isinstance(v, int):
        return TYP_INVALID, -1
    if 0 <= max <= v:
        message = f"{INVALID_ARG}index {const_string(v)} out of bounds [0:{max}]"
        check.error_op(x, "InvalidIndex", message)
        return TYP_INVALID, -1
    return x.type, v


def is_valid_index(check: Checker, x: Operand, code: str, what: str, allow_negative: bool) -> bool:
    """Whether x can be an index or length: an integer, or an untyped constant representable as int."""
    if x.mode == MODE_INVALID:
        return False
    convert_untyped(check, x, TYP_INT)
    if x.mode == MODE_INVALID:
        return False
    if not all_integer(x.type):
        check.error_op(x, code, f"{INVALID_ARG}{what} {check.os(x)} must be integer")
        return False
    if x.mode == MODE_CONST:
        v = x.value
        assert v is not None
        if isinstance(v, Unknown):
            return True
        if not allow_negative and sign(v) < 0:
            check.error_op(x, code, f"{INVALID_ARG}{what} {check.os(x)} must not be negative")
            return False
        if representable_const(v, TYP_INT) is None:
            check.error_op(x, code, f"{INVALID_ARG}{what} {check.os(x)} overflows int")
            return False
    return True
