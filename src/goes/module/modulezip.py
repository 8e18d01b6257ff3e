"""Module zip files: what may be in one, making one, extracting one.

    example.com/m@v1.0.0/go.mod          every entry is a plain file below module@version/; no two that a
    example.com/m@v1.0.0/sub/x.go        file system might take for one; at most 500 MB in all

Nothing is written before the whole archive has been checked, and no file gets longer than the archive declares.
Source: Go modules reference "Module zip files"; golang.org/x/mod/zip for the rules and messages.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable
from typing import BinaryIO, Final, final
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from . import semver
from .dirhash import read_chunks
from .escape import check
from .paths import check_file_path
from .problem import FetchError

MAX_ZIP: Final = 500 << 20
MAX_GO_MOD: Final = 16 << 20
MAX_LICENSE: Final = 16 << 20
_NOT_CLEAN: Final = "file path is not clean"
_GO_MOD_CASE: Final = "go.mod files must have lowercase names"


def open_zip(path: str | BinaryIO) -> ZipFile:
    """FetchError if it is no zip file."""
    try:
        return ZipFile(path)
    except (BadZipFile, NotImplementedError, UnicodeDecodeError, ValueError):
        raise FetchError("zip: not a valid zip file") from None


def zip_name(entry: ZipInfo) -> str:
    """The name as it is stored: Python cuts it at a NUL and reads names without the UTF-8 mark as code page 437."""
    name = entry.orig_filename
    if not entry.flag_bits & 0x800 and not name.isascii():
        return name.encode("cp437").decode("utf-8", "surrogateescape")
    return name


@final
class Collisions:
    """Names that differ only in the case of letters, or are used twice."""

    __slots__ = ("_seen",)

    def __init__(self) -> None:
        self._seen: dict[str, tuple[str, bool]] = {}

    def check(self, path: str, is_directory: bool) -> str:
        """What is wrong with one more path, or ""."""
        while True:
            key = path.casefold()
            other = self._seen.get(key)
            if other is None:
                self._seen[key] = (path, is_directory)
            elif path != other[0]:
                return f'case-insensitive file name collision: "{other[0]}" and "{path}"'
            elif is_directory != other[1]:
                return f'entry "{path}" is both a file and a directory'
            elif not is_directory:
                return f'multiple entries for file "{path}"'
            slash = path.rfind("/")
            if slash < 0:
                return ""
            path = path[:slash]
            is_directory = True


def check_zip(path: str, version: str, file: str) -> None:
    """FetchError, one line per bad entry, unless the file is a good zip of this module."""
    wanted = semver.canonical_version(version)
    if wanted != version:
        raise FetchError(f'version "{version}" is not canonical (should be "{wanted}")')
    error = check(path, version)
    if error is not None:
        raise error
    size = os.stat(file).st_size
    if size > MAX_ZIP:
        raise FetchError(f"module zip file is too large ({size} bytes; limit is {MAX_ZIP} bytes)")
    with open_zip(file) as archive:
        _check_entries(f"{path}@{version}/", archive)


def _check_entries(prefix: str, archive: ZipFile) -> None:
    collisions = Collisions()
    total = 0
    wrong: list[str] = []
    too_large = False
    for entry in archive.infolist():
        full = zip_name(entry)
        if not full.startswith(prefix):
            wrong.append(f'{full}: path does not have prefix "{prefix}"')
            continue
        name = full[len(prefix) :]
        if not name:
            continue
        is_directory = name.endswith("/")
        if is_directory:
            name = name[:-1]
        problem = ""
        base = name[name.rfind("/") + 1 :]
        if posixpath.normpath(name) != name or name.startswith("//"):
            problem = _NOT_CLEAN
        else:
            problem = check_file_path(name) or collisions.check(name, is_directory)
        if not problem and is_directory:
            continue
        if not problem and base.lower() == "go.mod":
            if base != name:
                problem = "go.mod file not in module root directory"
            elif name != "go.mod":
                problem = _GO_MOD_CASE
        if problem:
            wrong.append(f"{full}: {problem}")
            continue
        total += entry.file_size
        too_large = too_large or total > MAX_ZIP
        if name == "go.mod" and entry.file_size > MAX_GO_MOD:
            wrong.append(f"{full}: go.mod file too large (max size is {MAX_GO_MOD} bytes)")
        elif name == "LICENSE" and entry.file_size > MAX_LICENSE:
            wrong.append(f"{full}: LICENSE file too large (max size is {MAX_LICENSE} bytes)")
    if too_large:
        raise FetchError(f"total uncompressed size of module contents too large (max size is {MAX_ZIP} bytes)")
    if wrong:
        raise FetchError("\n".join(wrong))


def extract(directory: str, path: str, version: str, file: str) -> None:
    """Check the zip and write its files, read-only, into a new or empty directory."""
    target = directory
    try:
        if os.path.isdir(directory) and os.listdir(directory):
            raise FetchError(f"target directory {directory} exists and is not empty")
        check_zip(path, version, file)
        os.makedirs(directory, exist_ok=True)
        prefix = f"{path}@{version}/"
        made = {directory}
        with open_zip(file) as archive:
            for entry in archive.infolist():
                name = zip_name(entry)[len(prefix) :]
                if not name or name.endswith("/"):
                    continue
                target = os.path.join(directory, name)
                parent = os.path.dirname(target)
                if parent not in made:
                    os.makedirs(parent, exist_ok=True)
                    made.add(parent)
                descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
                with open(descriptor, "wb") as f:
                    for chunk in read_chunks(archive, entry):
                        f.write(chunk)
    except FetchError as e:
        raise FetchError(f"unzip {file}: {e.message}") from None
    except OSError as e:
        verb = "write" if e.filename is None else "open"
        raise FetchError(f"unzip {file}: {verb} {e.filename or target}: {os.strerror(e.errno or 0).lower()}") from None


# ---------------------------------------------------------------------------------------------------- making one


@final
class SourceFile:
    """A file that may go into a zip. `kind` is "file", "symlink" or "other"."""

    __slots__ = ("path", "size", "kind", "read")

    def __init__(self, path: str, size: int, kind: str, read: Callable[[], bytes]) -> None:
        self.path = path
        self.size = size
        self.kind = kind
        self.read = read


def is_vendored(name: str, go_version: str) -> bool:
    """Is it a file of a package in a vendor directory? `go_version` is the module's, "1.24"."""
    modern = bool(go_version) and semver.compare_go(go_version, "1.24") >= 0
    if modern and name == "vendor/modules.txt":
        return True
    if name.startswith("vendor/"):
        start = len("vendor/")
    else:
        found = name.find("/vendor/")
        if found < 0:
            return False
        # Before go 1.24 the place was computed wrongly; old modules must keep their hashes.
        start = found + len("/vendor/") if modern else len("/vendor/")
    return "/" in name[start:]


def _select(files: list[SourceFile]) -> list[SourceFile]:
    """The files that belong into the module's zip; FetchError if some may not be in one."""
    modules: set[str] = set()
    go_version = ""
    for f in files:
        folder, _, base = f.path.rpartition("/")
        if base.lower() == "go.mod" and f.kind == "file":
            modules.add(folder)
            if f.path == "go.mod":
                go_version = _go_line(f.read())
    collisions = Collisions()
    wrong: list[str] = []
    chosen: list[SourceFile] = []
    room = MAX_ZIP
    for f in files:
        name = f.path
        if posixpath.normpath(name) != name:
            wrong.append(f"{name}: {_NOT_CLEAN}")
            continue
        if name.startswith("/"):
            wrong.append(f"{name}: file path is not relative")
            continue
        if is_vendored(name, go_version) or _in_submodule(name, modules) or name == ".hg_archival.txt":
            continue
        problem = check_file_path(name)
        if not problem and name.lower() == "go.mod" and name != "go.mod":
            problem = _GO_MOD_CASE
        if not problem:
            problem = collisions.check(name, False)
        if problem:
            wrong.append(f"{name}: {problem}")
            continue
        if f.kind != "file":
            continue
        room -= f.size
        if room < 0:
            raise FetchError(f"create zip: module source tree too large (max size is {MAX_ZIP} bytes)")
        if name == "go.mod" and f.size > MAX_GO_MOD:
            wrong.append(f"{name}: go.mod file too large (max size is {MAX_GO_MOD} bytes)")
        elif name == "LICENSE" and f.size > MAX_LICENSE:
            wrong.append(f"{name}: LICENSE file too large (max size is {MAX_LICENSE} bytes)")
        else:
            chosen.append(f)
    if wrong:
        raise FetchError("create zip: " + "\n".join(wrong))
    return chosen


def _in_submodule(name: str, modules: set[str]) -> bool:
    slash = name.rfind("/")
    while slash > 0:
        name = name[:slash]
        if name in modules:
            return True
        slash = name.rfind("/")
    return False


def _go_line(data: bytes) -> str:
    from .modfile import parse

    return semver.language_version(parse("go.mod", data.decode("utf-8", "replace"), strict=False).go)


def create(destination: BinaryIO, path: str, version: str, files: list[SourceFile]) -> None:
    """Write the zip of a module; what does not belong into it is left out."""
    wanted = semver.canonical_version(version)
    if wanted != version:
        raise FetchError(f'create zip: version "{version}" is not canonical (should be "{wanted}")')
    error = check(path, version)
    if error is not None:
        raise FetchError(f"create zip: {error.message}")
    with ZipFile(destination, "w", ZIP_DEFLATED) as archive:
        for f in _select(files):
            entry = ZipInfo(f"{path}@{version}/{f.path}", (1980, 1, 1, 0, 0, 0))
            entry.compress_type = ZIP_DEFLATED
            archive.writestr(entry, f.read())
