"""Text to trees.

    parse("main", '{{define "T"}}x{{end}}{{template "T"}}', functions)  →  {"main": Tree, "T": Tree}

Source: text/template/parse, for the grammar in its comments and the messages.
"""

from __future__ import annotations

from typing import Final, final

from ..goprint import quote, unquote
from . import lex
from .lex import Token
from .nodes import (
    Action,
    Branch,
    Call,
    Chain,
    Command,
    Constant,
    Dot,
    FieldChain,
    Identifier,
    Jump,
    ListNode,
    NilNode,
    Node,
    Pipe,
    TemplateError,
    Terminator,
    Text,
    Tree,
    Variable,
    is_empty,
)

_OPERANDS: Final = frozenset((
    lex.BOOL, lex.CHAR_CONSTANT, lex.DOT, lex.FIELD, lex.IDENTIFIER, lex.NUMBER, lex.NIL, lex.RAW_STRING, lex.STRING,
    lex.VARIABLE, lex.LEFT_PAREN,
))  # fmt: skip
_MAX_DEPTH: Final = 10000


@final
class _Parser:
    def __init__(self, name: str, text: str, functions: frozenset[str]) -> None:
        self.file = name
        self.text = text
        self.functions = functions
        self.tokens = lex.tokens(text)
        self.at = 0
        self.line = 1  # of the last token taken
        self.action_line = 0
        self.variables = ["$"]
        self.range_depth = 0
        self.depth = 0
        self.trees: dict[str, Tree] = {}

    # ------------------------------------------------------------------------------------------------ tokens

    def next(self) -> Token:
        token = self.tokens[min(self.at, len(self.tokens) - 1)]
        self.at += 1
        self.line = token.line
        return token

    def peek(self) -> Token:
        token = self.tokens[min(self.at, len(self.tokens) - 1)]
        self.line = token.line
        return token

    def next_word(self) -> Token:
        token = self.next()
        while token.kind == lex.SPACE:
            token = self.next()
        return token

    def peek_word(self) -> Token:
        while self.peek().kind == lex.SPACE:
            self.at += 1
        return self.peek()

    def fail(self, message: str) -> TemplateError:
        return TemplateError(f"template: {self.file}:{self.line}: {message}")

    def unexpected(self, token: Token, context: str) -> TemplateError:
        if token.kind == lex.ERROR:
            extra = ""
            if self.action_line and self.action_line != token.line:
                extra = f" in action started at {self.file}:{self.action_line}"
                if token.text.endswith(" action"):
                    extra = extra[len(" in action") :]
            return self.fail(f"{token}{extra}")
        return self.fail(f"unexpected {token} in {context}")

    def expect(self, kind: int, context: str) -> Token:
        token = self.next_word()
        if token.kind != kind:
            raise self.unexpected(token, context)
        return token

    # ------------------------------------------------------------------------------------------------ lists

    def add(self, name: str, root: ListNode) -> None:
        known = self.trees.get(name)
        if known is None or is_empty(known.root):
            self.trees[name] = Tree(name, root, self.file, self.text)
        elif not is_empty(root):
            raise self.fail(f"template: multiple definition of template {quote(name)}")

    def parse(self) -> None:
        root = ListNode(self.peek().pos)
        while self.peek().kind != lex.EOF:
            if self.peek().kind == lex.LEFT:
                start = self.at
                self.next()
                if self.next_word().kind == lex.DEFINE:
                    self.definition()
                    continue
                self.at = start
            node = self.text_or_action()
            if isinstance(node, Terminator):
                raise self.fail(f"unexpected {node}")
            root.nodes.append(node)
        self.add(self.file, root)

    def definition(self) -> None:
        token = self.next_word()
        if token.kind not in (lex.STRING, lex.RAW_STRING):
            raise self.unexpected(token, "define clause")
        name = self.unquote(token)
        self.expect(lex.RIGHT, "define clause")
        self.add(name, self.body("define clause"))

    def body(self, context: str) -> ListNode:
        """A list up to {{end}}, with variables and loops of its own."""
        variables = self.variables
        range_depth = self.range_depth
        self.variables = ["$"]
        self.range_depth = 0
        root, end = self.item_list()
        if end.kind != "end":
            raise self.fail(f"unexpected {end} in {context}")
        self.variables = variables
        self.range_depth = range_depth
        return root

    def item_list(self) -> tuple[ListNode, Terminator]:
        found = ListNode(self.peek_word().pos)
        while self.peek_word().kind != lex.EOF:
            node = self.text_or_action()
            if isinstance(node, Terminator):
                return found, node
            found.nodes.append(node)
        raise self.fail("unexpected EOF")

    def text_or_action(self) -> Node:
        token = self.next_word()
        if token.kind == lex.TEXT:
            return Text(token.pos, token.text)
        if token.kind == lex.LEFT:
            self.action_line = token.line
            node = self.action()
            self.action_line = 0
            return node
        raise self.unexpected(token, "input")

    # ------------------------------------------------------------------------------------------------ actions

    def action(self) -> Node:
        token = self.next_word()
        kind = token.kind
        if kind == lex.BLOCK:
            return self.block()
        if kind in (lex.BREAK, lex.CONTINUE):
            return self.jump(token)
        if kind == lex.ELSE:
            following = self.peek_word()
            if following.kind not in (lex.IF, lex.WITH):
                following = self.expect(lex.RIGHT, "else")
            return Terminator(following.pos, "else")
        if kind == lex.END:
            return Terminator(self.expect(lex.RIGHT, "end").pos, "end")
        if kind in (lex.IF, lex.RANGE, lex.WITH):
            return self.branch(token.text)
        if kind == lex.TEMPLATE:
            return self.call()
        self.at -= 1
        first = self.peek()
        return Action(first.pos, self.pipeline("command", lex.RIGHT))

    def jump(self, token: Token) -> Node:
        context = f"{{{{{token.text}}}}}"
        following = self.next_word()
        if following.kind != lex.RIGHT:
            raise self.unexpected(following, context)
        if self.range_depth == 0:
            raise self.fail(context + " outside {{range}}")
        return Jump(token.pos, token.text)

    def branch(self, kind: str) -> Branch:
        known = len(self.variables)
        pipe = self.pipeline(kind, lex.RIGHT)
        if kind == "range":
            self.range_depth += 1
        items, following = self.item_list()
        if kind == "range":
            self.range_depth -= 1
        otherwise: ListNode | None = None
        if following.kind == "else":
            token = self.peek()
            if kind in ("if", "with") and token.text == kind and token.kind in (lex.IF, lex.WITH):
                self.next()
                otherwise = ListNode(following.pos)
                otherwise.nodes.append(self.branch(kind))
            else:
                otherwise, following = self.item_list()
                if following.kind != "end":
                    raise self.fail(f"expected end; found {following}")
        del self.variables[known:]
        return Branch(pipe.pos, kind, pipe, items, otherwise)

    def template_name(self, context: str) -> tuple[int, str]:
        token = self.next_word()
        if token.kind not in (lex.STRING, lex.RAW_STRING):
            raise self.unexpected(token, context)
        return token.pos, self.unquote(token)

    def block(self) -> Node:
        pos, name = self.template_name("block clause")
        pipe = self.pipeline("block clause", lex.RIGHT)
        self.add(name, self.body("block clause"))
        return Call(pos, name, pipe)

    def call(self) -> Node:
        pos, name = self.template_name("template clause")
        pipe: Pipe | None = None
        if self.next_word().kind != lex.RIGHT:
            self.at -= 1
            pipe = self.pipeline("template clause", lex.RIGHT)
        return Call(pos, name, pipe)

    # ------------------------------------------------------------------------------------------------ pipelines

    def pipeline(self, context: str, end: int) -> Pipe:
        pipe = Pipe(self.peek_word().pos)
        while self.peek_word().kind == lex.VARIABLE:
            start = self.at
            variable = self.next()
            following = self.peek_word()
            if following.kind in (lex.ASSIGN, lex.DECLARE):
                pipe.is_assign = following.kind == lex.ASSIGN
                self.next_word()
                pipe.declared.append(variable.text)
                self.variables.append(variable.text)
                break
            if following.kind == lex.CHAR and following.text == ",":
                self.next_word()
                pipe.declared.append(variable.text)
                self.variables.append(variable.text)
                if context == "range" and len(pipe.declared) < 2:
                    if self.peek_word().kind in (lex.VARIABLE, lex.RIGHT, lex.RIGHT_PAREN):
                        continue
                    raise self.fail("range can only initialize variables")
                raise self.fail(f"too many declarations in {context}")
            self.at = start
            break
        while True:
            token = self.next_word()
            if token.kind == end:
                self.check(pipe, context)
                return pipe
            if token.kind not in _OPERANDS:
                raise self.unexpected(token, context)
            self.at -= 1
            pipe.commands.append(self.command())

    def check(self, pipe: Pipe, context: str) -> None:
        if not pipe.commands:
            raise self.fail(f"missing value for {context}")
        for i, command in enumerate(pipe.commands[1:], 2):
            if isinstance(command.args[0], (Constant, Dot, NilNode)):
                raise self.fail(f"non executable command in pipeline stage {i}")

    def command(self) -> Command:
        command = Command(self.peek_word().pos)
        while True:
            self.peek_word()
            operand = self.operand()
            if operand is not None:
                command.args.append(operand)
            token = self.next()
            if token.kind == lex.SPACE:
                continue
            if token.kind in (lex.RIGHT, lex.RIGHT_PAREN):
                self.at -= 1
            elif token.kind != lex.PIPE:
                raise self.unexpected(token, "operand")
            break
        if not command.args:
            raise self.fail("empty command")
        return command

    def operand(self) -> Node | None:
        node = self.term()
        if node is None or self.peek().kind != lex.FIELD:
            return node
        pos = self.peek().pos
        names: list[str] = []
        while self.peek().kind == lex.FIELD:
            names.append(self.next().text[1:])
        if isinstance(node, FieldChain):
            return FieldChain(pos, node.names + names)
        if isinstance(node, Variable):
            return Variable(pos, node.names + names)
        if isinstance(node, (Constant, NilNode, Dot)):
            raise self.fail(f"unexpected . after term {quote(str(node))}")
        return Chain(pos, node, names)

    def term(self) -> Node | None:
        token = self.next_word()
        kind = token.kind
        if kind == lex.IDENTIFIER:
            if token.text not in self.functions:
                raise self.fail(f"function {quote(token.text)} not defined")
            return Identifier(token.pos, token.text)
        if kind == lex.DOT:
            return Dot(token.pos)
        if kind == lex.NIL:
            return NilNode(token.pos)
        if kind == lex.VARIABLE:
            if token.text not in self.variables:
                raise self.fail(f"undefined variable {quote(token.text)}")
            return Variable(token.pos, [token.text])
        if kind == lex.FIELD:
            return FieldChain(token.pos, [token.text[1:]])
        if kind == lex.BOOL:
            return Constant(token.pos, token.text == "true", token.text)
        if kind in (lex.CHAR_CONSTANT, lex.NUMBER):
            return Constant(token.pos, self.number(token), token.text)
        if kind in (lex.STRING, lex.RAW_STRING):
            return Constant(token.pos, self.unquote(token), token.text)
        if kind == lex.LEFT_PAREN:
            if self.depth >= _MAX_DEPTH:
                raise self.fail("max expression depth exceeded")
            self.depth += 1
            pipe = self.pipeline("parenthesized pipeline", lex.RIGHT_PAREN)
            self.depth -= 1
            return pipe
        self.at -= 1
        return None

    # ------------------------------------------------------------------------------------------------ literals

    def unquote(self, token: Token) -> str:
        text = unquote(token.text)
        if text is None:
            raise TemplateError("invalid syntax")
        return text

    def number(self, token: Token) -> int | float:
        text = token.text
        if token.kind == lex.CHAR_CONSTANT:
            character = unquote(text)
            if character is None or len(character) != 1:
                raise self.fail(f"malformed character constant: {text}")
            return ord(character)
        plain = text.replace("_", "")
        try:
            digits = plain.lstrip("+-")
            if len(digits) > 1 and digits[0] == "0" and digits.isdigit():
                return int(plain, 8)
            return int(plain, 0)
        except ValueError:
            pass
        try:
            return float.fromhex(plain) if "x" in plain.lower() else float(plain)
        except ValueError:
            raise TemplateError(f"illegal number syntax: {quote(text)}") from None


def parse(name: str, text: str, functions: frozenset[str]) -> dict[str, Tree]:
    """All templates of a text, by name. Raises TemplateError."""
    parser = _Parser(name, text, functions)
    try:
        parser.parse()
    except RecursionError:
        raise TemplateError(f"template: {name}: max expression depth exceeded") from None
    return parser.trees
