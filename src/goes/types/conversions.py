"""Conversions T(x).

    string(65) → "A"      []byte("a")      float32(0.1) is rounded

Source of the behaviour: cmd/compile/internal/types2 conversions.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..syntax.nodes import MODE_CONST, MODE_INVALID, MODE_VALUE
from .const import representable_const, update_expr_type
from .constant import ConstValue, Unknown, const_string, to_int
from .identity import identical, identical_ignore_tags
from .operand import Cause, Operand, assignable_to
from .predicates import (
    all_string,
    default_type,
    is_complex,
    is_const_type,
    is_integer,
    is_integer_or_float,
    is_non_type_param_interface,
    is_string,
    is_type_param,
    is_untyped,
)
from .types import (
    INT32,
    TYP_UNTYPED_NIL,
    UINT8,
    UINTPTR,
    UNSAFE_POINTER,
    Array,
    Basic,
    Pointer,
    Slice,
    Type,
    TypeParam,
    unalias,
    under,
)
from .typeset import pairs_of, specific_terms

if TYPE_CHECKING:
    from .checker import Checker


def _const_converted(x: Operand, T: Type) -> ConstValue | None:
    """The value of constant x converted to T, if that is a constant conversion."""
    t = under(T)
    if not isinstance(t, Basic):
        return None
    assert x.value is not None
    v = representable_const(x.value, t)
    if v is not None:
        return v
    if is_integer(x.type) and is_string(t):
        i = x.value
        code = 0xFFFD
        if isinstance(i, int) and 0 <= i <= 0x10FFFF and not 0xD800 <= i <= 0xDFFF:
            code = i
        return chr(code).encode("utf-8")
    return None


def conversion(check: Checker, x: Operand, T: Type) -> None:
    """Type-check the conversion T(x); the result is in x."""
    const_arg = x.mode == MODE_CONST
    ok = False
    cause = Cause()
    if const_arg and is_const_type(T):
        v = _const_converted(x, T)
        ok = v is not None
        assert x.value is not None
        if v is not None:
            x.value = v
        elif is_integer(T):
            # gc's messages then show the integer value.
            i = to_int(x.value)
            if not isinstance(i, Unknown):
                x.value = i
        if v is None and is_integer(x.type) and is_integer(T):
            message = f"constant {const_string(x.value)} overflows {check.ts(T)}"
            check.error_op(x, "InvalidConversion", message)
            x.mode = MODE_INVALID
            return
    elif const_arg and is_type_param(T):
        ok = _const_to_type_param(check, x, T, cause)
        x.mode = MODE_VALUE
    elif convertible_to(check, x, T, cause):
        ok = True
        x.mode = MODE_VALUE
    if not ok:
        why = f": {cause.text}" if cause.text else ""
        check.error_op(x, "InvalidConversion", f"cannot convert {check.os(x)} to type {check.ts(T)}{why}")
        x.mode = MODE_INVALID
        return
    # The argument's final type: the target for constants and concrete types, its default type otherwise.
    if is_untyped(x.type):
        final = T
        if x.type is TYP_UNTYPED_NIL:
            pass
        elif is_non_type_param_interface(T) or const_arg and not is_const_type(T):
            final = default_type(x.type)
        elif x.mode == MODE_CONST and is_integer(x.type) and all_string(T):
            final = x.type
        update_expr_type(check, x.expr, final, True)
    x.type = T


def _const_to_type_param(check: Checker, x: Operand, T: Type, cause: Cause) -> bool:
    for _, u in pairs_of(T):
        if u is None:
            cause.text = f"{check.ts(T)} does not contain specific types"
            return False
        if is_string(x.type) and is_bytes_or_runes(u):
            continue
        if _const_converted(x, u) is None:
            if is_integer(x.type) and is_integer(u):
                assert x.value is not None
                cause.text = f"constant {const_string(x.value)} overflows {check.ts(u)} (in {check.ts(T)})"
            else:
                cause.text = f"cannot convert {check.os(x)} to type {check.ts(u)} (in {check.ts(T)})"
            return False
    return True


def convertible_to(check: Checker, x: Operand, target: Type, cause: Cause | None) -> bool:
    """Whether the non-constant conversion target(x) is valid."""
    if assignable_to(check, x, target, cause) == "":
        return True
    V = unalias(x.type)
    T = unalias(target)
    Vu = under(V)
    Tu = under(T)
    Vp = V if isinstance(V, TypeParam) else None
    Tp = T if isinstance(T, TypeParam) else None
    if Vp is None and Tp is None and identical_ignore_tags(Vu, Tu):
        return True
    if (
        isinstance(V, Pointer)
        and isinstance(T, Pointer)
        and identical_ignore_tags(under(V.elem), under(T.elem))
        and not is_type_param(V.elem)
        and not is_type_param(T.elem)
    ):
        return True
    if is_integer_or_float(Vu) and is_integer_or_float(Tu):
        return True
    if is_complex(Vu) and is_complex(Tu):
        return True
    if (is_integer(Vu) or is_bytes_or_runes(Vu)) and is_string(Tu):
        return True
    if is_string(Vu) and is_bytes_or_runes(Tu):
        return True
    if is_unsafe_pointer(Tu) and (isinstance(Vu, Pointer) or _is_uintptr(Vu)):
        return True
    if is_unsafe_pointer(Vu) and (isinstance(Tu, Pointer) or _is_uintptr(Tu)):
        return True
    if isinstance(Vu, Slice):
        if isinstance(Tu, Array) and identical(Vu.elem, Tu.elem):
            if check.allows(20):
                return True
            if cause is not None:
                cause.text = "conversion of slice to array requires go1.20 or later"
            return False
        if isinstance(Tu, Pointer):
            a = under(Tu.elem)
            if isinstance(a, Array) and identical(Vu.elem, a.elem):
                if check.allows(17):
                    return True
                if cause is not None:
                    cause.text = "conversion of slice to array pointer requires go1.17 or later"
                return False
    if Vp is None and Tp is None:
        return False
    return _convertible_type_params(check, x, target, Vp, Tp, cause)


def _convertible_type_params(
    check: Checker, x: Operand, target: Type, Vp: TypeParam | None, Tp: TypeParam | None, cause: Cause | None
) -> bool:
    from_terms = specific_terms(Vp) if Vp is not None else []
    to_terms = specific_terms(Tp) if Tp is not None else []
    if Vp is not None and not from_terms or Tp is not None and Vp is None and not to_terms:
        return False
    if Vp is None:
        for to in to_terms:
            if not convertible_to(check, x, to.type, cause):
                if cause is not None:
                    text = f"cannot convert {check.ts(x.type)} to type {check.ts(to.type)} (in {check.ts(Tp)})"
                    cause.prepend(text)
                return False
        return True
    y = x.copy()
    for term in from_terms:
        y.type = term.type
        if Tp is None:
            if not convertible_to(check, y, target, cause):
                if cause is not None:
                    text = f"cannot convert {check.ts(term.type)} (in {check.ts(Vp)}) to type {check.ts(target)}"
                    cause.prepend(text)
                return False
            continue
        if not to_terms:
            return False
        for to in to_terms:
            if not convertible_to(check, y, to.type, cause):
                if cause is not None:
                    cause.prepend(
                        f"cannot convert {check.ts(term.type)} (in {check.ts(Vp)}) "
                        f"to type {check.ts(to.type)} (in {check.ts(Tp)})"
                    )
                return False
    return True


def _is_uintptr(u: Type) -> bool:
    return isinstance(u, Basic) and u.kind == UINTPTR


def is_unsafe_pointer(u: Type) -> bool:
    return isinstance(u, Basic) and u.kind == UNSAFE_POINTER


def is_bytes_or_runes(u: Type) -> bool:
    u = under(u)
    if isinstance(u, Slice):
        t = under(u.elem)
        return isinstance(t, Basic) and (t.kind == UINT8 or t.kind == INT32)
    return False
