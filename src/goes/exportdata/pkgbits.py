"""The bit stream of gc's unified export data, version 5.

    bits = PackageBits()
    e = bits.element(SECTION_TYPE)      one element of a section; elements refer to each other by (section, index)
    e.length(3); e.string(b"int"); e.reference(SECTION_PKG, 0)
    bits.flush(e)
    bits.dump()   →   version, flags, ends of sections, ends of elements, elements, fingerprint

Numbers are unsigned or zig-zag varints, no sync markers are written. Each element begins with the table of what it
refers to; its body names rows of that table.

Source: internal/pkgbits (encoder.go, reloc.go, codes.go, version.go).
"""

from __future__ import annotations

import hashlib
import struct
from fractions import Fraction
from typing import Final, final

from ..types.constant import ComplexValue, ConstValue

VERSION: Final = 5

SECTION_STRING: Final = 0
SECTION_META: Final = 1
SECTION_POS_BASE: Final = 2
SECTION_PKG: Final = 3
SECTION_NAME: Final = 4
SECTION_TYPE: Final = 5
SECTION_OBJ: Final = 6
SECTION_OBJ_EXT: Final = 7
SECTION_OBJ_DICT: Final = 8
SECTION_BODY: Final = 9
_SECTIONS: Final = 10

# Codes of types.
TYPE_BASIC: Final = 0
TYPE_NAMED: Final = 1
TYPE_POINTER: Final = 2
TYPE_SLICE: Final = 3
TYPE_ARRAY: Final = 4
TYPE_CHAN: Final = 5
TYPE_MAP: Final = 6
TYPE_SIGNATURE: Final = 7
TYPE_STRUCT: Final = 8
TYPE_INTERFACE: Final = 9
TYPE_UNION: Final = 10
TYPE_PARAMETER: Final = 11

# Codes of objects.
OBJ_ALIAS: Final = 0
OBJ_CONST: Final = 1
OBJ_TYPE: Final = 2
OBJ_FUNC: Final = 3
OBJ_VAR: Final = 4
OBJ_STUB: Final = 5  # predeclared, or of package unsafe: readers have it

# Codes of constant values.
_VAL_BOOL: Final = 0
_VAL_STRING: Final = 1
_VAL_INT64: Final = 2
_VAL_BIG_INT: Final = 3
_VAL_BIG_RAT: Final = 4


def _put_uvarint(out: bytearray, x: int) -> None:
    while x >= 0x80:
        out.append(x & 0x7F | 0x80)
        x >>= 7
    out.append(x)


@final
class Element:
    """One element being written. `index` is its place in its section."""

    __slots__ = ("bits", "section", "index", "data", "references", "rows")

    def __init__(self, bits: PackageBits, section: int, index: int) -> None:
        self.bits = bits
        self.section = section
        self.index = index
        self.data = bytearray()
        self.references: list[tuple[int, int]] = []
        self.rows: dict[tuple[int, int], int] = {}

    def boolean(self, value: bool) -> bool:
        self.data.append(1 if value else 0)
        return value

    def length(self, value: int) -> None:
        """An unsigned number."""
        if value < 0x80:
            self.data.append(value)
        else:
            _put_uvarint(self.data, value)

    def int64(self, value: int) -> None:
        _put_uvarint(self.data, value << 1 if value >= 0 else ~(value << 1))

    def reference(self, section: int, index: int) -> None:
        key = (section, index)
        row = self.rows.get(key)
        if row is None:
            row = len(self.references)
            self.rows[key] = row
            self.references.append(key)
        self.length(row)

    def string(self, value: bytes) -> None:
        self.reference(SECTION_STRING, self.bits.string_index(value))

    def text(self, value: str) -> None:
        self.string(value.encode("utf-8", "surrogateescape"))

    def constant(self, value: ConstValue, is_float: bool) -> None:
        """A constant; with is_float an integral value is still a floating-point one."""
        if isinstance(value, ComplexValue):
            self.boolean(True)
            self._scalar(value.re, True)
            self._scalar(value.im, True)
        else:
            self.boolean(False)
            self._scalar(value, is_float)

    def _scalar(self, value: ConstValue, is_float: bool) -> None:
        if isinstance(value, bool):
            self.length(_VAL_BOOL)
            self.boolean(value)
        elif isinstance(value, bytes):
            self.length(_VAL_STRING)
            self.string(value)
        elif isinstance(value, Fraction) or is_float:
            assert isinstance(value, (Fraction, int))
            self.length(_VAL_BIG_RAT)
            self._big_int(value.numerator)
            self._big_int(value.denominator)
        elif isinstance(value, int):
            if -(1 << 63) <= value < 1 << 63:
                self.length(_VAL_INT64)
                self.int64(value)
            else:
                self.length(_VAL_BIG_INT)
                self._big_int(value)
        else:
            raise ValueError("a constant without a value")

    def _big_int(self, value: int) -> None:
        magnitude = abs(value)
        self.string(magnitude.to_bytes((magnitude.bit_length() + 7) // 8, "big"))
        self.boolean(value < 0)


@final
class PackageBits:
    """All elements of one package's export data."""

    __slots__ = ("_elements", "_strings")

    def __init__(self) -> None:
        self._elements: list[list[bytes]] = [[] for _ in range(_SECTIONS)]
        self._strings: dict[bytes, int] = {}

    def string_index(self, value: bytes) -> int:
        index = self._strings.get(value)
        if index is None:
            strings = self._elements[SECTION_STRING]
            index = len(strings)
            self._strings[value] = index
            strings.append(value)
        return index

    def element(self, section: int) -> Element:
        """A new element; its place is taken now, its contents count when it is flushed."""
        elements = self._elements[section]
        elements.append(b"")
        return Element(self, section, len(elements) - 1)

    def flush(self, e: Element) -> int:
        """Finish an element; returns its index."""
        out = bytearray()
        _put_uvarint(out, len(e.references))
        for section, index in e.references:
            out.append(section)
            _put_uvarint(out, index)
        out += e.data
        self._elements[e.section][e.index] = bytes(out)
        return e.index

    def dump(self) -> bytes:
        ends_of_sections: list[int] = []
        ends: list[int] = []
        size = 0
        for elements in self._elements:
            for data in elements:
                size += len(data)
                ends.append(size)
            ends_of_sections.append(len(ends))
        head = struct.pack(f"<II{_SECTIONS}I{len(ends)}I", VERSION, 0, *ends_of_sections, *ends)
        body = head + b"".join([b"".join(elements) for elements in self._elements])
        return body + hashlib.sha256(body).digest()[:8]
