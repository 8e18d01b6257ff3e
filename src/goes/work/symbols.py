"""From link names back to declarations.

    "sync.runtime_Semacquire"  →  runtime's sync_runtime_Semacquire (pushed by //go:linkname)
    "fmt.(*pp).printArg"       →  the method printArg of *pp in fmt

Assembly and body-less declarations know functions and variables by link name only; this index finds what defines them. It is
built from syntax alone, so nothing is typed that is not needed.
"""

from __future__ import annotations

from typing import final

from ..load.overlay import function_spelling, is_generic
from ..ssa.program import Resolver
from ..syntax.nodes import File, FuncDecl, VarDecl
from ..types.linkname import escape_path
from ..types.objects import Func, Package, Var
from ..types.types import Named
from .packages import Packages


@final
class Linkname:
    """One //go:linkname directive: local name and target ("" for the one-argument form)."""

    __slots__ = ("package", "local", "target")

    def __init__(self, package: str, local: str, target: str) -> None:
        self.package = package
        self.local = local
        self.target = target


def linknames(package: str, files: list[File]) -> list[Linkname]:
    """All linkname directives of a package in source order."""
    out: list[Linkname] = []
    for f in files:
        for d in f.directives:
            if d.text.startswith("go:linkname ") or d.text.startswith("go:linknamestd "):
                words = d.text.split()
                if len(words) >= 2:
                    out.append(Linkname(package, words[1], words[2] if len(words) > 2 else ""))
    return out


@final
class SymbolIndex:
    """Functions and variables of all packages of a build by link name."""

    __slots__ = ("packages", "_functions", "_vars", "_prefixes", "_filled")

    def __init__(self, packages: Packages) -> None:
        self.packages = packages
        self._functions: dict[str, tuple[str, FuncDecl]] = {}
        self._vars: dict[str, tuple[str, str]] = {}
        self._prefixes: dict[str, str] = {}
        self._filled = False

    def _fill(self) -> None:
        """Read all declarations, once."""
        if self._filled:
            return
        self._filled = True
        packages = self.packages
        renames: list[tuple[Linkname, bool]] = []
        for path in sorted(packages.inputs):
            self._add(path, packages.parse(path), renames)
        for link, is_function in renames:
            prefix = escape_path(packages.inputs[link.package].link_path)
            if is_function:
                decl = self._functions.pop(f"{prefix}.{link.local}", None)
                if decl is not None:
                    self._functions[link.target] = decl
            else:
                self._vars.setdefault(link.target, (link.package, link.local))

    def _add(self, path: str, files: list[File], renames: list[tuple[Linkname, bool]]) -> None:
        prefix = escape_path(self.packages.inputs[path].link_path)
        bodies: dict[str, bool] = {}
        names: set[str] = set()
        links = linknames(path, files)
        linked = {l.local: l for l in links if l.target}
        for f in files:
            for d in f.decls:
                if isinstance(d, FuncDecl):
                    spelling = function_spelling(d)
                    bodies[spelling] = d.has_body
                    if not is_generic(d) and spelling not in ("init", "_"):
                        self._functions.setdefault(f"{prefix}.{spelling}", (path, d))
                elif isinstance(d, VarDecl):
                    for n in d.names:
                        if n.text != "_":
                            names.add(n.text)
                            if n.text not in linked:
                                self._vars[f"{prefix}.{n.text}"] = (path, n.text)
        for l in linked.values():
            if l.local in bodies:
                if bodies[l.local]:
                    renames.append((l, True))
                else:
                    self._functions.pop(f"{prefix}.{l.local}", None)
            elif l.local in names:
                renames.append((l, False))

    def owner(self, name: str) -> str:
        """Import path of the package that declares the function, method or variable of this link name, "" if none."""
        self._fill()
        function = self._functions.get(name)
        if function is not None:
            return function[0]
        variable = self._vars.get(name)
        return "" if variable is None else variable[0]

    def declared(self, path: str) -> list[str]:
        """Link names of all functions, methods (none of them generic) and variables a package declares."""
        self._fill()
        out = [name for name, entry in self._functions.items() if entry[0] == path]
        return out + [name for name, entry in self._vars.items() if entry[0] == path]

    def package_of(self, prefix: str) -> str | None:
        """The import path of the package whose escaped link path is prefix."""
        if not self._prefixes:
            for path, package in self.packages.inputs.items():
                self._prefixes[escape_path(package.link_path)] = path
        return self._prefixes.get(prefix)

    def function(self, name: str) -> Func | None:
        """The function or method declared (with or without body) under this link name, not generic."""
        self._fill()
        entry = self._functions.get(name)
        if entry is None:
            return None
        path, decl = entry
        checker = self.packages.checker(path)
        if decl.recv is None:
            obj = checker.pkg.scope.lookup(decl.name.text)
            return obj if isinstance(obj, Func) else None
        base = function_spelling(decl).split(".")[0].strip("(*)")
        owner = checker.pkg.scope.lookup(base)
        if owner is None:
            return None
        checker.resolve(owner)
        return checker.method_func(owner.type, decl.name.text) if isinstance(owner.type, Named) else None

    def variable(self, name: str) -> tuple[Package, Var] | None:
        """The package-level variable that owns this link name."""
        self._fill()
        entry = self._vars.get(name)
        if entry is None:
            return None
        checker = self.packages.checker(entry[0])
        obj = checker.pkg.scope.lookup(entry[1])
        return (checker.pkg, obj) if isinstance(obj, Var) else None


@final
class LinkResolver(Resolver):
    """What ssa.Program asks: bodies checked, and body-less declarations found by link name."""

    __slots__ = ("index",)

    def __init__(self, index: SymbolIndex) -> None:
        self.index = index

    def defined(self, name: str) -> Func | None:
        return self.index.function(name)
