"""Profiles for profile-guided optimisation: which program is built with which default.pgo.

    split_for_profiles(roots, "auto")

With several programs on the command line a package that goes into one with a profile is built for that program alone:
it and its importers are copied. goes reads no profile; `go list` shows the copies. Source: cmd/go/internal/load.
"""

from __future__ import annotations

import copy
import os

from .package import Package


def split_for_profiles(roots: list[Package], setting: str) -> None:
    if setting != "auto":
        return
    for main in roots:
        if main.name == "main" and os.path.isfile(os.path.join(main.dir, "default.pgo")) and len(roots) > 1:
            _split(main, main, {})


def _split(package: Package, main: Package, made: dict[int, Package]) -> Package:
    known = made.get(id(package))
    if known is not None:
        return known
    target = package
    if package is not main:
        target = copy.copy(package)
        target.imports = list(package.imports)
        target.for_main = main.import_path
    made[id(package)] = target
    target.dependencies = [_split(d, main, made) for d in package.dependencies or []]
    return target
