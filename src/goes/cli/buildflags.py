"""What the build flags mean: BuildOptions from FlagValues, and the one way all verbs build a program.

A whole executable is cached under the hash of everything that went into it, so an unchanged program starts at once.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final, final

from ..diag.diagnostic import UserError
from ..run.workdir import WorkDirectory
from ..work.cachedirectory import require_cache_directory
from .flags import FlagValues

if TYPE_CHECKING:
    from ..load.context import BuildContext
    from ..load.graph import Graph, Loader
    from ..load.package import Package
    from ..work.cache import Cache
    from ..work.options import BuildOptions

_MOD_MODES: Final = ("", "mod", "readonly", "vendor")
_UNSUPPORTED: Final = ("overlay",)


@final
class Plan:
    """A loaded graph, ready to build."""

    __slots__ = ("context", "graph", "options", "values", "cache", "work", "loader")

    def __init__(
        self,
        context: BuildContext,
        graph: Graph,
        options: BuildOptions,
        values: FlagValues,
        cache: Cache,
        work: WorkDirectory,
        loader: Loader,
    ) -> None:
        self.context = context
        self.graph = graph
        self.options = options
        self.values = values
        self.cache = cache
        self.work = work
        self.loader = loader


def check_flags(values: FlagValues) -> None:
    """Values that no build can have. Raises UserError."""
    mode = values.text("mod")
    if mode not in _MOD_MODES:
        raise UserError(f"-mod={mode} not supported (can be '', 'mod', 'readonly', or 'vendor')")
    for name in _UNSUPPORTED:
        if values.text(name):
            raise UserError(f"go: -{name} is not supported")
    level = values.text("O")
    if level not in ("", "0", "1", "2", "3"):
        raise UserError(f"go: -O={level}: must be 0, 1, 2 or 3", 2)
    if values.text("p") and values.number("p") <= 0:
        raise UserError("go: -p must be a positive integer: " + values.text("p"))


def plan(
    values: FlagValues, patterns: list[str], work: WorkDirectory, files: bool = False, tolerant: bool = False
) -> Plan:
    """Load the packages the patterns name, or the one package made of files. Raises UserError with all loading
    errors, unless `tolerant`."""
    from ..load.context import make_context
    from ..load.graph import Graph, Loader, LoadOptions
    from ..load.overlay import check_version
    from ..work.cache import Cache
    from ..work.options import BuildOptions
    from ..work.perpackage import split_pattern
    from .bugreport import remember
    from .modcommands import mod_options

    check_flags(values)
    tags = [t for t in values.text("tags").replace(" ", ",").split(",") if t]
    context = make_context(os.environ, tags)
    check_version("go" + context.go_version)
    if context.goos != "linux" or context.goarch != "amd64":
        raise UserError(
            f"go: unsupported GOOS/GOARCH pair {context.goos}/{context.goarch} (goes compiles for linux/amd64)", 2
        )
    cache = Cache(require_cache_directory())
    load_options = LoadOptions()
    load_options.modules = mod_options("build", values)
    loader = Loader(context, os.getcwd(), options=load_options)
    graph = Graph([loader.load_files(patterns)], loader.warnings) if files else loader.load(patterns)
    remember(graph)
    for warning in graph.warnings:
        sys.stderr.write(warning + "\n")
    messages = graph.messages()
    if messages and not tolerant:
        raise UserError("\n".join(messages))
    options = BuildOptions()
    if not tolerant:
        graph = _cover_program(values, graph, loader, options, cache, work)
    if values.text("O"):
        options.level = int(values.text("O"))
    for flags in values.all("gcflags"):
        words = split_pattern(flags)[1]
        if "-l" in words or "-N" in words:
            options.inline = False
        if "-e" in words:
            options.all_errors = True
    for flags in values.all("ldflags"):
        options.ldflags += split_pattern(flags)[1]
    options.trimpath = values.flag("trimpath")
    if values.text("p"):
        options.jobs = values.number("p")
    return Plan(context, graph, options, values, cache, work, loader)


def _cover_program(
    values: FlagValues, graph: Graph, loader: Loader, options: BuildOptions, cache: Cache, work: WorkDirectory
) -> Graph:
    """-cover and its relatives for a program: what is instrumented, and the packages that needs."""
    if not (values.flag("cover") or values.text("covermode") or values.text("coverpkg")):
        return graph
    from ..load.coverselect import of_program, select
    from ..load.graph import Graph as MadeGraph
    from ..work.coverage import Coverage
    from ..work.toolprograms import tool_program

    mode = values.text("covermode") or "set"
    patterns = [p for p in values.text("coverpkg").split(",") if p]
    if patterns:
        covered, unmatched = select(graph.packages, patterns, os.getcwd(), mode)
        for pattern in unmatched:
            sys.stderr.write(f"warning: no packages being built depend on matches for pattern {pattern}\n")
    else:
        covered = of_program(graph.packages, graph.roots, mode)
    needed = ["runtime/coverage"] + (["sync/atomic"] if mode == "atomic" else [])
    for root in graph.roots:
        if root.name == "main" and root.dependencies is not None:
            for path in needed:
                root.dependencies.append(loader.load_import(path, "", None, [], [])[0])
    paths = [p.import_path for p in covered]
    options.cover = Coverage(
        mode, paths, "program", os.path.join(work.path(), "cover"), lambda: tool_program("cover", cache)
    )
    return MadeGraph(graph.roots, graph.warnings)


def identify(p: Plan, root: Package, name: str) -> str:
    """The id in the cache of the program's executable, which is to be called name."""
    from ..work.cache import action_id
    from ..work.fingerprint import program_id
    from ..work.modinfo import module_info

    p.options.modinfo = module_info(p.context, p.graph, root, p.options)
    return action_id("executable", program_id(p.context, p.graph, root, p.options), name)


def build_cached(p: Plan, root: Package, name: str) -> str:
    """Path of the program's executable, called name, in the build cache, built if need be. If the cache cannot be
    written, the executable is in the work directory."""
    id = identify(p, root, name)
    known = None if p.values.flag("a") else p.cache.executable(id, name)
    if known is not None:
        return known
    from ..work.build import build_program
    from ..work.fingerprint import std_key
    from .progress import TerminalProgress, on_big_stack

    p.options.cache = p.cache
    p.options.cache_key = std_key(p.context, p.options)
    progress = TerminalProgress(sys.stderr)
    p.options.progress = progress
    p.options.build_id = f"{id[:20]}/{id[20:40]}"
    try:
        data = on_big_stack(build_program, p.context, p.graph, root, p.options)
    finally:
        progress.done()
    if p.values.flag("v"):
        for damaged in p.cache.damaged:
            sys.stderr.write(f"go: removed damaged cache entry {damaged}\n")
    try:
        path = p.cache.put_executable(id, name, data)
        p.cache.trim()
    except OSError:
        # A cache that cannot be written costs time, not the build.
        path = os.path.join(p.work.path(), id[:16], name)
        os.makedirs(os.path.dirname(path))
        with open(path, "wb") as f:
            f.write(data)
        os.chmod(path, 0o755)
    return path
