"""The types of Go, as plain objects.

    []map[string]*T   →   Slice(Map(STRING, Pointer(Named T)))

Types are compared with `identical(x, y)` (types/identity.py), never with `is` (except Basic singletons after `unalias`)
and never with `==`. `under(t)` strips names. Every class is final; dispatch is by isinstance.

Named types and aliases resolve lazily: read `Named.underlying()`, `Named.methods()` and `Alias.actual()`, not the
fields. An instantiated Named has `origin` and `targs`; its underlying type and methods are substituted on demand.

Sources: Go spec "Types"; go/types (roles).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

if TYPE_CHECKING:
    from .objects import Func, TypeName, Var
    from .typeset import TypeSet

# Basic kinds, in go/types' order. reflect's kinds are a separate numbering (codegen/descriptors).
INVALID: Final = 0
BOOL: Final = 1
INT: Final = 2
INT8: Final = 3
INT16: Final = 4
INT32: Final = 5
INT64: Final = 6
UINT: Final = 7
UINT8: Final = 8
UINT16: Final = 9
UINT32: Final = 10
UINT64: Final = 11
UINTPTR: Final = 12
FLOAT32: Final = 13
FLOAT64: Final = 14
COMPLEX64: Final = 15
COMPLEX128: Final = 16
STRING: Final = 17
UNSAFE_POINTER: Final = 18
UNTYPED_BOOL: Final = 19
UNTYPED_INT: Final = 20
UNTYPED_RUNE: Final = 21
UNTYPED_FLOAT: Final = 22
UNTYPED_COMPLEX: Final = 23
UNTYPED_STRING: Final = 24
UNTYPED_NIL: Final = 25

# Properties of basic types (bit set).
IS_BOOLEAN: Final = 1
IS_INTEGER: Final = 2
IS_UNSIGNED: Final = 4
IS_FLOAT: Final = 8
IS_COMPLEX: Final = 16
IS_STRING: Final = 32
IS_UNTYPED: Final = 64
IS_ORDERED: Final = IS_INTEGER | IS_FLOAT | IS_STRING
IS_NUMERIC: Final = IS_INTEGER | IS_FLOAT | IS_COMPLEX
IS_CONST_TYPE: Final = IS_BOOLEAN | IS_NUMERIC | IS_STRING

# Channel directions (as syntax.nodes: SEND_RECV, SEND_ONLY, RECV_ONLY).
SEND_RECV: Final = 0
SEND_ONLY: Final = 1
RECV_ONLY: Final = 2


class Type:
    __slots__ = ()

    def __str__(self) -> str:
        from .typestring import type_string

        return type_string(self)


@final
class Basic(Type):
    """byte and rune are distinct Basic objects with kinds UINT8 and INT32 (so that messages can say `byte`)."""

    __slots__ = ("kind", "info", "name")

    def __init__(self, kind: int, info: int, name: str) -> None:
        self.kind = kind
        self.info = info
        self.name = name


@final
class Array(Type):
    """[length]elem; length < 0: unknown (after an error)"""

    __slots__ = ("length", "elem")

    def __init__(self, elem: Type, length: int) -> None:
        self.elem = elem
        self.length = length


@final
class Slice(Type):
    __slots__ = ("elem",)

    def __init__(self, elem: Type) -> None:
        self.elem = elem


@final
class Pointer(Type):
    __slots__ = ("elem",)

    def __init__(self, elem: Type) -> None:
        self.elem = elem


@final
class Map(Type):
    __slots__ = ("key", "elem")

    def __init__(self, key: Type, elem: Type) -> None:
        self.key = key
        self.elem = elem


@final
class Chan(Type):
    __slots__ = ("dir", "elem")

    def __init__(self, dir: int, elem: Type) -> None:
        self.dir = dir
        self.elem = elem


@final
class Struct(Type):
    """fields in order; tags[i] is the unquoted tag ("" if none; tags may be shorter than fields)"""

    __slots__ = ("fields", "tags")

    def __init__(self, fields: list[Var], tags: list[str]) -> None:
        self.fields = fields
        self.tags = tags

    def tag(self, i: int) -> str:
        return self.tags[i] if i < len(self.tags) else ""


@final
class Tuple(Type):
    """Parameter and result lists, and the type of a multi-value call (0 or >= 2 values)."""

    __slots__ = ("vars",)

    def __init__(self, vars: list[Var]) -> None:
        self.vars = vars


@final
class Signature(Type):
    """A function or method type. `recv` is not part of identity. `tparams`: the function's own type parameters;
    `rparams`: those introduced by a generic receiver. The last parameter of a variadic signature has type Slice."""

    __slots__ = ("tparams", "rparams", "recv", "params", "results", "variadic", "scope")

    def __init__(self, recv: Var | None, params: Tuple, results: Tuple, variadic: bool) -> None:
        self.tparams: list[TypeParam] = []
        self.rparams: list[TypeParam] = []
        self.recv = recv
        self.params = params
        self.results = results
        self.variadic = variadic
        self.scope: object | None = None


@final
class Union(Type):
    """~T1 | T2"""

    __slots__ = ("terms",)

    def __init__(self, terms: list[Term]) -> None:
        self.terms = terms


@final
class Term:
    __slots__ = ("tilde", "type")

    def __init__(self, tilde: bool, type: Type) -> None:
        self.tilde = tilde
        self.type = type


@final
class Interface(Type):
    """`methods`: explicitly declared; `embeddeds`: embedded element types. Read the complete method set through
    typeset.type_set(interface).methods (sorted by Id). `implicit`: made for a constraint literal like ~int."""

    __slots__ = ("methods", "embeddeds", "embed_pos", "implicit", "complete", "tset", "check")

    def __init__(self, methods: list[Func], embeddeds: list[Type]) -> None:
        self.methods = methods
        self.embeddeds = embeddeds
        self.embed_pos: list[int] | None = None
        self.implicit = False
        self.complete = False
        self.tset: TypeSet | None = None
        self.check: object | None = None


@final
class Named(Type):
    """A defined type, or an instance of a generic one.

    `from_rhs`/`_underlying`/`_methods` are maintained by the checker (declared types) or by expansion (instances).
    `local_id`: 0 for package-level types; the gc-style discriminator for types declared inside functions.
    """

    __slots__ = (
        "obj", "tparams", "origin", "targs", "from_rhs", "_underlying", "_methods", "state", "check", "context",
        "local_id", "link_name",
    )  # fmt: skip

    def __init__(self, obj: TypeName, underlying: Type | None, methods: list[Func]) -> None:
        self.obj = obj
        self.tparams: list[TypeParam] = []
        self.origin: Named = self
        self.targs: list[Type] = []
        self.from_rhs: Type | None = None
        self._underlying = underlying
        self._methods = methods
        self.state = 0
        self.check: object | None = None
        self.context: object | None = None
        self.local_id = 0
        self.link_name = ""  # memo of codegen's unique name

    def underlying(self) -> Type:
        """The underlying type, never Named or Alias."""
        u = self._underlying
        if u is not None:
            return u
        from .named import underlying_of

        return underlying_of(self)

    def methods(self) -> list[Func]:
        """Declared methods (not promoted ones), receiver types substituted for instances, in source order."""
        from .named import methods_of

        return methods_of(self)


@final
class Alias(Type):
    """An alias declaration, kept for messages. `actual()` is the type it stands for (never an Alias)."""

    __slots__ = ("obj", "origin", "tparams", "targs", "from_rhs", "_actual")

    def __init__(self, obj: TypeName, rhs: Type | None) -> None:
        self.obj = obj
        self.origin: Alias = self
        self.tparams: list[TypeParam] = []
        self.targs: list[Type] = []
        self.from_rhs = rhs
        self._actual: Type | None = None

    def actual(self) -> Type:
        t = self._actual
        if t is not None:
            return t
        from .named import actual_of

        return actual_of(self)


@final
class TypeParam(Type):
    """`index` in its list; `bound` is any type (wrapped as an implicit interface on demand)."""

    __slots__ = ("id", "obj", "index", "bound", "check")

    def __init__(self, id: int, obj: TypeName, index: int, bound: Type | None) -> None:
        self.id = id
        self.obj = obj
        self.index = index
        self.bound = bound
        self.check: object | None = None


def unalias(t: Type) -> Type:
    """Strip Alias."""
    return t.actual() if isinstance(t, Alias) else t


def under(t: Type) -> Type:
    """The underlying type; of a TypeParam, its constraint interface."""
    if isinstance(t, Alias):
        t = t.actual()
    if isinstance(t, Named):
        return t.underlying()
    if isinstance(t, TypeParam):
        from .typeset import constraint_interface

        return constraint_interface(t)
    return t


# The basic types. UNIVERSE names are bound in types/universe.py.
TYP_INVALID: Final = Basic(INVALID, 0, "invalid type")
TYP_BOOL: Final = Basic(BOOL, IS_BOOLEAN, "bool")
TYP_INT: Final = Basic(INT, IS_INTEGER, "int")
TYP_INT8: Final = Basic(INT8, IS_INTEGER, "int8")
TYP_INT16: Final = Basic(INT16, IS_INTEGER, "int16")
TYP_INT32: Final = Basic(INT32, IS_INTEGER, "int32")
TYP_INT64: Final = Basic(INT64, IS_INTEGER, "int64")
TYP_UINT: Final = Basic(UINT, IS_INTEGER | IS_UNSIGNED, "uint")
TYP_UINT8: Final = Basic(UINT8, IS_INTEGER | IS_UNSIGNED, "uint8")
TYP_UINT16: Final = Basic(UINT16, IS_INTEGER | IS_UNSIGNED, "uint16")
TYP_UINT32: Final = Basic(UINT32, IS_INTEGER | IS_UNSIGNED, "uint32")
TYP_UINT64: Final = Basic(UINT64, IS_INTEGER | IS_UNSIGNED, "uint64")
TYP_UINTPTR: Final = Basic(UINTPTR, IS_INTEGER | IS_UNSIGNED, "uintptr")
TYP_FLOAT32: Final = Basic(FLOAT32, IS_FLOAT, "float32")
TYP_FLOAT64: Final = Basic(FLOAT64, IS_FLOAT, "float64")
TYP_COMPLEX64: Final = Basic(COMPLEX64, IS_COMPLEX, "complex64")
TYP_COMPLEX128: Final = Basic(COMPLEX128, IS_COMPLEX, "complex128")
TYP_STRING: Final = Basic(STRING, IS_STRING, "string")
TYP_UNSAFE_POINTER: Final = Basic(UNSAFE_POINTER, 0, "Pointer")
TYP_UNTYPED_BOOL: Final = Basic(UNTYPED_BOOL, IS_BOOLEAN | IS_UNTYPED, "untyped bool")
TYP_UNTYPED_INT: Final = Basic(UNTYPED_INT, IS_INTEGER | IS_UNTYPED, "untyped int")
TYP_UNTYPED_RUNE: Final = Basic(UNTYPED_RUNE, IS_INTEGER | IS_UNTYPED, "untyped rune")
TYP_UNTYPED_FLOAT: Final = Basic(UNTYPED_FLOAT, IS_FLOAT | IS_UNTYPED, "untyped float")
TYP_UNTYPED_COMPLEX: Final = Basic(UNTYPED_COMPLEX, IS_COMPLEX | IS_UNTYPED, "untyped complex")
TYP_UNTYPED_STRING: Final = Basic(UNTYPED_STRING, IS_STRING | IS_UNTYPED, "untyped string")
TYP_UNTYPED_NIL: Final = Basic(UNTYPED_NIL, IS_UNTYPED, "untyped nil")
TYP_BYTE: Final = Basic(UINT8, IS_INTEGER | IS_UNSIGNED, "byte")
TYP_RUNE: Final = Basic(INT32, IS_INTEGER, "rune")
