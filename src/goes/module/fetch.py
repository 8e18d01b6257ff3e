"""Modules from the world into the module cache, each checked against go.sum or the checksum database.

    fetcher = Fetcher(settings, GoSums("/m/go.sum"), ModuleCache(settings.gomodcache))
    fetcher.download("rsc.io/quote", "v1.5.2")    →    "/root/go/pkg/mod/rsc.io/quote@v1.5.2"

Every question goes to the cache first, then to the entries of GOPROXY in turn. All methods may be called from several
threads and raise FetchError; a checksum that does not match ends the command (UserError).
Sources: Go modules reference "Module cache", "Authenticating modules"; cmd/go/internal/modfetch.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Generic, TypeVar, final

from ..diag.diagnostic import UserError
from ..util.lockedfile import read_locked, write_locked
from ..util.wholefile import temporary
from . import semver
from .cache import EROFS, ModuleCache, make_read_only, remove_all
from .dirhash import hash_go_mod, hash_zip
from .gosum import GoSums
from .paths import is_toolchain
from .problem import FetchError, module_error, too_new
from .proxy import ProxyRepo
from .pseudo import is_pseudo_version
from .repo import FailedRepo, Origin, Repo, RevisionInfo, VersionList, format_info, parse_info
from .settings import USE_PROXY, Settings, ask_in_turn, match_prefix_patterns
from .toolchain import ToolchainRepo
from .web import Client

if TYPE_CHECKING:
    from .git import GitRepo

T = TypeVar("T")
K = TypeVar("K")

FIPS140 = "golang.org/fips140 is bundled with the Go distribution and cannot be downloaded"
# More requests at once do not make the network faster, and servers do not like them.
PARALLEL = 8
TOOLCHAIN = "internal error: invalid operation on toolchain module"


@final
class Memo(Generic[K, T]):
    """Each key is computed once; who asks meanwhile waits. Errors are results too."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._locks: dict[K, threading.Lock] = {}
        self._results: dict[K, T | FetchError] = {}

    def get(self, key: K, compute: Callable[[], T]) -> T:
        result = self._results.get(key)
        if result is None:
            with self._lock:
                lock = self._locks.setdefault(key, threading.Lock())
            with lock:
                result = self._results.get(key)
                if result is None:
                    try:
                        result = compute()
                    except FetchError as e:
                        result = e
                    self._results[key] = result
        if isinstance(result, FetchError):
            raise result
        return result

    def has(self, key: K) -> bool:
        return key in self._results

    def put(self, key: K, value: T) -> None:
        with self._lock:
            self._results.setdefault(key, value)


@contextmanager
def file_errors(path: str) -> Iterator[None]:
    """What the file system refuses, as a FetchError. `path` is what was being made."""
    try:
        yield
    except OSError as e:
        raise FetchError(os_error(e, path)) from None


def os_error(error: OSError, path: str) -> str:
    """ "open /x: permission denied", or "write" where the system does not say what it was about."""
    reason = os.strerror(error.errno or 0).lower()
    return f"write {path}: {reason}" if error.filename is None else f"open {error.filename}: {reason}"


@final
class Fetcher:
    """`go_version` is this toolchain's: a module that needs a newer one cannot be downloaded for use ("" is any)."""

    def __init__(self, settings: Settings, sums: GoSums, cache: ModuleCache, go_version: str = "") -> None:
        self.settings = settings
        self.sums = sums
        self.cache = cache
        self.go_version = go_version
        self._client: Client | None = None
        self._database: object | None = None
        self._lock = threading.Lock()
        self._repos: Memo[tuple[str, str], Repo] = Memo()
        self._gits: Memo[str, GitRepo] = Memo()
        self._versions: Memo[tuple[str, str, str], VersionList] = Memo()
        self._stats: Memo[tuple[str, str, str], RevisionInfo] = Memo()
        self._latest: Memo[tuple[str, str], RevisionInfo] = Memo()
        self._mods: Memo[tuple[str, str], bytes] = Memo()
        self._zips: Memo[tuple[str, str], str] = Memo()
        self._directories: Memo[tuple[str, str], str] = Memo()

    # ------------------------------------------------------------------------------------------------ sources

    def client(self) -> Client:
        with self._lock:
            if self._client is None:
                from .auth import Credentials

                say = _say if self.settings.trace else None
                credentials = Credentials(self.settings.goauth, self.settings.env, say)
                self._client = Client(dict(self.settings.env), say, credentials.headers, credentials.learn)
            return self._client

    def try_proxies(self, ask: Callable[[str], T]) -> T:
        """Ask the entries of GOPROXY. Raises FetchError."""
        return ask_in_turn(self.settings.proxies(), ask)

    def repo(self, proxy: str, path: str) -> Repo:
        """A module at an entry of GOPROXY."""
        return self._repos.get((proxy, path), lambda: self._lookup(proxy, path))

    def _lookup(self, proxy: str, path: str) -> Repo:
        try:
            return self._find(proxy, path)
        except FetchError as e:
            return FailedRepo(e)

    def _find(self, proxy: str, path: str) -> Repo:
        settings = self.settings
        if settings.disabled:
            raise FetchError(settings.disabled)
        if is_toolchain(path):
            return ToolchainRepo(path, self.repo(proxy, "golang.org/toolchain"), self.go_version)
        if match_prefix_patterns(settings.gonoproxy, path):
            if proxy in ("noproxy", "direct"):
                return self._direct(path)
            raise FetchError("disabled by GOPRIVATE/GONOPROXY", True)
        if proxy == "off":
            raise FetchError("module lookup disabled by GOPROXY=off", True)
        if proxy == "direct":
            return self._direct(path)
        if proxy == "noproxy":
            raise FetchError(USE_PROXY, True)
        return ProxyRepo(proxy, path, self.client())

    def git_repo(self, url: str, is_missing: Callable[[str], bool]) -> GitRepo:
        """The repository at a URL; several modules may be in it."""
        from .git import GitRepo

        settings = self.settings
        return self._gits.get(url, lambda: GitRepo(url, self.cache, settings.env, settings.trace, False, is_missing))

    def _direct(self, path: str) -> Repo:
        from .direct import direct_repo

        return direct_repo(self, path)

    # ------------------------------------------------------------------------------------------------ questions

    def versions(self, path: str, prefix: str = "") -> VersionList:
        """The tagged versions that begin with the prefix."""
        return self.try_proxies(lambda proxy: self.versions_at(proxy, path, prefix))

    def stat(self, path: str, revision: str) -> RevisionInfo:
        """A version, branch, tag or commit."""
        return self.try_proxies(lambda proxy: self.stat_at(proxy, path, revision))

    def latest(self, path: str) -> RevisionInfo:
        """The latest version, as the source sees it; the latest commit if there are none."""
        return self.try_proxies(lambda proxy: self.latest_at(proxy, path))

    def versions_at(self, proxy: str, path: str, prefix: str = "") -> VersionList:
        """As versions, at one entry of GOPROXY."""
        found = self._versions.get((proxy, path, prefix), lambda: self.repo(proxy, path).versions(prefix))
        return VersionList(list(found.versions), found.origin)

    def stat_at(self, proxy: str, path: str, revision: str) -> RevisionInfo:
        """As stat, at one entry of GOPROXY (or in the cache)."""
        if is_toolchain(path):
            return self.repo(proxy, path).stat(revision)

        def compute() -> RevisionInfo:
            cached = self._read_info(path, revision)
            if cached is not None:
                return cached
            info = self.repo(proxy, path).stat(revision)
            self._stats.put((proxy, path, info.version), info)
            self._write_info(path, info)
            return info

        return self._stats.get((proxy, path, revision), compute)

    def latest_at(self, proxy: str, path: str) -> RevisionInfo:
        """As latest, at one entry of GOPROXY."""
        if is_toolchain(path):
            return self.repo(proxy, path).latest()

        def compute() -> RevisionInfo:
            info = self.repo(proxy, path).latest()
            self._stats.put((proxy, path, info.version), info)
            if self.cache.read(path, info.version, "info") is None:
                self._write_info(path, info)
            return info

        return self._latest.get((proxy, path), compute)

    def check_reuse(self, path: str, old: Origin) -> None:
        """Return if what the origin describes is still so; FetchError if not."""
        self.try_proxies(lambda proxy: self.repo(proxy, path).check_reuse(old))

    # ------------------------------------------------------------------------------------------------ .info

    def _read_info(self, path: str, revision: str) -> RevisionInfo | None:
        data = self.cache.read(path, revision, "info")
        if data is None:
            return self._read_info_by_hash(path, revision) if self.settings.goproxy == "off" else None
        try:
            info = parse_info(data)
        except ValueError:
            return None
        fresh = format_info(info)
        if fresh != data:
            self.cache.write(path, revision, "info", fresh, "stat")
        return info

    def _read_info_by_hash(self, path: str, revision: str) -> RevisionInfo | None:
        """A commit, when only the cache may be asked: the latest pseudo-version that ends in it."""
        if len(revision) < 12 or any(c not in "0123456789abcdef" for c in revision):
            return None
        suffix = f"-{revision[:12]}.info"
        try:
            names = os.listdir(self.cache.versions_directory(path))
        except (OSError, FetchError):
            return None
        found = [n.removesuffix(".info") for n in names if n.endswith(suffix)]
        best = ""
        for version in sorted(found):
            if is_pseudo_version(version) and semver.compare(version, best) > 0:
                best = version
        return self._read_info(path, best) if best else None

    def _write_info(self, path: str, info: RevisionInfo) -> None:
        if info.origin is not None:
            # What a branch or a list of tags was at that moment is not a property of the version.
            dropped = ("TagSum", "TagPrefix", "RepoSum") + (("Ref",) if is_pseudo_version(info.version) else ())
            origin = {k: v for k, v in info.origin.items() if k not in dropped}
            info = RevisionInfo(info.version, info.time, info.name, info.short, origin)
        self.cache.write(path, info.version, "info", format_info(info), "stat")

    def info_file(self, path: str, version: str) -> tuple[RevisionInfo, str]:
        """The .info of a version and the name of its file."""
        self._check_version(path, version)
        info = self._read_info(path, version)
        if info is None:
            info = self.stat(path, version)
        return info, self.cache.file(path, version, "info")

    def _check_version(self, path: str, version: str) -> None:
        if not semver.is_valid(version):
            raise FetchError(f'invalid version "{version}"')

    # ------------------------------------------------------------------------------------------------ go.mod

    def go_mod(self, path: str, version: str) -> bytes:
        """The module's go.mod, verified. The version may be a revision."""
        if is_toolchain(path):
            return f"module {path}\n".encode()
        if not semver.is_valid(version):
            self.cache.check_directory()
            cached = self._read_info(path, version)
            version = cached.version if cached is not None else self.stat(path, version).version
        return self._mods.get((path, version), lambda: self._fetch_go_mod(path, version))

    def _fetch_go_mod(self, path: str, version: str) -> bytes:
        self.cache.check_directory()
        data = self.cache.read(path, version, "mod")
        if data is not None and not data.startswith(b"//vgo 0.0."):
            self._check_go_mod(path, version, data)
            return data

        def ask(proxy: str) -> bytes:
            data = self.repo(proxy, path).go_mod(version)
            self._check_go_mod(path, version, data)
            return data

        data = self.try_proxies(ask)
        self.cache.write(path, version, "mod", data, "go.mod")
        return data

    def _check_go_mod(self, path: str, version: str, data: bytes) -> None:
        self._check_sum(path, version + "/go.mod", hash_go_mod(data))

    def at_once(self, work: Callable[[K], T], items: list[K]) -> list[T]:
        """The results of `work`, which asks this fetcher, for all items, in their order. Ctrl-C ends all requests."""
        from concurrent.futures import ThreadPoolExecutor

        if len(items) < 2:
            return [work(item) for item in items]
        with ThreadPoolExecutor(min(len(items), PARALLEL)) as pool:
            try:
                return list(pool.map(work, items))
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                self.client().abort()
                raise

    def go_mod_file(self, path: str, version: str) -> str:
        """The name of the cached .mod file."""
        self._check_version(path, version)
        self.go_mod(path, version)
        return self.cache.file(path, version, "mod")

    def mod_sum(self, path: str, version: str) -> str:
        """The hash of the go.mod."""
        self._check_version(path, version)
        return hash_go_mod(self.go_mod(path, version))

    # ------------------------------------------------------------------------------------------------ sums

    def _check_sum(self, path: str, version: str, hash: str) -> None:
        def ask() -> None:
            if self.settings.uses_sumdb(path):
                from .sumdb import check_database

                check_database(self, path, version, hash)

        self.sums.check(path, version, hash, ask, path == "golang.org/toolchain")

    def sum_database(self, make: Callable[[], T]) -> T:
        """The checksum database, made when it is first needed."""
        with self._lock:
            if self._database is None:
                self._database = make()
            database: T = self._database  # type: ignore[assignment]
            return database

    def zip_sum(self, path: str, version: str) -> str:
        """The recorded hash of the cached zip; "" if there is none."""
        try:
            data = read_locked(self.cache.file(path, version, "ziphash")).strip()
        except (OSError, FetchError):
            return ""
        return data.decode("ascii", "replace") if _is_sum(data) else ""

    def _check_cached_sum(self, path: str, version: str) -> None:
        """Compare the cached zip's hash with go.sum. Any failure ends the command."""
        try:
            name = self.cache.file(path, version, "ziphash")
            try:
                data = read_locked(name).strip()
            except OSError as e:
                raise FetchError(f"open {name}: {os.strerror(e.errno or 0).lower()}") from None
            if not _is_sum(data):
                # The machine may have crashed before it was written.
                with file_errors(name):
                    self._hash_zip(path, version, self.cache.file(path, version, "zip"), name)
                return
            if not data.startswith(b"h1:"):
                raise FetchError(f'unexpected ziphash: "{data.decode("ascii", "replace")}"')
        except FetchError as e:
            raise UserError(f"verifying {module_error(path, version, e).message}".removesuffix("\n")) from None
        try:
            self._check_sum(path, version, data.decode("ascii"))
        except FetchError as e:
            raise UserError(e.message.removesuffix("\n")) from None

    def _hash_zip(self, path: str, version: str, zip_file: str, hash_file: str) -> None:
        hash = hash_zip(zip_file)
        self._check_sum(path, version, hash)
        write_locked(hash_file, hash.encode("ascii"))

    # ------------------------------------------------------------------------------------------------ zips

    def download_zip(self, path: str, version: str) -> str:
        """The name of the cached zip, verified."""
        if path == "golang.org/fips140":
            raise FetchError(FIPS140)
        return self._zips.get((path, version), lambda: self._download_zip(path, version))

    def _download_zip(self, path: str, version: str) -> str:
        zip_file = self.cache.file(path, version, "zip")
        if os.path.exists(zip_file) and os.path.exists(zip_file + "hash"):
            if not self.sums.has(path, version):
                self._check_cached_sum(path, version)
            return zip_file
        if not self.settings.quiet:
            sys.stderr.write(f"go: downloading {path} {version}\n")
            sys.stderr.flush()
        with file_errors(zip_file), self.cache.lock_version(path, version):
            self._fetch_zip(path, version, zip_file)
        return zip_file

    def _fetch_zip(self, path: str, version: str, zip_file: str) -> None:
        """With the version's lock held."""
        from .modulezip import check_zip

        hash_file = zip_file + "hash"
        have_zip = os.path.exists(zip_file)
        if have_zip and os.path.exists(hash_file):
            return
        directory, base = os.path.split(zip_file)
        for name in os.listdir(directory):
            # Left behind by a process that died.
            if name.startswith(base) and name.endswith(".tmp"):
                _remove(os.path.join(directory, name))
        if have_zip:
            self._hash_zip(path, version, zip_file, hash_file)
            return
        descriptor, name = temporary(zip_file)
        try:
            with open(descriptor, "wb") as f:

                def ask(proxy: str) -> None:
                    f.seek(0)
                    f.truncate()
                    self.repo(proxy, path).zip(f, version)

                self.try_proxies(ask)
            self._check_prefix(path, version, name)
            try:
                check_zip(path, version, name)
            except FetchError as e:
                raise FetchError(f"unzip {zip_file}: {e.message}") from None
            self._hash_zip(path, version, name, hash_file)
            os.rename(name, zip_file)
        except FetchError as e:
            _remove(name)
            # What is wrong with an archive does not say whose it is.
            raise module_error(path, version, e) if e.message.startswith("zip: ") else e from None
        except BaseException:
            _remove(name)
            raise

    def _check_prefix(self, path: str, version: str, file: str) -> None:
        from .modulezip import open_zip, zip_name

        module = f"{path}@{version}"
        with open_zip(file) as archive:
            for entry in archive.infolist():
                if not zip_name(entry).startswith(module + "/"):
                    raise FetchError(f"zip for {module} has unexpected file {zip_name(entry)}")

    # ------------------------------------------------------------------------------------------------ directories

    def download(self, path: str, version: str) -> str:
        """The directory of the module in the cache, verified, extracted, read-only unless -modcacherw."""
        if is_toolchain(path):
            raise FetchError(TOOLCHAIN)
        if path == "golang.org/fips140":
            raise FetchError(FIPS140)
        try:
            self.cache.check_directory()
        except FetchError as e:
            raise UserError("go: " + e.message) from None
        return self._directories.get((path, version), lambda: self._download(path, version))

    def _download(self, path: str, version: str) -> str:
        directory, missing = self.cache.module_directory(path, version)
        if missing:
            zip_file = self.download_zip(path, version)
            with file_errors(directory), self.cache.lock_version(path, version):
                self._extract(path, version, zip_file)
        self._check_cached_sum(path, version)
        if self.go_version:
            wanted = go_line(os.path.join(directory, "go.mod"))
            if wanted and semver.compare_go(wanted, self.go_version) > 0:
                raise too_new(f"{path}@{version}", wanted, self.go_version, self.settings.gotoolchain)
        return directory

    def _extract(self, path: str, version: str, zip_file: str) -> None:
        """With the version's lock held."""
        from .modulezip import extract

        directory, missing = self.cache.module_directory(path, version)
        if not missing:
            return
        parent, base = os.path.split(directory)
        if os.path.isdir(parent):
            for name in os.listdir(parent):
                # Older versions of go extracted beside the place.
                if name.startswith(base + ".tmp-"):
                    remove_all(os.path.join(parent, name))
        if missing != "missing":
            remove_all(directory)
        partial = self.cache.file(path, version, "partial")
        os.makedirs(parent, exist_ok=True)
        with open(partial, "wb"):
            pass
        try:
            extract(directory, path, version, zip_file)
        except BaseException as e:
            if isinstance(e, FetchError):
                sys.stderr.write(f"-> {e.message}\n")
            remove_all(directory)
            _remove(partial)
            raise
        os.unlink(partial)
        if not self.cache.writable and not self.settings.modcacherw:
            make_read_only(directory)


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError as e:
        if e.errno == EROFS:
            raise


def _is_sum(data: bytes) -> bool:
    return b"\0" not in data and len(data) == len("h1:") + 44


def go_line(path: str) -> str:
    """The version of the go line of a go.mod file, "" if it has none."""
    try:
        with open(path, encoding="utf-8", errors="replace") as f:
            for line in f:
                words = line.partition("//")[0].split()
                if len(words) == 2 and words[0] == "go":
                    return words[1]
    except FileNotFoundError:
        pass
    except OSError as e:
        raise FetchError(f"open {path}: {os.strerror(e.errno or 0).lower()}") from None
    return ""


__all__ = [
    "FetchError", "Fetcher", "GoSums", "ModuleCache", "RevisionInfo", "Settings", "VersionList",
]  # fmt: skip
