"""Functions that nobody wrote: wrappers for method sets, bound methods, method expressions.

    type T struct{ *E };  T.M promoted from E     →     func T.M(recv T) { return (*E).M(recv.E) }
    x.M as a value                                →     closure over x of  T.M-fm

An interface's method table calls methods with the data word as receiver: for a type that is not a pointer that is
(*T).M, which loads the receiver and calls T.M. All these are marked as wrappers, so that tracebacks and recover pass
over them.

Sources: compiler-contracts 5.3; cmd/compile/internal/ir MethodSymSuffix (names).
"""

from __future__ import annotations

from typing import final

from ..diag.source import NO_POS
from ..syntax import tokens as tok
from ..types import types as t
from ..types.linkname import link_string, package_link_prefix, type_args_string
from ..types.named import signature_of
from ..types.objects import Func, Var
from ..types.sizes import is_direct_iface
from ..types.types import TYP_INVALID, Type, under
from . import function as f
from . import instr as ir
from . import lower_call as calls
from . import lower_place as places
from .emit import Builder
from .function import Function
from .program import Program


@final
class Path:
    """What a wrapper does: from a receiver of type `typ` along `index` to method `func`[targs]."""

    __slots__ = ("typ", "func", "index", "targs")

    def __init__(self, typ: Type, func: Func, index: list[int], targs: list[Type]) -> None:
        self.typ = typ
        self.func = func
        self.index = index
        self.targs = targs


@final
class Bound:
    """What a bound method does: call `target`, or `func` of an interface, on the captured receiver."""

    __slots__ = ("recv", "target", "func")

    def __init__(self, recv: Type, target: Function | None, func: Func | None) -> None:
        self.recv = recv
        self.target = target
        self.func = func


def method_functions(program: Program, typ: Type, m: Func, index: list[int]) -> tuple[Function, Function]:
    tfn = function_for_receiver(program, typ, m, index, [])
    if is_direct_iface(typ):
        return tfn, tfn
    return function_for_receiver(program, program.pointer_to(typ), m, index, []), tfn


def function_for_receiver(program: Program, typ: Type, m: Func, index: list[int], targs: list[Type]) -> Function:
    """The function that is m for a receiver of exactly type typ: the method itself or a wrapper."""
    if isinstance(under(typ), t.Interface):
        return _wrapper(program, typ, m, index, targs, f.THUNK)
    if len(index) == 1:
        sig = signature_of(m)
        assert sig.recv is not None and sig.recv.type is not None
        if isinstance(t.unalias(typ), t.Pointer) == isinstance(t.unalias(sig.recv.type), t.Pointer):
            return program.method(m, targs)
    return _wrapper(program, typ, m, index, targs, f.WRAPPER)


def _wrapper(program: Program, typ: Type, m: Func, index: list[int], targs: list[Type], kind: int) -> Function:
    name = method_symbol(typ, m) + type_args_string(targs)
    fn = program.by_name.get(name)
    if fn is None:
        sig = signature_of(m)
        if targs:
            target = program.method(m, targs)
            sig = target.signature
        recv = Var(NO_POS, None, "", typ)
        fn = Function(name, m.pkg, t.Signature(recv, sig.params, sig.results, sig.variadic), kind, NO_POS)
        fn.data = Path(typ, m, index, targs)
        program.by_name[name] = fn
    return fn


def method_symbol(typ: Type, m: Func) -> str:
    """pkg.T.M, pkg.(*T).M; for types without a name go.<type>.M. A method of a foreign package that is not exported
    carries its package."""
    typ = t.unalias(typ)
    pointer = isinstance(typ, t.Pointer)
    base = t.unalias(typ.elem) if isinstance(typ, t.Pointer) else typ
    owner = base.origin.obj.pkg if isinstance(base, t.Named) else None
    name = link_string(base)
    if owner is not None:
        prefix = package_link_prefix(owner) + "."
        if pointer:
            name = prefix + "(*" + name[len(prefix) :] + ")"
    else:
        name = "go.(*" + name + ")" if pointer else "go." + name
    if not m.exported() and m.pkg is not None and m.pkg is not owner:
        name += "." + package_link_prefix(m.pkg)
    return name + "." + m.name


def bound(program: Program, target: Function, recv: Type) -> Function:
    name = target.name + "-fm"
    fn = program.by_name.get(name)
    if fn is None:
        sig = target.signature
        unbound = t.Signature(None, sig.params, sig.results, sig.variadic)
        fn = Function(name, target.package, unbound, f.BOUND, target.pos)
        fn.data = Bound(recv, target, None)
        fn.free_vars.append(ir.FreeVar(recv, "recv", 0))
        fn.wrapped = target.name
        program.by_name[name] = fn
    return fn


def bound_interface(program: Program, typ: Type, interface: t.Interface, m: Func) -> Function:
    name = method_symbol(typ, m) + "-fm"
    fn = program.by_name.get(name)
    if fn is None:
        sig = signature_of(m)
        fn = Function(name, m.pkg, t.Signature(None, sig.params, sig.results, sig.variadic), f.BOUND, NO_POS)
        fn.data = Bound(typ, None, m)
        fn.free_vars.append(ir.FreeVar(typ, "recv", 0))
        program.by_name[name] = fn
    return fn


# ------------------------------------------------------------------------------------------------ bodies


def build_wrapper(b: Builder) -> None:
    data = b.fn.data
    b.start_sealed(b.new_block("entry"))
    if isinstance(data, Path):
        _path_body(b, data)
    elif isinstance(data, Bound):
        _bound_body(b, data)
    else:
        raise b.bug("a function without body")
    b.finish()


def _params(b: Builder) -> list[ir.Value]:
    out: list[ir.Value] = []
    fn = b.fn
    for v in fn.signature.params.vars:
        p = ir.Param(v.type or TYP_INVALID, v.name, len(fn.params))
        fn.params.append(p)
        out.append(p)
    return out


def _path_body(b: Builder, data: Path) -> None:
    fn = b.fn
    recv = ir.Param(data.typ, "recv", 0)
    fn.params.append(recv)
    rest = _params(b)
    u = under(data.typ)
    if isinstance(u, t.Pointer):
        if len(data.index) == 1:
            bad = b.new_block("nil.receiver")
            good = b.new_block("receiver")
            b.branch(b.compare(tok.EQL, recv, ir.Const(data.typ, None), NO_POS), bad, good, NO_POS, likely=2)
            b.start_sealed(bad)
            b.call_runtime("panicwrap", [], NO_POS)
            b.terminate(ir.Unreachable())
            b.start_sealed(good)
            p = places.pointer_place(recv, u.elem, NO_POS, False)
        else:
            p = places.pointer_place(recv, u.elem, NO_POS)
    else:
        p = places.value_place(recv, data.typ, NO_POS)
    p = places.fields(b, p, data.index[:-1], NO_POS)
    c = calls.Callee(t.Signature(None, fn.signature.params, fn.signature.results, fn.signature.variadic))
    pu = under(p.typ)
    if isinstance(pu, t.Interface):
        c.method = data.func
        c.interface = pu
        c.args.append(places.load(b, p))
    else:
        c.function = b.program.method(data.func, data.targs)
        fn.wrapped = c.function.name
        c.args.append(calls.receiver(b, p, data.func, NO_POS))
    c.args.extend(rest)
    _return_call(b, c)


def _bound_body(b: Builder, data: Bound) -> None:
    fn = b.fn
    fv = fn.free_vars[0]
    rest = _params(b)
    c = calls.Callee(fn.signature)
    if data.target is not None:
        c.function = data.target
    else:
        u = under(data.recv)
        assert isinstance(u, t.Interface)
        c.method = data.func
        c.interface = u
    c.args.append(fv)
    c.args.extend(rest)
    _return_call(b, c)


def _return_call(b: Builder, c: calls.Callee) -> None:
    v = calls.emit_call(b, c, NO_POS)
    results = c.signature.results.vars
    if isinstance(v, calls.Parts):
        b.terminate(ir.Return(v.values, NO_POS))
        return
    if len(results) == 1:
        b.terminate(ir.Return([v], NO_POS))
        return
    values = [b.extract(v, i, results[i].type or TYP_INVALID) for i in range(len(results))]
    b.terminate(ir.Return(values, NO_POS))
