"""tidy, get, download, verify, vendor and list from an empty cache; then against a proxy that lies."""

from __future__ import annotations

import contextlib
import io
import os
from pathlib import Path

import pytest
from loopback import NAME, ModuleServer, archive, send, sums, zip_of

from goes.cli.main import dispatch

PATH, V = "rsc.io/sampler", "v1.3.0"
FILES = archive(PATH, V)
ZIP = f"/{PATH}/@v/{V}.zip"
GOOD = zip_of(PATH, V, FILES)
COMMANDS = {
    "tidy": ["mod", "tidy"],
    "get": ["get", f"{PATH}@{V}"],
    "download": ["mod", "download"],
    "vendor": ["mod", "vendor"],
    "list": ["list", "-mod=mod", "-deps", "./..."],
}
LIES = {
    "wrong zip": "SECURITY ERROR",
    "wrong go.mod": "SECURITY ERROR",
    "truncated": "unexpected EOF",
    "traversal": "has unexpected file ../evil.go",
    "forged tile": "downloaded inconsistent tile",
    "bomb": "zip: ",
}


def lie(server: ModuleServer, kind: str) -> None:
    for i in range(300):
        server.database.add(f"filler{i}", b"example.com/filler v1.0.%d h1:x=\n" % i)
    if kind == "wrong zip":
        server.answers[ZIP] = zip_of(PATH, V, {**FILES, "evil.go": b"package evil\n"})
    elif kind == "wrong go.mod":
        server.answers[f"/{PATH}/@v/{V}.mod"] = FILES[".mod"] + b"\n"
    elif kind == "truncated":
        server.answers[ZIP] = lambda h: send(h, 200, GOOD[:300], length=str(len(GOOD)))
    elif kind == "traversal":
        server.answers[ZIP] = zip_of(PATH, V, {**FILES, "/../evil.go": b"package evil\n"})
    elif kind == "forged tile":
        server.answers[f"/sumdb/{NAME}/tile/8/1/000.p/1"] = bytes(32)
    elif kind == "bomb":
        data = bytearray(zip_of(PATH, V, {**FILES, "bomb": bytes(1 << 20)}))
        for signature, offset in ((b"PK\1\2", 24), (b"PK\3\4", 22)):
            at = data.rfind(signature) + offset
            data[at : at + 4] = (100).to_bytes(4, "little")
        server.answers[ZIP] = bytes(data)


def run(command: list[str]) -> tuple[int, str]:
    err = io.StringIO()
    out = io.TextIOWrapper(io.BytesIO())
    with contextlib.redirect_stderr(err), contextlib.redirect_stdout(out):
        status = dispatch(command)
    return status, err.getvalue()


@pytest.fixture
def module(server: ModuleServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    directory = tmp_path / "m"
    directory.mkdir()
    (directory / "go.mod").write_text(f"module m\n\ngo 1.27\n\nrequire {PATH} {V}\n")
    (directory / "m.go").write_text(f'package m\n\nimport _ "{PATH}"\n')
    monkeypatch.chdir(directory)
    for name, value in server.environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    return directory


def cached(tmp_path: Path, suffix: str) -> list[str]:
    root = tmp_path / "gopath/pkg/mod"
    return [str(p.relative_to(root)) for p in root.rglob("*") if p.name.endswith(suffix) and PATH in str(p)]


def test_honest(module: Path, tmp_path: Path) -> None:
    for name in ("tidy", "download", "vendor", "list"):
        status, err = run(COMMANDS[name])
        assert status == 0, err
    assert run(["mod", "verify"]) == (0, "")
    assert f"{PATH} {V} h1:" in (module / "go.sum").read_text()
    assert (module / f"vendor/{PATH}/sampler.go").read_bytes() == FILES["sampler.go"]


@pytest.mark.parametrize("kind", LIES)
@pytest.mark.parametrize("name", COMMANDS)
def test_lies(module: Path, tmp_path: Path, server: ModuleServer, name: str, kind: str) -> None:
    lie(server, kind)
    if name == "vendor":
        # It does not add to go.sum.
        if kind == "forged tile":
            return
        dependency = "golang.org/x/text", "v0.0.0-20170915032832-14c0d48ead0c"
        lines = sums(PATH, V, FILES) + sums(*dependency, archive(*dependency))
        (module / "go.sum").write_bytes(lines)
    if kind not in ("wrong go.mod", "forged tile"):
        # The database would find it out first; let the zip speak for itself.
        os.environ["GOSUMDB"] = os.environ["GOSUMDB"] if kind == "wrong zip" else "off"
    status, err = run(COMMANDS[name])
    assert status == 1
    assert LIES[kind] in err and PATH in err
    assert not (module / "vendor").exists()
    if kind == "wrong go.mod":
        assert not cached(tmp_path, V + ".mod")
    else:
        assert not cached(tmp_path, ".zip") and not cached(tmp_path, ".ziphash") and not cached(tmp_path, ".go")
