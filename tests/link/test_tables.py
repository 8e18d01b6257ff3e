"""What the linker computes: init order, GC programs, function tables, type order, build info, variables."""

from __future__ import annotations

import random
import struct

import pytest
from toolkit import code, minimal, options, run, task

from goes.diag.diagnostic import Bug, UserError
from goes.link.buildinfo import buildinfo, frame_modinfo, parse_buildinfo
from goes.link.gcprog import encode, expand, pointer_bits
from goes.link.inittasks import schedule
from goes.link.layout import lay_out
from goes.link.link import LinkOptions, link, link_image
from goes.link.selfcheck import check, descriptor_size
from goes.obj.symbol import (
    BSS,
    DATA,
    FUZZ_COUNTERS,
    ITAB,
    NOPTRBSS,
    NOPTRDATA,
    R_ADDR64,
    R_METHODOFF,
    R_PC32,
    R_TYPEOFF,
    R_WEAK_ADDR64,
    R_WEAK_TYPEOFF,
    RODATA,
    TYPE,
    TYPELINK,
    TYPENAME,
    Definition,
    InlineCall,
    Relocation,
    TextInfo,
)

EXIT_7 = bytes.fromhex("bf07000000b83c0000000f05")


def test_init_order_is_lexicographic_among_the_ready() -> None:
    tasks = [
        task("main..inittask", ["main.init"], ["b..inittask", "a..inittask"]),
        task("a..inittask", ["a.init"], ["z..inittask"]),
        task("b..inittask", ["b.init"], []),
        task("z..inittask", ["z.init"], ["runtime..inittask"]),
        task("runtime..inittask", [], []),
        task("unused..inittask", ["u.init"], []),
    ]
    order = schedule("main..inittask", {t.name: t for t in tasks})
    assert order == ["b..inittask", "z..inittask", "a..inittask", "main..inittask"]


def test_init_cycle_is_noticed() -> None:
    tasks = [task("main..inittask", [], ["a..inittask"]), task("a..inittask", [], ["a..inittask"])]
    with pytest.raises(Bug, match="cycle"):
        schedule("main..inittask", {t.name: t for t in tasks})


def test_gc_programs_yield_their_masks() -> None:
    source = random.Random(3)
    for _ in range(100):
        bits = bytearray(source.randrange(0, 300))
        for i in range(len(bits)):
            if source.random() < 0.2:
                bits[i] = source.choice([255, 255, source.randrange(256)])
            elif source.random() < 0.8 and i:
                bits[i] = bits[i - 1]
        expanded = expand(encode(bits))
        want = [byte >> k & 1 for byte in bits for k in range(8)]
        while want and not want[-1]:
            want.pop()
        assert expanded[: len(want)] == want and not any(expanded[len(want) :])
        assert len(expanded) <= 8 * len(bits)


def test_gc_program_of_a_sparse_region_is_small() -> None:
    bits = bytearray(100_000)
    bits[0] = bits[99_999] = 1
    assert len(encode(bits)) < 16
    assert len(encode(b"\xff" * 100_000)) < 10


def test_masks_are_placed_at_their_words() -> None:
    x = Definition("x", DATA, bytes(24))
    x.ptrmask = b"\x05"
    y = Definition("y", DATA, bytes(8 * 70))
    y.ptrmask = bytes(8) + b"\x21"
    bits = pointer_bits([x, y], [8, 40], 600)
    assert [i for i in range(75) if bits[i // 8] >> (i % 8) & 1] == [1, 3, 5 + 64, 5 + 69]


def descriptor(name: str, kind: int, size: int, flags: int = 0, sort_key: str = "") -> Definition:
    data = bytearray(size)
    data[23] = kind
    out = Definition(name, TYPE, bytes(data), flags=flags)
    out.sort_key = sort_key
    return out


def types() -> list[Definition]:
    pointer, slice_ = 22, 23
    itabs = [Definition("go:itab.T,I", ITAB, bytes(32)), Definition("go:itab.T,J", ITAB, bytes(40))]
    return [
        descriptor("type:*main.T", pointer, 56, TYPELINK, "*main.T"),
        descriptor("type:[]int", slice_, 56, TYPELINK, "[]int"),
        descriptor("type:main.T", 2, 48),
        Definition("type:.namedata.X.", TYPENAME, b"\x01\x01X"),
        *itabs,
    ]


def test_types_lie_as_the_runtime_walks_them() -> None:
    layout = lay_out({d.name: d for d in types()})
    placed = dict(zip([d.name for d in layout.types.symbols], layout.types.offsets))
    assert placed["type:*main.T"] == 8 and placed["type:[]int"] == 64
    assert layout.typedesclen == 120
    assert placed["type:main.T"] == 120 and placed["type:.namedata.X."] == 168
    assert layout.itaboffset == 176 and layout.itabsize == 72
    assert descriptor_size(types()[0].data, 0) == 56


def test_zero_size_variables_share_zerobase() -> None:
    sizes = {"a": 0, "runtime.zerobase": 8, "b": 1, "c": 0}
    variables = [Definition(n, NOPTRBSS, b"", size) for n, size in sizes.items()]
    layout = lay_out({d.name: d for d in variables})
    placed = dict(zip([d.name for d in layout.noptrbss.symbols], layout.noptrbss.offsets))
    assert placed["a"] == placed["c"] == placed["runtime.zerobase"] == 0 and placed["b"] > 0


def inlining_function(index: int) -> Definition:
    out = code(f"main.f{index}", b"\x90" * (10 + 37 * index % 700))
    out.text = TextInfo()
    out.text.files = ["/a.go", f"/b{index % 3}.go"]
    out.text.lines = [(0, 0, 10 + index, -1), (4, 1, 9999, 0), (8, 0, 12 + index, -1)]
    out.text.inlines = [InlineCall(-1, "/a.go", 11 + index, "main.callee", 98)]
    out.text.pcsp = [(0, 0), (1, 8), (9, 0)]
    return out


def read_functions(data: bytes, text: int) -> dict[str, list[tuple[int, str, int]]]:
    """An independent reader of .gopclntab: name → [(address, file, line)...], from the format description alone."""
    nfunc, _, _, names, cutab, files, pctab, functab = struct.unpack_from("<8Q", data, 8)

    def text_at(at: int) -> str:
        return data[at : data.index(b"\0", at)].decode()

    def steps(at: int) -> list[tuple[int, int]]:
        out, value, pc, first = [], -1, 0, True
        while True:
            numbers = []
            for _ in range(2):
                n = shift = 0
                while True:
                    b = data[at]
                    at += 1
                    n |= (b & 127) << shift
                    shift += 7
                    if b < 128:
                        break
                numbers.append(n)
                if not numbers[0] and not first:
                    return out
            first = False
            value += -(numbers[0] // 2) - 1 if numbers[0] & 1 else numbers[0] // 2
            out.append((pc, value))
            pc += numbers[1]

    result = {}
    for i in range(nfunc):
        entry, record = struct.unpack_from("<II", data, functab + 8 * i)
        f = struct.unpack_from("<IiiIIIIIIi", data, functab + record)
        assert f[0] == entry
        if f[5] == 0:
            continue
        file_steps = steps(pctab + f[5])
        rows = []
        for pc, line in steps(pctab + f[6]):
            number = [v for p, v in file_steps if p <= pc][-1]
            file = struct.unpack_from("<I", data, cutab + 4 * (f[8] + number))[0]
            rows.append((text + entry + pc, text_at(files + file), line))
        result[text_at(names + f[1])] = rows
    return result


def test_function_tables_read_back() -> None:
    functions = [inlining_function(i) for i in range(300)]
    _, image = link_image(options("main.f0"), minimal(*functions))
    check(image)
    read = read_functions(bytes(image.layout.pclntab.data), image.layout.text.address)
    for i, f in enumerate(functions):
        start = image.address[f.name]
        assert read[f.name][:3] == [
            (start, "/a.go", 10 + i), (start + 4, f"/b{i % 3}.go", 9999), (start + 8, "/a.go", 12 + i)
        ]


def test_goroot_is_expanded() -> None:
    f = inlining_function(1)
    assert f.text is not None
    f.text.files = ["$GOROOT/src/a.go", "/b1.go"]
    f.text.inlines[0].file = "$GOROOT/src/a.go"
    o = options("main.f1")
    o.goroot = "/usr/go"
    _, image = link_image(o, minimal(f))
    read = read_functions(bytes(image.layout.pclntab.data), image.layout.text.address)
    assert read["main.f1"][0][1] == "/usr/go/src/a.go"


def field(image_data: bytearray, offset: int) -> int:
    return int(struct.unpack_from("<Q", image_data, offset)[0])


def test_module_data() -> None:
    init = code("main.init", b"\xc3")
    definitions = minimal(code("start", EXIT_7), init, *types())
    definitions["main..inittask"] = task("main..inittask", ["main.init"], ["runtime..inittask"])
    before = repr(definitions)
    _, image = link_image(options("start"), definitions)
    check(image)
    data = image.layout.module.data
    address = image.address
    assert len(data) == 568
    assert field(data, 0) == image.layout.pclntab.address
    assert field(data, 160) == address["runtime.text"] and field(data, 168) == address["runtime.etext"]
    assert field(data, 136) == field(data, 144) == image.table.nfunc + 1
    assert field(data, 304) == 120 and field(data, 320) == 176 and field(data, 328) == 72
    assert field(data, 448) == address["go:main.inittasks"] and field(data, 456) == 1
    assert data[512] == 1
    assert repr(definitions) == before


def test_dead_methods_and_weak_references() -> None:
    t = descriptor("type:T", 2, 64)
    data = bytearray(t.data)
    t.data = bytes(data)
    t.relocations = [Relocation(48 + 4 * i, R_METHODOFF, n) for i, n in enumerate(("type:F", "T.M", "T.gone"))]
    t.relocations.append(Relocation(60, R_WEAK_TYPEOFF, "type:gone"))
    itab = Definition("go:itab.T,I", ITAB, bytes(32))
    itab.relocations = [Relocation(24, R_WEAK_ADDR64, "T.gone")]
    live = minimal(code("start", EXIT_7), code("T.M", b"\xc3"), t, descriptor("type:F", 2, 48), itab)
    _, image = link_image(options("start"), live)
    at = image.address["type:T"] - image.layout.types.address + 48
    mtyp, ifn, tfn, weak = struct.unpack_from("<iiii", image.layout.types.data, at)
    assert mtyp == image.address["type:F"] - image.layout.types.address
    assert ifn == image.address["T.M"] - image.layout.text.address
    assert tfn == -1 and weak == 0
    slot = image.address["go:itab.T,I"] - image.layout.types.address + 24
    assert struct.unpack_from("<Q", image.layout.types.data, slot)[0] == image.address["runtime.unreachableMethod"]


def string_variable(name: str, gotype: str = "type:string") -> Definition:
    out = Definition(name, BSS, b"", 16)
    out.ptrmask = b"\x01"
    out.gotype = gotype
    return out


def test_string_variables_can_be_set() -> None:
    # write(1, p.X.ptr, p.X.len); exit(7)
    load = bytes.fromhex("488b3500000000488b1500000000bf01000000b8010000000f05") + EXIT_7
    start = code("start", load, Relocation(3, R_PC32, "p.X", -4), Relocation(10, R_PC32, "p.X", 4))
    o = options("start")
    o.strings = [("p.X", "first"), ("p.X", "hello"), ("p.absent", "x")]
    assert run(link(o, minimal(start, string_variable("p.X")))) == (7, b"hello")


def test_setting_another_type_is_an_error() -> None:
    o = options("start")
    o.strings = [("p.X", "1")]
    with pytest.raises(UserError, match=r"^p.X: cannot set with -X: not a var of type string \(type:int\)$"):
        link(o, minimal(code("start", EXIT_7), string_variable("p.X", "type:int")))


def test_undefined_symbols_in_the_linkers_words() -> None:
    f = code("main.f", b"\xe8\0\0\0\0", Relocation(1, R_PC32, "main.g", -4))
    with pytest.raises(UserError, match="^main.f: relocation target main.g not defined$"):
        link(options("main.f"), minimal(f))
    value = Definition("runtime.main_main·f", RODATA, bytes(8))
    value.relocations = [Relocation(0, R_ADDR64, "main.main")]
    with pytest.raises(UserError, match="^runtime.main_main·f: function main is undeclared in the main package$"):
        link(options("main.f"), minimal(code("main.f", b"\xc3"), value))


def test_build_info() -> None:
    framed = frame_modinfo("path\tx\nmod\tx\t(devel)\t\n")
    data = buildinfo(b"go1.27.3", framed)
    assert len(data) % 16 == 0
    assert parse_buildinfo(data) == ("go1.27.3", "path\tx\nmod\tx\t(devel)\t\n")
    assert parse_buildinfo(b"\0" * 64) is None


def test_same_input_same_file_whatever_the_order() -> None:
    functions = [inlining_function(i) for i in range(20)]
    live = minimal(*functions, *types(), string_variable("p.X"), Definition("p.y", NOPTRDATA, b"12345"))
    backwards = dict(reversed(list(live.items())))
    assert link(options("main.f0"), live) == link(options("main.f0"), backwards)


def test_stripped_files_still_run() -> None:
    o = LinkOptions()
    o.entry = "start"
    o.strip_symbols = o.strip_dwarf = True
    file = link(o, minimal(code("start", EXIT_7)))
    assert b"runtime.etext" not in file
    assert run(file) == (7, b"")


def test_fips_symbols_lie_between_their_markers_and_are_hashed() -> None:
    f = code("crypto/internal/fips140/sha256.block", b"\xc3" * 40)
    table = Definition("crypto/internal/fips140/sha256._K", RODATA, b"K" * 64)
    _, image = link_image(options("start"), minimal(code("start", EXIT_7), f, table))
    a = image.address
    assert a["go:textfipsstart"] < a[f.name] < a["go:textfipsend"]
    assert a["go:rodatafipsstart"] < a[table.name] < a["go:rodatafipsend"]
    info = image.layout.fipsinfo
    assert info.data[:16] == b"\xff Go fipsinfo \xff\x00" and any(info.data[16:48])
    assert field(info.data, 48) == info.address
    _, other = link_image(options("start"), minimal(code("start", EXIT_7), f))
    assert other.layout.fipsinfo.data[16:48] != info.data[16:48]


def test_type_offsets_count_from_the_section() -> None:
    t = types()[0]
    t.relocations.append(Relocation(40, R_TYPEOFF, "type:.namedata.X."))
    _, image = link_image(options("start"), minimal(code("start", EXIT_7), *types()[1:], t))
    at = image.address[t.name] - image.layout.types.address + 40
    value = struct.unpack_from("<i", image.layout.types.data, at)[0]
    assert value == image.address["type:.namedata.X."] - image.address["runtime.types"]


def test_edge_counters_stand_between_the_bounds_that_fuzzing_looks_at() -> None:
    parts = [code("main.main", EXIT_7)]
    parts += [Definition(f"{FUZZ_COUNTERS}main.{name}", NOPTRBSS, size=size, align=1) for name, size in (("main", 3), ("f", 2))]
    parts += [Definition(f"internal/fuzz.{name}", NOPTRBSS, align=1) for name in ("_counters", "_ecounters")]
    _, image = link_image(options("main.main"), minimal(*parts))
    first = image.address["internal/fuzz._counters"]
    assert image.address[f"{FUZZ_COUNTERS}main.f"] == first
    assert image.address[f"{FUZZ_COUNTERS}main.main"] == first + 2
    assert image.address["internal/fuzz._ecounters"] == first + 5


def test_without_edge_counters_the_bounds_are_plain_variables() -> None:
    bounds = [Definition(f"internal/fuzz.{name}", NOPTRBSS, align=1) for name in ("_counters", "_ecounters")]
    _, image = link_image(options("main.main"), minimal(code("main.main", EXIT_7), *bounds))
    assert image.address["internal/fuzz._counters"] == image.address["internal/fuzz._ecounters"]
