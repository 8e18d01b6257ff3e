"""Reading go.mod and go.work: the main modules and the requirements to start from.

    rs = load_requirements(state)      state.main, state.mod_files, state.indices, state.requirements are set

Outside of modules there is one main module called "command-line-arguments", without a directory.
Source: cmd/go/internal/modload (loadModFile, makeMainModules, ReadModFile).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, final

from ..diag.diagnostic import UserError
from ..module import modfile, semver, workfile
from ..module.moddirective import FixError
from ..module.modsyntax import Block, Line
from ..module.pathmajor import major_mismatch
from ..module.paths import check_import_path, check_main_module_path
from .godebugs import check_godebug
from .moderrors import InvalidVersion, ModError, ModuleError, TooNew
from .modstate import Index, ModuleState, find_root, replace_map
from .modsummary import PRUNED, WORKSPACE, pruning_for
from .modversions import (
    DEFAULT_GO,
    DEFAULT_WORK,
    EXPLICIT_INDIRECT,
    STRICT,
    Mod,
    compare,
    is_toolchain,
    path_major,
    sort_mods,
    text,
)
from .requirements import Requirements, convert_pruning, override_roots, update_roots
from .workfiles import read_work

if TYPE_CHECKING:
    from .modpackages import PackageOptions


def load_requirements(state: ModuleState, options: PackageOptions | None = None) -> Requirements:
    """Read the files of the main modules, once. Raises UserError or ModError."""
    if state.requirements is not None:
        return state.requirements
    state.init()
    if state.workspace:
        state.work_file, state.mod_roots = load_work_file(state, state.work_path)
    if not state.mod_roots:
        return _without_module(state)
    mods: list[Mod] = []
    files: list[modfile.ModFile | None] = []
    indices: list[Index | None] = []
    roots: list[str] = []
    errors: list[str] = []
    for root in state.mod_roots:
        path = state.mod_file_path(root)
        try:
            data, file, fixed = read_mod_file(state, path, True)
            _check_workspace_go(state, path, file)
        except ModError as error:
            errors.append(_workspace_error(state, path, error) if state.workspace else str(error))
            continue
        if not state.workspace:
            wrong = [
                f"error loading go.mod:\n{state.short(path)}:{_godebug_line(file, key)}: {problem}"
                for key, value in file.godebug
                if (problem := check_godebug(state.context, "godebug", key, value))
            ]
            if wrong:
                errors += wrong
                continue
        mods.append((file.module, ""))
        files.append(file)
        indices.append(Index(data, file, fixed))
        roots.append(root)
        wrong_path = check_main_module_path(file.module)
        if wrong_path:
            errors.append(wrong_path)
    if errors:
        raise UserError("\n".join("go: " + error for error in errors))
    _set_main(state, mods, roots, files, indices)
    for mod in mods:
        index = state.indices[mod]
        state.raw_go[mod] = "" if index is None else index.go
    state.set_default_build_mod()
    rs = requirements_from_files(state)
    if state.build_mod == "vendor":
        from .vendoring import check_consistency, set_vendored_graph

        check_consistency(state)
        set_vendored_graph(rs)
    if state.workspace:
        state.requirements = rs
        return rs
    if rs.has_redundant_root():
        rs = update_roots(rs.direct, rs, [], [], False)
    rs = _with_go_line(state, rs, options)
    state.requirements = rs
    return rs


def _workspace_error(state: ModuleState, path: str, error: ModError) -> str:
    if isinstance(error, WorkTooOld):
        return str(error)
    if isinstance(error, TooNew) and not state.command.startswith("work "):
        return str(work_too_old(state, path, error.go_version))
    message = str(error).replace(f"open {path}:", f"open {state.short(path)}:")
    return f"cannot load module {state.short(os.path.dirname(path))} listed in go.work file: {message}"


def _godebug_line(file: modfile.ModFile | workfile.WorkFile, key: str) -> int:
    for statement in file.syntax.statements:
        lines = statement.lines if isinstance(statement, Block) else [statement] if isinstance(statement, Line) else []
        for line in lines:
            if line.tokens and line.tokens[-1].startswith(key + "="):
                return line.number
    return 1


def _with_go_line(state: ModuleState, rs: Requirements, options: PackageOptions | None) -> Requirements:
    """A go.mod without a go line gets one where go.mod may be written."""
    main = state.single_main
    file = state.mod_files[main]
    if file is None or file.go:
        return rs
    if state.build_mod != "mod" or state.command in ("mod graph", "mod why"):
        state.raw_go[main] = DEFAULT_GO
        return rs
    version = options.tidy_go if options is not None and options.tidy_go else state.running_go
    file.add_go(version)
    state.raw_go[main] = version
    rs = override_roots(rs, [("go", version)])
    if semver.compare_go(version, EXPLICIT_INDIRECT) >= 0:
        # What there is was written for an unpruned graph.
        rs = convert_pruning(rs, PRUNED)
    return rs


def _without_module(state: ModuleState) -> Requirements:
    mod: Mod = ("command-line-arguments", "")
    _set_main(state, [mod], [""], [None], [None])
    toolchain = "go" + state.running_go
    if state.workspace:
        go = state.go_version()
        roots = [mod, ("go", go), ("toolchain", toolchain)]
        rs = Requirements(state, WORKSPACE, roots, {"go"})
    else:
        go = state.running_go
        rs = Requirements(state, pruning_for(go), [("go", go), ("toolchain", toolchain)], {"go"})
    state.raw_go[mod] = go
    if state.build_mod == "vendor":
        from .vendoring import set_vendored_graph

        set_vendored_graph(rs)
    state.requirements = rs
    return rs


def _set_main(
    state: ModuleState, mods: list[Mod], roots: list[str], files: list[modfile.ModFile | None],
    indices: list[Index | None],
) -> None:
    for i, mod in enumerate(mods):
        if mod in mods[:i]:
            state.error(f"module {mod[0]} appears multiple times in workspace")
    state.main = list(dict.fromkeys(mods))
    state.main_paths = frozenset(path for path, _ in mods)
    replacements: dict[Mod, Mod] = {}
    by_work: set[str] = set()
    if state.work_file is not None:
        state.work_replace = replace_map(state.work_file)
        for old, new in state.work_replace.items():
            if old[0] in state.main_paths and not old[1]:
                state.error(
                    f"workspace module {old[0]} is replaced at all versions in the go.work file. To fix, remove the "
                    "replacement from the go.work file or specify the version at which to replace the module."
                )
            by_work.add(old[0])
            _note_highest(state, old)
            replacements[old] = new
    here = find_root(state.cwd, view=state.context.view)
    goroot_src = os.path.join(state.context.goroot, "src")
    tools: set[str] = set()
    for mod, root, file, index in zip(mods, roots, files, indices):
        state.path_prefix[mod] = mod[0]
        state.main_root[mod] = root
        state.mod_files[mod] = file
        state.indices[mod] = index
        if root and root == here:
            state.main_containing_cwd = mod
        if root and (root == goroot_src or root.startswith(goroot_src + os.sep)):
            state.in_goroot_src.add(mod)
            if mod[0] == "std":
                state.path_prefix[mod] = ""
        if file is None or index is None:
            continue
        own: set[Mod] = set()
        for old, new in index.replace.items():
            if old[0] in by_work:
                continue
            if state.workspace and not new[1] and not os.path.isabs(new[0]):
                new = (os.path.normpath(os.path.join(root, new[0])), "")
            if old in replacements and old not in own and replacements[old] != new:
                raise UserError(
                    f"go: conflicting replacements for {text(old)}:\n\t{text(replacements[old])}\n\t{text(new)}\n"
                    f'use "go work edit -replace {text(old)}=[override]" to resolve'
                )
            own.add(old)
            replacements[old] = new
            _note_highest(state, old)
        for tool in file.tool:
            wrong = check_import_path(tool)
            if wrong:
                raise UserError("go: " + wrong.replace("malformed import path", "malformed tool path", 1))
            tools.add(tool)
    state.tools = sorted(tools)
    state.exit_if_errors()


def _note_highest(state: ModuleState, old: Mod) -> None:
    known = state.highest_replaced.get(old[0])
    if known is None or compare(old[0], old[1], known) > 0:
        state.highest_replaced[old[0]] = old[1]


# ------------------------------------------------------------------------------------------------ requirements


def requirements_from_files(state: ModuleState) -> Requirements:
    if state.workspace:
        work = state.work_file
        assert work is not None
        roots = list(state.main)
        roots.append(("go", work.go or DEFAULT_WORK))
        if work.toolchain:
            roots.append(("toolchain", work.toolchain))
        direct: set[str] = set()
        for file in state.mod_files.values():
            if file is not None:
                direct.update(r.path for r in file.require if not r.indirect)
        sort_mods(roots)
        return Requirements(state, WORKSPACE, roots, direct)
    roots, direct = roots_from_file(state, state.single_main, True)
    sort_mods(roots)
    return Requirements(state, pruning_for(state.go_version()), roots, direct)


def roots_from_file(state: ModuleState, main: Mod, with_toolchain: bool) -> tuple[list[Mod], set[str]]:
    """The requirements of a go.mod that are not excluded, "go" among them; and the paths that are not indirect."""
    file = state.mod_files[main]
    index = state.indices[main]
    assert file is not None
    roots: list[Mod] = []
    direct: set[str] = {"go"}
    for r in file.require:
        if index is not None and (r.path, r.version) in index.exclude:
            verb = "dropping" if state.build_mod == "mod" else "ignoring"
            state.note(f"go: {verb} requirement on excluded version {r.path} {r.version}")
            continue
        roots.append((r.path, r.version))
        if not r.indirect:
            direct.add(r.path)
    roots.append(("go", file.go or DEFAULT_GO))
    if with_toolchain and file.toolchain:
        roots.append(("toolchain", file.toolchain))
    return roots, direct


# ------------------------------------------------------------------------------------------------ files


def read_mod_file(state: ModuleState, path: str, fix: bool) -> tuple[str, modfile.ModFile, bool]:
    """The text of a go.mod, what it says, and whether versions in it had to be looked up. Raises ModError."""
    name = state.short(path)
    try:
        data = state.context.view.read(path).decode("utf-8", "surrogateescape")
    except OSError as error:
        raise ModError(f"open {path}: {(error.strerror or '').lower()}", isinstance(error, FileNotFoundError)) from None
    changed: list[str] = []
    fixer = _fixer(state, changed) if fix else None
    file = modfile.parse(name, data, full_name=path, fix=fixer)
    if file.errors:
        loose = modfile.parse(name, data, strict=False, full_name=path, fix=fixer)
        if not loose.errors:
            _check_go(state, path, loose)
        raise ModError(f"errors parsing {name}:\n" + "\n".join(file.errors))
    _check_go(state, path, file)
    if not file.module:
        raise ModError(
            f"error reading {name}: missing module declaration. To specify the module path:\n"
            "\tgo mod edit -module=example.com/mod"
        )
    if is_toolchain(file.module):
        raise ModError(f'error reading {name}: invalid module path: "{file.module}"')
    return data, file, bool(changed)


def _check_go(state: ModuleState, path: str, file: modfile.ModFile) -> None:
    if file.go and semver.compare_go(file.go, state.running_go) > 0:
        raise state.too_new(state.short(path), file.go, file.toolchain)


def _fixer(state: ModuleState, changed: list[str]) -> modfile.Fixer:
    """Versions that are none (a branch, a commit) are looked up."""

    def fix(path: str, version: str) -> str:
        wanted = version
        if path.startswith("gopkg.in/") and "-gopkgin-" in version:
            wanted = version[version.index("-gopkgin-") + len("-gopkgin-") :]
        major = path_major(path)
        if major is None or (wanted and semver.canonical_version(wanted) == wanted and major_mismatch(wanted, major)):
            return modfile.canonical_fixer(path, version)
        if wanted and semver.canonical_version(wanted) == wanted:
            if wanted != version:
                changed.append(path)
            return wanted
        from .modquery import query

        try:
            found = query(state, path, wanted, "").version
        except ModuleError as error:
            if isinstance(error.inner, InvalidVersion):
                raise FixError(f'version "{version}" invalid: {error.inner}', True) from None
            raise FixError(str(error.inner), True) from None
        except ModError as error:
            raise FixError(str(error), False) from None
        if found != version:
            changed.append(path)
        return found

    return fix


def load_work_file(state: ModuleState, path: str) -> tuple[workfile.WorkFile, list[str]]:
    """A go.work and the directories of its modules. Raises UserError."""
    work = read_work_file(state, path)
    directory = os.path.dirname(path)
    name = state.short(path)
    roots: list[str] = []
    for use in work.use:
        root = os.path.normpath(os.path.join(directory, use.path))
        if root in roots:
            raise UserError(
                f"go: error loading go.work:\n{name}:{use.line.number}: path {root} appears multiple times in workspace"
            )
        roots.append(root)
    for key, value in work.godebug:
        problem = check_godebug(state.context, "godebug", key, value)
        if problem:
            raise UserError(f"go: error loading go.work:\n{name}:{_godebug_line(work, key)}: {problem}")
    return work, roots


def read_work_file(state: ModuleState, path: str) -> workfile.WorkFile:
    """Raises UserError."""
    name = state.short(path)
    work = read_work(state.context.view, path, name)
    if work.go and semver.compare_go(work.go, state.running_go) > 0 and state.command != "work edit":
        raise UserError(f"go: {state.too_new(name, work.go)}")
    return work


def _check_workspace_go(state: ModuleState, path: str, file: modfile.ModFile) -> None:
    """A workspace must not be older than its modules."""
    work = state.work_file
    if work is None or state.command.startswith("work "):
        return
    needs = file.go or DEFAULT_GO
    has = work.go or DEFAULT_WORK
    if semver.compare_go(needs, has) > 0 and semver.compare_go(needs, STRICT) >= 0:
        raise work_too_old(state, path, needs)


@final
class WorkTooOld(ModError):
    pass


def work_too_old(state: ModuleState, path: str, needs: str) -> WorkTooOld:
    work = state.work_file
    has = work.go if work is not None else ""
    verb = "lists" if has else "implicitly requires"
    return WorkTooOld(
        f"module {state.short(os.path.dirname(path))} listed in go.work file requires go >= {needs}, but go.work "
        f"{verb} go {has or DEFAULT_WORK}; to download and use go {needs}:\n\tgo work use"
    )
