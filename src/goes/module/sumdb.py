"""The checksum database: what all the world sees as the hashes of a module.

    GET <database>/lookup/rsc.io/quote@v1.5.2    →    "rsc.io/quote v1.5.2 h1:w5fc…", as a record of a signed log

The answer is believed if the tree note is signed by the key of GOSUMDB, the tree contains the latest tree seen before
(kept in $GOPATH/pkg/sumdb/<name>/latest), and the record is proved to be in it by tiles.
Sources: Go modules reference "Checksum database"; golang.org/x/mod/sumdb and cmd/go/internal/modfetch/sumdb.go.
"""

from __future__ import annotations

import base64
import os
import threading
from typing import TYPE_CHECKING, Final, final

from ..diag.diagnostic import UserError
from ..util.lockedfile import locked, read_locked, replace_contents, write_locked
from .escape import escape_path, escape_version
from .note import NoteError, Verifier, open_note
from .problem import FetchError, module_error
from .tlog import (
    EMPTY_HASH,
    HASH_SIZE,
    LogError,
    Tile,
    Tree,
    parse_record,
    parse_tree,
    prove_tree,
    read_hashes,
    record_hash,
    stored_index,
    tree_hash,
)
from .web import join, path_escape, split

if TYPE_CHECKING:
    from .fetch import Fetcher

KNOWN: Final = {"sum.golang.org": "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"}
MISMATCH: Final = """

SECURITY ERROR
This download does NOT match the one reported by the checksum server.
The bits may have been replaced on the origin server, or an attacker may
have intercepted the download attempt.

For more information, see 'go help module-auth'.
"""
ABSENT: Final = """

SECURITY ERROR
This download does NOT match one reported by the checksum server.
The checksum server has provided checksums, but the checksums do
not contain an entry for the download.
The checksum server may be malfunctioning, or an attacker may have
intercepted the checksum request.
The download cannot be verified.

For more information, see 'go help module-auth'.
"""


def check_database(fetcher: Fetcher, path: str, version: str, hash: str) -> None:
    """FetchError unless the database has this hash for the module (version "v1.0.0/go.mod" for its go.mod)."""
    plain = version.removesuffix("/go.mod")
    noun = "module" if plain == version else "go.mod"
    try:
        database = fetcher.sum_database(lambda: open_database(fetcher))
        lines = database.lookup(path, version)
    except FetchError as e:
        raise module_error(path, plain, FetchError(f"verifying {noun}: {e.message}")) from None
    wanted = f"{path} {version} {hash}"
    prefix = f"{path} {version} h1:"
    for line in lines:
        if line == wanted:
            return
        if line.startswith(prefix):
            reported = line[len(prefix) - len("h1:") :]
            raise module_error(
                path, plain,
                FetchError(
                    f"verifying {noun}: checksum mismatch\n\tdownloaded: {hash}\n\t{database.name}: {reported}" + MISMATCH
                ),
            )
    raise module_error(path, plain, FetchError(f"verifying {noun}: checksum missing from sumdb response" + ABSENT))


def open_database(fetcher: Fetcher) -> Database:
    """The database of GOSUMDB: a known name or a key, and perhaps a URL."""
    text = fetcher.settings.gosumdb
    if text == "sum.golang.google.cn":
        text = "sum.golang.org https://sum.golang.google.cn"
    if text == "off":
        raise FetchError("checksum database disabled by GOSUMDB=off")
    words = text.split()
    if not words:
        raise FetchError("missing GOSUMDB")
    if len(words) > 2:
        raise FetchError("invalid GOSUMDB: too many fields")
    try:
        verifier = Verifier(KNOWN.get(words[0], words[0]))
    except NoteError as e:
        raise FetchError(f"invalid GOSUMDB: {e}") from None
    name = verifier.name
    try:
        parts = split("https://" + name)
        good = not (parts.query or parts.fragment or parts.username or "%" in name or not parts.hostname or name.endswith("/"))
        # The name is part of file names.
        good = good and not any(e in ("", ".", "..") for e in name.split("/"))
    except FetchError:
        good = False
    if not good:
        raise FetchError(f"invalid sumdb name (must be host[/path]): {name}")
    base = ""
    if len(words) > 1:
        try:
            split(words[1])
        except FetchError as e:
            raise FetchError(f"invalid GOSUMDB URL: {e.message}") from None
        base = words[1]
    return Database(fetcher, verifier, base)


@final
class Database:
    """A checksum database; `base` is its URL, "" if it has to be found: at a proxy that passes it on, or at its name."""

    height = 8

    def __init__(self, fetcher: Fetcher, verifier: Verifier, base: str) -> None:
        self.fetcher = fetcher
        self.verifier = verifier
        self.name = verifier.name
        self._base: str | FetchError = base
        self._base_lock = threading.Lock()
        self._lock = threading.RLock()
        self._latest = Tree(0, EMPTY_HASH)
        self._latest_note = b""
        self._initialized = False
        self._records: dict[str, bytes] = {}
        self._tiles: dict[tuple[int, int, int], bytes] = {}
        self._saved: set[tuple[int, int, int]] = set()

    def lookup(self, path: str, version: str) -> list[str]:
        """The lines about exactly this version (or version/go.mod)."""
        try:
            # The plain version and its go.mod are in one record.
            escaped = f"/lookup/{escape_path(path)}@{escape_version(version.removesuffix('/go.mod'))}"
            with self._lock:
                self._initialize()
                text = self._records.get(escaped)
            if text is None:
                # Several modules may be asked for at once; the answers are checked one by one.
                cached = self._read_cache(self.name + escaped)
                data = self._read_remote(escaped) if cached is None else cached
                with self._lock:
                    text = self._check_record(data)
                    self._records[escaped] = text
                if cached is None:
                    self._write_cache(self.name + escaped, data)
        except (FetchError, LogError, NoteError) as e:
            message = e.message if isinstance(e, FetchError) else str(e)
            raise FetchError(f"{path}@{version}: {message}") from None
        prefix = f"{path} {version} "
        return [line for line in text.decode("utf-8").split("\n") if line.startswith(prefix)]

    def _initialize(self) -> None:
        if self._initialized:
            return
        try:
            self._merge(self._read_config())
        except (FetchError, LogError, NoteError) as e:
            message = e.message if isinstance(e, FetchError) else str(e)
            raise FetchError(f"initializing sumdb.Client: {message}") from None
        self._initialized = True

    def _check_record(self, data: bytes) -> bytes:
        """The text of a record, proved to be in the log."""
        number, text, note = parse_record(data)
        self._merge(note)
        if number >= self._latest.size:
            raise LogError(f"cannot validate record {number} in tree of size {self._latest.size}")
        if read_hashes(self._latest, self, [stored_index(0, number)])[0] != record_hash(text):
            raise LogError("cannot authenticate record data in server response")
        return text

    # ------------------------------------------------------------------------------------------------ the latest tree

    def _merge(self, note: bytes) -> None:
        """Take in a tree note: in memory, and on disk if it is the newest of all."""
        if self._merge_in_memory(note) <= 0:
            return
        while True:
            stored = self._read_config()
            if self._merge_in_memory(stored) >= 0:
                # Somebody else has stored the same or a newer one.
                return
            if self._write_config(stored, self._latest_note):
                return

    def _merge_in_memory(self, note: bytes) -> int:
        """-1: older than what is known, 0: the same, 1: newer. Both must belong to one log."""
        if not note:
            return 0 if self._latest.size == 0 else -1
        try:
            text = open_note(note, self.verifier)
        except NoteError as e:
            raise NoteError(f"reading tree note: {e}\nnote:\n{note.decode('utf-8', 'replace')}") from None
        try:
            tree = parse_tree(text)
        except LogError as e:
            raise LogError(f"reading tree: {e}\ntree:\n{text}") from None
        if tree.size <= self._latest.size:
            self._check_trees(tree, note, self._latest, self._latest_note)
            return 0 if tree.size == self._latest.size else -1
        self._check_trees(self._latest, self._latest_note, tree, note)
        self._latest = tree
        self._latest_note = note
        return 1

    def _check_trees(self, older: Tree, older_note: bytes, newer: Tree, newer_note: bytes) -> None:
        try:
            found = tree_hash(older.size, newer, self)
        except (LogError, FetchError) as e:
            message = e.message if isinstance(e, FetchError) else str(e)
            against = "" if older.size == newer.size else f" against tree#{newer.size}"
            raise LogError(f"checking tree#{older.size}{against}: {message}") from None
        if found == older.hash:
            return
        lines = [
            "SECURITY ERROR", "go.sum database server misbehavior detected!", "",
            "old database:", "\t" + older_note.decode("utf-8", "replace").replace("\n", "\n\t"),
            "new database:", "\t" + newer_note.decode("utf-8", "replace").replace("\n", "\n\t"),
            "proof of misbehavior:", "\t" + base64.b64encode(found).decode("ascii"),
        ]  # fmt: skip
        try:
            lines += ["\t" + base64.b64encode(h).decode("ascii") for h in prove_tree(newer, older.size, self)]
        except (LogError, FetchError) as e:
            lines.append(f"\tinternal error: {e}")
        raise UserError("\n".join(lines))

    # ------------------------------------------------------------------------------------------------ tiles

    def read_tiles(self, tiles: list[Tile]) -> list[bytes]:
        missing = [tile for tile in tiles if tile.key() not in self._tiles]
        if len(missing) > 1:
            from concurrent.futures import ThreadPoolExecutor

            with ThreadPoolExecutor(len(missing)) as pool:
                found = list(pool.map(self._find_tile, missing))
        else:
            found = [self._find_tile(tile) for tile in missing]
        for tile, data in zip(missing, found):
            self._tiles[tile.key()] = data
        return [self._tiles[tile.key()] for tile in tiles]

    def _find_tile(self, tile: Tile) -> bytes:
        data = self._read_cache(f"{self.name}/{tile.path()}")
        if data is not None:
            self._saved.add(tile.key())
            return data
        full = tile.full()
        if not tile.is_full():
            data = self._read_cache(f"{self.name}/{full.path()}")
            if data is not None:
                self._saved.add(tile.key())
                return data[: tile.width * HASH_SIZE]
        try:
            return self._read_remote("/" + tile.path())
        except FetchError:
            if tile.is_full():
                raise
            # The server need not keep an incomplete tile once it is complete.
            try:
                return self._read_remote("/" + full.path())[: tile.width * HASH_SIZE]
            except FetchError:
                pass
            raise

    def save_tiles(self, tiles: list[Tile], data: list[bytes]) -> None:
        for tile, one in zip(tiles, data):
            if tile.key() not in self._saved:
                self._saved.add(tile.key())
                self._write_cache(f"{self.name}/{tile.path()}", one)

    # ------------------------------------------------------------------------------------------------ files and server

    def _read_remote(self, path: str) -> bytes:
        with self._base_lock:
            if self._base == "":
                try:
                    self._base = self._find_base()
                except FetchError as e:
                    self._base = e
        if isinstance(self._base, FetchError):
            raise self._base
        return self.fetcher.client().get_bytes(join(self._base, path_escape(path)))

    def _find_base(self) -> str:
        """A proxy that says it passes the database on, or the database itself."""

        def ask(proxy: str) -> str:
            if proxy in ("noproxy", "direct", "off"):
                raise FetchError("module lookup disabled by GOPROXY=off", True)
            base = join(proxy, f"sumdb/{self.name}")
            self.fetcher.client().get_bytes(base + "/supported")
            return base

        try:
            return self.fetcher.try_proxies(ask)
        except FetchError as e:
            if e.not_exist:
                return "https://" + self.name
            raise

    def _config_file(self) -> str:
        directory = self.fetcher.settings.sumdb_directory
        if not directory:
            raise FetchError("could not locate sumdb file: missing $GOPATH: neither GOPATH nor HOME is set")
        return f"{directory}/{self.name}/latest"

    def _read_config(self) -> bytes:
        path = self._config_file()
        try:
            return read_locked(path)
        except FileNotFoundError:
            return b""
        except OSError as e:
            raise FetchError(f"open {path}: {os.strerror(e.errno or 0).lower()}") from None

    def _write_config(self, old: bytes, new: bytes) -> bool:
        """False if somebody else has changed the file meanwhile."""
        path = self._config_file()
        try:
            with locked(path) as descriptor:
                current = os.pread(descriptor, 1 << 20, 0)
                if current and current != old:
                    return False
                replace_contents(descriptor, new)
                return True
        except OSError as e:
            raise FetchError(f"open {path}: {os.strerror(e.errno or 0).lower()}") from None

    def _cache_file(self, name: str) -> str:
        return f"{self.fetcher.cache.directory}/cache/download/sumdb/{name}"

    def _read_cache(self, name: str) -> bytes | None:
        try:
            # An empty file is one that was being written when the machine stopped.
            return read_locked(self._cache_file(name)) or None
        except OSError:
            return None

    def _write_cache(self, name: str, data: bytes) -> None:
        try:
            write_locked(self._cache_file(name), data)
        except OSError:
            # The next command asks the server again.
            pass
