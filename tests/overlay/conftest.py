from __future__ import annotations

import os
import subprocess

import pytest
from merge import OVERLAY, Merged, merge_goroot
from official import GO, GOROOT


@pytest.fixture(scope="session")
def merged(tmp_path_factory: pytest.TempPathFactory) -> Merged:
    base = tmp_path_factory.mktemp("overlay")
    root, work = base / "goroot", base / "work"
    work.mkdir()
    used = merge_goroot(GOROOT, OVERLAY, root)
    env = dict(
        os.environ,
        GOROOT=str(root),
        GOCACHE=str(base / "cache"),
        GOTMPDIR=str(work),
        GOTOOLCHAIN="local",
        GOFLAGS="",
        GO111MODULE="off",
        CGO_ENABLED="0",
    )
    done = subprocess.run(
        [str(GO), "build", "-work", "-gcflags=-e", "runtime", "reflect", "syscall"],
        env=env,
        cwd=base,
        capture_output=True,
        text=True,
        timeout=300,
    )
    headers = [p.read_text() for p in sorted(work.rglob("go_asm.h"))]
    output = "\n".join(line for line in done.stderr.splitlines() if not line.startswith("WORK="))
    return Merged(root, used, output, next((h for h in headers if "#define g_stackguard0" in h), ""))
