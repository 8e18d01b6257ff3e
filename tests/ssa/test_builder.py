"""Properties of the builder, one each. Everything built here is verified too."""

from __future__ import annotations

import pytest
from snippet import Snippet, body, build, instrs

from goes.ssa import instr as ir
from goes.ssa.function import BOUND, GOWRAP, LITERAL, THUNK, WRAPPER
from goes.ssa.verify import verify
from goes.types.lookup import method_set
from goes.types.types import Named, Pointer


def test_a_variable_never_assigned_is_captured_by_value() -> None:
    fn = build("func f(x int) func() int { return func() int { return x } }")
    assert body(fn).strip() == "0:\n    t0 = makeclosure p.f.func1 [x]\n    return t0"


def test_an_assigned_variable_is_captured_by_reference() -> None:
    fn = build("func f(x int) func() int { return func() int { x++; return x } }")
    (m,) = instrs(fn, ir.MakeClosure)
    assert isinstance(m.operands()[0], ir.Alloc)


def test_a_captured_result_is_captured_by_reference() -> None:
    fn = build("func f() (err int) { defer func() { println(err) }(); return 5 }")
    (m,) = instrs(fn, ir.MakeClosure)
    assert m.operands()[0] is fn.results[0]


def test_a_literal_without_captures_is_a_plain_function() -> None:
    fn = build("func f() func() { return func() {} }")
    assert not instrs(fn, ir.MakeClosure)


def test_names_of_literals() -> None:
    fn = build("func f() { _ = func() { _ = func() {} }; _ = func() {} }")
    first, second = fn.anonymous
    assert (first.name, second.name, first.anonymous[0].name) == ("p.f.func1", "p.f.func2", "p.f.func1.1")
    assert first.kind == LITERAL


def test_a_captured_loop_variable_is_new_in_each_iteration() -> None:
    fn = build("func g(func() int)\nfunc f() { for i := 0; i < 3; i++ { g(func() int { return i }) } }")
    cells = [i for i in instrs(fn, ir.Alloc) if isinstance(i, ir.Alloc) and i.comment == "i"]
    assert len(cells) == 2  # the first, and the copy made behind each iteration


def test_instances_are_functions_of_their_own() -> None:
    s = Snippet(
        """
        type List[T any] struct{ v []T }
        func (l *List[T]) Push(x T) { l.v = append(l.v, x) }
        func Map[T, U any](x T, f func(T) U) U { return f(x) }
        func f() int {
            var l List[int]
            l.Push(Map("a", func(s string) int { return len(s) }))
            return l.v[0]
        }
        """
    )
    fn = s.function("f")
    names = sorted(i.function.name for i in instrs(fn, ir.CallStatic) if isinstance(i, ir.CallStatic))
    assert names == ["p.(*List[int]).Push", "p.Map[string,int]"]


def test_the_first_of_two_equal_cases_wins_in_an_instance() -> None:
    fn = build(
        """
        func k[T any](x any) int { switch x.(type) { case int: return 1; case T: return 2 }; return 3 }
        func f() int { return k[int](5) }
        """
    )
    (call,) = instrs(fn, ir.CallStatic)
    assert isinstance(call, ir.CallStatic)
    asserts = instrs(call.function, ir.TypeAssert)
    assert [str(a.asserted) for a in asserts if isinstance(a, ir.TypeAssert)] == ["int", "int"]


def test_type_parameters_decide_len_conversion_and_operators_per_instance() -> None:
    fn = build(
        """
        func n[T [4]int | []int](x T) int { return len(x) }
        func c[T int8 | float64](x int) T { return T(x) + 1 }
        func f(s []int) (int, int, int8, float64) { return n([4]int{}), n(s), c[int8](300), c[float64](2) }
        """
    )
    calls = [i.function for i in instrs(fn, ir.CallStatic) if isinstance(i, ir.CallStatic)]
    assert not instrs(calls[0], ir.Len)
    assert len(instrs(calls[1], ir.Len)) == 1


def test_types_declared_in_generic_functions_differ_per_instance() -> None:
    fn = build(
        """
        func k[T any](x T) any { type box struct{ v T }; return box{x} }
        func f() (any, any) { return k(1), k("s") }
        """
    )
    boxes = []
    for i in instrs(fn, ir.CallStatic):
        assert isinstance(i, ir.CallStatic)
        (m,) = instrs(i.function, ir.MakeInterface)
        assert isinstance(m, ir.MakeInterface)
        boxes.append(m.x.type)
    assert boxes[0] is not boxes[1]


@pytest.mark.parametrize(
    ("statement", "wrapped"),
    [
        ("go g()", False),
        ("go func() { println(x) }()", False),
        ("go h(x)", True),
        ("defer t.m()", True),
        ("defer println(x)", True),
        ("defer recover()", True),
        ("defer fv()", False),
        ("go i.M()", True),
    ],
)
def test_go_and_defer_take_a_closure_without_parameters(statement: str, wrapped: bool) -> None:
    fn = build(
        f"""
        type T struct{{}}
        func (T) m() {{}}
        type I interface{{ M() }}
        func g()
        func h(int)
        func f(x int, t T, fv func(), i I) {{ {statement} }}
        """
    )
    assert any(a.kind == GOWRAP for a in fn.anonymous) == wrapped


def test_defer_in_a_loop_is_marked() -> None:
    fn = build("func g()\nfunc f() { defer g(); for i := 0; i < 2; i++ { defer g() } }")
    assert [d.in_loop for d in instrs(fn, ir.Defer) if isinstance(d, ir.Defer)] == [False, True]


def test_defer_in_a_range_body_uses_the_outer_frames_token() -> None:
    fn = build("func g()\nfunc f(seq func(func() bool)) { for range seq { defer g() } }")
    assert fn.has_defer and len(instrs(fn, ir.DeferToken)) == 1
    (d,) = instrs(fn.anonymous[0], ir.Defer)
    assert isinstance(d, ir.Defer) and d.token is not None


def test_method_values_are_bound_and_nil_interfaces_are_caught_at_once() -> None:
    fn = build("type I interface{ M() }\nfunc f(i I) func() { return i.M }")
    (m,) = instrs(fn, ir.MakeClosure)
    assert isinstance(m, ir.MakeClosure)
    assert m.function.name == "p.I.M-fm" and m.function.kind == BOUND
    assert len(instrs(fn, ir.NilCheck)) == 1


def test_method_sets_have_wrappers() -> None:
    s = Snippet(
        """
        type E struct{ x int; s string }
        func (e E) V() int { return e.x }
        func (e *E) P() int { return e.x }
        type T struct { *E; n int }
        type I interface{ V() int }
        func f(i I) int { return I.V(i) }
        """
    )
    obj = s.checker.pkg.scope.lookup("T")
    assert obj is not None and isinstance(obj.type, Named)
    names = {}
    for entry in method_set(obj.type):
        ifn, tfn = s.program.method_symbols(obj.type, entry)
        for w in (ifn, tfn):
            s.program.build(w)
            assert verify(w) == []
            assert w.kind == WRAPPER
        names[entry.func.name] = (ifn.name, tfn.name)
    assert names == {"P": ("p.(*T).P", "p.T.P"), "V": ("p.(*T).V", "p.T.V")}
    direct = {e.func.name: s.program.method_symbols(Pointer(obj.type), e) for e in method_set(Pointer(obj.type))}
    assert direct["P"][0] is direct["P"][1]
    fn = s.function("f")
    (call,) = instrs(fn, ir.CallStatic)
    assert isinstance(call, ir.CallStatic) and call.function.kind == THUNK and call.function.name == "p.I.V"


def test_a_value_method_through_a_nil_pointer_names_the_method() -> None:
    s = Snippet("type T struct{ a, b int }\nfunc (t T) M() {}\nfunc f() {}")
    obj = s.checker.pkg.scope.lookup("T")
    assert obj is not None and isinstance(obj.type, Named)
    (entry,) = method_set(obj.type)
    ifn, tfn = s.program.method_symbols(obj.type, entry)
    s.program.build(ifn)
    assert (ifn.name, tfn.name) == ("p.(*T).M", "p.T.M")
    assert [c.name for c in instrs(ifn, ir.CallRuntime) if isinstance(c, ir.CallRuntime)] == ["panicwrap"]


def test_checks_come_behind_the_right_hand_side() -> None:
    fn = build("func g() int\nfunc f(a []int, i int) { a[i] = g() }")
    order = [type(i).__name__ for i in fn.blocks[0].instrs]
    assert order.index("CallStatic") < order.index("BoundsCheck")


def test_a_plain_variable_is_read_after_the_calls_to_its_right() -> None:
    fn = build("func f() (int, int) { x := 1; g := func() int { x++; return x }; return x, g() }")
    order = [i for i in fn.blocks[0].instrs if isinstance(i, (ir.CallStatic, ir.CallValue, ir.Load))]
    assert isinstance(order[0], (ir.CallStatic, ir.CallValue))


def test_constant_branches_are_not_built() -> None:
    fn = build("func g()\nfunc f() { if false { g() }; for false { g() } }")
    assert not instrs(fn, ir.CallStatic)


def test_dense_integer_and_long_string_switches() -> None:
    fn = build("func f(n int) int { switch n { case 1, 2: return 1; case 3, 4, 5: return 2 }; return 0 }")
    (s,) = instrs(fn, ir.Switch)
    assert isinstance(s, ir.Switch) and s.cases == [1, 2, 3, 4, 5]
    words = ", ".join(f'"{"x" * k}", "{"y" * k}"' for k in range(1, 6))
    fn = build(f"func f(s string) bool {{ switch s {{ case {words}: return true }}; return false }}")
    (s,) = instrs(fn, ir.Switch)
    assert isinstance(s, ir.Switch) and s.cases == [1, 2, 3, 4, 5]


def test_select() -> None:
    cases = "case v := <-a: return v; case b <- 1: return 2; default: return 3"
    fn = build(f"func f(a, b chan int) int {{ select {{ {cases} }} }}")
    (s,) = instrs(fn, ir.Select)
    assert isinstance(s, ir.Select) and not s.blocking and [x.is_send for x in s.states] == [False, True]
    assert not instrs(build("func f(a chan int) { select { case <-a: } }"), ir.Select)


def test_an_array_is_copied_before_its_elements_are_ranged_over() -> None:
    fn = build("var a [3]int\nfunc f() { for _, x := range a { a[2] = x } }")
    assert [i.comment for i in instrs(fn, ir.Alloc) if isinstance(i, ir.Alloc)] == ["range.copy"]
    assert not instrs(build("var a [3]int\nfunc f() { for i := range a { a[i] = 1 } }"), ir.Alloc)


def test_goto_makes_loops() -> None:
    fn = build("func f(n int) int { i := 0\nL: if i < n { i++; goto L }; return i }")
    assert instrs(fn, ir.Phi)


def test_deep_nesting_and_long_chains_are_no_trouble() -> None:
    ifs = "".join(f"if x == {k} {{ y += {k} }};" for k in range(3000))
    fn = build(f"func f(x int) (y int) {{ {ifs} return y }}")
    assert len(fn.blocks) == 6001
    chain = " else ".join(f"if x == {k} {{ return {k} }}" for k in range(2000))
    build(f"func f(x int) int {{ {chain}; return -1 }}")


def test_printing_is_deterministic() -> None:
    source = "func f(m map[string]int) (n int) { for k, v := range m { if k != \"\" { n += v } }; return }"
    assert body(build(source)) == body(build(source))


def test_the_verifier_finds_what_is_wrong() -> None:
    fn = build("func f(a, b int) int { c := a + b; return c }")
    block = fn.blocks[0]
    block.instrs.reverse()
    assert verify(fn)
    block.instrs.reverse()
    assert not verify(fn)
    block.instrs.pop()
    assert verify(fn) == ["p.f block 0 (entry): no control instruction at the end"]


def test_only_a_conversion_on_the_spot_is_a_view_of_the_bytes() -> None:
    fn = build("func f(m map[string]int, b []byte) int { return m[string(b)] }")
    assert [c.no_copy for c in instrs(fn, ir.StringConvert) if isinstance(c, ir.StringConvert)] == [True]
    fn = build("func f(m map[string]int, b []byte) (int, string) { s := string(b); return m[s], s }")
    assert [c.no_copy for c in instrs(fn, ir.StringConvert) if isinstance(c, ir.StringConvert)] == [False]


@pytest.mark.parametrize(
    "comparison, views",
    [
        ("string(b) == s", [True]),
        ("g() != string(b)", [True]),  # the conversion comes after the call
        ("string(b) == g()", [False]),  # which may change b
        ("string(b) == string(h(b))", [False, True]),
    ],
)
def test_bytes_are_compared_without_a_copy(comparison: str, views: list[bool]) -> None:
    fn = build("func g() string; func h(b []byte) []byte; func f(s string, b []byte) bool { return " + comparison + " }", "f")
    assert [c.no_copy for c in instrs(fn, ir.StringConvert) if isinstance(c, ir.StringConvert)] == views


def test_a_variable_added_to_a_string_keeps_its_own_value() -> None:
    fn = build("func f(a, b, s string) (string, string) { x := a + b; s += x; return x, s }")
    assert [len(c.operands()) for c in instrs(fn, ir.Concat)] == [2, 2]
    fn = build("func f(a, b, s string) string { s += a + b; return s }")
    assert [len(c.operands()) for c in instrs(fn, ir.Concat)] == [3]


def test_elided_pointers_to_slices_in_literals() -> None:
    fn = build("type T struct{ x int }\ntype S []T\nfunc f() map[string]*S { return map[string]*S{\"a\": {{1}}} }")
    assert len(instrs(fn, ir.Alloc)) == 2
