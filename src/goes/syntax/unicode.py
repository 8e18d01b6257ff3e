"""Character classes and the printed form of characters.

    unicode_point("é")  →  "U+00E9 'é'"        quote_rune("\\n")  →  "'\\\\n'"

Go 1.27 has Unicode 17, Python 3.11 has Unicode 14; the tables here hold the letters and digits added in between.

Sources: Go spec "Characters"; package fmt for the verbs %#U and %q; unicode/tables.go for the tables.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Final

_NEWER_LETTERS: Final = (
    (0x88F, 0x88F), (0xC5C, 0xC5C), (0xCDC, 0xCDC), (0x1C89, 0x1C8A), (0xA7CB, 0xA7CF), (0xA7D2, 0xA7D2),
    (0xA7D4, 0xA7D4), (0xA7DA, 0xA7DC), (0xA7F1, 0xA7F1), (0x105C0, 0x105F3), (0x10940, 0x10959), (0x10D4A, 0x10D65),
    (0x10D6F, 0x10D85), (0x10EC2, 0x10EC7), (0x1123F, 0x11240), (0x11380, 0x11389), (0x1138B, 0x1138B),
    (0x1138E, 0x1138E), (0x11390, 0x113B5), (0x113B7, 0x113B7), (0x113D1, 0x113D1), (0x113D3, 0x113D3),
    (0x11BC0, 0x11BE0), (0x11DB0, 0x11DDB), (0x11F02, 0x11F02), (0x11F04, 0x11F10), (0x11F12, 0x11F33),
    (0x1342F, 0x1342F), (0x13441, 0x13446), (0x13460, 0x143FA), (0x16100, 0x1611D), (0x16D40, 0x16D6C),
    (0x16EA0, 0x16EB8), (0x16EBB, 0x16ED3), (0x16FF2, 0x16FF3), (0x187F8, 0x187FF), (0x18CFF, 0x18CFF),
    (0x18D09, 0x18D1E), (0x18D80, 0x18DF2), (0x1B132, 0x1B132), (0x1B155, 0x1B155), (0x1DF25, 0x1DF2A),
    (0x1E030, 0x1E06D), (0x1E4D0, 0x1E4EB), (0x1E5D0, 0x1E5ED), (0x1E5F0, 0x1E5F0), (0x1E6C0, 0x1E6DE),
    (0x1E6E0, 0x1E6E2), (0x1E6E4, 0x1E6E5), (0x1E6E7, 0x1E6ED), (0x1E6F0, 0x1E6F4), (0x1E6FE, 0x1E6FF),
    (0x2B739, 0x2B73F), (0x2CEA2, 0x2CEAD), (0x2EBF0, 0x2EE5D), (0x31350, 0x33479),
)
_NEWER_DIGITS: Final = (
    (0x10D40, 0x10D49), (0x116D0, 0x116E3), (0x11BF0, 0x11BF9), (0x11DE0, 0x11DE9), (0x11F50, 0x11F59),
    (0x16130, 0x16139), (0x16D70, 0x16D79), (0x1CCF0, 0x1CCF9), (0x1E4F0, 0x1E4F9), (0x1E5F1, 0x1E5FA),
)

_LETTER_STARTS: Final = [low for low, _ in _NEWER_LETTERS]
_DIGIT_STARTS: Final = [low for low, _ in _NEWER_DIGITS]


def is_letter(char: str) -> bool:
    """Unicode category L* (the spec's unicode_letter)."""
    if char.isalpha():
        return True
    code = ord(char)
    i = bisect_right(_LETTER_STARTS, code) - 1
    return i >= 0 and code <= _NEWER_LETTERS[i][1]


def is_digit(char: str) -> bool:
    """Unicode category Nd (the spec's unicode_digit)."""
    if char.isdecimal():
        return True
    code = ord(char)
    i = bisect_right(_DIGIT_STARTS, code) - 1
    return i >= 0 and code <= _NEWER_DIGITS[i][1]


def is_printable(char: str) -> bool:
    """As strconv.IsPrint, but for marks and symbols newer than Unicode 14."""
    return char.isprintable() or is_letter(char) or is_digit(char)


def unicode_point(char: str) -> str:
    """As fmt prints %#U."""
    name = f"U+{ord(char):04X}"
    return f"{name} '{char}'" if is_printable(char) else name


_ESCAPES: Final[dict[str, str]] = {
    "\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v", "\\": "\\\\",
}


def _escape(char: str) -> str:
    short = _ESCAPES.get(char)
    if short is not None:
        return short
    if is_printable(char):
        return char
    code = ord(char)
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def quote_rune(char: str) -> str:
    """As strconv.QuoteRune."""
    return "'\\''" if char == "'" else f"'{_escape(char)}'"


def quote(text: str) -> str:
    """As strconv.Quote (fmt's %q of a string)."""
    parts = ['"']
    for char in text:
        if char == '"':
            parts.append('\\"')
        elif 0xDC80 <= ord(char) <= 0xDCFF:
            parts.append(f"\\x{ord(char) - 0xDC00:02x}")
        else:
            parts.append(_escape(char))
    parts.append('"')
    return "".join(parts)
