"""The optimiser: what is done to every function between the builder and the code generator.

    for each cycle of the call graph, callees first:  FIRST, per function → escape analysis → LAST, per function

A pass is a function (Function, Context) → whether it changed anything. The lists below are the whole pipeline.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ..function import Function
from .barriers import place_barriers
from .blocks import merge_blocks, remove_unreachable
from .checks import remove_checks
from .context import Context
from .dead import remove_dead, simplify_phis
from .devirtualise import devirtualise_calls
from .escape import analyse
from .fold import fold_constants
from .inline import inline_calls
from .promote import promote_cells
from .thread import thread_branches

Pass = Callable[[Function, Context], bool]


def unreachable_blocks(fn: Function, context: Context) -> bool:
    return remove_unreachable(fn)


def dead_instructions(fn: Function, context: Context) -> bool:
    return remove_dead(fn)


def trivial_phis(fn: Function, context: Context) -> bool:
    return simplify_phis(fn)


def folded(fn: Function, context: Context) -> bool:
    """Fold constants until nothing changes: a folded branch makes phis trivial, which makes more constants."""
    changed = False
    for _ in range(4):
        if not fold_constants(fn):
            break
        changed = True
        remove_unreachable(fn)
        if not simplify_phis(fn):
            break
    return changed


def threaded(fn: Function, context: Context) -> bool:
    """Take short cuts, then fold what they made known."""
    if not thread_branches(fn):
        return False
    remove_unreachable(fn)
    simplify_phis(fn)
    folded(fn, context)
    return True


def merged_blocks(fn: Function, context: Context) -> bool:
    return merge_blocks(fn)


def drop_checks(fn: Function, context: Context) -> bool:
    return remove_checks(fn)


def insert_barriers(fn: Function, context: Context) -> bool:
    return place_barriers(fn)


# As soon as a function is built, before its callees are looked for.
EARLY: Final[tuple[Pass, ...]] = (
    unreachable_blocks,
    folded,
    devirtualise_calls,
)

# When all callees outside the cycle are done.
FIRST: Final[tuple[Pass, ...]] = (
    inline_calls,
    unreachable_blocks,
    folded,
    # Closures that were only called are gone now, so what they captured by reference may become a value again.
    dead_instructions,
    promote_cells,
    trivial_phis,
    folded,
    threaded,
    # Values that were variables have dynamic types and functions in sight.
    devirtualise_calls,
)

# Once more if calls became static.
AGAIN: Final[tuple[Pass, ...]] = FIRST

# From here on no calls appear or disappear.
CLEAN: Final[tuple[Pass, ...]] = (
    merged_blocks,
    drop_checks,
    folded,
    dead_instructions,
    merged_blocks,
)

# Escape analysis has decided where everything lives.
LAST: Final[tuple[Pass, ...]] = (insert_barriers,)

__all__ = ["AGAIN", "CLEAN", "EARLY", "FIRST", "LAST", "Context", "Pass", "analyse"]
