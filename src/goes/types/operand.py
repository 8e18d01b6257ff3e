"""Operands: what an expression turned out to be, while it is being checked.

    1 << 3     →   Operand(CONST, untyped int, value 8)
    m[k]       →   Operand(MAPINDEX, T)

Messages quote operands as `x (variable of type T)`; `assignable_to` is the assignability relation of the Go spec.

Source of the behaviour: cmd/compile/internal/types2 operand.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from ..syntax.exprstring import expr_string
from ..syntax.nodes import (
    MODE_BUILTIN,
    MODE_CGOFUNC,
    MODE_COMMAOK,
    MODE_CONST,
    MODE_INVALID,
    MODE_MAPINDEX,
    MODE_NILVALUE,
    MODE_NOVALUE,
    MODE_TYPE,
    MODE_VALUE,
    MODE_VAR,
    Expr,
)
from .constant import const_string
from .identity import identical
from .infer import Arg
from .instantiate import implements
from .lookup import is_interface_ptr
from .predicates import has_empty_type_set, has_name, is_generic, is_untyped, is_valid
from .types import (
    SEND_RECV,
    TYP_INVALID,
    TYP_UNTYPED_NIL,
    Alias,
    Array,
    Basic,
    Chan,
    Interface,
    Map,
    Named,
    Pointer,
    Signature,
    Slice,
    Struct,
    Tuple,
    Type,
    TypeParam,
    Union,
    unalias,
    under,
)
from .typeset import specific_terms
from .typestring import Qualifier, type_string

if TYPE_CHECKING:
    from .checker import Checker
    from .constant import ConstValue

_MODE_NAMES: Final[dict[int, str]] = {
    MODE_INVALID: "invalid operand",
    MODE_NOVALUE: "no value",
    MODE_BUILTIN: "built-in",
    MODE_TYPE: "type",
    MODE_CONST: "constant",
    MODE_VAR: "variable",
    MODE_MAPINDEX: "map index expression",
    MODE_VALUE: "value",
    MODE_NILVALUE: "nil",
    MODE_COMMAOK: "comma, ok expression",
    MODE_CGOFUNC: "cgo function",
}


@final
class Operand(Arg):
    """`id` is the builtin's number (MODE_BUILTIN)."""

    __slots__ = ("id",)

    def __init__(self, mode: int = MODE_INVALID, expr: Expr | None = None, type: Type = TYP_INVALID) -> None:
        self.mode = mode
        self.type: Type = type
        self.expr = expr
        self.value: ConstValue | None = None
        self.id = 0

    def copy_from(self, other: Operand) -> None:
        self.mode = other.mode
        self.type = other.type
        self.expr = other.expr
        self.value = other.value
        self.id = other.id

    def copy(self) -> Operand:
        x = Operand()
        x.copy_from(self)
        return x


def composite_kind(t: Type) -> str:
    """"slice", "map" ...; "" for basic types."""
    u = under(t)
    if isinstance(u, Array):
        return "array"
    if isinstance(u, Slice):
        return "slice"
    if isinstance(u, Struct):
        return "struct"
    if isinstance(u, Pointer):
        return "pointer"
    if isinstance(u, Signature):
        return "func"
    if isinstance(u, Interface):
        return "interface"
    if isinstance(u, Map):
        return "map"
    if isinstance(u, Chan):
        return "chan"
    if isinstance(u, Tuple):
        return "tuple"
    if isinstance(u, Union):
        return "union"
    return ""


def operand_string(x: Operand, qualifier: Qualifier | None) -> str:
    """x (untyped int constant 1)"""
    t = x.type
    if x.mode == MODE_NILVALUE:
        if t is TYP_INVALID:
            return "nil (with invalid type)"
        if t is TYP_UNTYPED_NIL:
            return "nil"
        return f"nil (of type {type_string(t, qualifier)})"
    expr = ""
    if x.expr is not None:
        expr = expr_string(x.expr)
    elif x.mode == MODE_TYPE:
        expr = type_string(t, qualifier)
    elif x.mode == MODE_CONST and x.value is not None:
        expr = const_string(x.value)
    out = f"{expr} (" if expr else ""
    has_type = False
    if x.mode not in (MODE_INVALID, MODE_NOVALUE, MODE_BUILTIN, MODE_TYPE):
        if isinstance(t, Basic) and is_untyped(t):
            out += t.name + " "
        else:
            has_type = True
    out += _MODE_NAMES[x.mode]
    if x.mode == MODE_CONST and x.value is not None:
        s = const_string(x.value)
        if s != expr:
            out += " " + s
    if has_type:
        out += _type_part(t, qualifier)
    if expr:
        out += ")"
    return out


def _type_part(t: Type, qualifier: Qualifier | None) -> str:
    if not is_valid(t):
        return " with invalid type"
    desc = "generic " if is_generic(t) else ""
    tpar = unalias(t)
    if not isinstance(tpar, TypeParam) and isinstance(t, (Named, Alias)):
        what = composite_kind(t)
        if what == "":
            u = under(t)
            what = u.name if isinstance(u, Basic) else ""
        desc += what + " "
    out = f" of {desc}type {type_string(t, qualifier)}"
    if isinstance(tpar, TypeParam):
        bound = tpar.bound
        out += f" constrained by {'any' if bound is None else type_string(bound, qualifier)}"
        if has_empty_type_set(tpar):
            out += " with empty type set"
    return out


@final
class Cause:
    """Out parameter: why a relation does not hold."""

    __slots__ = ("text",)

    def __init__(self) -> None:
        self.text = ""

    def prepend(self, text: str) -> None:
        self.text = text + ("\n\t" + self.text if self.text else "")


def assignable_to(check: Checker, x: Operand, target: Type, cause: Cause | None) -> str:
    """Whether x can be assigned to a variable of type target: "" if so, else an error code (and a cause)."""
    if x.mode == MODE_INVALID or not is_valid(target):
        return ""
    orig_target = target
    V = unalias(x.type)
    T = unalias(target)
    if V is T or identical(V, T):
        return ""
    Vu = under(V)
    Tu = under(T)
    Vp = V if isinstance(V, TypeParam) else None
    Tp = T if isinstance(T, TypeParam) else None

    if isinstance(Vu, Basic) and is_untyped(Vu):
        from .const import implicit_type_and_value

        if Tp is not None:
            terms = specific_terms(Tp)
            if not terms:
                return "IncompatibleAssign"
            for term in terms:
                if implicit_type_and_value(check, x, term.type)[0] is None:
                    return "IncompatibleAssign"
            return ""
        return "" if implicit_type_and_value(check, x, T)[0] is not None else "IncompatibleAssign"

    # V and T have identical underlying types but are not type parameters, and one of them is not named.
    if Vp is None and Tp is None and (not has_name(V) or not has_name(T)) and identical(Vu, Tu):
        return ""

    # T is an interface type, but not a type parameter, and V implements T.
    if isinstance(Tu, Interface) and Tp is None or is_interface_ptr(Tu):
        why = implements(V, T, False, check.qualifier)
        if why == "":
            return ""
        if Vp is None:
            if cause is not None:
                cause.text = why
            return "InvalidIfaceAssign"
        if cause is not None:
            cause.text = ""

    # If V is an interface, a missing type assertion may be the problem.
    if isinstance(Vu, Interface) and Vp is None and implements(T, V, False, check.qualifier) == "":
        if cause is not None:
            cause.text = "need type assertion"
        return "IncompatibleAssign"

    # A bidirectional channel value, identical element types, and one of them is not named.
    if isinstance(Vu, Chan) and Vu.dir == SEND_RECV and isinstance(Tu, Chan) and identical(Vu.elem, Tu.elem):
        return "" if not has_name(V) or not has_name(T) else "InvalidChanAssign"

    if Vp is None and Tp is None:
        return "IncompatibleAssign"
    return _assignable_type_params(check, x, V, T, Vp, Tp, orig_target, cause)


def _assignable_type_params(
    check: Checker,
    x: Operand,
    V: Type,
    T: Type,
    Vp: TypeParam | None,
    Tp: TypeParam | None,
    orig_target: Type,
    cause: Cause | None,
) -> str:
    """x can be assigned to each, or from each, of the specific types of a type parameter."""
    if Tp is not None and not has_name(V):
        terms = specific_terms(Tp)
        if not terms:
            return "IncompatibleAssign"
        for term in terms:
            code = assignable_to(check, x, term.type, cause)
            if code:
                if cause is not None:
                    cause.prepend(f"cannot assign {check.ts(x.type)} to {check.ts(term.type)} (in {check.ts(Tp)})")
                return code
        return ""
    if Vp is not None and not has_name(T):
        terms = specific_terms(Vp)
        if not terms:
            return "IncompatibleAssign"
        y = x.copy()
        for term in terms:
            y.type = term.type
            code = assignable_to(check, y, T, cause)
            if code:
                if cause is not None:
                    text = f"cannot assign {check.ts(term.type)} (in {check.ts(Vp)}) to {check.ts(orig_target)}"
                    cause.prepend(text)
                return code
        return ""
    return "IncompatibleAssign"
