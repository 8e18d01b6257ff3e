"""Files as -overlay shows them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from filetree import write_tree

from goes.diag.diagnostic import UserError
from goes.load.context import BuildContext
from goes.load.headerstore import HeaderStore
from goes.load.scan import scan_directory
from goes.load.view import PLAIN, FileView, read_overlay


def overlay(directory: Path, replace: dict[str, str]) -> FileView:
    (directory / "overlay.json").write_text(json.dumps({"Replace": replace}))
    return read_overlay("overlay.json", str(directory))


def names(view: FileView, directory: Path) -> list[str]:
    return [e.name + ("/" if e.is_dir() else "") for e in view.entries(str(directory))]


def test_files_are_replaced_added_and_gone(tmp_path: Path) -> None:
    write_tree(tmp_path, "-- m/a.go --\nold\n-- m/b.go --\nb\n-- m/sub/c.go --\nc\n-- new --\nnew")
    view = overlay(tmp_path, {"m/a.go": "new", "m/b.go": "", "m/made/up/d.go": "new", "m/sub": "new"})
    assert view.read(str(tmp_path / "m/a.go")) == b"new\n"
    assert names(view, tmp_path / "m") == ["a.go", "made/", "sub"]
    assert names(view, tmp_path / "m/made") == ["up/"]
    assert view.is_dir(str(tmp_path / "m/made/up")) and not view.is_dir(str(tmp_path / "m/sub"))
    assert not view.exists(str(tmp_path / "m/b.go")) and not view.exists(str(tmp_path / "m/sub/c.go"))
    for gone in ("m/b.go", "m/sub/c.go"):
        with pytest.raises(FileNotFoundError):
            view.read(str(tmp_path / gone))


def test_a_package_that_is_only_in_the_overlay(tmp_path: Path, context: BuildContext) -> None:
    write_tree(tmp_path, "-- new --\npackage p\nimport \"fmt\"")
    context.view = overlay(tmp_path, {"p/p.go": "new"})
    try:
        scan = scan_directory(context, str(tmp_path / "p"), None, False)
    finally:
        context.view = PLAIN
    assert (scan.name, scan.go_files, list(scan.imports)) == ("p", ["p.go"], ["fmt"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "parsing overlay JSON: unexpected end of JSON input"),
        ("{", "parsing overlay JSON: unexpected end of JSON input"),
        ("[]", "parsing overlay JSON: json: cannot unmarshal"),
        ('{"Replace": {"": "x"}}', "empty string key in overlay map"),
        ('{"Replace": {"a.go": "x", "./a.go": "y"}}', "duplicate paths ./a.go and a.go in overlay map"),
        ('{"Replace": {"a": "x", "a/b": "y"}}', "inconsistent files"),
    ],
)
def test_malformed_overlays(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "o.json").write_text(text)
    with pytest.raises(UserError, match="^go: " + message):
        read_overlay("o.json", str(tmp_path))


def test_heads_are_kept_until_a_file_changes(tmp_path: Path) -> None:
    import os

    file = tmp_path / "a.go"

    def write(text: str, time: int) -> None:
        file.write_text(text)
        os.utime(file, (time, time))

    def name() -> str:
        store = HeaderStore(str(tmp_path / "cache"), PLAIN)
        header = store.header(str(file), PLAIN.entries(str(tmp_path))[0])
        store.save()
        return header.name

    write("// Package a is.\npackage a\n", 1000)
    assert name() == "a"
    write("// Package b is.\npackage b\n", 1000)
    assert name() == "a"  # the same size and time: nobody looks
    write("// Package c is.\npackage c\n", 2000)
    assert name() == "c"
    for kept in (tmp_path / "cache").iterdir():
        kept.write_bytes(b"damaged")
    assert name() == "c"
