"""go fix [build flags] [-fixtool prog] [fix flags] [packages]"""

from __future__ import annotations

from typing import Final

from .vet import FIX_FLAGS, run_tool

EXAMPLE: Final = "goes fix -diff ./..."
FLAGS: Final = FIX_FLAGS


def run(args: list[str]) -> int:
    return run_tool(FLAGS, args)
