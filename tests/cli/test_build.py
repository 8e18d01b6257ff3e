"""go build, install and their flags, as far as they can be seen without compiling: what is refused, where files go,
which steps there are."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from goes.cli import build
from goes.cli.buildflags import plan
from goes.run.workdir import WorkDirectory

from .conftest import Goes

BIN = {"GOBIN": "/nowhere/bin"}


def steps(goes: Goes, *args: str) -> list[list[str]]:
    """The words of the tool calls that -n shows."""
    p = goes(*args)
    assert p.returncode == 0, p.stderr
    lines = [line.split() for line in p.stderr.splitlines() if "/goes-bin/tool/" in line]
    return [[words[0].rsplit("/", 1)[1], *words[1:]] for words in lines]


REFUSED = [
    (["build", "-race"], 2, "go: -race requires cgo; enable cgo by setting CGO_ENABLED=1"),
    (["build", "-msan"], 2, "go: -msan requires cgo; enable cgo by setting CGO_ENABLED=1"),
    (["build", "-race", "-msan"], 2, "go: may not use -race and -msan simultaneously"),
    (["build", "-buildmode=nosuch"], 1, "buildmode=nosuch not supported"),
    (["build", "-buildmode=pie"], 1, "-buildmode=pie not supported by goes: it makes static executables"),
    (["build", "-p=0"], 1, "go: -p must be a positive integer: 0"),
    (["build", "-o", "x", ".", "./lib"], 1, "go: cannot write multiple packages to non-directory x"),
    (["build", "-o", "lib/", "./lib"], 1, "go: no main packages to build"),
    (["build", "-buildmode=exe", "-o", "x", "./lib"], 1, "-buildmode=exe requires exactly one main package"),
    (["build", "-gcflags=-zzz"], 1, "# example.com/m\nflag provided but not defined: -zzz\nusage: compile [options] file.go..."),
    (["build", "-gcflags=-c 0"], 1, "# example.com/m\ncompile: -c must be at least 1, got 0"),
    (["build", "-C", "."], 1, "go: go.mod file not found"),
    (["run", "./lib"], 1, "package example.com/m/lib is not a main package"),
]


@pytest.mark.parametrize(("args", "status", "text"), REFUSED, ids=[" ".join(r[0]) for r in REFUSED])
def test_refused(goes: Goes, args: list[str], status: int, text: str) -> None:
    goes.write("lib/lib.go", "package lib\n")
    p = goes(*args, cwd=goes.place if "-C" in args else None)
    assert (p.returncode, p.stderr.startswith(text)) == (status, True), p.stderr


def test_chdir_comes_first(goes: Goes) -> None:
    goes.write("sub/go.mod", "module example.com/sub\n")
    assert goes("env", "-C", "sub", "GOMOD").stdout == str(goes.module / "sub" / "go.mod") + "\n"
    assert goes("-C", "sub", "env", "GOMOD").stdout == str(goes.module / "sub" / "go.mod") + "\n"
    p = goes("build", "-n", "-C", "sub")
    assert p.returncode == 2
    assert p.stderr.startswith('invalid value "sub" for flag -C: -C flag must be first flag on command line\n')


def test_boolean_and_text_flags(goes: Goes) -> None:
    p = goes("build", "-buildvcs=maybe")
    assert p.stderr.startswith(
        'invalid boolean value "maybe" for -buildvcs: value is neither \'auto\' nor a valid bool\n'
    )
    p = goes("build", "-ldflags='oops", ".")
    assert p.stderr.startswith('invalid value "\'oops" for flag -ldflags: missing =<value> in <pattern>=<value>\n')


def test_goflags(goes: Goes) -> None:
    def failure(value: str) -> str:
        return goes("build", env={"GOFLAGS": value}).stderr.splitlines()[0]

    assert failure("-typo") == "go: parsing $GOFLAGS: unknown flag -typo"
    assert failure("---x") == 'go: parsing $GOFLAGS: non-flag "---x"'
    assert failure("-mod") == "go: flag needs an argument: -mod (from $GOFLAGS)"
    assert failure("-x=5") == 'go: invalid boolean value "5" for flag -x (from $GOFLAGS): parse error'
    assert failure("'-tags=a") == "go: parsing $GOFLAGS: unterminated ' string"
    # People look at GOFLAGS with `go env`.
    assert goes("env", "GOFLAGS", env={"GOFLAGS": "-typo"}).stdout == "-typo\n"


def test_flags_by_package(goes: Goes) -> None:
    goes.write("lib/lib.go", "package lib\n")
    goes.write("main.go", 'package main\n\nimport _ "example.com/m/lib"\n\nfunc main() {}\n')

    def flags(*args: str) -> dict[str, bool]:
        return {w[w.index("-p") + 1]: "-N" in w for w in steps(goes, "build", "-n", *args) if w[0] == "compile"}

    assert flags("-gcflags=-N") == {"example.com/m/lib": False, "main": True}
    assert all(flags("-gcflags=all=-N").values())
    assert flags("-gcflags=./lib=-N") == {"example.com/m/lib": True, "main": False}
    assert flags("-gcflags=all=-N", "-gcflags=example.com/m/...=-l")["main"] is False  # the last pattern counts


def test_last_language_version_wins(goes: Goes) -> None:
    (words,) = [w for w in steps(goes, "build", "-n", "-gcflags=-lang=go1.20") if w[0] == "compile"]
    assert words.index("-lang=go1.27") < words.index("-lang=go1.20")


def test_where_programs_go(goes: Goes) -> None:
    goes.write("cmd/tool/v2/main.go", "package main\n\nfunc main() {}\n")

    def target(*args: str, env: dict[str, str] | None = None) -> str:
        p = goes(*args, env=env)
        assert p.returncode == 0, p.stderr
        return next((line.split()[-1] for line in p.stderr.splitlines() if line.startswith("mv ")), "")

    assert target("build", "-n") == "m"
    assert target("build", "-n", "./cmd/tool/v2") == "tool"
    assert target("build", "-n", "-o", "x/y") == "x/y"
    assert target("build", "-n", "-o", "x/") == "x/m"
    assert target("build", "-n", env={"GOOS": "windows"}) == "m.exe"
    assert target("build", "-n", "-o", "/dev/null") == ""
    assert target("install", "-n", env=BIN) == "/nowhere/bin/m"
    assert target("install", "-n", env={"GOPATH": "/gopath"}) == "/gopath/bin/m"
    p = goes("install", env={"GOBIN": "bin"})
    assert (p.returncode, p.stderr) == (1, "cannot install, GOBIN must be an absolute path\n")


def test_what_is_no_executable_is_not_overwritten(goes: Goes, monkeypatch: pytest.MonkeyPatch) -> None:
    goes.plant(monkeypatch, "echo ok", ".")
    goes.write("m", "my notes\n")
    p = goes("build")
    what = 'build output "m" already exists and is not an object file'
    assert (p.returncode, p.stderr) == (1, f"example.com/m: go build example.com/m: {what}\n")
    assert (goes.module / "m").read_text() == "my notes\n"


def test_json_events(goes: Goes) -> None:
    goes.write("bad/bad.go", "package bad\n\nvar x int = y\n")
    p = goes("build", "-json", "./bad")
    events = [json.loads(line) for line in p.stdout.splitlines()]
    path = "example.com/m/bad"
    assert p.returncode == 1 and p.stderr == ""
    assert events == [
        {"ImportPath": path, "Action": "build-output", "Output": f"# {path}\n"},
        {"ImportPath": path, "Action": "build-output", "Output": "bad/bad.go:3:13: undefined: y\n"},
        {"ImportPath": path, "Action": "build-fail"},
    ]


def test_verbose_names_what_is_new(goes: Goes) -> None:
    goes.write("lib/lib.go", "package lib\n")
    assert goes("build", "-v", "./lib").stderr == "example.com/m/lib\n"
    assert goes("build", "-v", "./lib").stderr == ""
    goes.write("lib/lib.go", "package lib\n\nconst X = 1\n")
    assert goes("build", "-v", "./lib").stderr == "example.com/m/lib\n"


def test_overlay(goes: Goes) -> None:
    goes.write("lib/lib.go", "package lib\n\nvar x = wrong\n")
    goes.write("good.txt", "package lib\n")
    goes.write("overlay.json", json.dumps({"Replace": {"lib/lib.go": "good.txt"}}))
    assert goes("build", "./lib").returncode == 1
    assert goes("build", "-overlay=overlay.json", "./lib").stderr == ""


def test_toolexec_sees_the_tools(goes: Goes, tmp_path: Path) -> None:
    goes.write("lib/lib.go", "package lib\n")
    log = tmp_path / "log"
    script = tmp_path / "spy"
    script.write_text(f'#!/bin/sh\necho "${{1##*/}} $TOOLEXEC_IMPORTPATH" >>{log}\ncase "$2" in -V*) exec "$@";; esac\nexit 3\n')
    script.chmod(0o755)
    p = goes("build", f"-toolexec={script}", "./lib")
    assert p.returncode == 1
    assert log.read_text() == "compile \ncompile example.com/m/lib\n"


def test_debug_lines_are_checked(goes: Goes) -> None:
    header = "//go:debug panicnil=1\n/*\n//go:debug a=b\n*/\n\t//go:debug panicnil=1\n//go:debug nosuch=1\n"
    goes.write("main.go", header + "package main\n\nfunc main() {}\n")
    p = goes("build", "-n")
    assert (p.returncode, p.stderr.split("\n", 1)[1]) == (1, (
        "# example.com/m\n"
        "./main.go:5:2: repeated //go:debug for panicnil\n"
        "\t./main.go:1:1: previous //go:debug\n"
        './main.go:6:1: invalid //go:debug: unknown //go:debug setting "nosuch"\n'
    ))  # fmt: skip


def test_generate_takes_modfile(goes: Goes) -> None:
    goes.write("go.mod", "nonsense\n")
    goes.write("alt.mod", "module example.com/alt\n")
    goes.write("main.go", "package main\n\n//go:generate echo made\n\nfunc main() {}\n")
    assert goes("generate", "-modfile=alt.mod").stdout == "made\n"
    assert goes("list", "-m", "-modfile=alt.mod", "-f", "{{.GoMod}}").stdout == "alt.mod\n"


def test_targets_that_only_a_c_linker_can_link_for(goes: Goes) -> None:
    p = goes("build", env={"GOOS": "android", "GOARCH": "amd64"})
    assert (p.returncode, p.stderr) == (1, "android/amd64 requires external (cgo) linking, but cgo is not enabled\n")


def test_a_goroot_without_sources(goes: Goes) -> None:
    goes.write("main.go", 'package main\n\nimport _ "fmt"\n\nfunc main() {}\n')
    p = goes("build", env={"GOROOT": str(goes.place)})
    assert p.stderr.splitlines()[0] == f"main.go:3:8: package fmt is not in std ({goes.place}/src/fmt)"
    p = goes("build", env={"GOROOT": str(goes.place / "none")})
    assert (p.returncode, p.stderr) == (2, f"go: cannot find GOROOT directory: {goes.place}/none\n")


def test_gopath_mode_installs_archives(goes: Goes) -> None:
    source = goes.place / "src" / "lib"
    source.mkdir(parents=True)
    (source / "a.go").write_text("package lib\n")
    (source / "b.go").write_text("package lib\n")
    env = {"GO111MODULE": "off", "GOPATH": str(goes.place)}
    stale = ("list", "-f", "{{.Stale}} {{.Target}}", "lib")
    archive = goes.place / "pkg" / "linux_amd64" / "lib.a"
    assert goes(*stale, env=env).stdout == f"true {archive}\n"
    assert goes("install", "lib", env=env).returncode == 0
    assert archive.read_bytes().startswith(b"!<arch>\n")
    assert goes(*stale, env=env).stdout == f"false {archive}\n"
    (source / "b.go").unlink()
    assert goes(*stale, env=env).stdout == f"true {archive}\n"


LANGUAGES = [
    ("go1.17", "lib/lib.go:3:8: type parameter requires go1.18 or later (-lang was set to go1.17; check go.mod)"),
    ("go1.99", 'compile: invalid value "go1.99" for -lang: max known version is "go1.27"'),
    ("1.20", 'compile: invalid value "1.20" for -lang: should be something like "go1.12"'),
]


@pytest.mark.parametrize(("version", "message"), LANGUAGES)
def test_language_version_of_gcflags(goes: Goes, version: str, message: str) -> None:
    goes.write("lib/lib.go", "package lib\n\nfunc f[T int](x T) T { return x }\n")
    p = goes("build", f"-gcflags=-lang={version}", "./lib")
    assert (p.returncode, p.stderr.splitlines()) == (1, ["# example.com/m/lib", message])


def test_into_a_directory_go_programs_only(goes: Goes) -> None:
    goes.write("lib/lib.go", "package lib\n\nvar x = wrong\n")
    assert {w[w.index("-p") + 1] for w in steps(goes, "build", "-n", "-o", "bin/", "./...") if w[0] == "compile"} == {"main"}


def test_each_program_has_its_profile(goes: Goes) -> None:
    goes.write("lib/lib.go", "package lib\n")
    for name in ("a", "b"):
        goes.write(f"{name}/main.go", 'package main\n\nimport _ "example.com/m/lib"\n\nfunc main() {}\n')
    goes.write("a/default.pgo", "")
    compiled = [
        (words[-1], any(w.startswith("-pgoprofile=") for w in words))
        for words in steps(goes, "build", "-n", "./a", "./b")
        if words[0] == "compile"
    ]
    assert sorted(compiled) == [
        ("./a/main.go", True), ("./b/main.go", False), ("./lib/lib.go", False), ("./lib/lib.go", True),
    ]  # fmt: skip


def test_list_knows_the_flags_of_coverage(goes: Goes) -> None:
    goes.write("go.mod", "module m\n")
    goes.write("main.go", "package main\n\nfunc main() {}\n")
    installed = goes.place / "bin" / "m"
    installed.parent.mkdir()
    installed.write_text("something else\n")
    done = goes("list", "-cover", "-coverpkg=nowhere", "-f", "{{.Stale}} {{.Target}}", env={"GOBIN": str(installed.parent)})
    assert done.stdout == f"true {installed}\n"
    assert done.stderr == "warning: no packages being built depend on matches for pattern nowhere\n"
    assert os.listdir(goes.place / "tmp") == []


def test_mistakes_in_assembly(goes: Goes) -> None:
    goes.write("lib/lib.go", "package lib\n")
    goes.write("lib/x_amd64.s", "TEXT ·f(SB),0,$0\n\tMOVX AX, BX\n")
    p = goes("build", "./lib")
    assert (p.returncode, p.stderr.splitlines()) == (1, [
        "# example.com/m/lib",
        'lib/x_amd64.s:2: unrecognized instruction "MOVX"',
        "asm: assembly of lib/x_amd64.s failed",
    ])  # fmt: skip
    assert goes("build", "./lib", env={"GOARCH": "arm64"}).returncode == 0


def test_packages_of_std_have_a_place_only_on_demand(goes: Goes) -> None:
    words = ("list", "-f", "{{.ImportPath}} {{.Target}}", "fmt", "unsafe")
    assert goes(*words).stdout == "fmt \nunsafe \n"
    targets = goes(*words, env={"GODEBUG": "installgoroot=all"}).stdout.split("\n")
    assert targets[0].endswith("/pkg/linux_amd64/fmt.a") and targets[1] == "unsafe "


def test_files_on_the_command_line_are_of_no_module(goes: Goes) -> None:
    goes.write("lib/lib.go", "package lib\n")
    goes.write("main.go", 'package main\n\nimport _ "example.com/m/lib"\n\nfunc main() {}\n')
    shown = goes("build", "-n", "main.go").stderr
    assert "path\\tcommand-line-arguments\\ndep\\texample.com/m\\t(devel)\\t\\n" in shown


def test_list_tells_which_programs_cannot_be_stamped(goes: Goes) -> None:
    (goes.module / ".git").mkdir()
    fake = goes.place / "fake"
    fake.mkdir()
    (fake / "git").write_text("#!/bin/sh\nexit 1\n")
    (fake / "git").chmod(0o755)
    goes.write("lib/lib.go", "package lib\n")
    goes.write("main.go", "package main\n")
    words = ("list", "-e", "-f", "{{.ImportPath}}: {{.Error}}", "./...")
    assert goes(*words, env={"PATH": f"{fake}:/usr/bin:/bin"}).stdout.splitlines() == [
        "example.com/m: error obtaining VCS status: exit status 1",
        "\tUse -buildvcs=false to disable VCS stamping.",
        "example.com/m/lib: <nil>",
    ]


def test_coverage_may_select_what_only_it_needs(goes: Goes, monkeypatch: pytest.MonkeyPatch) -> None:
    goes.write("go.mod", "module m\n")
    goes.write("main.go", "package main\n\nfunc main() {}\n")
    monkeypatch.chdir(goes.module)
    for name, value in goes.env.items():
        monkeypatch.setenv(name, value)
    p = plan(build.FLAGS.parse(["-coverpkg=m,bufio"]), ["."], WorkDirectory(os.environ))
    assert p.options.cover is not None
    assert p.options.cover.packages == ["bufio", "m"]  # runtime/coverage, which a covered program imports, uses bufio
