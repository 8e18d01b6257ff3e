"""Which packages -cover and -coverpkg mean.

    select(packages, ["./...", "net/http"], cwd, "atomic")   →  those to be instrumented, and the patterns nothing matched

Source: cmd/go/internal/load (SelectCoverPackages, MatchPackage).
"""

from __future__ import annotations

import os
from collections.abc import Callable

from .graph import Loader, dependencies_first
from .package import Package
from .patterns import is_local_import, pattern_matcher


def package_matcher(pattern: str, cwd: str) -> Callable[[Package], bool]:
    """Does a pattern of the command line mean a package that has been loaded?"""
    if is_local_import(pattern):
        return _directory_matcher(pattern, cwd)
    if pattern == "all":
        return lambda p: True
    if pattern == "std":
        return lambda p: p.standard
    if pattern == "cmd":
        return lambda p: p.standard and p.import_path.startswith("cmd/")
    if pattern == "work":
        return lambda p: p.module is not None and p.module.main
    matches = pattern_matcher(pattern)
    return lambda p: matches(p.import_path)


def _directory_matcher(pattern: str, cwd: str) -> Callable[[Package], bool]:
    dots = pattern.find("...")
    if dots < 0:
        exact = os.path.normpath(os.path.join(cwd, pattern))
        return lambda p: p.dir == exact
    slash = pattern.rfind("/", 0, dots)
    top = os.path.normpath(os.path.join(cwd, pattern[:slash]))
    matches = pattern_matcher(pattern[slash + 1 :])

    def in_tree(p: Package) -> bool:
        relative = os.path.relpath(p.dir, top) if p.dir else ".."
        return relative != ".." and not relative.startswith("../") and matches(relative)

    return in_tree


def select(packages: list[Package], patterns: list[str], cwd: str, mode: str) -> tuple[list[Package], list[str]]:
    """(packages to be instrumented, patterns that no package matched)."""
    rows = [(pattern, package_matcher(pattern, cwd)) for pattern in patterns]
    unmatched = list(patterns)
    covered: list[Package] = []
    for p in packages:
        hits = [pattern for pattern, matches in rows if matches(p)]
        for pattern in hits:
            if pattern in unmatched:
                unmatched.remove(pattern)
        if hits and _can_be_covered(p, mode):
            covered.append(p)
    return covered, unmatched


def _can_be_covered(p: Package, mode: str) -> bool:
    if p.import_path == "unsafe" or not p.go_files:
        return False
    # Counting atomically is done by these.
    return not (mode == "atomic" and p.standard and p.import_path in ("sync/atomic", "internal/runtime/atomic"))


def of_program(packages: list[Package], roots: list[Package], mode: str) -> list[Package]:
    """What `go build -cover` instruments without -coverpkg: the main module, and what the command line names."""
    return [
        p
        for p in packages
        if (p.command_line or p in roots or (p.module is not None and p.module.main)) and _can_be_covered(p, mode)
    ]


def packages_of_tests(loader: Loader, roots: list[Package]) -> list[Package]:
    """The packages, what they need, and what their tests import, each once."""
    found: list[Package] = []
    known: set[str] = set()
    for root in roots:
        starts = [root]
        if root.error is None and (root.test_go_files or root.xtest_go_files):
            tests = loader.load_tests(root)
            starts += tests.imports + tests.xtest_imports
        for start in starts:
            for p in dependencies_first([start]):
                if p.import_path not in known:
                    known.add(p.import_path)
                    found.append(p)
    return found
