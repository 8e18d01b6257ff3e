"""goes build [-o output] [build flags] [packages]"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final

from ..diag.diagnostic import UserError
from ..run.workdir import WorkDirectory
from .buildflags import Plan, build_cached, plan
from .flags import BUILD_FLAGS, TEXT, Flag, FlagSet, FlagValues

if TYPE_CHECKING:
    from ..load.package import Package

EXAMPLE: Final = "goes build -o app ./cmd/app"
FLAGS: Final = FlagSet("build", "go build [-o output] [build flags] [packages]", [
    Flag("o", TEXT, "write the resulting executable to the named output file or directory", "output"), *BUILD_FLAGS,
])  # fmt: skip


def default_name(patterns: list[str], import_path: str, directory: str) -> str:
    """What the executable is called without -o."""
    if patterns and patterns[0].endswith(".go"):
        return os.path.basename(patterns[0])[:-3]
    if import_path == "command-line-arguments":
        return os.path.basename(directory)
    elements = import_path.split("/")
    last = elements[-1]
    if (
        len(elements) > 1
        and len(last) > 1
        and last[0] == "v"
        and last[1:].isdigit()
        and last[1] != "0"
        and last != "v1"
    ):
        last = elements[-2]
    return last


def install(built: str, target: str) -> None:
    """Copy a cached executable to its place, never leaving half of it."""
    from shutil import copyfile

    folder = os.path.dirname(os.path.abspath(target))
    temporary = os.path.join(folder, f".goes-{os.getpid()}-{os.path.basename(target)}")
    try:
        os.makedirs(folder, exist_ok=True)
        copyfile(built, temporary)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(temporary, 0o777 & ~mask)
        os.replace(temporary, target)
    except OSError as e:
        try:
            os.unlink(temporary)
        except OSError:
            pass
        raise UserError(f"go: open {target}: {os.strerror(e.errno or 0).lower()}") from None


def run(args: list[str]) -> int:
    values = FLAGS.parse(args)
    work = WorkDirectory(os.environ)
    work.keep = values.flag("work")
    try:
        if work.keep or values.flag("x") or values.flag("n"):
            sys.stderr.write(f"WORK={work.path()}\n")
            sys.stderr.flush()
        return _run(values, work)
    finally:
        work.remove()


def _targets(p: Plan, patterns: list[str], output: str) -> dict[str, str]:
    """Import path of each main package to be written → its file, "" for "only build"."""
    roots = p.graph.roots
    mains = [r for r in roots if r.name == "main"]
    if output == "/dev/null":
        return {r.import_path: "" for r in mains}
    if output.endswith("/") or (output and os.path.isdir(output)):
        if not mains:
            raise UserError("go: no main packages to build")
        return {r.import_path: os.path.join(output, default_name(patterns, r.import_path, r.dir)) for r in mains}
    if output:
        if len(roots) > 1:
            raise UserError(f"go: cannot write multiple packages to non-directory {output}")
        return {r.import_path: output for r in mains}
    if len(roots) != 1:
        return {r.import_path: "" for r in mains}
    for r in mains:
        name = default_name(patterns, r.import_path, r.dir)
        if os.path.isdir(name):
            raise UserError(f'go: build output "{name}" already exists and is a directory')
        return {r.import_path: name}
    return {}


def _run(values: FlagValues, work: WorkDirectory) -> int:
    patterns = values.rest or ["."]
    p = plan(values, patterns, work)
    output = values.text("o")
    targets = _targets(p, patterns, output)
    if values.flag("x") or values.flag("n"):
        _show(p, targets, work)
        if values.flag("n"):
            return 0
    failures: list[str] = []
    for r in p.graph.roots:
        if r.name != "main":
            continue
        try:
            built = build_cached(p, r, default_name(patterns, r.import_path, r.dir))
        except UserError as e:
            failures.append(e.message)
            continue
        if targets.get(r.import_path):
            install(built, targets[r.import_path])
    libraries = [r for r in p.graph.roots if r.name != "main"]
    if libraries:
        _check(p, libraries, output, failures)
    if failures:
        raise UserError("\n".join(_lines_once(failures)))
    return 0


def _check(p: Plan, libraries: list[Package], output: str, failures: list[str]) -> None:
    """Packages that make no executable; with -o file the one package's archive is written."""
    from .progress import on_big_stack

    if output and output != "/dev/null" and len(p.graph.roots) == 1:
        from ..work.eager import archive_of

        data = on_big_stack(archive_of, p.context, p.graph, libraries[0], p.options)
        try:
            with open(output, "wb") as f:
                f.write(data)
        except OSError as e:
            raise UserError(f"go: open {output}: {os.strerror(e.errno or 0).lower()}") from None
        return
    from ..work.build import check_only

    try:
        on_big_stack(check_only, p.context, p.graph, libraries, p.options)
    except UserError as e:
        failures.append(e.message)


def _lines_once(reports: list[str]) -> list[str]:
    """Reports of several programs about a package they share are shown once."""
    out: list[str] = []
    for report in reports:
        if report not in out:
            out.append(report)
    return out


def _show(p: Plan, targets: dict[str, str], work: WorkDirectory) -> None:
    from ..work.modinfo import module_info
    from ..work.steps import Steps

    steps = Steps(p.context, p.graph, p.options, work.path(), sys.stderr)
    for r in p.graph.roots:
        if r.name == "main":
            p.options.modinfo = module_info(p.context, p.graph, r, p.options)
            steps.program(
                r, os.path.abspath(targets[r.import_path]) if targets[r.import_path] else "$WORK/b001/exe/a.out"
            )
        else:
            steps.library(r)
