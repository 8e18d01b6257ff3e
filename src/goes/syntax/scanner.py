"""Bytes to tokens.

    x := f("a") + 1    →   NAME x, DEFINE, NAME f, LPAREN, LITERAL "a", RPAREN, ADD, LITERAL 1, SEMI newline, EOF

The scanner is asked for one token at a time with `next`; the token is then in `tok`, `op`, `lit`, `kind`, `bad` and
`pos`. Operators are tokens of their own (tok == ADD); `op=` and `++` keep their operator in `op`. A newline after a
token that can end a statement becomes SEMI, as the spec demands. Comments vanish, except directives, which go to
`directive_comment` (the parser overrides it).

It works on bytes, so offsets are byte offsets, with a NUL appended as the end mark. A file that holds bytes which may
not occur (NUL, invalid UTF-8, a byte order mark not at its beginning) is scanned from a copy where those bytes are
0xFF, which never occurs in UTF-8: such bytes are reported when passed and otherwise as good as absent.

Sources: Go spec "Lexical elements"; messages and error positions as cmd/compile/internal/syntax has them.
"""

from __future__ import annotations

import re
from typing import Final

from ..diag.diagnostic import Diagnostic
from ..diag.source import Pos
from .tokens import (
    ADD,
    AND,
    ANDAND,
    ANDNOT,
    ARROW,
    ASSIGN,
    ASSIGN_OP,
    BREAK,
    COLON,
    COMMA,
    CONTINUE,
    DEFINE,
    DIV,
    DOT,
    DOTDOTDOT,
    EOF,
    EQL,
    FALLTHROUGH,
    FLOAT_LIT,
    GEQ,
    GTR,
    IMAG_LIT,
    INC_DEC,
    INT_LIT,
    KEYWORDS,
    LBRACE,
    LBRACK,
    LEQ,
    LITERAL,
    LPAREN,
    LSS,
    MUL,
    NAME,
    NEQ,
    NOT,
    OR,
    OROR,
    RBRACE,
    RBRACK,
    REM,
    RETURN,
    RPAREN,
    RUNE_LIT,
    SEMI,
    SHL,
    SHR,
    STRING_LIT,
    SUB,
    TILDE,
    XOR,
)
from .unicode import is_digit, is_letter, quote_rune, unicode_point

FILLER: Final = 0xFF  # stands for a byte that may not occur

_KEYWORD_OF: Final[dict[bytes, int]] = {k.encode(): v for k, v in KEYWORDS.items()}


def _table(chars: bytes) -> bytes:
    return bytes(1 if i in chars else 0 for i in range(256))


_LETTERS: Final = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
_DIGITS: Final = b"0123456789"
_IS_LETTER: Final = _table(_LETTERS)
_IS_IDENT: Final = _table(_LETTERS + _DIGITS)
_IS_DIGIT: Final = _table(_DIGITS)
_IS_HEX: Final = _table(_DIGITS + b"abcdefABCDEF")


def _single_table() -> bytes:
    table = bytearray(256)
    for char, tok in (
        ("(", LPAREN), ("[", LBRACK), ("{", LBRACE), (",", COMMA), (")", RPAREN), ("]", RBRACK), ("}", RBRACE)
    ):
        table[ord(char)] = tok
    return bytes(table)


_SINGLE: Final = _single_table()
_BAD_ESCAPED: Final = re.compile(r"[\x00\ufeff\udc80-\udcff]")


def find_bad_bytes(data: bytes) -> tuple[bytes, list[int], list[str]]:
    """The bytes with 0xFF in place of what may not occur, and the offsets and messages of the errors in it."""
    if data.isascii() and 0 not in data:
        return data, [], []
    text = data.decode("utf-8", "surrogateescape")
    offsets: list[int] = []
    messages: list[str] = []
    clean: bytearray | None = None
    last = 0
    offset = 0
    for match in _BAD_ESCAPED.finditer(text):
        at = match.start()
        offset += len(text[last:at].encode("utf-8", "surrogateescape"))
        last = at
        if clean is None:
            clean = bytearray(data)
        char = match.group()
        clean[offset] = FILLER
        if char == "\x00":
            offsets.append(offset)
            # gc reads the first byte another way.
            messages.append("invalid NUL character" if offset > 0 else "invalid character U+0000")
        elif char == "\ufeff":
            clean[offset + 1] = FILLER
            clean[offset + 2] = FILLER
            if offset > 0:
                offsets.append(offset)
                messages.append("invalid BOM in the middle of the file")
        else:
            offsets.append(offset)
            messages.append("invalid UTF-8 encoding")
    return (data if clean is None else bytes(clean)), offsets, messages


class Scanner:
    """Tokens of `data[start:end]`. `errors` receives the diagnostics. With `again` the text has been scanned before:
    bytes that may not occur are not reported a second time."""

    def __init__(self, data: bytes, base: Pos, errors: list[Diagnostic], again: bool = False) -> None:
        clean, offsets, messages = find_bad_bytes(data)
        self.data = data
        self.src = clean + b"\x00"
        self.size = len(data)
        self.base = base
        self.errors = errors
        self.error_count = 0
        self.i = 0  # offset of the first byte not yet read
        self.nlsemi = False  # a newline now ends a statement
        self.start = 0  # offset of the token
        self.pos: Pos = base  # position of the token
        self.tok = EOF
        self.op = 0  # of ASSIGN_OP and INC_DEC
        self.lit = ""  # NAME, LITERAL: the text; SEMI: "semicolon", "newline" or "EOF"
        self.kind = 0  # of LITERAL
        self.bad = False  # a LITERAL in which an error was reported
        self._names: dict[bytes, str] = {}
        self._bad_offsets = [] if again else offsets
        self._bad_messages = messages
        self._bad_next = 0
        self._bad_at = self._bad_offsets[0] if self._bad_offsets else self.size + 1

    def error_at(self, pos: Pos, message: str) -> None:
        self.error_count += 1
        self.errors.append(Diagnostic(pos, message, "Syntax"))

    def directive_comment(self, start: int, end: int) -> None:
        """Called for each comment src[start:end] that begins like a directive."""

    def _report_bad_bytes(self, i: int) -> None:
        while self._bad_at <= i:
            self.error_at(self.base + self._bad_at, self._bad_messages[self._bad_next])
            self._bad_next += 1
            if self._bad_next < len(self._bad_offsets):
                self._bad_at = self._bad_offsets[self._bad_next]
            else:
                self._bad_at = self.size + 1

    # ------------------------------------------------------------------------------------------------ tokens

    def next(self) -> None:
        src = self.src
        i = self.i
        nlsemi = self.nlsemi
        self.nlsemi = False
        while True:
            c = src[i]
            while c == 32 or c == 9 or c == 13 or (c == 10 and not nlsemi):
                i += 1
                c = src[i]
            self.start = i
            if _IS_LETTER[c]:
                i = self._name(i + 1)
                break
            single = _SINGLE[c]
            if single:
                i += 1
                self.tok = single
                self.nlsemi = RPAREN <= single <= RBRACE
                break
            if c == 10:
                i += 1
                self.lit = "newline"
                self.tok = SEMI
                break
            if c == 46:  # .
                i += 1
                if _IS_DIGIT[src[i]]:
                    i = self._number(i, True)
                elif src[i] == 46 and src[i + 1] == 46:
                    i += 2
                    self.tok = DOTDOTDOT
                else:
                    self.tok = DOT
                break
            if _IS_DIGIT[c]:
                i = self._number(i, False)
                break
            if c == 34:  # "
                i = self._string(i)
                break
            if c == 47:  # /
                d = src[i + 1]
                if d == 47:
                    i = self._line_comment(i)
                    continue
                if d == 42:
                    end = self._full_comment(i)
                    if nlsemi and src.find(b"\n", i, end) >= 0:
                        # A comment that spans lines acts like a newline.
                        i = end
                        self.lit = "newline"
                        self.tok = SEMI
                        break
                    i = end
                    continue
                i = self._operator(i + 1, DIV)
                break
            if c == 0:
                if nlsemi:
                    self.lit = "EOF"
                    self.tok = SEMI
                else:
                    self.tok = EOF
                break
            if c >= 0x80:
                if c == FILLER:
                    i += 1
                    continue
                i = self._foreign_first(i)
                break
            end = self._punctuation(i, c)
            if end > 0:
                i = end
                break
            self._report_bad_bytes(i)
            self.error_at(self.base + i, "invalid character " + unicode_point(chr(c)))
            i += 1
        self.i = i
        self.pos = self.base + self.start
        if i >= self._bad_at:
            self._report_bad_bytes(i)

    def _operator(self, i: int, op: int) -> int:
        if self.src[i] == 61:
            self.tok = ASSIGN_OP
            self.op = op
            return i + 1
        self.tok = op
        return i

    def _punctuation(self, i: int, c: int) -> int:
        """Scan operators and the rarer punctuation at i; 0 if there is none."""
        src = self.src
        d = src[i + 1]
        if c == 58:  # :
            if d == 61:
                self.tok = DEFINE
                return i + 2
            self.tok = COLON
            return i + 1
        if c == 61:  # =
            if d == 61:
                self.tok = EQL
                return i + 2
            self.tok = ASSIGN
            return i + 1
        if c == 42:  # *
            return self._operator(i + 1, MUL)
        if c == 38:  # &
            if d == 38:
                self.tok = ANDAND
                return i + 2
            if d == 94:
                return self._operator(i + 2, ANDNOT)
            return self._operator(i + 1, AND)
        if c == 33:  # !
            if d == 61:
                self.tok = NEQ
                return i + 2
            self.tok = NOT
            return i + 1
        if c == 60:  # <
            if d == 61:
                self.tok = LEQ
                return i + 2
            if d == 60:
                return self._operator(i + 2, SHL)
            if d == 45:
                self.tok = ARROW
                return i + 2
            self.tok = LSS
            return i + 1
        if c == 62:  # >
            if d == 61:
                self.tok = GEQ
                return i + 2
            if d == 62:
                return self._operator(i + 2, SHR)
            self.tok = GTR
            return i + 1
        if c == 43 or c == 45:  # + -
            op = ADD if c == 43 else SUB
            if d == c:
                self.tok = INC_DEC
                self.op = op
                self.nlsemi = True
                return i + 2
            return self._operator(i + 1, op)
        if c == 124:  # |
            if d == 124:
                self.tok = OROR
                return i + 2
            return self._operator(i + 1, OR)
        if c == 94:  # ^
            return self._operator(i + 1, XOR)
        if c == 37:  # %
            return self._operator(i + 1, REM)
        if c == 59:  # ;
            self.lit = "semicolon"
            self.tok = SEMI
            return i + 1
        if c == 39:  # '
            return self._rune(i)
        if c == 96:  # `
            return self._raw_string(i)
        if c == 126:  # ~
            self.tok = TILDE
            return i + 1
        return 0

    # ------------------------------------------------------------------------------------------------ names

    def _name(self, i: int) -> int:
        src = self.src
        while _IS_IDENT[src[i]]:
            i += 1
        if src[i] >= 0x80:
            i = self._foreign_rest(i)
        text = src[self.start : i]
        tok = _KEYWORD_OF.get(text)
        if tok is not None:
            self.tok = tok
            self.nlsemi = tok == RETURN or tok == BREAK or tok == CONTINUE or tok == FALLTHROUGH
            return i
        name = self._names.get(text)
        if name is None:
            name = self.data[self.start : i].decode("utf-8", "surrogateescape")
            self._names[text] = name
        self.lit = name
        self.tok = NAME
        self.nlsemi = True
        return i

    def _foreign_first(self, i: int) -> int:
        """A name that begins with a character beyond ASCII; what is no letter is reported and taken as one."""
        char = self._char(i)
        if not is_letter(char):
            self._report_bad_bytes(i)
            if is_digit(char):
                self.error_at(self.base + i, "identifier cannot begin with digit " + unicode_point(char))
            else:
                self.error_at(self.base + i, f"invalid character {unicode_point(char)} in identifier")
        return self._name(i + len(char.encode()))

    def _foreign_rest(self, i: int) -> int:
        src = self.src
        while True:
            c = src[i]
            if _IS_IDENT[c] or c == FILLER:
                i += 1
                continue
            if c < 0x80:
                return i
            char = self._char(i)
            if not is_letter(char) and not is_digit(char):
                self.error_at(self.base + i, f"invalid character {unicode_point(char)} in identifier")
            i += len(char.encode())

    def _char(self, i: int) -> str:
        """The character at i, which is neither filler nor the end."""
        c = self.src[i]
        width = 1 if c < 0x80 else 2 if c < 0xE0 else 3 if c < 0xF0 else 4
        return self.src[i : i + width].decode()

    # ------------------------------------------------------------------------------------------------ literals

    def _literal(self, i: int, kind: int, ok: bool) -> int:
        self.nlsemi = True
        self.tok = LITERAL
        self.lit = self.data[self.start : i].decode("utf-8", "surrogateescape")
        self.kind = kind
        self.bad = not ok
        return i

    def _number(self, i: int, seen_point: bool) -> int:
        src = self.src
        base = self.base
        ok = True
        kind = INT_LIT
        radix = 10
        prefix = 0  # 0 decimal, '0' old octal, 'x', 'o', 'b'
        has_digits = False
        has_separators = False
        invalid = -1  # offset of the first digit not of the radix

        if not seen_point:
            if src[i] == 48:
                lower = src[i + 1] | 32
                i += 1
                if lower == 120:
                    i += 1
                    radix = 16
                    prefix = 120
                elif lower == 111:
                    i += 1
                    radix = 8
                    prefix = 111
                elif lower == 98:
                    i += 1
                    radix = 2
                    prefix = 98
                else:
                    radix = 8
                    prefix = 48
                    has_digits = True
            digits = _IS_HEX if radix == 16 else _IS_DIGIT
            while True:
                c = src[i]
                if digits[c]:
                    has_digits = True
                    if radix < 10 and c >= 48 + radix and invalid < 0:
                        invalid = i
                elif c == 95:
                    has_separators = True
                else:
                    break
                i += 1
            if src[i] == 46:
                if prefix == 111 or prefix == 98:
                    self.error_at(base + i, f"invalid radix point in {_radix_name(radix)} literal")
                    ok = False
                i += 1
                seen_point = True

        if seen_point:
            kind = FLOAT_LIT
            digits = _IS_HEX if radix == 16 else _IS_DIGIT
            while True:
                c = src[i]
                if digits[c]:
                    has_digits = True
                    if radix < 10 and c >= 48 + radix and invalid < 0:
                        invalid = i
                elif c == 95:
                    has_separators = True
                else:
                    break
                i += 1

        if not has_digits and ok:
            self.error_at(base + i, f"{_radix_name(radix)} literal has no digits")
            ok = False

        lower = src[i] | 32
        if lower == 101 or lower == 112:  # e p
            if ok:
                if lower == 101 and prefix != 0 and prefix != 48:
                    self.error_at(base + i, f"{quote_rune(chr(src[i]))} exponent requires decimal mantissa")
                    ok = False
                elif lower == 112 and prefix != 120:
                    self.error_at(base + i, f"{quote_rune(chr(src[i]))} exponent requires hexadecimal mantissa")
                    ok = False
            i += 1
            kind = FLOAT_LIT
            if src[i] == 43 or src[i] == 45:
                i += 1
            has_digits = False
            while True:
                c = src[i]
                if _IS_DIGIT[c]:
                    has_digits = True
                elif c == 95:
                    has_separators = True
                else:
                    break
                i += 1
            if not has_digits and ok:
                self.error_at(base + i, "exponent has no digits")
                ok = False
        elif prefix == 120 and kind == FLOAT_LIT and ok:
            self.error_at(base + i, "hexadecimal mantissa requires a 'p' exponent")
            ok = False

        if src[i] == 105:  # i
            kind = IMAG_LIT
            i += 1

        self._literal(i, kind, ok)
        if kind == INT_LIT and invalid >= 0 and ok:
            digit = quote_rune(chr(src[invalid]))
            self.error_at(base + invalid, f"invalid digit {digit} in {_radix_name(radix)} literal")
            ok = False
        if has_separators and ok:
            at = _invalid_separator(self.lit)
            if at >= 0:
                self.error_at(base + self.start + at, "'_' must separate successive digits")
                ok = False
        self.bad = not ok
        return i

    def _string(self, i: int) -> int:
        src = self.src
        end = src.find(b'"', i + 1)
        if end >= 0 and src.find(b"\\", i + 1, end) < 0 and src.find(b"\n", i + 1, end) < 0:
            return self._literal(end + 1, STRING_LIT, True)
        ok = True
        i += 1
        while True:
            c = src[i]
            if c == 34:
                i += 1
                break
            if c == 92:
                end = self._escape(i + 1, 34)
                if end < 0:
                    ok = False
                    end = -end
                i = end
                continue
            if c == 10:
                self.error_at(self.base + i, "newline in string")
                ok = False
                break
            if c == 0:
                self.error_at(self.base + self.start, "string not terminated")
                ok = False
                break
            i += 1
        return self._literal(i, STRING_LIT, ok)

    def _raw_string(self, i: int) -> int:
        end = self.src.find(b"`", i + 1)
        if end >= 0:
            return self._literal(end + 1, STRING_LIT, True)
        self.error_at(self.base + self.start, "string not terminated")
        return self._literal(self.size, STRING_LIT, False)

    def _rune(self, i: int) -> int:
        src = self.src
        ok = True
        n = 0
        i += 1
        while True:
            c = src[i]
            if c == 39:
                if ok:
                    if n == 0:
                        self.error_at(self.base + i, "empty rune literal or unescaped '")
                        ok = False
                    elif n != 1:
                        self.error_at(self.base + self.start, "more than one character in rune literal")
                        ok = False
                i += 1
                break
            if c == 92:
                end = self._escape(i + 1, 39)
                if end < 0:
                    ok = False
                    end = -end
                i = end
                n += 1
                continue
            if c == 10:
                if ok:
                    self.error_at(self.base + i, "newline in rune literal")
                    ok = False
                break
            if c == 0:
                if ok:
                    self.error_at(self.base + self.start, "rune literal not terminated")
                    ok = False
                break
            if c < 0x80:
                i += 1
                n += 1
            elif c == FILLER:
                i += 1
            else:
                i += 2 if c < 0xE0 else 3 if c < 0xF0 else 4
                n += 1
        return self._literal(i, RUNE_LIT, ok)

    def _escape(self, i: int, quote: int) -> int:
        """Scan the escape sequence whose first byte after the backslash is at i. The offset behind it; negative if
        it is wrong (an offset is never 0 here)."""
        src = self.src
        c = src[i]
        if c == quote or c == 92 or (c != 0 and c in b"abfnrtv"):
            return i + 1
        if 48 <= c <= 55:
            n = 3
            radix = 8
            limit = 255
        elif c == 120:
            i += 1
            n = 2
            radix = 16
            limit = 255
        elif c == 117:
            i += 1
            n = 4
            radix = 16
            limit = 0x10FFFF
        elif c == 85:
            i += 1
            n = 8
            radix = 16
            limit = 0x10FFFF
        else:
            if c == 0:
                return i  # the caller complains about the end
            self.error_at(self.base + i, "unknown escape")
            return -i
        x = 0
        while n > 0:
            c = src[i]
            if c == 0:
                return i
            if 48 <= c <= 57:
                d = c - 48
            elif 97 <= c | 32 <= 102:
                d = (c | 32) - 87
            else:
                d = radix
            if d >= radix:
                char = "\ufffd" if c == FILLER else self._char(i)
                self.error_at(
                    self.base + i, f"invalid character {quote_rune(char)} in {_radix_name(radix)} escape"
                )
                return -i
            x = x * radix + d
            i += 1
            n -= 1
        if x > limit and radix == 8:
            self.error_at(self.base + i, f"octal escape value {x} > 255")
            return -i
        if x > limit or 0xD800 <= x < 0xE000:
            self.error_at(self.base + i, f"escape is invalid Unicode code point U+{x:04X}")
            return -i
        return i

    # ------------------------------------------------------------------------------------------------ comments

    def _line_comment(self, i: int) -> int:
        src = self.src
        end = src.find(b"\n", i)
        if end < 0:
            end = self.size
        c = src[i + 2]
        if c == 103 or c == 108 or c == 101:  # go: line export extern
            self.directive_comment(i, end)
        return end

    def _full_comment(self, i: int) -> int:
        end = self.src.find(b"*/", i + 2)
        if end < 0:
            self.error_at(self.base + self.start, "comment not terminated")
            return self.size
        end += 2
        if self.src[i + 2] == 108:
            self.directive_comment(i, end)
        return end


def _radix_name(radix: int) -> str:
    return {2: "binary", 8: "octal", 10: "decimal", 16: "hexadecimal"}[radix]


def _invalid_separator(text: str) -> int:
    """Index of the first `_` in a number literal that does not stand between digits (a prefix counts as one), or -1."""
    prefix = ""
    last = "."  # "_", "0" for a digit, "." for anything else
    i = 0
    if len(text) >= 2 and text[0] == "0":
        prefix = text[1].lower()
        if prefix in "xob":
            last = "0"
            i = 2
        else:
            prefix = ""
    while i < len(text):
        before = last
        c = text[i]
        if c == "_":
            if before != "0":
                return i
            last = "_"
        elif "0" <= c <= "9" or (prefix == "x" and c in "abcdefABCDEF"):
            last = "0"
        else:
            if before == "_":
                return i - 1
            last = "."
        i += 1
    return len(text) - 1 if last == "_" else -1
