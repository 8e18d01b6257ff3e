"""Words for failed lookups of fields and methods.

    x.foo undefined (type T has no field or method foo, but does have method Foo)

Source of the behaviour: cmd/compile/internal/types2 errsupport.go.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ..diag.source import SourceFile
from ..syntax.positions import end_pos
from .objects import Func, Package, TypeName, Var, exported
from .resolver import DeclInfo

if TYPE_CHECKING:
    from .checker import Checker
    from .objects import Object
    from .types import Type


def lookup_error(check: Checker, t: Type, sel: str, obj: Object | None, struct_lit: bool) -> str:
    """Why `sel` was not found in t; obj is what was found when ignoring case."""
    kind = "missing"
    alt = ""
    if obj is not None:
        alt = obj.name
        if obj.pkg is check.pkg:
            kind = "misspelled"
        elif exported(sel):
            if exported(alt):
                kind = "misspelled"
            elif sel[1:] == alt[1:]:
                kind = "unexported"
        elif exported(alt):
            if sel[1:] == alt[1:]:
                kind = "misspelled"
        elif sel == alt:
            kind = "inaccessible"
    ts = check.ts(t)
    if struct_lit:
        if kind == "inaccessible":
            return f"cannot refer to unexported field {alt} in struct literal of type {ts}"
        text = f"unknown field {sel} in struct literal of type {ts}"
        if kind == "misspelled":
            text += f", but does have {alt}"
        elif kind == "unexported":
            text += f", but does have unexported {alt}"
        return text
    what = "field" if isinstance(obj, Var) else "method" if isinstance(obj, Func) else "object"
    if kind == "inaccessible":
        return f"cannot refer to unexported {what} {alt}"
    text = f"type {ts} has no field or method {sel}"
    if kind == "misspelled":
        text += f", but does have {what} {alt}"
    elif kind == "unexported":
        text += f", but does have unexported {what} {alt}"
    return text


def measure(n: int, unit: str) -> str:
    """1 variable, 2 variables"""
    return f"{n} {unit}" if n == 1 else f"{n} {unit}s"


# A body this short (bytes), with one call at most, is taken to be inlined into importers, so that they know the names
# it mentions.
_INLINED_BODY: Final = 100

_NAME: Final = re.compile(rb"[A-Za-z_][A-Za-z0-9_]*")


def _mentions(d: DeclInfo, end: int) -> list[str]:
    """The names in the text of a declaration: all of it for types, the head and a short body for functions."""
    node = d.tdecl if d.tdecl is not None else d.fdecl
    source = d.file.source
    if node is None or not isinstance(source, SourceFile):
        return []
    start = node.pos - source.base
    stop = end - source.base
    if d.fdecl is not None and d.fdecl.has_body:
        lazy = d.fdecl.lazy
        body = lazy[0] if lazy is not None else stop
        if d.fdecl.body is not None:
            body = d.fdecl.body.pos - source.base
            stop = d.fdecl.body.rbrace - source.base
        elif lazy is not None:
            stop = lazy[1]
        if stop - body > _INLINED_BODY or source.data.count(b"(", body, stop) > 1:
            stop = body
    return [name.decode() for name in _NAME.findall(source.data[start:stop])]


def importers_know(pkg: Package, name: str) -> bool:
    """Whether gc's export data of pkg would mention its unexported object `name`: what exported declarations and
    inlined bodies refer to. Otherwise the name is as good as undefined. An estimate, for the words of a message."""
    checker = pkg.checker
    if checker is None:
        return False
    methods: dict[str, list[DeclInfo]] = {}
    for obj in checker.decls:
        d = obj.decl
        if isinstance(d, DeclInfo) and d.fdecl is not None and d.fdecl.recv is not None:
            for word in _NAME.findall(_text(d, d.fdecl.recv.pos, d.fdecl.name.pos)):
                methods.setdefault(word.decode(), []).append(d)
    seen: set[str] = set()
    work = [n for n in pkg.scope.names() if exported(n)]
    while work:
        n = work.pop()
        found = pkg.scope.lookup(n)
        if found is None or n in seen:
            continue
        if n == name:
            return True
        seen.add(n)
        infos = list(methods.get(n, [])) if isinstance(found, TypeName) else []
        if isinstance(found.decl, DeclInfo):
            infos.append(found.decl)
        for d in infos:
            node = d.tdecl if d.tdecl is not None else d.fdecl
            if node is not None:
                work.extend(_mentions(d, end_pos(node)))
    return False


def _text(d: DeclInfo, start: int, end: int) -> bytes:
    source = d.file.source
    return source.data[start - source.base : end - source.base] if isinstance(source, SourceFile) else b""
