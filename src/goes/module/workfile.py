"""go.work files: which modules are worked on together.

    go 1.27
    use (                 →   work.go == "1.27", [use.path for use in work.use] == ["./a", "./b"]
        ./a
        ./b
    )

As `modfile`: `parse` reads, edits keep comments and layout, `format` writes. Sources: Go modules reference "Workspaces";
golang.org/x/mod/modfile (work.go, by behaviour).
"""

from __future__ import annotations

import os
from typing import Final, final

from .moddirective import (
    Fixer,
    Wrong,
    is_directory_path,
    read_go,
    read_godebug,
    read_replace,
    read_string,
    read_toolchain,
)
from .modedit import (
    GO_VERSION,
    TOOLCHAIN,
    EditError,
    Godebugs,
    Replace,
    add_replace,
    drop_duplicate_replaces,
    drop_lines,
    drop_replace,
)
from .modformat import auto_quote, block_text, format_syntax
from .modsyntax import Block, Comments, FileSyntax, Line, SyntaxProblem, parse_syntax

_BLOCK_VERBS: Final = frozenset(("godebug", "use", "replace"))


@final
class Use:
    """use path: a directory, with slashes, rooted or relative to go.work."""

    __slots__ = ("path", "module_path", "line")

    def __init__(self, path: str, module_path: str, line: Line) -> None:
        self.path = path
        self.module_path = module_path
        self.line = line


@final
class WorkFile:
    """A parsed go.work. `errors` are complete messages."""

    __slots__ = ("name", "syntax", "go", "toolchain", "use", "replace", "errors", "go_line", "toolchain_line",
                 "_godebugs")  # fmt: skip

    def __init__(self, name: str) -> None:
        self.name = name
        self.syntax = FileSyntax([])
        self.go = ""
        self.toolchain = ""
        self.use: list[Use] = []
        self.replace: list[Replace] = []
        self.errors: list[str] = []
        self.go_line: Line | None = None
        self.toolchain_line: Line | None = None
        self._godebugs = Godebugs()

    @property
    def godebug(self) -> list[tuple[str, str]]:
        return self._godebugs.settings

    def error(self, line: Line | Block, message: str) -> None:
        """The column is told unless the line begins there."""
        self.errors.append(f"{self.name}:{line.number}{f':{line.column}' if line.column > 1 else ''}: {message}")

    def format(self) -> str:
        return format_syntax(self.syntax)

    def cleanup(self) -> None:
        """Take away what edits have removed. Afterwards the text can be written."""
        self.syntax.cleanup()

    def _after_comments(self) -> int:
        for i, statement in enumerate(self.syntax.statements):
            if not isinstance(statement, Comments):
                return i
        return len(self.syntax.statements)

    def add_go(self, version: str) -> None:
        """Set the go line; a new one goes to the top, below the file's comments."""
        if GO_VERSION.fullmatch(version) is None:
            raise EditError(f'invalid language version "{version}"')
        self.go = version
        if self.go_line is None:
            self.go_line = Line(["go", version], [], [], 0, 0, False)
            self.syntax.statements.insert(self._after_comments(), self.go_line)
        else:
            self.go_line.update(["go", version])

    def drop_go(self) -> None:
        if self.go_line is not None:
            self.go_line.remove()
        self.go_line = None
        self.go = ""

    def add_toolchain(self, name: str) -> None:
        """Set the toolchain line; a new one goes behind the go line."""
        if TOOLCHAIN.fullmatch(name) is None:
            raise EditError(f'invalid toolchain name "{name}"')
        self.toolchain = name
        if self.toolchain_line is not None:
            self.toolchain_line.update(["toolchain", name])
            return
        line = Line(["toolchain", name], [], [], 0, 0, False)
        self.toolchain_line = line
        for i, statement in enumerate(self.syntax.statements):
            if isinstance(statement, Line) and statement.tokens[:1] == ["go"]:
                self.syntax.statements.insert(i + 1, line)
                return
        self.syntax.statements.insert(self._after_comments(), line)

    def drop_toolchain(self) -> None:
        if self.toolchain_line is not None:
            self.toolchain_line.remove()
        self.toolchain_line = None
        self.toolchain = ""

    def put_godebug(self, key: str, value: str, line: Line) -> None:
        """A line of the file as read says so."""
        self._godebugs.put(key, value, line)

    def add_godebug(self, key: str, value: str) -> None:
        self._godebugs.add(self.syntax, key, value)

    def drop_godebug(self, key: str) -> None:
        self._godebugs.drop(key)

    def add_use(self, path: str, module_path: str) -> None:
        """The first line for the directory stays, others for it go; without one a line is added."""
        need = True
        for item in list(self.use):
            if item.path == path:
                if need:
                    item.module_path = module_path
                    item.line.update(["use", auto_quote(path)])
                    need = False
                else:
                    item.line.remove()
                    self.use.remove(item)
        if need:
            self.use.append(Use(path, module_path, self.syntax.add_line(None, ["use", auto_quote(path)])))

    def set_use(self, paths: list[str]) -> None:
        """Use exactly these directories."""
        for item in list(self.use):
            if item.path not in paths:
                item.line.remove()
                self.use.remove(item)
        for path in paths:
            self.add_use(path, "")
        self.sort_blocks()

    def drop_use(self, path: str) -> None:
        for item in list(self.use):
            if item.path == path:
                item.line.remove()
                self.use.remove(item)

    def add_replace(self, old_path: str, old_version: str, new_path: str, new_version: str) -> None:
        add_replace(self.syntax, self.replace, old_path, old_version, new_path, new_version)

    def drop_replace(self, old_path: str, old_version: str) -> None:
        drop_replace(self.replace, old_path, old_version)

    def sort_blocks(self) -> None:
        """Drop replacements that say the same again and sort the lines of each block."""
        doomed: list[Line] = []
        drop_duplicate_replaces(self.replace, doomed)
        drop_lines(self.syntax, doomed)
        for statement in self.syntax.statements:
            if isinstance(statement, Block):
                statement.lines.sort(key=lambda line: line.tokens)


def parse(name: str, text: str, full_name: str = "", fix: Fixer | None = None) -> WorkFile:
    """Read a go.work. Messages call the file `name` (one of them `full_name`)."""
    work = WorkFile(name)
    try:
        work.syntax = parse_syntax(text, full_name or name)
    except SyntaxProblem as problem:
        column = f":{problem.column}" if problem.column > 1 else ""
        work.errors.append(f"{name}:{problem.line}{column}: {problem.message}")
        return work
    for statement in work.syntax.statements:
        if isinstance(statement, Line):
            _directive(work, statement, statement.tokens[0], 1, fix)
        elif isinstance(statement, Block):
            if len(statement.tokens) == 1 and statement.tokens[0] in _BLOCK_VERBS:
                for line in statement.lines:
                    _directive(work, line, statement.tokens[0], 0, fix)
            else:
                work.error(statement, f"unknown block type: {block_text(statement)}")
    return work


def _directive(work: WorkFile, line: Line, verb: str, first: int, fix: Fixer | None) -> None:
    args = line.tokens[first:]
    try:
        if verb == "go":
            work.go = read_go(args, work.go_line is not None)
            work.go_line = line
        elif verb == "toolchain":
            work.toolchain = read_toolchain(args, work.toolchain_line is not None)
            work.toolchain_line = line
        elif verb == "godebug":
            key, value = read_godebug(args)
            work.put_godebug(key, value, line)
        elif verb == "use":
            if len(args) != 1:
                raise Wrong("usage: use local/dir")
            work.use.append(Use(read_string(args, 0), "", line))
        elif verb == "replace":
            work.replace.append(read_replace(args, line, fix))
        else:
            raise Wrong(f"unknown directive: {verb}")
    except Wrong as wrong:
        work.error(line, wrong.message)
    line.tokens = line.tokens[:first] + args


def directory_path(path: str) -> str:
    """A directory as go.work has it: what could be a module path gets a ./ in front."""
    return path if is_directory_path(path) else "./" + os.path.normpath(path)
