"""The readers agree with the official tools, on an official binary and on ours."""

from __future__ import annotations

import io
import os
import subprocess
from pathlib import Path

import pytest
from official import GO, GOFMT
from toolkit import code, link, minimal, options

from goes.diag.diagnostic import UserError
from goes.link.buildinfo import frame_modinfo
from goes.obj.archive import Member, object_member, open_object, read_archive, write_archive
from goes.obj.symbol import R_PC32, Relocation, TextInfo
from goes.tools import addr2line, buildid, nm, objdump, pack, version


def official(*arguments: str, stdin: str = "") -> str:
    return subprocess.run([str(GO), *arguments], input=stdin, capture_output=True, text=True, timeout=120).stdout


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> str:
    f = code("main.f", b"\x90" * 20 + b"\xe8\0\0\0\0\xc3", Relocation(21, R_PC32, "main.g", -4))
    f.text = TextInfo()
    f.text.files = ["/src/a.go", "/src/b.go"]
    f.text.lines = [(0, 0, 7, -1), (3, 1, 9, -1), (5, 0, 8, -1)]
    o = options("main.f")
    o.modinfo = frame_modinfo("path\tx\nmod\tx\t(devel)\t\n")
    path = tmp_path_factory.mktemp("ours") / "a.out"
    path.write_bytes(link(o, minimal(f, code("main.g", b"\xc3"))))
    return str(path)


def run_nm(*arguments: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    return nm.main(list(arguments), out, err), out.getvalue(), err.getvalue()


@pytest.mark.parametrize("flags", [["-sort=none", "-size"], ["-n"], ["-sort", "name"]])
def test_nm_agrees(flags: list[str], ours: str) -> None:
    for path in (ours, str(GOFMT)):
        status, out, _ = run_nm(*flags, path)
        assert status == 0
        # Go's sort is not stable: compare as sets of lines where keys repeat.
        assert sorted(out.splitlines()) == sorted(official("tool", "nm", *flags, path).splitlines())


def test_nm_lists_what_an_object_refers_to(tmp_path: Path) -> None:
    f = code("main.f", b"\xe8\0\0\0\0", Relocation(1, R_PC32, "main.g", -4))
    path = tmp_path / "x.a"
    path.write_bytes(write_archive([object_member("linux amd64 go1.27.3", [f])]))
    assert run_nm(str(path))[1] == "       0 T main.f\n         U main.g\n"


def test_nm_mistakes(tmp_path: Path) -> None:
    assert run_nm("-sort=x", "f")[0] == 2
    assert run_nm("-y", "f")[2].startswith("flag provided but not defined: -y\n")
    assert run_nm(str(tmp_path / "none"))[2] == f"open {tmp_path}/none: no such file or directory\n"
    (tmp_path / "text").write_text("hello")
    assert run_nm(str(tmp_path / "text"))[2] == f"open {tmp_path}/text: unrecognized object file\n"


def test_addr2line_agrees(ours: str) -> None:
    for path in (ours, str(GOFMT)):
        addresses = "".join(f"{0x401000 + i * 997:#x}\n" for i in range(40)) + "401002\n0x10\na.go:7\n"
        out = io.StringIO()
        assert addr2line.main([path], io.StringIO(addresses), out, io.StringIO()) == 0
        assert out.getvalue() == official("tool", "addr2line", path, stdin=addresses)


def test_version_agrees(ours: str) -> None:
    for path in (ours, str(GOFMT)):
        out = io.StringIO()
        assert version.report(path, True, True, out, io.StringIO())
        assert out.getvalue() == official("version", "-m", path)


def test_version_of_other_files(tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    err = io.StringIO()
    assert not version.report(str(script), False, True, io.StringIO(), err)
    assert err.getvalue() == f"{script}: not a Go executable\n"


def test_build_id_is_read_and_renewed_alike(tmp_path: Path) -> None:
    for i, source in enumerate((str(GOFMT),)):
        for who in ("a", "b"):
            (tmp_path / f"{who}{i}").write_bytes(Path(source).read_bytes() + b"changed")
        mine, theirs = tmp_path / f"a{i}", tmp_path / f"b{i}"
        official("tool", "buildid", "-w", str(theirs))
        assert buildid.main(["-w", str(mine)], io.StringIO(), io.StringIO()) == 0
        assert mine.read_bytes() == theirs.read_bytes()
        out = io.StringIO()
        assert buildid.main([str(mine)], out, io.StringIO()) == 0
        assert out.getvalue() == official("tool", "buildid", str(theirs))


def test_objdump_shows_bytes_by_line(ours: str) -> None:
    out = io.StringIO()
    assert objdump.main(["-s", r"main\.f", ours], out, io.StringIO()) == 0
    lines = [line.split() for line in out.getvalue().splitlines()]
    assert lines[0] == ["TEXT", "main.f(SB)", "/src/a.go"]
    assert lines[1] == ["a.go:7", "0x401000", "909090"]
    assert lines[2] == ["b.go:9", "0x401003", "9090"]


def run_pack(*arguments: str) -> tuple[int, str]:
    out, err = io.StringIO(), io.StringIO()
    return pack.main(list(arguments), out, err), out.getvalue() + err.getvalue()


def test_pack_makes_lists_and_extracts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("one").write_bytes(b"1")
    Path("two").write_bytes(b"22")
    Path("go.a").write_bytes(
        write_archive([Member("__.PKGDEF", b"def"), object_member("linux amd64 x", [code("f", b"\xc3")])])
    )
    assert run_pack("c", "x.a", "one", "go.a") == (0, "")
    assert run_pack("rv", "x.a", "two") == (0, "two\n")
    assert run_pack("t", "x.a") == (0, "__.PKGDEF\none\ngo.a\ntwo\n")
    assert run_pack("t", "x.a", "two", "nine") == (1, 'two\npack: file "nine" not in archive\n')
    os.remove("two")
    assert run_pack("x", "x.a", "two") == (0, "")
    assert Path("two").read_bytes() == b"22"
    store = open_object(read_archive(Path("x.a").read_bytes(), "x.a")[2])
    assert store is not None and store.names() == ["f"]
    assert run_pack("q", "x.a")[0] == 2
    assert run_pack("t", "one") == (1, "pack: one: not an archive\n")


def test_pack_writes_the_official_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a-rather-long-file-name").write_bytes(b"123")
    Path("two").write_bytes(b"22")
    official("tool", "pack", "c", "theirs.a", "a-rather-long-file-name", "two")
    assert run_pack("c", "mine.a", "a-rather-long-file-name", "two")[0] == 0
    assert Path("mine.a").read_bytes() == Path("theirs.a").read_bytes()
    assert run_pack("tv", "mine.a")[1].splitlines()[1].startswith("-rw-r--r--      0/0                 2 Jan  1 ")


def test_damaged_archives(tmp_path: Path) -> None:
    good = write_archive([Member("a", b"12345")])
    with pytest.raises(UserError, match="truncated"):
        read_archive(good[:-4], "x")
    with pytest.raises(UserError, match="corrupt"):
        read_archive(good[:30], "x")
