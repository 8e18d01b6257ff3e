"""Pseudo-versions: a version made of a commit.

    pseudo_version("v1", "v1.2.3", "20200102030405", "abcdef123456")   →   "v1.2.4-0.20200102030405-abcdef123456"

Source: Go modules reference "Pseudo-versions"; golang.org/x/mod/module for the messages.
"""

from __future__ import annotations

import re
from typing import Final, final

from . import semver

_PSEUDO: Final = re.compile(
    r"v[0-9]+\.(0\.0-|\d+\.\d+-([^+]*\.)?0\.)\d{14}-[A-Za-z0-9]+(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?", re.ASCII
)


def is_pseudo_version(version: str) -> bool:
    return version.count("-") >= 2 and semver.is_valid(version) and _PSEUDO.fullmatch(version) is not None


def pseudo_version(major: str, older: str, time: str, revision: str) -> str:
    """`major` ("" is v0) counts when there is no `older` tag; `time` as 20060102150405 in UTC."""
    segment = f"{time}-{revision}"
    metadata = semver.build(older)
    base = semver.canonical(older)
    if not base:
        return f"{major or 'v0'}.0.0-{segment}"
    if semver.prerelease(base):
        return f"{base}.0.{segment}{metadata}"
    dot = base.rindex(".") + 1
    return f"{base[:dot]}{int(base[dot:]) + 1}-0.{segment}{metadata}"


@final
class Pseudo:
    """The parts of a pseudo-version. `base` is the text in front of the time: "v1.2.4-0", "v1.2.3-pre.0" or "v0.0.0"."""

    __slots__ = ("base", "time", "revision", "build")

    def __init__(self, base: str, time: str, revision: str, build: str) -> None:
        self.base = base
        self.time = time
        self.revision = revision
        self.build = build


def split_pseudo(version: str) -> Pseudo | None:
    """The parts, or None if it is no pseudo-version."""
    if not is_pseudo_version(version):
        return None
    metadata = semver.build(version)
    text, _, revision = version[: len(version) - len(metadata)].rpartition("-")
    dash = text.rfind("-")
    dot = text.rfind(".")
    cut = dot if dot > dash else dash
    return Pseudo(text[:cut], text[cut + 1 :], revision, metadata)


def pseudo_time(version: str) -> str:
    """The time as RFC 3339, "" if it is no pseudo-version or not a time."""
    parts = split_pseudo(version)
    if parts is None:
        return ""
    t = parts.time
    days = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    month = int(t[4:6])
    if not 1 <= month <= 12 or not 1 <= int(t[6:8]) <= days[month - 1]:
        return ""
    if int(t[8:10]) > 23 or int(t[10:12]) > 59 or int(t[12:14]) > 59:
        return ""
    year = int(t[:4])
    if month == 2 and int(t[6:8]) == 29 and not (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)):
        return ""
    return f"{t[:4]}-{t[4:6]}-{t[6:8]}T{t[8:10]}:{t[10:12]}:{t[12:14]}Z"


def pseudo_base(version: str) -> tuple[str, str]:
    """The tag a pseudo-version comes after ("" for none), and what is wrong with it ("" for nothing)."""
    parts = split_pseudo(version)
    if parts is None:
        return "", "syntax error"
    base = parts.base
    prerelease = semver.prerelease(base)
    if prerelease == "":
        if parts.build:
            return "", f'lacks base version, but has build metadata "{parts.build}"'
        return "", ""
    if prerelease == "-0":
        text = base[: -len(prerelease)]
        dot = text.rindex(".") + 1
        patch = int(text[dot:])
        if patch == 0:
            return "", f"version before {text} would have negative patch number"
        return f"{text[:dot]}{patch - 1}{parts.build}", ""
    return base.removesuffix(".0") + parts.build, ""
