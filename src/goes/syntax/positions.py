"""The extent of a node.

    for x.f(1) + 2, whose pos is the `+`:   start_pos is x, end_pos is behind 2

`end_pos` is exact for names and literals, the closing brace for blocks, and otherwise the end of the last part, which
may be short of a closing parenthesis: good for scopes, not for cutting text. As in gc, a slice expression begins at
its `[` and ends with its operand.

Source: as cmd/compile/internal/syntax/positions.go, since error positions and scopes depend on it.
"""

from __future__ import annotations

from ..diag.source import Pos, SourceFile
from .nodes import (
    ArrayType,
    AssertExpr,
    AssignStmt,
    BasicLit,
    BinaryExpr,
    BlockStmt,
    BranchStmt,
    CallExpr,
    CallStmt,
    CaseClause,
    ChanType,
    CommClause,
    CompositeLit,
    ConstDecl,
    DeclStmt,
    DotsType,
    ExprStmt,
    Field,
    File,
    ForStmt,
    FuncDecl,
    FuncLit,
    FuncType,
    IfStmt,
    ImportDecl,
    IndexExpr,
    InterfaceType,
    KeyValueExpr,
    LabeledStmt,
    ListExpr,
    MapType,
    Name,
    Node,
    ParenExpr,
    RangeStmt,
    ReturnStmt,
    SelectorExpr,
    SelectStmt,
    SendStmt,
    SliceExpr,
    SliceType,
    StarExpr,
    StructType,
    SwitchStmt,
    TypeDecl,
    TypeSwitchGuard,
    UnaryExpr,
    VarDecl,
)


def start_pos(node: Node) -> Pos:
    """Where the text of the node begins."""
    n = node
    while True:
        if isinstance(n, (SelectorExpr, IndexExpr, AssertExpr, BinaryExpr)):
            n = n.x
        elif isinstance(n, CallExpr):
            n = n.fun
        elif isinstance(n, KeyValueExpr):
            n = n.key
        elif isinstance(n, CompositeLit):
            if n.type_expr is None:
                return n.pos
            n = n.type_expr
        elif isinstance(n, TypeSwitchGuard):
            n = n.x if n.lhs is None else n.lhs
        elif isinstance(n, ListExpr):
            if not n.elems:
                return n.pos
            n = n.elems[0]
        elif isinstance(n, SendStmt):
            n = n.chan
        elif isinstance(n, AssignStmt):
            n = n.lhs[0]
        elif isinstance(n, File):
            source = n.source
            return source.base if isinstance(source, SourceFile) else n.pos
        else:
            return n.pos


def _length(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogateescape"))


def end_pos(node: Node) -> Pos:
    """Where the text of the node ends, approximately."""
    n = node
    while True:
        if isinstance(n, (Name, BasicLit)):
            return n.pos + _length(n.text)
        if isinstance(n, SelectorExpr):
            n = n.sel
        elif isinstance(n, CallExpr):
            n = n.args[-1] if n.args else n.fun
        elif isinstance(n, IndexExpr):
            n = n.index
        elif isinstance(n, BinaryExpr):
            n = n.y
        elif isinstance(n, (UnaryExpr, StarExpr, ParenExpr, SliceExpr, TypeSwitchGuard, ExprStmt)):
            n = n.x
        elif isinstance(n, (CompositeLit, BlockStmt, SwitchStmt, SelectStmt)):
            return n.rbrace
        elif isinstance(n, KeyValueExpr):
            n = n.val
        elif isinstance(n, FuncLit):
            n = n.body
        elif isinstance(n, AssertExpr):
            n = n.type_expr
        elif isinstance(n, ListExpr):
            if not n.elems:
                return n.pos
            n = n.elems[-1]
        elif isinstance(n, (ArrayType, SliceType, DotsType, MapType, ChanType)):
            n = n.elem
        elif isinstance(n, StructType):
            if not n.fields:
                return n.pos
            n = n.fields[-1]
        elif isinstance(n, InterfaceType):
            if not n.methods:
                return n.pos
            n = n.methods[-1]
        elif isinstance(n, FuncType):
            if n.results:
                n = n.results[-1]
            elif n.params:
                n = n.params[-1]
            else:
                return n.pos
        elif isinstance(n, (Field, TypeDecl)):
            n = n.type_expr
        elif isinstance(n, AssignStmt):
            if not n.rhs:
                return end_pos(n.lhs[-1]) + 2
            n = n.rhs[-1]
        elif isinstance(n, SendStmt):
            n = n.val
        elif isinstance(n, DeclStmt):
            if not n.decls:
                return n.pos
            n = n.decls[-1]
        elif isinstance(n, LabeledStmt):
            n = n.stmt
        elif isinstance(n, BranchStmt):
            if n.label is None:
                return n.pos
            n = n.label
        elif isinstance(n, CallStmt):
            n = n.call
        elif isinstance(n, ReturnStmt):
            if not n.results:
                return n.pos
            n = n.results[-1]
        elif isinstance(n, IfStmt):
            n = n.then if n.else_ is None else n.else_
        elif isinstance(n, (ForStmt, RangeStmt)):
            n = n.body
        elif isinstance(n, (CaseClause, CommClause)):
            if not n.body:
                return n.colon
            n = n.body[-1]
        elif isinstance(n, ImportDecl):
            n = n.path
        elif isinstance(n, (ConstDecl, VarDecl)):
            if n.values:
                n = n.values[-1]
            elif n.type_expr is not None:
                n = n.type_expr
            else:
                n = n.names[-1]
        elif isinstance(n, FuncDecl):
            if n.lazy is not None and n.file is not None and isinstance(n.file.source, SourceFile):
                return n.file.source.base + n.lazy[1] - 1
            n = n.func_type if n.body is None else n.body
        elif isinstance(n, File):
            return n.eof
        else:
            return n.pos
