"""Sizes, alignments, offsets and pointer maps of types on 64-bit machines, as gc lays them out.

    struct { a int32; p *T; s string }   →   size 32, align 8, offsets [0, 8, 16], pointer bytes 24, mask 0b110

A struct ends in a byte of padding if its last field has size 0 and another has not. Types that are too large have size
-1. Pointers to types that are not in the heap (those with an internal/runtime/sys.nih inside) are no pointers to the
collector.

Sources: cmd/compile/internal/types/size.go, types2 gcsizes.go (facts); docs compiler-contracts 3.3, 5.1.
"""

from __future__ import annotations

from typing import Final, final

from .named import as_named
from .objects import Var
from .types import BOOL as BOOL_KIND
from .types import (
    COMPLEX64,
    FLOAT32,
    INT8,
    INT16,
    INT32,
    STRING,
    UINT8,
    UINT16,
    UINT32,
    UNSAFE_POINTER,
    Array,
    Basic,
    Chan,
    Interface,
    Map,
    Pointer,
    Signature,
    Slice,
    Struct,
    Type,
    unalias,
    under,
)
from .types import COMPLEX128 as COMPLEX128_KIND
from .types import INVALID as INVALID_KIND

WORD: Final = 8
MAX_SIZE: Final = (1 << 63) - 1

_BASIC_SIZES: Final = {
    BOOL_KIND: 1, INT8: 1, UINT8: 1, INT16: 2, UINT16: 2, INT32: 4, UINT32: 4, FLOAT32: 4, COMPLEX64: 8,
    COMPLEX128_KIND: 16, STRING: 16,
}  # fmt: skip


@final
class StructLayout:
    __slots__ = ("size", "align", "offsets")

    def __init__(self, size: int, align: int, offsets: list[int]) -> None:
        self.size = size
        self.align = align
        self.offsets = offsets


_layouts: Final[dict[Struct, StructLayout]] = {}
_busy: Final[set[Struct]] = set()
_incomplete: Final = [0]  # counts types met whose declaration is not finished: nothing is remembered then


def _round_up(n: int, align: int) -> int:
    return (n + align - 1) & -align


def _is_align64(t: Type) -> bool:
    n = as_named(t)
    if n is None or n.obj.name != "align64" or n.obj.pkg is None:
        return False
    return n.obj.pkg.path == "sync/atomic" or n.obj.pkg.path == "internal/runtime/atomic"


def struct_layout(s: Struct) -> StructLayout:
    layout = _layouts.get(s)
    if layout is not None:
        return layout
    before = _incomplete[0]
    if s in _busy:  # a struct that contains itself: an error, reported elsewhere
        _incomplete[0] += 1
        return StructLayout(0, 1, [0] * len(s.fields))
    _busy.add(s)
    offsets: list[int] = []
    offset = 0
    max_align = 1
    last = 0
    for f in s.fields:
        if f.type is None:
            continue
        align = alignof(f.type)
        if align > max_align:
            max_align = align
        if offset < 0:
            offsets.append(-1)
            continue
        offset = _round_up(offset, align)
        if offset > MAX_SIZE:
            offset = -1
            offsets.append(-1)
            continue
        offsets.append(offset)
        last = sizeof(f.type)
        offset = offset + last if last >= 0 else -1
    size = offset
    if s.fields and offset > 0 and last == 0:
        size += 1  # so that a pointer to the last field stays inside
    if size >= 0:
        size = _round_up(size, max_align)
        if size > MAX_SIZE:
            size = -1
    _busy.discard(s)
    layout = StructLayout(size, max_align, offsets)
    if before == _incomplete[0]:
        _layouts[s] = layout
    return layout


def sizeof(t: Type) -> int:
    """The size of t in bytes; -1 if it is too large."""
    u = under(t)
    if isinstance(u, Basic):
        if u.kind == INVALID_KIND:
            _incomplete[0] += 1
        return _BASIC_SIZES.get(u.kind, WORD)
    if isinstance(u, Struct):
        return struct_layout(u).size
    if isinstance(u, Array):
        if u.length <= 0:
            return 0
        size = sizeof(u.elem)
        if size <= 0:
            return size
        total = size * u.length
        return total if total <= MAX_SIZE else -1
    if isinstance(u, Slice):
        return 3 * WORD
    if isinstance(u, Interface):
        return 2 * WORD
    return WORD


def alignof(t: Type) -> int:
    u = under(t)
    if isinstance(u, Basic):
        kind = u.kind
        if kind == INVALID_KIND:
            _incomplete[0] += 1
        if kind == STRING or kind == COMPLEX128_KIND:
            return WORD
        if kind == COMPLEX64:
            return 4
        return _BASIC_SIZES.get(kind, WORD)
    if isinstance(u, Struct):
        if not u.fields and _is_align64(t):
            return 8
        return struct_layout(u).align
    if isinstance(u, Array):
        return alignof(u.elem)
    return WORD


def offsets_of(s: Struct) -> list[int]:
    return struct_layout(s).offsets


def fields_offsets(fields: list[Var]) -> list[int]:
    """Offsets of variables laid out one after the other like a struct's fields."""
    return struct_layout(Struct(fields, [])).offsets


# ------------------------------------------------------------------------------------------------------- collector


def not_in_heap(t: Type) -> bool:
    """Whether values of type t must not be in the garbage-collected heap."""
    n = as_named(t)
    if n is not None and n.obj.name == "nih" and n.obj.pkg is not None and n.obj.pkg.path == "internal/runtime/sys":
        return True
    u = under(t)
    while isinstance(u, Array):
        if not_in_heap(u.elem):
            return True
        u = under(u.elem)
    if isinstance(u, Struct):
        for f in u.fields:
            if f.type is not None and not isinstance(unalias(f.type), (Basic, Pointer)) and not_in_heap(f.type):
                return True
    return False


_ptrdata: Final[dict[Struct, int]] = {}


def ptrdata(t: Type) -> int:
    """How many bytes from the start of t may hold pointers; everything behind is scalar."""
    u = under(t)
    if isinstance(u, Basic):
        return WORD if u.kind == STRING or u.kind == UNSAFE_POINTER else 0
    if isinstance(u, Pointer):
        return 0 if not_in_heap(u.elem) else WORD
    if isinstance(u, Slice):
        return 0 if not_in_heap(u.elem) else WORD
    if isinstance(u, (Chan, Map, Signature)):
        return WORD
    if isinstance(u, Interface):
        return 2 * WORD
    if isinstance(u, Array):
        if u.length <= 0:
            return 0
        p = ptrdata(u.elem)
        return sizeof(u.elem) * (u.length - 1) + p if p > 0 else 0
    if isinstance(u, Struct):
        known = _ptrdata.get(u)
        if known is not None:
            return known
        result = 0
        offsets = struct_layout(u).offsets
        for i in range(len(u.fields) - 1, -1, -1):
            ft = u.fields[i].type
            p = 0 if ft is None else ptrdata(ft)
            if p > 0:
                result = offsets[i] + p
                break
        if u in _layouts:
            _ptrdata[u] = result
        return result
    return 0


def has_pointers(t: Type) -> bool:
    return ptrdata(t) > 0


def pointer_mask(t: Type) -> bytes:
    """One bit per word of the pointer prefix, little-endian: set where the collector must look."""
    words = ptrdata(t) // WORD
    mask = bytearray((words + 7) // 8)
    if words > 0:
        _mark(t, 0, mask)
    return bytes(mask)


def _mark(t: Type, word: int, mask: bytearray) -> None:
    u = under(t)
    if isinstance(u, Struct):
        offsets = struct_layout(u).offsets
        for i in range(len(u.fields)):
            ft = u.fields[i].type
            if ft is not None and ptrdata(ft) > 0:
                _mark(ft, word + offsets[i] // WORD, mask)
    elif isinstance(u, Array):
        if u.length > 0 and ptrdata(u.elem) > 0:
            step = sizeof(u.elem) // WORD
            for i in range(u.length):
                _mark(u.elem, word + i * step, mask)
    elif isinstance(u, Interface):
        word += 1  # the data word; type and itab words never point into the heap
        mask[word >> 3] |= 1 << (word & 7)
    elif ptrdata(u) > 0:
        mask[word >> 3] |= 1 << (word & 7)


def is_direct_iface(t: Type) -> bool:
    """Whether a value of type t is stored in an interface's data word itself: it is one pointer."""
    return sizeof(t) == WORD and ptrdata(t) == WORD
