"""Assignments that leave a slice's pointer as it is.

    x.s = x.s[:n]     →   keeps_pointer: the store needs no write barrier
    x.s = x.s[1:]     →   the pointer moves: it does

The runtime depends on it: its allocator reslices tables while the collector marks, where no barrier may run.

Source: cmd/compile/internal/ssagen (the reslicing case of an assignment), ir.SameSafeExpr.
"""

from __future__ import annotations

from ..syntax import nodes as n
from .lower_place import unparen


def keeps_pointer(left: n.Expr, right: n.Expr) -> bool:
    """Whether right slices the variable left from its beginning, with nothing in between that could change it."""
    right = unparen(right)
    if not isinstance(right, n.SliceExpr) or not _is_zero(right.low) or not same_variable(left, right.x):
        return False
    return _is_quiet(right.high) and _is_quiet(right.max)


def same_variable(a: n.Expr, b: n.Expr) -> bool:
    """Whether two expressions without side effects denote the same variable."""
    while True:
        a = unparen(a)
        b = unparen(b)
        if isinstance(a, n.Name):
            return isinstance(b, n.Name) and a.obj is not None and a.obj is b.obj
        if isinstance(a, n.SelectorExpr):
            if not isinstance(b, n.SelectorExpr):
                return False
            if a.selection is None or b.selection is None:
                return a.sel.obj is not None and a.sel.obj is b.sel.obj
            if a.selection.index != b.selection.index:
                return False
            a, b = a.x, b.x
        elif isinstance(a, n.StarExpr):
            if not isinstance(b, n.StarExpr):
                return False
            a, b = a.x, b.x
        elif isinstance(a, n.IndexExpr):
            if not isinstance(b, n.IndexExpr) or not _same_index(a.index, b.index):
                return False
            a, b = a.x, b.x
        else:
            return False


def _same_index(a: n.Expr, b: n.Expr) -> bool:
    if a.value is not None:
        return isinstance(a.value, int) and a.value == b.value
    return b.value is None and isinstance(unparen(a), n.Name) and same_variable(a, b)


def _is_zero(x: n.Expr | None) -> bool:
    return x is None or isinstance(x.value, int) and not x.value


def _is_quiet(x: n.Expr | None) -> bool:
    """Whether evaluating x runs no other code of the program and waits for nothing."""
    if x is None:
        return True
    if x.value is not None:
        return True
    x = unparen(x)
    if isinstance(x, (n.Name, n.BasicLit)):
        return True
    if isinstance(x, n.BinaryExpr):
        return _is_quiet(x.x) and _is_quiet(x.y)
    if isinstance(x, n.IndexExpr):
        return _is_quiet(x.x) and _is_quiet(x.index)
    if isinstance(x, (n.SelectorExpr, n.StarExpr)):
        return _is_quiet(x.x)
    if isinstance(x, n.CallExpr) and len(x.args) == 1:
        is_length = x.fun.mode == n.MODE_BUILTIN and isinstance(x.fun, n.Name) and x.fun.text in ("len", "cap")
        return (is_length or x.fun.mode == n.MODE_TYPE) and _is_quiet(x.args[0])
    return False
