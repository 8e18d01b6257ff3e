"""What `go mod download` downloads, and checking what is there (`go mod verify`).

    wanted, problem = find_wanted(state, ["all", "example.com/a@latest"], {})
    wanted[0].path, .version        what is to be downloaded: the replacement, where there is one

Source: cmd/go/internal/modload (ListModules), cmd/go/internal/modcmd (download, verify).
"""

from __future__ import annotations

import os
from typing import final

from ..diag.diagnostic import UserError
from .mainmodules import load_requirements
from .moderrors import ModError, ModuleError, NoMatchingVersion
from .modquery import check_allowed, is_revision_query, query
from .modstate import ModuleState
from .modsummary import UNPRUNED
from .modversions import Mod, is_toolchain
from .patterns import is_local, pattern_matcher
from .requirements import ModuleGraph, Requirements, expand_graph

Origin = dict[str, str]


@final
class Wanted:
    """One module to download, or what is wrong with it. `query` is what was asked, if that is not the version;
    `reuse`: an earlier answer still holds, so that nothing has to be downloaded."""

    __slots__ = ("path", "version", "query", "error", "origin", "reuse")

    def __init__(
        self, path: str, version: str, query: str = "", error: str = "", origin: Origin | None = None, reuse: bool = False
    ) -> None:
        self.path = path
        self.version = version
        self.query = query
        self.error = error
        self.origin = origin
        self.reuse = reuse


Reuse = dict[Mod, Wanted]  # by path and version, and by path and query


def default_arguments(state: ModuleState) -> list[str]:
    """The modules meant without arguments. Raises ModError."""
    if state.workspace:
        return ["all"]
    file = state.mod_files[state.single_main]
    assert file is not None
    rs = load_requirements(state)
    if rs.pruning == UNPRUNED:
        return ["all"] if file.require else []
    rs, _, problem = expand_graph(rs)
    if problem is not None:
        raise problem
    state.requirements = rs
    return [r.path for r in file.require]


def find_wanted(state: ModuleState, args: list[str], reuse: Reuse) -> tuple[list[Wanted], ModError | None]:
    """The modules of the arguments, in order; and what is wrong with the module graph, if it was needed."""
    rs = load_requirements(state)
    parsed = [_parse(arg) for arg in args]
    graph: ModuleGraph | None = None
    problem: ModError | None = None
    if any([_needs_graph(state, rs, arg, path, version) for arg, (path, version) in zip(args, parsed)]):
        rs, graph, problem = expand_graph(rs)
    wanted: list[Wanted] = []
    matched: set[Mod] = set()
    for arg, (path, version) in zip(args, parsed):
        if version is not None:
            current = (rs.root_selected(path) if graph is None else graph.selected(path)) or ""
            if current == "none" and problem is not None and version in ("upgrade", "patch"):
                continue
            wanted.append(_query(state, path, version, current, reuse))
        elif arg == "all" or "..." in arg:
            assert graph is not None
            matches = pattern_matcher(arg) if arg != "all" else lambda path: True
            found = [m for m in graph.build_list() if matches(m[0]) and not is_toolchain(m[0]) and m not in matched]
            matched.update(found)
            if not found:
                state.note(f'warning: pattern "{arg}" matched no module dependencies')
            wanted += [w for m in found if (w := _selected(state, m, reuse)) is not None]
        else:
            selected = rs.root_selected(arg) if graph is None else graph.selected(arg)
            if selected == "none" and problem is not None:
                continue
            if selected is None or selected == "none":
                wanted.append(Wanted(arg, "", error=f"module {arg}: not a known dependency"))
            else:
                one = _selected(state, (arg, selected), reuse)
                if one is not None:
                    wanted.append(one)
    if problem is None:
        state.requirements = rs
    return wanted, problem


def _parse(arg: str) -> tuple[str, str | None]:
    """Path and version query, None without "@"."""
    if "\\" in arg:
        raise UserError("go: module paths never use backslash")
    if is_local(arg) and not os.path.isabs(arg):
        raise UserError(f"go: cannot use relative path {arg} to specify module")
    path, at, version = arg.partition("@")
    if not at:
        return arg, None
    if version[:1] in ("-", "/"):
        from ..syntax.unicode import quote

        raise UserError(f"go: invalid module version {quote(version)}")
    return path, version


def _needs_graph(state: ModuleState, rs: Requirements, arg: str, path: str, version: str | None) -> bool:
    if arg == "all" or "..." in arg:
        if not state.has_root:
            raise UserError(f'go: cannot match "{arg}": {state.no_main()}')
        return True
    if version is not None and version not in ("upgrade", "patch"):
        return False
    if rs.root_selected(path) is not None and rs.pruning != UNPRUNED:
        return False
    if not state.has_root:
        hint = " without -versions or an explicit version" if version is None else ""
        raise UserError(f'go: cannot match "{arg}"{hint}: {state.no_main()}')
    return True


def _query(state: ModuleState, path: str, version: str, current: str, reuse: Reuse) -> Wanted:
    old = _reusable(state, reuse.get((path, version)))
    if old is not None:
        return old
    allowed = None if is_revision_query(path, version) else (lambda mod: check_allowed(state, mod))
    try:
        revision = query(state, path, version, current, allowed)
    except ModError as error:
        return Wanted(path, version, error=_text(path, version, error), origin=error.origin)
    if not revision.version:
        return Wanted(path, "")
    asked = version if version != revision.version else ""
    return Wanted(path, revision.version, asked, origin=revision.origin)


def _selected(state: ModuleState, mod: Mod, reuse: Reuse) -> Wanted | None:
    """A module of the build list; None if there is nothing to download for it."""
    if not mod[1]:
        return None
    path, version = state.resolve(mod)
    if not version:
        return None
    old = _reusable(state, reuse.get((path, version)))
    if old is not None:
        return old
    try:
        revision = query(state, path, version, "")
    except ModError as error:
        return Wanted(path, version, error=str(error))
    return Wanted(path, revision.version)


def _text(path: str, version: str, error: ModError) -> str:
    if isinstance(error, NoMatchingVersion):
        return f"module {path}: {error}"
    return str(error) if isinstance(error, ModuleError) else f"{path}@{version}: {error}"


def _reusable(state: ModuleState, old: Wanted | None) -> Wanted | None:
    """An earlier answer, if its origin has not changed."""
    if old is None or old.origin is None:
        return None
    from ..module.problem import FetchError

    try:
        state.fetcher.check_reuse(old.path, old.origin)
    except FetchError:
        return None
    return old


def verify(state: ModuleState) -> list[str]:
    """What is wrong with the modules of the build list in the module cache. Raises ModError."""
    rs = load_requirements(state)
    _, graph, problem = expand_graph(rs)
    if problem is not None:
        raise problem
    out: list[str] = []
    for mod in graph.build_list():
        if not is_toolchain(mod[0]) and not state.contains(mod[0]):
            out += _verify_module(state, mod)
    return out


def _verify_module(state: ModuleState, mod: Mod) -> list[str]:
    from ..module.cache import ModuleCache
    from ..module.dirhash import hash_directory, hash_zip
    from ..module.problem import FetchError

    path, version = mod
    cache: ModuleCache = state.fetcher.cache
    try:
        zip_file = cache.file(path, version, "zip")
        directory, missing = cache.module_directory(path, version)
    except FetchError as error:
        return [f"{path} {version}: {error.message}"]
    have_zip = os.path.exists(zip_file)
    try:
        with open(zip_file + "hash", encoding="ascii", errors="replace") as f:
            recorded = f.read().strip()
    except OSError as error:
        if not have_zip and missing:
            # Nothing there: nothing modified.
            return []
        return [f"{path} {version}: missing ziphash: open {zip_file}hash: {os.strerror(error.errno or 0).lower()}"]
    out: list[str] = []
    try:
        if have_zip and hash_zip(zip_file) != recorded:
            out.append(f"{path} {version}: zip has been modified ({zip_file})")
        if not missing and hash_directory(directory, f"{path}@{version}") != recorded:
            out.append(f"{path} {version}: dir has been modified ({directory})")
    except FetchError as error:
        return [*out, f"{path} {version}: {error.message}"]
    except OSError as error:
        return [*out, f"{path} {version}: open {error.filename}: {os.strerror(error.errno or 0).lower()}"]
    return out



