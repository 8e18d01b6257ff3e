"""One package compiled whole into an archive, and programs linked from archives: what `goes tool compile|link` do.

    compile_archive(context, input, {"example.com/lib": "lib.a"}, options)   →   bytes of the archive
    link_archives(context, {"main": "main.a", ...}, options, link_options)   →   bytes of the executable

An archive holds every function of the package with all that only its user can make (instances, descriptors, wrappers,
strings), and in its package member gc's export data, for tools, behind the list of source files. Our own importer reads
declarations from these sources: their contents are hashed, so an archive never stands for text that has changed. std
has no archives; what a program needs of it is compiled when it is linked, by the same engine.
"""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING, Final

from ..diag.diagnostic import UserError
from ..diag.source import SourceSet
from ..exportdata.writer import ExportError, export_data, package_member
from ..link.link import LinkOptions
from ..load.context import BuildContext
from ..load.graph import Graph, Loader
from ..load.package import Package
from ..obj import symbol as sym
from ..obj.archive import PACKAGE_MEMBER, object_member, open_object, read_archive, write_archive
from ..obj.symbol import Definition, Relocation
from ..ssa.passes.context import Decisions
from ..types.linkname import escape_path
from .build import check_packages, fail_on, make_executable, package_inputs, shown_file
from .cache import Cache
from .fingerprint import std_key
from .options import BuildOptions
from .packages import PackageInput, Packages
from .stdstore import StdStore

if TYPE_CHECKING:
    from .demand import Demand
    from .symbols import SymbolIndex

_LINE: Final = b"\ngoes "  # begins a piece of the list of sources in the package member's head
_LINE_SIZE: Final = 2000  # importers read lines of at most 4096 bytes


def object_header(context: BuildContext, options: BuildOptions) -> str:
    """The text behind "go object " in each member."""
    header = f"{context.goos} {context.goarch} go{context.go_version} goes"
    return header + (f'\nbuild id "{options.build_id}"' if options.build_id else "")


def _hash(path: str) -> str:
    try:
        with open(path, "rb") as f:
            return hashlib.sha256(f.read()).hexdigest()
    except OSError as e:
        raise UserError(f"open {path}: {os.strerror(e.errno or 0).lower()}") from None


def source_lines(input: PackageInput) -> list[bytes]:
    """Which sources the package is made of, for importers: lines of the package member's head."""
    facts = {
        "path": input.path, "link_path": input.link_path, "name": input.name, "directory": input.directory,
        "go_files": [[f, _hash(f)] for f in input.go_files], "asm_files": [[f, _hash(f)] for f in input.asm_files],
        "imports": input.imports, "import_map": input.import_map, "go_version": input.go_version,
        "embed": {pattern: [list(pair) for pair in pairs] for pattern, pairs in input.embed.items()},
    }  # fmt: skip
    text = json.dumps(facts).encode()
    return [_LINE[1:] + text[i : i + _LINE_SIZE] for i in range(0, len(text), _LINE_SIZE)]


def read_package(data: bytes, path: str) -> PackageInput:
    """The package an archive is of. UserError if it is not ours or its sources have changed."""
    member = next((m for m in read_archive(data, path) if m.name == PACKAGE_MEMBER), None)
    head = b"" if member is None else member.data.partition(b"\n\n")[0]
    lines = head.split(_LINE)[1:]
    if not lines:
        raise UserError(f"{path}: not a goes package archive")
    try:
        facts = json.loads(b"".join(lines))
        out = PackageInput(facts["path"], facts["name"], facts["directory"])
        out.link_path = facts["link_path"]
        out.go_files = [name for name, _ in facts["go_files"]]
        out.asm_files = [name for name, _ in facts["asm_files"]]
        out.imports = list(facts["imports"])
        out.import_map = dict(facts["import_map"])
        out.go_version = facts["go_version"]
        out.embed = {p: [(name, file) for name, file in pairs] for p, pairs in facts["embed"].items()}
        sources = [(name, digest) for name, digest in facts["go_files"] + facts["asm_files"]]
    except (ValueError, KeyError, TypeError):
        raise UserError(f"{path}: damaged package archive") from None
    for name, digest in sources:
        if _hash(name) != digest:
            raise UserError(f"{path}: {name} has changed since the package was compiled")
    return out


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as f:
            return f.read()
    except OSError as e:
        raise UserError(f"open {path}: {os.strerror(e.errno or 0).lower()}") from None


def dependency_inputs(context: BuildContext, root: PackageInput, archives: dict[str, str]) -> dict[str, PackageInput]:
    """Everything root needs, dependencies first, root last: from archives, else from GOROOT."""
    found: dict[str, PackageInput] = {}
    pending = list(root.imports)
    std: list[str] = []
    while pending:
        path = pending.pop()
        if path in found or path in std or path in ("unsafe", "C"):
            continue
        file = archives.get(path)
        if file is None:
            std.append(path)
            continue
        found[path] = read_package(_read(file), file)
        pending.extend(found[path].imports)
    if root.name == "main":
        std.append("runtime")
    out = _std_inputs(context, sorted(set(std)))
    for path in _post_order(root, found):
        out[path] = found[path]
    out[root.path] = root
    return out


def _post_order(root: PackageInput, found: dict[str, PackageInput]) -> list[str]:
    order: list[str] = []
    seen: set[str] = set()
    stack: list[tuple[PackageInput, int]] = [(root, 0)]
    while stack:
        input, i = stack.pop()
        while i < len(input.imports) and (input.imports[i] in seen or input.imports[i] not in found):
            i += 1
        if i < len(input.imports):
            stack.append((input, i + 1))
            path = input.imports[i]
            seen.add(path)
            stack.append((found[path], 0))
        elif input is not root:
            order.append(input.path)
    return order


def _std_inputs(context: BuildContext, paths: list[str]) -> dict[str, PackageInput]:
    loader = Loader(context, context.goroot)
    roots: list[Package] = []
    for path in paths:
        package = loader.load_import(path, context.goroot, None, [], [])[0]
        if not package.standard or package.error is not None:
            raise UserError(f"could not import {path} (open : no such file or directory)")
        roots.append(package)
    graph = Graph(roots, [])
    return package_inputs(graph, roots[0]) if roots else {}


def compile_archive(
    context: BuildContext, input: PackageInput, archives: dict[str, str], options: BuildOptions
) -> tuple[bytes, Packages]:
    """Check and compile all of a package. UserError with gc's messages if it is wrong."""
    input.wanted = True
    return _compile(context, dependency_inputs(context, input, archives), input, options)


def archive_of(context: BuildContext, graph: Graph, root: Package, options: BuildOptions) -> bytes:
    """The archive of a loaded package (go build -o file.a)."""
    inputs = package_inputs(graph, root, context.view)
    if "runtime" not in inputs:
        inputs = {**_std_inputs(context, ["runtime"]), **inputs}
    return _compile(context, inputs, inputs[root.import_path], options)[0]


def _compile(
    context: BuildContext, inputs: dict[str, PackageInput], input: PackageInput, options: BuildOptions
) -> tuple[bytes, Packages]:
    if "runtime" not in inputs:
        inputs = {**_std_inputs(context, ["runtime"]), **inputs}
    packages = Packages(inputs, SourceSet(), [])
    check_packages(packages, options)
    header = object_header(context, options)
    package = packages.package(input.path)
    try:
        data = export_data(package, packages.sources, context.goroot)
    except ExportError as e:
        raise UserError(f"# {input.path}\n{e}") from None
    members = [package_member(context, package, data, options.build_id, source_lines(input))]
    members.append(object_member(header, _definitions(context, packages, input, options)))
    return write_archive(members), packages


def remarks_of(context: BuildContext, graph: Graph, root: Package, options: BuildOptions) -> list[str]:
    """What the optimiser decided in a package (-gcflags=-m), one line each, by position."""
    inputs = package_inputs(graph, root, context.view)
    if "runtime" not in inputs:
        inputs = {**_std_inputs(context, ["runtime"]), **inputs}
    packages = Packages(inputs, SourceSet(), [])
    check_packages(packages, options)
    input = inputs[root.import_path]
    decisions = Decisions()
    _definitions(context, packages, input, options, decisions)
    files = frozenset(input.go_files)
    rows: list[tuple[str, int, int, int, str]] = []
    for i, (pos, text) in enumerate(decisions.remarks):
        at = packages.sources.position(pos)
        if at.filename in files:
            rows.append((at.filename, at.line, at.column, i, text))
    rows.sort()
    cwd = os.getcwd()
    lines = [f"{shown_file(name, cwd)}:{line}:{column}: {text}" for name, line, column, _, text in rows]
    return list(dict.fromkeys(lines))


def _definitions(
    context: BuildContext,
    packages: Packages,
    input: PackageInput,
    options: BuildOptions,
    decisions: Decisions | None = None,
) -> list[Definition]:
    """All definitions of the package and those that no other package could make."""
    from ..codegen.workers import WorkerPool
    from ..ssa.program import Program
    from .asmpackage import AsmPackages
    from .demand import Demand
    from .symbols import LinkResolver, SymbolIndex
    from .tiers import Tiers

    index = SymbolIndex(packages)
    program = Program(packages.sources, LinkResolver(index))
    asm = AsmPackages(packages, context.goroot, tuple(context.experiments), packages.errors)
    with WorkerPool(options.jobs) as pool:
        demand = Demand(packages, index, program, asm, pool, Tiers(options.level, packages), None, options.inline)
        demand.analysis.context.keeps_calls = options.keeps_calls
        demand.analysis.context.decisions = decisions
        demand.initialise_package(input.path)
        task = _init_task(demand, packages, input)
        names = [task, *sorted(index.declared(input.path))]
        prefix = escape_path(input.link_path)
        made = _close(demand, index, input.path, prefix, names)
        while demand.pending():
            fail_on(packages, packages.errors)
            demand.finish()
            made = _close(demand, index, input.path, prefix, names)
    fail_on(packages, packages.errors)
    return [demand.definitions[name] for name in sorted(made)]


def _init_task(demand: Demand, packages: Packages, input: PackageInput) -> str:
    """The package's init task, asking for those of all imports: which of them exist, the linker knows."""
    prefix = escape_path(input.link_path)
    name = f"{prefix}..inittask"
    task = demand.definitions.get(name)
    if task is None:
        task = Definition(name, sym.NOPTRDATA, bytes(8), align=8, package=prefix)
        demand.definitions[name] = task
    have = {r.target for r in task.relocations if r.kind == sym.R_INITORDER}
    for path in input.imports:
        other = packages.inputs.get(path)
        if other is not None:
            target = f"{escape_path(other.link_path)}..inittask"
            if target not in have:
                task.relocations.append(Relocation(0, sym.R_INITORDER, target))
    return name


def _close(demand: Demand, index: SymbolIndex, path: str, prefix: str, roots: list[str]) -> set[str]:
    """Everything the roots lead to, up to what another package declares."""
    made: set[str] = set()
    seen: set[str] = set(roots)
    pending = list(reversed(roots))
    while pending:
        name = pending.pop()
        if index.owner(name) not in ("", path):
            continue
        d = demand.definition(name)
        if d is None or (d.flags & sym.ASM and d.package != prefix):
            continue
        made.add(name)
        for r in d.relocations:
            if r.kind in (sym.R_INITORDER, sym.R_USENAMEDMETHOD) or r.target in seen:
                continue
            seen.add(r.target)
            pending.append(r.target)
    return made


def link_archives(
    context: BuildContext, main: str, archives: dict[str, str], link_options: LinkOptions, cache: Cache | None = None
) -> bytes:
    """The executable of the archive `main`. What `cache` has of std is used."""
    root = read_package(_read(main), main)
    if root.name != "main":
        raise UserError(f"{main}: not package main")
    inputs = dependency_inputs(context, root, archives)
    definitions: dict[str, Definition] = {}
    compiled: list[str] = []
    files = {path: archives[path] for path in inputs if path in archives and not inputs[path].is_std}
    files[root.path] = main
    for path, file in files.items():
        compiled.append(path)
        for member in read_archive(_read(file), file):
            objects = open_object(member) if member.name != PACKAGE_MEMBER else None
            if objects is None:
                continue
            for d in objects.definitions():
                definitions.setdefault(d.name, d)
    options = BuildOptions()
    store = StdStore(cache, *std_key(context, options)) if cache is not None else None
    while True:
        packages = Packages(inputs, SourceSet(), [])
        data = make_executable(context, packages, options, link_options, definitions, frozenset(compiled), store)
        if data is not None:
            return data
        # Something that only building std anew can name.
        store = None
