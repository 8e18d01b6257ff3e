"""Comparisons: == and != of anything comparable, order of numbers and strings.

    a == b (struct{ n int; s string })   →   a.n == b.n && len(a.s) == len(b.s) && memequal(a.s.ptr, b.s.ptr, len)

Small values are compared part by part, memory types through runtime.memequal or the type's generated equality function.

Sources: Go spec "Comparison operators"; compiler-contracts 1.6, 6.4; codegen/algs.py.
"""

from __future__ import annotations

from ..diag.diagnostic import Bug
from ..ssa.instr import Const, Value
from ..syntax import tokens
from ..types import types as t
from ..types.sizes import sizeof
from ..types.typeset import type_set
from .algs import MEMORY, alg_kind
from .emitter import Emitter
from .references import EQUAL
from .values import FLOAT_COMPARE, SIGNED_COMPARE, UNSIGNED_COMPARE, is_unsigned, operand

_MAX_INLINE_STRING = 8


def comparison(e: Emitter, op: int, x: Value, y: Value) -> str:
    """The i1 of x op y."""
    if op == tokens.EQL or op == tokens.NEQ:
        equal = _equal_values(e, x, y)
        return equal if op == tokens.EQL else _not(e, equal)
    shape = e.ctx.shape(x.type)
    xs = operand(e, x)
    ys = operand(e, y)
    u = t.under(x.type)
    llvm = shape.llvms[0]
    if isinstance(u, t.Basic) and u.info & t.IS_STRING:
        args = [("ptr", xs[0]), ("i64", xs[1]), ("ptr", ys[0]), ("i64", ys[1])]
        order = e.runtime("i64", "cmpstring", args)
        return e.op(f"icmp {SIGNED_COMPARE[op]} i64 {order}, 0")
    if llvm == "double" or llvm == "float":
        return e.op(f"fcmp {FLOAT_COMPARE[op]} {llvm} {xs[0]}, {ys[0]}")
    table = UNSIGNED_COMPARE if is_unsigned(x.type) else SIGNED_COMPARE
    return e.op(f"icmp {table[op]} {llvm} {xs[0]}, {ys[0]}")


def _not(e: Emitter, v: str) -> str:
    if v == "true":
        return "false"
    if v == "false":
        return "true"
    return e.op(f"xor i1 {v}, true")


def _is_nil(v: Value) -> bool:
    return isinstance(v, Const) and v.value is None


def _equal_values(e: Emitter, x: Value, y: Value) -> str:
    if _is_nil(x) and not _is_nil(y):
        x, y = y, x
    u = t.under(x.type)
    if _is_nil(y) and isinstance(u, (t.Pointer, t.Map, t.Chan, t.Signature, t.Slice, t.Interface)):
        return e.op(f"icmp eq ptr {operand(e, x)[0]}, null")
    shape = e.ctx.shape(x.type)
    if shape.parts is None:
        return _equal_memory(e, x.type, operand(e, x)[0], operand(e, y)[0])
    if isinstance(u, t.Basic) and u.info & t.IS_STRING:
        return _equal_strings(e, operand(e, x), operand(e, y), x, y)
    return equal_parts(e, x.type, operand(e, x), operand(e, y))


def _equal_memory(e: Emitter, typ: t.Type, p: str, q: str) -> str:
    if alg_kind(typ) == MEMORY:
        args = [("ptr", p), ("ptr", q), ("i64", str(sizeof(typ)))]
        return e.op(f"trunc i8 {e.runtime('i8', 'memequal', args)} to i1")
    name = e.refs.add_alg(EQUAL, typ)
    code = e.code(name, "i8", ["ptr", "ptr"])
    return e.op(f"trunc i8 {e.call('i8', code, [('ptr', p), ('ptr', q)])} to i1")


def equal_parts(e: Emitter, typ: t.Type, xs: list[str], ys: list[str]) -> str:
    """Equality of two values of a type with parts; booleans inside structs are bytes."""
    u = t.under(typ)
    if isinstance(u, t.Basic):
        if u.info & t.IS_STRING:
            return _equal_strings(e, xs, ys, None, None)
        llvms = e.ctx.shape(typ).llvms
        if u.info & t.IS_BOOLEAN:
            return e.op(f"icmp eq i1 {xs[0]}, {ys[0]}")
        if llvms[0] == "double" or llvms[0] == "float":
            all_equal = "true"
            for llvm, a, b in zip(llvms, xs, ys):
                all_equal = _and(e, all_equal, e.op(f"fcmp oeq {llvm} {a}, {b}"))
            return all_equal
        return e.op(f"icmp eq {llvms[0]} {xs[0]}, {ys[0]}")
    if isinstance(u, (t.Pointer, t.Chan, t.Map, t.Signature, t.Slice)):
        return e.op(f"icmp eq ptr {xs[0]}, {ys[0]}")
    if isinstance(u, t.Interface):
        return _equal_interfaces(e, u, xs, ys)
    if isinstance(u, t.Struct):
        # Parts that compare without a call come first: the result is the same unless a later field panics.
        fields: list[tuple[t.Type, list[str], list[str]]] = []
        at = 0
        for f in u.fields:
            assert f.type is not None
            shape = e.ctx.shape(f.type)
            n = len(shape.llvms)
            if f.name != "_" and n > 0:
                fields.append((f.type, xs[at : at + n], ys[at : at + n]))
            at += n
        return _all_equal(e, fields)
    if isinstance(u, t.Array):
        if not xs:
            return "true"
        return _all_equal(e, [(u.elem, xs, ys)])
    raise Bug("codegen", f"comparison of {typ}", e.fn.name)


def _all_equal(e: Emitter, fields: list[tuple[t.Type, list[str], list[str]]]) -> str:
    """Fields in order, stopping at the first that differ."""
    if not fields:
        return "true"
    done = e.new_label()
    incoming: list[tuple[str, str]] = []
    pending = "true"
    for typ, xs, ys in fields:
        shape = e.ctx.shape(typ)
        if _needs_call(typ) and pending != "true":
            more = e.new_label()
            incoming.append(("false", e.current))
            e.branch(pending, more, done)
            e.label(more)
            pending = "true"
        pending = _and(e, pending, equal_parts(e, typ, e.from_memory(shape, xs), e.from_memory(shape, ys)))
    if not incoming:
        return pending
    incoming.append((pending, e.current))
    e.jump(done)
    e.label(done)
    return e.phi("i1", incoming)


def _needs_call(typ: t.Type) -> bool:
    u = t.under(typ)
    if isinstance(u, t.Basic):
        return u.info & t.IS_STRING != 0
    return isinstance(u, (t.Interface, t.Struct, t.Array))


def _and(e: Emitter, a: str, b: str) -> str:
    if a == "true":
        return b
    if b == "true":
        return a
    return e.op(f"and i1 {a}, {b}")


def _equal_strings(e: Emitter, xs: list[str], ys: list[str], x: Value | None, y: Value | None) -> str:
    if xs[1] == "0":
        xs, ys = ys, xs
        x, y = y, x
    same_length = e.op(f"icmp eq i64 {xs[1]}, {ys[1]}")
    if ys[1] == "0":
        return same_length
    compare = e.new_label()
    done = e.new_label()
    before = e.current
    e.branch(same_length, compare, done)
    e.label(compare)
    known = _string_constant(y)
    other = xs
    if known is None:
        known = _string_constant(x)
        other = ys
    if known is not None and 0 < len(known) <= _MAX_INLINE_STRING:
        same = _equal_bytes(e, other[0], known)
    else:
        args = [("ptr", xs[0]), ("ptr", ys[0]), ("i64", xs[1])]
        same = e.op(f"trunc i8 {e.runtime('i8', 'memequal', args)} to i1")
    after = e.current
    e.jump(done)
    e.label(done)
    return e.phi("i1", [("false", before), (same, after)])


def _string_constant(v: Value | None) -> bytes | None:
    return v.value if isinstance(v, Const) and isinstance(v.value, bytes) else None


def _equal_bytes(e: Emitter, pointer: str, known: bytes) -> str:
    all_equal = "true"
    offset = 0
    for llvm, width in (("i64", 8), ("i32", 4), ("i16", 2), ("i8", 1)):
        while len(known) - offset >= width:
            v = e.load(llvm, e.gep(pointer, offset), 1)
            k = int.from_bytes(known[offset : offset + width], "little", signed=True)
            all_equal = _and(e, all_equal, e.op(f"icmp eq {llvm} {v}, {k}"))
            offset += width
    return all_equal


def _equal_interfaces(e: Emitter, u: t.Interface, xs: list[str], ys: list[str]) -> str:
    same_type = e.op(f"icmp eq ptr {xs[0]}, {ys[0]}")
    compare = e.new_label()
    done = e.new_label()
    before = e.current
    e.branch(same_type, compare, done)
    e.label(compare)
    name = "ifaceeq" if type_set(u).methods else "efaceeq"
    same = e.op(f"trunc i8 {e.runtime('i8', name, [('ptr', xs[0]), ('ptr', xs[1]), ('ptr', ys[1])])} to i1")
    after = e.current
    e.jump(done)
    e.label(done)
    return e.phi("i1", [("false", before), (same, after)])


