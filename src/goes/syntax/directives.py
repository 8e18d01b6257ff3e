"""Comments with a meaning: //line and //go:verb.

    //line gen.y:10:5      →  what follows stands in gen.y, line 10, column 5
    //go:noinline          →  Directive("go:noinline") on the declaration behind it

Sources: cmd/compile documentation "Compiler Directives"; cmd/compile/internal/noder for the verbs and messages.
"""

from __future__ import annotations

import posixpath
from typing import Final

from ..diag.diagnostic import Diagnostic
from ..diag.source import SourceFile

_POS_MAX: Final = 1 << 30

# Verbs that belong to a declaration (go:build: to the package clause); elsewhere gc calls them misplaced.
_ATTACHED_VERBS: Final = frozenset((
    "go:build", "go:noescape", "go:norace", "go:nosplit", "go:noinline", "go:nocheckptr", "go:systemstack",
    "go:nowritebarrier", "go:nowritebarrierrec", "go:yeswritebarrierrec", "go:cgo_unsafe_args",
    "go:uintptrkeepalive", "go:uintptrescapes", "go:registerparams",
))


def verb_of(text: str) -> str:
    """The first word of a directive."""
    i = text.find(" ")
    return text if i < 0 else text[:i]


def is_misplaced(text: str) -> str:
    """gc's message about a directive that belongs to no declaration, or "" if it does not mind."""
    verb = verb_of(text)
    if verb in _ATTACHED_VERBS:
        return "misplaced compiler directive"
    if verb == "go:embed":
        return "misplaced go:embed directive"
    return ""


def parse_line_directive(source: SourceFile, start: int, end: int, text: str) -> Diagnostic | None:
    """Record `line name:10` or `line name:10:5` (the comment source.data[start:end]); a diagnostic if it is wrong."""
    begin = source.base + start + 7  # of the text behind "//line "
    text = text[5:]
    i = text.rfind(":") + 1
    if i == 0:
        return None  # just a comment
    last = _number(text[i:])
    if last < 0:
        return Diagnostic(begin + _bytes(text[:i]), "invalid line number: " + text[i:], "Syntax")
    line = last
    line_at = i
    column = 0
    name_end = i - 1
    second = text.rfind(":", 0, i - 1) + 1
    with_column = False
    if second > 0:
        number = _number(text[second : i - 1])
        if number >= 0:
            with_column = True
            line = number
            line_at = second
            column = last
            if column == 0 or column > _POS_MAX:
                return Diagnostic(begin + _bytes(text[:i]), "invalid column number: " + text[i:], "Syntax")
            name_end = second - 1
            text = text[: i - 1]
    if line == 0 or line > _POS_MAX:
        return Diagnostic(begin + _bytes(text[:line_at]), "invalid line number: " + text[line_at:], "Syntax")
    name = text[:name_end]
    if not name:
        if with_column:
            # The name in force stays.
            directives = source.directives
            name = directives[-1].filename if directives else source.name
    else:
        absolute = name.startswith("/")
        name = _clean(name)
        folder = posixpath.dirname(source.name)
        if not absolute and folder and _clean(folder) != ".":
            name = _clean(folder + "/" + name)
    source.add_line_directive(end, name, line, column)
    return None


def _clean(path: str) -> str:
    path = posixpath.normpath(path)
    return path[1:] if path.startswith("//") else path


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogateescape"))


def _number(text: str) -> int:
    """A decimal number that fits 64 bits, or -1."""
    if not text or not text.isascii() or not text.isdigit() or len(text) > 40:
        return -1
    n = int(text)
    return n if n < 1 << 64 else -1
