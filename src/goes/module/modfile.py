"""go.mod files: the text, what it says, and the text again.

    module example.com/m
    go 1.27
    require (                                →   mod.module == "example.com/m", mod.go == "1.27"
        example.com/a v1.0.0 // indirect         mod.require == [Require("example.com/a", "v1.0.0", indirect=True)]
    )

`parse` reads; errors are collected, one per line of text, in the words of the go command. The lines are in
`modsyntax`, the value and its edits in `modedit`, the canonical form in `modformat`.

Sources: Go modules reference "go.mod files"; golang.org/x/mod/modfile for the messages.
"""

from __future__ import annotations

import re
from typing import Final

from .directivefile import GO_VERSION, EditError, Replace
from .moddirective import (
    Fixer,
    FixError,
    Wrong,
    canonical_fixer,
    check_major,
    is_directory_path,
    read_shared,
    read_string,
    read_version,
    unquote,
)
from .modedit import ModFile, Require, Retract, comment_text, is_indirect
from .modformat import auto_quote, block_text, must_quote
from .modsyntax import Block, Line

__all__ = [
    "EditError", "FixError", "Fixer", "ModFile", "Replace", "Require", "Retract", "auto_quote", "canonical_fixer",
    "format", "is_directory_path", "module_path", "must_quote", "parse",
]  # fmt: skip

_LAX_GO_VERSION: Final = re.compile(r"v?(([1-9][0-9]*)\.(0|[1-9][0-9]*))([^0-9].*)", re.S)
_DEPRECATED: Final = re.compile(r"(?:^|\n\n)Deprecated: *(.*?)(?:\Z|\n\n)", re.S)
_BLOCK_VERBS: Final = frozenset(("require", "exclude", "replace", "retract", "godebug", "tool", "ignore", "module"))
_DEPENDENCY_VERBS: Final = frozenset(("go", "module", "retract", "require", "ignore"))


def parse(name: str, text: str, strict: bool = True, full_name: str = "", fix: Fixer | None = None) -> ModFile:
    """Read a go.mod. Not strict: unknown verbs and what only matters to a main module are passed over, as is right
    for the go.mod of a dependency. Messages call the file `name` (one of them `full_name`). Without a fixer versions
    are only brought into canonical form."""
    mod = ModFile(name)
    if not mod.read_syntax(text, full_name or name):
        return mod
    for statement in mod.syntax.statements:
        if isinstance(statement, Line):
            _directive(mod, None, statement, strict, fix)
        elif isinstance(statement, Block):
            if len(statement.tokens) == 1 and statement.tokens[0] in _BLOCK_VERBS:
                for line in statement.lines:
                    _directive(mod, statement, line, strict, fix)
            elif strict:
                mod.error(statement, f"unknown block type: {block_text(statement)}")
    if fix is not None:
        _fix_retractions(mod, fix)
    return mod


def format(mod: ModFile) -> str:
    """The file in canonical form."""
    return mod.format()


def module_path(text: str) -> str:
    """The module path of a go.mod that may be wrong otherwise; "" if it says none."""
    for line in text.split("\n"):
        comment = line.find("//")
        if comment >= 0:
            line = line[:comment]
        line = line.strip()
        rest = line[6:]
        if not line.startswith("module") or not rest.strip() or rest == rest.lstrip():
            continue
        rest = rest.strip()
        if rest[0] == '"':
            return unquote(rest) or ""
        if rest[0] == "`":
            return rest[1:-1] if len(rest) > 1 and rest[-1] == "`" and "`" not in rest[1:-1] else ""
        return rest
    return ""


def _directive(mod: ModFile, block: Block | None, line: Line, strict: bool, fix: Fixer | None) -> None:
    first = 0 if block is not None else 1
    verb = block.tokens[0] if block is not None else line.tokens[0]
    if not strict and verb not in _DEPENDENCY_VERBS:
        return
    args = line.tokens[first:]
    try:
        _read(mod, block, line, verb, args, strict, fix)
    except Wrong as wrong:
        mod.error(line, wrong.message)
    line.tokens = line.tokens[:first] + args


def _read(
    mod: ModFile, block: Block | None, line: Line, verb: str, args: list[str], strict: bool, fix: Fixer | None
) -> None:
    if verb == "go" and not strict and mod.go_line is None and len(args) == 1 and GO_VERSION.fullmatch(args[0]) is None:
        loose = _LAX_GO_VERSION.fullmatch(args[0])
        if loose is not None:
            args[0] = loose.group(1)
    if read_shared(mod, line, verb, args, fix):
        return
    if verb == "require" or verb == "exclude":
        if len(args) != 2:
            raise Wrong(f"usage: {verb} module/path v1.2.3")
        path = read_string(args, 0)
        version = read_version(verb, path, args, 1, fix)
        check_major(verb, path, version)
        if verb == "require":
            mod.require.append(Require(path, version, is_indirect(line.suffix), line))
        else:
            mod.put_exclude(path, version, line)
    elif verb == "module":
        if mod.module_line is not None:
            raise Wrong("repeated module statement")
        mod.module_line = line
        match = _DEPRECATED.search(_explanation(block, line))
        mod.deprecated = "" if match is None else match.group(1)
        if len(args) != 1:
            raise Wrong("usage: module module/path")
        mod.module = read_string(args, 0)
    elif verb == "retract":
        try:
            low, high, used = _read_interval("", args, None, False)
        except Wrong:
            if strict:
                raise
            return  # a later version of Go may know what this means
        if used < len(args) and strict:
            raise Wrong(f'unexpected token after version: "{args[used]}"')
        mod.retract.append(Retract(low, high, _explanation(block, line), line))
    elif verb == "tool" or verb == "ignore":
        if len(args) != 1:
            raise Wrong(f"{verb} directive expects exactly one argument")
        path = read_string(args, 0)
        if verb == "tool":
            mod.put_tool(path, line)
        else:
            mod.put_ignore(path, line)
    else:
        raise Wrong(f"unknown directive: {verb}")


def _explanation(block: Block | None, line: Line) -> str:
    """The comments on a line, or on its block if it has none."""
    before = line.before
    suffix = line.suffix
    if block is not None and not before and not suffix:
        before = block.before
        suffix = block.suffix
    return "\n".join(comment_text(comment) for comment in before + suffix if comment.startswith("//"))


def _as_written(path: str, version: str) -> str:
    return version


def _read_interval(path: str, args: list[str], fix: Fixer | None, check: bool) -> tuple[str, str, int]:
    """v1.0.0 or [v1.0.0, v1.2.0]: both ends and the number of arguments read. The ends stay as written unless
    `check`."""
    fixer = fix if check else _as_written
    if not args or args[0] == "(":
        raise Wrong("expected '[' or version")
    if args[0] != "[":
        version = read_version("retract", path, args, 0, fixer)
        return version, version, 1
    if len(args) < 2:
        raise Wrong("expected version after '['")
    low = read_version("retract", path, args, 1, fixer)
    if len(args) < 3 or args[2] != ",":
        raise Wrong("expected ',' after version")
    if len(args) < 4:
        raise Wrong("expected version after ','")
    high = read_version("retract", path, args, 3, fixer)
    if len(args) < 5 or args[4] != "]":
        raise Wrong("expected ']' after version")
    return low, high, 5


def _fix_retractions(mod: ModFile, fix: Fixer) -> None:
    """Check retracted versions, now that the module path is known: it may stand at the end of the file."""
    for item in mod.retract:
        if not mod.module:
            mod.error(item.line, "no module directive found, so retract cannot be used")
            return
        first = 1 if item.line.tokens[0] == "retract" else 0
        args = item.line.tokens[first:]
        try:
            item.low, item.high, _ = _read_interval(mod.module, args, fix, True)
        except Wrong as wrong:
            mod.error(item.line, wrong.message)
        item.line.tokens = item.line.tokens[:first] + args
