"""The environment of the programs goes runs for its user: generators, test binaries, tools, `go run`'s program.

They call `go` and mean the command that runs them. Where GOROOT/bin/go is goes, GOROOT/bin leads their PATH; elsewhere
a directory in the cache that holds nothing but goes under the name go.

Source: cmd/go/internal/base (AppendPATH).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from ..util.wholefile import write_whole
from .cachedirectory import cache_directory


def is_script(path: str) -> bool:
    """Whether an executable is a text: no binary of somebody's."""
    try:
        with open(path, "rb") as f:
            return f.read(2) == b"#!"
    except OSError:
        return False


def go_directory(goroot: str) -> str:
    """The directory where `go` is goes, "" if there is none to be had."""
    official = os.path.join(goroot, "bin")
    if is_script(os.path.join(official, "go")):
        return official
    return os.path.dirname(_script("go", []))


def tool_path(name: str) -> str:
    """An executable that is `goes tool name`."""
    return _script(os.path.join("tool", name), ["tool", name]) or f"goes tool {name}"


def _script(name: str, words: list[str]) -> str:
    """Path of a script below the cache's goes-bin that runs goes with these words first; "" if there can be none."""
    cache = cache_directory()
    if not os.path.isabs(cache):
        return ""
    path = os.path.join(cache, "goes-bin", name)
    ours = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    command = " ".join([_word(sys.executable), "-m", "goes", *words])
    text = (
        f"#!/bin/sh\nPYTHONPATH={_word(ours)}${{PYTHONPATH:+:$PYTHONPATH}}\nexport PYTHONPATH\n"
        f'exec {command} "$@"\n'
    )
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as f:
            if f.read() == text:
                return path
    except OSError:
        pass
    try:
        write_whole(path, text.encode("utf-8", "surrogateescape"), 0o755)
    except OSError:
        return ""
    return path


def _word(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def child_environment(started_with: Mapping[str, str], goroot: str, directory: str = "") -> dict[str, str]:
    """started_with with a PATH on which `go` is goes, and with PWD if a directory is given."""
    out = dict(started_with)
    folder = go_directory(goroot)
    if folder:
        path = out.get("PATH", "")
        if path.split(os.pathsep)[0] != folder:
            out["PATH"] = folder + os.pathsep + path if path else folder
    if directory:
        out["PWD"] = directory
    return out
