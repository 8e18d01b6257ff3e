"""The compiled build of the core. Without GOES_COMPILE=1 goes is an ordinary pure Python package (see pyproject.toml).

    GOES_COMPILE=1 python setup.py build --build-lib build/compiled
    python -m pytest -o pythonpath=build/compiled

The sources are copied into build/compiled and the extension modules are put beside the copies, never beside the
sources: there a stale one would win over an edited file. docs/compiled.md tells more.
"""

import os
import sys
from pathlib import Path

from setuptools import setup

BUILD_LIB = Path("build/compiled")

# Rooms that are compiled, each with the modules of it that stay interpreted.
COMPILED = {
    "diag": ("native.py",),  # what it defines for the interpreter, the compiler knows itself
    "syntax": (),
    "types": (),
    "ssa": (),
    "ssa/passes": (),
    "codegen": ("llvm.py", "workers.py"),  # llvmlite, untyped; other processes
    "asm": (),
    "obj": (),
    "link": (),
    "work": ("build.py", "exports.py", "steps.py", "vet.py"),  # the edge: files, progress, processes
}
# Modules of other rooms: this one derives from the scanner, and reads every file of a build.
COMPILED_MODULES = ("load/header.py",)


def compiled_files() -> list[str]:
    """The files to compile, in a fixed order."""
    files: list[str] = []
    for room, interpreted in COMPILED.items():
        for path in sorted(Path("src/goes", room).glob("*.py")):
            if path.name != "__init__.py" and path.name not in interpreted:
                files.append(str(path))
    return files + [str(Path("src/goes", module)) for module in COMPILED_MODULES]


def remove_stale(files: list[str]) -> None:
    """Remove extension modules whose source is gone or is interpreted now, and copies whose source is gone."""
    modules = {f.removeprefix("src/").removesuffix(".py") for f in files}
    for path in BUILD_LIB.glob("goes/**/*.so"):
        name = str(path.relative_to(BUILD_LIB)).partition(".")[0].removesuffix("__mypyc")
        if name not in modules:
            path.unlink()
    for path in BUILD_LIB.glob("goes/**/*"):
        if path.suffix in (".py", ".go", ".s") and not Path("src", path.relative_to(BUILD_LIB)).exists():
            path.unlink()


def extensions() -> list:  # type: ignore[type-arg]
    """One extension module a file, so that an edit recompiles that file and those that depend on it."""
    if os.environ.get("GOES_COMPILE") != "1":
        return []
    from mypyc.build import mypycify

    sys.setrecursionlimit(20_000)
    files = compiled_files()
    remove_stale(files)
    level = os.environ.get("GOES_COMPILE_LEVEL", "1")
    return mypycify(files, opt_level=level, debug_level="0", separate=True, target_dir="build/mypyc")


if __name__ == "__main__":
    setup(ext_modules=extensions())
