"""go vet [build flags] [-vettool prog] [vet flags] [packages], and the common part of go fix.

    goes vet ./...                        diagnostics on standard error, exit status 1 if there are some
    goes vet -json ./... | jq             diagnostics and fixes as JSON, exit status 0
    goes vet -fix -diff ./...             what the fixes would change

The flags of the tool are asked of the tool itself; those it knows are handed on as they were written. Packages are
looked at together with their tests, so that every file is looked at once.

Source: cmd/go/internal/vet (vet.go, vetflag.go).
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final, final

from ..diag.diagnostic import UserError
from ..run.workdir import WorkDirectory
from .flags import BOOL, BUILD_FLAGS, COUNT, LIST, TEXT, Flag, FlagSet, FlagValues
from .workdirectory import work_directory

if TYPE_CHECKING:
    from ..load.context import BuildContext
    from ..load.package import Package
    from ..work.vet import VetOutcome, VetTool

EXAMPLE: Final = "goes vet -printf=false ./..."
_COMMON: Final = [
    Flag("c", COUNT, "display offending line with this many lines of context", "n", "-1"),
    Flag("diff", BOOL, "print the fixes as a unified diff instead of applying them"),
    Flag("json", BOOL, "print diagnostics and fixes as JSON"),
    *[f for f in BUILD_FLAGS if f.name != "json"],
]
FLAGS: Final = FlagSet("vet", "go vet [build flags] [-vettool prog] [vet flags] [packages]", [
    Flag("fix", BOOL, "apply the first fix (if any) for each diagnostic"),
    Flag("vettool", TEXT, "the analysis tool to run instead of go tool vet", "prog"), *_COMMON,
])  # fmt: skip
FIX_FLAGS: Final = FlagSet("fix", "go fix [build flags] [-fixtool prog] [fix flags] [packages]", [
    Flag("fix", TEXT, "obsolete; no effect", "list"),
    Flag("fixtool", TEXT, "the analysis tool to run instead of go tool fix", "prog"), *_COMMON,
])  # fmt: skip


def run(args: list[str]) -> int:
    return run_tool(FLAGS, args)


def run_tool(flags: FlagSet, args: list[str]) -> int:
    """go vet or go fix, as flags.command says."""
    given = _tool_path(flags.command, args)
    if args and args[0] in ("-h", "-help", "--h", "--help"):
        # Before the tool is built, which may take a while.
        name = flags.command
        more = f"Run 'go tool {name} help' for a full list of flags and analyzers.\nRun 'go tool {name} -help' for an overview."
        raise UserError(f"{flags.usage_text()}\n{more}", 2)
    program = given or _own_tool(flags.command)
    values, tool_flags = _parse(flags, given, program, args)
    request = _Request(flags.command, values, tool_flags)
    with work_directory(values) as work:
        return _run(request, given, program, work)


# ------------------------------------------------------------------------------------------------------ command line


def _tool_path(command: str, args: list[str]) -> str:
    """The file -vettool or -fixtool names: needed before the flags can be known. "" if there is none."""
    for i, a in enumerate(args):
        name, equals, value = a[1 if a.startswith("-") else 0 :].removeprefix("-").partition("=")
        if not a.startswith("-") or name != command + "tool":
            continue
        if not equals:
            if i + 1 >= len(args):
                raise UserError(f"{a} requires a filename")
            value = args[i + 1]
        return os.path.abspath(value) if value else ""
    return ""


def _own_tool(command: str) -> str:
    from ..work.toolprograms import tool_program

    return tool_program(command)


def _ask_flags(program: str) -> list[tuple[str, bool]]:
    """Name and whether it is boolean, of each flag the tool has."""
    import json
    import subprocess

    try:
        done = subprocess.run([program, "-flags"], stdout=subprocess.PIPE, text=True)
    except OSError as e:
        reason = f"fork/exec {program}: {os.strerror(e.errno or 0).lower()}"
        raise UserError(f"go: {program} -flags failed: {reason}", 2) from None
    if done.returncode != 0:
        raise UserError(f"go: {program} -flags failed: exit status {done.returncode}", 2)
    try:
        return [(str(f["Name"]), bool(f.get("Bool"))) for f in json.loads(done.stdout)]
    except (ValueError, KeyError, TypeError, AttributeError) as e:
        raise UserError(f"go: can't unmarshal JSON from {program} -flags: {e}", 2) from None


def _parse(flags: FlagSet, given: str, program: str, args: list[str]) -> tuple[FlagValues, list[str]]:
    """The values of all flags, and those to hand on to the tool."""
    tool_flags: dict[str, bool] = {}
    known = list(flags.flags.values())
    for name, is_bool in _ask_flags(program):
        if name == "c":
            continue  # done here
        tool_flags[name] = is_bool
        if name not in flags.flags:
            known.append(Flag(name, BOOL if is_bool else TEXT, ""))
    all_flags = FlagSet(flags.command, flags.usage, known)
    try:
        values = all_flags.parse(args)
    except UserError as e:
        if e.status != 2:
            raise
        tool = given or f"go tool {flags.command}"
        raise UserError(
            f"{e.message}\nRun '{tool} help' for a full list of flags and analyzers.\nRun '{tool} -help' for an overview.",
            2,
        ) from None
    handed: list[str] = []
    explicit: set[str] = set()
    words = args[: len(args) - len(values.rest)]
    i = 0
    while i < len(words):
        begin = i
        name, equals, _ = words[i].lstrip("-").partition("=")
        i += 1
        if name in all_flags.flags and not equals and all_flags.flags[name].kind in (COUNT, LIST, TEXT):
            i += 1
        if name in tool_flags:
            handed += words[begin:i]
            explicit.add(name)
    implicit = [f"-{n}={values.text(n)}" for n in sorted(values.from_goflags) if n in tool_flags and n not in explicit]
    return values, implicit + handed


@final
class _Request:
    """What is asked for: the flags for the tool, and what becomes of its output. `apply`: write the fixes."""

    __slots__ = ("command", "values", "tool_flags", "explicit", "apply", "output", "context_lines")

    def __init__(self, command: str, values: FlagValues, tool_flags: list[str]) -> None:
        self.command = command
        self.values = values
        self.tool_flags = list(tool_flags)
        self.explicit = len(tool_flags) > 0
        self.apply = False
        self.output = "copy"
        self.context_lines = values.number("c")
        as_json = values.flag("json")
        diff = values.flag("diff")
        if command == "fix" or values.flag("fix"):
            if as_json:
                if diff:
                    raise UserError("-json and -diff cannot be used together")
            else:
                self.tool_flags.append("-fix")
                if diff:
                    self.tool_flags.append("-diff")
                    self.output = "diff"
                else:
                    self.apply = True
            if self.context_lines != -1:
                raise UserError("-c flag cannot be used when applying fixes")
        else:
            if not as_json:
                self.tool_flags.append("-json")
                self.output = "text"
            if diff:
                raise UserError("go vet -diff flag requires -fix")
        if command == "fix" and values.text("fix"):
            sys.stderr.write(f"go fix: the -fix={values.text('fix')} flag is obsolete and has no effect\n")
            if "buildtag" in values.text("fix").split(","):
                sys.stderr.write("go fix: to enable the buildtag check, use -buildtag\n")


# ---------------------------------------------------------------------------------------------------------- the run


def _report_directives(context: BuildContext, packages: list[Package]) -> bool:
    """Say what is wrong with //go:debug lines, as a build does; whether there was anything."""
    from ..load.godebug import check_directives

    found = False
    for p in packages:
        lines = check_directives(context, p.directives, os.getcwd())
        if lines:
            sys.stderr.write("\n".join([f"# {p.description}", *lines]) + "\n")
            found = True
    return found


def _run(request: _Request, given: str, program: str, work: WorkDirectory) -> int:
    from ..work.cache import Cache
    from ..work.cachedirectory import require_cache_directory
    from ..work.exports import Exports
    from ..work.options import split_quoted
    from ..work.vet import Vet, VetOptions, VetTool, given_tool

    values = request.values
    context, packages, failed = _packages(request)
    failed = _report_directives(context, packages) or failed
    tool: VetTool = given_tool(program) if given else VetTool(program, program, request.command == "vet")
    options = VetOptions(request.tool_flags)
    options.explicit = request.explicit
    options.fix = request.apply
    options.rebuild = values.flag("a")
    options.show = values.flag("x")
    options.dry = values.flag("n")
    options.jobs = values.number("p")
    options.toolexec = split_quoted(values.text("toolexec"))[0]
    exports = Exports(context, Cache(require_cache_directory()), os.getcwd())
    outcomes = Vet(exports, tool, options, work.path()).run(packages)
    status = 1 if failed else 0
    reported: set[str] = set()
    for outcome in outcomes:
        if outcome.report and outcome.report not in reported:
            reported.add(outcome.report)
            sys.stderr.write(outcome.report + "\n")
        if outcome.report or not _show(request, outcome):
            status = 1
    if request.apply:
        status = _apply_fixes(outcomes) or status
    return status


def _packages(request: _Request) -> tuple[BuildContext, list[Package], bool]:
    """The test variants of the packages named, and whether something was wrong with some. UserError if the packages
    cannot be loaded."""
    from ..load.context import make_context
    from ..load.graph import Loader, LoadOptions
    from ..load.testing import test_variants
    from ..load.view import read_overlay
    from .buildflags import check_flags
    from .modcommands import mod_options

    values = request.values
    check_flags(values)
    tags = [t for t in values.text("tags").replace(" ", ",").split(",") if t]
    context = make_context(os.environ, tags)
    context.view = read_overlay(values.text("overlay"), os.getcwd())
    options = LoadOptions()
    options.modules = mod_options(request.command, values)
    options.with_tests = True
    loader = Loader(context, os.getcwd(), overlay=False, options=options)
    graph = loader.load(values.rest)
    for warning in graph.warnings:
        sys.stderr.write(warning + "\n")
    messages = graph.messages()
    if messages:
        raise UserError("\n".join(messages))
    if not graph.roots:
        raise UserError(f"no packages to {request.command}")
    found: list[Package] = []
    failed = False
    for p in graph.roots:
        if request.apply and (p.import_path.startswith("vendor/") if p.standard else p.module is not None and not p.module.main):
            continue  # fixes are for what is the user's
        variants = test_variants(loader, p)
        at_fault = variants.at_fault()
        if at_fault is not None:
            sys.stderr.write(f"{at_fault.error}\n")
            failed = True
            continue
        if not variants.internal.go_files and variants.external is None:
            sys.stderr.write(f"go: can't {request.command} {p.import_path}: no Go files in {p.dir}\n")
            failed = True
            continue
        if variants.internal.go_files:
            found.append(variants.internal)
        if variants.external is not None:
            found.append(variants.external)
    return context, found, failed


def _apply_fixes(outcomes: list[VetOutcome]) -> int:
    """Write the fixed files, once all packages are done. The exit status."""
    import zipfile

    contents: dict[str, bytes] = {}
    for outcome in outcomes:
        if not outcome.fixes:
            continue
        try:
            with zipfile.ZipFile(outcome.fixes) as archive:
                for name in archive.namelist():
                    data = archive.read(name)
                    if contents.setdefault(name, data) != data:
                        sys.stderr.write(f"reading archive of fixes: inconsistent fixes to file {name}\n")
                        return 1
        except (OSError, zipfile.BadZipFile) as e:
            sys.stderr.write(f"reading archive of fixes: {e}\n")
            return 1
    status = 0
    for name, data in contents.items():
        try:
            with open(name, "wb") as f:
                f.write(data)
        except OSError as e:
            sys.stderr.write(f"applying fix: open {name}: {os.strerror(e.errno or 0).lower()}\n")
            status = 1
    return status


# ----------------------------------------------------------------------------------------------------------- output


def _show(request: _Request, outcome: VetOutcome) -> bool:
    """Show what the tool wrote. Whether all is well."""
    if request.output == "text":
        return _print_diagnostics(outcome.stdout, request.context_lines)
    sys.stdout.flush()
    sys.stdout.buffer.write(outcome.stdout)
    sys.stdout.buffer.flush()
    return not (request.output == "diff" and outcome.stdout)


def _print_diagnostics(data: bytes, context_lines: int) -> bool:
    """Print the tool's JSON as "file:line:col: message" lines on standard error. Whether there was nothing."""
    import json

    if not data:
        return True
    try:
        tree = json.loads(data)
        clean = True
        for units in tree.values():
            for found in units.values():
                clean = False
                if isinstance(found, dict):
                    sys.stderr.write(f"{found['error']}\n")
                    return False
                for d in found:
                    _print(str(d["posn"]), str(d.get("end", "")), str(d["message"]), context_lines)
                    for related in d.get("related", ()):
                        _print(
                            str(related["posn"]), str(related.get("end", "")), "\t" + str(related["message"]), context_lines
                        )
        return clean
    except (ValueError, KeyError, TypeError, AttributeError) as e:
        sys.stderr.write(f"parsing JSON: {e}\n")
        return False


def _place(text: str) -> tuple[str, int, int] | None:
    """ "file:12:3" """
    parts = text.rsplit(":", 2)
    if len(parts) != 3 or not parts[1].isdigit() or not parts[2].isdigit():
        return None
    return parts[0], int(parts[1]), int(parts[2])


def _print(start: str, end: str, message: str, context_lines: int) -> None:
    from ..load.package import short_path

    place = _place(start)
    if place is None:
        sys.stderr.write(f"{start}: {message}\n")
        return
    sys.stderr.write(f"{short_path(place[0], os.getcwd())}:{place[1]}:{place[2]}: {message}\n")
    last = _place(end or start)
    if context_lines < 0 or last is None:
        return
    try:
        with open(place[0], encoding="utf-8", errors="surrogateescape") as f:
            lines = f.read().split("\n")
    except OSError:
        lines = [""]
    for number in range(max(1, place[1] - context_lines), min(len(lines), last[1] + context_lines) + 1):
        sys.stderr.write(f"{number}\t{lines[number - 1]}\n")
