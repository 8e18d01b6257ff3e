"""The instructions of goes' SSA form. This file is the manual of the IR.

    func f(s []int, i int) int { return s[i] + 1 }

    func main.f(s []int, i int) int:
    0:                                                  entry
        t0 = len s                                      int
        boundscheck index i, t0
        t1 = indexaddr s, i                             *int
        t2 = load t1                                    int
        t3 = t2 + 1:int                                 int
        return t3

A Program holds Functions; a Function holds Blocks; a Block ends with exactly one control instruction (Jump, If, Switch,
Return, Panic, Unreachable). Phis come first. A Value has a Go `type`; types are concrete: generic functions are built
once per distinct type arguments, so no TypeParam occurs anywhere below.

Go semantics stay visible, but every run-time check is an instruction of its own (NilCheck, BoundsCheck, SliceCheck,
DivCheck, ShiftCheck, …), so that a pass can drop the check and keep the access. Loads and stores themselves never
check. `FieldAddr`/`IndexAddr` on a pointer do not check either: the builder puts a NilCheck first where Go demands one.

Values of any Go type may be SSA values, also structs and arrays; codegen keeps types with more than abi.MAX_PARTS parts
in memory. Builders should therefore copy big values with Load directly followed by its only use, Store.

Positions: `pos` is a diag Pos (0 = none). `site` is the InlineSite when the instruction came in by inlining, else None.

`operands()` lists operand Values in order, `set_operand(i, v)` replaces one; passes need nothing else to rewrite.

Sources: golang.org/x/tools/go/ssa (roles); Go spec; compiler-contracts sections 1, 6, 7.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from ..diag.source import NO_POS, Pos

if TYPE_CHECKING:
    from ..types.constant import ConstValue
    from ..types.objects import Func
    from ..types.types import Interface, Signature, Type
    from .function import Block, Function


@final
class InlineSite:
    """A call that was inlined: the call's position, the callee, and the site the call itself was inlined at."""

    __slots__ = ("pos", "callee_name", "callee_start_line", "callee_is_wrapper", "parent")

    def __init__(self, pos: Pos, callee_name: str, callee_start_line: int, callee_is_wrapper: bool, parent: InlineSite | None) -> None:
        self.pos = pos
        self.callee_name = callee_name
        self.callee_start_line = callee_start_line
        self.callee_is_wrapper = callee_is_wrapper
        self.parent = parent


class Value:
    """Anything an instruction can use. `name` is only for printing ("t7"); identity is the object."""

    __slots__ = ("type",)
    type: Type


@final
class Const(Value):
    """A constant; value None is the zero value of any type (nil, empty struct, ...). Numbers are already represented
    exactly in the type's range (Fraction or int for floats: codegen rounds once). String values are bytes."""

    __slots__ = ("value",)

    def __init__(self, type: Type, value: ConstValue | None) -> None:
        self.type = type
        self.value = value


@final
class Global(Value):
    """The address of a package-level variable (or other data symbol): `symbol` is its link name, `elem` the variable's
    type, `type` is Pointer(elem). `read_only`: a hidden constant (string data, literal backing store never written)."""

    __slots__ = ("symbol", "elem", "read_only")

    def __init__(self, type: Type, symbol: str, elem: Type, read_only: bool = False) -> None:
        self.type = type
        self.symbol = symbol
        self.elem = elem
        self.read_only = read_only


@final
class FuncRef(Value):
    """A function used as a value (a static funcval `name·f`)."""

    __slots__ = ("function",)

    def __init__(self, type: Type, function: Function) -> None:
        self.type = type
        self.function = function


@final
class Param(Value):
    __slots__ = ("name", "index")

    def __init__(self, type: Type, name: str, index: int) -> None:
        self.type = type
        self.name = name
        self.index = index


@final
class FreeVar(Value):
    """Capture number `index` of the enclosing closure. By reference: type is a pointer to the variable. By value: the
    variable's own type (captured variables that are never reassigned after capture)."""

    __slots__ = ("name", "index")

    def __init__(self, type: Type, name: str, index: int) -> None:
        self.type = type
        self.name = name
        self.index = index


class Instr(Value):
    """Base of all instructions. Those without a result have type TYP_INVALID. `block` is the owner."""

    __slots__ = ("pos", "site", "block", "num")
    pos: Pos
    site: InlineSite | None
    block: Block | None
    num: int  # printed number tN, assigned when printing; also scratch for passes

    def operands(self) -> list[Value]:
        """The operand values in order (a fresh list)."""
        return []

    def set_operand(self, i: int, v: Value) -> None:
        raise AssertionError(f"{type(self).__name__} has no operand {i}")


def _init(x: Instr, type: Type, pos: Pos) -> None:
    x.type = type
    x.pos = pos
    x.site = None
    x.block = None
    x.num = -1


class Unary(Instr):
    """Base of instructions with the single operand x."""

    __slots__ = ("x",)
    x: Value

    def operands(self) -> list[Value]:
        return [self.x]

    def set_operand(self, i: int, v: Value) -> None:
        self.x = v


class Binary(Instr):
    """Base of instructions with the two operands x and y."""

    __slots__ = ("x", "y")
    x: Value
    y: Value

    def operands(self) -> list[Value]:
        return [self.x, self.y]

    def set_operand(self, i: int, v: Value) -> None:
        if i == 0:
            self.x = v
        else:
            self.y = v


class Variadic(Instr):
    """Base of instructions with a list of operands `args`."""

    __slots__ = ("args",)
    args: list[Value]

    def operands(self) -> list[Value]:
        return list(self.args)

    def set_operand(self, i: int, v: Value) -> None:
        self.args[i] = v


# ------------------------------------------------------------------------------------------------ values and memory


@final
class Phi(Variadic):
    """t = phi [b0: v0, b1: v1]     args[i] flows in from block.preds[i]"""

    __slots__ = ("comment",)

    def __init__(self, type: Type, args: list[Value], comment: str = "") -> None:
        _init(self, type, NO_POS)
        self.args = args
        self.comment = comment


# Alloc.placement / MakeX.placement
UNDECIDED: Final = 0  # before escape analysis; codegen treats it as HEAP
STACK: Final = 1
HEAP: Final = 2


@final
class Alloc(Instr):
    """t = alloc T     address of a new zero variable of type elem; type is Pointer(elem)

    Executed anew each time control reaches it (a variable declared in a loop is a new variable each iteration).
    `explicit`: written as new(T) or &T{} or implied by make/append/literal (heap is legal in runtime packages only for
    these); otherwise a named variable. `landing`: lives in the landing area of a deferring function (result slot).
    `needs_zero`: False if the builder stores the whole value before any other use. `why`: reason of the placement."""

    __slots__ = ("elem", "placement", "explicit", "landing", "needs_zero", "comment", "why")

    def __init__(self, type: Type, elem: Type, comment: str, pos: Pos, explicit: bool = False) -> None:
        _init(self, type, pos)
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
        _init(self, type, pos)
        self.x = x


BARRIER_UNKNOWN: Final = 0  # codegen treats it as needed
BARRIER_NONE: Final = 1
BARRIER_NEEDED: Final = 2


@final
class Store(Binary):
    """store x, y      *x = y; unchecked. `barrier`: whether pointers in y need the GC write barrier."""

    __slots__ = ("barrier",)

    def __init__(self, x: Value, y: Value, pos: Pos) -> None:
        from ..types.types import TYP_INVALID

        _init(self, TYP_INVALID, pos)
        self.x = x
        self.y = y
        self.barrier = BARRIER_UNKNOWN


@final
class FieldAddr(Unary):
    """t = fieldaddr x, i     &x.field_i ; x is a pointer to struct (already checked)"""

    __slots__ = ("field",)

    def __init__(self, type: Type, x: Value, field: int, pos: Pos) -> None:
        _init(self, type, pos)
        self.x = x
        self.field = field


@final
class Field(Unary):
    """t = field x, i     x.field_i of a struct value"""

    __slots__ = ("field",)

    def __init__(self, type: Type, x: Value, field: int, pos: Pos) -> None:
        _init(self, type, pos)
        self.x = x
        self.field = field


@final
class IndexAddr(Binary):
    """t = indexaddr x, y     &x[y] ; x a slice or pointer to array, y any integer type, already checked"""

    __slots__ = ()

    def __init__(self, type: Type, x: Value, y: Value, pos: Pos) -> None:
        _init(self, type, pos)
        self.x = x
        self.y = y


@final
class Index(Binary):
    """t = index x, y     x[y] of an array value or a string, already checked"""

    __slots__ = ()

    def __init__(self, type: Type, x: Value, y: Value, pos: Pos) -> None:
        _init(self, type, pos)
        self.x = x
        self.y = y


@final
class Aggregate(Variadic):
    """t = aggregate T, v0, v1...     a struct value from all its fields, or an array value from all its elements.
    Builders use it for types with at most abi.MAX_PARTS parts; bigger ones are stored piecewise into an Alloc."""

    __slots__ = ()

    def __init__(self, type: Type, args: list[Value], pos: Pos) -> None:
        _init(self, type, pos)
        self.args = args


@final
class Extract(Unary):
    """t = extract x, i     result i of a multi-value instruction (type Tuple)"""

    __slots__ = ("index",)

    def __init__(self, type: Type, x: Value, index: int) -> None:
        _init(self, type, NO_POS)
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
        _init(self, type, pos)
        self.op = op
        self.x = x
        self.y = y


@final
class UnOp(Unary):
    """t = op x     op: SUB (negate), XOR (complement), NOT"""

    __slots__ = ("op",)

    def __init__(self, type: Type, op: int, x: Value, pos: Pos) -> None:
        _init(self, type, pos)
        self.op = op
        self.x = x


@final
class ChangeType(Unary):
    """t = changetype T <- x     same representation: identical underlying types, named/unnamed, unsafe.Pointer <-> *T,
    chan direction; also uintptr <-> unsafe.Pointer"""

    __slots__ = ()

    def __init__(self, type: Type, x: Value, pos: Pos) -> None:
        _init(self, type, pos)
        self.x = x


@final
class Convert(Unary):
    """t = convert T <- x     between numeric types (int, float, complex), Go/amd64 semantics (compiler-contracts 6.7)"""

    __slots__ = ()

    def __init__(self, type: Type, x: Value, pos: Pos) -> None:
        _init(self, type, pos)
        self.x = x


@final
class StringConvert(Unary):
    """t = stringconvert T <- x     integer→string, []byte↔string, []rune↔string.
    `no_copy`: the result only lives while x cannot change (map lookup key, comparison, range): view instead of copy.
    `placement` STACK lets codegen use a 32-byte frame buffer."""

    __slots__ = ("no_copy", "placement")

    def __init__(self, type: Type, x: Value, pos: Pos) -> None:
        _init(self, type, pos)
        self.x = x
        self.no_copy = False
        self.placement = UNDECIDED


@final
class Concat(Variadic):
    """t = concat a, b, c...     string concatenation of two or more strings"""

    __slots__ = ("placement",)

    def __init__(self, type: Type, args: list[Value], pos: Pos) -> None:
        _init(self, type, pos)
        self.args = args
        self.placement = UNDECIDED


@final
class MinMax(Variadic):
    """t = min a, b, c / max ...     operands of one ordered type; is_max tells which; NaN and -0 per spec"""

    __slots__ = ("is_max",)

    def __init__(self, type: Type, is_max: bool, args: list[Value], pos: Pos) -> None:
        _init(self, type, pos)
        self.is_max = is_max
        self.args = args


@final
class ComplexOp(Variadic):
    """t = complex re, im   |   t = real x   |   t = imag x"""

    __slots__ = ("what",)

    def __init__(self, type: Type, what: str, args: list[Value], pos: Pos) -> None:
        _init(self, type, pos)
        self.what = what
        self.args = args


# ------------------------------------------------------------------------------------------------ interfaces


@final
class MakeInterface(Unary):
    """t = makeinterface I <- x     x of concrete (non-interface) type boxed as interface type I.
    `placement` STACK: the box may live in the frame."""

    __slots__ = ("placement", "why")

    def __init__(self, type: Type, x: Value, pos: Pos) -> None:
        _init(self, type, pos)
        self.x = x
        self.placement = UNDECIDED
        self.why = ""


@final
class ChangeInterface(Unary):
    """t = changeinterface I <- x     static interface-to-interface conversion (never fails; nil stays nil)"""

    __slots__ = ()

    def __init__(self, type: Type, x: Value, pos: Pos) -> None:
        _init(self, type, pos)
        self.x = x


@final
class TypeAssert(Unary):
    """t = typeassert x.(asserted)     comma_ok: type is the Tuple (asserted, bool), no panic; else panics on mismatch"""

    __slots__ = ("asserted", "comma_ok")

    def __init__(self, type: Type, x: Value, asserted: Type, comma_ok: bool, pos: Pos) -> None:
        _init(self, type, pos)
        self.x = x
        self.asserted = asserted
        self.comma_ok = comma_ok


# ------------------------------------------------------------------------------------------------ slices, strings, maps, channels


@final
class Len(Unary):
    """t = len x     of string, slice, map, chan (arrays are constants)"""

    __slots__ = ()

    def __init__(self, type: Type, x: Value, pos: Pos) -> None:
        _init(self, type, pos)
        self.x = x


@final
class Cap(Unary):
    """t = cap x     of slice, chan"""

    __slots__ = ()

    def __init__(self, type: Type, x: Value, pos: Pos) -> None:
        _init(self, type, pos)
        self.x = x


@final
class DataPtr(Unary):
    """t = dataptr x     the data pointer of a string or slice (unsafe.StringData/SliceData, range over slices)"""

    __slots__ = ()

    def __init__(self, type: Type, x: Value, pos: Pos) -> None:
        _init(self, type, pos)
        self.x = x


@final
class MakeView(Variadic):
    """t = makeview T, ptr, len[, cap]     a string or slice header from parts, unchecked (unsafe.Slice/String after checks,
    slicing of known arrays)"""

    __slots__ = ()

    def __init__(self, type: Type, args: list[Value], pos: Pos) -> None:
        _init(self, type, pos)
        self.args = args


@final
class SliceOp(Variadic):
    """t = slice x[low:high:max]     x: string, slice or pointer to array, bounds already checked by SliceCheck.
    args = [x, low, high, max]; a bound that was not written is a dummy and its has_ flag is False."""

    __slots__ = ("has_low", "has_high", "has_max")

    def __init__(self, type: Type, x: Value, low: Value | None, high: Value | None, max: Value | None, pos: Pos) -> None:
        from ..types.types import TYP_INT

        _init(self, type, pos)
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
        _init(self, type, pos)
        self.x = x


@final
class MakeSlice(Binary):
    """t = makeslice []T, len, cap     x = len, y = cap (any integer types); panics per spec. On STACK both are constants
    or small (escape analysis decides)."""

    __slots__ = ("placement", "why")

    def __init__(self, type: Type, len: Value, cap: Value, pos: Pos) -> None:
        _init(self, type, pos)
        self.x = len
        self.y = cap
        self.placement = UNDECIDED
        self.why = ""


@final
class Append(Variadic):
    """t = append s, v0, v1...     element values stored after growth"""

    __slots__ = ()

    def __init__(self, type: Type, args: list[Value], pos: Pos) -> None:
        _init(self, type, pos)
        self.args = args


@final
class AppendSlice(Binary):
    """t = appendslice x, y...     y a slice of the same element type, or a string for []byte"""

    __slots__ = ()

    def __init__(self, type: Type, x: Value, y: Value, pos: Pos) -> None:
        _init(self, type, pos)
        self.x = x
        self.y = y


@final
class Copy(Binary):
    """t = copy x, y     int; y a slice or string"""

    __slots__ = ()

    def __init__(self, type: Type, x: Value, y: Value, pos: Pos) -> None:
        _init(self, type, pos)
        self.x = x
        self.y = y


@final
class Clear(Unary):
    """clear x     map or slice"""

    __slots__ = ()

    def __init__(self, x: Value, pos: Pos) -> None:
        from ..types.types import TYP_INVALID

        _init(self, TYP_INVALID, pos)
        self.x = x


@final
class MakeMap(Instr):
    """t = makemap T[, hint]"""

    __slots__ = ("hint", "placement", "why")

    def __init__(self, type: Type, hint: Value | None, pos: Pos) -> None:
        _init(self, type, pos)
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
        _init(self, type, pos)
        self.x = x
        self.y = y
        self.comma_ok = comma_ok


@final
class MapAssign(Binary):
    """t = mapassign x[y]     *elem: the slot to store to (with barrier), inserted if missing; x nil panics"""

    __slots__ = ()

    def __init__(self, type: Type, x: Value, y: Value, pos: Pos) -> None:
        _init(self, type, pos)
        self.x = x
        self.y = y


@final
class MapDelete(Binary):
    """delete x, y"""

    __slots__ = ()

    def __init__(self, x: Value, y: Value, pos: Pos) -> None:
        from ..types.types import TYP_INVALID

        _init(self, TYP_INVALID, pos)
        self.x = x
        self.y = y


@final
class MapRange(Unary):
    """t = maprange x     start iterating; type is unsafe.Pointer, the (frame-allocated) iterator"""

    __slots__ = ("map_type",)

    def __init__(self, type: Type, x: Value, map_type: Type, pos: Pos) -> None:
        _init(self, type, pos)
        self.x = x
        self.map_type = map_type


@final
class MapNext(Unary):
    """t = mapnext x     x: a MapRange (or a phi-free reference to it); type is the Tuple (ok bool, key K, elem E) of the next
    entry. The iterator advances when this entry is asked for, not after the last one was handed out, so that deletions in
    the loop body are seen. Unwanted key/elem have undefined values."""

    __slots__ = ("want_key", "want_elem")

    def __init__(self, type: Type, x: Value, want_key: bool, want_elem: bool, pos: Pos) -> None:
        _init(self, type, pos)
        self.x = x
        self.want_key = want_key
        self.want_elem = want_elem


@final
class StringNext(Binary):
    """t = stringnext x, y     decode one rune of string x at byte offset y (< len x, checked by the loop);
    Tuple (next offset int, rune)"""

    __slots__ = ()

    def __init__(self, type: Type, x: Value, y: Value, pos: Pos) -> None:
        _init(self, type, pos)
        self.x = x
        self.y = y


@final
class MakeChan(Unary):
    """t = makechan T, size"""

    __slots__ = ()

    def __init__(self, type: Type, size: Value, pos: Pos) -> None:
        _init(self, type, pos)
        self.x = size


@final
class Send(Binary):
    """send x <- y"""

    __slots__ = ()

    def __init__(self, x: Value, y: Value, pos: Pos) -> None:
        from ..types.types import TYP_INVALID

        _init(self, TYP_INVALID, pos)
        self.x = x
        self.y = y


@final
class Recv(Unary):
    """t = recv x     comma_ok: Tuple (elem, bool)"""

    __slots__ = ("comma_ok",)

    def __init__(self, type: Type, x: Value, comma_ok: bool, pos: Pos) -> None:
        _init(self, type, pos)
        self.x = x
        self.comma_ok = comma_ok


@final
class CloseChan(Unary):
    """close x"""

    __slots__ = ()

    def __init__(self, x: Value, pos: Pos) -> None:
        from ..types.types import TYP_INVALID

        _init(self, TYP_INVALID, pos)
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
        _init(self, type, pos)
        self.states = states
        self.args = args
        self.blocking = blocking


# ------------------------------------------------------------------------------------------------ checks


@final
class NilCheck(Unary):
    """nilcheck x     panics (memory error) if the pointer or func value x is nil"""

    __slots__ = ()

    def __init__(self, x: Value, pos: Pos) -> None:
        from ..types.types import TYP_INVALID

        _init(self, TYP_INVALID, pos)
        self.x = x


@final
class BoundsCheck(Binary):
    """boundscheck x, y     panics unless 0 <= x < y; x any integer type (its signedness picks goPanicIndex[U])"""

    __slots__ = ()

    def __init__(self, x: Value, y: Value, pos: Pos) -> None:
        from ..types.types import TYP_INVALID

        _init(self, TYP_INVALID, pos)
        self.x = x
        self.y = y


# SliceCheck kinds: internal/abi/bounds.go codes. The check is x <= y unsigned (for CONVERT: x >= y).
SLICE_ALEN: Final = 1  # s[?:x] x vs len
SLICE_ACAP: Final = 2  # s[?:x] x vs cap
SLICE_B: Final = 3  # s[x:y]
SLICE3_ALEN: Final = 4
SLICE3_ACAP: Final = 5
SLICE3_B: Final = 6
SLICE3_C: Final = 7
SLICE_CONVERT: Final = 8  # slice of length x to array of length y


@final
class SliceCheck(Binary):
    """slicecheck kind x, y     panics unless 0 <= x <= y (CONVERT: unless x >= y)"""

    __slots__ = ("kind",)

    def __init__(self, kind: int, x: Value, y: Value, pos: Pos) -> None:
        from ..types.types import TYP_INVALID

        _init(self, TYP_INVALID, pos)
        self.kind = kind
        self.x = x
        self.y = y


@final
class DivCheck(Unary):
    """divcheck x     panics if the integer x is zero"""

    __slots__ = ()

    def __init__(self, x: Value, pos: Pos) -> None:
        from ..types.types import TYP_INVALID

        _init(self, TYP_INVALID, pos)
        self.x = x


@final
class ShiftCheck(Unary):
    """shiftcheck x     panics if the signed shift count x is negative"""

    __slots__ = ()

    def __init__(self, x: Value, pos: Pos) -> None:
        from ..types.types import TYP_INVALID

        _init(self, TYP_INVALID, pos)
        self.x = x


# ------------------------------------------------------------------------------------------------ functions and calls


@final
class MakeClosure(Variadic):
    """t = makeclosure f [captures]     args match f.free_vars. `placement` STACK: the closure object lives in the frame."""

    __slots__ = ("function", "placement", "why")

    def __init__(self, type: Type, function: Function, args: list[Value], pos: Pos) -> None:
        _init(self, type, pos)
        self.function = function
        self.args = args
        self.placement = UNDECIDED
        self.why = ""


class AnyCall(Variadic):
    """Base of calls. `type` is the single result's type, a Tuple for none or several results."""

    __slots__ = ()


@final
class CallStatic(AnyCall):
    """t = call f(args...)     f known; the receiver, if any, is args[0]. If f has free variables (a closure called
    directly), `closure` is the MakeClosure value, else None. `no_inline`: must stay a call."""

    __slots__ = ("function", "closure", "no_inline")

    def __init__(self, type: Type, function: Function, args: list[Value], pos: Pos, closure: Value | None = None) -> None:
        _init(self, type, pos)
        self.function = function
        self.args = args
        self.closure = closure
        self.no_inline = False

    def operands(self) -> list[Value]:
        return list(self.args) if self.closure is None else [*self.args, self.closure]

    def set_operand(self, i: int, v: Value) -> None:
        if i < len(self.args):
            self.args[i] = v
        else:
            self.closure = v


@final
class CallValue(AnyCall):
    """t = callvalue fn(args...)     args[0] is the func value (NilChecked), args[1:] the arguments"""

    __slots__ = ("signature",)

    def __init__(self, type: Type, signature: Signature, args: list[Value], pos: Pos) -> None:
        _init(self, type, pos)
        self.signature = signature
        self.args = args


@final
class CallInvoke(AnyCall):
    """t = invoke x.m(args...)     args[0] is the interface value (codegen checks for nil), args[1:] the arguments."""

    __slots__ = ("interface", "method", "signature")

    def __init__(self, type: Type, interface: Interface, method: Func, signature: Signature, args: list[Value], pos: Pos) -> None:
        _init(self, type, pos)
        self.interface = interface
        self.method = method
        self.signature = signature
        self.args = args


@final
class CallRuntime(AnyCall):
    """t = runtime name(args...)     a call to the Go function runtime.<name> with arguments already of its parameter
    layouts; for what has no instruction of its own (panicrangestate, printlock, block, deferrangefunc, ...)."""

    __slots__ = ("name",)

    def __init__(self, type: Type, name: str, args: list[Value], pos: Pos) -> None:
        _init(self, type, pos)
        self.name = name
        self.args = args


@final
class Go(Unary):
    """go x     x: a func() value (closure over evaluated arguments, or the func value itself if it takes none)"""

    __slots__ = ()

    def __init__(self, x: Value, pos: Pos) -> None:
        from ..types.types import TYP_INVALID

        _init(self, TYP_INVALID, pos)
        self.x = x


@final
class Defer(Unary):
    """defer x     x: a func() value. `in_loop`: may run more than once per call (heap record).
    `token`: for range-over-func bodies, the outer frame's deferrangefunc() token; else None."""

    __slots__ = ("in_loop", "token")

    def __init__(self, x: Value, in_loop: bool, token: Value | None, pos: Pos) -> None:
        from ..types.types import TYP_INVALID

        _init(self, TYP_INVALID, pos)
        self.x = x
        self.in_loop = in_loop
        self.token = token

    def operands(self) -> list[Value]:
        return [self.x] if self.token is None else [self.x, self.token]

    def set_operand(self, i: int, v: Value) -> None:
        if i == 0:
            self.x = v
        else:
            self.token = v


@final
class DeferToken(Instr):
    """t = defertoken     any: runtime.deferrangefunc of this frame; evaluated once before a range-over-func loop that defers"""

    __slots__ = ()

    def __init__(self, type: Type, pos: Pos) -> None:
        _init(self, type, pos)


@final
class RunDefers(Instr):
    """rundefers     run this frame's pending deferred calls (normal exit, and first thing in the landing block)"""

    __slots__ = ()

    def __init__(self, pos: Pos) -> None:
        from ..types.types import TYP_INVALID

        _init(self, TYP_INVALID, pos)


@final
class Recover(Instr):
    """t = recover     any"""

    __slots__ = ()

    def __init__(self, type: Type, pos: Pos) -> None:
        _init(self, type, pos)


@final
class Print(Variadic):
    """print args... / println args...     the builtins; operands of basic, pointer, interface, slice ... types"""

    __slots__ = ("newline",)

    def __init__(self, args: list[Value], newline: bool, pos: Pos) -> None:
        from ..types.types import TYP_INVALID

        _init(self, TYP_INVALID, pos)
        self.args = args
        self.newline = newline


# ------------------------------------------------------------------------------------------------ control


@final
class Jump(Instr):
    """jump     to block.succs[0]"""

    __slots__ = ()

    def __init__(self, pos: Pos = NO_POS) -> None:
        from ..types.types import TYP_INVALID

        _init(self, TYP_INVALID, pos)


@final
class If(Unary):
    """if x     true: block.succs[0], false: block.succs[1]. `likely`: 0 unknown, 1 true, 2 false"""

    __slots__ = ("likely",)

    def __init__(self, x: Value, pos: Pos = NO_POS) -> None:
        from ..types.types import TYP_INVALID

        _init(self, TYP_INVALID, pos)
        self.x = x
        self.likely = 0


@final
class Switch(Unary):
    """switch x [c0: succs[1], c1: succs[2], ...] else succs[0]     x an integer; cases distinct ints in range of its type"""

    __slots__ = ("cases",)

    def __init__(self, x: Value, cases: list[int], pos: Pos = NO_POS) -> None:
        from ..types.types import TYP_INVALID

        _init(self, TYP_INVALID, pos)
        self.x = x
        self.cases = cases


@final
class Return(Variadic):
    """return v0, v1...     one value per result. In a deferring function the values are loads of the result slots that
    follow RunDefers."""

    __slots__ = ()

    def __init__(self, args: list[Value], pos: Pos) -> None:
        from ..types.types import TYP_INVALID

        _init(self, TYP_INVALID, pos)
        self.args = args


@final
class Panic(Unary):
    """panic x     x: any (interface{}) value; ends the block"""

    __slots__ = ()

    def __init__(self, x: Value, pos: Pos) -> None:
        from ..types.types import TYP_INVALID

        _init(self, TYP_INVALID, pos)
        self.x = x


@final
class Unreachable(Instr):
    """unreachable     after a call that never returns"""

    __slots__ = ()

    def __init__(self, pos: Pos = NO_POS) -> None:
        from ..types.types import TYP_INVALID

        _init(self, TYP_INVALID, pos)
