"""What a package may import, which files it may have, and where it is installed.

    forbidden(loader, package, path, directory, parent, stack, implied)   →   why parent may not import it, or None

"internal" elements: only the tree rooted at the parent of that element may import it. "vendor" elements: only the tree
rooted at the directory that holds vendor, and only by the path below vendor. Source: cmd/go/internal/load.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from ..module.paths import has_path_prefix
from ..syntax.unicode import quote
from .context import host_arch, host_os
from .package import Package, PackageError, find_element
from .resolve import is_below

if TYPE_CHECKING:
    from .graph import Loader

_SIMD_BRIDGE: Final = "simd/internal/bridge"
_Stack = list[tuple[str, str]]

_NO_RUNTIME_CGO: Final = frozenset(("runtime/cgo",))
_NO_SYSCALL: Final = frozenset(("runtime/cgo", "runtime/race", "runtime/msan", "runtime/asan"))


def forbidden(
    loader: Loader, package: Package, path: str, directory: str, parent: Package, stack: _Stack, implied: bool
) -> PackageError | None:
    """`implied`: the compiler or the linker imports it, not the source."""
    problem = _internal_problem(loader, package, path, directory, parent, implied)
    if problem:
        error = PackageError(list(stack), "", problem)
        error.always_stack = True
        return error
    problem = _vendor_problem(package, path, directory, parent)
    if not problem and package.name == "main" and parent.dir != package.dir:
        problem = f"import {quote(path)} is a program, not an importable package"
    if not problem and package.is_local and not parent.is_local:
        if path == ".":
            problem = f"{path}: cannot import current directory"
        else:
            problem = f"local import {quote(path)} in non-local package"
    return PackageError(list(stack), "", problem) if problem else None


def _internal_problem(
    loader: Loader, package: Package, path: str, directory: str, parent: Package, implied: bool
) -> str:
    imported = package.import_path
    if package.error is not None:
        return ""
    i = find_element(imported, "internal")
    if i < 0:
        return ""
    if implied and (path == _SIMD_BRIDGE or (package.standard and parent.standard)):
        return ""  # the compiler's, or an import of goes' replacement files
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
        inside = is_below(os.path.normpath(directory), os.path.normpath(top))
        return "" if inside or is_below(os.path.realpath(directory), os.path.realpath(top)) else refused
    if parent.command_line:
        # Files on the command line stand for the package of their directory.
        importer = loader.resolver.directory_import_path(parent.dir)
    return "" if has_path_prefix(importer, imported[:i]) else refused


def _vendor_problem(package: Package, path: str, directory: str, parent: Package) -> str:
    imported = package.import_path
    i = find_element(imported, "vendor")
    if i >= 0 and package.dir and parent.import_path:
        end = max(i - 1, 0) + len(package.dir) - len(imported)
        top = package.dir[: max(end, 0)].rstrip("/")
        if not is_below(os.path.normpath(directory), top) and not is_below(
            os.path.realpath(directory), os.path.realpath(top)
        ):
            return "use of vendored package not allowed"
    i = find_element(path, "vendor")
    if i >= 0:
        return f"{path} must be imported as {path[i + len('vendor/') :]}"
    return ""


# ------------------------------------------------------------------------------------------------ files


def is_safe_argument(name: str) -> bool:
    """Can the name stand on a command line without being taken for something else?"""
    c = name[:1]
    return c != "" and (c >= "\x80" or c in "._/" or (c.isascii() and c.isalnum()))


def wrong_files(package: Package) -> str:
    """What is wrong with the names of the package's files and directory, or ""."""
    files = package.all_files()
    seen: dict[str, str] = {}
    for name in files:
        other = seen.setdefault(name.casefold(), name)
        if other != name:
            first, second = sorted((other, name))
            return f"case-insensitive file name collision: {quote(first)} and {quote(second)}"
    for name in files:
        if not is_safe_argument(name) or name.startswith("_cgo_"):
            return f"invalid input file name {quote(name)}"
    base = package.import_path.rsplit("/", 1)[-1]
    if not is_safe_argument(base):
        return f"invalid input directory name {quote(base)}"
    if "\n" in package.dir or "\r" in package.dir:
        return f"invalid package directory {quote(package.dir)}"
    return ""


def wrong_sources(package: Package) -> str:
    """Sources of other languages without what translates them."""
    if package.uses_cgo or package.uses_swig:
        return ""
    for language, files in (
        ("C", package.c_files), ("C++", package.cxx_files), ("Objective-C", package.m_files),
        ("Fortran", package.f_files),
    ):  # fmt: skip
        if files:
            return f"{language} source files not allowed when not using cgo or SWIG: {' '.join(files)}"
    return ""


def implied_by_cgo(package: Package) -> list[str]:
    """What code that cgo or SWIG makes will import."""
    found: list[str] = []
    if package.uses_cgo:
        found.append("unsafe")
        if not (package.standard and package.import_path in _NO_RUNTIME_CGO):
            found.append("runtime/cgo")
        if not (package.standard and package.import_path in _NO_SYSCALL):
            found.append("syscall")
    if package.uses_swig:
        found += ["unsafe", "runtime/cgo", "syscall", "sync"]
    return found


# ------------------------------------------------------------------------------------------------ installing


def executable_name(package: Package, modules_enabled: bool) -> str:
    """What the command is called: the last element of its path that is no major version."""
    if package.command_line:
        files = package.go_files or package.cgo_files
        return files[0][:-3] if files else ""
    elements = package.import_path.split("/")
    if modules_enabled and len(elements) > 1 and is_version_element(elements[-1]):
        return elements[-2]
    return elements[-1]


def is_version_element(element: str) -> bool:
    """v2, v3, v10; not v0, v1, v05."""
    digits = element[1:]
    return element[:1] == "v" and digits.isascii() and digits.isdigit() and digits[0] != "0" and digits != "1"


_NEVER_INSTALLED: Final = ("builtin", "unsafe")


def _installs_goroot() -> bool:
    """Are packages of std to have a place, as they had before Go 1.20?"""
    return "installgoroot=all" in os.environ.get("GODEBUG", "").split(",")


def install_target(loader: Loader, package: Package, gobin: str) -> str:
    """Where `go install` puts the package, "" for nowhere."""
    context = loader.context
    modules = loader.resolver.modules_enabled
    if package.name != "main":
        if package.standard and package.import_path not in _NEVER_INSTALLED and _installs_goroot():
            platform = f"{context.goos}_{context.goarch}{context.install_suffix}"
            return os.path.join(context.goroot, "pkg", platform, package.import_path + ".a")
        return "" if package.is_local else package.package_object
    name = executable_name(package, modules) + context.executable_suffix
    crossing = context.goos != host_os() or context.goarch != host_arch()
    full = f"{context.goos}_{context.goarch}/{name}"
    if package.goroot and package.import_path.startswith("cmd/") and package.import_path not in ("cmd/go", "cmd/gofmt"):
        return os.path.join(context.goroot, "pkg", "tool", full)
    directory = ""
    if package.goroot:
        directory = os.path.join(context.goroot, "bin")
    elif gobin:
        directory = gobin
    elif modules:
        directory = loader.resolver.bin_dir()
    elif package.root:
        directory = os.path.join(package.root, "bin")
    if not directory:
        return ""
    package.bin_dir = directory
    if crossing:
        return "" if gobin and not package.goroot else os.path.join(directory, full)
    return os.path.join(directory, name)
