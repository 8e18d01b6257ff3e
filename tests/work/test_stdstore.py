"""What is kept of std between builds."""

from __future__ import annotations

from pathlib import Path

from goes.obj import symbol as sym
from goes.obj.symbol import Definition, Relocation
from goes.work.cache import Cache
from goes.work.stdstore import MAX_CHUNKS, FunctionFacts, StdStore, UserNames


def data(name: str, content: bytes = b"x") -> Definition:
    d = Definition(name, sym.RODATA, content, align=1)
    d.relocations.append(Relocation(0, sym.R_KEEP, "runtime.zerobase"))
    return d


def test_definitions_facts_and_packages_come_back(tmp_path: Path) -> None:
    cache = Cache(str(tmp_path))
    store = StdStore(cache, "key")
    assert store.definition("fmt.x") is None
    store.save([data("fmt.x")], ["fmt"], {"fmt.F": FunctionFacts([-1, 0], [{}, {0: 1}], True)})
    again = StdStore(cache, "key")
    d = again.definition("fmt.x")
    assert d is not None and d.data == b"x" and d.relocations[0].target == "runtime.zerobase"
    assert again.has_package("fmt") and not again.has_package("os")
    facts = again.facts("fmt.F")
    assert facts is not None and (facts.heap, facts.results, facts.inlinable) == ([-1, 0], [{}, {0: 1}], True)
    assert StdStore(cache, "another key").definition("fmt.x") is None


def test_builds_add_to_it(tmp_path: Path) -> None:
    cache = Cache(str(tmp_path))
    for i in range(MAX_CHUNKS + 3):
        StdStore(cache, "key").save([data(f"p.v{i}")], [f"p{i}"], {})
    store = StdStore(cache, "key")
    for i in range(MAX_CHUNKS + 3):
        assert store.definition(f"p.v{i}") is not None and store.has_package(f"p{i}")


def test_bypassed_it_answers_nothing_but_keeps_what_it_has(tmp_path: Path) -> None:
    cache = Cache(str(tmp_path))
    StdStore(cache, "key").save([data("p.a")], ["p"], {})
    store = StdStore(cache, "key")
    store.bypass()
    assert store.definition("p.a") is None and not store.has_package("p")
    store.save([data("p.a"), data("p.b")], ["p", "q"], {})
    after = StdStore(cache, "key")
    assert after.definition("p.a") is not None and after.definition("p.b") is not None and after.has_package("q")


def test_a_damaged_chunk_empties_it(tmp_path: Path) -> None:
    cache = Cache(str(tmp_path))
    StdStore(cache, "key").save([data("p.a")], ["p"], {})
    for path in tmp_path.rglob("*-d"):
        if path.stat().st_size > 100:
            path.write_bytes(b"\0" * path.stat().st_size)
    store = StdStore(cache, "key")
    assert store.definition("p.a") is None and not store.has_package("p")


def test_names_of_the_user_are_recognised() -> None:
    user = UserNames(["main", "example.com/m/pkg"])
    for name in (
        "main.f", "main.(*T).m", "type:main.T", "type:*main.T", "type:map[string]main.T", "type:.eq.main.T",
        "go:itab.main.T,fmt.Stringer", "go:itab.*main.T,fmt.Stringer", "slices.Sort[[]main.T]",
        "slices.Sort[[]example.com/m/pkg.T]", "example.com/m/pkg.init", "main..inittask", "type:noalg.struct { main.x int }",
    ):  # fmt: skip
        assert user.mentioned_in(name), name
    for name in (
        "runtime.main", "runtime.main.func1", "domain.f", "x/main.f", "type:runtime.mainT", "golang.org/example.com/m/pkg.f",
        "fmt.Println",
    ):  # fmt: skip
        assert not user.mentioned_in(name), name
