"""What go.mod and go.work say in the same way: strings, versions, replacements, and the go, toolchain and godebug lines.

    read_shared(file, line, "replace", ["a.com/b", "=>", "../b"], None)   →   file.replace[-1].new_path == "../b"

A reader takes the arguments of a line and rewrites them in canonical form where they stand. It raises Wrong with gc's
message. Versions are checked by a fixer if the caller has one: it may ask the network what "master" is.

Source: golang.org/x/mod/modfile (rule.go, by behaviour).
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import Final, final

from ..syntax.unicode import quote
from .directivefile import GO_VERSION, TOOLCHAIN, DirectiveFile, Replace
from .modformat import auto_quote
from .modsyntax import Line
from .pathmajor import major_mismatch
from .paths import check_module_path, split_major
from .semver import canonical_version

# (path, version as written) → version. Raises FixError.
Fixer = Callable[[str, str], str]

_ESCAPE: Final = re.compile(
    r"""\\(?:([abfnrtv\\"])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2}))"""
)
_SHORT: Final = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", '"': '"'}


@final
class Wrong(Exception):
    """A line is wrong; the message lacks only the position."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@final
class FixError(Exception):
    """A fixer cannot say the version. `about_module`: the message is to follow "require path: "."""

    def __init__(self, message: str, about_module: bool) -> None:
        super().__init__(message)
        self.message = message
        self.about_module = about_module


def canonical_fixer(path: str, version: str) -> str:
    """A fixer that knows nothing of the world: the version must be right as it stands."""
    split = split_major(path)
    if split is None:
        raise FixError(f"version {quote(version)} invalid: malformed module path {quote(path)}", True)
    if path.startswith("gopkg.in/") and "-gopkgin-" in version:
        version = version[version.index("-gopkgin-") + len("-gopkgin-") :]
    if not version or canonical_version(version) != version:
        # Whoever asked for the version the words mean would look at the path first.
        malformed = check_module_path(path)
        if malformed:
            raise FixError(malformed, False)
        raise FixError(f"version {quote(version)} invalid: must be of the form v1.2.3", True)
    wrong = major_mismatch(version, split[1])
    if wrong:
        raise FixError(f'version "{version}" invalid: {wrong}', True)
    return version


def unquote(token: str) -> str | None:
    """The value of a string in double quotes; None if it is none."""
    body = token[1:-1]
    if len(token) < 2 or token[-1] != '"':
        return None
    if "\\" not in body:
        return None if '"' in body or "\n" in body else body
    out: list[str] = []
    position = 0
    while position < len(body):
        char = body[position]
        if char == '"' or char == "\n":
            return None
        if char != "\\":
            out.append(char)
            position += 1
            continue
        match = _ESCAPE.match(body, position)
        if match is None:
            return None
        position = match.end()
        short, byte, small, large, octal = match.groups()
        if short is not None:
            out.append(_SHORT[short])
        elif byte is not None or octal is not None:
            code = int(byte, 16) if byte is not None else int(octal, 8)
            if code > 0xFF:
                return None
            out.append(chr(code) if code < 0x80 else chr(0xDC00 + code))
        else:
            code = int(small if small is not None else large, 16)
            if code > 0x10FFFF or 0xD800 <= code < 0xE000:
                return None
            out.append(chr(code))
    return "".join(out)


def read_string(args: list[str], at: int) -> str:
    """The value of an argument, bare or "quoted"."""
    token = args[at]
    if token.startswith('"'):
        value = unquote(token)
        if value is None:
            raise Wrong("invalid quoted string: invalid syntax")
    else:
        if '"' in token or "'" in token or "`" in token:
            raise Wrong("invalid quoted string: unquoted string cannot contain quote")
        value = token
    args[at] = auto_quote(value)
    return value


def read_version(verb: str, path: str, args: list[str], at: int, fix: Fixer | None) -> str:
    """The canonical version that an argument means."""
    about = f"{verb} {path}: " if path else f"{verb}: "
    token = args[at]
    try:
        version = read_string(args, at)
    except Wrong as wrong:
        reason = wrong.message.removeprefix("invalid quoted string: ")
        raise Wrong(f"{about}version {quote(token)} invalid: {reason}") from None
    if fix is None:
        checked = canonical_version(version)
        if not checked:
            raise Wrong(f"{about}version {quote(version)} invalid: must be of the form v1.2.3")
    else:
        try:
            checked = fix(path, version)
        except FixError as error:
            raise Wrong(about + error.message if error.about_module else error.message) from None
    args[at] = checked
    return checked


def check_major(verb: str, path: str, version: str) -> None:
    """Does the version fit the path? Raises Wrong."""
    split = split_major(path)
    if split is None:
        raise Wrong("invalid module path")
    wrong = major_mismatch(version, split[1])
    if wrong:
        raise Wrong(f'{verb} {path}: version "{version}" invalid: {wrong}')


def is_directory_path(path: str) -> bool:
    """Does a replacement name a directory rather than a module?"""
    return (
        path in (".", "..")
        or path.startswith(("./", "../", "/", ".\\", "..\\", "\\"))
        or (len(path) >= 2 and path[1] == ":" and path[0].isascii() and path[0].isalpha())
    )


def directory_path(path: str) -> str:
    """A directory as replace and use lines name it: what could be a module path gets a ./ in front."""
    return path if is_directory_path(path) else "./" + os.path.normpath(path)


def _read_replace(args: list[str], line: Line, fix: Fixer | None) -> Replace:
    """replace path [version] => path version, or => directory"""
    arrow = 1 if len(args) > 1 and args[1] == "=>" else 2
    if len(args) < arrow + 2 or len(args) > arrow + 3 or args[arrow] != "=>":
        raise Wrong(
            "usage: replace module/path [v1.2.3] => other/module v1.4\n"
            "\t or replace module/path [v1.2.3] => ../local/directory"
        )
    old = read_string(args, 0)
    if split_major(old) is None:
        raise Wrong(f"replace {old}: invalid module path")
    old_version = ""
    if arrow == 2:
        old_version = read_version("replace", old, args, 1, fix)
        check_major("replace", old, old_version)
    new = read_string(args, arrow + 1)
    local = is_directory_path(new)
    new_version = ""
    if len(args) == arrow + 3:
        new_version = read_version("replace", new, args, arrow + 2, fix)
        if local:
            raise Wrong(f"replacement module directory path {quote(new)} cannot have version")
    elif not local:
        if "@" in new:
            raise Wrong("replacement module must match format 'path version', not 'path@version'")
        raise Wrong("replacement module without version must be directory path (rooted or starting with . or ..)")
    elif "\\" in new:
        raise Wrong("replacement directory appears to be Windows path (on a non-windows system)")
    return Replace(old, old_version, new, new_version, line)


def read_shared(file: DirectiveFile, line: Line, verb: str, args: list[str], fix: Fixer | None) -> bool:
    """Read a line if it is of a kind that both files have."""
    if verb == "go":
        file.go = _read_go(args, file.go_line is not None)
        file.go_line = line
    elif verb == "toolchain":
        file.toolchain = _read_toolchain(args, file.toolchain_line is not None)
        file.toolchain_line = line
    elif verb == "godebug":
        key, value = _read_godebug(args)
        file.put_godebug(key, value, line)
    elif verb == "replace":
        file.replace.append(_read_replace(args, line, fix))
    else:
        return False
    return True


def _read_go(args: list[str], repeated: bool) -> str:
    """go 1.23.0"""
    if repeated:
        raise Wrong("repeated go statement")
    if len(args) != 1:
        raise Wrong("go directive expects exactly one argument")
    if GO_VERSION.fullmatch(args[0]) is None:
        raise Wrong(f"invalid go version '{args[0]}': must match format 1.23.0")
    return args[0]


def _read_toolchain(args: list[str], repeated: bool) -> str:
    """toolchain go1.23.0"""
    if repeated:
        raise Wrong("repeated toolchain statement")
    if len(args) != 1:
        raise Wrong("toolchain directive expects exactly one argument")
    if TOOLCHAIN.fullmatch(args[0]) is None:
        raise Wrong(f"invalid toolchain version '{args[0]}': must match format go1.23.0 or default")
    return args[0]


def _read_godebug(args: list[str]) -> tuple[str, str]:
    """godebug key=value"""
    if len(args) != 1 or any(c in args[0] for c in "\"`',") or "=" not in args[0]:
        raise Wrong("usage: godebug key=value")
    key, _, value = args[0].partition("=")
    return key, value
