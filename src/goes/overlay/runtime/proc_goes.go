// Threads, system calls and the end of goroutines.
//
// What changes: stack limits are cached in thread-local storage, g0.sched carries no callee-saved registers, system
// calls leave registers where the collector finds them (asm_goes_amd64.s), goroutines may end on an extra segment.

package runtime

import (
	"internal/runtime/sys"
	"unsafe"
)

// mstart0 is the Go entry point of new threads, on g0 without known stack bounds if C made the thread.
//
//go:nosplit
//go:nowritebarrierrec
func mstart0() {
	gp := getg()
	if gp.stack.lo == 0 {
		// C may have left the stack's size in stack.hi.
		size := gp.stack.hi
		if size == 0 {
			size = 16384 * sys.StackGuardMultiplier
		}
		gp.stack.hi = uintptr(noescape(unsafe.Pointer(&size)))
		gp.stack.lo = gp.stack.hi - size + 1024
	}
	gp.stackguard0 = gp.stack.lo + stackGuard
	gp.stackguard1 = gp.stackguard0
	syncguard()
	mstart1()

	// Reached by a gogo to g0.sched when the thread ends: no register or local variable is what it was.
	mstartexit()
}

// mstartexit ends the current thread. Its stack belongs to C if C made the thread.
//
//go:noinline
func mstartexit() {
	mexit(iscgo || mStackIsSystemAllocated())
}

// entersyscall stores the callee-saved registers in g.syscallregs and jumps to entersyscallgo. Assembly.
func entersyscall()

// entersyscallblock is entersyscall for a call that is known to block. Assembly.
func entersyscallblock()

//go:nosplit
func entersyscallgo() {
	reentersyscall(sys.GetCallerPC(), sys.GetCallerSP(), 0)
}

//go:nosplit
func entersyscallblockgo() {
	gp := getg()

	gp.m.locks++ // see comment in reentersyscall
	gp.throwsplit = true
	gp.stackguard0 = stackPreempt
	gp.m.syscalltick = gp.m.p.ptr().syscalltick
	gp.m.p.ptr().syscalltick++

	addGSyscallNoP(gp.m)

	pc := sys.GetCallerPC()
	sp := sys.GetCallerSP()
	save(pc, sp, 0)
	gp.syscallsp = gp.sched.sp
	gp.syscallpc = gp.sched.pc
	gp.syscallbp = gp.sched.bp
	if gp.syscallsp < gp.stack.lo || gp.stack.hi < gp.syscallsp {
		systemstack(func() {
			print("entersyscallblock inconsistent sp ", hex(gp.syscallsp), " [", hex(gp.stack.lo), ",", hex(gp.stack.hi), "]\n")
			throw("entersyscallblock")
		})
	}

	// Trace, hand the P over, and only then become a goroutine in a system call.
	trace := traceAcquire()
	systemstack(func() {
		if trace.ok() {
			trace.GoSysCall()
		}
		handoffp(releasep())
	})
	if debugExtendGrunningNoP {
		usleep(10)
	}
	casgstatus(gp, _Grunning, _Gsyscall)
	if trace.ok() {
		systemstack(func() {
			traceRelease(trace)
		})
	}

	// systemstack overwrote gp.sched.
	save(pc, sp, 0)
	gp.m.locks--
}

func gdestroy(gp *g) {
	mp := getg().m
	pp := mp.p.ptr()

	// Goexit ends a goroutine at any depth.
	popsegments(gp, gp.stktopsp)
	freesegments(gp, 0)

	casgstatus(gp, _Grunning, _Gdead)
	gcController.addScannableStack(pp, -int64(gp.stack.hi-gp.stack.lo))
	if isSystemGoroutine(gp, false) {
		sched.ngsys.Add(-1)
	}
	gp.m = nil
	locked := gp.lockedm != 0
	gp.lockedm = 0
	mp.lockedg = 0
	gp.preemptStop = false
	gp.paniconfault = false
	gp._defer = nil // should be true already but just in case.
	gp._panic = nil // non-nil for Goexit during panic. points at stack-allocated data.
	gp.writebuf = nil
	gp.waitreason = waitReasonZero
	gp.param = nil
	gp.labels = nil
	gp.timer = nil
	gp.bubble = nil
	gp.fipsOnlyBypass = false
	gp.secret = 0
	gp.syscallregs = [6]uintptr{}

	if gcBlackenEnabled != 0 && gp.gcAssistBytes > 0 {
		// Flush assist credit to the global pool.
		assistWorkPerByte := gcController.assistWorkPerByte.Load()
		scanCredit := int64(assistWorkPerByte * float64(gp.gcAssistBytes))
		gcController.bgScanCredit.Add(scanCredit)
		gp.gcAssistBytes = 0
	}

	dropg()

	if locked && mp.lockedInt != 0 {
		print("runtime: mp.lockedInt = ", mp.lockedInt, "\n")
		if mp.isextra {
			throw("runtime.Goexit called in a thread that was not created by the Go runtime")
		}
		throw("exited a goroutine internally locked to the OS thread")
	}
	gfput(pp, gp)
	if locked {
		// The thread may be in an unusual kernel state: end it, through mstart0.
		gogo(&mp.g0.sched)
	}
}
