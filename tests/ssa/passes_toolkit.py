"""Go snippets to SSA, with and without the passes.

same("func f(n int) int { return n + 1 }", [41])   →   "= 42"      before and after
"""

from __future__ import annotations

import sys
from typing import Any

from interpreter import Interpreter

from goes.diag.diagnostic import Diagnostic
from goes.diag.source import SourceSet
from goes.ssa.function import Function
from goes.ssa.passes import Context
from goes.ssa.passes.context import Decisions
from goes.ssa.program import Program, Resolver
from goes.ssa.verify import verify
from goes.syntax.parser import parse_file
from goes.types.checker import Checker, Importer, ImportFailed
from goes.types.objects import Func, Package, TypeName
from goes.types.types import Named
from goes.types.universe import UNSAFE
from goes.work.analysis import Analysis, Intrinsics, Observer


class NoImports(Importer):
    def import_package(self, path: str, from_pkg: Package) -> Package:
        if path == "unsafe":
            return UNSAFE
        raise ImportFailed("no imports here")


class NoIntrinsics(Intrinsics):
    def is_intrinsic(self, name: str) -> bool:
        return False


class Verifying(Observer):
    """Verifies after every pass and remembers which passes ran."""

    def __init__(self) -> None:
        self.ran: set[str] = set()

    def passed(self, fn: Function, name: str) -> None:
        self.ran.add(name)
        errors = verify(fn)
        assert not errors, f"after {name}: " + "; ".join(errors)


class Compiled:
    """One file, checked; `prepared`: passes run on whatever is asked for."""

    def __init__(
        self, source: str, prepared: bool, path: str = "main", inline: bool = True, decisions: Decisions | None = None
    ) -> None:
        sys.setrecursionlimit(100_000)
        errors: list[Diagnostic] = []
        self.sources = SourceSet()
        if not source.lstrip().startswith("package"):
            source = "package main\n" + source
        file = parse_file(self.sources.add("x.go", source.encode()), errors, False, True)
        assert file is not None and not errors, [e.message for e in errors]
        self.checker = Checker(path, path, self.sources, NoImports(), "go1.27", errors, is_std=path == "runtime")
        self.checker.declare([file])
        self.checker.check_all()
        assert not errors, [f"{self.sources.position(e.pos)}: {e.message}" for e in errors]
        self.program = Program(self.sources, Resolver())
        self.analysis = Analysis(self.program, NoIntrinsics(), inline, decisions)
        self.analysis.observer = Verifying()
        self.prepared = prepared

    def prepare(self, fn: Function) -> None:
        if self.prepared:
            self.analysis.prepare(fn)
        else:
            self.program.build(fn)

    def function(self, name: str) -> Function:
        """A function, or a method written T.m."""
        scope = self.checker.pkg.scope
        if "." in name:
            owner, method = name.split(".")
            named = scope.lookup(owner)
            assert isinstance(named, TypeName) and isinstance(named.type, Named)
            obj = next(m for m in named.type.methods() if m.name == method)
        else:
            found = scope.lookup(name)
            assert isinstance(found, Func), name
            obj = found
        fn = self.program.function(obj, [])
        self.prepare(fn)
        return fn

    def interpreter(self) -> Interpreter:
        interpreter = Interpreter(self.program, self.prepare)
        inits = self.checker.init_order()
        if inits:
            fn = self.program.package_init(self.checker.pkg, inits)
            interpreter.call(fn, [], [], None)
        return interpreter


def same(source: str, *calls: list[Any], name: str = "f") -> str:
    """Check that passes change nothing one can see; returns the last outcome."""
    plain = Compiled(source, False)
    passed = Compiled(source, True)
    after = ""
    for args in calls or ([],):
        before = plain.interpreter().run(plain.function(name), list(args))
        after = passed.interpreter().run(passed.function(name), list(args))
        assert before == after, f"{name}{args}: {before!r} became {after!r}"
    return after


__all__ = ["Compiled", "Context", "Verifying", "same"]
