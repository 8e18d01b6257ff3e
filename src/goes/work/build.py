"""From a package graph to an executable.

    build_program(graph, root, options)  →  bytes of a static ELF executable

The whole road on one page: parse → check the user's packages → demand from the roots → machine code → link.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final

from ..diag.diagnostic import Diagnostic, UserError
from ..diag.source import SourceSet
from ..link.link import LinkOptions
from ..load.context import BuildContext
from ..load.graph import Graph
from ..load.package import Package, short_path
from ..load.view import PLAIN, FileView
from ..obj.symbol import R_INITORDER, Definition
from .embeds import check_embeds
from .linkflags import USAGE, parse_link_flags
from .options import BuildOptions, Progress
from .packages import PackageInput, Packages

if TYPE_CHECKING:
    from .asmpackage import AsmPackages
    from .stdstore import StdStore

MAX_ERRORS: Final = 10


def package_inputs(graph: Graph, root: Package, view: FileView = PLAIN) -> dict[str, PackageInput]:
    """The compiler's view of the packages, dependencies first."""
    out: dict[str, PackageInput] = {}
    for p in graph.packages:
        if p.import_path == "unsafe":
            continue
        i = PackageInput(p.import_path, p.name, p.dir)
        i.description = p.description
        i.variant = p.standard and p.for_test == p.import_path
        i.reinitialised = p.standard and p.for_test != ""
        i.go_files = [os.path.join(p.dir, f) for f in p.go_files]
        i.asm_files = [_actual(view, os.path.join(p.dir, f)) for f in p.s_files]
        if view.replaced:
            i.replaced = {f: actual for f in i.go_files if (actual := _actual(view, f)) != f}
        if p.testmain is not None:
            i.go_files = ["_testmain.go"]
            i.generated["_testmain.go"] = p.testmain
        i.imports = [q for q in p.imports if q not in ("unsafe", "C")]
        i.import_map = dict(p.import_map)
        i.is_std = p.standard
        i.wanted = not p.standard
        if p.module is not None and not p.standard:
            i.go_version = p.module.language_version
        if p.forced_language:
            i.go_version = p.forced_language
        for pattern, names in p.embed_map.items():
            i.embed[pattern] = [(name, _actual(view, os.path.join(p.dir, name))) for name in names]
        if p is not root and p.name == "main":
            i.link_path = p.import_path
        out[p.import_path] = i
    return out


def _actual(view: FileView, path: str) -> str:
    """The file whose contents stand for a file."""
    return view.actual(path) or path


def format_diagnostics(sources: SourceSet, errors: list[Diagnostic], cwd: str, limit: int) -> list[str]:
    """gc's rendering: file:line:col: message, sorted, equal lines once. gc stops at the error that reaches the limit,
    in
    the order in which they are found; of syntax errors it counts one per line."""
    lines: list[tuple[str, int, int, int, str]] = []
    last = ""
    stopped = ""
    for k, d in enumerate(errors):
        p = sources.position(d.pos)
        is_syntax = d.message.startswith("syntax error")
        same = f"{p.filename}:{p.line}" if is_syntax else f"{p.filename}:{p.line}: {d.message}"
        if same == last:
            continue
        last = same
        where = f"{shown_file(p.filename, cwd)}:{p.line}" + (f":{p.column}" if p.column else "")
        message = d.message
        if "\n\t/" in message:
            message = "\n".join(_shown_reference(line, cwd) for line in message.split("\n"))
        lines.append((p.filename, p.line, p.column, k, f"{where}: {message}"))
        if len(lines) == limit:
            stopped = f"{where}: too many errors"
            break
    lines.sort(key=lambda x: x[:4])
    out: list[str] = []
    for x in lines:
        if x[4] not in out:
            out.append(x[4])
    return [*out, stopped] if stopped else out


def shown_file(name: str, cwd: str) -> str:
    """A file as the go command shows it: relative to the working directory, there with a leading "./"."""
    if os.path.isabs(name):
        name = short_path(name, cwd)
        if os.sep not in name:
            name = "./" + name
    return name


def _shown_reference(line: str, cwd: str) -> str:
    """A line of a message that refers to another place by its absolute name."""
    if not line.startswith("\t/"):
        return line
    name, colon, rest = line[1:].partition(":")
    return f"\t{shown_file(name, cwd)}{colon}{rest}"


def check_packages(packages: Packages, options: BuildOptions) -> None:
    """Check every package the user owns, dependencies first. Raises UserError with gc's report."""
    cwd = os.getcwd()
    reports: list[tuple[str, str]] = []
    failed: set[str] = set()
    for path, package in packages.inputs.items():
        if not package.wanted or any(i in failed for i in package.imports):
            continue
        errors: list[Diagnostic] = []
        packages.errors = errors
        packages.parse(path)
        if not errors:
            checker = packages.checker(path)
            checker.check_all()
            if not errors:
                check_embeds(packages.files[path], package, checker.pkg, errors)
        if errors:
            failed.add(path)
            lines = format_diagnostics(packages.sources, errors, cwd, 0 if options.all_errors else MAX_ERRORS)
            reports.append((path, "\n".join([f"# {package.description}", *lines])))
    packages.errors = []
    if reports:
        failure = UserError("\n".join(text for _, text in reports))
        failure.reports = reports
        raise failure


def build_program(context: BuildContext, graph: Graph, root: Package, options: BuildOptions) -> bytes:
    """Compile and link one main package."""
    from .stdstore import StdStore

    sys.setrecursionlimit(1_000_000)
    progress = options.progress or Progress()
    inputs = package_inputs(graph, root, context.view)
    key = options.cache_key
    counters: list[str] = []
    if options.cover is not None:
        counters = options.cover.apply(inputs, graph.packages)
        key = key + options.cover.std_key(inputs)
    if options.counted:
        key = [*key, "fuzz", *sorted(path for path in options.counted if path in inputs and inputs[path].is_std)]
    store = None if options.cache is None else StdStore(options.cache, *key)
    while True:
        progress.stage("loading")
        errors: list[Diagnostic] = []
        sources = SourceSet()
        packages = Packages(inputs, sources, errors)
        progress.stage("checking")
        check_packages(packages, options)
        link_options = LinkOptions()
        link_options.goroot = context.goroot
        link_options.build_id = options.build_id
        link_options.build_version = context.version_text
        link_options.modinfo = options.modinfo
        if options.trimpath:
            link_options.trimmed = trimmed_directories(graph)
        if root.default_godebug:
            link_options.strings.append(("runtime.godebugDefault", root.default_godebug))
        link_options.counters = counters
        if parse_link_flags(options.ldflags, link_options):
            raise UserError(f"# {root.import_path}\n{USAGE}")
        if root.testmain is not None:
            link_options.strings.append(("testing.testBinary", "1"))
        made = make_executable(context, packages, options, link_options, {}, frozenset(), store)
        if made is not None:
            options.link_report = link_options.report
            return made
        # Something that only building std anew can name (a wrapper an old descriptor promises).
        assert store is not None
        store.bypass()


def trimmed_directories(graph: Graph) -> list[tuple[str, str]]:
    """Directories of packages and what stands for them in file names under -trimpath, longest first."""
    found: dict[str, str] = {}
    for p in graph.packages:
        if p.standard or not p.dir or p.testmain is not None:
            continue
        m = p.module
        path = p.import_path
        if p.for_test and path == p.for_test + "_test":
            path = p.for_test  # tests outside of the package lie in its directory
        name = path if not p.command_line else "command-line-arguments"
        if m is not None and m.version and not p.command_line:
            name = f"{m.path}@{m.version}{path[len(m.path) :]}"
        found[p.dir + "/"] = name + "/"
    return sorted(found.items(), key=lambda pair: (-len(pair[0]), pair[0]))


def make_executable(
    context: BuildContext,
    packages: Packages,
    options: BuildOptions,
    link_options: LinkOptions,
    archived: dict[str, Definition],
    compiled: frozenset[str],
    store: StdStore | None = None,
) -> bytes | None:
    """Compile on demand and link. `archived`: definitions made before; `compiled`: the packages they are complete for.
    None if the store lacks something that only building std anew can name."""
    from ..codegen.workers import WorkerPool
    from ..link.link import LINKER_SYMBOLS, add_roots, link
    from ..link.reach import Reach
    from ..ssa.program import Program
    from .asmpackage import AsmPackages
    from .demand import Demand
    from .symbols import LinkResolver, SymbolIndex
    from .tiers import Tiers

    errors = packages.errors
    progress = options.progress or Progress()
    progress.stage("compiling")
    index = SymbolIndex(packages)
    program = Program(packages.sources, LinkResolver(index))
    asm = AsmPackages(packages, context.goroot, tuple(context.experiments), errors)
    check_assembly(context, packages, asm)
    with WorkerPool(options.jobs) as pool:
        demand = Demand(packages, index, program, asm, pool, Tiers(options.level, packages), store, options.inline)
        demand.analysis.context.keeps_calls = options.keeps_calls
        demand.context.counted = options.counted
        demand.definitions.update(archived)
        for path in packages.inputs:
            if path not in compiled:
                demand.initialise_package(path)
        for d in archived.values():
            # An archive asks for the init tasks of all imports; some packages have nothing to initialise.
            d.relocations = [r for r in d.relocations if r.kind != R_INITORDER or r.target in demand.definitions]
        reach = Reach(demand, LINKER_SYMBOLS)
        add_roots(reach, link_options)
        reach.run()
        # LLVM's own references (stack growth, constants, memcpy) become known with the machine code.
        while demand.pending():
            fail_on(packages, errors)
            demand.finish()
            reach.refresh()
            reach.run()

    errors.extend(demand.barriers.errors(packages.sources))
    fail_on(packages, errors)
    if reach.missing() and store is not None and demand.took_from_store():
        return None
    if not archived:
        demand.save()

    progress.stage("linking")
    if link_options.verbose:
        link_options.report = _link_report(link_options, len(demand.definitions), len(reach.live))
    return link(link_options, reach.live)


def _link_report(options: LinkOptions, symbols: int, reachable: int) -> str:
    """What -ldflags=-v prints."""
    table = "off" if options.strip_symbols else "on"
    dwarf = "off" if options.strip_symbols or options.strip_dwarf else "on"
    return (
        f"build mode: exe, symbol table: {table}, DWARF: {dwarf}\n"
        f"HEADER = -H5 -T{options.text_address:#x} -R{options.round:#x}\n"
        f"{symbols} symbols, {reachable} reachable\n"
    )


def check_assembly(context: BuildContext, packages: Packages, asm: AsmPackages) -> None:
    """Assemble the packages the user owns. Raises UserError with gc's report."""
    if context.goarch != "amd64":
        return
    cwd = os.getcwd()
    reports: list[tuple[str, str]] = []
    kept = asm.errors
    for path, package in packages.inputs.items():
        if not package.wanted or package.is_std or not package.asm_files:
            continue
        errors: list[Diagnostic] = []
        asm.errors = errors
        asm.definitions(path)
        if errors:
            lines = [f"# {package.description}"]
            for d in errors[:MAX_ERRORS]:
                at = packages.sources.position(d.pos)
                lines.append(f"{shown_file(at.filename, cwd)}:{at.line}: {d.message}")
            failed = shown_file(packages.sources.position(errors[0].pos).filename, cwd)
            reports.append((path, "\n".join([*lines, f"asm: assembly of {failed} failed"])))
    asm.errors = kept
    if reports:
        failure = UserError("\n".join(text for _, text in reports))
        failure.reports = reports
        raise failure


def fail_on(packages: Packages, errors: list[Diagnostic]) -> None:
    """Raise UserError if something was found wrong after all."""
    if errors:
        raise UserError("\n".join(format_diagnostics(packages.sources, errors, os.getcwd(), MAX_ERRORS)))


def check_only(context: BuildContext, graph: Graph, roots: list[Package], options: BuildOptions) -> None:
    """Check packages that make no executable. Raises UserError with gc's report."""
    sys.setrecursionlimit(1_000_000)
    packages = Packages(package_inputs(graph, roots[0], context.view), SourceSet(), [])
    for r in roots:
        packages.inputs[r.import_path].wanted = True
    check_packages(packages, options)
    if any(p.s_files and not p.standard for p in graph.packages):
        from .asmpackage import AsmPackages

        check_assembly(context, packages, AsmPackages(packages, context.goroot, tuple(context.experiments), []))
