"""What earlier builds made of the standard library, kept for the next one.

    store.definition("fmt.Println")   →   Definition with machine code, or None
    store.knows_function("strings.ToUpper"), store.summary(...), store.is_inlinable(...)

std never changes for one toolchain, target and set of flags, so every definition that mentions no package of the user
(functions, instances, descriptors, static data, init tasks) is the same in every program. A build takes what is here and adds
what it had to make. A function of the user's that calls into std needs, besides the code, the callee's escape tags, and its
body only if it could be inlined: those are rebuilt from source on demand.

On disk: chunks, each a cache entry (obj/store.py format plus the tables of functions and packages), listed by one index
entry. Several builds may add chunks at once; an index that loses a race loses a chunk's worth of work, nothing else.

Sources: ARCHITECTURE sections 3 and 7.
"""

from __future__ import annotations

import marshal
import re
from typing import Final, final

from ..obj.store import Store, dump
from ..obj.symbol import Definition
from .cache import Cache, action_id

FORMAT: Final = "std store 1"
MAX_CHUNKS: Final = 24  # more are merged into one


@final
class FunctionFacts:
    """Escape tags as plain data (heap leaks, result leaks per parameter) and whether the body is small enough to inline."""

    __slots__ = ("heap", "results", "inlinable")

    def __init__(self, heap: list[int], results: list[dict[int, int]], inlinable: bool) -> None:
        self.heap = heap
        self.results = results
        self.inlinable = inlinable


@final
class StdStore:
    """Reads lazily: a chunk's definitions are decoded one by one when asked for."""

    __slots__ = ("cache", "key", "_chunks", "_ids", "_packages", "_facts", "_bypassed")

    def __init__(self, cache: Cache, *key: str) -> None:
        self.cache = cache
        self.key = action_id(FORMAT, *key)
        self._chunks: list[Store] = []
        self._ids: list[str] = []
        self._packages: set[str] = set()
        self._facts: dict[str, tuple[list[int], list[dict[int, int]], bool]] = {}
        self._bypassed = False
        index = cache.get(self.key)
        if index is None:
            return
        for id in index.decode("ascii", "replace").split():
            data = cache.get(id)
            if data is None:
                # Without one chunk the others may lack what they refer to: start over.
                self.clear()
                return
            self._add(id, data)

    def clear(self) -> None:
        """Forget everything (on disk it is replaced by the next save)."""
        self._chunks = []
        self._ids = []
        self._packages = set()
        self._facts = {}

    def bypass(self) -> None:
        """Answer nothing from now on, so that everything is made anew; `save` still adds to what is on disk."""
        self._bypassed = True

    def _add(self, id: str, data: bytes) -> None:
        size = int.from_bytes(data[:8], "little")
        packages, facts = marshal.loads(data[8 : 8 + size])
        self._packages.update(packages)
        self._facts.update(facts)
        self._chunks.append(Store(data[8 + size :]))
        self._ids.append(id)

    # ---------------------------------------------------------------------------------------- reading

    def definition(self, name: str) -> Definition | None:
        return None if self._bypassed else self._find(name)

    def _find(self, name: str) -> Definition | None:
        for chunk in self._chunks:
            d = chunk.definition(name)
            if d is not None:
                return d
        return None

    def has_package(self, path: str) -> bool:
        """Whether the package's initialisation has been worked out (its static data and init task are here)."""
        return path in self._packages and not self._bypassed

    def facts(self, name: str) -> FunctionFacts | None:
        row = self._facts.get(name)
        return None if row is None or self._bypassed else FunctionFacts(row[0], row[1], row[2])

    # ---------------------------------------------------------------------------------------- writing

    def save(self, definitions: list[Definition], packages: list[str], facts: dict[str, FunctionFacts]) -> None:
        """Add a chunk with what this build made (names not in the store yet)."""
        if self._bypassed:
            definitions = [d for d in definitions if self._find(d.name) is None]
            packages = [p for p in packages if p not in self._packages]
        if not definitions and not packages:
            return
        rows = {name: (f.heap, f.results, f.inlinable) for name, f in sorted(facts.items())}
        if len(self._chunks) >= MAX_CHUNKS:
            merged: dict[str, Definition] = {}
            for chunk in self._chunks:
                for d in chunk.definitions():
                    merged.setdefault(d.name, d)
            for d in definitions:
                merged.setdefault(d.name, d)
            definitions = list(merged.values())
            packages = sorted(self._packages | set(packages))
            rows = {**self._facts, **rows}
            self._ids = []
        head = marshal.dumps((sorted(packages), rows), 4)
        data = len(head).to_bytes(8, "little") + head + dump(sorted(definitions, key=_name))
        id = action_id(FORMAT, "chunk", data)
        try:
            self.cache.put(id, data)
            self.cache.put(self.key, "\n".join([*self._ids, id]).encode("ascii"))
        except OSError:
            return  # a cache that cannot be written only costs time


def _name(d: Definition) -> str:
    return d.name


_KIND_PREFIX: Final = re.compile(r"^(?:go:itab|type:(?:\.eq|\.hash|noalg|\.gcmask)?)\.?")


@final
class UserNames:
    """Tells symbol names that mention one of the user's packages (given by escaped link path)."""

    __slots__ = ("_pattern",)

    def __init__(self, prefixes: list[str]) -> None:
        alternatives = "|".join(re.escape(p) for p in sorted(prefixes))
        self._pattern = re.compile(rf"(?:^|[^A-Za-z0-9_./%~-])(?:{alternatives})\.")

    def mentioned_in(self, name: str) -> bool:
        return self._pattern.search(_KIND_PREFIX.sub("", name)) is not None
