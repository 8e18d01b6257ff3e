"""The instructions of goes' SSA form. This file is the manual of the IR, and the one to import from.

    func f(s []int, i int) int { return s[i] + 1 }

    func main.f(s []int, i int) int:
    0:                                                  entry
        t0 = len s                                      int
        boundscheck index i, t0
        t1 = indexaddr s, i                             *int
        t2 = load t1                                    int
        t3 = t2 + 1:int                                 int
        return t3

A Program holds Functions; a Function holds Blocks; a Block ends with exactly one control instruction (Jump, If, Switch,
Return, Panic, Unreachable). Phis come first. A Value has a Go `type`; types are concrete: generic functions are built
once per distinct type arguments, so no TypeParam occurs anywhere below.

Go semantics stay visible, but every run-time check is an instruction of its own (NilCheck, BoundsCheck, SliceCheck,
DivCheck, ShiftCheck, …), so that a pass can drop the check and keep the access. Loads and stores themselves never
check. `FieldAddr`/`IndexAddr` on a pointer do not check either: the builder puts a NilCheck first where Go demands one.

Values of any Go type may be SSA values, also structs and arrays; codegen keeps types with more than abi.MAX_PARTS parts
in memory. Builders should therefore copy big values with Load directly followed by its only use, Store.

Positions: `pos` is a diag Pos (0 = none). `site` is the InlineSite when the instruction came in by inlining, else None.

`operands()` lists operand Values in order, `set_operand(i, v)` replaces one; passes need nothing else to rewrite.

They are defined in four files by topic: `operands` (values, and the bases of the instructions), `instr_values` (memory,
arithmetic, interfaces), `instr_containers` (slices, strings, maps, channels), `instr_control` (checks, calls, branches).

Sources: golang.org/x/tools/go/ssa (roles); Go spec; compiler-contracts sections 1, 6, 7.
"""

from __future__ import annotations

from .instr_containers import (
    Append,
    AppendSlice,
    Cap,
    Clear,
    CloseChan,
    Copy,
    DataPtr,
    Len,
    MakeChan,
    MakeMap,
    MakeSlice,
    MakeView,
    MapAssign,
    MapDelete,
    MapLookup,
    MapNext,
    MapRange,
    Recv,
    Select,
    SelectState,
    Send,
    SliceOp,
    SliceToArrayPointer,
    StringNext,
)
from .instr_control import (
    SLICE3_ACAP,
    SLICE3_ALEN,
    SLICE3_B,
    SLICE3_C,
    SLICE_ACAP,
    SLICE_ALEN,
    SLICE_B,
    SLICE_CONVERT,
    AnyCall,
    BoundsCheck,
    CallInvoke,
    CallRuntime,
    CallStatic,
    CallValue,
    Defer,
    DeferToken,
    DivCheck,
    Go,
    If,
    Jump,
    MakeClosure,
    NilCheck,
    Panic,
    Print,
    Recover,
    Return,
    RunDefers,
    ShiftCheck,
    SliceCheck,
    Switch,
    Unreachable,
)
from .instr_values import (
    BARRIER_NEEDED,
    BARRIER_NONE,
    BARRIER_UNKNOWN,
    Aggregate,
    Alloc,
    BinOp,
    ChangeInterface,
    ChangeType,
    ComplexOp,
    Concat,
    Convert,
    Extract,
    Field,
    FieldAddr,
    Index,
    IndexAddr,
    Load,
    MakeInterface,
    MinMax,
    Phi,
    Store,
    StringConvert,
    TypeAssert,
    UnOp,
)
from .operands import (
    HEAP,
    STACK,
    UNDECIDED,
    Binary,
    Const,
    FreeVar,
    FuncRef,
    Global,
    InlineSite,
    Instr,
    Param,
    Unary,
    Value,
    Variadic,
)

__all__ = [
    "BARRIER_NEEDED", "BARRIER_NONE", "BARRIER_UNKNOWN", "HEAP", "SLICE3_ACAP", "SLICE3_ALEN", "SLICE3_B",
    "SLICE3_C", "SLICE_ACAP", "SLICE_ALEN", "SLICE_B", "SLICE_CONVERT", "STACK", "UNDECIDED", "Aggregate", "Alloc",
    "AnyCall", "Append", "AppendSlice", "BinOp", "Binary", "BoundsCheck", "CallInvoke", "CallRuntime", "CallStatic",
    "CallValue", "Cap", "ChangeInterface", "ChangeType", "Clear", "CloseChan", "ComplexOp", "Concat", "Const",
    "Convert", "Copy", "DataPtr", "Defer", "DeferToken", "DivCheck", "Extract", "Field", "FieldAddr", "FreeVar",
    "FuncRef", "Global", "Go", "If", "Index", "IndexAddr", "InlineSite", "Instr", "Jump", "Len", "Load", "MakeChan",
    "MakeClosure", "MakeInterface", "MakeMap", "MakeSlice", "MakeView", "MapAssign", "MapDelete", "MapLookup",
    "MapNext", "MapRange", "MinMax", "NilCheck", "Panic", "Param", "Phi", "Print", "Recover", "Recv", "Return",
    "RunDefers", "Select", "SelectState", "Send", "ShiftCheck", "SliceCheck", "SliceOp", "SliceToArrayPointer",
    "Store", "StringConvert", "StringNext", "Switch", "TypeAssert", "UnOp", "Unary", "Unreachable", "Value",
    "Variadic",
]  # fmt: skip
