"""Compile functions in worker processes, while the front end goes on.

    with WorkerPool(2) as pool:
        pool.submit("batch 0", codes0, QUICK)          # returns at once
        pool.submit("batch 1", codes1, FULL)
        for definitions in pool.results(): ...  # in the order of submission

A failed LLVM assertion aborts the process that runs it, and llvmlite's lock serialises threads; hence processes. They
are forked when needed, each for one tier (LLVM's options hold for a process), and speak length-prefixed messages over
pipes. A worker also reads the object it made, so that definitions come back, not ELF. Results are in order of
submission, whatever the order of work. If a worker dies, the error names the module it had and the file its text was
left in.

Sources: llvm-notes section 0 (findings 2 and 13), section 7.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import os
import pickle
import select
import struct
import sys
import tempfile
from typing import Final, final

from ..diag.diagnostic import Bug
from ..obj.llvmobject import FunctionMeta, read_object
from ..obj.symbol import Definition
from .llvm import FunctionCode, assemble_module, compile_module, initialise

_HEAD: Final = struct.Struct("<BI")
OK: Final = 0
FAILED: Final = 1
_PIPE_SIZE: Final = 1 << 20  # so that a worker seldom waits for its answer to be taken


def _read(fd: int, n: int) -> bytes:
    out = bytearray()
    while len(out) < n:
        piece = os.read(fd, n - len(out))
        if not piece:
            return b""
        out += piece
    return bytes(out)


def _write(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        written = os.write(fd, view)
        view = view[written:]


def _answer(job: bytes, level: int) -> bytes:
    """Module text and function descriptions in, definitions out; without descriptions the object itself."""
    text: str
    metas: list[FunctionMeta] | None
    text, metas = pickle.loads(job)
    data = compile_module(text, level)
    if metas is None:
        return data
    return pickle.dumps(read_object(data, metas), pickle.HIGHEST_PROTOCOL)


def _serve(requests: int, answers: int, level: int) -> None:
    gc.disable()
    initialise(level)
    while True:
        head = _read(requests, _HEAD.size)
        if not head:
            return
        job = _read(requests, _HEAD.unpack(head)[1])
        status = OK
        try:
            answer = _answer(job, level)
        except Exception as e:
            status = FAILED
            answer = (str(e) or type(e).__name__).encode("utf-8", "replace")
        _write(answers, _HEAD.pack(status, len(answer)) + answer)


@final
class _Worker:
    __slots__ = ("pid", "level", "requests", "answers", "job")

    def __init__(self, level: int, inherited: list[int]) -> None:
        request_read, self.requests = os.pipe()
        self.answers, answer_write = os.pipe()
        with contextlib.suppress(OSError):  # the system may allow less
            fcntl.fcntl(answer_write, fcntl.F_SETPIPE_SZ, _PIPE_SIZE)
        self.job = -1
        self.level = level
        sys.stdout.flush()
        sys.stderr.flush()
        self.pid = os.fork()
        if self.pid == 0:
            status = 1
            try:
                for fd in inherited:
                    os.close(fd)
                os.close(self.requests)
                os.close(self.answers)
                _serve(request_read, answer_write, level)
                status = 0
            finally:
                os._exit(status)
        os.close(request_read)
        os.close(answer_write)

    def send(self, job: int, data: bytes) -> None:
        self.job = job
        _write(self.requests, _HEAD.pack(OK, len(data)) + data)

    def stop(self) -> None:
        os.close(self.requests)
        os.close(self.answers)
        os.waitpid(self.pid, 0)


@final
class _Job:
    """A module on its way: `answer` once it is back, `failure` if it will not come back."""

    __slots__ = ("label", "level", "text", "data", "answer", "failure")

    def __init__(self, label: str, level: int, text: str, data: bytes) -> None:
        self.label = label
        self.level = level
        self.text = text
        self.data = data
        self.answer = b""
        self.failure = ""


@final
class WorkerPool:
    """At most `jobs` worker processes for each tier."""

    __slots__ = ("jobs", "workers", "_idle", "_busy", "_jobs", "_waiting")

    def __init__(self, jobs: int) -> None:
        self.jobs = max(1, jobs)
        self.workers: list[_Worker] = []
        self._idle: list[_Worker] = []
        self._busy: dict[int, _Worker] = {}  # by the descriptor answers come from
        self._jobs: list[_Job] = []
        self._waiting: list[int] = []  # jobs not handed out

    def __enter__(self) -> WorkerPool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        for w in self.workers:
            w.stop()
        self.workers = []
        self._idle = []
        self._busy = {}
        self._jobs = []
        self._waiting = []

    def submit(self, label: str, codes: list[FunctionCode], level: int) -> None:
        """Begin to compile a module of functions."""
        text = assemble_module(codes)
        data = pickle.dumps((text, [c.meta for c in codes]), pickle.HIGHEST_PROTOCOL)
        self._add(_Job(label, level, text, data))
        self.poll()

    def _add(self, job: _Job) -> None:
        self._waiting.append(len(self._jobs))
        self._jobs.append(job)

    def results(self) -> list[list[Definition]]:
        """Wait for everything submitted since the last call. Raises Bug for the first module that failed."""
        return [pickle.loads(answer) for answer in self._finish()]

    def compile(self, modules: list[tuple[str, str]], level: int) -> list[bytes]:
        """Objects of (label, text) modules, in order. Raises Bug for the first module that fails."""
        for label, text in modules:
            self._add(_Job(label, level, text, pickle.dumps((text, None), pickle.HIGHEST_PROTOCOL)))
        return self._finish()

    def poll(self) -> None:
        """Take what is ready and hand out what waits; does not block."""
        self._step(0)

    def _finish(self) -> list[bytes]:
        while self._waiting or self._busy:
            self._step(None)
        jobs = self._jobs
        self._jobs = []
        self._waiting = []
        for job in jobs:
            if job.failure:
                raise Bug("codegen", job.failure)
        return [job.answer for job in jobs]

    def _step(self, timeout: int | None) -> None:
        self._hand_out()
        if not self._busy:
            return
        ready, _, _ = select.select(list(self._busy), [], [], timeout)
        for fd in ready:
            self._take(self._busy.pop(fd))
        self._hand_out()

    def _hand_out(self) -> None:
        """Give every job that waits to a free worker of its tier, if there is one or may be one more."""
        waiting: list[int] = []
        for number in self._waiting:
            job = self._jobs[number]
            w = self._free(job.level)
            if w is None:
                waiting.append(number)
                continue
            try:
                w.send(number, job.data)
            except BrokenPipeError:
                self._crashed(w, job)
            else:
                self._busy[w.answers] = w
            job.data = b""
        self._waiting = waiting

    def _free(self, level: int) -> _Worker | None:
        for k, w in enumerate(self._idle):
            if w.level == level:
                return self._idle.pop(k)
        if sum(w.level == level for w in self.workers) == self.jobs:
            return None
        w = _Worker(level, [fd for other in self.workers for fd in (other.requests, other.answers)])
        self.workers.append(w)
        return w

    def _take(self, w: _Worker) -> None:
        job = self._jobs[w.job]
        head = _read(w.answers, _HEAD.size)
        if not head:
            self._crashed(w, job)
            return
        status, size = _HEAD.unpack(head)
        body = _read(w.answers, size)
        if len(body) < size:
            self._crashed(w, job)
            return
        if status == OK:
            job.answer = body
            job.text = ""
        else:
            message = body.decode("utf-8", "replace")
            job.failure = f"{message}; module {job.label}, text in {_reproducer(job.text)}"
        self._idle.append(w)

    def _crashed(self, w: _Worker, job: _Job) -> None:
        self.workers.remove(w)
        os.close(w.requests)
        os.close(w.answers)
        _, status = os.waitpid(w.pid, 0)
        job.failure = f"LLVM died (wait status {status:#x}) on module {job.label}, text in {_reproducer(job.text)}"


def _reproducer(text: str) -> str:
    fd, path = tempfile.mkstemp(prefix="goes-", suffix=".ll")
    with os.fdopen(fd, "w", encoding="utf-8", errors="surrogateescape") as f:
        f.write(text)
    return path
