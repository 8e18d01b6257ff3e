"""Would `go install` do anything for a package?

    set_staleness(packages)     stale, and why

A package without a place to be installed lives in the build cache only, so there is never anything to install.
"""

from __future__ import annotations

import os

from .package import Package


def set_staleness(packages: list[Package]) -> None:
    for p in packages:
        if not p.target or not (p.go_files or p.cgo_files) or p.error is not None:
            continue
        p.stale = True
        if not os.path.exists(p.target):
            p.stale_reason = "not installed but available in build cache"
        else:
            p.stale_reason = "build ID mismatch"
