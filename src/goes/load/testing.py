"""The packages of a test binary.

    variants = test_variants(loader, package)
    variants.internal    package p with its own test files, "p [p.test]"; p itself if it has none
    variants.external    package p_test, "p_test [p.test]", or None
    variants.recompiled  copies of packages that import p and must see the internal variant
    variants.main        "p.test", whose one file _testmain.go is generated (main.testmain)

A variant has the import path of the package it stands for, so that the graph below `main` holds every import path
once: Graph([variants.main], []) is a program like any other.

Source: cmd/go/internal/load (test.go).
"""

from __future__ import annotations

import copy
from typing import Final, final

from .graph import Loader, dependencies_first
from .package import Package, PackageError, TestPackages
from .platforms import linking_problem
from .testfuncs import TestFunction, TestFunctions, test_functions

_MAIN_IMPORTS: Final = ("os", "reflect", "testing", "testing/internal/testdeps")
_COVER_HOOKS: Final = "internal/coverage/cfile"
# Packages that testing and internal/fuzz use while they fuzz: what runs in them says nothing about the input.
_UNCOUNTED: Final = frozenset((
    "context", "internal/fuzz", "internal/godebug", "internal/runtime/maps", "internal/sync", "reflect", "runtime", "sync",
    "sync/atomic", "syscall", "testing", "time",
))  # fmt: skip


@final
class TestCover:
    """How a test binary is instrumented. `local`: only the package under test; else `packages` are those selected by
    the patterns `patterns` of -coverpkg."""

    __test__ = False
    __slots__ = ("mode", "local", "packages", "patterns")

    def __init__(self, mode: str, local: bool, packages: list[str], patterns: list[str]) -> None:
        self.mode = mode
        self.local = local
        self.packages = packages
        self.patterns = patterns


@final
class TestVariants:
    __test__ = False
    __slots__ = ("package", "internal", "external", "main", "recompiled", "functions")

    def __init__(self, package: Package, internal: Package, external: Package | None, main: Package) -> None:
        self.package = package
        self.internal = internal
        self.external = external
        self.main = main
        self.recompiled: list[Package] = []
        self.functions = TestFunctions()

    def at_fault(self) -> Package | None:
        """The first package with an error that keeps the binary from being built."""
        for p in (self.internal, self.external, self.main):
            if p is None:
                continue
            if p.error is not None:
                return p
            if p.incomplete:
                for q in dependencies_first([p]):
                    if q.error is not None:
                        return q
        return None


def test_variants(loader: Loader, package: Package, cover: TestCover | None = None) -> TestVariants:
    """The variants of a loaded package that has test files."""
    tests = loader.load_tests(package)
    internal = _internal(package, tests, cover)
    external = _external(package, internal, tests) if package.xtest_go_files else None
    main = Package(package.import_path + ".test")
    main.name = "main"
    main.dir = package.dir
    main.module = package.module
    main.go_files = ["_testmain.go"]
    main.is_local = package.is_local
    variants = TestVariants(package, internal, external, main)
    functions = test_functions(package, loader.cwd, loader.context.view)
    variants.functions = functions
    context = loader.context
    problem = functions.error or linking_problem(context.goos, context.goarch, context.cgo_enabled)
    if problem:
        main.error = PackageError([], "", problem)
        main.incomplete = True
    if internal.go_files:
        functions.import_test = True
    if external is not None:
        functions.import_xtest = True
    _import_into_main(loader, variants, cover)
    variants.recompiled = _recompile(variants)
    main.testmain = testmain(package, functions, cover).encode()
    return variants


def _internal(package: Package, tests: TestPackages, cover: TestCover | None) -> Package:
    if not package.test_go_files and package.name != "main" and (cover is None or not cover.local):
        return package
    p = copy.copy(package)
    if p.error is None:
        p.error = tests.error
    p.incomplete = p.incomplete or tests.error is not None or any(i.incomplete for i in tests.imports)
    p.for_test = package.import_path
    p.go_files = package.go_files + package.test_go_files
    p.imports = package.test_imports + [i for i in package.imports if i not in package.test_imports]
    p.import_places = {
        path: package.import_places.get(path, []) + package.test_import_places.get(path, [])
        for path in [*package.import_places, *package.test_import_places]
    }
    p.dependencies = tests.imports + [d for d in package.dependencies or [] if d not in tests.imports]
    p.embed_map = {**package.embed_map, **tests.embed_map}
    p.embed_files = package.embed_files + sorted({n for names in tests.embed_map.values() for n in names})
    return p


def _external(package: Package, internal: Package, tests: TestPackages) -> Package:
    p = Package(package.import_path + "_test")
    p.name = package.name + "_test"
    p.dir = package.dir
    p.module = package.module
    p.for_test = package.import_path
    p.go_files = list(package.xtest_go_files)
    p.imports = list(package.xtest_imports)
    p.import_places = package.xtest_import_places
    p.import_map = package.import_map
    p.is_local = package.is_local
    p.error = tests.xtest_error
    p.embed_map = tests.xtest_embed_map
    p.embed_files = sorted({n for names in tests.xtest_embed_map.values() for n in names})
    p.dependencies = [i for i in tests.xtest_imports if i is not package]
    if len(p.dependencies) < len(tests.xtest_imports):
        p.dependencies.append(internal)
    p.incomplete = p.error is not None or any(i.incomplete for i in p.dependencies)
    return p


def _import_into_main(loader: Loader, variants: TestVariants, cover: TestCover | None) -> None:
    main = variants.main
    internal = variants.internal
    paths = list(_MAIN_IMPORTS)
    if cover is not None:
        paths += [_COVER_HOOKS, "runtime/coverage"]
    dependencies: list[Package] = []
    for path in [*paths, "runtime"]:
        if path == internal.import_path:
            imported = internal
        else:
            imported = loader.load_import(path, "", None, [("testmain", "")], [])[0]
        if imported not in dependencies:
            dependencies.append(imported)
    for p in (internal if variants.functions.import_test else None, variants.external):
        if p is None:
            continue
        if p not in dependencies:
            dependencies.append(p)
        paths.append(p.import_path)
    main.dependencies = dependencies
    main.imports = sorted(set(paths))
    main.incomplete = main.incomplete or any(d.incomplete for d in dependencies)


def fuzzed_packages(variants: TestVariants) -> frozenset[str]:
    """With -fuzz: the import paths of the packages whose edges are counted. These are the package under test and
    what it and its tests import; not the tests outside of it, nor what only _testmain.go needs."""
    roots = [variants.internal] + (variants.external.dependencies or [] if variants.external is not None else [])
    return frozenset(p.import_path for root in roots for p in dependencies_first([root])) - _UNCOUNTED


def _recompile(variants: TestVariants) -> list[Package]:
    """Let everything below main that imports the package under test import the internal variant: such packages are
    copied, and those that import them. Main packages become libraries (package_inputs sees to it)."""
    package = variants.package
    internal = variants.internal
    ours = (variants.main, variants.external, internal)
    copies: dict[int, Package] = {} if internal is package else {id(package): internal}
    made: list[Package] = []
    for p in dependencies_first([variants.main]):
        dependencies = p.dependencies or []
        if p is package and internal is not package:
            continue
        if not any(id(d) in copies for d in dependencies):
            continue
        if p in ours:
            target = p
        else:
            target = copy.copy(p)
            target.for_test = package.import_path
            copies[id(p)] = target
            made.append(target)
        target.dependencies = [copies.get(id(d), d) for d in dependencies]
    return made


# ---------------------------------------------------------------------------------------------------- _testmain.go


def quote(text: str) -> str:
    """A Go string literal."""
    from ..syntax.unicode import quote as go_quote

    return go_quote(text)


def _rows(functions: list[TestFunction]) -> str:
    return "".join(f'\t{{"{f.name}", {f.package}.{f.name}}},\n' for f in functions)


def testmain(package: Package, functions: TestFunctions, cover: TestCover | None) -> str:
    """The text of _testmain.go."""
    path = package.import_path
    imports = ['"os"']
    if functions.test_main is not None:
        imports.append('"reflect"')
    imports += ['"testing"', '"testing/internal/testdeps"']
    if cover is not None:
        imports.append(f'"{_COVER_HOOKS}"')
    if functions.import_test:
        imports.append(f"{'_test' if functions.need_test else '_'} {quote(path)}")
    if functions.import_xtest:
        imports.append(f"{'_xtest' if functions.need_xtest else '_'} {quote(path + '_test')}")
    examples = "".join(
        f'\t{{"{f.name}", {f.package}.{f.name}, {quote(f.output)}, {"true" if f.unordered else "false"}}},\n'
        for f in functions.examples
    )
    init = ""
    if cover is not None:
        selected = [path] if cover.local else cover.packages
        covered = "" if cover.local else " in " + ", ".join(cover.patterns)
        init = (
            f"\ttestdeps.CoverMode = {quote(cover.mode)}\n"
            f"\ttestdeps.Covered = {quote(covered)}\n"
            f"\ttestdeps.CoverSelectedPackages = []string{{{', '.join(quote(p) for p in selected)}}}\n"
            "\ttestdeps.CoverSnapshotFunc = cfile.Snapshot\n"
            "\ttestdeps.CoverProcessTestDirFunc = cfile.ProcessCoverTestDir\n"
            "\ttestdeps.CoverMarkProfileEmittedFunc = cfile.MarkProfileEmitted\n\n"
        )
    shown = "" if path == "command-line-arguments" or path.startswith("_/") else path
    module = "" if package.module is None else package.module.path
    if functions.test_main is not None:
        main = functions.test_main
        run = (
            f"\t{main.package}.{main.name}(m)\n"
            '\tos.Exit(int(reflect.ValueOf(m).Elem().FieldByName("exitCode").Int()))\n'
        )
    else:
        run = "\tos.Exit(m.Run())\n"
    lines = "\n\t".join(imports)
    return (
        "\n// Code generated by 'go test'. DO NOT EDIT.\n\npackage main\n\nimport (\n\t" + lines + "\n)\n\n"
        f"var tests = []testing.InternalTest{{\n{_rows(functions.tests)}}}\n\n"
        f"var benchmarks = []testing.InternalBenchmark{{\n{_rows(functions.benchmarks)}}}\n\n"
        f"var fuzzTargets = []testing.InternalFuzzTarget{{\n{_rows(functions.fuzz_targets)}}}\n\n"
        f"var examples = []testing.InternalExample{{\n{examples}}}\n\n"
        f"func init() {{\n{init}\ttestdeps.ModulePath = {quote(module)}\n"
        f"\ttestdeps.ImportPath = {quote(shown)}\n}}\n\n"
        "func main() {\n\tm := testing.MainStart(testdeps.TestDeps{}, tests, benchmarks, fuzzTargets, examples)\n"
        f"{run}}}\n"
    )
