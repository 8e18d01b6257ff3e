"""What gc refuses although the types are right: anonymous interface cycles, types too large.

    type T = interface { m() interface { T } }      var c chan [1 << 20]byte

Sources of the messages: cmd/compile/internal noder/irgen.go (checkFiles), types/size.go (CalcSize).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from ..diag.source import NO_POS, Pos
from ..syntax.nodes import InterfaceType
from ..syntax.positions import end_pos
from .builtins import has_var_size
from .named import signature_of
from .objects import TypeName, Var
from .sizes import sizeof
from .types import (
    Array,
    Basic,
    Chan,
    Interface,
    Map,
    Named,
    Pointer,
    Signature,
    Slice,
    Struct,
    Type,
    TypeParam,
    unalias,
)
from .typeset import type_set

if TYPE_CHECKING:
    from .checker import Checker


@final
class _CycleFinder:
    """Finds interface literals that contain themselves without a name between."""

    __slots__ = ("cyclic",)

    def __init__(self) -> None:
        self.cyclic: dict[Interface, bool] = {}

    def has_cycle(self, t: Interface) -> bool:
        for m in type_set(t).methods:
            if self.visit(signature_of(m)):
                return True
        return False

    def visit(self, t: Type) -> bool:
        while True:
            t = unalias(t)
            if isinstance(t, (Pointer, Array, Chan, Slice)):
                t = t.elem
            elif isinstance(t, Map):
                if self.visit(t.key):
                    return True
                t = t.elem
            else:
                break
        if isinstance(t, Struct):
            return self.visit_vars(t.fields)
        if isinstance(t, Signature):
            return self.visit_vars(t.params.vars) or self.visit_vars(t.results.vars)
        if isinstance(t, Interface) and (t.methods or t.embeddeds):
            known = self.cyclic.get(t)
            if known is not None:
                return known
            self.cyclic[t] = True
            if self.has_cycle(t):
                return True
            self.cyclic[t] = False
        return False

    def visit_vars(self, variables: list[Var]) -> bool:
        for v in variables:
            if v.type is not None and self.visit(v.type):
                return True
        return False


def _literal_pos(entry: tuple[InterfaceType, Interface]) -> Pos:
    return entry[0].pos


def anonymous_cycles(check: Checker) -> None:
    """gc refuses type T = interface { m() interface { T } } (go.dev/issue/56103)."""
    finder = _CycleFinder()
    end = NO_POS
    for e, t in sorted(check.interfaces, key=_literal_pos):
        if e.pos < end:
            continue  # inside another literal, which was asked already
        end = end_pos(e)
        if finder.has_cycle(t):
            message = "invalid recursive type: anonymous interface refers to itself (see https://go.dev/issue/56103)"
            check.error(e.pos, "InvalidTypeCycle", message)
            for known in finder.cyclic:
                finder.cyclic[known] = False  # suppress duplicate errors
    check.interfaces.clear()


MAX_WIDTH: Final = 1 << 50  # gc's limit on the size of types
MAX_CHAN_ELEM: Final = 1 << 16


def size_limits(check: Checker) -> None:
    """Refuse types that gc cannot lay out, at the declaration that needs them."""
    seen: set[Type] = set()
    for obj in check.decls:
        if isinstance(obj, Var):
            _size_limit(check, obj.pos, obj.type, seen)
        elif isinstance(obj, TypeName) and isinstance(obj.type, Named) and not obj.type.tparams:
            _size_limit(check, obj.pos, obj.type.underlying(), seen)
    for v in check.local_vars:
        _size_limit(check, v.pos, v.type, seen)
    check.local_vars.clear()


def _size_limit(check: Checker, pos: Pos, t: Type | None, seen: set[Type]) -> None:
    if t is None:
        return
    t = unalias(t)
    if isinstance(t, (Basic, TypeParam, Named)) or t in seen:
        return
    seen.add(t)
    if isinstance(t, Chan):
        _size_limit(check, pos, t.elem, seen)
        if not has_var_size(check, t.elem) and sizeof(t.elem) >= MAX_CHAN_ELEM:
            check.error(pos, "", "channel element type too large (>64kB)")
    elif isinstance(t, Array):
        _size_limit(check, pos, t.elem, seen)
        if not has_var_size(check, t) and sizeof(t) >= MAX_WIDTH:
            check.error(pos, "", f"type {check.ts(t)} larger than address space")
    elif isinstance(t, Struct):
        for f in t.fields:
            _size_limit(check, pos, f.type, seen)
    elif isinstance(t, (Pointer, Slice)):
        _size_limit(check, pos, t.elem, seen)
    elif isinstance(t, Map):
        _size_limit(check, pos, t.key, seen)
        _size_limit(check, pos, t.elem, seen)
