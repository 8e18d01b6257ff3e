"""Packages by the rules of modules.

    ModuleResolver(context, cwd).match(["./..."], False)   →   the packages of the main module

A main module that requires nothing is resolved import by import, without looking at anything that it does not import;
else all packages are first loaded for their modules (load/modload.py), which keeps go.mod consistent.
Source: cmd/go/internal/load, cmd/go/internal/modload (matching, resolution, messages).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, final

from ..module.paths import check_import_path, has_path_prefix, is_std_path
from ..syntax.unicode import quote
from .context import BuildContext
from .mainmodules import load_requirements
from .moderrors import ImportMissing, ModError
from .modimport import import_from_modules, names_directory, prefixes, query_import
from .modload import load_imports_of, load_packages
from .modmatch import Match as ModuleMatch
from .modmatch import is_vendored_command, match_local_dirs, match_packages, resolve_dirs
from .modpackages import NoGo, PackageOptions
from .modscan import is_magic
from .modstate import NO_ROOT, ModOptions, ModuleState
from .modversions import NO_MOD, Mod, is_toolchain
from .package import Module, Package
from .patterns import clean_patterns
from .resolve import Match, Resolved, Resolver, is_below

if TYPE_CHECKING:
    from .requirements import Requirements

@final
class ModuleResolver(Resolver):
    modules_enabled = True

    def __init__(self, context: BuildContext, cwd: str, options: ModOptions | None = None) -> None:
        super().__init__(context, cwd)
        self.state = ModuleState(context, cwd, os.environ, options or ModOptions())
        self.state.init()
        self._modules: dict[Mod, Module] = {}
        self._std: dict[str, bool] = {}
        self.outside = ""  # the module version that path@version arguments name

    def module_state(self) -> ModuleState:
        return self.state

    def requirements(self) -> Requirements:
        try:
            return load_requirements(self.state)
        except ModError as error:
            self.state.fatal(error)

    def _is_plain(self) -> bool:
        """Does nothing come from other modules?"""
        state = self.state
        if state.workspace or state.build_mod != "readonly":
            return False
        return all(not file.require and not file.replace for file in state.mod_files.values() if file is not None)

    # ------------------------------------------------------------------------------------------------ patterns

    def match(self, patterns: list[str], with_tests: bool) -> list[Match]:
        rs = self.requirements()
        patterns = clean_patterns(patterns)
        if self._is_plain() and "all" not in patterns:
            matches = [ModuleMatch(p) for p in patterns]
            for match in matches:
                self._match_plain(match, rs)
        else:
            options = PackageOptions()
            options.resolve_missing = True
            options.load_tests = with_tests
            options.silent = True
            options.silent_unmatched = True
            options.follow_std = "all" in patterns
            matches, _ = load_packages(self.state, options, patterns)
        found: list[Match] = []
        for match in matches:
            out = Match(match.pattern)
            out.packages = match.packages
            out.errors = [str(e) for e in match.errors]
            if match.is_literal and match.errors:
                # The pattern is shown as the package's path already.
                out.errors = [e.removeprefix(f"{match.pattern}: ") for e in out.errors]
                if match.is_local and out.errors[0].startswith("no Go files in "):
                    out.no_go_dir = os.path.normpath(os.path.join(self.cwd, match.pattern))
            if not match.packages and not match.errors:
                self.warnings.append(f"go: warning: {quote(match.pattern)} matched no packages")
            found.append(out)
        return found

    def _match_plain(self, match: ModuleMatch, rs: Requirements) -> None:
        state = self.state
        pattern = match.pattern
        if not match.is_local:
            if match.is_literal:
                match.packages = [pattern]
            elif pattern == "tool":
                match.packages = list(state.tools)
            elif pattern in ("std", "cmd"):
                match_packages(state, match, False, True, None)
                in_cmd = pattern == "cmd"
                match.packages = [
                    p for p in match.packages
                    if has_path_prefix(p, "cmd") == in_cmd and not is_vendored_command(self.context, p)
                ]  # fmt: skip
            else:
                match_packages(state, match, False, pattern != "work", state.main)
            return
        match_local_dirs(state, state.mod_roots, match, rs)
        resolve_dirs(state, match, rs, True)

    # ------------------------------------------------------------------------------------------------ imports

    def _is_standard(self, path: str) -> bool:
        known = self._std.get(path)
        if known is None:
            directory = os.path.join(self.goroot_src, *path.split("/"))
            known = is_std_path(path) and _has_go_files(directory)
            self._std[path] = known
        return known

    def _may_be_elsewhere(self, path: str) -> bool:
        """Could a module provide a package of the standard library's path, too?"""
        state = self.state
        if state.in_goroot_src:
            return True
        if state.build_mod == "vendor" and os.path.isdir(os.path.join(state.vendor_directory(), *path.split("/"))):
            return True
        rs = self.requirements()
        return any(rs.root_selected(p) is not None for p in prefixes(path) if not is_toolchain(p))

    def resolve(self, path: str, parent: Package | None) -> Resolved:
        resolved = Resolved(path)
        if resolved.is_refused():
            return resolved
        resolved.problem = names_directory(path) or check_import_path(path)
        if resolved.problem:
            return resolved
        if parent is not None:
            resolved.path = self.canonical_path(path, parent)
        state = self.state
        if is_magic(path):
            resolved.problem = "cannot find package"
            return resolved
        if self._is_standard(resolved.path) and not self._may_be_elsewhere(resolved.path):
            self._in_goroot(resolved)
            return resolved
        mod = NO_MOD
        loaded = state.packages.by_path.get(resolved.path) if state.packages is not None else None
        if loaded is not None:
            mod = loaded.mod
            resolved.dir = loaded.dir
            if loaded.error is not None and not (isinstance(loaded.error, NoGo) and loaded.dir):
                resolved.problem = str(loaded.error)
        else:
            try:
                place = import_from_modules(state, resolved.path, self.requirements(), None, False)
                mod = place.mod
                resolved.dir = place.dir
            except ModError as error:
                resolved.problem = self._why_missing(resolved.path, error)
        if mod == NO_MOD:
            if not resolved.problem:
                self._in_goroot(resolved)
            return resolved
        resolved.module = self.module(mod)
        resolved.root = resolved.module.dir
        if mod in state.in_goroot_src:
            self._in_goroot(resolved)
            if self._is_standard(resolved.path):
                resolved.module = None
        return resolved

    def _in_goroot(self, resolved: Resolved) -> None:
        if not resolved.dir:
            resolved.dir = os.path.join(self.goroot_src, *resolved.path.split("/"))
        if resolved.dir.startswith(self.goroot_src + os.sep):
            resolved.goroot = True
            resolved.root = self.context.goroot

    def _why_missing(self, path: str, error: ModError) -> str:
        """Why the module that would provide the package cannot be added."""
        state = self.state
        if isinstance(error, ImportMissing) and (state.has_root or state.allow_missing_imports):
            try:
                query_import(state, path, self.requirements())
            except ModError as problem:
                return str(problem)
        return str(error)

    def module(self, mod: Mod) -> Module:
        """The module of a package, as a build needs it."""
        known = self._modules.get(mod)
        if known is None:
            known = self._modules[mod] = self._make_module(mod)
        return known

    def _make_module(self, mod: Mod) -> Module:
        state = self.state
        if mod in state.main_root:
            from .modlist import main_module

            return main_module(state, mod)
        module = Module(mod[0], mod[1], "", state.raw_go.get(mod, ""), False)
        rs = state.requirements
        module.indirect = rs is not None and mod[0] not in rs.direct
        new = state.replacement(mod)
        actual = mod
        if new[0]:
            actual = new
            module.replace = Module(new[0], new[1], "", state.raw_go.get(new, ""), False)
            module.go = module.replace.go or module.go
        if state.build_mod == "vendor":
            return module
        if new[0] and not new[1]:
            directory = os.path.normpath(os.path.join(state.relative_to(), new[0]))
        else:
            from .modfetching import cached_directory

            directory = cached_directory(state, actual)
            sum = state.sums.recorded(actual[0], actual[1])
            module.sum = sum
            if module.replace is not None:
                module.replace.sum = sum
        module.dir = directory
        if module.replace is not None:
            module.replace.dir = directory
        return module

    def describe(self, module: Module) -> Module:
        """The module with all that `go list` shows."""
        from .modlist import module_info

        return module_info(self.state, self.requirements(), (module.path, module.version))

    def import_files(self, files: list[str]) -> None:
        self.requirements()
        if not self._is_plain():
            load_imports_of(self.state, files)

    def canonical_path(self, path: str, parent: Package) -> str:
        """std and cmd carry copies of what they need from other modules."""
        if parent.standard and not is_std_path(path):
            below = "cmd/vendor/" if has_path_prefix(parent.import_path, "cmd") else "vendor/"
            if os.path.isdir(os.path.join(self.goroot_src, below + path)):
                return below + path
        return path

    def main_module_for(self, directory: str) -> Module | None:
        self.requirements()
        state = self.state
        best: Mod = NO_MOD
        for mod, root in state.main_root.items():
            if root and is_below(directory, root):
                if best == NO_MOD or len(root) > len(state.main_root[best]):
                    best = mod
        if best == NO_MOD:
            best = state.main[0] if len(state.main) == 1 and state.main_root[state.main[0]] else NO_MOD
        return None if best == NO_MOD else self.module(best)

    def directory_import_path(self, directory: str) -> str:
        self.requirements()
        state = self.state
        best = "."
        longest = -1
        for mod, root in state.main_root.items():
            if root and is_below(directory, root) and len(root) > longest:
                longest = len(root)
                relative = os.path.relpath(directory, root).replace(os.sep, "/")
                prefix = state.path_prefix[mod]
                best = prefix if relative == "." else f"{prefix}/{relative}"
        return best

    def godebug(self, main: Package) -> tuple[str, list[tuple[str, str]]]:
        self.requirements()
        state = self.state
        if state.options.root_mode == NO_ROOT and main.module is not None:
            return main.module.go or "1.20", []  # path@version is its own main module
        if state.work_file is not None:
            return state.go_version(), state.work_file.godebug
        file = state.mod_files[state.main[0]] if len(state.main) == 1 else None
        return state.go_version(), [] if file is None else file.godebug

    def tool_paths(self) -> list[str]:
        """What the tool lines of the main modules name."""
        self.requirements()
        return list(self.state.tools)


def _has_go_files(directory: str) -> bool:
    try:
        with os.scandir(directory) as entries:
            return any(e.name.endswith(".go") and e.is_file() for e in entries)
    except OSError:
        return False
