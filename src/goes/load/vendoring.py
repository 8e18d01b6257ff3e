"""vendor/modules.txt: which packages the vendor directory holds, of which modules.

    # example.com/a v1.0.0 => ../a        vendored = read_vendor_list(state)
    ## explicit; go 1.20             →    vendored.package_module["example.com/a/pkg"] == ("example.com/a", "v1.0.0")
    example.com/a/pkg

The file must agree with go.mod (from go 1.14 on). Sources: Go modules reference "Vendoring"; cmd/go/internal/modload
(vendor.go).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, final

from ..diag.diagnostic import UserError
from ..module import semver
from ..module.paths import check_import_path
from .modsummary import PRUNED
from .modversions import NO_MOD, Mod, compare, text
from .requirements import GoModDirty, ModuleGraph, Requirements

if TYPE_CHECKING:
    from ..module.modfile import Replace
    from .modstate import ModuleState


@final
class VendorList:
    """`modules` provide packages, in the order of the file; `replaced` have a replacement noted."""

    __slots__ = ("modules", "package_module", "version", "explicit", "replacement", "replaced", "go")

    def __init__(self) -> None:
        self.modules: list[Mod] = []
        self.package_module: dict[str, Mod] = {}
        self.version: dict[str, str] = {}
        self.explicit: set[Mod] = set()
        self.replacement: dict[Mod, Mod] = {}
        self.replaced: list[Mod] = []
        self.go: dict[Mod, str] = {}


def read_vendor_list(state: ModuleState) -> VendorList:
    """Read once. Raises UserError."""
    if state.vendored is None:
        state.vendored = _read(state, state.vendor_directory())
    return state.vendored


def _read(state: ModuleState, directory: str) -> VendorList:
    found = VendorList()
    path = os.path.join(directory, "modules.txt")
    try:
        with open(path, encoding="utf-8", errors="replace", newline="\n") as f:
            lines = f.read().split("\n")
    except FileNotFoundError:
        return found
    except OSError as error:
        raise UserError(f"go: open {path}: {(error.strerror or '').lower()}") from None
    mod = NO_MOD
    for line in lines:
        if line.startswith("# "):
            mod = _module_line(found, line.split(), mod)
        elif not mod[0]:
            continue
        elif line.startswith("## "):
            for entry in line[3:].split(";"):
                entry = entry.strip()
                if entry == "explicit":
                    found.explicit.add(mod)
                if entry.startswith("go "):
                    found.go[mod] = state.raw_go[mod] = entry[3:]
                    if semver.compare_go(entry[3:], state.running_go) > 0:
                        raise UserError(f"go: {state.too_new(f'{mod[0]} in {state.short(path)}', entry[3:])}")
        else:
            words = line.split()
            if len(words) == 1 and not check_import_path(words[0]):
                found.package_module[words[0]] = mod
                known = found.version.get(mod[0])
                if known is None or compare(mod[0], known, mod[1]) < 0:
                    found.modules.append(mod)
                    found.version[mod[0]] = mod[1]
    return found


def _module_line(found: VendorList, words: list[str], mod: Mod) -> Mod:
    """ "# path version", "# path version => new [version]" or "# path => new [version]"."""
    if len(words) < 3:
        return mod
    if semver.is_valid(words[2]):
        mod = (words[1], words[2])
        rest = words[3:]
    elif words[2] == "=>":
        mod = (words[1], "")
        rest = words[2:]
    else:
        return NO_MOD  # whatever it means, what follows is not ours
    if len(rest) >= 2 and rest[0] == "=>":
        if len(rest) == 2:
            found.replacement[mod] = (rest[1], "")
            found.replaced.append(mod)
        elif len(rest) == 3 and semver.is_valid(rest[2]):
            found.replacement[mod] = (rest[1], rest[2])
            found.replaced.append(mod)
    return mod


def set_vendored_graph(rs: Requirements) -> None:
    """With -mod=vendor no go.mod of a dependency is there to be read: the graph is what modules.txt says."""
    from .mainmodules import roots_from_file

    state = rs.state
    has_file = any(file is not None for file in state.mod_files.values())
    modules = read_vendor_list(state).modules if has_file else []
    graph = ModuleGraph(list(rs.roots) if state.workspace else list(state.main))
    if rs.pruning == PRUNED:
        for mod in modules:
            if rs.root_selected(mod[0]) != mod[1]:
                state.error(f"vendored module {text(mod)} should be required explicitly in go.mod")
        if state.errors:
            state.fatal(GoModDirty(state))
        graph.graph.require(state.single_main, list(rs.roots))
    else:
        # How the main module comes to need the others is not known, but that it does.
        listing: Mod = ("vendor/modules.txt", "")
        if state.workspace:
            for main in state.main:
                if state.mod_files[main] is not None:
                    graph.graph.require(main, roots_from_file(state, main, False)[0] + [listing])
        else:
            graph.graph.require(state.single_main, rs.roots + [listing])
        if any(listing in graph.graph.required_by(main) for main in state.main):
            graph.graph.require(listing, modules)
    rs.cached = graph


def check_consistency(state: ModuleState) -> None:
    """Raises UserError if modules.txt and go.mod contradict each other."""
    vendored = read_vendor_list(state)
    old = False
    if not state.workspace:
        index = state.indices[state.single_main]
        # Before go 1.14 modules.txt did not say enough.
        old = index is None or semver.compare_go(index.go, "1.14") < 0
    problems: list[str] = []

    def problem(mod: Mod, message: str) -> None:
        problems.append(f"\n\t{text(mod)}: {message}")

    for main in state.main:
        file = state.mod_files[main]
        for r in file.require if file is not None else ():
            mod = (r.path, r.version)
            if mod in vendored.explicit:
                continue
            if not old:
                problem(mod, "is explicitly required in go.mod, but not marked as explicit in vendor/modules.txt")
            elif vendored.version.get(r.path, r.version) != r.version:
                problem(
                    mod,
                    "is explicitly required in go.mod, but vendor/modules.txt indicates "
                    f"{r.path}@{vendored.version[r.path]}",
                )
    seen: set[Mod] = set()
    for main in state.main:
        file = state.mod_files[main]
        if file is not None:
            _check_replacements(state, vendored, file.replace, seen, old, problems)
    if state.work_file is not None:
        _check_replacements(state, vendored, state.work_file.replace, seen, old, problems)
    for mod in vendored.modules:
        if mod in vendored.explicit:
            required = any(index is not None and mod in index.require for index in state.indices.values())
            if not required:
                article = "a " if state.workspace else ""
                problem(
                    mod, f"is marked as explicit in vendor/modules.txt, but not explicitly required in {article}go.mod"
                )
    for mod in vendored.replaced:
        if state.replacement(mod) == NO_MOD:
            where = "the workspace" if state.workspace else "go.mod"
            problem(mod, f"is marked as replaced in vendor/modules.txt, but not replaced in {where}")
    if problems:
        which = "work" if state.workspace else "mod"
        directory = os.path.dirname(state.vendor_directory())
        raise UserError(
            f"go: inconsistent vendoring in {directory}:{''.join(problems)}\n\n"
            "\tTo ignore the vendor directory, use -mod=readonly or -mod=mod.\n"
            f"\tTo sync the vendor directory, run:\n\t\tgo {which} vendor"
        )


def _check_replacements(
    state: ModuleState, vendored: VendorList, replaces: list[Replace], seen: set[Mod], old: bool, problems: list[str]
) -> None:
    """All of them, also those that no vendored module has: a replacement's go.mod can raise other versions."""
    for r in replaces:
        mod = (r.old_path, r.old_version)
        if mod in seen:
            continue
        seen.add(mod)
        new, root, source = state.replacement_from(mod)
        canonical = state.canonical_replacement(new, root)
        noted = vendored.replacement.get(mod, NO_MOD)
        if noted == NO_MOD:
            if canonical == NO_MOD or (old and (not mod[1] or vendored.version.get(mod[0]) != mod[1])):
                continue
            problems.append(
                f"\n\t{text(mod)}: is replaced in {state.short(source)}, but not marked as replaced in "
                "vendor/modules.txt"
            )
        elif noted != canonical:
            problems.append(
                f"\n\t{text(mod)}: is replaced by {text(new)} in {state.short(source)}, but marked as replaced by "
                f"{text(noted)} in vendor/modules.txt"
            )
