"""Read and write go.work for the commands that change it.

Source: cmd/go/internal/modload/init.go (ReadWorkFile, UpdateWorkGoVersion, messages).
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
# What a go.work or go.mod without a go line means.
DEFAULT_WORK_VERSION: Final = "1.18"
DEFAULT_MOD_VERSION: Final = "1.16"


def too_new(what: str, version: str, running: str) -> UserError:
    """The file needs a Go that this is not."""
    setting = os.environ.get("GOTOOLCHAIN", "")
    explain = f"; GOTOOLCHAIN={setting}" if setting not in ("", "auto") else ""
    return UserError(f"go: {what} requires go >= {version} (running go {running}{explain})")


def read_work_file(path: str, view: FileView, any_version: bool = False) -> WorkFile:
    """Parse a go.work. UserError if it cannot be read, is wrong, or needs a newer Go."""
    from ..load.package import short_path
    from ..module import semver, workfile

    name = short_path(path, current_directory())
    try:
        text = view.read(path).decode("utf-8", "surrogateescape")
    except OSError as e:
        verb = "read" if isinstance(e, IsADirectoryError) else "open"
        raise UserError("go: reading go.work: " + os_error(e, verb, name).message.removeprefix("go: ")) from None
    work = workfile.parse(name, text)
    if work.errors:
        raise UserError("go: errors parsing go.work:\n" + "\n".join(work.errors))
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


def raise_go_version(work: WorkFile, version: str) -> None:
    """Make the go line say at least this; a toolchain line that this makes useless goes."""
    from ..module import semver

    if semver.compare_go(work.go or DEFAULT_WORK_VERSION, version) >= 0:
        return
    work.add_go(version)
    if work.toolchain:
        toolchain = work.toolchain.removeprefix("go").partition("-")[0]
        if semver.compare_go(toolchain, version) <= 0 or semver.compare_go(toolchain, "1.21") < 0:
            work.drop_toolchain()
