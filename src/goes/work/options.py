"""What the flags decide about a build. Light: the warm path imports it, the compiler does not come with it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, final

from ..diag.native import mypyc_attr

if TYPE_CHECKING:
    from .cache import Cache
    from .coverage import Coverage


BY_PACKAGE: Final = -1


@mypyc_attr(allow_interpreted_subclasses=True)
class Progress:
    """Told what a build is doing; the command line shows it on a terminal."""

    def stage(self, text: str) -> None:
        """A new stage has begun."""


@final
class BuildOptions:
    """`level`: 0/1 quick tier, 2/3 full, BY_PACKAGE what pays (tiers.py)."""

    __slots__ = (
        "level", "inline", "all_errors", "jobs", "trimpath", "ldflags", "build_id", "progress", "modinfo", "cache",
        "cache_key", "compile_flags", "asm_flags", "raw_flags", "stamps", "main_version", "cover", "counted", "keeps_calls",
        "profiles", "link_report",
    )  # fmt: skip

    def __init__(self) -> None:
        self.level = BY_PACKAGE
        self.inline = True
        self.keeps_calls: frozenset[str] = frozenset()  # packages of the user's where nothing is inlined
        self.all_errors = False
        self.jobs = os.cpu_count() or 1
        self.trimpath = False
        self.ldflags: list[str] = []
        self.build_id = ""
        self.progress: Progress | None = None
        self.modinfo = b""
        self.cache: Cache | None = None  # where what is compiled of std is kept
        self.cache_key: list[str] = []
        # What the user said, by import path: for the steps that are shown, and what the compiler understands of it.
        self.compile_flags: dict[str, list[str]] = {}
        self.asm_flags: dict[str, list[str]] = {}
        self.profiles: dict[str, str] = {}  # description of a package → profile; goes only shows it
        self.link_report = ""  # what the linker printed (-ldflags=-v)
        self.raw_flags: dict[str, str] = {}  # -asmflags, -gcflags, -ldflags as written, for build information
        self.stamps: list[tuple[str, str]] = []  # vcs, vcs.revision, ...
        self.main_version = ""  # of the main module, by its repository's tags
        self.cover: Coverage | None = None  # which packages count what runs
        self.counted: frozenset[str] = frozenset()  # import paths of packages with edge counters, for fuzzing


def split_quoted(text: str) -> tuple[list[str], str]:
    """Words separated by blanks, and what is wrong. A word that begins with a quote reaches to the next one like it;
    quotes inside a word are plain characters."""
    words: list[str] = []
    i = 0
    while i < len(text):
        c = text[i]
        if c in " \t\n\r":
            i += 1
        elif c in "'\"":
            end = text.find(c, i + 1)
            if end < 0:
                return words, f"unterminated {c} string"
            words.append(text[i + 1 : end])
            i = end + 1
        else:
            end = i
            while end < len(text) and text[end] not in " \t\n\r":
                end += 1
            words.append(text[i:end])
            i = end
    return words, ""


def split_words(text: str) -> list[str]:
    """The words of split_quoted."""
    return split_quoted(text)[0]
