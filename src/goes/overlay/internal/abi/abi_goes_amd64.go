// The registers of goes' calling convention (codegen/abi.py), as reflect and runtime see them.

package abi

const (
	// RDI RSI RDX RCX R8 R9; results use the first four of RAX RDX RCX R8.
	IntArgRegs = 6

	// X0-X7; results use X0-X3.
	FloatArgRegs = 8

	EffectiveFloatRegSize = 8
)
