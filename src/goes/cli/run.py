"""goes run [build flags] [-exec xprog] package [arguments...]"""

from __future__ import annotations

import os
import sys
from typing import Final

from ..diag.diagnostic import UserError
from ..run.workdir import WorkDirectory
from .build import default_name
from .buildflags import Plan, build_cached, plan
from .flags import BUILD_FLAGS, COVER_FLAGS, TEXT, Flag, FlagSet, FlagValues

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


def find_runner(text: str) -> list[str]:
    """The words of -exec, the first one looked up in $PATH."""
    from ..work.options import split_words

    words = split_words(text)
    if not words:
        return []
    name = words[0]
    if "/" in name:
        return words
    for folder in os.environ.get("PATH", "").split(":"):
        path = os.path.join(folder or ".", name)
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return [path, *words[1:]]
    raise UserError(f'exec: "{name}": executable file not found in $PATH')


def run(args: list[str]) -> int:
    values = FLAGS.parse(args)
    work = WorkDirectory(os.environ)
    work.keep = values.flag("work")
    try:
        place = work.path()
        if work.keep or values.flag("x") or values.flag("n"):
            sys.stderr.write(f"WORK={place}\n")
            sys.stderr.flush()
        if not values.rest:
            raise UserError("go: no go files listed")
        patterns, arguments = split_arguments(values.rest)
        for name in patterns:
            if name.endswith("_test.go"):
                raise UserError(f"go: cannot run *_test.go files ({name})")
        return _run(values, patterns, arguments, work)
    finally:
        work.remove()


def _load(values: FlagValues, patterns: list[str], work: WorkDirectory) -> Plan:
    """The one main package the patterns name."""
    p = plan(values, patterns, work, patterns[0].endswith(".go"))
    roots = p.graph.roots
    if not roots:
        raise UserError(f"go: no packages loaded from {patterns[0]}")
    if len(roots) > 1:
        names = "\n".join(f"\t{r.import_path}" for r in roots)
        raise UserError(f"go: pattern {patterns[0]} matches multiple packages:\n{names}")
    if roots[0].name != "main":
        raise UserError(f"package {roots[0].import_path} is not a main package")
    return p


def _run(values: FlagValues, patterns: list[str], arguments: list[str], work: WorkDirectory) -> int:
    p = _load(values, patterns, work)
    root = p.graph.roots[0]
    name = default_name(patterns, root.import_path, root.dir)
    if values.flag("x") or values.flag("n"):
        from ..work.modinfo import module_info
        from ..work.steps import Steps, quote

        p.options.modinfo = module_info(p.context, p.graph, root, p.options)
        shown = f"$WORK/b001/exe/{name}"
        Steps(p.context, p.graph, p.options, work.path(), sys.stderr).program(root, shown)
        sys.stderr.write(" ".join([*values.text("exec").split(), shown, *(quote(a) for a in arguments)]) + "\n")
        sys.stderr.flush()
        if values.flag("n"):
            return 0
    runner = find_runner(values.text("exec"))
    executable = build_cached(p, root, name)
    from ..run.process import run_program
    from ..work.childenv import child_environment
    from .goenv import original_environment

    return run_program(
        [*runner, executable, *arguments], child_environment(original_environment(), p.context.goroot)
    )
