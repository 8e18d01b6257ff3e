"""goes' overlay: declarations that replace those of std packages.

    overlay/runtime/stack.go:  //goes:delete copystack        → runtime.copystack is gone
                               func newstack() { ... }       → replaces upstream's newstack
    overlay/runtime/asm.s:     //goes:file drop asm_amd64.s  → that upstream file is not used

A function or method is named by its spelling (`f`, `T.m`, `(*T).m`), types, variables and constants by their name, also
inside grouped or multi-name specs. A constant is replaced by `_`, so that iota keeps counting. Assembly TEXT symbols that
overlay files define are skipped in upstream files.

The overlay belongs to one minor release of Go (`GO_MINOR`); `check_version` says what to do about another one.
"""

from __future__ import annotations

import os
import re
from typing import Final, final

from ..diag.diagnostic import UserError
from ..diag.source import SourceFile
from ..syntax.nodes import ConstDecl, Decl, Expr, File, FuncDecl, IndexExpr, Name, ParenExpr, StarExpr, TypeDecl, VarDecl

GO_MINOR: Final = "1.27"
OVERLAY_ROOT: Final = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "overlay")

_DIRECTIVE: Final = re.compile(r"^//goes:(\S+)[ \t]+(.*?)[ \t]*$", re.M)
_TEXT: Final = re.compile(r"^[ \t]*(?:TEXT|GLOBL)[ \t]+([^\s,(<]+)(<>)?", re.M)


@final
class OverlayPackage:
    """The overlay of one import path: its files and what they delete or drop."""

    __slots__ = ("path", "go_files", "asm_files", "deleted", "dropped", "asm_symbols")

    def __init__(self, path: str, directory: str) -> None:
        self.path = path
        self.go_files: list[str] = []
        self.asm_files: list[str] = []
        self.deleted: set[str] = set()
        self.dropped: set[str] = set()
        symbols: set[str] = set()
        for name in sorted(os.listdir(directory)):
            full = os.path.join(directory, name)
            if name.endswith(".go"):
                self.go_files.append(full)
            elif name.endswith(".s"):
                self.asm_files.append(full)
            else:
                continue
            with open(full, encoding="utf-8") as f:
                text = f.read()
            for verb, rest in _DIRECTIVE.findall(text):
                words = rest.split()
                if verb == "delete":
                    self.deleted.update(words)
                elif verb == "file" and words[:1] == ["drop"]:
                    self.dropped.update(words[1:])
            if name.endswith(".s"):
                symbols.update(m[0].replace("·", ".").replace("∕", "/") for m in _TEXT.findall(text) if not m[1])
        self.asm_symbols = frozenset(s[1:] if s.startswith(".") else s for s in symbols)

    def keeps(self, file_name: str) -> bool:
        """Whether an upstream file (by path) is still used."""
        return os.path.basename(file_name) not in self.dropped

    def apply(self, files: list[File], overlay_files: list[File]) -> list[File]:
        """Upstream's trees without what the overlay replaces or deletes, followed by the overlay's own."""
        gone = set(self.deleted)
        for f in overlay_files:
            for d in f.decls:
                gone.update(_declared(d))
        kept: list[File] = []
        for f in files:
            if isinstance(f.source, SourceFile) and not self.keeps(f.source.name):
                continue
            decls: list[Decl] = []
            for d in f.decls:
                if _strip(d, gone):
                    decls.append(d)
            f.decls = decls
            kept.append(f)
        return kept + overlay_files


def overlay_package(path: str) -> OverlayPackage | None:
    """The overlay of an import path, None if it has none."""
    directory = os.path.join(OVERLAY_ROOT, *path.split("/"))
    if not os.path.isdir(directory):
        return None
    p = OverlayPackage(path, directory)
    return p if p.go_files or p.asm_files else None


def check_version(version: str) -> None:
    """Refuse a GOROOT whose VERSION (`go1.27.3`) the overlay was not written for."""
    if version != f"go{GO_MINOR}" and not version.startswith(f"go{GO_MINOR}."):
        raise UserError(
            f"goes: GOROOT is {version}, but this goes compiles Go {GO_MINOR} only; unset GOROOT or point it to Go {GO_MINOR}.x", 2
        )


def function_spelling(d: FuncDecl) -> str:
    """`f`, `T.m` or `(*T).m`."""
    if d.recv is None:
        return d.name.text
    pointer, x = _receiver(d.recv.type_expr)
    if isinstance(x, IndexExpr):
        x = x.x
    base = x.text if isinstance(x, Name) else "?"
    return f"(*{base}).{d.name.text}" if pointer else f"{base}.{d.name.text}"


def is_generic(d: FuncDecl) -> bool:
    """Whether d is a generic function or a method of a generic type."""
    return bool(d.tparams) or (d.recv is not None and isinstance(_receiver(d.recv.type_expr)[1], IndexExpr))


def _receiver(x: Expr) -> tuple[bool, Expr]:
    """Whether a receiver is a pointer, and its base type, perhaps with type parameters."""
    while isinstance(x, ParenExpr):
        x = x.x
    pointer = isinstance(x, StarExpr)
    if isinstance(x, StarExpr):
        x = x.x
    while isinstance(x, ParenExpr):
        x = x.x
    return pointer, x


def _declared(d: Decl) -> list[str]:
    if isinstance(d, FuncDecl):
        name = function_spelling(d)
        return [] if name in ("init", "_") else [name]
    if isinstance(d, TypeDecl):
        return [d.name.text]
    if isinstance(d, (VarDecl, ConstDecl)):
        return [n.text for n in d.names if n.text != "_"]
    return []


def _strip(d: Decl, gone: set[str]) -> bool:
    """Remove replaced names from d; False if nothing is left of it."""
    if isinstance(d, FuncDecl):
        return function_spelling(d) not in gone
    if isinstance(d, TypeDecl):
        return d.name.text not in gone
    if isinstance(d, ConstDecl):
        for n in d.names:
            if n.text in gone:
                n.text = "_"
        return True
    if isinstance(d, VarDecl):
        hit = [n.text in gone for n in d.names]
        if all(hit):
            return False
        if any(hit):
            if len(d.values) == len(d.names):
                d.values = [v for v, h in zip(d.values, hit) if not h]
                d.names = [n for n, h in zip(d.names, hit) if not h]
            elif not d.values:
                d.names = [n for n, h in zip(d.names, hit) if not h]
            else:
                for n, h in zip(d.names, hit):
                    if h:
                        n.text = "_"
    return True
