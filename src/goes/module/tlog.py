"""Transparent logs: a tree of hashes over records, read in tiles.

    Tile(8, 0, 1, 3).path()    →    "tile/8/0/001.p/3"        hashes 256…258 of level 0

A stored hash has one index, counted as the records arrive: 0 record 0, 1 record 1, 2 both, 3 record 2, …
Every tile is verified against its parent, and the topmost ones against the tree's hash, before it is used.
Source: "Transparent Logs for Skeptical Clients" (Cox 2019); golang.org/x/mod/sumdb/tlog.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from typing import Final, Protocol, final

from .note import plain_text

HASH_SIZE: Final = 32
EMPTY_HASH: Final = hashlib.sha256(b"").digest()
_MAX_TREE_TEXT: Final = 1_000_000


class LogError(Exception):
    """The log says what cannot be."""


def record_hash(data: bytes) -> bytes:
    return hashlib.sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def stored_index(level: int, n: int) -> int:
    """The index of the n-th hash of a level."""
    for _ in range(level):
        n = 2 * n + 1
    index = 0
    while n > 0:
        index += n
        n >>= 1
    return index + level


def split_index(index: int) -> tuple[int, int]:
    """The level and number of a stored hash."""
    n = index // 2
    start = stored_index(0, n)
    while True:
        trailing = ((n + 1) & -(n + 1)).bit_length() - 1
        following = start + 1 + trailing
        if following > index:
            break
        n += 1
        start = following
    level = index - start
    return level, n >> level


def _max_power(n: int) -> tuple[int, int]:
    """The largest power of two below n, and its exponent."""
    exponent = (n - 1).bit_length() - 1
    return 1 << exponent, exponent


def subtree_indexes(low: int, high: int) -> list[int]:
    """The complete subtrees that cover the records [low, high)."""
    out = []
    while low < high:
        size, level = _max_power(high - low + 1)
        out.append(stored_index(level, low >> level))
        low += size
    return out


def join_hashes(hashes: list[bytes]) -> bytes:
    """The hash over subtrees, from the left to the right."""
    out = hashes[-1]
    for h in reversed(hashes[:-1]):
        out = node_hash(h, out)
    return out


@final
class Tile:
    """The hashes number·2**height … of level·height; `width` of 2**height are there."""

    __slots__ = ("height", "level", "number", "width")

    def __init__(self, height: int, level: int, number: int, width: int) -> None:
        self.height = height
        self.level = level
        self.number = number
        self.width = width

    def key(self) -> tuple[int, int, int]:
        return self.level, self.number, self.width

    def is_full(self) -> bool:
        return self.width == 1 << self.height

    def full(self) -> Tile:
        return Tile(self.height, self.level, self.number, 1 << self.height)

    def path(self) -> str:
        n = self.number
        text = f"{n % 1000:03}"
        while n >= 1000:
            n //= 1000
            text = f"x{n % 1000:03}/{text}"
        partial = "" if self.is_full() else f".p/{self.width}"
        return f"tile/{self.height}/{self.level}/{text}{partial}"


def _tile_for(height: int, index: int) -> tuple[Tile, int, int]:
    """The tile that holds a hash, or the hashes it is made of, and where in its data."""
    level, n = split_index(index)
    tile_level = level // height
    level -= tile_level * height
    number = (n << level) >> height
    n -= (number << height) >> level
    return Tile(height, tile_level, number, (n + 1) << level), (n << level) * HASH_SIZE, ((n + 1) << level) * HASH_SIZE


def _tile_hash(data: bytes) -> bytes:
    if len(data) == HASH_SIZE:
        return data
    half = len(data) // 2
    return node_hash(_tile_hash(data[:half]), _tile_hash(data[half:]))


def hash_from_tile(tile: Tile, data: bytes, index: int) -> bytes:
    """One hash out of a tile's data."""
    found, start, end = _tile_for(tile.height, index)
    if found.level != tile.level or found.number != tile.number or tile.width < found.width or end > len(data):
        raise LogError(f"index {index} is in {found.path()} not {tile.path()}")
    return _tile_hash(data[start:end])


def _parent(tile: Tile, steps: int, size: int) -> Tile | None:
    """The tile so many levels up in a tree of that size; None beyond its root."""
    height = tile.height
    level = tile.level + steps
    number = tile.number >> (steps * height)
    width = 1 << height
    limit = size >> (level * height)
    if (number << height) + width >= limit:
        if number << height >= limit:
            return None
        width = limit - (number << height)
    return Tile(height, level, number, width)


@final
class Tree:
    """A tree head: the number of records and the hash over them."""

    __slots__ = ("size", "hash")

    def __init__(self, size: int, hash: bytes) -> None:
        self.size = size
        self.hash = hash


class TileSource(Protocol):
    height: int

    def read_tiles(self, tiles: list[Tile]) -> list[bytes]:
        """The data of the tiles, from a cache or the server, not verified."""

    def save_tiles(self, tiles: list[Tile], data: list[bytes]) -> None:
        """The tiles have been verified."""


def read_hashes(tree: Tree, source: TileSource, indexes: list[int]) -> list[bytes]:
    """Stored hashes of the tree, proved to belong to it."""
    height = source.height
    order: dict[tuple[int, int, int], int] = {}
    tiles: list[Tile] = []

    # First the tiles that the tree's own hash is made of …
    tops = subtree_indexes(0, tree.size)
    top_tiles: list[int] = []
    for x in tops:
        tile = _parent(_tile_for(height, x)[0], 0, tree.size)
        assert tile is not None
        if tile.key() not in order:
            order[tile.key()] = len(tiles)
            tiles.append(tile)
        top_tiles.append(order[tile.key()])
    verified = len(tiles)

    # … then, for each index, the tiles from there down to it.
    wanted: list[int] = []
    limit = stored_index(0, tree.size)
    for x in indexes:
        if x >= limit:
            raise LogError("indexes not in tree")
        tile = _tile_for(height, x)[0]
        missing: list[Tile] = []
        steps = 0
        while True:
            above = _parent(tile, steps, tree.size)
            if above is None:
                raise LogError(f"bad math in tileHashReader: {tree.size} {x}")
            if above.key() in order:
                break
            missing.append(above)
            steps += 1
        for above in reversed(missing):
            if not above.is_full():
                raise LogError(f"bad math in tileHashReader: {tree.size} {x} {above.path()}")
            order[above.key()] = len(tiles)
            tiles.append(above)
        own = _parent(tile, 0, tree.size)
        assert own is not None
        wanted.append(order[own.key()])

    data = source.read_tiles(tiles)
    for tile, one in zip(tiles, data):
        if len(one) != tile.width * HASH_SIZE:
            raise LogError(
                f"TileReader returned bad result slice ({tile.path()} len={len(one)}, want {tile.width * HASH_SIZE})"
            )
    if join_hashes([hash_from_tile(tiles[i], data[i], x) for i, x in zip(top_tiles, tops)]) != tree.hash:
        raise LogError("downloaded inconsistent tile")
    for i in range(verified, len(tiles)):
        tile = tiles[i]
        above = _parent(tile, 1, tree.size)
        if above is None or above.key() not in order:
            raise LogError(f"bad math in tileHashReader {tree.size}: lost parent of {tile.path()}")
        expected = hash_from_tile(above, data[order[above.key()]], stored_index(above.level * height, tile.number))
        if expected != _tile_hash(data[i]):
            raise LogError("downloaded inconsistent tile")
    source.save_tiles(tiles, data)
    return [hash_from_tile(tiles[i], data[i], x) for i, x in zip(wanted, indexes)]


def tree_hash(size: int, tree: Tree, source: TileSource) -> bytes:
    """The hash that the tree had when it was of that size."""
    if size == 0:
        return EMPTY_HASH
    return join_hashes(read_hashes(tree, source, subtree_indexes(0, size)))


def prove_tree(tree: Tree, size: int, source: TileSource) -> list[bytes]:
    """The hashes that prove the tree to contain its own earlier state (RFC 6962, section 2.1.2)."""

    def indexes(low: int, high: int) -> list[list[int]]:
        if size == high:
            return [] if low == 0 else [subtree_indexes(low, high)]
        half, _ = _max_power(high - low)
        if size <= low + half:
            return [*indexes(low, low + half), subtree_indexes(low + half, high)]
        return [*indexes(low + half, high), subtree_indexes(low, low + half)]

    return [join_hashes(read_hashes(tree, source, group)) for group in indexes(0, tree.size)]


# ---------------------------------------------------------------------------------------------------- texts


def parse_tree(text: str) -> Tree:
    """The tree head in a note's text."""
    lines = text.split("\n", 3)
    if len(lines) < 4 or lines[0] != "go.sum database tree" or len(text) > _MAX_TREE_TEXT:
        raise LogError("malformed tree note")
    if not re.fullmatch(r"0|[1-9][0-9]{0,18}", lines[1]) or int(lines[1]) >= 1 << 63:
        raise LogError("malformed tree note")
    try:
        hash = base64.b64decode(lines[2], validate=True)
    except (binascii.Error, ValueError):
        raise LogError("malformed tree note") from None
    if len(hash) != HASH_SIZE:
        raise LogError("malformed tree note")
    return Tree(int(lines[1]), hash)


def parse_record(message: bytes) -> tuple[int, bytes, bytes]:
    """An answer to a look-up: the record's number, its text, and the tree note behind it."""
    malformed = LogError("malformed record data")
    number, newline, rest = message.partition(b"\n")
    if not newline or not re.fullmatch(rb"[0-9]{1,18}", number):
        raise malformed
    end = rest.find(b"\n\n")
    if end < 0:
        raise malformed
    text = rest[: end + 1]
    if plain_text(text) is None:
        raise malformed
    return int(number), text, rest[end + 2 :]
