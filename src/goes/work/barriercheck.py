"""Write barriers where the runtime forbids them.

    //go:nowritebarrier       no barrier in this function
    //go:nowritebarrierrec    nor in what it calls, up to a function marked //go:yeswritebarrierrec

A barrier there would find no buffer to record in, or find it half-flushed: a fault once in a thousand runs, so the code is
checked as it is compiled. Code taken from the cache was checked when it was made.

Source: runtime/HACKING.md "go:nowritebarrierrec and go:yeswritebarrierrec"; cmd/compile/internal/ssagen (nowb.go) for the words.
"""

from __future__ import annotations

from typing import final

from ..diag.diagnostic import Diagnostic
from ..diag.source import Pos, SourceSet
from ..ssa.function import NOWRITEBARRIER, NOWRITEBARRIERREC, YESWRITEBARRIERREC, Function
from ..ssa.instr import BARRIER_NONE, CallRuntime, CallStatic, FuncRef, MakeClosure, Store

# They run the function they are given.
_CALLERS = frozenset(("runtime.systemstack", "runtime.mcall"))


@final
class _Facts:
    """Of one compiled function: where its first barrier is, what it calls and where."""

    __slots__ = ("pragmas", "barrier", "calls")

    def __init__(self, pragmas: int) -> None:
        self.pragmas = pragmas
        self.barrier: Pos | None = None
        self.calls: list[tuple[str, Pos]] = []


@final
class BarrierCheck:
    """Collects the functions of the runtime's packages."""

    __slots__ = ("_facts",)

    def __init__(self) -> None:
        self._facts: dict[str, _Facts] = {}

    def add(self, fn: Function) -> None:
        """A function with its barriers placed."""
        facts = _Facts(fn.pragmas)
        for b in fn.blocks:
            for i in b.instrs:
                if isinstance(i, Store):
                    if i.barrier != BARRIER_NONE and facts.barrier is None:
                        facts.barrier = i.pos
                elif isinstance(i, CallStatic):
                    facts.calls.append((i.function.name, i.pos))
                    if i.function.name in _CALLERS:
                        for a in i.args:
                            if isinstance(a, (MakeClosure, FuncRef)):
                                facts.calls.append((a.function.name, i.pos))
                elif isinstance(i, CallRuntime):
                    facts.calls.append(("runtime." + i.name, i.pos))
        self._facts[fn.name] = facts

    def errors(self, sources: SourceSet) -> list[Diagnostic]:
        """What is wrong, in the order in which the functions were compiled."""
        out: list[Diagnostic] = []
        callers: dict[str, tuple[str, Pos] | None] = {}
        pending: list[str] = []
        for name, facts in self._facts.items():
            if facts.pragmas & NOWRITEBARRIER and facts.barrier is not None:
                out.append(Diagnostic(facts.barrier, "write barrier prohibited"))
            if facts.pragmas & NOWRITEBARRIERREC:
                callers[name] = None
                pending.append(name)
        for name in pending:
            known = self._facts.get(name)
            if known is None or known.pragmas & YESWRITEBARRIERREC:
                continue
            if known.barrier is not None:
                out.append(Diagnostic(known.barrier, self._prohibited(name, callers, sources)))
            for called, pos in known.calls:
                if called not in callers:
                    callers[called] = (name, pos)
                    pending.append(called)
        return out

    def _prohibited(self, name: str, callers: dict[str, tuple[str, Pos] | None], sources: SourceSet) -> str:
        text = "write barrier prohibited by caller; " + name.removeprefix("runtime.")
        caller = callers[name]
        while caller is not None:
            p = sources.position(caller[1])
            text += f"\n\t{p.filename}:{p.line}: called by {caller[0].removeprefix('runtime.')}"
            caller = callers[caller[0]]
        return text
