"""How deep chains of nosplit functions reach below the stack limit.

    g (splittable) → h (nosplit, 120 bytes) → k (nosplit, 40 bytes)   →  h needs 8 + 120 + 8 + 40 bytes

A function that checks the stack may use 256 bytes below the limit unchecked; what it calls without a check comes on
top. The guard area must hold the worst chain, the slow path of stack growth and an injected signal call. Calls through
pointers are not seen.

Sources: cmd/link/internal/ld/stackcheck.go (the question), linker-and-runtime-contracts G.7.
"""

from __future__ import annotations

import bisect
from typing import Final, final

from ..obj.pcvalue import decode_runs, tables_of
from ..obj.symbol import NOSPLIT, R_PC32, TEXT, Definition

# Stack guard minus the frame that small functions may have unchecked (G.7).
LIMIT: Final = 6528 - 256
_RETURN_ADDRESS: Final = 8
_CALL: Final = 0xE8
_JUMP: Final = 0xE9
_MAX_CHAIN: Final = 500
_OPEN: Final = -1


@final
class Chain:
    """The deepest chain from a nosplit function: its bytes and the next function, "" at the end. `endless`: it calls
    itself without a check."""

    __slots__ = ("size", "next", "endless")

    def __init__(self) -> None:
        self.size = _OPEN
        self.next = ""
        self.endless = False


@final
class StackCheck:
    """Depths of all nosplit functions of a program, on demand."""

    __slots__ = ("definitions", "chains")

    def __init__(self, definitions: dict[str, Definition]) -> None:
        self.definitions = definitions
        self.chains: dict[str, Chain] = {}

    def chain(self, name: str, depth: int = 0) -> Chain:
        """The worst chain that begins with the nosplit function `name`."""
        found = self.chains.get(name)
        if found is not None:
            if found.size == _OPEN:
                found.endless = True
            return found
        out = Chain()
        self.chains[name] = out
        d = self.definitions[name]
        starts: list[int] = []
        depths: list[int] = []
        size = 0
        for start, _, value in decode_runs(tables_of(d).pcsp):
            starts.append(start)
            depths.append(value)
            size = max(size, value)
        for r in d.relocations:
            if r.kind != R_PC32 or r.offset == 0 or d.data[r.offset - 1] not in (_CALL, _JUMP):
                continue
            callee = self.definitions.get(r.target)
            if callee is None or callee.kind != TEXT or depth > _MAX_CHAIN:
                continue
            here = depths[bisect.bisect_right(starts, r.offset) - 1] + _RETURN_ADDRESS
            if callee.flags & NOSPLIT:
                below = self.chain(callee.name, depth + 1)
                here += max(below.size, 0)
                if below.endless:
                    out.endless = True
            if here > size:
                size = here
                out.next = callee.name
        out.size = size
        return out

    def worst(self, limit: int = LIMIT) -> list[str]:
        """One message for each chain that splittable functions can enter and that does not fit, deepest first."""
        entered: dict[str, bool] = {}
        for d in self.definitions.values():
            if d.kind != TEXT or d.flags & NOSPLIT:
                continue
            for r in d.relocations:
                callee = self.definitions.get(r.target) if r.kind == R_PC32 else None
                if callee is not None and callee.kind == TEXT and callee.flags & NOSPLIT:
                    entered[callee.name] = True
        bad: list[tuple[int, str]] = []
        for name in entered:
            size = self.chain(name).size + _RETURN_ADDRESS
            if size > limit:
                bad.append((-size, name))
        bad.sort()
        return [self.describe(name, limit) for _, name in bad]

    def describe(self, name: str, limit: int) -> str:
        """In the manner of Go's linker: the chain with what each step leaves to the next."""
        out = [f"{name}: nosplit stack over {limit} byte limit"]
        left = limit - _RETURN_ADDRESS
        seen: dict[str, bool] = {}
        while name and name not in seen:
            seen[name] = True
            chain = self.chains.get(name)
            if chain is None:
                break
            below = self.chains[chain.next].size if chain.next in self.chains else 0
            used = chain.size - below
            out.append(f"    {name} grows {used} bytes" + (f", calls {chain.next}" if chain.next else ""))
            left -= used
            name = chain.next
        out.append(f"    {-left} bytes over limit")
        return "\n".join(out)
