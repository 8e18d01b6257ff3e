"""The functions every template has, and how functions are described.

    BUILTINS["index"].call([["a", "b"], 1])  →  "b"

`parameters` are Go types: "any" takes everything; with `variadic` the last one repeats. A function that fails raises
FunctionError; the executor adds which function it was.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, final
from urllib.parse import quote as percent_encode

from ..goprint import go_string, sprint, sprintf, sprintln
from ..govalue import GoValue, Nil, Struct, is_true, type_name


class FunctionError(Exception):
    pass


@final
class Function:
    __slots__ = ("parameters", "variadic", "call")

    def __init__(
        self, parameters: tuple[str, ...], call: Callable[[list[GoValue]], GoValue], variadic: bool = False
    ) -> None:
        self.parameters = parameters
        self.variadic = variadic
        self.call = call


def _text(values: list[GoValue]) -> str:
    if len(values) == 1 and isinstance(values[0], str):
        return values[0]
    return sprint([go_string(v) if isinstance(v, Struct) else v for v in values])


_HTML: Final = {'"': "&#34;", "'": "&#39;", "&": "&amp;", "<": "&lt;", ">": "&gt;", "\0": "\ufffd"}
_JS: Final = {"\\": "\\\\", "'": "\\'", '"': '\\"', "<": "\\u003C", ">": "\\u003E", "&": "\\u0026", "=": "\\u003D"}


def _html(values: list[GoValue]) -> GoValue:
    return "".join(_HTML.get(c, c) for c in _text(values))


def _js(values: list[GoValue]) -> GoValue:
    out: list[str] = []
    for c in _text(values):
        if c in _JS:
            out.append(_JS[c])
        elif ord(c) < 0x20 or not c.isprintable():
            out.append(f"\\u{ord(c):04X}")
        else:
            out.append(c)
    return "".join(out)


def _urlquery(values: list[GoValue]) -> GoValue:
    return percent_encode(_text(values), safe="-_.~ ", errors="surrogateescape").replace(" ", "+")


def _index_argument(index: GoValue, limit: int) -> int:
    if index is None:
        raise FunctionError("cannot index slice/array with nil")
    if isinstance(index, bool) or not isinstance(index, int):
        raise FunctionError(f"cannot index slice/array with type {type_name(index)}")
    if not 0 <= index < limit:
        raise FunctionError(f"index out of range: {index}")
    return index


def _index(values: list[GoValue]) -> GoValue:
    item = values[0]
    if item is None:
        raise FunctionError("index of untyped nil")
    for index in values[1:]:
        if isinstance(item, str):
            data = item.encode("utf-8", "surrogateescape")
            item = data[_index_argument(index, len(data))]
        elif isinstance(item, list):
            item = item[_index_argument(index, len(item))]
        elif isinstance(item, dict):
            if not isinstance(index, str):
                if index is None:
                    raise FunctionError("value is nil; should be of type string")
                raise FunctionError(f"value has type {type_name(index)}; should be string")
            item = item.get(index, "")
        elif isinstance(item, Nil):
            raise FunctionError("index of nil pointer")
        else:
            raise FunctionError(f"can't index item of type {type_name(item).removeprefix('*')}")
    return item


def _slice(values: list[GoValue]) -> GoValue:
    item = values[0]
    indexes = values[1:]
    if item is None:
        raise FunctionError("slice of untyped nil")
    if isinstance(item, Nil):
        raise FunctionError("slice of nil pointer")
    if len(indexes) > 3:
        raise FunctionError(f"too many slice indexes: {len(indexes)}")
    if isinstance(item, str):
        if len(indexes) == 3:
            raise FunctionError("cannot 3-index slice a string")
        data = item.encode("utf-8", "surrogateescape")
        low, high = _bounds(indexes, len(data))
        return data[low:high].decode("utf-8", "surrogateescape")
    if isinstance(item, list):
        low, high = _bounds(indexes, len(item))
        return item[low:high]
    raise FunctionError(f"can't slice item of type {type_name(item).removeprefix('*')}")


def _bounds(indexes: list[GoValue], length: int) -> tuple[int, int]:
    found = [0, length]
    for i, index in enumerate(indexes[:2]):
        found[i] = _index_argument(index, length + 1)
    if found[0] > found[1]:
        raise FunctionError(f"invalid slice index: {found[0]} > {found[1]}")
    return found[0], found[1]


def _len(values: list[GoValue]) -> GoValue:
    item = values[0]
    if isinstance(item, str):
        return len(item.encode("utf-8", "surrogateescape"))
    if isinstance(item, (list, dict)):
        return len(item)
    if item is None or isinstance(item, Nil):
        raise FunctionError("len of nil pointer")
    raise FunctionError(f"len of type {type_name(item).removeprefix('*')}")


def _call(values: list[GoValue]) -> GoValue:
    """No value here is a function; the executor says so of those that are not nil."""
    raise FunctionError("call of nil")


def _kind(value: GoValue) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "int"
    if isinstance(value, float):
        return "float"
    if isinstance(value, str):
        return "string"
    return ""


def _eq(values: list[GoValue]) -> GoValue:
    first = values[0]
    if len(values) == 1:
        raise FunctionError("missing argument for comparison")
    for other in values[1:]:
        if _equal(first, other):
            return True
    return False


def _equal(a: GoValue, b: GoValue) -> bool:
    if _kind(a) and _kind(b):
        if _kind(a) != _kind(b):
            raise FunctionError(f"incompatible types for comparison: {type_name(a)} and {type_name(b)}")
        return a == b
    for one in (a, b):
        if isinstance(one, (list, dict)):
            raise FunctionError(f"non-comparable type {go_string(one)}: {type_name(one)}")
    if (a is None or isinstance(a, Nil)) and (b is None or isinstance(b, Nil)):
        return True
    if isinstance(a, Struct) and isinstance(b, Struct):
        return a.values is b.values
    return False


def _ne(values: list[GoValue]) -> GoValue:
    return not _equal(values[0], values[1])


def _less(a: GoValue, b: GoValue) -> bool:
    kind = _kind(a)
    if not kind or kind == "bool" or not _kind(b):
        raise FunctionError("invalid type for comparison")
    if kind != _kind(b):
        raise FunctionError(f"incompatible types for comparison: {type_name(a)} and {type_name(b)}")
    if isinstance(a, str) and isinstance(b, str):
        return a.encode("utf-8", "surrogateescape") < b.encode("utf-8", "surrogateescape")
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return a < b
    return False


def _lt(values: list[GoValue]) -> GoValue:
    return _less(values[0], values[1])


def _le(values: list[GoValue]) -> GoValue:
    return _less(values[0], values[1]) or _equal(values[0], values[1])


def _gt(values: list[GoValue]) -> GoValue:
    return not (_less(values[0], values[1]) or _equal(values[0], values[1]))


def _ge(values: list[GoValue]) -> GoValue:
    return not _less(values[0], values[1])


def _printf(values: list[GoValue]) -> GoValue:
    return sprintf(str(values[0]), values[1:])


BUILTINS: Final[dict[str, Function]] = {
    # `and` and `or` evaluate no more than they need: the executor's business.
    "and": Function(("any", "any"), lambda values: values[-1], True),
    "call": Function(("any", "any"), _call, True),
    "eq": Function(("any", "any"), _eq, True),
    "ge": Function(("any", "any"), _ge),
    "gt": Function(("any", "any"), _gt),
    "html": Function(("any",), _html, True),
    "index": Function(("any", "any"), _index, True),
    "js": Function(("any",), _js, True),
    "le": Function(("any", "any"), _le),
    "len": Function(("any",), _len),
    "lt": Function(("any", "any"), _lt),
    "ne": Function(("any", "any"), _ne),
    "not": Function(("any",), lambda values: not is_true(values[0])),
    "or": Function(("any", "any"), lambda values: values[-1], True),
    "print": Function(("any",), sprint, True),
    "printf": Function(("string", "any"), _printf, True),
    "println": Function(("any",), sprintln, True),
    "slice": Function(("any", "any"), _slice, True),
    "urlquery": Function(("any",), _urlquery, True),
}
