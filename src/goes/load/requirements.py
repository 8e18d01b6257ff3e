"""The requirements of the main module, and the module graph they lead to: pruned, unpruned or of a workspace.

    rs = Requirements(state, PRUNED, [("example.com/a", "v1.0.0"), ("go", "1.22")], {"example.com/a"})
    rs.root_selected("example.com/a")   →   "v1.0.0"          without reading any other go.mod
    rs.graph()[0].selected("b")         →   "v1.1.0"          reads the go.mod files the first time (lazy loading)

Requirements do not change: updates make new ones. In a pruned graph (go 1.17 and later) the roots name every module
that provides a package to the main module, so what those modules require in turn is left out.
Sources: Go modules reference "Module graph pruning", "Lazy module loading"; https://golang.org/design/36460-lazy-
module-loading for the invariants; cmd/go/internal/modload (buildlist.go).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, final

from ..diag.diagnostic import UserError
from ..module.mvs import Graph
from .moderrors import BuildListError, ModError
from .modfetching import prefetch
from .modgraph import minimal_requirements, new_graph
from .modsummary import PRUNED, UNPRUNED, WORKSPACE, Summary, go_mod_summary
from .modversions import Mod, compare, sort_mods

if TYPE_CHECKING:
    from .modpackages import LoadedPackage
    from .modstate import ModuleState


@final
class GoModDirty(ModError):
    """go.mod has to change, but may not."""

    def __init__(self, state: ModuleState) -> None:
        if state.build_mod_explicit:
            message = f"updates to go.mod needed, disabled by -mod={state.build_mod}; to update it:\n\tgo mod tidy"
        elif state.build_mod_reason:
            message = (
                f"updates to go.mod needed, disabled by -mod={state.build_mod}\n\t({state.build_mod_reason})\n"
                "\tto update it:\n\tgo mod tidy"
            )
        else:
            message = "updates to go.mod needed; to update it:\n\tgo mod tidy"
        super().__init__(message)


@final
class ModuleGraph:
    """A requirement graph with what was read for it: a summary or an error per module version."""

    __slots__ = ("graph", "loaded", "error", "_build_list", "paths_checked")

    def __init__(self, roots: list[Mod]) -> None:
        self.graph = new_graph(roots)
        self.loaded: dict[Mod, Summary | ModError] = {}
        self.error: ModError | None = None
        self._build_list: list[Mod] | None = None
        self.paths_checked = False

    def selected(self, path: str) -> str:
        return self.graph.selected(path)

    def required_by(self, mod: Mod) -> list[Mod] | None:
        """None if they were pruned out."""
        return self.graph.required_by(mod) if self.graph.knows(mod) else None

    def build_list(self) -> list[Mod]:
        found = self._build_list
        if found is None:
            found = self._build_list = self.graph.build_list()
        return found

    def roots_are_selected(self, state: ModuleState) -> bool:
        roots = state.main if state.workspace else self.graph.required_by(state.single_main)
        return all(self.graph.selected(path) == version for path, version in roots)


@final
class Requirements:
    """`roots` are sorted and include "go"; `direct` are the paths of modules whose packages the main module imports."""

    __slots__ = ("state", "pruning", "roots", "highest", "direct", "cached")

    def __init__(self, state: ModuleState, pruning: int, roots: list[Mod], direct: set[str]) -> None:
        self.state = state
        self.pruning = pruning
        self.roots = roots
        self.direct = direct
        self.cached: ModuleGraph | None = None
        highest: dict[str, str] = {}
        for path, version in roots:
            known = highest.get(path)
            if known is None or compare(path, known, version) < 0:
                highest[path] = version
        assert highest.get("go")
        self.highest = highest

    def root_selected(self, path: str) -> str | None:
        """The version of a root, "" of a main module, None of anything else."""
        if path in self.state.main_paths:
            return ""
        return self.highest.get(path)

    def go_version(self) -> str:
        return self.highest["go"]

    def has_redundant_root(self) -> bool:
        main = self.state.main_paths
        return len(self.highest) != len(self.roots) or any(path in main for path, _ in self.roots)

    def graph(self) -> tuple[ModuleGraph, ModError | None]:
        """The module graph, as complete as it can be, and what is wrong with it."""
        if self.cached is None:
            self.cached = read_graph(self.state, self.pruning, self.roots, frozenset())
        return self.cached, self.cached.error

    def must_graph(self) -> ModuleGraph:
        """Raises ModError."""
        graph, error = self.graph()
        if error is not None:
            raise error
        return graph

    def is_same(self, roots: list[Mod], direct: set[str]) -> bool:
        return roots == self.roots and direct == self.direct


def read_graph(state: ModuleState, pruning: int, roots: list[Mod], unprune: frozenset[Mod] | set[Mod]) -> ModuleGraph:
    """Read the graph below the roots; requirements of what is in `unprune` belong to it in any case."""
    if pruning == PRUNED and "lazymod=" in state.env.get("GODEBUG", ""):
        _debug_lazy_loading(state)
    result = ModuleGraph(list(roots) if state.workspace else list(state.main))
    graph = result.graph
    if pruning != WORKSPACE:
        graph.require(state.single_main, list(roots))
    queued: set[tuple[Mod, int]] = set()
    queue: deque[tuple[Mod, int]] = deque()

    def enqueue(mod: Mod, with_pruning: int) -> None:
        key = (mod, with_pruning)
        if mod[1] != "none" and key not in queued:
            queued.add(key)
            queue.append(key)

    def drain() -> None:
        fetched = 0
        while queue:
            if not fetched:
                # What is in the queue now will all be asked for.
                fetched = len(queue)
                if state.build_mod != "vendor":
                    prefetch(state, [m for m, _ in queue if m not in result.loaded and m not in state.summaries], False)
            fetched -= 1
            mod, with_pruning = queue.popleft()
            summary = result.loaded.get(mod)
            if summary is None:
                try:
                    summary = go_mod_summary(state, mod)
                    graph.require(mod, summary.require)
                except ModError as error:
                    summary = error
                result.loaded[mod] = summary
            if isinstance(summary, ModError):
                continue
            following = UNPRUNED if with_pruning == UNPRUNED else summary.pruning
            for r in summary.require:
                if with_pruning != PRUNED or summary.pruning == UNPRUNED or r in unprune:
                    enqueue(r, following)

    for root in roots:
        enqueue(root, pruning)
    drain()
    if pruning == WORKSPACE:
        _load_selected(graph, roots, enqueue, drain)
    if any(isinstance(s, ModError) for s in result.loaded.values()):
        path = graph.find_path(lambda m: isinstance(result.loaded.get(m), ModError))
        if path:
            inner = result.loaded[path[-1]]
            assert isinstance(inner, ModError)
            result.error = BuildListError(inner, path)
    return result


def _load_selected(
    graph: Graph, roots: list[Mod], enqueue: Callable[[Mod, int], None], drain: Callable[[], None]
) -> None:
    """In a workspace the requirements of the main modules may be below what is selected; then the requirements of the
    selected versions count too."""
    paths = {path for path, _ in roots}
    seen: set[Mod] = set()
    while True:
        needed: set[Mod] = set()
        for path in sorted(paths):
            mod = (path, graph.selected(path))
            if mod not in seen:
                needed.add(mod)
                continue
            for r in graph.required_by(mod):
                selected = (r[0], graph.selected(r[0]))
                if selected not in seen and compare(r[0], selected[1], r[1]) > 0:
                    needed.add(selected)
        if not needed:
            return
        for mod in sorted(needed):
            enqueue(mod, WORKSPACE)
            seen.add(mod)
            paths.add(mod[0])
        drain()


def _debug_lazy_loading(state: ModuleState) -> None:
    settings = state.env.get("GODEBUG", "").split(",")
    if "lazymod=log" in settings:
        state.note("go: read full module graph.")
    if "lazymod=strict" in settings:
        raise UserError("go: read full module graph (forbidden by GODEBUG=lazymod=strict).")


# ------------------------------------------------------------------------------------------------ updates


def expand_graph(rs: Requirements) -> tuple[Requirements, ModuleGraph, ModError | None]:
    """The whole graph; and requirements whose roots are all at their selected versions."""
    graph, error = rs.graph()
    if error is not None:
        return rs, graph, error
    if not graph.roots_are_selected(rs.state):
        try:
            rs = update_roots(rs.direct, rs, [], [], False)
        except ModError as problem:
            return rs, graph, problem
        graph, error = rs.graph()
    return rs, graph, error


def override_roots(rs: Requirements, replace: list[Mod]) -> Requirements:
    """The same requirements with other versions of some roots."""
    dropped = {path for path, _ in replace}
    roots = [m for m in rs.roots if m[0] not in dropped] + replace
    sort_mods(roots)
    return Requirements(rs.state, rs.pruning, roots, rs.direct)


def update_roots(
    direct: set[str], rs: Requirements, packages: list[LoadedPackage], add: list[Mod], roots_imported: bool
) -> Requirements:
    """Requirements that fit what was found out from loading packages, with the modules in `add`. Raises ModError, also
    if go.mod would have to change and may not."""
    if rs.pruning == UNPRUNED:
        return _update_unpruned(direct, rs, add)
    if rs.pruning == PRUNED:
        return _update_pruned(direct, rs, packages, add, roots_imported)
    result = Requirements(rs.state, WORKSPACE, rs.roots, direct)
    result.cached = rs.cached  # only which imports are direct has changed
    return result


def _update_pruned(
    direct: set[str], rs: Requirements, packages: list[LoadedPackage], add: list[Mod], roots_imported: bool
) -> Requirements:
    """Every module that provides a package in "all" or one named on the command line becomes a root; every root is at
    its selected version."""
    state = rs.state
    roots = list(rs.roots)
    upgraded = False
    to_check: dict[Mod, None] = {}
    for package in packages:
        if not package.is_external(state):
            continue
        if not (package.in_all or (roots_imported and package.from_root) or package.is_root):
            continue  # a dependency of some other module, which should name it itself
        if rs.root_selected(package.mod[0]) is not None:
            # go.mod may have been edited by hand: see that it does not contradict the modules it names.
            to_check[package.mod] = None
        elif package.mod not in roots:
            roots.append(package.mod)
            upgraded = True
    for mod in add:
        version = rs.root_selected(mod[0])
        if version is None or compare(mod[0], version, mod[1]) < 0:
            roots.append(mod)
            upgraded = True
    sort_mods(roots)
    while True:
        graph: ModuleGraph | None = None
        if upgraded:
            if state.must_be_complete:
                raise GoModDirty(state)
            rs = Requirements(state, PRUNED, roots, direct)
            graph = rs.must_graph()
        elif rs.cached is not None:
            graph = rs.cached
        elif not _roots_agree(rs, list(to_check)):
            graph = rs.must_graph()
        roots = []
        upgraded = False
        seen = set(state.main_paths)
        for path, version in rs.roots:
            if path in seen:
                continue
            chosen = rs.highest[path] if graph is None else graph.selected(path)
            roots.append((path, chosen))
            seen.add(path)
            if chosen != version:
                upgraded = True
        if not upgraded:
            if state.build_mod != "mod":
                return rs  # at most duplicates would go
            break
    if rs.pruning == PRUNED and rs.is_same(roots, direct):
        return rs
    return Requirements(state, PRUNED, roots, direct)


def _roots_agree(rs: Requirements, mods: list[Mod]) -> bool:
    """Is no module that these require above the root of its path?"""
    for mod in mods:
        try:
            summary = go_mod_summary(rs.state, mod)
        except ModError:
            return False
        for path, version in summary.require:
            root = rs.root_selected(path)
            if root is not None and compare(path, root, version) < 0:
                return False
    return True


def _update_unpruned(direct: set[str], rs: Requirements, add: list[Mod]) -> Requirements:
    """The fewest roots that keep what is selected: those there are, and the direct dependencies."""
    state = rs.state
    graph = rs.must_graph()
    if state.must_be_complete:
        dirty = any(version != graph.selected(path) for path, version in rs.roots + add)
        if dirty or any(rs.root_selected(path) is None for path in direct):
            raise GoModDirty(state)
        return rs
    paths = [path for path, version in rs.roots if graph.selected(path) == version]
    keep = graph.build_list()[len(state.main) :] + add
    known = set(paths)
    for path, _ in keep:
        if path in direct and path not in known:
            paths.append(path)
            known.add(path)
    roots: list[Mod] = []
    for main in state.main:
        roots += minimal_requirements(main, paths, requirements_with(state, keep))
    sort_mods(roots)
    if rs.pruning == UNPRUNED and rs.is_same(roots, direct):
        return rs
    return Requirements(state, UNPRUNED, roots, direct)


@final
class _RequirementsWith:
    __slots__ = ("state", "roots")

    def __init__(self, state: ModuleState, roots: list[Mod]) -> None:
        self.state = state
        self.roots = roots

    def __call__(self, mod: Mod) -> list[Mod]:
        if not mod[1] and mod[0] in self.state.main_paths:
            return self.roots
        return [] if mod[1] == "none" else go_mod_summary(self.state, mod).require


def requirements_with(state: ModuleState, roots: list[Mod]) -> _RequirementsWith:
    """The requirements of every module, those of the main module being `roots`."""
    return _RequirementsWith(state, roots)


def convert_pruning(rs: Requirements, pruning: int) -> Requirements:
    """The same build list with another pruning. Raises ModError."""
    if rs.pruning == pruning:
        return rs
    if pruning == UNPRUNED:
        # Only redundant roots have to go.
        return _update_unpruned(rs.direct, rs, [])
    # All of the build list are roots: that is what an unpruned graph means.
    build_list = rs.must_graph().build_list()
    return Requirements(rs.state, PRUNED, build_list[len(rs.state.main) :], rs.direct)
