// The code of functions made by MakeFunc and of method values: upstream's spill gc's argument registers. These save
// RDI RSI RDX RCX R8 R9 X0-X7 as an abi.RegArgs on the stack, pass it to Go, and return what Go leaves in it.
//
//goes:file drop asm_amd64.s

#include "textflag.h"

// abi.RegArgs: 6 integers at 0, 8 floats at 48, 6 pointers at 112, a bitmap at 160.
#define SAVEREGS \
	MOVQ	DI, 0(SP); \
	MOVQ	SI, 8(SP); \
	MOVQ	DX, 16(SP); \
	MOVQ	CX, 24(SP); \
	MOVQ	R8, 32(SP); \
	MOVQ	R9, 40(SP); \
	MOVSD	X0, 48(SP); \
	MOVSD	X1, 56(SP); \
	MOVSD	X2, 64(SP); \
	MOVSD	X3, 72(SP); \
	MOVSD	X4, 80(SP); \
	MOVSD	X5, 88(SP); \
	MOVSD	X6, 96(SP); \
	MOVSD	X7, 104(SP); \
	XORL	AX, AX; \
	MOVQ	AX, 112(SP); \
	MOVQ	AX, 120(SP); \
	MOVQ	AX, 128(SP); \
	MOVQ	AX, 136(SP); \
	MOVQ	AX, 144(SP); \
	MOVQ	AX, 152(SP); \
	MOVQ	AX, 160(SP)

#define RESULTS \
	MOVQ	0(SP), AX; \
	MOVQ	8(SP), DX; \
	MOVQ	16(SP), CX; \
	MOVQ	24(SP), R8; \
	MOVSD	48(SP), X0; \
	MOVSD	56(SP), X1; \
	MOVSD	64(SP), X2; \
	MOVSD	72(SP), X3

// R13 = *makeFuncImpl
TEXT ·makeFuncStub(SB),NOSPLIT|NOFRAME|WRAPPER,$0
	ADJSP	$168
	SAVEREGS
	MOVQ	R13, DI
	LEAQ	176(SP), SI	// stack arguments
	MOVQ	SP, DX
	CALL	·callReflect<ABIGoes>(SB)
	RESULTS
	ADJSP	$-168
	RET

// R13 = *methodValue
TEXT ·methodValueCall(SB),NOSPLIT|NOFRAME|WRAPPER,$0
	ADJSP	$168
	SAVEREGS
	MOVQ	R13, DI
	LEAQ	176(SP), SI
	MOVQ	SP, DX
	CALL	·callMethod<ABIGoes>(SB)
	RESULTS
	ADJSP	$-168
	RET
