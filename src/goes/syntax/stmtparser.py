"""Statements.

    for i := range n { f(i) }   →   RangeStmt([i], define, n, {ExprStmt(CallExpr)})

A statement that begins with an expression is told apart by the token behind it: label, assignment, send, increment.
The header of if, for and switch is common to the three. Declarations inside functions come from the class above
(`append_group`).

Sources: Go spec "Statements"; messages, positions and recovery as cmd/compile/internal/syntax.
"""

from __future__ import annotations

from typing import Final, final

from ..diag.diagnostic import Diagnostic
from ..diag.source import NO_POS, Pos
from .exprparser import ExprParser
from .exprstring import expr_list_string, stmt_string
from .nodes import (
    AssignStmt,
    BadExpr,
    BinaryExpr,
    BlockStmt,
    BranchStmt,
    CallStmt,
    CaseClause,
    CommClause,
    Decl,
    DeclStmt,
    EmptyStmt,
    Expr,
    ExprStmt,
    ForStmt,
    IfStmt,
    LabeledStmt,
    Name,
    RangeStmt,
    ReturnStmt,
    SelectStmt,
    SendStmt,
    Stmt,
    SwitchStmt,
    TypeSwitchGuard,
)
from .tokens import (
    ADD,
    AND,
    ARROW,
    ASSIGN,
    ASSIGN_OP,
    BREAK,
    CASE,
    CHAN,
    COLON,
    CONST,
    CONTINUE,
    DEFAULT,
    DEFER,
    DEFINE,
    ELSE,
    EOF,
    FALLTHROUGH,
    FOR,
    FUNC,
    GO,
    GOTO,
    IF,
    INC_DEC,
    INTERFACE,
    LBRACE,
    LBRACK,
    LITERAL,
    LPAREN,
    MAP,
    MUL,
    NAME,
    NOT,
    RANGE,
    RBRACE,
    RETURN,
    SELECT,
    SEMI,
    STRUCT,
    SUB,
    SWITCH,
    TYPE,
    VAR,
    XOR,
)
from .typeparser import unparen

_SIMPLE_STARTS: Final = (
    (1 << ADD) | (1 << SUB) | (1 << MUL) | (1 << AND) | (1 << XOR) | (1 << NOT)
    | (1 << LITERAL) | (1 << FUNC) | (1 << LPAREN)
    | (1 << LBRACK) | (1 << STRUCT) | (1 << MAP) | (1 << CHAN) | (1 << INTERFACE) | (1 << ARROW)
)
_CLAUSE_STARTS: Final = (1 << CASE) | (1 << DEFAULT) | (1 << RBRACE)
_KEYWORD_TEXT: Final = {IF: "if", FOR: "for", SWITCH: "switch"}


@final
class RangeClause(Stmt):
    """`lhs := range x` in a for header; it ends up in a RangeStmt."""

    __slots__ = ("lhs", "define", "x")

    def __init__(self, pos: Pos, lhs: list[Expr], define: bool, x: Expr) -> None:
        self.pos = pos
        self.lhs = lhs
        self.define = define
        self.x = x


class StmtParser(ExprParser):
    def __init__(self, data: bytes, base: Pos, errors: list[Diagnostic], again: bool) -> None:
        super().__init__(data, base, errors, again)
        # What _header finds beside the condition.
        self._init: Stmt | None = None
        self._post: Stmt | None = None

    def clear_pragma(self) -> None:
        """Directives seen so far belong to no declaration."""

    def append_group(self, decls: list[Decl], keyword: int) -> None:
        raise NotImplementedError

    # ------------------------------------------------------------------------------------------------ lists

    # Block = "{" StatementList "}" .
    def block_stmt(self, context: str) -> BlockStmt:
        pos = self.pos
        if not self.got(LBRACE):
            self.syntax_error("expected { after " + context)
            self.advance((1 << NAME) | (1 << RBRACE))
            rbrace = self.pos
            if self.got(RBRACE):
                return BlockStmt(pos, [], rbrace)
        stmts = self.stmt_list()
        rbrace = self.pos
        self.want(RBRACE)
        return BlockStmt(pos, stmts, rbrace)

    # StatementList = { Statement ";" } .
    def stmt_list(self) -> list[Stmt]:
        stmts: list[Stmt] = []
        while True:
            tok = self.tok
            if tok == EOF or tok == RBRACE or tok == CASE or tok == DEFAULT:
                return stmts
            stmt = self.stmt_or_none()
            if self.pragma:
                self.clear_pragma()
            if stmt is None:
                return stmts
            stmts.append(stmt)
            # ";" is optional before "}".
            if self.tok == SEMI:
                self.next()
            elif self.tok != RBRACE:
                self.syntax_error("at end of statement")
                self.advance((1 << SEMI) | _CLAUSE_STARTS)
                self.got(SEMI)

    def stmt_or_none(self) -> Stmt | None:
        if not self.enter():
            self.depth -= 1
            return None
        stmt = self._stmt_or_none()
        self.depth -= 1
        return stmt

    def _stmt_or_none(self) -> Stmt | None:
        tok = self.tok
        if tok == NAME:
            if self.pragma:
                self.clear_pragma()
            lhs = self.expr_list()
            if self.tok == COLON and len(lhs) == 1:
                label = lhs[0]
                if isinstance(label, Name):
                    return self._labeled_stmt(label)
            return self.simple_stmt(lhs, 0)
        pos = self.pos
        if tok == VAR or tok == CONST or tok == TYPE:
            self.next()
            decls: list[Decl] = []
            self.append_group(decls, tok)
            return DeclStmt(pos, decls)
        if self.pragma:
            self.clear_pragma()
        if tok == IF:
            return self._if_stmt()
        if tok == RETURN:
            self.next()
            results: list[Expr] = []
            if self.tok != SEMI and self.tok != RBRACE:
                results = self.expr_list()
            return ReturnStmt(pos, results)
        if tok == FOR:
            return self._for_stmt()
        if tok == LBRACE:
            return self.block_stmt("")
        if (_SIMPLE_STARTS >> tok) & 1:
            return self.simple_stmt(None, 0)
        if tok == SWITCH:
            return self._switch_stmt()
        if tok == SELECT:
            return self._select_stmt()
        if tok == BREAK or tok == CONTINUE:
            self.next()
            target = self.name() if self.tok == NAME else None
            return BranchStmt(pos, tok, target)
        if tok == FALLTHROUGH:
            self.next()
            return BranchStmt(pos, tok, None)
        if tok == GOTO:
            self.next()
            return BranchStmt(pos, tok, self.name())
        if tok == GO or tok == DEFER:
            return self._call_stmt()
        if tok == SEMI:
            return EmptyStmt(pos)
        return None

    # ------------------------------------------------------------------------------------------------ simple ones

    # SimpleStmt = ExpressionStmt | SendStmt | IncDecStmt | Assignment | ShortVarDecl ; in a for header, a RangeClause
    def simple_stmt(self, lhs: list[Expr] | None, keyword: int) -> Stmt:
        if lhs is None:
            if keyword == FOR and self.tok == RANGE:
                return self._range_clause([], False)
            lhs = self.expr_list()
        tok = self.tok
        pos = self.pos
        if tok == ASSIGN or tok == DEFINE:
            self.next()
            if keyword == FOR and self.tok == RANGE:
                return self._range_clause(lhs, tok == DEFINE)
            rhs = self.expr_list()
            if keyword == SWITCH and tok == DEFINE and len(rhs) == 1 and len(lhs) == 1:
                guard = rhs[0]
                name = lhs[0]
                if isinstance(guard, TypeSwitchGuard) and isinstance(name, Name):
                    guard.lhs = name
                    return ExprStmt(guard.pos, guard)
            return AssignStmt(pos, tok, lhs, rhs)
        if len(lhs) == 1:
            x = lhs[0]
            if tok == ASSIGN_OP:
                op = self.op
                self.next()
                return AssignStmt(pos, op, lhs, [self.expr()])
            if tok == INC_DEC:
                op = self.op
                self.next()
                return AssignStmt(pos, op, lhs, [])
            if tok == ARROW:
                self.next()
                return SendStmt(pos, x, self.expr())
            return ExprStmt(x.pos, x)
        self.syntax_error("expected := or = or comma")
        self.advance((1 << SEMI) | (1 << RBRACE))
        return ExprStmt(lhs[0].pos, lhs[0])

    def _range_clause(self, lhs: list[Expr], define: bool) -> RangeClause:
        pos = self.pos
        self.next()
        return RangeClause(pos, lhs, define, self.expr())

    # LabeledStmt = Label ":" Statement .
    def _labeled_stmt(self, label: Name) -> Stmt | None:
        pos = self.pos
        self.want(COLON)
        if self.tok == RBRACE:
            # The semicolon that ends an empty statement may be missing here.
            return LabeledStmt(pos, label, EmptyStmt(self.pos))
        stmt = self.stmt_or_none()
        if stmt is not None:
            return LabeledStmt(pos, label, stmt)
        self.syntax_error_at(pos, "missing statement after label")
        return None

    # GoStmt = "go" Expression .   DeferStmt = "defer" Expression .
    def _call_stmt(self) -> CallStmt:
        pos = self.pos
        tok = self.tok
        self.next()
        x = self.primary_expr(None, self.tok == LPAREN)
        call = unparen(x)
        if call is not x:
            word = "go" if tok == GO else "defer"
            self.error_at(x.pos, f"expression in {word} must not be parenthesized")
        return CallStmt(pos, tok, call)

    # ------------------------------------------------------------------------------------------------ if, for, switch

    def _header(self, keyword: int) -> Expr | None:
        """[ SimpleStmt ";" ] [ condition ], or the three parts of a for header. The condition is returned; what
        stands before and after it is left in _init (perhaps a RangeClause) and _post."""
        self._init = None
        self._post = None
        self.next()
        if self.tok == LBRACE:
            if keyword == IF:
                self.syntax_error("missing condition in if statement")
                return BadExpr(self.pos)
            return None
        outer = self.xnest
        self.xnest = -1
        init: Stmt | None = None
        post: Stmt | None = None
        if self.tok != SEMI:
            if self.got(VAR):
                word = _KEYWORD_TEXT[keyword]
                self.syntax_error(f"var declaration not allowed in {word} initializer")
            init = self.simple_stmt(None, keyword)
            if isinstance(init, RangeClause):
                self.xnest = outer
                self._init = init
                return None
        cond_stmt: Stmt | None = None
        semi = NO_POS
        semi_text = ""
        if self.tok != LBRACE:
            if self.tok == SEMI:
                semi = self.pos
                semi_text = self.lit
                self.next()
            else:
                # Asking for "{" rather than ";" makes the better message.
                self.want(LBRACE)
                if self.tok != LBRACE:
                    self.advance((1 << LBRACE) | (1 << RBRACE))
            if keyword == FOR:
                complete = True
                if self.tok != SEMI:
                    if self.tok == LBRACE:
                        self.syntax_error("expected for loop condition")
                        complete = False
                    else:
                        cond_stmt = self.simple_stmt(None, 0)
                if complete:
                    self.want(SEMI)
                    if self.tok != LBRACE:
                        post = self.simple_stmt(None, 0)
                        if isinstance(post, AssignStmt) and post.op == DEFINE:
                            self.syntax_error_at(post.pos, "cannot declare in post statement of for loop")
            elif self.tok != LBRACE:
                cond_stmt = self.simple_stmt(None, keyword)
        else:
            cond_stmt = init
            init = None
        cond: Expr | None = None
        if cond_stmt is None:
            if keyword == IF and semi != NO_POS:
                if semi_text != "semicolon":
                    self.syntax_error_at(semi, f"unexpected {semi_text}, expected {{ after if clause")
                else:
                    self.syntax_error_at(semi, "missing condition in if statement")
                cond = BadExpr(semi)
        elif isinstance(cond_stmt, ExprStmt):
            cond = cond_stmt.x
        else:
            # "=" instead of "==" is a common mistake.
            if isinstance(cond_stmt, AssignStmt) and cond_stmt.op == ASSIGN:
                text = f"assignment {_emphasize(cond_stmt.lhs)} = {_emphasize(cond_stmt.rhs)}"
            else:
                text = stmt_string(cond_stmt)
            self.syntax_error_at(cond_stmt.pos, f"cannot use {text} as value")
        self.xnest = outer
        self._init = init
        self._post = post
        return cond

    # IfStmt = "if" [ SimpleStmt ";" ] Expression Block [ "else" ( IfStmt | Block ) ] .
    def _if_stmt(self) -> IfStmt:
        pos = self.pos
        cond = self._header(IF)
        init = self._init
        if cond is None:
            cond = BadExpr(pos)
        then = self.block_stmt("if clause")
        stmt = IfStmt(pos, init, cond, then, None)
        if self.got(ELSE):
            if self.tok == IF:
                if self.enter():
                    stmt.else_ = self._if_stmt()
                self.depth -= 1
            elif self.tok == LBRACE:
                stmt.else_ = self.block_stmt("")
            else:
                self.syntax_error("else must be followed by if or statement block")
                self.advance((1 << NAME) | (1 << RBRACE))
        return stmt

    # ForStmt = "for" [ Condition | ForClause | RangeClause ] Block .
    def _for_stmt(self) -> Stmt:
        pos = self.pos
        cond = self._header(FOR)
        init = self._init
        post = self._post
        body = self.block_stmt("for clause")
        if isinstance(init, RangeClause):
            return RangeStmt(pos, init.lhs, init.define, init.x, body, init.pos)
        return ForStmt(pos, init, cond, post, body)

    # SwitchStmt = "switch" [ SimpleStmt ";" ] [ Expression | TypeSwitchGuard ] "{" { CaseClause } "}" .
    def _switch_stmt(self) -> SwitchStmt:
        pos = self.pos
        tag = self._header(SWITCH)
        stmt = SwitchStmt(pos, self._init, tag, [], pos)
        if not self.got(LBRACE):
            self.syntax_error("missing { after switch clause")
            self.advance(_CLAUSE_STARTS)
        while self.tok != EOF and self.tok != RBRACE:
            stmt.body.append(self._case_clause())
        stmt.rbrace = self.pos
        self.want(RBRACE)
        return stmt

    # SelectStmt = "select" "{" { CommClause } "}" .
    def _select_stmt(self) -> SelectStmt:
        stmt = SelectStmt(self.pos, [], self.pos)
        self.next()
        if not self.got(LBRACE):
            self.syntax_error("missing { after select clause")
            self.advance(_CLAUSE_STARTS)
        while self.tok != EOF and self.tok != RBRACE:
            stmt.body.append(self._comm_clause())
        stmt.rbrace = self.pos
        self.want(RBRACE)
        return stmt

    # CaseClause = ( "case" ExpressionList | "default" ) ":" StatementList .
    def _case_clause(self) -> CaseClause:
        pos = self.pos
        cases: list[Expr] = []
        is_default = True
        if self.tok == CASE:
            self.next()
            cases = self.expr_list()
            is_default = False
        elif self.tok == DEFAULT:
            self.next()
        else:
            self.syntax_error("expected case or default or }")
            self.advance((1 << COLON) | _CLAUSE_STARTS)
        colon = self.pos
        self.want(COLON)
        return CaseClause(pos, cases, is_default, self.stmt_list(), colon)

    # CommClause = ( "case" ( SendStmt | RecvStmt ) | "default" ) ":" StatementList .
    def _comm_clause(self) -> CommClause:
        # Any simple statement is taken; the type checker rejects what is neither send nor receive.
        pos = self.pos
        comm: Stmt | None = None
        if self.tok == CASE:
            self.next()
            comm = self.simple_stmt(None, 0)
        elif self.tok == DEFAULT:
            self.next()
        else:
            self.syntax_error("expected case or default or }")
            self.advance((1 << COLON) | _CLAUSE_STARTS)
        colon = self.pos
        self.want(COLON)
        return CommClause(pos, comm, self.stmt_list(), colon)


def _emphasize(exprs: list[Expr]) -> str:
    """Both sides of a mistaken assignment, binary expressions in parentheses so that the `=` stands out."""
    text = expr_list_string(exprs)
    if len(exprs) == 1 and isinstance(exprs[0], BinaryExpr):
        return f"({text})"
    return text
