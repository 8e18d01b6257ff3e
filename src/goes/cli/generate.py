"""goes generate [-run regexp] [-n] [-v] [-x] [build flags] [file.go... | packages]

    //go:generate stringer -type=Pill        runs stringer in the file's directory, with GOFILE, GOLINE, GOPACKAGE set

Source: cmd/go/internal/generate.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import Final, final

from ..diag.diagnostic import UserError
from .flags import BUILD_FLAGS, TEXT, Flag, FlagSet, FlagValues, quote

EXAMPLE: Final = "goes generate ./..."
FLAGS: Final = FlagSet(
    "generate", "go generate [-run regexp] [-n] [-v] [-x] [build flags] [file.go... | packages]", [
        Flag("run", TEXT, "run only directives whose full original source text matches", "regexp"),
        Flag("skip", TEXT, "do not run directives whose full original source text matches", "regexp"),
        *(f for f in BUILD_FLAGS if f.name != "json"),
    ]
)  # fmt: skip

_LINE_LIMIT: Final = 4096  # bytes; gc reads a longer line in pieces and refuses it if it is a directive
_PREFIXES: Final = (b"//go:generate ", b"//go:generate\t")
_VARIABLE: Final = re.compile(r"\$(?:\{([^}]*)\}|([A-Za-z_0-9]+|[*#$@!?-]))")


class _Stop(Exception):
    """A directive failed: the rest of the package is left out."""


def run(args: list[str]) -> int:
    from ..load.context import find_goroot
    from ..load.graph import Loader, LoadOptions
    from ..work.childenv import child_environment
    from .buildflags import check_flags, make_build_context
    from .goenv import original_environment
    from .modcommands import mod_options
    from .ownpackages import own_packages

    values = FLAGS.parse(args)
    check_flags(values)
    wanted, unwanted = _pattern(values, "run"), _pattern(values, "skip")
    context = make_build_context(values, ("generate",), any_target=True)
    options = LoadOptions()
    options.ignore_imports = True
    options.embeds = False
    options.modules = mod_options("generate", values)
    loader = Loader(context, os.getcwd(), options=options)
    graph = loader.load(values.rest or ["."])
    goroot = find_goroot(os.environ)
    env = child_environment(original_environment(), goroot)
    env.update(GOROOT=goroot, GOARCH=context.goarch, GOOS=context.goos)
    status = 0
    for p in own_packages(loader, graph, "generating in packages"):
        if p.error is not None and not p.all_go_files():
            sys.stderr.write(f"{p.error}\n")
            status = 1
        for names in ([*p.go_files, *p.cgo_files, *p.test_go_files], p.xtest_go_files):
            for name in names:
                path = os.path.join(p.dir, name)
                try:
                    _Generator(path, values, wanted, unwanted, env).run()
                except _Stop:
                    status = 1
                    break
    return status


def _pattern(values: FlagValues, name: str) -> re.Pattern[str] | None:
    text = values.text(name)
    if not text:
        return None
    try:
        return re.compile(text)
    except re.error as e:
        raise UserError(f"generate: error parsing regexp: {e.msg}: `{text}`") from None


@final
class _Generator:
    """The directives of one file."""

    __slots__ = ("path", "show", "dry", "verbose", "wanted", "unwanted", "env", "package", "line", "commands")

    def __init__(
        self,
        path: str,
        values: FlagValues,
        wanted: re.Pattern[str] | None,
        unwanted: re.Pattern[str] | None,
        env: dict[str, str],
    ) -> None:
        self.path = path
        self.show = values.flag("n") or values.flag("x")
        self.dry = values.flag("n")
        self.verbose = values.flag("v")
        self.wanted = wanted
        self.unwanted = unwanted
        self.env = dict(env)
        self.package = ""
        self.line = 0
        self.commands: dict[str, list[str]] = {}

    def fail(self, message: str) -> _Stop:
        sys.stderr.write(f"{self._short()}:{self.line}: {message}\n")
        return _Stop()

    def _short(self) -> str:
        from ..load.package import short_path

        return short_path(self.path, os.getcwd())

    def run(self) -> None:
        from ..load.constraint import HeaderError
        from ..load.header import read_header

        try:
            with open(self.path, "rb") as f:
                data = f.read()
        except OSError as e:
            raise UserError(f"generate: open {self.path}: {os.strerror(e.errno or 0).lower()}") from None
        try:
            self.package = read_header(data).name
        except HeaderError:
            return
        if not self.package:
            return
        if self.verbose:
            sys.stderr.write(self._short() + "\n")
        lines = data.split(b"\n")
        for i, line in enumerate(lines):
            self.line = i + 1
            if not line.startswith(_PREFIXES):
                continue
            if len(line) + 1 > _LINE_LIMIT:
                raise self.fail("directive too long")
            if i == len(lines) - 1:
                raise self.fail(f"error reading {self._short()}: unexpected EOF")
            text = line.decode("utf-8", "surrogateescape")
            stripped = text.strip()
            if self.wanted is not None and not self.wanted.search(stripped):
                continue
            if self.unwanted is not None and self.unwanted.search(stripped):
                continue
            self._directive(text)

    def _directive(self, text: str) -> None:
        folder, name = os.path.split(self.path)
        self.env.update(GOFILE=name, GOLINE=str(self.line), GOPACKAGE=self.package, DOLLAR="$", PWD=folder)
        words = self._split(text[len("//go:generate ") :].removesuffix("\r"))
        if not words:
            raise self.fail("no arguments to directive")
        if words[0] == "-command":
            if len(words) == 1:
                raise self.fail("no command specified for -command")
            if words[1] in self.commands:
                raise self.fail(f"command {quote(words[1])} multiply defined")
            self.commands[words[1]] = words[2:]
            return
        if self.show:
            sys.stderr.write(" ".join(words) + "\n")
        if not self.dry:
            self._execute(words, folder)

    def _split(self, line: str) -> list[str]:
        """Words; quoted ones as Go strings; the command's abbreviation and variables replaced."""
        words: list[str] = []
        line = line.lstrip(" \t")
        while line:
            if line[0] != '"':
                word = re.split(r"[ \t]", line, maxsplit=1)[0]
                words.append(word)
                line = line[len(word) :].lstrip(" \t")
                continue
            end = 1
            while end < len(line) and line[end] != '"':
                if line[end] == "\\":
                    if end + 1 == len(line):
                        raise self.fail("bad backslash")
                    end += 1
                end += 1
            if end >= len(line):
                raise self.fail("mismatched quoted string")
            words.append(self._unquote(line[: end + 1]))
            line = line[end + 1 :]
            if line and line[0] not in " \t":
                raise self.fail("expect space after quoted argument")
            line = line.lstrip(" \t")
        if words and words[0] in self.commands:
            words = self.commands[words[0]] + words[1:]
        return [_VARIABLE.sub(self._variable, w) for w in words]

    def _unquote(self, literal: str) -> str:
        from ..load.constraint import HeaderError
        from ..load.header import split_patterns

        try:
            found = split_patterns(" " + literal)
        except HeaderError:
            raise self.fail("bad quoted string") from None
        if len(found) != 1:
            raise self.fail("bad quoted string")
        return found[0][0]

    def _variable(self, match: re.Match[str]) -> str:
        name = match.group(1) if match.group(1) is not None else match.group(2)
        return self.env.get(name, "")

    def _execute(self, words: list[str], folder: str) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        try:
            program = words[0]
            if program and "/" not in program:
                from shutil import which

                found = which(program, path=self.env.get("PATH", ""))
                if found is None:
                    message = f'exec: {quote(program)}: executable file not found in $PATH'
                    raise self.fail(f"running {quote(words[0])}: {message}")
                program = found
            done = subprocess.run(words, executable=program, cwd=folder, env=self.env, check=False)
        except OSError as e:
            reason = f"fork/exec {words[0]}: {os.strerror(e.errno or 0).lower()}"
            raise self.fail(f"running {quote(words[0])}: {reason}") from None
        if done.returncode != 0:
            from ..run.process import SIGNAL_NAMES

            code = done.returncode
            reason = f"exit status {code}" if code > 0 else f"signal: {SIGNAL_NAMES.get(-code, f'signal {-code}')}"
            raise self.fail(f"running {quote(words[0])}: {reason}")
