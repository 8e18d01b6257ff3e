"""Packages named as path@version: built in module mode, whatever go.mod is around.

    goes install example.com/cmd/a@latest       goes run example.com/cmd/a@v1.2.3

All arguments name packages of one module at one version; only its own requirements count.
Source: cmd/go/internal/load (PackagesAndErrorsOutsideModule).
"""

from __future__ import annotations

from ..diag.diagnostic import UserError
from ..run.workdir import WorkDirectory
from .buildflags import Plan, check_flags
from .flags import FlagValues


def check_arguments(arguments: list[str]) -> str:
    """The version all arguments ask for. UserError for arguments that may not stand together."""
    from ..load.patterns import is_local

    version = ""
    for i, argument in enumerate(arguments):
        path, _, asked = argument.partition("@")
        if is_local(argument) or argument.startswith("/"):
            raise UserError(f"go: {argument}: argument must be a package path, not a relative path")
        if "@" not in argument:
            raise UserError(f"go: {argument}: argument must be a package path with a version")
        if not path:
            raise UserError(f"go: {argument}: version must not be empty" if not asked else f"go: {argument}: no path")
        if not asked:
            raise UserError(f"go: {argument}: version must not be empty")
        if path in ("all", "std", "cmd", "work", "tool"):
            raise UserError(f"go: {argument}: argument must not be a meta-package")
        if i > 0 and asked != version:
            raise UserError(f"go: {argument}: all arguments must refer to packages in the same module at the same version (@{version})")
        version = asked
    return version


def plan_versioned(values: FlagValues, arguments: list[str], work: WorkDirectory) -> Plan:
    """Load the packages and what they need, ready to build."""
    check_flags(values)
    check_arguments(arguments)
    raise UserError(f"go: {arguments[0]}: packages with a version are not supported yet")
