"""The order in which package-level variables are initialised.

    var a = b; var b = f(); func f() int { return c }; var c = 1     →   c = 1, b = f(), a = b

Variables depend on what their initialisers mention, through functions. Functions are taken out of the graph; then
the variable with the fewest open dependencies, declared first, is next. A variable that is left with open dependencies
is in a cycle.

Source: Go spec "Package initialization"; the order among equals is that of cmd/compile/internal/types2 initorder.go.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, final

from .errors import Report
from .objects import Const, Func, Initializer, Object, Var
from .resolver import DeclInfo

if TYPE_CHECKING:
    from .checker import Checker


@final
class _Node:
    """pred: who depends on this; succ: what this depends on. Dicts for their order."""

    __slots__ = ("obj", "pred", "succ", "n_deps")

    def __init__(self, obj: Object) -> None:
        self.obj = obj
        self.pred: dict[_Node, None] = {}
        self.succ: dict[_Node, None] = {}
        self.n_deps = 0


def _order(obj: Object) -> int:
    return obj.order


def _cost(n: _Node) -> tuple[int, int]:
    return len(n.pred) * len(n.succ), n.obj.order


def _deps(obj: Object) -> dict[Object, None]:
    d = obj.decl
    return d.deps if isinstance(d, DeclInfo) else {}


def reachable(check: Checker) -> list[Object]:
    """The variables with initialisers and all they depend on, checked; in source order."""
    seen: set[Object] = set()
    work: list[Object] = []
    for obj in check.decls:
        if isinstance(obj, Var):
            d = obj.decl
            if isinstance(d, DeclInfo) and d.init is not None:
                seen.add(obj)
                work.append(obj)
    while work:
        obj = work.pop()
        if isinstance(obj, Var):
            check.check_var_init(obj)
        elif isinstance(obj, Func):
            check.check_body(obj)
        for dep in _deps(obj):
            if dep not in seen:
                seen.add(dep)
                work.append(dep)
    return sorted(seen, key=_order)


def _graph(objects: list[Object]) -> list[_Node]:
    """The dependency graph of constants and variables, functions eliminated."""
    nodes: dict[Object, _Node] = {}
    for obj in objects:
        if isinstance(obj, (Const, Var, Func)):
            nodes[obj] = _Node(obj)
    for obj, n in nodes.items():
        for dep in _deps(obj):
            d = nodes.get(dep)
            if d is not None:
                n.succ[d] = None
                d.pred[n] = None
    functions: list[_Node] = []
    rest: list[_Node] = []
    for n in nodes.values():
        if isinstance(n.obj, Func):
            functions.append(n)
        else:
            rest.append(n)
    # Cheap ones first: the number of new edges stays small.
    functions.sort(key=_cost)
    for n in functions:
        for p in n.pred:
            if p is n:
                continue
            for s in n.succ:
                if s is not n:
                    p.succ[s] = None
                    s.pred[p] = None
            del p.succ[n]
        for s in n.succ:
            s.pred.pop(n, None)
    for n in rest:
        n.n_deps = len(n.succ)
    return rest


def _key(n: _Node) -> tuple[bool, int, int]:
    return not isinstance(n.obj, Const), n.n_deps, n.obj.order


def init_order(check: Checker, objects: list[Object]) -> list[Initializer]:
    nodes = _graph(objects)
    by_order: dict[int, _Node] = {}
    queue: list[tuple[bool, int, int]] = []
    for n in nodes:
        by_order[n.obj.order] = n
        queue.append(_key(n))
    heapq.heapify(queue)
    result: list[Initializer] = []
    emitted: set[DeclInfo] = set()
    done: set[_Node] = set()
    while queue:
        key = heapq.heappop(queue)
        n = by_order[key[2]]
        if n in done or key[1] != n.n_deps:
            continue  # an outdated entry
        done.add(n)
        obj = n.obj
        if n.n_deps > 0:
            cycle = _find_path(obj, obj, set())
            if cycle is not None:
                _report_cycle(check, cycle)
            # Continue: the variable is initialised nevertheless.
        for p in n.pred:
            p.n_deps -= 1
            if p not in done:
                heapq.heappush(queue, _key(p))
        if not isinstance(obj, Var):
            continue
        d = obj.decl
        if not isinstance(d, DeclInfo) or d.init is None or d in emitted:
            continue
        emitted.add(d)
        lhs = d.lhs if d.lhs is not None else [obj]
        result.append(Initializer(lhs, d.init))
    return result


def _find_path(source: Object, target: Object, seen: set[Object]) -> list[Object] | None:
    """The objects on a way from source to target, last first."""
    # Depth first with an explicit stack: chains of functions can be long.
    stack: list[tuple[Object, list[Object]]] = []
    if source in seen:
        return None
    seen.add(source)
    stack.append((source, sorted(_deps(source), key=_order)))
    while stack:
        at, rest = stack[-1]
        if not rest:
            stack.pop()
            continue
        d = rest.pop(0)
        if d is target:
            path = [d]
            for obj, _ in reversed(stack[1:]):
                path.append(obj)
            return path
        if d not in seen:
            seen.add(d)
            stack.append((d, sorted(_deps(d), key=_order)))
    return None


def _report_cycle(check: Checker, cycle: list[Object]) -> None:
    obj = cycle[0]
    if len(cycle) == 1:
        check.error(obj.pos, "InvalidInitCycle", f"initialization cycle: {obj.name} refers to itself")
        return
    r = Report("InvalidInitCycle")
    r.add(obj.pos, f"initialization cycle for {obj.name}")
    for i in range(len(cycle) - 1, -1, -1):
        next_obj = cycle[i]
        r.add(obj.pos, f"{obj.name} refers to {next_obj.name}")
        obj = next_obj
    check.report(r)
