"""The hash "h1:" of a module's files, as go.sum has it.

    SHA-256 over the sorted lines   <SHA-256 of the file in hex>  <name>\\n    in base64

Source: golang.org/x/mod/sumdb/dirhash.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from .problem import FetchError

if TYPE_CHECKING:
    from zipfile import ZipFile

_CHUNK: Final = 1 << 18


def hash_names(names: list[str], chunks: Callable[[str], Iterable[bytes]]) -> str:
    """Of named contents."""
    total = hashlib.sha256()
    for name in sorted(names, key=_as_bytes):
        if "\n" in name:
            raise FetchError("dirhash: filenames with newlines are not supported")
        one = hashlib.sha256()
        for chunk in chunks(name):
            one.update(chunk)
        total.update(f"{one.hexdigest()}  ".encode("ascii") + _as_bytes(name) + b"\n")
    return "h1:" + base64.b64encode(total.digest()).decode("ascii")


def _as_bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")


def hash_go_mod(data: bytes) -> str:
    """Of a go.mod file by itself: the line "path version/go.mod" in go.sum."""
    return hash_names(["go.mod"], lambda name: [data])


def hash_zip(path: str) -> str:
    """Of the files in a module zip. A file is never read beyond its declared size."""
    from .modulezip import open_zip, zip_name

    with open_zip(path) as archive:
        entries = {zip_name(entry): entry for entry in archive.infolist()}
        names = [zip_name(entry) for entry in archive.infolist()]

        def chunks(name: str) -> Iterable[bytes]:
            return read_chunks(archive, entries[name])

        return hash_names(names, chunks)


def read_chunks(archive: ZipFile, entry: object) -> Iterable[bytes]:
    """The contents of an entry of a zip; FetchError if they are damaged."""
    import zlib
    from zipfile import BadZipFile, ZipInfo

    assert isinstance(entry, ZipInfo)
    try:
        with archive.open(entry) as f:
            total = 0
            while True:
                data = f.read(_CHUNK)
                if not data:
                    break
                total += len(data)
                yield data
    except (BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError) as e:
        reason = "zip: checksum error" if "CRC" in str(e) else "zip: not a valid zip file"
        if isinstance(e, NotImplementedError):
            reason = "zip: unsupported compression algorithm"
        elif isinstance(e, EOFError):
            reason = "unexpected EOF"
        raise FetchError(reason) from None
    if total != entry.file_size:
        raise FetchError("unexpected EOF")


def hash_directory(directory: str, prefix: str) -> str:
    """Of all files below a directory, named prefix/…"""
    names: dict[str, str] = {}
    pending = [("", directory)]
    while pending:
        below, current = pending.pop()
        with os.scandir(current) as entries:
            for entry in entries:
                relative = below + entry.name
                if entry.is_dir(follow_symlinks=False):
                    pending.append((relative + "/", entry.path))
                else:
                    names[f"{prefix}/{relative}"] = entry.path

    def chunks(name: str) -> Iterable[bytes]:
        with open(names[name], "rb") as f:
            while True:
                data = f.read(_CHUNK)
                if not data:
                    return
                yield data

    return hash_names(list(names), chunks)
