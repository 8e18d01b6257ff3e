package main

import (
	"fmt"
	"iter"
	"os"
	"runtime"
	"strings"
)

// --- evaluation order
var trace []string

func tr[T any](s string, v T) T { trace = append(trace, s); return v }
func flush() { fmt.Println(strings.Join(trace, " ")); trace = nil }

type pt struct{ x, y int }

func (p pt) val() int   { return p.x }
func (p *pt) inc() *pt  { p.x++; return p }
func two() (int, int)   { return 1, 2 }
func variadic(a int, r ...int) int { return a*100 + len(r) }

func order() {
	a := []int{1, 2, 3}
	i := 0
	i, a[i] = 1, 9
	fmt.Println(i, a)
	a[0], a[1], a[2] = a[2], a[0], a[1]
	fmt.Println(a)
	m := map[int]int{}
	m[tr("k", 1)] = tr("v", 2)
	flush()
	_ = []int{tr("a", 1), tr("b", 2), tr("c", 3)}
	_ = pt{y: tr("y", 1), x: tr("x", 2)}
	_ = tr("l", 1) + tr("r", 2)*tr("s", 3)
	_ = tr("f", false) && tr("g", true) || tr("h", true)
	flush()
	x := 1
	f := func() int { x = 5; return x }
	y, z := x, f()
	fmt.Println(y, z)
	arr := [3]int{1, 2, 3}
	for i, v := range arr {
		arr[2] = 10
		if i == 2 {
			fmt.Println("copy", v)
		}
	}
	for i, v := range &arr {
		arr[2] = 11
		if i == 2 {
			fmt.Println("ptr", v)
		}
	}
	p := pt{1, 2}
	g := p.val
	h := p.inc
	p.x = 7
	h()
	fmt.Println(g(), p.x, variadic(two()), variadic(1, a...))
	var np *pt
	func() {
		defer func() { fmt.Println("rec", recover() != nil) }()
		_ = np.val
	}()
	defer fmt.Println("deferred arg", p.x)
	p.x = 100
	s := []int{1, 2, 3}
	for i := range s {
		s = append(s, i)
	}
	fmt.Println(s)
	mm := map[string][]int{}
	mm["a"] = append(mm["a"], 1, 2)
	mm["a"][0]++
	fmt.Println(mm, len(mm["zz"]))
	type key struct {
		a any
		b [2]string
	}
	km := map[key]int{{1, [2]string{"a", "b"}}: 1}
	km[key{1, [2]string{"a", "b"}}] += 5
	fmt.Println(km[key{1, [2]string{"a", "b"}}], km[key{"1", [2]string{"a", "b"}}])
}

// --- loop variables, closures, labels
func closures() {
	var fs []func() int
	for i := 0; i < 3; i++ {
		fs = append(fs, func() int { i += 10; return i })
	}
	for _, f := range fs {
		fmt.Print(f(), " ", f(), " ")
	}
	fmt.Println()
	n := 0
loop:
	if n < 3 {
		n++
		goto loop
	}
	fmt.Println(n)
	var fib func(int) int
	fib = func(n int) int {
		if n < 2 {
			return n
		}
		return fib(n-1) + fib(n-2)
	}
	fmt.Println(fib(15))
	c := 0
	func() { func() { c++ }(); c += 2 }()
	fmt.Println(c)
	switch x := any(c).(type) {
	case int, string:
		fmt.Printf("%T\n", x)
	}
	switch {
	case c > 2:
		fmt.Println("big")
		fallthrough
	case c > 100:
		fmt.Println("fell")
	default:
		fmt.Println("no")
	}
}

// --- range over func
func count(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer fmt.Print("[end]")
		for i := 0; i < n; i++ {
			if !yield(i) {
				return
			}
		}
	}
}

func find(n, want int) (res string) {
	defer func() { res += "!" }()
outer:
	for i := range count(n) {
		for j := range count(n) {
			if i*j == want {
				return fmt.Sprint(i, "*", j)
			}
			if j > i {
				continue outer
			}
			if i == 4 {
				break outer
			}
		}
	}
	return "none"
}

func rangePanic() {
	defer func() { fmt.Println("rp", recover()) }()
	for i := range count(3) {
		if i == 1 {
			panic("in body")
		}
	}
}

func badIter(yield func(int) bool) {
	yield(1)
	yield(2)
}

func misuse() {
	defer func() { fmt.Println(recover()) }()
	for range badIter {
		break
	}
}

func swallow(yield func(int) bool) {
	defer func() { recover() }()
	yield(1)
}

func misuse2() {
	defer func() { fmt.Println(recover()) }()
	for range swallow {
		panic("lost")
	}
}

func deferInRange() {
	for i := range count(3) {
		defer fmt.Println("later", i)
	}
	fmt.Println("body done")
}

// --- defer, panic, recover
type myErr struct{ s string }

func (e myErr) Error() string { return e.s }

func named() (n int, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = r.(error)
			n *= 2
		}
	}()
	n = 21
	panic(myErr{"oops"})
}

func nested() {
	defer func() { fmt.Println("outer", recover()) }()
	defer func() {
		defer func() { fmt.Println("inner", recover()) }()
		panic("2")
	}()
	panic("1")
}

func goexit() {
	done := make(chan bool)
	go func() {
		defer close(done)
		defer func() { fmt.Println("goexit", recover()) }()
		runtime.Goexit()
	}()
	<-done
}

func deferLoop() (s string) {
	for i := 0; i < 3; i++ {
		defer func(n int) { s += fmt.Sprint(n) }(i)
	}
	return "r"
}

func helper() any { return recover() }
func notDirect() {
	defer func() { fmt.Println("direct", recover()) }()
	defer func() { fmt.Println("indirect", helper()) }()
	panic("nd")
}

type rec interface{ Do() }
type impl struct{}

func (impl) Do() { fmt.Println("via iface", recover()) }
func ifaceDefer() {
	var r rec = impl{}
	defer r.Do()
	panic("if")
}
func builtinDefer() {
	m := map[int]int{1: 1}
	ch := make(chan int, 1)
	func() {
		defer delete(m, 1)
		defer close(ch)
		defer print()
	}()
	_, ok := <-ch
	fmt.Println(len(m), ok)
}

func repanic() {
	defer func() {
		r := recover()
		fmt.Println("re", r)
	}()
	defer func() {
		r := recover()
		panic(fmt.Sprint(r, "+"))
	}()
	panic("x")
}

// --- select
func selects() {
	a, b := make(chan int), make(chan string, 1)
	b <- "s"
	select {
	case v := <-a:
		fmt.Println(v)
	case v, ok := <-b:
		fmt.Println(v, ok)
	}
	select {
	case a <- 1:
	default:
		fmt.Println("default")
	}
	var nilc chan int
	select {
	case <-nilc:
	default:
		fmt.Println("nil default")
	}
	go func() { a <- 5 }()
	var arr [2]int
	select {
	case arr[tr("ix", 1)] = <-a:
	}
	flush()
	fmt.Println(arr)
	c := make(chan int, 3)
	for i := range 3 {
		c <- i
	}
	close(c)
	for v := range c {
		fmt.Print(v)
	}
	fmt.Println()
}

func main() {
	order()
	closures()
	fmt.Println(find(5, 6), find(3, 100))
	rangePanic()
	misuse()
	misuse2()
	deferInRange()
	fmt.Println(named())
	nested()
	goexit()
	fmt.Println(deferLoop())
	notDirect()
	ifaceDefer()
	builtinDefer()
	repanic()
	selects()
	if len(os.Args) > 5 {
		os.Exit(3)
	}
}
