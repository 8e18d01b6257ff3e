"""Credentials: netrc, GOAUTH commands, and to whom they are sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from goes.diag.diagnostic import UserError
from goes.module.auth import Credentials, parse_command_output, parse_netrc
from goes.module.problem import FetchError
from goes.module.web import Client, Response, basic, redacted


def test_netrc() -> None:
    text = "machine a.com login x password y\nmachine b.com\n  login u\n  password p\n"
    text += "macdef init\nmachine no.com\n\nmachine c.com login z\n"
    assert parse_netrc(text) == [("a.com", "x", "y"), ("b.com", "u", "p")]


def test_the_first_entry_of_a_machine_wins(tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("machine a.com login one password p\nmachine a.com login two password p\n")
    found = Credentials("netrc", {"HOME": str(tmp_path)}, None)
    assert found.headers("https://a.com/x/y") == [("Authorization", basic("one", "p"))]
    assert found.headers("https://aa.com/x") == []


def test_the_longest_prefix_wins_and_off_is_off(tmp_path: Path) -> None:
    script = tmp_path / "auth"
    script.write_text("#!/bin/sh\nprintf 'https://a.com\\n\\nX-Token: short\\n\\nhttps://a.com/x\\n\\nX-Token: long\\n\\n'\n")
    script.chmod(0o755)
    found = Credentials(str(script), {}, None)
    assert found.headers("https://a.com/x/y") == [("X-Token", "long")]
    assert found.headers("https://a.com/y") == [("X-Token", "short")]
    assert Credentials("off", {}, None).headers("https://a.com/x") == []


@pytest.mark.parametrize(
    ("goauth", "message"),
    [
        ("netrc;", "go: GOAUTH encountered an empty command (GOAUTH=netrc;)"),
        ("netrc;off", "go: GOAUTH=off cannot be combined with other authentication commands (GOAUTH=netrc;off)"),
        ("git", "go: GOAUTH=git dir method requires an absolute path to the git working directory"),
        ("git x", "go: GOAUTH=git dir method requires an absolute path to the git working directory, dir is not absolute"),
    ],
)
def test_bad_goauth(goauth: str, message: str) -> None:
    with pytest.raises(UserError) as caught:
        Credentials(goauth, {"HOME": "/nonexistent"}, None).headers("https://a.com")
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "text",
    ["https://a.com\n", "https://a.com\n\nX: y\n", "a.com\n\n\n", "https://a\n\nbad header\n\n", "https://a\n\nX: \x01\n\n"],
)
def test_bad_command_output(text: str) -> None:
    with pytest.raises(ValueError):
        parse_command_output(text)


def test_credentials_do_not_follow_to_another_host(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[str, list[tuple[str, str]]]] = []
    client = Client({}, None, lambda url: [("Authorization", "secret")])

    def request(url: str, parts: object, headers: list[tuple[str, str]], verify: bool) -> Response:
        sent.append((url, headers))
        following = {"https://a.com/1": "https://a.com/2", "https://a.com/2": "https://b.com/3"}.get(url, "")
        fields = [("Location", following)] if following else []
        return Response(url, "", 302 if following else 200, fields, None, "", lambda complete: None)

    monkeypatch.setattr(client, "_request", request)
    client.get("https://a.com/1")
    assert [(url, bool(headers)) for url, headers in sent] == [
        ("https://a.com/1", True), ("https://a.com/2", True), ("https://b.com/3", False),
    ]  # fmt: skip


def test_after_a_refusal_the_command_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    known: list[tuple[str, str]] = []
    client = Client({}, None, lambda url: list(known), lambda url, status, headers: known.append(("X-Token", status)))
    monkeypatch.setattr(client, "_request", lambda url, parts, headers, verify: Response(
        url, "200 OK" if headers else "401 Unauthorized", 200 if headers else 401, [], None, "", lambda complete: None
    ))  # fmt: skip
    assert client.get("https://a.com/x").code == 200


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://u:p@a.com/x@v", "https://u:xxxxx@a.com/x@v"),
        ("https://u@a.com", "https://u@a.com"),
        ("https://a.com/u:p@x", "https://a.com/u:p@x"),
        ("file:///a:b@c", "file:///a:b@c"),
    ],
)
def test_passwords_are_not_shown(url: str, shown: str) -> None:
    assert redacted(url) == shown


@pytest.mark.parametrize("url", ["ftp://a.com/x", "https:///x", "http://a.com:port/", "https://a\n.com/", "gopher:x"])
def test_urls_that_cannot_be_fetched(url: str) -> None:
    with pytest.raises(FetchError):
        Client({}).get(url)
