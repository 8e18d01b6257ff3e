"""Loading packages to find out which modules they need.

    loader = PackageLoader(state, options, rs, True, list_roots)
    loader.load()               follows imports; adds modules for what is missing; iterates until nothing changes
    loader.packages, loader.requirements

This is about imports only: what is wrong inside a package the package graph (load/graph.py) says later. A package is
in "all" if it is in the main module or imported from there, directly or not; which modules become requirements and
which are "// indirect" hangs on that. Packages of the standard library are leaves unless `follow_std`.
Source: cmd/go/internal/modload (load.go), whose opening comment explains the iteration.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, final

from ..module import semver
from ..module.paths import check_import_path, has_path_prefix, is_std_path
from .moderrors import (
    BuildListError,
    DirectFromImplicit,
    ImportMissing,
    ImportMissingSum,
    ModError,
    TooNew,
    too_new,
)
from .modfetching import prefetch
from .modimport import Place, import_from_modules, prefixes, query_import
from .modscan import Imports, NoGoFiles, ScanError, scan_once
from .modsummary import PRUNED, UNPRUNED, WORKSPACE, pruning_for
from .modversions import NARROW_ALL, NO_MOD, TIDY_GO_MOD_SUM, Mod, sort_mods, text
from .requirements import ModuleGraph, Requirements, convert_pruning, expand_graph, override_roots, update_roots

if TYPE_CHECKING:
    from .modstate import ModuleState


IN_ALL: Final = 1
IS_ROOT: Final = 2  # named on the command line
FROM_ROOT: Final = 4  # that, or imported from there
LOADED: Final = 8  # its imports are known


class NoGo(ModError):
    """All files of a package are left out by build constraints."""

    def __init__(self) -> None:
        super().__init__("no Go source files")


@final
class PackageOptions:
    __slots__ = (
        "tidy_go", "any_tags", "tidy", "tidy_diff", "tidy_compat", "resolve_missing", "roots_imported", "allow",
        "load_tests", "use_vendor_all", "allow_errors", "silent", "silent_missing_std", "silent_no_go",
        "silent_unmatched", "main_module", "follow_std", "edits_modules",
    )

    def __init__(self) -> None:
        self.tidy_go = ""  # the go line to write
        self.any_tags = False
        self.tidy = False
        self.tidy_diff = False
        self.tidy_compat = ""
        self.resolve_missing = False
        self.roots_imported = False  # as if the main module imported what is named
        self.allow: Callable[[str, Mod], ModError | None] | None = None  # may a package come from that module?
        self.load_tests = False
        self.use_vendor_all = False  # "all" as go mod vendor means it
        self.allow_errors = False  # print errors and go on
        self.silent = False  # say nothing of errors of packages
        self.silent_missing_std = False
        self.silent_no_go = False
        self.silent_unmatched = False
        self.main_module: Mod = NO_MOD
        self.follow_std = False
        # In the modules std and cmd: are packages of other modules to come from there, not from GOROOT's copies?
        self.edits_modules = False


@final
class LoadedPackage:
    """A package, or the tests of one (`test_of`). `stack` is the package it was found through."""

    __slots__ = (
        "path", "test_of", "flags", "mod", "dir", "error", "imports", "test_imports", "in_std", "others", "test",
        "stack",
    )

    def __init__(self, path: str) -> None:
        self.path = path
        self.test_of: LoadedPackage | None = None
        self.flags = 0
        self.mod: Mod = NO_MOD
        self.dir = ""
        self.error: ModError | None = None
        self.imports: list[LoadedPackage] = []
        self.test_imports: list[str] = []
        self.in_std = False
        self.others: list[Mod] = []
        self.test: LoadedPackage | None = None
        self.stack: LoadedPackage | None = None

    @property
    def in_all(self) -> bool:
        return self.flags & IN_ALL != 0

    @property
    def is_root(self) -> bool:
        return self.flags & IS_ROOT != 0

    @property
    def from_root(self) -> bool:
        return self.flags & FROM_ROOT != 0

    def is_external(self, state: ModuleState) -> bool:
        """Does it come from a module other than the main ones?"""
        return self.mod[0] != "" and self.mod[0] not in state.main_paths

    def chain(self) -> list[LoadedPackage]:
        """From the package named on the command line to this one."""
        found: list[LoadedPackage] = []
        at: LoadedPackage | None = self
        while at is not None:
            found.append(at)
            at = at.stack
        found.reverse()
        return found

    def stack_text(self) -> str:
        chain = self.chain()
        parts: list[str] = []
        for i, p in enumerate(chain):
            parts.append(p.path + (".test" if p.test_of is not None else ""))
            if i + 1 < len(chain):
                parts.append(" tested by\n\t" if chain[i + 1].test_of is p else " imports\n\t")
        return "".join(parts)


@final
class PackageLoader:
    def __init__(
        self,
        state: ModuleState,
        options: PackageOptions,
        requirements: Requirements,
        all_is_root: bool,
        list_roots: Callable[[Requirements], list[str]],
    ) -> None:
        self.state = state
        self.options = options
        self.requirements = requirements
        self.all_is_root = all_is_root
        self.list_roots = list_roots
        self.all_closes_over_tests = False
        self.skip_mod_files = False
        self.roots: list[LoadedPackage] = []
        self.by_path: dict[str, LoadedPackage] = {}
        self.packages: list[LoadedPackage] = []  # found from the roots, in that order
        self._queue: deque[LoadedPackage] = deque()
        self._tools = frozenset(state.tools)

    def error(self, error: ModError | str) -> None:
        if self.options.allow_errors:
            self.state.note(f"go: {error}")
        else:
            self.state.error(error)

    # ------------------------------------------------------------------------------------------------ the iteration

    def load(self) -> None:
        state = self.state
        options = self.options
        if self.requirements.pruning == UNPRUNED:
            self.requirements, _, problem = expand_graph(self.requirements)
            if problem is not None:
                self.error(problem)
        state.exit_if_errors()
        while True:
            self._reset()
            paths = self.list_roots(self.requirements)
            if self.requirements.pruning == PRUNED and state.build_mod == "mod" and self._preload(paths):
                continue
            for path in dict.fromkeys(paths):
                self.roots.append(self._package(path, IS_ROOT))
            self._drain()
            self._build_stacks()
            try:
                if self._update_requirements():
                    continue
                if not options.resolve_missing or not (state.has_root or state.allow_missing_imports):
                    break
                added_by = self._resolve_missing()
                if not added_by:
                    break
                add = list(added_by)
                sort_mods(add)
                try:
                    rs = update_roots(
                        self.requirements.direct, self.requirements, [], add, options.roots_imported
                    )
                except BuildListError as error:
                    adder = added_by.get(error.module)
                    if adder is None:
                        raise
                    # Why the package is wanted says more than why the module is.
                    self.error(f"{adder.stack_text()}: {error.inner}")
                    break
                if rs.roots == self.requirements.roots:
                    raise ModError("internal error: adding modules had no effect on root requirements")
                self.requirements = rs
            except ModError as error:
                self.error(error)
                break
        state.exit_if_errors()
        if options.tidy:
            self._tidy()
            state.exit_if_errors()
        self._report()
        self._check_multiple_paths()

    def _reset(self) -> None:
        self.roots = []
        self.by_path = {}
        self.packages = []
        go = self.options.tidy_go or self.requirements.go_version()
        if self.requirements.pruning != WORKSPACE:
            try:
                self.requirements = convert_pruning(self.requirements, pruning_for(go))
            except ModError as error:
                self.error(error)
                self.state.exit_if_errors()
        self.skip_mod_files = self.options.tidy and semver.compare_go(go, TIDY_GO_MOD_SUM) < 0
        self.all_closes_over_tests = (
            semver.compare_go(go, NARROW_ALL) < 0 and not self.options.use_vendor_all
        )

    def _preload(self, paths: list[str]) -> bool:
        """Make the modules of the packages named roots before following their imports. Has anything changed?"""
        need: dict[Mod, None] = {}
        for path in paths:
            try:
                mod = import_from_modules(self.state, path, self.requirements, None, self.skip_mod_files).mod
            except ModError as error:
                if not isinstance(error, ImportMissing) or not self.options.resolve_missing:
                    continue
                try:
                    mod = query_import(self.state, path, self.requirements)
                except ModError:
                    continue  # reported during loading
            if mod[0] and self.requirements.root_selected(mod[0]) != mod[1]:
                need[mod] = None
        if not need:
            return False
        add = list(need)
        sort_mods(add)
        try:
            rs = update_roots(self.requirements.direct, self.requirements, [], add, self.options.roots_imported)
        except ModError as error:
            self.error(error)
            self.state.exit_if_errors()
            return False
        if rs.roots == self.requirements.roots:
            return False
        self.requirements = rs
        return True

    # ------------------------------------------------------------------------------------------------ packages

    def _package(self, path: str, flags: int) -> LoadedPackage:
        package = self.by_path.get(path)
        if package is None:
            package = LoadedPackage(path)
            self.by_path[path] = package
            self._apply(package, flags)
            self._queue.append(package)
        else:
            self._apply(package, flags)
        return package

    def _drain(self) -> None:
        graph: ModuleGraph | None = None
        if self.requirements.pruning == UNPRUNED:
            whole, problem = self.requirements.graph()
            # A graph with holes may select wrong versions; then the roots come first.
            graph = whole if problem is None else None
        fetched = 0
        while self._queue:
            if not fetched:
                fetched = len(self._queue)
                self._prefetch([p.path for p in self._queue], graph)
            fetched -= 1
            self._load_package(self._queue.popleft(), graph)

    def _prefetch(self, paths: list[str], graph: ModuleGraph | None) -> None:
        """All modules that by their path could have one of the packages will be looked at."""
        state = self.state
        if state.build_mod == "vendor":
            return
        rs = self.requirements
        mods: dict[Mod, None] = {}
        for path in paths:
            for prefix in () if is_std_path(path) else prefixes(path):
                version = rs.root_selected(prefix) if graph is None else graph.selected(prefix)
                if version and version != "none":
                    mods[(prefix, version)] = None
        prefetch(state, list(mods), True)

    def _load_package(self, package: LoadedPackage, graph: ModuleGraph | None) -> None:
        state = self.state
        try:
            place = import_from_modules(state, package.path, self.requirements, graph, self.skip_mod_files)
        except ModError as error:
            package.error = error
            place = Place(NO_MOD, "", "", [])
        package.mod = place.mod
        package.dir = place.dir
        package.others = place.others
        if package.path in self._tools:
            self._apply(package, IN_ALL)
        if not package.dir:
            return
        if package.mod[0] in state.main_paths:
            self._apply(package, IN_ALL)
        if self.options.allow is not None:
            refused = self.options.allow(package.path, package.mod)
            if refused is not None:
                package.error = refused
        goroot_src = os.path.join(state.context.goroot, "src") + os.sep
        package.in_std = is_std_path(package.path) and package.dir.startswith(goroot_src)
        if package.in_std and package.mod == NO_MOD and not self.options.follow_std:
            found = Imports([], [])
        else:
            try:
                found = self._scan(package.dir)
            except ModError as error:
                package.error = error
                return
        flags = package.flags & IN_ALL
        package.imports = [
            self._package(self._std_vendored(package, path), flags) for path in found.imports
        ]
        package.test_imports = found.test_imports
        self._apply(package, LOADED)

    def _scan(self, directory: str) -> Imports:
        """Raises ModError."""
        try:
            return scan_once(self.state.scans, self.state.context, directory, self.options.any_tags)
        except NoGoFiles:
            raise NoGo from None
        except ScanError as error:
            raise ModError(error.message) from None

    def _std_vendored(self, package: LoadedPackage, path: str) -> str:
        """The standard library has copies of the packages it needs from elsewhere."""
        if not package.in_std or is_std_path(path):
            return path
        main = self.state.main_paths if self.options.edits_modules else frozenset()
        if has_path_prefix(package.path, "cmd"):
            if "cmd" in main:
                return path
            below = "cmd/vendor/"
        elif "std" in main and not has_path_prefix(package.path, "vendor"):
            return path
        else:
            below = "vendor/"
        source = os.path.join(self.state.context.goroot, "src", *(below + path).split("/"))
        return below + path if os.path.isdir(source) else path

    def _apply(self, start: LoadedPackage, start_flags: int) -> None:
        """Set flags, and what follows from them for imports and tests."""
        state = self.state
        pending = [(start, start_flags)]
        while pending:
            package, flags = pending.pop()
            if flags & IN_ALL and self.all_is_root and package.test_of is None:
                flags |= IS_ROOT
            if flags & IS_ROOT:
                flags |= FROM_ROOT
            old = package.flags
            new = old | flags
            package.flags = new
            if new == old or not new & LOADED:
                continue
            in_main = package.mod[0] in state.main_paths
            if package.test_of is None and (
                (self.all_is_root and (in_main or (self.all_closes_over_tests and new & IN_ALL)))
                or (self.options.load_tests and new & IS_ROOT)
            ):
                test_in_all = in_main or (self.all_closes_over_tests and new & IN_ALL != 0)
                self._test(package, IN_ALL if test_in_all else 0)
            for flag in (IN_ALL, FROM_ROOT):
                if new & flag and old & (flag | LOADED) != flag | LOADED:
                    pending.extend((dependency, flag) for dependency in package.imports)

    def _test(self, package: LoadedPackage, flags: int) -> None:
        """The tests of a package whose imports are loaded."""
        test = package.test
        if test is not None:
            self._apply(test, flags)
            return
        test = package.test = LoadedPackage(package.path)
        test.test_of = package
        test.mod = package.mod
        test.dir = package.dir
        test.error = package.error
        test.in_std = package.in_std
        self._apply(test, flags)
        test.imports = [
            self._package(self._std_vendored(package, path), test.flags & IN_ALL) for path in package.test_imports
        ]
        package.test_imports = []
        self._apply(test, LOADED)

    def _build_stacks(self) -> None:
        """List the packages in the order they are reached, each with the package it was first found through."""
        seen = set(map(id, self.roots))
        self.packages = list(self.roots)
        for package in self.packages:
            following = package.imports if package.test is None else package.imports + [package.test]
            for dependency in following:
                if id(dependency) not in seen:
                    seen.add(id(dependency))
                    dependency.stack = package
                    self.packages.append(dependency)

    # ------------------------------------------------------------------------------------------------ requirements

    def _update_requirements(self) -> bool:
        """Make the requirements fit the packages; has anything changed that matters to them? Raises ModError."""
        state = self.state
        rs = self.requirements
        complete = self.all_is_root and self.options.any_tags
        direct: set[str] = set() if complete else set(rs.direct)
        if complete:
            direct.add("go") if "go" in rs.direct else None
        newest: TooNew | None = None
        for package in self.packages:
            found = too_new(package.error)
            if found is not None and (newest is None or semver.compare_go(found.go_version, newest.go_version) > 0):
                newest = found
            if package.mod[1] or package.mod[0] not in state.main_paths:
                continue
            for dependency in package.imports:
                if not dependency.is_external(state):
                    continue
                if state.workspace:
                    if state.build_mod == "vendor":
                        continue
                    if rs.must_graph().required_by(dependency.mod) is None:
                        package.error = DirectFromImplicit(package.path, dependency.path, dependency.mod)
                elif package.error is None and state.build_mod != "mod":
                    if rs.root_selected(dependency.mod[0]) != dependency.mod[1]:
                        # go.mod cannot change, so the importing package is at fault.
                        package.error = DirectFromImplicit(package.path, dependency.path, dependency.mod)
                        continue
                direct.add(dependency.mod[0])
        if newest is not None:
            raise newest
        add: list[Mod] = []
        if self.options.tidy:
            from .modtidy import tidy_roots

            # Roots only grow while loading, so that the iteration ends; what is not needed goes at the end.
            add = tidy_roots(rs, self.packages).roots
        rs = update_roots(direct, rs, self.packages, add, self.options.roots_imported)
        changed = rs.go_version() != self.requirements.go_version()
        if not changed and rs.roots != self.requirements.roots:
            graph = rs.must_graph()
            for package in self.packages:
                if package.is_external(state) and graph.selected(package.mod[0]) != package.mod[1]:
                    changed = True
                    break
                if package.error is not None:
                    # A new root may have resolved what was missing or ambiguous.
                    try:
                        import_from_modules(state, package.path, rs, None, self.skip_mod_files)
                    except ModError:
                        continue
                    changed = True
                    break
        self.requirements = rs
        return changed

    def _resolve_missing(self) -> dict[Mod, LoadedPackage]:
        """Modules to add for packages that no module has, each with the first such package. Raises ModError."""
        state = self.state
        found: list[tuple[LoadedPackage, Mod]] = []
        for package in self.packages:
            if package.test_of is not None or not isinstance(package.error, ImportMissing):
                continue
            try:
                found.append((package, query_import(state, package.path, self.requirements)))
            except ModError as error:
                if isinstance(error, ImportMissing):
                    for importer in reversed(package.chain()):
                        if importer.mod[0] in state.main_paths:
                            error.importing_main = importer.mod
                            error.main_root = state.main_root[importer.mod]
                            break
                package.error = error
        newest: TooNew | None = None
        whose = ""
        for package in self.packages:
            needs = too_new(package.error)
            if needs is not None and (newest is None or semver.compare_go(needs.go_version, newest.go_version) > 0):
                newest = needs
                whose = package.path
        if newest is not None:
            state.note(f"go: toolchain upgrade needed to resolve {whose}")
            raise newest
        added: dict[Mod, LoadedPackage] = {}
        for package, mod in found:
            state.note(f"go: found {package.path} in {mod[0]} {mod[1]}")
            added.setdefault(mod, package)
        return added

    # ------------------------------------------------------------------------------------------------ the end

    def _tidy(self) -> None:
        from .modtidy import tidy_roots

        state = self.state
        try:
            rs = tidy_roots(self.requirements, self.packages)
        except ModError as error:
            self.error(error)
            return
        wanted = self.options.tidy_go
        if wanted:
            tidy = override_roots(rs, [("go", wanted)])
            graph, problem = tidy.graph()
            if problem is not None:
                self.error(problem)
            selected = graph.selected("go")
            if selected == wanted:
                rs = tidy
            else:
                from .modedit import Conflict

                path = graph.graph.find_path(lambda m: m == ("go", selected))[1:]
                conflict = Conflict(path, ("go", wanted), None)
                self.error(str(conflict) if state.options.verbose else conflict.summary())
        if self.requirements.pruning == PRUNED:
            for mod in rs.roots:
                if mod[0] == "go" and wanted:
                    continue
                if self.requirements.root_selected(mod[0]) != mod[1]:
                    self.error(
                        f"internal error: a requirement on {text(mod)} is needed but was not added during package "
                        f"loading (selected {self.requirements.root_selected(mod[0])})"
                    )
        self.requirements = rs

    def _report(self) -> None:
        options = self.options
        for package in self.packages:
            error = package.error
            if error is None:
                continue
            importer = package.stack
            if isinstance(error, ImportMissingSum) and importer is not None:
                error.importer = importer.path
                error.importer_version = importer.mod[1]
                error.importer_is_test = importer.test_of is not None
            if isinstance(error, ImportMissing) and error.is_std:
                if importer is not None:
                    go = self.state.raw_go.get(importer.mod, "")
                    if go and semver.compare_go(self.state.running_go, go) < 0:
                        error.importer_go = go
                if options.silent_missing_std:
                    continue
            if options.silent or (options.silent_no_go and isinstance(error, NoGo)):
                continue
            self.error(f"{package.stack_text()}: {error}")

    def _check_multiple_paths(self) -> None:
        """A module may be used as itself or in place of another, but not both."""
        cached = self.requirements.cached
        if cached is not None:
            if cached.paths_checked:
                return
            cached.paths_checked = True
        first: dict[Mod, str] = {}
        for mod in self.requirements.roots if cached is None else cached.build_list():
            source = self.state.resolve(mod)
            previous = first.setdefault(source, mod[0])
            if previous != mod[0]:
                self.error(
                    f"{source[0]}@{source[1]} used for two different module paths ({previous} and {mod[0]})"
                )

    def pattern_all(self) -> list[str]:
        return sorted(
            p.path for p in self.packages if p.in_all and p.test_of is None and not check_import_path(p.path)
        )
