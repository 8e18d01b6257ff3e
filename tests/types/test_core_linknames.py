"""Link names of types in source: the names that gc's object files contain (`go tool nm`)."""

from __future__ import annotations

import pytest

from goes.diag.source import SourceSet
from goes.syntax.parser import parse_file
from goes.types.checker import Checker, Importer
from goes.types.linkname import func_link_name, link_string, name_string
from goes.types.objects import Func

SOURCE = """package p

type T struct{ a int; B string "k:\\"v\\"" }
type Int = int
type G[K comparable, V any] struct { k K; v []V; next *G[K, V] }
type I interface { M(x int, y ...string) (a, b int); m() }
type E struct{ any }

func (T) M() {}
func (*G[K, V]) Do(K) V { panic(0) }
func (G[K, V]) Conv[W any](W) {}

var (
	a map[string][]*T
	b func(func() error) chan<- int
	c chan (<-chan int)
	d struct { x, Y int; _ int; T "a\\tb" }
	e interface { F(); g() }
	f G[int, map[byte]rune]
	g struct { Int; int; *T; error }
	h G[struct{ a int }, func(uint8)]
	i interface { error; M(I) }
	j struct{ any; G[int,int] }
	k func(a int, b ...string) (r int)
	l [0]struct{}
)

func Local() any { type L struct{ x T }; return new(L) }
"""

NAMES = {
    "a": "map[string][]*P.T",
    "b": "func(func() error) chan<- int",
    "c": "chan (<-chan int)",
    "d": 'struct { P.x int; Y int; P._ int; P.T "a\\tb" }',
    "e": "interface { F(); P.g() }",
    "f": "P.G[int,map[uint8]int32]",
    "g": "struct { Int = int; P.int = int; *P.T; P.error = error }",
    "h": "P.G[struct { P.a int },func(uint8)]",
    "i": "interface { Error() string; M(P.I) }",
    "j": "struct { P.any = interface {}; G = P.G[int,int] }",
    "k": "func(int, ...string) int",
    "l": "[0]struct {}",
}

REFLECT_NAMES = {
    "d": 'struct { x int; Y int; _ int; p.T "a\\tb" }',
    "e": "interface { F(); p.g() }",
    "g": "struct { int; int; *p.T; error }",
    "h": "p.G[struct { P.a int },func(uint8)]",
}


@pytest.fixture(scope="module")
def checked() -> Checker:
    sources = SourceSet()
    file = parse_file(sources.add("p.go", SOURCE.encode()), [])
    assert file is not None
    check = Checker("example.com/p.v2", "p", sources, Importer())
    check.declare([file])
    check.check_all()
    assert not check.errors, check.errors
    return check


def test_type_names(checked: Checker) -> None:
    for name, want in NAMES.items():
        obj = checked.pkg.scope.lookup(name)
        assert obj is not None and obj.type is not None
        assert link_string(obj.type) == want.replace("P.", "example.com/p%2ev2."), name
    for name, want in REFLECT_NAMES.items():
        obj = checked.pkg.scope.lookup(name)
        assert obj is not None and obj.type is not None
        assert name_string(obj.type) == want.replace("P.", "example.com/p%2ev2."), name


def test_function_names(checked: Checker) -> None:
    names = sorted(func_link_name(o) for o in checked.decls if isinstance(o, Func))
    assert names == [
        "example.com/p%2ev2.(*G[K,V]).Do",
        "example.com/p%2ev2.G[K,V].Conv",
        "example.com/p%2ev2.Local",
        "example.com/p%2ev2.T.M",
    ]
    conv = next(o for o in checked.decls if isinstance(o, Func) and o.name == "Conv")
    t = checked.pkg.scope.lookup("T")
    i = checked.pkg.scope.lookup("Int")
    assert t is not None and t.type is not None and i is not None and i.type is not None
    assert func_link_name(conv, [i.type, t.type, i.type]) == (
        "example.com/p%2ev2.G[int,example.com/p%2ev2.T].Conv[int]"
    )
