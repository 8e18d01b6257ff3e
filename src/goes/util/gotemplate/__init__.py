"""Go's text/template.

    Template("main", "{{range .Imports}}{{.}} {{end}}", {}).execute(package)  →  "fmt os "

Source: documentation of Go's package text/template; messages as its parser and executor word them.
"""

from __future__ import annotations

from .execute import ExecError, execute
from .functions import BUILTINS, Function
from .nodes import TemplateError
from .parse import parse

__all__ = ["ExecError", "Function", "Template", "TemplateError"]


class Template:
    """A parsed template. Raises TemplateError if it cannot be parsed."""

    __slots__ = ("name", "trees", "functions")

    def __init__(self, name: str, text: str, functions: dict[str, Function]) -> None:
        self.name = name
        self.functions = {**BUILTINS, **functions}
        self.trees = parse(name, text, frozenset(self.functions))

    def execute(self, data: object, out: list[str] | None = None) -> str:
        """The template applied to data. With `out` the pieces written before an ExecError are kept there."""
        pieces: list[str] = [] if out is None else out
        execute(self.name, self.trees, self.functions, data, pieces)
        return "".join(pieces)
