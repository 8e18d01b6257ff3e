"""A build context for linux/amd64."""

from __future__ import annotations

import pytest
from filetree import ENV

from goes.load.context import BuildContext, make_context


@pytest.fixture(scope="session")
def context() -> BuildContext:
    return make_context({**ENV, "HOME": "/nonexistent"})


@pytest.fixture(autouse=True)
def same_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the oracle is told is told here, too."""
    monkeypatch.setenv("GOTOOLCHAIN", ENV["GOTOOLCHAIN"])
