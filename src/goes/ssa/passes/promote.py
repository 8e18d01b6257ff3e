"""Promote variables that are only loaded and stored to values.

    t0 = alloc int        t1 = 1:int
    store t0, 1      →    return t1
    t2 = load t0
    return t2

Inlining a closure turns captured variables back into plain ones; this pass gives them SSA form. An Alloc qualifies if every
use is a Load of it or a Store to it, none in the landing block.

Sources: Cytron et al. 1991 (phi placement by iterated dominance frontier is replaced by Braun et al. 2013's on-demand lookup).
Needs: no unreachable blocks.  Keeps: dominance.
"""

from __future__ import annotations

from typing import final

from ..function import Block, Function
from ..instr import Alloc, Const, Instr, Load, Phi, Store, Value


@final
class _Variable:
    """One Alloc being promoted: its value at the end of each block."""

    __slots__ = ("alloc", "out", "entry")

    def __init__(self, alloc: Alloc) -> None:
        self.alloc = alloc
        self.out: dict[Block, Value] = {}
        self.entry: dict[Block, Phi] = {}


def promote_cells(fn: Function) -> bool:
    """Promote what qualifies; returns whether anything changed."""
    cells = _candidates(fn)
    if not cells:
        return False
    replaced: dict[Value, Value] = {}
    for b in fn.blocks:
        for i in b.instrs:
            if isinstance(i, Alloc) and i in cells:
                cells[i].out[b] = Const(i.elem, None)
            elif isinstance(i, Store) and isinstance(i.x, Alloc) and i.x in cells:
                cells[i.x].out[b] = i.y
    for b in fn.blocks:
        current: dict[Alloc, Value] = {}
        keep: list[Instr] = []
        for i in list(b.instrs):
            if isinstance(i, Alloc) and i in cells:
                current[i] = Const(i.elem, None)
            elif isinstance(i, Store) and isinstance(i.x, Alloc) and i.x in cells:
                current[i.x] = i.y
            elif isinstance(i, Load) and isinstance(i.x, Alloc) and i.x in cells:
                v = current.get(i.x)
                if v is None:
                    v = _at_entry(cells[i.x], b)
                    current[i.x] = v
                replaced[i] = v
            else:
                keep.append(i)
        head = [p for p in b.instrs if isinstance(p, Phi) and p not in keep and p.comment == "promoted"]
        b.instrs = head + keep
    _rewrite(fn, replaced)
    return True


def _candidates(fn: Function) -> dict[Alloc, _Variable]:
    cells: dict[Alloc, _Variable] = {}
    for b in fn.blocks:
        for i in b.instrs:
            if isinstance(i, Alloc) and not i.landing:
                cells[i] = _Variable(i)
    if not cells:
        return cells
    for b in fn.blocks:
        landing = b is fn.landing
        for i in b.instrs:
            if isinstance(i, Load) and not landing:
                continue
            if isinstance(i, Store) and not landing:
                if isinstance(i.y, Alloc):
                    cells.pop(i.y, None)
                continue
            for o in i.operands():
                if isinstance(o, Alloc):
                    cells.pop(o, None)
    return cells


def _at_entry(v: _Variable, block: Block) -> Value:
    """The variable's value on entry to block, placing phis where paths meet."""
    if not block.preds:
        return Const(v.alloc.elem, None)
    if len(block.preds) == 1:
        return _at_exit(v, block.preds[0])
    known = v.entry.get(block)
    if known is not None:
        return known
    phi = Phi(v.alloc.elem, [], "promoted")
    v.entry[block] = phi
    phi.block = block
    phi.site = v.alloc.site
    block.instrs.insert(0, phi)
    v.out.setdefault(block, phi)
    for p in block.preds:
        phi.args.append(_at_exit(v, p))
    return phi


def _at_exit(v: _Variable, block: Block) -> Value:
    """The variable's value at the end of block."""
    chain: list[Block] = []
    while block not in v.out and len(block.preds) == 1:
        chain.append(block)
        block = block.preds[0]
        if block in chain:
            break
    value = v.out.get(block)
    if value is None:
        value = _at_entry(v, block)
        v.out.setdefault(block, value)
    for b in chain:
        v.out.setdefault(b, value)
    return value


def _resolve(replaced: dict[Value, Value], v: Value) -> Value:
    seen = 0
    while v in replaced:
        v = replaced[v]
        seen += 1
        if seen > 100_000:
            raise AssertionError("cyclic replacement")
    return v


def _rewrite(fn: Function, replaced: dict[Value, Value]) -> None:
    for b in fn.blocks:
        for i in b.instrs:
            ops = i.operands()
            for k in range(len(ops)):
                if ops[k] in replaced:
                    i.set_operand(k, _resolve(replaced, ops[k]))


