"""What LLVM writes becomes definitions: constants, jump tables, stack depth, lines, marks."""

from __future__ import annotations

import struct

import pytest
from toolkit import ATTRIBUTES, FunctionMeta, code, debug_info, emit, link, minimal, options, read_object, run

from goes.diag.diagnostic import Bug
from goes.obj.llvmobject import PositionEntry
from goes.obj.symbol import R_PC32, R_USEIFACE, RODATA, Definition, InlineCall, Relocation

EXIT = code("sys_exit", bytes.fromhex("b83c0000000f05"))


def function(name: str, signature: str, body: str, attributes: str = "") -> str:
    result, rest = signature.split(" ", 1)
    return (
        f'define dso_local {result} @"{name}"({rest}) {ATTRIBUTES} {attributes} section ".text.{name}" {{\n{body}\n}}\n'
    )


def by_name(definitions: list[Definition]) -> dict[str, Definition]:
    return {d.name: d for d in definitions}


@pytest.mark.parametrize("opt", [0, 1, 2])
def test_constants_are_shared_by_content_and_read_right(opt: int) -> None:
    # 2.5 twice, and a vector constant whose halves differ.
    vector = "<i32 3, i32 5, i32 7, i32 11>"
    ir = (
        function("a", "double double %x", "%y = fadd double %x, 2.5\nret double %y")
        + function("b", "double double %x", "%y = fmul double %x, 2.5\nret double %y")
        + function(
            "v", "i32 i32 %n",
            f"%i = insertelement <4 x i32> {vector}, i32 %n, i32 0\n%m = mul <4 x i32> %i, {vector}\n"
            "%e = extractelement <4 x i32> %m, i32 3\n%f = extractelement <4 x i32> %m, i32 0\n"
            "%s = add i32 %e, %f\nret i32 %s"
        )
        + function(
            "start", "void ",
            "%x = call double @a(double 1.5)\n%y = call double @b(double %x)\n%i = fptosi double %y to i32\n"
            "%v = call i32 @v(i32 2)\n%s = add i32 %i, %v\ncall void @sys_exit(i32 %s)\nunreachable"
        )
        + "declare dso_local void @sys_exit(i32)"
    )
    definitions = read_object(emit(ir, opt), [FunctionMeta(n) for n in ("a", "b", "v", "start")])
    wanted = struct.pack("<d", 2.5)
    assert len([d for d in definitions if d.name.startswith("go:cst.") and d.data == wanted]) == 1
    status, _ = run(link(options("start"), minimal(EXIT, *definitions)))
    assert status == int(4 * 2.5) + 11 * 11 + 2 * 3


@pytest.mark.parametrize("opt", [0, 1, 2])
def test_jump_tables_belong_to_their_function(opt: int) -> None:
    cases = " ".join(f"i64 {i}, label %l{i}" for i in range(8))
    labels = "\n".join(f'l{i}: call void asm sideeffect "nop #{i}", ""()\nret i64 {i * i % 50 + 3}' for i in range(8))
    body = f"switch i64 %x, label %d [ {cases} ]\n{labels}\nd: ret i64 0"
    ir = (
        function("f", "i64 i64 %x", body)
        + function("g", "i64 i64 %x", body.replace("ret i64 ", "ret i64 1"))
        + function("start", "void ", "%x = call i64 @f(i64 6)\ncall void @sys_exit(i64 %x)\nunreachable")
        + "declare dso_local void @sys_exit(i64)"
    )
    definitions = read_object(emit(ir, opt), [FunctionMeta(n) for n in ("f", "g", "start")])
    tables = by_name(definitions)
    assert {r.target for r in tables["go:jump.f"].relocations} == {"f"}
    assert {r.target for r in tables["go:jump.g"].relocations} == {"g"}
    assert "go:jump.g" not in {r.target for r in tables["f"].relocations}
    status, _ = run(link(options("start"), minimal(EXIT, *definitions)))
    assert status == 39


def test_got_loads_become_addresses() -> None:
    ir = "@x = external global i64\n" + function("f", "i64 ", "%p = ptrtoint ptr @x to i64\nret i64 %p")
    f = read_object(emit(ir), [FunctionMeta("f")])[0]
    reference = f.relocations[0]
    assert (reference.kind, reference.target, reference.addend) == (R_PC32, "x", -4)
    assert f.data[reference.offset - 2] == 0x8D  # lea


def test_stack_depth() -> None:
    body = "%a = alloca [9 x i64]\ncall void @use(ptr %a)\nret void"
    f = read_object(emit(function("f", "void ", body) + "declare dso_local void @use(ptr)"), [FunctionMeta("f")])[0]
    assert f.text is not None
    depths = [depth for _, depth in f.text.pcsp]
    assert depths == [0, 72, 0]
    assert f.data[f.text.pcsp[-1][0]] == 0xC3  # back at 0 for the ret


def test_a_frame_of_varying_size_is_refused() -> None:
    body = "%a = alloca i64, i64 %n\ncall void @use(ptr %a)\nret void"
    with pytest.raises(Bug, match="register"):
        read_object(emit(function("f", "void i64 %n", body) + "declare dso_local void @use(ptr)"), [FunctionMeta("f")])


def at(line: int) -> str:
    return f", !dbg !DILocation(line: {line}, scope: !0)"


def test_lines_barriers_and_landing() -> None:
    body = f"""
entry:
  %flag = load volatile i32, ptr @flag{at(2)}
  %on = icmp ne i32 %flag, 0{at(2)}
  br i1 %on, label %slow, label %fast{at(2)}
fast:
  store volatile i64 4660, ptr %p{at(2)}
  br label %done{at(2)}
slow:
  call void @barrier(ptr %p, i64 %v){at(3)}
  br label %done{at(3)}
done:
  store volatile i64 7, ptr %p{at(4)}
  %more = icmp eq i64 %v, 9{at(4)}
  br i1 %more, label %land, label %out{at(1)}
land:
  call void @recovered(){at(5)}
  br label %out{at(5)}
out:
  ret void{at(1)}
"""
    ir = function("f", "void ptr %p, i64 %v", body, "").replace("{\n\nentry", "!dbg !0 {\nentry")
    ir += "@flag = external dso_local global i32\n"
    ir += "declare dso_local void @barrier(ptr, i64)\ndeclare dso_local void @recovered()\n"
    meta = FunctionMeta("f", file="/a.go", start_line=10)
    meta.positions = [
        PositionEntry("/a.go", 11),
        PositionEntry("/a.go", 12, is_barrier_site=True),
        PositionEntry("/a.go", 12),
        PositionEntry("/b.go", 80, 0),
        PositionEntry("/a.go", 10, is_landing=True),
    ]
    meta.inlines = [InlineCall(-1, "/a.go", 13, "g", 79)]
    meta.has_landing = True
    meta.relocations = [Relocation(0, R_USEIFACE, "type:int")]
    f = read_object(emit(ir + debug_info(["f"])), [meta])[0]
    text = f.text
    assert text is not None
    assert text.files == ["/a.go", "/b.go"]
    assert {(text.files[file], line, inline) for _, file, line, inline in text.lines} == {
        ("/a.go", 10, -1), ("/a.go", 11, -1), ("/a.go", 12, -1), ("/b.go", 80, 0)
    }
    (start, end), = text.unsafe
    flag = next(r for r in f.relocations if r.target == "flag")
    value = f.data.index(bytes.fromhex("34120000"))
    assert start <= flag.offset < end and start <= value < end
    landing_call = next(r for r in f.relocations if r.target == "recovered")
    assert landing_call.offset == text.landing + 1
    assert f.relocations[-1].target == "type:int"


def test_what_is_missing_is_a_bug() -> None:
    ir = function("f", "void ", "ret void")
    with pytest.raises(Bug, match="dropped"):
        read_object(emit(ir), [FunctionMeta("f"), FunctionMeta("g")])
    with pytest.raises(Bug, match="without description"):
        read_object(emit(ir), [])
    with pytest.raises(Bug, match="belongs to no function|shares"):
        read_object(emit("define void @f() { ret void }\ndefine void @g() { ret void }"), [FunctionMeta("f")])


def test_read_only_kind() -> None:
    ir = function("a", "double double %x", "%y = fadd double %x, 2.5\nret double %y")
    constant = read_object(emit(ir), [FunctionMeta("a")])[1]
    assert constant.kind == RODATA and constant.align == 8
