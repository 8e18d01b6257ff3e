// The smallest programs that once misbehaved, one function each.
package main

import (
	"fmt"
	"reflect"
	"unsafe"
)

type X int

func (X) x() {}

// Interface values of different named types with the same methods have different tables, and compare equal.
func interfaceTypes() {
	type I1 interface{ x() }
	type I2 interface{ x() }
	a, b := I1(X(0)), I2(X(0))
	var unnamed interface{ x() } = X(0)
	var e any = X(0)
	fmt.Println(a == b, a == I1(b), a == e.(I1), I2(a) == b, a == I1(unnamed), unnamed == b, a == e)
}

type P int

func (p *P) f() int { return 1 }
func (p *P) g() int { return 2 }

// Unexported methods of a pointer type are found: its descriptor names the package.
func unexportedMethods() {
	type both interface {
		g() int
		f() int
	}
	type more interface {
		both
		h() int
	}
	var e any = new(P)
	v, ok := e.(both)
	_, no := e.(more)
	fmt.Println(v.f(), v.g(), ok, no)
	var a any = [2]*P{}
	_, ok = a.(both)
	fmt.Println(ok, reflect.TypeOf(e).Elem().PkgPath(), reflect.TypeOf(unsafe.Pointer(nil)).PkgPath())
}

// The left operands of a range clause are evaluated before it assigns.
func rangeAssignment() {
	x := []int{10, 20}
	i := 1
	for i, x[i] = range []int{99} {
		break
	}
	fmt.Println(i, x)
	m := map[string]int{}
	k := "a"
	for k, m[k] = range map[string]int{"b": 7} {
	}
	fmt.Println(k, m)
	s := []rune{0, 0, 0}
	j := 2
	for j, s[j] = range "é" {
	}
	fmt.Println(j, s)
	pull := func(yield func(int, int) bool) { _ = yield(0, 5) && yield(1, 6) }
	n := []int{0, 0, 0}
	q := 2
	for q, n[q] = range pull {
	}
	fmt.Println(q, n)
	for q, _ = range pull {
	}
	for _, n[0] = range pull {
	}
	fmt.Println(q, n)
}

// A switch without tag may have cases of an interface type.
func boolSwitch() {
	switch i := any(true); {
	case any(1), any(false):
		fmt.Println("wrong")
	case i:
		fmt.Println("true")
	}
}

// In a definition, variables that follow no call are read after the calls, as in an assignment.
func definitionOrder() {
	x := 1
	f := func() int { x = 5; return x }
	y, z := x, f()
	fmt.Println(y, z)
}

type called struct{}

func (called) Hello() string { return "hello" }

var byName = reflect.Type.MethodByName

// reflect.Type.MethodByName as a function keeps methods alive too.
func methodExpression() {
	m, ok := byName(reflect.TypeOf(called{}), "Hel"+"lo")
	fmt.Println(ok, m.Func.Interface().(func(called) string)(called{}))
}

func main() {
	interfaceTypes()
	unexportedMethods()
	rangeAssignment()
	boolSwitch()
	definitionOrder()
	methodExpression()
}
