"""Instructions that check, call and branch.

    nilcheck p
    t0 = call main.f(1:int)                             int
    return t0

See instr.py, the manual of the IR.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from ..diag.source import NO_POS, Pos
from .operands import UNDECIDED, Binary, Instr, Unary, Value, Variadic, init_effect, init_value

if TYPE_CHECKING:
    from ..types.objects import Func
    from ..types.types import Interface, Signature, Type
    from .function import Function


@final
class NilCheck(Unary):
    """nilcheck x     panics (memory error) if the pointer or func value x is nil"""

    __slots__ = ()

    def __init__(self, x: Value, pos: Pos) -> None:
        init_effect(self, pos)
        self.x = x


@final
class BoundsCheck(Binary):
    """boundscheck x, y     panics unless 0 <= x < y; x any integer type (its signedness picks goPanicIndex[U])"""

    __slots__ = ()

    def __init__(self, x: Value, y: Value, pos: Pos) -> None:
        init_effect(self, pos)
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
        init_effect(self, pos)
        self.kind = kind
        self.x = x
        self.y = y


@final
class DivCheck(Unary):
    """divcheck x     panics if the integer x is zero"""

    __slots__ = ()

    def __init__(self, x: Value, pos: Pos) -> None:
        init_effect(self, pos)
        self.x = x


@final
class ShiftCheck(Unary):
    """shiftcheck x     panics if the signed shift count x is negative"""

    __slots__ = ()

    def __init__(self, x: Value, pos: Pos) -> None:
        init_effect(self, pos)
        self.x = x


# ------------------------------------------------------------------------------------------------ functions and calls


@final
class MakeClosure(Variadic):
    """t = makeclosure f [captures]     args match f.free_vars. `placement` STACK: the closure object lives in the frame."""

    __slots__ = ("function", "placement", "why")

    def __init__(self, type: Type, function: Function, args: list[Value], pos: Pos) -> None:
        init_value(self, type, pos)
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
        init_value(self, type, pos)
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
        init_value(self, type, pos)
        self.signature = signature
        self.args = args


@final
class CallInvoke(AnyCall):
    """t = invoke x.m(args...)     args[0] is the interface value (codegen checks for nil), args[1:] the arguments."""

    __slots__ = ("interface", "method", "signature")

    def __init__(self, type: Type, interface: Interface, method: Func, signature: Signature, args: list[Value], pos: Pos) -> None:
        init_value(self, type, pos)
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
        init_value(self, type, pos)
        self.name = name
        self.args = args


@final
class Go(Unary):
    """go x     x: a func() value (closure over evaluated arguments, or the func value itself if it takes none)"""

    __slots__ = ()

    def __init__(self, x: Value, pos: Pos) -> None:
        init_effect(self, pos)
        self.x = x


@final
class Defer(Unary):
    """defer x     x: a func() value. `in_loop`: may run more than once per call (heap record).
    `token`: for range-over-func bodies, the outer frame's deferrangefunc() token; else None."""

    __slots__ = ("in_loop", "token")

    def __init__(self, x: Value, in_loop: bool, token: Value | None, pos: Pos) -> None:
        init_effect(self, pos)
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
        init_value(self, type, pos)


@final
class RunDefers(Instr):
    """rundefers     run this frame's pending deferred calls (normal exit, and first thing in the landing block)"""

    __slots__ = ()

    def __init__(self, pos: Pos) -> None:
        init_effect(self, pos)


@final
class Recover(Instr):
    """t = recover     any"""

    __slots__ = ()

    def __init__(self, type: Type, pos: Pos) -> None:
        init_value(self, type, pos)


@final
class Print(Variadic):
    """print args... / println args...     the builtins; operands of basic, pointer, interface, slice ... types"""

    __slots__ = ("newline",)

    def __init__(self, args: list[Value], newline: bool, pos: Pos) -> None:
        init_effect(self, pos)
        self.args = args
        self.newline = newline


# ------------------------------------------------------------------------------------------------ control


@final
class Jump(Instr):
    """jump     to block.succs[0]"""

    __slots__ = ()

    def __init__(self, pos: Pos = NO_POS) -> None:
        init_effect(self, pos)


@final
class If(Unary):
    """if x     true: block.succs[0], false: block.succs[1]. `likely`: 0 unknown, 1 true, 2 false"""

    __slots__ = ("likely",)

    def __init__(self, x: Value, pos: Pos = NO_POS) -> None:
        init_effect(self, pos)
        self.x = x
        self.likely = 0


@final
class Switch(Unary):
    """switch x [c0: succs[1], c1: succs[2], ...] else succs[0]     x an integer; cases distinct ints in range of its type"""

    __slots__ = ("cases",)

    def __init__(self, x: Value, cases: list[int], pos: Pos = NO_POS) -> None:
        init_effect(self, pos)
        self.x = x
        self.cases = cases


@final
class Return(Variadic):
    """return v0, v1...     one value per result. In a deferring function the values are loads of the result slots that
    follow RunDefers."""

    __slots__ = ()

    def __init__(self, args: list[Value], pos: Pos) -> None:
        init_effect(self, pos)
        self.args = args


@final
class Panic(Unary):
    """panic x     x: any (interface{}) value; ends the block"""

    __slots__ = ()

    def __init__(self, x: Value, pos: Pos) -> None:
        init_effect(self, pos)
        self.x = x


@final
class Unreachable(Instr):
    """unreachable     after a call that never returns"""

    __slots__ = ()

    def __init__(self, pos: Pos = NO_POS) -> None:
        init_effect(self, pos)
