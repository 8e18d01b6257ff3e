"""Go's package fmt over the values of govalue.

    sprint(["a", 1, 2, "b"])        →  "a1 2b"
    sprintf("%-4s|%q|%v", [...])    →  verbs, flags, width, precision, argument indexes, as fmt does

Source: documentation of Go's packages fmt and strconv.
"""

from __future__ import annotations

import re
from typing import Final, final

from .govalue import GoValue, Nil, NilMap, NilSlice, Struct, type_name

_ESCAPES: Final = {7: "\\a", 8: "\\b", 12: "\\f", 10: "\\n", 13: "\\r", 9: "\\t", 11: "\\v", 92: "\\\\"}


def quote(text: str, ascii_only: bool = False, mark: str = '"') -> str:
    """strconv.Quote. A lone surrogate stands for a byte that is not UTF-8."""
    out = [mark]
    for c in text:
        code = ord(c)
        escape = _ESCAPES.get(code)
        if c == mark:
            out.append("\\" + c)
        elif escape is not None:
            out.append(escape)
        elif 0xDC80 <= code <= 0xDCFF:
            out.append(f"\\x{code - 0xDC00:02x}")
        elif code < 0x80 and 0x20 <= code < 0x7F:
            out.append(c)
        elif code >= 0xA0 and not ascii_only and c.isprintable():
            out.append(c)
        elif code < 0x20 or code == 0x7F:
            out.append(f"\\x{code:02x}")
        elif code < 0x10000:
            out.append(f"\\u{code:04x}")
        else:
            out.append(f"\\U{code:08x}")
    out.append(mark)
    return "".join(out)


_UNESCAPE: Final = re.compile(
    r"\\(?:x([0-9a-fA-F]{2})|([0-7]{3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([abfnrtv\\'\"]))|\\", re.S
)
_SIMPLE: Final = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def unquote(text: str) -> str | None:
    """The value of a Go string or character literal, None if it is malformed."""
    if len(text) < 2 or text[0] != text[-1] or text[0] not in "\"'`":
        return None
    mark = text[0]
    inner = text[1:-1]
    if mark == "`":
        return None if "`" in inner else inner.replace("\r", "")
    if "\n" in inner:
        return None
    if "\\" not in inner:
        return None if mark in inner else inner
    out = bytearray()
    position = 0
    for match in _UNESCAPE.finditer(inner):
        if mark in inner[position : match.start()]:
            return None
        out += inner[position : match.start()].encode("utf-8", "surrogateescape")
        position = match.end()
        by_byte = match.group(1) or match.group(2)
        by_rune = match.group(3) or match.group(4)
        simple = match.group(5)
        if by_byte:
            code = int(by_byte, 16 if match.group(1) else 8)
            if code > 255:
                return None
            out += bytes((code,)) if mark == '"' else chr(code).encode()
        elif by_rune:
            code = int(by_rune, 16)
            if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
                return None
            out += chr(code).encode()
        elif simple:
            if simple in "\"'" and simple != mark:
                return None
            out += _SIMPLE.get(simple, simple).encode()
        else:
            return None
    if mark in inner[position:]:
        return None
    out += inner[position:].encode("utf-8", "surrogateescape")
    return out.decode("utf-8", "surrogateescape")


def format_float(value: float) -> str:
    """%v of a float64: the shortest text that reads back, with an exponent below -4 or from 21 on."""
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "+Inf" if value > 0 else "-Inf"
    mantissa, _, exponent = f"{value!r}e".partition("e")
    power = int(exponent.rstrip("e") or "0")
    sign = "-" if mantissa.startswith("-") else ""
    whole, _, fraction = mantissa.lstrip("-").partition(".")
    digits = whole + ("" if fraction == "0" else fraction)
    point = len(whole) + power
    stripped = digits.lstrip("0")
    point -= len(digits) - len(stripped)
    stripped = stripped.rstrip("0")
    if not stripped:
        return sign + "0"
    e = point - 1
    if e < -4 or e >= 21:
        rest = "." + stripped[1:] if len(stripped) > 1 else ""
        return f"{sign}{stripped[0]}{rest}e{'-' if e < 0 else '+'}{abs(e):02d}"
    if point <= 0:
        return f"{sign}0.{'0' * -point}{stripped}"
    if len(stripped) <= point:
        return sign + stripped + "0" * (point - len(stripped))
    return f"{sign}{stripped[:point]}.{stripped[point:]}"


def go_string(value: GoValue, plus: bool = False, depth: int = 0) -> str:
    """%v (or %+v) of a value."""
    if value is None:
        return "<nil>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return format_float(value)
    if isinstance(value, Nil):
        return "<nil>"
    if isinstance(value, Struct):
        text = value.text()
        if text is not None:
            return text
        if depth > 0:
            return f"0x{0xC000000000 + (id(value) & 0xFFFFFF8):x}"
        inner = [
            (f"{f.name}:" if plus else "") + go_string(value.get(f.name), plus, depth + 1) for f in value.type.fields
        ]
        return "&{" + " ".join(inner) + "}"
    if isinstance(value, dict):
        return "map[" + " ".join(f"{k}:{go_string(v, plus, depth + 1)}" for k, v in sorted(value.items())) + "]"
    if isinstance(value, list):
        return "[" + " ".join(go_string(v, plus, depth + 1) for v in value) + "]"
    return str(value)


def go_syntax(value: GoValue) -> str:
    """%#v of a value."""
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, Struct):
        inner = ", ".join(f"{f.name}:{go_syntax(value.get(f.name))}" for f in value.type.fields)
        return f"&{value.type.name}{{{inner}}}"
    if isinstance(value, Nil):
        return f"(*{value.type})(nil)"
    if isinstance(value, (NilMap, NilSlice)):
        return f"{type_name(value)}(nil)"
    if isinstance(value, dict):
        return type_name(value) + "{" + ", ".join(f"{quote(k)}:{go_syntax(v)}" for k, v in sorted(value.items())) + "}"
    if isinstance(value, list):
        return type_name(value) + "{" + ", ".join(go_syntax(v) for v in value) + "}"
    return go_string(value)


def sprint(values: list[GoValue]) -> str:
    """Spaces between operands when neither is a string."""
    out: list[str] = []
    for i, value in enumerate(values):
        if i > 0 and not isinstance(value, str) and not isinstance(values[i - 1], str):
            out.append(" ")
        out.append(go_string(value))
    return "".join(out)


def sprintln(values: list[GoValue]) -> str:
    return " ".join(go_string(v) for v in values) + "\n"


@final
class _Verb:
    """The flags, width and precision of one verb; -1 where there is none."""

    __slots__ = ("plus", "minus", "sharp", "space", "zero", "width", "precision")

    def __init__(self) -> None:
        self.plus = False
        self.minus = False
        self.sharp = False
        self.space = False
        self.zero = False
        self.width = -1
        self.precision = -1

    def pad(self, text: str, numeric: bool = False) -> str:
        missing = self.width - len(text)
        if missing <= 0:
            return text
        if self.minus:
            return text + " " * missing
        if self.zero:
            if numeric and text[:1] in ("+", "-"):
                return text[0] + "0" * missing + text[1:]
            return "0" * missing + text
        return " " * missing + text

    def integer(self, value: int, base: int, upper: bool = False, prefix: str = "") -> str:
        digits = _in_base(abs(value), base)
        if upper:
            digits = digits.upper()
        if self.precision >= 0:
            digits = "" if self.precision == 0 and value == 0 else digits.rjust(self.precision, "0")
        elif self.zero and not self.minus and self.width > 0:
            room = self.width - len(prefix) - (1 if value < 0 or self.plus or self.space else 0)
            digits = digits.rjust(room, "0")
        sign = "-" if value < 0 else "+" if self.plus else " " if self.space else ""
        text = sign + prefix + digits
        return text if self.width <= len(text) else text.ljust(self.width) if self.minus else text.rjust(self.width)


def _in_base(value: int, base: int) -> str:
    if base == 16:
        return f"{value:x}"
    return f"{value:o}" if base == 8 else f"{value:b}" if base == 2 else str(value)


def sprintf(format: str, values: list[GoValue]) -> str:
    out: list[str] = []
    position = 0
    argument = 0
    reordered = False
    end = len(format)
    while position < end:
        percent = format.find("%", position)
        if percent < 0:
            out.append(format[position:])
            break
        out.append(format[position:percent])
        position = percent + 1
        verb = _Verb()
        while position < end and format[position] in "+-# 0":
            c = format[position]
            verb.plus = verb.plus or c == "+"
            verb.minus = verb.minus or c == "-"
            verb.sharp = verb.sharp or c == "#"
            verb.space = verb.space or c == " "
            verb.zero = (verb.zero or c == "0") and not verb.minus
            position += 1
        position, argument, found = _index(format, position, argument, len(values))
        reordered = reordered or found
        if position < end and format[position] == "*":
            position += 1
            width = values[argument] if argument < len(values) else None
            argument += 1
            if isinstance(width, int):
                verb.width = abs(width)
                verb.minus = verb.minus or width < 0
            else:
                out.append("%!(BADWIDTH)")
        else:
            position, verb.width = _number(format, position)
        if position < end and format[position] == ".":
            position += 1
            position, argument, found = _index(format, position, argument, len(values))
            reordered = reordered or found
            if position < end and format[position] == "*":
                position += 1
                precision = values[argument] if argument < len(values) else None
                argument += 1
                if isinstance(precision, int) and precision >= 0:
                    verb.precision = precision
                else:
                    out.append("%!(BADPREC)")
            else:
                position, verb.precision = _number(format, position)
                verb.precision = max(verb.precision, 0)
        position, argument, found = _index(format, position, argument, len(values))
        reordered = reordered or found
        if position >= end:
            out.append("%!(NOVERB)")
            break
        letter = format[position]
        position += 1
        if letter == "%":
            out.append("%")
        elif argument >= len(values) or argument < 0:
            out.append(f"%!{letter}(BADINDEX)" if argument < 0 else f"%!{letter}(MISSING)")
        else:
            out.append(_formatted(verb, letter, values[argument]))
            argument += 1
    if not reordered and 0 <= argument < len(values):
        extra = ", ".join("<nil>" if v is None else f"{type_name(v)}={go_string(v)}" for v in values[argument:])
        out.append(f"%!(EXTRA {extra})")
    return "".join(out)


def _number(format: str, position: int) -> tuple[int, int]:
    start = position
    while position < len(format) and "0" <= format[position] <= "9":
        position += 1
    return position, int(format[start:position]) if position > start else -1


def _index(format: str, position: int, argument: int, count: int) -> tuple[int, int, bool]:
    """An explicit argument index [n]."""
    if position >= len(format) or format[position] != "[":
        return position, argument, False
    close = format.find("]", position)
    digits = format[position + 1 : close] if close > 0 else ""
    if not digits.isdigit() or not 1 <= int(digits) <= count:
        return (close + 1 if close > 0 else position + 1), -1, True
    return close + 1, int(digits) - 1, True


def _formatted(verb: _Verb, letter: str, value: GoValue) -> str:
    if letter == "T":
        return verb.pad(type_name(value))
    if letter == "v":
        if verb.sharp:
            return verb.pad(go_syntax(value))
        return verb.pad(go_string(value, verb.plus), isinstance(value, (int, float)))
    if isinstance(value, Nil):
        return verb.pad("<nil>")
    if isinstance(value, Struct):
        text = value.text()
        if text is not None and letter in "sqxX":
            value = text
    if isinstance(value, list) and letter != "p":
        return "[" + " ".join(_formatted(verb, letter, v) for v in value) + "]"
    if isinstance(value, dict) and letter != "p":
        inner = [f"{_formatted(verb, letter, k)}:{_formatted(verb, letter, v)}" for k, v in sorted(value.items())]
        return "map[" + " ".join(inner) + "]"
    formatted: str | None = None
    if isinstance(value, bool):
        formatted = verb.pad("true" if value else "false") if letter == "t" else None
    elif isinstance(value, str):
        formatted = _formatted_string(verb, letter, value)
    elif isinstance(value, int):
        formatted = _formatted_integer(verb, letter, value)
    elif isinstance(value, float):
        formatted = _formatted_float(verb, letter, value)
    if formatted is not None:
        return formatted
    if value is None:
        return f"%!{letter}(<nil>)"
    return f"%!{letter}({type_name(value)}={go_string(value)})"


def _formatted_string(verb: _Verb, letter: str, text: str) -> str | None:
    if letter in "sq" and verb.precision >= 0:
        text = text[: verb.precision]
    if letter == "s":
        return verb.pad(text)
    if letter == "q":
        if verb.sharp and "`" not in text and text.isprintable():
            return verb.pad(f"`{text}`")
        return verb.pad(quote(text, verb.plus))
    if letter in "xX":
        digits = [f"{b:02x}" for b in text.encode("utf-8", "surrogateescape")]
        joined = (" " if verb.space else "").join(digits)
        if verb.sharp and joined:
            joined = "0x" + joined
        return verb.pad(joined.upper() if letter == "X" else joined)
    return None


def _formatted_integer(verb: _Verb, letter: str, value: int) -> str | None:
    if letter == "d":
        return verb.integer(value, 10)
    if letter in "xX":
        return verb.integer(value, 16, letter == "X", ("0" + letter) if verb.sharp else "")
    if letter in "oO":
        return verb.integer(value, 8, False, "0o" if letter == "O" else "0" if verb.sharp else "")
    if letter == "b":
        return verb.integer(value, 2, False, "0b" if verb.sharp else "")
    valid = 0 <= value <= 0x10FFFF
    if letter == "c":
        return verb.pad(chr(value) if valid else "\ufffd")
    if letter == "q":
        return verb.pad(quote(chr(value) if valid else "\ufffd", verb.plus, "'"))
    if letter == "U":
        text = f"U+{value:04X}"
        return verb.pad(f"{text} '{chr(value)}'" if verb.sharp and valid else text)
    return None


def _formatted_float(verb: _Verb, letter: str, value: float) -> str | None:
    if letter not in "eEfFgG":
        return None
    if letter in "gG" and verb.precision < 0:
        text = format_float(value)
        text = text.upper() if letter == "G" else text
    else:
        text = f"{value:.{6 if verb.precision < 0 else verb.precision}{letter}}"
    if verb.plus and not text.startswith("-"):
        text = "+" + text
    return verb.pad(text, True)
