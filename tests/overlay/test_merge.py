"""The overlay is Go that the official compiler accepts in place of upstream's declarations."""

from __future__ import annotations

import re

from merge import OVERLAY, Merged, overlay_packages, split


def test_official_compiler_accepts_the_merged_packages(merged: Merged) -> None:
    # This includes the checks that runtime code allocates nothing implicitly and has no forbidden write barrier.
    assert merged.output == ""
    assert merged.go_asm_h


def test_every_directive_names_something_upstream_has(merged: Merged) -> None:
    for files in overlay_packages(OVERLAY).values():
        for path in files:
            for verb, rest in re.findall(r"^//goes:(\w+) (.+)$", path.read_text(), re.M):
                name = rest.removeprefix("drop ") if verb == "file" else rest
                assert name in merged.used, f"{path.name}: //goes:{verb} {rest}"


def test_every_file_says_why() -> None:
    for files in overlay_packages(OVERLAY).values():
        for path in files:
            first = path.read_text().split("\n\n")[0]
            assert first.startswith("// ") and len(first) > 60, path


def test_split_names_methods_and_grouped_specs() -> None:
    source = "type (\n\ta int\n\tb struct {\n\t\tc int\n\t}\n)\n\nfunc (p *T) m() {\n\tx()\n}\n\nvar x, y int\n"
    assert [c.names for c in split(source) if c.names] == [["a"], ["b"], ["(*T).m"], ["x", "y"]]
    assert "".join("\n".join(c.lines) + "\n" for c in split(source)).rstrip("\n") == source.rstrip("\n")
