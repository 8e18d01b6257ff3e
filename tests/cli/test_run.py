"""goes run: a faithful parent."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Goes


def test_streams_arguments_and_directory_are_the_callers(goes: Goes, monkeypatch: pytest.MonkeyPatch) -> None:
    goes.plant(monkeypatch, 'cat; echo "$@"; pwd; echo bad >&2', ".")
    p = goes("run", ".", "a", "-b", "c d", stdin="in\n")
    assert (p.returncode, p.stdout) == (0, f"in\na -b c d\n{goes.module}\n")
    assert p.stderr == "bad\n"
    assert goes.leftovers() == []


def test_the_program_is_named_after_its_package(goes: Goes, monkeypatch: pytest.MonkeyPatch) -> None:
    goes.plant(monkeypatch, 'basename "$0"', ".")
    assert goes("run", ".").stdout == "m\n"


def test_files_on_the_command_line_end_at_the_first_other_argument(goes: Goes, monkeypatch: pytest.MonkeyPatch) -> None:
    goes.plant(monkeypatch, 'basename "$0"; echo "$@"', "main.go")
    assert goes("run", "main.go", "x.txt", "main.go").stdout == "main\nx.txt main.go\n"


def test_exit_status(goes: Goes, monkeypatch: pytest.MonkeyPatch) -> None:
    goes.plant(monkeypatch, "exit 7", ".")
    p = goes("run", ".")
    assert (p.returncode, p.stdout, p.stderr) == (1, "", "exit status 7\n")
    assert goes.leftovers() == []


@pytest.mark.parametrize(("name", "text"), [("KILL", "killed"), ("TERM", "terminated"), ("HUP", "hangup")])
def test_death_by_signal(goes: Goes, monkeypatch: pytest.MonkeyPatch, name: str, text: str) -> None:
    goes.plant(monkeypatch, f"kill -{name} $$", ".")
    p = goes("run", ".")
    assert (p.returncode, p.stderr) == (1, f"signal: {text}\n")


@pytest.mark.parametrize("name", ["INT", "TERM", "QUIT", "HUP"])
def test_signals_reach_the_program(goes: Goes, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    goes.plant(monkeypatch, f"trap 'echo got; exit 3' {name}; echo up; while :; do sleep 0.05; done", ".")
    p = goes.start("run", ".")
    assert p.stdout is not None and p.stdout.readline() == "up\n"
    p.send_signal(signal.Signals[f"SIG{name}"])
    out, err = p.communicate(timeout=20)
    assert (p.returncode, out, err) == (1, "got\n", "exit status 3\n")
    assert goes.leftovers() == []


def test_termination_before_the_program_runs_leaves_nothing(goes: Goes) -> None:
    goes.write("main.go", "package main\n\nfunc main() {" + "println(1);" * 200_000 + "}\n")
    p = goes.start("run", "-x", ".")
    assert p.stderr is not None and p.stderr.readline().startswith("WORK=")
    p.send_signal(signal.SIGTERM)
    p.communicate(timeout=20)
    assert p.returncode == -signal.SIGTERM
    assert goes.leftovers() == []


def test_exec_hands_the_binary_to_a_runner(goes: Goes, monkeypatch: pytest.MonkeyPatch) -> None:
    goes.plant(monkeypatch, "exit 0", ".")
    p = goes("run", "-exec", "echo 'run me'", ".", "arg")
    assert p.stdout.startswith("run me /") and p.stdout.endswith("-d/m arg\n")
    p = goes("run", "-exec", "nosuchrunner", ".")
    assert (p.returncode, p.stderr) == (1, 'exec: "nosuchrunner": executable file not found in $PATH\n')


def test_work_keeps_and_names_the_directory(goes: Goes, monkeypatch: pytest.MonkeyPatch) -> None:
    goes.plant(monkeypatch, "echo ok", ".")
    p = goes("run", "-work", ".")
    name = p.stderr.strip().removeprefix("WORK=")
    assert p.stdout == "ok\n" and os.path.basename(name) in goes.leftovers()


def test_print_only(goes: Goes) -> None:
    goes.write("lib/lib.go", "package lib\n")
    goes.write("main.go", 'package main\n\nimport _ "example.com/m/lib"\n\nfunc main() {}\n')
    p = goes("run", "-n", ".", "x")
    lines = p.stderr.splitlines()
    work = lines[0].removeprefix("WORK=")
    assert p.returncode == 0 and goes.leftovers() == []
    assert [line.split()[0].rsplit("/", 1)[1] for line in lines if "/goes-bin/tool/" in line] == ["compile", "compile", "link"]
    assert f"packagefile example.com/m/lib={work}/b002/_pkg_.a" in lines
    assert lines[-1] == "$WORK/b001/exe/m x"


def test_no_place_for_the_work_directory(goes: Goes) -> None:
    p = goes("run", ".", env={"GOTMPDIR": "/proc/nosuch"})
    assert (p.returncode, p.stderr) == (1, "go: creating work dir: stat /proc/nosuch: no such file or directory\n")


def test_the_warm_path_loads_no_compiler(goes: Goes, monkeypatch: pytest.MonkeyPatch) -> None:
    goes.write("main.go", 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println() }\n')
    goes.plant(monkeypatch, "echo ok", ".")
    for _ in range(2):
        p = goes("run", ".", env={"PYTHONPROFILEIMPORTTIME": "1"})
        assert p.stdout == "ok\n"
        imported = [line.rpartition("|")[2].strip() for line in p.stderr.splitlines()]
        # Compiled modules link to the libraries (`…__mypyc`) of those they mention; these stay uninitialised.
        ran = " ".join(m for m in imported if not m.endswith("__mypyc"))
        for name in ("llvmlite", "goes.codegen.", "goes.types.", "goes.ssa.", "goes.work.build"):
            assert name not in ran


def test_a_second_run_sees_every_edit(goes: Goes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    goes.write("lib/lib.go", "package lib\n")
    goes.write("main.go", 'package main\n\nimport _ "example.com/m/lib"\n\nfunc main() {}\n')
    goes.plant(monkeypatch, "echo one", ".")
    assert goes("run", ".").stdout == "one\n"
    assert goes("run", ".").stdout == "one\n"
    goes.write("lib/lib.go", "package lib\n\nvar X int\n")
    goes.plant(monkeypatch, "echo two", ".")
    assert goes("run", ".").stdout == "two\n"
    goes.write("lib/more.go", "package lib\n")
    goes.plant(monkeypatch, "echo three", ".")
    assert goes("run", ".").stdout == "three\n"
    goes.write("lib/go.mod", "module other\n")
    assert goes("run", ".").returncode == 1


def test_startup_time(goes: Goes) -> None:
    """In processor time, which other work on the machine does not change."""
    best = min(_seconds(lambda: goes("version")) for _ in range(5))
    bare = min(_seconds(lambda: subprocess.run([sys.executable, "-c", ""], check=True)) for _ in range(5))
    assert best - bare < 0.06


def _seconds(act: Callable[[], object]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    act()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
