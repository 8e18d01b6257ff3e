"""The build cache: content-addressed, verified on read, safe to damage."""

from __future__ import annotations

import os
from pathlib import Path

from goes.work.cache import Cache, action_id


def test_what_was_put_is_found_again(tmp_path: Path) -> None:
    cache = Cache(str(tmp_path))
    id = action_id("compile", b"source")
    assert cache.get(id) is None
    cache.put(id, b"output")
    assert cache.get(id) == b"output"
    assert Cache(str(tmp_path)).get(id) == b"output"


def test_ids_depend_on_where_one_part_ends() -> None:
    assert action_id("ab", "c") != action_id("a", "bc")
    assert action_id("a") == action_id(b"a")


def test_the_layout_is_the_official_one(tmp_path: Path) -> None:
    cache = Cache(str(tmp_path))
    id = action_id("x")
    path = cache.put(id, b"hello")
    assert os.path.basename(path).endswith("-d") and os.path.basename(os.path.dirname(path)) == os.path.basename(path)[:2]
    entry = (tmp_path / id[:2] / f"{id}-a").read_text()
    version, action, output, size, _ = entry.split()
    assert (version, action, int(size)) == ("v1", id, 5)
    assert os.path.basename(path) == output + "-d"
    assert len(entry) == 2 + 1 + 64 + 1 + 64 + 1 + 20 + 1 + 20 + 1


def test_a_damaged_output_is_a_miss_and_is_removed(tmp_path: Path) -> None:
    cache = Cache(str(tmp_path))
    id = action_id("x")
    path = cache.put(id, b"hello")
    Path(path).write_bytes(b"hallo")
    assert cache.get(id) is None
    assert cache.damaged == [path] and not os.path.exists(path)
    cache.put(id, b"hello")
    assert cache.get(id) == b"hello"


def test_a_damaged_entry_is_a_miss(tmp_path: Path) -> None:
    cache = Cache(str(tmp_path))
    id = action_id("x")
    cache.put(id, b"hello")
    entry = tmp_path / id[:2] / f"{id}-a"
    for garbage in (b"", b"v1 nonsense\n", os.urandom(170), entry.read_bytes()[:-1]):
        entry.write_bytes(garbage)
        assert cache.get(id) is None
        cache.put(id, b"hello")
    assert cache.get(id) == b"hello"


def test_a_truncated_output_is_not_handed_out_by_name(tmp_path: Path) -> None:
    cache = Cache(str(tmp_path))
    id = action_id("x")
    path = cache.put(id, b"hello", executable=True)
    assert cache.output_file(id) == path and os.access(path, os.X_OK)
    Path(path).write_bytes(b"hel")
    assert cache.output_file(id) is None


def test_old_entries_are_trimmed_once_a_day(tmp_path: Path) -> None:
    cache = Cache(str(tmp_path))
    old, new = action_id("old"), action_id("new")
    old_path = cache.put(old, b"old")
    cache.put(new, b"new")
    os.utime(old_path, (1, 1))
    cache.trim()
    assert cache.get(old) is None and cache.get(new) == b"new"
    old_path = cache.put(old, b"old")
    os.utime(old_path, (1, 1))
    cache.trim()
    assert os.path.exists(old_path)
