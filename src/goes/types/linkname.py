"""Names of types and functions in symbols and descriptors.

    link_string(map[string]*T)   →   "map[string]*example.com/m.T"     in `type:…` symbols; equal exactly if identical
    name_string(map[string]*T)   →   "map[string]*m.T"                 what reflect's String() says
    func_link_name((*T[int]).M)  →   "example.com/m.(*T[int]).M"

Type arguments are written with full paths in both. A type declared in a function has a ·N suffix in link strings.

Sources: cmd/compile/internal/types/fmt.go (fmtTypeID, fmtTypeIDName), noder/reader.go (mangle), cmd/internal/objabi
path.go; docs compiler-contracts 4.6.
"""

from __future__ import annotations

from typing import Final, final

from .named import signature_of
from .objects import Func, Package, Var, exported
from .types import (
    INT32,
    RECV_ONLY,
    SEND_ONLY,
    SEND_RECV,
    UINT8,
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
    Tuple,
    Type,
    TypeParam,
    Union,
    unalias,
)
from .typeset import type_set
from .typestring import quote


def escape_path(path: str) -> str:
    """An import path as it appears in symbols: dots after the last slash, blanks, %, quotes and non-ASCII bytes
    become %xx."""
    slash = path.rfind("/")
    if "." not in path[slash + 1 :] and path.isascii() and path.isprintable():
        if "%" not in path and '"' not in path and " " not in path:
            return path
    data = path.encode("utf-8", "surrogateescape")
    slash = data.rfind(b"/")
    out: list[str] = []
    for i in range(len(data)):
        c = data[i]
        if c <= 32 or (c == 46 and i > slash) or c == 37 or c == 34 or c >= 0x7F:
            out.append(f"%{c:02x}")
        else:
            out.append(chr(c))
    return "".join(out)


_prefixes: Final[dict[str, str]] = {}


def package_link_prefix(pkg: Package) -> str:
    """The escaped link path of a package."""
    p = _prefixes.get(pkg.link_path)
    if p is None:
        p = escape_path(pkg.link_path)
        _prefixes[pkg.link_path] = p
    return p


@final
class _Writer:
    """`link`: full paths (LinkString) or package names (NameString)."""

    __slots__ = ("out", "link", "size", "visited")

    def __init__(self, link: bool) -> None:
        self.out: list[str] = []
        self.link = link
        self.size = 0
        self.visited: list[tuple[Type, int]] = []

    def put(self, s: str) -> None:
        self.out.append(s)
        self.size += len(s) if s.isascii() else len(s.encode("utf-8", "surrogateescape"))

    def package(self, pkg: Package) -> str:
        return package_link_prefix(pkg) if self.link else pkg.name

    def write(self, t: Type) -> None:
        if isinstance(t, Alias):
            t = t.actual()
        if isinstance(t, Basic):
            if t.kind == UINT8:
                self.put("uint8")
            elif t.kind == INT32:
                self.put("int32")
            elif t.kind == UNSAFE_POINTER:
                self.put("unsafe.Pointer")
            else:
                self.put(t.name)
            return
        if isinstance(t, Named):
            self.named(t)
            return
        if isinstance(t, TypeParam):
            self.put(t.obj.name)
            return
        # A type inside itself (only through anonymous interfaces) is written as the place where it began.
        for v, at in self.visited:
            if v is t:
                self.put("@" + str(at))
                return
        self.visited.append((t, self.size))
        if isinstance(t, Pointer):
            self.put("*")
            self.write(t.elem)
        elif isinstance(t, Slice):
            self.put("[]")
            self.write(t.elem)
        elif isinstance(t, Array):
            self.put("[" + str(t.length) + "]")
            self.write(t.elem)
        elif isinstance(t, Map):
            self.put("map[")
            self.write(t.key)
            self.put("]")
            self.write(t.elem)
        elif isinstance(t, Chan):
            self.chan(t)
        elif isinstance(t, Signature):
            self.put("func")
            self.signature(t)
        elif isinstance(t, Struct):
            self.struct(t)
        elif isinstance(t, Interface):
            self.interface(t)
        elif isinstance(t, Tuple):
            self.params(t, False)
        elif isinstance(t, Union):
            for i in range(len(t.terms)):
                self.put((" | " if i > 0 else "") + ("~" if t.terms[i].tilde else ""))
                self.write(t.terms[i].type)
        self.visited.pop()

    def named(self, t: Named) -> None:
        pkg = t.origin.obj.pkg
        if pkg is not None:
            self.put(self.package(pkg) + ".")
        self.put(t.origin.obj.name)
        if t.targs:
            self.put(type_args_string(t.targs))
        if self.link and t.local_id > 0:
            self.put("·" + str(t.local_id))

    def chan(self, t: Chan) -> None:
        if t.dir == SEND_ONLY:
            self.put("chan<- ")
        elif t.dir == RECV_ONLY:
            self.put("<-chan ")
        else:
            self.put("chan ")
        elem = unalias(t.elem)
        if t.dir == SEND_RECV and isinstance(elem, Chan) and elem.dir == RECV_ONLY:
            self.put("(")
            self.write(elem)
            self.put(")")
        else:
            self.write(elem)

    def signature(self, t: Signature) -> None:
        self.params(t.params, t.variadic)
        results = t.results.vars
        if not results:
            return
        self.put(" ")
        if len(results) == 1:
            if results[0].type is not None:
                self.write(results[0].type)
        else:
            self.params(t.results, False)

    def params(self, t: Tuple, variadic: bool) -> None:
        self.put("(")
        n = len(t.vars)
        for i in range(n):
            if i > 0:
                self.put(", ")
            typ = t.vars[i].type
            if typ is None:
                continue
            if variadic and i == n - 1:
                last = unalias(typ)
                if isinstance(last, Slice):
                    self.put("...")
                    typ = last.elem
            self.write(typ)
        self.put(")")

    def interface(self, t: Interface) -> None:
        tset = type_set(t)
        methods = tset.methods
        self.put("interface {")
        for i in range(len(methods)):
            m = methods[i]
            self.put("; " if i > 0 else " ")
            if not exported(m.name) and m.pkg is not None:
                self.put(self.package(m.pkg) + ".")
            self.put(m.name)
            self.signature(signature_of(m))
        if methods:
            self.put(" ")
        self.put("}")

    def struct(self, t: Struct) -> None:
        self.put("struct {")
        for i in range(len(t.fields)):
            f = t.fields[i]
            self.put("; " if i > 0 else " ")
            if f.embedded:
                if self.link and not _named_like_its_type(f):
                    self.field_name(f)
                    self.put(" = ")
            else:
                self.field_name(f)
                self.put(" ")
            if f.type is not None:
                self.write(f.type)
            tag = t.tag(i)
            if tag:
                self.put(" " + quote(tag))
        if t.fields:
            self.put(" ")
        self.put("}")

    def field_name(self, f: Var) -> None:
        if self.link and not exported(f.name) and f.pkg is not None:
            self.put(package_link_prefix(f.pkg) + ".")
        self.put(f.name)


def _named_like_its_type(f: Var) -> bool:
    """Whether an embedded field's name is the very name of its type, so that writing the type says it all."""
    if f.type is None:
        return False
    t = unalias(f.type)
    if isinstance(t, Pointer):
        t = unalias(t.elem)
    if not isinstance(t, Named) or t.targs or t.local_id > 0:
        return False
    obj = t.obj
    return obj.name == f.name and (exported(f.name) or obj.pkg is f.pkg)


def link_string(t: Type) -> str:
    """The unique name of t: equal for two types exactly if they are identical."""
    t = unalias(t)
    if isinstance(t, Named):
        if not t.link_name:
            w = _Writer(True)
            w.write(t)
            t.link_name = "".join(w.out)
        return t.link_name
    w = _Writer(True)
    w.write(t)
    return "".join(w.out)


def name_string(t: Type) -> str:
    """The name that reflect shows: packages by name, no trace of the function a type is local to."""
    w = _Writer(False)
    w.write(t)
    return "".join(w.out)


def type_args_string(targs: list[Type]) -> str:
    """[int,example.com/m.T]; "" without arguments."""
    if not targs:
        return ""
    return "[" + ",".join([link_string(t) for t in targs]) + "]"


def func_link_name(obj: Func, targs: list[Type] | None = None) -> str:
    """The symbol of a function or method. `targs`: its type arguments; for the declared method of a generic type, the
    receiver's come first. A method of an instantiated type knows its receiver's arguments itself."""
    args: list[Type] = [] if targs is None else targs
    sig = signature_of(obj)
    prefix = "" if obj.pkg is None else package_link_prefix(obj.pkg) + "."
    if sig.recv is None or sig.recv.type is None:
        return prefix + obj.name + type_args_string(args)
    recv = unalias(sig.recv.type)
    pointer = isinstance(recv, Pointer)
    if isinstance(recv, Pointer):
        recv = unalias(recv.elem)
    if not isinstance(recv, Named):
        if isinstance(recv, Interface):  # a method of an interface literal
            return link_string(recv) + "." + obj.name
        return prefix + obj.name + type_args_string(args)
    n = len(sig.rparams)
    if n > 0 and len(args) >= n:
        recv_args = args[:n]
        args = args[n:]
    else:
        recv_args = recv.targs
    name = recv.origin.obj.name + type_args_string(recv_args)
    if recv.local_id > 0:
        name += "·" + str(recv.local_id)
    owner = recv.origin.obj.pkg
    prefix = "" if owner is None else package_link_prefix(owner) + "."
    if pointer:
        name = "(*" + name + ")"
    return prefix + name + "." + obj.name + type_args_string(args)
