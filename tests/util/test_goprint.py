"""Go's formatted print, JSON and times."""

from __future__ import annotations

import pytest

from goes.util.gojson import marshal_indent
from goes.util.goprint import format_float, quote, sprint, sprintf, unquote
from goes.util.gotime import format_time
from goes.util.govalue import Field, GoValue, Nil, Struct, StructType

POINT = StructType("geo.Point", [Field("X", "int", False), Field("Names", "[]string"), Field("Next", "*geo.Point")])


@pytest.mark.parametrize(
    ("format", "values", "expected"),
    [
        ("%d %5d|%-5d|%05d|%+d|% d|%x|%X|%#x|%o|%b|%c|%U", [1, 2, 3, -4, 5, 6, 255, 255, 255, 8, 5, 65, 65],
         "1     2|3    |-0004|+5| 6|ff|FF|0xff|10|101|A|U+0041"),
        ("%s|%10s|%-4s|%.2s|%q|%x|% x", ["a", "b", "c", "def", "g\n", "hi", "hi"],
         'a|         b|c   |de|"g\\n"|6869|68 69'),
        ("%t %v %v %g %8.3f", [True, False, 1e21, 0.5, 3.14159], "true false 1e+21 0.5    3.142"),
        ("%v %q %d", [["a", "b"], ["c"], [1, 2]], '[a b] ["c"] [1 2]'),
        ("%*d|%[2]v %[1]v|%%", [3, 7], "  7|7 3|%"),
        ("%d %s %z", ["x", 1, 2], "%!d(string=x) %!s(int=1) %!z(int=2)"),
        ("%d", [], "%!d(MISSING)"),
        ("x", [1, "a"], "x%!(EXTRA int=1, string=a)"),
        ("%", [], "%!(NOVERB)"),
        ("%v %T %q", [Nil("geo.Point"), Nil("geo.Point"), Nil("geo.Point")], "<nil> *geo.Point <nil>"),
    ],
)
def test_printf(format: str, values: list[GoValue], expected: str) -> None:
    assert sprintf(format, values) == expected


def test_print_puts_spaces_between_operands_that_are_no_strings() -> None:
    assert sprint([1, 2, "a", "b", 3, 4.5, None]) == "1 2ab3 4.5 <nil>"


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.0, "0"), (-1.5, "-1.5"), (1e20, "100000000000000000000"), (1e21, "1e+21"), (1e-4, "0.0001"), (1.25e-5, "1.25e-05")],
)
def test_floats(value: float, expected: str) -> None:
    assert format_float(value) == expected


@pytest.mark.parametrize("text", ["", "a\tb", 'x"y\\', "\x00\x7f", "é世\u200b\U0001f600", "a\udcffb"])
def test_quoting_reads_back(text: str) -> None:
    assert unquote(quote(text)) == text


@pytest.mark.parametrize("literal", ['"', '"a', '"a"b"', '"\\q"', "'\\\"'", '"\\400"', '"\\ud800"', '"a\nb"', "``"])
def test_malformed_literals(literal: str) -> None:
    assert unquote(literal) is (None if literal != "``" else unquote("``"))


def test_json_escapes_and_leaves_empty_fields_out() -> None:
    point = Struct(POINT, {"Names": ["<a&b>", "\u2028\x01\udcff"]})
    assert marshal_indent(point) == (
        '{\n\t"X": 0,\n\t"Names": [\n\t\t"\\u003ca\\u0026b\\u003e",\n\t\t"\\u2028\\u0001\ufffd"\n\t]\n}'
    )
    assert marshal_indent({"b": [], "a": Nil("geo.Point")}) == '{\n\t"a": null,\n\t"b": []\n}'


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        ("2006-01-02", "2019-06-18"),
        ("Mon Jan _2 15:04:05 2006", "Tue Jun 18 19:03:01 2019"),
        ("3:04PM Z07:00 -0700", "7:03PM -07:00 -0700"),
        ("02.01.06 .000", "18.06.19 .250"),
    ],
)
def test_times_keep_their_zone(layout: str, expected: str) -> None:
    assert format_time("2019-06-18T19:03:01.25-07:00", layout) == expected
