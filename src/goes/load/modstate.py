"""What one command knows about modules: where the main modules are, what their go.mod files say, which -mod counts.

    state = ModuleState(context, "/src/m", os.environ, ModOptions("mod tidy"))
    state.init()                  finds go.mod or go.work; state.mod_roots, state.work_path, state.build_mod
    mainmodules.load(state)       reads them; state.main, state.mod_files, state.requirements

The functions of the module rooms (requirements, modquery, modimport, ...) all take the state first; nothing is global.
Source: cmd/go/internal/modload (Init, setDefaultBuildMod, Replacement).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NoReturn, final

from ..diag.diagnostic import UserError
from ..module import semver
from .context import BuildContext
from .moderrors import ModError, TooNew
from .modversions import DEFAULT_GO, DEFAULT_WORK, NO_MOD, Mod
from .package import short_path
from .view import PLAIN, FileView

if TYPE_CHECKING:
    from ..module.fetch import Fetcher
    from ..module.gosum import GoSums
    from ..module.modfile import ModFile
    from ..module.workfile import WorkFile
    from .modpackages import PackageLoader
    from .modscan import Scans
    from .modsummary import Summary
    from .requirements import Requirements
    from .vendoring import VendorList

AUTO_ROOT: Final = 0
NO_ROOT: Final = 1  # ignore the go.mod of the working directory
NEED_ROOT: Final = 2  # fail without one

NO_MOD_FILE: Final = "go.mod file not found in current directory or any parent directory; see 'go help modules'"
NO_WORK_MODULES: Final = "no modules were found in the current workspace; see 'go help work'"


@final
class ModOptions:
    """The flags of a command that matter to modules. `command` is what follows "go": "build", "mod tidy"."""

    __slots__ = (
        "command", "mod", "modfile", "modcacherw", "verbose", "trace", "workspace", "root_mode", "force_modules",
        "allow_missing_imports", "explicit_write",
    )

    def __init__(self, command: str = "build", mod: str = "", modfile: str = "") -> None:
        self.command = command
        self.mod = mod  # -mod, if it was given
        self.modfile = modfile
        self.modcacherw = False
        self.verbose = False  # -v
        self.trace = False  # -x
        self.workspace = True  # does the command look at go.work?
        self.root_mode = AUTO_ROOT
        self.force_modules = False
        self.allow_missing_imports = False  # may modules be looked up without a main module?
        self.explicit_write = False  # the command itself writes go.mod when it is done


@final
class Index:
    """What a go.mod said when it was read; to see later whether it has to be written."""

    __slots__ = ("data", "needs_fix", "module", "go", "toolchain", "require", "replace", "exclude", "ignore")

    def __init__(self, data: str, mod: ModFile, needs_fix: bool) -> None:
        self.data = data
        self.needs_fix = needs_fix
        self.module = mod.module
        self.go = mod.go
        self.toolchain = mod.toolchain
        self.require: dict[Mod, bool] = {(r.path, r.version): r.indirect for r in mod.require}
        self.replace = replace_map(mod)
        self.exclude: frozenset[Mod] = frozenset(mod.exclude)
        self.ignore = list(mod.ignore)

    def is_dirty(self, mod: ModFile, build_mod: str) -> bool:
        """Does the file say something else now? With -mod=readonly wrong "// indirect" comments do not count."""
        if self.needs_fix or mod.module != self.module or mod.go != self.go or mod.toolchain != self.toolchain:
            return True
        if len(mod.require) != len(self.require) or len(mod.exclude) != len(self.exclude):
            return True
        for r in mod.require:
            indirect = self.require.get((r.path, r.version))
            if indirect is None or (indirect != r.indirect and build_mod != "readonly"):
                return True
        return replace_map(mod) != self.replace or any(x not in self.exclude for x in mod.exclude)


def replace_map(file: ModFile | WorkFile) -> dict[Mod, Mod]:
    result: dict[Mod, Mod] = {}
    for r in file.replace:
        old = (r.old_path, r.old_version)
        new = (r.new_path, r.new_version)
        if result.get(old, new) != new:
            from .modversions import text

            raise UserError(f"go: conflicting replacements for {text(old)}:\n\t{text(result[old])}\n\t{text(new)}")
        result[old] = new
    return result


def find_root(directory: str, name: str = "go.mod", stop: str = "", view: FileView = PLAIN) -> str:
    """The nearest directory above (or the same) that holds a file of that name; ""."""
    directory = os.path.normpath(directory)
    while True:
        if view.is_file(os.path.join(directory, name)):
            return directory
        parent = os.path.dirname(directory)
        if parent == directory or (stop and parent == stop):
            return ""
        directory = parent


def is_temporary_root(directory: str, env: Mapping[str, str]) -> bool:
    """Is it where everybody's temporary files are? A go.mod that was forgotten there must not count."""
    return os.path.realpath(directory) == os.path.realpath(env.get("TMPDIR", "") or "/tmp")


@final
class ModuleState:
    def __init__(self, context: BuildContext, cwd: str, env: Mapping[str, str], options: ModOptions) -> None:
        self.context = context
        self.cwd = cwd
        self.env = env
        self.options = options
        self.command = options.command
        self.build_mod = options.mod
        self.build_mod_explicit = options.mod != ""
        self.build_mod_reason = ""
        self.initialized = False
        self.enabled = False
        self.work_path = ""  # of go.work; "" outside workspace mode
        self.mod_roots: list[str] = []
        self.allow_missing_imports = options.allow_missing_imports
        # The main modules; one outside workspace mode, with path "command-line-arguments" if there is no go.mod.
        self.main: list[Mod] = []
        self.main_paths: frozenset[str] = frozenset()
        self.main_root: dict[Mod, str] = {}
        self.path_prefix: dict[Mod, str] = {}
        self.mod_files: dict[Mod, ModFile | None] = {}
        self.indices: dict[Mod, Index | None] = {}
        self.tools: list[str] = []
        self.main_containing_cwd: Mod = NO_MOD
        self.work_file: WorkFile | None = None
        self.work_replace: dict[Mod, Mod] = {}
        self.highest_replaced: dict[str, str] = {}
        self.in_goroot_src: set[Mod] = set()
        self.requirements: Requirements | None = None
        self.packages: PackageLoader | None = None  # the latest
        self.vendored: VendorList | None = None
        # Go versions as go.mod files say them, by module version.
        self.raw_go: dict[Mod, str] = {}
        self.summaries: dict[Mod, Summary | ModError] = {}
        self.latest: dict[str, Mod | ModError] = {}
        self.have_go_files: dict[str, bool] = {}
        self.have_go_mod: dict[str, bool] = {}
        self.scans: Scans = {}
        self.local_paths: dict[str, str] = {}  # directories of main modules as import paths
        self.errors: list[str] = []
        self._fetcher: Fetcher | None = None
        self._sums: GoSums | None = None

    # ------------------------------------------------------------------------------------------------ messages

    @property
    def running_go(self) -> str:
        return self.context.go_version

    def note(self, message: str) -> None:
        sys.stderr.write(message + "\n")

    def error(self, error: ModError | str) -> None:
        """Remember an error; the command ends at the next exit_if_errors."""
        self.errors.append(f"go: {error}")

    def advice(self, text: str) -> None:
        """A text behind the errors so far."""
        self.errors.append(text)

    def exit_if_errors(self) -> None:
        if self.errors:
            messages = self.errors
            self.errors = []
            raise UserError("\n".join(messages))

    def fatal(self, error: ModError | str) -> NoReturn:
        self.errors.append(f"go: {error}")
        self.exit_if_errors()
        raise AssertionError

    def short(self, path: str) -> str:
        return short_path(path, self.cwd)

    # ------------------------------------------------------------------------------------------------ where we are

    def init(self) -> None:
        """Find the main modules; decide the default of -mod as far as it depends on the command."""
        if self.initialized:
            return
        self.initialized = True
        setting = self.env.get("GO111MODULE", "")
        if setting == "off":
            if self.options.force_modules:
                raise UserError("go: modules disabled by GO111MODULE=off; see 'go help modules'")
            return
        if setting not in ("", "on", "auto"):
            raise UserError(f"go: unknown environment setting GO111MODULE={setting}")
        must = setting != "auto" or self.options.force_modules
        need = self.options.root_mode == NEED_ROOT
        modfile = self.options.modfile
        if self.options.root_mode == NO_ROOT:
            if modfile and f"-modfile={modfile}" not in self.env.get("GOFLAGS", ""):
                raise UserError("go: -modfile cannot be used with commands that ignore the current module")
        else:
            if self.options.workspace:
                self.work_path = find_work(self.cwd, self.env, self.context.goroot, self.context.view)
            if self.work_path:
                if modfile:
                    raise UserError("go: -modfile cannot be used in workspace mode")
            else:
                root = find_root(self.cwd, view=self.context.view)
                if not root:
                    if modfile:
                        raise UserError(
                            "go: cannot find main module, but -modfile was set.\n"
                            "\t-modfile cannot be used to set the module root directory."
                        )
                    if need:
                        raise UserError("go: " + NO_MOD_FILE)
                    if not must:
                        return
                elif is_temporary_root(root, self.env):
                    temporary = self.env.get("TMPDIR", "") or "/tmp"
                    self.note(f"go: warning: ignoring go.mod in system temp root {temporary}")
                    if need:
                        raise UserError("go: " + NO_MOD_FILE)
                    if not must:
                        return
                else:
                    self.mod_roots = [root]
        if modfile and not modfile.endswith(".mod"):
            raise UserError(f"go: -modfile={modfile}: file does not have .mod extension")
        self.enabled = True
        gopath = (self.env.get("GOPATH", "") or os.path.expanduser("~/go")).split(os.pathsep)[0]
        if gopath and self.mod_roots and os.path.isfile(os.path.join(gopath, "go.mod")):
            self.note(f"go: warning: ignoring go.mod in $GOPATH {gopath}")
            if need:
                raise UserError("go: " + NO_MOD_FILE)
        self.set_default_build_mod()

    @property
    def workspace(self) -> bool:
        return self.work_path != ""

    @property
    def has_root(self) -> bool:
        return bool(self.mod_roots)

    def no_main(self) -> str:
        return NO_WORK_MODULES if self.workspace else NO_MOD_FILE

    def die(self) -> NoReturn:
        """There is no main module."""
        if self.env.get("GO111MODULE", "") == "off":
            raise UserError("go: modules disabled by GO111MODULE=off; see 'go help modules'")
        if not self.workspace:
            root = find_root(self.cwd, ".git/config")
            goroot = self.context.goroot
            if root and self.cwd != goroot and not self.cwd.startswith(goroot + os.sep):
                relative = os.path.relpath(root, self.cwd)
                change = "" if relative == "." else f"cd {relative} && "
                raise UserError(
                    f"go: cannot find main module, but found .git/config in {root}\n"
                    f"\tto create a module there, run:\n\t{change}go mod init"
                )
        raise UserError("go: " + self.no_main())

    def mod_file_path(self, root: str) -> str:
        if self.options.modfile:
            return os.path.normpath(os.path.join(self.cwd, self.options.modfile))
        return os.path.join(root, "go.mod")

    def set_default_build_mod(self) -> None:
        """The -mod that counts if none was given: by command, else vendor where there is a vendor directory."""
        if self.build_mod_explicit:
            if self.workspace and self.build_mod not in ("readonly", "vendor"):
                raise UserError(
                    f'go: -mod may only be set to readonly or vendor when in workspace mode, but it is set to '
                    f'"{self.build_mod}"\n\tRemove the -mod flag to use the default readonly value, '
                    "\n\tor set GOWORK=off to disable workspace mode."
                )
            return
        if self.command in (
            "get", "mod download", "mod init", "mod tidy", "work sync", "mod graph", "mod verify", "mod why"
        ):
            self.build_mod = "mod"
            return
        if self.command in ("mod vendor", "work vendor"):
            self.build_mod = "readonly"
            return
        if not self.has_root:
            self.build_mod = "mod" if self.allow_missing_imports else "readonly"
            return
        self.build_mod = "readonly"
        if not self.main:
            return
        source = "go.work" if self.workspace else "go.mod"
        if self.work_file is not None:
            version = self.work_file.go
            directory = os.path.join(os.path.dirname(self.work_path), "vendor")
        else:
            index = self.indices[self.main[0]]
            version = "" if index is None else index.go
            directory = os.path.join(self.mod_roots[0], "vendor")
        if not os.path.isdir(directory):
            return
        if not version:
            self.build_mod_reason = f"Go version in {source} is unspecified, so vendor directory was not used."
        elif semver.compare_go(version, "1.14") < 0:
            self.build_mod_reason = f"Go version in {source} is {version}, so vendor directory was not used."
        else:
            for_workspace = _is_for_workspace(os.path.join(directory, "modules.txt"))
            if for_workspace and not self.workspace:
                self.build_mod_reason = "Outside workspace mode, but vendor directory is for a workspace."
            elif not for_workspace and self.workspace:
                self.build_mod_reason = "In workspace mode, but vendor directory is not for a workspace"
            else:
                self.build_mod = "vendor"
                self.build_mod_reason = f"Go version in {source} is at least 1.14 and vendor directory exists."

    # ------------------------------------------------------------------------------------------------ main modules

    @property
    def single_main(self) -> Mod:
        return self.main[0]

    def contains(self, path: str) -> bool:
        """Is it the path of a main module?"""
        return path in self.main_paths

    def go_version(self) -> str:
        """The go line of go.mod, or of go.work in workspace mode."""
        if self.workspace:
            return (self.work_file.go if self.work_file is not None else "") or DEFAULT_WORK
        if len(self.main) == 1:
            mod = self.mod_files[self.main[0]]
            return self.running_go if mod is None else mod.go or DEFAULT_GO
        return DEFAULT_GO

    def vendor_directory(self) -> str:
        if self.workspace:
            return os.path.join(os.path.dirname(self.work_path), "vendor")
        root = self.main_root.get(self.main[0], "") if self.main else ""
        return os.path.join(root, "vendor") if root else ""

    @property
    def must_be_complete(self) -> bool:
        """Is it an error if go.mod would have to change?"""
        return self.build_mod != "mod" and not self.workspace

    @property
    def must_have_sums(self) -> bool:
        return self.has_root and self.build_mod == "readonly" and not self.workspace

    # ------------------------------------------------------------------------------------------------ replacements

    def replacement(self, mod: Mod) -> Mod:
        """What replaces the module version; NO_MOD. A relative directory is relative to relative_to()."""
        found, root, _ = self.replacement_from(mod)
        return self.canonical_replacement(found, root)

    def replacement_from(self, mod: Mod) -> tuple[Mod, str, str]:
        """The replacement as written, the root of the module whose go.mod says so, and the file."""
        if not mod[1] and mod[0] in self.main_paths:
            return NO_MOD, "", ""
        if mod[0] not in self.highest_replaced:
            return NO_MOD, "", self.mod_file_path("")
        found = _replaced(mod, self.work_replace)
        if found is not None:
            return found, "", self.work_path
        result = NO_MOD
        result_root = ""
        for main in self.main:
            index = self.indices[main]
            if index is None:
                continue
            found = _replaced(mod, index.replace)
            if found is not None:
                result = found
                result_root = self.main_root[main]
        return result, result_root, self.mod_file_path(result_root)

    def canonical_replacement(self, new: Mod, root: str) -> Mod:
        if not self.work_path or new[1] or not root or os.path.isabs(new[0]):
            return new
        relative = os.path.relpath(os.path.join(root, new[0]), os.path.dirname(self.work_path))
        from ..module.moddirective import directory_path

        return directory_path(relative), ""

    def relative_to(self) -> str:
        """The directory that replacement directories are relative to."""
        return os.path.dirname(self.work_path) if self.work_path else self.main_root[self.main[0]]

    def resolve(self, mod: Mod) -> Mod:
        """The module version that the source code comes from."""
        found = self.replacement(mod)
        return found if found[0] else mod

    # ------------------------------------------------------------------------------------------------ the network

    @property
    def sums(self) -> GoSums:
        if self._sums is None:
            self._open()
        assert self._sums is not None
        return self._sums

    @property
    def fetcher(self) -> Fetcher:
        if self._fetcher is None:
            self._open()
        assert self._fetcher is not None
        return self._fetcher

    @property
    def is_open(self) -> bool:
        """Has anything been asked of go.sum or the network?"""
        return self._sums is not None

    def _open(self) -> None:
        """Bring up go.sum and the fetcher at the first need: a module without requirements never pays for them."""
        from .modfetching import open_fetcher

        self._sums, self._fetcher = open_fetcher(self)

    def have_sum(self, mod: Mod) -> bool:
        """Does go.sum know the module's content (version "v1.0.0"), or its go.mod ("v1.0.0/go.mod")?"""
        from .modfetching import have_sum

        return have_sum(self, mod)

    def too_new(self, what: str, go_version: str, toolchain: str = "") -> TooNew:
        from .toolchain import explanation

        return TooNew(what, go_version, self.running_go, explanation(self), toolchain)


def _replaced(mod: Mod, replace: dict[Mod, Mod]) -> Mod | None:
    found = replace.get(mod)
    return replace.get((mod[0], "")) if found is None else found


def find_work(directory: str, env: Mapping[str, str], goroot: str, view: FileView = PLAIN) -> str:
    """The go.work that counts for a directory; ""."""
    setting = env.get("GOWORK", "")
    if setting == "off":
        return ""
    if setting not in ("", "auto"):
        if not os.path.isabs(setting):
            raise UserError("go: invalid GOWORK: not an absolute path")
        return setting
    root = find_root(directory, "go.work", goroot, view)
    return os.path.join(root, "go.work") if root else ""


def _is_for_workspace(path: str) -> bool:
    try:
        with open(path, encoding="utf-8", errors="replace") as f:
            line = f.readline().rstrip("\n")
    except FileNotFoundError:
        return False
    except OSError as error:
        raise UserError(f"go: reading modules.txt for vendor directory: {error.strerror}") from None
    return line.startswith("## ") and any(e.strip() == "workspace" for e in line[3:].split(";"))
