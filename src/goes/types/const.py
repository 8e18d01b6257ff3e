"""Constants: overflow, representability, and the types of untyped expressions.

    var x uint8 = 256     →   cannot use 256 (untyped int constant) as uint8 value in variable declaration (overflows)

An untyped expression is recorded on its nodes with its untyped type; when it gets its final type,
`update_expr_type` walks down again and records that, so that each constant operand carries the type and value it has
at run time.

Source of the behaviour: cmd/compile/internal/types2 const.go, expr.go.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

from ..diag.source import Pos
from ..syntax.exprstring import expr_string
from ..syntax.nodes import (
    MODE_CONST,
    MODE_INVALID,
    MODE_NILVALUE,
    BasicLit,
    BinaryExpr,
    CallExpr,
    Expr,
    Name,
    ParenExpr,
    SelectorExpr,
    UnaryExpr,
)
from ..syntax.tokens import ADD, EQL, GEQ, MUL, SHL, SHR, SUB, XOR
from .constant import ComplexValue, ConstValue, Unknown, round_float32, round_float64, to_complex, to_float, to_int
from .errors import INVALID_OP
from .operand import Operand
from .predicates import (
    all_integer,
    default_type,
    has_nil,
    is_boolean,
    is_integer,
    is_numeric,
    is_string,
    is_type_param,
    is_typed,
    is_untyped,
    is_valid,
    max_type,
)
from .types import (
    COMPLEX64,
    FLOAT32,
    FLOAT64,
    INT,
    INT8,
    INT16,
    INT32,
    INT64,
    IS_BOOLEAN,
    IS_COMPLEX,
    IS_FLOAT,
    IS_INTEGER,
    IS_STRING,
    IS_UNTYPED,
    TYP_INVALID,
    UINT,
    UINT8,
    UINT16,
    UINT32,
    UINT64,
    UINTPTR,
    UNTYPED_BOOL,
    UNTYPED_COMPLEX,
    UNTYPED_FLOAT,
    UNTYPED_INT,
    UNTYPED_RUNE,
    UNTYPED_STRING,
    Basic,
    Interface,
    Type,
    under,
)
from .typeset import pairs_of, type_set

if TYPE_CHECKING:
    from .checker import Checker

MAX_CONST_BITS: Final = 512  # precision of untyped integer constants
MAX_STRING_LENGTH: Final = 2_000_000_000  # cmd/internal/obj.MaxSymSize

_UNARY_NAMES: Final[dict[int, str]] = {XOR: "bitwise complement"}
_BINARY_NAMES: Final[dict[int, str]] = {
    ADD: "addition",
    SUB: "subtraction",
    XOR: "bitwise XOR",
    MUL: "multiplication",
    SHL: "shift",
}

_LOW: Final[dict[int, int]] = {
    INT: -(1 << 63), INT8: -(1 << 7), INT16: -(1 << 15), INT32: -(1 << 31), INT64: -(1 << 63),
    UINT: 0, UINT8: 0, UINT16: 0, UINT32: 0, UINT64: 0, UINTPTR: 0,
}  # fmt: skip
_HIGH: Final[dict[int, int]] = {
    INT: (1 << 63) - 1, INT8: (1 << 7) - 1, INT16: (1 << 15) - 1, INT32: (1 << 31) - 1, INT64: (1 << 63) - 1,
    UINT: (1 << 64) - 1, UINT8: (1 << 8) - 1, UINT16: (1 << 16) - 1, UINT32: (1 << 32) - 1, UINT64: (1 << 64) - 1,
    UINTPTR: (1 << 64) - 1,
}  # fmt: skip


def op_name(e: Expr | None) -> str:
    if isinstance(e, UnaryExpr):
        return _UNARY_NAMES.get(e.op, "")
    if isinstance(e, BinaryExpr):
        return _BINARY_NAMES.get(e.op, "")
    return ""


def overflow(check: Checker, x: Operand, op_pos: Pos) -> None:
    """Check the value of a constant operand against its type and the limits of untyped constants."""
    v = x.value
    if isinstance(v, Unknown):
        check.error(op_pos, "InvalidConstVal", "constant result is not representable")
        return
    if is_typed(x.type):
        u = under(x.type)
        assert isinstance(u, Basic)
        representable(check, x, u)
        return
    if isinstance(v, int):
        if v.bit_length() > MAX_CONST_BITS:
            op = op_name(x.expr)
            check.error(op_pos, "InvalidConstVal", f"constant {op + ' ' if op else ''}overflow")
            x.value = Unknown()
    elif isinstance(v, bytes) and len(v) > MAX_STRING_LENGTH:
        message = f"constant string too long ({len(v)} bytes > {MAX_STRING_LENGTH} bytes)"
        check.error(op_pos, "InvalidConstVal", message)
        x.value = Unknown()


def representable_const(v: ConstValue, t: Basic) -> ConstValue | None:
    """v rounded to type t, or None if t cannot represent it."""
    if isinstance(v, Unknown):
        return v
    info = t.info
    if info & IS_INTEGER:
        if isinstance(v, int) and not isinstance(v, bool):
            i = v
        else:
            iv = to_int(v)
            if not isinstance(iv, int) or isinstance(iv, bool):
                return None
            i = iv
        if info & IS_UNTYPED:
            return i
        return i if _LOW[t.kind] <= i <= _HIGH[t.kind] else None
    if info & IS_FLOAT:
        f = to_float(v)
        if isinstance(f, bool) or not isinstance(f, (int, Fraction)):
            return None
        if t.kind == FLOAT32:
            return round_float32(f)
        if t.kind == FLOAT64:
            return round_float64(f)
        return f
    if info & IS_COMPLEX:
        c = to_complex(v)
        if not isinstance(c, ComplexValue):
            return None
        if info & IS_UNTYPED:
            return c
        re = round_float32(c.re) if t.kind == COMPLEX64 else round_float64(c.re)
        im = round_float32(c.im) if t.kind == COMPLEX64 else round_float64(c.im)
        if re is None or im is None:
            return None
        return ComplexValue(Fraction(re), Fraction(im))
    if info & IS_STRING:
        return v if isinstance(v, bytes) else None
    if info & IS_BOOLEAN:
        return v if isinstance(v, bool) else None
    return None


def representable(check: Checker, x: Operand, t: Basic) -> None:
    """Round x's value to t, or report and invalidate."""
    assert x.value is not None
    v = representable_const(x.value, t)
    if v is None:
        invalid_conversion(check, _representation_code(x, t), x, t)
        x.mode = MODE_INVALID
        return
    x.value = v


def _representation_code(x: Operand, t: Basic) -> str:
    if is_numeric(x.type) and is_numeric(t):
        return "TruncatedFloat" if not is_integer(x.type) and is_integer(t) else "NumericOverflow"
    return "InvalidConstVal"


def invalid_conversion(check: Checker, code: str, x: Operand, target: Type) -> None:
    if code == "TruncatedFloat":
        message = f"{check.os(x)} truncated to {check.ts(target)}"
    elif code == "NumericOverflow":
        message = f"{check.os(x)} overflows {check.ts(target)}"
    else:
        message = f"cannot convert {check.os(x)} to type {check.ts(target)}"
    check.error_op(x, code, message)


def convert_untyped(check: Checker, x: Operand, target: Type) -> None:
    """Give an untyped operand the type target (or report)."""
    new_type, value, code = implicit_type_and_value(check, x, target)
    if new_type is None:
        invalid_conversion(check, code, x, target if is_type_param(target) else under(target))
        x.mode = MODE_INVALID
        return
    if value is not None:
        x.value = value
        update_expr_val(x.expr, value)
    if new_type is not x.type:
        x.type = new_type
        update_expr_type(check, x.expr, new_type, False)


def implicit_type_and_value(check: Checker, x: Operand, target: Type) -> tuple[Type | None, ConstValue | None, str]:
    """(type, value, "") that x has after implicit conversion to target, or (None, None, error code)."""
    if x.mode == MODE_INVALID or is_typed(x.type) or not is_valid(target):
        return x.type, None, ""
    if is_untyped(target):
        m = max_type(x.type, target)
        if m is not None:
            return m, None, ""
        return None, None, "InvalidUntypedConversion"
    if x.mode == MODE_NILVALUE:
        if has_nil(target):
            return target, None, ""
        return None, None, "InvalidUntypedConversion"
    u = under(target)
    if isinstance(u, Basic):
        if x.mode == MODE_CONST:
            assert x.value is not None
            v = representable_const(x.value, u)
            if v is None:
                return None, None, _representation_code(x, u)
            return target, v, ""
        # Comparisons and shifts of untyped operands.
        assert isinstance(x.type, Basic)
        kind = x.type.kind
        if kind == UNTYPED_BOOL:
            ok = is_boolean(target)
        elif kind in (UNTYPED_INT, UNTYPED_RUNE, UNTYPED_FLOAT, UNTYPED_COMPLEX):
            ok = is_numeric(target)
        else:
            ok = kind == UNTYPED_STRING and is_string(target)
        if not ok:
            return None, None, "InvalidUntypedConversion"
        return target, None, ""
    if isinstance(u, Interface):
        if is_type_param(target):
            for _, tu in pairs_of(target):
                if tu is None or implicit_type_and_value(check, x, tu)[0] is None:
                    return None, None, "InvalidUntypedConversion"
            return target, None, ""
        # Untyped values convert to their default types; only the empty interface takes them.
        if not type_set(u).is_all():
            return None, None, "InvalidUntypedConversion"
        return default_type(x.type), None, ""
    return None, None, "InvalidUntypedConversion"


def is_pending(e: Expr | None) -> bool:
    """Whether e is recorded with an untyped type, so that it may still get a final one."""
    if e is None:
        return False
    t = e.type
    return isinstance(t, Basic) and t.info & IS_UNTYPED != 0 and e.mode != MODE_INVALID


def update_expr_val(e: Expr | None, v: ConstValue) -> None:
    if e is not None and is_pending(e):
        e.value = v


def update_expr_type(check: Checker, e: Expr | None, t: Type, final: bool) -> None:
    """Record t as the type of an untyped expression and of the operands that determine it."""
    if e is None or not is_pending(e):
        return
    old_type = e.type
    old_value = e.value
    if isinstance(e, ParenExpr):
        update_expr_type(check, e.x, t, final)
    elif isinstance(e, UnaryExpr):
        if old_value is None:
            update_expr_type(check, e.x, t, final)
    elif isinstance(e, BinaryExpr):
        if old_value is None:
            if EQL <= e.op <= GEQ:
                pass  # the result of a comparison is independent of its operands' type
            elif e.op == SHL or e.op == SHR:
                update_expr_type(check, e.x, t, final)
            else:
                update_expr_type(check, e.x, t, final)
                update_expr_type(check, e.y, t, final)
    elif not isinstance(e, (CallExpr, Name, BasicLit, SelectorExpr)):
        return
    if not final and is_untyped(t):
        u = under(t)
        e.type = u
        return
    e.type = t
    if e in check.shift_lhs:
        del check.shift_lhs[e]
        if not all_integer(t):
            message = f"{INVALID_OP}shifted operand {expr_string(e)} (type {check.ts(t)}) must be integer"
            check.error_at(e, "InvalidShiftOperand", message)
            return
    if old_value is not None:
        u = under(t)
        if isinstance(u, Basic) and u.info & IS_UNTYPED == 0:
            v = representable_const(old_value, u)
            if v is not None:
                e.value = v
                return
        c = Operand(e.mode, e, old_type if old_type is not None else TYP_INVALID)
        c.value = old_value
        convert_untyped(check, c, t)
        if c.mode != MODE_INVALID:
            e.value = c.value

