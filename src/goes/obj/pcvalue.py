"""Per-function runtime tables: stack depth, file, line, inlining and preemption safety by program counter.

    lines [(0, file 0, line 7, -1), (12, file 0, line 8, -1)], code of 30 bytes
    →  pcfile  [0, 32) → 0      pcln  [0, 12) → 7, [12, 32) → 8      both in the runtime's delta encoding

Everything is relative to the function, so the tables are made once, when the object is made, and shared by content when
programs are linked. Files are numbered per function (its run of the linker's cutab); names stay names.

Extent. The runtime finds an inlined call's site by looking up a pc that carries the site's file, line and parent; gc
keeps a NOP for that. We append *virtual call-site pcs*: padding bytes behind the code, never executed, one for each
site that no instruction carries. One byte between code and virtual pcs belongs to a call that ends the code (its return
address), one behind them serves runtime.Callers, which reports pc+1. The extent is rounded up to 16, the smallest
distance of functions that the runtime's function lookup allows.

Sources: runtime/symtab.go:step, pcvalue; runtime/symtabinl.go; cmd/internal/obj/pcln.go:funcpctab;
internal/abi/symtab.go.
"""

from __future__ import annotations

from typing import Final, final

from .symbol import UNSAFE_POINT, Definition, InlineCall, TextInfo
from .varint import read_uvarint, unzigzag, uvarint

FUNCTION_ALIGN: Final = 16
UNSAFE_POINT_SAFE: Final = -1
UNSAFE_POINT_UNSAFE: Final = -2


@final
class PcTables:
    """The encoded tables of one function; an empty table means "no table" (value -1 everywhere).

    `inline_tree[i]` is (function name, offset of the call site's pc, start line, func id).
    """

    __slots__ = ("extent", "pcsp", "pcfile", "pcln", "unsafe", "inline", "inline_tree")

    def __init__(self) -> None:
        self.extent = 0
        self.pcsp = b""
        self.pcfile = b""
        self.pcln = b""
        self.unsafe = b""
        self.inline = b""
        self.inline_tree: list[tuple[str, int, int, int]] = []


def encode_runs(starts: list[int], values: list[int], end: int) -> bytes:
    """The delta encoding of the step function that has values[i] from starts[i] on; it ends at `end`.

    Empty runs vanish and equal neighbours merge, because a zero delta would end the table.
    """
    out = bytearray()
    encoded = -1  # the value the decoder holds
    run_start = 0
    run_value = 0
    open_run = False
    n = len(starts)
    for i in range(n + 1):
        if i < n:
            start = starts[i]
            if (starts[i + 1] if i + 1 < n else end) <= start:
                continue
            value = values[i]
            if open_run and value == run_value:
                continue
        else:
            start = end
            value = 0
        if open_run:
            delta = run_value - encoded
            delta = delta << 1 if delta >= 0 else (-delta << 1) - 1
            length = start - run_start
            if delta < 128:
                out.append(delta)
            else:
                out += uvarint(delta)
            if length < 128:
                out.append(length)
            else:
                out += uvarint(length)
            encoded = run_value
        open_run = True
        run_start = start
        run_value = value
    out.append(0)
    return bytes(out)


def decode_runs(table: bytes, at: int = 0) -> list[tuple[int, int, int]]:
    """[(start, end, value)...] of the encoded table at offset `at`."""
    out: list[tuple[int, int, int]] = []
    if not table:
        return out
    value = -1
    pc = 0
    first = True
    while True:
        delta, at = read_uvarint(table, at)
        if delta == 0 and not first:
            return out
        first = False
        length, at = read_uvarint(table, at)
        value += unzigzag(delta)
        out.append((pc, pc + length, value))
        pc += length


def tables_of(definition: Definition) -> PcTables:
    """The tables of a TEXT definition, made on first use."""
    text = definition.text
    if text is None:
        text = TextInfo()
        definition.text = text
    tables = text.tables
    if tables is None:
        tables = build_tables(definition.size, text, definition.flags)
        text.tables = tables
    return tables


def build_tables(size: int, text: TextInfo, flags: int) -> PcTables:
    """Encode what `text` says about `size` bytes of code."""
    out = PcTables()
    rows = text.lines
    starts: list[int] = []
    files: list[int] = []
    lines: list[int] = []
    inlined: list[int] = []
    for pc, file, line, inline in rows:
        starts.append(pc)
        files.append(file)
        lines.append(line)
        inlined.append(inline)
    if starts and starts[0] != 0:
        # Code before the first row belongs to the function's own line.
        starts[0] = 0
    end = size + 1
    if text.inlines:
        end = _place_call_sites(text, starts, files, lines, inlined, end, out)
    if out.inline_tree:
        end += 1
    extent = (end + FUNCTION_ALIGN - 1) // FUNCTION_ALIGN * FUNCTION_ALIGN
    out.extent = extent
    if starts:
        out.pcfile = encode_runs(starts, files, extent)
        out.pcln = encode_runs(starts, lines, extent)
        if out.inline_tree:
            out.inline = encode_runs(starts, inlined, extent)
    pcsp = text.pcsp
    if pcsp:
        out.pcsp = encode_runs([p for p, _ in pcsp], [d for _, d in pcsp], extent)
    else:
        out.pcsp = encode_runs([0], [0], extent)
    if flags & UNSAFE_POINT:
        out.unsafe = encode_runs([0], [UNSAFE_POINT_UNSAFE], extent)
    elif text.unsafe:
        out.unsafe = _encode_unsafe(text.unsafe, extent)
    return out


def _encode_unsafe(ranges: list[tuple[int, int]], extent: int) -> bytes:
    starts = [0]
    values = [UNSAFE_POINT_SAFE]
    stop = 0
    for start, end in sorted(ranges):
        if start < stop:
            start = stop
        if end <= start:
            continue
        starts.append(start)
        values.append(UNSAFE_POINT_UNSAFE)
        starts.append(end)
        values.append(UNSAFE_POINT_SAFE)
        stop = end
    return encode_runs(starts, values, extent)


def _place_call_sites(
    text: TextInfo,
    starts: list[int],
    files: list[int],
    lines: list[int],
    inlined: list[int],
    end: int,
    out: PcTables,
) -> int:
    """Number the inlined calls that still have code (callers before callees stays true), find or append a pc for each
    call site, and rewrite `inlined` to the new numbers. Returns the end of the covered bytes."""
    calls = text.inlines
    used = bytearray(len(calls))
    for index in inlined:
        while index >= 0 and not used[index]:
            used[index] = 1
            index = calls[index].parent
    number: list[int] = []
    kept: list[InlineCall] = []
    for i in range(len(calls)):
        number.append(len(kept) if used[i] else -1)
        if used[i]:
            kept.append(calls[i])
    for i in range(len(inlined)):
        if inlined[i] >= 0:
            inlined[i] = number[inlined[i]]
    if not kept:
        return end
    site_pc: dict[str, int] = {}
    for i in range(len(starts)):
        stop = starts[i + 1] if i + 1 < len(starts) else end
        if stop > starts[i]:
            site_pc.setdefault(f"{files[i]} {lines[i]} {inlined[i]}", starts[i])
    file_number = {name: i for i, name in enumerate(text.files)}
    for call in kept:
        file = file_number.get(call.file, -1)
        if file < 0:
            file = len(text.files)
            text.files.append(call.file)
            file_number[call.file] = file
        parent = number[call.parent] if call.parent >= 0 else -1
        key = f"{file} {call.line} {parent}"
        pc = site_pc.get(key, -1)
        if pc < 0:
            pc = end
            end += 1
            site_pc[key] = pc
            starts.append(pc)
            files.append(file)
            lines.append(call.line)
            inlined.append(parent)
        out.inline_tree.append((call.name, pc, call.start_line, call.func_id))
    return end


def rows_of(text: TextInfo) -> list[tuple[int, int, int, int]]:
    """The line rows (start pc, file index, line, inline index) of a function, decoded if only the tables are known."""
    if text.lines or text.tables is None:
        return text.lines
    tables = text.tables
    marks: dict[int, list[int]] = {}
    for column, table in enumerate((tables.pcfile, tables.pcln, tables.inline)):
        for start, _, value in decode_runs(table):
            marks.setdefault(start, [-2, -2, -2])[column] = value
    out: list[tuple[int, int, int, int]] = []
    file = line = inline = -1
    for start in sorted(marks):
        mark = marks[start]
        file = mark[0] if mark[0] != -2 else file
        line = mark[1] if mark[1] != -2 else line
        inline = mark[2] if mark[2] != -2 else inline
        out.append((start, file, line, inline))
    return out


