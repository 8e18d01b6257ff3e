"""Defined types, their instances and aliases, expanded when somebody looks.

    type List[T any] struct { next *List[T]; v T }

    List[int]   →   Named(origin=List, targs=[int]); its struct is substituted at the first underlying()

A declared type is given `from_rhs` and `_methods` by the checker; the underlying type is found by walking the
right-hand sides (`type A B; type B struct{}`). An instance substitutes its origin's right-hand side and methods one at
a time. `Resolver` is all that the functions of this package ask of a checker; the checker derives from it.

Sources: Go spec "Underlying types", "Instantiations"; types2 named.go, alias.go (roles).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..diag.source import NO_POS, Pos
from .objects import WHITE, Func, Object, TypeName, Var
from .types import TYP_INVALID, Alias, Interface, Named, Pointer, Signature, Tuple, Type, TypeParam, unalias

if TYPE_CHECKING:
    from .instantiate import Context


class Resolver:
    """What type functions ask of a checker. Every method has a harmless default."""

    __slots__ = ()

    def resolve(self, obj: Object) -> None:
        """Give obj its type."""

    def duplicate_method(self, pos: Pos, method: Func, other: Func, other_pos: Pos, explicit: bool) -> None:
        """An interface has two methods of one name. If not `explicit`, the methods come from embedded interfaces and
        it is a mistake only if their types differ (or before go1.14): decide once all types are complete."""

    def allow_embedding(self, pos: Pos, what: str, elem: Type) -> bool:
        """Whether the language version (go1.18) allows an element that is not a plain interface. `what` is
        "constraint interface", "interface element" or "non-interface type"; reports `embedding <what> <elem>`."""
        return True

    def union_overflow(self, pos: Pos, limit: int) -> None:
        """A union has more than limit terms."""


def resolve_object(obj: Object) -> None:
    """Make sure that obj has a type (methods are typed on demand)."""
    if obj.type is None and obj.pkg is not None:
        checker = obj.pkg.checker
        if checker is not None:
            checker.resolve(obj)


def signature_of(f: Func) -> Signature:
    """The signature of a function or method, resolved."""
    if f.type is None:
        resolve_object(f)
    t = f.type
    if isinstance(t, Signature):
        return t
    return Signature(None, Tuple([]), Tuple([]), False)


# ------------------------------------------------------------------------------------------------ underlying types


def rhs_of(n: Named) -> Type | None:
    """The right-hand side of n's declaration, substituted for an instance; None while it is being declared."""
    if n.from_rhs is not None:
        return n.from_rhs
    if n.origin is n:
        if n._underlying is not None:
            return n._underlying
        if n.obj.color == WHITE:
            resolve_object(n.obj)
        return n.from_rhs
    return _expand_rhs(n)


def _expand_rhs(n: Named) -> Type | None:
    orig = n.origin
    orig_rhs = rhs_of(orig)
    if orig_rhs is None:
        return None
    if len(orig.tparams) != len(n.targs):
        n.from_rhs = TYP_INVALID
        return TYP_INVALID
    from .instantiate import Context, default_context
    from .subst import make_subst, replace_recv_type, subst

    context = n.context if isinstance(n.context, Context) else default_context()
    rhs = subst(orig_rhs, make_subst(orig.tparams, n.targs), context)
    if n.from_rhs is not None:  # expanded meanwhile, on a way round
        return n.from_rhs
    if isinstance(rhs, Interface):
        # Methods of an interface have the named type as receiver.
        methods = replace_recv_type(rhs.methods, orig, n)
        if methods is not rhs.methods:
            if rhs is orig_rhs:
                crafted = Interface(methods, rhs.embeddeds)
                crafted.embed_pos = rhs.embed_pos
                crafted.check = rhs.check
                crafted.complete = rhs.complete
                rhs = crafted
            else:
                rhs.methods = methods
                rhs.tset = None
    n.from_rhs = rhs
    return rhs


def underlying_of(n: Named) -> Type:
    """The underlying type; TYP_INVALID (not remembered) while n's declaration is still being read."""
    u = n._underlying
    if u is not None:
        return u
    path: list[Named] = []
    t: Type = n
    while True:
        if isinstance(t, Alias):
            t = t.actual()
        if not isinstance(t, Named):
            break
        if t._underlying is not None:
            t = t._underlying
            break
        if t in path:  # type A B; type B A: reported by the checker
            t = TYP_INVALID
            break
        path.append(t)
        rhs = rhs_of(t)
        if rhs is None:
            return TYP_INVALID
        t = rhs
    for p in path:
        if p._underlying is None:
            p._underlying = t
    return t


def actual_of(a: Alias) -> Type:
    """The type an alias stands for, never an Alias; TYP_INVALID (not remembered) while it is being declared."""
    actual = a._actual
    if actual is not None:
        return actual
    t: Type = a
    seen: list[Alias] = []
    while isinstance(t, Alias):
        if t._actual is not None:
            t = t._actual
            break
        if t in seen:
            t = TYP_INVALID
            break
        seen.append(t)
        if t.from_rhs is None and t.origin is t and t.obj.color == WHITE:
            resolve_object(t.obj)
        rhs = t.from_rhs
        if rhs is None:
            return TYP_INVALID
        t = rhs
    a._actual = t
    return t


def as_named(t: Type) -> Named | None:
    t = unalias(t)
    return t if isinstance(t, Named) else None


# --------------------------------------------------------------------------------------------------------- methods

# Stands in the method list of an instance for a method that nobody has asked for yet.
_UNEXPANDED: Final = Func(NO_POS, None, "", None)


def declared_methods(n: Named) -> list[Func]:
    """The methods of n's origin: enough to look up names."""
    orig = n.origin
    if orig._underlying is None and orig.from_rhs is None and orig.obj.color == WHITE:
        resolve_object(orig.obj)
    return orig._methods


def method_at(n: Named, i: int) -> Func:
    """The i-th declared method, receiver type substituted for an instance."""
    orig = n.origin
    if orig is n:
        return n._methods[i]
    methods = n._methods
    while len(methods) < len(orig._methods):
        methods.append(_UNEXPANDED)
    f = methods[i]
    if f is _UNEXPANDED:
        f = _expand_method(n, orig._methods[i])
        methods[i] = f
    return f


def _expand_method(n: Named, orig: Func) -> Func:
    from .instantiate import Context, default_context
    from .subst import clone_func, clone_var, copy_signature, make_subst, subst

    old = signature_of(orig)
    sig = old
    if len(old.rparams) == len(n.targs):
        context = n.context if isinstance(n.context, Context) else default_context()
        t = subst(old, make_subst(old.rparams, n.targs), context)
        assert isinstance(t, Signature)
        sig = t
    if sig is old:
        sig = copy_signature(old)
    recv_type: Type = Pointer(n) if orig.has_ptr_recv else n
    if old.recv is not None:
        sig.recv = clone_var(old.recv, recv_type)
    else:
        sig.recv = Var(NO_POS, orig.pkg, "", recv_type)
    sig.rparams = []
    return clone_func(orig, sig)


def methods_of(n: Named) -> list[Func]:
    count = len(declared_methods(n))
    if n.origin is n:
        return n._methods
    for i in range(count):
        method_at(n, i)
    return n._methods


# --------------------------------------------------------------------------------------------------------- creation


def new_named_instance(orig: Named, targs: list[Type], context: Context) -> Named:
    """orig[targs], nothing expanded. `Context.instantiate` returns the same object for the same arguments."""
    obj = TypeName(orig.obj.pos, orig.obj.pkg, orig.obj.name, None)
    inst = Named(obj, None, [])
    obj.type = inst
    obj.parent = orig.obj.parent
    inst.origin = orig
    inst.targs = targs
    inst.context = context
    inst.local_id = orig.local_id
    inst.check = orig.check
    return inst


_last_type_param_id = [0]


def new_type_param(obj: TypeName, bound: Type | None, index: int = -1) -> TypeParam:
    """A fresh type parameter; sets obj.type if that is open."""
    _last_type_param_id[0] += 1
    p = TypeParam(_last_type_param_id[0], obj, index, bound)
    if obj.type is None:
        obj.type = p
    return p
