"""What the build flags mean: BuildOptions from FlagValues, and the one way all verbs build a program.

A whole executable is cached under the hash of everything that went into it, so an unchanged program starts at once.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, final

from ..diag.diagnostic import UserError
from .env import cache_directory
from .flags import FlagValues

if TYPE_CHECKING:
    from ..load.context import BuildContext
    from ..load.graph import Graph
    from ..load.package import Package
    from ..work.build import BuildOptions


@final
class Plan:
    """A loaded graph, ready to build."""

    __slots__ = ("context", "graph", "options", "values")

    def __init__(self, context: BuildContext, graph: Graph, options: BuildOptions, values: FlagValues) -> None:
        self.context = context
        self.graph = graph
        self.options = options
        self.values = values


def change_directory(values: FlagValues) -> None:
    """-C dir"""
    directory = values.text("C")
    if directory:
        try:
            os.chdir(directory)
        except OSError as e:
            raise UserError(f"go: chdir {directory}: {os.strerror(e.errno or 0).lower()}") from e


def plan(values: FlagValues, patterns: list[str]) -> Plan:
    """Load the packages the patterns name. Raises UserError with all loading errors."""
    from ..load.context import make_context
    from ..load.graph import Loader
    from ..load.overlay import check_version
    from ..work.build import BuildOptions

    change_directory(values)
    tags = [t for t in values.text("tags").replace(" ", ",").split(",") if t]
    context = make_context(os.environ, tags)
    check_version("go" + context.go_version)
    if context.goos != "linux" or context.goarch != "amd64":
        raise UserError(f"go: unsupported GOOS/GOARCH pair {context.goos}/{context.goarch} (goes compiles for linux/amd64)", 2)
    graph = Loader(context, os.getcwd()).load(patterns)
    for warning in graph.warnings:
        sys.stderr.write(warning + "\n")
    messages = graph.messages()
    if messages:
        raise UserError("\n".join(messages))
    options = BuildOptions()
    level = values.text("O")
    if level:
        if level not in ("0", "1", "2", "3"):
            raise UserError(f"go: -O={level}: must be 0, 1, 2 or 3", 2)
        options.level = int(level)
    for flags in values.all("gcflags"):
        words = flags.split("=", 1)[1].split() if "=" in flags.split()[0:1] else flags.split()
        if "-l" in words or "-N" in words:
            options.inline = False
        if "-e" in words:
            options.all_errors = True
    options.ldflags = [w for flags in values.all("ldflags") for w in flags.split()]
    options.trimpath = values.flag("trimpath")
    if values.text("p"):
        if values.number("p") <= 0:
            raise UserError("go: -p must be a positive integer: " + values.text("p"))
        options.jobs = values.number("p")
    return Plan(context, graph, options, values)


def build_cached(p: Plan, root: Package) -> str:
    """Path of the program's executable in the build cache, built if need be."""
    from ..work.cache import Cache
    from ..work.fingerprint import program_id, std_key

    cache = Cache(cache_directory())
    id = program_id(p.context, p.graph, root, p.options)
    known = None if p.values.flag("a") else cache.output_file(id)
    if known is not None:
        return known
    from ..work.build import build_program
    from .progress import TerminalProgress, on_big_stack

    p.options.cache = cache
    p.options.cache_key = std_key(p.context, p.options)
    progress = TerminalProgress(sys.stderr)
    p.options.progress = progress
    p.options.build_id = f"{id[:20]}/{id[20:40]}"
    try:
        data = on_big_stack(build_program, p.context, p.graph, root, p.options)
    finally:
        progress.done()
    path = cache.put(id, data, executable=True)
    cache.trim()
    return path
