"""Types and objects as gc prints them.

    type_string(map[string]*List[int])      →   "map[string]*example.com/m.List[int]"
    type_string(…, PackageQualifier(pkg))   →   "map[string]*List[int]" within m, "map[string]*m.List[int]" elsewhere

A `Qualifier` says how packages (and positions, for type parameters that hide predeclared names) are written.
Without one, packages are written by import path.

Sources: types2 typestring.go, object.go, errors.go `qualifier` (formats).
"""

from __future__ import annotations

from typing import final

from ..diag.source import Pos, SourceSet
from .objects import Builtin, Const, Func, Label, Nil, Object, Package, PkgName, TypeName, Var, exported
from .types import (
    RECV_ONLY,
    SEND_ONLY,
    SEND_RECV,
    UNSAFE_POINTER,
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
    Term,
    Tuple,
    Type,
    TypeParam,
    Union,
    under,
)


class Qualifier:
    """How a package is written in front of its objects; "" for nothing. This one writes import paths."""

    __slots__ = ()

    def qualify(self, pkg: Package) -> str:
        return pkg.path

    def position(self, pos: Pos) -> str:
        return "-"


@final
class PackageQualifier(Qualifier):
    """Names relative to one package: nothing for its own objects, package names for others, and quoted paths for
    packages whose name several imported packages (direct or not) share."""

    __slots__ = ("pkg", "sources", "_paths")

    def __init__(self, pkg: Package, sources: SourceSet | None = None) -> None:
        self.pkg = pkg
        self.sources = sources
        self._paths: dict[str, set[str]] | None = None

    def qualify(self, pkg: Package) -> str:
        if pkg is self.pkg:
            return ""
        paths = self._paths
        if paths is None:
            paths = {}
            _mark_imports(self.pkg, paths, set())
            self._paths = paths
        same_name = paths.get(pkg.name)
        if same_name is not None and len(same_name) > 1:
            return quote(pkg.path)
        return pkg.name

    def position(self, pos: Pos) -> str:
        return "-" if self.sources is None else str(self.sources.position(pos))


def _mark_imports(root: Package, paths: dict[str, set[str]], seen: set[Package]) -> None:
    work = [root]
    seen.add(root)
    while work:
        pkg = work.pop()
        paths.setdefault(pkg.name, set()).add(pkg.path)
        for p in pkg.imports:
            if p not in seen:
                seen.add(p)
                work.append(p)


_ESCAPES = {7: "\\a", 8: "\\b", 12: "\\f", 10: "\\n", 13: "\\r", 9: "\\t", 11: "\\v", 34: '\\"', 92: "\\\\"}


def quote(s: str) -> str:
    """s as a Go string literal (strconv.Quote); surrogate escapes are bytes of invalid UTF-8."""
    if s.isascii() and s.isprintable() and '"' not in s and "\\" not in s:
        return '"' + s + '"'
    out = ['"']
    for ch in s:
        c = ord(ch)
        esc = _ESCAPES.get(c)
        if esc is not None:
            out.append(esc)
        elif 0xDC80 <= c <= 0xDCFF:
            out.append(f"\\x{c - 0xDC00:02x}")
        elif ch.isprintable():
            out.append(ch)
        elif c < 32 or c == 127:
            out.append(f"\\x{c:02x}")
        elif c < 0x10000:
            out.append(f"\\u{c:04x}")
        else:
            out.append(f"\\U{c:08x}")
    out.append('"')
    return "".join(out)


def package_prefix(pkg: Package | None, q: Qualifier | None) -> str:
    if pkg is None:
        return ""
    s = pkg.path if q is None else q.qualify(pkg)
    return s + "." if s else ""


@final
class TypeWriter:
    """Collects the pieces of one type's text. `param_names`: write parameter names; `pkg_info`: annotate the first
    unexported struct field with its package (to tell apart two types that print alike)."""

    __slots__ = ("out", "q", "seen", "param_names", "pkg_info")

    def __init__(self, q: Qualifier | None) -> None:
        self.out: list[str] = []
        self.q = q
        self.seen: list[Type] = []
        self.param_names = True
        self.pkg_info = False

    def text(self) -> str:
        return "".join(self.out)

    def write(self, t: Type | None) -> None:
        out = self.out
        if t is None:
            out.append("<nil>")
            return
        if isinstance(t, Basic):
            if t.kind == UNSAFE_POINTER:
                from .universe import UNSAFE

                out.append(package_prefix(UNSAFE, self.q))
            out.append(t.name)
            return
        for s in self.seen:
            if s is t:
                out.append("<cycle to " + type(t).__name__ + ">")
                return
        self.seen.append(t)
        if isinstance(t, Named):
            self.type_name(t.origin.obj)
            if t.targs:
                self.type_list(t.targs)
            elif t.tparams:
                self.tparam_list(t.tparams)
        elif isinstance(t, Pointer):
            out.append("*")
            self.write(t.elem)
        elif isinstance(t, Slice):
            out.append("[]")
            self.write(t.elem)
        elif isinstance(t, Alias):
            self.type_name(t.origin.obj)
            if t.targs:
                self.type_list(t.targs)
            elif t.tparams:
                self.tparam_list(t.tparams)
        elif isinstance(t, TypeParam):
            self.type_param(t)
        elif isinstance(t, Map):
            out.append("map[")
            self.write(t.key)
            out.append("]")
            self.write(t.elem)
        elif isinstance(t, Array):
            out.append("[" + str(t.length) + "]")
            self.write(t.elem)
        elif isinstance(t, Chan):
            self.chan(t)
        elif isinstance(t, Signature):
            out.append("func")
            self.signature(t)
        elif isinstance(t, Struct):
            self.struct(t)
        elif isinstance(t, Interface):
            self.interface(t)
        elif isinstance(t, Tuple):
            self.tuple(t, False)
        elif isinstance(t, Union):
            for i in range(len(t.terms)):
                if i > 0:
                    out.append(" | ")
                self.term(t.terms[i])
        self.seen.pop()

    def term(self, t: Term) -> None:
        if t.tilde:
            self.out.append("~")
        self.write(t.type)

    def type_name(self, obj: TypeName) -> None:
        self.out.append(package_prefix(obj.pkg, self.q) + obj.name)

    def type_list(self, types: list[Type]) -> None:
        self.out.append("[")
        for i in range(len(types)):
            if i > 0:
                self.out.append(", ")  # the writer's comma carries a blank
            self.write(types[i])
        self.out.append("]")

    def type_param(self, t: TypeParam) -> None:
        self.out.append(t.obj.name)
        from .universe import UNIVERSE

        if UNIVERSE.lookup(t.obj.name) is not None:
            # Not the predeclared type of that name.
            at = "-" if self.q is None else self.q.position(t.obj.pos)
            self.out.append(f" /* with {t.obj.name} declared at {at} */")

    def tparam_list(self, tparams: list[TypeParam]) -> None:
        self.out.append("[")
        prev: Type | None = None
        for i in range(len(tparams)):
            p = tparams[i]
            if i > 0:
                if p.bound is not prev:
                    self.out.append(" ")
                    self.write(prev)
                self.out.append(", ")
            prev = p.bound
            self.write(p)
        if prev is not None:
            self.out.append(" ")
            self.write(prev)
        self.out.append("]")

    def chan(self, t: Chan) -> None:
        parens = False
        if t.dir == SEND_RECV:
            self.out.append("chan ")
            parens = isinstance(t.elem, Chan) and t.elem.dir == RECV_ONLY
        elif t.dir == SEND_ONLY:
            self.out.append("chan<- ")
        else:
            self.out.append("<-chan ")
        if parens:
            self.out.append("(")
        self.write(t.elem)
        if parens:
            self.out.append(")")

    def struct(self, t: Struct) -> None:
        out = self.out
        out.append("struct{")
        for i in range(len(t.fields)):
            f = t.fields[i]
            if i > 0:
                out.append("; ")
            annotate = False
            if self.q is None and self.pkg_info and not exported(f.name):
                annotate = True
                self.pkg_info = False
            if not f.embedded:
                out.append(f.name + " ")
            self.write(f.type)
            if annotate and f.pkg is not None:
                out.append(" /* package " + f.pkg.path + " */ ")
            tag = t.tag(i)
            if tag:
                out.append(" " + quote(tag))
        out.append("}")

    def interface(self, t: Interface) -> None:
        from .universe import COMPARABLE_INTERFACE

        out = self.out
        if t is COMPARABLE_INTERFACE:
            out.append("interface{comparable}")
            return
        if t.implicit:
            if not t.methods and len(t.embeddeds) == 1:
                self.write(t.embeddeds[0])
                return
            out.append("/* implicit */ ")
        out.append("interface{")
        first = True
        for m in t.methods:
            if not first:
                out.append("; ")
            first = False
            out.append(m.name)
            if isinstance(m.type, Signature):
                self.signature(m.type)
        for e in t.embeddeds:
            if not first:
                out.append("; ")
            first = False
            self.write(e)
        out.append("}")

    def tuple(self, t: Tuple, variadic: bool) -> None:
        out = self.out
        out.append("(")
        for i in range(len(t.vars)):
            v = t.vars[i]
            if i > 0:
                out.append(", ")
            if v.name and self.param_names:
                out.append(v.name + " ")
            typ = v.type
            if variadic and i == len(t.vars) - 1:
                if isinstance(typ, Slice):
                    out.append("...")
                    self.write(typ.elem)
                else:  # append([]byte, s...): s is a string, or something that may be one
                    self.write(typ)
                    out.append("...")
            else:
                self.write(typ)
        out.append(")")

    def signature(self, t: Signature) -> None:
        if t.tparams:
            self.tparam_list(t.tparams)
        self.tuple(t.params, t.variadic)
        results = t.results.vars
        if not results:
            return
        self.out.append(" ")
        if len(results) == 1 and not results[0].name:
            self.write(results[0].type)
            return
        self.tuple(t.results, False)


def type_string(t: Type | None, qualifier: Qualifier | None = None) -> str:
    w = TypeWriter(qualifier)
    w.write(t)
    return w.text()


def signature_string(sig: Signature, qualifier: Qualifier | None = None) -> str:
    """The signature without `func`."""
    w = TypeWriter(qualifier)
    w.signature(sig)
    return w.text()


def func_string(f: Func, qualifier: Qualifier | None, pkg_info: bool = False) -> str:
    """Name and signature of a method without parameter names: `Write([]byte) (int, error)`."""
    from .named import signature_of

    w = TypeWriter(None if pkg_info else qualifier)
    w.pkg_info = pkg_info
    w.param_names = False
    w.signature(signature_of(f))
    return f.name + w.text()


def type_params_string(tparams: list[TypeParam]) -> str:
    """`P`, `P and Q`, `P, Q, and R`."""
    names = [p.obj.name for p in tparams]
    if len(names) <= 2:
        return " and ".join(names)
    return ", ".join(names[:-1]) + ", and " + names[-1]


def is_alias_name(obj: TypeName) -> bool:
    """Whether obj is an alias name for its type."""
    t = obj.type
    if t is None:
        return False
    if isinstance(t, Basic):
        if t.kind == UNSAFE_POINTER and obj.name == "Pointer" and obj.pkg is not None and obj.pkg.path == "unsafe":
            return False
        return obj.pkg is not None or t.name != obj.name or t.name == "byte" or t.name == "rune"
    if isinstance(t, Named):
        return obj is not t.obj
    if isinstance(t, TypeParam):
        return obj is not t.obj
    return True


def _func_object_string(obj: Func, q: Qualifier | None) -> str:
    out = "func "
    sig = obj.type
    if not isinstance(sig, Signature):
        return out + obj.name
    recv = sig.recv
    if recv is not None:
        if isinstance(recv.type, Interface):
            out += "(interface)."
        else:
            out += "(" + type_string(recv.type, q) + ")."
    else:
        out += package_prefix(obj.pkg, q)
    return out + obj.name + signature_string(sig, q)


def object_string(obj: Object, qualifier: Qualifier | None = None) -> str:
    """The object as messages describe it: `var x int`, `type T struct{}`, `func p.f(int)`."""
    q = qualifier
    typ = obj.type
    if isinstance(obj, PkgName):
        s = "package " + obj.name
        path = obj.imported.path
        return s + " (" + quote(path) + ")" if path and path != obj.name else s
    if isinstance(obj, Func):
        return _func_object_string(obj, q)
    if isinstance(obj, Nil):
        return "nil"
    if isinstance(obj, Const):
        kind = "const"
    elif isinstance(obj, TypeName):
        kind = "type parameter" if isinstance(typ, TypeParam) else "type"
    elif isinstance(obj, Var):
        kind = "field" if obj.is_field else "var"
    elif isinstance(obj, Label):
        kind = "label"
        typ = None
    elif isinstance(obj, Builtin):
        kind = "builtin"
        typ = None
    else:
        kind = "object"
    name = obj.name
    if obj.pkg is not None and obj.pkg.scope.lookup(obj.name) is obj:
        name = package_prefix(obj.pkg, q) + name
    s = kind + " " + name
    if typ is None:
        return s
    if isinstance(obj, TypeName):
        if isinstance(typ, Basic):
            return s
        if isinstance(typ, (Named, Alias)) and typ.tparams:
            w = TypeWriter(q)
            w.tparam_list(typ.tparams)
            s += w.text()
        if is_alias_name(obj):
            s += " ="
            if isinstance(typ, Alias):
                typ = typ.from_rhs
        elif isinstance(typ, TypeParam):
            typ = typ.bound
        else:
            typ = under(typ)
    return s + " " + type_string(typ, q)


def object_kind(obj: Object) -> str:
    """What kind of thing obj is, in gc's words ("struct field", "type alias", …)."""
    if isinstance(obj, PkgName):
        return "package name"
    if isinstance(obj, Const):
        return "constant"
    if isinstance(obj, TypeName):
        if is_alias_name(obj):
            return "type alias"
        return "type parameter" if isinstance(obj.type, TypeParam) else "defined type"
    if isinstance(obj, Var):
        if obj.is_field:
            return "struct field"
        if obj.is_param:
            return "parameter"
        if obj.pkg is not None and obj.parent is obj.pkg.scope:
            return "package-level variable"
        return "local variable"
    if isinstance(obj, Func):
        return "method" if isinstance(obj.type, Signature) and obj.type.recv is not None else "function"
    if isinstance(obj, Label):
        return "label"
    if isinstance(obj, Builtin):
        return "built-in function"
    if isinstance(obj, Nil):
        return "untyped nil"
    return "unknown symbol"
