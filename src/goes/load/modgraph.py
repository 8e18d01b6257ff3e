"""The graph of module requirements, and the versions that it selects.

    graph = Graph([("example.com/main", "")])
    graph.require(("example.com/main", ""), [("a", "v1.0.0"), ("b", "v1.0.0")])
    graph.require(("a", "v1.0.0"), [("b", "v1.2.0")])
    graph.selected("b")  →  "v1.2.0"        graph.build_list()  →  [main, a v1.0.0, b v1.2.0]

Every path is selected at the highest version that anything in the graph requires (minimal version selection,
https://research.swtch.com/vgo-mvs). Requirements are pushed in; the module knows no files and no network.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import final

from .moderrors import BuildListError, ModError
from .modversions import Mod, compare_main, sort_mods


@final
class Graph:
    __slots__ = ("roots", "required", "_reachable", "_selected")

    def __init__(self, roots: list[Mod]) -> None:
        self.roots = roots
        self.required: dict[Mod, list[Mod]] = {}
        self._reachable: set[Mod] = set(roots)
        self._selected: dict[str, str] = {}
        for mod in roots:
            self._raise(mod)

    def _raise(self, mod: Mod) -> None:
        path, version = mod
        if compare_main(path, self._selected.get(path, "none"), version) < 0:
            self._selected[path] = version

    def require(self, mod: Mod, requirements: list[Mod]) -> None:
        """Module `mod`, reachable already, requires these."""
        assert mod in self._reachable and mod not in self.required
        self.required[mod] = requirements
        for dependency in requirements:
            if dependency not in self._reachable:
                self._reachable.add(dependency)
                self._raise(dependency)

    def required_by(self, mod: Mod) -> list[Mod] | None:
        """What was told to require(); None if that was nothing."""
        return self.required.get(mod)

    def selected(self, path: str) -> str:
        return self._selected.get(path, "none")

    def build_list(self) -> list[Mod]:
        """The selected versions: the roots in their order, then the others by path."""
        seen: set[str] = set()
        first: list[Mod] = []
        for path, _ in self.roots:
            if path not in seen:
                seen.add(path)
                version = self.selected(path)
                if version != "none":
                    first.append((path, version))
        rest = [(path, version) for path, version in self._selected.items() if path not in seen]
        rest.sort()  # each path once
        return first + rest

    def breadth_first(self) -> list[Mod]:
        """All module versions of the graph but "none", selected or not."""
        order = list(dict.fromkeys(m for m in self.roots if m[1] != "none"))
        seen = set(order)
        for mod in order:
            for r in self.required.get(mod, ()):
                if r not in seen and r[1] != "none":
                    seen.add(r)
                    order.append(r)
        return order

    def find_path(self, wanted: Callable[[Mod], bool]) -> list[Mod]:
        """A shortest chain of requirements from a root to a module version that is wanted; []."""
        first: dict[Mod, Mod | None] = {m: None for m in self.roots}
        queue = deque(self.roots)
        while queue:
            mod = queue.popleft()
            if wanted(mod):
                path: list[Mod] = []
                at: Mod | None = mod
                while at is not None:
                    path.append(at)
                    at = first[at]
                path.reverse()
                return path
            for r in self.required.get(mod, ()):
                if r not in first:
                    first[r] = mod
                    queue.append(r)
        return []


def build_graph(target: Mod, required: Callable[[Mod], list[Mod]]) -> Graph:
    """The whole graph below target. Raises BuildListError."""
    graph = Graph([target])
    errors: dict[Mod, ModError] = {}
    seen = {target}
    pending = [target]
    while pending:
        mod = pending.pop()
        requirements: list[Mod] = []
        if mod[1] != "none":
            try:
                requirements = required(mod)
            except ModError as error:
                errors[mod] = error
        graph.require(mod, requirements)
        for r in requirements:
            if r not in seen:
                seen.add(r)
                pending.append(r)
    if errors:
        path = graph.find_path(lambda m: m in errors)
        raise BuildListError(errors[path[-1]], path)
    return graph


def minimal_requirements(target: Mod, base: list[str], required: Callable[[Mod], list[Mod]]) -> list[Mod]:
    """The fewest requirements of target that give the same build list and name all paths in base. Raises
    BuildListError."""
    graph = build_graph(target, required)
    build_list = graph.build_list()
    chosen = dict(build_list)
    postorder: list[Mod] = []
    seen = {target}
    for start in build_list:
        if start in seen:
            continue
        seen.add(start)
        stack: list[tuple[Mod, int]] = [(start, 0)]
        while stack:
            mod, i = stack.pop()
            requirements = graph.required.get(mod, [])
            while i < len(requirements) and requirements[i] in seen:
                i += 1
            if i < len(requirements):
                stack.append((mod, i + 1))
                seen.add(requirements[i])
                stack.append((requirements[i], 0))
            else:
                postorder.append(mod)
    implied: set[Mod] = set()
    result: list[Mod] = []

    def imply(start: Mod) -> None:
        pending = [start]
        while pending:
            mod = pending.pop()
            if mod not in implied:
                implied.add(mod)
                if mod != target:
                    pending.extend(graph.required.get(mod, ()))

    for path in dict.fromkeys(base):
        mod = (path, chosen[path])
        result.append(mod)
        imply(mod)
    for mod in reversed(postorder):
        if chosen.get(mod[0]) == mod[1] and mod not in implied:
            result.append(mod)
            imply(mod)
    sort_mods(result)
    return result
