"""Which addresses a tool's requests may reach: public ones, and what an operator opened by name."""

import socket
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Protocol

import anyio

from sandbox import addresses


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


async def vet(host: str, port: int, resolver: Resolver, *, opened: bool) -> Sequence[str]:
    """Return the addresses to connect to. They are used as they are: a second look-up could differ.

    `opened`: the operator allows this place wherever it leads. Raises RefusedAddress, OSError.
    """
    if not opened and (said := addresses.refusal(host)) is not None:
        raise RefusedAddress(said)
    found = [host] if addresses.is_address(host) else await resolver.addresses(host, port)
    # One bad address refuses the name: a name that has both is an attack, or a mistake worth hearing about.
    bad = [address for address in found if not addresses.is_public(ip_address(address))]
    if bad and not opened:
        raise RefusedAddress(addresses.leads_inside(host, bad[0]))
    if not found:
        raise OSError(f"{host!r} has no address.")
    return found


def place(host: str, port: int) -> str:
    """`host:port`, as operators write it."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
