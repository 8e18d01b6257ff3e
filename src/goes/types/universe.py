"""The predeclared identifiers, and package unsafe.

    UNIVERSE.lookup("string")   →   TypeName(string)         UNSAFE.scope.lookup("Sizeof")   →   Builtin(Sizeof)

Sources: Go spec "Predeclared identifiers", "Package unsafe".
"""

from __future__ import annotations

from typing import Final

from ..diag.source import NO_POS
from . import objects as o
from .objects import Builtin, Const, Func, Nil, Package, TypeName, Var
from .scope import Scope
from .termlist import ALL_TYPES
from .types import (
    TYP_BOOL,
    TYP_BYTE,
    TYP_COMPLEX64,
    TYP_COMPLEX128,
    TYP_FLOAT32,
    TYP_FLOAT64,
    TYP_INT,
    TYP_INT8,
    TYP_INT16,
    TYP_INT32,
    TYP_INT64,
    TYP_RUNE,
    TYP_STRING,
    TYP_UINT,
    TYP_UINT8,
    TYP_UINT16,
    TYP_UINT32,
    TYP_UINT64,
    TYP_UINTPTR,
    TYP_UNSAFE_POINTER,
    TYP_UNTYPED_BOOL,
    TYP_UNTYPED_INT,
    Alias,
    Interface,
    Named,
    Signature,
    Tuple,
)
from .typeset import EMPTY_INTERFACE, TypeSet, type_set

UNIVERSE: Final = Scope(None, comment="universe")
UNSAFE: Final = Package("unsafe", "unsafe", Scope(UNIVERSE, comment="package unsafe"))

# name, id, least number of arguments, variadic, is an expression statement not allowed ("expression") or required use
BUILTINS: Final = (
    ("append", o.APPEND, 1, True),
    ("cap", o.CAP, 1, False),
    ("clear", o.CLEAR, 1, False),
    ("close", o.CLOSE, 1, False),
    ("complex", o.COMPLEX, 2, False),
    ("copy", o.COPY, 2, False),
    ("delete", o.DELETE, 2, False),
    ("imag", o.IMAG, 1, False),
    ("len", o.LEN, 1, False),
    ("make", o.MAKE, 1, True),
    ("max", o.MAX, 1, True),
    ("min", o.MIN, 1, True),
    ("new", o.NEW, 1, False),
    ("panic", o.PANIC, 1, False),
    ("print", o.PRINT, 0, True),
    ("println", o.PRINTLN, 0, True),
    ("real", o.REAL, 1, False),
    ("recover", o.RECOVER, 0, False),
)

UNSAFE_BUILTINS: Final = (
    ("Add", o.UNSAFE_ADD, 2, False),
    ("Alignof", o.UNSAFE_ALIGNOF, 1, False),
    ("Offsetof", o.UNSAFE_OFFSETOF, 1, False),
    ("Sizeof", o.UNSAFE_SIZEOF, 1, False),
    ("Slice", o.UNSAFE_SLICE, 2, False),
    ("SliceData", o.UNSAFE_SLICE_DATA, 1, False),
    ("String", o.UNSAFE_STRING, 2, False),
    ("StringData", o.UNSAFE_STRING_DATA, 1, False),
)

# Builtins whose call may stand as a statement.
STATEMENT_BUILTINS: Final = frozenset(
    (o.CLEAR, o.CLOSE, o.COPY, o.DELETE, o.PANIC, o.PRINT, o.PRINTLN, o.RECOVER)
)

_BASIC_TYPES: Final = (
    TYP_BOOL, TYP_INT, TYP_INT8, TYP_INT16, TYP_INT32, TYP_INT64, TYP_UINT, TYP_UINT8, TYP_UINT16, TYP_UINT32,
    TYP_UINT64, TYP_UINTPTR, TYP_FLOAT32, TYP_FLOAT64, TYP_COMPLEX64, TYP_COMPLEX128, TYP_STRING, TYP_BYTE, TYP_RUNE,
)


def _define_error() -> Named:
    """type error interface{ Error() string }"""
    obj = TypeName(NO_POS, None, "error", None)
    named = Named(obj, None, [])
    obj.type = named
    obj.color = o.BLACK
    result = Var(NO_POS, None, "", TYP_STRING)
    sig = Signature(Var(NO_POS, None, "", named), Tuple([]), Tuple([result]), False)
    iface = Interface([Func(NO_POS, None, "Error", sig)], [])
    iface.complete = True
    type_set(iface)
    named.from_rhs = iface
    named._underlying = iface
    UNIVERSE.insert(obj)
    return named


def _define_comparable() -> Named:
    """type comparable interface{}, marked"""
    obj = TypeName(NO_POS, None, "comparable", None)
    iface = Interface([], [])
    iface.complete = True
    iface.tset = TypeSet([], ALL_TYPES, True)
    named = Named(obj, iface, [])
    named.from_rhs = iface
    obj.type = named
    obj.color = o.BLACK
    UNIVERSE.insert(obj)
    return named


def _define_any() -> Alias:
    """type any = interface{}"""
    obj = TypeName(NO_POS, None, "any", None)
    alias = Alias(obj, EMPTY_INTERFACE)
    obj.type = alias
    obj.color = o.BLACK
    UNIVERSE.insert(obj)
    return alias


def _define_constant(name: str, value: bool | int) -> Const:
    typ = TYP_UNTYPED_BOOL if isinstance(value, bool) else TYP_UNTYPED_INT
    c = Const(NO_POS, None, name, typ, value)
    UNIVERSE.insert(c)
    return c


def _define_rest() -> None:
    for t in _BASIC_TYPES:
        UNIVERSE.insert(TypeName(NO_POS, None, t.name, t))
    UNIVERSE.insert(Nil())
    for name, id, _, _ in BUILTINS:
        UNIVERSE.insert(Builtin(name, id))
    for name, id, _, _ in UNSAFE_BUILTINS:
        b = Builtin(name, id)
        b.pkg = UNSAFE
        UNSAFE.scope.insert(b)
    UNSAFE.scope.insert(TypeName(NO_POS, UNSAFE, "Pointer", TYP_UNSAFE_POINTER))
    UNSAFE.complete = True
    UNSAFE.is_std = True


_define_rest()
ERROR: Final = _define_error()
ANY: Final = _define_any()
COMPARABLE: Final = _define_comparable()
COMPARABLE_INTERFACE: Final = COMPARABLE._underlying
TRUE: Final = _define_constant("true", True)
FALSE: Final = _define_constant("false", False)
IOTA: Final = _define_constant("iota", 0)
