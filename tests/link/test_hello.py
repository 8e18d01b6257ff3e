"""From machine code to a running process."""

from __future__ import annotations

from toolkit import ATTRIBUTES, FunctionMeta, code, emit, link, minimal, options, read_object, run

from goes.obj.symbol import GOSTRING, R_PC32, Definition, Relocation

EXIT_7 = bytes.fromhex("bf07000000b83c0000000f05")  # mov $7,%edi; mov $60,%eax; syscall


def test_exit_status() -> None:
    file = link(options("start"), minimal(code("start", EXIT_7)))
    assert run(file) == (7, b"")


def test_calls_and_strings() -> None:
    write = bytes.fromhex("bf01000000488d3500000000ba06000000b8010000000f05c3")
    text = Definition('go:string."hello\n"', GOSTRING, b"hello\n")
    calls = [Relocation(1, R_PC32, "main.write", -4), Relocation(6, R_PC32, "main.exit", -4)]
    start = code("start", b"\xe8\0\0\0\0\xe8\0\0\0\0", *calls)
    f = code("main.write", write, Relocation(8, R_PC32, text.name, -4))
    file = link(options("start"), minimal(start, f, code("main.exit", EXIT_7), text))
    assert run(file) == (7, b"hello\n")


def test_llvm_object() -> None:
    ir = f"""
declare dso_local void @sys_exit(i64)
define dso_local swiftcc i64 @"main.f"(i64 %x) {ATTRIBUTES} section ".text.main.f" {{
  switch i64 %x, label %d [ i64 0, label %a  i64 1, label %b  i64 2, label %c  i64 3, label %d0 i64 4, label %e ]
a: ret i64 11
b: %y = tail call swiftcc i64 @"main.f"(i64 3)
   ret i64 %y
c: ret i64 14
d0: ret i64 17
e: call void asm sideeffect "nop", ""()
   ret i64 5
d: ret i64 0
}}
define dso_local void @start() {ATTRIBUTES} section ".text.start" {{
  %r = call swiftcc i64 @"main.f"(i64 1)
  call void @sys_exit(i64 %r)
  unreachable
}}
"""
    definitions = read_object(emit(ir), [FunctionMeta("main.f"), FunctionMeta("start")])
    exit_ = code("sys_exit", bytes.fromhex("b83c0000000f05"))
    status, _ = run(link(options("start"), minimal(exit_, *definitions)))
    assert status == 17
