"""What the topics of the checker share: queued checks, the environment, kinds of expressions, limits.

    check.later(action)      action.run(check) is called when types are complete

Source of the ideas: cmd/compile/internal/types2 (delayed actions, exprKind).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from ..diag.native import mypyc_attr
from ..diag.source import NO_POS, Pos

if TYPE_CHECKING:
    from ..syntax.nodes import CallExpr, FuncDecl, FuncLit
    from .checker import Checker
    from .constant import ConstValue
    from .objects import Package, Var
    from .resolver import DeclInfo
    from .scope import Scope
    from .types import Signature

# Nesting of expressions, types and statements; beyond it we report instead of exhausting the stack.
MAX_DEPTH: Final = 5_000

# The language version implemented here; a file that asks for more is rejected.
CURRENT_VERSION: Final = 27

# What an expression is to a statement: conversions and plain expressions are "not used", calls and receives are fine.
KIND_CONVERSION: Final = 0
KIND_EXPRESSION: Final = 1
KIND_STATEMENT: Final = 2


class Action:
    """A check that waits for types to be complete. `version` is the language version where it was queued."""

    __slots__ = ("version",)
    version: int

    def run(self, check: Checker) -> None:
        raise NotImplementedError


class ImportFailed(Exception):
    """Raised by an Importer: the package cannot be had, because of `message`."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@mypyc_attr(allow_interpreted_subclasses=True)
class Importer:
    """Finds packages by import path."""

    def import_package(self, path: str, from_pkg: Package) -> Package:
        raise ImportFailed("no importer")


@final
class Env:
    """Where the checker is: everything that changes between declarations, functions and files."""

    __slots__ = (
        "decl", "scope", "version", "iota", "errpos", "in_tparam_list", "sig", "panics",
        "has_call_or_recv", "func", "local_vars",
    )  # fmt: skip

    def __init__(self, decl: DeclInfo | None, scope: Scope, version: int) -> None:
        self.decl = decl  # package-level declaration whose initialiser or body is checked: collects dependencies
        self.scope = scope
        self.version = version  # minor language version; 0 = everything allowed
        self.iota: ConstValue | None = None
        self.errpos: Pos = NO_POS  # of the constant whose inherited initialiser is checked
        self.in_tparam_list = False
        self.sig: Signature | None = None
        self.panics: list[CallExpr] = []  # calls of panic, for the termination analysis
        self.has_call_or_recv = False
        self.func: FuncDecl | FuncLit | None = None
        self.local_vars: list[Var] = []  # declared in this function, for the unused-variable check


def version_minor(version: str) -> int:
    """"go1.21", "go1.21.3", "1.21rc1" → 21; 0 if it says nothing."""
    v = version[2:] if version.startswith("go") else version
    if v == "1":
        return 1
    if not v.startswith("1."):
        return 0
    n = 0
    for c in v[2:]:
        if not "0" <= c <= "9":
            break
        n = n * 10 + ord(c) - 48
    return n
