"""Patterns to import paths, over the modules of the build list.

    match = Match("example.com/a/...")
    match_packages(state, match, any_tags=False, with_std=True, modules=graph.build_list())
    match.packages       →   ["example.com/a", "example.com/a/b"]

Local patterns ("./...") name directories, which become import paths by the module they lie in.
Sources: go command documentation "Package lists and patterns"; cmd/go/internal/search, cmd/go/internal/modload.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, final

from .context import BuildContext
from .moderrors import ModError, PackageNotInModule
from .modfetching import cached_directory
from .modimport import dir_in_module, fetch
from .modscan import NoGoFiles, ScanError, has_go_file, scan_once
from .modstate import find_root
from .modsummary import PRUNED, go_mod_summary
from .modversions import NO_MOD, Mod, is_toolchain
from .patterns import META, is_literal, is_local, pattern_matcher, tree_matcher
from .resolve import is_below
from .walk import WalkRules, directories

if TYPE_CHECKING:
    from .modstate import ModuleState
    from .requirements import Requirements


@final
class Match:
    """A pattern with what it matches. `dirs` is None until a local pattern has been looked for."""

    __slots__ = ("pattern", "dirs", "packages", "errors", "found")

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.dirs: list[str] | None = None
        self.packages: list[str] = []
        self.errors: list[ModError] = []
        self.found = False

    @property
    def is_local(self) -> bool:
        return is_local(self.pattern)

    @property
    def is_meta(self) -> bool:
        return self.pattern in META

    @property
    def is_literal(self) -> bool:
        return is_literal(self.pattern)

    def fail(self, error: ModError | str) -> None:
        prefix = "" if self.is_literal else "pattern "
        self.errors.append(ModError(f"{prefix}{self.pattern}: {error}"))


@final
class NotImportable(ModError):
    """A directory of GOROOT that is no package; patterns pass over it."""


_BUILTIN: Final = '"builtin" is a pseudo-package, not an importable package'


@final
class IgnorePatterns:
    """The `ignore` lines of a go.mod: "./x" at the module's root, "x" anywhere."""

    __slots__ = ("_at_root", "_anywhere")

    def __init__(self, patterns: list[str]) -> None:
        self._at_root = tuple(_slashes(p[2:]) for p in patterns if p.startswith("./"))
        self._anywhere = tuple(_slashes(p) for p in patterns if not p.startswith("./"))

    def ignores(self, directory: str) -> bool:
        if not directory:
            return False
        path = _slashes(directory)
        return path.startswith(self._at_root) or any(p in path for p in self._anywhere)


def _slashes(path: str) -> str:
    return "/" + path.strip("/") + "/"


def holds_package(state: ModuleState, directory: str, any_tags: bool) -> bool:
    try:
        scan_once(state.scans, state.context, directory, any_tags)
    except NoGoFiles:
        return False
    except ScanError:
        pass
    return True


def match_packages(
    state: ModuleState, match: Match, any_tags: bool, with_std: bool, modules: list[Mod] | None
) -> None:
    """All packages of the modules (and of the standard library) that the pattern matches, sorted. Without modules not
    even the vendor directory counts."""
    rules = WalkRules()
    rules.note_links = "..." in match.pattern
    if not match.is_meta:
        rules.is_match = pattern_matcher(match.pattern)
        rules.can_match = tree_matcher(match.pattern)
    rules.failed = lambda directory, error: match.fail(f"open {directory}: {(error.strerror or '').lower()}")
    seen = {"builtin", "runtime/cgo"}
    found: list[str] = []

    def walk(root: str, prefix: str, stop_at_vendor: bool, stop_at_go_mod: bool, ignore: IgnorePatterns | None) -> None:
        def ignored(below: str) -> bool:
            if ignore is None or not ignore.ignores(below):
                return False
            if state.options.trace:
                state.note(f"# ignoring directory {os.path.join(root, below)}")
            return True

        rules.stop_at_vendor = stop_at_vendor
        rules.stop_at_go_mod = stop_at_go_mod
        rules.ignored = None if ignore is None else ignored
        for path, directory in directories(state.context, root, prefix, rules, state.note):
            if path not in seen:
                seen.add(path)
                if holds_package(state, directory, any_tags):
                    found.append(path)

    if with_std:
        source = os.path.join(state.context.goroot, "src")
        walk(source, "", False, True, None)
        if rules.can_match("cmd"):
            walk(os.path.join(source, "cmd"), "cmd", False, True, None)
    if modules is None:
        pass
    elif state.build_mod == "vendor":
        for main in state.main:
            if state.main_root[main]:
                walk(state.main_root[main], state.path_prefix[main], True, True, ignore_patterns(state, main))
        if state.has_root:
            walk(state.vendor_directory(), "", True, False, None)
    else:
        for mod in modules:
            if is_toolchain(mod[0]) or not rules.can_match(mod[0]):
                continue
            if mod in state.main_root:
                root = state.main_root[mod]
                if root:
                    walk(root, state.path_prefix[mod], True, True, ignore_patterns(state, mod))
                continue
            try:
                root, is_own = fetch(state, mod)
            except ModError as error:
                match.fail(error)
                continue
            walk(root, mod[0], True, is_own, ignore_patterns(state, mod))
    match.packages = sorted(found)


def is_vendored_command(context: BuildContext, path: str) -> bool:
    """Programs that cmd's vendor directory happens to hold do not belong to "cmd"."""
    if not path.startswith("cmd/vendor/"):
        return False
    from .scan import scan_directory

    directory = os.path.join(context.goroot, "src", *path.split("/"))
    return scan_directory(context, directory, None, False).name == "main"


def ignore_patterns(state: ModuleState, mod: Mod) -> IgnorePatterns | None:
    index = state.indices.get(mod)
    if index is not None:
        return IgnorePatterns(index.ignore) if index.ignore else None
    if mod in state.main_root:
        return None
    try:
        ignore = go_mod_summary(state, mod).ignore
    except ModError:
        return None
    return IgnorePatterns(ignore) if ignore else None


# ------------------------------------------------------------------------------------------------ local patterns


def match_local_dirs(state: ModuleState, roots: list[str], match: Match, rs: Requirements) -> None:
    """The directories that a local pattern names. Far outside of the modules nothing is walked."""
    if "..." in match.pattern:
        directory = os.path.dirname(os.path.normpath(match.pattern[: match.pattern.index("...") + 3])) or "."
        absolute = os.path.normpath(os.path.join(state.cwd, directory))
        goroot_src = os.path.join(state.context.goroot, "src")
        if (
            find_root(absolute, view=state.context.view) not in roots
            and not is_below(absolute, goroot_src)
            and not path_in_module_cache(state, absolute, rs)
        ):
            match.dirs = []
            scope = "main module or its selected dependencies"
            if state.workspace:
                scope = "modules listed in go.work or their selected dependencies"
            match.fail(f"directory prefix {state.short(absolute)} does not contain {scope}")
            return
        match.dirs = _walk_local(state, roots, match)
        return
    match.dirs = [match.pattern]


def _walk_local(state: ModuleState, roots: list[str], match: Match) -> list[str]:
    pattern = os.path.normpath(match.pattern)
    prefix = "./" if pattern != "." and match.pattern.startswith("./") else ""
    is_match = pattern_matcher(prefix + pattern)
    written = prefix + pattern
    top = os.path.dirname(written[: written.index("...")]) or "."
    absolute_top = os.path.normpath(os.path.join(state.cwd, top))
    root = ""
    for candidate in roots:
        if is_below(absolute_top, candidate):
            root = candidate
    ignore: IgnorePatterns | None = None
    for main in state.main:
        if state.main_root[main] == root and root:
            ignore = ignore_patterns(state, main)
    view = state.context.view
    if not view.is_dir(absolute_top):
        match.fail(f"lstat {top}/: no such file or directory")
        return []
    found: list[str] = []
    pending = [os.path.normpath(top)]
    first = True
    while pending:
        path = pending.pop()
        absolute = os.path.normpath(os.path.join(state.cwd, path))
        element = os.path.basename(path)
        if (element.startswith(".") and element not in (".", "..")) or element.startswith("_") or element == "testdata":
            continue
        if ignore is not None and root and absolute != root and ignore.ignores(os.path.relpath(absolute, root)):
            if state.options.trace:
                state.note(f"# ignoring directory {absolute}")
            continue
        if not first and view.is_file(os.path.join(absolute, "go.mod")):
            continue
        first = False
        name = path if os.path.isabs(path) else prefix + path
        if is_match(name) and holds_package(state, absolute, False):
            found.append(name)
        try:
            names = [e.name for e in reversed(view.entries(absolute)) if e.is_dir()]
        except OSError as error:
            match.fail(f"open {absolute}: {(error.strerror or '').lower()}")
            return found
        pending.extend(n if path == "." else os.path.join(path, n) for n in names)
    return found


def _check_directory(state: ModuleState, directory: str) -> None:
    """Only a directory with Go files, used or not, can be a package. Raises ModError."""
    if not state.context.view.exists(directory):
        raise ModError(f"stat {directory}: directory not found", not_exist=True)
    try:
        entries = state.context.view.entries(directory)
    except OSError:
        return  # it is something else; what, is said when it is loaded
    if not any(e.name.endswith(".go") and e.name[0] not in "._" and not e.is_dir() for e in entries):
        raise ModError(f"no Go files in {directory}")


def resolve_local(state: ModuleState, directory: str, rs: Requirements) -> str:
    """The import path of a directory. Raises ModError."""
    absolute = os.path.normpath(os.path.join(state.cwd, directory))
    known = state.local_paths.get(absolute)
    if known is not None:
        return known
    if not has_go_file(state.scans, absolute):
        _check_directory(state, absolute)
    goroot_src = os.path.join(state.context.goroot, "src")
    for main in state.main:
        if state.main_root[main] == absolute and absolute:
            if absolute == goroot_src:
                raise NotImportable("GOROOT/src is not an importable package")
            return state.path_prefix[main]
    problem: ModError | None = None
    longest = ""
    for main in state.main:
        root = state.main_root[main]
        if not root or not is_below(absolute, root) or "@" in absolute[len(root) :]:
            continue
        suffix = os.path.relpath(absolute, root).replace(os.sep, "/")
        if suffix.startswith("vendor/"):
            if state.build_mod != "vendor":
                raise ModError(f"without -mod=vendor, directory {absolute} has no package path")
            from .vendoring import read_vendor_list

            if suffix[len("vendor/") :] not in read_vendor_list(state).package_module:
                raise ModError(f"directory {absolute} is not a package listed in vendor/modules.txt")
            return suffix[len("vendor/") :]
        prefix = state.path_prefix[main]
        if not prefix:
            if suffix == "builtin":
                raise NotImportable(_BUILTIN)
            return suffix
        path = f"{prefix}/{suffix}"
        if not dir_in_module(state, path, prefix, root, True)[1]:
            if len(prefix) > len(longest):
                longest = prefix
                problem = PackageNotInModule(path, "", NO_MOD, NO_MOD, [main])
            continue
        state.local_paths[absolute] = path
        return path
    if problem is not None:
        raise problem
    if is_below(absolute, goroot_src) and absolute != goroot_src:
        path = os.path.relpath(absolute, goroot_src).replace(os.sep, "/")
        if path == "builtin":
            raise NotImportable(_BUILTIN)
        if "@" not in path:
            return path
    path = path_in_module_cache(state, absolute, rs)
    if path:
        return path
    shown = state.short(absolute)
    what = "current directory" if shown == "." else f"directory {shown}"
    if state.workspace:
        root = find_root(absolute, view=state.context.view)
        if root:
            raise ModError(
                f"{what} is contained in a module that is not one of the workspace modules listed in go.work. "
                f"You can add the module to the workspace using:\n\tgo work use {state.short(root)}"
            )
        raise ModError(f"{what} outside modules listed in go.work or their selected dependencies")
    raise ModError(f"{what} outside main module or its selected dependencies")


def resolve_dirs(state: ModuleState, match: Match, rs: Requirements, complain: bool) -> None:
    """The packages in the directories of a local pattern. `complain`: say what is wrong with the others."""
    match.packages = []
    for directory in match.dirs or []:
        try:
            match.packages.append(resolve_local(state, directory, rs))
        except ModError as error:
            if not match.is_literal and isinstance(error, NotImportable):
                continue
            if not state.has_root:
                state.die()
            if complain:
                match.fail(error)


def path_in_module_cache(state: ModuleState, directory: str, rs: Requirements) -> str:
    """The import path of a directory that lies in a module of the build list; ""."""

    def try_module(mod: Mod) -> str:
        if is_toolchain(mod[0]) or mod in state.main_root:
            return ""
        replacement = state.replacement(mod)
        if replacement[0] and not replacement[1]:
            root = os.path.normpath(os.path.join(state.relative_to(), replacement[0]))
        else:
            root = cached_directory(state, replacement if replacement[0] else mod)
        if not root or not is_below(directory, root):
            return ""
        sub = "" if directory == root else os.path.relpath(directory, root).replace(os.sep, "/")
        if "/vendor/" in sub or sub.startswith("vendor/") or "@" in sub:
            return ""
        return f"{mod[0]}/{sub}" if sub else mod[0]

    if rs.pruning == PRUNED:
        for mod in rs.roots:
            if rs.root_selected(mod[0]) == mod[1]:
                path = try_module(mod)
                if path:
                    return path
    for mod in rs.graph()[0].build_list():
        path = try_module(mod)
        if path:
            return path
    return ""


def match_in_module(state: ModuleState, pattern: str, mod: Mod, any_tags: bool) -> Match:
    """The packages that match in one module version, of the build list or not; NO_MOD is the standard library."""
    match = Match(pattern)
    if mod == NO_MOD:
        match_packages(state, match, any_tags, True, None)
        return match
    if not match.is_literal:
        match_packages(state, match, any_tags, False, [mod])
        return match
    try:
        root, is_own = fetch(state, mod)
        directory, found = dir_in_module(state, pattern, state.path_prefix.get(mod, mod[0]), root, is_own)
        if found and holds_package(state, directory, any_tags):
            match.packages = [pattern]
    except ModError as error:
        match.errors = [error]
    return match
