"""Versions and paths of modules: which are right, and their order."""

from __future__ import annotations

import pytest

from goes.module import semver
from goes.module.pathmajor import major_mismatch
from goes.module.paths import check_file_path, check_import_path, check_module_path, split_major


@pytest.mark.parametrize(
    "smaller, larger",
    [("v1.0.0", "v1.0.1"), ("v1.9.0", "v1.10.0"), ("v1.0.0-a", "v1.0.0"), ("v1.0.0-a.2", "v1.0.0-a.10"),
     ("v1.0.0-1", "v1.0.0-a"), ("bad", "v0.0.0"), ("v1.0.0-a", "v1.0.0-a.0"), ("v1.2", "v1.2.1")],
)
def test_versions_are_ordered(smaller: str, larger: str) -> None:
    assert semver.compare(smaller, larger) < 0 < semver.compare(larger, smaller)


def test_go_versions_are_ordered() -> None:
    order = ["1.9", "1.20", "1.21", "1.21rc1", "1.21rc2", "1.21.0", "1.21.1", "1.27.3"]
    for a, b in zip(order, order[1:]):
        assert semver.compare_go(a, b) < 0, (a, b)
    assert semver.language_version("1.27.3") == "1.27"


def test_major_versions_and_paths() -> None:
    assert major_mismatch("v2.0.0", "/v2") == "" == major_mismatch("v2.0.0+incompatible", "")
    assert major_mismatch("v2.0.0", "") == "should be v0 or v1, not v2"
    assert major_mismatch("v1.0.0", ".v2") == "should be v2, not v1"
    assert major_mismatch("v0.0.0-20200101000000-abcdef123456", ".v1") == ""


def test_paths() -> None:
    assert check_import_path("example.com/a-b/c~x") == ""
    assert check_import_path("a//b") == 'malformed import path "a//b": double slash'
    assert check_module_path("example.com/v1") == 'malformed module path "example.com/v1": invalid version'
    assert check_file_path("a b/ü.txt") == ""
    assert check_file_path("a:b") == "malformed file path \"a:b\": invalid char ':'"


@pytest.mark.parametrize(
    "path, parts",
    [
        ("example.com/x", ("example.com/x", "")), ("example.com/x/v2", ("example.com/x", "/v2")),
        ("example.com/x/v1", None), ("example.com/x/v02", None), ("example.com/x/v2.0", None),
        ("gopkg.in/y.v0", ("gopkg.in/y", ".v0")), ("gopkg.in/y.v2-unstable", ("gopkg.in/y", ".v2-unstable")),
        ("gopkg.in/y", None), ("example.com/x2", ("example.com/x2", "")), ("v2", ("v2", "")),
    ],
)  # fmt: skip
def test_the_major_version_in_a_path(path: str, parts: tuple[str, str] | None) -> None:
    assert split_major(path) == parts
