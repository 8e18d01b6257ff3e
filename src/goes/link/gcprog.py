"""GC programs: which words of .data and .bss hold pointers.

    mask bytes 03 00 ... (100 zeros) ... 01   →  literal 03, literal 00, repeat 8 bits 99 times, literal 01, stop

Instructions: 0nnnnnnn + ceil(n/8) bytes emit n literal bits, lowest first; 0x80 n c (uvarints) repeats the previous n
bits c times; 0x00 stops. The runtime expands a program once, at start.

Sources: runtime/mbitmap.go:runGCProg; cmd/internal/gcprog.
"""

from __future__ import annotations

from typing import Final

from ..obj.symbol import Definition
from ..obj.varint import read_uvarint, uvarint

_LITERAL_BYTES: Final = 15  # 120 bits; the instruction's limit is 127
# A run of equal bytes shorter than this costs less as literal bits.
_MIN_REPEAT_BYTES: Final = 5


def pointer_bits(symbols: list[Definition], offsets: list[int], size: int) -> bytearray:
    """One bit for each 8-byte word of a section, from its symbols' masks."""
    bits = bytearray((size + 63) // 64)
    for d, offset in zip(symbols, offsets):
        mask = d.ptrmask
        if not mask:
            continue
        first = offset >> 3
        if offset & 7:
            raise ValueError(f"{d.name} holds pointers and is not word aligned")
        shifted = int.from_bytes(mask, "little") << (first & 7)
        packed = shifted.to_bytes((shifted.bit_length() + 7) // 8, "little")
        at = first >> 3
        for i, byte in enumerate(packed):
            bits[at + i] |= byte
    return bits


def encode(bits: bytes | bytearray) -> bytes:
    """The program that yields `bits`; trailing zeros are left to the runtime."""
    data = bytes(bits).rstrip(b"\0")
    out = bytearray()
    at = 0
    end = len(data)
    while at < end:
        byte = data[at]
        stop = at + 1
        while stop < end and data[stop] == byte:
            stop += 1
        if stop - at >= _MIN_REPEAT_BYTES:
            # One literal byte, then itself again as often as needed.
            out += bytes((8, byte, 0x88))
            out += uvarint(stop - at - 1)
            at = stop
            continue
        limit = min(end, at + _LITERAL_BYTES)
        while stop < limit and data[stop : stop + _MIN_REPEAT_BYTES] != data[stop : stop + 1] * _MIN_REPEAT_BYTES:
            stop += 1
        out.append(8 * (stop - at))
        out += data[at:stop]
        at = stop
    out.append(0)
    return bytes(out)


def expand(program: bytes) -> list[int]:
    """The bits a program yields: the self-check's independent reader."""
    out: list[int] = []
    at = 0
    while True:
        op = program[at]
        at += 1
        n = op & 0x7F
        if op & 0x80 == 0:
            if n == 0:
                return out
            for i in range(n):
                out.append(program[at + i // 8] >> (i % 8) & 1)
            at += (n + 7) // 8
            continue
        if n == 0:
            n, at = read_uvarint(program, at)
        count, at = read_uvarint(program, at)
        out.extend(out[-n:] * count)
