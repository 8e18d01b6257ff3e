"""The head of a Go file: package name and imports, without parsing the rest; and its //go:embed patterns.

    read_header(b'package a\\nimport f "fmt"\\n...')   →   name "a", imports [("fmt", line 2, column 8)]

A head of the usual shape is read by patterns (headscan.py); any other by the scanner, which finds the errors. Errors are
those of go/parser, not the compiler's, since the go command reports them before it compiles anything.
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
from .constraint import UNCONSTRAINED, HeaderError, read_constraint
from .synopsis import comment_text, synopsis

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
    """`error` (line, column, message) is the first syntax error; `end` the offset where the head ends. `doc` is the
    one-line description, `directives` are //go:debug lines, `cgo` is the comment above import "C", `import_comment` the
    literal behind the package clause's `// import` and its line."""

    __slots__ = (
        "name", "imports", "embeds", "uses_cgo", "error", "end", "constraint", "doc", "directives", "cgo",
        "import_comment", "import_comment_line",
    )

    def __init__(self) -> None:
        self.constraint = UNCONSTRAINED
        self.doc = ""
        self.directives: list[Place] = []
        self.cgo = ""
        self.import_comment = ""
        self.import_comment_line = 0
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
    header = Header()
    if not _read_usual(data, header):
        header = _read_any(data, _end_of_head(data))
    header.constraint = read_constraint(data[: header.end] if header.error is None else data)
    if header.name:
        _read_comments(data, header)
    return header


# The head as almost every file has it. Whatever does not fit is left to the scanner.
_GAP: Final = re.compile(rb"(?:[ \t\r\n]+|//[^\n]*\n|/\*(?:[^*]|\*(?!/))*\*/)*")
_PACKAGE: Final = re.compile(rb"package[ \t]+([A-Za-z_][A-Za-z0-9_]*)[ \t\r]*(?:;|(?=\n)|(?=//)|\Z)")
_IMPORT: Final = re.compile(rb"import[ \t]*(?=[\w.(\"`])")
_SPEC: Final = re.compile(
    rb"((?:[A-Za-z_][A-Za-z0-9_]*|\.)[ \t]*)?(?:\"([^\"\\\n\x80-\xff]+)\"|`([^`\r\n\x80-\xff]+)`)[ \t\r]*(?:;|(?=\n)|(?=//)|(?=\)))"
)
_NEXT: Final = re.compile(rb"(?:const|func|type|var)\b")


def _read_usual(data: bytes, header: Header) -> bool:
    """Read a head of the usual shape; False if it is of another."""
    gap = _GAP.match(data)
    match = None if gap is None else _PACKAGE.match(data, gap.end())
    if match is None:
        return False
    name = match.group(1).decode()
    if name == "_" or name in t.KEYWORDS:
        return False
    places: list[tuple[int, str]] = []
    position = match.end()
    end = position
    while True:
        gap = _GAP.match(data, position)
        position = position if gap is None else gap.end()
        start = _IMPORT.match(data, position)
        if start is None:
            break
        position = start.end()
        grouped = data.startswith(b"(", position)
        if grouped:
            position += 1
        while True:
            if grouped:
                gap = _GAP.match(data, position)
                position = position if gap is None else gap.end()
                if data.startswith(b")", position):
                    closing = _AFTER_PAREN.match(data, position + 1)
                    if closing is None:
                        return False
                    position = closing.end()
                    break
            spec = _SPEC.match(data, position)
            if spec is None:
                return False
            path = (spec.group(2) or spec.group(3)).decode()
            if not _is_valid_import(path):
                return False
            places.append((position, path))
            position = spec.end()
            if not grouped:
                if data.startswith(b")", position):
                    return False
                break
        end = position
    if position < len(data) and _NEXT.match(data, position) is None:
        return False
    head = data[:position]
    if b"\0" in head:
        return False
    if not head.isascii():
        try:
            if "\ufeff" in head.decode("utf-8"):
                return False
        except UnicodeDecodeError:
            return False
    header.name = name
    line = 1
    counted = 0
    for offset, path in places:
        line += data.count(b"\n", counted, offset)
        counted = offset
        header.imports.append(Place(path, line, offset - data.rfind(b"\n", 0, offset)))
        if path == "C":
            header.uses_cgo = True
    header.end = end
    if any(path == "embed" for _, path in places) and b"//go:embed" in data:
        reader = _Reader(data)
        reader.header = header
        header.embeds = _embed_patterns(reader)
    return True


_AFTER_PAREN: Final = re.compile(rb"[ \t\r]*(?:;|(?=\n)|(?=//)|\Z)")
_PACKAGE_LINE: Final = re.compile(rb"^package[ \t]+[^\s;/]+([^\n]*)", re.M)
_COMMENT: Final = re.compile(rb"//[^\n]*|/\*.*?\*/", re.S)
_IMPORT_COMMENT: Final = re.compile(rb"[ \t]*(?://[ \t]*import(?!\w)[ \t]*(.*?)[ \t\r]*$|/\*[ \t]*import(?!\w)[ \t]*(.*?)[ \t]*\*/)")
_IMPORT_C: Final = re.compile(rb"^[ \t]*(import[ \t]*)?(?:[\w.]+[ \t]+)?[\"`]C[\"`]", re.M)
_GROUP_START: Final = re.compile(rb"import[ \t]*\([ \t\r\n]*\Z")


def _read_comments(data: bytes, header: Header) -> None:
    """What comments of the head say: the documentation, directives, the import comment, cgo's lines."""
    gap = _GAP.match(data)
    start = 0 if gap is None else gap.end()
    if not data.startswith(b"package", start):
        found = _PACKAGE_LINE.search(data)
        if found is None:
            return
        start = found.start()
    if start > 0:
        group = _group_before(data, start)
        if group:
            header.doc = synopsis(comment_text(group))
        if b"//go:debug" in data[:start]:
            header.directives = _debug_lines(data[:start])
    clause = _PACKAGE_LINE.match(data, start)
    if clause is not None and b"import" in clause.group(1):
        comment = _IMPORT_COMMENT.match(clause.group(1))
        if comment is not None:
            header.import_comment = (comment.group(1) or comment.group(2) or b"").decode("utf-8", "replace")
            header.import_comment_line = data.count(b"\n", 0, start) + 1
    if header.uses_cgo:
        texts: list[str] = []
        for match in _IMPORT_C.finditer(data, start, header.end):
            group = _group_before(data, match.start())
            if not group and not match.group(1):
                opening = _GROUP_START.search(data, 0, match.start())
                closing = data[match.end() : header.end].split(b")")[0]
                if opening is not None and b'"' not in closing:
                    group = _group_before(data, opening.start())
            texts.append(comment_text(group))
        header.cgo = "".join(texts)


def _debug_lines(head: bytes) -> list[Place]:
    """The //go:debug lines among the comments before the package clause."""
    found: list[Place] = []
    for match in _COMMENT.finditer(head):
        text = match.group()
        if text.startswith(b"//go:debug"):
            at = match.start()
            line = head.count(b"\n", 0, at) + 1
            column = at - head.rfind(b"\n", 0, at)
            found.append(Place(text.decode("utf-8", "replace").rstrip(), line, column))
    return found


def _group_before(data: bytes, position: int) -> list[str]:
    """The comments that end on the line before position, without a blank line between: nearest last."""
    found: list[str] = []
    while True:
        before = data[:position].rstrip(b" \t\r")
        if before.endswith(b"\n"):
            before = before[:-1].rstrip(b" \t\r")
        elif not found and not before.endswith(b"*/"):
            return []
        line_start = before.rfind(b"\n") + 1
        line = before[line_start:].lstrip(b" \t")
        if line.startswith(b"//"):
            found.append(line.decode("utf-8", "surrogateescape"))
            position = line_start
        elif before.endswith(b"*/"):
            opening = before.rfind(b"/*")
            if opening < 0:
                break
            found.append(before[opening:].decode("utf-8", "surrogateescape").replace("\r\n", "\n"))
            position = opening
        else:
            break
        if position <= 0:
            break
    found.reverse()
    return found


_LOOSE_GAP: Final = re.compile(rb"(?:[ \f\t\r\n;]+|//[^\n]*(?:\n|\Z)|/\*(?:[^*]|\*(?!/))*\*/)*")
_LOOSE_PACKAGE: Final = re.compile(rb"package(?![\w\x80-\xff])")
_LOOSE_IMPORT: Final = re.compile(rb"import(?![\w\x80-\xff])")
_IDENTIFIER: Final = re.compile(rb"[\w\x80-\xff]+")
_STRING: Final = re.compile(rb'"(?:[^"\\\n]|\\.)*"|`[^`]*`', re.S)


def _end_of_head(data: bytes) -> int:
    """Where a look at nothing but the words of the head ends it: what follows is not read at all, so that `package a.b`
    is no error here. The length of data if a word is missing."""

    def skip(position: int) -> int:
        gap = _LOOSE_GAP.match(data, position)
        return position if gap is None else gap.end()

    start = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    match = _LOOSE_PACKAGE.match(data, skip(start))
    if match is None:
        return len(data)
    match = _IDENTIFIER.match(data, skip(match.end()))
    if match is None:
        return len(data)

    def import_spec(position: int) -> int:
        position = skip(position)
        if data.startswith(b".", position):
            position = skip(position + 1)
        else:
            name = _IDENTIFIER.match(data, position)
            if name is not None:
                position = skip(name.end())
        text = _STRING.match(data, position)
        return -1 if text is None else text.end()

    position = skip(match.end())
    while data.startswith(b"i", position):
        match = _LOOSE_IMPORT.match(data, position)
        if match is None:
            return len(data)
        position = skip(match.end())
        if not data.startswith(b"(", position):
            position = import_spec(position)
            if position < 0:
                return len(data)
            position = skip(position)
            continue
        position = skip(position + 1)
        while not data.startswith(b")", position):
            position = import_spec(position)
            if position < 0:
                return len(data)
            position = skip(position)
        position = skip(position + 1)
    return position


def _read_any(data: bytes, end: int = -1) -> Header:
    """Read a head up to `end` with the scanner."""
    reader = _Reader(data if end < 0 else data[:end])
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
        whole = _Reader(data)
        whole.header = header
        header.embeds = _embed_patterns(whole)
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
