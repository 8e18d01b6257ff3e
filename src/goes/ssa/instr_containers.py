"""Instructions on slices, strings, maps and channels.

    t0 = len s                                          int
    t1 = maplookup m[k]                                 int

See instr.py, the manual of the IR.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from ..diag.source import Pos
from ..types.types import TYP_INT
from .operands import UNDECIDED, Binary, Const, Instr, Unary, Value, Variadic, init_effect, init_value

if TYPE_CHECKING:
    from ..types.types import Type


@final
class Len(Unary):
    """t = len x     of string, slice, map, chan (arrays are constants)"""

    __slots__ = ()

    def __init__(self, type: Type, x: Value, pos: Pos) -> None:
        init_value(self, type, pos)
        self.x = x


@final
class Cap(Unary):
    """t = cap x     of slice, chan"""

    __slots__ = ()

    def __init__(self, type: Type, x: Value, pos: Pos) -> None:
        init_value(self, type, pos)
        self.x = x


@final
class DataPtr(Unary):
    """t = dataptr x     the data pointer of a string or slice (unsafe.StringData/SliceData, range over slices)"""

    __slots__ = ()

    def __init__(self, type: Type, x: Value, pos: Pos) -> None:
        init_value(self, type, pos)
        self.x = x


@final
class MakeView(Variadic):
    """t = makeview T, ptr, len[, cap]     a string or slice header from parts, unchecked (unsafe.Slice/String after checks,
    slicing of known arrays)"""

    __slots__ = ()

    def __init__(self, type: Type, args: list[Value], pos: Pos) -> None:
        init_value(self, type, pos)
        self.args = args


@final
class SliceOp(Variadic):
    """t = slice x[low:high:max]     x: string, slice or pointer to array, bounds already checked by SliceCheck.
    args = [x, low, high, max]; a bound that was not written is a dummy and its has_ flag is False."""

    __slots__ = ("has_low", "has_high", "has_max")

    def __init__(self, type: Type, x: Value, low: Value | None, high: Value | None, max: Value | None, pos: Pos) -> None:
        init_value(self, type, pos)
        absent = Const(TYP_INT, 0)
        self.has_low = low is not None
        self.has_high = high is not None
        self.has_max = max is not None
        self.args = [x, absent if low is None else low, absent if high is None else high, absent if max is None else max]


@final
class SliceToArrayPointer(Unary):
    """t = slicetoarrayptr *[n]T <- x     length already checked by a SliceCheck CONVERT"""

    __slots__ = ()

    def __init__(self, type: Type, x: Value, pos: Pos) -> None:
        init_value(self, type, pos)
        self.x = x


@final
class MakeSlice(Binary):
    """t = makeslice []T, len, cap     x = len, y = cap (any integer types); panics per spec. On STACK both are constants
    or small (escape analysis decides)."""

    __slots__ = ("placement", "why")

    def __init__(self, type: Type, len: Value, cap: Value, pos: Pos) -> None:
        init_value(self, type, pos)
        self.x = len
        self.y = cap
        self.placement = UNDECIDED
        self.why = ""


@final
class Append(Variadic):
    """t = append s, v0, v1...     element values stored after growth"""

    __slots__ = ()

    def __init__(self, type: Type, args: list[Value], pos: Pos) -> None:
        init_value(self, type, pos)
        self.args = args


@final
class AppendSlice(Binary):
    """t = appendslice x, y...     y a slice of the same element type, or a string for []byte"""

    __slots__ = ()

    def __init__(self, type: Type, x: Value, y: Value, pos: Pos) -> None:
        init_value(self, type, pos)
        self.x = x
        self.y = y


@final
class Copy(Binary):
    """t = copy x, y     int; y a slice or string"""

    __slots__ = ()

    def __init__(self, type: Type, x: Value, y: Value, pos: Pos) -> None:
        init_value(self, type, pos)
        self.x = x
        self.y = y


@final
class Clear(Unary):
    """clear x     map or slice"""

    __slots__ = ()

    def __init__(self, x: Value, pos: Pos) -> None:
        init_effect(self, pos)
        self.x = x


@final
class MakeMap(Instr):
    """t = makemap T[, hint]"""

    __slots__ = ("hint", "placement", "why")

    def __init__(self, type: Type, hint: Value | None, pos: Pos) -> None:
        init_value(self, type, pos)
        self.hint = hint
        self.placement = UNDECIDED
        self.why = ""

    def operands(self) -> list[Value]:
        return [] if self.hint is None else [self.hint]

    def set_operand(self, i: int, v: Value) -> None:
        self.hint = v


@final
class MapLookup(Binary):
    """t = maplookup x[y]     comma_ok: type is the Tuple (elem, bool)"""

    __slots__ = ("comma_ok",)

    def __init__(self, type: Type, x: Value, y: Value, comma_ok: bool, pos: Pos) -> None:
        init_value(self, type, pos)
        self.x = x
        self.y = y
        self.comma_ok = comma_ok


@final
class MapAssign(Binary):
    """t = mapassign x[y]     *elem: the slot to store to (with barrier), inserted if missing; x nil panics"""

    __slots__ = ()

    def __init__(self, type: Type, x: Value, y: Value, pos: Pos) -> None:
        init_value(self, type, pos)
        self.x = x
        self.y = y


@final
class MapDelete(Binary):
    """delete x, y"""

    __slots__ = ()

    def __init__(self, x: Value, y: Value, pos: Pos) -> None:
        init_effect(self, pos)
        self.x = x
        self.y = y


@final
class MapRange(Unary):
    """t = maprange x     start iterating; type is unsafe.Pointer, the (frame-allocated) iterator"""

    __slots__ = ("map_type",)

    def __init__(self, type: Type, x: Value, map_type: Type, pos: Pos) -> None:
        init_value(self, type, pos)
        self.x = x
        self.map_type = map_type


@final
class MapNext(Unary):
    """t = mapnext x     x: a MapRange (or a phi-free reference to it); type is the Tuple (ok bool, key K, elem E) of the next
    entry. The iterator advances when this entry is asked for, not after the last one was handed out, so that deletions in
    the loop body are seen. Unwanted key/elem have undefined values."""

    __slots__ = ("want_key", "want_elem")

    def __init__(self, type: Type, x: Value, want_key: bool, want_elem: bool, pos: Pos) -> None:
        init_value(self, type, pos)
        self.x = x
        self.want_key = want_key
        self.want_elem = want_elem


@final
class StringNext(Binary):
    """t = stringnext x, y     decode one rune of string x at byte offset y (< len x, checked by the loop);
    Tuple (next offset int, rune)"""

    __slots__ = ()

    def __init__(self, type: Type, x: Value, y: Value, pos: Pos) -> None:
        init_value(self, type, pos)
        self.x = x
        self.y = y


@final
class MakeChan(Unary):
    """t = makechan T, size"""

    __slots__ = ()

    def __init__(self, type: Type, size: Value, pos: Pos) -> None:
        init_value(self, type, pos)
        self.x = size


@final
class Send(Binary):
    """send x <- y"""

    __slots__ = ()

    def __init__(self, x: Value, y: Value, pos: Pos) -> None:
        init_effect(self, pos)
        self.x = x
        self.y = y


@final
class Recv(Unary):
    """t = recv x     comma_ok: Tuple (elem, bool)"""

    __slots__ = ("comma_ok",)

    def __init__(self, type: Type, x: Value, comma_ok: bool, pos: Pos) -> None:
        init_value(self, type, pos)
        self.x = x
        self.comma_ok = comma_ok


@final
class CloseChan(Unary):
    """close x"""

    __slots__ = ()

    def __init__(self, x: Value, pos: Pos) -> None:
        init_effect(self, pos)
        self.x = x


@final
class SelectState:
    """One communication of a select: send (value is not None) or receive."""

    __slots__ = ("is_send", "pos")

    def __init__(self, is_send: bool, pos: Pos) -> None:
        self.is_send = is_send
        self.pos = pos


@final
class Select(Variadic):
    """t = select [states] blocking|nonblocking

    args: for each state its channel, followed by the value if it is a send. Type is the Tuple (index int, recvOk bool,
    r0, r1, ...) with one r per receive state in order; index is the state's index, -1 for the default case."""

    __slots__ = ("states", "blocking")

    def __init__(self, type: Type, states: list[SelectState], args: list[Value], blocking: bool, pos: Pos) -> None:
        init_value(self, type, pos)
        self.states = states
        self.args = args
        self.blocking = blocking
