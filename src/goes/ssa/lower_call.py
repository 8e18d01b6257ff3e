"""Calls, method values and method expressions, go and defer.

    x.M(a)           →     call T.M(x, a)  |  invoke x.M(a)  |  callvalue f(a)
    defer x.M(a)     →     t0 = makeclosure outer.deferwrap1 [x, a];  defer t0

Arguments are evaluated left to right; plain variables among them that calls to their right could change are read after
those calls, as gc does. A go or defer statement evaluates the function and its arguments and puts them into a closure
without parameters, unless the function is a func() already.

Sources: Go spec "Calls", "Method values", "Go statements", "Defer statements"; compiler-contracts 5.3, 6.1, 6.2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from ..diag.source import Pos
from ..syntax import nodes as n
from ..syntax import tokens as tok
from ..types import types as t
from ..types.identity import identical
from ..types.named import signature_of
from ..types.objects import METHOD_EXPR, Builtin, Func, Selection, Var
from ..types.types import TYP_INVALID, Type, under
from . import instr as ir
from . import lower_builtin as builtins
from . import lower_convert as conv
from . import lower_expr as exprs
from . import lower_place as places
from .emit import Builder
from .function import GOWRAP, Function

if TYPE_CHECKING:
    from .program import Program


@final
class Callee:
    """What is called, evaluated: exactly one of `function` (with receiver in args), `method` (interface value in args)
    or `value`. `args` are the operands evaluated so far."""

    __slots__ = ("function", "closure", "value", "method", "interface", "signature", "args")

    def __init__(self, signature: t.Signature) -> None:
        self.function: Function | None = None
        self.closure: ir.Value | None = None
        self.value: ir.Value | None = None
        self.method: Func | None = None
        self.interface: t.Interface | None = None
        self.signature = signature
        self.args: list[ir.Value] = []


def builtin_of(x: n.CallExpr) -> Builtin | None:
    """The builtin that is called."""
    fun = places.unparen(x.fun)
    name = fun.sel if isinstance(fun, n.SelectorExpr) and fun.selection is None else fun
    if isinstance(name, n.Name) and isinstance(name.obj, Builtin):
        return name.obj
    return None


def call(b: Builder, x: n.CallExpr) -> ir.Value:
    """f(args), T(x) or a builtin."""
    fun = places.unparen(x.fun)
    if fun.mode == n.MODE_TYPE:
        return conv.convert_expr(b, x.args[0], b.typ(x.type), x.pos)
    builtin = builtin_of(x)
    if builtin is not None:
        return builtins.builtin(b, x, builtin.id)
    c = callee(b, fun)
    c.args.extend(arguments(b, x, c.signature))
    return emit_call(b, c, x.pos)


def emit_call(b: Builder, c: Callee, pos: Pos) -> ir.Value:
    typ = result_type(b.program, c.signature)
    i: ir.Instr
    if c.function is not None and c.function in b.program.foreign:
        return _foreign_call(b, c, c.function, pos)
    if c.function is not None:
        i = ir.CallStatic(typ, c.function, c.args, pos, c.closure)
    elif c.value is not None:
        b.nil_check(c.value, pos)
        i = ir.CallValue(typ, c.signature, [c.value, *c.args], pos)
    else:
        assert c.method is not None and c.interface is not None
        i = ir.CallInvoke(typ, c.interface, c.method, c.signature, c.args, pos)
    b.emit(i)
    return i


def _foreign_call(b: Builder, c: Callee, fn: Function, pos: Pos) -> ir.Value:
    """Call a function whose definition has other types (of the same layout) than the declaration here."""
    sig = fn.signature
    params = [v.type or TYP_INVALID for v in sig.params.vars]
    if sig.recv is not None:
        params.insert(0, sig.recv.type or TYP_INVALID)
    args: list[ir.Value] = []
    for k in range(len(c.args)):
        args.append(_as_type(b, c.args[k], params[k] if k < len(params) else c.args[k].type, pos))
    i = ir.CallStatic(result_type(b.program, sig), fn, args, pos)
    b.emit(i)
    wanted = c.signature.results.vars
    given = sig.results.vars
    if len(wanted) == 1 and len(given) == 1:
        return _as_type(b, i, wanted[0].type or TYP_INVALID, pos)
    if len(wanted) < 2 or len(wanted) != len(given):
        return i
    same = True
    for k in range(len(wanted)):
        if not identical(wanted[k].type or TYP_INVALID, given[k].type or TYP_INVALID):
            same = False
    if same:
        return i
    parts: list[ir.Value] = []
    for k in range(len(wanted)):
        v = b.extract(i, k, given[k].type or TYP_INVALID, pos)
        parts.append(_as_type(b, v, wanted[k].type or TYP_INVALID, pos))
    return Parts(c.signature.results, parts)


@final
class Parts(ir.Value):
    """The results of a call that were taken apart already; never an operand of an instruction."""

    __slots__ = ("values",)

    def __init__(self, type: Type, values: list[ir.Value]) -> None:
        self.type = type
        self.values = values


def _as_type(b: Builder, v: ir.Value, typ: Type, pos: Pos) -> ir.Value:
    if identical(v.type, typ):
        return v
    c = ir.ChangeType(typ, v, pos)
    b.emit(c)
    return c


def result_type(program: Program, sig: t.Signature) -> Type:
    vars = sig.results.vars
    if len(vars) == 1:
        return vars[0].type or TYP_INVALID
    return sig.results if vars else program.no_results


def signature_type(b: Builder, x: n.Expr) -> t.Signature:
    u = under(b.typ(x.type))
    if not isinstance(u, t.Signature):
        raise b.bug("call of no function", x.pos)
    return u


def callee(b: Builder, fun: n.Expr) -> Callee:
    """What fun denotes, its receiver evaluated."""
    inner = fun
    if isinstance(inner, n.IndexExpr):
        base = places.unparen(inner.x)
        name = base.sel if isinstance(base, n.SelectorExpr) else base
        if isinstance(name, n.Name) and isinstance(name.obj, Func) and name.targs:
            inner = base
    name = inner.sel if isinstance(inner, n.SelectorExpr) else inner
    if isinstance(name, n.Name) and isinstance(name.obj, Func):
        c = Callee(signature_type(b, fun))
        s = inner.selection if isinstance(inner, n.SelectorExpr) else None
        if s is None:
            targs = [b.typ(a) for a in name.targs] if name.targs else []
            c.function = b.program.function(name.obj, targs)
            return c
        assert isinstance(inner, n.SelectorExpr)
        if s.kind == METHOD_EXPR:
            c.function = method_expression(b, inner, s)
            return c
        _method(b, inner, s, c)
        return c
    if isinstance(inner, n.FuncLit):
        from .lower_literal import build_literal

        c = Callee(signature_type(b, inner))
        fn, child = build_literal(b, inner)
        c.function = fn
        if child.captures:
            m = ir.MakeClosure(exprs.type_of(b, inner), fn, b.capture_operands(child), inner.pos)
            b.emit(m)
            c.closure = m
        return c
    c = Callee(signature_type(b, fun))
    v = exprs.expr(b, fun)
    if isinstance(v, ir.FuncRef):
        c.function = v.function
    else:
        c.value = v
    return c


def _method(b: Builder, x: n.SelectorExpr, s: Selection, c: Callee) -> None:
    """Evaluate the receiver of x.m(…)."""
    method, path = places.selected_method(b, x, s)
    p = places.fields(b, places.operand(b, x.x), path[:-1], x.pos)
    u = under(p.typ)
    if isinstance(u, t.Interface):
        c.method = method
        c.interface = u
        c.args.append(places.load(b, p))
        return
    targs = [b.typ(a) for a in x.sel.targs] if x.sel.targs else []
    c.function = b.program.method(method, targs)
    c.args.append(receiver(b, p, method, x.pos))


def receiver(b: Builder, p: places.Place, method: Func, pos: Pos) -> ir.Value:
    """What method gets as receiver for x.m: x, &x or *x."""
    sig = signature_of(method)
    assert sig.recv is not None
    recv_type = sig.recv.type
    wants_pointer = recv_type is not None and isinstance(t.unalias(recv_type), t.Pointer)
    is_pointer = isinstance(under(p.typ), t.Pointer)
    if wants_pointer and not is_pointer:
        if p.kind != places.ADDRESS:
            raise b.bug(f"method {method.name} of a variable that was not found to be addressed", pos)
        return places.address(b, p)
    v = places.load(b, p)
    if is_pointer and not wants_pointer:
        u = under(p.typ)
        assert isinstance(u, t.Pointer)
        b.nil_check(v, pos)
        return b.load(u.elem, v, pos)
    return v


def arguments(b: Builder, x: n.CallExpr, sig: t.Signature) -> list[ir.Value]:
    """The arguments as the callee wants them: converted, the variadic ones packed."""
    params = sig.params.vars
    if len(x.args) == 1 and not x.has_dots and (len(params) > 1 or sig.variadic) and is_tuple(x.args[0]):
        values = exprs.multi(b, x.args[0])
        return adapt(b, values, sig, x.pos)
    return evaluate_arguments(b, x.args, sig, x.has_dots, x.pos)


def is_tuple(x: n.Expr) -> bool:
    x = places.unparen(x)
    return isinstance(x, n.CallExpr) and isinstance(x.type, t.Tuple)


def adapt(b: Builder, values: list[ir.Value], sig: t.Signature, pos: Pos) -> list[ir.Value]:
    """The results of g() as the arguments of f in f(g())."""
    params = sig.params.vars
    out: list[ir.Value] = []
    fixed = len(params) - 1 if sig.variadic else len(params)
    for i in range(fixed):
        out.append(conv.assign(b, values[i], params[i].type or TYP_INVALID, pos))
    if sig.variadic:
        from .lower_literal import pack

        st = params[fixed].type or TYP_INVALID
        u = under(st)
        assert isinstance(u, t.Slice)
        rest = [conv.assign(b, v, u.elem, pos) for v in values[fixed:]]
        out.append(pack(b, rest, st, pos))
    return out


def evaluate_arguments(b: Builder, args: list[n.Expr], sig: t.Signature, has_dots: bool, pos: Pos) -> list[ir.Value]:
    params = sig.params.vars
    fixed = len(params) - 1 if sig.variadic and not has_dots else len(params)
    types: list[Type] = [params[i].type or TYP_INVALID for i in range(fixed)]
    rest_type: Type | None = None
    if sig.variadic and not has_dots:
        rest_type = params[fixed].type or TYP_INVALID
        u = under(rest_type)
        elem: Type = u.elem if isinstance(u, t.Slice) else t.TYP_UINT8
        for _ in range(len(args) - fixed):
            types.append(elem)
    values = evaluate_list(b, args, types)
    if rest_type is not None:
        from .lower_literal import pack

        packed = pack(b, values[fixed:], rest_type, pos)
        values = values[:fixed]
        values.append(packed)
    return values


def evaluate_list(b: Builder, xs: list[n.Expr], types: list[Type]) -> list[ir.Value]:
    """Values of xs converted to types, in order; plain variables that are followed by calls are read at the end."""
    count = len(xs)
    calls = False
    postponed: list[int] = []
    for k in range(count - 1, -1, -1):
        if calls and exprs.late(xs[k]):
            postponed.append(k)
        elif not calls and k > 0 and exprs.runs_code(xs[k]):
            calls = True
    if not postponed:
        return [exprs.expr_as(b, xs[k], types[k]) for k in range(count)]
    values: list[ir.Value | None] = [None] * count
    for k in range(count):
        if k not in postponed:
            values[k] = exprs.expr_as(b, xs[k], types[k])
    out: list[ir.Value] = []
    for k in range(count):
        v = values[k]
        out.append(exprs.expr_as(b, xs[k], types[k]) if v is None else v)
    return out


# ------------------------------------------------------------------------------------------------ method values


def method_expression(b: Builder, x: n.SelectorExpr, s: Selection) -> Function:
    """The function T.m."""
    method, path = places.selected_method(b, x, s)
    targs = [b.typ(a) for a in x.sel.targs] if x.sel.targs else []
    return b.program.method_expression(b.typ(s.recv), method, path, targs)


def method_value(b: Builder, x: n.SelectorExpr, s: Selection) -> ir.Value:
    """x.m as a func value: a closure over the receiver."""
    method, path = places.selected_method(b, x, s)
    p = places.fields(b, places.operand(b, x.x), path[:-1], x.pos)
    typ = exprs.type_of(b, x)
    u = under(p.typ)
    if isinstance(u, t.Interface):
        v = places.load(b, p)
        check_interface(b, v, x.pos)
        fn = b.program.bound_interface_method(p.typ, u, method)
    else:
        targs = [b.typ(a) for a in x.sel.targs] if x.sel.targs else []
        target = b.program.method(method, targs)
        v = receiver(b, p, method, x.pos)
        fn = b.program.bound_method(target, v.type)
    m = ir.MakeClosure(typ, fn, [v], x.pos)
    b.emit(m)
    return m


def check_interface(b: Builder, v: ir.Value, pos: Pos) -> None:
    """Panic if the interface value v is nil."""
    bad = b.new_block("nil.interface")
    good = b.new_block("interface")
    b.branch(b.compare(tok.EQL, v, ir.Const(v.type, None), pos), bad, good, pos, likely=2)
    b.start_sealed(bad)
    b.emit(ir.NilCheck(ir.Const(t.TYP_UNSAFE_POINTER, None), pos))
    b.terminate(ir.Unreachable(pos))
    b.start_sealed(good)


# ------------------------------------------------------------------------------------------------ go and defer


def go_or_defer(b: Builder, s: n.CallStmt) -> None:
    x = places.unparen(s.call)
    if not isinstance(x, n.CallExpr):
        raise b.bug("go or defer of no call", s.pos)
    fn = _thunk(b, x, s)
    if s.tok == tok.GO:
        b.emit(ir.Go(fn, s.pos))
        return
    token: ir.Value | None = None
    if b.root is not b:
        token = b.load_var(b.root.defer_token(), s.pos)
    b.emit(ir.Defer(fn, b.root is not b or b.loop_depth > 0 or b.has_back_goto(), token, s.pos))


def _thunk(b: Builder, x: n.CallExpr, s: n.CallStmt) -> ir.Value:
    """A func() value that makes the call, function and arguments evaluated now."""
    fun = places.unparen(x.fun)
    func_type = b.program.func_type
    if fun.mode == n.MODE_TYPE:  # a conversion (only the checker's leniency)
        v = exprs.expr(b, x.args[0])
        return _wrap(b, s, [v], None, -1, x)
    builtin = builtin_of(x)
    if builtin is not None:
        return _wrap(b, s, builtins.statement_operands(b, x, builtin.id), None, builtin.id, x)
    c = callee(b, fun)
    sig = c.signature
    if not sig.params.vars and not sig.results.vars and not c.args:
        if c.value is not None:
            return conv.assign(b, c.value, func_type, x.pos)
        if c.closure is not None:
            return conv.assign(b, c.closure, func_type, x.pos)
        assert c.function is not None
        return ir.FuncRef(func_type, c.function)
    if c.method is not None:
        check_interface(b, c.args[0], x.pos)
    c.args.extend(arguments(b, x, sig))
    return _wrap(b, s, [], c, -1, x)


def _wrap(
    b: Builder, s: n.CallStmt, operands: list[ir.Value], c: Callee | None, builtin: int, x: n.CallExpr
) -> ir.Value:
    """A closure over the operands that makes the call."""
    program = b.program
    b.wrap_count += 1
    suffix = ".gowrap" if s.tok == tok.GO else ".deferwrap"
    fn = Function(f"{b.fn.name}{suffix}{b.wrap_count}", b.fn.package, program.func_type, GOWRAP, s.pos)
    fn.parent = b.fn
    fn.type_map = b.fn.type_map
    fn.is_runtime = b.fn.is_runtime
    fn.start_line = program.line(s.pos)
    fn.end_pos = s.pos
    b.fn.anonymous.append(fn)
    w = Builder(program, fn, b)
    w.start_sealed(w.new_block("entry"))
    captured: list[ir.Value] = []
    if c is None:
        builtins.statement(w, builtin, _captured(w, operands, captured), x.pos)
    else:
        inner = Callee(c.signature)
        inner.function = c.function
        inner.method = c.method
        inner.interface = c.interface
        if c.closure is not None:
            inner.closure = _captured(w, [c.closure], captured)[0]
        if c.value is not None:
            inner.value = _captured(w, [c.value], captured)[0]
        inner.args = _captured(w, c.args, captured)
        if c.function is not None:
            fn.wrapped = c.function.name
        emit_call(w, inner, x.pos)
    if w.block is not None:
        w.terminate(ir.Return([], s.pos))
    w.finish()
    if not captured:
        return ir.FuncRef(program.func_type, fn)
    m = ir.MakeClosure(program.func_type, fn, captured, s.pos)
    b.emit(m)
    return m


def _captured(w: Builder, values: list[ir.Value], captured: list[ir.Value]) -> list[ir.Value]:
    """The values as seen inside the wrapper w: constants as they are, others as captures."""
    out: list[ir.Value] = []
    for v in values:
        if isinstance(v, (ir.Const, ir.FuncRef, ir.Global)):
            out.append(v)
            continue
        fv = ir.FreeVar(v.type, "", len(captured))
        w.fn.free_vars.append(fv)
        w.captures.append(Var(0, None, "", v.type))
        captured.append(v)
        out.append(fv)
    return out
