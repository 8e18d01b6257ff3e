"""The -export part of go list: files with export data and build IDs.

    set_exports(loader, packages, values, False)   →   exit status; package.export and package.build_id are set
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from ..diag.diagnostic import UserError

if TYPE_CHECKING:
    from ..load.graph import Loader
    from ..load.package import Package
    from ..work.exports import Exports
    from .flags import FlagValues


def set_exports(loader: Loader, packages: list[Package], values: FlagValues, errors_allowed: bool) -> int:
    """Make the export data of all packages that can be compiled. What is wrong with the others is reported on standard
    error, each report once, or with `errors_allowed` becomes the package's error."""
    from ..work.cache import Cache
    from ..work.cachedirectory import require_cache_directory
    from ..work.exports import Exports
    from .progress import on_big_stack

    exports = Exports(loader.context, Cache(require_cache_directory()), loader.cwd)
    return on_big_stack(_set_all, exports, packages, errors_allowed, set())


def _set_all(exports: Exports, packages: list[Package], errors_allowed: bool, reported: set[str]) -> int:
    from ..load.package import PackageError

    status = 0
    for p in packages:
        if p.error is not None or not (p.go_files or p.cgo_files) or p.import_path == "unsafe":
            continue
        try:
            p.export = exports.file(p)
            p.build_id = exports.build_id(p)
        except UserError as e:
            if not errors_allowed:
                status = 1
                if e.message not in reported:
                    sys.stderr.write(e.message + "\n")
                reported.add(e.message)
            elif p.error is None and e.message.startswith(f"# {p.description}\n"):
                p.error = PackageError([], "", e.message + "\n")
                p.incomplete = True
    return status
