"""Which definitions a program needs.

    roots {_rt0, main..inittask}  →  everything they refer to, and of the methods only those somebody can call

A work list over references, pure: it knows a `Provider` that hands out definitions by name, and may be run again when
the provider has more of them, so a build engine can make definitions on demand:

    reach = Reach(provider, LINKER_SYMBOLS)
    reach.add_root("main..inittask")
    reach.run()
    while reach.missing():          names nobody could provide so far
        engine.make(reach.missing())
        reach.run()

A method of a live type is needed only if the type is converted to an interface somewhere (UsedInIface) and an interface
method of the same name and type is called, or the name is looked up by reflection, or a reachable function looks
methods up by computed names. Types found inside a UsedInIface type are UsedInIface themselves: reflection gets at them.

Source: cmd/link/internal/ld/deadcode.go (the rule), linker-and-runtime-contracts D.
"""

from __future__ import annotations

from typing import Final, Protocol, final

from ..diag.diagnostic import Bug
from ..obj.symbol import (
    ITAB,
    R_METHODOFF,
    R_USEIFACE,
    R_USEIFACEMETHOD,
    R_USENAMEDMETHOD,
    R_WEAK_ADDR64,
    R_WEAK_TYPEOFF,
    REFLECT_METHOD,
    TYPE,
    Definition,
    Relocation,
)
from ..obj.varint import read_uvarint

# abi.InterfaceType: offset of Methods; abi.ITab: offset of Type.
_INTERFACE_METHODS: Final = 56
_ITAB_TYPE: Final = 8


class Provider(Protocol):
    """Where definitions come from."""

    def definition(self, name: str) -> Definition | None: ...


@final
class _Method:
    """A method of a UsedInIface type that nobody calls yet."""

    __slots__ = ("owner", "targets", "marked")

    def __init__(self, owner: str, targets: list[str]) -> None:
        self.owner = owner
        self.targets = targets
        self.marked = False


@final
class Reach:
    """`live`: what is needed, in the order it was found. `parents`: who needed a name first, "" for roots.
    `used_in_iface`: types converted to interfaces, directly or as part of one that is."""

    __slots__ = (
        "live",
        "parents",
        "used_in_iface",
        "_provider",
        "_provided",
        "_queue",
        "_missing",
        "_again",
        "_called",
        "_called_names",
        "_waiting",
        "_waiting_names",
        "_exported",
        "_reflect_seen",
    )

    def __init__(self, provider: Provider, provided: frozenset[str] = frozenset()) -> None:
        self.live: dict[str, Definition] = {}
        self.parents: dict[str, str] = {}
        self.used_in_iface: dict[str, bool] = {}
        self._provider = provider
        self._provided = provided
        self._queue: list[str] = []
        self._missing: dict[str, str] = {}  # name → who asked
        self._again: dict[str, bool] = {}  # live names to visit again once what they wait for is there
        self._called: dict[str, bool] = {}  # "name type" of called interface methods
        self._called_names: dict[str, bool] = {}
        self._waiting: dict[str, list[_Method]] = {}  # by "name type"
        self._waiting_names: dict[str, list[_Method]] = {}
        self._exported: list[_Method] = []
        self._reflect_seen = False

    def add_root(self, name: str) -> None:
        self._mark(name, "")

    def missing(self) -> list[str]:
        """Names that are needed and not provided, in the order they were asked for."""
        return list(self._missing)

    def missing_by(self, name: str) -> str:
        """Who asked for a missing name."""
        return self._missing.get(name, "")

    def path_to(self, name: str) -> list[str]:
        """Why a name is live: from a root to it."""
        out: list[str] = []
        while name:
            out.append(name)
            name = self.parents.get(name, "")
        out.reverse()
        return out

    def run(self) -> None:
        """Follow references until nothing is left to do but wait for missing names."""
        retry = list(self._missing)
        self._missing.clear()
        queue = self._queue
        for name in retry:
            if name in self.parents and name not in self.live:
                queue.append(name)
        queue.extend(self._again)
        self._again.clear()
        # Depth first: a definition's neighbours are likely to come from the same file.
        while queue:
            self._visit(queue.pop())

    def refresh(self) -> None:
        """Fetch everything again: the provider may have replaced promises by code. The next `run` follows what is new,
        since code refers to constants and helpers that its promise did not know."""
        live = self.live
        for name in list(live):
            d = self._provider.definition(name)
            if d is not None and d is not live[name]:
                live[name] = d
                self._queue.append(name)

    def _mark(self, name: str, parent: str) -> None:
        if name not in self.parents:
            self.parents[name] = parent
            self._queue.append(name)

    def _get(self, name: str, asked_by: str) -> Definition | None:
        d = self._provider.definition(name)
        if d is None and name not in self._missing:
            self._missing[name] = asked_by
        return d

    def _visit(self, name: str) -> None:
        if name in self._provided:
            return
        d = self.live.get(name)
        if d is None:
            d = self._get(name, self.parents[name])
            if d is None:
                return
            self.live[name] = d
        if d.flags & REFLECT_METHOD and not self._reflect_seen:
            self._reflect_seen = True
            exported = self._exported
            self._exported = []
            for m in exported:
                self._keep(m)
        parents = self.parents
        queue = self._queue
        is_type = d.kind == TYPE
        used = is_type and name in self.used_in_iface
        methods: list[Relocation] = []
        for r in d.relocations:
            kind = r.kind
            target = r.target
            if kind == R_WEAK_ADDR64 or kind == R_WEAK_TYPEOFF:
                continue
            if kind == R_METHODOFF:
                if used:
                    methods.append(r)
                continue
            if kind == R_USEIFACE:
                self._use_in_iface(target, name)
                continue
            if kind == R_USEIFACEMETHOD:
                self._call_method(target, r.addend, name)
                continue
            if kind == R_USENAMEDMETHOD:
                self._call_named(target)
                continue
            if used and _is_type(target) and target not in self.used_in_iface:
                self.used_in_iface[target] = True
                if target in parents:
                    queue.append(target)
                    continue
            if target not in parents:
                parents[target] = name
                queue.append(target)
        if methods:
            self._methods_of(d, methods)

    def _use_in_iface(self, target: str, by: str) -> None:
        if not _is_type(target):
            itab = self._get(target, by)
            if itab is None:
                self._again[by] = True
                return
            if itab.kind != ITAB:
                raise Bug("link", f"interface use of {target}, which is no type and no itab", by)
            target = _relocation_at(itab, _ITAB_TYPE).target
        if target not in self.used_in_iface:
            self.used_in_iface[target] = True
            if target in self.parents:
                self._queue.append(target)

    def _call_method(self, interface: str, index: int, by: str) -> None:
        d = self._get(interface, by)
        if d is None:
            self._again[by] = True
            return
        at = _relocation_at(d, _INTERFACE_METHODS).addend + 8 * index
        name = self._name_at(d, at, by)
        if not name:
            return
        key = f"{name} {_relocation_at(d, at + 4).target}"
        if key not in self._called:
            self._called[key] = True
            for m in self._waiting.pop(key, ()):
                self._keep(m)

    def _call_named(self, name: str) -> None:
        if name not in self._called_names:
            self._called_names[name] = True
            for m in self._waiting_names.pop(name, ()):
                self._keep(m)

    def _name_at(self, d: Definition, offset: int, by: str) -> str:
        """The method name that d's field at `offset` refers to; "" if it is not there yet."""
        named = self._get(_relocation_at(d, offset).target, d.name)
        if named is None:
            self._again[by] = True
            return ""
        length, at = read_uvarint(named.data, 1)
        return named.data[at : at + length].decode("utf-8", "surrogateescape")

    def _methods_of(self, d: Definition, relocations: list[Relocation]) -> None:
        if len(relocations) % 3 != 0:
            raise Bug("link", "method references do not come in threes", d.name)
        names: list[str] = []
        for i in range(0, len(relocations), 3):
            name = self._name_at(d, relocations[i].offset - 4, d.name)
            if not name:
                return
            names.append(name)
        for i, name in enumerate(names):
            mtyp, ifn, tfn = relocations[3 * i], relocations[3 * i + 1], relocations[3 * i + 2]
            self._use_in_iface(mtyp.target, d.name)
            method = _Method(d.name, [mtyp.target, ifn.target, tfn.target])
            exported = name[0].isupper()
            key = f"{name} {mtyp.target}"
            if key in self._called or name in self._called_names or (exported and self._reflect_seen):
                self._keep(method)
                continue
            self._waiting.setdefault(key, []).append(method)
            self._waiting_names.setdefault(name, []).append(method)
            if exported:
                self._exported.append(method)

    def _keep(self, method: _Method) -> None:
        if method.marked:
            return
        method.marked = True
        for target in method.targets:
            self._mark(target, method.owner)


def _is_type(name: str) -> bool:
    """Whether a symbol is a type descriptor (`type:.` begins names, masks and generated functions)."""
    return name.startswith("type:") and not name.startswith("type:.")


def _relocation_at(d: Definition, offset: int) -> Relocation:
    for r in d.relocations:
        if r.offset == offset and r.kind < 20:
            return r
    raise Bug("link", f"no reference at offset {offset}", d.name)


