"""`goes tool pack`: make, list and take apart archives.

Source: cmd/pack (operations, messages).
"""

from __future__ import annotations

import os
import stat
import sys
import time
from typing import Final, TextIO

from ..diag.diagnostic import UserError
from ..obj.archive import (
    OBJECT_MEMBER,
    PACKAGE_MEMBER,
    Member,
    is_compiler_object,
    read_archive,
    write_archive,
)
from .binary import read_file

USAGE: Final = """Usage: pack op file.a [name....]
Where op is one of cprtx optionally followed by v for verbose output.
For compatibility with old Go build environments the op string grc is
accepted as a synonym for c.

For more information, run
	go doc cmd/pack
"""
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def main(arguments: list[str], out: TextIO, err: TextIO) -> int:
    if len(arguments) < 2:
        err.write(f"pack: not enough arguments\n\n{USAGE}")
        return 2
    operation, verbose = _operation(arguments[0])
    if operation == "?":
        err.write(USAGE)
        return 2
    if operation == "":
        err.write(f'pack: invalid operation "{arguments[0]}"\n\n{USAGE}')
        return 2
    path, names = arguments[1], arguments[2:]
    try:
        if operation in "cr":
            if not names:
                err.write(USAGE)
                return 2
            _write(operation, path, names, verbose, out)
            return 0
        members = read_archive(read_file(path), path)
        for m in members:
            if "/" in m.name or m.name in ("", ".", ".."):
                raise UserError(f'"{m.name}": invalid name')
        left = list(names)
        for m in members:
            if names:
                if m.name not in left:
                    continue
                left.remove(m.name)
            _show(operation, m, verbose, out)
        if left:
            raise UserError(f'file "{left[0]}" not in archive')
    except UserError as problem:
        err.write(f"pack: {problem.message}\n")
        return 1
    except OSError as problem:
        err.write(f"pack: {problem}\n")
        return 1
    return 0


def _operation(text: str) -> tuple[str, bool]:
    """(operation, verbose); "?" for a mistake in the letters, "" for none of them."""
    operation = ""
    verbose = False
    for letter in "c" if text == "grc" else text:
        if letter in "cprtx":
            if operation:
                return "?", False
            operation = letter
        elif letter == "v" and not verbose:
            verbose = True
        else:
            return "?", False
    return operation, verbose


def _show(operation: str, m: Member, verbose: bool, out: TextIO) -> None:
    if operation == "t":
        out.write((describe(m) if verbose else m.name) + "\n")
        return
    if verbose:
        out.write(m.name + "\n")
    if operation == "p":
        out.flush()
        stream = out.buffer if hasattr(out, "buffer") else sys.stdout.buffer
        stream.write(m.data)
        stream.flush()
        return
    with open(m.name, "wb") as f:
        f.write(m.data)
    os.chmod(m.name, 0o444)


def describe(m: Member) -> str:
    """The line of a verbose listing."""
    when = time.localtime(m.mtime)
    date = f"{_MONTHS[when.tm_mon - 1]} {when.tm_mday:2d} {when.tm_hour:02d}:{when.tm_min:02d} {when.tm_year}"
    mode = stat.filemode(stat.S_IFREG | (m.mode & 0o777))
    return f"{mode} {m.uid:6d}/{m.gid:<6d} {len(m.data):12d} {date} {m.name}"


def _write(operation: str, path: str, names: list[str], verbose: bool, out: TextIO) -> None:
    members: list[Member] = []
    if operation == "r" and os.path.exists(path):
        members = read_archive(read_file(path), path)
    inputs = [(name, read_file(name)) for name in names]
    parsed: list[list[Member] | None] = []
    for name, data in inputs:
        try:
            entries = read_archive(data, name)
        except UserError:
            parsed.append(None)
            continue
        parsed.append(entries if is_compiler_object(entries) else None)
    if operation == "c":
        for (name, _), compiled in zip(inputs, parsed):
            package = next((m for m in compiled or [] if m.name == PACKAGE_MEMBER), None)
            if package is not None:
                if verbose:
                    out.write(f"__.PKGDEF # {name}\n")
                members.append(Member(PACKAGE_MEMBER, package.data))
                break
    for (name, data), compiled in zip(inputs, parsed):
        if verbose:
            out.write(name + "\n")
        base = os.path.basename(name)
        if compiled is None:
            members.append(Member(base, data, stat.S_IMODE(os.stat(name).st_mode)))
            continue
        for m in compiled:
            if m.name == OBJECT_MEMBER:
                members.append(Member(base, m.data))
    with open(path, "wb") as f:
        f.write(write_archive(members))
