"""From patterns and import paths to directories: what module mode and GOPATH mode have in common.

    resolver.match(["./..."], False)             →   [Match] with import paths
    resolver.resolve("golang.org/x/y", parent)   →   Resolved: canonical path, directory, module; or the problem

A Resolver knows nothing of what is in the files but what it needs to decide whether a directory holds a package.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, final

from .context import BuildContext
from .patterns import is_literal

if TYPE_CHECKING:
    from .modstate import ModuleState
    from .package import Module, Package


@final
class Match:
    """A pattern of the command line and the import paths it stands for. `errors` are whole messages; `no_go_dir` is the
    directory of one that says that there are no Go files."""

    __slots__ = ("pattern", "packages", "errors", "no_go_dir")

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.packages: list[str] = []
        self.errors: list[str] = []
        self.no_go_dir = ""

    @property
    def is_literal(self) -> bool:
        return is_literal(self.pattern)

    def fail(self, problem: str) -> None:
        self.errors.append(problem if self.is_literal else f"pattern {self.pattern}: {problem}")


@final
class Resolved:
    """Where an import path leads: its canonical path, directory, module; or the problem with it. `bare`: nothing is
    known about the package, so that the error shows the import stack. `root` is GOROOT, the GOPATH directory or the
    module's directory."""

    __slots__ = ("path", "dir", "module", "goroot", "problem", "bare", "root", "conflict_dir", "package_object")

    def __init__(self, path: str) -> None:
        self.path = path
        self.dir = ""
        self.module: Module | None = None
        self.goroot = False
        self.problem = ""
        self.bare = False
        self.root = ""
        self.conflict_dir = ""
        self.package_object = ""

    def is_refused(self) -> bool:
        """Can the path be that of no package, whatever the rules? Then this is the problem."""
        if self.path.startswith("mod/"):
            self.problem = f'disallowed import path "{self.path}"'
        elif "@" in self.path:
            self.problem = "can only use path@version syntax with 'go get' and 'go install' in module-aware mode"
        self.bare = self.problem != ""
        return self.bare


class Resolver:
    """`modules_enabled` tells module mode from GOPATH mode."""

    modules_enabled: bool

    def __init__(self, context: BuildContext, cwd: str) -> None:
        self.context = context
        self.cwd = cwd
        self.goroot_src = os.path.join(context.goroot, "src")
        self.warnings: list[str] = []

    def match(self, patterns: list[str], with_tests: bool) -> list[Match]:
        raise NotImplementedError

    def resolve(self, path: str, parent: Package | None) -> Resolved:
        raise NotImplementedError

    def canonical_path(self, path: str, parent: Package) -> str:
        """What a path in a test file of `parent` means, without loading it."""
        raise NotImplementedError

    def import_files(self, files: list[str]) -> None:
        """Make the modules known that files named on the command line import from."""

    def main_module_for(self, directory: str) -> Module | None:
        """The module that files named on the command line belong to."""
        return None

    def root_of(self, directory: str) -> str:
        """The GOPATH directory or GOROOT above the directory, "" in module mode."""
        return ""

    def directory_import_path(self, directory: str) -> str:
        """The import path of a directory of a main module, "." elsewhere."""
        return "."

    def godebug(self, main: Package) -> tuple[str, list[tuple[str, str]]]:
        """The Go version that the program of a main package behaves like, and the godebug lines of the main module."""
        return "1.20", []

    def module_state(self) -> ModuleState | None:
        """What is known of modules; None without any."""
        return None

    def describe(self, module: Module) -> Module:
        """A package's module with all that can be said about it."""
        return module

    def bin_dir(self) -> str:
        """Where commands are installed if nothing else says so."""
        roots = self.context.gopath_list()
        return os.path.join(roots[0], "bin") if roots else ""


def is_below(directory: str, top: str) -> bool:
    return directory == top or directory.startswith(top.rstrip(os.sep) + os.sep)


def path_below(directory: str, top: str) -> str:
    """directory relative to top, with slashes, also by what links stand for; "" if it is not below."""
    for a, b in ((top, directory), (os.path.realpath(top), directory), (top, os.path.realpath(directory)),
                 (os.path.realpath(top), os.path.realpath(directory))):  # fmt: skip
        if is_below(b, a) and a != b:
            return os.path.relpath(b, a).replace(os.sep, "/")
    return ""
