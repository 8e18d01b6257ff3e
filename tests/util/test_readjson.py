"""JSON from outside cannot exhaust the stack."""

from __future__ import annotations

import sys

import pytest

from goes.util.readjson import MAX_DEPTH, read_json


def test_values() -> None:
    assert read_json('{"a": ["[{", 1, null]}') == {"a": ["[{", 1, None]}


@pytest.mark.parametrize("opening", ["[", '{"a":', "[{"])
def test_depth(opening: str) -> None:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(1_000_000)
    try:
        with pytest.raises(RecursionError):
            read_json(opening * 100_000)
    finally:
        sys.setrecursionlimit(limit)


def test_brackets_side_by_side_and_in_strings_do_not_count() -> None:
    assert len(read_json("[" + ",".join(["[]"] * 2 * MAX_DEPTH) + "]")) == 2 * MAX_DEPTH
    assert read_json('"' + "[" * 2 * MAX_DEPTH + '"') == "[" * 2 * MAX_DEPTH
