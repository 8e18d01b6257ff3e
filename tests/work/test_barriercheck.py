"""The runtime's functions that must not meet a write barrier are checked as they are compiled."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "ssa"))

from passes_toolkit import Compiled  # noqa: E402

from goes.work.barriercheck import BarrierCheck  # noqa: E402

SOURCE = """package runtime

var g *int

//go:noinline
func systemstack(f func()) { f() }

//go:noinline
func store(p *int) { g = p }

//go:noinline
//go:yeswritebarrierrec
func allowed(p *int) { store(p) }

//go:nowritebarrier
func direct(p *int) { g = p }

//go:nowritebarrierrec
func through(p *int) { store(p) }

//go:nowritebarrierrec
func switched(p *int) { systemstack(func() { g = p }) }

//go:nowritebarrierrec
func fine(p *int) { allowed(p) }
"""


def report(*names: str) -> list[str]:
    compiled = Compiled(SOURCE, True, "runtime")
    check = BarrierCheck()
    for name in names:
        fn = compiled.function(name)
        check.add(fn)
        for anonymous in fn.anonymous:
            check.add(anonymous)
    return [d.message for d in check.errors(compiled.sources)]


def test_a_barrier_in_the_function_itself() -> None:
    assert report("direct") == ["write barrier prohibited"]


def test_a_barrier_in_a_callee() -> None:
    (message,) = report("through", "store")
    assert message.splitlines()[0] == "write barrier prohibited by caller; store"
    assert message.endswith(": called by through")


def test_a_barrier_on_the_other_stack() -> None:
    (message,) = report("switched", "systemstack")
    assert message.startswith("write barrier prohibited by caller; switched.func1\n")


def test_allowed_again() -> None:
    assert report("fine", "allowed", "store") == []
