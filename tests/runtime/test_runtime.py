"""Whole programs on the runtime that goes builds. The expected texts are gc's (testdata/*.out, crash.json).

`crash.go` dies in the way that its argument names; message, traceback and exit status must be gc's.
`gcstress.go` checks sums while the collector runs under its debugging knobs.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from normal import normal  # noqa: E402

DATA = Path(__file__).parent / "testdata"
SOURCE = Path(__file__).parents[2] / "src"
CRASHES: dict[str, list[object]] = json.loads((DATA / "crash.json").read_text())

Build = Callable[[str], str]


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    out = tmp_path_factory.mktemp("programs")

    def made(name: str) -> str:
        binary = out / name
        if not binary.exists():
            command = [sys.executable, "-m", "goes", "build", "-o", str(binary), str(DATA / f"{name}.go")]
            env = dict(os.environ, PYTHONPATH=str(SOURCE))
            done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=600)
            assert done.returncode == 0, done.stderr
        return str(binary)

    return made


def run(*command: str, **env: str) -> tuple[int, str]:
    done = subprocess.run(command, capture_output=True, timeout=120, env=dict(os.environ, **env))
    return done.returncode, normal((done.stdout + done.stderr).decode("utf-8", "replace"))


@pytest.mark.parametrize("case", sorted(CRASHES))
def test_crash(build: Build, case: str) -> None:
    status, text = run(build("crash"), case)
    assert [status, text] == CRASHES[case]


def test_endless_recursion(build: Build) -> None:
    status, text = run(build("crash"), "overflow")
    assert status == 2
    assert text.startswith("runtime: goroutine stack exceeds 1000000000-byte limit\n")
    assert "fatal error: stack overflow" in text
    assert "frames elided" in text


def test_concurrent_map_writes(build: Build) -> None:
    status, text = run(build("crash"), "fatal-concurrent-map")
    assert status == 2
    assert text.startswith("fatal error: concurrent map writes\n")


@pytest.mark.parametrize("name", ["names", "reflects", "rtinfo"])
def test_same_output(build: Build, name: str) -> None:
    status, text = run(build(name))
    assert status == 0
    assert text == normal((DATA / f"{name}.out").read_text())


@pytest.mark.parametrize("procs", ["1", "2"])
def test_preemption_signals_children(build: Build, procs: str) -> None:
    status, text = run(build("preempt"), GOMAXPROCS=procs)
    assert status == 0
    # The order in which timers fire depends on the load of the machine.
    expected = normal((DATA / "preempt.out").read_text()).splitlines()
    assert [l for l in text.splitlines() if not l.startswith("[")] == [l for l in expected if not l.startswith("[")]


@pytest.mark.parametrize("sig, status", [(signal.SIGINT, -signal.SIGINT), (signal.SIGTERM, -signal.SIGTERM), (signal.SIGQUIT, 2)])
def test_deadly_signal(build: Build, sig: signal.Signals, status: int) -> None:
    child = subprocess.Popen([build("preempt"), "wait"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stdout.readline() == b"ready\n"
    child.send_signal(sig)
    child.communicate(timeout=30)
    assert child.returncode == status


@pytest.mark.parametrize("knobs", [
    "", "gccheckmark=1", "clobberfree=1", "gcstoptheworld=1", "gcstoptheworld=2", "asyncpreemptoff=1", "gccheckmark=1,clobberfree=1",
])
@pytest.mark.parametrize("procs", ["1", "2", "8"])
def test_collector(build: Build, knobs: str, procs: str) -> None:
    status, text = run(build("gcstress"), "2", GODEBUG=knobs, GOGC="5", GOMAXPROCS=procs)
    assert status == 0, text
    assert text == (DATA / "gcstress.out").read_text()


def test_many_goroutines(build: Build) -> None:
    assert run(build("million"), "50000", "go") == (0, "true\n1249975000\n")


def test_deep_recursion(build: Build) -> None:
    assert run(build("million"), "2000000", "deep") == (0, "2000000\n2000000\n")


def test_server_and_client(build: Build) -> None:
    assert run(build("httpload"), "200", "2000") == (0, "good 2000 bad 0 connections true\nshutdown: <nil>\n<nil>\n")
