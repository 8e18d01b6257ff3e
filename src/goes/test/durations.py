"""Go's time.Duration as text.

    parse_duration("1m30s")      →  90_000_000_000 (nanoseconds)
    format_duration(600 * 10**9) →  "10m0s"

Source: package time (ParseDuration, Duration.String).
"""

from __future__ import annotations

import re
from typing import Final

SECOND: Final = 1_000_000_000
_UNITS: Final = {
    "ns": 1, "us": 1000, "µs": 1000, "μs": 1000, "ms": 1_000_000, "s": SECOND, "m": 60 * SECOND, "h": 3600 * SECOND,
}  # fmt: skip
_PART: Final = re.compile(r"([0-9]*)(?:\.([0-9]*))?(ns|us|µs|μs|ms|s|m|h)")
_LIMIT: Final = 1 << 63


def parse_duration(text: str) -> int | None:
    """Nanoseconds, or None if the text is no duration."""
    body = text
    negative = body.startswith("-")
    if body[:1] in ("-", "+"):
        body = body[1:]
    if body == "0":
        return 0
    if not body:
        return None
    total = 0
    i = 0
    while i < len(body):
        m = _PART.match(body, i)
        if m is None or not (m.group(1) or m.group(2)):
            return None
        unit = _UNITS[m.group(3)]
        total += int(m.group(1) or "0") * unit
        if m.group(2):
            total += int(m.group(2)) * unit // 10 ** len(m.group(2))
        i = m.end()
    if total >= _LIMIT:
        return None
    return -total if negative else total


def format_duration(nanoseconds: int) -> str:
    sign = "-" if nanoseconds < 0 else ""
    n = abs(nanoseconds)
    if n == 0:
        return "0s"
    if n < SECOND:
        for unit, size in (("ns", 1), ("µs", 1000), ("ms", 1_000_000)):
            if n < size * 1000:
                return sign + _decimal(n, size) + unit
    seconds = _decimal(n % (60 * SECOND), SECOND) + "s"
    minutes = n // (60 * SECOND)
    if minutes == 0:
        return sign + seconds
    if minutes < 60:
        return f"{sign}{minutes}m{seconds}"
    return f"{sign}{minutes // 60}h{minutes % 60}m{seconds}"


def _decimal(n: int, size: int) -> str:
    fraction = str(n % size + size)[1:].rstrip("0")
    return f"{n // size}.{fraction}" if fraction else str(n // size)
