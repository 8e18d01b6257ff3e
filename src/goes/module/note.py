"""Signed notes: a text, an empty line, and signatures.

    go.sum database tree
    1234
    1hnx…=
                                               →   the text, if the signature of the known key is good
    — sum.golang.org Az3gr…

Source: golang.org/x/mod/sumdb/note.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Final, final

from .ed25519 import verify

_ED25519: Final = 1
_MAX_SIGNATURES: Final = 100
_SIGNATURE: Final = "— ".encode()


class NoteError(Exception):
    """What is wrong with a note or a key."""


@final
class Verifier:
    """A public key by its text: name+hash+key."""

    __slots__ = ("name", "hash", "_key")

    def __init__(self, text: str) -> None:
        name, _, rest = text.partition("+")
        hash_text, _, key_text = rest.partition("+")
        key = _decode(key_text)
        if len(hash_text) != 8 or not _is_name(name) or not key or any(c not in "0123456789abcdefABCDEF" for c in hash_text):
            raise NoteError("malformed verifier id")
        self.name = name
        self.hash = bytes.fromhex(hash_text)
        if hashlib.sha256(name.encode("utf-8", "surrogateescape") + b"\n" + key).digest()[:4] != self.hash:
            raise NoteError("invalid verifier hash")
        if key[0] != _ED25519:
            raise NoteError("unknown verifier algorithm")
        self._key = key[1:]
        if len(self._key) != 32:
            raise NoteError("malformed verifier id")

    def verify(self, text: bytes, signature: bytes) -> bool:
        return verify(self._key, text, signature)


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(c.isspace() or 0xDC80 <= ord(c) <= 0xDCFF for c in name)


def _decode(text: str) -> bytes:
    """Standard base64, or b""."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def plain_text(data: bytes) -> str | None:
    """The text if it is UTF-8 without control characters but newlines."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if any(c < " " and c != "\n" for c in text) else text


def open_note(message: bytes, verifier: Verifier) -> str:
    """The text of a note that this key has signed; NoteError for any other."""
    malformed = NoteError("malformed note")
    text = plain_text(message)
    if text is None:
        raise malformed
    split = message.rfind(b"\n\n")
    if split < 0:
        raise malformed
    body = message[: split + 1]
    signatures = message[split + 2 :]
    if not signatures.endswith(b"\n"):
        raise malformed
    good = False
    for number, line in enumerate(signatures[:-1].split(b"\n"), 1):
        if not line.startswith(_SIGNATURE) or number > _MAX_SIGNATURES:
            raise malformed
        name, _, encoded = line[len(_SIGNATURE) :].decode("utf-8").partition(" ")
        signature = _decode(encoded)
        if len(signature) < 5 or not _is_name(name):
            raise malformed
        if name != verifier.name or signature[:4] != verifier.hash or good:
            continue
        if not verifier.verify(body, signature[4:]):
            raise NoteError(f"invalid signature for key {name}+{verifier.hash.hex()}")
        good = True
    if not good:
        raise NoteError("note has no verifiable signatures")
    return body.decode("utf-8")
