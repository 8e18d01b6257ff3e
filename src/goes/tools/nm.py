"""`goes tool nm`: the symbols of executables and archives.

Source: cmd/nm (options, output).
"""

from __future__ import annotations

from typing import Final, TextIO

from ..diag.diagnostic import UserError
from .binary import BinarySymbol, open_entries
from .flags import FlagError, Flags

USAGE: Final = """usage: go tool nm [options] file...
  -n
      an alias for -sort address (numeric),
      for compatibility with other nm commands
  -size
      print symbol size in decimal between address and type
  -sort {address,name,none,size}
      sort output in the given order (default name)
      size orders from largest to smallest
  -type
      print symbol type after name
"""


def _address(s: BinarySymbol) -> int:
    return s.address


def _name(s: BinarySymbol) -> str:
    return s.name


def _size(s: BinarySymbol) -> int:
    return -s.size


def main(arguments: list[str], out: TextIO, err: TextIO) -> int:
    flags = Flags({"sort": "name"}, ["n", "size", "type"])
    try:
        flags.parse(arguments)
    except FlagError as mistake:
        err.write(f"{mistake.message}\n{USAGE}")
        return 2
    order = "address" if flags.booleans["n"] else flags.strings["sort"]
    if order not in ("address", "name", "none", "size"):
        err.write(f'nm: unknown sort order "{order}"\n')
        return 2
    if not flags.arguments:
        err.write(USAGE)
        return 2
    status = 0
    for path in flags.arguments:
        try:
            entries = open_entries(path)
        except UserError as problem:
            err.write(problem.message + "\n")
            status = 1
            continue
        found = False
        lines: list[str] = []
        for entry in entries:
            symbols = entry.symbols
            found = found or len(symbols) > 0
            if order == "address":
                symbols = sorted(symbols, key=_address)
            elif order == "name":
                symbols = sorted(symbols, key=_name)
            elif order == "size":
                symbols = sorted(symbols, key=_size)
            prefix = ""
            if len(entries) > 1:
                prefix = f"{path}({entry.name or '_go_.o'}):\t"
            elif len(flags.arguments) > 1:
                prefix = f"{path}:\t"
            for s in symbols:
                where = "        " if s.code == "U" else f"{s.address:8x}"
                size = f" {s.size:10d}" if flags.booleans["size"] else ""
                lines.append(f"{prefix}{where}{size} {s.code} {s.name}\n")
        if not found:
            err.write(f"reading {path}: no symbols\n")
            status = 1
        out.write("".join(lines))
    return status
