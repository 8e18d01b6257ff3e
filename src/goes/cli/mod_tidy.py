"""goes mod tidy [-e] [-v] [-x] [-diff] [-go=version] [-compat=version]"""

from __future__ import annotations

from typing import Final

from ..diag.diagnostic import UserError
from .flags import BOOL, TEXT, Flag, FlagSet
from .modcommon import MOD_FLAGS

EXAMPLE: Final = "goes mod tidy"
FLAGS: Final = FlagSet("mod tidy", "go mod tidy [-e] [-v] [-x] [-diff] [-go=version] [-compat=version]", [
    Flag("e", BOOL, "go on despite errors in loading packages"),
    Flag("v", BOOL, "print information about removed modules"),
    Flag("x", BOOL, "print the commands download executes"),
    Flag("diff", BOOL, "print the necessary changes as a unified diff, change nothing"),
    Flag("go", TEXT, "update the go directive to the version", "version"),
    Flag("compat", TEXT, "keep checksums needed by that version of Go", "version"),
    *MOD_FLAGS,
])  # fmt: skip


def run(args: list[str]) -> int:
    values = FLAGS.parse(args)
    from ..load.modload import Finished, load_packages
    from ..load.modpackages import PackageOptions
    from ..load.modstate import NEED_ROOT
    from .modcommands import open_state

    state = open_state("mod tidy", values, workspace=False, root_mode=NEED_ROOT, force=True)
    for name in ("go", "compat"):
        check_version(FLAGS, name, values.text(name), state.running_go)
    if values.rest:
        raise UserError("go: 'go mod tidy' accepts no arguments")
    options = PackageOptions()
    options.tidy = True
    options.edits_modules = True
    options.tidy_go = values.text("go")
    options.tidy_compat = values.text("compat")
    options.tidy_diff = values.flag("diff")
    options.any_tags = True
    options.resolve_missing = True
    options.load_tests = True
    options.allow_errors = values.flag("e")
    options.silent_missing_std = True
    try:
        load_packages(state, options, ["all"])
    except Finished as finished:
        return finished.status
    return 0


def check_version(flags: FlagSet, flag: str, version: str, running: str) -> None:
    """A version of Go as a flag names it. Raises UserError."""
    from ..module.directivefile import GO_VERSION
    from ..module.semver import compare_go

    problem = ""
    if version and GO_VERSION.fullmatch(version) is None:
        problem = f'expecting a Go version like "{running}"'
    elif version and compare_go(version, running) > 0:
        problem = f"maximum supported Go version is {running}"
    if problem:
        raise flags.fail(f'invalid value "{version}" for flag -{flag}: {problem}')
