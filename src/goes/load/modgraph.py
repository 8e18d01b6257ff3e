"""Minimal version selection (module/mvs.py) over go.mod files.

    graph = new_graph([("example.com/main", "")])      selected versions by the order of module versions, "" on top
    minimal_requirements(main, ["a"], required)        algorithm R; `required` says what a module version requires

What is wrong with a module's go.mod stays the error it was, with the chain of requirements that leads to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import final

from ..module import mvs
from .moderrors import BuildListError, ModError
from .modversions import Mod, compare_main

Required = Callable[[Mod], list[Mod]]


def new_graph(roots: list[Mod]) -> mvs.Graph:
    return mvs.Graph(compare_main, roots)


@final
class _Requirements:
    __slots__ = ("_required", "errors")

    def __init__(self, required: Required) -> None:
        self._required = required
        self.errors: dict[Mod, ModError] = {}

    def required(self, module: Mod) -> list[Mod]:
        try:
            return self._required(module)
        except ModError as error:
            self.errors[module] = error
            raise mvs.RequirementError(str(error)) from None

    def max(self, path: str, a: str, b: str) -> str:
        return b if compare_main(path, a, b) < 0 else a


def build_list(main: Mod, required: Required) -> list[Mod]:
    """Raises BuildListError."""
    requirements = _Requirements(required)
    try:
        return mvs.build_list([main], requirements)
    except mvs.BuildListError as error:
        raise BuildListError(requirements.errors[error.chain[-1]], error.chain) from None


def minimal_requirements(main: Mod, base: Iterable[str], required: Required) -> list[Mod]:
    """Raises BuildListError."""
    requirements = _Requirements(required)
    try:
        return mvs.minimal_requirements(main, base, requirements)
    except mvs.BuildListError as error:
        raise BuildListError(requirements.errors[error.chain[-1]], error.chain) from None
