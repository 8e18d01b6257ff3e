"""The go.mod files of dependencies, as far as the requirement graph needs them.

    go_mod_summary(state, ("example.com/a", "v1.0.0")).require   →   [("example.com/b", "v1.2.0"), ("go", "1.22")]

`go_mod_summary` minds replacements, exclusions, go.sum and vendoring; `raw_summary` none of these. A file that needs
a newer Go than this one is an error, but what it retracts or deprecates counts.
Source: cmd/go/internal/modload (goModSummary, rawGoModSummary).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, final

from ..module import modfile, semver
from .moderrors import ModError, SumMissing, TooNew, version_error
from .modfetching import fetch_go_mod
from .modversions import EXPLICIT_INDIRECT, STRICT, Mod, is_toolchain, text
from .package import short_path

if TYPE_CHECKING:
    from .modstate import ModuleState

PRUNED: Final = 0  # what modules of go 1.17 and later require in turn is left out
UNPRUNED: Final = 1
WORKSPACE: Final = 2


def pruning_for(go_version: str) -> int:
    return UNPRUNED if semver.compare_go(go_version, EXPLICIT_INDIRECT) < 0 else PRUNED


@final
class Summary:
    __slots__ = ("module", "go", "toolchain", "ignore", "pruning", "require", "retract", "deprecated", "too_new")

    def __init__(self, module: str) -> None:
        self.module = module
        self.go = ""
        self.toolchain = ""
        self.ignore: list[str] = []
        self.pruning = PRUNED
        self.require: list[Mod] = []
        self.retract: list[tuple[str, str, str]] = []  # lowest, highest, rationale
        self.deprecated = ""
        self.too_new: TooNew | None = None


def go_mod_summary(state: ModuleState, mod: Mod) -> Summary:
    """Raises ModError."""
    if is_toolchain(mod[0]):
        return raw_summary(state, mod)
    if state.build_mod == "vendor":
        from .vendoring import read_vendor_list

        vendored = read_vendor_list(state)
        summary = Summary(mod[0])
        if vendored.version.get(mod[0]) == mod[1]:
            # What a vendored module requires is not known; anything may be.
            summary.require = vendored.modules
        return summary
    actual = state.resolve(mod)
    if state.must_have_sums and actual[1] and not state.have_sum((actual[0], actual[1] + "/go.mod")):
        raise version_error(actual, SumMissing(f" for go.mod file; to add it:\n\tgo mod download {mod[0]}"))
    summary = raw_summary(state, actual)
    if summary.too_new is not None:
        raise summary.too_new
    if actual[1]:
        if not summary.module:
            raise version_error(actual, "parsing go.mod: missing module line")
        if summary.module != mod[0] and summary.module != actual[0]:
            raise version_error(
                actual,
                f"parsing go.mod:\n\tmodule declares its path as: {summary.module}\n"
                f"\t        but was required as: {mod[0]}",
            )
    for main in state.main:
        index = state.indices[main]
        if index is not None and index.exclude and any(r in index.exclude for r in summary.require):
            kept = Summary(summary.module)
            kept.go = summary.go
            kept.toolchain = summary.toolchain
            kept.ignore = summary.ignore
            kept.pruning = summary.pruning
            kept.require = [r for r in summary.require if r not in index.exclude]
            kept.retract = summary.retract
            kept.deprecated = summary.deprecated
            summary = kept
    return summary


def raw_summary(state: ModuleState, mod: Mod) -> Summary:
    """Raises ModError, but not for a go line that is too new: see Summary.too_new."""
    path, version = mod
    if is_toolchain(path):
        summary = Summary(path)
        if path == "go" and semver.compare_go(version, STRICT) >= 0:
            # So that changing the toolchain changes the go line and the other way around.
            summary.require = [("toolchain", "go" + version)]
        return summary
    if not version and state.workspace and path in state.main_paths:
        if path == "command-line-arguments":
            return Summary(path)
        main_file = state.mod_files[mod]
        if main_file is not None:
            return summarize(state, mod, main_file)
    known = state.summaries.get(mod)
    if known is None:
        try:
            name, data = raw_go_mod(state, mod)
            file = modfile.parse(name, data.decode("utf-8", "surrogateescape"), strict=False)
            if file.errors:
                errors = "\n".join(file.errors)
                raise version_error(mod, f"parsing {short_path(name, state.cwd)}: {errors}")
            known = summarize(state, mod, file)
        except ModError as error:
            known = error
        state.summaries[mod] = known
    if isinstance(known, ModError):
        raise known
    return known


def summarize(state: ModuleState, mod: Mod, file: modfile.ModFile) -> Summary:
    summary = Summary(file.module)
    summary.deprecated = file.deprecated
    summary.go = file.go
    summary.toolchain = file.toolchain
    summary.ignore = list(file.ignore)
    summary.require = [(r.path, r.version) for r in file.require]
    summary.retract = [(r.low, r.high, r.rationale) for r in file.retract]
    if not file.go:
        summary.pruning = UNPRUNED
        return summary
    state.raw_go.setdefault(mod, file.go)
    summary.pruning = pruning_for(file.go)
    if semver.compare_go(file.go, STRICT) >= 0:
        summary.require.append(("go", file.go))
        if semver.compare_go(file.go, state.running_go) > 0:
            summary.too_new = state.too_new("module " + text(mod), file.go)
    return summary


def raw_go_mod(state: ModuleState, mod: Mod) -> tuple[str, bytes]:
    """The name and content of the go.mod of a module version or a replacement directory. Raises ModError."""
    path, version = mod
    if version:
        return "go.mod", fetch_go_mod(state, mod)
    directory = path
    if not os.path.isabs(directory):
        if state.workspace and path in state.main_paths:
            directory = state.main_root[mod]
        else:
            directory = os.path.normpath(os.path.join(state.relative_to(), directory))
    name = os.path.join(directory, "go.mod")
    try:
        return name, state.context.view.read(name)
    except OSError as error:
        problem = (error.strerror or "").lower()
        raise version_error(mod, f"reading {short_path(name, state.cwd)}: open {name}: {problem}") from None
