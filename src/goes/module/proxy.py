"""One module on a module proxy.

    ProxyRepo("https://proxy.golang.org", "rsc.io/quote", client).stat("v1.5.2")
        GET https://proxy.golang.org/rsc.io/quote/@v/v1.5.2.info

Sources: Go modules reference "GOPROXY protocol"; cmd/go/internal/modfetch/proxy.go for the messages.
"""

from __future__ import annotations

from typing import BinaryIO, Final, final

from . import semver
from .cache import sort_versions
from .escape import check, escape_path, escape_version
from .problem import FetchError, version_error
from .pseudo import is_pseudo_version, pseudo_time
from .repo import Origin, RevisionInfo, VersionList, normal_time, parse_info
from .web import Client, Response, check_proxy_url, join, path_escape, redacted

NO_COMMITS: Final = "no commits"
MAX_ZIP: Final = 500 << 20  # as in golang.org/x/mod/zip


@final
class ProxyRepo:
    def __init__(self, base: str, path: str, client: Client) -> None:
        wrong = check_proxy_url(base)
        if wrong:
            raise FetchError(wrong)
        self.base = redacted(base)
        self.path = path
        self.url = join(base, path_escape(escape_path(path)))
        self.client = client

    def versions(self, prefix: str) -> VersionList:
        found = []
        for line in self._list_lines():
            words = line.split()
            if words and semver.is_valid(words[0]) and words[0].startswith(prefix) and not is_pseudo_version(words[0]):
                found.append(words[0])
        return VersionList(sort_versions(found))

    def stat(self, revision: str) -> RevisionInfo:
        try:
            data = self._bytes(f"@v/{escape_version(revision)}.info")
        except FetchError as e:
            raise version_error(self.path, revision, e) from None
        info = self._parse(revision, data)
        if info.version != revision and revision == semver.canonical_version(revision) and check(self.path, revision) is None:
            raise version_error(
                self.path, revision,
                FetchError(f"proxy returned info for version {info.version} instead of requested version"),
            )
        return info

    def latest(self) -> RevisionInfo:
        try:
            data = self._bytes("@latest")
        except FetchError as e:
            if not e.not_exist:
                raise version_error(self.path, "", e) from None
            return self._latest_of_list()
        return self._parse("", data)

    def go_mod(self, version: str) -> bytes:
        try:
            return self._bytes(f"@v/{escape_version(version)}.mod")
        except FetchError as e:
            raise version_error(self.path, version, e) from None

    def zip(self, destination: BinaryIO, version: str) -> None:
        try:
            response = self._get(f"@v/{escape_version(version)}.zip")
        except FetchError as e:
            raise version_error(self.path, version, e) from None
        length = response.header("Content-Length")
        if length.isdigit() and int(length) > MAX_ZIP:
            response.close()
            raise version_error(self.path, version, FetchError("downloaded zip file too large"))
        try:
            response.copy(destination, MAX_ZIP)
        except FetchError as e:
            reason = "downloaded zip file too large" if "too large" in e.message else f'read "{response.url}": {e.message}'
            raise version_error(self.path, version, FetchError(reason)) from None

    def check_reuse(self, old: Origin) -> None:
        raise FetchError("proxy does not support CheckReuse")

    def _parse(self, revision: str, data: bytes) -> RevisionInfo:
        try:
            return parse_info(data)
        except ValueError as e:
            raise version_error(
                self.path, revision, FetchError(f'invalid response from proxy "{self.base}": {e}')
            ) from None

    def _list_lines(self) -> list[str]:
        try:
            return self._bytes("@v/list").decode("utf-8", "surrogateescape").split("\n")
        except FetchError as e:
            raise version_error(self.path, "", e) from None

    def _latest_of_list(self) -> RevisionInfo:
        """The version with the latest time that the list tells, or that a pseudo-version holds."""
        best_time = ""
        best = ""
        for line in self._list_lines():
            words = line.split()
            if not words or not semver.is_valid(words[0]):
                continue
            time = (normal_time(words[1]) or "") if len(words) > 1 else pseudo_time(words[0])
            if time > best_time:
                best_time = time
                best = words[0]
        if not best:
            raise version_error(self.path, "", FetchError(NO_COMMITS, True))
        return self.stat(best)

    def _get(self, path: str) -> Response:
        response = self.client.get(join(self.url, path_escape(path)))
        error = response.error()
        if error is not None:
            raise error
        return response

    def _bytes(self, path: str) -> bytes:
        response = self._get(path)
        try:
            return response.read()
        except FetchError as e:
            raise FetchError(f'read "{response.url}": {e.message}') from None
