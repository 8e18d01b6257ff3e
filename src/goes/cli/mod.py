"""goes mod <command>: the commands about modules, each in a module of its own.

    goes mod edit -fmt   →   cli/mod_edit.py: run(["-fmt"])
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Final

from .flags import FlagSet

EXAMPLE: Final = "goes mod init example.com/m"
FLAGS: Final = FlagSet("mod", "go mod <command> [arguments]", [])
SUBCOMMANDS: Final[dict[str, str]] = {
    "download": "download modules to local cache",
    "edit": "edit go.mod from tools or scripts",
    "graph": "print module requirement graph",
    "init": "initialize new module in current directory",
    "tidy": "add missing and remove unused modules",
    "vendor": "make vendored copy of dependencies",
    "verify": "verify dependencies have expected content",
    "why": "explain why packages or modules are needed",
}

_USAGE: Final = """Go mod provides access to operations on modules.

Note that support for modules is built into all the go commands,
not just 'go mod'. For example, day-to-day adding, removing, upgrading,
and downgrading of dependencies should be done using 'go get'.
See 'go help modules' for an overview of module functionality.

Usage:

	go mod <command> [arguments]

The commands are:

{commands}

Use "go help mod <command>" for more information about a command.

"""


def help_text() -> str:
    """The text of `goes help mod`."""
    return _USAGE.format(commands="\n".join(f"\t{name:<11} {SUBCOMMANDS[name]}" for name in sorted(SUBCOMMANDS)))


def run(args: list[str]) -> int:
    if not args:
        sys.stderr.write(help_text())
        return 2
    name = args[0]
    if name == "help":
        from . import help

        return help.run(["mod", *args[1:]])
    if name not in SUBCOMMANDS:
        sys.stderr.write("go mod: unknown command\nRun 'go help mod' for usage.\n")
        return 2
    status: int = import_module(f".mod_{name}", __package__).run(args[1:])
    return status
