"""Making a vendor directory: `go mod vendor` and `go work vendor`.

    write_vendor(state, VendorOptions())     copies the packages that the main modules need; writes vendor/modules.txt

Of each package its own directory is copied, without tests and without what no build can use; of the directories above
it, up to its module's root, only licences and the like. Source: cmd/go/internal/modcmd (vendor.go).
"""

from __future__ import annotations

import os
import shutil
import stat
import sys
from typing import TYPE_CHECKING, Final, final

from ..diag.diagnostic import UserError
from ..module import semver
from ..module.cache import remove_all
from .embed import EmbedError
from .embed import resolve as resolve_embeds
from .header import read_header
from .moderrors import ModError
from .modload import load_packages
from .modpackages import PackageLoader, PackageOptions
from .modscan import matches_any
from .modsummary import go_mod_summary
from .modversions import NO_MOD, Mod, sort_mods
from .scan import scan_directory

if TYPE_CHECKING:
    from .modstate import ModuleState

_METADATA: Final = (
    "AUTHORS", "CONTRIBUTORS", "COPYLEFT", "COPYING", "COPYRIGHT", "LEGAL", "LICENSE", "NOTICE", "PATENTS",
)  # fmt: skip


@final
class VendorOptions:
    __slots__ = ("keep_going", "output")

    def __init__(self) -> None:
        self.keep_going = False  # -e
        self.output = ""  # -o


def write_vendor(state: ModuleState, options: VendorOptions) -> int:
    """The exit status. Raises UserError."""
    load = PackageOptions()
    load.any_tags = True
    load.edits_modules = True
    load.resolve_missing = True
    load.use_vendor_all = True
    load.allow_errors = options.keep_going
    load.silent_missing_std = True
    _, paths = load_packages(state, load, ["all"])
    loader = state.packages
    assert loader is not None
    directory = os.path.join(state.cwd, options.output) if options.output else state.vendor_directory()
    by_module: dict[Mod, list[str]] = {}
    for path in paths:
        package = loader.by_path.get(path)
        if package is not None and package.is_external(state):
            by_module.setdefault(package.mod, []).append(path)
    _check_collisions(by_module)
    writer = _Writer(state, loader, options, directory)
    _remove(directory)
    writer.write(by_module)
    state.exit_if_errors()
    return 0


def _remove(directory: str) -> None:
    """Delete the directory, also where it is read-only."""
    try:
        remove_all(directory)
    except OSError as error:
        raise UserError(f"go: unlinkat {error.filename}: {(error.strerror or '').lower()}") from None


def _check_collisions(by_module: dict[Mod, list[str]]) -> None:
    folded: dict[str, str] = {}
    for path, _ in by_module:
        other = folded.setdefault(path.casefold(), path)
        if other != path:
            raise UserError(f'go.mod: case-insensitive import collision: "{path}" and "{other}"')


@final
class _Writer:
    def __init__(
        self, state: ModuleState, loader: PackageLoader, options: VendorOptions, directory: str
    ) -> None:
        self.state = state
        self.loader = loader
        self.options = options
        self.directory = directory
        self.lines: list[str] = []
        self._metadata: set[tuple[str, str]] = set()
        self.go = state.go_version()

    def _line(self, text: str) -> None:
        self.lines.append(text + "\n")
        if self.state.options.verbose:
            sys.stderr.write(text + "\n")

    def write(self, by_module: dict[Mod, list[str]]) -> None:
        state = self.state
        explicit: set[Mod] = set()
        has_go = state.workspace or any(f is not None and f.go for f in state.mod_files.values())
        all_replacements = semver.compare_go(self.go, "1.14") >= 0 and has_go
        if all_replacements:
            for file in state.mod_files.values():
                if file is not None:
                    explicit.update((r.path, r.version) for r in file.require)
        mods = list(explicit) + [m for m in by_module if m not in explicit]
        sort_mods(mods)
        if state.work_file is not None and state.has_root:
            self._line("## workspace")
        written: set[Mod] = set()
        for mod in mods:
            written.add(mod)
            self._line(_module_line(mod, state.replacement(mod)))
            go = self._go_version(mod) if semver.compare_go(self.go, "1.17") >= 0 else ""
            if mod in explicit:
                self._line(f"## explicit; go {go}" if go else "## explicit")
            elif go:
                self._line(f"## go {go}")
            for path in sorted(by_module.get(mod, [])):
                self._line(path)
                self._copy_package(path)
        if all_replacements:
            self._unused_replacements(written)
        if not self.lines:
            state.note("go: no dependencies to vendor")
            return
        os.makedirs(self.directory, exist_ok=True)
        with open(os.path.join(self.directory, "modules.txt"), "w", encoding="utf-8", newline="\n") as f:
            f.write("".join(self.lines))

    def _go_version(self, mod: Mod) -> str:
        """The go line of the module that has that path in the build list."""
        state = self.state
        rs = state.requirements
        assert rs is not None
        selected = rs.root_selected(mod[0])
        if selected is None or selected == "":
            selected = rs.graph()[0].selected(mod[0])
        try:
            return go_mod_summary(state, (mod[0], selected)).go
        except ModError:
            return state.raw_go.get(state.resolve(mod), "")

    def _unused_replacements(self, written: set[Mod]) -> None:
        """Without the whole build list a reader could not know that they have no effect."""
        state = self.state
        if state.work_file is not None:
            for r in state.work_file.replace:
                old = (r.old_path, r.old_version)
                if old not in written:
                    written.add(old)
                    self._line(_module_line(old, (r.new_path, r.new_version)))
        for file in state.mod_files.values():
            for r in file.replace if file is not None else ():
                old = (r.old_path, r.old_version)
                if old in written:
                    continue
                written.add(old)
                new = state.replacement(old)
                if new != NO_MOD:
                    self._line(_module_line(old, new))

    # ------------------------------------------------------------------------------------------------ files

    def _copy_package(self, path: str) -> None:
        package = self.loader.by_path.get(path)
        source = package.dir if package is not None else ""
        if not source or package is None:
            self.state.errors.append(f"internal error: no pkg for {path}\n")
            return
        target = os.path.join(self.directory, *path.split("/"))
        copied: set[str] = set()
        self._copy_directory(target, source, False, copied)
        if package.mod[0]:
            self._copy_metadata(package.mod[0], path, target, source, copied)
        scan = scan_directory(self.state.context, source, None, True)
        if scan.no_go:
            return
        patterns = list(scan.embeds)
        if semver.compare_go(self.go, "1.22") < 0:
            patterns += [*scan.test_embeds, *scan.xtest_embeds]
        try:
            files = resolve_embeds(source, sorted(set(patterns)))[0] if patterns else []
        except EmbedError as error:
            message = f"resolving embeds in {path}: {error}\n"
            if self.options.keep_going:
                sys.stderr.write(f"go: {message}")
            else:
                self.state.error(message)
            return
        for name in files:
            destination = os.path.join(target, name)
            if destination not in copied:
                os.makedirs(os.path.dirname(destination), exist_ok=True)
                shutil.copyfile(os.path.join(source, name), destination)

    def _copy_metadata(self, module: str, path: str, target: str, source: str, copied: set[str]) -> None:
        first = True
        while (module, target) not in self._metadata:
            self._metadata.add((module, target))
            if not first:
                self._copy_directory(target, source, True, copied)
            first = False
            if module == path:
                return
            path = path.rpartition("/")[0]
            target = os.path.dirname(target)
            source = os.path.dirname(source)

    def _copy_directory(self, target: str, source: str, metadata: bool, copied: set[str]) -> None:
        os.makedirs(target, exist_ok=True)
        for name in sorted(os.listdir(source)):
            file = os.path.join(source, name)
            if not stat.S_ISREG(os.lstat(file).st_mode):
                continue
            if not (name.startswith(_METADATA) if metadata else self._may_matter(file, name)):
                continue
            destination = os.path.join(target, name)
            copied.add(destination)
            shutil.copyfile(file, destination)

    def _may_matter(self, file: str, name: str) -> bool:
        """Can a build need the file?"""
        if name.endswith("_test.go"):
            return False
        if name in ("go.mod", "go.sum") and semver.compare_go(self.go, "1.17") >= 0:
            return False  # or a directory below vendor would seem to be a module's root
        if name.endswith(".go"):
            with open(file, "rb") as f:
                header = read_header(f.read())
            return header.error is not None or matches_any(header.constraint)
        return True


def _module_line(mod: Mod, new: Mod) -> str:
    line = f"# {mod[0]}"
    if mod[1]:
        line += f" {mod[1]}"
    if new[0]:
        cleaned = os.path.normpath(new[0])
        if cleaned == "vendor" or cleaned.startswith("vendor" + os.sep):
            raise UserError(f"go: replacement path {new[0]} inside vendor directory")
        line += f" => {new[0]}"
        if new[1]:
            line += f" {new[1]}"
    return line
