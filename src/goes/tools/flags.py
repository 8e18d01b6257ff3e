"""Command line flags in the manner of Go's flag package, for the small tools.

    parse("nm", {"sort": "name"}, {"n", "size"}, ["-n", "-sort=size", "a.out"])   →   ({"sort": "size", "n": "true"},
    ["a.out"])

One or two dashes; a boolean takes its value only behind "="; the first argument that is no flag, or "--", ends the
flags. Source: package flag (behaviour and messages).
"""

from __future__ import annotations

from collections.abc import Container
from typing import Final, final

_TRUE: Final = ("1", "t", "T", "true", "TRUE", "True")
_FALSE: Final = ("0", "f", "F", "false", "FALSE", "False")


_HELP: Final = "flag: help requested"


@final
class FlagError(Exception):
    """A mistake on the command line. The usage text follows the message."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def with_usage(self, usage: str) -> str:
        """What is said to the user; no message if the usage is all that was asked for."""
        return usage if self.message == _HELP else f"{self.message}\n{usage}"


def split_flags(
    words: list[str], strings: Container[str], booleans: Container[str]
) -> tuple[list[tuple[str, str | None]], list[str]]:
    """The flags in order, each with its value (None: a boolean without one), and the arguments behind them. Raises
    FlagError."""
    found: list[tuple[str, str | None]] = []
    i = 0
    while i < len(words):
        text = words[i]
        if len(text) < 2 or text[0] != "-":
            break
        i += 1
        if text == "--":
            break
        name = text[2:] if text.startswith("--") else text[1:]
        if not name or name[0] == "-" or name[0] == "=":
            raise FlagError(f"bad flag syntax: {text}")
        name, has_value, value = name.partition("=")
        if name in booleans:
            found.append((name, value if has_value else None))
        elif name in strings:
            if not has_value:
                if i >= len(words):
                    raise FlagError(f"flag needs an argument: -{name}")
                value = words[i]
                i += 1
            found.append((name, value))
        elif name in ("h", "help"):
            raise FlagError(_HELP)
        else:
            raise FlagError(f"flag provided but not defined: -{name}")
    return found, words[i:]


@final
class Flags:
    """`strings`: flags with values and their defaults. `booleans`: flags without, off by default."""

    __slots__ = ("strings", "booleans", "arguments")

    def __init__(self, strings: dict[str, str], booleans: list[str]) -> None:
        self.strings = dict(strings)
        self.booleans = dict.fromkeys(booleans, False)
        self.arguments: list[str] = []

    def parse(self, arguments: list[str]) -> None:
        found, self.arguments = split_flags(arguments, self.strings, self.booleans)
        for name, value in found:
            if name in self.booleans:
                if value is not None and value not in _TRUE and value not in _FALSE:
                    raise FlagError(f'invalid boolean value "{value}" for -{name}: parse error')
                self.booleans[name] = value is None or value in _TRUE
            else:
                self.strings[name] = value or ""
