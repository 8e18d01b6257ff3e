"""Definitions survive being bytes."""

from __future__ import annotations

import pytest

from goes.diag.diagnostic import Bug
from goes.obj.pcvalue import tables_of
from goes.obj.store import Store, dump
from goes.obj.symbol import DATA, DUPOK, R_ADDR64, R_PC32, TEXT, TYPE, Definition, InlineCall, Relocation, TextInfo


def sample() -> list[Definition]:
    f = Definition("main.f", TEXT, b"\xe8\0\0\0\0\xc3", align=16, flags=DUPOK, package="main")
    f.relocations = [Relocation(1, R_PC32, "main.g\0odd \udc80 ünïcode", -4)]
    f.text = TextInfo()
    f.text.files = ["/a.go"]
    f.text.lines = [(0, 0, 3, -1), (2, 0, 90, 0)]
    f.text.inlines = [InlineCall(-1, "/b.go", 9, "main.h", 88)]
    f.text.pcsp = [(0, 0), (1, 8)]
    f.text.unsafe = [(1, 3)]
    f.text.landing = 5
    f.text.start_line = 2
    f.text.wrapped = "main.w"
    f.text.file = "/a.go"
    x = Definition("main.x", DATA, b"\1\2", 24, 8)
    x.ptrmask = b"\x05"
    x.gotype = "type:int"
    x.relocations = [Relocation(8, R_ADDR64, "main.f", -(1 << 40))]
    t = Definition("type:int", TYPE, bytes(48))
    t.sort_key = "int"
    return [f, x, t]


def flat(d: Definition) -> object:
    relocations = [(r.offset, r.kind, r.target, r.addend) for r in d.relocations]
    text: object = None
    if d.text is not None:
        t = tables_of(d)
        encoded = (t.extent, t.pcsp, t.pcfile, t.pcln, t.unsafe, t.inline, t.inline_tree)
        i = d.text
        text = (encoded, i.files, i.unsafe, i.landing, i.args, i.start_line, i.wrapped, i.file)
    head = (d.name, d.kind, d.data, d.size, d.align, d.flags, d.package, d.ptrmask, d.gotype, d.sort_key)
    return (*head, relocations, text)


def test_round_trip() -> None:
    store = Store(dump(sample()))
    assert store.names() == ["main.f", "main.x", "type:int"]
    assert [flat(d) for d in store.definitions()] == [flat(d) for d in sample()]
    assert store.definition("main.x") is store.definition("main.x")
    assert store.definition("main.y") is None


def test_deterministic_also_after_a_round_trip() -> None:
    data = dump(sample())
    assert dump(sample()) == data
    assert dump(Store(data).definitions()) == data


def test_damage_is_noticed() -> None:
    with pytest.raises(Bug):
        Store(b"something else entirely, long enough")
    with pytest.raises(Bug):
        Store(b"")
