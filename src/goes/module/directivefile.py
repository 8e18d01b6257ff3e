"""What go.mod and go.work files have in common: the directives go, toolchain, godebug and replace, and edits of them.

    file.add_go("1.27"); file.drop_replace("example.com/b", "")
    file.cleanup(); text = file.format()

An edit changes the value and the line together. What is removed leaves an empty line behind that `cleanup` takes away,
so call that before `format`. Edits of the user's own making raise EditError, in gc's words.

Source: golang.org/x/mod/modfile (the methods of File and WorkFile, by behaviour).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, Protocol, TypeVar, final

from .modformat import auto_quote, format_syntax
from .modsyntax import Block, Comments, FileSyntax, Line, SyntaxProblem, parse_syntax

GO_VERSION: Final = re.compile(r"([1-9][0-9]*)\.(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*))?([a-z]+[0-9]+)?")
TOOLCHAIN: Final = re.compile(r"default|go1(?:\..*)?", re.S)


@final
class EditError(Exception):
    """An edit that would make the file wrong; the message is gc's, without what flag asked for it."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@final
class Replace:
    """old_version "" replaces all versions; new_version "" means that new_path is a directory."""

    __slots__ = ("old_path", "old_version", "new_path", "new_version", "line")

    def __init__(self, old_path: str, old_version: str, new_path: str, new_version: str, line: Line) -> None:
        self.old_path = old_path
        self.old_version = old_version
        self.new_path = new_path
        self.new_version = new_version
        self.line = line


@final
class Godebugs:
    """godebug key=value"""

    __slots__ = ("settings", "lines")

    def __init__(self) -> None:
        self.settings: list[tuple[str, str]] = []
        self.lines: list[Line] = []

    def put(self, key: str, value: str, line: Line) -> None:
        self.settings.append((key, value))
        self.lines.append(line)

    def add(self, syntax: FileSyntax, key: str, value: str) -> None:
        """The first line with the key is changed, the others go."""
        tokens = ["godebug", f"{key}={value}"]
        old = [i for i, setting in enumerate(self.settings) if setting[0] == key]
        if not old:
            self.put(key, value, syntax.add_line(None, tokens))
            return
        self.settings[old[0]] = (key, value)
        self.lines[old[0]].update(tokens)
        for i in reversed(old[1:]):
            self.lines[i].remove()
            del self.settings[i], self.lines[i]

    def drop(self, key: str) -> None:
        for i in range(len(self.settings) - 1, -1, -1):
            if self.settings[i][0] == key:
                self.lines[i].remove()
                del self.settings[i], self.lines[i]


class _Item(Protocol):
    line: Line


_T = TypeVar("_T", bound=_Item)


def drop_items(items: list[_T], is_doomed: Callable[[_T], bool]) -> None:
    """Take values away with their lines."""
    kept: list[_T] = []
    for item in items:
        if is_doomed(item):
            item.line.remove()
        else:
            kept.append(item)
    items[:] = kept


def drop_lines(syntax: FileSyntax, doomed: list[Line]) -> None:
    """Take lines away at once, with the blocks that they leave empty."""
    if not doomed:
        return
    dead = {id(line) for line in doomed}
    kept: list[Line | Block | Comments] = []
    for statement in syntax.statements:
        if isinstance(statement, Line) and id(statement) in dead:
            continue
        if isinstance(statement, Block):
            statement.lines = [line for line in statement.lines if id(line) not in dead]
            if not statement.lines:
                continue
        kept.append(statement)
    syntax.statements = kept


class DirectiveFile:
    """A parsed file. `errors` are complete messages. Derived classes say where a new go or toolchain line goes."""

    __slots__ = ("name", "syntax", "go", "toolchain", "replace", "errors", "go_line", "toolchain_line", "_godebugs")

    def __init__(self, name: str) -> None:
        self.name = name
        self.syntax = FileSyntax([])
        self.go = ""
        self.toolchain = ""
        self.replace: list[Replace] = []
        self.errors: list[str] = []
        self.go_line: Line | None = None
        self.toolchain_line: Line | None = None
        self._godebugs = Godebugs()

    def read_syntax(self, text: str, full_name: str) -> bool:
        """Is the text a list of directives, whatever they are? `full_name` is for the message that tells two places."""
        try:
            self.syntax = parse_syntax(text, full_name)
        except SyntaxProblem as problem:
            self._complain(problem.line, problem.column, problem.message)
            return False
        return True

    def error(self, line: Line | Block, message: str) -> None:
        self._complain(line.number, line.column, message)

    def _complain(self, number: int, column: int, message: str) -> None:
        """The column is told unless the line begins there."""
        self.errors.append(f"{self.name}:{number}{f':{column}' if column > 1 else ''}: {message}")

    def format(self) -> str:
        return format_syntax(self.syntax)

    def cleanup(self) -> None:
        """Take away what edits have removed. Afterwards the text can be written."""
        self.syntax.cleanup()

    # ------------------------------------------------------------------------------------------- go, toolchain

    def _new_go_line(self, tokens: list[str]) -> Line:
        raise NotImplementedError

    def _new_toolchain_line(self, tokens: list[str]) -> Line:
        raise NotImplementedError

    def add_go(self, version: str) -> None:
        if GO_VERSION.fullmatch(version) is None:
            raise EditError(f'invalid language version "{version}"')
        self.go = version
        if self.go_line is None:
            self.go_line = self._new_go_line(["go", version])
        else:
            self.go_line.update(["go", version])

    def drop_go(self) -> None:
        if self.go_line is not None:
            self.go_line.remove()
        self.go_line = None
        self.go = ""

    def add_toolchain(self, name: str) -> None:
        if TOOLCHAIN.fullmatch(name) is None:
            raise EditError(f'invalid toolchain name "{name}"')
        self.toolchain = name
        if self.toolchain_line is None:
            self.toolchain_line = self._new_toolchain_line(["toolchain", name])
        else:
            self.toolchain_line.update(["toolchain", name])

    def drop_toolchain(self) -> None:
        if self.toolchain_line is not None:
            self.toolchain_line.remove()
        self.toolchain_line = None
        self.toolchain = ""

    # ------------------------------------------------------------------------------------------- godebug

    @property
    def godebug(self) -> list[tuple[str, str]]:
        return self._godebugs.settings

    def put_godebug(self, key: str, value: str, line: Line) -> None:
        """A line of the file as read says so."""
        self._godebugs.put(key, value, line)

    def add_godebug(self, key: str, value: str) -> None:
        self._godebugs.add(self.syntax, key, value)

    def drop_godebug(self, key: str) -> None:
        self._godebugs.drop(key)

    # ------------------------------------------------------------------------------------------- replace

    def add_replace(self, old_path: str, old_version: str, new_path: str, new_version: str) -> None:
        """Replace; without a version all other replacements of the path go."""
        tokens = ["replace", auto_quote(old_path)]
        if old_version:
            tokens.append(old_version)
        tokens += ["=>", auto_quote(new_path)]
        if new_version:
            tokens.append(new_version)
        need = True
        hint: Line | None = None
        for old in list(self.replace):
            if old.old_path != old_path:
                continue
            if not old_version or old.old_version == old_version:
                if need:
                    old.old_version = old_version
                    old.new_path = new_path
                    old.new_version = new_version
                    old.line.update(tokens)
                    need = False
                else:
                    old.line.remove()
                    self.replace.remove(old)
                continue
            hint = old.line
        if need:
            # As the go command does: a replacement of another path does not join the block.
            line = self.syntax.append_line(tokens) if hint is None else self.syntax.add_line(hint, tokens)
            self.replace.append(Replace(old_path, old_version, new_path, new_version, line))

    def drop_replace(self, old_path: str, old_version: str) -> None:
        drop_items(self.replace, lambda old: old.old_path == old_path and old.old_version == old_version)

    def _drop_duplicate_replaces(self, doomed: list[Line]) -> None:
        """The last of those with the same left side counts."""
        seen: set[tuple[str, str]] = set()
        kept: list[Replace] = []
        for item in reversed(self.replace):
            key = (item.old_path, item.old_version)
            if key in seen:
                doomed.append(item.line)
            else:
                seen.add(key)
                kept.append(item)
        kept.reverse()
        self.replace[:] = kept
