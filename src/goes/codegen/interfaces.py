"""Interface values: boxing, conversion, assertion.

    any(x int64)         →   { type:int64, runtime.convT64(x) }
    io.Writer(f *File)   →   { go:itab.*os.File,io.Writer, f }
    i.(T)                →   word == type:T (or the itab) ? data : panicdottypeE

The data word of a pointer-shaped type is the value itself; otherwise it points to a box that nobody writes.

Sources: compiler-contracts 1.4, 6.4; cmd/compile/internal/walk convert.go dataWord (order of the cases).
"""

from __future__ import annotations

from typing import Final

from ..diag.diagnostic import Bug
from ..obj.symbol import DATA, DUPOK, R_ADDR64, R_USEIFACE, Definition, Relocation
from ..ssa import instr as ir
from ..ssa.instr import ChangeInterface, Const, Global, Load, MakeInterface, TypeAssert, Value
from ..types import types as t
from ..types.identity import identical
from ..types.lookup import missing_method
from ..types.sizes import is_direct_iface
from ..types.typeset import type_set
from .abi import PART_SIZE
from .emitter import Emitter, Shape
from .values import operand, result

ITAB_TYPE: Final = 8  # offsets in internal/abi.ITab
ITAB_FUN: Final = 24
MAX_STACK_BOX: Final = 1024
_MIN_BYTES: Final = 1


def has_methods(typ: t.Type) -> bool:
    u = t.under(typ)
    return isinstance(u, t.Interface) and len(type_set(u).methods) > 0


def make_interface(e: Emitter, i: MakeInterface) -> None:
    if i in e.skip:
        return
    typ = i.x.type
    if has_methods(i.type):
        word = e.itab_symbol(typ, i.type)
    else:
        word = e.type_symbol(typ)
    name = "type:" + e.ctx.type_name(typ)
    e.refs.types[name] = typ
    e.refs.add_relocation(R_USEIFACE, name)
    result(e, i, [word, box(e, i.x, i.placement == ir.STACK)])


def box(e: Emitter, x: Value, on_stack: bool) -> str:
    """The data word for a value of concrete type."""
    typ = x.type
    shape = e.ctx.shape(typ)
    if shape.size == 0:
        return e.runtime_data("zerobase")
    if is_direct_iface(typ):
        return operand(e, x)[0]
    if shape.parts is not None and len(shape.parts) == 1 and shape.size == _MIN_BYTES:
        return _small_box(e, shape, operand(e, x)[0])
    if isinstance(x, Const):
        return _constant_box(e, x, shape)
    if isinstance(x, Load) and isinstance(x.x, Global) and x.x.read_only:
        return operand(e, x.x)[0]
    vals = operand(e, x)
    if on_stack and shape.size <= MAX_STACK_BOX:
        if shape.parts is not None:
            return e.spill(shape, vals)
        p = e.alloca(shape.size, shape.align)
        e.copy(p, vals[0], shape.size, shape.align)
        return p
    return _heap_box(e, shape, vals)


def _small_box(e: Emitter, shape: Shape, v: str) -> str:
    table = e.runtime_data("staticuint64s")
    llvm = shape.llvms[0]
    wide = e.op(f"zext {llvm} {v} to i64")
    return e.op(f"getelementptr [8 x i8], ptr {table}, i64 {wide}")


def _constant_box(e: Emitter, x: Const, shape: Shape) -> str:
    """A read-only object that holds the constant."""
    value = x.value
    if value is None:
        if shape.size <= 1024:
            return e.runtime_data("zeroVal")
        return e.data(e.refs.zero_area(shape.size))
    if isinstance(value, bytes):
        return e.data(e.refs.string_header(value))
    data = b""
    relocations: list[Relocation] = []
    for llvm, v in zip(shape.llvms, operand(e, x)):
        if llvm == "ptr":
            raise Bug("codegen", "constant pointer boxed", e.fn.name)
        if llvm == "double":
            data += _float_bits(v).to_bytes(8, "little")
        elif llvm == "float":
            data += _float32_bytes(v)
        else:
            width = PART_SIZE[llvm]
            data += (int(v) & ((1 << (8 * width)) - 1)).to_bytes(width, "little")
    return e.data(e.refs.constant(data, shape.align, relocations))


def _float_bits(text: str) -> int:
    return int(text, 16)


def _float32_bytes(text: str) -> bytes:
    import struct

    f: float = struct.unpack("<d", _float_bits(text).to_bytes(8, "little"))[0]
    return struct.pack("<f", f)


def _heap_box(e: Emitter, shape: Shape, vals: list[str]) -> str:
    parts = shape.parts
    u = t.under(shape.type)
    if parts is not None:
        if isinstance(u, t.Basic) and u.info & t.IS_STRING:
            return e.runtime("ptr", "convTstring", [("ptr", vals[0]), ("i64", vals[1])])
        if isinstance(u, t.Slice):
            return e.runtime("ptr", "convTslice", [("ptr", vals[0]), ("i64", vals[1]), ("i64", vals[2])])
        if len(parts) == 1 and not shape.pointers and shape.align == shape.size and shape.size in (2, 4, 8):
            llvm = f"i{8 * shape.size}"
            v = vals[0]
            if parts[0].llvm == "ptr":
                v = e.op(f"ptrtoint ptr {v} to i64")
            elif parts[0].llvm != llvm:
                v = e.op(f"bitcast {parts[0].llvm} {v} to {llvm}")
            return e.runtime("ptr", f"convT{8 * shape.size}", [(llvm, v)])
    name = "convT" if shape.pointers else "convTnoptr"
    return e.runtime("ptr", name, [("ptr", e.type_symbol(shape.type)), ("ptr", e.spill(shape, vals))])


def type_word(e: Emitter, x: Value) -> str:
    """The dynamic type of an interface value, null for nil."""
    word = operand(e, x)[0]
    if not has_methods(x.type):
        return word
    return _itab_type(e, word)


def _itab_type(e: Emitter, itab: str) -> str:
    some = e.new_label()
    done = e.new_label()
    before = e.current
    e.branch(e.op(f"icmp eq ptr {itab}, null"), done, some)
    e.label(some)
    typ = e.load("ptr", e.gep(itab, ITAB_TYPE))
    e.jump(done)
    e.label(done)
    return e.phi("ptr", [("null", before), (typ, some)])


def change_interface(e: Emitter, i: ChangeInterface) -> None:
    vals = operand(e, i.x)
    if not has_methods(i.type):
        result(e, i, [type_word(e, i.x), vals[1]])
        return
    if identical(i.type, i.x.type):
        result(e, i, vals)
        return
    typ = type_word(e, i.x)
    some = e.new_label()
    done = e.new_label()
    before = e.current
    e.branch(e.op(f"icmp eq ptr {typ}, null"), done, some)
    e.label(some)
    itab = _find_itab(e, i.type, typ, False)
    e.jump(done)
    e.label(done)
    result(e, i, [e.phi("ptr", [("null", before), (itab, some)]), vals[1]])


def type_assert(e: Emitter, i: TypeAssert) -> None:
    if isinstance(t.under(i.asserted), t.Interface):
        _assert_interface(e, i)
    else:
        _assert_concrete(e, i)


def _assert_interface(e: Emitter, i: TypeAssert) -> None:
    data = operand(e, i.x)[1]
    typ = type_word(e, i.x)
    want = e.type_symbol(i.asserted)
    present = e.op(f"icmp ne ptr {typ}, null")
    if not i.comma_ok:
        e.fail_unless(present, "panicnildottype", [("ptr", want)])
        word = typ
        if has_methods(i.asserted):
            word = _find_itab(e, i.asserted, typ, False)
        result(e, i, [word, data])
        return
    word = typ
    if has_methods(i.asserted):
        some = e.new_label()
        done = e.new_label()
        before = e.current
        e.branch(present, some, done)
        e.label(some)
        found = _find_itab(e, i.asserted, typ, True)
        e.jump(done)
        e.label(done)
        word = e.phi("ptr", [("null", before), (found, some)])
        present = e.op(f"icmp ne ptr {word}, null")
    kept = e.op(f"select i1 {present}, ptr {data}, ptr null")
    e.tuples[i] = [[word, kept], [present]]


def _find_itab(e: Emitter, interface: t.Type, typ: str, can_fail: bool) -> str:
    """The itab of the dynamic type typ (not nil) for an interface. If there is none: null, or a panic.

    What was found is cached in an abi.TypeAssert. The runtime itself, which might be allocating, keeps none."""
    want = e.type_symbol(interface)
    if e.fn.is_runtime:
        return e.runtime("ptr", "assertE2I2" if can_fail else "assertE2I", [("ptr", want), ("ptr", typ)])
    name = f"go:typeassert:{e.ctx.type_name(interface)}" + (",ok" if can_fail else "")
    if name not in e.refs.definitions:
        e.refs.symbols["runtime.emptyTypeAssertCache"] = None
        d = Definition(name, DATA, bytes(16) + bytes((can_fail,)) + bytes(7), align=8, flags=DUPOK)
        d.relocations.append(Relocation(0, R_ADDR64, "runtime.emptyTypeAssertCache"))
        d.relocations.append(Relocation(8, R_ADDR64, "type:" + e.ctx.type_name(interface)))
        d.ptrmask = b"\x01"
        e.refs.definitions[name] = d
    return e.runtime("ptr", "typeassertcached", [("ptr", e.data(name)), ("ptr", typ)])


def _assert_concrete(e: Emitter, i: TypeAssert) -> None:
    vals = operand(e, i.x)
    shape = e.ctx.shape(i.asserted)
    want_type = e.type_symbol(i.asserted)
    methods = has_methods(i.x.type)
    if methods and missing_method(i.asserted, i.x.type, True) is not None:
        ok = "false"  # T does not implement the interface in this instance of a generic function
    else:
        want = e.itab_symbol(i.asserted, i.x.type) if methods else want_type
        ok = e.op(f"icmp eq ptr {vals[0]}, {want}")
    if not i.comma_ok:
        name = "panicdottypeI" if methods else "panicdottypeE"
        e.fail_unless(ok, name, [("ptr", vals[0]), ("ptr", want_type), ("ptr", e.type_symbol(i.x.type))])
        result(e, i, _unbox(e, shape, vals[1]))
        return
    zero = e.zero(shape)
    if shape.size == 0:
        e.tuples[i] = [zero, [ok]]
        return
    if is_direct_iface(i.asserted):
        e.tuples[i] = [[e.op(f"select i1 {ok}, ptr {vals[1]}, ptr null")], [ok]]
        return
    if shape.parts is None:
        e.tuples[i] = [[e.op(f"select i1 {ok}, ptr {vals[1]}, ptr {zero[0]}")], [ok]]
        return
    some = e.new_label()
    done = e.new_label()
    before = e.current
    e.branch(ok, some, done)
    e.label(some)
    found = _unbox(e, shape, vals[1])
    after = e.current
    e.jump(done)
    e.label(done)
    merged = [e.phi(ll, [(z, before), (v, after)]) for ll, z, v in zip(shape.llvms, zero, found)]
    e.tuples[i] = [merged, [ok]]


def _unbox(e: Emitter, shape: Shape, data: str) -> list[str]:
    if shape.size == 0:
        return e.zero(shape)
    if is_direct_iface(shape.type):
        return [data]
    return e.fetch(shape, data)


