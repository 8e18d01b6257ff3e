"""Bottom-up preparation of functions: build, optimise, place.

    Analysis(program).prepare(f)   →   f and everything it calls statically has optimised SSA, placements and barriers

Functions are visited callees first (Tarjan's strongly connected components over static calls, closures made and
functions
passed as arguments), so that a caller sees its callees' bodies and escape tags. Each function is prepared once per
program.
"""

from __future__ import annotations

from typing import final

from ..diag.native import mypyc_attr
from ..ssa import instr as ir
from ..ssa.function import Function
from ..ssa.passes import AGAIN, CLEAN, EARLY, FIRST, LAST, Context, Pass, analyse
from ..ssa.passes.context import Decisions, Methods
from ..ssa.passes.inline import is_small, plain_name
from ..ssa.program import Program
from ..types.lookup import method_set
from ..types.named import signature_of
from ..types.objects import Func
from ..types.types import Pointer, Type, unalias

ROUNDS: int = 3  # of inlining, while calls become static


@final
class _State:
    __slots__ = ("number", "low", "on_stack")

    def __init__(self, number: int) -> None:
        self.number = number
        self.low = number
        self.on_stack = True


@mypyc_attr(allow_interpreted_subclasses=True)
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
class ProgramMethods(Methods):
    """Method sets of a program's types, remembered."""

    __slots__ = ("program", "intrinsics", "_found")

    def __init__(self, program: Program, intrinsics: Intrinsics) -> None:
        self.program = program
        self.intrinsics = intrinsics
        self._found: dict[tuple[Type, Func], Function | None] = {}

    def method_of(self, typ: Type, method: Func) -> Function | None:
        key = (typ, method)
        if key in self._found:
            return self._found[key]
        found: Function | None = None
        for entry in method_set(typ):
            f = entry.func
            if f.name == method.name and (f.exported() or f.pkg is method.pkg):
                recv = typ
                pointer = unalias(typ)
                declared = signature_of(f).recv
                assert declared is not None and declared.type is not None
                if isinstance(pointer, Pointer) and len(entry.index) == 1 and not isinstance(unalias(declared.type), Pointer):
                    recv = pointer.elem
                found = self.program.method_expression(recv, f, entry.index, [])
                break
        self._found[key] = found
        return found

    def is_intrinsic(self, name: str) -> bool:
        return self.intrinsics.is_intrinsic(name)


@final
class Analysis:
    """Prepares functions of one program. `inline` off keeps every call (-gcflags=-l). `decisions` collects remarks.
    `after_pass`, if set, is called after every pass with its name (verification in tests, GOSSAFUNC)."""

    __slots__ = ("program", "known", "context", "_states", "_stack", "_counter", "observer")

    def __init__(
        self,
        program: Program,
        intrinsics: Intrinsics,
        inline: bool = True,
        decisions: Decisions | None = None,
        known: KnownFunctions | None = None,
    ) -> None:
        self.program = program
        self.known = known or KnownFunctions()
        self.context = Context(ProgramMethods(program, intrinsics), inline, decisions)
        self.observer: Observer | None = None
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
        if fn.blocks:
            self._run(EARLY, fn)
        work.append((fn, _callees(fn, self.known), 0))

    def _finish(self, root: Function) -> None:
        cycle: list[Function] = []
        while True:
            f = self._stack.pop()
            self._states[f].on_stack = False
            cycle.append(f)
            if f is root:
                break
        cycle.reverse()
        bodies = [f for f in cycle if f.blocks]
        if not bodies:
            return
        context = self.context
        context.cycle = frozenset([f.name for f in cycle])
        for f in bodies:
            self._optimise(f)
        analyse(bodies, context)
        for f in bodies:
            self._run(LAST, f)

    def _optimise(self, fn: Function) -> None:
        context = self.context
        if context.decisions is not None and is_small(fn, context.methods) and fn.object is not None:
            context.decisions.note(fn.pos, f"can inline {plain_name(fn, fn)}")
        context.found_callees = False
        self._run(FIRST, fn)
        for _ in range(ROUNDS):
            if not context.found_callees:
                break
            context.found_callees = False
            self._run(AGAIN, fn)
        self._run(CLEAN, fn)
        fn.cost = -1

    def _run(self, passes: tuple[Pass, ...], fn: Function) -> None:
        for p in passes:
            p(fn, self.context)
            if self.observer is not None:
                self.observer.passed(fn, p.__name__)


@mypyc_attr(allow_interpreted_subclasses=True)
class Observer:
    """Somebody who looks at functions between passes."""

    def passed(self, fn: Function, name: str) -> None:
        raise NotImplementedError


def _callees(fn: Function, known: KnownFunctions) -> list[Function]:
    """Functions fn calls statically, makes closures of or passes on, in order."""
    out: list[Function] = []
    seen: set[Function] = set()
    for b in fn.blocks:
        for i in b.instrs:
            if isinstance(i, (ir.CallStatic, ir.MakeClosure)):
                c = i.function
                if c not in seen and c.has_body() and known.needs_body(c):
                    seen.add(c)
                    out.append(c)
            if isinstance(i, ir.AnyCall):
                for a in i.args:
                    if isinstance(a, ir.FuncRef):
                        c = a.function
                        if c not in seen and c.has_body() and known.needs_body(c):
                            seen.add(c)
                            out.append(c)
    return out
