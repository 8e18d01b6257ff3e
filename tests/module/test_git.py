"""Modules out of a git repository: tags, branches, commits, subdirectories, major versions."""

from __future__ import annotations

import io
import os
import subprocess
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from goes.module.cache import ModuleCache
from goes.module.coderepo import CodeRepo
from goes.module.direct import local_version
from goes.module.fetch import Fetcher, GoSums, Settings
from goes.module.git import GitRepo
from goes.module.problem import FetchError

ROOT = "example.com/r"


class Work:
    """A repository whose commits have the dates 2020-01-01, 2020-02-01, …"""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.month = 0
        directory.mkdir()
        self.git("init", "-q", "-b", "main")

    def git(self, *args: str) -> str:
        date = f"2020-{max(self.month, 1):02}-01T00:00:00Z"
        env = {
            **os.environ, "GIT_COMMITTER_DATE": date, "GIT_AUTHOR_DATE": date, "GIT_AUTHOR_NAME": "n", "GIT_AUTHOR_EMAIL": "e",
            "GIT_COMMITTER_NAME": "n", "GIT_COMMITTER_EMAIL": "e",
        }  # fmt: skip
        return subprocess.run(["git", *args], cwd=self.directory, env=env, check=True, capture_output=True, text=True).stdout.strip()

    def commit(self, files: dict[str, str], *tags: str) -> str:
        self.month += 1
        for name, text in files.items():
            path = self.directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "x")
        for tag in tags:
            self.git("tag", tag)
        return self.git("rev-parse", "HEAD")


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Work:
    work = Work(tmp_path_factory.mktemp("git") / "r")
    work.commit({"r.go": "package r\n"}, "v0.9.0", "v2.0.0", "not-a-version", "v3")
    work.commit({"go.mod": f"module {ROOT}\n", "sub/go.mod": f"module {ROOT}/sub\n", "sub/s.go": "package s\n", "LICENSE": "L\n"},
                "v1.0.0", "sub/v0.1.0")  # fmt: skip
    (work.directory / "link").symlink_to("/etc/passwd")
    (work.directory / ".gitattributes").write_text("r.go export-ignore\n")
    work.commit({"vendor/x/x.go": "package x\n", "go.mod": f"module {ROOT}\n\nretract v1.1.0 // bad\n"}, "v1.1.0")
    work.git("branch", "feature")
    work.commit({"go.mod": f"module {ROOT}/v2\n"}, "v2.1.0")
    return work


@pytest.fixture(scope="module")
def code(work: Work, tmp_path_factory: pytest.TempPathFactory) -> GitRepo:
    return GitRepo(f"file://{work.directory}", ModuleCache(str(tmp_path_factory.mktemp("cache"))), os.environ)


def repo(code: GitRepo, path: str) -> CodeRepo:
    return CodeRepo(code, ROOT, "", path, "1.27.3")


def test_versions(code: GitRepo) -> None:
    """v2.0.0 had no go.mod, so it could be +incompatible; but v1.1.0 has one, so nobody needs that any more."""
    found = repo(code, ROOT).versions("")
    assert found.versions == ["v0.9.0", "v1.0.0", "v1.1.0"]
    assert found.origin is not None and found.origin["TagSum"].startswith("t1:")
    assert repo(code, ROOT + "/v2").versions("").versions == ["v2.0.0", "v2.1.0"]
    assert repo(code, ROOT + "/sub").versions("").versions == ["v0.1.0"]


@pytest.mark.parametrize(
    ("path", "revision", "version"),
    [
        ("", "v1.0.0", "v1.0.0"),
        ("", "v2.0.0+incompatible", "v2.0.0+incompatible"),
        # v1.1.0 retracts itself.
        ("", "feature", "v1.0.1-0.20200301000000-HASH"),
        ("/v2", "main", "v2.1.0"),
        ("/sub", "v0.1.0", "v0.1.0"),
        ("/sub", "feature", "v0.1.1-0.20200301000000-HASH"),
    ],
)
def test_revisions(code: GitRepo, work: Work, path: str, revision: str, version: str) -> None:
    wanted = version.replace("HASH", work.git("rev-parse", "feature")[:12])
    info = repo(code, ROOT + path).stat(revision)
    assert info.version == wanted
    assert info.origin is not None and info.origin["VCS"] == "git"
    assert repo(code, ROOT + path).stat(wanted).version == wanted


@pytest.mark.parametrize(
    ("path", "revision", "message"),
    [
        ("", "v1.9.0", "@v1.9.0: invalid version: unknown revision v1.9.0"),
        ("", "v2.1.0", '@v2.1.0: invalid version: go.mod has post-v2 module path "example.com/r/v2" at revision v2.1.0'),
        ("", "v1.0.0+incompatible",
         "@v1.0.0+incompatible: invalid version: +incompatible suffix not allowed: major version v1 is compatible"),
        ("/v2", "v1.0.0",
         '@v1.0.0: invalid version: go.mod has non-.../v2 module path "example.com/r" '
         "(and .../v2/go.mod does not exist) at revision v1.0.0"),
        ("/none", "feature", "missing example.com/r/none/go.mod at revision "),
        ("", "v1.0.1-0.20200301000000-0123456789ab", "unknown revision 0123456789ab"),
        ("/sub", "v0.1.1-0.20200301000001-HASH",
         "invalid pseudo-version: does not match version-control timestamp (expected 20200301000000)"),
        ("/sub", "v0.1.2-0.20200301000000-HASH", "invalid pseudo-version: preceding tag (v0.1.1) not found"),
        ("/sub", "v0.1.1-0.20200301000000-HASH0", "invalid pseudo-version: revision is longer than canonical (expected HASH)"),
    ],
)  # fmt: skip
def test_bad_revisions(code: GitRepo, work: Work, path: str, revision: str, message: str) -> None:
    hash = work.git("rev-parse", "feature")
    if revision.endswith("HASH0"):
        revision = revision.replace("HASH0", hash[:13])
    with pytest.raises(FetchError) as caught:
        repo(code, ROOT + path).stat(revision.replace("HASH", hash[:12]))
    assert message.replace("HASH", hash[:12]) in str(caught.value)


def test_latest(code: GitRepo) -> None:
    assert repo(code, ROOT + "/v2").latest().version == "v2.1.0"


def names(code: GitRepo, path: str, version: str) -> list[str]:
    data = io.BytesIO()
    repo(code, path).zip(data, version)
    prefix = f"{path}@{version}/"
    with zipfile.ZipFile(data) as z:
        assert all(n.startswith(prefix) for n in z.namelist())
        return sorted(n.removeprefix(prefix) for n in z.namelist())


def test_zips(code: GitRepo) -> None:
    """No submodules, no symbolic links, no vendored packages; export-ignore does not count."""
    assert names(code, ROOT, "v1.1.0") == [".gitattributes", "LICENSE", "go.mod", "r.go"]
    assert names(code, ROOT, "v0.9.0") == ["r.go"]
    # The licence of the repository goes with every module in it.
    assert names(code, ROOT + "/sub", "v0.1.0") == ["LICENSE", "go.mod", "s.go"]
    assert repo(code, ROOT).go_mod("v0.9.0") == b"module example.com/r\n"


def test_reuse(code: GitRepo) -> None:
    info = repo(code, ROOT).stat("v1.0.0")
    assert info.origin is not None
    repo(code, ROOT).check_reuse(info.origin)
    with pytest.raises(FetchError, match='ref "refs/tags/v1.0.0" moved from 0+ to '):
        repo(code, ROOT).check_reuse({**info.origin, "Hash": "0" * 40})
    with pytest.raises(FetchError, match="non-specific origin"):
        repo(code, ROOT).check_reuse({"VCS": "git", "URL": info.origin["URL"]})
    with pytest.raises(FetchError, match="tags changed"):
        repo(code, ROOT).check_reuse({"VCS": "git", "URL": info.origin["URL"], "TagSum": "t1:x", "TagPrefix": ""})


def test_hooks_of_a_template_do_not_run(work: Work, tmp_path: Path) -> None:
    template = tmp_path / "template/hooks"
    template.mkdir(parents=True)
    marker = tmp_path / "ran"
    for name in ("post-checkout", "reference-transaction", "post-fetch"):
        (template / name).write_text(f"#!/bin/sh\ntouch {marker}\n")
        (template / name).chmod(0o755)
    env = {**os.environ, "GIT_TEMPLATE_DIR": str(template.parent)}
    code = GitRepo(f"file://{work.directory}", ModuleCache(str(tmp_path / "mod")), env)
    assert repo(code, ROOT).stat("feature").version.startswith("v1.0.1-0.")
    assert not marker.exists()


@pytest.mark.parametrize("remote", ["/etc", "host:path", "-x"])
def test_remotes_that_are_no_urls(tmp_path: Path, remote: str) -> None:
    with pytest.raises(FetchError, match="must not be local directory"):
        GitRepo(remote, ModuleCache(str(tmp_path)), os.environ)


def test_a_repository_that_does_not_exist(tmp_path: Path) -> None:
    code = GitRepo(f"file://{tmp_path}/none", ModuleCache(str(tmp_path / "mod")), os.environ)
    with pytest.raises(FetchError, match=r"(?s)example.com/r@v1: invalid version: git ls-remote -q .*exit status 128:\n\tfatal: "):
        repo(code, ROOT).stat("v1")


def test_the_version_of_a_working_directory(work: Work) -> None:
    revision = work.git("rev-parse", "feature")
    assert local_version(str(work.directory), ROOT, ROOT, revision, os.environ).version == "v1.1.0"


def test_from_a_path_over_http_to_a_module(work: Work, tmp_path: Path) -> None:
    """GOPROXY=direct: the page of the path names the repository, git fetches it. Both go through an HTTP proxy, which
    plays the host mod.invalid; GOINSECURE allows plain http."""
    bare = tmp_path / "served/r.git"
    subprocess.run(["git", "clone", "-q", "--bare", str(work.directory), str(bare)], check=True)
    subprocess.run(["git", "update-server-info"], cwd=bare, check=True)
    page = b'<head><meta name="go-import" content="mod.invalid/r git http://mod.invalid/r.git"></head>'

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.removeprefix("http://mod.invalid/").partition("?")[0]
            file = tmp_path / "served" / path
            data = page if "go-get=1" in self.path else file.read_bytes() if file.is_file() else b""
            self.send_response(200 if data else 404)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    proxy = f"http://127.0.0.1:{server.server_address[1]}"
    env = {
        "PATH": os.environ["PATH"], "HOME": str(tmp_path), "GOPATH": str(tmp_path / "gopath"), "GOPROXY": "direct", "GOSUMDB": "off",
        "http_proxy": proxy, "GOINSECURE": "mod.invalid", "GIT_CONFIG_NOSYSTEM": "1",
    }  # fmt: skip

    def fetcher(**more: str) -> Fetcher:
        settings = Settings({**env, **more})
        return Fetcher(settings, GoSums(), ModuleCache(settings.gomodcache, True), "1.27.3")

    try:
        assert fetcher().versions("mod.invalid/r/sub").versions == ["v0.1.0"]
        # The module calls itself example.com/r; that is for its user to find wrong.
        directory = fetcher().download("mod.invalid/r", "v1.0.0")
        assert sorted(os.listdir(directory)) == ["LICENSE", "go.mod", "r.go"]
        with pytest.raises(FetchError, match="unknown revision v1.0.9"):
            fetcher().stat("mod.invalid/r", "v1.0.9")
        with pytest.raises(FetchError, match="https fetch: Get "):
            fetcher(GOINSECURE="").stat("mod.invalid/r", "v1.1.0")
        with pytest.raises(FetchError, match="GOVCS disallows using git for public mod.invalid/r"):
            fetcher(GOVCS="public:off").stat("mod.invalid/r", "v1.1.0")
    finally:
        server.shutdown()
        server.server_close()
