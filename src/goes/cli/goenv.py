"""The configuration file of `go env -w`: defaults for environment variables.

    $HOME/.config/go/env:  GOPROXY=off      →   as if GOPROXY=off were set, unless it is

Source: go command documentation "Environment variables"; cmd/go/internal/envcmd (messages).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Final

from ..diag.diagnostic import UserError
from ..util.wholefile import write_whole
from .flags import quote

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
_COMPUTED: Final = frozenset((
    "GOEXE", "GOGCCFLAGS", "GOHOSTARCH", "GOHOSTOS", "GOMOD", "GOROOT", "GOTELEMETRY", "GOTELEMETRYDIR", "GOTOOLDIR",
    "GOVERSION", "GOWORK",
))  # fmt: skip
_OS_ONLY: Final = frozenset(("GODEBUG", "GOENV"))

# The environment goes was started with: what programs it runs are given. Empty until the file is applied.
_started_with: dict[str, str] = {}


def original_environment() -> dict[str, str]:
    """The environment without what the file adds."""
    return dict(_started_with or os.environ)


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
    _started_with.clear()
    _started_with.update(os.environ)
    path = file_path(os.environ)
    if not path:
        return
    for name, value in read_file(path).items():
        if name in KNOWN and name not in _OS_ONLY and not os.environ.get(name):
            os.environ[name] = value


def check_value(name: str, value: str) -> None:
    """Raise UserError if a variable may not be written or may not have this value."""
    if name in _COMPUTED:
        raise UserError(f"go: {name} cannot be modified")
    if name in _OS_ONLY:
        raise UserError(f"go: {name} can only be set using the OS environment")
    if name not in KNOWN and name not in read_file(file_path(os.environ)):
        raise UserError(f"go: unknown go command variable {name}")
    relative = bool(value) and not os.path.isabs(value)
    if name == "GO111MODULE" and value not in ("", "auto", "on", "off"):
        raise UserError(f"go: invalid {name} value {quote(value)}")
    if name == "GOPATH" and value.startswith("~"):
        raise UserError(f"go: GOPATH entry cannot start with shell metacharacter '~': {quote(value)}")
    if name in ("GOPATH", "GOMODCACHE") and relative:
        raise UserError(f"go: {name} entry is relative; must be absolute path: {quote(value)}")
    if name in ("CC", "CXX") and value:
        _check_compiler(name, value)
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise UserError(f"go: invalid UTF-8 in {name}=... value") from None
    if "\0" in value:
        raise UserError(f"go: invalid NUL in {name}=... value")
    if any(c in value for c in "\v\r\n"):
        raise UserError(f"go: invalid newline in {name}=... value")


def _check_compiler(name: str, value: str) -> None:
    from ..work.options import split_quoted

    words, problem = split_quoted(value)
    if problem:
        raise UserError(f"go: invalid {name}: {problem}")
    if not words:
        raise UserError(f"go: {name} entry cannot contain only space")
    if not os.path.isabs(words[0]) and "/" in words[0]:
        raise UserError(f"go: {name} entry is relative; must be absolute path: {quote(words[0])}")


def change(assignments: list[str], unset: bool) -> None:
    """go env -w NAME=VALUE..., go env -u NAME..."""
    changes: dict[str, str] = {}
    started = original_environment()
    for text in assignments:
        name, equals, value = text.partition("=")
        if unset:
            check_value(text, "")
            changes[text] = ""
            continue
        if not equals:
            raise UserError(f"go: arguments must be KEY=VALUE: invalid argument: {text}")
        check_value(name, value)
        if name in changes:
            raise UserError(f"go: multiple values for key: {name}")
        changes[name] = value
        if started.get(name) and started[name] != value:
            sys.stderr.write(f"warning: go env -w {name}=... does not override conflicting OS environment variable\n")
    _check_build(changes, unset, started)
    temporary = changes.get("GOTMPDIR", "")
    if temporary and not os.path.isabs(temporary):
        raise UserError("go: GOTMPDIR must be an absolute path")
    _update(changes, unset)


def _check_build(changes: dict[str, str], unset: bool, started: Mapping[str, str]) -> None:
    """Raise UserError if the changes would leave a target or experiments that no build can have."""
    if not any(name in changes for name in ("GOARCH", "GOEXPERIMENT", "GOOS")):
        return
    from ..load.context import host_arch, host_os, parse_experiments

    def value(name: str) -> str:
        if name in changes:
            return (started.get(name, "") if unset else changes[name])
        return os.environ.get(name, "")

    goos = value("GOOS") or host_os()
    goarch = value("GOARCH") or host_arch()
    if "GOOS" in changes or "GOARCH" in changes:
        from ..load.platforms import PLATFORMS

        if f"{goos}/{goarch}" not in PLATFORMS:
            raise UserError(f"go: unsupported GOOS/GOARCH pair {goos}/{goarch}")
    if "GOEXPERIMENT" in changes:
        try:
            parse_experiments(goarch, goos, value("GOEXPERIMENT"))
        except UserError as e:
            raise UserError(e.message, 1) from None


def _key(line: str) -> str:
    """KEY of KEY=VALUE, "" for another line."""
    name, equals, _ = line.partition("=")
    return name if equals and "#" not in name else ""


def _update(changes: dict[str, str], unset: bool) -> None:
    path = file_path(os.environ)
    if not path:
        reason = "GOENV=off" if os.environ.get("GOENV") == "off" else "neither $XDG_CONFIG_HOME nor $HOME are defined"
        raise UserError(f"go: cannot find go env config: {reason}")
    try:
        with open(path, encoding="utf-8", errors="surrogateescape", newline="") as f:
            lines = f.read().split("\n")
    except FileNotFoundError as e:
        if unset:
            raise UserError(f"go: reading go env config: open {path}: {os.strerror(e.errno or 0).lower()}") from None
        lines = []
    except OSError as e:
        raise UserError(f"go: reading go env config: open {path}: {os.strerror(e.errno or 0).lower()}") from None
    if lines and not lines[-1]:
        lines.pop()
    # Of a variable that is there twice the last line counts.
    last = {_key(line): i for i, line in enumerate(lines) if _key(line)}
    kept = [line for i, line in enumerate(lines) if not _key(line) or last[_key(line)] == i]
    if unset:
        kept = [line for line in kept if _key(line) not in changes]
    else:
        kept = [f"{_key(line)}={changes[_key(line)]}" if _key(line) in changes else line for line in kept]
        kept += [f"{name}={value}" for name, value in changes.items() if name not in last]
    _write(path, _sorted_runs(kept))


def _sorted_runs(lines: list[str]) -> list[str]:
    """Each run of assignments sorted by name; comments and blank lines stay between them."""
    out: list[str] = []
    run: list[str] = []
    for line in lines:
        if _key(line):
            run.append(line)
            continue
        out += [*sorted(run, key=_key), line]
        run = []
    return out + sorted(run, key=_key)


def _write(path: str, lines: list[str]) -> None:
    data = "".join(line + "\n" for line in lines).encode("utf-8", "surrogateescape")
    try:
        write_whole(path, data)
    except OSError as e:
        raise UserError(f"go: writing go env config: open {path}: {os.strerror(e.errno or 0).lower()}") from None
