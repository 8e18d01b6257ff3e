"""Run one test binary: its output into a sink as it comes, its time limit, its end.

    outcome = run_binary(argv, directory, environment, sink, limit)
    outcome.passed, outcome.reason ("exit status 1", "signal: killed"), outcome.seconds

A binary that does not end by itself when its own -test.timeout has passed gets SIGQUIT, so that it prints its stacks,
and after a while SIGKILL. Output that other processes keep open after its end is waited for as long.

Source: cmd/go/internal/test (runTestActor.Act), os/exec (Cmd.Cancel, WaitDelay).
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time
from collections.abc import Callable
from typing import Final, final

from ..run.process import describe_status

_CHUNK: Final = 1 << 16
_BUSY_RETRIES: Final = 50  # "text file busy": another process still holds the file open for writing


@final
class TimeLimit:
    """Seconds: `kill_after` until SIGQUIT (0: never), then `wait_delay` until the end is enforced (0: never)."""

    __slots__ = ("kill_after", "wait_delay")

    def __init__(self, timeout: float, endless: bool) -> None:
        """From -timeout; `endless`: benchmarks and fuzzing may run as long as they like."""
        self.kill_after = 0.0
        self.wait_delay = 0.0
        if timeout > 0 and not endless:
            self.wait_delay = max(timeout / 10, 5.0)
            self.kill_after = timeout + max(self.wait_delay, 60.0)


@final
class Outcome:
    """`reason` is what os/exec says about the end, "" for success; `exited`: it ended by itself with a status.
    `notice`: what the go command adds about a forced end."""

    __slots__ = ("reason", "exited", "seconds", "notice")

    def __init__(self) -> None:
        self.reason = ""
        self.exited = True
        self.seconds = 0.0
        self.notice = ""

    @property
    def passed(self) -> bool:
        return self.reason == ""


def run_binary(
    argv: list[str],
    directory: str,
    environment: dict[str, str],
    sink: Callable[[bytes], None] | None,
    limit: TimeLimit,
    describe_limit: str,
) -> Outcome:
    """Without a sink the binary writes straight to our standard output."""
    out = Outcome()
    started = time.monotonic()
    read_end = -1
    write_end = 1
    if sink is not None:
        read_end, write_end = os.pipe()
    try:
        process = _start(argv, directory, environment, write_end)
    except OSError as e:
        out.exited = False
        out.reason = f"fork/exec {argv[0]}: {os.strerror(e.errno or 0).lower()}"
        return out
    finally:
        if sink is not None:
            os.close(write_end)
    pidfd = os.pidfd_open(process.pid)
    try:
        _attend(process, pidfd, read_end, sink, limit, out, describe_limit)
    finally:
        os.close(pidfd)
        if read_end >= 0:
            os.close(read_end)
        if process.returncode is None:
            process.kill()
            process.wait()
    out.seconds = time.monotonic() - started
    return out


def _start(argv: list[str], directory: str, environment: dict[str, str], output: int) -> subprocess.Popen[bytes]:
    for attempt in range(_BUSY_RETRIES):
        try:
            return subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=directory, env=environment
            )
        except OSError as e:
            import errno

            if e.errno != errno.ETXTBSY or attempt == _BUSY_RETRIES - 1:
                raise
            time.sleep(0.02)
    raise AssertionError("unreachable")


def _attend(
    process: subprocess.Popen[bytes], pidfd: int, read_end: int, sink: Callable[[bytes], None] | None,
    limit: TimeLimit, out: Outcome, describe_limit: str,
) -> None:  # fmt: skip
    """Pass on output until the process has ended and its output too."""
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    if read_end >= 0:
        poll.register(read_end, select.POLLIN | select.POLLHUP)
    reading = read_end >= 0
    running = True
    signalled = False
    started = time.monotonic()
    deadline = started + limit.kill_after if limit.kill_after else 0.0
    status = 0
    while running or reading:
        wait = max(0.0, deadline - time.monotonic()) * 1000 if deadline else None
        for fd, _ in poll.poll(wait):
            if fd == read_end:
                data = os.read(read_end, _CHUNK)
                if data and sink is not None:
                    sink(data)
                elif not data:
                    reading = False
                    poll.unregister(read_end)
            elif running:
                running = False
                poll.unregister(pidfd)
                status = _wait(process)
                deadline = time.monotonic() + limit.wait_delay if limit.wait_delay else 0.0
        if deadline and time.monotonic() >= deadline:
            if running and not signalled:
                signalled = True
                process.send_signal(signal.SIGQUIT)
                deadline = time.monotonic() + limit.wait_delay
            elif running:
                process.kill()
                running = False
                status = _wait(process)
                reading = False
            else:
                reading = False
                out.notice = f"*** Test I/O incomplete {_seconds(limit.wait_delay)} after exiting.\n"
                if status == 0:
                    out.exited = False
                    out.reason = "exec: WaitDelay expired before I/O complete"
    if signalled:
        out.notice = f"*** Test killed with quit: ran too long ({describe_limit}).\n"
    if status != 0:
        out.reason = describe_status(status)
        out.exited = os.WIFEXITED(status)


def _seconds(value: float) -> str:
    from .durations import SECOND, format_duration

    return format_duration(int(value * SECOND))


def _wait(process: subprocess.Popen[bytes]) -> int:
    """The wait status of a process that has ended."""
    code = process.wait()
    return code << 8 if code >= 0 else -code
