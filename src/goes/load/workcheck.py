"""A module in its workspace, for `go get`: what the other modules of the workspace provide is not missing.

    workspace = load_workspace(state)              None if no go.work counts here
    workspace.has_package("example.com/b/pkg")     is it in one of its modules?
"""

from __future__ import annotations

import os
from typing import final

from ..diag.diagnostic import UserError
from .mainmodules import load_requirements, load_work_file, read_mod_file, requirements_from_files
from .moderrors import ModError
from .modimport import dir_in_module
from .modstate import ModOptions, ModuleState, find_work
from .modwrite import WriteOptions, update_go_mod


@final
class Workspace:
    """`roots` are the directories of its modules, by path."""

    __slots__ = ("state", "path", "roots")

    def __init__(self, state: ModuleState, path: str) -> None:
        self.state = state
        self.path = path
        self.roots: dict[str, str] = {}

    def has_package(self, path: str) -> bool:
        for module, root in self.roots.items():
            try:
                if dir_in_module(self.state, path, module, root, True)[1]:
                    return True
            except ModError:
                continue
        return False


def load_workspace(state: ModuleState) -> Workspace | None:
    path = find_work(state.cwd, state.env, state.context.goroot, state.context.view)
    if not path:
        return None
    try:
        _, directories = load_work_file(state, path)
    except UserError:
        return None
    workspace = Workspace(state, path)
    for directory in directories:
        try:
            _, file, _ = read_mod_file(state, os.path.join(directory, "go.mod"), False)
        except ModError:
            continue  # reported when the workspace is loaded
        workspace.roots[file.module] = directory
    return workspace


def enter_workspace(state: ModuleState) -> ModuleState:
    """The workspace, with the requirements that the module has now. Raises ModError."""
    main = state.single_main
    updated = update_go_mod(state, WriteOptions())
    options = ModOptions(state.command)
    options.force_modules = True
    options.explicit_write = True
    options.modcacherw = state.options.modcacherw
    options.verbose = state.options.verbose
    options.trace = state.options.trace
    whole = ModuleState(state.context, state.cwd, state.env, options)
    load_requirements(whole)
    if updated is not None and main in whole.mod_files:
        whole.mod_files[main] = updated[2]
        whole.requirements = requirements_from_files(whole)
    return whole
