"""Put every allocation on the stack or the heap, as escape analysis found.

    x := 1; return &x         →      alloc int, HEAP, "returned"            moved to heap: x

In runtime packages named variables and closures never go to the heap, except closures started by go statements: gc rejects
those packages otherwise, so the shipped sources promise it (compiler-contracts 8.1).

Source: cmd/compile/internal/escape finish, paramTag (texts of the remarks).
"""

from __future__ import annotations

from typing import Final, final

from ...types import types as t
from ...types.objects import Package
from ...types.typestring import Qualifier, type_string
from .. import instr as ir
from ..function import Function
from .context import Context, Decisions
from .escape import NO_LEAK, Graph, Location, Summary


def place(fn: Function, graph: Graph, context: Context) -> None:
    """Set the placement of all allocations of fn."""
    runtime = fn.is_runtime
    spawned: set[ir.Value] = set()
    if runtime:
        for b in fn.blocks:
            for i in b.instrs:
                if isinstance(i, ir.Go):
                    spawned.add(_unconverted(i.x))
    contents = graph.contents
    for b in fn.blocks:
        for i in b.instrs:
            location = contents.get(i)
            if location is not None:
                _place(i, location, runtime, spawned)
                if context.decisions is not None and i.site is None:
                    _remark(i, location, context.decisions)
    if context.decisions is not None:
        _parameters(fn, context.decisions)


def _place(i: ir.Instr, location: Location, runtime: bool, spawned: set[ir.Value]) -> None:
    placement = ir.HEAP if location.escapes else ir.STACK
    if isinstance(i, ir.Alloc):
        if runtime and not i.explicit:
            placement = ir.STACK
        i.placement = placement
        i.why = location.why
    elif isinstance(i, ir.MakeClosure):
        if runtime and i not in spawned:
            placement = ir.STACK
        i.placement = placement
        i.why = location.why
    elif isinstance(i, (ir.MakeInterface, ir.MakeSlice, ir.MakeMap)):
        i.placement = placement
        i.why = location.why
    elif isinstance(i, (ir.Concat, ir.StringConvert)):
        i.placement = placement


def _unconverted(v: ir.Value) -> ir.Value:
    while isinstance(v, ir.ChangeType):
        v = v.x
    return v


# ------------------------------------------------------------------------------------------------ remarks


def _remark(i: ir.Instr, location: Location, decisions: Decisions) -> None:
    """What -m says about one allocation."""
    escapes = location.escapes
    if isinstance(i, ir.Alloc) and not i.explicit:
        if escapes and i.comment not in ("composite", ""):
            decisions.note(i.pos, f"moved to heap: {i.comment}")
        return
    name = _describe(i)
    if name:
        decisions.note(i.pos, f"{name} {'escapes to heap' if escapes else 'does not escape'}")


def _describe(i: ir.Instr) -> str:
    if isinstance(i, ir.Alloc):
        if i.comment == "new":
            return f"new({_type(i.elem)})"
        if i.comment == "complit":
            return f"&{_type(i.elem)}{{...}}"
        if i.comment == "slicelit":
            u = t.under(i.elem)
            return f"[]{_type(u.elem)}{{...}}" if isinstance(u, t.Array) else ""
        return i.comment
    if isinstance(i, ir.MakeClosure):
        return "func literal"
    if isinstance(i, ir.MakeSlice):
        if i.x is i.y:
            return f"make({_type(i.type)}, {_name(i.x)})"
        return f"make({_type(i.type)}, {_name(i.x)}, {_name(i.y)})"
    if isinstance(i, ir.MakeMap):
        return f"make({_type(i.type)})"
    if isinstance(i, ir.MakeInterface):
        return _name(i.x)
    if isinstance(i, ir.Concat):
        return " + ".join([_name(a) for a in i.args])
    if isinstance(i, ir.StringConvert):
        return f"({_type(i.type)})({_name(i.x)})" if isinstance(t.under(i.type), t.Slice) else f"{_type(i.type)}({_name(i.x)})"
    return ""


@final
class _ByName(Qualifier):
    """Package names, as in source text."""

    def qualify(self, pkg: Package) -> str:
        return pkg.name


_BY_NAME: Final = _ByName()


def _type(typ: t.Type) -> str:
    return type_string(typ, _BY_NAME)


def _name(v: ir.Value) -> str:
    """The source text of an operand as far as SSA remembers it."""
    if isinstance(v, ir.Const):
        if v.value is None:
            return "nil"
        if isinstance(v.value, bytes):
            return '"' + v.value.decode("utf-8", "replace").replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
        if isinstance(v.value, bool):
            return "true" if v.value else "false"
        return str(v.value)
    if isinstance(v, (ir.Param, ir.FreeVar)):
        return v.name
    if isinstance(v, ir.Load) and isinstance(v.x, ir.Alloc):
        return v.x.comment
    if isinstance(v, ir.Load) and isinstance(v.x, ir.Global):
        return v.x.symbol.rsplit(".", 1)[-1]
    if isinstance(v, ir.Phi):
        return v.comment
    if isinstance(v, (ir.StringConvert, ir.Concat, ir.MakeSlice)):
        return _describe(v)
    return "..."


def _parameters(fn: Function, decisions: Decisions) -> None:
    """What -m says about parameters that can point."""
    from .values import has_pointers

    summary = fn.summary
    if not isinstance(summary, Summary):
        return
    for k in range(len(fn.params)):
        p = fn.params[k]
        if not p.name or p.name == "_" or not has_pointers(p.type):
            continue
        leak = summary.heap[k]
        if leak == 0:
            decisions.note(fn.pos, f"leaking param: {p.name}")
        elif leak > 0:
            decisions.note(fn.pos, f"leaking param content: {p.name}")
        for r in sorted(summary.results[k]):
            d = summary.results[k][r]
            if leak == NO_LEAK or d < leak:
                name = fn.signature.results.vars[r].name or f"~r{r}"
                decisions.note(fn.pos, f"leaking param: {p.name} to result {name} level={d}")
        if leak == NO_LEAK and not summary.results[k]:
            decisions.note(fn.pos, f"{p.name} does not escape")
