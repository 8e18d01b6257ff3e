"""goes mod vendor [-e] [-v] [-o outdir]"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..diag.diagnostic import UserError
from .flags import BOOL, TEXT, Flag, FlagSet
from .modcommon import MOD_FLAGS

if TYPE_CHECKING:
    from ..load.modstate import ModuleState
    from .flags import FlagValues

EXAMPLE: Final = "goes mod vendor"
VENDOR_FLAGS: Final = [
    Flag("e", BOOL, "go on despite errors in loading packages"),
    Flag("v", BOOL, "print the names of vendored modules and packages"),
    Flag("o", TEXT, "make the directory there instead of at vendor", "outdir"),
    *MOD_FLAGS,
]
FLAGS: Final = FlagSet("mod vendor", "go mod vendor [-e] [-v] [-o outdir]", VENDOR_FLAGS)


def run(args: list[str]) -> int:
    values = FLAGS.parse(args)
    from ..load.modstate import NEED_ROOT, find_work
    from .modcommands import open_state

    state = open_state("mod vendor", values, workspace=False, root_mode=NEED_ROOT, force=True)
    if find_work(state.cwd, state.env, state.context.goroot):
        raise UserError(
            "go: 'go mod vendor' cannot be run in workspace mode. Run 'go work vendor' to vendor the workspace or set "
            "'GOWORK=off' to exit workspace mode."
        )
    return vendor(state, values)


def vendor(state: ModuleState, values: FlagValues) -> int:
    """Write the vendor directory of a module or workspace."""
    from ..load.vendorcopy import VendorOptions, write_vendor

    if values.rest:
        raise UserError("go: 'go mod vendor' accepts no arguments")
    options = VendorOptions()
    options.keep_going = values.flag("e")
    options.output = values.text("o")
    return write_vendor(state, options)
