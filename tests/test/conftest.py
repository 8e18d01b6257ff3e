"""A loader for a module written down in a text."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from filetree import ENV, write_tree

from goes.load.context import make_context
from goes.load.graph import Loader


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
