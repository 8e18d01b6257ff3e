"""The module text of an executable, as `go version -m` and runtime/debug.ReadBuildInfo show it.

    path  example.com/app     mod  example.com/app  (devel)     dep  ...     build  -compiler=gc  ...

Source: runtime/debug (BuildInfo); cmd/go/internal/load (setBuildInfo) for the settings and their order.
"""

from __future__ import annotations

import os

from ..load.context import BuildContext
from ..load.graph import Graph, dependencies_first
from ..load.package import Module, Package
from .options import BuildOptions


def module_text(context: BuildContext, graph: Graph, root: Package, options: BuildOptions) -> str:
    lines = [f"path\t{root.import_path}"]
    main = None if root.command_line else root.module  # files on the command line are of no module
    if main is not None:
        lines.append(_module("mod", main, options.main_version if not main.version else ""))
    found: dict[str, Module] = {}
    for p in dependencies_first([root]):
        m = p.module
        if m is not None and not p.standard and (main is None or m.path != main.path):
            found[m.path] = m
    for path in sorted(found):
        lines.append(_module("dep", found[path]))
    lines += [f"build\t{key}={_quoted(value)}" for key, value in settings(context, root, options)]
    return "\n".join(lines) + "\n"


def settings(context: BuildContext, root: Package, options: BuildOptions) -> list[tuple[str, str]]:
    """What decided about the build."""
    raw = options.raw_flags
    out: list[tuple[str, str]] = []
    if "asmflags" in raw:
        out.append(("-asmflags", raw["asmflags"]))
    out += [("-buildmode", "exe"), ("-compiler", "gc")]
    if raw.get("gcflags"):
        out.append(("-gcflags", raw["gcflags"]))
    # Flags for the linker may name directories of this machine.
    if raw.get("ldflags") and not options.trimpath:
        out.append(("-ldflags", raw["ldflags"]))
    if options.cover is not None:
        out.append(("-cover", "true"))
    profile = options.profiles.get(root.description, "")
    if profile:
        out.append(("-pgo", os.path.basename(profile) if options.trimpath else profile))
    if context.build_tags:
        out.append(("-tags", ",".join(context.build_tags)))
    if options.trimpath:
        out.append(("-trimpath", "true"))
    if root.default_godebug:
        out.append(("DefaultGODEBUG", root.default_godebug))
    out += [("CGO_ENABLED", "0"), ("GOARCH", context.goarch)]
    if os.environ.get("GOEXPERIMENT"):
        out.append(("GOEXPERIMENT", os.environ["GOEXPERIMENT"]))
    out.append(("GOOS", context.goos))
    if context.goarch == "amd64":
        out.append(("GOAMD64", context.goarch_level))
    return out + options.stamps


def _module(kind: str, m: Module, version: str = "") -> str:
    text = f"{kind}\t{m.path}\t{version or m.version or '(devel)'}"
    # As runtime/debug writes it, with an empty line behind a replacement.
    return f"{text}\t{m.sum}" if m.replace is None else f"{text}\n{_module('=>', m.replace)}\n"


def _quoted(value: str) -> str:
    """Values with spaces or quotes are quoted."""
    if any(c in value for c in " \t\r\n\"`"):
        from ..syntax.unicode import quote

        return quote(value)
    return value


def module_info(context: BuildContext, graph: Graph, root: Package, options: BuildOptions) -> bytes:
    """The text framed as the linker stores it."""
    from ..link.buildinfo import frame_modinfo

    return frame_modinfo(module_text(context, graph, root, options))
