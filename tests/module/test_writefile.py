"""Rewriting go.mod: whole or not at all, and never over a change of someone else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from goes.module.writefile import ChangedError, write_file
from goes.util.lockedfile import read_locked


def test_the_mode_and_a_link_stay(tmp_path: Path) -> None:
    path = tmp_path / "go.mod"
    path.write_bytes(b"old")
    path.chmod(0o640)
    link = tmp_path / "link"
    link.symlink_to(path)
    assert write_file(str(link), b"new", b"old")
    assert path.read_bytes() == b"new" and link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640
    assert sorted(os.listdir(tmp_path)) == ["go.mod", "link"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_the_owner_stays(tmp_path: Path) -> None:
    path = tmp_path / "go.mod"
    path.write_bytes(b"old")
    os.chown(path, 1234, 1235)
    assert write_file(str(path), b"new", b"old")
    assert (path.stat().st_uid, path.stat().st_gid) == (1234, 1235)


def test_what_someone_else_changed_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "go.mod"
    path.write_bytes(b"theirs")
    with pytest.raises(ChangedError):
        write_file(str(path), b"mine", b"old")
    assert read_locked(str(path)) == b"theirs" and os.listdir(tmp_path) == ["go.mod"]
    assert write_file(str(path), b"mine", None)
    assert not write_file(str(path), b"mine", b"old"), "it says so already"


def test_a_new_file(tmp_path: Path) -> None:
    assert write_file(str(tmp_path / "go.mod"), b"new", b"", str(tmp_path / "cache"))
    assert read_locked(str(tmp_path / "go.mod")) == b"new"
    assert (tmp_path / "cache" / "cache" / "lock").exists()


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "go.mod"
    path.write_bytes(b"old")

    def full(source: str, target: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "rename", full)
    with pytest.raises(OSError):
        write_file(str(path), b"new", b"old")
    with pytest.raises(OSError):
        write_file(str(tmp_path / "new.mod"), b"new", b"")
    assert path.read_bytes() == b"old" and os.listdir(tmp_path) == ["go.mod"]


def test_what_a_killed_command_left_is_used_up(tmp_path: Path) -> None:
    path = tmp_path / "go.mod"
    path.write_bytes(b"old")
    (tmp_path / ".go.mod.goes").write_bytes(b"half a fi")
    assert write_file(str(path), b"new", b"old")
    assert path.read_bytes() == b"new" and os.listdir(tmp_path) == ["go.mod"]
