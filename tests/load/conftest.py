"""Trees of files from one text, a context for linux/amd64, and the official go command as oracle."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from official import GO

from goes.diag.diagnostic import UserError
from goes.load.context import BuildContext, make_context
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


def messages(context: BuildContext, directory: Path, patterns: list[str]) -> str:
    """What `go build` would say before it compiles anything."""
    try:
        graph = Loader(context, str(directory), overlay=False).load(patterns)
    except UserError as error:
        return error.message
    return "\n".join(graph.warnings + (graph.messages() or graph.build_messages()))


def oracle(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    home = directory / ".home"
    env = {**os.environ, **ENV, "HOME": str(home), "GOCACHE": "/tmp/goes-oracle-cache", "GOMODCACHE": str(home / "mod")}
    return subprocess.run([str(GO), *arguments], cwd=directory, env=env, capture_output=True, text=True, check=False)


def oracle_list(directory: Path, *patterns: str) -> list[dict[str, Any]]:
    text = oracle(directory, "list", "-e", "-deps", "-json", *patterns).stdout
    decoder = json.JSONDecoder()
    found = []
    i = 0
    while i < len(text.rstrip()):
        while text[i].isspace():
            i += 1
        value, i = decoder.raw_decode(text, i)
        found.append(value)
    return found


@pytest.fixture(scope="session")
def context() -> BuildContext:
    return make_context({**ENV, "HOME": "/nonexistent"})


@pytest.fixture(autouse=True)
def same_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the oracle is told is told here, too."""
    monkeypatch.setenv("GOTOOLCHAIN", ENV["GOTOOLCHAIN"])
