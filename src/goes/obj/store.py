"""Definitions as bytes: the content of a cache entry and of an archive member.

    data = dump([f, g, x])          deterministic: equal definitions, equal bytes
    store = Store(data)
    store.definition("main.g")      decoded now; main.f and main.x are not touched

Layout: magic, counts, then the string table (character lengths, one UTF-8 text), the name index (string number and
record offset per definition), then one record per definition. Fixed-width fields, because struct reads them at C speed.
Of a function's line rows only the encoded tables are kept (pcvalue.rows_of reads them back).
"""

from __future__ import annotations

import struct
from array import array
from itertools import accumulate
from typing import Final, final

from ..diag.diagnostic import Bug
from .pcvalue import PcTables, tables_of
from .symbol import TEXT, Definition, Relocation, TextInfo

MAGIC: Final = b"goesobj\x01"

_HEADER: Final = struct.Struct("<8sIIII")  # magic, strings, text bytes, definitions, spare
_RECORD: Final = struct.Struct("<BIIQIIIIII")
#   kind, flags, align, size, package, gotype, sort key, data bytes, ptrmask bytes, relocations
_RELOCATION: Final = struct.Struct("<IIqB")  # offset, target, addend, kind
_TEXT: Final = struct.Struct("<IiIIIIIIIIIIIII")
#   landing, args, start line, wrapped, file, files, unsafe ranges, extent, bytes of pcsp pcfile pcln unsafe inline,
#   inlined calls, spare
_CALL: Final = struct.Struct("<IIIB")  # name, pc, start line, func id


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


@final
class _Strings:
    """Numbers strings in order of first use."""

    __slots__ = ("numbers",)

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {"": 0}

    def number(self, text: str) -> int:
        n = self.numbers.get(text)
        if n is None:
            n = len(self.numbers)
            self.numbers[text] = n
        return n


def dump(definitions: list[Definition]) -> bytes:
    """Serialise; names must be distinct."""
    strings = _Strings()
    index = array("I")
    body = bytearray()
    for d in definitions:
        index.append(strings.number(d.name))
        index.append(len(body))
        _dump_record(d, strings, body)
    texts = list(strings.numbers)
    lengths = array("I", [len(t) for t in texts])
    blob = _bytes("".join(texts))
    header = _HEADER.pack(MAGIC, len(texts), len(blob), len(definitions), 0)
    return b"".join((header, lengths.tobytes(), blob, index.tobytes(), body))


def _dump_record(d: Definition, strings: _Strings, out: bytearray) -> None:
    number = strings.number
    out += _RECORD.pack(
        d.kind,
        d.flags,
        d.align,
        d.size,
        number(d.package),
        number(d.gotype),
        number(d.sort_key),
        len(d.data),
        len(d.ptrmask),
        len(d.relocations),
    )
    out += d.data
    out += d.ptrmask
    pack = _RELOCATION.pack
    for r in d.relocations:
        out += pack(r.offset, number(r.target), r.addend, r.kind)
    if d.kind == TEXT:
        _dump_text(d, strings, out)


def _dump_text(d: Definition, strings: _Strings, out: bytearray) -> None:
    number = strings.number
    tables = tables_of(d)
    text = d.text
    assert text is not None
    out += _TEXT.pack(
        text.landing,
        text.args,
        text.start_line,
        number(text.wrapped),
        number(text.file),
        len(text.files),
        len(text.unsafe),
        tables.extent,
        len(tables.pcsp),
        len(tables.pcfile),
        len(tables.pcln),
        len(tables.unsafe),
        len(tables.inline),
        len(tables.inline_tree),
        0,
    )
    out += array("I", [number(f) for f in text.files]).tobytes()
    flat: list[int] = []
    for start, end in text.unsafe:
        flat.append(start)
        flat.append(end)
    out += array("I", flat).tobytes()
    for table in (tables.pcsp, tables.pcfile, tables.pcln, tables.unsafe, tables.inline):
        out += table
    for name, pc, line, func_id in tables.inline_tree:
        out += _CALL.pack(number(name), pc, line, func_id)


@final
class Store:
    """A serialised list, read by name. Offsets of records by name in `offsets`, in the order they were written."""

    __slots__ = ("data", "strings", "offsets", "_base", "_loaded")

    def __init__(self, data: bytes) -> None:
        self.data = data
        if len(data) < _HEADER.size:
            raise Bug("obj", "truncated definitions")
        magic, nstrings, text_bytes, ndefinitions, _ = _HEADER.unpack_from(data, 0)
        if magic != MAGIC:
            raise Bug("obj", "not serialised definitions")
        at = _HEADER.size
        lengths = array("I", data[at : at + 4 * nstrings])
        at += 4 * nstrings
        text = _text(data[at : at + text_bytes])
        at += text_bytes
        ends = list(accumulate(lengths))
        self.strings = [text[end - length : end] for end, length in zip(ends, lengths)]
        index = array("I", data[at : at + 8 * ndefinitions])
        self._base = at + 8 * ndefinitions
        strings = self.strings
        self.offsets: dict[str, int] = {strings[n]: offset for n, offset in zip(index[::2], index[1::2])}
        self._loaded: dict[str, Definition] = {}

    def names(self) -> list[str]:
        return list(self.offsets)

    def definition(self, name: str) -> Definition | None:
        """The definition of that name; the same object every time."""
        found = self._loaded.get(name)
        if found is None:
            offset = self.offsets.get(name)
            if offset is None:
                return None
            found = self._read(name, self._base + offset)
            self._loaded[name] = found
        return found

    def definitions(self) -> list[Definition]:
        """All of them, in the order they were written."""
        out: list[Definition] = []
        for name in self.offsets:
            d = self.definition(name)
            assert d is not None
            out.append(d)
        return out

    def _read(self, name: str, at: int) -> Definition:
        data = self.data
        strings = self.strings
        kind, flags, align, size, package, gotype, key, ndata, nmask, nrelocations = _RECORD.unpack_from(data, at)
        at += _RECORD.size
        out = Definition(name, kind, data[at : at + ndata], size, align, flags, strings[package])
        at += ndata
        out.ptrmask = data[at : at + nmask]
        at += nmask
        out.gotype = strings[gotype]
        out.sort_key = strings[key]
        end = at + _RELOCATION.size * nrelocations
        relocations = out.relocations
        for offset, target, addend, rkind in _RELOCATION.iter_unpack(data[at:end]):
            relocations.append(Relocation(offset, rkind, strings[target], addend))
        if kind == TEXT:
            out.text = self._read_text(end)
        return out

    def _read_text(self, at: int) -> TextInfo:
        data = self.data
        strings = self.strings
        text = TextInfo()
        tables = PcTables()
        text.tables = tables
        (
            text.landing,
            text.args,
            text.start_line,
            wrapped,
            file,
            nfiles,
            nunsafe,
            tables.extent,
            pcsp,
            pcfile,
            pcln,
            unsafe,
            inline,
            ncalls,
            _,
        ) = _TEXT.unpack_from(data, at)
        at += _TEXT.size
        text.wrapped = strings[wrapped]
        text.file = strings[file]
        text.files = [strings[n] for n in array("I", data[at : at + 4 * nfiles])]
        at += 4 * nfiles
        flat = array("I", data[at : at + 8 * nunsafe])
        text.unsafe = [(flat[i], flat[i + 1]) for i in range(0, len(flat), 2)]
        at += 8 * nunsafe
        tables.pcsp = data[at : at + pcsp]
        at += pcsp
        tables.pcfile = data[at : at + pcfile]
        at += pcfile
        tables.pcln = data[at : at + pcln]
        at += pcln
        tables.unsafe = data[at : at + unsafe]
        at += unsafe
        tables.inline = data[at : at + inline]
        at += inline
        for name, pc, line, func_id in _CALL.iter_unpack(data[at : at + _CALL.size * ncalls]):
            tables.inline_tree.append((strings[name], pc, line, func_id))
        return text
