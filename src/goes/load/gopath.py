"""Packages by the rules from before modules: GOROOT/src, then GOPATH/src, with vendor directories.

    GopathResolver(context, cwd).resolve("x/y", parent)     GO111MODULE=off, or auto where there is no go.mod

If parent is a/b, x/y may mean a/b/vendor/x/y, a/vendor/x/y, vendor/x/y or x/y, the first that exists. A directory in no
such tree has an import path made of its name, _/home/u/dir. Sources: `go help gopath`; go/build (Import),
cmd/go/internal/load (vendoredImportPath, moduleImportPath).
"""

from __future__ import annotations

import os
import posixpath
import re
from typing import TYPE_CHECKING, Final, final

from ..syntax.unicode import quote
from .context import BuildContext
from .patterns import clean_patterns, is_local, is_local_import, pattern_matcher, tree_matcher
from .resolve import Match, Resolved, Resolver, is_below, path_below
from .walk import WalkRules, directories, holds_package

if TYPE_CHECKING:
    from .package import Package

_ILLEGAL: Final = frozenset("!\"#$%&'()*,:;<=>?[\\]^`{|}\ufffd")
_VERSION: Final = re.compile(r"v(?:[2-9]|[1-9][0-9]+)\Z")
_MODULE_LINE: Final = re.compile(rb"^module[ \t]+(\S+)", re.M)


def directory_path(directory: str) -> str:
    """The import path of a directory outside of GOROOT and GOPATH."""
    legal = "".join("_" if c in _ILLEGAL or c.isspace() or not c.isprintable() else c for c in directory)
    return posixpath.normpath("_/" + legal.lstrip("/"))


@final
class GopathResolver(Resolver):
    modules_enabled = False

    def __init__(self, context: BuildContext, cwd: str) -> None:
        super().__init__(context, cwd)
        self.roots = context.gopath_list()

    # ------------------------------------------------------------------------------------------------ patterns

    def match(self, patterns: list[str], with_tests: bool) -> list[Match]:
        found: list[Match] = []
        for pattern in clean_patterns(patterns):
            match = Match(pattern)
            if is_local(pattern):
                for directory in self._local_directories(match):
                    full = os.path.normpath(os.path.join(self.cwd, directory))
                    match.packages.append(self._path_of(full) or directory)
            elif match.is_literal:
                match.packages = [pattern]
            else:
                self._match_packages(match)
            if not match.packages and not match.errors:
                self.warnings.append(f"go: warning: {quote(pattern)} matched no packages")
            found.append(match)
        return found

    def _local_directories(self, match: Match) -> list[str]:
        if match.is_literal:
            return [match.pattern]
        pattern = posixpath.normpath(match.pattern)
        prefix = "./" if pattern != "." and match.pattern.startswith("./") else ""
        written = prefix + pattern
        is_match = pattern_matcher(written)
        top = posixpath.dirname(written[: written.index("...")]) or "."
        root = os.path.normpath(os.path.join(self.cwd, top))
        names: list[str] = []
        try:
            for relative, directory in directories(self.context, root, "", WalkRules(), self.warnings.append):
                name = posixpath.normpath(posixpath.join(top, relative))
                if not os.path.isabs(name):
                    name = prefix + name
                if is_match(name) and holds_package(self.context, directory):
                    names.append(name)
            top_name = posixpath.normpath(top)
            top_name = top_name if os.path.isabs(top_name) else prefix + top_name
            if is_match(top_name) and holds_package(self.context, root):
                names.insert(0, top_name)
        except OSError as error:
            match.fail(f"lstat {top}/: {os.strerror(error.errno or 0).lower()}")
        return names

    def _path_of(self, directory: str) -> str:
        """The import path of a directory in GOROOT or GOPATH, unless another directory hides it."""
        return self._locate(directory)[0]

    def _locate(self, directory: str) -> tuple[str, str, str]:
        """Import path, root and hiding directory; the path is "" if there is none."""
        sub = path_below(directory, self.goroot_src)
        if sub and not _in_testdata(sub):
            return sub, self.context.goroot, ""
        for i, root in enumerate(self.roots):
            sub = path_below(directory, os.path.join(root, "src"))
            if not sub or _in_testdata(sub):
                continue
            for earlier in [self.context.goroot, *self.roots[:i]]:
                hiding = os.path.join(earlier, "src", sub)
                if self.context.view.is_dir(hiding):
                    return "", "", hiding
            return sub, root, ""
        return "", "", ""

    def _match_packages(self, match: Match) -> None:
        pattern = match.pattern
        if pattern in ("tool", "work"):
            return
        rules = WalkRules()
        rules.note_links = "..." in pattern
        if "..." in pattern:
            rules.is_match = pattern_matcher(pattern)
            rules.can_match = tree_matcher(pattern)
        seen = {"builtin"} if self.context.cgo_enabled else {"builtin", "runtime/cgo"}
        trees: list[tuple[str, str]] = []
        if pattern == "cmd":
            trees.append((os.path.join(self.goroot_src, "cmd"), "cmd"))
        else:
            trees.append((self.goroot_src, ""))
            if pattern != "std":
                trees += [(os.path.join(r, "src"), "") for r in self.roots]
        for top, prefix in trees:
            if not self.context.view.is_dir(top):
                continue
            for path, directory in directories(self.context, top, prefix, rules, self.warnings.append):
                if path in seen or (pattern == "std" and (path == "cmd" or path.startswith("cmd/") or "." in path.split("/")[0])):
                    continue
                seen.add(path)
                if holds_package(self.context, directory):
                    match.packages.append(path)

    # ------------------------------------------------------------------------------------------------ imports

    def resolve(self, path: str, parent: Package | None) -> Resolved:
        resolved = Resolved(path)
        if resolved.is_refused():
            return resolved
        directory = self.cwd if parent is None else parent.dir
        if is_local_import(path):
            resolved.dir = os.path.normpath(os.path.join(directory, path))
            resolved.path = directory_path(resolved.dir)
            _, resolved.root, resolved.conflict_dir = self._locate(resolved.dir)
            resolved.goroot = resolved.root == self.context.goroot
            if not self.context.view.is_dir(resolved.dir):
                resolved.problem = f"cannot find package {quote('.')} in:\n\t{resolved.dir}"
                resolved.dir = resolved.dir
            return resolved
        if path.startswith("/"):
            resolved.problem = f"import {quote(path)}: cannot import absolute path"
            return resolved
        if parent is not None:
            resolved.path = self.canonical_path(path, parent)
        self._find(resolved, parent)
        return resolved

    def _find(self, resolved: Resolved, parent: Package | None) -> None:
        path = resolved.path
        view = self.context.view
        start = self.cwd if parent is None else parent.dir
        roots = [self.context.goroot, *self.roots]
        if path.startswith("vendor/") and not is_below(start, self.context.goroot):
            # What GOROOT vendors is its own.
            roots = [*self.roots, self.context.goroot]
        for root in roots:
            directory = os.path.join(root, "src", path)
            if view.is_dir(directory):
                resolved.dir = directory
                resolved.root = root
                resolved.goroot = root == self.context.goroot
                if not resolved.goroot:
                    target = f"{self.context.goos}_{self.context.goarch}{self.context.install_suffix}"
                    resolved.package_object = os.path.join(root, "pkg", target, path + ".a")
                return
        tried = [f"{d} (vendor tree)" if i == 0 else d for i, d in enumerate(self._vendor_places(path, parent))]
        tried.append(os.path.join(self.goroot_src, path) + " (from $GOROOT)")
        if self.roots:
            tried.append(os.path.join(self.roots[0], "src", path) + " (from $GOPATH)")
            tried += [os.path.join(root, "src", path) for root in self.roots[1:]]
        else:
            tried.append("($GOPATH not set. For more details see: 'go help gopath')")
        resolved.problem = f"cannot find package {quote(path)} in any of:\n\t" + "\n\t".join(tried)

    def root_of(self, directory: str) -> str:
        return self._locate(directory)[1]

    def _vendor_places(self, path: str, parent: Package | None) -> list[str]:
        """Directories below vendor directories where the package would be."""
        found: list[str] = []
        start = self.cwd if parent is None else parent.dir
        for root in [self.context.goroot, *self.roots]:
            if not is_below(start, os.path.join(root, "src")):
                continue
            at = start
            while is_below(at, os.path.join(root, "src")):
                vendor = os.path.join(at, "vendor")
                if self.context.view.is_dir(vendor):
                    found.append(os.path.join(vendor, path))
                at = os.path.dirname(at)
        return found

    def canonical_path(self, path: str, parent: Package) -> str:
        if is_local_import(path):
            return path
        found = self._vendored(path, parent)
        return found if found != path else self._without_version(path, parent)

    def _place_of(self, parent: Package) -> tuple[str, str]:
        """The directory of a package, and the src directory it is below; "" if it is below none."""
        if not parent.root:
            return "", ""
        directory = os.path.normpath(parent.dir)
        top = os.path.join(parent.root, "src")
        if not is_below(directory, top):
            directory = os.path.realpath(directory)
            top = os.path.realpath(top)
        return (directory, top) if is_below(directory, top) and directory != top else ("", "")

    def _vendored(self, path: str, parent: Package) -> str:
        directory, top = self._place_of(parent)
        if not directory:
            return path
        at = directory
        while True:
            vendor = os.path.join(at, "vendor")
            if self.context.view.is_dir(vendor) and self._has_go_files(os.path.join(vendor, path)):
                if at == top:
                    return f"vendor/{path}"
                return os.path.relpath(at, top).replace(os.sep, "/") + f"/vendor/{path}"
            if at == top:
                return path
            at = os.path.dirname(at)

    def _has_go_files(self, directory: str) -> bool:
        try:
            return any(e.name.endswith(".go") and not e.is_dir() for e in self.context.view.entries(directory))
        except OSError:
            return False

    def _without_version(self, path: str, parent: Package) -> str:
        """Code that comes with a go.mod may say x/y/v2/z for what lies in x/y/z, if x/y is module x/y/v2."""
        elements = path.split("/")
        if not any(_VERSION.match(e) for e in elements[1:]):
            return path
        at, top = self._place_of(parent)
        if not at:
            return path
        while not self._module_path(at):
            if at == top:
                return path
            at = os.path.dirname(at)
        if self._source_directory(path):
            return path
        for i in range(len(elements) - 1, 0, -1):
            if not _VERSION.match(elements[i]):
                continue
            directory = self._source_directory("/".join(elements[:i]))
            module = self._module_path(directory) if directory else ""
            if module:
                return "/".join(elements[:i] + elements[i + 1 :]) if module == "/".join(elements[: i + 1]) else path
        return path

    def _source_directory(self, path: str) -> str:
        for root in [self.context.goroot, *self.roots]:
            directory = os.path.join(root, "src", path)
            if self.context.view.is_dir(directory):
                return directory
        return ""

    def _module_path(self, directory: str) -> str:
        try:
            with open(os.path.join(directory, "go.mod"), "rb") as f:
                match = _MODULE_LINE.search(f.read())
        except OSError:
            return ""
        return match.group(1).decode("utf-8", "replace").strip('"') if match is not None else ""


def _in_testdata(sub: str) -> bool:
    return "testdata" in sub.split("/")
