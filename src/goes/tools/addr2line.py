"""`goes tool addr2line`: function, file and line of addresses read from standard input.

Source: cmd/addr2line (output).
"""

from __future__ import annotations

from typing import Final, TextIO

from ..diag.diagnostic import UserError
from .binary import open_binary

USAGE: Final = """usage: addr2line binary
reads addresses from standard input and writes two lines for each:
	function name
	file:line
"""


def main(arguments: list[str], stdin: TextIO, out: TextIO, err: TextIO) -> int:
    if arguments and arguments[0] == "--help":
        out.write(USAGE)
        return 0
    if len(arguments) != 1 or arguments[0].startswith("-"):
        err.write(USAGE)
        return 2
    try:
        table = open_binary(arguments[0]).line_table()
    except UserError as problem:
        err.write(f"addr2line: {problem.message}\n")
        return 1
    for text in stdin:
        text = text.rstrip("\r\n")
        if ":" in text:
            out.write("!reverse translation not implemented\n")
            continue
        try:
            pc = int(text.removeprefix("0x"), 16)
        except ValueError:
            pc = 0
        name, file, line = table.lookup(pc)
        if name:
            out.write(f"{name}\n{file}:{line}\n")
        else:
            out.write("?\n?:0\n")
    return 0
