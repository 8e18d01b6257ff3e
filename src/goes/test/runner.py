"""The tests of one package, from the binary to the line that says `ok`.

    ok      example.com/p   0.003s          FAIL    example.com/p   0.004s
    ok      example.com/p   (cached)        FAIL    example.com/p [build failed]
    ?       example.com/p   [no test files]

Source: cmd/go/internal/test (runTestActor.Act).
"""

from __future__ import annotations

import os
import re
import sys
import threading
from typing import Final, final

from ..load.package import Package
from .events import Converter
from .process import Outcome, TimeLimit, run_binary
from .results import LOG_MAGIC, TestResults, cacheable_arguments

_COVERAGE: Final = re.compile(rb"coverage: (.*)\n")
_REMARKS: Final = (
    (b"testing: warning: no tests to run\n", " [no tests to run]"),
    (b"testing: warning: no fuzz tests to fuzz\n", " [no fuzz tests to fuzz]"),
    (
        b"testing: warning: -fuzz matches more than one fuzz test, won't fuzz\n",
        "[-fuzz matches more than one fuzz test, won't fuzz]",
    ),
)
_stdout_lock = threading.Lock()


def write_stdout(data: bytes) -> None:
    """Whole pieces, never interlaced with those of other threads."""
    with _stdout_lock:
        sys.stdout.flush()
        view = memoryview(data)
        while view:
            view = view[os.write(1, view) :]


@final
class RunSettings:
    """What holds for all packages of one command."""

    __slots__ = (
        "arguments", "stream", "stream_and_keep", "shows_pass", "json", "json_marks", "local", "runner", "covers",
        "limit", "limit_text", "results", "fuzz_cache", "profile", "fail_fast", "failed_fast", "failed", "interrupted",
        "environment", "meta_files",
        "running",
    )  # fmt: skip

    def __init__(self) -> None:
        self.arguments: list[str] = []
        self.stream = False  # output goes straight to the terminal
        self.stream_and_keep = False  # and is kept for the cache
        self.shows_pass = False
        self.json = False
        self.json_marks = False  # -test.v=test2json
        self.local = False  # no package was named: nothing is cached
        self.runner: list[str] = []  # -exec
        self.covers = False
        self.limit = TimeLimit(0, True)
        self.limit_text = ""
        self.results: TestResults | None = None
        self.fuzz_cache = ""  # with -fuzz: where generated inputs are kept
        self.profile: ProfileMerger | None = None
        self.fail_fast = False
        self.failed_fast = threading.Event()
        self.failed = threading.Event()
        self.interrupted = threading.Event()
        self.running: set[str] = set()  # work directories of the binaries that run now
        self.environment: dict[str, str] = {}  # of the test binaries
        self.meta_files = ""  # with -coverpkg: where the meta-data of packages is that a binary does not contain


@final
class ProfileMerger:
    """-coverprofile: the profiles of all packages behind one mode line."""

    __slots__ = ("path", "mode", "_lock", "_file")

    def __init__(self, path: str, mode: str) -> None:
        self.path = path
        self.mode = mode
        self._lock = threading.Lock()
        self._file = open(path, "wb")  # noqa: SIM115 (closed by close)
        self._file.write(f"mode: {mode}\n".encode())
        self._file.flush()

    def add(self, data: bytes, origin: str) -> str:
        """Append one profile; returns what is wrong with it."""
        head = f"mode: {self.mode}\n".encode()
        if not data:
            return ""
        if not data.startswith(head):
            found = data[: len(head)].decode("utf-8", "replace")
            return f'test wrote malformed coverage profile {origin}: header "{found}", expected "{head.decode()}"'
        with self._lock:
            self._file.write(data[len(head) :])
            self._file.flush()
        return ""

    def close(self) -> None:
        self._file.close()


@final
class PackageRun:
    """One package's run. `output` is what remains to be shown when its turn comes."""

    __slots__ = (
        "settings", "package", "root", "work", "executable", "keys", "cacheable", "output", "cover_meta", "build_failed",
        "_kept", "_converter", "_result",
    )  # fmt: skip

    def __init__(self, settings: RunSettings, package: Package, root: str, work: str) -> None:
        self.settings = settings
        self.package = package
        self.root = root  # of the module or GOROOT; "" if in neither
        self.work = work  # directory for the run's files
        self.executable = ""
        self.keys: list[str] = []
        self.cacheable: list[str] | None = None
        self.output = b""
        self.cover_meta = ""
        self.build_failed = ""  # description of the package whose build failed
        self._kept = bytearray()
        self._converter: Converter | None = None
        self._result = True

    # ---------------------------------------------------------------------------------------- the cache

    def find_cached(self, binary: str) -> bool:
        """Look for a kept result of the binary with this id; `output` is it."""
        s = self.settings
        if s.results is None or s.local or not self.root:
            return False
        self.cacheable = cacheable_arguments(s.arguments)
        if self.cacheable is None:
            return False
        path = self.package.import_path
        key = s.results.key(binary, self.cacheable, " ".join(s.runner), path)
        if key not in self.keys:
            self.keys.append(key)
        found = s.results.find(key, self.root, self.package.dir, path, self.cover_meta, s.profile is not None)
        if found is None:
            return False
        self._kept = bytearray(found[0])
        if s.profile is not None:
            s.profile.add(found[1], "(cached)")
        return True

    def take_cached(self) -> None:
        """Show the result find_cached has found."""
        data = bytes(self._kept)
        self._kept.clear()
        self._write(data, self._direct())
        self._end()

    # ---------------------------------------------------------------------------------------- output

    def begin(self) -> None:
        """The JSON stream's start event, if there is one."""
        if self.settings.json:
            self._converter = Converter(write_stdout, self.package.import_path)

    def _direct(self) -> bool:
        """Is output shown as it comes?"""
        return self.settings.stream or self.settings.stream_and_keep

    def _show(self, data: bytes) -> None:
        if self._converter is not None:
            self._converter.write(data)
        else:
            write_stdout(data)

    def _write(self, data: bytes, direct: bool) -> None:
        if direct:
            self._show(data)
        if not self.settings.stream:
            self._kept += data

    def _end(self) -> None:
        if self._converter is not None:
            self._converter.failed_build = self.build_failed
            self._converter.exited(self._result)
            self._converter.close()
            self._converter = None
        if not self._direct():
            self.output = bytes(self._kept)

    def fail(self, why: str) -> None:
        """FAIL p [build failed], [setup failed]"""
        self._result = False
        self._write(f"FAIL\t{self.package.import_path} [{why}]\n".encode(), self._direct())
        self.settings.failed.set()
        self._end()

    def say(self, text: str) -> None:
        """A package without a binary to run."""
        self._write(text.encode(), self._direct())
        self._end()

    # ---------------------------------------------------------------------------------------- the run

    def command(self, name: str) -> list[str]:
        """The command line of the binary."""
        s = self.settings
        words = [*s.runner, name]
        if self.cacheable is not None and not s.runner:
            words.append(f"-test.testlogfile={self.work}/testlog.txt")
        words.append("-test.paniconexit0")
        if s.fuzz_cache:
            words.append(f"-test.fuzzcachedir={s.fuzz_cache}/{self.package.import_path}")
        if s.covers:
            words.append(f"-test.gocoverdir={self.work}/gocoverdir")
        for word in s.arguments:
            if s.profile is not None and word.startswith("-test.coverprofile="):
                word = f"-test.coverprofile={self.work}/_cover_.out"
            words.append(word)
        return words

    def run(self, name: str) -> None:
        """Run the binary whose file is `name`."""
        s = self.settings
        environment = {**s.environment, "PWD": self.package.dir}
        if s.covers:
            os.makedirs(f"{self.work}/gocoverdir", exist_ok=True)
            environment["GOCOVERDIR"] = f"{self.work}/gocoverdir"
            if s.meta_files:
                with open(f"{self.work}/gocoverdir/metafiles.txt", "w", encoding="utf-8") as f:
                    f.write(s.meta_files)
        straight = s.stream and self._converter is None
        sys.stdout.flush()
        s.running.add(self.work)
        try:
            outcome = run_binary(
                self.command(name), self.package.dir, environment, None if straight else self._sink, s.limit, s.limit_text
            )
        finally:
            s.running.discard(self.work)
        self._merge_profile()
        if outcome.passed:
            self._passed(outcome)
        else:
            self._failed(outcome)
        self._end()

    def _sink(self, data: bytes) -> None:
        self._write(data, self._direct())

    def _merge_profile(self) -> None:
        s = self.settings
        if s.profile is None:
            return
        path = f"{self.work}/_cover_.out"
        try:
            with open(path, "rb") as f:
                data = f.read()
        except OSError:
            return  # the test wrote none
        wrong = s.profile.add(data, path)
        if wrong:
            sys.stderr.write(wrong + "\n")
            s.failed.set()

    def _passed(self, outcome: Outcome) -> None:
        s = self.settings
        out = bytes(self._kept)
        direct = self._direct()
        if not s.shows_pass and not s.json:
            self._kept.clear()
        remark = ""
        for text, words in _REMARKS:
            if out.startswith(text) or b"\n" + text in out:
                remark = words
        if out and not out.endswith(b"\n"):
            self._write(b"\n", direct)
        coverage = ""
        if s.covers:
            m = _COVERAGE.search(out)
            if m is not None:
                coverage = "\tcoverage: " + m.group(1).decode("utf-8", "replace")
        path = self.package.import_path
        self._write(f"ok  \t{path}\t{outcome.seconds:.3f}s{coverage}{remark}\n".encode(), direct)
        self._save()

    def _failed(self, outcome: Outcome) -> None:
        s = self.settings
        s.failed.set()
        if s.fail_fast:
            s.failed_fast.set()
        out = bytes(self._kept)
        direct = self._direct()
        self._result = False
        if outcome.notice:
            self._write(outcome.notice.encode(), direct)
        if not outcome.exited or not out:
            self._write((outcome.reason + "\n").encode(), direct)
        elif not out.endswith(b"\n"):
            self._write(b"\n", direct)
        mark = "\x16" if s.json or s.json_marks else ""
        self._write(f"{mark}FAIL\t{self.package.import_path}\t{outcome.seconds:.3f}s\n".encode(), direct)

    def _save(self) -> None:
        s = self.settings
        if s.results is None or self.cacheable is None or s.runner or not self.keys:
            return
        try:
            with open(f"{self.work}/testlog.txt", "rb") as f:
                log = f.read()
        except OSError:
            log = b""
        profile: bytes | None = None
        if s.profile is not None:
            try:
                with open(f"{self.work}/_cover_.out", "rb") as f:
                    profile = f.read()
            except OSError:
                return
        if log.startswith(LOG_MAGIC):
            s.results.save(
                self.keys, self.root, self.package.dir, log, bytes(self._kept), self.package.import_path,
                self.cover_meta, profile,
            )  # fmt: skip
