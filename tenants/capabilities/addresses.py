"""Which addresses a tool's requests may reach: public ones, and what an operator opened by name."""

import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Protocol

import anyio

Address = IPv4Address | IPv6Address

# IPv6 ranges that carry an IPv4 address: where it sits, counted in bits from the right.
_CARRIERS: tuple[tuple[IPv6Network, int], ...] = (
    (IPv6Network("::ffff:0:0/96"), 0),  # IPv4-mapped
    (IPv6Network("::ffff:0:0:0/96"), 0),  # IPv4-translated
    (IPv6Network("::/96"), 0),  # IPv4-compatible
    (IPv6Network("64:ff9b::/96"), 0),  # NAT64
    (IPv6Network("2002::/16"), 80),  # 6to4
)
# Public by their numbers, yet never what a tool means: cloud hosts' own services, relays, routing of old.
_NEVER = tuple(
    ip_network(network)
    for network in (
        "168.63.129.16/32",  # Azure's wire server
        "192.88.99.0/24",  # 6to4 relays
        "192.0.0.0/24",  # protocol assignments, metadata of some clouds
        "64:ff9b:1::/48",  # local NAT64
        "2001::/23",  # protocol assignments, Teredo
        "fec0::/10",  # site-local
        "3fff::/20",  # documentation
        "5f00::/16",  # segment routing
    )
)


class RefusedAddress(Exception):  # noqa: N818  (reads as a sentence where it is raised)
    """A name that leads to an address no tool may reach. Nothing was sent."""


class Resolver(Protocol):
    """From a name to the addresses it has now, as texts. Raises OSError when it has none."""

    async def addresses(self, host: str, port: int) -> Sequence[str]: ...


class SystemResolver:
    """The operating system's own."""

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        found = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: Address) -> bool:
    """Whether the address belongs to somebody on the open internet, also when wrapped in IPv6."""
    if any(address in network for network in _NEVER if network.version == address.version):
        return False
    if isinstance(address, IPv6Address):
        for network, shift in _CARRIERS:
            if address in network:
                return is_public(IPv4Address((int(address) >> shift) & 0xFFFF_FFFF))
    return address.is_global and not address.is_multicast


async def vet(host: str, port: int, resolver: Resolver, *, opened: bool) -> Sequence[str]:
    """Return the addresses to connect to. They are used as they are: a second look-up could differ.

    `opened`: the operator allows this place wherever it leads. Raises RefusedAddress, OSError.
    """
    if not opened and _looks_numeric(host) and not _is_address(host):
        raise RefusedAddress(f"{host!r} is a number written as a name.")
    found = [host] if _is_address(host) else await resolver.addresses(host, port)
    # One bad address refuses the name: a name that has both is an attack, or a mistake worth hearing about.
    bad = [address for address in found if not is_public(ip_address(address))]
    if bad and not opened:
        raise RefusedAddress(f"{host!r} leads to {bad[0]}, which is not a public address.")
    if not found:
        raise OSError(f"{host!r} has no address.")
    return found


def place(host: str, port: int) -> str:
    """`host:port`, as operators write it."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _looks_numeric(host: str) -> bool:
    """The rule of browsers: a last label that is a number makes the whole an address. (WHATWG URL, host)"""
    last = host.rpartition(".")[2]
    return last.isdigit() or (last[:2] in ("0x", "0X") and all(char in "0123456789abcdefABCDEF" for char in last[2:]))


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
