"""What the build flags mean: BuildOptions from FlagValues, and the one way all verbs build a program.

A whole executable is cached under the hash of everything that went into it, so an unchanged program starts at once.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final, final

from ..diag.diagnostic import UserError
from ..run.workdir import WorkDirectory
from ..work.cachedirectory import require_cache_directory
from .flags import FlagValues

if TYPE_CHECKING:
    from ..load.context import BuildContext
    from ..load.graph import Graph, Loader
    from ..load.package import Package
    from ..load.scan import Directives
    from ..work.cache import Cache
    from ..work.options import BuildOptions
    from ..work.perpackage import PackageFlags

_MOD_MODES: Final = ("", "mod", "readonly", "vendor")
# Build modes of gc, and whether goes has them.
_BUILD_MODES: Final = {
    "default": True, "exe": True, "archive": True, "c-archive": False, "c-shared": False, "pie": False,
    "plugin": False, "shared": False,
}  # fmt: skip


@final
class Plan:
    """A loaded graph, ready to build. `wanted` are the roots that the build mode keeps."""

    __slots__ = ("context", "graph", "options", "values", "cache", "work", "wanted", "loader", "_ids", "_stamped")

    def __init__(
        self,
        context: BuildContext,
        graph: Graph,
        options: BuildOptions,
        values: FlagValues,
        cache: Cache,
        work: WorkDirectory,
        loader: Loader,
    ) -> None:
        self.context = context
        self.graph = graph
        self.options = options
        self.values = values
        self.cache = cache
        self.work = work
        self.loader = loader
        self.wanted = list(graph.roots)
        self._ids: dict[str, str] = {}
        self._stamped = False

    def ids(self) -> dict[str, str]:
        """fingerprint.package_ids of the graph."""
        if not self._ids:
            from ..work.fingerprint import package_ids

            self._ids = package_ids(self.context, self.graph, self.options)
        return self._ids

    def is_compiled(self, p: Package) -> bool:
        """Whether an earlier build has compiled (or checked) the package as it is now."""
        return p.import_path in ("unsafe", "C") or self.cache.entry(self.ids()[p.import_path]) is not None

    def note_installed(self, p: Package, target: str) -> None:
        """Remember that an archive is the package as it is now."""
        try:
            self.cache.put(self._installed(p, target), _stamp_of(target))
        except OSError:
            pass

    def is_installed(self, p: Package) -> bool:
        """Whether the archive at the package's target is the package as it is now."""
        stamp = _stamp_of(p.target)
        return bool(stamp) and self.cache.get(self._installed(p, p.target)) == stamp

    def _installed(self, p: Package, target: str) -> str:
        from ..work.cache import action_id

        return action_id("installed", target, self.ids()[p.import_path])

    def announce(self) -> list[Package]:
        """The packages that have to be compiled, dependencies first; -v names them."""
        force = self.values.flag("a")
        new = [p for p in self.graph.packages if p.import_path != "unsafe" and (force or not self.is_compiled(p))]
        if self.values.flag("v"):
            for p in new:
                sys.stderr.write(p.import_path + "\n")
            sys.stderr.flush()
        return new

    def record(self, packages: list[Package]) -> None:
        """Remember that packages have been compiled."""
        try:
            for p in packages:
                if p.import_path not in ("unsafe", "C"):
                    self.cache.put(self.ids()[p.import_path], b"compiled\n")
        except OSError:
            pass  # a cache that cannot be written only costs time


def _stamp_of(path: str) -> bytes:
    """What changes when a file is written; nothing if there is none."""
    try:
        status = os.stat(path)
    except OSError:
        return b""
    return f"{status.st_size} {status.st_mtime_ns}\n".encode()


def check_flags(values: FlagValues) -> None:
    """Values that no build can have. Raises UserError."""
    check_instruments(values)
    mode = values.text("buildmode") or "default"
    if mode not in _BUILD_MODES:
        raise UserError(f"buildmode={mode} not supported")
    if values.flag("linkshared"):
        raise UserError("-linkshared not supported by goes: it makes static executables")
    if values.text("compiler") == "gccgo":
        raise UserError("go: -compiler=gccgo is not supported")
    mod = values.text("mod")
    if mod not in _MOD_MODES:
        raise UserError(f"-mod={mod} not supported (can be '', 'mod', 'readonly', or 'vendor')")
    level = values.text("O")
    if level not in ("", "0", "1", "2", "3"):
        raise UserError(f"go: -O={level}: must be 0, 1, 2 or 3", 2)
    if values.text("p") and values.number("p") <= 0:
        raise UserError(f"go: -p must be a positive integer: {values.number('p')}")
    for name in ("CC", "CXX", "FC"):
        _check_compiler(name, os.environ.get(name, ""))


def _check_compiler(name: str, value: str) -> None:
    if not value:
        return
    from ..work.options import split_quoted

    words, problem = split_quoted(value)
    if problem:
        raise UserError(f"go: {name} environment variable could not be parsed: {problem}")
    if words and not os.path.isabs(words[0]) and "/" in words[0]:
        raise UserError(f"go: {name} environment variable is relative; must be absolute path: {words[0]}")


def check_instruments(values: FlagValues) -> None:
    """-race, -msan and -asan need cgo, which goes does not have."""
    chosen = [name for name in ("race", "msan", "asan") if values.flag(name)]
    if not chosen:
        return
    if len(chosen) > 1:
        raise UserError(f"go: may not use -{chosen[0]} and -{chosen[1]} simultaneously", 2)
    from ..load.context import host_arch, host_os
    from ..load.platforms import ASAN, MSAN, RACE

    goos = os.environ.get("GOOS") or host_os()
    goarch = os.environ.get("GOARCH") or host_arch()
    where = {"race": RACE, "msan": MSAN, "asan": ASAN}[chosen[0]]
    if f"{goos}/{goarch}" not in where:
        raise UserError(f"-{chosen[0]} is not supported on {goos}/{goarch}", 2)
    if os.environ.get("CGO_ENABLED") == "1":
        raise UserError(f"go: -{chosen[0]} is not supported: goes has no cgo", 2)
    if (goos, goarch) != (host_os(), host_arch()):
        raise UserError(f"go: -{chosen[0]} requires cgo", 2)
    raise UserError(f"go: -{chosen[0]} requires cgo; enable cgo by setting CGO_ENABLED=1", 2)


def build_tags(values: FlagValues) -> list[str]:
    """-tags: a list with commas; spaces are the older way."""
    text = values.text("tags")
    if " " in text or "'" in text:
        from ..work.options import split_words

        words = split_words(text)
        if any("," in word for word in words):
            raise UserError("go: -tags space-separated list contains comma", 2)
        return words
    return [t for t in text.split(",") if t]


def make_build_context(values: FlagValues, extra_tags: tuple[str, ...] = (), any_target: bool = False) -> BuildContext:
    """The context that the environment and the flags ask for. `any_target`: no machine code will be made."""
    from ..load.context import make_context
    from ..load.overlay import check_version
    from ..load.platforms import PLATFORMS
    from ..load.view import read_overlay

    context = make_context(os.environ, [*build_tags(values), *extra_tags])
    if f"{context.goos}/{context.goarch}" not in PLATFORMS:
        raise UserError(f"go: unsupported GOOS/GOARCH pair {context.goos}/{context.goarch}", 2)
    if not any_target:
        check_version("go" + context.go_version)
    context.view = read_overlay(values.text("overlay"), os.getcwd())
    return context


def is_versioned(argument: str) -> bool:
    """path@version: a package of a module of its own, whatever the main module says."""
    from ..load.patterns import is_local

    return "@" in argument and not is_local(argument) and not os.path.isabs(argument)


def plan(
    values: FlagValues,
    patterns: list[str],
    work: WorkDirectory,
    files: bool = False,
    tolerant: bool = False,
    tests: bool = False,
) -> Plan:
    """Load the packages the patterns name, or the one package made of files. Raises UserError with all loading
    errors, unless `tolerant`. `tests`: what their tests import will be asked for."""
    from ..load.graph import Graph, Loader, LoadOptions
    from ..work.cache import Cache
    from .modcommands import mod_options

    check_flags(values)
    context = make_build_context(values)
    cache = Cache(require_cache_directory())
    load_options = LoadOptions()
    load_options.modules = mod_options("build", values)
    load_options.with_tests = tests
    loader = Loader(context, os.getcwd(), options=load_options)
    graph = Graph([loader.load_files(patterns)], loader.warnings) if files else loader.load(patterns)
    return finish_plan(values, context, graph, loader, cache, work, tolerant)


def finish_plan(
    values: FlagValues,
    context: BuildContext,
    graph: Graph,
    loader: Loader,
    cache: Cache,
    work: WorkDirectory,
    tolerant: bool = False,
) -> Plan:
    """The plan of a loaded graph. Raises UserError with all loading errors, unless `tolerant`."""
    from ..load.graph import Graph
    from .bugreport import remember

    remember(graph)
    for warning in graph.warnings:
        sys.stderr.write(warning + "\n")
    if not tolerant:
        check_packages(graph)
    for root in graph.roots:
        if root.name == "main":
            set_godebug(context, loader, root, root.directives)
    if values.flag("n"):
        from ..load.pgo import split_for_profiles

        split_for_profiles(graph.roots, values.text("pgo"))
        graph = Graph(graph.roots, graph.warnings)
    options = make_options(values, graph, tool_packages(loader, values))
    if not tolerant:
        graph = cover_program(values, graph, loader, options, cache, work)
    p = Plan(context, graph, options, values, cache, work, loader)
    p.wanted = _kept(values, graph)
    if not tolerant:
        _check_sources(p)
    return p


def _check_sources(p: Plan) -> None:
    """Raise UserError for wanted packages that have nothing to compile, and for wrong //go:debug lines."""
    from ..load.godebug import check_directives
    from ..load.package import no_go_message

    reports: list[tuple[str, str]] = []
    for q in p.graph.packages:
        lines = check_directives(p.context, q.directives, os.getcwd())
        if lines:
            reports.append((q.import_path, "\n".join([f"# {q.description}", *lines])))
    for r in p.wanted:
        for q in [r, *(r.dependencies or [])]:
            if not q.go_files and q.testmain is None and q.import_path not in ("unsafe", "C"):
                text = f"{q.import_path}: {no_go_message(q)}"
                if (q.import_path, text) not in reports:
                    reports.append((q.import_path, text))
    if reports:
        failure = UserError("\n".join(text for _, text in reports))
        failure.reports = reports
        raise failure


def check_packages(graph: Graph) -> None:
    """Raise UserError with all that is wrong with packages."""
    reports = [(q.import_path, str(q.error)) for q in graph.packages if q.error is not None]
    if not reports:
        return
    seen: list[str] = []
    for _, text in reports:
        if text not in seen:
            seen.append(text)
    failure = UserError("\n".join(seen))
    failure.reports = reports
    raise failure


def _kept(values: FlagValues, graph: Graph) -> list[Package]:
    """The roots that are built: not those without sources that only a pattern matched, and those of the build mode."""
    mode = values.text("buildmode") or "default"
    roots = graph.roots
    if mode in ("c-archive", "c-shared", "plugin") and (len(roots) != 1 or roots[0].name != "main"):
        raise UserError(f"-buildmode={mode} requires exactly one main package")
    if not _BUILD_MODES[mode]:
        raise UserError(f"-buildmode={mode} not supported by goes: it makes static executables")
    if mode == "archive":
        roots = [r for r in roots if r.name != "main"]
    elif mode == "exe":
        if values.text("o") and (len(roots) != 1 or roots[0].name != "main"):
            raise UserError("-buildmode=exe requires exactly one main package")
        roots = [r for r in roots if r.name == "main"]
    return [r for r in roots if r.go_files or r.cgo_files or r.is_literal]


def make_options(values: FlagValues, graph: Graph, tools: list[str] | None = None) -> BuildOptions:
    """What the flags decide about compiling and linking."""
    from ..work.options import BuildOptions
    from ..work.perpackage import PackageFlags

    cwd = os.getcwd()
    options = BuildOptions()
    if values.text("O"):
        options.level = int(values.text("O"))
    options.trimpath = values.flag("trimpath")
    if values.text("p"):
        options.jobs = values.number("p")
    for name in ("asmflags", "gcflags", "ldflags"):
        given = values.all(name)
        if given:
            options.raw_flags[name] = given[-1]
    options.profiles = find_profiles(values.text("pgo"), graph, cwd)
    compile_flags = PackageFlags(values.all("gcflags"), cwd, tools)
    asm_flags = PackageFlags(values.all("asmflags"), cwd, tools)
    for p in graph.packages if compile_flags or asm_flags else []:
        words = compile_flags.words(p, graph.roots)
        if words:
            options.compile_flags[p.import_path] = words
            _apply_compile_flags(options, p, words)
        words = asm_flags.words(p, graph.roots)
        if words:
            options.asm_flags[p.import_path] = words
    return options


def tool_packages(loader: Loader, values: FlagValues) -> list[str]:
    """The packages of the tool directives, if a pattern asks for them."""
    if not any(v.strip().startswith("tool=") for name in ("asmflags", "gcflags") for v in values.all(name)):
        return []
    from ..load.modresolve import ModuleResolver

    return loader.resolver.tool_paths() if isinstance(loader.resolver, ModuleResolver) else []


def find_profiles(setting: str, graph: Graph, cwd: str) -> dict[str, str]:
    """The profile each package is to be compiled with, as -pgo says."""
    if setting in ("", "off"):
        return {}
    out: dict[str, str] = {}
    if setting != "auto":
        path = os.path.join(cwd, setting)
        return {p.description: path for p in graph.packages}
    for root in graph.roots:
        path = os.path.join(root.dir, "default.pgo")
        if root.name != "main" or root.command_line or not os.path.isfile(path):
            continue
        pending = [root]
        while pending:
            p = pending.pop()
            if p.description not in out:
                out[p.description] = path
                pending += p.dependencies or []
    return out


def link_flags(p: Plan) -> PackageFlags:
    """-ldflags of each program."""
    from ..work.perpackage import PackageFlags

    return PackageFlags(p.values.all("ldflags"), os.getcwd())


def _apply_compile_flags(options: BuildOptions, p: Package, words: list[str]) -> None:
    """What goes does about flags for the compiler; the others are only shown."""
    if "-l" in words or "-N" in words:
        if p.standard:
            options.inline = False
        else:
            options.keeps_calls |= {p.import_path}
    if "-e" in words:
        options.all_errors = True
    for i, word in enumerate(words):
        name, equals, value = word.partition("=")
        if name in ("-lang", "--lang"):
            p.forced_language = value if equals else "".join(words[i + 1 : i + 2])


def check_compile_flags(p: Plan) -> None:
    """Raise UserError, as a compilation would, for flags that the compiler does not have."""
    from .toolcompile import CompileFlags

    for package in p.graph.packages:
        words = p.options.compile_flags.get(package.import_path)
        if not words:
            continue
        try:
            flags = CompileFlags(words)
            problem = flags.problem()
        except UserError as e:
            problem = e.message
        if problem:
            text = f"# {package.import_path}\n{problem}"
            failure = UserError(text)
            failure.reports = [(package.import_path, text)]
            raise failure


def stamp_setting(values: FlagValues) -> str:
    """-buildvcs: auto, true or false."""
    wanted = values.text("buildvcs") or "auto"
    if wanted == "auto":
        return wanted
    return "true" if wanted in ("1", "t", "T", "true", "TRUE", "True") else "false"


def stamp_version(p: Plan) -> None:
    """Build information from the repository of the main module, once."""
    if p._stamped:
        return
    p._stamped = True
    mains = [r for r in p.wanted if r.name == "main"]
    wanted = stamp_setting(p.values)
    if wanted == "false" or not mains or all(r.module is None or r.command_line for r in mains):
        return
    from ..work.vcs import stamp

    made = stamp(mains[0], os.getcwd(), wanted, p.values.flag("x"))
    p.options.stamps = made.settings
    p.options.main_version = made.version


def set_godebug(context: BuildContext, loader: Loader, main: Package, directives: Directives) -> None:
    """The GODEBUG settings that a program is linked with."""
    from ..load.godebug import default_godebug

    version, settings = loader.resolver.godebug(main)
    main.default_godebug = default_godebug(context, version, settings, [text for text, _ in directives])


def cover_program(
    values: FlagValues, graph: Graph, loader: Loader, options: BuildOptions, cache: Cache, work: WorkDirectory
) -> Graph:
    """-cover and its relatives for a program: what is instrumented, and the packages that needs."""
    if not (values.flag("cover") or values.text("covermode") or values.text("coverpkg")):
        return graph
    from ..load.coverselect import of_program, select
    from ..load.graph import Graph
    from ..work.coverage import Coverage
    from ..work.toolprograms import tool_program

    mode = values.text("covermode") or "set"
    needed = ["runtime/coverage"] + (["sync/atomic"] if mode == "atomic" else [])
    for root in graph.roots:
        if root.name == "main" and root.dependencies is not None:
            for path in needed:
                root.dependencies.append(loader.load_import(path, "", None, [], [])[0])
    graph = Graph(graph.roots, graph.warnings)
    patterns = [p for p in values.text("coverpkg").split(",") if p]
    if patterns:
        covered, unmatched = select(graph.packages, patterns, os.getcwd(), mode)
        for pattern in unmatched:
            sys.stderr.write(f"warning: no packages being built depend on matches for pattern {pattern}\n")
    else:
        covered = of_program(graph.packages, graph.roots, mode)
    paths = [p.import_path for p in covered]
    options.cover = Coverage(
        mode, paths, "program", os.path.join(work.path(), "cover"), lambda: tool_program("cover", cache)
    )
    return graph


def identify(p: Plan, root: Package, name: str) -> str:
    """The id in the cache of the program's executable, which is to be called name."""
    from ..work.cache import action_id
    from ..work.fingerprint import program_id
    from ..work.modinfo import module_info

    stamp_version(p)
    p.options.ldflags = link_flags(p).words(root, p.graph.roots)
    p.options.modinfo = module_info(p.context, p.graph, root, p.options)
    return action_id("executable", program_id(p.context, p.graph, root, p.options), name)


def build_cached(p: Plan, root: Package, name: str) -> str:
    """Path of the program's executable, called name, in the build cache, built if need be. If the cache cannot be
    written, the executable is in the work directory."""
    id = identify(p, root, name)
    known = None if p.values.flag("a") else p.cache.executable(id, name)
    if known is not None:
        _repeat_link_report(p, root, id)
        return known
    check_target(p)
    check_compile_flags(p)
    from ..work.build import build_program
    from ..work.cache import action_id
    from ..work.fingerprint import std_key
    from .progress import TerminalProgress, on_big_stack

    p.options.cache = p.cache
    p.options.cache_key = std_key(p.context, p.options)
    progress = TerminalProgress(sys.stderr)
    p.options.progress = progress
    p.options.build_id = f"{id[:20]}/{id[20:40]}"
    try:
        data = on_big_stack(build_program, p.context, p.graph, root, p.options)
    finally:
        progress.done()
    if p.options.link_report:
        sys.stderr.write(f"# {root.import_path}\n{p.options.link_report}")
    if p.values.flag("v"):
        for damaged in p.cache.damaged:
            sys.stderr.write(f"go: removed damaged cache entry {damaged}\n")
    try:
        if p.options.link_report:
            p.cache.put(action_id("link report", id), p.options.link_report.encode())
        path = p.cache.put_executable(id, name, data)
        p.cache.trim()
    except OSError:
        # A cache that cannot be written costs time, not the build.
        path = os.path.join(p.work.path(), id[:16], name)
        os.makedirs(os.path.dirname(path))
        with open(path, "wb") as f:
            f.write(data)
        os.chmod(path, 0o755)
    return path


def _repeat_link_report(p: Plan, root: Package, id: str) -> None:
    """-ldflags=-v: what the linker printed when it made the executable."""
    if "-v" not in p.options.ldflags:
        return
    from ..work.cache import action_id

    kept = p.cache.get(action_id("link report", id))
    if kept is not None:
        sys.stderr.write(f"# {root.import_path}\n{kept.decode('utf-8', 'replace')}")


def check_target(p: Plan) -> None:
    """Raise UserError if goes makes no code for the target."""
    from ..load.fips import OFF

    c = p.context
    if c.fips != OFF:
        raise UserError(f"go: GOFIPS140={os.environ.get('GOFIPS140', '')} is not supported: goes links no FIPS 140-3 module", 2)
    if c.goos != "linux" or c.goarch != "amd64":
        raise UserError(f"go: {c.goos}/{c.goarch} is not supported: goes makes programs for linux/amd64", 2)


def check_libraries(p: Plan, libraries: list[Package]) -> None:
    """Check packages that make no executable. Raises UserError with gc's report."""
    if not libraries:
        return
    check_compile_flags(p)
    from ..work.build import check_only
    from .progress import on_big_stack

    on_big_stack(check_only, p.context, p.graph, libraries, p.options)


