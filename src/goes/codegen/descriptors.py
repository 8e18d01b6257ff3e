"""Type descriptors, itabs and what hangs on them.

    type T struct{ a int }   →   Definition("type:main.T", TYPE, 48+32 bytes...), its names, its GC mask

`TypeData` hands out symbol names (`type_symbol`, `itab_symbol`) and remembers what they stand for, and makes the
definitions when asked (`define`). The layout is internal/abi's, byte for byte: Type (48) | kind extension | uncommon (16) |
in/out, imethods or fields | methods.

Sources: compiler-contracts 4; internal/abi/type.go, map.go, iface.go; cmd/compile/internal/reflectdata (behaviour).
"""

from __future__ import annotations

import hashlib
import struct
from typing import Final, final

from ..diag.native import mypyc_attr, trait
from ..obj import symbol as sym
from ..obj.symbol import Definition, Relocation
from ..types import types as t
from ..types.linkname import escape_path, link_string, name_string
from ..types.lookup import MethodEntry, method_set
from ..types.named import signature_of
from ..types.objects import Func, Package, Var, exported
from ..types.sizes import alignof, is_direct_iface, offsets_of, pointer_mask, ptrdata, sizeof
from ..types.typeset import type_set
from .algs import MEMORY, alg_kind, equal_symbol, hash_symbol

TFLAG_UNCOMMON: Final = 1
TFLAG_EXTRA_STAR: Final = 2
TFLAG_NAMED: Final = 4
TFLAG_REGULAR_MEMORY: Final = 8
TFLAG_GC_MASK_ON_DEMAND: Final = 16
TFLAG_DIRECT_IFACE: Final = 32

MAX_PTRMASK_WORDS: Final = 128  # internal/abi.MaxPtrmaskBytes * 8
MAP_MAX_INLINE: Final = 128  # keys and elems larger than this are stored by pointer

KIND_ARRAY: Final = 17
KIND_CHAN: Final = 18
KIND_FUNC: Final = 19
KIND_INTERFACE: Final = 20
KIND_MAP: Final = 21
KIND_POINTER: Final = 22
KIND_SLICE: Final = 23
KIND_STRING: Final = 24
KIND_STRUCT: Final = 25
KIND_UNSAFE_POINTER: Final = 26

_BASIC_KIND: Final[dict[int, int]] = {
    t.BOOL: 1, t.INT: 2, t.INT8: 3, t.INT16: 4, t.INT32: 5, t.INT64: 6, t.UINT: 7, t.UINT8: 8, t.UINT16: 9,
    t.UINT32: 10, t.UINT64: 11, t.UINTPTR: 12, t.FLOAT32: 13, t.FLOAT64: 14, t.COMPLEX64: 15, t.COMPLEX128: 16,
    t.STRING: KIND_STRING, t.UNSAFE_POINTER: KIND_UNSAFE_POINTER,
}

UNCOMMON_SIZE: Final = 16


@trait
@mypyc_attr(allow_interpreted_subclasses=True)
class MethodNamer:
    """Names the code of methods: implemented over ssa.Program by the build engine."""

    def method_symbols(self, typ: t.Type, method: MethodEntry) -> tuple[str, str]:
        """(Ifn, Tfn): the function taking the interface data word, and the one taking the real receiver."""
        raise NotImplementedError


def varint(n: int) -> bytes:
    out = bytearray()
    while n >= 0x80:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    out.append(n)
    return bytes(out)


def reflect_kind(typ: t.Type) -> int:
    """internal/abi.Kind of typ."""
    u = t.under(typ)
    if isinstance(u, t.Basic):
        return _BASIC_KIND[u.kind]
    if isinstance(u, t.Array):
        return KIND_ARRAY
    if isinstance(u, t.Chan):
        return KIND_CHAN
    if isinstance(u, t.Signature):
        return KIND_FUNC
    if isinstance(u, t.Interface):
        return KIND_INTERFACE
    if isinstance(u, t.Map):
        return KIND_MAP
    if isinstance(u, t.Pointer):
        return KIND_POINTER
    if isinstance(u, t.Slice):
        return KIND_SLICE
    if isinstance(u, t.Struct):
        return KIND_STRUCT
    raise AssertionError(f"no descriptor for {typ}")


def type_hash(typ: t.Type) -> int:
    """A 32-bit hash that depends only on type identity."""
    return int.from_bytes(hashlib.sha256(link_string(typ).encode()).digest()[:4], "little")


@final
class MapLayout:
    """Offsets of the Swiss map group of a map type, as internal/abi.MapType wants them."""

    __slots__ = ("group", "slot_size", "elem_offset", "indirect_key", "indirect_elem", "group_size")

    def __init__(self, m: t.Map) -> None:
        key: t.Type = m.key
        elem: t.Type = m.elem
        self.indirect_key = sizeof(key) > MAP_MAX_INLINE
        self.indirect_elem = sizeof(elem) > MAP_MAX_INLINE
        if self.indirect_key:
            key = t.Pointer(key)
        if self.indirect_elem:
            elem = t.Pointer(elem)
        slot = t.Struct([Var(0, None, "key", key, True), Var(0, None, "elem", elem, True)], [])
        slots = t.Array(slot, 8)
        self.group = t.Struct([Var(0, None, "ctrl", t.TYP_UINT64, True), Var(0, None, "slots", slots, True)], [])
        self.slot_size = sizeof(slot)
        self.elem_offset = offsets_of(slot)[1]
        self.group_size = sizeof(self.group)


def _needs_key_update(typ: t.Type) -> bool:
    u = t.under(typ)
    if isinstance(u, t.Basic):
        return u.info & (t.IS_FLOAT | t.IS_COMPLEX | t.IS_STRING) != 0
    if isinstance(u, t.Interface):
        return True
    if isinstance(u, t.Array):
        return _needs_key_update(u.elem)
    if isinstance(u, t.Struct):
        return any(_needs_key_update(f.type) for f in u.fields if f.type is not None)
    return False


def _hash_might_panic(typ: t.Type) -> bool:
    u = t.under(typ)
    if isinstance(u, t.Interface):
        return True
    if isinstance(u, t.Array):
        return _hash_might_panic(u.elem)
    if isinstance(u, t.Struct):
        return any(_hash_might_panic(f.type) for f in u.fields if f.type is not None)
    return False


@final
class _Image:
    """Bytes and relocations under construction."""

    __slots__ = ("data", "relocations")

    def __init__(self) -> None:
        self.data = bytearray()
        self.relocations: list[Relocation] = []

    def u8(self, v: int) -> None:
        self.data.append(v & 0xFF)

    def u16(self, v: int) -> None:
        self.data += struct.pack("<H", v)

    def u32(self, v: int) -> None:
        self.data += struct.pack("<I", v & 0xFFFFFFFF)

    def u64(self, v: int) -> None:
        self.data += struct.pack("<Q", v & 0xFFFFFFFFFFFFFFFF)

    def pointer(self, target: str, addend: int = 0, kind: int = sym.R_ADDR64) -> None:
        """8 bytes: the address of target, or 0 if target is ""."""
        if target:
            self.relocations.append(Relocation(len(self.data), kind, target, addend))
        self.u64(0)

    def offset(self, target: str, kind: int) -> None:
        """4 bytes: an offset relocation, or 0 if target is ""."""
        if target:
            self.relocations.append(Relocation(len(self.data), kind, target))
        self.u32(0)


def _package_of(typ: t.Type) -> Package | None:
    """The package in a type's uncommon part, which the names of its unexported methods leave out."""
    if isinstance(typ, (t.Array, t.Slice, t.Pointer, t.Chan)):
        typ = t.unalias(typ.elem)
    return typ.obj.pkg if isinstance(typ, t.Named) else None


@final
class TypeData:
    """Descriptors on demand. One per program."""

    __slots__ = ("namer", "_types", "_itabs", "_symbols")

    def __init__(self, namer: MethodNamer) -> None:
        self.namer = namer
        self._types: dict[str, tuple[t.Type, bool]] = {}  # symbol → (type, noalg)
        self._itabs: dict[str, tuple[t.Type, t.Type]] = {}
        self._symbols: dict[t.Type, str] = {}

    def type_symbol(self, typ: t.Type) -> str:
        """The name of typ's descriptor, remembered so that `define` can make it."""
        name = self._symbols.get(typ)
        if name is None:
            name = "type:" + link_string(typ)
            self._symbols[typ] = name
            if name not in self._types:
                self._types[name] = (t.unalias(typ), False)
        return name

    def noalg_symbol(self, typ: t.Type) -> str:
        name = "type:noalg." + link_string(typ)
        if name not in self._types:
            self._types[name] = (typ, True)
        return name

    def itab_symbol(self, typ: t.Type, interface: t.Type) -> str:
        name = f"go:itab.{link_string(typ)},{link_string(interface)}"
        if name not in self._itabs:
            self._itabs[name] = (typ, interface)
        return name

    def add_type(self, symbol: str, typ: t.Type) -> None:
        self._types.setdefault(symbol, (t.unalias(typ), False))

    def add_itab(self, symbol: str, typ: t.Type, interface: t.Type) -> None:
        self._itabs.setdefault(symbol, (typ, interface))

    def knows(self, symbol: str) -> bool:
        return symbol in self._types or symbol in self._itabs

    def type_of(self, symbol: str) -> t.Type | None:
        entry = self._types.get(symbol)
        return None if entry is None else entry[0]

    def define(self, symbol: str) -> list[Definition]:
        """The descriptor or itab and the helper symbols it refers to (names, masks)."""
        entry = self._types.get(symbol)
        if entry is not None:
            return self._define_type(symbol, entry[0], entry[1])
        pair = self._itabs[symbol]
        return self._define_itab(symbol, pair[0], pair[1])

    # ---------------------------------------------------------------------------------------- helpers

    def _name(self, out: list[Definition], name: str, tag: str, pkg: Package | None, is_exported: bool, embedded: bool) -> str:
        flags = 0
        if is_exported:
            flags |= 1
        if tag:
            flags |= 2
        if pkg is not None:
            flags |= 4
        if embedded:
            flags |= 8
        raw = name.encode("utf-8", "surrogateescape")
        data = bytes([flags]) + varint(len(raw)) + raw
        if tag:
            raw_tag = tag.encode("utf-8", "surrogateescape")
            data += varint(len(raw_tag)) + raw_tag
        symbol = "type:.namedata." + name + ("." if is_exported else "-") + tag
        if pkg is not None:
            symbol += "|" + pkg.link_path
        if embedded:
            symbol += ".embedded"
        d = Definition(symbol, sym.TYPENAME, align=1, flags=sym.DUPOK)
        if pkg is not None:
            d.relocations.append(Relocation(len(data), sym.R_TYPEOFF, self._import_path(out, pkg)))
            data += bytes(4)
        d.data = data
        d.size = len(data)
        out.append(d)
        return symbol

    def _import_path(self, out: list[Definition], pkg: Package) -> str:
        path = pkg.link_path
        symbol = f"type:.importpath.{escape_path(path)}."
        raw = path.encode("utf-8", "surrogateescape")
        out.append(Definition(symbol, sym.TYPENAME, bytes([0]) + varint(len(raw)) + raw, align=1, flags=sym.DUPOK))
        return symbol

    def _gc_data(self, out: list[Definition], typ: t.Type) -> tuple[str, bool]:
        """The symbol for GCData, and whether the mask is made on demand."""
        pointers = ptrdata(typ)
        if pointers == 0:
            return "", False
        if pointers // 8 > MAX_PTRMASK_WORDS:
            symbol = "type:.gcmask." + link_string(typ)
            out.append(Definition(symbol, sym.NOPTRBSS, size=8, align=8, flags=sym.DUPOK))
            return symbol, True
        return self.gc_bits(out, pointer_mask(typ)), False

    @staticmethod
    def gc_bits(out: list[Definition], mask: bytes) -> str:
        """A GCBITS symbol holding mask, padded to a multiple of 8 bytes."""
        mask = mask + bytes(-len(mask) % 8)
        symbol = "runtime.gcbits." + mask.hex()
        out.append(Definition(symbol, sym.GCBITS, mask, align=8, flags=sym.DUPOK))
        return symbol

    # ---------------------------------------------------------------------------------------- types

    def _define_type(self, symbol: str, typ: t.Type, noalg: bool) -> list[Definition]:
        out: list[Definition] = []
        u = t.under(typ)
        named = typ if isinstance(typ, t.Named) else None
        has_name = named is not None or isinstance(typ, t.Basic)
        methods = [] if noalg or (named is not None and isinstance(u, t.Interface)) else self._methods(typ)
        uncommon = named is not None or len(methods) > 0

        text = name_string(typ)
        flags = 0
        name_exported = False
        if text.startswith("*"):
            stored = text
            if isinstance(u, t.Pointer):
                elem = t.unalias(u.elem)
                name_exported = isinstance(elem, t.Named) and exported(elem.obj.name)
        else:
            stored = "*" + text
            flags |= TFLAG_EXTRA_STAR
            name_exported = named is not None and exported(named.obj.name)
        if has_name:
            flags |= TFLAG_NAMED
        if uncommon:
            flags |= TFLAG_UNCOMMON
        equal = "" if noalg else equal_symbol(typ)
        if alg_kind(typ) == MEMORY:
            flags |= TFLAG_REGULAR_MEMORY
        if is_direct_iface(typ):
            flags |= TFLAG_DIRECT_IFACE
        gc_data, on_demand = self._gc_data(out, typ)
        if on_demand:
            flags |= TFLAG_GC_MASK_ON_DEMAND
        align = alignof(typ)

        image = _Image()
        image.u64(sizeof(typ))
        image.u64(ptrdata(typ))
        image.u32(type_hash(typ))
        image.u8(flags)
        image.u8(align)
        image.u8(align)
        image.u8(reflect_kind(typ))
        image.pointer(equal)
        image.pointer(gc_data)
        image.offset(self._name(out, stored, "", None, name_exported, False), sym.R_TYPEOFF)
        self._ptr_to_this(image, typ, noalg)
        tail = _Image()
        self._extension(out, image, tail, symbol, typ, named, uncommon)
        if uncommon:
            pkg = _package_of(typ)
            image.offset("" if pkg is None else self._import_path(out, pkg), sym.R_TYPEOFF)
            image.u16(len(methods))
            image.u16(sum(1 for m in methods if m.func.exported()))
            image.u32(UNCOMMON_SIZE + len(tail.data))
            image.u32(0)
        base = len(image.data)
        for r in tail.relocations:
            image.relocations.append(Relocation(r.offset + base, r.kind, r.target, r.addend))
        image.data += tail.data
        for m in methods:
            self._method(out, image, typ, m)

        d = Definition(symbol, sym.TYPE, bytes(image.data), align=8, flags=sym.DUPOK)
        d.relocations = image.relocations
        d.sort_key = text
        if not has_name and not noalg:
            d.flags |= sym.TYPELINK
        out.append(d)
        self._define_alg_closures(out, typ, equal)
        return out

    def _methods(self, typ: t.Type) -> list[MethodEntry]:
        if isinstance(t.under(typ), t.Interface):
            return []
        return [m for m in method_set(typ) if not m.signature.tparams]

    def _ptr_to_this(self, image: _Image, typ: t.Type, noalg: bool) -> None:
        if noalg or (isinstance(t.unalias(typ), t.Pointer)):
            image.u32(0)
            return
        pointer = t.Pointer(typ)
        strong = isinstance(typ, (t.Named, t.Basic)) or len(self._methods(pointer)) > 0
        image.offset(self.type_symbol(pointer), sym.R_TYPEOFF if strong else sym.R_WEAK_TYPEOFF)

    def _extension(
        self, out: list[Definition], image: _Image, tail: _Image, symbol: str, typ: t.Type, named: t.Named | None, uncommon: bool
    ) -> None:
        u = t.under(typ)
        extra = UNCOMMON_SIZE if uncommon else 0
        if isinstance(u, t.Array):
            image.pointer(self.type_symbol(u.elem))
            image.pointer(self.type_symbol(t.Slice(u.elem)))
            image.u64(u.length)
        elif isinstance(u, t.Chan):
            image.pointer(self.type_symbol(u.elem))
            image.u64(3 if u.dir == t.SEND_RECV else 2 if u.dir == t.SEND_ONLY else 1)
        elif isinstance(u, t.Signature):
            image.u16(len(u.params.vars))
            image.u16(len(u.results.vars) | (0x8000 if u.variadic else 0))
            image.u32(0)
            for v in [*u.params.vars, *u.results.vars]:
                assert v.type is not None
                tail.pointer(self.type_symbol(v.type))
        elif isinstance(u, t.Interface):
            self._interface(out, image, tail, symbol, u, named, extra)
        elif isinstance(u, t.Map):
            self._map(out, image, u, named)
        elif isinstance(u, (t.Pointer, t.Slice)):
            image.pointer(self.type_symbol(u.elem))
        elif isinstance(u, t.Struct):
            self._struct(out, image, tail, symbol, u, extra)

    def _interface(
        self, out: list[Definition], image: _Image, tail: _Image, symbol: str, u: t.Interface, named: t.Named | None, extra: int
    ) -> None:
        pkg = named.obj.pkg if named is not None else None
        methods = sorted_interface_methods(u)
        image.pointer("" if pkg is None else self._import_path(out, pkg))
        image.pointer(symbol, len(image.data) + 24 + extra)
        image.u64(len(methods))
        image.u64(len(methods))
        for m in methods:
            is_exported = m.exported()
            owner = None if is_exported or m.pkg is pkg else m.pkg
            tail.offset(self._name(out, m.name, "", owner, is_exported, False), sym.R_TYPEOFF)
            tail.offset(self.type_symbol(without_receiver(signature_of(m))), sym.R_TYPEOFF)

    def _map(self, out: list[Definition], image: _Image, m: t.Map, named: t.Named | None) -> None:
        layout = MapLayout(m)
        hasher = hash_symbol(m.key)
        flags = 0
        if _needs_key_update(m.key):
            flags |= 1
        if _hash_might_panic(m.key):
            flags |= 2
        if layout.indirect_key:
            flags |= 4
        if layout.indirect_elem:
            flags |= 8
        image.pointer(self.type_symbol(m.key))
        image.pointer(self.type_symbol(m.elem))
        image.pointer(self.noalg_symbol(layout.group))
        image.pointer(hasher)
        image.u64(layout.group_size)
        image.u64(8)
        image.u64(layout.slot_size)
        image.u64(8 + layout.elem_offset)
        image.u64(layout.slot_size)
        image.u64(layout.elem_offset)
        image.u32(flags)
        image.u32(0)
        if named is not None:
            image.relocations.append(Relocation(0, sym.R_KEEP, self.type_symbol(m)))
        if hasher.startswith("type:.hashfunc"):
            self._varlen(out, hasher, "runtime.memhash_varlen", sizeof(m.key))

    def _struct(self, out: list[Definition], image: _Image, tail: _Image, symbol: str, u: t.Struct, extra: int) -> None:
        pkg: Package | None = None
        for f in u.fields:
            if not f.exported():
                pkg = f.pkg
                break
        image.pointer("" if pkg is None else self._import_path(out, pkg))
        image.pointer(symbol if u.fields else "", len(image.data) + 24 + extra)
        image.u64(len(u.fields))
        image.u64(len(u.fields))
        offsets = offsets_of(u)
        for i, f in enumerate(u.fields):
            assert f.type is not None
            tail.pointer(self._name(out, f.name, u.tag(i), None, f.exported(), f.embedded))
            tail.pointer(self.type_symbol(f.type))
            tail.u64(offsets[i])

    def _method(self, out: list[Definition], image: _Image, typ: t.Type, m: MethodEntry) -> None:
        f = m.func
        is_exported = f.exported()
        owner = None if is_exported or f.pkg is _package_of(typ) else f.pkg
        image.offset(self._name(out, f.name, "", owner, is_exported, False), sym.R_TYPEOFF)
        ifn, tfn = self.namer.method_symbols(typ, m)
        image.offset(self.type_symbol(without_receiver(m.signature)), sym.R_METHODOFF)
        image.offset(ifn, sym.R_METHODOFF)
        image.offset(tfn, sym.R_METHODOFF)

    def _define_alg_closures(self, out: list[Definition], typ: t.Type, equal: str) -> None:
        if equal.startswith("type:.eqfunc"):
            self._varlen(out, equal, "runtime.memequal_varlen", sizeof(typ))

    @staticmethod
    def _varlen(out: list[Definition], symbol: str, code: str, size: int) -> None:
        """A {code, size} closure for plain memory of any size."""
        d = Definition(symbol, sym.RODATA, bytes(8) + struct.pack("<Q", size), align=8, flags=sym.DUPOK)
        d.relocations.append(Relocation(0, sym.R_ADDR64, code))
        out.append(d)

    # ---------------------------------------------------------------------------------------- itabs

    def _define_itab(self, symbol: str, typ: t.Type, interface: t.Type) -> list[Definition]:
        u = t.under(interface)
        assert isinstance(u, t.Interface)
        image = _Image()
        image.pointer(self.type_symbol(interface))
        image.pointer(self.type_symbol(typ))
        image.u32(type_hash(typ))
        image.u32(0)
        by_id: dict[tuple[str, str], MethodEntry] = {}
        for m in method_set(typ):
            by_id[(m.func.name, "" if m.func.exported() or m.func.pkg is None else m.func.pkg.path)] = m
        methods = sorted_interface_methods(u)
        for f in methods:
            entry = by_id[(f.name, "" if f.exported() or f.pkg is None else f.pkg.path)]
            image.pointer(self.namer.method_symbols(typ, entry)[0], kind=sym.R_WEAK_ADDR64)
        if not methods:
            image.u64(0)
        d = Definition(symbol, sym.ITAB, bytes(image.data), align=8, flags=sym.DUPOK)
        d.relocations = image.relocations
        return [d]


def without_receiver(sig: t.Type) -> t.Type:
    """The func type of a method signature."""
    if isinstance(sig, t.Signature) and sig.recv is not None:
        return t.Signature(None, sig.params, sig.results, sig.variadic)
    return sig


def method_order(f: Func) -> tuple[bool, str, str]:
    """Sort key of methods in descriptors and itabs: exported first, then name, then package path."""
    is_exported = f.exported()
    return (not is_exported, f.name, "" if is_exported or f.pkg is None else f.pkg.path)


def sorted_interface_methods(u: t.Interface) -> list[Func]:
    """All methods of an interface in descriptor (and itab slot) order."""
    return sorted(type_set(u).methods, key=method_order)
