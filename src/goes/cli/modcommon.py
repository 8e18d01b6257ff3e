"""What the commands that edit go.mod and go.work have in common.

    values, edits = parse_edits(FLAGS, ["-require=a.com/b@v1.0.0", "-fmt"], EDITS)   →   edits [("require", "a.com/b@v1.0.0")]

Source: cmd/go/internal/modcmd/edit.go, workcmd/edit.go, modload/init.go (messages).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from ..diag.diagnostic import UserError
from ..util.cwd import current_directory
from .flags import BOOL, CHDIR, TEXT, Flag, FlagSet, FlagValues

if TYPE_CHECKING:
    from ..load.view import FileView
    from ..module.directivefile import DirectiveFile

MODCACHERW: Final = Flag("modcacherw", BOOL, "leave newly-created directories in the module cache read-write")
OVERLAY: Final = Flag("overlay", TEXT, "read a JSON config file that provides an overlay for build operations", "file")
MOD_FLAGS: Final = [
    CHDIR,
    MODCACHERW,
    Flag("modfile", TEXT, "read (and possibly write) an alternate file instead of go.mod", "file"),
    OVERLAY,
]
_OTHER_SYSTEMS: Final = (
    "Gopkg.lock", "GLOCKFILE", "Godeps/Godeps.json", "dependencies.tsv", "glide.lock", "vendor.conf", "vendor.yml",
    "vendor/manifest", "vendor/vendor.json", ".git/config",
)  # fmt: skip


def parse_edits(flags: FlagSet, args: list[str], edits: frozenset[str]) -> tuple[FlagValues, list[tuple[str, str]]]:
    """The values, and those of the flags named in `edits` in the order in which they were given."""
    values = flags.parse(args)
    ordered: list[tuple[str, str]] = []
    given = iter(args[: len(args) - len(values.rest)])
    for word in given:
        if word == "--":
            break
        name, equals, value = word.lstrip("-").partition("=")
        if not equals and flags.flags[name].kind != BOOL:
            value = next(given)
        if name in edits:
            ordered.append((name, value))
    return values, ordered


def module_cache() -> str:
    """$GOMODCACHE, "" if there is no place for it."""
    home = os.environ.get("HOME", "")
    gopath = os.environ.get("GOPATH", "") or (home + "/go" if home else "")
    first = gopath.split(os.pathsep)[0]
    return os.environ.get("GOMODCACHE", "") or (first + "/pkg/mod" if first else "")


def check_modules_enabled() -> None:
    if os.environ.get("GO111MODULE", "") == "off":
        raise UserError("go: modules disabled by GO111MODULE=off; see 'go help modules'")


def check_modfile_flag(values: FlagValues) -> str:
    """The value of -modfile."""
    path = values.text("modfile")
    if path and not path.endswith(".mod"):
        raise UserError(f'go: -modfile={path}: file does not have .mod extension')
    return path


def mod_file_path(values: FlagValues) -> str:
    """The go.mod that a command is about. UserError if there is none."""
    from ..load.modules import find_mod_file

    check_modules_enabled()
    alternate = check_modfile_flag(values)
    cwd = current_directory()
    path = find_mod_file(cwd)
    if not path:
        raise UserError("go: " + (_other_system(cwd) or "go.mod file not found in current directory or any parent "
                                  "directory; see 'go help modules'"))  # fmt: skip
    return alternate or path


def _other_system(cwd: str) -> str:
    """Without a go.mod: what else there is that shows the root of a project."""
    directory = cwd
    goroot = os.environ.get("GOROOT", "")
    if goroot and (cwd + "/").startswith(goroot.rstrip("/") + "/"):
        return ""
    while True:
        for name in _OTHER_SYSTEMS:
            if os.path.isfile(os.path.join(directory, name)):
                go_there = "" if directory == cwd else f"cd {os.path.relpath(directory, cwd)} && "
                return (
                    f"cannot find main module, but found {name} in {directory}\n"
                    f"\tto create a module there, run:\n\t{go_there}go mod init"
                )
        parent = os.path.dirname(directory)
        if parent == directory:
            return ""
        directory = parent


def work_file_path(view: FileView) -> str:
    """The go.work of the workspace, "" without one."""
    from ..load.context import find_goroot
    from ..load.modstate import find_work

    return find_work(current_directory(), os.environ, find_goroot(os.environ), view)


def file_view(values: FlagValues) -> FileView:
    """What -overlay says."""
    from ..load.view import read_overlay

    return read_overlay(values.text("overlay"), current_directory())


def go_version() -> str:
    """ "1.27.3", the version of Go that this is."""
    from ..load.context import find_goroot, read_go_version

    return read_go_version(find_goroot(os.environ))


def os_error(error: OSError, verb: str, path: str) -> UserError:
    """open go.mod: permission denied"""
    return UserError(f"go: {verb} {path}: {os.strerror(error.errno or 0).lower()}")


def split_version(arg: str) -> tuple[str, str, bool]:
    """The parts of path@version. UserError, without "go: -flag=…: ", for a version that no one can mean."""
    from ..module.paths import check_query

    path, found, version = arg.partition("@")
    problem = check_query(version)
    if problem:
        raise UserError(problem)
    return path, version, bool(found)


def path_with_version(adjective: str, arg: str, directory: bool) -> tuple[str, str]:
    """path[@version], or a directory if that is allowed."""
    from ..module.modfile import is_directory_path, must_quote
    from ..module.paths import check_import_path
    from ..syntax.unicode import quote

    if directory and is_directory_path(arg):
        return arg, ""
    path, version, found = split_version(arg)
    if found:
        path = path.strip()
        version = version.strip()
    wrong = check_import_path(path)
    if wrong:
        raise UserError(f"invalid {adjective} path: {wrong}")
    if path != arg and must_quote(version):
        raise UserError(f"invalid {adjective} version: {quote(version)}")
    return path, version


def replacement(arg: str) -> tuple[str, str, str, str]:
    """old[@v]=new[@w]"""
    from ..module.modfile import is_directory_path

    old, equals, new = arg.partition("=")
    if not equals:
        raise UserError("need old[@v]=new[@w] (missing =)")
    old = old.strip()
    new = new.strip()
    if new.startswith(">"):
        raise UserError("separator between old and new is =, not =>")
    old_path, old_version = path_with_version("old", old, False)
    new_path, new_version = path_with_version("new", new, True)
    if new_path == new and not is_directory_path(new):
        raise UserError("unversioned new path must be local directory")
    return old_path, old_version, new_path, new_version


def version_flags(values: FlagValues, command: str) -> tuple[str, str]:
    """-go and -toolchain of an edit: a version, "none" to drop the line, "" to leave it."""
    from ..module.directivefile import GO_VERSION, TOOLCHAIN

    go = values.text("go")
    if go and go != "none" and GO_VERSION.fullmatch(go) is None:
        raise UserError(f'{command}: invalid -go option; expecting something like "-go {go_version()}"')
    toolchain = values.text("toolchain")
    if toolchain and toolchain != "none" and TOOLCHAIN.fullmatch(toolchain) is None:
        raise UserError(f'{command}: invalid -toolchain option; expecting something like "-toolchain go{go_version()}"')
    return go, toolchain


def set_versions(file: DirectiveFile, go: str, toolchain: str) -> None:
    """Do what version_flags says."""
    if go == "none":
        file.drop_go()
    elif go:
        file.add_go(go)
    if toolchain == "none":
        file.drop_toolchain()
    elif toolchain:
        file.add_toolchain(toolchain)


def apply_shared(file: DirectiveFile, name: str, a: tuple[str, ...]) -> None:
    """The edits of lines that go.mod and go.work both have: the flag and what it says."""
    if name == "replace":
        file.add_replace(a[0], a[1], a[2], a[3])
    elif name == "dropreplace":
        file.drop_replace(a[0], a[1])
    elif name == "godebug":
        file.add_godebug(a[0], a[1])
    else:
        file.drop_godebug(a[0])


def shared_arguments(name: str, arg: str) -> tuple[str, ...]:
    """What the flag of such an edit says. UserError, without the flag in front, if that is nothing that can be done."""
    if name == "replace":
        return replacement(arg)
    if name == "dropreplace":
        return path_with_version("old", arg, True)
    return setting(arg) if name == "godebug" else (arg,)


def replace_json(file: DirectiveFile) -> list[dict[str, object]]:
    return [
        {"Old": module_json(r.old_path, r.old_version), "New": module_json(r.new_path, r.new_version)}
        for r in file.replace
    ]


def setting(arg: str) -> tuple[str, str]:
    """key=value of -godebug"""
    key, equals, value = arg.partition("=")
    if not equals or any(c in arg for c in "\"`',"):
        raise UserError("need key=value")
    return key, value


def module_json(path: str, version: str) -> dict[str, str]:
    return {"Path": path, "Version": version} if version else {"Path": path}
