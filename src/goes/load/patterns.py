"""Patterns with "..." on the command line.

    pattern_matcher("a/...")("a/b")  →  True            tree_matcher("a/b/...")("a")  →  True: look below a
    clean_patterns(["./a//b", ""])   →  ["./a/b", "."]

Source: go command documentation "Package lists and patterns"; cmd/internal/pkgpattern, cmd/go/internal/search.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Callable
from typing import Final

META: Final = frozenset(("all", "cmd", "std", "tool", "work"))
_VENDOR: Final = "\0"


def is_literal(pattern: str) -> bool:
    """Does the pattern stand for nothing but itself?"""
    return "..." not in pattern and pattern not in META


def is_local_import(path: str) -> bool:
    """Is it relative to a directory: . .. ./x ../x?"""
    return path in (".", "..") or path.startswith(("./", "../"))


def is_local(pattern: str) -> bool:
    """Does the pattern name a directory rather than an import path?"""
    return is_local_import(pattern) or os.path.isabs(pattern)


def clean_patterns(patterns: list[str]) -> list[str]:
    """The patterns in canonical form; what follows "@" stays as it is."""
    if not patterns:
        return ["."]
    cleaned: list[str] = []
    for pattern in patterns:
        version = ""
        path = pattern
        if not is_local(pattern) and "@" in pattern:
            at = pattern.index("@")
            path, version = pattern[:at], pattern[at:]
        if os.path.isabs(path):
            path = posixpath.normpath(path)
        else:
            path = path.replace("\\", "/")
            local = path.startswith("./")
            path = posixpath.normpath(path) if path else "."
            if local and path != ".":
                path = "./" + path
        cleaned.append(path + version)
    return cleaned


def _hide_vendor(path: str) -> str:
    """vendor elements that are not the last become a character that no wildcard matches."""
    if "vendor" not in path:
        return path
    parts = path.split("/")
    return "/".join([_VENDOR if p == "vendor" else p for p in parts[:-1]] + parts[-1:])


def pattern_matcher(pattern: str) -> Callable[[str], bool]:
    """ "..." is any string without a vendor element; "x/..." also matches x."""
    dots = re.escape("...")
    text = re.escape(_hide_vendor(pattern)).replace(re.escape(_VENDOR), _VENDOR)
    if text.endswith(f"/{_VENDOR}/{dots}"):
        text = text[: -len(f"/{_VENDOR}/{dots}")] + f"(/vendor|/{_VENDOR}/{dots})"
    elif text == f"{_VENDOR}/{dots}":
        text = f"(/vendor|/{_VENDOR}/{dots})"
    if text.endswith("/" + dots):
        text = text[: -len("/" + dots)] + f"(/{dots})?"
    compiled = re.compile(text.replace(dots, f"[^{_VENDOR}]*"))
    return lambda path: _VENDOR not in path and compiled.fullmatch(_hide_vendor(path)) is not None


def tree_matcher(pattern: str) -> Callable[[str], bool]:
    """Can the path or anything below it match?"""
    dots = pattern.find("...")
    prefix = pattern if dots < 0 else pattern[:dots]

    def can_match(path: str) -> bool:
        if dots >= 0 and path.startswith(prefix):
            return True
        return len(path) <= len(prefix) and (prefix == path or prefix.startswith(path + "/"))

    return can_match
