"""What GOTOOLCHAIN and go.mod ask for: refused where the official command would become another toolchain."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from goes.cli import toolchain
from goes.cli.main import dispatch
from goes.diag.diagnostic import UserError

Ask = Callable[..., str]
CANNOT = "; goes is a toolchain of its own and cannot switch to {}: GOTOOLCHAIN=local uses it as it is"


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """What is said to a command in a module with these lines: "" if it may go on."""
    for name in ("GO111MODULE", "GOWORK", "GODEBUG", "GOTOOLCHAIN_INTERNAL_SWITCH_VERSION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.chdir(tmp_path)

    def call(setting: str, lines: str = "go 1.20", command: str = "list ./...") -> str:
        (tmp_path / "go.mod").write_text(f"module m\n\n{lines}\n")
        monkeypatch.setenv("GOTOOLCHAIN", setting)
        try:
            toolchain.select(command.split())
        except UserError as e:
            return e.message
        return ""

    return call


@pytest.mark.parametrize("setting", ["", "auto", "path", "local", "local+auto", "go1.27.3", "go1.27.3+path"])
def test_what_this_toolchain_satisfies_goes_on(ask: Ask, setting: str) -> None:
    assert ask(setting, "go 1.27\ntoolchain go1.27.3") == ""


@pytest.mark.parametrize(
    "setting, message",
    [
        ("bogus", 'go: invalid GOTOOLCHAIN "bogus"'),
        ("x+auto", 'go: invalid GOTOOLCHAIN "x+auto": invalid minimum toolchain "x"'),
        ("local+foo", 'go: invalid GOTOOLCHAIN "local+foo": only version suffixes are +auto and +path'),
        ("go1.99", "go: invalid toolchain: go1.99 is a language version but not a toolchain version (go1.99.x)"),
        ("go1.26.1+path", 'go: cannot find "go1.26.1" in PATH'),
        ("go1.26.1", "go: GOTOOLCHAIN=go1.26.1 asks for go1.26.1 (running go 1.27.3)" + CANNOT.format("go1.26.1")),
        ("go1.20.1+auto", "go: GOTOOLCHAIN=go1.20.1+auto asks for go1.20.1 (running go 1.27.3)" + CANNOT.format("go1.20.1")),
    ],
)
def test_settings_that_name_another(ask: Ask, setting: str, message: str) -> None:
    assert ask(setting) == message


@pytest.mark.parametrize(
    "lines, message",
    [
        ("go 1.99", "go: go.mod requires go >= 1.99 (running go 1.27.3)" + CANNOT.format("go1.99.0")),
        ("go 1.99.2 // soon", "go: go.mod requires go >= 1.99.2 (running go 1.27.3)" + CANNOT.format("go1.99.2")),
        ("go 1.20\ntoolchain go1.99.1", "go: go.mod names toolchain go1.99.1 (running go 1.27.3)" + CANNOT.format("go1.99.1")),
        # A toolchain line that is too old for the go line does not count.
        ("go 1.99\ntoolchain go1.98.1", "go: go.mod requires go >= 1.99 (running go 1.27.3)" + CANNOT.format("go1.99.0")),
        ("go 1.20\ntoolchain bad", 'go: invalid toolchain "bad" in go.mod'),
        ("go 1.99\ntoolchain default", ""),  # left to the command, which will say that it is too old
    ],
)
def test_files_that_want_a_newer_one(ask: Ask, lines: str, message: str) -> None:
    assert ask("auto", lines) == message
    assert ask("local", lines) == ""


def test_the_workspace_file_counts_before_go_mod(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "go.work").write_text("go 1.30\n")
    assert ask("auto", "go 1.99").startswith("go: go.work requires go >= 1.30 (running go 1.27.3)")


def test_without_modules_no_file_is_asked(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GO111MODULE", "off")
    assert ask("auto", "go 1.99") == ""


def test_the_way_out_of_a_wrong_setting(ask: Ask) -> None:
    assert ask("go1.26.1", command="env -w GOTOOLCHAIN=local") == ""
    assert ask("go1.26.1", command="env GOTOOLCHAIN") == ""
    assert ask("go1.26.1", command="env GOPATH") != ""
    assert ask("auto", "go 1.99", "mod edit -go=1.20") == ""
    assert ask("auto", "go 1.99", "version") == ""


def test_an_official_command_that_took_goes_for_another(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOTOOLCHAIN_INTERNAL_SWITCH_VERSION", "go1.26.1")
    assert ask("auto") == "go: toolchain go1.27.3 invoked to provide go1.26.1"
    # The one it wants: then it has decided already.
    monkeypatch.setenv("GOTOOLCHAIN_INTERNAL_SWITCH_VERSION", "go1.27.3")
    assert ask("go1.20.1+auto") == ""


def test_trace(ask: Ask, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("GODEBUG", "toolchaintrace=1")
    ask("go1.27.3+auto", "go 1.99")
    assert capsys.readouterr().err == (
        "go: default toolchain set to go1.27.3 from GOTOOLCHAIN=go1.27.3+auto\n"
        "go: upgrading toolchain to go1.99.0 (required by go line in go.mod; upgrade allowed by GOTOOLCHAIN=<name>+auto)\n"
    )
    ask("local+auto")
    assert capsys.readouterr().err.endswith("go: using local toolchain go1.27.3\n")


def test_commands_ask_before_they_begin(ask: Ask, capsys: pytest.CaptureFixture[str]) -> None:
    ask("go1.26.1")
    assert dispatch(["list"]) == 1
    assert capsys.readouterr().err.startswith("go: GOTOOLCHAIN=go1.26.1 asks for go1.26.1")


def test_default_toolchain_is_part_of_the_explanation(ask: Ask, capsys: pytest.CaptureFixture[str]) -> None:
    ask("auto", "go 1.99\ntoolchain default")
    assert dispatch(["list", "."]) == 1
    assert capsys.readouterr().err == "go: go.mod requires go >= 1.99 (running go 1.27.3; go.mod sets toolchain default)\n"
