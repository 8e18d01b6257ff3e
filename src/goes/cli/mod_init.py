"""goes mod init [module-path]

Source: cmd/go/internal/modload/init.go (CreateModFile, findModulePath, by behaviour; messages).
"""

from __future__ import annotations

import os
import posixpath
import re
import sys
from typing import Final

from ..diag.diagnostic import UserError
from ..util.cwd import current_directory
from .flags import FlagSet
from .modcommon import (
    MOD_FLAGS,
    check_modfile_flag,
    check_modules_enabled,
    file_view,
    go_version,
    module_cache,
    os_error,
    parse_edits,
)

EXAMPLE: Final = "goes mod init example.com/m"
FLAGS: Final = FlagSet("mod init", "go mod init [module-path]", [*MOD_FLAGS])

_IMPORT_COMMENT: Final = re.compile(
    rb'^package[ \t]+[^ \t\r\n/]+[ \t]+//[ \t]+import[ \t]+("[^"]+")[ \t]*\r?\n', re.M
)
_HELP: Final = """cannot determine module path for source directory {directory} ({reason})

Example usage:
	'go mod init example.com/m' to initialize a v0 or v1 module
	'go mod init example.com/m/v2' to initialize a v2 module

Run 'go help mod init' for more information."""


def run(args: list[str]) -> int:
    from ..load.package import short_path
    from ..module import modfile, writefile

    values, _ = parse_edits(FLAGS, args, frozenset())
    if len(values.rest) > 1:
        raise UserError("go: 'go mod init' accepts at most one argument")
    check_modules_enabled()
    cwd = current_directory()
    alternate = check_modfile_flag(values)
    path = alternate or os.path.join(cwd, "go.mod")
    if file_view(values).exists(path):
        raise UserError(f"go: {path} already exists")
    module = values.rest[0] if values.rest else ""
    if not module:
        module = _find_module_path(cwd)
    _check(module)
    where = f" (using -modfile path {short_path(path, cwd)})" if alternate else ""
    sys.stderr.write(f"go: creating new go.mod{where}: module {module}\n")
    mod = modfile.ModFile("go.mod")
    mod.set_module(module)
    mod.add_go(go_version())
    try:
        writefile.write_file(path, mod.format().encode("utf-8", "surrogateescape"), b"", module_cache())
    except writefile.ChangedError:
        raise UserError(f"go: {path} already exists") from None
    except OSError as e:
        error = os_error(e, "open", path)
        raise UserError("go: updating go.mod: " + error.message.removeprefix("go: ")) from None
    with os.scandir(cwd) as entries:
        if any(e.name[0] not in "._" and (e.name.endswith(".go") or e.is_dir(follow_symlinks=False)) for e in entries):
            sys.stderr.write("go: to add module requirements and sums:\n\tgo mod tidy\n")
    return 0


def _find_module_path(directory: str) -> str:
    """From an import comment, or from the place below GOPATH."""
    from ..load.resolve import path_below
    from ..module.paths import check_import_path

    names = sorted(os.listdir(directory))
    for name in names:
        found = _import_comment(os.path.join(directory, name))
        if found:
            return found
    for name in names:
        below = os.path.join(directory, name)
        if os.path.isdir(below) and not os.path.islink(below):
            try:
                files = sorted(os.listdir(below))
            except OSError:
                continue
            for file in files:
                found = _import_comment(os.path.join(below, file))
                if found:
                    return posixpath.dirname(found) or "."
    reason = "outside GOPATH, module path must be specified"
    home = os.environ.get("HOME", "")
    gopath = os.environ.get("GOPATH", "") or (home + "/go" if home else "")
    for entry in gopath.split(os.pathsep):
        relative = path_below(directory, os.path.join(entry, "src")) if entry else ""
        if relative:
            wrong = check_import_path(relative)
            if not wrong:
                return relative
            reason = f"bad module path inferred from directory in GOPATH: {wrong}"
            break
    raise UserError("go: " + _HELP.format(directory=directory, reason=reason))


def _import_comment(path: str) -> str:
    if not path.endswith(".go") or os.path.islink(path) or not os.path.isfile(path):
        return ""
    from ..module.moddirective import unquote

    try:
        with open(path, "rb") as f:
            match = _IMPORT_COMMENT.search(f.read())
    except OSError:
        return ""
    return "" if match is None else unquote(match.group(1).decode("utf-8", "surrogateescape")) or ""


def _check(path: str) -> None:
    from ..load.patterns import is_local_import
    from ..module.paths import check_import_path, split_major
    from ..syntax.unicode import quote

    wrong = check_import_path(path)
    if wrong:
        if is_local_import(path):
            raise UserError(f"go: malformed module path {quote(path)}: is a local import path")
        raise UserError("go: " + wrong.replace("malformed import path", "malformed module path", 1))
    if path in ("go", "toolchain"):
        raise UserError(f"go: invalid module path {quote(path)}: ")
    if split_major(path) is None:
        if path.startswith("gopkg.in/"):
            raise UserError(
                f'go: invalid module path "{path}": module paths beginning with gopkg.in/ must always have a major '
                f"version suffix in the form of .vN:\n\tgo mod init {_suggest(path, '.v', 'v1', path)}"
            )
        tail = path[len(path.rstrip("0123456789.")) :]
        raise UserError(
            f'go: invalid module path "{path}": major version suffixes must be in the form of /vN and are only '
            f"allowed for v2 or later:\n\tgo mod init {_suggest(path, '/v', 'v2', tail)}"
        )


def _suggest(path: str, separator: str, least: str, digits_in: str) -> str:
    url = path.rstrip("0123456789.")
    for suffix in (".v", "/v", "/") if separator == ".v" else ("/v", "/"):
        url = url.removesuffix(suffix)
    numbers = re.findall("[0-9]+", digits_in)
    major = numbers[0].lstrip("0") if numbers else ""
    if not major or (major == "1" and separator == "/v"):
        return url + separator[0] + least
    return url + separator + major
