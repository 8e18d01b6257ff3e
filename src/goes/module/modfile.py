"""go.mod files: the lines with their comments, and what they say.

    module example.com/m
    go 1.27
    require (                                →   mod.module == "example.com/m", mod.go == "1.27"
        example.com/a v1.0.0 // indirect         mod.require == [Require("example.com/a", "v1.0.0", indirect=True)]
    )

`parse` reads, `format` writes the lines back in canonical form. Errors are collected, one per line of text, in the
words of the go command. Sources: Go modules reference "go.mod files"; golang.org/x/mod/modfile for the messages.
"""

from __future__ import annotations

import re
from typing import Final, final

from ..syntax.unicode import quote
from . import semver
from .paths import check_module_path, split_major

_GO_VERSION: Final = re.compile(r"([1-9][0-9]*)\.(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*))?([a-z]+[0-9]+)?")
_TOOLCHAIN: Final = re.compile(r"default|go1($|\.).*|[^-]+-go1($|\.).*")
_BLOCK_VERBS: Final = frozenset(("require", "exclude", "replace", "retract", "godebug", "tool", "ignore", "module"))
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


@final
class Line:
    """One line: its tokens as written, the comment lines before it and the comment behind it."""

    __slots__ = ("before", "tokens", "suffix", "number", "column")

    def __init__(self, before: list[str], tokens: list[str], suffix: str, number: int, column: int) -> None:
        self.before = before
        self.tokens = tokens
        self.suffix = suffix
        self.number = number
        self.column = column


@final
class Block:
    """verb ( lines )"""

    __slots__ = ("before", "verb", "suffix", "lines", "end_comments", "close_suffix", "number")

    def __init__(self, before: list[str], verb: str, suffix: str, number: int) -> None:
        self.before = before
        self.verb = verb
        self.suffix = suffix
        self.lines: list[Line] = []
        self.end_comments: list[str] = []
        self.close_suffix = ""
        self.number = number


@final
class Require:
    __slots__ = ("path", "version", "indirect", "line")

    def __init__(self, path: str, version: str, indirect: bool, line: Line) -> None:
        self.path = path
        self.version = version
        self.indirect = indirect
        self.line = line


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
class Retract:
    __slots__ = ("low", "high", "rationale")

    def __init__(self, low: str, high: str, rationale: str) -> None:
        self.low = low
        self.high = high
        self.rationale = rationale


@final
class ModFile:
    """A parsed go.mod. `items` are the lines, blocks and stand-alone comments in order; `errors` complete messages."""

    __slots__ = (
        "name", "items", "module", "deprecated", "go", "toolchain", "godebug", "require", "exclude", "replace",
        "retract", "tool", "ignore", "errors",
    )

    def __init__(self, name: str) -> None:
        self.name = name
        self.items: list[Line | Block] = []
        self.module = ""
        self.deprecated = ""
        self.go = ""
        self.toolchain = ""
        self.godebug: list[tuple[str, str]] = []
        self.require: list[Require] = []
        self.exclude: list[tuple[str, str]] = []
        self.replace: list[Replace] = []
        self.retract: list[Retract] = []
        self.tool: list[str] = []
        self.ignore: list[str] = []
        self.errors: list[str] = []

    def error(self, line: Line, message: str) -> None:
        """The column is told unless the line begins there."""
        at = f"{self.name}:{line.number}:{line.column}" if line.column > 1 else f"{self.name}:{line.number}"
        self.errors.append(f"{at}: {message}")


@final
class _Tokens:
    """The tokens and the comment of one physical line."""

    __slots__ = ("words", "columns", "comment", "problem", "problem_column")

    def __init__(self, text: str) -> None:
        self.words: list[str] = []
        self.columns: list[int] = []
        self.comment = ""
        self.problem = ""
        self.problem_column = len(text) + 1
        i = 0
        n = len(text)
        while i < n:
            c = text[i]
            if c in " \t\r":
                i += 1
                continue
            if text.startswith("//", i):
                self.comment = text[i:].rstrip(" \t\r")
                return
            start = i
            if text.startswith("=>", i):
                i += 2
            elif c in "()[],":
                i += 1
            elif c in "\"`":
                i += 1
                while i < n and text[i] != c:
                    i += 2 if c == '"' and text[i] == "\\" else 1
                if i >= n:
                    self.problem = "unexpected newline in string"
                    return
                i += 1
            elif text.startswith("/*", i):
                self.problem_column = start + 1
                self.problem = "mod files must use // comments (not /* */ comments)"
                return
            else:
                while i < n and text[i] not in " \t\r()[],\"`" and not text.startswith("//", i):
                    if text.startswith("=>", i):
                        break
                    i += 1
            self.words.append(text[start:i])
            self.columns.append(start + 1)


def parse(name: str, text: str, strict: bool = True, full_name: str = "") -> ModFile:
    """Read a go.mod. Not strict: unknown verbs and what only matters to a main module are passed over, as is right
    for the go.mod of a dependency. Messages call the file `name` (one of them `full_name`)."""
    mod = ModFile(name)
    comments: list[str] = []
    block: Block | None = None
    number = 0
    raw = ""
    for raw in text.split("\n"):
        number += 1
        tokens = _Tokens(raw)
        words = tokens.words
        if tokens.problem:
            column = f":{tokens.problem_column}" if tokens.problem_column > 1 else ""
            mod.errors.append(f"{name}:{number}{column}: {tokens.problem}")
            continue
        if not words:
            if tokens.comment:
                comments.append(tokens.comment)
            elif comments and block is None:
                # A comment that stands alone.
                mod.items.append(Line(comments, [], "", number, 1))
                comments = []
            continue
        if block is not None:
            if words == [")"]:
                block.end_comments = comments
                block.close_suffix = tokens.comment
                comments = []
                mod.items.append(block)
                block = None
                continue
            block.lines.append(Line(comments, words, tokens.comment, number, tokens.columns[0]))
            comments = []
            continue
        if len(words) >= 2 and words[-1] == "(":
            block = Block(comments, " ".join(words[:-1]), tokens.comment, number)
            comments = []
            continue
        if len(words) == 3 and words[1:] == ["(", ")"]:
            mod.items.append(Block(comments, words[0], tokens.comment, number))
            comments = []
            continue
        mod.items.append(Line(comments, words, tokens.comment, number, tokens.columns[0]))
        comments = []
    if block is not None:
        column = f":{len(raw) + 1}" if raw else ""
        begin = f"{full_name or name}:{block.number}:1"
        mod.errors.append(f"{name}:{number}{column}: syntax error (unterminated block started at {begin})")
    elif comments:
        mod.items.append(Line(comments, [], "", number, 1))
    _interpret(mod, strict)
    return mod


def _interpret(mod: ModFile, strict: bool) -> None:
    for item in mod.items:
        if isinstance(item, Line):
            if item.tokens:
                _directive(mod, item, item.tokens[0], item.tokens[1:], item.before, strict)
            continue
        if " " in item.verb:
            if strict:
                mod.errors.append(f"{mod.name}:{item.number}: unknown block type: {item.verb}")
            continue
        if item.verb not in _BLOCK_VERBS:
            if strict:
                mod.errors.append(f"{mod.name}:{item.number}: unknown block type: {item.verb}")
            continue
        for line in item.lines:
            _directive(mod, line, item.verb, line.tokens, line.before or item.before, strict)


def _directive(mod: ModFile, line: Line, verb: str, args: list[str], before: list[str], strict: bool) -> None:
    if not strict and verb not in ("go", "module", "retract", "require", "ignore"):
        return
    if verb == "go":
        if mod.go:
            mod.error(line, "repeated go statement")
        elif len(args) != 1:
            mod.error(line, "go directive expects exactly one argument")
        elif _GO_VERSION.fullmatch(args[0]) is None:
            loose = re.match(r"(\d+\.\d+)", args[0])
            if not strict and loose is not None:
                mod.go = loose.group(1)
            else:
                mod.error(line, f"invalid go version '{args[0]}': must match format 1.23.0")
        else:
            mod.go = args[0]
    elif verb == "toolchain":
        if mod.toolchain:
            mod.error(line, "repeated toolchain statement")
        elif len(args) != 1:
            mod.error(line, "toolchain directive expects exactly one argument")
        elif _TOOLCHAIN.fullmatch(args[0]) is None:
            mod.error(line, f"invalid toolchain version '{args[0]}': must match format go1.23.0 or default")
        else:
            mod.toolchain = args[0]
    elif verb == "module":
        if mod.module:
            mod.error(line, "repeated module statement")
        elif len(args) != 1:
            mod.error(line, "usage: module module/path")
        else:
            path = _string(mod, line, args[0])
            if path is not None:
                mod.module = path
                mod.deprecated = _deprecation(before, line.suffix)
    elif verb == "godebug":
        if len(args) != 1 or "=" not in args[0]:
            mod.error(line, "usage: godebug key=value")
        else:
            key, _, value = args[0].partition("=")
            mod.godebug.append((key, value))
    elif verb == "require" or verb == "exclude":
        if len(args) != 2:
            mod.error(line, f"usage: {verb} module/path v1.2.3")
            return
        path = _string(mod, line, args[0])
        version = _string(mod, line, args[1])
        if path is None or version is None:
            return
        checked = _version(mod, line, verb, path, version)
        if not checked:
            return
        if verb == "require":
            mod.require.append(Require(path, checked, _is_indirect(line.suffix), line))
        else:
            mod.exclude.append((path, checked))
    elif verb == "replace":
        _replace(mod, line, args)
    elif verb == "retract":
        _retract(mod, line, args, before, strict)
    elif verb == "tool" or verb == "ignore":
        if len(args) != 1:
            mod.error(line, f"{verb} directive expects exactly one argument")
            return
        path = _string(mod, line, args[0])
        if path is not None:
            (mod.tool if verb == "tool" else mod.ignore).append(path)
    else:
        mod.error(line, f"unknown directive: {verb}")


def _string(mod: ModFile, line: Line, token: str) -> str | None:
    """A token's value: bare, "quoted" or `raw`."""
    if token[0] == "`":
        return token[1:-1]
    if token[0] == '"':
        out: list[str] = []
        i = 1
        while i < len(token) - 1:
            if token[i] == "\\":
                i += 1
                out.append(_ESCAPES.get(token[i], token[i]))
            else:
                out.append(token[i])
            i += 1
        return "".join(out)
    if token in ("(", ")", "=>", ",", "[", "]"):
        mod.error(line, f"invalid quoted string: unexpected {token}")
        return None
    return token


def _version(mod: ModFile, line: Line, verb: str, path: str, version: str) -> str:
    """The canonical form of a version that fits the path; "" after an error."""
    wrong = check_module_path(path)
    if wrong:
        mod.error(line, wrong)
        return ""
    checked = semver.canonical(version)
    if version.endswith("+incompatible") and checked:
        checked += "+incompatible"
    if checked != version and not (checked and version.count(".") < 2):
        if not checked:
            mod.error(line, f"{verb} {path}: version {quote(version)} invalid: must be of the form v1.2.3")
            return ""
    elif not checked or version.count(".") < 2:
        mod.error(line, f"{verb} {path}: version {quote(version)} invalid: must be of the form v1.2.3")
        return ""
    split = split_major(path)
    suffix = split[1] if split is not None else ""
    major = semver.major(checked)
    if suffix.startswith("/"):
        if suffix[1:] != major:
            mod.error(line, f"{verb} {path}: version {quote(version)} invalid: should be {suffix[1:]}, not {major}")
            return ""
    elif not suffix and major not in ("v0", "v1") and not checked.endswith("+incompatible"):
        mod.error(line, f"{verb} {path}: version {quote(version)} invalid: should be v0 or v1, not {major}")
        return ""
    return checked


def _is_indirect(suffix: str) -> bool:
    text = suffix[2:].strip()
    return text == "indirect" or text.startswith("indirect;")


def _deprecation(before: list[str], suffix: str) -> str:
    text = "\n".join(c[2:].strip() for c in before + ([suffix] if suffix else []))
    match = re.search(r"(?:^|\n\n)Deprecated: *(.*?)(?:$|\n\n)", text, re.S)
    return "" if match is None else match.group(1)


def _replace(mod: ModFile, line: Line, args: list[str]) -> None:
    arrow = 1 if len(args) > 1 and args[1] == "=>" else 2
    if len(args) < arrow + 2 or len(args) > arrow + 3 or args[arrow] != "=>":
        mod.error(line, "usage: replace module/path [v1.2.3] => other/module v1.4\n"
                  "\t or replace module/path [v1.2.3] => ../local/directory")
        return
    old = _string(mod, line, args[0])
    new = _string(mod, line, args[arrow + 1])
    if old is None or new is None:
        return
    old_version = ""
    if arrow == 2:
        old_version = semver.canonical(args[1]) or args[1]
    new_version = ""
    local = is_directory_path(new)
    if len(args) == arrow + 2:
        if not local:
            mod.error(line, "replacement module without version must be directory path "
                      "(rooted or starting with . or ..)")
            return
    else:
        new_version = args[arrow + 2]
        if local:
            mod.error(line, f"replacement module directory path {quote(new)} cannot have version")
            return
    mod.replace.append(Replace(old, old_version, new, new_version, line))


def is_directory_path(path: str) -> bool:
    """Does a replacement name a directory rather than a module?"""
    return path in (".", "..") or path.startswith(("./", "../", "/", ".\\", "..\\"))


def _retract(mod: ModFile, line: Line, args: list[str], before: list[str], strict: bool) -> None:
    rationale = "\n".join(c[2:].strip() for c in (before or ([line.suffix] if line.suffix else [])))
    if len(args) == 1:
        mod.retract.append(Retract(args[0], args[0], rationale))
    elif len(args) == 5 and args[0] == "[" and args[2] == "," and args[4] == "]":
        mod.retract.append(Retract(args[1], args[3], rationale))
    elif strict:
        mod.error(line, "expected '[' or version")


def format(mod: ModFile) -> str:
    """The file in canonical form."""
    out: list[str] = []
    previous: Line | Block | None = None
    for item in mod.items:
        if previous is not None:
            out.append("")
        previous = item
        out.extend(item.before)
        if isinstance(item, Line):
            if item.tokens:
                out.append(_join(item))
            continue
        out.append(f"{item.verb} (" + (f" {item.suffix}" if item.suffix else ""))
        for line in item.lines:
            out.extend("\t" + c for c in line.before)
            out.append("\t" + _join(line))
        out.extend("\t" + c for c in item.end_comments)
        out.append(")" + (f" {item.close_suffix}" if item.close_suffix else ""))
    return "\n".join(out) + "\n"


def _join(line: Line) -> str:
    text = " ".join(line.tokens).replace("[ ", "[").replace(" ]", "]").replace(" ,", ",")
    return f"{text} {line.suffix}" if line.suffix else text
