// Sizes and structures that upstream fits to gc's code.
//
// LLVM code has callee-saved registers (gobuf.r, g.syscallregs), larger frames (stack sizes), stacks made of chained
// segments (g.seg, g.spare), its stack limit in thread-local storage (tlsSlots) and uses RBP as a general register.

package runtime

import (
	"internal/goarch"
	"internal/runtime/atomic"
	"internal/runtime/sys"
	"unsafe"
)

const (
	// 0x70(FS) is tls[15]: FS points to tls[1], whose predecessor holds g.
	tlsSlots = 16
	tlsSize  = tlsSlots * goarch.PtrSize

	// First segment of a goroutine's stack.
	stackMin = 65536

	// Stacks up to 512 KiB go through the per-P caches; a cache must hold several.
	_StackCacheSize = 1 << 20
)

const framepointer_enabled = false

//go:nosplit
func getcallerfp() uintptr { return 0 }

//go:nosplit
func getfp() uintptr { return 0 }

type gobuf struct {
	sp   uintptr
	pc   uintptr
	g    guintptr
	ctxt unsafe.Pointer // context of a function not yet entered; a root while scanning, exchanged without barriers
	lr   uintptr
	bp   uintptr
	r    [5]uintptr // RBX R12 R13 R14 R15, as the caller of mcall expects them back
}

type g struct {
	stack       stack   // bounds of the current segment; offset known to runtime/cgo
	stackguard0 uintptr // cached in 0x70(FS) while g runs
	stackguard1 uintptr

	_panic            *_panic
	_defer            *_defer
	m                 *m
	sched             gobuf
	syscallsp         uintptr
	syscallpc         uintptr
	syscallbp         uintptr
	stktopsp          uintptr
	param             unsafe.Pointer
	atomicstatus      atomic.Uint32
	stackLock         uint32
	goid              uint64
	schedlink         guintptr
	waitsince         int64
	waitreason        waitReason
	preempt           bool
	preemptStop       bool
	preemptShrink     bool
	asyncSafePoint    bool
	paniconfault      bool
	gcscandone        bool
	throwsplit        bool
	activeStackChans  bool
	parkingOnChan     atomic.Bool
	inMarkAssist      bool
	coroexit          bool
	raceignore        int8
	nocgocallback     bool
	tracking          bool
	trackingSeq       uint8
	trackingStamp     int64
	runnableTime      int64
	lockedm           muintptr
	fipsIndicator     uint8
	fipsOnlyBypass    bool
	ditWanted         bool
	syncSafePoint     bool
	runningCleanups   atomic.Bool
	sig               uint32
	secret            int32
	writebuf          []byte
	sigcode0          uintptr
	sigcode1          uintptr
	sigpc             uintptr
	parentGoid        uint64
	gopc              uintptr
	ancestors         *[]ancestorInfo
	startpc           uintptr
	racectx           uintptr
	waiting           *sudog
	cgoCtxt           []uintptr
	labels            unsafe.Pointer
	timer             *timer
	sleepWhen         int64
	selectDone        atomic.Uint32
	goroutineProfiled goroutineProfileStateHolder
	coroarg           *coro
	bubble            *synctestBubble
	xRegs             xRegPerG
	trace             gTraceState
	gcAssistBytes     int64
	valgrindStackID   uintptr

	seg         *stackseg  // current segment, nil on the first
	spare       *stackseg  // free segments, the one to use next first
	moreneed    uintptr    // bytes that the segment asked of newstack must have room for
	morepc      uintptr    // the function that asked
	moresp      uintptr    // and its SP at entry
	syscallregs [6]uintptr // RBX RBP R12-R15 at entersyscall, roots until exitsyscall
}

// stackseg is the header of every segment but the first; it lies at the segment's high end. Its size keeps the stack
// pointer aligned to 16 bytes.
type stackseg struct {
	_     sys.NotInHeap
	prev  *stackseg // enclosing segment's header, nil for the first segment
	next  *stackseg // in g.spare
	lo    uintptr   // the allocation is [lo, hi)
	hi    uintptr
	room  uintptr // largest frame plus stack arguments that may enter
	oldlo uintptr // bounds of the enclosing segment
	oldhi uintptr
	oldsp uintptr // address, in the enclosing segment, of the return address of the function that continued here
}
