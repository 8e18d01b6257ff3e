"""The lines of go.mod and go.work files, whatever they say.

    // why             Block(before=["// why"], tokens=["require"], lines=[
    require (      →       Line(tokens=["a.com/b", "v1.0.0"], suffix=["// indirect"]),
        a.com/b v1.0.0 // indirect
    )                  ])

A file is a list of statements: lines, blocks of lines, and comments that stand alone. Comments belong to the statement
that follows them or, behind it on the same line, to it. Edits change the tokens of a line, add lines with `add_line`,
and mark lines as removed; `cleanup` then drops these and turns a block of one line into a line.

A syntax error ends the parse (`SyntaxProblem`). Sources: Go modules reference "Lexical elements" and "Grammar";
golang.org/x/mod/modfile for the messages and for where comments go.
"""

from __future__ import annotations

import re
from typing import Final, final

from ..syntax.unicode import is_printable, quote_rune

_TOKEN: Final = re.compile(
    r"[ \t\r]*(?:(//.*)|([()\[\]{},])|(\"(?:[^\"\\]|\\.)*\"|`[^`]*`)|((?![\"`])(?:(?!//|/\*)[^\s()\[\]{},])+)|(\S|\s))"
)


@final
class SyntaxProblem(Exception):
    """The text is no go.mod file at all. `column` counts characters from 1."""

    def __init__(self, line: int, column: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.column = column
        self.message = message


@final
class Line:
    """One line: its tokens as written, the comment lines before it and the comments behind it.

    An empty string in `before` is a blank line. A line without tokens has been removed."""

    __slots__ = ("before", "tokens", "suffix", "number", "column", "in_block")

    def __init__(
        self, tokens: list[str], before: list[str], suffix: list[str], number: int, column: int, in_block: bool
    ) -> None:
        self.tokens = tokens
        self.before = before
        self.suffix = suffix
        self.number = number
        self.column = column
        self.in_block = in_block

    def update(self, tokens: list[str]) -> None:
        """Say something else; `tokens` include the verb."""
        self.tokens = tokens[1:] if self.in_block else tokens

    def remove(self) -> None:
        """`cleanup` drops the line."""
        self.tokens = []
        self.suffix = []


@final
class Block:
    """verb ( lines )   `open_suffix` stands behind "(", `close_before` and `close_suffix` before and behind ")"."""

    __slots__ = ("before", "tokens", "suffix", "open_suffix", "lines", "close_before", "close_suffix", "number",
                 "column")  # fmt: skip

    def __init__(self, tokens: list[str], before: list[str], number: int, column: int) -> None:
        self.tokens = tokens
        self.before = before
        self.suffix: list[str] = []
        self.open_suffix: list[str] = []
        self.lines: list[Line] = []
        self.close_before: list[str] = []
        self.close_suffix: list[str] = []
        self.number = number
        self.column = column


@final
class Comments:
    """Comment lines that belong to no statement: an empty line follows."""

    __slots__ = ("before",)

    def __init__(self, before: list[str]) -> None:
        self.before = before


Statement = Line | Block | Comments


@final
class FileSyntax:
    """The statements of a file in order."""

    __slots__ = ("statements",)

    def __init__(self, statements: list[Statement]) -> None:
        self.statements = statements

    def add_line(self, hint: Line | Block | None, tokens: list[str]) -> Line:
        """Add a line: into the block of the hint, or into one made of it if the hint is a line, when they say the
        same verb; else behind it. Without a hint the last statement of the same verb is taken, else the end."""
        verb = tokens[0]
        statements = self.statements
        if hint is None:
            for statement in reversed(statements):
                if not isinstance(statement, Comments) and statement.tokens and statement.tokens[0] == verb:
                    hint = statement
                    break
        if hint is not None:
            for i, statement in enumerate(statements):
                if isinstance(statement, Comments):
                    continue
                if isinstance(statement, Line):
                    if statement is not hint:
                        continue
                    if not statement.tokens or statement.tokens[0] != verb:
                        return self._insert(i + 1, tokens)
                    block = Block(statement.tokens[:1], [], 0, 0)
                    statement.in_block = True
                    statement.tokens = statement.tokens[1:]
                    statements[i] = block
                    line = Line(tokens[1:], [], [], 0, 0, True)
                    block.lines = [statement, line]
                    return line
                at = len(statement.lines)
                if statement is not hint:
                    at = -1
                    for j, old in enumerate(statement.lines):
                        if old is hint:
                            at = j + 1
                            break
                    if at < 0:
                        continue
                if statement.tokens[0] != verb:
                    return self._insert(i + 1, tokens)
                line = Line(tokens[1:], [], [], 0, 0, True)
                statement.lines.insert(at, line)
                return line
        return self._insert(len(statements), tokens)

    def append_line(self, tokens: list[str]) -> Line:
        """Add a line at the end, whatever is there."""
        return self._insert(len(self.statements), tokens)

    def _insert(self, at: int, tokens: list[str]) -> Line:
        line = Line(tokens, [], [], 0, 0, False)
        self.statements.insert(at, line)
        return line

    def cleanup(self) -> None:
        """Drop what has been removed; a block of one line becomes a line."""
        kept: list[Statement] = []
        for statement in self.statements:
            if isinstance(statement, Line):
                if statement.tokens:
                    kept.append(statement)
                continue
            if isinstance(statement, Block):
                lines = [line for line in statement.lines if line.tokens]
                if not lines:
                    continue
                if len(lines) == 1 and not statement.close_before:
                    line = lines[0]
                    line.before = statement.before + line.before
                    line.suffix = line.suffix + statement.suffix
                    line.tokens = statement.tokens + line.tokens
                    line.in_block = False
                    kept.append(line)
                    continue
                statement.lines = lines
            kept.append(statement)
        self.statements = kept


def _scan(
    text: str, number: int, last: bool, words: list[str], columns: list[int], comments: list[str]
) -> SyntaxProblem | None:
    """The tokens of one physical line, their columns, and its comment. Returns the first thing that is none."""
    position = 0
    end = len(text)
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:
            return None  # blanks up to the end
        kind = match.lastindex
        assert kind is not None
        start = match.start(kind)
        word = match.group(kind)
        position = match.end()
        if kind == 1:
            comments.append(word)
            return None
        if kind == 4:
            if not word.isprintable():
                for i, char in enumerate(word):
                    if not is_printable(char) and not 0xDC80 <= ord(char) <= 0xDCFF:
                        return SyntaxProblem(number, start + i + 1, f"unexpected input character {quote_rune(char)}")
        elif kind == 5:
            if word in " \t\r":
                return None
            if word in "\"`":
                if last:
                    return SyntaxProblem(number, start + 1, "unexpected EOF in string")
                return SyntaxProblem(number, end + 1, "unexpected newline in string")
            if word == "/":
                return SyntaxProblem(number, start + 1, "mod files must use // comments (not /* */ comments)")
            return SyntaxProblem(number, start + 1, f"unexpected input character {quote_rune(word)}")
        words.append(word)
        columns.append(start + 1)
    return None


def parse_syntax(text: str, name: str) -> FileSyntax:
    """The statements of a text; `name` is the file's for the message that tells two places. Raises SyntaxProblem."""
    statements: list[Statement] = []
    comments: list[str] = []
    block: Block | None = None
    lines = text.split("\n")
    number = 0
    for raw in lines:
        number += 1
        words: list[str] = []
        columns: list[int] = []
        found: list[str] = []
        problem = _scan(raw, number, number == len(lines), words, columns, found)
        if block is not None and len(words) > 1 and words[0] == ")":
            column = columns[1] + len(words[1])
            raise SyntaxProblem(number, column, "syntax error (expected newline after closing paren)")
        if problem is not None:
            raise problem
        if not words:
            if found:
                comments.append(found[0])
            elif number == len(lines):
                pass  # the end of the text, not a line
            elif block is None:
                if comments:
                    statements.append(Comments(comments))
                    comments = []
            elif (block.lines and not comments) or (comments and comments[-1]):
                comments.append("")
            continue
        if block is not None:
            if words[0] == ")":
                block.close_before = [] if comments == [""] else comments
                block.close_suffix = found
                statements.append(block)
                block = None
            else:
                block.lines.append(Line(words, comments, found, number, columns[0], True))
            comments = []
            continue
        if len(words) >= 2 and words[-1] == "(":
            block = Block(words[:-1], comments, number, columns[0])
            block.open_suffix = found
        elif len(words) >= 3 and words[-2] == "(" and words[-1] == ")":
            empty = Block(words[:-2], comments, number, columns[0])
            empty.suffix = found
            statements.append(empty)
        else:
            statements.append(Line(words, comments, found, number, columns[0], False))
        comments = []
    if block is not None:
        where = f"{name}:{block.number}:{block.column}"
        raise SyntaxProblem(
            number, len(lines[-1]) + 1, f"syntax error (unterminated block started at {where})"
        )
    if comments:
        statements.append(Comments(comments))
    return FileSyntax(statements)
