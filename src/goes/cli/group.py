"""A verb that is a group of commands, each in a module of its own.

    run("mod", usage, {"edit": "edit go.mod from tools", …}, ["edit", "-fmt"])   →   cli/mod_edit.py: run(["-fmt"])
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Final

_HELP: Final = """{about}

Usage:

	go {verb} <command> [arguments]

The commands are:

{commands}

Use "go help {verb} <command>" for more information about a command.

"""


def help_text(verb: str, about: str, commands: dict[str, str]) -> str:
    """The text of `goes help verb`."""
    lines = "\n".join(f"\t{name:<11} {commands[name]}" for name in sorted(commands))
    return _HELP.format(about=about, verb=verb, commands=lines)


def run(verb: str, usage: str, commands: dict[str, str], args: list[str]) -> int:
    """Run `goes verb args`; `usage` is what is said if there are none."""
    if not args:
        sys.stderr.write(usage)
        return 2
    name = args[0]
    if name == "help":
        from . import help

        return help.run([verb, *args[1:]])
    if name not in commands:
        sys.stderr.write(f"go {verb}: unknown command\nRun 'go help {verb}' for usage.\n")
        return 2
    status: int = import_module(f".{verb}_{name}", __package__).run(args[1:])
    return status
