"""Escape analysis: which variables, boxes, closures and buffers may live in the frame.

    func f() int { s := make([]int, 4); return s[1] }       make does not escape
    func g(p **T, x *T) { *p = x }                            x leaks to the heap; p does not escape

A weighted graph as in gc: a location per SSA value and per allocation site (its contents); an edge dst ← src with n
dereferences (-1: address of). An allocation whose address can reach the heap, a result or a location that outlives it
must be on the heap. Parameters get tags (`Summary`): leaks to the heap or to result j after n dereferences; callers use
the tags of callees analysed before them. The functions of one call-graph cycle are solved in one graph.

Stores through anything but a direct path from an Alloc count as stores to the heap. Every decision keeps its reason.

Runtime packages: named variables and closures never go to the heap (the shipped sources promise it, compiler-contracts 8.1).

Sources: compiler-contracts 8; cmd/compile/internal/escape (model: locations, derefs, leaks).
"""

from __future__ import annotations

from typing import Final, final

from ...syntax import tokens
from ...types import types as t
from ...types.sizes import is_direct_iface, ptrdata, sizeof
from .. import instr as ir
from ..function import NOESCAPE, Function
from .loops import find_loops

MAX_EXPLICIT_BYTES: Final = 128 * 1024  # named variables larger than this go to the heap (ir.MaxStackVarSize)
MAX_IMPLICIT_BYTES: Final = 64 * 1024  # new, &T{}, make, literals (ir.MaxImplicitStackVarSize)
NO_LEAK: Final = -1

# Runtime functions called through CallRuntime that do not retain their arguments.
_HARMLESS: Final = frozenset(
    [
        "memequal", "memhash", "memhash32", "memhash64", "strhash", "interhash", "nilinterhash", "f32hash", "f64hash",
        "c64hash", "c128hash", "printlock", "printunlock", "block", "panicrangestate", "panicwrap", "panicdivide",
        "panicshift", "panicunsafeslicelen", "panicunsafeslicenilptr", "panicunsafestringlen", "panicunsafestringnilptr",
        "strequal", "interequal", "nilinterequal", "f32equal", "f64equal", "c64equal", "c128equal",
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
class _Location:
    __slots__ = ("edges", "derefs", "generation", "escapes", "depth", "site", "param", "function", "result", "queued", "is_heap", "why")

    def __init__(self, depth: int) -> None:
        self.edges: list[tuple[_Location, int]] = []
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


def has_pointers(typ: t.Type) -> bool:
    if isinstance(typ, t.Tuple):
        return any(v.type is not None and has_pointers(v.type) for v in typ.vars)
    if typ is t.TYP_INVALID:
        return False
    return ptrdata(typ) != 0


@final
class _Graph:
    """The solver for one cycle of functions (usually one function)."""

    __slots__ = ("functions", "members", "heap", "values", "contents", "params", "results", "roots", "generation")

    def __init__(self, functions: list[Function]) -> None:
        self.functions = functions
        self.members = {f.name: f for f in functions}
        self.heap = _Location(-1)
        self.heap.escapes = True
        self.heap.is_heap = True
        self.values: dict[ir.Value, _Location] = {}
        self.contents: dict[ir.Value, _Location] = {}
        self.params: dict[str, list[_Location]] = {}
        self.results: dict[str, list[_Location]] = {}
        self.roots: list[_Location] = [self.heap]
        self.generation = 0

    # ------------------------------------------------------------------------------------ building

    def add_functions(self) -> None:
        for fn in self.functions:
            locations: list[_Location] = []
            for p in fn.params:
                locations.append(self._input(p, fn, len(locations)))
            for v in fn.free_vars:
                locations.append(self._input(v, fn, len(locations)))
            self.params[fn.name] = locations
            results: list[_Location] = []
            for i in range(len(fn.signature.results.vars)):
                r = _Location(0)
                r.function = fn
                r.result = i
                results.append(r)
                self.roots.append(r)
            self.results[fn.name] = results
        for fn in self.functions:
            self._body(fn)

    def _input(self, v: ir.Value, fn: Function, index: int) -> _Location:
        location = _Location(0)
        location.function = fn
        location.param = index
        self.values[v] = location
        return location

    def value(self, v: ir.Value) -> _Location | None:
        """The location of an operand, None if it cannot point to a frame."""
        return self.values.get(v)

    def flow(self, dst: _Location, v: ir.Value, derefs: int) -> None:
        src = self.values.get(v)
        if src is not None:
            dst.edges.append((src, derefs))

    def _site(self, i: ir.Instr, depth: int) -> _Location:
        contents = _Location(depth)
        contents.site = i
        self.contents[i] = contents
        self.roots.append(contents)
        self.values[i].edges.append((contents, -1))
        return contents

    def _body(self, fn: Function) -> None:
        loops = find_loops(fn)
        for b in fn.blocks:
            depth = loops.depth[b.index]
            for i in b.instrs:
                if isinstance(i, ir.Phi):
                    if has_pointers(i.type):
                        header = loops.header_depth[b.index]
                        location = _Location(header - 1 if header else depth)
                        self.values[i] = location
                        if header:
                            self.roots.append(location)
                elif _tracked(i):
                    self.values[i] = _Location(depth)
        for b in fn.blocks:
            depth = loops.depth[b.index]
            for i in b.instrs:
                self._instr(fn, i, depth)

    def _instr(self, fn: Function, i: ir.Instr, depth: int) -> None:
        here = self.values.get(i)
        if isinstance(i, ir.Store):
            self._store(i)
        elif isinstance(i, ir.Load):
            if here is not None:
                self._load(here, i.x)
        elif isinstance(i, ir.Alloc):
            self._site(i, depth)
        elif isinstance(i, ir.CallStatic):
            self._call(fn, i, here)
        elif isinstance(i, ir.MakeInterface):
            if here is not None:
                if is_direct_iface(i.x.type):
                    self.flow(here, i.x, 0)
                else:
                    self.flow(self._site(i, depth), i.x, 0)
        elif isinstance(i, ir.MakeClosure):
            contents = self._site(i, depth)
            for a in i.args:
                self.flow(contents, a, 0)
            self._captures(i)
        elif isinstance(i, (ir.MakeSlice, ir.MakeMap, ir.Concat)):
            self._site(i, depth)
        elif isinstance(i, ir.StringConvert):
            if i.no_copy and here is not None:
                self.flow(here, i.x, 0)
            else:
                self._site(i, depth)
        elif isinstance(i, ir.Phi):
            if here is not None:
                for a in i.args:
                    self.flow(here, a, 0)
        elif isinstance(i, ir.Return):
            for k, a in enumerate(i.args):
                self.flow(self.results[fn.name][k], a, 0)
        elif isinstance(i, ir.TypeAssert):
            if here is not None:
                concrete = not isinstance(t.under(i.asserted), t.Interface)
                self.flow(here, i.x, 1 if concrete and not is_direct_iface(i.asserted) else 0)
        elif isinstance(i, (ir.MapLookup, ir.MapRange)):
            if here is not None:
                self.flow(here, i.x, 1)
        elif isinstance(i, ir.MapAssign):
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
        elif isinstance(i, (ir.CallValue, ir.CallInvoke)):
            for a in i.args[1:]:
                self.flow(self.heap, a, 0)
            if isinstance(i, ir.CallInvoke):
                self.flow(self.heap, i.args[0], 0)
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
            for a in i.args:
                self.flow(self.heap, a, 0)
        elif isinstance(i, ir.BinOp):
            if here is not None and not (i.op == tokens.XOR and isinstance(i.y, ir.Const) and i.y.value == 0):
                # Address arithmetic on uintptr inside one expression; x ^ 0 is the runtime's noescape idiom.
                self.flow(here, i.x, 0)
                self.flow(here, i.y, 0)
        elif isinstance(i, ir.MapNext):
            if here is not None:
                self.flow(here, i.x, 0)
        elif here is not None:
            for a in i.operands():
                self.flow(here, a, 0)

    def _append_base(self, i: ir.Instr, here: _Location | None, base: ir.Value) -> None:
        if here is not None:
            self.flow(here, base, 0)
        if _elements_have_pointers(i.type):
            self.flow(self.heap, base, 1)

    def _store(self, i: ir.Store) -> None:
        base = _direct_base(i.x)
        if base is None:
            self.flow(self.heap, i.y, 0)
        else:
            contents = self.contents.get(base)
            if contents is None:
                contents = self._late_site(base)
            self.flow(contents, i.y, 0)

    def _late_site(self, base: ir.Alloc) -> _Location:
        """The contents of an Alloc met before its own instruction was visited (block order)."""
        return self._site(base, self.values[base].depth)

    def _load(self, here: _Location, x: ir.Value) -> None:
        base = _direct_base(x)
        if base is not None:
            contents = self.contents.get(base)
            if contents is None:
                contents = self._late_site(base)
            here.edges.append((contents, 0))
        else:
            self.flow(here, x, 1)

    def _captures(self, i: ir.MakeClosure) -> None:
        """What the body does with its captures, wherever it is called from."""
        f = i.function
        n = len(f.params)
        if f.name in self.members:
            for k, a in enumerate(i.args):
                self._link(self.params[f.name][n + k], a)
            return
        summary = f.summary
        for k, a in enumerate(i.args):
            if isinstance(summary, Summary):
                leak = summary.heap[n + k]
                for d in summary.results[n + k].values():
                    leak = d if leak == NO_LEAK else min(leak, d)
                if leak != NO_LEAK:
                    self.flow(self.heap, a, leak)
            else:
                self.flow(self.heap, a, 0)

    def _link(self, param: _Location, a: ir.Value) -> None:
        src = self.values.get(a)
        if src is not None:
            param.edges.append((src, 0))

    def _call(self, fn: Function, i: ir.CallStatic, here: _Location | None) -> None:
        callee = i.function
        if callee.name in self.members:
            params = self.params[callee.name]
            for k, a in enumerate(i.args):
                if _carries(a.type):
                    self._link(params[k], a)
            if here is not None:
                for r in self.results[callee.name]:
                    here.edges.append((r, 0))
            return
        summary = callee.summary
        if isinstance(summary, Summary):
            for k, a in enumerate(i.args):
                if not _carries(a.type):
                    continue
                leak = summary.heap[k]
                if leak != NO_LEAK:
                    self.flow(self.heap, a, leak)
                if here is not None:
                    for d in summary.results[k].values():
                        self.flow(here, a, d)
        elif not callee.pragmas & NOESCAPE or callee.has_body():
            for a in i.args:
                if _carries(a.type):
                    self.flow(self.heap, a, 0)

    # ------------------------------------------------------------------------------------ solving

    def solve(self) -> None:
        work = list(self.roots)
        for r in work:
            r.queued = True
        while work:
            root = work.pop()
            root.queued = False
            self._walk(root, work)

    def _walk(self, root: _Location, work: list[_Location]) -> None:
        """Everything that flows to root, with the least number of dereferences."""
        self.generation += 1
        generation = self.generation
        root.generation = generation
        root.derefs = 0
        pending = [root]
        while pending:
            l = pending.pop()
            derefs = l.derefs
            address = derefs < 0
            if address:
                derefs = 0
            if _outlives(root, l):
                if l.param >= 0 and not address:
                    _leak(l, root, derefs)
                if address and not l.escapes:
                    l.escapes = True
                    l.why = _reason(root)
                    if not l.queued:
                        l.queued = True
                        work.append(l)
                    continue
            for src, n in l.edges:
                if src.escapes and not src.is_heap and n < 0:
                    continue
                d = derefs + n
                if src.generation != generation or src.derefs > d:
                    src.generation = generation
                    src.derefs = d
                    pending.append(src)


def _outlives(root: _Location, l: _Location) -> bool:
    """Whether what is stored in root may be used after l's frame or iteration is gone."""
    if root.escapes or root.result >= 0:
        return True
    return root.depth < l.depth and l.site is not None


def _leak(param: _Location, root: _Location, derefs: int) -> None:
    assert param.function is not None
    summary = param.function.summary
    if not isinstance(summary, Summary):
        summary = Summary(len(param.function.params) + len(param.function.free_vars))
        param.function.summary = summary
    k = param.param
    if root.escapes:
        if summary.heap[k] == NO_LEAK or derefs < summary.heap[k]:
            summary.heap[k] = derefs
    elif root.result >= 0:
        if root.function is not param.function:
            # A result of another function in the cycle: its callers see it through that function's own flows.
            if summary.heap[k] == NO_LEAK or derefs < summary.heap[k]:
                summary.heap[k] = derefs
            return
        old = summary.results[k].get(root.result)
        if old is None or derefs < old:
            summary.results[k][root.result] = derefs


def _reason(root: _Location) -> str:
    if root.is_heap:
        return "flows to the heap"
    if root.result >= 0:
        return "returned"
    if root.escapes:
        return "stored in an escaping object"
    return "outlives its loop iteration"


def _carries(typ: t.Type) -> bool:
    """Whether an argument of this type can carry a pointer into a callee (uintptr does not count)."""
    return has_pointers(typ)


def _tracked(i: ir.Instr) -> bool:
    """Whether the value of i can point into a frame."""
    if isinstance(i, (ir.ChangeType, ir.BinOp)):
        u = t.under(i.type)
        if isinstance(u, t.Basic) and u.kind == t.UINTPTR:
            return True
    if isinstance(i, (ir.MapRange, ir.Alloc, ir.MakeClosure)):
        return True
    return has_pointers(i.type)


def _elements_have_pointers(typ: t.Type) -> bool:
    u = t.under(typ)
    return isinstance(u, t.Slice) and has_pointers(u.elem)


def _direct_base(x: ir.Value) -> ir.Alloc | None:
    """The Alloc that address x points into by constant paths, if any."""
    while True:
        if isinstance(x, ir.Alloc):
            return x
        if isinstance(x, ir.FieldAddr):
            x = x.x
        elif isinstance(x, ir.IndexAddr) and isinstance(t.under(x.x.type), t.Pointer):
            x = x.x
        elif isinstance(x, ir.ChangeType) and isinstance(t.under(x.x.type), t.Pointer) and isinstance(t.under(x.type), t.Pointer):
            x = x.x
        else:
            return None


# ------------------------------------------------------------------------------------------------ results


def analyse(functions: list[Function]) -> None:
    """Decide placements in a cycle of functions and give each its Summary. All callees outside the cycle that have
    bodies must have been analysed; those that have not are taken to leak everything."""
    graph = _Graph(functions)
    for fn in functions:
        fn.summary = None
    graph.add_functions()
    graph.solve()
    for fn in functions:
        if fn.summary is None:
            fn.summary = Summary(len(fn.params) + len(fn.free_vars))
        _place(fn, graph)


def _place(fn: Function, graph: _Graph) -> None:
    runtime = fn.is_runtime
    spawned = _spawned(fn) if runtime else frozenset()
    for b in fn.blocks:
        for i in b.instrs:
            location = graph.contents.get(i)
            if location is None:
                continue
            escapes = location.escapes
            if isinstance(i, ir.Alloc):
                size = sizeof(i.elem)
                if i.landing:
                    i.placement = ir.STACK
                elif runtime and not i.explicit:
                    i.placement = ir.STACK
                elif size > (MAX_IMPLICIT_BYTES if i.explicit else MAX_EXPLICIT_BYTES):
                    i.placement = ir.HEAP
                    i.why = "too large for stack"
                else:
                    i.placement = ir.HEAP if escapes else ir.STACK
                    i.why = location.why
            elif isinstance(i, ir.MakeClosure):
                if runtime and i not in spawned:
                    escapes = False
                i.placement = ir.HEAP if escapes else ir.STACK
                i.why = location.why
            elif isinstance(i, ir.MakeInterface):
                i.placement = ir.HEAP if escapes or sizeof(i.x.type) > 1024 else ir.STACK
                i.why = location.why
            elif isinstance(i, ir.MakeSlice):
                i.placement = ir.HEAP if escapes or not _small_make(i) else ir.STACK
                i.why = location.why or "non-constant size"
            elif isinstance(i, ir.MakeMap):
                i.placement = ir.HEAP if escapes else ir.STACK
                i.why = location.why
            elif isinstance(i, (ir.Concat, ir.StringConvert)):
                i.placement = ir.HEAP if escapes else ir.STACK


def _spawned(fn: Function) -> frozenset[ir.Value]:
    """Closures started by go statements: the only ones runtime packages put on the heap."""
    out: list[ir.Value] = []
    for b in fn.blocks:
        for i in b.instrs:
            if isinstance(i, ir.Go):
                out.append(i.x)
    return frozenset(out)


def _small_make(i: ir.MakeSlice) -> bool:
    if not isinstance(i.x, ir.Const) or not isinstance(i.y, ir.Const):
        return False
    n = i.y.value
    m = i.x.value
    if not isinstance(n, int) or not isinstance(m, int) or m < 0 or m > n:
        return False
    u = t.under(i.type)
    return isinstance(u, t.Slice) and n * sizeof(u.elem) <= MAX_IMPLICIT_BYTES

