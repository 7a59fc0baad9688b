"""The one way out of this folder: https, to vetted addresses, with no proxy and no redirect, little and soon.

Plain http, and private addresses, only where the operator opened the place by name.
"""

import contextlib
import ssl
from collections.abc import AsyncIterator

import httpx2

from tenants.capabilities.addresses import RefusedAddress, Resolver, SystemResolver, place, vet

_PORTS = {"https": 443, "http": 80}


class TooLargeError(ValueError):
    """An answer is larger than anything honest would be."""


class Egress:
    """What reaches out shares this. `internal_hosts` are `host:port` pairs that the operator opened."""

    def __init__(
        self,
        internal_hosts: tuple[str, ...] = (),
        resolver: Resolver | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._opened = frozenset(internal_hosts)
        self._resolver = resolver or SystemResolver()
        self._tls = tls or httpx2.create_ssl_context(trust_env=False)

    def is_opened(self, host: str, port: int) -> bool:
        return place(host, port) in self._opened

    def url_fault(self, url: str) -> str | None:
        """Why a URL cannot be asked; None when it can."""
        try:
            parts = httpx2.URL(url)
        except (httpx2.InvalidURL, TypeError):
            return "it is not a URL"
        if parts.scheme not in _PORTS or not parts.host:
            return "it is not an https URL"
        if parts.scheme == "http" and not self.is_opened(parts.host, parts.port or 80):
            return "it is not an https URL"
        return "it holds a user name" if parts.userinfo else None

    async def vetted(self, url: httpx2.URL) -> list[str]:
        """The addresses to connect to. Raises RefusedAddress, OSError."""
        fault = self.url_fault(str(url))
        if fault:
            raise RefusedAddress(f"{str(url)!r} cannot be asked: {fault}.")
        port = url.port or _PORTS[url.scheme]
        return list(await vet(url.host, port, self._resolver, opened=self.is_opened(url.host, port)))

    def transport(self, bytes_max: int) -> httpx2.AsyncBaseTransport:
        """For an httpx2 client of Authlib's. Raises RefusedAddress, OSError, httpx2.HTTPError, TooLargeError."""
        return _Transport(self, self._tls, bytes_max)

    async def get(self, url: str, bytes_max: int, timeout_s: float, bearer: str | None = None) -> httpx2.Response:
        """GET a URL as JSON. Raises what `transport` raises."""
        headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {bearer}"} if bearer else {})
        async with httpx2.AsyncClient(
            transport=self.transport(bytes_max), trust_env=False, timeout=timeout_s, follow_redirects=False
        ) as http:
            return await http.get(url, headers=headers)


class _Transport(httpx2.AsyncBaseTransport):
    """Connects to the very address that was vetted; the name goes into the certificate check and the Host header."""

    def __init__(self, egress: Egress, tls: ssl.SSLContext, bytes_max: int) -> None:
        self._egress = egress
        self._inner = httpx2.AsyncHTTPTransport(verify=tls, trust_env=False)
        self._bytes_max = bytes_max

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        named = request.url
        addresses = await self._egress.vetted(named)
        request.headers["Host"] = named.netloc.decode("ascii")
        # What is counted is what arrives: no small body that unpacks into a large one.
        request.headers["Accept-Encoding"] = "identity"
        request.extensions = {**request.extensions, "sni_hostname": named.host}
        for address in addresses[:-1]:
            with contextlib.suppress(httpx2.ConnectError):
                return await self._from(address, request, named)
        return await self._from(addresses[-1], request, named)

    async def _from(self, address: str, request: httpx2.Request, named: httpx2.URL) -> httpx2.Response:
        request.url = named.copy_with(host=address)
        try:
            answer = await self._inner.handle_async_request(request)
        finally:
            request.url = named
        if answer.headers.get("Content-Encoding", "identity") != "identity":
            await answer.aclose()
            raise TooLargeError("The answer is packed, although that was not asked for.")
        if isinstance(answer.stream, httpx2.AsyncByteStream):
            answer.stream = _Bounded(answer.stream, self._bytes_max)
        return answer

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Bounded(httpx2.AsyncByteStream):
    def __init__(self, inner: httpx2.AsyncByteStream, bytes_max: int) -> None:
        self._inner = inner
        self._left = bytes_max

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._inner:
            self._left -= len(chunk)
            if self._left < 0:
                raise TooLargeError("The answer is too large.")
            yield chunk

    async def aclose(self) -> None:
        await self._inner.aclose()
