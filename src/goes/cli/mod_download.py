"""goes mod download [-x] [-json] [-reuse=old.json] [modules]"""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Final

from ..diag.diagnostic import UserError
from .flags import BOOL, TEXT, Flag, FlagSet
from .modcommon import MOD_FLAGS

if TYPE_CHECKING:
    from ..load.moddownload import Reuse, Wanted
    from ..load.modstate import ModuleState

EXAMPLE: Final = "goes mod download -json golang.org/x/text@latest"
FLAGS: Final = FlagSet("mod download", "go mod download [-x] [-json] [-reuse=old.json] [modules]", [
    Flag("json", BOOL, "print a JSON object for each module"),
    Flag("reuse", TEXT, "do not download again what an earlier output of -json says and is still so", "old.json"),
    Flag("x", BOOL, "print the commands download executes"),
    *MOD_FLAGS,
])  # fmt: skip


def run(args: list[str]) -> int:
    values = FLAGS.parse(args)
    from ..load.mainmodules import load_requirements
    from ..load.moddownload import default_arguments, find_wanted
    from ..load.moderrors import ModError
    from ..load.modwrite import WriteOptions, write_go_mod
    from .modcommands import open_state

    state = open_state("mod download", values, force=True, explicit_write=True)
    state.init()
    names = values.rest
    explicit = bool(names)
    try:
        if state.has_root or state.workspace:
            load_requirements(state)
            if explicit:
                _note_main_modules(state, names)
            else:
                names = default_arguments(state)
        if not names:
            if not state.has_root:
                raise UserError("go: no modules specified (see 'go help mod download')")
            sys.stderr.write("go: no module dependencies to download\n")
            return 0
        if values.text("reuse") and state.has_root:
            raise UserError("go mod download -reuse cannot be used inside a module")
        reuse = read_reuse(values.text("reuse")) if values.text("reuse") else {}
        wanted, problem = find_wanted(state, names, reuse)
        write_late = explicit or state.workspace
        if not write_late:
            write_go_mod(state, WriteOptions())
    except ModError as error:
        state.fatal(error)
    wanted = [w for w in wanted if w.version or w.error]
    status = _download(state, wanted, values.flag("json"))
    try:
        if status == 0 or values.flag("json"):
            if write_late and state.has_root:
                write_go_mod(state, WriteOptions())
    except ModError as error:
        sys.stderr.write(f"go: {error}\n")
        status = 1
    if problem is not None and (status == 0 or values.flag("json")):
        sys.stderr.write(f"go: {problem}\n")
        status = 1
    return status


def _note_main_modules(state: ModuleState, names: list[str]) -> None:
    for path, _ in state.main:
        for name in names:
            if name in (path, path + "@upgrade", path + "@patch"):
                sys.stderr.write(f"go: skipping download of {name} that resolves to the main module\n")


def read_reuse(file: str) -> Reuse:
    """The output of an earlier -json."""
    from ..load.moddownload import Wanted
    from ..module.repo import parse_origin

    try:
        with open(file, encoding="utf-8", errors="replace") as f:
            text = f.read()
    except OSError as e:
        raise UserError(f"go: open {file}: {os.strerror(e.errno or 0).lower()}") from None
    out: Reuse = {}
    decoder = json.JSONDecoder()
    position = 0
    while True:
        while position < len(text) and text[position].isspace():
            position += 1
        if position >= len(text):
            return out
        try:
            value, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            raise UserError(f"go: parsing {file}: invalid JSON") from None
        origin = value.get("Origin") if isinstance(value, dict) else None
        if not isinstance(origin, dict):
            continue
        path, version, query = (str(value.get(name) or "") for name in ("Path", "Version", "Query"))
        one = Wanted(path, version, query, str(value.get("Error") or ""), parse_origin(origin), True)
        out[path, version] = one
        if query:
            out[path, query] = one


def _download(state: ModuleState, wanted: list[Wanted], as_json: bool) -> int:
    """Download all; the results are shown in order."""
    fetcher = state.fetcher
    try:
        results = fetcher.at_once(lambda w: download_module(state, w), wanted)
    finally:
        fetcher.client().close()
    status = 0
    for result in results:
        if as_json:
            from ..util.jsontext import json_indented

            sys.stdout.write(json_indented(result))
        if "Error" in result:
            status = 1
            if not as_json:
                sys.stderr.write(f"go: {result['Error']}".removesuffix("\n") + "\n")
    return status


def download_module(state: ModuleState, w: Wanted) -> dict[str, object]:
    """Bring one module into the cache; what there is to say about it, in the order of the JSON output."""
    from ..module.problem import FetchError
    from ..module.repo import order_origin

    fetcher = state.fetcher
    found: dict[str, object] = {}
    error = w.error
    if not error and not w.reuse:
        try:
            found["Info"] = fetcher.info_file(w.path, w.version)[1]
            found["GoMod"] = fetcher.go_mod_file(w.path, w.version)
            found["GoModSum"] = fetcher.mod_sum(w.path, w.version)
            found["Zip"] = fetcher.download_zip(w.path, w.version)
            found["Sum"] = fetcher.zip_sum(w.path, w.version)
            found["Dir"] = fetcher.download(w.path, w.version)
        except FetchError as e:
            error = e.message
    origin = order_origin(w.origin) if w.origin is not None else None
    found.update({"Path": w.path, "Version": w.version, "Query": w.query, "Error": error, "Origin": origin, "Reuse": w.reuse})
    order = ("Path", "Version", "Query", "Error", "Info", "GoMod", "Zip", "Dir", "Sum", "GoModSum", "Origin", "Reuse")
    return {name: found[name] for name in order if found.get(name)}
