"""Read the `/* ERROR rx */` comments of cmd/compile/internal/syntax's test files.

`// ERROR rx` expects an error on its line, `/* ERROR rx */` one at the next token.
"""

from __future__ import annotations

import re

from goes.diag.source import SourceSet
from goes.syntax.scanner import Scanner
from goes.syntax.tokens import EOF

COMMENT = re.compile(rb"//[^\n]*|/\*.*?\*/", re.DOTALL)


def token_starts(scanner: Scanner) -> list[int]:
    """Where each token begins."""
    offsets = []
    while True:
        scanner.next()
        offsets.append(scanner.start)
        if scanner.tok == EOF:
            return offsets


def expected_errors(name: str, data: bytes) -> dict[tuple[int, int], str]:
    """(line, column) → pattern; column 0 for a whole line."""
    source = SourceSet().add(name, data)
    starts = token_starts(Scanner(data, source.base, []))
    found: dict[tuple[int, int], str] = {}
    for match in COMMENT.finditer(data):
        text = match.group().decode()
        if text.startswith("// ERROR "):
            line = source.raw_position(source.base + match.start()).line
            found[(line, 0)] = text[9:].strip()
        elif text.startswith("/* ERROR "):
            token = next(offset for offset in starts if offset >= match.end())
            where = source.raw_position(source.base + token)
            found[(where.line, where.column)] = text[9:-2].strip()
    return found
