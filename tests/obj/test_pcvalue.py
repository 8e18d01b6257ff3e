"""Tables by program counter: what goes in comes out, and every inlined call finds its site."""

from __future__ import annotations

import random

from goes.obj.pcvalue import build_tables, decode_runs, encode_runs, rows_of
from goes.obj.symbol import UNSAFE_POINT, InlineCall, TextInfo


def test_runtime_encoding() -> None:
    # Start value -1: +9 → zigzag 18, 4 bytes; -2 → zigzag 3, 28 bytes; end.
    assert encode_runs([0, 4], [8, 6], 32) == bytes([18, 4, 3, 28, 0])


def test_a_table_may_begin_with_its_start_value() -> None:
    assert encode_runs([0, 4], [-1, 5], 16) == bytes([0, 4, 12, 12, 0])
    assert decode_runs(bytes([0, 4, 12, 12, 0])) == [(0, 4, -1), (4, 16, 5)]


def test_equal_and_empty_runs_vanish() -> None:
    assert decode_runs(encode_runs([0, 4, 4, 8, 12], [1, 9, 1, 1, 2], 16)) == [(0, 12, 1), (12, 16, 2)]


def test_round_trip_of_random_tables() -> None:
    source = random.Random(1)
    for _ in range(200):
        starts = sorted(source.randrange(0, 600) for _ in range(source.randrange(1, 40)))
        starts[0] = 0
        values = [source.choice([-1, 0, 7, 300, 70000, -5]) for _ in starts]
        decoded = decode_runs(encode_runs(starts, values, 640))
        assert decoded[0][0] == 0 and decoded[-1][1] == 640
        for pc in range(640):
            want = [v for s, v in zip(starts, values) if s <= pc][-1]
            assert [v for s, e, v in decoded if s <= pc < e] == [want]


def lookup(table: bytes, pc: int) -> int:
    return [v for s, e, v in decode_runs(table) if s <= pc < e][0] if table else -1


def test_call_sites_of_inlined_calls() -> None:
    # f (a.go) inlines g at line 5, g inlines h at line 70, and h again at line 71, whose code is gone.
    text = TextInfo()
    text.files = ["a.go"]
    text.lines = [(0, 0, 4, -1), (4, 0, 90, 1), (12, 0, 4, -1)]
    text.inlines = [
        InlineCall(-1, "a.go", 5, "g", 69),
        InlineCall(0, "b.go", 70, "h", 88),
        InlineCall(0, "b.go", 71, "h", 88),
    ]
    tables = build_tables(20, text, 0)
    assert [name for name, _, _, _ in tables.inline_tree] == ["g", "h"]
    index = lookup(tables.inline, 5)
    places = []
    pc = 5
    while True:
        places.append((text.files[lookup(tables.pcfile, pc)], lookup(tables.pcln, pc)))
        index = lookup(tables.inline, pc)
        if index < 0:
            break
        pc = tables.inline_tree[index][1]
        assert 20 < pc < tables.extent - 1
    assert places == [("a.go", 90), ("b.go", 70), ("a.go", 5)]
    assert tables.extent == 32


def test_a_call_site_that_has_code_needs_no_padding() -> None:
    text = TextInfo()
    text.files = ["a.go"]
    text.lines = [(0, 0, 5, -1), (4, 0, 90, 0)]
    text.inlines = [InlineCall(-1, "a.go", 5, "g", 69)]
    assert build_tables(20, text, 0).inline_tree == [("g", 0, 69, 0)]


def test_unsafe_ranges() -> None:
    text = TextInfo()
    text.unsafe = [(10, 14), (2, 6), (5, 8)]
    runs = decode_runs(build_tables(20, text, 0).unsafe)
    assert runs == [(0, 2, -1), (2, 8, -2), (8, 10, -1), (10, 14, -2), (14, 32, -1)]
    assert decode_runs(build_tables(20, text, UNSAFE_POINT).unsafe) == [(0, 32, -2)]


def test_the_byte_behind_the_code_is_covered() -> None:
    # A call may end the code; its return address is the first byte behind.
    text = TextInfo()
    tables = build_tables(16, text, 0)
    assert tables.extent == 32
    assert lookup(tables.pcsp, 16) == 0


def test_rows_can_be_read_back() -> None:
    text = TextInfo()
    text.files = ["a.go", "b.go"]
    text.lines = [(0, 0, 4, -1), (4, 1, 90, -1), (12, 0, 90, -1)]
    text.tables = build_tables(20, text, 0)
    rows, text.lines = text.lines, []
    assert rows_of(text) == rows
