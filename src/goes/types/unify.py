"""Unification of types over type parameters.

    unify(map[K]V, map[string]int)   →   K = string, V = int

Every bound type parameter has a handle; joined parameters share one. Modes: ASSIGN when x is assigned to y's type (then
element types must match exactly), EXACT when types must match exactly; otherwise a defined type matches its underlying
literal, channel directions are ignored and interfaces match types that have their methods.

Sources: Go spec "Type unification"; types2 unify.go (roles).
"""

from __future__ import annotations

from typing import Final, final

from .identity import IfacePair, identical, object_id, pair_on_stack, same_id
from .lookup import Equivalence, lookup_field_or_method
from .named import as_named, signature_of
from .objects import Func
from .predicates import common_under, is_interface, is_type_literal, is_type_param
from .types import (
    SEND_RECV,
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
    unalias,
    under,
)
from .typeset import type_set

ASSIGN: Final = 1
EXACT: Final = 2

DEPTH_LIMIT: Final = 100  # as gc; types that are not done by then fail to unify


@final
class _Handle:
    """What is known of a group of joined type parameters."""

    __slots__ = ("type",)

    def __init__(self, type: Type | None) -> None:
        self.type = type


@final
class Unifier:
    """`interfaces`: interfaces take part in inference (go1.21)."""

    __slots__ = ("handles", "depth", "interfaces")

    def __init__(self, tparams: list[TypeParam], targs: list[Type | None], interfaces: bool) -> None:
        self.handles: dict[TypeParam, _Handle] = {}
        for i in range(len(tparams)):
            self.handles[tparams[i]] = _Handle(targs[i] if i < len(targs) else None)
        self.depth = 0
        self.interfaces = interfaces

    def unify(self, x: Type, y: Type, mode: int) -> bool:
        return self._nify(x, y, mode, None)

    def at(self, p: TypeParam) -> Type | None:
        return self.handles[p].type

    def set(self, p: TypeParam, t: Type) -> None:
        self.handles[p].type = t

    def unknowns(self) -> int:
        n = 0
        for h in self.handles.values():
            if h.type is None:
                n += 1
        return n

    def inferred(self, tparams: list[TypeParam]) -> list[Type | None]:
        return [self.handles[p].type for p in tparams]

    def _bound(self, t: Type) -> TypeParam | None:
        p = unalias(t)
        return p if isinstance(p, TypeParam) and p in self.handles else None

    def _join(self, x: TypeParam, y: TypeParam) -> bool:
        """Make x and y one; False if both are already known."""
        hx = self.handles[x]
        hy = self.handles[y]
        if hx is hy:
            return True
        if hx.type is not None and hy.type is not None:
            return False
        keep = hx if hx.type is not None else hy
        drop = hy if keep is hx else hx
        for p, h in self.handles.items():
            if h is drop:
                self.handles[p] = keep
        return True

    def _nify(self, x: Type, y: Type, mode: int, p: IfacePair | None) -> bool:
        if x is y or unalias(x) is unalias(y):
            return True
        if self.depth >= DEPTH_LIMIT:
            return False
        self.depth += 1
        result = self._nify1(x, y, mode, p)
        self.depth -= 1
        return result

    def _nify1(self, x: Type, y: Type, mode: int, p: IfacePair | None) -> bool:
        # A defined type goes to y, a bound type parameter to x.
        if as_named(x) is not None or self._bound(y) is not None:
            x, y = y, x

        # A defined type against a literal: look under the name. Interfaces are handled below, with their name.
        ny = as_named(y)
        if (
            mode & EXACT == 0
            and ny is not None
            and is_type_literal(x)
            and not (self.interfaces and is_interface(x))
        ):
            y = ny.underlying()
            if x is y or unalias(x) is unalias(y):
                return True

        px = self._bound(x)
        if px is not None:
            py = self._bound(y)
            if py is not None:
                if self._join(px, py):
                    return True
                xt = self.at(px)
                yt = self.at(py)
                return xt is not None and yt is not None and self._nify(xt, yt, mode, p)
            xt = self.at(px)
            if xt is None:
                self.set(px, y)
                return True
            return self._nify(xt, y, mode, p) and self._choose(px, xt, y, mode)

        if self.interfaces and mode & EXACT == 0:
            xi = _as_interface(x)
            yi = _as_interface(y)
            if xi is not None and yi is not None:
                return self._interfaces(xi, yi, p)
            if yi is not None:
                return self._implements(yi, x, p)
            if xi is not None:
                return self._implements(xi, y, p)

        # A type parameter left now is unbound; it goes to x.
        if is_type_param(y):
            x, y = y, x
        return self._structure(x, y, mode, p)

    def _choose(self, px: TypeParam, x: Type, y: Type, mode: int) -> bool:
        """px is known as x and y matches: keep the more telling of the two, independent of order."""
        xi = _as_interface(x)
        yi = _as_interface(y)
        xn = as_named(x) is not None
        yn = as_named(y) is not None
        if xi is not None and yi is not None:
            if xn and yn:
                return identical(x, y)
            if len(type_set(xi).methods) != len(type_set(yi).methods):
                return False
        elif xi is not None or yi is not None:
            return False  # either could be meant
        if mode & EXACT == 0 and not xn:
            if yn:
                self.set(px, y)
            else:
                yc = under(y)
                if isinstance(yc, Chan) and yc.dir != SEND_RECV:
                    self.set(px, y)
        return True

    def _interfaces(self, x: Interface, y: Interface, p: IfacePair | None) -> bool:
        """Two interfaces: the methods of one are a subset of the other's."""
        xset = type_set(x)
        yset = type_set(y)
        if xset.comparable != yset.comparable or not xset.terms.equal(yset.terms):
            return False
        if pair_on_stack(x, y, p):
            return True
        q = IfacePair(x, y, p)
        few = xset.methods
        many = yset.methods
        if len(few) > len(many):
            few, many = many, few
        by_id: dict[str, Func] = {}
        for m in many:
            by_id[object_id(m)] = m
        for m in few:
            other = by_id.get(object_id(m))
            if other is None or not self._nify(signature_of(m), signature_of(other), EXACT, q):
                return False
        return True

    def _implements(self, i: Interface, t: Type, p: IfacePair | None) -> bool:
        """An interface and another type: it has all the methods."""
        for m in type_set(i).methods:
            f = lookup_field_or_method(t, False, m.pkg, m.name).obj
            if not isinstance(f, Func):
                return False
            sig = signature_of(f)
            if sig.tparams or not self._nify(signature_of(m), sig, EXACT, p):
                return False
        return True

    def _structure(self, xorig: Type, yorig: Type, mode: int, p: IfacePair | None) -> bool:
        emode = mode | EXACT if mode & ASSIGN != 0 else mode
        x = unalias(xorig)
        y = unalias(yorig)
        if isinstance(x, Basic):
            return isinstance(y, Basic) and x.kind == y.kind
        if isinstance(x, Pointer):
            return isinstance(y, Pointer) and self._nify(x.elem, y.elem, emode, p)
        if isinstance(x, Slice):
            return isinstance(y, Slice) and self._nify(x.elem, y.elem, emode, p)
        if isinstance(x, Map):
            return (
                isinstance(y, Map)
                and self._nify(x.key, y.key, emode, p)
                and self._nify(x.elem, y.elem, emode, p)
            )
        if isinstance(x, Signature):
            return (
                isinstance(y, Signature)
                and x.variadic == y.variadic
                and self._tuples(x.params, y.params, emode, p)
                and self._tuples(x.results, y.results, emode, p)
            )
        if isinstance(x, Named):
            if not isinstance(y, Named) or len(x.targs) != len(y.targs):
                return False
            for i in range(len(x.targs)):
                if not self._nify(x.targs[i], y.targs[i], mode, p):
                    return False
            return x.origin.obj is y.origin.obj
        if isinstance(x, Chan):
            if not isinstance(y, Chan):
                return False
            return (mode & EXACT == 0 or x.dir == y.dir) and self._nify(x.elem, y.elem, emode, p)
        if isinstance(x, Array):
            if not isinstance(y, Array):
                return False
            same = x.length < 0 or y.length < 0 or x.length == y.length
            return same and self._nify(x.elem, y.elem, emode, p)
        if isinstance(x, Struct):
            return isinstance(y, Struct) and self._structs(x, y, emode, p)
        if isinstance(x, Interface):
            return isinstance(y, Interface) and self._exact_interfaces(x, y, p)
        if isinstance(x, Tuple):
            return isinstance(y, Tuple) and self._tuples(x, y, mode, p)
        if isinstance(x, TypeParam):
            # A type argument for x must have x's core type underneath.
            core = common_under(x, None)[0]
            return core is not None and self._nify(core, yorig, ASSIGN, p)
        return False

    def _tuples(self, x: Tuple, y: Tuple, mode: int, p: IfacePair | None) -> bool:
        if len(x.vars) != len(y.vars):
            return False
        for i in range(len(x.vars)):
            s = x.vars[i].type
            t = y.vars[i].type
            if s is None or t is None or not self._nify(s, t, mode, p):
                return False
        return True

    def _structs(self, x: Struct, y: Struct, mode: int, p: IfacePair | None) -> bool:
        if len(x.fields) != len(y.fields):
            return False
        for i in range(len(x.fields)):
            f = x.fields[i]
            g = y.fields[i]
            if f.embedded != g.embedded or x.tag(i) != y.tag(i) or not same_id(f, g.pkg, g.name):
                return False
            if f.type is None or g.type is None or not self._nify(f.type, g.type, mode, p):
                return False
        return True

    def _exact_interfaces(self, x: Interface, y: Interface, p: IfacePair | None) -> bool:
        xset = type_set(x)
        yset = type_set(y)
        if xset.comparable != yset.comparable or not xset.terms.equal(yset.terms):
            return False
        if len(xset.methods) != len(yset.methods):
            return False
        if pair_on_stack(x, y, p):
            return True
        q = IfacePair(x, y, p)
        for i in range(len(xset.methods)):
            f = xset.methods[i]
            g = yset.methods[i]
            if object_id(f) != object_id(g) or not self._nify(signature_of(f), signature_of(g), EXACT, q):
                return False
        return True


@final
class UnifyExactly(Equivalence):
    """Method types are the same if they unify exactly; what that tells is kept."""

    __slots__ = ("unifier",)

    def __init__(self, unifier: Unifier) -> None:
        self.unifier = unifier

    def same(self, x: Type, y: Type) -> bool:
        return self.unifier.unify(x, y, EXACT)


def _as_interface(t: Type) -> Interface | None:
    """The interface under t, but not under a type parameter."""
    if isinstance(unalias(t), TypeParam):
        return None
    u = under(t)
    return u if isinstance(u, Interface) else None
