"""Trees of files from one text, and what loads them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from goes.load.context import make_context
from goes.load.graph import Loader

ENV = {"GOOS": "linux", "GOARCH": "amd64", "CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOPROXY": "off", "GOFLAGS": ""}


def write_tree(root: Path, text: str) -> None:
    """Sections `-- name --` become files."""
    name = ""
    lines: list[str] = []
    for line in text.splitlines() + ["-- end --"]:
        if line.startswith("-- ") and line.endswith(" --"):
            if name:
                path = root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text("\n".join(lines) + "\n")
            name = line[3:-3]
            lines = []
        else:
            lines.append(line)


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Loader]:
    """A loader for the module written down in a text."""

    def make(text: str) -> Loader:
        write_tree(tmp_path, text)
        monkeypatch.chdir(tmp_path)
        for name, value in ENV.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("GOPATH", str(tmp_path / "gopath"))
        monkeypatch.delenv("GO111MODULE", raising=False)
        return Loader(make_context(os.environ), str(tmp_path))

    return make
