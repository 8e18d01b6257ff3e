// Every way a program can die; the first argument chooses one.
package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"time"
	"unsafe"
)

type point struct{ x, y int }

func (p *point) get() int { return p.x }
func (p point) val() int  { return p.y }

type getter interface{ get() int }

type stringer string

func (s stringer) String() string { return "stringer:" + string(s) }

type myErr struct{ code int }

func (e myErr) Error() string { return fmt.Sprint("myErr ", e.code) }

type myInt int
type myString string
type badError struct{}

func (badError) Error() string { panic("in Error") }

var (
	nilPoint *point
	nilMap   map[string]int
	nilFunc  func()
	nilGet   getter
	zero     int
	five     = 5
	ten      = 10
	minus    = -1
	sink     any
	sinkInt  int
	slice    = make([]int, 3, 4)
	array    [4]int
	text     = "hello"
	nilChan  chan int
)

//go:noinline
func outer(f func()) { f() }

func small(i int) int       { return slice[i] }
func inlinedTwice(i int) int { return small(i + 1) }

func recurse(n int) int {
	var pad [10]int
	pad[n%10] = n
	return recurse(n+1) + pad[(n+1)%10]
}

type T[P any] struct{ v P }

func (t *T[P]) boom(i int) P { return []P{t.v}[i] }

func generic[P any](x P) { sink = []P{x}[five] }

type embed struct{ *point }

var cases = map[string]func(){
	"panic-string":   func() { panic("a string\nwith newline") },
	"panic-int":      func() { panic(42) },
	"panic-myint":    func() { panic(myInt(42)) },
	"panic-mystring": func() { panic(myString("x\ny")) },
	"panic-uint8":    func() { panic(uint8(200)) },
	"panic-float":    func() { panic(1.5) },
	"panic-complex":  func() { panic(complex(1, -2)) },
	"panic-bool":     func() { panic(true) },
	"panic-error":    func() { panic(errors.New("an error")) },
	"panic-myerr":    func() { panic(myErr{7}) },
	"panic-stringer": func() { panic(stringer("s")) },
	"panic-struct":   func() { panic(point{1, 2}) },
	"panic-pointer":  func() { panic(&point{1, 2}) },
	"panic-nil":      func() { panic(nil) },
	"panic-bad":      func() { panic(badError{}) },
	"panic-nested": func() {
		defer func() { panic("second") }()
		panic("first")
	},
	"panic-nested3": func() {
		defer func() {
			defer func() { panic("third") }()
			panic("second")
		}()
		panic("first")
	},
	"panic-repanic": func() {
		defer func() {
			r := recover()
			panic(r)
		}()
		panic("again")
	},
	"panic-repanic-other": func() {
		defer func() {
			recover()
			panic("other")
		}()
		panic("again")
	},
	"panic-goroutine": func() {
		go func() { panic("in goroutine") }()
		time.Sleep(5 * time.Second)
	},
	"panic-deferred-print": func() {
		defer fmt.Println("deferred 1")
		defer func() { fmt.Println("deferred 2") }()
		panic("after the defers")
	},
	"panic-goexit": func() {
		var wg sync.WaitGroup
		wg.Add(1)
		go func() {
			defer wg.Done()
			defer func() { fmt.Println("recovered", recover()) }()
			defer runtime.Goexit()
			panic("aborted by Goexit")
		}()
		wg.Wait()
	},
	"goexit-panic": func() {
		go func() {
			defer func() { panic("during Goexit") }()
			runtime.Goexit()
		}()
		time.Sleep(5 * time.Second)
	},
	"goexit-main":        func() { runtime.Goexit() },
	"goexit-main-others": func() { go func() { time.Sleep(20 * time.Millisecond); fmt.Println("other"); os.Exit(5) }(); runtime.Goexit() },
	"nil-read":           func() { sinkInt = nilPoint.y },
	"nil-write":          func() { nilPoint.y = 1 },
	"nil-method":         func() { sinkInt = nilPoint.get() },
	"nil-value-method":   func() { sinkInt = nilPoint.val() },
	"nil-method-value":   func() { f := nilPoint.val; sinkInt = f() },
	"nil-iface":          func() { sinkInt = nilGet.get() },
	"nil-embedded":       func() { var e embed; sinkInt = e.val() },
	"nil-wrapper":        func() { var v interface{ val() int } = nilPoint; sinkInt = v.val() },
	"nil-map":            func() { nilMap["a"] = 1 },
	"nil-func":           func() { nilFunc() },
	"nil-go":             func() { go nilFunc(); time.Sleep(time.Second) },
	"nil-defer":          func() { defer nilFunc(); fmt.Println("before") },
	"nil-array":          func() { var p *[1 << 20]int; sinkInt = p[five*1000] },
	"index":              func() { sinkInt = slice[five] },
	"index-neg":          func() { sinkInt = slice[minus] },
	"index-array":        func() { sinkInt = array[ten] },
	"index-string":       func() { sinkInt = int(text[ten]) },
	"index-inlined":      func() { sinkInt = inlinedTwice(five) },
	"index-uint":         func() { sinkInt = slice[uint64(1<<63)+uint64(five)] },
	"index-generic":      func() { generic("x") },
	"index-method":       func() { t := &T[int]{1}; sinkInt = t.boom(five) },
	"slice-high":         func() { sink = slice[:ten] },
	"slice-low":          func() { sink = slice[five:] },
	"slice-order":        func() { sink = slice[2:five-4] },
	"slice-cap":          func() { sink = slice[1:2:ten] },
	"slice-3b":           func() { sink = slice[0:4:3*five/5] },
	"slice-3c":           func() { sink = slice[five-1 : 2 : 3] },
	"slice-string":       func() { sink = text[:ten] },
	"slice-string-low":   func() { sink = text[five-1 : 2] },
	"slice-array":        func() { sink = array[five:] },
	"slice-to-array":     func() { sink = [4]int(slice) },
	"makeslice":          func() { sink = make([]int, minus) },
	"makeslice-cap":      func() { sink = make([]int, 1, zero) },
	"makechan":           func() { sink = make(chan int, minus) },
	"div":                func() { sinkInt = five / zero },
	"mod":                func() { sinkInt = five % zero },
	"shift":              func() { sinkInt = five << minus },
	"close-nil":          func() { close(nilChan) },
	"close-closed":       func() { c := make(chan int); close(c); close(c) },
	"send-closed":        func() { c := make(chan int, 1); close(c); c <- 1 },
	"send-closed-select": func() {
		c := make(chan int, 1)
		close(c)
		select {
		case c <- 1:
		case <-nilChan:
		}
	},
	"assert":         func() { var v any = five; sink = v.(string) },
	"assert-nil":     func() { var v any; sink = v.(string) },
	"assert-iface":   func() { var v any = five; sink = v.(fmt.Stringer) },
	"assert-missing": func() { var v any = point{}; sink = v.(getter) },
	"unhashable":     func() { m := map[any]int{}; m[[]int{1}] = 2 },
	"incomparable":   func() { var a, b any = []int{1}, []int{1}; fmt.Println(a == b) },
	"deadlock-recv":  func() { <-make(chan int) },
	"deadlock-send":  func() { make(chan int) <- 1 },
	"deadlock-nil":   func() { <-nilChan },
	"deadlock-select": func() { select {} },
	"deadlock-mutex": func() { var m sync.Mutex; m.Lock(); m.Lock() },
	"deadlock-wg":    func() { var w sync.WaitGroup; w.Add(1); w.Wait() },
	"deadlock-cond":  func() { var m sync.Mutex; c := sync.NewCond(&m); m.Lock(); c.Wait() },
	"deadlock-go": func() {
		c := make(chan int)
		go func() { c <- 1; c <- 2 }()
		<-c
		select {}
	},
	"unlock":   func() { var m sync.Mutex; m.Unlock() },
	"negwg":    func() { var w sync.WaitGroup; w.Done() },
	"maxstack": func() { debug.SetMaxStack(1 << 20); recurse(0) },
	"overflow": func() { recurse(0) },
	"exit-0":   func() { defer fmt.Println("not printed"); os.Exit(0) },
	"exit-3":   func() { os.Exit(3) },
	"exit-255": func() { os.Exit(255) },
	"exit-256": func() { os.Exit(257) },
	"fatal-concurrent-map": func() {
		m := map[int]int{}
		for i := 0; i < 4; i++ {
			go func() {
				for j := 0; ; j++ {
					m[j&1023] = j
				}
			}()
		}
		time.Sleep(20 * time.Second)
	},
	"fatal-map-iter": func() {
		m := map[int]int{1: 1}
		go func() {
			for j := 0; ; j++ {
				m[j&1023] = j
			}
		}()
		for {
			for k := range m {
				sinkInt += k
			}
		}
	},
	"rangefunc": func() {
		seq := func(yield func(int) bool) { yield(1); yield(2) }
		for i := range seq {
			if i == 2 {
				panic("in body")
			}
		}
	},
	"rangefunc-bad": func() {
		seq := func(yield func(int) bool) { yield(1); yield(2) }
		for range seq {
			break
		}
	},
	"outer-closure": func() {
		n := 3
		outer(func() { outer(func() { sinkInt = slice[n] }) })
	},
	"runtime-error-value": func() {
		defer func() {
			r := recover()
			_, isRuntime := r.(runtime.Error)
			fmt.Printf("%T %v %v\n", r, r, isRuntime)
			panic(r)
		}()
		sinkInt = slice[five]
	},
	"goexit-recover": func() {
		done := make(chan bool)
		go func() {
			defer close(done)
			defer func() { fmt.Println("recover in Goexit:", recover()) }()
			func() {
				defer fmt.Println("inner defer")
				runtime.Goexit()
			}()
			fmt.Println("not reached")
		}()
		<-done
	},
	"sigsegv-unsafe": func() { sinkInt = *badPointer() },
	"traceback-all": func() {
		debug.SetTraceback("all")
		c := make(chan int)
		go waitForever(c)
		go sleeper()
		time.Sleep(30 * time.Millisecond)
		panic("all")
	},
	"traceback-system": func() { debug.SetTraceback("system"); panic("system") },
	"traceback-crash":  func() { debug.SetTraceback("crash"); panic("crash") },
	"traceback-none":   func() { debug.SetTraceback("none"); panic("none") },
	"method-value-tb":  func() { p := new(T[string]); f := p.boom; outer(func() { f(five) }) },
	"long-stack":       func() { long(150) },
}

//go:noinline
func long(n int) {
	if n == 0 {
		panic("deep")
	}
	long(n - 1)
	sinkInt++
}

func waitForever(c chan int) { <-c }
func sleeper()               { time.Sleep(time.Hour) }

func main() {
	name := os.Args[1]
	f := cases[name]
	if name == "list" {
		var names []string
		for k := range cases {
			names = append(names, k)
		}
		fmt.Println(strings.Join(names, " "))
		return
	}
	f()
	fmt.Println("returned")
}

//go:noinline
func badPointer() *int { return (*int)(unsafe.Pointer(uintptr(0x123456789abc))) }
