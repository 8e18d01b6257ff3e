"""What the environment says about fetching modules.

    settings = Settings({"GOPATH": "/go", "GOPROXY": "file:///mirror,direct"})
    settings.proxies()    →    [Proxy("file:///mirror"), Proxy("direct")]

The environment comes in as a mapping, with the values of `go env -w` already in it.
Sources: Go modules reference "Environment variables", "GOPROXY protocol", "Private modules";
cmd/go/internal/modfetch/proxy.go for the rules and messages.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Final, TypeVar, final

from .problem import Failure, FetchError
from .web import check_proxy_url

DEFAULT_PROXY: Final = "https://proxy.golang.org,direct"
DEFAULT_SUMDB: Final = "sum.golang.org"


USE_PROXY: Final = "path does not match GOPRIVATE/GONOPROXY"
T = TypeVar("T")


@final
class Proxy:
    """One entry of GOPROXY: a URL, "direct", "off" or "noproxy" (for what GONOPROXY names).
    `any_error` (the entry is followed by "|"): the next one is asked whatever went wrong with this one."""

    __slots__ = ("url", "any_error")

    def __init__(self, url: str, any_error: bool = False) -> None:
        self.url = url
        self.any_error = any_error


def ask_in_turn(proxies: list[Proxy], ask: Callable[[str], T]) -> T:
    """Ask the entries of GOPROXY in turn: the next one only if the module does not exist there, or "|" says so.
    The Failure that tells most is the one that is raised."""
    best: Failure | None = None
    rank = 0
    for proxy in proxies:
        try:
            return ask(proxy.url)
        except Failure as error:
            if proxy.url == "direct" or (proxy.url == "noproxy" and not str(error).endswith(USE_PROXY)):
                best = error
                rank = 2
            elif rank <= 1 and not error.not_exist:
                best = error
                rank = 1
            elif rank == 0:
                best = error
            if not proxy.any_error and not error.not_exist:
                break
    assert best is not None
    raise best


@final
class Settings:
    """`quiet`: say nothing about downloads (`go mod download`); `trace`: print what is done (-x);
    `disabled`: why nothing may be looked up at all ("module lookup disabled by -mod=vendor"), normally ""."""

    def __init__(
        self, env: Mapping[str, str], *, modcacherw: bool = False, quiet: bool = False, trace: bool = False, disabled: str = ""
    ) -> None:
        get = env.get
        home = get("HOME", "")
        self.env = env
        self.gopath = get("GOPATH", "") or (home + "/go" if home else "")
        first = self.gopath.split(os.pathsep)[0]
        self.gomodcache = get("GOMODCACHE", "") or (first + "/pkg/mod" if first else "")
        self.sumdb_directory = first + "/pkg/sumdb" if first else ""
        self.goproxy = get("GOPROXY", "") or DEFAULT_PROXY
        self.gosumdb = get("GOSUMDB", "") or DEFAULT_SUMDB
        self.goprivate = get("GOPRIVATE", "")
        self.gonoproxy = get("GONOPROXY", "") or self.goprivate
        self.gonosumdb = get("GONOSUMDB", "") or self.goprivate
        self.goinsecure = get("GOINSECURE", "")
        self.govcs = get("GOVCS", "")
        self.goauth = get("GOAUTH", "") or "netrc"
        self.gotoolchain = get("GOTOOLCHAIN", "")
        self.modcacherw = modcacherw or _flag_in_goflags(get("GOFLAGS", ""), "modcacherw")
        self.quiet = quiet
        self.trace = trace
        self.disabled = disabled
        self._proxies: list[Proxy] | None = None

    def proxies(self) -> list[Proxy]:
        """The entries of GOPROXY, in order. FetchError if there is a bad one, or none."""
        if self._proxies is None:
            self._proxies = self._parse_proxies()
        return self._proxies

    def _parse_proxies(self) -> list[Proxy]:
        out: list[Proxy] = []
        if self.gonoproxy and self.goproxy != "direct":
            out.append(Proxy("noproxy"))
        entries = 0
        rest = self.goproxy
        while rest:
            end = min((i for i in (rest.find(","), rest.find("|")) if i >= 0), default=len(rest))
            url = rest[:end].strip()
            any_error = rest[end : end + 1] == "|"
            rest = rest[end + 1 :]
            if not url:
                continue
            entries += 1
            if url in ("off", "direct"):
                # What follows can never be reached.
                out.append(Proxy(url))
                break
            if any(c in url for c in ".:/") and ":/" not in url and not url.startswith("/"):
                url = "https://" + url
            wrong = check_proxy_url(url)
            if wrong:
                raise FetchError(wrong)
            out.append(Proxy(url, any_error))
        if not entries:
            raise FetchError("GOPROXY list is not the empty string, but contains no entries")
        return out

    def uses_sumdb(self, path: str) -> bool:
        """Is this module to be looked up in the checksum database?"""
        if path == "golang.org/toolchain" and not (
            self.goproxy.startswith("file://") and "," not in self.goproxy and "|" not in self.goproxy
        ):
            return True
        return self.gosumdb != "off" and not match_prefix_patterns(self.gonosumdb, path)


def _flag_in_goflags(goflags: str, name: str) -> bool:
    on = False
    for word in goflags.split():
        flag, equals, value = word.lstrip("-").partition("=")
        if flag == name:
            on = not equals or value.lower() in ("1", "t", "true")
    return on


def match_prefix_patterns(globs: str, target: str) -> bool:
    """Does one of the comma-separated patterns match a leading part of the path, as GOPRIVATE means it?"""
    for glob in globs.split(","):
        glob = glob.removesuffix("/")
        if not glob:
            continue
        count = glob.count("/") + 1
        elements = target.split("/")
        if len(elements) >= count and match_glob(glob, "/".join(elements[:count])):
            return True
    return False


def match_glob(pattern: str, name: str) -> bool:
    """Go's path.Match; a malformed pattern matches nothing."""
    expression = glob_expression(pattern)
    if expression is None:
        return False
    import re

    return re.fullmatch(expression, name, re.DOTALL) is not None


def glob_expression(pattern: str) -> str | None:
    """The regular expression that path.Match's pattern stands for, or None if it is malformed."""
    import re

    out: list[str] = []
    i = 0
    while i < len(pattern):
        c = pattern[i]
        i += 1
        if c == "*":
            out.append("[^/]*")
        elif c == "?":
            out.append("[^/]")
        elif c == "\\":
            if i >= len(pattern):
                return None
            out.append(re.escape(pattern[i]))
            i += 1
        elif c == "[":
            negated = pattern[i : i + 1] == "^"
            if negated:
                i += 1
            ranges: list[str] = []
            while True:
                if i >= len(pattern):
                    return None
                if pattern[i] == "]" and ranges:
                    i += 1
                    break
                low, i = _glob_char(pattern, i)
                high = low
                if pattern[i : i + 1] == "-":
                    high, i = _glob_char(pattern, i + 1)
                if not low or not high:
                    return None
                if low <= high:
                    ranges.append(f"{re.escape(low)}-{re.escape(high)}")
                else:
                    ranges.append("")
            inside = "".join(ranges)
            if inside:
                out.append(f"[{'^/' if negated else ''}{inside}]")
            else:
                out.append("[^/]" if negated else "(?!)")
        else:
            out.append(re.escape(c))
    return "".join(out)


def _glob_char(pattern: str, i: int) -> tuple[str, int]:
    """One character of a class and where it ends; "" if there is none."""
    if i >= len(pattern) or pattern[i] in "-]":
        return "", i
    if pattern[i] == "\\":
        i += 1
        if i >= len(pattern):
            return "", i
    return pattern[i], i + 1
