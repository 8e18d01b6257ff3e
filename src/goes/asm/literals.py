"""Literals of assembly: integers of 64 bits, runes, strings, floating-point constants as bytes.

    unquote('"a\\x00"')   →   "a\0"          float_bytes(1.0, 4)   →   b"\0\0\x80?"

Source: Go spec "Rune literals", "String literals".
"""

from __future__ import annotations

import struct
from typing import Final

MASK: Final = (1 << 64) - 1
_ESCAPES: Final = {"n": 10, "t": 9, "r": 13, "a": 7, "b": 8, "f": 12, "v": 11, "\\": 92, "'": 39, '"': 34}


def signed64(v: int) -> int:
    v &= MASK
    return v - (1 << 64) if v >> 63 else v


def char_value(text: str) -> int:
    value = unquote(text, True)
    return ord(value[0]) if value else 0


def unquote(text: str, is_char: bool = False) -> str:
    """The value of a Go string or rune literal; bytes ≥ 0x80 of \\x escapes become the same code point (Latin-1)."""
    if text[0] == "`":
        return text[1:-1]
    body = text[1:-1]
    out: list[str] = []
    i = 0
    while i < len(body):
        c = body[i]
        if c != "\\" or i + 1 >= len(body):
            out.append(c if is_char else c.encode("utf-8").decode("latin-1"))
            i += 1
            continue
        e = body[i + 1]
        i += 2
        width = {"x": 2, "u": 4, "U": 8}.get(e, 0)
        if width:
            digits = body[i : i + width]
            i += width
            value = int(digits, 16) if digits and all(d in "0123456789abcdefABCDEF" for d in digits) else 0
            out.append(chr(value) if e == "x" or is_char else chr(value).encode("utf-8", "replace").decode("latin-1"))
        elif e in "01234567":
            digits = body[i - 1 : i + 2]
            i += 2
            out.append(
                chr(int(digits, 8) & 0xFF) if digits.isdigit() and "8" not in digits and "9" not in digits else "?"
            )
        else:
            out.append(chr(_ESCAPES.get(e, ord(e))))
    return "".join(out)


def float_bytes(value: float, size: int) -> bytes:
    """IEEE 754 bits, rounding to nearest even; overflow becomes infinity."""
    if size == 8:
        return struct.pack("<d", value)
    try:
        return struct.pack("<f", value)
    except OverflowError:
        return struct.pack("<f", float("inf") if value > 0 else float("-inf"))
