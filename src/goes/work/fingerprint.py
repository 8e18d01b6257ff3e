"""Identities of builds: equal ids mean equal executables.

`program_id` hashes the toolchain (goes' own sources, llvmlite, GOROOT version), the target, the flags and the
contents of every
source file of the graph. Contents of GOROOT files are represented by the GOROOT's version: it is read-only.
"""

from __future__ import annotations

import hashlib
import os
from typing import Final

from ..load.context import BuildContext
from ..load.graph import Graph
from ..load.package import Package
from .cache import action_id
from .options import BuildOptions

_HERE: Final = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


# What decides about machine code. The rest of goes finds out what to build, and that is part of every id as such.
_COMPILER: Final = (
    "asm", "codegen", "diag", "exportdata", "link", "load/context.py", "load/overlay.py", "obj", "overlay", "ssa", "syntax", "types",
    "work",
)  # fmt: skip


def toolchain_id() -> str:
    """A hash over the compiler's own files by name, size and modification time."""
    h = hashlib.sha256()
    for part in _COMPILER:
        top = os.path.join(_HERE, part)
        if not os.path.isdir(top):
            _add_file(h, top)
            continue
        for folder, names, files in os.walk(top):
            names.sort()
            for f in sorted(files):
                if f.endswith((".py", ".go", ".s", ".so")):
                    _add_file(h, os.path.join(folder, f))
    return h.hexdigest()


def _add_file(h: hashlib._Hash, path: str) -> None:
    st = os.stat(path)
    h.update(f"{os.path.basename(path)} {st.st_size} {st.st_mtime_ns}\n".encode())


def std_key(context: BuildContext, options: BuildOptions) -> list[str]:
    """What the machine code of std depends on."""
    return [
        toolchain_id(), context.goos, context.goarch, context.goarch_level, context.go_version, context.goroot,
        ",".join(context.experiments), ",".join(context.build_tags), str(max(options.level, -1)), str(options.inline),
    ]  # fmt: skip


def program_id(context: BuildContext, graph: Graph, root: Package, options: BuildOptions) -> str:
    """The id of the executable of one main package."""
    parts: list[str | bytes] = [
        "program", toolchain_id(), context.goos, context.goarch, context.goarch_level, context.go_version,
        "" if options.trimpath else context.goroot,
        ",".join(context.experiments), ",".join(context.build_tags), root.import_path, str(options.level),
        str(options.inline),
        str(options.trimpath), "\0".join(options.ldflags), options.modinfo, root.default_godebug,
        ",".join(sorted(options.keeps_calls)),
    ]  # fmt: skip
    parts.append(root.default_godebug)
    if options.counted:
        parts += ["fuzz", *sorted(options.counted)]
    if options.cover is not None:
        parts += options.cover.key()
        # The instrumented text of std's packages is that of GOROOT, by its version.
    for p in graph.packages:
        if p.testmain is not None:
            parts.append(p.testmain)
        if (p.standard and p.for_test != p.import_path) or p.import_path == "unsafe":
            continue
        parts.append(p.import_path)
        if not options.trimpath:
            parts.append(p.dir)
        parts += _contents(context, p)
    return action_id(*parts)


def _contents(context: BuildContext, p: Package) -> list[str | bytes]:
    """The names and hashes of what a package is compiled from."""
    parts: list[str | bytes] = []
    for name in [*p.go_files, *p.s_files, *p.h_files, *p.embed_files]:
        parts.append(name)
        try:
            parts.append(hashlib.sha256(context.view.read(os.path.join(p.dir, name))).digest())
        except OSError:
            parts.append("unreadable")
    return parts


def package_ids(context: BuildContext, graph: Graph, options: BuildOptions) -> dict[str, str]:
    """Ids of the packages as far as compiling them goes: contents, flags, and the ids of what they import."""
    common = action_id(
        "package", toolchain_id(), context.goos, context.goarch, context.goarch_level, context.go_version,
        ",".join(context.experiments), str(options.level), str(options.trimpath),
    )  # fmt: skip
    out: dict[str, str] = {}
    for p in graph.packages:
        flags = options.compile_flags.get(p.import_path, []) + ["--"] + options.asm_flags.get(p.import_path, [])
        parts: list[str | bytes] = [common, p.import_path, *flags]
        if p.standard:
            parts.append(",".join(context.build_tags))
        else:
            parts += [p.language_version, *(() if options.trimpath else (context.goroot, p.dir))]
            parts += _contents(context, p)
            parts += [out.get(d.import_path, d.import_path) for d in p.dependencies or []]
        out[p.import_path] = action_id(*parts)
    return out
