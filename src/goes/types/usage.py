"""What is reported when all else is checked: unused variables and imports, infinite instantiation, duplicate methods.

    x := 1     →   declared and not used: x

Source of the behaviour: cmd/compile/internal/types2 stmt.go (usage), resolver.go (unusedImports), mono.go, typeset.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from ..diag.source import NO_POS, Pos
from .checker_base import Action
from .errors import Report
from .identity import identical
from .named import signature_of
from .objects import Func, TypeName, Var
from .types import (
    Alias,
    Named,
)

if TYPE_CHECKING:
    from .checker import Checker


def _position(v: Var) -> Pos:
    return v.pos


def unused_vars(check: Checker, variables: list[Var]) -> None:
    if check.eager and not check.is_std:
        check.local_vars.extend(variables)
    unused = [v for v in variables if not v.used]
    if unused:
        unused.sort(key=_position)
        for v in unused:
            check.soft_error(v.pos, "UnusedVar", f"declared and not used: {v.name}")


def unused_imports(check: Checker) -> None:
    for obj in check.imports:
        if obj.name == "_" or obj.used:
            continue
        path = obj.imported.path
        elem = path[path.rfind("/") + 1 :]
        if obj.name == "" or obj.name == "." or obj.name == elem:
            message = f'"{path}" imported and not used'
        else:
            message = f'"{path}" imported as {obj.name} and not used'
        check.soft_error(obj.pos, "UnusedImport", message)


def complete_types(check: Checker) -> None:
    """Every declared type has its underlying type."""
    for obj in check.decls:
        if isinstance(obj, TypeName):
            t = obj.type
            if isinstance(t, Named):
                t.underlying()
            elif isinstance(t, Alias):
                t.actual()


def monomorph(check: Checker) -> None:
    notes = check.mono.find_cycle(check.qualifier)
    if notes:
        r = Report("InvalidInstanceCycle")
        for n in notes:
            r.add(n.pos, n.message)
        check.report(r)


@final
class _DuplicateMethod(Action):
    __slots__ = ("pos", "method", "other", "other_pos", "eager")

    def __init__(self, pos: Pos, method: Func, other: Func, other_pos: Pos) -> None:
        self.pos = pos
        self.method = method
        self.other = other
        self.other_pos = other_pos

    def run(self, check: Checker) -> None:
        if self.pos != NO_POS and not check.allows(14) or not identical(
            signature_of(self.method), signature_of(self.other)
        ):
            _report_duplicate(check, self.pos, self.method, self.other_pos)


def _report_duplicate(check: Checker, pos: Pos, method: Func, other_pos: Pos) -> None:
    r = Report("DuplicateDecl")
    r.add(pos, f"duplicate method {method.name}")
    r.add(other_pos, f"other declaration of method {method.name}")
    check.report(r)


def duplicate_method(check: Checker, pos: Pos, method: Func, other: Func, other_pos: Pos, explicit: bool) -> None:
    """An interface has two methods of one name (see named.Resolver)."""
    if explicit:
        _report_duplicate(check, pos, method, other_pos)
    else:
        check.later(_DuplicateMethod(pos, method, other, other_pos))
