"""Syntax errors are gc's: same message, same place, none more and none less, on gc's own annotated files."""

from __future__ import annotations

import re

import pytest
from gc_annotations import expected_errors
from official import GOROOT

from goes.diag.diagnostic import Diagnostic
from goes.diag.source import SourceSet
from goes.syntax.nodes import FuncDecl
from goes.syntax.parser import parse_body, parse_file

FILES = sorted((GOROOT / "src/cmd/compile/internal/syntax/testdata").glob("*.go"))


def test_the_corpus_is_there() -> None:
    assert len(FILES) > 25


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_errors_are_those_of_gc(path) -> None:
    data = path.read_bytes()
    expected = expected_errors(path.name, data)
    source = SourceSet().add(path.name, data)
    errors: list[Diagnostic] = []
    parse_file(source, errors, branches=True)
    for error in errors:
        at = source.position(error.pos)
        key = (at.line, at.column)
        if key not in expected:
            key = (at.line, 0)
        assert key in expected, f"{at}: unexpected error: {error.message}"
        pattern = expected.pop(key)
        assert re.search(pattern, error.message), f"{at}: {error.message!r} does not match {pattern!r}"
    assert not expected


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_bodies_parsed_later_give_the_same_first_error(path) -> None:
    """Skipping bodies and parsing them afterwards keeps the messages. (Recovery from an error that runs beyond its
    body is confined to the body, so only the first error of a file is sure to be the same.)"""
    data = path.read_bytes()
    eager: list[Diagnostic] = []
    lazy: list[Diagnostic] = []
    parse_file(SourceSet().add(path.name, data), eager, branches=True)
    file = parse_file(SourceSet().add(path.name, data), lazy, lazy_bodies=True)
    if file is not None:
        for decl in file.decls:
            if isinstance(decl, FuncDecl):
                parse_body(file, decl, lazy, branches=True)
    first = sorted((e.pos, e.message) for e in eager)[:1]
    assert sorted((e.pos, e.message) for e in lazy)[:1] == first
