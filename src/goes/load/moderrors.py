"""What can be wrong with modules and the packages in them, in the words of the go command.

    ModError                      a message
    ├─ ModuleError                one that is about a module version: "path@version: message"
    ├─ ImportMissing …            no module provides a package, and its relatives
    ├─ NoMatchingVersion …        a query without an answer
    └─ TooNew                     something needs a newer Go

`not_exist`: the thing asked for is nowhere, so that another place may be tried. `disallowed`: a version that is
excluded or retracted. Source: cmd/go/internal/modload, golang.org/x/mod/module (Error methods).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from ..module.problem import Failure
from .modversions import NO_MOD, Mod, is_zero_pseudo, text

if TYPE_CHECKING:
    from .modstate import ModuleState


class ModError(Failure):
    disallowed: bool
    origin: dict[str, str] | None = None  # what was seen of the repository

    def __init__(self, message: str, not_exist: bool = False, disallowed: bool = False) -> None:
        super().__init__(message, not_exist)
        self.disallowed = disallowed

    def __str__(self) -> str:
        return self.message


@final
class ModuleError(ModError):
    def __init__(self, mod: Mod, inner: ModError, message: str = "") -> None:
        about = text(mod) if mod[1] else f"module {mod[0]}"
        super().__init__(message or f"{about}: {inner}", inner.not_exist, inner.disallowed)
        self.mod = mod
        self.inner = inner
        self.origin = inner.origin


def version_error(mod: Mod, error: ModError | str) -> ModError:
    """The error attributed to the module version, unless it is already."""
    inner = ModError(error) if isinstance(error, str) else error
    if isinstance(inner, ModuleError) and inner.mod == mod:
        return inner
    return ModuleError(mod, inner)


@final
class SumMissing(ModError):
    def __init__(self, suggestion: str = "") -> None:
        super().__init__("missing go.sum entry" + suggestion)


def is_sum_missing(error: ModError) -> bool:
    return isinstance(error, SumMissing) or (isinstance(error, ModuleError) and is_sum_missing(error.inner))


@final
class TooNew(ModError):
    def __init__(self, what: str, go_version: str, running: str, explanation: str = "", toolchain: str = "") -> None:
        super().__init__(f"{what} requires go >= {go_version} (running go {running}{explanation})")
        self.go_version = go_version
        self.toolchain = toolchain


def too_new(error: BaseException | None) -> TooNew | None:
    """The TooNew in an error."""
    while error is not None:
        if isinstance(error, TooNew):
            return error
        error = error.inner if isinstance(error, (ModuleError, BuildListError)) else None
    return None


@final
class BuildListError(ModError):
    """An error of a module that others require: `path` are the modules from the main module to it."""

    def __init__(self, inner: ModError, path: list[Mod]) -> None:
        shown = list(path)
        while shown and not shown[0][1]:
            shown.pop(0)
        if not shown:
            message = str(inner)
        else:
            message = "".join(f"{text(m)} requires\n\t" for m in shown[:-1])
            last = shown[-1]
            if isinstance(inner, ModuleError):
                actual = inner.mod
                message += str(inner) if actual == last else f"{text(last)} (replaced by {text(actual)}): {inner.inner}"
            else:
                message += f"{text(last)}: {inner}"
        super().__init__(message, inner.not_exist, inner.disallowed)
        self.inner = inner
        self.module = path[-1] if path else NO_MOD


# ------------------------------------------------------------------------------------------------ imports


@final
class InvalidImport(ModError):
    pass


@final
class ImportMissing(ModError):
    """No module of the build list provides the package. The words depend on why no module was added."""

    def __init__(self, state: ModuleState, path: str) -> None:
        super().__init__("")
        self.path = path
        self.mod: Mod = NO_MOD
        self.query_error: ModError | None = None
        self.no_root = False
        self.is_std = False
        self.importer_go = ""
        self.replaced: Mod = NO_MOD
        self.importing_main: Mod = NO_MOD
        self.main_root = ""
        self.new_missing_version = ""
        self.state = state

    def __str__(self) -> str:
        state = self.state
        if not self.mod[0]:
            if self.is_std:
                message = f"package {self.path} is not in std ({state.context.goroot}/src/{self.path})"
                if self.importer_go:
                    message += f"\nnote: imported by a module that requires go {self.importer_go}"
                return message
            if self.query_error is not None and not self.no_root:
                return f"cannot find module providing package {self.path}: {self.query_error}"
            if state.build_mod == "mod" or (state.build_mod == "readonly" and state.allow_missing_imports):
                return "cannot find module providing package " + self.path
            if self.replaced[0]:
                argument = self.replaced[0] if is_zero_pseudo(self.replaced[1]) else text(self.replaced)
                return (
                    f"module {self.replaced[0]} provides package {self.path} and is replaced but not required; "
                    f"to add it:\n\tgo get {argument}"
                )
            message = f"no required module provides package {self.path}"
            if self.query_error is not None:
                return f"{message}: {self.query_error}"
            if self.importing_main[0] and self.importing_main != state.main_containing_cwd:
                return f"{message}; to add it:\n\tcd {self.main_root}\n\tgo get {self.path}"
            return f"{message}; to add it:\n\tgo get {self.path}"
        if self.new_missing_version:
            return (
                f"package {self.path} provided by {self.mod[0]} at latest version {self.mod[1]} "
                f"but not at required version {self.new_missing_version}"
            )
        return f"missing module for import: {text(self.mod)} provides {self.path}"


@final
class AmbiguousImport(ModError):
    def __init__(self, path: str, dirs: list[str], modules: list[Mod]) -> None:
        kind = "modules" if modules else "directories"
        message = f"ambiguous import: found package {path} in multiple {kind}:"
        for i, directory in enumerate(dirs):
            if i < len(modules):
                m = modules[i]
                message += f"\n\t{m[0]}{' ' + m[1] if m[1] else ''} ({directory})"
            else:
                message += f"\n\t{directory}"
        super().__init__(message)
        self.modules = modules


@final
class DirectFromImplicit(ModError):
    """The main module imports a package of a module that go.mod does not name."""

    def __init__(self, importer: str, imported: str, mod: Mod) -> None:
        super().__init__(
            f"package {importer} imports {imported} from implicitly required module; to add missing requirements, "
            f"run:\n\tgo get {text(mod)}"
        )
        self.importer = importer


@final
class ImportMissingSum(ModError):
    """Whether a module provides the package cannot be told without a line in go.sum."""

    def __init__(self, path: str, found: bool, mods: list[Mod]) -> None:
        super().__init__("")
        self.path = path
        self.found = found
        self.mods = mods
        self.importer = ""
        self.importer_version = ""
        self.importer_is_test = False

    def __str__(self) -> str:
        by = f" (imported by {self.importer})" if self.importer else ""
        if self.found:
            message = f"missing go.sum entry needed to verify package {self.path}{by} is provided by exactly one module"
        else:
            message = f"missing go.sum entry for module providing package {self.path}{by}"
        if not self.importer:
            names = " ".join(m[0] for m in self.mods)
            return f"{message}; to add:\n\tgo mod download {names}" if names else message
        flag = " -t" if self.importer_is_test else ""
        version = f"@{self.importer_version}" if self.importer_version else ""
        return f"{message}; to add:\n\tgo get{flag} {self.importer}{version}"


# ------------------------------------------------------------------------------------------------ queries


@final
class NoMatchingVersion(ModError):
    def __init__(self, query: str, current: str) -> None:
        suffix = ""
        if query in ("upgrade", "patch") and current not in ("", "none"):
            suffix = f" (current version is {current})"
        super().__init__(f'no matching versions for query "{query}"{suffix}')


@final
class NoPatchBase(ModError):
    def __init__(self, path: str) -> None:
        super().__init__(f'can\'t query version "patch" of module {path}: no existing version is required')


@final
class InvalidPath(ModError):
    """A string that cannot be the path of a module."""


@final
class InvalidVersion(ModError):
    pass


@final
class Retracted(ModError):
    def __init__(self, rationale: list[str]) -> None:
        message = "retracted by module author"
        if rationale:
            message += ": " + short_message(rationale[0], "retracted by module author")
        super().__init__(message, disallowed=True)
        self.rationale = rationale


def retraction(error: BaseException | None) -> Retracted | None:
    """The Retracted in an error."""
    while error is not None:
        if isinstance(error, Retracted):
            return error
        error = error.inner if isinstance(error, ModuleError) else None
    return None


def is_no_matching(error: ModError) -> bool:
    return isinstance(error, NoMatchingVersion) or (isinstance(error, ModuleError) and is_no_matching(error.inner))


@final
class PackageNotInModule(ModError):
    def __init__(self, pattern: str, query: str, mod: Mod, replacement: Mod, main: list[Mod]) -> None:
        several = "packages matching" if "..." in pattern else "package"
        if main:
            prefix = f"main module ({main[0][0]}) does" if len(main) == 1 else "workspace modules do"
            message = f"{prefix} not contain {several} {pattern}"
        else:
            found = ""
            if replacement[0]:
                by = text(replacement)
                found = f" (replaced by {by})" if query == mod[1] else f" ({mod[1]}, replaced by {by})"
            elif query != mod[1]:
                found = f" ({mod[1]})"
            message = f"module {mod[0]}@{query} found{found}, but does not contain {several} {pattern}"
        super().__init__(message)
        self.mod = mod


@final
class MatchesMainModules(ModError):
    def __init__(self, pattern: str, query: str, main: list[Mod], is_module: bool) -> None:
        if is_module:
            message = f'can\'t request version "{query}" of the main module ({pattern})'
        else:
            plural = "s" if len(main) > 1 else ""
            names = ", ".join(m[0] for m in main)
            message = (
                f'can\'t request version "{query}" of pattern "{pattern}" that includes the main module{plural} ({names})'
            )
        super().__init__(message)


@final
class MatchesMainPackages(ModError):
    def __init__(self, pattern: str, query: str, packages: list[str]) -> None:
        if len(packages) > 1:
            message = (
                f"pattern {pattern} matches {len(packages)} packages in the main module, "
                f"so can't request version {query}"
            )
        elif "..." in pattern or pattern in ("all", "std", "cmd", "work", "tool"):
            message = (
                f"pattern {pattern} matches package {packages[0]} in the main module, so can't request version {query}"
            )
        else:
            message = f"package {packages[0]} is in the main module, so can't request version {query}"
        super().__init__(message)


def short_message(message: str, default: str) -> str:
    """A text out of a go.mod, safe to print in one line."""
    line = message.split("\n", 1)[0].strip()
    if not line:
        return default
    if len(line.encode("utf-8", "replace")) > 500:
        return "(message omitted: too long)"
    if not all(c.isprintable() or c.isspace() for c in line):
        return "(message omitted: contains non-printable characters)"
    return line
