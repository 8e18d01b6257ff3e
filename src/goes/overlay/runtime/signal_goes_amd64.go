// Calls injected by signal handlers.
//
// LLVM code keeps RSP ≡ 0 (mod 16) at calls; interrupted code has any multiple of 8. Which of two entries is injected
// depends on it.

package runtime

import (
	"internal/abi"
	"unsafe"
)

// sigpanic0unaligned and asyncPreemptUnaligned are entered with RSP ≡ 0 (mod 16), their namesakes with 8. Assembly.
func sigpanic0unaligned()
func asyncPreemptUnaligned()

// preparePanic sets up the stack to look like a call to sigpanic.
func (c *sigctxt) preparePanic(sig uint32, gp *g) {
	pc := uintptr(c.rip())
	sp := uintptr(c.rsp())
	if shouldPushSigpanic(gp, pc, *(*uintptr)(unsafe.Pointer(sp))) {
		c.pushCall(abi.FuncPCABI0(sigpanic0), pc)
		return
	}
	// A call of a bad address: what it pushed serves as our return address.
	c.set_rip(uint64(injected(abi.FuncPCABI0(sigpanic0), sp)))
}

// pushCall makes it look as if the code at resumePC had called targetPC.
func (c *sigctxt) pushCall(targetPC, resumePC uintptr) {
	sp := uintptr(c.rsp()) - 8
	*(*uintptr)(unsafe.Pointer(sp)) = resumePC
	c.set_rsp(uint64(sp))
	c.set_rip(uint64(injected(targetPC, sp)))
}

// injected returns the variant of target for stack pointer sp at its entry.
func injected(target, sp uintptr) uintptr {
	if sp&15 == 8 {
		return target
	}
	switch target {
	case abi.FuncPCABI0(sigpanic0):
		return abi.FuncPCABI0(sigpanic0unaligned)
	case abi.FuncPCABI0(asyncPreempt):
		return abi.FuncPCABI0(asyncPreemptUnaligned)
	}
	throw("no entry for this stack alignment")
	return 0
}
