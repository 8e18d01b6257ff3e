"""Which strings are import paths, module paths and file paths.

    check_import_path("a//b")    →  'malformed import path "a//b": double slash'

Each function returns what is wrong, or "". Sources: Go modules reference "Module paths and versions";
golang.org/x/mod/module for the messages.
"""

from __future__ import annotations

import re
from typing import Final

from ..syntax.unicode import quote, quote_rune

_WINDOWS_NAMES: Final = frozenset(
    ["con", "nul", "aux", "prn"] + [f"com{i}" for i in range(1, 10)] + [f"lpt{i}" for i in range(1, 10)]
)
_FILE_PUNCTUATION: Final = "!#$%&()+,-.=@[]^_{}~ "
_GOPKG_IN: Final = re.compile(r"(.*)(\.v(?:0|[1-9][0-9]*)(?:-unstable)?)", re.S)
_VERSION_END: Final = frozenset("0123456789.")
_SHORT_NAME: Final = re.compile(r"~[0-9]+$")

IMPORT: Final = 0
MODULE: Final = 1
FILE: Final = 2


def check_import_path(path: str) -> str:
    """What is wrong with an import path, as a whole sentence."""
    wrong = _check(path, IMPORT)
    return f"malformed import path {quote(path)}: {wrong}" if wrong else ""


def check_file_path(path: str) -> str:
    """What is wrong with a file's path inside a module."""
    wrong = _check(path, FILE)
    return f"malformed file path {quote(path)}: {wrong}" if wrong else ""


def check_module_path(path: str) -> str:
    """What is wrong with a module path that is to be downloaded."""
    wrong = _check(path, MODULE)
    if not wrong:
        first = path.split("/")[0]
        if "." not in first:
            wrong = "missing dot in first path element"
        elif first.startswith("-"):
            wrong = "leading dash in first path element"
        else:
            for c in first:
                if not (c == "-" or c == "." or "0" <= c <= "9" or "a" <= c <= "z"):
                    wrong = f"invalid char {quote_rune(c)} in first path element"
                    break
            else:
                if split_major(path) is None:
                    wrong = "invalid version"
    return f"malformed module path {quote(path)}: {wrong}" if wrong else ""


def check_main_module_path(path: str) -> str:
    """The path of a main module may lack a dot, but must be an import path."""
    wrong = _check(path, IMPORT)
    return f"malformed module path {quote(path)}: {wrong}" if wrong else ""


def check_query(version: str) -> str:
    """What is wrong with a version on the command line that looks like an option or a file."""
    return f"invalid module version {quote(version)}" if version.startswith(("-", "/")) else ""


def split_major(path: str) -> tuple[str, str] | None:
    """Path prefix and major version suffix ("/v2"); None if the suffix is not allowed."""
    if path.startswith("gopkg.in/"):
        match = _GOPKG_IN.fullmatch(path)
        return None if match is None else (match.group(1), match.group(2))
    if path[-1:] not in _VERSION_END:
        return path, ""
    prefix = path.rstrip("0123456789.")
    if len(prefix) < 2 or not prefix.endswith("/v"):
        return path, ""
    digits = path[len(prefix) :]
    if "." in digits or digits[0] == "0" or digits == "1":
        return None
    return prefix[:-2], "/v" + digits


def _check(path: str, kind: int) -> str:
    if any(0xDC80 <= ord(c) <= 0xDCFF for c in path):
        return "invalid UTF-8"
    if not path:
        return "empty string"
    if path[0] == "-" and kind != FILE:
        return "leading dash"
    if "//" in path:
        return "double slash"
    if path[-1] == "/":
        return "trailing slash"
    for element in path.split("/"):
        wrong = _check_element(element, kind)
        if wrong:
            return wrong
    return ""


def _check_element(element: str, kind: int) -> str:
    if not element:
        return "empty path element"
    if element.strip(".") == "":
        return f'invalid path element "{element}"'
    if element[0] == "." and kind == MODULE:
        return "leading dot in path element"
    if element[-1] == ".":
        return "trailing dot in path element"
    for c in element:
        if kind == FILE:
            ok = c.isalpha() or (c.isascii() and (c.isalnum() or c in _FILE_PUNCTUATION))
        else:
            ok = c.isascii() and (c.isalnum() or c in "-._~" or (kind == IMPORT and c == "+"))
        if not ok:
            return f"invalid char {quote_rune(c)}"
    short = element.split(".")[0]
    if short.lower() in _WINDOWS_NAMES:
        return f'{quote(short)} disallowed as path element component on Windows'
    if kind == FILE:
        return ""
    if _SHORT_NAME.search(short):
        return "trailing tilde and digits in path element"
    return ""


def is_std_path(path: str) -> bool:
    """Can this be a standard library path: no dot in the first element?"""
    slash = path.find("/")
    return "." not in (path if slash < 0 else path[:slash])


def is_toolchain(path: str) -> bool:
    """Is it a module that stands for Go itself?"""
    return path in ("go", "toolchain")


def has_path_prefix(path: str, prefix: str) -> bool:
    """Is path the prefix or something below it?"""
    return path == prefix or (path.startswith(prefix) and (not prefix or path[len(prefix) : len(prefix) + 1] == "/"))
