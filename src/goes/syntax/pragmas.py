"""Are the //go: directives of a package in order?

    //go:linkname f          without import "unsafe"    →  //go:linkname only allowed in Go files that import "unsafe"
    //go:embed a.txt         on two variables           →  go:embed cannot apply to multiple vars

gc checks in two steps: `check_directives` with the syntax of each file, `check_declarations` when the package has no
other errors. (Directives that belong to no declaration at all are the parser's business.)

Sources: cmd/compile documentation "Compiler Directives"; package embed; messages as cmd/compile/internal/noder.
"""

from __future__ import annotations

from typing import Final

from ..diag.diagnostic import Diagnostic
from .directives import is_misplaced, verb_of
from .nodes import Decl, File, FuncDecl, VarDecl

_RUNTIME_ONLY: Final = frozenset(
    ("go:systemstack", "go:nowritebarrier", "go:nowritebarrierrec", "go:yeswritebarrierrec")
)
_FUNCTION_VERBS: Final = frozenset((
    "go:nointerface", "go:noescape", "go:norace", "go:nosplit", "go:noinline", "go:nocheckptr", "go:registerparams",
    "go:cgo_unsafe_args", "go:uintptrkeepalive", "go:uintptrescapes", "go:systemstack", "go:nowritebarrier",
    "go:nowritebarrierrec", "go:yeswritebarrierrec",
))
_STD_VERBS: Final = _FUNCTION_VERBS | frozenset((
    "go:build", "go:linkname", "go:linknamestd", "go:wasmimport", "go:wasmexport", "go:cgo_export_static",
    "go:cgo_export_dynamic", "go:cgo_import_static", "go:cgo_import_dynamic", "go:cgo_ldflag",
    "go:cgo_dynamic_linker", "go:embed", "go:fix", "go:generate",
)) - frozenset(("go:nointerface",))


def check_directives(file: File, is_std: bool, is_runtime: bool) -> list[Diagnostic]:
    """What is wrong with the directives of one file by themselves. `is_runtime`: the package is runtime or one of
    those that are compiled like it."""
    found: list[Diagnostic] = []
    for directive in file.directives:
        message = _directive_problem(directive.text, is_std, is_runtime)
        if message:
            found.append(Diagnostic(directive.pos, message, "Syntax"))
    return found


def _directive_problem(text: str, is_std: bool, is_runtime: bool) -> str:
    if not text.startswith("go:"):
        return ""
    verb = verb_of(text)
    words = text.split()
    if verb == "go:wasmimport" and verb != text:
        return "" if len(words) == 3 else "usage: //go:wasmimport importmodule importname"
    if verb == "go:wasmexport" and verb != text:
        return "" if len(words) == 2 else "usage: //go:wasmexport exportname"
    if verb in ("go:linkname", "go:linknamestd") and verb != text:
        return "" if len(words) in (2, 3) else f"usage: //{verb} localname [linkname]"
    if verb == "go:embed":
        return "" if len(words) > 1 else "usage: //go:embed pattern..."
    if verb == "go:cgo_import_dynamic" and len(words) >= 4:
        return ""
    if verb.startswith("go:cgo_") and not is_std:
        return f"//{text} only allowed in cgo-generated code"
    if verb in _RUNTIME_ONLY and not is_runtime:
        return f"//{verb} only allowed in runtime"
    if verb == "go:uintptrkeepalive" and not is_std:
        return f"//{verb} is only allowed in the standard library"
    if is_std and verb not in _STD_VERBS:
        return f"//{verb} is not allowed in the standard library"
    return ""


def check_declarations(files: list[File], complete: bool) -> list[Diagnostic]:
    """What is wrong with directives on the declarations of a package that is correct otherwise. `complete`: the
    package has no assembly, so every function needs a body."""
    found: list[Diagnostic] = []
    functions_and_variables: set[str] = set()
    for file in files:
        for decl in file.decls:
            if isinstance(decl, FuncDecl) and decl.recv is None:
                functions_and_variables.add(decl.name.text)
            elif isinstance(decl, VarDecl):
                functions_and_variables.update(name.text for name in decl.names)
    linknamed: set[str] = set()
    for file in files:
        _check_linknames(file, functions_and_variables, linknamed, found)
    for file in files:
        has_embed = _imports(file, "embed")
        for decl in file.decls:
            _check_placement(decl, found)
            if isinstance(decl, VarDecl):
                embeds = [d for d in decl.directives if verb_of(d.text) == "go:embed"]
                if embeds:
                    message = embed_problem(decl, has_embed, False)
                    if message:
                        found.append(Diagnostic(embeds[0].pos, message))
            elif isinstance(decl, FuncDecl):
                _check_function(decl, complete, linknamed, found)
    return found


def _imports(file: File, path: str) -> bool:
    return any(i.path.text[1:-1] == path for i in file.imports)


def _check_linknames(file: File, names: set[str], linknamed: set[str], found: list[Diagnostic]) -> None:
    for directive in file.directives:
        verb = verb_of(directive.text)
        words = directive.text.split()
        if verb not in ("go:linkname", "go:linknamestd") or not 2 <= len(words) <= 3:
            continue
        remote = words[2] if len(words) == 3 else ""
        if not _imports(file, "unsafe"):
            found.append(Diagnostic(directive.pos, f'//{verb} only allowed in Go files that import "unsafe"'))
        elif "[" in remote and "]" in remote:
            found.append(Diagnostic(directive.pos, f"//{verb} reference of an instantiation is not allowed"))
        elif words[1] not in names:
            found.append(Diagnostic(directive.pos, f"//{verb} must refer to declared function or variable"))
        elif words[1] in linknamed:
            found.append(Diagnostic(directive.pos, f"duplicate //{verb} for {words[1]}"))
        else:
            linknamed.add(words[1])


def _check_placement(decl: Decl, found: list[Diagnostic]) -> None:
    for directive in decl.directives:
        verb = verb_of(directive.text)
        if isinstance(decl, FuncDecl) and verb in _FUNCTION_VERBS:
            continue
        if isinstance(decl, VarDecl) and verb == "go:embed":
            continue
        message = is_misplaced(directive.text)
        if message:
            found.append(Diagnostic(directive.pos, message))


def embed_problem(decl: VarDecl, has_embed: bool, in_function: bool) -> str:
    """Why //go:embed may not stand on this variable declaration."""
    if not has_embed:
        return 'go:embed requires import "embed" (or import _ "embed", if package is not used)'
    if len(decl.names) > 1:
        return "go:embed cannot apply to multiple vars"
    if decl.values:
        return "go:embed cannot apply to var with initializer"
    if in_function:
        return "go:embed cannot apply to var inside func"
    return ""


def _check_function(decl: FuncDecl, complete: bool, linknamed: set[str], found: list[Diagnostic]) -> None:
    verbs = {verb_of(d.text) for d in decl.directives}
    if "go:systemstack" in verbs and "go:nosplit" in verbs:
        found.append(Diagnostic(decl.pos, "go:nosplit and go:systemstack cannot be combined"))
    if decl.has_body:
        if "go:noescape" in verbs:
            found.append(Diagnostic(decl.pos, "can only use //go:noescape with external func implementations"))
        if "go:uintptrkeepalive" in verbs and "go:uintptrescapes" not in verbs and "go:nosplit" not in verbs:
            found.append(Diagnostic(decl.pos, "go:uintptrkeepalive requires go:nosplit"))
    elif complete or decl.name.text == "init":
        linked = decl.recv is None and decl.name.text in linknamed
        if not linked and "go:wasmimport" not in verbs:
            found.append(Diagnostic(decl.pos, "missing function body"))

