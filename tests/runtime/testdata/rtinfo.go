// What the runtime tells about itself: callers through inlining, metrics, stacks, finalizers, weak pointers.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"time"
	"unique"
	"weak"
)

func inner() []uintptr {
	pcs := make([]uintptr, 20)
	return pcs[:runtime.Callers(1, pcs)]
}
func middle() []uintptr { return inner() }

type T struct{ x int }

func (t T) method() []uintptr   { return middle() }
func generic[P any](P) []uintptr { return middle() }

//go:noinline
func notInlined(f func() []uintptr) []uintptr { return f() }

func frames(pcs []uintptr) {
	fs := runtime.CallersFrames(pcs)
	for {
		f, more := fs.Next()
		if strings.HasPrefix(f.Function, "main.") {
			fmt.Printf("  %s %s:%d\n", f.Function, filepath.Base(f.File), f.Line)
		}
		if !more {
			break
		}
	}
}

// Too large to share a block with other small objects.
type big struct {
	x    int
	rest [15]int
}

//go:noinline
func allocate() (weak.Pointer[big], chan string) {
	c := make(chan string, 3)
	t := &big{x: 5}
	w := weak.Make(t)
	fmt.Println("weak", w.Value().x)
	runtime.AddCleanup(t, func(s string) { c <- s }, "cleanup")
	u := &big{x: 6}
	runtime.SetFinalizer(u, func(u *big) { c <- fmt.Sprint("finalizer ", u.x) })
	return w, c
}

func main() {
	frames(inner())
	frames(middle())
	frames(T{1}.method())
	frames(generic("x"))
	frames(notInlined(middle))
	frames(notInlined(T{2}.method))
	frames(notInlined(func() []uintptr {
		return func() []uintptr { return middle() }()
	}))
	var i interface{ method() []uintptr } = &T{3}
	frames(i.method())
	func() {
		defer func() {
			recover()
			frames(middle())
		}()
		panic(1)
	}()
	_, file, line, ok := runtime.Caller(0)
	fmt.Println(filepath.Base(file), line, ok)

	for _, l := range strings.Split(string(debug.Stack()), "\n") {
		if strings.HasPrefix(l, "main.") {
			fmt.Println(l)
		}
	}
	fmt.Println(debug.SetGCPercent(50), debug.SetGCPercent(100), debug.SetMaxStack(1<<30) > 0)
	info, ok := debug.ReadBuildInfo()
	fmt.Println(ok, info != nil && info.GoVersion == runtime.Version(), info != nil && info.Path != "")

	names := metrics.All()
	samples := make([]metrics.Sample, len(names))
	for i, d := range names {
		samples[i].Name = d.Name
	}
	runtime.GC()
	metrics.Read(samples)
	bad := 0
	for i, s := range samples {
		if s.Value.Kind() != names[i].Kind {
			bad++
		}
		if s.Name == "/gc/cycles/total:gc-cycles" || s.Name == "/memory/classes/heap/objects:bytes" || s.Name == "/memory/classes/heap/stacks:bytes" {
			fmt.Println(s.Name, s.Value.Uint64() > 0)
		}
	}
	fmt.Println("metrics", len(names), bad)

	// On a goroutine of its own: stacks are scanned conservatively, and this one is gone with all its words.
	var w weak.Pointer[big]
	var c chan string
	allocated := make(chan bool)
	go func() {
		w, c = allocate()
		close(allocated)
	}()
	<-allocated
	got := map[string]bool{}
	for i := 0; i < 400 && len(got) < 2; i++ {
		runtime.GC()
		select {
		case s := <-c:
			got[s] = true
		case <-time.After(5 * time.Millisecond):
		}
	}
	fmt.Println(got, w.Value() == nil)
	a, b := unique.Make("one"+os.Args[0]), unique.Make("one"+os.Args[0])
	fmt.Println(a == b, a.Value() == "one"+os.Args[0])
	var ms runtime.MemStats
	runtime.ReadMemStats(&ms)
	fmt.Println(ms.NumGC > 0, ms.HeapAlloc > 0, ms.StackInuse > 0, runtime.NumGoroutine())
	buf := make([]byte, 1<<16)
	fmt.Println(strings.Contains(string(buf[:runtime.Stack(buf, true)]), "goroutine 1 [running]:\nmain.main()"))
	var sb strings.Builder
	f := runtime.FuncForPC(inner()[0])
	file, line = f.FileLine(f.Entry())
	fmt.Fprint(&sb, f.Name(), " ", filepath.Base(file), line > 0)
	fmt.Println(sb.String())
}
