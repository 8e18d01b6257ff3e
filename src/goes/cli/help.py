"""goes help [command]"""

from __future__ import annotations

import sys

from .flags import FlagSet
from .main import VERBS, usage, verb_module


def flag_set(verb: str) -> tuple[FlagSet, str] | None:
    """The flags of a verb and one example of its use."""
    module = verb_module(verb)
    flags: FlagSet | None = getattr(module, "FLAGS", None)
    return None if flags is None else (flags, module.EXAMPLE)


def describe(verb: str) -> str:
    """The help text of one verb: usage, what it does, every flag, an example."""
    found = flag_set(verb)
    if found is None:
        return f"usage: go {verb}\n\n{VERBS[verb][0].upper()}{VERBS[verb][1:]}.\n"
    flags, example = found
    out = [f"usage: {flags.usage}", "", f"{VERBS[verb][0].upper()}{VERBS[verb][1:]}.", ""]
    if flags.flags:
        out.append("The flags are:")
        out.append("")
        for f in flags.flags.values():
            out.append(f"\t-{f.name}{' ' + f.argument if f.argument else ''}")
            out.append(f"\t\t{f.help}")
        out.append("")
    out.append("Example:")
    out.append("")
    out.append(f"\t{example}")
    return "\n".join(out) + "\n"


def run(args: list[str]) -> int:
    if not args:
        sys.stdout.write(usage())
        return 0
    if args[0] not in VERBS or args[0] == "help":
        sys.stderr.write(f"go help {' '.join(args)}: unknown help topic. Run 'go help'.\n")
        return 2
    if len(args) > 1:
        sys.stderr.write(f"go help {' '.join(args)}: unknown help topic. Run 'go help {args[0]}'.\n")
        return 2
    sys.stdout.write(describe(args[0]))
    return 0
