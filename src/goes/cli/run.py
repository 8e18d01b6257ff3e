"""goes run [build flags] [-exec xprog] package [arguments...]"""

from __future__ import annotations

import os
import sys
from typing import Final

from ..diag.diagnostic import UserError
from ..run.workdir import WorkDirectory
from .build import program_name, show_remarks
from .buildflags import Plan, build_cached, is_versioned, plan
from .flags import BUILD_FLAGS, COVER_FLAGS, TEXT, Flag, FlagSet, FlagValues
from .workdirectory import work_directory

EXAMPLE: Final = "goes run main.go arg1 arg2"
FLAGS: Final = FlagSet("run", "go run [build flags] [-exec xprog] package [arguments...]", [
    Flag("exec", TEXT, "invoke the binary using xprog", "xprog"), *BUILD_FLAGS, *COVER_FLAGS,
])  # fmt: skip


def split_arguments(rest: list[str]) -> tuple[list[str], list[str]]:
    """The package (one pattern, or all leading .go files) and the program's own arguments."""
    n = 0
    while n < len(rest) and rest[n].endswith(".go"):
        n += 1
    if n > 0:
        return rest[:n], rest[n:]
    if not rest or rest[0].startswith("-"):
        raise UserError("go: no go files listed")
    return rest[:1], rest[1:]


def find_runner(text: str, goos: str = "", goarch: str = "") -> list[str]:
    """The words of -exec, or what $PATH has for programs of another system."""
    from ..load.context import host_arch, host_os

    if text:
        from .buildsteps import find_program

        return find_program(text)
    if (goos or host_os(), goarch or host_arch()) == (host_os(), host_arch()):
        return []
    from shutil import which

    found = which(f"go_{goos}_{goarch}_exec")
    return [found] if found else []


def run(args: list[str]) -> int:
    values = FLAGS.parse(args)
    try:
        with work_directory(values) as work:
            work.path()
            if not values.rest:
                raise UserError("go: no go files listed")
            patterns, arguments = split_arguments(values.rest)
            for name in patterns:
                if name.endswith("_test.go"):
                    raise UserError(f"go: cannot run *_test.go files ({name})")
            return _run(values, patterns, arguments, work)
    except UserError as e:
        from .buildjson import failed

        return failed(values, e)


def _load(values: FlagValues, patterns: list[str], work: WorkDirectory) -> Plan:
    """The one main package the patterns name."""
    files = patterns[0].endswith(".go")
    if not files and is_versioned(patterns[0]):
        from .versioned import plan_versioned

        p = plan_versioned(values, patterns, work)
    else:
        p = plan(values, patterns, work, files)
    roots = p.graph.roots
    if not files and "..." in patterns[0]:
        programs = [r for r in roots if r.name == "main"]
        if roots and not programs:
            sys.stderr.write(f'go: warning: "{patterns[0]}" matched only non-main packages\n')
        roots = programs
    if not roots:
        raise UserError(f"go: no packages loaded from {patterns[0]}")
    if len(roots) > 1:
        names = "\n".join(f"\t{r.import_path}" for r in roots)
        raise UserError(f"go: pattern {patterns[0]} matches multiple packages:\n{names}")
    if roots[0].name != "main":
        raise UserError(f"package {roots[0].import_path} is not a main package")
    p.wanted = roots
    return p


def _run(values: FlagValues, patterns: list[str], arguments: list[str], work: WorkDirectory) -> int:
    p = _load(values, patterns, work)
    root = p.wanted[0]
    name = program_name(root)
    if patterns[0].endswith(".go") and not root.go_files:
        raise UserError("go: no suitable source files" + (" (cgo is disabled)" if root.cgo_files else ""))
    executable = os.path.join(work.path(), "b001", "exe", name)
    if values.flag("x") or values.flag("n") or values.text("toolexec"):
        from ..work.steps import quote
        from .buildsteps import perform

        done = perform(p, {root.import_path: executable})
        shown = f"$WORK/b001/exe/{name}"
        if values.flag("x") or values.flag("n"):
            sys.stderr.write(" ".join([*values.text("exec").split(), shown, *(quote(a) for a in arguments)]) + "\n")
            sys.stderr.flush()
        if values.flag("n"):
            return 0
        if not done:
            executable = ""
    else:
        executable = ""
    runner = find_runner(values.text("exec"), p.context.goos, p.context.goarch)
    if not executable:
        new = p.announce()
        show_remarks(p)
        executable = build_cached(p, root, name)
        p.record(new)
    from ..run.process import run_program
    from ..work.childenv import child_environment
    from .goenv import original_environment

    return run_program(
        [*runner, executable, *arguments], child_environment(original_environment(), p.context.goroot)
    )
