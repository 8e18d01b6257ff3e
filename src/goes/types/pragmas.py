"""Rules about //go: directives that gc checks beside the types.

    //go:linkname local remote      →   only allowed in Go files that import "unsafe"
    //go:embed x.txt                →   go:embed cannot apply to var with initializer
    func f()                        →   missing function body (in a package without assembly)

The parser reports directives that belong to no declaration; here are those on the wrong one, and what depends on
imports and objects. `check_syntax` holds also in the face of type errors, `check_declarations` only without.

Source of the messages: cmd/compile/internal/noder noder.go, writer.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..syntax.nodes import (
    BlockStmt,
    Decl,
    DeclStmt,
    Directive,
    File,
    FuncDecl,
    ImportDecl,
    Stmt,
    VarDecl,
)
from ..syntax.positions import start_pos
from .checker_base import version_minor
from .objects import Func, Object, Var
from .resolver import DeclInfo, unquote_literal

if TYPE_CHECKING:
    from .checker import Checker

_RUNTIME_ONLY: Final = frozenset(
    ("go:systemstack", "go:nowritebarrier", "go:nowritebarrierrec", "go:yeswritebarrierrec")
)
_FUNCTION_VERBS: Final = _RUNTIME_ONLY | frozenset(
    (
        "go:noescape", "go:norace", "go:nosplit", "go:noinline", "go:nocheckptr", "go:registerparams",
        "go:cgo_unsafe_args", "go:uintptrkeepalive", "go:uintptrescapes",
    )
)  # fmt: skip


def verb_of(d: Directive) -> str:
    i = d.text.find(" ")
    return d.text if i < 0 else d.text[:i]


def check_syntax(check: Checker) -> None:
    """Directives that are wrong by themselves."""
    for file in check.files:
        for d in file.directives:
            verb = verb_of(d)
            fields = d.text.split()
            if verb in ("go:linkname", "go:linknamestd"):
                if d.text != verb and len(fields) not in (2, 3):
                    check.error(d.pos, "", f"usage: //{verb} localname [linkname]")
            elif verb == "go:embed":
                if len(fields) < 2:
                    check.error(d.pos, "", "usage: //go:embed pattern...")
            elif check.is_std:
                continue
            elif verb in _RUNTIME_ONLY:
                check.error(d.pos, "", f"//{verb} only allowed in runtime")
            elif verb == "go:uintptrkeepalive":
                check.error(d.pos, "", f"//{verb} is only allowed in the standard library")
            elif verb.startswith("go:cgo_") and verb != "go:cgo_import_dynamic":
                check.error(d.pos, "", f"//{d.text} only allowed in cgo-generated code")


def check_declarations(check: Checker, complete: bool) -> None:
    """Directives against what they apply to. `complete`: the package has no assembly, so functions need bodies."""
    linknames: dict[Object, None] = {}
    check.env.version = version_minor(check.go_version)
    for file in check.files:
        imported = _imports(file)
        for decl in file.decls:
            _check_decl(check, decl, "embed" in imported, False)
            if isinstance(decl, FuncDecl) and decl.body is not None:
                _check_block(check, decl.body, "embed" in imported)
        for d in file.directives:
            if verb_of(d) in ("go:linkname", "go:linknamestd"):
                _check_linkname(check, d, "unsafe" in imported, linknames)
    for obj in check.decls:
        info = obj.decl
        if isinstance(obj, Func) and isinstance(info, DeclInfo) and info.fdecl is not None:
            _check_function(check, obj, info.fdecl, complete, linknames)


def _imports(file: File) -> list[str]:
    paths: list[str] = []
    for decl in file.decls:
        if isinstance(decl, ImportDecl):
            path = unquote_literal(decl.path.text)
            if path is not None:
                paths.append(path)
    return paths


def _check_decl(check: Checker, decl: Decl, has_embed: bool, within_func: bool) -> None:
    embeds: list[Directive] = []
    for d in decl.directives:
        verb = verb_of(d)
        if verb == "go:embed":
            embeds.append(d)
        elif verb == "go:build" or verb in _FUNCTION_VERBS and not isinstance(decl, FuncDecl):
            check.error(d.pos, "", "misplaced compiler directive")
    if not embeds:
        return
    if not isinstance(decl, VarDecl):
        for d in embeds:
            check.error(d.pos, "", "misplaced go:embed directive")
        return
    if not has_embed:
        message = 'go:embed requires import "embed" (or import _ "embed", if package is not used)'
    elif len(decl.names) > 1:
        message = "go:embed cannot apply to multiple vars"
    elif decl.values:
        message = "go:embed cannot apply to var with initializer"
    elif within_func:
        message = "go:embed cannot apply to var inside func"
    elif not check.allows(16):
        message = f"go:embed requires go1.16 or later (-lang was set to {check.go_version}; check go.mod)"
    else:
        return
    check.error(embeds[0].pos, "", message)


def _check_block(check: Checker, block: BlockStmt, has_embed: bool) -> None:
    """Declarations directly in a function's block may carry directives, too."""
    stmts: list[Stmt] = list(block.stmts)
    for s in stmts:
        if isinstance(s, DeclStmt):
            for decl in s.decls:
                _check_decl(check, decl, has_embed, True)
        elif isinstance(s, BlockStmt):
            _check_block(check, s, has_embed)


def _check_linkname(check: Checker, d: Directive, has_unsafe: bool, linknames: dict[Object, None]) -> None:
    verb = verb_of(d)
    fields = d.text.split()
    if len(fields) < 2:
        return
    if not has_unsafe:
        check.error(d.pos, "", f'//{verb} only allowed in Go files that import "unsafe"')
        return
    if len(fields) > 2 and "[" in fields[2] and "]" in fields[2]:
        check.error(d.pos, "", f"//{verb} reference of an instantiation is not allowed")
        return
    obj = check.pkg.scope.lookup(fields[1])
    if isinstance(obj, (Func, Var)):
        if obj in linknames:
            check.error(d.pos, "", f"duplicate //{verb} for {fields[1]}")
        linknames[obj] = None
    elif check.allows(18):
        check.error(d.pos, "", f"//{verb} must refer to declared function or variable")


def _check_function(
    check: Checker, obj: Func, fdecl: FuncDecl, complete: bool, linknames: dict[Object, None]
) -> None:
    verbs = [verb_of(d) for d in fdecl.directives]
    pos = start_pos(fdecl)
    if "go:systemstack" in verbs and "go:nosplit" in verbs:
        check.error(pos, "", "go:nosplit and go:systemstack cannot be combined")
    if fdecl.has_body:
        if "go:noescape" in verbs:
            check.error(pos, "", "can only use //go:noescape with external func implementations")
        if "go:uintptrkeepalive" in verbs and "go:nosplit" not in verbs:
            check.error(pos, "", "go:uintptrkeepalive requires go:nosplit")
    elif complete and obj not in linknames:
        check.error(pos, "", "missing function body")
