"""Signatures, signed notes and transparent logs."""

from __future__ import annotations

import base64

import pytest
from loopback import NAME, SumDatabase, sign_note, verifier_key

from goes.module.ed25519 import verify
from goes.module.note import NoteError, Verifier, open_note
from goes.module.pseudo import is_pseudo_version, pseudo_base, pseudo_time, pseudo_version
from goes.module.semver import canonical_version
from goes.module.sumdb import KNOWN
from goes.module.tlog import LogError, Tile, Tree, parse_tree, prove_tree, read_hashes, record_hash, split_index, stored_index, tree_hash


@pytest.mark.parametrize(
    ("key", "message", "signature"),
    [  # RFC 8032, section 7.1
        ("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
         "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
        ("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
         "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
        ("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
         "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
    ],
)  # fmt: skip
def test_ed25519(key: str, message: str, signature: str) -> None:
    k, m, s = bytes.fromhex(key), bytes.fromhex(message), bytes.fromhex(signature)
    assert verify(k, m, s)
    assert not verify(k, m + b"x", s)
    assert not verify(k, m, s[:-1] + bytes([s[-1] ^ 1]))
    assert not verify(k, m, s[:-1])
    # s + L is the same number modulo L, but not the same signature.
    order = 2**252 + 27742317777372353535851937790883648493
    other = int.from_bytes(s[32:], "little") + order
    assert not verify(k, m, s[:32] + other.to_bytes(32, "little"))


def test_the_key_of_the_public_database() -> None:
    assert Verifier(KNOWN["sum.golang.org"]).name == "sum.golang.org"


def test_notes() -> None:
    verifier = Verifier(verifier_key())
    assert open_note(sign_note("hello\n"), verifier) == "hello\n"
    unknown = "— other.com " + base64.b64encode(bytes(8)).decode() + "\n"
    assert open_note(sign_note("hello\n") + unknown.encode(), verifier) == "hello\n"


@pytest.mark.parametrize(
    ("note", "message"),
    [
        (b"", "malformed note"),
        (b"hello\n", "malformed note"),
        (b"hello\n\nnothing\n", "malformed note"),
        ("hello\n\n— x y\n".encode(), "malformed note"),
        (b"h\x01\n\n", "malformed note"),
        (b"\xff\n\n", "malformed note"),
        (f"hello\n\n— other.com {base64.b64encode(bytes(8)).decode()}\n".encode(), "note has no verifiable signatures"),
    ],
)
def test_bad_notes(note: bytes, message: str) -> None:
    with pytest.raises(NoteError) as caught:
        open_note(note, Verifier(verifier_key()))
    assert str(caught.value) == message


def test_a_changed_text_is_not_the_signed_one() -> None:
    note = sign_note("hello\n").replace(b"hello", b"hullo")
    with pytest.raises(NoteError, match=f"invalid signature for key {NAME}"):
        open_note(note, Verifier(verifier_key()))


def test_stored_hashes_are_numbered_as_they_are_made() -> None:
    """Record 0, record 1, both; record 2, record 3, both, all four; …"""
    assert [split_index(i) for i in range(8)] == [(0, 0), (0, 1), (1, 0), (0, 2), (0, 3), (1, 1), (2, 0), (0, 4)]
    assert all(stored_index(*split_index(i)) == i for i in range(3000))


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(8, 0, 5, 256), "tile/8/0/005"),
        (Tile(8, 1, 1234067, 3), "tile/8/1/x001/x234/067.p/3"),
        (Tile(4, 0, 1000, 16), "tile/4/0/x001/000"),
    ],
)
def test_tile_paths(tile: Tile, path: str) -> None:
    assert tile.path() == path


class Source:
    """Tiles of height 3 of a log, so that small logs have many."""

    height = 3

    def __init__(self, log: SumDatabase) -> None:
        self.log = log

    def read_tiles(self, tiles: list[Tile]) -> list[bytes]:
        return [self.log.tile(t.height, t.level, t.number, t.width) for t in tiles]

    def save_tiles(self, tiles: list[Tile], data: list[bytes]) -> None:
        pass


@pytest.fixture(scope="module")
def log() -> SumDatabase:
    log = SumDatabase()
    for i in range(150):
        log.add(str(i), b"record %d\n" % i)
    return log


@pytest.mark.parametrize("size", [1, 2, 7, 8, 9, 64, 65, 100, 150])
def test_every_record_is_proved(log: SumDatabase, size: int) -> None:
    tree = Tree(size, log.hash(0, size))
    indexes = [stored_index(0, i) for i in range(size)]
    assert read_hashes(tree, Source(log), indexes) == [record_hash(log.records[i]) for i in range(size)]
    for older in (0, 1, size // 2, size):
        expected = log.hash(0, older) if older else record_hash(b"")
        if older:
            assert tree_hash(older, tree, Source(log)) == expected
    with pytest.raises(LogError, match="indexes not in tree"):
        read_hashes(tree, Source(log), [stored_index(0, size)])


def test_a_flipped_bit_in_any_tile_is_found(log: SumDatabase) -> None:
    tree = Tree(100, log.hash(0, 100))
    source = Source(log)
    good = source.read_tiles
    count = 0

    def damaged(tiles: list[Tile]) -> list[bytes]:
        data = good(tiles)
        if count < len(data):
            data[count] = bytes([data[count][0] ^ 1]) + data[count][1:]
        return data

    source.read_tiles = damaged  # type: ignore[method-assign]
    wanted = [stored_index(0, 5), stored_index(0, 77)]
    for count in range(len_of_tiles(tree, log, wanted)):  # noqa: B007  # read by damaged()
        with pytest.raises(LogError, match="downloaded inconsistent tile"):
            read_hashes(tree, source, wanted)


def len_of_tiles(tree: Tree, log: SumDatabase, wanted: list[int]) -> int:
    seen: list[int] = []
    source = Source(log)
    source.save_tiles = lambda tiles, data: seen.append(len(tiles))  # type: ignore[method-assign]
    read_hashes(tree, source, wanted)
    return seen[0]


def test_proof_of_a_tree_in_a_tree(log: SumDatabase) -> None:
    """RFC 6962, section 2.1.3: PROOF(3, D[7]) = [c, d, g, l]."""
    tree = Tree(7, log.hash(0, 7))
    proof = prove_tree(tree, 3, Source(log))
    assert proof == [log.hash(2, 3), log.hash(3, 4), log.hash(0, 2), log.hash(4, 7)]


@pytest.mark.parametrize("text", ["", "T\n", "T\n-1\nx\n", "T\n01\nAA==\n", "T\n1\nAA==\n", "T\n1\n!\n", "x\n1\nAA==\n"])
def test_bad_trees(text: str) -> None:
    with pytest.raises(LogError, match="malformed tree note"):
        parse_tree(text.replace("T", "go.sum database tree"))


@pytest.mark.parametrize(
    ("major", "older", "version", "base"),
    [
        ("", "", "v0.0.0-20200102030405-abcdef123456", ""),
        ("v2", "", "v2.0.0-20200102030405-abcdef123456", ""),
        ("v1", "v1.2.3", "v1.2.4-0.20200102030405-abcdef123456", "v1.2.3"),
        ("v1", "v1.2.9", "v1.2.10-0.20200102030405-abcdef123456", "v1.2.9"),
        ("v1", "v1.2.3-pre", "v1.2.3-pre.0.20200102030405-abcdef123456", "v1.2.3-pre"),
        ("v2", "v2.0.0+incompatible", "v2.0.1-0.20200102030405-abcdef123456+incompatible", "v2.0.0+incompatible"),
    ],
)
def test_pseudo_versions(major: str, older: str, version: str, base: str) -> None:
    assert pseudo_version(major, older, "20200102030405", "abcdef123456") == version
    assert is_pseudo_version(version) and canonical_version(version) == version
    assert pseudo_base(version) == (base, "")
    assert pseudo_time(version) == "2020-01-02T03:04:05Z"


def test_pseudo_versions_that_cannot_be() -> None:
    assert pseudo_base("v1.2.0-0.20200102030405-abcdef123456")[1] == "version before v1.2.0 would have negative patch number"
    assert pseudo_base("v1.2.3")[1] == "syntax error"
    assert pseudo_time("v0.0.0-20201332030405-abcdef123456") == ""
