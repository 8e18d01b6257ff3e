"""Packages are what `go list -deps -json` says they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from filetree import write_tree
from loadlab import oracle_list

from goes.diag.diagnostic import Diagnostic
from goes.diag.source import SourceSet
from goes.load.context import BuildContext
from goes.load.graph import Loader
from goes.load.package import Package
from goes.syntax.parser import parse_file
from goes.syntax.pragmas import check_declarations, check_directives

MODULE = """
-- go.mod --
module example.com/m
go 1.24
require example.com/dep v1.2.3
replace example.com/dep => ./dep
-- dep/go.mod --
module example.com/dep
go 1.21
-- dep/sub/s.go --
package sub
-- a.go --
package main
import (
	_ "embed"
	"fmt"
	s "example.com/dep/sub"
	. "example.com/m/lib"
	"golang.org/x/nothing"
)
//go:embed data "w x.txt" all:hid
var x string
-- data/a.txt --
-- data/.hidden --
-- data/b/c.txt --
-- w x.txt --
-- hid/.h --
-- a_test.go --
package main
import "testing"
-- x_test.go --
package main_test
import ("os"; "testing")
-- a_windows.go --
package main
-- a_linux_arm64.go --
package main
-- tag.go --
//go:build goexperiment.jsonv2 && amd64.v1 && !amd64.v2 && go1.27 && !go1.28 && gc && unix && !cgo

package main
-- old.go --
// +build windows darwin
// +build amd64

package main
-- c.go --
package main
import "C"
-- asm_amd64.s --
-- asm_arm64.s --
-- h.h --
-- doc.go --
package documentation
-- _no.go --
package no
-- lib/l.go --
package lib
import "net/http"
-- lib/testdata/t.go --
package t
-- vendor2/v.go --
package v
-- lib/internal/i.go --
package internal
"""

FIELDS = (
    ("Name", "name"), ("Dir", "dir"), ("GoFiles", "go_files"), ("SFiles", "s_files"), ("HFiles", "h_files"),
    ("IgnoredGoFiles", "ignored_go_files"), ("TestGoFiles", "test_go_files"), ("XTestGoFiles", "xtest_go_files"),
    ("Imports", "imports"), ("ImportMap", "import_map"), ("TestImports", "test_imports"),
    ("XTestImports", "xtest_imports"), ("EmbedPatterns", "embed_patterns"), ("EmbedFiles", "embed_files"),
    ("Standard", "standard"),
)


def differences(ours: list[Package], theirs: list[dict[str, Any]]) -> list[str]:
    found = []
    if [p.import_path for p in ours] != [t["ImportPath"] for t in theirs]:
        found.append("packages or their order differ")
    known = {p.import_path: p for p in ours}
    for t in theirs:
        p = known.get(t["ImportPath"])
        if p is None:
            continue
        for theirs_name, ours_name in FIELDS:
            mine = getattr(p, ours_name)
            if (t.get(theirs_name) or type(mine)()) != mine:
                found.append(f"{p.import_path} {theirs_name}: {t.get(theirs_name)} != {mine}")
        module = t.get("Module")
        if module is not None:
            assert p.module is not None
            seen = (p.module.path, p.module.version, p.module.dir, p.module.go, p.module.main)
            expected = (
                module["Path"], module.get("Version", ""), module.get("Dir", ""), module.get("GoVersion", ""),
                module.get("Main", False),
            )
            if seen != expected:
                found.append(f"{p.import_path} Module: {expected} != {seen}")
    return found


def test_all_of_std(context: BuildContext, tmp_path: Path) -> None:
    """Files, imports, vendored imports and embeds of every std package."""
    graph = Loader(context, str(tmp_path), overlay=False).load(["std"])
    assert graph.messages() == []
    assert len(graph.packages) > 300
    assert differences(graph.packages, oracle_list(tmp_path, "std")) == []


def test_directives_of_std_are_in_order(context: BuildContext, tmp_path: Path) -> None:
    graph = Loader(context, str(tmp_path), overlay=False).load(["net", "unsafe"])
    for package in graph.packages:
        if package.import_path == "unsafe":
            continue  # never compiled
        sources = SourceSet()
        errors: list[Diagnostic] = []
        files = []
        for name in package.full(package.go_files):
            file = parse_file(sources.add(name, Path(name).read_bytes()), errors, lazy_bodies=True)
            assert file is not None
            files.append(file)
            errors += check_directives(file, package.standard, package.is_runtime)
        errors += check_declarations(files, package.is_complete)
        assert [f"{sources.position(e.pos)}: {e.message}" for e in errors] == []


PATTERNS = ["./...", ".", "./lib", "example.com/m/lib", "example.com/m/...", "a.go", "net/...", "all"]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_module(context: BuildContext, tmp_path: Path, pattern: str) -> None:
    write_tree(tmp_path, MODULE)
    graph = Loader(context, str(tmp_path), overlay=False).load([pattern])
    theirs = oracle_list(tmp_path, pattern)
    ours = [p for p in graph.packages if p.import_path != "golang.org/x/nothing"]
    assert differences(ours, [t for t in theirs if t["ImportPath"] != "golang.org/x/nothing"]) == []


def test_the_language_version_comes_from_the_module(context: BuildContext, tmp_path: Path) -> None:
    write_tree(tmp_path, MODULE)
    graph = Loader(context, str(tmp_path), overlay=False).load(["."])
    versions = {p.import_path: p.language_version for p in graph.packages}
    assert versions["example.com/m"] == "go1.24"
    assert versions["example.com/dep/sub"] == "go1.21"
    assert versions["fmt"] == ""


def test_a_vendor_directory_provides_packages(context: BuildContext, tmp_path: Path) -> None:
    write_tree(
        tmp_path,
        "-- go.mod --\nmodule m\ngo 1.24\nrequire q.com/z v1.0.0\n-- a.go --\npackage a\nimport _ \"q.com/z/y\"\n"
        "-- vendor/modules.txt --\n# q.com/z v1.0.0\n## explicit; go 1.19\nq.com/z/y\n-- vendor/q.com/z/y/y.go --\n"
        "package y\n",
    )
    graph = Loader(context, str(tmp_path), overlay=False).load(["."])
    assert graph.messages() == []
    ours = [p for p in graph.packages if p.module]
    theirs = [t for t in oracle_list(tmp_path, ".") if not t.get("Standard")]
    assert differences(ours, theirs) == []


def test_what_tests_need_is_loaded_on_demand(context: BuildContext, tmp_path: Path) -> None:
    write_tree(
        tmp_path,
        "-- go.mod --\nmodule m\n-- p/p.go --\npackage p\n-- q/q.go --\npackage q\nimport _ \"m/p\"\n"
        "-- p/a_test.go --\npackage p\nimport (\n\"testing\"\n_ \"embed\"\n)\n//go:embed *.txt\nvar s string\n"
        "-- p/x.txt --\n-- p/x_test.go --\npackage p_test\nimport (\n\"m/p\"\n\"os\"\n)\n",
    )
    loader = Loader(context, str(tmp_path), overlay=False)
    package = loader.load(["./p"]).roots[0]
    assert package.dependencies == []
    tests = loader.load_tests(package)
    assert [p.import_path for p in tests.imports] == ["embed", "testing"]
    assert [p.import_path for p in tests.xtest_imports] == ["m/p", "os"]
    assert tests.embed_map == {"*.txt": ["x.txt"]}
    assert tests.error is None and tests.xtest_error is None
    write_tree(tmp_path, "-- p/b_test.go --\npackage p\nimport _ \"m/q\"\n")
    loader = Loader(context, str(tmp_path), overlay=False)
    tests = loader.load_tests(loader.load(["./p"]).roots[0])
    assert str(tests.error) == (
        "package m/p\n\timports m/q from b_test.go\n\timports m/p from q.go: import cycle not allowed in test"
    )
