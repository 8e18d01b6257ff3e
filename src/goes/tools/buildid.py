"""`goes tool buildid`: print a file's build ID, or with -w renew its content part.

    action/.../old content hash   →   action/.../hash of the file with its id zeroed

Sources: cmd/buildid; cmd/internal/buildid (FindAndHash, HashToString, archive header).
"""

from __future__ import annotations

import base64
import hashlib
import struct
from typing import Final, TextIO

from ..diag.diagnostic import UserError
from ..obj.archive import MAGIC, read_archive
from .binary import Binary, read_file
from .flags import FlagError, Flags

USAGE: Final = """usage: go tool buildid [-w] file
  -w	write build ID
"""
_HASH_BYTES: Final = 15


def read_build_id(path: str, data: bytes) -> str:
    """The build ID in an executable's note or an archive's object header."""
    if data[: len(MAGIC)] == MAGIC:
        for member in read_archive(data, path):
            for line in member.data[:4096].split(b"\n"):
                if line.startswith(b"build id "):
                    return line[9:].decode("utf-8", "replace").strip('"')
        return ""
    return Binary(path, data).build_id()


def hash_to_string(digest: bytes) -> str:
    """The short form of a hash in build IDs: 120 bits, 20 characters."""
    return base64.urlsafe_b64encode(digest[:_HASH_BYTES]).decode()


def _host_build_id(data: bytes) -> tuple[int, int]:
    """Where the GNU build ID is: it depends on the Go build ID and so is not hashed."""
    if data[:4] != b"\x7fELF":
        return 0, 0
    section = Binary("", data).section(".note.gnu.build-id")
    # The note's header and owner stay.
    return (section.offset + 16, section.size - 16) if section is not None else (0, 0)


def content_hash(data: bytes, build_id: str) -> bytes:
    """SHA-256 of the file with every occurrence of the build ID, and the GNU build ID, zeroed."""
    start, size = _host_build_id(data)
    image = bytearray(data)
    image[start : start + size] = bytes(size)
    needle = build_id.encode()
    return hashlib.sha256(bytes(image).replace(needle, bytes(len(needle)))).digest()


def renew(path: str, data: bytes) -> bytes:
    """The file with the content part of its build ID made true."""
    old = read_build_id(path, data)
    if "/" not in old:
        raise UserError(f"{path}: build ID is a legacy format...binary too old for this tool")
    new = old[: old.rindex("/")] + "/" + hash_to_string(content_hash(data, old))
    if len(new) != len(old):
        raise UserError(f'{path}: build ID length mismatch "{old}" vs "{new}"')
    return data.replace(old.encode(), new.encode())


def main(arguments: list[str], out: TextIO, err: TextIO) -> int:
    flags = Flags({}, ["w"])
    try:
        flags.parse(arguments)
    except FlagError as mistake:
        err.write(f"{mistake.message}\n{USAGE}")
        return 2
    if len(flags.arguments) != 1:
        err.write(USAGE)
        return 2
    path = flags.arguments[0]
    try:
        data = read_file(path)
        if not flags.booleans["w"]:
            out.write(read_build_id(path, data) + "\n")
            return 0
        changed = renew(path, data)
        with open(path, "r+b") as f:
            f.write(changed)
    except UserError as problem:
        err.write(f"buildid: {problem.message}\n")
        return 1
    except (OSError, struct.error) as problem:
        err.write(f"buildid: {problem}\n")
        return 1
    return 0
