"""Running a binary (here: a shell script) and what is said about it; results in the cache."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from goes.diag.diagnostic import UserError
from goes.load.package import Package
from goes.test.process import TimeLimit, run_binary
from goes.test.results import LOG_MAGIC, TestResults, cacheable_arguments, inputs_id
from goes.test.runner import PackageRun, ProfileMerger, RunSettings
from goes.test.schedule import Job, in_child, run_all
from goes.work.cache import Cache


def script(path: Path, body: str) -> str:
    path.write_text("#!/bin/sh\n" + body)
    path.chmod(0o755)
    return str(path)


def run(tmp_path: Path, body: str, settings: RunSettings | None = None) -> tuple[str, RunSettings]:
    settings = settings or RunSettings()
    settings.environment = {"PATH": os.environ["PATH"]}
    package = Package("m/p")
    package.dir = str(tmp_path)
    state = PackageRun(settings, package, str(tmp_path), str(tmp_path / "work"))
    (tmp_path / "work").mkdir(exist_ok=True)
    state.begin()
    state.run(script(tmp_path / "p.test", body))
    return state.output.decode(), settings


def without_time(text: str) -> str:
    import re

    return re.sub(r"\t\d+\.\d{3}s", "\tTIME", text)


def test_output_of_a_passing_test_is_not_shown(tmp_path: Path) -> None:
    text, settings = run(tmp_path, "echo chatter; echo PASS")
    assert without_time(text) == "ok  \tm/p\tTIME\n"
    assert not settings.failed.is_set()


def test_verbose(tmp_path: Path) -> None:
    settings = RunSettings()
    settings.shows_pass = True
    text, _ = run(tmp_path, "printf 'no newline'", settings)
    assert without_time(text) == "no newline\nok  \tm/p\tTIME\n"


def test_nothing_was_run(tmp_path: Path) -> None:
    text, _ = run(tmp_path, "echo 'testing: warning: no tests to run'; echo PASS")
    assert without_time(text) == "ok  \tm/p\tTIME [no tests to run]\n"


def test_coverage_is_taken_from_the_output(tmp_path: Path) -> None:
    settings = RunSettings()
    settings.covers = True
    text, _ = run(tmp_path, 'test -d "$GOCOVERDIR" && echo "coverage: 50.0% of statements"', settings)
    assert without_time(text) == "ok  \tm/p\tTIME\tcoverage: 50.0% of statements\n"


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("echo '--- FAIL: T'; echo FAIL; exit 1", "--- FAIL: T\nFAIL\nFAIL\tm/p\tTIME\n"),
        ("exit 3", "exit status 3\nFAIL\tm/p\tTIME\n"),
        ("echo out; kill -9 $$", "out\nsignal: killed\nFAIL\tm/p\tTIME\n"),
        ("printf out; exit 1", "out\nFAIL\tm/p\tTIME\n"),
    ],
)
def test_failures(tmp_path: Path, body: str, shown: str) -> None:
    text, settings = run(tmp_path, body)
    assert without_time(text) == shown
    assert settings.failed.is_set()


def test_the_binary_runs_in_its_directory_without_input(tmp_path: Path) -> None:
    settings = RunSettings()
    settings.shows_pass = True
    text, _ = run(tmp_path, 'echo "$PWD"; cat', settings)
    assert text.startswith(f"{tmp_path}\nok")


def test_a_binary_that_hangs_is_asked_then_killed(tmp_path: Path) -> None:
    limit = TimeLimit(0, True)
    limit.kill_after = limit.wait_delay = 0.05
    out: list[bytes] = []
    name = script(tmp_path / "hang", "trap 'echo stacks; exit 2' QUIT\nwhile :; do sleep 0.01; done")
    outcome = run_binary([name], str(tmp_path), dict(os.environ), out.append, limit, "11m0s")
    assert not outcome.passed
    assert outcome.notice == "*** Test killed with quit: ran too long (11m0s).\n"


def test_output_left_open_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    limit = TimeLimit(0, True)
    limit.kill_after = 60.0
    limit.wait_delay = 0.05
    out: list[bytes] = []
    name = script(tmp_path / "open", "sleep 5 &\necho done")
    outcome = run_binary([name], str(tmp_path), dict(os.environ), out.append, limit, "11m0s")
    assert b"".join(out) == b"done\n"
    assert outcome.reason == "exec: WaitDelay expired before I/O complete"


# ------------------------------------------------------------------------------------------------------ the cache


def test_arguments_that_forbid_keeping() -> None:
    assert cacheable_arguments(["-test.timeout=10m0s", "-test.coverprofile=x"]) == ["-test.timeout=10m0s"]
    assert cacheable_arguments(["-test.count=1"]) is None
    assert cacheable_arguments(["-mine"]) is None


def test_inputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", "1")
    data = tmp_path / "data.txt"
    data.write_text("a")
    log = LOG_MAGIC + b"getenv X\nopen data.txt\nstat /etc/hostname\n"

    def now() -> str | None:
        return inputs_id(log, str(tmp_path), str(tmp_path))

    assert now() is None  # written this moment: another write might not show
    os.utime(data, (1_000_000, 1_000_000))
    first = now()
    assert first is not None
    assert now() == first
    monkeypatch.setenv("X", "2")
    second = now()
    assert second not in (None, first)
    os.utime(data, (1_000_001, 1_000_001))
    assert now() not in (None, first, second)
    assert inputs_id(LOG_MAGIC + b"jump x\n", str(tmp_path), str(tmp_path)) is None


def test_a_result_is_found_again_until_it_expires(tmp_path: Path) -> None:
    cache = Cache(str(tmp_path / "cache"))
    results = TestResults(cache)
    key = results.key("binary", ["-test.v=true"], "", "m/p")
    root = str(tmp_path)
    assert results.find(key, root, root, "m/p") is None
    results.save([key], root, root, LOG_MAGIC, b"text\nok  \tm/p\t0.123s\tcoverage: 1%\n", "m/p")
    assert results.find(key, root, root, "m/p") == (b"text\nok  \tm/p\t(cached)\tcoverage: 1%\n", b"")
    (tmp_path / "cache" / "testexpire.txt").write_text("9999999999999999999\n")
    assert TestResults(cache).find(key, root, root, "m/p") is None


def test_profiles_are_merged(tmp_path: Path) -> None:
    merger = ProfileMerger(str(tmp_path / "c.out"), "set")
    assert merger.add(b"mode: set\na.go:1.1,2.2 1 1\n", "one") == ""
    assert merger.add(b"", "two") == ""
    assert "malformed" in merger.add(b"mode: count\n", "three")
    merger.close()
    assert (tmp_path / "c.out").read_text() == "mode: set\na.go:1.1,2.2 1 1\n"


# ------------------------------------------------------------------------------------------------------ several


class _Job(Job):
    def __init__(self, name: str, log: list[str]) -> None:
        super().__init__()
        self.name = name
        self.log = log

    def build(self) -> None:
        self.log.append("build " + self.name)

    def run(self) -> None:
        self.log.append("run " + self.name)
        self.started.set()


@pytest.mark.parametrize("serial", [False, True])
def test_jobs_begin_and_are_shown_in_order(serial: bool) -> None:
    log: list[str] = []
    jobs: list[Job] = [_Job(str(k), log) for k in range(6)]
    shown: list[str] = []

    def show(job: Job) -> None:
        assert isinstance(job, _Job)
        shown.append(job.name)

    run_all(jobs, 3, serial, show, threading.Event())
    assert [line for line in log if line.startswith("run")] == [f"run {k}" for k in range(6)]
    assert shown == [str(k) for k in range(6)]
    if serial:
        assert {line.split()[0] for line in log[:6]} == {"build"}


def test_a_child_answers_or_fails() -> None:
    assert in_child(lambda: "made") == "made"

    def wrong() -> str:
        raise UserError("# p\nbad", 2)

    with pytest.raises(UserError) as e:
        in_child(wrong)
    assert (e.value.message, e.value.status) == ("# p\nbad", 2)
