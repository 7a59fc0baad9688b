"""A client whose id is the address of its metadata document, fetched over TLS from a place the operator opened."""

import asyncio
import datetime as dt
import json
import ssl
from collections.abc import AsyncGenerator
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from api.oauth.clients.documents import Documents
from tests.api.oauth.party import REDIRECT, Party
from tests.api.site import Home, new_database, serving

LOCALHOST = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])


class Publisher:
    """Serves one document; what it says can be changed."""

    def __init__(self) -> None:
        self.answer = b""
        self.asked = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self.asked += 1
        writer.write(self.answer)
        await writer.drain()
        writer.close()

    def say(self, body: bytes, status: str = "200 OK", more: str = "") -> None:
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{more}\r\n"
        self.answer = head.encode() + body


def certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    now = dt.datetime.now(dt.UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(IPv4Address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(LOCALHOST)
        .issuer_name(LOCALHOST)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "key.pem").write_bytes(private)
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture
async def published(tmp_path: Path) -> AsyncGenerator[tuple[Home, Publisher, str]]:
    cert, key = certificate(tmp_path)
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(cert, key)
    publisher, database = Publisher(), await new_database(tmp_path)
    server = await asyncio.start_server(publisher.serve, "127.0.0.1", 0, ssl=own)
    place = f"localhost:{server.sockets[0].getsockname()[1]}"
    documents = Documents((place,), tls=ssl.create_default_context(cafile=str(cert)))
    async with server, serving(database, documents=documents) as site:
        yield await site.home(), publisher, f"https://{place}/client.json"
    await database.close()


def document(url: str, **changes: Any) -> bytes:
    return json.dumps({"client_id": url, "client_name": "Documented", "redirect_uris": [REDIRECT], **changes}).encode()


async def test_a_client_is_known_by_its_document(published: tuple[Home, Publisher, str]) -> None:
    home, publisher, url = published
    publisher.say(document(url))
    async with httpx2.AsyncClient(base_url=home.site.origin) as http:
        party = Party(home, http, {"client_id": url})
        page = await party.ask()
        assert "Documented" in page.text
        assert "(localhost)" in page.text
        assert "Any program on this computer could pretend" in page.text
        tokens = await party.tokens()
        assert (await party.call(tokens["access_token"])).status_code == 200
    assert publisher.asked == 1


@pytest.mark.parametrize(
    ("body", "status", "more"),
    [
        (b"not json", "200 OK", ""),
        (b"[]", "200 OK", ""),
        (b'{"client_id": "https://other.example/client.json"}', "200 OK", ""),
        (b"x" * 6000, "200 OK", ""),
        (b"", "404 Not Found", ""),
        (b"", "302 Found", "Location: https://localhost/elsewhere\r\n"),
    ],
)
async def test_a_document_that_will_not_do_is_refused(
    published: tuple[Home, Publisher, str], body: bytes, status: str, more: str
) -> None:
    home, publisher, url = published
    publisher.say(body, status, more)
    async with httpx2.AsyncClient(base_url=home.site.origin) as http:
        answer = await Party(home, http, {"client_id": url}).ask()
    assert answer.status_code == 400
    assert "invalid_client" in answer.text


async def test_a_document_cannot_ask_for_a_secret_or_a_script(published: tuple[Home, Publisher, str]) -> None:
    home, publisher, url = published
    async with httpx2.AsyncClient(base_url=home.site.origin) as http:
        for changes in ({"token_endpoint_auth_method": "client_secret_post"}, {"redirect_uris": ["javascript:x"]}):
            publisher.say(document(url, **changes))
            assert (await Party(home, http, {"client_id": url}).ask()).status_code == 400
