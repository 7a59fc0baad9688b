"""Who is really calling, and what, where proxies stand in front: the last word that only our own proxies wrote."""

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.logs import log
from tenants.sign_in.entrances import Browser

Network = IPv4Network | IPv6Network
_HOPS_MAX = 20
_HOST = re.compile(r"[A-Za-z0-9._:\[\]-]{1,300}")


class Proxies:
    """Outermost ASGI layer: puts the caller's address into the scope, for everything behind it, and what was called.

    A caller writes whatever it likes into X-Forwarded-For, and each proxy adds whom it saw. So the header counts only
    from a trusted peer, is read from its end, and the first hop that is not trusted is the caller. The same peer
    may say by X-Forwarded-Host and X-Forwarded-Proto which name it was called by; the last that is said counts.
    """

    def __init__(self, app: ASGIApp, trusted: tuple[Network, ...]) -> None:
        self.app = app
        self.trusted = trusted
        self._is_told = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope.get("client"):
            self._read(scope)
        await self.app(scope, receive, send)

    def _read(self, scope: Scope) -> None:
        host, port = scope["client"]
        if self.trusted and _is_in(self.trusted, host):
            headers = Headers(scope=scope)
            scope["client"] = (self._caller(host, headers.getlist("x-forwarded-for")), port)
            _rename(scope, _last(headers, "x-forwarded-host"), _last(headers, "x-forwarded-proto"))
        elif not self._is_told and any(name == b"x-forwarded-for" for name, _ in scope["headers"]):
            self._is_told = True
            hint = (
                "Is it a proxy of yours? Name it in SEALWRIGHT_TRUSTED_PROXIES; until then all behind it count as one."
            )
            log.warning("X-Forwarded-For was sent by a peer that is not trusted, and is ignored", peer=host, hint=hint)

    def _caller(self, peer: str, forwarded: list[str]) -> str:
        hops = [hop for line in forwarded for hop in line.split(",")][-_HOPS_MAX:]
        caller = peer
        while _is_in(self.trusted, caller) and hops:
            hop = _address(hops.pop())
            if hop is None:  # what is no address was written by no proxy of ours
                break
            caller = str(hop)
        return caller


def _last(headers: Headers, name: str) -> str:
    values = headers.getlist(name)
    return values[-1].rpartition(",")[2].strip() if values else ""


def _rename(scope: Scope, host: str, proto: str) -> None:
    """Let the request say what the proxy was called by. What is neither a name nor a scheme changes nothing."""
    if _HOST.fullmatch(host):
        kept = [one for one in scope["headers"] if one[0] != b"host"]
        scope["headers"] = [(b"host", host.encode("ascii")), *kept]
    if proto.lower() in {"http", "https"}:
        scope["scheme"] = proto.lower()


def caller(request: Request) -> str:
    """The network that a request comes from, as attempts are counted."""
    return network_of(request.client.host if request.client else None)


def browser_of(request: Request) -> Browser:
    """What a session remembers of a request that opens it."""
    host = request.client.host if request.client else None
    return Browser(request.headers.get("user-agent", ""), shortened(host))


def network_of(host: str | None) -> str:
    """What is counted as one caller: an IPv4 address, or the 64 bits of an IPv6 address that one customer gets."""
    address = _address(host or "")
    if isinstance(address, IPv6Address):
        return str(ip_network((address, 64), strict=False))
    return str(address) if address else (host or "")


def shortened(host: str | None) -> str:
    """Enough of an address for its owner to know it again, and no more: `203.0.113.0/24`, `2001:db8:1::/48`."""
    address = _address(host or "")
    if address is None:
        return ""
    return str(ip_network((address, 48 if isinstance(address, IPv6Address) else 24), strict=False))


def networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Return addresses and CIDR networks. Raises ValueError."""
    return tuple(ip_network(text) for text in texts)


def _is_in(networks: tuple[Network, ...], host: str) -> bool:
    address = _address(host)
    return address is not None and any(address in network for network in networks)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """An address as proxies write it: bare, `[v6]`, or with a port. An IPv4 address within IPv6 is that address."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
