package main
import ("fmt";"runtime")
func name() string { pc,_,_,_ := runtime.Caller(1); return runtime.FuncForPC(pc).Name() }
var A = func() string { return name() + func() string { return name() }() }
var B = func() string { return name() }()
var C, D = func() string { return name() }, func() string { return name() }()
type S struct { f func() string }
var E = []S{{func() string { return name() }}}
func g[T any]() func() string { return func() string { return name() } }
var F = g[int]()
func init() { fmt.Println(func() string { return name() }()) }
func init() { fmt.Println(func() string { return name() }()) }
var _ = func() int { fmt.Println(name()); return 0 }()
func main() { fmt.Println(A(), B, C(), D, E[0].f(), F()) }
