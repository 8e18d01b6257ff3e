"""goes env [-json] [-changed] [name ...]"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Final

from ..diag.diagnostic import UserError
from ..work.cachedirectory import cache_directory
from .flags import BOOL, Flag, FlagSet

EXAMPLE: Final = "goes env GOROOT GOCACHE"
FLAGS: Final = FlagSet("env", "go env [-json] [-changed] [-u] [-w] [var ...]", [
    Flag("json", BOOL, "print the environment in JSON format"),
    Flag("changed", BOOL, "print only settings whose value differs from the default"),
    Flag("u", BOOL, "unset the default setting of the named variables"),
    Flag("w", BOOL, "change the default setting of the named variables"),
])  # fmt: skip


_TELEMETRY: Final = "/go/telemetry"


def variables(env: Mapping[str, str]) -> dict[str, str]:
    """Every variable `go env` prints that means something to goes, in the go command's order."""
    from ..load.context import host_arch, host_os, make_context
    from ..load.modules import find_mod_file
    from .goenv import file_path

    context = make_context(env)
    home = env.get("HOME", "")
    gopath = env.get("GOPATH", "") or (home + "/go" if home else "")
    first = gopath.split(":")[0]
    config = env.get("XDG_CONFIG_HOME", "") or (home + "/.config" if home else "")
    mod = find_mod_file(os.getcwd()) if env.get("GO111MODULE", "") != "off" else ""
    get = env.get
    return {
        "AR": get("AR") or "ar",
        "CC": get("CC") or "gcc",
        "CGO_CFLAGS": get("CGO_CFLAGS") or "-O2 -g",
        "CGO_CPPFLAGS": get("CGO_CPPFLAGS", ""),
        "CGO_CXXFLAGS": get("CGO_CXXFLAGS") or "-O2 -g",
        "CGO_ENABLED": "0",
        "CGO_FFLAGS": get("CGO_FFLAGS") or "-O2 -g",
        "CGO_LDFLAGS": get("CGO_LDFLAGS") or "-O2 -g",
        "CXX": get("CXX") or "g++",
        "GCCGO": get("GCCGO") or "gccgo",
        "GO111MODULE": get("GO111MODULE", ""),
        "GOAMD64": context.goarch_level if context.goarch == "amd64" else "",
        "GOARCH": context.goarch,
        "GOAUTH": get("GOAUTH") or "netrc",
        "GOBIN": get("GOBIN", "") or (first + "/bin" if first else ""),
        "GOCACHE": cache_directory(env),
        "GOCACHEPROG": get("GOCACHEPROG", ""),
        "GODEBUG": get("GODEBUG", ""),
        "GOENV": "off" if get("GOENV") == "off" else file_path(env),
        "GOEXE": "",
        "GOEXPERIMENT": get("GOEXPERIMENT", ""),
        "GOFIPS140": get("GOFIPS140") or "off",
        "GOFLAGS": get("GOFLAGS", ""),
        "GOGCCFLAGS": "",
        "GOHOSTARCH": host_arch(),
        "GOHOSTOS": host_os(),
        "GOINSECURE": get("GOINSECURE", ""),
        "GOMOD": mod or "/dev/null",
        "GOMODCACHE": get("GOMODCACHE") or (first + "/pkg/mod" if first else ""),
        "GONOPROXY": get("GONOPROXY") or get("GOPRIVATE", ""),
        "GONOSUMDB": get("GONOSUMDB") or get("GOPRIVATE", ""),
        "GOOS": context.goos,
        "GOPACKAGESDRIVER": get("GOPACKAGESDRIVER", ""),
        "GOPATH": gopath,
        "GOPRIVATE": get("GOPRIVATE", ""),
        "GOPROXY": get("GOPROXY") or "https://proxy.golang.org,direct",
        "GOROOT": context.goroot,
        "GOSUMDB": get("GOSUMDB") or "sum.golang.org",
        "GOTELEMETRY": "off",
        "GOTELEMETRYDIR": config + _TELEMETRY if config else "",
        "GOTMPDIR": get("GOTMPDIR", ""),
        "GOTOOLCHAIN": get("GOTOOLCHAIN") or "auto",
        "GOTOOLDIR": f"{context.goroot}/pkg/tool/{context.goos}_{context.goarch}",
        "GOVCS": get("GOVCS", ""),
        "GOVERSION": f"go{context.go_version}",
        "GOWORK": get("GOWORK", ""),
        "PKG_CONFIG": get("PKG_CONFIG") or "pkg-config",
    }


def shell_quote(value: str) -> str:
    """As go env prints values for a POSIX shell."""
    return "'" + value.replace("'", "'\\''") + "'"


def run(args: list[str]) -> int:
    values = FLAGS.parse(args)
    if values.rest == ["GOROOT"]:
        from ..load.context import find_goroot

        sys.stdout.write(find_goroot(os.environ) + "\n")
        return 0
    if values.flag("w") or values.flag("u"):
        from .goenv import change

        if values.flag("w") and values.flag("u"):
            raise UserError("go: cannot use -u with -w")
        if values.flag("json"):
            raise UserError(f"go: cannot use -json with -{'w' if values.flag('w') else 'u'}")
        if not values.rest:
            raise UserError(
                "go: no KEY=VALUE arguments given" if values.flag("w") else "go: 'go env -u' requires an argument"
            )
        change(values.rest, values.flag("u"))
        return 0
    known = variables(os.environ)
    names = values.rest
    if values.flag("changed"):
        plain = {
            name: os.environ[name]
            for name in ("HOME", "PATH", "GOROOT", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")
            if name in os.environ
        }
        defaults = variables(plain)
        known = {name: known[name] for name in known if known[name] != defaults[name] and (not names or name in names)}
        names = []
    if values.flag("json"):
        import json

        shown = {name: known.get(name, "") for name in sorted(names)} if names else known
        sys.stdout.write(json.dumps(shown, indent="\t", ensure_ascii=False) + "\n")
        return 0
    if names:
        for name in names:
            sys.stdout.write(known.get(name, "") + "\n")
        return 0
    for name, value in known.items():
        sys.stdout.write(f"{name}={shell_quote(value)}\n")
    return 0
