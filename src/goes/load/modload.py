"""Loading packages by patterns, with go.mod and go.sum kept up to date on the way.

    matches, paths = load_packages(state, options, ["./..."])
    state.packages.by_path["example.com/m/a"].mod      the module of a package
    state.requirements                                 what go.mod says after it

Source: cmd/go/internal/modload (LoadPackages).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..diag.diagnostic import UserError
from ..module import semver
from .mainmodules import load_requirements
from .moderrors import ModError
from .modmatch import (
    Match,
    is_vendored_command,
    match_local_dirs,
    match_packages,
    resolve_dirs,
)
from .modpackages import PackageLoader, PackageOptions
from .modscan import NoGoFiles, ScanError, scan_files
from .modsummary import UNPRUNED, pruning_for
from .modtidy import check_compatibility
from .modversions import NO_MOD, STRICT, previous_language
from .modwrite import WriteOptions, commit, keep_sums, update_go_mod
from .patterns import clean_patterns
from .requirements import Requirements

if TYPE_CHECKING:
    from .modstate import ModuleState


def load_packages(
    state: ModuleState, options: PackageOptions, patterns: list[str]
) -> tuple[list[Match], list[str]]:
    """The matches of the patterns and all packages loaded, sorted. Raises UserError with what is wrong, unless the
    options say otherwise."""
    matches = [Match(p) for p in clean_patterns(patterns)]
    all_is_root = any(m.pattern == "all" for m in matches)
    try:
        initial = load_requirements(state, options)
    except ModError as error:
        state.fatal(error)

    def list_roots(rs: Requirements) -> list[str]:
        _update(state, options, matches, rs, None)
        return [path for m in matches for path in m.packages]

    loader = PackageLoader(state, options, initial, all_is_root, list_roots)
    loader.load()
    _update(state, options, matches, loader.requirements, loader)
    if not options.silent:
        for match in matches:
            for problem in match.errors:
                loader.error(problem)
    state.exit_if_errors()
    if not options.silent_unmatched:
        for match in matches:
            if not match.packages and not match.errors:
                state.note(f'go: warning: "{match.pattern}" matched no packages')
    if options.tidy:
        _finish_tidy(state, loader, initial)
    state.packages = loader
    state.requirements = loader.requirements
    paths = sorted(p.path for p in loader.packages if p.test_of is None)
    if not state.options.explicit_write and options.resolve_missing:
        try:
            commit(state)
        except ModError as error:
            state.fatal(error)
    return matches, paths


def _update(
    state: ModuleState, options: PackageOptions, matches: list[Match], rs: Requirements, loader: PackageLoader | None
) -> None:
    """What the patterns match with these requirements; in the end (`loader`) what they match once all is loaded."""
    modules = state.main if options.main_module == NO_MOD else [options.main_module]
    for match in matches:
        pattern = match.pattern
        if match.is_local:
            if match.dirs is None:
                roots = [state.main_root[m] for m in modules if state.main_root[m]]
                match_local_dirs(state, roots, match, rs)
            resolve_dirs(state, match, rs, loader is not None)
        elif match.is_literal:
            match.packages = [pattern]
        elif "..." in pattern:
            match.errors = []
            graph, problem = rs.graph()
            if problem is not None:
                match.errors.append(problem)
            match_packages(state, match, options.any_tags, True, graph.build_list())
        elif pattern == "work":
            match_packages(state, match, options.any_tags, False, modules)
        elif pattern == "all":
            if loader is not None:
                match.packages = loader.pattern_all()
            else:
                match.errors = []
                match_packages(state, match, options.any_tags, False, modules)
                match.packages += [t for t in state.tools if t not in match.packages]
        elif pattern == "tool":
            match.packages = list(state.tools)
        elif not match.found:
            match.found = True
            match_packages(state, match, options.any_tags, True, None)
            if pattern == "cmd":
                match.packages = [
                    p for p in match.packages if p.startswith("cmd/") and not is_vendored_command(state.context, p)
                ]  # fmt: skip
            else:
                match.packages = [p for p in match.packages if not p.startswith("cmd/") and p != "cmd"]


def _finish_tidy(state: ModuleState, loader: PackageLoader, initial: Requirements) -> None:
    options = loader.options
    rs = loader.requirements
    if state.options.verbose:
        for path, _ in initial.roots:
            if rs.pruning == UNPRUNED:
                unused = rs.graph()[0].selected(path) == "none"
            else:
                unused = rs.root_selected(path) is None
            if unused:
                state.note(f"unused {path}")
    keep = keep_sums(state, loader, rs, False)
    go = rs.go_version()
    compatible = options.tidy_compat
    if not compatible:
        compatible = previous_language(go) if semver.compare_go(go, STRICT) < 0 else go
    if semver.compare_go(compatible, go) > 0:
        compatible = go
    if pruning_for(compatible) != rs.pruning:
        older = Requirements(state, pruning_for(compatible), rs.roots, rs.direct)
        check_compatibility(loader, older, compatible)
        keep |= keep_sums(state, loader, older, False)
    if options.tidy_diff:
        _print_diff(state, loader, keep, compatible)
    if not state.options.explicit_write:
        state.sums.trim(keep)
        state.sums.write(keep, state.must_be_complete, state.fetcher.cache.side_lock)


def _print_diff(state: ModuleState, loader: PackageLoader, keep: set[tuple[str, str]], compatible: str) -> None:
    """What tidy would change; ends the command."""
    import sys

    from ..util.unifieddiff import unified_diff

    state.build_mod = "readonly"
    state.packages = loader
    state.requirements = loader.requirements
    try:
        updated = update_go_mod(state, WriteOptions())
    except ModError as error:
        state.fatal(error)
    texts: list[str] = []
    if updated is not None:
        texts.append(unified_diff("current/go.mod", updated[0], "tidy/go.mod", updated[1]))
    state.sums.trim(keep)
    if semver.compare_go(compatible, "1.16") > 0:
        keep = keep_sums(state, loader, loader.requirements, True)
    before, after = state.sums.tidy(keep)
    texts.append(unified_diff(
        "current/go.sum", before.decode("utf-8", "replace"), "tidy/go.sum", after.decode("utf-8", "replace")
    ))
    for text in texts:
        if text:
            sys.stdout.write(text + "\n")
    raise Finished(1 if any(texts) else 0)


class Finished(Exception):
    """The command has done all there is to do."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def load_imports_of(state: ModuleState, files: list[str]) -> None:
    """Make the modules known that Go files named on the command line import from. Errors show up later, with their
    places."""
    try:
        initial = load_requirements(state)
    except ModError as error:
        state.fatal(error)
    try:
        found = scan_files(state.context, files, False, True)
    except NoGoFiles:
        return
    except ScanError as error:
        raise UserError(f"go: {error.message}") from None
    options = PackageOptions()
    options.resolve_missing = True
    options.silent = True
    roots = found.imports + found.test_imports
    loader = PackageLoader(state, options, initial, False, lambda rs: roots)
    loader.load()
    state.packages = loader
    state.requirements = loader.requirements
    if not state.options.explicit_write:
        try:
            commit(state)
        except ModError as error:
            state.fatal(error)
