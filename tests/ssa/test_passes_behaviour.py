# ruff: noqa: E501  (Go programs)
"""Programs do after the passes what they did before, and every pass leaves well-formed SSA."""

from __future__ import annotations

import pytest
from passes_toolkit import same

PROGRAMS = {
    "loop and call": """
        func g(x int) int { if x&1 == 0 { return x }; return -x }
        func f(n int) int { s := 0; for i := range n { s += g(i) }; return s }""",
    "list that escapes from a loop": """
        type T struct { a, b int; next *T }
        func mk(n int) *T { var t *T; for i := 0; i < n; i++ { x := T{i, i*i, t}; t = &x }; return t }
        func f(n int) int { s := 0; for p := mk(n); p != nil; p = p.next { s = s*3 + p.a + p.b }; return s }""",
    "range over func": """
        func seq(n int) func(func(int) bool) {
            return func(yield func(int) bool) { for i := 0; i < n; i++ { if !yield(i) { return } } }
        }
        func f(n int) (r int) {
            for x := range seq(n) { if x == 7 { break }; if x == 3 { continue }; r += x }
            for x := range seq(n) { for y := range seq(x) { if y == 5 { return r }; r += x*y } }
            return
        }""",
    "closures share variables": """
        func f(n int) int {
            x := 0
            inc := func() int { x++; return x }
            s := 0
            for i := 0; i < n; i++ { s += inc() }
            get := func() int { return x*100 + s }
            return get()
        }""",
    "counters made by a function": """
        func counter() func() int { c := 0; return func() int { c++; return c } }
        func f(n int) int { a, b := counter(), counter(); s := 0; for i := 0; i < n; i++ { s += a()*b() }; return s }""",
    "loop variables are captured per iteration": """
        func f(n int) int {
            var fs []func() int
            for i := 0; i < n; i++ { fs = append(fs, func() int { i += 10; return i }) }
            s := 0
            for _, g := range fs { s = s*7 + g() + g() }
            return s
        }""",
    "pointer kept across iterations": """
        func f(n int) int {
            var last *int
            s := 0
            for i := 0; i < n; i++ {
                x := i * 2
                if last != nil { s += *last }
                last = &x
            }
            return s
        }""",
    "pointer kept through a struct": """
        type box struct { p *int }
        func f(n int) int {
            var b box
            s := 0
            for i := 0; i < n; i++ { x := i * 2; if b.p != nil { s += *b.p }; b.p = &x }
            return s
        }""",
    "pointer kept through a slice": """
        func f(n int) int {
            ps := make([]*int, 4)
            s := 0
            for i := 0; i < n; i++ { x := i; if p := ps[(i+1)%4]; p != nil { s = s*5 + *p }; ps[i%4] = &x }
            return s
        }""",
    "pointer kept through an array in the frame": """
        func f(n int) int {
            var ps [4]*int
            s := 0
            for i := 0; i < n; i++ { x := i; if p := ps[(i+1)%4]; p != nil { s = s*5 + *p }; ps[i%4] = &x }
            return s
        }""",
    "goto loop": """
        func f(n int) int {
            i, s := 0, 0
            var last *int
        again:
            x := i*3
            if last != nil { s += *last }
            last = &x
            i++
            if i < n { goto again }
            return s
        }""",
    "goto into two places": """
        func f(n int) int {
            i, s := 0, 0
            var last *int
            if n&1 == 0 { goto b }
        a:
            i++
            s = s*3 + 1
            if last != nil { s += *last }
        b:
            {
            x := i
            last = &x
            }
            i++
            s += 2
            if i < n { goto a }
            if s&7 == 1 && i < 2*n { goto b }
            return s + *last
        }""",
    "strings in the frame": """
        func f(n int) int {
            s := ""
            for i := 0; i < n; i++ {
                t := s + "x"
                u := []byte(t)
                u[0] = byte('a' + i)
                if string(u) == t { println("same") }
                s = string(u)
            }
            println(s)
            return len(s)
        }""",
    "strings kept": """
        func f(n int) int {
            last, all := "", ""
            for i := 0; i < n; i++ {
                t := string(rune('a' + i))
                all = all + last + t
                last = t
            }
            println(all, last)
            return len(all)
        }""",
    "interfaces": """
        type S interface { Area() int; Name() string }
        type sq struct { a int }
        func (s sq) Area() int { return s.a*s.a }
        func (s sq) Name() string { return "sq" }
        type re struct { a, b int }
        func (r *re) Area() int { return r.a*r.b }
        func (r *re) Name() string { return "re" }
        func show(s S) int { println(s.Name(), s.Area()); return s.Area() }
        func f(n int) int {
            var s S = sq{n}
            t := show(s) + s.Area()
            var u S = &re{n, n+1}
            t += show(u) + u.Area()
            for i := 0; i < n; i++ { var v S = sq{i}; if i > 2 { s = v }; t += v.Area() }
            return t + s.Area()
        }""",
    "type switch on a known type": """
        func kind(x any) int {
            switch y := x.(type) {
            case int: return y
            case string: return len(y)
            case nil: return -1
            case []int: return len(y)*100
            }
            return -2
        }
        func f(n int) int { return kind(n) + kind("abc") + kind(nil)*10 + kind([]int{1, 2}) + kind(1.5)*1000 }""",
    "defer and recover": """
        func g(n int) (r int, err string) {
            defer func() {
                if e := recover(); e != nil { err = "caught"; r += 100 }
            }()
            a := make([]int, n)
            for i := 0; i <= n/2; i++ { r += i; a[i*2] = r }
            return r, "ok"
        }
        func f(n int) int { a, e := g(n); b, d := g(n+1); println(a, e, b, d); return a*b }""",
    "recover in a helper does nothing": """
        func helper() any { return recover() }
        func h() (r int) {
            defer func() { if helper() != nil { r = 1 } }()
            defer func() { recover(); r += 10 }()
            panic("x")
        }
        func f(n int) int { return h() + n }""",
    "defers in a loop": """
        func g(n int) (s int) { for i := 0; i < n; i++ { defer func() { s = s*3 + i }() }; return 1 }
        func f(n int) int { return g(n) }""",
    "panics": """
        func idx(a []int, i int) int { return a[i] }
        func f(n int) int { a := []int{1, 2, 3}; s := 0; for i := 0; i < n; i++ { s += idx(a, i) }; return s }""",
    "division": """
        func f(n int) int { s := 0; for i := n; ; i-- { s += 100 / i } }""",
    "nil map and struct keys": """
        type k struct { a int; b string }
        func f(n int) int {
            m := map[k]int{}
            for i := 0; i < n; i++ { m[k{i%3, "x"}] += i; m[k{i%2, "y"}]++ }
            s := 0
            for q, v := range m { s += v * (q.a+1) }
            return s + len(m)
        }""",
    "multiple results": """
        func two(a, b int) (int, int) { if a > b { return b, a }; return a, b }
        func three(a int) (x, y, z int) { x, y = two(a, 5); z = x*y; return }
        func f(n int) int { s := 0; for i := 0; i < n; i++ { a, b, c := three(i); s = s*2 + a - b + c }; return s }""",
    "struct through pointers": """
        type v struct { x, y int }
        func (a *v) add(b v) *v { a.x += b.x; a.y += b.y; return a }
        func (a v) dot(b v) int { return a.x*b.x + a.y*b.y }
        func f(n int) int { var s v; for i := 0; i < n; i++ { s.add(v{i, 1}).add(v{1, i}) }; return s.dot(v{3, 5}) }""",
    "big arrays": """
        func sum(a [10]int) int { s := 0; for _, x := range a { s += x }; return s }
        func f(n int) int { var a [10]int; for i := range a { a[i] = i*n }; b := a; b[3] = 7; return sum(a)*1000 + sum(b) }""",
    "slices of slices": """
        func f(n int) int {
            s := []int{}
            for i := 0; i < n; i++ { s = append(s, i) }
            t := s[n/2:]
            u := append(t[:len(t):len(t)], 99)
            if len(t) > 0 { t[0] = 5 }
            r := 0
            for _, x := range s { r = r*3 + x }
            for _, x := range u { r = r*3 + x }
            return r
        }""",
    "generic": """
        type num interface { ~int | ~uint8 }
        func sum[T num](xs ...T) (s T) { for _, x := range xs { s += x }; return }
        func mapf[T, U any](xs []T, g func(T) U) []U { var out []U; for _, x := range xs { out = append(out, g(x)) }; return out }
        func f(n int) int {
            a := sum(n, 2, 3)
            b := sum[uint8](200, 100)
            c := mapf([]int{1, 2, n}, func(x int) string { return string(rune('a' + x)) })
            s := ""
            for _, x := range c { s += x }
            println(a, b, s)
            return a + int(b)
        }""",
    "boolean results": """
        func in(x, a, b int) bool { if x < a { return false }; if x > b { return false }; return true }
        func f(n int) int { s := 0; for i := 0; i < n; i++ { if in(i, 2, 5) || in(i, 8, 9) && !in(i, 9, 20) { s += i } else { s-- } }; return s }""",
    "values that need new phis": """
        func pick(x int) (bool, int) { if x%3 == 0 { return true, x*2 }; return false, x+1 }
        func f(n int) int {
            s := 0
            for i := 0; i < n; i++ {
                ok, v := pick(i)
                if ok { s += v } else { s -= v }
                if v > 4 { s += v*10 }
            }
            return s
        }""",
    "method values": """
        type c struct { n int }
        func (x *c) inc(d int) { x.n += d }
        func (x c) get() int { return x.n }
        func apply(g func(int), n int) { for i := 0; i < n; i++ { g(i) } }
        func f(n int) int { var x c; apply(x.inc, n); h := x.get; x.inc(1); return h()*1000 + x.get() }""",
    "recursion": """
        func fib(n int) int { if n < 2 { return n }; return fib(n-1) + fib(n-2) }
        func even(n int) bool { if n == 0 { return true }; return odd(n-1) }
        func odd(n int) bool { if n == 0 { return false }; return even(n-1) }
        func f(n int) int { if even(n) { return fib(n) }; return -fib(n) }""",
    "recursive closure": """
        func f(n int) int {
            var walk func(d int, p *int) int
            walk = func(d int, p *int) int { x := d + *p; if d == 0 { return x }; return walk(d-1, &x) + *p }
            z := 1
            return walk(n, &z)
        }""",
    "stack objects of a recursive function": """
        type node struct { v int; up *node }
        func depth(n int, up *node) int { x := node{n, up}; if n == 0 { s := 0; for p := &x; p != nil; p = p.up { s = s*2 + p.v }; return s }; return depth(n-1, &x) }
        func f(n int) int { return depth(n, nil) }""",
    "constants": """
        const big = 1 << 40
        func f(n int) int { x := 3; y := x*x + big>>38; if y > 5 && x == 3 { y++ }; var u uint8 = 250; u += 10; return y + int(u) + n }""",
    "shifts and unsigned": """
        func f(n int) int {
            var a uint32 = 0xdeadbeef
            s := 0
            for i := 0; i < n; i++ { a = a<<3 | a>>29; s += int(a>>uint(i)) & 0xff; t := [16]int{1, 2, 3}; s += t[a&15] + t[uint8(a)>>4] }
            return s
        }""",
    "decreasing loop": """
        func f(n int) int { a := make([]int, n); for i := len(a)-1; i >= 0; i-- { a[i] = i*i }; s := 0; for i := 0; i+1 < len(a); i += 2 { s += a[i] - a[i+1] }; return s }""",
    "string building": """
        func itoa(n int) string {
            var buf [20]byte
            i := len(buf)
            for { i--; buf[i] = byte('0' + n%10); n /= 10; if n == 0 { break } }
            return string(buf[i:])
        }
        func f(n int) int { s := ""; for i := 0; i < n; i++ { s += itoa(i*i) + "," }; println(s); return len(s) }""",
    "pointer to a loop slot returned": """
        func last(n int) *int { var p *int; for i := 0; i < n; i++ { v := i; if v%2 == 0 { p = &v } }; return p }
        func f(n int) int { p := last(n); if p == nil { return -1 }; *p += 5; return *p }""",
    "variable captured and changed by a callee": """
        func call(g func()) { g(); g() }
        func f(n int) int { x := n; y := &x; call(func() { x *= 2 }); *y += 1; return x }""",
    "loop variable with an address": """
        func g(p *int) int { *p += 1; return *p * 2 }
        func f(n int) int { s := 0; for i := 0; i < n; i++ { s += g(&i) }; return s }""",
    "loop variable with an address that is kept": """
        func g(p *int) *int { *p += 1; return p }
        func f(n int) int {
            s := 0
            var q, r *int
            for i := 0; i < n; i++ { p := g(&i); if q != nil { s = s*3 + *q }; q = p; if i == 3 { r = p } }
            if r != nil { s += *r }
            if q != nil { s += *q }
            return s
        }""",
    "loop variable captured by a called closure": """
        func f(n int) int { s := 0; for i := 0; i < n; i++ { func() { i += 2; s += i }() }; return s }""",
    "loop variable captured by a deferred closure": """
        func f(n int) (s int) { for i := 0; i < n; i++ { defer func() { s = s*2 + i; i++ }() }; return 0 }""",
    "loop variables in nested loops": """
        func add(p, q *int) { *p += *q }
        func f(n int) int {
            s := 0
            for i := 0; i < n; i++ { for j := i; j < n; j++ { k := j; add(&s, &i); add(&k, &j); if j == 5 { continue }; s = s*3 + k } }
            return s
        }""",
    "struct loop variable": """
        type it struct { a, b, c, d, e int }
        func (x *it) next() bool { x.a++; x.b += x.a; return x.a < x.e }
        func f(n int) int { s := 0; for x := (it{e: n}); x.next(); x.c++ { s += x.b + x.c }; return s }""",
    "min max": "func f(n int) int { return min(n, 5)*100 + max(n, 3, 7) }",
    "labelled loops": """
        func f(n int) int {
            s := 0
        outer:
            for i := 0; i < n; i++ {
                for j := 0; j < n; j++ {
                    if j == i { continue outer }
                    if i*j > 12 { break outer }
                    s = s*3 + i - j
                }
            }
            return s
        }""",
    "switches": """
        func g(x int) string { switch { case x < 2: return "a"; case x < 5: return "b" }; switch x { case 5, 6: return "c"; case 9: fallthrough; case 10: return "d" }; return "e" }
        func f(n int) int { s := ""; for i := 0; i < n; i++ { s += g(i) }; println(s); return len(s) }""",
}


@pytest.mark.parametrize("name", list(PROGRAMS))
def test_same_behaviour(name: str) -> None:
    same(PROGRAMS[name], [0], [1], [2], [7], [12])
