"""From the command line to the graph of packages.

    graph = Loader(context, os.getcwd()).load(["./cmd/app"])
    graph.packages      all packages needed, dependencies first
    graph.messages()    what is wrong, in the go command's words

Packages are loaded depth first along their imports, with a stack of import paths: a package found again while still
being loaded closes an import cycle. An error belongs to the package it is about; the importing package is complete
as long as the rule broken is not its own.

Source: cmd/go/internal/load, cmd/go/internal/modload (resolution, checks, messages).
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final, final

from ..diag.diagnostic import UserError
from ..syntax.unicode import quote
from .context import BuildContext
from .embed import EmbedError, resolve
from .header import read_header
from .overlay import overlay_package
from .package import (
    DirectoryScan,
    FilePlace,
    Package,
    PackageError,
    TestPackages,
    no_go_message,
    scan_directory,
)
from .patterns import is_local_import
from .platforms import linking_problem
from .resolve import Resolver
from .rules import forbidden, implied_by_cgo, install_target, is_safe_argument, wrong_files, wrong_sources

if TYPE_CHECKING:
    from .modstate import ModOptions

_Stack = list[tuple[str, str]]  # import path, base name of the file that imports it

_SIMD_BRIDGE: Final = "simd/internal/bridge"
_SIMD_ARCHITECTURES: Final = frozenset(("amd64", "arm64", "wasm"))
COMMAND_LINE: Final = "command-line-arguments"


@final
class Graph:
    """`roots` are the packages the patterns name; `packages` these and all they need, dependencies first."""

    __slots__ = ("roots", "packages", "warnings")

    def __init__(self, roots: list[Package], warnings: list[str]) -> None:
        self.roots = roots
        self.packages = dependencies_first(roots)
        self.warnings = warnings

    def messages(self) -> list[str]:
        """All errors, each once, in order of the packages."""
        found: list[str] = []
        for package in self.packages:
            if package.error is not None:
                text = str(package.error)
                if text not in found:
                    found.append(text)
        return found


def dependencies_first(roots: list[Package]) -> list[Package]:
    """Roots and all they need, each once, in the order of a depth-first walk that lists a package after what it needs.
    With test variants two of them may have one import path."""
    order: list[Package] = []
    seen: set[int] = set()
    for root in roots:
        _visit(root, seen, order)
    return order


def _visit(root: Package, seen: set[int], order: list[Package]) -> None:
    if id(root) in seen:
        return
    seen.add(id(root))
    stack: list[tuple[Package, int]] = [(root, 0)]
    while stack:
        package, i = stack.pop()
        dependencies = package.dependencies or []
        while i < len(dependencies) and id(dependencies[i]) in seen:
            i += 1
        if i < len(dependencies):
            stack.append((package, i + 1))
            following = dependencies[i]
            seen.add(id(following))
            stack.append((following, 0))
        else:
            order.append(package)


@final
class LoadOptions:
    """`ignore_imports`: as for `go list -find`, imports are not even read. `embeds`: resolve //go:embed patterns.
    `with_tests`: imports of tests will be asked for. `modules`: -mod, -modfile and the like."""

    __slots__ = ("ignore_imports", "embeds", "with_tests", "cover", "modules")

    def __init__(self) -> None:
        self.modules: ModOptions | None = None
        self.ignore_imports = False
        self.embeds = True
        self.with_tests = False
        self.cover = False


def make_resolver(context: BuildContext, cwd: str, modules: ModOptions | None = None) -> Resolver:
    """GOPATH mode with GO111MODULE=off, and with auto where there is no go.mod; else modules."""
    setting = os.environ.get("GO111MODULE", "")
    if setting not in ("", "on", "auto", "off"):
        raise UserError(f"go: unknown environment setting GO111MODULE={setting}")
    if setting == "auto":
        from .modstate import find_root, find_work, is_temporary_root

        root = find_root(cwd, view=context.view)
        if not find_work(cwd, os.environ, context.goroot, context.view):
            if not root:
                setting = "off"
            elif is_temporary_root(root, os.environ):
                temporary = os.environ.get("TMPDIR", "") or "/tmp"
                sys.stderr.write(f"go: warning: ignoring go.mod in system temp root {temporary}\n")
                setting = "off"
    if setting == "off":
        from .gopath import GopathResolver

        return GopathResolver(context, cwd)
    from .modresolve import ModuleResolver

    return ModuleResolver(context, cwd, modules)


@final
class Loader:
    """Loads packages, each once. With `overlay` the imports of goes' own replacement files count for std packages."""

    def __init__(
        self,
        context: BuildContext,
        cwd: str,
        overlay: bool = True,
        options: LoadOptions | None = None,
        resolver: Resolver | None = None,
    ) -> None:
        self.context = context
        self.cwd = cwd
        self.overlay = overlay
        self.options = LoadOptions() if options is None else options
        self.goroot_src = os.path.join(context.goroot, "src")
        self.resolver = (
            make_resolver(context, cwd, self.options.modules) if resolver is None else resolver
        )
        self.cache: dict[str, Package] = {}
        self._folded: dict[str, str] = {}
        self._gobin = os.environ.get("GOBIN", "")

    @property
    def warnings(self) -> list[str]:
        return self.resolver.warnings

    # ------------------------------------------------------------------------------------------------ command line

    def load(self, patterns: list[str]) -> Graph:
        """Load what the command line names; no pattern means the current directory."""
        for pattern in patterns:
            if pattern.endswith(".go") and self.context.view.is_file(self._absolute(pattern)):
                return Graph([self.load_files(patterns)], self.warnings)
        roots: list[Package] = []
        seen: set[int] = set()
        for match in self.resolver.match(patterns, self.options.with_tests):
            for path in match.packages:
                package = self.load_import(path, self.cwd, None, [], [])[0]
                package.match.append(match.pattern)
                package.is_literal = package.is_literal or match.is_literal
                if id(package) not in seen:
                    seen.add(id(package))
                    roots.append(package)
            if match.errors:
                failed = _failed(match.pattern, match.errors[0])
                failed.dir = match.no_go_dir
                failed.match.append(match.pattern)
                failed.is_literal = match.is_literal
                roots.append(failed)
        return Graph(roots, self.warnings)

    def _absolute(self, name: str) -> str:
        return os.path.normpath(os.path.join(self.cwd, name))

    def load_files(self, names: list[str]) -> Package:
        """The package made of Go files named on the command line; build constraints do not apply."""
        package = Package(COMMAND_LINE)
        package.command_line = True
        package.match = names
        package.is_local = True
        for name in names:
            if not name.endswith(".go"):
                package = _failed("", f"named files must be .go files: {name}")
                package.name = name
                return package
        directory = ""
        view = self.context.view
        for name in names:
            path = self._absolute(name)
            if view.is_dir(path):
                raise UserError(f"{name} is a directory, should be a Go file")
            if not view.exists(path):
                raise UserError(f"stat {name}: no such file or directory")
            where = os.path.normpath(os.path.dirname(name) or ".")
            if not directory:
                directory = where
            elif directory != where:
                raise UserError(f"named files must all be in one directory; have {directory} and {where}")
        full = self._absolute(directory)
        self.resolver.import_files([self._absolute(n) for n in names])
        scan = scan_directory(self.context, full, [os.path.basename(n) for n in names], True)
        package.dir = full
        package.module = self.resolver.main_module_for(full)
        package.root = self.resolver.root_of(full)
        self.cache[COMMAND_LINE] = package
        package.fill(scan, not self.options.ignore_imports)
        self._load(package, COMMAND_LINE, [], [], scan)
        if package.name == "main":
            directory = self._gobin or (self.resolver.bin_dir() if self.resolver.modules_enabled else "")
            files = package.go_files or package.cgo_files
            if directory and files:
                package.target = os.path.join(directory, files[0][:-3])
        return package

    # ------------------------------------------------------------------------------------------------ one package

    def load_import(
        self, path: str, directory: str, parent: Package | None, stack: _Stack, places: list[FilePlace],
        implied: bool = False,
    ) -> tuple[Package, PackageError | None]:
        """Load the package that `path` means in a file of `parent` (None: on the command line). The error is the
        importer's: something it may not import."""
        resolved = self.resolver.resolve(path, parent)
        entry = (path, os.path.basename(places[0].file) if places else "")
        if resolved.bare:
            package = Package(path)
            package.bare = True
            package.incomplete = True
            package.dependencies = []
            package.error = PackageError(stack + [entry], "", resolved.problem)
            return package, None
        known = self.cache.get(resolved.path)
        if known is not None:
            package = known
            self._reuse(package, stack + [entry])
        else:
            package = Package(resolved.path)
            self.cache[resolved.path] = package
            package.is_local = is_local_import(path)
            package.dir = resolved.dir
            package.goroot = resolved.goroot
            package.standard = resolved.goroot and "." not in resolved.path.split("/")[0]
            package.module = resolved.module
            package.root = resolved.root
            package.conflict_dir = resolved.conflict_dir
            package.package_object = resolved.package_object
            scan: DirectoryScan | None = None
            if resolved.problem and not resolved.dir:
                self._fail(package, resolved.problem, path, stack, places)
            else:
                modules = self.resolver.modules_enabled
                scan = scan_directory(self.context, resolved.dir, None, False, not modules)
                comment = scan.import_comment
                if not modules and not scan.error and comment and comment != path and not _in_vendor(path):
                    scan.error = f"code in directory {resolved.dir} expects import {quote(comment)}"
                if resolved.problem and not scan.error:
                    scan.error = resolved.problem
                package.fill(scan, not self.options.ignore_imports)
                if package.standard:
                    package.test_imports = self.resolved_test_imports(package, package.test_imports)
                    package.xtest_imports = self.resolved_test_imports(package, package.xtest_imports)
            self._load(package, path, stack, places, scan)
            if not self.resolver.modules_enabled and path != _clean_import(path):
                package.error = PackageError(
                    list(stack), places[0].text(self.cwd) if places else "",
                    f"non-canonical import path {quote(path)}: should be {quote(os.path.normpath(path))}",
                )
                package.incomplete = True
        if parent is None:
            return package, None
        problem = forbidden(self, package, path, directory, parent, stack, implied)
        if problem is not None and places:
            problem.place = places[0].text(self.cwd)
        return package, problem

    def _reuse(self, package: Package, stack: _Stack) -> None:
        if package.dependencies is None:
            if package.error is None:
                package.error = PackageError(list(stack), "", "import cycle not allowed")
            package.error.is_cycle = True
            package.incomplete = True
        error = package.error
        if error is not None and error.stack and not error.is_cycle and _is_shorter(stack, error.stack):
            error.stack = list(stack)

    def _fail(self, package: Package, message: str, path: str, stack: _Stack, places: list[FilePlace]) -> None:
        """The package's first error. If the package is not on the stack yet, the import is at fault."""
        if package.error is not None:
            return
        package.incomplete = True
        package.error = PackageError(list(stack), "", message)
        if stack and stack[-1][0] != path and places:
            package.error.place = places[0].text(self.cwd)

    def _load(
        self, package: Package, path: str, stack: _Stack, places: list[FilePlace], scan: DirectoryScan | None
    ) -> None:
        entry = (path, os.path.basename(places[0].file) if places else "")
        if scan is not None and scan.error:
            package.incomplete = True
            message = no_go_message(package) if scan.no_go else scan.error
            if scan.no_go or scan.error_place is not None:
                # The fault is in the package: the stack ends with it.
                package.error = PackageError(stack + [entry], "", message)
                if scan.error_place is not None:
                    package.error.place = scan.error_place.text(self.cwd)
            else:
                self._fail(package, message, path, stack, places)
        package.target = install_target(self, package, self._gobin)
        declared = len(package.imports)
        paths = package.imports + self._implicit_imports(package)
        package.dependencies = None
        folded = package.import_path.casefold()
        other = self._folded.setdefault(folded, package.import_path)
        if other != package.import_path:
            message = f"case-insensitive import collision: {quote(package.import_path)} and {quote(other)}"
            self._fail(package, message, path, stack, places)
            package.dependencies = []
            return
        if not is_safe_argument(package.import_path):
            self._fail(package, f"invalid import path {quote(package.import_path)}", path, stack, places)
            package.dependencies = []
            return
        if package.name == "main" and not self.options.ignore_imports:
            problem = linking_problem(self.context.goos, self.context.goarch, self.context.cgo_enabled)
            if problem:
                self._fail(package, problem, path, stack, places)
                package.dependencies = []
                return
        inner = stack + [entry]
        if self.options.embeds:
            self._resolve_embeds(package, inner)
        message = wrong_files(package)
        if message:
            self._fail(package, message, path, inner, places)
            package.dependencies = []
            return
        dependencies: list[Package] = []
        for i in range(len(paths)):
            if paths[i] == "C":
                continue
            wanted = paths[i]
            imported, forbids = self.load_import(
                wanted, package.dir, package, inner, package.import_places.get(wanted, []), i >= declared
            )
            if forbids is not None and package.error is None:
                package.error = forbids
                package.incomplete = True
            if imported.import_path != wanted:
                package.import_map[wanted] = imported.import_path
            if i < declared:
                package.imports[i] = imported.import_path
            dependencies.append(imported)
            if imported.incomplete:
                package.incomplete = True
        package.dependencies = dependencies
        if not self.context.cgo_enabled:
            package.c_files = []
            package.cxx_files = []
            package.m_files = []
            package.swig_files = []
            package.swigcxx_files = []
        message = wrong_sources(package)
        if message:
            self._fail(package, message, path, inner, places)

    def load_tests(self, package: Package) -> TestPackages:
        """Load what the test files of a loaded package import and embed."""
        tests = TestPackages()
        inside: _Stack = [(package.import_path + " (test)", "")]
        tests.imports, tests.error = self._load_test_imports(package, inside, package.test_import_places)
        for imported in tests.imports:
            chain = _import_chain(imported, package)
            if chain:
                file = os.path.basename(package.test_import_places[imported.import_path][0].file)
                cycle = [(package.import_path, ""), (imported.import_path, file)] + chain[1:]
                tests.error = PackageError(cycle, "", "import cycle not allowed in test")
                tests.error.is_cycle = True
                break
        outside: _Stack = [(package.import_path + "_test", "")]
        tests.xtest_imports, tests.xtest_error = self._load_test_imports(package, outside, package.xtest_import_places)
        try:
            tests.embed_map = resolve(package.dir, sorted(package.test_embed_places), self.context.view)[1]
        except EmbedError as error:
            tests.error = PackageError(
                inside, package.test_embed_places[error.pattern][0].text(self.cwd), str(error)
            )
        try:
            tests.xtest_embed_map = resolve(package.dir, sorted(package.xtest_embed_places), self.context.view)[1]
        except EmbedError as error:
            if tests.xtest_error is None:
                tests.xtest_error = PackageError(
                    outside, package.xtest_embed_places[error.pattern][0].text(self.cwd), str(error)
                )
        return tests

    def _load_test_imports(
        self, package: Package, stack: _Stack, places: dict[str, list[FilePlace]]
    ) -> tuple[list[Package], PackageError | None]:
        found: list[Package] = []
        first: PackageError | None = None
        for path in sorted(places):
            if path == "C":
                continue
            imported, problem = self.load_import(path, package.dir, package, stack, places[path])
            if first is None:
                first = problem
            if imported.import_path != path:
                package.import_map[path] = imported.import_path
            found.append(imported)
        return found, first

    def _implicit_imports(self, package: Package) -> list[str]:
        """What the linker and the compiler need beside the imports that are written down."""
        known = set(package.imports)
        implicit: list[str] = []

        def add(path: str, for_compiler: bool) -> None:
            if path not in known:
                known.add(path)
                implicit.append(path)
                if for_compiler:
                    package.compiled_imports.append(path)

        if "simd" in package.imports and self.context.goarch in _SIMD_ARCHITECTURES:
            add(_SIMD_BRIDGE, True)
        if self.options.ignore_imports:
            return implicit
        for path in implied_by_cgo(package):
            add(path, True)
        if package.name == "main":
            add("runtime", False)
            if self.context.goarch == "arm":
                add("math", False)
            if self.options.cover:
                add("runtime/coverage", False)
        if self.overlay and package.standard:
            replaced = overlay_package(package.import_path)
            for name in replaced.go_files if replaced is not None else []:
                with open(name, "rb") as f:
                    header = read_header(f.read())
                for i in header.imports:
                    if i.text != package.import_path:
                        add(i.text, False)
        return implicit

    def _resolve_embeds(self, package: Package, stack: _Stack) -> None:
        if not package.embed_patterns:
            return
        try:
            package.embed_files, package.embed_map = resolve(package.dir, package.embed_patterns, self.context.view)
        except EmbedError as error:
            package.incomplete = True
            place = package.embed_places[error.pattern][0].text(self.cwd)
            if package.error is None:
                package.error = PackageError(stack, place, str(error))
            else:
                package.error.place = place

    def resolved_test_imports(self, package: Package, imports: list[str]) -> list[str]:
        """The imports of tests as their canonical paths, sorted."""
        return sorted({self.resolver.canonical_path(path, package) for path in imports})


def _failed(path: str, message: str) -> Package:
    """A package about which nothing but an error is known."""
    package = Package(path)
    package.bare = True
    package.error = PackageError([], "", message)
    package.incomplete = True
    package.dependencies = []
    return package


def _in_vendor(path: str) -> bool:
    return "/vendor/" in path or path.startswith("vendor/")


def _clean_import(path: str) -> str:
    cleaned = os.path.normpath(path)
    if path.startswith("./") and cleaned != ".." and not cleaned.startswith("../"):
        return "./" + cleaned
    return cleaned


def _import_chain(start: Package, target: Package) -> _Stack:
    """The shortest chain of imports from start to target, [] if there is none."""
    reached: dict[str, _Stack] = {start.import_path: [(start.import_path, "")]}
    pending = [start]
    for package in pending:
        chain = reached[package.import_path]
        if package is target:
            return chain
        for imported in package.dependencies or []:
            if imported.import_path not in reached:
                places = package.import_places.get(imported.import_path, [])
                file = os.path.basename(places[0].file) if places else ""
                reached[imported.import_path] = chain + [(imported.import_path, file)]
                pending.append(imported)
    return []


def _is_shorter(a: _Stack, b: _Stack) -> bool:
    """Shorter, or as long and alphabetically before."""
    if len(a) != len(b):
        return len(a) < len(b)
    return [path for path, _ in a] < [path for path, _ in b]
