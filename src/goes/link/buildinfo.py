"""`go version -m`: what a binary says about its making.

    buildinfo("go1.27.3", frame_modinfo("path\\tx\\n"))  →  magic, flags, inline strings: the content of .go.buildinfo

Sources: debug/buildinfo (the reader); cmd/link/internal/ld/data.go:buildinfo; cmd/go/internal/modload/build.go.
"""

from __future__ import annotations

from typing import Final

from ..obj.varint import read_uvarint, uvarint

MAGIC: Final = b"\xff Go buildinf:"
HEADER_SIZE: Final = 32
ALIGN: Final = 16
_POINTER_SIZE: Final = 8
_INLINE_STRINGS: Final = 2

# Sixteen bytes around the module text, so that tools can find it in a binary without other help.
_MODINFO_START: Final = bytes.fromhex("3077af0c9274080241e1c107e6d618e6")
_MODINFO_END: Final = bytes.fromhex("f932433186182072008242104116d8f2")


def frame_modinfo(text: str) -> bytes:
    """The framed module text, as runtime.modinfo holds it; empty for empty text."""
    if not text:
        return b""
    return _MODINFO_START + text.encode() + _MODINFO_END


def unframe_modinfo(data: bytes) -> str:
    """The module text in a framed string, "" if it is not one."""
    if len(data) >= 33 and data[-17:-16] == b"\n":
        return data[16:-16].decode("utf-8", "replace")
    return ""


def buildinfo(version: bytes, modinfo: bytes) -> bytes:
    out = bytearray(MAGIC)
    out.append(_POINTER_SIZE)
    out.append(_INLINE_STRINGS)
    out += bytes(HEADER_SIZE - len(out))
    out += uvarint(len(version)) + version
    out += uvarint(len(modinfo)) + modinfo
    out += bytes(-len(out) % ALIGN)
    return bytes(out)


def parse_buildinfo(data: bytes) -> tuple[str, str] | None:
    """(version, module text) of a .go.buildinfo content with inline strings, or None."""
    if data[: len(MAGIC)] != MAGIC or len(data) < HEADER_SIZE or not data[15] & _INLINE_STRINGS:
        return None
    length, at = read_uvarint(data, HEADER_SIZE)
    version = data[at : at + length].decode("utf-8", "replace")
    length, at = read_uvarint(data, at + length)
    return version, unframe_modinfo(data[at : at + length])
