"""GOFIPS140: whether programs are to use the FIPS 140-3 module, and which version of it.

    fips_version({"GOFIPS140": "latest"}, goroot)   →   "latest"        "off" if it is not asked for

goes lists packages with it, but links no such program. Sources: internal/buildcfg; cmd/go/internal/fips140 (messages).
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Final

from ..diag.diagnostic import UserError

OFF: Final = "off"
_VERSION: Final = re.compile(r"v1\.[0-9]+\.[0-9]+(?:-rc[0-9]+|-[^/]{8})?\Z")


def fips_version(env: Mapping[str, str], goroot: str) -> str:
    """Raises UserError for a version that there is not."""
    value = env.get("GOFIPS140", "")
    if value in ("", OFF, "latest"):
        return value or OFF
    if value not in ("inprocess", "certified") and not _VERSION.match(value):
        raise UserError("go: invalid GOFIPS140: must be off, latest, inprocess, certified, or v1.Y.Z")
    directory = os.path.join(goroot, "lib", "fips140")
    version = value
    try:
        with open(os.path.join(directory, value + ".txt"), encoding="utf-8", errors="replace") as f:
            version = f.read().strip()
    except OSError:
        pass
    if os.path.isfile(os.path.join(directory, version + ".zip")):
        return version
    from ..syntax.unicode import quote

    redirected = f" (from {quote(value)})" if version != value else ""
    raise UserError(f"go: unknown GOFIPS140 version {quote(version)}{redirected}")
