"""Does a file belong to the build?

    name_matches(context, "poll_linux_test.go")     by the name's GOOS and GOARCH suffixes
    header_matches(context, data)                   by its //go:build line, else its // +build lines

Source: go command documentation "Build constraints"; go/build for the details and messages.
"""

from __future__ import annotations

from typing import Final

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


_MAY_CONSTRAIN: Final = (b"//go:build", b"+build")


def header_matches(context: BuildContext, header: bytes) -> bool:
    """`header` is the file, or its part before the first token that is no comment."""
    if _MAY_CONSTRAIN[0] not in header and _MAY_CONSTRAIN[1] not in header:
        return True
    end, go_build = split_header(header)
    if go_build is not None:
        try:
            x = parse_line(go_build)
        except ConstraintError as error:
            raise HeaderError(f"parsing //go:build line: {error.message}") from None
        return x.eval(context.satisfied)
    matches = True
    for raw in header[:end].split(b"\n"):
        line = raw.strip()
        if not line.startswith(b"//") or b"+build" not in line:
            continue
        text = line.decode("utf-8", "replace")
        if not is_plus_build(text):
            continue
        try:
            if not parse_line(text).eval(context.satisfied):
                matches = False
        except ConstraintError:
            pass
    return matches


def split_header(content: bytes) -> tuple[int, str | None]:
    """The end of the leading comments that a blank line follows (where +build lines count), and the //go:build line."""
    end = 0
    go_build: str | None = None
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
            return end, go_build
    return end, go_build
