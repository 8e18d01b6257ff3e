"""From module paths to repositories: known sites, go-import meta tags, GOVCS."""

from __future__ import annotations

import pytest

from goes.module.importpath import check_govcs, find_repo, parse_govcs, parse_imports
from goes.module.problem import FetchError
from goes.module.settings import Settings
from goes.module.web import SECURE_ONLY, Client, Response

PAGES = {
    "example.com/m": '<head><meta name="go-import" content="example.com/m git https://git.example.com/m"></head>',
    "example.com/m/sub": '<head><meta name="go-import" content="example.com/m git https://git.example.com/m"></head>',
    "example.com/proxied": '<meta name=go-import content="example.com/proxied git https://x.com/a">'
    '<meta name=go-import content="example.com/proxied mod https://proxy.com">',
    "example.com/deep": '<head><meta name="go-import" content="example.com/deep git https://git.example.com/m go/src"></head>',
    "example.com/liar": '<head><meta name="go-import" content="example.com git https://git.example.com/m"></head>',
    "example.com": "<head></head>",
    "example.com/two": '<meta name="go-import" content="example.com/two git https://a/b">'
    '<meta name="go-import" content="example.com/two git https://c/d">',
    "example.com/file": '<meta name="go-import" content="example.com/file git file:///etc">',
    "example.com/none": '<meta name="go-import" content="example.com/none git /etc">',
    "example.com/cvs": '<meta name="go-import" content="example.com/cvs cvs https://x.com/a">',
    "example.com/svn": '<meta name="go-import" content="example.com/svn svn https://x.com/a">',
    "example.com/body": '<head></head><body><meta name="go-import" content="example.com/body git https://x.com/a"></body>',
}


def pages(url: str, security: int) -> Response:
    """A client that knows PAGES."""
    path = url.removeprefix("//").removesuffix("?go-get=1").removesuffix("/")
    shown = "https:" + url
    if path not in PAGES:
        return Response(shown, "404 Not Found", 404, [], None, "", lambda complete: None)
    import io

    return Response(shown, "200 OK", 200, [], io.BytesIO(PAGES[path].encode()), "", lambda complete: None)


def find(path: str, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str, str, str]:
    client = Client({})
    monkeypatch.setattr(client, "get", pages)
    found = find_repo(path, Settings({}), client, SECURE_ONLY)
    return found.vcs, found.url, found.root, found.subdir


@pytest.mark.parametrize(
    ("path", "vcs", "url", "root", "subdir"),
    [
        ("github.com/rsc/quote/v3/x", "git", "https://github.com/rsc/quote", "github.com/rsc/quote", ""),
        ("git.corp.com/a/b.git/sub", "git", "https://git.corp.com/a/b.git", "git.corp.com/a/b.git", ""),
        ("example.com/m/sub", "git", "https://git.example.com/m", "example.com/m", ""),
        ("example.com/proxied", "mod", "https://proxy.com", "example.com/proxied", ""),
        ("example.com/deep", "git", "https://git.example.com/m", "example.com/deep", "go/src"),
    ],
)
def test_found(path: str, vcs: str, url: str, root: str, subdir: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find(path, monkeypatch) == (vcs, url, root, subdir)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("github.com/rsc", 'invalid github.com import path "github.com/rsc"'),
        ("github.com/rsc/quote.git", "invalid version control suffix in github.com/ path"),
        ("example.net/x", "no modules on example.net"),
        ("rsc.io", "rsc.io is not a module"),
        ("localhost/x", 'unrecognized import path "localhost/x": https fetch: import path does not begin with hostname'),
        ("example.com/404", "reading https://example.com/404?go-get=1: 404 Not Found"),
        ("example.com/liar", "https://example.com/liar?go-get=1 and //example.com/?go-get=1 disagree about go-import for example.com"),
        ("example.com/two", 'multiple meta tags match import path "example.com/two"'),
        ("example.com/file", 'invalid repo root "file:///etc": file scheme disallowed'),
        ("example.com/none", 'invalid repo root "/etc": no scheme'),
        ("example.com/cvs", 'unknown vcs "cvs"'),
        ("example.com/svn", "GOVCS disallows using svn for public example.com/svn; see 'go help vcs'"),
        ("example.com/body", "no go-import meta tags"),
    ],
)
def test_not_found(path: str, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FetchError) as caught:
        find(path, monkeypatch)
    assert message in str(caught.value)


def test_meta_tags_are_read_as_html() -> None:
    found = parse_imports("<!doctype html><HEAD><META NAME='go-import' CONTENT='a.com/b git https://x/?a=1&amp;b=2'></HEAD>")
    assert [m.fields() for m in found] == [("a.com/b", "git", "https://x/?a=1&b=2", "")]


@pytest.mark.parametrize(
    ("govcs", "vcs", "root", "allowed"),
    [
        ("", "git", "a.com/b", True),
        ("", "svn", "a.com/b", False),
        ("", "svn", "private.com/b", True),
        ("public:off", "git", "a.com/b", False),
        ("a.com:svn,public:all", "svn", "a.com/b", True),
        ("a.com:svn,public:all", "git", "a.com/b", False),
        ("*:all", "svn", "b.com/c", True),
    ],
)
def test_govcs(govcs: str, vcs: str, root: str, allowed: bool) -> None:
    settings = Settings({"GOVCS": govcs, "GOPRIVATE": "private.com"})
    if allowed:
        check_govcs(settings, vcs, root)
    else:
        with pytest.raises(FetchError, match=f"GOVCS disallows using {vcs} for public {root}"):
            check_govcs(settings, vcs, root)


@pytest.mark.parametrize(
    ("govcs", "message"),
    [
        ("a:git,", "empty entry in GOVCS"),
        ("git", 'malformed entry in GOVCS (missing colon): "git"'),
        (":git", 'empty pattern in GOVCS: ":git"'),
        ("a:", 'empty VCS list in GOVCS: "a:"'),
        ("/a:git", 'relative pattern not allowed in GOVCS: "/a"'),
        ("a:git,a:hg", 'unreachable pattern in GOVCS: "a:hg" after "a:git"'),
        ("a:git|", 'empty VCS name in GOVCS: "a:git|"'),
    ],
)
def test_bad_govcs(govcs: str, message: str) -> None:
    with pytest.raises(FetchError) as caught:
        parse_govcs(govcs)
    assert str(caught.value) == message
