"""The GODEBUG settings a program starts with.

    default_godebug(context, "1.24", [("panicnil", "1")], ["//go:debug madvdontneed=1"])
        →   "containermaxprocs=0,...,madvdontneed=1,panicnil=1,..."

A program behaves as the Go version of the main module's go line did, unless its go.mod or //go:debug lines say otherwise.
Sources: GOROOT/src/internal/godebugs (the table, read as text), cmd/go/internal/load (godebug.go).
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final

from .context import BuildContext
from .fips import OFF
from .godebugs import check_godebug

if TYPE_CHECKING:
    from .scan import Directives

_ROW: Final = re.compile(r'^\t\{Name: "(\w+)"(.*?)\}', re.M)
_SPACE: Final = re.compile(r"[ \t]")
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


def parse_directive(context: BuildContext, text: str) -> tuple[str, str, str]:
    """Key and value of a //go:debug line, and what is wrong with it. A longer word than debug is no such line: no key,
    and nothing wrong."""
    match = _SPACE.search(text)
    if match is None:
        return "", "", "missing key=value" if text == "//go:debug" else ""
    key, equals, value = text[match.start() :].strip().partition("=")
    if not equals:
        return "", "", "missing key=value"
    problem = check_godebug(context, "//go:debug setting", key, value)
    return ("", "", problem) if problem else (key, value, "")


def check_directives(context: BuildContext, directives: Directives, cwd: str) -> list[str]:
    """What a build says about the //go:debug lines of a package."""
    lines: list[str] = []
    seen: dict[str, str] = {}
    for text, place in directives:
        key, _, problem = parse_directive(context, text)
        where = place.text(cwd)
        if not os.path.isabs(where) and os.sep not in where:
            where = "./" + where
        if problem:
            lines.append(f"{where}: invalid //go:debug: {problem}")
        elif key in seen:
            lines += [f"{where}: repeated //go:debug for {key}", f"\t{seen[key]}: previous //go:debug"]
        elif key:
            seen[key] = where
    return lines


def default_godebug(
    context: BuildContext, go_version: str, settings: list[tuple[str, str]], directives: list[str]
) -> str:
    chosen: dict[str, str] = {} if context.fips == OFF else {"fips140": "on"}
    table = _table(context)
    for key, value in settings:
        chosen[key] = value
    for text in directives:
        key, value, _ = parse_directive(context, text)
        if key:
            chosen[key] = value
    version = chosen.pop("default", "").removeprefix("go")
    if version and _VERSION.match(version):
        go_version = version
    match = _VERSION.match(go_version)
    if match is not None:
        minor = int(match.group(1))
        defaults = {name: old for name, changed, old in table if minor < changed}
        chosen = {**defaults, **chosen}
    return ",".join(f"{key}={chosen[key]}" for key in sorted(chosen))
