"""Trees of files from one text, and the environment they are loaded in: linux/amd64, no cgo, no network.

    write_tree(tmp_path, "-- go.mod --\nmodule m\n-- a/a.go --\npackage a")
"""

from __future__ import annotations

from pathlib import Path

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
