"""Module versions as pairs (path, version), the Go toolchain among them as the modules "go" and "toolchain".

    compare("go", "1.21rc1", "1.21.0") < 0      compare("example.com/m", "v1.2.0", "none") > 0
    sort_mods([("b", "v1.0.0"), ("a", "v1.0.0")])

The version "" is a main module (or a directory that replaces a module), "none" is no version at all.
Sources: Go modules reference "Versions"; Go toolchains, "Version selection"; cmd/go/internal/gover.
"""

from __future__ import annotations

import re
from functools import cmp_to_key
from typing import Final

from ..module import semver
from ..module.paths import is_toolchain as is_toolchain
from ..module.paths import split_major
from ..module.pseudo import is_pseudo_version

Mod = tuple[str, str]
NO_MOD: Final[Mod] = ("", "")

NARROW_ALL: Final = "1.16"  # from here on "all" leaves out the tests of other modules
DEFAULT_GO: Final = "1.16"  # of a go.mod without a go line
DEFAULT_WORK: Final = "1.18"  # of a go.work without one
EXPLICIT_INDIRECT: Final = "1.17"  # from here on the graph is pruned
SEPARATE_INDIRECT: Final = "1.17"  # and indirect requirements have their own block
SIMPLE_REQUIRE: Final = "1.27"  # from here on there are at most two blocks
TIDY_GO_MOD_SUM: Final = "1.21"
STRICT: Final = "1.21"  # from here on a go line is a requirement
EXPLICIT_MODULES_TXT: Final = "1.23"
TOOLS: Final = "1.24"  # the first with tool lines


def from_toolchain(name: str) -> str:
    """ "1.21.3" of go1.21.3-custom; "" if the name is none of a toolchain."""
    if "/" in name or "\\" in name or not name.startswith("go"):
        return ""
    version = re.split(r"[ \t-]", name[2:], maxsplit=1)[0]
    return version if semver.is_valid_go(version) else ""


def _toolchain_version(name: str) -> str:
    return name if semver.is_valid_go(name) else from_toolchain(name)


def compare(path: str, a: str, b: str) -> int:
    """Versions of the module with that path. Anything that is no version is less than any version."""
    if path == "go":
        return semver.compare_go(a, b)
    if path == "toolchain":
        return semver.compare_go(_toolchain_version(a), _toolchain_version(b))
    return semver.compare(a, b)


def compare_main(path: str, a: str, b: str) -> int:
    """As compare, but "", the main module itself, is above all versions."""
    if not a or not b:
        return (not a) - (not b)
    return compare(path, a, b)


def _compare_mods(a: Mod, b: Mod) -> int:
    if a[0] != b[0]:
        return -1 if a[0] < b[0] else 1
    version_a, slash_a, file_a = a[1].partition("/")
    version_b, slash_b, file_b = b[1].partition("/")
    if version_a != version_b:
        return compare(a[0], version_a, version_b)
    return -1 if file_a < file_b else 1 if file_a > file_b else 0


_KEY: Final = cmp_to_key(_compare_mods)


def sort_mods(mods: list[Mod]) -> None:
    """By path, then by version."""
    mods.sort(key=_KEY)


def text(mod: Mod) -> str:
    return f"{mod[0]}@{mod[1]}" if mod[1] else mod[0]


def is_valid(path: str, version: str) -> bool:
    if path == "toolchain":
        return semver.is_valid_go(from_toolchain(version))
    return semver.is_valid_go(version) if path == "go" else semver.is_valid(version)


def _is_language(version: str) -> bool:
    """Is it a language version like 1.27? Before 1.21 that was a release, too."""
    return version != "" and semver.language_version(version) == version and semver.compare_go(version, STRICT) >= 0


def is_prefix(path: str, version: str) -> bool:
    """Does a valid version leave something open, as v1 and v1.2 do?"""
    if path == "toolchain":
        return _is_language(from_toolchain(version))
    if path == "go":
        return _is_language(version)
    return "-" not in version and "+" not in version and version.count(".") < 2


def is_prerelease(path: str, version: str) -> bool:
    if is_toolchain(path):
        number = from_toolchain(version) if path == "toolchain" else version
        return re.search(r"[a-z]", number) is not None
    return semver.prerelease(version) != ""


def major_minor(path: str, version: str) -> str:
    if path == "toolchain":
        return "go" + semver.language_version(from_toolchain(version))
    if path == "go":
        return semver.language_version(version)
    return ".".join(semver.canonical(version).split(".")[:2])


def path_major(path: str) -> str | None:
    """The major suffix of a module path, "" without one; None if the path cannot be one of a module."""
    parts = split_major(path)
    return None if parts is None else parts[1]


def zero_pseudo(major: str) -> str:
    """The pseudo-version below all real ones, for a replacement that names no version."""
    return f"{major or 'v0'}.0.0-00010101000000-000000000000"


def is_zero_pseudo(version: str) -> bool:
    return is_pseudo_version(version) and version == zero_pseudo(semver.major(version))


def previous_language(version: str) -> str:
    """The language version before: 1.26 of 1.27.3."""
    language = semver.language_version(version)
    major, _, minor = language.partition(".")
    return f"{major}.{int(minor) - 1}" if minor and int(minor) > 0 else language
