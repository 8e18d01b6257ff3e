"""Command line flags in the manner of Go's flag package, for the small tools.

    parse("nm", {"sort": "name"}, {"n", "size"}, ["-n", "-sort=size", "a.out"])   →   ({"sort": "size", "n": "true"},
    ["a.out"])

One or two dashes; a boolean takes its value only behind "="; the first argument that is no flag, or "--", ends the
flags. Source: package flag (behaviour and messages).
"""

from __future__ import annotations

from typing import Final, final

_TRUE: Final = ("1", "t", "T", "true", "TRUE", "True")
_FALSE: Final = ("0", "f", "F", "false", "FALSE", "False")


@final
class FlagError(Exception):
    """A mistake on the command line. The usage text follows the message."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@final
class Flags:
    """`strings`: flags with values and their defaults. `booleans`: flags without, off by default."""

    __slots__ = ("strings", "booleans", "arguments")

    def __init__(self, strings: dict[str, str], booleans: list[str]) -> None:
        self.strings = dict(strings)
        self.booleans = dict.fromkeys(booleans, False)
        self.arguments: list[str] = []

    def parse(self, arguments: list[str]) -> None:
        i = 0
        while i < len(arguments):
            text = arguments[i]
            if len(text) < 2 or text[0] != "-":
                break
            i += 1
            if text == "--":
                break
            name = text[2:] if text.startswith("--") else text[1:]
            if not name or name[0] == "-" or name[0] == "=":
                raise FlagError(f"bad flag syntax: {text}")
            name, has_value, value = name.partition("=")
            if name in self.booleans:
                if has_value and value not in _TRUE and value not in _FALSE:
                    raise FlagError(f'invalid boolean value "{value}" for -{name}: parse error')
                self.booleans[name] = not has_value or value in _TRUE
            elif name in self.strings:
                if not has_value:
                    if i >= len(arguments):
                        raise FlagError(f"flag needs an argument: -{name}")
                    value = arguments[i]
                    i += 1
                self.strings[name] = value
            else:
                if name in ("h", "help"):
                    raise FlagError("flag: help requested")
                raise FlagError(f"flag provided but not defined: -{name}")
        self.arguments = arguments[i:]
