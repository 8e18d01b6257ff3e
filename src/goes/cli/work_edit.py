"""goes work edit [editing flags] [-fmt|-print|-json] [go.work]

Source: cmd/go/internal/workcmd/edit.go (messages).
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from ..diag.diagnostic import UserError
from ..util.cwd import current_directory
from .flags import BOOL, CHDIR, LIST, TEXT, Flag, FlagSet
from .modcommon import (
    apply_shared,
    parse_edits,
    replace_json,
    set_versions,
    shared_arguments,
    version_flags,
    work_file_path,
)

if TYPE_CHECKING:
    from ..module.workfile import WorkFile

EXAMPLE: Final = "goes work edit -use=./tools -dropreplace=example.com/m"
_EDITS: Final = [
    Flag("dropgodebug", LIST, "drop godebug lines with this key", "key"),
    Flag("dropreplace", LIST, "drop a replacement", "old[@v]"),
    Flag("dropuse", LIST, "drop a module directory", "path"),
    Flag("godebug", LIST, "set a godebug line", "key=value"),
    Flag("replace", LIST, "add a replacement", "old[@v]=new[@v]"),
    Flag("use", LIST, "add a module directory", "path"),
]
FLAGS: Final = FlagSet("work edit", "go work edit [editing flags] [go.work]", [
    CHDIR,
    Flag("fmt", BOOL, "reformat go.work without making other changes"),
    Flag("go", TEXT, "set the expected Go language version (none: drop it)", "version"),
    Flag("json", BOOL, "print go.work in JSON format instead of writing it"),
    Flag("print", BOOL, "print go.work in its text format instead of writing it"),
    Flag("toolchain", TEXT, "set the Go toolchain to use (none: drop it)", "name"),
    *_EDITS,
])  # fmt: skip
_ORDERED: Final = frozenset(flag.name for flag in _EDITS)


def run(args: list[str]) -> int:
    from ..load.package import short_path
    from ..load.view import PLAIN
    from .workcommon import NO_WORK_FILE, read_work_file, write_work_file

    values, edits = parse_edits(FLAGS, args, _ORDERED)
    checked = [(name, _arguments(name, arg)) for name, arg in edits]
    if values.flag("json") and values.flag("print"):
        raise UserError("go: cannot use both -json and -print")
    if len(values.rest) > 1:
        raise UserError("go: 'go help work edit' accepts at most one argument")
    path = values.rest[0] if values.rest else work_file_path(PLAIN)
    if not path:
        raise UserError(NO_WORK_FILE)
    go, toolchain = version_flags(values, "go work")
    if not go and not toolchain and not edits and not any(values.flag(name) for name in ("json", "print", "fmt")):
        raise UserError("go: no flags specified (see 'go help work edit').")
    try:
        work = read_work_file(path, PLAIN, any_version=True)
    except UserError as e:
        raise UserError(
            f"go: errors parsing {short_path(path, current_directory())}:\n{e.message.removeprefix('go: ')}"
        ) from None

    set_versions(work, go, toolchain)
    for name, arguments in checked:
        _apply(work, name, arguments)
    work.sort_blocks()
    work.cleanup()
    if values.flag("json"):
        from ..util.jsontext import json_indented

        sys.stdout.write(json_indented(_json(work)))
    elif values.flag("print"):
        sys.stdout.flush()
        sys.stdout.buffer.write(work.format().encode("utf-8", "surrogateescape"))
    else:
        write_work_file(path, work)
    return 0


def _arguments(name: str, arg: str) -> tuple[str, ...]:
    """What an editing flag says. UserError if it says nothing that can be done."""
    from ..module.moddirective import directory_path

    try:
        if name == "use" or name == "dropuse":
            return (directory_path(arg),)
        return shared_arguments(name, arg)
    except UserError as e:
        raise UserError(f"go: -{name}={arg}: {e.message}") from None


def _apply(work: WorkFile, name: str, a: tuple[str, ...]) -> None:
    if name == "use":
        work.add_use(a[0], "")
    elif name == "dropuse":
        work.drop_use(a[0])
    else:
        apply_shared(work, name, a)


def _json(work: WorkFile) -> dict[str, object]:
    out: dict[str, object] = {}
    if work.go:
        out["Go"] = work.go
    if work.toolchain:
        out["Toolchain"] = work.toolchain
    if work.godebug:
        out["Godebug"] = [{"Key": key, "Value": value} for key, value in work.godebug]
    if work.use:
        out["Use"] = [
            {"DiskPath": use.path, **({"ModPath": use.module_path} if use.module_path else {})} for use in work.use
        ]
    if work.replace:
        out["Replace"] = replace_json(work)
    return out
