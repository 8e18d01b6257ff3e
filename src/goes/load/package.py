"""One package as `go list` describes it: its files, imports, embeds, module, and what is wrong with it.

    scan_directory(context, dir, None, False)   →   DirectoryScan: files sorted into kinds, imports with positions

Source: go/build (Import), cmd/go/internal/load (Package, PackageError) for fields and messages.
"""

from __future__ import annotations

import os
import posixpath
from typing import Final, final

from .constraint import HeaderError, header_matches, name_matches
from .context import BuildContext
from .header import Header, Place, read_header

_OTHER_EXTENSIONS: Final = frozenset((
    ".c", ".cc", ".cpp", ".cxx", ".m", ".h", ".hh", ".hpp", ".hxx", ".f", ".F", ".for", ".f90", ".s", ".S", ".sx",
    ".swig", ".swigcxx", ".syso",
))


# Compiled like the runtime: no implicit allocation, runtime-only directives (cmd/internal/objabi/pkgspecial.go).
RUNTIME_PACKAGES: Final = frozenset((
    "runtime", "internal/runtime/atomic", "internal/runtime/cgroup", "internal/runtime/exithook",
    "internal/runtime/gc", "internal/runtime/gc/scan", "internal/runtime/maps", "internal/runtime/math",
    "internal/runtime/sys", "internal/runtime/syscall/linux", "internal/runtime/syscall/windows", "internal/abi",
    "internal/bytealg", "internal/byteorder", "internal/chacha8rand", "internal/coverage/rtcov", "internal/cpu",
    "internal/goarch", "internal/godebugs", "internal/goexperiment", "internal/goos", "internal/profilerecord",
    "internal/strconv", "internal/stringslite",
))
# Their functions without body are supplied by package runtime (cmd/go/internal/work/gc.go).
_FORWARD_DECLARING: Final = frozenset((
    "bytes", "internal/poll", "net", "os", "runtime/metrics", "runtime/pprof", "runtime/trace", "sync", "syscall",
    "time",
))


def short_path(path: str, cwd: str) -> str:
    """The path relative to the working directory if that is shorter."""
    try:
        relative = os.path.relpath(path, cwd)
    except ValueError:
        return path
    return relative if len(relative) < len(path) else path


@final
class FilePlace:
    """A position in a file, as messages print it."""

    __slots__ = ("file", "line", "column")

    def __init__(self, file: str, line: int, column: int) -> None:
        self.file = file
        self.line = line
        self.column = column

    def text(self, cwd: str) -> str:
        return f"{short_path(self.file, cwd)}:{self.line}:{self.column}"


@final
class Module:
    """A module of the build. `replace` is the path it is replaced by, for display; `go` its go line without "go"."""

    __slots__ = ("path", "version", "dir", "go", "main", "replace", "indirect")

    def __init__(self, path: str, version: str, dir: str, go: str, main: bool) -> None:
        self.path = path
        self.version = version
        self.dir = dir
        self.go = go
        self.main = main
        self.replace = ""
        self.indirect = False

    @property
    def language_version(self) -> str:
        """What the compiler is told: "go1.22". Without a go line it is 1.16."""
        parts = (self.go or "1.16").split(".")
        minor = "".join(c for c in parts[1] if c.isdigit()) if len(parts) > 1 else "0"
        return f"go{parts[0]}.{minor}"


@final
class PackageError:
    """An error of a package, printed as the go command prints it. The stack leads from a package of the command line
    to the one at fault: (import path, base name of the importing file)."""

    __slots__ = ("stack", "place", "message", "is_cycle", "always_stack")

    def __init__(self, stack: list[tuple[str, str]], place: str, message: str) -> None:
        self.stack = stack
        self.place = place
        self.message = message
        self.is_cycle = False
        self.always_stack = False

    def __str__(self) -> str:
        if self.place and (not self.stack or not self.always_stack):
            return f"{self.place}: {self.message}"
        if not self.stack:
            return self.message
        names = [
            f"{path} from {file}" if self.is_cycle and file else path
            for path, file in self.stack
        ]
        at = f"\n\t{self.place}" if self.place else ""
        return "package " + "\n\timports ".join(names) + f"{at}: {self.message}"


@final
class Package:
    """Field names follow `go list -json`. Lists of files hold base names, sorted as the directory lists them."""

    __slots__ = (
        "dir", "import_path", "name", "go_files", "s_files", "h_files", "syso_files", "ignored_go_files",
        "test_go_files", "xtest_go_files", "imports", "import_places", "import_map", "test_imports",
        "test_import_places", "xtest_imports", "xtest_import_places", "embed_patterns", "embed_places",
        "embed_files", "embed_map", "test_embed_places", "xtest_embed_places", "standard", "module",
        "error", "incomplete", "command_line", "match", "is_local", "dependencies",
        "for_test", "testmain",
    )

    def __init__(self, import_path: str) -> None:
        self.dir = ""
        self.import_path = import_path
        self.name = ""
        self.go_files: list[str] = []
        self.s_files: list[str] = []
        self.h_files: list[str] = []
        self.syso_files: list[str] = []
        self.ignored_go_files: list[str] = []
        self.test_go_files: list[str] = []
        self.xtest_go_files: list[str] = []
        self.imports: list[str] = []  # resolved
        self.import_places: dict[str, list[FilePlace]] = {}  # by path as written
        self.import_map: dict[str, str] = {}  # as written → resolved, where they differ
        self.test_imports: list[str] = []
        self.test_import_places: dict[str, list[FilePlace]] = {}
        self.xtest_imports: list[str] = []
        self.xtest_import_places: dict[str, list[FilePlace]] = {}
        self.embed_patterns: list[str] = []
        self.embed_places: dict[str, list[FilePlace]] = {}
        self.embed_files: list[str] = []
        self.embed_map: dict[str, list[str]] = {}
        self.test_embed_places: dict[str, list[FilePlace]] = {}
        self.xtest_embed_places: dict[str, list[FilePlace]] = {}
        self.standard = False
        self.module: Module | None = None
        self.error: PackageError | None = None
        self.incomplete = False
        self.command_line = False  # made of the files named on the command line
        self.match: list[str] = []  # the patterns of the command line that named it
        self.is_local = False
        self.dependencies: list[Package] | None = None  # imported packages, implicit ones too; None while loading
        self.for_test = ""  # import path of the package this is a test variant for
        self.testmain: bytes | None = None  # the text of _testmain.go, if this is the main package of a test binary

    @property
    def language_version(self) -> str:
        """ "go1.22" of its module; "" means the toolchain's own."""
        return "" if self.module is None or self.standard else self.module.language_version

    @property
    def description(self) -> str:
        """The import path, for a test variant "p [p.test]"."""
        return f"{self.import_path} [{self.for_test}.test]" if self.for_test else self.import_path

    @property
    def is_runtime(self) -> bool:
        return self.standard and self.import_path in RUNTIME_PACKAGES

    @property
    def is_complete(self) -> bool:
        """Must every function have a body (gc's -complete)?"""
        if self.s_files or self.syso_files:
            return False
        return not (self.standard and self.import_path in _FORWARD_DECLARING)

    def full(self, names: list[str]) -> list[str]:
        """Absolute names of files of this package."""
        return [os.path.join(self.dir, name) for name in names]

    def __repr__(self) -> str:
        return f"Package({self.import_path})"


@final
class TestPackages:
    """What the tests of a package need beside the package: packages imported by the tests inside the package and by
    those outside of it (package p_test), files embedded, and what is wrong with either."""

    __test__ = False  # not a test of ours
    __slots__ = ("imports", "xtest_imports", "embed_map", "xtest_embed_map", "error", "xtest_error")

    def __init__(self) -> None:
        self.imports: list[Package] = []
        self.xtest_imports: list[Package] = []
        self.embed_map: dict[str, list[str]] = {}
        self.xtest_embed_map: dict[str, list[str]] = {}
        self.error: PackageError | None = None
        self.xtest_error: PackageError | None = None


@final
class DirectoryScan:
    """What a directory holds for one context. `error`: (message, place or None, is syntax error, is "no Go files")."""

    __slots__ = (
        "name", "go_files", "s_files", "h_files", "syso_files", "ignored_go_files", "test_go_files", "xtest_go_files",
        "imports", "test_imports", "xtest_imports", "embeds", "test_embeds", "xtest_embeds", "error",
        "error_place", "no_go",
    )

    def __init__(self) -> None:
        self.name = ""
        self.go_files: list[str] = []
        self.s_files: list[str] = []
        self.h_files: list[str] = []
        self.syso_files: list[str] = []
        self.ignored_go_files: list[str] = []
        self.test_go_files: list[str] = []
        self.xtest_go_files: list[str] = []
        self.imports: dict[str, list[FilePlace]] = {}
        self.test_imports: dict[str, list[FilePlace]] = {}
        self.xtest_imports: dict[str, list[FilePlace]] = {}
        self.embeds: dict[str, list[FilePlace]] = {}
        self.test_embeds: dict[str, list[FilePlace]] = {}
        self.xtest_embeds: dict[str, list[FilePlace]] = {}
        self.error = ""
        self.error_place: FilePlace | None = None  # of a syntax error
        self.no_go = False  # error is that there are no Go files at all

    def fail(self, message: str, place: FilePlace | None = None) -> None:
        if not self.error:
            self.error = message
            self.error_place = place


def scan_directory(
    context: BuildContext, directory: str, files: list[str] | None, use_all_files: bool
) -> DirectoryScan:
    """Sort the directory's files (or only those given) into the package. With use_all_files build constraints do not
    count, as for files named on the command line."""
    scan = DirectoryScan()
    first_file = ""
    names = files
    if names is None:
        with os.scandir(directory) as entries:
            names = sorted(e.name for e in entries if not e.is_dir())
    for name in names:
        if name[0] in "_.":
            continue
        dot = name.rfind(".")
        ext = name[dot:] if dot >= 0 else ""
        if ext != ".go" and ext not in _OTHER_EXTENSIONS:
            continue
        if not use_all_files and not name_matches(context, name):
            if ext == ".go":
                scan.ignored_go_files.append(name)
            continue
        if ext == ".syso":
            scan.syso_files.append(name)
            continue
        if ext != ".go" and ext not in (".s", ".h"):
            continue
        path = os.path.join(directory, name)
        try:
            with open(path, "rb") as f:
                data = f.read()
        except OSError as error:
            if ext == ".go":
                scan.fail(f"open {path}: {os.strerror(error.errno or 0).lower()}")
            continue
        header: Header | None = None
        end = len(data)
        if ext == ".go":
            header = read_header(data)
            if header.error is None:
                end = header.end
        try:
            if not header_matches(context, data[:end]) and not use_all_files:
                if ext == ".go":
                    scan.ignored_go_files.append(name)
                continue
        except HeaderError as error:
            if ext == ".go":
                scan.fail(f"{name}: {error}")
            continue
        if header is None:
            (scan.s_files if ext == ".s" else scan.h_files).append(name)
            continue
        first_file = _add_go_file(scan, directory, name, path, header, first_file)
    if not scan.error and not (scan.go_files or scan.test_go_files or scan.xtest_go_files):
        scan.error = "no Go files in " + directory
        scan.no_go = True
    return scan


def _add_go_file(
    scan: DirectoryScan, directory: str, name: str, path: str, header: Header, first_file: str
) -> str:
    if header.error is not None:
        line, column, message = header.error
        invalid = message.startswith("invalid import path")
        scan.fail(f"{path}:{line}:{column}: {message}" if invalid else message,
                  None if invalid else FilePlace(path, line, column))
    package = header.name
    if header.error is None and package == "documentation":
        scan.ignored_go_files.append(name)
        return first_file
    is_test = name.endswith("_test.go")
    is_xtest = False
    if is_test and package.endswith("_test") and scan.name != package:
        is_xtest = True
        package = package[: -len("_test")]
    if not scan.name:
        scan.name = package
        first_file = name
    elif package != scan.name:
        scan.fail(f"found packages {scan.name} ({first_file}) and {package} ({name}) in {directory}")
    if header.uses_cgo:
        if is_test:
            scan.fail(f"use of cgo in test {path} not supported")
        else:
            scan.ignored_go_files.append(name)  # cgo is off
            return first_file
    if is_xtest:
        scan.xtest_go_files.append(name)
        imports = scan.xtest_imports
        embeds = scan.xtest_embeds
    elif is_test:
        scan.test_go_files.append(name)
        imports = scan.test_imports
        embeds = scan.test_embeds
    else:
        scan.go_files.append(name)
        imports = scan.imports
        embeds = scan.embeds
    _collect(embeds, header.embeds, path)
    _collect(imports, header.imports, path)
    return first_file


def _collect(into: dict[str, list[FilePlace]], places: list[Place], path: str) -> None:
    for place in places:
        into.setdefault(place.text, []).append(FilePlace(path, place.line, place.column))


def no_go_message(package: Package) -> str:
    """Why there is nothing to compile in a package without Go files."""
    if package.ignored_go_files:
        return "build constraints exclude all Go files in " + package.dir
    if package.test_go_files or package.xtest_go_files:
        return "no non-test Go files in " + package.dir
    return "no Go files in " + package.dir


def find_element(path: str, element: str) -> int:
    """Where the last path element `internal` or `vendor` begins in an import path, or -1."""
    if path.endswith("/" + element):
        return len(path) - len(element)
    i = path.rfind(f"/{element}/")
    if i >= 0:
        return i + 1
    return 0 if path == element or path.startswith(element + "/") else -1


def clean(path: str) -> str:
    return posixpath.normpath(path)
