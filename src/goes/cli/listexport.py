"""The -export part of go list: files with export data and build IDs.

    set_exports(loader, packages, allowed)   →   exit status; package.export and package.build_id are set

A package that cannot be compiled has neither; without -e its compiler's report goes to standard error, with -e it becomes
the package's error.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from ..diag.diagnostic import UserError

if TYPE_CHECKING:
    from ..load.graph import Loader
    from ..load.package import Package


def set_exports(loader: Loader, packages: list[Package], allowed: bool, show: bool = False) -> int:
    """`show`: print where the work is done."""
    from ..run.workdir import WorkDirectory

    work = WorkDirectory(os.environ)
    try:
        place = work.path()
        if show:
            sys.stderr.write(f"WORK={place}\n")
            sys.stderr.flush()
        return _set_exports(loader, packages, allowed)
    finally:
        work.remove()


def _set_exports(loader: Loader, packages: list[Package], allowed: bool) -> int:
    from ..load.package import PackageError
    from ..work.cache import Cache
    from ..work.cachedirectory import require_cache_directory
    from ..work.exports import Exports
    from .progress import on_big_stack

    exports = Exports(loader.context, Cache(require_cache_directory()), os.getcwd())
    failed: set[int] = set()

    def make(exports: Exports, package: Package, a: None, b: None) -> None:
        package.export = exports.file(package)
        package.build_id = exports.build_id(package)

    status = 0
    shown: list[str] = []
    for p in packages:
        if p.import_path == "unsafe" or p.error is not None or not p.go_files:
            if p.error is not None:
                failed.add(id(p))
            continue
        if any(id(d) in failed for d in p.dependencies or []):
            failed.add(id(p))
            continue
        try:
            on_big_stack(make, exports, p, None, None)
        except UserError as error:
            failed.add(id(p))
            if not error.message.startswith(f"# {p.import_path}\n"):
                continue
            if allowed:
                lines = error.message.split("\n")[1:]
                p.error = PackageError([], "", "\n".join([f"# {p.description}", *lines, ""]))
                p.incomplete = True
            elif error.message not in shown:
                shown.append(error.message)
                status = 1
    for message in shown:
        sys.stderr.write(message + "\n")
    return status
