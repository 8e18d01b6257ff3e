"""goes work init [moddirs]

Source: cmd/go/internal/workcmd/init.go (messages).
"""

from __future__ import annotations

import os
from typing import Final

from ..diag.diagnostic import UserError
from ..util.cwd import current_directory
from .flags import FlagSet
from .modcommon import MOD_FLAGS, file_view, go_version, parse_edits, work_file_path

EXAMPLE: Final = "goes work init ./a ./b"
FLAGS: Final = FlagSet("work init", "go work init [moddirs]", [*MOD_FLAGS])


def run(args: list[str]) -> int:
    from ..module.workfile import WorkFile
    from .work_use import use_directories
    from .workcommon import write_work_file

    values, _ = parse_edits(FLAGS, args, frozenset())
    view = file_view(values)
    path = work_file_path(view) or os.path.join(current_directory(), "go.work")
    if view.exists(path):
        raise UserError(f"go: {path} already exists")
    work = WorkFile(path)
    work.add_go(go_version())
    use_directories(path, work, values.rest, False, view)
    write_work_file(path, work)
    return 0
