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

from typing import Final, final

from .directivefile import DirectiveFile, drop_items, drop_lines
from .moddirective import Fixer, Wrong, read_shared, read_string
from .modformat import auto_quote, block_text
from .modsyntax import Block, Comments, Line

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
class WorkFile(DirectiveFile):
    """A parsed go.work."""

    __slots__ = ("use",)

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.use: list[Use] = []

    def _after_comments(self) -> int:
        for i, statement in enumerate(self.syntax.statements):
            if not isinstance(statement, Comments):
                return i
        return len(self.syntax.statements)

    def _insert_line(self, at: int, tokens: list[str]) -> Line:
        line = Line(tokens, [], [], 0, 0, False)
        self.syntax.statements.insert(at, line)
        return line

    def _new_go_line(self, tokens: list[str]) -> Line:
        """At the top, below the file's comments."""
        return self._insert_line(self._after_comments(), tokens)

    def _new_toolchain_line(self, tokens: list[str]) -> Line:
        """Behind the go line."""
        for i, statement in enumerate(self.syntax.statements):
            if isinstance(statement, Line) and statement.tokens[:1] == ["go"]:
                return self._insert_line(i + 1, tokens)
        return self._insert_line(self._after_comments(), tokens)

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

    def drop_use(self, path: str) -> None:
        drop_items(self.use, lambda item: item.path == path)

    def sort_blocks(self) -> None:
        """Drop replacements that say the same again and sort the lines of each block."""
        doomed: list[Line] = []
        self._drop_duplicate_replaces(doomed)
        drop_lines(self.syntax, doomed)
        for statement in self.syntax.statements:
            if isinstance(statement, Block):
                statement.lines.sort(key=lambda line: line.tokens)


def parse(name: str, text: str, full_name: str = "", fix: Fixer | None = None) -> WorkFile:
    """Read a go.work. Messages call the file `name` (one of them `full_name`)."""
    work = WorkFile(name)
    if not work.read_syntax(text, full_name or name):
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
        if read_shared(work, line, verb, args, fix):
            pass
        elif verb == "use":
            if len(args) != 1:
                raise Wrong("usage: use local/dir")
            work.use.append(Use(read_string(args, 0), "", line))
        else:
            raise Wrong(f"unknown directive: {verb}")
    except Wrong as wrong:
        work.error(line, wrong.message)
    line.tokens = line.tokens[:first] + args
