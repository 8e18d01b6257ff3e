// LLVM would copy f442 for the strings it is called with; a copy is no function that a Go program has.
package main

import (
	"fmt"
	"math/bits"
	"strings"
)

type pair struct {
	a int32
	b uint64
}

type cell struct {
	s    string
	n    int
	p    pair
	list []int
}

type wide struct {
	f    float64
	u    uint8
	grid [5]int16
	m    map[int]int
	in   int64
	ok   bool
}

type shape interface{ measure(int) int }

func (p pair) measure(x int) int   { return int(p.a) + x }
func (c *cell) measure(x int) int  { c.n += x; return c.n - len(c.s) }
func (w wide) measure(x int) int   { return int(w.u)*x + int(w.grid[uint(x)%5]) }

type count int

func (c count) measure(x int) int { return int(c) ^ x }

type number interface {
	~int8 | ~int16 | ~int32 | ~int64 | ~int | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uint | ~float32 | ~float64
}

func fold[T number](xs []T, f func(T, T) T) (r T) {
	for _, x := range xs {
		r = f(r, x)
	}
	return
}

type box[T any] struct {
	v    T
	next *box[T]
}

func (b *box[T]) push(v T) *box[T] { return &box[T]{v, b} }

func (b *box[T]) each(yield func(int, T) bool) {
	i := 0
	for ; b != nil; b = b.next {
		if !yield(i, b.v) {
			return
		}
		i++
	}
}

var sum uint64
var fuel int

func note(xs ...any) {
	for _, x := range xs {
		for _, c := range []byte(fmt.Sprintf("%T %v;", x, x)) {
			sum = (sum ^ uint64(c)) * 1099511628211
		}
	}
}

func alive() bool { fuel--; return fuel > 0 }

func try(name string, f func()) {
	sum, fuel = 14695981039346656037, 3000
	defer func() {
		if r := recover(); r != nil {
			fmt.Printf("%s %016x panic: %v\n", name, sum, r)
			return
		}
		fmt.Printf("%s %016x\n", name, sum)
	}()
	f()
}

var _ = bits.Len
var _ = strings.Repeat

func f442(p443 uint8, p444 []int, p445 string, p446 int8) (result int32) {
	switch ((uint64(fuel) + 7) % (uint64(uint(fuel)) | 1)) {
	case 18446744073709551615:
		defer func(x string) { note(x, p445) }(p445)
		fallthrough
	case uint64(fuel):
		result = (result % ((result * result) | 1))
	case 0:
	loop447:
		for i448, e449 := range (*box[int])(nil).push((p444[int(uint16(fuel))%max(len(p444), 1)] + p444[1])).push(p444[int(uint16(fuel))%max(len(p444), 1)]).push(3).each {
			if !alive() { break }
			_ = i448
			_ = e449
			if ((uint32(fuel) - uint32(fuel)) >= (uint32(fuel) / 7)) { break loop447 }
			var v450 map[string]int = map[string]int{"a": p444[int(uint16(fuel))%max(len(p444), 1)]}
			_ = v450
			defer func(x uint8) { note(x, p443) }(p443)
			for i451, e452 := range p445 {
				if !alive() { break }
				_ = i451
				_ = e452
				var v453 uint64 = (uint64(fuel) % (uint64(fuel) | 1))
				_ = v453
			loop454:
				for i455 := range 5 {
					if !alive() { break }
					_ = i455
					if ((v453 &^ v453) >= max(v453, v453)) { break loop454 }
					if (((int16(fuel) | int16(fuel)) | (int16(fuel) * int16(fuel))) == 3) {
						var v456 int16 = ((int16(fuel) % 8192) & int16(fuel))
						_ = v456
					} else {
						var v457 uint8 = ((p443 | p445[int(uint16(fuel))%max(len(p445), 1)]) << 4)
						_ = v457
					}
				}
				f458 := func(x459 uint16) (y460 int16) {
					if (!(float32(fuel) != float32(fuel)) == (fuel > 7)) {
						y460 |= 1
						p444[int(x459)%max(len(p444), 1)]--
						var v461 []int32 = []int32{e452, result}
						_ = v461
					} else {
						var v462 shape = &cell{n: -6675887162571424249, p: pair{a: result}, list: append(p444[:0:0], 0)}
						_ = v462
						var v463 float64 = float64(int16(x459))
						_ = v463
					}
					defer func(x int) { note(x, e449) }(e449)
					return y460
				}
				note(f458((uint16(fuel) | uint16(fuel))))
				note(f458(uint16(fuel)))
			}
		}
	case 1:
		var v464 shape = &cell{s: "0123456789abcdef0123456789", n: p444[0], list: p444}
		_ = v464
	case 3:
		for i465 := 0; i465 < 3; i465 += 3 {
			if !alive() { break }
			_ = i465
			var v466 map[string]int = map[string]int{"a": -9223372036854775808}
			_ = v466
			var v467 float64 = float64(fuel)
			_ = v467
			v467 = 1e-3
		}
	}
	var v468 []float64 = []float64{float64(fuel), float64(fuel)}
	_ = v468
	for i469 := 0; i469 < 2; i469 += 3 {
		if !alive() { break }
		_ = i469
		result ^= result
	loop470:
		for i471 := 0; i471 < 4; i471 += 3 {
			if !alive() { break }
			_ = i471
			if (p444 == nil) { continue loop470 }
			var v472 *int8 = &p446
			_ = v472
			note(int16(fuel))
			c473 := make(chan int, 3)
			c473 <- (bits.Len64(uint64(fuel)) >> (p444[int(uint16(fuel))%max(len(p444), 1)] * i469))
			select { case x := <-c473: note(x); default: note(0) }
		}
	}
	var v474 *wide = &wide{f: v468[int(uint16(fuel))%max(len(v468), 1)], u: p443, m: map[int]int{}, ok: (fuel > 7)}
	_ = v474
	p446 = (p446 + 63)
	var v475 *cell = &cell{n: p444[int(uint16(fuel))%max(len(p444), 1)], list: append(p444[:0:0], p444[int(uint16(fuel))%max(len(p444), 1)])}
	_ = v475
	c476 := make(chan int, 3)
	c476 <- ((v475.n / -9223372036854775807) &^ -9223372036854775807)
	select { case x := <-c476: note(x); default: note(0) }
	var v477 []uint8 = []uint8{5}
	_ = v477
	var v478 float64 = v468[int(uint16(fuel))%max(len(v468), 1)]
	_ = v478
	f479 := func(x480 uint16) (y481 uint8) {
		p443--
		p446 = (p446 ^ min(p446, 7))
		return p443
	}
	note(f479(uint16(uint64(fuel))))
	note(p443, p444, p445, p446, result, v468, v477, v478)
	return ((result >> (uint(fuel) & 31)) ^ -1271680046)
}

func main() {
	try("f442/0", func() { note(f442(100, []int{}, "0123456789abcdef0123456789", -128)) })
	try("f442/1", func() { note(f442(7, []int{int(fuel), 9223372036854775807, 2, int(fuel)}, "héllo", 100)) })
	try("f442/2", func() { note(f442(63, []int{7, 16}, "日本語", -1)) })
	try("f442/3", func() { note(f442(100, []int{2, int(fuel), -2, int(fuel)}, "abcdefghijklmnop", 10)) })
}
