"""The packages of a test binary, and the text of its main package."""

from __future__ import annotations

from collections.abc import Callable

from goes.load import testfuncs, testing
from goes.load.graph import Graph, Loader
from goes.load.package import Package
from goes.load.testfuncs import TestFunctions
from goes.load.testing import TestVariants

Load = Callable[[str], Loader]

MODULE = """\
-- go.mod --
module m

go 1.27
-- p/p.go --
package p

func F() int { return 1 }
-- p/p_test.go --
package p

import "testing"

func TestF(t *testing.T) {}
-- p/x_test.go --
package p_test

import (
	"m/user"
	"testing"
)

func TestX(t *testing.T) { user.G() }
-- user/user.go --
package user

import "m/p"

func G() int { return p.F() }
"""


def variants_of(load: Load, text: str, pattern: str = "./p") -> TestVariants:
    loader = load(text)
    (package,) = loader.load([pattern]).roots
    return testing.test_variants(loader, package)


def names(packages: list[Package]) -> list[str]:
    return [p.description for p in packages]


def test_fuzzing_counts_edges_of_what_package_and_tests_import(load: Load) -> None:
    found = testing.fuzzed_packages(variants_of(load, MODULE))
    assert {"m/p", "m/user", "fmt"} <= found
    # Not the tests outside of the package, what only the main package imports, and what testing uses meanwhile.
    assert not {"m/p_test", "m/p.test", "testing/internal/testdeps", "testing", "sync"} & found


def test_packages_that_import_the_tested_one_are_recompiled(load: Load) -> None:
    v = variants_of(load, MODULE)
    assert v.internal.description == "m/p [m/p.test]"
    assert v.internal.go_files == ["p.go", "p_test.go"]
    assert v.external is not None
    assert v.external.description == "m/p_test [m/p.test]"
    assert names(v.recompiled) == ["m/user [m/p.test]"]
    below = Graph([v.main], []).packages
    assert [p.description for p in below if p.import_path.startswith("m/")] == [
        "m/p [m/p.test]", "m/user [m/p.test]", "m/p_test [m/p.test]", "m/p.test",
    ]  # fmt: skip
    # The packages that were loaded stay as they are.
    assert v.package.description == "m/p"
    assert v.package.go_files == ["p.go"]


def test_without_tests_inside_the_package_is_used_as_it_is(load: Load) -> None:
    v = variants_of(load, MODULE.replace("package p\n\nimport \"testing\"", "package p_test\n\nimport \"testing\""))
    assert v.internal is v.package
    assert v.recompiled == []


def test_an_import_cycle_through_the_tests(load: Load) -> None:
    v = variants_of(load, MODULE.replace('package p_test\n\nimport (\n\t"m/user"', 'package p\n\nimport (\n\t"m/user"'))
    fault = v.at_fault()
    assert fault is not None
    assert str(fault.error) == (
        "package m/p\n\timports m/user from x_test.go\n\timports m/p from user.go: import cycle not allowed in test"
    )


def test_the_generated_main_package(load: Load) -> None:
    text = (variants_of(load, MODULE).main.testmain or b"").decode()
    assert '\t_test "m/p"\n' in text
    assert '\t_xtest "m/p_test"\n' in text
    assert '\t{"TestF", _test.TestF},\n\t{"TestX", _xtest.TestX},\n' in text
    assert '\ttestdeps.ImportPath = "m/p"\n' in text
    assert "os.Exit(m.Run())" in text


def functions_of(load: Load, body: str) -> TestFunctions:
    loader = load(f"-- go.mod --\nmodule m\n-- p_test.go --\npackage p\n\n{body}\n")
    (package,) = loader.load(["."]).roots
    return testfuncs.test_functions(package, loader.cwd)


EXAMPLES = """
func ExampleA() {
	// not this one
	println("// nor this: Output: x")
	// Output:
	// one
	//   two
}

func ExampleB() {
	// Unordered output: b
	// a
}

func ExampleNotRun() {}

func ExampleWithBlock() {
	/* output: z */
}

func ExampleSilent() {
	// Output:
}

func ExampleBehindCode() { // a comment of the brace
	println(1) // one of the line
	// Output:
	// 1
}

func ExampleOfCode() {
	println(1) // Output: of the line
	x := 2
}

func Examplelower() {
	// Output: no
}
"""


def test_outputs_of_examples(load: Load) -> None:
    found = functions_of(load, EXAMPLES)
    rows = [(f.name, f.output, f.unordered) for f in found.examples]
    assert rows == [
        ("ExampleA", "one\n  two\n", False),
        ("ExampleB", "b\na\n", True),
        ("ExampleWithBlock", "z\n", False),
        ("ExampleSilent", "", False),
        ("ExampleBehindCode", "1\n", False),
        ("ExampleOfCode", "of the line\n", False),
    ]


def test_signatures(load: Load) -> None:
    wrong = functions_of(load, "func TestA(x int) {}")
    assert wrong.error.endswith(
        "p_test.go:3:1: wrong signature for TestA, must be: func TestA(t *testing.T)"
    )
    generic = functions_of(load, "func BenchmarkA[T any](b *testing.B) {}")
    assert "test functions cannot have type parameters" in generic.error
    assert functions_of(load, "func Testify(x int) {}").error == ""


def test_text_of_a_comment() -> None:
    assert testfuncs.comment_text(["//a", "// b", "//", "//", "//go:embed x", "/* c\n d */"]) == "a\nb\n\n c\n d\n"
