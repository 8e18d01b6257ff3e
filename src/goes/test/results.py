"""Results of passing tests in the build cache, under the official rules.

    results = TestResults(cache, expiry)
    key = results.key(binary id, arguments, runner)      None if an argument is not cacheable
    results.find(key, root, directory)                   →  the output with "(cached)" for its time, or None
    results.save(keys, root, directory, log, output)     after a run, from the binary's -test.testlogfile

A result is found in two steps: the binary and its arguments name the list of environment variables and files that the
last run consulted; their present values and that name name the output. A file younger than two seconds cannot be
trusted to show a change in its times, so such a run is not kept.

Source: cmd/go/internal/test (tryCacheWithID, computeTestInputsID, saveOutput).
"""

from __future__ import annotations

import os
import stat
import sys
import time
from typing import Final, final

from ..work.cache import Cache, action_id

LOG_MAGIC: Final = b"# test log\n"
TOO_NEW: Final = 2.0  # seconds

_CACHEABLE: Final = frozenset((
    "-test.benchtime", "-test.cpu", "-test.list", "-test.parallel", "-test.run", "-test.short", "-test.skip",
    "-test.timeout", "-test.failfast", "-test.v", "-test.fullpath",
))  # fmt: skip
_INDIFFERENT: Final = frozenset(("-test.coverprofile", "-test.outputdir"))


def read_expiry(cache: Cache) -> int:
    """Results saved before this time (nanoseconds) do not count: `go clean -testcache` was called then."""
    try:
        with open(os.path.join(cache.directory, "testexpire.txt"), "rb") as f:
            data = f.read()
    except OSError:
        return 0
    text = data[:-1].decode("ascii", "replace") if data.endswith(b"\n") else ""
    return int(text) if text.isdigit() else 0


def _debug(message: str) -> None:
    if "gocachetest=1" in os.environ.get("GODEBUG", "").split(","):
        sys.stderr.write(f"testcache: {message}\n")


def cacheable_arguments(arguments: list[str]) -> list[str] | None:
    """The arguments that a result depends on; None if one of them forbids keeping results."""
    kept: list[str] = []
    for word in arguments:
        name, equals, _ = word.partition("=")
        if equals and name in _CACHEABLE:
            kept.append(word)
        elif not (equals and name in _INDIFFERENT):
            _debug(f"caching disabled for test argument: {word}")
            return None
    return kept


@final
class TestResults:
    __test__ = False
    __slots__ = ("cache", "expiry")

    def __init__(self, cache: Cache) -> None:
        self.cache = cache
        self.expiry = read_expiry(cache)

    def key(self, binary: str, arguments: list[str], runner: str, package: str) -> str:
        made = action_id("test result", binary, "\0".join(arguments), runner)
        _debug(f"{package}: test ID {binary} => {made}")
        return made

    def find(
        self, key: str, root: str, directory: str, package: str, cover_meta: str = "", profile: bool = False
    ) -> tuple[bytes, bytes] | None:
        """(output, coverage profile) of the last run with the same inputs."""
        log = self.cache.get(key)
        if log is None or not log.startswith(LOG_MAGIC) or not log.endswith(b"\n"):
            _debug(f"{package}: input list {'not found' if log is None else 'malformed'}")
            return None
        inputs = inputs_id(log, root, directory)
        if inputs is None:
            return None
        both = action_id("test inputs", key, inputs)
        _debug(f"{package}: test ID {key} => input ID {inputs} => {both}")
        output = self.cache.get(both)
        kept_profile = b""
        if profile or cover_meta:
            found = self.cache.get(_profile_key(both, cover_meta))
            if found is None:
                _debug(f"{package}: cached cover profile missing")
                return None
            kept_profile = found if profile else b""
        if not output or not output.endswith(b"\n"):
            _debug(f"{package}: test output not found")
            return None
        if self._saved_at(both) < self.expiry:
            _debug(f"{package}: test output expired due to go clean -testcache")
            return None
        begin = output.rfind(b"\n", 0, len(output) - 1) + 1
        tab = output.find(b"\t", begin + len(b"ok  \t"))
        if not output.startswith(b"ok  \t", begin) or tab < 0:
            _debug(f"{package}: test output malformed")
            return None
        end = tab + 1
        while end < len(output) and output[end : end + 1] in b"0123456789.s":
            end += 1
        return output[: tab + 1] + b"(cached)" + output[end:], kept_profile

    def _saved_at(self, id: str) -> int:
        try:
            with open(os.path.join(self.cache.directory, id[:2], f"{id}-a"), "rb") as f:
                words = f.read().split()
        except OSError:
            return 0
        return int(words[4]) if len(words) == 5 and words[4].isdigit() else 0

    def save(
        self, keys: list[str], root: str, directory: str, log: bytes, output: bytes, package: str,
        cover_meta: str = "", profile: bytes | None = None,
    ) -> None:  # fmt: skip
        if not log.startswith(LOG_MAGIC) or not log.endswith(b"\n"):
            _debug(f"{package}: reading testlog: malformed")
            return
        inputs = inputs_id(log, root, directory)
        if inputs is None:
            return
        for key in keys:
            both = action_id("test inputs", key, inputs)
            _debug(f"{package}: save test ID {key} => input ID {inputs} => {both}")
            try:
                self.cache.put(key, log)
                self.cache.put(both, output)
                if profile is not None or cover_meta:
                    self.cache.put(_profile_key(both, cover_meta), profile or b"")
            except OSError:
                return


def _profile_key(both: str, cover_meta: str) -> str:
    return action_id("cover profile", both, cover_meta)


# ---------------------------------------------------------------------------------------------------- inputs


def inputs_id(log: bytes, root: str, directory: str) -> str | None:
    """A hash of the present values of what the log names. None if they must not be relied on."""
    parts: list[str] = ["env GODEBUG", _variable("GODEBUG")]
    where = directory
    for line in log[len(LOG_MAGIC) :].decode("utf-8", "surrogateescape").split("\n"):
        if not line:
            continue
        verb, space, name = line.partition(" ")
        if not space or verb not in ("getenv", "chdir", "stat", "open"):
            _debug(f"input list malformed ({line!r})")
            return None
        if verb == "getenv":
            parts += [line, _variable(name)]
            continue
        if verb == "chdir":
            where = name
            parts += [line, _status(name)]
            continue
        path = os.path.normpath(os.path.join(where, name))
        if not root or not (path == root or path.startswith(root.rstrip("/") + "/")):
            continue  # outside the module nothing is expected to change
        if verb == "stat":
            parts += [f"stat {path}", _status(path)]
            continue
        state = _opened(path)
        if state is None:
            _debug(f"input file {path}: file used as input is too new")
            return None
        parts += [f"open {path}", state]
    return action_id("test input values", *parts)


def _variable(name: str) -> str:
    value = os.environ.get(name)
    return "unset" if value is None else "=" + value


def _shown(st: os.stat_result) -> str:
    return f"{st.st_size} {st.st_mode:o} {st.st_mtime_ns}"


def _status(path: str) -> str:
    out: list[str] = []
    for look in (os.stat, os.lstat):
        try:
            out.append(_shown(look(path)))
        except OSError as e:
            out.append(f"error {e.errno}")
    return "; ".join(out)


def _opened(path: str) -> str | None:
    """A file that was read, by size and time; a directory with its entries. None: too new to tell."""
    try:
        st = os.stat(path)
    except OSError as e:
        return f"error {e.errno}"
    out = [_shown(st)]
    if stat.S_ISDIR(st.st_mode):
        try:
            names = sorted(os.listdir(path))
        except OSError as e:
            return f"{out[0]} error {e.errno}"
        for name in names:
            try:
                out.append(f"{name} {_shown(os.lstat(os.path.join(path, name)))}")
            except OSError as e:
                out.append(f"{name} error {e.errno}")
    elif stat.S_ISREG(st.st_mode) and time.time() - st.st_mtime < TOO_NEW:
        return None
    return "; ".join(out)
