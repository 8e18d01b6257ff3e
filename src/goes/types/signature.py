"""Function types, receivers and parameters.

    func (r *List[T]) m(a, b int, rest ...string) (n int, err error)

Source of the behaviour: cmd/compile/internal/types2 signature.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from ..diag.source import Pos
from ..syntax.nodes import MODE_TYPE, DotsType, Expr, Field, FuncType, Name, ParenExpr, StarExpr
from ..syntax.positions import end_pos, start_pos
from . import decl as decls
from . import expr as exprs
from . import resolver, typexpr
from .checker_base import Action
from .errsupport import measure
from .lookup import deref
from .objects import Var
from .predicates import is_valid
from .subst import make_subst, subst
from .types import (
    TYP_INVALID,
    UNSAFE_POINTER,
    Alias,
    Basic,
    Interface,
    Named,
    Pointer,
    Signature,
    Slice,
    Tuple,
    Type,
    TypeParam,
    unalias,
    under,
)

if TYPE_CHECKING:
    from .checker import Checker


def new_signature() -> Signature:
    return Signature(None, Tuple([]), Tuple([]), False)


def func_type(check: Checker, sig: Signature, recv_par: Field | None, tparams: list[Field], ftype: FuncType) -> None:
    """Fill sig, and its scope with receiver, type parameters, parameters and results."""
    scope_end = end_pos(ftype)
    check.open_scope(ftype.pos, scope_end, "function")
    scope = check.env.scope
    sig.scope = scope
    recv: Var | None = None
    rparams: list[TypeParam] = []
    if recv_par is not None:
        recv, rparams = _collect_recv(check, recv_par, ftype.pos)
    if tparams:
        decls.collect_type_params(check, sig.tparams, tparams)
    pnames, params, variadic = _collect_params(check, True, ftype.params)
    rnames, results, _ = _collect_params(check, False, ftype.results)
    if recv is not None and recv.name != "":
        assert recv_par is not None
        decls.declare(check, scope, recv_par.name, recv, scope_end)
    _declare_params(check, pnames, params, scope_end)
    _declare_params(check, rnames, results, scope_end)
    sig.recv = recv
    sig.rparams = rparams
    sig.params = Tuple(params)
    sig.results = Tuple(results)
    sig.variadic = variadic
    check.close_scope()


def _unpointer(t: Type) -> Type:
    while isinstance(t, Pointer):
        t = t.elem
    return t


@final
class _ValidRecv(Action):
    __slots__ = ("pos", "recv")

    def __init__(self, pos: Pos, recv: Var) -> None:
        self.pos = pos
        self.recv = recv

    def run(self, check: Checker) -> None:
        assert self.recv.type is not None
        rtyp, _ = deref(self.recv.type)
        t = unalias(rtyp)
        if not is_valid(t):
            return
        if isinstance(t, Named):
            if t.origin.obj.pkg is not check.pkg:
                message = f"cannot define new methods on non-local type {check.ts(rtyp)}"
                check.error(self.pos, "InvalidRecv", message)
                return
            u = under(t)
            cause = ""
            if isinstance(u, Basic) and u.kind == UNSAFE_POINTER:
                cause = "unsafe.Pointer"
            elif isinstance(u, (Pointer, Interface)):
                cause = "pointer or interface type"
            if cause:
                check.error(self.pos, "InvalidRecv", f"invalid receiver type {check.ts(rtyp)} ({cause})")
        elif isinstance(t, Basic):
            message = f"cannot define new methods on non-local type {check.ts(rtyp)}"
            check.error(self.pos, "InvalidRecv", message)
        else:
            check.error(self.pos, "InvalidRecv", f"invalid receiver type {check.ts(self.recv.type)}")


def _collect_recv(check: Checker, rparam: Field, scope_pos: Pos) -> tuple[Var, list[TypeParam]]:
    rptr, rbase, rtparams = resolver.unpack_recv(check, rparam.type_expr, True)
    recv_type: Type = TYP_INVALID
    recv_tparams: list[TypeParam] = []
    if rtparams is None:
        recv_type = typexpr.var_type(check, rparam.type_expr)
        # An alias of an instantiated type must not get methods.
        t = _unpointer(recv_type)
        while isinstance(t, Alias):
            base = _unpointer(t.from_rhs) if t.from_rhs is not None else TYP_INVALID
            if isinstance(base, (Named, Alias)) and base.origin.tparams:
                message = f"cannot define new methods on instantiated type {check.ts(base)}"
                check.error_at(rbase, "InvalidRecv", message)
                recv_type = TYP_INVALID
                break
            t = base
    else:
        recv_type, recv_tparams = _generic_recv(check, rparam, rptr, rbase, rtparams, scope_pos)
    rname = rparam.name
    if rname is not None and rname.text != "":
        recv = Var(rname.pos, check.pkg, rname.text, recv_type)
    else:
        recv = Var(rparam.pos, check.pkg, "", recv_type)
    recv.is_param = True
    check.later(_ValidRecv(start_pos(rbase), recv))
    return recv, recv_tparams


def _generic_recv(
    check: Checker, rparam: Field, rptr: bool, rbase: Expr, rtparams: list[Name], scope_pos: Pos
) -> tuple[Type, list[TypeParam]]:
    """func (r *List[T]): declares T, with the constraint of List's parameter."""
    base_type: Named | None = None
    t, cause = typexpr.generic_type(check, rbase)
    if isinstance(t, Named):
        base_type = t
    elif isinstance(t, Alias):
        if is_valid(t):
            message = f"cannot define new methods on generic alias type {check.ts(t)}"
            check.error_at(rbase, "InvalidRecv", message)
    elif cause:
        check.error_at(rbase, "InvalidRecv", cause)
    tparams: list[TypeParam] = []
    for name in rtparams:
        tpar = decls.declare_type_param(check, name, scope_pos)
        tpar.index = len(tparams)
        tparams.append(tpar)
        exprs.record_type(name, MODE_TYPE, tpar)
    if base_type is None:
        return TYP_INVALID, tparams
    base_tparams = base_type.tparams
    if len(tparams) == len(base_tparams):
        targs_: list[Type] = [p for p in tparams]
        smap = make_subst(base_tparams, targs_)
        for i, tpar in enumerate(tparams):
            check.mono.record_canonical(tpar, base_tparams[i])
            bound = base_tparams[i].bound
            tpar.bound = None if bound is None else subst(bound, smap, check.context)
    else:
        got = measure(len(tparams), "type parameter")
        message = f"receiver declares {got}, but receiver base type declares {len(base_tparams)}"
        check.error_at(rbase, "BadRecv", message)
    check.verify_version(start_pos(rbase), 18, "type instantiation")
    targs: list[Type] = [p for p in tparams]
    recv_type = typexpr.instance(check, rparam.type_expr.pos, base_type, targs)
    if rptr and is_valid(recv_type):
        recv_type = Pointer(recv_type)
    _record_recv_types(rparam.type_expr, recv_type)
    return recv_type, tparams


def _record_recv_types(e: Expr, t: Type) -> None:
    while True:
        exprs.record_type(e, MODE_TYPE, t)
        if isinstance(e, ParenExpr):
            e = e.x
        elif isinstance(e, StarExpr) and isinstance(t, Pointer):
            e = e.x
            t = t.elem
        else:
            return


def _collect_params(
    check: Checker, is_params: bool, fields: list[Field]
) -> tuple[list[Name | None], list[Var], bool]:
    names: list[Name | None] = []
    params: list[Var] = []
    variadic = False
    t: Type = TYP_INVALID
    prev: Expr | None = None
    for i, field in enumerate(fields):
        ftype = field.type_expr
        if ftype is not prev:
            prev = ftype
            if isinstance(ftype, DotsType):
                dots = ftype
                ftype = dots.elem
                if is_params and i == len(fields) - 1:
                    variadic = True
                else:
                    check.error_at(dots, "InvalidSyntaxTree", "invalid use of ...")
            t = typexpr.var_type(check, ftype)
        name = field.name
        par = Var(field.pos if name is None else name.pos, check.pkg, "" if name is None else name.text, t)
        par.is_param = True
        names.append(name)
        params.append(par)
    if variadic:
        last = params[-1]
        assert last.type is not None
        last.type = Slice(last.type)
        exprs.record_type(fields[-1].type_expr, MODE_TYPE, last.type)
    return names, params, variadic


def _declare_params(check: Checker, names: list[Name | None], params: list[Var], scope_pos: Pos) -> None:
    scope = check.env.scope
    for i, name in enumerate(names):
        if name is not None and name.text != "":
            decls.declare(check, scope, name, params[i], scope_pos)
