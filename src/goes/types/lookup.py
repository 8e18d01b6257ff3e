"""Finding fields and methods, and whether a type has the methods of an interface.

    type S struct { *T }; func (T) m()       lookup_field_or_method(S, …, "m")   →   (Func m, [0, 0], indirect=True)

Embedded fields are searched breadth first; a name found twice at the shallowest depth is ambiguous.

Sources: Go spec "Selectors", "Method sets", "Implementing an interface"; types2 lookup.go (roles and messages);
go/types methodset.go (method sets).
"""

from __future__ import annotations

from typing import final

from .identity import identical, identical_lists, object_id, same_id, same_package
from .named import as_named, declared_methods, method_at, signature_of
from .objects import Func, Package, Var, exported
from .predicates import is_interface, is_type_param, is_valid
from .types import (
    TYP_INVALID,
    Basic,
    Interface,
    Named,
    Pointer,
    Signature,
    Struct,
    Type,
    unalias,
    under,
)
from .typeset import method_sort_key, type_set
from .typestring import Qualifier, func_string, type_string


@final
class LookupResult:
    """obj is None if nothing was found: then `index` is not None for an ambiguous selector, and `indirect` tells that
    the method exists but needs a pointer receiver. Otherwise `index` is the path of field indices ending in the
    field's or method's own index, and `indirect` whether a pointer was followed on the way."""

    __slots__ = ("obj", "index", "indirect")

    def __init__(self, obj: Var | Func | None, index: list[int] | None, indirect: bool) -> None:
        self.obj = obj
        self.index = index
        self.indirect = indirect


@final
class _Embedded:
    __slots__ = ("typ", "index", "indirect", "multiples")

    def __init__(self, typ: Type, index: list[int], indirect: bool, multiples: bool) -> None:
        self.typ = typ
        self.index = index
        self.indirect = indirect  # a pointer was followed on the way here
        self.multiples = multiples  # the type appears several times at this depth


def deref(t: Type) -> tuple[Type, bool]:
    """The element type of a pointer (not of a defined pointer type) and True, else (t, False)."""
    p = unalias(t)
    if isinstance(p, Pointer):
        return p.elem, True
    return t, False


def deref_struct_ptr(t: Type) -> Type:
    """The struct type that t points to (t may be defined), else t."""
    p = under(t)
    if isinstance(p, Pointer) and isinstance(under(p.elem), Struct):
        return p.elem
    return t


def lookup_method(n: Named, pkg: Package | None, name: str, fold_case: bool = False) -> tuple[int, Func] | None:
    """A declared method of n."""
    if name == "_":
        return None
    if not (exported(name) or fold_case or same_package(n.origin.obj.pkg, pkg)):
        return None
    methods = declared_methods(n)
    if fold_case:
        lower = name.lower()
        for i in range(len(methods)):
            if methods[i].name.lower() == lower:
                return i, method_at(n, i)
        return None
    for i in range(len(methods)):
        if methods[i].name == name:
            return i, method_at(n, i)
    return None


def method_index(methods: list[Func], pkg: Package | None, name: str, fold_case: bool = False) -> int:
    if name != "_":
        for i in range(len(methods)):
            if same_id(methods[i], pkg, name, fold_case):
                return i
    return -1


def lookup_field_or_method(
    t: Type, addressable: bool, pkg: Package | None, name: str, fold_case: bool = False
) -> LookupResult:
    """The field or method that x.name means in package pkg for an x of type t. `addressable`: x is a variable, so its
    pointer methods count."""
    n = as_named(t)
    if n is not None:
        p = n.underlying()
        if isinstance(p, Pointer):
            # type P *struct{ f int }: fields are found, methods are not.
            r = _lookup(p, False, pkg, name, fold_case)
            if isinstance(r.obj, Func):
                return LookupResult(None, None, False)
            return r
    return _lookup(t, addressable, pkg, name, fold_case)


def _lookup(t: Type, addressable: bool, pkg: Package | None, name: str, fold_case: bool) -> LookupResult:
    if name == "_":
        return LookupResult(None, None, False)
    typ, is_ptr = deref(t)
    if is_ptr and isinstance(under(typ), Interface):
        return LookupResult(None, None, False)  # a pointer to an interface has no methods

    current = [_Embedded(typ, [], is_ptr, False)]
    seen: list[Named] = []
    while current:
        next: list[_Embedded] = []
        obj: Var | Func | None = None
        index: list[int] = []
        indirect = False
        for e in current:
            typ = unalias(e.typ)
            if isinstance(typ, Named):
                if _contains(seen, typ):
                    continue  # at a shallower depth, where it hides this one
                seen.append(typ)
                found = lookup_method(typ, pkg, name, fold_case)
                if found is not None:
                    index = e.index + [found[0]]
                    if obj is not None or e.multiples:
                        return LookupResult(None, index, False)
                    obj = found[1]
                    indirect = e.indirect
                    continue
            u = under(typ)
            if isinstance(u, Struct):
                fields = u.fields
                for i in range(len(fields)):
                    f = fields[i]
                    if (f.name == name or fold_case) and same_id(f, pkg, name, fold_case):
                        index = e.index + [i]
                        if obj is not None or e.multiples:
                            return LookupResult(None, index, False)
                        obj = f
                        indirect = e.indirect
                        continue
                    if obj is None and f.embedded and f.type is not None:
                        ft, f_ptr = deref(f.type)
                        if not isinstance(ft, Basic):
                            next.append(_Embedded(ft, e.index + [i], e.indirect or f_ptr, e.multiples))
            elif isinstance(u, Interface):
                found = type_set(u).lookup_method(pkg, name, fold_case)
                if found is not None:
                    index = e.index + [found[0]]
                    if obj is not None or e.multiples:
                        return LookupResult(None, index, False)
                    obj = found[1]
                    indirect = e.indirect
        if obj is not None:
            if isinstance(obj, Func) and obj.has_ptr_recv and not indirect and not addressable:
                return LookupResult(None, None, True)
            return LookupResult(obj, index, indirect)
        current = _consolidate(next)
    return LookupResult(None, None, False)


def _contains(seen: list[Named], n: Named) -> bool:
    for s in seen:
        if s is n or (s.targs and s.origin is n.origin and identical_lists(s.targs, n.targs)):
            return True
    return False


def _consolidate(entries: list[_Embedded]) -> list[_Embedded]:
    """One entry for entries of the same type, marked."""
    if len(entries) <= 1:
        return entries
    out: list[_Embedded] = []
    for e in entries:
        for o in out:
            if o.typ is e.typ or identical(o.typ, e.typ):
                o.multiples = True
                break
        else:
            out.append(e)
    return out


def field_path(t: Type, index: list[int]) -> str:
    """The names of the fields along index: "a.b.c"."""
    names: list[str] = []
    typ: Type | None = t
    for i in index:
        if typ is None:
            break
        u = under(deref_struct_ptr(typ))
        if not isinstance(u, Struct):
            break
        names.append(u.fields[i].name)
        typ = u.fields[i].type
    return ".".join(names)


# --------------------------------------------------------------------------------------------------- missing methods


class Equivalence:
    """How method types are compared; this one asks for identity."""

    __slots__ = ()

    def same(self, x: Type, y: Type) -> bool:
        return identical(x, y)


@final
class MissingMethod:
    """The method of an interface that a type lacks, whether it is there with the wrong type or receiver, and why."""

    __slots__ = ("method", "wrong_type", "cause")

    def __init__(self, method: Func, wrong_type: bool, cause: str) -> None:
        self.method = method
        self.wrong_type = wrong_type
        self.cause = cause


def _same_types(equivalence: Equivalence | None, f: Func, m: Func) -> bool:
    if f is m:
        return True
    x = signature_of(f)
    y = signature_of(m)
    return identical(x, y) if equivalence is None else equivalence.same(x, y)


def missing_method(
    v: Type,
    t: Type,
    static: bool,
    equivalence: Equivalence | None = None,
    qualifier: Qualifier | None = None,
) -> MissingMethod | None:
    """The first method of interface t that v lacks. If v is an interface and not `static`, only methods that both have
    are compared (as x.(T) does)."""
    tu = under(t)
    if not isinstance(tu, Interface):
        return None
    methods = type_set(tu).methods
    if not methods:
        return None
    vu = under(v)
    if isinstance(vu, Interface):
        if vu is tu:
            return None
        vset = type_set(vu)
        for m in methods:
            found = vset.lookup_method(m.pkg, m.name)
            if found is None:
                if static:
                    return MissingMethod(m, False, _not_found(v, t, m, qualifier))
            elif not _same_types(equivalence, found[1], m):
                return MissingMethod(m, True, _wrong_signature(found[1], m, qualifier))
        return None
    for m in methods:
        r = _lookup(v, False, m.pkg, m.name, False)
        f = r.obj
        if f is None:
            if r.index is not None:
                return MissingMethod(m, False, f"(ambiguous selector {type_string(v, qualifier)}.{m.name})")
            if r.indirect:
                return MissingMethod(m, True, f"(method {m.name} has pointer receiver)")
            alt = _lookup(v, False, m.pkg, m.name, True).obj
            if isinstance(alt, Func):
                if alt.name == m.name:
                    return MissingMethod(m, False, f"(unexported method {m.name})")
                have = func_string(alt, qualifier)
                want = func_string(m, qualifier)
                cause = f"(missing method {m.name})\n\t\thave {have}\n\t\twant {want}"
                return MissingMethod(m, False, cause)
            return MissingMethod(m, False, _not_found(v, t, m, qualifier))
        if not isinstance(f, Func):
            return MissingMethod(m, False, f"({type_string(v, qualifier)}.{m.name} is a field, not a method)")
        if not _same_types(equivalence, f, m):
            return MissingMethod(m, True, _wrong_signature(f, m, qualifier))
    return None


def _not_found(v: Type, t: Type, m: Func, q: Qualifier | None) -> str:
    if is_interface_ptr(v):
        return "(" + interface_ptr_error(v, q) + ")"
    if is_interface_ptr(t):
        return "(" + interface_ptr_error(t, q) + ")"
    return f"(missing method {m.name})"


def _wrong_signature(f: Func, m: Func, q: Qualifier | None) -> str:
    have = func_string(f, q)
    want = func_string(m, q)
    if have == want:  # two packages of one name
        have = func_string(f, q, True)
        want = func_string(m, q, True)
    if have == want:  # two type parameters of one name
        return f"(wrong type for method {m.name})"
    return f"(wrong type for method {m.name})\n\t\thave {have}\n\t\twant {want}"


def has_all_methods(
    v: Type,
    t: Type,
    static: bool,
    equivalence: Equivalence | None = None,
    qualifier: Qualifier | None = None,
) -> tuple[bool, str]:
    """Whether v has all methods of interface t, and the cause if not. Types that had errors are taken to have them."""
    if not is_valid(v):
        return True, ""
    missing = missing_method(v, t, static, equivalence, qualifier)
    if missing is None or _has_invalid_embedded_fields(v, set()):
        return True, ""
    return False, missing.cause


def _has_invalid_embedded_fields(t: Type, seen: set[Type]) -> bool:
    s = under(deref_struct_ptr(t))
    if isinstance(s, Struct) and s not in seen:
        seen.add(s)
        for f in s.fields:
            if f.embedded and f.type is not None:
                if unalias(f.type) is TYP_INVALID or _has_invalid_embedded_fields(f.type, seen):
                    return True
    return False


def is_interface_ptr(t: Type) -> bool:
    p = under(t)
    return isinstance(p, Pointer) and is_interface(p.elem)


def interface_ptr_error(t: Type, q: Qualifier | None = None) -> str:
    p = under(t)
    if isinstance(p, Pointer) and is_type_param(p.elem):
        return f"type {type_string(t, q)} is pointer to type parameter, not type parameter"
    return f"type {type_string(t, q)} is pointer to interface, not interface"


def assertable_to(v: Type, t: Type, qualifier: Qualifier | None = None) -> tuple[bool, str]:
    """Whether x.(t) is possible for an x of interface type v."""
    if is_interface(t):
        return True, ""
    return has_all_methods(t, v, False, None, qualifier)


# ------------------------------------------------------------------------------------------------------ method sets


@final
class MethodEntry:
    """A method in a method set. `func`: of an instantiated type, the method with the receiver's arguments substituted;
    `signature`: its type, receiver included; `index`: the path of embedded fields, ending in the method's own index;
    `indirect`: a pointer is followed on the way (the receiver itself counts)."""

    __slots__ = ("func", "index", "indirect")

    def __init__(self, func: Func, index: list[int], indirect: bool) -> None:
        self.func = func
        self.index = index
        self.indirect = indirect

    @property
    def signature(self) -> Signature:
        return signature_of(self.func)


def method_set(t: Type) -> list[MethodEntry]:
    """The method set of t, promoted methods included, in gc's order: exported first, then by name and package."""
    typ = unalias(t)
    if isinstance(typ, Named) and isinstance(typ.underlying(), Pointer):
        return []
    base, is_ptr = deref(typ)
    bu = under(base)
    if isinstance(bu, Interface):
        return [] if is_ptr else _interface_methods(bu, [], False)

    found: dict[str, MethodEntry | None] = {}  # None: a field or an ambiguous name hides deeper ones
    current = [_Embedded(base, [], is_ptr, False)]
    seen: list[Named] = []
    while current:
        next: list[_Embedded] = []
        level: dict[str, MethodEntry | None] = {}
        for e in current:
            typ = unalias(e.typ)
            if isinstance(typ, Named):
                if _contains(seen, typ):
                    continue
                seen.append(typ)
                methods = declared_methods(typ)
                for i in range(len(methods)):
                    if methods[i].name == "_":
                        continue
                    key = object_id(methods[i])
                    if key not in found:
                        _add(level, key, MethodEntry(method_at(typ, i), e.index + [i], e.indirect), e.multiples)
            u = under(typ)
            if isinstance(u, Struct):
                for i in range(len(u.fields)):
                    f = u.fields[i]
                    key = object_id(f)
                    if key not in found and f.name != "_":
                        _add(level, key, None, True)
                    if f.embedded and f.type is not None:
                        ft, f_ptr = deref(f.type)
                        if not isinstance(ft, Basic):
                            next.append(_Embedded(ft, e.index + [i], e.indirect or f_ptr, e.multiples))
            elif isinstance(u, Interface):
                for sel in _interface_methods(u, e.index, e.indirect):
                    key = object_id(sel.func)
                    if key not in found:
                        _add(level, key, sel, e.multiples)
        for key, s in level.items():
            found[key] = s
        current = _consolidate(next)

    out: list[MethodEntry] = []
    for s in found.values():
        if s is not None and (s.indirect or not s.func.has_ptr_recv):
            out.append(s)
    if len(out) > 1:
        out.sort(key=_selection_key)
    return out


def _interface_methods(u: Interface, path: list[int], indirect: bool) -> list[MethodEntry]:
    methods = type_set(u).methods
    return [MethodEntry(methods[i], path + [i], indirect) for i in range(len(methods))]


def _add(level: dict[str, MethodEntry | None], key: str, sel: MethodEntry | None, multiples: bool) -> None:
    level[key] = None if multiples or key in level else sel


def _selection_key(s: MethodEntry) -> tuple[bool, str, str]:
    return method_sort_key(s.func)

