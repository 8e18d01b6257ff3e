"""Go values as templates, printing and JSON see them.

    POINT = StructType("geo.Point", [Field("X", "int"), Field("Name", "string")])
    p = POINT.new(X=1)          p.get("X")  →  1          p.get("Name")  →  ""

A Go string is a str, numbers are int and float, a bool is a bool, a slice a list, a map a dict. A Struct stands for a
pointer to a struct; a nil pointer of a struct type is a Nil, which remembers the type, and an invalid value is None.
Methods are functions of the receiver; those named Error or String are what printing uses.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, final

GoValue = object
Method = Callable[["Struct"], GoValue]
MethodWith = Callable[["Struct", list[GoValue]], GoValue]


@final
class Field:
    """`type` is Go's text for the field's type; it gives the zero value. With omit_empty JSON leaves empty values out."""

    __slots__ = ("name", "type", "omit_empty", "zero")

    def __init__(self, name: str, type: str, omit_empty: bool = True) -> None:
        self.name = name
        self.type = type
        self.omit_empty = omit_empty
        self.zero = zero_value(type)


@final
class Nil:
    """A nil pointer of a type, written without "*"."""

    __slots__ = ("type",)

    def __init__(self, type: str) -> None:
        self.type = type


@final
class NilMap(dict[str, GoValue]):
    """The zero value of a map type."""


@final
class NilSlice(list[GoValue]):
    """The zero value of a slice type."""


def zero_value(type: str) -> GoValue:
    if type == "string":
        return ""
    if type == "bool":
        return False
    if type == "int":
        return 0
    if type.startswith("[]"):
        return NilSlice()
    if type.startswith("map["):
        return NilMap()
    return Nil(type.removeprefix("*"))


@final
class StructType:
    """A struct type by its Go name, like "load.PackagePublic". `fields` are in order of declaration; `methods_with` are
    methods that take arguments, with the types of these."""

    __slots__ = ("name", "fields", "by_name", "methods", "methods_with")

    def __init__(
        self,
        name: str,
        fields: list[Field],
        methods: dict[str, Method] | None = None,
        methods_with: dict[str, tuple[tuple[str, ...], MethodWith]] | None = None,
    ) -> None:
        self.methods_with = {} if methods_with is None else methods_with
        self.name = name
        self.fields = fields
        self.by_name = {f.name: f for f in fields}
        self.methods: Final[dict[str, Method]] = {} if methods is None else methods

    def new(self, values: dict[str, GoValue]) -> Struct:
        return Struct(self, values)


@final
class Struct:
    """A pointer to a struct; fields not in `values` have their zero value. `type` is shared by all of its kind."""

    __slots__ = ("type", "values")

    def __init__(self, type: StructType, values: dict[str, GoValue]) -> None:
        self.type = type
        self.values = values

    def get(self, name: str) -> GoValue:
        value = self.values.get(name)
        return self.type.by_name[name].zero if value is None else value

    def only(self, names: frozenset[str]) -> Struct:
        """A copy with all other fields cleared."""
        return Struct(self.type, {k: v for k, v in self.values.items() if k in names})

    def text(self) -> str | None:
        """What its Error or String method returns, None if it has neither."""
        for name in ("Error", "String"):
            method = self.type.methods.get(name)
            if method is not None:
                return str(method(self))
        return None


def type_name(value: GoValue) -> str:
    """The Go name of a value's type."""
    if isinstance(value, Struct):
        return "*" + value.type.name
    if isinstance(value, Nil):
        return "*" + value.type
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "int"
    if isinstance(value, float):
        return "float64"
    if isinstance(value, str):
        return "string"
    if isinstance(value, dict):
        for item in value.values():
            return "map[string]" + type_name(item)
        return "map[string]string"
    if isinstance(value, list):
        return "[]" + (type_name(value[0]) if value else "string")
    return "<nil>" if value is None else type(value).__name__


def is_true(value: GoValue) -> bool:
    """Go templates' truth: not the zero value, not empty. Pointers that are not nil are true."""
    if isinstance(value, Struct):
        return True
    if isinstance(value, Nil):
        return False
    return bool(value)
