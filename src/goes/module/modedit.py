"""A go.mod file as a value, and the edits on it, which keep comments and layout.

    mod.add_require("example.com/a", "v1.2.0")      in place if there is such a line, else in the last require block
    mod.drop_replace("example.com/b", "")
    mod.cleanup(); text = mod.format()

What go.work files have as well is in `directivefile`, which also says how edits work.

Source: golang.org/x/mod/modfile (the methods of File, by behaviour); Go modules reference "go.mod files".
"""

from __future__ import annotations

from functools import cmp_to_key
from typing import final

from . import semver
from .directivefile import DirectiveFile, EditError, drop_items, drop_lines
from .modformat import auto_quote
from .modsyntax import Block, FileSyntax, Line
from .pathmajor import major_mismatch, major_prefix
from .paths import split_major


@final
class Require:
    """path version // indirect"""

    __slots__ = ("path", "version", "indirect", "line")

    def __init__(self, path: str, version: str, indirect: bool, line: Line) -> None:
        self.path = path
        self.version = version
        self.indirect = indirect
        self.line = line

    def set_version(self, version: str) -> None:
        self.version = version
        line = self.line
        at = 1 if line.in_block else 2
        if line.in_block and line.before == [""]:
            line.before = []  # no blank line before a line that changes: go.dev/issue/33779
        if len(line.tokens) > at:
            line.tokens[at] = version

    def set_indirect(self, indirect: bool) -> None:
        self.indirect = indirect
        line = self.line
        if is_indirect(line.suffix) == indirect:
            return
        if indirect:
            text = comment_text(line.suffix[0]) if line.suffix else ""
            line.suffix = ["// indirect; " + text if text else "// indirect", *line.suffix[1:]]
        elif comment_text(line.suffix[0]) == "indirect":
            line.suffix = []
        else:
            comment = line.suffix[0]
            rest = comment[comment.index("indirect;") + len("indirect;") :]
            line.suffix = ["//" + rest, *line.suffix[1:]]


@final
class Retract:
    """The versions from low to high; these are the same for a single one."""

    __slots__ = ("low", "high", "rationale", "line")

    def __init__(self, low: str, high: str, rationale: str, line: Line) -> None:
        self.low = low
        self.high = high
        self.rationale = rationale
        self.line = line


def comment_text(comment: str) -> str:
    """What a comment says."""
    return comment.removeprefix("//").strip()


def is_indirect(suffix: list[str]) -> bool:
    """Is the requirement in go.mod only for its effect on others: // indirect, // indirect; why?"""
    if not suffix:
        return False
    words = suffix[0].removeprefix("//").split()
    return words == ["indirect"] or (len(words) > 1 and words[0] == "indirect;")


@final
class Values:
    """The values of a directive that are no more than text, such as tool, with the line of each."""

    __slots__ = ("verb", "values", "lines")

    def __init__(self, verb: str) -> None:
        self.verb = verb
        self.values: list[str] = []
        self.lines: list[Line] = []

    def put(self, value: str, line: Line) -> None:
        self.values.append(value)
        self.lines.append(line)

    def add(self, syntax: FileSyntax, value: str) -> bool:
        """Is it new?"""
        if value in self.values:
            return False
        self.put(value, syntax.add_line(None, [self.verb, value]))
        return True

    def drop(self, value: str) -> None:
        for i in range(len(self.values) - 1, -1, -1):
            if self.values[i] == value:
                self.lines[i].remove()
                del self.values[i], self.lines[i]

    def drop_duplicates(self, doomed: list[Line]) -> None:
        """The first of equal ones stays."""
        seen: set[str] = set()
        keep: list[int] = []
        for i, value in enumerate(self.values):
            if value in seen:
                doomed.append(self.lines[i])
            else:
                seen.add(value)
                keep.append(i)
        if len(keep) < len(self.values):
            self.values[:] = [self.values[i] for i in keep]
            self.lines[:] = [self.lines[i] for i in keep]


def _compare_exclude(a: Line, b: Line) -> int:
    if len(a.tokens) == 2 and len(b.tokens) == 2 and a.tokens[0] == b.tokens[0]:
        return semver.compare(a.tokens[1], b.tokens[1])
    return -1 if a.tokens < b.tokens else int(a.tokens > b.tokens)


def _interval(line: Line) -> tuple[str, str]:
    tokens = line.tokens
    if len(tokens) == 1:
        return tokens[0], tokens[0]
    if len(tokens) == 5 and tokens[0] == "[" and tokens[2] == "," and tokens[4] == "]":
        return tokens[1], tokens[3]
    return "", ""


def _compare_retract(a: Line, b: Line) -> int:
    low_a, high_a = _interval(a)
    low_b, high_b = _interval(b)
    return -semver.compare(low_a, low_b) or -semver.compare(high_a, high_b)


def check_canonical(path: str, version: str) -> None:
    """Raises EditError unless the version is canonical and fits the path."""
    split = split_major(path)
    suffix = split[1] if split is not None else ""
    if not version or version != semver.canonical_version(version):
        form = "v1.2.3" if not suffix else major_prefix(suffix) + ".2.3"
        raise EditError(f'version "{version}" invalid: must be of the form {form}')
    if split is not None:
        wrong = major_mismatch(version, suffix)
        if wrong and not suffix:
            raise EditError(
                f'version "{version}" invalid: should be {version}+incompatible '
                f"(or module {path}/{semver.major(version)})"
            )
        if wrong:
            raise EditError(f'version "{version}" invalid: {wrong}')


@final
class ModFile(DirectiveFile):
    """A parsed go.mod."""

    __slots__ = ("module", "deprecated", "require", "retract", "module_line", "exclude", "_exclude_lines", "_tools",
                 "_ignores")  # fmt: skip

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.module = ""
        self.deprecated = ""
        self.require: list[Require] = []
        self.retract: list[Retract] = []
        self.module_line: Line | None = None
        self.exclude: list[tuple[str, str]] = []
        self._exclude_lines: list[Line] = []
        self._tools = Values("tool")
        self._ignores = Values("ignore")

    @property
    def tool(self) -> list[str]:
        return self._tools.values

    @property
    def ignore(self) -> list[str]:
        return self._ignores.values

    # ------------------------------------------------------------------------------------------- single lines

    def set_module(self, path: str) -> None:
        self.module = path
        tokens = ["module", auto_quote(path)]
        if self.module_line is None:
            self.module_line = self.syntax.add_line(None, tokens)
        else:
            self.module_line.update(tokens)

    def _new_go_line(self, tokens: list[str]) -> Line:
        return self.syntax.add_line(self.module_line, tokens)

    def _new_toolchain_line(self, tokens: list[str]) -> Line:
        return self.syntax.add_line(self.go_line or self.module_line, tokens)

    # ------------------------------------------------------------------------------------------- requirements

    def add_require(self, path: str, version: str) -> None:
        """The first line for the path is changed, the others go; without one a new line is added."""
        need = True
        for item in list(self.require):
            if item.path == path:
                if need:
                    item.version = version
                    item.line.update(["require", auto_quote(path), version])
                    need = False
                else:
                    item.line.remove()
                    self.require.remove(item)
        if need:
            self.add_new_require(path, version, False)

    def add_new_require(self, path: str, version: str, indirect: bool) -> None:
        """A new line at the end of the last require block, whatever there is for the path already."""
        line = self.syntax.add_line(None, ["require", auto_quote(path), version])
        item = Require(path, version, False, line)
        item.set_indirect(indirect)
        self.require.append(item)

    def drop_require(self, path: str) -> None:
        drop_items(self.require, lambda item: item.path == path)

    def set_requires(self, wanted: list[tuple[str, str, bool]], separate_indirect: bool = True) -> None:
        """Require exactly `wanted`: (path, version, indirect), a path once. Direct and indirect requirements go to
        blocks of their own (go ≥ 1.17) if `separate_indirect`; else new ones are added to the last block."""
        from .modrequires import set_requires

        self.require = set_requires(self.syntax, self.require, wanted, separate_indirect, False)
        self.sort_blocks()

    def set_requires_at_most_two(self, wanted: list[tuple[str, str, bool]]) -> None:
        """As set_requires, but however the requirements are laid out now, there are at most two blocks after it."""
        from .modrequires import set_requires

        self.require = set_requires(self.syntax, self.require, wanted, True, True)
        self.sort_blocks()

    # ------------------------------------------------------------------------------------------- the other lists

    def put_exclude(self, path: str, version: str, line: Line) -> None:
        """A line of the file as read says so."""
        self.exclude.append((path, version))
        self._exclude_lines.append(line)

    def put_tool(self, path: str, line: Line) -> None:
        self._tools.put(path, line)

    def put_ignore(self, path: str, line: Line) -> None:
        self._ignores.put(path, line)

    def add_exclude(self, path: str, version: str) -> None:
        check_canonical(path, version)
        hint: Line | None = None
        for i, old in enumerate(self.exclude):
            if old == (path, version):
                return
            if old[0] == path:
                hint = self._exclude_lines[i]
        # As the go command does: an exclusion of another path does not join the block.
        tokens = ["exclude", auto_quote(path), version]
        line = self.syntax.append_line(tokens) if hint is None else self.syntax.add_line(hint, tokens)
        self.put_exclude(path, version, line)

    def drop_exclude(self, path: str, version: str) -> None:
        for i in range(len(self.exclude) - 1, -1, -1):
            if self.exclude[i] == (path, version):
                self._exclude_lines[i].remove()
                del self.exclude[i], self._exclude_lines[i]

    def add_retract(self, low: str, high: str, rationale: str) -> None:
        """Add the line. As with the go command, `retract` knows of it only when the text is read again."""
        check_canonical(self.module, high)
        check_canonical(self.module, low)
        words = [auto_quote(low)] if low == high else ["[", auto_quote(low), ",", auto_quote(high), "]"]
        line = self.syntax.add_line(None, ["retract", *words])
        if rationale:
            line.before = line.before + ["// " + text for text in rationale.split("\n")]

    def drop_retract(self, low: str, high: str) -> None:
        drop_items(self.retract, lambda item: item.low == low and item.high == high)

    def add_tool(self, path: str) -> None:
        if self._tools.add(self.syntax, path):
            self.sort_blocks()

    def drop_tool(self, path: str) -> None:
        self._tools.drop(path)

    def add_ignore(self, path: str) -> None:
        if self._ignores.add(self.syntax, path):
            self.sort_blocks()

    def drop_ignore(self, path: str) -> None:
        self._ignores.drop(path)

    # ------------------------------------------------------------------------------------------- order

    def sort_blocks(self) -> None:
        """Drop lines that say the same again and sort the lines of each block."""
        doomed: list[Line] = []
        seen: set[tuple[str, str]] = set()
        keep: list[int] = []
        for i, excluded in enumerate(self.exclude):
            if excluded in seen:
                doomed.append(self._exclude_lines[i])
            else:
                seen.add(excluded)
                keep.append(i)
        if len(keep) < len(self.exclude):
            self.exclude = [self.exclude[i] for i in keep]
            self._exclude_lines = [self._exclude_lines[i] for i in keep]
        self._drop_duplicate_replaces(doomed)
        self._tools.drop_duplicates(doomed)
        self._ignores.drop_duplicates(doomed)
        drop_lines(self.syntax, doomed)
        # From go 1.21 on versions in exclude blocks are ordered as versions: go.dev/issue/60028.
        semantic = self.go != "" and semver.compare("v" + self.go, "v1.21") >= 0
        for statement in self.syntax.statements:
            if not isinstance(statement, Block):
                continue
            if statement.tokens[0] == "retract":
                statement.lines.sort(key=cmp_to_key(_compare_retract))
            elif statement.tokens[0] == "exclude" and semantic:
                statement.lines.sort(key=cmp_to_key(_compare_exclude))
            else:
                statement.lines.sort(key=lambda line: line.tokens)
