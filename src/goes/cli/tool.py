"""goes tool [name] [arguments]: the tools beneath the go command, one package or one file at a time.

goes tool compile -o p.a -p p -importcfg cfg a.go     cli/toolcompile.py
goes tool asm -o x.o -p p x.s                         cli/toolasm.py
goes tool link -o exe -importcfg cfg main.a           cli/toollink.py
goes tool pack, nm, objdump, buildid, addr2line       tools/
"""

from __future__ import annotations

import sys
from typing import Final

TOOLS: Final = ("addr2line", "asm", "buildid", "compile", "link", "nm", "objdump", "pack")
USAGE: Final = "usage: go tool [-n] command [args...]\nRun 'go help tool' for details.\n"


def run(args: list[str]) -> int:
    if args and args[0] == "-n" and len(args) > 1:
        args = args[1:]
        if args[0] in TOOLS:
            sys.stdout.write(" ".join(["goes", "tool", *args]) + "\n")
            return 0
    if not args:
        for name in TOOLS:
            sys.stdout.write(name + "\n")
        return 0
    name, rest = args[0], args[1:]
    if name.startswith("-"):
        flag = name.lstrip("-")
        text = "" if flag in ("h", "help") else f"flag provided but not defined: -{flag}\n"
        sys.stderr.write(text + USAGE)
        return 2
    if name not in TOOLS:
        sys.stderr.write(f'go: no such tool "{name}"\n')
        return 2
    return _run(name, rest)


def _run(name: str, args: list[str]) -> int:
    if name == "compile":
        from . import toolcompile

        return toolcompile.run(args)
    if name == "asm":
        from . import toolasm

        return toolasm.run(args)
    if name == "link":
        from . import toollink

        return toollink.run(args)
    if name == "pack":
        from ..tools import pack

        return pack.main(args, sys.stdout, sys.stderr)
    if name == "nm":
        from ..tools import nm

        return nm.main(args, sys.stdout, sys.stderr)
    if name == "objdump":
        from ..tools import objdump

        return objdump.main(args, sys.stdout, sys.stderr)
    if name == "buildid":
        from ..tools import buildid

        return buildid.main(args, sys.stdout, sys.stderr)
    from ..tools import addr2line

    return addr2line.main(args, sys.stdin, sys.stdout, sys.stderr)
