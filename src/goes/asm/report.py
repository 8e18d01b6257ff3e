"""Diagnostics of the assembler: messages at lines of files.

    Errors(sources, out).add("add_amd64.s", 7, 'unrecognized instruction "FOO"')   →   out[-1].pos names line 7

Positions are those of `SourceSet`; a header enters it when it is first blamed. Column 1 means the line as a whole.
"""

from __future__ import annotations

from typing import final

from ..diag.diagnostic import Diagnostic
from ..diag.source import NO_POS, Pos, SourceSet


@final
class Errors:
    """Collects diagnostics at lines of files; files enter `sources` when first blamed."""

    __slots__ = ("sources", "out", "count", "_files")

    def __init__(self, sources: SourceSet, out: list[Diagnostic]) -> None:
        self.sources = sources
        self.out = out
        self.count = 0
        self._files: dict[str, int] = {}

    def _position(self, file: str, line: int) -> Pos:
        base = self._files.get(file)
        if base is None:
            found = next((f for f in self.sources.files if f.name == file), None)
            if found is None:
                try:
                    with open(file, "rb") as f:
                        data = f.read()
                except OSError:
                    data = b""
                found = self.sources.add(file, data)
            base = self.sources.files.index(found)
            self._files[file] = base
        source = self.sources.files[base]
        lines = source.lines()
        if line < 1 or line > len(lines):
            return source.base if source.data else NO_POS
        return source.base + lines[line - 1]

    def add(self, file: str, line: int, message: str) -> None:
        self.out.append(Diagnostic(self._position(file, line), message, "Asm"))
        self.count += 1
