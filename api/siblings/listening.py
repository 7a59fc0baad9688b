"""The sockets that a parent listens on, bound before any child is there."""

import socket
import sys

from api.startup import StartError

# What asyncio asks for is a hundred; whoever comes while a child is replaced waits here.
_BACKLOG = 2_048


def bound(host: str, port: int, names: str) -> list[socket.socket]:
    """One for each address of `host`; nobody is let in yet. `names`: settings to look at. Raises StartError."""
    found: list[socket.socket] = []
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, kind, protocol, _, address in dict.fromkeys(addresses):
            one = socket.socket(family, kind, protocol)
            found.append(one)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            one.setblocking(False)
            one.bind(address)
    except OSError as error:
        for one in found:
            one.close()
        hint = f"Does another one serve there? {names} say another place."
        raise StartError(f"Cannot listen on {host}, port {port}: {error.strerror}.", hint) from None
    return found


def open_doors(sockets: list[socket.socket]) -> None:
    for one in sockets:
        one.listen(_BACKLOG)


def demand_linux() -> None:
    """Raises StartError where connections cannot be handed on."""
    if sys.platform != "linux":
        raise StartError("Several serving processes need Linux.", "Set SEALWRIGHT_PROCESSES to 1.")
