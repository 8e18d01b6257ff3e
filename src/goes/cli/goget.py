"""goes get [-t] [-u] [-tool] [build flags] [packages]"""

from __future__ import annotations

import os
import sys
from typing import Final

from ..diag.diagnostic import UserError
from .flags import BOOL, BUILD_FLAGS, TEXT, Flag, FlagSet

DESCRIPTION: Final = """Get resolves its arguments to packages or modules at specific module versions,
updates go.mod to require those versions and downloads their sources into the module cache.
example.com/pkg@v1.2.3 is that version, @latest the newest, @patch the newest of the same minor version, @upgrade (the
default) @latest unless go.mod has a newer one, @none removes the module. go@1.27 and toolchain@go1.27.3 change the go
and toolchain lines."""
EXAMPLE: Final = "goes get example.com/pkg@latest"
FLAGS: Final = FlagSet("get", "go get [-t] [-u] [-tool] [build flags] [packages]", [
    *[f for f in BUILD_FLAGS if f.name != "mod"],
    Flag("t", BOOL, "consider modules needed to build tests of the packages"),
    Flag("tool", BOOL, "add a tool line to go.mod for each package, or with @none remove it"),
    # -u may stand alone or have a value, which the reading below sorts out.
    Flag("u", TEXT, "update the modules that provide dependencies (-u=patch: to patch releases)", "patch"),
])  # fmt: skip
_OLD: Final = ("d", "f", "fix", "insecure", "m")


def run(args: list[str]) -> int:
    old, rest = _take_old(args)
    values = FLAGS.parse(rest)
    upgrade = values.text("u")
    if upgrade in ("true", "false"):
        upgrade = "upgrade" if upgrade == "true" else ""
    if upgrade not in ("", "upgrade", "patch"):
        raise UserError(f"go: unknown upgrade flag -u={upgrade}")
    _check_old(old)
    from ..load.getquery import GetQuery, new_query
    from ..load.getreport import check, report, update_tools, written_requirements
    from ..load.getresolver import GetOptions, Resolver
    from ..load.moderrors import ModError
    from ..load.modwrite import WriteOptions, write_go_mod
    from ..load.patterns import clean_patterns
    from ..load.workcheck import load_workspace
    from .modcommands import open_state

    state = open_state(
        "get", values, workspace=False, force=True, missing_imports=True, explicit_write=True
    )
    state.init()
    if not state.has_root:
        raise UserError(
            "go: go.mod file not found in current directory or any parent directory.\n"
            "\t'go get' is no longer supported outside a module.\n"
            "\tTo build and install a command, use 'go install' with a version,\n"
            "\tlike 'go install example.com/cmd@latest'\n"
            "\tFor more information, see https://go.dev/doc/go-get-install-deprecation\n"
            "\tor run 'go help get' or 'go help install'."
        )
    write = WriteOptions()
    queries: list[GetQuery] = []
    for argument in clean_patterns(values.rest):
        try:
            query = new_query(state, argument, upgrade)
        except ModError as error:
            state.error(error)
            continue
        if query.version == "none" and query.pattern == "go":
            state.error("cannot use go@none")
            continue
        if query.version == "none" and query.pattern == "toolchain":
            write.drop_toolchain = True
            continue
        if not values.rest:
            query.raw = ""
        if query.raw.endswith(".go") and not query.raw_version:
            if "/" not in query.raw:
                state.error(f"{query.raw}: arguments must be package or module paths")
                continue
            if os.path.isfile(query.raw):
                state.error(f"{query.raw} exists as a file, but 'go get' requires package arguments")
                continue
        if query.pattern == "toolchain":
            write.explicit_toolchain = True
        queries.append(query)
    state.exit_if_errors()
    options = GetOptions(upgrade, values.flag("t"), values.flag("tool"))
    resolver = Resolver(state, options, queries, load_workspace(state))
    resolver.run()
    if options.tool:
        update_tools(resolver, write)
    status = check(resolver)
    if status:
        return status
    file = state.mod_files[state.single_main]
    assert file is not None
    before = written_requirements(file)
    try:
        write_go_mod(state, write)
    except ModError as error:
        state.fatal(error)
    report(resolver, before, written_requirements(file))
    if resolver.workspace is not None:
        _raise_work(state, resolver.workspace.path)
    return 0


def _raise_work(state: object, path: str) -> None:
    """A workspace must not be older than its modules."""
    from ..load.mainmodules import read_work_file
    from ..load.modstate import ModuleState
    from ..load.workfiles import raise_work_go
    from .workcommon import write_work_file

    assert isinstance(state, ModuleState)
    try:
        work = read_work_file(state, path)
    except UserError:
        return
    if raise_work_go(work, state.go_version()):
        write_work_file(path, work)


def _take_old(args: list[str]) -> tuple[dict[str, str], list[str]]:
    """Flags of earlier versions, which mean nothing any more; and the others, -u with its value."""
    old: dict[str, str] = {}
    rest: list[str] = []
    for i, word in enumerate(args):
        if not word.startswith("-") or word == "--":
            # A flag that takes a value may have it in the next word; what is no flag ends the flags.
            rest.append(word)
            if i == 0 or not _wants_value(args[i - 1]):
                return old, rest + args[i + 1 :]
            continue
        name, equals, value = word.lstrip("-").partition("=")
        if name in _OLD:
            old[name] = value if equals else "true"
        elif name == "u" and not equals:
            rest.append("-u=true")
        else:
            rest.append(word)
    return old, rest


def _wants_value(word: str) -> bool:
    name, equals, _ = word.lstrip("-").partition("=")
    flag = FLAGS.flags.get(name)
    return word.startswith("-") and not equals and flag is not None and flag.kind != BOOL and name != "u"


def _check_old(old: dict[str, str]) -> None:
    if "d" in old:
        if old["d"] not in ("true", "1", "t", "T", "TRUE", "True"):
            raise UserError("go: -d flag may not be set to false")
        sys.stderr.write("go: -d flag is deprecated. -d=true is a no-op\n")
    for name in ("f", "fix"):
        if name in old:
            sys.stderr.write(f"go: -{name} flag is a no-op\n")
    if "m" in old:
        raise UserError("go: -m flag is no longer supported")
    if "insecure" in old:
        raise UserError("go: -insecure flag is no longer supported; use GOINSECURE instead")
