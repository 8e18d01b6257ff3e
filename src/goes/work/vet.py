"""Run an analysis tool over packages, one process each, as `go vet` does.

    vet = Vet(exports, tool, options, "/tmp/go-build1")
    for outcome in vet.run([internal, external]): outcome.stdout, outcome.report, outcome.fixes

The tool speaks the protocol of golang.org/x/tools/go/analysis/unitchecker: it is given the name of a file vet.cfg that
says what the package's files are, where the export data of its imports lie (work/exports.py), and where the facts that
analysers found out about these. A package's imports are therefore run first, for their facts only. Facts, output and
fixes are kept in the build cache under the tool's identity, its flags and all that the package is made of.

Source: cmd/go/internal/work (exec.go `vet`, shell.go `reportCmd`), cmd/go/internal/vet.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, final

from ..diag.diagnostic import UserError
from ..load.graph import dependencies_first
from ..load.package import Module, Package, short_path
from .cache import Cache, action_id
from .exports import Exports

_STACK_BYTES: Final = 128 << 20  # of each thread, reserved, not used: type checking of deeply nested source recurses
DEFAULT_GO_MOD_VERSION: Final = "1.16"  # of a module without a go line


@final
class VetTool:
    """An executable that speaks the protocol. `id` stands for its contents; `standard`: it is GOROOT's own vet, which
    is asked less of std packages."""

    __slots__ = ("path", "id", "standard")

    def __init__(self, path: str, id: str, standard: bool) -> None:
        self.path = path
        self.id = id
        self.standard = standard


def given_tool(path: str) -> VetTool:
    """The tool the user names with -vettool. UserError if it does not tell its version."""
    words = [path, "-V=full"]
    try:
        done = subprocess.run(words, capture_output=True, text=True, errors="surrogateescape")
    except OSError as e:
        raise UserError(f"{' '.join(words)}: fork/exec {path}: {os.strerror(e.errno or 0).lower()}") from None
    if done.returncode != 0:
        raise UserError(f"{' '.join(words)}: exit status {done.returncode}\n{done.stdout}{done.stderr}".rstrip())
    fields = done.stdout.split()
    if len(fields) < 3 or fields[1] != "version" or (fields[2] == "devel" and "buildID=" not in fields[-1]):
        raise UserError(f"{' '.join(words)}: unexpected output:\n\t{done.stdout}".rstrip())
    return VetTool(path, action_id(path, done.stdout, _file_id(path)), False)


def _file_id(path: str) -> str:
    try:
        st = os.stat(path)
    except OSError:
        return ""
    return f"{st.st_size} {st.st_mtime_ns}"


@final
class VetOptions:
    """`flags` for the tool; `explicit`: the user gave some. `fix`: collect fixes in an archive. `in_test`: on behalf of
    go test. `rebuild` (-a), `show` (-x), `dry` (-n), `jobs` (-p), `toolexec` as of the build flags."""

    __slots__ = ("flags", "explicit", "fix", "in_test", "rebuild", "show", "dry", "jobs", "toolexec")

    def __init__(self, flags: list[str]) -> None:
        self.flags = flags
        self.explicit = False
        self.fix = False
        self.in_test = False
        self.rebuild = False
        self.show = False
        self.dry = False
        self.jobs = 0
        self.toolexec: list[str] = []


@final
class VetOutcome:
    """What the tool left about one package. `facts` and `fixes` are files ("" if there are none); `report` is what to
    say if it failed; `built` is False if the package's imports cannot be compiled: then `report` is the compiler's."""

    __slots__ = ("facts", "fixes", "stdout", "report", "built")

    def __init__(self) -> None:
        self.facts = ""
        self.fixes = ""
        self.stdout = b""
        self.report = ""
        self.built = True


@final
class Vet:
    """One run over some packages and all they import."""

    __slots__ = (
        "exports", "tool", "options", "work", "_roots", "_imported", "_futures", "_exporting", "_printing", "_directory", "_numbers",
    )  # fmt: skip

    def __init__(self, exports: Exports, tool: VetTool, options: VetOptions, work: str) -> None:
        self.exports = exports
        self.tool = tool
        self.options = options
        self.work = work
        self._roots: set[int] = set()
        self._imported: set[int] = set()  # packages of the user's that others of this run import
        self._futures: dict[int, Future[VetOutcome]] = {}
        self._exporting = threading.Lock()  # declarations are made by one thread at a time
        self._printing = threading.Lock()
        self._directory = ""  # where the shown commands stand
        self._numbers = 0

    def run(self, roots: list[Package]) -> list[VetOutcome]:
        """The outcomes for the roots, in their order. The packages below them are run for their facts."""
        self._roots = {id(r) for r in roots}
        sys.setrecursionlimit(1_000_000)
        before = threading.stack_size(_STACK_BYTES)
        pool = ThreadPoolExecutor(self.options.jobs or os.cpu_count() or 1)
        try:
            # A job waits for those of its imports, which are always submitted, hence started, before it.
            for root in roots:
                for p in dependencies_first([root]):
                    if not p.standard:
                        self._imported.update(id(d) for d in p.dependencies or [] if not d.standard)
            for root in roots:
                for p in dependencies_first([root]):
                    if id(p) not in self._futures and p.import_path != "unsafe":
                        self._futures[id(p)] = pool.submit(self._unit, p)
            return [self._futures[id(r)].result() for r in roots]
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
            threading.stack_size(before)

    # ------------------------------------------------------------------------------------------------ one package

    def _unit(self, package: Package) -> VetOutcome:
        outcome = VetOutcome()
        imports = [d for d in package.dependencies or [] if d.import_path != "unsafe"]
        facts: dict[str, str] = {}
        for d in imports:
            below = self._futures[id(d)].result()
            if below.facts:
                facts[d.import_path] = below.facts
            if not below.built:
                outcome.built = False
        is_root = id(package) in self._roots
        key = self._key(package, is_root, facts)
        cache = self.exports.cache
        if not self.options.rebuild and self._from_cache(cache, key, outcome, is_root):
            return outcome
        files: dict[str, str] = {}
        if not self.options.dry:
            try:
                with self._exporting:
                    for d in imports:
                        files[d.import_path] = self.exports.file(d)
                    if is_root and id(package) in self._imported:
                        self.exports.file(package)  # the compiler's report goes before the tool's
                outcome.built = True
            except UserError as e:
                outcome.built = False
                outcome.report = e.message
                return outcome
        directory = self._new_directory()
        config = self._config(package, is_root, facts, files, directory)
        self._execute(package, config, directory, outcome)
        if not self.options.dry and not outcome.report:
            self._keep(cache, key, directory, outcome)
        return outcome

    def flags_for(self, package: Package) -> list[str]:
        """The tool's flags for one package."""
        # Low-level packages do with unsafe.Pointer what vet does not like.
        if package.standard and not self.options.explicit and self.tool.standard:
            return ["-unsafeptr=false", "-unreachable=false"] if self.options.in_test else ["-unsafeptr=false"]
        return self.options.flags

    def _key(self, package: Package, is_root: bool, facts: dict[str, str]) -> str:
        parts: list[str | bytes] = ["vet", self.tool.id, str(is_root), "\0".join(self.flags_for(package))]
        with self._exporting:
            parts.append(self.exports.id(package))
        parts.append(_go_version(package, self.exports.context.go_version))
        if not package.standard:
            for name in self._actual(package, package.s_files + package.ignored_go_files + package.ignored_other_files):
                parts += [name, _digest(name)]
        for path in sorted(facts):
            parts += [path, os.path.basename(facts[path])]
        return action_id(*parts)

    def _from_cache(self, cache: Cache, key: str, outcome: VetOutcome, is_root: bool) -> bool:
        """All that was kept, or nothing."""
        facts = cache.output_file(key)
        if facts is None:
            return False
        if is_root:
            if self.options.fix:
                fixes = cache.output_file(_subkey(key, "fix.zip"))
                if fixes is None:
                    return False
                outcome.fixes = fixes
            outcome.stdout = cache.get(_subkey(key, "stdout")) or b""
        outcome.facts = facts
        return True

    def _keep(self, cache: Cache, key: str, directory: str, outcome: VetOutcome) -> None:
        """Put what the tool wrote into the cache; what it did not write is not there."""
        stdout = _read(directory + "vet.stdout")
        facts = _read(directory + "vet.out")
        fixes = _read(directory + "vet.fix.zip")
        outcome.stdout = stdout or b""
        try:
            if fixes is not None:
                outcome.fixes = cache.put(_subkey(key, "fix.zip"), fixes)
            if stdout is not None:
                cache.put(_subkey(key, "stdout"), stdout)
            if facts is not None:
                outcome.facts = cache.put(key, facts)
        except OSError:
            # A cache that cannot be written costs time, nothing else.
            outcome.facts = directory + "vet.out" if facts is not None else ""
            outcome.fixes = directory + "vet.fix.zip" if fixes is not None else ""

    def _new_directory(self) -> str:
        with self._printing:
            self._numbers += 1
            directory = os.path.join(self.work, f"b{self._numbers:03d}") + os.sep
        os.makedirs(directory, exist_ok=True)
        return directory

    def _config(
        self, package: Package, is_root: bool, facts: dict[str, str], files: dict[str, str], directory: str
    ) -> str:
        """The contents of vet.cfg."""
        imports = [d for d in package.dependencies or [] if d.import_path != "unsafe"]
        import_map = {path: path for path in package.imports}
        import_map.update({d.import_path: d.import_path for d in imports})
        import_map.update(package.import_map)
        config: dict[str, object] = {
            "ID": package.import_path,
            "Compiler": "gc",
            "Dir": package.dir,
            "ImportPath": package.import_path,
            "GoFiles": self._actual(package, package.go_files),
            "NonGoFiles": self._actual(package, package.s_files),
            "IgnoredFiles": self._actual(package, package.ignored_go_files + package.ignored_other_files),
            "Module": _module(package),
            "ImportMap": dict(sorted(import_map.items())),
            "PackageFile": dict(sorted(files.items())),
            "Standard": {d.import_path: True for d in sorted(imports, key=lambda d: d.import_path) if d.standard},
            "PackageVetx": dict(sorted(facts.items())),
            "VetxOnly": not is_root,
            "VetxOutput": directory + "vet.out",
            "Stdout": directory + "vet.stdout",
            "GoVersion": _go_version(package, self.exports.context.go_version),
            "FixArchive": directory + "vet.fix.zip" if self.options.fix and is_root else "",
            "SucceedOnTypecheckFailure": False,
        }
        return json.dumps(config, indent="\t", ensure_ascii=False) + "\n"

    def _actual(self, package: Package, names: list[str]) -> list[str]:
        """The files that stand behind a package's: an overlay may replace some."""
        view = self.exports.context.view
        return [view.actual(name) or name for name in package.full(names)]

    def _execute(self, package: Package, config: str, directory: str, outcome: VetOutcome) -> None:
        name = directory + "vet.cfg"
        words = [*self.options.toolexec, self.tool.path, *self.flags_for(package), name]
        if self.options.show or self.options.dry:
            self._show_commands(package.dir, name, config, words)
        if self.options.dry:
            return
        with open(name, "w", encoding="utf-8", errors="surrogateescape") as f:
            f.write(config)
        env = dict(os.environ, PWD=package.dir, TERM="dumb", TOOLEXEC_IMPORTPATH=package.import_path)
        try:
            done = subprocess.run(
                words, cwd=package.dir, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )  # fmt: skip
        except OSError as e:
            outcome.report = f"go: fork/exec {words[0]}: {os.strerror(e.errno or 0).lower()}"
            return
        text = done.stdout.decode("utf-8", "surrogateescape")
        if done.returncode == 0 and not text:
            return
        if not text:
            how = f"signal: {-done.returncode}" if done.returncode < 0 else f"exit status {done.returncode}"
            outcome.report = f"{_heading(package)}\n{how}"
            return
        shown = shorten(text, self.work, package.dir, self.exports.cwd)
        report = f"{_heading(package)}\n{shown}".rstrip("\n")
        if done.returncode != 0:
            outcome.report = report
        else:
            with self._printing:
                sys.stderr.write(report + "\n")

    def _show_commands(self, directory: str, name: str, config: str, words: list[str]) -> None:
        from .steps import quote

        with self._printing:
            out = [f"cat >{_prefix(name, self.work, '$WORK')} << 'EOF' # internal\n{config}EOF"]
            if self._directory != directory:
                self._directory = directory
                out.append(f"cd {directory}")
            out.append(" ".join(quote(_prefix(w, self.work, "$WORK")) for w in words))
            sys.stderr.write("\n".join(out) + "\n")
            sys.stderr.flush()


# ------------------------------------------------------------------------------------------------------------ helpers


def _heading(package: Package) -> str:
    """What stands above a tool's output."""
    path = package.import_path
    return f"# {path}" if package.description == path else f"# {path}\n# [{path}]"


def _subkey(key: str, name: str) -> str:
    return action_id("subkey", key, name)


def _read(path: str) -> bytes | None:
    try:
        with open(path, "rb") as f:
            return f.read()
    except OSError:
        return None


def _digest(path: str) -> bytes:
    data = _read(path)
    return b"unreadable" if data is None else hashlib.sha256(data).digest()


def _go_version(package: Package, local: str) -> str:
    """ "go1.22.0" of the package's module; files named on the command line are of the toolchain's own version."""
    if package.module is None or package.standard or package.command_line:
        return "go" + local
    return "go" + (package.module.go or DEFAULT_GO_MOD_VERSION)


def _module(package: Package) -> dict[str, object] | None:
    """The module as analysers see it; files named on the command line have none."""
    return None if package.standard or package.command_line else _describe_module(package.module)


def _describe_module(m: Module | None) -> dict[str, object] | None:
    if m is None:
        return None
    return {
        "Path": m.path, "Version": m.version, "Replace": _describe_module(m.replace), "Time": m.time or None,
        "Main": m.main, "Indirect": m.indirect, "Dir": m.dir, "GoMod": m.go_mod, "GoVersion": m.go,
        "Error": {"Err": m.error} if m.error else None,
    }  # fmt: skip


def _prefix(text: str, old: str, new: str) -> str:
    """Replace old where a word or line begins."""
    if old not in text:
        return text
    for before in (" ", "\n", "\n\t"):
        text = text.replace(before + old, before + new)
    return new + text[len(old) :] if text.startswith(old) else text


def shorten(text: str, work: str, directory: str, cwd: str) -> str:
    """A tool's output with the work directory as $WORK and paths near the working directory made relative."""
    if not text.endswith("\n"):
        text += "\n"
    text = _prefix(text, work, "$WORK")
    while True:
        relative = short_path(directory, cwd)
        if relative != directory:
            text = _prefix(text, directory, relative)
        above = os.path.dirname(directory)
        if above == directory:
            return text
        directory = above
