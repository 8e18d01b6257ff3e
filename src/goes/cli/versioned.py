"""Packages named as path@version: built in module mode, whatever go.mod is around.

    goes install example.com/cmd/a@latest       goes run example.com/cmd/a@v1.2.3

Source: cmd/go/internal/load (PackagesAndErrorsOutsideModule).
"""

from __future__ import annotations

import os

from ..diag.diagnostic import UserError
from ..run.workdir import WorkDirectory
from ..work.cachedirectory import require_cache_directory
from .buildflags import Plan, check_flags, finish_plan, is_versioned, make_build_context
from .flags import BOOL, Flag, FlagSet, FlagValues


def look_ahead(args: list[str]) -> None:
    """Find the module of path@version, the last argument, though other arguments are wrong: a module that needs a newer Go
    may be installed with flags that only that one knows. Raises UserError for such a module."""
    from ..load.mainmodules import load_requirements
    from ..load.moderrors import ModError, TooNew
    from ..load.modquery import check_allowed, is_revision_query
    from ..load.modstate import NO_ROOT
    from ..load.packagequery import query_packages
    from .modcommands import open_state

    if not args or args[-1].startswith("-") or not is_versioned(args[-1]):
        return
    path, _, version = args[-1].partition("@")
    chosen = FlagSet("install", "", [Flag("modcacherw", BOOL, "")]).parse(
        [a for a in args[:-1] if a.lstrip("-").partition("=")[0] == "modcacherw"]
    )
    state = open_state("install", chosen, False, NO_ROOT, True, True)
    try:
        load_requirements(state)
        allowed = None if is_revision_query(path, version) else lambda m: check_allowed(state, m)
        query_packages(state, path, version, lambda path: "none", allowed)
    except TooNew as error:
        raise UserError(f"go: {args[-1]}: {error}") from None
    except (ModError, UserError):
        pass  # the flags come first


def plan_versioned(values: FlagValues, arguments: list[str], work: WorkDirectory) -> Plan:
    """Load the programs and what they need, ready to build. Patterns match programs only."""
    from ..load.graph import Graph, Loader, LoadOptions
    from ..load.modules import check_outside_module, load_outside_module
    from ..work.cache import Cache
    from .modcommands import mod_options

    check_flags(values)
    context = make_build_context(values)
    cache = Cache(require_cache_directory())
    cwd = os.getcwd()
    options = LoadOptions()
    options.modules = mod_options("install", values)
    resolver, patterns = load_outside_module(context, cwd, arguments, options.modules)
    loader = Loader(context, cwd, options=options, resolver=resolver)
    graph = loader.load(patterns)
    literal = {p for p in patterns if "..." not in p}
    kept = [
        r for r in graph.roots
        if r.name == "main" or (not r.name and r.error is not None) or r.is_literal or r.import_path in literal
    ]  # fmt: skip
    graph = Graph(kept, graph.warnings)
    check_outside_module(resolver, graph)
    for r in kept:
        if r.error is None and r.name != "main":
            raise UserError(f"package {r.import_path} is not a main package")
    return finish_plan(values, context, graph, loader, cache, work)
