"""Words for failed lookups of fields and methods.

    x.foo undefined (type T has no field or method foo, but does have method Foo)

Source of the behaviour: cmd/compile/internal/types2 errsupport.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .objects import Func, Var, exported

if TYPE_CHECKING:
    from .checker import Checker
    from .objects import Object
    from .types import Type


def lookup_error(check: Checker, t: Type, sel: str, obj: Object | None, struct_lit: bool) -> str:
    """Why `sel` was not found in t; obj is what was found when ignoring case."""
    kind = "missing"
    alt = ""
    if obj is not None:
        alt = obj.name
        if obj.pkg is check.pkg:
            kind = "misspelled"
        elif exported(sel):
            if exported(alt):
                kind = "misspelled"
            elif sel[1:] == alt[1:]:
                kind = "unexported"
        elif exported(alt):
            if sel[1:] == alt[1:]:
                kind = "misspelled"
        elif sel == alt:
            kind = "inaccessible"
    ts = check.ts(t)
    if struct_lit:
        if kind == "inaccessible":
            return f"cannot refer to unexported field {alt} in struct literal of type {ts}"
        text = f"unknown field {sel} in struct literal of type {ts}"
        if kind == "misspelled":
            text += f", but does have {alt}"
        elif kind == "unexported":
            text += f", but does have unexported {alt}"
        return text
    what = "field" if isinstance(obj, Var) else "method" if isinstance(obj, Func) else "object"
    if kind == "inaccessible":
        return f"cannot refer to unexported {what} {alt}"
    text = f"type {ts} has no field or method {sel}"
    if kind == "misspelled":
        text += f", but does have {what} {alt}"
    elif kind == "unexported":
        text += f", but does have unexported {what} {alt}"
    return text


def measure(n: int, unit: str) -> str:
    """1 variable, 2 variables"""
    return f"{n} {unit}" if n == 1 else f"{n} {unit}s"
