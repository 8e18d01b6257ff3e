"""Maps, channels and select: calls of the runtime with keys and elements in memory.

    v, ok := m[k]        →   { p, ok } = runtime.mapaccess2_fast64(type, m, k) ; v = load p
    for k, v := range m  →   Iter in the frame ; mapIterStart ; each round: [mapIterNext] ; it.key == nil ends

The iterator is advanced when the next entry is wanted, not when one is handed out: the loop body may delete entries.

Sources: compiler-contracts 1.5, 6.3; cmd/compile/internal/walk walk.go mapfast, select.go (behaviour).
"""

from __future__ import annotations

from typing import Final

from ..ssa import instr as ir
from ..ssa.instr import Value
from ..types import types as t
from ..types.sizes import ptrdata, sizeof
from .algs import MEMORY, STRING, alg_kind
from .emitter import ZERO_VALUE_SIZE, Emitter, Shape
from .values import const_int, operand, result, widen

ITER_SIZE: Final = 96  # internal/runtime/maps.Iter
_ITER_STARTED: Final = ITER_SIZE  # our byte behind it: whether an entry was handed out
MAX_FAST_ELEM: Final = 128
SMALL_MAP: Final = 8


def make_map(e: Emitter, i: ir.MakeMap) -> None:
    hint = const_int(i.hint) if i.hint is not None else 0
    if hint is not None and hint <= SMALL_MAP:
        result(e, i, [e.runtime("ptr", "makemap_small", [])])
        return
    assert i.hint is not None
    args = [("ptr", e.type_symbol(i.type)), ("i64", widen(e, i.hint)), ("ptr", "null")]
    result(e, i, [e.runtime("ptr", "makemap", args)])


def _map_type(typ: t.Type) -> t.Map:
    u = t.under(typ)
    assert isinstance(u, t.Map)
    return u


def _variant(m: t.Map, assign: bool) -> str:
    """The suffix of the runtime's specialised functions, "" for the general ones."""
    if sizeof(m.elem) > MAX_FAST_ELEM:
        return ""
    kind = alg_kind(m.key)
    if kind == STRING:
        return "_faststr"
    if kind == MEMORY:
        size = sizeof(m.key)
        if size == 4:
            return "_fast32"
        if size == 8:
            return "_fast64ptr" if assign and ptrdata(m.key) else "_fast64"
    return ""


def _key(e: Emitter, variant: str, key: Value) -> list[tuple[str, str]]:
    shape = e.ctx.shape(key.type)
    vals = operand(e, key)
    if variant == "":
        return [("ptr", e.spill(shape, vals))]
    if variant == "_faststr":
        if len(vals) == 2:
            return [("ptr", vals[0]), ("i64", vals[1])]
    llvm = {"_fast32": "i32", "_fast64": "i64", "_fast64ptr": "ptr"}[variant]
    if len(vals) == 1 and shape.parts is not None:
        have = shape.llvms[0]
        if have == llvm:
            return [(llvm, vals[0])]
        if have == "ptr":
            return [(llvm, e.op(f"ptrtoint ptr {vals[0]} to {llvm}"))]
    return [(llvm, e.load(llvm, e.spill(shape, vals), min(shape.align, 8)))]


def map_lookup(e: Emitter, i: ir.MapLookup) -> None:
    m = _map_type(i.x.type)
    variant = _variant(m, False)
    shape = e.ctx.shape(m.elem)
    args = [("ptr", e.type_symbol(i.x.type)), ("ptr", operand(e, i.x)[0])]
    args.extend(_key(e, variant, i.y))
    if shape.size > ZERO_VALUE_SIZE:
        variant = "_fat"
        args.append(("ptr", e.data(e.refs.zero_area(shape.size))))
    if i.comma_ok:
        slot, found = e.unpack(["ptr", "i8"], e.runtime("{ ptr, i8 }", "mapaccess2" + variant, args))
        e.tuples[i] = [e.snapshot(shape, slot), [e.op(f"trunc i8 {found} to i1")]]
    else:
        slot = e.runtime("ptr", "mapaccess1" + variant, args)
        result(e, i, e.snapshot(shape, slot))


def map_assign(e: Emitter, i: ir.MapAssign) -> None:
    variant = _variant(_map_type(i.x.type), True)
    args = [("ptr", e.type_symbol(i.x.type)), ("ptr", operand(e, i.x)[0])]
    args.extend(_key(e, variant, i.y))
    result(e, i, [e.runtime("ptr", "mapassign" + variant, args)])


def map_delete(e: Emitter, i: ir.MapDelete) -> None:
    variant = _variant(_map_type(i.x.type), False)
    args = [("ptr", e.type_symbol(i.x.type)), ("ptr", operand(e, i.x)[0])]
    args.extend(_key(e, variant, i.y))
    e.runtime("void", "mapdelete" + variant, args)


def map_range(e: Emitter, i: ir.MapRange) -> None:
    iterator = e.alloca(ITER_SIZE + 8)
    e.clear(iterator, ITER_SIZE + 8, 8)
    args = [("ptr", e.type_symbol(i.map_type)), ("ptr", operand(e, i.x)[0]), ("ptr", iterator)]
    e.runtime("void", "mapIterStart", args)
    result(e, i, [iterator])


def map_next(e: Emitter, i: ir.MapNext) -> None:
    iterator = operand(e, i.x)[0]
    tuple_type = i.type
    assert isinstance(tuple_type, t.Tuple)
    started = e.gep(iterator, _ITER_STARTED)
    advance = e.new_label()
    look = e.new_label()
    here = e.new_label()
    done = e.new_label()
    e.branch(e.op(f"icmp eq i8 {e.load('i8', started)}, 0"), look, advance)
    e.label(advance)
    e.runtime("void", "mapIterNext", [("ptr", iterator)])
    e.jump(look)
    e.label(look)
    e.store("i8", "1", started)
    key = e.load("ptr", iterator)
    ok = e.op(f"icmp ne ptr {key}, null")
    e.branch(ok, here, done)
    e.label(here)
    shapes: list[Shape] = []
    for k in (1, 2):
        typ = tuple_type.vars[k].type
        assert typ is not None
        shapes.append(e.ctx.shape(typ))
    found: list[list[str]] = []
    if i.want_key:
        found.append(e.snapshot(shapes[0], key))
    if i.want_elem:
        found.append(e.snapshot(shapes[1], e.load("ptr", e.gep(iterator, 8))))
    after = e.current
    e.jump(done)
    e.label(done)
    out: list[list[str]] = [[ok]]
    at = 0
    for k, wanted in enumerate((i.want_key, i.want_elem)):
        if not wanted:
            out.append(e.zero(shapes[k]))
            continue
        merged: list[str] = []
        if shapes[k].parts is None:
            merged = found[at]  # a frame temporary: valid on both paths
        else:
            zero = e.zero(shapes[k])
            for llvm, z, v in zip(shapes[k].llvms, zero, found[at]):
                merged.append(e.phi(llvm, [(z, look), (v, after)]))
        out.append(merged)
        at += 1
    e.tuples[i] = out


# Channels


def make_chan(e: Emitter, i: ir.MakeChan) -> None:
    result(e, i, [e.runtime("ptr", "makechan", [("ptr", e.type_symbol(i.type)), ("i64", widen(e, i.x))])])


def send(e: Emitter, i: ir.Send) -> None:
    shape = e.ctx.shape(i.y.type)
    channel = operand(e, i.x)[0]
    e.runtime("void", "chansend1", [("ptr", channel), ("ptr", e.spill(shape, operand(e, i.y)))])


def recv(e: Emitter, i: ir.Recv) -> None:
    u = t.under(i.x.type)
    assert isinstance(u, t.Chan)
    shape = e.ctx.shape(u.elem)
    slot = _receive_slot(e, shape)
    args = [("ptr", operand(e, i.x)[0]), ("ptr", slot)]
    if i.comma_ok:
        ok = e.op(f"trunc i8 {e.runtime('i8', 'chanrecv2', args)} to i1")
        e.tuples[i] = [_received(e, shape, slot), [ok]]
    else:
        e.runtime("void", "chanrecv1", args)
        result(e, i, _received(e, shape, slot))


def _receive_slot(e: Emitter, shape: Shape) -> str:
    if shape.size == 0:
        return e.runtime_data("zerobase")
    return e.alloca(shape.size, shape.align)


def _received(e: Emitter, shape: Shape, slot: str) -> list[str]:
    if shape.size == 0:
        return e.zero(shape)
    return e.fetch(shape, slot)


def close_chan(e: Emitter, i: ir.CloseChan) -> None:
    e.runtime("void", "closechan", [("ptr", operand(e, i.x)[0])])


def select(e: Emitter, i: ir.Select) -> None:
    if len(i.states) == 1 and not i.blocking:
        _select_one(e, i)
        return
    n = len(i.states)
    sends = sum(1 for s in i.states if s.is_send)
    cases = e.alloca(16 * n)
    order = e.alloca(4 * n, 2)
    place: list[int] = []
    slots: list[tuple[Shape, str]] = []
    sent = 0
    received = 0
    at = 0
    for s in i.states:
        channel = i.args[at]
        at += 1
        u = t.under(channel.type)
        assert isinstance(u, t.Chan)
        shape = e.ctx.shape(u.elem)
        if s.is_send:
            slot = e.spill(shape, operand(e, i.args[at]))
            at += 1
            k = sent
            sent += 1
        else:
            slot = _receive_slot(e, shape)
            if shape.size:
                e.clear(slot, shape.size, shape.align)
            slots.append((shape, slot))
            received += 1
            k = n - received
        place.append(k)
        e.store("ptr", operand(e, channel)[0], e.gep(cases, 16 * k))
        e.store("ptr", slot, e.gep(cases, 16 * k + 8))
    args = [
        ("ptr", cases if n else "null"),
        ("ptr", order if n else "null"),
        ("ptr", "null"),
        ("i64", str(sends)),
        ("i64", str(n - sends)),
        ("i8", "1" if i.blocking else "0"),
    ]
    chosen, ok = e.unpack(["i64", "i8"], e.runtime("{ i64, i8 }", "selectgo", args))
    index = chosen
    for state, k in enumerate(place):
        if state != k:
            hit = e.op(f"icmp eq i64 {chosen}, {k}")
            index = e.op(f"select i1 {hit}, i64 {state}, i64 {index}")
    out = [[index], [e.op(f"trunc i8 {ok} to i1")]]
    for shape, slot in slots:
        out.append(_received(e, shape, slot))
    e.tuples[i] = out


def _select_one(e: Emitter, i: ir.Select) -> None:
    """One communication and a default case."""
    channel = operand(e, i.args[0])[0]
    if i.states[0].is_send:
        shape = e.ctx.shape(i.args[1].type)
        slot = e.spill(shape, operand(e, i.args[1]))
        done = e.runtime("i8", "selectnbsend", [("ptr", channel), ("ptr", slot)])
        chosen = e.op(f"trunc i8 {done} to i1")
        e.tuples[i] = [[e.op(f"select i1 {chosen}, i64 0, i64 -1")], ["false"]]
        return
    u = t.under(i.args[0].type)
    assert isinstance(u, t.Chan)
    shape = e.ctx.shape(u.elem)
    slot = _receive_slot(e, shape)
    if shape.size:
        e.clear(slot, shape.size, shape.align)
    args = [("ptr", slot), ("ptr", channel)]
    done, ok = e.unpack(["i8", "i8"], e.runtime("{ i8, i8 }", "selectnbrecv", args))
    chosen = e.op(f"trunc i8 {done} to i1")
    index = e.op(f"select i1 {chosen}, i64 0, i64 -1")
    e.tuples[i] = [[index], [e.op(f"trunc i8 {ok} to i1")], _received(e, shape, slot)]
