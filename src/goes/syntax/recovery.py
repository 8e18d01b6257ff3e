"""What every part of the parser needs: expecting tokens, reporting what is wrong, finding a place to go on.

    want(RPAREN) at the name x   →   syntax error: unexpected name x, expected )

Recovery skips to a token of a set that the production knows; inside functions the keywords that begin a statement
always belong to it.

Source: messages, positions and recovery as cmd/compile/internal/syntax.
"""

from __future__ import annotations

from typing import Final

from ..diag.diagnostic import Diagnostic
from ..diag.source import Pos
from .nodes import BasicLit, Directive, Field, Name
from .scanner import Scanner
from .tokens import (
    ARROW,
    ASSIGN,
    ASSIGN_OP,
    BREAK,
    COLON,
    COMMA,
    CONST,
    CONTINUE,
    DEFER,
    DEFINE,
    DOT,
    DOTDOTDOT,
    EOF,
    FALLTHROUGH,
    FOR,
    GO,
    GOTO,
    IF,
    INC_DEC,
    KEYWORDS,
    LBRACE,
    LBRACK,
    LITERAL,
    LPAREN,
    MUL,
    NAME,
    OPERATOR_TEXT,
    OROR,
    RBRACE,
    RBRACK,
    RETURN,
    RPAREN,
    SELECT,
    SEMI,
    SWITCH,
    TILDE,
    TYPE,
    VAR,
)

# How deep expressions, types and statements may nest in all; deeper is an error, as it would exhaust the stack.
MAX_NESTING: Final = 10_000
FRAMES_PER_LEVEL: Final = 8  # no production takes more calls from one level to the next
BASE_RECURSION: Final = 5_000

TOKEN_TEXT: Final[dict[int, str]] = {
    EOF: "EOF", NAME: "name", LITERAL: "literal", ASSIGN: "=", DEFINE: ":=", ASSIGN_OP: "op=", INC_DEC: "opop",
    LPAREN: "(", LBRACK: "[", LBRACE: "{", RPAREN: ")", RBRACK: "]", RBRACE: "}", COMMA: "comma",
    SEMI: "semicolon or newline", COLON: ":", DOT: ".", DOTDOTDOT: "...",
    **OPERATOR_TEXT,
    **{tok: "keyword " + word for word, tok in KEYWORDS.items()},
}

# Keywords that begin a statement: inside a function, recovery does not skip them.
_STATEMENT_STARTS: Final = (
    (1 << BREAK) | (1 << CONST) | (1 << CONTINUE) | (1 << DEFER) | (1 << FALLTHROUGH) | (1 << FOR) | (1 << GO)
    | (1 << GOTO) | (1 << IF) | (1 << RETURN) | (1 << SELECT) | (1 << SWITCH) | (1 << TYPE) | (1 << VAR)
)
CLOSERS: Final = (1 << RPAREN) | (1 << RBRACK) | (1 << RBRACE)


def _operator_set() -> int:
    members = 0
    for tok in range(OROR, TILDE + 1):
        if tok != MUL and tok != ARROW:
            members |= 1 << tok
    return members


OPERATORS: Final = _operator_set()


def token_text(tok: int) -> str:
    """The token as messages name it."""
    return TOKEN_TEXT[tok]


class TokenParser(Scanner):
    def __init__(self, data: bytes, base: Pos, errors: list[Diagnostic], again: bool) -> None:
        super().__init__(data, base, errors, again)
        self.pragma: list[Directive] = []  # directives seen that no declaration has taken yet
        self.fnest = 0  # function nesting, for recovery
        self.xnest = 0  # expression nesting, for composite literals; negative in statement headers
        self.depth = 0
        self.last_tparams: list[Field] = []  # type parameters that func_type saw

    # ------------------------------------------------------------------------------------------------ tokens, errors

    def got(self, tok: int) -> bool:
        if self.tok == tok:
            self.next()
            return True
        return False

    def want(self, tok: int) -> None:
        if self.tok == tok:
            self.next()
            return
        self.syntax_error("expected " + TOKEN_TEXT[tok])
        self.advance(0)

    def got_assign(self) -> bool:
        """Take `=`; `:=` is reported and taken too."""
        if self.tok == DEFINE:
            self.syntax_error("expected =")
            self.next()
            return True
        return self.got(ASSIGN)

    def syntax_error(self, message: str) -> None:
        self.syntax_error_at(self.pos, message)

    def syntax_error_at(self, pos: Pos, message: str) -> None:
        """Report; a message that begins with "in", "at", "after" or "expected" is prefixed with the current token."""
        tok = self.tok
        if tok == EOF and self.error_count > 0:
            return  # the end of the file follows from what was reported
        if message.startswith("in ") or message.startswith("at ") or message.startswith("after "):
            message = " " + message
        elif message.startswith("expected "):
            message = ", " + message
        else:
            self.error_at(pos, "syntax error: " + message)
            return
        if tok == NAME:
            text = "name " + self.lit
        elif tok == SEMI:
            text = self.lit
        elif tok == LITERAL:
            text = "literal " + self.lit
        elif tok == ASSIGN_OP:
            text = OPERATOR_TEXT[self.op] + "="
        elif tok == INC_DEC:
            text = OPERATOR_TEXT[self.op] * 2
        else:
            text = TOKEN_TEXT[tok]
        self.error_at(pos, "syntax error: unexpected " + text + message)

    def advance(self, follow: int) -> None:
        """Skip to a token of the set `follow` (a bit mask); an empty set skips one token."""
        if follow == 0:
            if self.tok != EOF:
                self.next()
            return
        if self.fnest > 0:
            follow |= _STATEMENT_STARTS
        follow |= 1 << EOF
        while not (follow >> self.tok) & 1:
            self.next()

    def enter(self) -> bool:
        """Count one level of nesting. At the limit the rest of the file is given up; the answer is False."""
        self.depth += 1
        if self.depth <= MAX_NESTING:
            return True
        if self.tok != EOF:
            self.error_at(self.pos, "syntax error: exceeded max nesting depth")
            self.i = self.size
            self.start = self.size
            self.nlsemi = False
            self._bad_at = self.size + 1
            self.tok = EOF
            self.pos = self.base + self.size
        return False

    def separator(self, context: str, sep: int, close: int) -> bool:
        """Between two elements of a list: take `sep`, which may be missing before `close`. False ends the list for
        good (after an error, when `close` is not in sight)."""
        if self.tok == sep:
            self.next()
            return True
        if self.tok != close:
            self.syntax_error(f"in {context}; possibly missing {TOKEN_TEXT[sep]} or {TOKEN_TEXT[close]}")
            self.advance(CLOSERS)
            return self.tok == close
        return True

    # ------------------------------------------------------------------------------------------------ common

    def name(self) -> Name:
        if self.tok == NAME:
            name = Name(self.pos, self.lit)
            self.next()
            return name
        name = Name(self.pos, "_")
        self.syntax_error("expected name")
        self.advance(0)
        return name

    # IdentifierList = identifier { "," identifier } .
    def name_list(self, first: Name) -> list[Name]:
        names = [first]
        while self.tok == COMMA:
            self.next()
            names.append(self.name())
        return names

    def literal_or_none(self) -> BasicLit | None:
        if self.tok != LITERAL:
            return None
        literal = BasicLit(self.pos, self.lit, self.kind, self.bad)
        self.next()
        return literal
