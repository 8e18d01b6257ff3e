"""What can go wrong on the way to a module, in the words of the go command.

    version_error("example.com/m", "v1.0.0", FetchError("no commits"))   →   "example.com/m@v1.0.0: no commits"

`not_exist` is what decides whether the next entry of GOPROXY is asked (GOPROXY "," against "|").
Sources: golang.org/x/mod/module (ModuleError, InvalidVersionError); cmd/go/internal/gover (TooNewError).
"""

from __future__ import annotations

from typing import final

from .pseudo import is_pseudo_version
from .semver import canonical_version


class Failure(Exception):
    """`message` has no "go: ". `not_exist`: there is no such thing, as far as one can know."""

    def __init__(self, message: str, not_exist: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.not_exist = not_exist


@final
class FetchError(Failure):
    """`invalid` is the version that is no version, `reason` why, `pseudo` whether it looks like a pseudo-version;
    `module` the module the message already names; `go_version` the Go version that is needed; `origin` what was seen of
    the repository, so that one can tell later whether the error may be gone."""

    def __init__(self, message: str, not_exist: bool = False) -> None:
        super().__init__(message, not_exist)
        self.invalid: str | None = None
        self.reason = message
        self.pseudo = False
        self.module: tuple[str, str] | None = None
        self.go_version = ""
        self.origin: dict[str, str] | None = None


def invalid_version(version: str, reason: str, pseudo: bool = False, not_exist: bool = False) -> FetchError:
    """A version that cannot be one, of a module that module_error adds."""
    error = FetchError(f'{"pseudo-version" if pseudo else "version"} "{version}" invalid: {reason}', not_exist)
    error.invalid = version
    error.reason = reason
    error.pseudo = pseudo
    return error


def module_error(path: str, version: str, error: FetchError) -> FetchError:
    """The error with the module in front of it; an error that names this module already stays as it is."""
    if error.module == (path, version):
        return error
    if error.invalid is not None and error.module is None:
        noun = "pseudo-version" if error.pseudo else "version"
        message = f"{path}@{error.invalid}: invalid {noun}: {error.reason}"
    elif version:
        message = f"{path}@{version}: {error.message}"
    else:
        message = f"module {path}: {error.message}"
    out = FetchError(message, error.not_exist)
    out.module = (path, version)
    out.invalid = error.invalid
    out.reason = error.reason
    out.pseudo = error.pseudo
    out.go_version = error.go_version
    out.origin = error.origin
    return out


def version_error(path: str, version: str, error: FetchError) -> FetchError:
    """As module_error; a version that is not canonical is said to be invalid."""
    if version and version != canonical_version(version):
        if error.invalid is None:
            origin = error.origin
            error = invalid_version(version, error.message, is_pseudo_version(version), error.not_exist)
            error.origin = origin
        return module_error(path, "", error)
    return module_error(path, version, error)


def too_new(what: str, wanted: str, running: str, toolchain: str) -> FetchError:
    """A module whose go line is newer than this toolchain. `toolchain` is $GOTOOLCHAIN."""
    explain = f"; GOTOOLCHAIN={toolchain}" if toolchain and toolchain != "auto" else ""
    error = FetchError(f"{what} requires go >= {wanted} (running go {running}{explain})")
    error.go_version = wanted
    return error
