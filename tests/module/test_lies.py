"""A proxy or checksum database that lies: it is refused, the message names what is wrong, and nothing stays in the cache."""

from __future__ import annotations

import base64
import io
import struct
import zipfile
from http.server import BaseHTTPRequestHandler

import pytest
from fetchworld import World
from loopback import NAME, ModuleServer, archive, send, sign_note, sums, zip_of

from goes.diag.diagnostic import UserError
from goes.module import modulezip, web
from goes.module.fetch import FetchError
from goes.module.web import Client

QUOTE = "rsc.io/quote"
V = "v1.5.2"
ZIP = f"/{QUOTE}/@v/{V}.zip"
MODULE = f"{QUOTE}@{V}"
FILES = archive(QUOTE, V)
GOOD = zip_of(QUOTE, V, FILES)
GOOD_SUM = sums(QUOTE, V, FILES).decode().split()[2]


def refused(world: World, message: str) -> None:
    """The download fails with the message; a later command finds an empty cache, and with a good server, the module."""
    with pytest.raises((FetchError, UserError)) as caught:
        world.fetcher.download(QUOTE, V)
    text = str(caught.value).replace(world.env["GOPROXY"], "URL").replace(str(world.cache), "CACHE")
    assert message in text
    assert not [f for f in world.files() if "/sumdb/" not in f]
    assert not (world.cache / MODULE).exists()
    world.sums.write({(QUOTE, V)}, readonly=False)
    assert not (world.directory / "go.sum").exists()


def test_a_wrong_zip(world: World, server: ModuleServer) -> None:
    server.answers[ZIP] = zip_of(QUOTE, V, {**FILES, "quote.go": b"package evil\n"})
    refused(world, f"{MODULE}: verifying module: checksum mismatch\n\tdownloaded: h1:")
    assert server.headers[ZIP]["User-Agent"] == web.USER_AGENT


def test_the_whole_text_of_a_mismatch(world: World, server: ModuleServer) -> None:
    server.answers[ZIP] = zip_of(QUOTE, V, {**FILES, "quote.go": b"package evil\n"})
    with pytest.raises(FetchError) as caught:
        world.fetcher.download(QUOTE, V)
    assert str(caught.value).endswith(
        f"\t{NAME}: {GOOD_SUM}\n\nSECURITY ERROR\n"
        "This download does NOT match the one reported by the checksum server.\n"
        "The bits may have been replaced on the origin server, or an attacker may\n"
        "have intercepted the download attempt.\n\n"
        "For more information, see 'go help module-auth'.\n"
    )


def test_a_zip_that_is_not_the_one_of_last_time(world: World, server: ModuleServer) -> None:
    (world.directory / "go.sum").write_text(f"{QUOTE} {V} {GOOD_SUM}\n")
    server.answers[ZIP] = zip_of(QUOTE, V, {**FILES, "quote.go": b"package evil\n"})
    with pytest.raises(UserError) as caught:
        world.fetcher.download(QUOTE, V)
    text = str(caught.value)
    assert text.startswith(f"verifying {MODULE}: checksum mismatch\n\tdownloaded: h1:")
    assert f"\tgo.sum:     {GOOD_SUM}\n\nSECURITY ERROR\nThis download does NOT match an earlier download recorded in go.sum." in text
    assert not world.files()


def test_a_wrong_go_mod(world: World, server: ModuleServer) -> None:
    server.answers[f"/{QUOTE}/@v/{V}.mod"] = b"module evil\n"
    with pytest.raises(FetchError, match="verifying go.mod: checksum mismatch"):
        world.fetcher.go_mod(QUOTE, V)
    assert not [f for f in world.files() if "/sumdb/" not in f]


def test_a_truncated_body(world: World, server: ModuleServer) -> None:
    server.answers[ZIP] = lambda h: send(h, 200, GOOD[:200], length=str(len(GOOD)))
    refused(world, f'{MODULE}: read "URL{ZIP}": unexpected EOF')


def test_a_truncated_chunked_body(world: World, server: ModuleServer) -> None:
    def answer(h: BaseHTTPRequestHandler) -> None:
        h.send_response(200)
        h.send_header("Transfer-Encoding", "chunked")
        h.end_headers()
        h.wfile.write(b"%x\r\n" % len(GOOD) + GOOD[:100])
        h.close_connection = True

    server.answers[ZIP] = answer
    refused(world, f'{MODULE}: read "URL{ZIP}": unexpected EOF')


def test_a_zip_cut_short(world: World, server: ModuleServer) -> None:
    server.answers[ZIP] = GOOD[:-10]
    refused(world, "zip: not a valid zip file")


def test_a_damaged_zip(world: World, server: ModuleServer) -> None:
    broken = bytearray(GOOD)
    broken[80] ^= 0xFF
    server.answers[ZIP] = bytes(broken)
    refused(world, "zip: ")


def test_a_body_that_never_ends(world: World, server: ModuleServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("goes.module.proxy.MAX_ZIP", 1000)

    def answer(h: BaseHTTPRequestHandler) -> None:
        h.send_response(200)
        h.end_headers()
        h.close_connection = True
        try:
            while True:
                h.wfile.write(bytes(65536))
        except OSError:
            pass

    server.answers[ZIP] = answer
    refused(world, f"{MODULE}: downloaded zip file too large")


def test_a_go_mod_that_never_ends(world: World, server: ModuleServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.answers[f"/{QUOTE}/@v/{V}.mod"] = bytes(web.MAX_BYTES + 1)
    with pytest.raises(FetchError, match="response is too large"):
        world.fetcher.go_mod(QUOTE, V)
    assert not world.files()


def test_a_proxy_that_says_nothing(world: World, server: ModuleServer, monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    monkeypatch.setattr(web, "IDLE_TIMEOUT", 0.1)
    release = threading.Event()
    server.answers[ZIP] = lambda h: (release.wait(20), send(h, 200, GOOD))[1]
    refused(world, f'{MODULE}: Get "URL{ZIP}": net/http: timeout awaiting response headers')
    release.set()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (f"/{MODULE}/../../evil.go", f'{MODULE}/../../evil.go: malformed file path "../../evil.go": invalid path element ".."'),
        (f"/{MODULE}/a/../evil.go", f"{MODULE}/a/../evil.go: file path is not clean"),
        (f"/{MODULE}//etc/passwd", 'malformed file path "/etc/passwd": empty path element'),
        ("/../evil.go", f"zip for {MODULE} has unexpected file ../evil.go"),
        ("/etc/evil.go", f"zip for {MODULE} has unexpected file etc/evil.go"),
        (f"/{MODULE}/a\\b.go", r"""malformed file path "a\\b.go": invalid char '\\'"""),
        (f"/{MODULE}/con.go", 'malformed file path "con.go": "con" disallowed as path element component on Windows'),
        ("QUOTE.go", 'case-insensitive file name collision: "quote.go" and "QUOTE.go"'),
        ("quote.go/x", 'entry "quote.go" is both a file and a directory'),
        ("sub/go.mod", "go.mod file not in module root directory"),
        ("GO.MOD", "case-insensitive file name collision"),
    ],
)
def test_bad_names(world: World, server: ModuleServer, name: str, message: str) -> None:
    world = world.again(GOSUMDB="off")
    server.answers[ZIP] = zip_of(QUOTE, V, {**FILES, name: b"package x\n"})
    refused(world, message)


def test_the_same_name_twice(world: World, server: ModuleServer) -> None:
    data = io.BytesIO(GOOD)
    with pytest.warns(UserWarning), zipfile.ZipFile(data, "a") as z:
        z.writestr(f"{MODULE}/quote.go", b"package evil\n")
    server.answers[ZIP] = data.getvalue()
    refused(world.again(GOSUMDB="off"), 'multiple entries for file "quote.go"')


def test_a_symbolic_link_is_written_as_a_plain_file(world: World, server: ModuleServer) -> None:
    data = io.BytesIO(GOOD)
    with zipfile.ZipFile(data, "a") as z:
        link = zipfile.ZipInfo(f"{MODULE}/link")
        link.external_attr = 0o120777 << 16
        z.writestr(link, "/etc/passwd")
    server.answers[ZIP] = data.getvalue()
    world = world.again(GOSUMDB="off")
    world.fetcher.download(QUOTE, V)
    link_path = world.cache / MODULE / "link"
    assert not link_path.is_symlink()
    assert link_path.read_text() == "/etc/passwd"


def test_a_zip_bomb_by_its_declared_size(world: World, server: ModuleServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(modulezip, "MAX_ZIP", 1 << 20)
    server.answers[ZIP] = zip_of(QUOTE, V, {**FILES, "a": bytes(1 << 19), "b": bytes(1 << 19)})
    refused(world.again(GOSUMDB="off"), "total uncompressed size of module contents too large (max size is 1048576 bytes)")


def test_a_zip_bomb_that_declares_less_than_it_holds(world: World, server: ModuleServer) -> None:
    data = bytearray(zip_of(QUOTE, V, {**FILES, "bomb": bytes(1 << 20)}))
    for signature, offset in ((b"PK\1\2", 24), (b"PK\3\4", 22)):
        at = data.rfind(signature)
        assert struct.unpack_from("<I", data, at + offset)[0] == 1 << 20
        struct.pack_into("<I", data, at + offset, 100)
    server.answers[ZIP] = bytes(data)
    refused(world.again(GOSUMDB="off"), "zip: ")


def test_a_large_go_mod_in_the_zip(world: World, server: ModuleServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(modulezip, "MAX_GO_MOD", 10)
    refused(world.again(GOSUMDB="off"), f"{MODULE}/go.mod: go.mod file too large (max size is 10 bytes)")


def test_info_for_another_version(world: World, server: ModuleServer) -> None:
    server.answers[f"/{QUOTE}/@v/{V}.info"] = b'{"Version":"v1.5.1"}'
    with pytest.raises(FetchError) as caught:
        world.fetcher.stat(QUOTE, V)
    assert str(caught.value) == f"{MODULE}: proxy returned info for version v1.5.1 instead of requested version"


@pytest.mark.parametrize("body", [b"", b"null x", b"[]", b'{"Version":1}', b'{"Version":"v1.5.2","Time":"soon"}', b"[" * 100000])
def test_info_that_is_none(world: World, server: ModuleServer, body: bytes) -> None:
    server.answers[f"/{QUOTE}/@v/{V}.info"] = body
    with pytest.raises(FetchError) as caught:
        world.fetcher.stat(QUOTE, V)
    assert str(caught.value).startswith(f'{MODULE}: invalid response from proxy "{server.url}": ')
    assert not world.files()


def test_redirects_end(world: World, server: ModuleServer) -> None:
    server.answers[ZIP] = lambda h: send(h, 302, b"", Location=ZIP)
    refused(world, f'{MODULE}: Get "{ZIP}": stopped after 10 redirects')


def test_a_redirect_from_https_to_http(monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client({})
    answer = web.Response("", "302 Found", 302, [("Location", "http://evil.test/x")], None, "", lambda complete: None)
    monkeypatch.setattr(client, "_request", lambda *args: answer)
    with pytest.raises(FetchError) as caught:
        client.get_bytes("https://proxy.test/x")
    assert str(caught.value) == (
        'Get "http://evil.test/x": redirected from secure URL https://proxy.test/x to insecure URL http://evil.test/x'
    )


def test_terminal_codes_of_a_server_are_not_shown(world: World, server: ModuleServer) -> None:
    server.answers[ZIP] = lambda h: send(h, 403, b"\x1b[31mgo away\n")
    with pytest.raises(FetchError) as caught:
        world.fetcher.download_zip(QUOTE, V)
    assert str(caught.value).endswith("403 Forbidden")


# ---------------------------------------------------------------------------------------------------- the database


@pytest.fixture
def full(server: ModuleServer) -> ModuleServer:
    """A log with more than one tile."""
    for i in range(300):
        server.database.add(f"filler{i}", b"example.com/filler v1.0.%d h1:x=\n" % i)
    return server


def test_a_forged_tile(world: World, full: ModuleServer) -> None:
    full.database.add(MODULE, sums(QUOTE, V, FILES))
    good = full.database.tile(8, 0, 1, 45)
    full.answers[f"/sumdb/{NAME}/tile/8/0/001.p/45"] = bytes(32) + good[32:]
    refused(world, "downloaded inconsistent tile")
    assert not [f for f in world.files() if "tile" in f]


def test_a_short_tile(world: World, full: ModuleServer) -> None:
    full.answers[f"/sumdb/{NAME}/tile/8/0/001.p/45"] = b"x"
    refused(world, "TileReader returned bad result slice (tile/8/0/001.p/45 len=1, want 1440)")


def test_a_record_that_is_not_in_the_log(world: World, full: ModuleServer) -> None:
    number = full.database.add(MODULE, sums(QUOTE, V, FILES))
    lie = b"%d\n%s\n%s" % (number, sums(QUOTE, V, {**FILES, "quote.go": b"package evil\n"}), full.database.note())
    full.answers[f"/sumdb/{NAME}/lookup/{MODULE}"] = lie
    refused(world, "cannot authenticate record data in server response")


def test_a_record_beyond_the_log(world: World, full: ModuleServer) -> None:
    full.answers[f"/sumdb/{NAME}/lookup/{MODULE}"] = b"999\n%s\n%s" % (sums(QUOTE, V, FILES), full.database.note())
    refused(world, "cannot validate record 999 in tree of size 300")


def test_a_note_with_a_bad_signature(world: World, full: ModuleServer) -> None:
    number = full.database.add(MODULE, sums(QUOTE, V, FILES))
    head, _, line = full.database.note().rstrip(b"\n").rpartition(b" ")
    signature = bytearray(base64.b64decode(line))
    signature[10] ^= 1
    note = head + b" " + base64.b64encode(bytes(signature)) + b"\n"
    full.answers[f"/sumdb/{NAME}/lookup/{MODULE}"] = b"%d\n%s\n%s" % (number, sums(QUOTE, V, FILES), note)
    refused(world, f"reading tree note: invalid signature for key {NAME}+")


@pytest.mark.parametrize("answer", [b"", b"x\ny\n\n", b"1\n\n\n", b"1\nline\n", b"1\nli\x01ne\n\nnote", b"-1\na\n\nb"])
def test_answers_that_are_no_record(world: World, full: ModuleServer, answer: bytes) -> None:
    full.answers[f"/sumdb/{NAME}/lookup/{MODULE}"] = answer
    refused(world, f"{MODULE}: verifying module: {MODULE}: ")


def test_a_database_without_the_hash(world: World, full: ModuleServer) -> None:
    number = full.database.add(MODULE, f"{QUOTE} {V}/go.mod h1:x=\n".encode())
    assert number == 300
    refused(world, "verifying module: checksum missing from sumdb response\n\nSECURITY ERROR\n")


def test_two_histories(world: World, full: ModuleServer) -> None:
    """The log once showed a tree that the present one does not contain: the proof is printed, the command ends."""
    world.fetcher.download(QUOTE, V)
    full.database.records[290] = b"rewritten history\n"
    full.add("example.com/a", "v1.0.0")
    with pytest.raises(UserError) as caught:
        world.again().fetcher.download("example.com/a", "v1.0.0")
    lines = str(caught.value).split("\n")
    assert lines[:3] == ["SECURITY ERROR", "go.sum database server misbehavior detected!", ""]
    assert "old database:" in lines and "new database:" in lines and "proof of misbehavior:" in lines
    assert not (world.cache / "example.com").exists()


def test_an_older_tree_of_the_same_log_is_accepted(world: World, full: ModuleServer) -> None:
    world.fetcher.download(QUOTE, V)
    number = full.database.numbers[MODULE]
    assert number == 300
    full.add("example.com/a", "v1.0.0")
    size = 299
    full.answers[f"/sumdb/{NAME}/lookup/example.com/a@v1.0.0"] = b"%d\n%s\n%s" % (
        full.database.add("a", sums("example.com/a", "v1.0.0", full.modules["example.com/a", "v1.0.0"])) - 299,
        full.database.records[2], full.database.note(size),
    )  # fmt: skip
    with pytest.raises(FetchError, match="checksum missing from sumdb response"):
        world.again().fetcher.download("example.com/a", "v1.0.0")


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("nonsense", "invalid GOSUMDB: malformed verifier id"),
        ("a b c", "invalid GOSUMDB: too many fields"),
        ("sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn9", "invalid GOSUMDB: invalid verifier hash"),
    ],
)
def test_bad_gosumdb(world: World, setting: str, message: str) -> None:
    refused(world.again(GOSUMDB=setting), f"{MODULE}: verifying module: {message}")


def test_gonosumdb_and_goprivate_do_not_ask(world: World, server: ModuleServer) -> None:
    world.again(GONOSUMDB="rsc.io").fetcher.download(QUOTE, V)
    assert not [r for r in server.requests if "sumdb" in r]


def test_the_note_is_the_one_of_the_real_format() -> None:
    assert sign_note("a\n").startswith("a\n\n— sum.test.invalid ".encode())
