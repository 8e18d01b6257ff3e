"""goes help [command or topic]"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Final

from .flags import FlagSet
from .main import VERBS, usage, verb_module
from .topics import TOPICS

EXAMPLE: Final = "goes help build"
FLAGS: Final = FlagSet("help", "go help [command or topic]", [])


def describe(usage_line: str, summary: str, flags: FlagSet | None, example: str, details: str = "") -> str:
    """The help text of one command: usage, what it does, every flag that works, an example."""
    out = [f"usage: {usage_line}", "", f"{summary[0].upper()}{summary[1:]}.", ""]
    if details:
        out += [details, ""]
    shown = [f for f in flags.flags.values() if f.help] if flags is not None else []
    if shown:
        out.append("The flags are:")
        out.append("")
        for f in shown:
            out.append(f"\t-{f.name}{' ' + f.argument if f.argument else ''}")
            out.append(f"\t\t{f.help}")
        out.append("")
    if example:
        out += ["Example:", "", f"\t{example}"]
    return "\n".join(out).rstrip("\n") + "\n"


def describe_verb(verb: str) -> str:
    """The help text of a verb. A group of commands lists them."""
    module = verb_module(verb)
    text = getattr(module, "help_text", None)
    if callable(text):
        return str(text())
    flags: FlagSet | None = getattr(module, "FLAGS", None)
    example: str = getattr(module, "EXAMPLE", "")
    details: str = getattr(module, "DESCRIPTION", "")
    return describe(flags.usage if flags is not None else f"go {verb}", VERBS[verb], flags, example, details)


def _subcommand(verb: str, name: str) -> str:
    """The help text of `go verb name`, "" if there is no such command."""
    names: dict[str, str] = getattr(verb_module(verb), "SUBCOMMANDS", {})
    if name not in names:
        return ""
    module = import_module(f".{verb}_{name}", __package__)
    flags: FlagSet | None = getattr(module, "FLAGS", None)
    usage_line = flags.usage if flags is not None else f"go {verb} {name}"
    return describe(usage_line, names[name], flags, getattr(module, "EXAMPLE", ""))


def run(args: list[str]) -> int:
    if not args:
        sys.stdout.write(usage())
        return 0
    name = args[0]
    if name in TOPICS and len(args) == 1:
        sys.stdout.write(TOPICS[name][1])
        return 0
    if name not in VERBS:
        sys.stderr.write(f"go help {' '.join(args)}: unknown help topic. Run 'go help'.\n")
        return 2
    text = describe_verb(name) if len(args) == 1 else _subcommand(name, args[1]) if len(args) == 2 else ""
    if not text:
        sys.stderr.write(f"go help {' '.join(args)}: unknown help topic. Run 'go help {name}'.\n")
        return 2
    sys.stdout.write(text)
    return 0
