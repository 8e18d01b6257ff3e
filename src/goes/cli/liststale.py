"""The Stale part of go list: would `go install` do anything for a package?

    set_staleness(loader, packages, values)     package.stale, and why

A library is up to date if it has been compiled as it is now; a command if its executable was made of what is there now.
Packages of the standard library have no place: they are up to date when they have been compiled.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..diag.diagnostic import UserError
from .buildflags import stamp_setting

if TYPE_CHECKING:
    from ..load.graph import Loader
    from ..load.package import Package
    from ..run.workdir import WorkDirectory
    from .buildflags import Plan
    from .flags import FlagValues


def set_staleness(loader: Loader, packages: list[Package], values: FlagValues) -> None:
    from ..run.workdir import WorkDirectory

    work = WorkDirectory(os.environ)
    try:
        _set_staleness(loader, packages, values, work)
    finally:
        work.remove()


def _set_staleness(loader: Loader, packages: list[Package], values: FlagValues, work: WorkDirectory) -> None:
    from ..load.graph import Graph
    from ..work.cache import Cache
    from ..work.cachedirectory import require_cache_directory
    from .buildflags import Plan, cover_program, make_options, stamp_version, tool_packages

    cache = Cache(require_cache_directory())
    graph = Graph(packages, [])
    tools = tool_packages(loader, values)
    plan = Plan(loader.context, graph, make_options(values, graph, tools), values, cache, work, loader)
    if any(p.name == "main" and p.target and not p.standard for p in packages):
        try:
            stamp_version(plan)  # what the repository says is part of every program
        except UserError:
            pass  # the build will say it
    for p in packages:
        if not p.go_files or p.error is not None or p.incomplete or p.import_path == "unsafe":
            continue
        if p.name == "main" and p.target and os.path.exists(p.target):
            own = Graph([p], [])
            options = make_options(values, own, tools)
            own = cover_program(values, own, loader, options, cache, work)
            program = Plan(loader.context, own, options, values, cache, work, loader)
            p.stale = not _is_current(program, p)
            p.stale_reason = "build ID mismatch" if p.stale else ""
            continue
        compiled = plan.is_compiled(p)
        p.stale = not compiled or (bool(p.target) and (p.name == "main" or not plan.is_installed(p)))
        if p.stale:
            p.stale_reason = "not installed but available in build cache" if compiled else "build ID mismatch"


def set_stamp_errors(packages: list[Package], values: FlagValues) -> None:
    """Programs that cannot be built since their repository cannot be asked."""
    from ..load.package import PackageError
    from ..work.vcs import stamp

    wanted = stamp_setting(values)
    known: dict[str, str] = {}  # directory of a module → what is wrong with its repository
    for p in packages:
        if p.name != "main" or p.error is not None or p.testmain is not None or p.command_line or p.module is None:
            continue
        problem = known.get(p.module.dir)
        if problem is None:
            try:
                stamp(p, os.getcwd(), wanted, values.flag("x"))
                problem = ""
            except UserError as error:
                problem = error.message
            known[p.module.dir] = problem
        if problem and values.flag("e"):
            p.error = PackageError([], "", problem)
            p.incomplete = True


def _is_current(plan: Plan, p: Package) -> bool:
    """Was the executable at the target made of these sources, with these flags?"""
    from ..tools.buildid import read_build_id
    from .build import program_name
    from .buildflags import identify, set_godebug

    try:
        with open(p.target, "rb") as f:
            data = f.read()
        set_godebug(plan.context, plan.loader, p, p.directives)
        return read_build_id(p.target, data).startswith(identify(plan, p, program_name(p))[:20] + "/")
    except (OSError, UserError):
        return False
