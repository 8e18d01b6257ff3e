"""The tree of a template. A node prints as the text that error messages show.

    Action(Pipe([], False, [Command([FieldChain(["A", "B"])])]))    prints    {{.A.B}}
"""

from __future__ import annotations

from typing import final

from ..goprint import quote


class TemplateError(Exception):
    """The text cannot be parsed: "template: main:1: unexpected ..."."""


class Node:
    """`pos` is a byte offset into the template's text."""

    __slots__ = ("pos",)

    def __init__(self, pos: int) -> None:
        self.pos = pos


@final
class Text(Node):
    __slots__ = ("text",)

    def __init__(self, pos: int, text: str) -> None:
        super().__init__(pos)
        self.text = text

    def __str__(self) -> str:
        return self.text


@final
class ListNode(Node):
    __slots__ = ("nodes",)

    def __init__(self, pos: int) -> None:
        super().__init__(pos)
        self.nodes: list[Node] = []

    def __str__(self) -> str:
        return "".join(str(n) for n in self.nodes)


@final
class Command(Node):
    __slots__ = ("args",)

    def __init__(self, pos: int) -> None:
        super().__init__(pos)
        self.args: list[Node] = []

    def __str__(self) -> str:
        return " ".join(f"({a})" if isinstance(a, Pipe) else str(a) for a in self.args)


@final
class Pipe(Node):
    __slots__ = ("declared", "is_assign", "commands")

    def __init__(self, pos: int) -> None:
        super().__init__(pos)
        self.declared: list[str] = []
        self.is_assign = False
        self.commands: list[Command] = []

    def __str__(self) -> str:
        names = ", ".join(self.declared) + (" = " if self.is_assign else " := ") if self.declared else ""
        return names + " | ".join(str(c) for c in self.commands)


@final
class Action(Node):
    __slots__ = ("pipe",)

    def __init__(self, pos: int, pipe: Pipe) -> None:
        super().__init__(pos)
        self.pipe = pipe

    def __str__(self) -> str:
        return f"{{{{{self.pipe}}}}}"


@final
class Branch(Node):
    """if, range or with: `kind` is the keyword."""

    __slots__ = ("kind", "pipe", "list", "otherwise")

    def __init__(self, pos: int, kind: str, pipe: Pipe, list: ListNode, otherwise: ListNode | None) -> None:
        super().__init__(pos)
        self.kind = kind
        self.pipe = pipe
        self.list = list
        self.otherwise = otherwise

    def __str__(self) -> str:
        otherwise = "" if self.otherwise is None else f"{{{{else}}}}{self.otherwise}"
        return f"{{{{{self.kind} {self.pipe}}}}}{self.list}{otherwise}{{{{end}}}}"


@final
class Jump(Node):
    """break or continue."""

    __slots__ = ("kind",)

    def __init__(self, pos: int, kind: str) -> None:
        super().__init__(pos)
        self.kind = kind

    def __str__(self) -> str:
        return f"{{{{{self.kind}}}}}"


@final
class Call(Node):
    """{{template "name" pipeline}}"""

    __slots__ = ("name", "pipe")

    def __init__(self, pos: int, name: str, pipe: Pipe | None) -> None:
        super().__init__(pos)
        self.name = name
        self.pipe = pipe

    def __str__(self) -> str:
        argument = "" if self.pipe is None else f" {self.pipe}"
        return f"{{{{template {quote(self.name)}{argument}}}}}"


@final
class Terminator(Node):
    """{{end}} or {{else}}; not in finished trees."""

    __slots__ = ("kind",)

    def __init__(self, pos: int, kind: str) -> None:
        super().__init__(pos)
        self.kind = kind

    def __str__(self) -> str:
        return f"{{{{{self.kind}}}}}"


@final
class Identifier(Node):
    __slots__ = ("name",)

    def __init__(self, pos: int, name: str) -> None:
        super().__init__(pos)
        self.name = name

    def __str__(self) -> str:
        return self.name


@final
class Dot(Node):
    __slots__ = ()

    def __str__(self) -> str:
        return "."


@final
class NilNode(Node):
    __slots__ = ()

    def __str__(self) -> str:
        return "nil"


@final
class Constant(Node):
    """A bool, number or string with the text that made it."""

    __slots__ = ("value", "text")

    def __init__(self, pos: int, value: bool | int | float | str, text: str) -> None:
        super().__init__(pos)
        self.value = value
        self.text = text

    def __str__(self) -> str:
        return self.text


@final
class FieldChain(Node):
    """.A.B"""

    __slots__ = ("names",)

    def __init__(self, pos: int, names: list[str]) -> None:
        super().__init__(pos)
        self.names = names

    def __str__(self) -> str:
        return "".join("." + n for n in self.names)


@final
class Variable(Node):
    """$x.A.B: the first name has its "$"."""

    __slots__ = ("names",)

    def __init__(self, pos: int, names: list[str]) -> None:
        super().__init__(pos)
        self.names = names

    def __str__(self) -> str:
        return ".".join(self.names)


@final
class Chain(Node):
    """Fields of something else: (pipeline).A.B"""

    __slots__ = ("node", "names")

    def __init__(self, pos: int, node: Node, names: list[str]) -> None:
        super().__init__(pos)
        self.node = node
        self.names = names

    def __str__(self) -> str:
        head = f"({self.node})" if isinstance(self.node, Pipe) else str(self.node)
        return head + "".join("." + n for n in self.names)


@final
class Tree:
    """One template: its name and body, and the text that positions refer to."""

    __slots__ = ("name", "root", "file", "text")

    def __init__(self, name: str, root: ListNode, file: str, text: str) -> None:
        self.name = name
        self.root = root
        self.file = file
        self.text = text

    def place(self, node: Node) -> str:
        """file:line:column, where the column counts bytes from 0."""
        before = self.text[: node.pos]
        newline = before.rfind("\n")
        column = len(before[newline + 1 :].encode("utf-8", "surrogateescape"))
        return f"{self.file}:{before.count(chr(10)) + 1}:{column}"


def is_empty(node: Node | None) -> bool:
    """Nothing but space?"""
    if node is None:
        return True
    if isinstance(node, ListNode):
        return all(is_empty(n) for n in node.nodes)
    return isinstance(node, Text) and not node.text.strip()
