// Unwinding across stack segments, without frame pointers.
//
// The first frame of an extra segment returns to lessstack. The unwinder replaces that return address and the caller's
// stack pointer by those kept in the segment's header.

package runtime

import (
	"internal/abi"
	"internal/goarch"
	"unsafe"
)

type unwinder struct {
	frame        stkframe // the current frame, or all 0s
	g            guintptr // whose stack is unwound; changes with unwindJumpStack
	cgoCtxt      int      // index into g.cgoCtxt of the next frame on the cgo stack
	calleeFuncID abi.FuncID
	flags        unwindFlags
	callerSP     uintptr // SP of the caller of frame: frame.fp unless a segment begins between them
}

func (u *unwinder) resolveInternal(innermost, isSyscall bool) {
	frame := &u.frame
	gp := u.g.ptr()

	f := frame.fn
	if f.pcsp == 0 {
		// No frame information, must be an external function.
		u.finishInternal()
		return
	}

	flag := f.flag
	if f.funcID == abi.FuncID_cgocallback || isSyscall {
		// cgocallback's frames are valid on both stacks; system calls save SP before they write it.
		flag &^= abi.FuncFlagSPWrite
	}

	if frame.fp == 0 {
		// Jump over system stack transitions.
		if u.flags&unwindJumpStack != 0 && gp == gp.m.g0 && gp.m.curg != nil && gp.m.curg.m == gp.m &&
			f.funcID == abi.FuncID_systemstack {
			gp = gp.m.curg
			u.g.set(gp)
			frame.sp = gp.sched.sp
			u.cgoCtxt = len(gp.cgoCtxt) - 1
			flag &^= abi.FuncFlagSPWrite
		}
		frame.fp = frame.sp + uintptr(funcspdelta(f, frame.pc)) + goarch.PtrSize
	}
	u.callerSP = frame.fp

	if flag&abi.FuncFlagTopFrame != 0 {
		frame.lr = 0
	} else if flag&abi.FuncFlagSPWrite != 0 && (!innermost || u.flags&(unwindPrintErrors|unwindSilentErrors) != 0) {
		// Stack switching code: we may not even be on the stack we think we are on.
		if u.flags&(unwindPrintErrors|unwindSilentErrors) == 0 && !innermost {
			println("traceback: unexpected SPWRITE function", funcname(f))
			throw("traceback")
		}
		frame.lr = 0
	} else if frame.lr == 0 {
		frame.lr = *(*uintptr)(unsafe.Pointer(frame.fp - goarch.PtrSize))
		if frame.lr == abi.FuncPCABI0(lessstack) {
			frame.lr, u.callerSP = segmentcaller(gp, frame.fp)
		}
	}

	frame.varp = frame.fp - goarch.PtrSize
	frame.argp = frame.fp

	// Where the frame can continue: nowhere if it faulted and cannot recover.
	frame.continpc = frame.pc
	if u.calleeFuncID == abi.FuncID_sigpanic {
		if frame.fn.deferreturn != 0 {
			frame.continpc = frame.fn.entry() + uintptr(frame.fn.deferreturn) + 1
		} else {
			frame.continpc = 0
		}
	}
}

func (u *unwinder) next() {
	frame := &u.frame
	f := frame.fn
	gp := u.g.ptr()

	if frame.lr == 0 {
		u.finishInternal()
		return
	}
	flr := findfunc(frame.lr)
	if !flr.valid() {
		// A profiling interrupt at just the wrong time may stop early; others need every frame.
		fail := u.flags&(unwindPrintErrors|unwindSilentErrors) == 0
		doPrint := u.flags&unwindSilentErrors == 0
		if doPrint && gp.m != nil && gp.m.incgo && f.funcID == abi.FuncID_sigpanic {
			doPrint = false // sigpanic injected into C code
		}
		if fail || doPrint {
			print("runtime: g ", gp.goid, ": unexpected return pc for ", funcname(f), " called from ", hex(frame.lr), "\n")
			tracebackHexdump(gp.stack, frame, 0)
		}
		if fail {
			throw("unknown caller pc")
		}
		frame.lr = 0
		u.finishInternal()
		return
	}

	if frame.pc == frame.lr && frame.sp == u.callerSP {
		print("runtime: traceback stuck. pc=", hex(frame.pc), " sp=", hex(frame.sp), "\n")
		tracebackHexdump(gp.stack, frame, frame.sp)
		throw("traceback stuck")
	}

	if isInjectedCall(f.funcID) {
		u.flags |= unwindTrap
	} else {
		u.flags &^= unwindTrap
	}

	u.calleeFuncID = f.funcID
	frame.fn = flr
	frame.pc = frame.lr
	frame.lr = 0
	frame.sp = u.callerSP
	frame.fp = 0
	u.resolveInternal(false, false)
}

// tracefpunwindoff turns frame pointer unwinding off: RBP is a general register.
func tracefpunwindoff() bool {
	return true
}
