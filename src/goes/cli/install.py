"""goes install [build flags] [packages]"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from ..diag.diagnostic import UserError
from ..run.workdir import WorkDirectory
from .build import build_all, program_name
from .buildflags import Plan, is_versioned, plan
from .flags import BUILD_FLAGS, COVER_FLAGS, FlagSet, FlagValues
from .workdirectory import work_directory

if TYPE_CHECKING:
    from ..load.package import Package

EXAMPLE: Final = "goes install ./cmd/app"
FLAGS: Final = FlagSet("install", "go install [build flags] [packages]", [*BUILD_FLAGS, *COVER_FLAGS])


def run(args: list[str]) -> int:
    try:
        values = FLAGS.parse(args)
    except UserError:
        from .versioned import look_ahead

        look_ahead(args)
        raise
    patterns = values.rest
    try:
        with work_directory(values, told_by=("work", "x")) as work:
            if not values.flag("n"):
                work.path()
            p = _plan(values, patterns, work)
            targets = install_targets(p)
            build_all(p, targets, "install")
            if not patterns and len(p.wanted) == 1 and p.wanted[0].name == "main" and not values.flag("n"):
                _remove_built(p.wanted[0], targets)
            return 0
    except UserError as e:
        from .buildjson import failed

        return failed(values, e)


def _plan(values: FlagValues, patterns: list[str], work: WorkDirectory) -> Plan:
    try:
        if any(is_versioned(pattern) for pattern in patterns):
            from .versioned import plan_versioned

            return plan_versioned(values, patterns, work)
        return plan(values, patterns or ["."], work)
    except UserError as e:
        raise _outside_hint(e, patterns) from None


def _outside_hint(failure: UserError, patterns: list[str]) -> UserError:
    """Outside of modules every package is missing: say what to type instead."""
    lines = failure.message.split("\n")
    missing = "go.mod file not found in current directory or any parent directory"
    if not patterns or not all(missing in line for line in lines if line and not line.startswith("\t")):
        return failure
    if any(p.startswith((".", "/")) or p.endswith(".go") for p in patterns):
        return failure
    latest = " ".join(f"{p}@latest" for p in patterns)
    return UserError(
        "go: 'go install' requires a version when current directory is not in a module\n"
        f"\tTry 'go install {latest}' to install the latest version"
    )


def install_targets(p: Plan) -> dict[str, str]:
    """Import path of each package → where it is installed. Raises UserError for those that have no place."""
    gobin = os.environ.get("GOBIN", "")
    if gobin and not os.path.isabs(gobin):
        raise UserError("cannot install, GOBIN must be an absolute path")
    out: dict[str, str] = {}
    problems: list[str] = []
    for r in p.wanted:
        if r.name != "main":
            # Of modules and std archives stay in the cache. GOPATH has places for them.
            if r.conflict_dir:
                problems.append(f"go: no install location for {r.dir}: hidden by {r.conflict_dir}")
            elif r.target and not r.standard:
                out[r.import_path] = r.target
            continue
        if r.target:
            out[r.import_path] = r.target
        else:
            problems.append(_no_place(r, gobin))
    if problems:
        raise UserError("\n".join(problems))
    return out


def _no_place(r: Package, gobin: str) -> str:
    if gobin and r.bin_dir:
        return "go: cannot install cross-compiled binaries when GOBIN is set"
    if r.command_line:
        return "go: no install location for .go files listed on command line (GOBIN not set)"
    if r.conflict_dir:
        return f"go: no install location for {r.dir}: hidden by {r.conflict_dir}"
    return (
        f"go: no install location for directory {r.dir} outside GOPATH\n\tFor more details see: 'go help gopath'"
    )


def _remove_built(root: Package, targets: dict[str, str]) -> None:
    """What an earlier `go build` left in this directory is a stale copy of what has just been installed."""
    name = program_name(root)
    if os.path.join(root.dir, name) == targets.get(root.import_path, ""):
        return
    if os.path.isfile(name) and not os.path.islink(name) and os.access(name, os.X_OK):
        try:
            os.unlink(name)
        except OSError:
            pass
