"""Collecting the package-level objects of all files.

    import "fmt"; const a, b = 1, 2; func (t *T) m()   →   file scope: fmt; package scope: a, b; method m of T

Nothing is typed here: an object gets a DeclInfo that says how (see decl.object_decl).

Source of the behaviour: cmd/compile/internal/types2 resolver.go.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final, final

from ..diag.source import NO_POS, Pos
from ..syntax.exprstring import expr_string
from ..syntax.nodes import (
    BadExpr,
    ConstDecl,
    Decl,
    Expr,
    File,
    FuncDecl,
    ImportDecl,
    IndexExpr,
    ListExpr,
    Name,
    ParenExpr,
    StarExpr,
    TypeDecl,
    VarDecl,
)
from ..syntax.positions import start_pos
from ..syntax.tokens import STRING_LIT
from . import decl as decls
from .checker_base import CURRENT_VERSION, ImportFailed, version_minor
from .constant import ConstValue, make_from_literal
from .errors import Report
from .objects import Const, Func, Object, Package, PkgName, TypeName, Var, exported
from .scope import Scope

if TYPE_CHECKING:
    from .checker import Checker


@final
class DeclInfo:
    """How a package-level object is declared, and which others its initialiser or body refers to."""

    __slots__ = (
        "file", "scope", "version", "lhs", "vtyp", "init", "inherited", "tdecl", "fdecl", "deps", "pending_init",
        "queued",
    )  # fmt: skip

    def __init__(self, file: File, scope: Scope, version: int) -> None:
        self.file = file
        self.scope = scope
        self.version = version
        self.lhs: list[Var] | None = None  # of an n:1 variable declaration
        self.vtyp: Expr | None = None
        self.init: Expr | None = None
        self.inherited = False
        self.tdecl: TypeDecl | None = None
        self.fdecl: FuncDecl | None = None
        self.deps: dict[Object, None] = {}
        self.pending_init = False  # variable with a declared type whose initialiser is not checked yet
        self.queued = False  # the body is queued to be checked


@final
class _Method:
    __slots__ = ("obj", "ptr", "recv")

    def __init__(self, obj: Func, ptr: bool, recv: Name) -> None:
        self.obj = obj
        self.ptr = ptr
        self.recv = recv


def unparen(e: Expr) -> Expr:
    while isinstance(e, ParenExpr):
        e = e.x
    return e


def init_files(check: Checker, files: list[File]) -> None:
    """Keep the files of this package and find their language versions."""
    pkg = check.pkg
    for file in files:
        name = file.pkg_name.text
        if name == "_":
            check.error_at(file.pkg_name, "BlankPkgName", "invalid package name _")
        elif pkg.name == "":
            pkg.name = name
        elif name != pkg.name:
            check.error_at(file, "MismatchedPkgName", f"package {name}; expected package {pkg.name}")
            continue
        check.files.append(file)
    pkg.files = check.files
    if files and version_minor(check.go_version) > CURRENT_VERSION:
        message = f"package requires newer Go version {check.go_version} (application built with go1.{CURRENT_VERSION})"
        check.error(files[0].pos, "TooNew", message)
    for file in check.files:
        file.version = check.go_version
        minor = version_minor(file.go_version)
        if minor:
            file.version = f"go1.{max(minor, 21)}"
            if minor > CURRENT_VERSION:
                check.error_at(file.pkg_name, "TooNew", f"file requires newer Go version {file.go_version}")


def arity(check: Checker, pos: Pos, names: list[Name], inits: list[Expr], is_const: bool, inherited: bool) -> None:
    n_names = len(names)
    n_inits = len(inits)
    if n_names < n_inits:
        extra = inits[n_names]
        if inherited:
            check.error(pos, "WrongAssignCount", f"extra init expr at {check.sources.position(extra.pos)}")
        else:
            check.error_at(extra, "WrongAssignCount", f"extra init expr {expr_string(extra)}")
    elif n_names > n_inits and (is_const or n_inits != 1):
        name = names[n_inits]
        check.error_at(name, "WrongAssignCount", f"missing init expr for {name.text}")


_ILLEGAL_IN_PATH: Final = "!\"#$%&'()*,:;<=>?[\\]^{|}`\ufffd"


def unquote_literal(text: str) -> str | None:
    """The value of a string literal as text (import paths, tags)."""
    v = make_from_literal(text, STRING_LIT)
    return v.decode("utf-8", "surrogateescape") if isinstance(v, bytes) else None


def _invalid_path(path: str) -> str:
    if path == "":
        return "empty string"
    for c in path:
        category = unicodedata.category(c)
        if category[0] not in "LMNPS" and c != " " or c.isspace() or c in _ILLEGAL_IN_PATH:
            shown = f" '{c}'" if category[0] in "LMNPS" or c == " " else ""
            return f"invalid character U+{ord(c):04X}{shown}"
    return ""


def _import(check: Checker, pos: Pos, path: str) -> Package:
    message = ""
    try:
        imported = check.importer.import_package(path, check.pkg)
        if imported.name not in ("_", ""):
            return imported
        message = f'invalid package name: "{imported.name}"'
    except ImportFailed as e:
        message = e.message
    check.error(pos, "BrokenImport", f"could not import {path} ({message})")
    name = path.rstrip("/")
    fake = Package(path, name[name.rfind("/") + 1 :], Scope(None))
    fake.fake = True
    return fake


def _declare_pkg_obj(check: Checker, name: Name, obj: Object, d: DeclInfo) -> None:
    if name.text == "init":
        check.error_at(name, "InvalidInitDecl", "cannot declare init - must be func")
        return
    if name.text == "main" and check.pkg.name == "main":
        check.error_at(name, "InvalidMainDecl", "cannot declare main - must be func")
        return
    decls.declare(check, check.pkg.scope, name, obj, NO_POS)
    _add(check, obj, d)


def _add(check: Checker, obj: Object, d: DeclInfo) -> None:
    obj.decl = d
    check.decls.append(obj)
    obj.order = len(check.decls)


def collect_objects(check: Checker) -> None:
    methods: list[_Method] = []
    for file in check.files:
        check.env.version = version_minor(file.version)
        scope = Scope(check.pkg.scope, file.pos, file.eof, file.name)
        file.scope = scope
        _collect_file(check, file, scope, methods)
    check.env.version = 0
    for file in check.files:
        _check_file_scope(check, file)
    check.pkg.imports.sort(key=_path_of)
    for m in methods:
        ptr, base = _resolve_base_type_name(check, m.ptr, m.recv)
        if base is not None:
            m.obj.has_ptr_recv = ptr
            check.methods.setdefault(base, []).append(m.obj)


def _path_of(p: Package) -> str:
    return p.path


def _check_file_scope(check: Checker, file: File) -> None:
    """No name may be in both a file's scope and the package's."""
    assert file.scope is not None
    for name, obj in file.scope.elems.items():
        alt = check.pkg.scope.lookup(name)
        if alt is None:
            continue
        r = Report("DuplicateDecl")
        if isinstance(obj, PkgName):
            r.add(alt.pos, f"{alt.name} already declared through import of {package_string(obj.imported)}")
        else:
            r.add(alt.pos, f"{alt.name} already declared through dot-import of {package_string(obj.pkg)}")
        r.add_other_declaration(obj)
        check.report(r)


def package_string(p: Package | None) -> str:
    return "<nil>" if p is None else f'package {p.name} ("{p.path}")'


def _collect_file(check: Checker, file: File, scope: Scope, methods: list[_Method]) -> None:
    version = check.env.version
    last: ConstDecl | None = None
    previous: Decl | None = None
    for d in file.decls:
        if isinstance(d, FuncDecl):
            _collect_func(check, file, scope, d, methods)
        elif isinstance(d, TypeDecl):
            tname = TypeName(d.name.pos, check.pkg, d.name.text, None)
            info = DeclInfo(file, scope, version)
            info.tdecl = d
            _declare_pkg_obj(check, d.name, tname, info)
        elif isinstance(d, VarDecl):
            _collect_var(check, file, scope, d)
        elif isinstance(d, ConstDecl):
            if not (isinstance(previous, ConstDecl) and d.group is not None and previous.group is d.group):
                last = None
            last = _collect_const(check, file, scope, d, last)
        elif isinstance(d, ImportDecl):
            _collect_import(check, file, scope, d)
        previous = d


def _collect_import(check: Checker, file: File, scope: Scope, d: ImportDecl) -> None:
    if d.path.bad:
        return
    path = unquote_literal(d.path.text)
    if path is not None:
        path = path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    problem = "invalid syntax" if path is None else _invalid_path(path)
    if path is None or problem:
        check.error_at(d.path, "BadImportPath", f"invalid import path ({problem})")
        return
    imported = _import(check, d.path.pos, path)
    name = imported.name
    if d.local_name is not None:
        name = d.local_name.text
        if path == "C":
            check.error_at(d.local_name, "ImportCRenamed", 'cannot rename import "C"')
            return
    if name == "init":
        check.error_at(d, "InvalidInitDecl", "cannot import package as init - init must be a func")
        return
    pkg = check.pkg
    if imported not in pkg.imports:
        pkg.imports.append(imported)
    pkg_name = PkgName(d.local_name.pos if d.local_name is not None else d.pos, pkg, name, imported)
    pkg_name.pos = d.pos
    pkg_name.import_decl = d
    d.obj = pkg_name
    if d.local_name is not None:
        d.local_name.obj = pkg_name
    if imported.fake:
        pkg_name.used = True
    check.imports.append(pkg_name)
    if name != ".":
        decls.declare(check, scope, None, pkg_name, NO_POS)
        return
    through = check.dot_imports.setdefault(scope, {})
    for elem_name in imported.scope.names():
        obj = imported.scope.elems[elem_name]
        if not exported(elem_name):
            continue
        alt = scope.lookup(elem_name)
        if alt is not None:
            r = Report("DuplicateDecl")
            assert d.local_name is not None
            r.add(d.local_name.pos, f"{alt.name} redeclared in this block")
            r.add_other_declaration(alt)
            check.report(r)
        else:
            scope.elems[elem_name] = obj
            through[elem_name] = pkg_name


def const_source(d: ConstDecl, last: ConstDecl | None) -> tuple[ConstDecl, bool]:
    """The declaration whose type and values d uses, and whether they are inherited."""
    if d.type_expr is not None or d.values:
        return d, False
    if last is None:
        return d, False
    return last, True


def _collect_const(check: Checker, file: File, scope: Scope, d: ConstDecl, last: ConstDecl | None) -> ConstDecl:
    source, inherited = const_source(d, last)
    values = source.values
    iota: ConstValue = d.iota
    for i, name in enumerate(d.names):
        obj = Const(name.pos, check.pkg, name.text, None, iota)
        info = DeclInfo(file, scope, check.env.version)
        info.vtyp = source.type_expr
        info.init = values[i] if i < len(values) else None
        info.inherited = inherited
        _declare_pkg_obj(check, name, obj, info)
    arity(check, d.pos, d.names, values, True, inherited)
    return source


def _collect_var(check: Checker, file: File, scope: Scope, d: VarDecl) -> None:
    values = d.values
    lhs: list[Var] = []
    shared: DeclInfo | None = None
    if len(values) == 1 or not values:
        # One initialiser for all (or none): one DeclInfo for all.
        shared = DeclInfo(file, scope, check.env.version)
        shared.lhs = lhs
        shared.vtyp = d.type_expr
        shared.init = values[0] if values else None
    for i, name in enumerate(d.names):
        obj = Var(name.pos, check.pkg, name.text, None)
        lhs.append(obj)
        info = shared
        if info is None:
            info = DeclInfo(file, scope, check.env.version)
            info.vtyp = d.type_expr
            info.init = values[i] if i < len(values) else None
        _declare_pkg_obj(check, name, obj, info)
    if d.type_expr is None or values:
        arity(check, d.pos, d.names, values, False, False)


def _collect_func(check: Checker, file: File, scope: Scope, d: FuncDecl, methods: list[_Method]) -> None:
    pkg = check.pkg
    name = d.name.text
    obj = Func(d.name.pos, pkg, name, None)
    obj.func_decl = d
    d.file = file
    d.name.obj = obj
    tparam0 = d.tparams[0] if d.tparams else None
    if d.recv is None:
        if name == "init" or name == "main" and pkg.name == "main":
            code = "InvalidInitDecl" if name == "init" else "InvalidMainDecl"
            if tparam0 is not None:
                check.soft_error(start_pos(tparam0), code, f"func {name} must have no type parameters")
            if d.func_type.params or d.func_type.results:
                check.soft_error(d.name.pos, code, f"func {name} must have no arguments and no return values")
        elif tparam0 is not None:
            check.verify_version(start_pos(tparam0), 18, "type parameter")
        if name == "init":
            obj.parent = pkg.scope
            if not d.has_body:
                check.soft_error(obj.pos, "MissingInitBody", "func init must have a body")
        else:
            decls.declare(check, pkg.scope, d.name, obj, NO_POS)
    else:
        ptr, base, _ = unpack_recv(check, d.recv.type_expr, False)
        if isinstance(base, Name) and name != "_":
            methods.append(_Method(obj, ptr, base))
        obj.has_ptr_recv = ptr
        if tparam0 is not None:
            check.verify_version(start_pos(tparam0), 27, "generic method")
    info = DeclInfo(file, scope, check.env.version)
    info.fdecl = d
    _add(check, obj, info)


def unpack_recv(check: Checker, rtype: Expr, unpack_params: bool) -> tuple[bool, Expr, list[Name] | None]:
    """Whether the receiver type is a pointer, its base type expression, and its type parameter names if it has any."""
    ptr = False
    base = unparen(rtype)
    if isinstance(base, StarExpr):
        ptr = True
        base = unparen(base.x)
    tparams: list[Name] | None = None
    if isinstance(base, IndexExpr):
        if unpack_params:
            tparams = []
            for arg in unpack_list(base.index):
                if isinstance(arg, Name):
                    tparams.append(arg)
                    continue
                if not isinstance(arg, BadExpr):
                    message = f"receiver type parameter {expr_string(arg)} must be an identifier"
                    check.error_at(arg, "BadDecl", message)
                tparams.append(Name(arg.pos, "_"))
        base = base.x
    return ptr, base, tparams


def unpack_list(e: Expr) -> list[Expr]:
    return e.elems if isinstance(e, ListExpr) else [e]


def _resolve_base_type_name(check: Checker, ptr: bool, name: Name) -> tuple[bool, TypeName | None]:
    """Find the declared type a receiver names, through aliases, looking only at syntax."""
    seen: list[TypeName] = []
    while True:
        obj = check.pkg.scope.lookup(name.text)
        if not isinstance(obj, TypeName) or obj in seen:
            return False, None
        d = obj.decl
        assert isinstance(d, DeclInfo) and d.tdecl is not None
        if not d.tdecl.alias:
            return ptr, obj
        if d.tdecl.tparams:
            return False, None
        seen.append(obj)
        typ = unparen(d.tdecl.type_expr)
        if isinstance(typ, StarExpr):
            if ptr:
                return False, None
            ptr = True
            typ = unparen(typ.x)
        if not isinstance(typ, Name):
            return False, None
        name = typ


def package_objects(check: Checker) -> None:
    """Type everything: defined types first, then aliases, then the rest."""
    decls.direct_cycles(check)
    for obj in check.decls:
        if isinstance(obj, TypeName) and obj.type is not None:
            decls.collect_methods(check, obj)
    aliases: list[Object] = []
    others: list[Object] = []
    for obj in check.decls:
        if isinstance(obj, TypeName):
            d = obj.decl
            assert isinstance(d, DeclInfo) and d.tdecl is not None
            if d.tdecl.alias:
                aliases.append(obj)
            else:
                decls.object_decl(check, obj)
        else:
            others.append(obj)
    for obj in aliases:
        decls.object_decl(check, obj)
    for obj in others:
        decls.object_decl(check, obj)
    # Objects that other packages asked for before: what was left undone.
    for obj in others:
        d = obj.decl
        assert isinstance(d, DeclInfo)
        if isinstance(obj, Func):
            decls.queue_body(check, obj, d)
        elif isinstance(obj, Var):
            decls.check_pending_init(check, obj, d)

