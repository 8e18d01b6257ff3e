"""Queued checks: what the topics of the checker hand to `Checker.later`.

Source of the idea: types2's delayed actions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .checker import Checker


class Action:
    """A check that waits for types to be complete. `version` is the language version where it was queued."""

    __slots__ = ("version",)
    version: int

    def run(self, check: Checker) -> None:
        raise NotImplementedError
