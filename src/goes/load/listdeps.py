"""What `go list` adds to loaded packages: test binaries, dependencies, renamed variants.

    add_tests(loader, roots, errors_allowed, keep)       p.test, p [p.test], p_test [p.test] behind the roots
    rename_variants(packages)                            variants get their description as import path
    collect_deps(packages)                               Deps of each, dependencies before what needs them

Source: cmd/go/internal/list (runList, collectDeps, collectDepsErrors).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from ..diag.diagnostic import UserError
from .graph import Loader
from .package import Package, PackageError
from .testing import TestVariants, test_variants

_PLACED: Final = re.compile(r"(\S+?:\d+:\d+): (.*)", re.S)
_TEST_MAIN_IMPORTS: Final = ("os", "reflect", "testing", "testing/internal/testdeps")


def add_tests(
    loader: Loader, roots: list[Package], errors_allowed: bool, keep: Callable[[bytes], str]
) -> list[Package]:
    """Roots, followed by the packages of their tests. `keep` stores the text of a _testmain.go and tells where."""
    tested: list[TestVariants] = []
    for package in roots:
        if not package.test_go_files and not package.xtest_go_files:
            continue
        variants = test_variants(loader, package)
        if not errors_allowed:
            fault = variants.at_fault()
            if fault is not None and fault.error is not None:
                raise UserError(f"go: can't load test package: {fault.error}")
        _describe(package, variants)
        tested.append(variants)
    found = list(roots)
    for variants in tested:
        main = variants.main
        main.go_files = [keep(main.testmain or b"")]
        found.append(main)
        if variants.internal is not variants.package:
            found.append(variants.internal)
        if variants.external is not None:
            found.append(variants.external)
    return found


def _describe(package: Package, variants: TestVariants) -> None:
    """Fill in what only a description needs."""
    internal = variants.internal
    tests = sorted(package.test_import_places)
    package.test_embed_files = sorted({n for names in internal.embed_map.values() for n in names} - set(package.embed_files))
    if internal is not package:
        internal.raw_imports = tests + package.raw_imports
        internal.imports = [package.import_map.get(p, p) for p in internal.raw_imports]
        internal.target = ""
        internal.embed_files = package.embed_files + package.test_embed_files
        internal.test_embed_files = package.test_embed_files
    external = variants.external
    if external is not None:
        external.raw_imports = sorted(package.xtest_import_places)
        external.imports = [package.import_map.get(p, p) for p in external.raw_imports]
        external.root = package.root
        external.goroot = package.goroot
        package.xtest_embed_files = external.embed_files
        internal.xtest_embed_files = external.embed_files
    main = variants.main
    paths = list(_TEST_MAIN_IMPORTS)
    if internal.go_files or internal.cgo_files:
        paths.append(internal.import_path)
    if external is not None:
        paths.append(external.import_path)
    main.imports = sorted(set(paths))
    main.raw_imports = list(main.imports)
    main.root = package.root
    main.is_local = False
    error = main.error
    if error is not None and not error.place and "wrong signature" not in error.message:
        # A syntax error has a place of its own.
        match = _PLACED.match(error.message)
        if match is not None:
            error.place, error.message = match.groups()




def rename_variants(packages: list[Package]) -> None:
    """Packages built for one test or one program get another import path, also where they are imported."""
    old_of: dict[str, str] = {}
    for p in packages:
        if p.for_test or p.for_main:
            new = p.description
            old_of[new] = p.import_path
            p.import_path = new
    if not old_of:
        return
    for p in packages:
        renamed = {
            old_of[d.import_path]: d.import_path for d in p.dependencies or [] if d.import_path in old_of
        }
        if renamed:
            p.imports = [renamed.get(path, path) for path in p.imports]


def map_imports(package: Package) -> None:
    """ImportMap: from each path as written to the package it means, where these differ."""
    written = package.raw_imports + package.compiled_imports
    package.import_map = {
        source: path for source, path in zip(written, package.imports, strict=False) if source != path
    }


def collect_deps(packages: list[Package]) -> dict[int, list[str]]:
    """Import paths of all that each package needs, by id(package). `packages` are in an order of dependencies."""
    found: dict[int, frozenset[str]] = {}
    for p in packages:
        deps: set[str] = set()
        for d in p.dependencies or []:
            deps.add(d.import_path)
            known = found.get(id(d))
            if known is not None:
                deps |= known
        found[id(p)] = frozenset(deps)
    return {key: sorted(deps) for key, deps in found.items()}


def collect_errors(packages: list[Package]) -> dict[int, list[PackageError]]:
    """The errors of all that each package needs, sorted by the package at fault."""
    found: dict[int, dict[int, PackageError]] = {}
    for p in packages:
        errors: dict[int, PackageError] = {}
        for d in p.dependencies or []:
            if d.error is not None:
                errors[id(d.error)] = d.error
            errors.update(found.get(id(d), {}))
        found[id(p)] = errors
    return {key: sorted(errors.values(), key=_error_order) for key, errors in found.items() if errors}


def _error_order(error: PackageError) -> tuple[bool, str]:
    return (True, error.stack[-1][0]) if error.stack else (False, error.message)
