// Copying, clearing and comparing memory, for Go and for the calls that LLVM makes by itself.
//
// Upstream's memmove and memclrNoHeapPointers take gc's registers. C's convention and goes' agree for these argument
// lists, so one body serves both. Words that may hold pointers are always moved by 8- or 16-byte accesses, because the
// garbage collector reads them concurrently.
//
//goes:file drop memmove_amd64.s
//goes:file drop memclr_amd64.s

#include "textflag.h"

TEXT memmove<ABIGoes>(SB),NOSPLIT|NOFRAME,$0-32
	JMP	runtime·memmove<ABIGoes>(SB)

TEXT memcpy<ABIGoes>(SB),NOSPLIT|NOFRAME,$0-32
	JMP	runtime·memmove<ABIGoes>(SB)

// func memmove(to, from unsafe.Pointer, n uintptr); void *memmove(void *to, const void *from, size_t n)
TEXT runtime·memmove<ABIGoes>(SB),NOSPLIT|NOFRAME,$0-24
	MOVQ	DI, AX
	CMPQ	DX, $16
	JHI	over16
	CMPQ	DX, $8
	JCC	from8to16
	CMPQ	DX, $4
	JCC	from4to7
	CMPQ	DX, $1
	JHI	from2to3
	JNE	done
	MOVB	(SI), CX
	MOVB	CX, (DI)
done:
	RET
from2to3:
	MOVW	(SI), CX
	MOVW	-2(SI)(DX*1), R8
	MOVW	CX, (DI)
	MOVW	R8, -2(DI)(DX*1)
	RET
from4to7:
	MOVL	(SI), CX
	MOVL	-4(SI)(DX*1), R8
	MOVL	CX, (DI)
	MOVL	R8, -4(DI)(DX*1)
	RET
from8to16:
	MOVQ	(SI), CX
	MOVQ	-8(SI)(DX*1), R8
	MOVQ	CX, (DI)
	MOVQ	R8, -8(DI)(DX*1)
	RET
over16:
	CMPQ	DX, $32
	JHI	over32
	MOVOU	(SI), X0
	MOVOU	-16(SI)(DX*1), X1
	MOVOU	X0, (DI)
	MOVOU	X1, -16(DI)(DX*1)
	RET
over32:
	CMPQ	DX, $64
	JHI	over64
	MOVOU	(SI), X0
	MOVOU	16(SI), X1
	MOVOU	-32(SI)(DX*1), X2
	MOVOU	-16(SI)(DX*1), X3
	MOVOU	X0, (DI)
	MOVOU	X1, 16(DI)
	MOVOU	X2, -32(DI)(DX*1)
	MOVOU	X3, -16(DI)(DX*1)
	RET
over64:
	CMPQ	DX, $128
	JHI	over128
	MOVOU	(SI), X0
	MOVOU	16(SI), X1
	MOVOU	32(SI), X2
	MOVOU	48(SI), X3
	MOVOU	-64(SI)(DX*1), X4
	MOVOU	-48(SI)(DX*1), X5
	MOVOU	-32(SI)(DX*1), X6
	MOVOU	-16(SI)(DX*1), X7
	MOVOU	X0, (DI)
	MOVOU	X1, 16(DI)
	MOVOU	X2, 32(DI)
	MOVOU	X3, 48(DI)
	MOVOU	X4, -64(DI)(DX*1)
	MOVOU	X5, -48(DI)(DX*1)
	MOVOU	X6, -32(DI)(DX*1)
	MOVOU	X7, -16(DI)(DX*1)
	RET
over128:
	// Overlapping with the destination above the source: from the end.
	MOVQ	DI, CX
	SUBQ	SI, CX
	JEQ	done
	CMPQ	CX, DX
	JCS	backward

	// The last 64 bytes, read before they can be overwritten; the destination's start is aligned by the first 16.
	MOVOU	-64(SI)(DX*1), X8
	MOVOU	-48(SI)(DX*1), X9
	MOVOU	-32(SI)(DX*1), X10
	MOVOU	-16(SI)(DX*1), X11
	LEAQ	(DI)(DX*1), R9		// end of the destination
	CMPQ	DX, $2048
	JCC	string
forward:
	MOVOU	(SI), X0
	MOVOU	16(SI), X1
	MOVOU	32(SI), X2
	MOVOU	48(SI), X3
	MOVOU	X0, (DI)
	MOVOU	X1, 16(DI)
	MOVOU	X2, 32(DI)
	MOVOU	X3, 48(DI)
	ADDQ	$64, SI
	ADDQ	$64, DI
	SUBQ	$64, DX
	CMPQ	DX, $64
	JHI	forward
forwardtail:
	MOVOU	X8, -64(R9)
	MOVOU	X9, -48(R9)
	MOVOU	X10, -32(R9)
	MOVOU	X11, -16(R9)
	RET
string:
	// rep movsq reads and writes whole words in ascending order.
	MOVQ	DX, CX
	SHRQ	$3, CX
	REP; MOVSQ
	JMP	forwardtail

backward:
	MOVOU	(SI), X8
	MOVOU	16(SI), X9
	MOVOU	32(SI), X10
	MOVOU	48(SI), X11
backwardloop:
	MOVOU	-16(SI)(DX*1), X0
	MOVOU	-32(SI)(DX*1), X1
	MOVOU	-48(SI)(DX*1), X2
	MOVOU	-64(SI)(DX*1), X3
	MOVOU	X0, -16(DI)(DX*1)
	MOVOU	X1, -32(DI)(DX*1)
	MOVOU	X2, -48(DI)(DX*1)
	MOVOU	X3, -64(DI)(DX*1)
	SUBQ	$64, DX
	CMPQ	DX, $64
	JHI	backwardloop
	MOVOU	X8, (DI)
	MOVOU	X9, 16(DI)
	MOVOU	X10, 32(DI)
	MOVOU	X11, 48(DI)
	RET

// func memclrNoHeapPointers(ptr unsafe.Pointer, n uintptr)
TEXT runtime·memclrNoHeapPointers<ABIGoes>(SB),NOSPLIT|NOFRAME,$0-16
	PXOR	X0, X0
	XORL	R8, R8
	MOVQ	SI, DX
	JMP	fill<>(SB)

// void *memset(void *p, int c, size_t n)
TEXT memset<ABIGoes>(SB),NOSPLIT|NOFRAME,$0-32
	MOVBLZX	SI, SI
	MOVQ	$0x0101010101010101, R8
	IMULQ	SI, R8
	MOVQ	R8, X0
	PUNPCKLQDQ	X0, X0
	JMP	fill<>(SB)

// DI = start, DX = size, R8 and X0 = the byte, repeated. Result AX = start.
TEXT fill<>(SB),NOSPLIT|NOFRAME,$0
	MOVQ	DI, AX
	CMPQ	DX, $16
	JHI	over16
	CMPQ	DX, $8
	JCC	from8to16
	CMPQ	DX, $4
	JCC	from4to7
	CMPQ	DX, $1
	JHI	from2to3
	JNE	done
	MOVB	R8, (DI)
done:
	RET
from2to3:
	MOVW	R8, (DI)
	MOVW	R8, -2(DI)(DX*1)
	RET
from4to7:
	MOVL	R8, (DI)
	MOVL	R8, -4(DI)(DX*1)
	RET
from8to16:
	MOVQ	R8, (DI)
	MOVQ	R8, -8(DI)(DX*1)
	RET
over16:
	MOVOU	X0, (DI)
	MOVOU	X0, -16(DI)(DX*1)
	CMPQ	DX, $32
	JLS	done
	MOVOU	X0, 16(DI)
	MOVOU	X0, -32(DI)(DX*1)
	CMPQ	DX, $64
	JLS	done
	MOVOU	X0, 32(DI)
	MOVOU	X0, 48(DI)
	MOVOU	X0, -64(DI)(DX*1)
	MOVOU	X0, -48(DI)(DX*1)
	CMPQ	DX, $128
	JLS	done
	CMPQ	DX, $2048
	JCC	string
	// The first and the last 64 bytes are done.
	SUBQ	$128, DX
loop:
	MOVOU	X0, 64(DI)
	MOVOU	X0, 80(DI)
	MOVOU	X0, 96(DI)
	MOVOU	X0, 112(DI)
	ADDQ	$64, DI
	SUBQ	$64, DX
	JHI	loop
	RET
string:
	MOVQ	AX, R9
	MOVQ	R8, AX
	MOVQ	DX, CX
	SHRQ	$3, CX
	REP; STOSQ
	MOVQ	R9, AX
	RET

// int bcmp(const void *a, const void *b, size_t n): nonzero if they differ
TEXT bcmp<ABIGoes>(SB),NOSPLIT|NOFRAME,$0-28
	JMP	memcmp<ABIGoes>(SB)

// int memcmp(const void *a, const void *b, size_t n)
TEXT memcmp<ABIGoes>(SB),NOSPLIT|NOFRAME,$0-28
	MOVQ	DX, CX
	JMP	runtime·comparebytes<ABIGoes>(SB)

// comparebytes compares DX bytes at DI with CX bytes at SI: AX = -1, 0, 1. Used by bytealg's Compare and cmpstring.
TEXT runtime·comparebytes<ABIGoes>(SB),NOSPLIT|NOFRAME,$0-40
	MOVQ	DX, R8
	CMPQ	CX, R8
	JCC	2(PC)
	MOVQ	CX, R8		// the shorter length
	CMPQ	DI, SI
	JEQ	lengths
	CMPQ	R8, $16
	JCS	words
loop16:
	MOVOU	(DI), X0
	MOVOU	(SI), X1
	PCMPEQB	X0, X1
	PMOVMSKB	X1, AX
	XORL	$0xffff, AX
	JNE	diff16
	ADDQ	$16, DI
	ADDQ	$16, SI
	SUBQ	$16, R8
	CMPQ	R8, $16
	JCC	loop16
words:
	CMPQ	R8, $8
	JCS	bytes
	MOVQ	(DI), AX
	MOVQ	(SI), R9
	CMPQ	AX, R9
	JNE	diff8
	ADDQ	$8, DI
	ADDQ	$8, SI
	SUBQ	$8, R8
bytes:
	TESTQ	R8, R8
	JEQ	lengths
	MOVBLZX	(DI), AX
	MOVBLZX	(SI), R9
	CMPL	AX, R9
	JNE	decide
	INCQ	DI
	INCQ	SI
	DECQ	R8
	JMP	bytes
lengths:
	CMPQ	DX, CX
	JEQ	equal
decide:
	SBBQ	AX, AX		// -1 if below
	ORQ	$1, AX
	RET
equal:
	XORL	AX, AX
	RET
diff16:
	BSFL	AX, AX
	MOVBLZX	(DI)(AX*1), R8
	MOVBLZX	(SI)(AX*1), R9
	CMPL	R8, R9
	JMP	decide
diff8:
	BSWAPQ	AX
	BSWAPQ	R9
	CMPQ	AX, R9
	JMP	decide

// memequal and memequal_varlen are declared here and, upstream, defined in internal/bytealg.

// func memequal_varlen(a, b unsafe.Pointer) bool; the size is in the closure
TEXT runtime·memequal_varlen<ABIGoes>(SB),NOSPLIT|NOFRAME,$0-17
	MOVQ	8(R13), DX
	JMP	runtime·memequal<ABIGoes>(SB)

// func memequal(a, b unsafe.Pointer, size uintptr) bool
TEXT runtime·memequal<ABIGoes>(SB),NOSPLIT|NOFRAME,$0-25
	CMPQ	DI, SI
	JEQ	equal
	CMPQ	DX, $16
	JCC	over16
	CMPQ	DX, $8
	JCC	from8to15
	CMPQ	DX, $4
	JCC	from4to7
	TESTQ	DX, DX
	JEQ	equal
tail:
	MOVBLZX	-1(DI)(DX*1), AX
	MOVBLZX	-1(SI)(DX*1), CX
	CMPL	AX, CX
	JNE	differ
	DECQ	DX
	JNE	tail
equal:
	MOVL	$1, AX
	RET
differ:
	XORL	AX, AX
	RET
from4to7:
	MOVL	(DI), AX
	MOVL	-4(DI)(DX*1), CX
	XORL	(SI), AX
	XORL	-4(SI)(DX*1), CX
	ORL	CX, AX
	SETEQ	AX
	RET
from8to15:
	MOVQ	(DI), AX
	MOVQ	-8(DI)(DX*1), CX
	XORQ	(SI), AX
	XORQ	-8(SI)(DX*1), CX
	ORQ	CX, AX
	SETEQ	AX
	RET
over16:
	// The last 16 bytes first, then 64 or 16 at a time from the start.
	MOVOU	-16(DI)(DX*1), X0
	MOVOU	-16(SI)(DX*1), X1
	PCMPEQB	X1, X0
	PMOVMSKB	X0, AX
	CMPL	AX, $0xffff
	JNE	differ
	SUBQ	$16, DX
loop64:
	CMPQ	DX, $64
	JCS	loop16
	MOVOU	(DI), X0
	MOVOU	(SI), X1
	MOVOU	16(DI), X2
	MOVOU	16(SI), X3
	MOVOU	32(DI), X4
	MOVOU	32(SI), X5
	MOVOU	48(DI), X6
	MOVOU	48(SI), X7
	PCMPEQB	X1, X0
	PCMPEQB	X3, X2
	PCMPEQB	X5, X4
	PCMPEQB	X7, X6
	PAND	X2, X0
	PAND	X6, X4
	PAND	X4, X0
	PMOVMSKB	X0, AX
	CMPL	AX, $0xffff
	JNE	differ
	ADDQ	$64, DI
	ADDQ	$64, SI
	SUBQ	$64, DX
	JMP	loop64
loop16:
	TESTQ	DX, DX
	JEQ	equal
	MOVOU	(DI), X0
	MOVOU	(SI), X1
	PCMPEQB	X1, X0
	PMOVMSKB	X0, AX
	CMPL	AX, $0xffff
	JNE	differ
	ADDQ	$16, DI
	ADDQ	$16, SI
	SUBQ	$16, DX
	JHI	loop16
	JMP	equal

// func cmpstring(a, b string) int
TEXT runtime·cmpstring<ABIGoes>(SB),NOSPLIT|NOFRAME,$0-40
	MOVQ	DX, R8
	MOVQ	SI, DX
	MOVQ	R8, SI
	JMP	runtime·comparebytes<ABIGoes>(SB)
