"""What these tests share: a run to make calls for, and real servers on loopback."""

import ssl
from collections.abc import AsyncGenerator, Callable
from typing import Any

import pytest

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
