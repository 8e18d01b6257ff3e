package main

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
)

// --- generics
type Number interface {
	~int | ~int8 | ~uint16 | ~float32 | ~float64
}
type MyInt int

func (m MyInt) String() string { return fmt.Sprintf("MyInt(%d)", int(m)) }

func Map[T, U any](xs []T, f func(T) U) []U {
	out := make([]U, 0, len(xs))
	for _, x := range xs {
		out = append(out, f(x))
	}
	return out
}
func Reduce[T, A any](xs []T, a A, f func(A, T) A) A {
	for _, x := range xs {
		a = f(a, x)
	}
	return a
}
func Max[T cmp.Ordered](a T, b ...T) T {
	for _, x := range b {
		if x > a {
			a = x
		}
	}
	return a
}
func Conv[T, U Number](x T) U { return U(x) }
func Zero[T any]() (z T)      { return }
func Ptr[T any](v T) *T       { return &v }
func Kind[T any](v T) string {
	switch any(v).(type) {
	case int:
		return "int"
	case string:
		return "string"
	case []T:
		return "[]T"
	case fmt.Stringer:
		return "Stringer"
	}
	return fmt.Sprintf("%T", v)
}

type Tree[K cmp.Ordered, V any] struct {
	root *tnode[K, V]
	size int
}
type tnode[K cmp.Ordered, V any] struct {
	k    K
	v    V
	l, r *tnode[K, V]
}

func (t *Tree[K, V]) Put(k K, v V) (old V, had bool) {
	p := &t.root
	for *p != nil {
		switch c := cmp.Compare(k, (*p).k); {
		case c < 0:
			p = &(*p).l
		case c > 0:
			p = &(*p).r
		default:
			old, (*p).v = (*p).v, v
			return old, true
		}
	}
	*p = &tnode[K, V]{k: k, v: v}
	t.size++
	return
}
func (t *Tree[K, V]) All(yield func(K, V) bool) { t.root.all(yield) }
func (n *tnode[K, V]) all(yield func(K, V) bool) bool {
	return n == nil || n.l.all(yield) && yield(n.k, n.v) && n.r.all(yield)
}

type Set[T comparable] map[T]struct{}

func (s Set[T]) Add(v ...T) Set[T] {
	for _, x := range v {
		s[x] = struct{}{}
	}
	return s
}
func (s Set[T]) Has(v T) bool { _, ok := s[v]; return ok }

type Stringish interface{ ~string | ~[]byte }

func Len[S Stringish](s S) int { return len(s) }
func First[S ~[]E, E any](s S) (e E, err error) {
	if len(s) == 0 {
		return e, errors.New("empty")
	}
	return s[0], nil
}

type Opt[T any] func(*T)
type cfg struct{ a, b int }

func Apply[T any](t *T, o ...Opt[T]) *T {
	for _, f := range o {
		f(t)
	}
	return t
}

type Pair[A, B any] struct {
	A A
	B B
}

func (p Pair[A, B]) Swap() Pair[B, A] { return Pair[B, A]{p.B, p.A} }
func MkPair[A, B any](a A, b B) Pair[A, B] { return Pair[A, B]{a, b} }

type Vec[T any] = []T
type Node[T any] interface {
	*T
	Set(string)
}
type item struct{ s string }

func (i *item) Set(s string) { i.s = s }
func Build[T any, P Node[T]](ss ...string) []T {
	out := make([]T, len(ss))
	for i, s := range ss {
		P(&out[i]).Set(s)
	}
	return out
}

type Inner[T any] struct{ v T }

func (i Inner[T]) Get() T   { return i.v }
func (i *Inner[T]) Set(v T) { i.v = v }

type Outer struct {
	Inner[string]
	*Inner2
}
type Inner2 struct{ n int }

func (i *Inner2) N() int { return i.n }

func local[T any](v T) any {
	type L struct{ f T }
	return L{v}
}

func rec[T any](n int, v T) string {
	if n == 0 {
		return fmt.Sprintf("%T", v)
	}
	return rec(n-1, v) + "."
}

type Num2 interface{ int | float64 }

func SumMap[K comparable, V Num2](m map[K]V) (s V) {
	for _, v := range m {
		s += v
	}
	return
}

type Cmp[T any] interface{ Less(T) bool }
type age int

func (a age) Less(b age) bool { return a < b }
func MinOf[T Cmp[T]](a, b T) T {
	if a.Less(b) {
		return a
	}
	return b
}

type (
	I1 interface{ x() }
	I2 interface{ x() }
)
type X int

func (X) x() {}
func (p *Y) x() {}
type Y int

type Celsius float64
type Temp interface{ ~float64 }

func Avg[T Temp](xs ...T) T {
	var s T
	for _, x := range xs {
		s += x
	}
	return s / T(len(xs))
}

// struct and array equality, embedded interfaces, conversions
type big struct {
	a [20]int
	s string
	f float64
	i any
}
type stamp struct {
	_ int
	a int8
	b string
}

const (
	_  = iota
	KB = 1 << (10 * iota)
	MB
)
const huge = 1 << 100
const third = 1.0 / 3

func main() {
	fmt.Println(Map([]int{1, 2, 3}, func(i int) string { return strings.Repeat("x", i) }))
	fmt.Println(Reduce([]string{"a", "bb"}, 0, func(n int, s string) int { return n + len(s) }))
	fmt.Println(Max(1, 5, 3), Max("b", "a"), Max(2.5), Conv[float64, int8](-3.9), Conv[int, uint16](70000))
	fmt.Println(Zero[string]() == "", Zero[*int]() == nil, *Ptr(4), Kind(1), Kind("s"), Kind(MyInt(3)), Kind([]int{}), Kind(1.5))
	var t Tree[string, int]
	for i, s := range strings.Fields("the quick brown fox jumps over the lazy dog") {
		if old, had := t.Put(s, i); had {
			fmt.Println("replaced", s, old)
		}
	}
	for k, v := range t.All {
		if k == "quick" {
			break
		}
		fmt.Print(k, "=", v, " ")
	}
	fmt.Println(t.size)
	s := Set[any]{}.Add(1, "a", 2.5, [2]int{1, 2}, struct{ a int }{3})
	fmt.Println(s.Has([2]int{1, 2}), s.Has(struct{ a int }{3}), s.Has(int8(1)), len(s))
	fmt.Println(Len("héllo"), Len([]byte{1, 2}))
	fmt.Println(First([]int{}))
	fmt.Println(First(Vec[string]{"q"}))
	fmt.Println(*Apply(&cfg{}, func(c *cfg) { c.a = 1 }, func(c *cfg) { c.b = c.a + 1 }))
	fmt.Printf("%+v %T\n", MkPair(1, "x").Swap(), MkPair(MyInt(1), []Pair[int, bool]{}))
	fmt.Println(Build[item]("a", "b"))
	o := Outer{Inner[string]{"in"}, &Inner2{4}}
	o.Set("changed")
	get := o.Get
	o.Set("again")
	fmt.Println(get(), o.Get(), o.N(), Outer.Get(o), (*Outer).N(&o))
	fmt.Printf("%T %v %T\n", local(1), local("z"), local([]int{}))
	fmt.Println(rec(3, map[string]MyInt{}), SumMap(map[string]float64{"a": 1.5, "b": 2}))
	fmt.Println(MinOf(age(4), age(3)), Avg(Celsius(1), 2, 6))
	var i1 I1 = X(1)
	var i2 I2 = X(1)
	var y Y
	var i3 I2 = &y
	var e any = i1
	_, ok := e.(I2)
	_, ok2 := any(&y).(I1)
	fmt.Println(i1 == i2, I1(i2) == i1, i3 == i1, ok, ok2, any(i1) == any(i2))
	b1, b2 := big{s: "x", i: 1}, big{s: "x", i: 1}
	fmt.Println(b1 == b2, any(b1) == any(b2))
	b2.a[19] = 1
	fmt.Println(b1 == b2, any(b1) != any(b2), stamp{a: 1, b: "q"} == stamp{a: 1, b: "q"})
	switch any(b1) {
	case b2:
		fmt.Println("b2")
	case big{s: "x", i: 1}:
		fmt.Println("lit")
	}
	switch x := any(true); {
	case x:
		fmt.Println("bool iface")
	}
	fmt.Println(KB, MB, huge>>98, third*3 == 1, len("const"+"ant"), 'a'+1, string(rune('a'+1)))
	var u8 uint8 = 255
	var i8 int8 = -128
	var sh uint = 9
	u8++
	i8--
	fmt.Println(u8, i8, uint8(1)<<sh, int8(-1)>>sh, ^0, -5/2, -5%2, 5&^3, uint32(1<<31)>>1)
	f := 1e20
	var nan = f - f
	nan = nan / nan
	fmt.Println(nan == nan, nan < 1, nan != nan, uint64(float64(1<<63)), int64(-1.5e3), float32(16777217))
	m := map[float64]int{nan: 1}
	m[nan] = 2
	fmt.Println(len(m), m[nan])
	var arr [3][2]int
	arr[1] = [2]int{3, 4}
	brr := arr
	brr[1][0] = 9
	pa := &arr
	for i, r := range pa {
		pa[i][1] += r[0]
	}
	fmt.Println(arr, brr, len(pa), cap(pa[1][:1]), arr[1:2:2])
	sl := []int{5: 1, 2, 1: 7}
	sl2 := append(sl[:2:2], 100)
	fmt.Println(sl, sl2, len(sl), [...]string{2: "c", 0: "a"})
	n := copy(sl, sl[3:])
	fmt.Println(n, sl, copy([]byte("abc"), "xy"))
	a4 := [4]int(sl[:4])
	p4 := (*[2]int)(sl)
	p4[0] = 77
	fmt.Println(a4, sl[0])
	var fn func(int) func() int
	fn = func(i int) func() int { return func() int { i++; return i } }
	g := fn(5)
	fmt.Println(g(), g(), fn == nil)
	c := complex64(complex(3, 4))
	fmt.Println(c*c, real(c), -c, c == 3+4i, 1i*1i)
	var iface interface {
		error
		fmt.Stringer
	}
	fmt.Println(iface == nil, errors.Join(errors.New("a"), errors.New("b")))
	type T struct {
		*T
		v int
	}
	tt := T{&T{nil, 5}, 6}
	fmt.Println(tt.T.v, tt.v)
}
