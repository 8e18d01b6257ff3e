"""What source becomes, in full."""

from __future__ import annotations

import textwrap

from snippet import body, build


def check(source: str, expected: str, name: str = "f") -> None:
    assert body(build(source, name)).strip() == textwrap.dedent(expected).strip()


def test_an_index_is_checked_and_then_loaded() -> None:
    check(
        "func f(s []int, i int) int { return s[i] + 1 }",
        """
        0:
            t0 = len s
            boundscheck i, t0
            t1 = indexaddr s, i
            t2 = load t1
            t3 = t2 + 1:int
            return t3
        """,
    )


def test_variables_are_renamed_and_meet_in_phis() -> None:
    check(
        "func f(c bool) int { x := 1; if c { x = 2 }; return x }",
        """
        0:
            if c then 1 else 2
        1:
            jump 2
        2:
            t0 = phi [0: 1:int, 1: 2:int] #x
            return t0
        """,
    )


def test_a_loop() -> None:
    check(
        "func f(n int) (s int) { for i := 0; i < n; i++ { s += i }; return }",
        """
        0:
            jump 1
        1:
            t0 = phi [0: 0:int, 3: t4] #i
            t1 = phi [0: 0:int, 3: t3] #s
            t2 = t0 < n
            if t2 then 2 else 4
        2:
            t3 = t1 + t0
            jump 3
        3:
            t4 = t0 + 1:int
            jump 1
        4:
            return t1
        """,
    )


def test_a_deferring_function_keeps_results_in_memory_and_has_a_landing_block() -> None:
    check(
        "func g(int)\nfunc f(x int) int { defer g(x); return x + 1 }",
        """
        0:
            t0 = alloc int (~r0)
            t1 = makeclosure p.f.deferwrap1 [x]
            defer t1
            t2 = x + 1:int
            store t0, t2
            rundefers
            t3 = load t0
            return t3
        1:
            rundefers
            t4 = load t0
            return t4
        """,
    )


def test_a_small_struct_is_a_value() -> None:
    check(
        "type T struct{ a, b int }\nfunc f(x int) T { t := T{1, x}; t.a = x; return t }",
        """
        0:
            t0 = aggregate 1:int, x
            t1 = aggregate x, x
            return t1
        """,
    )


def test_a_map_op_assignment_computes_before_it_inserts() -> None:
    check(
        "func f(m map[string]int, k string, d int) { m[k] /= d }",
        """
        0:
            t0 = maplookup m[k]
            divcheck d
            t1 = t0 / d
            t2 = mapassign m[k]
            store t2, t1
            return
        """,
    )


def test_range_over_func_tells_its_body_how_to_leave() -> None:
    source = "func f(seq func(func(v int) bool)) int { for x := range seq { if x > 3 { return x } }; return 0 }"
    fn = build(source)
    assert [a.name for a in fn.anonymous] == ["p.f-range1"]
    text = body(fn.anonymous[0])
    assert "runtime panicrangestate" in text
    assert "store #next, -1:int" in text
    assert "store ~r0, v" in text


def test_concatenation_is_one_instruction() -> None:
    check(
        'func f(a, b string) string { return a + "x" + "y" + b }',
        """
        0:
            t0 = concat a, "xy":string, b
            return t0
        """,
    )
