"""The program behind `goes doc`: the doc command of GOROOT/src/cmd/go with a main package of its own.

It is built with an overlay that leaves of the package cmd/go only a main function, and makes dirs.go call the `go` of
$PATH, which is goes, where upstream calls GOROOT/bin/go.

Source: cmd/go/internal/doc.
"""

from __future__ import annotations

import json
import os
from typing import Final

from ..diag.diagnostic import UserError

NAME: Final = "doc"
PACKAGE: Final = "cmd/go"
_MAIN: Final = """package main

import (
	"context"
	"os"

	"cmd/go/internal/doc"
)

func main() { doc.CmdDoc.Run(context.Background(), doc.CmdDoc, os.Args[1:]) }
"""
_CALLED: Final = 'return filepath.Join(cfg.GOROOT, "bin", "go")'


def write_overlay(goroot: str, directory: str) -> str:
    """Write the files of the overlay into a directory; returns its JSON file."""
    commands = os.path.join(goroot, "src", "cmd", "go")
    upstream = os.path.join(commands, "internal", "doc", "dirs.go")
    try:
        with open(upstream, encoding="utf-8") as f:
            text = f.read()
    except OSError as e:
        raise UserError(f"go: open {upstream}: {os.strerror(e.errno or 0).lower()}") from None
    if _CALLED not in text:
        raise UserError(f"go: {upstream} is not the file that goes knows")
    files = {
        os.path.join(commands, "main.go"): ("main.go", _MAIN),
        upstream: ("dirs.go", text.replace(_CALLED, 'return filepath.Join("go")')),
    }
    replace = {os.path.join(commands, n): "" for n in sorted(os.listdir(commands)) if n.endswith(".go")}
    for shown, (name, content) in files.items():
        replace[shown] = os.path.join(directory, name)
        with open(replace[shown], "w", encoding="utf-8") as f:
            f.write(content)
    path = os.path.join(directory, "overlay.json")
    with open(path, "w", encoding="utf-8") as f:
        json.dump({"Replace": replace}, f)
    return path
