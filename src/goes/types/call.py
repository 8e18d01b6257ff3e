"""Calls, instantiations and selectors.

    f(x, y...)     Map[int, string](s, g)     pkg.Name     x.f     T.m

Source of the behaviour: cmd/compile/internal/types2 call.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from ..diag.source import NO_POS, Pos
from ..syntax.exprstring import expr_string
from ..syntax.nodes import (
    MODE_BUILTIN,
    MODE_CONST,
    MODE_INVALID,
    MODE_NOVALUE,
    MODE_TYPE,
    MODE_VALUE,
    MODE_VAR,
    CallExpr,
    Expr,
    IndexExpr,
    Name,
    SelectorExpr,
)
from ..syntax.positions import start_pos
from . import assignments, builtins, conversions, errsupport, index, typexpr
from . import decl as decls
from . import expr as exprs
from .checker_base import KIND_CONVERSION, KIND_STATEMENT, Action
from .errors import INVALID_OP, Report
from .infer import Arg, infer, is_parameterized, rename_type_params
from .instantiate import instantiate, verify
from .lookup import interface_ptr_error, is_interface_ptr, lookup_field_or_method
from .objects import (
    FIELD_VAL,
    METHOD_EXPR,
    METHOD_VAL,
    Builtin,
    Const,
    Func,
    Object,
    PkgName,
    Selection,
    TypeName,
    Var,
    exported,
)
from .operand import Operand
from .predicates import common_under, is_type_param, is_valid
from .resolver import DeclInfo, unpack_list
from .subst import copy_signature, make_subst, subst
from .types import (
    TYP_INVALID,
    Interface,
    Pointer,
    Signature,
    Slice,
    Tuple,
    Type,
    TypeParam,
    under,
)
from .typeset import pairs_of, type_set

if TYPE_CHECKING:
    from .checker import Checker


# ------------------------------------------------------------------------------------------------- instantiation


def func_inst(
    check: Checker, target: exprs.Target | None, pos: Pos, x: Operand, inst: IndexExpr | None, do_infer: bool
) -> list[Type] | None:
    """Instantiate the generic function x with inst's type arguments and what can be inferred from target. Without
    do_infer, a partial list of type arguments is returned for the caller to complete."""
    if inst is not None:
        err_pos = inst.pos
        x.expr = inst
    else:
        err_pos = pos
    version_ok = check.verify_version(err_pos, 18, "function instantiation")
    targs: list[Type] = []
    xlist: list[Expr] = []
    if inst is not None:
        xlist = unpack_list(inst.index)
        given = typexpr.type_list(check, xlist)
        if given is None:
            x.mode = MODE_INVALID
            return None
        targs = given
    sig = x.type
    assert isinstance(sig, Signature) and x.expr is not None
    got = len(targs)
    want = len(sig.tparams)
    if got > want:
        message = f"got {got} type arguments but want {want}"
        check.error_at(xlist[got - 1], "WrongTypeArgCount", message)
        x.mode = MODE_INVALID
        return None
    if got < want:
        if not do_infer:
            return targs
        args: list[Arg] = []
        params: list[Var] = []
        reverse = False
        if target is not None and sig.tparams:
            if version_ok and not check.allows(21):
                what = "partially" if inst is not None else "implicitly"
                check.version_error(err_pos, 21, f"{what} instantiated function in assignment")
            generic = Signature(None, sig.params, sig.results, sig.variadic)
            params.append(Var(x.expr.pos, check.pkg, "", generic))
            # The type of the parameter is the generic signature, the argument is the target.
            args.append(Operand(MODE_VALUE, Name(x.expr.pos, target.desc), target.sig))
            reverse = True
        tparams, renamed = rename_type_params(sig.tparams, Tuple(params), check.context)
        assert isinstance(renamed, Tuple)
        partial: list[Type | None] = [t for t in targs]
        inferred, err = infer(
            tparams, partial, renamed, args, reverse, check.context, check.qualifier, check.allows(21)
        )
        if inferred is None:
            if err is not None:
                check.error(pos, "CannotInferTypeArgs", err.message)
            x.mode = MODE_INVALID
            return None
        targs = inferred
    x.type = instantiate_signature(check, x.expr.pos, x.expr, sig, targs, xlist)
    x.mode = MODE_VALUE
    return None


@final
class _VerifyCall(Action):
    __slots__ = ("pos", "tparams", "targs", "xlist")

    def __init__(self, pos: Pos, tparams: list[TypeParam], targs: list[Type], xlist: list[Expr]) -> None:
        self.pos = pos
        self.tparams = tparams
        self.targs = targs
        self.xlist = xlist

    def run(self, check: Checker) -> None:
        i, cause = verify(self.tparams, self.targs, check.context, check.qualifier, check.allows(20))
        positions = [start_pos(e) for e in self.xlist]
        if i >= 0:
            at = positions[i] if i < len(positions) else self.pos
            check.soft_error(at, "InvalidTypeArg", cause)
        else:
            check.mono.record_instance(check.pkg, self.pos, self.tparams, self.targs, positions)


def instantiate_signature(
    check: Checker, pos: Pos, e: Expr, sig: Signature, targs: list[Type], xlist: list[Expr]
) -> Signature:
    inst = instantiate(check.context, sig, targs)
    assert isinstance(inst, Signature)
    name = typexpr.instantiated_name(e)
    if name is not None:
        name.targs = targs
        name.type = inst
        name.mode = MODE_VALUE
    check.later(_VerifyCall(pos, sig.tparams, targs, xlist))
    return inst


# ---------------------------------------------------------------------------------------------------------- calls


def _fail(x: Operand, call: CallExpr, kind: int) -> int:
    x.mode = MODE_INVALID
    x.expr = call
    return kind


def call_expr(check: Checker, x: Operand, call: CallExpr) -> int:
    inst: IndexExpr | None = None
    fun = call.fun
    if isinstance(fun, IndexExpr):
        if _index_expr(check, x, fun):
            # Delay instantiation: type arguments may be missing, to be inferred from the call's arguments.
            inst = fun
        x.expr = fun
        exprs.record(check, x)
    else:
        exprs.expr_or_type(check, x, fun, True)
    mode = x.mode
    if mode == MODE_INVALID:
        exprs.use(check, call.args)
        return _fail(x, call, KIND_STATEMENT)
    if mode == MODE_TYPE:
        return _conversion_call(check, x, call)
    if mode == MODE_BUILTIN:
        id = x.id
        if not builtins.builtin(check, x, call, id):
            x.mode = MODE_INVALID
        x.expr = call
        # A non-constant result implies a function call.
        if x.mode != MODE_INVALID and x.mode != MODE_CONST:
            check.env.has_call_or_recv = True
        return builtins.KINDS[id]

    sig = x.type
    if not isinstance(sig, Signature):
        u = _called_type(check, x)
        if u is None:
            return _fail(x, call, KIND_STATEMENT)
        sig = u
    was_generic = len(sig.tparams) > 0

    xlist: list[Expr] = []
    targs: list[Type] = []
    if inst is not None:
        xlist = unpack_list(inst.index)
        given = typexpr.type_list(check, xlist)
        if given is None:
            exprs.use(check, call.args)
            return _fail(x, call, KIND_STATEMENT)
        targs = given
        got = len(targs)
        want = len(sig.tparams)
        if got > want:
            message = f"got {got} type arguments but want {want}"
            check.error_at(xlist[want], "WrongTypeArgCount", message)
            exprs.use(check, call.args)
            return _fail(x, call, KIND_STATEMENT)
        if got == want and want > 0:
            check.verify_version(start_pos(inst), 18, "function instantiation")
            sig = instantiate_signature(check, inst.pos, inst, sig, targs, xlist)
            # We have an explicit instantiation: nothing is left to infer.
            targs = []
            xlist = []
    args, atargs = _generic_expr_list(check, call.args)
    sig = arguments(check, call, sig, targs, xlist, args, atargs)
    if was_generic and not sig.tparams:
        # Update the recorded type of call.fun to its instantiated type.
        exprs.record_type(call.fun, MODE_VALUE, sig)
    results = sig.results.vars
    if not results:
        x.mode = MODE_NOVALUE  # x.type stays the function's: messages say so
    elif len(results) == 1:
        x.mode = MODE_VALUE
        t = results[0].type
        assert t is not None
        if not typexpr.is_complete(check, t):
            return _fail(x, call, KIND_STATEMENT)
        x.type = t
    else:
        x.mode = MODE_VALUE
        x.type = sig.results
    x.expr = call
    check.env.has_call_or_recv = True
    # If type inference failed, a parameterized result must be invalidated.
    if sig.tparams and x.mode == MODE_VALUE and is_parameterized(sig.tparams, x.type):
        x.mode = MODE_INVALID
    return KIND_STATEMENT


def _index_expr(check: Checker, x: Operand, e: IndexExpr) -> bool:
    x.mode = MODE_INVALID
    x.type = TYP_INVALID
    return index.index_expr(check, x, e)


def _called_type(check: Checker, x: Operand) -> Signature | None:
    """The function type of a called operand that is not plainly of function type."""
    cause = ""
    for t, u in pairs_of(x.type):
        if u is not None and not isinstance(u, Signature):
            cause = f"{check.ts(t)} is not a function"
            break
    if not cause:
        cu, cause = common_under(x.type, None, check.qualifier)
        if isinstance(cu, Signature):
            return cu
    check.error_op(x, "InvalidCall", f"{INVALID_OP}cannot call {check.os(x)}: {cause}")
    return None


def _conversion_call(check: Checker, x: Operand, call: CallExpr) -> int:
    exprs.non_generic(check, None, x)
    if x.mode == MODE_INVALID:
        return KIND_CONVERSION
    t = x.type
    x.mode = MODE_INVALID
    args = call.args
    if not typexpr.is_complete(check, t):
        return _fail(x, call, KIND_CONVERSION)
    if not args:
        check.error_at(call, "WrongArgCount", f"missing argument in conversion to {check.ts(t)}")
    elif len(args) > 1:
        exprs.use(check, args)
        message = f"too many arguments in conversion to {check.ts(t)}"
        check.error_at(args[-1], "WrongArgCount", message)
    else:
        exprs.expr(check, exprs.new_target(t, "conversion"), x, args[0])
        if x.mode != MODE_INVALID:
            u = under(t)
            if isinstance(u, Interface) and not is_type_param(t) and not type_set(u).is_method_set():
                message = (
                    f"cannot use interface {check.ts(t)} in conversion "
                    "(contains specific type constraints or is comparable)"
                )
                check.error_at(call, "MisplacedConstraintIface", message)
                x.mode = MODE_INVALID
            elif call.has_dots:
                message = f"invalid use of ... in conversion to {check.ts(t)}"
                check.error_at(args[0], "BadDotDotDotSyntax", message)
                x.mode = MODE_INVALID
            else:
                conversions.conversion(check, x, t)
    x.expr = call
    return KIND_CONVERSION


def _generic_expr_list(check: Checker, elist: list[Expr]) -> tuple[list[Operand], list[list[Type]]]:
    """The arguments of a call, some of them maybe generic functions with the type arguments they are given."""
    # Before go1.21, generic function arguments must be instantiated completely.
    do_infer = not (elist and check.allows(21))
    operands: list[Operand] = []
    targs_lists: list[list[Type]] = []
    n = len(elist)
    for e in elist:
        x = Operand()
        given: list[Type] = []
        if isinstance(e, IndexExpr) and _index_expr(check, x, e):
            partial = func_inst(check, None, e.pos, x, e, do_infer)
            if partial is not None:
                # x was not instantiated: collect its (possibly partial) type arguments.
                given = partial
                x.expr = e
            else:
                exprs.record(check, x)
        elif isinstance(e, IndexExpr):
            # index_expr has done the work of raw_expr but for this.
            if x.mode == MODE_INVALID:
                x.type = TYP_INVALID
            x.expr = e
            if not isinstance(x.type, Signature) or not x.type.tparams:
                exprs.non_generic(check, None, x)
            exprs.record(check, x)
            exprs.exclude(check, x, True)
            exprs.single_value(check, x)
        elif n == 1:
            exprs.raw_expr(check, None, x, e, None, True)
            exprs.exclude(check, x, True)
            t = x.type
            if x.mode != MODE_INVALID and isinstance(t, Tuple):
                # x is a function call returning multiple values; it cannot be generic.
                for v in t.vars:
                    assert v.type is not None
                    operands.append(Operand(MODE_VALUE, e, v.type))
                return operands, []
        else:
            exprs.generic_expr(check, x, e, None)
        operands.append(x)
        targs_lists.append(given)
    return operands, targs_lists


def arguments(
    check: Checker,
    call: CallExpr,
    sig: Signature,
    targs: list[Type],
    xlist: list[Expr],
    args: list[Operand],
    atargs: list[list[Type]],
) -> Signature:
    """Pass args to sig's parameters; returns sig, instantiated if it was generic."""
    n_args = len(args)
    n_params = len(sig.params.vars)
    dots = call.has_dots
    params = sig.params.vars
    adjusted = False
    if sig.variadic:
        if dots:
            # variadic_func(a, b, c...)
            if len(call.args) == 1 and n_args > 1:
                # f()... is not permitted if f() is multi-valued.
                message = f"cannot use ... with {n_args}-valued {expr_string(call.args[0])}"
                check.error_at(call, "InvalidDotDotDot", message)
                return sig
        elif n_args >= n_params - 1:
            # variadic_func(a, b, c): one parameter per argument.
            last = params[-1]
            assert isinstance(last.type, Slice)
            elem = last.type.elem
            params = params[:-1]
            while len(params) < n_args:
                params.append(Var(last.pos, last.pkg, last.name, elem))
            adjusted = True
            n_params = n_args
        else:
            n_params -= 1  # not enough arguments: for the message
    elif dots:
        message = f"cannot use ... in call to non-variadic {expr_string(call.fun)}"
        check.error_at(call, "NonVariadicDotDotDot", message)
        return sig
    if n_args != n_params:
        _wrong_arg_count(check, call, sig, args, n_params)
        return sig

    tparams: list[TypeParam] = []
    all_targs: list[Type | None] = [t for t in targs]
    n = len(sig.tparams)
    if n > 0:
        if not check.allows(18):
            if isinstance(call.fun, IndexExpr):
                check.version_error(start_pos(call.fun), 18, "function instantiation")
            else:
                check.version_error(start_pos(call), 18, "implicit function instantiation")
        # Rename type parameters, to avoid conflicts in recursive instantiation scenarios.
        tparams, renamed = rename_type_params(sig.tparams, Tuple(params), check.context)
        assert isinstance(renamed, Tuple)
        params = renamed.vars
        while len(all_targs) < n:
            all_targs.append(None)

    # Collect the type parameters of generic function arguments.
    generic_args: list[int] = []
    for i, arg in enumerate(args):
        asig = arg.type
        if arg.mode != MODE_INVALID and isinstance(asig, Signature) and asig.tparams:
            asig = copy_signature(asig)
            own = asig.tparams
            asig.tparams = []
            fresh, renamed_sig = rename_type_params(own, asig, check.context)
            assert isinstance(renamed_sig, Signature)
            if renamed_sig is asig:
                renamed_sig = copy_signature(asig)
            renamed_sig.tparams = fresh
            arg.type = renamed_sig
            tparams = tparams + fresh
            if i < len(atargs):
                all_targs.extend(atargs[i])
            while len(all_targs) < len(tparams):
                all_targs.append(None)
            generic_args.append(i)
    if generic_args:
        first = args[generic_args[0]].expr
        at = start_pos(first) if first is not None else call.pos
        check.verify_version(at, 21, "implicitly instantiated function as argument")

    rsig = sig
    if tparams:
        plain: list[Arg] = [a for a in args]
        inferred, err = infer(
            tparams, all_targs, Tuple(params), plain, False, check.context, check.qualifier, check.allows(21)
        )
        if inferred is None:
            if err is not None:
                pos = call.pos
                if err.arg >= 0:
                    bad = args[err.arg].expr
                    if bad is not None:
                        pos = start_pos(bad)
                message = f"in call to {expr_string(call.fun)}, {err.message}"
                check.error(pos, "CannotInferTypeArgs", message)
            return sig
        if n > 0:
            rsig = instantiate_signature(check, call.pos, call.fun, sig, inferred[:n], xlist)
            # If the parameters were adjusted, substitute them; otherwise they are those of the instance.
            if adjusted:
                substituted = subst(Tuple(params), make_subst(tparams[:n], inferred[:n]), check.context)
                assert isinstance(substituted, Tuple)
                params = substituted.vars
            else:
                params = rsig.params.vars
        # Compute the types of generic function arguments.
        j = n
        for i in generic_args:
            arg = args[i]
            asig = arg.type
            assert isinstance(asig, Signature) and arg.expr is not None
            k = j + len(asig.tparams)
            arg.type = instantiate_signature(check, call.pos, arg.expr, asig, inferred[j:k], [])
            exprs.record(check, arg)
            j = k
    if args:
        context = ""
        for i, a in enumerate(args):
            t = params[i].type
            if a.type is t and a.mode == MODE_VAR:
                continue
            if not context:
                context = f"argument to {expr_string(call.fun)}"
            assignments.assignment(check, a, t, context)
    return rsig


def _wrong_arg_count(check: Checker, call: CallExpr, sig: Signature, args: list[Operand], n_params: int) -> None:
    n_args = len(args)
    at: Expr | None = None
    qualifier = "not enough"
    if n_args > n_params:
        at = args[n_params].expr  # report at first extra argument
        qualifier = "too many"
    elif n_args > 0:
        at = args[n_args - 1].expr  # report at last argument
    pos = start_pos(call if at is None else at)
    have = assignments.types_summary(check, assignments.operand_types(args), False, call.has_dots)
    want = assignments.types_summary(check, assignments.var_types(sig.params.vars), sig.variadic, False)
    r = Report("WrongArgCount")
    r.add(pos, f"{qualifier} arguments in call to {expr_string(call.fun)}")
    r.add(NO_POS, f"have {have}")
    r.add(NO_POS, f"want {want}")
    check.report(r)


# ------------------------------------------------------------------------------------------------------- selectors


def selector(check: Checker, x: Operand, e: SelectorExpr, want_type: bool) -> None:
    ok = False
    left = e.x
    if isinstance(left, Name):
        obj = check.lookup(left.text)
        if isinstance(obj, PkgName):
            left.obj = obj
            obj.used = True
            ok = _qualified(check, x, e, obj)
            if not ok:
                x.mode = MODE_INVALID
                x.type = TYP_INVALID
            x.expr = e
            return
    exprs.expr_or_type(check, x, left, False)
    if x.mode == MODE_BUILTIN:
        message = f"invalid use of {check.os(x)} in selector expression"
        check.error(e.pos, "UncalledBuiltin", message)
    elif x.mode != MODE_INVALID and typexpr.is_complete(check, x.type):
        if want_type:
            check.error_at(e.sel, "NotAType", f"{expr_string(e)} is not a type")
        else:
            ok = _select(check, x, e)
    if not ok:
        x.mode = MODE_INVALID
        x.type = TYP_INVALID
    x.expr = e


def resolved(obj: Object) -> Type:
    """The type of another package's object."""
    if obj.type is None and obj.pkg is not None and obj.pkg.checker is not None:
        obj.pkg.checker.resolve(obj)
    return TYP_INVALID if obj.type is None else obj.type


def _qualified(check: Checker, x: Operand, e: SelectorExpr, pname: PkgName) -> bool:
    """pkg.Name"""
    pkg = pname.imported
    sel = e.sel.text
    obj = pkg.scope.lookup(sel)
    if obj is not None and not exported(sel):
        if errsupport.importers_know(pkg, sel):
            message = f"name {sel} not exported by package {pkg.name}"
            check.error(e.sel.pos, "UnexportedName", message)
            # ok to continue
        else:
            obj = None
    if obj is None:
        if not pkg.fake and sel != "_":
            message = f"undefined: {expr_string(e)}"
            lower = sel.lower()
            for name in pkg.scope.names():
                if exported(name) and name.lower() == lower:
                    message += f" (but have {name})"
                    break
            check.error(e.sel.pos, "UndeclaredImportedName", message)
        return False
    e.sel.obj = obj
    t = resolved(obj)
    if isinstance(obj, Func):
        x.mode = MODE_VALUE
    elif isinstance(obj, TypeName):
        x.mode = MODE_TYPE
    elif isinstance(obj, Var):
        x.mode = MODE_VAR
    elif isinstance(obj, Const):
        x.mode = MODE_CONST
        x.value = obj.value
    elif isinstance(obj, Builtin):
        x.mode = MODE_BUILTIN
        x.id = obj.id
    x.type = t
    return t is not TYP_INVALID or isinstance(obj, Builtin)


def _select(check: Checker, x: Operand, e: SelectorExpr) -> bool:
    """x.sel for an operand or type x."""
    sel = e.sel.text
    t = x.type
    u = under(t)
    if isinstance(u, Pointer) and not typexpr.is_complete(check, u.elem):
        return False
    # sel may be a blank: then nothing is found.
    found = lookup_field_or_method(t, x.mode == MODE_VAR, check.pkg, sel)
    obj = found.obj
    if obj is None:
        _not_found(check, x, e, found.index, found.indirect)
        return False
    assert found.index is not None
    e.sel.obj = obj
    if isinstance(obj, Var):
        if x.mode == MODE_TYPE:
            message = f"operand for field selector {sel} must be value of type {check.ts(t)}"
            check.error_at(e.x, "MissingFieldOrMethod", message)
            return False
        ft = obj.type
        assert ft is not None
        e.selection = Selection(FIELD_VAL, t, obj, found.index, found.indirect, ft)
        x.mode = MODE_VAR if x.mode == MODE_VAR or found.indirect else MODE_VALUE
        x.type = ft
        return True
    # A method: make sure that its signature is set up.
    if obj.pkg is check.pkg and isinstance(obj.origin.decl, DeclInfo):
        decls.object_decl(check, obj.origin)
        check.depends_on(obj.origin)
        if obj.type is None:
            obj.type = obj.origin.type
    sig = resolved(obj)
    if not isinstance(sig, Signature):
        return False
    if x.mode == MODE_TYPE:
        recv = sig.recv
        if recv is None:
            check.error_at(e, "InvalidDeclCycle", "illegal cycle in method declaration")
            return False
        # The receiver becomes the first parameter; it is named if the others are.
        name = ""
        if sig.params.vars and sig.params.vars[0].name != "":
            name = recv.name or "_"
        params = [Var(recv.pos, recv.pkg, name, t)] + sig.params.vars
        method = Signature(None, Tuple(params), sig.results, sig.variadic)
        method.tparams = sig.tparams
        e.selection = Selection(METHOD_EXPR, t, obj, found.index, found.indirect, method)
    else:
        method = Signature(None, sig.params, sig.results, sig.variadic)
        method.tparams = sig.tparams
        e.selection = Selection(METHOD_VAL, t, obj, found.index, found.indirect, method)
        if x.mode == MODE_VAR and obj.has_ptr_recv and not found.indirect and not isinstance(u, Pointer):
            assignments.mark_addressed(e.x)
    x.mode = MODE_VALUE
    x.type = method
    return True


def _not_found(check: Checker, x: Operand, e: SelectorExpr, path: list[int] | None, indirect: bool) -> None:
    sel = e.sel.text
    t = x.type
    if not is_valid(under(t)):
        return
    assert x.expr is not None
    if path is not None:
        check.error(e.sel.pos, "AmbiguousSelector", f"ambiguous selector {expr_string(x.expr)}.{sel}")
        return
    ts = check.ts(t)
    if indirect:
        if x.mode == MODE_TYPE:
            message = f"invalid method expression {ts}.{sel} (needs pointer receiver (*{ts}).{sel})"
        else:
            message = f"cannot call pointer method {sel} on {ts}"
        check.error(e.sel.pos, "InvalidMethodExpr", message)
        return
    if is_interface_ptr(t):
        why = interface_ptr_error(t, check.qualifier)
    else:
        alt = lookup_field_or_method(t, x.mode == MODE_VAR, check.pkg, sel, True).obj
        why = errsupport.lookup_error(check, t, sel, alt, False)
    check.error(e.sel.pos, "MissingFieldOrMethod", f"{expr_string(x.expr)}.{sel} undefined ({why})")
