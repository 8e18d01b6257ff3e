"""What the topics of the checker share: queued checks and kinds of expressions.

    check.later(action)      action.run(check) is called when types are complete

Source of the ideas: cmd/compile/internal/types2 (delayed actions, exprKind).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .checker import Checker

# What an expression is to a statement: conversions and plain expressions are "not used", calls and receives are fine.
KIND_CONVERSION: Final = 0
KIND_EXPRESSION: Final = 1
KIND_STATEMENT: Final = 2


class Action:
    """A check that waits for types to be complete. `version` is the language version where it was queued."""

    __slots__ = ("version",)
    version: int

    def run(self, check: Checker) -> None:
        raise NotImplementedError
