"""Connections to an address that was checked, and to no other: what a name leads to may change between two looks."""

import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import anyio
import httpcore2
import httpx2

from sandbox import web_requests
from tenants.capabilities.addresses import Resolver, place, vet
from tenants.capabilities.http.connections import Connections

_IDLE_S = 30.0


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """What one request, one call and the whole process may use."""

    response_bytes: int = web_requests.RESPONSE_BYTES_MAX
    header_bytes: int = web_requests.HEADER_BYTES_MAX
    parallel_per_call: int = 16
    connections: int = 200
    connections_idle: int = 50
    connect_timeout_s: float = 5
    retries: int = web_requests.RETRIES
    retry_wait_s: float = 0.2


class PinningBackend(httpcore2.AsyncNetworkBackend):
    """Connects to an address that was checked, and to no other. TLS and Host still go by the name."""

    def __init__(
        self,
        resolver: Resolver,
        opened: frozenset[str],
        detours: Mapping[str, str],
        network: httpcore2.AsyncNetworkBackend,
    ) -> None:
        self._resolver = resolver
        self._opened = opened
        self._detours = detours
        self._network = network

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Raises RefusedAddress, and httpcore's ConnectError and ConnectTimeout."""
        opened = place(host, port) in self._opened
        if opened and place(host, port) in self._detours:
            host, _, elsewhere = self._detours[place(host, port)].rpartition(":")
            host, port = host.strip("[]"), int(elsewhere)
        try:
            with anyio.fail_after(timeout):
                addresses = await vet(host, port, self._resolver, opened=opened)
        except TimeoutError as error:
            raise httpcore2.ConnectTimeout(f"the name {host!r} was not resolved in time") from error
        except OSError as error:
            raise httpcore2.ConnectError(f"the name {host!r} was not resolved: {error}") from error
        for last, address in enumerate(addresses, 1 - len(addresses)):
            try:
                return await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                if last == 0:
                    raise
        raise AssertionError("vet gives at least one address")


class Pinned(httpx2.AsyncHTTPTransport):
    """httpx2's transport over a pool that connects through the backend given."""

    def __init__(self, backend: PinningBackend, tls: ssl.SSLContext, limits: HttpLimits) -> None:
        super().__init__(verify=tls, trust_env=False)
        self._pool = Connections(
            ssl_context=tls,
            max_connections=limits.connections,
            max_keepalive_connections=limits.connections_idle,
            keepalive_expiry=_IDLE_S,
            http1=True,
            http2=True,
            network_backend=backend,
        )
