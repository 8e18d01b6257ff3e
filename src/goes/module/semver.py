"""Semantic versions as modules use them, with a leading "v"; and Go's own versions ("1.27rc1").

    compare("v1.2.3-pre", "v1.2.3") < 0          compare_go("1.21rc1", "1.21.0") < 0

Sources: semver.org 2.0.0; Go modules reference "Versions"; "Go toolchains" for Go versions.
"""

from __future__ import annotations

import re
from typing import Final

_VERSION: Final = re.compile(
    r"v(0|[1-9]\d*)(?:\.(0|[1-9]\d*)(?:\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?)?)?"
)
_GO: Final = re.compile(r"(0|[1-9]\d*)(?:\.(0|[1-9]\d*)(?:\.(0|[1-9]\d*))?((?:alpha|beta|rc)\d+)?)?")


def is_valid(version: str) -> bool:
    """v1, v1.2 and v1.2.3-pre+meta are valid."""
    match = _VERSION.fullmatch(version)
    if match is None:
        return False
    prerelease = match.group(4)
    if prerelease is not None:
        for part in prerelease[1:].split("."):
            if not part or (part.isdigit() and len(part) > 1 and part[0] == "0"):
                return False
    build = match.group(5)
    return build is None or all(build[1:].split("."))


def canonical(version: str) -> str:
    """The version with all three numbers and without build metadata; "" if it is not valid."""
    if not is_valid(version):
        return ""
    match = _VERSION.fullmatch(version)
    assert match is not None
    major, minor, patch, prerelease = match.group(1), match.group(2) or "0", match.group(3) or "0", match.group(4) or ""
    return f"v{major}.{minor}.{patch}{prerelease}"


def build(version: str) -> str:
    """ "+incompatible" of v2.0.0+incompatible."""
    plus = version.find("+")
    return version[plus:] if plus >= 0 and is_valid(version) else ""


def canonical_version(version: str) -> str:
    """The spelling that module requirements use: as canonical, but +incompatible stays; or ""."""
    result = canonical(version)
    return result + "+incompatible" if result and build(version) == "+incompatible" else result


def major(version: str) -> str:
    """ "v2" of v2.1.0; "" if it is not valid."""
    return version[: version.find(".")] if "." in version and is_valid(version) else canonical(version).split(".")[0]


def prerelease(version: str) -> str:
    """ "-pre" of v1.0.0-pre."""
    match = _VERSION.fullmatch(version)
    return "" if match is None else match.group(4) or ""


def compare(a: str, b: str) -> int:
    """-1, 0 or 1. An invalid version is less than any valid one."""
    valid_a = is_valid(a)
    valid_b = is_valid(b)
    if not valid_a or not valid_b:
        return int(valid_a) - int(valid_b)
    match_a = _VERSION.fullmatch(a)
    match_b = _VERSION.fullmatch(b)
    assert match_a is not None and match_b is not None
    for i in (1, 2, 3):
        x = int(match_a.group(i) or "0")
        y = int(match_b.group(i) or "0")
        if x != y:
            return -1 if x < y else 1
    return _compare_prerelease(match_a.group(4) or "", match_b.group(4) or "")


def _compare_prerelease(a: str, b: str) -> int:
    if a == b:
        return 0
    if not a or not b:
        return 1 if not a else -1
    parts_a = a[1:].split(".")
    parts_b = b[1:].split(".")
    for x, y in zip(parts_a, parts_b):
        if x == y:
            continue
        if x.isdigit() and y.isdigit():
            return -1 if int(x) < int(y) else 1
        if x.isdigit() != y.isdigit():
            return -1 if x.isdigit() else 1
        return -1 if x < y else 1
    return -1 if len(parts_a) < len(parts_b) else 1


def is_valid_go(version: str) -> bool:
    """Is it a Go version as go.mod has them: 1.21, 1.21.0, 1.22rc1?"""
    return _GO.fullmatch(version) is not None


def compare_go(a: str, b: str) -> int:
    """Compare Go versions; 1.21 < 1.21rc1 < 1.21.0. An invalid one is less than any valid one."""
    match_a = _GO.fullmatch(a)
    match_b = _GO.fullmatch(b)
    if match_a is None or match_b is None:
        return (match_a is not None) - (match_b is not None)
    key_a = _go_key(match_a)
    key_b = _go_key(match_b)
    return 0 if key_a == key_b else -1 if key_a < key_b else 1


def _go_key(match: re.Match[str]) -> tuple[int, int, int, int, int]:
    minor = int(match.group(2) or "0")
    kind = match.group(4)
    if kind is not None:
        name = kind.rstrip("0123456789")
        rank = {"alpha": 0, "beta": 1, "rc": 2}[name]
        return int(match.group(1)), minor, int(match.group(3) or "0"), rank, int(kind[len(name) :])
    if match.group(3) is None:
        # The language version; before 1.21 it was also the release.
        return int(match.group(1)), minor, 0, -1 if minor >= 21 else 3, 0
    return int(match.group(1)), minor, int(match.group(3)), 3, 0


def language_version(version: str) -> str:
    """ "1.27" of 1.27.3."""
    match = _GO.fullmatch(version)
    if match is None:
        return ""
    return match.group(1) if match.group(2) is None else f"{match.group(1)}.{match.group(2)}"
