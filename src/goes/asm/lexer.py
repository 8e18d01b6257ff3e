"""Tokens of Plan 9 assembly, and its preprocessor.

    #define ROT(r, n) ROLL $n, r
    ROT(AX, 7)            →   ROLL  $  7  ,  AX  newline

A file becomes one list of tokens; `Input` reads such lists from a stack (files, included headers, macro bodies) and
expands macros while it hands tokens out. A macro's body is rescanned, its arguments are not expanded beforehand. Tokens
of a body carry the line of the invocation. Errors of this level are fatal for the file: they raise `AsmError`.

Source: cmd/asm's manual page and "A Quick Guide to Go's Assembler".
"""

from __future__ import annotations

import os
import re
from typing import Final, final

EOF: Final = 0
NEWLINE: Final = 1  # also ";"
IDENT: Final = 2
INT: Final = 3
FLOAT: Final = 4
STRING: Final = 5
CHAR: Final = 6
OP: Final = 7  # punctuation; the text tells which
MACRO_NAME: Final = 8  # a macro with parameters, named without arguments: an identifier not to be expanded
HASH: Final = 9  # a directive was processed here

MAX_EXPANSIONS: Final = 100  # macro invocations without a token in between: a recursive macro
MAX_DEPTH: Final = 100  # files and macro bodies open at once

_TOKEN: Final = re.compile(
    r"(?P<space>[ \t\r]+)"
    r"|(?P<comment>//[^\n]*|/\*.*?\*/)"
    r"|(?P<ident>(?:[^\W\d]|[·∕])(?:\w|[·∕])*)"
    r"|(?P<float>0[xX][0-9a-fA-F_]*\.?[0-9a-fA-F_]*[pP][+-]?\d+|\d[\d_]*\.[\d_]*(?:[eE][+-]?\d+)?|\.\d[\d_]*(?:[eE][+-]?\d+)?"
    r"|\d[\d_]*[eE][+-]?\d+)"
    r"|(?P<int>0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|\d[\d_]*)"
    r'|(?P<string>"(?:\\.|[^"\\\n])*"|`[^`]*`)'
    r"|(?P<char>'(?:\\[^\n]|[^'\\\n])[^'\n]*')"
    r"|(?P<newline>\n)"
    r"|(?P<op><<|>>|->|@>|.)",
    re.DOTALL,
)
_KIND: Final[dict[str, int]] = {"ident": IDENT, "float": FLOAT, "int": INT, "string": STRING, "char": CHAR, "op": OP}


@final
class AsmError(Exception):
    """A mistake that ends the reading of a file."""

    def __init__(self, file: str, line: int, message: str) -> None:
        super().__init__(f"{file}:{line}: {message}")
        self.file = file
        self.line = line
        self.message = message


@final
class Token:
    __slots__ = ("kind", "text", "line", "spaced")

    def __init__(self, kind: int, text: str, line: int, spaced: bool) -> None:
        self.kind = kind
        self.text = text
        self.line = line
        self.spaced = spaced  # white space precedes it

    def __repr__(self) -> str:
        return repr(self.text)


_header_tokens: dict[str, list[Token]] = {}


def tokenize(text: str) -> list[Token]:
    """All tokens of a file, comments dropped, ending in EOF."""
    out: list[Token] = []
    line = 1
    spaced = False
    for m in _TOKEN.finditer(text):
        group = m.lastgroup
        if group == "space":
            spaced = True
            continue
        s = m.group()
        if group == "comment":
            line += s.count("\n")
            spaced = True
            continue
        if group == "newline":
            out.append(Token(NEWLINE, "\n", line, spaced))
            line += 1
            spaced = False
            continue
        assert group is not None
        out.append(Token(_KIND[group], s, line, spaced))
        if group == "string":
            line += s.count("\n")
        spaced = False
    out.append(Token(EOF, "", line, False))
    return out


def tokenize_header(text: str) -> list[Token]:
    """As tokenize, remembered: go_asm.h is read by every file of a package."""
    tokens = _header_tokens.get(text)
    if tokens is None:
        if len(_header_tokens) > 64:
            _header_tokens.clear()
        tokens = tokenize(text)
        _header_tokens[text] = tokens
    return tokens


@final
class Macro:
    __slots__ = ("name", "params", "body")

    def __init__(self, name: str, params: list[str] | None, body: list[Token]) -> None:
        self.name = name
        self.params = params
        self.body = body


@final
class _Frame:
    """An open file (line 0: tokens know theirs) or macro body (line = the invocation's)."""

    __slots__ = ("file", "tokens", "at", "line", "line_delta")

    def __init__(self, file: str, tokens: list[Token], line: int) -> None:
        self.file = file
        self.tokens = tokens
        self.at = 0
        self.line = line
        self.line_delta = 0


@final
class Input:
    """The preprocessed token stream of one source file."""

    __slots__ = (
        "headers",
        "include_dirs",
        "macros",
        "file",
        "line",
        "_frames",
        "_conditions",
        "_line_start",
        "_peeked",
    )

    def __init__(
        self, path: str, text: str, headers: dict[str, str], include_dirs: list[str], defines: dict[str, str]
    ) -> None:
        self.headers = headers
        self.include_dirs = include_dirs
        self.macros: dict[str, Macro] = {}
        for name, value in defines.items():
            self.macros[name] = Macro(name, None, tokenize(value)[:-1])
        self.file = path  # of the token last returned
        self.line = 1
        self._frames: list[_Frame] = [_Frame(path, tokenize(text), 0)]
        self._conditions: list[bool] = []
        self._line_start = True
        self._peeked: Token | None = None

    def fail(self, message: str) -> AsmError:
        return AsmError(self.file, self.line, message)

    def _raw(self) -> Token:
        """The next token, macros not expanded."""
        frames = self._frames
        while True:
            f = frames[-1]
            if f.at < len(f.tokens):
                t = f.tokens[f.at]
                if t.kind == EOF and len(frames) > 1:
                    frames.pop()
                    continue
                if t.kind != EOF:
                    f.at += 1
                self.file = f.file
                self.line = f.line if f.line else t.line + f.line_delta
                return t
            frames.pop()

    def _push(self, frame: _Frame) -> None:
        if len(self._frames) > MAX_DEPTH:
            raise self.fail("input recursion")
        self._frames.append(frame)

    def _enabled(self) -> bool:
        return not self._conditions or self._conditions[-1]

    def next(self) -> Token:
        """The next token after preprocessing."""
        peeked = self._peeked
        if peeked is not None:
            self._peeked = None
            return peeked
        macros = self.macros
        expansions = 0
        while expansions < MAX_EXPANSIONS:
            t = self._raw()
            kind = t.kind
            if kind == IDENT:
                macro = macros.get(t.text)
                if macro is not None:
                    expansions += 1
                    self._invoke(macro)
                    continue
            elif kind == OP and t.text == "#":
                if not self._line_start:
                    raise self.fail("'#' must be first item on line")
                self._line_start = self._directive()
                return Token(HASH, "#", self.line, False)
            elif kind == EOF and self._conditions:
                raise self.fail("unclosed #ifdef or #ifndef")
            self._line_start = kind == NEWLINE
            if self._enabled():
                return t
        raise self.fail("recursive macro invocation")

    # Macros.

    def _invoke(self, macro: Macro) -> None:
        file = self.file
        line = self.line
        if macro.params is None:
            self._push(_Frame(file, macro.body, line))
            return
        t = self._raw()
        if not (t.kind == OP and t.text == "("):
            self._peek_after_name(macro, t, file, line)
            return
        actuals = self._arguments(macro, macro.params)
        body: list[Token] = []
        for t in macro.body:
            if t.kind == IDENT:
                replacement = actuals.get(t.text)
                if replacement is not None:
                    body.extend(replacement)
                    continue
            body.append(t)
        self._push(_Frame(file, body, line))

    def _peek_after_name(self, macro: Macro, t: Token, file: str, line: int) -> None:
        # A macro with parameters named without arguments stands for itself.
        if t.kind != EOF:
            self._frames[-1].at -= 1
        self._push(_Frame(file, [Token(MACRO_NAME, macro.name, line, True)], line))

    def _arguments(self, macro: Macro, params: list[str]) -> dict[str, list[Token]]:
        """Actual arguments by name; the opening parenthesis is behind us."""
        actuals: list[list[Token]] = []
        current: list[Token] = []
        nesting = 0
        while True:
            t = self._raw()
            if t.kind == EOF or t.kind == NEWLINE:
                raise self.fail(f"unterminated arg list invoking macro: {macro.name}")
            if t.kind == OP:
                if nesting == 0 and (t.text == ")" or t.text == ","):
                    actuals.append(current)
                    if t.text == ")":
                        break
                    current = []
                    continue
                if t.text == "(":
                    nesting += 1
                elif t.text == ")":
                    nesting -= 1
            current.append(t)
        if not params and len(actuals) == 1 and not actuals[0]:
            actuals = []
        if len(actuals) != len(params):
            raise self.fail(f"wrong arg count for macro {macro.name}")
        out: dict[str, list[Token]] = {}
        for i, p in enumerate(params):
            out[p] = actuals[i]
        return out

    # Directives.

    def _directive(self) -> bool:
        t = self._raw()
        if t.kind != IDENT:
            raise self.fail(f"expected identifier after '#' ; got \"{_shown(t)}\"")
        word = t.text
        if not self._enabled() and word not in ("else", "endif", "ifdef", "ifndef", "line"):
            return False
        if word == "define":
            self._define()
        elif word == "else":
            self._expect_newline("#else")
            c = self._conditions
            if not c:
                raise self.fail("unmatched #else")
            if len(c) == 1 or c[-2]:
                c[-1] = not c[-1]
        elif word == "endif":
            self._expect_newline("#endif")
            if not self._conditions:
                raise self.fail("unmatched #endif")
            self._conditions.pop()
        elif word == "ifdef" or word == "ifndef":
            name = self._macro_name()
            self._expect_newline("#if[n]def")
            self._conditions.append(self._enabled() and (name in self.macros) == (word == "ifdef"))
        elif word == "include":
            self._include()
        elif word == "line":
            self._line()
        elif word == "undef":
            name = self._macro_name()
            if name not in self.macros:
                raise self.fail(f"#undef for undefined macro: {name}")
            if self._raw().kind != NEWLINE:
                raise self.fail(f"syntax error in #undef for macro: {name}")
            del self.macros[name]
        else:
            raise self.fail(f"unexpected token after '#': {word}")
        return True

    def _expect_newline(self, directive: str) -> None:
        t = self._raw()
        if t.kind != NEWLINE:
            raise self.fail(f'expected newline after {directive} ; got "{_shown(t)}"')
        self.line += 1  # what goes wrong from here on is blamed on the next line, as gc does

    def _macro_name(self) -> str:
        t = self._raw()
        if t.kind != IDENT:
            raise self.fail(f'expected identifier after # directive ; got "{_shown(t)}"')
        return t.text

    def _define(self) -> None:
        name = self._macro_name()
        params: list[str] | None = None
        body: list[Token] = []
        t = self._raw()
        if t.kind == OP and t.text == "(" and not t.spaced:
            params = []
            accept = True
            while True:
                t = self._raw()
                if t.kind == IDENT:
                    if not accept:
                        raise self.fail(f"bad syntax in definition for macro: {name}")
                    if t.text in params:
                        raise self.fail(f"duplicate argument {t.text} in definition for macro: {name}")
                    params.append(t.text)
                    accept = False
                elif t.kind == OP and t.text == ")":
                    break
                elif t.kind == OP and t.text == ",":
                    if accept:
                        raise self.fail(f"bad syntax in definition for macro: {name}")
                    accept = True
                else:
                    raise self.fail(f"bad definition for macro: {name}")
            t = self._raw()
        elif t.kind == EOF:
            t = Token(NEWLINE, "\n", t.line, False)
        while t.kind != NEWLINE:
            if t.kind == EOF:
                raise self.fail(f"missing newline in definition for macro: {name}")
            if t.kind == OP and t.text == "\\":
                t = self._raw()
                if t.kind != NEWLINE and not (t.kind == OP and t.text == "\\"):
                    raise self.fail(f"can only escape \\ or \\n in definition for macro: {name}")
            body.append(t)
            t = self._raw()
        if name in self.macros:
            raise self.fail(f"redefinition of macro: {name}")
        self.macros[name] = Macro(name, params, body)

    def _include(self) -> None:
        t = self._raw()
        if t.kind != STRING:
            raise self.fail(f'expected string after #include ; got "{_shown(t)}"')
        name = t.text[1:-1]
        self._expect_newline("#include")
        text = self.headers.get(name)
        path = name
        if text is None:
            for directory in self.include_dirs:
                path = os.path.normpath(os.path.join(directory, name))
                try:
                    with open(path, encoding="utf-8") as f:
                        text = f.read()
                    break
                except OSError:
                    continue
            else:
                raise self.fail(f"#include: open {path}: no such file or directory")
        self._push(_Frame(path, tokenize_header(text), 0))

    def _line(self) -> None:
        t = self._raw()
        if t.kind != INT:
            raise self.fail(f'expected line number after #line ; got "{_shown(t)}"')
        name = self._raw()
        if name.kind != STRING:
            raise self.fail(f'expected file name in #line ; got "{_shown(name)}"')
        end = self._raw()
        if end.kind != NEWLINE:
            raise self.fail(f"unexpected token at end of #line:  {_shown(end)}")
        frame = self._frames[-1]
        if frame.line == 0:
            frame.line_delta = int(t.text) - (end.line + 1)
            frame.file = name.text[1:-1]


def _shown(t: Token) -> str:
    if t.kind == NEWLINE:
        return "\\n"
    return t.text.replace('"', '\\"')
