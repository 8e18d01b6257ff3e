"""One argument of `go get`, and the module versions it may mean.

    new_query(state, "example.com/a/...@v1", "")    →   pattern "example.com/a/...", version "v1"

A query collects candidate sets: for each path that it matches, the modules that could provide it. Each set is resolved
to one module version. Source: cmd/go/internal/modget (query.go).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, final

from ..module.paths import check_query, has_path_prefix
from .moderrors import ModError
from .modversions import NO_MOD, Mod, is_toolchain, text
from .patterns import META, is_local, pattern_matcher, tree_matcher

if TYPE_CHECKING:
    from .modstate import ModuleState


@final
class PathSet:
    """The choices for one path: modules with that package, or (`mod`) a module whose own path it is; or an error."""

    __slots__ = ("path", "package_mods", "mod", "error")

    def __init__(
        self, package_mods: list[Mod] | None = None, mod: Mod = NO_MOD, error: ModError | None = None
    ) -> None:
        self.path = ""
        self.package_mods = package_mods or []
        self.mod = mod
        self.error = error


@final
class GetQuery:
    __slots__ = (
        "raw", "raw_version", "pattern", "is_local", "version", "matches", "tree_matches", "conflict", "candidates",
        "seen", "resolved", "matches_packages",
    )

    def __init__(self, raw: str, pattern: str, raw_version: str, version: str) -> None:
        self.raw = raw
        self.raw_version = raw_version
        self.pattern = pattern
        self.is_local = is_local(pattern)
        self.version = version
        self.matches: Callable[[str], bool] | None = None
        self.tree_matches: Callable[[str], bool] | None = None
        if "..." in pattern:
            self.matches = pattern_matcher(pattern)
            self.tree_matches = tree_matcher(pattern)
        self.conflict: GetQuery | None = None
        self.candidates: list[PathSet] = []
        self.seen: set[str] = set()
        self.resolved: list[Mod] = []
        self.matches_packages = False

    @property
    def is_wildcard(self) -> bool:
        return self.matches is not None

    def matches_path(self, path: str) -> bool:
        if self.matches is not None and not is_toolchain(path):
            return self.matches(path)
        return path == self.pattern

    def can_match_in(self, module: str) -> bool:
        """Could packages of a module with that path match?"""
        if is_toolchain(module):
            return False
        if self.tree_matches is not None:
            return self.tree_matches(module)
        return has_path_prefix(self.pattern, module)

    def once(self, path: str, make: Callable[[], PathSet]) -> None:
        """Add the choices for a path, unless that has been done."""
        if path in self.seen:
            return
        self.seen.add(path)
        choices = make()
        if choices.package_mods or choices.mod != NO_MOD or choices.error is not None:
            choices.path = path
            self.candidates.append(choices)

    def resolved_text(self, mod: Mod) -> str:
        """The module version with the argument that led to it."""
        if mod[0] != self.pattern:
            if mod[1] != self.version:
                return f"{text(mod)} (matching {self.pattern}@{self.version})"
            return f"{text(mod)} (matching {self.raw})"
        return self.raw if mod[1] == self.version else f"{self.pattern}@{self.version} ({mod[1]})"

    def argument_text(self, version: str) -> str:
        return self.raw if version == self.version else f"{self.pattern}@{self.version} ({version})"


def parse_path_version(argument: str) -> tuple[str, str, bool]:
    """The parts of path@version, and whether there is an "@". Raises ModError for versions that look like options."""
    path, at, version = argument.partition("@")
    problem = check_query(version)
    if problem:
        raise ModError(problem)
    return path, version, at != ""


def new_query(state: ModuleState, raw: str, upgrade: str) -> GetQuery:
    """`upgrade` is the value of -u: "", "upgrade" or "patch". Raises ModError."""
    pattern, raw_version, found = parse_path_version(raw)
    if found and ("@" in raw_version or not raw_version):
        raise ModError(f'invalid module version syntax "{raw}"')
    query = GetQuery(raw, pattern, raw_version, raw_version or upgrade or "upgrade")
    if query.is_local:
        if raw_version:
            raise ModError(f'can\'t request explicit version "{raw_version}" of path "{pattern}" in main module')
        return query
    if pattern == "all":
        if not state.has_root:
            raise ModError(f'cannot match "all": {state.no_main()}')
        if query.version not in ("upgrade", "patch"):
            plural = "" if len(state.main) == 1 or not state.main else "s"
            raise ModError(
                f'can\'t request version "{query.version}" of pattern "all" that includes the main module{plural}'
            )
    elif pattern in META and pattern != raw:
        if pattern == "tool":
            raise ModError('can\'t request explicit version of "tool" pattern')
        raise ModError(f'can\'t request explicit version of standard-library pattern "{pattern}"')
    return query


def error_text(query: GetQuery, error: ModError) -> str:
    """The error, with the argument in front unless it says all of that already."""
    message = str(error)
    about = re.compile("(?m)(?:[ \t(\"`]|^)" + re.escape(query.pattern) + "(?:[ @:;)\"`]|$)")
    if about.search(message):
        if not query.raw_version:
            return message
        version = re.compile("(?m)(?:[ @(\"`]|^)" + re.escape(query.version) + "(?:[ :;)\"`]|$)")
        if version.search(message):
            return message
    return f"{query.raw}: {message}" if query.raw else message
