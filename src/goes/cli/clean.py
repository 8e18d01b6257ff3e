"""goes clean [-i] [-r] [-cache] [-testcache] [-modcache] [-fuzzcache] [build flags] [packages]

Source: cmd/go/internal/clean.
"""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING, Final, final

from ..diag.diagnostic import UserError
from ..work.cachedirectory import cache_directory
from .flags import BOOL, BUILD_FLAGS, Flag, FlagSet, FlagValues

if TYPE_CHECKING:
    from ..load.package import Package

EXAMPLE: Final = "goes clean -testcache"
FLAGS: Final = FlagSet(
    "clean", "go clean [-i] [-r] [-cache] [-testcache] [-modcache] [-fuzzcache] [build flags] [packages]", [
        Flag("cache", BOOL, "remove the entire go build cache"),
        Flag("fuzzcache", BOOL, "remove files stored in the go build cache for fuzz testing"),
        Flag("i", BOOL, "remove the corresponding installed archive or binary"),
        Flag("modcache", BOOL, "remove the entire module download cache"),
        Flag("r", BOOL, "apply recursively to all the dependencies of the packages"),
        Flag("testcache", BOOL, "expire all test results in the go build cache"),
        *(f for f in BUILD_FLAGS if f.name != "json"),
    ]
)  # fmt: skip

_CACHES: Final = ("cache", "testcache", "fuzzcache", "modcache")
_FILES: Final = frozenset(("_testmain.go", "test.out", "build.out", "a.out"))
_EXTENSIONS: Final = frozenset((".5", ".6", ".8", ".a", ".o", ".so"))


def run(args: list[str]) -> int:
    values = FLAGS.parse(args)
    chosen = [name for name in _CACHES if values.flag(name)]
    if values.rest and chosen:
        raise UserError(f"go: clean -{chosen[0]} cannot be used with package arguments")
    cleaner = _Cleaner(values)
    if values.rest or values.flag("i") or values.flag("r") or (not chosen and _has_packages()):
        _clean_packages(values, cleaner)
    if values.flag("cache"):
        _clean_cache(cleaner)
    elif values.flag("testcache"):
        _expire_tests()
    if values.flag("modcache"):
        _clean_modules(cleaner)
    if values.flag("fuzzcache"):
        directory = _cache()
        if directory != "off":
            cleaner.remove_trees([os.path.join(directory, "fuzz")])
    return cleaner.status


def _has_packages() -> bool:
    from ..load.modules import find_mod_file

    return os.environ.get("GO111MODULE") == "off" or bool(find_mod_file(os.getcwd()))


def _cache() -> str:
    directory = cache_directory()
    if directory != "off" and not os.path.isabs(directory):
        raise UserError("go: GOCACHE is not an absolute path")
    return directory


@final
class _Cleaner:
    """Removes, or shows what it would remove."""

    __slots__ = ("dry", "show", "status")

    def __init__(self, values: FlagValues) -> None:
        self.dry = values.flag("n")
        self.show = values.flag("n") or values.flag("x")
        self.status = 0

    def complain(self, message: str) -> None:
        sys.stderr.write(message + "\n")
        self.status = 1

    def say(self, command: str) -> None:
        if self.show:
            sys.stdout.write(command + "\n")

    def remove_file(self, path: str) -> None:
        self.say(f"rm -f {path}")
        if self.dry:
            return
        try:
            os.unlink(path)
        except FileNotFoundError:
            pass
        except OSError as e:
            self.complain(f"go: remove {path}: {os.strerror(e.errno or 0).lower()}")

    def remove_trees(self, paths: list[str]) -> None:
        if not paths:
            return
        self.say("rm -rf " + " ".join(paths))
        if self.dry:
            return
        for path in paths:
            if os.path.isdir(path) and not os.path.islink(path):
                problem = remove_tree(path)
                if problem:
                    self.complain(problem)
            else:
                try:
                    os.unlink(path)
                except FileNotFoundError:
                    pass
                except OSError as e:
                    self.complain(f"go: unlinkat {path}: {os.strerror(e.errno or 0).lower()}")


def remove_tree(top: str) -> str:
    """Delete a tree whose directories may be read-only; what went wrong first, "" if nothing."""
    problem = ""
    for folder, _, _ in os.walk(top):
        try:
            os.chmod(folder, 0o777)
        except OSError:
            pass
    for folder, names, files in os.walk(top, topdown=False):
        for name in [*files, *names]:
            path = os.path.join(folder, name)
            try:
                if os.path.isdir(path) and not os.path.islink(path):
                    os.rmdir(path)
                else:
                    os.unlink(path)
            except OSError as e:
                problem = problem or f"go: unlinkat {path}: {os.strerror(e.errno or 0).lower()}"
    try:
        os.rmdir(top)
    except OSError as e:
        problem = problem or f"go: unlinkat {top}: {os.strerror(e.errno or 0).lower()}"
    return problem


# -------------------------------------------------------------------------------------------------------- caches


def _clean_cache(cleaner: _Cleaner) -> None:
    """The subdirectories and the log; the cache directory itself may be somebody's mount point."""
    directory = _cache()
    if directory == "off" or not os.path.isdir(directory):
        return
    hexadecimal = frozenset("0123456789abcdef")
    found = sorted(n for n in os.listdir(directory) if len(n) == 2 and set(n) <= hexadecimal)
    cleaner.remove_trees([os.path.join(directory, n) for n in found])
    cleaner.remove_trees([os.path.join(directory, "log.txt")])


def _expire_tests() -> None:
    """Results of tests from before now do not count any more."""
    directory = _cache()
    if directory == "off" or not os.path.isdir(directory):
        return
    from ..util.lockedfile import locked, replace_contents

    path = os.path.join(directory, "testexpire.txt")
    try:
        with locked(path) as descriptor:
            before = os.read(descriptor, 64).strip()
            now = time.time_ns()
            if now > (int(before) if before.isdigit() else 0):
                replace_contents(descriptor, b"%d\n" % now)
    except OSError as e:
        raise UserError(f"go: open {path}: {os.strerror(e.errno or 0).lower()}") from None


def _clean_modules(cleaner: _Cleaner) -> None:
    from .modcommon import module_cache

    directory = module_cache()
    if not directory:
        raise UserError("go: cannot clean -modcache without a module cache")
    cleaner.say(f"rm -rf {directory}")
    if not cleaner.dry and os.path.isdir(directory):
        problem = remove_tree(directory)
        if problem:
            cleaner.complain(problem)


# -------------------------------------------------------------------------------------------------------- packages


def _clean_packages(values: FlagValues, cleaner: _Cleaner) -> None:
    from ..load.graph import Loader
    from .buildflags import make_build_context

    context = make_build_context(values, any_target=True)
    loader = Loader(context, os.getcwd())
    graph = loader.load(values.rest or ["."])
    pending = list(graph.roots)
    seen: set[int] = set()
    while pending:
        p = pending.pop(0)
        if id(p) in seen:
            continue
        seen.add(id(p))
        _clean_package(p, values, cleaner)
        if values.flag("r"):
            pending += p.dependencies or []


def _clean_package(p: Package, values: FlagValues, cleaner: _Cleaner) -> None:
    if not p.dir:
        if p.error is not None:
            cleaner.complain(str(p.error))
        return
    from .build import program_name

    try:
        with os.scandir(p.dir) as entries:
            names = sorted(e.name for e in entries if not e.is_dir(follow_symlinks=False))
    except OSError as e:
        cleaner.complain(f"go: {p.dir}: open {p.dir}: {os.strerror(e.errno or 0).lower()}")
        return
    of_package: set[str] = set()
    if p.name != "main":
        of_package.update([*p.go_files, *p.cgo_files, *p.test_go_files, *p.xtest_go_files])
    element = os.path.basename(p.dir)
    program = program_name(p)
    gone = {name + ".test" for name in (element, program)}
    if p.name == "main":
        gone.update((element, program))
    for name in names:
        if name in of_package:
            continue
        if name.endswith("_test.go"):
            gone.add(name[: -len("_test.go")] + ".test")
        if name.endswith(".go"):
            gone.add(name[:-3])
    gone.update([name + ".exe" for name in gone])
    for name in names:
        if name in _FILES or os.path.splitext(name)[1] in _EXTENSIONS or name in gone:
            cleaner.remove_file(os.path.join(p.dir, name))
    if values.flag("i") and p.target:
        cleaner.remove_file(p.target)
