"""A progress line on a terminal; nothing elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from typing import Final, TextIO, TypeVar, final

from ..work.options import Progress

STACK_BYTES: Final = 512 << 20

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")
R = TypeVar("R")


@final
class TerminalProgress(Progress):
    """Shows the current stage and the seconds spent, if `out` is a terminal."""

    __slots__ = ("out", "start", "shown", "enabled")

    def __init__(self, out: TextIO) -> None:
        self.out = out
        self.start = time.monotonic()
        self.shown = False
        self.enabled = out.isatty()

    def stage(self, text: str) -> None:
        if self.enabled and (self.shown or text != "loading"):
            self.out.write(f"\r\x1b[Kgoes: {text} ({time.monotonic() - self.start:.0f}s)")
            self.out.flush()
            self.shown = True

    def done(self) -> None:
        if self.shown:
            self.out.write("\r\x1b[K")
            self.out.flush()


def on_big_stack(f: Callable[[A, B, C, D], R], a: A, b: B, c: C, d: D) -> R:
    """Run f(a, b, c, d) on a thread whose stack is large enough for deeply nested source."""
    results: list[R] = []
    failures: list[BaseException] = []

    def body() -> None:
        try:
            results.append(f(a, b, c, d))
        except BaseException as e:
            failures.append(e)

    sys.setrecursionlimit(1_000_000)
    threading.stack_size(STACK_BYTES)
    # A daemon: when a signal ends goes, nobody waits for half a build.
    t = threading.Thread(target=body, daemon=True)
    t.start()
    t.join()
    if failures:
        raise failures[0]
    return results[0]
