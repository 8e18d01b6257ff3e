"""goes mod graph [-go=version] [-x]

Source: cmd/go/internal/modcmd/graph.go, modload/buildlist.go (LoadModGraph; messages).
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
    from ..load.mainmodules import load_requirements
    from ..load.moderrors import ModError
    from ..load.modstate import NEED_ROOT
    from ..load.modsummary import UNPRUNED, pruning_for
    from ..load.modversions import STRICT
    from ..load.requirements import Requirements, expand_graph
    from ..module.mvs import module_text
    from ..module.semver import compare_go
    from .mod_tidy import check_version
    from .modcommands import open_state

    values = FLAGS.parse(args)
    state = open_state("mod graph", values, root_mode=NEED_ROOT, force=True)
    version = values.text("go")
    check_version(FLAGS, "go", version, state.running_go)
    if values.rest:
        raise UserError("go: 'go mod graph' accepts no arguments")
    try:
        rs = load_requirements(state)
        if version:
            needs = rs.go_version()
            if compare_go(needs, STRICT) >= 0 and compare_go(version, needs) < 0:
                raise ModError(
                    f"requested Go version {version} cannot load module graph (requires Go >= {needs})"
                )
            if pruning_for(version) == UNPRUNED and rs.pruning != UNPRUNED:
                # The roots stay as they are written, even if they do not fit each other in the whole graph.
                rs = Requirements(state, UNPRUNED, rs.roots, rs.direct)
            graph, error = rs.graph()
        else:
            _, graph, error = expand_graph(rs)
        if error is not None:
            raise error
    except ModError as error:
        state.fatal(error)
    out: list[str] = []
    for module in graph.graph.breadth_first():
        name = module_text(module)
        out.extend(f"{name} {module_text(required)}\n" for required in graph.graph.required_by(module))
    sys.stdout.write("".join(out))
    return 0
