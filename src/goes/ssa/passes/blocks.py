"""Keep the control-flow graph small.

    0: jump → 1     1: x; jump → 2     2: return        →      0: x; return

`remove_unreachable` drops blocks no path reaches, `merge_blocks` joins a block with its only successor if that has no
other predecessor. Both renumber the blocks.

Keeps: dominance.
"""

from __future__ import annotations

from .. import instr as ir
from ..function import Block, Function
from .values import replace_values


def remove_unreachable(fn: Function) -> bool:
    """Drop blocks that neither the entry nor the landing block reaches, with their edges into phis."""
    blocks = fn.blocks
    if not blocks:
        return False
    for b in blocks:
        b.scratch = 0
    work = [blocks[0]]
    if fn.landing is not None:
        work.append(fn.landing)
    for b in work:
        b.scratch = 1
    while work:
        b = work.pop()
        for s in b.succs:
            if not s.scratch:
                s.scratch = 1
                work.append(s)
    live = [b for b in blocks if b.scratch]
    dead = len(live) != len(blocks)
    if dead:
        for b in live:
            preds = b.preds
            keep = [k for k in range(len(preds)) if preds[k].scratch]
            if len(keep) == len(preds):
                continue
            for phi in b.phis():
                phi.args = [phi.args[k] for k in keep]
            b.preds = [preds[k] for k in keep]
        for b in blocks:
            if not b.scratch:
                for i in b.instrs:
                    i.block = None
                b.instrs = []
                b.preds = []
                b.succs = []
        fn.blocks = live
    number(fn)
    return dead


def number(fn: Function) -> None:
    k = 0
    for b in fn.blocks:
        b.index = k
        k += 1


def remove_edge(source: Block, k: int) -> None:
    """Take away the edge to source.succs[k], with its operands in phis. The caller rewrites source's last
    instruction."""
    to = source.succs[k]
    occurrence = 0
    for j in range(k):
        if source.succs[j] is to:
            occurrence += 1
    del source.succs[k]
    at = -1
    for j in range(len(to.preds)):
        if to.preds[j] is source:
            if occurrence == 0:
                at = j
                break
            occurrence -= 1
    del to.preds[at]
    for phi in to.phis():
        del phi.args[at]


def merge_blocks(fn: Function) -> bool:
    """Join straight-line chains of blocks."""
    replaced: dict[ir.Value, ir.Value] = {}
    gone: set[Block] = set()
    for b in fn.blocks:
        if b in gone:
            continue
        while len(b.succs) == 1:
            s = b.succs[0]
            if (
                len(s.preds) != 1
                or s is b
                or s is fn.blocks[0]
                or s is fn.landing
                or not isinstance(b.instrs[-1], ir.Jump)
            ):
                break
            b.instrs.pop()
            for i in s.instrs:
                if isinstance(i, ir.Phi):
                    replaced[i] = i.args[0]
                else:
                    i.block = b
                    b.instrs.append(i)
            b.succs = s.succs
            for to in b.succs:
                to.preds = [b if p is s else p for p in to.preds]
            s.instrs = []
            s.preds = []
            s.succs = []
            gone.add(s)
    if not gone:
        return False
    fn.blocks = [b for b in fn.blocks if b not in gone]
    number(fn)
    replace_values(fn, replaced)
    return True
