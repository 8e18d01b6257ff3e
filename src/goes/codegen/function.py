"""One SSA function to LLVM IR.

    func main.f(x int) bool: 0: t0 = x < 1; return t0
    →   define swiftcc i8 @"main.f"(i64 %a0) #0 section ".text.main.f" align 16 !dbg !10 { ... }

Blocks are emitted in reverse postorder, so that definitions come before their uses; phis are completed at the end. A
function that defers begins by recording its frame (runtime.setlanding, which returns a second time after a recovered
panic); its results live in the same alloca as the record, whose address escapes to that call.

Sources: ssa/instr.py (semantics); codegen/abi.py; llvm-notes sections 1, 4; linker-and-runtime-contracts F.0.
"""

from __future__ import annotations

from typing import Final

from ..diag.diagnostic import Bug
from ..obj import symbol as sym
from ..obj.symbol import Relocation
from ..ssa import function as ssa
from ..ssa import instr as ir
from ..ssa.function import Block, Function
from ..ssa.instr import Instr, Phi, Value
from ..types import types as t
from ..types.linkname import escape_path
from ..types.sizes import alignof, offsets_of, sizeof
from . import calls, checks, edges, interfaces, maps, memory, slices, strings, values
from .emitter import Context, Emitter, PendingPhi, quote
from .llvm import CALL_TWICE, NOSPLIT, SPLIT, FunctionCode

MAX_LEAF_FRAME: Final = 64
MAX_LEAF_LINES: Final = 200  # bounds what register allocation may spill


def emit_function(fn: Function, ctx: Context) -> FunctionCode:
    """The code of a built function."""
    from .intrinsics import body_override

    override = body_override(fn.name, ctx)
    if override is not None:
        return override
    e = Emitter(fn, ctx)
    e.at(fn.pos, None)
    if not fn.blocks:
        raise Bug("codegen", "function has no body", fn.name)
    _scan(e)
    header = _prologue(e)
    for block in e.order:
        _block(e, block)
    _complete_phis(e)
    return _function_code(e, header)


# What is known before the first line


def _reachable(fn: Function) -> list[Block]:
    """Blocks in reverse postorder, from the entry and the landing block."""
    order: list[Block] = []
    seen: set[Block] = set()
    roots = [fn.blocks[0]] if fn.landing is None else [fn.landing, fn.blocks[0]]
    for root in roots:
        if root in seen:
            continue
        seen.add(root)
        stack: list[tuple[Block, int]] = [(root, 0)]
        while stack:
            block, k = stack.pop()
            if k < len(block.succs):
                stack.append((block, k + 1))
                to = block.succs[k]
                if to not in seen:
                    seen.add(to)
                    stack.append((to, 0))
            else:
                order.append(block)
    order.reverse()
    return order


def _scan(e: Emitter) -> None:
    """Order of blocks, use counts, what needs no code."""
    fn = e.fn
    e.order = _reachable(fn)
    uses = e.uses
    for block in e.order:
        previous: Instr | None = None
        for i in block.instrs:
            for v in i.operands():
                uses[v] = uses.get(v, 0) + 1
            if previous is not None:
                e.next_of[previous] = i
            previous = i
    for block in e.order:
        for i in block.instrs:
            if isinstance(i, ir.CallStatic) and i.function.name.startswith("internal/abi.FuncPC") and i.args:
                a = i.args[0]
                if isinstance(a, ir.MakeInterface) and uses.get(a, 0) == 1:
                    e.skip.add(a)


def _needs_frame_record(e: Emitter) -> bool:
    if e.fn.landing is not None:
        return True
    for block in e.order:
        for i in block.instrs:
            if isinstance(i, (ir.RunDefers, ir.DeferToken)) or isinstance(i, ir.Defer) and i.token is None:
                return True
    return False


def _prologue(e: Emitter) -> str:
    """Parameters, context and landing; returns the define line."""
    fn = e.fn
    results = calls.result_types(fn.signature)
    ret, _, e.results_in_memory = calls.return_type(results, e)
    params: list[str] = []
    if e.results_in_memory:
        params.append("ptr %ret")
        e.result_pointer = "%ret"
    n = 0
    for p in fn.params:
        shape = e.ctx.shape(p.type)
        vals: list[str] = []
        for llvm in calls.argument_types(p.type, e):
            params.append(f"{llvm} %a{n}")
            vals.append(f"%a{n}")
            n += 1
        e.values[p] = e.from_memory(shape, vals)
    if fn.free_vars:
        e.needs_context = True
        offsets = offsets_of(memory.closure_struct([v.type for v in fn.free_vars]))
        for k, v in enumerate(fn.free_vars):
            e.values[v] = e.fetch(e.ctx.shape(v.type), e.gep("%ctx", offsets[k + 1]))
    if _needs_frame_record(e):
        _frame_record(e)
    _number_edges(e)
    if _uses_closure_pointer(e):
        e.needs_context = True
    if e.needs_context:
        params.append("ptr swiftself %ctx")
    return f"define dso_local swiftcc {ret} @{quote(fn.name)}({', '.join(params)})"


def _uses_closure_pointer(e: Emitter) -> bool:
    for block in e.order:
        for i in block.instrs:
            if isinstance(i, ir.CallStatic) and i.function.name == "internal/runtime/sys.GetClosurePtr":
                return True
    return False


def _frame_record(e: Emitter) -> None:
    """Lay out the landing area {record, result slots}, zero the results, and call setlanding."""
    fn = e.fn
    size = calls.FRAME_RECORD
    places: list[tuple[ir.Alloc, int]] = []
    for a in fn.results:
        if a.placement == ir.STACK:
            align = alignof(a.elem)
            size = (size + align - 1) // align * align
            places.append((a, size))
            size += sizeof(a.elem)
        else:
            size = (size + 7) // 8 * 8
            places.append((a, size))
            size += 8
    e.landing_area = e.alloca((size + 7) // 8 * 8, 16)
    for a, offset in places:
        e.landing_slots[a] = offset
        slot = e.gep(e.landing_area, offset)
        if a.placement == ir.STACK:
            e.clear(slot, sizeof(a.elem), alignof(a.elem))
            e.values[a] = [slot]
        else:
            p = memory.new_object(e, a.elem)
            e.store("ptr", p, slot)
            e.values[a] = [p]
    e.refs.symbols["runtime.setlanding"] = None
    target = e.code("runtime.setlanding", "i32", ["ptr"])
    again = e.op(f"call swiftcc i32 {target}(ptr {e.landing_area}) {CALL_TWICE}")
    first = e.op(f"icmp eq i32 {again}, 0")
    landing = e.new_label()
    body = e.new_label()
    e.branch(first, body, landing)
    e.label(landing)
    usual = e.dbg
    if fn.landing is not None:
        e.dbg = e.special(True)
        e.meta.has_landing = True
        e.do("call void asm sideeffect \"\", \"~{memory}\"()")
        e.jump(_block_label(fn.landing))
    else:
        e.do("unreachable")
    e.dbg = usual
    e.label(body)


def _block_label(block: Block) -> str:
    return f"b{block.index}"


def _number_edges(e: Emitter) -> None:
    """Which edges need a block of their own: several edges to one block with phis, edges that copy memory, and critical
    edges that are counted."""
    counted = edges.is_counted(e.fn, e.ctx)
    for block in e.order:
        succs = block.succs
        if len(succs) < 2:
            continue
        for k, to in enumerate(succs):
            if counted and edges.is_critical(block, to):
                e.edge_labels[(block, k)] = f"b{block.index}.e{k}"
                continue
            phis = to.phis()
            if not phis:
                continue
            if succs.count(to) > 1 or any(e.ctx.shape(p.type).parts is None for p in phis):
                e.edge_labels[(block, k)] = f"b{block.index}.e{k}"
    for block in e.order:
        for p in block.phis():
            shape = e.ctx.shape(p.type)
            if shape.parts is None:
                e.phi_buffers[p] = (e.alloca(shape.size, shape.align), e.alloca(shape.size, shape.align))


# Blocks



def _block(e: Emitter, block: Block) -> None:
    if block is not e.fn.blocks[0]:
        e.label(_block_label(block))
    elif block.preds:
        raise Bug("codegen", "jump to the entry block", e.fn.name)
    if block is e.fn.landing:
        # Registers hold what they held at setlanding: read back what was made later.
        for a, offset in e.landing_slots.items():
            assert isinstance(a, ir.Alloc)
            if a.placement != ir.STACK:
                e.values[a] = [e.load("ptr", e.gep(e.landing_area, offset))]
    phis = block.phis()
    for p in phis:
        _phi(e, p)
    for p in phis:
        buffers = e.phi_buffers.get(p)
        if buffers is not None:
            shape = e.ctx.shape(p.type)
            e.copy(buffers[1], buffers[0], shape.size, shape.align)
    if edges.begins_edge(block) and edges.is_counted(e.fn, e.ctx):
        edges.count_edge(e)
    for i in block.instrs:
        if isinstance(i, Phi):
            continue
        if i.pos or i.site is not None:
            e.at(i.pos, i.site)
        else:
            e.back_to_own()
        instruction(e, i, block)


def _phi(e: Emitter, p: Phi) -> None:
    shape = e.ctx.shape(p.type)
    if shape.parts is None:
        e.values[p] = [e.phi_buffers[p][1]]
        return
    names: list[str] = []
    for k, llvm in enumerate(shape.llvms):
        e.count += 1
        name = f"%v{e.count}"
        names.append(name)
        e.pending.append(PendingPhi(len(e.out), name, p, k, llvm))
        e.out.append(e.dbg)
    e.values[p] = names


def _complete_phis(e: Emitter) -> None:
    reached = set(e.order)
    for pending in e.pending:
        p = pending.phi
        block = p.block
        assert block is not None
        seen: dict[Block, int] = {}
        incoming: list[str] = []
        for pred, v in zip(block.preds, p.args):
            if pred not in reached:
                continue
            occurrence = seen.get(pred, 0)
            seen[pred] = occurrence + 1
            label = _edge_source(e, pred, block, occurrence)
            zero = isinstance(v, ir.Const) and v.value is None
            operands = e.zero(e.ctx.shape(p.type)) if zero else values.operand(e, v)
            incoming.append(f"[ {operands[pending.part]}, %{label} ]")
        if not incoming:
            raise Bug("codegen", f"phi without predecessors in block {block.index}", e.fn.name)
        e.out[pending.at] = f"  {pending.name} = phi {pending.llvm} " + ", ".join(incoming) + e.out[pending.at]


def _edge_source(e: Emitter, pred: Block, to: Block, occurrence: int) -> str:
    """The label from which the occurrence-th edge pred → to enters."""
    for k, s in enumerate(pred.succs):
        if s is to:
            if occurrence == 0:
                return e.edge_labels.get((pred, k), e.edge_labels.get((pred, -1), _block_label(pred)))
            occurrence -= 1
    raise Bug("codegen", f"block {to.index} lists {pred.index} as predecessor too often", e.fn.name)


def _leave(e: Emitter, block: Block) -> list[str]:
    """Prepare leaving a block: labels to branch to, per successor. Copies memory phis of a sole successor."""
    e.edge_labels[(block, -1)] = e.current
    if len(block.succs) == 1:
        _edge_copies(e, block, 0)
    return [e.edge_labels.get((block, k), _block_label(to)) for k, to in enumerate(block.succs)]


def _edge_copies(e: Emitter, block: Block, k: int) -> None:
    to = block.succs[k]
    phis = [p for p in to.phis() if p in e.phi_buffers]
    if not phis:
        return
    occurrence = block.succs[:k].count(to)
    at = -1
    for index, pred in enumerate(to.preds):
        if pred is block:
            if occurrence == 0:
                at = index
                break
            occurrence -= 1
    for p in phis:
        shape = e.ctx.shape(p.type)
        v = p.args[at]
        if isinstance(v, ir.Const):
            e.clear(e.phi_buffers[p][0], shape.size, shape.align)
        else:
            e.copy(e.phi_buffers[p][0], values.operand(e, v)[0], shape.size, shape.align)


def _edge_blocks(e: Emitter, block: Block) -> None:
    """The blocks of edges that need one; call after the terminator."""
    for k, to in enumerate(block.succs):
        label = e.edge_labels.get((block, k))
        if label is not None:
            e.label(label)
            if edges.is_critical(block, to) and edges.is_counted(e.fn, e.ctx):
                edges.count_edge(e)
            _edge_copies(e, block, k)
            e.jump(_block_label(to))


# Instructions


def instruction(e: Emitter, i: Instr, block: Block) -> None:
    """Dispatch, most frequent kinds first."""
    if isinstance(i, ir.BinOp):
        values.binary(e, i)
    elif isinstance(i, ir.Load):
        memory.load(e, i)
    elif isinstance(i, ir.Store):
        memory.store(e, i)
    elif isinstance(i, ir.FieldAddr):
        slices.field_addr(e, i)
    elif isinstance(i, ir.NilCheck):
        checks.nil_check(e, i)
    elif isinstance(i, ir.CallStatic):
        calls.call_static(e, i)
    elif isinstance(i, ir.Extract):
        slices.extract(e, i)
    elif isinstance(i, (ir.If, ir.Jump, ir.Return, ir.Switch, ir.Panic, ir.Unreachable)):
        _terminator(e, i, block)
    elif isinstance(i, ir.IndexAddr):
        slices.index_addr(e, i)
    elif isinstance(i, ir.BoundsCheck):
        checks.bounds_check(e, i)
    elif isinstance(i, ir.Convert):
        values.convert(e, i)
    elif isinstance(i, ir.ChangeType):
        values.change_type(e, i)
    elif isinstance(i, ir.Len):
        slices.length(e, i)
    elif isinstance(i, ir.Alloc):
        memory.alloc(e, i)
    elif isinstance(i, ir.MakeInterface):
        interfaces.make_interface(e, i)
    elif isinstance(i, ir.CallInvoke):
        calls.call_invoke(e, i)
    elif isinstance(i, ir.CallValue):
        calls.call_value(e, i)
    elif isinstance(i, ir.Field):
        slices.field(e, i)
    elif isinstance(i, ir.UnOp):
        values.unary(e, i)
    elif isinstance(i, ir.SliceOp):
        slices.slice_op(e, i)
    elif isinstance(i, ir.SliceCheck):
        checks.slice_check(e, i)
    elif isinstance(i, ir.Index):
        slices.index(e, i)
    elif isinstance(i, ir.Cap):
        slices.capacity(e, i)
    elif isinstance(i, ir.DataPtr):
        values.result(e, i, slices.data_pointer(e, i.x))
    elif isinstance(i, ir.DivCheck):
        checks.div_check(e, i)
    elif isinstance(i, ir.ShiftCheck):
        checks.shift_check(e, i)
    else:
        _rare(e, i)


def _rare(e: Emitter, i: Instr) -> None:
    if isinstance(i, ir.Append):
        slices.append(e, i)
    elif isinstance(i, ir.AppendSlice):
        slices.append_slice(e, i)
    elif isinstance(i, ir.MakeClosure):
        memory.make_closure(e, i)
    elif isinstance(i, ir.TypeAssert):
        interfaces.type_assert(e, i)
    elif isinstance(i, ir.ChangeInterface):
        interfaces.change_interface(e, i)
    elif isinstance(i, ir.Aggregate):
        slices.aggregate(e, i)
    elif isinstance(i, ir.MakeSlice):
        slices.make_slice(e, i)
    elif isinstance(i, ir.MakeView):
        slices.make_view(e, i)
    elif isinstance(i, ir.SliceToArrayPointer):
        values.result(e, i, slices.data_pointer(e, i.x))
    elif isinstance(i, ir.Copy):
        slices.copy_builtin(e, i)
    elif isinstance(i, ir.Clear):
        slices.clear_builtin(e, i)
    elif isinstance(i, ir.Concat):
        strings.concat(e, i)
    elif isinstance(i, ir.StringConvert):
        strings.string_convert(e, i)
    elif isinstance(i, ir.StringNext):
        strings.string_next(e, i)
    elif isinstance(i, ir.MinMax):
        values.min_max(e, i)
    elif isinstance(i, ir.ComplexOp):
        values.complex_op(e, i)
    elif isinstance(i, ir.MakeMap):
        maps.make_map(e, i)
    elif isinstance(i, ir.MapLookup):
        maps.map_lookup(e, i)
    elif isinstance(i, ir.MapAssign):
        maps.map_assign(e, i)
    elif isinstance(i, ir.MapDelete):
        maps.map_delete(e, i)
    elif isinstance(i, ir.MapRange):
        maps.map_range(e, i)
    elif isinstance(i, ir.MapNext):
        maps.map_next(e, i)
    elif isinstance(i, ir.MakeChan):
        maps.make_chan(e, i)
    elif isinstance(i, ir.Send):
        maps.send(e, i)
    elif isinstance(i, ir.Recv):
        maps.recv(e, i)
    elif isinstance(i, ir.CloseChan):
        maps.close_chan(e, i)
    elif isinstance(i, ir.Select):
        maps.select(e, i)
    elif isinstance(i, ir.CallRuntime):
        calls.call_runtime(e, i)
    elif isinstance(i, ir.Go):
        calls.go(e, i)
    elif isinstance(i, ir.Defer):
        calls.defer(e, i)
    elif isinstance(i, ir.DeferToken):
        calls.defer_token(e, i)
    elif isinstance(i, ir.RunDefers):
        calls.run_defers(e, i)
    elif isinstance(i, ir.Recover):
        calls.recover(e, i)
    elif isinstance(i, ir.Print):
        strings.print_builtin(e, i)
    else:
        raise Bug("codegen", f"no code for {type(i).__name__}", e.fn.name, i.pos)


def _terminator(e: Emitter, i: Instr, block: Block) -> None:
    if isinstance(i, ir.Jump):
        e.jump(_leave(e, block)[0])
    elif isinstance(i, ir.If):
        condition = values.operand(e, i.x)[0]
        yes, no = _leave(e, block)
        weight = "" if i.likely == 0 else "!prof !4" if i.likely == 1 else "!prof !3"
        e.branch(condition, yes, no, weight)
        _edge_blocks(e, block)
    elif isinstance(i, ir.Switch):
        llvm = e.ctx.shape(i.x.type).llvms[0]
        x = values.operand(e, i.x)[0]
        labels = _leave(e, block)
        cases = " ".join(
            f"{llvm} {values.integer_text(c, llvm)}, label %{to}" for c, to in zip(i.cases, labels[1:])
        )
        e.do(f"switch {llvm} {x}, label %{labels[0]} [ {cases} ]")
        _edge_blocks(e, block)
    elif isinstance(i, ir.Return):
        _return(e, i.args)
    elif isinstance(i, ir.Panic):
        calls.panic(e, i)
    else:
        e.do("unreachable")


def typed_zero(v: Value, typ: t.Type) -> Value:
    """A nil or zero constant takes the type it is wanted as."""
    return ir.Const(typ, None) if isinstance(v, ir.Const) and v.value is None else v


def _return(e: Emitter, args: list[Value]) -> None:
    results = calls.result_types(e.fn.signature)
    if e.results_in_memory:
        offset = 0
        for r, a in zip(results, args):
            align = alignof(r)
            offset = (offset + align - 1) // align * align
            memory.store_value(e, e.gep(e.result_pointer, offset), typed_zero(a, r), False)
            offset += sizeof(r)
        e.do("ret void")
        return
    vals: list[str] = []
    llvms: list[str] = []
    for r, a in zip(results, args):
        shape = e.ctx.shape(r)
        vals.extend(e.to_memory(shape, values.operand(e, typed_zero(a, r))))
        llvms.extend(["i8"] if shape.is_bool else shape.llvms)
    if not vals:
        e.do("ret void")
        return
    if len(vals) == 1:
        e.do(f"ret {llvms[0]} {vals[0]}")
        return
    struct = "{ " + ", ".join(llvms) + " }"
    built = "poison"
    for k, v in enumerate(vals):
        built = e.op(f"insertvalue {struct} {built}, {llvms[k]} {v}, {k}")
    e.do(f"ret {struct} {built}")


def _function_code(e: Emitter, header: str) -> FunctionCode:
    fn = e.fn
    meta = e.meta
    meta.file, line = e.ctx.place(fn.pos) if fn.pos else ("<autogenerated>", 1)
    meta.start_line = fn.start_line or line
    meta.package = escape_path(fn.package.link_path) if fn.package is not None else ""
    meta.wrapped = fn.wrapped
    flags = 0
    unchecked = fn.pragmas & ssa.NOSPLIT != 0 or _is_small_leaf(e)
    if unchecked:
        flags |= sym.NOSPLIT
    if fn.kind in (ssa.WRAPPER, ssa.GOWRAP, ssa.BOUND, ssa.THUNK):
        flags |= sym.WRAPPER
    if fn.package is None or fn.targs or fn.kind in (ssa.WRAPPER, ssa.BOUND, ssa.THUNK):
        flags |= sym.DUPOK
    if fn.kind == ssa.PACKAGE_INIT:
        flags |= sym.PKG_INIT
    if fn.is_runtime or fn.pragmas & ssa.NOSPLIT:
        flags |= sym.UNSAFE_POINT
    if e.refs.reflect_method:
        flags |= sym.REFLECT_METHOD
    meta.flags = flags
    meta.relocations = [Relocation(r.offset, r.kind, r.target, r.addend) for r in e.refs.relocations]
    params = [p.type for p in fn.params]
    meta.args = _stack_arguments(e, params)
    header += f" {NOSPLIT if unchecked else SPLIT} section {quote('.text.' + fn.name)} align 16 !dbg !SP {{"
    lines = [header, "entry:", *e.entry, *e.out, *e.cold, "}", ""]
    return FunctionCode(fn.name, "\n".join(lines), meta, e.refs, e.declarations, e.ctx.level)


def _is_small_leaf(e: Emitter) -> bool:
    """Whether the function needs no stack check: it calls nothing but panics, and its frame fits in the guard area
    (which the linker verifies, as for every nosplit function)."""
    return e.calls == 0 and e.frame <= MAX_LEAF_FRAME and len(e.out) <= MAX_LEAF_LINES


def _stack_arguments(e: Emitter, params: list[t.Type]) -> int:
    from .abi import CallLayout

    return CallLayout(params, calls.result_types(e.fn.signature)).stack_bytes
