"""The linker's flags: `-ldflags`, and `goes tool link` by hand.

    parse_link_flags(["-X", "main.v=1", "-s", "main.a"], options)   →   options.strings, options.strip_symbols;
    ["main.a"]

Flags that choose what goes always does (static, internal linking, exe) are accepted and without effect.
Source: cmd/link documentation.
"""

from __future__ import annotations

from typing import Final

from ..diag.diagnostic import UserError
from ..link.link import LinkOptions
from ..tools.flags import FlagError, split_flags
from ..types.linkname import escape_path

USAGE: Final = "usage: link [options] main.o"

_BOOLEANS: Final = frozenset((
    "a", "asan", "aslr", "bindnow", "c", "checklinkname", "compressdwarf", "d", "dumpdep", "f", "g", "h", "linkshared",
    "msan", "n", "pruneweakmap", "race", "s", "v", "w",
))  # fmt: skip
_STRINGS: Final = frozenset((
    "B", "D", "E", "H", "I", "L", "R", "T", "X", "benchmark", "benchmarkprofile", "buildid", "buildmode",
    "capturehostobjs",
    "cpuprofile", "debugnosplit", "debugtextsize", "debugtramp", "extar", "extld", "extldflags", "fipso", "importcfg",
    "installsuffix", "k", "libgcc", "linkmode", "memprofile", "memprofilerate", "o", "pluginpath", "r", "randlayout",
    "tmpdir",
))  # fmt: skip


def parse_link_flags(words: list[str], options: LinkOptions, values: dict[str, str] | None = None) -> list[str]:
    """Apply flags to options; returns the words that are no flags. `values` receives -o and -importcfg."""
    try:
        given, rest = split_flags(words, _STRINGS, _BOOLEANS)
    except FlagError as error:
        raise UserError(error.with_usage(USAGE), 2) from None
    for name, value in given:
        if name in _BOOLEANS:
            _boolean(options, name, value is None or value in ("1", "t", "T", "true", "TRUE", "True"))
            continue
        _string(options, name, value or "")
        if values is not None:
            values[name] = value or ""
    return rest


def _boolean(options: LinkOptions, name: str, on: bool) -> None:
    if name == "s":
        options.strip_symbols = on
    elif name == "w":
        options.strip_dwarf = on
    elif name == "compressdwarf":
        options.compress_dwarf = on
    elif name == "v":
        options.verbose = on


def _string(options: LinkOptions, name: str, value: str) -> None:
    if name == "X":
        variable, equals, text = value.partition("=")
        if not equals or "." not in variable:
            raise UserError("-X flag requires argument of the form importpath.name=value", 2)
        path, _, name = variable.rpartition(".")
        options.strings.append((f"{escape_path(path)}.{name}", text))
    elif name == "B":
        options.gnu_build_id = value
    elif name == "E":
        options.entry = value
    elif name == "buildid":
        options.build_id = value
    elif name == "T":
        options.text_address = _number(name, value)
    elif name == "D":
        options.data_address = _number(name, value)
    elif name == "R":
        options.round = _number(name, value)
    elif name == "buildmode" and value not in ("exe", "default"):
        raise UserError(f"-buildmode={value} not supported: goes makes static executables", 2)
    elif name == "linkmode" and value not in ("auto", "internal"):
        raise UserError(f"-linkmode={value} not supported: goes links by itself", 2)


def _number(name: str, value: str) -> int:
    try:
        return int(value, 0)
    except ValueError:
        raise UserError(f'invalid value "{value}" for flag -{name}: parse error\n{USAGE}', 2) from None
