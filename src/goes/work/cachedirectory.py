"""Where the build cache is.

    cache_directory({"HOME": "/home/me"})   →   "/home/me/.cache/go-build"

Source: cmd/go/internal/cache (DefaultDir) for the rules and the messages.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from ..diag.diagnostic import UserError


def cache_directory(env: Mapping[str, str] | None = None) -> str:
    """$GOCACHE, or the user's cache directory; "off" if there is no place for one."""
    source = os.environ if env is None else env
    explicit = source.get("GOCACHE", "")
    if explicit:
        return explicit
    home = source.get("HOME", "")
    base = source.get("XDG_CACHE_HOME", "") or (home + "/.cache" if home else "")
    return base + "/go-build" if base else "off"


def require_cache_directory() -> str:
    """The cache directory; UserError, in the go command's words, if there can be none."""
    explicit = os.environ.get("GOCACHE", "")
    if explicit == "off":
        raise UserError("build cache is disabled by GOCACHE=off, but required as of Go 1.12")
    directory = cache_directory()
    if directory == "off":
        raise UserError(
            "build cache is required, but could not be located: "
            "GOCACHE is not defined and neither $XDG_CACHE_HOME nor $HOME are defined"
        )
    if not os.path.isabs(directory):
        raise UserError("build cache is required, but could not be located: GOCACHE is not an absolute path")
    try:
        if not os.path.isdir(os.path.join(directory, "00")):
            os.makedirs(directory, exist_ok=True)
            for i in range(256):
                os.makedirs(os.path.join(directory, f"{i:02x}"), exist_ok=True)
    except OSError as e:
        reason = os.strerror(e.errno or 0).lower()
        raise UserError(f"failed to initialize build cache at {directory}: mkdir {e.filename}: {reason}") from None
    return directory
