"""The packages of test binaries, as `go list -test` describes them.

    add_tests(loader, roots, errors_allowed, keep)       p.test, p [p.test], p_test [p.test] behind the roots

Source: cmd/go/internal/list (runList), cmd/go/internal/load (test.go).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from ..diag.diagnostic import UserError
from .graph import Loader
from .package import Package
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
    main.directives = package.directives
    main.test_directives = package.test_directives
    main.xtest_directives = package.xtest_directives
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
