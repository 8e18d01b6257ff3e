"""Make what a dying program says comparable: without addresses, argument words, goroutine numbers and runtime lines.

    main.f(0x1, ...)            →  main.f(...)
        /dir/crash.go:12 +0x1d  →      crash.go:12
"""

from __future__ import annotations

import re

# These vary with scheduling or say how far a stack is from its limit.
UNSTABLE = (
    "panic-bad", "traceback-crash", "traceback-system", "nil-wrapper", "sigsegv-unsafe", "overflow", "maxstack", "fatal-map-iter",
    "fatal-concurrent-map",
)

_RULES = (
    (r"0x[0-9a-f]+", "ADDR"),
    (r"^((?:\S*\.)\S*)\((?:[^()]*(?:ADDR|\.\.\.|, |\{|\})[^()]*|)\)$", r"\1(...)"),
    (r"goroutine \d+ (gp=ADDR )?(m=\S+ )?(mp=ADDR )?", "goroutine N "),
    (r"in goroutine \d+", "in goroutine N"),
    (r"( \+ADDR)?( fp=\S+ sp=\S+ pc=\S+)?$", ""),
    (r"^panic\(.*\)$", "panic(...)"),
    (r"^\t/\S+/src/goes/overlay/\S+$|^\t/\S+/go/src/\S+$", "\tstd"),
    (r"^\t/\S+/(\w+\.go:\d+)", r"\t\1"),
)


def normal(text: str) -> str:
    for pattern, replacement in _RULES:
        text = re.sub(pattern, replacement, text, flags=re.M)
    return text
