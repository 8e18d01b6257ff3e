"""Basic, function and composite literals.

    0x1p-2    func(x int) {}    T{a: 1}    [...]string{2: "c"}    map[K]V{{1}: {2}}

Source of the behaviour: cmd/compile/internal/types2 literals.go.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final, final

from ..syntax.exprstring import expr_string
from ..syntax.nodes import (
    MODE_CONST,
    MODE_INVALID,
    MODE_TYPE,
    MODE_VALUE,
    MODE_VAR,
    ArrayType,
    BasicLit,
    CompositeLit,
    Expr,
    FuncLit,
    KeyValueExpr,
    Name,
)
from ..syntax.tokens import FLOAT_LIT, IMAG_LIT, INT_LIT, RUNE_LIT
from . import assignments, errsupport, index, stmt, typexpr
from . import expr as exprs
from .checker_base import Action
from .const import overflow
from .constant import ComplexValue, ConstValue, Unknown, const_string, make_from_literal
from .identity import identical
from .lookup import deref, field_path, lookup_field_or_method
from .objects import Var, exported
from .operand import Operand
from .predicates import common_under, is_non_type_param_interface, is_valid
from .resolver import DeclInfo
from .scope import Scope
from .types import (
    TYP_INVALID,
    TYP_UNTYPED_COMPLEX,
    TYP_UNTYPED_FLOAT,
    TYP_UNTYPED_INT,
    TYP_UNTYPED_RUNE,
    TYP_UNTYPED_STRING,
    Array,
    Map,
    Signature,
    Slice,
    Struct,
    Type,
)

if TYPE_CHECKING:
    from .checker import Checker

MAX_NUMBER_LENGTH: Final = 10_000  # characters of a numeric literal


def _lang_compat(check: Checker, lit: BasicLit) -> None:
    s = lit.text
    if len(s) <= 2 or check.allows(13):
        return
    radix = s[1].lower() if s[0] == "0" else ""
    if "_" in s:
        what = "underscore in numeric literal"
    elif radix == "b":
        what = "binary literal"
    elif radix == "o":
        what = "0o/0O-style octal literal"
    elif radix == "x" and lit.kind != INT_LIT:
        what = "hexadecimal floating-point literal"
    else:
        return
    check.version_error(lit.pos, 13, what)


def basic_lit(check: Checker, x: Operand, e: BasicLit) -> None:
    kind = e.kind
    if kind == INT_LIT or kind == FLOAT_LIT or kind == IMAG_LIT:
        _lang_compat(check, e)
        if len(e.text) > MAX_NUMBER_LENGTH:
            message = f"excessively long constant: {e.text[:10]}... ({len(e.text)} chars)"
            check.error(e.pos, "InvalidConstVal", message)
            return
    v = make_from_literal(e.text, kind)
    if isinstance(v, Unknown):
        check.error(e.pos, "InvalidConstVal", f"malformed constant: {e.text}")
        return
    x.mode = MODE_CONST
    x.value = v
    if kind == INT_LIT:
        x.type = TYP_UNTYPED_INT
    elif kind == FLOAT_LIT:
        x.type = TYP_UNTYPED_FLOAT
    elif kind == IMAG_LIT:
        x.type = TYP_UNTYPED_COMPLEX
    elif kind == RUNE_LIT:
        x.type = TYP_UNTYPED_RUNE
    else:
        x.type = TYP_UNTYPED_STRING
    x.expr = e
    overflow(check, x, e.pos)


@final
class _LitBody(Action):
    __slots__ = ("decl", "iota", "sig", "lit")

    def __init__(self, decl: DeclInfo | None, iota: ConstValue | None, sig: Signature, lit: FuncLit) -> None:
        self.decl = decl
        self.iota = iota
        self.sig = sig
        self.lit = lit

    def run(self, check: Checker) -> None:
        stmt.func_body(check, self.decl, self.lit, self.sig, self.lit.body, self.iota)


def func_lit(check: Checker, x: Operand, e: FuncLit) -> None:
    sig = typexpr.typ(check, e.func_type)
    if not isinstance(sig, Signature):
        check.error_at(e, "InvalidSyntaxTree", f"invalid function literal {expr_string(e)}")
        return
    scope = sig.scope
    if isinstance(scope, Scope):
        e.scope = scope
    env = check.env
    # Its body may refer to what is being declared: check it at the end of the statement.
    check.later(_LitBody(env.decl, env.iota, sig, e))
    x.mode = MODE_VALUE
    x.type = sig


def composite_lit(check: Checker, x: Operand, e: CompositeLit, hint: Type | None) -> None:
    is_elem = False
    if e.type_expr is not None:
        atyp = e.type_expr
        if isinstance(atyp, ArrayType) and atyp.len is None:
            # [...]T: the length is known after the elements.
            base: Type = Array(typexpr.var_type(check, atyp.elem), -1)
        else:
            base = typexpr.typ(check, atyp)
        t = base
    elif hint is not None:
        t = hint
        base = t
        # *T implies &T{}.
        u, _ = common_under(base, None)
        if u is not None:
            b, is_ptr = deref(u)
            if is_ptr:
                base = b
        is_elem = True
    else:
        check.error_at(e, "UntypedLit", "missing type in composite literal")
        t = TYP_INVALID
        base = t
    if not typexpr.is_complete(check, base):
        x.mode = MODE_INVALID
        return
    utyp, _ = common_under(base, None)
    if isinstance(utyp, Struct):
        if e.elems:
            if isinstance(e.elems[0], KeyValueExpr):
                _keyed_struct(check, x, e, base, utyp)
            else:
                _positional_struct(check, x, e, base, utyp)
    elif isinstance(utyp, Array):
        n = _indexed_elems(check, e.elems, utyp.elem, utyp.length)
        if utyp.length < 0:
            utyp.length = n
            if e.type_expr is not None:
                exprs.record_type(e.type_expr, MODE_TYPE, utyp)
    elif isinstance(utyp, Slice):
        _indexed_elems(check, e.elems, utyp.elem, -1)
    elif isinstance(utyp, Map):
        _map_elems(check, x, e, utyp)
    else:
        for elem in e.elems:
            exprs.use(check, [elem.val if isinstance(elem, KeyValueExpr) else elem])
        if utyp is None or is_valid(utyp):
            qualifier = " element" if is_elem else ""
            cause = " (no common underlying type)" if utyp is None else ""
            message = f"invalid composite literal{qualifier} type {check.ts(t)}{cause}"
            check.error_at(e, "InvalidLit", message)
            x.mode = MODE_INVALID
            return
    x.mode = MODE_VALUE
    x.type = t


@final
class _Visited:
    """Field paths seen in a keyed struct literal: a path may neither repeat, nor extend or shorten another."""

    __slots__ = ("var", "children")

    def __init__(self) -> None:
        self.var: Var | None = None
        self.children: dict[int, _Visited] = {}

    def any_var(self) -> tuple[Var | None, int]:
        """A field at or below this point and how far below."""
        if self.var is not None:
            return self.var, 0
        for i in sorted(self.children):
            v, n = self.children[i].any_var()
            if v is not None:
                return v, n + 1
        return None, 0


def _visit(root: _Visited, path: list[int], v: Var) -> tuple[Var | None, int]:
    """Insert v at path; returns the field in conflict and the length of its path, or (None, 0)."""
    node = root
    for depth, i in enumerate(path):
        if node.var is not None:
            return node.var, depth
        child = node.children.get(i)
        if child is None:
            child = _Visited()
            node.children[i] = child
        node = child
    alt, below = node.any_var()
    if alt is not None:
        return alt, len(path) + below
    node.var = v
    return None, 0


def _keyed_struct(check: Checker, x: Operand, e: CompositeLit, base: Type, utyp: Struct) -> None:
    visited = _Visited()
    for elem in e.elems:
        if not isinstance(elem, KeyValueExpr):
            message = "mixture of field:value and value elements in struct literal"
            check.error_at(elem, "MixedStructLit", message)
            continue
        key = elem.key
        # Check the value also if the key is bad, to report its errors and mark its uses.
        fld: Var | None = None
        path: list[int] = []
        hint: Type | None = None
        if isinstance(key, Name):
            found = lookup_field_or_method(utyp, False, check.pkg, key.text)
            if isinstance(found.obj, Var) and found.index is not None:
                fld = found.obj
                path = found.index
                hint = fld.type
        exprs.generic_expr(check, x, elem.val, None)
        if not isinstance(key, Name):
            message = f"invalid field name {expr_string(key)} in struct literal"
            check.error_at(elem, "InvalidLitField", message)
            continue
        if found.obj is None:
            alt = lookup_field_or_method(utyp, False, check.pkg, key.text, True).obj
            message = errsupport.lookup_error(check, base, key.text, alt, True)
            check.error(key.pos, "MissingLitField", message)
            continue
        if fld is None:
            check.error(key.pos, "MissingLitField", f"{key.text} is not a field")
            continue
        if len(path) > 1 and not check.allows(27):
            what = f"use of promoted field {field_path(utyp, path)} in struct literal of type {check.ts(base)}"
            check.version_error(key.pos, 27, what)
            continue
        if found.indirect:
            message = f"invalid implicit pointer indirection to reach {key.text}"
            check.error(key.pos, "InvalidLitField", message)
            continue
        key.obj = fld
        key.type = fld.type
        key.mode = MODE_VAR
        assignments.assignment(check, x, hint, "struct literal")
        clash, n = _visit(visited, path, fld)
        if clash is None:
            continue
        if clash is fld:
            message = f"duplicate field name {fld.name} in struct literal"
        elif n < len(path):
            message = f"cannot specify promoted field {fld.name} and enclosing embedded field {clash.name}"
        else:
            message = f"cannot specify embedded field {fld.name} and enclosed promoted field {clash.name}"
        check.error_at(elem, "DuplicateLitField", message)


def _positional_struct(check: Checker, x: Operand, e: CompositeLit, base: Type, utyp: Struct) -> None:
    fields = utyp.fields
    for i, elem in enumerate(e.elems):
        if isinstance(elem, KeyValueExpr):
            message = "mixture of field:value and value elements in struct literal"
            check.error_at(elem, "MixedStructLit", message)
            continue
        exprs.generic_expr(check, x, elem, None)
        if i >= len(fields):
            check.error_op(x, "InvalidStructLit", f"too many values in struct literal of type {check.ts(base)}")
            break
        fld = fields[i]
        if fld.pkg is not check.pkg and not exported(fld.name):
            message = f"implicit assignment to unexported field {fld.name} in struct literal of type {check.ts(base)}"
            check.error_op(x, "UnexportedLitField", message)
            continue
        assignments.assignment(check, x, fld.type, "struct literal")
    if len(e.elems) < len(fields):
        hint = ""
        for fld in fields:
            if fld.pkg is not check.pkg and not exported(fld.name):
                hint = " (type has unexported fields - use key:value pairs)"
                break
        message = f"too few values in struct literal of type {check.ts(base)}{hint}"
        check.error(e.rbrace, "InvalidStructLit", message)


def _key_value(v: ConstValue) -> object:
    """A Python value that is equal for equal constants (of whatever numeric kind)."""
    if isinstance(v, bool):
        return ("bool", v)
    if isinstance(v, ComplexValue):
        if v.im == 0:
            return Fraction(v.re)
        return v
    return v


def _map_elems(check: Checker, x: Operand, e: CompositeLit, utyp: Map) -> None:
    key_is_interface = is_non_type_param_interface(utyp.key)
    visited: dict[object, list[Type]] = {}
    for elem in e.elems:
        if not isinstance(elem, KeyValueExpr):
            check.error_at(elem, "MissingLitKey", "missing key in map literal")
            continue
        exprs.generic_expr(check, x, elem.key, utyp.key)
        assignments.assignment(check, x, utyp.key, "map literal")
        if x.mode == MODE_INVALID:
            continue
        if x.mode == MODE_CONST:
            assert x.value is not None
            key = _key_value(x.value)
            types = visited.get(key)
            duplicate = types is not None
            if types is None:
                visited[key] = [x.type]
            elif key_is_interface:
                duplicate = False
                for t in types:
                    if identical(t, x.type):
                        duplicate = True
                        break
                types.append(x.type)
            if duplicate:
                message = f"duplicate key {const_string(x.value)} in map literal"
                check.error_op(x, "DuplicateLitKey", message)
                continue
        exprs.generic_expr(check, x, elem.val, utyp.elem)
        assignments.assignment(check, x, utyp.elem, "map literal")


def _indexed_elems(check: Checker, elems: list[Expr], t: Type, length: int) -> int:
    """Check the elements of an array or slice literal; returns the largest index + 1."""
    visited: set[int] = set()
    i = 0
    size = 0
    x = Operand()
    for e in elems:
        valid = False
        value = e
        if isinstance(e, KeyValueExpr):
            key_type, v = index.index(check, e.key, length)
            if is_valid(key_type):
                if v >= 0:
                    i = v
                    valid = True
                else:
                    message = f"index {expr_string(e.key)} must be integer constant"
                    check.error_at(e, "InvalidLitIndex", message)
            value = e.val
        elif 0 <= length <= i:
            check.error_at(e, "OversizeArrayLit", f"index {i} is out of bounds (>= {length})")
        else:
            valid = True
        if valid:
            if i in visited:
                check.error_at(e, "DuplicateLitKey", f"duplicate index {i} in array or slice literal")
            visited.add(i)
        i += 1
        if i > size:
            size = i
        exprs.generic_expr(check, x, value, t)
        assignments.assignment(check, x, t, "array or slice literal")
    return size

