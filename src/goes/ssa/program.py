"""All functions of a program, by link name.

    Program(sources, resolver).function(obj, [int])   →   Function("slices.Max[int]"), built when somebody asks

Functions, wrappers, globals and frequent types exist once. A generic function is a different Function for each list of
type arguments. `//go:linkname` gives a declaration another link name; two declarations with one link name (one of them
without body) are one Function.

Sources: compiler-contracts 0.1, 3.1, 3.2, 5.3; cmd/compile documentation "Compiler Directives".
"""

from __future__ import annotations

from typing import Final, final

from ..diag.source import NO_POS, Pos, SourceSet
from ..syntax import nodes as n
from ..types import types as t
from ..types.instantiate import default_context
from ..types.linkname import func_link_name, package_link_prefix
from ..types.lookup import MethodEntry
from ..types.named import signature_of
from ..types.objects import Func, Initializer, Package, Var
from ..types.sizes import sizeof
from ..types.subst import Substituter
from ..types.types import TYP_BOOL, Type, TypeParam, under
from . import function as f
from . import instr as ir
from .emit import Builder
from .function import Function

# Packages that may not allocate behind the programmer's back (objabi.runtimePkgs).
RUNTIME_PACKAGES: Final = frozenset((
    "runtime", "internal/runtime/atomic", "internal/runtime/cgroup", "internal/runtime/exithook", "internal/runtime/gc",
    "internal/runtime/gc/scan", "internal/runtime/maps", "internal/runtime/math", "internal/runtime/sys",
    "internal/runtime/syscall/linux", "internal/runtime/syscall/windows", "internal/abi", "internal/bytealg",
    "internal/byteorder", "internal/chacha8rand", "internal/coverage/rtcov", "internal/cpu", "internal/goarch",
    "internal/godebugs", "internal/goexperiment", "internal/goos", "internal/profilerecord", "internal/strconv",
    "internal/stringslite",
))  # fmt: skip

_PRAGMAS: Final[dict[str, int]] = {
    "go:nosplit": f.NOSPLIT | f.NOCHECKPTR,
    "go:noinline": f.NOINLINE,
    "go:noescape": f.NOESCAPE,
    "go:systemstack": f.SYSTEMSTACK,
    "go:nowritebarrier": f.NOWRITEBARRIER,
    "go:nowritebarrierrec": f.NOWRITEBARRIERREC,
    "go:yeswritebarrierrec": f.YESWRITEBARRIERREC,
    "go:uintptrkeepalive": f.UINTPTR_KEEPALIVE,
    "go:uintptrescapes": f.UINTPTR_ESCAPES,
    "go:cgo_unsafe_args": f.CGO_UNSAFE_ARGS | f.NOINLINE,
    "go:norace": f.NORACE,
    "go:nocheckptr": f.NOCHECKPTR,
}

# A variable of at most so many bytes that never changes is captured by value (cmd/compile/internal/escape flowClosure).
MAX_CAPTURED_BY_VALUE: Final = 128

# Values of more parts live in memory (codegen/abi.MAX_PARTS).
MAX_REGISTER_PARTS: Final = 4


class Resolver:
    """What the program asks of the build engine."""

    def check_body(self, obj: Func) -> None:
        """Make sure that the body of a declared function is parsed and type-checked."""
        if obj.pkg is not None and obj.pkg.checker is not None:
            obj.pkg.checker.check_body(obj)

    def defined(self, name: str) -> Func | None:
        """The function with a body that has this link name, if there is one in the program."""
        return None


@final
class Program:
    __slots__ = (
        "sources", "resolver", "by_name", "foreign", "any_type", "no_results", "func_type", "_functions", "_methods",
        "_globals",
        "_pointers", "_pairs", "_parts", "_small", "_linknames", "_literals", "_literal_counts", "_inits",
    )  # fmt: skip

    def __init__(self, sources: SourceSet, resolver: Resolver) -> None:
        self.sources = sources
        self.resolver = resolver
        self.by_name: dict[str, Function] = {}
        self.foreign: set[Function] = set()  # reached through //go:linkname: the caller may know them by another type
        self.any_type: Type = t.Interface([], [])
        self.no_results = t.Tuple([])
        self.func_type = t.Signature(None, t.Tuple([]), t.Tuple([]), False)
        self._functions: dict[Func, Function] = {}
        self._methods: dict[Func, Function] = {}
        self._globals: dict[Var, ir.Global] = {}
        self._pointers: dict[Type, t.Pointer] = {}
        self._pairs: dict[Type, t.Tuple] = {}
        self._parts: dict[Type, int] = {}
        self._small: dict[Type, bool] = {}
        self._linknames: dict[Package, dict[str, str]] = {}
        self._literals: dict[n.FuncLit, Function] = {}
        self._literal_counts: dict[str, int] = {}
        self._inits: dict[n.FuncDecl, int] = {}

    # ---------------------------------------------------------------------------------------- types

    def pointer_to(self, elem: Type) -> t.Pointer:
        p = self._pointers.get(elem)
        if p is None:
            p = t.Pointer(elem)
            self._pointers[elem] = p
        return p

    def pair(self, elem: Type) -> t.Tuple:
        """(elem, bool): the type of comma-ok forms."""
        p = self._pairs.get(elem)
        if p is None:
            p = self.tuple_of([elem, TYP_BOOL])
            self._pairs[elem] = p
        return p

    def tuple_of(self, types: list[Type]) -> t.Tuple:
        return t.Tuple([Var(NO_POS, None, "", typ) for typ in types])

    def in_registers(self, typ: Type) -> bool:
        """Whether variables of this type are renamed; others live in memory."""
        known = self._parts.get(typ)
        if known is None:
            known = self._count_parts(typ, 0)
            self._parts[typ] = known
        return known <= MAX_REGISTER_PARTS

    def _count_parts(self, typ: Type, depth: int) -> int:
        u = under(typ)
        if isinstance(u, t.Struct):
            count = 0
            for v in u.fields:
                if v.type is not None:
                    count += self._count_parts(v.type, depth + 1)
                if count > MAX_REGISTER_PARTS:
                    return count
            return count
        if isinstance(u, t.Array):
            return MAX_REGISTER_PARTS + 1
        if isinstance(u, t.Slice):
            return 3
        if isinstance(u, t.Interface):
            return 2
        if isinstance(u, t.Basic):
            return 2 if u.info & (t.IS_STRING | t.IS_COMPLEX) else 1
        return 1

    def is_small(self, typ: Type) -> bool:
        known = self._small.get(typ)
        if known is None:
            known = sizeof(typ) <= MAX_CAPTURED_BY_VALUE
            self._small[typ] = known
        return known

    def substituter(self, type_map: dict[TypeParam, Type]) -> Substituter:
        return Substituter(type_map, default_context(), True)

    def line(self, pos: Pos) -> int:
        return self.sources.position(pos).line if pos else 0

    # ---------------------------------------------------------------------------------------- link names

    def linknames(self, pkg: Package) -> dict[str, str]:
        """Local name → link name, from the package's //go:linkname directives with a target."""
        known = self._linknames.get(pkg)
        if known is None:
            known = {}
            for file in pkg.files:
                for d in file.directives:
                    if d.text.startswith("go:linkname"):
                        words = d.text.split()
                        if len(words) == 3 and words[0] in ("go:linkname", "go:linknamestd"):
                            known[words[1]] = words[2]
            self._linknames[pkg] = known
        return known

    def _link_name(self, obj: Func, targs: list[Type], is_method: bool) -> str:
        pkg = obj.pkg
        if not is_method and pkg is not None and not targs:
            if obj.name == "init" and obj.func_decl is not None:
                return f"{package_link_prefix(pkg)}.init.{self._init_number(pkg, obj.func_decl)}"
            target = self.linknames(pkg).get(obj.name)
            if target is not None:
                return target
        return func_link_name(obj, targs)

    def _init_number(self, pkg: Package, decl: n.FuncDecl) -> int:
        k = self._inits.get(decl)
        if k is None:
            count = 0
            for file in pkg.files:
                for d in file.decls:
                    if isinstance(d, n.FuncDecl) and d.recv is None and d.name.text == "init":
                        self._inits[d] = count
                        count += 1
            k = self._inits.get(decl, 0)
        return k

    # ---------------------------------------------------------------------------------------- functions and methods

    def function(self, obj: Func, targs: list[Type]) -> Function:
        """The function obj[targs], or the method obj if it has a receiver (its type arguments then come first)."""
        if not targs:
            known = self._functions.get(obj)
            if known is not None:
                return known
        origin = obj.origin
        sig = signature_of(origin)
        if sig.recv is not None:
            if not targs and obj is not origin:
                return self.method(obj, [])
            fn = self._make(origin, sig, targs, True)
        else:
            fn = self._make(origin, sig, targs, False)
        if not targs:
            self._functions[obj] = fn
        return fn

    def method(self, m: Func, targs: list[Type]) -> Function:
        """The method m of a concrete type (perhaps of an instance), with type arguments of its own."""
        if not targs:
            known = self._methods.get(m)
            if known is not None:
                return known
        sig = signature_of(m)
        all_targs: list[Type] = []
        if sig.recv is not None and sig.recv.type is not None and m.origin is not m:
            recv = t.unalias(sig.recv.type)
            if isinstance(recv, t.Pointer):
                recv = t.unalias(recv.elem)
            if isinstance(recv, t.Named):
                all_targs.extend(recv.targs)
        all_targs.extend(targs)
        fn = self._make(m.origin, signature_of(m.origin), all_targs, True)
        if not targs:
            self._methods[m] = fn
        return fn

    def _make(self, origin: Func, sig: t.Signature, targs: list[Type], is_method: bool) -> Function:
        name = self._link_name(origin, targs, is_method)
        known = self.by_name.get(name)
        has_body = origin.func_decl is not None and origin.func_decl.has_body
        if known is not None and (known.has_body() or not has_body):
            if known.object is not origin:
                self.foreign.add(known)
            return known
        pulled = known is not None
        if not has_body and not targs:
            defined = self.resolver.defined(name)
            if defined is not None and defined.func_decl is not None and defined.func_decl.has_body:
                origin = defined
                sig = signature_of(defined)
                pulled = True
        type_map: dict[TypeParam, Type] | None = None
        tparams = [*sig.rparams, *sig.tparams]
        if targs and tparams:
            type_map = {}
            for k in range(len(tparams)):
                type_map[tparams[k]] = targs[k]
        concrete = sig
        if type_map is not None:
            s = self.substituter(type_map)
            params = s.tuple_type(sig.params)
            results = s.tuple_type(sig.results)
            recv = sig.recv
            if recv is not None and recv.type is not None:
                recv = Var(recv.pos, recv.pkg, recv.name, s.typ(recv.type))
            concrete = t.Signature(recv, params, results, sig.variadic)
        decl = origin.func_decl
        fn = known
        if fn is None:
            fn = Function(name, origin.pkg, concrete, f.DECLARED, decl.pos if decl is not None else NO_POS)
            self.by_name[name] = fn
        if pulled:
            self.foreign.add(fn)
        fn.package = origin.pkg
        fn.signature = concrete
        fn.object = origin
        fn.decl = decl
        fn.targs = targs
        fn.type_map = type_map
        fn.is_runtime = origin.pkg is not None and origin.pkg.path in RUNTIME_PACKAGES
        if decl is not None:
            fn.pos = decl.pos
            for d in decl.directives:
                fn.pragmas |= _PRAGMAS.get(d.text.split(" ", 1)[0], 0)
        return fn

    # ---------------------------------------------------------------------------------------- wrappers

    def method_symbols(self, typ: Type, entry: MethodEntry) -> tuple[Function, Function]:
        """(Ifn, Tfn) for a method-set entry of typ: what takes the interface's data word, and what takes a typ."""
        from .wrappers import method_functions

        return method_functions(self, typ, entry.func, entry.index)

    def method_expression(self, typ: Type, m: Func, path: list[int], targs: list[Type]) -> Function:
        """The function typ.m."""
        from .wrappers import function_for_receiver

        return function_for_receiver(self, typ, m, path, targs)

    def bound_method(self, target: Function, recv: Type) -> Function:
        from .wrappers import bound

        return bound(self, target, recv)

    def bound_interface_method(self, typ: Type, interface: t.Interface, m: Func) -> Function:
        from .wrappers import bound_interface

        return bound_interface(self, typ, interface, m)

    def method_named(self, typ: Type, name: str, pkg: Package | None = None) -> Function | None:
        """The method name in typ's method set, taking a typ."""
        from ..types.lookup import method_set

        for entry in method_set(typ):
            if entry.func.name == name and (pkg is None or entry.func.exported() or entry.func.pkg is pkg):
                return self.method_expression(typ, entry.func, entry.index, [])
        return None

    # ---------------------------------------------------------------------------------------- variables

    def global_symbol(self, var: Var) -> str:
        if var.pkg is None:
            return var.name
        target = self.linknames(var.pkg).get(var.name)
        return target if target is not None else f"{package_link_prefix(var.pkg)}.{var.name}"

    def global_(self, var: Var) -> ir.Global:
        g = self._globals.get(var)
        if g is None:
            if var.type is None and var.pkg is not None and var.pkg.checker is not None:
                var.pkg.checker.resolve(var)
            typ = var.type if var.type is not None else t.TYP_INVALID
            g = ir.Global(self.pointer_to(typ), self.global_symbol(var), typ)
            self._globals[var] = g
        return g

    # ---------------------------------------------------------------------------------------- initialisation, literals

    def package_init(self, pkg: Package, initializers: list[Initializer]) -> Function:
        """pkg.init, which runs these initialisers in order."""
        name = f"{package_link_prefix(pkg)}.init"
        fn = Function(name, pkg, self.func_type, f.PACKAGE_INIT, NO_POS)
        fn.data = initializers
        fn.is_runtime = pkg.path in RUNTIME_PACKAGES
        self.by_name[name] = fn
        return fn

    def number_literals(self, pkg: Package, initializers: list[Initializer]) -> None:
        """Name the literals of all package-level initialisers, in the order of initialisation."""
        from .rangefunc import children

        work: list[n.Node] = []
        for init in reversed(initializers):
            if isinstance(init.rhs, n.Expr):
                work.append(init.rhs)
        while work:
            x = work.pop()
            if isinstance(x, n.FuncLit):
                self.global_literal(x, pkg)
            else:
                work.extend(reversed(children(x)))

    def global_literal(self, x: n.FuncLit, pkg: Package | None) -> Function:
        """The function of a literal in a package-level initialiser: pkg.init.func1."""
        fn = self._literals.get(x)
        if fn is None:
            prefix = "" if pkg is None else package_link_prefix(pkg)
            k = self._literal_counts.get(prefix, 0) + 1
            self._literal_counts[prefix] = k
            assert isinstance(x.type, t.Signature)
            fn = Function(f"{prefix}.init.func{k}", pkg, x.type, f.LITERAL, x.pos)
            fn.literal = x
            fn.is_runtime = pkg is not None and pkg.path in RUNTIME_PACKAGES
            fn.end_pos = x.body.rbrace
            self._literals[x] = fn
            self.by_name[fn.name] = fn
        return fn

    # ---------------------------------------------------------------------------------------- building

    def build(self, fn: Function) -> None:
        """Fill in fn's blocks (none for functions without Go code)."""
        if fn.built:
            return
        from . import builder as bodies
        from . import wrappers

        kind = fn.kind
        if kind == f.DECLARED:
            if not fn.has_body():
                fn.built = True
                return
            assert fn.object is not None and fn.decl is not None
            self.resolver.check_body(fn.object)
            decl = fn.decl
            assert decl.body is not None
            fn.start_line = self.line(fn.pos)
            fn.end_pos = decl.body.rbrace
            sig = signature_of(fn.object)
            bodies.build_body(Builder(self, fn, None), decl.func_type, sig.recv, decl.body, sig)
        elif kind == f.LITERAL:
            assert fn.literal is not None
            fn.start_line = self.line(fn.pos)
            x = fn.literal
            bodies.build_body(Builder(self, fn, None), x.func_type, None, x.body, x.type)
        elif kind == f.PACKAGE_INIT:
            assert isinstance(fn.data, list)
            bodies.build_package_init(Builder(self, fn, None), fn.data)
        else:
            wrappers.build_wrapper(Builder(self, fn, None))

    def release(self, fn: Function) -> None:
        """Forget fn's body."""
        fn.release()
        fn.built = False


