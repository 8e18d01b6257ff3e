"""The modules "go" and "toolchain": the Go versions there are, as the module golang.org/toolchain lists them.

    v0.0.1-go1.22.3.linux-amd64    ↔    go 1.22.3,  toolchain go1.22.3

Source: Go toolchains reference; cmd/go/internal/modfetch/toolchain.go.
"""

from __future__ import annotations

from functools import cmp_to_key
from typing import BinaryIO, final

from .problem import FetchError
from .repo import Origin, Repo, RevisionInfo, VersionList
from .semver import compare_go, is_valid_go


def _go_version(version: str) -> str:
    """ "1.22.3" of v0.0.1-go1.22.3.linux-amd64, or ""."""
    _, dash, rest = version.partition("-")
    name, dot, platform = rest.rpartition(".")
    return name.removeprefix("go") if dash and dot and "-" in platform else ""


@final
class ToolchainRepo:
    """`local` is the version of this toolchain, which always exists."""

    def __init__(self, path: str, downloads: Repo, local: str) -> None:
        self.path = path
        self.downloads = downloads
        self.local = local
        self.prefix = "go" if path == "toolchain" else ""

    def versions(self, prefix: str) -> VersionList:
        found = {v for v in map(_go_version, self.downloads.versions("").versions) if v}
        if self.local:
            found.add(self.local)
        return VersionList([self.prefix + v for v in sorted(sorted(found), key=cmp_to_key(compare_go))])

    def stat(self, revision: str) -> RevisionInfo:
        version = revision.removeprefix("go")
        if not is_valid_go(version):
            raise FetchError(f"invalid {self.path} version {revision}")
        if self.local:
            if self.path == "go" and compare_go(version, self.local) <= 0:
                return RevisionInfo(version)
            if self.path == "toolchain" and version == self.local:
                return RevisionInfo("go" + version)
        if version.count(".") < 2 and version.replace(".", "").isdigit() and compare_go(version, "1.21") >= 0:
            raise FetchError(f"go language version {revision} is not a toolchain version")
        info = self.downloads.stat(f"v0.0.1-go{version}.linux-amd64")
        return RevisionInfo(self.prefix + version, info.time)

    def latest(self) -> RevisionInfo:
        return self.stat(self.versions("").versions[-1])

    def go_mod(self, version: str) -> bytes:
        return f"module {self.path}\n".encode()

    def zip(self, destination: BinaryIO, version: str) -> None:
        raise FetchError("invalid use of toolchainRepo: Zip")

    def check_reuse(self, old: Origin) -> None:
        raise FetchError("invalid use of toolchainRepo: CheckReuse")
