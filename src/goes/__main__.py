"""The `goes` command."""

from __future__ import annotations

import gc
import os
import sys


def main() -> int:
    """Entry point of the console script."""
    gc.disable()
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
