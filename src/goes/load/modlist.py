"""Modules as `go list -m` shows them.

    flags = ListFlags();  flags.updates = True
    list_modules(state, ["all"], flags)     →   [Module], with Update where there is a newer version

Source: cmd/go/internal/modload (list.go, build.go).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, final

from ..diag.diagnostic import UserError
from . import modfetching
from .getquery import parse_path_version
from .mainmodules import load_requirements
from .moderrors import ModError, ModuleError, NoMatchingVersion, is_no_matching, retraction
from .modquery import (
    allowed_versions,
    check_allowed,
    check_exclusions,
    check_retractions,
    deprecation,
    is_revision_query,
    merge_origin,
    query,
    retraction_rationale,
)
from .modsummary import UNPRUNED, raw_summary
from .modversions import Mod, compare, is_toolchain
from .modwrite import commit
from .package import Module
from .patterns import is_local_import, pattern_matcher
from .requirements import ModuleGraph, Requirements, expand_graph

if TYPE_CHECKING:
    from .modstate import ModuleState


@final
class ListFlags:
    __slots__ = ("updates", "retracted", "deprecated", "versions", "retracted_versions", "reuse")

    def __init__(self) -> None:
        self.updates = False  # -u
        self.retracted = False  # -retracted, -u
        self.deprecated = False
        self.versions = False
        self.retracted_versions = False  # -versions lists retracted ones, too
        self.reuse: dict[Mod, Module] = {}  # by path and version or query

    @property
    def any(self) -> bool:
        return self.updates or self.retracted or self.deprecated or self.versions


def list_modules(state: ModuleState, arguments: list[str], flags: ListFlags) -> tuple[list[Module], ModError | None]:
    """The modules that the arguments name, and what kept others from being found. Raises UserError for arguments that
    make no sense, and if go.mod would have to change and may not."""
    try:
        rs = load_requirements(state)
    except ModError as error:
        state.fatal(error)
    rs, modules, problem = _list(state, rs, arguments, flags)
    if flags.any:
        for module in modules:
            if module.reuse:
                continue
            for m in [module] if module.replace is None else [module, module.replace]:
                _add_details(state, m, flags)
    if problem is None:
        state.requirements = rs
        if not flags.updates and not state.options.explicit_write:
            try:
                commit(state)
            except ModError as error:
                problem = error
    return modules, problem


def _list(
    state: ModuleState, rs: Requirements, arguments: list[str], flags: ListFlags
) -> tuple[Requirements, list[Module], ModError | None]:
    if not arguments:
        return rs, [module_info(state, rs, m, flags) for m in state.main if not is_toolchain(m[0])], None
    graph: ModuleGraph | None = None
    problem: ModError | None = None
    if any([_needs_graph(state, rs, a, flags) for a in arguments]):
        rs, graph, problem = expand_graph(rs)
    modules: list[Module] = []
    matched: set[Mod] = set()
    for argument in arguments:
        path, text, found = _split(argument)
        if found:
            current = (rs.root_selected(path) or "") if graph is None else graph.selected(path)
            if not (current == "none" and problem is not None and text in ("upgrade", "patch")):
                modules.append(_by_query(state, path, text, current, flags))
            continue
        if argument != "all" and "..." not in argument:
            version = rs.root_selected(argument) if graph is None else graph.selected(argument)
            if version == "none" and problem is not None:
                continue
            modules.append(_by_path(state, rs, argument, version, flags))
            continue
        assert graph is not None
        matches = pattern_matcher("..." if argument == "all" else argument)
        hits = [m for m in graph.build_list() if not is_toolchain(m[0]) and matches(m[0]) and m not in matched]
        matched.update(hits)
        if not hits:
            state.note(f'warning: pattern "{argument}" matched no module dependencies')
        modules += [module_info(state, rs, m, flags) for m in hits]
    return rs, modules, problem


def _split(argument: str) -> tuple[str, str, bool]:
    try:
        return parse_path_version(argument)
    except ModError as error:
        raise UserError(f"go: {error}") from None


def _needs_graph(state: ModuleState, rs: Requirements, argument: str, flags: ListFlags) -> bool:
    if "\\" in argument:
        raise UserError("go: module paths never use backslash")
    if is_local_import(argument):
        raise UserError(f"go: cannot use relative path {argument} to specify module")
    if argument == "all" or "..." in argument:
        if not state.has_root:
            raise UserError(f'go: cannot match "{argument}": {state.no_main()}')
        return True
    path, text, found = _split(argument)
    if found:
        if text in ("upgrade", "patch") and (rs.root_selected(path) is None or rs.pruning == UNPRUNED):
            if not state.has_root:
                raise UserError(f'go: cannot match "{argument}": {state.no_main()}')
            return True
        return False
    if rs.root_selected(argument) is None or rs.pruning == UNPRUNED:
        if not flags.versions and not state.has_root:
            raise UserError(
                f'go: cannot match "{argument}" without -versions or an explicit version: {state.no_main()}'
            )
        return True
    return False


def _by_query(state: ModuleState, path: str, text: str, current: str, flags: ListFlags) -> Module:
    old = flags.reuse.get((path, text))
    if old is not None and _is_current(state, path, text, old):
        return _reused(old, text)
    # Who asks for a particular revision gets it, retracted or not.
    any_version = is_revision_query(path, text) or flags.retracted
    try:
        found = query(state, path, text, current, None if any_version else lambda m: check_allowed(state, m))
    except ModError as error:
        module = Module(path, text, "", "", False)
        module.error = module_error_text(path, text, error)
        return module
    module = module_info(state, None, (path, found.version), flags)
    if text != module.version:
        module.query = text
    module.origin = found.origin
    return module


def _is_current(state: ModuleState, path: str, text: str, old: Module) -> bool:
    return old.origin is not None and modfetching.is_reusable(state, path, text, old.origin)


def _reused(old: Module, text: str) -> Module:
    module = Module(old.path, old.version, "", old.go, False)
    module.time = old.time
    module.origin = old.origin
    module.go_mod = old.go_mod
    module.sum = old.sum
    module.go_mod_sum = old.go_mod_sum
    module.reuse = True
    if text != old.version:
        module.query = text
    return module


def _by_path(state: ModuleState, rs: Requirements, path: str, version: str | None, flags: ListFlags) -> Module:
    if version is not None and version != "none":
        return module_info(state, rs, (path, version), flags)
    module = Module(path, "", "", "", False)
    if state.build_mod == "vendor":
        module.error = module_error_text(path, "", ModError(
            "can't resolve module using the vendor directory\n\t(Use -mod=mod or -mod=readonly to bypass.)"
        ))
    elif not flags.versions:
        module.error = module_error_text(path, "", ModError("not a known dependency"))
    return module


def module_error_text(path: str, version: str, error: ModError) -> str:
    """The error with the module in front, once."""
    if isinstance(error, NoMatchingVersion):
        return f"module {path}: {error}"
    if _is_module_error(error):
        return str(error)
    return f"{path}@{version}: {error}" if version else f"module {path}: {error}"


def _is_module_error(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ModuleError):
            return True
        error = error.__cause__
    return False


# ------------------------------------------------------------------------------------------------ one module


def module_info(state: ModuleState, rs: Requirements | None, mod: Mod, flags: ListFlags | None = None) -> Module:
    """A module with what the module cache knows of it. Without requirements it is none of the build list."""
    if not mod[1] and mod[0] in state.main_paths:
        return main_module(state, mod)
    module = Module(mod[0], mod[1], "", state.raw_go.get(mod, ""), False)
    module.indirect = rs is not None and mod[0] not in rs.direct
    if rs is None:
        _complete(state, None, module, flags)
        return module
    new = state.replacement(mod)
    if not new[0]:
        if state.build_mod != "vendor":
            _complete(state, rs, module, flags)
        return module
    replace = Module(new[0], new[1], "", state.raw_go.get(mod, ""), False)
    module.replace = replace
    if not new[1]:
        replace.dir = os.path.normpath(os.path.join(state.relative_to(), new[0]))
        replace.go_mod = os.path.join(replace.dir, "go.mod")
    if state.build_mod != "vendor":
        _complete(state, rs, replace, flags)
        module.dir = replace.dir
        module.go_mod = replace.go_mod
        module.retracted = replace.retracted
    module.go = replace.go
    return module


def main_module(state: ModuleState, mod: Mod) -> Module:
    module = Module(mod[0], "", state.main_root[mod], state.raw_go.get(mod, ""), True)
    if module.dir:
        module.go_mod = state.options.modfile or state.mod_file_path(module.dir)
    return module


def _complete(state: ModuleState, rs: Requirements | None, module: Module, flags: ListFlags | None) -> None:
    if is_toolchain(module.path):
        return
    mod = (module.path, module.version)

    def sum_known(suffix: str) -> bool:
        if rs is None or not module.version or not state.must_have_sums:
            return True
        return state.have_sum((module.path, module.version + suffix))

    if module.version:
        try:
            found = query(state, module.path, module.version, "")
        except ModError as error:
            module.error = str(error)
        else:
            module.version = found.version
            module.time = found.time
            mod = (module.path, module.version)
    if not module.go and sum_known("/go.mod"):
        try:
            module.go = raw_summary(state, mod).go
        except ModError:
            pass
    if not module.version:
        return
    if sum_known("/go.mod"):
        module.go_mod = modfetching.cached_go_mod(state, mod)
        module.go_mod_sum = state.sums.recorded(mod[0], mod[1] + "/go.mod")
    if sum_known(""):
        module.dir = modfetching.cached_directory(state, mod)
        module.sum = state.sums.recorded(mod[0], mod[1])
    if flags is not None and flags.retracted:
        add_retraction(state, module)


def _add_details(state: ModuleState, module: Module, flags: ListFlags) -> None:
    if flags.updates:
        _add_update(state, module)
    if flags.versions:
        _add_versions(state, module, flags.retracted_versions)
    if flags.deprecated:
        try:
            module.deprecated = deprecation(state, (module.path, module.version))
        except ModError as error:
            _note_error(module, error)


def _note_error(module: Module, error: ModError) -> None:
    """Versions that do not exist are no error here; a proxy that fails is."""
    if not error.not_exist and not _is_no_matching(error) and not module.error:
        module.error = str(error)


def _is_no_matching(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ModError) and is_no_matching(error):
            return True
        error = error.__cause__
    return False


def _add_update(state: ModuleState, module: Module) -> None:
    if not module.version:
        return
    try:
        found = query(state, module.path, "upgrade", module.version, lambda m: check_allowed(state, m))
    except ModError as error:
        if not error.disallowed:
            _note_error(module, error)
        return
    if compare(module.path, found.version, module.version) > 0:
        module.update = Module(module.path, found.version, "", "", False)
        module.update.time = found.time


def _add_versions(state: ModuleState, module: Module, with_retracted: bool) -> None:
    check = check_exclusions if with_retracted else check_allowed
    try:
        module.versions, origin = allowed_versions(state, module.path, lambda m: check(state, m))
    except ModError as error:
        if not module.error:
            module.error = str(error)
        return
    module.origin = merge_origin(module.origin, origin)


def add_retraction(state: ModuleState, module: Module) -> None:
    if not module.version:
        return
    try:
        check_retractions(state, (module.path, module.version))
    except ModError as error:
        if retraction(error) is not None:
            module.retracted = retraction_rationale(error)
        else:
            _note_error(module, error)


def find_module(state: ModuleState, argument: str) -> Module:
    """The module of the build list with a path, or a module version "path@v1.0.0"."""
    try:
        path, version, found = parse_path_version(argument)
        if found:
            return module_info(state, None, (path, version))
        rs = load_requirements(state)
        selected = None if rs.pruning == UNPRUNED else rs.root_selected(path)
        if selected is None:
            selected = rs.must_graph().selected(path)
    except ModError as error:
        state.fatal(error)
    if selected == "none":
        module = Module(path, "", "", "", False)
        module.error = "module not in current build"
        return module
    return module_info(state, rs, (path, selected))


def read_reuse(name: str) -> dict[Mod, Module]:
    """What an earlier `list -m -json` or `mod download -json` said, by path and version or query. Raises UserError."""
    import json

    try:
        with open(name, encoding="utf-8") as f:
            text = f.read()
    except OSError as error:
        raise UserError(f"go: open {name}: {(error.strerror or '').lower()}") from None
    found: dict[Mod, Module] = {}
    decoder = json.JSONDecoder()
    at = 0
    while text[at:].strip():
        at += len(text[at:]) - len(text[at:].lstrip())
        try:
            value, at = decoder.raw_decode(text, at)
        except ValueError as error:
            raise UserError(f"go: parsing {name}: {error}") from None
        origin = value.get("Origin") if isinstance(value, dict) else None
        if not isinstance(origin, dict):
            continue
        module = Module(str(value.get("Path", "")), str(value.get("Version", "")), "", str(value.get("GoVersion", "")), False)
        module.time = str(value.get("Time", ""))
        module.go_mod = str(value.get("GoMod", ""))
        module.sum = str(value.get("Sum", ""))
        module.go_mod_sum = str(value.get("GoModSum", ""))
        module.origin = {str(k): str(v) for k, v in origin.items()}
        found[(module.path, module.version)] = module
        if value.get("Query"):
            found[(module.path, str(value["Query"]))] = module
    return found
