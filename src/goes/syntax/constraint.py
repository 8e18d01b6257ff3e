"""Build constraint expressions: `//go:build linux && !cgo`.

    x = parse_line("//go:build go1.22 && (linux || darwin)")
    x.eval(satisfied)     →  bool
    go_version(x)         →  "go1.22"

Also reads the older `// +build` lines. Sources: go/build/constraint (grammar, messages, the minimum version rule).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, final

MAX_SIZE: Final = 1000  # as upstream: no expression has more tags or operators
_MAX_DEPTH: Final = 100  # of parentheses; upstream allows MAX_SIZE


class ConstraintError(Exception):
    """A constraint line that does not parse; `offset` counts bytes in the expression."""

    def __init__(self, offset: int, message: str) -> None:
        super().__init__(message)
        self.offset = offset
        self.message = message


class Constraint:
    __slots__ = ()

    def eval(self, satisfied: Callable[[str], bool]) -> bool:
        raise NotImplementedError


@final
class Tag(Constraint):
    __slots__ = ("tag",)

    def __init__(self, tag: str) -> None:
        self.tag = tag

    def eval(self, satisfied: Callable[[str], bool]) -> bool:
        return satisfied(self.tag)

    def __str__(self) -> str:
        return self.tag


@final
class Not(Constraint):
    __slots__ = ("x",)

    def __init__(self, x: Constraint) -> None:
        self.x = x

    def eval(self, satisfied: Callable[[str], bool]) -> bool:
        return not self.x.eval(satisfied)

    def __str__(self) -> str:
        return f"!({self.x})" if isinstance(self.x, (And, Or)) else f"!{self.x}"


@final
class And(Constraint):
    """All operands are always evaluated: the caller may collect the tags asked for."""

    __slots__ = ("operands",)

    def __init__(self, operands: list[Constraint]) -> None:
        self.operands = operands

    def eval(self, satisfied: Callable[[str], bool]) -> bool:
        return all([x.eval(satisfied) for x in self.operands])

    def __str__(self) -> str:
        return " && ".join(f"({x})" if isinstance(x, Or) else str(x) for x in self.operands)


@final
class Or(Constraint):
    __slots__ = ("operands",)

    def __init__(self, operands: list[Constraint]) -> None:
        self.operands = operands

    def eval(self, satisfied: Callable[[str], bool]) -> bool:
        return any([x.eval(satisfied) for x in self.operands])

    def __str__(self) -> str:
        return " || ".join(f"({x})" if isinstance(x, And) else str(x) for x in self.operands)


def is_go_build(line: str) -> bool:
    """Is the line a //go:build line (well formed or not)?"""
    return _split_go_build(line) is not None


def _split_go_build(line: str) -> str | None:
    if not line.startswith("//go:build"):
        return None
    line = line.strip(" \t\r\n")
    if "\n" in line:
        return None
    rest = line[len("//go:build") :]
    trimmed = rest.strip(" \t")
    # "//go:buildx" is something else.
    if len(rest) == len(trimmed) and rest:
        return None
    return trimmed


def is_plus_build(line: str) -> bool:
    return _split_plus_build(line) is not None


def _split_plus_build(line: str) -> str | None:
    if not line.startswith("//"):
        return None
    line = line[2:].rstrip("\r\n").strip(" \t")
    if "\n" in line or not line.startswith("+build"):
        return None
    rest = line[len("+build") :]
    trimmed = rest.strip(" \t")
    if len(rest) == len(trimmed) and rest:
        return None
    return trimmed


def parse_line(line: str) -> Constraint:
    """Parse one //go:build or // +build line."""
    text = _split_go_build(line)
    if text is not None:
        return _ExprParser(text).parse()
    text = _split_plus_build(line)
    if text is not None:
        return _parse_plus_build(text)
    raise ConstraintError(0, "not a build constraint")


def _is_tag_char(c: str) -> bool:
    return c.isalpha() or c.isdecimal() or c == "_" or c == "."


class _ExprParser:
    """expr = and { "||" and }.  and = not { "&&" not }.  not = "!" not | tag | "(" expr ")"."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.i = 0
        self.tok = ""
        self.is_tag = False
        self.at = 0
        self.size = 0
        self.depth = 0

    def error(self, offset: int, message: str) -> ConstraintError:
        return ConstraintError(offset, message)

    def parse(self) -> Constraint:
        self.lex()
        x = self.parse_or()
        if self.tok:
            raise self.error(self.at, "unexpected token " + self.tok)
        return x

    def parse_or(self) -> Constraint:
        operands = [self.parse_and()]
        while self.tok == "||":
            self.lex()
            operands.append(self.parse_and())
        return operands[0] if len(operands) == 1 else Or(operands)

    def parse_and(self) -> Constraint:
        operands = [self.parse_not()]
        while self.tok == "&&":
            self.lex()
            operands.append(self.parse_not())
        return operands[0] if len(operands) == 1 else And(operands)

    def parse_not(self) -> Constraint:
        self.size += 1
        if self.size > MAX_SIZE:
            raise self.error(self.at, "build expression too large")
        if self.tok == "!":
            self.lex()
            if self.tok == "!":
                raise self.error(self.at, "double negation not allowed")
            return Not(self.parse_atom())
        return self.parse_atom()

    def parse_atom(self) -> Constraint:
        if self.tok == "(":
            at = self.at
            self.depth += 1
            if self.depth > _MAX_DEPTH:
                raise self.error(self.at, "build expression too large")
            self.lex()
            x = self.parse_or()
            self.depth -= 1
            if self.tok != ")":
                raise self.error(at, "missing close paren")
            self.lex()
            return x
        if not self.is_tag:
            if not self.tok:
                message = "missing close paren" if self.depth > 0 else "unexpected end of expression"
                raise self.error(self.at, message)
            raise self.error(self.at, "unexpected token " + self.tok)
        tag = Tag(self.tok)
        self.lex()
        return tag

    def lex(self) -> None:
        self.is_tag = False
        text = self.text
        i = self.i
        while i < len(text) and text[i] in " \t":
            i += 1
        self.at = i
        if i >= len(text):
            self.i = i
            self.tok = ""
            return
        c = text[i]
        if c in "()!":
            self.i = i + 1
            self.tok = c
            return
        if c in "&|":
            if i + 1 >= len(text) or text[i + 1] != c:
                raise self.error(i, "invalid syntax at " + c)
            self.i = i + 2
            self.tok = c + c
            return
        end = i
        while end < len(text) and _is_tag_char(text[end]):
            end += 1
        if end == i:
            raise self.error(i, "invalid syntax at " + c)
        self.i = end
        self.tok = text[i:end]
        self.is_tag = True


def _parse_plus_build(text: str) -> Constraint:
    """Space is OR, comma is AND, one "!" before a tag."""
    clauses: list[Constraint] = []
    for clause in text.split():
        words: list[Constraint] = []
        for literal in clause.split(","):
            word: Constraint
            if literal.startswith("!!") or literal == "!":
                word = Tag("ignore")
            else:
                negated = literal.startswith("!")
                tag = literal[1:] if negated else literal
                word = Tag(tag if tag and all(_is_tag_char(c) for c in tag) else "ignore")
                if negated:
                    word = Not(word)
            words.append(word)
        clauses.append(words[0] if len(words) == 1 else And(words))
    if not clauses:
        return Tag("ignore")
    return clauses[0] if len(clauses) == 1 else Or(clauses)


def go_version(x: Constraint) -> str:
    """The least Go version that the constraint implies, "go1.22", or "" if none."""
    minor = _min_version(x, True)
    if minor < 0:
        return ""
    return "go1" if minor == 0 else f"go1.{minor}"


def _min_version(x: Constraint, positive: bool) -> int:
    """The minor version of go1.N that x (or its negation) implies; -1 if none."""
    if isinstance(x, (And, Or)):
        versions = [_min_version(operand, positive) for operand in x.operands]
        return max(versions) if isinstance(x, And) == positive else min(versions)
    if isinstance(x, Not):
        return _min_version(x.x, not positive)
    assert isinstance(x, Tag)
    if not positive:
        return -1
    if x.tag == "go1":
        return 0
    if not x.tag.startswith("go1."):
        return -1
    digits = x.tag[4:]
    return int(digits) if digits.isascii() and digits.isdigit() else -1
