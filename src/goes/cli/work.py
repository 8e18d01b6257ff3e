"""goes work <command>: the commands about workspaces, each in a module of its own.

    goes work use ./a   →   cli/work_use.py: run(["./a"])
"""

from __future__ import annotations

from typing import Final

from . import group
from .flags import FlagSet

EXAMPLE: Final = "goes work init ./a ./b"
FLAGS: Final = FlagSet("work", "go work <command> [arguments]", [])
SUBCOMMANDS: Final[dict[str, str]] = {
    "edit": "edit go.work from tools or scripts",
    "init": "initialize workspace file",
    "sync": "sync workspace build list to modules",
    "use": "add modules to workspace file",
    "vendor": "make vendored copy of dependencies",
}

_ABOUT: Final = "Work provides access to operations on workspaces."


def help_text() -> str:
    """The text of `goes help work`."""
    return group.help_text("work", _ABOUT, SUBCOMMANDS)


def run(args: list[str]) -> int:
    return group.run("work", help_text(), SUBCOMMANDS, args)
