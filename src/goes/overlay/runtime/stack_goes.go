// Growing stacks by linking segments, in place of copying them (stack_goes_amd64.s).
//
//	first segment                    extra segment
//	[lo ........ f's caller | ra ]   [lo ... f's frame | lessstack | f's stack arguments | stackseg ] hi
//	                          ^ oldsp
//
// gp.stack always describes the current segment, so upstream's uses of stack.lo and stackguard0 keep working; "is this
// address on my stack?" has to ask onstack.

package runtime

import (
	"internal/abi"
	"internal/runtime/atomic"
	"unsafe"
)

//goes:delete copystack
//goes:delete shrinkstack
//goes:delete isShrinkStackSafe
//goes:delete adjustinfo
//goes:delete adjustpointer
//goes:delete adjustpointers
//goes:delete adjustframe
//goes:delete adjustctxt
//goes:delete adjustdefers
//goes:delete adjustpanics
//goes:delete adjustsudogs
//goes:delete fillstack
//goes:delete findsghi
//goes:delete syncadjustsudogs
//goes:delete ptrnames

// segmentSlack is what a function may use below its checked frame: LLVM lets frames of less than 256 bytes
// protrude below the limit, and rounds the arguments that __morestack copies.
const segmentSlack = 256 + 64

// lessstack is the return address in the first frame of an extra segment. Assembly.
func lessstack()

// syncguard refreshes the cached stack limit after a change of one's own stackguard0. Assembly.
//
//go:noescape
func syncguard()

// onstack reports whether p points into one of gp's stack segments.
//
//go:nosplit
func onstack(gp *g, p uintptr) bool {
	if gp.stack.lo <= p && p < gp.stack.hi {
		return true
	}
	for s := gp.seg; s != nil; s = s.prev {
		if s.oldlo <= p && p < s.oldhi {
			return true
		}
	}
	return false
}

// segmentcaller returns the return address and stack pointer that the first frame of an extra segment would have
// without segments. fp is the address above the frame's return address.
//
//go:nosplit
func segmentcaller(gp *g, fp uintptr) (pc, sp uintptr) {
	for s := gp.seg; s != nil; s = s.prev {
		if s.lo <= fp && fp <= uintptr(unsafe.Pointer(s)) {
			return *(*uintptr)(unsafe.Pointer(s.oldsp)), s.oldsp + 8
		}
	}
	return 0, fp
}

// callerpc and callersp complete the compiler's GetCallerPC and GetCallerSP: ra is the return address of the function
// that uses the intrinsic and sp the stack pointer of its caller, both as found in its frame.
//
//go:nosplit
func callerpc(ra uintptr) uintptr {
	if ra != abi.FuncPCABI0(lessstack) {
		return ra
	}
	return *(*uintptr)(unsafe.Pointer(getg().seg.oldsp))
}

//go:nosplit
func callersp(ra, sp uintptr) uintptr {
	if ra != abi.FuncPCABI0(lessstack) {
		return sp
	}
	return getg().seg.oldsp + 8
}

// morestackgo decides why a function's stack check failed. sp is its SP at entry. It returns true if the function can
// continue where it is, false if gp.spare has room for its frame.
//
//go:nosplit
//go:nowritebarrierrec
func morestackgo(frame, args, sp uintptr) bool {
	gp := getg()
	if gp == gp.m.g0 {
		badmorestackg0()
		abort()
	}
	if gp == gp.m.gsignal {
		badmorestackgsignal()
		abort()
	}
	used := frame
	if used < 256 {
		used = 0
	}
	for {
		guard := atomic.Loaduintptr(&gp.stackguard0)
		if guard < stackPoisonMin && !gp.throwsplit {
			if sp > guard+used {
				syncguard()
				return true
			}
			if s := gp.spare; s != nil && frame+args <= s.room {
				return false
			}
		}
		gp.moreneed = frame + args
		gp.morepc = *(*uintptr)(unsafe.Pointer(sp - 8)) // the ret behind the call of __morestack
		gp.moresp = sp
		mcall(newstack)
	}
}

// newstack serves a preemption request or adds a segment to gp.spare. It runs on g0, gp is stopped in morestackgo.
//
//go:nowritebarrierrec
func newstack(gp *g) {
	mp := getg().m
	guard := atomic.Loaduintptr(&gp.stackguard0)
	if guard == stackFork {
		throw("stack growth after fork")
	}
	if gp.throwsplit {
		gp.syscallsp = gp.sched.sp
		gp.syscallpc = gp.sched.pc
		name, offset := "(unknown)", uintptr(0)
		if f := findfunc(gp.morepc); f.valid() {
			name = funcname(f)
			offset = gp.morepc - f.entry()
		}
		print("runtime: newstack at ", name, "+", hex(offset),
			" sp=", hex(gp.moresp), " stack=[", hex(gp.stack.lo), ", ", hex(gp.stack.hi), "]\n")
		mp.traceback = 2
		traceback(gp.sched.pc, gp.sched.sp, 0, gp)
		throw("runtime: stack split at bad time")
	}
	if guard >= stackPoisonMin {
		if guard == stackPreempt && canPreemptM(mp) {
			if mp.p == 0 && mp.locks == 0 {
				throw("runtime: g is running but p is not")
			}
			gp.syncSafePoint = true
			if gp.preemptStop {
				preemptPark(gp)
			}
			gopreempt_m(gp)
		}
		// gp.preempt stays set: the request is made again by releasem.
		gp.stackguard0 = gp.stack.lo + stackGuard
		gogo(&gp.sched)
	}

	oldsize := gp.stack.hi - gp.stack.lo
	if gp.seg != nil {
		oldsize = gp.seg.hi - gp.seg.lo
	}
	need := gp.moreneed + unsafe.Sizeof(stackseg{}) + stackGuard + segmentSlack
	size := oldsize * 2
	for size < need {
		size *= 2
	}
	total := size + gp.stack.hi - gp.stack.lo
	for s := gp.seg; s != nil; s = s.prev {
		total += s.oldhi - s.oldlo
	}
	if total > maxstacksize || total > maxstackceiling {
		if maxstacksize < maxstackceiling {
			print("runtime: goroutine stack exceeds ", maxstacksize, "-byte limit\n")
		} else {
			print("runtime: goroutine stack exceeds ", maxstackceiling, "-byte limit\n")
		}
		print("runtime: sp=", hex(gp.moresp), " stack=[", hex(gp.stack.lo), ", ", hex(gp.stack.hi), "]\n")
		gp.sched.pc, gp.sched.sp = gp.morepc, gp.moresp // the traceback starts at the function that has no room
		throw("stack overflow")
	}
	stk := stackalloc(uint32(size))
	s := (*stackseg)(unsafe.Pointer(stk.hi - unsafe.Sizeof(stackseg{})))
	s.prev = nil
	s.lo = stk.lo
	s.hi = stk.hi
	s.room = size - unsafe.Sizeof(stackseg{}) - stackGuard - segmentSlack
	s.next = gp.spare
	gp.spare = s
	gogo(&gp.sched)
}

// popsegments makes the segment that contains sp the current one. gp is stopped or is the current goroutine, seen
// from g0.
func popsegments(gp *g, sp uintptr) {
	for s := gp.seg; s != nil && !(gp.stack.lo < sp && sp <= gp.stack.hi); s = gp.seg {
		gp.seg = s.prev
		gp.stack.lo = s.oldlo
		gp.stack.hi = s.oldhi
		s.next = gp.spare
		gp.spare = s
	}
	gp.stackguard0 = gp.stack.lo + stackGuard
	if gp.preempt {
		gp.stackguard0 = stackPreempt
	}
}

// freesegments frees gp's spare segments but the first keep ones.
//
//go:systemstack
func freesegments(gp *g, keep int) {
	if keep > 0 {
		s := gp.spare
		if s == nil || s.next == nil {
			return
		}
		rest := s.next
		s.next = nil
		freesegmentlist(rest)
		return
	}
	s := gp.spare
	gp.spare = nil
	freesegmentlist(s)
}

//go:systemstack
func freesegmentlist(s *stackseg) {
	for s != nil {
		next := s.next
		stackfree(stack{s.lo, s.hi})
		s = next
	}
}

// deeper reports whether stack address a belongs to a later frame than b. Both are on gp's stack.
func deeper(gp *g, a, b uintptr) bool {
	da, db := segmentdepth(gp, a), segmentdepth(gp, b)
	if da != db {
		return da < db
	}
	return a < b
}

// segmentdepth returns how many segments lie between the current one and that of p.
func segmentdepth(gp *g, p uintptr) int {
	if gp.stack.lo < p && p <= gp.stack.hi {
		return 0
	}
	n := 1
	for s := gp.seg; s != nil; s = s.prev {
		if s.oldlo < p && p <= s.oldhi {
			return n
		}
		n++
	}
	return n
}

// ptr returns the link of a free stack or of a reusable object in a list. A stack's lies in its first page from the top
// (of the smallest size): that page is used anyway, while upstream's place, the other end, would cost every goroutine
// a page of its own.
func (p gclinkptr) ptr() *gclink {
	if p == 0 {
		return nil
	}
	if s := spanOfUnchecked(uintptr(p)); s.state.get() == mSpanManual {
		p += stackMin - 16
	}
	return (*gclink)(unsafe.Pointer(p))
}

// malg allocates a g with a stack of at least stacksize bytes. Smaller stacks than the smallest that the caches know
// would upset their accounting.
func malg(stacksize int32) *g {
	newg := new(g)
	if stacksize >= 0 {
		stacksize = round2(max(stackSystem+stacksize, fixedStack))
		systemstack(func() {
			newg.stack = stackalloc(uint32(stacksize))
		})
		newg.stackguard0 = newg.stack.lo + stackGuard
		newg.stackguard1 = ^uintptr(0)
	}
	return newg
}

// mpreinit gives signal handlers 64 KiB: LLVM's frames and AVX-512 state are large.
func mpreinit(mp *m) {
	mp.gsignal = malg(64 * 1024)
	mp.gsignal.m = mp
}

func stringDataOnStack(s string) bool {
	return onstack(getg(), uintptr(unsafe.Pointer(unsafe.StringData(s))))
}

func checkptrBase(p unsafe.Pointer) uintptr {
	if onstack(getg(), uintptr(p)) {
		return 1
	}
	if base, _, _ := findObject(uintptr(p), 0, 0); base != 0 {
		return base
	}
	for _, datap := range activeModules() {
		if datap.data <= uintptr(p) && uintptr(p) < datap.edata {
			return datap.data
		}
		if datap.bss <= uintptr(p) && uintptr(p) < datap.ebss {
			return datap.bss
		}
	}
	return 0
}

//go:nosplit
func gcTestPointerClass(p unsafe.Pointer) string {
	p2 := uintptr(noescape(p))
	if onstack(getg(), p2) {
		return "stack"
	}
	if base, _, _ := findObject(p2, 0, 0); base != 0 {
		return "heap"
	}
	for _, datap := range activeModules() {
		if datap.data <= p2 && p2 < datap.edata || datap.noptrdata <= p2 && p2 < datap.enoptrdata {
			return "data"
		}
		if datap.bss <= p2 && p2 < datap.ebss || datap.noptrbss <= p2 && p2 <= datap.enoptrbss {
			return "bss"
		}
	}
	KeepAlive(p)
	return "other"
}

// releasem drops one hold on mp. A preemption request that newstack put off becomes effective at once.
//
//go:nosplit
func releasem(mp *m) {
	gp := getg()
	mp.locks--
	if mp.locks == 0 && gp.preempt {
		gp.stackguard0 = stackPreempt
		syncguard()
	}
}
