"""In which order packages are initialised.

    main..inittask → fmt..inittask → errors..inittask, os..inittask ...    →  [errors, ..., os, fmt, main]

A task comes after the tasks of all its imports; among those that are ready the smallest symbol name comes first. Tasks
without functions order others and are not run themselves.

Source: cmd/link/internal/ld/inittask.go:inittaskSym.
"""

from __future__ import annotations

import heapq
from typing import Final

from ..diag.diagnostic import Bug
from ..obj.symbol import R_INITORDER, Definition

# state and nfns, with no function behind them.
_EMPTY_TASK: Final = 8


def schedule(root: str, definitions: dict[str, Definition]) -> list[str]:
    """The init tasks reachable from root, in running order."""
    if root not in definitions:
        return []
    waiting: dict[str, int] = {root: 0}
    importers: dict[str, list[str]] = {}
    ready: list[str] = []
    found = [root]
    while found:
        name = found.pop()
        task = definitions.get(name)
        if task is None:
            raise Bug("link", f"{name} not defined")
        imports = 0
        for r in task.relocations:
            if r.kind != R_INITORDER:
                continue
            imports += 1
            importers.setdefault(r.target, []).append(name)
            if r.target not in waiting:
                waiting[r.target] = 0
                found.append(r.target)
        waiting[name] = imports
        if imports == 0:
            heapq.heappush(ready, name)
    out: list[str] = []
    done = 0
    while ready:
        name = heapq.heappop(ready)
        done += 1
        if definitions[name].size > _EMPTY_TASK:
            out.append(name)
        for importer in importers.get(name, ()):
            waiting[importer] -= 1
            if waiting[importer] == 0:
                heapq.heappush(ready, importer)
    if done != len(waiting):
        raise Bug("link", f"import cycle among the init tasks below {root}")
    return out
