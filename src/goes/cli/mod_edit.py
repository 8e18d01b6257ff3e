"""goes mod edit [editing flags] [-fmt|-print|-json] [go.mod]

Edits go.mod by itself: nothing is looked up, nothing else is read. Source: cmd/go/internal/modcmd/edit.go (messages).
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from ..diag.diagnostic import UserError
from ..util.cwd import current_directory
from .flags import BOOL, LIST, TEXT, Flag, FlagSet
from .modcommon import (
    MOD_FLAGS,
    apply_shared,
    mod_file_path,
    module_cache,
    module_json,
    os_error,
    parse_edits,
    replace_json,
    set_versions,
    shared_arguments,
    split_version,
    version_flags,
)

if TYPE_CHECKING:
    from ..module.modfile import ModFile

EXAMPLE: Final = "goes mod edit -require=rsc.io/quote@v1.5.2 -droptool=example.com/cmd/x"
_EDITS: Final = [
    Flag("dropexclude", LIST, "drop an exclusion", "path@version"),
    Flag("dropgodebug", LIST, "drop godebug lines with this key", "key"),
    Flag("dropignore", LIST, "drop an ignore line", "path"),
    Flag("dropreplace", LIST, "drop a replacement", "old[@v]"),
    Flag("droprequire", LIST, "drop a requirement", "path"),
    Flag("dropretract", LIST, "drop a retraction", "version"),
    Flag("droptool", LIST, "drop a tool line", "path"),
    Flag("exclude", LIST, "add an exclusion", "path@version"),
    Flag("godebug", LIST, "set a godebug line", "key=value"),
    Flag("ignore", LIST, "add an ignore line", "path"),
    Flag("replace", LIST, "add a replacement", "old[@v]=new[@v]"),
    Flag("require", LIST, "set a requirement", "path@version"),
    Flag("retract", LIST, "add a retraction", "version"),
    Flag("tool", LIST, "add a tool line", "path"),
]
FLAGS: Final = FlagSet("mod edit", "go mod edit [editing flags] [-fmt|-print|-json] [go.mod]", [
    *MOD_FLAGS,
    Flag("fmt", BOOL, "reformat go.mod without making other changes"),
    Flag("go", TEXT, "set the expected Go language version (none: drop it)", "version"),
    Flag("json", BOOL, "print go.mod in JSON format instead of writing it"),
    Flag("module", TEXT, "change the module's path", "path"),
    Flag("n", BOOL, "print the commands but do not run them"),
    Flag("print", BOOL, "print go.mod in its text format instead of writing it"),
    Flag("toolchain", TEXT, "set the Go toolchain to use (none: drop it)", "name"),
    Flag("x", BOOL, "print the commands"),
    *_EDITS,
])  # fmt: skip
_ORDERED: Final = frozenset(flag.name for flag in _EDITS)


def run(args: list[str]) -> int:
    from ..module import modfile, writefile
    from ..module.paths import check_import_path
    from ..util.lockedfile import read_locked
    from .modcommon import check_modfile_flag

    values, edits = parse_edits(FLAGS, args, _ORDERED)
    checked = [(name, arg, _arguments(name, arg)) for name, arg in edits]
    changes = [name for name in ("module", "go", "toolchain") if values.text(name)]
    if not changes and not edits and not any(values.flag(name) for name in ("json", "print", "fmt")):
        raise UserError("go: no flags specified (see 'go help mod edit').")
    if values.flag("json") and values.flag("print"):
        raise UserError("go: cannot use both -json and -print")
    if len(values.rest) > 1:
        raise UserError("go: too many arguments")
    check_modfile_flag(values)
    path = values.rest[0] if values.rest else mod_file_path(values)

    module = values.text("module")
    if module:
        wrong = check_import_path(module)
        if not wrong and module in ("go", "toolchain"):
            wrong = "module path is reserved"
        if wrong:
            raise UserError(f"go: invalid -module: {wrong}")
    go, toolchain = version_flags(values, "go mod")

    try:
        data = read_locked(path)
    except OSError as e:
        raise os_error(e, "open" if not isinstance(e, IsADirectoryError) else "read", path) from None
    mod = modfile.parse(path, data.decode("utf-8", "surrogateescape"))
    if mod.errors:

        from ..load.package import short_path

        raise UserError(f"go: errors parsing {short_path(path, current_directory())}:\n" + "\n".join(mod.errors))

    if module:
        mod.set_module(module)
    set_versions(mod, go, toolchain)
    for name, arg, arguments in checked:
        try:
            _apply(mod, name, arguments)
        except modfile.EditError as e:
            raise UserError(f"go: -{name}={arg}: {e.message}") from None
    mod.sort_blocks()
    mod.cleanup()

    if values.flag("json"):
        from ..util.jsontext import json_indented

        sys.stdout.write(json_indented(_json(mod)))
        return 0
    out = mod.format().encode("utf-8", "surrogateescape")
    if values.flag("print"):
        sys.stdout.flush()
        sys.stdout.buffer.write(out)
        return 0
    try:
        writefile.write_file(path, out, data, module_cache())
    except writefile.ChangedError:
        raise UserError("go: go.mod changed during editing; not overwriting") from None
    except OSError as e:
        raise os_error(e, "open", path) from None
    return 0


def _arguments(name: str, arg: str) -> tuple[str, ...]:
    """What an editing flag says. UserError if it says nothing that can be done."""
    try:
        if name in ("require", "exclude", "dropexclude"):
            return _path_and_version(arg)
        if name in ("droprequire", "tool", "droptool"):
            return (_path(arg),)
        if name == "retract" or name == "dropretract":
            return _interval(arg)
        return shared_arguments(name, arg)
    except UserError as e:
        raise UserError(f"go: -{name}={arg}: {e.message}") from None


def _path_and_version(arg: str) -> tuple[str, str]:
    from ..module.modfile import must_quote
    from ..module.paths import check_import_path
    from ..syntax.unicode import quote

    path, version, found = split_version(arg)
    if not found:
        raise UserError("need path@version")
    path = path.strip()
    version = version.strip()
    wrong = check_import_path(path)
    if wrong:
        raise UserError(f"invalid path: {wrong}")
    if must_quote(version):
        raise UserError(f"invalid version {quote(version)}")
    return path, version


def _path(arg: str) -> str:
    from ..module.paths import check_import_path

    if "@" in arg:
        raise UserError("need just path, not path@version")
    wrong = check_import_path(arg)
    if wrong:
        raise UserError(f"invalid path: {wrong}")
    return arg


def _interval(arg: str) -> tuple[str, str]:
    """v1.2.3 or [v1.2.3,v1.4.5]"""
    from ..module.modfile import must_quote
    from ..syntax.unicode import quote

    if not arg.startswith("["):
        if must_quote(arg):
            raise UserError(f"invalid version: {quote(arg)}")
        return arg, arg
    low, comma, high = arg[1:-1].partition(",")
    low = low.strip()
    high = high.strip()
    if not arg.endswith("]") or not comma or must_quote(low) or must_quote(high):
        raise UserError(f"invalid version interval: {quote(arg)}")
    return low, high


def _apply(mod: ModFile, name: str, a: tuple[str, ...]) -> None:
    if name == "require":
        mod.add_require(a[0], a[1])
    elif name == "droprequire":
        mod.drop_require(a[0])
    elif name == "exclude":
        mod.add_exclude(a[0], a[1])
    elif name == "dropexclude":
        mod.drop_exclude(a[0], a[1])
    elif name == "retract":
        mod.add_retract(a[0], a[1], "")
    elif name == "dropretract":
        mod.drop_retract(a[0], a[1])
    elif name == "tool":
        mod.add_tool(a[0])
    elif name == "droptool":
        mod.drop_tool(a[0])
    elif name == "ignore":
        mod.add_ignore(a[0])
    elif name == "dropignore":
        mod.drop_ignore(a[0])
    else:
        apply_shared(mod, name, a)


def _json(mod: ModFile) -> dict[str, object]:
    module = {"Path": mod.module}
    if mod.deprecated:
        module["Deprecated"] = mod.deprecated
    out: dict[str, object] = {"Module": module}
    if mod.go:
        out["Go"] = mod.go
    if mod.toolchain:
        out["Toolchain"] = mod.toolchain
    lists: list[tuple[str, list[dict[str, object]]]] = [
        ("GoDebug", [{"Key": key, "Value": value} for key, value in mod.godebug]),
        ("Require", [
            {**module_json(r.path, r.version), **({"Indirect": True} if r.indirect else {})} for r in mod.require
        ]),
        ("Exclude", [{**module_json(path, version)} for path, version in mod.exclude]),
        ("Replace", replace_json(mod)),
        ("Retract", [
            {"Low": r.low, "High": r.high, **({"Rationale": r.rationale} if r.rationale else {})} for r in mod.retract
        ]),
        ("Tool", [{"Path": path} for path in mod.tool]),
        ("Ignore", [{"Path": path} for path in mod.ignore]),
    ]  # fmt: skip
    for key, items in lists:
        if items:
            out[key] = items
    return out
