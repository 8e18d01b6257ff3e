"""Which modules have a package: every prefix of its path may be one.

    query_packages(state, "example.com/a/pkg", "latest", selected, allowed)      →   modules that have the package

Source: cmd/go/internal/modload (query.go: QueryPackages, QueryPattern).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, final

from . import modfetching
from .moderrors import (
    InvalidPath,
    InvalidVersion,
    MatchesMainModules,
    MatchesMainPackages,
    ModError,
    ModuleError,
    NoMatchingVersion,
    NoPatchBase,
    PackageNotInModule,
)
from .modfetching import Revision
from .modimport import dir_in_module, fetch, prefixes
from .modmatch import Match, match_packages
from .modquery import UPGRADES, Allowed, query_at, query_first
from .modversions import NO_MOD, Mod, is_toolchain, path_major
from .patterns import pattern_matcher

if TYPE_CHECKING:
    from .modstate import ModuleState


@final
class Result:
    """A module version with the packages in it that match."""

    __slots__ = ("mod", "revision", "packages")

    def __init__(self, mod: Mod, revision: Revision, packages: list[str]) -> None:
        self.mod = mod
        self.revision = revision
        self.packages = packages


def query_packages(state: ModuleState, pattern: str, text: str, current: Callable[[str], str], allowed: Allowed | None) -> list[Result]:
    """The modules with packages that match, longest paths first. Raises ModError."""
    found, module_only = query_pattern(state, pattern, text, current, allowed)
    if not found:
        assert module_only is not None
        raise PackageNotInModule(pattern, text, module_only.mod, state.replacement(module_only.mod), [])
    return found


def query_pattern(
    state: ModuleState, pattern: str, text: str, current: Callable[[str], str], allowed: Allowed | None
) -> tuple[list[Result], Result | None]:
    """As query_packages; and a module whose own path matches, but none of its packages."""
    base = pattern
    wildcard = "..." in pattern
    if wildcard:
        before = pattern[: pattern.index("...") + 3]
        base = before.rpartition("/")[0]
        if not base:
            raise ModError(f"no modules to query for {pattern}@{text} because first path element contains a wildcard")
    matches_path = pattern_matcher(pattern)
    module_only: Result | None = None
    main_matches: list[Mod] = []
    for main in state.main:
        match = _match(state, pattern, wildcard, main, list(state.mod_roots), True)
        if match.packages:
            if text not in UPGRADES:
                raise MatchesMainPackages(pattern, text, match.packages)
            return [Result(main, Revision("", "", "", "", None), match.packages)], None
        if match.errors:
            raise match.errors[0]
        if matches_path(main[0]):
            main_matches.append(main)
            if text in UPGRADES:
                module_only = Result(main, Revision("", "", "", "", None), [])
    candidates = [p for p in prefixes(base) if p not in state.main_paths and path_major(p) is not None]
    if not candidates:
        if module_only is not None:
            return [], module_only
        if main_matches:
            raise MatchesMainModules(pattern, text, main_matches, pattern in state.main_paths)
        raise PackageNotInModule(pattern, text, NO_MOD, NO_MOD, main_matches)
    results: list[Result] = []

    def ask(proxy: str) -> list[Result]:
        return _query_candidates(
            state, candidates, lambda p: _query_module(state, proxy, p, pattern, wildcard, text, current(p), allowed, matches_path)
        )

    try:
        found = modfetching.try_proxies(state, ask)
    except ModError as error:
        if main_matches and module_only is None and error.not_exist:
            raise MatchesMainModules(pattern, text, main_matches, pattern in state.main_paths) from None
        raise
    for result in found:
        if result.packages:
            results.append(result)
        else:
            module_only = result
    return results, module_only


def _match(state: ModuleState, pattern: str, wildcard: bool, mod: Mod, roots: list[str], is_local: bool) -> Match:
    match = Match(pattern)
    if wildcard:
        match_packages(state, match, True, False, [mod])
        return match
    prefix = state.path_prefix.get(mod, mod[0])
    for root in roots:
        try:
            if dir_in_module(state, pattern, prefix, root, is_local)[1]:
                match.packages = [pattern]
        except ModError as error:
            match.fail(error)
    return match


def _query_module(
    state: ModuleState,
    proxy: str,
    path: str,
    pattern: str,
    wildcard: bool,
    text: str,
    current: str,
    allowed: Allowed | None,
    matches_path: Callable[[str], bool],
) -> Result:
    revision = query_first(state, path, text, current) or query_at(state, proxy, path, text, current, allowed)
    mod = (path, revision.version)
    if is_toolchain(path):
        return Result(mod, revision, [])
    root, is_own = fetch(state, mod)
    match = _match(state, pattern, wildcard, mod, [root], is_own)
    if not match.packages and not matches_path(path):
        if match.errors:
            raise match.errors[0]
        raise PackageNotInModule(pattern, text, mod, state.replacement(mod), [])
    return Result(mod, revision, match.packages)


def _query_candidates(state: ModuleState, candidates: list[str], query_one: Callable[[str], Result]) -> list[Result]:
    """Ask for every path. If none has an answer, the most helpful error of the longest path is raised."""
    found: list[Result] = []
    problem: ModError | None = None
    by_kind: dict[str, ModError] = {}

    def attempt(path: str) -> Result | ModError:
        try:
            return query_one(path)
        except ModError as error:
            return error

    for outcome in state.fetcher.at_once(attempt, candidates):
        if isinstance(outcome, Result):
            found.append(outcome)
        else:
            error = outcome
            kind = _kind(error)
            if kind == "package":
                known = by_kind.get(kind)
                if known is None or (isinstance(known, PackageNotInModule) and known.mod[0] in state.main_paths):
                    by_kind[kind] = error
            elif kind:
                by_kind.setdefault(kind, error)
            elif problem is None and not found and "package" not in by_kind:
                problem = error
    if problem is not None:
        raise problem
    if not found:
        for kind in ("package", "version", "patch", "path", "invalid", "not exist"):
            if kind in by_kind:
                raise by_kind[kind]
    return found


def _kind(error: ModError) -> str:
    if isinstance(error, PackageNotInModule):
        return "package"
    if isinstance(error, NoMatchingVersion):
        return "version"
    if isinstance(error, NoPatchBase):
        return "patch"
    if isinstance(error, InvalidPath):
        return "path"
    if error.not_exist:
        return "not exist"
    if isinstance(error, InvalidVersion) or (isinstance(error, ModuleError) and isinstance(error.inner, InvalidVersion)):
        return "invalid"
    return ""
