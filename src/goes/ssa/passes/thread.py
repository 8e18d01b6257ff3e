"""Branch early where the way in decides.

    1: jump 3     2: jump 3                               1: jump 4     2: jump 5
    3: t0 = phi [1: true, 2: false]; if t0 4 else 5   →

A block of phis and a branch on them (or on a comparison of one with a constant) is left out by predecessors for which the
outcome is known. This takes apart the results of inlined predicates and the state of range-over-func loops. Loop headers
are left alone, so loops keep their one entry. Phis whose block no longer dominates their uses are renamed anew.

Source: cmd/compile/internal/ssa fuse_branchredirect, phiopt (role); renaming as in promote.py.
Needs: no unreachable blocks.  Keeps: dominance; may leave blocks unreachable.
"""

from __future__ import annotations

from typing import Final

from ...syntax import tokens
from .. import instr as ir
from ..function import Block, Function
from .blocks import remove_unreachable
from .fold import COMPARISONS, compare
from .loops import find_loops
from .promote import Variable, at_end, at_entry, complete

MAX_ROUNDS: Final = 60  # short cuts per function
MAX_INSTRS: Final = 4  # besides phis in a block that is left out


def thread_branches(fn: Function) -> bool:
    """Take all short cuts; whether there were any."""
    changed = False
    tried: set[Block] = set()
    for _ in range(MAX_ROUNDS):
        candidate = _candidate(fn, tried)
        if candidate is None:
            break
        b, edges = candidate
        tried.add(b)
        _take(fn, b, edges)
        changed = True
    return changed


def _candidate(fn: Function, tried: set[Block]) -> tuple[Block, list[tuple[int, bool]]] | None:
    """A block to leave out, with the predecessors that can and the outcome for each."""
    headers: list[int] | None = None
    for b in fn.blocks:
        if b in tried or len(b.preds) < 2 or not b.instrs or b is fn.blocks[0]:
            continue
        last = b.instrs[-1]
        if not isinstance(last, ir.If) or b.succs[0] is b.succs[1] or not isinstance(b.instrs[0], ir.Phi):
            continue
        inner = b.instrs[len(b.phis()) : -1]
        if len(inner) > MAX_INSTRS or not all([_simple(i) for i in inner]):
            continue
        edges: list[tuple[int, bool]] = []
        for k in range(len(b.preds)):
            p = b.preds[k]
            if p is b or b.preds.count(p) > 1:
                continue
            outcome = _outcome(last.x, b, k)
            if outcome is not None:
                edges.append((k, outcome))
        if not edges:
            continue
        tried.add(b)
        if headers is None:
            headers = find_loops(fn).header_depth
        if headers[b.index] or _used_elsewhere(fn, b, inner):
            continue
        return b, edges
    return None


def _simple(i: ir.Instr) -> bool:
    return isinstance(i, ir.BinOp) and i.op in COMPARISONS or isinstance(i, ir.UnOp) and i.op == tokens.NOT


def _outcome(v: ir.Value, b: Block, k: int) -> bool | None:
    """What condition v of block b is when control comes from predecessor k."""
    v = _coming(v, b, k)
    if isinstance(v, ir.Const):
        return bool(v.value)
    if isinstance(v, ir.UnOp) and v.op == tokens.NOT and v.block is b:
        inner = _outcome(v.x, b, k)
        return None if inner is None else not inner
    if isinstance(v, ir.BinOp) and v.op in COMPARISONS and v.block is b:
        return compare(v.op, _coming(v.x, b, k), _coming(v.y, b, k))
    return None


def _coming(v: ir.Value, b: Block, k: int) -> ir.Value:
    return v.args[k] if isinstance(v, ir.Phi) and v.block is b else v


def _used_elsewhere(fn: Function, b: Block, inner: list[ir.Instr]) -> bool:
    """Whether anything outside b uses its comparisons."""
    if not inner:
        return False
    for c in fn.blocks:
        if c is b:
            continue
        for i in c.instrs:
            for o in i.operands():
                if o in inner:
                    return True
    return False


def _take(fn: Function, b: Block, edges: list[tuple[int, bool]]) -> None:
    phis = b.phis()
    variables: list[Variable] = []
    for phi in phis:
        v = Variable(phi.type, phi.comment, phi.site)
        v.out[b] = phi
        variables.append(v)
    targets = list(b.succs)
    # Of the operands of the targets' phis, those that come from b's phis take the value of the edge.
    for k, outcome in edges:
        p = b.preds[k]
        to = targets[0 if outcome else 1]
        at = to.preds.index(b)
        for phi in to.phis():
            phi.args.append(_coming(phi.args[at], b, k))
        to.preds.append(p)
        p.succs[p.succs.index(b)] = to
        for n in range(len(phis)):
            variables[n].out[p] = phis[n].args[k]
    gone = {k for k, _ in edges}
    b.preds = [b.preds[k] for k in range(len(b.preds)) if k not in gone]
    for phi in phis:
        phi.args = [phi.args[k] for k in range(len(phi.args)) if k not in gone]
    remove_unreachable(fn)
    _rename(fn, b, phis, variables)


def _rename(fn: Function, b: Block, phis: list[ir.Phi], variables: list[Variable]) -> None:
    """Replace the uses of b's phis outside b, which b need not dominate any more."""
    index: dict[ir.Value, int] = {phis[n]: n for n in range(len(phis))}
    made: dict[Block, list[ir.Phi]] = {}
    # Phis outside b (there before) by what flows in from each predecessor; other uses by what enters their block.
    for c in fn.blocks:
        if c is b:
            continue
        entering: dict[int, ir.Value] = {}
        for i in list(c.instrs):
            if isinstance(i, ir.Phi):
                for k in range(len(i.args)):
                    n = index.get(i.args[k], -1)
                    if n < 0:
                        continue
                    todo: list[ir.Phi] = []
                    v = variables[n]
                    i.args[k] = at_end(v, c.preds[k], todo, made)
                    complete(v, todo, made)
                continue
            ops = i.operands()
            for k in range(len(ops)):
                n = index.get(ops[k], -1)
                if n < 0:
                    continue
                known = entering.get(n)
                if known is None:
                    known = at_entry(variables[n], c, made)
                    entering[n] = known
                i.set_operand(k, known)
    for c, new in made.items():
        c.instrs[0:0] = new
