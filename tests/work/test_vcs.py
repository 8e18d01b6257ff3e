"""Stamps from repositories: what git says, and which version a commit is."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from goes.diag.diagnostic import UserError
from goes.load.package import Module, Package
from goes.work.vcs import Stamp, find_repository, stamp

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")


class Repository:
    """A git repository with a module at its root."""

    def __init__(self, place: Path, module: str = "example.com/m") -> None:
        self.place = place
        self.module = module
        (place / "go.mod").write_text(f"module {module}\n")
        self.git("init", "-q")

    def git(self, *args: str) -> None:
        env = {
            **os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b",
            "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b", "GIT_AUTHOR_DATE": "2022-07-19T15:07:00Z",
            "GIT_COMMITTER_DATE": "2022-07-19T15:07:00Z",
        }  # fmt: skip
        subprocess.run(["git", *args], cwd=self.place, env=env, check=True, capture_output=True)

    def commit(self, text: str) -> None:
        (self.place / "f.txt").write_text(text)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", text)

    def stamp(self, wanted: str = "auto", cwd: Path | None = None) -> Stamp:
        package = Package(self.module)
        package.dir = str(self.place)
        package.module = Module(self.module, "", str(self.place), "1.27", True)
        return stamp(package, str(cwd or self.place), wanted)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    (tmp_path / "r").mkdir()
    return Repository(tmp_path / "r")


def test_before_the_first_commit(repository: Repository) -> None:
    assert repository.stamp().settings == [("vcs", "git"), ("vcs.modified", "true")]
    assert repository.stamp("false").settings == []


def test_a_commit(repository: Repository) -> None:
    repository.commit("one")
    settings = dict(repository.stamp().settings)
    assert settings["vcs.time"] == "2022-07-19T15:07:00Z" and settings["vcs.modified"] == "false"
    assert len(settings["vcs.revision"]) == 40


def test_versions(repository: Repository) -> None:
    def version() -> str:
        return repository.stamp().version

    repository.commit("one")
    assert version().startswith("v0.0.0-20220719150700-") and len(version()) == len("v0.0.0-20220719150700-") + 12
    repository.git("tag", "1.0.0")  # not a semantic version
    assert version().startswith("v0.0.0-")
    repository.git("tag", "v1.0.1")
    assert version() == "v1.0.1"
    (repository.place / "new").write_text("")
    assert version() == "v1.0.1+dirty"
    repository.commit("two")
    assert version().startswith("v1.0.2-0.20220719150700-")
    repository.git("tag", "v1.1.0-rc.1")
    repository.commit("three")
    assert version().startswith("v1.1.0-rc.1.0.20220719150700-")


def test_the_working_directory_decides(repository: Repository, tmp_path: Path) -> None:
    repository.commit("one")
    assert repository.stamp(cwd=tmp_path).settings == []


def test_two_systems_are_refused(repository: Repository) -> None:
    inner = repository.place / "inner"
    (inner / ".hg").mkdir(parents=True)
    with pytest.raises(UserError, match="multiple VCS detected: hg in .*inner.*, and git in "):
        find_repository(str(inner))
    (inner / ".hg").rmdir()
    (inner / ".git").mkdir()
    assert find_repository(str(inner)) == (str(inner), "git")


def test_a_file_that_names_no_repository_is_none(repository: Repository) -> None:
    repository.commit("one")
    inner = repository.place / "inner"
    inner.mkdir()
    (inner / ".git").write_text("gitdir: ../.git/modules/inner\n")
    assert find_repository(str(inner)) == (str(repository.place), "git")
    repository.git("worktree", "add", "-q", str(repository.place / "tree"))
    assert find_repository(str(repository.place / "tree")) == (str(repository.place / "tree"), "git")
