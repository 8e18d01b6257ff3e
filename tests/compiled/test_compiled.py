"""What holds for the compiled core beyond the tests that it shares with the interpreted one.

    python -m pytest -o pythonpath="build/compiled tests"

runs all tests with it; docs/compiled.md says how it is built.
"""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path

import pytest

import goes
from goes.cli.progress import on_big_stack
from goes.diag.diagnostic import Diagnostic
from goes.diag.source import SourceSet
from goes.syntax.parser import parse_file
from goes.types.checker import Checker, Importer

ROOT = Path(__file__).parents[2]
IS_COMPILED = Path(goes.__file__ or "").parents[1].name == "compiled"


def compiled_modules() -> list[str]:
    """The modules that setup.py compiles."""
    spec = importlib.util.spec_from_file_location("goes_setup", ROOT / "setup.py")
    assert spec is not None and spec.loader is not None
    setup = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(setup)
    return [
        ".".join(p.relative_to(ROOT / "src").with_suffix("").parts)
        for room, interpreted in setup.COMPILED.items()
        for p in sorted((ROOT / "src" / "goes" / room).glob("*.py"))
        if p.name != "__init__.py" and p.name not in interpreted
    ]


@pytest.mark.skipif(not IS_COMPILED, reason="the core is interpreted")
def test_the_compiled_core_is_what_runs() -> None:
    interpreted = [m for m in compiled_modules() if not str(importlib.import_module(m).__file__).endswith(".so")]
    assert interpreted == []


def check(text: str, _b: None, _c: None, _d: None) -> list[str]:
    """The errors of a package of one file."""
    errors: list[Diagnostic] = []
    sources = SourceSet()
    file = parse_file(sources.add("x.go", text.encode()), errors)
    if file is not None and not errors:
        checker = Checker("p", "p", sources, Importer(), "go1.27", errors)
        checker.declare([file])
        checker.check_all()
    return [d.message for d in errors]


def nested(head: str, opening: str, middle: str, closing: str, tail: str, depth: int) -> str:
    return head + opening * depth + middle + closing * depth + tail


DEEP = {
    "parentheses": ("package p; var x = ", "(", "1", ")", "\n"),
    "unary": ("package p; var x = ", "^", "1", "", "\n"),
    "binary": ("package p; var x = 0", "+1", "", "", "\n"),
    "right operands": ("package p; var x = ", "1+(", "1", ")", "\n"),
    "indexing": ("package p; var a []int; var x = ", "a[", "0", "]", "\n"),
    "calls": ("package p; func f(int) int; var x = ", "f(", "0", ")", "\n"),
    "selectors": ("package p; type T struct{ f *T }; var t T; var x = t", ".f", "", "", "\n"),
    "pointers": ("package p; var x ", "*", "int", "", "\n"),
    "slices": ("package p; var x ", "[]", "int", "", "\n"),
    "maps": ("package p; var x ", "map[int]", "int", "", "\n"),
    "structs": ("package p; var x ", "struct{ f ", "int", " }", "\n"),
    "interfaces": ("package p; var x ", "interface{ m() ", "int", " }", "\n"),
    "functions": ("package p; var x ", "func() ", "int", "", "\n"),
    "literals": ("package p; var x = ", "[]any{", "1", "}", "\n"),
    "closures": ("package p; func f() { ", "func() { ", "", " }()", "}\n"),
    "blocks": ("package p; func f() { ", "{ ", "", " }", "}\n"),
    "ifs": ("package p; func f() { ", "if true { ", "", " }", "}\n"),
    "else-ifs": ("package p; func f() { if true {} ", "else if true {} ", "", "", "}\n"),
    "type arguments": ("package p; type G[P any] struct{}; var x ", "G[", "int", "]", "\n"),
}


# Checked in time that grows with the square of the depth.
SLOW = ("interfaces", "functions", "type arguments")


@pytest.mark.parametrize("shape", DEEP)
def test_deep_nesting_ends_in_a_result_or_a_diagnostic(shape: str) -> None:
    """Never in a crash: a compiled function that recurses without a limit takes the process with it."""
    text = nested(*DEEP[shape], 300 if shape in SLOW else 10_000)
    errors = on_big_stack(check, text, None, None, None)
    assert all("nest" in e for e in errors)
