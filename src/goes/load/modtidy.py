"""The fewest requirements that load the same packages again: `go mod tidy`.

    tidy_roots(rs, packages)     requirements with only the modules that packages come from
    check_compatibility(...)     would an older go command load the same?

Sources: Go modules reference "go mod tidy"; cmd/go/internal/modload (tidyRoots, checkTidyCompatibility).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from .moderrors import AmbiguousImport, ImportMissing, ModError
from .modgraph import build_list, minimal_requirements
from .modimport import import_from_modules
from .modsummary import PRUNED, UNPRUNED
from .modversions import NO_MOD, Mod, compare, previous_language, sort_mods, text
from .requirements import Requirements, requirements_with

if TYPE_CHECKING:
    from .modpackages import LoadedPackage, PackageLoader


def tidy_roots(rs: Requirements, packages: list[LoadedPackage]) -> Requirements:
    """Raises ModError."""
    return _tidy_unpruned(rs, packages) if rs.pruning == UNPRUNED else _tidy_pruned(rs, packages)


def _toolchain_roots(rs: Requirements) -> list[Mod]:
    return [(path, rs.highest[path]) for path in ("go", "toolchain") if path in rs.highest]


def _tidy_pruned(old: Requirements, packages: list[LoadedPackage]) -> Requirements:
    """Roots for the packages in "all"; then, breadth first, for tests that would otherwise get older versions; then
    for packages that would become ambiguous."""
    state = old.state
    roots = _toolchain_roots(old)
    paths = {state.single_main[0]} | {path for path, _ in roots}
    queue: list[LoadedPackage] = []
    queued: set[int] = set()
    for package in packages:
        if not package.in_all:
            continue
        if package.is_external(state) and package.mod[0] not in paths:
            roots.append(package.mod)
            paths.add(package.mod[0])
        queue.append(package)
        queued.add(id(package))
    sort_mods(roots)
    tidy = Requirements(state, PRUNED, roots, old.direct)
    while queue:
        roots = list(tidy.roots)
        graph = tidy.must_graph()
        level = queue
        queue = []
        for package in level:
            mod = package.mod
            if not mod[0]:
                continue
            following = package.imports if package.test is None else package.imports + [package.test]
            for dependency in following:
                if id(dependency) not in queued:
                    queued.add(id(dependency))
                    queue.append(dependency)
            if mod[0] not in paths and compare(mod[0], graph.selected(mod[0]), mod[1]) < 0:
                roots.append(mod)
                paths.add(mod[0])
        if len(roots) > len(tidy.roots):
            sort_mods(roots)
            tidy = Requirements(state, PRUNED, roots, tidy.direct)
    tidy.must_graph()
    while True:
        ambiguous: dict[Mod, None] = {}
        for package in packages:
            if not package.mod[0] or package.mod[0] in paths:
                continue
            try:
                import_from_modules(state, package.path, tidy, None, True)
            except AmbiguousImport:
                ambiguous[package.mod] = None
            except ModError:
                pass
        if not ambiguous:
            return tidy
        paths.update(path for path, _ in ambiguous)
        roots = list(tidy.roots) + list(ambiguous)
        sort_mods(roots)
        tidy = Requirements(state, PRUNED, roots, tidy.direct)
        tidy.must_graph()


def _tidy_unpruned(old: Requirements, packages: list[LoadedPackage]) -> Requirements:
    """Keep the selected version of every module that provides a package or could have by its path."""
    state = old.state
    main = state.single_main
    keep = _toolchain_roots(old)
    kept = {path for path, _ in keep}
    root_paths: list[str] = []
    others: dict[str, str] = {}
    for package in packages:
        if not package.is_external(state):
            continue
        mod = package.mod
        if mod[0] not in kept:
            keep.append(mod)
            kept.add(mod[0])
            if mod[0] in old.direct:
                root_paths.append(mod[0])
        others.update(package.others)
    required = requirements_with(state, keep)
    minimal = minimal_requirements(main, root_paths, required)
    lowered = [
        (path, others[path])
        for path, version in build_list(main, required)
        if path in others and compare(path, version, others[path]) < 0
    ]
    if lowered:
        # Without its sum in go.sum it could not be ruled out as the provider of a package.
        minimal = minimal_requirements(main, root_paths, requirements_with(state, keep + lowered))
    return Requirements(state, UNPRUNED, minimal, old.direct)


def check_compatibility(loader: PackageLoader, rs: Requirements, version: str) -> None:
    """Report every package that the older Go version would load from another module."""
    state = loader.state
    go = rs.go_version()
    flags = _Advice(loader, go, version)
    graph, problem = rs.graph()
    if problem is not None:
        loader.error(f"error loading go {version} module graph: {problem}")
        flags.print()
        state.exit_if_errors()
        return
    mismatches: list[tuple[LoadedPackage, Mod, ModError | None]] = []
    for package in loader.packages:
        if not package.mod[0] and package.error is None:
            continue
        mod = NO_MOD
        error: ModError | None = None
        try:
            mod = import_from_modules(state, package.path, rs, graph, loader.skip_mod_files).mod
        except ModError as e:
            error = e
        if mod != package.mod and package.test_of is None:
            mismatches.append((package, mod, error))
    if not mismatches:
        return
    roots_differ = any(graph.selected(path) != selected for path, selected in loader.requirements.roots)
    for package, mod, error in mismatches:
        if error is not None:
            loaded = f"{package.stack_text()} loaded from {text(package.mod)},\n\tbut go {version} would fail to locate it"
            if isinstance(error, ImportMissing):
                selected = (package.mod[0], graph.selected(package.mod[0]))
                loader.error(f"{loaded} in {text(selected)}")
            else:
                loader.error(f"{loaded}:\n\t{error}")
            flags.suggest_e = True
            flags.suggest_upgrade = flags.suggest_upgrade or roots_differ
        elif package.error is not None:
            flags.suggest_upgrade = True
            loader.error(
                f"{package.path} failed to load from any module,\n\tbut go {version} would load it from {text(mod)}"
            )
        else:
            flags.suggest_upgrade = True
            loader.error(
                f"{package.stack_text()} loaded from {text(package.mod)},\n\tbut go {version} would select {mod[1]}\n"
            )
    flags.print()
    state.exit_if_errors()


@final
class _Advice:
    """What to do about packages that an older Go loads otherwise."""

    __slots__ = ("loader", "go", "version", "suggest_upgrade", "suggest_e")

    def __init__(self, loader: PackageLoader, go: str, version: str) -> None:
        self.loader = loader
        self.go = go
        self.version = version
        self.suggest_upgrade = False
        self.suggest_e = False

    def print(self) -> None:
        state = self.loader.state
        if self.loader.options.allow_errors:
            return
        lines = [""]
        go_flag = f" -go={self.go}" if self.go != state.go_version() else ""
        compat = f" -compat={self.version}" if self.version != previous_language(self.go) else ""
        if self.suggest_upgrade:
            unresolved = ", leaving some packages unresolved" if self.suggest_e else ""
            e = " -e" if self.suggest_e else ""
            lines.append(
                f"To upgrade to the versions selected by go {self.version}{unresolved}:\n"
                f"\tgo mod tidy{e} -go={self.version} && go mod tidy{e} -go={self.go}{compat}"
            )
        elif self.suggest_e:
            lines.append(
                f"To proceed despite packages unresolved in go {self.version}:\n\tgo mod tidy -e{go_flag}{compat}"
            )
        lines.append(
            f"If reproducibility with go {self.version} is not needed:\n\tgo mod tidy{go_flag} -compat={self.go}"
        )
        lines.append(
            "For information about 'go mod tidy' compatibility, see:\n\thttps://go.dev/ref/mod#graph-pruning"
        )
        state.advice("\n".join(lines))
