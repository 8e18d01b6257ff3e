"""goes env [-json] [-changed] [name ...]"""

from __future__ import annotations

import os
import sys
from typing import Final

from .flags import BOOL, Flag, FlagSet

FLAGS: Final = FlagSet("env", "go env [-json] [-changed] [-u] [-w] [var ...]", [
    Flag("json", BOOL, "print the environment in JSON format"),
    Flag("changed", BOOL, "print only settings whose value differs from the default"),
])  # fmt: skip


def cache_directory() -> str:
    """$GOCACHE, or the user's cache directory."""
    explicit = os.environ.get("GOCACHE")
    if explicit:
        return explicit
    base = os.environ.get("XDG_CACHE_HOME") or (os.environ["HOME"] + "/.cache" if os.environ.get("HOME") else "")
    return base + "/go-build" if base else "off"


def variables() -> dict[str, str]:
    """Every variable `go env` prints that means something to goes, by name."""
    from ..load.context import make_context
    from ..load.modules import find_mod_file

    context = make_context(os.environ)
    home = os.environ.get("HOME", "")
    gopath = os.environ.get("GOPATH") or (home + "/go" if home else "")
    mod = find_mod_file(os.getcwd())
    get = os.environ.get
    experiments = get("GOEXPERIMENT", "")
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
        "GOBIN": get("GOBIN", ""),
        "GOCACHE": cache_directory(),
        "GOCACHEPROG": get("GOCACHEPROG", ""),
        "GODEBUG": get("GODEBUG", ""),
        "GOENV": get("GOENV") or ((get("XDG_CONFIG_HOME") or home + "/.config") + "/go/env"),
        "GOEXE": "",
        "GOEXPERIMENT": experiments,
        "GOFIPS140": get("GOFIPS140") or "off",
        "GOFLAGS": get("GOFLAGS", ""),
        "GOGCCFLAGS": "",
        "GOHOSTARCH": context.goarch if not get("GOARCH") else "amd64",
        "GOHOSTOS": "linux",
        "GOINSECURE": get("GOINSECURE", ""),
        "GOMOD": mod or "/dev/null",
        "GOMODCACHE": get("GOMODCACHE") or (gopath.split(":")[0] + "/pkg/mod" if gopath else ""),
        "GONOPROXY": get("GONOPROXY") or get("GOPRIVATE", ""),
        "GONOSUMDB": get("GONOSUMDB") or get("GOPRIVATE", ""),
        "GOOS": context.goos,
        "GOPATH": gopath,
        "GOPRIVATE": get("GOPRIVATE", ""),
        "GOPROXY": get("GOPROXY") or "https://proxy.golang.org,direct",
        "GOROOT": context.goroot,
        "GOSUMDB": get("GOSUMDB") or "sum.golang.org",
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
    known = variables()
    names = values.rest
    if values.flag("changed") and not names:
        names = [name for name in known if os.environ.get(name) not in (None, "")]
        known = {name: known[name] for name in names}
        names = []
    if values.flag("json"):
        import json

        shown = {name: known.get(name, "") for name in names} if names else known
        sys.stdout.write(json.dumps(shown, indent="\t", ensure_ascii=False) + "\n")
        return 0
    if names:
        for name in names:
            sys.stdout.write(known.get(name, "") + "\n")
        return 0
    for name, value in known.items():
        sys.stdout.write(f"{name}={shell_quote(value)}\n")
    return 0
