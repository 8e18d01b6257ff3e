"""Credentials for https servers: GOAUTH with netrc, git and commands.

    machine example.com login me password secret   →   Authorization: Basic … for https://example.com/…

Each method yields headers for a URL prefix; the longest prefix of a request's URL wins.
Sources: `go help goauth`; cmd/go/internal/auth for the messages.
"""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Callable, Mapping
from typing import Final, final

from ..diag.diagnostic import UserError
from .web import basic

Headers = list[tuple[str, str]]
_TOKEN: Final = frozenset("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")


@final
class Credentials:
    """What GOAUTH gives. `say` prints what went wrong with -x."""

    def __init__(self, goauth: str, env: Mapping[str, str], say: Callable[[str], None] | None) -> None:
        self.goauth = goauth
        self.env = env
        self.say = say
        self._known: dict[str, Headers] = {}
        self._asked = False
        self._lock = threading.Lock()

    def headers(self, url: str) -> Headers:
        """For a first request to a URL."""
        if self.goauth == "off":
            return []
        with self._lock:
            if not self._asked:
                self._asked = True
                self._run("", "", [])
            return list(self._find(url))

    def learn(self, url: str, status: str, headers: Headers) -> None:
        """A request was answered with 4xx: the methods may want to know."""
        if self.goauth == "off":
            return
        with self._lock:
            self._run(url, status, headers)

    def _find(self, url: str) -> Headers:
        prefix = url.removeprefix("https://").removesuffix("/")
        while True:
            found = self._known.get(prefix)
            if found is not None:
                return found
            slash = prefix.rfind("/")
            if slash < 0:
                return []
            prefix = prefix[:slash]

    def _store(self, prefix: str, headers: Headers) -> None:
        prefix = prefix.removeprefix("https://").removesuffix("/")
        if headers:
            self._known[prefix] = headers
        else:
            self._known.pop(prefix, None)

    def _run(self, url: str, status: str, headers: Headers) -> None:
        commands = self.goauth.split(";")
        errors: list[str] = []
        # The first method wins: it is stored last.
        for command in reversed(commands):
            command = command.strip()
            words = command.split()
            if not words:
                raise UserError(f"go: GOAUTH encountered an empty command (GOAUTH={self.goauth})")
            if words[0] == "off":
                if len(commands) != 1:
                    raise UserError(
                        f"go: GOAUTH=off cannot be combined with other authentication commands (GOAUTH={self.goauth})"
                    )
                return
            try:
                if words[0] == "netrc":
                    for machine, login, password in reversed(read_netrc(self.env)):
                        self._store(machine, [("Authorization", basic(login, password))])
                elif words[0] == "git":
                    directory = _git_directory(words)
                    if url:
                        prefix, found = _git_credentials(directory, url)
                        self._store(prefix, found)
                else:
                    for prefix, found in _command_credentials(command, url, status, headers).items():
                        self._store(prefix, found)
            except ValueError as e:
                errors.append(f"GOAUTH={command}: {e}")
        if self.say is not None and url and errors and not self._find(url):
            self.say(f"GOAUTH encountered errors for {url}:")
            for line in errors:
                self.say(f"  {line}")


def parse_netrc(text: str) -> list[tuple[str, str, str]]:
    """(machine, login, password) of each complete entry."""
    out: list[tuple[str, str, str]] = []
    machine = login = password = ""
    in_macro = False
    for line in text.split("\n"):
        if in_macro:
            in_macro = line != ""
            continue
        words = line.split()
        i = 0
        while i < len(words) - 1:
            if words[i] == "machine":
                machine, login, password = words[i + 1], "", ""
            elif words[i] == "login":
                login = words[i + 1]
            elif words[i] == "password":
                password = words[i + 1]
            elif words[i] == "macdef":
                in_macro = True
            if machine and login and password:
                out.append((machine, login, password))
                machine = login = password = ""
            i += 2
        if i < len(words) and words[i] == "default":
            # There can be only one default entry, and it must be last; it is for no machine in particular.
            break
    return out


def read_netrc(env: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """The entries of $NETRC or ~/.netrc; none if there is no such file. ValueError if it cannot be read."""
    path = env.get("NETRC", "")
    if not path:
        home = env.get("HOME", "")
        if not home:
            raise ValueError("$HOME is not defined")
        path = home + "/.netrc"
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as f:
            return parse_netrc(f.read())
    except FileNotFoundError:
        return []
    except OSError as e:
        raise ValueError(f"open {path}: {os.strerror(e.errno or 0).lower()}") from None


def _git_directory(words: list[str]) -> str:
    text = "go: GOAUTH=git dir method requires an absolute path to the git working directory"
    if len(words) != 2:
        raise UserError(text)
    directory = words[1]
    if not os.path.isabs(directory):
        raise UserError(text + ", dir is not absolute")
    if not os.path.exists(directory):
        raise UserError(f"go: GOAUTH=git encountered an error; cannot stat {directory}: stat {directory}: no such file or directory")
    if not os.path.isdir(directory):
        raise UserError(text + ", dir is not a directory")
    return directory


def _git_credentials(directory: str, url: str) -> tuple[str, Headers]:
    """What `git credential fill` knows about the URL, and for which URL it holds."""
    if not url.startswith("https://"):
        raise ValueError(f"'git credential fill' failed (url={url}): not an https URL")
    try:
        done = subprocess.run(
            ["git", "credential", "fill"], cwd=directory, input=f"url={url}\n", capture_output=True, text=True,
            env={**os.environ, "GIT_TERMINAL_PROMPT": "0"}, timeout=60,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as e:
        raise ValueError(f"'git credential fill' failed (url={url}): {e}") from None
    if done.returncode:
        raise ValueError(f"'git credential fill' failed (url={url}): exit status {done.returncode}\n{done.stderr}")
    fields: dict[str, str] = {}
    for line in done.stdout.split("\n"):
        name, equals, value = line.partition("=")
        if equals:
            fields[name] = value.strip()
    protocol, host = fields.get("protocol", ""), fields.get("host", "")
    login, password = fields.get("username", ""), fields.get("password", "")
    if fields.get("url"):
        protocol, _, rest = fields["url"].partition("://")
        host = rest.split("/")[0].rpartition("@")[2]
    if not protocol or not host or not login or not password:
        raise ValueError(f"'git credential fill' did not provide credentials for url {url}")
    prefix = f"{protocol}://{host}" + (f"/{fields['path']}" if fields.get("path") else "")
    if not url.startswith(prefix):
        raise ValueError(f"requested a credential for {url}, but 'git credential fill' provided one for {prefix}")
    return prefix, [("Authorization", basic(login, password))]


def _command_credentials(command: str, url: str, status: str, headers: Headers) -> dict[str, Headers]:
    """The answer of a user's own command: URL prefixes, an empty line, header lines, an empty line, …"""
    from ..work.options import split_words

    try:
        words = split_words(command)
    except Exception as e:
        raise ValueError(f"cannot parse GOAUTH command {command}: {e}") from None
    stdin = ""
    if url:
        words.append(url)
        stdin = f"HTTP/1.1 {status}\n" + "".join(f"{k}: {v}\n" for k, v in headers) + "\n"
    try:
        done = subprocess.run(words, input=stdin, capture_output=True, text=True, timeout=120)
    except (OSError, subprocess.TimeoutExpired) as e:
        reason = f'exec: "{words[0]}": executable file not found in $PATH' if isinstance(e, FileNotFoundError) else str(e)
        raise ValueError(f"could not run command {command}: {reason}\n") from None
    if done.returncode:
        raise ValueError(f"could not run command {command}: exit status {done.returncode}\n{done.stderr}")
    try:
        return parse_command_output(done.stdout)
    except ValueError as e:
        raise ValueError(f"cannot parse output of GOAUTH command {command}: {e}") from None


def parse_command_output(text: str) -> dict[str, Headers]:
    """ValueError if it has not the form of `go help goauth`."""
    out: dict[str, Headers] = {}
    while text:
        urls: list[str] = []
        while True:
            line, newline, text = text.partition("\n")
            if not newline:
                raise ValueError("invalid format: missing empty line after URLs")
            if not line:
                break
            if "://" not in line and not line.startswith("/"):
                raise ValueError(f'could not parse URL {line}: parse "{line}": invalid URI for request')
            urls.append(line)
        headers: Headers = []
        while True:
            line, newline, text = text.partition("\n")
            if not newline:
                raise ValueError("invalid format: missing empty line after headers")
            if not line:
                break
            name, colon, value = line.partition(": ")
            value = value.strip()
            if not colon or not name or not all(c in _TOKEN for c in name) or any(c < " " and c != "\t" or c == "\x7f" for c in value):
                raise ValueError("invalid format: invalid header line")
            headers.append((name, value))
        for url in urls:
            out[url.removeprefix("https://")] = list(headers)
    return out
