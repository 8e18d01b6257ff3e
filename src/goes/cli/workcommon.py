"""Read and write go.work for the commands that change it.

Source: cmd/go/internal/modload/init.go (WriteWorkFile, messages).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from ..diag.diagnostic import UserError
from ..util.cwd import current_directory
from .modcommon import go_version, os_error

if TYPE_CHECKING:
    from ..load.view import FileView
    from ..module.workfile import WorkFile

NO_WORK_FILE: Final = (
    "go: no go.work file found\n\t(run 'go work init' first or specify path using GOWORK environment variable)"
)


def too_new(what: str, version: str, running: str) -> UserError:
    """The file needs a Go that this is not."""
    setting = os.environ.get("GOTOOLCHAIN", "")
    explain = f"; GOTOOLCHAIN={setting}" if setting not in ("", "auto") else ""
    return UserError(f"go: {what} requires go >= {version} (running go {running}{explain})")


def read_work_file(path: str, view: FileView, any_version: bool = False) -> WorkFile:
    """Parse a go.work. UserError if it cannot be read, is wrong, or needs a newer Go."""
    from ..load.package import short_path
    from ..load.workfiles import read_work
    from ..module import semver

    name = short_path(path, current_directory())
    work = read_work(view, path, name)
    if not any_version and work.go and semver.compare_go(work.go, go_version()) > 0:
        raise too_new(name, work.go, go_version())
    return work


def write_work_file(path: str, work: WorkFile) -> None:
    """Write it in canonical form."""
    from ..module import writefile

    work.sort_blocks()
    work.cleanup()
    try:
        writefile.write_file(path, work.format().encode("utf-8", "surrogateescape"), None)
    except OSError as e:
        raise os_error(e, "open", path) from None
