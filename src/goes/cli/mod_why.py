"""goes mod why [-m] [-vendor] packages...

Source: cmd/go/internal/modcmd/why.go (by behaviour; messages).
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from ..diag.diagnostic import UserError
from .flags import BOOL, Flag, FlagSet
from .modcommon import MOD_FLAGS

if TYPE_CHECKING:
    from ..load.modpackages import LoadedPackage
    from ..load.modstate import ModuleState

EXAMPLE: Final = "goes mod why golang.org/x/text/language"
FLAGS: Final = FlagSet("mod why", "go mod why [-m] [-vendor] packages...", [
    *MOD_FLAGS,
    Flag("m", BOOL, "find a path to any package in each of the named modules"),
    Flag("vendor", BOOL, "exclude tests of dependencies"),
])  # fmt: skip


def run(args: list[str]) -> int:
    from ..load.modload import load_packages
    from ..load.modpackages import PackageOptions
    from ..load.modstate import NEED_ROOT
    from ..load.patterns import is_local_import
    from .modcommands import open_state

    values = FLAGS.parse(args)
    names = values.rest
    if values.flag("m"):
        for name in names:
            if is_local_import(name):
                raise UserError(f"go: cannot use relative path {name} to specify module")
            if name.startswith("/"):
                raise UserError(f"go: cannot use absolute path {name} to specify module")
            if "@" in name:
                raise UserError(f"go: {name}: 'go mod why' requires a module path, not a version query")
    state = open_state("mod why", values, root_mode=NEED_ROOT, force=True, explicit_write=True)
    options = PackageOptions()
    options.any_tags = True
    options.load_tests = not values.flag("vendor")
    options.use_vendor_all = values.flag("vendor")
    options.silent = True
    options.follow_std = True
    options.edits_modules = True
    what = " to vendor" if values.flag("vendor") else ""
    stanzas: list[str] = []
    if values.flag("m"):
        modules = _modules(state, names)
        _, paths = load_packages(state, options, ["all"])
        by_module: dict[str, list[str]] = {}
        for path in paths:
            package = _loaded(state, path)
            if package is not None and package.mod[0]:
                by_module.setdefault(package.mod[0], []).append(path)
        for module in modules:
            chains = [_chain(state, path) for path in by_module.get(module, [])]
            why = min((c for c in chains if c), key=len, default=[])
            stanzas.append(_stanza(module, why, f"(main module does not need{what} module {module})"))
    else:
        matches, _ = load_packages(state, options, names)
        load_packages(state, options, ["all"])  # from the main module, not from the packages named
        for match in matches:
            for path in match.packages:
                why = _chain(state, path)
                stanzas.append(_stanza(path, why, f"(main module does not need{what} package {path})"))
    sys.stdout.write("\n".join(stanzas))
    return 0


def _stanza(name: str, chain: list[str], otherwise: str) -> str:
    return f"# {name}\n" + "".join(step + "\n" for step in chain or [otherwise])


def _loaded(state: ModuleState, path: str) -> LoadedPackage | None:
    assert state.packages is not None
    return state.packages.by_path.get(path)


def _chain(state: ModuleState, path: str) -> list[str]:
    """The packages from the main module to this one; empty if it is not needed."""
    package = _loaded(state, path)
    if package is None:
        return []
    return [p.path + (".test" if p.test_of is not None else "") for p in package.chain()]


def _modules(state: ModuleState, names: list[str]) -> list[str]:
    """The paths of the modules meant, of the build list if there are patterns."""
    from ..load.mainmodules import load_requirements
    from ..load.moderrors import ModError
    from ..load.patterns import pattern_matcher
    from ..syntax.unicode import quote

    try:
        rs = load_requirements(state)
        if not names:
            return [path for path, _ in state.main]
        out: list[str] = []
        for name in names:
            if name != "all" and "..." not in name:
                out.append(name)
                continue
            is_match = pattern_matcher(name)
            found = [
                path for path, _ in rs.must_graph().build_list()
                if (name == "all" or is_match(path)) and path not in ("go", "toolchain")
            ]
            if not found:
                state.note(f"go: warning: pattern {quote(name)} matched no module dependencies")
            out.extend(found)
        return out
    except ModError as error:
        state.fatal(error)
