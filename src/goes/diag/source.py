"""Source files and positions.

A position (`Pos`) is an int: 0 means "no position"; otherwise `file.base + byte offset`. Files of one build are laid
out one after the other in a `SourceSet`, so that a bare int names file, line and column.

    files = SourceSet()
    f = files.add("a.go", b"package a\\n")
    files.position(f.base + 8)      →  Position("a.go", 1, 9)

Columns count bytes from 1, as gc's do. `//line` directives are recorded by the scanner with `add_line_directive` and
honoured by `position`; `raw_position` ignores them.
Source: cmd/internal/src, go/token (roles only).
"""

from __future__ import annotations

import bisect
from typing import final

Pos = int
NO_POS = 0


@final
class Position:
    """A file, line and column for people. column 0 = unknown (after a //line directive without column)."""

    __slots__ = ("filename", "line", "column")

    def __init__(self, filename: str, line: int, column: int) -> None:
        self.filename = filename
        self.line = line
        self.column = column

    def __str__(self) -> str:
        if self.line == 0:
            return self.filename or "-"
        if self.column == 0:
            return f"{self.filename}:{self.line}"
        return f"{self.filename}:{self.line}:{self.column}"


@final
class LineDirective:
    """`//line filename:line:column` in force from byte `offset` (of the character after the directive) on."""

    __slots__ = ("offset", "filename", "line", "column")

    def __init__(self, offset: int, filename: str, line: int, column: int) -> None:
        self.offset = offset
        self.filename = filename
        self.line = line
        self.column = column


@final
class SourceFile:
    """One file's bytes and its place in the position space. `lines[i]` is the offset at which line i+1 begins."""

    __slots__ = ("name", "base", "data", "_lines", "directives")

    def __init__(self, name: str, base: int, data: bytes) -> None:
        self.name = name
        self.base = base
        self.data = data
        self._lines: list[int] | None = None
        self.directives: list[LineDirective] = []

    def lines(self) -> list[int]:
        lines = self._lines
        if lines is None:
            lines = [0]
            data = self.data
            i = data.find(b"\n")
            while i >= 0:
                lines.append(i + 1)
                i = data.find(b"\n", i + 1)
            self._lines = lines
        return lines

    def add_line_directive(self, offset: int, filename: str, line: int, column: int) -> None:
        """Record a directive. Call in increasing order of offset."""
        self.directives.append(LineDirective(offset, filename, line, column))

    def raw_position(self, pos: Pos) -> Position:
        offset = pos - self.base
        lines = self.lines()
        i = bisect.bisect_right(lines, offset) - 1
        return Position(self.name, i + 1, offset - lines[i] + 1)

    def position(self, pos: Pos) -> Position:
        raw = self.raw_position(pos)
        directives = self.directives
        if not directives:
            return raw
        offset = pos - self.base
        i = len(directives) - 1
        while i >= 0 and directives[i].offset > offset:
            i -= 1
        if i < 0:
            return raw
        d = directives[i]
        start = self.raw_position(self.base + d.offset)
        line = d.line + raw.line - start.line
        column = 0
        if d.column > 0:
            column = d.column + raw.column - start.column if raw.line == start.line else raw.column
        return Position(d.filename, line, column)


@final
class SourceSet:
    """All source files of a build, in order of base."""

    __slots__ = ("files", "_bases", "_next")

    def __init__(self) -> None:
        self.files: list[SourceFile] = []
        self._bases: list[int] = []
        self._next = 1

    def add(self, name: str, data: bytes) -> SourceFile:
        f = SourceFile(name, self._next, data)
        self.files.append(f)
        self._bases.append(f.base)
        self._next += len(data) + 1
        return f

    def file(self, pos: Pos) -> SourceFile | None:
        i = bisect.bisect_right(self._bases, pos) - 1
        if pos <= 0 or i < 0:
            return None
        return self.files[i]

    def position(self, pos: Pos) -> Position:
        f = self.file(pos)
        return Position("", 0, 0) if f is None else f.position(pos)

    def raw_position(self, pos: Pos) -> Position:
        f = self.file(pos)
        return Position("", 0, 0) if f is None else f.raw_position(pos)
