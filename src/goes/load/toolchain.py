"""Which Go is wanted: GOTOOLCHAIN and the go and toolchain lines.

    lookup("module m\n\ngo 1.27\n", "go")  →  "1.27"

goes is one toolchain and never fetches another: as with GOTOOLCHAIN=local, what needs a newer Go is an error. The
message says where the wish comes from; cli/toolchain.py asks before a command begins.
Sources: Go toolchains, https://go.dev/doc/toolchain; cmd/go/internal/gover.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .modstate import ModuleState


def lookup(text: str, key: str) -> str:
    """The value of a line like `go 1.27` of a go.mod or go.work, without parsing the rest."""
    for line in text.split("\n"):
        line = line.strip()
        if not line.startswith(key):
            continue
        rest = line[len(key) :]
        if rest[:1] not in (" ", "\t"):
            continue
        value = rest.partition("//")[0].strip()
        if value[:1] in ('"', "`"):
            value = value[1:-1] if len(value) > 1 and value[-1] == value[0] else ""
        return value
    return ""


def explanation(state: ModuleState) -> str:
    """What follows "(running go 1.27" in a message."""
    setting = state.env.get("GOTOOLCHAIN", "") or "auto"
    text = f"; GOTOOLCHAIN={setting}" if setting != "auto" else ""
    if setting in ("auto", "path") or setting.endswith(("+auto", "+path")):
        path = state.work_path or (os.path.join(state.mod_roots[0], "go.mod") if state.mod_roots else "")
        if path and _chooses_default(path):
            text += f"; {state.short(path)} sets toolchain default"
    return text


def _chooses_default(path: str) -> bool:
    """Does a go.mod or go.work say `toolchain default`?"""
    try:
        with open(path, encoding="utf-8", errors="replace") as f:
            return lookup(f.read(), "toolchain") == "default"
    except OSError:
        return False
