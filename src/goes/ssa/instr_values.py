"""Instructions that make values: from memory, from parts, by arithmetic, to and from interfaces.

    t0 = alloc int                                      *int
    store t0, 1:int
    t1 = load t0                                        int

See instr.py, the manual of the IR.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from ..diag.source import NO_POS, Pos
from .operands import UNDECIDED, Binary, Instr, Unary, Value, Variadic, init_effect, init_value

if TYPE_CHECKING:
    from ..types.types import Type


@final
class Phi(Variadic):
    """t = phi [b0: v0, b1: v1]     args[i] flows in from block.preds[i]"""

    __slots__ = ("comment",)

    def __init__(self, type: Type, args: list[Value], comment: str = "") -> None:
        init_value(self, type, NO_POS)
        self.args = args
        self.comment = comment


@final
class Alloc(Instr):
    """t = alloc T     address of a new zero variable of type elem; type is Pointer(elem)

    Executed anew each time control reaches it (a variable declared in a loop is a new variable each iteration).
    `explicit`: written as new(T) or &T{} or implied by make/append/literal (heap is legal in runtime packages only for
    these); otherwise a named variable. `landing`: lives in the landing area of a deferring function (result slot).
    `needs_zero`: False if the builder stores the whole value before any other use. `why`: reason of the placement."""

    __slots__ = ("elem", "placement", "explicit", "landing", "needs_zero", "comment", "why")

    def __init__(self, type: Type, elem: Type, comment: str, pos: Pos, explicit: bool = False) -> None:
        init_value(self, type, pos)
        self.elem = elem
        self.placement = UNDECIDED
        self.explicit = explicit
        self.landing = False
        self.needs_zero = True
        self.comment = comment
        self.why = ""


@final
class Load(Unary):
    """t = load x      *x; unchecked"""

    __slots__ = ()

    def __init__(self, type: Type, x: Value, pos: Pos) -> None:
        init_value(self, type, pos)
        self.x = x


BARRIER_UNKNOWN: Final = 0  # codegen treats it as needed
BARRIER_NONE: Final = 1
BARRIER_NEEDED: Final = 2


@final
class Store(Binary):
    """store x, y      *x = y; unchecked. `barrier`: whether pointers in y need the GC write barrier."""

    __slots__ = ("barrier",)

    def __init__(self, x: Value, y: Value, pos: Pos) -> None:
        init_effect(self, pos)
        self.x = x
        self.y = y
        self.barrier = BARRIER_UNKNOWN


@final
class FieldAddr(Unary):
    """t = fieldaddr x, i     &x.field_i ; x is a pointer to struct (already checked)"""

    __slots__ = ("field",)

    def __init__(self, type: Type, x: Value, field: int, pos: Pos) -> None:
        init_value(self, type, pos)
        self.x = x
        self.field = field


@final
class Field(Unary):
    """t = field x, i     x.field_i of a struct value"""

    __slots__ = ("field",)

    def __init__(self, type: Type, x: Value, field: int, pos: Pos) -> None:
        init_value(self, type, pos)
        self.x = x
        self.field = field


@final
class IndexAddr(Binary):
    """t = indexaddr x, y     &x[y] ; x a slice or pointer to array, y any integer type, already checked"""

    __slots__ = ()

    def __init__(self, type: Type, x: Value, y: Value, pos: Pos) -> None:
        init_value(self, type, pos)
        self.x = x
        self.y = y


@final
class Index(Binary):
    """t = index x, y     x[y] of an array value or a string, already checked"""

    __slots__ = ()

    def __init__(self, type: Type, x: Value, y: Value, pos: Pos) -> None:
        init_value(self, type, pos)
        self.x = x
        self.y = y


@final
class Aggregate(Variadic):
    """t = aggregate T, v0, v1...     a struct value from all its fields, or an array value from all its elements.
    Builders use it for types with at most abi.MAX_PARTS parts; bigger ones are stored piecewise into an Alloc."""

    __slots__ = ()

    def __init__(self, type: Type, args: list[Value], pos: Pos) -> None:
        init_value(self, type, pos)
        self.args = args


@final
class Extract(Unary):
    """t = extract x, i     result i of a multi-value instruction (type Tuple)"""

    __slots__ = ("index",)

    def __init__(self, type: Type, x: Value, index: int) -> None:
        init_value(self, type, NO_POS)
        self.x = x
        self.index = index


# ------------------------------------------------------------------------------------------------ arithmetic


@final
class BinOp(Binary):
    """t = x op y     op: a tokens.* operator. Shifts: y any integer type, already ShiftChecked if signed; Go semantics
    for large counts. Division: already DivChecked. Comparisons work on any comparable type, including strings,
    interfaces, structs and arrays, and nil on the right; mixed interface/concrete operands are converted first."""

    __slots__ = ("op",)

    def __init__(self, type: Type, op: int, x: Value, y: Value, pos: Pos) -> None:
        init_value(self, type, pos)
        self.op = op
        self.x = x
        self.y = y


@final
class UnOp(Unary):
    """t = op x     op: SUB (negate), XOR (complement), NOT"""

    __slots__ = ("op",)

    def __init__(self, type: Type, op: int, x: Value, pos: Pos) -> None:
        init_value(self, type, pos)
        self.op = op
        self.x = x


@final
class ChangeType(Unary):
    """t = changetype T <- x     same representation: identical underlying types, named/unnamed, unsafe.Pointer <-> *T,
    chan direction; also uintptr <-> unsafe.Pointer"""

    __slots__ = ()

    def __init__(self, type: Type, x: Value, pos: Pos) -> None:
        init_value(self, type, pos)
        self.x = x


@final
class Convert(Unary):
    """t = convert T <- x     between numeric types (int, float, complex), Go/amd64 semantics (compiler-contracts 6.7)"""

    __slots__ = ()

    def __init__(self, type: Type, x: Value, pos: Pos) -> None:
        init_value(self, type, pos)
        self.x = x


@final
class StringConvert(Unary):
    """t = stringconvert T <- x     integer→string, []byte↔string, []rune↔string.
    `no_copy`: the result only lives while x cannot change (map lookup key, comparison, range): view instead of copy.
    `placement` STACK lets codegen use a 32-byte frame buffer."""

    __slots__ = ("no_copy", "placement")

    def __init__(self, type: Type, x: Value, pos: Pos) -> None:
        init_value(self, type, pos)
        self.x = x
        self.no_copy = False
        self.placement = UNDECIDED


@final
class Concat(Variadic):
    """t = concat a, b, c...     string concatenation of two or more strings"""

    __slots__ = ("placement",)

    def __init__(self, type: Type, args: list[Value], pos: Pos) -> None:
        init_value(self, type, pos)
        self.args = args
        self.placement = UNDECIDED


@final
class MinMax(Variadic):
    """t = min a, b, c / max ...     operands of one ordered type; is_max tells which; NaN and -0 per spec"""

    __slots__ = ("is_max",)

    def __init__(self, type: Type, is_max: bool, args: list[Value], pos: Pos) -> None:
        init_value(self, type, pos)
        self.is_max = is_max
        self.args = args


@final
class ComplexOp(Variadic):
    """t = complex re, im   |   t = real x   |   t = imag x"""

    __slots__ = ("what",)

    def __init__(self, type: Type, what: str, args: list[Value], pos: Pos) -> None:
        init_value(self, type, pos)
        self.what = what
        self.args = args


# ------------------------------------------------------------------------------------------------ interfaces


@final
class MakeInterface(Unary):
    """t = makeinterface I <- x     x of concrete (non-interface) type boxed as interface type I.
    `placement` STACK: the box may live in the frame."""

    __slots__ = ("placement", "why")

    def __init__(self, type: Type, x: Value, pos: Pos) -> None:
        init_value(self, type, pos)
        self.x = x
        self.placement = UNDECIDED
        self.why = ""


@final
class ChangeInterface(Unary):
    """t = changeinterface I <- x     static interface-to-interface conversion (never fails; nil stays nil)"""

    __slots__ = ()

    def __init__(self, type: Type, x: Value, pos: Pos) -> None:
        init_value(self, type, pos)
        self.x = x


@final
class TypeAssert(Unary):
    """t = typeassert x.(asserted)     comma_ok: type is the Tuple (asserted, bool), no panic; else panics on mismatch"""

    __slots__ = ("asserted", "comma_ok")

    def __init__(self, type: Type, x: Value, asserted: Type, comma_ok: bool, pos: Pos) -> None:
        init_value(self, type, pos)
        self.x = x
        self.asserted = asserted
        self.comma_ok = comma_ok
