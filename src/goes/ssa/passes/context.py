"""What passes are told about the program, and where they tell what they decided.

    Context(methods, is_intrinsic)      context.note(pos, "can inline f")

Decisions are what `-gcflags=-m` prints. They are kept only if a `Decisions` is given.

Source: cmd/compile/internal/inline, escape (texts).
"""

from __future__ import annotations

from typing import final

from ...diag.source import Pos
from ...types.objects import Func
from ...types.types import Type
from ..function import Function


class Methods:
    """Finds the function that a method call on a value of known type runs."""

    def method_of(self, typ: Type, method: Func) -> Function | None:
        """The function that runs for the interface method when the dynamic type is typ. Its receiver is of type typ;
        of typ's element type if typ is a pointer and the method has a value receiver."""
        raise NotImplementedError

    def is_intrinsic(self, name: str) -> bool:
        """Whether the code generator replaces calls of the function."""
        raise NotImplementedError


@final
class Decisions:
    """Remarks of the optimiser: (position, text) in the order they were made, each once."""

    __slots__ = ("remarks", "_seen")

    def __init__(self) -> None:
        self.remarks: list[tuple[Pos, str]] = []
        self._seen: set[tuple[Pos, str]] = set()

    def note(self, pos: Pos, text: str) -> None:
        key = (pos, text)
        if key not in self._seen:
            self._seen.add(key)
            self.remarks.append(key)


@final
class Context:
    """`inline`: whether anything is inlined at all. `cycle`: names of the functions in the call-graph cycle at hand;
    they are not inlined into each other."""

    __slots__ = ("methods", "cycle", "inline", "keeps_calls", "decisions", "found_callees")

    def __init__(self, methods: Methods, inline: bool = True, decisions: Decisions | None = None) -> None:
        self.methods = methods
        self.cycle: frozenset[str] = frozenset()
        self.inline = inline
        self.keeps_calls: frozenset[str] = frozenset()  # import paths of packages where nothing is inlined
        self.decisions = decisions
        self.found_callees = False  # a pass made calls static
