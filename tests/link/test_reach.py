"""Which definitions are needed: references, and the method rule."""

from __future__ import annotations

from toolkit import Table

from goes.link.reach import Reach
from goes.obj.symbol import (
    ITAB,
    R_ADDR64,
    R_INITORDER,
    R_KEEP,
    R_METHODOFF,
    R_PC32,
    R_TYPEOFF,
    R_USEIFACE,
    R_USEIFACEMETHOD,
    R_USENAMEDMETHOD,
    R_WEAK_ADDR64,
    R_WEAK_TYPEOFF,
    REFLECT_METHOD,
    TEXT,
    TYPE,
    TYPENAME,
    Definition,
    Relocation,
)


def text(name: str, *relocations: Relocation, flags: int = 0) -> Definition:
    out = Definition(name, TEXT, b"\xc3", flags=flags)
    out.relocations = list(relocations)
    return out


def calls(name: str) -> Relocation:
    return Relocation(0, R_PC32, name, -4)


def name_of(method: str) -> Definition:
    data = bytes([1 if method[0].isupper() else 0, len(method)]) + method.encode()
    return Definition(f"type:.namedata.{method}", TYPENAME, data)


def type_with_methods(name: str, methods: list[str], fields: list[str] | None = None) -> list[Definition]:
    """A descriptor with methods `name.m` of type func(), and the names."""
    out = Definition(name, TYPE, bytes(64 + 16 * len(methods)))
    for field in fields or []:
        out.relocations.append(Relocation(48, R_ADDR64, field))
    for i, m in enumerate(methods):
        at = 64 + 16 * i
        out.relocations.append(Relocation(at, R_TYPEOFF, f"type:.namedata.{m}"))
        short = name.removeprefix("type:")
        for k, target in enumerate(("type:func()", f"{short}.{m}-ifn", f"{short}.{m}")):
            out.relocations.append(Relocation(at + 4 + 4 * k, R_METHODOFF, target))
    bodies = [text(f"{name.removeprefix('type:')}.{m}{suffix}") for m in methods for suffix in ("", "-ifn")]
    return [out, *bodies, *[name_of(m) for m in methods]]


def interface(name: str, methods: list[str]) -> list[Definition]:
    out = Definition(name, TYPE, bytes(80 + 8 * len(methods)))
    out.relocations.append(Relocation(56, R_ADDR64, name, 80))
    for i, m in enumerate(methods):
        out.relocations.append(Relocation(80 + 8 * i, R_TYPEOFF, f"type:.namedata.{m}"))
        out.relocations.append(Relocation(84 + 8 * i, R_TYPEOFF, "type:func()"))
    return [out, *[name_of(m) for m in methods]]


FUNC = Definition("type:func()", TYPE, bytes(56))


def live(definitions: list[Definition], root: str = "main") -> list[str]:
    reach = Reach(Table([FUNC, *definitions]))
    reach.add_root(root)
    reach.run()
    assert reach.missing() == []
    return sorted(reach.live)


def test_references_are_followed_weak_ones_are_not() -> None:
    main = text("main", calls("f"), Relocation(8, R_WEAK_ADDR64, "g"), Relocation(8, R_WEAK_TYPEOFF, "h"))
    f = text("f", calls("main"), Relocation(0, R_KEEP, "k"), Relocation(0, R_INITORDER, "i"))
    assert live([main, f, text("k"), text("i"), text("g"), text("h")]) == ["f", "i", "k", "main"]


T = type_with_methods("type:T", ["Close", "Read", "close"])
READER = interface("type:Reader", ["Close", "Read"])


def kept(definitions: list[Definition]) -> list[str]:
    """The methods of T that stay."""
    return [n.removeprefix("T.") for n in live([*definitions, *T, *READER]) if n.startswith("T.") and "-" not in n]


def test_a_method_needs_both_a_conversion_and_a_call() -> None:
    converts = Relocation(0, R_USEIFACE, "type:T")
    mentions = Relocation(0, R_KEEP, "type:T")
    calls_read = Relocation(0, R_USEIFACEMETHOD, "type:Reader", 1)
    assert kept([text("main", mentions, converts)]) == []
    assert kept([text("main", mentions, calls_read)]) == []
    assert kept([text("main", converts, calls_read)]) == []  # the type itself is not in the program
    assert kept([text("main", mentions, converts, calls_read)]) == ["Read"]


def test_the_order_of_discovery_does_not_matter() -> None:
    uses = [Relocation(0, R_USEIFACEMETHOD, "type:Reader", 1)]
    types = [Relocation(0, R_KEEP, "type:T"), Relocation(0, R_USEIFACE, "type:T")]
    for first, second in ((uses, types), (types, uses)):
        main = text("main", calls("b"), *first)
        assert kept([main, text("b", *second)]) == ["Read"]


def test_methods_by_name_and_by_reflection() -> None:
    base = [Relocation(0, R_KEEP, "type:T"), Relocation(0, R_USEIFACE, "type:T")]
    assert kept([text("main", *base, Relocation(0, R_USENAMEDMETHOD, "Close"))]) == ["Close"]
    assert kept([text("main", *base, flags=REFLECT_METHOD)]) == ["Close", "Read"]
    assert kept([text("main", *base, calls("r")), text("r", flags=REFLECT_METHOD)]) == ["Close", "Read"]


def test_types_inside_a_converted_type_are_converted_too() -> None:
    outer = Definition("type:[]T", TYPE, bytes(56))
    outer.relocations.append(Relocation(48, R_ADDR64, "type:T"))
    call = Relocation(0, R_USEIFACEMETHOD, "type:Reader", 0)
    assert kept([text("main", Relocation(0, R_KEEP, "type:[]T"), call), outer]) == []
    main = text("main", Relocation(0, R_KEEP, "type:[]T"), Relocation(0, R_USEIFACE, "type:[]T"), call)
    assert kept([main, outer]) == ["Close"]


def test_an_itab_stands_for_its_type() -> None:
    itab = Definition("go:itab.T,Reader", ITAB, bytes(40))
    itab.relocations = [
        Relocation(0, R_ADDR64, "type:Reader"),
        Relocation(8, R_ADDR64, "type:T"),
        Relocation(24, R_WEAK_ADDR64, "T.Close"),
    ]
    main = text(
        "main", Relocation(0, R_KEEP, itab.name), Relocation(0, R_USEIFACE, itab.name),
        Relocation(0, R_USEIFACEMETHOD, "type:Reader", 0),
    )
    assert kept([main, itab]) == ["Close"]


def test_an_engine_may_make_definitions_as_they_are_asked_for() -> None:
    everything = {d.name: d for d in [
        text("main", calls("f"), Relocation(0, R_KEEP, "type:T"), Relocation(0, R_USEIFACE, "go:itab")),
        text("f", Relocation(0, R_USEIFACEMETHOD, "type:Reader", 1)), FUNC, *T, *READER,
    ]}
    itab = Definition("go:itab", ITAB, bytes(40))
    itab.relocations = [Relocation(8, R_ADDR64, "type:T")]
    everything["go:itab"] = itab
    table = Table([])
    reach = Reach(table, frozenset(["runtime.text"]))
    reach.add_root("main")
    reach.add_root("runtime.text")
    rounds = 0
    while True:
        reach.run()
        missing = reach.missing()
        if not missing:
            break
        rounds += 1
        assert rounds < 20
        for name in missing:
            table.definitions[name] = everything[name]
    assert [n for n in sorted(reach.live) if n.startswith("T.")] == ["T.Read", "T.Read-ifn"]
    assert reach.path_to("T.Read") == ["main", "type:T", "T.Read"]
    assert sorted(reach.used_in_iface) == ["type:T", "type:func()"]


def test_promises_are_replaced_by_code() -> None:
    table = Table([text("main", calls("f")), text("f")])
    reach = Reach(table)
    reach.add_root("main")
    reach.run()
    code = text("f", calls("memcpy"))
    table.definitions["f"] = code
    table.definitions["memcpy"] = text("memcpy")
    reach.refresh()
    reach.run()
    assert reach.live["f"] is code and sorted(reach.live) == ["f", "main", "memcpy"]


def test_what_nobody_has_is_reported_with_who_asked() -> None:
    reach = Reach(Table([text("main", calls("gone"))]))
    reach.add_root("main")
    reach.run()
    reach.run()
    assert reach.missing() == ["gone"] and reach.missing_by("gone") == "main"
