"""goes version [-m] [-v] [-json] [file ...]"""

from __future__ import annotations

import os
import stat
import sys
from typing import Final

from ..diag.diagnostic import UserError
from .flags import BOOL, CHDIR, Flag, FlagSet

EXAMPLE: Final = "goes version ./app"
FLAGS: Final = FlagSet("version", "go version [-m] [-v] [-json] [file ...]", [
    CHDIR,
    Flag("m", BOOL, "print the module version information of each file"),
    Flag("v", BOOL, "report unrecognized files"),
    Flag("json", BOOL, "print build information as JSON (with -m)"),
])  # fmt: skip


def run(args: list[str]) -> int:
    values = FLAGS.parse(args)
    modules = values.flag("m")
    json = values.flag("json")
    if not values.rest:
        for name in ("m", "v", "json"):
            # What stands in $GOFLAGS was not meant for this call.
            if name in values.given and values.flag(name):
                sys.stderr.write(f"go: 'go version' only accepts -{name} flag with arguments\n")
                return 2
        sys.stdout.write(version_line() + "\n")
        return 0
    if json and not modules:
        sys.stderr.write("go: 'go version' with -json flag requires -m flag\n")
        return 2
    status = 0
    for name in values.rest:
        try:
            mode = os.stat(name).st_mode
        except OSError as e:
            sys.stderr.write(f"stat {name}: {os.strerror(e.errno or 0).lower()}\n")
            status = 1
            continue
        if stat.S_ISDIR(mode):
            for path in _files_below(name):
                _report(path, modules, json, values.flag("v"))
        elif not _report(name, modules, json, True) and modules:
            status = 1
    return status


def version_line() -> str:
    """What `go version` says about the toolchain."""
    from ..load.context import find_goroot, host_arch, host_os, read_go_version

    version = read_go_version(find_goroot(os.environ))
    return f"go version go{version.removeprefix('go')} {host_os()}/{host_arch()}"


def _report(path: str, modules: bool, json: bool, must_print: bool) -> bool:
    """Print what is known of one file; whether it is one of Go's."""
    from ..tools.version import is_candidate, read_build_info

    try:
        mode = os.stat(path).st_mode
    except OSError:
        mode = 0
    if not stat.S_ISREG(mode):
        if must_print:
            sys.stderr.write(f"{path}: symlink\n")
        return False
    problem = f"could not read Go build info from {path}: not a Go executable"
    try:
        info = read_build_info(path)
    except UserError as e:
        info = None
        problem = f"could not read Go build info from {path}: {e.message}"
    except OSError:
        if must_print:
            sys.stderr.write(f"{path}\n")
        return False
    if info is None:
        if must_print and is_candidate(path, mode):
            sys.stderr.write(f"{path}: {problem}\n")
        return False
    version, text = info
    if json and modules:
        sys.stdout.write(as_json(version, text))
        return True
    sys.stdout.write(f"{path}: {version}\n")
    if modules and text:
        for line in text.removesuffix("\n").split("\n"):
            sys.stdout.write(f"\t{line}\n")
    return True


def as_json(version: str, text: str) -> str:
    """debug.BuildInfo of the module text, indented with tabs."""
    from ..util.jsontext import json_indented

    out: dict[str, object] = {"GoVersion": version}
    dependencies: list[dict[str, object]] = []
    settings: list[dict[str, str]] = []
    last: dict[str, object] = {}
    main: dict[str, object] = {}
    for line in text.splitlines():
        kind, _, rest = line.partition("\t")
        words = rest.split("\t")
        if kind == "path":
            out["Path"] = rest
        elif kind in ("mod", "dep", "=>"):
            module: dict[str, object] = {"Path": words[0]}
            if len(words) > 1 and words[1]:
                module["Version"] = words[1]
            if len(words) > 2 and words[2]:
                module["Sum"] = words[2]
            if kind == "mod":
                main = module
            elif kind == "dep":
                dependencies.append(module)
            else:
                last["Replace"] = module
            last = module
        elif kind == "build":
            key, _, value = rest.partition("=")
            settings.append({"Key": key, "Value": _plain(value)})
    out["Main"] = main
    if dependencies:
        out["Deps"] = dependencies
    if settings:
        out["Settings"] = settings
    return json_indented(out)


def _plain(value: str) -> str:
    """A setting without the quotes it may be written with."""
    if value[:1] != '"':
        return value
    from .toolcompile import unquote

    return unquote(value).decode("utf-8", "replace")


def _files_below(directory: str) -> list[str]:
    """All files of a tree and links to such, in lexical order."""
    out: list[str] = []
    for folder, names, files in os.walk(directory):
        names.sort()
        for name in sorted(files):
            out.append(os.path.join(folder, name))
    return out
