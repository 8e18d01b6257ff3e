"""Drop what nobody needs.

    t0 = alloc T; store t0, x; t1 = a + b (unused); t2 = phi [t2, c]        →   (nothing; t2 is c)

An instruction without effects lives if something living uses it. A store into a variable of this frame that nothing
ever
reads, and whose address goes nowhere, lives as long as the variable does. Phis that join one value only are that value.

Keeps: dominance, blocks.
"""

from __future__ import annotations

from .. import instr as ir
from ..function import Function
from .values import direct_base, find, is_pure, replace_values, same_type


def remove_dead(fn: Function) -> bool:
    """Drop dead instructions; whether there were any."""
    live: set[ir.Value] = set()
    work: list[ir.Instr] = []
    stores: dict[ir.Alloc, list[ir.Store]] = {}
    total = 0
    for b in fn.blocks:
        total += len(b.instrs)
        for i in b.instrs:
            if isinstance(i, ir.Store):
                base = direct_base(i.x)
                if base is not None and not base.landing:
                    known = stores.get(base)
                    if known is None:
                        stores[base] = [i]
                    else:
                        known.append(i)
                    continue
            elif isinstance(i, ir.Alloc):
                if not i.landing:
                    continue
            elif is_pure(i):
                continue
            live.add(i)
            work.append(i)
    while work:
        i = work.pop()
        for o in i.operands():
            if isinstance(o, ir.Instr) and o not in live:
                live.add(o)
                work.append(o)
                if isinstance(o, ir.Alloc):
                    waiting = stores.pop(o, None)
                    if waiting is not None:
                        live.update(waiting)
                        work.extend(waiting)
    if len(live) == total:
        return False
    for b in fn.blocks:
        keep = [i for i in b.instrs if i in live]
        if len(keep) != len(b.instrs):
            for i in b.instrs:
                if i not in live:
                    i.block = None
            b.instrs = keep
    if fn.results and fn.landing is None:
        fn.results = [a for a in fn.results if a in live]
    return True


def simplify_phis(fn: Function) -> bool:
    """Replace phis of a single value."""
    replaced: dict[ir.Value, ir.Value] = {}
    users: dict[ir.Value, list[ir.Phi]] = {}
    work: list[ir.Phi] = []
    for b in fn.blocks:
        for phi in b.phis():
            work.append(phi)
            for a in phi.args:
                if isinstance(a, ir.Phi):
                    known = users.get(a)
                    if known is None:
                        users[a] = [phi]
                    else:
                        known.append(phi)
    if not work:
        return False
    work.reverse()
    while work:
        phi = work.pop()
        if phi in replaced:
            continue
        only = _single(phi, replaced)
        if only is None:
            continue
        replaced[phi] = only
        waiting = users.pop(phi, None)
        if waiting is not None:
            work.extend(waiting)
            if isinstance(only, ir.Phi):
                users.setdefault(only, []).extend(waiting)
    if not replaced:
        return False
    for b in fn.blocks:
        for phi in b.phis():
            if phi in replaced:
                b.instrs = [i for i in b.instrs if i not in replaced]
                break
    replace_values(fn, replaced)
    return True


def _single(phi: ir.Phi, replaced: dict[ir.Value, ir.Value]) -> ir.Value | None:
    """The one value phi joins, besides itself."""
    only: ir.Value | None = None
    for a in phi.args:
        v = find(replaced, a)
        if v is phi or v is only:
            continue
        if only is None:
            only = v
        elif not same_constant(only, v):
            return None
    return only


def same_constant(a: ir.Value, b: ir.Value) -> bool:
    """Whether both are the same constant."""
    if not isinstance(a, ir.Const) or not isinstance(b, ir.Const):
        return False
    return type(a.value) is type(b.value) and a.value == b.value and same_type(a.type, b.type)
