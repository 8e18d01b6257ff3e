"""Which stores need the write barrier.

    *p = q            needed (the old and the new pointer are shaded)
    local.f = q       none: the variable lives in this frame
    new(T).f = &glob  none: fresh memory holds no old pointer and globals are roots
    x.s = x.s[:n]     none: the pointer stays what it is (also ../reslice.py, for what is not seen here any more)

Needs: placements decided.  Source: compiler-contracts 7.1; cmd/compile/internal/ssa writebarrier (rules).
"""

from __future__ import annotations

from typing import Final

from ...types import types as t
from ..function import Function
from ..instr import (
    BARRIER_NEEDED,
    BARRIER_NONE,
    STACK,
    Aggregate,
    Alloc,
    BinOp,
    BoundsCheck,
    Cap,
    ChangeType,
    Const,
    Convert,
    DivCheck,
    Extract,
    Field,
    FieldAddr,
    FuncRef,
    Global,
    Index,
    IndexAddr,
    Len,
    Load,
    NilCheck,
    Phi,
    ShiftCheck,
    SliceCheck,
    SliceOp,
    Store,
    UnOp,
    Value,
)
from .values import direct_base, has_pointers

# What cannot write memory that was allocated in the same block.
_QUIET: Final = frozenset(
    [
        Load, FieldAddr, IndexAddr, Field, Index, Extract, ChangeType, Convert, UnOp, BinOp, Len, Cap, Aggregate,
        NilCheck,
        BoundsCheck, SliceCheck, DivCheck, ShiftCheck, SliceOp, Phi,
    ]
)  # fmt: skip


def place_barriers(fn: Function) -> bool:
    """Set Store.barrier on every store of fn that is not known to need none."""
    for b in fn.blocks:
        # Allocations made in this block, with the places in them that have been stored to.
        fresh: dict[Alloc, list[list[int]]] = {}
        loads: dict[Value, Value] = {}  # slices loaded since memory was last written, and from where
        for i in b.instrs:
            if isinstance(i, Store):
                base = direct_base(i.x)
                if i.barrier != BARRIER_NONE:
                    i.barrier = _barrier(i, base, fresh, loads)
                loads = {}
                if base is None:
                    fresh = {}
                elif base in fresh:
                    path = _path(i.x)
                    if path is None:
                        del fresh[base]
                    else:
                        fresh[base].append(path)
            elif isinstance(i, Alloc):
                if i.placement != STACK:
                    fresh[i] = []
            elif isinstance(i, Load):
                if isinstance(t.under(i.type), t.Slice):
                    loads[i] = i.x
            elif type(i) not in _QUIET:
                if fresh:
                    fresh = {}
                if loads:
                    loads = {}
    return True


def _barrier(i: Store, base: Alloc | None, fresh: dict[Alloc, list[list[int]]], loads: dict[Value, Value]) -> int:
    if not has_pointers(i.y.type):
        return BARRIER_NONE
    if base is not None and base.placement == STACK:
        return BARRIER_NONE
    if base is not None and isinstance(i.y, (Const, Global, FuncRef)):
        stored = fresh.get(base)
        if stored is not None:
            path = _path(i.x)
            if path is not None and not _overlaps(path, stored):
                return BARRIER_NONE
    if isinstance(i.y, SliceOp) and _starts_at_zero(i.y):
        source = loads.get(i.y.args[0])
        if source is not None and _same_address(source, i.x):
            return BARRIER_NONE
    return BARRIER_NEEDED


def _starts_at_zero(s: SliceOp) -> bool:
    low = s.args[1]
    return not s.has_low or isinstance(low, Const) and not low.value


def _same_address(a: Value, b: Value) -> bool:
    while a is not b:
        if not isinstance(a, FieldAddr) or not isinstance(b, FieldAddr) or a.field != b.field:
            return False
        a = a.x
        b = b.x
    return True


def _path(x: Value) -> list[int] | None:
    """Fields and constant indices from the Alloc to the address x, None if an index is not constant."""
    path: list[int] = []
    while not isinstance(x, Alloc):
        if isinstance(x, FieldAddr):
            path.append(x.field)
            x = x.x
        elif isinstance(x, IndexAddr):
            n = x.y.value if isinstance(x.y, Const) else -1
            if not isinstance(n, int) or n < 0:
                return None
            path.append(n)
            x = x.x
        else:
            return None  # seen as another type
    path.reverse()
    return path


def _overlaps(path: list[int], stored: list[list[int]]) -> bool:
    for s in stored:
        n = min(len(s), len(path))
        if s[:n] == path[:n]:
            return True
    return False
