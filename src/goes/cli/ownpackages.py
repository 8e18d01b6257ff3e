"""The packages that commands which change sources work on: those of the main modules.

    for p in own_packages(loader, graph, "formatting packages"): …
                                        go: not formatting packages in dependency modules

Source: cmd/go/internal/fmtcmd, cmd/go/internal/generate (messages).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from ..load.graph import Graph, Loader
from ..load.package import Package


def own_packages(loader: Loader, graph: Graph, doing: str) -> Iterator[Package]:
    """Warnings of loading come first; that packages of other modules are passed over is said once."""
    for warning in graph.warnings:
        sys.stderr.write(warning + "\n")
    told = False
    for p in graph.roots:
        if p.module is None or p.module.main or not loader.resolver.modules_enabled:
            yield p
        elif not told:
            sys.stderr.write(f"go: not {doing} in dependency modules\n")
            told = True
