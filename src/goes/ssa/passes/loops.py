"""Loop nesting of a function's blocks.

    for { a; for { b } }   →   depth(a) = 1, depth(b) = 2; headers: both loop heads

Loops are the strongly connected regions of the graph, found again inside each region after its header is taken out. A
region that can be entered at several blocks (by goto) has no header that all rounds pass; all its blocks are marked
irreducible and headers. Needs: blocks numbered by `index`, no unreachable blocks.

Source: Tarjan 1972; Steensgaard 1993 (nesting by repeated SCC).
"""

from __future__ import annotations

from typing import final

from ..function import Block, Function


@final
class LoopInfo:
    """`depth[i]` of block i; `header_depth[i]`: depth of the loop that block i heads, 0 if it heads none;
    `irreducible[i]`: whether block i is in a loop without a single header."""

    __slots__ = ("depth", "header_depth", "irreducible")

    def __init__(self, n: int) -> None:
        self.depth = [0] * n
        self.header_depth = [0] * n
        self.irreducible = [False] * n


def find_loops(fn: Function) -> LoopInfo:
    """Nesting depths of all blocks (0 outside loops)."""
    blocks = fn.blocks
    info = LoopInfo(len(blocks))
    if not _has_back_edge(blocks):
        return info
    pending: list[tuple[list[Block], int]] = [(blocks, 1)]
    while pending:
        region, level = pending.pop()
        for component in _components(region):
            if len(component) == 1 and component[0] not in component[0].succs:
                continue
            members = {b.index for b in component}
            headers: list[Block] = []
            for b in component:
                info.depth[b.index] = level
                for p in b.preds:
                    if p.index not in members:
                        headers.append(b)
                        break
            if len(headers) != 1:
                for b in component:
                    info.irreducible[b.index] = True
                    info.header_depth[b.index] = level
                continue
            header = headers[0]
            info.header_depth[header.index] = level
            if len(component) > 1:
                pending.append(([b for b in component if b is not header], level + 1))
    return info


def _has_back_edge(blocks: list[Block]) -> bool:
    """Whether an edge goes to the same or an earlier block, as one of every loop does."""
    for b in blocks:
        for s in b.succs:
            if s.index <= b.index:
                return True
    return False


def _components(region: list[Block]) -> list[list[Block]]:
    """Strongly connected components of the subgraph, iteratively (Tarjan)."""
    inside = {b.index: b for b in region}
    number: dict[int, int] = {}
    low: dict[int, int] = {}
    on_stack: set[int] = set()
    stack: list[Block] = []
    out: list[list[Block]] = []
    counter = 0
    for root in region:
        if root.index in number:
            continue
        work: list[tuple[Block, int]] = [(root, 0)]
        while work:
            b, i = work.pop()
            k = b.index
            if i == 0:
                number[k] = low[k] = counter
                counter += 1
                stack.append(b)
                on_stack.add(k)
            descended = False
            succs = b.succs
            while i < len(succs):
                s = succs[i].index
                i += 1
                if s not in inside:
                    continue
                if s not in number:
                    work.append((b, i))
                    work.append((inside[s], 0))
                    descended = True
                    break
                if s in on_stack and number[s] < low[k]:
                    low[k] = number[s]
            if descended:
                continue
            if low[k] == number[k]:
                component: list[Block] = []
                while True:
                    c = stack.pop()
                    on_stack.discard(c.index)
                    component.append(c)
                    if c is b:
                        break
                out.append(component)
            if work:
                parent = work[-1][0].index
                if low[k] < low[parent]:
                    low[parent] = low[k]
    return out
