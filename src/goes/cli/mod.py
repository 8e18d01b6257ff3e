"""goes mod <command>: the commands about modules, each in a module of its own.

    goes mod edit -fmt   →   cli/mod_edit.py: run(["-fmt"])
"""

from __future__ import annotations

from typing import Final

from . import group
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

_ABOUT: Final = """Go mod provides access to operations on modules.

Note that support for modules is built into all the go commands,
not just 'go mod'. For example, day-to-day adding, removing, upgrading,
and downgrading of dependencies should be done using 'go get'.
See 'go help modules' for an overview of module functionality."""


def help_text() -> str:
    """The text of `goes help mod`."""
    return group.help_text("mod", _ABOUT, SUBCOMMANDS)


def run(args: list[str]) -> int:
    return group.run("mod", help_text(), SUBCOMMANDS, args)
