"""A module proxy and a checksum database on loopback, made of cmd/go's own test modules.

    with ModuleServer() as server:
        server.environment(tmp_path)    →    GOPROXY, GOSUMDB, GOPATH … for a Settings or a process

`server.answers[path]` replaces an answer: bytes, or a function that writes to the connection. `server.requests` counts.
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
import threading
import zipfile
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import unquote

from official import GOROOT

from goes.module.ed25519 import _BASE, _L, _encode, _multiply
from goes.module.escape import escape
from goes.module.tlog import join_hashes, node_hash, record_hash

ARCHIVES = GOROOT / "src/cmd/go/testdata/mod"
SIGNER_SEED = hashlib.sha256(b"a test key").digest()
NAME = "sum.test.invalid"
Answer = bytes | Callable[[BaseHTTPRequestHandler], None]


def txtar(text: bytes) -> dict[str, bytes]:
    """The files of an archive."""
    out: dict[str, bytes] = {}
    name = ""
    for line in text.splitlines(keepends=True):
        match = re.fullmatch(rb"-- (.+) --\r?\n?", line)
        if match:
            name = match.group(1).strip().decode()
            out[name] = b""
        elif name:
            out[name] += line
    return out


def archive(path: str, version: str) -> dict[str, bytes]:
    return txtar((ARCHIVES / f"{escape(path).replace('/', '_')}_{escape(version)}.txt").read_bytes())


def zip_of(path: str, version: str, files: dict[str, bytes]) -> bytes:
    """A module zip; a name beginning with "/" is put in as it is."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as z:
        for name, content in files.items():
            if name not in (".info", ".mod"):
                entry = zipfile.ZipInfo(name[1:] if name.startswith("/") else f"{path}@{version}/{name}")
                entry.compress_type = zipfile.ZIP_DEFLATED
                z.writestr(entry, content)
    return data.getvalue()


def hash1(files: dict[str, bytes]) -> str:
    total = hashlib.sha256()
    for name in sorted(files):
        total.update(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n".encode())
    return "h1:" + base64.b64encode(total.digest()).decode()


def sums(path: str, version: str, files: dict[str, bytes]) -> bytes:
    """The two lines of go.sum."""
    contents = {f"{path}@{version}/{n}": d for n, d in files.items() if not n.startswith(".")}
    mod = hash1({"go.mod": files[".mod"]})
    return f"{path} {version} {hash1(contents)}\n{path} {version}/go.mod {mod}\n".encode()


def sign(message: bytes) -> bytes:
    """RFC 8032, section 5.1.6."""
    h = hashlib.sha512(SIGNER_SEED).digest()
    a = int.from_bytes(h[:32], "little") & ((1 << 254) - 8) | (1 << 254)
    r = int.from_bytes(hashlib.sha512(h[32:] + message).digest(), "little") % _L
    big_r = _encode(_multiply(r, _BASE))
    k = int.from_bytes(hashlib.sha512(big_r + public_key() + message).digest(), "little")
    return big_r + ((r + k * a) % _L).to_bytes(32, "little")


def public_key() -> bytes:
    h = hashlib.sha512(SIGNER_SEED).digest()
    return _encode(_multiply(int.from_bytes(h[:32], "little") & ((1 << 254) - 8) | (1 << 254), _BASE))


def key_hash() -> bytes:
    return hashlib.sha256(NAME.encode() + b"\n\x01" + public_key()).digest()[:4]


def verifier_key() -> str:
    return f"{NAME}+{key_hash().hex()}+{base64.b64encode(bytes([1]) + public_key()).decode()}"


def sign_note(text: str) -> bytes:
    signature = base64.b64encode(key_hash() + sign(text.encode())).decode()
    return f"{text}\n— {NAME} {signature}\n".encode()


class SumDatabase:
    """A transparent log of go.sum lines."""

    def __init__(self) -> None:
        self.records: list[bytes] = []
        self.numbers: dict[str, int] = {}
        self.lock = threading.Lock()

    def add(self, key: str, record: bytes) -> int:
        with self.lock:
            if key not in self.numbers:
                self.numbers[key] = len(self.records)
                self.records.append(record)
            return self.numbers[key]

    def hash(self, low: int, high: int) -> bytes:
        if high - low == 1:
            return record_hash(self.records[low])
        half = 1 << (high - low - 1).bit_length() - 1
        return node_hash(self.hash(low, low + half), self.hash(low + half, high))

    def note(self, size: int | None = None) -> bytes:
        n = len(self.records) if size is None else size
        return sign_note(f"go.sum database tree\n{n}\n{base64.b64encode(self.hash(0, n)).decode()}\n")

    def lookup(self, number: int) -> bytes:
        return b"%d\n" % number + self.records[number] + b"\n" + self.note()

    def tile(self, height: int, level: int, number: int, width: int) -> bytes:
        step = 1 << level * height
        first = number << height
        return b"".join(self.hash(i * step, (i + 1) * step) for i in range(first, first + width))


class ModuleServer:
    """Serves ARCHIVES, and modules that `add` gives it."""

    def __init__(self, fill: int = 0) -> None:
        self.answers: dict[str, Answer] = {}
        self.requests: Counter[str] = Counter()
        self.headers: dict[str, dict[str, str]] = {}
        self.modules: dict[tuple[str, str], dict[str, bytes]] = {}
        self.database = SumDatabase()
        for i in range(fill):
            self.database.add(f"filler{i}", b"example.com/filler v1.0.%d h1:x=\n" % i)
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                path = unquote(self.path)
                outer.requests[path] += 1
                outer.headers[path] = dict(self.headers)
                answer = outer.answers.get(path)
                if callable(answer):
                    answer(self)
                    return
                if answer is None:
                    answer = outer.answer(path)
                send(self, 404 if answer is None else 200, b"not found\n" if answer is None else answer)

            def log_message(self, *args: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            def handle_error(self, request: Any, client_address: Any) -> None:
                """Clients may die at any time."""

        self.http = Server(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"

    def __enter__(self) -> ModuleServer:
        threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.http.shutdown()
        self.http.server_close()

    def add(self, path: str, version: str, files: dict[str, bytes] | None = None) -> None:
        """A module of our own: ".mod" and ".info" are made up."""
        mod = f"module {path}\n".encode()
        self.modules[path, version] = {
            ".mod": mod, ".info": f'{{"Version":"{version}"}}'.encode(), "go.mod": mod, "x.go": b"package x\n", **(files or {}),
        }  # fmt: skip

    def files(self, path: str, version: str) -> dict[str, bytes] | None:
        if (path, version) in self.modules:
            return self.modules[path, version]
        try:
            return archive(path, version)
        except FileNotFoundError:
            return None

    def environment(self, directory: Path, **more: str) -> dict[str, str]:
        return {
            "GOPATH": str(directory / "gopath"), "HOME": str(directory / "home"), "GOPROXY": self.url, "GOENV": "off",
            "GOSUMDB": f"{verifier_key()} {self.url}/sumdb/{NAME}", "GOTOOLCHAIN": "local", "GOFLAGS": "", **more,
        }  # fmt: skip

    def answer(self, path: str) -> bytes | None:
        prefix = f"/sumdb/{NAME}/"
        if path.startswith(prefix):
            return self.answer_database(path[len(prefix) :])
        module, at, file = path[1:].partition("/@v/")
        module = re.sub("!([a-z])", lambda m: m.group(1).upper(), module)
        if not at:
            return None
        if file == "list":
            found = [v for p, v in self.modules if p == module]
            start = escape(module).replace("/", "_") + "_v"
            found += [f.name[len(start) - 1 : -4] for f in sorted(ARCHIVES.glob(start + "*.txt"))]
            return "".join(v + "\n" for v in found).encode() if found else None
        version, _, suffix = file.rpartition(".")
        files = self.files(module, version)
        if files is None:
            return None
        return zip_of(module, version, files) if suffix == "zip" else files.get("." + suffix)

    def answer_database(self, path: str) -> bytes | None:
        if path == "supported":
            return b""
        if path.startswith("lookup/"):
            key = path[len("lookup/") :]
            module, _, version = key.rpartition("@")
            module = re.sub("!([a-z])", lambda m: m.group(1).upper(), module)
            files = self.files(module, version)
            return None if files is None else self.database.lookup(self.database.add(key, sums(module, version, files)))
        match = re.fullmatch(r"tile/(\d+)/(\d+)/((?:x\d{3}/)*\d{3})(?:\.p/(\d+))?", path)
        if match is None:
            return None
        height = int(match.group(1))
        number = int(match.group(3).replace("x", "").replace("/", ""))
        return self.database.tile(height, int(match.group(2)), number, int(match.group(4) or 1 << height))


def send(handler: BaseHTTPRequestHandler, status: int, body: bytes, **headers: str) -> None:
    """An answer; `length` may lie about the length."""
    handler.send_response(status)
    handler.send_header("Content-Type", "application/zip" if body[:2] == b"PK" else "text/plain; charset=utf-8")
    length = headers.pop("length", str(len(body)))
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", length)
    handler.end_headers()
    handler.wfile.write(body)
    if length != str(len(body)):
        handler.close_connection = True


__all__ = ["GOROOT", "NAME", "ModuleServer", "archive", "join_hashes", "send", "sign_note", "sums", "verifier_key", "zip_of"]
