"""Which addresses belong to somebody on the open internet, whoever asks: a host, or a canned world in its place."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

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
_LOOPBACK = "localhost"
HINT = "Only public addresses can be reached."


def is_public(address: Address) -> bool:
    """Whether the address belongs to somebody on the open internet, also when wrapped in IPv6."""
    if any(address in network for network in _NEVER if network.version == address.version):
        return False
    if isinstance(address, IPv6Address):
        for network, shift in _CARRIERS:
            if address in network:
                return is_public(IPv4Address((int(address) >> shift) & 0xFFFF_FFFF))
    return address.is_global and not address.is_multicast


def refusal(host: str) -> str | None:
    """Why no tool may reach a host that says by itself where it leads. The host of a URL in its one form."""
    bare = host.strip("[]")
    if is_address(bare):
        return None if is_public(ip_address(bare)) else leads_inside(bare, bare)
    if looks_numeric(bare):
        return f"{bare!r} is a number written as a name."
    if bare == _LOOPBACK or bare.endswith(f".{_LOOPBACK}"):
        return leads_inside(bare, "127.0.0.1")
    return None


def leads_inside(host: str, address: str) -> str:
    """The sentence about a name that leads to an address that is not public."""
    return f"{host!r} leads to {address}, which is not a public address."


def looks_numeric(host: str) -> bool:
    """The rule of browsers: a last label that is a number makes the whole an address. (WHATWG URL, host)"""
    last = host.rpartition(".")[2]
    return last.isdigit() or (last[:2] in ("0x", "0X") and all(char in "0123456789abcdefABCDEF" for char in last[2:]))


def is_address(host: str) -> bool:
    """Whether this is an address, written as one."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
