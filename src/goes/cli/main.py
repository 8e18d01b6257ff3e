"""Dispatch of the command line to one module per verb.

    goes run main.go   →   cli/run.py: run(["main.go"])

Nothing heavy is imported here: `goes version` and `goes env` start in milliseconds.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from types import ModuleType
from typing import Final

from ..diag.diagnostic import UserError
from ..run.interrupt import Interrupted, die, watch

# Each verb's module in this package has run(args) → exit status, and for its help FLAGS (a FlagSet) and EXAMPLE.
VERBS: Final[dict[str, str]] = {
    "bug": "start a bug report",
    "build": "compile packages and dependencies",
    "clean": "remove object files and cached files",
    "doc": "show documentation for package or symbol",
    "env": "print Go environment information",
    "fix": "apply fixes suggested by static checkers",
    "fmt": "gofmt (reformat) package sources",
    "generate": "generate Go files by processing source",
    "get": "add dependencies to current module and install them",
    "help": "more information about a command",
    "install": "compile and install packages and dependencies",
    "list": "list packages or modules",
    "mod": "module maintenance",
    "run": "compile and run Go program",
    "telemetry": "manage telemetry data and settings",
    "test": "test packages",
    "tool": "run specified go tool",
    "version": "print Go version",
    "vet": "report likely mistakes in packages",
    "work": "workspace maintenance",
}
# Verbs that are groups of commands: the flags stand behind the second word.
_GROUPS: Final = ("mod", "work")
# Verbs whose module is not called as they are.
_MODULES: Final = {"fmt": "gofmt", "get": "goget", "list": "golist", "test": "gotest"}


def verb_module(verb: str) -> ModuleType:
    """The module that does what a verb of VERBS says."""
    return import_module("." + _MODULES.get(verb, verb), __package__)


USAGE: Final = """Go is a tool for managing Go source code.

Usage:

	go <command> [arguments]

The commands are:

{verbs}

Use "go help <command>" for more information about a command.

Additional help topics:

{topics}

Use "go help <topic>" for more information about that topic.

"""


def usage() -> str:
    """The text of `goes help`."""
    from .topics import TOPICS

    verbs = "\n".join(f"\t{v:<11} {VERBS[v]}" for v in sorted(VERBS) if v != "help")
    return USAGE.format(verbs=verbs, topics="\n".join(f"\t{t:<15} {TOPICS[t][0]}" for t in TOPICS))


def change_directory(args: list[str]) -> list[str]:
    """Follow a -C dir that is the first flag: go to dir. Returns the other arguments."""
    at = 0
    if args and not args[0].startswith("-"):
        at = 2 if args[0] in _GROUPS and len(args) > 1 and not args[1].startswith("-") else 1
    if at >= len(args):
        return args
    name, equals, directory = args[at].partition("=")
    if name not in ("-C", "--C"):
        return args
    end = at + 1
    if not equals:
        if end >= len(args):
            return args
        directory = args[end]
        end += 1
    try:
        os.chdir(directory)
    except OSError as e:
        raise UserError(f"go: chdir {directory}: {os.strerror(e.errno or 0).lower()}") from None
    return args[:at] + args[end:]


def check_gopath() -> None:
    """Entries of $GOPATH that can only be mistakes. UserError for these."""
    for entry in os.environ.get("GOPATH", "").split(os.pathsep):
        if entry.startswith("~"):
            raise UserError(f"go: GOPATH entry cannot start with shell metacharacter '~': \"{entry}\"", 2)
        if entry and not os.path.isabs(entry):
            raise UserError(
                f'go: GOPATH entry is relative; must be absolute path: "{entry}".\n'
                "For more details see: 'go help gopath'",
                2,
            )


def dispatch(args: list[str]) -> int:
    """Run one command line; returns the exit status."""
    try:
        args = change_directory(args)
    except UserError as e:
        sys.stderr.write(e.message + "\n")
        return e.status
    if not args:
        sys.stderr.write(usage())
        return 2
    verb = args[0]
    if verb.startswith("-"):
        if verb not in ("-h", "-help", "--help", "--h"):
            sys.stderr.write(f"flag provided but not defined: -{verb.lstrip('-').partition('=')[0]}\n")
        sys.stderr.write(usage())
        return 2
    if verb not in VERBS:
        sys.stderr.write(f"go {verb}: unknown command\nRun 'go help' for usage.\n")
        return 2
    watch()
    try:
        if verb != "help":
            from .goenv import apply_file
            from .toolchain import select

            apply_file()
            select(args)
            if os.environ.get("GOPATH") and not (verb == "env" and ("-w" in args or "-u" in args)):
                check_gopath()
        status: int = verb_module(verb).run(args[1:])
        return status
    except UserError as e:
        sys.stderr.write(e.message + "\n")
        return e.status
    except BrokenPipeError:
        return 1
    except KeyboardInterrupt:
        return 1
    except Interrupted as e:
        die(e.number)
        return 1
    except OSError as e:
        # The outside world: a disk that is full, a directory that may not be written.
        path = f" {e.filename}" if e.filename is not None else ""
        sys.stderr.write(f"go: open{path}: {(e.strerror or str(e)).lower()}\n")
        return 1
    except MemoryError:
        sys.stderr.write("go: out of memory\n")
        return 1
    except Exception as e:
        from .bugreport import report

        sys.stderr.write(report(e, args))
        return 3
