"""Modules from their own repositories."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .problem import FetchError
from .repo import Repo

if TYPE_CHECKING:
    from .fetch import Fetcher


def direct_repo(fetcher: Fetcher, path: str) -> Repo:
    raise FetchError(f"{path}: version control is not available", True)
