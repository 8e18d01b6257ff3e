"""goes work vendor [-e] [-v] [-o outdir]"""

from __future__ import annotations

from typing import Final

from ..diag.diagnostic import UserError
from .flags import FlagSet
from .mod_vendor import VENDOR_FLAGS, vendor

EXAMPLE: Final = "goes work vendor"
FLAGS: Final = FlagSet("work vendor", "go work vendor [-e] [-v] [-o outdir]", VENDOR_FLAGS)


def run(args: list[str]) -> int:
    values = FLAGS.parse(args)
    from ..load.modstate import NEED_ROOT
    from .modcommands import open_state
    from .workcommon import NO_WORK_FILE

    state = open_state("work vendor", values, root_mode=NEED_ROOT, force=True)
    state.init()
    if not state.work_path:
        raise UserError(NO_WORK_FILE)
    return vendor(state, values)
