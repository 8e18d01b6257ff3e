"""Inference of type arguments.

    func Map[E, F any](s []E, f func(E) F) []F        Map([]int{1}, strconv.Itoa)   →   [int, string]

Typed arguments are unified with their parameters' types, then type parameters with their constraints, then untyped
constants give defaults; at last, inferred types that mention other type parameters are substituted until nothing
changes. Reverse inference (a generic function assigned to a variable of function type) is the same with the variable
as parameter.

Sources: Go spec "Type inference"; types2 infer.go (roles and messages).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from ..syntax.exprstring import expr_string
from ..syntax.nodes import MODE_INVALID
from .lookup import has_all_methods
from .named import new_type_param
from .objects import TypeName, Var
from .predicates import common_under, default_type, is_typed, max_type
from .subst import copy_signature, make_partial_subst, make_subst, subst
from .types import (
    TYP_INVALID,
    UNTYPED_NIL,
    Alias,
    Array,
    Basic,
    Chan,
    Interface,
    Map,
    Named,
    Pointer,
    Signature,
    Slice,
    Struct,
    Term,
    Tuple,
    Type,
    TypeParam,
    Union,
    unalias,
)
from .typeset import constraint_interface, specific_terms, type_set
from .typestring import type_params_string, type_string
from .unify import ASSIGN, Unifier, UnifyExactly

if TYPE_CHECKING:
    from ..syntax.nodes import Expr
    from .constant import ConstValue
    from .instantiate import Context
    from .typestring import Qualifier


class Arg:
    """An argument of a call: the part of an operand that inference looks at."""

    __slots__ = ("type", "mode", "expr", "value")
    type: Type
    mode: int
    expr: Expr | None
    value: ConstValue | None


@final
class InferError:
    """Why inference failed. `arg`: the index of the argument to blame, or -1 for the call itself."""

    __slots__ = ("message", "arg")

    def __init__(self, message: str, arg: int) -> None:
        self.message = message
        self.arg = arg


@final
class Inference:
    """One inference. `error` is None after run() returned None if an argument was invalid (reported before)."""

    __slots__ = ("tparams", "targs", "params", "args", "reverse", "context", "q", "unifier", "error")

    def __init__(
        self,
        tparams: list[TypeParam],
        targs: list[Type | None],
        params: Tuple,
        args: list[Arg],
        reverse: bool,
        context: Context | None,
        qualifier: Qualifier | None,
        interfaces: bool,
    ) -> None:
        self.tparams = tparams
        self.targs = targs
        self.params = params
        self.args = args
        self.reverse = reverse
        self.context = context
        self.q = qualifier
        self.unifier = Unifier(tparams, targs, interfaces)
        self.error: InferError | None = None

    def fail(self, message: str, arg: int) -> None:
        self.error = InferError(message, arg)

    def run(self) -> list[Type] | None:
        untyped = self.use_arguments()
        if self.error is not None or not self.use_constraints() or not self.use_untyped(untyped):
            return None
        return self.simplify()

    def use_arguments(self) -> list[int]:
        """Unify typed arguments with their parameters; returns the indices of untyped ones."""
        untyped: list[int] = []
        for i in range(len(self.args)):
            arg = self.args[i]
            par = self.params.vars[i].type
            if par is None or arg.mode == MODE_INVALID:
                continue
            if not is_parameterized(self.tparams, par) and not is_parameterized(self.tparams, arg.type):
                continue
            if is_typed(arg.type):
                if not self.unifier.unify(par, arg.type, ASSIGN):
                    self.mismatch(par, arg, i)
                    return untyped
            elif isinstance(par, TypeParam) and not (isinstance(arg.type, Basic) and arg.type.kind == UNTYPED_NIL):
                # The default type of an untyped argument can only match a plain type parameter.
                untyped.append(i)
        return untyped

    def mismatch(self, tpar: Type, arg: Arg, index: int) -> None:
        q = self.q
        targ = type_string(arg.type, q)
        expr = "" if arg.expr is None else expr_string(arg.expr)
        par = type_string(tpar, q)
        inferred = self.unifier.inferred(self.tparams)
        if inferred[0] is None:
            known = False
            for t in inferred:
                if t is not None:
                    known = True
            if not known:
                names = type_params_string(self.tparams)
                self.fail(f"type {targ} of {expr} does not match {par} (cannot infer {names})", index)
                return
        got = subst(tpar, make_partial_subst(self.tparams, inferred), self.context)
        if got is not tpar:
            inf = type_string(got, q)
            if self.reverse:
                self.fail(f"inferred type {inf} for {par} does not match type {targ} of {expr}", index)
            else:
                self.fail(f"type {targ} of {expr} does not match inferred type {inf} for {par}", index)
        else:
            self.fail(f"type {targ} of {expr} does not match {par}", index)

    def use_constraints(self) -> bool:
        """Unify type parameters with their constraints as long as that tells something new."""
        u = self.unifier
        q = self.q
        while True:
            unknown = u.unknowns()
            for tpar in self.tparams:
                tx = u.at(tpar)
                core, single = core_term(tpar)
                if core is not None:
                    if tx is not None:
                        if not u.unify(tx, core.type, 0):
                            bound = "any" if tpar.bound is None else type_string(tpar.bound, q)
                            self.fail(
                                f"{type_string(tpar, q)} (type {type_string(tx, q)}) does not satisfy {bound}", -1
                            )
                            return False
                    elif single and not core.tilde:
                        u.set(tpar, core.type)
                if tx is not None and not is_parameterized(self.tparams, tx):
                    ok, cause = has_all_methods(tx, constraint_interface(tpar), True, UnifyExactly(u), q)
                    if not ok:
                        bound = "any" if tpar.bound is None else type_string(tpar.bound, q)
                        self.fail(
                            f"{type_string(tpar, q)} (type {type_string(tx, q)}) does not satisfy {bound} {cause}", -1
                        )
                        return False
            if u.unknowns() == unknown:
                return True

    def use_untyped(self, untyped: list[int]) -> bool:
        """Parameters still unknown get the default type of the largest untyped argument."""
        largest: dict[TypeParam, Type] = {}
        for i in untyped:
            tpar = self.params.vars[i].type
            if not isinstance(tpar, TypeParam) or self.unifier.at(tpar) is not None:
                continue
            typ = self.args[i].type
            before = largest.get(tpar)
            if before is not None:
                m = max_type(before, typ)
                if m is None:
                    self.fail(
                        f"mismatched types {type_string(before, self.q)} and {type_string(typ, self.q)} "
                        f"(cannot infer {type_string(tpar, self.q)})",
                        i,
                    )
                    return False
                typ = m
            largest[tpar] = typ
        for tpar, typ in largest.items():
            self.unifier.set(tpar, default_type(typ))
        return True

    def simplify(self) -> list[Type] | None:
        """Eliminate type parameters from the inferred types."""
        tparams = self.tparams
        inferred = self.unifier.inferred(tparams)
        _kill_cycles(tparams, inferred)
        dirty: list[int] = []
        for i in range(len(inferred)):
            if inferred[i] is not None and self.targs[i] is None:
                dirty.append(i)
        while dirty:
            smap = make_partial_subst(tparams, inferred)
            still: list[int] = []
            for i in dirty:
                t0 = inferred[i]
                if t0 is None:
                    continue
                t1 = subst(t0, smap, self.context)
                if t1 is not t0:
                    if isinstance(t1, Signature) and t1.tparams and not is_parameterized(tparams, t1):
                        t1 = copy_signature(t1)
                        t1.tparams = []  # a generic function argument, instantiated by the substitution
                    inferred[i] = t1
                    still.append(i)
            dirty = still
        out: list[Type] = []
        for i in range(len(inferred)):
            t = inferred[i]
            if t is None or is_parameterized(tparams, t):
                obj = tparams[i].obj
                at = "-" if self.q is None else self.q.position(obj.pos)
                self.fail(f"cannot infer {obj.name} (declared at {at})", -1)
                return None
            out.append(t)
        return out


def infer(
    tparams: list[TypeParam],
    targs: list[Type | None],
    params: Tuple,
    args: list[Arg],
    reverse: bool = False,
    context: Context | None = None,
    qualifier: Qualifier | None = None,
    interfaces: bool = True,
) -> tuple[list[Type] | None, InferError | None]:
    """All type arguments, given and inferred; or (None, error); or (None, None) if an argument is invalid. There are
    as many args as params. `interfaces`: interface inference, from go1.21 on."""
    n = len(tparams)
    given: list[Type] = []
    for t in targs:
        if t is not None:
            given.append(t)
    if len(given) == n:
        return given, None
    for arg in args:
        if arg.mode == MODE_INVALID or arg.type is TYP_INVALID:
            return None, None
    full: list[Type | None] = list(targs)
    while len(full) < n:
        full.append(None)
    # Parameters whose type arguments are given are not inferred: arguments are assigned to them.
    if params.vars and given:
        p = subst(params, make_partial_subst(tparams, full), context)
        assert isinstance(p, Tuple)
        params = p
    inference = Inference(tparams, full, params, args, reverse, context, qualifier, interfaces)
    return inference.run(), inference.error


def rename_type_params(
    tparams: list[TypeParam], typ: Type, context: Context | None = None
) -> tuple[list[TypeParam], Type]:
    """Fresh copies of tparams and typ over them, so that a generic function can be an argument of its own call."""
    if not tparams:
        return [], typ
    fresh: list[TypeParam] = []
    renamed: list[Type] = []
    for p in tparams:
        obj = TypeName(p.obj.pos, p.obj.pkg, p.obj.name, None)
        obj.parent = p.obj.parent
        q = new_type_param(obj, None, p.index)
        q.check = p.check
        fresh.append(q)
        renamed.append(q)
    smap = make_subst(tparams, renamed)
    for i in range(len(tparams)):
        bound = tparams[i].bound
        if bound is not None:
            fresh[i].bound = subst(bound, smap, context)
    return fresh, subst(typ, smap, context)


def core_term(p: TypeParam) -> tuple[Term | None, bool]:
    """The constraint's single term and True; or a term of its common underlying type and False; or None."""
    terms = specific_terms(p)
    if len(terms) == 1:
        return terms[0], True
    if not terms:
        return None, False
    tilde = False
    for t in terms:
        if t.tilde:
            tilde = True
    typ = common_under(p, None)[0]
    return (None, False) if typ is None else (Term(tilde, typ), False)


def is_parameterized(tparams: list[TypeParam], t: Type) -> bool:
    """Whether t mentions one of tparams."""
    if isinstance(t, Basic):
        return False
    return _Walker(tparams).walk(t)


@final
class _Walker:
    __slots__ = ("tparams", "seen")

    def __init__(self, tparams: list[TypeParam]) -> None:
        self.tparams = tparams
        self.seen: dict[Type, bool] = {}

    def walk(self, t: Type) -> bool:
        if isinstance(t, Basic):
            return False
        if isinstance(t, TypeParam):
            return t in self.tparams
        known = self.seen.get(t)
        if known is not None:
            return known
        self.seen[t] = False
        result = self._walk(t)
        self.seen[t] = result
        return result

    def _walk(self, t: Type) -> bool:
        if isinstance(t, Alias):
            return self.walk(t.actual())
        if isinstance(t, (Array, Slice, Pointer, Chan)):
            return self.walk(t.elem)
        if isinstance(t, Map):
            return self.walk(t.key) or self.walk(t.elem)
        if isinstance(t, Named):
            for a in t.targs:
                if self.walk(a):
                    return True
            return False
        if isinstance(t, Signature):
            return self.vars(t.params.vars) or self.vars(t.results.vars)
        if isinstance(t, Struct):
            return self.vars(t.fields)
        if isinstance(t, Tuple):
            return self.vars(t.vars)
        if isinstance(t, Interface):
            tset = type_set(t)
            for m in tset.methods:
                if m.type is not None and self.walk(m.type):
                    return True
            # As gc: all specific types must mention a parameter.
            if not tset.has_terms():
                return False
            for term in tset.terms.terms:
                if not self.walk(term.type):
                    return False
            return True
        return False

    def vars(self, vars: list[Var]) -> bool:
        for v in vars:
            if v.type is not None and self.walk(v.type):
                return True
        return False


def _kill_cycles(tparams: list[TypeParam], inferred: list[Type | None]) -> None:
    """Forget inferred types that contain themselves (P = []P)."""
    finder = _CycleFinder(tparams, inferred)
    for p in tparams:
        finder.walk(p)


@final
class _CycleFinder:
    __slots__ = ("tparams", "inferred", "path")

    def __init__(self, tparams: list[TypeParam], inferred: list[Type | None]) -> None:
        self.tparams = tparams
        self.inferred = inferred
        self.path: set[Type] = set()

    def walk(self, t: Type) -> None:
        t = unalias(t)
        if isinstance(t, Basic):
            return
        if t in self.path:
            if isinstance(t, TypeParam) and t in self.tparams:
                self.inferred[self.tparams.index(t)] = None
            return
        self.path.add(t)
        if isinstance(t, TypeParam):
            if t in self.tparams:
                known = self.inferred[self.tparams.index(t)]
                if known is not None:
                    self.walk(known)
        elif isinstance(t, (Array, Slice, Pointer, Chan)):
            self.walk(t.elem)
        elif isinstance(t, Map):
            self.walk(t.key)
            self.walk(t.elem)
        elif isinstance(t, Named):
            for a in t.targs:
                self.walk(a)
        elif isinstance(t, Signature):
            self.vars(t.params.vars)
            self.vars(t.results.vars)
        elif isinstance(t, Struct):
            self.vars(t.fields)
        elif isinstance(t, Union):
            for term in t.terms:
                self.walk(term.type)
        elif isinstance(t, Interface):
            for m in t.methods:
                if m.type is not None:
                    self.walk(m.type)
            for e in t.embeddeds:
                self.walk(e)
        self.path.discard(t)

    def vars(self, vars: list[Var]) -> None:
        for v in vars:
            if v.type is not None:
                self.walk(v.type)
