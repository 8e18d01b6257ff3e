"""Expressions.

    a + b*c   →   BinaryExpr(ADD, a, BinaryExpr(MUL, b, c))        f(x)[i]   →   IndexExpr(CallExpr(f, [x]), i)

An expression may turn out to be a type only later (`f(x)` may be a conversion), so types parse as expressions too.
`xnest` says whether `{` can begin a composite literal: it is negative in the header of if, for and switch, outside of
parentheses and brackets.

Sources: Go spec "Expressions"; messages, positions and recovery as cmd/compile/internal/syntax.
"""

from __future__ import annotations

from typing import Final

from ..diag.source import NO_POS
from .exprstring import expr_string
from .nodes import (
    RECV_ONLY,
    SEND_ONLY,
    ArrayType,
    AssertExpr,
    BadExpr,
    BasicLit,
    BinaryExpr,
    BlockStmt,
    CallExpr,
    ChanType,
    CompositeLit,
    Expr,
    FuncLit,
    IndexExpr,
    KeyValueExpr,
    MapType,
    Name,
    ParenExpr,
    SelectorExpr,
    SliceExpr,
    SliceType,
    StarExpr,
    StructType,
    TypeSwitchGuard,
    UnaryExpr,
)
from .recovery import CLOSERS
from .tokens import (
    ADD,
    AND,
    ARROW,
    CHAN,
    COLON,
    COMMA,
    DOT,
    DOTDOTDOT,
    EOF,
    FUNC,
    INTERFACE,
    LBRACE,
    LBRACK,
    LITERAL,
    LPAREN,
    MAP,
    MUL,
    NAME,
    NOT,
    PRECEDENCE,
    RBRACE,
    RBRACK,
    RPAREN,
    SEMI,
    STRUCT,
    SUB,
    TILDE,
    TYPE,
    VAR,
    XOR,
)
from .typeparser import TypeParser, unparen

_PREC: Final[list[int]] = [PRECEDENCE.get(tok, 0) for tok in range(VAR + 1)]


class ExprParser(TypeParser):
    def func_body(self) -> BlockStmt:
        raise NotImplementedError

    # ExpressionList = Expression { "," Expression } .
    def expr_list(self) -> list[Expr]:
        exprs = [self.expr()]
        while self.tok == COMMA:
            self.next()
            exprs.append(self.expr())
        return exprs

    # ------------------------------------------------------------------------------------------------ expressions

    def expr(self) -> Expr:
        return self.binary_expr(None, 0)

    # Expression = UnaryExpr | Expression binary_op Expression .
    def binary_expr(self, x: Expr | None, precedence: int) -> Expr:
        if x is None:
            x = self.unary_expr()
        while True:
            op = self.tok
            strength = _PREC[op]
            if strength <= precedence:
                return x
            pos = self.pos
            self.next()
            x = BinaryExpr(pos, op, x, self.binary_expr(None, strength))

    def unary_expr(self) -> Expr:
        if not self.enter():
            self.depth -= 1
            return BadExpr(self.pos)
        x = self._unary_expr()
        self.depth -= 1
        return x

    # UnaryExpr = PrimaryExpr | unary_op UnaryExpr .
    def _unary_expr(self) -> Expr:
        tok = self.tok
        if tok == NAME or tok == LITERAL:
            return self.primary_expr(None, True)
        if tok == MUL:
            pos = self.pos
            self.next()
            return StarExpr(pos, self.unary_expr())
        if tok == AND:
            pos = self.pos
            self.next()
            return UnaryExpr(pos, AND, unparen(self.unary_expr()))
        if tok == ADD or tok == SUB or tok == NOT or tok == XOR or tok == TILDE:
            pos = self.pos
            self.next()
            return UnaryExpr(pos, tok, self.unary_expr())
        if tok == ARROW:
            pos = self.pos
            self.next()
            # <-chan T is a type, <-x receives: the operand tells. In the first case the arrow moves into the type,
            # <-(chan T) to (<-chan T), and <-(chan<- T) to (<-chan (<-T)).
            x = self.unary_expr()
            if isinstance(x, ChanType):
                self._reassociate_arrow(x)
                return x
            return UnaryExpr(pos, ARROW, x)
        return self.primary_expr(None, True)

    def _reassociate_arrow(self, x: ChanType) -> None:
        direction = SEND_ONLY
        t: Expr = x
        while direction == SEND_ONLY:
            if not isinstance(t, ChanType):
                break
            direction = t.dir
            if direction == RECV_ONLY:
                self.syntax_error("unexpected <-, expected chan")
            t.dir = RECV_ONLY
            t = t.elem
        if direction == SEND_ONLY:
            self.syntax_error(f"unexpected {expr_string(t)}, expected chan")

    # Operand = Literal | OperandName | MethodExpr | "(" Expression ")" .
    def operand(self, keep_parens: bool) -> Expr:
        tok = self.tok
        if tok == NAME:
            name = Name(self.pos, self.lit)
            self.next()
            return name
        if tok == LITERAL:
            literal = BasicLit(self.pos, self.lit, self.kind, self.bad)
            self.next()
            return literal
        if tok == LPAREN:
            pos = self.pos
            self.next()
            self.xnest += 1
            x = self.expr()
            self.xnest -= 1
            self.want(RPAREN)
            # Parentheses stay in the tree where someone must complain about them: around the type of a composite
            # literal, which may follow now, and around the call of go and defer.
            if keep_parens or self.tok == LBRACE:
                return ParenExpr(pos, x)
            return x
        if tok == FUNC:
            pos = self.pos
            self.next()
            func_type = self.func_type("function type")
            if self.tok == LBRACE:
                self.xnest += 1
                body = self.func_body()
                self.xnest -= 1
                return FuncLit(pos, func_type, body)
            return func_type
        if tok == LBRACK or tok == CHAN or tok == MAP or tok == STRUCT or tok == INTERFACE:
            return self.type_()
        bad = BadExpr(self.pos)
        self.syntax_error("expected expression")
        self.advance(CLOSERS)
        return bad

    # PrimaryExpr = Operand | PrimaryExpr Selector | Index | Slice | TypeAssertion | Arguments | LiteralValue .
    def primary_expr(self, x: Expr | None, keep_parens: bool) -> Expr:
        if x is None:
            x = self.operand(keep_parens)
        while True:
            tok = self.tok
            if tok == DOT:
                pos = self.pos
                self.next()
                if self.tok == NAME:
                    x = SelectorExpr(pos, x, Name(self.pos, self.lit))
                    self.next()
                elif self.tok == LPAREN:
                    self.next()
                    if self.got(TYPE):
                        x = TypeSwitchGuard(pos, None, x)
                    else:
                        x = AssertExpr(pos, x, self.type_())
                    self.want(RPAREN)
                else:
                    self.syntax_error("expected name or (")
                    self.advance((1 << SEMI) | (1 << RPAREN))
            elif tok == LPAREN:
                x = self._call(x)
            elif tok == LBRACK:
                x = self._index_or_slice(x)
            elif tok == LBRACE:
                # A parenthesised type of a composite literal is taken, and reported if it is one.
                t = unparen(x)
                if not self._may_be_literal_type(t):
                    return x
                if t is not x:
                    self.syntax_error("cannot parenthesize type in composite literal")
                x = self.literal_value(x)
            else:
                return x

    def _may_be_literal_type(self, t: Expr) -> bool:
        if isinstance(t, (Name, SelectorExpr)):
            return self.xnest >= 0
        if isinstance(t, IndexExpr):
            return self.xnest >= 0 and not _is_value(t)
        return isinstance(t, (ArrayType, SliceType, StructType, MapType))

    # Index = "[" Expression "]" .   Slice = "[" [ x ] ":" [ x ] "]" | "[" [ x ] ":" x ":" x "]" .
    def _index_or_slice(self, x: Expr) -> Expr:
        pos = self.pos
        self.next()
        index: Expr | None = None
        if self.tok != COLON:
            comma = False
            if self.tok == RBRACK:
                self.syntax_error("expected operand")
                index = BadExpr(self.pos)
            else:
                index, comma = self.type_list(False)
            if comma or self.tok == RBRACK:
                self.want(RBRACK)
                return IndexExpr(pos, x, index)
        if not self.got(COLON):
            self.syntax_error("expected comma, : or ]")
            self.advance((1 << COMMA) | (1 << COLON) | (1 << RBRACK))
        self.xnest += 1
        high: Expr | None = None
        max_: Expr | None = None
        full = False
        if self.tok != COLON and self.tok != RBRACK:
            high = self.expr()
        if self.tok == COLON:
            full = True
            if high is None:
                self.error_at(self.pos, "middle index required in 3-index slice")
                high = BadExpr(self.pos)
            self.next()
            if self.tok != RBRACK:
                max_ = self.expr()
            else:
                self.error_at(self.pos, "final index required in 3-index slice")
                max_ = BadExpr(self.pos)
        self.xnest -= 1
        self.want(RBRACK)
        return SliceExpr(pos, x, index, high, max_, full)

    # Arguments = "(" [ Argument { "," Argument } [ "..." ] [ "," ] ] ")" .
    def _call(self, fun: Expr) -> CallExpr:
        pos = self.pos
        self.next()
        args: list[Expr] = []
        has_dots = False
        self.xnest += 1
        end = NO_POS
        while self.tok != EOF and self.tok != RPAREN and not has_dots:
            args.append(self.expr())
            if self.tok == DOTDOTDOT:
                self.next()
                has_dots = True
            if not self.separator("argument list", COMMA, RPAREN):
                end = self.pos
                break
        if end == NO_POS:
            end = self.pos
            self.want(RPAREN)
        self.xnest -= 1
        return CallExpr(pos, fun, args, has_dots, end)

    # LiteralValue = "{" [ Element { "," Element } [ "," ] ] "}" .   Element = [ Key ":" ] Value .
    def literal_value(self, type_expr: Expr | None) -> CompositeLit:
        pos = self.pos
        if not self.enter():
            self.depth -= 1
            return CompositeLit(pos, type_expr, [], 0, pos)
        self.xnest += 1
        self.want(LBRACE)
        elems: list[Expr] = []
        nkeys = 0
        end = NO_POS
        while self.tok != EOF and self.tok != RBRACE:
            x = self.literal_value(None) if self.tok == LBRACE else self.expr()
            if self.tok == COLON:
                colon = self.pos
                self.next()
                value = self.literal_value(None) if self.tok == LBRACE else self.expr()
                x = KeyValueExpr(colon, x, value)
                nkeys += 1
            elems.append(x)
            if not self.separator("composite literal", COMMA, RBRACE):
                end = self.pos
                break
        if end == NO_POS:
            end = self.pos
            self.want(RBRACE)
        self.xnest -= 1
        self.depth -= 1
        return CompositeLit(pos, type_expr, elems, nkeys, end)

    def tparam_or_length(self, name: Name) -> Expr:
        """The expression that begins with `name`, behind `type T [`."""
        self.xnest += 1
        x = self.binary_expr(self.primary_expr(name, False), 0)
        self.xnest -= 1
        return x


def _is_value(x: Expr) -> bool:
    """Must x be a value, not a type?"""
    while True:
        if isinstance(
            x,
            BasicLit | CompositeLit | FuncLit | SliceExpr | AssertExpr | TypeSwitchGuard | CallExpr | UnaryExpr
            | BinaryExpr,
        ):
            return True
        if isinstance(x, ParenExpr):
            x = x.x
        elif isinstance(x, IndexExpr):
            if _is_value(x.index):
                return True
            x = x.x
        else:
            return False
