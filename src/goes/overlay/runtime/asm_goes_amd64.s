// Start-up, stack switching and the calls between goroutine stacks, system stacks and C.
//
// Upstream's asm_amd64.s passes arguments in gc's registers, keeps g in R14, knows no callee-saved register but BP and
// moves goroutine stacks. Code compiled by goes follows codegen/abi.py: arguments in RDI RSI RDX RCX R8 R9, the context
// in R13, RBX RBP R12-R15 belong to the caller, RSP ≡ 8 (mod 16) at entry, and 0x70(FS) caches g.stackguard0.
//
//goes:file drop asm_amd64.s

#include "go_asm.h"
#include "go_tls.h"
#include "funcdata.h"
#include "textflag.h"

// The stack limit that function prologues compare with: 0x70(FS), where g is -8(FS).
#define guard(r) 0x78(r)(TLS*1)

// Refresh the limit from gp. Repeated if another thread poisons gp.stackguard0 in between.
#define SYNCGUARD(gp, tmp, tls) \
	MOVQ	g_stackguard0(gp), tmp; \
	MOVQ	tmp, guard(tls); \
	CMPQ	tmp, g_stackguard0(gp); \
	JNE	-3(PC)

TEXT _rt0_amd64(SB),NOSPLIT|NOFRAME,$0
	MOVQ	0(SP), DI	// argc
	LEAQ	8(SP), SI	// argv
	JMP	runtime·rt0_go(SB)

// Entry of externally linked programs, in C's convention.
TEXT main(SB),NOSPLIT|NOFRAME,$0
	JMP	runtime·rt0_go(SB)

#ifdef GOAMD64_v2
DATA bad_cpu_msg<>+0x00(SB)/84, $"This program can only be run on AMD64 processors with v2 microarchitecture support.\n"
#define NEED_FEATURES_CX (1 << 0 | 1 << 9 | 1 << 13 | 1 << 19 | 1 << 20 | 1 << 23)
#define NEED_EXT_FEATURES_CX (1 << 0)
#endif
#ifdef GOAMD64_v3
DATA bad_cpu_msg<>+0x00(SB)/84, $"This program can only be run on AMD64 processors with v3 microarchitecture support.\n"
#define NEED_FEATURES_CX (1 << 0 | 1 << 9 | 1 << 13 | 1 << 19 | 1 << 20 | 1 << 23 | 1 << 12 | 1 << 22 | 1 << 27 | 1 << 28 | 1 << 29)
#define NEED_EXT_FEATURES_CX (1 << 0 | 1 << 5)
#define NEED_EXT_FEATURES_BX (1 << 3 | 1 << 5 | 1 << 8)
#define NEED_OS_SUPPORT_AX (1 << 1 | 1 << 2)
#endif
#ifdef GOAMD64_v4
DATA bad_cpu_msg<>+0x00(SB)/84, $"This program can only be run on AMD64 processors with v4 microarchitecture support.\n"
#define NEED_FEATURES_CX (1 << 0 | 1 << 9 | 1 << 13 | 1 << 19 | 1 << 20 | 1 << 23 | 1 << 12 | 1 << 22 | 1 << 27 | 1 << 28 | 1 << 29)
#define NEED_EXT_FEATURES_CX (1 << 0 | 1 << 5)
#define NEED_EXT_FEATURES_BX (1 << 3 | 1 << 5 | 1 << 8 | 1 << 16 | 1 << 17 | 1 << 28 | 1 << 30 | 1 << 31)
#define NEED_OS_SUPPORT_AX (1 << 1 | 1 << 2 | 1 << 5 | 1 << 6 | 1 << 7)
#endif
#ifdef NEED_FEATURES_CX
GLOBL bad_cpu_msg<>(SB), RODATA, $84
#endif

// DI = argc, SI = argv, on the system's stack of the main thread.
TEXT runtime·rt0_go(SB),NOSPLIT|NOFRAME|TOPFRAME,$0
	MOVQ	DI, R12
	MOVQ	SI, R14
	SUBQ	$48, SP
	ANDQ	$~15, SP
	XORL	BP, BP

	// g0 runs on this stack. LLVM's frames are larger than gc's: take 256 KiB.
	MOVQ	$runtime·g0(SB), DI
	LEAQ	(-256*1024)(SP), BX
	MOVQ	BX, g_stackguard0(DI)
	MOVQ	BX, g_stackguard1(DI)
	MOVQ	BX, (g_stack+stack_lo)(DI)
	MOVQ	SP, (g_stack+stack_hi)(DI)

	MOVL	$0, AX
	CPUID
	CMPL	AX, $0
	JE	nocpuinfo
	CMPL	BX, $0x756E6547  // "Genu"
	JNE	notintel
	CMPL	DX, $0x49656E69  // "ineI"
	JNE	notintel
	CMPL	CX, $0x6C65746E  // "ntel"
	JNE	notintel
	MOVB	$1, runtime·isIntel(SB)
notintel:
	MOVL	$1, AX
	CPUID
	MOVL	AX, runtime·processorVersionInfo(SB)
nocpuinfo:

	MOVQ	$runtime·g0(SB), DI
	MOVQ	_cgo_init(SB), AX
	TESTQ	AX, AX
	JZ	needtls
	MOVQ	$setg_gcc<>(SB), SI
	MOVQ	$0, DX
	MOVQ	$0, CX
	CALL	AX
	MOVQ	$runtime·g0(SB), CX
	MOVQ	(g_stack+stack_lo)(CX), AX
	ADDQ	$const_stackGuard, AX
	MOVQ	AX, g_stackguard0(CX)
	MOVQ	AX, g_stackguard1(CX)
	JMP	ok

needtls:
	LEAQ	runtime·m0+m_tls(SB), DI
	CALL	runtime·settls(SB)
	get_tls(BX)
	MOVQ	$0x123, g(BX)
	MOVQ	runtime·m0+m_tls(SB), AX
	CMPQ	AX, $0x123
	JEQ	ok
	CALL	runtime·abort<ABIGoes>(SB)
ok:
	// The cached limit stays 0, which never triggers, until mstart0 has set g0's.
	get_tls(BX)
	MOVQ	$0, guard(BX)
	LEAQ	runtime·g0(SB), CX
	MOVQ	CX, g(BX)
	LEAQ	runtime·m0(SB), AX
	MOVQ	CX, m_g0(AX)
	MOVQ	AX, g_m(CX)
	CLD

#ifdef NEED_FEATURES_CX
	MOVL	$0, AX
	CPUID
	CMPL	AX, $0
	JE	bad_cpu
	MOVL	$1, AX
	CPUID
	ANDL	$NEED_FEATURES_CX, CX
	CMPL	CX, $NEED_FEATURES_CX
	JNE	bad_cpu
	MOVL	$0x80000000, AX
	CPUID
	CMPL	AX, $0x80000001
	JCS	bad_cpu
	MOVL	$0x80000001, AX
	CPUID
	ANDL	$NEED_EXT_FEATURES_CX, CX
	CMPL	CX, $NEED_EXT_FEATURES_CX
	JNE	bad_cpu
#endif
#ifdef NEED_EXT_FEATURES_BX
	MOVL	$7, AX
	MOVL	$0, CX
	CPUID
	ANDL	$NEED_EXT_FEATURES_BX, BX
	CMPL	BX, $NEED_EXT_FEATURES_BX
	JNE	bad_cpu
#endif
#ifdef NEED_OS_SUPPORT_AX
	XORL	CX, CX
	XGETBV
	ANDL	$NEED_OS_SUPPORT_AX, AX
	CMPL	AX, $NEED_OS_SUPPORT_AX
	JNE	bad_cpu
#endif

	CALL	runtime·check<ABIGoes>(SB)
	MOVL	R12, DI
	MOVQ	R14, SI
	CALL	runtime·args<ABIGoes>(SB)
	CALL	runtime·osinit<ABIGoes>(SB)
	CALL	runtime·schedinit<ABIGoes>(SB)

	MOVQ	$runtime·mainPC(SB), DI
	CALL	runtime·newproc<ABIGoes>(SB)
	CALL	runtime·mstart(SB)
	CALL	runtime·abort<ABIGoes>(SB)	// mstart does not return
	UNDEF

#ifdef NEED_FEATURES_CX
bad_cpu:
	MOVL	$1, AX			// write
	MOVL	$2, DI
	MOVQ	$bad_cpu_msg<>(SB), SI
	MOVL	$84, DX
	SYSCALL
	MOVL	$231, AX		// exit_group
	MOVL	$1, DI
	SYSCALL
	UNDEF
#endif

// The func value of runtime.main, for newproc.
DATA	runtime·mainPC+0(SB)/8,$runtime·main<ABIGoes>(SB)
GLOBL	runtime·mainPC(SB),RODATA,$8

// Root frame of a thread; also the address that clone and cgo's thread start jump to.
TEXT runtime·mstart(SB),NOSPLIT|TOPFRAME|NOFRAME,$0
	XORL	BP, BP
	SUBQ	$8, SP
	ANDQ	$~15, SP
	CALL	runtime·mstart0<ABIGoes>(SB)
	UNDEF

// func gogo(buf *gobuf)
// Continue buf.g at buf. AX is 1, so that a landing (setlanding) sees its second return.
TEXT runtime·gogo<ABIGoes>(SB),NOSPLIT|NOFRAME,$0-8
	MOVQ	gobuf_g(DI), DX
	MOVQ	0(DX), CX		// fault here if g is nil
	get_tls(CX)
	MOVQ	DX, g(CX)
	SYNCGUARD(DX, AX, CX)
	MOVQ	gobuf_sp(DI), SP
	MOVQ	gobuf_bp(DI), BP
	MOVQ	(gobuf_r+0)(DI), BX
	MOVQ	(gobuf_r+8)(DI), R12
	MOVQ	(gobuf_r+24)(DI), R14
	MOVQ	(gobuf_r+32)(DI), R15
	MOVQ	gobuf_ctxt(DI), R13	// set for a new goroutine only
	TESTQ	R13, R13
	JNE	2(PC)
	MOVQ	(gobuf_r+16)(DI), R13
	MOVQ	$0, gobuf_sp(DI)
	MOVQ	$0, gobuf_ctxt(DI)
	MOVQ	$0, gobuf_bp(DI)
	MOVQ	gobuf_pc(DI), CX
	MOVL	$1, AX
	JMP	CX

// func mcall(fn func(*g))
// Save the caller in g.sched, including the registers it expects back, and call fn(g) on m.g0's stack.
TEXT runtime·mcall<ABIGoes>(SB),NOSPLIT|NOFRAME,$0-8
	get_tls(CX)
	MOVQ	g(CX), AX
	MOVQ	0(SP), DX
	MOVQ	DX, (g_sched+gobuf_pc)(AX)
	LEAQ	8(SP), DX
	MOVQ	DX, (g_sched+gobuf_sp)(AX)
	MOVQ	BP, (g_sched+gobuf_bp)(AX)
	MOVQ	BX, (g_sched+gobuf_r+0)(AX)
	MOVQ	R12, (g_sched+gobuf_r+8)(AX)
	MOVQ	R13, (g_sched+gobuf_r+16)(AX)
	MOVQ	R14, (g_sched+gobuf_r+24)(AX)
	MOVQ	R15, (g_sched+gobuf_r+32)(AX)

	MOVQ	g_m(AX), DX
	MOVQ	m_g0(DX), SI
	CMPQ	SI, AX
	JNE	good
	JMP	runtime·badmcall<ABIGoes>(SB)
good:
	MOVQ	SI, g(CX)
	SYNCGUARD(SI, DX, CX)
	MOVQ	(g_sched+gobuf_sp)(SI), SP
	XORL	BP, BP
	MOVQ	DI, R13
	MOVQ	AX, DI
	MOVQ	0(R13), DX
	CALL	DX
	CALL	runtime·badmcall2<ABIGoes>(SB)
	UNDEF

// What systemstack leaves as g.sched.pc: the same frame as systemstack's, six saved registers.
TEXT runtime·systemstack_switch(SB),NOSPLIT|NOFRAME,$0-0
	PUSHQ	BX
	PUSHQ	BP
	PUSHQ	R12
	PUSHQ	R13
	PUSHQ	R14
	PUSHQ	R15
	PCALIGN	$16
	UNDEF	// offset 16
	CALL	runtime·abort<ABIGoes>(SB)
	UNDEF

// Not on a goroutine stack: just call fn (DI). A function of its own, because a frame of systemstack
// means to the unwinder that the goroutine's stack comes next.
TEXT runtime·systemstack_noswitch<ABIGoes>(SB),NOSPLIT|NOFRAME,$0-8
	PUSHQ	R13
	MOVQ	DI, R13
	MOVQ	0(DI), AX
	CALL	AX
	POPQ	R13
	RET

// func systemstack(fn func())
// The caller's registers are saved on the goroutine's stack, where the garbage collector sees them.
TEXT runtime·systemstack<ABIGoes>(SB),NOSPLIT|NOFRAME,$0-8
	get_tls(CX)
	MOVQ	g(CX), AX
	MOVQ	g_m(AX), DX
	MOVQ	m_g0(DX), SI
	CMPQ	AX, m_gsignal(DX)
	JEQ	noswitch
	CMPQ	AX, SI
	JEQ	noswitch
	CMPQ	AX, m_curg(DX)
	JNE	bad

	PUSHQ	BX
	PUSHQ	BP
	PUSHQ	R12
	PUSHQ	R13
	PUSHQ	R14
	PUSHQ	R15
	MOVQ	$runtime·systemstack_switch+16(SB), DX
	MOVQ	DX, (g_sched+gobuf_pc)(AX)
	MOVQ	SP, (g_sched+gobuf_sp)(AX)
	MOVQ	$0, (g_sched+gobuf_bp)(AX)

	MOVQ	SI, g(CX)
	SYNCGUARD(SI, DX, CX)
	MOVQ	(g_sched+gobuf_sp)(SI), SP
	MOVQ	DI, R13
	MOVQ	0(DI), AX
	CALL	AX

	get_tls(CX)
	MOVQ	g(CX), AX
	MOVQ	g_m(AX), AX
	MOVQ	m_curg(AX), AX
	MOVQ	AX, g(CX)
	SYNCGUARD(AX, DX, CX)
	MOVQ	(g_sched+gobuf_sp)(AX), SP
	MOVQ	$0, (g_sched+gobuf_sp)(AX)
	POPQ	R15
	POPQ	R14
	POPQ	R13
	POPQ	R12
	POPQ	BP
	POPQ	BX
	RET

noswitch:
	JMP	runtime·systemstack_noswitch<ABIGoes>(SB)

bad:
	ADJSP	$8
	CALL	runtime·badsystemstack<ABIGoes>(SB)
	UNDEF

// func switchToCrashStack0(fn func())
TEXT runtime·switchToCrashStack0<ABIGoes>(SB),NOSPLIT|NOFRAME,$0-8
	get_tls(CX)
	MOVQ	g(CX), AX
	MOVQ	g_m(AX), BX
	LEAQ	runtime·gcrash(SB), DX
	MOVQ	BX, g_m(DX)
	MOVQ	DX, m_g0(BX)
	MOVQ	DX, g(CX)
	SYNCGUARD(DX, AX, CX)
	MOVQ	(g_stack+stack_hi)(DX), BX
	SUBQ	$32, BX
	MOVQ	BX, SP
	MOVQ	DI, R13
	MOVQ	0(DI), AX
	CALL	AX
	CALL	runtime·abort<ABIGoes>(SB)
	UNDEF

// func setg(gg *g)
TEXT runtime·setg<ABIGoes>(SB),NOSPLIT|NOFRAME,$0-8
	get_tls(CX)
	MOVQ	DI, g(CX)
	JMP	runtime·syncguard<ABIGoes>(SB)

// void setg_gcc(G*), in C's convention; callee-saved registers are not touched.
TEXT setg_gcc<>(SB),NOSPLIT|NOFRAME,$0
	get_tls(CX)
	MOVQ	DI, g(CX)
	JMP	runtime·syncguard<ABIGoes>(SB)

// func syncguard()
// Refresh the cached stack limit from g. Signal handlers run without one.
TEXT runtime·syncguard<ABIGoes>(SB),NOSPLIT|NOFRAME,$0-0
	get_tls(CX)
	MOVQ	g(CX), DX
	TESTQ	DX, DX
	JEQ	none
	MOVQ	g_m(DX), AX
	TESTQ	AX, AX
	JEQ	load
	CMPQ	DX, m_gsignal(AX)
	JEQ	none
load:
	SYNCGUARD(DX, AX, CX)
	RET
none:
	MOVQ	$0, guard(CX)
	RET

// func entersyscall()
// The callee-saved registers may hold the only reference to an object of a caller: leave them where
// the garbage collector looks while the goroutine is in the system call.
TEXT runtime·entersyscall<ABIGoes>(SB),NOSPLIT|NOFRAME,$0-0
	get_tls(CX)
	MOVQ	g(CX), AX
	MOVQ	BX, (g_syscallregs+0)(AX)
	MOVQ	BP, (g_syscallregs+8)(AX)
	MOVQ	R12, (g_syscallregs+16)(AX)
	MOVQ	R13, (g_syscallregs+24)(AX)
	MOVQ	R14, (g_syscallregs+32)(AX)
	MOVQ	R15, (g_syscallregs+40)(AX)
	JMP	runtime·entersyscallgo<ABIGoes>(SB)

// func entersyscallblock()
TEXT runtime·entersyscallblock<ABIGoes>(SB),NOSPLIT|NOFRAME,$0-0
	get_tls(CX)
	MOVQ	g(CX), AX
	MOVQ	BX, (g_syscallregs+0)(AX)
	MOVQ	BP, (g_syscallregs+8)(AX)
	MOVQ	R12, (g_syscallregs+16)(AX)
	MOVQ	R13, (g_syscallregs+24)(AX)
	MOVQ	R14, (g_syscallregs+32)(AX)
	MOVQ	R15, (g_syscallregs+40)(AX)
	JMP	runtime·entersyscallblockgo<ABIGoes>(SB)

// func asmcgocall_no_g(fn, arg unsafe.Pointer)
// On a system stack, perhaps without a g.
TEXT runtime·asmcgocall_no_g<ABIGoes>(SB),NOSPLIT|NOFRAME,$0-16
	PUSHQ	BX
	MOVQ	SP, BX
	MOVQ	SP, DX
	ANDQ	$~15, DX
	MOVQ	DX, SP
	MOVQ	DI, AX
	MOVQ	SI, DI
	CALL	AX
	MOVQ	BX, SP
	POPQ	BX
	RET

// func asmcgocall(fn, arg unsafe.Pointer) int32
// Call the C function fn(arg) on m.g0's stack. C preserves RBX RBP R12-R15.
TEXT runtime·asmcgocall<ABIGoes>(SB),NOSPLIT|NOFRAME,$0-20
	get_tls(CX)
	MOVQ	g(CX), AX
	TESTQ	AX, AX
	JEQ	nosave
	MOVQ	g_m(AX), R8
	CMPQ	AX, m_gsignal(R8)
	JEQ	nosave
	MOVQ	m_g0(R8), R9
	CMPQ	AX, R9
	JEQ	nosave

	PUSHQ	BX
	PUSHQ	BP
	PUSHQ	R12
	PUSHQ	R13
	PUSHQ	R14
	PUSHQ	R15
	MOVQ	$runtime·systemstack_switch+16(SB), DX
	MOVQ	DX, (g_sched+gobuf_pc)(AX)
	MOVQ	SP, (g_sched+gobuf_sp)(AX)
	MOVQ	$0, (g_sched+gobuf_bp)(AX)
	MOVQ	AX, BX
	MOVQ	SP, R12
	MOVQ	R9, g(CX)
	SYNCGUARD(R9, DX, CX)
	MOVQ	(g_sched+gobuf_sp)(R9), DX
	ANDQ	$~15, DX
	MOVQ	DX, SP
	MOVQ	DI, DX
	MOVQ	SI, DI
	CALL	DX
	get_tls(CX)
	MOVQ	BX, g(CX)
	SYNCGUARD(BX, DX, CX)
	MOVQ	R12, SP
	POPQ	R15
	POPQ	R14
	POPQ	R13
	POPQ	R12
	POPQ	BP
	POPQ	BX
	RET

nosave:
	JMP	runtime·asmcgocall_nosave<ABIGoes>(SB)

TEXT runtime·asmcgocall_nosave<ABIGoes>(SB),NOSPLIT|NOFRAME,$0-20
	PUSHQ	BX
	MOVQ	SP, BX
	MOVQ	SP, DX
	ANDQ	$~15, DX
	MOVQ	DX, SP
	MOVQ	DI, AX
	MOVQ	SI, DI
	CALL	AX
	MOVQ	BX, SP
	POPQ	BX
	RET

// Called from cgo wrappers in C's convention: m.curg.stack.hi.
TEXT _cgo_topofstack(SB),NOSPLIT|NOFRAME,$0
	get_tls(CX)
	MOVQ	g(CX), AX
	MOVQ	g_m(AX), AX
	MOVQ	m_curg(AX), AX
	MOVQ	(g_stack+stack_hi)(AX), AX
	RET

// The caller of every goroutine's function: returns arrive at goexit+1.
TEXT runtime·goexit(SB),NOSPLIT|TOPFRAME|NOFRAME,$0-0
	BYTE	$0x90	// NOP
	CALL	runtime·goexit1<ABIGoes>(SB)
	BYTE	$0x90	// NOP

// Injected by the signal handler as if the faulting instruction had called it; RSP ≡ 8 (mod 16).
TEXT runtime·sigpanic0(SB),NOSPLIT|NOFRAME,$0-0
	JMP	runtime·sigpanic<ABIGoes>(SB)

// The same for RSP ≡ 0 (mod 16): a frame of its own, without locals, makes the stack aligned.
TEXT runtime·sigpanic0unaligned(SB),NOSPLIT|NOFRAME,$0-0
	CALL	runtime·sigpanic<ABIGoes>(SB)
	UNDEF

TEXT runtime·abort<ABIGoes>(SB),NOSPLIT|NOFRAME,$0-0
	INT	$3
loop:
	JMP	loop

// Check that SP is in range [g.stack.lo, g.stack.hi). Called by clone's child.
TEXT runtime·stackcheck(SB),NOSPLIT|NOFRAME,$0-0
	get_tls(CX)
	MOVQ	g(CX), AX
	CMPQ	(g_stack+stack_hi)(AX), SP
	JLS	bad
	CMPQ	SP, (g_stack+stack_lo)(AX)
	JLS	bad
	RET
bad:
	CALL	runtime·abort<ABIGoes>(SB)
	UNDEF

TEXT runtime·breakpoint<ABIGoes>(SB),NOSPLIT|NOFRAME,$0-0
	BYTE	$0xcc
	RET

TEXT runtime·asminit<ABIGoes>(SB),NOSPLIT|NOFRAME,$0-0
	RET

TEXT runtime·publicationBarrier<ABIGoes>(SB),NOSPLIT|NOFRAME,$0-0
	RET

// func procyieldAsm(cycles uint32)
TEXT runtime·procyieldAsm<ABIGoes>(SB),NOSPLIT|NOFRAME,$0-4
	TESTL	DI, DI
	JEQ	done
again:
	PAUSE
	SUBL	$1, DI
	JNE	again
done:
	RET

// func cputicks() int64
TEXT runtime·cputicks<ABIGoes>(SB),NOSPLIT|NOFRAME,$0-8
	CMPB	internal∕cpu·X86+const_offsetX86HasRDTSCP(SB), $1
	JNE	fences
	RDTSCP
	SHLQ	$32, DX
	ADDQ	DX, AX
	RET
fences:
	MFENCE
	LFENCE
	RDTSC
	SHLQ	$32, DX
	ADDQ	DX, AX
	RET

// Called from .init_array, in the platform's convention.
TEXT runtime·addmoduledata(SB),NOSPLIT|NOFRAME,$0-0
	MOVQ	runtime·lastmoduledatap(SB), AX
	MOVQ	DI, moduledata_next(AX)
	MOVQ	DI, runtime·lastmoduledatap(SB)
	RET

// func mapinitnoop()
TEXT runtime·mapinitnoop<ABIGoes>(SB),NOSPLIT|NOFRAME,$0-0
	RET

// reflectcall's variants: one for each size of stack argument area, so that the frame size is a constant.
//
// func reflectcall(stackArgsType *_type, fn, stackArgs unsafe.Pointer, stackArgsSize, stackRetOffset, frameSize uint32, regArgs *abi.RegArgs)
// DI type (nil from runFinalizers), SI fn (address of a word with the code address), DX stack argument slots, CX their size, 8(SP) regArgs.
// The room check is the one LLVM puts into prologues.
#define CALLFN(NAME, SIZE) \
TEXT NAME(SB),NOSPLIT|NOFRAME|WRAPPER,$0-56; \
	LEAQ	-(SIZE+256)(SP), R11; \
	get_tls(AX); \
	CMPQ	R11, guard(AX); \
	JLS	grow; \
body: \
	PUSHQ	R13; \
	PUSHQ	BX; \
	ADJSP	$(SIZE+8); \
	MOVQ	(SIZE+32)(SP), BX; \
	MOVQ	SI, R13; \
	MOVL	CX, CX; \
copy: \
	SUBQ	$8, CX; \
	JLT	loadregs; \
	MOVQ	(DX)(CX*1), AX; \
	MOVQ	AX, (SP)(CX*1); \
	JMP	copy; \
loadregs: \
	MOVQ	0(BX), DI; \
	MOVQ	8(BX), SI; \
	MOVQ	16(BX), DX; \
	MOVQ	24(BX), CX; \
	MOVQ	32(BX), R8; \
	MOVQ	40(BX), R9; \
	MOVSD	48(BX), X0; \
	MOVSD	56(BX), X1; \
	MOVSD	64(BX), X2; \
	MOVSD	72(BX), X3; \
	MOVSD	80(BX), X4; \
	MOVSD	88(BX), X5; \
	MOVSD	96(BX), X6; \
	MOVSD	104(BX), X7; \
	MOVQ	0(R13), AX; \
	CALL	AX; \
	MOVQ	AX, 0(BX); \
	MOVQ	DX, 8(BX); \
	MOVQ	CX, 16(BX); \
	MOVQ	R8, 24(BX); \
	MOVSD	X0, 48(BX); \
	MOVSD	X1, 56(BX); \
	MOVSD	X2, 64(BX); \
	MOVSD	X3, 72(BX); \
	ADJSP	$-(SIZE+8); \
	POPQ	BX; \
	POPQ	R13; \
	RET; \
grow: \
	MOVL	$(SIZE+256), R10; \
	MOVL	$8, R11; \
	CALL	__morestack<ABIGoes>(SB); \
	RET; \
	JMP	body

CALLFN(reflectcall0<>, 0)
CALLFN(reflectcall64<>, 64)
CALLFN(reflectcall512<>, 512)
CALLFN(reflectcall8192<>, 8192)
CALLFN(reflectcall262144<>, 262144)

TEXT runtime·reflectcall<ABIGoes>(SB),NOSPLIT|NOFRAME|WRAPPER,$0-56
	CMPL	CX, $0
	JEQ	none
	TESTQ	DI, DI
	JEQ	finalizer
sized:
	CMPL	CX, $64
	JLS	small
	CMPL	CX, $512
	JLS	medium
	CMPL	CX, $8192
	JLS	large
	CMPL	CX, $262144
	JLS	huge
	JMP	runtime·badreflectcall<ABIGoes>(SB)
none:
	JMP	reflectcall0<>(SB)
small:
	JMP	reflectcall64<>(SB)
medium:
	JMP	reflectcall512<>(SB)
large:
	JMP	reflectcall8192<>(SB)
huge:
	JMP	reflectcall262144<>(SB)
finalizer:
	// runFinalizers passes no type, and a frame of two words for the argument and the results' size. Results of
	// more than four words travel in memory: their address comes before the argument.
	CMPL	CX, $48
	JLS	sized
	MOVQ	8(SP), AX
	MOVQ	8(AX), R10
	MOVQ	R10, 16(AX)
	MOVQ	0(AX), R10
	MOVQ	R10, 8(AX)
	MOVQ	DX, 0(AX)
	MOVL	$0, CX
	JMP	reflectcall0<>(SB)
