"""A proxy and a fetcher for the tests of this directory."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from fetchworld import World  # noqa: E402
from loopback import ModuleServer  # noqa: E402


@pytest.fixture
def server() -> Iterator[ModuleServer]:
    with ModuleServer() as server:
        yield server


@pytest.fixture
def world(server: ModuleServer, tmp_path: Path) -> World:
    return World(server.environment(tmp_path), tmp_path)
