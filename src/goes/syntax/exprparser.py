"""Expressions and types, and what every part of the parser needs: expecting tokens, reporting, recovering.

    a + b*c   →   BinaryExpr(ADD, a, BinaryExpr(MUL, b, c))        [3]T   →   ArrayType(3, T)

An expression may turn out to be a type only later (`f(x)` may be a conversion), so types parse as expressions too.
`xnest` says whether `{` can begin a composite literal: it is negative in the header of if, for and switch, outside of
parentheses and brackets. Lists of names and types in parameters are collected first and told apart at the end.

Sources: Go spec "Expressions", "Types"; messages, positions and recovery as cmd/compile/internal/syntax.
"""

from __future__ import annotations

from typing import Final, final

from ..diag.diagnostic import Diagnostic
from ..diag.source import NO_POS, Pos
from .exprstring import expr_string
from .nodes import (
    RECV_ONLY,
    SEND_ONLY,
    SEND_RECV,
    ArrayType,
    AssertExpr,
    BadExpr,
    BasicLit,
    BinaryExpr,
    BlockStmt,
    CallExpr,
    ChanType,
    CompositeLit,
    Directive,
    DotsType,
    Expr,
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
    SliceExpr,
    SliceType,
    StarExpr,
    StructType,
    TypeSwitchGuard,
    UnaryExpr,
)
from .positions import start_pos
from .scanner import Scanner
from .tokens import (
    ADD,
    AND,
    ARROW,
    ASSIGN,
    ASSIGN_OP,
    BREAK,
    CHAN,
    COLON,
    COMMA,
    CONST,
    CONTINUE,
    DEFER,
    DEFINE,
    DOT,
    DOTDOTDOT,
    EOF,
    FALLTHROUGH,
    FOR,
    FUNC,
    GO,
    GOTO,
    IF,
    INC_DEC,
    INTERFACE,
    KEYWORDS,
    LBRACE,
    LBRACK,
    LITERAL,
    LPAREN,
    MAP,
    MUL,
    NAME,
    NOT,
    OPERATOR_TEXT,
    OR,
    OROR,
    PRECEDENCE,
    RBRACE,
    RBRACK,
    RETURN,
    RPAREN,
    SELECT,
    SEMI,
    STRUCT,
    SUB,
    SWITCH,
    TILDE,
    TYPE,
    VAR,
    XOR,
)

# How deep expressions, types and statements may nest in all; deeper is an error, as it would exhaust the stack.
MAX_NESTING: Final = 10_000
FRAMES_PER_LEVEL: Final = 8  # no production takes more calls from one level to the next
BASE_RECURSION: Final = 5_000

_PREC: Final[list[int]] = [PRECEDENCE.get(tok, 0) for tok in range(VAR + 1)]

_TOKEN_TEXT: Final[dict[int, str]] = {
    EOF: "EOF", NAME: "name", LITERAL: "literal", ASSIGN: "=", DEFINE: ":=", ASSIGN_OP: "op=", INC_DEC: "opop",
    LPAREN: "(", LBRACK: "[", LBRACE: "{", RPAREN: ")", RBRACK: "]", RBRACE: "}", COMMA: "comma",
    SEMI: "semicolon or newline", COLON: ":", DOT: ".", DOTDOTDOT: "...",
    **OPERATOR_TEXT,
    **{tok: "keyword " + word for word, tok in KEYWORDS.items()},
}

# Keywords that begin a statement: inside a function, recovery does not skip them.
_STATEMENT_STARTS: Final = (
    (1 << BREAK) | (1 << CONST) | (1 << CONTINUE) | (1 << DEFER) | (1 << FALLTHROUGH) | (1 << FOR) | (1 << GO)
    | (1 << GOTO) | (1 << IF) | (1 << RETURN) | (1 << SELECT) | (1 << SWITCH) | (1 << TYPE) | (1 << VAR)
)
_CLOSERS: Final = (1 << RPAREN) | (1 << RBRACK) | (1 << RBRACE)


def _operator_set() -> int:
    members = 0
    for tok in range(OROR, TILDE + 1):
        if tok != MUL and tok != ARROW:
            members |= 1 << tok
    return members


_OPERATORS: Final = _operator_set()


@final
class Param:
    """A parameter while the list is not yet understood: name, type or both."""

    __slots__ = ("pos", "name", "type_expr")

    def __init__(self, pos: Pos, name: Name | None, type_expr: Expr | None) -> None:
        self.pos = pos
        self.name = name
        self.type_expr = type_expr


def token_text(tok: int) -> str:
    """The token as messages name it."""
    return _TOKEN_TEXT[tok]


def unparen(x: Expr) -> Expr:
    """x without enclosing parentheses."""
    while isinstance(x, ParenExpr):
        x = x.x
    return x


class ExprParser(Scanner):
    def __init__(self, data: bytes, base: Pos, errors: list[Diagnostic], again: bool) -> None:
        super().__init__(data, base, errors, again)
        self.pragma: list[Directive] = []  # directives seen that no declaration has taken yet
        self.fnest = 0  # function nesting, for recovery
        self.xnest = 0  # expression nesting, for composite literals; negative in statement headers
        self.depth = 0
        self.last_tparams: list[Field] = []  # type parameters that func_type saw

    def func_body(self) -> BlockStmt:
        raise NotImplementedError

    # ------------------------------------------------------------------------------------------------ tokens, errors

    def got(self, tok: int) -> bool:
        if self.tok == tok:
            self.next()
            return True
        return False

    def want(self, tok: int) -> None:
        if self.tok == tok:
            self.next()
            return
        self.syntax_error("expected " + _TOKEN_TEXT[tok])
        self.advance(0)

    def got_assign(self) -> bool:
        """Take `=`; `:=` is reported and taken too."""
        if self.tok == DEFINE:
            self.syntax_error("expected =")
            self.next()
            return True
        return self.got(ASSIGN)

    def syntax_error(self, message: str) -> None:
        self.syntax_error_at(self.pos, message)

    def syntax_error_at(self, pos: Pos, message: str) -> None:
        """Report; a message that begins with "in", "at", "after" or "expected" is prefixed with the current token."""
        tok = self.tok
        if tok == EOF and self.error_count > 0:
            return  # the end of the file follows from what was reported
        if message.startswith("in ") or message.startswith("at ") or message.startswith("after "):
            message = " " + message
        elif message.startswith("expected "):
            message = ", " + message
        else:
            self.error_at(pos, "syntax error: " + message)
            return
        if tok == NAME:
            text = "name " + self.lit
        elif tok == SEMI:
            text = self.lit
        elif tok == LITERAL:
            text = "literal " + self.lit
        elif tok == ASSIGN_OP:
            text = OPERATOR_TEXT[self.op] + "="
        elif tok == INC_DEC:
            text = OPERATOR_TEXT[self.op] * 2
        else:
            text = _TOKEN_TEXT[tok]
        self.error_at(pos, "syntax error: unexpected " + text + message)

    def advance(self, follow: int) -> None:
        """Skip to a token of the set `follow` (a bit mask); an empty set skips one token."""
        if follow == 0:
            if self.tok != EOF:
                self.next()
            return
        if self.fnest > 0:
            follow |= _STATEMENT_STARTS
        follow |= 1 << EOF
        while not (follow >> self.tok) & 1:
            self.next()

    def enter(self) -> bool:
        """Count one level of nesting. At the limit the rest of the file is given up; the answer is False."""
        self.depth += 1
        if self.depth <= MAX_NESTING:
            return True
        if self.tok != EOF:
            self.error_at(self.pos, "syntax error: exceeded max nesting depth")
            self.i = self.size
            self.start = self.size
            self.nlsemi = False
            self._bad_at = self.size + 1
            self.tok = EOF
            self.pos = self.base + self.size
        return False

    def separator(self, context: str, sep: int, close: int) -> bool:
        """Between two elements of a list: take `sep`, which may be missing before `close`. False ends the list for
        good (after an error, when `close` is not in sight)."""
        if self.tok == sep:
            self.next()
            return True
        if self.tok != close:
            self.syntax_error(f"in {context}; possibly missing {_TOKEN_TEXT[sep]} or {_TOKEN_TEXT[close]}")
            self.advance(_CLOSERS)
            return self.tok == close
        return True

    # ------------------------------------------------------------------------------------------------ common

    def name(self) -> Name:
        if self.tok == NAME:
            name = Name(self.pos, self.lit)
            self.next()
            return name
        name = Name(self.pos, "_")
        self.syntax_error("expected name")
        self.advance(0)
        return name

    # IdentifierList = identifier { "," identifier } .
    def name_list(self, first: Name) -> list[Name]:
        names = [first]
        while self.tok == COMMA:
            self.next()
            names.append(self.name())
        return names

    def literal_or_none(self) -> BasicLit | None:
        if self.tok != LITERAL:
            return None
        literal = BasicLit(self.pos, self.lit, self.kind, self.bad)
        self.next()
        return literal

    # TypeName = identifier | PackageName "." identifier, perhaps with type arguments.
    def qualified_name(self, name: Name | None) -> Expr:
        x: Expr
        if name is not None:
            x = name
        elif self.tok == NAME:
            x = self.name()
        else:
            x = Name(self.pos, "_")
            self.syntax_error("expected name")
            self.advance((1 << DOT) | (1 << SEMI) | (1 << RBRACE))
        if self.tok == DOT:
            pos = self.pos
            self.next()
            x = SelectorExpr(pos, x, self.name())
        if self.tok == LBRACK:
            x = self.type_instance(x)
        return x

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
        self.advance(_CLOSERS)
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
        if isinstance(t, Name | SelectorExpr):
            return self.xnest >= 0
        if isinstance(t, IndexExpr):
            return self.xnest >= 0 and not _is_value(t)
        return isinstance(t, ArrayType | SliceType | StructType | MapType)

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

    # ------------------------------------------------------------------------------------------------ types

    def type_(self) -> Expr:
        t = self.type_or_none()
        if t is None:
            t = BadExpr(self.pos)
            self.syntax_error("expected type")
            self.advance((1 << COMMA) | (1 << COLON) | (1 << SEMI) | _CLOSERS)
        return t

    def type_or_none(self) -> Expr | None:
        tok = self.tok
        if tok == NAME:
            return self.qualified_name(None)
        if not self.enter():
            self.depth -= 1
            return BadExpr(self.pos)
        t = self._type_literal(tok)
        self.depth -= 1
        return t

    # TypeLit = ArrayType | StructType | PointerType | FunctionType | InterfaceType | SliceType | MapType | ChannelType
    # and "(" Type ")", whose parentheses are not kept.
    def _type_literal(self, tok: int) -> Expr | None:
        pos = self.pos
        if tok == MUL:
            self.next()
            return StarExpr(pos, self.type_())
        if tok == LBRACK:
            self.next()
            if self.got(RBRACK):
                return self.slice_type(pos)
            return self.array_type(pos, None)
        if tok == FUNC:
            self.next()
            return self.func_type("function type")
        if tok == MAP:
            self.next()
            self.want(LBRACK)
            key = self.type_()
            self.want(RBRACK)
            return MapType(pos, key, self.type_())
        if tok == CHAN:
            self.next()
            direction = SEND_ONLY if self.got(ARROW) else SEND_RECV
            return ChanType(pos, direction, self._chan_elem())
        if tok == ARROW:
            self.next()
            self.want(CHAN)
            return ChanType(pos, RECV_ONLY, self._chan_elem())
        if tok == STRUCT:
            return self.struct_type()
        if tok == INTERFACE:
            return self.interface_type()
        if tok == LPAREN:
            self.next()
            t = self.type_()
            self.want(RPAREN)
            return t
        return None

    def slice_type(self, pos: Pos) -> SliceType:
        """`[` at pos and `]` are taken."""
        return SliceType(pos, self.type_())

    def array_type(self, pos: Pos, length: Expr | None) -> ArrayType:
        """`[` at pos is taken, and perhaps the length."""
        if length is None and not self.got(DOTDOTDOT):
            self.xnest += 1
            length = self.expr()
            self.xnest -= 1
        if self.tok == COMMA:
            self.syntax_error("unexpected comma; expected ]")
            self.next()
        self.want(RBRACK)
        return ArrayType(pos, length, self.type_())

    def _chan_elem(self) -> Expr:
        t = self.type_or_none()
        if t is None:
            t = BadExpr(self.pos)
            self.syntax_error("missing channel element type")
        return t

    # TypeArgs = "[" TypeList [ "," ] "]" .
    def type_instance(self, x: Expr) -> IndexExpr:
        pos = self.pos
        self.want(LBRACK)
        index: Expr
        if self.tok == RBRACK:
            self.syntax_error("expected type argument list")
            index = BadExpr(self.pos)
        else:
            index, _ = self.type_list(True)
        self.want(RBRACK)
        return IndexExpr(pos, x, index)

    def type_list(self, strict: bool) -> tuple[Expr, bool]:
        """Types separated by commas, perhaps with one at the end; unless strict the first may be any expression.
        Several make a ListExpr. Also: was there a comma?"""
        self.xnest += 1
        comma = False
        x = self.type_() if strict else self.expr()
        if self.got(COMMA):
            comma = True
            t = self.type_or_none()
            if t is not None:
                elems = [x, t]
                while self.got(COMMA):
                    t = self.type_or_none()
                    if t is None:
                        break
                    elems.append(t)
                x = ListExpr(x.pos, elems)
        self.xnest -= 1
        return x, comma

    # Signature = [ TypeParams ] Parameters [ Result ] .
    def func_type(self, context: str) -> FuncType:
        """Type parameters are left in last_tparams; with a context they are not permitted."""
        pos = self.pos
        tparams: list[Field] = []
        if self.got(LBRACK):
            if context:
                self.syntax_error_at(pos, context + " must have no type parameters")
            if self.tok == RBRACK:
                self.syntax_error("empty type parameter list")
                self.next()
            else:
                tparams = self.param_list(None, None, RBRACK, True, False)
        self.want(LPAREN)
        params = self.param_list(None, None, RPAREN, False, True)
        results = self._func_result()
        self.last_tparams = tparams
        return FuncType(pos, params, results)

    # Result = Parameters | Type .
    def _func_result(self) -> list[Field]:
        if self.got(LPAREN):
            return self.param_list(None, None, RPAREN, False, False)
        pos = self.pos
        t = self.type_or_none()
        return [] if t is None else [Field(pos, None, t)]

    # StructType = "struct" "{" { FieldDecl ";" } "}" .
    def struct_type(self) -> StructType:
        t = StructType(self.pos, [], [])
        self.want(STRUCT)
        self.want(LBRACE)
        while self.tok != EOF and self.tok != RBRACE:
            self._field_decl(t)
            if not self.separator("struct type", SEMI, RBRACE):
                return t
        self.want(RBRACE)
        return t

    # FieldDecl = ( IdentifierList Type | EmbeddedField ) [ Tag ] .   EmbeddedField = [ "*" ] TypeName [ TypeArgs ] .
    def _field_decl(self, struct: StructType) -> None:
        pos = self.pos
        t: Expr
        if self.tok == NAME:
            name = self.name()
            tok = self.tok
            if tok == DOT or tok == LITERAL or tok == SEMI or tok == RBRACE:
                self._add_field(struct, pos, None, self.qualified_name(name))
                return
            names = self.name_list(name)
            if len(names) == 1 and self.tok == LBRACK:
                # An embedded T[P] or a field T of type [P]E: what follows the bracket tells.
                t = self.array_or_type_args(name)
                if isinstance(t, IndexExpr):
                    self._add_field(struct, pos, None, t)
                    return
            else:
                t = self.type_()
            tag = self.literal_or_none()
            for n in names:
                struct.fields.append(Field(n.pos, n, t))
                struct.tags.append(tag)
        elif self.tok == MUL:
            self.next()
            if self.tok == LPAREN:
                self.syntax_error("cannot parenthesize embedded type")
                self.next()
                t = self.qualified_name(None)
                self.got(RPAREN)
            else:
                t = self.qualified_name(None)
            self._add_field(struct, pos, None, StarExpr(pos, t))
        elif self.tok == LPAREN:
            self.syntax_error("cannot parenthesize embedded type")
            self.next()
            if self.tok == MUL:
                star = self.pos
                self.next()
                t = StarExpr(star, self.qualified_name(None))
            else:
                t = self.qualified_name(None)
            self.got(RPAREN)
            self._add_field(struct, pos, None, t)
        else:
            self.syntax_error("expected field name or embedded type")
            self.advance((1 << SEMI) | (1 << RBRACE))

    def _add_field(self, struct: StructType, pos: Pos, name: Name | None, t: Expr) -> None:
        struct.fields.append(Field(pos, name, t))
        struct.tags.append(self.literal_or_none())

    def array_or_type_args(self, name: Name) -> Expr:
        """At the `[` behind a name: `[]E` and `[n]E` are types, `[n,]` and `[n1, n2]` arguments of name."""
        pos = self.pos
        self.want(LBRACK)
        if self.got(RBRACK):
            return self.slice_type(pos)
        x, comma = self.type_list(False)
        self.want(RBRACK)
        if not comma:
            elem = self.type_or_none()
            if elem is not None:
                return ArrayType(pos, x, elem)
        return IndexExpr(pos, name, x)

    # InterfaceType = "interface" "{" { ( MethodElem | TypeElem ) ";" } "}" .
    def interface_type(self) -> InterfaceType:
        t = InterfaceType(self.pos, [])
        self.want(INTERFACE)
        self.want(LBRACE)
        while self.tok != EOF and self.tok != RBRACE:
            if self.tok == NAME:
                field = self._method_or_type()
                if field.name is None:
                    field.type_expr = self._union(field.type_expr)
            else:
                pos = self.pos
                field = Field(pos, None, self._union(self.embedded_term()))
            t.methods.append(field)
            if not self.separator("interface type", SEMI, RBRACE):
                return t
        self.want(RBRACE)
        return t

    # MethodElem = MethodName Signature .
    def _method_or_type(self) -> Field:
        context = "interface method"
        pos = self.pos
        name = self.name()
        if self.tok == LPAREN:
            return Field(pos, name, self.func_type(context))
        if self.tok != LBRACK:
            return Field(pos, None, self.qualified_name(name))
        # m[T any](x T), which is reported, or an embedded T[P1, P2]
        bracket = self.pos
        self.next()
        if self.tok == RBRACK:
            empty = self.pos
            self.next()
            if self.tok == LPAREN:
                self.error_at(empty, "empty type parameter list")
                return Field(pos, name, self.func_type(context))
            self.error_at(empty, "empty type argument list")
            return Field(pos, None, name)
        # Type arguments look like parameters without names.
        args = self.param_list(None, None, RBRACK, False, False)
        if not args:
            if self.tok == LPAREN:
                return Field(pos, name, self.func_type(context))
            return Field(pos, None, name)
        if args[0].name is not None:
            field = Field(pos, name, self.func_type(context))
            self.error_at(bracket, "interface method must have no type parameters")
            return field
        if len(args) == 1:
            return Field(pos, None, IndexExpr(bracket, name, args[0].type_expr))
        elems = [arg.type_expr for arg in args]
        return Field(pos, None, IndexExpr(bracket, name, ListExpr(args[0].pos, elems)))

    # TypeElem = TypeTerm { "|" TypeTerm } .
    def _union(self, x: Expr) -> Expr:
        while self.tok == OR:
            pos = self.pos
            self.next()
            x = BinaryExpr(pos, OR, x, self.embedded_term())
        return x

    # TypeTerm = [ "~" ] Type .
    def embedded_term(self) -> Expr:
        if self.tok == TILDE:
            pos = self.pos
            self.next()
            return UnaryExpr(pos, TILDE, self.type_())
        t = self.type_or_none()
        if t is None:
            t = BadExpr(self.pos)
            self.syntax_error("expected ~ term or type")
            self.advance(_OPERATORS | (1 << SEMI) | _CLOSERS)
        return t

    # ------------------------------------------------------------------------------------------------ parameters

    # ParameterDecl = [ IdentifierList ] [ "..." ] Type .
    def _param_or_none(self, name: Name | None, close: int) -> Param | None:
        terms_ok = close == RBRACK  # ~T and A|B may stand for a constraint
        pos = self.pos
        if name is not None:
            pos = name.pos
        elif terms_ok and self.tok == TILDE:
            return Param(pos, None, self._union(self.embedded_term()))
        t: Expr | None
        if self.tok == NAME or name is not None:
            if name is None:
                name = self.name()
            if self.tok == LBRACK:
                t = self.array_or_type_args(name)
                param = Param(pos, None if isinstance(t, IndexExpr) else name, t)
                if terms_ok and self.tok == OR:
                    param.type_expr = self._union(t)
                return param
            if self.tok == DOT:
                t = self.qualified_name(name)
                if terms_ok and self.tok == OR:
                    t = self._union(t)
                return Param(pos, None, t)
            if terms_ok and self.tok == OR:
                return Param(pos, None, self._union(name))
        if self.tok == DOTDOTDOT:
            dots = self.pos
            self.next()
            elem = self.type_or_none()
            if elem is None:
                t = BadExpr(self.pos)
                self.syntax_error("... is missing type")
            else:
                t = DotsType(dots, elem)
            return Param(pos, name, t)
        if terms_ok and self.tok == TILDE:
            return Param(pos, name, self._union(self.embedded_term()))
        t = self.type_or_none()
        if terms_ok and self.tok == OR and t is not None:
            t = self._union(t)
        if name is not None or t is not None:
            return Param(pos, name, t)
        self.syntax_error("expected " + _TOKEN_TEXT[close])
        self.advance((1 << COMMA) | (1 << close))
        return None

    # Parameters = "(" [ ParameterDecl { "," ParameterDecl } [ "," ] ] ")" .
    def param_list(
        self, name: Name | None, type_expr: Expr | None, close: int, require_names: bool, dots_ok: bool
    ) -> list[Field]:
        """The opening token is taken, and perhaps the first name, or name and type. Either all fields of the result
        have names or none has."""
        if name is not None and type_expr is not None and self.tok == close:
            self.next()
            return [Field(name.pos, name, type_expr)]
        params: list[Param] = []
        named = 0  # with name and type
        typed = 0  # with type
        end = NO_POS
        while self.tok != EOF and self.tok != close:
            param: Param | None
            if name is not None and type_expr is not None:
                param = Param(name.pos, name, type_expr)
            else:
                param = self._param_or_none(name, close)
            name = None
            type_expr = None
            if param is not None:
                if param.type_expr is not None:
                    typed += 1
                    if param.name is not None:
                        named += 1
                params.append(param)
            if not self.separator("parameter list", COMMA, close):
                end = self.pos
                break
        if end == NO_POS:
            end = self.pos
            self.want(close)
        if not params:
            return []
        if named == 0 and not require_names:
            # All are types.
            for p in params:
                if p.name is not None:
                    p.type_expr = p.name
                    p.name = None
        elif named != len(params):
            self._distribute_types(params, named == typed, end, require_names)
        fields: list[Field] = []
        reported = False
        for i in range(len(params)):
            p = params[i]
            t = p.type_expr
            assert t is not None
            if isinstance(t, DotsType) and (not dots_ok or i + 1 < len(params)):
                if not reported:
                    reported = True
                    message = "can only use ... with final parameter" if dots_ok else "invalid use of ..."
                    self.error_at(t.pos, message)
                t = t.elem
            fields.append(Field(p.pos, p.name, t))
        return fields

    def _distribute_types(self, params: list[Param], no_type_alone: bool, end: Pos, require_names: bool) -> None:
        """All must have names: give each the type of the next one that has a type."""
        bad = NO_POS
        t: Expr | None = None
        for i in range(len(params) - 1, -1, -1):
            p = params[i]
            if p.type_expr is not None:
                t = p.type_expr
                if p.name is None:
                    bad = start_pos(t)
                    p.name = Name(bad, "_")
            elif t is not None:
                p.type_expr = t
            else:
                assert p.name is not None
                bad = p.name.pos
                p.type_expr = BadExpr(bad)
        if bad == NO_POS:
            return
        if no_type_alone:
            # Types are missing at the end of the list.
            message = "missing type constraint" if require_names else "missing parameter type"
            self.syntax_error_at(end, message)
            return
        if require_names:
            message = "missing type parameter name"
            if len(params) == 1:
                message += " or invalid array length"
        else:
            message = "missing parameter name"
        self.syntax_error_at(bad, message)

    def tparam_or_length(self, name: Name) -> Expr:
        """The expression that begins with `name`, behind `type T [`."""
        self.xnest += 1
        x = self.binary_expr(self.primary_expr(name, False), 0)
        self.xnest -= 1
        return x

    def split_type_param(self, x: Expr, force: bool) -> Split | None:
        """Read the expression x as a type parameter and its constraint, if it can be one: P *[]int, P (T).

            P          →  P, None                  P*[]int    →  P, *[]int
            P(E)       →  P, E if forced           P*E|F|~G   →  P, *E|F|~G
        """
        if isinstance(x, Name):
            return Split(x, None)
        if isinstance(x, BinaryExpr):
            if x.op == MUL:
                name = x.x
                if isinstance(name, Name) and (force or _is_type_elem(x.y)):
                    return Split(name, StarExpr(x.pos, x.y))
            elif x.op == OR:
                split = self.split_type_param(x.x, force or _is_type_elem(x.y))
                if split is not None and split.type_expr is not None:
                    return Split(split.name, BinaryExpr(x.pos, OR, split.type_expr, x.y))
        elif isinstance(x, CallExpr):
            name = x.fun
            if isinstance(name, Name) and len(x.args) == 1 and not x.has_dots:
                arg = x.args[0]
                if force or _is_type_elem(arg):
                    return Split(name, unparen(arg))
        return None


@final
class Split:
    __slots__ = ("name", "type_expr")

    def __init__(self, name: Name, type_expr: Expr | None) -> None:
        self.name = name
        self.type_expr = type_expr


def _is_type_elem(x: Expr) -> bool:
    """Can x only be a type, not a value?"""
    while True:
        if isinstance(x, ArrayType | StructType | FuncType | InterfaceType | SliceType | MapType | ChanType):
            return True
        if isinstance(x, BinaryExpr):
            if _is_type_elem(x.y):
                return True
            x = x.x
        elif isinstance(x, UnaryExpr):
            if x.op == TILDE:
                return True
            x = x.x
        elif isinstance(x, StarExpr):
            x = x.x
        elif isinstance(x, ParenExpr):
            x = x.x
        else:
            return False


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
