"""Types: identity, printing, link names, instances, type sets, method sets."""

from __future__ import annotations

from build import P, Q, field, func, generic_list, interface, method, named, struct, tilde, type_param, union, var

from goes.types.identity import identical, identical_ignore_tags, type_key
from goes.types.instantiate import Context, default_context, implements, instantiate, verify
from goes.types.linkname import escape_path, func_link_name, link_string, name_string
from goes.types.lookup import lookup_field_or_method, method_set, missing_method
from goes.types.mono import MonoGraph
from goes.types.objects import Func, Package, TypeName, Var
from goes.types.predicates import (
    all_integer,
    common_under,
    comparable,
    comparable_type,
    default_type,
    has_nil,
    is_generic,
    is_integer,
    max_type,
)
from goes.types.scope import Scope
from goes.types.subst import Substituter, make_subst, subst
from goes.types.types import (
    RECV_ONLY,
    SEND_ONLY,
    SEND_RECV,
    TYP_BYTE,
    TYP_INT,
    TYP_INT32,
    TYP_RUNE,
    TYP_STRING,
    TYP_UINT8,
    TYP_UNSAFE_POINTER,
    TYP_UNTYPED_FLOAT,
    TYP_UNTYPED_NIL,
    TYP_UNTYPED_RUNE,
    Alias,
    Array,
    Chan,
    Interface,
    Map,
    Named,
    Pointer,
    Signature,
    Slice,
    Struct,
    Type,
    under,
)
from goes.types.typeset import type_set
from goes.types.typestring import PackageQualifier, object_string, type_string
from goes.types.universe import ANY, COMPARABLE, ERROR, UNIVERSE, UNSAFE
from goes.types.validtype import invalid_cycle


def samples() -> list[Type]:
    """Pairwise different types."""
    t = named("T", struct())
    lst, _ = generic_list()
    a = type_param("A")
    return [
        TYP_INT, TYP_UINT8, TYP_STRING, TYP_UNSAFE_POINTER, t, Pointer(t), Slice(t), Array(t, 2), Array(t, 3),
        Map(t, TYP_INT), Map(TYP_INT, t), Chan(SEND_RECV, t), Chan(SEND_ONLY, t), Chan(RECV_ONLY, t),
        func([], []), func([t], []), func([], [t]), func([Slice(t)], []), func([Slice(t)], [], True),
        struct(), struct(field("x", t)), struct(field("x", t, pkg=Q)), struct(field("T", t, True)),
        struct(field("T", t)), Struct([field("x", t)], ["tag"]),
        interface(), interface({"M": func([], [])}), interface({"m": func([], [])}),
        union(TYP_INT), union(tilde(TYP_INT)), union(TYP_INT, TYP_STRING), interface({}, COMPARABLE),
        instantiate(None, lst, [TYP_INT]), instantiate(None, lst, [t]), a, type_param("A"),
    ]  # fmt: skip


def test_identity_and_keys_agree() -> None:
    types = samples()
    keys = [type_key(t) for t in types]
    for i, x in enumerate(types):
        for j, y in enumerate(types):
            assert identical(x, y) == (i == j), (str(x), str(y))
            assert (keys[i] == keys[j]) == (i == j), (str(x), str(y))


def test_link_strings_tell_types_apart() -> None:
    concrete = samples()[:25] + samples()[25:28]
    names = [link_string(t) for t in concrete]
    assert len(set(names)) == len(names)


def test_spelling_does_not_matter_to_identity() -> None:
    byte_alias = Alias(TypeName(0, P, "B", None), TYP_BYTE)
    assert identical(byte_alias, TYP_UINT8) and identical(TYP_RUNE, TYP_INT32)
    assert type_key(Slice(byte_alias)) == type_key(Slice(TYP_UINT8))
    assert link_string(Slice(byte_alias)) == "[]uint8"
    assert identical(union(TYP_INT, TYP_STRING), union(TYP_STRING, TYP_INT))
    assert type_key(union(TYP_INT, TYP_STRING)) == type_key(union(TYP_STRING, TYP_INT))
    tagged = Struct([field("x", TYP_INT)], ["a"])
    assert not identical(tagged, struct(field("x", TYP_INT)))
    assert identical_ignore_tags(tagged, struct(field("x", TYP_INT)))
    a, b = type_param("A"), type_param("B")
    f, g = func([a], [Slice(a)]), func([b], [Slice(b)])
    f.tparams, g.tparams = [a], [b]
    assert identical(f, g) and type_key(f) == type_key(g)


def test_interfaces_that_contain_themselves() -> None:
    """type T interface { m() interface{T} }, twice"""
    keys = []
    literals: list[Type] = []
    for name in ("T1", "T2"):
        t = named(name)
        inner = interface({}, t)
        t.from_rhs = interface({"m": func([], [inner])})
        literals.append(inner)
        keys.append(type_key(inner))
    assert identical(literals[0], literals[1])
    assert keys[0] == keys[1]


def test_printing() -> None:
    t = named("T", struct())
    lst, _ = generic_list()
    q = PackageQualifier(P)
    inst = instantiate(None, lst, [Map(TYP_STRING, Pointer(t))])
    assert type_string(inst, q) == "List[map[string]*T]"
    assert type_string(inst) == "example.com/m.List[map[string]*example.com/m.T]"
    assert type_string(lst, q) == "List[T any]"
    assert type_string(Chan(SEND_RECV, Chan(RECV_ONLY, TYP_INT)), q) == "chan (<-chan int)"
    sig = Signature(None, func([TYP_INT, Slice(TYP_STRING)], []).params, func([], [TYP_INT, ERROR]).results, True)
    assert type_string(sig, q) == "func(int, ...string) (int, error)"
    s = Struct([field("a", TYP_INT), field("T", t, True)], ['k:"v"'])
    assert type_string(s, q) == 'struct{a int "k:\\"v\\""; T}'
    assert type_string(TYP_UNSAFE_POINTER, q) == "unsafe.Pointer"
    assert type_string(ANY, q) == "any"
    assert type_string(interface({"M": func([TYP_INT], [])}, ERROR), q) == "interface{M(int); error}"
    assert object_string(var("x", TYP_INT), q) == "var x int"
    assert object_string(t.obj, q) == "type T struct{}"
    shadow = type_param("string")
    assert type_string(shadow, q) == "string /* with string declared at - */"


def test_packages_of_one_name_are_written_by_path() -> None:
    a = Package("x/rand", "rand", Scope(UNIVERSE))
    b = Package("y/rand", "rand", Scope(UNIVERSE))
    main = Package("main", "main", Scope(UNIVERSE))
    main.imports = [a, b]
    t = named("T", struct(), a)
    assert type_string(t, PackageQualifier(main)) == '"x/rand".T'
    main.imports = [a]
    assert type_string(t, PackageQualifier(main)) == "rand.T"


def test_link_names() -> None:
    dotted = Package("gopkg.in/yaml.v3", "yaml", Scope(UNIVERSE))
    t = named("T", struct(), dotted)
    assert escape_path("gopkg.in/yaml.v3") == "gopkg.in/yaml%2ev3"
    assert link_string(Pointer(t)) == "*gopkg.in/yaml%2ev3.T"
    assert name_string(Pointer(t)) == "*yaml.T"
    lst, _ = generic_list()
    inst = instantiate(None, lst, [t])
    assert isinstance(inst, Named)
    assert link_string(inst) == "example.com/m.List[gopkg.in/yaml%2ev3.T]"
    assert name_string(inst) == "m.List[gopkg.in/yaml%2ev3.T]"
    get = inst.methods()[0]
    assert func_link_name(get) == "example.com/m.(*List[gopkg.in/yaml%2ev3.T]).Get"
    assert func_link_name(lst._methods[0], [TYP_INT]) == "example.com/m.(*List[int]).Get"
    f = Func(0, P, "F", func([], []))
    assert func_link_name(f, [TYP_INT, Slice(t)]) == "example.com/m.F[int,[]gopkg.in/yaml%2ev3.T]"
    m = method(t, "M", func([], []))
    assert func_link_name(m) == "gopkg.in/yaml%2ev3.T.M"
    local = named("L", struct())
    local.local_id = 2
    assert link_string(local) == "example.com/m.L·2" and name_string(local) == "m.L"
    # The forms of LinkString that differ from Go syntax.
    assert link_string(interface()) == "interface {}" and link_string(struct()) == "struct {}"
    assert link_string(interface({"M": func([TYP_INT], [TYP_INT]), "x": func([], [])})) == (
        "interface { M(int) int; example.com/m.x() }"
    )
    ints = Alias(TypeName(0, P, "Int", None), TYP_INT)
    assert link_string(struct(field("Int", ints, True), field("a", TYP_INT))) == (
        "struct { Int = int; example.com/m.a int }"
    )
    assert link_string(struct(field("T", t, True))) == "struct { gopkg.in/yaml%2ev3.T }"
    assert name_string(struct(field("Int", ints, True), field("a", TYP_INT))) == "struct { int; a int }"


def test_instances_are_shared_and_expanded_on_demand() -> None:
    lst, _ = generic_list()
    c = Context()
    a = instantiate(c, lst, [TYP_INT])
    assert a is instantiate(c, lst, [TYP_INT]) and isinstance(a, Named)
    s = under(a)
    assert isinstance(s, Struct)
    assert str(s) == "struct{next *example.com/m.List[int]; v int}"
    next_type = s.fields[0].type
    assert isinstance(next_type, Pointer) and next_type.elem is a
    assert s.fields[1].origin is under(lst).fields[1]  # type: ignore[attr-defined]
    get = a.methods()[0]
    assert str(get.type) == "func(int) int" and get.origin is lst._methods[0]
    assert identical(instantiate(Context(), lst, [TYP_INT]), a)
    assert is_generic(lst) and not is_generic(a)


def test_a_generic_method_of_an_instance_gets_its_own_type_parameters() -> None:
    lst, _ = generic_list()
    u, f = type_param("U"), type_param("F")
    sig = func([f], [u])
    sig.tparams = [f]
    method(lst, "Conv", sig, False, [u])
    inst = instantiate(None, lst, [TYP_INT])
    assert isinstance(inst, Named)
    conv = inst.methods()[1].type
    assert isinstance(conv, Signature) and conv.tparams[0] is not f
    assert identical(conv.params.vars[0].type or ANY, conv.tparams[0])
    assert default_context().canonical[conv.tparams[0]] is f


def test_types_declared_in_generic_functions() -> None:
    """func F[A any]() { type L struct { next *L; v A } }"""
    a = type_param("A")
    local = named("L")
    local.local_id = 1
    local.from_rhs = struct(field("next", Pointer(local)), field("v", a))
    ints = Substituter(make_subst([a], [TYP_INT]), default_context(), True).typ(local)
    assert Substituter(make_subst([a], [TYP_INT]), default_context(), True).typ(local) is ints
    assert link_string(ints) == "example.com/m.L[int]·1"
    assert str(under(ints)) == "struct{next *example.com/m.L[int]; v int}"
    assert not identical(ints, Substituter(make_subst([a], [TYP_STRING]), default_context(), True).typ(local))
    assert subst(local, make_subst([a], [TYP_INT])) is local


def test_type_sets() -> None:
    s = type_set(interface({"B": func([], []), "a": func([], []), "A": func([], [])}))
    assert [m.name for m in s.methods] == ["A", "B", "a"]
    my_int = named("MyInt", TYP_INT)
    both = interface({}, union(tilde(TYP_INT), TYP_STRING), union(my_int, TYP_STRING))
    assert [str(t.type) for t in type_set(both).terms.terms] == ["example.com/m.MyInt", "string"]
    assert type_set(interface({}, union(TYP_INT), union(TYP_STRING))).is_empty()
    assert len(type_set(union(TYP_INT, tilde(TYP_INT))).terms.terms) == 1
    assert type_set(interface({}, COMPARABLE, union(TYP_INT, Slice(TYP_INT)))).terms.terms[0].type is TYP_INT
    assert type_set(interface()).is_all() and not type_set(interface({}, COMPARABLE)).is_method_set()


def test_predicates() -> None:
    my_int = named("MyInt", TYP_INT)
    ints = type_param("N", union(tilde(TYP_INT), TYP_UINT8))
    assert is_integer(my_int) and not is_integer(ints) and all_integer(ints)
    assert comparable(struct(field("a", ANY))) and not comparable(struct(field("a", Slice(TYP_INT))))
    assert comparable_type(struct(field("a", Slice(TYP_INT))), True) == "struct containing []int cannot be compared"
    assert comparable_type(func([], []), True) != "" and comparable_type(TYP_INT, True) == ""
    assert not comparable(type_param("A")) and comparable(type_param("A", COMPARABLE))
    assert has_nil(ANY) and has_nil(TYP_UNSAFE_POINTER) and not has_nil(type_param("A")) and not has_nil(TYP_INT)
    assert default_type(TYP_UNTYPED_RUNE) is TYP_RUNE and default_type(TYP_UNTYPED_NIL) is TYP_UNTYPED_NIL
    assert max_type(TYP_UNTYPED_RUNE, TYP_UNTYPED_FLOAT) is TYP_UNTYPED_FLOAT


def test_common_underlying_types() -> None:
    c = type_param("C", union(Chan(SEND_RECV, TYP_INT), Chan(RECV_ONLY, TYP_INT)))
    t, _ = common_under(c, None)
    assert isinstance(t, Chan) and t.dir == RECV_ONLY
    bad = type_param("C", union(Chan(SEND_ONLY, TYP_INT), Chan(RECV_ONLY, TYP_INT)))
    assert common_under(bad, None)[1] == "channels chan<- int and <-chan int have conflicting directions"
    assert common_under(type_param("A"), None) == (None, "no specific type")
    mixed = type_param("M", union(TYP_INT, TYP_STRING))
    assert common_under(mixed, None)[1] == "int and string have different underlying types"


def test_lookup_finds_the_shallowest() -> None:
    inner = named("Inner", struct(field("x", TYP_INT), field("y", TYP_INT)))
    method(inner, "M", func([], []))
    method(inner, "PM", func([], []), True)
    outer = named("Outer", struct(field("Inner", Pointer(inner), True), field("x", TYP_STRING)))
    r = lookup_field_or_method(outer, False, P, "x")
    assert isinstance(r.obj, Var) and r.obj.type is TYP_STRING and r.index == [1]
    r = lookup_field_or_method(outer, False, P, "PM")
    assert isinstance(r.obj, Func) and r.index == [0, 1] and r.indirect
    by_value = named("ByValue", struct(field("Inner", inner, True)))
    r = lookup_field_or_method(by_value, False, P, "PM")
    assert r.obj is None and r.indirect
    assert lookup_field_or_method(by_value, True, P, "PM").obj is not None
    other = named("Other", struct(field("x", TYP_INT)))
    both = named("Both", struct(field("Inner", inner, True), field("Other", other, True)))
    r = lookup_field_or_method(both, False, P, "x")
    assert r.obj is None and r.index is not None
    assert lookup_field_or_method(outer, False, Q, "y").obj is None, "not exported"
    ptr = named("Ptr", Pointer(inner))
    assert lookup_field_or_method(ptr, False, P, "M").obj is None
    assert lookup_field_or_method(ptr, False, P, "y").obj is not None


def test_method_sets() -> None:
    inner = named("In", struct())
    method(inner, "M", func([], []))
    method(inner, "pm", func([], []), True)
    outer = named("Out", struct(field("In", inner, True), field("E", ERROR, True)))
    assert [e.func.name for e in method_set(outer)] == ["Error", "M"]
    assert [(e.func.name, e.index, e.indirect) for e in method_set(Pointer(outer))] == [
        ("Error", [1, 0], True), ("M", [0, 0], True), ("pm", [0, 1], True),
    ]  # fmt: skip
    hidden = named("Hidden", struct(field("In", inner, True), field("M", TYP_INT)))
    assert [e.func.name for e in method_set(Pointer(hidden))] == ["pm"]
    assert method_set(Pointer(ERROR)) == []


def test_missing_methods_say_why() -> None:
    q = PackageQualifier(P)
    want = interface({"Write": func([Slice(TYP_BYTE)], [TYP_INT, ERROR])})

    def cause(v: Type) -> str:
        m = missing_method(v, want, True, None, q)
        return "" if m is None else m.cause

    t = named("A", struct())
    assert cause(t) == "(missing method Write)"
    method(t, "write", func([Slice(TYP_BYTE)], [TYP_INT, ERROR]))
    assert cause(t) == (
        "(missing method Write)\n\t\thave write([]byte) (int, error)\n\t\twant Write([]byte) (int, error)"
    )
    t = named("B", struct())
    method(t, "Write", func([Slice(TYP_BYTE)], [TYP_INT]))
    assert cause(t) == (
        "(wrong type for method Write)\n\t\thave Write([]byte) int\n\t\twant Write([]byte) (int, error)"
    )
    t = named("C", struct())
    method(t, "Write", func([Slice(TYP_BYTE)], [TYP_INT, ERROR]), True)
    assert cause(t) == "(method Write has pointer receiver)" and cause(Pointer(t)) == ""
    assert cause(named("D", struct(field("Write", TYP_INT)))) == "(D.Write is a field, not a method)"
    w = named("W", want)
    assert cause(Pointer(w)) == "(type *W is pointer to interface, not interface)"
    assert implements(TYP_INT, w, False, q) == "int does not implement W (missing method Write)"


def test_constraints() -> None:
    q = PackageQualifier(P)
    my_int = named("MyI", TYP_INT)
    num = named("Num", union(TYP_INT, TYP_STRING))
    assert implements(TYP_INT, num, True, q) == ""
    assert implements(my_int, num, True, q) == "MyI does not satisfy Num (possibly missing ~ for int in Num)"
    assert implements(TYP_UINT8, num, True, q) == "uint8 does not satisfy Num (uint8 missing in int | string)"
    assert implements(Slice(TYP_INT), COMPARABLE, True, q) == "[]int does not satisfy comparable"
    assert implements(ANY, COMPARABLE, True, q) == ""
    assert implements(ANY, COMPARABLE, True, q, False) == "any to satisfy comparable requires go1.20 or later"
    assert implements(ANY, COMPARABLE, False, q) == "any does not implement comparable"
    p = type_param("E")
    s = type_param("S", union(tilde(Slice(p))), 1)
    assert verify([p, s], [TYP_INT, Slice(TYP_INT)]) == (-1, "")
    assert verify([p, s], [TYP_INT, Slice(TYP_STRING)], None, q)[0] == 1


def test_recursive_types() -> None:
    a = named("RA")
    b = named("RB", struct(field("a", a)))
    a.from_rhs = Array(b, 2)
    assert [o.name for o in invalid_cycle(a)] == ["RA", "RB"]
    c = named("RC")
    c.from_rhs = struct(field("c", Pointer(c)))
    assert invalid_cycle(c) == []
    # type GA[P any] struct { _ GB[P] }; type GB[P any] struct { _ P }; GA[GA[string]] is finite
    pb = type_param("P")
    gb = named("GB", struct(field("_", pb)))
    gb.tparams = [pb]
    pa = type_param("P")
    ga = named("GA", struct(field("_", instantiate(None, gb, [pa]))))
    ga.tparams = [pa]
    inst = instantiate(None, ga, [instantiate(None, ga, [TYP_STRING])])
    assert isinstance(inst, Named) and invalid_cycle(inst) == []


def test_growing_instantiation() -> None:
    a = type_param("A")
    g = MonoGraph()
    g.record_instance(P, 7, [a], [a], [])
    assert g.find_cycle() == []
    g.record_instance(P, 9, [a], [Pointer(a)], [])
    assert [(n.pos, n.message) for n in g.find_cycle(PackageQualifier(P))] == [
        (0, "instantiation cycle:"), (9, "A instantiated as *A"),
    ]  # fmt: skip


def test_universe() -> None:
    assert UNIVERSE.lookup("string") is not None and UNSAFE.scope.lookup("Sizeof") is not None
    error = UNIVERSE.lookup("error")
    assert error is not None and error.type is ERROR
    assert isinstance(under(ERROR), Interface) and implements(ERROR, ERROR) == ""
    assert len(UNIVERSE.elems) == 44
