"""Expressions as messages quote them: on one line, bodies cut short.

    func(x int) (a, b T) {…}      []int{…}      struct{x, y int; T "tag"}      f(a, b...)

Source: the short form of cmd/compile/internal/syntax's printer.
"""

from __future__ import annotations

from typing import Final

from .nodes import (
    RECV_ONLY,
    SEND_ONLY,
    SEND_RECV,
    ArrayType,
    AssertExpr,
    AssignStmt,
    BadExpr,
    BasicLit,
    BinaryExpr,
    CallExpr,
    ChanType,
    CompositeLit,
    DotsType,
    Expr,
    ExprStmt,
    Field,
    FuncLit,
    FuncType,
    IndexExpr,
    InterfaceType,
    KeyValueExpr,
    ListExpr,
    MapType,
    Name,
    ParenExpr,
    SelectorExpr,
    SendStmt,
    SliceExpr,
    SliceType,
    StarExpr,
    Stmt,
    StructType,
    TypeSwitchGuard,
    UnaryExpr,
)
from .tokens import ASSIGN, DEFINE, OPERATOR_TEXT

_MAX_DEPTH: Final = 500  # deeper parts print as "…": nobody reads them


def expr_string(x: Expr) -> str:
    """x as gc prints it in messages."""
    out: list[str] = []
    _write(out, x, 0)
    return "".join(out)


def expr_list_string(exprs: list[Expr]) -> str:
    out: list[str] = []
    _write_list(out, exprs, 0)
    return "".join(out)


def stmt_string(stmt: Stmt) -> str:
    """A simple statement."""
    out: list[str] = []
    if isinstance(stmt, ExprStmt):
        _write(out, stmt.x, 0)
    elif isinstance(stmt, SendStmt):
        _write(out, stmt.chan, 0)
        out.append(" <- ")
        _write(out, stmt.val, 0)
    elif isinstance(stmt, AssignStmt):
        _write_list(out, stmt.lhs, 0)
        if not stmt.rhs:
            out.append(OPERATOR_TEXT[stmt.op] * 2)
        else:
            if stmt.op == DEFINE:
                out.append(" := ")
            elif stmt.op == ASSIGN:
                out.append(" = ")
            else:
                out.append(f" {OPERATOR_TEXT[stmt.op]}= ")
            _write_list(out, stmt.rhs, 0)
    return "".join(out)


def _write_list(out: list[str], exprs: list[Expr], depth: int) -> None:
    for i in range(len(exprs)):
        if i > 0:
            out.append(", ")
        _write(out, exprs[i], depth)


def _write(out: list[str], x: Expr, depth: int) -> None:
    depth += 1
    if depth > _MAX_DEPTH:
        out.append("…")
        return
    if isinstance(x, (Name, BasicLit)):
        out.append(x.text)
    elif isinstance(x, SelectorExpr):
        _write(out, x.x, depth)
        out.append(".")
        out.append(x.sel.text)
    elif isinstance(x, CallExpr):
        _write(out, x.fun, depth)
        out.append("(")
        _write_list(out, x.args, depth)
        out.append("...)" if x.has_dots else ")")
    elif isinstance(x, IndexExpr):
        _write(out, x.x, depth)
        out.append("[")
        _write(out, x.index, depth)
        out.append("]")
    elif isinstance(x, BinaryExpr):
        # The left side of a long sum is deep but not nested: walk it without recursion.
        spine: list[BinaryExpr] = []
        left: Expr = x
        while isinstance(left, BinaryExpr):
            spine.append(left)
            left = left.x
        _write(out, left, depth)
        for i in range(len(spine) - 1, -1, -1):
            out.append(f" {OPERATOR_TEXT[spine[i].op]} ")
            _write(out, spine[i].y, depth)
    elif isinstance(x, UnaryExpr):
        out.append(OPERATOR_TEXT[x.op])
        _write(out, x.x, depth)
    elif isinstance(x, StarExpr):
        out.append("*")
        _write(out, x.x, depth)
    elif isinstance(x, ParenExpr):
        out.append("(")
        _write(out, x.x, depth)
        out.append(")")
    elif isinstance(x, CompositeLit):
        if x.type_expr is not None:
            _write(out, x.type_expr, depth)
        out.append("{…}" if x.elems else "{}")
    elif isinstance(x, FuncLit):
        _write(out, x.func_type, depth)
        out.append(" {…}" if x.body.stmts else " {}")
    elif isinstance(x, KeyValueExpr):
        _write(out, x.key, depth)
        out.append(": ")
        _write(out, x.val, depth)
    elif isinstance(x, SliceExpr):
        _write(out, x.x, depth)
        out.append("[")
        if x.low is not None:
            _write(out, x.low, depth)
        out.append(":")
        if x.high is not None:
            _write(out, x.high, depth)
        if x.max is not None:
            out.append(":")
            _write(out, x.max, depth)
        out.append("]")
    elif isinstance(x, AssertExpr):
        _write(out, x.x, depth)
        out.append(".(")
        _write(out, x.type_expr, depth)
        out.append(")")
    elif isinstance(x, TypeSwitchGuard):
        if x.lhs is not None:
            out.append(x.lhs.text + " := ")
        _write(out, x.x, depth)
        out.append(".(type)")
    elif isinstance(x, ListExpr):
        _write_list(out, x.elems, depth)
    elif isinstance(x, BadExpr):
        out.append("<bad expr>")
    else:
        _write_type(out, x, depth)


def _write_type(out: list[str], x: Expr, depth: int) -> None:
    if isinstance(x, SliceType):
        out.append("[]")
        _write(out, x.elem, depth)
    elif isinstance(x, ArrayType):
        out.append("[")
        if x.len is None:
            out.append("...")
        else:
            _write(out, x.len, depth)
        out.append("]")
        _write(out, x.elem, depth)
    elif isinstance(x, MapType):
        out.append("map[")
        _write(out, x.key, depth)
        out.append("]")
        _write(out, x.elem, depth)
    elif isinstance(x, DotsType):
        out.append("...")
        _write(out, x.elem, depth)
    elif isinstance(x, FuncType):
        out.append("func")
        _write_signature(out, x, depth)
    elif isinstance(x, ChanType):
        if x.dir == RECV_ONLY:
            out.append("<-")
        out.append("chan")
        if x.dir == SEND_ONLY:
            out.append("<-")
        out.append(" ")
        if x.dir == SEND_RECV and isinstance(x.elem, ChanType) and x.elem.dir == RECV_ONLY:
            out.append("(")
            _write(out, x.elem, depth)
            out.append(")")
        else:
            _write(out, x.elem, depth)
    elif isinstance(x, StructType):
        out.append("struct{")
        _write_struct_fields(out, x, depth)
        out.append("}")
    elif isinstance(x, InterfaceType):
        out.append("interface{")
        for i in range(len(x.methods)):
            if i > 0:
                out.append("; ")
            m = x.methods[i]
            if m.name is None:
                _write(out, m.type_expr, depth)
            else:
                out.append(m.name.text)
                if isinstance(m.type_expr, FuncType):
                    _write_signature(out, m.type_expr, depth)
        out.append("}")


def _write_struct_fields(out: list[str], x: StructType, depth: int) -> None:
    fields = x.fields
    i = 0
    while i < len(fields):
        if i > 0:
            out.append("; ")
        f = fields[i]
        last = i
        if f.name is not None:
            out.append(f.name.text)
            while last + 1 < len(fields) and fields[last + 1].type_expr is f.type_expr:
                last += 1
                name = fields[last].name
                if name is not None:
                    out.append(", " + name.text)
            out.append(" ")
        _write(out, f.type_expr, depth)
        tag = x.tags[i]
        if tag is not None:
            out.append(" " + tag.text)
        i = last + 1


def _write_signature(out: list[str], x: FuncType, depth: int) -> None:
    _write_params(out, x.params, depth)
    results = x.results
    if results:
        out.append(" ")
        if len(results) == 1 and results[0].name is None:
            _write(out, results[0].type_expr, depth)
        else:
            _write_params(out, results, depth)


def _write_params(out: list[str], params: list[Field], depth: int) -> None:
    out.append("(")
    for i in range(len(params)):
        if i > 0:
            out.append(", ")
        p = params[i]
        if p.name is not None:
            out.append(p.name.text)
            if i + 1 < len(params):
                following = params[i + 1]
                if following.name is not None and following.type_expr is p.type_expr:
                    continue
            out.append(" ")
        _write(out, p.type_expr, depth)
    out.append(")")
