"""goes work sync"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from ..diag.diagnostic import UserError
from .flags import FlagSet
from .modcommon import MOD_FLAGS

if TYPE_CHECKING:
    from ..load.modpackages import PackageOptions
    from ..load.modstate import ModuleState
    from ..load.modversions import Mod

EXAMPLE: Final = "goes work sync"
FLAGS: Final = FlagSet("work sync", "go work sync", MOD_FLAGS)


def run(args: list[str]) -> int:
    values = FLAGS.parse(args)
    from ..load.mainmodules import read_mod_file, read_work_file
    from ..load.modedit import edit_build_list
    from ..load.moderrors import ModError
    from ..load.modload import load_packages
    from ..load.modules import load_module_graph
    from ..load.modwrite import WriteOptions, update_go_mod, write_go_mod
    from ..load.workfiles import raise_work_go
    from ..module.semver import compare_go
    from .modcommands import open_state
    from .workcommon import NO_WORK_FILE, write_work_file

    state = open_state("work sync", values, force=True)
    state.init()
    if not state.work_path:
        raise UserError(NO_WORK_FILE)
    load_module_graph(state, "")
    wanted = {main: _dependencies(state, main) for main in state.main}
    changed: list[ModuleState] = []
    newest = ""
    for main in state.main:
        if not state.main_root[main]:
            continue
        single = _single(state, state.main_root[main])
        try:
            if edit_build_list(single, wanted[main], []):
                load_packages(single, _options(tidy=True), ["all"])
                update_go_mod(single, WriteOptions())
                changed.append(single)
        except ModError as error:
            single.fatal(error)
        go = single.go_version()
        newest = go if not newest or compare_go(newest, go) < 0 else newest
    state.exit_if_errors()
    for single in changed:
        try:
            write_go_mod(single, WriteOptions())
        except ModError:
            pass
    work = read_work_file(state, state.work_path)
    raise_work_go(work, newest)
    for use in list(work.use):
        try:
            root = os.path.join(os.path.dirname(state.work_path), use.path)
            module = read_mod_file(state, os.path.join(root, "go.mod"), False)[1].module
        except ModError:
            continue
        work.add_use(use.path, module)
    write_work_file(state.work_path, work)
    return 0


def _options(tidy: bool) -> PackageOptions:
    from ..load.modpackages import PackageOptions

    options = PackageOptions()
    options.any_tags = True
    options.edits_modules = True
    options.load_tests = True
    options.allow_errors = True
    options.silent = True
    options.tidy = tidy
    options.silent_missing_std = tidy
    options.silent_unmatched = not tidy
    return options


def _dependencies(state: ModuleState, main: Mod) -> list[Mod]:
    """The versions of the workspace that the packages of one of its modules need."""
    from ..load.modload import load_packages
    from ..load.modversions import sort_mods

    options = _options(tidy=False)
    options.main_module = main
    _, paths = load_packages(state, options, ["all"])
    loader = state.packages
    assert loader is not None
    found: dict[Mod, None] = {}
    for path in paths:
        package = loader.by_path.get(path)
        if package is not None and package.mod[1]:
            found[package.mod] = None
    mods = list(found)
    sort_mods(mods)
    return mods


def _single(state: ModuleState, root: str) -> ModuleState:
    """The module at root by itself."""
    from ..load.modstate import ModOptions, ModuleState

    options = ModOptions("work sync")
    options.workspace = False
    options.force_modules = True
    options.explicit_write = state.options.explicit_write
    options.modcacherw = state.options.modcacherw
    return ModuleState(state.context, root, state.env, options)
