"""Dominator tree.

    idom[b] for every reachable block; children lists for a preorder walk

Source: Cooper, Harvey, Kennedy 2001, "A Simple, Fast Dominance Algorithm". Needs: no unreachable blocks except the
landing block, which counts as a second entry.
"""

from __future__ import annotations

from typing import final

from ..function import Block, Function


@final
class DominatorTree:
    """`idom[i]` is the index of block i's immediate dominator (-1: none); `order` is a preorder of the tree, given as
    (block, depth); `contains` answers dominance."""

    __slots__ = ("idom", "children", "_enter", "_leave")

    def __init__(self, fn: Function) -> None:
        blocks = fn.blocks
        n = len(blocks)
        postorder: list[Block] = []
        number = [-1] * n
        roots = [blocks[0]]
        if fn.landing is not None and fn.landing is not blocks[0]:
            roots.append(fn.landing)
        seen = [False] * n
        for root in reversed(roots):
            if seen[root.index]:
                continue
            seen[root.index] = True
            work: list[tuple[Block, int]] = [(root, 0)]
            while work:
                b, k = work.pop()
                descended = False
                while k < len(b.succs):
                    s = b.succs[k]
                    k += 1
                    if not seen[s.index]:
                        seen[s.index] = True
                        work.append((b, k))
                        work.append((s, 0))
                        descended = True
                        break
                if not descended:
                    number[b.index] = len(postorder)
                    postorder.append(b)
        idom = [-1] * n
        root_index = blocks[0].index
        idom[root_index] = root_index
        is_root = [False] * n
        for r in roots:
            is_root[r.index] = True
            idom[r.index] = r.index
        changed = True
        while changed:
            changed = False
            for b in reversed(postorder):
                i = b.index
                if is_root[i]:
                    continue
                new = -2
                for p in b.preds:
                    j = p.index
                    if number[j] < 0 or idom[j] == -1:
                        continue
                    new = j if new == -2 else _intersect(idom, number, is_root, j, new)
                    if new == -3:
                        break
                if new == -3:
                    # Reached from both entries: dominated by neither.
                    new = i
                if new >= 0 and idom[i] != new:
                    idom[i] = new
                    changed = True
        self.idom = [-1 if idom[i] == i else idom[i] for i in range(n)]
        self.children: list[list[Block]] = [[] for _ in range(n)]
        for b in blocks:
            d = self.idom[b.index]
            if d >= 0:
                self.children[d].append(b)
        self._enter = [0] * n
        self._leave = [0] * n
        clock = 0
        for b in blocks:
            if self.idom[b.index] >= 0:
                continue
            stack: list[tuple[Block, int]] = [(b, 0)]
            while stack:
                x, k = stack.pop()
                if k == 0:
                    clock += 1
                    self._enter[x.index] = clock
                kids = self.children[x.index]
                if k < len(kids):
                    stack.append((x, k + 1))
                    stack.append((kids[k], 0))
                else:
                    clock += 1
                    self._leave[x.index] = clock

    def dominates(self, a: Block, b: Block) -> bool:
        """Whether a dominates b (a block dominates itself)."""
        return self._enter[a.index] <= self._enter[b.index] and self._leave[b.index] <= self._leave[a.index]


def _intersect(idom: list[int], number: list[int], is_root: list[bool], a: int, b: int) -> int:
    while a != b:
        while number[a] < number[b]:
            if is_root[a] or idom[a] == a:
                return -3
            a = idom[a]
        while number[b] < number[a]:
            if is_root[b] or idom[b] == b:
                return -3
            b = idom[b]
    return a
