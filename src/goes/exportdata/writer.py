"""A package's declarations as gc's export data.

    package net/http, declared   →   b"!<arch>\\n__.PKGDEF ... go object linux amd64 go1.27.3 ...$$B\\nu" + bits + "\\n$$\\n"

Readers are go/importer and golang.org/x/tools, that is vet and every tool that loads types from compiled packages. The
data is self-contained: it holds the package's exported objects and everything these mention, unexported and foreign
declarations too. Each object has four elements of the same index: its name, its declaration, private facts of gc's
compiler (empty here), and its dictionary: the constraints of its type parameters and the types built from them.

An object mentioned for the first time gets its index at once and is written later, so that the graph of types, however
deep, takes no stack.

Sources: cmd/compile/internal/noder (writer.go, linker.go, unified.go), go/internal/gcimporter (ureader.go).
"""

from __future__ import annotations

from typing import Final, final

from ..diag.source import NO_POS, Pos, SourceFile, SourceSet
from ..load.context import BuildContext
from ..obj.archive import OBJECT_PREFIX, PACKAGE_MEMBER, Member, write_archive
from ..types import types as t
from ..types.named import resolve_object, signature_of
from ..types.objects import Const, Func, Object, Package, TypeName, Var, exported
from ..types.types import (
    Alias,
    Array,
    Basic,
    Chan,
    Interface,
    Map,
    Named,
    Pointer,
    Signature,
    Slice,
    Struct,
    Tuple,
    Type,
    TypeParam,
    Union,
    unalias,
)
from ..types.typeset import EMPTY_INTERFACE, constraint_interface
from ..types.universe import ANY, COMPARABLE, COMPARABLE_INTERFACE, UNIVERSE, UNSAFE
from . import pkgbits as bits
from .pkgbits import Element, PackageBits

_BUILTIN: Final = "builtin"  # the path under which readers look for predeclared names
_CHAN_DIRECTIONS: Final = {t.SEND_RECV: 0, t.SEND_ONLY: 1, t.RECV_ONLY: 2}


class ExportError(Exception):
    """The package has no export data: a declaration that importers see has no valid type."""


@final
class _Dictionary:
    """The type parameters of one object and the types that depend on them. `receivers` are those of a generic
    method's receiver; they come before the method's own."""

    __slots__ = ("receivers", "derived", "index")

    def __init__(self, receivers: list[TypeParam]) -> None:
        self.receivers = receivers
        self.derived: list[int] = []  # elements of the type section
        self.index: dict[Type, int] = {}

    def parameter_index(self, p: TypeParam) -> int:
        for i, receiver in enumerate(self.receivers):
            if receiver is p:
                return i
        return len(self.receivers) + p.index


def is_generic_method(f: Func) -> bool:
    sig = signature_of(f)
    return sig.recv is not None and len(sig.tparams) > 0


@final
class _Writer:
    __slots__ = (
        "package", "sources", "goroot_src", "bits", "positions", "packages", "types", "objects", "pending",
        "method_index", "names",
    )  # fmt: skip

    def __init__(self, package: Package, sources: SourceSet, goroot: str) -> None:
        self.package = package
        self.sources = sources
        self.goroot_src = goroot + "/"
        self.bits = PackageBits()
        self.positions: dict[SourceFile, int] = {}
        self.packages: dict[Package | None, int] = {}
        self.types: dict[Type, int] = {}
        self.objects: dict[Object, int] = {}
        self.pending: list[tuple[Object, Element, Element, Element, Element]] = []
        self.method_index: dict[Func, int] = {}
        self.names: dict[str, bytes] = {}

    # ------------------------------------------------------------------------------------------------- the whole

    def write(self) -> bytes:
        public = self.bits.element(bits.SECTION_META)
        private = self.bits.element(bits.SECTION_META)
        own = self.package_index(self.package)
        for name in self.package.scope.names():
            if exported(name):
                self.object_index(self.package.scope.elems[name])
        at = 0
        while at < len(self.pending):
            self.define(*self.pending[at])
            at += 1
        public.reference(bits.SECTION_PKG, own)
        public.length(len(self.pending))
        for obj in self.pending:
            public.reference(bits.SECTION_OBJ, obj[1].index)
            public.length(0)
        self.bits.flush(public)
        private.boolean(False)  # no init task
        private.length(0)  # no bodies
        self.bits.flush(private)
        return self.bits.dump()

    # -------------------------------------------------------------------------------------- positions and packages

    def pos(self, e: Element, pos: Pos) -> None:
        file = self.sources.file(pos) if pos != NO_POS else None
        if file is None:
            e.boolean(False)
            return
        e.boolean(True)
        index = self.positions.get(file)
        if index is None:
            base = self.bits.element(bits.SECTION_POS_BASE)
            name = file.name
            if name.startswith(self.goroot_src):
                name = "$GOROOT/" + name[len(self.goroot_src) :]
            base.text(name)
            base.boolean(True)
            index = self.bits.flush(base)
            self.positions[file] = index
        e.reference(bits.SECTION_POS_BASE, index)
        place = file.raw_position(pos)
        e.length(place.line)
        e.length(place.column)

    def package_index(self, package: Package | None) -> int:
        index = self.packages.get(package)
        if index is None:
            e = self.bits.element(bits.SECTION_PKG)
            index = e.index
            self.packages[package] = index
            if package is None:
                e.text(_BUILTIN)
            elif package is UNSAFE:
                e.text("unsafe")
            else:
                e.text(package.link_path)
                e.text(package.name)
                e.length(0)  # imports: no reader looks
            self.bits.flush(e)
        return index

    def qualified(self, e: Element, package: Package | None, name: str) -> None:
        e.reference(bits.SECTION_PKG, self.package_index(package))
        e.text(name)

    # -------------------------------------------------------------------------------------------------------- types

    def type(self, e: Element, typ: Type | None, dictionary: _Dictionary) -> bool:
        """A use of a type. Whether it depends on type parameters."""
        index, derived = self.type_index(typ, dictionary)
        e.boolean(derived)
        if derived:
            e.length(index)
        else:
            e.reference(bits.SECTION_TYPE, index)
        return derived

    def type_index(self, typ: Type | None, dictionary: _Dictionary) -> tuple[int, bool]:
        if typ is None:
            raise ExportError("a declaration without a type")
        while isinstance(typ, Alias) and not _is_global(typ.obj):
            rhs = typ.from_rhs
            typ = typ.actual() if rhs is None else rhs
        index = self.types.get(typ)
        if index is not None:
            return index, False
        index = dictionary.index.get(typ)
        if index is not None:
            return index, True
        e = self.bits.element(bits.SECTION_TYPE)
        derived = self.describe(e, typ, dictionary)
        self.bits.flush(e)
        if derived:
            index = len(dictionary.derived)
            dictionary.derived.append(e.index)
            dictionary.index[typ] = index
            return index, True
        self.types[typ] = e.index
        return e.index, False

    def describe(self, e: Element, typ: Type, d: _Dictionary) -> bool:
        """The definition of a type. Whether it depends on type parameters."""
        if isinstance(typ, Basic):
            if typ is t.TYP_INVALID:
                raise ExportError("invalid type")
            if typ is t.TYP_BYTE or typ is t.TYP_RUNE:
                e.length(bits.TYPE_NAMED)
                return self.use(e, UNIVERSE.elems[typ.name], [], d)
            e.length(bits.TYPE_BASIC)
            e.length(typ.kind)
            return False
        if isinstance(typ, Named):
            e.length(bits.TYPE_NAMED)
            return self.use(e, typ.origin.obj, typ.targs, d)
        if isinstance(typ, Alias):
            e.length(bits.TYPE_NAMED)
            return self.use(e, typ.origin.obj, typ.targs, d)
        if isinstance(typ, TypeParam):
            e.length(bits.TYPE_PARAMETER)
            e.length(d.parameter_index(typ))
            return True
        if isinstance(typ, Pointer):
            e.length(bits.TYPE_POINTER)
            return self.type(e, typ.elem, d)
        if isinstance(typ, Slice):
            e.length(bits.TYPE_SLICE)
            return self.type(e, typ.elem, d)
        if isinstance(typ, Array):
            if typ.length < 0:
                raise ExportError("an array of unknown length")
            e.length(bits.TYPE_ARRAY)
            e.length(typ.length)
            return self.type(e, typ.elem, d)
        if isinstance(typ, Map):
            e.length(bits.TYPE_MAP)
            derived = self.type(e, typ.key, d)
            return self.type(e, typ.elem, d) or derived
        if isinstance(typ, Chan):
            e.length(bits.TYPE_CHAN)
            e.length(_CHAN_DIRECTIONS[typ.dir])
            return self.type(e, typ.elem, d)
        if isinstance(typ, Signature):
            e.length(bits.TYPE_SIGNATURE)
            return self.signature(e, typ, d)
        if isinstance(typ, Struct):
            e.length(bits.TYPE_STRUCT)
            return self.struct(e, typ, d)
        if isinstance(typ, Interface):
            if typ is EMPTY_INTERFACE:
                e.length(bits.TYPE_NAMED)
                return self.use(e, ANY.obj, [], d)
            e.length(bits.TYPE_INTERFACE)
            return self.interface(e, typ, d)
        if isinstance(typ, Union):
            e.length(bits.TYPE_UNION)
            derived = False
            e.length(len(typ.terms))
            for term in typ.terms:
                e.boolean(term.tilde)
                derived = self.type(e, term.type, d) or derived
            return derived
        raise ExportError(f"no export data for {typ}")

    def struct(self, e: Element, typ: Struct, d: _Dictionary) -> bool:
        derived = False
        e.length(len(typ.fields))
        for i, field in enumerate(typ.fields):
            self.pos(e, field.pos)
            self.qualified(e, field.pkg, field.name)
            derived = self.type(e, field.type, d) or derived
            e.text(typ.tag(i))
            e.boolean(field.embedded)
        return derived

    def interface(self, e: Element, typ: Interface, d: _Dictionary) -> bool:
        if typ is COMPARABLE_INTERFACE:
            e.length(0)
            e.length(1)
            e.boolean(False)
            return self.type(e, COMPARABLE, d)
        derived = False
        e.length(len(typ.methods))
        e.length(len(typ.embeddeds))
        if not typ.methods and len(typ.embeddeds) == 1:
            e.boolean(typ.implicit)
        for m in typ.methods:
            self.pos(e, m.pos)
            self.qualified(e, m.pkg, m.name)
            derived = self.signature(e, signature_of(m), d) or derived
        for embedded in typ.embeddeds:
            derived = self.type(e, embedded, d) or derived
        return derived

    def signature(self, e: Element, sig: Signature, d: _Dictionary) -> bool:
        derived = self.parameters(e, sig.params, d)
        derived = self.parameters(e, sig.results, d) or derived
        e.boolean(sig.variadic)
        return derived

    def parameters(self, e: Element, params: Tuple, d: _Dictionary) -> bool:
        derived = False
        e.length(len(params.vars))
        for p in params.vars:
            derived = self.parameter(e, p, d) or derived
        return derived

    def parameter(self, e: Element, p: Var, d: _Dictionary) -> bool:
        self.pos(e, p.pos)
        self.qualified(e, p.pkg, p.name)
        return self.type(e, p.type, d)

    # ------------------------------------------------------------------------------------------------------ objects

    def use(self, e: Element, obj: Object, targs: list[Type], d: _Dictionary) -> bool:
        """A use of a named type, instantiated with targs. Whether these depend on type parameters."""
        arguments = [self.type_index(a, d) for a in targs]
        e.reference(bits.SECTION_OBJ, self.object_index(obj))
        e.length(len(arguments))
        any_derived = False
        for index, derived in arguments:
            e.boolean(derived)
            if derived:
                e.length(index)
                any_derived = True
            else:
                e.reference(bits.SECTION_TYPE, index)
        return any_derived

    def object_index(self, obj: Object) -> int:
        index = self.objects.get(obj)
        if index is None:
            declaration = self.bits.element(bits.SECTION_OBJ)
            extension = self.bits.element(bits.SECTION_OBJ_EXT)
            name = self.bits.element(bits.SECTION_NAME)
            dictionary = self.bits.element(bits.SECTION_OBJ_DICT)
            index = declaration.index
            self.objects[obj] = index
            self.pending.append((obj, declaration, extension, name, dictionary))
        return index

    def define(self, obj: Object, declaration: Element, extension: Element, name: Element, dictionary: Element) -> None:
        resolve_object(obj)
        receivers: list[TypeParam] = []
        tparams: list[TypeParam] = []
        shown = obj.name
        if isinstance(obj, Func):
            sig = signature_of(obj)
            tparams = sig.tparams
            if is_generic_method(obj):
                receivers = sig.rparams
                shown = _method_name(obj, sig)
        elif isinstance(obj, TypeName) and isinstance(obj.type, (Named, Alias)):
            tparams = obj.type.tparams
            if isinstance(obj.type, Named) and not _is_global(obj):
                shown = f"{obj.name}·{obj.type.local_id or 1}"
        d = _Dictionary(receivers)
        code = self.declare(declaration, obj, d)
        self.bits.flush(declaration)
        self.bits.flush(extension)
        self.qualified(name, obj.pkg, shown)
        name.length(code)
        self.bits.flush(name)
        self.dictionary(dictionary, receivers, tparams, d)
        self.bits.flush(dictionary)

    def declare(self, e: Element, obj: Object, d: _Dictionary) -> int:
        if obj.pkg is None or obj.pkg is UNSAFE:
            return bits.OBJ_STUB
        if isinstance(obj, Const):
            if obj.value is None:
                raise ExportError(f"constant {obj.name} has no value")
            self.pos(e, obj.pos)
            self.type(e, obj.type, d)
            u = None if obj.type is None else t.under(obj.type)
            is_float = isinstance(u, Basic) and u.info & t.IS_FLOAT != 0
            try:
                e.constant(obj.value, is_float)
            except ValueError:
                raise ExportError(f"constant {obj.name} has no value") from None
            return bits.OBJ_CONST
        if isinstance(obj, Func):
            self.function(e, obj, d)
            return bits.OBJ_FUNC
        if isinstance(obj, Var):
            self.pos(e, obj.pos)
            self.type(e, obj.type, d)
            return bits.OBJ_VAR
        assert isinstance(obj, TypeName)
        self.pos(e, obj.pos)
        if isinstance(obj.type, Named) and obj.type.obj is obj:
            self.defined_type(e, obj.type, d)
            return bits.OBJ_TYPE
        rhs = obj.type
        tparams: list[TypeParam] = []
        if isinstance(rhs, Alias):
            tparams = rhs.tparams
            rhs = rhs.actual() if rhs.from_rhs is None else rhs.from_rhs
        self.parameter_names(e, tparams)
        self.type(e, rhs, d)
        return bits.OBJ_ALIAS

    def function(self, e: Element, f: Func, d: _Dictionary) -> None:
        sig = signature_of(f)
        self.pos(e, f.pos)
        if e.boolean(is_generic_method(f)):
            self.qualified(e, f.pkg, f.name)
            self.parameter_names(e, sig.rparams)
            assert sig.recv is not None
            self.parameter(e, sig.recv, d)
            e.length(self.method_index[f])
        self.parameter_names(e, sig.tparams)
        self.signature(e, sig, d)
        self.pos(e, f.pos)

    def defined_type(self, e: Element, named: Named, d: _Dictionary) -> None:
        self.parameter_names(e, named.tparams)
        self.type(e, named.underlying(), d)
        plain: list[Func] = []
        generic: list[Func] = []
        for i, m in enumerate(named.methods()):
            self.method_index[m] = i
            if is_generic_method(m):
                generic.append(m)
            else:
                plain.append(m)
        e.length(len(plain))
        for m in plain:
            sig = signature_of(m)
            e.length(self.method_index[m])
            self.pos(e, m.pos)
            self.qualified(e, m.pkg, m.name)
            self.parameter_names(e, sig.rparams)
            if sig.recv is None:
                raise ExportError(f"method {m.name} has no receiver")
            self.parameter(e, sig.recv, d)
            self.signature(e, sig, d)
            self.pos(e, m.pos)
        e.length(len(generic))
        for m in generic:
            e.reference(bits.SECTION_OBJ, self.object_index(m))

    def parameter_names(self, e: Element, tparams: list[TypeParam]) -> None:
        for p in tparams:
            self.pos(e, p.obj.pos)
            self.qualified(e, p.obj.pkg, p.obj.name)

    def dictionary(self, e: Element, receivers: list[TypeParam], tparams: list[TypeParam], d: _Dictionary) -> None:
        e.length(0)  # type parameters of enclosing functions
        e.length(len(receivers))
        e.length(len(tparams))
        for p in [*receivers, *tparams]:
            constraint_interface(p)
            self.type(e, ANY if p.bound is None else p.bound, d)
        e.length(len(d.derived))
        for index in d.derived:
            e.reference(bits.SECTION_TYPE, index)


def _is_global(obj: Object) -> bool:
    return obj.parent is (UNIVERSE if obj.pkg is None else obj.pkg.scope)


def _method_name(f: Func, sig: Signature) -> str:
    """ "(*T).m", under which a generic method stands among the package's objects."""
    recv = None if sig.recv is None or sig.recv.type is None else unalias(sig.recv.type)
    if isinstance(recv, Pointer):
        base = unalias(recv.elem)
        return f"(*{base.obj.name}).{f.name}" if isinstance(base, Named) else f.name
    return f"{recv.obj.name}.{f.name}" if isinstance(recv, Named) else f.name


def export_data(package: Package, sources: SourceSet, goroot: str) -> bytes:
    """The bits of a declared package, as they stand behind "$$B\\nu". Raises ExportError."""
    return _Writer(package, sources, goroot).write()


def object_header(context: BuildContext) -> str:
    """The first line of a Go object of this target, without "go object "."""
    variable = context.goarch_level and f" GO{context.goarch.upper()}={context.goarch_level}"
    experiments = ",".join(context.experiments)
    return f"{context.goos} {context.goarch} go{context.go_version}{variable} X:{experiments}"


def package_member(
    context: BuildContext, package: Package, data: bytes, build_id: str, lines: list[bytes] | None = None
) -> Member:
    """The archive member that holds the export data. `lines` are further lines of its head, which readers skip."""
    head = OBJECT_PREFIX + object_header(context).encode()
    if build_id:
        head += b'\nbuild id "' + build_id.encode() + b'"'
    if package.name == "main":
        head += b"\nmain"
    for line in lines or []:
        head += b"\n" + line
    return Member(PACKAGE_MEMBER, head + b"\n\n\n$$B\nu" + data + b"\n$$\n")


def export_archive(context: BuildContext, package: Package, data: bytes, build_id: str) -> bytes:
    """An archive of nothing but export data."""
    return write_archive([package_member(context, package, data, build_id)])
