"""What a repository says about the sources: build information's vcs.revision, vcs.time, vcs.modified and the version.

    stamp(package, os.getcwd(), "auto")   →   Stamp([("vcs", "git"), ("vcs.revision", "e7537ba8..."), ...], "v1.0.1+dirty")

Only git is asked; it is run without its hooks and without prompting. Other systems' directories are noticed, because
two systems in one place are refused: a repository inside another may not tell what is in it.

Source: cmd/go/internal/load (setBuildInfo), cmd/go/internal/vcs, cmd/go/internal/modfetch (versions of a commit).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from typing import Final, final

from ..diag.diagnostic import UserError
from ..load.package import Package
from ..module import modfile
from ..module.direct import local_version
from ..module.paths import split_major
from ..module.problem import FetchError

# Directories (or files) that make a directory the root of a repository.
_ROOTS: Final = ((".hg", "hg"), (".git", "git"), (".bzr", "bzr"), (".svn", "svn"), (".fslckout", "fossil"))
_NONE: Final = ("", "")


@final
class Stamp:
    """`settings` for build information, `version` of the main module ("" if unknown)."""

    __slots__ = ("settings", "version")

    def __init__(self, settings: list[tuple[str, str]], version: str) -> None:
        self.settings = settings
        self.version = version


def _is_git_root(path: str) -> bool:
    """Whether .git is a repository, or the file of a worktree that says where its repository is."""
    if os.path.isdir(path):
        return True
    try:
        with open(path, "rb") as f:
            data = f.read(4097)
    except OSError:
        return False
    place = data.removeprefix(b"gitdir:").strip()
    if len(data) > 4096 or place == data.strip() or not place:
        return False
    return os.path.isdir(os.path.join(os.path.dirname(path), os.fsdecode(place)))


def find_repository(directory: str) -> tuple[str, str]:
    """(root, system) of the repository a directory is in, two empty strings for none. UserError for two systems."""
    found = _NONE
    while True:
        for name, system in _ROOTS:
            path = os.path.join(directory, name)
            is_file = system == "fossil" and os.path.isfile(path)
            if not (_is_git_root(path) if system == "git" else is_file or os.path.isdir(path)):
                continue
            if not found[0]:
                found = (directory, system)
            elif found[1] != system or system != "git":
                raise UserError(f'multiple VCS detected: {found[1]} in "{found[0]}", and {system} in "{directory}"')
        parent = os.path.dirname(directory)
        if parent == directory:
            return found
        directory = parent


def _has_prefix(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(prefix.rstrip("/") + "/")


def stamp(package: Package, cwd: str, wanted: str, show: bool = False) -> Stamp:
    """The stamp of a main package. `wanted` is -buildvcs: "auto" leaves it out where it cannot be had, "true" insists."""
    none = Stamp([], "")
    module = package.module
    if wanted == "false" or module is None or module.version or package.standard or not module.dir:
        return none
    try:
        root, system = find_repository(cwd)
        if not root or not (_has_prefix(module.dir, root) or _has_prefix(root, module.dir)):
            return none
        if wanted == "auto" and shutil.which(system) is None:
            return none
        if system != "git":
            return none
        for what, directory in (("package", package.dir), ("module", module.dir)):
            other = find_repository(directory)[0]
            if other == root:
                continue
            if wanted == "auto":
                return none
            raise UserError(
                f'main {what} is in repository "{other}" but current directory is in repository "{root}"'
            )
        return _git_stamp(package, root, show)
    except UserError as e:
        raise UserError(
            f"error obtaining VCS status: {e.message}\n\tUse -buildvcs=false to disable VCS stamping."
        ) from None


def _git(root: str, arguments: list[str], show: bool = False) -> str:
    """What git prints. UserError if it fails."""
    if show:
        sys.stderr.write(f"cd {root}\ngit {' '.join(arguments)}\n")
    env = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "PWD": root, "GIT_OPTIONAL_LOCKS": "0"}
    try:
        done = subprocess.run(
            ["git", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", *arguments],
            cwd=root, env=env, stdin=subprocess.DEVNULL, capture_output=True, check=False,
        )  # fmt: skip
    except FileNotFoundError:
        sys.stderr.write("go: missing Git command. See https://go.dev/s/gogetcmd\n")
        raise UserError('exec: "git": executable file not found in $PATH') from None
    except OSError as e:
        raise UserError(f'exec: "git": {os.strerror(e.errno or 0).lower()}') from None
    if done.returncode != 0:
        raise UserError(f"exit status {done.returncode}")
    return done.stdout.decode("utf-8", "surrogateescape")


def _git_stamp(package: Package, root: str, show: bool) -> Stamp:
    modified = bool(_git(root, ["status", "--porcelain"], show))
    revision, seconds = "", 0
    try:
        line = _git(root, ["-c", "log.showsignature=false", "log", "-1", "--format=%H:%ct"], show).strip()
        revision, _, stamp_text = line.partition(":")
        seconds = int(stamp_text)
    except (UserError, ValueError):
        if not modified:
            raise
    settings = [("vcs", "git")]
    if revision:
        settings.append(("vcs.revision", revision))
        settings.append(("vcs.time", time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))))
    settings.append(("vcs.modified", "true" if modified else "false"))
    version = _version(package, root, revision) if revision else ""
    if version and modified:
        version += ".dirty" if version.endswith("+incompatible") else "+dirty"
    return Stamp(settings, version)


def _module_path(directory: str) -> str:
    try:
        with open(os.path.join(directory, "go.mod"), encoding="utf-8", errors="surrogateescape") as f:
            return modfile.parse("go.mod", f.read(), strict=False).module
    except OSError:
        return ""


def _version(package: Package, root: str, revision: str) -> str:
    """The version of the main module at a revision: its tag, or a pseudo-version after the last tag; "" if unknown."""
    module = package.module
    parts = split_major(_module_path(root)) if module is not None else None
    if module is None or parts is None or not parts[0]:
        return ""
    try:
        return local_version(root, parts[0], module.path, revision, os.environ).version
    except FetchError:
        return ""
