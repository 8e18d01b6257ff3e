"""The assembly of one package, assembled on demand.

    AsmPackages(packages).raw("internal/cpu.cpuid.abi0")   →   Definition

Scanning names is cheap and done for every package with .s files; assembling happens when a symbol of the package is needed.
"""

from __future__ import annotations

import os
from typing import final

from ..asm.assemble import assemble, default_defines
from ..asm.goasmh import go_asm_header, mentioned
from ..diag.diagnostic import Diagnostic
from ..obj.symbol import Definition
from ..types.linkname import escape_path
from .packages import PackageInput, Packages


@final
class AsmPackages:
    """All assembly of a build. `errors` collects what the assembler rejects."""

    __slots__ = ("packages", "goroot", "experiments", "errors", "functions", "clobbers", "_owner", "_done", "_by_prefix")

    def __init__(self, packages: Packages, goroot: str, experiments: tuple[str, ...], errors: list[Diagnostic]) -> None:
        self.packages = packages
        self.goroot = goroot
        self.experiments = experiments
        self.errors = errors
        self.functions: frozenset[str] = frozenset()  # link names of all functions of the build
        self.clobbers: dict[str, int] = {}
        self._owner: dict[str, str] = {}
        self._done: dict[str, dict[str, Definition]] = {}
        self._by_prefix: dict[str, str] = {}
        for path in sorted(packages.inputs):
            if self._files(packages.inputs[path]):
                self._by_prefix[escape_path(packages.inputs[path].link_path)] = path

    def _files(self, package: PackageInput) -> list[str]:
        overlay = self.packages.overlay(package.path)
        if overlay is None:
            return package.asm_files
        return [f for f in package.asm_files if overlay.keeps(f)] + overlay.asm_files

    def definitions(self, path: str) -> dict[str, Definition]:
        """All symbols the package's .s files define."""
        known = self._done.get(path)
        if known is not None:
            return known
        package = self.packages.inputs[path]
        overlay = self.packages.overlay(path)
        skip: frozenset[str] = frozenset() if overlay is None else overlay.asm_symbols
        files = self._files(package)
        sources: list[bytes] = []
        for name in files:
            with open(name, "rb") as f:
                sources.append(f.read())
        headers = {"go_asm.h": go_asm_header(self.packages.package(path), mentioned(sources))}
        include = [package.directory, os.path.join(self.goroot, "pkg", "include"), os.path.join(self.goroot, "src", "runtime")]
        defines = default_defines(experiments=self.experiments)
        prefix = escape_path(package.link_path)
        own = set(overlay.asm_files) if overlay is not None else set()
        out: dict[str, Definition] = {}
        for name, source in zip(files, sources):
            hidden = frozenset() if name in own else skip
            made = assemble(
                name, source, prefix, headers, include, defines, hidden, self.errors, self.functions,
                sources=self.packages.sources, is_std=package.is_std, clobbers=self.clobbers,
            )  # fmt: skip
            for d in made:
                out.setdefault(d.name, d)
        self._done[path] = out
        for symbol in out:
            self._owner.setdefault(symbol, path)
        return out

    def find(self, symbol: str) -> Definition | None:
        """The assembly definition of symbol, assembling its package if its name says it could be there."""
        path = self._owner.get(symbol)
        if path is None:
            path = self._package_of(symbol)
            if path is None:
                return None
        return self.definitions(path).get(symbol)

    def _package_of(self, symbol: str) -> str | None:
        slash = symbol.rfind("/")
        dot = symbol.find(".", slash + 1)
        if dot < 0:
            return None
        path = self._by_prefix.get(symbol[:dot])
        return path if path is not None and path not in self._done else None
