"""Compute at compile time what is known.

    t0 = 2 + 3            →   5
    if true 1, 2          →   jump 1
    t1 = typeassert (makeinterface any <- x:int).(int)    →   x

Only integers, booleans and strings: floating-point constants are left to the code generator. `x ^ 0` on uintptr is left
alone: it is how the runtime hides a pointer from escape analysis.

Source: Go spec "Arithmetic operators" (wrap-around), "Type assertions".
"""

from __future__ import annotations

from typing import Final

from ...syntax import tokens
from ...types import types as t
from ...types.sizes import sizeof
from .. import instr as ir
from ..function import Block, Function
from .blocks import remove_edge
from .values import constant_make, find, is_nil, replace_values, same_type

COMPARISONS: Final = frozenset([tokens.EQL, tokens.NEQ, tokens.LSS, tokens.LEQ, tokens.GTR, tokens.GEQ])


def fold_constants(fn: Function) -> bool:
    """Fold values and branches; whether anything changed. May leave blocks unreachable."""
    replaced: dict[ir.Value, ir.Value] = {}
    dropped: set[ir.Instr] = set()
    changed = False
    for b in fn.blocks:
        gone = False
        for i in b.instrs:
            ops = i.operands()
            for k in range(len(ops)):
                if ops[k] in replaced:
                    i.set_operand(k, find(replaced, ops[k]))
            if isinstance(i, ir.NilCheck):
                if never_nil(i.x):
                    dropped.add(i)
                    gone = True
                continue
            v = _value(i)
            if v is not None and v is not i:
                replaced[i] = v
                gone = True
        if gone:
            b.instrs = [i for i in b.instrs if i not in replaced and i not in dropped]
    if replaced:
        replace_values(fn, replaced)
        changed = True
    elif dropped:
        changed = True
    for b in fn.blocks:
        if _branch(b):
            changed = True
    return changed


def _value(i: ir.Instr) -> ir.Value | None:
    """What i amounts to, None if nothing simpler."""
    if isinstance(i, ir.BinOp):
        return _binary(i)
    if isinstance(i, ir.Extract):
        return _extract(i)
    if isinstance(i, ir.Field):
        if isinstance(i.x, ir.Aggregate):
            return _typed(i.x.args[i.field], i.type)
        return None
    if isinstance(i, ir.Len):
        return _length(i)
    if isinstance(i, ir.ChangeType):
        return _change_type(i)
    if isinstance(i, ir.Convert):
        return _convert(i)
    if isinstance(i, ir.UnOp):
        return _unary(i)
    if isinstance(i, ir.TypeAssert):
        if not i.comma_ok and _dynamic(i.x) is not None:
            x = _dynamic(i.x)
            assert x is not None
            if not isinstance(t.under(i.asserted), t.Interface) and same_type(x.type, i.asserted):
                return _typed(x, i.type)
    return None


def _typed(v: ir.Value, typ: t.Type) -> ir.Value | None:
    return v if same_type(v.type, typ) else None


def _dynamic(x: ir.Value) -> ir.Value | None:
    """The value boxed in the interface x, if that is in sight."""
    while isinstance(x, (ir.ChangeType, ir.ChangeInterface)):
        x = x.x
    return x.x if isinstance(x, ir.MakeInterface) else None


def _extract(i: ir.Extract) -> ir.Value | None:
    a = i.x
    if not isinstance(a, ir.TypeAssert) or isinstance(t.under(a.asserted), t.Interface):
        return None
    x = _dynamic(a.x)
    if x is None:
        return None
    hit = same_type(x.type, a.asserted)
    if i.index == 1:
        return ir.Const(i.type, hit)
    return _typed(x, i.type) if hit else ir.Const(i.type, None)


def _length(i: ir.Len) -> ir.Value | None:
    x = i.x
    u = t.under(x.type)
    if isinstance(x, ir.Const):
        if isinstance(x.value, bytes):
            return ir.Const(i.type, len(x.value))
        if x.value is None and not isinstance(u, t.Chan):
            return ir.Const(i.type, 0)
        return None
    if isinstance(x, ir.MakeSlice):
        if same_type(x.x.type, i.type):
            return x.x
        n = constant_make(x)
        if n >= 0 and isinstance(x.x, ir.Const):
            return ir.Const(i.type, x.x.value)
        return None
    if isinstance(x, ir.SliceOp) and not x.has_low:
        if x.has_high:
            high = x.args[2]
            return high if same_type(high.type, i.type) else None
        p = t.under(x.args[0].type)
        if isinstance(p, t.Pointer):
            array = t.under(p.elem)
            if isinstance(array, t.Array):
                return ir.Const(i.type, array.length)
    return None


def _change_type(i: ir.ChangeType) -> ir.Value | None:
    x = i.x
    if same_type(x.type, i.type):
        return x
    if isinstance(x, ir.Const):
        u = t.under(i.type)
        if isinstance(u, t.Basic) and u.info & (t.IS_INTEGER | t.IS_BOOLEAN | t.IS_STRING) and x.value is not None:
            w = t.under(x.type)
            if isinstance(w, t.Basic) and w.kind == u.kind:
                return ir.Const(i.type, x.value)
        elif x.value is None and not isinstance(u, t.Basic):
            return ir.Const(i.type, None)
    return None


def _bits(typ: t.Type) -> tuple[int, bool] | None:
    """Width and signedness of an integer type."""
    u = t.under(typ)
    if not isinstance(u, t.Basic) or not u.info & t.IS_INTEGER or u.info & t.IS_UNTYPED:
        return None
    return 8 * sizeof(u), not u.info & t.IS_UNSIGNED


def wrap(n: int, bits: int, signed: bool) -> int:
    """n as a number of that many bits holds it."""
    n &= (1 << bits) - 1
    if signed and n >> (bits - 1):
        n -= 1 << bits
    return n


def _integer(v: ir.Value) -> int | None:
    """The value of an integer constant."""
    if not isinstance(v, ir.Const):
        return None
    if v.value is None:
        u = t.under(v.type)
        return 0 if isinstance(u, t.Basic) and u.info & t.IS_INTEGER else None
    if isinstance(v.value, int) and not isinstance(v.value, bool):
        u = t.under(v.type)
        return v.value if isinstance(u, t.Basic) and u.info & t.IS_INTEGER else None
    return None


def _convert(i: ir.Convert) -> ir.Value | None:
    n = _integer(i.x)
    if n is None:
        return None
    shape = _bits(i.type)
    return None if shape is None else ir.Const(i.type, wrap(n, shape[0], shape[1]))


def _unary(i: ir.UnOp) -> ir.Value | None:
    x = i.x
    if i.op == tokens.NOT:
        if isinstance(x, ir.Const):
            return ir.Const(i.type, not x.value)
        if isinstance(x, ir.UnOp) and x.op == tokens.NOT:
            return _typed(x.x, i.type)
        return None
    n = _integer(x)
    shape = _bits(i.type)
    if n is None or shape is None:
        return None
    return ir.Const(i.type, wrap(-n if i.op == tokens.SUB else ~n, shape[0], shape[1]))


def _binary(i: ir.BinOp) -> ir.Value | None:
    op = i.op
    x = i.x
    y = i.y
    if op in COMPARISONS:
        known = compare(op, x, y)
        return None if known is None else ir.Const(i.type, known)
    n = _integer(y)
    if n is None:
        return None
    shape = _bits(i.type)
    if shape is None:
        return None
    bits, signed = shape
    m = _integer(x)
    if m is None:
        if n == 0 and op in (tokens.ADD, tokens.SUB, tokens.OR, tokens.SHL, tokens.SHR, tokens.ANDNOT):
            return _typed(x, i.type)
        if n == 1 and op in (tokens.MUL, tokens.DIV):
            return _typed(x, i.type)
        return None
    r = _arithmetic(op, m, n, bits)
    return None if r is None else ir.Const(i.type, wrap(r, bits, signed))


def _arithmetic(op: int, m: int, n: int, bits: int) -> int | None:
    if op == tokens.ADD:
        return m + n
    if op == tokens.SUB:
        return m - n
    if op == tokens.MUL:
        return m * n
    if op == tokens.AND:
        return m & n
    if op == tokens.OR:
        return m | n
    if op == tokens.XOR:
        return m ^ n
    if op == tokens.ANDNOT:
        return m & ~n
    if op == tokens.SHL:
        return None if n < 0 else 0 if n >= bits else m << n
    if op == tokens.SHR:
        return None if n < 0 else m >> min(n, bits)
    if n == 0:
        return None
    q = abs(m) // abs(n)
    if (m < 0) != (n < 0):
        q = -q
    return q if op == tokens.DIV else m - q * n if op == tokens.REM else None


def compare(op: int, x: ir.Value, y: ir.Value) -> bool | None:
    """The result of a comparison, None if it is not known."""
    if op == tokens.EQL or op == tokens.NEQ:
        if is_nil(x):
            x, y = y, x
        if is_nil(y) and never_nil(x):
            return op == tokens.NEQ
        if isinstance(x, ir.Const) and isinstance(y, ir.Const):
            u = t.under(x.type)
            if x.value is None and y.value is None and not isinstance(u, (t.Struct, t.Array)):
                return op == tokens.EQL
            if isinstance(u, t.Basic) and u.info & t.IS_BOOLEAN:
                return (bool(x.value) == bool(y.value)) == (op == tokens.EQL)
    m = _integer(x)
    n = _integer(y)
    if m is not None and n is not None:
        return _order(op, m, n)
    a = _string(x)
    b = _string(y)
    if a is not None and b is not None:
        return _order(op, 0 if a == b else -1 if a < b else 1, 0)
    return None


def _string(v: ir.Value) -> bytes | None:
    if not isinstance(v, ir.Const):
        return None
    if isinstance(v.value, bytes):
        return v.value
    u = t.under(v.type)
    return b"" if v.value is None and isinstance(u, t.Basic) and u.info & t.IS_STRING else None


def _order(op: int, m: int, n: int) -> bool:
    if op == tokens.EQL:
        return m == n
    if op == tokens.NEQ:
        return m != n
    if op == tokens.LSS:
        return m < n
    if op == tokens.LEQ:
        return m <= n
    if op == tokens.GTR:
        return m > n
    return m >= n


def never_nil(x: ir.Value) -> bool:
    """Whether the pointer, func, map, channel, slice or interface x is not nil by the way it was made."""
    while isinstance(x, ir.ChangeType):
        if not isinstance(t.under(x.x.type), (t.Pointer, t.Signature, t.Interface)):
            return False
        x = x.x
    return isinstance(
        x,
        (
            ir.Alloc, ir.Global, ir.FuncRef, ir.MakeClosure, ir.MakeInterface, ir.MakeMap, ir.MakeChan, ir.MakeSlice,
            ir.FieldAddr, ir.IndexAddr, ir.MapAssign,
        ),
    )  # fmt: skip


def _branch(b: Block) -> bool:
    """Replace a branch on a constant by a jump."""
    if not b.instrs:
        return False
    last = b.instrs[-1]
    keep: int
    if isinstance(last, ir.If):
        if not isinstance(last.x, ir.Const):
            return False
        keep = 0 if last.x.value else 1
    elif isinstance(last, ir.Switch):
        n = _integer(last.x)
        if n is None:
            return False
        keep = last.cases.index(n) + 1 if n in last.cases else 0
    else:
        return False
    for k in range(len(b.succs) - 1, -1, -1):
        if k != keep:
            remove_edge(b, k)
            if k < keep:
                keep -= 1
    jump = ir.Jump(last.pos)
    jump.block = b
    jump.site = last.site
    b.instrs[-1] = jump
    return True
