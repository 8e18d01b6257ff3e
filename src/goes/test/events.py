"""Test output as a stream of JSON events: `go test -json`, `go tool test2json`.

    converter = Converter(write, "example.com/p")
    converter.write(b"=== RUN   TestA\\n--- PASS: TestA (0.00s)\\nPASS\\n")
    converter.exited(True)
    converter.close()
        →  {"Time":...,"Action":"run","Package":"example.com/p","Test":"TestA"}
           {"Time":...,"Action":"output","Package":"example.com/p","Test":"TestA","Output":"=== RUN   TestA\\n", ...}
           ...

Lines are recognised when they are complete; a report ("--- PASS") waits until it is known that no subtest's report is
to come before it. With -test.v=test2json the binary marks framing lines with ^V, errors with ^O and ^N, and escapes
these bytes elsewhere with ^[; once a mark has been seen only marked lines count.

Source: cmd/internal/test2json; cmd/test2json documentation for the events.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, final

from ..util.jsontext import json_line

INPUT_LINE: Final = 4096  # longer lines are no framing and are passed on in pieces
OUTPUT_LINE: Final = 1024  # the longest text of one event

_FRAMING: Final = 0x16
_ERROR_BEGIN: Final = 0x0F
_ERROR_END: Final = 0x0E
_ESCAPE: Final = 0x1B
_NEWLINE: Final = 0x0A

_UPDATES: Final = (
    b"=== RUN   ", b"=== PAUSE ", b"=== CONT  ", b"=== NAME  ", b"=== PASS  ", b"=== FAIL  ", b"=== SKIP  ",
    b"=== ATTR  ", b"=== ARTIFACTS ",
)  # fmt: skip
_REPORTS: Final = (b"--- PASS: ", b"--- FAIL: ", b"--- SKIP: ", b"--- BENCH: ")


@final
class _Event:
    __slots__ = ("action", "test", "elapsed", "output", "output_type", "failed_build", "key", "value", "path")

    def __init__(self, action: str) -> None:
        self.action = action
        self.test = ""
        self.elapsed: float | None = None
        self.output: bytes | None = None
        self.output_type = ""
        self.failed_build = ""
        self.key = ""
        self.value = ""
        self.path = ""


@final
class _LineBuffer:
    """Cuts a stream into whole lines; pieces of lines longer than `limit`, and of benchmarks' lines, go to `part`."""

    __slots__ = ("limit", "line", "part", "_data", "_inside")

    def __init__(self, limit: int, line: Callable[[bytes], None], part: Callable[[bytes], None]) -> None:
        self.limit = limit
        self.line = line
        self.part = part
        self._data = b""
        self._inside = False

    def write(self, data: bytes) -> None:
        while data:
            room = self.limit - len(self._data)
            self._data += data[:room]
            data = data[room:]
            self._take()

    def _take(self) -> None:
        buffer = self._data
        i = 0
        while i < len(buffer):
            end = self._end_of_line(buffer, i)
            if end < 0:
                tab = buffer.find(b"\t", i)
                if not self._inside and tab >= 0 and _is_benchmark(buffer[i:tab].rstrip(b" ")):
                    self.part(buffer[i : tab + 1])
                    self._inside = True
                    i = tab + 1
                break
            if self._inside:
                self.part(buffer[i:end])
                self._inside = False
            else:
                self.line(buffer[i:end])
            i = end
        if i == 0 and len(buffer) == self.limit:
            i = _whole_characters(buffer)
            self.part(buffer[:i])
            self._inside = True
        self._data = buffer[i:]

    def _end_of_line(self, data: bytes, start: int) -> int:
        """Behind the line that begins at start: its newline, or a framing mark that does not begin it. -1: no end."""
        escaped = False
        for i in range(start, len(data)):
            c = data[i]
            if c == _NEWLINE:
                return i + 1
            if escaped:
                escaped = False
            elif c == _ESCAPE:
                escaped = True
            elif c == _FRAMING and i > start:
                return i
        return -1

    def flush(self) -> None:
        if self._data:
            self.part(self._data)
            self._data = b""


def _is_benchmark(name: bytes) -> bool:
    if not name.startswith(b"Benchmark"):
        return False
    rest = name[len(b"Benchmark") :].decode("utf-8", "replace")
    return not rest or not rest[0].islower()


def _whole_characters(data: bytes) -> int:
    """How much of data ends with a whole UTF-8 sequence."""
    for i in range(1, min(4, len(data)) + 1):
        c = data[-i]
        if c & 0xC0 != 0x80:
            wanted = 2 if c & 0xE0 == 0xC0 else 3 if c & 0xF0 == 0xE0 else 4 if c & 0xF8 == 0xF0 else 1
            return len(data) - i if i < wanted else len(data)
    return len(data)


@final
class Converter:
    """`write_line` receives whole events, each with its newline."""

    __slots__ = (
        "write_line", "package", "timestamps", "failed_build", "_start", "_test", "_reports", "_result", "_input",
        "_output", "_marked", "_in_error", "_escaped", "_is_framing",
    )  # fmt: skip

    def __init__(self, write_line: Callable[[bytes], None], package: str, timestamps: bool = True) -> None:
        self.write_line = write_line
        self.package = package
        self.timestamps = timestamps
        self.failed_build = ""  # the package whose build failed, shown in the last event
        self._start = time.monotonic()
        self._test = ""
        self._reports: list[_Event] = []
        self._result = ""
        self._output = _LineBuffer(OUTPUT_LINE, self._text, self._text)
        self._input = _LineBuffer(INPUT_LINE, self._line, self._output.write)
        self._marked = False
        self._in_error = False
        self._escaped = False
        self._is_framing = False
        self._event(_Event("start"))

    def write(self, data: bytes) -> None:
        self._input.write(data)

    def exited(self, passed: bool) -> None:
        """How the process ended; the last event says so."""
        if not passed:
            self._result = "fail"
        elif self._result != "skip":
            self._result = "pass"

    def close(self) -> None:
        self._input.flush()
        self._output.flush()
        if not self._result:
            return
        e = _Event(self._result)
        if self.timestamps:
            e.elapsed = round(time.monotonic() - self._start, 3)
        if self._result == "fail":
            e.failed_build = self.failed_build
        self._event(e)

    # ---------------------------------------------------------------------------------------- lines

    def _line(self, line: bytes) -> None:
        marked = line[0] == _FRAMING
        if self._marked and not marked:
            self._output.write(line)
            return
        if marked:
            self._output.flush()
            line = line[1:]
        bare = line.removesuffix(b"\n").removesuffix(b"\r") if line.endswith(b"\n") else line
        if bare == b"=== NAME":
            line = b"=== NAME  \n"
            bare = b"=== NAME  "
        if bare in (b"PASS", b"FAIL") or bare.startswith(b"FAIL\t"):
            self._flush_reports(0)
            self._test = ""
            self._marked = marked
            self._frame(line)
            self._result = "pass" if bare == b"PASS" else "fail"
            return
        if line.startswith(b"?   \t") and bare.endswith(b"\t[no test files]") and not self._reports:
            self._result = "skip"
        if line.startswith(_UPDATES):
            self._update(line, marked)
            return
        indent = 0
        rest = line
        while rest.startswith(b"    "):
            rest = rest[4:]
            indent += 1
        if rest.startswith(_REPORTS) and indent <= len(self._reports):
            self._report(line, rest, indent, marked)
            return
        if not rest.startswith(_REPORTS) and 0 < indent <= len(self._reports):
            self._test = self._reports[indent - 1].test
        self._output.write(line)

    def _report(self, line: bytes, rest: bytes, indent: int, marked: bool) -> None:
        """--- PASS: TestA (0.00s)"""
        action, name = _action(rest)
        e = _Event(action)
        at = name.find(" (")
        if at >= 0:
            if name.endswith("s)") and self.timestamps:
                try:
                    e.elapsed = float(name[at + 2 : -2])
                except ValueError:
                    e.elapsed = None
            name = name[:at]
        self._marked = marked
        self._flush_reports(indent)
        e.test = name
        self._test = name
        self._reports.append(e)
        self._frame(line)

    def _update(self, line: bytes, marked: bool) -> None:
        """=== RUN   TestA"""
        action, name = _action(line)
        e = _Event(action)
        if action == "artifacts":
            name, _, e.path = name.partition(" ")
        elif action == "attr":
            name, _, rest = name.partition(" ")
            e.key, _, e.value = rest.partition(" ")
        self._marked = marked
        self._flush_reports(0)
        self._test = name
        if action == "name":
            return  # it only tells whose output follows
        if action == "pause":
            # Nothing should look as if the test printed it while paused.
            self._frame(line)
            self._event(e)
        else:
            self._event(e)
            self._frame(line)

    def _flush_reports(self, depth: int) -> None:
        self._test = ""
        while len(self._reports) > depth:
            self._event(self._reports.pop())

    # ---------------------------------------------------------------------------------------- output

    def _frame(self, line: bytes) -> None:
        self._is_framing = True
        self._output.write(line)
        self._is_framing = False

    def _text(self, data: bytes) -> None:
        kind = "frame" if self._is_framing else "error-continue" if self._in_error else ""
        out = bytearray()
        i = 0
        while i < len(data):
            c = data[i]
            i += 1
            if self._escaped:
                self._escaped = False
                out.append(c)
            elif c == _ESCAPE:
                self._escaped = True
            elif c == _ERROR_BEGIN:
                if out:
                    self._output_event(bytes(out), kind)
                    out.clear()
                self._in_error = True
                kind = "error"
            elif c == _ERROR_END:
                if i < len(data) and data[i] == _NEWLINE:
                    out.append(_NEWLINE)
                    i += 1
                self._output_event(bytes(out), kind)
                out.clear()
                self._in_error = False
                kind = ""
            else:
                out.append(c)
        if out:
            self._output_event(bytes(out), kind)

    def _output_event(self, data: bytes, kind: str) -> None:
        e = _Event("output")
        e.output = data
        e.output_type = kind
        self._event(e)

    def _event(self, e: _Event) -> None:
        parts: list[str] = []
        if self.timestamps:
            parts.append(f'"Time":"{_timestamp()}"')
        parts.append(f'"Action":{json_line(e.action)}')
        rows = (("Package", self.package), ("Test", e.test or self._test))
        parts += [f'"{key}":{json_line(value)}' for key, value in rows if value]
        if e.elapsed is not None:
            parts.append(f'"Elapsed":{_plain(e.elapsed)}')
        if e.output is not None:
            parts.append(f'"Output":{json_line(e.output.decode("utf-8", "replace"))}')
        last = (
            ("OutputType", e.output_type), ("FailedBuild", e.failed_build), ("Key", e.key), ("Value", e.value),
            ("Path", e.path),
        )  # fmt: skip
        parts += [f'"{key}":{json_line(value)}' for key, value in last if value]
        self.write_line(("{" + ",".join(parts) + "}\n").encode("utf-8", "replace"))


def _plain(number: float) -> str:
    """A float as short as encoding/json has it."""
    return f"{number:.9f}".rstrip("0").rstrip(".")


def _action(line: bytes) -> tuple[str, str]:
    """("run", "TestA") of "=== RUN   TestA"."""
    word, _, name = line[4:].decode("utf-8", "replace").partition(" ")
    return word.removesuffix(":").lower(), name.strip()


def _timestamp() -> str:
    """The time as RFC 3339 with nanoseconds and the local zone."""
    now = time.time_ns()
    local = time.localtime(now // 1_000_000_000)
    fraction = f"{now % 1_000_000_000:09d}".rstrip("0")
    offset = local.tm_gmtoff // 60
    zone = "Z" if offset == 0 else f"{'-' if offset < 0 else '+'}{abs(offset) // 60:02d}:{abs(offset) % 60:02d}"
    return time.strftime("%Y-%m-%dT%H:%M:%S", local) + (f".{fraction}" if fraction else "") + zone
