"""Share equal computations and drop checks that cannot fail.

    for i := 0; i < len(s); i++ { sum += s[i] }        no boundscheck left
    p.a = 1; p.b = 2                                   one nilcheck

One walk over the dominator tree with scoped tables: pure instructions with equal operands are the same value (Briggs,
Cooper, Simpson 1997, dominator-based value numbering); facts `x < y`, `x <= y`, `p is not nil` come from branches and from
checks already passed.

Needs: no unreachable blocks.  Keeps: dominance.
"""

from __future__ import annotations

from typing import Final, final

from ...syntax import tokens
from ...types import types as t
from .. import instr as ir
from ..function import Block, Function
from .dominators import DominatorTree

_NEGATED: Final = {
    tokens.LSS: tokens.GEQ, tokens.GEQ: tokens.LSS, tokens.GTR: tokens.LEQ, tokens.LEQ: tokens.GTR,
    tokens.EQL: tokens.NEQ, tokens.NEQ: tokens.EQL,
}


@final
class _Walk:
    """State of one function: replacements, available expressions and facts with undo logs."""

    __slots__ = ("fn", "tree", "replaced", "numbers", "available", "facts", "log", "dropped", "nonneg")

    def __init__(self, fn: Function) -> None:
        self.fn = fn
        self.tree = DominatorTree(fn)
        self.replaced: dict[ir.Value, ir.Value] = {}
        self.numbers: dict[ir.Value, int] = {}
        self.available: dict[str, ir.Value] = {}
        self.facts: dict[str, bool] = {}
        self.log: list[str] = []
        self.dropped = False
        self.nonneg: dict[ir.Value, bool] = {}

    def find(self, v: ir.Value) -> ir.Value:
        w = self.replaced.get(v)
        return v if w is None else w

    def key(self, v: ir.Value) -> str:
        """A short name, equal for equal values."""
        v = self.find(v)
        if isinstance(v, ir.Const):
            value = v.value
            if isinstance(value, int):
                return f"c{int(value)}"
            if value is None:
                return "c0"
        if isinstance(v, ir.Global):
            return "g" + v.symbol
        n = self.numbers.get(v)
        if n is None:
            n = len(self.numbers)
            self.numbers[v] = n
        return f"v{n}"

    def learn(self, fact: str) -> None:
        if fact not in self.facts:
            self.facts[fact] = True
            self.log.append(fact)

    def knows(self, fact: str) -> bool:
        return fact in self.facts

    # ---------------------------------------------------------------------------------------- walk

    def run(self) -> bool:
        for b in self.fn.blocks:
            if self.tree.idom[b.index] < 0:
                self._subtree(b)
        if self.replaced:
            for b in self.fn.blocks:
                for i in b.instrs:
                    ops = i.operands()
                    for k in range(len(ops)):
                        w = self.replaced.get(ops[k])
                        if w is not None:
                            i.set_operand(k, w)
        return self.dropped

    def _subtree(self, root: Block) -> None:
        stack: list[tuple[Block, int, int, list[str]]] = [(root, -1, 0, [])]
        while stack:
            b, k, mark, added = stack.pop()
            if k < 0:
                mark = len(self.log)
                self._entry_facts(b)
                added = self._block(b)
                k = 0
            kids = self.tree.children[b.index]
            if k < len(kids):
                stack.append((b, k + 1, mark, added))
                stack.append((kids[k], -1, 0, []))
            else:
                while len(self.log) > mark:
                    del self.facts[self.log.pop()]
                for a in added:
                    del self.available[a]

    def _entry_facts(self, b: Block) -> None:
        if len(b.preds) != 1:
            return
        p = b.preds[0]
        last = p.instrs[-1]
        if isinstance(last, ir.If) and p.succs[0] is not p.succs[1]:
            self._condition(last.x, p.succs[0] is b)

    def _condition(self, c: ir.Value, truth: bool) -> None:
        c = self.find(c)
        if isinstance(c, ir.UnOp) and c.op == tokens.NOT:
            self._condition(c.x, not truth)
            return
        if not isinstance(c, ir.BinOp) or c.op not in _NEGATED:
            return
        op = c.op if truth else _NEGATED[c.op]
        x = self.find(c.x)
        y = self.find(c.y)
        if op == tokens.NEQ:
            if _is_nil(y):
                self.learn(f"nn {self.key(x)}")
            elif _is_nil(x):
                self.learn(f"nn {self.key(y)}")
            return
        u = t.under(x.type)
        if not isinstance(u, t.Basic) or not u.info & t.IS_INTEGER or u.info & t.IS_UNSIGNED:
            return
        self._relation(op, self.key(x), self.key(y))

    def _relation(self, op: int, x: str, y: str) -> None:
        if op == tokens.LSS:
            self.learn(f"{x}<{y}")
            self.learn(f"{x}<={y}")
        elif op == tokens.LEQ:
            self.learn(f"{x}<={y}")
        elif op == tokens.GTR:
            self.learn(f"{y}<{x}")
            self.learn(f"{y}<={x}")
        elif op == tokens.GEQ:
            self.learn(f"{y}<={x}")
        elif op == tokens.EQL:
            self.learn(f"{x}<={y}")
            self.learn(f"{y}<={x}")

    def _block(self, b: Block) -> list[str]:
        added: list[str] = []
        keep: list[ir.Instr] = []
        for i in b.instrs:
            ops = i.operands()
            for k in range(len(ops)):
                w = self.replaced.get(ops[k])
                if w is not None:
                    i.set_operand(k, w)
            if isinstance(i, (ir.NilCheck, ir.BoundsCheck, ir.SliceCheck, ir.DivCheck)):
                if self._holds(i):
                    self.dropped = True
                    continue
                self._passed(i)
                keep.append(i)
                continue
            name = self._expression(i)
            if name != "":
                known = self.available.get(name)
                if known is not None:
                    self.replaced[i] = known
                    self.dropped = True
                    continue
                self.available[name] = i
                added.append(name)
            keep.append(i)
        b.instrs = keep
        return added

    def _expression(self, i: ir.Instr) -> str:
        """A key for pure instructions, "" for all others."""
        if isinstance(i, (ir.Len, ir.Cap)):
            if isinstance(t.under(i.x.type), (t.Map, t.Chan)):
                return ""
            return f"{'len' if isinstance(i, ir.Len) else 'cap'} {self.key(i.x)}"
        if isinstance(i, ir.FieldAddr):
            return f"fa {i.field} {self.key(i.x)}"
        if isinstance(i, ir.Field):
            return f"fd {i.field} {self.key(i.x)}"
        if isinstance(i, ir.Extract):
            return f"ex {i.index} {self.key(i.x)}"
        if isinstance(i, ir.BinOp):
            u = t.under(i.x.type)
            if isinstance(u, t.Basic) and u.info & (t.IS_INTEGER | t.IS_BOOLEAN) and i.op not in (tokens.DIV, tokens.REM):
                v = t.under(i.y.type)
                kind = v.kind if isinstance(v, t.Basic) else 0
                return f"b{i.op} {u.kind} {kind} {self.key(i.x)} {self.key(i.y)}"
        return ""

    # ---------------------------------------------------------------------------------------- checks

    def _holds(self, i: ir.Instr) -> bool:
        if isinstance(i, ir.NilCheck):
            return _never_nil(self.find(i.x)) or self.knows(f"nn {self.key(i.x)}")
        if isinstance(i, ir.DivCheck):
            return self.knows(f"nz {self.key(i.x)}")
        if isinstance(i, ir.BoundsCheck):
            x = self.find(i.x)
            y = self.find(i.y)
            kx = self.key(x)
            ky = self.key(y)
            if self.knows(f"in {kx} {ky}"):
                return True
            if isinstance(x, ir.Const) and isinstance(y, ir.Const) and isinstance(x.value, int) and isinstance(y.value, int):
                return 0 <= x.value < y.value
            if not _same_width(x, y):
                return False
            return self.knows(f"{kx}<{ky}") and self._is_nonneg(x)
        assert isinstance(i, ir.SliceCheck)
        x = self.find(i.x)
        y = self.find(i.y)
        if i.kind == ir.SLICE_CONVERT:
            return False
        kx = self.key(x)
        ky = self.key(y)
        if self.knows(f"sl {kx} {ky}"):
            return True
        if isinstance(x, ir.Const) and x.value == 0:
            return self._is_nonneg(y) or self.knows(f"sly {ky}")
        if x is y:
            return self._is_nonneg(x) or self.knows(f"sly {ky}")
        if isinstance(x, ir.Len) and isinstance(y, ir.Cap) and self.find(x.x) is self.find(y.x):
            return True
        return _same_width(x, y) and self.knows(f"{kx}<={ky}") and self._is_nonneg(x)

    def _passed(self, i: ir.Instr) -> None:
        if isinstance(i, ir.NilCheck):
            self.learn(f"nn {self.key(i.x)}")
        elif isinstance(i, ir.DivCheck):
            self.learn(f"nz {self.key(i.x)}")
        elif isinstance(i, ir.BoundsCheck):
            x, y = self.key(i.x), self.key(i.y)
            self.learn(f"in {x} {y}")
            if _same_width(self.find(i.x), self.find(i.y)):
                self.learn(f"{x}<{y}")
                self.learn(f"{x}<={y}")
                self.learn(f"ge {x}")
        elif isinstance(i, ir.SliceCheck) and i.kind != ir.SLICE_CONVERT:
            x, y = self.key(i.x), self.key(i.y)
            self.learn(f"sl {x} {y}")
            self.learn(f"sly {x}")
            if _same_width(self.find(i.x), self.find(i.y)):
                self.learn(f"{x}<={y}")
                self.learn(f"ge {x}")

    def _is_nonneg(self, v: ir.Value) -> bool:
        if isinstance(v, ir.Const):
            return isinstance(v.value, int) and v.value >= 0
        if isinstance(v, (ir.Len, ir.Cap, ir.Copy)):
            return True
        if self.knows(f"ge {self.key(v)}") or self.knows(f"c0<={self.key(v)}"):
            return True
        if isinstance(v, ir.Phi):
            known = self.nonneg.get(v)
            if known is None:
                known = self._counts_up(v)
                self.nonneg[v] = known
            return known
        return False

    def _counts_up(self, phi: ir.Phi) -> bool:
        """phi starts at constants >= 0 and only grows by positive constants below some bound: phi < y guards the sum."""
        u = t.under(phi.type)
        if not isinstance(u, t.Basic) or u.kind not in (t.INT, t.INT64) or phi.block is None:
            return False
        for a in phi.args:
            a = self.find(a)
            if isinstance(a, ir.Const):
                if not isinstance(a.value, int) or a.value < 0:
                    return False
            elif isinstance(a, ir.BinOp) and a.op == tokens.ADD and self.find(a.x) is phi and isinstance(a.y, ir.Const):
                if not isinstance(a.y.value, int) or a.y.value != 1 or a.block is None or not self._guarded(phi, a.block):
                    return False
            elif a is not phi:
                return False
        return True

    def _guarded(self, phi: ir.Phi, at: Block) -> bool:
        """Whether every path from phi to `at` passes a branch that proves phi < something."""
        b: Block | None = at
        while b is not None:
            if len(b.preds) == 1:
                last = b.preds[0].instrs[-1]
                if isinstance(last, ir.If) and last.x.__class__ is ir.BinOp and b.preds[0].succs[0] is not b.preds[0].succs[1]:
                    c = last.x
                    assert isinstance(c, ir.BinOp)
                    op = c.op if b.preds[0].succs[0] is b else _NEGATED.get(c.op, 0)
                    if op == tokens.LSS and self.find(c.x) is phi or op == tokens.GTR and self.find(c.y) is phi:
                        return True
            if b is phi.block:
                return False
            d = self.tree.idom[b.index]
            b = self.fn.blocks[d] if d >= 0 else None
        return False


def _is_nil(v: ir.Value) -> bool:
    return isinstance(v, ir.Const) and v.value is None and isinstance(t.under(v.type), (t.Pointer, t.Basic, t.Signature))


def _never_nil(v: ir.Value) -> bool:
    return isinstance(v, (ir.Alloc, ir.Global, ir.FuncRef, ir.MakeClosure, ir.FieldAddr, ir.IndexAddr))


def _same_width(x: ir.Value, y: ir.Value) -> bool:
    """Whether both are 64-bit signed integers, so that facts about one order hold."""
    a = t.under(x.type)
    b = t.under(y.type)
    if isinstance(x, ir.Const):
        a = b
    if isinstance(y, ir.Const):
        b = a
    return isinstance(a, t.Basic) and isinstance(b, t.Basic) and a.kind in (t.INT, t.INT64) and b.kind in (t.INT, t.INT64)


def remove_checks(fn: Function) -> bool:
    """Run the walk; whether anything was dropped."""
    return _Walk(fn).run()
