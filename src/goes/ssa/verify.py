"""Is a function well formed?

    verify(fn)  →  [] or ["block 3: phi t7 has 2 operands for 3 predecessors", …]

Checked: blocks end with exactly one control instruction and contain none before; edges agree on both ends; phis come
first and have an operand per predecessor; every use is dominated by its definition (the landing block sees what the
entry block defines); operands have types that make sense.

Sources: golang.org/x/tools/go/ssa sanity.go (role).
"""

from __future__ import annotations

from ..types import types as t
from ..types.identity import identical
from . import instr as ir
from .function import Block, Function
from .printer import print_function, print_instr

_CONTROL = (ir.Jump, ir.If, ir.Switch, ir.Return, ir.Panic, ir.Unreachable)


def verify(fn: Function) -> list[str]:
    """What is wrong with fn; nothing for functions without blocks."""
    errors: list[str] = []
    if not fn.blocks:
        return errors
    print_function(fn)  # numbers values, so that messages can name them
    known = set(fn.blocks)
    for b in fn.blocks:
        _block(fn, b, known, errors)
    if not errors:
        _dominance(fn, errors)
    return errors


def _block(fn: Function, b: Block, known: set[Block], errors: list[str]) -> None:
    where = f"{fn.name} block {b.index} ({b.comment})"
    if not b.instrs:
        errors.append(f"{where}: empty")
        return
    last = b.instrs[-1]
    if not isinstance(last, _CONTROL):
        errors.append(f"{where}: no control instruction at the end")
    for i in b.instrs[:-1]:
        if isinstance(i, _CONTROL):
            errors.append(f"{where}: control instruction inside: {print_instr(i)}")
    want = 0
    if isinstance(last, ir.Jump):
        want = 1
    elif isinstance(last, ir.If):
        want = 2
    elif isinstance(last, ir.Switch):
        want = 1 + len(last.cases)
    if len(b.succs) != want:
        errors.append(f"{where}: {len(b.succs)} successors, want {want}")
    for s in b.succs:
        if s not in known:
            errors.append(f"{where}: successor is no block of the function")
        elif s.preds.count(b) != b.succs.count(s):
            errors.append(f"{where}: edges to block {s.index} disagree")
    for p in b.preds:
        if p not in known:
            errors.append(f"{where}: predecessor is no block of the function")
    in_front = True
    for i in b.instrs:
        if i.block is not b:
            errors.append(f"{where}: {print_instr(i)} belongs to another block")
        if isinstance(i, ir.Phi):
            if not in_front:
                errors.append(f"{where}: phi behind other instructions")
            if len(i.args) != len(b.preds):
                errors.append(f"{where}: phi t{i.num} has {len(i.args)} operands for {len(b.preds)} predecessors")
        else:
            in_front = False
        _types(where, fn, i, errors)


def _types(where: str, fn: Function, i: ir.Instr, errors: list[str]) -> None:
    what = ""
    for v in i.operands():
        if v.type is t.TYP_INVALID:
            what = "an operand without value"
        elif isinstance(v.type, t.TypeParam):
            what = f"an operand of type parameter {v.type}"
    if isinstance(i, ir.Load):
        u = t.under(i.x.type)
        if not isinstance(u, t.Pointer) or not identical(u.elem, i.type):
            what = f"load of {i.type} through {i.x.type}"
    elif isinstance(i, ir.Store):
        u = t.under(i.x.type)
        if not isinstance(u, t.Pointer) or not identical(u.elem, i.y.type):
            what = f"store of {i.y.type} through {i.x.type}"
    elif isinstance(i, ir.FieldAddr):
        u = t.under(i.x.type)
        if not isinstance(u, t.Pointer) or not isinstance(t.under(u.elem), t.Struct):
            what = f"field of {i.x.type}"
    elif isinstance(i, ir.IndexAddr):
        u = t.under(i.x.type)
        if isinstance(u, t.Pointer):
            u = t.under(u.elem)
        if not isinstance(u, (t.Slice, t.Array)):
            what = f"index of {i.x.type}"
    elif isinstance(i, ir.Phi):
        for a in i.args:
            if not identical(a.type, i.type):
                what = f"phi of {i.type} with operand of {a.type}"
    elif isinstance(i, ir.BinOp):
        if i.op not in (27, 28) and not identical(i.x.type, i.y.type):
            what = f"operation on {i.x.type} and {i.y.type}"
    elif isinstance(i, ir.Return):
        results = fn.signature.results.vars
        if len(results) != len(i.args):
            what = f"return of {len(i.args)} values"
        else:
            for v, r in zip(i.args, results, strict=True):
                if r.type is None or not identical(v.type, r.type):
                    what = f"return of {v.type} as {r.type}"
    elif isinstance(i, ir.CallStatic):
        what = _call(i)
    elif isinstance(i, ir.CallValue):
        what = _arguments(i.args[1:], i.signature)
    elif isinstance(i, ir.CallInvoke):
        what = _arguments(i.args[1:], i.signature)
        if not isinstance(t.under(i.args[0].type), t.Interface):
            what = f"invoke on {i.args[0].type}"
    elif isinstance(i, ir.MakeClosure):
        if len(i.args) != len(i.function.free_vars):
            what = f"closure of {len(i.args)} for {len(i.function.free_vars)} free variables"
        else:
            for v, fv in zip(i.args, i.function.free_vars, strict=True):
                if not identical(v.type, fv.type):
                    what = f"capture of {v.type} as {fv.type}"
    elif isinstance(i, ir.MakeInterface):
        if isinstance(t.under(i.x.type), t.Interface) or not isinstance(t.under(i.type), t.Interface):
            what = f"interface {i.type} of {i.x.type}"
    if what:
        errors.append(f"{where}: {print_instr(i)}: {what}")


def _call(i: ir.CallStatic) -> str:
    fn = i.function
    sig = fn.signature
    args = i.args
    if sig.recv is not None and args:
        args = args[1:]
    if fn.decl is not None and not fn.has_body():
        return "" if len(args) == len(sig.params.vars) else f"{len(args)} arguments"
    if len(args) != len(sig.params.vars):
        return f"{len(args)} arguments for {len(sig.params.vars)} parameters"
    return ""


def _arguments(args: list[ir.Value], sig: t.Signature) -> str:
    params = sig.params.vars
    if len(args) != len(params):
        return f"{len(args)} arguments for {len(params)} parameters"
    for v, p in zip(args, params, strict=True):
        if p.type is None or not identical(v.type, p.type):
            return f"argument of {v.type} for {p.type}"
    return ""


def _dominance(fn: Function, errors: list[str]) -> None:
    """Every use sees its definition. Immediate dominators after Cooper, Harvey, Kennedy 2001."""
    entry = fn.blocks[0]
    order: list[Block] = []
    state: dict[Block, int] = {entry: 0}
    stack: list[Block] = [entry]
    if fn.landing is not None and fn.landing not in state:
        stack.insert(0, fn.landing)
    while stack:
        b = stack[-1]
        k = state.setdefault(b, 0)
        if k < len(b.succs):
            state[b] = k + 1
            s = b.succs[k]
            if s not in state:
                state[s] = 0
                stack.append(s)
        else:
            stack.pop()
            order.append(b)
    number = {b: k for k, b in enumerate(order)}
    idom: dict[Block, Block] = {entry: entry}
    if fn.landing is not None:
        idom[fn.landing] = entry
    changed = True
    while changed:
        changed = False
        for b in reversed(order):
            if b is entry or b is fn.landing:
                continue
            new: Block | None = None
            for p in b.preds:
                if p in idom:
                    new = p if new is None else _intersect(p, new, idom, number)
            if new is not None and idom.get(b) is not new:
                idom[b] = new
                changed = True
    position: dict[ir.Value, int] = {}
    for b in fn.blocks:
        for k, i in enumerate(b.instrs):
            position[i] = k
    for b in fn.blocks:
        if b not in number:
            errors.append(f"{fn.name} block {b.index} ({b.comment}): not reached")
            continue
        for k, i in enumerate(b.instrs):
            operands = i.operands()
            for j, v in enumerate(operands):
                if not isinstance(v, ir.Instr):
                    continue
                home = v.block
                where = f"{fn.name} block {b.index}: {print_instr(i)}"
                if v not in position or home is None:
                    errors.append(f"{where} uses a value that is not in the function")
                elif isinstance(i, ir.Phi):
                    if not _dominates(home, b.preds[j], idom):
                        errors.append(f"{where}: operand {j} does not reach the edge")
                elif home is b:
                    if position[v] >= k:
                        errors.append(f"{where} uses a later value")
                elif not _dominates(home, b, idom):
                    errors.append(f"{where}: t{v.num} does not dominate it")


def _intersect(x: Block, y: Block, idom: dict[Block, Block], number: dict[Block, int]) -> Block:
    while x is not y:
        while number[x] < number[y]:
            x = idom[x]
        while number[y] < number[x]:
            y = idom[y]
    return x


def _dominates(x: Block, y: Block, idom: dict[Block, Block]) -> bool:
    while True:
        if x is y:
            return True
        up = idom.get(y)
        if up is None or up is y:
            return False
        y = up
