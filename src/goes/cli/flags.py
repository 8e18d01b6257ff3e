"""Command-line flags as the go command reads them.

    FlagSet("run", USAGE).add("o", TEXT, "output file").parse(["-o", "x", "./pkg", "-v"])  →  values, rest

One or two dashes; `-f=v` or `-f v`; booleans take no separate value; parsing stops at the first non-flag or after `--`.
Errors are worded and ended (exit status 2) as cmd/go's.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from typing import Final, final

from ..diag.diagnostic import UserError

BOOL: Final = 0
TEXT: Final = 1
COUNT: Final = 2  # an integer
LIST: Final = 3  # may be repeated
SWITCH: Final = 4  # a text that may stand alone as if it were "true": -buildvcs, -buildvcs=auto
OPTIONAL: Final = 5  # may be repeated; alone it is true, or any value after "="


@final
class Flag:
    """One flag: `argument` names its value in help texts; `check` says what is wrong with a value, "" if nothing.
    Flags without `help` are accepted but not described."""

    __slots__ = ("name", "kind", "help", "argument", "default", "check")

    def __init__(
        self,
        name: str,
        kind: int,
        help: str,
        argument: str = "",
        default: str = "",
        check: Callable[[str], str] | None = None,
    ) -> None:
        self.name = name
        self.kind = kind
        self.help = help
        self.argument = argument
        self.default = default
        self.check = check


@final
class FlagValues:
    """Parsed flags. Flags that were not given have their default; `from_goflags` are those $GOFLAGS sets."""

    __slots__ = ("_values", "given", "from_goflags", "rest")

    def __init__(self) -> None:
        self._values: dict[str, list[str]] = {}
        self.given: set[str] = set()
        self.from_goflags: set[str] = set()
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
        return UserError(f"{message}\n{self.usage_text()}", 2)

    def usage_text(self) -> str:
        """What a wrong use of the command is answered with."""
        return f"usage: {self.usage}\nRun 'go help {self.command}' for details."

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
                    raise UserError(self.usage_text(), 2)
                raise self.fail(f"flag provided but not defined: -{name}")
            if flag.kind == BOOL:
                value = _boolean(self, name, "true" if value is None else value)
            elif value is None and flag.kind == SWITCH:
                value = "true"
            elif flag.kind == OPTIONAL:
                value = "true" if value is None else value
            elif value is None:
                if i >= len(args):
                    raise self.fail(f"flag needs an argument: -{name}")
                value = args[i]
                i += 1
            problem = _problem(flag, value)
            if problem:
                kind = "boolean value" if flag.kind == SWITCH else "value"
                where = f"-{name}" if flag.kind == SWITCH else f"flag -{name}"
                raise self.fail(f"invalid {kind} {quote(value)} for {where}: {problem}")
            out.put(name, value, flag.kind in (LIST, OPTIONAL))
        out.rest = args[i:]
        return out

    def _apply_goflags(self, out: FlagValues) -> None:
        """$GOFLAGS: defaults for the flags this command has; the others' are passed over."""
        for word in goflags(self.flags, self.command == "env"):
            name, equals, value = word[2 if word.startswith("--") else 1 :].partition("=")
            flag = self.flags.get(name)
            if flag is None and self.command == "test":
                flag = self.flags.get(name.removeprefix("test."))
            if flag is None:
                continue
            name = flag.name
            dashed = word.partition("=")[0].replace("--", "-", 1)
            if flag.kind == BOOL:
                value = value if equals else "true"
                if value not in _TRUE and value not in _FALSE:
                    what = f'invalid boolean value {quote(value)} for flag {dashed} (from $GOFLAGS): parse error'
                    raise self.fail("go: " + what)
                value = "true" if value in _TRUE else "false"
            elif flag.kind == SWITCH and not equals:
                value = "true"
            elif not equals:
                raise self.fail(f"go: flag needs an argument: {dashed} (from $GOFLAGS)")
            problem = _problem(flag, value)
            if problem:
                kind = "boolean value" if flag.kind == SWITCH else "value"
                raise self.fail(f"go: invalid {kind} {quote(value)} for flag {dashed} (from $GOFLAGS): {problem}")
            out.put(name, value, flag.kind == LIST)
            out.given.discard(name)
            out.from_goflags.add(name)


def goflags(own: Collection[str] = (), lenient: bool = False) -> list[str]:
    """The words of $GOFLAGS, each a flag some command has, or one of its own. UserError for others, unless lenient:
    people call `go env` to see what is wrong."""
    text = os.environ.get("GOFLAGS", "")
    if not text:
        return []
    from ..work.options import split_quoted

    words, problem = split_quoted(text)
    if lenient:
        return [w for w in words if w.startswith("-") and w.lstrip("-").partition("=")[0] in KNOWN_FLAGS]
    if problem:
        raise UserError(f"go: parsing $GOFLAGS: {problem}")
    for word in words:
        name = word[2 if word.startswith("--") else 1 :].partition("=")[0]
        if not word.startswith("-") or not name or name[0] == "-":
            raise UserError(f"go: parsing $GOFLAGS: non-flag {quote(word)}")
        if name.removeprefix("test.") not in KNOWN_FLAGS and name not in own:
            raise UserError(f"go: parsing $GOFLAGS: unknown flag -{name}")
    return words


# Every flag that some command of go has: what $GOFLAGS may hold.
KNOWN_FLAGS: Final = frozenset((
    "C", "O", "a", "all", "args", "artifacts", "asan", "asmflags", "bench", "benchmem", "benchtime", "blockprofile",
    "blockprofilerate", "buildmode", "buildvcs", "c", "cache", "changed", "cmd", "compat", "compiled", "compiler",
    "count", "cover", "covermode", "coverpkg", "coverprofile", "cpu", "cpuprofile", "debug-actiongraph",
    "debug-runtime-trace", "debug-trace", "deps", "diff", "dropexclude", "dropgodebug", "dropignore", "dropreplace",
    "droprequire", "dropretract", "droptool", "dropuse", "e", "ex", "exclude", "exec", "export", "f", "failfast", "find",
    "fix", "fixtool", "fmt", "fullpath", "fuzz", "fuzzcache", "fuzzminimizetime", "fuzztime", "gccgoflags", "gcflags",
    "go", "godebug", "http", "i", "ignore", "insecure", "installsuffix", "json", "ldflags", "linkshared", "list", "m",
    "memprofile", "memprofilerate", "mod", "modcache", "modcacherw", "modfile", "module", "msan", "mutexprofile",
    "mutexprofilefraction", "n", "o", "outputdir", "overlay", "p", "parallel", "pgo", "pkgdir", "print", "r", "race",
    "replace", "require", "retract", "retracted", "reuse", "run", "short", "shuffle", "skip", "src", "t", "tags",
    "test", "testcache", "timeout", "tool", "toolchain", "toolexec", "trace", "trimpath", "u", "use", "v", "vendor",
    "versions", "vet", "vettool", "w", "work", "x",
))  # fmt: skip
_TRUE: Final = ("1", "t", "T", "true", "TRUE", "True")
_FALSE: Final = ("0", "f", "F", "false", "FALSE", "False")


def quote(text: str) -> str:
    """A Go string literal, as %q prints it."""
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    from ..syntax.unicode import quote as go_quote

    return go_quote(text)


def _problem(flag: Flag, value: str) -> str:
    if flag.kind == COUNT:
        try:
            int(value, 0)
        except ValueError:
            return "parse error"
    return flag.check(value) if flag.check is not None else ""


def _boolean(flags: FlagSet, name: str, value: str) -> str:
    if value in _TRUE:
        return "true"
    if value in _FALSE:
        return "false"
    raise flags.fail(f"invalid boolean value {quote(value)} for -{name}: parse error")


def _not_first(value: str) -> str:
    return "-C flag must be first flag on command line"


def _vcs_problem(value: str) -> str:
    known = value in ("", "auto") or value in _TRUE or value in _FALSE
    return "" if known else "value is neither 'auto' nor a valid bool"


def _compiler_problem(value: str) -> str:
    return "" if value in ("gc", "gccgo") else f"unknown compiler {quote(value)}"


def _cover_mode_problem(value: str) -> str:
    return "" if value in ("", "set", "count", "atomic") else 'valid modes are "set", "count", or "atomic"'


def _package_flags_problem(value: str) -> str:
    """What is wrong with '[pattern=]arg list'."""
    from ..work.perpackage import split_pattern

    return split_pattern(value)[2]


CHDIR: Final = Flag("C", TEXT, "change to dir before running the command (must be the first flag)", "dir", "", _not_first)

# What build, run, install, test, list ... have in common. -x, -n, -v and -work are about showing; the rest changes
# the build.
BUILD_FLAGS: Final = [
    CHDIR,
    Flag("a", BOOL, "force rebuilding of packages that are already up-to-date"),
    Flag("n", BOOL, "print the commands but do not run them"),
    Flag("p", COUNT, "the number of workers that can run in parallel", "n"),
    Flag("v", BOOL, "print the names of packages as they are compiled"),
    Flag("work", BOOL, "print the name of the temporary work directory and do not delete it when exiting"),
    Flag("x", BOOL, "print the commands"),
    Flag("O", TEXT, "optimisation tier: 0 and 1 quick, 2 and 3 full, otherwise full where it pays (goes only)", "level"),
    Flag("asan", BOOL, ""),
    Flag("asmflags", LIST, "arguments to pass on each go tool asm invocation", "'[pattern=]arg list'", "",
         _package_flags_problem),
    Flag("buildmode", TEXT, "build mode to use: default or exe (others are refused)", "mode", "default"),
    Flag("buildvcs", SWITCH, "whether to stamp binaries with version control information: true, false or auto", "", "auto",
         _vcs_problem),
    Flag("compiler", TEXT, "name of compiler to use: gc", "name", "gc", _compiler_problem),
    Flag("debug-actiongraph", TEXT, ""),
    Flag("debug-runtime-trace", TEXT, ""),
    Flag("debug-trace", TEXT, ""),
    Flag("gccgoflags", LIST, ""),
    Flag("gcflags", LIST, "arguments to pass on each go tool compile invocation", "'[pattern=]arg list'", "",
         _package_flags_problem),
    Flag("installsuffix", TEXT, "a suffix to use in the name of the package installation directory", "suffix"),
    Flag("json", BOOL, "emit build output in JSON suitable for automated processing"),
    Flag("ldflags", LIST, "arguments to pass on each go tool link invocation", "'[pattern=]arg list'", "",
         _package_flags_problem),
    Flag("linkshared", BOOL, ""),
    Flag("mod", TEXT, "module download mode to use: readonly, vendor, or mod", "mode"),
    Flag("modcacherw", BOOL, "leave newly-created directories in the module cache read-write"),
    Flag("modfile", TEXT, "read (and possibly write) an alternate file instead of go.mod", "file"),
    Flag("msan", BOOL, ""),
    Flag("overlay", TEXT, "read a JSON config file that provides an overlay for build operations", "file"),
    Flag("pgo", TEXT, "the file with a profile, auto or off (accepted and without effect)", "file", "auto"),
    Flag("pkgdir", TEXT, "install and load all packages from dir (accepted and without effect)", "dir"),
    Flag("race", BOOL, ""),
    Flag("tags", TEXT, "a comma-separated list of additional build tags", "tag,list"),
    Flag("toolexec", TEXT, "a program to use to invoke toolchain programs", "'cmd args'"),
    Flag("trimpath", BOOL, "remove all file system paths from the resulting executable"),
]  # fmt: skip

COVER_FLAGS: Final = [
    Flag("cover", BOOL, "enable code coverage instrumentation"),
    Flag("covermode", TEXT, "the mode for coverage analysis: set, count or atomic", "mode", "", _cover_mode_problem),
    Flag("coverpkg", TEXT, "apply coverage analysis to packages matching the patterns", "pattern1,pattern2"),
]
