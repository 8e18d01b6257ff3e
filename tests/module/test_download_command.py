"""go mod download and go mod verify say what the official command says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from loopback import ModuleServer, send
from official import GO

SOURCE = str(Path(__file__).resolve().parents[2] / "src")
M = "module m\n\ngo 1.27\n\n"
QUOTE = M + "require rsc.io/quote v1.5.2\n"
BAD = "h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="


def run(command: list[str], args: list[str], files: dict[str, str], env: dict[str, str], directory: Path) -> tuple[int, str, str, str]:
    """Status, output, errors and go.sum."""
    work = directory / "w"
    work.mkdir(parents=True)
    for name, text in files.items():
        (work / name).write_text(text)
    done = subprocess.run(
        [*command, *args], cwd=work, capture_output=True, text=True, timeout=60,
        env={**env, "PATH": os.environ["PATH"], "PYTHONPATH": SOURCE, "GOTELEMETRY": "off", "GOCACHE": str(directory / "cache")},
    )  # fmt: skip
    sums = work / "go.sum"
    out, err = (re.sub(r" on \S+:53:", ":", t.replace(str(directory), "DIR")) for t in (done.stdout, done.stderr))
    return done.returncode, out, err, sums.read_text() if sums.exists() else ""


@pytest.mark.parametrize(
    ("args", "files", "env"),
    [
        ("-json rsc.io/quote@v1.5.2 rsc.io/quote@v1 rsc.io/quote@v9.9.9 rsc.io/quote@v2.0.0 rsc.io/nope@latest", {}, {}),
        ("rsc.io/quote@../x rsc.io/quote@a..b rsc.io/quote@ @v1", {}, {}),
        ("-nope", {}, {}),
        ("", {}, {}),
        ("all", {"go.mod": QUOTE}, {}),
        ("", {"go.mod": QUOTE, "go.sum": f"rsc.io/quote v1.5.2/go.mod {BAD}\n"}, {}),
        ("", {"go.mod": QUOTE, "go.sum": "rsc.io/quote v1.5.2\n"}, {}),
        ("", {"go.mod": QUOTE + "replace rsc.io/quote => rsc.io/quote v1.5.1\n"}, {}),
        ("-json x.com/... x.com/y m m@upgrade rsc.io/quote@upgrade", {"go.mod": QUOTE}, {}),
        ("rsc.io/quote@v1.5.2", {}, {"GOPROXY": "https://nope.invalid,direct"}),
        ("rsc.io/quote@v1.5.2", {}, {"GOPROXY": "file:///nonexist"}),
        ("rsc.io/quote@v1.5.2", {}, {"GOMODCACHE": "/dev/null"}),
        ("rsc.io/quote@v1.5.2", {}, {"HOME": "", "GOPATH": ""}),
    ],
)  # fmt: skip
def test_download(server: ModuleServer, tmp_path: Path, args: str, files: dict[str, str], env: dict[str, str]) -> None:
    words = ["mod", "download", *args.split()]
    theirs = run([str(GO)], words, files, server.environment(tmp_path / "a", **env), tmp_path / "a")
    ours = run([sys.executable, "-m", "goes"], words, files, server.environment(tmp_path / "b", **env), tmp_path / "b")
    assert ours == theirs


@pytest.mark.parametrize(
    "damage",
    [
        "true",
        "chmod -R u+w . && echo x >> rsc.io/quote@v1.5.2/quote.go",
        "rm cache/download/rsc.io/quote/@v/v1.5.2.ziphash",
        "echo x > cache/download/rsc.io/quote/@v/v1.5.2.ziphash",
        "touch cache/download/rsc.io/quote/@v/v1.5.2.partial && chmod -R u+w . && rm rsc.io/quote@v1.5.2/go.mod",
    ],
)
def test_verify(server: ModuleServer, tmp_path: Path, damage: str) -> None:
    results = []
    for command in ([str(GO)], [sys.executable, "-m", "goes"]):
        directory = tmp_path / "x"
        env = server.environment(directory)
        assert run(command, ["mod", "download"], {"go.mod": QUOTE}, env, directory)[0] == 0
        subprocess.run(["sh", "-c", damage], cwd=directory / "gopath/pkg/mod", check=True)
        (directory / "w/go.mod").unlink()
        (directory / "w/go.sum").rename(directory / "go.sum")
        (directory / "w").rmdir()
        sums = (directory / "go.sum").read_text()
        results.append(run(command, ["mod", "verify"], {"go.mod": QUOTE, "go.sum": sums}, env, directory))
        subprocess.run(["sh", "-c", "chmod -R u+w x && rm -r x"], cwd=tmp_path, check=True)
    assert results[0] == results[1]


def test_a_level_of_the_graph_is_asked_for_at_once(server: ModuleServer, tmp_path: Path) -> None:
    """No go.mod is answered before four have been asked for."""
    together = threading.Barrier(4, timeout=30)
    for i in range(20):
        server.add(f"example.com/m{i}", "v1.0.0")
        data = f"module example.com/m{i}\n".encode()

        def answer(h: BaseHTTPRequestHandler, data: bytes = data) -> None:
            together.wait()
            send(h, 200, data)

        server.answers[f"/example.com/m{i}/@v/v1.0.0.mod"] = answer
    mod = M + "".join(f"require example.com/m{i} v1.0.0\n" for i in range(20))
    env = server.environment(tmp_path, GOSUMDB="off")
    done = run([sys.executable, "-m", "goes"], ["mod", "verify"], {"go.mod": mod}, env, tmp_path)
    assert done[:3] == (0, "all modules verified\n", "")
