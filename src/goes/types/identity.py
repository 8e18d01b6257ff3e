"""Type identity, and keys that stand for it.

    identical([]byte, []uint8)      →   True
    type_key(map[string]List[int])  →   "m(string)N7[int]": equal strings exactly for identical types

`Hasher(keep_names=True)` makes finer keys, in which aliases (and byte, rune) keep their names: the Context uses them so
that messages spell types as the user did.

Sources: Go spec "Type identity"; types2 predicates.go (comparer), typestring.go (type hashing).
"""

from __future__ import annotations

from typing import Final, final

from .objects import Func, Object, Package, exported
from .types import (
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


def same_package(a: Package | None, b: Package | None) -> bool:
    if a is b:
        return True
    return a is not None and b is not None and a.path == b.path


def same_id(obj: Object, pkg: Package | None, name: str, fold_case: bool = False) -> bool:
    """Whether obj is what `name` written in package pkg means: equal names, and equal packages unless exported."""
    if fold_case and obj.name.lower() == name.lower():
        return True
    if obj.name != name:
        return False
    return exported(name) or same_package(obj.pkg, pkg)


def object_id(obj: Object) -> str:
    """A string equal for two fields or methods exactly if they have the same id."""
    if exported(obj.name):
        return obj.name
    path = "_" if obj.pkg is None or not obj.pkg.path else obj.pkg.path
    return path + "." + obj.name


@final
class IfacePair:
    """A node in the stack of interface pairs under comparison."""

    __slots__ = ("x", "y", "prev")

    def __init__(self, x: Interface, y: Interface, prev: IfacePair | None) -> None:
        self.x = x
        self.y = y
        self.prev = prev


def pair_on_stack(x: Interface, y: Interface, p: IfacePair | None) -> bool:
    while p is not None:
        if (p.x is x and p.y is y) or (p.x is y and p.y is x):
            return True
        p = p.prev
    return False


def identical(x: Type, y: Type) -> bool:
    """Whether x and y are identical types."""
    if x is y:
        return True
    return _identical(x, y, False, None)


def identical_ignore_tags(x: Type, y: Type) -> bool:
    """Whether x and y are identical if struct tags are ignored."""
    return _identical(x, y, True, None)


def identical_lists(xs: list[Type], ys: list[Type]) -> bool:
    if len(xs) != len(ys):
        return False
    for i in range(len(xs)):
        if xs[i] is not ys[i] and not _identical(xs[i], ys[i], False, None):
            return False
    return True


def _identical(x: Type, y: Type, ignore_tags: bool, p: IfacePair | None) -> bool:
    if isinstance(x, Alias):
        x = x.actual()
    if isinstance(y, Alias):
        y = y.actual()
    if x is y:
        return True
    if isinstance(x, Basic):
        return isinstance(y, Basic) and x.kind == y.kind  # byte and rune are objects of their own
    if isinstance(x, Named):
        if not isinstance(y, Named) or x.origin.obj is not y.origin.obj:
            return False
        return identical_lists(x.targs, y.targs)
    if isinstance(x, Pointer):
        return isinstance(y, Pointer) and _identical(x.elem, y.elem, ignore_tags, p)
    if isinstance(x, Slice):
        return isinstance(y, Slice) and _identical(x.elem, y.elem, ignore_tags, p)
    if isinstance(x, Map):
        return (
            isinstance(y, Map)
            and _identical(x.key, y.key, ignore_tags, p)
            and _identical(x.elem, y.elem, ignore_tags, p)
        )
    if isinstance(x, Array):
        # An unknown length (after an error) equals every length.
        return (
            isinstance(y, Array)
            and (x.length < 0 or y.length < 0 or x.length == y.length)
            and _identical(x.elem, y.elem, ignore_tags, p)
        )
    if isinstance(x, Signature):
        return isinstance(y, Signature) and _identical_signatures(x, y, ignore_tags, p)
    if isinstance(x, Struct):
        return isinstance(y, Struct) and _identical_structs(x, y, ignore_tags, p)
    if isinstance(x, Interface):
        return isinstance(y, Interface) and _identical_interfaces(x, y, ignore_tags, p)
    if isinstance(x, Chan):
        return isinstance(y, Chan) and x.dir == y.dir and _identical(x.elem, y.elem, ignore_tags, p)
    if isinstance(x, Tuple):
        return isinstance(y, Tuple) and _identical_tuples(x, y, ignore_tags, p)
    if isinstance(x, Union):
        if not isinstance(y, Union):
            return False
        from .typeset import union_terms

        return union_terms(x).equal(union_terms(y))
    return False  # TypeParam: identical only to itself


def _identical_structs(x: Struct, y: Struct, ignore_tags: bool, p: IfacePair | None) -> bool:
    n = len(x.fields)
    if n != len(y.fields):
        return False
    for i in range(n):
        f = x.fields[i]
        g = y.fields[i]
        if f.embedded != g.embedded or f.name != g.name:
            return False
        if not ignore_tags and x.tag(i) != y.tag(i):
            return False
        if not same_id(f, g.pkg, g.name):
            return False
        if f.type is None or g.type is None or not _identical(f.type, g.type, ignore_tags, p):
            return False
    return True


def _identical_tuples(x: Tuple, y: Tuple, ignore_tags: bool, p: IfacePair | None) -> bool:
    n = len(x.vars)
    if n != len(y.vars):
        return False
    for i in range(n):
        s = x.vars[i].type
        t = y.vars[i].type
        if s is t:
            continue
        if s is None or t is None or not _identical(s, t, ignore_tags, p):
            return False
    return True


def _identical_signatures(x: Signature, y: Signature, ignore_tags: bool, p: IfacePair | None) -> bool:
    if x.variadic != y.variadic or len(x.tparams) != len(y.tparams):
        return False
    params = y.params
    results = y.results
    if x.tparams:
        # Names of type parameters do not matter: compare with y's replaced by x's.
        from .instantiate import Context
        from .subst import Subst, subst

        smap: Subst = {}
        for i in range(len(x.tparams)):
            smap[y.tparams[i]] = x.tparams[i]
        context = Context()
        for i in range(len(x.tparams)):
            xb = x.tparams[i].bound
            yb = y.tparams[i].bound
            if xb is None or yb is None or not _identical(xb, subst(yb, smap, context), ignore_tags, p):
                return False
        t = subst(params, smap, context)
        assert isinstance(t, Tuple)
        params = t
        t = subst(results, smap, context)
        assert isinstance(t, Tuple)
        results = t
    return _identical_tuples(x.params, params, ignore_tags, p) and _identical_tuples(
        x.results, results, ignore_tags, p
    )


def _identical_interfaces(x: Interface, y: Interface, ignore_tags: bool, p: IfacePair | None) -> bool:
    from .typeset import type_set

    xset = type_set(x)
    yset = type_set(y)
    if xset.comparable != yset.comparable or not xset.terms.equal(yset.terms):
        return False
    a = xset.methods
    b = yset.methods
    if len(a) != len(b):
        return False
    # type T interface { m() interface{T} }: cycles that no name ends. A pair met again counts as equal.
    if pair_on_stack(x, y, p):
        return True
    q = IfacePair(x, y, p)
    for i in range(len(a)):
        f = a[i]
        g = b[i]
        if f is g:
            continue
        if f.name != g.name or not same_id(f, g.pkg, g.name):
            return False
        if f.type is None or g.type is None or not _identical(f.type, g.type, ignore_tags, q):
            return False
    return True


# ------------------------------------------------------------------------------------------------------------- keys

_serials: Final[dict[Type, int]] = {}


def serial(t: Type) -> int:
    """A number for a declaration (Named origin, TypeParam, generic Signature), in order of first use."""
    n = _serials.get(t)
    if n is None:
        n = len(_serials) + 1
        _serials[t] = n
    return n


@final
class Hasher:
    """Writes the key of one type."""

    __slots__ = ("keep_names", "out", "tparams", "ifaces")

    def __init__(self, keep_names: bool = False) -> None:
        self.keep_names = keep_names
        self.out: list[str] = []
        self.tparams: list[list[TypeParam]] = []  # of the signatures around us
        self.ifaces: list[Interface] = []  # interfaces being written, for cycles

    def write(self, t: Type) -> None:
        out = self.out
        if isinstance(t, Alias):
            if self.keep_names:
                out.append("=" + t.obj.name + str(serial(t.origin)))
                if t.targs:
                    self.write_list(t.targs)
            t = t.actual()
        if isinstance(t, Basic):
            if self.keep_names:
                out.append(t.name)
            else:
                out.append("#" + str(t.kind))
        elif isinstance(t, Named):
            out.append("N" + str(serial(t.origin)))
            if t.targs:
                self.write_list(t.targs)
        elif isinstance(t, Pointer):
            out.append("*")
            self.write(t.elem)
        elif isinstance(t, Slice):
            out.append("[]")
            self.write(t.elem)
        elif isinstance(t, TypeParam):
            self.write_type_param(t)
        elif isinstance(t, Map):
            out.append("m(")
            self.write(t.key)
            out.append(")")
            self.write(t.elem)
        elif isinstance(t, Array):
            out.append("[" + str(t.length) + "]")
            self.write(t.elem)
        elif isinstance(t, Chan):
            out.append("c" + str(t.dir) + "(")
            self.write(t.elem)
            out.append(")")
        elif isinstance(t, Signature):
            self.write_signature(t)
        elif isinstance(t, Struct):
            out.append("s{")
            for i in range(len(t.fields)):
                f = t.fields[i]
                out.append(("!" if f.embedded else "") + object_id(f) + " ")
                if f.type is not None:
                    self.write(f.type)
                tag = t.tag(i)
                if tag:
                    out.append(repr(tag))
                out.append(";")
            out.append("}")
        elif isinstance(t, Interface):
            self.write_interface(t)
        elif isinstance(t, Tuple):
            self.write_tuple(t)
        elif isinstance(t, Union):
            from .typeset import union_terms

            self.write_terms(union_terms(t).terms)

    def write_list(self, targs: list[Type]) -> None:
        self.out.append("[")
        for t in targs:
            self.write(t)
            self.out.append(",")
        self.out.append("]")

    def write_type_param(self, t: TypeParam) -> None:
        for depth in range(len(self.tparams)):
            level = self.tparams[depth]
            for i in range(len(level)):
                if level[i] is t:
                    self.out.append(f"${depth}.{i}")
                    return
        self.out.append("P" + str(serial(t)))

    def write_tuple(self, t: Tuple) -> None:
        self.out.append("(")
        for v in t.vars:
            if v.type is not None:
                self.write(v.type)
            self.out.append(",")
        self.out.append(")")

    def write_signature(self, t: Signature) -> None:
        self.out.append("f...(" if t.variadic else "f(")
        if t.tparams:
            self.tparams.append(t.tparams)
            self.out.append("<")
            for p in t.tparams:
                if p.bound is not None:
                    self.write(p.bound)
                self.out.append(",")
            self.out.append(">")
        self.write_tuple(t.params)
        self.write_tuple(t.results)
        self.out.append(")")
        if t.tparams:
            self.tparams.pop()

    def write_interface(self, t: Interface) -> None:
        for i in range(len(self.ifaces)):
            if self.ifaces[i] is t:
                self.out.append("@" + str(len(self.ifaces) - i))
                return
        from .typeset import type_set

        self.ifaces.append(t)
        self.out.append("i{")
        tset = type_set(t)
        for m in tset.methods:
            self.out.append(object_id(m))
            self.write_method_type(m)
            self.out.append(";")
        if tset.comparable:
            self.out.append("comparable")
        if not tset.terms.all_types:
            self.write_terms(tset.terms.terms)
        self.out.append("}")
        self.ifaces.pop()

    def write_method_type(self, m: Func) -> None:
        if m.type is not None:
            self.write(m.type)

    def write_terms(self, terms: list[Term]) -> None:
        """Terms are sorted by their keys: their order is no part of identity."""
        keys: list[str] = []
        rest = self.out
        for term in terms:
            self.out = []
            self.write(term.type)
            keys.append(("~" if term.tilde else "") + "".join(self.out))
        keys.sort()
        self.out = rest
        self.out.append("u(" + "|".join(keys) + ")")


def type_key(t: Type) -> str:
    """A string that is equal for two types exactly if they are identical (within this process)."""
    h = Hasher()
    h.write(t)
    return "".join(h.out)


def spelling_key(targs: list[Type]) -> str:
    """A key of a list of type arguments in which differently spelled identical types differ."""
    h = Hasher(True)
    h.write_list(targs)
    return "".join(h.out)
