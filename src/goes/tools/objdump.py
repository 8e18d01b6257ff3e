"""`goes tool objdump`: machine code by function and line.

    TEXT main.f(SB) /src/a.go
      a.go:4    0x401000    4885ff    ...

The bytes of each line's run of code are shown; goes has no disassembler yet, so an instruction's text is left out.

Sources: cmd/objdump, cmd/internal/disasm (layout); text/tabwriter.
"""

from __future__ import annotations

import re
from typing import Final, TextIO

from ..diag.diagnostic import UserError
from .binary import Binary, LineTable, open_binary
from .flags import FlagError, Flags

USAGE: Final = """usage: go tool objdump [-S] [-gnu] [-s symregexp] binary [start end]

  -S\tprint Go code alongside assembly
  -gnu
    \tprint GNU assembly next to Go assembly (where supported)
  -s string
    \tonly dump symbols matching this regexp
"""
_MIN_WIDTH: Final = 18
_TAB: Final = 8
_BYTES_PER_ROW: Final = 16


def main(arguments: list[str], out: TextIO, err: TextIO) -> int:
    flags = Flags({"s": ""}, ["S", "gnu"])
    try:
        flags.parse(arguments)
    except FlagError as mistake:
        err.write(f"{mistake.message}\n{USAGE}")
        return 2
    if len(flags.arguments) not in (1, 3):
        err.write(USAGE)
        return 2
    try:
        pattern = re.compile(flags.strings["s"])
    except re.error as problem:
        err.write(f"objdump: invalid -s regexp: {problem}\n")
        return 1
    start, end = 0, 1 << 64
    try:
        if len(flags.arguments) == 3:
            start, end = (int(a.removeprefix("0x"), 16) for a in flags.arguments[1:])
    except ValueError as problem:
        err.write(f"objdump: invalid PC: {problem}\n")
        return 1
    try:
        binary = open_binary(flags.arguments[0])
        table = binary.line_table()
    except UserError as problem:
        err.write(f"objdump: {problem.message}\n")
        return 1
    _print(binary, table, pattern, start, end, flags.booleans["S"], out)
    return 0


def _print(
    binary: Binary, table: LineTable, pattern: re.Pattern[str], start: int, end: int, source: bool, out: TextIO
) -> None:
    text = binary.section(".text")
    assert text is not None
    code = binary.content(text)
    sources: dict[str, list[str]] = {}
    first = True
    for index in range(len(table.entries) - 1):
        low = max(start, table.text + table.entries[index])
        high = min(end, table.text + table.entries[index + 1])
        name = table.name(index)
        if low >= high or not pattern.search(name):
            continue
        rows = table.rows(index)
        if not first:
            out.write("\n")
        first = False
        out.write(f"TEXT {name}(SB) {rows[0][2] if rows else ''}\n")
        cells: list[list[str]] = []
        for row_start, row_end, file, line in rows or [(low, high, "?", 0)]:
            at, stop = max(row_start, low), min(row_end, high)
            if source and at < stop:
                cells.append([_source_line(sources, file, line)])
            while at < stop:
                size = min(_BYTES_PER_ROW, stop - at)
                chunk = code[at - text.address : at - text.address + size]
                cells.append([f"  {file.rsplit('/', 1)[-1]}:{line}", f"{at:#x}", chunk.hex()])
                at += size
        out.write(align(cells))


def _source_line(sources: dict[str, list[str]], file: str, line: int) -> str:
    lines = sources.get(file)
    if lines is None:
        try:
            with open(file, encoding="utf-8", errors="replace") as f:
                lines = f.read().split("\n")
        except OSError:
            lines = []
        sources[file] = lines
    return lines[line - 1] if 0 < line <= len(lines) else ""


def align(rows: list[list[str]]) -> str:
    """Tab-terminated columns of at least 18 characters, padded with tabs, as text/tabwriter does."""
    widths: dict[int, int] = {}
    for row in rows:
        if len(row) > 1:
            for i, cell in enumerate(row):
                widths[i] = max(widths.get(i, _MIN_WIDTH), len(cell) + 1)
    out: list[str] = []
    for row in rows:
        for i, cell in enumerate(row):
            out.append(cell)
            if len(row) > 1:
                width = (widths[i] + _TAB - 1) // _TAB * _TAB
                out.append("\t" * ((width - len(cell) + _TAB - 1) // _TAB))
        out.append("\n")
    return "".join(out)
