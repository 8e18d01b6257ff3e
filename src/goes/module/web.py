"""GET over https, http and file URLs, with the go command's rules and messages.

    Client(settings).get_bytes("https://proxy.golang.org/rsc.io/quote/@v/list")    →    bytes, or FetchError

    https only, unless the user wrote http:// (or GOINSECURE says so); a redirect never leaves https;
    credentials (GOAUTH, or in the URL) are sent to their own host only; bodies are bounded and must be complete.

Connections are kept and reused. Sources: cmd/go/internal/web for the rules; net/http and net for the messages.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO, Final, final
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from .problem import FetchError

if TYPE_CHECKING:
    import http.client
    import ssl

USER_AGENT: Final = "GoCommand/1 (+https://go.dev/cmd/go)"
SECURE_ONLY: Final = 0  # no plain http at all
DEFAULT: Final = 1  # plain http if the URL says so
INSECURE: Final = 2  # plain http when https does not work; certificates are not verified

# Answers that are read into memory: lists, .info and go.mod files, tiles. A go.mod may have 16 MB.
MAX_BYTES: Final = 16 << 20
MAX_REDIRECTS: Final = 10
# A server that says nothing for so many seconds is given up.
IDLE_TIMEOUT: Final = 60.0
_MAX_DETAIL_LINES: Final = 8
_MAX_DETAIL_BYTES: Final = _MAX_DETAIL_LINES * 81
_CHUNK: Final = 1 << 16
_PATH_SAFE: Final = frozenset("/-_.~$&+=:@ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")


def path_escape(path: str) -> str:
    """As in a URL's path; slashes stay."""
    if all(c in _PATH_SAFE for c in path):
        return path
    return "".join(c if c in _PATH_SAFE else "".join(f"%{b:02X}" for b in c.encode("utf-8", "surrogateescape")) for c in path)


def join(base: str, path: str) -> str:
    """A URL below another one; query and fragment of the base stay behind the path."""
    cut = min((i for i in (base.find("?"), base.find("#")) if i >= 0), default=len(base))
    return f"{base[:cut].removesuffix('/')}/{path.removeprefix('/')}{base[cut:]}"


def redacted(url: str) -> str:
    """The URL as it may be shown: without the password."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        return url
    end = min((i for i in (rest.find("/"), rest.find("?"), rest.find("#")) if i >= 0), default=len(rest))
    at = rest.rfind("@", 0, end)
    user, colon, _ = rest[: max(at, 0)].partition(":")
    return f"{scheme}://{user}:xxxxx{rest[at:]}" if colon else url


def split(url: str) -> SplitResult:
    """The parts of a URL; FetchError if it has none."""
    if any(ord(c) < 0x20 or ord(c) == 0x7F for c in url):
        raise FetchError(f"parse {_quoted(url)}: net/url: invalid control character in URL")
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  # a port that is no number is an error now, not later
        return parts
    except ValueError as e:
        reason = "invalid port after host" if "port" in str(e).lower() else str(e)
        raise FetchError(f"parse {_quoted(redacted(url))}: {reason}") from None


class _Enough(Exception):
    """No more of the body is wanted."""


def _quoted(text: str) -> str:
    from ..syntax.unicode import quote

    return quote(text)


def check_proxy_url(url: str) -> str:
    """What is wrong with an entry of GOPROXY, or ""."""
    try:
        parts = split(url)
    except FetchError as e:
        return e.message
    shown = redacted(url)
    if parts.scheme == "file":
        if parts.netloc or parts.query or parts.fragment:
            return f"invalid file:// proxy URL with non-path elements: {shown}"
        return ""
    if not parts.scheme:
        return f"invalid proxy URL missing scheme: {shown}"
    if parts.scheme not in ("http", "https"):
        return f"invalid proxy URL scheme (must be https, http, file): {shown}"
    return ""


def http_error(url: str, status: str, code: int, detail: str, reason: str) -> FetchError:
    """An answer that is not 200. `url` may be shown."""
    if detail:
        separator = "\n\t" if "\n" in detail else " "
        message = f"reading {url}: {status}\n\tserver response:{separator}{detail}"
    else:
        message = f"reading {url}: {reason or status}"
    return FetchError(message, code in (404, 410))


def error_detail(body: bytes) -> str:
    """What a server says about an error, as far as it may be shown on a terminal."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    if not all(c.isprintable() or c.isspace() for c in text):
        return ""
    out = ""
    for i, line in enumerate(text.split("\n")):
        if not line.strip():
            break
        if i > 0:
            out += "\n\t"
        if i >= _MAX_DETAIL_LINES:
            return out + "[Truncated: too many lines.]"
        if len(out) + len(line) > _MAX_DETAIL_BYTES:
            return out + "[Truncated: too long.]"
        out += line
    return out


@final
class Response:
    """An answer whose body has still to be read: by `read` or `copy`, or thrown away by `close`."""

    __slots__ = ("url", "status", "code", "headers", "reason", "_source", "_length", "_done", "_chunked")

    def __init__(
        self, url: str, status: str, code: int, headers: list[tuple[str, str]], source: BinaryIO | None, reason: str,
        done: Callable[[bool], None],
    ) -> None:  # fmt: skip
        self.url = url
        self.status = status
        self.code = code
        self.headers = headers
        self.reason = reason
        self._source = source
        self._done = done
        length = self.header("Content-Length")
        self._chunked = "chunked" in self.header("Transfer-Encoding").lower()
        self._length = int(length) if length.isascii() and length.isdigit() and not self._chunked else -1

    def header(self, name: str) -> str:
        for key, value in self.headers:
            if key.lower() == name.lower():
                return value
        return ""

    def error(self) -> FetchError | None:
        """None for 200. Reads the body for what the server says."""
        if self.code == 200:
            return None
        detail = ""
        media_type, _, parameters = self.header("Content-Type").partition(";")
        charset = parameters.partition("charset=")[2].strip().strip('"').lower()
        if self._source is not None and media_type.strip().lower() == "text/plain" and charset in ("", "utf-8", "us-ascii"):
            try:
                body = self.read(1 << 20)
            except FetchError:
                body = b""
            detail = error_detail(body)
        self.close()
        return http_error(self.url, self.status, self.code, detail, self.reason)

    def read(self, limit: int = MAX_BYTES) -> bytes:
        out: list[bytes] = []
        self._transfer(out.append, limit)
        return b"".join(out)

    def read_start(self, limit: int) -> bytes:
        """The body, or what it begins with if it is longer."""
        out: list[bytes] = []
        total = 0

        def put(data: bytes) -> None:
            nonlocal total
            out.append(data)
            total += len(data)
            if total >= limit:
                raise _Enough

        try:
            self._transfer(put, MAX_BYTES)
        except _Enough:
            pass
        return b"".join(out)[:limit]

    def copy(self, destination: BinaryIO, limit: int) -> None:
        """The body into a file; FetchError("too large") if there is more than limit."""

        def put(data: bytes) -> None:
            destination.write(data)

        self._transfer(put, limit)

    def _transfer(self, put: Callable[[bytes], None], limit: int) -> None:
        import http.client

        source = self._source
        if source is None:
            return
        total = 0
        complete = False
        try:
            while True:
                try:
                    data = source.read(_CHUNK)
                except (http.client.HTTPException, ValueError):
                    raise FetchError("unexpected EOF") from None
                except TimeoutError:
                    raise FetchError("timeout: no data from the server") from None
                except OSError as e:
                    raise FetchError(network_reason(e)) from None
                if not data:
                    break
                total += len(data)
                if total > limit:
                    raise FetchError(f"response is too large (limit is {limit} bytes)")
                put(data)
            if 0 <= self._length != total:
                raise FetchError("unexpected EOF")
            complete = True
        finally:
            self._source = None
            self._done(complete)

    def close(self) -> None:
        if self._source is not None:
            self._source = None
            self._done(False)


def network_reason(error: OSError) -> str:
    """A socket's error as package net words it."""
    import errno
    import ssl

    if isinstance(error, ssl.SSLCertVerificationError):
        return f"tls: failed to verify certificate: x509: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"tls: {error.reason or error.strerror or error}"
    if isinstance(error, TimeoutError):
        return "i/o timeout"
    if error.errno in (errno.ECONNRESET, errno.EPIPE):
        return "connection reset by peer" if error.errno == errno.ECONNRESET else "broken pipe"
    return os.strerror(error.errno).lower() if error.errno and error.errno > 0 else str(error)


@final
class Client:
    """`trace` writes one line (-x); `credentials` are headers for a URL, `learn` says that an answer to a URL
    was 4xx, so that there may be better ones."""

    def __init__(
        self,
        env: dict[str, str],
        trace: Callable[[str], None] | None = None,
        credentials: Callable[[str], list[tuple[str, str]]] | None = None,
        learn: Callable[[str, str, list[tuple[str, str]]], None] | None = None,
    ) -> None:
        self.env = env
        self.trace = trace
        self.credentials = credentials
        self.learn = learn
        self._idle: dict[tuple[str, str, bool], list[http.client.HTTPConnection]] = {}
        self._lock = threading.Lock()
        self._contexts: dict[bool, ssl.SSLContext] = {}
        self._active: list[http.client.HTTPConnection] = []
        self._aborted = False

    def get_bytes(self, url: str, limit: int = MAX_BYTES) -> bytes:
        """The whole body."""
        response = self.get(url)
        error = response.error()
        if error is not None:
            raise error
        try:
            return response.read(limit)
        except FetchError as e:
            raise FetchError(f"reading {redacted(url)}: {e.message}") from None

    def get(self, url: str, security: int = DEFAULT) -> Response:
        """The URL may lack a scheme ("//host/path"): https, then with INSECURE http."""
        parts = split(url)
        if parts.scheme == "file":
            return self._open_file(url, parts)
        if parts.scheme in ("", "https"):
            secure = url if parts.scheme else "https:" + url
            try:
                return self._fetch(secure, security)
            except FetchError as e:
                self._say(f"# get {redacted(secure)}: {e.message}")
                if security != INSECURE or parts.scheme == "https":
                    raise
        elif parts.scheme == "http":
            if security == SECURE_ONLY:
                self._say(f"# get {redacted(url)}: insecure")
                raise FetchError(f"insecure URL: {redacted(url)}")
        else:
            self._say(f"# get {redacted(url)}: unsupported")
            raise FetchError(f"unsupported scheme: {redacted(url)}")
        insecure = url if parts.scheme else "http:" + url
        if parts.username is not None and security != INSECURE:
            self._say(f"# get {redacted(insecure)}: insecure credentials")
            raise FetchError(f"refusing to pass credentials to insecure URL: {redacted(insecure)}")
        try:
            return self._fetch(insecure, security)
        except FetchError as e:
            self._say(f"# get {redacted(insecure)}: {e.message}")
            raise

    def close(self) -> None:
        with self._lock:
            idle = [c for connections in self._idle.values() for c in connections]
            self._idle.clear()
        for connection in idle:
            connection.close()

    def abort(self) -> None:
        """End all requests, those of other threads too; there can be no more."""
        import socket

        with self._lock:
            self._aborted = True
            active = list(self._active)
        for connection in active:
            try:
                if connection.sock is not None:
                    connection.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def _release(self, connection: http.client.HTTPConnection) -> None:
        with self._lock:
            if connection in self._active:
                self._active.remove(connection)

    def _say(self, line: str) -> None:
        if self.trace is not None:
            self.trace(line)

    def _open_file(self, url: str, parts: SplitResult) -> Response:
        path = unquote(parts.path, errors="surrogateescape")
        if parts.netloc not in ("", "localhost"):
            raise FetchError("file URL specifies non-local host")
        if not path:
            raise FetchError("file URL missing path")
        if not path.startswith("/"):
            raise FetchError("path is not absolute")
        try:
            if os.path.isdir(path):
                raise FetchError(f"reading {url}: read {path}: is a directory")
            f = open(path, "rb")
        except FileNotFoundError:
            return Response(url, "Not Found", 404, [], None, "no such file or directory", _nothing)
        except PermissionError:
            return Response(url, "Forbidden", 403, [], None, "permission denied", _nothing)
        except (OSError, ValueError) as e:
            reason = os.strerror(e.errno or 0).lower() if isinstance(e, OSError) else "invalid argument"
            raise FetchError(f"open {path}: {reason}") from None

        def done(complete: bool) -> None:
            f.close()

        return Response(url, "OK", 200, [], f, "", done)

    # ------------------------------------------------------------------------------------------------ http

    def _fetch(self, url: str, security: int) -> Response:
        start = time.monotonic()
        self._say(f"# get {redacted(url)}")
        verify = not (security == INSECURE and url.startswith("https:"))
        headers = self.credentials(url) if self.credentials is not None and url.startswith("https:") else []
        response = self._follow(url, headers, verify)
        if url.startswith("https:") and 400 <= response.code < 500 and self.learn is not None and self.credentials is not None:
            self.learn(url, response.status, response.headers)
            better = self.credentials(url)
            if better != headers:
                response.close()
                response = self._follow(url, better, verify)
        self._say(f"# get {redacted(url)}: {response.status} ({time.monotonic() - start:.3f}s)")
        response.url = redacted(url)
        return response

    def _follow(self, url: str, headers: list[tuple[str, str]], verify: bool) -> Response:
        first = split(url)
        target = url
        for _ in range(MAX_REDIRECTS):
            parts = split(target)
            # Credentials are for the host they were given for.
            same_host = (parts.scheme, parts.hostname, parts.port) == (first.scheme, first.hostname, first.port)
            response = self._request(target, parts, headers if same_host else [], verify)
            location = response.header("Location")
            if response.code not in (301, 302, 303, 307, 308) or not location:
                return response
            response.close()
            following = urljoin(target, location)
            scheme = split(following).scheme
            if first.scheme == "https" and scheme != "https":
                raise FetchError(
                    f'Get "{location}": redirected from secure URL {redacted(target)} to insecure URL {redacted(following)}'
                )
            if scheme not in ("http", "https"):
                raise FetchError(f'Get "{location}": unsupported protocol scheme "{scheme}"')
            target = following
        raise FetchError(f'Get "{location}": stopped after {MAX_REDIRECTS} redirects')

    def _request(self, url: str, parts: SplitResult, headers: list[tuple[str, str]], verify: bool) -> Response:
        import http.client

        host = parts.hostname or ""
        if not host:
            raise FetchError(f'Get "{redacted(url)}": http: no Host in request URL')
        netloc = parts.netloc.rpartition("@")[2]
        key = (parts.scheme, netloc, verify)
        proxy = self._proxy_for(parts.scheme, host, parts.port)
        path = path_escape(unquote(parts.path, errors="surrogateescape")) if _needs_escape(parts.path) else parts.path
        path = (path or "/") + ("?" + parts.query if parts.query else "")
        if proxy and parts.scheme == "http":
            path = f"http://{netloc}{path}"
        fields = {"User-Agent": USER_AGENT, "Host": netloc}
        for name, value in headers:
            fields[name] = value
        if parts.username is not None and "Authorization" not in fields:
            fields["Authorization"] = basic(unquote(parts.username), unquote(parts.password or ""))
        while True:
            connection, reused = self._connection(key, proxy, parts)
            with self._lock:
                if self._aborted:
                    raise FetchError(f'Get "{redacted(url)}": context canceled')
                self._active.append(connection)
            try:
                connection.request("GET", path, headers=fields)
                answer = connection.getresponse()
                break
            except (http.client.HTTPException, OSError, ValueError) as e:
                self._release(connection)
                connection.close()
                if reused and not isinstance(e, TimeoutError):
                    # The server has closed an idle connection; that says nothing about the request.
                    continue
                raise FetchError(f'Get "{redacted(url)}": {_request_reason(e, host, parts)}') from None

        def done(complete: bool) -> None:
            self._release(connection)
            if complete and not answer.will_close:
                answer.close()
                with self._lock:
                    self._idle.setdefault(key, []).append(connection)
            else:
                answer.close()
                connection.close()

        status = f"{answer.status} {answer.reason}".rstrip()
        source: BinaryIO = answer
        return Response(redacted(url), status, answer.status, answer.getheaders(), source, "", done)

    def _connection(
        self, key: tuple[str, str, bool], proxy: SplitResult | None, parts: SplitResult
    ) -> tuple[http.client.HTTPConnection, bool]:
        import http.client

        with self._lock:
            idle = self._idle.get(key)
            if idle:
                return idle.pop(), True
        host = parts.hostname or ""
        port = parts.port
        if parts.scheme == "http":
            if proxy is not None:
                host = proxy.hostname or ""
                port = proxy.port
            return http.client.HTTPConnection(host, port, timeout=IDLE_TIMEOUT), False
        context = self._context(key[2])
        if proxy is None:
            return http.client.HTTPSConnection(host, port, timeout=IDLE_TIMEOUT, context=context), False
        tunnel = http.client.HTTPSConnection(proxy.hostname or "", proxy.port or 80, timeout=IDLE_TIMEOUT, context=context)
        fields = {}
        if proxy.username is not None:
            fields["Proxy-Authorization"] = basic(unquote(proxy.username), unquote(proxy.password or ""))
        tunnel.set_tunnel(host, port or 443, fields)
        return tunnel, False

    def _context(self, verify: bool) -> ssl.SSLContext:
        import ssl

        with self._lock:
            context = self._contexts.get(verify)
            if context is None:
                context = ssl.create_default_context()
                if not verify:
                    context.check_hostname = False
                    context.verify_mode = ssl.CERT_NONE
                self._contexts[verify] = context
            return context

    def _proxy_for(self, scheme: str, host: str, port: int | None) -> SplitResult | None:
        """HTTP_PROXY, HTTPS_PROXY, NO_PROXY. This machine is never reached through a proxy."""
        name = scheme.upper() + "_PROXY"
        url = self.env.get(name, "") or self.env.get(name.lower(), "")
        if not url or host == "localhost" or host.startswith("127.") or host == "::1":
            return None
        for entry in (self.env.get("NO_PROXY", "") or self.env.get("no_proxy", "")).lower().split(","):
            entry = entry.strip()
            domain, _, wanted = entry.partition(":")
            if wanted and wanted != str(port or (443 if scheme == "https" else 80)):
                continue
            domain = domain.removeprefix("*")
            if entry == "*" or (domain and (host == domain.removeprefix(".") or host.endswith("." + domain.removeprefix(".")))):
                return None
        return split(url if "://" in url else "http://" + url)


def _nothing(complete: bool) -> None:
    pass


def _needs_escape(path: str) -> bool:
    return any(c not in _PATH_SAFE and c != "%" for c in path)


def basic(user: str, password: str) -> str:
    """The value of an Authorization header."""
    import base64

    return "Basic " + base64.b64encode(f"{user}:{password}".encode("utf-8", "surrogateescape")).decode("ascii")


def _name_server() -> str:
    """ " on 192.0.2.1:53", who was asked for an address."""
    try:
        with open("/etc/resolv.conf", encoding="ascii", errors="replace") as f:
            for line in f:
                words = line.split()
                if len(words) > 1 and words[0] == "nameserver":
                    return f" on [{words[1]}]:53" if ":" in words[1] else f" on {words[1]}:53"
    except OSError:
        pass
    return ""


def _request_reason(error: Exception, host: str, parts: SplitResult) -> str:
    import errno
    import http.client
    import socket

    port = parts.port or (443 if parts.scheme == "https" else 80)
    if isinstance(error, socket.gaierror):
        return f"dial tcp: lookup {host}{_name_server()}: no such host"
    if isinstance(error, ConnectionRefusedError):
        address = "[::1]" if ":" in host else host if host.replace(".", "").isdigit() else "127.0.0.1" if host == "localhost" else host
        return f"dial tcp {address}:{port}: connect: connection refused"
    if isinstance(error, http.client.RemoteDisconnected):
        return "EOF"
    if isinstance(error, http.client.BadStatusLine):
        return f"net/http: HTTP/1.x transport connection broken: malformed HTTP response {_quoted(str(error).strip())}"
    if isinstance(error, TimeoutError):
        return "net/http: timeout awaiting response headers"
    if isinstance(error, OSError):
        if error.errno in (errno.ENETUNREACH, errno.EHOSTUNREACH):
            return f"dial tcp {host}:{port}: connect: {os.strerror(error.errno).lower()}"
        return network_reason(error)
    return str(error) or type(error).__name__
