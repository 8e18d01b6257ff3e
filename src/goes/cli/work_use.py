"""goes work use [-r] [moddirs]

Source: cmd/go/internal/workcmd/use.go (by behaviour; messages).
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final, final

from ..diag.diagnostic import UserError
from ..util.cwd import current_directory
from .flags import BOOL, Flag, FlagSet
from .modcommon import MOD_FLAGS, file_view, go_version, parse_edits, work_file_path

if TYPE_CHECKING:
    from ..load.view import FileView
    from ..module.workfile import WorkFile

EXAMPLE: Final = "goes work use -r ."
FLAGS: Final = FlagSet("work use", "go work use [-r] [moddirs]", [
    *MOD_FLAGS,
    Flag("r", BOOL, "search recursively for modules in the argument directories"),
])  # fmt: skip


def run(args: list[str]) -> int:
    from .workcommon import NO_WORK_FILE, read_work_file, write_work_file

    values, _ = parse_edits(FLAGS, args, frozenset())
    view = file_view(values)
    path = work_file_path(view)
    if not path:
        raise UserError(NO_WORK_FILE)
    work = read_work_file(path, view)
    use_directories(path, work, values.rest, values.flag("r"), view)
    write_work_file(path, work)
    return 0


@final
class _Uses:
    """Which directories a go.work is to use."""

    __slots__ = ("root", "view", "have", "keep", "errors")

    def __init__(self, root: str, work: WorkFile, view: FileView) -> None:
        self.root = root
        self.view = view
        self.have: dict[str, list[str]] = {}  # absolute path → as go.work has it
        for use in work.use:
            self.have.setdefault(self.absolute(use.path), []).append(use.path)
        self.keep: dict[str, str] = {}  # absolute path → as go.work shall have it, "" if not at all
        self.errors: list[str] = []

    def absolute(self, path: str) -> str:
        """Of a directory as go.work has it."""
        return os.path.normpath(os.path.join(self.root, path))

    def canonical(self, path: str) -> tuple[str, str]:
        """A directory named on the command line: its absolute path, and how go.work is to have it."""
        from ..module.moddirective import directory_path

        if os.path.isabs(path):
            return os.path.normpath(path), os.path.normpath(path)
        absolute = os.path.normpath(os.path.join(current_directory(), path))
        return absolute, directory_path(os.path.relpath(absolute, self.root))

    def look(self, path: str) -> None:
        """Keep the directory if a module is in it, else drop it."""
        from ..load.package import short_path

        absolute, name = self.canonical(path)
        file = os.path.join(absolute, "go.mod")
        if not self.view.exists(file):
            self.keep[absolute] = ""
            return
        if not self.view.is_file(file):
            self.errors.append(f"go: {short_path(file, current_directory())} is not a regular file")
            return
        old = self.keep.get(absolute, "")
        if old and old != name:
            self.errors.append(f'go: already added "{name}" as "{old}"')
        self.keep[absolute] = name

    def look_below(self, top: str) -> None:
        """All modules in the directory; symbolic links are not followed but from the top itself."""
        from ..load.package import short_path

        pending = [top]
        while pending:
            directory = pending.pop()
            if directory != top and os.path.basename(directory) == "vendor":
                continue
            self.look(directory)
            try:
                entries = self.view.entries(os.path.normpath(os.path.join(current_directory(), directory)))
            except OSError:
                continue
            below: list[str] = []
            for entry in entries:
                path = os.path.normpath(os.path.join(directory, entry.name))
                if entry.is_dir():
                    below.append(path)
                elif entry.is_link() and entry.leads_to_directory():
                    sys.stderr.write(f"warning: ignoring symlink {short_path(path, current_directory())}\n")
            pending.extend(reversed(below))


def use_directories(work_path: str, work: WorkFile, args: list[str], recursive: bool, view: FileView) -> None:
    """Add the directories that have modules, drop those that have none; the go line follows the modules'. UserError
    with all that is wrong."""
    from ..load.modversions import DEFAULT_GO, DEFAULT_WORK
    from ..load.package import short_path
    from ..load.workfiles import raise_work_go
    from ..module import modfile, semver
    from .workcommon import too_new

    cwd = current_directory()
    uses = _Uses(os.path.dirname(work_path), work, view)
    for arg in args:
        absolute, _ = uses.canonical(arg)
        if not view.exists(absolute):
            uses.errors.append(f"go: directory {short_path(absolute, cwd)} does not exist")
        elif not view.is_dir(absolute):
            uses.errors.append(f"go: {short_path(absolute, cwd)} is not a directory")
        elif not recursive:
            uses.look(arg)
        else:
            uses.look_below(arg)
            for known in uses.have:
                if known == absolute or known.startswith(absolute.rstrip("/") + "/"):
                    uses.keep.setdefault(known, "")
    for absolute, name in uses.keep.items():
        kept = 0
        for old in uses.have.get(absolute, []):
            if old == name:
                kept += 1
            else:
                work.drop_use(old)
        if name and kept != 1:
            if kept > 1:
                work.drop_use(name)
            work.add_use(name, "")

    version = work.go or DEFAULT_WORK
    running = go_version()
    for use in work.use:
        path = os.path.join(uses.absolute(use.path), "go.mod")
        name = short_path(path, cwd)
        try:
            mod = modfile.parse(name, view.read(path).decode("utf-8", "surrogateescape"), full_name=path)
        except OSError as e:
            uses.errors.append(f"go: open {path}: {os.strerror(e.errno or 0).lower()}")
            continue
        if mod.errors:
            uses.errors.append(f"go: errors parsing {name}:\n" + "\n".join(mod.errors))
        elif mod.go and semver.compare_go(mod.go, running) > 0:
            uses.errors.append(too_new(name, mod.go, running).message)
        elif not mod.module:
            uses.errors.append(
                f"go: error reading {name}: missing module declaration. To specify the module path:\n"
                "\tgo mod edit -module=example.com/mod"
            )
        elif semver.compare_go(mod.go or DEFAULT_GO, version) > 0:
            version = mod.go or DEFAULT_GO
    if uses.errors:
        raise UserError("\n".join(uses.errors))
    raise_work_go(work, version)
