"""The configuration file of `go env -w`: defaults for environment variables.

    $HOME/.config/go/env:  GOPROXY=off      →   as if GOPROXY=off were set, unless it is

Source: go command documentation "Environment variables"; cmd/go/internal/envcmd (messages).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final

from ..diag.diagnostic import UserError

KNOWN: Final = frozenset((
    "AR", "CC", "CGO_CFLAGS", "CGO_CFLAGS_ALLOW", "CGO_CFLAGS_DISALLOW", "CGO_CPPFLAGS", "CGO_CPPFLAGS_ALLOW",
    "CGO_CPPFLAGS_DISALLOW", "CGO_CXXFLAGS", "CGO_CXXFLAGS_ALLOW", "CGO_CXXFLAGS_DISALLOW", "CGO_ENABLED", "CGO_FFLAGS",
    "CGO_FFLAGS_ALLOW", "CGO_FFLAGS_DISALLOW", "CGO_LDFLAGS", "CGO_LDFLAGS_ALLOW", "CGO_LDFLAGS_DISALLOW", "CXX", "FC",
    "GCCGO", "GO111MODULE", "GO386", "GOAMD64", "GOARCH", "GOARM", "GOARM64", "GOAUTH", "GOBIN", "GOCACHE",
    "GOCACHEPROG", "GOENV", "GOEXE", "GOEXPERIMENT", "GOFIPS140", "GOFLAGS", "GOGCCFLAGS", "GOHOSTARCH", "GOHOSTOS",
    "GOINSECURE", "GOMIPS", "GOMIPS64", "GOMODCACHE", "GONOPROXY", "GONOSUMDB", "GOOS", "GOPATH", "GOPPC64",
    "GOPRIVATE",
    "GOPROXY", "GORISCV64", "GOROOT", "GOSUMDB", "GOTMPDIR", "GOTOOLCHAIN", "GOTOOLDIR", "GOVCS", "GOWASM", "GOWORK",
    "GO_EXTLINK_ENABLED", "PKG_CONFIG",
))  # fmt: skip
_COMPUTED: Final = ("GOEXE", "GOGCCFLAGS", "GOHOSTARCH", "GOHOSTOS", "GOMOD", "GOWORK", "GOTOOLDIR", "GOVERSION")
_HEADER_ONLY: Final = frozenset(("GOENV",))


def file_path(env: Mapping[str, str]) -> str:
    """$GOENV, or env in the user's configuration directory; "" if there is none."""
    explicit = env.get("GOENV", "")
    if explicit:
        return "" if explicit == "off" else explicit
    home = env.get("HOME", "")
    base = env.get("XDG_CONFIG_HOME", "") or (home + "/.config" if home else "")
    return base + "/go/env" if base else ""


def read_file(path: str) -> dict[str, str]:
    """KEY=VALUE lines; others are comments."""
    out: dict[str, str] = {}
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as f:
            for line in f.read().splitlines():
                name, equals, value = line.partition("=")
                if equals and name[:1].isalpha() and name[:1].isupper():
                    out[name] = value
    except OSError:
        pass
    return out


def apply_file() -> None:
    """Make the file's values the defaults of this process."""
    path = file_path(os.environ)
    if not path:
        return
    for name, value in read_file(path).items():
        if name in KNOWN and name != "GOENV" and not os.environ.get(name):
            os.environ[name] = value


def change(assignments: list[str], unset: bool) -> None:
    """go env -w NAME=VALUE..., go env -u NAME..."""
    path = file_path(os.environ)
    if not path:
        raise UserError(
            "go: GOENV=off"
            if os.environ.get("GOENV") == "off"
            else "go: cannot find go env config: neither $XDG_CONFIG_HOME nor $HOME are defined"
        )
    changes: dict[str, str] = {}
    for text in assignments:
        name, equals, value = text.partition("=")
        if unset:
            if equals:
                raise UserError(f"go: unknown go command variable {text}")
        elif not equals:
            raise UserError(f"go: arguments must be KEY=VALUE: invalid argument: {text}")
        if name in changes and not unset:
            raise UserError(f"go: multiple values for key: {name}")
        if name in _COMPUTED:
            raise UserError(f"go: {name} cannot be modified")
        if name in _HEADER_ONLY:
            raise UserError(f"go: {name} can only be set using the OS environment")
        if name not in KNOWN:
            raise UserError(f"go: unknown go command variable {name}")
        changes[name] = "" if unset else value
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as f:
            lines = f.read().splitlines()
    except OSError:
        lines = []
    lines = [line for line in lines if line.partition("=")[0] not in changes]
    for name, value in changes.items():
        if not unset:
            lines.append(f"{name}={value}")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    temporary = f"{path}.{os.getpid()}"
    with open(temporary, "w", encoding="utf-8", errors="surrogateescape") as f:
        f.write("".join(line + "\n" for line in sorted(lines)))
    os.replace(temporary, path)
