"""What the Go files of a directory import, for this build or for any.

    scan_imports(context, "/src/m/pkg", False)   →   Imports(["fmt", "os"], ["testing"])
    scan_imports(context, "/src/m/pkg", True)    →   also what files for other systems import

With any tags every constraint holds but `ignore`: that is what `mod tidy` and `get` look at.
Source: cmd/go/internal/imports.
"""

from __future__ import annotations

import os
import re
from typing import Final, final

from ..syntax.constraint import And, Constraint, ConstraintError, Not, Or, Tag, parse_line
from .constraint import FileConstraint, HeaderError, name_matches
from .context import BuildContext
from .header import Header, read_header
from .view import Entry


@final
class NoGoFiles(Exception):
    pass


@final
class ScanError(Exception):
    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@final
class Imports:
    __slots__ = ("imports", "test_imports")

    def __init__(self, imports: list[str], test_imports: list[str]) -> None:
        self.imports = imports
        self.test_imports = test_imports


def scan_imports(context: BuildContext, directory: str, any_tags: bool) -> Imports:
    """Raises NoGoFiles if no file counts, ScanError if one cannot be read."""
    try:
        entries = context.view.entries(directory)
    except OSError as error:
        raise ScanError(f"open {directory}: {(error.strerror or '').lower()}") from None
    found = _Found()
    for entry in entries:
        name = entry.name
        if not name.endswith(".go") or name[0] in "_." or entry.is_dir():
            continue
        if entry.is_link() and (entry.leads_to_directory() or entry.stamp()[0] < 0):
            continue
        if any_tags or name_matches(context, name):
            path = os.path.join(directory, name)
            found.add(context, path, _header(context, path, entry), any_tags, False)
    return found.result()


Scans = dict[tuple[str, bool], "Imports | NoGoFiles | ScanError"]


def scan_once(known: Scans, context: BuildContext, directory: str, any_tags: bool) -> Imports:
    """As scan_imports, with what is known already."""
    found = known.get((directory, any_tags))
    if found is None:
        try:
            found = scan_imports(context, directory, any_tags)
        except (NoGoFiles, ScanError) as error:
            found = error
        known[(directory, any_tags)] = found
    if isinstance(found, Imports):
        return found
    raise found


def has_go_file(known: Scans, directory: str) -> bool:
    """Has a Go file been found there?"""
    return isinstance(known.get((directory, False)), Imports) or isinstance(known.get((directory, True)), Imports)


def scan_files(context: BuildContext, names: list[str], any_tags: bool, explicit: bool) -> Imports:
    """The imports of some files; build constraints do not count if they were named explicitly."""
    found = _Found()
    for name in names:
        found.add(context, name, _header(context, name, None), any_tags, explicit)
    return found.result()


def _header(context: BuildContext, path: str, entry: Entry | None) -> Header:
    try:
        if context.headers is not None and entry is not None:
            return context.headers.header(path, entry)
        return read_header(context.view.read(path))
    except OSError as error:
        raise ScanError(f"open {path}: {(error.strerror or '').lower()}") from None


@final
class _Found:
    __slots__ = ("imports", "test_imports", "count")

    def __init__(self) -> None:
        self.imports: set[str] = set()
        self.test_imports: set[str] = set()
        self.count = 0

    def add(self, context: BuildContext, name: str, header: Header, any_tags: bool, explicit: bool) -> None:
        if header.uses_cgo and not any_tags and not context.satisfied("cgo"):
            return
        if not explicit:
            try:
                if not (matches_any(header.constraint) if any_tags else header.constraint.matches(context)):
                    return
            except HeaderError:
                return
        self.count += 1
        into = self.test_imports if name.endswith("_test.go") else self.imports
        into.update(place.text for place in header.imports)
        if header.error is not None:
            into.update(_loose_imports(context, name))

    def result(self) -> Imports:
        if not self.count:
            raise NoGoFiles
        return Imports(_real(self.imports), _real(self.test_imports))


_COMMENT: Final = re.compile(rb"//[^\n]*|/\*.*?\*/", re.S)
_PACKAGE: Final = re.compile(rb"\s*package\s+\w+\s*;?")
_IMPORT: Final = re.compile(rb"\s*import\s*(\([^)]*\)|(?:[\w.]+\s*)?(?:\"[^\"\n]*\"|`[^`]*`))\s*;?")
_STRING: Final = re.compile(rb"\"([^\"\n]*)\"|`([^`]*)`")


def _loose_imports(context: BuildContext, name: str) -> list[str]:
    """What a file with an error in its head imports, as far as that can be told."""
    try:
        data = _COMMENT.sub(b" ", context.view.read(name))
    except OSError:
        return []
    found: list[str] = []
    match = _PACKAGE.match(data)
    while match is not None:
        match = _IMPORT.match(data, match.end())
        if match is not None:
            found += [(a or b).decode("utf-8", "replace") for a, b in _STRING.findall(match.group(1))]
    return found


def _real(paths: set[str]) -> list[str]:
    """Without the paths that are no packages: "C", and what App Engine made up before there were modules."""
    return sorted(p for p in paths if p != "C" and not is_magic(p))


def is_magic(path: str) -> bool:
    """Does the path belong to App Engine, as it was before modules?"""
    return path in ("appengine", "appengine_internal") or path.startswith(("appengine/", "appengine_internal/"))


def matches_any(constraint: FileConstraint) -> bool:
    """Do the constraints hold when every tag but "ignore" may be as one likes?"""
    if constraint.problem:
        return False
    if constraint.go_build:
        try:
            return _holds(parse_line(constraint.go_build), True)
        except ConstraintError:
            return False
    for line in constraint.plus_build:
        try:
            if not _holds(parse_line(line), True):
                return False
        except ConstraintError:
            pass
    return True


def _holds(x: Constraint, prefer: bool) -> bool:
    if isinstance(x, Tag):
        valid = x.tag != "" and all(c.isalnum() or c in "_." for c in x.tag)
        return prefer if valid and x.tag != "ignore" else False
    if isinstance(x, Not):
        return not _holds(x.x, not prefer)
    if isinstance(x, And):
        return all(_holds(o, prefer) for o in x.operands)
    if isinstance(x, Or):
        return any(_holds(o, prefer) for o in x.operands)
    return False
