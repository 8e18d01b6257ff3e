"""From a package graph to an executable.

    build_program(graph, root, options)  →  bytes of a static ELF executable

The whole road on one page: parse → check the user's packages → demand from the roots → machine code → link.
"""

from __future__ import annotations

import os
import sys
from typing import Final, final

from ..diag.diagnostic import Diagnostic, UserError
from ..diag.source import SourceSet
from ..load.context import BuildContext
from ..load.graph import Graph
from ..load.package import Package, short_path
from .cache import Cache
from .packages import PackageInput, Packages

MAX_ERRORS: Final = 10


@final
class BuildOptions:
    """What the flags decide. `level`: 0/1 quick tier, 2/3 full."""

    __slots__ = ("level", "inline", "all_errors", "jobs", "trimpath", "ldflags", "build_id", "progress", "modinfo", "cache", "cache_key")

    def __init__(self) -> None:
        self.level = 1
        self.inline = True
        self.all_errors = False
        self.jobs = os.cpu_count() or 1
        self.trimpath = False
        self.ldflags: list[str] = []
        self.build_id = ""
        self.progress: Progress | None = None
        self.modinfo = b""
        self.cache: Cache | None = None  # where what is compiled of std is kept
        self.cache_key: list[str] = []


class Progress:
    """Told what a build is doing; the command line shows it on a terminal."""

    def stage(self, text: str) -> None:
        """A new stage has begun."""


def package_inputs(graph: Graph, root: Package) -> dict[str, PackageInput]:
    """The compiler's view of the packages, dependencies first."""
    out: dict[str, PackageInput] = {}
    for p in graph.packages:
        if p.import_path == "unsafe":
            continue
        i = PackageInput(p.import_path, p.name, p.dir)
        i.go_files = [os.path.join(p.dir, f) for f in p.go_files]
        i.asm_files = [os.path.join(p.dir, f) for f in p.s_files]
        i.imports = [q for q in p.imports if q not in ("unsafe", "C")]
        i.import_map = dict(p.import_map)
        i.is_std = p.standard
        i.wanted = not p.standard
        if p.module is not None and not p.standard:
            i.go_version = p.module.language_version
        for pattern, names in p.embed_map.items():
            i.embed[pattern] = [(name, os.path.join(p.dir, name)) for name in names]
        if p is not root and p.name == "main":
            i.link_path = p.import_path
        out[p.import_path] = i
    return out


def format_diagnostics(sources: SourceSet, errors: list[Diagnostic], cwd: str, limit: int) -> list[str]:
    """gc's rendering: file:line:col: message, sorted, equal lines once, at most `limit`."""
    lines: list[tuple[str, int, int, int, str]] = []
    for k, d in enumerate(errors):
        p = sources.position(d.pos)
        name = p.filename
        if os.path.isabs(name):
            name = short_path(name, cwd)
            if not name.startswith(".") and not os.path.isabs(name):
                name = "./" + name
        where = f"{name}:{p.line}" + (f":{p.column}" if p.column else "")
        lines.append((p.filename, p.line, p.column, k, f"{where}: {d.message}"))
    lines.sort(key=lambda x: x[:4])
    out: list[str] = []
    for x in lines:
        if x[4] in out:
            continue
        if limit and len(out) == limit:
            out.append("too many errors")
            break
        out.append(x[4])
    return out


def check_packages(packages: Packages, options: BuildOptions) -> None:
    """Check every package the user owns, dependencies first. Raises UserError with gc's report."""
    cwd = os.getcwd()
    reports: list[str] = []
    failed: set[str] = set()
    for path, package in packages.inputs.items():
        if not package.wanted or any(i in failed for i in package.imports):
            continue
        errors: list[Diagnostic] = []
        packages.errors = errors
        packages.parse(path)
        if not errors:
            checker = packages.checker(path)
            checker.check_all()
        if errors:
            failed.add(path)
            lines = format_diagnostics(packages.sources, errors, cwd, 0 if options.all_errors else MAX_ERRORS)
            reports.append("\n".join([f"# {path}", *lines]))
    packages.errors = []
    if reports:
        raise UserError("\n".join(reports))


def build_program(context: BuildContext, graph: Graph, root: Package, options: BuildOptions) -> bytes:
    """Compile and link one main package."""
    from ..codegen.llvm import FULL, QUICK
    from ..codegen.workers import WorkerPool
    from ..link.link import LINKER_SYMBOLS, LinkOptions, add_roots, link
    from ..link.reach import Reach
    from ..ssa.program import Program
    from .asmpackage import AsmPackages
    from .demand import Demand
    from .stdstore import StdStore
    from .symbols import LinkResolver, SymbolIndex

    sys.setrecursionlimit(1_000_000)
    progress = options.progress or Progress()
    store = None if options.cache is None else StdStore(options.cache, *options.cache_key)
    while True:
        progress.stage("loading")
        errors: list[Diagnostic] = []
        sources = SourceSet()
        packages = Packages(package_inputs(graph, root), sources, errors)
        progress.stage("checking")
        check_packages(packages, options)
        errors = packages.errors

        progress.stage("compiling")
        index = SymbolIndex(packages)
        program = Program(sources, LinkResolver(index))
        asm = AsmPackages(packages, context.goroot, tuple(context.experiments), errors)
        with WorkerPool(FULL if options.level >= 2 else QUICK, options.jobs) as pool:
            demand = Demand(packages, index, program, asm, pool, store, options.inline)
            for path in packages.inputs:
                demand.initialise_package(path)
            link_options = LinkOptions()
            link_options.goroot = context.goroot
            link_options.build_id = options.build_id
            link_options.build_version = f"go{context.go_version}"
            link_options.modinfo = options.modinfo
            reach = Reach(demand, LINKER_SYMBOLS)
            add_roots(reach, link_options)
            reach.run()
            # LLVM's own references (stack growth, constants, memcpy) become known with the machine code.
            while demand.pending():
                _fail_on(packages, errors)
                demand.finish()
                reach.refresh()
                reach.run()
        if reach.missing() and store is not None and demand.took_from_store():
            # Something that only building std anew can name (a wrapper an old descriptor promises).
            store.clear()
            continue
        demand.save()
        break

    progress.stage("linking")
    return link(link_options, reach.live)


def _fail_on(packages: Packages, errors: list[Diagnostic]) -> None:
    if errors:
        raise UserError("\n".join(format_diagnostics(packages.sources, errors, os.getcwd(), MAX_ERRORS)))


def check_only(context: BuildContext, graph: Graph, roots: list[Package], options: BuildOptions) -> None:
    """Check packages that make no executable. Raises UserError with gc's report."""
    sys.setrecursionlimit(1_000_000)
    packages = Packages(package_inputs(graph, roots[0]), SourceSet(), [])
    for r in roots:
        packages.inputs[r.import_path].wanted = True
    check_packages(packages, options)
