"""Which module provides a package, without asking the network.

    modules = Modules(context, cwd)
    modules.find("example.com/m/pkg")    →   Found(module, directory) or the reason why not

The main module is the nearest go.mod above the working directory. Its requirements are looked up in replacement
directories, in vendor/, or in the module cache; requirements of requirements too, at the highest version that any of
them asks for (minimal version selection). Downloading is another room's business.

Sources: Go modules reference ("Main module", "Minimal version selection", "Vendoring"); cmd/go/internal/modload.
"""

from __future__ import annotations

import os
from typing import Final, final

from ..diag.diagnostic import UserError
from ..module import modfile, semver
from ..module.paths import check_main_module_path, has_path_prefix, is_std_path
from .context import BuildContext
from .package import Module, short_path

NO_MOD_FILE: Final = "go.mod file not found in current directory or any parent directory; see 'go help modules'"
_NO_VERSION: Final = "v0.0.0-00010101000000-000000000000"
_VENDOR_HELP: Final = "\n\t(Go version in go.mod is at least 1.14 and vendor directory exists.)"


@final
class Found:
    """Where a package is; `problem` says why it is nowhere."""

    __slots__ = ("module", "dir", "problem")

    def __init__(self, module: Module | None, dir: str, problem: str) -> None:
        self.module = module
        self.dir = dir
        self.problem = problem


def find_mod_file(directory: str) -> str:
    """The go.mod in the directory or above it, or ""."""
    while True:
        path = os.path.join(directory, "go.mod")
        if os.path.isfile(path):
            return path
        parent = os.path.dirname(directory)
        if parent == directory:
            return ""
        directory = parent


def escape_path(path: str) -> str:
    """As the module cache spells it: capitals as "!" and the small letter."""
    return "".join("!" + c.lower() if "A" <= c <= "Z" else c for c in path)


def has_go_files(directory: str) -> bool:
    try:
        with os.scandir(directory) as entries:
            return any(e.name.endswith(".go") and not e.is_dir() for e in entries)
    except OSError:
        return False


@final
class Modules:
    """`main` is None outside of modules."""

    def __init__(self, context: BuildContext, cwd: str) -> None:
        self.context = context
        self.cwd = cwd
        self.main: Module | None = None
        self.mod: modfile.ModFile | None = None
        self.modules: list[Module] = []  # the build list without the main module, longest paths first
        self.vendor = ""  # the vendor directory, if it is in use
        self._vendored: dict[str, Module] = {}  # package → module
        self._selected = False
        self._sums: set[str] | None = None
        path = find_mod_file(cwd)
        if path:
            self._read_main(path)

    def _read_main(self, path: str) -> None:
        name = short_path(path, self.cwd)
        try:
            with open(path, encoding="utf-8", errors="surrogateescape") as f:
                mod = modfile.parse(name, f.read(), full_name=path, fix=modfile.canonical_fixer)
        except OSError as error:
            raise UserError(f"go: reading {name}: {os.strerror(error.errno or 0).lower()}") from None
        if mod.errors:
            raise UserError(f"go: errors parsing {name}:\n" + "\n".join(mod.errors))
        if not mod.module:
            raise UserError(
                f"go: error reading {name}: missing module declaration. To specify the module path:\n"
                "\tgo mod edit -module=example.com/mod"
            )
        wrong = check_main_module_path(mod.module)
        if wrong:
            raise UserError("go: " + wrong)
        running = self.context.go_version
        if mod.go and semver.compare_go(mod.go, running) > 0:
            raise UserError(f"go: {name} requires go >= {mod.go} (running go {running}; GOTOOLCHAIN=local)")
        self.mod = mod
        directory = os.path.dirname(path)
        self.main = Module(mod.module, "", directory, mod.go, True)
        vendor = os.path.join(directory, "vendor")
        if mod.go and semver.compare_go(mod.go, "1.14") >= 0 and os.path.isfile(os.path.join(vendor, "modules.txt")):
            self.vendor = vendor
            self._read_vendor_list(os.path.join(vendor, "modules.txt"))

    # ------------------------------------------------------------------------------------------------ vendor

    def _read_vendor_list(self, path: str) -> None:
        module: Module | None = None
        with open(path, encoding="utf-8", errors="replace") as f:
            for line in f:
                words = line.split()
                if line.startswith("# "):
                    version = words[2] if len(words) > 2 and words[2] != "=>" else ""
                    module = Module(words[1], version, "", "", False)
                elif line.startswith("## "):
                    for part in line[3:].split(";"):
                        part = part.strip()
                        if module is not None and part.startswith("go "):
                            module.go = part[3:]
                elif words and module is not None:
                    self._vendored[words[0]] = module

    # ------------------------------------------------------------------------------------------------ build list

    def select(self) -> None:
        """Determine the build list from the requirements."""
        if self._selected:
            return
        self._selected = True
        mod = self.mod
        main = self.main
        if mod is None or main is None or self.vendor:
            return
        chosen: dict[str, str] = {}
        indirect: dict[str, bool] = {}
        excluded = set(mod.exclude)
        pending: list[tuple[str, str]] = []
        for requirement in mod.require:
            key = (requirement.path, requirement.version)
            if key in excluded:
                continue
            old = chosen.get(requirement.path, "")
            if not old or semver.compare(old, requirement.version) < 0:
                chosen[requirement.path] = requirement.version
                indirect[requirement.path] = requirement.indirect
                pending.append(key)
        # From go 1.17 on go.mod lists all that the main module's packages need, so its versions stand.
        listed = set(chosen) if mod.go and semver.compare_go(mod.go, "1.17") >= 0 else set()
        seen: set[tuple[str, str]] = set()
        while pending:
            key = pending.pop()
            if key in seen:
                continue
            seen.add(key)
            for path, version in self._requirements(key[0], key[1]):
                if path == main.path or path in listed or (path, version) in excluded:
                    continue
                old = chosen.get(path, "")
                if not old or semver.compare(old, version) < 0:
                    chosen[path] = version
                    indirect[path] = True
                pending.append((path, version))
        for path in sorted(chosen, key=lambda p: (-len(p), p)):
            module = self._module(path, chosen[path])
            module.indirect = indirect[path]
            self.modules.append(module)

    def _module(self, path: str, version: str) -> Module:
        module = Module(path, version, "", "", False)
        source_path = path
        source_version = version
        replacement = self._replacement(path, version)
        if replacement is not None:
            if not replacement.new_version:
                assert self.main is not None
                module.dir = os.path.normpath(os.path.join(self.main.dir, replacement.new_path))
                module.replace = replacement.new_path
                module.go = self._read(os.path.join(module.dir, "go.mod")).go
                return module
            source_path = replacement.new_path
            source_version = replacement.new_version
            module.replace = source_path
        cache = self.context.gomodcache
        directory = os.path.join(cache, *escape_path(source_path).split("/")) + "@" + escape_path(source_version)
        if os.path.isdir(directory):
            module.dir = directory
        module.go = self._read(self._cached_mod(source_path, source_version)).go
        return module

    def _cached_mod(self, path: str, version: str) -> str:
        return os.path.join(
            self.context.gomodcache, "cache", "download", *escape_path(path).split("/"), "@v",
            escape_path(version) + ".mod",
        )

    def _replacement(self, path: str, version: str) -> modfile.Replace | None:
        found: modfile.Replace | None = None
        for replacement in self.mod.replace if self.mod is not None else []:
            if replacement.old_path == path:
                if replacement.old_version == version:
                    return replacement
                if not replacement.old_version:
                    found = replacement
        return found

    def _read(self, path: str) -> modfile.ModFile:
        try:
            with open(path, encoding="utf-8", errors="surrogateescape") as f:
                return modfile.parse(path, f.read(), strict=False)
        except OSError:
            return modfile.ModFile(path)

    def _requirements(self, path: str, version: str) -> list[tuple[str, str]]:
        replacement = self._replacement(path, version)
        if replacement is None:
            mod = self._read(self._cached_mod(path, version))
        elif replacement.new_version:
            mod = self._read(self._cached_mod(replacement.new_path, replacement.new_version))
        else:
            assert self.main is not None
            mod = self._read(os.path.join(self.main.dir, replacement.new_path, "go.mod"))
        return [(r.path, r.version) for r in mod.require]

    # ------------------------------------------------------------------------------------------------ packages

    def find(self, path: str, importer: str) -> Found:
        """The module and directory of a package that is not in the standard library."""
        main = self.main
        if main is None:
            if is_std_path(path):
                return Found(None, "", self._not_in_std(path))
            return Found(None, "", f"no required module provides package {path}: {NO_MOD_FILE}")
        if has_path_prefix(path, main.path):
            directory = self._directory_in(main.dir, path[len(main.path) + 1 :], True)
            if directory:
                return Found(main, directory, "")
        if self.vendor:
            directory = os.path.join(self.vendor, *path.split("/"))
            if has_go_files(directory):
                return Found(self._vendored.get(path), directory, "")
            if is_std_path(path):
                return Found(None, "", self._not_in_std(path))
            return Found(
                None, "",
                f"cannot find module providing package {path}: import lookup disabled by -mod=vendor{_VENDOR_HELP}",
            )
        self.select()
        missing: Module | None = None
        for module in self.modules:
            if not has_path_prefix(path, module.path):
                continue
            if not module.dir:
                if missing is None:
                    missing = module
                continue
            local = module.replace.startswith((".", "/"))
            directory = self._directory_in(module.dir, path[len(module.path) + 1 :], local)
            if directory:
                return Found(module, directory, "")
        if missing is not None:
            return Found(None, "", self._not_downloaded(missing, path, importer))
        if is_std_path(path):
            return Found(None, "", self._not_in_std(path))
        for module in self.modules:
            if not module.dir and not os.path.isfile(self._cached_mod(module.path, module.version)):
                # Some module that nothing is known about might provide it.
                if f"{module.path} {module.version}/go.mod" not in self._known_sums():
                    return Found(
                        None, "",
                        f"{module.path}@{module.version}: missing go.sum entry for go.mod file; to add it:\n"
                        f"\tgo mod download {module.path}",
                    )
        for replacement in self.mod.replace if self.mod is not None else []:
            if has_path_prefix(path, replacement.old_path):
                if not replacement.new_version and not os.path.isdir(os.path.join(main.dir, replacement.new_path)):
                    version = replacement.old_version or _NO_VERSION
                    return Found(
                        None, "",
                        f"{replacement.old_path}@{version}: replacement directory {replacement.new_path} "
                        "does not exist",
                    )
                argument = replacement.old_path
                if replacement.old_version:
                    argument += "@" + replacement.old_version
                return Found(
                    None, "",
                    f"module {replacement.old_path} provides package {path} and is replaced but not required; "
                    f"to add it:\n\tgo get {argument}",
                )
        return Found(None, "", f"no required module provides package {path}; to add it:\n\tgo get {path}")

    def _not_in_std(self, path: str) -> str:
        return f"package {path} is not in std ({os.path.join(self.context.goroot, 'src', path)})"

    def _known_sums(self) -> set[str]:
        """ "path version" of each line of go.sum."""
        sums = self._sums
        if sums is None:
            sums = set()
            assert self.main is not None
            try:
                with open(os.path.join(self.main.dir, "go.sum"), encoding="utf-8") as f:
                    for line in f:
                        words = line.split()
                        if len(words) == 3:
                            sums.add(f"{words[0]} {words[1]}")
            except OSError:
                pass
            self._sums = sums
        return sums

    def _not_downloaded(self, module: Module, path: str, importer: str) -> str:
        if f"{module.path} {module.version}" not in self._known_sums():
            whom = f" (imported by {importer})" if importer else ""
            return (
                f"missing go.sum entry for module providing package {path}{whom}; to add:\n"
                f"\tgo get {importer or path}"
            )
        return (
            f"{module.path}@{module.version}: not in the module cache ({self.context.gomodcache}); "
            f"to download it:\n\tgo mod download {module.path}"
        )

    def _directory_in(self, root: str, rest: str, local: bool) -> str:
        """The directory of a package inside a module, "" if it is not there. A local module ends where another
        begins or at vendor/."""
        directory = os.path.join(root, *rest.split("/")) if rest else root
        if local:
            current = directory
            while len(current) > len(root):
                if os.path.isfile(os.path.join(current, "go.mod")):
                    return ""
                current = os.path.dirname(current)
            if rest == "vendor" or rest.startswith("vendor/"):
                return ""
        return directory if has_go_files(directory) else ""
