"""Command-line flags as the go command reads them.

    FlagSet("run", USAGE).add("o", TEXT, "output file").parse(["-o", "x", "./pkg", "-v"])  →  values, rest

One or two dashes; `-f=v` or `-f v`; booleans take no separate value; parsing stops at the first non-flag or after `--`.
Errors are worded and ended (exit status 2) as cmd/go's.
"""

from __future__ import annotations

import os
from typing import Final, final

from ..diag.diagnostic import UserError

BOOL: Final = 0
TEXT: Final = 1
COUNT: Final = 2  # an integer
LIST: Final = 3  # may be repeated
OPTIONAL: Final = 4  # may be repeated; alone it is true, or any value after "="


@final
class Flag:
    """One flag: `argument` names its value in help texts."""

    __slots__ = ("name", "kind", "help", "argument", "default")

    def __init__(self, name: str, kind: int, help: str, argument: str = "", default: str = "") -> None:
        self.name = name
        self.kind = kind
        self.help = help
        self.argument = argument
        self.default = default


@final
class FlagValues:
    """Parsed flags. Flags that were not given have their default."""

    __slots__ = ("_values", "given", "rest")

    def __init__(self) -> None:
        self._values: dict[str, list[str]] = {}
        self.given: set[str] = set()
        self.rest: list[str] = []

    def put(self, name: str, value: str, append: bool) -> None:
        if append:
            self._values.setdefault(name, []).append(value)
        else:
            self._values[name] = [value]
        self.given.add(name)

    def default(self, name: str, value: str) -> None:
        self._values[name] = [value]

    def text(self, name: str) -> str:
        values = self._values.get(name)
        return values[-1] if values else ""

    def flag(self, name: str) -> bool:
        return self.text(name) == "true"

    def number(self, name: str) -> int:
        return int(self.text(name) or "0", 0)

    def all(self, name: str) -> list[str]:
        return list(self._values.get(name, []))


@final
class FlagSet:
    """The flags of one command. `usage` is its usage line, without "usage: "."""

    __slots__ = ("command", "usage", "flags")

    def __init__(self, command: str, usage: str, flags: list[Flag]) -> None:
        self.command = command
        self.usage = usage
        self.flags = {f.name: f for f in flags}

    def fail(self, message: str) -> UserError:
        return UserError(f"{message}\nusage: {self.usage}\nRun 'go help {self.command}' for details.", 2)

    def parse(self, args: list[str]) -> FlagValues:
        """Split args into flags and the rest. Raises UserError with status 2."""
        out = FlagValues()
        for f in self.flags.values():
            if f.kind not in (LIST, OPTIONAL):
                out.default(f.name, f.default or ("false" if f.kind == BOOL else ""))
        self._apply_goflags(out)
        i = 0
        while i < len(args):
            a = args[i]
            if len(a) < 2 or a[0] != "-":
                break
            i += 1
            if a == "--":
                break
            name = a[2:] if a[1] == "-" else a[1:]
            if not name or name[0] == "-" or name[0] == "=":
                raise self.fail(f"bad flag syntax: {a}")
            value: str | None = None
            equals = name.find("=")
            if equals > 0:
                value = name[equals + 1 :]
                name = name[:equals]
            flag = self.flags.get(name)
            if flag is None:
                if name in ("help", "h"):
                    raise UserError(f"usage: {self.usage}\nRun 'go help {self.command}' for details.", 2)
                raise self.fail(f"flag provided but not defined: -{name}")
            if flag.kind == BOOL:
                value = _boolean(self, name, "true" if value is None else value)
            elif flag.kind == OPTIONAL:
                value = "true" if value is None else value
            elif value is None:
                if i >= len(args):
                    raise self.fail(f"flag needs an argument: -{name}")
                value = args[i]
                i += 1
            if flag.kind == COUNT:
                try:
                    int(value, 0)
                except ValueError:
                    raise self.fail(f'invalid value "{value}" for flag -{name}: parse error') from None
            out.put(name, value, flag.kind in (LIST, OPTIONAL))
        out.rest = args[i:]
        return out

    def _apply_goflags(self, out: FlagValues) -> None:
        """$GOFLAGS: defaults for the flags this command has; the others' are passed over."""
        for word in os.environ.get("GOFLAGS", "").split():
            name, equals, value = word.lstrip("-").partition("=")
            if not word.startswith("-") or not name:
                raise UserError(f'go: parsing $GOFLAGS: non-flag "{word}"')
            flag = self.flags.get(name)
            if flag is None:
                if not any(f.name == name for f in BUILD_FLAGS) and name not in _OTHER_FLAGS:
                    raise UserError(f"go: parsing $GOFLAGS: unknown flag -{name}")
                continue
            if flag.kind == BOOL:
                value = _boolean(self, name, value if equals else "true")
            elif not equals:
                raise UserError(f"go: parsing $GOFLAGS: flag needs an argument: -{name}")
            out.put(name, value, flag.kind == LIST)
            out.given.discard(name)


# Flags of commands goes does not have, or does not have yet: allowed in $GOFLAGS.
_OTHER_FLAGS: Final = frozenset((
    "asan", "bench", "benchmem", "benchtime", "buildmode", "compiler", "count", "cover", "covermode", "coverpkg",
    "coverprofile", "cpu", "exec", "failfast", "gccgoflags", "installsuffix", "json", "linkshared", "modcacherw",
    "msan",
    "parallel", "pgo", "pkgdir", "race", "run", "short", "shuffle", "skip", "timeout", "toolexec", "vet",
))  # fmt: skip


def _boolean(flags: FlagSet, name: str, value: str) -> str:
    if value in ("1", "t", "T", "true", "TRUE", "True"):
        return "true"
    if value in ("0", "f", "F", "false", "FALSE", "False"):
        return "false"
    raise flags.fail(f'invalid boolean value "{value}" for -{name}: parse error')


# What build, run, install, test, list ... have in common. -x, -n, -v and -work are about showing; the rest changes
# the build.
BUILD_FLAGS: Final = [
    Flag("C", TEXT, "change to dir before running the command", "dir"),
    Flag("a", BOOL, "force rebuilding of packages that are already up-to-date"),
    Flag("n", BOOL, "print the commands but do not run them"),
    Flag("p", COUNT, "the number of workers that can run in parallel", "n"),
    Flag("v", BOOL, "print the names of packages as they are compiled"),
    Flag("work", BOOL, "print the name of the temporary work directory and do not delete it when exiting"),
    Flag("x", BOOL, "print the commands"),
    Flag("asmflags", LIST, "arguments to pass on each go tool asm invocation", "'[pattern=]arg list'"),
    Flag("gcflags", LIST, "arguments to pass on each go tool compile invocation", "'[pattern=]arg list'"),
    Flag("ldflags", LIST, "arguments to pass on each go tool link invocation", "'[pattern=]arg list'"),
    Flag("modcacherw", BOOL, "leave newly-created directories in the module cache read-write"),
    Flag("mod", TEXT, "module download mode to use: readonly, vendor, or mod", "mode"),
    Flag("modfile", TEXT, "read (and possibly write) an alternate file instead of go.mod", "file"),
    Flag("overlay", TEXT, "read a JSON config file that provides an overlay for build operations", "file"),
    Flag("tags", TEXT, "a comma-separated list of additional build tags", "tag,list"),
    Flag("trimpath", BOOL, "remove all file system paths from the resulting executable"),
    Flag("buildvcs", TEXT, "whether to stamp binaries with version control information", "value", "auto"),
    Flag("O", TEXT, "optimisation tier: 0 and 1 quick, 2 and 3 full, otherwise full where it pays (goes only)", "level"),
]
