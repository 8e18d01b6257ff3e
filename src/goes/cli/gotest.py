"""goes test [build/test flags] [packages] [build/test flags & test binary flags]"""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Final

from ..diag.diagnostic import UserError
from ..run.workdir import WorkDirectory
from .flags import BOOL, BUILD_FLAGS, COUNT, TEXT, Flag, FlagSet
from .testflags import DEFAULT_TIMEOUT, USAGE, TestCommand, split
from .workdirectory import work_directory

if TYPE_CHECKING:
    from ..load.package import Package
    from ..test.runner import RunSettings
    from ..test.schedule import Job
    from .buildflags import Plan

EXAMPLE: Final = "goes test -v -run TestParse ./..."
FLAGS: Final = FlagSet("test", USAGE, [
    Flag("args", BOOL, "pass the remainder of the command line to the test binary"),
    Flag("artifacts", BOOL, "save what tests store in their artifact directories"),
    Flag("bench", TEXT, "run only those benchmarks matching a regular expression", "regexp"),
    Flag("benchmem", BOOL, "print memory allocation statistics for benchmarks"),
    Flag("benchtime", TEXT, "run enough iterations of each benchmark to take t", "t"),
    Flag("blockprofile", TEXT, "write a goroutine blocking profile to the file", "file"),
    Flag("blockprofilerate", TEXT, "control the detail of goroutine blocking profiles", "n"),
    Flag("c", BOOL, "compile the test binary to pkg.test but do not run it"),
    Flag("count", COUNT, "run each test, benchmark and fuzz seed n times", "n"),
    Flag("cover", BOOL, "enable coverage analysis"),
    Flag("covermode", TEXT, "the mode of coverage analysis: set, count or atomic", "mode"),
    Flag("coverpkg", TEXT, "apply coverage analysis to packages matching the patterns", "patterns"),
    Flag("coverprofile", TEXT, "write a coverage profile to the file", "file"),
    Flag("cpu", TEXT, "GOMAXPROCS values for which tests, benchmarks and fuzz tests are run", "1,2,4"),
    Flag("cpuprofile", TEXT, "write a CPU profile to the file", "file"),
    Flag("exec", TEXT, "run the test binary using xprog", "xprog"),
    Flag("failfast", BOOL, "do not start new tests after the first test failure"),
    Flag("fullpath", BOOL, "show full file names in error messages"),
    Flag("fuzz", TEXT, "run the fuzz test matching the regular expression", "regexp"),
    Flag("fuzzminimizetime", TEXT, "run enough iterations during each minimization attempt to take t", "t"),
    Flag("fuzztime", TEXT, "run enough iterations of the fuzz target to take t", "t"),
    Flag("json", BOOL, "log verbose output and test results in JSON"),
    Flag("list", TEXT, "list tests, benchmarks, fuzz tests and examples matching a regular expression", "regexp"),
    Flag("memprofile", TEXT, "write an allocation profile to the file", "file"),
    Flag("memprofilerate", TEXT, "control the detail of memory profiles", "n"),
    Flag("mutexprofile", TEXT, "write a mutex contention profile to the file", "file"),
    Flag("mutexprofilefraction", TEXT, "sample 1 in n stack traces of goroutines holding a contended mutex", "n"),
    Flag("o", TEXT, "save a copy of the test binary to the named file", "file"),
    Flag("outputdir", TEXT, "place output files from profiling in the directory", "directory"),
    Flag("parallel", COUNT, "allow parallel execution of test functions that call t.Parallel", "n"),
    Flag("run", TEXT, "run only those tests, examples and fuzz tests matching a regular expression", "regexp"),
    Flag("short", BOOL, "tell long-running tests to shorten their run time"),
    Flag("shuffle", TEXT, "randomize the execution order of tests and benchmarks", "off,on,N", "off"),
    Flag("skip", TEXT, "run only those tests that do not match the regular expression", "regexp"),
    Flag("timeout", TEXT, "panic if a test binary runs longer than d", "d", DEFAULT_TIMEOUT),
    Flag("trace", TEXT, "write an execution trace to the file", "file"),
    Flag("v", BOOL, "verbose output: log all tests as they are run"),
    Flag("vet", TEXT, "what go vet checks before the run: a comma-separated list, all or off", "list"),
    *(f for f in BUILD_FLAGS if f.name not in ("v", "json", "o", "c", "cover", "covermode", "coverpkg")),
])  # fmt: skip


def run(args: list[str]) -> int:
    command = split(FLAGS, args)
    with work_directory(command.values) as work:
        return _run(command, work)


def _run(command: TestCommand, work: WorkDirectory) -> int:
    from .buildflags import plan
    from .testbuild import JobBuilder

    p = plan(command.values, command.packages or ["."], work, tolerant=True, tests=True)
    packages = p.graph.roots
    if not packages:
        raise UserError("no packages to test")
    _check(command, p, packages)
    _check_output(command, packages)
    builder = JobBuilder(command, p)
    settings = _settings(command, p, packages)
    try:
        return _test(command, p, builder, settings)
    finally:
        if settings.profile is not None:
            settings.profile.close()


def _check(command: TestCommand, p: Plan, packages: list[Package]) -> None:
    """What cannot be done with these packages."""
    profile = command.profile()
    if command.values.text("fuzz"):
        if len(packages) != 1:
            raise UserError("cannot use -fuzz flag with multiple packages")
        if command.values.text("coverprofile"):
            raise UserError("cannot use -coverprofile flag with -fuzz flag")
        if profile:
            raise UserError(f"cannot use {profile} flag with -fuzz flag")
        module = packages[0].module
        if packages[0].standard or (module is not None and not module.main):
            raise UserError("cannot use -fuzz flag on package outside the main module")
    if profile and len(packages) != 1:
        raise UserError(f"cannot use {profile} flag with multiple packages")


def _check_output(command: TestCommand, packages: list[Package]) -> None:
    from .testbuild import binary_name, is_output_directory

    output = command.values.text("o")
    if len(packages) < 2 or not (command.values.flag("c") or output) or output == "/dev/null":
        return
    if output and not is_output_directory(output):
        raise UserError("with multiple packages, -o must refer to a directory or /dev/null")
    named: dict[str, list[Package]] = {}
    for package in packages:
        named.setdefault(binary_name(package), []).append(package)
    wrong = [
        f"cannot write test binary {name} for multiple packages:\n" + "".join(f"{p.import_path}\n" for p in found)
        for name, found in named.items()
        if len(found) > 1
    ]
    if wrong:
        raise UserError("\n".join(wrong))


def _settings(command: TestCommand, p: Plan, packages: list[Package]) -> RunSettings:
    from ..test.durations import SECOND, format_duration, parse_duration
    from ..test.process import TimeLimit
    from ..test.results import TestResults
    from ..test.runner import ProfileMerger, RunSettings
    from ..work.childenv import child_environment
    from .goenv import original_environment
    from .run import find_runner

    v = command.values
    s = RunSettings()
    s.arguments = command.arguments
    s.json = command.json
    s.json_marks = v.text("v") == "test2json"
    s.local = not command.packages
    s.stream = s.local or v.text("bench") != "" or v.text("fuzz") != ""
    s.shows_pass = command.shows_pass
    s.stream_and_keep = (command.shows_pass and (len(packages) == 1 or v.text("p") == "1")) or s.json
    s.environment = child_environment(original_environment(), p.context.goroot)
    s.runner = find_runner(v.text("exec"))
    s.covers = command.covers
    timeout = parse_duration(v.text("timeout")) or 0
    s.limit = TimeLimit(timeout / SECOND, v.text("fuzz") != "" or v.text("bench") != "")
    s.limit_text = format_duration(int(s.limit.kill_after * SECOND))
    s.results = TestResults(p.cache)
    s.fail_fast = v.flag("failfast")
    if v.text("fuzz"):
        s.fuzz_cache = os.path.join(p.cache.directory, "fuzz")
    profile = v.text("coverprofile")
    if profile and not v.flag("c"):
        path = profile if os.path.isabs(profile) else os.path.join(command.output_directory(), profile)
        try:
            s.profile = ProfileMerger(path, command.cover_mode)
        except OSError as e:
            raise UserError(f"open {path}: {os.strerror(e.errno or 0).lower()}") from None
    return s


def _test(command: TestCommand, p: Plan, builder: object, settings: RunSettings) -> int:
    from ..test.runner import write_stdout
    from ..test.schedule import run_all
    from .testbuild import JobBuilder, PackageJob

    assert isinstance(builder, JobBuilder)
    jobs: list[Job] = builder.prepare(settings)
    parallel = command.values.number("p") or os.cpu_count() or 1
    serial = command.values.text("bench") != "" and not command.values.flag("c")

    def interrupt(_number: int, _frame: object) -> None:
        # Running tests have got the signal from the terminal too; what they have to say is waited for.
        settings.interrupted.set()
        if not settings.running:
            raise KeyboardInterrupt

    def show(job: Job) -> None:
        assert isinstance(job, PackageJob)
        if job.run_state.output:
            write_stdout(job.run_state.output)
            job.run_state.output = b""

    old = signal.signal(signal.SIGINT, interrupt)
    try:
        run_all(jobs, parallel, serial, show, settings.interrupted)
    finally:
        signal.signal(signal.SIGINT, old)
    failed = settings.failed.is_set() or settings.interrupted.is_set()
    if failed and command.packages and not command.values.flag("c") and not command.json and not command.values.text("fuzz"):
        write_stdout(b"FAIL\n")
    return 1 if failed else 0
