"""goes env and goes version."""

from __future__ import annotations

import json

from goes.load.context import make_context

from .conftest import Goes


def test_names_and_order(goes: Goes) -> None:
    p = goes("env")
    names = [line.split("=", 1)[0] for line in p.stdout.splitlines()]
    assert names == sorted(names) and "GOROOT" in names and "GOTMPDIR" in names
    assert list(json.loads(goes("env", "-json").stdout)) == names


def test_values(goes: Goes) -> None:
    p = goes("env", "GOOS", "NOSUCH", "GOMOD", "GOVERSION")
    assert p.stdout.splitlines() == ["linux", "", f"{goes.module}/go.mod", "go1.27.3"]


def test_changed(goes: Goes) -> None:
    p = goes("env", "-changed", "GOOS", "GOARCH", env={"GOOS": "windows"})
    assert p.stdout == "GOOS='windows'\n"


def test_write_and_unset(goes: Goes) -> None:
    assert goes("env", "-w", "GOPROXY=direct", "GOFLAGS=-x").returncode == 0
    text = (goes.place / "home" / ".config" / "go" / "env").read_text()
    assert text == "GOFLAGS=-x\nGOPROXY=direct\n"
    assert goes("env", "GOPROXY", env={"GOPROXY": ""}).stdout == "direct\n"
    assert goes("env", "GOPROXY").stdout == "off\n"
    assert goes("env", "-u", "GOPROXY").returncode == 0
    assert goes("env", "GOPROXY", env={"GOPROXY": ""}).stdout == "https://proxy.golang.org,direct\n"


def test_version(goes: Goes) -> None:
    assert goes("version").stdout == "go version go1.27.3 linux/amd64\n"
    assert goes("version", env={"GOOS": "plan9", "GOARCH": "arm"}).stdout == "go version go1.27.3 linux/amd64\n"


def test_a_go_mod_in_the_temporary_directory_does_not_count(goes: Goes) -> None:
    directory = goes.place / "tmp" / "x"
    directory.mkdir()
    (goes.place / "tmp" / "go.mod").write_text("module tmp\n")
    for setting, shown in (("on", "/dev/null\n"), ("auto", "\n")):
        p = goes("env", "GOMOD", env={"GO111MODULE": setting}, cwd=directory)
        assert p.stdout == shown
        assert p.stderr == f"go: warning: ignoring go.mod in system temp root {goes.place}/tmp\n"


def test_a_go_mod_in_gopath_is_mentioned(goes: Goes) -> None:
    p = goes("env", "GOMOD", env={"GOPATH": str(goes.module)})
    assert (p.stdout, p.stderr) == (f"{goes.module}/go.mod\n", f"go: warning: ignoring go.mod in $GOPATH {goes.module}\n")


def test_all_variables_take_a_place_to_work_in(goes: Goes) -> None:
    env = {"GOTMPDIR": "/proc/nosuch"}
    p = goes("env", env=env)
    assert (p.returncode, p.stderr) == (1, "go: creating work dir: stat /proc/nosuch: no such file or directory\n")
    assert goes("env", "GOOS", env=env).stdout == "linux\n"
    assert goes("list", ".", env=env).stdout == "example.com/m\n"
    assert goes("list", "-export", ".", env=env).returncode == 1


def test_experiments_are_part_of_a_programs_version() -> None:
    context = make_context({"GOOS": "linux", "GOARCH": "amd64", "GOEXPERIMENT": "fieldtrack,nojsonv2"})
    assert context.version_text == "go1.27.3-X:fieldtrack,nojsonv2"
    assert make_context({"GOOS": "linux", "GOARCH": "amd64"}).version_text == "go1.27.3"


def test_experiments_are_no_part_of_the_toolchains_version(goes: Goes) -> None:
    assert goes("env", "GOVERSION", env={"GOEXPERIMENT": "fieldtrack"}).stdout == "go1.27.3\n"
