"""What a build would say before it compiles anything, and the official go command as oracle."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from filetree import ENV
from official import GO

from goes.diag.diagnostic import UserError
from goes.load.context import BuildContext
from goes.load.graph import Loader
from goes.load.package import no_go_message


def messages(context: BuildContext, directory: Path, patterns: list[str]) -> str:
    """What `go build` would say before it compiles anything."""
    try:
        graph = Loader(context, str(directory), overlay=False).load(patterns)
    except UserError as error:
        return error.message
    nothing = [f"{p.import_path}: {no_go_message(p)}" for p in graph.packages if p.error is None and not p.go_files]
    return "\n".join(graph.warnings + (graph.messages() or nothing))


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
