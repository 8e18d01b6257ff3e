"""Edge counters: how often each edge of a function's flow graph was taken, for the guidance of fuzzing.

    if b[0] == 'F' { ... }    →    b1:  %v1 = load i8, ptr getelementptr (i8, ptr @"go:fuzzcounters:main.f", i64 1)
                                        ... one more, and 1 again after 255 ...
                                        store i8 %v5, ptr getelementptr (i8, ptr @"go:fuzzcounters:main.f", i64 1)

A function's counters are bytes of one variable; the linker lays all of them side by side between internal/fuzz._counters
and _ecounters. Counted are the entry, every block that is reached over one edge of several, and every critical edge; the
rest follows. A counter that was ever incremented is never 0 again. Compared operands are not recorded: without libFuzzer
gc's hooks for them do nothing.

Sources: cmd/compile/internal/walk/order.go (edge), internal/fuzz/coverage.go, cmd/link/internal/ld/data.go.
"""

from __future__ import annotations

from ..obj.symbol import DUPOK, FUZZ_COUNTERS, LOCAL, NOPTRBSS, Definition
from ..ssa.function import Block, Function
from .emitter import Context, Emitter


def is_counted(fn: Function, context: Context) -> bool:
    """Is the function of a package whose edges are counted? Not if the compiler made it: a wrapper, an equality."""
    return fn.package is not None and fn.package.path in context.counted and not fn.is_runtime


def is_critical(block: Block, to: Block) -> bool:
    """Is an edge the only one neither at its beginning nor at its end, so that no block counts for it?"""
    return len(block.succs) > 1 and len(to.preds) > 1


def begins_edge(block: Block) -> bool:
    """Does running the block mean that one certain edge was taken (or that the function was called)?"""
    return not block.preds or (len(block.preds) == 1 and len(block.preds[0].succs) > 1)


def count_edge(e: Emitter) -> None:
    """Emit the increment of the next counter."""
    symbol = FUZZ_COUNTERS + e.fn.name
    found = e.refs.definitions.get(symbol)
    if found is None:
        found = Definition(symbol, NOPTRBSS, b"", align=1, flags=DUPOK | LOCAL)
        e.refs.definitions[symbol] = found
    place = e.gep(e.data(symbol), found.size)
    found.size += 1
    more = e.op(f"add i8 {e.op(f'load i8, ptr {place}, align 1')}, 1")
    carry = e.op(f"zext i1 {e.op(f'icmp eq i8 {more}, 0')} to i8")
    e.do(f"store i8 {e.op(f'add i8 {more}, {carry}')}, ptr {place}, align 1")
