// Injected asynchronous preemption.
//
// Upstream's asyncPreempt calls asyncPreempt2 in gc's convention and with whatever alignment the interrupted code had.
// LLVM code needs RSP ≡ 0 (mod 16) at calls; a frame whose size depends on the interrupted RSP could not be unwound, so
// there are two, chosen by the signal handler (signal_goes_amd64.go).
//
//goes:file drop preempt_amd64.s

#include "go_asm.h"
#include "go_tls.h"
#include "textflag.h"

#define SAVEGP \
	MOVQ	AX, 0(SP); \
	MOVQ	CX, 8(SP); \
	MOVQ	DX, 16(SP); \
	MOVQ	BX, 24(SP); \
	MOVQ	SI, 32(SP); \
	MOVQ	DI, 40(SP); \
	MOVQ	BP, 48(SP); \
	MOVQ	R8, 56(SP); \
	MOVQ	R9, 64(SP); \
	MOVQ	R10, 72(SP); \
	MOVQ	R11, 80(SP); \
	MOVQ	R12, 88(SP); \
	MOVQ	R13, 96(SP); \
	MOVQ	R14, 104(SP); \
	MOVQ	R15, 112(SP)

#define RESTOREGP \
	MOVQ	112(SP), R15; \
	MOVQ	104(SP), R14; \
	MOVQ	96(SP), R13; \
	MOVQ	88(SP), R12; \
	MOVQ	80(SP), R11; \
	MOVQ	72(SP), R10; \
	MOVQ	64(SP), R9; \
	MOVQ	56(SP), R8; \
	MOVQ	48(SP), BP; \
	MOVQ	40(SP), DI; \
	MOVQ	32(SP), SI; \
	MOVQ	24(SP), BX; \
	MOVQ	16(SP), DX; \
	MOVQ	8(SP), CX; \
	MOVQ	0(SP), AX

// The vector state goes to p.xRegs.scratch and comes back from *p.xRegs.cache.
#define SCRATCH \
	get_tls(CX); \
	MOVQ	g(CX), AX; \
	MOVQ	g_m(AX), AX; \
	MOVQ	m_p(AX), AX; \
	LEAQ	(p_xRegs+xRegPerP_scratch)(AX), AX

#define CACHE \
	get_tls(CX); \
	MOVQ	g(CX), AX; \
	MOVQ	g_m(AX), AX; \
	MOVQ	m_p(AX), AX; \
	MOVQ	(p_xRegs+xRegPerP_cache)(AX), AX

#define SAVESSE \
	MOVUPS	X0, 0(AX); \
	MOVUPS	X1, 64(AX); \
	MOVUPS	X2, 128(AX); \
	MOVUPS	X3, 192(AX); \
	MOVUPS	X4, 256(AX); \
	MOVUPS	X5, 320(AX); \
	MOVUPS	X6, 384(AX); \
	MOVUPS	X7, 448(AX); \
	MOVUPS	X8, 512(AX); \
	MOVUPS	X9, 576(AX); \
	MOVUPS	X10, 640(AX); \
	MOVUPS	X11, 704(AX); \
	MOVUPS	X12, 768(AX); \
	MOVUPS	X13, 832(AX); \
	MOVUPS	X14, 896(AX); \
	MOVUPS	X15, 960(AX)

#define RESTORESSE \
	MOVUPS	960(AX), X15; \
	MOVUPS	896(AX), X14; \
	MOVUPS	832(AX), X13; \
	MOVUPS	768(AX), X12; \
	MOVUPS	704(AX), X11; \
	MOVUPS	640(AX), X10; \
	MOVUPS	576(AX), X9; \
	MOVUPS	512(AX), X8; \
	MOVUPS	448(AX), X7; \
	MOVUPS	384(AX), X6; \
	MOVUPS	320(AX), X5; \
	MOVUPS	256(AX), X4; \
	MOVUPS	192(AX), X3; \
	MOVUPS	128(AX), X2; \
	MOVUPS	64(AX), X1; \
	MOVUPS	0(AX), X0

#define SAVEAVX \
	VMOVDQU	Y0, 0(AX); \
	VMOVDQU	Y1, 64(AX); \
	VMOVDQU	Y2, 128(AX); \
	VMOVDQU	Y3, 192(AX); \
	VMOVDQU	Y4, 256(AX); \
	VMOVDQU	Y5, 320(AX); \
	VMOVDQU	Y6, 384(AX); \
	VMOVDQU	Y7, 448(AX); \
	VMOVDQU	Y8, 512(AX); \
	VMOVDQU	Y9, 576(AX); \
	VMOVDQU	Y10, 640(AX); \
	VMOVDQU	Y11, 704(AX); \
	VMOVDQU	Y12, 768(AX); \
	VMOVDQU	Y13, 832(AX); \
	VMOVDQU	Y14, 896(AX); \
	VMOVDQU	Y15, 960(AX)

#define RESTOREAVX \
	VMOVDQU	960(AX), Y15; \
	VMOVDQU	896(AX), Y14; \
	VMOVDQU	832(AX), Y13; \
	VMOVDQU	768(AX), Y12; \
	VMOVDQU	704(AX), Y11; \
	VMOVDQU	640(AX), Y10; \
	VMOVDQU	576(AX), Y9; \
	VMOVDQU	512(AX), Y8; \
	VMOVDQU	448(AX), Y7; \
	VMOVDQU	384(AX), Y6; \
	VMOVDQU	320(AX), Y5; \
	VMOVDQU	256(AX), Y4; \
	VMOVDQU	192(AX), Y3; \
	VMOVDQU	128(AX), Y2; \
	VMOVDQU	64(AX), Y1; \
	VMOVDQU	0(AX), Y0

// Code for x86-64-v1 and v2 uses XMM only, for v3 also YMM; for v4 the compiler keeps to YMM and no mask registers.
#ifdef GOAMD64_v3
#define SAVEVECTOR SAVEAVX
#define RESTOREVECTOR RESTOREAVX
#else
#ifdef GOAMD64_v4
#define SAVEVECTOR SAVEAVX
#define RESTOREVECTOR RESTOREAVX
#else
#define SAVEVECTOR SAVESSE
#define RESTOREVECTOR RESTORESSE
#endif
#endif

// Interrupted RSP ≡ 0 (mod 16): 8 after the pushed pc, 0 after the flags.
TEXT ·asyncPreempt(SB),NOSPLIT|NOFRAME,$0-0
	PUSHFQ
	ADJSP	$128
	SAVEGP
	SCRATCH
	SAVEVECTOR
	CALL	·asyncPreempt2<ABIGoes>(SB)
	CACHE
	RESTOREVECTOR
	RESTOREGP
	ADJSP	$-128
	POPFQ
	RET

// Interrupted RSP ≡ 8 (mod 16).
TEXT ·asyncPreemptUnaligned(SB),NOSPLIT|NOFRAME,$0-0
	PUSHFQ
	ADJSP	$120
	SAVEGP
	SCRATCH
	SAVEVECTOR
	CALL	·asyncPreempt2<ABIGoes>(SB)
	CACHE
	RESTOREVECTOR
	RESTOREGP
	ADJSP	$-120
	POPFQ
	RET
