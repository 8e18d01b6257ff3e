"""Which stores need the write barrier.

    *p = q            needed (the old and the new pointer are shaded)
    local.f = q       none: the variable lives in this frame
    new(T).f = &glob  none: fresh memory holds no old pointer and globals are roots

Needs: placements decided.  Source: compiler-contracts 7.1; cmd/compile/internal/ssa writebarrier (rules).
"""

from __future__ import annotations

from ..function import Function
from ..instr import (
    BARRIER_NEEDED,
    BARRIER_NONE,
    HEAP,
    STACK,
    Alloc,
    AnyCall,
    Const,
    FuncRef,
    Global,
    Instr,
    Load,
    Store,
    Value,
)
from .escape import _direct_base, has_pointers


def place_barriers(fn: Function) -> None:
    """Set Store.barrier on every store of fn."""
    for b in fn.blocks:
        fresh: set[Alloc] = set()
        for i in b.instrs:
            if isinstance(i, Store):
                i.barrier = _barrier(i, fresh)
                base = _direct_base(i.x)
                if base is not None:
                    fresh.discard(base)
                if i.y in fresh:
                    fresh.clear()
            elif isinstance(i, Alloc):
                fresh.clear()
                if i.placement != STACK:
                    fresh.add(i)
            elif isinstance(i, AnyCall) or _may_yield(i):
                fresh.clear()


def _barrier(i: Store, fresh: set[Alloc]) -> int:
    if not has_pointers(i.y.type):
        return BARRIER_NONE
    base = _direct_base(i.x)
    if base is not None and base.placement == STACK:
        return BARRIER_NONE
    if base is not None and base in fresh and base.placement == HEAP and _is_static(i.y):
        return BARRIER_NONE
    return BARRIER_NEEDED


def _is_static(v: Value) -> bool:
    """Whether v holds no heap pointer: a constant, a global's address, a function."""
    return isinstance(v, (Const, Global, FuncRef))


def _may_yield(i: Instr) -> bool:
    """Whether i may call into the runtime (anything but plain loads is taken to)."""
    return not isinstance(i, Load)
