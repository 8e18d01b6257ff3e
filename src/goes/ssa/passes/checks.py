"""Share equal computations and loads, and drop checks that cannot fail.

    for i := 0; i < len(s); i++ { sum += s[i] }        no boundscheck left
    p.a = 1; p.b = 2                                   one nilcheck
    _ = b[3]; b[0], b[1], b[2]                         one boundscheck

One walk over the dominator tree with scoped tables. Pure instructions with equal operands are the same value. Facts
come
from branches and from checks already passed; they are about integers as numbers, whatever their types, so a conversion
that keeps the value stands for its operand:
    above[x]    values known to be >= x (or > x)
    floor[x]    a number known to be <= x          ceiling[x]    a number known to be >= x
    facts       (what, x, y) for the rest: not nil, not zero, this very check has passed

Sources: Briggs, Cooper, Simpson 1997 (dominator-based value numbering); cmd/compile/internal/ssa prove (role).
Needs: no unreachable blocks.  Keeps: dominance.
"""

from __future__ import annotations

from typing import Final, final

from ...codegen.abi import parts_of
from ...syntax import tokens
from ...types import types as t
from ...types.sizes import sizeof
from .. import instr as ir
from ..function import Block, Function
from .dominators import DominatorTree
from .values import is_nil, same_type

_NEGATED: Final = {
    tokens.LSS: tokens.GEQ, tokens.GEQ: tokens.LSS, tokens.GTR: tokens.LEQ, tokens.LEQ: tokens.GTR,
    tokens.EQL: tokens.NEQ, tokens.NEQ: tokens.EQL,
}  # fmt: skip

# What the keys of `facts` say.
NOT_NIL: Final = 1
NOT_ZERO: Final = 2
INDEX: Final = 3  # BoundsCheck x, y passed
SLICE: Final = 4  # SliceCheck x, y passed

MAX_STEPS: Final = 24  # relations followed for one proof
MAX_DEPTH: Final = 4  # operands looked through for one bound
MAX_LENGTH: Final = 1 << 48  # no slice or string is longer
_UNKNOWN: Final = 1 << 70

_LEN: Final = 1
_CAP: Final = 2
_FIELD_ADDR: Final = 3
_FIELD: Final = 4
_EXTRACT: Final = 5
_INDEX_ADDR: Final = 6
_CONVERT: Final = 7
_CHANGE: Final = 8
_DATA: Final = 9
_UNARY: Final = 10
_LOAD: Final = 80
_BINARY: Final = 100


# What does not write memory that somebody else sees.
_QUIET: Final = frozenset(
    [
        ir.Load, ir.BinOp, ir.UnOp, ir.Phi, ir.Alloc, ir.FieldAddr, ir.Field, ir.IndexAddr, ir.Index, ir.Aggregate, ir.Extract,
        ir.ChangeType, ir.Convert, ir.StringConvert, ir.Concat, ir.MinMax, ir.ComplexOp, ir.MakeInterface, ir.ChangeInterface,
        ir.TypeAssert, ir.Len, ir.Cap, ir.DataPtr, ir.MakeView, ir.SliceOp, ir.SliceToArrayPointer, ir.MakeSlice, ir.MakeClosure,
        ir.StringNext, ir.Jump, ir.If, ir.Switch, ir.Return,
    ]
)  # fmt: skip
_register_types: Final[dict[t.Type, bool]] = {}


def _in_registers(typ: t.Type) -> bool:
    known = _register_types.get(typ)
    if known is None:
        known = parts_of(typ) is not None
        _register_types[typ] = known
    return known


@final
class _Walk:
    """State of one function: replacements, available expressions and facts with undo logs."""

    __slots__ = (
        "fn", "tree", "replaced", "numbers", "constants", "available", "facts", "above", "floor", "ceiling", "log",
        "dropped", "nonneg", "memory", "memories", "memory_at_end",
    )  # fmt: skip

    def __init__(self, fn: Function) -> None:
        self.fn = fn
        self.tree = DominatorTree(fn)
        self.replaced: dict[ir.Value, ir.Value] = {}
        self.numbers: dict[ir.Value, int] = {}
        self.constants: dict[object, int] = {}
        self.available: dict[tuple[int, int, int, int], ir.Value] = {}
        self.facts: set[tuple[int, int, int]] = set()
        self.above: dict[int, list[tuple[int, bool]]] = {}
        self.floor: dict[int, int] = {}
        self.ceiling: dict[int, int] = {}
        # (kind, key, old): 0 a fact, 1 the last of above[key], 2 floor, 3 ceiling
        self.log: list[tuple[int, int, int, tuple[int, int, int] | None]] = []
        self.dropped = False
        self.nonneg: dict[ir.Value, bool] = {}
        self.memory = 0
        self.memories = 0  # numbers given out
        self.memory_at_end = [0] * len(fn.blocks)

    def find(self, v: ir.Value) -> ir.Value:
        w = self.replaced.get(v)
        return v if w is None else w

    def number(self, v: ir.Value) -> int:
        """A number, equal for equal values. Constants of different types may share one."""
        v = self.replaced.get(v, v)
        n = self.numbers.get(v)
        if n is None:
            key: object = None
            if isinstance(v, ir.Const):
                value = v.value
                if isinstance(value, int):
                    key = int(value)
                elif value is None:
                    key = 0
            elif isinstance(v, ir.Global):
                key = v.symbol
            if key is None:
                n = len(self.numbers)
            else:
                n = self.constants.get(key, -1)
                if n < 0:
                    n = len(self.numbers)
                    self.constants[key] = n
            self.numbers[v] = n
        return n

    def quantity(self, v: ir.Value) -> int:
        """The number of v as an integer: conversions that keep the value do not count."""
        return self.number(self._unconverted(v))

    def _unconverted(self, v: ir.Value) -> ir.Value:
        v = self.find(v)
        while isinstance(v, ir.Convert):
            if not _keeps_value(v):
                break
            v = self.find(v.x)
        return v

    def learn(self, what: int, x: int, y: int = 0) -> None:
        fact = (what, x, y)
        if fact not in self.facts:
            self.facts.add(fact)
            self.log.append((0, 0, 0, fact))

    def knows(self, what: int, x: int, y: int = 0) -> bool:
        return (what, x, y) in self.facts

    def _set_floor(self, x: int, low: int) -> None:
        old = self.floor.get(x, -_UNKNOWN)
        if low > old:
            self.floor[x] = low
            self.log.append((2, x, old, None))

    def _set_ceiling(self, x: int, high: int) -> None:
        old = self.ceiling.get(x, _UNKNOWN)
        if high < old:
            self.ceiling[x] = high
            self.log.append((3, x, old, None))

    def _undo(self, mark: int) -> None:
        log = self.log
        while len(log) > mark:
            kind, key, old, fact = log.pop()
            if kind == 0:
                assert fact is not None
                self.facts.discard(fact)
            elif kind == 1:
                self.above[key].pop()
            elif kind == 2:
                self.floor[key] = old
            else:
                self.ceiling[key] = old

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
        stack: list[tuple[Block, int, int, list[tuple[int, int, int, int]]]] = [(root, -1, 0, [])]
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
                self._undo(mark)
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
        while isinstance(c, ir.UnOp) and c.op == tokens.NOT:
            c = self.find(c.x)
            truth = not truth
        if not isinstance(c, ir.BinOp) or c.op not in _NEGATED:
            return
        op = c.op if truth else _NEGATED[c.op]
        x = self.find(c.x)
        y = self.find(c.y)
        u = t.under(x.type)
        if not isinstance(u, t.Basic) or not u.info & t.IS_INTEGER:
            if op == tokens.NEQ:
                if is_nil(y):
                    self.learn(NOT_NIL, self.number(x))
                elif is_nil(x):
                    self.learn(NOT_NIL, self.number(y))
            return
        if op == tokens.NEQ:
            if _number_of(y) == 0:
                self._not_zero(x)
            elif _number_of(x) == 0:
                self._not_zero(y)
        elif op == tokens.LSS:
            self._relate(x, y, True)
        elif op == tokens.LEQ:
            self._relate(x, y, False)
        elif op == tokens.GTR:
            self._relate(y, x, True)
        elif op == tokens.GEQ:
            self._relate(y, x, False)
        elif op == tokens.EQL:
            self._relate(x, y, False)
            self._relate(y, x, False)

    def _not_zero(self, x: ir.Value) -> None:
        q = self.quantity(x)
        self.learn(NOT_ZERO, q)
        if self._is_nonneg(x):
            self._set_floor(q, 1)

    def _relate(self, x: ir.Value, y: ir.Value, strict: bool) -> None:
        """Learn x <= y, or x < y."""
        p = self.quantity(x)
        q = self.quantity(y)
        more = 1 if strict else 0
        low = self._low(x)
        if low > -_UNKNOWN:
            self._set_floor(q, low + more)
        high = self._high(y, 0)
        if high < _UNKNOWN:
            self._set_ceiling(p, high - more)
        known = self.above.get(p)
        if known is None:
            known = []
            self.above[p] = known
        known.append((q, strict))
        self.log.append((1, p, 0, None))

    def _block(self, b: Block) -> list[tuple[int, int, int, int]]:
        added: list[tuple[int, int, int, int]] = []
        keep: list[ir.Instr] = []
        replaced = self.replaced
        if len(b.preds) == 1:
            self.memory = self.memory_at_end[b.preds[0].index]
        else:
            self._new_memory()
        for i in b.instrs:
            if replaced:
                ops = i.operands()
                for k in range(len(ops)):
                    w = replaced.get(ops[k])
                    if w is not None:
                        i.set_operand(k, w)
            if isinstance(i, (ir.NilCheck, ir.BoundsCheck, ir.SliceCheck, ir.DivCheck, ir.ShiftCheck)):
                if self._holds(i):
                    self.dropped = True
                    i.block = None
                    continue
                self._passed(i)
                keep.append(i)
                continue
            key = self._expression(i)
            if key is not None:
                known = self.available.get(key)
                if known is None:
                    self.available[key] = i
                    added.append(key)
                elif same_type(known.type, i.type):
                    replaced[i] = known
                    self.dropped = True
                    i.block = None
                    continue
            elif isinstance(i, ir.Store):
                self._new_memory()
                if _in_registers(i.y.type):
                    key = (_LOAD, self.memory, self.number(i.x), 0)
                    self.available[key] = i.y
                    added.append(key)
            elif type(i) not in _QUIET:
                self._new_memory()
            keep.append(i)
        b.instrs = keep
        self.memory_at_end[b.index] = self.memory
        return added

    def _new_memory(self) -> None:
        self.memories += 1
        self.memory = self.memories

    def _expression(self, i: ir.Instr) -> tuple[int, int, int, int] | None:
        """A key for pure instructions, None for all others."""
        if isinstance(i, ir.BinOp):
            u = t.under(i.x.type)
            if not isinstance(u, t.Basic) or not u.info & (t.IS_INTEGER | t.IS_BOOLEAN):
                return None
            v = t.under(i.y.type)
            kind = v.kind if isinstance(v, t.Basic) else 0
            return (_BINARY + i.op, 64 * u.kind + kind, self.number(i.x), self.number(i.y))
        if isinstance(i, ir.Load):
            return (_LOAD, self.memory, self.number(i.x), 0) if _in_registers(i.type) else None
        if isinstance(i, ir.FieldAddr):
            return (_FIELD_ADDR, i.field, self.number(i.x), 0)
        if isinstance(i, ir.Field):
            return (_FIELD, i.field, self.number(i.x), 0)
        if isinstance(i, ir.Extract):
            return (_EXTRACT, i.index, self.number(i.x), 0)
        if isinstance(i, (ir.Len, ir.Cap)):
            if isinstance(t.under(i.x.type), (t.Map, t.Chan)):
                return None
            return (_LEN if isinstance(i, ir.Len) else _CAP, 0, self.number(i.x), 0)
        if isinstance(i, ir.IndexAddr):
            return (_INDEX_ADDR, 0, self.number(i.x), self.number(i.y))
        if isinstance(i, ir.ChangeType):
            return (_CHANGE, 0, self.number(i.x), 0)
        if isinstance(i, ir.DataPtr):
            return (_DATA, 0, self.number(i.x), 0)
        if isinstance(i, (ir.Convert, ir.UnOp)):
            u = t.under(i.x.type)
            w = t.under(i.type)
            if isinstance(u, t.Basic) and isinstance(w, t.Basic) and u.info & (t.IS_INTEGER | t.IS_BOOLEAN):
                if w.info & (t.IS_INTEGER | t.IS_BOOLEAN):
                    kind = 64 * u.kind + w.kind
                    return (
                        (_CONVERT, kind, self.number(i.x), 0)
                        if isinstance(i, ir.Convert)
                        else (_UNARY + i.op, kind, self.number(i.x), 0)
                    )
        return None

    # ---------------------------------------------------------------------------------------- checks

    def _holds(self, i: ir.Instr) -> bool:
        if isinstance(i, ir.NilCheck):
            return _never_nil(self.find(i.x)) or self.knows(NOT_NIL, self.number(i.x))
        if isinstance(i, ir.DivCheck):
            q = self.quantity(i.x)
            return self.knows(NOT_ZERO, q) or self._low(i.x) > 0
        if isinstance(i, ir.ShiftCheck):
            return self._is_nonneg(i.x)
        if isinstance(i, ir.BoundsCheck):
            if self.knows(INDEX, self.quantity(i.x), self.quantity(i.y)):
                return True
            return self._proves(i.x, i.y, True) and self._is_nonneg(i.x)
        assert isinstance(i, ir.SliceCheck)
        x = self.find(i.x)
        y = self.find(i.y)
        if i.kind == ir.SLICE_CONVERT:
            return self._proves(y, x, False)
        if self.knows(SLICE, self.quantity(x), self.quantity(y)):
            return True
        if _number_of(x) == 0:
            return True  # the check is unsigned
        if isinstance(x, ir.Len) and isinstance(y, ir.Cap) and self.find(x.x) is self.find(y.x):
            return True
        return self._proves(x, y, False) and self._is_nonneg(x)

    def _passed(self, i: ir.Instr) -> None:
        if isinstance(i, ir.NilCheck):
            self.learn(NOT_NIL, self.number(i.x))
        elif isinstance(i, ir.DivCheck):
            self._not_zero(i.x)
        elif isinstance(i, ir.ShiftCheck):
            self._set_floor(self.quantity(i.x), 0)
        elif isinstance(i, ir.BoundsCheck):
            x, y = self.quantity(i.x), self.quantity(i.y)
            self.learn(INDEX, x, y)
            self._set_floor(x, 0)
            self._relate(i.x, i.y, True)
        elif isinstance(i, ir.SliceCheck):
            if i.kind == ir.SLICE_CONVERT:
                self._relate(i.y, i.x, False)
                return
            x, y = self.quantity(i.x), self.quantity(i.y)
            self.learn(SLICE, x, y)
            if self._is_nonneg(i.y):
                self._set_floor(x, 0)
                self._relate(i.x, i.y, False)

    # ---------------------------------------------------------------------------------------- proofs

    def _proves(self, x: ir.Value, y: ir.Value, strict: bool) -> bool:
        """Whether x < y (strict) or x <= y is known."""
        low = self._low(y)
        if self._high(x, 0) + (1 if strict else 0) <= low:
            return True
        p = self.quantity(x)
        q = self.quantity(y)
        if p == q:
            return not strict
        above = self.above
        if p not in above:
            return False
        seen = {(p, False)}
        work = [(p, False)]
        steps = 0
        while work:
            n, some = work.pop()
            for z, more in above.get(n, ()):
                s = some or more
                if z == q and (s or not strict):
                    return True
                if self.ceiling.get(z, _UNKNOWN) + (1 if strict and not s else 0) <= low:
                    return True
                if (z, s) not in seen:
                    seen.add((z, s))
                    work.append((z, s))
                    steps += 1
                    if steps > MAX_STEPS:
                        return False
        return False

    def _low(self, v: ir.Value) -> int:
        """A number that v is not below, -_UNKNOWN if none is known."""
        v = self._unconverted(v)
        n = _number_of(v)
        if n is not None:
            return n
        low = self.floor.get(self.number(v), -_UNKNOWN)
        if low < 0 and self._is_nonneg(v):
            return 0
        return low

    def _high(self, v: ir.Value, depth: int) -> int:
        """A number that v is not above, _UNKNOWN if none is known."""
        v = self._unconverted(v)
        n = _number_of(v)
        if n is not None:
            return n
        high = self.ceiling.get(self.number(v), _UNKNOWN)
        u = t.under(v.type)
        if isinstance(u, t.Basic) and u.info & t.IS_INTEGER:
            bits = 8 * sizeof(u)
            most = (1 << bits) - 1 if u.info & t.IS_UNSIGNED else (1 << (bits - 1)) - 1
            if bits < 64 and most < high:
                high = most
            if isinstance(v, ir.BinOp) and depth < MAX_DEPTH:
                high = min(high, self._high_of_result(v, bits, u.info & t.IS_UNSIGNED != 0, depth))
        return high

    def _high_of_result(self, v: ir.BinOp, bits: int, unsigned: bool, depth: int) -> int:
        n = _number_of(self.find(v.y))
        if v.op == tokens.AND:
            m = _number_of(self.find(v.x))
            if n is not None and n >= 0:
                return n
            if m is not None and m >= 0:
                return m
            if unsigned:
                return min(self._high(v.x, depth + 1), self._high(v.y, depth + 1))
        elif n is None:
            return _UNKNOWN
        elif v.op == tokens.SHR and 0 <= n < bits:
            if unsigned:
                return min((1 << bits) - 1, self._high(v.x, depth + 1)) >> n
            return ((1 << (bits - 1)) - 1) >> n
        elif v.op == tokens.REM and n > 0:
            return n - 1
        elif v.op == tokens.DIV and n > 0 and unsigned:
            return min((1 << bits) - 1, self._high(v.x, depth + 1)) // n
        return _UNKNOWN

    def _is_nonneg(self, v: ir.Value) -> bool:
        v = self._unconverted(v)
        n = _number_of(v)
        if n is not None:
            return n >= 0
        if isinstance(v, (ir.Len, ir.Cap, ir.Copy)):
            return True
        u = t.under(v.type)
        if isinstance(u, t.Basic) and u.info & t.IS_UNSIGNED:
            return True
        if self.floor.get(self.number(v), -1) >= 0:
            return True
        if isinstance(v, ir.BinOp):
            m = _number_of(self.find(v.y))
            if v.op == tokens.AND:
                if m is not None and m >= 0:
                    return True
                m = _number_of(self.find(v.x))
                return m is not None and m >= 0
            if v.op in (tokens.SHR, tokens.REM) or v.op == tokens.DIV and m is not None and m > 0:
                x = self.find(v.x)
                return not isinstance(x, (ir.Phi, ir.BinOp)) and self._is_nonneg(x)
            return False
        if isinstance(v, ir.Phi):
            known = self.nonneg.get(v)
            if known is None:
                self.nonneg[v] = False
                known = self._counts_up(v)
                self.nonneg[v] = known
            return known
        return False

    def _counts_up(self, phi: ir.Phi) -> bool:
        """Whether phi starts at values that are never negative and only grows, guarded by a branch that bounds it."""
        u = t.under(phi.type)
        if not isinstance(u, t.Basic) or not u.info & t.IS_INTEGER or phi.block is None:
            return False
        for a in phi.args:
            a = self.find(a)
            if a is phi or isinstance(a, (ir.Len, ir.Cap, ir.Copy)):
                continue
            n = _number_of(a)
            if n is not None:
                if n < 0:
                    return False
            elif isinstance(a, ir.BinOp) and a.op == tokens.ADD and self.find(a.x) is phi and a.block is not None:
                n = _number_of(self.find(a.y))
                if n is None or n < 1 or n > 1 << 16 or not self._guarded(phi, a.block, n, 8 * sizeof(u)):
                    return False
            else:
                return False
        return True

    def _guarded(self, phi: ir.Phi, at: Block, step: int, bits: int) -> bool:
        """Whether every path from phi to `at` passes a branch that proves that phi + step does not overflow."""
        b: Block | None = at
        while b is not None:
            if len(b.preds) == 1:
                p = b.preds[0]
                last = p.instrs[-1]
                if isinstance(last, ir.If) and p.succs[0] is not p.succs[1]:
                    c = self.find(last.x)
                    if isinstance(c, ir.BinOp) and c.op in _NEGATED:
                        op = c.op if p.succs[0] is b else _NEGATED[c.op]
                        bound: ir.Value | None = None
                        if self.find(c.x) is phi:
                            bound = self.find(c.y)
                        elif self.find(c.y) is phi and op in (tokens.GTR, tokens.GEQ):
                            bound = self.find(c.x)
                            op = tokens.LSS if op == tokens.GTR else tokens.LEQ
                        if bound is not None:
                            if op == tokens.LSS and step == 1:
                                return True
                            if op in (tokens.LSS, tokens.LEQ, tokens.EQL):
                                n = _number_of(bound)
                                limit = MAX_LENGTH if isinstance(bound, (ir.Len, ir.Cap)) else _UNKNOWN if n is None else n
                                if limit + step < 1 << (bits - 1):
                                    return True
            if b is phi.block:
                return False
            d = self.tree.idom[b.index]
            b = self.fn.blocks[d] if d >= 0 else None
        return False


def _number_of(v: ir.Value) -> int | None:
    """The value of an integer constant."""
    if isinstance(v, ir.Const):
        value = v.value
        if isinstance(value, int):
            return int(value)
        if value is None:
            return 0
    return None


def _keeps_value(c: ir.Convert) -> bool:
    """Whether the integer conversion c leaves every value as it is."""
    a = t.under(c.x.type)
    b = t.under(c.type)
    if (
        not isinstance(a, t.Basic)
        or not isinstance(b, t.Basic)
        or not a.info & t.IS_INTEGER
        or not b.info & t.IS_INTEGER
    ):
        return False
    n = sizeof(a)
    m = sizeof(b)
    if a.info & t.IS_UNSIGNED:
        return m > n or m == n and b.info & t.IS_UNSIGNED != 0
    return m >= n and not b.info & t.IS_UNSIGNED


def _never_nil(v: ir.Value) -> bool:
    return isinstance(
        v,
        (
            ir.Alloc,
            ir.Global,
            ir.FuncRef,
            ir.MakeClosure,
            ir.FieldAddr,
            ir.IndexAddr,
            ir.MapAssign,
            ir.MakeMap,
            ir.MakeChan,
        ),
    )


def remove_checks(fn: Function) -> bool:
    """Run the walk; whether anything was dropped."""
    return _Walk(fn).run()
