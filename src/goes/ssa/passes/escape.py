"""Escape analysis: which variables, boxes, closures and buffers may live in the frame.

    func f() int { s := make([]int, 4); return s[1] }       make does not escape
    func g(p **T, x *T) { *p = x }                            x leaks to the heap; p does not escape

A weighted graph as in gc: a location per SSA value and per allocation site (its contents); an edge dst ← src with n
dereferences (-1: address of). An allocation whose address can reach the heap, a result or a location that outlives it
must be on the heap. Parameters get tags (`Summary`): leaks to the heap or to result j after n dereferences; callers use
the tags of callees analysed before them. The functions of one call-graph cycle are solved in one graph.

What outlives an allocation inside its function: the frame has one place per allocation site, so a value must not be
reachable when its site runs again. In SSA form a value gets from one round of a loop into the next only through a phi
at the loop's header, or through memory that is older than the round: the contents of an allocation outside the loop.
The phi of a loop variable's cells is no such way: the new round's cell is filled from the old one, which is not used again.
Header phis and contents therefore count with the depth outside their loop. In loops without a single header (goto)
every allocation goes to the heap.

Stores through anything but a direct path from an Alloc count as stores to the heap. An object that is on the heap for
its size lets all it holds escape. Channels, map keys and map elements are the heap.

Sources: compiler-contracts 8; cmd/compile/internal/escape (model: locations, derefs, leaks).
"""

from __future__ import annotations

from typing import Final, final

from ...syntax import tokens
from ...types import types as t
from ...types.sizes import is_direct_iface, sizeof
from .. import instr as ir
from ..function import NOESCAPE, UINTPTR_ESCAPES, Function
from .context import Context
from .loops import LoopInfo, find_loops
from .values import constant_make, direct_base, has_pointers

MAX_EXPLICIT_BYTES: Final = 128 * 1024  # named variables larger than this go to the heap (ir.MaxStackVarSize)
MAX_IMPLICIT_BYTES: Final = 64 * 1024  # new, &T{}, make, literals (ir.MaxImplicitStackVarSize)
MAX_BOX_BYTES: Final = 1024  # boxes in the frame
NO_LEAK: Final = -1
_ESCAPE_NON_STRING: Final = "internal/abi.EscapeNonString["

# Runtime functions called through CallRuntime that do not retain their arguments.
_HARMLESS: Final = frozenset(
    [
        "memequal", "memhash", "memhash32", "memhash64", "strhash", "interhash", "nilinterhash", "f32hash", "f64hash",
        "c64hash", "c128hash", "printlock", "printunlock", "block", "panicrangestate", "panicwrap", "panicdivide",
        "panicshift", "panicunsafeslicelen", "panicunsafeslicenilptr", "panicunsafestringlen",
        "panicunsafestringnilptr",
        "strequal", "interequal", "nilinterequal", "f32equal", "f64equal", "c64equal", "c128equal", "efaceeq",
        "ifaceeq",
    ]
)  # fmt: skip


# Instructions through which nothing flows, and those that only give their operands to their result.
_BORING: Final = frozenset(
    [
        ir.NilCheck, ir.BoundsCheck, ir.SliceCheck, ir.DivCheck, ir.ShiftCheck, ir.Jump, ir.If, ir.Switch, ir.Len,
        ir.Cap,
        ir.Alloc, ir.MakeSlice, ir.MakeMap, ir.MakeChan, ir.Convert, ir.Print, ir.Unreachable, ir.RunDefers, ir.Recv,
    ]
)  # fmt: skip
_UNTRACKED: Final = frozenset(
    [
        ir.Store, ir.NilCheck, ir.BoundsCheck, ir.SliceCheck, ir.DivCheck, ir.ShiftCheck, ir.Jump, ir.If, ir.Switch,
        ir.Len, ir.Cap, ir.Return, ir.Convert, ir.UnOp,
    ]
)  # fmt: skip
_ONLY_RESULT: Final = frozenset(
    [
        ir.Load, ir.BinOp, ir.Extract, ir.Field, ir.FieldAddr, ir.IndexAddr, ir.Index, ir.Phi, ir.UnOp, ir.ChangeType,
        ir.Aggregate, ir.SliceOp, ir.TypeAssert, ir.MapLookup, ir.ComplexOp, ir.MinMax, ir.StringConvert, ir.Concat,
    ]
)  # fmt: skip


@final
class Summary:
    """Tags of one function: for parameter i (free variables follow the parameters) the dereference count with which it
    leaks to the heap (NO_LEAK: not) and per result."""

    __slots__ = ("heap", "results")

    def __init__(self, n: int) -> None:
        self.heap = [NO_LEAK] * n
        self.results: list[dict[int, int]] = [{} for _ in range(n)]

    def __repr__(self) -> str:
        return f"Summary(heap={self.heap}, results={self.results})"


@final
class Location:
    """`depth`: as something that holds values, the loop depth it survives; as an allocation, the depth of its loop."""

    __slots__ = (
        "edges",
        "derefs",
        "generation",
        "escapes",
        "depth",
        "site",
        "param",
        "function",
        "result",
        "queued",
        "is_heap",
        "why",
    )

    def __init__(self, depth: int) -> None:
        self.edges: list[tuple[Location, int]] = []
        self.derefs = 0
        self.generation = 0
        self.escapes = False
        self.depth = depth
        self.site: ir.Instr | None = None  # for the contents of an allocation
        self.param = -1
        self.function: Function | None = None
        self.result = -1
        self.queued = False
        self.is_heap = False
        self.why = ""


@final
class Graph:
    """The solver for one cycle of functions (usually one function). `contents`: per allocation, what it holds."""

    __slots__ = (
        "functions",
        "members",
        "heap",
        "values",
        "contents",
        "params",
        "results",
        "tuples",
        "roots",
        "generation",
    )

    def __init__(self, functions: list[Function]) -> None:
        self.functions = functions
        self.members = {f.name: f for f in functions}
        self.heap = Location(-1)
        self.heap.escapes = True
        self.heap.is_heap = True
        self.values: dict[ir.Value, Location] = {}
        self.contents: dict[ir.Value, Location] = {}
        self.params: dict[str, list[Location]] = {}
        self.results: dict[str, list[Location]] = {}
        self.tuples: dict[ir.Value, list[Location]] = {}
        self.roots: list[Location] = [self.heap]
        self.generation = 0

    # ------------------------------------------------------------------------------------ building

    def build(self) -> None:
        for fn in self.functions:
            locations: list[Location] = []
            for p in fn.params:
                locations.append(self._input(p, fn, len(locations)))
            for v in fn.free_vars:
                locations.append(self._input(v, fn, len(locations)))
            self.params[fn.name] = locations
            results: list[Location] = []
            for k in range(len(fn.signature.results.vars)):
                r = Location(0)
                r.function = fn
                r.result = k
                results.append(r)
                self.roots.append(r)
            self.results[fn.name] = results
        for fn in self.functions:
            self._declare(fn)
        for fn in self.functions:
            for b in fn.blocks:
                for i in b.instrs:
                    self._instr(fn, i)

    def _input(self, v: ir.Value, fn: Function, index: int) -> Location:
        location = Location(0)
        location.function = fn
        location.param = index
        self.values[v] = location
        return location

    def flow(self, dst: Location, v: ir.Value, derefs: int) -> None:
        src = self.values.get(v)
        if src is not None:
            dst.edges.append((src, derefs))

    def _declare(self, fn: Function) -> None:
        """Locations of all values and allocations of fn."""
        loops = find_loops(fn)
        values = self.values
        for b in fn.blocks:
            k = b.index
            depth = loops.depth[k]
            for i in b.instrs:
                if isinstance(i, ir.Phi):
                    if has_pointers(i.type):
                        header = loops.header_depth[k]
                        if header and not loops.irreducible[k] and moving_cell(i, loops, header):
                            header = 0
                        location = Location(header - 1 if header else depth)
                        values[i] = location
                        if header:
                            self.roots.append(location)
                elif _tracked(i):
                    location = Location(depth)
                    values[i] = location
                    if _allocates(i):
                        contents = Location(depth)
                        contents.site = i
                        self.contents[i] = contents
                        self.roots.append(contents)
                        location.edges.append((contents, -1))
                        why = "in a loop without a header" if loops.irreducible[k] else must_be_on_heap(i)
                        if why:
                            contents.escapes = True
                            contents.why = why
                    elif isinstance(i.type, t.Tuple) and isinstance(i, ir.CallStatic):
                        self.tuples[i] = [Location(depth) for _ in i.type.vars]

    def _instr(self, fn: Function, i: ir.Instr) -> None:
        if type(i) in _BORING:
            return
        here = self.values.get(i)
        if here is None and type(i) in _ONLY_RESULT:
            return
        if isinstance(i, ir.Load):
            if here is not None:
                self._load(here, i.x)
        elif isinstance(i, ir.Store):
            self._store(i)
        elif isinstance(i, ir.CallStatic):
            self._call(i, here)
        elif isinstance(i, ir.Extract):
            if here is not None:
                columns = self.tuples.get(i.x)
                if columns is not None:
                    here.edges.append((columns[i.index], 0))
                else:
                    self.flow(here, i.x, 0)
        elif isinstance(i, ir.Concat):
            pass  # a new string, or an operand's buffer, which then lives as long
        elif isinstance(i, ir.MakeInterface):
            contents = self.contents.get(i)
            if contents is not None:
                self.flow(contents, i.x, 0)
            elif here is not None:
                self.flow(here, i.x, 0)
        elif isinstance(i, ir.MakeClosure):
            contents = self.contents[i]
            for a in i.args:
                self.flow(contents, a, 0)
            self._captures(i)
        elif isinstance(i, ir.StringConvert):
            if i.no_copy and here is not None:
                self.flow(here, i.x, 0)
        elif isinstance(i, ir.Phi):
            if here is not None:
                for a in i.args:
                    self.flow(here, a, 0)
        elif isinstance(i, ir.Return):
            results = self.results[fn.name]
            for k in range(len(i.args)):
                self.flow(results[k], i.args[k], 0)
        elif isinstance(i, ir.TypeAssert):
            if here is not None:
                boxed = not isinstance(t.under(i.asserted), t.Interface) and not is_direct_iface(i.asserted)
                self.flow(here, i.x, 1 if boxed else 0)
        elif isinstance(i, (ir.MapLookup, ir.MapRange)):
            if here is not None:
                self.flow(here, i.x, 1)
        elif isinstance(i, ir.MapAssign):
            if here is not None:
                self.flow(here, i.x, 0)
            self.flow(self.heap, i.y, 0)
        elif isinstance(i, ir.Send):
            self.flow(self.heap, i.y, 0)
        elif isinstance(i, ir.Append):
            self._append_base(i, here, i.args[0])
            for a in i.args[1:]:
                self.flow(self.heap, a, 0)
        elif isinstance(i, ir.AppendSlice):
            self._append_base(i, here, i.x)
            if _elements_have_pointers(i.type):
                self.flow(self.heap, i.y, 1)
        elif isinstance(i, ir.Copy):
            if _elements_have_pointers(i.x.type):
                self.flow(self.heap, i.y, 1)
        elif isinstance(i, ir.CallValue):
            for a in i.args[1:]:
                self.flow(self.heap, a, 0)
        elif isinstance(i, ir.CallInvoke):
            for a in i.args:
                self.flow(self.heap, a, 0)
        elif isinstance(i, ir.CallRuntime):
            if i.name not in _HARMLESS:
                for a in i.args:
                    self.flow(self.heap, a, 0)
        elif isinstance(i, (ir.Go, ir.Panic)):
            self.flow(self.heap, i.x, 0)
        elif isinstance(i, ir.Defer):
            if i.in_loop or i.token is not None:
                self.flow(self.heap, i.x, 0)
        elif isinstance(i, ir.Select):
            at = 0
            for s in i.states:
                at += 1
                if s.is_send:
                    self.flow(self.heap, i.args[at], 0)
                    at += 1
        elif isinstance(i, ir.Recover):
            pass  # like what comes out of a channel: on the heap
        elif isinstance(i, ir.BinOp):
            if here is not None and not (i.op == tokens.XOR and isinstance(i.y, ir.Const) and not i.y.value):
                # Address arithmetic on uintptr inside one expression; x ^ 0 is the runtime's noescape idiom.
                self.flow(here, i.x, 0)
                self.flow(here, i.y, 0)
        elif here is not None:
            for a in i.operands():
                self.flow(here, a, 0)

    def _append_base(self, i: ir.Instr, here: Location | None, base: ir.Value) -> None:
        if here is not None:
            self.flow(here, base, 0)
        if _elements_have_pointers(i.type):
            self.flow(self.heap, base, 1)

    def _store(self, i: ir.Store) -> None:
        base = direct_base(i.x)
        self.flow(self.heap if base is None else self.contents[base], i.y, 0)

    def _load(self, here: Location, x: ir.Value) -> None:
        base = direct_base(x)
        if base is not None:
            here.edges.append((self.contents[base], 0))
        else:
            self.flow(here, x, 1)

    def _captures(self, i: ir.MakeClosure) -> None:
        """What the body does with its captures, wherever it is called from."""
        f = i.function
        n = len(f.params)
        if f.name in self.members:
            params = self.params[f.name]
            for k in range(len(i.args)):
                self.flow(params[n + k], i.args[k], 0)
            return
        summary = f.summary
        for k in range(len(i.args)):
            if isinstance(summary, Summary):
                leak = summary.heap[n + k]
                for d in summary.results[n + k].values():
                    leak = d if leak == NO_LEAK else min(leak, d)
                if leak != NO_LEAK:
                    self.flow(self.heap, i.args[k], leak)
            else:
                self.flow(self.heap, i.args[k], 0)

    def _call(self, i: ir.CallStatic, here: Location | None) -> None:
        callee = i.function
        columns = self.tuples.get(i)
        if columns is None:
            columns = [] if here is None else [here]
        if callee.name in self.members:
            params = self.params[callee.name]
            for k in range(len(i.args)):
                if has_pointers(i.args[k].type):
                    self.flow(params[k] if k < len(params) else self.heap, i.args[k], 0)
            results = self.results[callee.name]
            for k in range(min(len(columns), len(results))):
                columns[k].edges.append((results[k], 0))
            return
        if callee.pragmas & UINTPTR_ESCAPES:
            for a in i.args:
                self.flow(self.heap, a, 0)
            return
        summary = callee.summary
        if isinstance(summary, Summary) and not callee.name.startswith(_ESCAPE_NON_STRING):
            for k in range(len(i.args)):
                a = i.args[k]
                if not has_pointers(a.type):
                    continue
                if k >= len(summary.heap):
                    self.flow(self.heap, a, 0)
                    continue
                leak = summary.heap[k]
                if leak != NO_LEAK:
                    self.flow(self.heap, a, leak)
                for r, d in summary.results[k].items():
                    if r < len(columns):
                        self.flow(columns[r], a, d)
            return
        if callee.name.startswith(_ESCAPE_NON_STRING):
            for a in i.args:
                if _non_string_pointers(a.type):
                    self.flow(self.heap, a, 0)
            return
        if not callee.pragmas & NOESCAPE or callee.has_body():
            for a in i.args:
                if has_pointers(a.type):
                    self.flow(self.heap, a, 0)

    # ------------------------------------------------------------------------------------ solving

    def solve(self) -> None:
        work = list(self.roots)
        for r in work:
            r.queued = True
        while work:
            root = work.pop()
            root.queued = False
            if root.edges:
                self._walk(root, work)

    def _walk(self, root: Location, work: list[Location]) -> None:
        """Everything that flows to root, with the least number of dereferences."""
        self.generation += 1
        generation = self.generation
        root.generation = generation
        root.derefs = 0
        everything = root.escapes or root.result >= 0
        pending = [root]
        at = 0
        while at < len(pending):
            l = pending[at]
            at += 1
            derefs = l.derefs
            address = derefs < 0
            if address:
                derefs = 0
                if l.site is not None and (everything or root.depth < l.depth):
                    if not l.escapes:
                        l.escapes = True
                        l.why = _reason(root)
                        if not l.queued:
                            l.queued = True
                            work.append(l)
                    continue
            elif everything and l.param >= 0:
                _leak(l, root, derefs)
            for src, n in l.edges:
                if n < 0 and src.escapes:
                    continue  # what it holds has been dealt with as flowing to the heap
                d = derefs + n
                if src.generation != generation or src.derefs > d:
                    src.generation = generation
                    src.derefs = d
                    pending.append(src)


def _leak(param: Location, root: Location, derefs: int) -> None:
    fn = param.function
    assert fn is not None
    summary = fn.summary
    assert isinstance(summary, Summary)
    k = param.param
    if root.result >= 0 and root.function is fn:
        old = summary.results[k].get(root.result)
        if old is None or derefs < old:
            summary.results[k][root.result] = derefs
        return
    # The heap, or a result of another function of the cycle (a closure's result is not followed to its callers).
    if summary.heap[k] == NO_LEAK or derefs < summary.heap[k]:
        summary.heap[k] = derefs


def _reason(root: Location) -> str:
    if root.is_heap:
        return "flows to the heap"
    if root.result >= 0:
        return "returned"
    if root.escapes:
        return "stored in an escaping object"
    return "outlives its loop iteration"


def moving_cell(phi: ir.Phi, loops: LoopInfo, header: int) -> bool:
    """Whether phi, at the head of a loop of that depth, is the address of a variable that is new in every round:

    t1 = phi [outside: t0, post: t3]        t2 = load t1;  t3 = alloc T;  store t3, t2"""
    outside = 0
    for a in phi.args:
        if not isinstance(a, ir.Alloc) or a.block is None:
            return False
        if loops.depth[a.block.index] < header:
            outside += 1
        elif not copies_cell(a, phi):
            return False
    return outside == 1


def copies_cell(new: ir.Alloc, old: ir.Value) -> bool:
    """Whether the variable new starts with what is in old."""
    if new.block is None or new.needs_zero:
        return False
    instrs = new.block.instrs
    k = instrs.index(new)
    if k == 0 or k + 1 >= len(instrs):
        return False
    before = instrs[k - 1]
    after = instrs[k + 1]
    return (
        isinstance(before, ir.Load)
        and before.x is old
        and isinstance(after, ir.Store)
        and after.x is new
        and after.y is before
    )


def _tracked(i: ir.Instr) -> bool:
    """Whether the value of i can point into a frame."""
    if type(i) in _UNTRACKED:
        return False
    if isinstance(i, (ir.ChangeType, ir.BinOp)):
        u = t.under(i.type)
        if isinstance(u, t.Basic) and u.kind == t.UINTPTR:
            return True
    if isinstance(i, (ir.MapRange, ir.Alloc, ir.MakeClosure, ir.MakeInterface)):
        return True
    return has_pointers(i.type)


def _allocates(i: ir.Instr) -> bool:
    """Whether i makes an object that may have its place in the frame."""
    if isinstance(i, (ir.Alloc, ir.MakeClosure, ir.MakeSlice, ir.MakeMap, ir.Concat)):
        return True
    if isinstance(i, ir.MakeInterface):
        return not is_direct_iface(i.x.type)
    return isinstance(i, ir.StringConvert) and not i.no_copy


def must_be_on_heap(i: ir.Instr) -> str:
    """Why i cannot be in the frame whatever its lifetime; "" if it can."""
    if isinstance(i, ir.Alloc):
        limit = MAX_IMPLICIT_BYTES if i.explicit else MAX_EXPLICIT_BYTES
        return "too large for stack" if sizeof(i.elem) > limit else ""
    if isinstance(i, ir.MakeSlice):
        return _why_not_in_frame(i)
    if isinstance(i, ir.MakeInterface):
        return "too large for stack" if sizeof(i.x.type) > MAX_BOX_BYTES else ""
    return ""


def _why_not_in_frame(i: ir.MakeSlice) -> str:
    if not isinstance(i.y, ir.Const):
        return "non-constant size"
    if isinstance(i.x, ir.Const):
        n = constant_make(i)
        if n < 0:
            return "size out of range"
    else:
        cap = i.y.value
        n = cap if isinstance(cap, int) else 0
        if n < 0:
            return "size out of range"
    u = t.under(i.type)
    assert isinstance(u, t.Slice)
    return "too large for stack" if n * sizeof(u.elem) > MAX_IMPLICIT_BYTES else ""


def _elements_have_pointers(typ: t.Type) -> bool:
    u = t.under(typ)
    return isinstance(u, t.Slice) and has_pointers(u.elem)


def _non_string_pointers(typ: t.Type) -> bool:
    """Whether values of typ hold pointers other than those of strings."""
    u = t.under(typ)
    if isinstance(u, t.Basic):
        return u.kind == t.UNSAFE_POINTER
    if isinstance(u, t.Array):
        return u.length > 0 and _non_string_pointers(u.elem)
    if isinstance(u, t.Struct):
        for f in u.fields:
            if f.type is not None and _non_string_pointers(f.type):
                return True
        return False
    return has_pointers(typ)


def analyse(functions: list[Function], context: Context) -> None:
    """Decide placements in a cycle of functions and give each its Summary. All callees outside the cycle that have
    bodies must have been analysed; those that have not are taken to leak everything."""
    from .placement import place

    graph = Graph(functions)
    for fn in functions:
        fn.summary = Summary(len(fn.params) + len(fn.free_vars))
    graph.build()
    graph.solve()
    for fn in functions:
        place(fn, graph, context)
