"""GO111MODULE=off: GOROOT, then GOPATH, with vendor directories; as the official command lists it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from filetree import ENV, write_tree
from official import GO

from goes.load.context import make_context
from goes.load.gopath import GopathResolver, directory_path
from goes.load.graph import Loader

TREE = """
-- src/a/b/b.go --
package b // import "a/b"
import ("c/d"; "x/y/v2/z"; "fmt"; _ "a/internal/i")
var _ = fmt.Sprint(d.D, z.Z)
-- src/a/go.mod --
module a
-- src/a/internal/i/i.go --
package i
-- src/a/vendor/c/d/d.go --
package d
var D int
-- src/x/y/go.mod --
module x/y/v2
-- src/x/y/z/z.go --
package z
var Z int
-- src/bad/bad.go --
package bad
import ("a/internal/i"; "a/vendor/c/d"; "no/such"; "./local"; "hidden")
-- src/bad/local/l.go --
package local
-- src/hidden/h.go --
package hidden // import "elsewhere"
-- outside/o.go --
package outside
"""


def listed(root: Path, directory: str, patterns: list[str]) -> list[str]:
    resolver = GopathResolver(make_context({**ENV, "GOPATH": str(root)}), str(root / directory))
    graph = Loader(resolver.context, resolver.cwd, overlay=False, resolver=resolver).load(patterns)
    return [
        f"{p.import_path} {p.root.removeprefix(str(root))} {p.target.removeprefix(str(root))} "
        f"{' '.join(p.imports)} {'' if p.error is None else p.error}"
        for p in graph.roots
    ]


def expected(root: Path, directory: str, patterns: list[str]) -> list[str]:
    import subprocess

    env = {**os.environ, **ENV, "GOPATH": str(root), "GO111MODULE": "off", "GOCACHE": "/tmp/goes-oracle-cache"}
    format = '{{.ImportPath}} {{.Root}} {{.Target}} {{join .Imports " "}} {{if .Error}}{{.Error}}{{end}}\n==='
    command = [str(GO), "list", "-e", "-f", format, *patterns]
    run = subprocess.run(command, cwd=root / directory, env=env, capture_output=True, text=True, check=False)
    return [
        " ".join(w.removeprefix(str(root)) if i in (1, 2) else w for i, w in enumerate(block.split(" ")))
        for block in run.stdout.removesuffix("\n===\n").split("\n===\n")
    ]


@pytest.mark.parametrize(
    ("directory", "patterns"),
    [
        ("src", ["a/b"]), ("src", ["./..."]), ("src", ["a/..."]), ("src/a", ["./b", "./internal/i"]), ("src", ["bad"]),
        ("outside", ["."]), ("src", ["./bad/local", "no/such/package"]),
    ],
)  # fmt: skip
def test_as_the_official_command(tmp_path: Path, directory: str, patterns: list[str]) -> None:
    write_tree(tmp_path, TREE)
    assert listed(tmp_path, directory, patterns) == expected(tmp_path, directory, patterns)


def test_directories_outside_have_made_up_paths() -> None:
    assert directory_path("/home/u/my dir/x") == "_/home/u/my_dir/x"


def test_import_comments(tmp_path: Path) -> None:
    """A comment that begins with the word import must name the package; a longer word is any comment."""
    write_tree(tmp_path, '-- src/p/p.go --\npackage p // important\n-- src/q/q.go --\npackage q // import\n')
    resolver = GopathResolver(make_context({**ENV, "GOPATH": str(tmp_path)}), str(tmp_path))
    loader = Loader(resolver.context, resolver.cwd, overlay=False, resolver=resolver)
    errors = [str(p.error) for p in loader.load(["p", "q"]).roots if p.error is not None]
    assert len(errors) == 1
    assert errors[0].endswith("q.go:1: cannot parse import comment")
