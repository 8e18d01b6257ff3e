"""Substitution of type arguments for type parameters.

    subst(func(T) []T, {T: int})   →   func(int) []int

Types without a substituted parameter are returned as they are (`is`), so callers can tell whether anything changed.
Instances go through the Context, which returns one object per list of arguments.

Sources: Go spec "Instantiations"; types2 subst.go (roles).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from .named import new_type_param, rhs_of
from .objects import Func, TypeName, Var
from .types import (
    TYP_INVALID,
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
)

if TYPE_CHECKING:
    from .instantiate import Context

Subst = dict[TypeParam, Type]


def make_subst(tparams: list[TypeParam], targs: list[Type]) -> Subst:
    smap: Subst = {}
    for i in range(len(tparams)):
        smap[tparams[i]] = targs[i]
    return smap


def make_partial_subst(tparams: list[TypeParam], targs: list[Type | None]) -> Subst:
    """Like make_subst; parameters without an argument stay as they are."""
    smap: Subst = {}
    for i in range(len(tparams)):
        t = targs[i]
        if t is not None:
            smap[tparams[i]] = t
    return smap


def subst(t: Type, smap: Subst, context: Context | None = None) -> Type:
    """t with every type parameter that smap knows replaced."""
    if not smap or isinstance(t, Basic):
        return t
    if isinstance(t, TypeParam):
        return smap.get(t, t)
    if context is None:
        from .instantiate import default_context

        context = default_context()
    return Substituter(smap, context).typ(t)


def clone_var(v: Var, typ: Type | None) -> Var:
    c = Var(v.pos, v.pkg, v.name, typ, v.is_field, v.embedded)
    c.parent = v.parent
    c.order = v.order
    c.scope_pos = v.scope_pos
    c.used = v.used
    c.is_param = v.is_param
    c.origin = v.origin
    return c


def clone_func(f: Func, typ: Type) -> Func:
    c = Func(f.pos, f.pkg, f.name, typ)
    c.parent = f.parent
    c.order = f.order
    c.scope_pos = f.scope_pos
    c.decl = f.decl
    c.func_decl = f.func_decl
    c.has_ptr_recv = f.has_ptr_recv
    c.origin = f.origin
    return c


def copy_signature(t: Signature) -> Signature:
    s = Signature(t.recv, t.params, t.results, t.variadic)
    s.tparams = t.tparams
    s.rparams = t.rparams
    s.scope = t.scope
    return s


def replace_recv_type(methods: list[Func], old: Type, new: Type) -> list[Func]:
    """methods with receiver type old replaced by new; the list itself if there is none."""
    out = methods
    for i in range(len(methods)):
        m = methods[i]
        sig = m.type
        if isinstance(sig, Signature) and sig.recv is not None and sig.recv.type is old:
            if out is methods:
                out = list(methods)
            copy = copy_signature(sig)
            copy.recv = clone_var(sig.recv, new)
            out[i] = clone_func(m, copy)
    return out


@final
class Substituter:
    """`local_types`: types without type arguments that are declared in a function are instantiated too."""

    __slots__ = ("smap", "context", "local_types")

    def __init__(self, smap: Subst, context: Context, local_types: bool = False) -> None:
        self.smap = smap
        self.context = context
        self.local_types = local_types

    def typ(self, t: Type) -> Type:
        if isinstance(t, Basic):
            return t
        if isinstance(t, TypeParam):
            return self.smap.get(t, t)
        if isinstance(t, Named):
            if not t.targs:
                return self.local_instance(t) if self.local_types and t.local_id > 0 else t
            targs = self.types(t.targs)
            if targs is t.targs:
                return t
            if len(targs) != len(t.origin.tparams):
                return TYP_INVALID
            return self.context.instantiate(t.origin, targs)
        if isinstance(t, Pointer):
            elem = self.typ(t.elem)
            return t if elem is t.elem else Pointer(elem)
        if isinstance(t, Slice):
            elem = self.typ(t.elem)
            return t if elem is t.elem else Slice(elem)
        if isinstance(t, Signature):
            return self.signature(t)
        if isinstance(t, Tuple):
            return self.tuple_type(t)
        if isinstance(t, Map):
            key = self.typ(t.key)
            elem = self.typ(t.elem)
            return t if key is t.key and elem is t.elem else Map(key, elem)
        if isinstance(t, Array):
            elem = self.typ(t.elem)
            return t if elem is t.elem else Array(elem, t.length)
        if isinstance(t, Chan):
            elem = self.typ(t.elem)
            return t if elem is t.elem else Chan(t.dir, elem)
        if isinstance(t, Struct):
            fields = self.variables(t.fields)
            return t if fields is t.fields else Struct(fields, t.tags)
        if isinstance(t, Interface):
            return self.interface(t)
        if isinstance(t, Alias):
            if self.local_types:
                return self.typ(t.actual())
            if not t.targs:
                return t
            targs = self.types(t.targs)
            if targs is t.targs:
                return t
            if len(targs) != len(t.origin.tparams):
                return TYP_INVALID
            return self.context.instantiate(t.origin, targs)
        if isinstance(t, Union):
            return self.union(t)
        return t

    def local_instance(self, t: Named) -> Type:
        """A type declared in a generic function depends on the function's type arguments; they become its own."""
        inst, fresh = self.context.local_instance(t, list(self.smap.values()))
        if fresh:
            rhs = rhs_of(t)
            inst.from_rhs = TYP_INVALID if rhs is None else self.typ(rhs)
        return inst

    def types(self, types: list[Type]) -> list[Type]:
        out = types
        for i in range(len(types)):
            t = self.typ(types[i])
            if t is not types[i]:
                if out is types:
                    out = types[:]
                out[i] = t
        return out

    def variables(self, vars: list[Var]) -> list[Var]:
        out = vars
        for i in range(len(vars)):
            v = vars[i]
            if v.type is None:
                continue
            t = self.typ(v.type)
            if t is not v.type:
                if out is vars:
                    out = vars[:]
                out[i] = clone_var(v, t)
        return out

    def tuple_type(self, t: Tuple) -> Tuple:
        vars = self.variables(t.vars)
        return t if vars is t.vars else Tuple(vars)

    def signature(self, t: Signature) -> Signature:
        s = self
        tparams = t.tparams
        if tparams and tparams[0] not in self.smap:
            # A generic method of an instantiated type: it needs type parameters of its own.
            tparams, s = self.fresh_type_params(tparams)
        params = s.tuple_type(t.params)
        results = s.tuple_type(t.results)
        if params is t.params and results is t.results and tparams is t.tparams:
            return t
        sig = Signature(t.recv, params, results, t.variadic)
        sig.tparams = tparams
        sig.rparams = t.rparams
        return sig

    def fresh_type_params(self, tparams: list[TypeParam]) -> tuple[list[TypeParam], Substituter]:
        smap = dict(self.smap)
        fresh: list[TypeParam] = []
        for p in tparams:
            obj = TypeName(p.obj.pos, p.obj.pkg, p.obj.name, None)
            obj.parent = p.obj.parent
            q = new_type_param(obj, None, p.index)
            q.check = p.check
            fresh.append(q)
            smap[p] = q
            self.context.canonical[q] = self.context.canonical.get(p, p)
        s = Substituter(smap, self.context, self.local_types)
        for i in range(len(tparams)):
            bound = tparams[i].bound
            if bound is not None:
                fresh[i].bound = s.typ(bound)
        return fresh, s

    def interface(self, t: Interface) -> Interface:
        methods = t.methods
        for i in range(len(t.methods)):
            m = t.methods[i]
            if m.type is None:
                continue
            mt = self.typ(m.type)
            if mt is not m.type:
                if methods is t.methods:
                    methods = t.methods[:]
                methods[i] = clone_func(m, mt)
        embeddeds = self.types(t.embeddeds)
        if methods is t.methods and embeddeds is t.embeddeds:
            return t
        iface = Interface(methods, embeddeds)
        iface.embed_pos = t.embed_pos
        iface.implicit = t.implicit
        iface.complete = t.complete
        iface.check = t.check
        iface.methods = replace_recv_type(methods, t, iface)
        return iface

    def union(self, t: Union) -> Union:
        terms = t.terms
        for i in range(len(t.terms)):
            term = t.terms[i]
            typ = self.typ(term.type)
            if typ is not term.type:
                if terms is t.terms:
                    terms = t.terms[:]
                terms[i] = Term(term.tilde, typ)
        return t if terms is t.terms else Union(terms)
