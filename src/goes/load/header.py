"""The head of a Go file: package name and imports, without parsing the rest; and its //go:embed patterns.

    read_header("a.go", b'package a\\nimport f "fmt"\\n...')   →   name "a", imports [("fmt", line 2, column 8)]

Errors are those of go/parser, not the compiler's, since the go command reports them before it compiles anything.
Source: go/build (readGoInfo), go/parser (ImportsOnly) for the messages.
"""

from __future__ import annotations

import re
from typing import Final, final

from ..diag.diagnostic import Diagnostic
from ..diag.source import Pos
from ..syntax import tokens as t
from ..syntax.recovery import token_text
from ..syntax.scanner import Scanner
from .constraint import HeaderError

_ILLEGAL: Final = frozenset("!\"#$%&'()*,:;<=>?[\\]^`{|}\ufffd")
_ESCAPE: Final = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))", re.S)
_SIMPLE: Final = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_EMBED: Final = re.compile(rb"^[ \t]*//go:embed[ \t]([^\n]*)", re.M)

# go/scanner words a few errors differently from the compiler.
_SCANNER_TEXT: Final = {
    "string not terminated": "raw string literal not terminated",
    "newline in string": "string literal not terminated",
    "invalid NUL character": "illegal character NUL",
    "invalid UTF-8 encoding": "illegal UTF-8 encoding",
    "invalid BOM in the middle of the file": "illegal byte order mark",
    "unknown escape": "unknown escape sequence",
}


@final
class Place:
    """A pattern or import path and where it stands."""

    __slots__ = ("text", "line", "column")

    def __init__(self, text: str, line: int, column: int) -> None:
        self.text = text
        self.line = line
        self.column = column


@final
class Header:
    """`error` (line, column, message) is the first syntax error; `end` the offset where the head ends."""

    __slots__ = ("name", "imports", "embeds", "uses_cgo", "error", "end")

    def __init__(self) -> None:
        self.name = ""
        self.imports: list[Place] = []
        self.embeds: list[Place] = []
        self.uses_cgo = False
        self.error: tuple[int, int, str] | None = None
        self.end = 0


@final
class _Reader(Scanner):
    def __init__(self, data: bytes) -> None:
        super().__init__(data, 0, [])
        self.header = Header()
        self.problems: list[tuple[int, str]] = []

    def error_at(self, pos: Pos, message: str) -> None:
        # go/scanner puts this one at the beginning of the literal.
        super().error_at(self.start if message == "newline in string" else pos, message)

    def place(self, offset: int, text: str) -> Place:
        # For go/token the end of the file belongs to the last line, even behind a newline.
        end = min(offset, len(self.data) - 1) if offset >= len(self.data) else offset
        start = self.data.rfind(b"\n", 0, max(end, 0)) + 1
        return Place(text, self.data.count(b"\n", 0, max(end, 0)) + 1, offset - start + 1)

    def report(self, message: str) -> None:
        self.problems.append((self.pos, message))

    def expected(self, what: str) -> None:
        if self.tok == t.SEMI and self.lit == "newline":
            found = "newline"
        elif self.tok == t.SEMI and self.lit == "EOF":
            found = "'EOF'"
        elif self.tok == t.NAME or self.tok == t.LITERAL:
            found = self.lit
        else:
            text = {t.COMMA: ",", t.SEMI: ";"}.get(self.tok, token_text(self.tok))
            if text.startswith("keyword "):
                text = text[8:]
            if self.tok == t.ASSIGN_OP:
                text = t.OPERATOR_TEXT[self.op] + "="
            elif self.tok == t.INC_DEC:
                text = t.OPERATOR_TEXT[self.op] * 2
            found = f"'{text}'"
        self.report(f"expected '{what}', found {found}")

    def read(self) -> None:
        header = self.header
        self.next()
        if self.tok != t.PACKAGE:
            self.expected("package")
            return
        self.next()
        if self.tok != t.NAME:
            self.expected("IDENT")
            return
        header.name = self.lit
        if self.lit == "_":
            self.report("invalid package name _")
            return
        self.next()
        if self.tok != t.SEMI:
            self.expected(";")
            return
        header.end = self.i
        self.next()
        while self.tok == t.IMPORT and not self.problems:
            self.next()
            if self.tok == t.LPAREN:
                self.next()
                while self.tok != t.RPAREN and self.tok != t.EOF:
                    if not self.import_spec():
                        return
                if self.tok != t.RPAREN:
                    self.expected(")")
                    return
                self.next()
                if self.tok != t.SEMI and self.tok != t.EOF:
                    self.expected(";")
                    return
                header.end = self.i
                self.next()
            elif not self.import_spec():
                return

    def import_spec(self) -> bool:
        start = self.start
        if self.tok == t.NAME or self.tok == t.DOT:
            self.next()
        if self.tok != t.LITERAL or self.kind != t.STRING_LIT:
            self.report("import path must be a string" if self.tok == t.LITERAL else "missing import path")
            return False
        bad = self.bad
        path = unquote(self.lit)
        at = self.place(start, path)
        self.next()
        if bad:
            return False
        if path == "C":
            self.header.uses_cgo = True
        if not _is_valid_import(path) and not self.header.error:
            self.header.error = (at.line, at.column, "invalid import path: " + path)
        self.header.imports.append(at)
        # Without a newline between, another specification on the line is an error; other text is the compiler's.
        if self.tok == t.SEMI:
            self.header.end = self.i
            self.next()
        elif self.tok != t.RPAREN and self.tok in (t.NAME, t.LITERAL, t.DOT):
            if self.tok == t.LITERAL:
                self.expected(";")
                return False
        return True


def unquote(text: str) -> str:
    """The value of a string literal."""
    if text.startswith("`"):
        return text[1:-1].replace("\r", "")
    if "\\" not in text:
        return text[1:-1]
    return _ESCAPE.sub(_unescape, text[1:-1])


def _unescape(match: re.Match[str]) -> str:
    if match.group(5):
        return _SIMPLE.get(match.group(5), match.group(5))
    if match.group(4):
        return chr(int(match.group(4), 8))
    code = int(match.group(1) or match.group(2) or match.group(3), 16)
    return chr(code) if code <= 0x10FFFF else "\ufffd"


def _is_valid_import(path: str) -> bool:
    for c in path:
        if c in _ILLEGAL or c.isspace() or not c.isprintable():
            return False
    return path != ""


def read_header(data: bytes) -> Header:
    """The head of a file. A syntax error in it is the header's `error`."""
    reader = _Reader(data)
    header = reader.header
    reader.read()
    found: list[tuple[int, str]] = [(e.pos, _scanner_text(e)) for e in reader.errors] + reader.problems
    if found:
        offset, message = min(found)
        place = reader.place(offset, "")
        header.error = (place.line, place.column, message)
        header.imports = []
        return header
    if header.error is not None:
        header.imports = []
        return header
    if any(i.text == "embed" for i in header.imports):
        header.embeds = _embed_patterns(reader)
    return header


def _scanner_text(error: Diagnostic) -> str:
    return _SCANNER_TEXT.get(error.message, error.message)


def _embed_patterns(reader: _Reader) -> list[Place]:
    """Patterns of all //go:embed lines; malformed lines are left to the compiler."""
    found: list[Place] = []
    for match in _EMBED.finditer(reader.data, reader.header.end):
        try:
            for pattern, offset in split_patterns(match.group(1).decode("utf-8", "replace")):
                found.append(reader.place(match.start(1) + offset, pattern))
        except HeaderError:
            continue
    return found


def split_patterns(text: str) -> list[tuple[str, int]]:
    """Words, "quoted" or `raw` strings, separated by space, with their offsets in bytes."""
    found: list[tuple[str, int]] = []
    i = 0
    while True:
        while i < len(text) and text[i].isspace():
            i += 1
        if i >= len(text):
            return found
        at = len(text[:i].encode())
        if text[i] in "\"`":
            quote = text[i]
            j = i + 1
            while j < len(text) and text[j] != quote:
                j += 2 if quote == '"' and text[j] == "\\" else 1
            if j >= len(text) or (j + 1 < len(text) and not text[j + 1].isspace()):
                raise HeaderError("invalid quoted string in //go:embed: " + text[i:])
            found.append((unquote(text[i : j + 1]), at))
            i = j + 1
        else:
            j = i
            while j < len(text) and not text[j].isspace():
                j += 1
            found.append((text[i:j], at))
            i = j
