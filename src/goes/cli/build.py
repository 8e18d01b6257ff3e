"""goes build [-o output] [build flags] [packages]"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from typing import Final

from ..diag.diagnostic import UserError
from .buildflags import build_cached, plan
from .flags import BUILD_FLAGS, TEXT, Flag, FlagSet

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
    if len(elements) > 1 and len(last) > 1 and last[0] == "v" and last[1:].isdigit() and last != "v1":
        last = elements[-2]
    return last


def install(built: str, target: str) -> None:
    """Copy a cached executable to its place, never leaving half of it."""
    folder = os.path.dirname(os.path.abspath(target))
    os.makedirs(folder, exist_ok=True)
    fd, temporary = tempfile.mkstemp(prefix=".goes-", dir=folder)
    try:
        os.close(fd)
        shutil.copyfile(built, temporary)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(temporary, 0o777 & ~mask)
        os.replace(temporary, target)
    except OSError as e:
        os.unlink(temporary)
        raise UserError(f"go: open {target}: {os.strerror(e.errno or 0).lower()}") from e


def run(args: list[str]) -> int:
    values = FLAGS.parse(args)
    patterns = values.rest or ["."]
    p = plan(values, patterns)
    mains = [r for r in p.graph.roots if r.name == "main"]
    output = values.text("o")
    show = values.flag("x") or values.flag("n")
    if show:
        from ..work.steps import show_steps

        for r in mains:
            show_steps(p.graph, r, p.options, "$WORK", output or default_name(patterns, r.import_path, r.dir), sys.stderr)
        if values.flag("n"):
            return 0
    into_directory = output.endswith("/") or os.path.isdir(output) if output else False
    if output and not into_directory and output != "/dev/null" and len(p.graph.roots) > 1:
        raise UserError(f"go: cannot write multiple packages to non-directory {output}")
    for r in mains:
        built = build_cached(p, r)
        name = default_name(patterns, r.import_path, r.dir)
        if into_directory:
            install(built, os.path.join(output, name))
        elif output:
            if output != "/dev/null":
                install(built, output)
        elif len(p.graph.roots) == 1:
            if os.path.isdir(name):
                raise UserError(f"go: build output \"{name}\" already exists and is a directory")
            install(built, name)
    libraries = [r for r in p.graph.roots if r.name != "main"]
    if libraries:
        from ..work.build import check_only
        from .progress import on_big_stack

        on_big_stack(check_only, p.context, p.graph, libraries, p.options)
    return 0
