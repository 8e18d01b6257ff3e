"""goes run [build flags] [-exec xprog] package [arguments...]"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from typing import Final

from ..diag.diagnostic import UserError
from .buildflags import build_cached, plan
from .flags import BUILD_FLAGS, TEXT, Flag, FlagSet

FLAGS: Final = FlagSet("run", "go run [build flags] [-exec xprog] package [arguments...]", [
    Flag("exec", TEXT, "invoke the binary using xprog", "xprog"), *BUILD_FLAGS,
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


def program_name(patterns: list[str], import_path: str) -> str:
    """The executable's base name, as os.Args[0] shows it."""
    if patterns[0].endswith(".go"):
        return os.path.basename(patterns[0])[:-3]
    name = import_path.rsplit("/", 1)[-1]
    return name or "main"


def run(args: list[str]) -> int:
    values = FLAGS.parse(args)
    if not values.rest:
        raise UserError("go: no go files listed")
    patterns, arguments = split_arguments(values.rest)
    if any(p.endswith("_test.go") for p in patterns):
        bad = next(p for p in patterns if p.endswith("_test.go"))
        raise UserError(f"go: cannot run *_test.go files ({bad})")
    p = plan(values, patterns)
    roots = p.graph.roots
    if not roots:
        raise UserError(f"go: no packages loaded from {patterns[0]}")
    if len(roots) > 1:
        names = "\n".join(f"\t{r.import_path}" for r in roots)
        raise UserError(f"go: pattern {patterns[0]} matches multiple packages:\n{names}")
    root = roots[0]
    if root.name != "main":
        raise UserError(f"package {root.import_path} is not a main package")

    show = values.flag("x") or values.flag("n")
    base = os.environ.get("GOTMPDIR") or None
    work = tempfile.mkdtemp(prefix="go-build", dir=base)
    keep = values.flag("work")
    try:
        if show or keep:
            sys.stderr.write(f"WORK={work}\n")
        executable = os.path.join(work, "b001", "exe", program_name(patterns, root.import_path))
        runner = values.text("exec").split()
        if show:
            from ..work.steps import show_steps

            show_steps(p.graph, root, p.options, work, executable, sys.stderr)
            sys.stderr.write(" ".join([*runner, executable, *arguments]) + "\n")
        if values.flag("n"):
            return 0
        built = build_cached(p, root)
        os.makedirs(os.path.dirname(executable))
        try:
            os.link(built, executable)
        except OSError:
            shutil.copyfile(built, executable)
            os.chmod(executable, 0o755)
        from ..run.process import run_program

        if runner:
            found = shutil.which(runner[0])
            if found is None:
                raise UserError(f'go: exec: "{runner[0]}": executable file not found in $PATH')
            return run_program([found, *runner[1:], executable, *arguments])
        return run_program([executable, *arguments])
    finally:
        if not keep:
            shutil.rmtree(work, ignore_errors=True)
