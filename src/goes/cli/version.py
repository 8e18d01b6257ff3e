"""goes version [-m] [-v] [-json] [file ...]"""

from __future__ import annotations

import os
import stat
import sys
from typing import Final

from ..diag.diagnostic import UserError
from .flags import BOOL, Flag, FlagSet

EXAMPLE: Final = "goes version ./app"
FLAGS: Final = FlagSet("version", "go version [-m] [-v] [-json] [file ...]", [
    Flag("m", BOOL, "print the module version information of each file"),
    Flag("v", BOOL, "report unrecognized files"),
    Flag("json", BOOL, "print build information as JSON (with -m)"),
])  # fmt: skip


def run(args: list[str]) -> int:
    values = FLAGS.parse(args)
    modules = values.flag("m")
    if not values.rest:
        if values.flag("m") or values.flag("v"):
            sys.stderr.write(
                "go: 'go version' only accepts -m flag with arguments\n"
                if modules
                else "go: 'go version' only accepts -v flag with arguments\n"
            )
            return 2
        from ..load.context import find_goroot, host_arch, host_os, read_go_version

        version = read_go_version(find_goroot(os.environ))
        goos = os.environ.get("GOOS") or host_os()
        goarch = os.environ.get("GOARCH") or host_arch()
        sys.stdout.write(f"go version go{version.removeprefix('go')} {goos}/{goarch}\n")
        return 0
    if values.flag("json") and not modules:
        raise UserError("go: 'go version -json' requires -m flag")
    from ..tools.version import report

    good = True
    for name in values.rest:
        try:
            mode = os.stat(name).st_mode
        except OSError as e:
            sys.stderr.write(f"stat {name}: {os.strerror(e.errno or 0).lower()}\n")
            good = False
            continue
        if stat.S_ISDIR(mode):
            for path in _files_below(name):
                _report(path, modules, values.flag("v"), values.flag("json"))
        elif values.flag("json"):
            good = _report(name, True, True, True) and good
        else:
            good = report(name, modules, True, sys.stdout, sys.stderr) and good
    return 0 if good else 1


def _report(path: str, modules: bool, must_print: bool, json: bool) -> bool:
    from ..tools.version import report

    if not json:
        return report(path, modules, must_print, sys.stdout, sys.stderr)
    from ..tools.version import NOT_GO, read_build_info

    try:
        info = read_build_info(path)
    except UserError as e:
        sys.stderr.write(e.message + "\n")
        return False
    if info is None:
        if must_print:
            sys.stderr.write(f"{path}: {NOT_GO}\n")
        return False
    sys.stdout.write(as_json(info[0], info[1]))
    return True


def as_json(version: str, text: str) -> str:
    """debug.BuildInfo of the module text, indented with tabs."""
    import json

    out: dict[str, object] = {"GoVersion": version}
    dependencies: list[dict[str, object]] = []
    settings: list[dict[str, str]] = []
    last: dict[str, object] = {}
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
                out["Main"] = module
            elif kind == "dep":
                dependencies.append(module)
            else:
                last["Replace"] = module
            last = module
        elif kind == "build":
            key, _, value = rest.partition("=")
            settings.append({"Key": key, "Value": value} if value else {"Key": key})
    if dependencies:
        out["Deps"] = dependencies
    if settings:
        out["Settings"] = settings
    return json.dumps(out, indent="\t", ensure_ascii=False) + "\n"


def _files_below(directory: str) -> list[str]:
    """All regular files of a tree, in lexical order."""
    out: list[str] = []
    for folder, names, files in os.walk(directory):
        names.sort()
        for name in sorted(files):
            path = os.path.join(folder, name)
            if stat.S_ISREG(os.lstat(path).st_mode):
                out.append(path)
    return out
