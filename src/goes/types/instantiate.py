"""Instances of generic types and functions, and whether type arguments satisfy their constraints.

    instantiate(context, Map, [string, int])   →   the Named Map[string, int], the same object every time
    verify([T constraints.Ordered], [[]int])   →   (0, "[]int does not satisfy constraints.Ordered (…)")

Sources: Go spec "Instantiations", "Satisfying a type constraint", "Implementing an interface"; types2 instantiate.go,
context.go (roles and messages).
"""

from __future__ import annotations

from typing import Final, final

from .identity import identical, serial, spelling_key
from .lookup import has_all_methods, interface_ptr_error, is_interface_ptr
from .named import new_named_instance
from .predicates import why_incomparable
from .subst import Subst, copy_signature, make_subst, subst
from .termlist import term_includes
from .types import (
    TYP_INVALID,
    Alias,
    Interface,
    Named,
    Pointer,
    Signature,
    Term,
    Type,
    TypeParam,
    Union,
    under,
)
from .typeset import TypeSet, constraint_interface, term_string, type_set
from .typestring import Qualifier, type_string


@final
class Context:
    """Remembers instances. `canonical` maps the fresh type parameters of substituted generic methods to the declared
    ones (for the check against infinite instantiation)."""

    __slots__ = ("instances", "canonical")

    def __init__(self) -> None:
        self.instances: dict[str, Type] = {}
        self.canonical: dict[TypeParam, TypeParam] = {}

    def instantiate(self, orig: Named | Alias, targs: list[Type]) -> Type:
        key = str(serial(orig)) + spelling_key(targs)
        inst = self.instances.get(key)
        if inst is not None:
            return inst
        if isinstance(orig, Named):
            inst = new_named_instance(orig, targs, self)
            self.instances[key] = inst
            return inst
        if len(orig.tparams) != len(targs):
            return TYP_INVALID
        rhs = orig.from_rhs
        if rhs is None:
            orig.actual()  # resolves
            rhs = orig.from_rhs
            if rhs is None:
                return TYP_INVALID  # a cycle through the alias, reported elsewhere
        from .objects import TypeName

        obj = TypeName(orig.obj.pos, orig.obj.pkg, orig.obj.name, None)
        alias = Alias(obj, subst(rhs, make_subst(orig.tparams, targs), self))
        obj.type = alias
        obj.parent = orig.obj.parent
        alias.origin = orig
        alias.targs = targs
        self.instances[key] = alias
        return alias


    def local_instance(self, orig: Named, targs: list[Type]) -> tuple[Named, bool]:
        """The instance of a type declared in a generic function for the function's type arguments, and whether it is
        new: then the caller gives it its right-hand side."""
        key = "local " + str(serial(orig)) + spelling_key(targs)
        known = self.instances.get(key)
        if isinstance(known, Named):
            return known, False
        inst = new_named_instance(orig, targs, self)
        self.instances[key] = inst
        return inst, True


_default: Final = Context()


def default_context() -> Context:
    """The context shared by everybody who names none."""
    return _default


def instantiate(context: Context | None, orig: Type, targs: list[Type]) -> Type:
    """orig[targs]: a Named, Alias or Signature. Constraints are not checked; TYP_INVALID if the numbers differ."""
    if context is None:
        context = _default
    if isinstance(orig, (Named, Alias)):
        return context.instantiate(orig, targs)
    if isinstance(orig, Signature):
        if len(orig.tparams) != len(targs):
            return TYP_INVALID
        if not targs:
            return orig
        sig = subst(orig, make_subst(orig.tparams, targs), context)
        assert isinstance(sig, Signature)
        if sig is orig:  # no parameter mentions a type parameter
            sig = copy_signature(orig)
        sig.tparams = []
        return sig
    return TYP_INVALID


def type_arg_count_error(name: str, want: int, got: int) -> str:
    """The message about a wrong number of type arguments; "" if it is right."""
    if got == want:
        return ""
    qual = "not enough" if got < want else "too many"
    return f"{qual} type arguments for type {name}: have {got}, want {want}"


def verify(
    tparams: list[TypeParam],
    targs: list[Type],
    context: Context | None = None,
    qualifier: Qualifier | None = None,
    interfaces_comparable: bool = True,
) -> tuple[int, str]:
    """The index of the first argument that does not satisfy its constraint and the cause, or (-1, ""). Interfaces
    satisfy comparable from go1.20 on."""
    smap: Subst = make_subst(tparams, targs)
    for i in range(len(tparams)):
        constraint_interface(tparams[i])
        bound = tparams[i].bound
        if bound is None:
            continue
        cause = implements(targs[i], subst(bound, smap, context), True, qualifier, interfaces_comparable)
        if cause:
            return i, cause
    return -1, ""


def implements(
    v: Type,
    t: Type,
    constraint: bool = False,
    qualifier: Qualifier | None = None,
    interfaces_comparable: bool = True,
) -> str:
    """"" if v implements (with `constraint`: satisfies) the interface t, else the cause."""
    vu = under(v)
    tu = under(t)
    if vu is TYP_INVALID or tu is TYP_INVALID:
        return ""
    if isinstance(vu, Pointer) and under(vu.elem) is TYP_INVALID:
        return ""
    verb = "satisfy" if constraint else "implement"
    if not isinstance(tu, Interface):
        if is_interface_ptr(tu):
            detail = interface_ptr_error(t, qualifier)
        else:
            detail = f"{type_string(t, qualifier)} is not an interface"
        return f"{type_string(v, qualifier)} does not {verb} {type_string(t, qualifier)} ({detail})"
    tset = type_set(tu)
    if tset.is_all():
        return ""
    vset: TypeSet | None = None
    if isinstance(vu, Interface):
        vset = type_set(vu)
        if vset.is_empty():
            return ""
    if tset.is_empty():
        return f"cannot {verb} {type_string(t, qualifier)} (empty type set)"
    ok, cause = has_all_methods(v, t, True, None, qualifier)
    if not ok:
        return f"{type_string(v, qualifier)} does not {verb} {type_string(t, qualifier)} {cause}"
    if tset.has_terms():
        if vset is not None:
            if not vset.subset_of(tset):
                return f"{type_string(v, qualifier)} does not {verb} {type_string(t, qualifier)}"
        else:
            cause = _missing_term(v, t, tu, tset, qualifier)
            if cause:
                return f"{type_string(v, qualifier)} does not {verb} {type_string(t, qualifier)} ({cause})"
    return _comparability(v, tset, constraint, verb, qualifier, interfaces_comparable)


def _comparability(
    v: Type, tset: TypeSet, constraint: bool, verb: str, qualifier: Qualifier | None, interfaces_comparable: bool
) -> str:
    if not tset.is_comparable() or why_incomparable(v, False) is None:
        return ""
    if constraint and why_incomparable(v, True) is None:
        if interfaces_comparable:
            return ""
        return f"{type_string(v, qualifier)} to {verb} comparable requires go1.20 or later"
    return f"{type_string(v, qualifier)} does not {verb} comparable"


def _missing_term(v: Type, t: Type, ti: Interface, tset: TypeSet, q: Qualifier | None) -> str:
    """Why no term of t includes v; "" if one does."""
    alt: Type | None = None
    for term in tset.terms.terms:
        if term_includes(term, v):
            return ""
        if alt is None and not term.tilde and identical(term.type, under(term.type)):
            if term_includes(Term(True, term.type), v):
                alt = term.type
    ts = type_string(t, q)
    vs = type_string(v, q)
    if alt is not None:
        return f"possibly missing ~ for {type_string(alt, q)} in {ts}"
    if _mentions(ti, v):
        return f"{ts} mentions {vs}, but {vs} is not in the type set of {ts}"
    return f"{vs} missing in " + " | ".join([term_string(term) for term in tset.terms.terms])


def _mentions(t: Type, typ: Type) -> bool:
    if isinstance(t, Interface):
        for e in t.embeddeds:
            if _mentions(e, typ):
                return True
        return False
    if isinstance(t, Union):
        for term in t.terms:
            if _mentions(term.type, typ):
                return True
        return False
    return identical(t, typ)
