"""What the Go files of a directory import, for this build or for any.

    scan_imports(context, "/src/m/pkg", False)   →   Imports(["fmt", "os"], ["testing"])
    scan_imports(context, "/src/m/pkg", True)    →   also what files for other systems import

With any tags every constraint holds but `ignore`: that is what `mod tidy` and `get` look at.
Source: cmd/go/internal/imports.
"""

from __future__ import annotations

import os
from typing import Final, final

from ..syntax.constraint import And, Constraint, ConstraintError, Not, Or, Tag, is_plus_build, parse_line
from .constraint import HeaderError, header_matches, name_matches, split_header
from .context import BuildContext
from .header import read_header

_MAGIC: Final = ("C", "appengine", "appengine_internal")


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
    names: list[str] = []
    try:
        with os.scandir(directory) as entries:
            for entry in entries:
                name = entry.name
                if name.endswith(".go") and name[0] not in "_." and entry.is_file():
                    names.append(name)
    except OSError as error:
        raise ScanError(f"open {directory}: {(error.strerror or '').lower()}") from None
    names.sort()
    if not any_tags:
        names = [n for n in names if name_matches(context, n)]
    return scan_files(context, [os.path.join(directory, n) for n in names], any_tags, False)


def scan_files(context: BuildContext, names: list[str], any_tags: bool, explicit: bool) -> Imports:
    """The imports of some files; build constraints do not count if they were named explicitly."""
    imports: set[str] = set()
    test_imports: set[str] = set()
    count = 0
    for name in names:
        try:
            with open(name, "rb") as f:
                data = f.read()
        except OSError as error:
            raise ScanError(f"open {name}: {(error.strerror or '').lower()}") from None
        header = read_header(data)
        if header.error is not None and not header.name:
            # The rest of the go command reports it with its place.
            raise ScanError(f"reading {name}: {header.error[0]}:{header.error[1]}: {header.error[2]}")
        if header.uses_cgo and not any_tags and not context.satisfied("cgo"):
            continue
        if not explicit:
            end = header.end if header.error is None else len(data)
            try:
                if not (matches_any(data[:end]) if any_tags else header_matches(context, data[:end])):
                    continue
            except HeaderError:
                continue
        count += 1
        into = test_imports if name.endswith("_test.go") else imports
        into.update(place.text for place in header.imports)
    if not count:
        raise NoGoFiles
    return Imports(_real(imports), _real(test_imports))


def _real(paths: set[str]) -> list[str]:
    """Without the paths that are no packages: "C", and what App Engine made up before there were modules."""
    return sorted(p for p in paths if p not in _MAGIC and not p.startswith(("appengine/", "appengine_internal/")))


def matches_any(header: bytes) -> bool:
    """Do the constraints hold when every tag but "ignore" may be as one likes?"""
    if b"//go:build" not in header and b"+build" not in header:
        return True
    try:
        end, go_build, _ = split_header(header)
        if go_build is not None:
            return _holds(parse_line(go_build), True)
    except (HeaderError, ConstraintError):
        return False
    for raw in header[:end].split(b"\n"):
        line = raw.strip()
        if line.startswith(b"//") and b"+build" in line:
            words = line.decode("utf-8", "replace")
            try:
                if is_plus_build(words) and not _holds(parse_line(words), True):
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
