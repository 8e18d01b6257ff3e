"""Directives in the wrong place or form are reported as gc does (recorded from go tool compile)."""

from __future__ import annotations

import pytest

from goes.diag.diagnostic import Diagnostic
from goes.diag.source import SourceSet
from goes.syntax.parser import parse_file
from goes.syntax.pragmas import check_declarations, check_directives

CASES = [
    ('//go:linkname f\nfunc f() {}', '4:3: //go:linkname only allowed in Go files that import "unsafe"'),
    ('import _ "unsafe"\n//go:linkname g x.y', "5:3: //go:linkname must refer to declared function or variable"),
    ('import _ "unsafe"\n//go:linkname f a b c\nfunc f() {}', "5:3: usage: //go:linkname localname [linkname]"),
    ('import _ "unsafe"\n//go:linkname f a\n//go:linkname f b\nfunc f() {}', "6:3: duplicate //go:linkname for f"),
    ("//go:embed x\nvar s string",
     '4:3: go:embed requires import "embed" (or import _ "embed", if package is not used)'),
    ('import _ "embed"\n//go:embed x\nvar s, t string', "5:3: go:embed cannot apply to multiple vars"),
    ('import _ "embed"\n//go:embed x\nvar s = ""', "5:3: go:embed cannot apply to var with initializer"),
    ('import _ "embed"\n//go:embed x\nfunc f() {}', "5:3: misplaced go:embed directive"),
    ('import _ "embed"\n//go:embed\nvar s string', "5:3: usage: //go:embed pattern..."),
    ('import _ "embed"\nfunc f() {\n\t//go:embed x\n\tvar s string\n\t_ = s\n}',
     "6:4: go:embed cannot apply to var inside func"),
    ("//go:noinline\nvar x int", "4:3: misplaced compiler directive"),
    ("//go:noinline\ntype T int", "4:3: misplaced compiler directive"),
    ("//go:noescape\nfunc f() {}", "5:6: can only use //go:noescape with external func implementations"),
    ("func f()", "4:6: missing function body"),
    ("//go:systemstack\nfunc f() {}", "4:3: //go:systemstack only allowed in runtime"),
    ("//go:cgo_ldflag x\nfunc f() {}", "4:3: //go:cgo_ldflag x only allowed in cgo-generated code"),
    ("//go:uintptrkeepalive\n//go:nosplit\nfunc f() {}",
     "4:3: //go:uintptrkeepalive is only allowed in the standard library"),
]


def problems(text: str, is_std: bool = False, complete: bool = True) -> list[str]:
    source = SourceSet().add("a.go", b"// first\n\npackage p\n" + text.encode())
    errors: list[Diagnostic] = []
    file = parse_file(source, errors)
    assert file is not None
    errors += check_directives(file, is_std, is_std) + check_declarations([file], complete)
    where = [(source.position(e.pos), e.message) for e in errors]
    return [f"{p.line}:{p.column}: {message}" for p, message in where]


@pytest.mark.parametrize("text, error", CASES)
def test_a_directive_in_error(text: str, error: str) -> None:
    assert problems(text) == [error]


def test_std_may_do_more_and_must_not_invent() -> None:
    assert problems("//go:systemstack\nfunc f() {}", is_std=True) == []
    refused = "4:3: //go:novel is not allowed in the standard library"
    assert problems("//go:novel\nfunc f() {}", is_std=True) == [refused]


def test_with_assembly_functions_need_no_body() -> None:
    assert problems("//go:noescape\nfunc f()", complete=False) == []
    assert problems('import _ "unsafe"\n//go:linkname f x.f\nfunc f()') == []
