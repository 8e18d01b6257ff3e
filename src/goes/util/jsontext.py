"""JSON of plain Python values as Go's encoding/json writes it; gojson does the same for the values of templates.

    json_line({"A": "<b>"})      →   '{"A":"\\u003cb\\u003e"}'
    json_indented({"A": 1})      →   '{\\n\\t"A": 1\\n}\\n'

<, > and & are escaped, and the line separators of JavaScript; what is not UTF-8 becomes U+FFFD.
"""

from __future__ import annotations

import json
import re
from typing import Final

_ESCAPES: Final = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}
_NOT_UNICODE: Final = re.compile("[\ud800-\udfff]")


def json_line(value: object) -> str:
    return _escaped(json.dumps(value, separators=(",", ":"), ensure_ascii=False))


def json_indented(value: object) -> str:
    return _escaped(json.dumps(value, indent="\t", ensure_ascii=False)) + "\n"


def _escaped(text: str) -> str:
    return _NOT_UNICODE.sub("\ufffd", text).translate(_ESCAPES)
