"""-n, -x and -toolexec: the steps of a build, shown or run one by one."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from ..diag.diagnostic import UserError
from .build import program_name
from .buildflags import Plan, check_compile_flags, check_target, identify, link_flags

if TYPE_CHECKING:
    from ..work.steps import Steps


def make_steps(p: Plan) -> Steps:
    """The shower, and with -toolexec the runner, of steps."""
    from ..work.steps import Steps

    steps = Steps(p.context, p.graph, p.options, p.work.path(), sys.stderr)
    steps.show = p.values.flag("n") or p.values.flag("x")
    if p.values.flag("n"):
        named = {r.import_path for r in p.wanted if r.standard} | set(p.options.compile_flags)
        everything = p.values.flag("a")
        steps.extra_std = frozenset(
            q.import_path for q in p.graph.packages if q.standard and (everything or q.import_path in named)
        )
    elif p.values.text("toolexec"):
        steps.toolexec = find_program(p.values.text("toolexec"))
    if not steps.toolexec and not p.values.flag("a"):
        ids = p.ids()
        for q in p.graph.packages:
            if q.import_path != "unsafe" and p.is_compiled(q):
                entry = p.cache.entry(ids[q.import_path])
                if entry is not None:
                    steps.compiled[q.description] = p.cache.output_path(entry[0])
    for profile in sorted(set(p.options.profiles.values())):
        _know_profile(p, steps, profile)
    return steps


def _know_profile(p: Plan, steps: Steps, profile: str) -> None:
    """A profile that an earlier build has read needs no step."""
    from ..work.cache import action_id

    try:
        with open(profile, "rb") as f:
            id = action_id("profile", f.read())
    except OSError as e:
        raise UserError(f"go: -pgo: open {profile}: {os.strerror(e.errno or 0).lower()}") from None
    entry = None if p.values.flag("a") else p.cache.entry(id)
    if entry is not None:
        steps.profiles[profile] = p.cache.output_path(entry[0])
    elif not p.values.flag("n"):
        p.cache.put(id, id.encode())


def _same(a: str, b: str) -> bool:
    """Whether two files have the same contents."""
    from filecmp import cmp

    try:
        return cmp(a, b, shallow=False)
    except OSError:
        return False


def find_program(text: str) -> list[str]:
    """The words of -toolexec or -exec, the first one looked up in $PATH."""
    from shutil import which

    from ..work.options import split_words

    words = split_words(text)
    if not words or "/" in words[0]:
        return words
    path = which(words[0])
    if path is None:
        raise UserError(f'exec: "{words[0]}": executable file not found in $PATH')
    return [path, *words[1:]]


def perform(p: Plan, targets: dict[str, str]) -> bool:
    """Show or run the steps of all wanted packages. Whether there is nothing left to do."""
    steps = make_steps(p)
    if steps.toolexec:
        check_target(p)
        check_compile_flags(p)
    for r in p.wanted:
        if r.name != "main":
            steps.library(r)
            continue
        name = program_name(r)
        id = identify(p, r, name)
        target = targets.get(r.import_path, "")
        if target and not steps.toolexec and not p.values.flag("a"):
            known = p.cache.executable(id, name)
            if known is not None and _same(known, target):
                continue
        steps.program(r, link_flags(p).words(r, p.graph.roots), target)
    sys.stderr.flush()
    return p.values.flag("n") or bool(steps.toolexec)
