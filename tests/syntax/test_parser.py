"""The parser: shapes and places of nodes, directives, lazy bodies, limits."""

from __future__ import annotations

import random
import threading

import pytest

from goes.diag.diagnostic import Diagnostic
from goes.diag.source import SourceFile, SourceSet
from goes.syntax import nodes as n
from goes.syntax.exprstring import expr_string
from goes.syntax.parser import parse_body, parse_file
from goes.syntax.positions import end_pos, start_pos


def parse(text: str, name: str = "a.go", lazy: bool = False) -> tuple[n.File | None, list[str], SourceFile]:
    source = SourceSet().add(name, text.encode())
    errors: list[Diagnostic] = []
    file = parse_file(source, errors, lazy)
    return file, [f"{source.position(e.pos)}: {e.message}" for e in errors], source


def good(text: str, lazy: bool = False) -> n.File:
    file, errors, _ = parse(text, lazy=lazy)
    assert errors == []
    assert file is not None
    return file


def expr(text: str) -> n.Expr:
    decl = good("package p\nvar _ = " + text).decls[0]
    assert isinstance(decl, n.VarDecl)
    return decl.values[0]


def stmt(text: str) -> n.Stmt:
    decl = good("package p\nfunc _() {\n" + text + "\n}").decls[0]
    assert isinstance(decl, n.FuncDecl) and decl.body is not None
    return decl.body.stmts[0]


@pytest.mark.parametrize(
    "text",
    [
        "x", "a + b * c", "(a + b) * c", "-x", "*p", "&T{}", "<-c", "f(a, b...)", "x[i]", "x[i:j]", "x[:j:k]", "x.(T)",
        "m[K, V](x)", "p.T{…}", "[]int{…}", "[...]int{…}", "func() {}", "func(x int) (a, b T) {…}",
        "struct{x, y int; T; z *p.U \"tag\"}{}", "interface{m(x int) string; ~int | string}(nil)",
        "chan int(nil)", "(<-chan int)(nil)", "(chan (<-chan int))(nil)", "map[string][]int{}",
        "func(a, b int, c ...string) {…}",
    ],
)
def test_messages_quote_expressions_as_written(text: str) -> None:
    assert expr_string(expr(text.replace("{…}", "{1}") if "func" not in text else text.replace("…", "f()"))) == text


@pytest.mark.parametrize(
    "text, mark",
    [
        ("a + b", "+"), ("f(x)", "("), ("x[i]", "["), ("x.y", "."), ("x.(T)", "."), ("T{}", "{"),
        ("*p", "*"), ("(x)", "("), ("func() {}", "func"), ("[]int{}", "{"),
    ],
)
def test_a_node_stands_where_gc_puts_it(text: str, mark: str) -> None:
    source = "package p\nvar _ = " + text
    x = expr(text)
    assert x.pos - 1 == source.index(mark, source.index("= ") + 2)
    assert start_pos(x) - 1 == source.index("= ") + 2


def test_a_slice_expression_begins_at_its_bracket() -> None:
    """As in gc, whose messages depend on it."""
    x = expr("x[i:j]")
    assert start_pos(x) == x.pos == len("package p\nvar _ = x") + 1


def test_the_end_of_a_node() -> None:
    assert end_pos(expr("a + bcd")) - 1 == len("package p\nvar _ = a + bcd")


def test_statements_stand_at_their_operator() -> None:
    start = len("package p\nfunc _() {\n") + 1
    assert stmt("x = 1").pos == start + 2
    assert stmt("x += 1").pos == start + 2
    assert stmt("L: return").pos == start + 1
    assert stmt("f()").pos == start + 1
    assert stmt("c <- x").pos == start + 2
    loop = stmt("for i := range x {}")
    assert isinstance(loop, n.RangeStmt)
    assert loop.pos == start and loop.range_pos == start + 9 and loop.define


def test_increment_is_an_assignment_without_right_side() -> None:
    s = stmt("x++")
    assert isinstance(s, n.AssignStmt) and s.rhs == []


def test_type_parameters_and_arrays_are_told_apart() -> None:
    file = good("package p\ntype A [N]int\ntype B [P any] struct{}\ntype C [P *T,] int\ntype D [P *[]int] int\n"
                "type E [N * M]int\ntype F [P interface{}, Q ~int|string] int")
    shapes = [(d.name.text, len(d.tparams)) for d in file.decls if isinstance(d, n.TypeDecl)]
    assert shapes == [("A", 0), ("B", 1), ("C", 1), ("D", 1), ("E", 0), ("F", 2)]


def test_names_of_one_parameter_group_share_the_type() -> None:
    decl = good("package p\nfunc f(a, b int, c string) {}").decls[0]
    assert isinstance(decl, n.FuncDecl)
    a, b, c = decl.func_type.params
    assert a.type_expr is b.type_expr and c.type_expr is not b.type_expr


def test_constants_know_their_iota() -> None:
    file = good("package p\nconst (\na = iota\nb\n)\nconst c = 1")
    decls = [d for d in file.decls if isinstance(d, n.ConstDecl)]
    seen = [(d.names[0].text, d.iota, d.values == []) for d in decls]
    assert seen == [("a", 0, False), ("b", 1, True), ("c", 0, False)]
    assert decls[0].group is decls[1].group and decls[2].group is None


def test_a_literal_in_a_header_needs_parentheses() -> None:
    _, errors, _ = parse("package p\nfunc f() { if x == T{} { } }")
    assert errors and "syntax error" in errors[0]
    good("package p\nfunc f() { if x == (T{}) { } }")


@pytest.mark.parametrize(
    "text, error",
    [
        ("x := 1", "a.go:1:1: syntax error: package statement must be first"),
        ("package p\nx := 1", "a.go:2:1: syntax error: non-declaration statement outside function body"),
        ("package p\nfunc f()\n{\n}", "a.go:3:1: syntax error: unexpected semicolon or newline before {"),
        ("package p\nfunc f() { if x = 1 { } }", "a.go:2:17: syntax error: cannot use assignment x = 1 as value"),
        ("package p\nfunc f() { x y }", "a.go:2:14: syntax error: unexpected name y at end of statement"),
        ("package p\nvar x = ", "a.go:2:9: syntax error: unexpected EOF, expected expression"),
        ("package p\nfunc f(a int, []string) {}", "a.go:2:15: syntax error: missing parameter name"),
        ("package p\nfunc f(a int, string) {}", "a.go:2:21: syntax error: missing parameter type"),
        ("package p\nimport 1", "a.go:2:8: syntax error: import path must be a string"),
        ("package p\nvar x int\nimport \"fmt\"",
         "a.go:3:1: syntax error: imports must appear before other declarations"),
        ("package p\nfunc (a, b T) f() {}", "a.go:2:15: method has multiple receivers"),
        ("package p\nfunc f() { defer (g()) }", "a.go:2:18: expression in defer must not be parenthesized"),
        ("package p\nvar _ = x[1::3]", "a.go:2:13: middle index required in 3-index slice"),
        ("package p\nvar x int //go:noinline", "a.go:2:13: misplaced compiler directive"),
        ("package p\n//go:noinline\nvar (\nx int)", "a.go:2:3: misplaced compiler directive"),
    ],
)
def test_errors(text: str, error: str) -> None:
    assert error in parse(text)[1]


def test_directives_belong_to_the_next_declaration() -> None:
    file = good("package p\n\n//go:noinline\n// note\n//go:nosplit\nfunc f() {}\n\nfunc g() {}\n"
                "//go:embed a.txt\nvar x string")
    assert [[d.text for d in decl.directives] for decl in file.decls] == [
        ["go:noinline", "go:nosplit"], [], ["go:embed a.txt"]
    ]
    assert len(file.directives) == 3


def test_the_build_line_gives_the_language_version() -> None:
    assert good("//go:build go1.22 && linux\npackage p").go_version == "go1.22"
    assert good("//go:build linux || go1.22\npackage p").go_version == ""


def test_line_directives_move_positions() -> None:
    _, errors, _ = parse("package p\n//line gen.y:10\nx\n/*line :7:3*/y", name="dir/a.go")
    assert errors[0].startswith("dir/gen.y:10: syntax error: non-declaration")
    _, errors, _ = parse("package p\n//line a:0\n//line b:x")
    assert errors == ["a.go:2:10: invalid line number: 0", "a.go:3:10: invalid line number: x"]


SKIPPED = """package p
func f() { s := "}"; r := '}'; /* } */ // }
//go:linkname a b
if x { y() } }
func g() int { return 1 }
"""


def test_a_body_can_be_parsed_later() -> None:
    file = good(SKIPPED, lazy=True)
    f, g = file.decls
    assert isinstance(f, n.FuncDecl) and isinstance(g, n.FuncDecl)
    assert f.body is None and f.has_body and f.lazy is not None
    eager = good(SKIPPED).decls[0]
    assert isinstance(eager, n.FuncDecl) and eager.body is not None
    errors: list[Diagnostic] = []
    parse_body(file, f, errors)
    assert errors == [] and f.body is not None and f.lazy is None
    assert [s.pos for s in f.body.stmts] == [s.pos for s in eager.body.stmts]
    assert f.body.rbrace == eager.body.rbrace
    assert [d.text for d in file.directives] == ["go:linkname a b"]


def run_with_big_stack(text: str) -> list[str]:
    result: list[str] = []
    threading.stack_size(512 << 20)
    thread = threading.Thread(target=lambda: result.extend(parse(text)[1]))
    thread.start()
    thread.join()
    threading.stack_size(0)
    return result


@pytest.mark.parametrize(
    "opening, closing",
    [("var _ = " + "(" * 100_000, ")"), ("var _ = " + "!" * 100_000, "x"), ("var _ " + "[]" * 100_000, "int"),
     ("var _ = " + "T{" * 100_000, "}"), ("func f() {" + "if x {} else " * 100_000, "{}}"),
     ("func f() " + "{" * 100_000, ""), ("type T " + "struct { x " * 100_000, ""), ("var _ = " + "f(" * 100_000, ""),
     ("var _ = " + "func() { x = " * 100_000, ""), ("func f() {" + "L: " * 100_000, "}")],
)
def test_deep_nesting_is_an_error_not_a_crash(opening: str, closing: str) -> None:
    errors = run_with_big_stack("package p\n" + opening + closing)
    assert any("exceeded max nesting depth" in e for e in errors)


def test_moderate_nesting_is_fine() -> None:
    assert run_with_big_stack("package p\nvar _ = " + "(" * 9_000 + "1" + ")" * 9_000) == []


def test_a_long_sum_is_not_nested() -> None:
    file = good("package p\nvar _ = 1" + " + 1" * 50_000)
    decl = file.decls[0]
    assert isinstance(decl, n.VarDecl)
    assert len(expr_string(decl.values[0])) == 4 * 50_000 + 1


def test_no_input_makes_the_parser_fail() -> None:
    words = ("( ) { } [ ] , ; : := = . ... x y 1 \"s\" + * & <- ~ | ++ += func type var const import if else for range "
             "switch case default select go defer return break goto chan map struct interface \n").split(" ")
    random_source = random.Random(11)
    for _ in range(3000):
        text = " ".join(random_source.choice(words) for _ in range(random_source.randrange(30)))
        parse("package p\n" + text)
        parse("package p\nfunc f() {" + text + "}", lazy=True)
