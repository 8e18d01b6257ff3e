"""The directories of a tree that may be packages.

    directories(context, "/src/m", "example.com/m", WalkRules(), warn)   →   ("example.com/m", "/src/m"), …

Directories that begin with "." or "_" and testdata are passed over; links to directories are not followed, which is
said. Source: cmd/go/internal/search, cmd/go/internal/modload (matchPackages).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import final

from .context import BuildContext
from .package import scan_directory


def everything(path: str) -> bool:
    return True


@final
class WalkRules:
    """What a walk takes and where it ends. `can_match` cuts whole trees off; `ignored` is asked with the path relative
    to the tree's root; `failed` is told of a directory that cannot be read, which otherwise ends the walk."""

    __slots__ = ("is_match", "can_match", "stop_at_vendor", "stop_at_go_mod", "ignored", "note_links", "failed")

    def __init__(self) -> None:
        self.is_match: Callable[[str], bool] = everything
        self.can_match: Callable[[str], bool] = everything
        self.stop_at_vendor = False
        self.stop_at_go_mod = False
        self.ignored: Callable[[str], bool] | None = None
        self.note_links = False
        self.failed: Callable[[str, OSError], None] | None = None


def directories(
    context: BuildContext, root: str, prefix: str, rules: WalkRules, warn: Callable[[str], None]
) -> Iterator[tuple[str, str]]:
    """Import path and directory of each directory the rules let through, a directory before those in it, in order.
    Raises OSError if the rules do not say what to do then."""
    view = context.view
    pending = [("", root)]
    while pending:
        relative, directory = pending.pop()
        path = f"{prefix}/{relative}" if prefix and relative else prefix or relative
        if path and rules.is_match(path):
            yield path, directory
        if rules.stop_at_vendor and (relative == "vendor" or relative.endswith("/vendor")):
            continue
        try:
            entries = view.entries(directory)
        except OSError as error:
            if rules.failed is None:
                raise
            rules.failed(directory, error)
            continue
        below: list[tuple[str, str]] = []
        for entry in entries:
            name = entry.name
            if name[0] in "._" or name == "testdata":
                continue
            inner = f"{relative}/{name}" if relative else name
            if rules.ignored is not None and rules.ignored(inner):
                continue
            if not (entry.is_dir() or entry.is_link()) or not rules.can_match(f"{prefix}/{inner}" if prefix else inner):
                continue
            full = os.path.join(directory, name)
            if entry.is_link():
                if rules.note_links and entry.leads_to_directory():
                    warn(f"warning: ignoring symlink {full}")
                continue
            if rules.stop_at_go_mod and view.is_file(os.path.join(full, "go.mod")):
                continue
            below.append((inner, full))
        pending.extend(reversed(below))


def holds_package(context: BuildContext, directory: str) -> bool:
    """Are there Go files for this build? A file with an error counts."""
    return not scan_directory(context, directory, None, False).no_go
