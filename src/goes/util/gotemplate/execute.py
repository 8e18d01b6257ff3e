"""Apply a tree to data.

    execute("main", trees, functions, data, out)      the output is appended to `out` piece by piece

Source: text/template (exec.go) for evaluation rules and messages.
"""

from __future__ import annotations

from typing import Final, NoReturn, final

from ..goprint import go_string, quote
from ..govalue import GoValue, Nil, Struct, is_true, type_name
from .functions import Function, FunctionError
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
    Text,
    Tree,
    Variable,
)

_MAX_DEPTH: Final = 100_000


class ExecError(Exception):
    """What went wrong, with the template's name, place and the node: "template: main:1:2: executing ..."."""


class _JumpOut(Exception):
    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


@final
class _Missing:
    """No value from an earlier stage of the pipeline."""


_MISSING: Final = _Missing()


def execute(name: str, trees: dict[str, Tree], functions: dict[str, Function], data: GoValue, out: list[str]) -> None:
    """Raises ExecError; what was written before stays in `out`."""
    tree = trees.get(name)
    if tree is None:
        raise ExecError(f'template: {name}: "{name}" is an incomplete or empty template')
    state = _State(tree, trees, functions, data, out, 0)
    try:
        state.walk(data, tree.root)
    except RecursionError:
        raise ExecError(f"template: {name}: exceeded maximum template depth ({_MAX_DEPTH})") from None


@final
class _State:
    __slots__ = ("tree", "trees", "functions", "variables", "out", "depth", "node")

    def __init__(
        self,
        tree: Tree,
        trees: dict[str, Tree],
        functions: dict[str, Function],
        data: GoValue,
        out: list[str],
        depth: int,
    ) -> None:
        self.tree = tree
        self.trees = trees
        self.functions = functions
        self.variables: list[tuple[str, GoValue]] = [("$", data)]
        self.out = out
        self.depth = depth
        self.node: Node = tree.root

    def fail(self, message: str) -> NoReturn:
        place = self.tree.place(self.node)
        raise ExecError(f"template: {place}: executing {quote(self.tree.name)} at <{self.node}>: {message}")

    # ------------------------------------------------------------------------------------------------ statements

    def walk(self, dot: GoValue, node: Node) -> None:
        self.node = node
        if isinstance(node, Text):
            self.out.append(node.text)
        elif isinstance(node, Action):
            value = self.pipeline(dot, node.pipe)
            if not node.pipe.declared:
                self.node = node
                self.out.append("<no value>" if value is None else go_string(value))
        elif isinstance(node, ListNode):
            for item in node.nodes:
                self.walk(dot, item)
        elif isinstance(node, Branch):
            known = len(self.variables)
            if node.kind == "range":
                self.range(dot, node)
            else:
                value = self.pipeline(dot, node.pipe)
                if is_true(value):
                    self.walk(value if node.kind == "with" else dot, node.list)
                elif node.otherwise is not None:
                    self.walk(dot, node.otherwise)
            del self.variables[known:]
        elif isinstance(node, Jump):
            raise _JumpOut(node.kind)
        elif isinstance(node, Call):
            self.call_template(dot, node)

    def range(self, dot: GoValue, node: Branch) -> None:
        value = self.pipeline(dot, node.pipe)
        pairs: list[tuple[GoValue, GoValue]] = []
        if isinstance(value, list):
            pairs = list(enumerate(value))
        elif isinstance(value, dict):
            pairs = sorted(value.items())
        elif isinstance(value, int) and not isinstance(value, bool):
            if len(node.pipe.declared) > 1:
                self.fail(f"can't use {value} to iterate over more than one variable")
            pairs = [(i, i) for i in range(value)]
        elif value is not None:
            self.fail(f"range can't iterate over {go_string(value)}")
        if not pairs:
            if node.otherwise is not None:
                self.walk(dot, node.otherwise)
            return
        declared = node.pipe.declared
        mark = len(self.variables)
        for key, element in pairs:
            if declared:
                self.bind(node.pipe, declared[-1], element, 1)
                if len(declared) > 1:
                    self.bind(node.pipe, declared[0], key, 2)
            try:
                self.walk(element, node.list)
            except _JumpOut as jump:
                if jump.kind == "break":
                    break
            finally:
                del self.variables[mark:]

    def bind(self, pipe: Pipe, name: str, value: GoValue, from_top: int) -> None:
        """A loop variable: assigned by name, or in its place at the top of the stack."""
        if pipe.is_assign:
            self.assign(name, value)
        else:
            self.variables[-from_top] = (name, value)

    def assign(self, name: str, value: GoValue) -> None:
        for i in range(len(self.variables) - 1, -1, -1):
            if self.variables[i][0] == name:
                self.variables[i] = (name, value)
                return
        self.fail(f"undefined variable: {name}")

    def call_template(self, dot: GoValue, node: Call) -> None:
        tree = self.trees.get(node.name)
        if tree is None:
            self.fail(f"template {quote(node.name)} not defined")
        if self.depth == _MAX_DEPTH:
            self.fail(f"exceeded maximum template depth ({_MAX_DEPTH})")
        data = None if node.pipe is None else self.pipeline(dot, node.pipe)
        _State(tree, self.trees, self.functions, data, self.out, self.depth + 1).walk(data, tree.root)

    # ------------------------------------------------------------------------------------------------ expressions

    def pipeline(self, dot: GoValue, pipe: Pipe) -> GoValue:
        self.node = pipe
        value: GoValue = _MISSING
        for command in pipe.commands:
            value = self.command(dot, command, value)
        for name in pipe.declared:
            if pipe.is_assign:
                self.assign(name, value)
            else:
                self.variables.append((name, value))
        return value

    def command(self, dot: GoValue, command: Command, final: GoValue) -> GoValue:
        first = command.args[0]
        arguments = command.args[1:]
        if isinstance(first, FieldChain):
            self.node = first
            return self.fields(dot, dot, first, first.names, arguments, final)
        if isinstance(first, Chain):
            return self.chain(dot, first, arguments, final)
        if isinstance(first, Identifier):
            self.node = first
            return self.call(dot, first, command, arguments, final)
        if isinstance(first, Variable) and len(first.names) > 1:
            self.node = first
            return self.fields(dot, self.variable(first.names[0]), first, first.names[1:], arguments, final)
        if not isinstance(first, Pipe):
            self.node = first
        if arguments or final is not _MISSING:
            self.fail(f"can't give argument to non-function {first}")
        if isinstance(first, NilNode):
            self.fail("nil is not a command")
        return self.simple(dot, first)

    def simple(self, dot: GoValue, node: Node) -> GoValue:
        """An operand without arguments."""
        self.node = node
        if isinstance(node, Dot):
            return dot
        if isinstance(node, Constant):
            constant = node.value
            if isinstance(constant, int) and not -(1 << 63) <= constant < 1 << 63:
                self.fail(f"{node.text} overflows int")
            return constant
        if isinstance(node, Variable):
            value = self.variable(node.names[0])
            return self.fields(dot, value, node, node.names[1:], [], _MISSING) if len(node.names) > 1 else value
        if isinstance(node, FieldChain):
            return self.fields(dot, dot, node, node.names, [], _MISSING)
        if isinstance(node, Chain):
            return self.chain(dot, node, [], _MISSING)
        if isinstance(node, Identifier):
            return self.call(dot, node, node, [], _MISSING)
        if isinstance(node, Pipe):
            return self.pipeline(dot, node)
        if isinstance(node, NilNode):
            return None
        self.fail(f"can't evaluate command {quote(str(node))}")

    def variable(self, name: str) -> GoValue:
        for known, value in reversed(self.variables):
            if known == name:
                return value
        self.fail(f"undefined variable: {name}")

    def chain(self, dot: GoValue, node: Chain, arguments: list[Node], final: GoValue) -> GoValue:
        self.node = node
        if isinstance(node.node, NilNode):
            self.fail(f"indirection through explicit nil in {node}")
        value = self.simple(dot, node.node)
        return self.fields(dot, value, node, node.names, arguments, final)

    def fields(
        self, dot: GoValue, receiver: GoValue, node: Node, names: list[str], arguments: list[Node], final: GoValue
    ) -> GoValue:
        for name in names[:-1]:
            receiver = self.field(dot, name, node, [], _MISSING, receiver)
        return self.field(dot, names[-1], node, arguments, final, receiver)

    def field(
        self, dot: GoValue, name: str, node: Node, arguments: list[Node], final: GoValue, receiver: GoValue
    ) -> GoValue:
        self.node = node
        if receiver is None:
            return None
        has_arguments = bool(arguments) or final is not _MISSING
        if isinstance(receiver, Struct):
            method = receiver.type.methods.get(name)
            if method is not None:
                if has_arguments:
                    self.fail(f"wrong number of args for {name}: want 0 got {len(arguments) or 1}")
                return method(receiver)
            with_arguments = receiver.type.methods_with.get(name)
            if with_arguments is not None:
                parameters, function = with_arguments
                given = len(arguments) + (0 if final is _MISSING else 1)
                if given != len(parameters):
                    self.fail(f"wrong number of args for {name}: want {len(parameters)} got {given}")
                values = [self.argument(dot, a, parameters[i]) for i, a in enumerate(arguments)]
                if final is not _MISSING:
                    values.append(self.checked(final, parameters[-1]))
                return function(receiver, values)
            if name in receiver.type.by_name:
                if has_arguments:
                    self.fail(f"{name} has arguments but cannot be invoked as function")
                return receiver.get(name)
        elif isinstance(receiver, dict):
            if has_arguments:
                self.fail(f"{name} is not a method but has arguments")
            return receiver.get(name)
        elif isinstance(receiver, Nil):
            self.fail(f"nil pointer evaluating *{receiver.type}.{name}")
        self.fail(f"can't evaluate field {name} in type {type_name(receiver)}")

    # ------------------------------------------------------------------------------------------------ calls

    def call(self, dot: GoValue, name_node: Identifier, node: Node, arguments: list[Node], final: GoValue) -> GoValue:
        name = name_node.name
        function = self.functions[name]
        parameters = function.parameters
        given = len(arguments) + (0 if final is _MISSING else 1)
        if function.variadic:
            if given < len(parameters) - 1:
                self.fail(f"wrong number of args for {name}: want at least {len(parameters) - 1} got {len(arguments)}")
        elif given != len(parameters):
            self.fail(f"wrong number of args for {name}: want {len(parameters)} got {given}")
        if name in ("and", "or"):
            value: GoValue = None
            for argument in arguments:
                value = self.argument(dot, argument, "any")
                if is_true(value) == (name == "or"):
                    return value
            return value if final is _MISSING else final
        values: list[GoValue] = []
        for i, argument in enumerate(arguments):
            values.append(self.argument(dot, argument, parameters[min(i, len(parameters) - 1)]))
        if final is not _MISSING:
            values.append(self.checked(final, parameters[min(len(values), len(parameters) - 1)]))
        if name == "call" and values[0] is not None:
            self.node = node
            shown = arguments[0] if arguments else final
            self.fail(f"error calling call: non-function {shown} of type {type_name(values[0])}")
        try:
            return function.call(values)
        except FunctionError as error:
            self.node = node
            self.fail(f"error calling {name}: {error}")

    def argument(self, dot: GoValue, node: Node, wanted: str) -> GoValue:
        self.node = node
        if isinstance(node, NilNode):
            if wanted == "any" or wanted.startswith(("[]", "map[", "*")):
                return None
            self.fail(f"cannot assign nil to {wanted}")
        if isinstance(node, Constant) and wanted not in ("any", type_name(node.value)):
            if wanted in ("string", "bool"):
                self.fail(f"expected {wanted}; found {node}")
            if wanted == "int":
                self.fail(f"expected integer; found {node}")
            self.fail(f"can't handle {node} for arg of type {wanted}")
        return self.checked(self.simple(dot, node), wanted)

    def checked(self, value: GoValue, wanted: str) -> GoValue:
        if wanted == "any":
            return value
        if value is None:
            if wanted.startswith(("[]", "map[", "*")):
                return None
            self.fail(f"invalid value; expected {wanted}")
        found = type_name(value)
        if found != wanted and not (isinstance(value, (list, dict)) and not value and wanted[0] in "[m"):
            self.fail(f"wrong type for value; expected {wanted}; got {found}")
        return value
