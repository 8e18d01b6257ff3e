"""Questions about types.

    is_integer(MyInt)   →   True      all_integer([P ~int|~int8])   →   True      default_type(untyped rune)   →   rune

The is_X functions do not look into type parameters; all_X ask every specific type of a type parameter's constraint.

Sources: Go spec "Properties of types and values", "Comparison operators"; types2 predicates.go, under.go (roles).
"""

from __future__ import annotations

from .identity import identical
from .types import (
    IS_BOOLEAN,
    IS_COMPLEX,
    IS_CONST_TYPE,
    IS_FLOAT,
    IS_INTEGER,
    IS_NUMERIC,
    IS_ORDERED,
    IS_STRING,
    IS_UNSIGNED,
    IS_UNTYPED,
    SEND_RECV,
    TYP_BOOL,
    TYP_COMPLEX128,
    TYP_FLOAT64,
    TYP_INT,
    TYP_INVALID,
    TYP_RUNE,
    TYP_STRING,
    UINT8,
    UNSAFE_POINTER,
    UNTYPED_BOOL,
    UNTYPED_COMPLEX,
    UNTYPED_FLOAT,
    UNTYPED_INT,
    UNTYPED_NIL,
    UNTYPED_RUNE,
    UNTYPED_STRING,
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
    Type,
    TypeParam,
    unalias,
    under,
)
from .typeset import pairs_of, specific_terms, type_set
from .typestring import Qualifier, type_string


def is_valid(t: Type) -> bool:
    """Whether t stands for a type; an alias that is still being declared does, as far as anybody knows."""
    if isinstance(t, Alias):
        return t.actual() is not TYP_INVALID or t._actual is None
    return t is not TYP_INVALID


def is_basic(t: Type, info: int) -> bool:
    """Whether t's underlying type is a basic type with one of the properties."""
    if not isinstance(t, Basic):
        if isinstance(t, TypeParam):
            return False
        t = under(t)
    return isinstance(t, Basic) and t.info & info != 0


def is_boolean(t: Type) -> bool:
    return is_basic(t, IS_BOOLEAN)


def is_integer(t: Type) -> bool:
    return is_basic(t, IS_INTEGER)


def is_unsigned(t: Type) -> bool:
    return is_basic(t, IS_UNSIGNED)


def is_float(t: Type) -> bool:
    return is_basic(t, IS_FLOAT)


def is_complex(t: Type) -> bool:
    return is_basic(t, IS_COMPLEX)


def is_numeric(t: Type) -> bool:
    return is_basic(t, IS_NUMERIC)


def is_string(t: Type) -> bool:
    return is_basic(t, IS_STRING)


def is_integer_or_float(t: Type) -> bool:
    return is_basic(t, IS_INTEGER | IS_FLOAT)


def is_const_type(t: Type) -> bool:
    return is_basic(t, IS_CONST_TYPE)


def all_basic(t: Type, info: int) -> bool:
    p = unalias(t)
    if isinstance(p, TypeParam):
        terms = specific_terms(p)
        for term in terms:
            if not is_basic(term.type, info):
                return False
        return len(terms) > 0
    return is_basic(t, info)


def all_boolean(t: Type) -> bool:
    return all_basic(t, IS_BOOLEAN)


def all_integer(t: Type) -> bool:
    return all_basic(t, IS_INTEGER)


def all_unsigned(t: Type) -> bool:
    return all_basic(t, IS_UNSIGNED)


def all_numeric(t: Type) -> bool:
    return all_basic(t, IS_NUMERIC)


def all_string(t: Type) -> bool:
    return all_basic(t, IS_STRING)


def all_ordered(t: Type) -> bool:
    return all_basic(t, IS_ORDERED)


def all_numeric_or_string(t: Type) -> bool:
    return all_basic(t, IS_NUMERIC | IS_STRING)


def has_name(t: Type) -> bool:
    """Predeclared and defined types and type parameters have names."""
    t = unalias(t)
    return isinstance(t, (Basic, Named, TypeParam))


def is_type_literal(t: Type) -> bool:
    """Not a defined type or type parameter (basic types count as literals)."""
    t = unalias(t)
    return not isinstance(t, (Named, TypeParam))


def is_typed(t: Type) -> bool:
    return not isinstance(t, Basic) or t.info & IS_UNTYPED == 0


def is_untyped(t: Type) -> bool:
    return isinstance(t, Basic) and t.info & IS_UNTYPED != 0


def is_untyped_numeric(t: Type) -> bool:
    return isinstance(t, Basic) and t.info & IS_UNTYPED != 0 and t.info & IS_NUMERIC != 0


def is_interface(t: Type) -> bool:
    """Whether t's underlying type is an interface (true of type parameters)."""
    return isinstance(under(t), Interface)


def is_non_type_param_interface(t: Type) -> bool:
    t = unalias(t)
    return not isinstance(t, TypeParam) and isinstance(under(t), Interface)


def is_type_param(t: Type) -> bool:
    return isinstance(unalias(t), TypeParam)


def is_bytes_or_runes(t: Type) -> bool:
    """Whether the underlying type t is []byte or []rune (or a slice of a type with that underlying type)."""
    if isinstance(t, Slice):
        e = under(t.elem)
        return isinstance(e, Basic) and (e.kind == UINT8 or e.kind == TYP_RUNE.kind)
    return False


def has_empty_type_set(t: Type) -> bool:
    """Whether t is a type parameter whose (already computed) type set is empty. Forces nothing."""
    p = unalias(t)
    if isinstance(p, TypeParam) and p.bound is not None:
        b = unalias(p.bound)
        u: Type | None = b._underlying if isinstance(b, Named) else b
        return isinstance(u, Interface) and u.tset is not None and u.tset.is_empty()
    return False


def is_generic(t: Type) -> bool:
    """Whether t is a generic type that is not instantiated."""
    if isinstance(t, Alias) and t.tparams and not t.targs:
        return True
    t = unalias(t)
    return isinstance(t, Named) and t.origin is t and len(t.tparams) > 0


def comparable(t: Type) -> bool:
    """Whether values of type t may be compared with == (interfaces may: comparing can panic)."""
    return why_incomparable(t, True) is None


def comparable_type(t: Type, dynamic: bool) -> str:
    """"" if t is comparable, else a cause. `dynamic`: ordinary interfaces count as comparable."""
    cause = why_incomparable(t, dynamic)
    if cause is None:
        return ""
    return cause or "it cannot be compared"


def why_incomparable(
    t: Type, dynamic: bool, seen: set[Type] | None = None, qualifier: Qualifier | None = None
) -> str | None:
    """None if t is comparable, else gc's cause ("" for types that never are). `dynamic`: as in comparable_type."""
    if seen is None:
        if isinstance(t, (Basic, Pointer, Chan)) and t is not TYP_INVALID:
            return "" if isinstance(t, Basic) and t.kind == UNTYPED_NIL else None
        seen = set()
    elif t in seen:
        return None
    seen.add(t)
    u = under(t)
    if isinstance(u, Basic):
        return "" if u.kind == UNTYPED_NIL else None
    if isinstance(u, (Pointer, Chan)):
        return None
    if isinstance(u, Struct):
        for f in u.fields:
            if f.type is not None and why_incomparable(f.type, dynamic, seen) is not None:
                return f"struct containing {type_string(f.type, qualifier)} cannot be compared"
        return None
    if isinstance(u, Array):
        if why_incomparable(u.elem, dynamic, seen) is not None:
            return f"{type_string(t, qualifier)} cannot be compared"
        return None
    if isinstance(u, Interface):
        tset = type_set(u)
        if (dynamic and not is_type_param(t)) or tset.is_comparable(seen):
            return None
        return "empty type set" if tset.is_empty() else "incomparable types in type set"
    return ""


def has_nil(t: Type) -> bool:
    """Whether nil is a value of type t."""
    u = under(t)
    if isinstance(u, Basic):
        return u.kind == UNSAFE_POINTER
    if isinstance(u, (Slice, Pointer, Signature, Map, Chan)):
        return True
    if isinstance(u, Interface):
        p = unalias(t)
        if not isinstance(p, TypeParam):
            return True
        for _, pu in pairs_of(p):
            if pu is None or not has_nil(pu):
                return False
        return True
    return False


def default_type(t: Type) -> Type:
    """The type an untyped value gets when none is asked for."""
    if isinstance(t, Basic) and t.info & IS_UNTYPED != 0:
        k = t.kind
        if k == UNTYPED_BOOL:
            return TYP_BOOL
        if k == UNTYPED_INT:
            return TYP_INT
        if k == UNTYPED_RUNE:
            return TYP_RUNE
        if k == UNTYPED_FLOAT:
            return TYP_FLOAT64
        if k == UNTYPED_COMPLEX:
            return TYP_COMPLEX128
        if k == UNTYPED_STRING:
            return TYP_STRING
    return t


def max_type(x: Type, y: Type) -> Type | None:
    """The larger of two untyped numeric types (integer < rune < floating-point < complex); None if there is none."""
    if x is y:
        return x
    if isinstance(x, Basic) and isinstance(y, Basic) and is_untyped_numeric(x) and is_untyped_numeric(y):
        return x if x.kind > y.kind else y
    return None


# ------------------------------------------------------------------------------------------ common underlying types


class Condition:
    """A question to every (type, underlying type) pair of a type set. (None, None): there are no specific types."""

    __slots__ = ()

    def check(self, t: Type | None, u: Type | None) -> str | None:
        """None if the pair is fine, else the cause."""
        return None


def common_under(t: Type, cond: Condition | None, qualifier: Qualifier | None = None) -> tuple[Type | None, str]:
    """The underlying type that all types of t's type set share, else (None, cause). Channels may differ in direction:
    the restricted one is chosen."""
    ct: Type | None = None
    cu: Type | None = None
    for pt, pu in pairs_of(t):
        if cond is not None:
            cause = cond.check(pt, pu)
            if cause is not None:
                return None, cause
        if pu is None or pt is None:
            return None, "no specific type"
        if cu is None:
            ct = pt
            cu = pu
            continue
        if isinstance(cu, Chan) and isinstance(pu, Chan):
            if not identical(cu.elem, pu.elem):
                return None, (
                    f"channels {type_string(ct, qualifier)} and {type_string(pt, qualifier)} "
                    "have different element types"
                )
            if cu.dir == pu.dir:
                pass
            elif cu.dir == SEND_RECV:
                ct = pt
                cu = pu
            elif pu.dir != SEND_RECV:
                return None, (
                    f"channels {type_string(ct, qualifier)} and {type_string(pt, qualifier)} "
                    "have conflicting directions"
                )
            continue
        if not identical(cu, pu):
            return None, (
                f"{type_string(ct, qualifier)} and {type_string(pt, qualifier)} have different underlying types"
            )
    return cu, ""
