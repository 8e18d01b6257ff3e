"""Diagnostics (a user's mistake) and bugs (ours).

    Diagnostic(pos, "undefined: x", code="UndeclaredName")

A diagnostic is a value until `cli` prints it, in gc's form `file:line:col: message`. A `Bug` is an exception of ours:
it names the stage, package and function, and is never caught to be ignored.
"""

from __future__ import annotations

from typing import final

from .source import NO_POS, Pos


@final
class Diagnostic:
    """One message. `code` is the name of a types error code (internal/types/errors) or "Syntax". `soft` errors do not
    make the tree unusable (unused variable, unused import)."""

    __slots__ = ("pos", "message", "code", "soft")

    def __init__(self, pos: Pos, message: str, code: str = "", soft: bool = False) -> None:
        self.pos = pos
        self.message = message
        self.code = code
        self.soft = soft

    def __repr__(self) -> str:
        return f"Diagnostic({self.pos}, {self.message!r})"


@final
class Bug(Exception):
    """An error of goes itself."""

    def __init__(self, stage: str, what: str, where: str = "", pos: Pos = NO_POS) -> None:
        super().__init__(f"{stage}: {what}" + (f" (in {where})" if where else ""))
        self.stage = stage
        self.what = what
        self.where = where
        self.pos = pos


@final
class UserError(Exception):
    """A failure of the outside world or of the command line, translated at the edge: printed as is, exit status 1."""

    def __init__(self, message: str, status: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.reports: list[tuple[str, str]] = []  # of a failed build: packages and what was wrong with each
