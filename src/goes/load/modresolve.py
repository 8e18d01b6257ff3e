"""Packages by the rules of modules, over load/modules.py.

    ModuleResolver(context, cwd).match(["./..."], False)   →   the packages of the main module

Source: cmd/go/internal/modload (matching, resolution, messages).
"""

from __future__ import annotations

import os
from typing import final

from ..diag.diagnostic import UserError
from ..module.paths import check_import_path, has_path_prefix, is_std_path
from ..syntax.unicode import quote
from .context import BuildContext
from .modules import NO_MOD_FILE, Modules, find_mod_file, has_go_files
from .package import Module, Package, short_path
from .patterns import clean_patterns, is_local, pattern_matcher, tree_matcher
from .resolve import Match, Resolved, Resolver, is_below
from .scan import scan_directory
from .walk import WalkRules, directories, holds_package


@final
class ModuleResolver(Resolver):
    modules_enabled = True

    def __init__(self, context: BuildContext, cwd: str) -> None:
        super().__init__(context, cwd)
        self.modules = Modules(context, cwd)
        self._std: dict[str, bool] = {}

    # ------------------------------------------------------------------------------------------------ patterns

    def match(self, patterns: list[str], with_tests: bool) -> list[Match]:
        found: list[Match] = []
        for pattern in clean_patterns(patterns):
            match = Match(pattern)
            if not match.is_literal and not is_local(pattern):
                self._match_packages(match)
            elif not is_local(pattern):
                match.packages = [pattern]
            elif "..." in pattern:
                self._match_local(match)
            else:
                self._match_directory(match)
            if not match.packages and not match.errors:
                self.warnings.append(f"go: warning: {quote(pattern)} matched no packages")
            found.append(match)
        return found

    def _match_packages(self, match: Match) -> None:
        pattern = match.pattern
        rules = WalkRules()
        rules.stop_at_go_mod = True
        rules.stop_at_vendor = True
        rules.note_links = "..." in pattern
        if "..." in pattern:
            rules.is_match = pattern_matcher(pattern)
            rules.can_match = tree_matcher(pattern)
        main = self.modules.main
        found: list[str] = []
        if pattern in ("all", "work"):
            if main is not None:
                found = self._below(main.dir, main.path, rules)
                if pattern == "all":
                    found = self._close(found)
            elif pattern == "all":
                found = self._std_paths("std", rules)
        elif pattern in ("std", "cmd"):
            found = self._std_paths(pattern, rules)
        elif pattern == "tool":
            tools = getattr(self.modules.mod, "tool", None)
            found = list(tools) if isinstance(tools, list) else []
        else:
            if main is not None:
                if rules.can_match(main.path):
                    found += self._below(main.dir, main.path, rules)
                self.modules.select()
                for module in self.modules.modules:
                    if module.dir and rules.can_match(module.path):
                        found += self._below(module.dir, module.path, rules)
            found += self._std_paths("std", rules) + self._std_paths("cmd", rules)
        match.packages = sorted(dict.fromkeys(found))

    def _close(self, roots: list[str]) -> list[str]:
        """What the packages of the main module import, directly or not, and their tests import."""
        from .graph import Loader

        loader = Loader(self.context, self.cwd, overlay=False, resolver=self)
        seen: dict[str, Package] = {}
        pending: list[Package] = []
        for path in roots:
            package = loader.load_import(path, self.cwd, None, [], [])[0]
            pending.append(package)
            tests = [p for p in package.test_imports + package.xtest_imports if p != "C"]
            pending += [loader.load_import(p, package.dir, package, [], [])[0] for p in tests]
        while pending:
            package = pending.pop()
            if package.import_path in seen:
                continue
            seen[package.import_path] = package
            pending += package.dependencies or []
        return list(seen)

    def _below(self, top: str, prefix: str, rules: WalkRules) -> list[str]:
        walk = directories(self.context, top, prefix, rules, self.warnings.append)
        return [path for path, directory in walk if holds_package(self.context, directory)]

    def _std_paths(self, which: str, rules: WalkRules) -> list[str]:
        rules.stop_at_vendor = False
        if which == "cmd":
            top = os.path.join(self.goroot_src, "cmd")
            found = self._below(top, "cmd", rules)
            return [
                p for p in found
                if not (p.startswith("cmd/vendor") and self._name(os.path.join(self.goroot_src, p)) == "main")
            ]  # fmt: skip
        ignored = {"builtin"} if self.context.cgo_enabled else {"builtin", "runtime/cgo"}
        return [p for p in self._below(self.goroot_src, "", rules) if p not in ignored]

    def _name(self, directory: str) -> str:
        return scan_directory(self.context, directory, None, False).name

    def _match_local(self, match: Match) -> None:
        pattern = match.pattern
        base = os.path.dirname(pattern[: pattern.index("...") + 1])
        top = os.path.normpath(os.path.join(self.cwd, base))
        main = self.modules.main
        if is_below(top, self.goroot_src):
            root = self.goroot_src
            prefix = ""
        elif main is not None and is_below(top, main.dir):
            root = main.dir
            prefix = main.path
        else:
            match.fail(
                f"directory prefix {short_path(top, self.cwd)} does not contain main module or its selected dependencies"
            )
            return
        if not self.context.view.is_dir(top):
            match.fail(f"lstat {base}/: no such file or directory")
            return
        rules = WalkRules()
        rules.stop_at_go_mod = True
        rules.stop_at_vendor = False
        written = os.path.normpath(os.path.join(self.cwd, pattern))
        is_match = pattern_matcher(written)
        relative = "" if top == root else os.path.relpath(top, root).replace(os.sep, "/")
        path_of_top = f"{prefix}/{relative}" if prefix and relative else prefix or relative
        try:
            walk = list(directories(self.context, top, path_of_top, rules, self.warnings.append))
        except OSError as error:
            match.fail(f"open {error.filename}: {os.strerror(error.errno or 0).lower()}")
            return
        for path, directory in walk:
            if path == "builtin" or not is_match(directory) or not holds_package(self.context, directory):
                continue
            match.packages.append(path)

    def _match_directory(self, match: Match) -> None:
        pattern = match.pattern
        directory = os.path.normpath(os.path.join(self.cwd, pattern))
        main = self.modules.main
        view = self.context.view
        in_goroot = is_below(directory, self.goroot_src) and directory != self.goroot_src
        if not view.is_dir(directory):
            if main is None and not in_goroot:
                raise UserError("go: " + NO_MOD_FILE)
            match.fail(f"stat {directory}: directory not found")
            return
        scan = scan_directory(self.context, directory, None, False)
        if scan.no_go and not scan.ignored_go_files:
            if main is None and not in_goroot:
                raise UserError("go: " + NO_MOD_FILE)
            match.fail("no Go files in " + directory)
            match.no_go_dir = directory
            return
        if main is not None and is_below(directory, main.dir):
            relative = "" if directory == main.dir else os.path.relpath(directory, main.dir).replace(os.sep, "/")
            path = f"{main.path}/{relative}" if relative else main.path
            if relative.startswith("vendor/"):
                if not self.modules.vendor:
                    match.fail(f"without -mod=vendor, directory {directory} has no package path")
                    return
                match.packages = [relative[len("vendor/") :]]
                return
            if os.path.dirname(find_mod_file(directory)) != main.dir:
                match.fail(f"main module ({main.path}) does not contain package {path}")
                return
            match.packages = [path]
            return
        if in_goroot:
            match.packages = [os.path.relpath(directory, self.goroot_src).replace(os.sep, "/")]
            return
        if main is None:
            raise UserError("go: " + NO_MOD_FILE)
        self.modules.select()
        for module in self.modules.modules:
            if module.dir and is_below(directory, module.dir):
                relative = "" if directory == module.dir else os.path.relpath(directory, module.dir)
                path = f"{module.path}/{relative}" if relative else module.path
                match.packages = [path.replace(os.sep, "/")]
                return
        shown = short_path(directory, self.cwd)
        what = "current directory" if shown == "." else f"directory {shown}"
        match.fail(f"{what} outside main module or its selected dependencies")

    # ------------------------------------------------------------------------------------------------ imports

    def _is_standard(self, path: str) -> bool:
        known = self._std.get(path)
        if known is None:
            known = is_std_path(path) and has_go_files(os.path.join(self.goroot_src, *path.split("/")))
            self._std[path] = known
        return known

    def resolve(self, path: str, parent: Package | None) -> Resolved:
        resolved = Resolved(path)
        if path.startswith("mod/"):
            resolved.bare = True
            resolved.problem = f'disallowed import path "{path}"'
            return resolved
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
            resolved.path = self.canonical_path(path, parent)
        if self._is_standard(resolved.path):
            resolved.goroot = True
            resolved.dir = os.path.join(self.goroot_src, *resolved.path.split("/"))
            resolved.root = self.context.goroot
            return resolved
        importer = "" if parent is None or parent.command_line else parent.import_path
        found = self.modules.find(path, importer)
        resolved.module = found.module
        resolved.dir = found.dir
        resolved.problem = found.problem
        if found.module is not None:
            resolved.root = found.module.dir
        return resolved

    def canonical_path(self, path: str, parent: Package) -> str:
        """std and cmd carry copies of what they need from other modules."""
        if parent.standard and not is_std_path(path):
            below = "cmd/vendor/" if has_path_prefix(parent.import_path, "cmd") else "vendor/"
            if os.path.isdir(os.path.join(self.goroot_src, below + path)):
                return below + path
        return path

    def main_module_for(self, directory: str) -> Module | None:
        return self.modules.main

    def directory_import_path(self, directory: str) -> str:
        main = self.modules.main
        if main is not None and is_below(directory, main.dir):
            relative = os.path.relpath(directory, main.dir).replace(os.sep, "/")
            return main.path if relative == "." else f"{main.path}/{relative}"
        return "."

    def godebug(self) -> tuple[str, list[tuple[str, str]]]:
        main = self.modules.main
        return (self.context.go_version, []) if main is None else (main.go or "1.16", [])

    def list_modules(self, arguments: list[str]) -> list[Module]:
        main = self.modules.main
        if main is None:
            raise UserError("go: " + NO_MOD_FILE)
        self.modules.select()
        if not arguments:
            return [main]
        modules = [main, *sorted(self.modules.modules, key=lambda m: m.path)]
        return [m for m in modules if arguments == ["all"] or m.path in arguments]
