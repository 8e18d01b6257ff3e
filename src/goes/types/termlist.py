"""Unions of type terms as sets of types.

    {int, ~string} ∩ {~int}   →   {int}
    {int} ∪ {~int}            →   {~int}

A TermList is the set of all types (`all_types`) or the union of its `terms`; no terms: the empty set. Lists made here
are in normal form: their terms are disjoint.

Sources: Go spec "General interfaces"; types2 termlist.go, typeterm.go (roles).
"""

from __future__ import annotations

from typing import Final, final

from .identity import identical
from .types import Term, Type, under


@final
class TermList:
    __slots__ = ("all_types", "terms")

    def __init__(self, all_types: bool, terms: list[Term]) -> None:
        self.all_types = all_types
        self.terms = terms

    def is_empty(self) -> bool:
        return not self.all_types and not self.terms

    def union(self, other: TermList) -> TermList:
        if self.all_types or other.all_types:
            return ALL_TYPES
        return _normal(self.terms + other.terms)

    def intersect(self, other: TermList) -> TermList:
        if self.all_types:
            return other
        if other.all_types:
            return self
        both: list[Term] = []
        for x in self.terms:
            for y in other.terms:
                if not disjoint(x, y):
                    both.append(x if not x.tilde or y.tilde else y)
        return _normal(both)

    def subset_of(self, other: TermList) -> bool:
        if other.all_types:
            return True
        if self.all_types:
            return False
        for x in self.terms:
            for y in other.terms:
                if not disjoint(x, y) and (not x.tilde or y.tilde):
                    break
            else:
                return False
        return True

    def equal(self, other: TermList) -> bool:
        if self is other:
            return True
        return self.subset_of(other) and other.subset_of(self)


ALL_TYPES: Final = TermList(True, [])
NO_TYPES: Final = TermList(False, [])


def disjoint(x: Term, y: Term) -> bool:
    """Whether no type is in both x and y."""
    s = under(x.type) if y.tilde else x.type
    t = under(y.type) if x.tilde else y.type
    return not identical(s, t)


def term_includes(x: Term, t: Type) -> bool:
    return identical(x.type, under(t) if x.tilde else t)


def _normal(terms: list[Term]) -> TermList:
    used = [False] * len(terms)
    out: list[Term] = []
    for i in range(len(terms)):
        if used[i]:
            continue
        x = terms[i]
        for j in range(i + 1, len(terms)):
            if not used[j] and not disjoint(x, terms[j]):
                if not x.tilde and terms[j].tilde:
                    x = terms[j]
                used[j] = True
        out.append(x)
    return TermList(False, out)
