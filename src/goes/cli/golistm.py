"""goes list -m: modules.

    goes list -m -u -json all
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from ..diag.diagnostic import UserError

if TYPE_CHECKING:
    from ..load.modlist import ListFlags
    from ..load.modstate import ModuleState
    from ..util.govalue import Struct
    from .flags import FlagValues
    from .golist import Wanted


def list_modules(values: FlagValues, wanted: Wanted, format: str) -> int:
    from ..load.listing import module_struct
    from ..load.mainmodules import load_requirements
    from ..load.moderrors import ModError
    from ..load.modlist import list_modules as find_modules
    from ..load.modstate import ModuleState
    from .golist import make_list_context, make_output
    from .modcommands import mod_options

    for name in ("compiled", "deps", "export", "find", "test"):
        if values.flag(name):
            raise UserError(f"go list -{name} cannot be used with -m")
    if not format:
        format = "{{.String}}"
        if values.flag("versions"):
            format = "{{.Path}}{{range .Versions}} {{.}}{{end}}{{if .Deprecated}} (deprecated){{end}}"
    context = make_list_context(values)
    state = ModuleState(context, os.getcwd(), os.environ, mod_options("list", values))
    output = make_output(context, wanted, format, state)
    state.init()
    if not state.enabled:
        raise UserError("go: list -m cannot be used with GO111MODULE=off")
    try:
        load_requirements(state)
    except ModError as error:
        state.fatal(error)
    if state.build_mod == "vendor":
        _refuse_vendored(values)
    if values.text("reuse") and not values.rest:
        raise UserError("go: list -m -reuse only has an effect with module@version arguments")
    modules, problem = find_modules(state, values.rest, _flags(values))
    if not values.flag("e"):
        for module in modules:
            if module.error:
                state.error(module.error)
        if problem is not None:
            state.error(problem)
        state.exit_if_errors()
    for module in modules:
        output.show(module_struct(module))
    sys.stdout.flush()
    return 0


def _flags(values: FlagValues) -> ListFlags:
    from ..load.modlist import ListFlags, read_reuse

    flags = ListFlags()
    flags.updates = flags.deprecated = values.flag("u")
    flags.versions = values.flag("versions")
    flags.retracted = values.flag("retracted") or values.flag("u")
    flags.retracted_versions = values.flag("versions") and values.flag("retracted")
    if values.text("reuse"):
        flags.reuse = read_reuse(values.text("reuse"))
    return flags


def _refuse_vendored(values: FlagValues) -> None:
    """The vendor directory does not have the whole module graph."""
    what = ""
    if values.flag("retracted"):
        raise UserError("go list -retracted cannot be used when vendoring is enabled")
    if values.flag("versions"):
        what = "determine available versions"
    elif values.flag("u"):
        what = "determine available upgrades"
    elif "all" in values.rest:
        what = "compute 'all'"
    elif any("..." in a for a in values.rest):
        what = "match module patterns"
    if what:
        raise UserError(
            f"go: can't {what} using the vendor directory\n\t(Use -mod=mod or -mod=readonly to bypass.)"
        )


def module_info(state: ModuleState, path: str) -> Struct:
    """What the template function `module` gives."""
    from ..load.listing import module_struct
    from ..load.modlist import find_module

    return module_struct(find_module(state, path))
