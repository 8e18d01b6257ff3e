"""From loaded packages to the jobs of `go test`: variants, binaries in the build cache, reports of what went wrong.

Mistakes of loading are a package's own ("[setup failed]"), mistakes of compiling too ("[build failed]"); each report is
printed once, to standard error or, with -json, as build events.
"""

from __future__ import annotations

import copy
import json
import os
import sys
import threading
from typing import TYPE_CHECKING, Final, final

from ..diag.diagnostic import UserError
from ..load.graph import Graph, dependencies_first
from ..load.testing import TestCover, TestVariants, fuzzed_packages, test_variants
from ..test.runner import PackageRun, RunSettings, write_stdout
from ..test.schedule import Job, in_child
from ..util.jsontext import json_line
from ..work.build import package_inputs
from ..work.cache import action_id
from ..work.coverage import Coverage, meta_file_name
from ..work.fingerprint import program_id
from ..work.toolprograms import tool_program
from .buildflags import Plan, build_cached, identify, make_options, set_godebug, tool_packages
from .testflags import TestCommand

if TYPE_CHECKING:
    from ..load.package import Package

_HEADER: Final = "# "
_VET_HEADER: Final = "# ["  # the vet tool names the package it was given; that is no new report


@final
class _VetFailure(Exception):
    """What the vet tool found, about a package."""

    def __init__(self, report: str, description: str) -> None:
        super().__init__(report)
        self.report = report
        self.description = description


def binary_name(package: Package) -> str:
    """What the test binary is called, as the official command calls it."""
    from .build import default_name

    if package.import_path == "command-line-arguments":
        return package.name + ".test"
    return default_name([], package.import_path, package.dir) + ".test"


def is_output_directory(output: str) -> bool:
    return output.endswith("/") or os.path.isdir(output)


def place(built: str, executable: str) -> None:
    """A cached executable under another name: a link, or a copy on another file system."""
    try:
        os.link(built, executable)
        return
    except OSError:
        pass
    from shutil import copyfile

    copyfile(built, executable)
    os.chmod(executable, 0o755)


def _output_of(command: list[str]) -> str:
    """What a tool prints. UserError if it fails."""
    import subprocess

    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    text = done.stdout.decode("utf-8", "replace")
    if done.returncode != 0:
        raise UserError(text.rstrip())
    return text


def _vet(plan: Plan, packages: list[Package], flags: list[str], explicit: bool, work: str) -> str:
    """The reports of the vet tool, one after the other."""
    from ..work.exports import Exports
    from ..work.vet import Vet, VetOptions, VetTool

    path = tool_program("vet", plan.cache)
    options = VetOptions(flags)
    options.explicit = explicit
    options.in_test = True
    options.show = plan.values.flag("x")
    options.rebuild = plan.values.flag("a")
    options.dry = plan.values.flag("n")
    os.makedirs(work, exist_ok=True)
    exports = Exports(plan.context, plan.cache, os.getcwd())
    outcomes = Vet(exports, VetTool(path, path, True), options, work).run(packages)
    report = "\n".join(o.report for o in outcomes if o.report and o.built)
    if report:
        try:
            for p in packages:
                exports.file(p)
        except UserError:
            return ""  # the compiler will say it
    return report


@final
class BuildReports:
    """Prints what is wrong with packages, each report once."""

    __slots__ = ("json", "_seen", "_lock")

    def __init__(self, json: bool) -> None:
        self.json = json
        self._seen: set[str] = set()
        self._lock = threading.Lock()

    def print(self, text: str) -> str:
        """Print reports of the form "# package\\nmessages"; returns the first package they are about."""
        first = ""
        for block in _blocks(text):
            head = block.partition("\n")[0]
            description = head[len(_HEADER) :] if head.startswith(_HEADER) else ""
            first = first or description
            with self._lock:
                if block in self._seen:
                    continue
                self._seen.add(block)
            self.show(block, description)
        return first

    def show(self, text: str, description: str) -> None:
        if not self.json:
            sys.stdout.flush()
            sys.stderr.write(text.rstrip("\n") + "\n")
            sys.stderr.flush()
            return
        about = f'"ImportPath":{json_line(description)},'
        for line in text.rstrip("\n").split("\n"):
            event = f'{{{about}"Action":"build-output","Output":{json_line(line + chr(10))}}}\n'
            write_stdout(event.encode("utf-8", "surrogateescape"))
        write_stdout(f'{{{about}"Action":"build-fail"}}\n'.encode("utf-8", "surrogateescape"))


def _blocks(text: str) -> list[str]:
    """The reports of several packages, apart."""
    out: list[str] = []
    for line in text.split("\n"):
        if (line.startswith(_HEADER) and not line.startswith(_VET_HEADER)) or not out:
            out.append(line)
        else:
            out[-1] += "\n" + line
    return out


@final
class PackageJob(Job):
    """Builds and runs the tests of one package."""

    def __init__(self, builder: JobBuilder, package: Package, state: PackageRun) -> None:
        super().__init__()
        self.builder = builder
        self.package = package
        self.run_state = state
        self.variants: TestVariants | None = None
        self.failure = ""  # "build failed"
        self.cached = False
        self.plan: Plan | None = None
        self.executable = ""

    def build(self) -> None:
        try:
            self._build()
        except UserError as e:
            self.failure = "build failed"
            text = self.builder.plain_report(self.package, e.message)
            self._set_failed(self.builder.reports.print(text) or self.package.description)
        except _VetFailure as e:
            self.failure = "build failed"
            self.builder.reports.show(e.report, e.description)
            self._set_failed(e.description)

    def _set_failed(self, description: str) -> None:
        if not self.builder.text_reports:
            self.run_state.build_failed = description

    def _build(self) -> None:
        builder = self.builder
        if builder.command.values.flag("n"):
            builder.show_vet(self.package, self.variants, self.run_state.work)
            if self.variants is None:
                return
        if self.variants is None:
            builder.check(self.package)
            if not self.package.standard:
                key = program_id(builder.plan.context, Graph([self.package], []), self.package, builder.plan.options)
                builder.vet(self.package, None, key, self.run_state.work)
            return
        plan = builder.plan_for(self.variants, self.run_state.work)
        self.plan = plan
        main = self.variants.main
        name = binary_name(self.package)
        if builder.command.values.flag("n"):
            builder.show_steps(plan, main, f"$WORK/{os.path.basename(self.run_state.work)}/{name}")
            return
        if not builder.keeps_binary():
            if self.run_state.find_cached(identify(plan, main, name)):
                builder.vet(self.package, self.variants, identify(plan, main, name), self.run_state.work)
                self.cached = True
                return
        new = builder.command.values.flag("x") and plan.cache.executable(identify(plan, main, name), name) is None
        # Vet is quicker than the compiler, and what it finds ends the matter as well.
        builder.vet(self.package, self.variants, identify(plan, main, name), self.run_state.work)
        self.executable = builder.executable(plan, main, name)
        if new:
            builder.show_steps(plan, main, f"$WORK/{os.path.basename(self.run_state.work)}/{name}")
        if not builder.command.values.flag("c"):
            # The same binary from other sources has the same results.
            self.cached = self.run_state.find_cached(os.path.basename(os.path.dirname(self.executable)))

    def run(self) -> None:
        state = self.run_state
        builder = self.builder
        if builder.command.values.flag("n") and not self.failure:
            self.started.set()
            where = os.path.join("$WORK", os.path.basename(state.work))
            if self.variants is None and self._is_counted():
                sys.stderr.write(f"{builder.covdata()} percent -i {where}\n")
            elif self.variants is not None and not builder.command.values.flag("c"):
                sys.stderr.write(" ".join(state.command(os.path.join(where, binary_name(self.package)))) + "\n")
            return
        if builder.command.values.flag("c"):
            self.started.set()
            if self.failure:
                state.settings.failed.set()
            else:
                self._install()
            return
        if state.settings.failed_fast.is_set():
            return
        state.begin()
        self.started.set()
        if self.failure:
            state.fail(self.failure)
            return
        if self.variants is None:
            state.say(self._without_tests())
            return
        if builder.command.needs_binary():
            self._install()
        if self.cached:
            state.take_cached()
            return
        os.makedirs(state.work, exist_ok=True)
        name = os.path.join(state.work, binary_name(self.package))
        place(self.executable, name)
        # Some tests look at the source they are run by.
        with open(os.path.join(state.work, "_testmain.go"), "wb") as f:
            f.write(self.variants.main.testmain or b"")
        if builder.command.values.flag("x"):
            sys.stderr.write(" ".join(state.command(name)) + "\n")
            sys.stderr.flush()
        state.run(name)

    def _without_tests(self) -> str:
        """The line of a package without test files: its coverage is known to be none."""
        builder = self.builder
        package = self.package
        state = self.run_state
        meta = builder.meta_data(package, os.path.join(state.work, "meta")) if self._is_counted() else ""
        if not meta:
            return f"?   \t{package.import_path}\t[no test files]\n"
        tool = tool_program("covdata", builder.plan.cache)
        where = os.path.dirname(meta)
        profile = state.settings.profile
        if profile is not None:
            path = os.path.join(state.work, "_cover_.out")
            _output_of([tool, "textfmt", "-i", where, "-o", path])
            with open(path, "rb") as f:
                profile.add(f.read(), path)
        if builder.command.values.flag("x"):
            sys.stderr.write(f"{builder.covdata()} percent -i {where}\n")
            sys.stderr.flush()
        return _output_of([tool, "percent", "-i", where])

    def _is_counted(self) -> bool:
        """Is the package instrumented, though it has no tests?"""
        builder = self.builder
        if not builder.command.covers or not self.package.go_files:
            return False
        return not builder.patterns or self.package in builder.covered

    def _install(self) -> None:
        """Put the binary where -c or -o want it."""
        from .build import install

        if self.variants is None:
            return
        name = binary_name(self.package)
        output = self.builder.command.values.text("o")
        if output == "/dev/null":
            return
        if not output:
            output = name
        elif is_output_directory(output):
            output = os.path.join(output, name)
        install(self.executable, output)


@final
class JobBuilder:
    """Makes the jobs of one command."""

    def __init__(self, command: TestCommand, plan: Plan) -> None:
        self.command = command
        self.plan = plan
        # An old way of -json: what a build has to say as text.
        self.text_reports = "gotestjsonbuildtext=1" in os.environ.get("GODEBUG", "").split(",")
        self.reports = BuildReports(command.json and not self.text_reports)
        self.single = len(plan.graph.roots) == 1
        self.covered: list[Package] = []  # with -coverpkg
        self.patterns: list[str] = []
        self.meta_digest = ""
        self._printing = threading.Lock()

    def keeps_binary(self) -> bool:
        return self.command.values.flag("c") or self.command.needs_binary()

    def prepare(self, settings: RunSettings) -> list[Job]:
        """A job for each package, with its variants loaded."""
        jobs: list[Job] = []
        cover = self._cover()
        if self.patterns and not self.command.values.flag("n"):
            self.write_meta_files(settings)
        for k, package in enumerate(self.plan.graph.roots):
            work = os.path.join(self.plan.work.path(), f"b{k + 1:03d}")
            state = PackageRun(settings, package, self._root(package), work)
            job = PackageJob(self, package, state)
            state.cover_meta = self.meta_digest
            faulty = [p for p in dependencies_first([package]) if p.error is not None]
            if not faulty and (package.test_go_files or package.xtest_go_files):
                variants = test_variants(self.plan.loader, package, cover)
                at_fault = variants.at_fault()
                if at_fault is None:
                    job.variants = variants
                else:
                    faulty = [at_fault]
            if not faulty:
                jobs.append(job)
                continue
            for p in faulty:
                self.reports.show(f"# {package.import_path}\n{p.error}", p.description)
            if not self.text_reports:
                state.build_failed = faulty[0].description
            state.begin()
            state.fail("setup failed")
            if state.output:
                write_stdout(state.output)
        return jobs

    def _cover(self) -> TestCover | None:
        """How all test binaries of the command are instrumented."""
        command = self.command
        if not command.covers:
            return None
        self.patterns = [p for p in command.values.text("coverpkg").split(",") if p]
        if not self.patterns:
            return TestCover(command.cover_mode, True, [], [])
        from ..load.coverselect import packages_of_tests, select

        everything = packages_of_tests(self.plan.loader, self.plan.graph.roots)
        self.covered, unmatched = select(everything, self.patterns, os.getcwd(), command.cover_mode)
        for pattern in unmatched:
            sys.stderr.write(f"warning: no packages being tested depend on matches for pattern {pattern}\n")
        return TestCover(command.cover_mode, False, [p.import_path for p in self.covered], self.patterns)

    def coverage(self, paths: list[str], directory: str, hook: str = "test") -> Coverage:
        return Coverage(self.command.cover_mode, paths, hook, directory, lambda: tool_program("cover", self.plan.cache))

    def covdata(self) -> str:
        """How -x and -n show the tool that reads coverage data."""
        return os.path.join(self.plan.context.goroot, "bin", "go") + " tool covdata"

    def meta_data(self, package: Package, directory: str) -> str:
        """The file with the meta-data of a package that no test binary may contain, "" if it has no functions."""
        inputs = package_inputs(Graph([package], []), package, self.plan.context.view)
        path = os.path.join(directory, meta_file_name(package.import_path))
        self.coverage([], "").instrument(inputs[package.import_path], package, directory, path)
        try:
            return path if os.path.getsize(path) > 0 else ""
        except OSError:
            return ""

    def write_meta_files(self, settings: RunSettings) -> None:
        """With -coverpkg: the meta-data of the packages under test, for the test binaries that do not contain them."""
        covered = {p.import_path for p in self.covered}
        paths: list[str] = []
        files: list[str] = []
        digest: list[str | bytes] = []
        for k, p in enumerate(self.plan.graph.roots):
            if p.import_path not in covered or p.error is not None:
                continue
            try:
                made = self.meta_data(p, os.path.join(self.plan.work.path(), f"meta{k:03d}"))
            except UserError:
                continue  # reported when it is built
            if made:
                paths.append(p.import_path)
                files.append(made)
                with open(made, "rb") as f:
                    digest += [p.import_path, f.read()]
        settings.meta_files = json.dumps({"ImportPaths": paths, "MetaFileFragments": files}) + "\n"
        self.meta_digest = action_id("cover meta", *digest) if covered else ""

    def _root(self, package: Package) -> str:
        """The tree whose files a test's results may depend on."""
        if package.standard:
            return self.plan.context.goroot
        return package.root or ("" if package.module is None else package.module.dir)

    def plan_for(self, variants: TestVariants, work: str) -> Plan:
        p = self.plan
        package = variants.package
        directives = package.directives + package.test_directives + package.xtest_directives
        set_godebug(p.context, p.loader, variants.main, directives)
        graph = Graph([variants.main], [])
        options = copy.copy(p.options)
        profile = options.profiles.get(package.description, "")
        if profile:
            options.profiles = {q.description: profile for q in dependencies_first([variants.main])}
        if options.compile_flags or options.asm_flags:
            # Only the tests import some packages, which have flags all the same.
            whole = Graph(p.graph.roots, [])
            whole.packages = dependencies_first([*p.graph.roots, variants.main])
            made_options = make_options(p.values, whole, tool_packages(p.loader, p.values))
            options.compile_flags, options.asm_flags = made_options.compile_flags, made_options.asm_flags
        if self.command.covers:
            paths = [c.import_path for c in self.covered] if self.patterns else [variants.package.import_path]
            options.cover = self.coverage(paths, os.path.join(work, "cover"))
        if self.command.values.text("fuzz"):
            options.counted = fuzzed_packages(variants)
        made = Plan(p.context, graph, options, p.values, p.cache, p.work, p.loader)
        if p.values.text("buildvcs") in ("auto", ""):
            made.wanted = []  # test binaries are not stamped unless that is asked for
        return made

    def executable(self, plan: Plan, main: Package, name: str) -> str:
        """Path of the test binary, built if need be."""
        if self.single:
            return build_cached(plan, main, name)
        known = None if plan.values.flag("a") else plan.cache.executable(identify(plan, main, name), name)
        if known is not None:
            return known
        return in_child(lambda: build_cached(plan, main, name))

    def show_steps(self, plan: Plan, main: Package, target: str) -> None:
        """-n: the commands that would build a test binary."""
        from ..work.modinfo import module_info
        from ..work.steps import Steps

        plan.options.modinfo = module_info(plan.context, plan.graph, main, plan.options)
        with self._printing:
            Steps(plan.context, plan.graph, plan.options, plan.work.path(), sys.stderr).program(main, plan.options.ldflags, target)

    def vetted(self, package: Package, variants: TestVariants | None) -> list[Package]:
        """What is looked at of a package and its tests."""
        if self.command.vet_off:
            return []
        if variants is None:
            return [package]
        return [p for p in (variants.internal, variants.external) if p is not None and p.go_files]

    def show_vet(self, package: Package, variants: TestVariants | None, work: str) -> None:
        """-n: the commands that would look at a package and its tests."""
        packages = self.vetted(package, variants)
        if packages:
            flags = [f"-{name}" for name in self.command.analyzers]
            with self._printing:
                _vet(self.plan, packages, flags, self.command.vet_explicit, os.path.join(work, "vet"))

    def vet(self, package: Package, variants: TestVariants | None, id: str, work: str) -> None:
        """What `go vet` finds in a package and its tests with the analysers of -vet. UserError if there is something.
        `id` stands for all sources; a clean bill is kept under it."""
        command = self.command
        packages = self.vetted(package, variants)
        flags = [f"-{name}" for name in command.analyzers]
        cache = self.plan.cache
        key = action_id("vetted", id, str(command.vet_explicit), *flags)
        known = not self.plan.values.flag("x") and not self.plan.values.flag("a")
        if not packages or (known and cache.output_file(key) is not None):
            return

        def action() -> str:
            return _vet(self.plan, packages, flags, command.vet_explicit, os.path.join(work, "vet"))

        report = action() if self.single else in_child(action)
        if report:
            raise _VetFailure(report, packages[0].description)
        try:
            cache.put(key, b"ok")
        except OSError:
            return

    def plain_report(self, package: Package, report: str) -> str:
        """The report of a failed build. If another package of the command imports this one, what is wrong with it
        even without its tests is reported as everybody's."""
        description = f"{package.import_path} [{package.import_path}.test]"
        if f"{_HEADER}{description}\n" not in report:
            return report
        if not any(package in (r.dependencies or []) for r in self.plan.graph.roots):
            return report
        try:
            self.check(package)
        except UserError as e:
            return e.message
        return report

    def check(self, package: Package) -> None:
        """Compile a package without tests, as far as mistakes are concerned."""
        from ..work.build import check_only
        from .progress import on_big_stack

        if package.standard:
            return
        p = self.plan

        def action() -> str:
            on_big_stack(check_only, p.context, Graph([package], []), [package], p.options)
            return ""

        if self.single:
            action()
        else:
            in_child(action)
