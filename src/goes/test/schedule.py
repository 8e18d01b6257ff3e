"""Several packages' tests at once, their output in order.

    run_all(jobs, parallel=4, serial=False, show=write, interrupted)

Threads take the jobs in order and build and run each; a run begins when the one before has begun. The main thread shows
what the jobs left to be shown, in their order. With `serial` (benchmarks) all is built first, and each run waits until
the one before has been shown.

A build is a child process of its own, so that builds use all processors and leave no memory behind.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable

from ..diag.diagnostic import UserError


class Job:
    """What is done for one package. `started` and `finished` are set by the scheduler's threads."""

    def __init__(self) -> None:
        self.started = threading.Event()
        self.finished = threading.Event()
        self.problem: BaseException | None = None
        self.output = b""  # to be shown when it is this job's turn

    def build(self) -> None:
        """Make the binary; mistakes of the user's are remembered, not raised."""

    def run(self) -> None:
        """Run it, or say why not. Sets `started` as soon as the next job may begin."""


def run_all(
    jobs: list[Job], parallel: int, serial: bool, show: Callable[[Job], None], interrupted: threading.Event
) -> None:
    if serial:
        _in_threads(jobs, parallel, _build)
        for job in jobs:
            _raise_problem(job)
            if interrupted.is_set():
                return
            job.run()
            show(job)
        return
    following = iter(range(len(jobs)))
    lock = threading.Lock()

    def take() -> None:
        while True:
            with lock:
                k = next(following, -1)
            if k < 0:
                return
            job = jobs[k]
            try:
                if not interrupted.is_set():
                    job.build()
                if k > 0:
                    jobs[k - 1].started.wait()
                if not interrupted.is_set():
                    job.run()
            except BaseException as e:
                job.problem = e
            finally:
                job.started.set()
                job.finished.set()

    for _ in range(min(parallel, len(jobs))):
        threading.Thread(target=take, daemon=True).start()
    for job in jobs:
        job.finished.wait()
        _raise_problem(job)
        show(job)


def _build(job: Job) -> None:
    try:
        job.build()
    except BaseException as e:
        job.problem = e


def _in_threads(jobs: list[Job], parallel: int, action: Callable[[Job], None]) -> None:
    following = iter(jobs)
    lock = threading.Lock()

    def take() -> None:
        while True:
            with lock:
                job = next(following, None)
            if job is None:
                return
            action(job)

    threads = [threading.Thread(target=take, daemon=True) for _ in range(min(parallel, len(jobs)))]
    for t in threads:
        t.start()
    for t in threads:
        t.join()


def _raise_problem(job: Job) -> None:
    if job.problem is not None:
        raise job.problem


def in_child(action: Callable[[], str]) -> str:
    """Call action in a child process. Its UserError is raised here."""
    read_end, write_end = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        _serve(action, read_end, write_end)
    os.close(write_end)
    data = bytearray()
    while piece := os.read(read_end, 1 << 16):
        data += piece
    os.close(read_end)
    _, status = os.waitpid(pid, 0)
    if not data:
        number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        raise UserError(f"go: build process ended by signal {number}" if number else "go: build process failed")
    kind, text, code = pickle.loads(bytes(data))
    if kind == "user":
        raise UserError(text, code)
    if kind == "bug":
        raise RuntimeError(text)
    return str(text)


def _serve(action: Callable[[], str], read_end: int, write_end: int) -> None:
    """In the child: never returns."""
    try:
        os.close(read_end)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        try:
            answer: tuple[str, str, int] = ("done", action(), 0)
        except UserError as e:
            answer = ("user", e.message, e.status)
        except Exception as e:
            import traceback

            answer = ("bug", f"{type(e).__name__}: {e}\n{traceback.format_exc()}", 0)
        view = memoryview(pickle.dumps(answer))
        while view:
            view = view[os.write(write_end, view) :]
    finally:
        os._exit(0)
