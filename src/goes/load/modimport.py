"""Which module provides a package.

    found = import_from_modules(state, "example.com/a/pkg", rs, None, False)
    found.mod, found.dir      →   ("example.com/a", "v1.0.0"), "/home/x/go/pkg/mod/example.com/a@v1.0.0/pkg"
    query_import(state, "example.com/new/pkg", rs)   →   a module version that would provide it

A package's module is one whose path is a prefix of the import path; all candidates are looked at, since there may be
only one that has the package. With a pruned graph the roots are tried first, and the whole graph is read only if
that fails. Source: cmd/go/internal/modload (import.go).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, final

from ..diag.diagnostic import UserError
from ..module import semver
from ..module.paths import check_import_path, check_module_path, is_std_path
from .moderrors import (
    AmbiguousImport,
    ImportMissing,
    ImportMissingSum,
    InvalidImport,
    ModError,
    PackageNotInModule,
    SumMissing,
    is_sum_missing,
    version_error,
)
from .modfetching import download
from .modscan import has_go_file
from .modsummary import go_mod_summary
from .modversions import EXPLICIT_MODULES_TXT, NO_MOD, Mod, compare, is_toolchain, path_major, zero_pseudo
from .patterns import META, is_local, is_local_import

if TYPE_CHECKING:
    from .modstate import ModuleState
    from .requirements import ModuleGraph, Requirements
    from .view import Entry


@final
class Place:
    """Where a package is: its module (NO_MOD in the standard library), the module's root and the package's directory;
    and the modules that could have provided it by their path."""

    __slots__ = ("mod", "root", "dir", "others")

    def __init__(self, mod: Mod, root: str, dir: str, others: list[Mod]) -> None:
        self.mod = mod
        self.root = root
        self.dir = dir
        self.others = others


def prefixes(path: str) -> list[str]:
    """a/b/c, a/b, a"""
    found = [path]
    slash = path.rfind("/")
    while slash > 0:
        path = path[:slash]
        found.append(path)
        slash = path.rfind("/")
    return found


def is_standard_package(state: ModuleState, path: str) -> bool:
    if not is_std_path(path):
        return False
    directory = os.path.join(state.context.goroot, "src", *path.split("/"))
    return have_go_files(state, directory)


def have_go_files(state: ModuleState, directory: str) -> bool:
    """Are there Go files, whatever their build constraints? Raises ModError if that cannot be known."""
    known = state.have_go_files.get(directory)
    if known is None:
        known = has_go_file(state.scans, directory)
        if known:
            return True
        try:
            known = any(e.name.endswith(".go") and _is_file(e) for e in state.context.view.entries(directory))
        except (FileNotFoundError, NotADirectoryError):
            pass
        except OSError as error:
            raise ModError(f"open {directory}: {(error.strerror or '').lower()}") from None
        state.have_go_files[directory] = known
    return known


def _is_file(entry: Entry) -> bool:
    return entry.is_regular() or (entry.is_link() and entry.stamp()[0] >= 0 and not entry.leads_to_directory())


def dir_in_module(state: ModuleState, path: str, module: str, root: str, is_local: bool) -> tuple[str, bool]:
    """Where the package would be in the module at root, and whether it is there. A local module ends where another
    begins."""
    if path == module:
        directory = root
    elif not module:
        directory = os.path.join(root, *path.split("/"))
    elif path.startswith(module + "/"):
        directory = os.path.join(root, *path[len(module) + 1 :].split("/"))
    else:
        return "", False
    if is_local:
        at = directory
        while at != root and len(at) > len(root):
            known = state.have_go_mod.get(at)
            if known is None:
                known = state.have_go_mod[at] = state.context.view.is_file(os.path.join(at, "go.mod"))
            if known:
                return "", False
            at = os.path.dirname(at)
    return directory, have_go_files(state, directory)


def fetch(state: ModuleState, mod: Mod) -> tuple[str, bool]:
    """The directory of a module or its replacement, downloaded if need be, and whether it is one of the user's own.
    Raises ModError."""
    root = state.main_root.get(mod, "")
    if root:
        return root, True
    replacement = state.replacement(mod)
    if replacement[0]:
        if not replacement[1]:
            directory = os.path.normpath(os.path.join(state.relative_to(), replacement[0]))
            if not state.context.view.exists(directory):
                raise version_error(mod, f"replacement directory {replacement[0]} does not exist")
            return directory, True
        mod = replacement
    if state.must_have_sums and not state.have_sum(mod):
        raise version_error(mod, SumMissing())
    return download(state, mod), False


def names_directory(path: str) -> str:
    """Why a path that names a directory cannot be imported; "" if it names none."""
    if is_local_import(path):
        return f'"{path}" is relative, but relative import paths are not supported in module mode'
    if os.path.isabs(path):
        return f"\"{path}\" is not a package path; see 'go help packages'"
    return ""


def invalid_import(path: str) -> str:
    """Why a string cannot be an import path, by its form."""
    if "@" in path:
        return f'import path "{path}" should not have @version'
    if is_local(path):
        return names_directory(path)
    if path in META:
        return f"\"{path}\" is not an importable package; see 'go help packages'"
    return ""


def import_from_modules(
    state: ModuleState, path: str, rs: Requirements, graph: ModuleGraph | None, skip_mod_file: bool
) -> Place:
    """Raises ModError: ImportMissing if no module of the build list has the package. With skip_mod_file the go.mod of
    the module found is not read (as `mod tidy` did before go 1.21)."""
    problem = invalid_import(path)
    if problem:
        raise InvalidImport(problem)
    if path == "C":
        return Place(NO_MOD, "", "", [])
    problem = check_import_path(path)
    if problem:
        raise InvalidImport(problem)
    standard = is_standard_package(state, path)
    goroot_src = os.path.join(state.context.goroot, "src")
    first: list[tuple[Mod, str, str]] = []  # module, root, directory
    if standard:
        for main in state.main:
            if main in state.in_goroot_src:
                directory, found = dir_in_module(state, path, state.path_prefix[main], state.main_root[main], True)
                if found:
                    return Place(main, state.main_root[main], directory, [])
        root = os.path.join(goroot_src, "cmd") if path.startswith("cmd/") else goroot_src
        first.append((NO_MOD, root, os.path.join(goroot_src, *path.split("/"))))
    if state.build_mod == "vendor":
        return _import_vendored(state, path, first)
    while True:
        hits = list(first)
        without_sum: list[Mod] = []
        others: list[Mod] = []
        for prefix in prefixes(path):
            if is_toolchain(prefix):
                continue
            version = rs.root_selected(prefix) if graph is None else graph.selected(prefix)
            if version is None or version == "none":
                continue
            mod = (prefix, version)
            try:
                root, is_local = fetch(state, mod)
            except ModError as error:
                if is_sum_missing(error):
                    without_sum.append(mod)
                    continue
                raise
            directory, found = dir_in_module(state, path, state.path_prefix.get(mod, prefix), root, is_local)
            if found:
                hits.append((mod, root, directory))
            else:
                others.append(mod)
        if len(hits) > 1:
            hits.reverse()
            raise AmbiguousImport(path, [h[2] for h in hits], [h[0] for h in hits])
        if without_sum:
            without_sum.reverse()
            raise ImportMissingSum(path, bool(hits), without_sum)
        if hits:
            mod, root, directory = hits[0]
            if not skip_mod_file and mod[0] and mod[0] not in state.main_paths:
                # Its Go version decides how it is compiled, so its go.mod must be known.
                go_mod_summary(state, mod)
            return Place(mod, root, directory, others)
        if graph is not None:
            missing = ImportMissing(state, path)
            missing.is_std = is_std_path(path)
            if not state.has_root:
                missing.query_error = ModError(state.no_main())
                missing.no_root = True
            raise missing
        graph = rs.must_graph()


def _import_vendored(state: ModuleState, path: str, hits: list[tuple[Mod, str, str]]) -> Place:
    from .vendoring import read_vendor_list

    for main in state.main:
        root = state.main_root[main]
        if root:
            directory, found = dir_in_module(state, path, state.path_prefix[main], root, True)
            if found:
                hits.append((main, root, directory))
    vendor = state.vendor_directory()
    if state.has_root and vendor:
        directory, found = dir_in_module(state, path, "", vendor, False)
        if found:
            vendored = read_vendor_list(state)
            mod = vendored.package_module.get(path)
            if mod is not None or semver.compare_go(state.go_version(), EXPLICIT_MODULES_TXT) < 0:
                hits.append((mod or NO_MOD, vendor, directory))
            else:
                which = "work" if state.workspace else "mod"
                state.note(
                    f"go: ignoring package {path} which exists in the vendor directory but is missing from "
                    f"vendor/modules.txt. To sync the vendor directory run go {which} vendor."
                )
    if len(hits) > 1:
        raise AmbiguousImport(path, [h[2] for h in hits], [])
    if not hits:
        raise ImportMissing(state, path)
    return Place(hits[0][0], hits[0][1], hits[0][2], [])


def query_import(state: ModuleState, path: str, rs: Requirements) -> Mod:
    """A module version to add for a package that none of the build list has. Versions that are replaced already come
    before what a proxy has. Raises ModError."""
    mods: list[Mod] = []
    for module, highest in state.highest_replaced.items():
        if path != module and not path.startswith(module + "/"):
            continue
        version = highest or zero_pseudo((path_major(module) or "")[1:])
        if compare(module, rs.must_graph().selected(module), version) < 0:
            mods.append((module, version))
    mods.sort(key=lambda m: -len(m[0]))
    for mod in mods:
        try:
            root, is_local = fetch(state, mod)
        except ModError as error:
            if is_sum_missing(error):
                raise ImportMissingSum(path, False, []) from None
            raise
        if dir_in_module(state, path, mod[0], root, is_local)[1]:
            if state.build_mod == "readonly":
                missing = ImportMissing(state, path)
                missing.replaced = mod
                raise missing
            return mod
    if mods and check_module_path(path):
        # It cannot be fetched, so only the replacements could have it.
        raise PackageNotInModule(path, "latest", mods[0], state.replacement(mods[0]), [])
    missing = ImportMissing(state, path)
    if is_std_path(path):
        missing.is_std = True
        raise missing
    if state.build_mod in ("readonly", "vendor") and not state.allow_missing_imports:
        if state.build_mod_explicit:
            missing.query_error = ModError(f"import lookup disabled by -mod={state.build_mod}")
        elif state.build_mod_reason:
            missing.query_error = ModError(
                f"import lookup disabled by -mod={state.build_mod}\n\t({state.build_mod_reason})"
            )
        raise missing
    state.note(f"go: finding module for package {path}")
    graph = rs.must_graph()
    from .modquery import check_allowed
    from .packagequery import query_packages

    try:
        candidates = query_packages(state, path, "latest", graph.selected, lambda m: check_allowed(state, m))
    except ModError as error:
        if not error.not_exist:
            raise
        missing.query_error = error
        raise missing from None
    for i, candidate in enumerate(candidates):
        selected = graph.selected(candidate.mod[0])
        if compare(candidate.mod[0], selected, candidate.mod[1]) > 0:
            # A newer version is required already, and it has lost the package.
            if i == 0:
                missing.new_missing_version = selected
            continue
        return candidate.mod
    missing.mod = candidates[0].mod
    raise missing


def fail(state: ModuleState, error: ModError) -> UserError:
    """The error as the end of the command."""
    return UserError(f"go: {error}")
