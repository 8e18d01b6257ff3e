"""The module loader's way to the world: everything that may touch the network or the module cache.

Errors of the fetcher become ModErrors here, with the module they are about.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar, final

from ..diag.diagnostic import UserError
from .moderrors import InvalidVersion, ModError, ModuleError
from .modversions import Mod, is_toolchain

if TYPE_CHECKING:
    from ..module.fetch import Fetcher
    from ..module.gosum import GoSums
    from ..module.problem import FetchError
    from .modstate import ModuleState

Origin = dict[str, str]


@final
class Revision:
    """A version with what is known about it; `time` as RFC 3339 or ""."""

    __slots__ = ("version", "time", "name", "short", "origin")

    def __init__(self, version: str, time: str, name: str, short: str, origin: Origin | None) -> None:
        self.version = version
        self.time = time
        self.name = name
        self.short = short
        self.origin = origin

    def with_origin(self, origin: Origin | None) -> Revision:
        return self if origin is self.origin else Revision(self.version, self.time, self.name, self.short, origin)


def open_fetcher(state: ModuleState) -> tuple[GoSums, Fetcher]:
    """go.sum of the main module or workspace, and the fetcher that minds it."""
    from ..module.cache import ModuleCache
    from ..module.fetch import Fetcher
    from ..module.gosum import GoSums
    from ..module.settings import Settings

    disabled = "module lookup disabled by -mod=vendor" if state.build_mod == "vendor" else ""
    settings = Settings(
        state.env, modcacherw=state.options.modcacherw, quiet=state.command == "mod download",
        trace=state.options.trace, disabled=disabled,
    )
    workspace = [sum_path(state, root) for root in state.mod_roots] if state.workspace else []
    if state.workspace:
        path = state.work_path + ".sum"
    else:
        path = sum_path(state, state.mod_roots[0]) if state.mod_roots else ""
    sums = GoSums(path, workspace, lenient=state.command == "mod tidy", overlay=state.context.view.replaced)
    cache = ModuleCache(settings.gomodcache, settings.modcacherw)
    return sums, Fetcher(settings, sums, cache, state.running_go)


def sum_path(state: ModuleState, root: str) -> str:
    return state.mod_file_path(root).removesuffix(".mod") + ".sum"


def write_sums(state: ModuleState, keep: Callable[[], set[Mod]]) -> None:
    """Bring go.sum up to date, if anything was read from it at all."""
    if not state.is_open:
        return
    fetcher = state.fetcher
    state.sums.write(keep(), state.must_be_complete, fetcher.cache.side_lock)


def translate(error: FetchError) -> ModError:
    inner = ModError(error.message, error.not_exist)
    inner.origin = error.origin
    if error.module is None:
        return inner
    path, version = error.module
    if error.invalid is not None:
        # Such a message has the module and version in front already, in its own way.
        problem = ModuleError((path, version or error.invalid), InvalidVersion(error.reason, error.not_exist))
        problem.message = error.message
        problem.origin = error.origin
        return problem
    shown = f"{path}@{version}: " if version else f"module {path}: "
    inner.message = error.message.removeprefix(shown)
    return ModuleError((path, version), inner)


def have_sum(state: ModuleState, mod: Mod) -> bool:
    return state.sums.has(mod[0], mod[1])


def fetch_go_mod(state: ModuleState, mod: Mod) -> bytes:
    """The go.mod of a module version, checked against go.sum."""
    from ..module.problem import FetchError

    try:
        return state.fetcher.go_mod(mod[0], mod[1])
    except FetchError as error:
        raise translate(error) from None


def prefetch(state: ModuleState, mods: list[Mod], whole: bool) -> None:
    """Get go.mod files, or whole modules, that will be asked for one by one, several at once. Errors show up when they
    are asked for."""
    from ..module.problem import FetchError

    wanted: list[Mod] = []
    for mod in mods:
        actual = state.resolve(mod)
        if not actual[1] or actual[1] == "none" or is_toolchain(actual[0]) or actual in wanted:
            continue
        if state.must_have_sums and not state.have_sum((actual[0], actual[1] + ("" if whole else "/go.mod"))):
            continue
        if not (cached_directory(state, actual) if whole else cached_go_mod(state, actual)):
            wanted.append(actual)
    if len(wanted) < 2:
        return
    fetcher = state.fetcher

    def get(mod: Mod) -> None:
        try:
            if whole:
                fetcher.download(mod[0], mod[1])
            else:
                fetcher.go_mod(mod[0], mod[1])
        except (FetchError, UserError):
            pass

    fetcher.at_once(get, wanted)


def download(state: ModuleState, mod: Mod) -> str:
    """The directory of a module version in the module cache."""
    from ..module.problem import FetchError

    try:
        return state.fetcher.download(mod[0], mod[1])
    except FetchError as error:
        raise translate(error) from None


def cached_directory(state: ModuleState, mod: Mod) -> str:
    """The directory of a module version if it has been downloaded; ""."""
    from ..module.problem import FetchError

    try:
        directory, missing = state.fetcher.cache.module_directory(mod[0], mod[1])
    except FetchError:
        return ""
    return "" if missing else directory


T = TypeVar("T")


def try_proxies(state: ModuleState, ask: Callable[[str], T]) -> T:
    """As Fetcher.try_proxies, about what takes several questions."""
    from ..module.problem import FetchError
    from ..module.settings import ask_in_turn

    try:
        proxies = state.fetcher.settings.proxies()
    except FetchError as error:
        raise translate(error) from None
    return ask_in_turn(proxies, ask)


def versions(state: ModuleState, proxy: str, path: str, prefix: str) -> tuple[list[str], Origin | None]:
    """The tagged versions that begin with prefix, in order."""
    from ..module.problem import FetchError

    try:
        found = state.fetcher.versions_at(proxy, path, prefix)
    except FetchError as error:
        raise translate(error) from None
    return found.versions, found.origin


def stat(state: ModuleState, proxy: str, path: str, revision: str) -> Revision:
    from ..module.problem import FetchError

    try:
        info = state.fetcher.stat_at(proxy, path, revision)
    except FetchError as error:
        raise translate(error) from None
    return Revision(info.version, info.time, info.name, info.short, info.origin)


def latest(state: ModuleState, proxy: str, path: str) -> Revision:
    from ..module.problem import FetchError

    try:
        info = state.fetcher.latest_at(proxy, path)
    except FetchError as error:
        raise translate(error) from None
    return Revision(info.version, info.time, info.name, info.short, info.origin)


def download_zip(state: ModuleState, mod: Mod) -> None:
    """Make the sum of a module version known."""
    from ..module.problem import FetchError

    try:
        state.fetcher.download_zip(mod[0], mod[1])
    except FetchError as error:
        raise translate(error) from None


def cached_go_mod(state: ModuleState, mod: Mod) -> str:
    """The file that holds the go.mod of a module version, if it is in the cache; ""."""
    from ..module.problem import FetchError

    try:
        path = state.fetcher.cache.file(mod[0], mod[1], "mod")
    except FetchError:
        return ""
    return path if os.path.isfile(path) else ""


def is_reusable(state: ModuleState, path: str, text: str, origin: Origin) -> bool:
    """Would the query have the answer again that had this origin?"""
    from ..module.problem import FetchError

    try:
        state.fetcher.check_reuse(path, origin)
    except FetchError:
        return False
    return True
