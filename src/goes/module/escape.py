"""Module paths and versions as file names and URL paths spell them: "!" and the small letter for a capital.

    escape_path("github.com/BurntSushi/toml")    →    "github.com/!burnt!sushi/toml"

Also which version fits which path. Source: golang.org/x/mod/module (EscapePath, Check).
"""

from __future__ import annotations

from . import semver
from .pathmajor import major_mismatch
from .paths import FILE, _check_element, check_module_path, split_major
from .problem import FetchError, invalid_version, module_error


def escape(text: str) -> str:
    """Of a path or version that is known to be good."""
    if text.islower():
        return text
    return "".join("!" + c.lower() if "A" <= c <= "Z" else c for c in text)


def escape_path(path: str) -> str:
    """FetchError if it is no module path."""
    wrong = check_module_path(path)
    if wrong:
        raise FetchError(wrong)
    return escape(path)


def escape_version(version: str) -> str:
    """A version or revision. FetchError if it cannot be a file name."""
    if "!" in version or _check_element(version, FILE):
        raise invalid_version(version, "disallowed version string")
    if any(ord(c) >= 0x80 for c in version):
        raise FetchError("internal error: inconsistency in EscapePath")
    return escape(version)


def check(path: str, version: str) -> FetchError | None:
    """Is the path a module path, the version a version, and do they fit?"""
    wrong = check_module_path(path)
    if wrong:
        return FetchError(wrong)
    if not semver.is_valid(version):
        return module_error(path, "", invalid_version(version, "not a semantic version"))
    parts = split_major(path)
    wrong = major_mismatch(version, parts[1] if parts is not None else "")
    return module_error(path, "", invalid_version(version, wrong)) if wrong else None


def check_canonical(version: str) -> None:
    """FetchError unless the version is one, in its canonical spelling."""
    if not semver.is_valid(version):
        raise FetchError(f'non-semver module version "{version}"')
    if semver.canonical_version(version) != version:
        raise FetchError(f'non-canonical module version "{version}"')
