"""Build the SSA of a Go snippet without imports."""

from __future__ import annotations

from goes.diag.diagnostic import Diagnostic
from goes.diag.source import SourceSet
from goes.ssa import instr as ir
from goes.ssa.function import Function
from goes.ssa.printer import print_function
from goes.ssa.program import Program, Resolver
from goes.ssa.verify import verify
from goes.syntax.parser import parse_file
from goes.types.checker import Checker, Importer, ImportFailed
from goes.types.objects import Func, Package, TypeName
from goes.types.types import Named
from goes.types.universe import UNSAFE


class NoImports(Importer):
    def import_package(self, path: str, from_pkg: Package) -> Package:
        if path == "unsafe":
            return UNSAFE
        raise ImportFailed(f"no package {path}")


class Snippet:
    """A checked package p."""

    def __init__(self, source: str) -> None:
        self.sources = SourceSet()
        errors: list[Diagnostic] = []
        data = ("package p\n" + source).encode()
        file = parse_file(self.sources.add("p.go", data), errors, False, True)
        assert file is not None
        self.checker = Checker("p", "p", self.sources, NoImports(), "go1.27", errors)
        self.checker.declare([file])
        self.checker.check_all()
        problems = [f"{self.sources.position(d.pos)}: {d.message}" for d in errors if not d.soft]
        assert not problems, problems
        self.program = Program(self.sources, Resolver())

    def function(self, name: str) -> Function:
        """Build the function, or method "T.m", and everything it refers to; all must verify."""
        owner, _, method = name.partition(".")
        obj = self.checker.pkg.scope.lookup(owner)
        assert obj is not None, name
        if method:
            assert isinstance(obj, TypeName) and isinstance(obj.type, Named)
            found = [m for m in obj.type.methods() if m.name == method]
            fn = self.program.method(found[0], [])
        else:
            assert isinstance(obj, Func)
            fn = self.program.function(obj, [])
        self.build_all(fn)
        return fn

    def build_all(self, fn: Function) -> None:
        work = [fn]
        seen: set[Function] = set()
        while work:
            f = work.pop()
            if f in seen:
                continue
            seen.add(f)
            self.program.build(f)
            assert verify(f) == [], print_function(f)
            work.extend(f.anonymous)
            for b in f.blocks:
                for i in b.instrs:
                    if isinstance(i, (ir.CallStatic, ir.MakeClosure)):
                        work.append(i.function)
                    for v in i.operands():
                        if isinstance(v, ir.FuncRef):
                            work.append(v.function)


def build(source: str, name: str = "f") -> Function:
    """The function `name` of the snippet."""
    return Snippet(source).function(name)


def instrs(fn: Function, kind: type[ir.Instr]) -> list[ir.Instr]:
    return [i for b in fn.blocks for i in b.instrs if isinstance(i, kind)]


def body(fn: Function) -> str:
    """The printed function, one instruction a line, without types and comments."""
    out: list[str] = []
    for line in print_function(fn).splitlines()[1:]:
        out.append(line[:64].rstrip())
    return "\n".join(out)
