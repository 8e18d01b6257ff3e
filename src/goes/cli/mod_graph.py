"""goes mod graph [-go=version] [-x]

Source: cmd/go/internal/modcmd/graph.go (messages).
"""

from __future__ import annotations

import sys
from typing import Final

from ..diag.diagnostic import UserError
from .flags import BOOL, TEXT, Flag, FlagSet
from .modcommon import MOD_FLAGS

EXAMPLE: Final = "goes mod graph"
FLAGS: Final = FlagSet("mod graph", "go mod graph [-go=version] [-x]", [
    *MOD_FLAGS,
    Flag("go", TEXT, "report the module graph as loaded by this version of Go", "version"),
    Flag("x", BOOL, "print the commands graph executes"),
])  # fmt: skip


def run(args: list[str]) -> int:
    from ..load.modstate import NEED_ROOT
    from ..load.modules import load_module_graph
    from ..module.mvs import module_text
    from .mod_tidy import check_version
    from .modcommands import open_state

    values = FLAGS.parse(args)
    state = open_state("mod graph", values, root_mode=NEED_ROOT, force=True)
    version = values.text("go")
    check_version(FLAGS, "go", version, state.running_go)
    if values.rest:
        raise UserError("go: 'go mod graph' accepts no arguments")
    graph = load_module_graph(state, version)
    out: list[str] = []
    for module in graph.graph.breadth_first():
        name = module_text(module)
        out.extend(f"{name} {module_text(required)}\n" for required in graph.graph.required_by(module))
    sys.stdout.write("".join(out))
    return 0
