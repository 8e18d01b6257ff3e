"""A string as encoding/json writes it: <, > and & escaped, and the line separators of JavaScript."""

from __future__ import annotations

import json
from typing import Final

_HTML: Final = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def json_string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).translate(_HTML)
