"""The work directory of a command that builds, as its flags want it.

    with work_directory(values) as work: …      WORK=/tmp/go-build123 on stderr with -work, -x, -n; removed but with -work

Source: `go help build`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from ..run.workdir import WorkDirectory
from .flags import FlagValues


@contextmanager
def work_directory(values: FlagValues, told_by: tuple[str, ...] = ("work", "x", "n")) -> Iterator[WorkDirectory]:
    """`told_by`: the flags that make the command say where the directory is."""
    work = WorkDirectory(os.environ)
    work.keep = values.flag("work")
    try:
        if any(values.flag(name) for name in told_by):
            sys.stderr.write(f"WORK={work.path()}\n")
            sys.stderr.flush()
        yield work
    finally:
        work.remove()
