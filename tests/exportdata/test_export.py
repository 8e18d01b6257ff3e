"""gc's importer reads the export data that goes writes as it reads gc's own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from official import GO

import goes
from goes.diag.diagnostic import UserError
from goes.load.context import make_context
from goes.load.graph import Graph, Loader
from goes.obj.archive import read_archive
from goes.work.cache import Cache
from goes.work.exports import Exports

DATA = Path(__file__).parent / "testdata"
STD = ("cmp", "iter", "maps", "slices", "sync/atomic", "unique", "errors", "io/fs", "encoding/json", "unicode/utf8", "go/types")



def oracle(*args: str, cwd: Path) -> str:
    env = {**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "", "GOWORK": "off", "GOPROXY": "off"}
    return subprocess.run([str(GO), *args], cwd=cwd, env=env, check=True, text=True, capture_output=True).stdout


@pytest.fixture(scope="session")
def describe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program that prints what gc's importer finds."""
    place = tmp_path_factory.mktemp("describe")
    oracle("build", "-o", str(place / "describe"), str(DATA / "describe.go"), cwd=place)
    return place / "describe"


@pytest.fixture(scope="session")
def module(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("module")
    (place / "go.mod").write_text("module example.com/m\n\ngo 1.27\n")
    (place / "lib").mkdir()
    (place / "lib" / "lib.go").write_bytes((DATA / "lib.go").read_bytes())
    (place / "user").mkdir()
    (place / "user" / "user.go").write_text(
        'package user\n\nimport "example.com/m/lib"\n\n'
        "type Tree = lib.Node[int, []lib.Kind]\n\ntype Wrapper struct{ lib.List[[]string, string] }\n\n"
        "var All = (*Tree)(nil).All()\n\nfunc Use(lib.Func, ...lib.Set[rune]) {}\n"
    )
    return place


def load(module: Path, *patterns: str) -> tuple[Exports, Graph]:
    context = make_context({**os.environ, "CGO_ENABLED": "0"})
    graph = Loader(context, str(module), overlay=False).load(list(patterns))
    assert graph.messages() == []
    sys.setrecursionlimit(100_000)
    return Exports(context, Cache(str(module / "cache")), str(module)), graph


def read(describe: Path, files: dict[str, str], paths: list[str], where: Path) -> list[str]:
    where.write_text("".join(f"{path}={file}\n" for path, file in files.items()))
    return subprocess.run([str(describe), str(where), *paths], check=True, text=True, capture_output=True).stdout.splitlines()


def test_importers_find_what_they_find_in_gcs_own_data(describe: Path, module: Path, tmp_path: Path) -> None:
    paths = ["example.com/m/lib", "example.com/m/user", *STD]
    exports, graph = load(module, *paths)
    ours = {p.import_path: exports.file(p) for p in graph.roots}
    listed = oracle("list", "-export", "-f", "{{.ImportPath}}={{.Export}}", *paths, cwd=module)
    theirs = dict(line.split("=") for line in listed.splitlines())
    assert read(describe, ours, paths, tmp_path / "ours") == read(describe, theirs, paths, tmp_path / "theirs")


def test_what_is_exported_of_the_library_is_all_there(describe: Path, module: Path, tmp_path: Path) -> None:
    exports, graph = load(module, "./lib")
    lines = read(describe, {"example.com/m/lib": exports.file(graph.roots[0])}, ["example.com/m/lib"], tmp_path / "map")
    text = "\n".join(lines)
    assert "const example.com/m/lib.Big untyped int" in text
    assert "\tmethod func (example.com/m/lib.List[T, E]).Map[R any, S ~[]R](f func(E) R) S, receiver l" in text
    assert "unused" not in text


def test_equal_sources_make_equal_files(module: Path) -> None:
    first, graph = load(module, "./user")
    second, again = load(module, "./user")
    second.cache = Cache(str(module / "another"))
    with open(first.file(graph.roots[0]), "rb") as a, open(second.file(again.roots[0]), "rb") as b:
        assert a.read() == b.read()


def test_the_archive_opens_as_gcs_do(module: Path) -> None:
    exports, graph = load(module, "./lib")
    path = exports.file(graph.roots[0])
    data = Path(path).read_bytes()
    (member,) = read_archive(data, path)
    lines = member.data.split(b"\n")
    assert member.name == "__.PKGDEF"
    assert lines[0].startswith(b"go object linux amd64 go1.27") and b" X:" in lines[0]
    assert lines[1].decode() == f'build id "{exports.build_id(graph.roots[0])}"'
    assert b"\n\n$$B\nu" in member.data and member.data.endswith(b"\n$$\n")


def test_a_changed_body_makes_another_file_only_where_it_must(module: Path) -> None:
    exports, graph = load(module, "./user", "./lib")
    before = {p.import_path: exports.id(p) for p in graph.roots}
    source = module / "lib" / "lib.go"
    text = source.read_text()
    source.write_text(text + "\nfunc later() {}\n")
    try:
        exports, graph = load(module, "./user", "./lib", "errors")
        after = {p.import_path: exports.id(p) for p in graph.roots}
    finally:
        source.write_text(text)
    assert after["example.com/m/lib"] != before["example.com/m/lib"]
    assert after["example.com/m/user"] != before["example.com/m/user"]
    assert load(module, "errors")[0].id(load(module, "errors")[1].roots[0]) == after["errors"]


def test_a_package_with_errors_has_a_report_instead(tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module example.com/bad\n")
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "a.go").write_text("package a\n\nfunc F() int { return x }\n")
    (tmp_path / "b.go").write_text('package b\n\nimport "example.com/bad/a"\n\nvar V = a.F()\n')
    exports, graph = load(tmp_path, ".")
    with pytest.raises(UserError) as e:
        exports.file(graph.roots[0])
    assert e.value.message == "# example.com/bad/a\na/a.go:3:23: undefined: x"


def test_a_compiled_archive_holds_it_too(describe: Path, module: Path, tmp_path: Path) -> None:
    source = tmp_path / "p.go"
    source.write_text("package p\n\nimport \"errors\"\n\nvar Err = errors.New(\"e\")\n\nfunc F[T any](t T) []T { return nil }\n")
    archive = tmp_path / "p.a"
    env = {**os.environ, "PYTHONPATH": str(Path(goes.__file__ or "").parents[1]), "GOCACHE": str(tmp_path / "cache")}
    words = [sys.executable, "-m", "goes", "tool", "compile", "-p", "example.com/p", "-o", str(archive), str(source)]
    subprocess.run(words, check=True, env=env)
    lines = read(describe, {"example.com/p": str(archive)}, ["example.com/p"], tmp_path / "map")
    assert [line.split(" @")[0] for line in lines] == [
        "package example.com/p p", "var example.com/p.Err error", "func example.com/p.F[T any](t T) []T",
        "\tof T any implicit=false",
    ]  # fmt: skip
