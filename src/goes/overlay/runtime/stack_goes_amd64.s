// Chained stack segments, and the landing of recovered panics.
//
// Upstream grows a stack by copying it, which needs exact pointer maps of every frame; LLVM gives none. goes links a
// new segment instead. LLVM's prologue ("split-stack") is
//
//	f:	cmp %fs:0x70, %rsp ; jbe 1f
//	2:	body
//	1:	mov $frame, %r10d ; mov $stack argument bytes, %r11d ; call __morestack ; ret ; jmp 2b
//
// __morestack continues f's body, behind the one-byte ret, on a fresh segment, with lessstack as f's return address.

#include "go_asm.h"
#include "go_tls.h"
#include "textflag.h"

#define guard(r) 0x78(r)(TLS*1)

#define SYNCGUARD(gp, tmp, tls) \
	MOVQ	g_stackguard0(gp), tmp; \
	MOVQ	tmp, guard(tls); \
	CMPQ	tmp, g_stackguard0(gp); \
	JNE	-3(PC)

// R10 = frame size, R11 = stack argument bytes; every other register belongs to f.
// 0(SP) = address of f's ret, 8(SP) = f's return address, 16(SP) = f's stack arguments. SP ≡ 0 (mod 16).
TEXT __morestack<ABIGoes>(SB),NOSPLIT|NOFRAME,$0-0
	PUSHQ	AX
	PUSHQ	BX
	get_tls(AX)
	MOVQ	g(AX), AX
	CMPQ	g_stackguard0(AX), $-4096	// poisoned: stackPoisonMin
	JCC	slow
	CMPB	g_throwsplit(AX), $0
	JNE	slow
	MOVQ	g_spare(AX), BX
	TESTQ	BX, BX
	JEQ	slow
	ADDQ	R11, R10
	CMPQ	R10, stackseg_room(BX)
	JHI	slowsum

	// Enter segment BX.
	LEAQ	24(SP), R10			// address of f's return address
	MOVQ	R10, stackseg_oldsp(BX)
	MOVQ	(g_stack+stack_lo)(AX), R10
	MOVQ	R10, stackseg_oldlo(BX)
	MOVQ	(g_stack+stack_hi)(AX), R10
	MOVQ	R10, stackseg_oldhi(BX)
	MOVQ	g_seg(AX), R10
	MOVQ	R10, stackseg_prev(BX)
	MOVQ	stackseg_next(BX), R10
	MOVQ	R10, g_spare(AX)
	MOVQ	BX, g_seg(AX)
	MOVQ	BX, (g_stack+stack_hi)(AX)
	MOVQ	stackseg_lo(BX), R10
	MOVQ	R10, (g_stack+stack_lo)(AX)
	ADDQ	$const_stackGuard, R10
	MOVQ	R10, g_stackguard0(AX)
	CMPB	g_preempt(AX), $0		// do not lose a request that came meanwhile
	JEQ	sync
	MOVQ	$-1314, g_stackguard0(AX)	// stackPreempt
sync:
	get_tls(R10)
	SYNCGUARD(AX, R10, R10)

	// Copy the stack arguments below the header.
	ADDQ	$15, R11
	ANDQ	$~15, R11
	SUBQ	R11, BX
copy:
	TESTQ	R11, R11
	JEQ	copied
	SUBQ	$8, R11
	MOVQ	32(SP)(R11*1), R10
	MOVQ	R10, (BX)(R11*1)
	JMP	copy
copied:
	MOVQ	$runtime·lessstack(SB), R10
	MOVQ	R10, -8(BX)
	LEAQ	-8(BX), R11
	MOVQ	16(SP), R10
	INCQ	R10				// skip the ret
	MOVQ	0(SP), BX
	MOVQ	8(SP), AX
	MOVQ	R11, SP
	JMP	R10

slowsum:
	SUBQ	R11, R10
slow:
	POPQ	BX
	POPQ	AX
	JMP	runtime·morestackslow<ABIGoes>(SB)

// Continuation of __morestack, entered by a jump with its register contents: a preemption request, or no spare
// segment. All registers are saved on the goroutine's stack (the garbage collector scans it) while morestackgo parks
// the goroutine or finds a segment. Not merged with __morestack because the unwinder stops at functions that
// write SP, and this frame stays on the stacks of preempted goroutines.
TEXT runtime·morestackslow<ABIGoes>(SB),NOSPLIT|NOFRAME,$0-0
	ADJSP	$256
	MOVQ	AX, 0(SP)
	MOVQ	BX, 8(SP)
	MOVQ	CX, 16(SP)
	MOVQ	DX, 24(SP)
	MOVQ	SI, 32(SP)
	MOVQ	DI, 40(SP)
	MOVQ	BP, 48(SP)
	MOVQ	R8, 56(SP)
	MOVQ	R9, 64(SP)
	MOVQ	R10, 72(SP)
	MOVQ	R11, 80(SP)
	MOVQ	R12, 88(SP)
	MOVQ	R13, 96(SP)
	MOVQ	R14, 104(SP)
	MOVQ	R15, 112(SP)
	MOVUPS	X0, 128(SP)
	MOVUPS	X1, 144(SP)
	MOVUPS	X2, 160(SP)
	MOVUPS	X3, 176(SP)
	MOVUPS	X4, 192(SP)
	MOVUPS	X5, 208(SP)
	MOVUPS	X6, 224(SP)
	MOVUPS	X7, 240(SP)
	MOVQ	R10, DI
	MOVQ	R11, SI
	LEAQ	264(SP), DX			// f's SP at entry
	CALL	runtime·morestackgo<ABIGoes>(SB)
	TESTB	AX, AX
	MOVQ	8(SP), BX
	MOVQ	16(SP), CX
	MOVQ	24(SP), DX
	MOVQ	32(SP), SI
	MOVQ	40(SP), DI
	MOVQ	48(SP), BP
	MOVQ	56(SP), R8
	MOVQ	64(SP), R9
	MOVQ	72(SP), R10
	MOVQ	80(SP), R11
	MOVQ	88(SP), R12
	MOVQ	96(SP), R13
	MOVQ	104(SP), R14
	MOVQ	112(SP), R15
	MOVUPS	128(SP), X0
	MOVUPS	144(SP), X1
	MOVUPS	160(SP), X2
	MOVUPS	176(SP), X3
	MOVUPS	192(SP), X4
	MOVUPS	208(SP), X5
	MOVUPS	224(SP), X6
	MOVUPS	240(SP), X7
	MOVQ	0(SP), AX
	JEQ	again
	ADJSP	$-256
	POPQ	R11				// f fits where it is
	INCQ	R11
	JMP	R11
	// The assembler follows SP linearly: bring its count back to the frame of `again`.
	ADJSP	$264
again:
	ADJSP	$-256
	JMP	__morestack<ABIGoes>(SB)

// Return address of the first frame of every segment but the first. Results are live in AX DX CX R8 X0-X3;
// RDI RSI R9 R10 R11 are free. Go back to the previous segment and return to f's caller.
TEXT runtime·lessstack(SB),NOSPLIT|NOFRAME,$0-0
	get_tls(R11)
	MOVQ	g(R11), R10
	MOVQ	g_seg(R10), R9
	MOVQ	stackseg_prev(R9), SI
	MOVQ	SI, g_seg(R10)
	MOVQ	stackseg_oldhi(R9), SI
	MOVQ	SI, (g_stack+stack_hi)(R10)
	MOVQ	stackseg_oldlo(R9), SI
	MOVQ	SI, (g_stack+stack_lo)(R10)
	MOVQ	stackseg_oldsp(R9), DI
	MOVQ	DI, SP
	MOVQ	g_spare(R10), DI
	MOVQ	DI, stackseg_next(R9)
	MOVQ	R9, g_spare(R10)
	ADDQ	$const_stackGuard, SI
	MOVQ	SI, g_stackguard0(R10)
	CMPB	g_preempt(R10), $0
	JEQ	sync
	MOVQ	$-1314, g_stackguard0(R10)
sync:
	SYNCGUARD(R10, SI, R11)
	RET

// func setlanding(rec *deferFrame) int32
// Returns twice: 0 now, 1 when recovery jumps to rec.
TEXT runtime·setlanding<ABIGoes>(SB),NOSPLIT|NOFRAME,$0-12
	MOVQ	0(SP), AX
	LEAQ	8(SP), CX
	MOVQ	AX, deferFrame_pc(DI)
	MOVQ	CX, deferFrame_sp(DI)
	MOVQ	BP, deferFrame_bp(DI)
	MOVQ	BX, deferFrame_bx(DI)
	MOVQ	R12, deferFrame_r12(DI)
	MOVQ	R13, deferFrame_r13(DI)
	MOVQ	R14, deferFrame_r14(DI)
	MOVQ	R15, deferFrame_r15(DI)
	XORL	AX, AX
	RET
