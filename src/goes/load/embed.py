"""//go:embed patterns to files.

    resolve(dir, ["a.txt", "static", "all:x/*"])   →   files ["a.txt", "static/i.html", ...], by pattern

A pattern names files or directories; directories are taken whole, without files that begin with "." or "_" unless the
pattern begins with "all:", and without nested modules. Nothing outside the package's directory, no symbolic links.

Source: package embed's documentation; cmd/go/internal/load for the rules and messages.
"""

from __future__ import annotations

import os
import stat
from typing import final

from ..module.paths import check_file_path
from .view import PLAIN, FileView

_VERSION_CONTROL = frozenset((".bzr", ".hg", ".git", ".svn"))


@final
class EmbedError(Exception):
    def __init__(self, pattern: str, message: str) -> None:
        super().__init__(f"pattern {pattern}: {message}")
        self.pattern = pattern


def resolve(
    directory: str, patterns: list[str], view: FileView = PLAIN
) -> tuple[list[str], dict[str, list[str]]]:
    """All files embedded, sorted, and those of each pattern; names are relative to the directory."""
    everything: set[str] = set()
    by_pattern: dict[str, list[str]] = {}
    safe: set[str] = set()
    for pattern in patterns:
        files = sorted(_files_of(directory, pattern, safe, view))
        if not files:
            raise EmbedError(pattern, "no matching files found")
        by_pattern[pattern] = files
        everything.update(files)
    return sorted(everything), by_pattern


def _files_of(directory: str, pattern: str, safe: set[str], view: FileView) -> set[str]:
    with_hidden = pattern.startswith("all:")
    glob = pattern[4:] if with_hidden else pattern
    if not is_valid_pattern(glob) or not _is_well_formed(glob):
        raise EmbedError(pattern, "invalid pattern syntax")
    files: set[str] = set()
    for name in _glob(directory, glob, view):
        full = os.path.join(directory, name)
        mode = view.mode(full)
        what = "directory" if stat.S_ISDIR(mode) else "file"
        _check_path(directory, name, what, pattern, safe, view)
        if stat.S_ISREG(mode):
            files.add(name)
        elif stat.S_ISDIR(mode):
            inside = _walk(directory, name, with_hidden, pattern, view)
            if not inside:
                raise EmbedError(pattern, f"cannot embed directory {name}: contains no embeddable files")
            files.update(inside)
        elif stat.S_ISLNK(mode) and "embedfollowsymlinks=1" in os.environ.get("GODEBUG", "") and os.path.isfile(full):
            files.add(name)
        else:
            raise EmbedError(pattern, f"cannot embed irregular file {name}")
    return files


def _check_path(directory: str, name: str, what: str, pattern: str, safe: set[str], view: FileView) -> None:
    """No part of the path may begin another module, be a link or have a bad name."""
    part = name
    while part and part not in safe:
        full = os.path.join(directory, part)
        if view.exists(os.path.join(full, "go.mod")):
            raise EmbedError(pattern, f"cannot embed {what} {name}: in different module")
        if part != name and not stat.S_ISDIR(view.mode(full)):
            raise EmbedError(pattern, f"cannot embed {what} {name}: in non-directory {part}")
        safe.add(part)
        element = os.path.basename(part)
        if _is_bad_name(element):
            if part == name:
                raise EmbedError(pattern, f"cannot embed {what} {name}: invalid name {element}")
            raise EmbedError(pattern, f"cannot embed {what} {name}: in invalid directory {element}")
        part = os.path.dirname(part)


def _walk(directory: str, name: str, with_hidden: bool, pattern: str, view: FileView) -> list[str]:
    found: list[str] = []
    pending = [name]
    while pending:
        current = pending.pop()
        for entry in view.entries(os.path.join(directory, current)):
            path = f"{current}/{entry.name}"
            hidden = entry.name[0] in "._"
            is_directory = entry.is_dir()
            if _is_bad_name(entry.name) or (hidden and not with_hidden):
                if is_directory or hidden:
                    continue
                raise EmbedError(pattern, f"cannot embed file {path}: invalid name {entry.name}")
            if is_directory:
                if not view.exists(os.path.join(directory, path, "go.mod")):
                    pending.append(path)
            elif entry.is_regular():
                found.append(path)
    return found


def _is_bad_name(name: str) -> bool:
    return name in _VERSION_CONTROL or check_file_path(name) != ""


def is_valid_pattern(pattern: str) -> bool:
    """A slash-separated relative path without empty, "." or ".." elements; "." alone is excluded too."""
    if not pattern or pattern == ".":
        return False
    return all(part not in ("", ".", "..") for part in pattern.split("/"))


# ---------------------------------------------------------------------------------------------------- path.Match


def _is_well_formed(pattern: str) -> bool:
    i = 0
    n = len(pattern)
    while i < n:
        c = pattern[i]
        if c == "\\":
            i += 1
            if i >= n:
                return False
        elif c == "[":
            i += 1
            if i < n and pattern[i] == "^":
                i += 1
            count = 0
            while True:
                if i >= n:
                    return False
                if pattern[i] == "]" and count > 0:
                    break
                i = _class_char(pattern, i)
                if i < 0:
                    return False
                if i < n and pattern[i] == "-":
                    i = _class_char(pattern, i + 1)
                    if i < 0:
                        return False
                count += 1
        i += 1
    return True


def _class_char(pattern: str, i: int) -> int:
    """Behind the (escaped) character of a class at i, or -1."""
    n = len(pattern)
    if i >= n or pattern[i] in "-]":
        return -1
    if pattern[i] == "\\":
        i += 1
        if i >= n:
            return -1
    i += 1
    return i if i < n else -1


def match(pattern: str, name: str) -> bool:
    """Does the pattern (well formed, `*` and `?` not crossing slashes) match the whole name?"""
    p = 0
    i = 0
    star = -1
    star_at = 0
    while True:
        if p < len(pattern) and pattern[p] == "*":
            star = p
            star_at = i
            p += 1
            continue
        if p >= len(pattern):
            if i >= len(name):
                return True
        elif i < len(name):
            step = _match_one(pattern, p, name[i])
            if step > 0:
                p = step
                i += 1
                continue
        # Let the last star take one more.
        if star < 0 or star_at >= len(name) or name[star_at] == "/":
            return False
        star_at += 1
        i = star_at
        p = star + 1


def _match_one(pattern: str, p: int, c: str) -> int:
    """Behind the pattern element at p if it matches c, else -1."""
    e = pattern[p]
    if e == "?":
        return p + 1 if c != "/" else -1
    if e == "\\":
        return p + 2 if pattern[p + 1] == c else -1
    if e != "[":
        return p + 1 if e == c else -1
    p += 1
    negated = pattern[p] == "^"
    if negated:
        p += 1
    hit = False
    count = 0
    while pattern[p] != "]" or count == 0:
        if pattern[p] == "\\":
            p += 1
        low = pattern[p]
        high = low
        p += 1
        if pattern[p] == "-":
            p += 1
            if pattern[p] == "\\":
                p += 1
            high = pattern[p]
            p += 1
        if low <= c <= high:
            hit = True
        count += 1
    return p + 1 if hit != negated and c != "/" else -1


def _glob(directory: str, pattern: str, view: FileView) -> list[str]:
    """Names below the directory that match, sorted. Unlike a shell's, `*` matches hidden names."""
    names = [""]
    for part in pattern.split("/"):
        following: list[str] = []
        for base in names:
            where = os.path.join(directory, base) if base else directory
            prefix = f"{base}/" if base else ""
            if not any(c in part for c in "*?[\\"):
                if view.lexists(os.path.join(where, part)):
                    following.append(prefix + part)
                continue
            try:
                entries = [e.name for e in view.entries(where)]
            except OSError:
                continue
            following.extend(prefix + e for e in entries if match(part, e))
        names = following
    return names
