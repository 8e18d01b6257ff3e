"""Build constraints and the context they are checked against."""

from __future__ import annotations

import pytest

from goes.load.constraint import HeaderError, name_matches, read_constraint
from goes.load.context import BuildContext, make_context
from goes.load.embed import match
from goes.load.header import read_header
from goes.syntax.constraint import ConstraintError, go_version, parse_line


@pytest.mark.parametrize(
    "name, expected",
    [
        ("a.go", True), ("linux.go", True), ("a_linux.go", True), ("a_windows.go", False), ("a_amd64.go", True),
        ("a_linux_arm64.go", False), ("a_linux_amd64_test.go", True), ("a_windows_test.go", False), ("a_unix.go", True),
        ("a_test.go", True), ("amd64_linux_x.go", True), ("a_linux.x.go", True),
    ],
)
def test_names(context: BuildContext, name: str, expected: bool) -> None:
    assert name_matches(context, name) is expected


@pytest.mark.parametrize(
    "header, expected",
    [
        ("", True), ("//go:build linux\n\n", True), ("//go:build !linux\n\n", False), ("//go:build cgo\n\n", False),
        ("//go:build go1.27 && gc && unix && amd64.v1\n\n", True), ("//go:build go1.28 || amd64.v2\n\n", False),
        ("//go:build goexperiment.greenteagc\n\n", True), ("//go:build goexperiment.arenas\n\n", False),
        ("// +build windows linux\n\n", True), ("// +build windows\n// +build linux\n\n", False),
        ("// +build linux,!amd64\n\n", False), ("// +build windows\n", True), ("// x\n/* y */ //go:build a\n\n", True),
        ("/*\n//go:build windows\n*/\n\n", True), ("package p\n//go:build windows\n", True),
    ],
)
def test_headers(context: BuildContext, header: str, expected: bool) -> None:
    assert read_constraint((header + "package p\n").encode()).matches(context) is expected


def test_a_constraint_line_in_error(context: BuildContext) -> None:
    with pytest.raises(HeaderError, match="parsing //go:build line: unexpected token"):
        read_constraint(b"//go:build a b\n\npackage p").matches(context)
    with pytest.raises(HeaderError, match="multiple //go:build comments"):
        read_constraint(b"//go:build a\n//go:build b\n\npackage p").matches(context)


@pytest.mark.parametrize(
    "text, message",
    [
        ("", "unexpected end of expression"), ("(a", "missing close paren"), ("a)", "unexpected token )"),
        ("!!a", "double negation not allowed"), ("a & b", "invalid syntax at &"), ("a-b", "invalid syntax at -"),
        ("(", "missing close paren"), ("a ||", "unexpected end of expression"),
        ("(" * 5000 + "a", "build expression too large"),
    ],
)
def test_expressions_in_error(text: str, message: str) -> None:
    with pytest.raises(ConstraintError) as caught:
        parse_line("//go:build " + text)
    assert caught.value.message == message


def test_expressions_print() -> None:
    assert str(parse_line("//go:build (a||!b)&&c")) == "(a || !b) && c"
    assert str(parse_line("// +build a,!b c")) == "(a && !b) || c"


@pytest.mark.parametrize(
    "text, version",
    [("go1.22", "go1.22"), ("go1.20 && go1.22", "go1.22"), ("go1.20 || go1.22", "go1.20"), ("!go1.22", ""),
     ("linux", ""), ("!(!go1.21)", "go1.21"), ("!(go1.20 && !go1.21)", ""), ("go1", "go1")],
)
def test_the_version_a_constraint_implies(text: str, version: str) -> None:
    assert go_version(parse_line("//go:build " + text)) == version


def test_experiments_can_be_switched() -> None:
    env = {"GOOS": "linux", "GOARCH": "amd64", "HOME": "/x", "GOEXPERIMENT": "nojsonv2,arenas", "GOAMD64": "v3"}
    context = make_context(env, ["mine"])
    for tag in ("goexperiment.arenas", "mine", "amd64.v3", "goexperiment.regabiargs"):
        assert context.satisfied(tag)
    for tag in ("goexperiment.jsonv2", "amd64.v4", "cgo", "darwin"):
        assert not context.satisfied(tag)


@pytest.mark.parametrize(
    "pattern, name, expected",
    [("*.txt", "a.txt", True), ("*", "a/b", False), ("a?c", "abc", True), ("[a-c]x", "bx", True),
     ("[^a-c]x", "bx", False),
     ("a*b*c", "aXbYc", True), ("a*b", "ab", True), ("\\*", "*", True), ("*", ".hidden", True), ("a", "ab", False)],
)
def test_embed_patterns(pattern: str, name: str, expected: bool) -> None:
    assert match(pattern, name) is expected


def test_a_header_needs_no_body() -> None:
    header = read_header(b'// c\npackage p\nimport (\n\tf "fmt"\n\t. "os"; `io`\n)\nimport _ "C"\nfunc {{{ broken')
    assert header.error is None and header.name == "p" and header.uses_cgo
    assert [(i.text, i.line, i.column) for i in header.imports] == [
        ("fmt", 4, 2), ("os", 5, 2), ("io", 5, 10), ("C", 7, 8)
    ]
