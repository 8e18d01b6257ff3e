"""Which major version the suffix of a module path allows ("/v2", ".v2" of gopkg.in, "").

    major_mismatch("v2.0.0", "")      →   "should be v0 or v1, not v2"
    major_prefix(".v2-unstable")      →   "v2"

Source: golang.org/x/mod/module (CheckPathMajor, PathMajorPrefix).
"""

from __future__ import annotations

from . import semver


def major_mismatch(version: str, suffix: str) -> str:
    """Why the version does not fit a path with that suffix; "" if it does."""
    if version.startswith("v0.0.0-") and suffix in (".v1", ".v1-unstable"):
        return ""  # gopkg.in: a pseudo-version of a v1 branch without tags: go.dev/issue/24099
    wanted = major_prefix(suffix)
    major = semver.major(version)
    if wanted:
        fits = major == wanted
    else:
        fits = major in ("v0", "v1") or semver.build(version) == "+incompatible"
    return "" if fits else f"should be {wanted or 'v0 or v1'}, not {major}"


def major_prefix(suffix: str) -> str:
    """ "v2" of "/v2" and ".v2-unstable"."""
    return suffix[1:].removesuffix("-unstable")
