"""The command line of `go test`: what is for the go command, what for the test binary."""

from __future__ import annotations

import pytest

from goes.cli.gotest import FLAGS
from goes.cli.testflags import TestCommand, split
from goes.diag.diagnostic import UserError
from goes.test.durations import SECOND, format_duration, parse_duration


@pytest.fixture(autouse=True)
def no_goflags(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GOFLAGS", raising=False)


def parse(line: str) -> TestCommand:
    return split(FLAGS, line.split())


def refused(line: str) -> str:
    with pytest.raises(UserError) as e:
        parse(line)
    assert e.value.status == 2
    return e.value.message.split("\n")[0]


DEFAULT = "-test.timeout=10m0s"


@pytest.mark.parametrize(
    ("line", "packages", "arguments"),
    [
        ("", [], [DEFAULT]),
        ("-v ./a ./b", ["./a", "./b"], [DEFAULT, "-test.v=true"]),
        ("./a -run X", ["./a"], [DEFAULT, "-test.run=X"]),
        ("-test.run X ./a", ["./a"], [DEFAULT, "-test.run=X"]),
        ("--short=1 -count=02", [], [DEFAULT, "-test.short=true", "-test.count=2"]),
        ("-timeout 90s .", ["."], ["-test.timeout=1m30s"]),
        ("-timeout=0 .", ["."], ["-test.timeout=0s"]),
        # An unknown flag ends the packages; the word behind it may be its value.
        ("./a -mine x -v y", ["./a"], [DEFAULT, "-mine", "x", "-test.v=true", "y"]),
        ("-mine x ./a", [], [DEFAULT, "-mine", "x", "./a"]),
        ("-mine=1 ./a -v", [], [DEFAULT, "-mine=1", "./a", "-v"]),
        ("./a -args -v b", ["./a"], [DEFAULT, "-v", "b"]),
        ("./a -- -v", ["./a"], [DEFAULT, "--", "-v"]),
        ("-json .", ["."], ["-test.v=test2json", DEFAULT]),
        # Flags of the build are not the binary's.
        ("-tags t -p 2 -o x -c .", ["."], [DEFAULT]),
        ("-shuffle=007 .", ["."], [DEFAULT, "-test.shuffle=7"]),
    ],
)
def test_split(line: str, packages: list[str], arguments: list[str]) -> None:
    command = parse(line)
    assert command.packages == packages
    assert command.arguments == arguments


def test_goflags_come_first_and_give_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOFLAGS", "-run=A -short -count=3")
    assert parse("-run=B").arguments == ["-test.count=3", "-test.short=true", DEFAULT, "-test.run=B"]


def test_output_directory_is_where_go_was_started(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(str(tmp_path))
    assert f"-test.outputdir={tmp_path}" in parse("-cpuprofile=x.prof").arguments
    assert "-test.outputdir=/else" in parse("-cpuprofile=x.prof -outputdir=/else").arguments


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("-run", "flag needs an argument: -run"),
        ("-v=maybe", 'invalid boolean value "maybe" for -v: invalid flag -test.v=maybe'),
        ("-short=maybe", 'invalid boolean value "maybe" for -short: parse error'),
        ("-count=x", 'invalid value "x" for flag -count: parse error'),
        ("-timeout=1", 'invalid value "1" for flag -timeout: parse error'),
        ("-vet=a=b", 'invalid value "a=b" for flag -vet: -vet argument cannot contain equal signs'),
        ("-vet=all,off,tests,printf", 'invalid value "all,off,tests,printf" for flag -vet: '
         '-vet does not accept "off" in a list with other analyzers'),
        ("-vet=nosuch", 'invalid value "nosuch" for flag -vet: '
         "-vet argument must be a supported analyzer or a distinguished value; found nosuch"),
        ("-c -mine", "go: unknown flag -mine cannot be used with -c"),
        ("-h", "usage: go test [build/test flags] [packages] [build/test flags & test binary flags]"),
    ],
)  # fmt: skip
def test_refused(line: str, message: str) -> None:
    assert refused(line) == message


def test_vet() -> None:
    assert "printf" in parse(".").analyzers
    assert parse("-vet=off .").vet_off
    every = parse("-vet=all .")
    assert (every.vet_off, every.vet_explicit, every.analyzers) == (False, True, [])
    assert parse("-vet=printf,tests .").analyzers == ["printf", "tests"]


def test_coverage_is_on_with_any_of_its_flags() -> None:
    assert not parse(".").covers
    assert parse("-coverprofile=c.out .").covers
    assert parse("-covermode=count .").cover_mode == "count"
    assert parse("-cover .").cover_mode == "set"


@pytest.mark.parametrize(
    ("text", "value", "back"),
    [
        ("10m", 600 * SECOND, "10m0s"),
        ("1h2m3.5s", 3723 * SECOND + SECOND // 2, "1h2m3.5s"),
        ("1.5ms", 1_500_000, "1.5ms"),
        ("7us", 7000, "7µs"),
        ("-3ns", -3, "-3ns"),
        ("0", 0, "0s"),
    ],
)
def test_durations(text: str, value: int, back: str) -> None:
    assert parse_duration(text) == value
    assert format_duration(value) == back


@pytest.mark.parametrize("text", ["", "1", "s", "1x", ".s", "1m2", "9999999999h"])
def test_no_durations(text: str) -> None:
    assert parse_duration(text) is None
