// Scanning goroutine stacks without pointer maps.
//
// Upstream walks frames and reads gc's stack maps; LLVM frames have none. Every word of every segment in use is taken
// as a possible pointer, and so are the registers that mcall, systemstack and entersyscall saved.

package runtime

import (
	"internal/goarch"
	"unsafe"
)

//goes:delete scanframeworker

//go:nowritebarrier
//go:systemstack
func scanstack(gp *g, gcw *gcWork) int64 {
	if readgstatus(gp)&_Gscan == 0 {
		print("runtime:scanstack: gp=", gp, ", goid=", gp.goid, ", gp->atomicstatus=", hex(readgstatus(gp)), "\n")
		throw("scanstack - bad status")
	}
	switch readgstatus(gp) &^ _Gscan {
	default:
		print("runtime: gp=", gp, ", goid=", gp.goid, ", gp->atomicstatus=", readgstatus(gp), "\n")
		throw("mark - bad status")
	case _Gdead, _Gdeadextra:
		return 0
	case _Grunning:
		print("runtime: gp=", gp, ", goid=", gp.goid, ", gp->atomicstatus=", readgstatus(gp), "\n")
		throw("scanstack: goroutine not stopped")
	case _Grunnable, _Gsyscall, _Gwaiting, _Gleaked:
	}
	if gp == getg() {
		throw("can't scan our own stack")
	}

	sp := gp.sched.sp
	if gp.syscallsp != 0 {
		sp = gp.syscallsp
	}
	size := gp.stack.hi - sp
	for s := gp.seg; s != nil; s = s.prev {
		size += s.oldhi - s.oldsp
	}
	p := getg().m.p.ptr()
	p.scannedStackSize += uint64(size)
	p.scannedStacks++

	// In place of shrinking: keep one spare segment, so that a hot call at a segment's edge stays cheap.
	freesegments(gp, 1)

	if gp.sched.ctxt != nil {
		scanblock(uintptr(unsafe.Pointer(&gp.sched.ctxt)), goarch.PtrSize, &oneptrmask[0], gcw, nil)
	}
	scanConservative(uintptr(unsafe.Pointer(&gp.sched.bp)), goarch.PtrSize, nil, gcw, nil)
	scanConservative(uintptr(unsafe.Pointer(&gp.sched.r)), unsafe.Sizeof(gp.sched.r), nil, gcw, nil)
	if gp.syscallsp != 0 {
		scanConservative(uintptr(unsafe.Pointer(&gp.syscallregs)), unsafe.Sizeof(gp.syscallregs), nil, gcw, nil)
	}
	if gp.asyncSafePoint {
		xRegScan(gp, gcw, nil)
	}

	scanConservative(sp, gp.stack.hi-sp, nil, gcw, nil)
	for s := gp.seg; s != nil; s = s.prev {
		scanConservative(s.oldsp, s.oldhi-s.oldsp, nil, gcw, nil)
	}

	// Deferred calls are linked through the heap and the stack.
	for d := gp._defer; d != nil; d = d.link {
		if d.fn != nil {
			scanblock(uintptr(unsafe.Pointer(&d.fn)), goarch.PtrSize, &oneptrmask[0], gcw, nil)
		}
		if d.link != nil {
			scanblock(uintptr(unsafe.Pointer(&d.link)), goarch.PtrSize, &oneptrmask[0], gcw, nil)
		}
		if d.heap {
			scanblock(uintptr(unsafe.Pointer(&d)), goarch.PtrSize, &oneptrmask[0], gcw, nil)
		}
	}
	return int64(size)
}

// scanConservative marks every object that a word of [b, b+n) may point to. Only words set in ptrmask count, if there
// is one. state is nil: there are no stack objects.
func scanConservative(b, n uintptr, ptrmask *uint8, gcw *gcWork, state *stackScanState) {
	n &^= goarch.PtrSize - 1
	for i := uintptr(0); i < n; i += goarch.PtrSize {
		if ptrmask != nil {
			word := i / goarch.PtrSize
			bits := *addb(ptrmask, word/8)
			if bits == 0 {
				if i%(goarch.PtrSize*8) != 0 {
					throw("misaligned mask")
				}
				i += goarch.PtrSize*8 - goarch.PtrSize
				continue
			}
			if (bits>>(word%8))&1 == 0 {
				continue
			}
		}
		val := *(*uintptr)(unsafe.Pointer(b + i))
		if val < minLegalPointer {
			continue
		}
		obj := scanCandidate(val, b, i, gcw)
		if val == obj || obj == 0 && val%goarch.PtrSize == 0 {
			// Compiled code may hold no other pointer to an object than the one past its end, which is
			// where the next object starts, or the span ends.
			scanCandidate(val-1, b, i, gcw)
		}
	}
}

// scanCandidate marks the allocated object that val points into, and returns its address; 0 if there is none.
func scanCandidate(val, b, i uintptr, gcw *gcWork) uintptr {
	span := spanOfHeap(val)
	if span == nil {
		return 0
	}
	idx := span.objIndex(val)
	obj := span.base() + idx*span.elemsize
	if span.isFreeOrNewlyAllocated(idx) {
		return obj
	}
	if useCheckmark && !span.markBitsForIndex(idx).isMarked() {
		// The goroutine ran since its stack was marked. A dead word there is no proof of a missed object.
		return obj
	}
	if !tryDeferToSpanScan(obj, gcw) {
		greyobject(obj, b, i, span, gcw, idx)
	}
	return obj
}

// wbStore is the slow path of a pointer store: the caller saw the write barrier on, but the phase may have changed.
//
//go:nosplit
//go:nowritebarrierrec
func wbStore(slot *unsafe.Pointer, val unsafe.Pointer) {
	if writeBarrier.enabled {
		buf := getg().m.p.ptr().wbBuf.get2()
		buf[0] = *(*uintptr)(unsafe.Pointer(slot))
		if s := spanOf(uintptr(unsafe.Pointer(slot))); s != nil && s.state.get() == mSpanManual {
			// A slot on a stack may hold a dead word; stacks need no record of what is overwritten.
			buf[0] = 0
		}
		buf[1] = uintptr(val)
	}
	*(*uintptr)(unsafe.Pointer(slot)) = uintptr(val)
}
