"""clean, fmt, generate, telemetry, tool and help."""

from __future__ import annotations

import json
import os
import subprocess

import pytest
from official import GO

from goes.cli.main import VERBS
from goes.cli.topics import TOPICS

from .conftest import Goes


def test_clean_removes_what_builds_left(goes: Goes) -> None:
    for name in ("m", "main", "m.test", "x.o", "keep.txt", "main_test.go", "main.test"):
        goes.write(name, "package main\n" if name.endswith(".go") else "")
    p = goes("clean", "-n")
    assert p.stdout.split("\n")[0].startswith("rm -f ") and (goes.module / "m").exists()
    assert goes("clean").stdout == ""
    assert sorted(os.listdir(goes.module)) == ["go.mod", "keep.txt", "main.go", "main_test.go"]


def test_clean_caches(goes: Goes) -> None:
    goes.write("lib/lib.go", "package lib\n")
    goes("build", "./lib")
    cache = goes.place / "cache"
    assert (cache / "00").is_dir()
    goes("clean", "-cache", "-n")
    assert (cache / "00").is_dir()
    goes("clean", "-cache")
    assert cache.is_dir() and not (cache / "00").exists()
    goes("clean", "-testcache")
    assert int((cache / "testexpire.txt").read_text()) > 0
    modules = goes.place / "mod" / "a@v1"
    modules.mkdir(parents=True)
    (modules / "f").write_text("")
    modules.chmod(0o555)
    assert goes("clean", "-modcache", env={"GOMODCACHE": str(goes.place / "mod")}).returncode == 0
    assert not (goes.place / "mod").exists()
    p = goes("clean", "-cache", ".")
    assert (p.returncode, p.stderr) == (1, "go: clean -cache cannot be used with package arguments\n")


def test_fmt_names_all_files(goes: Goes) -> None:
    goes.write("main_test.go", "package main\n")
    goes.write("other_windows.go", "package main\n")
    assert goes("fmt", "-n").stdout == "gofmt -l -w main.go main_test.go other_windows.go\n"


GENERATE = """package main

//go:generate echo one $GOFILE:$GOLINE $GOPACKAGE ${DOLLAR}x
//go:generate -command say echo "two words"
//go:generate say "a\\tb" three
"""


def test_generate(goes: Goes) -> None:
    goes.write("gen.go", GENERATE)
    assert goes("generate").stdout == "one gen.go:3 main $x\ntwo words a\tb three\n"
    assert goes("generate", "-run", "one").stdout == "one gen.go:3 main $x\n"
    assert goes("generate", "-skip", "one").stdout == "two words a\tb three\n"
    p = goes("generate", "-n", "-v")
    assert p.stdout == "" and p.stderr == "gen.go\necho one gen.go:3 main $x\necho two words a\tb three\nmain.go\n"


WRONG = [
    ("//go:generate", ""),
    ("//go:generate ", "no arguments to directive"),
    ('//go:generate "a', "mismatched quoted string"),
    ('//go:generate "a"b', "expect space after quoted argument"),
    ("//go:generate -command", "no command specified for -command"),
    ("//go:generate false", 'running "false": exit status 1'),
    ("//go:generate no-such-command", 'running "no-such-command": exec: "no-such-command": executable file not found in $PATH'),
]


@pytest.mark.parametrize(("line", "problem"), WRONG, ids=[w[1] or "no directive" for w in WRONG])
def test_wrong_directives(goes: Goes, line: str, problem: str) -> None:
    goes.write("gen.go", f"package main\n\n{line}\n")
    p = goes("generate", "gen.go")
    assert (p.returncode, p.stderr) == ((1, f"gen.go:3: {problem}\n") if problem else (0, ""))


def test_generators_find_goes_as_go(goes: Goes) -> None:
    goes.write("gen.go", "package main\n\n//go:generate go version\n")
    assert goes("generate", "gen.go").stdout.startswith("go version go1.27")


def test_telemetry_is_off(goes: Goes) -> None:
    assert goes("telemetry").stdout == "off\n"
    assert goes("telemetry", "off").returncode == 0
    p = goes("telemetry", "on")
    assert p.returncode == 1 and p.stderr.endswith("goes collects no telemetry\n")


def test_platforms(goes: Goes) -> None:
    pairs = goes("tool", "dist", "list").stdout.split()
    assert "linux/amd64" in pairs and "linux/sparc64" not in pairs and pairs == sorted(pairs)
    rows = json.loads(goes("tool", "dist", "list", "-json", "-broken").stdout)
    assert {"GOOS": "linux", "GOARCH": "sparc64", "CgoSupported": True, "FirstClass": False, "Broken": True} in rows


def test_tools_of_the_module(goes: Goes) -> None:
    tools = "".join(f"\texample.com/m/{name}\n" for name in ("a/pick", "b/pick", "only"))
    goes.write("go.mod", f"module example.com/m\n\ngo 1.27\n\ntool (\n{tools})\n")
    for name in ("a/pick", "b/pick", "only"):
        goes.write(f"{name}/main.go", "package main\n\nfunc main() {}\n")
    listed = goes("tool").stdout.splitlines()
    assert listed[-3:] == ["example.com/m/a/pick", "example.com/m/b/pick", "only (example.com/m/only)"]
    p = goes("tool", "pick")
    assert p.returncode == 1
    assert p.stderr == 'go: tool "pick" is ambiguous; choose one of:\n\texample.com/m/a/pick\n\texample.com/m/b/pick\n\t\n'


@pytest.mark.parametrize("name", sorted({*VERBS, *TOPICS} - {"help"}))
def test_help_knows_every_command_and_topic(goes: Goes, name: str) -> None:
    p = goes("help", name)
    assert p.returncode == 0 and p.stderr == ""
    assert len(p.stdout.splitlines()) > 3


def test_help_flag(goes: Goes) -> None:
    for flag in ("-h", "--help"):
        p = goes("build", flag)
        assert (p.returncode, p.stdout) == (2, "")
        assert p.stderr == "usage: go build [-o output] [build flags] [packages]\nRun 'go help build' for details.\n"


def test_bug_prints_a_report_to_fill_in(goes: Goes) -> None:
    p = goes("bug", env={"BROWSER": ""})
    assert p.returncode == 0
    assert "\ngo version go1.27.3 linux/amd64\n" in p.stdout
    assert "\nGOROOT='" in p.stdout
    p = goes("bug", "x")
    assert (p.returncode, p.stderr) == (1, "go: bug takes no arguments\n")


def test_help_lists_commands_and_topics_as_the_official_command(goes: Goes) -> None:
    official = subprocess.run([str(GO), "help"], capture_output=True, text=True, check=True).stdout
    assert goes("help").stdout == official
