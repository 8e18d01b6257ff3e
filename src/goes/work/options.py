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
        "cache_key", "cover",
    )  # fmt: skip

    def __init__(self) -> None:
        self.level = BY_PACKAGE
        self.inline = True
        self.all_errors = False
        self.jobs = os.cpu_count() or 1
        self.trimpath = False
        self.ldflags: list[str] = []
        self.build_id = ""
        self.progress: Progress | None = None
        self.modinfo = b""
        self.cache: Cache | None = None  # where what is compiled of std is kept
        self.cache_key: list[str] = []
        self.cover: Coverage | None = None  # which packages count what runs


def split_words(text: str) -> list[str]:
    """Space-separated words; 'single' or "double" quotes around a whole word or a part of it."""
    words: list[str] = []
    word = ""
    quote = ""
    inside = False
    for c in text:
        if quote:
            if c == quote:
                quote = ""
            else:
                word += c
        elif c in "'\"":
            quote = c
            inside = True
        elif c.isspace():
            if inside or word:
                words.append(word)
            word = ""
            inside = False
        else:
            word += c
    if inside or word:
        words.append(word)
    return words


def split_pattern_flags(text: str) -> list[str]:
    """The flags of -gcflags='[pattern=]flags'. A pattern is accepted and, since all code of a program is compiled
    alike, stands for all packages."""
    text = text.strip()
    if not text.startswith(("-", "'", '"')) and "=" in text:
        text = text.split("=", 1)[1]
    return split_words(text)
