"""Compile modules in worker processes.

    with WorkerPool(QUICK, 2) as pool:
        objects = pool.compile([("pkg batch 0", text0), ("pkg batch 1", text1)])

A failed LLVM assertion aborts the process that runs it, and llvmlite's lock serialises threads; hence processes. They
are forked once and speak length-prefixed messages over pipes. Results come back by index, whatever the order of work. A
worker that dies names the module it had and leaves its text as a reproducer.

Sources: llvm-notes section 0 (findings 2 and 13), section 7.
"""

from __future__ import annotations

import os
import select
import struct
import sys
import tempfile
from typing import Final, final

from ..diag.diagnostic import Bug
from .llvm import compile_module, initialise

_HEAD: Final = struct.Struct("<BI")
OK: Final = 0
FAILED: Final = 1


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
        view = view[os.write(fd, view) :]


def _serve(requests: int, answers: int, level: int) -> None:
    initialise(level)
    while True:
        head = _read(requests, _HEAD.size)
        if not head:
            return
        text = _read(requests, _HEAD.unpack(head)[1])
        status = OK
        try:
            answer = compile_module(text.decode("utf-8", "surrogateescape"), level)
        except Exception as e:
            status = FAILED
            answer = str(e).encode("utf-8", "replace")
        _write(answers, _HEAD.pack(status, len(answer)) + answer)


@final
class _Worker:
    __slots__ = ("pid", "requests", "answers", "job")

    def __init__(self, level: int, inherited: list[int]) -> None:
        request_read, self.requests = os.pipe()
        self.answers, answer_write = os.pipe()
        self.job = -1
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

    def send(self, job: int, text: bytes) -> None:
        self.job = job
        _write(self.requests, _HEAD.pack(OK, len(text)) + text)

    def stop(self) -> None:
        os.close(self.requests)
        os.close(self.answers)
        os.waitpid(self.pid, 0)


@final
class WorkerPool:
    """`jobs` worker processes for one optimisation level. Fork it before threads are started."""

    __slots__ = ("level", "jobs", "workers")

    def __init__(self, level: int, jobs: int) -> None:
        self.level = level
        self.jobs = max(1, jobs)
        self.workers: list[_Worker] = []

    def __enter__(self) -> WorkerPool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        for w in self.workers:
            w.stop()
        self.workers = []

    def _start(self) -> _Worker:
        inherited = [fd for w in self.workers for fd in (w.requests, w.answers)]
        w = _Worker(self.level, inherited)
        self.workers.append(w)
        return w

    def compile(self, modules: list[tuple[str, str]]) -> list[bytes]:
        """Objects of (label, text) modules, in order. Raises Bug for the first module that fails."""
        out: list[bytes | None] = [None] * len(modules)
        failures: dict[int, str] = {}
        # Long modules first; equal lengths by index, so that the schedule is the same every time.
        order = sorted(range(len(modules)), key=lambda i: (-len(modules[i][1]), i))
        order.reverse()
        while len(self.workers) < min(self.jobs, len(modules)):
            self._start()
        idle = list(self.workers)
        busy: dict[int, _Worker] = {}
        while order or busy:
            while order and idle:
                w = idle.pop()
                job = order.pop()
                try:
                    w.send(job, modules[job][1].encode("utf-8", "surrogateescape"))
                except BrokenPipeError:
                    failures[job] = self._crashed(w, modules[job])
                    idle.append(self._start())
                    continue
                busy[w.answers] = w
            if not busy:
                continue
            ready, _, _ = select.select(list(busy), [], [])
            for fd in ready:
                w = busy.pop(fd)
                head = _read(fd, _HEAD.size)
                body = b""
                if head:
                    status, size = _HEAD.unpack(head)
                    body = _read(fd, size)
                if not head or len(body) < size:
                    failures[w.job] = self._crashed(w, modules[w.job])
                    if order:
                        idle.append(self._start())
                    continue
                if status == OK:
                    out[w.job] = body
                else:
                    message = body.decode("utf-8", "replace")
                    failures[w.job] = f"{message}; module {modules[w.job][0]}, text in {_reproducer(modules[w.job][1])}"
                idle.append(w)
        if failures:
            raise Bug("codegen", failures[min(failures)])
        return [b for b in out if b is not None]

    def _crashed(self, w: _Worker, module: tuple[str, str]) -> str:
        self.workers.remove(w)
        os.close(w.requests)
        os.close(w.answers)
        _, status = os.waitpid(w.pid, 0)
        return f"LLVM died (wait status {status:#x}) on module {module[0]}, text in {_reproducer(module[1])}"


def _reproducer(text: str) -> str:
    fd, path = tempfile.mkstemp(prefix="goes-", suffix=".ll")
    with os.fdopen(fd, "w", encoding="utf-8", errors="surrogateescape") as f:
        f.write(text)
    return path
