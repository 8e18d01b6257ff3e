"""What identifiers denote.

    var x int   →   Var("x", TYP_INT)

An object knows its name, package, type, position and the declaration that makes it. Package-level objects resolve
lazily: `obj.type` is None until `Checker.resolve(obj)` ran (Package.lookup(name) of a declared package resolves).
`exported(name)` tells by the first letter (Unicode upper case).

Sources: Go spec "Declarations and scope"; go/types object.go (roles).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from ..diag.source import NO_POS, Pos

if TYPE_CHECKING:
    from ..syntax.nodes import File, FuncDecl, FuncLit, ImportDecl
    from .checker import Checker
    from .constant import ConstValue
    from .scope import Scope
    from .types import Type

# Colours of resolution (go/types): WHITE untouched, BLACK done, >= GREY on the checker's path.
WHITE: Final = 0
BLACK: Final = 1
GREY: Final = 2


def exported(name: str) -> bool:
    """Whether name begins with an upper-case letter (Unicode class Lu)."""
    c = name[:1]
    if "A" <= c <= "Z":
        return True
    if c < "\x80":
        return False
    import unicodedata

    return unicodedata.category(c) == "Lu"


class Object:
    __slots__ = ("name", "pkg", "type", "pos", "color", "parent", "order", "scope_pos", "decl")
    name: str
    pkg: Package | None  # None for universe objects
    type: Type | None
    pos: Pos
    color: int
    parent: Scope | None
    order: int  # 1, 2, ... in source order for package-level objects
    scope_pos: Pos  # where a local object's scope begins
    decl: object | None  # checker's DeclInfo for package-level objects

    def exported(self) -> bool:
        return exported(self.name)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name})"


def _init(o: Object, name: str, pkg: Package | None, type: Type | None, pos: Pos) -> None:
    o.name = name
    o.pkg = pkg
    o.type = type
    o.pos = pos
    o.color = WHITE if type is None else BLACK
    o.parent = None
    o.order = 0
    o.scope_pos = NO_POS
    o.decl = None


@final
class PkgName(Object):
    __slots__ = ("imported", "used", "import_decl")

    def __init__(self, pos: Pos, pkg: Package | None, name: str, imported: Package) -> None:
        from .types import TYP_INVALID

        _init(self, name, pkg, TYP_INVALID, pos)
        self.imported = imported
        self.used = False
        self.import_decl: ImportDecl | None = None


@final
class Const(Object):
    __slots__ = ("value",)

    def __init__(self, pos: Pos, pkg: Package | None, name: str, type: Type | None, value: ConstValue | None) -> None:
        _init(self, name, pkg, type, pos)
        self.value = value


@final
class TypeName(Object):
    """A defined type, alias or type parameter's name. `is_alias()` by its type."""

    __slots__ = ()

    def __init__(self, pos: Pos, pkg: Package | None, name: str, type: Type | None) -> None:
        _init(self, name, pkg, type, pos)


@final
class Var(Object):
    """Variable, parameter, result, receiver or struct field.

    `origin`: for a field or parameter of an instantiated type, the generic declaration's Var (else self).
    `captured`: referenced from a function literal inside its function; `addressed`: & is taken (explicitly or by slicing
    an array or calling a pointer method); `reassigned`: assigned after its declaration. The checker sets the three.
    """

    __slots__ = ("is_field", "embedded", "used", "is_param", "origin", "captured", "addressed", "reassigned", "owner")

    def __init__(self, pos: Pos, pkg: Package | None, name: str, type: Type | None, is_field: bool = False, embedded: bool = False) -> None:
        _init(self, name, pkg, type, pos)
        self.is_field = is_field
        self.embedded = embedded
        self.used = False
        self.is_param = False
        self.origin: Var = self
        self.captured = False
        self.addressed = False
        self.reassigned = False
        self.owner: FuncDecl | FuncLit | None = None  # the function a local variable is declared in


@final
class Func(Object):
    """Function, method (concrete or of an interface). `func_decl` is None for interface methods and builtins of unsafe.
    `origin`: for a method of an instantiated type, the generic type's method (else self). `type` is its Signature."""

    __slots__ = ("func_decl", "has_ptr_recv", "origin", "link_name")

    def __init__(self, pos: Pos, pkg: Package | None, name: str, type: Type | None) -> None:
        _init(self, name, pkg, type, pos)
        self.func_decl: FuncDecl | None = None
        self.has_ptr_recv = False  # valid once declared, also before the signature is typed
        self.origin: Func = self
        self.link_name = ""


@final
class Label(Object):
    __slots__ = ("used",)

    def __init__(self, pos: Pos, pkg: Package | None, name: str) -> None:
        from .types import TYP_INVALID

        _init(self, name, pkg, TYP_INVALID, pos)
        self.used = False


# Builtin ids.
APPEND: Final = 0
CAP: Final = 1
CLEAR: Final = 2
CLOSE: Final = 3
COMPLEX: Final = 4
COPY: Final = 5
DELETE: Final = 6
IMAG: Final = 7
LEN: Final = 8
MAKE: Final = 9
MAX: Final = 10
MIN: Final = 11
NEW: Final = 12
PANIC: Final = 13
PRINT: Final = 14
PRINTLN: Final = 15
REAL: Final = 16
RECOVER: Final = 17
UNSAFE_ADD: Final = 18
UNSAFE_ALIGNOF: Final = 19
UNSAFE_OFFSETOF: Final = 20
UNSAFE_SIZEOF: Final = 21
UNSAFE_SLICE: Final = 22
UNSAFE_SLICE_DATA: Final = 23
UNSAFE_STRING: Final = 24
UNSAFE_STRING_DATA: Final = 25


@final
class Builtin(Object):
    __slots__ = ("id",)

    def __init__(self, name: str, id: int) -> None:
        from .types import TYP_INVALID

        _init(self, name, None, TYP_INVALID, NO_POS)
        self.id = id


@final
class Nil(Object):
    __slots__ = ()

    def __init__(self) -> None:
        from .types import TYP_UNTYPED_NIL

        _init(self, "nil", None, TYP_UNTYPED_NIL, NO_POS)


# Selection kinds.
FIELD_VAL: Final = 0  # x.f
METHOD_VAL: Final = 1  # x.m
METHOD_EXPR: Final = 2  # T.m


@final
class Selection:
    """What x.f means. `recv`: type of x; `obj`: the field Var or method Func; `index`: path of field indices, the last
    one being the field's or method's own index; `indirect`: whether a pointer was followed on the way; `type`: the
    type of the expression (for METHOD_EXPR with the receiver as first parameter)."""

    __slots__ = ("kind", "recv", "obj", "index", "indirect", "type")

    def __init__(self, kind: int, recv: Type, obj: Var | Func, index: list[int], indirect: bool, type: Type) -> None:
        self.kind = kind
        self.recv = recv
        self.obj = obj
        self.index = index
        self.indirect = indirect
        self.type = type


@final
class Initializer:
    """One step of package initialisation: lhs = rhs (several lhs for a multi-value rhs)."""

    __slots__ = ("lhs", "rhs")

    def __init__(self, lhs: list[Var], rhs: object) -> None:
        self.lhs = lhs
        self.rhs = rhs  # syntax.nodes.Expr


@final
class Package:
    """`path` is the import path ("main" packages keep their directory's path; link names use `link_path`).
    `checker` declares and resolves on demand. `imports`: directly imported packages, sorted by path."""

    __slots__ = ("path", "link_path", "name", "scope", "imports", "files", "checker", "complete", "fake", "go_version", "is_std")

    def __init__(self, path: str, name: str, scope: Scope) -> None:
        self.path = path
        self.link_path = path
        self.name = name
        self.scope = scope
        self.imports: list[Package] = []
        self.files: list[File] = []
        self.checker: Checker | None = None
        self.complete = False
        self.fake = False
        self.go_version = ""
        self.is_std = False

    def __repr__(self) -> str:
        return f"Package({self.path})"
