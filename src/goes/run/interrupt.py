"""Signals while goes itself works: clean up first, then end as the signal demands.

    watch()      SIGTERM or SIGHUP raises Interrupted in the main thread, so that `finally` clauses run

SIGINT is Python's KeyboardInterrupt already; SIGQUIT is left to the system (a core dump is what it is for).
"""

from __future__ import annotations

import os
import signal
from typing import final


@final
class Interrupted(BaseException):
    """A signal asked goes to end. Not an Exception, so that nobody swallows it."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def _raise(number: int, _frame: object) -> None:
    raise Interrupted(number)


def watch() -> None:
    """From now on SIGTERM and SIGHUP unwind the stack. An ignored SIGHUP (nohup) stays ignored."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, _raise)


def die(number: int) -> None:
    """End by the signal that interrupted us, so that our parent sees the truth."""
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
