"""The -export part of go list: files with export data and build IDs.

    set_exports(loader, packages, values, False)   →   exit status; package.export and package.build_id are set
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..diag.diagnostic import UserError

if TYPE_CHECKING:
    from ..load.graph import Loader
    from ..load.package import Package
    from .flags import FlagValues


def set_exports(loader: Loader, packages: list[Package], values: FlagValues, errors_allowed: bool) -> int:
    raise UserError("go: list -export is not supported")
