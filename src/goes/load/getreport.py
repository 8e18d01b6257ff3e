"""What `go get` does once its build list is found: it looks at what the arguments name, and says what has changed.

    resolver.run()
    check(resolver)                     →   exit status; warnings about retractions and deprecations
    report(resolver, before, after)     →   go: added example.com/a v1.2.0

Source: cmd/go/internal/modget (get.go).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..module import semver
from . import modfetching
from .mainmodules import load_requirements
from .moderrors import AmbiguousImport, ModError, retraction, short_message
from .modload import load_packages
from .modpackages import NoGo, PackageOptions
from .modquery import check_retractions, deprecation
from .modversions import EXPLICIT_INDIRECT, Mod, compare, is_toolchain, text
from .workcheck import enter_workspace

if TYPE_CHECKING:
    from ..module.modfile import ModFile
    from .getresolver import Resolver
    from .modstate import ModuleState
    from .modwrite import WriteOptions

_RESOLVED: Final = 1  # its version was resolved by an argument
_NAMED: Final = 2  # it provides a package that was named
_HAS_PACKAGE: Final = 4  # it is needed to build such a package
_DIRECT: Final = 8


def update_tools(resolver: Resolver, write: WriteOptions) -> None:
    """get -tool: what the arguments name become tools, or are tools no more."""
    options = _loading_options(resolver)
    for q in resolver.queries:
        if q.pattern in ("all", "std", "cmd", "work", "tool", "toolchain"):
            resolver.state.fatal(ModError(f'go get -tool does not work with "{q.pattern}".'))
    matches, _ = load_packages(resolver.state, options, [q.pattern for q in resolver.queries])
    for q, match in zip(resolver.queries, matches):
        (write.drop_tools if q.version == "none" else write.add_tools).extend(match.packages)
    resolver.load_graph()


def _loading_options(resolver: Resolver) -> PackageOptions:
    options = PackageOptions()
    options.load_tests = resolver.options.tests
    options.edits_modules = True
    options.allow_errors = True
    options.silent_no_go = True
    return options


def check(resolver: Resolver) -> int:
    """Load the packages named once more and say what is wrong; tell of retractions and deprecations; get the sums of
    modules that have changed. Returns the exit status that comes out of it."""
    state = resolver.state
    loading = state
    if resolver.workspace is not None and state.single_main[0] in resolver.workspace.roots:
        try:
            loading = enter_workspace(state)
        except ModError as error:
            resolver.state.fatal(error)
    relevant: dict[Mod, int] = {}
    for path, (version, _) in resolver.resolved.items():
        relevant[(path, version)] = _RESOLVED
    patterns = [q.pattern for q in resolver.queries if q.matches_packages]
    good = not patterns or _check_packages(resolver, loading, patterns, relevant)
    direct = load_requirements(loading).direct
    for mod in relevant:
        if mod[0] in direct:
            relevant[mod] |= _DIRECT
    by_path = sorted(relevant, key=lambda m: m[0])
    notes: list[str] = []
    for mod in by_path:
        flags = relevant[mod]
        if flags & (_RESOLVED | _NAMED) or flags & (_HAS_PACKAGE | _DIRECT) == _HAS_PACKAGE | _DIRECT:
            try:
                message = short_message(deprecation(loading, mod), "")
            except ModError:
                continue
            if message:
                notes.append(f"go: module {mod[0]} is deprecated: {message}")
    retracted = ""
    for mod in by_path:
        if relevant[mod] & (_RESOLVED | _NAMED | _HAS_PACKAGE):
            try:
                check_retractions(loading, mod)
            except ModError as error:
                if retraction(error) is not None:
                    notes.append(f"go: warning: {error}")
                    retracted = "<module>" if retracted else mod[0]
    if retracted:
        notes.append(f"go: to switch to the latest unretracted version, run:\n\tgo get {retracted}@latest")
    problems = _get_sums(resolver)
    for note in notes:
        state.note(note)
    for problem in problems:
        state.error(problem)
    state.exit_if_errors()
    return 0 if good else 1


def _check_packages(resolver: Resolver, state: ModuleState, patterns: list[str], relevant: dict[Mod, int]) -> bool:
    """Is nothing wrong with the packages that match? Adds to `relevant` the modules they come from."""
    matches, paths = load_packages(state, _loading_options(resolver), patterns)
    good = not any(m.errors for m in matches)
    loader = state.packages
    assert loader is not None
    for path in paths:
        package = loader.by_path.get(path)
        if package is None:
            continue
        if package.error is not None:
            if package.dir and isinstance(package.error, NoGo):
                continue
            good = False
            if isinstance(package.error, AmbiguousImport):
                for mod in package.error.modules:
                    relevant[mod] = relevant.get(mod, 0) | _HAS_PACKAGE
        if package.mod[0]:
            relevant[package.mod] = relevant.get(package.mod, 0) | _HAS_PACKAGE
    for match in matches:
        for path in match.packages:
            package = loader.by_path.get(path)
            if package is not None and package.mod[0]:
                relevant[package.mod] = relevant.get(package.mod, 0) | _NAMED
    return good


def _get_sums(resolver: Resolver) -> list[str]:
    """go.sum is to know the new version of a module if it knew the old one."""
    state = resolver.state
    problems: list[str] = []
    for mod in resolver.build_list:
        actual = state.resolve(mod)
        old = (mod[0], resolver.initial.get(mod[0], ""))
        if not old[1] or is_toolchain(mod[0]):
            continue
        old_actual = state.resolve(old)
        if actual == old_actual or not actual[1] or not state.have_sum(old_actual):
            continue
        try:
            modfetching.download_zip(state, actual)
        except ModError as error:
            verb = "downgraded" if compare(mod[0], mod[1], old[1]) < 0 else "upgraded"
            replaced = f" (replaced by {text(actual)})" if actual != mod else ""
            problems.append(f"{verb} {mod[0]} {old[1]} => {mod[1]}{replaced}: error finding sum for {text(actual)}: {error}")
    return problems


def report(resolver: Resolver, old: list[Mod], new: list[Mod]) -> None:
    """What has changed, as far as it was named or is written in go.mod."""
    changes: dict[str, tuple[str, str]] = {}
    for path, (version, _) in resolver.resolved.items():
        before = resolver.initial.get(path, "")
        if not is_toolchain(path) and before != version and (before or version != "none"):
            changes[path] = (before, version)
    for path, version in old:
        now = resolver.versions.get(path, "")
        if not is_toolchain(path) and version != now:
            changes[path] = (version, now)
    for path, version in new:
        before = resolver.initial.get(path, "")
        if not is_toolchain(path) and before != version:
            changes[path] = (before, version)
    old_versions = dict(old)
    new_versions = dict(new)
    for path in ("go", "toolchain"):
        pair = (old_versions.get(path, ""), new_versions.get(path, ""))
        if pair[0] != pair[1]:
            changes[path] = pair
    order = {"go": 0, "toolchain": 1}
    for path in sorted(changes, key=lambda p: (order.get(p, 2), p)):
        before, after = changes[path]
        if not before:
            resolver.state.note(f"go: added {path} {after}")
        elif after in ("", "none"):
            resolver.state.note(f"go: removed {path} {before}")
        elif compare(path, after, before) > 0:
            resolver.state.note(f"go: upgraded {path} {before} => {after}")
            if path == "go" and semver.compare_go(before, EXPLICIT_INDIRECT) < 0 <= semver.compare_go(after, EXPLICIT_INDIRECT):
                resolver.state.note(
                    f"\tnote: expanded dependencies to upgrade to go {EXPLICIT_INDIRECT} or higher; run 'go mod tidy' to clean up"
                )
        else:
            resolver.state.note(f"go: downgraded {path} {before} => {after}")


def written_requirements(file: ModFile) -> list[Mod]:
    """What go.mod says, its go and toolchain lines too."""
    mods: list[Mod] = [(r.path, r.version) for r in file.require]
    if file.go:
        mods.append(("go", file.go))
    if file.toolchain:
        mods.append(("toolchain", file.toolchain))
    return mods
