"""goes doc [doc flags] [package|[package.]symbol[.methodOrField]]

The documentation is found and shown by the go command's own sources, built on first use (work/docprogram.py).
"""

from __future__ import annotations

import os
from typing import Final

from ..diag.diagnostic import UserError
from .flags import BOOL, CHDIR, Flag, FlagSet

EXAMPLE: Final = "goes doc strings.Builder"
FLAGS: Final = FlagSet("doc", "go doc [doc flags] [package|[package.]symbol[.methodOrField]]", [
    CHDIR,
    Flag("all", BOOL, "show all documentation for package"),
    Flag("c", BOOL, "symbol matching honors case (paths not affected)"),
    Flag("cmd", BOOL, "show symbols with package docs even if package is a command"),
    Flag("ex", BOOL, "show executable examples for symbol or package"),
    Flag("http", BOOL, "serve HTML docs over HTTP"),
    Flag("short", BOOL, "one-line representation for each symbol"),
    Flag("src", BOOL, "show source code for symbol"),
    Flag("u", BOOL, "show unexported symbols as well as exported"),
])  # fmt: skip
FORMS: Final = """
Forms:

	go doc
	go doc <pkg>
	go doc <sym>[.<methodOrField>]
	go doc [<pkg>.]<sym>[.<methodOrField>]
	go doc [<pkg>.][<sym>.]<methodOrField>
	go doc <pkg> <sym>[.<methodOrField>]
"""


def help_text() -> str:
    """The text of `goes help doc`."""
    from .help import describe
    from .main import VERBS

    return describe(FLAGS.usage, VERBS["doc"], FLAGS, EXAMPLE) + FORMS


def _known_problem(args: list[str]) -> tuple[str, int]:
    """What the program would say about flags, and its status: known without building it."""
    flags: set[str] = set()
    for a in args:
        if not a.startswith("-") or a in ("-", "--"):
            break
        flags.add(a.lstrip("-").partition("=")[0])
    if flags & {"h", "help"}:
        lines = [line for line in FORMS.splitlines() if line.startswith("\t")]
        return "\n".join(["Usage of [go] doc:", *lines, "For more information run", "\tgo help doc", ""]), 2
    if {"all", "short"} <= flags:
        return "doc: cannot combine -all and -short", 1
    return "", 0


def run(args: list[str]) -> int:
    problem, status = _known_problem(args)
    if problem:
        raise UserError(problem, status)
    from ..load.context import find_goroot
    from ..run.process import run_tool
    from ..work.childenv import child_environment
    from ..work.docprogram import NAME, PACKAGE, SERVER_DIRECTORY
    from ..work.toolprograms import tool_program

    program = tool_program(NAME, package=PACKAGE)
    goroot = find_goroot(os.environ)
    env = child_environment(dict(os.environ), goroot)
    env["GOROOT"] = goroot
    env.setdefault("GOTOOLCHAIN", "local")
    if not any(a.lstrip("-").partition("=")[0] == "http" for a in args if a.startswith("-")):
        return run_tool("doc", [program, *args], env)
    from ..run.workdir import make_directory, remove_tree, temporary_directory

    env[SERVER_DIRECTORY] = make_directory(temporary_directory(os.environ), "go-doc")
    try:
        return run_tool("doc", [program, *args], env)
    finally:
        remove_tree(env[SERVER_DIRECTORY])
