"""Run a built program as `go run` does.

    status = run_program(["/tmp/x/main", "arg"])     stdin, stdout, stderr and the working directory are the caller's

SIGINT and SIGQUIT typed at a terminal reach the whole foreground group, the child included; goes itself must survive
them to
report. SIGTERM and SIGHUP sent to goes alone are passed on. A failing program prints `exit status N` to stderr and
gives status 1; death by a signal prints `signal: NAME`.

Source: cmd/go/internal/run, base.StartSigHandlers, os/exec ExitError (behaviour).
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Final

_FORWARDED: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT, signal.SIGHUP)

# As syscall.Signal.String prints them.
SIGNAL_NAMES: Final[dict[int, str]] = {
    1: "hangup",
    2: "interrupt",
    3: "quit",
    4: "illegal instruction",
    5: "trace/breakpoint trap",
    6: "aborted",
    7: "bus error",
    8: "floating point exception",
    9: "killed",
    10: "user defined signal 1",
    11: "segmentation fault",
    12: "user defined signal 2",
    13: "broken pipe",
    14: "alarm clock",
    15: "terminated",
    16: "stack fault",
    17: "child exited",
    18: "continued",
    19: "stopped (signal)",
    20: "stopped",
    21: "stopped (tty input)",
    22: "stopped (tty output)",
    23: "urgent I/O condition",
    24: "CPU time limit exceeded",
    25: "file size limit exceeded",
    26: "virtual timer expired",
    27: "profiling timer expired",
    28: "window changed",
    29: "I/O possible",
    30: "power failure",
    31: "bad system call",
}


def describe_status(status: int) -> str:
    """How os/exec words a wait status: `exit status 3`, `signal: killed`, with (core dumped)."""
    if os.WIFEXITED(status):
        return f"exit status {os.WEXITSTATUS(status)}"
    number = os.WTERMSIG(status)
    text = f"signal: {SIGNAL_NAMES.get(number, f'signal {number}')}"
    return text + " (core dumped)" if os.WCOREDUMP(status) else text


def run_program(argv: list[str], env: dict[str, str] | None = None) -> int:
    """Run argv[0] and wait; returns goes' own exit status (0 or 1)."""
    status = _run(argv, env)
    if status > 0:
        sys.stderr.write(describe_status(status) + "\n")
    return 0 if status == 0 else 1


def run_tool(name: str, argv: list[str], env: dict[str, str] | None = None) -> int:
    """Run a tool and wait; its exit status is ours, and it has said itself what was wrong."""
    status = _run(argv, env)
    if status < 0:
        return 1
    if os.WIFEXITED(status):
        return os.WEXITSTATUS(status)
    sys.stderr.write(f"go tool {name}: {describe_status(status)}\n")
    return 1


def _run(argv: list[str], env: dict[str, str] | None) -> int:
    """The wait status of a child with our standard streams, -1 if it could not be started."""
    sys.stdout.flush()
    sys.stderr.flush()
    child = 0
    early: list[int] = []  # signals that came before there was a child

    def forward(number: int, _frame: object) -> None:
        if child == 0:
            early.append(number)
        elif child > 0 and not (number in (signal.SIGINT, signal.SIGQUIT) and _same_terminal_group()):
            os.kill(child, number)

    old = {number: signal.getsignal(number) for number in _FORWARDED}
    # An ignored SIGHUP (nohup) stays ignored in the child.
    for number in _FORWARDED:
        if old[number] != signal.SIG_IGN:
            signal.signal(number, forward)
    try:
        child = os.posix_spawn(
            argv[0], argv, os.environ if env is None else env,
            setsigdef=[n for n in (*_FORWARDED, signal.SIGPIPE) if old.get(n) != signal.SIG_IGN],
        )  # fmt: skip
        for pending in early:
            os.kill(child, pending)
        # Python restarts the wait after a handler ran.
        _, status = os.waitpid(child, 0)
        child = -1
    except OSError as e:
        sys.stderr.write(f"fork/exec {argv[0]}: {os.strerror(e.errno or 0).lower()}\n")
        return -1
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)
    return status


def _same_terminal_group() -> bool:
    """Whether a keyboard signal has already reached the child: we are the terminal's foreground group."""
    try:
        fd = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(fd) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(fd)
