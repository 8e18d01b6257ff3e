"""What `goes version [-m] file` prints about a binary.

Sources: debug/buildinfo; cmd/go/internal/version.
"""

from __future__ import annotations

import os
import stat
from typing import TextIO

from ..diag.diagnostic import UserError
from ..link.buildinfo import MAGIC, parse_buildinfo
from .binary import Binary, read_file

NOT_GO = "not a Go executable"


def read_build_info(path: str) -> tuple[str, str] | None:
    """(Go version, module text) of an executable, None if it is none of Go's."""
    data = read_file(path)
    try:
        section = Binary(path, data).section(".go.buildinfo")
    except UserError:
        return None
    if section is not None:
        content = data[section.offset : section.offset + section.size]
    else:
        # A stripped file: the magic is 16-byte aligned.
        at = data.find(MAGIC)
        while at >= 0 and at % 16 != 0:
            at = data.find(MAGIC, at + 1)
        if at < 0:
            return None
        content = data[at:]
    try:
        return parse_buildinfo(content)
    except IndexError:
        return None


def is_candidate(path: str, mode: int) -> bool:
    """Whether people would expect the file to be a Go binary."""
    if stat.S_ISREG(mode) and mode & 0o111:
        return True
    name = path.lower()
    return os.path.splitext(name)[1] in (".so", ".exe", ".dll") or ".so." in name


def report(path: str, modules: bool, must_print: bool, out: TextIO, err: TextIO) -> bool:
    """Print one file's version; whether it is a Go binary."""
    try:
        info = read_build_info(path)
    except UserError as problem:
        if must_print:
            err.write(problem.message + "\n")
        return False
    if info is None:
        if must_print and is_candidate(path, os.stat(path).st_mode):
            err.write(f"{path}: {NOT_GO}\n")
        return False
    version, text = info
    out.write(f"{path}: {version}\n")
    if modules and text:
        for line in text.removesuffix("\n").split("\n"):
            out.write(f"\t{line}\n")
    return True
