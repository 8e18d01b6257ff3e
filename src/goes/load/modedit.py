"""Changing the build list: what `go get` does to requirements.

    edited, changed = edit_requirements(rs, try_upgrade=[("a", "v1.2.0")], must_select=[("b", "v1.0.0")])

Every module of must_select is selected at exactly that version; those of try_upgrade are raised as far as that allows;
all others move only as far as they must: upgraded where something requires it, downgraded where they stand in the way.
The module graph is walked for paths that lead to versions that are too high, the roots of these paths are lowered, and
so on until nothing is in the way. Source: cmd/go/internal/modload (edit.go), whose comments prove that this ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from .moderrors import ModError, ModuleError, TooNew, too_new
from .modgraph import minimal_requirements
from .modquery import previous_version
from .modsummary import PRUNED, UNPRUNED, pruning_for
from .modversions import NO_MOD, Mod, compare, from_toolchain, sort_mods, text
from .requirements import ModuleGraph, Requirements, convert_pruning, read_graph, requirements_with

if TYPE_CHECKING:
    from .modstate import ModuleState


@final
class Conflict:
    """A chain of requirements that leads to a module above `constraint`, or to one whose requirements cannot be read
    (`error`)."""

    __slots__ = ("path", "constraint", "error")

    def __init__(self, path: list[Mod], constraint: Mod, error: ModError | None) -> None:
        self.path = path
        self.constraint = constraint
        self.error = error

    @property
    def reason(self) -> str:
        """The error, without the module it is about if that is the last of the chain."""
        error = self.error
        if isinstance(error, ModuleError) and self.path and error.mod == self.path[-1]:
            return str(error.inner)
        return str(error)

    def summary(self) -> str:
        """Only the ends of the chain."""
        first = text(self.path[0])
        last = text(self.path[-1])
        if len(self.path) == 1:
            return f"{first}: {self.reason}" if self.error is not None else f"{first} is above {self.constraint[1]}"
        adverb = "indirectly " if len(self.path) > 2 else ""
        if self.error is not None:
            return f"{first} {adverb}requires {last}: {self.reason}"
        return f"{first} {adverb}requires {last}, but {self.constraint[1]} is requested"

    def __str__(self) -> str:
        words = text(self.path[0])
        if len(self.path) == 1:
            words += " found"
        for mod in self.path[1:]:
            words += f" requires\n\t{text(mod)}"
        if self.constraint != NO_MOD:
            words += f", but {self.constraint[1]} is requested"
        return words + (f": {self.reason}" if self.error is not None else "")


@final
class ConstraintError(ModError):
    """What must be selected cannot be, together."""

    def __init__(self, conflicts: list[Conflict]) -> None:
        super().__init__("version constraints conflict:" + "".join("\n\t" + c.summary() for c in conflicts))
        self.conflicts = conflicts


_Reason = tuple[Mod, ModError | None]  # the module in the way, or what is wrong with the requirements
_NONE: Final[_Reason] = (NO_MOD, None)


@final
class _Tracker:
    """Why module versions cannot be in the graph. What is reached from a pruned part of the graph brings fewer
    requirements with it, so there may be a reason only where it is reached unpruned."""

    __slots__ = ("roots", "_reasons", "_requiring")

    def __init__(self, roots: dict[Mod, int]) -> None:
        self.roots = roots  # with the pruning of each
        self._reasons: dict[Mod, tuple[_Reason, _Reason]] = {}  # (pruned, unpruned)
        self._requiring: dict[Mod, list[Mod]] = {}

    def reason(self, mod: Mod, pruning: int) -> _Reason:
        pruned, unpruned = self._reasons.get(mod, (_NONE, _NONE))
        return unpruned if pruning == UNPRUNED else pruned

    def is_out(self, mod: Mod, pruning: int) -> bool:
        return self.reason(mod, pruning) != _NONE

    def require(self, mod: Mod, dependency: Mod) -> bool:
        """Note the edge for the case that the dependency is ruled out later. False if mod is out for good already."""
        root_pruning = self.roots.get(dependency)
        if root_pruning is not None and self.is_out(dependency, root_pruning):
            self.disqualify(mod, PRUNED, (dependency, None))
            return False
        if self.is_out(dependency, UNPRUNED):
            self.disqualify(mod, UNPRUNED, (dependency, None))
            if mod not in self.roots:
                return False
        self._requiring.setdefault(dependency, []).append(mod)
        return True

    def disqualify(self, start: Mod, start_pruning: int, start_reason: _Reason) -> None:
        """Rule a version out where it is reached with that pruning, and with it what requires it."""
        pending = [(start, start_pruning, start_reason)]
        while pending:
            mod, from_pruning, reason = pending.pop()
            if self.is_out(mod, from_pruning):
                continue
            pruned, unpruned = self._reasons.get(mod, (_NONE, _NONE))
            root_pruning = self.roots.get(mod)
            if from_pruning == PRUNED:
                pruned = reason
                if unpruned == _NONE:
                    unpruned = reason
            else:
                unpruned = reason
                if root_pruning == UNPRUNED:
                    # As a root it is always unpruned, whoever brings it in.
                    pruned = reason
            self._reasons[mod] = (pruned, unpruned)
            requiring = self._requiring.get(mod, [])
            if root_pruning is not None and (from_pruning == PRUNED or root_pruning == UNPRUNED):
                pending.extend((m, PRUNED, (mod, None)) for m in reversed(requiring))
                self._requiring.pop(mod, None)
                continue
            pending.extend((m, UNPRUNED, (mod, None)) for m in reversed(requiring))
            if root_pruning is None:
                self._requiring.pop(mod, None)

    def path(self, mod: Mod, pruning: int) -> tuple[list[Mod], ModError | None]:
        """The chain from a module to what rules it out; [] if nothing does."""
        path: list[Mod] = []
        while True:
            if self.roots.get(mod) == UNPRUNED:
                pruning = UNPRUNED
            dependency, error = self.reason(mod, pruning)
            if dependency == NO_MOD and error is None:
                return path, None
            path.append(mod)
            if error is not None or dependency == mod:
                return path, error
            mod = dependency


@final
class _Edit:
    """One edit under way. `selected` holds the version ("none" too) of every path that is to be a root."""

    def __init__(self, original: Requirements, must_select: list[Mod]) -> None:
        self.state: ModuleState = original.state
        self.original = original
        self.must_select = must_select
        self.pruning = _pruning_after(original.pruning, must_select)
        self.rs = convert_pruning(original, self.pruning)
        self.selected: dict[str, str] = {}
        self.required: dict[str, str] = {}  # must_select by path
        self.conflicts: list[Conflict] = []
        self.rejected: set[Mod] = set()
        self.roots: list[Mod] = []
        if self.pruning == PRUNED:
            self.selected.update(self.rs.highest)
        else:
            # Without pruning what is not written down is a dependency all the same.
            build_list = self.rs.must_graph().build_list()
            self.selected.update(build_list[len(self.state.main) :])

    def begin(self, try_upgrade: list[Mod]) -> None:
        for path, version in try_upgrade:
            known = self.selected.get(path)
            if known is not None and compare(path, known, version) >= 0:
                continue
            if self.state.options.verbose:
                self.state.note(f"go: trying upgrade to {path}@{version}")
            self.selected[path] = version
        for mod in self.must_select:
            path, version = mod
            known = self.required.get(path)
            if known is not None and known != version:
                before = (path, known)
                above, below = (before, mod) if compare(path, known, version) > 0 else (mod, before)
                self.conflicts.append(Conflict([above], below, None))
                continue
            self.required[path] = version
            self.selected[path] = version

    def step(self) -> bool:
        """One round; True if the roots have changed and another one is needed. Raises ModError."""
        state = self.state
        self.roots = [(p, v) for p, v in self.selected.items() if v != "none"]
        sort_mods(self.roots)
        graph, upgraded = self._extended_graph()
        if graph.error is not None and isinstance(too_new(graph.error), TooNew):
            raise graph.error
        prunings = {mod: self._root_pruning(graph, mod) for mod in self.roots + list(upgraded)}
        tracker = _Tracker(prunings)
        for mod in graph.graph.breadth_first():
            self._inspect(graph, tracker, mod)
        changed = False
        for mod in self.roots:
            if self._resolve(graph, tracker, prunings, mod):
                changed = True
        if changed or self.conflicts:
            return changed
        # Nothing has to be lowered: accept what is raised by requirements of others.
        raised: list[Mod] = []
        for path, version in list(self.selected.items()):
            if path not in self.required:
                actual = graph.selected(path)
                if actual != version:
                    raised.append((path, version))
                    self.selected[path] = actual
        if raised and state.options.verbose:
            sort_mods(raised)
            for mod in raised:
                state.note(f"go: accepting indirect upgrade from {text(mod)} to {self.selected[mod[0]]}")
        return bool(raised)

    def _extended_graph(self) -> tuple[ModuleGraph, dict[Mod, None]]:
        """The graph with the requirements of every selected version of a root, so that each conflict can be traced."""
        upgraded: dict[Mod, None] = {}
        while True:
            graph = read_graph(self.state, self.pruning, self.roots, frozenset(upgraded))
            if self.pruning == UNPRUNED:
                return graph, upgraded
            count = len(upgraded)
            for path in self.selected:
                version = graph.selected(path)
                mod = (path, version)
                if version != "none" and not graph.graph.knows(mod) and mod not in upgraded:
                    upgraded[mod] = None
            if len(upgraded) == count:
                return graph, upgraded

    def _root_pruning(self, graph: ModuleGraph, mod: Mod) -> int:
        if self.pruning == PRUNED:
            summary = graph.loaded.get(mod)
            if summary is not None and not isinstance(summary, ModError) and summary.pruning == UNPRUNED:
                return UNPRUNED
        return self.pruning

    def _is_too_high(self, mod: Mod) -> bool:
        limit = self.required.get(mod[0])
        return limit is not None and compare(mod[0], mod[1], limit) > 0

    def _inspect(self, graph: ModuleGraph, tracker: _Tracker, mod: Mod) -> None:
        if self._is_too_high(mod):
            tracker.disqualify(mod, PRUNED, (mod, None))
            return
        summary = graph.loaded.get(mod)
        if isinstance(summary, ModError):
            tracker.disqualify(mod, PRUNED, (NO_MOD, summary))
            return
        if summary is None or not graph.graph.knows(mod):
            return  # the main module, or pruned out
        requirements = graph.graph.required_by(mod)
        for r in requirements:
            if self._is_too_high(r):
                tracker.disqualify(mod, PRUNED, (r, None))
                return
        for r in requirements:
            if not tracker.require(mod, r):
                break

    def _resolve(self, graph: ModuleGraph, tracker: _Tracker, prunings: dict[Mod, int], mod: Mod) -> bool:
        """If a root is in the way, choose a lower version; True if one was chosen."""
        path, error = tracker.path(mod, prunings[mod])
        if not path and error is None:
            return False
        conflict = Conflict(path, NO_MOD, error)
        if error is None:
            last = path[-1][0]
            conflict.constraint = (last, self.required[last])
        if self.required.get(mod[0]) == mod[1]:
            self.conflicts.append(conflict)
            return False
        selected = graph.selected(mod[0])
        if selected != mod[1]:
            upgrade = (mod[0], selected)
            if not tracker.is_out(upgrade, prunings.get(mod, self.pruning)) and upgrade not in self.rejected:
                return False  # raising it takes mod out of the way
        original = self.original.graph()[0].selected(mod[0])
        if conflict.error is not None and original == mod[1]:
            # It was there before; that its requirements cannot be read now is no reason to leave it.
            self.conflicts.append(conflict)
            return False
        self.rejected.add(mod)
        lower = self._lower(graph, tracker, mod, original)
        self.selected[mod[0]] = lower[1]
        if conflict.error is not None or self.state.options.verbose:
            if lower[1] == "none":
                action = f"removing {text(mod)}"
            elif lower[1] == original:
                action = f"restoring {text(lower)}"
            else:
                action = f"trying {text(lower)}"
            self.state.note(f"go: {conflict.summary()}\n\t{action}")
        return True

    def _lower(self, graph: ModuleGraph, tracker: _Tracker, mod: Mod, original: str) -> Mod:
        path = mod[0]
        above_original = compare(path, mod[1], original) > 0
        summary = graph.loaded.get(mod)
        pruning = self.pruning
        if pruning == PRUNED and summary is not None and not isinstance(summary, ModError):
            pruning = summary.pruning
        at = mod
        while True:
            try:
                at = previous_version(self.state, at)
            except ModError:
                if not above_original:
                    raise
                at = (path, original)
            else:
                if above_original and compare(path, at[1], original) < 0:
                    # It may be none of the tagged versions, and must not be passed over.
                    at = (path, original)
            if at[1] == original:
                above_original = False
            if at in self.rejected:
                continue
            if tracker.is_out(at, pruning):
                self.rejected.add(at)
                continue
            return at


def _pruning_after(pruning: int, must_select: list[Mod]) -> int:
    """The pruning that goes with the Go version that is asked for."""
    for path, version in must_select:
        if path == "go":
            return pruning_for(version)
        if path == "toolchain" and pruning_for(from_toolchain(version)) == UNPRUNED:
            return UNPRUNED
    return pruning


def edit_requirements(rs: Requirements, try_upgrade: list[Mod], must_select: list[Mod]) -> tuple[Requirements, bool]:
    """The edited requirements, and whether they differ. Raises ModError, a ConstraintError if it cannot be done."""
    state = rs.state
    edit = _Edit(rs, must_select)
    edit.begin(try_upgrade)
    while not edit.conflicts and edit.step():
        pass
    if edit.conflicts:
        raise ConstraintError(edit.conflicts)
    roots = edit.roots
    pruning = edit.pruning
    direct = edit.rs.direct
    if pruning == UNPRUNED:
        # Only some of the build list has to be written down.
        paths = [p for p, v in must_select if v != "none" and p not in state.main_paths]
        for path, version in roots:
            known = edit.rs.root_selected(path)
            if known is not None and (known == version or path in direct):
                paths.append(path)
        roots = minimal_requirements(state.single_main, paths, requirements_with(state, roots))
    if pruning == rs.pruning and roots == rs.roots:
        return rs, False
    kept = {path for path, _ in roots if path in direct}
    edited = Requirements(state, pruning, roots, kept)
    if pruning == UNPRUNED and pruning_for(edited.go_version()) == PRUNED:
        edited = convert_pruning(edited, PRUNED)
    return edited, True


def edit_build_list(state: ModuleState, add: list[Mod], must_select: list[Mod]) -> bool:
    """Edit the requirements of the command; has anything changed? Raises ModError."""
    from .mainmodules import load_requirements

    state.requirements, changed = edit_requirements(load_requirements(state), add, must_select)
    return changed
