"""Go's text/template: every case of templates.txt prints what the official go command prints."""

from __future__ import annotations

from pathlib import Path

import pytest

from goes.load.listing import MODULE, PACKAGE
from goes.util.gotemplate import ExecError, Function, Template, TemplateError
from goes.util.govalue import GoValue, Struct


def cases() -> list[tuple[str, str, str]]:
    """(template, output, error) of each case. A line "~ " is output that no newline ends."""
    found: list[tuple[str, str, str]] = []
    for block in (Path(__file__).parent / "templates.txt").read_text().split("\ntemplate ")[1:]:
        lines = block.rstrip("\n").split("\n")
        output = "".join(line[2:] + ("\n" if line[0] == "=" else "") for line in lines[1:] if line[0] in "=~")
        error = "".join(line[2:] for line in lines[1:] if line[0] == "!")
        found.append((lines[0], output, error))
    return found


def package() -> Struct:
    module = Struct(MODULE, {"Path": "example.com/tt", "Main": True, "GoVersion": "1.24"})
    return Struct(PACKAGE, {
        "Name": "tt", "Doc": 'Package tt is <small> & "odd".', "Module": module, "GoFiles": ["a.go", "b.go"],
        "Imports": ["fmt", "os"],
    })  # fmt: skip


def join(arguments: list[GoValue]) -> GoValue:
    assert isinstance(arguments[0], list)
    return str(arguments[1]).join(str(a) for a in arguments[0])


def run(text: str) -> tuple[str, str]:
    """What go list writes for one package: a newline follows output that does not end with one."""
    pieces: list[str] = []
    try:
        template = Template("main", text, {"join": Function(("[]string", "string"), join)})
        output = template.execute(package(), pieces)
    except TemplateError as error:
        return "", str(error)
    except ExecError as error:
        return "".join(pieces), str(error)
    return output + ("\n" if output and not output.endswith("\n") else ""), ""


@pytest.mark.parametrize(("text", "output", "error"), cases(), ids=lambda value: value[:40])
def test_as_go_list_prints_it(text: str, output: str, error: str) -> None:
    assert run(text) == (output, error)


def test_deep_nesting_is_an_error_not_a_crash() -> None:
    assert "max expression depth exceeded" in run("{{" + "(" * 20000 + "1" + ")" * 20000 + "}}")[1]
    assert "exceeded maximum template depth" in run('{{define "T"}}{{template "T"}}{{end}}{{template "T"}}')[1]
