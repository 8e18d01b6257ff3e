"""Interface types, unions and constraint literals.

    interface { ~int | ~string; String() string }

Source of the behaviour: cmd/compile/internal/types2 interface.go, union.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from ..diag.source import Pos
from ..syntax.exprstring import expr_string
from ..syntax.nodes import MODE_TYPE, BinaryExpr, Expr, InterfaceType, UnaryExpr
from ..syntax.positions import start_pos
from ..syntax.tokens import OR, TILDE
from . import expr as exprs
from . import typexpr
from .checker_base import Action
from .errors import report
from .identity import identical
from .named import as_named
from .objects import Func, TypeName, Var
from .predicates import is_type_param, is_valid
from .types import TYP_INVALID, Interface, Signature, Term, Type, Union, under
from .typeset import EMPTY_INTERFACE, method_sort_key, overlapping_term, term_string, type_set
from .universe import COMPARABLE

if TYPE_CHECKING:
    from .checker import Checker

MAX_TERM_COUNT = 100  # gc's limit


@final
class _ComputeTypeSet(Action):
    __slots__ = ("pos", "interface")

    def __init__(self, pos: Pos, interface: Interface) -> None:
        self.pos = pos
        self.interface = interface

    def run(self, check: Checker) -> None:
        type_set(self.interface, self.pos)


def interface_type(check: Checker, e: InterfaceType, definition: TypeName | None) -> Interface:
    if not e.methods:
        t = Interface([], [])
        t.complete = True
        t.tset = EMPTY_INTERFACE.tset
        return t
    ityp = Interface([], [])
    ityp.check = check
    if check.eager:
        check.interfaces.append((e, ityp))
    positions: list[Pos] = []
    for f in e.methods:
        name = f.name
        if name is None:
            positions.append(start_pos(f.type_expr))
            ityp.embeddeds.append(_parse_union(check, f.type_expr))
            continue
        if name.text == "_":
            check.error(name.pos, "BlankIfaceMethod", "methods must have a unique non-blank name")
            continue
        sig = typexpr.typ(check, f.type_expr)
        if not isinstance(sig, Signature):
            if is_valid(sig):
                message = f"{check.ts(sig)} is not a method signature"
                check.error_at(f.type_expr, "InvalidSyntaxTree", message)
            continue
        recv_type: Type = ityp
        if definition is not None and definition.type is not None:
            named = as_named(definition.type)
            if named is not None:
                recv_type = named
        sig.recv = Var(name.pos, check.pkg, "", recv_type)
        m = Func(name.pos, check.pkg, name.text, sig)
        name.obj = m
        ityp.methods.append(m)
    if positions:
        ityp.embed_pos = positions
    ityp.complete = True
    if not ityp.methods and not ityp.embeddeds:
        ityp.tset = EMPTY_INTERFACE.tset
        return ityp
    ityp.methods.sort(key=method_sort_key)
    check.later(_ComputeTypeSet(e.pos, ityp))
    return ityp


@final
class _CheckTerms(Action):
    """The terms of a union are disjoint, ~ stands before underlying types only, no interfaces with methods."""

    __slots__ = ("terms", "exprs")

    def __init__(self, terms: list[Term], exprs: list[Expr]) -> None:
        self.terms = terms
        self.exprs = exprs

    def run(self, check: Checker) -> None:
        for i, t in enumerate(self.terms):
            if not is_valid(t.type):
                continue
            pos = start_pos(self.exprs[i])
            u = under(t.type)
            f = u if isinstance(u, Interface) else None
            if t.tilde:
                if f is not None:
                    message = f"invalid use of ~ ({check.ts(t.type)} is an interface)"
                    check.error(pos, "InvalidUnion", message)
                    continue
                if not identical(u, t.type):
                    message = f"invalid use of ~ (underlying type of {check.ts(t.type)} is {check.ts(u)})"
                    check.error(pos, "InvalidUnion", message)
                    continue
            if f is not None:
                # Stand-alone embedded interfaces are fine; in unions only those without methods.
                tset = type_set(f)
                s = term_string(t)
                if tset.methods:
                    check.error(pos, "InvalidUnion", f"cannot use {s} in union ({s} contains methods)")
                elif t.type is COMPARABLE:
                    check.error(pos, "InvalidUnion", "cannot use comparable in union")
                elif tset.comparable:
                    check.error(pos, "InvalidUnion", f"cannot use {s} in union ({s} embeds comparable)")
                continue
            j = overlapping_term(self.terms[:i], t)
            if j >= 0:
                message = f"overlapping terms {term_string(t)} and {term_string(self.terms[j])}"
                report(check, pos, "InvalidUnion", message, True)


def _parse_union(check: Checker, e: Expr) -> Type:
    """The type of an embedded element: a plain type, or a Union of terms."""
    operators: list[BinaryExpr] = []
    operands: list[Expr] = []
    x = e
    while isinstance(x, BinaryExpr) and x.op == OR:
        operators.append(x)
        operands.append(x.y)
        x = x.x
    operands.append(x)
    operands.reverse()
    operators.reverse()
    terms: list[Term] = []
    u: Type = TYP_INVALID
    too_many = False
    for i, operand in enumerate(operands):
        term = _parse_tilde(check, operand)
        if len(operands) == 1 and not term.tilde:
            return term.type
        if len(terms) >= MAX_TERM_COUNT:
            if not too_many:
                message = f"cannot handle more than {MAX_TERM_COUNT} union terms (implementation limitation)"
                check.error_at(operand, "InvalidUnion", message)
                too_many = True
            u = TYP_INVALID
        else:
            terms.append(term)
            u = Union(terms)
        if i > 0:
            exprs.record_type(operators[i - 1], MODE_TYPE, u)
    if is_valid(u):
        check.later(_CheckTerms(terms, operands))
    return u


def _parse_tilde(check: Checker, tx: Expr) -> Term:
    x = tx
    tilde = False
    if isinstance(x, UnaryExpr) and x.op == TILDE:
        x = x.x
        tilde = True
    t = typexpr.typ(check, x)
    # Embedding stand-alone type parameters is not permitted.
    if is_type_param(t):
        if tilde:
            message = f"type in term {expr_string(tx)} cannot be a type parameter"
        else:
            message = "term cannot be a type parameter"
        check.error_at(x, "MisplacedTypeParam", message)
        t = TYP_INVALID
    term = Term(tilde, t)
    if tilde:
        exprs.record_type(tx, MODE_TYPE, Union([term]))
    return term
