"""Go's encoding/json output over the values of govalue.

    marshal_indent(value)  →  '{\\n\\t"Path": "a \\\\u0026 b"\\n}'        as json.MarshalIndent(value, "", "\\t")

Struct fields keep their order, map keys are sorted, <, > and & are escaped, what is not UTF-8 becomes U+FFFD.
"""

from __future__ import annotations

import re
from typing import Final

from .goprint import format_float
from .govalue import GoValue, Nil, NilMap, NilSlice, Struct

_UNSAFE: Final = re.compile('[\x00-\x1f"\\\\<>&\u2028\u2029\ud800-\udfff\x7f]')
_SHORT: Final = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t",
                 "\x7f": "\x7f"}


def _escape(match: re.Match[str]) -> str:
    c = match.group()
    short = _SHORT.get(c)
    if short is not None:
        return short
    return "\ufffd" if "\ud800" <= c <= "\udfff" else f"\\u{ord(c):04x}"


def json_string(text: str) -> str:
    return '"' + _UNSAFE.sub(_escape, text) + '"'


def _is_empty(value: GoValue) -> bool:
    return isinstance(value, Nil) or (not isinstance(value, Struct) and not value)


def marshal_indent(value: GoValue, indent: str = "\t") -> str:
    out: list[str] = []
    _write(value, out, "\n", indent)
    return "".join(out)


def _write(value: GoValue, out: list[str], newline: str, indent: str) -> None:
    if isinstance(value, str):
        out.append(json_string(value))
    elif value is None or isinstance(value, (Nil, NilMap, NilSlice)):
        out.append("null")
    elif isinstance(value, bool):
        out.append("true" if value else "false")
    elif isinstance(value, int):
        out.append(str(value))
    elif isinstance(value, float):
        out.append(format_float(value))
    elif isinstance(value, Struct):
        marshal = value.type.methods.get("MarshalJSON")
        if marshal is not None:
            _write(marshal(value), out, newline, indent)
            return
        fields = [
            (f.name, value.get(f.name))
            for f in value.type.fields
            if not (f.omit_empty and _is_empty(value.get(f.name)))
        ]
        _write_object(fields, out, newline, indent)
    elif isinstance(value, dict):
        _write_object(sorted(value.items()), out, newline, indent)
    elif isinstance(value, list):
        if not value:
            out.append("[]")
            return
        inner = newline + indent
        separator = "[" + inner
        for item in value:
            out.append(separator)
            _write(item, out, inner, indent)
            separator = "," + inner
        out.append(newline + "]")
    else:
        out.append(json_string(str(value)))


def _write_object(fields: list[tuple[str, GoValue]], out: list[str], newline: str, indent: str) -> None:
    if not fields:
        out.append("{}")
        return
    inner = newline + indent
    separator = "{" + inner
    for name, value in fields:
        out.append(separator + json_string(name) + ": ")
        _write(value, out, inner, indent)
        separator = "," + inner
    out.append(newline + "}")
