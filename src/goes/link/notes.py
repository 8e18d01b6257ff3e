"""Identification notes.

    go_note("abc/def")   →  .note.go.buildid: the string verbatim, so that tools can patch it in place
    gnu_note(digest)     →  .note.gnu.build-id

Sources: cmd/link/internal/ld/elf.go; cmd/internal/buildid; System V ABI, note sections.
"""

from __future__ import annotations

import hashlib
import struct
from typing import Final

_GO_BUILDID: Final = 4
_GNU_BUILDID: Final = 3
_GNU_SIZE: Final = 20


def note(owner: bytes, kind: int, content: bytes) -> bytes:
    name = owner + bytes(-len(owner) % 4)
    return struct.pack("<III", len(owner), len(content), kind) + name + content + bytes(-len(content) % 4)


def go_note(build_id: str) -> bytes:
    return note(b"Go\0\0", _GO_BUILDID, build_id.encode())


def gnu_note(content: bytes) -> bytes:
    return note(b"GNU\0", _GNU_BUILDID, content)


def gnu_id(option: str, build_id: str) -> bytes:
    """What -B means: "" and "gobuildid" derive it from the Go build ID, "none" is none, "0x..." is itself."""
    if option == "none":
        return b""
    if option.startswith("0x"):
        return bytes.fromhex(option[2:])
    if not build_id:
        return b""
    digest = bytearray(hashlib.sha256(build_id.encode()).digest())
    # Go's tools use a hash that is deliberately not SHA-256 itself.
    digest[0] ^= 0xFF
    return bytes(digest[:_GNU_SIZE])
