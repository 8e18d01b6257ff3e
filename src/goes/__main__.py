"""The `goes` command."""

from __future__ import annotations

import gc
import os
import sys
from io import TextIOWrapper


def main() -> int:
    """Entry point of the console script."""
    gc.disable()
    for stream in (sys.stdout, sys.stderr):
        # Text is UTF-8 whatever the locale, and bytes that are not (in a file's name, in go.mod) come out as they are.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="surrogateescape")
    from .cli.main import dispatch

    status = dispatch(sys.argv[1:])
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        pass
    os._exit(status)


if __name__ == "__main__":
    main()
