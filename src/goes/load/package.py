"""One package as `go list` describes it: its files, imports, embeds, module, and what is wrong with it.

    package.go_files  →  ["a.go"]        package.error  →  None, or what keeps it from being built

Source: cmd/go/internal/load (Package, PackageError) for fields and messages.
"""

from __future__ import annotations

import os
import posixpath
from typing import Final, final

from .scan import (
    CXX,
    SWIG,
    SWIGCXX,
    SYSO,
    C,
    Directives,
    DirectoryScan,
    F,
    FilePlace,
    H,
    M,
    S,
    scan_directory,
    short_path,
)

__all__ = [
    "DirectoryScan", "FilePlace", "Module", "Package", "PackageError", "TestPackages", "clean", "find_element",
    "no_go_message", "scan_directory", "short_path",
]  # fmt: skip

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


@final
class Module:
    """A module of the build; names as in `go list -m -json`. `go` is its go line without "go". What only listing needs
    (time, update, versions, origin ...) is filled in by load/modlist.py."""

    __slots__ = (
        "path", "version", "query", "versions", "replace", "time", "update", "main", "indirect", "dir", "go_mod", "go",
        "retracted", "deprecated", "error", "sum", "go_mod_sum", "origin", "reuse",
    )  # fmt: skip

    def __init__(self, path: str, version: str, dir: str, go: str, main: bool) -> None:
        self.path = path
        self.version = version
        self.query = ""
        self.versions: list[str] = []
        self.replace: Module | None = None
        self.time = ""  # RFC 3339
        self.update: Module | None = None
        self.main = main
        self.indirect = False
        self.dir = dir
        self.go_mod = ""
        self.go = go
        self.retracted: list[str] = []
        self.deprecated = ""
        self.error = ""
        self.sum = ""
        self.go_mod_sum = ""
        self.origin: dict[str, str] | None = None
        self.reuse = False

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
        "import_comment", "doc", "target", "root", "conflict_dir", "for_test", "export", "build_id", "goroot",
        "binary_only", "default_godebug", "stale", "stale_reason", "cgo_files", "compiled_go_files",
        "invalid_go_files", "ignored_other_files", "c_files", "cxx_files", "m_files", "f_files", "swig_files",
        "swigcxx_files", "cgo_flags", "compiled_imports", "raw_imports", "test_embed_files", "xtest_embed_files",
        "directives", "test_directives", "xtest_directives", "bin_dir", "package_object", "bare", "is_literal",
        "dep_only", "testmain", "for_main", "forced_language",
    )  # fmt: skip

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
        # What only `go list` and installing need.
        self.import_comment = ""
        self.doc = ""
        self.target = ""  # where it is installed
        self.root = ""  # GOROOT, the GOPATH directory or the module's directory
        self.conflict_dir = ""
        self.for_test = ""  # import path of the package this is a test variant for
        self.export = ""
        self.build_id = ""
        self.goroot = False
        self.binary_only = False
        self.default_godebug = ""
        self.stale = False
        self.stale_reason = ""
        self.cgo_files: list[str] = []
        self.compiled_go_files: list[str] = []
        self.invalid_go_files: list[str] = []
        self.ignored_other_files: list[str] = []
        self.c_files: list[str] = []
        self.cxx_files: list[str] = []
        self.m_files: list[str] = []
        self.f_files: list[str] = []
        self.swig_files: list[str] = []
        self.swigcxx_files: list[str] = []
        self.cgo_flags: dict[str, list[str]] = {}
        self.compiled_imports: list[str] = []  # what the compiler adds to the imports
        self.raw_imports: list[str] = []  # as written, in the order of `imports`
        self.test_embed_files: list[str] = []
        self.xtest_embed_files: list[str] = []
        self.directives: Directives = []  # //go:debug lines
        self.test_directives: Directives = []
        self.xtest_directives: Directives = []
        self.bin_dir = ""
        self.package_object = ""  # where GOPATH mode installs the archive
        self.bare = False  # nothing is known but the path and an error
        self.is_literal = False  # the command line names it without a wildcard
        self.dep_only = False
        self.testmain: bytes | None = None  # the text of _testmain.go, if this is the main package of a test binary
        self.for_main = ""
        self.forced_language = ""  # "go1.17" of -gcflags=-lang

    def fill(self, scan: DirectoryScan, with_imports: bool) -> None:
        """Take over what the scan of the directory found."""
        self.name = scan.name
        self.doc = scan.doc
        self.import_comment = scan.import_comment
        self.binary_only = scan.binary_only
        self.go_files = scan.go_files
        self.cgo_files = scan.cgo_files
        self.ignored_go_files = scan.ignored_go_files
        self.ignored_other_files = scan.ignored_other_files
        self.invalid_go_files = scan.invalid_go_files
        self.c_files = scan.others[C]
        self.cxx_files = scan.others[CXX]
        self.m_files = scan.others[M]
        self.h_files = scan.others[H]
        self.f_files = scan.others[F]
        self.s_files = scan.others[S]
        self.swig_files = scan.others[SWIG]
        self.swigcxx_files = scan.others[SWIGCXX]
        self.syso_files = scan.others[SYSO]
        self.cgo_flags = scan.cgo_flags
        self.test_go_files = scan.test_go_files
        self.xtest_go_files = scan.xtest_go_files
        self.directives = scan.directives
        self.test_directives = scan.test_directives
        self.xtest_directives = scan.xtest_directives
        self.embed_patterns = sorted(scan.embeds)
        self.embed_places = scan.embeds
        self.test_embed_places = scan.test_embeds
        self.xtest_embed_places = scan.xtest_embeds
        if with_imports:
            self.imports = sorted(scan.imports)
            self.raw_imports = list(self.imports)
            self.import_places = scan.imports
            self.test_imports = sorted(scan.test_imports)
            self.test_import_places = scan.test_imports
            self.xtest_imports = sorted(scan.xtest_imports)
            self.xtest_import_places = scan.xtest_imports

    def all_files(self) -> list[str]:
        """All files that were looked at, embedded ones too."""
        files = (
            self.go_files + self.cgo_files + self.ignored_go_files + self.ignored_other_files + self.c_files
            + self.cxx_files + self.m_files + self.h_files + self.f_files + self.s_files + self.swig_files
            + self.swigcxx_files + self.syso_files + self.test_go_files + self.xtest_go_files
        )  # fmt: skip
        known = frozenset(files)
        return files + [f for f in self.embed_files if "/" in f or f not in known]

    def all_go_files(self) -> list[str]:
        """All Go files of the directory, those that do not take part too."""
        return [
            *self.go_files, *self.cgo_files, *self.test_go_files, *self.xtest_go_files, *self.invalid_go_files,
            *(f for f in self.ignored_go_files if f[0] not in "_."),
        ]  # fmt: skip

    @property
    def uses_cgo(self) -> bool:
        return bool(self.cgo_files)

    @property
    def uses_swig(self) -> bool:
        return bool(self.swig_files or self.swigcxx_files)

    @property
    def description(self) -> str:
        """The import path, and which test or program the package is built for."""
        if self.for_test:
            return f"{self.import_path} [{self.for_test}.test]"
        return f"{self.import_path} [{self.for_main}]" if self.for_main else self.import_path

    @property
    def language_version(self) -> str:
        """ "go1.22" of its module; "" means the toolchain's own."""
        return "" if self.module is None or self.standard else self.module.language_version

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
