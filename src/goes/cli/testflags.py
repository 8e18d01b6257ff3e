"""The command line of `go test`: some flags are for the go command, some for the test binary, some for both.

    split(FLAGS, ["-v", "./a", "-run", "X", "-mine=1"])
        →  packages ["./a"], values (v, run), arguments ["-test.timeout=10m0s", "-test.v=true", "-test.run=X", "-mine=1"]

Known flags may stand before and behind the list of packages. An unknown flag ends it and is passed on, and so is all
that follows -args or a word that cannot be a flag's value.

Source: cmd/go/internal/test (testflag.go), cmd/go/internal/cmdflag.
"""

from __future__ import annotations

import os
from typing import Final, final

from ..diag.diagnostic import UserError
from ..test.durations import parse_duration
from .flags import BOOL, COUNT, LIST, SWITCH, FlagSet, FlagValues

# Flags the test binary gets as -test.X=value.
PASSED: Final = frozenset((
    "artifacts", "bench", "benchmem", "benchtime", "blockprofile", "blockprofilerate", "count", "coverprofile", "cpu",
    "cpuprofile", "failfast", "fullpath", "fuzz", "fuzzminimizetime", "fuzztime", "list", "memprofile",
    "memprofilerate", "mutexprofile", "mutexprofilefraction", "outputdir", "parallel", "run", "short", "shuffle",
    "skip", "timeout", "trace", "v",
))  # fmt: skip

# What -vet=list may name.
ANALYZERS: Final = frozenset((
    "appends", "asmdecl", "assign", "atomic", "bool", "bools", "buildtag", "buildtags", "cgocall", "composites",
    "copylocks", "defers", "directive", "errorsas", "framepointer", "hostport", "httpresponse", "ifaceassert",
    "loopclosure", "lostcancel", "methods", "nilfunc", "printf", "rangeloops", "shift", "sigchanyzer", "slog",
    "stdmethods", "stdversion", "stringintconv", "structtag", "testinggoroutine", "tests", "timeformat", "unmarshal",
    "unreachable", "unsafeptr", "unusedresult", "waitgroup",
))  # fmt: skip
DEFAULT_ANALYZERS: Final = (
    "atomic", "bools", "buildtag", "directive", "errorsas", "ifaceassert", "nilfunc", "printf", "slog", "stdversion",
    "stringintconv", "tests",
)  # fmt: skip
PROFILES: Final = ("blockprofile", "cpuprofile", "memprofile", "mutexprofile", "trace")
COVER_MODES: Final = ("set", "count", "atomic")
DEFAULT_TIMEOUT: Final = "10m0s"

USAGE: Final = "go test [build/test flags] [packages] [build/test flags & test binary flags]"


@final
class TestCommand:
    """A parsed command line."""

    __test__ = False
    __slots__ = ("values", "packages", "arguments", "help", "vet_off", "vet_explicit", "analyzers")

    def __init__(self, values: FlagValues) -> None:
        self.values = values
        self.packages: list[str] = []
        self.arguments: list[str] = []  # for the test binary
        self.help = False  # the test binary's -help is asked for
        self.vet_off = False
        self.vet_explicit = False
        self.analyzers: list[str] = list(DEFAULT_ANALYZERS)

    @property
    def json(self) -> bool:
        return self.values.flag("json")

    @property
    def verbose(self) -> bool:
        return self.values.text("v") not in ("", "false")

    @property
    def shows_pass(self) -> bool:
        """Is the output of a passing test shown?"""
        return self.verbose or self.values.text("list") != "" or self.help

    @property
    def covers(self) -> bool:
        v = self.values
        return v.flag("cover") or any(v.text(n) for n in ("covermode", "coverpkg", "coverprofile"))

    @property
    def cover_mode(self) -> str:
        mode = self.values.text("covermode")
        return mode or ("atomic" if self.values.flag("race") else "set")

    def profile(self) -> str:
        """A profiling flag that is set, as "-cpuprofile", or ""."""
        return next(("-" + name for name in PROFILES if self.values.text(name)), "")

    def needs_binary(self) -> bool:
        v = self.values
        return v.text("o") != "" or any(v.text(name) for name in PROFILES if name != "trace")

    def output_directory(self) -> str:
        return self.values.text("outputdir") or os.getcwd()


def usage_error(message: str) -> UserError:
    """Status 2, with the two lines that say where help is."""
    lines = f"usage: {USAGE}\nRun 'go help test' and 'go help testflag' for details."
    return UserError(f"{message}\n{lines}" if message else lines, 2)


def split(flags: FlagSet, args: list[str]) -> TestCommand:
    """Parse the command line. $GOFLAGS counts first."""
    values = flags.parse([])
    from_environment = [
        name for name in sorted(PASSED)
        if name in flags.flags and values.text(name) != _default(flags, name)
    ]  # fmt: skip
    command = TestCommand(values)
    explicit: list[str] = []
    packages: list[str] | None = None
    in_list = False
    behind_valueless = False
    unknown = ""
    i = 0
    while i < len(args):
        word = args[i]
        was_behind = behind_valueless
        behind_valueless = False
        if word in ("-h", "-help", "--help", "-?", "--h", "--?"):
            raise usage_error("")
        if word == "--":
            explicit += args[i:]
            break
        name = word[2:] if word.startswith("--") else word[1:]
        if len(word) < 2 or word[0] != "-" or not name or name[0] in "-=":
            if not in_list and packages is not None:
                # The packages are complete: a value of the unknown flag before, or the end of all flags.
                if was_behind:
                    explicit.append(word)
                    i += 1
                    continue
                explicit += args[i:]
                break
            in_list = True
            packages = [] if packages is None else packages
            packages.append(word)
            i += 1
            continue
        in_list = False
        name, equals, value = name.partition("=")
        flag = flags.flags.get(name) or flags.flags.get(name.removeprefix("test."))
        if flag is None or name == "args" or (name.startswith("test.") and name.removeprefix("test.") not in PASSED):
            packages = [] if packages is None else packages
            i += 1
            if word in ("-args", "--args"):
                explicit += args[i:]
                break
            unknown = unknown or word
            explicit.append(word)
            behind_valueless = not equals
            continue
        i += 1
        short = flag.name
        if flag.kind == SWITCH:
            value = value if equals else "true"
        elif flag.kind == BOOL or short == "v":
            value = _boolean(short, name, value if equals else "true", bool(equals))
        else:
            if not equals:
                if i >= len(args):
                    raise usage_error(f"flag needs an argument: -{name}")
                value = args[i]
                i += 1
            value = _checked(command, short, name, flag.kind, value)
        values.put(short, value, flag.kind == LIST)
        if short in PASSED:
            explicit.append(f"-test.{short}={value}")
            if short in from_environment:
                from_environment.remove(short)
    command.packages = packages or []
    if unknown and values.flag("c"):
        raise usage_error(f"go: unknown flag {unknown} cannot be used with -c")
    command.arguments = _injected(command, from_environment) + explicit
    for word in explicit:
        if word == "--":
            break
        if word in ("-h", "-help", "--help"):
            command.help = True
            break
    if values.text("vet") and not command.vet_explicit:
        _set_vet(command, values.text("vet"), "vet")
    return command


def _default(flags: FlagSet, name: str) -> str:
    flag = flags.flags[name]
    return flag.default or ("false" if flag.kind == BOOL else "")


def _injected(command: TestCommand, from_environment: list[str]) -> list[str]:
    """What the test binary is told without a word on the command line."""
    values = command.values
    out: list[str] = []
    if command.json:
        out.append("-test.v=test2json")
        if "v" in from_environment:
            from_environment.remove("v")
    out += [f"-test.{name}={values.text(name)}" for name in from_environment]
    timeout = parse_duration(values.text("timeout"))
    if timeout is not None and timeout > 0 and not any(name in values.given for name in ("timeout",)):
        if "timeout" not in from_environment:
            out.append(f"-test.timeout={values.text('timeout')}")
    if (command.profile() or values.flag("artifacts")) and "outputdir" not in values.given:
        out.append("-test.outputdir=" + command.output_directory())
    return out


def _boolean(short: str, name: str, value: str, given: bool) -> str:
    if value in ("1", "t", "T", "true", "TRUE", "True"):
        return "true"
    if value in ("0", "f", "F", "false", "FALSE", "False"):
        return "false"
    if short == "v":
        if value == "test2json":
            return value
        raise usage_error(f'invalid boolean value "{value}" for -{name}: invalid flag -test.v={value}')
    raise usage_error(f'invalid boolean value "{value}" for -{name}: parse error')


def _checked(command: TestCommand, short: str, name: str, kind: int, value: str) -> str:
    """The value as its type prints it; UserError if it cannot be one."""
    invalid = f'invalid value "{value}" for flag -{name}: '
    if kind == COUNT:
        try:
            number = int(value.replace("_", "x"), 0) if value[:1] != "0" or not value.isdigit() else int(value or "x", 8)
        except ValueError:
            raise usage_error(invalid + "parse error") from None
        return value if short == "p" else str(number)
    if short == "timeout":
        from ..test.durations import format_duration

        duration = parse_duration(value)
        if duration is None:
            raise usage_error(invalid + "parse error")
        return format_duration(duration)
    if short == "outputdir":
        return os.path.abspath(value) if value else ""
    if short == "shuffle" and value not in ("on", "off"):
        try:
            return str(int(value))
        except ValueError:
            wrong = f'strconv.ParseInt: parsing "{value}": invalid syntax'
            raise usage_error(f'{invalid}-shuffle argument must be "on", "off", or an int64: {wrong}') from None
    if short == "covermode" and value not in COVER_MODES:
        raise usage_error(f'{invalid}valid modes are "set", "count", or "atomic"')
    if short == "vet":
        _set_vet(command, value, name)
    return value


def _set_vet(command: TestCommand, value: str, name: str) -> None:
    """-vet: off, all, or a list of analysers."""
    invalid = f'invalid value "{value}" for flag -{name}: '
    command.vet_off = False
    command.vet_explicit = False
    command.analyzers = list(DEFAULT_ANALYZERS)
    if not value:
        return
    if "=" in value:
        raise usage_error(invalid + "-vet argument cannot contain equal signs")
    if " " in value:
        raise usage_error(invalid + "-vet argument is comma-separated list, cannot contain spaces")
    command.vet_explicit = True
    command.analyzers = []
    single = ""
    words = value.split(",")
    for word in words:
        if not word:
            raise usage_error(invalid + "-vet argument contains empty list element")
        if word in ("all", "off"):
            single = word
            command.vet_off = word == "off"
            command.analyzers = []
            continue
        if word not in ANALYZERS:
            raise usage_error(
                f"{invalid}-vet argument must be a supported analyzer or a distinguished value; found {word}"
            )
        command.analyzers.append(word)
    if len(command.analyzers) > 1 and single:
        raise usage_error(f'{invalid}-vet does not accept "{single}" in a list with other analyzers')
