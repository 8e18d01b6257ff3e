"""The demand engine: make the definitions a program needs, and no others.

    roots  →  reach asks for a name  →  Demand makes its definition: compiles the function, lays out the type, assembles ...

`definition(name)` is what link.reach calls. A function's definition is first a promise: its references are known as soon as
its LLVM text is written, its machine code arrives later from a worker. `finish` waits for all code and puts it in place.
"""

from __future__ import annotations

from typing import final

from ..asm.adapters import abi0_to_goes, abiinternal_to_goes, goes_to_abi0, goes_to_abiinternal
from ..asm.clobbers import ALL
from ..codegen import algs
from ..codegen.descriptors import MethodNamer, TypeData
from ..codegen.emitter import Context
from ..codegen.function import emit_function
from ..codegen.intrinsics import intrinsic_body, is_intrinsic
from ..codegen.llvm import FULL, TIERS, FunctionCode
from ..codegen.references import EQUAL, References, string_symbol
from ..codegen.staticdata import StaticEnvironment, StaticInit
from ..codegen.workers import WorkerPool
from ..diag.diagnostic import Bug
from ..load.package import RUNTIME_PACKAGES
from ..obj import symbol as sym
from ..obj.symbol import Definition, Relocation
from ..ssa.function import Function
from ..ssa.passes.escape import Summary
from ..ssa.passes.inline import CLOSURE_BUDGET, cost_of
from ..ssa.program import Program
from ..syntax import nodes as n
from ..types import types as t
from ..types.linkname import escape_path
from ..types.lookup import MethodEntry
from ..types.objects import Func, Initializer, Package, TypeName, Var
from .analysis import Analysis, Intrinsics, KnownFunctions
from .asmpackage import AsmPackages
from .barriercheck import BarrierCheck
from .embeds import embed_data
from .packages import Packages
from .stdstore import FunctionFacts, StdStore, UserNames
from .symbols import SymbolIndex
from .tiers import Tiers

BATCH: int = 48  # functions per LLVM module


@final
class _CodegenIntrinsics(Intrinsics):
    def is_intrinsic(self, name: str) -> bool:
        return is_intrinsic(name)


@final
class _StoredFacts(KnownFunctions):
    """Functions whose code is in the std store: their bodies are only wanted for inlining."""

    __slots__ = ("store", "variants")

    def __init__(self, store: StdStore, variants: UserNames | None) -> None:
        self.store = store
        self.variants = variants

    def needs_body(self, fn: Function) -> bool:
        if self.variants is not None and self.variants.mentioned_in(fn.name):
            return True
        facts = self.store.facts(fn.name)
        if facts is None or facts.inlinable:
            return True
        if fn.summary is None:
            summary = Summary(0)
            summary.heap = facts.heap
            summary.results = facts.results
            fn.summary = summary
        return False


@final
class Demand(MethodNamer, StaticEnvironment):
    """Provider of definitions for one program."""

    __slots__ = (
        "packages", "program", "context", "analysis", "types", "index", "asm", "pool", "definitions", "functions", "globals",
        "store", "tiers", "_batches", "_waiting", "_static", "_initialising", "_knows_abi0", "_new_packages", "_stored",
        "barriers",
        "_variants", "_user",
    )  # fmt: skip

    def __init__(
        self, packages: Packages, index: SymbolIndex, program: Program, asm: AsmPackages, pool: WorkerPool,
        tiers: Tiers, store: StdStore | None, inline: bool = True,
    ) -> None:
        self.packages = packages
        self.program = program
        self.context = Context(packages.sources)
        self.tiers = tiers
        self.store = store
        self._variants = _variant_names(packages)
        facts = None if store is None else _StoredFacts(store, self._variants)
        self.analysis = Analysis(program, _CodegenIntrinsics(), inline, None, facts)
        self.types = TypeData(self)
        self.index = index
        self.asm = asm
        self.pool = pool
        self.definitions: dict[str, Definition] = {}
        self.functions: dict[str, Function] = {}
        self.globals: dict[str, t.Type] = {}
        # Functions of std are compiled apart from the user's: what LLVM concludes from the body of one function of a batch
        # about the calls in another (main.main does nothing: runtime.main need not call it) must not get into the store.
        self._batches: list[list[FunctionCode]] = [[] for _ in TIERS for _ in (False, True)]
        self._user = _user_names(packages)
        self._waiting = False
        self._static: dict[str, Definition] = {}
        self._initialising: Package | None = None
        self._knows_abi0 = False
        self._new_packages: list[str] = []
        self._stored: set[str] = set()
        self.barriers = BarrierCheck()

    # ---------------------------------------------------------------------------------------- the provider

    def definition(self, name: str) -> Definition | None:
        """The definition of name, made now if need be; None if nothing in the program defines it."""
        d = self.definitions.get(name)
        if d is None and self.store is not None and not self._is_of_variant(name):
            d = self.store.definition(name)
            if d is not None:
                self.definitions[name] = d
                self._stored.add(name)
        if d is None:
            self._make(name)
            d = self.definitions.get(name)
        return d

    def _is_of_variant(self, name: str) -> bool:
        return self._variants is not None and self._variants.mentioned_in(name)

    def _put(self, d: Definition) -> None:
        self.definitions.setdefault(d.name, d)

    def _make(self, name: str) -> None:
        if self.types.knows(name):
            for d in self.types.define(name):
                self._put(d)
            return
        if name.endswith("·f"):
            self._put(funcval(name))
            return
        if name.startswith("type:.eq.") or name.startswith("type:.hash."):
            self._alg(name)
            return
        static = self._static.get(name)
        if static is not None:
            self._put(static)
            return
        fn = self.functions.get(name)
        if fn is not None:
            self._function(name, fn)
            return
        if name.endswith(".abi0") or name.endswith(".abiint"):
            self._raw(name)
            return
        found = self.asm.find(name)
        if found is not None:
            self._put(found)
            return
        self._by_name(name)

    def _alg(self, name: str) -> None:
        """A generated equality or hash function, named by a descriptor or by code."""
        fn = self.functions.get(name)
        if fn is None:
            equal = name.startswith("type:.eq.")
            typ = self.types.type_of("type:" + name[len("type:.eq.") if equal else len("type:.hash.") :])
            if typ is None:
                return
            fn = algs.build_eq(typ) if equal else algs.build_hash(typ)
            self.functions[name] = fn
        self._function(name, fn)

    def _promoted(self, name: str) -> Function | None:
        """The wrapper `pkg.T.m` or `pkg.(*T).m` for a method that T has by promotion or only its value has."""
        slash = name.rfind("/") + 1
        words = name[slash:].split(".")
        if len(words) != 3 or not words[1] or not words[2]:
            return None
        path = self.index.package_of(name[:slash] + words[0])
        base = words[1][2:-1] if words[1].startswith("(*") else words[1]
        if path is None:
            return None
        checker = self.packages.checker(path)
        obj = checker.pkg.scope.lookup(base)
        if not isinstance(obj, TypeName):
            return None
        checker.resolve(obj)
        if not isinstance(obj.type, t.Named) or obj.type.tparams:
            return None
        typ = obj.type if base == words[1] else self.program.pointer_to(obj.type)
        fn = self.program.method_named(typ, words[2])
        return fn if fn is not None and fn.name == name else None

    def _by_name(self, name: str) -> None:
        """A name only assembly, a linkname or a runtime call mentioned."""
        obj = self.index.function(name)
        if obj is not None:
            self._function(name, self.program.function(obj, []))
            return
        wrapper = self._promoted(name)
        if wrapper is not None:
            self._function(name, wrapper)
            return
        owner = self.index.variable(name)
        if owner is not None:
            pkg, var = owner
            if var.type is None and pkg.checker is not None:
                pkg.checker.resolve(var)
            assert var.type is not None
            self._put(StaticInit(self, escape_path(pkg.link_path)).zero(name, var.type))
            return
        typ = self.globals.get(name)
        if typ is not None:
            self._put(StaticInit(self, "").zero(name, typ))
            return
        self.context.level = FULL
        code = intrinsic_body(name, self.context)
        if code is not None:
            self._queue(code)

    # ---------------------------------------------------------------------------------------- functions

    def _function(self, name: str, fn: Function) -> None:
        if not fn.has_body():
            self._external(name, fn)
            return
        self.context.level = self.tiers.of(name, "" if fn.package is None else fn.package.path)
        if is_intrinsic(name):
            code = intrinsic_body(name, self.context)
            if code is not None:
                self._queue(code)
                return
        if not self._knows_abi0:
            self._find_abi0()
        self.analysis.prepare(fn)
        if fn.package is not None and fn.package.path in RUNTIME_PACKAGES:
            self.barriers.add(fn)
        self._queue(emit_function(fn, self.context))

    def _find_abi0(self) -> None:
        """Functions whose address abi.FuncPCABI0 takes are all in runtime's and reflect's assembly."""
        self._knows_abi0 = True
        for path in ("runtime", "reflect"):
            if path in self.packages.inputs:
                for name in self.asm.definitions(path):
                    if name.endswith(".abi0"):
                        self.context.abi0.add(name[: -len(".abi0")])

    def _external(self, name: str, fn: Function) -> None:
        """A declaration without body: goes' own assembly, an adapter to upstream's, an intrinsic, or a linkname pull."""
        found = self.asm.find(name)
        if found is not None:
            self._put(found)
            return
        self.context.level = FULL
        code = intrinsic_body(name, self.context)
        if code is not None:
            self._queue(code)
            return
        for suffix, adapter in ((".abi0", goes_to_abi0), (".abiint", goes_to_abiinternal)):
            raw = self.asm.find(name + suffix)
            if raw is not None:
                clobbers = self.asm.clobbers.get(raw.name, ALL)
                self._put(adapter(name, fn.signature, _prefix(fn), fn.signature.recv is not None, clobbers))
                return
        obj = self.index.function(name)
        if obj is not None:
            target = self.program.function(obj, [])
            if target.has_body():
                self._function(name, target)

    def _raw(self, name: str) -> None:
        found = self.asm.find(name)
        if found is not None:
            self._put(found)
            return
        plain = name[: name.rindex(".")]
        obj = self.index.function(plain)
        if obj is not None:
            fn = self.program.function(obj, [])
            self.functions.setdefault(plain, fn)
            make = abi0_to_goes if name.endswith(".abi0") else abiinternal_to_goes
            self._put(make(plain, fn.signature, _prefix(fn), fn.signature.recv is not None))

    def _queue(self, code: FunctionCode) -> None:
        """Promise a function's definition and hand its text to the workers."""
        promise = Definition(code.name, sym.TEXT, flags=code.meta.flags)
        promise.relocations = [*code.meta.relocations, *(Relocation(0, sym.R_KEEP, s) for s in self._register(code.references))]
        self.definitions[code.name] = promise
        at = 2 * code.level + self._user.mentioned_in(code.name)
        batch = self._batches[at]
        batch.append(code)
        self._waiting = True
        if len(batch) == BATCH:
            self._submit(at)

    def _register(self, refs: References) -> list[str]:
        """Remember what a function's symbols stand for; returns their names in order."""
        names: list[str] = list(refs.symbols)
        for symbol, typ in refs.types.items():
            self.types.add_type(symbol, typ)
            names.append(symbol)
        for symbol, typ in refs.noalg.items():
            names.append(self.types.noalg_symbol(typ))
            assert names[-1] == symbol
        for symbol, pair in refs.itabs.items():
            self.types.add_itab(symbol, pair[0], pair[1])
            names.append(symbol)
        for symbol, data in refs.strings.items():
            if symbol not in self.definitions:
                self._put(Definition(symbol, sym.GOSTRING, data, align=1, flags=sym.DUPOK))
            names.append(symbol)
        for symbol, fn in refs.functions.items():
            self.functions.setdefault(symbol, fn)
            names.append(symbol)
        for symbol, fn in refs.funcvals.items():
            self.functions.setdefault(fn.name, fn)
            names.append(symbol)
        for symbol, typ in refs.globals.items():
            self.globals.setdefault(symbol, typ)
            names.append(symbol)
        for symbol, (kind, typ) in refs.algs.items():
            if symbol not in self.functions:
                self.functions[symbol] = algs.build_eq(typ) if kind == EQUAL else algs.build_hash(typ)
            names.append(symbol)
        for d in refs.definitions.values():
            self._put(d)
            names.append(d.name)
        return names

    # ---------------------------------------------------------------------------------------- packages

    def initialise_package(self, path: str) -> None:
        """Static data, pkg.init, init functions and the init task of one package."""
        package = self.packages.inputs[path]
        if self.store is not None and package.is_std and not package.variant and not package.reinitialised:
            if self.store.has_package(path):
                return
            self._new_packages.append(path)
        checker = self.packages.checker(path)
        self._initialising = checker.pkg
        prefix = escape_path(package.link_path)
        if package.embed:
            for made in embed_data(self, self.packages.files[path], package, checker.pkg, prefix, self.packages.errors):
                self._static[made.name] = made
        static = StaticInit(self, prefix)
        dynamic: list[Initializer] = []
        order = checker.init_order()
        self.program.number_literals(checker.pkg, order)
        for init in order:
            if not self._try_static(static, init):
                dynamic.append(init)
        bodies: list[str] = []
        if dynamic:
            fn = self.program.package_init(checker.pkg, dynamic)
            self.functions[fn.name] = fn
            bodies.append(fn.name)
        for f in checker.pkg.files:
            for d in f.decls:
                if isinstance(d, n.FuncDecl) and d.recv is None and d.name.text == "init" and isinstance(d.name.obj, Func):
                    bodies.append(self.func_symbol(d.name.obj, []))
        task = Definition(f"{prefix}..inittask", sym.NOPTRDATA, align=8, package=prefix)
        task.data = bytes(4) + len(bodies).to_bytes(4, "little") + bytes(8 * len(bodies))
        task.size = len(task.data)
        for k, b in enumerate(bodies):
            task.relocations.append(Relocation(8 + 8 * k, sym.R_ADDR64, b))
        for imported in package.imports:
            other = self.packages.inputs.get(imported)
            if other is not None:
                symbol = f"{escape_path(other.link_path)}..inittask"
                store = None if other.variant or other.reinitialised else self.store
                if symbol in self.definitions or store is not None and store.definition(symbol) is not None:
                    task.relocations.append(Relocation(0, sym.R_INITORDER, symbol))
        if bodies or any(r.kind == sym.R_INITORDER for r in task.relocations) or prefix in ("main", "runtime"):
            self._put(task)

    def _try_static(self, static: StaticInit, init: Initializer) -> bool:
        if len(init.lhs) != 1 or not isinstance(init.rhs, n.Expr):
            return False
        var = init.lhs[0]
        if var.name == "_":
            return init.rhs.mode == n.MODE_CONST
        assert var.type is not None
        made = static.variable(self.program.global_symbol(var), var.type, init.rhs)
        if made is None:
            return False
        for d in made:
            self._static[d.name] = d
        return True

    # ---------------------------------------------------------------------------------------- naming for descriptors and data

    def method_symbols(self, typ: t.Type, method: MethodEntry) -> tuple[str, str]:
        ifn, tfn = self.program.method_symbols(typ, method)
        self.functions.setdefault(ifn.name, ifn)
        self.functions.setdefault(tfn.name, tfn)
        return ifn.name, tfn.name

    def func_symbol(self, obj: Func, targs: list[t.Type]) -> str:
        fn = self.program.function(obj, targs)
        self.functions.setdefault(fn.name, fn)
        return fn.name

    def literal_symbol(self, lit: n.FuncLit) -> str:
        fn = self.program.global_literal(lit, self._initialising)
        self.functions.setdefault(fn.name, fn)
        return fn.name

    def method_expression_symbol(self, x: n.SelectorExpr) -> str:
        return ""

    def global_symbol(self, var: Var) -> str:
        return self.program.global_symbol(var)

    def string_symbol(self, data: bytes) -> str:
        symbol = string_symbol(data)
        self._put(Definition(symbol, sym.GOSTRING, data, align=1, flags=sym.DUPOK))
        return symbol

    def type_symbol(self, typ: t.Type) -> str:
        return self.types.type_symbol(typ)

    def itab_symbol(self, typ: t.Type, interface: t.Type) -> str:
        return self.types.itab_symbol(typ, interface)

    def initializer_of(self, var: Var) -> n.Expr | None:
        return None

    def has_abi0(self, obj: Func) -> bool:
        fn = self.program.function(obj, [])
        return not fn.has_body() and self.asm.find(fn.name + ".abi0") is not None

    # ---------------------------------------------------------------------------------------- finishing

    def save(self) -> None:
        """Put what this build made of std into the store."""
        store = self.store
        if store is None:
            return
        user = self._user
        tasks = {f"{escape_path(p.link_path)}..inittask" for p in self.packages.inputs.values() if p.reinitialised}
        made: dict[str, Definition] = {}
        for name, d in [*self.definitions.items(), *self._static.items()]:
            if name not in self._stored and name not in made and name not in tasks and not user.mentioned_in(name):
                made[name] = d
        facts: dict[str, FunctionFacts] = {}
        for fn in self.analysis.prepared():
            summary = fn.summary
            if isinstance(summary, Summary) and not user.mentioned_in(fn.name):
                facts[fn.name] = FunctionFacts(summary.heap, summary.results, cost_of(fn, self.analysis.context.methods) <= CLOSURE_BUDGET)
        store.save(list(made.values()), self._new_packages, facts)

    def took_from_store(self) -> bool:
        return bool(self._stored)

    def pending(self) -> bool:
        """Whether functions were promised whose machine code is still to be made."""
        return self._waiting

    def _flush(self) -> None:
        """Hand the collected functions to the workers."""
        for at, batch in enumerate(self._batches):
            if batch:
                self._submit(at)

    def _submit(self, at: int) -> None:
        batch = self._batches[at]
        self._batches[at] = []
        self.pool.submit(batch[0].name, batch, batch[0].level)

    def finish(self) -> None:
        """Wait for all machine code and replace the promises."""
        self._flush()
        self._waiting = False
        for definitions in self.pool.results():
            for d in definitions:
                self.definitions[d.name] = d
        for name, d in self.definitions.items():
            if d.kind == sym.TEXT and not d.data and d.size == 0:
                raise Bug("codegen", "no machine code arrived", name)


def funcval(name: str) -> Definition:
    """`f·f`: the one-word object a func value of a static function points at."""
    d = Definition(name, sym.FUNCVAL, bytes(8), align=8, flags=sym.DUPOK)
    d.relocations.append(Relocation(0, sym.R_ADDR64, name[:-2]))
    return d


def _variant_names(packages: Packages) -> UserNames | None:
    """Tells the names that mention a package of std which is not the one whose machine code is kept."""
    prefixes = [escape_path(p.link_path) for p in packages.inputs.values() if p.variant]
    return UserNames(prefixes) if prefixes else None


def _user_names(packages: Packages) -> UserNames:
    """Tells the names that mention a package of the user's, or of std as only this program has it."""
    prefixes = [escape_path(p.link_path) for p in packages.inputs.values() if not p.is_std or p.variant]
    return UserNames(prefixes or ["main"])


def _prefix(fn: Function) -> str:
    return "" if fn.package is None else escape_path(fn.package.link_path)
