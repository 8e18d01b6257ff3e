"""The compiled build of the core; without GOES_COMPILE=1 this is an ordinary pure Python package (see pyproject.toml).

    GOES_COMPILE=1 python setup.py build --build-lib build/compiled
    python -m pytest -o pythonpath=build/compiled

The sources are copied into build/compiled and the extension modules are put beside the copies, never beside the sources:
there a stale one would win over an edited file. docs/compiled.md tells more.
"""

import os
import sys
from pathlib import Path

from setuptools import setup

# Rooms that are compiled, each with the modules of it that stay interpreted and why.
COMPILED = {
    "diag": ("native.py",),  # see there
    "syntax": (),
    "types": (),
    "obj": (),
    "asm": (),
    "link": (),
    "ssa": (),
    "ssa/passes": (),
    "codegen": ("llvm.py", "workers.py"),  # talk to llvmlite and to other processes
    "load": (),
    "module": (),
    "work": ("build.py", "steps.py"),  # the edge: threads, files, processes
}


def compiled_files() -> list[str]:
    """The files of the compiled rooms, in a fixed order."""
    files: list[str] = []
    for room, interpreted in COMPILED.items():
        for path in sorted(Path("src/goes", room).glob("*.py")):
            if path.name != "__init__.py" and path.name not in interpreted:
                files.append(str(path))
    return files


def extensions() -> list:  # type: ignore[type-arg]
    """One extension module a file, so that an edit recompiles a file and what depends on it."""
    if os.environ.get("GOES_COMPILE") != "1":
        return []
    from mypyc.build import mypycify

    sys.setrecursionlimit(20_000)
    level = os.environ.get("GOES_COMPILE_OPT", "1")
    return mypycify(compiled_files(), opt_level=level, debug_level="0", separate=True, target_dir="build/mypyc")


setup(ext_modules=extensions())
