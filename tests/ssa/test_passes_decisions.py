"""What the passes decide: where variables live, what is inlined, which checks and barriers stay."""

from __future__ import annotations

import random

import pytest
from passes_toolkit import Compiled

from goes.ssa import instr as ir
from goes.ssa.function import DECLARED, Block, Function
from goes.ssa.passes.context import Decisions
from goes.ssa.passes.dominators import DominatorTree
from goes.types import types as t

ESCAPES = {
    # source of f: remarks about it, in order
    "func f() int { s := make([]int, 4); return s[1] }": ["make([]int, 4) does not escape"],
    "func f() []int { s := make([]int, 4); return s }": ["make([]int, 4) escapes to heap"],
    "func f(n int) int { s := make([]int, n); return s[1] }": ["make([]int, n) escapes to heap"],
    "func f() *int { x := 1; return &x }": ["moved to heap: x"],
    "func f(p **int, x *int) { *p = x }": ["leaking param: x", "p does not escape"],
    "func f(p **int) *int { return *p }": ["leaking param: p to result ~r0 level=1"],
    "func f(p *int) *int { return p }": ["leaking param: p to result ~r0 level=0"],
    "var g *int\nfunc f(p **int) { g = *p }": ["leaking param content: p"],
    "func f() { x := 1; g := func() { x++ }; g() }": ["func literal does not escape"],
    "func f() func() { x := 1; return func() { x++ } }": ["moved to heap: x", "func literal escapes to heap"],
    "func f() { x := 1; defer func() { x++ }() }": ["func literal does not escape"],
    "func f() { for { x := 1; defer func() { x++ }() } }": ["moved to heap: x", "func literal escapes to heap"],
    "func f() { x := 1; go func() { x++ }() }": ["moved to heap: x", "func literal escapes to heap"],
    "func f(s string) { var e any = s; println(e != nil) }": ["s does not escape"],
    "var g any\nfunc f(s string) { g = s }": ["s escapes to heap", "leaking param: s"],
    "func f() int { var a [16000]int; var p = &a; p[3] = 1; return p[4] }": [],
    "func f() int { var a [17000]int; var p = &a; p[3] = 1; return p[4] }": ["moved to heap: a"],
    "func f() int { p := new([70000]int); p[3] = 1; return p[4] }": ["new([70000]int) escapes to heap"],
    "func f(m map[string]*int, k string, p *int) { m[k] = p }": [
        "leaking param: k",
        "leaking param: p",
        "m does not escape",
    ],
    "func f(c chan *int, p *int) { c <- p }": ["leaking param: p", "c does not escape"],
    "type T struct{ p *int }\nfunc f() int { x := 1; t := T{&x}; return *t.p }": [],
    "func f(n int) (s int) { var l *int; for i := 0; i < n; i++ { x := i; if l != nil { s += *l }; l = &x }; return }": [
        "moved to heap: x"
    ],
    "func f(n int) (s int) { for i := 0; i < n; i++ { x := i; p := &x; s += *p }; return }": [],
    "func g(p *int) {}\nfunc f(n int) { for i := 0; i < n; i++ { g(&i) } }": ["p does not escape"],
    "var q *int\nfunc f(n int) { for i := 0; i < n; i++ { q = &i } }": ["moved to heap: i"],
}


def remarks(source: str, inline: bool = False) -> list[str]:
    decisions = Decisions()
    compiled = Compiled(source, True, inline=inline, decisions=decisions)
    fn = compiled.function("f")
    assert fn.blocks
    return [text for _, text in decisions.remarks if not text.startswith("can inline")]


@pytest.mark.parametrize("source", list(ESCAPES))
def test_escape(source: str) -> None:
    assert sorted(remarks(source)) == sorted(ESCAPES[source])


def instructions(source: str, name: str = "f", path: str = "main") -> list[ir.Instr]:
    fn = Compiled(source, True, path).function(name)
    return [i for b in fn.blocks for i in b.instrs]


def count(source: str, *kinds: type[ir.Instr]) -> int:
    return sum(1 for i in instructions(source) if isinstance(i, kinds))


def test_range_over_func_melts() -> None:
    """A loop over a function literal's sequence leaves neither calls nor closures nor variables in memory."""
    source = """
        func seq(n int) func(func(int) bool) {
            return func(yield func(int) bool) { for i := 0; i < n; i++ { if !yield(i) { return } } }
        }
        func f(n int) (r int) { for x := range seq(n) { if x == 7 { break }; if x == 3 { continue }; r += x }; return }"""
    assert count(source, ir.AnyCall, ir.MakeClosure, ir.Alloc) == 0


def test_inlining_is_remarked() -> None:
    got = remarks("func g(x int) int { return x + 1 }\nfunc f(x int) int { return g(x) }", inline=True)
    assert got == ["inlining call to g"]


def test_inlined_instructions_know_their_site() -> None:
    code = instructions(
        "func g(x int) int { return x * x }\nfunc h(x int) int { return g(x) + 1 }\nfunc f(x int) int { return h(x) }"
    )
    chains = []
    for i in code:
        chain = []
        site = i.site
        while site is not None:
            chain.append(site.callee_name)
            site = site.parent
        chains.append(chain)
    assert ["main.g", "main.h"] in chains and ["main.h"] in chains


@pytest.mark.parametrize(
    "callee",
    [
        "//go:noinline\nfunc g(x int) int { return x }",
        "func g(x int) (r int) { defer func() { r++ }(); return x }",
        "func g(x int) int { recover(); return x }",
        "func g(x int) int { if x > 0 { return g(x-1) }; return 0 }",
        "func g(x int) int { panic(x) }",
    ],
)
def test_never_inlined(callee: str) -> None:
    code = instructions(callee + "\nfunc f(x int) int { return g(x) }")
    assert any(isinstance(i, ir.CallStatic) for i in code)


def test_wrappers_do_not_swallow_frames() -> None:
    """A deferred call's wrapper keeps the call of a function that calls others: recover counts frames."""
    source = """
        func r(x int) { recover() }
        func g(x int) { r(x) }
        func f(x int) { defer g(x) }"""
    compiled = Compiled(source, True)
    fn = compiled.function("f")
    wrapper = next(i.function for b in fn.blocks for i in b.instrs if isinstance(i, ir.MakeClosure))
    assert [i.function.name for b in wrapper.blocks for i in b.instrs if isinstance(i, ir.CallStatic)] == ["main.g"]


def test_method_of_known_type_is_called_directly() -> None:
    source = """
        type I interface { M(int) int }
        type T struct { a int }
        func (t *T) M(x int) int { return t.a + x }
        func f(t *T) int { var i I = t; return i.M(3) }"""
    assert count(source, ir.AnyCall) == 0


@pytest.mark.parametrize("call", ["i.M()", "I.M(i)", "func() int { g := i.M; return g() }()"])
def test_value_method_of_known_pointer_is_called_with_the_value(call: str) -> None:
    source = (
        """
        type I interface { M() int }
        type T struct { a int }
        //go:noinline
        func (t T) M() int { return t.a }
        func f(t *T) int { var i I = t; return """
        + call
        + " }"
    )
    compiled = Compiled(source, True)
    fn = compiled.function("f")
    kinds = [type(i).__name__ for b in fn.blocks for i in b.instrs]
    assert kinds == ["NilCheck", "Load", "CallStatic", "Return"]


CHECKS = {
    "func f(s []int) (n int) { for i := 0; i < len(s); i++ { n += s[i] }; return }": 0,
    "func f(s []int) (n int) { for i := 0; len(s) > i; i++ { n += s[i] }; return }": 0,
    "func f(s []int) (n int) { for i := range s { n += s[i] }; return }": 0,
    "func f(s []int, k int) (n int) { if k > len(s) { return }; for i := 0; i < k; i++ { n += s[i] }; return }": 0,
    "func f(b []byte) int { _ = b[3]; return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 | int(b[3])<<24 }": 1,
    "func f(t *[16]int, x uint32) int { return t[x&15] }": 0,
    "func f(t *[256]int, x byte) int { return t[x] }": 0,
    "func f(t *[16]int, x int) int { return t[x&15] }": 0,
    "func f(t *[16]int, x int) int { return t[x%16] }": 1,
    "func f(t *[16]int, x uint) int { return t[x%16] }": 0,
    "func f(t *[8]int, x int) int { if x >= 0 && x < 8 { return t[x] }; return 0 }": 0,
    "func f(s []int, i int) int { return s[i] + s[i] }": 1,
    "func f(s []int, i int) int { return s[i] + s[i+1] }": 2,
    "func f(s []int, i int8) int { if i < 100 { return s[i] }; return 0 }": 1,
    "func f(s []int) (n int) { for i := 0; i <= len(s); i++ { n += s[i] }; return }": 1,
    "func f(s []int) (n int) { for i := -1; i < len(s); i++ { n += s[i] }; return }": 1,
    "func f(s []int, k int) (n int) { for i := k; i < len(s); i++ { n += s[i] }; return }": 1,
    "func f(s, r []int) (n int) { for i := range s { n += r[i] }; return }": 1,
    "func f(s []int) (n int) { for i := range s { s = s[1:]; n += s[i] }; return }": 2,
}


@pytest.mark.parametrize("source", list(CHECKS))
def test_bounds_checks(source: str) -> None:
    assert count(source, ir.BoundsCheck, ir.SliceCheck) == CHECKS[source]


def test_nil_and_zero_checks() -> None:
    assert count("type T struct{ a, b int }\nfunc f(p *T) { p.a = 1; p.b = 2 }", ir.NilCheck) == 1
    assert count("type T struct{ a, b int }\nfunc f(p *T) { if p != nil { p.b = 2 } }", ir.NilCheck) == 0
    assert count("type T struct{ a, b int }\nfunc f(p *T, c bool) { if c { p.a = 1 }; p.b = 2 }", ir.NilCheck) == 2
    assert count("func f(x, y int) int { if y != 0 { return x / y }; return x % y }", ir.DivCheck) == 1
    assert count("func f(x, y int) int { if y > 0 { return x / y << y }; return 0 }", ir.DivCheck, ir.ShiftCheck) == 0


BARRIERS = {
    "var g *int\nfunc f(p *int) { g = p }": [ir.BARRIER_NEEDED],
    "var g *int\nfunc f() { g = nil }": [ir.BARRIER_NEEDED],
    "var g int\nfunc f(p int) { g = p }": [ir.BARRIER_NONE],
    "type T struct{ p, q *int }\nvar x int\nfunc f() *T { t := new(T); t.p = &x; t.q = nil; return t }": [
        ir.BARRIER_NONE,
        ir.BARRIER_NONE,
    ],
    "type T struct{ p, q *int }\nvar x int\nfunc f(y *int) *T { t := new(T); t.p = y; t.p = &x; return t }": [
        ir.BARRIER_NEEDED,
        ir.BARRIER_NEEDED,
    ],
    "type T struct{ p, q *int }\nvar x int\nfunc f(y **int) *T { t := new(T); *y = nil; t.p = &x; return t }": [
        ir.BARRIER_NEEDED,
        ir.BARRIER_NEEDED,
    ],
    "type T struct{ s []int }\nfunc f(t *T, n int) { t.s = t.s[:n] }": [ir.BARRIER_NONE],
    "type T struct{ s []int }\nfunc f(t *T, n int) { t.s = t.s[n:] }": [ir.BARRIER_NEEDED],
    "type T struct{ s []int }\nfunc f(t, u *T, n int) { t.s = u.s[:n] }": [ir.BARRIER_NEEDED],
    # The slice was loaded elsewhere, and its length too.
    "type T struct{ s [3][]int }\nfunc f(t *T, i, n int) { if n > len(t.s[i]) { t.s[i] = t.s[i][:n] } }": [ir.BARRIER_NONE],
    "type T struct{ s []int }\nfunc f(t *T) { t.s = t.s[:len(t.s)+1] }": [ir.BARRIER_NONE],
    "type T struct{ s [3][]int }\nfunc f(t *T, i, k, n int) { t.s[i] = t.s[k][:n] }": [ir.BARRIER_NEEDED],
    "type T struct{ s []int }\nfunc g() int\nfunc f(t *T) { t.s = t.s[:g()] }": [ir.BARRIER_NEEDED],
    "func f(p *int, i int) int { var a [4]*int; a[1] = p; return *a[i&3] }": [ir.BARRIER_NONE],
}


@pytest.mark.parametrize("source", list(BARRIERS))
def test_barriers(source: str) -> None:
    assert [i.barrier for i in instructions(source) if isinstance(i, ir.Store)] == BARRIERS[source]


def test_runtime_variables_stay_in_the_frame() -> None:
    source = "package runtime\nvar g *int\nfunc f() { x := 1; g = &x; y := new(int); g = y }"
    code = instructions(source, path="runtime")
    placed = {(a.comment, a.placement) for a in code if isinstance(a, ir.Alloc)}
    assert placed == {("x", ir.STACK), ("new", ir.HEAP)}


def test_noescape_idiom_survives() -> None:
    source = """package main
        import "unsafe"
        func noescape(p unsafe.Pointer) unsafe.Pointer { x := uintptr(p); return unsafe.Pointer(x ^ 0) }
        var g unsafe.Pointer
        func f() { x := 1; g = noescape(unsafe.Pointer(&x)) }"""
    assert [a.placement for a in instructions(source) if isinstance(a, ir.Alloc)] == [ir.STACK]


def random_graph(n: int, seed: int) -> Function:
    """A function whose blocks are all reached from block 0."""
    r = random.Random(seed)
    fn = Function("f", None, t.Signature(None, t.Tuple([]), t.Tuple([]), False), DECLARED, 0)
    blocks = [Block(fn, str(k)) for k in range(n)]
    for k, b in enumerate(blocks):
        b.index = k
    edges = [(r.randrange(k), k) for k in range(1, n)] + [(r.randrange(n), r.randrange(1, n)) for _ in range(n)]
    for a, b in edges:
        blocks[a].succs.append(blocks[b])
        blocks[b].preds.append(blocks[a])
    fn.blocks = blocks
    return fn


def reached_without(fn: Function, avoid: Block) -> set[Block]:
    seen: set[Block] = set()
    work = [fn.blocks[0]]
    while work:
        b = work.pop()
        if b not in seen and b is not avoid:
            seen.add(b)
            work.extend(b.succs)
    return seen


@pytest.mark.parametrize("seed", range(20))
def test_dominators(seed: int) -> None:
    fn = random_graph(12, seed)
    tree = DominatorTree(fn)
    for a in fn.blocks:
        reached = reached_without(fn, a)
        for b in fn.blocks:
            assert tree.dominates(a, b) == (b not in reached), (a.index, b.index)


LOADS = {
    "type T struct{ a, b int }\nfunc f(p *T) int { return p.a + p.a }": 1,
    "type T struct{ a, b int }\nfunc f(p *T) int { p.a = 5; return p.a }": 0,
    "type T struct{ a, b int }\nfunc f(p, q *T) int { p.a = 5; q.a = 6; return p.a }": 1,
    "type T struct{ a, b int }\nfunc g(int) {}\nvar h = g\nfunc f(p *T) int { p.a = 5; h(1); return p.a }": 2,
    "func f(p *int, c bool) int { x := *p; if c { x += *p }; return x }": 1,
    "func f(p *int, c bool) int { x := *p; if c { *p = 1 }; return x + *p }": 2,
    "func f(p *int) (x int) { for *p > 0 { x++ }; return }": 1,
}


@pytest.mark.parametrize("source", list(LOADS))
def test_loads_are_shared(source: str) -> None:
    assert count(source, ir.Load) == LOADS[source]
