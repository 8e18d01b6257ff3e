"""The build cache keeps what it is given, in the official layout."""

from __future__ import annotations

from pathlib import Path

from goes.work.cache import Cache, action_id


def test_an_output_is_found_again(tmp_path: Path) -> None:
    id = action_id("program", b"\0")
    path = Cache(str(tmp_path)).put(id, b"output" * 1000, executable=True)
    cache = Cache(str(tmp_path))
    assert cache.get(id) == b"output" * 1000
    assert cache.output_file(id) == path
    assert cache.damaged == []


def test_an_entry_is_one_line_of_the_official_length(tmp_path: Path) -> None:
    id = action_id("a")
    Cache(str(tmp_path)).put(id, b"x")
    words = (tmp_path / id[:2] / f"{id}-a").read_text()
    assert len(words) == 175 and words.startswith(f"v1 {id} ") and words.endswith("\n")


def test_damage_is_a_miss(tmp_path: Path) -> None:
    id = action_id("a")
    cache = Cache(str(tmp_path))
    path = cache.put(id, b"right")
    Path(path).write_bytes(b"wrong")
    assert cache.get(id) is None
    assert cache.damaged == [path]
