"""Variables, loads and stores, and the write barrier.

    store p, q     →      %f = load volatile i32, ptr @runtime.writeBarrier       ┐
                          %c = icmp ne i32 %f, 0                                  │ one position id: the collector must
                          br i1 %c, label %slow, label %fast                      │ not start between test and store
                  fast:   store ptr %q, ptr %p                                    ┘
                  slow:   call @runtime.wbStore(ptr %p, ptr %q)      (cold; stores as well)

Values of memory types are stored with runtime.typedmemmove if a barrier is due, else copied.

Sources: compiler-contracts 1.1, 5.1, 7.1; linker-and-runtime-contracts F.0 (barrier row).
"""

from __future__ import annotations

from typing import Final

from ..ssa import instr as ir
from ..ssa.instr import Alloc, Const, Load, MakeClosure, Store, Value
from ..types import types as t
from ..types.objects import Var
from ..types.sizes import alignof, offsets_of, ptrdata, sizeof
from .emitter import Emitter, Shape
from .llvm import QUICK, UNLIKELY
from .values import operand, result

# What runtime.mallocgc chooses among for small sizes (malloc_tables_generated.go), and its limits.
_SIZE_CLASSES: Final = (8, 16, 24, 32, 48, 64)
SPECIALISED: Final = 80
TINY: Final = 16


def alloc(e: Emitter, i: Alloc) -> None:
    """A new zero variable: a frame slot, or runtime.newobject."""
    if i in e.landing_slots:
        return  # made in the prologue
    e.values[i] = [new_variable(e, i)]


def new_variable(e: Emitter, i: Alloc) -> str:
    size = sizeof(i.elem)
    if i.placement != ir.STACK:
        return new_object(e, i.elem)
    if size == 0:
        return e.runtime_data("zerobase")
    p = e.alloca(size, alignof(i.elem))
    if i.needs_zero:
        e.clear(p, size, alignof(i.elem))
    return p


def new_object(e: Emitter, typ: t.Type) -> str:
    size = sizeof(typ)
    if size == 0:
        return e.runtime_data("zerobase")
    symbol = e.type_symbol(typ)
    if size > SPECIALISED or e.ctx.level == QUICK:
        return e.runtime("ptr", "newobject", [("ptr", symbol)])
    if ptrdata(typ) == 0 and size < TINY:
        name = "mallocgcTinySC2"
    else:
        kind = "ScanNoHeader" if ptrdata(typ) else "NoScan"
        name = f"mallocgcSmall{kind}SC{1 + sum(size > c for c in _SIZE_CLASSES)}"
    return e.runtime("ptr", name, [("i64", str(size)), ("ptr", symbol), ("i8", "1")])


def load(e: Emitter, i: Load) -> None:
    shape = e.ctx.shape(i.type)
    p = operand(e, i.x)[0]
    if shape.parts is None and _only_read_now(e, i):
        e.values[i] = [p]
        return
    result(e, i, e.snapshot(shape, p))


def _only_read_now(e: Emitter, i: Load) -> bool:
    """Whether all uses of a loaded memory-type value follow at once, before anything can write memory."""
    left = e.uses.get(i, 0)
    following = e.next_of.get(i)
    while left > 0 and following is not None:
        if not isinstance(following, (Store, ir.BinOp, ir.MakeInterface, Load)):
            return False
        if isinstance(following, Load):
            if not isinstance(e.next_of.get(following), (ir.BinOp, Load)):
                return False
        else:
            left -= sum(1 for v in following.operands() if v is i)
            if left > 0:
                return False
            if isinstance(following, Store) and following.x is i:
                return False
        following = e.next_of.get(following)
    return left == 0


def store(e: Emitter, i: Store) -> None:
    y = i.y
    pointer = t.under(i.x.type)
    if isinstance(y, Const) and y.value is None and isinstance(pointer, t.Pointer):
        y = Const(pointer.elem, None)  # nil and zero take the variable's type
    store_value(e, operand(e, i.x)[0], y, i.barrier != ir.BARRIER_NONE)


def store_value(e: Emitter, pointer: str, y: Value, barrier: bool) -> None:
    shape = e.ctx.shape(y.type)
    if shape.parts is None and isinstance(y, Const):
        if barrier and shape.pointers:
            e.runtime("void", "typedmemclr", [("ptr", e.type_symbol(y.type)), ("ptr", pointer)])
        else:
            e.clear(pointer, shape.size, shape.align)
        return
    store_operands(e, shape, operand(e, y), pointer, barrier)


def store_operands(e: Emitter, shape: Shape, vals: list[str], pointer: str, barrier: bool) -> None:
    """Store a value; barrier: pointers in it need the write barrier."""
    if not barrier or not shape.pointers:
        e.store_parts(shape, vals, pointer)
        return
    if shape.parts is None:
        e.runtime("void", "typedmemmove", [("ptr", e.type_symbol(shape.type)), ("ptr", pointer), ("ptr", vals[0])])
        return
    slots: list[tuple[str, str]] = []
    for p, v in zip(shape.parts, vals):
        slot = e.gep(pointer, p.offset)
        if p.pointer:
            slots.append((slot, v))
        else:
            e.store(p.llvm, v, slot)
    barrier_stores(e, slots)


def barrier_stores(e: Emitter, slots: list[tuple[str, str]]) -> None:
    """Store pointers (slot, value) under one test of the barrier flag."""
    flag = e.runtime_data("writeBarrier")
    fast = e.new_label()
    slow = e.new_label()
    done = e.new_label()
    usual = e.dbg
    site = e.special(False)
    e.dbg = site
    f = e.op(f"load volatile i32, ptr {flag}, align 4")
    c = e.op(f"icmp ne i32 {f}, 0")
    e.do(f"br i1 {c}, label %{slow}, label %{fast}, {UNLIKELY}")
    e.label(fast)
    for slot, v in slots:
        e.store("ptr", v, slot)
    e.dbg = usual
    e.jump(done)
    main = e.out
    e.out = e.cold
    e.out.append(f"{slow}:")
    for slot, v in slots:
        e.runtime("void", "wbStore", [("ptr", slot), ("ptr", v)])
    e.jump(done)
    e.out = main
    e.label(done)


def closure_struct(captures: list[t.Type]) -> t.Struct:
    """The layout of a closure object: {code pointer, captures...}."""
    fields = [Var(0, None, "F", t.TYP_UINTPTR, True)]
    for k, typ in enumerate(captures):
        fields.append(Var(0, None, f"X{k}", typ, True))
    return t.Struct(fields, [])


def make_closure(e: Emitter, i: MakeClosure) -> None:
    f = i.function
    if not i.args:
        name = e.refs.funcval(f)
        e.values[i] = [e.data(name)]
        return
    captures = [a.type for a in i.args]
    typ = closure_struct(captures)
    offsets = offsets_of(typ)
    on_stack = i.placement == ir.STACK
    if on_stack:
        p = e.alloca(sizeof(typ), 8)
    else:
        name = "type:noalg." + e.ctx.type_name(typ)
        e.refs.noalg[name] = typ
        p = e.runtime("ptr", "newobject", [("ptr", e.data(name))])
    e.refs.functions[f.name] = f
    e.store("ptr", e.code(f.name, "void", []), p)
    for k, a in enumerate(i.args):
        store_value(e, e.gep(p, offsets[k + 1]), a, not on_stack)
    e.values[i] = [p]
