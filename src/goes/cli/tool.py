"""goes tool [-n] command [arguments]: the tools beneath the go command, one package or one file at a time.

goes tool compile -o p.a -p p -importcfg cfg a.go     cli/toolcompile.py
goes tool asm -o x.o -p p x.s                         cli/toolasm.py
goes tool link -o exe -importcfg cfg main.a           cli/toollink.py
goes tool pack, nm, objdump, buildid, addr2line       tools/
goes tool cover, cgo, pprof, trace, vet, ...          GOROOT/src/cmd, built on first use (work/toolprograms.py)
goes tool example.com/x/stringer, stringer            tool directives of go.mod
"""

from __future__ import annotations

import os
import sys
from typing import Final

from ..diag.diagnostic import UserError
from .flags import BOOL, CHDIR, TEXT, Flag, FlagSet, FlagValues

TOOLS: Final = ("addr2line", "asm", "buildid", "compile", "link", "nm", "objdump", "pack")
EXAMPLE: Final = "goes tool nm ./app"
FLAGS: Final = FlagSet("tool", "go tool [-n] command [args...]", [
    CHDIR,
    Flag("n", BOOL, "print the command that would be executed but do not execute it"),
    Flag("modcacherw", BOOL, "leave newly-created directories in the module cache read-write"),
    Flag("modfile", TEXT, "use an alternate file instead of go.mod", "file"),
    Flag("overlay", TEXT, "read a JSON config file that provides an overlay for build operations", "file"),
])  # fmt: skip


def run(args: list[str]) -> int:
    values = FLAGS.parse(args)
    if not values.rest:
        return _list(values)
    name, rest = values.rest[0], values.rest[1:]
    if name in TOOLS:
        if values.flag("n"):
            sys.stdout.write(" ".join(["goes", "tool", name, *rest]) + "\n")
            return 0
        return _run(name, rest)
    if name == "dist" and rest[:1] == ["list"]:
        done = _list_platforms(rest[1:])
        if done is not None:
            return done
    from ..load.context import find_goroot
    from ..run.process import run_tool
    from ..work.toolprograms import NOT_TOOLS, is_tool_source, tool_program

    goroot = os.environ.get("GOROOT", "") or find_goroot(os.environ)
    if name not in NOT_TOOLS and is_tool_source(goroot, name):
        program = tool_program(name)
        if values.flag("n"):
            sys.stdout.write(" ".join([program, *rest]) + "\n")
            return 0
        return run_tool(name, [program, *rest])
    if name and all(c.islower() or c.isdigit() or c in "_/.-" or c.isupper() for c in name):
        found = _module_tool(values, name)
        if found:
            return _run_module_tool(values, name, found, rest)
    raise UserError(f'go: no such tool "{name}"', 2)


# -------------------------------------------------------------------------------------------------------- lists


def _known_tools(goroot: str) -> list[str]:
    """Our own tools and those that GOROOT has sources for."""
    from ..work.toolprograms import NOT_TOOLS, is_tool_source

    internal = ("api", "dist", "distpack", "relnote", "tools", *NOT_TOOLS)  # for building Go itself
    found = set(TOOLS)
    try:
        names = os.listdir(os.path.join(goroot, "src", "cmd"))
    except OSError:
        names = []
    found.update(n for n in names if n not in internal and is_tool_source(goroot, n))
    return sorted(found)


def _list(values: FlagValues) -> int:
    from ..load.context import find_goroot

    known = _known_tools(find_goroot(os.environ))
    out = list(known)
    ambiguous = set(known)
    seen: set[str] = set()
    paths = sorted(_declared_tools(values))
    for path in paths:
        alias = _short_name(path)
        if alias in seen:
            ambiguous.add(alias)
        seen.add(alias)
    for path in paths:
        alias = _short_name(path)
        out.append(path if alias in ambiguous else f"{alias} ({path})")
    sys.stdout.write("".join(line + "\n" for line in out))
    return 0


def _list_platforms(args: list[str]) -> int | None:
    """go tool dist list; None if the arguments are not for it."""
    from ..load.platforms import PLATFORMS

    options = {a.lstrip("-") for a in args}
    if not all(a.startswith("-") for a in args) or not options <= {"json", "broken", "v"}:
        return None
    rows = [(pair, marks) for pair, marks in PLATFORMS.items() if "broken" in options or "B" not in marks]
    if "json" not in options:
        sys.stdout.write("".join(pair + "\n" for pair, _ in rows))
        return 0
    import json

    out: list[dict[str, object]] = []
    for pair, marks in rows:
        goos, _, goarch = pair.partition("/")
        row: dict[str, object] = {
            "GOOS": goos, "GOARCH": goarch, "CgoSupported": "C" in marks, "FirstClass": "F" in marks
        }  # fmt: skip
        if "B" in marks:
            row["Broken"] = True
        out.append(row)
    sys.stdout.write(json.dumps(out, indent="\t"))
    return 0


# -------------------------------------------------------------------------------------------------------- module tools


def _declared_tools(values: FlagValues) -> list[str]:
    """The tool directives of the main modules."""
    if os.environ.get("GO111MODULE") == "off":
        return []
    from ..load.context import make_context
    from ..load.modresolve import ModuleResolver
    from .modcommands import mod_options

    return ModuleResolver(make_context(os.environ), os.getcwd(), mod_options("tool", values)).tool_paths()


def _short_name(path: str) -> str:
    from .build import default_name

    return default_name([], path, "")


def _module_tool(values: FlagValues, name: str) -> str:
    """The package of a tool of go.mod, "" if there is none. UserError if the name is not clear."""
    found = sorted(p for p in _declared_tools(values) if p == name or _short_name(p) == name)
    if len(found) > 1:
        choices = "".join(f"{p}\n\t" for p in found)
        raise UserError(f'go: tool "{name}" is ambiguous; choose one of:\n\t{choices}')
    return found[0] if found else ""


def _run_module_tool(values: FlagValues, name: str, package: str, args: list[str]) -> int:
    from ..run.process import run_tool
    from ..run.workdir import WorkDirectory
    from ..work.childenv import child_environment
    from . import run as run_verb
    from .buildflags import build_cached, plan
    from .goenv import original_environment

    flags = [f"-{flag}={values.text(flag)}" for flag in ("modfile", "overlay") if values.text(flag)]
    if values.flag("modcacherw"):
        flags.append("-modcacherw")
    work = WorkDirectory(os.environ)
    try:
        p = plan(run_verb.FLAGS.parse([*flags, package]), [package], work)
        root = p.graph.roots[0]
        if root.name != "main":
            raise UserError(f"package {root.import_path} is not a main package")
        program = build_cached(p, root, _short_name(package))
        if values.flag("n"):
            sys.stdout.write(" ".join([program, *args]) + "\n")
            return 0
        return run_tool(name, [program, *args], child_environment(original_environment(), p.context.goroot))
    finally:
        work.remove()


# -------------------------------------------------------------------------------------------------------- our own


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
