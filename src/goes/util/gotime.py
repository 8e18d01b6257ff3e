"""Go's time.Time as templates and JSON see it, made of an RFC 3339 text.

    format_time("2018-02-14T15:44:20Z", "2006-01-02 at 15:04")   →   "2018-02-14 at 15:44"

Source: documentation of Go's package time (layouts).
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Final

from .govalue import Field, GoValue, Struct, StructType

_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ELEMENT: Final = re.compile(
    r"January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|2006|Z07:00:00|Z07:00|Z070000|Z0700|Z07|-07:00:00|-07:00|-070000"
    r"|-0700|-07|002|01|02|03|04|05|06|15|__2|_2(?!006)|[.,]0+(?!\d)|[.,]9+(?!\d)|PM|pm|1|2|3|4|5"
)
_TEXT: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)\Z")


def _parse(text: str) -> tuple[datetime, str] | None:
    """The moment in its own zone and the digits of its fraction of a second."""
    match = _TEXT.match(text)
    if match is None:
        return None
    zone = match.group(3)
    offset = timedelta()
    if zone != "Z":
        offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[4:6]))
        offset = -offset if zone[0] == "-" else offset
    moment = datetime.fromisoformat(match.group(1)).replace(tzinfo=timezone(offset))
    return moment, (match.group(2) or "")[1:].ljust(9, "0")[:9]


def format_time(text: str, layout: str) -> str:
    parsed = _parse(text)
    if parsed is None:
        return text
    moment, fraction = parsed

    def element(match: re.Match[str]) -> str:
        return _element(match.group(), moment, fraction)

    return _ELEMENT.sub(element, layout)


def _element(e: str, t: datetime, fraction: str) -> str:
    hour = t.hour % 12 or 12
    day_of_year = t.timetuple().tm_yday
    plain = {
        "January": _MONTHS[t.month - 1], "Jan": _MONTHS[t.month - 1][:3], "Monday": _DAYS[t.weekday()],
        "Mon": _DAYS[t.weekday()][:3], "2006": f"{t.year:04d}", "002": f"{day_of_year:03d}",
        "__2": f"{day_of_year:3d}", "01": f"{t.month:02d}", "1": str(t.month), "02": f"{t.day:02d}",
        "_2": f"{t.day:2d}", "2": str(t.day), "03": f"{hour:02d}", "3": str(hour), "04": f"{t.minute:02d}",
        "4": str(t.minute), "05": f"{t.second:02d}", "5": str(t.second), "06": f"{t.year % 100:02d}",
        "15": f"{t.hour:02d}", "PM": "PM" if t.hour >= 12 else "AM", "pm": "pm" if t.hour >= 12 else "am",
    }  # fmt: skip
    known = plain.get(e)
    if known is not None:
        return known
    seconds = int((t.utcoffset() or timedelta()).total_seconds())
    sign = "-" if seconds < 0 else "+"
    hours, rest = divmod(abs(seconds), 3600)
    if e == "MST":
        return "UTC" if seconds == 0 else f"{sign}{hours:02d}" + (f"{rest // 60:02d}" if rest else "")
    if e[0] in "Z-":
        if e[0] == "Z" and seconds == 0:
            return "Z"
        parts = [f"{hours:02d}", f"{rest // 60:02d}", f"{rest % 60:02d}"]
        return sign + (":" if ":" in e else "").join(parts[: _zone_parts(e)])
    digits = fraction[: len(e) - 1]
    if e[1] == "0":
        return e[0] + digits
    digits = digits.rstrip("0")
    return e[0] + digits if digits else ""


def _zone_parts(layout: str) -> int:
    """How much of an offset a layout like -07:00 shows: hours, minutes, seconds."""
    return (len(layout.replace(":", "")) - 1) // 2


def _text(t: Struct) -> str:
    return str(t.get("text"))


def _string(t: Struct) -> GoValue:
    return format_time(_text(t), "2006-01-02 15:04:05.999999999 -0700 MST")


def _unix(t: Struct) -> GoValue:
    parsed = _parse(_text(t))
    return 0 if parsed is None else int(parsed[0].timestamp())


def _year(t: Struct) -> GoValue:
    parsed = _parse(_text(t))
    return 1 if parsed is None else parsed[0].year


def _in_utc(t: Struct) -> GoValue:
    parsed = _parse(_text(t))
    if parsed is None:
        return t
    fraction = parsed[1].rstrip("0")
    moment = parsed[0].astimezone(timezone(timedelta())).strftime("%Y-%m-%dT%H:%M:%S")
    return Struct(TIME, {"text": moment + ("." + fraction if fraction else "") + "Z"})


def _format(t: Struct, arguments: list[GoValue]) -> GoValue:
    return format_time(_text(t), str(arguments[0]))


TIME: Final = StructType(
    "time.Time",
    [Field("text", "string")],
    {
        "MarshalJSON": _text, "String": _string, "Unix": _unix, "Year": _year, "UTC": _in_utc,
        "IsZero": lambda t: _parse(_text(t)) is None,
    },
    {"Format": (("string",), _format)},
)  # fmt: skip
