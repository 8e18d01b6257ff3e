"""goes env [-json] [-changed] [-u] [-w] [var ...]

    goes env GOROOT GOCACHE     two lines
    goes env -changed           what differs from the default, for a shell to read

A variable's value is that of the environment, else of the file `go env -w` writes (already made defaults of this
process), else of GOROOT/go.env, else goes' default.

Source: cmd/go/internal/envcmd, cmd/go/internal/cfg.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Final, final

from ..diag.diagnostic import UserError
from ..work.cachedirectory import cache_directory
from .flags import BOOL, CHDIR, Flag, FlagSet, quote
from .toolchain import find_up

EXAMPLE: Final = "goes env GOROOT GOCACHE"
FLAGS: Final = FlagSet("env", "go env [-json] [-changed] [-u] [-w] [var ...]", [
    CHDIR,
    Flag("json", BOOL, "print the environment in JSON format"),
    Flag("changed", BOOL, "print only settings whose value differs from the default"),
    Flag("n", BOOL, ""),
    Flag("u", BOOL, "unset the default setting of the named variables"),
    Flag("w", BOOL, "change the default setting of the named variables"),
    Flag("x", BOOL, ""),
])  # fmt: skip

_CGO: Final = "-O2 -g"
_COSTLY: Final = frozenset((
    "CGO_CFLAGS", "CGO_CPPFLAGS", "CGO_CXXFLAGS", "CGO_FFLAGS", "CGO_LDFLAGS", "PKG_CONFIG", "GOGCCFLAGS",
))  # fmt: skip


@final
class Variables:
    """All variables by name: value, and whether it differs from the default."""

    __slots__ = ("env", "goroot", "defaults", "values", "changed")

    def __init__(self, env: Mapping[str, str], goroot: str) -> None:
        from .goenv import read_file

        self.env = env
        self.goroot = goroot
        self.defaults = read_file(os.path.join(goroot, "go.env"))
        self.values: dict[str, str] = {}
        self.changed: set[str] = set()

    def put(self, name: str, value: str, changed: bool = False) -> None:
        self.values[name] = value
        if changed:
            self.changed.add(name)

    def plain(self, name: str) -> str:
        """A variable without a default."""
        value = self.env.get(name, "")
        self.put(name, value, bool(value))
        return value

    def default(self, name: str, default: str) -> str:
        """A variable with a default, GOROOT/go.env's before ours."""
        usual = self.defaults.get(name) or default
        value = self.env.get(name, "") or usual
        self.put(name, value, value != usual)
        return value


def _goroot(env: Mapping[str, str]) -> str:
    """$GOROOT as it is, if it is a directory: `go env` must work in a tree without sources."""
    root = env.get("GOROOT", "")
    if root and os.path.isdir(root):
        return root
    from ..load.context import find_goroot

    return find_goroot(env)


def _mod_file(env: Mapping[str, str], gopath: str) -> str:
    if env.get("GO111MODULE", "") == "off":
        return ""
    from ..load.modstate import is_temporary_root

    path = find_up("go.mod")
    if not _work_file(env):
        if path and is_temporary_root(os.path.dirname(path), env):
            temporary = env.get("TMPDIR", "") or "/tmp"
            sys.stderr.write(f"go: warning: ignoring go.mod in system temp root {temporary}\n")
            path = ""
        if not path and env.get("GO111MODULE", "") == "auto":
            return ""  # GOPATH mode
    first = gopath.split(os.pathsep)[0]
    if first and os.path.isfile(os.path.join(first, "go.mod")):
        sys.stderr.write(f"go: warning: ignoring go.mod in $GOPATH {first}\n")
    return path or os.devnull


def _work_file(env: Mapping[str, str]) -> str:
    explicit = env.get("GOWORK", "")
    if explicit not in ("", "auto", "off") and not os.path.isabs(explicit):
        raise UserError("go: invalid GOWORK: not an absolute path")
    if explicit not in ("", "auto"):
        return explicit
    return find_up("go.work") if env.get("GO111MODULE", "") != "off" else ""


def variables(env: Mapping[str, str]) -> Variables:
    """Every variable of the go command."""
    from ..load.context import _LEVELS as levels
    from ..load.context import host_arch, host_os, parse_experiments, read_go_version
    from ..load.platforms import PLATFORMS
    from .goenv import file_path

    v = Variables(env, _goroot(env))
    get = env.get
    goos = get("GOOS") or v.defaults.get("GOOS") or host_os()
    goarch = get("GOARCH") or v.defaults.get("GOARCH") or host_arch()
    parse_experiments(goarch, goos, get("GOEXPERIMENT", ""))  # refuses unknown ones
    if f"{goos}/{goarch}" not in PLATFORMS:
        raise UserError(f"go: unsupported GOOS/GOARCH pair {goos}/{goarch}", 2)
    home = get("HOME", "")
    base = get("XDG_CACHE_HOME", "") or (home + "/.cache" if home else "")
    config = get("XDG_CONFIG_HOME", "") or (home + "/.config" if home else "")
    default_gopath = home + "/go" if home else ""
    if default_gopath and os.path.normpath(default_gopath) == os.path.normpath(v.goroot):
        default_gopath = ""

    v.default("AR", "ar")
    v.default("CC", "gcc")
    for name in ("CGO_CFLAGS", "CGO_CXXFLAGS", "CGO_FFLAGS", "CGO_LDFLAGS"):
        v.default(name, _CGO)
    v.plain("CGO_CPPFLAGS")
    v.put("CGO_ENABLED", "1" if get("CGO_ENABLED") == "1" else "0", get("CGO_ENABLED") == "1")
    v.default("CXX", "g++")
    v.default("GCCGO", "gccgo")
    v.put("GO111MODULE", get("GO111MODULE", ""), get("GO111MODULE", "") not in ("", "on"))
    v.put("GOARCH", goarch, goarch != host_arch())
    v.default("GOAUTH", "netrc")
    v.put("GOCACHE", cache_directory(env), bool(get("GOCACHE")) and get("GOCACHE") != base + "/go-build")
    v.plain("GOCACHEPROG")
    v.plain("GODEBUG")
    v.put("GOENV", "off" if get("GOENV") == "off" else file_path(env), bool(get("GOENV")))
    v.put("GOEXE", ".exe" if goos == "windows" else "")
    v.plain("GOEXPERIMENT")
    v.default("GOFIPS140", "off")
    v.plain("GOFLAGS")
    machine = {"amd64": "-m64 ", "386": "-m32 "}.get(goarch, "")
    v.put("GOGCCFLAGS", f"-fPIC {machine}-fmessage-length=0 -gno-record-gcc-switches")
    v.put("GOHOSTARCH", host_arch())
    v.put("GOHOSTOS", host_os())
    v.plain("GOINSECURE")
    gopath = v.default("GOPATH", default_gopath)
    first = gopath.split(os.pathsep)[0]
    v.default("GOMODCACHE", first + "/pkg/mod" if first else "")
    private = v.plain("GOPRIVATE")
    v.default("GONOPROXY", private)
    v.default("GONOSUMDB", private)
    v.put("GOOS", goos, goos != host_os())
    v.plain("GOPACKAGESDRIVER")
    v.default("GOPROXY", "")
    v.put("GOROOT", v.goroot)
    v.default("GOSUMDB", "")
    v.put("GOTELEMETRY", "off")
    v.put("GOTELEMETRYDIR", config + "/go/telemetry" if config else "")
    v.plain("GOTMPDIR")
    v.default("GOTOOLCHAIN", "")
    v.put("GOTOOLDIR", f"{v.goroot}/pkg/tool/{host_os()}_{host_arch()}")
    v.plain("GOVCS")
    v.put("GOVERSION", "go" + read_go_version(v.goroot))
    v.default("PKG_CONFIG", "pkg-config")
    row = levels.get(goarch)
    if row is not None:
        v.default(row[0], row[1])
    v.put("GOMOD", _mod_file(env, gopath))
    v.put("GOWORK", _work_file(env))
    v.put("GOBIN", get("GOBIN") or _default_bin(env, gopath), bool(get("GOBIN")))
    return v


def _default_bin(env: Mapping[str, str], gopath: str) -> str:
    """Where install puts executables without GOBIN. Without modules it is the GOPATH entry we are in."""
    entries = gopath.split(os.pathsep)
    best = entries[0]
    if env.get("GO111MODULE", "") == "off":
        here = os.getcwd()
        best = next((e for e in entries if e and here.startswith(e)), best)
    return best + "/bin" if best else ""


def shell_quote(value: str) -> str:
    """As go env prints values for a POSIX shell."""
    return "'" + value.replace("'", "'\\''") + "'"


def run(args: list[str]) -> int:
    values = FLAGS.parse(args)
    write, unset, json = values.flag("w"), values.flag("u"), values.flag("json")
    if json and (unset or write):
        raise UserError(f"go: cannot use -json with -{'u' if unset else 'w'}")
    if write and unset:
        raise UserError("go: cannot use -u with -w")
    names = values.rest
    if write or unset:
        from .goenv import change

        if not names:
            raise UserError("go: no KEY=VALUE arguments given" if write else "go: 'go env -u' requires an argument")
        change(names, unset)
        return 0
    if names == ["GOROOT"] and not json and not values.flag("changed") and not os.environ.get("GOEXPERIMENT"):
        sys.stdout.write(_goroot(os.environ) + "\n")
        return 0
    for name in names:
        if "=" in name:
            raise UserError(f"go: invalid variable name {quote(name)} (use -w to set variable)")
    if not names or any(name in _COSTLY for name in names):
        # The flags of the C compiler are found with its help, which takes a place to work in.
        from ..run.workdir import WorkDirectory

        work = WorkDirectory(os.environ)
        work.path()
        work.remove()
    found = variables(os.environ)
    known = found.values
    if values.flag("changed"):
        known = {n: known[n] for n in (names or known) if n in known and n in found.changed}
    elif names:
        known = {name: known[name] if name in known else _other(name) for name in names}
        if not json:
            for name in names:
                sys.stdout.write(known[name] + "\n")
            return 0
    if json:
        from ..util.jsontext import json_indented

        sys.stdout.write(json_indented(dict(sorted(known.items()))))
        return 0
    sys.stdout.write(settings_text(known))
    return 0


def settings_text(known: Mapping[str, str]) -> str:
    """The variables as a POSIX shell reads them."""
    lines: list[str] = []
    for name in sorted(known):
        if "\0" in known[name]:
            raise UserError(
                f"go: internal error: encountered null byte in environment variable {name} on non-plan9 platform"
            )
        lines.append(f"{name}={shell_quote(known[name])}\n")
    return "".join(lines)


def _other(name: str) -> str:
    """A variable that `go env` does not list: only what the configuration file or the documentation know."""
    from .goenv import KNOWN, file_path, read_file

    if name in KNOWN:
        return os.environ.get(name, "")
    path = file_path(os.environ)
    in_file = read_file(path) if path else {}
    return os.environ.get(name, "") or in_file[name] if name in in_file else ""
