"""What the checker leaves on the tree for the next stage."""

from __future__ import annotations

from fractions import Fraction

from goes.diag.diagnostic import Diagnostic
from goes.diag.source import SourceSet
from goes.syntax.nodes import (
    BasicLit,
    BinaryExpr,
    CallExpr,
    ForStmt,
    FuncLit,
    IndexExpr,
    Name,
    Node,
    RangeStmt,
    SelectorExpr,
    SwitchStmt,
    UnaryExpr,
)
from goes.syntax.parser import parse_file
from goes.types.checker import Checker, Importer
from goes.types.objects import METHOD_EXPR, METHOD_VAL, Func, Package, Var
from goes.types.universe import UNSAFE


class OnlyUnsafe(Importer):
    def import_package(self, path: str, from_pkg: Package) -> Package:
        return UNSAFE


def checked(text: str, lazy: bool = False, version: str = "go1.27") -> tuple[Checker, list[Diagnostic]]:
    sources = SourceSet()
    errors: list[Diagnostic] = []
    file = parse_file(sources.add("p.go", ("package p\n" + text).encode()), errors, lazy, True)
    assert file is not None
    check = Checker("p", "p", sources, OnlyUnsafe(), version, errors)
    check.declare([file])
    if not lazy:
        check.check_all()
    return check, errors


def nodes(x: object, kind: type[Node]) -> list:
    """All nodes of a class, in the order of the tree's slots."""
    found: list = []

    def walk(x: object) -> None:
        if isinstance(x, list):
            for e in x:
                walk(e)
        elif isinstance(x, Node):
            if isinstance(x, kind):
                found.append(x)
            # A compiled class tells all its attributes, an interpreted one those of its own.
            compiled = getattr(type(x), "__mypyc_attrs__", None)
            for slots in [compiled] if compiled else [getattr(c, "__slots__", ()) for c in type(x).__mro__]:
                for slot in slots:
                    if slot not in ("obj", "type", "target", "implicit", "selection", "file", "scope"):
                        walk(getattr(x, slot, None))

    walk(x)
    return found


def tree(check: Checker) -> list:
    return check.files[0].decls


def var(check: Checker, name: str) -> Var:
    for n in nodes(tree(check), Name):
        if n.text == name and isinstance(n.obj, Var):
            return n.obj
    raise AssertionError(name)


def test_untyped_constants_get_their_final_type_and_value() -> None:
    check, errors = checked("var x float32 = 0.1\nvar y uint8 = 'a' + 1")
    assert not errors
    lits = nodes(tree(check), BasicLit)
    assert str(lits[0].type) == "float32" and lits[0].value == Fraction(13421773, 134217728)
    add = nodes(tree(check), BinaryExpr)[0]
    assert str(add.type) == "uint8" and add.value == 98


def test_operands_of_shifts_and_comparisons() -> None:
    check, errors = checked("func f(s uint, a []int) bool { var x int64 = 1 << s; return 2 < len(a) && x > 0 }")
    assert not errors
    shift, less = [b for b in nodes(tree(check), BinaryExpr) if isinstance(b.x, BasicLit)]
    assert str(shift.type) == "int64" and str(shift.x.type) == "int64"
    assert str(less.x.type) == "int" and str(less.type) == "bool"


def test_an_argument_of_interface_type_keeps_its_own_type() -> None:
    check, errors = checked("func f(x any) {}\nfunc g() { f(1); f(nil) }")
    assert not errors
    one, nil = [c.args[0] for c in nodes(tree(check), CallExpr)]
    assert str(one.type) == "int" and str(nil.type) == "any"


def test_comma_ok() -> None:
    check, errors = checked("func f(m map[string]int) { v, ok := m[`a`]; _, _ = v, ok; _ = m[`b`] }")
    assert not errors
    two, one = nodes(tree(check), IndexExpr)
    assert two.comma_ok and str(two.type) == "(int, bool)"
    assert not one.comma_ok and str(one.type) == "int"


def test_what_happens_to_variables() -> None:
    check, errors = checked("""
type T struct{ a [4]int; p *T }
func (t *T) m() {}
func f() {
    captured := 1
    func() { _ = captured }()
    addressed := 1
    _ = &addressed
    var field, array, method, slice, element T
    _ = &field.a
    _ = &array.a[1]
    method.m()
    _ = slice.a[:]
    _ = element.a[0]
    var pointer T
    _ = &pointer.p.a
    assigned := 1
    assigned = 2
    counted := 0
    counted++
    var ranged int
    for ranged = range 3 {}
    again, fresh := 1, 2
    again, other := 3, 4
    var part T
    part.a[1] = 2
    once := 1
    _, _, _, _, _, _ = assigned, ranged, again, fresh, other, once
}""")
    assert not errors
    for name in ("addressed", "field", "array", "method", "slice"):
        assert var(check, name).addressed, name
    for name in ("element", "pointer", "captured", "once"):
        assert not var(check, name).addressed, name
    assert var(check, "captured").captured and not var(check, "addressed").captured
    for name in ("assigned", "counted", "ranged", "again", "part"):
        assert var(check, name).reassigned, name
    for name in ("fresh", "other", "once", "field"):
        assert not var(check, name).reassigned, name


def test_parameters_of_the_enclosing_function_are_captured() -> None:
    check, errors = checked("func f(outer int) func(int) int { return func(inner int) int { return inner + outer } }")
    assert not errors
    assert var(check, "outer").captured and not var(check, "inner").captured
    assert isinstance(var(check, "inner").owner, FuncLit)


def test_selections() -> None:
    check, errors = checked("""
type E struct{ x int }
func (e *E) m(int) {}
type T struct { *E }
func f(t T) { _ = t.x; _ = t.m; _ = T.m }""")
    assert not errors
    field, value, expression = [s.selection for s in nodes(tree(check), SelectorExpr)]
    assert field is not None and field.index == [0, 0] and field.indirect
    assert value is not None and value.kind == METHOD_VAL and str(value.type) == "func(int)"
    assert expression is not None and expression.kind == METHOD_EXPR
    assert expression is not None and expression.kind == METHOD_EXPR


def test_instances_of_generic_functions() -> None:
    check, errors = checked("""
func Map[E, F any](s []E, f func(E) F) []F { return nil }
func id[T any](x T) T { return x }
var a = Map([]int{1}, func(int) string { return `` })
var b func(int8) int8 = id
var c = id[uint]""")
    assert not errors
    used = [n for n in nodes(tree(check), Name) if n.targs is not None]
    assert [[str(t) for t in n.targs] for n in used] == [["int", "string"], ["int8"], ["uint"]]
    assert str(used[0].type) == "func(s []int, f func(int) string) []string"
    assert str(used[1].type) == "func(x int8) int8"


def test_generic_methods() -> None:
    text = "type T struct{}\nfunc (T) m[P any](p P) P { return p }\nvar x = T{}.m(1)"
    check, errors = checked(text)
    assert not errors
    sel = nodes(tree(check), SelectorExpr)[0]
    assert [str(t) for t in sel.sel.targs] == ["int"]
    _, errors = checked(text, version="go1.26")
    assert errors[0].message == "generic method requires go1.27 or later (-lang was set to go1.26; check go.mod)"


def test_type_switch_variables() -> None:
    check, errors = checked("func f(x any) { switch y := x.(type) { case int: _ = y; case nil, string: _ = y } }")
    assert not errors
    clauses = nodes(tree(check), SwitchStmt)[0].body
    assert [str(c.implicit.type) for c in clauses] == ["int", "any"]


def test_loop_variables_are_per_iteration_since_go1_22() -> None:
    text = "func f(s []int) { for i := 0; i < 3; i++ {}; for _, v := range s { _ = v } }"
    for version, distinct in (("go1.27", True), ("go1.21", False)):
        check, errors = checked(text, version=version)
        assert not errors
        assert nodes(tree(check), ForStmt)[0].distinct_vars is distinct
        assert nodes(tree(check), RangeStmt)[0].distinct_vars is distinct


def test_addresses_and_conversions_are_plain_expressions() -> None:
    check, errors = checked("type T struct{}\nvar p = &T{}\nvar f = float64(1)")
    assert not errors
    assert str(nodes(tree(check), UnaryExpr)[0].type) == "*p.T"
    call = nodes(tree(check), CallExpr)[0]
    assert call.value == 1 and str(call.type) == "float64" and str(call.args[0].type) == "float64"


def test_initialisation_order() -> None:
    text = "var a = b\nvar b = f()\nfunc f() int { return c }\nvar c = 1\n"
    text += "var d, e = g()\nfunc g() (int, int) { return a, 0 }"
    for lazy in (False, True):
        check, errors = checked(text, lazy)
        order = [[v.name for v in i.lhs] for i in check.init_order()]
        assert not errors
        assert order == [["c"], ["b"], ["a"], ["d", "e"]]


def test_objects_are_typed_when_asked_for() -> None:
    check, errors = checked("type T struct{ u U }\ntype U int\ntype V bad\nvar x T = wrong\nfunc f() { wrong() }", True)
    t = check.pkg.scope.lookup("T")
    assert t is not None and t.type is None
    check.resolve(t)
    assert str(t.type.underlying()) == "struct{u p.U}"
    x = check.pkg.scope.lookup("x")
    assert isinstance(x, Var)
    check.resolve(x)
    assert str(x.type) == "p.T" and not errors
    check.check_var_init(x)
    assert [d.message for d in errors] == ["undefined: wrong"]


def test_bodies_are_checked_once() -> None:
    check, errors = checked("func f() { wrong() }", True)
    f = check.pkg.scope.lookup("f")
    assert isinstance(f, Func)
    check.check_body(f)
    check.check_body(f)
    check.check_all()
    assert [d.message for d in errors] == ["undefined: wrong"]


def test_deep_nesting_is_an_error_or_fine() -> None:
    for text in (
        "var x = " + "1 + " * 20000 + "1",
        "var x = " + "(" * 3000 + "1" + ")" * 3000,
        "var x " + "[]" * 3000 + "int",
        "func f(b bool) { " + "if b {} else " * 3000 + "{} }",
    ):
        _, errors = checked(text)
        assert all("nest" in d.message for d in errors)


