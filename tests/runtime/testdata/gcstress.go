// A mixture of everything that moves memory or stacks, checked by sums.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

type tree struct {
	left, right *tree
	label       string
	data        []byte
}

func build(depth int) *tree {
	if depth == 0 {
		return &tree{label: strconv.Itoa(depth), data: make([]byte, 24)}
	}
	return &tree{build(depth - 1), build(depth - 1), strconv.Itoa(depth), make([]byte, 8)}
}

func (t *tree) sum() int {
	if t == nil {
		return 0
	}
	n, err := strconv.Atoi(t.label)
	if err != nil || len(t.data) == 0 {
		panic("corrupted tree")
	}
	return 1 + n + t.left.sum() + t.right.sum()
}

func trees(seed int) int {
	total := 0
	for i := 0; i < 6; i++ {
		total += build(6 + (seed+i)%4).sum()
	}
	return total
}

func maps(seed int) int {
	m := map[string][]int{}
	n := map[int]*tree{}
	for i := 0; i < 1500; i++ {
		k := "key" + strconv.Itoa((i*seed)%500)
		m[k] = append(m[k], i)
		n[i%97] = &tree{label: k}
		if i%7 == 0 {
			delete(n, i%89)
		}
	}
	total := len(n)
	for k, v := range m {
		total += len(k) * len(v)
	}
	return total
}

func channels(seed int) int {
	c, done := make(chan *tree, seed%5), make(chan int)
	for w := 0; w < 4; w++ {
		go func() {
			sum := 0
			for t := range c {
				sum += t.sum()
			}
			done <- sum
		}()
	}
	for i := 0; i < 200; i++ {
		c <- build(i % 4)
	}
	close(c)
	return <-done + <-done + <-done + <-done
}

type failure struct{ value *int }

func thrower(n int, p *int) (result int) {
	defer func() {
		if r := recover(); r != nil {
			if f, ok := r.(failure); ok {
				result += *f.value
				return
			}
			panic(r)
		}
	}()
	if n == 0 {
		v := new(int)
		*v = 7
		panic(failure{v})
	}
	var big [64]int
	big[n%64] = n
	result = thrower(n-1, &big[n%64]) + *p - *p
	if n%3 == 0 {
		v := result + 1
		panic(failure{&v})
	}
	return result
}

func panics(seed int) int {
	x := seed
	total := 0
	for i := 0; i < 20; i++ {
		total += thrower(10+i*(seed%7+1), &x)
		func() {
			defer func() {
				var e runtime.Error
				if err, _ := recover().(error); errors.As(err, &e) {
					total++
				}
			}()
			var s []int
			s[i] = 1
		}()
	}
	return total
}

func deep(n int, t *tree) int {
	if n == 0 {
		return t.sum()
	}
	local := &tree{label: "1", data: make([]byte, 1)}
	var pad [8]*tree
	pad[n&7] = local
	r := deep(n-1, t)
	return r + len(pad[n&7].data)
}

func selects(seed int) int {
	a, b, quit := make(chan string), make(chan []byte), make(chan bool)
	go func() {
		for i := 0; i < 100; i++ {
			select {
			case a <- strings.Repeat("a", i%10):
			case b <- make([]byte, i%10):
			}
		}
		close(quit)
	}()
	n := 0
	for {
		select {
		case s := <-a:
			n += len(s)
		case s := <-b:
			n += len(s)
		case <-quit:
			return n
		case <-time.After(time.Minute):
			panic("timeout")
		}
	}
}

var finalized, cleaned atomic.Int64

func finalizers(seed int) int {
	for i := 0; i < 50; i++ {
		t := build(2)
		runtime.SetFinalizer(t, func(t *tree) { finalized.Add(int64(t.sum())) })
		u := build(1)
		runtime.AddCleanup(u, func(n int) { cleaned.Add(int64(n)) }, i)
	}
	return 50
}

func timers(seed int) int {
	var n atomic.Int64
	var wg sync.WaitGroup
	for i := 0; i < 30; i++ {
		wg.Add(1)
		t := build(1)
		time.AfterFunc(time.Duration(i%5)*100*time.Microsecond, func() { n.Add(int64(t.sum())); wg.Done() })
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	<-ctx.Done()
	wg.Wait()
	return int(n.Load())
}

func closures(seed int) int {
	var fs []func(int) int
	for i := 0; i < 100; i++ {
		s := make([]int, i+1)
		fs = append(fs, func(x int) int { s[i] = x; return len(s) + s[i] })
	}
	n := 0
	for i, f := range fs {
		n += f(i)
	}
	return n
}

func sorting(seed int) int {
	s := make([]string, 2000)
	for i := range s {
		s[i] = fmt.Sprintf("%x", (i*7919+seed)%2000)
	}
	sort.Strings(s)
	n := 0
	for i, v := range s {
		n += i * len(v)
	}
	return n
}

func goroutines(seed int) int {
	var wg sync.WaitGroup
	var mu sync.Mutex
	n := 0
	for i := 0; i < 300; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			t := build(i % 3)
			if i%5 == 0 {
				runtime.Gosched()
			}
			if i%11 == 0 {
				defer func() { mu.Lock(); n++; mu.Unlock() }()
				runtime.Goexit()
			}
			mu.Lock()
			n += t.sum()
			mu.Unlock()
		}()
	}
	wg.Wait()
	return n
}

func spin(seed int) int {
	x := uint32(seed)
	for i := 0; i < 20_000_000; i++ {
		x = x*1664525 + 1013904223
	}
	return int(x & 0xff)
}

var work = []struct {
	name string
	f    func(int) int
}{
	{"trees", trees}, {"maps", maps}, {"channels", channels}, {"panics", panics},
	{"deep", func(s int) int { return deep(3000*(s%4+1), build(3)) }},
	{"selects", selects}, {"finalizers", finalizers}, {"timers", timers}, {"closures", closures},
	{"sorting", sorting}, {"goroutines", goroutines}, {"spin", spin},
}

func main() {
	rounds, _ := strconv.Atoi(os.Args[1])
	results := make([][]int, len(work))
	var wg sync.WaitGroup
	stop := make(chan bool)
	go func() {
		for {
			select {
			case <-stop:
				return
			default:
				runtime.GC()
				time.Sleep(time.Millisecond)
			}
		}
	}()
	for i, w := range work {
		results[i] = make([]int, rounds)
		wg.Add(1)
		go func() {
			defer wg.Done()
			for r := range rounds {
				results[i][r] = w.f(r + 1)
			}
		}()
	}
	wg.Wait()
	close(stop)
	for i, w := range work {
		fmt.Println(w.name, results[i])
	}
	for i := 0; i < 200 && (finalized.Load() == 0 || cleaned.Load() == 0); i++ {
		runtime.GC()
		time.Sleep(10 * time.Millisecond)
	}
	fmt.Println(finalized.Load() > 0, cleaned.Load() > 0)
}
