"""go vet and go fix: an analysis tool over packages and their tests, with facts, fixes and a cache.

The tool is the official one here, given with -vettool: what is tested is all that goes does around it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import goes

SRC = str(Path(goes.__file__ or "").parents[1])
TOOLS = Path(sys.prefix) / "lib" / f"python3.{sys.version_info.minor}" / "site-packages" / "go" / "pkg" / "tool" / "linux_amd64"

pytestmark = pytest.mark.skipif(not (TOOLS / "vet").exists(), reason="needs the official vet as a tool")


class Run:
    """The command in a module of its own. The cache is shared: it holds what is known of std."""

    def __init__(self, module: Path, cache: Path) -> None:
        self.module = module
        self.env = {
            "PATH": os.environ["PATH"], "HOME": str(module), "GOCACHE": str(cache), "PYTHONPATH": SRC, "GOFLAGS": "",
            "GOPROXY": "off", "CGO_ENABLED": "0",
        }  # fmt: skip

    def write(self, name: str, text: str) -> None:
        path = self.module / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def read(self, name: str) -> str:
        return (self.module / name).read_text()

    def goes(self, *args: str, **env: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "goes", *args], cwd=self.module, env={**self.env, **env}, text=True,
            capture_output=True, timeout=300,
        )  # fmt: skip
        assert "Traceback" not in done.stderr, done.stderr
        return done

    def vet(self, *args: str, **env: str) -> tuple[int, str, str]:
        done = self.goes("vet", f"-vettool={TOOLS / 'vet'}", *args, **env)
        return done.returncode, done.stdout, done.stderr

    def fix(self, *args: str) -> tuple[int, str, str]:
        done = self.goes("fix", f"-fixtool={TOOLS / 'fix'}", *args)
        return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def run(tmp_path: Path, cache: Path) -> Run:
    r = Run(tmp_path, cache)
    r.write("go.mod", "module example.com/m\n\ngo 1.25\n")
    return r


PRINTS = 'package a\n\nimport "fmt"\n\nvar _ = fmt.Sprint("%s")\n\nfunc Logf(f string, a ...any) { fmt.Printf(f, a...) }\n'
OOPS = "a/a.go:5:9: fmt.Sprint call has possible Printf formatting directive %s\n"


def test_diagnostics_stand_on_standard_error(run: Run) -> None:
    run.write("a/a.go", PRINTS)
    assert run.vet("./a") == (1, "", OOPS)
    assert run.vet("./a") == (1, "", OOPS)  # from the cache
    assert run.vet("-printf=false", "./a") == (0, "", "")


def test_facts_of_imports_are_known(run: Run) -> None:
    run.write("a/a.go", PRINTS)
    run.write("b/b.go", 'package b\n\nimport "example.com/m/a"\n\nfunc F() { a.Logf("%d", "x") }\n')
    assert run.vet("./b") == (1, "", 'b/b.go:5:20: example.com/m/a.Logf format %d has arg "x" of wrong type string\n')
    # What was looked at for its facts only is not known to be clean.
    assert run.vet("./a") == (1, "", OOPS)


def test_tests_are_looked_at_and_see_each_other(run: Run) -> None:
    run.write("p/p.go", "package p\n\nfunc F() {}\n")
    run.write("p/export_test.go", "package p\n\nfunc G() { F() }\n")
    run.write("p/p_test.go", (
        'package p_test\n\nimport (\n\t"testing"\n\n\t"example.com/m/p"\n\t"example.com/m/q"\n)\n\n'
        'func TestF(t *testing.T) { p.G(); q.H(); t.Logf("%d") }\n'
    ))  # fmt: skip
    run.write("q/q.go", 'package q\n\nimport "example.com/m/p"\n\nfunc H() { p.F() }\n')
    message = "p/p_test.go:10:50: (*testing.common).Logf format %d reads arg #1, but call has 0 args\n"
    assert run.vet("./p") == (1, "", message)


def test_json_goes_to_standard_output_and_is_no_failure(run: Run) -> None:
    run.write("a/a.go", PRINTS)
    status, out, err = run.vet("-json", "./a")
    assert (status, err) == (0, "")
    (diagnostic,) = json.loads(out)["example.com/m/a"]["printf"]
    assert diagnostic["message"] == "fmt.Sprint call has possible Printf formatting directive %s"


def test_lines_of_context(run: Run) -> None:
    run.write("a/a.go", PRINTS)
    assert run.vet("-c=1", "./a") == (1, "", OOPS + '4\t\n5\tvar _ = fmt.Sprint("%s")\n6\t\n')


def test_type_errors_are_the_tools_and_those_of_imports_the_compilers(run: Run) -> None:
    run.write("a/a.go", "package a\n\nfunc F() { x := 1; undefined1() }\n")
    run.write("b/b.go", 'package b\n\nimport "example.com/m/a"\n\nfunc G() { a.F() }\n')
    assert run.vet("./a") == (1, "", "# example.com/m/a\nvet: a/a.go:3:20: undefined: undefined1\n")
    compiled = "# example.com/m/a\na/a.go:3:12: declared and not used: x\na/a.go:3:20: undefined: undefined1\n"
    assert run.vet("./b") == (1, "", compiled)
    assert run.vet("./a", "./b") == (1, "", compiled)


def test_fixes_are_shown_or_applied(run: Run) -> None:
    before = 'package x\n\nimport "fmt"\n\nvar s string\nvar _ = fmt.Sprintf(s)\n'
    run.write("x.go", before)
    status, out, err = run.vet("-fix", "-diff")
    assert (status, err) == (1, "")
    assert '-var _ = fmt.Sprintf(s)\n+var _ = fmt.Sprintf("%s", s)\n' in out
    assert run.read("x.go") == before
    assert run.vet("-fix") == (0, "", "")
    assert run.read("x.go") == before.replace("(s)", '("%s", s)')


def test_go_fix_applies_the_fixes_of_its_own_tool(run: Run) -> None:
    run.write("x.go", "package x\n\nvar _ interface{}\n")
    status, out, _ = run.fix("-diff", ".")
    assert status == 1 and "-var _ interface{}\n+var _ any\n" in out
    assert run.fix("-fix=old", ".") == (0, "", "go fix: the -fix=old flag is obsolete and has no effect\n")
    assert run.read("x.go") == "package x\n\nvar _ any\n"


def test_flags_come_from_goflags_too(run: Run) -> None:
    run.write("a/a.go", PRINTS)
    assert run.vet("./a", GOFLAGS="-printf=false") == (0, "", "")
    assert run.vet("-printf", "./a", GOFLAGS="-unsafeptr") == (1, "", OOPS)
    assert run.vet("-unsafeptr", "./a") == (0, "", "")


def test_commands_are_shown_without_being_run(run: Run) -> None:
    run.write("a/a.go", "package a\n")
    status, out, err = run.vet("-n", "-bools", "./a")
    assert (status, out) == (0, "")
    assert f"cd {run.module}/a\n{TOOLS / 'vet'} -bools -json $WORK/b001/vet.cfg\n" in err
    assert '"GoVersion": "go1.25"' in err


def test_std_is_not_asked_about_unsafe_pointers(run: Run) -> None:
    from goes.load.context import make_context
    from goes.load.graph import Loader
    from goes.work.cache import Cache
    from goes.work.exports import Exports
    from goes.work.vet import TEST_FLAGS, Vet, VetOptions, VetTool

    context = make_context(run.env)
    package = Loader(context, str(run.module), overlay=False).load(["errors"]).roots[0]
    exports = Exports(context, Cache(run.env["GOCACHE"]), str(run.module))
    own = VetTool(str(TOOLS / "vet"), "own", True)
    flags = {}
    for name, explicit, in_test in (("vet", False, False), ("test", False, True), ("asked", True, False)):
        options = VetOptions(list(TEST_FLAGS))
        options.explicit, options.in_test = explicit, in_test
        flags[name] = Vet(exports, own, options, "")._flags(package)
    assert flags == {
        "vet": ["-unsafeptr=false"], "test": ["-unsafeptr=false", "-unreachable=false"], "asked": list(TEST_FLAGS),
    }  # fmt: skip


def test_what_go_test_asks_for(run: Run) -> None:
    from goes.load.context import make_context
    from goes.load.graph import Loader
    from goes.load.testing import test_variants
    from goes.work.cache import Cache
    from goes.work.exports import Exports
    from goes.work.vet import VetTool, vet_for_test

    run.write("a/a.go", PRINTS)
    run.write("a/a_test.go", 'package a\n\nimport "testing"\n\nfunc TestA(t *testing.T) { t.Logf("%d") }\n')
    context = make_context(run.env)
    loader = Loader(context, str(run.module), overlay=False)
    variants = test_variants(loader, loader.load(["./a"]).roots[0])
    exports = Exports(context, Cache(run.env["GOCACHE"]), str(run.module))
    tool = VetTool(str(TOOLS / "vet"), "official", True)
    work = run.module / "work"
    (outcome,) = vet_for_test(exports, tool, [variants.internal], str(work))
    assert outcome.report == (
        f"# example.com/m/a\n# [example.com/m/a]\n{OOPS}"
        "a/a_test.go:5:36: (*testing.common).Logf format %d reads arg #1, but call has 0 args"
    )
    (outcome,) = vet_for_test(exports, tool, [variants.internal], str(work), ["-shift"])
    assert outcome.report == ""


@pytest.mark.parametrize(
    ("args", "status", "message"),
    [
        (("-nope",), 2, "flag provided but not defined: -nope\nusage: go vet [build flags] [-vettool prog]"),
        (("-diff",), 1, "go: go vet -diff flag requires -fix\n"),
        (("-fix", "-c=1"), 1, "go: -c flag cannot be used when applying fixes\n"),
        (("-fix", "-json", "-diff"), 1, "go: -json and -diff cannot be used together\n"),
        (("./nothing",), 1, "directory not found\n"),
    ],
)
def test_mistakes(run: Run, args: tuple[str, ...], status: int, message: str) -> None:
    got, out, err = run.vet(*args)
    assert (got, out) == (status, "")
    assert message in err


def test_a_tool_that_is_none(run: Run) -> None:
    run.write("a/a.go", PRINTS)
    done = run.goes("vet", "-vettool=./missing", "./a")
    assert done.returncode == 2
    assert done.stderr == f"go: {run.module}/missing -flags failed: fork/exec {run.module}/missing: no such file or directory\n"
    done = run.goes("vet", "-vettool=/bin/false", "./a")
    assert (done.returncode, done.stderr) == (2, "go: /bin/false -flags failed: exit status 1\n")
