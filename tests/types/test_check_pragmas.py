"""Rules about directives. The messages are those of the official compiler for the same text."""

from __future__ import annotations

import pytest
from test_check_annotations import checked


def messages(text: str, complete: bool = True) -> list[str]:
    check, errors = checked(text, True)
    check.check_all(complete)
    return [d.message for d in errors]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("//go:noinline\nvar d int", "misplaced compiler directive"),
        ("//go:embed x\nfunc f() {}", "misplaced go:embed directive"),
        ("//go:linkname g h\nfunc g() {}", '//go:linkname only allowed in Go files that import "unsafe"'),
        ('import _ "unsafe"\n//go:linkname a b', "//go:linkname must refer to declared function or variable"),
        ("//go:linkname a b c d\nfunc f() {}", "usage: //go:linkname localname [linkname]"),
        ("func h()", "missing function body"),
        ("//go:noescape\nfunc i() {}", "can only use //go:noescape with external func implementations"),
        ("//go:systemstack\nfunc j() {}", "//go:systemstack only allowed in runtime"),
        (
            "//go:embed x\nvar e string",
            'go:embed requires import "embed" (or import _ "embed", if package is not used)',
        ),
    ],
)
def test_message(text: str, message: str) -> None:
    assert messages(text) == [message]


def test_functions_may_be_written_in_assembly_or_elsewhere() -> None:
    assert messages("func h()", complete=False) == []
    assert messages('import _ "unsafe"\n//go:linkname h runtime.h\nfunc h()') == []
