"""Go versions: parsing, comparing, the language version of a toolchain version.

    compare("go1.21rc1", "go1.21.0") < 0        lang("go1.21.3") == "go1.21"

Sources: go.dev/doc/toolchain "Go versions"; go/version, internal/gover (roles).
"""

from __future__ import annotations

from typing import Final, final


@final
class Version:
    """The parts of a version; `kind` is "", "alpha", "beta" or "rc". patch and pre are -1 where absent."""

    __slots__ = ("major", "minor", "patch", "kind", "pre")

    def __init__(self, major: int, minor: int, patch: int, kind: str, pre: int) -> None:
        self.major = major
        self.minor = minor
        self.patch = patch
        self.kind = kind
        self.pre = pre

    def key(self) -> tuple[int, int, int, str, int]:
        return self.major, self.minor, self.patch, self.kind, self.pre


def _cut_int(s: str) -> tuple[int, str]:
    """The leading decimal number and the rest; -1 if there is none or it has needless zeros."""
    i = 0
    while i < len(s) and "0" <= s[i] <= "9":
        i += 1
    if i == 0 or i > 100 or (s[0] == "0" and i != 1):
        return -1, ""
    return int(s[:i]), s[i:]


def parse(version: str) -> Version | None:
    """go1.21.3, go1.22rc1, go1 …; a -suffix is ignored. None if it is no version."""
    s = version.partition("-")[0]
    if not s.startswith("go"):
        return None
    major, s = _cut_int(s[2:])
    if major < 0:
        return None
    if not s:
        return Version(major, 0, 0, "", -1)
    if s[0] != ".":
        return None
    minor, s = _cut_int(s[1:])
    if minor < 0:
        return None
    if not s:
        # Up to 1.20, a version without patch is the release; from 1.21 on it is the language, before any release.
        return Version(major, minor, 0 if minor < 21 else -1, "", -1)
    if s[0] == ".":
        patch, s = _cut_int(s[1:])
        return None if patch < 0 or s else Version(major, minor, patch, "", -1)
    i = 0
    while i < len(s) and not "0" <= s[i] <= "9":
        if not "a" <= s[i] <= "z":
            return None
        i += 1
    kind = s[:i]
    if not kind:
        return None
    s = s[i:]
    if not s:
        return Version(major, minor, -1, kind, -1)
    pre, s = _cut_int(s)
    return None if pre < 0 or s else Version(major, minor, -1, kind, pre)


def is_valid(version: str) -> bool:
    return parse(version) is not None


def compare(x: str, y: str) -> int:
    """-1, 0 or +1. An invalid version is less than every valid one."""
    vx = parse(x)
    vy = parse(y)
    if vx is None or vy is None:
        return (0 if vy is None else -1) if vx is None else 1
    a = vx.key()
    b = vy.key()
    return -1 if a < b else 1 if a > b else 0


def lang(version: str) -> str:
    """The language version: go1.21 of go1.21rc2; "" of an invalid version."""
    v = parse(version)
    if v is None:
        return ""
    if v.major == 1 and v.minor == 0:
        return "go1"
    return f"go{v.major}.{v.minor}"


def at_least(version: str, want: str) -> bool:
    """Whether the language version allows a feature of `want`; an empty or invalid version allows everything."""
    return not lang(version) or compare(lang(version), want) >= 0


CURRENT: Final = "go1.27"  # the language version of this toolchain
GO1_9: Final = "go1.9"
GO1_13: Final = "go1.13"
GO1_14: Final = "go1.14"
GO1_17: Final = "go1.17"
GO1_18: Final = "go1.18"
GO1_20: Final = "go1.20"
GO1_21: Final = "go1.21"
GO1_22: Final = "go1.22"
GO1_23: Final = "go1.23"
GO1_26: Final = "go1.26"
GO1_27: Final = "go1.27"
