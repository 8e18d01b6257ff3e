"""What `go get` does: from arguments to a build list.

    resolver = Resolver(state, GetOptions(upgrade="", tests=False, tool=False), queries)
    resolver.run()           edits state.requirements until every query is answered and nothing imported is missing

Arguments are packages first and modules second. What a query means depends on the build list at the start only, so the
iteration ends. What comes after it is in `getreport`. Source: cmd/go/internal/modget (get.go).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, NoReturn, final

from ..module import semver
from ..module.paths import check_module_path, is_std_path
from .getquery import GetQuery, PathSet, error_text
from .mainmodules import load_requirements
from .modedit import ConstraintError, edit_build_list
from .moderrors import (
    AmbiguousImport,
    ImportMissing,
    MatchesMainModules,
    MatchesMainPackages,
    ModError,
    PackageNotInModule,
    is_no_matching,
    too_new,
)
from .modload import load_packages
from .modmatch import Match, match_in_module
from .modpackages import PackageOptions
from .modquery import Allowed, check_allowed, check_exclusions, query
from .modversions import NO_MOD, Mod, sort_mods, text
from .packagequery import query_packages, query_pattern
from .requirements import expand_graph
from .workcheck import Workspace

if TYPE_CHECKING:
    from .modstate import ModuleState


@final
class VersionChange(ModError):
    """A package comes from a module whose version is to change: what it imports is not looked at yet."""

    def __init__(self) -> None:
        super().__init__("version change needed")


@final
class GetOptions:
    __slots__ = ("upgrade", "tests", "tool")

    def __init__(self, upgrade: str, tests: bool, tool: bool) -> None:
        self.upgrade = upgrade
        self.tests = tests
        self.tool = tool


@final
class Resolver:
    def __init__(
        self, state: ModuleState, options: GetOptions, queries: list[GetQuery], workspace: Workspace | None
    ) -> None:
        self.state = state
        self.options = options
        self.queries = queries
        self.workspace = workspace
        self.build_list: list[Mod] = []
        self.versions: dict[str, str] = {}
        # What must be selected in the end, with the query that says so.
        self.resolved: dict[str, tuple[str, GetQuery]] = {}
        self._in_module: dict[tuple[str, Mod], list[str] | ModError] = {}
        self.load_graph()
        self.initial = dict(self.versions)
        self.locals = [q for q in queries if q.is_local and q.pattern not in ("all", "work", "tool")]
        self.wildcards = [q for q in queries if q.is_wildcard and not q.is_local]
        metas = ("all", "work", "tool")
        self.paths = [q for q in queries if not q.is_local and not q.is_wildcard and q.pattern not in metas]
        self.alls = [q for q in queries if q.pattern == "all"]

    # ------------------------------------------------------------------------------------------------ helpers

    def _fatal(self, error: ModError) -> NoReturn:
        self.state.fatal(error)

    def load_graph(self) -> None:
        try:
            rs, graph, problem = expand_graph(load_requirements(self.state))
        except ModError as error:
            self._fatal(error)
        if problem is not None:
            self._fatal(problem)
        self.state.requirements = rs
        self.build_list = graph.build_list()
        self.versions = dict(self.build_list)

    def _initially(self, path: str) -> str:
        return self.initial.get(path, "none")

    def _selected(self, path: str) -> str:
        return self.versions.get(path, "none")

    def _fail(self, q: GetQuery, error: ModError) -> None:
        self.state.error(error_text(q, error))

    def _is_removed(self, path: str) -> bool:
        return any(q.version == "none" and q.matches_path(path) for q in self.queries)

    def _allowed(self, requested: str, selected: Callable[[str], str]) -> Allowed:
        """As check_allowed; but what was asked for or is there already may be retracted."""

        def allowed(mod: Mod) -> None:
            if mod[1] == requested:
                check_exclusions(self.state, mod)
            elif requested not in ("upgrade", "patch") or mod[1] != selected(mod[0]):
                check_allowed(self.state, mod)

        return allowed

    def _query_module(self, path: str, version: str) -> Mod:
        current = self._initially(path)
        return path, query(self.state, path, version, current, self._allowed(version, self._initially)).version

    def _query_packages(self, pattern: str, version: str, selected: Callable[[str], str]) -> list[Mod]:
        allowed = self._allowed(version, selected)
        return [r.mod for r in query_packages(self.state, pattern, version, selected, allowed)]

    def _query_pattern(self, pattern: str, version: str) -> PathSet:
        allowed = self._allowed(version, self._initially)
        found, module_only = query_pattern(self.state, pattern, version, self._initially, allowed)
        return PathSet([r.mod for r in found], NO_MOD if module_only is None else module_only.mod)

    def _packages_in(self, pattern: str, mod: Mod) -> list[str]:
        """Raises ModError."""
        key = (pattern, mod)
        known = self._in_module.get(key)
        if known is None:
            match = match_in_module(self.state, pattern, mod, True)
            known = match.errors[0] if match.errors else match.packages
            self._in_module[key] = known
        if isinstance(known, ModError):
            raise known
        return known

    # ------------------------------------------------------------------------------------------------ the iteration

    def run(self) -> None:
        for q in self.locals:
            q.once(q.pattern, partial(self._local, q))
        for q in self.paths:
            if q.version == "none":
                self._query_none(q)
            else:
                q.once(q.pattern, partial(self._path, q))
        for q in self.queries:
            if q.pattern == "tool":
                for tool in self.state.tools:
                    q.once(tool, partial(self._tool, q, tool))
            elif q.pattern == "work":
                q.once(q.pattern, partial(self._work, q))
        while True:
            for q in self.wildcards:
                if q.version == "none":
                    self._query_none(q)
                else:
                    self._query_wildcard(q)
            self._query_all()
            if self._resolve_queries(self.queries):
                continue
            if self._apply_upgrades(self._find_upgrades()):
                continue
            self._find_missing_wildcards()
            if self._resolve_queries(self.wildcards):
                continue
            break
        self._check_wildcards()

    def _local(self, q: GetQuery) -> PathSet:
        state = self.state
        absolute = os.path.normpath(os.path.join(state.cwd, q.pattern))
        detail = "" if os.path.isabs(q.pattern) else f" ({absolute})"
        pattern, main = self._directory_path(q.pattern)
        if pattern == ".":
            if not state.has_root:
                state.die()
            roots = [state.main_root[m] for m in state.main]
            plural = "" if len(roots) == 1 else "s"
            return PathSet(error=ModError(
                f"{q.pattern}{detail} is not within module{plural} rooted at {', '.join(roots)}"
            ))
        match = match_in_module(state, pattern, main, True)
        if match.errors:
            return PathSet(error=match.errors[0])
        if not match.packages:
            if q.raw in ("", "."):
                return PathSet(error=ModError("no package to get in current directory"))
            if not q.is_wildcard:
                return PathSet(error=ModError(
                    f"{q.pattern}{detail} is not a package in module rooted at {state.main_root[main]}"
                ))
            self._warn_unmatched(match)
            return PathSet()
        return PathSet([main])

    def _warn_unmatched(self, match: Match) -> None:
        self.state.note(f'go: warning: "{match.pattern}" matched no packages')

    def _directory_path(self, directory: str) -> tuple[str, Mod]:
        """The import path of a directory in a main module, or "."."""
        state = self.state
        absolute = os.path.normpath(os.path.join(state.cwd, directory))
        best: tuple[str, Mod] = (".", NO_MOD)
        longest = ""
        for main in state.main:
            root = state.main_root[main]
            if absolute == root:
                return state.path_prefix[main], main
            if absolute.startswith(root + os.sep) and state.path_prefix[main] > longest:
                longest = state.path_prefix[main]
                suffix = os.path.relpath(absolute, root).replace(os.sep, "/")
                best = (suffix[len("vendor/") :] if suffix.startswith("vendor/") else f"{longest}/{suffix}", main)
        return best

    def _path(self, q: GetQuery) -> PathSet:
        try:
            if is_std_path(q.pattern):
                if self._packages_in(q.pattern, NO_MOD):
                    if q.raw_version:
                        return PathSet(error=ModError(
                            f'can\'t request explicit version "{q.version}" of standard library package {q.pattern}'
                        ))
                    q.matches_packages = True
                    return PathSet()
            return self._query_pattern(q.pattern, q.version)
        except ModError as error:
            return PathSet(error=error)

    def _tool(self, q: GetQuery, tool: str) -> PathSet:
        try:
            return PathSet(self._query_packages(tool, q.version, self._initially))
        except ModError as error:
            return PathSet(error=error)

    def _work(self, q: GetQuery) -> PathSet:
        main = self.state.single_main
        match = match_in_module(self.state, q.pattern, main, True)
        if match.errors:
            return PathSet(error=match.errors[0])
        if not match.packages:
            self._warn_unmatched(match)
            return PathSet()
        return PathSet([main])

    def _query_none(self, q: GetQuery) -> None:
        """No package is in a module of version "none", so the argument means modules."""
        state = self.state

        def none(path: str, version: str) -> PathSet:
            if path in state.main_paths and not version:
                return PathSet(error=MatchesMainModules(
                    q.pattern, q.version, [(path, "")], q.pattern in state.main_paths
                ))
            return PathSet(mod=(path, "none"))

        if not q.is_wildcard:
            q.once(q.pattern, partial(none, q.pattern, ""))
        for path, version in self.build_list:
            if q.matches_path(path):
                q.once(path, partial(none, path, version))

    def _query_wildcard(self, q: GetQuery) -> None:
        for mod in self.build_list:
            if q.can_match_in(mod[0]):
                q.once(mod[0], partial(self._wildcard_in, q, mod))

    def _wildcard_in(self, q: GetQuery, mod: Mod) -> PathSet:
        state = self.state
        if self._is_removed(mod[0]):
            return PathSet()
        try:
            if mod[0] in state.main_paths and q.version not in ("upgrade", "patch"):
                if q.matches_path(mod[0]):
                    raise MatchesMainModules(q.pattern, q.version, [mod], q.pattern in state.main_paths)
                packages = self._packages_in(q.pattern, mod)
                if packages:
                    raise MatchesMainPackages(q.pattern, q.version, packages)
                return self._try_wildcard(q, mod)
            try:
                found = self._query_module(mod[0], q.version)
            except ModError as error:
                if not _no_such_module_version(error):
                    raise
                return PathSet()  # the module may go, or be changed by another argument
            return self._try_wildcard(q, found)
        except ModError as error:
            return PathSet(error=error)

    def _try_wildcard(self, q: GetQuery, mod: Mod) -> PathSet:
        if self._packages_in(q.pattern, mod):
            return PathSet([mod])
        return PathSet(mod=mod) if q.matches_path(mod[0]) else PathSet()

    def _find_missing_wildcards(self) -> None:
        for q in self.wildcards:
            if q.version != "none" and not q.matches_packages:
                q.once(q.pattern, partial(self._missing_wildcard, q))

    def _missing_wildcard(self, q: GetQuery) -> PathSet:
        try:
            return self._query_pattern(q.pattern, q.version)
        except ModError as error:
            if _no_such_package_version(error) and q.resolved:
                return PathSet()  # it only matches modules
            return PathSet(error=error)

    def _check_wildcards(self) -> None:
        """Is there a module that matches a pattern and is at another version?"""
        for q in self.wildcards:
            for mod in self.build_list:
                if q.can_match_in(mod[0]):
                    try:
                        self._check_wildcard(q, mod)
                    except ModError as error:
                        self._fail(q, error)
        self.state.exit_if_errors()

    def _check_wildcard(self, q: GetQuery, mod: Mod) -> None:
        by_path = q.matches_path(mod[0])
        if not by_path and not self._packages_in(q.pattern, mod):
            return
        wanted = self._query_module(mod[0], q.version)
        if wanted[1] == mod[1]:
            return
        if not by_path and not self._packages_in(q.pattern, wanted):
            shown = text(wanted) if wanted[1] == q.version else f"{mod[0]}@{q.version} ({wanted[1]})"
            raise ModError(
                f"{q.raw} matches packages in {text(mod)} but not {shown}: specify a different version for module "
                f"{mod[0]}"
            )
        raise ModError(f"internal error: selected {text(mod)} instead of {wanted[1]}")

    # ------------------------------------------------------------------------------------------------ packages

    def _query_all(self) -> None:
        if not self.alls:
            return

        def find(path: str, mod: Mod) -> bool:
            good = True
            for q in self.alls:

                def look(q: GetQuery = q) -> PathSet:
                    nonlocal good
                    try:
                        mods = self._query_packages(path, q.version, self._initially)
                    except ModError as error:
                        good = False
                        return PathSet(error=error)
                    if mods != [mod]:
                        good = False
                    return PathSet(mods)

                q.once(path, look)
            return good

        self._load_packages(["all"], find)
        for q in self.alls:
            q.candidates.sort(key=lambda c: c.path)

    def _find_upgrades(self) -> list[PathSet]:
        """Modules for packages that are missing, and with -u newer versions of those that are not."""
        patterns = [q.pattern for q in self.queries if q.matches_packages]
        upgrades: list[PathSet] = []
        if not patterns:
            return upgrades

        def find(path: str, mod: Mod) -> bool:
            version = "latest"
            if mod[0]:
                if not self.options.upgrade or mod[0] in self.resolved:
                    return True
                version = self.options.upgrade
            mods: list[Mod] = []
            problem: ModError | None = None
            try:
                mods = self._query_packages(path, version, self._selected)
            except ModError as error:
                problem = error
            if mod in mods:
                return True
            if problem is not None and (
                _no_such_package_version(problem) or (not mod[0] and check_module_path(path))
            ):
                return True  # nothing can be done; it is reported in the end
            choices = PathSet(mods, error=problem)
            choices.path = path
            upgrades.append(choices)
            return False

        self._load_packages(patterns, find)
        upgrades.sort(key=lambda c: c.path)
        return upgrades

    def _load_packages(self, patterns: list[str], find: Callable[[str, Mod], bool]) -> None:
        """Load what the patterns match; ask `find` about each package from another module, and each missing one."""
        options = PackageOptions()
        options.any_tags = True
        options.load_tests = self.options.tests
        options.edits_modules = True
        options.roots_imported = True
        options.silent = True

        def allow(path: str, mod: Mod) -> ModError | None:
            if not mod[0] or not mod[1]:
                return None
            return None if find(path, mod) else VersionChange()

        options.allow = allow
        _, paths = load_packages(self.state, options, patterns)
        loader = self.state.packages
        assert loader is not None
        missing: list[str] = []
        for path in paths:
            package = loader.by_path.get(path)
            error = package.error if package is not None else None
            if error is None or isinstance(error, VersionChange):
                continue
            if self.workspace is not None and self.workspace.has_package(path):
                continue
            if isinstance(error, (ImportMissing, AmbiguousImport)):
                missing.append(path)
        for path in missing:
            find(path, NO_MOD)

    # ------------------------------------------------------------------------------------------------ resolving

    def _resolve_queries(self, queries: list[GetQuery]) -> bool:
        """Resolve what is unambiguous; if that changes nothing, the rest in some order. Has the build list changed?"""
        newest = None
        for q in queries:
            for choices in q.candidates:
                needs = too_new(choices.error)
                if needs is not None and (
                    newest is None or semver.compare_go(needs.go_version, newest.go_version) > 0
                ):
                    newest = needs
        if newest is not None:
            self._fatal(newest)
        resolved = 0
        while True:
            before = resolved
            for q in queries:
                left: list[PathSet] = []
                for choices in q.candidates:
                    if choices.error is not None:
                        self._fail(q, choices.error)
                        resolved += 1
                        continue
                    filtered, is_package, mod = self._disambiguate(choices)
                    if filtered is not None:
                        left.append(filtered)
                        continue
                    if not mod[0]:
                        # Nothing fits: take any, so that the conflict is reported.
                        is_package, mod = self._choose(choices)
                    if is_package:
                        q.matches_packages = True
                    self._resolve(q, mod)
                    resolved += 1
                q.candidates = left
            self.state.exit_if_errors()
            if resolved == before:
                break
        if resolved and self._update_build_list([]):
            return True
        arbitrarily = 0
        for q in queries:
            for choices in q.candidates:
                is_package, mod = self._choose(choices)
                if is_package:
                    q.matches_packages = True
                self._resolve(q, mod)
                arbitrarily += 1
        return self._update_build_list([]) if arbitrarily else False

    def _apply_upgrades(self, upgrades: list[PathSet]) -> bool:
        tentative: list[Mod] = []
        for choices in upgrades:
            if choices.error is not None:
                self.state.error(choices.error)
                continue
            filtered, _, mod = self._disambiguate(choices)
            if filtered is not None:
                _, mod = self._choose(filtered)
            if mod[0]:
                tentative.append(mod)
        self.state.exit_if_errors()
        return self._update_build_list(tentative)

    def _disambiguate(self, choices: PathSet) -> tuple[PathSet | None, bool, Mod]:
        """The one choice that agrees with what is resolved (NO_MOD if none does), and whether it has the package; or the
        choices that are left."""
        left = PathSet()
        left.path = choices.path
        for mod in choices.package_mods:
            if self._is_removed(mod[0]):
                continue
            if mod[0] in self.state.main_paths:
                if not mod[1]:
                    return None, True, mod
                continue
            known = self.resolved.get(mod[0])
            if known is None:
                left.package_mods.append(mod)
            elif known[0] == mod[1]:
                # With any other choice the package would be there twice.
                return None, True, mod
        if choices.mod[0]:
            known = self.resolved.get(choices.mod[0])
            if known is None or known[0] == choices.mod[1]:
                left.mod = choices.mod
        if len(left.package_mods) == 1 and left.mod in (NO_MOD, left.package_mods[0]):
            return None, True, left.package_mods[0]
        if not left.package_mods:
            return None, False, left.mod
        return left, False, NO_MOD

    def _choose(self, choices: PathSet) -> tuple[bool, Mod]:
        """A module of the build list if there is one, else the longest path."""
        for mod in choices.package_mods:
            if self._initially(mod[0]) != "none":
                return True, mod
        if choices.package_mods:
            return True, choices.package_mods[0]
        return False, choices.mod

    def _resolve(self, q: GetQuery, mod: Mod) -> None:
        state = self.state
        if mod[0] in state.main_paths and mod[1]:
            self._fail(q, MatchesMainModules(q.pattern, q.version, [(mod[0], "")], q.pattern in state.main_paths))
            return
        known = self.resolved.get(mod[0])
        if known is not None and known[0] != mod[1]:
            self._report_conflict(q, mod, known)
            return
        self.resolved[mod[0]] = (mod[1], q)
        q.resolved.append(mod)

    def _report_conflict(self, q: GetQuery, mod: Mod, known: tuple[str, GetQuery]) -> None:
        if q.conflict is not None:
            return
        q.conflict = known[1]
        first: tuple[str, GetQuery] = (mod[1], q)
        second = known
        if q.is_wildcard and not known[1].is_wildcard:
            first, second = second, first
        about = "" if mod[0] == first[1].pattern else f"for module {mod[0]}, "
        self._fail(q, ModError(
            f"{about}{first[1].argument_text(first[0])} conflicts with {second[1].argument_text(second[0])}"
        ))

    def _update_build_list(self, additions: list[Mod]) -> bool:
        state = self.state
        resolved = [(path, v) for path, (v, _) in self.resolved.items() if path not in state.main_paths]
        sort_mods(resolved)
        try:
            changed = edit_build_list(state, additions, resolved)
        except ConstraintError as error:
            self._report_constraints(error)
            state.exit_if_errors()
            return False
        except ModError as error:
            self._fatal(error)
        if changed:
            self.load_graph()
        return changed

    def _report_constraints(self, error: ConstraintError) -> None:
        if self.state.options.verbose:
            for c in error.conflicts:
                self.state.note(f"go: {c}")

        def reason(mod: Mod) -> str:
            known = self.resolved.get(mod[0])
            if known is None:
                return f"(INTERNAL ERROR: no reason found for {text(mod)})"
            return known[1].resolved_text((mod[0], known[0]))

        for c in error.conflicts:
            adverb = "indirectly " if len(c.path) > 2 else ""
            first = reason(c.path[0])
            last = text(c.path[-1])
            if c.error is not None:
                self.state.error(f"{first} {adverb}requires {last}: {c.reason}")
            else:
                self.state.error(f"{first} {adverb}requires {last}, not {reason(c.constraint)}")

def _no_such_module_version(error: ModError) -> bool:
    return error.not_exist or is_no_matching(error)


def _no_such_package_version(error: ModError) -> bool:
    return _no_such_module_version(error) or isinstance(error, PackageNotInModule)
