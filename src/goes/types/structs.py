"""Struct types.

    struct { a, b int "tag"; *T; pkg.U[int] }

Source of the behaviour: cmd/compile/internal/types2 struct.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from ..diag.source import Pos
from ..syntax.exprstring import expr_string
from ..syntax.nodes import BasicLit, Expr, IndexExpr, Name, ParenExpr, SelectorExpr, StarExpr, StructType
from ..syntax.positions import start_pos
from ..syntax.tokens import STRING_LIT
from . import typexpr
from .checker_base import Action
from .errors import Report
from .identity import object_id
from .lookup import deref
from .objects import Object, Var
from .predicates import is_type_param, is_valid
from .resolver import unquote_literal
from .types import TYP_INVALID, UNSAFE_POINTER, Basic, Interface, Pointer, Struct, Type, under

if TYPE_CHECKING:
    from .checker import Checker


@final
class _ValidEmbedded(Action):
    __slots__ = ("pos", "type")

    def __init__(self, pos: Pos, type: Type) -> None:
        self.pos = pos
        self.type = type

    def run(self, check: Checker) -> None:
        t, is_ptr = deref(self.type)
        u = under(t)
        if isinstance(u, Basic):
            if is_valid(t) and u.kind == UNSAFE_POINTER:
                check.error(self.pos, "InvalidPtrEmbed", "embedded field type cannot be unsafe.Pointer")
        elif isinstance(u, Pointer):
            check.error(self.pos, "InvalidPtrEmbed", "embedded field type cannot be a pointer")
        elif isinstance(u, Interface):
            if is_type_param(t):
                message = "embedded field type cannot be a (pointer to a) type parameter"
                check.error(self.pos, "MisplacedTypeParam", message)
            elif is_ptr:
                message = "embedded field type cannot be a pointer to an interface"
                check.error(self.pos, "InvalidPtrEmbed", message)


def declare_in_set(check: Checker, seen: dict[str, Object], pos: Pos, obj: Object) -> bool:
    """Add obj to a set of names; report it if it is there already."""
    key = object_id(obj)
    alt = seen.get(key)
    if alt is None:
        seen[key] = obj
        return True
    r = Report("DuplicateDecl")
    r.add(pos, f"{obj.name} redeclared")
    r.add_other_declaration(alt)
    check.report(r)
    return False


def struct_type(check: Checker, e: StructType) -> Struct:
    fields: list[Var] = []
    tags: list[str] = []
    seen: dict[str, Object] = {}
    t: Type = TYP_INVALID
    prev: Expr | None = None
    for i, f in enumerate(e.fields):
        if f.type_expr is not prev:
            t = typexpr.var_type(check, f.type_expr)
            prev = f.type_expr
        tag = _tag(check, e.tags[i]) if i < len(e.tags) else ""
        name = f.name
        embedded = name is None
        field_type = t
        if name is None:
            pos = start_pos(f.type_expr)
            name = _embedded_name(f.type_expr)
            if name is None:
                message = f"invalid embedded field type {expr_string(f.type_expr)}"
                check.error(pos, "InvalidSyntaxTree", message)
                name = Name(pos, "_")
                field_type = TYP_INVALID
                tag = ""
            else:
                check.later(_ValidEmbedded(pos, t))
        fld = Var(name.pos, check.pkg, name.text, field_type, True, embedded)
        if name.text == "_" or declare_in_set(check, seen, name.pos, fld):
            if tag and not tags:
                tags = [""] * len(fields)
            if tags or tag:
                tags.append(tag)
            fields.append(fld)
            if not embedded:
                name.obj = fld
    return Struct(fields, tags)


def _embedded_name(e: Expr) -> Name | None:
    if isinstance(e, Name):
        return e
    if isinstance(e, StarExpr):
        # *T is valid, but **T is not.
        return None if isinstance(e.x, StarExpr) else _embedded_name(e.x)
    if isinstance(e, SelectorExpr):
        return e.sel
    if isinstance(e, IndexExpr):
        return _embedded_name(e.x)
    if isinstance(e, ParenExpr):
        return None
    return None


def _tag(check: Checker, t: BasicLit | None) -> str:
    if t is None or t.bad:
        return ""
    if t.kind == STRING_LIT:
        s = unquote_literal(t.text)
        if s is not None:
            return s
    check.error_at(t, "InvalidSyntaxTree", f"incorrect tag syntax: {t.text}")
    return ""
