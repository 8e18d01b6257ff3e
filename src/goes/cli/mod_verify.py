"""goes mod verify"""

from __future__ import annotations

import sys
from typing import Final

from ..diag.diagnostic import UserError
from .flags import FlagSet
from .modcommon import MOD_FLAGS

EXAMPLE: Final = "goes mod verify"
FLAGS: Final = FlagSet("mod verify", "go mod verify", [*MOD_FLAGS])


def run(args: list[str]) -> int:
    values = FLAGS.parse(args)
    from ..load.moddownload import verify
    from ..load.moderrors import ModError
    from ..load.modstate import NEED_ROOT
    from .modcommands import open_state

    if values.rest:
        raise UserError("go: verify takes no arguments")
    state = open_state("mod verify", values, root_mode=NEED_ROOT, force=True)
    try:
        problems = verify(state)
    except ModError as error:
        state.fatal(error)
    for problem in problems:
        sys.stderr.write(problem + "\n")
    if problems:
        return 1
    sys.stdout.write("all modules verified\n")
    return 0
