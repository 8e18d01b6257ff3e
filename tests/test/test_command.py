"""`go test` from the command line to the last line, with shell scripts planted in the cache as test binaries."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from goes.cli import gotest
from goes.cli.buildflags import identify, plan
from goes.cli.gotest import FLAGS
from goes.cli.testbuild import JobBuilder, PackageJob, binary_name
from goes.cli.testflags import split
from goes.diag.diagnostic import UserError
from goes.load.graph import Loader
from goes.run.workdir import WorkDirectory
from goes.test.runner import RunSettings

MODULE = """\
-- go.mod --
module m

go 1.27
-- bad/bad_test.go --
package bad

import "nowhere"
-- fails/fails_test.go --
package fails

import "testing"

func TestA(t *testing.T) { t.Error() }
-- none/none.go --
package none
-- passes/passes_test.go --
package passes

import "testing"

func TestA(t *testing.T) {}
-- wrong/wrong.go --
package wrong

var x int = "text"
"""
SCRIPTS = {
    "m/fails": "echo '--- FAIL: TestA (0.00s)'; echo FAIL; exit 1",
    "m/passes": 'for w; do case "$w" in -test.testlogfile=*) echo "# test log" > "${w#*=}";; esac; done; echo PASS',
}

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(
    load: Callable[[str], Loader], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Run:
    """Run `go test -vet=off args`: (status, standard output with times replaced, standard error)."""
    load(MODULE)
    (tmp_path / "tmp").mkdir()
    for name, value in (("GOCACHE", tmp_path / "cache"), ("GOTMPDIR", tmp_path / "tmp"), ("HOME", tmp_path / "home")):
        monkeypatch.setenv(name, str(value))

    def call(*args: str) -> tuple[int, str, str]:
        words = ["-vet=off", *args]
        command = split(FLAGS, words)
        work = WorkDirectory(os.environ)
        p = plan(command.values, command.packages or ["."], work, tolerant=True)
        builder = JobBuilder(command, p)
        for job in builder.prepare(RunSettings()):
            assert isinstance(job, PackageJob)
            if job.variants is not None:
                name = binary_name(job.package)
                script = f"#!/bin/sh\n{SCRIPTS[job.package.import_path]}\n"
                own = builder.plan_for(job.variants, job.run_state.work)
                p.cache.put_executable(identify(own, job.variants.main, name), name, script.encode())
        work.remove()
        capfd.readouterr()
        try:
            status = gotest.run(words)
        except UserError as e:
            return e.status, "", e.message
        out, err = capfd.readouterr()
        assert os.listdir(tmp_path / "tmp") == []
        return status, re.sub(r"\d+\.\d{3}s", "TIME", out), err

    return call


def test_packages_in_order(run: Run) -> None:
    status, out, err = run("./fails", "./none", "./passes")
    assert out == (
        "--- FAIL: TestA (0.00s)\nFAIL\nFAIL\tm/fails\tTIME\n"
        "?   \tm/none\t[no test files]\n"
        "ok  \tm/passes\tTIME\n"
        "FAIL\n"
    )
    assert (status, err) == (1, "")


def test_results_are_kept_for_packages_that_are_named(run: Run) -> None:
    assert run("./passes")[1] == "ok  \tm/passes\tTIME\n"
    assert run("./passes")[1] == "ok  \tm/passes\t(cached)\n"
    assert run("-count=1", "./passes")[1] == "ok  \tm/passes\tTIME\n"


def test_the_current_directory_is_streamed_and_never_kept(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path / "passes")
    for _ in range(2):
        assert run() == (0, "PASS\nok  \tm/passes\tTIME\n", "")
    monkeypatch.chdir(tmp_path / "fails")
    assert run() == (1, "--- FAIL: TestA (0.00s)\nFAIL\nexit status 1\nFAIL\tm/fails\tTIME\n", "")


def test_setup_failed(run: Run) -> None:
    status, out, err = run("./bad", "./passes")
    assert out == "FAIL\tm/bad [setup failed]\nok  \tm/passes\tTIME\nFAIL\n"
    assert err.startswith("# m/bad\nbad/bad_test.go:3:8: package nowhere is not in std")
    assert status == 1


def test_build_failed(run: Run) -> None:
    status, out, err = run("./wrong")
    assert out == "FAIL\tm/wrong [build failed]\nFAIL\n"
    assert err == '# m/wrong\nwrong/wrong.go:3:13: cannot use "text" (untyped string constant) as int value in variable declaration\n'
    assert status == 1


def test_events(run: Run) -> None:
    status, out, err = run("-json", "./wrong")
    events = [json.loads(line) for line in out.splitlines()]
    assert [(e["Action"], e.get("FailedBuild")) for e in events] == [
        ("build-output", None), ("build-output", None), ("build-fail", None), ("start", None), ("output", None),
        ("fail", "m/wrong"),
    ]  # fmt: skip
    assert {e["ImportPath"] for e in events[:3]} == {"m/wrong"}
    assert (status, err) == (1, "")


def test_fail_fast(run: Run) -> None:
    assert run("-p=1", "-failfast", "./fails", "./passes")[1].endswith("FAIL\tm/fails\tTIME\nFAIL\n")


def test_dry_run(run: Run) -> None:
    status, out, err = run("-n", "./passes")
    assert (status, out) == (0, "")
    assert "passes.test -test.testlogfile" not in err
    assert re.search(r"\n\$WORK/b001/passes\.test -test\.paniconexit0 -test\.timeout=10m0s\n\Z", err)


def test_binaries_are_written(run: Run, tmp_path: Path) -> None:
    assert run("-c", "-o", "bin/", "./fails", "./passes") == (0, "", "")
    assert sorted(os.listdir(tmp_path / "bin")) == ["fails.test", "passes.test"]
    assert run("-c", "-o", "one", "./fails", "./passes") == (
        1, "", "with multiple packages, -o must refer to a directory or /dev/null",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("-fuzz=X ./fails ./passes", "cannot use -fuzz flag with multiple packages"),
        ("-fuzz=X sort", "cannot use -fuzz flag on package outside the main module"),
        ("-cpuprofile=x ./fails ./passes", "cannot use -cpuprofile flag with multiple packages"),
    ],
)
def test_what_cannot_be_done(run: Run, line: str, message: str) -> None:
    SCRIPTS.setdefault("sort", "exit 0")
    assert run(*line.split()) == (1, "", message)
