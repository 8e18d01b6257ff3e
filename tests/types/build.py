"""Hand-built declarations for the tests: what the checker makes of source."""

from __future__ import annotations

from goes.types.named import new_type_param
from goes.types.objects import Func, Package, TypeName, Var
from goes.types.scope import Scope
from goes.types.types import Interface, Named, Pointer, Signature, Struct, Term, Tuple, Type, TypeParam, Union
from goes.types.universe import ANY, UNIVERSE

P = Package("example.com/m", "m", Scope(UNIVERSE))
Q = Package("example.com/q", "q", Scope(UNIVERSE))


def var(name: str, typ: Type, pkg: Package = P) -> Var:
    return Var(0, pkg, name, typ)


def field(name: str, typ: Type, embedded: bool = False, pkg: Package = P) -> Var:
    return Var(0, pkg, name, typ, True, embedded)


def struct(*fields: Var) -> Struct:
    return Struct(list(fields), [])


def func(params: list[Type], results: list[Type], variadic: bool = False) -> Signature:
    return Signature(None, Tuple([var("", t) for t in params]), Tuple([var("", t) for t in results]), variadic)


def named(name: str, underlying: Type | None = None, pkg: Package = P) -> Named:
    obj = TypeName(0, pkg, name, None)
    n = Named(obj, underlying, [])
    n.from_rhs = underlying
    obj.type = n
    obj.parent = pkg.scope
    pkg.scope.elems[name] = obj
    return n


def type_param(name: str, bound: Type = ANY, index: int = 0) -> TypeParam:
    return new_type_param(TypeName(0, P, name, None), bound, index)


def method(
    recv: Named, name: str, sig: Signature, pointer: bool = False, rparams: list[TypeParam] | None = None
) -> Func:
    f = Func(0, recv.obj.pkg, name, sig)
    sig.recv = var("r", Pointer(recv) if pointer else recv)
    sig.rparams = rparams or []
    f.has_ptr_recv = pointer
    recv._methods.append(f)
    return f


def interface(methods: dict[str, Signature] | None = None, *embedded: Type) -> Interface:
    t = Interface([Func(0, P, name, sig) for name, sig in (methods or {}).items()], list(embedded))
    t.complete = True
    return t


def union(*terms: Type | Term) -> Interface:
    """interface{ ~int | string }"""
    return interface({}, Union([t if isinstance(t, Term) else Term(False, t) for t in terms]))


def tilde(t: Type) -> Term:
    return Term(True, t)


def generic_list() -> tuple[Named, TypeParam]:
    """type List[T any] struct { next *List[T]; v T }; func (l *List[U]) Get(i int) U"""
    from goes.types.instantiate import default_context
    from goes.types.types import TYP_INT

    t = type_param("T")
    n = named("List")
    n.tparams = [t]
    n.from_rhs = struct(field("next", Pointer(default_context().instantiate(n, [t]))), field("v", t))
    u = type_param("U")
    inst = default_context().instantiate(n, [u])
    assert isinstance(inst, Named)
    sig = func([TYP_INT], [u])
    f = Func(0, P, "Get", sig)
    sig.recv = var("l", Pointer(inst))
    sig.rparams = [u]
    f.has_ptr_recv = True
    n._methods.append(f)
    return n, t
