"""Lexical scopes.

    Scope(parent).insert(obj)   lookup("x") in this scope

A scope keeps its names in a dict; a local object is visible from its `scope_pos` on.
Source: Go spec "Declarations and scope".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from ..diag.source import NO_POS, Pos

if TYPE_CHECKING:
    from .objects import Object


@final
class Scope:
    __slots__ = ("parent", "elems", "pos", "end", "comment", "children", "number")

    def __init__(self, parent: Scope | None, pos: Pos = NO_POS, end: Pos = NO_POS, comment: str = "") -> None:
        self.parent = parent
        self.elems: dict[str, Object] = {}
        self.pos = pos
        self.end = end
        self.comment = comment

    def lookup(self, name: str) -> Object | None:
        return self.elems.get(name)

    def insert(self, obj: Object) -> Object | None:
        """Insert; returns the object already there under that name, if any (then nothing changes). "_" must not be
        inserted."""
        alt = self.elems.get(obj.name)
        if alt is not None:
            return alt
        self.elems[obj.name] = obj
        if obj.parent is None:
            obj.parent = self
        return None

    def names(self) -> list[str]:
        return sorted(self.elems)
