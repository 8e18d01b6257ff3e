"""Dispatch of the command line to one module per verb.

    goes run main.go   →   cli/run.py: run(["main.go"])

Nothing heavy is imported here: `goes version` and `goes env` start in milliseconds.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Final

from ..diag.diagnostic import UserError
from ..run.interrupt import Interrupted, die, watch

# Each verb's module in this package has run(args) → exit status, and for its help FLAGS (a FlagSet) and EXAMPLE.
VERBS: Final[dict[str, str]] = {
    "build": "compile packages and dependencies",
    "env": "print Go environment information",
    "get": "add dependencies to current module and install them",
    "help": "more information about a command",
    "list": "list packages or modules",
    "mod": "module maintenance",
    "run": "compile and run Go program",
    "test": "test packages",
    "tool": "run specified go tool",
    "version": "print Go version",
    "work": "workspace maintenance",
}
# Verbs whose module is not called as they are.
_MODULES: Final = {"get": "goget", "list": "golist", "test": "gotest"}


def verb_module(verb: str) -> ModuleType:
    """The module that does what a verb of VERBS says."""
    return import_module("." + _MODULES.get(verb, verb), __package__)


USAGE: Final = """goes is a tool for managing Go source code, an independent Go toolchain.

Usage:

	goes <command> [arguments]

The commands are:

{verbs}

Use "goes help <command>" for more information about a command.
"""


def usage() -> str:
    """The text of `goes help`."""
    return USAGE.format(verbs="\n".join(f"\t{v:<11} {VERBS[v]}" for v in sorted(VERBS)))


def dispatch(args: list[str]) -> int:
    """Run one command line; returns the exit status."""
    if not args:
        sys.stderr.write(usage())
        return 2
    verb = args[0]
    if verb in ("-h", "-help", "--help"):
        sys.stderr.write(usage())
        return 2
    if verb not in VERBS:
        sys.stderr.write(f"go {verb}: unknown command\nRun 'go help' for usage.\n")
        return 2
    watch()
    try:
        if verb != "help" and verb != "tool":
            from .goenv import apply_file

            apply_file()
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
