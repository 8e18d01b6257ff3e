"""Modules come from proxies into the cache, in the layout of the official command."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest
from fetchworld import World
from loopback import ModuleServer, send, zip_of
from official import GO

from goes.module.cache import clean_modcache
from goes.module.fetch import FetchError
from goes.module.settings import Settings, match_prefix_patterns

QUOTE = "rsc.io/quote"


def test_a_module_is_downloaded_and_read_only(world: World) -> None:
    directory = Path(world.fetcher.download(QUOTE, "v1.5.2"))
    assert directory == world.cache / "rsc.io/quote@v1.5.2"
    assert "package quote" in (directory / "quote.go").read_text()
    assert stat.S_IMODE(directory.stat().st_mode) & 0o222 == 0
    assert stat.S_IMODE((directory / "go.mod").stat().st_mode) & 0o222 == 0


def test_modcacherw_leaves_directories_writable(world: World) -> None:
    world = world.again(GOFLAGS="-modcacherw")
    assert os.stat(world.fetcher.download(QUOTE, "v1.5.2")).st_mode & 0o200


def test_versions_and_info(world: World) -> None:
    assert world.fetcher.versions(QUOTE).versions[-2:] == ["v1.5.3-pre1", "v2.0.0"]
    assert world.fetcher.versions(QUOTE, "v1.2").versions == ["v1.2.0", "v1.2.1"]
    assert world.fetcher.stat(QUOTE, "v1.5.2").time == "2018-02-14T15:44:20Z"
    assert world.fetcher.latest(QUOTE).version == "v0.0.0-20180710144737-5d9f230bcfba"


def test_what_is_in_the_cache_is_not_asked_for_again(world: World, server: ModuleServer) -> None:
    world.fetcher.download(QUOTE, "v1.5.2")
    world.fetcher.go_mod(QUOTE, "v1.5.2")
    world.fetcher.info_file(QUOTE, "v1.5.2")
    world.sums.write({(QUOTE, "v1.5.2"), (QUOTE, "v1.5.2/go.mod")}, readonly=False)
    before = dict(server.requests)
    again = world.again(GOPROXY="off", GOSUMDB="off")
    again.fetcher.download(QUOTE, "v1.5.2")
    again.fetcher.go_mod(QUOTE, "v1.5.2")
    assert again.fetcher.info_file(QUOTE, "v1.5.2")[0].version == "v1.5.2"
    assert server.requests == before


def test_the_cache_is_the_one_of_the_official_command(world: World, server: ModuleServer, tmp_path: Path) -> None:
    modules = [(QUOTE, "v1.5.2"), ("rsc.io/QUOTE", "v1.5.2"), ("rsc.io/sampler", "v1.3.0")]
    for path, version in modules:
        world.fetcher.info_file(path, version)
        world.fetcher.go_mod(path, version)
        world.fetcher.download(path, version)
    other = tmp_path / "official"
    other.mkdir()
    env = {**server.environment(other), "PATH": os.environ["PATH"], "GOCACHE": str(other / "cache"), "GOTELEMETRY": "off"}
    subprocess.run([str(GO), "mod", "download", *("@".join(m) for m in modules)], env=env, cwd=other, check=True, timeout=60)
    theirs = other / "gopath/pkg/mod"

    def tree(root: Path) -> dict[str, tuple[int, bytes]]:
        out = {}
        for p in root.rglob("*"):
            name = str(p.relative_to(root))
            # Which tiles are needed depends on the order of the requests.
            if "/sumdb/" not in name:
                out[name] = (p.stat().st_mode, p.read_bytes() if p.is_file() else b"")
        return out

    assert tree(world.cache) == tree(theirs)
    clean_modcache(str(theirs))
    assert not theirs.exists()


def test_file_proxy(world: World, tmp_path: Path) -> None:
    directory = tmp_path / "mirror/example.com/m/@v"
    directory.mkdir(parents=True)
    (directory / "list").write_text("v1.0.0\n")
    (directory / "v1.0.0.info").write_text('{"Version":"v1.0.0"}')
    (directory / "v1.0.0.mod").write_text("module example.com/m\n")
    (directory / "v1.0.0.zip").write_bytes(zip_of("example.com/m", "v1.0.0", {"x.go": b"package x\n"}))
    world = world.again(GOPROXY=f"file://{tmp_path}/mirror", GOSUMDB="off")
    assert world.fetcher.versions("example.com/m").versions == ["v1.0.0"]
    assert os.path.exists(world.fetcher.download("example.com/m", "v1.0.0") + "/x.go")
    with pytest.raises(FetchError) as caught:
        world.fetcher.go_mod("example.com/m", "v1.1.0")
    url = f"file://{tmp_path}/mirror/example.com/m/@v/v1.1.0.mod"
    assert str(caught.value) == f"example.com/m@v1.1.0: reading {url}: no such file or directory"
    assert caught.value.not_exist


@pytest.mark.parametrize(
    ("status", "separator", "reached"), [(404, ",", True), (410, ",", True), (500, ",", False), (500, "|", True)]
)
def test_which_errors_ask_the_next_proxy(
    world: World, server: ModuleServer, status: int, separator: str, reached: bool
) -> None:
    server.answers["/bad/rsc.io/quote/@v/v1.5.2.info"] = lambda h: send(h, status, b"sorry\n")
    world = world.again(GOPROXY=f"{server.url}/bad{separator}{server.url}")
    if reached:
        assert world.fetcher.stat(QUOTE, "v1.5.2").version == "v1.5.2"
    else:
        with pytest.raises(FetchError, match="500 Internal Server Error\n\tserver response: sorry"):
            world.fetcher.stat(QUOTE, "v1.5.2")


def test_the_error_of_the_proxy_that_tells_most_is_shown(world: World, server: ModuleServer) -> None:
    server.answers["/bad/rsc.io/quote/@v/v1.5.2.info"] = lambda h: send(h, 503, b"")
    world = world.again(GOPROXY=f"{server.url}/none|{server.url}/bad|{server.url}/none")
    with pytest.raises(FetchError, match="503 Service Unavailable"):
        world.fetcher.stat(QUOTE, "v1.5.2")


@pytest.mark.parametrize(
    ("goproxy", "message"),
    [
        ("off", "module lookup disabled by GOPROXY=off"),
        (",", "GOPROXY list is not the empty string, but contains no entries"),
        ("ftp://example.com", "invalid proxy URL scheme (must be https, http, file): ftp://example.com"),
        ("file://host/x", "invalid file:// proxy URL with non-path elements: file://host/x"),
        ("proxy", "invalid proxy URL missing scheme: proxy"),
        ("http://u:secret@127.0.0.1:1", "refusing to pass credentials to insecure URL: http://u:xxxxx@127.0.0.1:1/"),
    ],
)
def test_bad_goproxy(world: World, goproxy: str, message: str) -> None:
    with pytest.raises(FetchError) as caught:
        world.again(GOPROXY=goproxy).fetcher.stat(QUOTE, "v1.5.2")
    assert message in str(caught.value)
    assert "secret" not in str(caught.value)


def test_entries_behind_direct_and_off_are_not_read() -> None:
    proxies = Settings({"GOPROXY": " proxy.test , https://a|direct,ftp://no", "GOPRIVATE": "x.com"}).proxies()
    assert [(p.url, p.any_error) for p in proxies] == [
        ("noproxy", False), ("https://proxy.test", False), ("https://a", True), ("direct", False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("globs", "path", "matches"),
    [
        ("example.com", "example.com/a/b", True),
        ("example.com/*", "example.com/a/b", True),
        ("example.com/*", "example.com", False),
        ("*.corp.com,rsc.io/private/", "git.corp.com/x", True),
        ("*.corp.com,rsc.io/private/", "rsc.io/private/x", True),
        ("rsc.io/p[a-z]", "rsc.io/pq", True),
        ("[", "x.com", False),
    ],
)
def test_private_patterns(globs: str, path: str, matches: bool) -> None:
    assert match_prefix_patterns(globs, path) == matches


@pytest.mark.parametrize(
    ("version", "message"),
    [
        ("-v", 'rsc.io/quote@-v: invalid version: reading URL/rsc.io/quote/@v/-v.info: 404 Not Found'),
        ("../x", "rsc.io/quote@../x: invalid version: disallowed version string"),
        ("a\nb", "rsc.io/quote@a\nb: invalid version: disallowed version string"),
        ("a\0b", "rsc.io/quote@a\0b: invalid version: disallowed version string"),
    ],
)
def test_odd_versions(world: World, server: ModuleServer, version: str, message: str) -> None:
    with pytest.raises(FetchError) as caught:
        world.fetcher.stat(QUOTE, version)
    assert str(caught.value).replace(server.url, "URL").partition("\n\t")[0] == message
    assert not world.files()


def test_a_cache_that_is_a_file(world: World, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FetchError, match='could not create module cache: ".*/file" is not a directory'):
        world.again(GOMODCACHE=str(tmp_path / "file")).fetcher.download_zip(QUOTE, "v1.5.2")


def test_no_home_directory() -> None:
    settings = Settings({})
    assert settings.gomodcache == ""


def test_a_module_for_a_newer_go(world: World, server: ModuleServer) -> None:
    mod = b"module example.com/new\n\ngo 1.99\n"
    server.add("example.com/new", "v1.0.0", {".mod": mod, "go.mod": mod})
    with pytest.raises(FetchError) as caught:
        world.fetcher.download("example.com/new", "v1.0.0")
    assert str(caught.value) == "example.com/new@v1.0.0 requires go >= 1.99 (running go 1.27.3; GOTOOLCHAIN=local)"
    assert caught.value.go_version == "1.99"


def test_a_full_disk(world: World) -> None:
    """Nothing half-written stays, and the next command, with more room, succeeds."""
    import resource
    import signal

    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (600, limit[1]))
    try:
        with pytest.raises(FetchError, match=r"^write .*/rsc.io/quote/@v/v1.5.2.zip: file too large$"):
            world.fetcher.download(QUOTE, "v1.5.2")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        signal.signal(signal.SIGXFSZ, handler)
    assert not [f for f in world.files() if "/sumdb/" not in f]
    world.again().fetcher.download(QUOTE, "v1.5.2")


def test_a_cache_that_was_only_half_extracted(world: World) -> None:
    directory = Path(world.fetcher.download(QUOTE, "v1.5.2"))
    directory.chmod(0o755)
    (directory / "quote.go").unlink()
    partial = world.cache / "cache/download/rsc.io/quote/@v/v1.5.2.partial"
    partial.touch()
    again = world.again(GOPROXY="off")
    again.fetcher.download(QUOTE, "v1.5.2")
    assert (directory / "quote.go").exists() and not partial.exists()


def test_a_read_only_cache_is_enough_to_read(world: World) -> None:
    """What has been downloaded needs no lock and no write."""
    world.fetcher.download(QUOTE, "v1.5.2")
    world.fetcher.go_mod(QUOTE, "v1.5.2")
    world.sums.write({(QUOTE, "v1.5.2"), (QUOTE, "v1.5.2/go.mod")}, readonly=False)
    stamps = {p: p.lstat().st_mtime_ns for p in world.cache.rglob("*")}
    again = world.again(GOPROXY="off", GOSUMDB="off")
    again.fetcher.download(QUOTE, "v1.5.2")
    again.fetcher.go_mod(QUOTE, "v1.5.2")
    assert {p: p.lstat().st_mtime_ns for p in world.cache.rglob("*")} == stamps


def test_go_and_toolchain_are_modules(world: World, server: ModuleServer) -> None:
    """What golang.org/toolchain has, and the version that is running."""
    for version in ("1.99.1", "1.99rc1"):
        for platform in ("linux-amd64", "darwin-arm64"):
            server.add("golang.org/toolchain", f"v0.0.1-go{version}.{platform}")
    assert world.fetcher.versions("go").versions[-3:] == ["1.27.3", "1.99rc1", "1.99.1"]
    assert world.fetcher.versions("toolchain").versions[-1] == "go1.99.1"
    assert world.fetcher.latest("go").version == "1.99.1"
    assert world.fetcher.stat("go", "1.20").version == "1.20"
    assert world.fetcher.go_mod("go", "1.20") == b"module go\n"
    for revision, message in (("1.99", "go language version 1.99 is not a toolchain version"), ("x", "invalid go version x")):
        with pytest.raises(FetchError) as caught:
            world.fetcher.stat("go", revision)
        assert str(caught.value) == message
