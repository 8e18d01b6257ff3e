"""Go.mod and go.work files in canonical form, and the words in them.

    retract  [ v1.0.0 ,v1.2.0]   →   retract [v1.0.0, v1.2.0]

Blanks, tabs and blank lines are normalised; the order and the comments stay.

Source: golang.org/x/mod/modfile (print.go; MustQuote and AutoQuote in rule.go).
"""

from __future__ import annotations

from typing import Final

from ..syntax.unicode import is_printable, quote
from .modsyntax import Block, Comments, FileSyntax, Line, Statement

_CLOSING: Final = frozenset((",", ")", "]", "}"))
_OPENING: Final = frozenset(("(", "[", "{"))


def format_syntax(syntax: FileSyntax) -> str:
    """The text of a file."""
    out: list[str] = []
    for i, statement in enumerate(syntax.statements):
        if i > 0:
            _blank(out)
        _statement(out, statement)
    while out and not out[-1]:
        out.pop()
    return "\n".join(out) + "\n" if out else ""


def _statement(out: list[str], statement: Statement) -> None:
    _comments(out, statement.before, "")
    if isinstance(statement, Comments):
        return
    if isinstance(statement, Line):
        _line(out, join_tokens(statement.tokens), statement.suffix, "")
        return
    _line(out, join_tokens(statement.tokens) + " (", statement.open_suffix, "")
    for line in statement.lines:
        _comments(out, line.before, "\t")
        _line(out, join_tokens(line.tokens), line.suffix, "\t")
    _comments(out, statement.close_before, "")
    _line(out, ")", statement.close_suffix + statement.suffix, "")


def _blank(out: list[str]) -> None:
    """No file begins with a blank line, and there are never two."""
    if out and out[-1]:
        out.append("")


def _comments(out: list[str], comments: list[str], margin: str) -> None:
    for comment in comments:
        text = comment.strip()
        if text:
            out.append(margin + text)
        else:
            _blank(out)


def _line(out: list[str], text: str, suffix: list[str], margin: str) -> None:
    """The second comment behind a line gets a line of its own."""
    if suffix:
        out.append(f"{margin}{text} {suffix[0].strip()}".rstrip(" \t"))
        out.extend((margin + comment.strip()).rstrip(" \t") for comment in suffix[1:])
    elif text:
        out.append(margin + text)
    else:
        _blank(out)


def join_tokens(tokens: list[str]) -> str:
    """[v1.0.0, v1.2.0] and not [ v1.0.0 , v1.2.0 ]."""
    parts: list[str] = []
    separator = ""
    for token in tokens:
        parts.append(token if token in _CLOSING else separator + token)
        separator = "" if token in _OPENING else " "
    return "".join(parts)


def block_text(block: Block) -> str:
    """What a block is called in messages."""
    return " ".join(block.tokens)


def must_quote(text: str) -> bool:
    """Can the text not be a token as it is?"""
    for char in text:
        if char in " \"'`":
            return True
        if char in "()[]{},":
            if len(text) > 1:
                return True
        elif not is_printable(char) and not 0xDC80 <= ord(char) <= 0xDCFF:
            return True
    return text == "" or "//" in text or "/*" in text


def auto_quote(text: str) -> str:
    """The text as a token."""
    return quote(text) if must_quote(text) else text
