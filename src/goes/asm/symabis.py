"""Which functions a package's assembly defines and mentions, before the package is compiled.

    TEXT ·Add(SB), …                →  definitions {("p.Add", "ABI0")}
        CALL runtime·memmove(SB)       references  {("runtime.memmove", "ABI0")}

The text is preprocessed with an empty go_asm.h; operands are not understood beyond `[$*]name[<ABI>][+n](SB)`, so that
the scan is cheap and needs nothing of the Go package. References include data: the caller knows the functions.

Source: cmd/asm's -gensymabis (roles).
"""

from __future__ import annotations

import os
from typing import Final, final

from .lexer import EOF, HASH, IDENT, MACRO_NAME, NEWLINE, OP, AsmError, Input, Token

_NO_REFERENCES: Final = frozenset(["GLOBL", "PCDATA", "FUNCDATA"])


@final
class Scan:
    """Pairs (link name, ABI), sorted; ABI is "ABI0", "ABIInternal" or "ABIGoes"."""

    __slots__ = ("definitions", "references")

    def __init__(self, definitions: list[tuple[str, str]], references: list[tuple[str, str]]) -> None:
        self.definitions = definitions
        self.references = references


def scan_definitions(
    files: list[tuple[str, bytes]],
    package: str,
    include_dirs: list[str],
    defines: dict[str, str],
    headers: dict[str, str] | None = None,
    skip: frozenset[str] = frozenset(),
) -> Scan:
    """Scan the files of a package. A file that cannot be read to its end contributes what came before: assembling it
    reports the mistake. `skip` as for assemble: such functions neither define nor refer."""
    texts = {"go_asm.h": ""}
    if headers is not None:
        texts.update(headers)
    definitions: set[tuple[str, str]] = set()
    references: set[tuple[str, str]] = set()
    for path, source in files:
        dirs = [os.path.dirname(path) or ".", *include_dirs]
        stream = Input(path, source.decode("utf-8", "replace"), texts, dirs, defines)
        try:
            _scan(stream, package, skip, definitions, references)
        except AsmError:
            continue
    return Scan(sorted(definitions), sorted(references))


def _scan(
    stream: Input,
    package: str,
    skip: frozenset[str],
    definitions: set[tuple[str, str]],
    references: set[tuple[str, str]],
) -> None:
    line: list[Token] = []
    skipping = False
    while True:
        t = stream.next()
        if t.kind == HASH:
            continue
        if t.kind != EOF and t.kind != NEWLINE and not (t.kind == OP and t.text == ";"):
            line.append(t)
            continue
        while len(line) > 1 and line[1].kind == OP and line[1].text == ":":
            del line[:2]
        if line:
            word = line[0].text
            names = _names(line[1:], package)
            if word == "TEXT":
                skipping = bool(names) and (names[0][0] in skip or names[0][0].removeprefix(package + ".") in skip)
                if names and not skipping:
                    definitions.add(names[0])
            elif word not in _NO_REFERENCES and (word == "DATA" or not skipping):
                for name in names[1:] if word == "DATA" and names and not _is_static(line) else names:
                    references.add(name)
            line = []
        if t.kind == EOF:
            return


def _is_static(line: list[Token]) -> bool:
    return len(line) > 3 and line[2].text == "<" and line[3].text == ">"


def _names(tokens: list[Token], package: str) -> list[tuple[str, str]]:
    """All non-static name(SB) in a line."""
    out: list[tuple[str, str]] = []
    texts = [t.text for t in tokens] + [""] * 6
    for i, t in enumerate(tokens):
        if t.kind != IDENT and t.kind != MACRO_NAME:
            continue
        k = i + 1
        abi = "ABI0"
        if texts[k] == "<" and texts[k + 2] == ">":
            abi = texts[k + 1]
            k += 3
        if texts[k] == "+" or texts[k] == "-":
            k += 2
        if texts[k : k + 3] == ["(", "SB", ")"]:
            name = t.text.replace("·", ".").replace("∕", "/")
            out.append((package + name if name.startswith(".") else name, abi))
    return out
