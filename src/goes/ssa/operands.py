"""What instructions work on: constants, globals, functions, parameters; and the bases of the instructions.

    t2 = load t1        a Load is a Unary: x is t1, itself the result of an instruction

See instr.py, the manual of the IR.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from ..diag.source import Pos
from ..types.types import TYP_INVALID

if TYPE_CHECKING:
    from ..types.constant import ConstValue
    from ..types.types import Type
    from .function import Block, Function


# Where what an instruction makes lives: Alloc.placement, MakeSlice.placement, …
UNDECIDED: Final = 0  # before escape analysis; codegen treats it as HEAP
STACK: Final = 1
HEAP: Final = 2


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


def init_value(x: Instr, type: Type, pos: Pos) -> None:
    """What the __init__ of every instruction with a result begins with."""
    x.type = type
    x.pos = pos
    x.site = None
    x.block = None
    x.num = -1


def init_effect(x: Instr, pos: Pos) -> None:
    """The same for instructions without a result."""
    init_value(x, TYP_INVALID, pos)


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
