"""Skip a function body without tokens.

    func f() { s := "}"; g() }   →   the offset behind the closing brace

Only strings, runes, comments and braces matter. A body that cannot be skipped with certainty (a quote without its
partner, no closing brace) gives -1, and is parsed at once, which finds and reports what is wrong with it. Directives
inside are handed to the scanner's `directive_comment`, since they are valid for the file.
"""

from __future__ import annotations

import re
from typing import Final

from .scanner import Scanner

_ITEM: Final = re.compile(
    rb"""[{}]"""
    rb"""|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`"""
    rb"""|//[^\n]*|/\*(?s:.*?)\*/"""
    rb"""|["'`]|/\*"""
)


def skip_body(scanner: Scanner, start: int) -> int:
    """The offset behind the `}` that closes the `{` at start, or -1."""
    src = scanner.src
    depth = 0
    i = start
    comments: list[tuple[int, int]] = []
    while True:
        match = _ITEM.search(src, i)
        if match is None:
            return -1
        at = match.start()
        i = match.end()
        c = src[at]
        if c == 123:
            depth += 1
        elif c == 125:
            depth -= 1
            if depth == 0:
                break
        elif c == 47:
            if i - at == 2 and src[at + 1] == 42:
                return -1
            d = src[at + 2]
            if d == 103 or d == 108 or d == 101:
                comments.append((at, i))
        elif i - at == 1:
            return -1
    for begin, end in comments:
        scanner.directive_comment(begin, end)
    return i
