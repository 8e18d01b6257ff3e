"""goes version [-m] [-v] [-json] [file ...]"""

from __future__ import annotations

import os
import sys
from typing import Final

from .flags import BOOL, Flag, FlagSet

FLAGS: Final = FlagSet("version", "go version [-m] [-v] [-json] [file ...]", [
    Flag("m", BOOL, "print the module version information of each file"),
    Flag("v", BOOL, "report unrecognized files"),
    Flag("json", BOOL, "print build information as JSON (with -m)"),
])  # fmt: skip


def run(args: list[str]) -> int:
    values = FLAGS.parse(args)
    if not values.rest:
        if values.given:
            raise FLAGS.fail(f"go: 'go version' only accepts -{sorted(values.given)[0]} flag with arguments")
        from ..load.context import find_goroot, host_arch, host_os, read_go_version

        version = read_go_version(find_goroot(os.environ))
        goos = os.environ.get("GOOS") or host_os()
        goarch = os.environ.get("GOARCH") or host_arch()
        sys.stdout.write(f"go version go{version.removeprefix('go')} {goos}/{goarch}\n")
        return 0
    from ..tools.version import report

    return report(values.rest, values.flag("m"), values.flag("v"), values.flag("json"))
