"""Run-time checks: a compare, a branch, and a cold call of the runtime's panic function.

    boundscheck x, y    →      %ok = icmp ult i64 %x, %y
                               br i1 %ok, label %go, label %cold
                        cold:  call void @runtime.goPanicIndex(i64 %x, i64 %y) ; unreachable

Sources: compiler-contracts 1.2, 6.6, 6.8; internal/abi/bounds.go (codes).
"""

from __future__ import annotations

from typing import Final

from ..ssa import instr as ir
from .emitter import Emitter
from .values import const_int, is_unsigned, operand, widen

_SLICE_PANIC: Final[dict[int, str]] = {
    ir.SLICE_ALEN: "goPanicSliceAlen",
    ir.SLICE_ACAP: "goPanicSliceAcap",
    ir.SLICE_B: "goPanicSliceB",
    ir.SLICE3_ALEN: "goPanicSlice3Alen",
    ir.SLICE3_ACAP: "goPanicSlice3Acap",
    ir.SLICE3_B: "goPanicSlice3B",
    ir.SLICE3_C: "goPanicSlice3C",
}


def nil_check(e: Emitter, i: ir.NilCheck) -> None:
    check_pointer(e, operand(e, i.x)[0])


def check_pointer(e: Emitter, pointer: str) -> None:
    if pointer.startswith("@"):
        return
    e.fail_unless(e.op(f"icmp ne ptr {pointer}, null"), "panicnil", [])


def bounds_check(e: Emitter, i: ir.BoundsCheck) -> None:
    known = const_int(i.x)
    limit = const_int(i.y)
    if known is not None and limit is not None and 0 <= known < limit:
        return
    x = widen(e, i.x)
    y = widen(e, i.y)
    name = "goPanicIndexU" if is_unsigned(i.x.type) else "goPanicIndex"
    e.fail_unless(e.op(f"icmp ult i64 {x}, {y}"), name, [("i64", x), ("i64", y)])


def slice_check(e: Emitter, i: ir.SliceCheck) -> None:
    known = const_int(i.x)
    limit = const_int(i.y)
    x = widen(e, i.x)
    y = widen(e, i.y)
    if i.kind == ir.SLICE_CONVERT:
        if limit != 0:
            e.fail_unless(e.op(f"icmp uge i64 {x}, {y}"), "goPanicSliceConvert", [("i64", y), ("i64", x)])
        return
    if known == 0 and (limit is None or limit >= 0) or known is not None and limit is not None and 0 <= known <= limit:
        return
    name = _SLICE_PANIC[i.kind] + ("U" if is_unsigned(i.x.type) else "")
    e.fail_unless(e.op(f"icmp ule i64 {x}, {y}"), name, [("i64", x), ("i64", y)])


def div_check(e: Emitter, i: ir.DivCheck) -> None:
    llvm = e.ctx.shape(i.x.type).llvms[0]
    e.fail_unless(e.op(f"icmp ne {llvm} {operand(e, i.x)[0]}, 0"), "panicdivide", [])


def shift_check(e: Emitter, i: ir.ShiftCheck) -> None:
    llvm = e.ctx.shape(i.x.type).llvms[0]
    e.fail_unless(e.op(f"icmp sge {llvm} {operand(e, i.x)[0]}, 0"), "panicshift", [])
