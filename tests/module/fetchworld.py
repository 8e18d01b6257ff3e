"""A fetcher with its own cache, go.sum and environment."""

from __future__ import annotations

from pathlib import Path

from goes.module.cache import ModuleCache
from goes.module.fetch import Fetcher, GoSums, Settings


class World:
    """A fetcher with an empty cache and an empty go.sum."""

    def __init__(self, env: dict[str, str], directory: Path) -> None:
        self.env = env
        self.directory = directory
        self.settings = Settings(env)
        self.cache = Path(self.settings.gomodcache)
        self.sums = GoSums(str(directory / "go.sum"))
        self.fetcher = Fetcher(self.settings, self.sums, ModuleCache(self.settings.gomodcache), "1.27.3")

    def again(self, **env: str) -> World:
        """The next command."""
        return World({**self.env, **env}, self.directory)

    def files(self) -> list[str]:
        """What is in the module cache, without locks."""
        found = (str(p.relative_to(self.cache)) for p in self.cache.rglob("*") if p.is_file())
        return sorted(p for p in found if not p.endswith("lock"))
