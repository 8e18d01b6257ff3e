"""Write a whole list of requirements into go.mod, moving as little as possible.

    require a.com/a v1.0.0              require a.com/a v1.1.0
                               →
                                        require a.com/b v1.0.0 // indirect

From go 1.17 on the indirect requirements have a block of their own. Lines that have comments stay where they are; new
lines go to the last block that holds only direct (only indirect) requirements and has no comments; a file with a single
block without comments is split in two.

Source: golang.org/x/mod/modfile (SetRequire, SetRequireSeparateIndirect, by behaviour).
"""

from __future__ import annotations

from typing import final

from .modedit import Require, comment_text, is_indirect
from .modformat import auto_quote
from .modsyntax import Block, Comments, FileSyntax, Line


def set_requires(
    syntax: FileSyntax,
    require: list[Require],
    wanted: list[tuple[str, str, bool]],
    separate_indirect: bool,
    at_most_two: bool,
) -> list[Require]:
    """Make the file require what is wanted: (path, version, indirect). Returns the new list. The lines are not sorted
    yet, and removed ones wait for cleanup."""
    if separate_indirect:
        return _Layout(syntax, require, wanted, at_most_two).apply()
    need = {path: (version, indirect) for path, version, indirect in wanted}
    kept: list[Require] = []
    for item in require:
        found = need.pop(item.path, None)
        if found is None:
            item.line.remove()
            continue
        item.set_version(found[0])
        item.set_indirect(found[1])
        kept.append(item)
    for path, (version, indirect) in need.items():
        item = Require(path, version, False, syntax.add_line(None, ["require", auto_quote(path), version]))
        item.set_indirect(indirect)
        kept.append(item)
    return kept


def _commented(before: list[str], suffix: list[str]) -> bool:
    """Are there comments other than "indirect"?"""
    return bool(before) or len(suffix) > 1 or (len(suffix) == 1 and comment_text(suffix[0]) != "indirect")


@final
class _Layout:
    """Where the require lines of a file stand."""

    __slots__ = ("syntax", "require", "wanted", "at_most_two", "direct_at", "indirect_at", "last_at", "count",
                 "block_of", "direct_comments", "indirect_comments")  # fmt: skip

    def __init__(
        self, syntax: FileSyntax, require: list[Require], wanted: list[tuple[str, str, bool]], at_most_two: bool
    ) -> None:
        self.syntax = syntax
        self.require = require
        self.wanted = {path: (version, indirect) for path, version, indirect in wanted}
        self.at_most_two = at_most_two
        self.direct_at = -1  # the last statement with direct requirements only, without comments
        self.indirect_at = -1
        self.last_at = -1  # the last require statement
        self.count = 0
        self.block_of: dict[int, Block] = {}
        self.direct_comments: list[str] = []
        self.indirect_comments: list[str] = []

    def _survey(self) -> None:
        directly = {id(item.line) for item in self.require if not self.wanted.get(item.path, ("", True))[1]}
        for i, statement in enumerate(self.syntax.statements):
            if isinstance(statement, Comments) or not statement.tokens or statement.tokens[0] != "require":
                continue
            self.last_at = i
            self.count += 1
            if isinstance(statement, Line):
                if not _commented(statement.before, statement.suffix):
                    if is_indirect(statement.suffix):
                        self.indirect_at = i
                    else:
                        self.direct_at = i
                continue
            lines = statement.lines
            plain = bool(lines) and not _commented(statement.before, statement.suffix)
            for line in lines:
                self.block_of[id(line)] = statement
            if plain and not any(_commented(line.before, line.suffix) for line in lines):
                indirect = [is_indirect(line.suffix) for line in lines]
                if not any(indirect):
                    self.direct_at = i
                elif all(indirect):
                    self.indirect_at = i
            if self.at_most_two:
                target = self.direct_comments
                if lines and not any(id(line) in directly for line in lines):
                    target = self.indirect_comments
                if target and statement.before:
                    target.append("//")
                target.extend(statement.before)
                statement.before = []

    def _insert_block(self, at: int) -> Block:
        block = Block(["require"], [], 0, 0)
        self.syntax.statements.insert(at, block)
        return block

    def _ensure_block(self, at: int) -> Block:
        statement = self.syntax.statements[at]
        if isinstance(statement, Block):
            return statement
        assert isinstance(statement, Line)
        block = Block(["require"], [], 0, 0)
        block.lines.append(statement)
        statement.tokens = statement.tokens[1:]
        statement.in_block = True
        self.syntax.statements[at] = block
        return block

    def apply(self) -> list[Require]:
        self._survey()
        only_block = False
        if self.count == 1:
            statement = self.syntax.statements[self.last_at]
            suffix = [] if isinstance(statement, Comments) else statement.suffix
            only_block = not _commented(statement.before, suffix)

        if self.direct_at >= 0:
            direct_block = self._ensure_block(self.direct_at)
        else:
            if self.indirect_at >= 0:
                self.direct_at = self.indirect_at
                self.indirect_at += 1
            elif self.last_at >= 0:
                self.direct_at = self.last_at + 1
            else:
                self.direct_at = len(self.syntax.statements)
            direct_block = self._insert_block(self.direct_at)
        if self.indirect_at >= 0:
            indirect_block = self._ensure_block(self.indirect_at)
        else:
            indirect_block = self._insert_block(self.direct_at + 1)
        direct_block.before = direct_block.before + self.direct_comments
        indirect_block.before = indirect_block.before + self.indirect_comments

        kept: list[Require] = []
        have: set[str] = set()
        for item in self.require:
            found = self.wanted.get(item.path)
            if found is None or item.path in have:
                item.line.remove()
                continue
            have.add(item.path)
            item.set_version(found[0])
            item.set_indirect(found[1])
            home = self.block_of.get(id(item.line))
            away = direct_block if found[1] else indirect_block
            if self.at_most_two or only_block or home is away:
                _move(item, indirect_block if found[1] else direct_block)
            kept.append(item)
        for path, (version, indirect) in self.wanted.items():
            if path not in have:
                line = Line([auto_quote(path), version], [], [], 0, 0, True)
                item = Require(path, version, False, line)
                item.set_indirect(indirect)
                (indirect_block if indirect else direct_block).lines.append(line)
                kept.append(item)
        return kept


def _move(item: Require, block: Block) -> None:
    """Put the line with its comments into the block; an empty line stays behind for cleanup."""
    old = item.line
    tokens = old.tokens
    if not old.in_block and tokens and tokens[0] == "require":
        tokens = tokens[1:]
    line = Line(tokens, old.before, old.suffix, old.number, old.column, True)
    old.tokens = []
    item.line = line
    block.lines.append(line)
