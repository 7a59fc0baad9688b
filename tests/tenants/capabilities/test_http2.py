"""HTTP/2 against Node's own server, over TLS: shared connections, and nobody's trouble is another's."""

import json
import os
import shutil
import signal
import ssl
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest

from sandbox import HostCall
from tenants.capabilities.bound import Bound, Unable
from tenants.capabilities.http.http import Http, HttpLimits

Call = Callable[..., HostCall]
SERVER = Path(__file__).with_name("http2.mjs")


@pytest.fixture
def url(certificate: Path) -> Iterator[str]:
    node = shutil.which("node", path=str(Path(sys.executable).parent)) or "node"
    with subprocess.Popen(
        [node, str(SERVER), str(certificate)], stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        yield f"https://localhost:{process.stdout.readline().strip()}"
        os.killpg(process.pid, signal.SIGKILL)  # what `node` names may have started another process


@pytest.fixture
async def http(certificate: Path) -> AsyncGenerator[Http]:
    trusting = ssl.create_default_context(cafile=str(certificate))
    http = Http(tls=trusting, limits=HttpLimits(retry_wait_s=0.001, response_bytes=1 << 20))
    yield http
    await http.close()


@pytest.fixture
def bound(bound: Bound, url: str) -> Bound:
    return replace(bound, internal_hosts=frozenset({url.removeprefix("https://")}))


async def got(http: Http, bound: Bound, call: HostCall) -> Any:
    return json.loads((await http.request(call, bound))["text"])


async def test_a_request_leaves_over_http2_as_it_was_asked_for(http: Http, url: str, call: Call, bound: Bound):
    body = "x" * 300_000  # more than a frame, and than the first window
    said = await got(http, bound, call("http.request", method="POST", url=f"{url}/echo?a=1", data=body, key="k"))

    assert said["headers"][":method"] == "POST"
    assert said["headers"][":path"] == "/echo?a=1"
    assert said["headers"]["idempotency-key"] == "k"
    assert said["headers"][":authority"] == url.removeprefix("https://")
    assert "connection" not in said["headers"]
    assert said["body"] == body


async def test_many_requests_share_one_connection(http: Http, url: str, call: Call, bound: Bound):
    await got(http, bound, call("http.request", method="GET", url=f"{url}/count"))
    requests = [{"method": "GET", "url": f"{url}/together?of=16"}] * 16

    with anyio.fail_after(20):
        answers = await http.send_many(call("http.send_many", requests=requests), bound)

    assert [json.loads(answer["value"]["text"]) for answer in answers] == [{"connections": 1}] * 16


async def test_a_private_address_is_refused_before_a_byte_leaves(http: Http, url: str, call: Call, bound: Bound):
    with pytest.raises(Unable) as refused:
        await http.request(call("http.request", method="GET", url=url), replace(bound, internal_hosts=frozenset()))

    assert refused.value.fault.code == "address_refused"


async def test_answers_that_are_too_large_do_not_stall_those_who_share_the_connection(
    http: Http, url: str, call: Call, bound: Bound
):
    large = call("http.request", method="GET", url=f"{url}/big?parts=320")
    with anyio.fail_after(60):
        for _ in range(4):  # twenty megabytes each, of which one is taken: together more than the connection's window
            with pytest.raises(Unable, match="sent more than"):
                await http.request(large, bound)
        count = await got(http, bound, call("http.request", method="GET", url=f"{url}/count"))

    assert count == {"connections": 1, "hits": 5, "cancelled": 4}


async def test_one_that_does_not_wait_any_longer_ends_no_other(http: Http, url: str, call: Call, bound: Bound):
    patient: list[Any] = []

    async def wait() -> None:
        patient.append(await got(http, bound, call("http.request", method="GET", url=f"{url}/together?of=2")))

    await got(http, bound, call("http.request", method="GET", url=f"{url}/count"))
    with anyio.fail_after(20):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(wait)
            with pytest.raises(Unable, match="did not answer within"):
                await http.request(call("http.request", method="POST", url=f"{url}/never", timeout_ms=200), bound)
            await got(http, bound, call("http.request", method="GET", url=f"{url}/together?of=2"))

    assert patient == [{"connections": 1}]


async def test_what_may_be_repeated_is_and_the_rest_is_told(http: Http, url: str, call: Call, bound: Bound):
    again = await http.request(call("http.request", method="GET", url=f"{url}/flaky"), bound)
    for trouble in ("cut", "reset"):
        with pytest.raises(Unable) as lost:
            await http.request(call("http.request", method="POST", url=f"{url}/{trouble}"), bound)
        assert lost.value.fault.code == "no_response"
        assert lost.value.fault.hint == "It may have taken effect: check before sending it again."
    count = await got(http, bound, call("http.request", method="GET", url=f"{url}/count"))

    assert again["status"] == 200
    assert count["hits"] == 5  # the POSTs once each


async def test_a_server_that_takes_leave_is_met_again_on_a_new_connection(
    http: Http, url: str, call: Call, bound: Bound
):
    for _ in range(3):
        await got(http, bound, call("http.request", method="POST", url=f"{url}/goaway"))
    count = await got(http, bound, call("http.request", method="GET", url=f"{url}/count"))

    assert count["connections"] == 4
