"""-gcflags='[pattern=]flags'."""

from __future__ import annotations

import pytest

from goes.load.package import Package
from goes.work.options import split_quoted
from goes.work.perpackage import PackageFlags, split_pattern


@pytest.mark.parametrize(
    ("text", "words", "problem"),
    [
        ("-a  -b", ["-a", "-b"], ""),
        ("'-X main.s=a b' -w", ["-X main.s=a b", "-w"], ""),
        ("-X=it's", ["-X=it's"], ""),  # a quote inside a word is a plain character
        ('"-a', [], 'unterminated " string'),
    ],
)
def test_words(text: str, words: list[str], problem: str) -> None:
    assert split_quoted(text) == (words, problem)


@pytest.mark.parametrize(
    ("value", "pattern", "problem"),
    [
        ("-N -l", "", ""),
        ("  std = -N ", "std", ""),
        ("oops", "", "missing =<value> in <pattern>=<value>"),
        ("=-N", "", "missing <pattern> in <pattern>=<value>"),
        ("'a'=-N", "", "parameter may not start with quote character '"),
    ],
)
def test_patterns(value: str, pattern: str, problem: str) -> None:
    found = split_pattern(value)
    assert (found[0], found[2]) == (pattern, problem)


def package(path: str, directory: str = "", standard: bool = False) -> Package:
    p = Package(path)
    p.dir = directory
    p.standard = standard
    return p


def test_which_packages() -> None:
    named, other, std = package("m/a", "/src/m/a"), package("m/b", "/src/m/b"), package("fmt", "/go/src/fmt", True)

    def words(*values: str) -> list[list[str]]:
        flags = PackageFlags(list(values), "/src/m")
        return [flags.words(p, [named]) for p in (named, other, std)]

    assert words("-N") == [["-N"], [], []]
    assert words("all=-N") == [["-N"], ["-N"], ["-N"]]
    assert words("std=-N") == [[], [], ["-N"]]
    assert words("./b=-N") == [[], ["-N"], []]
    assert words("m/...=-N", "m/b=-l") == [["-N"], ["-l"], []]
    assert words("all=-N", "") == [[], ["-N"], ["-N"]]
