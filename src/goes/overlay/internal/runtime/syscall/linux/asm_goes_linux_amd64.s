// Upstream's Syscall6 takes gc's registers. This one shuffles ours into the kernel's: every system call passes here.
//
//goes:file drop asm_linux_amd64.s

#include "textflag.h"

// func Syscall6(num, a1, a2, a3, a4, a5, a6 uintptr) (r1, r2, errno uintptr)
TEXT ·Syscall6<ABIGoes>(SB),NOSPLIT|NOFRAME,$0-80
	MOVQ	DI, AX		// num
	MOVQ	SI, DI		// a1
	MOVQ	DX, SI		// a2
	MOVQ	CX, DX		// a3
	MOVQ	R8, R10		// a4
	MOVQ	R9, R8		// a5
	MOVQ	8(SP), R9	// a6
	SYSCALL
	CMPQ	AX, $0xfffffffffffff001
	JLS	ok
	NEGQ	AX
	MOVQ	AX, CX
	MOVQ	$-1, AX
	MOVQ	$0, DX
	RET
ok:
	MOVQ	$0, CX
	RET
