"""goes fmt [-n] [-x] [packages]: gofmt -l -w on the files of packages."""

from __future__ import annotations

import os
import sys
from typing import Final

from .flags import BOOL, CHDIR, TEXT, Flag, FlagSet

EXAMPLE: Final = "goes fmt ./..."
FLAGS: Final = FlagSet("fmt", "go fmt [-n] [-x] [packages]", [
    CHDIR,
    Flag("n", BOOL, "print the commands but do not run them"),
    Flag("x", BOOL, "print the commands"),
    Flag("mod", TEXT, "module download mode to use: readonly or vendor", "mode"),
    Flag("modcacherw", BOOL, ""),
    Flag("modfile", TEXT, "read an alternate file instead of go.mod", "file"),
    Flag("overlay", TEXT, "read a JSON config file that provides an overlay for build operations", "file"),
    Flag("tags", TEXT, ""),
])  # fmt: skip

_ARGUMENT_LIMIT: Final = 100_000  # bytes of one command line


def run(args: list[str]) -> int:
    from ..load.graph import Loader, LoadOptions
    from ..load.package import short_path
    from .buildflags import make_build_context
    from .ownpackages import own_packages

    values = FLAGS.parse(args)
    context = make_build_context(values, any_target=True)
    options = LoadOptions()
    options.ignore_imports = True
    cwd = os.getcwd()
    loader = Loader(context, cwd, options=options)
    graph = loader.load(values.rest or ["."])
    files: list[str] = []
    status = 0
    for p in own_packages(loader, graph, "formatting packages"):
        sources = list(dict.fromkeys(p.all_go_files()))
        if p.error is not None and not sources:
            sys.stderr.write(f"{p.error}\n")
            status = 1
            continue
        files += [short_path(os.path.join(p.dir, f), cwd) for f in sources]
    if not files:
        return status
    return _format(files, values.flag("n"), values.flag("x")) or status


def _format(files: list[str], dry: bool, show: bool) -> int:
    from ..run.process import run_program

    program = "gofmt"
    if not dry:
        from ..work.toolprograms import tool_program

        program = tool_program("gofmt")
    status = 0
    while files:
        some: list[str] = []
        size = 0
        while files and size < _ARGUMENT_LIMIT:
            size += len(files[0]) + 1
            some.append(files.pop(0))
        command = [program, "-l", "-w", *some]
        if dry or show:
            sys.stdout.write(" ".join(command) + "\n")
        if not dry:
            status = run_program(command) or status
    return status


