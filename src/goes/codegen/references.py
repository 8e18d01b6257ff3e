"""What a function's code refers to, so that the build engine can make it.

    x := T{1}; var i any = x      →   types["type:main.T"] = T, R_USEIFACE type:main.T
    s := "hello"                  →   strings['go:string."hello"'] = b"hello"
    f := strings.ToUpper          →   funcvals["strings.ToUpper·f"] = Function

Code names symbols; this records what each name stands for. Names without an entry anywhere are functions or variables
of the runtime (`symbols`).

Sources: ARCHITECTURE section 3; linker-and-runtime-contracts D.2.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final, final

from ..obj.symbol import DUPOK, LOCAL, NOPTRBSS, R_ADDR64, RODATA, Definition, Relocation
from ..types import types as t

if TYPE_CHECKING:
    from ..ssa.function import Function

EQUAL: Final = 1  # add_alg kinds
HASH: Final = 2

# Longer or unprintable strings are named by hash.
_MAX_READABLE: Final = 64


def string_symbol(data: bytes) -> str:
    """The content-named symbol of a string's bytes."""
    if len(data) <= _MAX_READABLE and all(32 <= c < 127 and c != 34 and c != 92 for c in data):
        return f'go:string."{data.decode()}"'
    return "go:string." + hashlib.sha256(data).hexdigest()[:32]


@final
class References:
    """All maps are ordered by first use.

    `types`: descriptor symbol → type; `noalg` those whose descriptor needs no equality (closure contexts); `itabs`:
    symbol → (concrete type, interface type); `strings`: symbol → bytes; `functions`: code symbol → Function;
    `funcvals`: static func value symbol → Function; `algs`: code symbol of a generated equality or hash function →
    (EQUAL or HASH, type); `globals`: variable symbol → its type; `symbols`: runtime functions and variables known by
    name only; `definitions`: read-only data made here; `relocations`: liveness relocations of the function;
    `reflect_method`: it calls reflect's Method or MethodByName.
    """

    __slots__ = (
        "types",
        "noalg",
        "itabs",
        "strings",
        "functions",
        "funcvals",
        "algs",
        "globals",
        "symbols",
        "definitions",
        "relocations",
        "reflect_method",
    )

    def __init__(self) -> None:
        self.types: dict[str, t.Type] = {}
        self.noalg: dict[str, t.Type] = {}
        self.itabs: dict[str, tuple[t.Type, t.Type]] = {}
        self.strings: dict[str, bytes] = {}
        self.functions: dict[str, Function] = {}
        self.funcvals: dict[str, Function] = {}
        self.algs: dict[str, tuple[int, t.Type]] = {}
        self.globals: dict[str, t.Type] = {}
        self.symbols: dict[str, None] = {}
        self.definitions: dict[str, Definition] = {}
        self.relocations: list[Relocation] = []
        self.reflect_method = False

    def string_symbol(self, data: bytes) -> str:
        name = string_symbol(data)
        self.strings[name] = data
        return name

    def funcval(self, function: Function) -> str:
        name = function.name + "·f"
        self.funcvals[name] = function
        return name

    def add_alg(self, kind: int, typ: t.Type) -> str:
        """The generated equality or hash function of typ, to be built by codegen.algs."""
        from .algs import alg_eq_symbol, alg_hash_symbol

        name = alg_eq_symbol(typ) if kind == EQUAL else alg_hash_symbol(typ)
        self.algs[name] = (kind, typ)
        return name

    def add_relocation(self, kind: int, target: str, addend: int = 0) -> None:
        for r in self.relocations:
            if r.kind == kind and r.target == target and r.addend == addend:
                return
        self.relocations.append(Relocation(0, kind, target, addend))

    def constant(self, data: bytes, align: int, relocations: list[Relocation]) -> str:
        """A content-named read-only object."""
        digest = hashlib.sha256(data)
        digest.update(b"%d" % align)
        for r in relocations:
            digest.update(f"\n{r.offset} {r.target} {r.addend}".encode("utf-8", "surrogateescape"))
        name = f"go:ro.{digest.hexdigest()[:32]}"
        if name not in self.definitions:
            d = Definition(name, RODATA, data, align=align, flags=DUPOK | LOCAL)
            d.relocations = relocations
            self.definitions[name] = d
        return name

    def string_header(self, data: bytes) -> str:
        """A read-only string value {pointer, length}."""
        relocations: list[Relocation] = []
        if data:
            relocations.append(Relocation(0, R_ADDR64, self.string_symbol(data), 0))
        return self.constant(bytes(8) + len(data).to_bytes(8, "little"), 8, relocations)

    def zero_area(self, size: int) -> str:
        """Zero bytes that nobody writes, for values too large for runtime.zeroVal."""
        name = f"go:zero.{size}"
        if name not in self.definitions:
            self.definitions[name] = Definition(name, NOPTRBSS, b"", size=size, align=16, flags=DUPOK | LOCAL)
        return name
