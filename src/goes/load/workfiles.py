"""go.work as a file: reading it, and the Go version that it says.

    work = read_work(view, "/src/go.work", "../go.work")     messages call the file by the second name
    raise_work_go(work, "1.27")

Source: cmd/go/internal/modload/init.go (ReadWorkFile, UpdateWorkGoVersion, messages).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..diag.diagnostic import UserError
from ..module import workfile
from ..module.semver import compare_go
from .modversions import DEFAULT_WORK, STRICT, from_toolchain

if TYPE_CHECKING:
    from .view import FileView


def read_work(view: FileView, path: str, name: str) -> workfile.WorkFile:
    """Raises UserError if the file cannot be read or is wrong."""
    try:
        text = view.read(path).decode("utf-8", "surrogateescape")
    except OSError as error:
        verb = "read" if isinstance(error, IsADirectoryError) else "open"
        raise UserError(f"go: reading go.work: {verb} {name}: {os.strerror(error.errno or 0).lower()}") from None
    work = workfile.parse(name, text)
    if work.errors:
        raise UserError("go: errors parsing go.work:\n" + "\n".join(work.errors))
    return work


def raise_work_go(work: workfile.WorkFile, version: str) -> bool:
    """Raise the go line to the version, and drop a toolchain line that this makes useless; False if it is as high
    already."""
    if compare_go(work.go or DEFAULT_WORK, version) >= 0:
        return False
    work.add_go(version)
    number = from_toolchain(work.toolchain)
    if work.toolchain == f"go{version}" or compare_go(number, version) < 0 or compare_go(number, STRICT) < 0:
        work.drop_toolchain()
    return True
