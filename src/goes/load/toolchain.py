"""Which Go is wanted: GOTOOLCHAIN and the go and toolchain lines.

goes is one toolchain and never fetches another: as with GOTOOLCHAIN=local, what needs a newer Go is an error. The
message says where the wish comes from. Sources: Go toolchains, https://go.dev/doc/toolchain; cmd/go/internal/gover.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .modstate import ModuleState


def explanation(state: ModuleState) -> str:
    """What follows "(running go 1.27" in a message."""
    setting = state.env.get("GOTOOLCHAIN", "")
    return f"; GOTOOLCHAIN={setting}" if setting not in ("", "auto") else ""
