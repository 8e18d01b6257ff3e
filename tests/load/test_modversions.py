"""Module versions, the words of errors, patterns, ignore lines, diffs."""

from __future__ import annotations

import pytest

from goes.load.moderrors import BuildListError, ModError, ModuleError, short_message, version_error
from goes.load.modmatch import IgnorePatterns
from goes.load.modversions import (
    compare,
    compare_main,
    from_toolchain,
    is_prefix,
    is_zero_pseudo,
    sort_mods,
    zero_pseudo,
)
from goes.load.patterns import clean_patterns, pattern_matcher, tree_matcher
from goes.load.workfiles import raise_work_go
from goes.module import workfile
from goes.util.unifieddiff import unified_diff


def test_the_main_module_is_above_all_versions_and_none_below() -> None:
    assert compare_main("m", "", "v9.0.0") > 0 and compare_main("m", "none", "v0.0.0") < 0
    assert compare("go", "1.21", "1.21rc1") < 0 and compare("go", "1.21rc1", "1.21.0") < 0
    assert compare("toolchain", "go1.21.3", "go1.21.3-custom") == 0


def test_mods_are_sorted_by_path_then_version_then_file() -> None:
    mods = [("b", "v1.0.0"), ("a", "v1.10.0"), ("a", "v1.9.0/go.mod"), ("a", "v1.9.0")]
    sort_mods(mods)
    assert mods == [("a", "v1.9.0"), ("a", "v1.9.0/go.mod"), ("a", "v1.10.0"), ("b", "v1.0.0")]


@pytest.mark.parametrize(
    "path, version, prefix",
    [("m", "v1", True), ("m", "v1.2", True), ("m", "v1.2.3", False), ("m", "v1-pre", False), ("go", "1.22", True),
     ("go", "1.16", False), ("go", "1.22rc1", False), ("toolchain", "go1.22", True)],
)  # fmt: skip
def test_versions_that_leave_something_open(path: str, version: str, prefix: bool) -> None:
    assert is_prefix(path, version) is prefix


def test_pseudo_versions() -> None:
    assert zero_pseudo("v2") == "v2.0.0-00010101000000-000000000000" and is_zero_pseudo(zero_pseudo("v2"))
    assert from_toolchain("go1.21.3-custom") == "1.21.3" and from_toolchain("go1/../x") == ""


def test_a_raised_go_line_makes_a_toolchain_line_useless() -> None:
    def raised(toolchain: str) -> str:
        work = workfile.parse("go.work", f"go 1.21\n\ntoolchain {toolchain}\n")
        assert raise_work_go(work, "1.22.1")
        return work.toolchain

    assert raised("go1.21.3") == raised("go1.22.1") == ""
    assert raised("go1.22.1-custom") == "go1.22.1-custom" and raised("go1.23.0") == "go1.23.0"


def test_errors_name_their_module_once() -> None:
    inner = ModError("404 Not Found", not_exist=True)
    error = version_error(("a", "v1.0.0"), inner)
    assert str(error) == "a@v1.0.0: 404 Not Found" and error.not_exist
    assert version_error(("a", "v1.0.0"), error) is error
    assert str(ModuleError(("a", ""), inner)) == "module a: 404 Not Found"
    chain = [("main", ""), ("b", "v1.0.0"), ("a", "v1.0.0")]
    assert str(BuildListError(error, chain)) == "b@v1.0.0 requires\n\ta@v1.0.0: 404 Not Found"
    other = version_error(("fork", "v3.0.0"), inner)
    assert str(BuildListError(other, chain)).endswith("a@v1.0.0 (replaced by fork@v3.0.0): 404 Not Found")


def test_messages_out_of_go_mod_are_made_safe() -> None:
    assert short_message("one\ntwo", "") == "one"
    assert short_message(" ", "nothing") == "nothing"
    assert short_message("x" * 501, "") == "(message omitted: too long)"
    assert short_message("\x1b[31m", "") == "(message omitted: contains non-printable characters)"


@pytest.mark.parametrize(
    "pattern, matches, misses",
    [
        ("net/...", ["net", "net/http"], ["netchan"]),
        ("net...", ["net", "netchan", "net/http"], ["ne"]),
        ("./...", ["./a", "./vendor"], ["./vendor/a", "./a/vendor/b"]),
        ("./vendor/...", ["./vendor/a", "./vendor"], ["./a"]),
        (".../a", ["x/a", "x/y/a"], ["x/a/b"]),
    ],
)
def test_wildcards(pattern: str, matches: list[str], misses: list[str]) -> None:
    match = pattern_matcher(pattern)
    assert all(map(match, matches)) and not any(map(match, misses))


def test_trees_that_can_match() -> None:
    can_match = tree_matcher("a/b.../c")
    assert can_match("a") and can_match("a/b") and can_match("a/bc/x") and not can_match("a/x") and not can_match("ab")


def test_patterns_are_cleaned_but_not_their_versions() -> None:
    assert clean_patterns([]) == ["."]
    assert clean_patterns(["./a/", "a//b@v1//x", "./", "/tmp/../x"]) == ["./a", "a/b@v1//x", ".", "/x"]


def test_ignore_lines() -> None:
    ignore = IgnorePatterns(["./top", "any/where"])
    assert ignore.ignores("top") and ignore.ignores("top/x") and not ignore.ignores("a/top")
    assert ignore.ignores("x/any/where") and not ignore.ignores("x/any")


def test_diff() -> None:
    assert unified_diff("a", "same\n", "b", "same\n") == ""
    old = "".join(f"{i}\n" for i in range(12))
    new = old.replace("5\n", "five\n") + "end"
    assert unified_diff("a", old, "b", new) == (
        "diff a b\n--- a\n+++ b\n@@ -3,7 +3,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n"
        "@@ -10,3 +10,4 @@\n 9\n 10\n 11\n+end\n\\ No newline at end of file\n"
    )
