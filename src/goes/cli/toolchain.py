"""Which toolchain GOTOOLCHAIN and go.mod ask for, before a command begins.

    GOTOOLCHAIN=go1.26.1                →  error: that is another one
    GOTOOLCHAIN=auto, go.mod: go 1.99   →  error: the official command would go on as go1.99.0
    GOTOOLCHAIN=local                   →  this one, whatever go.mod says; what needs a newer Go says so itself

Toolchains of others are Go binaries, and goes runs none: wherever the official command would switch, the error names the
toolchain. Settings that the official command refuses are refused in its words. Commands that only tell or change the
settings work in any case.

Sources: https://go.dev/doc/toolchain; cmd/go/internal/toolchain (Select, Exec), cmd/go/internal/gover (GoModLookup).
"""

from __future__ import annotations

import os
import sys
from typing import Final

from ..diag.diagnostic import UserError

# Set by an official go command that took goes for the toolchain it wants.
_TARGET: Final = "GOTOOLCHAIN_INTERNAL_SWITCH_VERSION"
# Whatever go.mod asks for, these say or change what is asked for.
_ABOUT_SETTINGS: Final = ("env", "help", "telemetry", "version")
_EDITORS: Final = (["mod", "edit"], ["work", "edit"])


def find_up(name: str, stop: str = "") -> str:
    """The file of that name in the working directory or above, "" if there is none; directory `stop` is not entered."""
    directory = os.getcwd()
    while True:
        path = os.path.join(directory, name)
        if os.path.isfile(path):
            return path
        parent = os.path.dirname(directory)
        if parent == directory or (stop and parent == stop):
            return ""
        directory = parent


def select(args: list[str]) -> None:
    """Return if this toolchain is the one the command line `args` is for. UserError if not."""
    setting = os.environ.get("GOTOOLCHAIN") or "auto"
    target = os.environ.get(_TARGET, "")
    if setting == "local" and not target or not _with_modules() or _asks_for_settings(args):
        return
    from ..load.context import find_goroot, read_go_version

    local = read_go_version(find_goroot(os.environ))
    trace: list[str] = []
    name, mode = _minimum(setting, local, trace)
    wish = ""
    if mode in ("auto", "path"):
        found = _of_file(name, mode, setting, trace)
        if found is not None:
            name, wish = found
    if target:
        if target != "go" + local:
            raise UserError(f"go: toolchain go{local} invoked to provide {target}")
        del os.environ[_TARGET]
        return
    if "toolchaintrace=1" in os.environ.get("GODEBUG", "").split(","):
        sys.stderr.write("".join(trace))
        if name == "go" + local:
            sys.stderr.write(f"go: using local toolchain go{local}\n")
    if name == "go" + local or (wish and (args[:1] in [[v] for v in _ABOUT_SETTINGS] or args[:2] in _EDITORS)):
        return
    _refuse(name, wish, mode, setting, local)


def _with_modules() -> bool:
    mode = os.environ.get("GO111MODULE", "")
    if mode == "auto":
        return find_up("go.mod") != "" or _work_file() != ""
    return mode in ("", "on")


def _asks_for_settings(args: list[str]) -> bool:
    """Command lines that are for the toolchain at hand: a way out of a wrong setting."""
    if args[:1] != ["env"]:
        return False
    words = args[1:]
    if words in (["GOTOOLCHAIN"], ["GOMOD"], ["GOWORK"], ["-u", "GOTOOLCHAIN"]):
        return True
    return len(words) == 2 and words[0] == "-w" and words[1].startswith("GOTOOLCHAIN=")


def _work_file() -> str:
    setting = os.environ.get("GOWORK", "")
    if setting == "off":
        return ""
    if setting not in ("", "auto"):
        if not os.path.isabs(setting):
            raise UserError("go: invalid GOWORK: not an absolute path")
        return setting if os.path.exists(setting) else ""
    from ..load.context import find_goroot

    return find_up("go.work", find_goroot(os.environ))


def _minimum(setting: str, local: str, trace: list[str]) -> tuple[str, str]:
    """What GOTOOLCHAIN says: the least toolchain, and "auto" or "path" if go.mod may ask for a newer one."""
    if setting in ("auto", "path"):
        return "go" + local, setting
    from ..load.modversions import from_toolchain
    from .flags import quote

    least, plus, mode = setting.partition("+")
    if least == "local":
        least = "go" + local
    elif not from_toolchain(least):
        raise UserError(f"go: invalid GOTOOLCHAIN {quote(setting)}" + (f": invalid minimum toolchain {quote(least)}" if plus else ""))
    if plus and mode not in ("auto", "path"):
        raise UserError(f"go: invalid GOTOOLCHAIN {quote(setting)}: only version suffixes are +auto and +path")
    trace.append(f"go: default toolchain set to {least} from GOTOOLCHAIN={setting}\n")
    return least, mode


def _of_file(least: str, mode: str, setting: str, trace: list[str]) -> tuple[str, str] | None:
    """The newer toolchain that go.work or go.mod asks for, and the sentence that says so."""
    path = _work_file() or find_up("go.mod")
    if not path:
        return None
    try:
        with open(path, encoding="utf-8", errors="replace") as f:
            text = f.read()
    except OSError as e:
        raise UserError(f"go: open {path}: {os.strerror(e.errno or 0).lower()}") from None
    from ..load.toolchain import lookup

    go = lookup(text, "go")
    wanted = lookup(text, "toolchain")
    if wanted == "default" or not (go or wanted):
        return None
    from ..load.modversions import STRICT, from_toolchain
    from ..module.semver import compare_go, language_version

    shown = min(os.path.relpath(path), path, key=len)
    allowed = f"<name>+{mode}" if "+" in setting else mode
    newest = from_toolchain(least)
    found: tuple[str, str] | None = None
    if wanted:
        version = from_toolchain(wanted)
        if not version:
            from .flags import quote

            raise UserError(f"go: invalid toolchain {quote(wanted)} in {shown}")
        if compare_go(version, newest) > 0:
            found = wanted, f"{shown} names toolchain {wanted}"
            newest = version
            trace.append(_upgrade(wanted, "toolchain", shown, allowed))
    if compare_go(go, newest) > 0:
        name = "go" + go
        if language_version(go) == go and compare_go(go, STRICT) >= 0:
            name += ".0"  # 1.99 is a language; its first release is 1.99.0
        found = name, f"{shown} requires go >= {go}"
        trace.append(_upgrade(name, "go", shown, allowed))
    return found


def _upgrade(name: str, key: str, file: str, allowed: str) -> str:
    return f"go: upgrading toolchain to {name} (required by {key} line in {file}; upgrade allowed by GOTOOLCHAIN={allowed})\n"


def _refuse(name: str, wish: str, mode: str, setting: str, local: str) -> None:
    """Raise the UserError for another toolchain. `wish`: the file's sentence, "" if GOTOOLCHAIN names it."""
    from .flags import quote

    if not name.startswith("go1") and "-go1" not in name:
        raise UserError(f"go: invalid GOTOOLCHAIN {quote(name)}")
    if mode == "path":
        from shutil import which

        if which(name) is None:
            raise UserError(f"go: cannot find {quote(name)} in PATH")
    from ..load.modversions import STRICT, from_toolchain
    from ..module.semver import compare_go, language_version

    version = from_toolchain(name)
    if mode != "path" and language_version(version) == version and compare_go(version, STRICT) >= 0:
        raise UserError(f"go: invalid toolchain: {name} is a language version but not a toolchain version ({name}.x)")
    if wish and compare_go(version, local) > 0:
        because = f"{wish} (running go {local}" + (f"; GOTOOLCHAIN={setting})" if setting != "auto" else ")")
    else:
        because = f"GOTOOLCHAIN={setting} asks for {name} (running go {local})"
    raise UserError(f"go: {because}; goes is a toolchain of its own and cannot switch to {name}: GOTOOLCHAIN=local uses it as it is")
