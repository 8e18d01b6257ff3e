"""goes tool link [options] main.a

    goes tool link -o app -importcfg cfg -X main.version=1 -buildid id main.a

Source: cmd/link documentation.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final

from ..work.cachedirectory import cache_directory
from .toolcompile import default_context, read_import_config, write_output

if TYPE_CHECKING:
    from ..link.link import LinkOptions
    from ..load.context import BuildContext

USAGE: Final = "usage: link [options] main.o\n"


def _link(context: BuildContext, main: str, archives: dict[str, str], options: LinkOptions) -> bytes:
    from ..work.cache import Cache
    from ..work.eager import link_archives

    directory = cache_directory()
    return link_archives(context, main, archives, options, Cache(directory) if os.path.isabs(directory) else None)


def run(args: list[str]) -> int:
    from ..link.link import LinkOptions
    from ..work.linkflags import parse_link_flags
    from .progress import on_big_stack

    context = default_context()
    if args in (["-V"], ["-V=full"]):
        sys.stdout.write(f"link version go{context.go_version}\n")
        return 0
    options = LinkOptions()
    values: dict[str, str] = {}
    files = parse_link_flags(args, options, values)
    if len(files) != 1:
        sys.stderr.write(USAGE)
        return 2
    archives, _, options.modinfo = read_import_config(values.get("importcfg", ""))
    options.goroot = context.goroot
    options.build_version = context.version_text

    data = on_big_stack(_link, context, files[0], archives, options)
    output = values.get("o", "") or "a.out"
    if os.path.exists(output):
        os.unlink(output)  # it may be running
    write_output(output, data)
    mask = os.umask(0)
    os.umask(mask)
    os.chmod(output, 0o777 & ~mask)
    return 0
