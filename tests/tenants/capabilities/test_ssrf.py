"""No request of a tool reaches inside, however its address is written. Nothing is even dialled."""

import ssl
from collections.abc import Callable
from typing import Any

import httpcore2
import pytest

from sandbox import HostCall
from tenants.capabilities.bound import Bound, Unable
from tenants.capabilities.http.http import Http

Call = Callable[..., HostCall]

INSIDE = [
    # Loopback, in every notation that some resolver or library accepts.
    "http://127.0.0.1/",
    "http://127.0.0.2:8080/",
    "http://127.255.255.254/",
    "http://127.1/",
    "http://127.0.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.0.0.1/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://127.0.0.01/",
    "http://0/",
    "http://0.0.0.0/",
    "http://localhost/",
    "http://LOCALHOST:80/",
    "http://localhost./",
    "http://127.0.0.1./",
    "http://[::1]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::127.0.0.1]/",
    "http://[::ffff:0:7f00:1]/",
    # Private networks.
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://172.31.255.255/",
    "http://192.168.1.1/",
    "http://[::ffff:10.0.0.1]/",
    "http://[fd12:3456:789a::1]/",
    "http://[fec0::1]/",
    # Link-local, and where clouds keep credentials.
    "http://169.254.169.254/latest/meta-data/",
    "http://0xa9fea9fe/latest/meta-data/",
    "http://2852039166/latest/meta-data/",
    "http://[::ffff:169.254.169.254]/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://[fe80::1]/",
    "http://[fd00:ec2::254]/latest/meta-data/",
    "http://100.100.100.200/latest/meta-data/",
    "http://168.63.129.16/machine/",
    "http://192.0.0.192/opc/v1/",
    # Inside, wrapped in what gateways unwrap.
    "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b::10.0.0.1]/",
    "http://[64:ff9b:1::10.0.0.1]/",
    "http://[2002:7f00:1::]/",
    "http://[2002:a9fe:a9fe::]/",
    "http://[2001:0:4136:e378:8000:63bf:80ff:fffe]/",
    # Shared, reserved, multicast, documentation.
    "http://100.64.0.1/",
    "http://198.18.0.1/",
    "http://192.0.2.1/",
    "http://203.0.113.1/",
    "http://224.0.0.1/",
    "http://239.255.255.250/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://192.88.99.1/",
    "http://[ff02::1]/",
    "http://[2001:db8::1]/",
    "http://[100::1]/",
    "http://[fe80::1%25eth0]/",
    # User names, separators and encodings that hide the host.
    "http://example.com@127.0.0.1/",
    "http://example.com:80@127.0.0.1/",
    "http://127.0.0.1@example.com/",
    "http://example.com%40127.0.0.1/",
    "http://127.0.0.1\\@example.com/",
    "http://example.com\\.127.0.0.1/",
    "http://127.0.0.1%2f@example.com/",
    "http://127%2e0%2e0%2e1/",
    "http://①②⑦.⓪.⓪.①/",
    "http://127。0。0。1/",
    "http://ⓛocalhost/",
    # Line breaks, other schemes, ports that are none.
    "http://example.com\r\nHost: 127.0.0.1/",
    "http://example.com/\r\n\r\nGET http://127.0.0.1/",
    "http://example.com /",
    "http://exa\tmple.com/",
    "http://127.0.0.1:80:80/",
    "http://127.0.0.1:99999/",
    "http:/127.0.0.1/",
    "http:127.0.0.1",
    "//127.0.0.1/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_INFO",
    "ftp://127.0.0.1/",
    "unix:///var/run/docker.sock",
    "http+unix://%2Fvar%2Frun%2Fdocker.sock/info",
    "jar:http://127.0.0.1!/",
    "",
]

# Names whose owner points them inside.
LED_INSIDE = {
    "plain": ["127.0.0.1"],
    "mixed": ["93.184.215.14", "127.0.0.1"],
    "mixed-the-other-way": ["10.0.0.1", "93.184.215.14"],
    "metadata": ["169.254.169.254"],
    "ipv6": ["::1"],
    "mapped": ["::ffff:192.168.0.1"],
    "nat64": ["64:ff9b::a9fe:a9fe"],
    "zone": ["fe80::1%eth0"],
    "nowhere": ["0.0.0.0"],  # noqa: S104 - an answer, not a bind
    "unspecified": ["::"],
}


class Dead(httpcore2.AsyncNetworkBackend):
    """A network that must not be used."""

    def __init__(self) -> None:
        self.dialled: list[str] = []

    async def connect_tcp(self, host: str, port: int, *more: Any, **named: Any) -> httpcore2.AsyncNetworkStream:
        del more, named
        self.dialled.append(f"{host}:{port}")
        raise httpcore2.ConnectError("the test's network leads nowhere")


class Names:
    """A resolver that knows only what its owner says, and localhost as every system does."""

    async def addresses(self, host: str, port: int) -> list[str]:
        del port
        if host in ("localhost", "localhost.localdomain"):
            return ["127.0.0.1", "::1"]
        if host not in LED_INSIDE:
            raise OSError(f"no such name: {host}")
        return LED_INSIDE[host]


@pytest.mark.parametrize("url", INSIDE)
async def test_an_address_inside_is_refused_in_every_notation(url: str, call: Call, bound: Bound, tls: ssl.SSLContext):
    network = Dead()
    http = Http(tls=tls, resolver=Names(), network=network)

    with pytest.raises(Unable) as refused:
        await http.request(call("http.request", method="GET", url=url), bound)

    assert refused.value.fault.code in ("address_refused", "malformed_request")
    assert network.dialled == []
    await http.close()


@pytest.mark.parametrize("name", LED_INSIDE)
async def test_a_name_that_leads_inside_is_refused(name: str, call: Call, bound: Bound, tls: ssl.SSLContext):
    network = Dead()
    http = Http(tls=tls, resolver=Names(), network=network)

    with pytest.raises(Unable) as refused:
        await http.request(call("http.request", method="GET", url=f"http://{name}/"), bound)

    assert refused.value.fault.code == "address_refused"
    assert network.dialled == []
    await http.close()


@pytest.mark.parametrize("url", ["http://93.184.215.14/", "http://[2606:4700::6810:84e5]/", "http://8.8.8.8:8080/"])
async def test_a_public_address_is_dialled(url: str, call: Call, bound: Bound, tls: ssl.SSLContext):
    network = Dead()
    http = Http(tls=tls, resolver=Names(), network=network)

    with pytest.raises(Unable) as lost:
        await http.request(call("http.request", method="GET", url=url), bound)

    assert lost.value.fault.code == "unreachable"
    assert network.dialled
    await http.close()
