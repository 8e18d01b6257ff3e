"""Character classes and the printed form of characters.

    unicode_point("é")  →  "U+00E9 'é'"        quote_rune("\\n")  →  "'\\\\n'"

Sources: Go spec "Characters"; package fmt for the verbs %#U and %q.
"""

from __future__ import annotations

from typing import Final


def is_letter(char: str) -> bool:
    """Unicode category L* (the spec's unicode_letter)."""
    return char.isalpha()


def is_digit(char: str) -> bool:
    """Unicode category Nd (the spec's unicode_digit)."""
    return char.isdecimal()


def unicode_point(char: str) -> str:
    """As fmt prints %#U."""
    name = f"U+{ord(char):04X}"
    return f"{name} '{char}'" if char.isprintable() else name


_ESCAPES: Final[dict[str, str]] = {
    "\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v", "\\": "\\\\",
}


def _escape(char: str) -> str:
    short = _ESCAPES.get(char)
    if short is not None:
        return short
    if char.isprintable():
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
