"""What the commands that change requirements have in common: the module state for a set of flags."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from .flags import FlagValues

if TYPE_CHECKING:
    from ..load.modstate import ModOptions, ModuleState


def mod_options(command: str, values: FlagValues) -> ModOptions:
    """What -mod, -modfile, -modcacherw, -v and -x say."""
    from ..load.modstate import ModOptions

    options = ModOptions(command, values.text("mod"), values.text("modfile"))
    options.modcacherw = values.flag("modcacherw")
    options.verbose = values.flag("v")
    options.trace = values.flag("x")
    return options


def open_state(
    command: str,
    values: FlagValues,
    workspace: bool = True,
    root_mode: int = 0,
    force: bool = False,
    missing_imports: bool = False,
    explicit_write: bool = False,
) -> ModuleState:
    """`values` may have any of -mod, -modfile, -modcacherw, -overlay, -tags, -v and -x."""
    from ..load.context import make_context
    from ..load.modstate import ModuleState
    from ..load.view import read_overlay

    options = mod_options(command, values)
    options.workspace = workspace
    options.root_mode = root_mode
    options.force_modules = force
    options.allow_missing_imports = missing_imports
    options.explicit_write = explicit_write
    tags = [t for t in values.text("tags").replace(" ", ",").split(",") if t]
    context = make_context(os.environ, tags)
    context.view = read_overlay(values.text("overlay"), os.getcwd())
    return ModuleState(context, os.getcwd(), os.environ, options)
