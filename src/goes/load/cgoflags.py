"""The #cgo lines above import "C".

    #cgo linux LDFLAGS: -L${SRCDIR}/lib -lm     →   flags["LDFLAGS"] = ["-L/src/p/lib", "-lm"]

cgo is not run here; `go list` describes the flags. Source: go/build (saveCgo).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Final

VERBS: Final = ("CFLAGS", "CPPFLAGS", "CXXFLAGS", "FFLAGS", "LDFLAGS", "pkg-config")
_SAFE: Final = frozenset(
    "+-.,/0123456789=ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz:$@%! ~^"
)


class CgoLineError(Exception):
    pass


def read_cgo_lines(
    file: str, directory: str, text: str, satisfied: Callable[[str], bool], flags: dict[str, list[str]]
) -> None:
    """Add the flags of one comment. Raises CgoLineError."""
    for original in text.split("\n"):
        line = original.strip()
        if not line.startswith(("#cgo ", "#cgo\t")):
            continue
        words = line.split()
        if len(words) == 3 and words[1] in ("nocallback", "noescape"):
            continue
        head, colon, rest = line[4:].strip().partition(":")
        words = head.split()
        if not colon or not words:
            raise CgoLineError(f"{file}: invalid #cgo line: {original}")
        conditions = words[:-1]
        verb = words[-1]
        if conditions and not any(_matches(c, satisfied) for c in conditions):
            continue
        arguments = split_quoted(rest)
        if arguments is None:
            raise CgoLineError(f"{file}: invalid #cgo line: {original}")
        expanded: list[str] = []
        for argument in arguments:
            if "${SRCDIR}" in argument:
                chunks = argument.split("${SRCDIR}")
                result = directory.join(chunks)
                good = all(_is_safe(c) for c in chunks if c) and _is_safe(directory) and result != ""
            else:
                result = argument
                good = argument != "" and _is_safe(argument)
            if not good:
                raise CgoLineError(f"{file}: malformed #cgo argument: {result}")
            expanded.append(result)
        if verb not in VERBS:
            raise CgoLineError(f"{file}: invalid #cgo verb: {original}")
        if verb != "pkg-config":
            _make_absolute(expanded, directory)
        flags.setdefault(verb, []).extend(expanded)


def _matches(condition: str, satisfied: Callable[[str], bool]) -> bool:
    """A condition as in // +build lines: alternatives are separate words, "," is and, "!" is not."""
    for term in condition.split(","):
        negated = term.startswith("!")
        if satisfied(term.lstrip("!")) == negated:
            return False
    return True


def _is_safe(text: str) -> bool:
    return text != "" and all(c in _SAFE or ord(c) >= 0x80 for c in text)


def _make_absolute(arguments: list[str], directory: str) -> None:
    """Paths of -I and -L options are relative to the package."""
    following = False
    for i, argument in enumerate(arguments):
        if following:
            if not os.path.isabs(argument):
                arguments[i] = os.path.join(directory, argument)
            following = False
        elif argument.startswith(("-I", "-L")):
            if len(argument) == 2:
                following = True
            elif not os.path.isabs(argument[2:]):
                arguments[i] = argument[:2] + os.path.normpath(os.path.join(directory, argument[2:]))


def split_quoted(text: str) -> list[str] | None:
    """Words separated by space, with quotes and backslashes as a shell has them; None if a quote is not closed."""
    words: list[str] = []
    word: list[str] = []
    quoted = False
    escaped = False
    quote = ""
    for c in text:
        if escaped:
            escaped = False
        elif c == "\\":
            escaped = True
            continue
        elif quote:
            if c == quote:
                quote = ""
                continue
        elif c in "\"'":
            quoted = True
            quote = c
            continue
        elif c.isspace():
            if quoted or word:
                quoted = False
                words.append("".join(word))
                word = []
            continue
        word.append(c)
    if quoted or word:
        words.append("".join(word))
    return None if quote or escaped else words
