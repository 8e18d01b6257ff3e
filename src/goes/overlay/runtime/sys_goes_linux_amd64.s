// Signal entry and the vDSO calls.
//
// Upstream's versions call Go in gc's convention (sigtramp), or take arguments and g in gc's registers (nanotime1,
// vgetrandom1). A TEXT here replaces the TEXT of the same name in sys_linux_amd64.s and time_linux_amd64.s.

#include "go_asm.h"
#include "go_tls.h"
#include "textflag.h"

#define guard(r) 0x78(r)(TLS*1)

#define SYS_clock_gettime	228

// Entered by the kernel in C's convention: DI = sig, SI = info, DX = ctx. The interrupted code's stack limit must not
// be seen by code on the signal stack: no limit until setg or the return to the interrupted g.
TEXT runtime·sigtramp(SB),NOSPLIT|TOPFRAME|NOFRAME,$0
	PUSHQ	BX
	PUSHQ	BP
	PUSHQ	R12
	PUSHQ	R13
	PUSHQ	R14
	PUSHQ	R15
	ADJSP	$8
	CLD
	get_tls(CX)
	MOVQ	$0, guard(CX)
	CALL	runtime·sigtrampgo<ABIGoes>(SB)
	CALL	runtime·syncguard<ABIGoes>(SB)
	ADJSP	$-8
	POPQ	R15
	POPQ	R14
	POPQ	R13
	POPQ	R12
	POPQ	BP
	POPQ	BX
	RET

// Called by runtime/cgo's traceback function in C's convention on a thread without g.
TEXT runtime·sigprofNonGoWrapper<>(SB),NOSPLIT|NOFRAME,$0
	PUSHQ	BX
	PUSHQ	BP
	PUSHQ	R12
	PUSHQ	R13
	PUSHQ	R14
	PUSHQ	R15
	ADJSP	$8
	CALL	runtime·sigprofNonGo<ABIGoes>(SB)
	ADJSP	$-8
	POPQ	R15
	POPQ	R14
	POPQ	R13
	POPQ	R12
	POPQ	BP
	POPQ	BX
	RET

// The vDSO may need more stack than a nosplit function has: go to g0's stack if g is the current goroutine.
// vdsoPC and vdsoSP describe our caller to the profiler.
#define ENTERVDSO \
	PUSHQ	BX; \
	PUSHQ	R12; \
	ADJSP	$24; \
	get_tls(CX); \
	MOVQ	g(CX), AX; \
	MOVQ	g_m(AX), BX; \
	MOVQ	m_vdsoPC(BX), CX; \
	MOVQ	CX, 0(SP); \
	MOVQ	m_vdsoSP(BX), CX; \
	MOVQ	CX, 8(SP); \
	MOVQ	40(SP), CX; \
	MOVQ	CX, m_vdsoPC(BX); \
	LEAQ	48(SP), CX; \
	MOVQ	CX, m_vdsoSP(BX); \
	MOVQ	SP, R12

#define LEAVEVDSO \
	MOVQ	R12, SP; \
	MOVQ	8(SP), R9; \
	MOVQ	R9, m_vdsoSP(BX); \
	MOVQ	0(SP), R9; \
	MOVQ	R9, m_vdsoPC(BX); \
	ADJSP	$-24; \
	POPQ	R12; \
	POPQ	BX

// func nanotime1() int64
TEXT runtime·nanotime1<ABIGoes>(SB),NOSPLIT|NOFRAME,$0-8
	ENTERVDSO
	MOVQ	SP, DX
	CMPQ	AX, m_curg(BX)
	JNE	noswitch
	MOVQ	m_g0(BX), DX
	MOVQ	(g_sched+gobuf_sp)(DX), DX
noswitch:
	LEAQ	-16(DX), DX
	ANDQ	$~15, DX
	MOVQ	DX, SP
	MOVL	$1, DI	// CLOCK_MONOTONIC
	MOVQ	SP, SI
	MOVQ	runtime·vdsoClockgettimeSym(SB), AX
	TESTQ	AX, AX
	JEQ	fallback
	CALL	AX
ret:
	MOVQ	0(SP), AX
	MOVQ	8(SP), DX
	LEAVEVDSO
	IMULQ	$1000000000, AX
	ADDQ	DX, AX
	RET
	ADJSP	$40	// unreachable; the frame of what follows
fallback:
	MOVQ	$SYS_clock_gettime, AX
	SYSCALL
	JMP	ret

// func now() (sec int64, nsec int32, mono int64)
TEXT time·now<ABIGoes>(SB),NOSPLIT|NOFRAME,$0-24
	ENTERVDSO
	MOVQ	SP, DX
	CMPQ	AX, m_curg(BX)
	JNE	noswitch
	MOVQ	m_g0(BX), DX
	MOVQ	(g_sched+gobuf_sp)(DX), DX
noswitch:
	LEAQ	-32(DX), DX
	ANDQ	$~15, DX
	MOVQ	DX, SP
	MOVL	$0, DI	// CLOCK_REALTIME
	LEAQ	16(SP), SI
	MOVQ	runtime·vdsoClockgettimeSym(SB), AX
	TESTQ	AX, AX
	JEQ	fallback
	CALL	AX
	MOVL	$1, DI	// CLOCK_MONOTONIC
	MOVQ	SP, SI
	MOVQ	runtime·vdsoClockgettimeSym(SB), AX
	CALL	AX
ret:
	MOVQ	16(SP), AX
	MOVQ	24(SP), DX
	MOVQ	0(SP), CX
	IMULQ	$1000000000, CX
	ADDQ	8(SP), CX
	LEAVEVDSO
	RET
	ADJSP	$40	// unreachable; the frame of what follows
fallback:
	MOVQ	$SYS_clock_gettime, AX
	SYSCALL
	MOVL	$1, DI
	MOVQ	SP, SI
	MOVQ	$SYS_clock_gettime, AX
	SYSCALL
	JMP	ret

// func vgetrandom1(buf *byte, length uintptr, flags uint32, state uintptr, stateSize uintptr) int
// The arguments are where C wants them. The function uses little stack by its specification.
TEXT runtime·vgetrandom1<ABIGoes>(SB),NOSPLIT|NOFRAME,$0-48
	MOVQ	CX, R10
	ENTERVDSO
	MOVQ	R10, CX
	MOVQ	SP, AX
	ANDQ	$~15, AX
	MOVQ	AX, SP
	MOVQ	runtime·vdsoGetrandomSym(SB), AX
	CALL	AX
	LEAVEVDSO
	RET
