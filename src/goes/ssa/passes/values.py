"""Small questions about values that several passes ask.

    direct_base(&x.f[3])  →  the Alloc x          is_pure(t1 + t2)  →  True
    replace_values(fn, {t5: t3})                  every use of t5 becomes t3

Sources: ssa/instr.py (semantics of the instructions).
"""

from __future__ import annotations

from typing import Final

from ...syntax import tokens
from ...types import types as t
from ...types.identity import identical
from ...types.sizes import ptrdata
from .. import instr as ir
from ..function import Function

# Instructions that have no effect but their result: they may be dropped when nobody uses it.
_PURE: Final = frozenset(
    [
        ir.Phi, ir.Alloc, ir.Load, ir.FieldAddr, ir.Field, ir.IndexAddr, ir.Index, ir.Aggregate, ir.Extract, ir.UnOp,
        ir.ChangeType, ir.Convert, ir.StringConvert, ir.Concat, ir.MinMax, ir.ComplexOp, ir.MakeInterface,
        ir.ChangeInterface, ir.Len, ir.Cap, ir.DataPtr, ir.MakeView, ir.SliceOp, ir.SliceToArrayPointer, ir.MakeClosure,
        ir.StringNext,
    ]
)  # fmt: skip


_pointers: Final[dict[t.Type, bool]] = {}


def has_pointers(typ: t.Type) -> bool:
    """Whether values of typ hold pointers the collector follows."""
    known = _pointers.get(typ)
    if known is None:
        known = False
        if isinstance(typ, t.Tuple):
            for v in typ.vars:
                if v.type is not None and has_pointers(v.type):
                    known = True
        elif typ is not t.TYP_INVALID:
            known = ptrdata(typ) != 0
        _pointers[typ] = known
    return known


def same_type(a: t.Type, b: t.Type) -> bool:
    return a is b or identical(a, b)


def is_pure(i: ir.Instr) -> bool:
    """Whether i may be dropped if its result is not used."""
    c = type(i)
    if c in _PURE:
        return True
    if isinstance(i, ir.BinOp):
        return i.op != tokens.EQL and i.op != tokens.NEQ or not compare_may_panic(i.x.type)
    if isinstance(i, ir.TypeAssert):
        return i.comma_ok
    if isinstance(i, ir.MakeMap):
        return i.hint is None or isinstance(i.hint, ir.Const)
    if isinstance(i, ir.MakeSlice):
        return constant_make(i) >= 0
    if isinstance(i, ir.MapLookup):
        return not compare_may_panic(i.y.type)
    return False


def compare_may_panic(typ: t.Type) -> bool:
    """Whether == on typ can meet an interface that holds something incomparable."""
    u = t.under(typ)
    if isinstance(u, t.Interface):
        return True
    if isinstance(u, t.Array):
        return compare_may_panic(u.elem)
    if isinstance(u, t.Struct):
        for f in u.fields:
            if f.type is None or compare_may_panic(f.type):
                return True
    return False


def constant_make(i: ir.MakeSlice) -> int:
    """The capacity of a make([]T, n, m) whose sizes are constants that fit, else -1."""
    if not isinstance(i.x, ir.Const) or not isinstance(i.y, ir.Const):
        return -1
    n = 0 if i.x.value is None else i.x.value
    m = 0 if i.y.value is None else i.y.value
    if not isinstance(n, int) or not isinstance(m, int) or not 0 <= n <= m or m > 1 << 40:
        return -1
    return m


def is_pointer_like(typ: t.Type) -> bool:
    u = t.under(typ)
    return isinstance(u, t.Pointer) or isinstance(u, t.Basic) and u.kind == t.UNSAFE_POINTER


def direct_base(x: ir.Value) -> ir.Alloc | None:
    """The Alloc that the address x points into by fields, indices and pointer conversions only."""
    while True:
        if isinstance(x, ir.Alloc):
            return x
        if isinstance(x, ir.FieldAddr):
            x = x.x
        elif isinstance(x, ir.IndexAddr):
            if not isinstance(t.under(x.x.type), t.Pointer):
                return None
            x = x.x
        elif isinstance(x, ir.ChangeType):
            if not is_pointer_like(x.type) or not is_pointer_like(x.x.type):
                return None
            x = x.x
        else:
            return None


def is_nil(v: ir.Value) -> bool:
    """Whether v is the constant nil."""
    return isinstance(v, ir.Const) and v.value is None and not isinstance(t.under(v.type), (t.Struct, t.Array))


def find(replaced: dict[ir.Value, ir.Value], v: ir.Value) -> ir.Value:
    """What v stands for, with path compression."""
    w = replaced.get(v)
    if w is None:
        return v
    n = replaced.get(w)
    if n is None:
        return w
    path = [v]
    while n is not None:
        path.append(w)
        w = n
        n = replaced.get(w)
    for p in path:
        replaced[p] = w
    return w


def replace_values(fn: Function, replaced: dict[ir.Value, ir.Value]) -> None:
    """Put the replacements into all operands."""
    if not replaced:
        return
    for b in fn.blocks:
        for i in b.instrs:
            ops = i.operands()
            for k in range(len(ops)):
                if ops[k] in replaced:
                    i.set_operand(k, find(replaced, ops[k]))


def size_of(fn: Function) -> int:
    n = 0
    for b in fn.blocks:
        n += len(b.instrs)
    return n
