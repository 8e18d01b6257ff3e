"""goes tool compile [options] file.go...

    goes tool compile -o p.a -p example.com/p -importcfg cfg -lang=go1.24 a.go b.go

Exit status 2 on errors, which stand on standard output, as with gc. Packages of GOROOT need no line in the import
configuration. Flags that tune gc's own machinery are accepted and without effect.
Source: cmd/compile documentation; cmd/compile/internal/base/flag.go.
"""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING, Final, final

from ..diag.diagnostic import UserError
from ..load.context import LATEST_GO_MINOR
from ..tools.flags import FlagError, split_flags

if TYPE_CHECKING:
    from ..load.context import BuildContext
    from ..work.packages import PackageInput

_LANGUAGE: Final = re.compile(r"go([1-9][0-9]*)(?:\.(0|[1-9][0-9]*))?\Z")
USAGE: Final = "usage: compile [options] file.go...\n"
_VALUES: Final = frozenset((
    "D", "I", "asmhdr", "bench", "blockprofile", "buildid", "c", "coveragecfg", "cpuprofile", "d", "embedcfg", "env",
    "goversion", "importcfg", "installsuffix", "json", "lang", "linkobj", "memprofile", "memprofilerate",
    "mutexprofile",
    "o", "p", "pgoprofile", "spectre", "symabis", "traceprofile", "trimpath",
))  # fmt: skip
_SWITCHES: Final = frozenset((
    "%", "+", "B", "C", "E", "K", "L", "N", "S", "V", "W", "asan", "clobberdead", "clobberdeadreg", "complete", "dwarf",
    "dwarfbasentries", "dwarflocationlists", "dynlink", "e", "errorurl", "h", "j", "l", "live", "m", "msan",
    "nolocalimports", "pack", "r", "race", "shared", "smallframes", "std", "t", "v", "w", "wb",
))  # fmt: skip


@final
class CompileFlags:
    """`values` of flags that take one, `on` the switches given, `files` the rest."""

    __slots__ = ("values", "on", "files")

    def __init__(self, words: list[str]) -> None:
        self.values: dict[str, str] = {}
        self.on: set[str] = set()
        try:
            found, self.files = split_flags(words, _VALUES, _SWITCHES)
        except FlagError as error:
            raise UserError(error.with_usage(USAGE).rstrip(), 2) from None
        for name, value in found:
            if name in _VALUES:
                self.values[name] = value or ""
            elif value not in ("0", "false"):
                self.on.add(name)

    def problem(self) -> str:
        """What the compiler says about values it cannot take, "" if nothing."""
        workers = self.values.get("c", "1")
        if not workers.lstrip("-").isdigit():
            return f'invalid value "{workers}" for flag -c: parse error\n{USAGE}'.rstrip()
        if int(workers) < 1:
            return f"compile: -c must be at least 1, got {int(workers)}"
        language = self.values.get("lang", "")
        if language:
            match = _LANGUAGE.match(language)
            if match is None:
                return f'compile: invalid value "{language}" for -lang: should be something like "go1.12"'
            if (int(match.group(1)), int(match.group(2) or "0")) > (1, LATEST_GO_MINOR):
                return f'compile: invalid value "{language}" for -lang: max known version is "go1.{LATEST_GO_MINOR}"'
        if "S" in self.on:
            return "compile: -S is not supported by goes; use goes tool objdump"
        return ""


def read_import_config(path: str) -> tuple[dict[str, str], dict[str, str], bytes]:
    """packagefile and importmap lines, and modinfo, of an import configuration."""
    archives: dict[str, str] = {}
    renamed: dict[str, str] = {}
    modinfo = b""
    if not path:
        return archives, renamed, modinfo
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as f:
            lines = f.read().splitlines()
    except OSError as e:
        raise UserError(f"-importcfg: open {path}: {os.strerror(e.errno or 0).lower()}", 2) from None
    for number, line in enumerate(lines, 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        verb, _, rest = line.partition(" ")
        before, equals, after = rest.strip().partition("=")
        if verb == "packagefile" or verb == "importmap":
            if not equals or not before or not after:
                raise UserError(f'{path}:{number}: invalid {verb}: syntax is "{verb} path={_AFTER[verb]}"', 2)
            (archives if verb == "packagefile" else renamed)[before] = after
        elif verb == "modinfo":
            modinfo = unquote(rest.strip())
        elif verb != "packageshlib":
            raise UserError(f'{path}:{number}: unknown directive "{verb}"', 2)
    return archives, renamed, modinfo


_AFTER: Final = {"packagefile": "filename", "importmap": "path"}
_ESCAPES: Final = {"a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, "\\": 92, '"': 34}


def unquote(text: str) -> bytes:
    """The bytes of a quoted Go string."""
    out = bytearray()
    body = text[1:-1] if len(text) >= 2 and text[0] == '"' else text
    i = 0
    while i < len(body):
        c = body[i]
        if c != "\\" or i + 1 >= len(body):
            out += c.encode("utf-8", "surrogateescape")
            i += 1
            continue
        e = body[i + 1]
        if e == "x":
            out.append(int(body[i + 2 : i + 4], 16))
            i += 4
        elif e in "01234567":
            out.append(int(body[i + 1 : i + 4], 8))
            i += 4
        elif e in "uU":
            n = 4 if e == "u" else 8
            out += chr(int(body[i + 2 : i + 2 + n], 16)).encode()
            i += 2 + n
        else:
            out.append(_ESCAPES.get(e, ord(e) & 0xFF))
            i += 2
    return bytes(out)


def read_embed_config(path: str) -> dict[str, list[tuple[str, str]]]:
    """-embedcfg: {"Patterns": {pattern: [name...]}, "Files": {name: file}}."""
    import json

    try:
        with open(path, encoding="utf-8") as f:
            config = json.load(f)
        files: dict[str, str] = config["Files"]
        patterns: dict[str, list[str]] = config["Patterns"]
        return {p: [(name, files[name]) for name in names] for p, names in patterns.items()}
    except OSError as e:
        raise UserError(f"open {path}: {os.strerror(e.errno or 0).lower()}", 2) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UserError(f"{path}: invalid embed configuration", 2) from None


def make_input(flags: CompileFlags, renamed: dict[str, str], archives: dict[str, str]) -> PackageInput:
    """The package the files on the command line make."""
    from ..load.header import read_header
    from ..work.packages import PackageInput

    name = ""
    imports: list[str] = []
    for file in flags.files:
        try:
            with open(file, "rb") as f:
                header = read_header(f.read())
        except OSError as e:
            raise UserError(f"open {file}: {os.strerror(e.errno or 0).lower()}", 1) from None
        name = name or header.name
        for i in header.imports:
            path = renamed.get(i.text, i.text)
            if path not in imports and path not in ("unsafe", "C"):
                imports.append(path)
    path = flags.values.get("p", "") or ("main" if name == "main" else "<unlinkable>")
    directory = os.path.abspath(os.path.dirname(flags.files[0]))
    input = PackageInput(path, name, directory)
    input.link_path = path
    input.go_files = [os.path.abspath(f) for f in flags.files]
    input.imports = imports
    input.import_map = dict(renamed)
    input.go_version = flags.values.get("lang", "")
    if flags.values.get("embedcfg"):
        input.embed = read_embed_config(flags.values["embedcfg"])
    return input


def default_context() -> BuildContext:
    from ..load.context import make_context
    from ..load.overlay import check_version

    context = make_context(os.environ)
    check_version("go" + context.go_version)
    return context


def run(args: list[str]) -> int:
    if args in (["-V"], ["-V=full"]):
        sys.stdout.write(f"compile version go{default_context().go_version}\n")
        return 0
    flags = CompileFlags(args)
    if not flags.files:
        sys.stderr.write(USAGE)
        return 2
    from ..work.eager import compile_archive
    from ..work.options import BuildOptions
    from .progress import on_big_stack

    archives, renamed, _ = read_import_config(flags.values.get("importcfg", ""))
    input = make_input(flags, renamed, archives)
    options = BuildOptions()
    options.inline = "l" not in flags.on and "N" not in flags.on
    options.all_errors = "e" in flags.on
    options.build_id = flags.values.get("buildid", "")
    output = flags.values.get("o", "") or os.path.splitext(os.path.basename(flags.files[0]))[0] + ".o"
    symabis = flags.values.get("symabis", "")
    if symabis:
        input.asm_files = assembly_beside(symabis)
    context = default_context()
    try:
        data, packages = on_big_stack(compile_archive, context, input, archives, options)
    except UserError as e:
        # gc reports on standard output and ends with status 2; the header names the package only under go build.
        lines = [line for line in e.message.split("\n") if not line.startswith("# ")]
        sys.stdout.write("\n".join(lines) + "\n")
        return 2
    header = flags.values.get("asmhdr", "")
    if header:
        from ..asm.goasmh import go_asm_header

        write_output(header, go_asm_header(packages.package(input.path)).encode())
    write_output(output, data)
    return 0


def assembly_beside(symabis: str) -> list[str]:
    """The assembly files a symabis file was made of: our own gensymabis names them in comments."""
    try:
        with open(symabis, encoding="utf-8", errors="surrogateescape") as f:
            return [line[len("# file ") :].rstrip("\n") for line in f if line.startswith("# file ")]
    except OSError as e:
        raise UserError(f"open {symabis}: {os.strerror(e.errno or 0).lower()}", 2) from None


def write_output(path: str, data: bytes) -> None:
    """Write a whole file. UserError if that fails."""
    try:
        with open(path, "wb") as f:
            f.write(data)
    except OSError as e:
        raise UserError(f"open {path}: {os.strerror(e.errno or 0).lower()}", 2) from None
