"""Flags for the compiler, the assembler and the linker, package by package: -gcflags='[pattern=]flags'.

    flags = PackageFlags(["-N", "all=-l"], cwd)
    flags.words(package, named)     ["-l"]: the last value whose pattern matches counts

Without a pattern a value is for the packages named on the command line.
Source: cmd/go/internal/load (PerPackageFlag, MatchPackage).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, final

from .options import split_quoted

if TYPE_CHECKING:
    from ..load.package import Package


def split_pattern(value: str) -> tuple[str, list[str], str]:
    """The pattern ("" for none), the flags, and what is wrong."""
    value = value.strip()
    pattern = ""
    if value and not value.startswith("-"):
        before, equals, after = value.partition("=")
        if not equals:
            return "", [], "missing =<value> in <pattern>=<value>"
        if not before:
            return "", [], "missing <pattern> in <pattern>=<value>"
        if value[0] in "'\"":
            return "", [], "parameter may not start with quote character " + value[0]
        pattern = before.strip()
        value = after
    words, problem = split_quoted(value)
    return pattern, words, problem


def matches(pattern: str, package: Package, cwd: str, tools: list[str]) -> bool:
    """Whether a package is meant by a pattern."""
    from ..load.patterns import is_local, pattern_matcher

    if is_local(pattern):
        if not package.dir:
            return False
        return pattern_matcher(os.path.normpath(os.path.join(cwd, pattern)))(package.dir)
    if pattern == "all":
        return True
    if pattern == "std":
        return package.standard
    if pattern == "cmd":
        return package.standard and package.import_path.startswith("cmd/")
    if pattern == "work":
        return package.module is not None and package.module.main
    if pattern == "tool":
        return package.import_path in tools
    return pattern_matcher(pattern)(package.import_path)


@final
class PackageFlags:
    """The values one flag was given, in order. `tools` are the packages of go.mod's tool directives."""

    __slots__ = ("_values", "_cwd", "_tools")

    def __init__(self, values: list[str], cwd: str, tools: list[str] | None = None) -> None:
        self._tools = tools or []
        self._values: list[tuple[str, list[str]]] = []
        for v in values:
            pattern, words, _ = split_pattern(v)
            self._values.append((pattern, words))
        self._cwd = cwd

    def __bool__(self) -> bool:
        return bool(self._values)

    def words(self, package: Package, named: list[Package]) -> list[str]:
        """The flags for a package; `named` are those of the command line."""
        for pattern, words in reversed(self._values):
            if any(package is p for p in named) if not pattern else matches(pattern, package, self._cwd, self._tools):
                return words
        return []
