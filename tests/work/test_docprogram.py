"""The sources that `goes doc` is built from."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from goes.diag.diagnostic import UserError
from goes.load.context import find_goroot
from goes.work.docprogram import SERVER_DIRECTORY, write_overlay

GOROOT = find_goroot(os.environ)


def replaced(tmp_path: Path) -> dict[str, str]:
    """The texts of the overlay by file below cmd/go; "" for a file that is left out."""
    with open(write_overlay(GOROOT, str(tmp_path)), encoding="utf-8") as f:
        replace: dict[str, str] = json.load(f)["Replace"]
    top = os.path.join(GOROOT, "src", "cmd", "go")
    return {os.path.relpath(path, top): Path(file).read_text() if file else "" for path, file in replace.items()}


def test_only_the_doc_command_is_left(tmp_path: Path) -> None:
    texts = replaced(tmp_path)
    assert "doc.CmdDoc.Run(" in texts.pop("main.go")
    assert {name for name, text in texts.items() if text} == {"internal/doc/dirs.go", "internal/doc/pkgsite.go"}


def test_it_calls_goes_for_what_upstream_does_with_the_tools_of_goroot(tmp_path: Path) -> None:
    texts = replaced(tmp_path)
    assert 'return filepath.Join("go")' in texts["internal/doc/dirs.go"]
    server = texts["internal/doc/pkgsite.go"]
    assert '"install", "golang.org/x/pkgsite/cmd/internal/doc@"+version' in server
    assert f'"GOBIN="+os.Getenv("{SERVER_DIRECTORY}")' in server
    assert "cmd/go/internal/work" not in server and "work." not in server


def test_sources_of_another_version_are_refused(tmp_path: Path) -> None:
    doc = tmp_path / "src" / "cmd" / "go" / "internal" / "doc"
    doc.mkdir(parents=True)
    (doc / "dirs.go").write_text("package doc\n")
    with pytest.raises(UserError, match=r"dirs\.go is not the file that goes knows"):
        write_overlay(str(tmp_path), str(tmp_path))
