"""Patterns with "..." on the command line.

    matches("./cmd/...", "./cmd/vet")  →  True        directories_below("/src/m", "/src/m")  →  all package directories

Source: go command documentation "Package lists and patterns"; cmd/go/internal/search.
"""

from __future__ import annotations

import os
import re


def has_wildcard(pattern: str) -> bool:
    return "..." in pattern


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """ "..." is any string; "x/..." also matches x; no wildcard matches a vendor element."""
    text = re.escape(pattern).replace(re.escape("..."), ".*")
    if text.endswith("/.*"):
        text = text[:-3] + "(/.*)?"
    return re.compile(text)


def is_local(pattern: str) -> bool:
    """Does the pattern name a directory rather than an import path?"""
    return pattern in (".", "..") or pattern.startswith(("./", "../")) or os.path.isabs(pattern)


def directories_below(top: str, module_root: str) -> list[str]:
    """The directories below top that may be packages: not those that begin with "_" or ".", not testdata, not vendor,
    not other modules."""
    found: list[str] = []
    pending = [top]
    while pending:
        directory = pending.pop()
        found.append(directory)
        try:
            with os.scandir(directory) as entries:
                names = sorted((e.name for e in entries if e.is_dir(follow_symlinks=False)), reverse=True)
        except OSError:
            continue
        for name in names:
            if name[0] in "_." or name == "testdata":
                continue
            path = os.path.join(directory, name)
            if name == "vendor" and os.path.isfile(os.path.join(module_root, "go.mod")) and module_root == directory:
                continue
            if os.path.isfile(os.path.join(path, "go.mod")):
                continue
            pending.append(path)
    return found
