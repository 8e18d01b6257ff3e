"""Export data of packages, made on demand and kept in the build cache.

    exports = Exports(context, cache, cwd)
    exports.file(package)       →   ".../go-build/4c/4c...-d", an archive that gc's importers read
    exports.build_id(package)   →   "sIOUUBHieNtqZVnhKk_2/tlINFtZ4xP8L8iEZbR7i"

Works on loaded packages (nodes of the import graph), not on import paths: a package and its test variants have one
path and different declarations. Packages of std are declared only, from upstream's files without goes' overlay; the
user's are checked whole, so that a package with errors has no export data but a report, as if gc had compiled it.

A file's name in the cache follows from the contents of the package's files and those of everything it imports; GOROOT
is read-only, its version stands for its contents.
"""

from __future__ import annotations

import base64
import hashlib
import os
from typing import Final, final

from ..diag.diagnostic import Diagnostic, UserError
from ..diag.source import SourceSet
from ..exportdata.writer import ExportError, export_archive, export_data, object_header
from ..load.context import BuildContext
from ..load.graph import dependencies_first
from ..load.package import Package
from ..load.view import FileView
from ..syntax.nodes import File
from ..syntax.parser import parse_file
from ..types.checker import Checker, Importer, ImportFailed
from ..types.objects import Package as TypesPackage
from ..types.universe import UNSAFE
from .cache import Cache, action_id

_GOES: Final = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_MAKERS: Final = ("diag", "exportdata", "load", "syntax", "types")  # goes' folders that decide what the files hold


def compiler_path(package: Package) -> str:
    """The path the compiler knows the package under; a program that tests import is a library."""
    return "main" if package.name == "main" and not package.for_test else package.import_path


@final
class _Declared(Importer):
    """The checkers of loaded packages. A package is checked after what it imports, so that each one's errors are
    its own."""

    __slots__ = ("sources", "checkers", "nodes", "errors", "reports", "view", "cwd")

    def __init__(self, view: FileView, cwd: str) -> None:
        self.view = view
        self.cwd = cwd
        self.sources = SourceSet()
        self.checkers: dict[int, Checker] = {}  # by id of the node, which `nodes` keeps alive
        self.nodes: dict[TypesPackage, Package] = {}
        self.errors: list[Diagnostic] = []
        self.reports: dict[int, str] = {}

    def checker(self, package: Package) -> Checker:
        known = self.checkers.get(id(package))
        if known is not None:
            return known
        files = [
            f for name in package.go_files if (f := self._parse(package, os.path.join(package.dir, name))) is not None
        ]
        checker = Checker(
            package.import_path, package.name, self.sources, self, go_version=package.language_version,
            errors=self.errors, is_std=package.standard, link_path=compiler_path(package),
        )  # fmt: skip
        self.checkers[id(package)] = checker
        self.nodes[checker.pkg] = package
        checker.declare(files)
        return checker

    def _parse(self, package: Package, name: str) -> File | None:
        data = package.testmain
        if data is None:
            try:
                data = self.view.read(name)
            except OSError as e:
                raise UserError(f"open {name}: {os.strerror(e.errno or 0).lower()}") from e
        return parse_file(self.sources.add(name, data), self.errors, package.standard, True)

    def import_package(self, path: str, from_pkg: TypesPackage) -> TypesPackage:
        if path == "unsafe":
            return UNSAFE
        node = self.nodes[from_pkg]
        wanted = node.import_map.get(path, path)
        for d in node.dependencies or []:
            if d.import_path == wanted:
                return self.checker(d).pkg
        raise ImportFailed(f"could not import {path} (package not found)")

    def report(self, package: Package) -> str:
        """What a compiler says about the package; "" if nothing."""
        known = self.reports.get(id(package))
        if known is not None:
            return known
        from .build import MAX_ERRORS, format_diagnostics

        before = len(self.errors)
        checker = self.checker(package)
        # Syntax errors are all that is reported of a package that has some.
        if not package.standard and not any(d.message.startswith("syntax error") for d in self.errors[before:]):
            checker.check_all()
        found = self.errors[before:]
        del self.errors[before:]
        text = ""
        if found:
            lines = format_diagnostics(self.sources, found, self.cwd, MAX_ERRORS)
            text = "\n".join([f"# {package.description}", *lines])
        self.reports[id(package)] = text
        return text


@final
class Exports:
    """The export data of the packages of one command."""

    __slots__ = ("context", "cache", "cwd", "_base", "_ids", "_keep", "_files", "_declared")

    def __init__(self, context: BuildContext, cache: Cache, cwd: str) -> None:
        self.context = context
        self.cache = cache
        self.cwd = cwd
        self._base = action_id(
            "export", _makers_id(), object_header(context), context.goroot, ",".join(sorted(context.tags))
        )
        self._ids: dict[int, str] = {}
        self._keep: list[Package] = []  # whose ids are in use
        self._files: dict[int, str] = {}
        self._declared: _Declared | None = None

    def id(self, package: Package) -> str:
        """The name of the package's declarations, and of what is derived from its sources and imports alone."""
        known = self._ids.get(id(package))
        if known is not None:
            return known
        for p in dependencies_first([package]):
            if id(p) not in self._ids:
                self._ids[id(p)] = self._make_id(p)
                self._keep.append(p)
        return self._ids[id(package)]

    def _make_id(self, p: Package) -> str:
        parts: list[str | bytes] = [self._base, p.import_path, compiler_path(p), p.dir, p.language_version]
        frozen = p.standard and not p.for_test and not self.context.view.replaced
        if p.testmain is not None:
            parts.append(p.testmain)
        for name in p.go_files:
            parts.append(name)
            if not frozen and p.testmain is None:
                parts.append(self._content(os.path.join(p.dir, name)))
        if not frozen:
            for d in p.dependencies or []:
                parts.append(d.import_path)
                parts.append(self._ids[id(d)])
        return action_id(*parts)

    def _content(self, path: str) -> bytes:
        try:
            return hashlib.sha256(self.context.view.read(path)).digest()
        except OSError:
            return b"unreadable"

    def file(self, package: Package) -> str:
        """Path of an archive with the package's export data. UserError with the compiler's report if it has none."""
        known = self._files.get(id(package))
        if known is not None:
            return known
        key = self.id(package)
        path = self.cache.output_file(key)
        if path is None:
            path = self._make(package, key)
        self._files[id(package)] = path
        return path

    def _make(self, package: Package, key: str) -> str:
        if not package.standard:
            self.make_imports(package)
        if self._declared is None:
            self._declared = _Declared(self.context.view, self.cwd)
        declared = self._declared
        report = declared.report(package)
        if report:
            raise UserError(report)
        checker = declared.checker(package)
        try:
            data = export_data(checker.pkg, declared.sources, self.context.goroot)
        except ExportError as e:
            raise UserError(f"# {package.description}\n{e}") from None
        build_id = f"{_short(bytes.fromhex(key))}/{_short(hashlib.sha256(data).digest())}"
        return self.cache.put(key, export_archive(self.context, checker.pkg, data, build_id))

    def make_imports(self, package: Package) -> None:
        """Make sure that everything of the user's that the package imports can be compiled. UserError with the report
        about the first that cannot."""
        for p in dependencies_first([package]):
            if p is not package and not p.standard and p.import_path != "unsafe":
                self.file(p)

    def build_id(self, package: Package) -> str:
        """The build id written in the package's archive."""
        with open(self.file(package), "rb") as f:
            head = f.read(4096)
        begin = head.find(b'\nbuild id "')
        if begin < 0:
            return ""
        begin += len(b'\nbuild id "')
        return head[begin : head.find(b'"', begin)].decode()


def _short(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest[:15]).decode()


def _makers_id() -> str:
    h = hashlib.sha256()
    for folder in _MAKERS:
        with os.scandir(os.path.join(_GOES, folder)) as entries:
            for e in sorted(entries, key=lambda e: e.name):
                if e.name.endswith((".py", ".so")):
                    st = e.stat()
                    h.update(f"{folder}/{e.name} {st.st_size} {st.st_mtime_ns}\n".encode())
    return h.hexdigest()
