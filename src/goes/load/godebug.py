"""The GODEBUG settings a program starts with.

    default_godebug(context, "1.24", [("panicnil", "1")], ["//go:debug madvdontneed=1"])
        →   "containermaxprocs=0,...,madvdontneed=1,panicnil=1,..."

A program behaves as the Go version of the main module's go line did, unless its go.mod or //go:debug lines say otherwise.
Sources: GOROOT/src/internal/godebugs (the table, read as text), cmd/go/internal/load (godebug.go).
"""

from __future__ import annotations

import os
import re
from typing import Final

from .context import BuildContext

_ROW: Final = re.compile(r'^\t\{Name: "(\w+)"(.*?)\}', re.M)
_CHANGED: Final = re.compile(r"Changed: (\d+)")
_OLD: Final = re.compile(r'Old: "([^"]*)"')
_VERSION: Final = re.compile(r"1\.(\d+)(?:\.\d+|rc\d+|beta\d+)?\Z")


def _table(context: BuildContext) -> list[tuple[str, int, str]]:
    """Name, minor version of the change, old value: of all settings."""
    path = os.path.join(context.goroot, "src", "internal", "godebugs", "table.go")
    try:
        with open(path, encoding="utf-8") as f:
            text = f.read()
    except OSError:
        return []
    rows: list[tuple[str, int, str]] = []
    for name, rest in _ROW.findall(text.split("Removed")[0]):
        changed = _CHANGED.search(rest)
        old = _OLD.search(rest)
        rows.append((name, int(changed.group(1)) if changed else 0, old.group(1) if old else ""))
    return rows


def parse_directive(text: str) -> tuple[str, str] | None:
    """Key and value of a //go:debug line; None if it is malformed."""
    match = re.match(r"//go:debug[ \t]+(.*)", text)
    if match is None:
        return None
    key, equals, value = match.group(1).strip().partition("=")
    if not equals or any(c in key + value for c in " \t,"):
        return None
    return key, value


def default_godebug(
    context: BuildContext, go_version: str, settings: list[tuple[str, str]], directives: list[str]
) -> str:
    chosen: dict[str, str] = {}
    table = _table(context)
    known = frozenset(name for name, _, _ in table)
    for key, value in settings:
        chosen[key] = value
    for text in directives:
        pair = parse_directive(text)
        if pair is not None and (pair[0] in known or pair[0] == "default"):
            chosen[pair[0]] = pair[1]
    version = chosen.pop("default", "").removeprefix("go")
    if version and _VERSION.match(version):
        go_version = version
    match = _VERSION.match(go_version)
    if match is not None:
        minor = int(match.group(1))
        defaults = {name: old for name, changed, old in table if minor < changed}
        chosen = {**defaults, **chosen}
    return ",".join(f"{key}={chosen[key]}" for key in sorted(chosen))
