"""goes' own calling convention ("S"), in one place: compiler, adapters and reflect's overlay all follow this page.

    func (p *T) f(s string, big [9]int, x float64) (int, error)
    →  swiftcc  (ptr p, ptr s.ptr, i64 s.len, ptr &big, double x) → { i64, ptr, ptr }

1. A type is *exploded* into scalar parts, in memory order: integers and pointers are themselves, string = ptr,len;
   slice = ptr,len,cap; interface = type word,data; complex = re,im; structs and one-element arrays their fields' parts;
   zero-size types have no part. A type with more than MAX_PARTS parts, or containing an array of two or more elements,
   is a *memory type*: its values live in memory and are passed by the address of a copy the caller owns and nobody
   writes to during the call.
2. Parameters: [result pointer] [receiver] parameters..., each part one LLVM parameter. LLVM's swiftcc then assigns
   integer/pointer parts to rdi rsi rdx rcx r8 r9 and float parts to xmm0-7, independently, the rest to 8-byte stack
   slots in order (8(rsp) is the first at entry).
3. Results: all parts of all results, in order. If no result is a memory type and there are at most MAX_INT_RESULTS
   integer and MAX_FLOAT_RESULTS float parts, they come back in registers rax rdx rcx r8 / xmm0-3. Otherwise the caller
   passes, as the very first parameter, the address of a result area laid out like a Go struct of the results, which the
   callee fills before it returns.
4. A closure's context (address of the funcval) travels in r13 (`swiftself`), only for functions that use it.
5. bool is i8 holding 0 or 1; bits above a small integer's width are undefined.
6. rsp ≡ 8 (mod 16) at entry; rbx rbp r12-r15 are callee-saved; r10 r11 are free; direction flag clear.

Sources: llvm-notes section 1, ARCHITECTURE section 8; reflect/abi.go in overlay/reflect is the same algorithm at run time.
"""

from __future__ import annotations

from typing import Final, final

from ..types import types as t
from ..types.sizes import alignof, offsets_of, sizeof

MAX_PARTS: Final = 4
MAX_INT_RESULTS: Final = 4
MAX_FLOAT_RESULTS: Final = 4
INT_ARGUMENT_REGISTERS: Final = 6
FLOAT_ARGUMENT_REGISTERS: Final = 8

_BASIC_LLVM: Final[dict[int, str]] = {
    t.BOOL: "i8", t.INT: "i64", t.INT8: "i8", t.INT16: "i16", t.INT32: "i32", t.INT64: "i64", t.UINT: "i64",
    t.UINT8: "i8", t.UINT16: "i16", t.UINT32: "i32", t.UINT64: "i64", t.UINTPTR: "i64", t.FLOAT32: "float",
    t.FLOAT64: "double", t.UNSAFE_POINTER: "ptr", t.UNTYPED_BOOL: "i8", t.UNTYPED_INT: "i64", t.UNTYPED_RUNE: "i32",
    t.UNTYPED_FLOAT: "double", t.UNTYPED_NIL: "ptr",
}


@final
class Part:
    """One scalar: LLVM type, byte offset in the value's memory layout, and whether the GC must treat it as a pointer."""

    __slots__ = ("llvm", "offset", "pointer")

    def __init__(self, llvm: str, offset: int, pointer: bool) -> None:
        self.llvm = llvm
        self.offset = offset
        self.pointer = pointer

    def is_float(self) -> bool:
        return self.llvm == "double" or self.llvm == "float"

    def size(self) -> int:
        return PART_SIZE[self.llvm]


PART_SIZE: Final[dict[str, int]] = {"i8": 1, "i16": 2, "i32": 4, "i64": 8, "ptr": 8, "float": 4, "double": 8}


def parts_of(typ: t.Type) -> list[Part] | None:
    """The scalar parts of a value of type typ, or None for a memory type."""
    out: list[Part] = []
    if not _explode(typ, 0, out):
        return None
    return out


def _explode(typ: t.Type, offset: int, out: list[Part]) -> bool:
    u = t.under(typ)
    if isinstance(u, t.Basic):
        kind = u.kind
        if kind == t.STRING or kind == t.UNTYPED_STRING:
            out.append(Part("ptr", offset, True))
            out.append(Part("i64", offset + 8, False))
        elif kind == t.COMPLEX128 or kind == t.UNTYPED_COMPLEX:
            out.append(Part("double", offset, False))
            out.append(Part("double", offset + 8, False))
        elif kind == t.COMPLEX64:
            out.append(Part("float", offset, False))
            out.append(Part("float", offset + 4, False))
        else:
            out.append(Part(_BASIC_LLVM[kind], offset, kind == t.UNSAFE_POINTER))
    elif isinstance(u, t.Pointer):
        from ..types.sizes import ptrdata

        out.append(Part("ptr", offset, ptrdata(u) != 0))
    elif isinstance(u, (t.Map, t.Chan, t.Signature)):
        out.append(Part("ptr", offset, True))
    elif isinstance(u, t.Slice):
        from ..types.sizes import ptrdata

        out.append(Part("ptr", offset, ptrdata(u) != 0))
        out.append(Part("i64", offset + 8, False))
        out.append(Part("i64", offset + 16, False))
    elif isinstance(u, t.Interface):
        out.append(Part("ptr", offset, False))
        out.append(Part("ptr", offset + 8, True))
    elif isinstance(u, t.Array):
        if u.length == 0 or sizeof(u.elem) == 0:
            return True
        if u.length != 1:
            return False
        return _explode(u.elem, offset, out)
    elif isinstance(u, t.Struct):
        offsets = offsets_of(u)
        for i, f in enumerate(u.fields):
            assert f.type is not None
            if not _explode(f.type, offset + offsets[i], out) or len(out) > MAX_PARTS:
                return False
    elif isinstance(u, t.Tuple):
        raise AssertionError("tuple has no single layout")
    else:
        raise AssertionError(f"no layout for {typ}")
    return len(out) <= MAX_PARTS


@final
class Location:
    """Where a part travels: register >= 0 (index among integer or float registers), else stack_offset from the first
    stack argument."""

    __slots__ = ("part", "register", "stack_offset")

    def __init__(self, part: Part, register: int, stack_offset: int) -> None:
        self.part = part
        self.register = register
        self.stack_offset = stack_offset


@final
class CallLayout:
    """Assignment for one signature.

    `params[i]` are the locations of parameter i (receiver first if any); a memory type has one ptr location and
    `by_address[i]` is true. `results_in_memory`: a result pointer occupies the first integer location (`result_pointer`);
    `result_offsets[i]` describes the area; else `results[i]` lists register locations of result i.
    `stack_bytes`: total of stack argument slots.
    """

    __slots__ = (
        "params", "by_address", "param_types", "result_types", "results_in_memory", "result_pointer", "result_offsets",
        "results", "stack_bytes",
    )  # fmt: skip

    def __init__(self, param_types: list[t.Type], result_types: list[t.Type]) -> None:
        self.param_types = param_types
        self.result_types = result_types
        self.params: list[list[Location]] = []
        self.by_address: list[bool] = []
        self.results: list[list[Location]] = []
        self.result_offsets: list[int] = []
        self.result_pointer: Location | None = None
        ints = 0
        floats = 0
        self.results_in_memory = results_in_memory(result_types)
        offset = 0
        for r in result_types:
            a = alignof(r)
            offset = (offset + a - 1) // a * a
            self.result_offsets.append(offset)
            offset += sizeof(r)
        if not self.results_in_memory:
            for r in result_types:
                locations: list[Location] = []
                for p in parts_of(r) or []:
                    if p.is_float():
                        locations.append(Location(p, floats, -1))
                        floats += 1
                    else:
                        locations.append(Location(p, ints, -1))
                        ints += 1
                self.results.append(locations)
        ints = 0
        floats = 0
        stack = 0
        if self.results_in_memory:
            self.result_pointer = Location(Part("ptr", 0, True), 0, -1)
            ints = 1
        for typ in param_types:
            parts = parts_of(typ)
            self.by_address.append(parts is None)
            if parts is None:
                parts = [Part("ptr", 0, True)]
            locations = []
            for p in parts:
                if p.is_float():
                    if floats < FLOAT_ARGUMENT_REGISTERS:
                        locations.append(Location(p, floats, -1))
                        floats += 1
                        continue
                elif ints < INT_ARGUMENT_REGISTERS:
                    locations.append(Location(p, ints, -1))
                    ints += 1
                    continue
                locations.append(Location(p, -1, stack))
                stack += 8
            self.params.append(locations)
        self.stack_bytes = stack


def results_in_memory(result_types: list[t.Type]) -> bool:
    """Whether results go through a result pointer (rule 3)."""
    ints = 0
    floats = 0
    for r in result_types:
        parts = parts_of(r)
        if parts is None:
            return True
        for p in parts:
            if p.is_float():
                floats += 1
            else:
                ints += 1
    return ints > MAX_INT_RESULTS or floats > MAX_FLOAT_RESULTS


def layout_of(sig: t.Signature, with_receiver: bool) -> CallLayout:
    """The layout of a call of sig; with_receiver puts sig.recv first."""
    params: list[t.Type] = []
    if with_receiver and sig.recv is not None:
        assert sig.recv.type is not None
        params.append(sig.recv.type)
    for v in sig.params.vars:
        assert v.type is not None
        params.append(v.type)
    results: list[t.Type] = []
    for v in sig.results.vars:
        assert v.type is not None
        results.append(v.type)
    return CallLayout(params, results)
