"""goes telemetry [off]: goes collects nothing and sends nothing."""

from __future__ import annotations

import sys
from typing import Final

from ..diag.diagnostic import UserError
from .flags import CHDIR, FlagSet

DESCRIPTION: Final = "goes collects none: the mode is always off."
EXAMPLE: Final = "goes telemetry"
FLAGS: Final = FlagSet("telemetry", "go telemetry [off|local|on]", [CHDIR])


def run(args: list[str]) -> int:
    values = FLAGS.parse(args)
    if not values.rest:
        sys.stdout.write("off\n")
        return 0
    mode = values.rest[0]
    if len(values.rest) != 1 or mode not in ("local", "off", "on"):
        raise UserError(FLAGS.usage_text(), 2)
    if mode != "off":
        raise UserError(f"go: failed to set the telemetry mode to {mode}: goes collects no telemetry")
    return 0
