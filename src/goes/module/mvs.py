"""Minimal version selection: which version of each module a build uses.

    A → B 1, C 2     B 1 → D 3     C 2 → D 4        build_list([A], …)  →  A, B 1, C 2, D 4

Every module says which versions of others it needs at least; each is used at the highest version that anyone reachable
asks for, and no higher. Modules are (path, version) pairs; versions are opaque but for "none" and compared by the
caller's `max`, who also knows the requirements. This module reads no file and asks no network.

Source: https://research.swtch.com/vgo-mvs (algorithms 1 to 4 and R); cmd/go/internal/mvs by behaviour.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Final, Protocol, final

Module = tuple[str, str]
# (path, version, version) → negative, zero or positive
Compare = Callable[[str, str, str], int]
NONE: Final = "none"


class Requirements(Protocol):
    """The requirement graph. `required` may raise RequirementError. `max` returns one of the versions: "none" is less
    than all others, and the version of a target greater."""

    def required(self, module: Module) -> list[Module]: ...

    def max(self, path: str, a: str, b: str) -> str: ...


class UpgradeRequirements(Requirements, Protocol):
    def upgrade(self, module: Module) -> Module:
        """The version to upgrade to, or the module itself; the version is "none" if it is not in use yet."""


class DowngradeRequirements(Requirements, Protocol):
    def previous(self, module: Module) -> Module:
        """The version before this one; "none" if there is none."""


@final
class RequirementError(Exception):
    """The requirements of a module cannot be known. If the error is about a module, which is named by path and version
    (it may be the replacement of the one asked for), the message does not repeat it."""

    def __init__(self, message: str, path: str = "", version: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.version = version


@final
class BuildListError(Exception):
    """A RequirementError with the chain of requirements that leads to it.

    a@v1 requires
        b@v2: reading …"""

    def __init__(self, error: RequirementError, chain: list[Module], updated: set[tuple[Module, Module]]) -> None:
        self.error = error
        self.chain = chain
        shown = list(chain)
        while shown and not shown[0][1]:
            shown.pop(0)  # the main module
        text = ""
        for i, module in enumerate(shown[:-1]):
            reason = "updating to" if (module, shown[i + 1]) in updated else "requires"
            text += f"{module_text(module)} {reason}\n\t"
        about = (error.path, error.version)
        if not shown:
            text = f"{module_text(about)}: {error.message}" if error.path else error.message
        elif error.path and about != shown[-1]:
            text += f"{module_text(shown[-1])} (replaced by {module_text(about)}): {error.message}"
        else:
            text += f"{module_text(shown[-1])}: {error.message}"
        super().__init__(text)
        self.message = text


def module_text(module: Module) -> str:
    """path@version; the path alone for a main module."""
    return f"{module[0]}@{module[1]}" if module[1] else module[0]


@final
class Graph:
    """A requirement graph that grows by what is told to it; `selected` versions are right at any time."""

    __slots__ = ("roots", "_compare", "_required", "_reachable", "_selected")

    def __init__(self, compare: Compare, roots: list[Module]) -> None:
        self.roots = roots
        self._compare = compare
        self._required: dict[Module, list[Module]] = {}
        self._reachable: set[Module] = set()
        self._selected: dict[str, str] = {}
        for module in roots:
            self._see(module)

    def _see(self, module: Module) -> None:
        if module in self._reachable:
            return
        self._reachable.add(module)
        path, version = module
        old = self._selected.get(path, NONE)
        if old != version and self._compare(path, old, version) < 0:
            self._selected[path] = version

    def require(self, module: Module, requirements: list[Module]) -> None:
        """The module requires these. It must be reachable, and told only once."""
        assert module in self._reachable, f"{module} is not reachable from any root"
        assert module not in self._required, f"requirements of {module} have already been set"
        self._required[module] = requirements
        for dependency in requirements:
            self._see(dependency)

    def knows(self, module: Module) -> bool:
        """Have the requirements of the module been told?"""
        return module in self._required

    def required_by(self, module: Module) -> list[Module]:
        return self._required.get(module, [])

    def selected(self, path: str) -> str:
        """The version in use, or "none"."""
        return self._selected.get(path, NONE)

    def build_list(self) -> list[Module]:
        """The roots, each once, then all other modules by path; all at the selected versions."""
        out: list[Module] = []
        seen: set[str] = set()
        for path, _ in self.roots:
            if path not in seen:
                seen.add(path)
                if self.selected(path) != NONE:
                    out.append((path, self._selected[path]))
        out.extend((path, self._selected[path]) for path in sorted(self._selected) if path not in seen)
        return out

    def breadth_first(self) -> list[Module]:
        """Every module version but "none", selected or not, nearest to the roots first."""
        order = [module for module in dict.fromkeys(self.roots) if module[1] != NONE]
        seen = set(order)
        for module in order:  # grows
            for dependency in self.required_by(module):
                if dependency not in seen and dependency[1] != NONE:
                    seen.add(dependency)
                    order.append(dependency)
        return order

    def find_path(self, wanted: Callable[[Module], bool]) -> list[Module]:
        """A shortest chain of requirements from a root to a wanted module; empty if there is none."""
        first: dict[Module, Module | None] = dict.fromkeys(self.roots)
        queue = deque(self.roots)
        while queue:
            module = queue.popleft()
            if wanted(module):
                chain: list[Module] = []
                step: Module | None = module
                while step is not None:
                    chain.append(step)
                    step = first[step]
                chain.reverse()
                return chain
            for dependency in self.required_by(module):
                if dependency not in first:
                    first[dependency] = module
                    queue.append(dependency)
        return []


def build_list(targets: list[Module], requirements: Requirements) -> list[Module]:
    """The targets, then every other module that they need, sorted by path. Raises BuildListError."""
    return _build_list(targets, requirements, None)


def _build_list(
    targets: list[Module], requirements: Requirements, upgrade: Callable[[Module], Module] | None
) -> list[Module]:
    def compare(path: str, a: str, b: str) -> int:
        if requirements.max(path, a, b) != a:
            return -1
        return 1 if requirements.max(path, b, a) != b else 0

    graph = Graph(compare, targets)
    updated: set[tuple[Module, Module]] = set()
    errors: dict[Module, RequirementError] = {}
    pending = list(dict.fromkeys(targets))
    seen = set(pending)
    for module in pending:  # grows
        required: list[Module] = []
        try:
            if module[1] != NONE:
                required = requirements.required(module)
        except RequirementError as error:
            errors[module] = error
        if upgrade is not None:
            try:
                newer = upgrade(module)
                if newer != module:
                    updated.add((module, newer))
                    required = [newer, *required]
            except RequirementError as error:
                errors.setdefault(module, error)
        graph.require(module, required)
        for dependency in required:
            if dependency not in seen:
                seen.add(dependency)
                pending.append(dependency)
    if errors:
        chain = graph.find_path(lambda module: module in errors)
        raise BuildListError(errors[chain[-1]], chain, updated)
    out = graph.build_list()
    assert out[: len(targets)] == targets, f"chose {out[: len(targets)]} instead of the targets {targets}"
    return out


def minimal_requirements(main: Module, base: Iterable[str], requirements: Requirements) -> list[Module]:
    """The shortest list of requirements with the build list of `main`, sorted by path. The paths of `base` are on it
    in any case (algorithm R)."""
    selected = dict(build_list([main], requirements))
    required: dict[Module, list[Module]] = {main: []}
    postorder: list[Module] = []
    for start in selected.items():
        if start in required:
            continue
        required[start] = requirements.required(start)
        stack: list[tuple[Module, int]] = [(start, 0)]
        while stack:
            module, at = stack.pop()
            dependencies = required[module]
            while at < len(dependencies) and dependencies[at] in required:
                at += 1
            if at == len(dependencies):
                postorder.append(module)
                continue
            stack.append((module, at + 1))
            child = dependencies[at]
            required[child] = [] if child[1] == NONE else requirements.required(child)
            stack.append((child, 0))

    have: set[Module] = set()
    out: list[Module] = []

    def take(module: Module) -> None:
        out.append(module)
        stack = [module]
        while stack:
            module = stack.pop()
            if module not in have:
                have.add(module)
                stack.extend(required.get(module, []))

    for path in dict.fromkeys(base):
        take((path, selected.get(path, NONE)))
    for module in reversed(postorder):
        if selected.get(module[0]) == module[1] and module not in have:
            take(module)
    return sorted(out)


def upgrade_all(target: Module, requirements: UpgradeRequirements) -> list[Module]:
    """The build list with every module at its latest version."""
    return _build_list([target], requirements, lambda m: target if m[0] == target[0] else requirements.upgrade(m))


def upgrade(target: Module, requirements: Requirements, wanted: list[Module]) -> list[Module]:
    """The build list with the wanted modules at least at these versions."""
    required = list(requirements.required(target))
    paths = {path for path, _ in required}
    versions: dict[str, str] = {}
    for path, version in wanted:
        if path not in paths:
            required.append((path, NONE))
        versions[path] = requirements.max(path, versions[path], version) if path in versions else version
    return _build_list(
        [target], _Override(target, required, requirements), lambda m: (m[0], versions.get(m[0], m[1]))
    )


def downgrade(target: Module, requirements: DowngradeRequirements, wanted: list[Module]) -> list[Module]:
    """The build list with the wanted modules at most at these versions: what needs more of them is downgraded too, or
    goes."""
    original = build_list([target], requirements)[1:]
    # All others stay where they are: a downgrade must not upgrade anything.
    limits = dict(original)
    for path, version in wanted:
        if path not in limits or requirements.max(path, limits[path], version) != version:
            limits[path] = version
    limit = _Limit(requirements, limits)

    lowered: list[Module] = [target]
    for module in original:
        limit.visit(module)
        while module in limit.excluded:
            path, version = module
            previous = requirements.previous(module)
            most = limits[path]
            # The version asked for may be one that `previous` does not tell, such as a pseudo-version.
            if requirements.max(path, most, version) != most and requirements.max(path, previous[1], most) != previous[1]:
                previous = (path, most)
            module = previous
            if module[1] == NONE:
                break
            limit.visit(module)
        if module[1] != NONE:
            lowered.append(module)

    # What `previous` told may pull others up to versions that it does not tell, so that some of what was lowered is
    # no longer in use, and what only that needed should not be added: the versions really selected decide.
    selected = dict(build_list([target], _Override(target, lowered, requirements)))
    kept = [(path, selected[path]) for path, _ in original if path in selected]
    return build_list([target], _Override(target, kept, requirements))


@final
class _Limit:
    """Which module versions stay, with all that they need, below the limits. The others are in `excluded`."""

    __slots__ = ("requirements", "limits", "excluded", "_visited", "_users")

    def __init__(self, requirements: Requirements, limits: dict[str, str]) -> None:
        self.requirements = requirements
        self.limits = limits
        self.excluded: set[Module] = set()
        self._visited: set[Module] = set()
        self._users: dict[Module, list[Module]] = {}

    def _exclude(self, module: Module) -> None:
        stack = [module]
        while stack:
            module = stack.pop()
            if module not in self.excluded:
                self.excluded.add(module)
                stack.extend(self._users.get(module, []))

    def _enter(self, module: Module) -> list[Module] | None:
        """The requirements of a module that may stay so far."""
        self._visited.add(module)
        path, version = module
        limit = self.limits.get(path)
        if limit is not None and self.requirements.max(path, version, limit) != limit:
            self._exclude(module)
            return None
        if version == NONE:
            return []
        try:
            return self.requirements.required(module)
        except RequirementError:
            # Older versions often have no go.mod or a wrong one; they are no choice.
            self._exclude(module)
            return None

    def visit(self, module: Module) -> None:
        if module in self._visited:
            return
        required = self._enter(module)
        if required is None:
            return
        stack: list[tuple[Module, list[Module], int]] = [(module, required, 0)]
        while stack:
            module, required, at = stack.pop()
            if at == len(required):
                continue
            child = required[at]
            if child not in self._visited:
                stack.append((module, required, at))
                below = self._enter(child)
                if below is not None:
                    stack.append((child, below, 0))
                continue
            if child in self.excluded:
                self._exclude(module)
                continue
            self._users.setdefault(child, []).append(module)
            stack.append((module, required, at + 1))


@final
class _Override:
    """The same requirements, but for the target's."""

    __slots__ = ("target", "list", "below")

    def __init__(self, target: Module, list: list[Module], below: Requirements) -> None:
        self.target = target
        self.list = list
        self.below = below

    def required(self, module: Module) -> list[Module]:
        return self.list if module == self.target else self.below.required(module)

    def max(self, path: str, a: str, b: str) -> str:
        return self.below.max(path, a, b)
