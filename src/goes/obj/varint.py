"""LEB128 integers, as DWARF and the runtime's tables use them.

    uvarint(300)            →  b"\\xac\\x02"
    read_uvarint(b, 0)      →  (300, 2)

Sources: DWARF 5 section 7.6; encoding/binary (role of Uvarint).
"""

from __future__ import annotations

from typing import Final

# Single-byte encodings are by far the most frequent; they are made once.
_ONE_BYTE: Final = [bytes([n]) for n in range(128)]


def uvarint(value: int) -> bytes:
    """The unsigned LEB128 form of value >= 0."""
    if value < 128:
        return _ONE_BYTE[value]
    out = bytearray()
    while value >= 128:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def unzigzag(value: int) -> int:
    return value >> 1 if value & 1 == 0 else -((value + 1) >> 1)


def svarint(value: int) -> bytes:
    """The signed LEB128 form of value."""
    out = bytearray()
    while True:
        low = value & 127
        value >>= 7
        if (value == 0 and low & 64 == 0) or (value == -1 and low & 64 != 0):
            out.append(low)
            return bytes(out)
        out.append(low | 128)


def read_uvarint(data: bytes, at: int) -> tuple[int, int]:
    """(value, offset behind it)."""
    byte = data[at]
    at += 1
    if byte < 128:
        return byte, at
    value = byte & 127
    shift = 7
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def read_svarint(data: bytes, at: int) -> tuple[int, int]:
    """(value, offset behind it)."""
    value = 0
    shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            if byte & 64:
                value -= 1 << shift
            return value, at
