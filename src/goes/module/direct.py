"""Modules from their own repositories: GOPROXY=direct.

    direct_repo(fetcher, "github.com/rsc/quote")    →    the git repository https://github.com/rsc/quote

Source: cmd/go/internal/modfetch/repo.go (lookupDirect).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .coderepo import CodeRepo
from .git import GitRepo
from .importpath import find_repo
from .problem import FetchError
from .proxy import ProxyRepo
from .repo import Repo, RevisionInfo
from .settings import match_prefix_patterns
from .web import INSECURE, SECURE_ONLY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .fetch import Fetcher


def direct_repo(fetcher: Fetcher, path: str) -> Repo:
    """The module where its path says that it is."""
    settings = fetcher.settings
    client = fetcher.client()
    security = INSECURE if match_prefix_patterns(settings.goinsecure, path) else SECURE_ONLY
    try:
        found = find_repo(path, settings, client, security)
    except FetchError as e:
        # The path may be that of something inside a module.
        raise FetchError(e.message, True) from None
    if found.vcs == "mod":
        return ProxyRepo(found.url, path, client)
    if found.vcs != "git":
        raise FetchError(f'{path}: version control system "{found.vcs}" is not supported, only git is')

    def is_missing(url: str) -> bool:
        try:
            client.get_bytes(url)
        except FetchError as e:
            return e.not_exist
        return False

    try:
        code = fetcher.git_repo(found.url, is_missing)
    except FetchError as e:
        raise FetchError(f"lookup {found.root}: {e.message}", e.not_exist) from None
    return CodeRepo(code, found.root, found.subdir, path, fetcher.go_version)


def local_version(directory: str, root: str, path: str, revision: str, env: Mapping[str, str]) -> RevisionInfo:
    """The version of a revision of the repository in a working directory, without any fetching. `root` is the import
    path of the repository."""
    return CodeRepo(GitRepo(directory, None, env, local=True), root, "", path).stat(revision)
