"""Equality and hash functions of types.

    struct{ a int; s string }   →   eq: func type:.eq.<T>(p, q unsafe.Pointer) bool     a == a && s == s
                                    hash: func type:.hash.<T>(p, h uintptr) uintptr     strhash(&s, memhash64(&a, h))

A type's descriptor and map descriptor point at funcvals: the runtime's own for simple types, a {varlen, size} closure for
plain memory of odd sizes, a generated function otherwise. Generated functions are ordinary SSA functions. The hash
follows runtime.typehash exactly, because reflect and interface-keyed maps hash the same values dynamically.

Sources: compiler-contracts 4.4; runtime/alg.go typehash; cmd/compile/internal/compare IsRegularMemory (behaviour).
"""

from __future__ import annotations

from typing import Final, final

from ..diag.source import NO_POS
from ..ssa import instr as ir
from ..ssa.function import WRAPPER, Block, Function
from ..syntax import tokens
from ..types import types as t
from ..types.linkname import link_string
from ..types.objects import Var
from ..types.predicates import comparable_type
from ..types.sizes import offsets_of, sizeof

MEMORY: Final = 1  # plain memory
STRING: Final = 2
INTERFACE: Final = 3
EMPTY_INTERFACE: Final = 4
FLOAT32: Final = 5
FLOAT64: Final = 6
COMPLEX64: Final = 7
COMPLEX128: Final = 8
SPECIAL: Final = 9  # generated
NONE: Final = 0  # not comparable

_EQUAL: Final[dict[int, str]] = {
    STRING: "runtime.strequal", INTERFACE: "runtime.interequal", EMPTY_INTERFACE: "runtime.nilinterequal",
    FLOAT32: "runtime.f32equal", FLOAT64: "runtime.f64equal", COMPLEX64: "runtime.c64equal", COMPLEX128: "runtime.c128equal",
}
_HASH: Final[dict[int, str]] = {
    STRING: "strhash", INTERFACE: "interhash", EMPTY_INTERFACE: "nilinterhash", FLOAT32: "f32hash",
    FLOAT64: "f64hash", COMPLEX64: "c64hash", COMPLEX128: "c128hash",
}
_MEMORY_BITS: Final[dict[int, int]] = {0: 0, 1: 8, 2: 16, 4: 32, 8: 64, 16: 128}


def alg_kind(typ: t.Type) -> int:
    """How values of typ are compared and hashed (MEMORY ... SPECIAL, or NONE)."""
    u = t.under(typ)
    if isinstance(u, t.Basic):
        kind = u.kind
        if kind == t.STRING:
            return STRING
        if kind == t.FLOAT32:
            return FLOAT32
        if kind == t.FLOAT64:
            return FLOAT64
        if kind == t.COMPLEX64:
            return COMPLEX64
        if kind == t.COMPLEX128:
            return COMPLEX128
        return MEMORY
    if isinstance(u, (t.Pointer, t.Chan)):
        return MEMORY
    if isinstance(u, t.Interface):
        from ..types.typeset import type_set

        return INTERFACE if type_set(u).methods else EMPTY_INTERFACE
    if isinstance(u, t.Array):
        elem = alg_kind(u.elem)
        if elem == NONE:
            return NONE
        if elem == MEMORY or u.length == 0:
            return MEMORY
        return elem if u.length == 1 else SPECIAL
    if isinstance(u, t.Struct):
        offsets = offsets_of(u)
        end = 0
        plain = True
        only = NONE
        for i, f in enumerate(u.fields):
            assert f.type is not None
            kind = alg_kind(f.type)
            if kind == NONE:
                return NONE
            if len(u.fields) == 1 and f.name != "_":
                only = kind
            if f.name == "_" or kind != MEMORY or offsets[i] != end:
                plain = False
            end = offsets[i] + sizeof(f.type)
        if plain and end == sizeof(u):
            return MEMORY
        return only if only != NONE else SPECIAL
    return NONE


def equal_symbol(typ: t.Type) -> str:
    """The funcval symbol for abi.Type.Equal, "" if not comparable."""
    kind = alg_kind(typ)
    if kind == NONE or comparable_type(typ, True) != "":
        return ""
    if kind == MEMORY:
        size = sizeof(typ)
        if size in _MEMORY_BITS:
            return f"runtime.memequal{_MEMORY_BITS[size]}·f"
        return f"type:.eqfunc{size}"
    if kind == SPECIAL:
        return alg_eq_symbol(typ) + "·f"
    return _EQUAL[kind] + "·f"


def hash_symbol(typ: t.Type) -> str:
    """The funcval symbol for MapType.Hasher."""
    kind = alg_kind(typ)
    if kind == MEMORY:
        size = sizeof(typ)
        if size in _MEMORY_BITS:
            return f"runtime.memhash{_MEMORY_BITS[size]}·f"
        return f"type:.hashfunc{size}"
    if kind == SPECIAL:
        return alg_hash_symbol(typ) + "·f"
    return f"runtime.{_HASH[kind]}·f"


def alg_eq_symbol(typ: t.Type) -> str:
    """Link name of the generated func(p, q unsafe.Pointer) bool of a SPECIAL type."""
    return "type:.eq." + link_string(typ)


def alg_hash_symbol(typ: t.Type) -> str:
    return "type:.hash." + link_string(typ)


def _function(name: str, second: t.Type, result: t.Type) -> Function:
    p = Var(NO_POS, None, "p", t.TYP_UNSAFE_POINTER)
    q = Var(NO_POS, None, "q", second)
    sig = t.Signature(None, t.Tuple([p, q]), t.Tuple([Var(NO_POS, None, "", result)]), False)
    fn = Function(name, None, sig, WRAPPER, NO_POS)
    fn.params = [ir.Param(t.TYP_UNSAFE_POINTER, "p", 0), ir.Param(second, "q", 1)]
    fn.built = True
    return fn


class _Emitter:
    """Appends instructions to a current block of a synthetic function."""

    __slots__ = ("fn", "block")

    def __init__(self, fn: Function) -> None:
        self.fn = fn
        self.block = self.new_block("entry")

    def new_block(self, comment: str) -> Block:
        b = Block(self.fn, comment)
        b.index = len(self.fn.blocks)
        b.sealed = True
        self.fn.blocks.append(b)
        return b

    def add(self, i: ir.Instr) -> ir.Instr:
        i.block = self.block
        self.block.instrs.append(i)
        return i

    def edge(self, to: Block) -> None:
        self.block.succs.append(to)
        to.preds.append(self.block)

    def jump(self, to: Block) -> None:
        self.add(ir.Jump())
        self.edge(to)

    def branch(self, cond: ir.Value, yes: Block, no: Block) -> None:
        self.add(ir.If(cond))
        self.edge(yes)
        self.edge(no)


def build_eq(typ: t.Type) -> Function:
    """func(p, q unsafe.Pointer) bool: whether *(*T)(p) == *(*T)(q)."""
    fn = _function(alg_eq_symbol(typ), t.TYP_UNSAFE_POINTER, t.TYP_BOOL)
    e = _Emitter(fn)
    fail = e.new_block("differ")
    p = e.add(ir.ChangeType(t.Pointer(typ), fn.params[0], NO_POS))
    q = e.add(ir.ChangeType(t.Pointer(typ), fn.params[1], NO_POS))
    _eq_at(e, typ, p, q, fail)
    e.add(ir.Return([ir.Const(t.TYP_BOOL, True)], NO_POS))
    e.block = fail
    e.add(ir.Return([ir.Const(t.TYP_BOOL, False)], NO_POS))
    if not fail.preds:
        fn.blocks.remove(fail)
        for i, b in enumerate(fn.blocks):
            b.index = i
    return fn


def _eq_at(e: _Emitter, typ: t.Type, p: ir.Value, q: ir.Value, fail: Block) -> None:
    u = t.under(typ)
    if isinstance(u, t.Struct):
        parts: list[_Part] = []
        _collect(e, typ, p, q, parts)
        # Between comparisons that may panic, what is cheap comes first: numbers, then lengths of strings, then contents.
        start = 0
        for i, part in enumerate(parts):
            if part.may_panic:
                _eq_parts(e, parts[start:i], fail)
                _eq_at(e, part.typ, part.p, part.q, fail)
                start = i + 1
        _eq_parts(e, parts[start:], fail)
        return
    if isinstance(u, t.Array) and alg_kind(u) != MEMORY:
        head = e.new_block("loop")
        body = e.new_block("element")
        done = e.new_block("equal")
        phi = ir.Phi(t.TYP_INT, [ir.Const(t.TYP_INT, 0)])
        e.jump(head)
        e.block = head
        e.add(phi)
        more = e.add(ir.BinOp(t.TYP_BOOL, tokens.LSS, phi, ir.Const(t.TYP_INT, u.length), NO_POS))
        e.branch(more, body, done)
        e.block = body
        pe = e.add(ir.IndexAddr(t.Pointer(u.elem), p, phi, NO_POS))
        qe = e.add(ir.IndexAddr(t.Pointer(u.elem), q, phi, NO_POS))
        _eq_at(e, u.elem, pe, qe, fail)
        nxt = e.add(ir.BinOp(t.TYP_INT, tokens.ADD, phi, ir.Const(t.TYP_INT, 1), NO_POS))
        e.jump(head)
        phi.args.append(nxt)
        e.block = done
        return
    ok: ir.Instr
    if isinstance(u, t.Array):
        if sizeof(u) == 0:
            return
        pu = e.add(ir.ChangeType(t.TYP_UNSAFE_POINTER, p, NO_POS))
        qu = e.add(ir.ChangeType(t.TYP_UNSAFE_POINTER, q, NO_POS))
        ok = e.add(ir.CallRuntime(t.TYP_BOOL, "memequal", [pu, qu, ir.Const(t.TYP_UINTPTR, sizeof(u))], NO_POS))
    else:
        x = e.add(ir.Load(typ, p, NO_POS))
        y = e.add(ir.Load(typ, q, NO_POS))
        ok = e.add(ir.BinOp(t.TYP_BOOL, tokens.EQL, x, y, NO_POS))
    _require(e, ok, fail)


def _require(e: _Emitter, ok: ir.Value, fail: Block) -> None:
    nxt_block = e.new_block("next")
    e.branch(ok, nxt_block, fail)
    e.block = nxt_block


@final
class _Part:
    """A field to compare: one that is no struct itself."""

    __slots__ = ("typ", "p", "q", "cost", "may_panic")

    def __init__(self, typ: t.Type, p: ir.Value, q: ir.Value) -> None:
        u = t.under(typ)
        self.typ = typ
        self.p = p
        self.q = q
        self.cost = 2 if isinstance(u, t.Array) else 1 if _is_string(typ) else 0
        self.may_panic = _may_panic(u)


def _is_string(typ: t.Type) -> bool:
    u = t.under(typ)
    return isinstance(u, t.Basic) and u.info & t.IS_STRING != 0


def _may_panic(u: t.Type) -> bool:
    """Whether comparing values of the type may meet an interface with an incomparable value."""
    while isinstance(u, t.Array):
        u = t.under(u.elem)
    if isinstance(u, t.Struct):
        for f in u.fields:
            if f.type is not None and f.name != "_" and _may_panic(t.under(f.type)):
                return True
    return isinstance(u, t.Interface)


def _collect(e: _Emitter, typ: t.Type, p: ir.Value, q: ir.Value, parts: list[_Part]) -> None:
    u = t.under(typ)
    if not isinstance(u, t.Struct):
        parts.append(_Part(typ, p, q))
        return
    for i, f in enumerate(u.fields):
        if f.name == "_":
            continue
        assert f.type is not None
        pf = e.add(ir.FieldAddr(t.Pointer(f.type), p, i, NO_POS))
        qf = e.add(ir.FieldAddr(t.Pointer(f.type), q, i, NO_POS))
        _collect(e, f.type, pf, qf, parts)


def _eq_parts(e: _Emitter, parts: list[_Part], fail: Block) -> None:
    for part in parts:
        if part.cost == 0:
            _eq_at(e, part.typ, part.p, part.q, fail)
    strings = [part for part in parts if part.cost == 1]
    if len(strings) > 1:
        for part in strings:
            lengths: list[ir.Value] = []
            for address in (part.p, part.q):
                value = e.add(ir.Load(part.typ, address, NO_POS))
                lengths.append(e.add(ir.Len(t.TYP_INT, value, NO_POS)))
            _require(e, e.add(ir.BinOp(t.TYP_BOOL, tokens.EQL, lengths[0], lengths[1], NO_POS)), fail)
    for cost in (1, 2):
        for part in parts:
            if part.cost == cost:
                _eq_at(e, part.typ, part.p, part.q, fail)


def build_hash(typ: t.Type) -> Function:
    """func(p unsafe.Pointer, h uintptr) uintptr, as runtime.typehash computes it."""
    fn = _function(alg_hash_symbol(typ), t.TYP_UINTPTR, t.TYP_UINTPTR)
    e = _Emitter(fn)
    p = e.add(ir.ChangeType(t.Pointer(typ), fn.params[0], NO_POS))
    h = _hash_at(e, typ, p, fn.params[1])
    e.add(ir.Return([h], NO_POS))
    return fn


def _hash_at(e: _Emitter, typ: t.Type, p: ir.Value, h: ir.Value) -> ir.Value:
    u = t.under(typ)
    kind = alg_kind(typ)
    if kind == MEMORY:
        size = sizeof(typ)
        pu = e.add(ir.ChangeType(t.TYP_UNSAFE_POINTER, p, NO_POS))
        if size == 4 or size == 8:
            return e.add(ir.CallRuntime(t.TYP_UINTPTR, f"memhash{size * 8}", [pu, h], NO_POS))
        return e.add(ir.CallRuntime(t.TYP_UINTPTR, "memhash", [pu, h, ir.Const(t.TYP_UINTPTR, size)], NO_POS))
    if isinstance(u, t.Struct):
        for i, f in enumerate(u.fields):
            if f.name == "_":
                continue
            assert f.type is not None
            pf = e.add(ir.FieldAddr(t.Pointer(f.type), p, i, NO_POS))
            h = _hash_at(e, f.type, pf, h)
        return h
    if isinstance(u, t.Array):
        head = e.new_block("loop")
        body = e.new_block("element")
        done = e.new_block("hashed")
        i_phi = ir.Phi(t.TYP_INT, [ir.Const(t.TYP_INT, 0)])
        h_phi = ir.Phi(t.TYP_UINTPTR, [h])
        e.jump(head)
        e.block = head
        e.add(i_phi)
        e.add(h_phi)
        more = e.add(ir.BinOp(t.TYP_BOOL, tokens.LSS, i_phi, ir.Const(t.TYP_INT, u.length), NO_POS))
        e.branch(more, body, done)
        e.block = body
        pe = e.add(ir.IndexAddr(t.Pointer(u.elem), p, i_phi, NO_POS))
        nh = _hash_at(e, u.elem, pe, h_phi)
        nxt = e.add(ir.BinOp(t.TYP_INT, tokens.ADD, i_phi, ir.Const(t.TYP_INT, 1), NO_POS))
        e.jump(head)
        i_phi.args.append(nxt)
        h_phi.args.append(nh)
        e.block = done
        return h_phi
    pu = e.add(ir.ChangeType(t.TYP_UNSAFE_POINTER, p, NO_POS))
    return e.add(ir.CallRuntime(t.TYP_UINTPTR, _HASH[kind], [pu, h], NO_POS))
