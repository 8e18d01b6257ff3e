"""goes work <command>: the commands about workspaces, each in a module of its own.

    goes work use ./a   →   cli/work_use.py: run(["./a"])
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Final

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

_USAGE: Final = """Work provides access to operations on workspaces.

Usage:

	go work <command> [arguments]

The commands are:

{commands}

Use "go help work <command>" for more information about a command.

"""


def help_text() -> str:
    """The text of `goes help work`."""
    return _USAGE.format(commands="\n".join(f"\t{name:<11} {SUBCOMMANDS[name]}" for name in sorted(SUBCOMMANDS)))


def run(args: list[str]) -> int:
    if not args:
        sys.stderr.write(help_text())
        return 2
    name = args[0]
    if name == "help":
        from . import help

        return help.run(["work", *args[1:]])
    if name not in SUBCOMMANDS:
        sys.stderr.write("go work: unknown command\nRun 'go help work' for usage.\n")
        return 2
    status: int = import_module(f".work_{name}", __package__).run(args[1:])
    return status
