"""Does a file belong to the build?

    name_matches(context, "poll_linux_test.go")     by the name's GOOS and GOARCH suffixes
    read_constraint(data).matches(context)          by its //go:build line, else its // +build lines

Source: go command documentation "Build constraints"; go/build for the details and messages.
"""

from __future__ import annotations

from typing import Final, final

from ..syntax.constraint import ConstraintError, is_go_build, is_plus_build, parse_line
from .context import KNOWN_ARCH, KNOWN_OS, BuildContext


class HeaderError(Exception):
    """A build constraint that cannot be understood; the text has no position."""


def name_matches(context: BuildContext, name: str) -> bool:
    """Suffixes count from the first underscore on, so that linux.go is an ordinary file."""
    stem = name.split(".", 1)[0]
    first = stem.find("_")
    if first < 0:
        return True
    parts = stem[first:].split("_")
    if parts[-1] == "test":
        parts.pop()
    n = len(parts)
    if n >= 2 and parts[n - 2] in KNOWN_OS and parts[n - 1] in KNOWN_ARCH:
        return context.satisfied(parts[n - 1]) and context.satisfied(parts[n - 2])
    if n >= 1 and (parts[n - 1] in KNOWN_OS or parts[n - 1] in KNOWN_ARCH):
        return context.satisfied(parts[n - 1])
    return True


_BINARY_ONLY: Final = b"//go:binary-only-package"
_MAY_CONSTRAIN: Final = (b"//go:build", b"+build")


@final
class FileConstraint:
    """The constraint lines of one file: `go_build` is the //go:build line; `plus_build` the older ones, which count
    without it. `problem` says why they cannot be understood. `binary_only`: //go:binary-only-package was there."""

    __slots__ = ("go_build", "plus_build", "problem", "binary_only")

    def __init__(self, go_build: str, plus_build: tuple[str, ...], problem: str, binary_only: bool) -> None:
        self.go_build = go_build
        self.plus_build = plus_build
        self.problem = problem
        self.binary_only = binary_only

    def matches(self, context: BuildContext) -> bool:
        """Raises HeaderError."""
        if self.problem:
            raise HeaderError(self.problem)
        if self.go_build:
            known = context.verdicts.get(self.go_build)
            if known is None:
                try:
                    known = parse_line(self.go_build).eval(context.satisfied)
                except ConstraintError as error:
                    raise HeaderError(f"parsing //go:build line: {error.message}") from None
                context.verdicts[self.go_build] = known
            return known
        matches = True
        for text in self.plus_build:
            try:
                if not parse_line(text).eval(context.satisfied):
                    matches = False
            except ConstraintError:
                pass
        return matches


UNCONSTRAINED: Final = FileConstraint("", (), "", False)


def read_constraint(header: bytes) -> FileConstraint:
    """`header` is the file, or its part before the first token that is no comment."""
    if _MAY_CONSTRAIN[0] not in header and _MAY_CONSTRAIN[1] not in header and _BINARY_ONLY not in header:
        return UNCONSTRAINED
    try:
        end, go_build, binary_only = split_header(header)
    except HeaderError as error:
        return FileConstraint("", (), str(error), False)
    plus_build: list[str] = []
    for raw in header[:end].split(b"\n"):
        line = raw.strip()
        if line.startswith(b"//") and b"+build" in line:
            text = line.decode("utf-8", "replace")
            if is_plus_build(text):
                plus_build.append(text)
    return FileConstraint(go_build or "", tuple(plus_build), "", binary_only)


def split_header(content: bytes) -> tuple[int, str | None, bool]:
    """The end of the leading comments that a blank line follows (where +build lines count), the //go:build line, and
    whether //go:binary-only-package is there."""
    end = 0
    go_build: str | None = None
    binary_only = False
    ended = False
    in_comment = False
    position = 0
    while position < len(content):
        newline = content.find(b"\n", position)
        stop = len(content) if newline < 0 else newline + 1
        line = content[position:stop].strip()
        position = stop
        if not line and not ended:
            end = position
            continue
        if not line.startswith(b"//"):
            ended = True
        if not in_comment and line.startswith(b"//go:build"):
            text = line.decode("utf-8", "replace")
            if is_go_build(text):
                if go_build is not None:
                    raise HeaderError("multiple //go:build comments")
                go_build = text
        if not in_comment and line == _BINARY_ONLY:
            binary_only = True
        while line:
            if in_comment:
                close = line.find(b"*/")
                if close < 0:
                    break
                in_comment = False
                line = line[close + 2 :].strip()
                continue
            if line.startswith(b"//"):
                break
            if line.startswith(b"/*"):
                in_comment = True
                line = line[2:].strip()
                continue
            return end, go_build, binary_only
    return end, go_build, binary_only
