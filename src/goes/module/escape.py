"""Module paths and versions as file names and URL paths spell them: "!" and the small letter for a capital.

    escape_path("github.com/BurntSushi/toml")    →    "github.com/!burnt!sushi/toml"

Also which version fits which path. Sources: golang.org/x/mod/module (EscapePath, Check, CheckPathMajor).
"""

from __future__ import annotations

from . import semver
from .paths import FILE, _check_element, check_module_path, split_major
from .problem import FetchError, invalid_version, module_error
from .pseudo import build, canonical_version


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


def check_path_major(version: str, path_major: str) -> FetchError | None:
    """Does the version fit the path's suffix ("/v2", ".v2", "")?"""
    if path_major.startswith(".v"):
        path_major = path_major.removesuffix("-unstable")
    if version.startswith("v0.0.0-") and path_major == ".v1":
        # gopkg.in: a pseudo-version of the v1 branch that has no tag.
        return None
    major = semver.major(version)
    if path_major == "":
        if major in ("v0", "v1") or build(version) == "+incompatible":
            return None
        wanted = "v0 or v1"
    else:
        wanted = path_major[1:]
        if major == wanted:
            return None
    return invalid_version(version, f"should be {wanted}, not {major}")


def path_major_prefix(path_major: str) -> str:
    """ "v2" of "/v2" and ".v2-unstable"."""
    if path_major.startswith(".v"):
        path_major = path_major.removesuffix("-unstable")
    return path_major[1:]


def check(path: str, version: str) -> FetchError | None:
    """Is the path a module path, the version a version, and do they fit?"""
    wrong = check_module_path(path)
    if wrong:
        return FetchError(wrong)
    if not semver.is_valid(version):
        return module_error(path, "", invalid_version(version, "not a semantic version"))
    parts = split_major(path)
    error = check_path_major(version, parts[1] if parts is not None else "")
    return None if error is None else module_error(path, "", error)


def check_canonical(version: str) -> None:
    """FetchError unless the version is one, in its canonical spelling."""
    if not semver.is_valid(version):
        raise FetchError(f'non-semver module version "{version}"')
    if canonical_version(version) != version:
        raise FetchError(f'non-canonical module version "{version}"')
