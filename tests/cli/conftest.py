"""Run the goes command, and plant executables in its cache so that nothing has to be compiled."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import goes
from goes.cli import run as run_verb
from goes.cli.build import default_name
from goes.cli.buildflags import identify, plan
from goes.run.workdir import WorkDirectory

SRC = str(Path(goes.__file__ or "").parents[1])  # the same goes as this one, interpreted or compiled


class Goes:
    """The command with an environment of its own: home, cache and temporary directory below `place`."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.module = place / "m"
        self.module.mkdir()
        (place / "tmp").mkdir()
        self.env = {
            "PATH": os.environ["PATH"], "HOME": str(place / "home"), "GOCACHE": str(place / "cache"),
            "GOTMPDIR": str(place / "tmp"), "TMPDIR": str(place / "tmp"), "PYTHONPATH": SRC,
            "GOFLAGS": "", "GOPROXY": "off",
        }  # fmt: skip

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.module / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def start(self, *args: str, cwd: Path | None = None, env: dict[str, str] | None = None) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "goes", *args], cwd=cwd or self.module, env={**self.env, **(env or {})}, text=True,
            errors="surrogateescape", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def __call__(
        self, *args: str, cwd: Path | None = None, env: dict[str, str] | None = None, stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        p = self.start(*args, cwd=cwd, env=env)
        out, err = p.communicate(stdin, timeout=120)
        assert "Traceback" not in err, err
        return subprocess.CompletedProcess(args, p.returncode, out, err)

    def plant(self, monkeypatch: pytest.MonkeyPatch, script: str, *args: str) -> None:
        """Make `goes run args` find an executable in the cache: a shell script."""
        monkeypatch.chdir(self.module)
        for name, value in self.env.items():
            monkeypatch.setenv(name, value)
        values = run_verb.FLAGS.parse(list(args))
        patterns, _ = run_verb.split_arguments(values.rest)
        p = plan(values, patterns, WorkDirectory(os.environ), patterns[0].endswith(".go"))
        root = p.graph.roots[0]
        name = default_name(patterns, root.import_path, root.dir)
        p.cache.put_executable(identify(p, root, name), name, f"#!/bin/sh\n{script}\n".encode())

    def leftovers(self) -> list[str]:
        """What is left in the temporary directory."""
        return sorted(os.listdir(self.place / "tmp"))


@pytest.fixture
def goes(tmp_path: Path) -> Goes:
    g = Goes(tmp_path)
    g.write("go.mod", "module example.com/m\n\ngo 1.27\n")
    g.write("main.go", "package main\n\nfunc main() {}\n")
    return g
