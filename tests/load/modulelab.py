"""A module proxy of a few lines: modules as text, served from a directory by file://, and one goes command in process."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import pytest

from goes.cli.main import dispatch


class Lab:
    """A main module in `directory`, with an empty module cache and a proxy that has what publish() was told."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
        self.directory = root / "main"
        self.proxy = root / "proxy"
        self.cache = root / "cache"
        self.directory.mkdir()
        self.proxy.mkdir()
        self._capfd = capfd
        self._monkeypatch = monkeypatch
        monkeypatch.chdir(self.directory)
        settings = {
            "GOPROXY": self.proxy.as_uri(), "GOSUMDB": "off", "GOMODCACHE": str(self.cache), "GOFLAGS": "-modcacherw",
            "GOPATH": str(root / "gopath"), "HOME": str(root), "GOCACHE": str(root / "gocache"), "GOWORK": "",
            "GO111MODULE": "", "GOTOOLCHAIN": "local", "GOENV": "off", "GOOS": "linux", "GOARCH": "amd64",
            "GONOSUMDB": "", "GOPRIVATE": "", "GONOPROXY": "",
        }  # fmt: skip
        for name, value in settings.items():
            monkeypatch.setenv(name, value)

    def publish(self, path: str, version: str, files: dict[str, str]) -> None:
        """Put a version of a module onto the proxy; without go.mod one is made up."""
        where = self.proxy / path / "@v"
        where.mkdir(parents=True, exist_ok=True)
        with open(where / "list", "a") as f:
            f.write(version + "\n")
        day = len((where / "list").read_text().splitlines())
        (where / f"{version}.info").write_text(f'{{"Version":"{version}","Time":"2020-01-{day:02}T00:00:00Z"}}')
        go_mod = files.get("go.mod", f"module {path}\n")
        (where / f"{version}.mod").write_text(go_mod)
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w") as z:
            for name, text in {**files, "go.mod": go_mod}.items():
                z.writestr(f"{path}@{version}/{name}", text)
        (where / f"{version}.zip").write_bytes(data.getvalue())

    def write(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            path = self.directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def read(self, name: str) -> str:
        return (self.directory / name).read_text()

    def goes(self, *args: str, at: str = ".") -> tuple[int, str, str]:
        """The exit status, standard output and standard error of a command."""
        self._monkeypatch.chdir(self.directory / at)
        self._capfd.readouterr()
        status = dispatch(list(args))
        out, err = self._capfd.readouterr()
        self._monkeypatch.chdir(self.directory)
        return status, out, err

    def ok(self, *args: str, at: str = ".") -> str:
        """The output of a command that must succeed."""
        status, out, err = self.goes(*args, at=at)
        assert status == 0, err
        return out + err

    def fails(self, *args: str, at: str = ".") -> str:
        """What a command that must fail says."""
        status, out, err = self.goes(*args, at=at)
        assert status == 1, (status, out, err)
        return err


def requirements(text: str) -> list[str]:
    """The requirements of a go.mod, one a line, without the keyword."""
    lines = [line.strip().removeprefix("require ") for line in text.splitlines()]
    return [line for line in lines if " v" in line and not line.startswith(("replace", "exclude", "retract"))]


def clear_cache(lab: Lab) -> None:
    """Delete the module cache."""
    import shutil

    shutil.rmtree(os.environ["GOMODCACHE"], ignore_errors=True)
