"""What `go build -json` writes: one JSON object a line on standard output.

    {"ImportPath":"m/p","Action":"build-output","Output":"# m/p\\n"}
    {"ImportPath":"m/p","Action":"build-fail"}

Source: cmd/go/internal/load (JSONPrinter), `go help buildjson`.
"""

from __future__ import annotations

import sys

from ..diag.diagnostic import UserError
from ..util.jsontext import json_line
from .flags import FlagValues


def failed(values: FlagValues, error: UserError) -> int:
    """What a build that failed ends with: -json turns the reports on packages into events; else the error is raised."""
    if not values.flag("json") or not error.reports:
        raise error
    write_failures(error.reports)
    return 1


def write_failures(reports: list[tuple[str, str]]) -> None:
    """The output of each failed package, a line an event, and that it failed."""
    failed: list[str] = []
    for path, text in reports:
        for line in text.split("\n"):
            _write({"ImportPath": path, "Action": "build-output", "Output": line + "\n"})
        if path not in failed:
            failed.append(path)
            _write({"ImportPath": path, "Action": "build-fail"})


def _write(event: dict[str, str]) -> None:
    sys.stdout.write(json_line(event) + "\n")
