r"""Reporting: how a mistake becomes a Diagnostic.

    report(check, pos, "UndeclaredName", "undefined: x")

A report may have several parts; all but the first are continuation lines, with their own position if they have one:

    x redeclared in this block
    \ta.go:3:5: other declaration of x

Follow-on errors are dropped: once there is an error, a message that quotes an invalid operand or type says nothing new.
An error inside an inherited constant initialiser (`const a, b = iota, f()` repeated) is put where the constant is
declared. Messages about language versions say where the version came from.

`code` is the name of the constant in internal/types/errors. Sources: cmd/compile/internal/types2 errors.go,
noder/irgen.go (version hints), base/print.go (sorting and removal of repeated messages).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, final

from ..diag.diagnostic import Diagnostic
from ..diag.source import NO_POS, Pos, SourceSet

if TYPE_CHECKING:
    from .checker import Checker
    from .objects import Object

INVALID_ARG: Final = "invalid argument: "
INVALID_OP: Final = "invalid operation: "

_VERSION: Final = re.compile(r"requires go[0-9]+\.[0-9]+ or later")


@final
class Report:
    """An error of several parts, built with `add` and given to `report_all`."""

    __slots__ = ("code", "positions", "messages", "soft")

    def __init__(self, code: str, soft: bool = False) -> None:
        self.code = code
        self.soft = soft
        self.positions: list[Pos] = []
        self.messages: list[str] = []

    def add(self, pos: Pos, message: str) -> None:
        self.positions.append(pos)
        self.messages.append(message)

    def add_other_declaration(self, obj: Object) -> None:
        if obj.pos != NO_POS:
            self.add(obj.pos, f"other declaration of {obj.name}")


def report_all(check: Checker, r: Report) -> None:
    first = r.messages[0]
    if check.has_errors and (first.find("invalid operand") > 0 or first.find("invalid type") > 0):
        return
    message = first
    for i in range(1, len(r.messages)):
        pos = r.positions[i]
        where = f"{check.sources.position(pos)}: " if pos != NO_POS else ""
        message += f"\n\t{where}{r.messages[i]}"
    if r.code == "InvalidSyntaxTree":
        message = "invalid syntax tree: " + message
    pos = r.positions[0]
    if check.env.errpos != NO_POS:
        pos = check.env.errpos
    if "requires go" in message and _VERSION.search(message) is not None:
        message += check.version_hint(pos)
    check.has_errors = True
    # The same message again on the same line is not worth a second one.
    last = check.last_error
    d = Diagnostic(pos, message, r.code, r.soft)
    if last is not None and last.message == message and _same_line(check.sources, last.pos, pos):
        return
    check.last_error = d
    check.errors.append(d)


def _same_line(sources: SourceSet, p: Pos, q: Pos) -> bool:
    a = sources.position(p)
    b = sources.position(q)
    return a.line == b.line and a.filename == b.filename


def report(check: Checker, pos: Pos, code: str, message: str, soft: bool = False) -> None:
    r = Report(code, soft)
    r.add(pos, message)
    report_all(check, r)


def _position_key(d: Diagnostic) -> int:
    return d.pos


def sorted_as_printed(errors: list[Diagnostic], sources: SourceSet) -> list[Diagnostic]:
    """Errors in the order gc prints them, without those gc drops: the very same one again, or a second syntax error on
    the same line."""
    kept: list[Diagnostic] = []
    syntax: Diagnostic | None = None
    for d in errors:
        if d.message.startswith("syntax error"):
            if syntax is not None and _same_line(sources, syntax.pos, d.pos):
                continue
            syntax = d
        kept.append(d)
    kept.sort(key=_position_key)
    result: list[Diagnostic] = []
    for d in kept:
        if result and result[-1].message == d.message and str(sources.position(result[-1].pos)) == str(
            sources.position(d.pos)
        ):
            continue
        result.append(d)
    return result
