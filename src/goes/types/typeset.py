"""Type sets of interfaces and constraints.

    interface { ~int | string; String() string }   →   TypeSet(methods=[String], terms={~int, string})

`type_set(iface)` computes (once the interface is complete) and keeps the set. Questions about all types of a set are
asked over `pairs_of(t)`: the (type, underlying type) pairs of a type parameter's specific types, or the one pair of any
other type; [(None, None)] if a type parameter has no specific types.

Sources: Go spec "General interfaces", "Type constraints"; types2 typeset.go, under.go (roles).
"""

from __future__ import annotations

from typing import Final, final

from ..diag.source import NO_POS, Pos
from .identity import identical, object_id, same_id
from .named import Resolver, as_named
from .objects import Func, Package, exported
from .termlist import ALL_TYPES, NO_TYPES, TermList
from .types import TYP_INVALID, Basic, Interface, Term, Type, TypeParam, Union, unalias, under

MAX_TERM_COUNT: Final = 100  # gc's limit on union terms (the algorithms are quadratic)


@final
class TypeSet:
    """All methods (sorted: exported first, by name, by package path), the terms, and whether only comparable types are
    meant (then the terms are all types)."""

    __slots__ = ("methods", "terms", "comparable", "_index")

    def __init__(self, methods: list[Func], terms: TermList, comparable: bool) -> None:
        self.methods = methods
        self.terms = terms
        self.comparable = comparable
        self._index: dict[str, int] | None = None

    def is_empty(self) -> bool:
        return self.terms.is_empty()

    def is_all(self) -> bool:
        """Every type is in the set: any."""
        return self.is_method_set() and not self.methods

    def is_method_set(self) -> bool:
        """The set is described by methods alone: an interface for ordinary use."""
        return not self.comparable and self.terms.all_types

    def has_terms(self) -> bool:
        """There are specific types."""
        return not self.terms.all_types and len(self.terms.terms) > 0

    def is_comparable(self, seen: set[Type] | None = None) -> bool:
        if self.terms.all_types:
            return self.comparable
        if not self.terms.terms:
            return False
        from .predicates import why_incomparable

        for term in self.terms.terms:
            if why_incomparable(term.type, False, seen) is not None:
                return False
        return True

    def subset_of(self, other: TypeSet) -> bool:
        return self.terms.subset_of(other.terms)

    def lookup_method(self, pkg: Package | None, name: str, fold_case: bool = False) -> tuple[int, Func] | None:
        if name == "_":
            return None
        methods = self.methods
        if fold_case or len(methods) < 8 or not exported(name):
            for i in range(len(methods)):
                if same_id(methods[i], pkg, name, fold_case):
                    return i, methods[i]
            return None
        index = self._index
        if index is None:
            index = {}
            for i in range(len(methods)):
                if exported(methods[i].name):
                    index[methods[i].name] = i
            self._index = index
        at = index.get(name, -1)
        return None if at < 0 else (at, methods[at])

    def pairs(self) -> list[tuple[Type | None, Type | None]]:
        """(type, underlying type) of every specific type; for ~T the underlying type is T's literal."""
        if not self.has_terms():
            return [(None, None)]
        out: list[tuple[Type | None, Type | None]] = []
        for term in self.terms.terms:
            out.append((term.type, unalias(term.type) if term.tilde else under(term.type)))
        return out


_TOP: Final = TypeSet([], ALL_TYPES, False)
_INVALID: Final = TypeSet([], NO_TYPES, False)


def method_sort_key(f: Func) -> tuple[bool, str, str]:
    if exported(f.name):
        return False, f.name, ""
    return True, f.name, "" if f.pkg is None else f.pkg.path


@final
class _Collector:
    """Collects the methods of one interface and reports duplicates."""

    __slots__ = ("check", "seen", "methods", "positions")

    def __init__(self, check: Resolver | None) -> None:
        self.check = check
        self.seen: dict[str, Func] = {}
        self.methods: list[Func] = []
        self.positions: dict[str, Pos] = {}

    def add(self, pos: Pos, m: Func, explicit: bool) -> None:
        key = object_id(m)
        other = self.seen.get(key)
        if other is None:
            self.seen[key] = m
            self.positions[key] = pos
            self.methods.append(m)
        elif self.check is not None:
            self.check.duplicate_method(pos, m, other, self.positions[key], explicit)


def type_set(iface: Interface, pos: Pos = NO_POS) -> TypeSet:
    """The type set of iface; all types as long as the interface is not complete."""
    tset = iface.tset
    if tset is not None:
        return tset
    if not iface.complete:
        return _TOP
    check = iface.check if isinstance(iface.check, Resolver) else None
    # An interface that contains itself (an error reported elsewhere) finds this and stops.
    result = TypeSet([], ALL_TYPES, False)
    iface.tset = result

    collector = _Collector(check)
    for m in iface.methods:
        collector.add(m.pos, m, True)

    terms = ALL_TYPES
    comparable = False
    unfinished = False  # an element is still being declared: the answer is for now only
    for i in range(len(iface.embeddeds)):
        typ = iface.embeddeds[i]
        at = NO_POS
        if iface.embed_pos is not None:
            at = iface.embed_pos[i]
        u = under(typ)
        elem_comparable = False
        if isinstance(u, Interface):
            tset = type_set(u, at)
            if (
                at != NO_POS
                and check is not None
                and not tset.is_method_set()
                and not check.allow_embedding(at, "constraint interface", typ)
            ):
                continue
            elem_comparable = tset.comparable
            for m in tset.methods:
                collector.add(at, m, False)
            elem_terms = tset.terms
        elif isinstance(u, Union):
            if at != NO_POS and check is not None and not check.allow_embedding(at, "interface element", u):
                continue
            tset = _union_type_set(u, at, check)
            if tset is _INVALID:
                continue
            elem_terms = tset.terms
        else:
            if u is TYP_INVALID:
                n = as_named(typ)
                if n is not None and n._underlying is None:
                    unfinished = True
                continue
            if at != NO_POS and check is not None and not check.allow_embedding(at, "non-interface type", typ):
                continue
            elem_terms = TermList(False, [Term(False, typ)])
        terms, comparable = _intersect(terms, comparable, elem_terms, elem_comparable)

    if len(collector.methods) > 1:
        collector.methods.sort(key=method_sort_key)
    result.methods = collector.methods
    result.terms = terms
    result.comparable = comparable
    if unfinished:
        iface.tset = None
    return result


def _intersect(x: TermList, x_comparable: bool, y: TermList, y_comparable: bool) -> tuple[TermList, bool]:
    terms = x.intersect(y)
    comparable = x_comparable or y_comparable
    if comparable and not terms.all_types:
        from .predicates import why_incomparable

        kept: list[Term] = []
        for t in terms.terms:
            if why_incomparable(t.type, False) is None:
                kept.append(t)
        return TermList(False, kept), False
    return terms, comparable


def _union_type_set(u: Union, pos: Pos, check: Resolver | None) -> TypeSet:
    all_terms = NO_TYPES
    for t in u.terms:
        ut = under(t.type)
        if isinstance(ut, Interface):
            terms = type_set(ut, pos).terms
        elif ut is TYP_INVALID:
            continue
        elif t.tilde and not identical(t.type, ut):
            terms = NO_TYPES  # no type has t as its underlying type
        else:
            terms = TermList(False, [t])
        all_terms = all_terms.union(terms)
        if len(all_terms.terms) > MAX_TERM_COUNT:
            if check is not None:
                check.union_overflow(pos, MAX_TERM_COUNT)
            return _INVALID
    return TypeSet([], all_terms, False)


def union_terms(u: Union) -> TermList:
    """The normalised terms of a union."""
    return _union_type_set(u, NO_POS, None).terms


def overlapping_term(terms: list[Term], y: Term) -> int:
    """The index of a term that overlaps with y (interfaces ignored), or -1."""
    from .termlist import disjoint

    for i in range(len(terms)):
        if not isinstance(under(terms[i].type), Interface) and not disjoint(terms[i], y):
            return i
    return -1


# ------------------------------------------------------------------------------------------------- type parameters


def _empty_interface() -> Interface:
    t = Interface([], [])
    t.complete = True
    t.tset = _TOP
    return t


EMPTY_INTERFACE: Final = _empty_interface()


def constraint_interface(p: TypeParam) -> Interface:
    """The constraint of p as an interface: [P ~int] has an implicit interface{~int}. Kept in p.bound."""
    bound = p.bound
    if bound is None:
        return EMPTY_INTERFACE
    if isinstance(unalias(bound), TypeParam):
        return EMPTY_INTERFACE  # an error, reported by the checker
    u = under(bound)
    if isinstance(u, Interface):
        if u.tset is None:
            type_set(u, p.obj.pos)
        return u
    if isinstance(u, Basic) and u is TYP_INVALID:
        return EMPTY_INTERFACE
    iface = Interface([], [bound])
    iface.implicit = True
    iface.complete = True
    p.bound = iface
    return iface


def pairs_of(t: Type) -> list[tuple[Type | None, Type | None]]:
    """The (type, underlying type) pairs of t's type set: see the module's text."""
    p = unalias(t)
    if isinstance(p, TypeParam):
        return type_set(constraint_interface(p)).pairs()
    return [(t, under(t))]


def specific_terms(p: TypeParam) -> list[Term]:
    """The terms of p's constraint; empty if there are no specific types."""
    tset = type_set(constraint_interface(p))
    return tset.terms.terms if tset.has_terms() else []


def term_string(t: Term) -> str:
    from .typestring import type_string

    return ("~" if t.tilde else "") + type_string(t.type)
