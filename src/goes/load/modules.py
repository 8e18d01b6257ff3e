"""The door to modules for the rest of the go command.

    find_mod_file("/src/m/a")                   the go.mod that counts for a directory
    graph = load_module_graph(state, "")        the whole requirement graph (`mod graph`, `work sync`)
    resolver = load_outside_module(context, cwd, ["example.com/cmd@v1.2.0"], options)
                                                what `install pkg@version` and `run pkg@version` build from
"""

from __future__ import annotations

import os
import posixpath
from typing import TYPE_CHECKING

from ..diag.diagnostic import UserError
from ..module import semver
from .context import BuildContext
from .modstate import NO_MOD_FILE, NO_ROOT, ModOptions, ModuleState, find_root

if TYPE_CHECKING:
    from .graph import Graph
    from .modresolve import ModuleResolver
    from .modversions import Mod
    from .requirements import ModuleGraph

__all__ = ["NO_MOD_FILE", "check_outside_module", "find_mod_file", "load_module_graph", "load_outside_module"]


def find_mod_file(directory: str) -> str:
    """The go.mod in the directory or above it, or ""."""
    root = find_root(directory)
    return os.path.join(root, "go.mod") if root else ""


def load_module_graph(state: ModuleState, go_version: str) -> ModuleGraph:
    """The module graph, read as that version of Go reads it ("" is the one of go.mod). Raises UserError."""
    from .mainmodules import load_requirements
    from .moderrors import ModError
    from .modsummary import UNPRUNED, pruning_for
    from .modversions import STRICT
    from .requirements import Requirements, expand_graph

    try:
        rs = load_requirements(state)
        if go_version:
            own = rs.go_version()
            if semver.compare_go(own, STRICT) >= 0 and semver.compare_go(go_version, own) < 0:
                raise ModError(f"requested Go version {go_version} cannot load module graph (requires Go >= {own})")
            if pruning_for(go_version) == UNPRUNED and rs.pruning != UNPRUNED:
                # The roots stay as they are written, even if they do not fit each other in the whole graph.
                rs = Requirements(state, UNPRUNED, rs.roots, rs.direct)
            return rs.must_graph()
        rs, graph, problem = expand_graph(rs)
        if problem is not None:
            raise problem
    except ModError as error:
        state.fatal(error)
    state.requirements = rs
    return graph


def load_outside_module(
    context: BuildContext, cwd: str, arguments: list[str], options: ModOptions
) -> tuple[ModuleResolver, list[str]]:
    """A resolver for the packages that path@version arguments name, whatever go.mod there is here; and the patterns
    without their version. Raises UserError."""
    from .mainmodules import load_requirements
    from .modedit import edit_build_list
    from .moderrors import ModError, short_message
    from .modfetching import fetch_go_mod
    from .modquery import check_allowed, deprecation, is_revision_query
    from .modresolve import ModuleResolver
    from .modversions import text
    from .packagequery import query_packages
    from .patterns import META, clean_patterns, is_local_import

    options.root_mode = NO_ROOT
    options.workspace = False
    options.force_modules = True
    options.allow_missing_imports = True
    first, _, version = next((a for a in arguments if "@" in a), "@").partition("@")
    patterns: list[str] = []
    for argument in arguments:
        if argument.endswith("@") and not version:
            raise UserError(f"go: {argument}: version must not be empty")
        if not argument.endswith("@" + version):
            raise UserError(
                f"go: {argument}: all arguments must refer to packages in the same module at the same version "
                f"(@{version})"
            )
        path = argument[: -len(version) - 1]
        problem = ""
        if is_local_import(path):
            problem = "argument must be a package path, not a relative path"
        elif os.path.isabs(path):
            problem = "argument must be a package path, not an absolute path"
        elif path in META:
            problem = "argument must be a package path, not a meta-package"
        elif posixpath.normpath(path) != path:
            problem = "argument must be a clean package path"
        elif "..." not in path and _is_standard(context, path):
            problem = "argument must not be a package in the standard library"
        if problem:
            raise UserError(f"go: {argument}: {problem}")
        patterns.append(path)
    patterns = clean_patterns(patterns)
    resolver = ModuleResolver(context, cwd, options)
    state = resolver.state
    try:
        load_requirements(state)
        allowed = None if is_revision_query(first, version) else lambda m: check_allowed(state, m)
        mod = query_packages(state, patterns[0], version, lambda path: "none", allowed)[0].mod
        message = deprecation(state, mod)
        if message:
            state.note(f"go: module {mod[0]} is deprecated: {short_message(message, '')}")
        data = fetch_go_mod(state, mod)
        _check_directives(arguments[0], mod, data.decode("utf-8", "surrogateescape"))
    except ModError as error:
        raise UserError(f"go: {arguments[0]}: {error}") from None
    try:
        edit_build_list(state, [], [mod])
    except ModError as error:
        raise UserError(f"go: {arguments[0]}: {error}") from None
    resolver.outside = text(mod)
    return resolver, patterns


def _is_standard(context: BuildContext, path: str) -> bool:
    from ..module.paths import is_std_path

    directory = os.path.join(context.goroot, "src", *path.split("/"))
    return is_std_path(path) and os.path.isdir(directory) and any(n.endswith(".go") for n in os.listdir(directory))


def _check_directives(argument: str, mod: Mod, data: str) -> None:
    """The module is not the main module here, so nothing in its go.mod may count only for main modules."""
    from ..module import modfile
    from .moderrors import ModError
    from .modversions import text

    file = modfile.parse("go.mod", data)
    if file.errors:
        raise UserError(f"go: {argument} (in {text(mod)}): " + "\n".join(file.errors))
    for verb, items in (("replace", file.replace), ("exclude", file.exclude)):
        if items:
            raise UserError(
                f"go: {argument} (in {text(mod)}):\n"
                "\tThe go.mod file for the module providing named packages contains one or\n"
                f"\tmore {verb} directives. It must not contain directives that would cause\n"
                "\tit to be interpreted differently than if it were the main module."
            )
    if not file.module:
        raise ModError("missing module line")


def check_outside_module(resolver: ModuleResolver, graph: Graph) -> None:
    """All packages named must come from the module that the arguments name. Their errors say so."""
    from .package import PackageError

    wanted = resolver.outside
    for package in graph.roots:
        module = package.module
        problem = ""
        if module is None:
            problem = f"package {package.import_path} not provided by module {wanted}"
        elif f"{module.path}@{module.version}" != wanted:
            problem = (
                f"package {package.import_path} provided by module {module.path}@{module.version}\n"
                f"\tAll packages must be provided by the same module ({wanted})."
            )
        if problem and package.error is None:
            package.error = PackageError([], "", problem)
            package.incomplete = True
