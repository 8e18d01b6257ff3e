"""Writing go.mod and go.sum back.

    commit(state)        after loading: go.mod says what state.requirements says, go.sum has what is needed

With -mod=readonly and -mod=vendor a file that would have to change is an error.
Source: cmd/go/internal/modload (UpdateGoModFromReqs, commitRequirements, keepSums).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from ..module import semver
from ..module.paths import check_import_path
from . import modfetching
from .mainmodules import load_requirements
from .moderrors import ModError
from .modimport import prefixes
from .modstate import Index
from .modsummary import PRUNED
from .modversions import (
    DEFAULT_GO,
    SEPARATE_INDIRECT,
    SIMPLE_REQUIRE,
    STRICT,
    TIDY_GO_MOD_SUM,
    TOOLS,
    Mod,
    from_toolchain,
)
from .requirements import GoModDirty, Requirements

if TYPE_CHECKING:
    from ..module.modfile import ModFile
    from .modpackages import PackageLoader
    from .modstate import ModuleState


@final
class WriteOptions:
    __slots__ = ("drop_toolchain", "explicit_toolchain", "add_tools", "drop_tools")

    def __init__(self) -> None:
        self.drop_toolchain = False
        self.explicit_toolchain = False
        self.add_tools: list[str] = []
        self.drop_tools: list[str] = []


def update_go_mod(state: ModuleState, options: WriteOptions) -> tuple[str, str, ModFile] | None:
    """The text of go.mod before and after the requirements were put into it, and the file; None if there is no go.mod.
    Nothing is written. Raises ModError."""
    rs = state.requirements
    file = state.mod_files[state.main[0]] if len(state.main) == 1 and state.main_root[state.main[0]] else None
    if file is None or rs is None:
        return None
    before = file.format()
    wanted: list[tuple[str, str, bool]] = []
    go = rs.highest["go"]
    toolchain = rs.highest.get("toolchain", "")
    for path, version in rs.roots:
        if path not in ("go", "toolchain"):
            wanted.append((path, version, path not in rs.direct))
    if semver.compare_go(go, state.running_go) > 0:
        raise state.too_new("updating go.mod", go)
    if file.go != go:
        always = state.build_mod == "mod" or state.command in ("mod tidy", "get")
        if file.go or go != DEFAULT_GO or always:
            file.add_go(go)
            state.raw_go[state.single_main] = go
    tools = (set(file.tool) - set(options.drop_tools)) | set(options.add_tools)
    if tools and semver.compare_go(go, TOOLS) < 0 and state.command == "get":
        if options.explicit_toolchain:
            raise ModError(f"{TOOLS} is required for tool directives in go.mod: go get go@{TOOLS}.0")
        go = TOOLS
        file.add_go(TOOLS)
    if not toolchain:
        toolchain = "go" + go
    number = from_toolchain(toolchain)
    if (
        options.drop_toolchain
        or toolchain == "go" + go
        or (semver.compare_go(number, STRICT) < 0 and not options.explicit_toolchain)
    ):
        file.drop_toolchain()
    else:
        file.add_toolchain(toolchain)
    for path in options.add_tools:
        file.add_tool(path)
    for path in options.drop_tools:
        file.drop_tool(path)
    if semver.compare_go(go, SEPARATE_INDIRECT) < 0:
        file.set_requires(wanted, False)
    elif semver.compare_go(go, SIMPLE_REQUIRE) < 0:
        file.set_requires(wanted, True)
    else:
        file.set_requires_at_most_two(wanted)
    file.cleanup()
    return before, file.format(), file


def write_go_mod(state: ModuleState, options: WriteOptions) -> None:
    """Raises ModError."""
    state.requirements = load_requirements(state)
    commit(state, options)


def commit(state: ModuleState, options: WriteOptions | None = None) -> None:
    """Raises ModError."""
    rs = state.requirements
    assert rs is not None
    if state.workspace:
        modfetching.write_sums(state, lambda: keep_sums(state, state.packages, rs, True))
        return
    options = options or WriteOptions()
    updated = update_go_mod(state, options)
    if updated is None:
        return
    text, file = updated[1], updated[2]
    main = state.single_main
    index = state.indices[main]
    dirty = index is None or index.is_dirty(file, state.build_mod) or bool(options.drop_tools or options.add_tools)
    if dirty and state.build_mod != "mod":
        raise GoModDirty(state)
    if dirty or state.command == "mod tidy":
        path = state.mod_file_path(state.main_root[main])
        if path in state.context.view.replaced:
            if dirty:
                raise ModError("updates to go.mod needed, but go.mod is part of the overlay specified with -overlay")
            return
        _write(state, path, text, index)
        state.indices[main] = Index(text, file, False)
    if state.command != "mod init":
        modfetching.write_sums(state, lambda: keep_sums(state, state.packages, rs, True))


def _write(state: ModuleState, path: str, text: str, index: Index | None) -> None:
    """Replace go.mod, unless somebody else has changed it since it was read."""
    from ..module.writefile import ChangedError, write_file

    data = text.encode("utf-8", "surrogateescape")
    expected = None if index is None else index.data.encode("utf-8", "surrogateescape")
    try:
        write_file(path, data, expected, state.context.gomodcache)
    except ChangedError:
        raise ModError("updating go.mod: existing contents have changed since last read") from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ModError(f"updating go.mod: open {error.filename or path}: {reason}") from None


def keep_sums(
    state: ModuleState, loader: PackageLoader | None, rs: Requirements, with_build_list: bool
) -> set[Mod]:
    """The modules, and go.mod files ("v1.0.0/go.mod"), whose sums are needed to load the same packages again."""
    keep: set[Mod] = set()

    def keep_module(mod: Mod) -> None:
        keep.add(state.resolve(mod))

    def keep_go_mod(mod: Mod) -> None:
        path, version = state.resolve(mod)
        keep.add((path, version + "/go.mod"))

    mod_sums_for_zips = True
    if loader is None:
        if semver.compare_go(state.go_version(), TIDY_GO_MOD_SUM) < 0 and state.build_mod != "mod":
            mod_sums_for_zips = False
    else:
        package_mod_sums = True
        old = semver.compare_go(loader.requirements.go_version(), TIDY_GO_MOD_SUM) < 0
        if old and (loader.options.tidy or state.build_mod != "mod"):
            package_mod_sums = False
            mod_sums_for_zips = False
        for package in loader.packages:
            if package.test_of is not None or (not package.mod[0] and package.error is None):
                continue
            if check_import_path(package.path):
                continue
            if package_mod_sums:
                keep_go_mod(package.mod)
            if rs.pruning == PRUNED and package.mod[0] and rs.root_selected(package.mod[0]) == package.mod[1]:
                # Found in a root: others than roots were not even looked at.
                for prefix in prefixes(package.path):
                    version = rs.root_selected(prefix)
                    if version is not None and version != "none":
                        keep_module((prefix, version))
                continue
            graph = rs.graph()[0]
            for prefix in prefixes(package.path):
                version = graph.selected(prefix)
                if version != "none":
                    keep_module((prefix, version))
    if rs.cached is None:
        # Only to find out what to keep, the graph is not read.
        for mod in rs.roots:
            keep_go_mod(mod)
            if with_build_list:
                keep_module(mod)
        return keep
    graph = rs.cached
    for mod in graph.graph.breadth_first():
        if graph.graph.knows(mod):
            keep_go_mod(mod)
    if with_build_list:
        for mod in graph.build_list():
            if mod_sums_for_zips:
                keep_go_mod(mod)
            keep_module(mod)
    return keep

