"""Promote variables that are only loaded and stored to values.

    t0 = alloc int        t1 = 1:int
    store t0, 1      →    return t1
    t2 = load t0
    return t2

Inlining a closure turns captured variables back into plain ones; this pass gives them SSA form. An Alloc qualifies if
every use is a Load of it or a Store to it, none in the landing block, and its values live in registers.

Sources: Braun et al. 2013, "Simple and Efficient Construction of Static Single Assignment Form" (on a complete graph,
so every block counts as sealed; made iterative).
Needs: no unreachable blocks.  Keeps: dominance. Leaves phis that `simplify_phis` removes.
"""

from __future__ import annotations

from typing import final

from ...codegen.abi import parts_of
from ...types.types import Type
from ..function import Block, Function
from ..instr import Alloc, Const, InlineSite, Instr, Load, Phi, Store, Value
from .context import Context
from .escape import copies_cell
from .values import find, replace_values, same_type


@final
class Variable:
    """A variable being renamed: its value at the end of each block, and the phis made for it."""

    __slots__ = ("type", "comment", "site", "out", "phis")

    def __init__(self, typ: Type, comment: str, site: InlineSite | None) -> None:
        self.type = typ
        self.comment = comment
        self.site = site
        self.out: dict[Block, Value] = {}
        self.phis: dict[Block, Phi] = {}


def promote_cells(fn: Function, context: Context) -> bool:
    """Promote what qualifies; whether anything changed."""
    unify_cells(fn)
    cells = _candidates(fn)
    if not cells:
        return False
    replaced: dict[Value, Value] = {}
    for b in fn.blocks:
        for i in b.instrs:
            if isinstance(i, Store):
                v = cells.get(i.x)
                if v is not None:
                    v.out[b] = i.y
            elif isinstance(i, Alloc):
                v = cells.get(i)
                if v is not None:
                    v.out[b] = Const(i.elem, None)
    made: dict[Block, list[Phi]] = {}
    for b in fn.blocks:
        current: dict[Value, Value] = {}
        keep: list[Instr] = []
        for i in b.instrs:
            if isinstance(i, Load):
                v = cells.get(i.x)
                if v is not None:
                    known = current.get(i.x)
                    if known is None:
                        known = at_entry(v, b, made)
                        current[i.x] = known
                    replaced[i] = known
                    i.block = None
                    continue
            elif isinstance(i, Store):
                if i.x in cells:
                    current[i.x] = i.y
                    i.block = None
                    continue
            elif isinstance(i, Alloc):
                if i in cells:
                    current[i] = Const(i.elem, None)
                    i.block = None
                    continue
            keep.append(i)
        b.instrs = keep
    for b, phis in made.items():
        b.instrs[0:0] = phis
    for b in fn.blocks:
        for i in b.instrs:
            ops = i.operands()
            for k in range(len(ops)):
                if ops[k] in replaced:
                    i.set_operand(k, find(replaced, ops[k]))
    if fn.results:
        fn.results = [a for a in fn.results if a not in cells]
    return True


def unify_cells(fn: Function) -> None:
    """Let a loop variable that is new in every round keep its first cell, if its address is only loaded from and stored to.

    t1 = phi [outside: t0, post: t3];  t2 = load t1;  t3 = alloc T;  store t3, t2        →        t0 for t1 and t3"""
    groups: dict[Value, Phi] = {}  # phi, cells → phi
    spoiled: set[Phi] = set()
    for b in fn.blocks:
        for phi in b.phis():
            news = 0
            for a in phi.args:
                if not isinstance(a, Alloc) or a.landing:
                    news = -1
                    break
                if copies_cell(a, phi):
                    news += 1
            if news >= 1 and news == len(phi.args) - 1:
                groups[phi] = phi
                for a in phi.args:
                    other = groups.get(a)
                    if other is not None:
                        spoiled.add(phi)
                        spoiled.add(other)
                    groups[a] = phi
    if not groups:
        return
    for b in fn.blocks:
        for i in b.instrs:
            if isinstance(i, Load):
                continue
            if isinstance(i, Store):
                if i.y in groups:
                    spoiled.add(groups[i.y])
                continue
            for o in i.operands():
                owner = groups.get(o)
                if owner is not None and owner is not i:
                    spoiled.add(owner)
    replaced: dict[Value, Value] = {}
    for phi in groups.values():
        if phi in spoiled or phi in replaced:
            continue
        first: Value | None = None
        for a in phi.args:
            if not (isinstance(a, Alloc) and copies_cell(a, phi)):
                first = a
        assert first is not None
        replaced[phi] = first
        for a in phi.args:
            if a is not first:
                replaced[a] = first
    if not replaced:
        return
    for b in fn.blocks:
        if any([i in replaced for i in b.instrs]):
            b.instrs = [i for i in b.instrs if i not in replaced]
    replace_values(fn, replaced)


def _candidates(fn: Function) -> dict[Value, Variable]:
    cells: dict[Value, Variable] = {}
    for b in fn.blocks:
        for i in b.instrs:
            if isinstance(i, Alloc) and not i.landing:
                parts = parts_of(i.elem)
                if parts is not None:
                    cells[i] = Variable(i.elem, i.comment, i.site)
    if not cells:
        return cells
    for b in fn.blocks:
        landing = b is fn.landing
        for i in b.instrs:
            if not landing:
                if isinstance(i, Load):
                    if isinstance(i.x, Alloc) and not same_type(i.type, i.x.elem):
                        cells.pop(i.x, None)
                    continue
                if isinstance(i, Store):
                    if isinstance(i.x, Alloc) and not same_type(i.y.type, i.x.elem):
                        cells.pop(i.x, None)
                    if isinstance(i.y, Alloc):
                        cells.pop(i.y, None)
                    continue
            for o in i.operands():
                if isinstance(o, Alloc):
                    cells.pop(o, None)
    return cells


def at_entry(v: Variable, block: Block, made: dict[Block, list[Phi]]) -> Value:
    """The variable's value on entry to block, placing phis where paths meet."""
    todo: list[Phi] = []
    value = _before(v, block, todo, made)
    complete(v, todo, made)
    return value


def complete(v: Variable, todo: list[Phi], made: dict[Block, list[Phi]]) -> None:
    """Give the phis on todo their operands."""
    while todo:
        phi = todo.pop()
        assert phi.block is not None
        for p in phi.block.preds:
            phi.args.append(at_end(v, p, todo, made))


def _before(v: Variable, block: Block, todo: list[Phi], made: dict[Block, list[Phi]]) -> Value:
    while True:
        preds = block.preds
        if not preds:
            return Const(v.type, None)
        if len(preds) > 1:
            break
        block = preds[0]
        known = v.out.get(block)
        if known is not None:
            return known
    phi = v.phis.get(block)
    if phi is None:
        phi = Phi(v.type, [], v.comment)
        phi.block = block
        phi.site = v.site
        v.phis[block] = phi
        known_phis = made.get(block)
        if known_phis is None:
            made[block] = [phi]
        else:
            known_phis.append(phi)
        todo.append(phi)
    return phi


def at_end(v: Variable, block: Block, todo: list[Phi], made: dict[Block, list[Phi]]) -> Value:
    """The variable's value at the end of block; phis without operands yet go on todo."""
    known = v.out.get(block)
    if known is None:
        known = _before(v, block, todo, made)
        v.out[block] = known
    return known
