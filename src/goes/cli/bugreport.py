"""What goes prints and keeps when it fails itself.

    goes: internal error: codegen: no machine code arrived (in main.f)
    ... reproducer: /tmp/goes-bug-123456789

The reproducer directory holds the command line, the Python traceback and the user's own source files.
"""

from __future__ import annotations

import os
import sys
import traceback
from typing import TYPE_CHECKING

from ..diag.diagnostic import Bug
from ..run.workdir import make_directory, temporary_directory

if TYPE_CHECKING:
    from ..load.graph import Graph

_loaded: list[Graph] = []


def remember(graph: Graph) -> None:
    """The packages at hand, for the reproducer."""
    _loaded.append(graph)


def describe(error: BaseException) -> str:
    """One line: stage, what, and where."""
    if isinstance(error, Bug):
        return str(error)
    if isinstance(error, RecursionError):
        return "nesting too deep"
    frames = traceback.extract_tb(error.__traceback__)
    stage = os.path.basename(os.path.dirname(frames[-1].filename)) if frames else "goes"
    where = f" (in {frames[-1].name})" if frames else ""
    return f"{stage}: {type(error).__name__}: {error}{where}"


def report(error: BaseException, args: list[str]) -> str:
    """The text for stderr; writes the reproducer if there is a place for it."""
    text = [f"goes: internal error: {describe(error)}", "This is a bug in goes, not in your program."]
    try:
        directory = make_directory(temporary_directory(os.environ), "goes-bug-")
        _write(directory, error, args)
        text.append(f"Reproducer: {directory}")
    except OSError as e:
        text.append(f"No reproducer: {e}")
    return "\n".join(text) + "\n"


def _write(directory: str, error: BaseException, args: list[str]) -> None:
    lines = [f"command: goes {' '.join(args)}", f"directory: {os.getcwd()}", f"python: {sys.version.split()[0]}", ""]
    lines.extend(traceback.format_exception(error))
    with open(os.path.join(directory, "report.txt"), "w", encoding="utf-8", errors="surrogateescape") as f:
        f.write("\n".join(lines[:4]) + "\n" + "".join(lines[4:]))
    for graph in _loaded:
        for package in graph.packages:
            if package.standard or package.import_path == "unsafe":
                continue
            folder = os.path.join(directory, "src", package.import_path)
            os.makedirs(folder, exist_ok=True)
            for name in [*package.go_files, *package.s_files, *package.h_files]:
                try:
                    with open(os.path.join(package.dir, name), "rb") as f:
                        data = f.read()
                except OSError:
                    continue
                with open(os.path.join(folder, name), "wb") as f:
                    f.write(data)
