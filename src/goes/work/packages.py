"""The packages of one build: parsed, with goes' overlay applied, declared on demand.

    Packages(inputs, sources, errors).package("fmt")   →   types.Package, declared, its objects resolving lazily

Source files of std and of dependencies are parsed with lazy bodies; packages the user named are parsed whole so that every
error is seen.
"""

from __future__ import annotations

import os
from typing import final

from ..diag.diagnostic import Diagnostic, UserError
from ..diag.source import SourceSet
from ..load.overlay import OverlayPackage, overlay_package
from ..syntax.nodes import File
from ..syntax.parser import parse_file
from ..types.checker import Checker, Importer, ImportFailed
from ..types.objects import Package
from ..types.universe import UNSAFE


@final
class PackageInput:
    """What the loader found out about one package. File names are absolute paths."""

    __slots__ = (
        "path", "link_path", "name", "directory", "go_files", "asm_files", "imports", "import_map", "is_std", "go_version",
        "wanted", "embed", "replaced", "description", "variant", "reinitialised", "generated",
    )  # fmt: skip

    def __init__(self, path: str, name: str, directory: str) -> None:
        self.path = path
        self.link_path = "main" if name == "main" else path
        self.name = name
        self.directory = directory
        self.go_files: list[str] = []
        self.asm_files: list[str] = []
        self.imports: list[str] = []  # resolved import paths (after import_map)
        self.import_map: dict[str, str] = {}
        self.is_std = False
        self.go_version = ""  # language version ("go1.24"), "" = the toolchain's
        self.wanted = False  # named by the user: all bodies are checked
        self.embed: dict[str, list[tuple[str, str]]] = {}  # pattern → [(name, absolute file)]
        self.replaced: dict[str, str] = {}  # -overlay: the file whose contents stand for a Go file
        self.description = path  # how errors name it; a test variant is "p [p.test]"
        self.variant = False  # a package of std with files or instrumentation of its own: kept machine code is not of it
        self.reinitialised = False  # a package of std that needs a variant: its init task is not the kept one
        self.generated: dict[str, bytes] = {}  # files that are not on disk


@final
class Packages(Importer):
    """All packages of a build by import path."""

    __slots__ = ("inputs", "sources", "errors", "checkers", "overlays", "files")

    def __init__(self, inputs: dict[str, PackageInput], sources: SourceSet, errors: list[Diagnostic]) -> None:
        self.inputs = inputs
        self.sources = sources
        self.errors = errors
        self.checkers: dict[str, Checker] = {}
        self.overlays: dict[str, OverlayPackage | None] = {}
        self.files: dict[str, list[File]] = {}

    def overlay(self, path: str) -> OverlayPackage | None:
        """goes' replacement files for a std package."""
        if path not in self.overlays:
            package = self.inputs.get(path)
            self.overlays[path] = overlay_package(path) if package is not None and package.is_std else None
        return self.overlays[path]

    def parse(self, path: str) -> list[File]:
        """The package's syntax trees, overlay applied."""
        known = self.files.get(path)
        if known is not None:
            return known
        package = self.inputs[path]
        files: list[File] = []
        for name in package.go_files:
            data = package.generated.get(name)
            f = self._parse_file(name, not package.wanted, data, package.replaced.get(name, name))
            if f is not None:
                files.append(f)
        overlay = self.overlay(path)
        if overlay is not None:
            extra = [f for name in overlay.go_files if (f := self._parse_file(name, True)) is not None]
            files = overlay.apply(files, extra)
        self.files[path] = files
        return files

    def _parse_file(self, name: str, lazy: bool, data: bytes | None = None, actual: str = "") -> File | None:
        if data is None:
            try:
                with open(actual or name, "rb") as f:
                    data = f.read()
            except OSError as e:
                raise UserError(f"open {name}: {os.strerror(e.errno or 0).lower()}") from e
        return parse_file(self.sources.add(name, data), self.errors, lazy, True)

    def checker(self, path: str) -> Checker:
        """The package's checker, declared."""
        known = self.checkers.get(path)
        if known is not None:
            return known
        package = self.inputs[path]
        files = self.parse(path)
        checker = Checker(
            path, package.name, self.sources, self, go_version=package.go_version, errors=self.errors,
            is_std=package.is_std, link_path=package.link_path,
        )  # fmt: skip
        # What used an import may have been replaced.
        checker.reports_imports = self.overlay(path) is None
        self.checkers[path] = checker
        checker.declare(files)
        return checker

    def package(self, path: str) -> Package:
        return self.checker(path).pkg

    def import_package(self, path: str, from_pkg: Package) -> Package:
        importer = self.inputs.get(from_pkg.path)
        if path == "unsafe":
            return UNSAFE
        resolved = path if importer is None else importer.import_map.get(path, path)
        if resolved not in self.inputs:
            raise ImportFailed(f"could not import {path} (package not found)")
        return self.package(resolved)
