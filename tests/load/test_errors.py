"""What is wrong with packages is said in the go command's words, in its order."""

from __future__ import annotations

from pathlib import Path

import pytest
from filetree import write_tree
from loadlab import messages, oracle

from goes.load.context import BuildContext

TREE = """
-- go.mod --
module example.com/m
go 1.27
-- cyc/a/a.go --
package a
import _ "example.com/m/cyc/b"
-- cyc/b/b.go --
package b
import _ "example.com/m/cyc/a"
-- self/a.go --
package self
import _ "example.com/m/self"
-- miss/x.go --
package main
import "foo"
import "nosuch/pkg"
import "github.com/x/y"
import "example.com/m/nothere"
func main(){}
-- empty/readme.txt --
hi
-- excl/a_windows.go --
package excl
-- usesexcl/a.go --
package main
import _ "example.com/m/excl"
import _ "example.com/m/empty"
func main(){}
-- two/a.go --
package a
-- two/b.go --
package b
-- usestwo/a.go --
package a
import _ "example.com/m/two"
-- testonly/a_test.go --
package a
-- prog/a.go --
package main
func main(){}
-- usesprog/a.go --
package a
import _ "example.com/m/prog"
-- usesmain/a.go --
package a
import _ "main"
-- int/internal/x/x.go --
package x
-- usesint/a.go --
package a
import _ "example.com/m/int/internal/x"
import _ "internal/abi"
-- rel/a.go --
package a
import _ "../two"
-- noimport/a.go --
package a
import _ "a b"
-- bad/a.go --
packag a
-- bad2/a.go --
package a
import "fmt
-- bad3/a.go --
package a
import fmt
-- bad4/a.go --
//go:build foo ||

package a
-- bad5/a.go --
//go:build linux
//go:build linux

package a
-- bad6/a.go --
-- bad8/a.go --
package 1
-- bad9/a.go --
package a
import ("fmt" "os")
-- usesbad/a.go --
package a
import _ "example.com/m/bad"
-- emb/a.go --
package a
import _ "embed"
//go:embed nothing.txt
var s string
-- emb2/a.go --
package a
import _ "embed"
//go:embed ../x
var s string
-- emb3/a.go --
package a
import _ "embed"
//go:embed d
var s string
-- emb3/d/.x --
-- emb4/a.go --
package a
import _ "embed"
//go:embed [a
var s string
-- emb5/a.go --
package a
import _ "embed"
//go:embed other/f
var s string
-- emb5/other/go.mod --
module other
-- emb5/other/f --
-- chain/a.go --
package a
import _ "example.com/m/usesexcl2"
import _ "example.com/m/usesint2"
-- usesexcl2/a.go --
package a
import _ "example.com/m/excl"
-- usesint2/a.go --
package a
import _ "internal/abi"
import _ "foo/bar"
-- sub/go.mod --
module other
-- sub/a.go --
package a
-- usessub/a.go --
package x
import _ "example.com/m/sub"
-- good/a.go --
package main
func main() {}
-- good2/a.go --
package lib
"""

DIRECTORIES = sorted({line[3:].split("/")[0] for line in TREE.splitlines() if line.startswith("-- ")} - {"go.mod --"})
DIRECTORIES = [d for d in DIRECTORIES if d not in ("cyc", "int", "prog", "good", "good2")] + ["cyc/a", "cyc/b"]
ARGUMENTS = [
    "good/a.go nofile.go", "good/a.go good2/a.go", "good/", "foo/...", "./foo/...", "good/a.go ./good", "a.txt",
    "example.com/m/zzz", "foo", "github.com/q/r", "./good2 ./nope", "nofile.go", "good/x_test.go", "..", "./nodir",
    "miss/x.go", "usesint/a.go", "chain/a.go", "cyc/a/a.go",
]
IMPORTS = [
    '"./x"', '"/abs"', '"."', '"a//b"', '"a/"', '"foo.com/.x"', '"x.com/a@v"', '"example.com/m/vendor/q"', '"-x"',
    '"vendor/golang.org/x/net/http/httpguts"', '"a/../b"', '"crypto/internal/fips140"', '"golang.org/x/sys/cpu"',
    '"cmd/internal/obj"', '"cmd/go"', '"simd"', 'f "fmt/x"', '"con/x"', '"é/x"', "'a'", "1", ". . ",
]
GO_MODS = [
    "module example.com/m\ngo 1.27\nfoo bar\nrequire x v1\nrequire (\n github.com/a/b v1.0.0\n bad\n)\n", "go 1.27\n",
    "module example.com/m\ngo 1.99\n", 'module "a b"\n', "module example.com/m\ngo abc\n", "module m\nrequire (\n x",
    "module m\nreplace a => b\nreplace a.com/x => ./y v1.0.0\nexclude a.com/x v2.0.0\n",
    "module m\nrequire a.com/x/v2 v1.0.0\nfoo (\n a\n)\ntoolchain x\ngo 1.27\ngo 1.27\n", 'module m\nrequire "a.com\n',
    "/* x */ module m\n", "module m\nmodule x\n", "module m\ngo 1.27\nreplace q.com/z => ./zz\n",
    "module m\ngo 1.27\nrequire q.com/z v1.2.3\n",
]



@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("tree") / "m"
    write_tree(root, TREE)
    return root


def compare(context: BuildContext, directory: Path, arguments: list[str]) -> None:
    expected = oracle(directory, "build", *arguments).stderr.strip()
    assert messages(context, directory, arguments).strip() == expected
    assert expected


@pytest.mark.parametrize("name", DIRECTORIES)
def test_a_package_in_error(context: BuildContext, tree: Path, name: str) -> None:
    compare(context, tree, ["./" + name])


@pytest.mark.parametrize("arguments", ARGUMENTS)
def test_a_command_line_in_error(context: BuildContext, tree: Path, arguments: str) -> None:
    compare(context, tree, arguments.split())


@pytest.mark.parametrize("path", IMPORTS)
def test_an_import_in_error(context: BuildContext, tmp_path: Path, path: str) -> None:
    write_tree(tmp_path, f"-- go.mod --\nmodule example.com/m\n-- p/a.go --\npackage a\nimport {path}\n")
    compare(context, tmp_path, ["./p"])


@pytest.mark.parametrize("text", GO_MODS)
def test_a_go_mod_in_error(context: BuildContext, tmp_path: Path, text: str) -> None:
    (tmp_path / "go.mod").write_text(text)
    write_tree(tmp_path, '-- a.go --\npackage a\nimport _ "q.com/z/w"\n')
    compare(context, tmp_path, ["./..."])


@pytest.mark.parametrize("argument", ["x.go", "./...", ".", "github.com/q/r", "./nodir"])
def test_outside_of_modules(context: BuildContext, tmp_path: Path, argument: str) -> None:
    write_tree(tmp_path, '-- x.go --\npackage main\nimport "github.com/x/y"\n')
    compare(context, tmp_path, [argument])


def test_an_import_cycle_shows_its_path(context: BuildContext, tree: Path) -> None:
    assert messages(context, tree, ["./cyc/a"]) == (
        "package example.com/m/cyc/a\n"
        "\timports example.com/m/cyc/b from a.go\n"
        "\timports example.com/m/cyc/a from b.go: import cycle not allowed"
    )
