"""The tools that are Go programs: built from GOROOT/src/cmd with goes itself on first use, and kept in the build cache.

    tool_program("vet")   →   "/home/me/.cache/go-build/3f/3f...-d/vet"

A tool belongs to the machine goes runs on: the user's GOOS, GOFLAGS, go.mod or workspace have no say in how it is
built. The build is a process of its own, so that what it reads of the environment cannot leak either way. Processes
that want one tool at the same time wait for the first of them.

Source: cmd/go/internal/tool (buildAndRunBuiltinTool).
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import Final

from ..diag.diagnostic import UserError
from ..load.context import find_goroot, read_go_version
from ..run.workdir import make_directory, remove_tree, temporary_directory
from ..util.lockedfile import lock
from . import docprogram
from .cache import Cache, action_id
from .cachedirectory import require_cache_directory
from .fingerprint import toolchain_id

# Programs of GOROOT/src/cmd that go to the tool directory when installed (the others go to GOROOT/bin or nowhere).
NOT_TOOLS: Final = frozenset(("go", "gofmt"))

# What stays of the environment: how to find and write files, nothing about the build.
_KEPT: Final = (
    "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "LOGNAME", "PATH", "TEMP", "TMP", "TMPDIR", "USER", "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME", "VIRTUAL_ENV", "PYTHONHOME", "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX",
)  # fmt: skip


def is_tool_source(goroot: str, name: str) -> bool:
    """Whether GOROOT/src/cmd has a program of this name."""
    if not name or "/" in name or name.startswith((".", "_")) or name == "internal" or name == "vendor":
        return False
    directory = os.path.join(goroot, "src", "cmd", name)
    try:
        names = os.listdir(directory)
    except OSError:
        return False
    return any(n.endswith(".go") and not n.endswith("_test.go") for n in names)


def program_key(name: str, package: str, goroot: str) -> str:
    """The cache's name for a program of GOROOT, which is read-only: its version stands for its contents."""
    return action_id("tool program", toolchain_id(), goroot, read_go_version(goroot), package, name)


def tool_program(name: str, cache: Cache | None = None, package: str = "") -> str:
    """Path of the executable of a tool, built if need be. `package` is its import path, if not cmd/name."""
    goroot = find_goroot(os.environ)
    if cache is None:
        cache = Cache(require_cache_directory())
    package = package or "cmd/" + name
    key = program_key(name, package, goroot)
    known = cache.executable(key, name)
    if known is not None:
        return known
    descriptor = _lock(cache, key)
    try:
        known = cache.executable(key, name)
        return _build(name, package, goroot, cache, key) if known is None else known
    finally:
        if descriptor >= 0:
            os.close(descriptor)


def _lock(cache: Cache, key: str) -> int:
    """A descriptor that holds the lock of one tool, -1 where there can be none."""
    try:
        return lock(os.path.join(cache.directory, key[:2], key + "-lock"))
    except OSError:
        return -1


def clean_environment(goroot: str, cache_directory: str) -> dict[str, str]:
    """The environment that a program of GOROOT is built in, whoever asks for it."""
    out = {name: os.environ[name] for name in _KEPT if name in os.environ}
    ours = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    out["PYTHONPATH"] = os.pathsep.join([ours, *(p for p in [os.environ.get("PYTHONPATH", "")] if p)])
    out.update(
        GOROOT=goroot, GOCACHE=cache_directory, GOENV="off", GOWORK="off", GOTOOLCHAIN="local", GOPROXY="off",
        GO111MODULE="on", CGO_ENABLED="0",
    )  # fmt: skip
    return out


def _build(name: str, package: str, goroot: str, cache: Cache, key: str) -> str:
    work = make_directory(temporary_directory(os.environ), "go-tool")
    try:
        made = os.path.join(work, name)
        command = [sys.executable, "-m", "goes", "build", "-buildvcs=false", "-ldflags=-s -w", "-o", made]
        if name == docprogram.NAME:
            command.append("-overlay=" + docprogram.write_overlay(goroot, work))
        command.append(package)
        status = _wait(command, goroot, clean_environment(goroot, cache.directory))
        if status != 0 or not os.path.isfile(made):
            raise UserError(f"go: building {package} failed", 1)
        with open(made, "rb") as f:
            return cache.put_executable(key, name, f.read())
    finally:
        remove_tree(work)


def _wait(command: list[str], directory: str, env: dict[str, str]) -> int:
    """Run the build; whatever ends us ends it."""
    with subprocess.Popen(command, cwd=directory, env=env, stdin=subprocess.DEVNULL, stdout=sys.stderr) as child:
        try:
            return child.wait()
        except BaseException:
            child.send_signal(signal.SIGTERM)
            raise
