// Deferred calls and recovery on frame records.
//
// Upstream recognises the frame of a deferred call by its stack pointer, finds frames with defers by unwinding, and
// resumes a recovered frame at its deferreturn call with nothing but SP restored. LLVM code needs its callee-saved
// registers back, and addresses of chained stack segments say nothing about nesting. So a function F that defers keeps
// a deferFrame, filled by setlanding at entry (it returns a second time when a panic in F was recovered), and the
// identity of a frame is the address of its record.
//
//	F:	if setlanding(&rec) != 0 { deferreturn(&rec); return results from memory }
//		deferproc(&rec, fn) …
//		deferreturn(&rec); return

package runtime

import (
	"internal/abi"
	"internal/runtime/atomic"
	"internal/runtime/sys"
	"unsafe"
)

//goes:delete (*_panic).nextFrame
//goes:delete (*_panic).initOpenCodedDefers
//goes:delete dumpPanicDeferState

// deferFrame is what setlanding saves: where and with which registers its caller continues.
type deferFrame struct {
	pc, sp, bp, bx, r12, r13, r14, r15 uintptr
}

// setlanding fills rec and returns 0; recovery makes it return 1. The caller must be compiled as returning twice.
// Assembly.
//
//go:noescape
func setlanding(rec *deferFrame) int32

// deferproc defers fn until the frame of rec returns or panics.
func deferproc(rec *deferFrame, fn func()) {
	gp := getg()
	if gp.m.curg != gp {
		throw("defer on system stack")
	}
	d := newdefer()
	d.link = gp._defer
	gp._defer = d
	d.fn = fn
	d.pc = sys.GetCallerPC()
	d.sp = uintptr(unsafe.Pointer(rec))
}

// deferprocStack is deferproc with a record in the caller's frame, of which only fn is set.
//
//go:nosplit
func deferprocStack(rec *deferFrame, d *_defer) {
	gp := getg()
	if gp.m.curg != gp {
		throw("defer on system stack")
	}
	d.heap = false
	d.rangefunc = false
	d.sp = uintptr(unsafe.Pointer(rec))
	d.pc = sys.GetCallerPC()
	// No write barriers: d is on the stack and uninitialised, and gp._defer's records are scanned with gp.
	*(*uintptr)(unsafe.Pointer(&d.link)) = uintptr(unsafe.Pointer(gp._defer))
	*(*uintptr)(unsafe.Pointer(&d.head)) = 0
	*(*uintptr)(unsafe.Pointer(&gp._defer)) = uintptr(unsafe.Pointer(d))
}

// deferrangefunc returns the token with which bodies of range-over-func loops defer (deferprocat) on the frame of rec.
func deferrangefunc(rec *deferFrame) any {
	gp := getg()
	if gp.m.curg != gp {
		throw("defer on system stack")
	}
	d := newdefer()
	d.link = gp._defer
	gp._defer = d
	d.pc = sys.GetCallerPC()
	d.sp = uintptr(unsafe.Pointer(rec))
	d.rangefunc = true
	d.head = new(atomic.Pointer[_defer])
	return d.head
}

// deferreturn runs what is deferred on the frame of rec.
func deferreturn(rec *deferFrame) {
	gp := getg()
	if d := gp._defer; d == nil || d.sp != uintptr(unsafe.Pointer(rec)) {
		return
	}
	var p _panic
	p.deferreturn = true
	p.sp = unsafe.Pointer(rec)
	for {
		fn, ok := p.nextDefer()
		if !ok {
			return
		}
		fn()
	}
}

// start registers p. p.startPC and p.startSP describe the frame of the caller, gopanic or Goexit, at its call of start.
//
//go:noinline
func (p *_panic) start(pc uintptr, sp unsafe.Pointer) {
	gp := getg()
	p.startPC = sys.GetCallerPC()
	p.startSP = unsafe.Pointer(sys.GetCallerSP())
	p.pc = pc
	p.link = gp._panic
	gp._panic = (*_panic)(noescape(unsafe.Pointer(p)))
}

// nextDefer returns the next deferred function to call. Deferred calls are linked innermost frame first, so the head of
// the list is the next one of any frame.
func (p *_panic) nextDefer() (func(), bool) {
	gp := getg()
	if !p.deferreturn {
		if gp._panic != p {
			throw("bad panic stack")
		}
		if p.recovered {
			mcall(recovery)
			throw("recovery failed")
		}
	}
	for {
		d := gp._defer
		if d == nil || p.deferreturn && d.sp != uintptr(p.sp) {
			return nil, false
		}
		p.sp = unsafe.Pointer(d.sp)
		p.retpc = d.pc
		if d.rangefunc {
			deferconvert(d)
			popDefer(gp)
			continue
		}
		fn := d.fn
		popDefer(gp)
		return fn, true
	}
}

// Goexit terminates the goroutine that calls it. No other goroutine is affected.
// Goexit runs all deferred calls before terminating the goroutine. Because Goexit
// is not a panic, any recover calls in those deferred functions will return nil.
//
// Calling Goexit from the main goroutine terminates that goroutine
// without func main returning. Since func main has not returned,
// the program continues execution of other goroutines.
// If all other goroutines exit, the program crashes.
//
// It crashes if called from a thread not created by the Go runtime.
func Goexit() {
	var p _panic
	p.goexit = true
	p.start(sys.GetCallerPC(), unsafe.Pointer(sys.GetCallerSP()))
	goexitdefers()
}

// goexitdefers runs the remaining deferred calls of a Goexit, the innermost panic, and ends the goroutine. It never
// returns, which lets recovery start it again at Goexit's frame.
//
//go:noinline
func goexitdefers() {
	p := getg()._panic
	for {
		fn, ok := p.nextDefer()
		if !ok {
			break
		}
		fn()
	}
	goexit1()
}

// recovery continues the frame whose deferred call has recovered gp's innermost panic.
func recovery(gp *g) {
	p := gp._panic
	rec := (*deferFrame)(p.sp)

	// Drop the panics that began in frames which recovery leaves.
	for ; p != nil && deeper(gp, uintptr(p.startSP), rec.sp); p = p.link {
		if p.goexit {
			// Do not jump past a pending Goexit: let it run the defers that remain.
			gp._panic = p
			sp := uintptr(p.startSP)
			popsegments(gp, sp)
			sp -= 8
			*(*uintptr)(unsafe.Pointer(sp)) = p.startPC
			gp.sched.sp = sp
			gp.sched.pc = abi.FuncPCABIInternal(goexitdefers)
			gp.sched.ctxt = nil
			gogo(&gp.sched)
		}
		runningPanicDefers.Add(-1)
	}
	gp._panic = p
	if p == nil { // must be done with signal
		gp.sig = 0
	}

	popsegments(gp, rec.sp)
	if rec.sp < gp.stack.lo || gp.stack.hi < rec.sp {
		print("recover: ", hex(rec.sp), " not in [", hex(gp.stack.lo), ", ", hex(gp.stack.hi), "]\n")
		throw("bad recovery")
	}
	gp.sched.sp = rec.sp
	gp.sched.pc = rec.pc
	gp.sched.lr = 0
	gp.sched.ctxt = nil
	gp.sched.bp = rec.bp
	gp.sched.r = [5]uintptr{rec.bx, rec.r12, rec.r13, rec.r14, rec.r15}
	gogo(&gp.sched)
}

// panicnil is called where an explicit nil check fails, and behaves as the fault that gc's code would cause.
func panicnil() {
	gp := getg()
	ok := canpanic()
	gp.sig = _SIGSEGV
	gp.sigcode0 = _SEGV_MAPERR
	gp.sigcode1 = 0
	gp.sigpc = sys.GetCallerPC()
	if !ok {
		throw("unexpected signal during runtime execution")
	}
	panicmem()
}

// panicnilBehavior is upstream's panicnil, whose name the compiler's call above takes.
var panicnilBehavior = &godebugInc{name: "panicnil"}

// The implementation of the predeclared function panic.
func gopanic(e any) {
	if e == nil {
		if debug.panicnil.Load() != 1 {
			e = new(PanicNilError)
		} else {
			panicnilBehavior.IncNonDefault()
		}
	}

	gp := getg()
	why := ""
	switch {
	case gp.m.curg != gp:
		why = "panic on system stack"
	case gp.m.mallocing != 0:
		why = "panic during malloc"
	case gp.m.preemptoff != "":
		why = "panic during preemptoff"
	case gp.m.locks != 0:
		why = "panic holding locks"
	}
	if why != "" {
		print("panic: ")
		printpanicval(e)
		print("\n")
		if gp.m.curg == gp && gp.m.mallocing == 0 && gp.m.preemptoff != "" {
			print("preempt off reason: ")
			print(gp.m.preemptoff)
			print("\n")
		}
		throw(why)
	}

	var p _panic
	p.arg = e
	runningPanicDefers.Add(1)
	p.start(sys.GetCallerPC(), unsafe.Pointer(sys.GetCallerSP()))
	for {
		fn, ok := p.nextDefer()
		if !ok {
			break
		}
		fn()
	}

	if traceEnabled() {
		traceAdvance(false)
	}
	preprintpanics(&p)
	fatalpanic(&p)
	*(*int)(nil) = 0 // not reached
}
