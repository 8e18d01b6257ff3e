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
from typing import Final, final

from ..diag.diagnostic import UserError
from ..module.paths import check_import_path, has_path_prefix, is_std_path
from .context import BuildContext
from .embed import EmbedError, resolve
from .header import read_header
from .modules import NO_MOD_FILE, Modules, find_mod_file, has_go_files
from .overlay import overlay_package
from .package import (
    DirectoryScan,
    FilePlace,
    Module,
    Package,
    PackageError,
    TestPackages,
    clean,
    find_element,
    no_go_message,
    scan_directory,
    short_path,
)
from .patterns import compile_pattern, directories_below, has_wildcard, is_local

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

    def build_messages(self) -> list[str]:
        """What only keeps packages from being built: there is nothing to compile in them."""
        return [
            f"{p.import_path}: {no_go_message(p)}" for p in self.packages if p.error is None and not p.go_files
        ]


def dependencies_first(roots: list[Package]) -> list[Package]:
    order: list[Package] = []
    seen: set[str] = set()
    for root in roots:
        _visit(root, seen, order)
    return order


def _visit(root: Package, seen: set[str], order: list[Package]) -> None:
    if root.import_path in seen:
        return
    seen.add(root.import_path)
    stack: list[tuple[Package, int]] = [(root, 0)]
    while stack:
        package, i = stack.pop()
        dependencies = package.dependencies or []
        while i < len(dependencies) and dependencies[i].import_path in seen:
            i += 1
        if i < len(dependencies):
            stack.append((package, i + 1))
            following = dependencies[i]
            seen.add(following.import_path)
            stack.append((following, 0))
        else:
            order.append(package)


@final
class _Resolved:
    """Where an import path leads: its canonical path, directory, module; or the problem with it. `bare`: nothing is
    known about the package, so that the error shows the import stack."""

    __slots__ = ("path", "dir", "module", "standard", "problem", "bare")

    def __init__(self, path: str) -> None:
        self.path = path
        self.dir = ""
        self.module: Module | None = None
        self.standard = False
        self.problem = ""
        self.bare = False


@final
class Loader:
    """Loads packages, each once. With `overlay` the imports of goes' own replacement files count for std packages."""

    def __init__(self, context: BuildContext, cwd: str, overlay: bool = True) -> None:
        self.context = context
        self.cwd = cwd
        self.overlay = overlay
        self.goroot_src = os.path.join(context.goroot, "src")
        self.modules = Modules(context, cwd)
        self.cache: dict[str, Package] = {}
        self.warnings: list[str] = []
        self._folded: dict[str, str] = {}
        self._std: dict[str, bool] = {}

    # ------------------------------------------------------------------------------------------------ command line

    def load(self, patterns: list[str]) -> Graph:
        """Load what the command line names; no pattern means the current directory."""
        if not patterns:
            patterns = ["."]
        for pattern in patterns:
            if pattern.endswith(".go") and os.path.isfile(os.path.join(self.cwd, pattern)):
                return Graph([self.load_files(patterns)], self.warnings)
        roots: list[Package] = []
        for pattern in patterns:
            found = self._load_pattern(pattern)
            for package in found:
                package.match.append(pattern)
                if not any(package is p for p in roots):
                    roots.append(package)
        return Graph(roots, self.warnings)

    def load_files(self, names: list[str]) -> Package:
        """The package made of Go files named on the command line; build constraints do not apply."""
        package = Package(COMMAND_LINE)
        package.command_line = True
        package.match = names
        package.is_local = True
        for name in names:
            if not name.endswith(".go"):
                package.name = name
                package.error = PackageError([], "", f"named files must be .go files: {name}")
                package.incomplete = True
                package.dependencies = []
                return package
        directory = ""
        for name in names:
            path = os.path.join(self.cwd, name)
            if not os.path.exists(path):
                raise UserError(f"stat {name}: no such file or directory")
            if os.path.isdir(path):
                raise UserError(f"{name} is a directory, should be a Go file")
            where = os.path.dirname(name) or "."
            if not directory:
                directory = where
            elif directory != where:
                raise UserError(f"named files must all be in one directory; have {directory} and {where}")
        full = os.path.normpath(os.path.join(self.cwd, directory))
        scan = scan_directory(self.context, full, [os.path.basename(n) for n in names], True)
        package.dir = full
        package.module = self.modules.main
        self.cache[COMMAND_LINE] = package
        self._fill(package, scan)
        self._load(package, COMMAND_LINE, [], [], scan)
        return package

    def _load_pattern(self, pattern: str) -> list[Package]:
        if pattern in ("std", "cmd", "all"):
            return self._load_paths(self._meta_paths(pattern))
        if has_wildcard(pattern):
            return self._load_wildcard(pattern)
        if is_local(pattern):
            return [self._load_local(pattern)]
        return [self.load_import(clean(pattern), self.cwd, None, [], [])[0]]

    def _load_paths(self, paths: list[str]) -> list[Package]:
        return [self.load_import(path, self.cwd, None, [], [])[0] for path in paths]

    def _meta_paths(self, pattern: str) -> list[str]:
        if pattern == "all":
            main = self.modules.main
            if main is None:
                return self._std_paths(False)
            roots = self._load_paths(self._paths_below(main.dir, main.dir, main.path))
            for package in list(roots):
                roots += self._load_paths([p for p in package.test_imports + package.xtest_imports if p != "C"])
            return sorted(p.import_path for p in dependencies_first(roots))
        return self._std_paths(pattern == "cmd")

    def _std_paths(self, commands: bool) -> list[str]:
        top = os.path.join(self.goroot_src, "cmd") if commands else self.goroot_src
        return sorted(self._paths_below(top, top if commands else self.goroot_src, "cmd" if commands else ""))

    def _paths_below(self, top: str, root: str, prefix: str) -> list[str]:
        """Import paths of the packages below top, which lies in the tree that begins at root with that path."""
        in_std = root == self.goroot_src
        paths: list[str] = []
        for directory in directories_below(top, "" if in_std or prefix == "cmd" else root):
            relative = "" if directory == root else os.path.relpath(directory, root).replace(os.sep, "/")
            path = f"{prefix}/{relative}" if prefix and relative else prefix or relative
            if not path or (in_std and has_path_prefix(path, "cmd")):
                continue
            if in_std and path in ("builtin", "runtime/cgo"):
                continue  # documentation; needs cgo
            if self._holds_package(directory):
                paths.append(path)
        return paths

    def _holds_package(self, directory: str) -> bool:
        return has_go_files(directory) and not scan_directory(self.context, directory, None, False).no_go

    def _load_wildcard(self, pattern: str) -> list[Package]:
        if not is_local(pattern):
            return self._load_import_wildcard(pattern)
        base = os.path.dirname(pattern[: pattern.index("...")])
        top = os.path.normpath(os.path.join(self.cwd, base))
        if not os.path.isdir(top):
            raise UserError(f"pattern {pattern}: lstat {base}/: no such file or directory")
        main = self.modules.main
        if self._is_in(top, self.goroot_src):
            root = self.goroot_src
            prefix = ""
        elif main is not None and self._is_in(top, main.dir):
            root = main.dir
            prefix = main.path
        else:
            shown = clean(base) if base else "."
            raise UserError(
                f"pattern {pattern}: directory prefix {shown} does not contain main module or its selected dependencies"
            )
        wanted = compile_pattern(os.path.normpath(os.path.join(self.cwd, pattern)))
        paths: list[str] = []
        for path in self._paths_below(top, root, prefix):
            directory = os.path.normpath(os.path.join(root, path[len(prefix) :].lstrip("/")))
            if wanted.fullmatch(directory):
                paths.append(path)
        if not paths:
            self.warnings.append(f'go: warning: "{pattern}" matched no packages')
        return self._load_paths(paths)

    def _load_import_wildcard(self, pattern: str) -> list[Package]:
        wanted = compile_pattern(pattern)
        candidates: list[str] = []
        main = self.modules.main
        if main is not None:
            candidates += self._paths_below(main.dir, main.dir, main.path)
            self.modules.select()
            for module in self.modules.modules:
                if module.dir:
                    candidates += self._paths_below(module.dir, module.dir, module.path)
        candidates += self._std_paths(False) + self._std_paths(True)
        paths = sorted({p for p in candidates if wanted.fullmatch(p)})
        if not paths:
            self.warnings.append(f'go: warning: "{pattern}" matched no packages')
        return self._load_paths(paths)

    def _load_local(self, pattern: str) -> Package:
        directory = os.path.normpath(os.path.join(self.cwd, pattern))
        main = self.modules.main
        in_goroot = self._is_in(directory, self.goroot_src) and directory != self.goroot_src
        if main is None and not in_goroot:
            raise UserError("go: " + NO_MOD_FILE)
        if not os.path.isdir(directory):
            return self._failed(pattern, f"stat {directory}: directory not found")
        if not has_go_files(directory):
            return self._failed(pattern, "no Go files in " + directory)
        if main is not None and self._is_in(directory, main.dir):
            relative = "" if directory == main.dir else os.path.relpath(directory, main.dir).replace(os.sep, "/")
            path = f"{main.path}/{relative}" if relative else main.path
            if os.path.dirname(find_mod_file(directory)) != main.dir:
                return self._failed(pattern, f"main module ({main.path}) does not contain package {path}")
            if relative == "vendor" or relative.startswith("vendor/"):
                path = relative[len("vendor/") :]
            return self.load_import(path, self.cwd, None, [], [])[0]
        if in_goroot:
            path = os.path.relpath(directory, self.goroot_src).replace(os.sep, "/")
            return self.load_import(path, self.cwd, None, [], [])[0]
        self.modules.select()
        for module in self.modules.modules:
            if module.dir and self._is_in(directory, module.dir):
                relative = "" if directory == module.dir else os.path.relpath(directory, module.dir)
                path = f"{module.path}/{relative}" if relative else module.path
                return self.load_import(path.replace(os.sep, "/"), self.cwd, None, [], [])[0]
        shown = short_path(directory, self.cwd)
        return self._failed(pattern, f"directory {shown} outside main module or its selected dependencies")

    def _is_in(self, directory: str, top: str) -> bool:
        return directory == top or directory.startswith(top.rstrip(os.sep) + os.sep)

    def _failed(self, path: str, message: str) -> Package:
        package = Package(path)
        package.error = PackageError([], "", message)
        package.incomplete = True
        package.dependencies = []
        return package

    # ------------------------------------------------------------------------------------------------ one package

    def load_import(
        self, path: str, directory: str, parent: Package | None, stack: _Stack, places: list[FilePlace]
    ) -> tuple[Package, PackageError | None]:
        """Load the package that `path` means in a file of `parent` (None: on the command line). The error is the
        importer's: something it may not import."""
        resolved = self._resolve(path, parent)
        entry = (path, os.path.basename(places[0].file) if places else "")
        if resolved.bare:
            package = Package(path)
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
            package.is_local = is_local(path) and not os.path.isabs(path)
            package.dir = resolved.dir
            package.standard = resolved.standard
            package.module = resolved.module
            scan: DirectoryScan | None = None
            if resolved.problem:
                self._fail(package, resolved.problem, path, stack, places)
            else:
                scan = scan_directory(self.context, resolved.dir, None, False)
                self._fill(package, scan)
            self._load(package, path, stack, places, scan)
        if parent is None:
            return package, None
        problem = self._forbidden(package, path, directory, parent, stack)
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

    def _fill(self, package: Package, scan: DirectoryScan) -> None:
        package.name = scan.name
        package.go_files = scan.go_files
        package.s_files = scan.s_files
        package.h_files = scan.h_files
        package.syso_files = scan.syso_files
        package.ignored_go_files = scan.ignored_go_files
        package.test_go_files = scan.test_go_files
        package.xtest_go_files = scan.xtest_go_files
        package.imports = sorted(scan.imports)
        package.import_places = scan.imports
        package.test_imports = sorted(self._std_vendored(p, package) for p in scan.test_imports)
        package.test_import_places = scan.test_imports
        package.xtest_imports = sorted(self._std_vendored(p, package) for p in scan.xtest_imports)
        package.xtest_import_places = scan.xtest_imports
        package.embed_patterns = sorted(scan.embeds)
        package.embed_places = scan.embeds
        package.test_embed_places = scan.test_embeds
        package.xtest_embed_places = scan.xtest_embeds

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
        paths = list(package.imports)
        declared = len(paths)
        for implicit in self._implicit_imports(package):
            if implicit not in paths:
                paths.append(implicit)
        folded = package.import_path.casefold()
        other = self._folded.setdefault(folded, package.import_path)
        if other != package.import_path:
            message = f'case-insensitive import collision: "{package.import_path}" and "{other}"'
            self._fail(package, message, path, stack, places)
            package.dependencies = []
            return
        inner = stack + [entry]
        self._resolve_embeds(package, path, inner)
        dependencies: list[Package] = []
        for i in range(len(paths)):
            if paths[i] == "C":
                continue
            wanted = paths[i]
            imported, problem = self.load_import(
                wanted, package.dir, package, inner, package.import_places.get(wanted, [])
            )
            if problem is not None and package.error is None:
                package.error = problem
                package.incomplete = True
            if imported.import_path != wanted:
                package.import_map[wanted] = imported.import_path
            if i < declared:
                package.imports[i] = imported.import_path
            dependencies.append(imported)
            if imported.incomplete:
                package.incomplete = True
        package.dependencies = dependencies

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
            tests.embed_map = resolve(package.dir, sorted(package.test_embed_places))[1]
        except EmbedError as error:
            tests.error = PackageError(
                inside, package.test_embed_places[error.pattern][0].text(self.cwd), str(error)
            )
        try:
            tests.xtest_embed_map = resolve(package.dir, sorted(package.xtest_embed_places))[1]
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
        implicit: list[str] = []
        if "simd" in package.imports and self.context.goarch in _SIMD_ARCHITECTURES:
            implicit.append(_SIMD_BRIDGE)
        if package.name == "main":
            implicit.append("runtime")
            if self.context.goarch == "arm":
                implicit.append("math")
        if self.overlay and package.standard:
            replaced = overlay_package(package.import_path)
            for name in replaced.go_files if replaced is not None else []:
                with open(name, "rb") as f:
                    header = read_header(f.read())
                implicit.extend(i.text for i in header.imports if i.text != package.import_path)
        return implicit

    def _resolve_embeds(self, package: Package, path: str, stack: _Stack) -> None:
        if not package.embed_patterns:
            return
        try:
            package.embed_files, package.embed_map = resolve(package.dir, package.embed_patterns)
        except EmbedError as error:
            if package.error is None:
                package.error = PackageError(stack, package.embed_places[error.pattern][0].text(self.cwd), str(error))
                package.incomplete = True

    # ------------------------------------------------------------------------------------------------ resolution

    def _is_standard(self, path: str) -> bool:
        known = self._std.get(path)
        if known is None:
            known = is_std_path(path) and has_go_files(os.path.join(self.goroot_src, *path.split("/")))
            self._std[path] = known
        return known

    def _resolve(self, path: str, parent: Package | None) -> _Resolved:
        resolved = _Resolved(path)
        if "@" in path:
            resolved.bare = True
            resolved.problem = "can only use path@version syntax with 'go get' and 'go install' in module-aware mode"
            return resolved
        if path in (".", "..") or path.startswith(("./", "../")):
            resolved.problem = f'"{path}" is relative, but relative import paths are not supported in module mode'
            return resolved
        if os.path.isabs(path):
            resolved.problem = f"\"{path}\" is not a package path; see 'go help packages'"
            return resolved
        problem = check_import_path(path)
        if problem:
            resolved.problem = problem
            return resolved
        if parent is not None:
            resolved.path = self._std_vendored(path, parent)
        if self._is_standard(resolved.path):
            resolved.standard = True
            resolved.dir = os.path.join(self.goroot_src, *resolved.path.split("/"))
            return resolved
        found = self.modules.find(path, "" if parent is None else self._module_importer(parent))
        resolved.module = found.module
        resolved.dir = found.dir
        resolved.problem = found.problem
        return resolved

    def _std_vendored(self, path: str, importer: Package) -> str:
        """std and cmd carry copies of what they need from other modules."""
        if importer.standard and not is_std_path(path):
            below = "cmd/vendor/" if has_path_prefix(importer.import_path, "cmd") else "vendor/"
            if os.path.isdir(os.path.join(self.goroot_src, below + path)):
                return below + path
        return path

    def _module_importer(self, parent: Package) -> str:
        return parent.import_path if not parent.command_line else ""

    # ------------------------------------------------------------------------------------------------ rules

    def _forbidden(
        self, package: Package, path: str, directory: str, parent: Package, stack: _Stack
    ) -> PackageError | None:
        problem = self._internal_problem(package, path, directory, parent)
        if problem:
            error = PackageError(list(stack), "", problem)
            error.always_stack = True
            return error
        problem = self._vendor_problem(package, path, directory)
        if not problem and package.name == "main" and parent.dir != package.dir:
            problem = f'import "{path}" is a program, not an importable package'
        if not problem and package.is_local and not parent.is_local:
            if path == ".":
                problem = f"{path}: cannot import current directory"
            else:
                problem = f'local import "{path}" in non-local package'
        return PackageError(list(stack), "", problem) if problem else None

    def _internal_problem(self, package: Package, path: str, directory: str, parent: Package) -> str:
        """A path with an element "internal" may only be imported from the tree rooted at the parent of that element."""
        imported = package.import_path
        if package.error is not None:
            return ""
        i = find_element(imported, "internal")
        if i < 0:
            return ""
        if path == _SIMD_BRIDGE and "simd" in parent.imports:
            return ""
        if package.standard and parent.standard and self.overlay and imported not in parent.imports:
            return ""  # an import of goes' replacement files
        importer = parent.import_path
        refused = f"use of internal package {imported} not allowed"
        if has_path_prefix(importer, "crypto") and has_path_prefix(imported, "crypto/internal/fips140"):
            return ""
        if has_path_prefix(importer, "crypto/internal/fips140"):
            return "" if has_path_prefix(imported, "crypto/internal") else refused
        if i > 0:
            i -= 1
        if package.module is None:
            top = package.dir[: i + len(package.dir) - len(imported)]
            real_top = os.path.realpath(top)
            inside = self._is_in(os.path.normpath(directory), os.path.normpath(top))
            return "" if inside or self._is_in(os.path.realpath(directory), real_top) else refused
        if parent.command_line:
            # Files on the command line stand for the package of their directory.
            main = self.modules.main
            importer = "."
            if main is not None and self._is_in(parent.dir, main.dir):
                relative = os.path.relpath(parent.dir, main.dir).replace(os.sep, "/")
                importer = main.path if relative == "." else f"{main.path}/{relative}"
        return "" if has_path_prefix(importer, imported[:i]) else refused

    def _vendor_problem(self, package: Package, path: str, directory: str) -> str:
        imported = package.import_path
        i = find_element(imported, "vendor")
        if i >= 0 and package.dir:
            end = max(i - 1, 0) + len(package.dir) - len(imported)
            top = package.dir[: max(end, 0)].rstrip("/")
            if not self._is_in(os.path.normpath(directory), top):
                return "use of vendored package not allowed"
        i = find_element(path, "vendor")
        if i >= 0:
            return f"{path} must be imported as {path[i + len('vendor/') :]}"
        return ""


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
