"""The type checker of one package: its state and its public face.

    check = Checker("p", "p", sources, importer, "go1.27", errors)
    check.declare(files)          names are known, nothing is typed
    check.resolve(obj)            one package-level object is typed, with what it needs
    check.check_body(func)        one body is checked
    check.check_all()             or: everything, as a compiler does

Work is done by the functions of the other modules of this folder, one topic each, which take the Checker as their
first argument; they write their results onto the syntax tree (see syntax.nodes).

Everything is lazy. A package-level object has no type until somebody needs it; other packages' objects resolve through
the Checker of their package. Checks that need complete types are queued (`later`) and run when the outermost request
is done; inside functions they run at the end of each statement.

Sources: Go spec; the behaviour (texts, order, positions) is that of cmd/compile/internal/types2.
"""

from __future__ import annotations

from typing import final

from ..diag.diagnostic import Diagnostic
from ..diag.source import NO_POS, Pos, SourceSet
from ..syntax.nodes import Expr, File, FuncDecl, InterfaceType, Node
from ..syntax.parser import parse_body
from ..syntax.positions import start_pos
from . import decl as decls
from . import initorder, limits, pragmas, resolver, usage
from .checker_base import Action, Env
from .checker_base import Importer as Importer
from .checker_base import ImportFailed as ImportFailed
from .errors import Report, report, report_all, sorted_as_printed
from .instantiate import Context
from .mono import MonoGraph
from .named import Resolver
from .objects import Func, Initializer, Object, Package, PkgName, TypeName, Var
from .operand import Operand, operand_string
from .resolver import DeclInfo
from .scope import Scope
from .types import Interface, Named, Type
from .typestring import PackageQualifier, object_string, type_string
from .universe import UNIVERSE


@final
class Checker(Resolver):
    __slots__ = (
        "pkg", "sources", "importer", "go_version", "errors", "has_errors", "last_error", "env", "files",
        "decls", "methods", "path", "path_index", "delayed", "shift_lhs", "imports", "dot_imports", "context",
        "mono", "qualifier", "working", "eager", "depth", "is_std", "initializers", "var_sizes", "interfaces",
        "local_vars", "reports_imports",
    )  # fmt: skip

    def __init__(
        self,
        path: str,
        name: str,
        sources: SourceSet,
        importer: Importer,
        go_version: str = "",
        errors: list[Diagnostic] | None = None,
        is_std: bool = False,
        link_path: str = "",
    ) -> None:
        scope = Scope(UNIVERSE, NO_POS, NO_POS, "package")
        self.pkg = Package(path, name, scope)
        self.pkg.link_path = link_path or path
        self.pkg.checker = self
        self.pkg.go_version = go_version
        self.pkg.is_std = is_std
        self.is_std = is_std
        self.sources = sources
        self.importer = importer
        self.go_version = go_version
        self.errors: list[Diagnostic] = errors if errors is not None else []
        self.has_errors = False
        self.last_error: Diagnostic | None = None
        self.env = Env(None, scope, 0)
        self.files: list[File] = []
        self.decls: list[Object] = []  # package-level objects and methods in source order; obj.decl is their DeclInfo
        self.methods: dict[TypeName, list[Func]] = {}  # methods not yet attached to their types
        self.path: list[Object] = []  # objects being typed, outermost first
        self.path_index: dict[Object, int] = {}
        self.delayed: list[Action] = []
        self.shift_lhs: dict[Expr, bool] = {}  # untyped left operands of non-constant shifts
        self.imports: list[PkgName] = []
        self.reports_imports = True  # whether unused ones are errors
        self.dot_imports: dict[Scope, dict[str, PkgName]] = {}
        self.context = Context()
        self.mono = MonoGraph(self.context)
        self.qualifier = PackageQualifier(self.pkg, sources)
        self.working = 0  # nesting of requests from outside
        self.eager = False  # check_all: bodies are checked as their functions are typed
        self.depth = 0
        self.initializers: list[Initializer] | None = None
        self.var_sizes: dict[Named, bool] = {}  # memo of builtins.has_var_size
        self.local_vars: list[Var] = []  # of all functions, kept by check_all of user packages
        self.interfaces: list[tuple[InterfaceType, Interface]] = []  # literals seen by check_all

    # ---------------------------------------------------------------- requests

    def declare(self, files: list[File]) -> None:
        """Collect the objects of all files."""
        resolver.init_files(self, files)
        resolver.collect_objects(self)

    def resolve(self, obj: Object) -> None:
        """Make sure that obj, an object of this package, has its type (functions: the signature)."""
        if obj.type is not None and obj not in self.path_index:
            return
        if self.working:
            decls.object_decl(self, obj)
            return
        saved = self.begin()
        decls.object_decl(self, obj)
        self.end(saved)

    def check_body(self, func: Func) -> None:
        """Check the body of a function or method of this package, once."""
        func = func.origin
        d = func.decl
        if not isinstance(d, DeclInfo) or d.fdecl is None or d.fdecl.checked:
            return
        saved = self.begin()
        decls.object_decl(self, func)
        self.process_delayed(0)
        decls.check_func_body(self, func, d)
        self.end(saved)

    def check_var_init(self, var: Var) -> None:
        """Type the initialiser of a package-level variable, once."""
        d = var.decl
        if not isinstance(d, DeclInfo):
            return
        saved = self.begin()
        decls.object_decl(self, var)
        decls.check_pending_init(self, var, d)
        self.end(saved)

    def check_all(self, complete: bool = False) -> None:
        """Everything a compiler reports. Errors are left in gc's order of printing. `complete`: the package has no
        assembly, so every function needs a body."""
        saved = self.begin()
        self.eager = True
        before = len(self.errors)
        pragmas.check_syntax(self)
        resolver.package_objects(self)
        self.process_delayed(0)
        usage.complete_types(self)
        self.initializers = initorder.init_order(self, self.decls)
        if self.reports_imports:
            usage.unused_imports(self)
        if not self.has_errors:
            usage.monomorph(self)
        if not self.has_errors:
            limits.anonymous_cycles(self)
        if not self.has_errors:
            pragmas.check_declarations(self, complete)
        if not self.has_errors and not self.is_std:
            limits.size_limits(self)
        self.eager = False
        self.end(saved)
        self.errors[before:] = sorted_as_printed(self.errors[before:], self.sources)
        self.pkg.complete = True

    def init_order(self) -> list[Initializer]:
        """The package's variable initialisers in order of execution. Checks what they depend on."""
        if self.initializers is None:
            self.initializers = initorder.init_order(self, initorder.reachable(self))
        return self.initializers

    def method_func(self, named: Named, name: str) -> Func | None:
        """The method declared as `name` for a type of this package."""
        self.resolve(named.origin.obj)
        for m in named.methods():
            if m.name == name:
                return m
        return None

    # ---------------------------------------------------------------- asked by type sets (see named.Resolver)

    def duplicate_method(self, pos: Pos, method: Func, other: Func, other_pos: Pos, explicit: bool) -> None:
        usage.duplicate_method(self, pos, method, other, other_pos, explicit)

    def allow_embedding(self, pos: Pos, what: str, elem: Type) -> bool:
        return self.verify_version(pos, 18, f"embedding {what} {self.ts(elem)}")

    def union_overflow(self, pos: Pos, limit: int) -> None:
        message = f"cannot handle more than {limit} union terms (implementation limitation)"
        self.error(pos, "InvalidUnion", message)

    # ---------------------------------------------------------------- the machine

    def begin(self) -> Env:
        """Enter a request from outside."""
        self.working += 1
        return self.env

    def end(self, saved: Env) -> None:
        """Finish what is queued and leave."""
        if self.working == 1:
            self.process_delayed(0)
        self.working -= 1
        self.env = saved

    def later(self, action: Action) -> None:
        action.version = self.env.version
        self.delayed.append(action)

    def process_delayed(self, top: int) -> None:
        """Run the actions queued since there were `top` of them; they may queue more."""
        delayed = self.delayed
        if len(delayed) == top:
            return
        env = self.env
        version = env.version
        i = top
        while i < len(delayed):
            action = delayed[i]
            env.version = action.version
            action.run(self)
            i += 1
        del delayed[top:]
        env.version = version

    def push(self, obj: Object) -> None:
        self.path_index[obj] = len(self.path)
        self.path.append(obj)

    def pop(self) -> None:
        del self.path_index[self.path.pop()]

    def open_scope(self, pos: Pos, end: Pos, comment: str) -> None:
        self.env.scope = Scope(self.env.scope, pos, end, comment)

    def close_scope(self) -> None:
        parent = self.env.scope.parent
        assert parent is not None
        self.env.scope = parent

    def lookup(self, name: str) -> Object | None:
        s: Scope | None = self.env.scope
        while s is not None:
            obj = s.elems.get(name)
            if obj is not None:
                return obj
            s = s.parent
        return None

    def depends_on(self, to: Object) -> None:
        """Record that the declaration at hand refers to a package-level object of this package."""
        d = self.env.decl
        if d is not None and to.decl is not None and to.pkg is self.pkg:
            d.deps[to] = None

    def parse_body(self, file: File, d: FuncDecl) -> None:
        before = len(self.errors)
        parse_body(file, d, self.errors, True)
        if len(self.errors) > before:
            self.has_errors = True

    # ---------------------------------------------------------------- versions

    def allows(self, minor: int) -> bool:
        v = self.env.version
        return v == 0 or v >= minor

    def verify_version(self, pos: Pos, minor: int, what: str) -> bool:
        if self.allows(minor):
            return True
        self.version_error(pos, minor, what)
        return False

    def version_error(self, pos: Pos, minor: int, what: str) -> None:
        report(self, pos, "UnsupportedFeature", f"{what} requires go1.{minor} or later")

    def version_hint(self, pos: Pos) -> str:
        source = self.sources.file(pos)
        for f in self.files:
            if f.source is source:
                if f.go_version != "" and f.go_version == f.version:
                    return f" (file declares //go:build {f.version})"
                return f" (-lang was set to {self.go_version}; check go.mod)"
        return ""

    # ---------------------------------------------------------------- messages

    def error(self, pos: Pos, code: str, message: str) -> None:
        report(self, pos, code, message)

    def soft_error(self, pos: Pos, code: str, message: str) -> None:
        report(self, pos, code, message, True)

    def error_at(self, node: Node, code: str, message: str) -> None:
        """Report where node begins."""
        report(self, start_pos(node), code, message)

    def error_op(self, x: Operand, code: str, message: str) -> None:
        """Report where the operand's expression begins."""
        report(self, start_pos(x.expr) if x.expr is not None else NO_POS, code, message)

    def report(self, r: Report) -> None:
        report_all(self, r)

    def ts(self, t: Type | None) -> str:
        return "<nil>" if t is None else type_string(t, self.qualifier)

    def os(self, x: Operand) -> str:
        return operand_string(x, self.qualifier)

    def obj_str(self, obj: Object) -> str:
        return object_string(obj, self.qualifier)
