"""Types and parameters.

    map[string][3]T   →   MapType(string, ArrayType(3, T))        (a, b int)   →   Field(a, int), Field(b, int)

Whether `T[P]` in a struct or a parameter list is an array type or an instantiated type shows only behind the bracket.
Lists of names and types in parameters are collected first and told apart at the end.

Sources: Go spec "Types", "Function types", "Type parameter declarations"; messages, positions and recovery as
cmd/compile/internal/syntax.
"""

from __future__ import annotations

from typing import final

from ..diag.source import NO_POS, Pos
from .nodes import (
    RECV_ONLY,
    SEND_ONLY,
    SEND_RECV,
    ArrayType,
    BadExpr,
    BinaryExpr,
    CallExpr,
    ChanType,
    DotsType,
    Expr,
    Field,
    FuncType,
    IndexExpr,
    InterfaceType,
    ListExpr,
    MapType,
    Name,
    ParenExpr,
    SelectorExpr,
    SliceType,
    StarExpr,
    StructType,
    UnaryExpr,
)
from .positions import start_pos
from .recovery import CLOSERS, OPERATORS, TOKEN_TEXT, TokenParser
from .tokens import (
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
    OR,
    RBRACE,
    RBRACK,
    RPAREN,
    SEMI,
    STRUCT,
    TILDE,
)


@final
class Param:
    """A parameter while the list is not yet understood: name, type or both."""

    __slots__ = ("pos", "name", "type_expr")

    def __init__(self, pos: Pos, name: Name | None, type_expr: Expr | None) -> None:
        self.pos = pos
        self.name = name
        self.type_expr = type_expr


@final
class Split:
    __slots__ = ("name", "type_expr")

    def __init__(self, name: Name, type_expr: Expr | None) -> None:
        self.name = name
        self.type_expr = type_expr


def unparen(x: Expr) -> Expr:
    """x without enclosing parentheses."""
    while isinstance(x, ParenExpr):
        x = x.x
    return x


class TypeParser(TokenParser):
    def expr(self) -> Expr:
        raise NotImplementedError

    # ------------------------------------------------------------------------------------------------ types

    def type_(self) -> Expr:
        t = self.type_or_none()
        if t is None:
            t = BadExpr(self.pos)
            self.syntax_error("expected type")
            self.advance((1 << COMMA) | (1 << COLON) | (1 << SEMI) | CLOSERS)
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
            self.advance(OPERATORS | (1 << SEMI) | CLOSERS)
        return t

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
        self.syntax_error("expected " + TOKEN_TEXT[close])
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


def _is_type_elem(x: Expr) -> bool:
    """Can x only be a type, not a value?"""
    while True:
        if isinstance(x, (ArrayType, StructType, FuncType, InterfaceType, SliceType, MapType, ChanType)):
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
