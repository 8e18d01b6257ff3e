// vfork's child runs on the parent's stack and overwrites what lies below the frame that called rawVforkSyscall. An
// adapter's frame between the caller and upstream's TEXT would be destroyed before the parent returns through it: this
// TEXT keeps nothing on the stack. Callers must treat it as returning twice.

#include "textflag.h"

// func rawVforkSyscall(trap, a1, a2, a3 uintptr) (r1 uintptr, err Errno)
TEXT ·rawVforkSyscall<ABIGoes>(SB),NOSPLIT|NOFRAME,$0-48
	MOVQ	DI, AX
	MOVQ	SI, DI
	MOVQ	DX, SI
	MOVQ	CX, DX
	MOVQ	$0, R10
	MOVQ	$0, R8
	POPQ	R9		// the return address
	SYSCALL
	PUSHQ	R9
	CMPQ	AX, $0xfffffffffffff001
	JLS	ok
	NEGQ	AX
	MOVQ	AX, DX
	MOVQ	$-1, AX
	RET
ok:
	MOVQ	$0, DX
	RET
