"""JSON from outside: what is nested too deeply is an error, whatever the recursion limit is.

    read_json('{"Version": "v1.0.0"}')   →   {"Version": "v1.0.0"}
    read_json("[" * 100000)              →   RecursionError

The compiler raises Python's recursion limit; json's parser would then run out of stack.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

MAX_DEPTH: Final = 1000

_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[\[{\]}]')


def read_json(text: str) -> Any:
    """The value. Raises ValueError, and RecursionError for more than MAX_DEPTH levels."""
    if text.count("[") + text.count("{") > MAX_DEPTH:
        depth = 0
        for token in _TOKEN.finditer(text):
            c = token.group()
            if c in "[{":
                depth += 1
                if depth > MAX_DEPTH:
                    raise RecursionError("exceeded max depth")
            elif c in "]}":
                depth -= 1
    return json.loads(text)


def syntax_problem(text: str, error: Exception) -> str:
    """What Go says of a text that read_json refused; "" if it is JSON, but not what was wanted."""
    position = getattr(error, "pos", -1)
    if not text.strip() or position >= len(text.rstrip()):
        return "unexpected end of JSON input"
    if position < 0:
        return ""
    from ..syntax.unicode import quote_rune

    starts_value = position == 0 or text[position - 1] in ":,[ "
    where = "looking for beginning of value" if starts_value else "after top-level value"
    return f"invalid character {quote_rune(text[position])} {where}"
