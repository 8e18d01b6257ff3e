"""Many commands on one empty cache at once; commands that die in the middle."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from loopback import ModuleServer, zip_of

MODULES = ["rsc.io/quote@v1.5.2", "rsc.io/sampler@v1.3.0", "example.com/big@v1.0.0"]
BIG = {f"d{i % 20}/f{i}.go": b"package d\n" * 50 for i in range(200)}
# GOES_KILLS=200 python -m pytest tests/module/test_concurrency.py
KILLS = int(os.environ.get("GOES_KILLS", "3"))


def command(env: dict[str, str], *args: str) -> subprocess.Popen[bytes]:
    source = str(Path(__file__).resolve().parents[2] / "src")
    return subprocess.Popen(
        [sys.executable, "-m", "goes", *args], cwd=env["HOME"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**env, "PYTHONPATH": source, "PATH": os.environ["PATH"]},
    )  # fmt: skip


def is_whole(cache: Path, server: ModuleServer) -> None:
    """Everything is in the cache, and nothing else."""
    for module in MODULES:
        path, _, version = module.partition("@")
        files = server.files(path, version)
        assert files is not None
        for name, content in files.items():
            if not name.startswith("."):
                assert (cache / module / name).read_bytes() == content
        below = cache / "cache/download" / path / "@v"
        names = {f"{version}.{s}" for s in ("info", "mod", "zip", "ziphash", "lock")} | {"list"}
        # A .info that was never renamed cannot be told from one that another process is about to rename.
        found = {p.name for p in below.iterdir()}
        assert {n for n in found if not re.fullmatch(r".*\.(info|mod)\d+\.tmp", n)} == names


def test_sixteen_downloads_at_once(tmp_path: Path, server: ModuleServer) -> None:
    server.add("example.com/big", "v1.0.0", BIG)
    env = server.environment(tmp_path)
    os.makedirs(env["HOME"])
    processes = [command(env, "mod", "download", *MODULES) for _ in range(16)]
    for p in processes:
        _, err = p.communicate(timeout=120)
        assert (p.returncode, err) == (0, b"")
    is_whole(tmp_path / "gopath/pkg/mod", server)
    zips = {name: n for name, n in server.requests.items() if name.endswith(".zip")}
    assert len(zips) == len(MODULES)
    assert set(zips.values()) == {1}


def test_killed_in_the_middle(tmp_path: Path, server: ModuleServer) -> None:
    """Whatever a dying command leaves behind, the next one succeeds."""
    server.add("example.com/big", "v1.0.0", BIG)
    data = zip_of("example.com/big", "v1.0.0", server.modules["example.com/big", "v1.0.0"])

    def slowly(h: BaseHTTPRequestHandler) -> None:
        h.send_response(200)
        h.send_header("Content-Length", str(len(data)))
        h.end_headers()
        try:
            for i in range(0, len(data), len(data) // 10):
                h.wfile.write(data[i : i + len(data) // 10])
                time.sleep(0.01)
        except OSError:
            pass

    server.answers["/example.com/big/@v/v1.0.0.zip"] = slowly
    env = server.environment(tmp_path, GOFLAGS="-modcacherw")
    os.makedirs(env["HOME"])
    cache = tmp_path / "gopath/pkg/mod"
    whole = command(env, "mod", "download", *MODULES)
    start = time.monotonic()
    whole.communicate(timeout=60)
    length = time.monotonic() - start
    chance = random.Random(1)
    for _ in range(KILLS):
        subprocess.run(["rm", "-rf", str(cache)], check=True)
        process = command(env, "mod", "download", *MODULES)
        try:
            process.wait(chance.uniform(0.4, 1.0) * length)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        process.communicate()
        again = command(env, "mod", "download", *MODULES)
        _, err = again.communicate(timeout=60)
        assert (again.returncode, err) == (0, b"")
        is_whole(cache, server)


@pytest.mark.parametrize("modules", [MODULES[:1], MODULES[:2]])
def test_interrupted_leaves_nothing_half_written(tmp_path: Path, server: ModuleServer, modules: list[str]) -> None:
    """Ctrl-C while a proxy hangs."""
    hanging = [f"/{m.replace('@', '/@v/')}.zip" for m in modules]
    release = threading.Event()
    for path in hanging:
        server.answers[path] = lambda h: (release.wait(60), None)[1]
    env = server.environment(tmp_path)
    os.makedirs(env["HOME"])
    process = command(env, "mod", "download", *modules)
    while not all(server.requests[path] for path in hanging):
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    release.set()
    assert process.returncode != 0
    assert b"Traceback" not in err
    left = [p.name for p in (tmp_path / "gopath/pkg/mod/cache/download/rsc.io/quote/@v").iterdir()]
    assert sorted(left) == ["list", "v1.5.2.info", "v1.5.2.lock", "v1.5.2.mod"]
