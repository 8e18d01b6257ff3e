// Upstream's equal_amd64.s and compare_amd64.s take gc's registers and find memequal_varlen's closure in DX.
// runtime.memequal, memequal_varlen and cmpstring are defined with the other memory functions in overlay/runtime.
//
//goes:file drop equal_amd64.s
//goes:file drop compare_amd64.s

#include "textflag.h"

// func Compare(a, b []byte) int
TEXT ·Compare<ABIGoes>(SB),NOSPLIT|NOFRAME,$0-56
	// DI SI DX = a, CX R8 R9 = b
	MOVQ	SI, DX
	MOVQ	CX, SI
	MOVQ	R8, CX
	JMP	runtime·comparebytes<ABIGoes>(SB)
