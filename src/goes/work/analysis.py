"""Bottom-up preparation of functions: build, inline, promote, place.

    Analysis(program).prepare(f)   →   f and everything it calls statically has SSA, placements and barriers

Functions are visited callees first (Tarjan's strongly connected components over static calls and closures made), so that a
caller sees its callees' bodies and escape tags. Each function is prepared once per program.
"""

from __future__ import annotations

from typing import final

from ..ssa import instr as ir
from ..ssa.function import Function
from ..ssa.passes.barriers import place_barriers
from ..ssa.passes.escape import analyse
from ..ssa.passes.inline import inline_calls, remove_unreachable
from ..ssa.passes.promote import promote_cells
from ..ssa.program import Program


@final
class _State:
    __slots__ = ("number", "low", "on_stack")

    def __init__(self, number: int) -> None:
        self.number = number
        self.low = number
        self.on_stack = True


class Intrinsics:
    """Which functions the code generator replaces at the call."""

    def is_intrinsic(self, name: str) -> bool:
        raise NotImplementedError


class KnownFunctions:
    """Functions analysed by earlier builds."""

    def needs_body(self, fn: Function) -> bool:
        """Whether fn must be built now; if not, its summary has been set."""
        return True


@final
class Analysis:
    """Prepares functions of one program. `inline` off keeps every call (-gcflags=-l)."""

    __slots__ = ("program", "intrinsics", "inline", "known", "_states", "_stack", "_counter")

    def __init__(
        self, program: Program, intrinsics: Intrinsics, inline: bool = True, known: KnownFunctions | None = None
    ) -> None:
        self.known = known
        self.program = program
        self.intrinsics = intrinsics
        self.inline = inline
        self._states: dict[Function, _State] = {}
        self._stack: list[Function] = []
        self._counter = 0

    def prepared(self) -> list[Function]:
        """All functions visited so far."""
        return list(self._states)

    def prepare(self, fn: Function) -> None:
        """Make fn ready for code generation. Iterative, because call chains are long."""
        if fn in self._states:
            return
        work: list[tuple[Function, list[Function], int]] = []
        self._enter(fn, work)
        while work:
            f, callees, k = work[-1]
            state = self._states[f]
            descended = False
            while k < len(callees):
                c = callees[k]
                k += 1
                known = self._states.get(c)
                if known is None:
                    work[-1] = (f, callees, k)
                    self._enter(c, work)
                    descended = True
                    break
                if known.on_stack and known.number < state.low:
                    state.low = known.number
            if descended:
                continue
            work.pop()
            if state.low == state.number:
                self._finish(f)
            if work:
                parent = self._states[work[-1][0]]
                if state.low < parent.low:
                    parent.low = state.low

    def _enter(self, fn: Function, work: list[tuple[Function, list[Function], int]]) -> None:
        self._states[fn] = _State(self._counter)
        self._counter += 1
        self._stack.append(fn)
        if not fn.built:
            self.program.build(fn)
        work.append((fn, self._callees(fn), 0))

    def _callees(self, fn: Function) -> list[Function]:
        out: list[Function] = []
        for b in fn.blocks:
            for i in b.instrs:
                if isinstance(i, (ir.CallStatic, ir.MakeClosure)):
                    c = i.function
                    if c.has_body() and not self.intrinsics.is_intrinsic(c.name) and (self.known is None or self.known.needs_body(c)):
                        out.append(c)
        return out

    def _finish(self, root: Function) -> None:
        cycle: list[Function] = []
        while True:
            f = self._stack.pop()
            self._states[f].on_stack = False
            cycle.append(f)
            if f is root:
                break
        cycle.reverse()
        names = frozenset(f.name for f in cycle)
        for f in cycle:
            if not f.blocks:
                continue
            remove_unreachable(f)
            if self.inline and inline_calls(f, names):
                promote_cells(f)
        bodies = [f for f in cycle if f.blocks]
        if bodies:
            analyse(bodies)
        for f in bodies:
            place_barriers(f)
