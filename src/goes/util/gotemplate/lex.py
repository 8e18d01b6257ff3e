"""Tokens of a template.

    {{if .X}}a{{end}}   →   LEFT, IF, SPACE, FIELD .X, RIGHT, TEXT a, LEFT, END, RIGHT, EOF

An ERROR token ends the list; its text is the message. Trim markers and comments do not become tokens.
"""

from __future__ import annotations

import re
from typing import Final, final

from ..goprint import quote

ERROR: Final = 0
BOOL: Final = 1
CHAR: Final = 2
CHAR_CONSTANT: Final = 3
ASSIGN: Final = 4
DECLARE: Final = 5
EOF: Final = 6
FIELD: Final = 7
IDENTIFIER: Final = 8
LEFT: Final = 9
LEFT_PAREN: Final = 10
NUMBER: Final = 11
PIPE: Final = 12
RAW_STRING: Final = 13
RIGHT: Final = 14
RIGHT_PAREN: Final = 15
SPACE: Final = 16
STRING: Final = 17
TEXT: Final = 18
VARIABLE: Final = 19
# Keywords.
DOT: Final = 21
BLOCK: Final = 22
BREAK: Final = 23
CONTINUE: Final = 24
DEFINE: Final = 25
ELSE: Final = 26
END: Final = 27
IF: Final = 28
NIL: Final = 29
RANGE: Final = 30
TEMPLATE: Final = 31
WITH: Final = 32

_FIRST_KEYWORD: Final = 20
_KEYWORDS: Final = {
    "block": BLOCK, "break": BREAK, "continue": CONTINUE, "define": DEFINE, "else": ELSE, "end": END, "if": IF,
    "nil": NIL, "range": RANGE, "template": TEMPLATE, "with": WITH, "true": BOOL, "false": BOOL,
}  # fmt: skip
_SPACES: Final = " \t\r\n"
_NUMBER: Final = re.compile(
    r"[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|0[oO][0-7_]*(?:\.[0-7_]*)?"
    r"|0[bB][01_]*(?:\.[01_]*)?|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?"
)
_QUOTED: Final = re.compile(r'"(?:[^"\\\n]|\\[^\n])*"')
_CHARACTER: Final = re.compile(r"'(?:[^'\\\n]|\\[^\n])*'")
_WORD: Final = re.compile(r"\w*")


@final
class Token:
    __slots__ = ("kind", "pos", "text", "line")

    def __init__(self, kind: int, pos: int, text: str, line: int) -> None:
        self.kind = kind
        self.pos = pos
        self.text = text
        self.line = line

    def __str__(self) -> str:
        if self.kind == EOF:
            return "EOF"
        if self.kind == ERROR:
            return self.text
        if self.kind > _FIRST_KEYWORD:
            return f"<{self.text}>"
        if len(self.text) > 10:
            return quote(self.text[:10]) + "..."
        return quote(self.text)


def _unicode(c: str) -> str:
    if c == "":
        return "U+FFFFFFFFFFFFFFFF"
    shown = f" '{c}'" if c.isprintable() else ""
    return f"U+{ord(c):04X}{shown}"


@final
class _Lexer:
    __slots__ = ("input", "pos", "tokens", "failed", "_line", "_counted")

    def __init__(self, input: str) -> None:
        self.input = input
        self.pos = 0
        self.tokens: list[Token] = []
        self.failed = False
        self._line = 1
        self._counted = 0

    def line_at(self, pos: int) -> int:
        if pos >= self._counted:
            self._line += self.input.count("\n", self._counted, pos)
            self._counted = pos
            return self._line
        return 1 + self.input.count("\n", 0, pos)

    def emit(self, kind: int, start: int) -> None:
        self.tokens.append(Token(kind, start, self.input[start : self.pos], self.line_at(start)))

    def fail(self, message: str, start: int) -> None:
        self.tokens.append(Token(ERROR, start, message, self.line_at(start)))
        self.failed = True

    def run(self) -> list[Token]:
        text = self.input
        while not self.failed:
            start = self.pos
            left = text.find("{{", start)
            if left < 0:
                self.pos = len(text)
                if self.pos > start:
                    self.emit(TEXT, start)
                self.tokens.append(Token(EOF, self.pos, "", self.line_at(self.pos)))
                break
            trims = text.startswith("-", left + 2) and text[left + 3 : left + 4] in tuple(_SPACES)
            self.pos = left
            if trims:
                self.pos = start + len(text[start:left].rstrip(_SPACES))
            if self.pos > start:
                self.emit(TEXT, start)
            self.pos = left
            inner = left + 2 + (2 if trims else 0)
            if text.startswith("/*", inner):
                self.pos = inner
                self.comment()
            else:
                self.pos = left + 2
                self.emit(LEFT, left)
                self.pos = inner
                self.action()
        return self.tokens

    def right_delimiter(self) -> tuple[bool, bool]:
        """Is a right delimiter here; does it trim?"""
        text = self.input
        if text[self.pos : self.pos + 1] in tuple(_SPACES) and text.startswith("-}}", self.pos + 1):
            return True, True
        return text.startswith("}}", self.pos), False

    def skip_spaces(self) -> None:
        while self.pos < len(self.input) and self.input[self.pos] in _SPACES:
            self.pos += 1

    def comment(self) -> None:
        start = self.pos
        close = self.input.find("*/", start + 2)
        if close < 0:
            self.fail("unclosed comment", start)
            return
        self.pos = close + 2
        found, trims = self.right_delimiter()
        if not found:
            self.fail("comment ends before closing delimiter", start)
            return
        self.pos += 4 if trims else 2
        if trims:
            self.skip_spaces()

    def action(self) -> None:
        text = self.input
        depth = 0
        while not self.failed:
            start = self.pos
            found, trims = self.right_delimiter()
            if found:
                if depth > 0:
                    self.fail("unclosed left paren", start)
                    return
                self.pos += 2 if trims else 0
                start = self.pos
                self.pos += 2
                self.emit(RIGHT, start)
                if trims:
                    self.skip_spaces()
                return
            if start >= len(text):
                self.fail("unclosed action", start)
                return
            c = text[start]
            self.pos += 1
            if c in _SPACES:
                self.skip_spaces()
                if text.startswith("-}}", self.pos):
                    self.pos -= 1  # the space before the marker belongs to it
                if self.pos > start:
                    self.emit(SPACE, start)
            elif c == "=":
                self.emit(ASSIGN, start)
            elif c == ":":
                if not text.startswith("=", self.pos):
                    self.fail("expected :=", start)
                    return
                self.pos += 1
                self.emit(DECLARE, start)
            elif c == "|":
                self.emit(PIPE, start)
            elif c == '"':
                self.literal(_QUOTED, STRING, start, "unterminated quoted string")
            elif c == "'":
                self.literal(_CHARACTER, CHAR_CONSTANT, start, "unterminated character constant")
            elif c == "`":
                close = text.find("`", self.pos)
                if close < 0:
                    self.fail("unterminated raw quoted string", start)
                    return
                self.pos = close + 1
                self.emit(RAW_STRING, start)
            elif c == "$":
                self.word(VARIABLE, start)
            elif c == "." and not text[self.pos : self.pos + 1].isdigit():
                self.word(FIELD, start)
            elif c in ".+-" or "0" <= c <= "9":
                self.number(start)
            elif c == "_" or c.isalnum():
                self.word(IDENTIFIER, start)
            elif c == "(":
                depth += 1
                self.emit(LEFT_PAREN, start)
            elif c == ")":
                depth -= 1
                if depth < 0:
                    self.fail("unexpected right paren", start)
                    return
                self.emit(RIGHT_PAREN, start)
            elif c.isprintable() and ord(c) < 0x80:
                self.emit(CHAR, start)
            else:
                self.fail(f"unrecognized character in action: {_unicode(c)}", start)

    def literal(self, pattern: re.Pattern[str], kind: int, start: int, problem: str) -> None:
        match = pattern.match(self.input, start)
        if match is None:
            self.fail(problem, start)
            return
        self.pos = match.end()
        self.emit(kind, start)

    def number(self, start: int) -> None:
        match = _NUMBER.match(self.input, start)
        self.pos = match.end() if match is not None else start + 1
        following = self.input[self.pos : self.pos + 1]
        if following == "_" or following.isalnum() or (following != "" and following in "+-"):
            self.pos += 1
            self.fail(f"bad number syntax: {quote(self.input[start : self.pos])}", start)
            return
        self.emit(NUMBER, start)

    def word(self, kind: int, start: int) -> None:
        match = _WORD.match(self.input, self.pos)
        if match is not None:
            self.pos = match.end()
        text = self.input
        c = text[self.pos : self.pos + 1]
        if c and c not in " \t\r\n.,|:)(" and not text.startswith("}}", self.pos):
            self.fail(f"bad character {_unicode(c)}", start)
            return
        word = text[start : self.pos]
        if kind == FIELD and word == ".":
            kind = DOT
        elif kind == IDENTIFIER:
            kind = _KEYWORDS.get(word, IDENTIFIER)
        self.emit(kind, start)


def tokens(input: str) -> list[Token]:
    return _Lexer(input).run()
