"""Inline small functions into their callers.

    func add(a, b int) int { return a + b }
    x := add(1, y)              →      x := 1 + y        (positions keep the call site)

Callees are inlined after their own inlining is done (bottom-up over the call graph), closures called directly are inlined
with their captures replaced by the captured values, and a call of a closure value that inlining made known becomes
static first, so that range-over-func loops melt into ordinary loops.

Costs count instructions; the budget of 80 is gc's. Never inlined: what compiler-contracts 3.4 forbids.
Needs: callees built.  Keeps: every value defined before use; blocks renumbered.
"""

from __future__ import annotations

from typing import Final

from ...diag.source import Pos
from ...types import types as t
from .. import instr as ir
from ..clone import copy_instr
from ..function import (
    CGO_UNSAFE_ARGS,
    NOINLINE,
    NORACE,
    NOSPLIT,
    RANGE_BODY,
    SYSTEMSTACK,
    UINTPTR_ESCAPES,
    UINTPTR_KEEPALIVE,
    WRAPPER,
    YESWRITEBARRIERREC,
    Block,
    Function,
)

BUDGET: Final = 80
CLOSURE_BUDGET: Final = 400  # a closure whose only use is this call
MAX_GROWTH: Final = 4000  # instructions added to one function; keeps compile time bounded
IMPOSSIBLE: Final = 1_000_000

_NEVER_PRAGMAS: Final = (
    NOINLINE | NORACE | CGO_UNSAFE_ARGS | UINTPTR_KEEPALIVE | UINTPTR_ESCAPES | YESWRITEBARRIERREC | SYSTEMSTACK
)

# Functions whose callers must keep their own frame.
_FRAME_INTRINSICS: Final = frozenset(
    ["internal/runtime/sys.GetCallerPC", "internal/runtime/sys.GetCallerSP", "internal/runtime/sys.GetClosurePtr", "runtime.getfp", "runtime.getcallerfp"]
)

# Functions the runtime knows by entry address or name (internal/abi FuncIDs and friends).
_KEEP_FRAMES: Final = frozenset(
    [
        "runtime.goexit", "runtime.systemstack_switch", "runtime.asyncPreempt", "runtime.sigpanic", "runtime.gopanic",
        "runtime.gcBgMarkWorker", "runtime.corostart", "runtime.main", "runtime.panicwrap", "runtime.handleAsyncEvent",
        "runtime.runFinalizers", "runtime.runCleanups", "runtime.deferreturn", "runtime.mstart", "runtime.mstart0", "runtime.mstart1",
        "runtime.gorecover", "runtime.throw", "runtime.fatal", "runtime.debugCallWrap", "runtime.morestackc",
    ]
)  # fmt: skip

_FREE: Final = (ir.Phi, ir.Jump, ir.Extract, ir.ChangeType, ir.Const, ir.Field, ir.Return)


def cost_of(fn: Function) -> int:
    """The inlining cost of a built function; IMPOSSIBLE if it must stay a call. Memoised in fn.cost."""
    if fn.cost < 0:
        fn.cost = _measure(fn)
    return fn.cost


def _measure(fn: Function) -> int:
    if not fn.built or not fn.blocks or fn.has_defer or fn.has_recover or fn.landing is not None:
        return IMPOSSIBLE
    if fn.pragmas & _NEVER_PRAGMAS or fn.name in _KEEP_FRAMES or fn.results:
        return IMPOSSIBLE
    cost = 0
    for b in fn.blocks:
        for i in b.instrs:
            if isinstance(i, _FREE):
                continue
            if isinstance(i, (ir.Go, ir.Defer, ir.DeferToken, ir.RunDefers, ir.Recover, ir.Select)):
                return IMPOSSIBLE
            if isinstance(i, ir.CallStatic):
                if i.function.name in _FRAME_INTRINSICS:
                    return IMPOSSIBLE
                cost += 4 if i.function.kind == WRAPPER else 40 if i.function.has_body() else 5
            elif isinstance(i, ir.AnyCall):
                cost += 40
            elif isinstance(i, ir.Panic):
                cost += 10
            elif isinstance(i, (ir.NilCheck, ir.BoundsCheck, ir.SliceCheck)):
                pass
            else:
                cost += 1 if isinstance(i, (ir.Load, ir.FieldAddr, ir.IndexAddr, ir.Len)) else 2
            if cost > CLOSURE_BUDGET:
                return IMPOSSIBLE
    return cost


def can_inline(caller: Function, call: ir.CallStatic, cycle: frozenset[str]) -> bool:
    """Whether this call may be replaced by the callee's body."""
    callee = call.function
    if call.no_inline or callee.name in cycle or not callee.built:
        return False
    cost = cost_of(callee)
    budget = BUDGET
    if callee.kind == RANGE_BODY or (callee.parent is not None and call.closure is not None and _uses(caller, call.closure) == 1):
        budget = CLOSURE_BUDGET
    if cost > budget:
        return False
    if callee.free_vars and not isinstance(call.closure, ir.MakeClosure):
        return False
    if callee.is_runtime and not caller.is_runtime:
        path = "" if callee.package is None else callee.package.path
        if callee.pragmas & NOSPLIT or path == "runtime" or path.startswith("internal/runtime/"):
            return False
    return True


def _uses(fn: Function, v: ir.Value) -> int:
    n = 0
    for b in fn.blocks:
        for i in b.instrs:
            for o in i.operands():
                if o is v:
                    n += 1
    return n


def inline_calls(fn: Function, cycle: frozenset[str]) -> bool:
    """Inline everything worthwhile in fn. `cycle`: names of the functions in fn's call-graph cycle, never inlined."""
    changed = False
    growth = 0
    index = 0
    while index < len(fn.blocks):
        block = fn.blocks[index]
        k = 0
        split = False
        while k < len(block.instrs):
            i = block.instrs[k]
            if isinstance(i, ir.CallValue):
                known = _known_callee(i)
                if known is not None:
                    known.block = block
                    known.site = i.site
                    block.instrs[k] = known
                    _replace_uses(fn, i, known)
                    i = known
                    changed = True
            if isinstance(i, ir.CallStatic) and growth < MAX_GROWTH and can_inline(fn, i, cycle):
                growth += cost_of(i.function)
                _inline(fn, block, k, i)
                changed = True
                split = True
                break
            k += 1
        if not split:
            index += 1
        # After a split the same block is looked at again: it now ends with a jump into the copied body.
    if changed:
        _renumber(fn)
        fn.cost = -1
    return changed


def _known_callee(i: ir.CallValue) -> ir.CallStatic | None:
    """A static call equivalent to calling a closure or function whose identity is known."""
    f = i.args[0]
    while isinstance(f, ir.ChangeType):
        f = f.x
    if isinstance(f, ir.MakeClosure):
        return ir.CallStatic(i.type, f.function, i.args[1:], i.pos, f if f.function.free_vars else None)
    if isinstance(f, ir.FuncRef):
        return ir.CallStatic(i.type, f.function, i.args[1:], i.pos)
    return None


def _replace_uses(fn: Function, old: ir.Value, new: ir.Value) -> None:
    for b in fn.blocks:
        for i in b.instrs:
            ops = i.operands()
            for k in range(len(ops)):
                if ops[k] is old:
                    i.set_operand(k, new)


def _site(call: ir.CallStatic, inner: ir.InlineSite | None, top: ir.InlineSite, memo: dict[ir.InlineSite, ir.InlineSite]) -> ir.InlineSite:
    """inner's chain re-rooted at the call being inlined."""
    if inner is None:
        return top
    known = memo.get(inner)
    if known is None:
        parent = _site(call, inner.parent, top, memo)
        known = ir.InlineSite(inner.pos, inner.callee_name, inner.callee_start_line, inner.callee_is_wrapper, parent)
        memo[inner] = known
    return known


def _inline(fn: Function, block: Block, k: int, call: ir.CallStatic) -> None:
    callee = call.function
    top = ir.InlineSite(call.pos, callee.name, callee.start_line, callee.kind == WRAPPER, call.site)
    memo: dict[ir.InlineSite, ir.InlineSite] = {}
    values: dict[ir.Value, ir.Value] = {}
    for p, a in zip(callee.params, call.args):
        values[p] = a
    if isinstance(call.closure, ir.MakeClosure):
        for v, a in zip(callee.free_vars, call.closure.args):
            values[v] = a

    after = Block(fn, block.comment + ".after")
    after.sealed = True
    after.instrs = block.instrs[k + 1 :]
    for i in after.instrs:
        i.block = after
    after.succs = block.succs
    for s in after.succs:
        s.preds = [after if p is block else p for p in s.preds]
    block.instrs = block.instrs[:k]
    block.succs = []

    copies: dict[Block, Block] = {}
    for b in callee.blocks:
        c = Block(fn, b.comment)
        c.sealed = True
        copies[b] = c
    returns: list[tuple[Block, list[ir.Value]]] = []
    for b in callee.blocks:
        c = copies[b]
        for i in b.instrs:
            if isinstance(i, ir.Return):
                returns.append((c, list(i.args)))
                j: ir.Instr = ir.Jump(i.pos)
            else:
                j = copy_instr(i, {})
                values[i] = j
            j.site = _site(call, i.site, top, memo)
            j.block = c
            c.instrs.append(j)
        c.succs = [copies[s] for s in b.succs]
        c.preds = [copies[p] for p in b.preds]
    for b in callee.blocks:
        for j in copies[b].instrs:
            ops = j.operands()
            for n in range(len(ops)):
                w = values.get(ops[n])
                if w is not None:
                    j.set_operand(n, w)

    entry = copies[callee.blocks[0]]
    jump = ir.Jump(_start(call.pos))
    jump.block = block
    jump.site = call.site
    block.instrs.append(jump)
    block.succs = [entry]
    entry.preds.append(block)
    at = fn.blocks.index(block)
    fn.blocks[at + 1 : at + 1] = [*[copies[b] for b in callee.blocks], after]

    count = len(callee.signature.results.vars)
    columns: list[ir.Value] = []
    for n in range(count):
        typ = callee.signature.results.vars[n].type
        assert typ is not None
        args = [_mapped(r[1][n], values) for r in returns]
        if len(returns) == 1:
            columns.append(args[0])
        elif not returns:
            columns.append(ir.Const(typ, None))
        else:
            phi = ir.Phi(typ, args)
            phi.block = after
            phi.site = call.site
            columns.append(phi)
    phis = [c for c in columns if isinstance(c, ir.Phi) and c.block is after and c not in after.instrs]
    if len(returns) > 1:
        after.instrs[0:0] = phis
    for c, _ in returns:
        c.succs = [after]
        after.preds.append(c)
    if isinstance(call.type, t.Tuple) and count != 1:
        _replace_extracts(fn, call, columns)
    elif count == 1:
        _replace_uses(fn, call, columns[0])
    if not returns:
        _drop_unreachable(after)
    call.block = None


def _mapped(v: ir.Value, values: dict[ir.Value, ir.Value]) -> ir.Value:
    w = values.get(v)
    return v if w is None else w


def _start(pos: Pos) -> Pos:
    return pos


def _replace_extracts(fn: Function, call: ir.Value, columns: list[ir.Value]) -> None:
    for b in fn.blocks:
        keep: list[ir.Instr] = []
        for i in b.instrs:
            if isinstance(i, ir.Extract) and i.x is call:
                _replace_uses(fn, i, columns[i.index])
            else:
                keep.append(i)
        b.instrs = keep
    # A tuple returned or passed on as a whole does not occur: builders extract every result.


def _drop_unreachable(start: Block) -> None:
    """Leave an unreachable block empty of effects: it keeps its instructions until _renumber removes it."""
    start.scratch = 0


def _renumber(fn: Function) -> None:
    """Remove unreachable blocks and renumber."""
    remove_unreachable(fn)


def remove_unreachable(fn: Function) -> bool:
    """Drop blocks no path reaches, with their edges into phis. Renumbers all blocks."""
    for b in fn.blocks:
        b.scratch = 0
    work = [fn.blocks[0]]
    if fn.landing is not None:
        work.append(fn.landing)
    for b in work:
        b.scratch = 1
    while work:
        b = work.pop()
        for s in b.succs:
            if not s.scratch:
                s.scratch = 1
                work.append(s)
    dead = any(not b.scratch for b in fn.blocks)
    if dead:
        for b in fn.blocks:
            if not b.scratch:
                continue
            if any(not p.scratch for p in b.preds):
                keep = [k for k, p in enumerate(b.preds) if p.scratch]
                for phi in b.phis():
                    phi.args = [phi.args[k] for k in keep]
                b.preds = [b.preds[k] for k in keep]
        fn.blocks = [b for b in fn.blocks if b.scratch]
    for k, b in enumerate(fn.blocks):
        b.index = k
    return dead
