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
from official import TOOLS

import goes
from goes.load.context import find_goroot, make_context
from goes.load.graph import Loader
from goes.work.cache import Cache
from goes.work.exports import Exports
from goes.work.toolprograms import program_key
from goes.work.vet import Vet, VetOptions, VetTool

SRC = str(Path(goes.__file__ or "").parents[1])



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


@pytest.mark.parametrize(
    ("explicit", "in_test", "flags"),
    [
        (False, False, ["-unsafeptr=false"]), (False, True, ["-unsafeptr=false", "-unreachable=false"]),
        (True, True, ["-bools"]),
    ],
)  # fmt: skip
def test_std_is_not_asked_about_unsafe_pointers(run: Run, explicit: bool, in_test: bool, flags: list[str]) -> None:
    context = make_context(run.env)
    package = Loader(context, str(run.module), overlay=False).load(["errors"]).roots[0]
    options = VetOptions(["-bools"])
    options.explicit, options.in_test, options.dry = explicit, in_test, True
    exports = Exports(context, Cache(run.env["GOCACHE"]), str(run.module))
    assert Vet(exports, VetTool(str(TOOLS / "vet"), "own", True), options, "").flags_for(package) == flags


def test_go_test_looks_at_packages_before_it_runs_them(run: Run) -> None:
    # The official tool stands in for the one goes builds.
    goroot = find_goroot(run.env)
    Cache(run.env["GOCACHE"]).put_executable(program_key("vet", "cmd/vet", goroot), "vet", (TOOLS / "vet").read_bytes())
    run.write("a/a.go", PRINTS)
    done = run.goes("test", "./a")
    assert (done.returncode, done.stdout) == (1, "FAIL\texample.com/m/a [build failed]\nFAIL\n")
    assert done.stderr == "# example.com/m/a\n" + OOPS
    done = run.goes("test", "-vet=shift", "./a")
    assert (done.returncode, done.stdout, done.stderr) == (0, "?   \texample.com/m/a\t[no test files]\n", "")
    done = run.goes("test", "-vet=off", "-x", "./a")
    assert done.returncode == 0 and "vet.cfg" not in done.stderr


@pytest.mark.parametrize(
    ("args", "status", "message"),
    [
        (("-nope",), 2, "flag provided but not defined: -nope\nusage: go vet [build flags] [-vettool prog]"),
        (("-diff",), 1, "go vet -diff flag requires -fix\n"),
        (("-fix", "-c=1"), 1, "-c flag cannot be used when applying fixes\n"),
        (("-fix", "-json", "-diff"), 1, "-json and -diff cannot be used together\n"),
        (("-p=0",), 1, "go: -p must be a positive integer: 0\n"),
        (("-mod=bad",), 1, "-mod=bad not supported (can be '', 'mod', 'readonly', or 'vendor')\n"),
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
