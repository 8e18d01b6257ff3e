"""goes tool asm [options] file.s ...

    goes tool asm -o x.o -p example.com/p -I $GOROOT/pkg/include -D GOOS_linux x.s
    goes tool asm -gensymabis -o symabis -p example.com/p a.s b.s

Source: cmd/asm documentation.
"""

from __future__ import annotations

import os
import sys
from typing import Final

from ..diag.diagnostic import Diagnostic, UserError
from ..tools.flags import FlagError, split_flags
from .toolcompile import default_context, write_output

USAGE: Final = "usage: asm [options] file.s ...\n"
_SWITCHES: Final = frozenset(
    ("S", "V", "compiling-runtime", "debug", "dynlink", "e", "gensymabis", "linkshared", "shared", "spectre", "v")
)
_VALUES: Final = frozenset(("D", "I", "d", "importcfg", "o", "p", "trimpath"))
_MAX_ERRORS: Final = 10


def parse(words: list[str]) -> tuple[dict[str, list[str]], list[str]]:
    """Flags, each with its values (switches: none), and files."""
    try:
        given, files = split_flags(words, _VALUES, _SWITCHES)
    except FlagError as error:
        raise UserError(error.with_usage(USAGE).rstrip(), 2) from None
    found: dict[str, list[str]] = {}
    for name, value in given:
        values = found.setdefault(name, [])
        if name in _VALUES:
            values.append(value or "")
    return found, files


def run(args: list[str]) -> int:
    flags, files = parse(args)
    if "V" in flags:
        sys.stdout.write(f"asm version go{default_context().go_version}\n")
        return 0
    if not files:
        sys.stderr.write(USAGE)
        return 2
    from ..asm.assemble import default_defines
    from ..types.linkname import escape_path

    context = default_context()
    package = escape_path(flags.get("p", [""])[-1])
    defines = default_defines(
        context.goos, context.goarch, int(context.goarch_level[1:] or "1"), tuple(context.experiments)
    )
    for text in flags.get("D", []):
        name, equals, value = text.partition("=")
        defines[name] = value if equals else "1"
    include = [*flags.get("I", []), os.path.join(context.goroot, "pkg", "include")]
    sources: list[tuple[str, bytes]] = []
    for name in files:
        try:
            with open(name, "rb") as f:
                sources.append((name, f.read()))
        except OSError as e:
            raise UserError(f"asm: open {name}: {os.strerror(e.errno or 0).lower()}", 1) from None
    output = flags.get("o", [""])[-1] or os.path.splitext(os.path.basename(files[0]))[0] + ".o"
    if "gensymabis" in flags:
        return _symabis(sources, package, include, defines, output)
    return _assemble(sources, package, include, defines, output)


def _symabis(
    sources: list[tuple[str, bytes]], package: str, include: list[str], defines: dict[str, str], output: str
) -> int:
    from ..asm.symabis import scan_definitions

    scan = scan_definitions(sources, package, include, defines)
    lines = [f"# file {os.path.abspath(name)}" for name, _ in sources]
    lines += [f"def {name} {abi}" for name, abi in scan.definitions]
    lines += [f"ref {name} {abi}" for name, abi in scan.references]
    write_output(output, ("\n".join(lines) + "\n").encode())
    return 0


def _assemble(
    sources: list[tuple[str, bytes]], package: str, include: list[str], defines: dict[str, str], output: str
) -> int:
    from ..asm.assemble import assemble
    from ..diag.source import SourceSet
    from ..obj.archive import object_member
    from ..obj.symbol import Definition
    from ..work.eager import object_header
    from ..work.options import BuildOptions

    positions = SourceSet()
    errors: list[Diagnostic] = []
    made: list[Definition] = []
    headers: dict[str, str] = {}
    for folder in include:
        path = os.path.join(folder, "go_asm.h")
        if os.path.isfile(path):
            with open(path, encoding="utf-8", errors="replace") as f:
                headers.setdefault("go_asm.h", f.read())
    for name, source in sources:
        made += assemble(
            name, source, package, headers, include, defines, frozenset(), errors, sources=positions, is_std=False
        )
    if errors:
        for d in errors[:_MAX_ERRORS]:
            p = positions.position(d.pos)
            sys.stderr.write(f"{p.filename}:{p.line}: {d.message}\n")
        sys.stderr.write("asm: assembly of " + " ".join(name for name, _ in sources) + " failed\n")
        return 1
    write_output(output, object_member(object_header(default_context(), BuildOptions()), made).data)
    return 0
