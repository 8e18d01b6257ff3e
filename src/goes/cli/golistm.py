"""goes list -m: modules.

    goes list -m -u -json all
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from ..diag.diagnostic import UserError

if TYPE_CHECKING:
    from ..load.graph import Loader
    from ..util.govalue import Struct
    from .flags import FlagValues
    from .golist import Wanted


def list_modules(values: FlagValues, wanted: Wanted, format: str) -> int:
    from ..load.graph import Loader
    from ..load.listing import module_struct
    from .golist import make_list_context, make_output

    for name in ("compiled", "deps", "export", "find", "test"):
        if values.flag(name):
            raise UserError(f"go list -{name} cannot be used with -m")
    if not format:
        format = "{{.String}}"
        if values.flag("versions"):
            format = "{{.Path}}{{range .Versions}} {{.}}{{end}}{{if .Deprecated}} (deprecated){{end}}"
    context = make_list_context(values)
    loader = Loader(context, os.getcwd(), overlay=False)
    if not loader.resolver.modules_enabled:
        raise UserError("go: list -m cannot be used with GO111MODULE=off")
    output = make_output(context, wanted, format, loader)
    for module in loader.resolver.list_modules(values.rest):
        output.show(module_struct(module))
    sys.stdout.flush()
    return 0


def module_info(loader: Loader, path: str) -> Struct | None:
    from ..load.listing import module_struct

    for module in loader.resolver.list_modules([path]):
        return module_struct(module)
    return None
