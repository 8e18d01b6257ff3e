"""Inline small functions into their callers.

    func add(a, b int) int { return a + b }
    x := add(1, y)              →      x := 1 + y        (positions keep the call site)

Callees are inlined after their own inlining is done (bottom-up over the call graph), closures called directly are
inlined
with their captures replaced by the captured values, and a call of a closure or method that inlining made known becomes
static on the way, so that range-over-func loops melt into ordinary loops.

A function is gone through once: a block's instructions are taken from a stack; those of an inlined body of one block
are put on it in place of the call, a larger body splits the block. Results are replaced in one sweep at the end.

Costs count instructions; the budget of 80 is gc's. Never inlined: what compiler-contracts 3.4 forbids.
Needs: no unreachable blocks; callees built.  Keeps: dominance; may leave blocks unreachable.
"""

from __future__ import annotations

from typing import Final, final

from ...types import types as t
from .. import instr as ir
from ..clone import copy_instr
from ..function import (
    BOUND,
    CGO_UNSAFE_ARGS,
    DECLARED,
    GOWRAP,
    NOINLINE,
    NORACE,
    RANGE_BODY,
    SYSTEMSTACK,
    THUNK,
    UINTPTR_ESCAPES,
    UINTPTR_KEEPALIVE,
    WRAPPER,
    YESWRITEBARRIERREC,
    Block,
    Function,
)
from .blocks import number
from .context import Context, Methods
from .devirtualise import known_function, known_method
from .values import find, same_type, size_of

BUDGET: Final = 80
BIG_BUDGET: Final = 20  # in big functions (gc's inlineBigFunctionMaxCost)
BIG_FUNCTION: Final = 5000  # instructions (gc's inlineBigFunctionNodes)
CLOSURE_BUDGET: Final = 400  # a closure whose only use is this call, or the body of a range-over-func loop
MAX_GROWTH: Final = 4000  # instructions added to one function; keeps compile time bounded
IMPOSSIBLE: Final = 1_000_000
CALL_COST: Final = 40
_WRAPPED_CALL_COST: Final = 4

_NEVER_PRAGMAS: Final = (
    NOINLINE | NORACE | CGO_UNSAFE_ARGS | UINTPTR_KEEPALIVE | UINTPTR_ESCAPES | YESWRITEBARRIERREC | SYSTEMSTACK
)

# Functions whose callers must keep their own frame.
_FRAME_INTRINSICS: Final = frozenset(
    [
        "internal/runtime/sys.GetCallerPC", "internal/runtime/sys.GetCallerSP", "internal/runtime/sys.GetClosurePtr",
        "runtime.getfp", "runtime.getcallerfp", "runtime.panicwrap",
    ]
)  # fmt: skip

# Functions the runtime knows by entry address or name (internal/abi FuncIDs and friends).
_KEEP_FRAMES: Final = frozenset(
    [
        "runtime.goexit", "runtime.systemstack_switch", "runtime.asyncPreempt", "runtime.sigpanic", "runtime.gopanic",
        "runtime.gcBgMarkWorker", "runtime.corostart", "runtime.main", "runtime.panicwrap", "runtime.handleAsyncEvent",
        "runtime.runFinalizers", "runtime.runCleanups", "runtime.deferreturn", "runtime.mstart", "runtime.mstart0",
        "runtime.mstart1",
        "runtime.gorecover", "runtime.throw", "runtime.fatal", "runtime.debugCallWrap", "runtime.morestackc",
        "runtime.panicmem", "runtime.panicnil", "runtime.systemstack", "runtime.mcall",
    ]
)  # fmt: skip

_ENTRY: Final = "main.main"  # what calls it is the same in all programs

_FREE: Final = frozenset(
    [
        ir.Phi, ir.Jump, ir.Extract, ir.ChangeType, ir.Field, ir.Return, ir.NilCheck, ir.BoundsCheck, ir.SliceCheck,
        ir.Unreachable,
    ]
)  # fmt: skip
_CHEAP: Final = frozenset([ir.Load, ir.FieldAddr, ir.IndexAddr, ir.Len, ir.Cap, ir.Store])
_FORBIDDEN: Final = frozenset([ir.Go, ir.Defer, ir.DeferToken, ir.RunDefers, ir.Recover, ir.Select])
_WRAPPER_KINDS: Final = frozenset([WRAPPER, BOUND, THUNK, GOWRAP])


def cost_of(fn: Function, methods: Methods) -> int:
    """The inlining cost of a built function; IMPOSSIBLE if it must stay a call. Memoised in fn.cost."""
    if fn.cost < 0:
        fn.cost = IMPOSSIBLE if fn.name == _ENTRY else _measure(fn, methods)
    return fn.cost


def is_small(fn: Function, methods: Methods) -> bool:
    """Whether a function could be inlined, had it callers that we see."""
    return (_measure(fn, methods) if fn.name == _ENTRY else cost_of(fn, methods)) <= BUDGET


def _measure(fn: Function, methods: Methods) -> int:
    if not fn.built or not fn.blocks or fn.has_defer or fn.has_recover or fn.landing is not None:
        return IMPOSSIBLE
    if fn.pragmas & _NEVER_PRAGMAS or fn.name in _KEEP_FRAMES or fn.blocks[0].preds:
        return IMPOSSIBLE
    cost = 0
    returns = False
    for b in fn.blocks:
        for i in b.instrs:
            c = type(i)
            if c in _FREE:
                if c is ir.Return:
                    returns = True
            elif c in _CHEAP:
                cost += 1
            elif isinstance(i, ir.AnyCall):
                if isinstance(i, ir.CallStatic):
                    if i.function.name in _FRAME_INTRINSICS:
                        return IMPOSSIBLE
                    if methods.is_intrinsic(i.function.name):
                        cost += 2
                        continue
                    wrapped = fn.kind in _WRAPPER_KINDS or not i.function.has_body()
                    cost += _WRAPPED_CALL_COST if wrapped else CALL_COST
                else:
                    if isinstance(i, ir.CallRuntime) and i.name == "panicwrap":
                        return IMPOSSIBLE
                    cost += CALL_COST
            elif c in _FORBIDDEN:
                return IMPOSSIBLE
            elif c is ir.Panic:
                cost += 10
            else:
                cost += 2
        if cost > CLOSURE_BUDGET:
            return IMPOSSIBLE
    # A function that never returns is the cold end of its caller: a call is smaller.
    return cost if returns else IMPOSSIBLE


def _types_agree(call: ir.CallStatic) -> bool:
    callee = call.function
    params = callee.params
    if len(params) != len(call.args):
        return False
    for k in range(len(params)):
        if not same_type(params[k].type, call.args[k].type):
            return False
    results = callee.signature.results.vars
    if len(results) == 1:
        typ = results[0].type
        return typ is not None and same_type(typ, call.type)
    if not isinstance(call.type, t.Tuple) or len(call.type.vars) != len(results):
        return False
    for k in range(len(results)):
        a = results[k].type
        b = call.type.vars[k].type
        if a is None or b is None or not same_type(a, b):
            return False
    return True


def makes_calls(fn: Function, methods: Methods) -> bool:
    for b in fn.blocks:
        for i in b.instrs:
            if isinstance(i, ir.CallStatic) and methods.is_intrinsic(i.function.name):
                continue
            if isinstance(i, ir.AnyCall):
                return True
    return False


@final
class _Inliner:
    """The state of one caller."""

    __slots__ = ("fn", "context", "replaced", "tuples", "uses", "growth", "budget", "changed", "wrapper", "out")

    def __init__(self, fn: Function, context: Context) -> None:
        self.fn = fn
        self.context = context
        self.replaced: dict[ir.Value, ir.Value] = {}
        self.tuples: dict[ir.Value, list[ir.Value]] = {}
        self.uses: dict[ir.Value, int] = {}
        self.growth = 0
        self.budget = BIG_BUDGET if size_of(fn) > BIG_FUNCTION else BUDGET
        self.changed = False
        self.wrapper = fn.kind in _WRAPPER_KINDS
        self.out: list[Block] = []

    def run(self) -> bool:
        for b in self.fn.blocks:
            for i in b.instrs:
                if isinstance(i, ir.MakeClosure):
                    self.uses[i] = 0
        if self.uses:
            for b in self.fn.blocks:
                for i in b.instrs:
                    self._count(i)
        pending = list(self.fn.blocks)
        pending.reverse()
        while pending:
            b = pending.pop()
            self.out.append(b)
            self._block(b, pending)
        if not self.changed:
            return False
        self.fn.blocks = self.out
        self._rewrite()
        number(self.fn)
        self.fn.cost = -1
        return True

    def _count(self, i: ir.Instr) -> None:
        for o in i.operands():
            n = self.uses.get(o)
            if n is not None:
                self.uses[o] = n + 1

    def _block(self, b: Block, pending: list[Block]) -> None:
        todo = b.instrs
        todo.reverse()
        keep: list[ir.Instr] = []
        b.instrs = keep
        while todo:
            i = todo.pop()
            call: ir.CallStatic | None = None
            if isinstance(i, ir.CallStatic):
                call = i
            elif isinstance(i, ir.CallValue):
                call = known_function(i, find(self.replaced, i.args[0]))
            elif isinstance(i, ir.CallInvoke):
                call = known_method(i, find(self.replaced, i.args[0]), self.context, b, keep)
            elif isinstance(i, ir.Extract):
                columns = self.tuples.get(i.x)
                if columns is not None:
                    self.replaced[i] = columns[i.index]
                    i.block = None
                    continue
            if call is not None:
                if call is not i:
                    call.site = i.site
                    self.replaced[i] = call
                    i.block = None
                    i = call
                    self.changed = True
                    self.context.found_callees = True
                if self._wanted(call):
                    self.changed = True
                    if len(call.function.blocks) == 1:
                        self._splice(call, todo)
                    else:
                        self._split(b, call, todo, pending)
                        return
                    continue
            i.block = b
            keep.append(i)

    def _wanted(self, call: ir.CallStatic) -> bool:
        """Whether this call is to be replaced by the callee's body."""
        callee = call.function
        context = self.context
        if (
            call.no_inline
            or not context.inline
            or (context.keeps_calls and self.fn.package is not None and self.fn.package.path in context.keeps_calls)
            or not callee.built
            or callee.name in context.cycle
            or callee is self.fn
        ):
            return False
        cost = cost_of(callee, context.methods)
        if cost > CLOSURE_BUDGET or self.growth + cost > MAX_GROWTH:
            return False
        if cost > self.budget:
            closure = call.closure
            if callee.kind != RANGE_BODY and (closure is None or self.uses.get(find(self.replaced, closure), 0) > 1):
                return False
        if context.methods.is_intrinsic(callee.name):
            return False
        closure = None if call.closure is None else find(self.replaced, call.closure)
        if callee.free_vars and not isinstance(closure, ir.MakeClosure):
            return False
        if not _types_agree(call):
            return False  # a linkname gave the function other types here
        if self.wrapper and makes_calls(callee, context.methods):
            # The frames between a panic and recover are counted; a wrapper's frame does not count.
            return False
        if callee.is_runtime and not self.fn.is_runtime:
            path = "" if callee.package is None else callee.package.path
            if path == "runtime" or path.startswith("internal/runtime/"):
                return False
        self.growth += cost
        if context.decisions is not None and callee.kind == DECLARED:
            context.decisions.note(call.pos, f"inlining call to {plain_name(callee, self.fn)}")
        return True

    # ---------------------------------------------------------------------------------------- bodies

    def _arguments(self, call: ir.CallStatic) -> dict[ir.Value, ir.Value]:
        callee = call.function
        values: dict[ir.Value, ir.Value] = {}
        for k in range(len(callee.params)):
            values[callee.params[k]] = find(self.replaced, call.args[k])
        if call.closure is not None:
            closure = find(self.replaced, call.closure)
            if isinstance(closure, ir.MakeClosure):
                for k in range(len(callee.free_vars)):
                    values[callee.free_vars[k]] = find(self.replaced, closure.args[k])
        return values

    def _splice(self, call: ir.CallStatic, todo: list[ir.Instr]) -> None:
        """Put the only block of the callee in place of the call."""
        sites = _Sites(call)
        values = self._arguments(call)
        copies: list[ir.Instr] = []
        results: list[ir.Value] = []
        for i in call.function.blocks[0].instrs:
            if isinstance(i, ir.Return):
                results = [values.get(a, a) for a in i.args]
                break
            j = copy_instr(i, values)
            values[i] = j
            sites.put(i, j)
            copies.append(j)
        for j in copies:
            self._note(j)
        self._finish(call, results)
        copies.reverse()
        todo.extend(copies)

    def _note(self, j: ir.Instr) -> None:
        if isinstance(j, ir.MakeClosure):
            self.uses[j] = 0
        if self.uses:
            self._count(j)

    def _split(self, b: Block, call: ir.CallStatic, todo: list[ir.Instr], pending: list[Block]) -> None:
        """Cut the block at the call and put the callee's blocks in between."""
        fn = self.fn
        callee = call.function
        sites = _Sites(call)
        values = self._arguments(call)
        after = Block(fn, b.comment)
        after.sealed = True
        todo.reverse()
        after.instrs = todo
        after.succs = b.succs
        for s in after.succs:
            s.preds = [after if p is b else p for p in s.preds]
        copies: dict[Block, Block] = {}
        for old in callee.blocks:
            c = Block(fn, old.comment)
            c.sealed = True
            copies[old] = c
        returns: list[tuple[Block, list[ir.Value]]] = []
        for old in callee.blocks:
            c = copies[old]
            for i in old.instrs:
                if isinstance(i, ir.Return):
                    returns.append((c, i.args))
                    j: ir.Instr = ir.Jump(i.pos)
                else:
                    j = copy_instr(i, values)
                    values[i] = j
                sites.put(i, j)
                j.block = c
                c.instrs.append(j)
            c.succs = [copies[s] for s in old.succs]
            c.preds = [copies[p] for p in old.preds]
        # Operands defined later than their use in block order (loops) are replaced now.
        for old in callee.blocks:
            for j in copies[old].instrs:
                ops = j.operands()
                for k in range(len(ops)):
                    w = values.get(ops[k])
                    if w is not None and w is not ops[k]:
                        j.set_operand(k, w)
                self._note(j)
        jump = ir.Jump(call.pos)
        jump.block = b
        jump.site = call.site
        b.instrs.append(jump)
        entry = copies[callee.blocks[0]]
        b.succs = [entry]
        entry.preds.append(b)
        results: list[ir.Value] = []
        phis: list[ir.Instr] = []
        for k in range(len(callee.signature.results.vars)):
            column = [values.get(args[k], args[k]) for _, args in returns]
            if len(column) == 1:
                results.append(column[0])
                continue
            typ = callee.signature.results.vars[k].type
            assert typ is not None
            phi = ir.Phi(typ, column)
            phi.block = after
            phi.site = call.site
            phis.append(phi)
            results.append(phi)
        if phis:
            after.instrs[0:0] = phis
        for c, _ in returns:
            c.succs = [after]
            after.preds.append(c)
        self._finish(call, results)
        pending.append(after)
        for old in reversed(callee.blocks):
            pending.append(copies[old])

    def _finish(self, call: ir.CallStatic, results: list[ir.Value]) -> None:
        call.block = None
        if len(call.function.signature.results.vars) == 1:
            self.replaced[call] = results[0]
        else:
            self.tuples[call] = results

    def _rewrite(self) -> None:
        """Put the results in place of the calls."""
        replaced = self.replaced
        if self.tuples:
            # Extracts in blocks that were gone through before their call was inlined.
            for b in self.fn.blocks:
                late = False
                for i in b.instrs:
                    if isinstance(i, ir.Extract):
                        columns = self.tuples.get(find(replaced, i.x))
                        if columns is not None:
                            replaced[i] = columns[i.index]
                            late = True
                if late:
                    b.instrs = [i for i in b.instrs if i not in replaced]
        if not replaced:
            return
        for b in self.fn.blocks:
            for i in b.instrs:
                ops = i.operands()
                for k in range(len(ops)):
                    if ops[k] in replaced:
                        i.set_operand(k, find(replaced, ops[k]))


@final
class _Sites:
    """Inline sites of the instructions of one inlined body: the callee's own chains, hung below the call."""

    __slots__ = ("top", "callee", "memo")

    def __init__(self, call: ir.CallStatic) -> None:
        f = call.function
        self.callee = f
        self.top = ir.InlineSite(call.pos, f.name, f.start_line, f.kind in _WRAPPER_KINDS, call.site)
        self.memo: dict[ir.InlineSite, ir.InlineSite] = {}

    def put(self, i: ir.Instr, j: ir.Instr) -> None:
        """Give the copy j of i its site, and a position if i has none."""
        if i.site is None:
            j.site = self.top
            if not j.pos and not isinstance(j, ir.Phi):
                j.pos = self.callee.pos
        else:
            j.site = self._below(i.site)

    def _below(self, inner: ir.InlineSite) -> ir.InlineSite:
        known = self.memo.get(inner)
        if known is None:
            parent = self.top if inner.parent is None else self._below(inner.parent)
            known = ir.InlineSite(
                inner.pos, inner.callee_name, inner.callee_start_line, inner.callee_is_wrapper, parent
            )
            self.memo[inner] = known
        return known


def plain_name(fn: Function, caller: Function) -> str:
    """The name gc's remarks use: without the package for functions of the caller's package."""
    name = fn.name
    if fn.package is not None and caller.package is not None:
        if fn.package is caller.package and "." in name:
            at = name.rfind("/") + 1
            dot = name.find(".", at)
            return name[dot + 1 :]
        return name[name.rfind("/", 0, name.find("(") if "(" in name else len(name)) + 1 :]
    return name


def inline_calls(fn: Function, context: Context) -> bool:
    """Inline everything worthwhile in fn."""
    return _Inliner(fn, context).run()
