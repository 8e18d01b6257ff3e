"""Slices, arrays, structs: addressing, slicing, make, append, copy.

    s[i:j]        →   { ptr + (i*size & (cap-i > 0 ? -1 : 0)), j-i, cap-i }       never points past the object
    append(s, v)  →   n = len+1 ; if n >u cap { s = growslice(...) } ; store v ; { ptr, n, cap }

Sources: compiler-contracts 1.1, 6.5.
"""

from __future__ import annotations

from ..diag.diagnostic import Bug
from ..ssa import instr as ir
from ..ssa.instr import Value
from ..types import types as t
from ..types.sizes import offsets_of, ptrdata, sizeof
from .emitter import Emitter
from .memory import store_value
from .values import const_int, operand, result, widen


def element(e: Emitter, base: str, index: str, size: int) -> str:
    """base + index*size"""
    if size == 0 or index == "0":
        return base
    if index.lstrip("-").isdigit():
        return e.gep(base, int(index) * size)
    unit = {1: "i8", 2: "i16", 4: "i32", 8: "i64"}.get(size, f"[{size} x i8]")
    return e.op(f"getelementptr {unit}, ptr {base}, i64 {index}")


def field_addr(e: Emitter, i: ir.FieldAddr) -> None:
    p = t.under(i.x.type)
    assert isinstance(p, t.Pointer)
    u = t.under(p.elem)
    assert isinstance(u, t.Struct)
    result(e, i, [e.gep(operand(e, i.x)[0], offsets_of(u)[i.field])])


def field(e: Emitter, i: ir.Field) -> None:
    u = t.under(i.x.type)
    assert isinstance(u, t.Struct)
    shape = e.ctx.shape(i.x.type)
    vals = operand(e, i.x)
    own = e.ctx.shape(i.type)
    if shape.parts is None:
        result(e, i, e.fetch(own, e.gep(vals[0], offsets_of(u)[i.field])))
        return
    at = 0
    for f in u.fields[: i.field]:
        assert f.type is not None
        at += len(e.ctx.shape(f.type).llvms)
    result(e, i, e.from_memory(own, vals[at : at + len(own.llvms)]))


def index_addr(e: Emitter, i: ir.IndexAddr) -> None:
    u = t.under(i.x.type)
    if isinstance(u, t.Pointer):
        u = t.under(u.elem)
    assert isinstance(u, (t.Slice, t.Array))
    result(e, i, [element(e, operand(e, i.x)[0], widen(e, i.y), sizeof(u.elem))])


def index(e: Emitter, i: ir.Index) -> None:
    u = t.under(i.x.type)
    vals = operand(e, i.x)
    shape = e.ctx.shape(i.type)
    if isinstance(u, t.Basic):
        result(e, i, [e.load("i8", element(e, vals[0], widen(e, i.y), 1))])
        return
    assert isinstance(u, t.Array)
    if e.ctx.shape(i.x.type).parts is None:
        result(e, i, e.fetch(shape, element(e, vals[0], widen(e, i.y), sizeof(u.elem))))
        return
    result(e, i, e.from_memory(shape, vals))  # one element, or elements without parts


def aggregate(e: Emitter, i: ir.Aggregate) -> None:
    shape = e.ctx.shape(i.type)
    if shape.parts is not None:
        out: list[str] = []
        for a in i.args:
            out.extend(e.to_memory(e.ctx.shape(a.type), operand(e, a)))
        result(e, i, out)
        return
    u = t.under(i.type)
    p = e.alloca(shape.size, shape.align)
    if isinstance(u, t.Struct):
        offsets = offsets_of(u)
    else:
        assert isinstance(u, t.Array)
        offsets = [k * sizeof(u.elem) for k in range(len(i.args))]
    for k, a in enumerate(i.args):
        store_value(e, e.gep(p, offsets[k]), a, False)
    result(e, i, [p])


def length(e: Emitter, i: ir.Len) -> None:
    u = t.under(i.x.type)
    vals = operand(e, i.x)
    if isinstance(u, t.Chan):
        result(e, i, [e.runtime("i64", "chanlen", [("ptr", vals[0])])])
    elif isinstance(u, t.Map):
        result(e, i, [_map_length(e, vals[0])])
    else:
        result(e, i, [vals[1]])


def _map_length(e: Emitter, m: str) -> str:
    """The first word of internal/runtime/maps.Map, 0 for nil."""
    some = e.new_label()
    done = e.new_label()
    before = e.current
    e.branch(e.op(f"icmp eq ptr {m}, null"), done, some)
    e.label(some)
    n = e.load("i64", m)
    e.jump(done)
    e.label(done)
    return e.phi("i64", [("0", before), (n, some)])


def capacity(e: Emitter, i: ir.Cap) -> None:
    vals = operand(e, i.x)
    if isinstance(t.under(i.x.type), t.Chan):
        result(e, i, [e.runtime("i64", "chancap", [("ptr", vals[0])])])
    else:
        result(e, i, [vals[2]])


def make_view(e: Emitter, i: ir.MakeView) -> None:
    out = [operand(e, i.args[0])[0]]
    out.extend(widen(e, a) for a in i.args[1:])
    if isinstance(t.under(i.type), t.Slice) and len(out) == 2:
        out.append(out[1])
    result(e, i, out)


def slice_op(e: Emitter, i: ir.SliceOp) -> None:
    x, low, high, limit = i.args
    vals = operand(e, x)
    u = t.under(x.type)
    is_string = isinstance(u, t.Basic)
    size = 1
    if isinstance(u, t.Pointer):
        array = t.under(u.elem)
        assert isinstance(array, t.Array)
        size = sizeof(array.elem)
        base, old_length, old_cap = vals[0], str(array.length), str(array.length)
    elif isinstance(u, t.Slice):
        size = sizeof(u.elem)
        base, old_length, old_cap = vals
    else:
        base, old_length = vals
        old_cap = old_length
    start = widen(e, low) if i.has_low else "0"
    stop = widen(e, high) if i.has_high else old_length
    end = widen(e, limit) if i.has_max else stop if is_string else old_cap
    if start == "0":
        result(e, i, [base, stop] if is_string else [base, stop, end])
        return
    new_length = e.op(f"sub i64 {stop}, {start}")
    new_cap = new_length if is_string else e.op(f"sub i64 {end}, {start}")
    pointer = base
    if size > 0:
        delta = start if size == 1 else e.op(f"mul i64 {start}, {size}")
        negative = e.op(f"sub i64 0, {new_cap}")
        mask = e.op(f"ashr i64 {negative}, 63")
        masked = e.op(f"and i64 {delta}, {mask}")
        pointer = e.op(f"getelementptr i8, ptr {base}, i64 {masked}")
    result(e, i, [pointer, new_length] if is_string else [pointer, new_length, new_cap])


def make_slice(e: Emitter, i: ir.MakeSlice) -> None:
    u = t.under(i.type)
    assert isinstance(u, t.Slice)
    size = sizeof(u.elem)
    cap = const_int(i.y)
    n = widen(e, i.x)
    if i.placement == ir.STACK and cap is not None:
        if const_int(i.x) is None:
            e.fail_unless(e.op(f"icmp ule i64 {n}, {cap}"), "panicmakeslicelen", [])
        if size * cap == 0:
            pointer = e.runtime_data("zerobase")
        else:
            align = e.ctx.shape(u.elem).align
            pointer = e.alloca(size * cap, align)
            e.clear(pointer, size * cap, align)
        result(e, i, [pointer, n, str(cap)])
        return
    c = widen(e, i.y)
    args = [("ptr", e.type_symbol(u.elem)), ("i64", n), ("i64", c)]
    result(e, i, [e.runtime("ptr", "makeslice", args), n, c])


def grow(e: Emitter, elem: t.Type, vals: list[str], count: str) -> tuple[str, str, str]:
    """Room for count more elements: (pointer, new length, capacity)."""
    new_length = e.op(f"add i64 {vals[1]}, {count}")
    more = e.new_label()
    done = e.new_label()
    before = e.current
    e.unlikely(e.op(f"icmp ugt i64 {new_length}, {vals[2]}"), more, done)
    main = e.out
    e.out = e.cold
    e.out.append(f"{more}:")
    args = [("ptr", vals[0]), ("i64", new_length), ("i64", vals[2]), ("i64", count), ("ptr", e.type_symbol(elem))]
    grown = e.unpack(["ptr", "i64", "i64"], e.runtime("{ ptr, i64, i64 }", "growslice", args))
    e.jump(done)
    e.out = main
    e.label(done)
    pointer = e.phi("ptr", [(vals[0], before), (grown[0], more)])
    cap = e.phi("i64", [(vals[2], before), (grown[2], more)])
    return pointer, new_length, cap


def append(e: Emitter, i: ir.Append) -> None:
    u = t.under(i.type)
    assert isinstance(u, t.Slice)
    vals = operand(e, i.args[0])
    extra = i.args[1:]
    if not extra:
        result(e, i, vals)
        return
    pointer, new_length, cap = grow(e, u.elem, vals, str(len(extra)))
    size = sizeof(u.elem)
    slot = element(e, pointer, vals[1], size)
    for k, a in enumerate(extra):
        store_value(e, e.gep(slot, k * size), a, True)
    result(e, i, [pointer, new_length, cap])


def append_slice(e: Emitter, i: ir.AppendSlice) -> None:
    u = t.under(i.type)
    assert isinstance(u, t.Slice)
    vals = operand(e, i.x)
    more = operand(e, i.y)
    pointer, new_length, cap = grow(e, u.elem, vals, more[1])
    slot = element(e, pointer, vals[1], sizeof(u.elem))
    copy_elements(e, u.elem, slot, more[0], more[1])
    result(e, i, [pointer, new_length, cap])


def copy_elements(e: Emitter, elem: t.Type, to: str, source: str, count: str) -> None:
    """Copy count elements between possibly overlapping areas, with barrier if they hold pointers."""
    size = sizeof(elem)
    if size == 0:
        return
    if ptrdata(elem) != 0:
        args = [("ptr", e.type_symbol(elem)), ("ptr", to), ("i64", count), ("ptr", source), ("i64", count)]
        e.runtime("i64", "typedslicecopy", args)
        return
    total = count if size == 1 else e.op(f"mul i64 {count}, {size}")
    name = "llvm.memmove.p0.p0.i64"
    e.declarations.setdefault(name, f"declare void @{name}(ptr, ptr, i64, i1)")
    e.calls += 1
    e.do(f"call void @{name}(ptr {to}, ptr {source}, i64 {total}, i1 false)")


def copy_builtin(e: Emitter, i: ir.Copy) -> None:
    u = t.under(i.x.type)
    assert isinstance(u, t.Slice)
    to = operand(e, i.x)
    source = operand(e, i.y)
    less = e.op(f"icmp slt i64 {to[1]}, {source[1]}")
    n = e.op(f"select i1 {less}, i64 {to[1]}, i64 {source[1]}")
    copy_elements(e, u.elem, to[0], source[0], n)
    result(e, i, [n])


def clear_builtin(e: Emitter, i: ir.Clear) -> None:
    u = t.under(i.x.type)
    vals = operand(e, i.x)
    if isinstance(u, t.Map):
        e.runtime("void", "mapclear", [("ptr", e.type_symbol(i.x.type)), ("ptr", vals[0])])
        return
    assert isinstance(u, t.Slice)
    size = sizeof(u.elem)
    if size == 0:
        return
    total = vals[1] if size == 1 else e.op(f"mul i64 {vals[1]}, {size}")
    name = "memclrHasPointers" if ptrdata(u.elem) != 0 else "memclrNoHeapPointers"
    e.runtime("void", name, [("ptr", vals[0]), ("i64", total)])


def extract(e: Emitter, i: ir.Extract) -> None:
    found = e.tuples.get(i.x)
    if found is None:
        raise Bug("codegen", f"extract from {type(i.x).__name__}", e.fn.name)
    result(e, i, found[i.index])


def data_pointer(e: Emitter, x: Value) -> list[str]:
    return [operand(e, x)[0]]


