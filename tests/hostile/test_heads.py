"""Heads of requests that could stop a server, or fill it, before it knows who is asking."""

import asyncio
from collections.abc import AsyncGenerator, Iterator

import pytest

from api.auth.cookies import ours
from api.edge.connections import HEAD_BYTES_MAX
from tests import slowness
from tests.hostile.watched import Server, served_apart

STALL_MS_MAX = 200
GROWN_MB_MAX = 100
READ_S_MAX = 30
MIB = 1 << 20


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Server]:
    async with served_apart(tmp_path_factory.mktemp("heads")) as server:
        yield server


def get(*headers: str, path: str = "/api/v1/session") -> list[bytes]:
    lines: list[str] = [f"GET {path} HTTP/1.1", "Host: x", *headers, "Connection: close"]
    return ["\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"]


def long(much: str, size: int = 30_000) -> str:
    return (much * (size // len(much) + 1))[:size]


# As large as a head may be.
FITTING: dict[str, list[bytes]] = {
    "a quoted cookie of escapes": get(f'Cookie: sealwright_session="{long(chr(92) + "a")}"'),
    "a quoted cookie of backslashes": get(f'Cookie: sealwright_session="{long(chr(92) * 2)}"'),
    "a quoted cookie of quotes": get(f'Cookie: sealwright_session="{long(chr(92) + chr(34))}"'),
    "a quoted cookie of numbers": get(f'Cookie: sealwright_session="{long(chr(92) + "012")}"'),
    "somebody else's quoted cookie": get(f'Cookie: theirs="{long(chr(92) + "a")}"'),
    "a quoted cookie of the sign-in": get(f'Cookie: sealwright_second_step="{long(chr(92) + "a")}"'),
    "a quoted cookie at the consent": get(
        f'Cookie: sealwright_session="{long(chr(92) + "a")}"', path="/oauth/authorize"
    ),
    "a quoted cookie at a device": get(f'Cookie: sealwright_session="{long(chr(92) + "a")}"', path="/oauth/device"),
    "a quoted cookie for MCP": get(f'Cookie: sealwright_session="{long(chr(92) + "a")}"', path="/t/acme/mcp"),
    "two quoted cookies": get(*[f'Cookie: sealwright_session="{long(chr(92) + "a", 15_000)}"'] * 2),
    "many cookies": get(f"Cookie: {long('a=b;')}"),
    "many cookies of ours": get(f"Cookie: {long('sealwright_session=x;')}"),
    "semicolons": get(f"Cookie: {long(';')}"),
    "equals signs": get(f"Cookie: {long('=')}"),
    "spaces": get(f"Cookie: {long(' ')}x"),
    "ranges": get(f"Range: bytes={long('0-1,')}", path="/seal.svg"),
    "ranges that grow": get(f"Range: bytes={','.join(f'{n}-{n + 1}' for n in range(2_500))}", path="/index.html"),
    "tags": get(f"If-None-Match: {long(chr(34) + 'a' + chr(34) + ',')}", path="/seal.svg"),
    "types": get(f"Accept: {long('a/b;q=0.1,')}", path="/t/acme/mcp"),
    "a bearer of dots": get(f"Authorization: Bearer {long('.')}", path="/api/v1/tenants/acme/runs"),
    "a bearer that looks like a token": get(f"Authorization: Bearer eyJhbGciOiJFUzI1NiJ9.{long('A')}.AAAA"),
    "a name and a password": get(f"Authorization: Basic {long('A')}", path="/oauth/introspect"),
    "hops": get(f"X-Forwarded-For: {long('1.1.1.1,')}"),
    "an id": get(f"X-Request-Id: {long('a')}"),
    "a content type of parameters": get(f"Content-Type: application/json;{long('a=b;')}"),
    "a length of many digits": get(f"Content-Length: {long('9', 4_000)}"),
    "an address of slashes": get(path="/" + long("a/")),
    "an address of dots": get(path="/" + long("../")),
    "an address of percents": get(path="/" + long("%2e")),
    "a question of parts": get(path="/api/v1/tenants/acme/runs?" + long("a&")),
    "a question without an end": get(path="/oauth/authorize?" + long("state=a&")),
    "headers of nothing": get(*["a:"] * 6_000),
    "the same header": get(*["X-A: b"] * 3_500),
    "other languages": get(f"Accept-Language: {long('de;q=0.1,')}"),
    "an origin": get(f"Origin: https://{long('a.')}"),
    "a host": [f"GET / HTTP/1.1\r\nHost: {long('a.')}\r\nConnection: close\r\n\r\n".encode()],
    "an upgrade": get("Upgrade: websocket", "Connection: upgrade", f"Sec-WebSocket-Key: {long('a')}"),
}
START = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
POST = (
    b"POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
)
# More than that: refused, or the connection ends, wherever it is seen.
ENDLESS: dict[str, list[bytes]] = {
    "a header of a megabyte": [START + b"X-A: " + b"a" * MIB + b"\r\n\r\n"],
    "a header without an end": [START + b"X-A: ", *[b"a" * MIB] * 40],
    "a name without an end": [START, *[b"a" * MIB] * 40],
    "headers without an end": [START, *[b"X-A: b\r\n" * (MIB // 8)] * 40],
    "short headers without an end": [START, *[b"a:\r\n" * (MIB // 4)] * 40],
    "a cookie without an end": [START + b'Cookie: sealwright_session="', *[b"\\a" * (MIB // 2)] * 40],
    "an address without an end": [b"GET /", *[b"a" * MIB] * 40],
    "a method without an end": [*[b"A" * MIB] * 10],
    "a version without an end": [b"GET / HTTP/1.1" + b"1" * MIB, *[b"1" * MIB] * 10],
    "empty lines without an end": [*[b"\r\n" * (MIB // 2)] * 20],
    "spaces without an end": [START + b"X-A:", *[b" " * MIB] * 40],
    "trailers without an end": [POST + b"2\r\n{}\r\n0\r\n", *[b"X-A: b\r\n" * (MIB // 8)] * 40],
    "one trailer without an end": [POST + b"2\r\n{}\r\n0\r\nX-A: ", *[b"a" * MIB] * 40],
    "a chunk's extension without an end": [POST + b"2;", *[b"a" * MIB] * 40],
    "chunks of one byte": [POST, *[b"1\r\n \r\n" * (MIB // 6)] * 10],
    "heads behind each other": [START + b"\r\n", *[(START + b"\r\n") * 10_000] * 3],
    "a large head behind a small one": [START + b"\r\n", START + b"X-A: ", *[b"a" * MIB] * 20],
    "33 kilobytes": [START + b"X-A: " + b"a" * (33 << 10) + b"\r\n\r\n"],
}


async def sent(server: Server, parts: list[bytes]) -> bytes:
    """What comes back, its beginning; whoever sends does not stop because it is answered."""
    host, _, port = server.url.removeprefix("http://").partition(":")
    reading, writing = await asyncio.open_connection(host, int(port))
    try:
        async with asyncio.timeout(READ_S_MAX):
            sending = asyncio.create_task(_send(writing, parts))
            try:
                answer = await reading.read(4_096)
            except ConnectionError:
                answer = b""
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
            return answer
    finally:
        writing.close()


async def _send(writing: asyncio.StreamWriter, parts: list[bytes]) -> None:
    for part in parts:
        writing.write(part)
        await writing.drain()


def heads() -> Iterator[tuple[str, list[bytes]]]:
    yield from FITTING.items()
    yield from ENDLESS.items()


@pytest.mark.parametrize(("name", "parts"), list(heads()), ids=[name for name, _ in heads()])
async def test_no_head_stops_the_server_or_fills_it(server: Server, name: str, parts: list[bytes]) -> None:
    async with server.watched() as watch:
        answer = await sent(server, parts)
    assert server.process.poll() is None
    assert watch.answered
    assert watch.grown_mb <= GROWN_MB_MAX
    if (
        watch.stalled_ms > STALL_MS_MAX * slowness.times()
    ):  # whoever asks may have been held up itself; a head that stalls does it again
        async with server.watched() as watch:
            await sent(server, parts)
        assert watch.stalled_ms <= STALL_MS_MAX * slowness.times()
    if name in FITTING:
        assert answer.startswith(b"HTTP/1.1 "), answer
        assert not answer.startswith(b"HTTP/1.1 5"), answer
        assert not answer.startswith(b"HTTP/1.1 431"), answer


async def test_a_head_that_is_too_large_is_told_so(server: Server) -> None:
    answer = await sent(server, [START + b"X-A: " + b"a" * HEAD_BYTES_MAX + b"\r\n\r\n"])
    assert answer.startswith(b"HTTP/1.1 431 Request Header Fields Too Large\r\n")
    assert b"32,768 bytes" in answer


async def test_a_body_is_no_head(server: Server) -> None:
    body = b'{"email": "a@b.example", "password": "' + b"x" * 60_000 + b'"}'
    size = b"Content-Length: %d" % len(body)
    whole = POST.replace(b"Transfer-Encoding: chunked", size + b"\r\nX-Sealwright-Csrf: 1\r\nConnection: close") + body
    answer = await sent(server, [whole[:100], whole[100:200], whole[200:]])
    assert answer.startswith(b"HTTP/1.1 422"), answer


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("sealwright_session=ses_abc-DEF_1", "sealwright_session=ses_abc-DEF_1"),
        ("a=b; sealwright_session=x; c=d", "sealwright_session=x"),
        ("__Host-sealwright=x;__Host-sealwright-sign-in=y", "__Host-sealwright=x; __Host-sealwright-sign-in=y"),
        ('sealwright_session="x"', ""),
        ("sealwright_session=x y", ""),
        ("sealwright_session=", ""),
        ("sealwright_session", ""),
        ("Sealwright_session=x", ""),
        ("sealwright_session=\u00e9", ""),
        ("sealwright_session=" + "x" * 501, ""),
        ("sealwright_session=x\\073", ""),
        ("__Secure-sealwright=x", ""),
    ],
)
def test_cookies_are_ours_and_plain_or_not_read(given: str, kept: str) -> None:
    assert ours([given]) == kept
