"""What these tests share: a run to make calls for, and real servers on loopback."""

import ssl
from collections.abc import AsyncGenerator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from examples.world import mail
from sandbox import HostCall
from tenants.capabilities.bound import Bound
from tests.tenants.capabilities.kept import Kept


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def tls() -> ssl.SSLContext:
    """One context for all: reading the system's certificates takes longer than a test."""
    return ssl.create_default_context()


@pytest.fixture
def bound() -> Bound:
    return Bound(tenant_id="tenant_acme", run_id="run_1", tool_name="campaign_send_bulk")


@pytest.fixture
async def sink() -> AsyncGenerator[mail.Sink]:
    async with mail.serve() as sink:
        yield sink


@pytest.fixture
def call() -> Callable[..., HostCall]:
    """Return a maker of host calls: `call("email.send", to=...)`; each has the next sequence number."""
    made = 0

    def make(what: str, **payload: Any) -> HostCall:
        nonlocal made
        capability, _, operation = what.partition(".")
        made += 1
        return HostCall(made - 1, capability, operation, payload)

    return make


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a certificate for localhost that signs itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    plain = serialization.NoEncryption()
    encoded = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + encoded)
    return path
