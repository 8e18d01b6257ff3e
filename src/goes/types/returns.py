"""Terminating statements: may the end of a function be reached?

    for {}     if c { return } else { panic(1) }     →   terminating

Source: Go spec "Terminating statements".
"""

from __future__ import annotations

from ..syntax.nodes import (
    BlockStmt,
    BranchStmt,
    CallExpr,
    CaseClause,
    EmptyStmt,
    ExprStmt,
    ForStmt,
    IfStmt,
    LabeledStmt,
    RangeStmt,
    ReturnStmt,
    SelectStmt,
    Stmt,
    SwitchStmt,
)
from ..syntax.tokens import BREAK, FALLTHROUGH, GOTO
from .resolver import unparen


def is_terminating(s: Stmt, label: str, panics: list[CallExpr]) -> bool:
    """Whether s, labelled `label`, is terminating. `panics`: the calls of the predeclared panic."""
    while isinstance(s, LabeledStmt):
        label = s.label.text
        s = s.stmt
    if isinstance(s, ReturnStmt):
        return True
    if isinstance(s, ExprStmt):
        call = unparen(s.x)
        if isinstance(call, CallExpr):
            for p in panics:
                if p is call:
                    return True
        return False
    if isinstance(s, BranchStmt):
        return s.tok == GOTO or s.tok == FALLTHROUGH
    if isinstance(s, BlockStmt):
        return is_terminating_list(s.stmts, panics)
    if isinstance(s, IfStmt):
        while True:
            if s.else_ is None or not is_terminating(s.then, "", panics):
                return False
            if not isinstance(s.else_, IfStmt):
                return is_terminating(s.else_, "", panics)
            s = s.else_
    if isinstance(s, SwitchStmt):
        return _is_terminating_switch(s.body, label, panics)
    if isinstance(s, SelectStmt):
        for c in s.body:
            if not is_terminating_list(c.body, panics) or _has_break_list(c.body, label, True):
                return False
        return True
    if isinstance(s, ForStmt):
        return s.cond is None and not _has_break(s.body, label, True)
    return False


def is_terminating_list(stmts: list[Stmt], panics: list[CallExpr]) -> bool:
    # Trailing empty statements are permitted: skip them.
    for i in range(len(stmts) - 1, -1, -1):
        if not isinstance(stmts[i], EmptyStmt):
            return is_terminating(stmts[i], "", panics)
    return False


def _is_terminating_switch(body: list[CaseClause], label: str, panics: list[CallExpr]) -> bool:
    has_default = False
    for c in body:
        if c.is_default:
            has_default = True
        if not is_terminating_list(c.body, panics) or _has_break_list(c.body, label, True):
            return False
    return has_default


def _has_break(s: Stmt, label: str, implicit: bool) -> bool:
    """Whether s contains a break for the statement labelled `label`, or (implicit) an unlabelled one for it."""
    while isinstance(s, LabeledStmt):
        s = s.stmt
    if isinstance(s, BranchStmt):
        if s.tok != BREAK:
            return False
        return implicit if s.label is None else s.label.text == label
    if isinstance(s, BlockStmt):
        return _has_break_list(s.stmts, label, implicit)
    if isinstance(s, IfStmt):
        while True:
            if _has_break(s.then, label, implicit):
                return True
            if s.else_ is None:
                return False
            if not isinstance(s.else_, IfStmt):
                return _has_break(s.else_, label, implicit)
            s = s.else_
    if label == "":
        return False
    if isinstance(s, SwitchStmt):
        for c in s.body:
            if _has_break_list(c.body, label, False):
                return True
    elif isinstance(s, SelectStmt):
        for cc in s.body:
            if _has_break_list(cc.body, label, False):
                return True
    elif isinstance(s, (ForStmt, RangeStmt)):
        return _has_break(s.body, label, False)
    return False


def _has_break_list(stmts: list[Stmt], label: str, implicit: bool) -> bool:
    for s in stmts:
        if _has_break(s, label, implicit):
            return True
    return False
