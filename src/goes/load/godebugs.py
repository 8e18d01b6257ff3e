"""Which GODEBUG settings there are, as GOROOT/src/internal/godebugs lists them.

    check_godebug(context, "godebug", "panicnil", "1")   →   ""
    check_godebug(context, "godebug", "nosuch", "1")     →   'unknown godebug "nosuch"'

Sources: internal/godebugs (the table); cmd/go/internal/modload (CheckGodebug) for the messages.
"""

from __future__ import annotations

import os
import re
from typing import Final

from ..module import semver
from .context import BuildContext

_KNOWN: Final = re.compile(r'^\t\{Name: "(\w+)", Package:', re.M)
_REMOVED: Final = re.compile(r'^\t\{Name: "(\w+)", Removed: (\d+), Old: ([^}]*)', re.M)


def check_godebug(context: BuildContext, verb: str, key: str, value: str) -> str:
    """What is wrong with a setting; ""."""
    if " " in key or "\t" in key:
        return "key contains space"
    if " " in value or "\t" in value:
        return "value contains space"
    if "," in key:
        return "key contains comma"
    if "," in value:
        return "value contains comma"
    if key == "default":
        if not value.startswith("go") or not semver.is_valid_go(value[2:]):
            return "value for default= must be goVERSION"
        if semver.compare_go(value[2:], context.go_version) > 0:
            return f"default={value} too new (toolchain is go{context.go_version})"
        return ""
    path = os.path.join(context.goroot, "src", "internal", "godebugs", "table.go")
    try:
        with open(path, encoding="utf-8") as f:
            table = f.read()
    except OSError:
        return ""
    if key in _KNOWN.findall(table):
        return ""
    for name, version, old in _REMOVED.findall(table):
        if name == key:
            values = {"zero": ["0"], "one": ["1"]}.get(old.split(",")[0].strip()) or re.findall(r'== "(\w+)"', old)
            if value in values:
                return (
                    f'removed GODEBUG "{key}" set to old value "{value}" (https://go.dev/doc/godebug#go-1{version})'
                )
            return ""
    return f'unknown {verb} "{key}"'
