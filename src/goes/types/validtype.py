"""Types that would contain themselves.

    type T struct { a [2]T }   →   [T]: the cycle; gc says "invalid recursive type T …"

A type argument is looked at in the nest of types around the instantiation it was given to, not in the one it is used
in: A[A[string]] is fine for type A[P any] struct { _ B[P] }.

Sources: Go spec "Struct types"; types2 validtype.go (roles).
"""

from __future__ import annotations

from .identity import identical
from .named import rhs_of
from .objects import TypeName
from .types import TYP_INVALID, Array, Interface, Named, Struct, Type, TypeParam, Union, unalias

MAX_DEPTH = 10_000  # of nested types; deeper ones are taken to be valid


def invalid_cycle(t: Named) -> list[TypeName]:
    """The type names along the cycle by which t contains itself; [] if t is fine. The type that closes the cycle is
    made invalid, so that nobody lays it out."""
    return _check(t, [], [], 0)


def _check(t: Type, nest: list[Named], path: list[Named], depth: int) -> list[TypeName]:
    t = unalias(t)
    depth += 1
    if depth > MAX_DEPTH:
        return []
    if isinstance(t, Array):
        return _check(t.elem, nest, path, depth)
    if isinstance(t, Struct):
        for f in t.fields:
            if f.type is not None:
                cycle = _check(f.type, nest, path, depth)
                if cycle:
                    return cycle
    elif isinstance(t, Union):
        for term in t.terms:
            cycle = _check(term.type, nest, path, depth)
            if cycle:
                return cycle
    elif isinstance(t, Interface):
        for e in t.embeddeds:
            cycle = _check(e, nest, path, depth)
            if cycle:
                return cycle
    elif isinstance(t, Named):
        return _check_named(t, nest, path, depth)
    elif isinstance(t, TypeParam) and nest:
        inst = nest[-1]
        tparams = inst.origin.tparams
        for i in range(len(tparams)):
            if tparams[i] is t and i < len(inst.targs):
                return _check(inst.targs[i], nest[:-1], path, depth)
    return []


def _check_named(t: Named, nest: list[Named], path: list[Named], depth: int) -> list[TypeName]:
    for e in nest:
        if e is t or identical(e, t):
            orig = t.origin
            orig.from_rhs = TYP_INVALID
            orig._underlying = TYP_INVALID
            for start in range(len(path)):
                if path[start] is t or identical(path[start], t):
                    return [p.obj for p in path[start:]]
            return [t.obj]
    rhs = rhs_of(t.origin)
    if rhs is None:
        return []
    return _check(rhs, [*nest, t], [*path, t], depth)
