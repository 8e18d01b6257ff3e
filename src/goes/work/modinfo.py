"""The module text of an executable, as `go version -m` and runtime/debug.ReadBuildInfo show it.

    path  example.com/app     mod  example.com/app  (devel)     dep  ...     build  -compiler=gc  ...

Source: runtime/debug (BuildInfo); cmd/go/internal/load (setBuildInfo) for the settings and their order.
"""

from __future__ import annotations

from ..load.context import BuildContext
from ..load.graph import Graph
from ..load.package import Module, Package
from .options import BuildOptions


def module_text(context: BuildContext, graph: Graph, root: Package, options: BuildOptions) -> str:
    lines = [f"path\t{root.import_path}"]
    main = root.module
    if main is not None and not root.command_line:
        lines.append(_module("mod", main))
    found: dict[str, Module] = {}
    for p in graph.packages:
        m = p.module
        if m is not None and not p.standard and (main is None or m.path != main.path):
            found[m.path] = m
    for path in sorted(found):
        lines.append(_module("dep", found[path]))
    settings = [("-buildmode", "exe"), ("-compiler", "gc")]
    if options.ldflags and not options.trimpath:
        settings.append(("-ldflags", _quoted(" ".join(options.ldflags))))
    if options.cover is not None:
        settings.append(("-cover", "true"))
    if context.build_tags:
        settings.append(("-tags", ",".join(context.build_tags)))
    if options.trimpath:
        settings.append(("-trimpath", "true"))
    settings.append(("CGO_ENABLED", "0"))
    settings.append(("GOARCH", context.goarch))
    settings.append(("GOOS", context.goos))
    if context.goarch == "amd64":
        settings.append(("GOAMD64", context.goarch_level))
    lines.extend(f"build\t{key}={value}" for key, value in settings)
    return "\n".join(lines) + "\n"


def _module(kind: str, m: Module) -> str:
    return f"{kind}\t{m.path}\t{m.version or '(devel)'}\t"


def _quoted(value: str) -> str:
    """Values with spaces or quotes are quoted."""
    if not value or any(c.isspace() or c in "\"'`" for c in value):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return value


def module_info(context: BuildContext, graph: Graph, root: Package, options: BuildOptions) -> bytes:
    """The text framed as the linker stores it."""
    from ..link.buildinfo import frame_modinfo

    return frame_modinfo(module_text(context, graph, root, options))
