"""The client for programs: it says what the API says, goes through pages, and sends nothing twice that must not be."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from api.client import ApiError, AsyncSealwright, Sealwright, generator
from api.client.generated import shapes
from tests.makers import CHECKOUT, TenantAccess, make_live, make_source, make_spec


def a_client(tenant: TenantAccess) -> AsyncSealwright:
    return AsyncSealwright(tenant.product.url, tenant.slug, tenant.token)


def test_it_is_written_from_the_document_that_stands() -> None:
    document = json.loads((CHECKOUT / "frontend/openapi.json").read_text())
    for name, text in (("shapes", generator.shapes(document)), ("routes", generator.routes(document))):
        written = (CHECKOUT / f"api/client/generated/{name}.py").read_text()
        assert written == text, "run: .venv/bin/python -m api.client.generator frontend/openapi.json"


async def test_a_tool_is_submitted_checked_called_and_its_runs_gone_through(tenant: TenantAccess) -> None:
    async with a_client(tenant) as client:
        await client.submit_tool(cast("shapes.SpecIn", make_spec()))
        version = await client.submit_version("add_numbers", {"source": make_source()})
        checked = await client.wait_for_version("add_numbers", version["number"])
        assert checked["state"] == "awaiting_approval"
        with pytest.raises(ApiError) as refused:
            await client.approve_version("add_numbers", checked["number"], {"digest": "0" * 64})
        assert refused.value.status == 409
        assert refused.value.problem["instance"].endswith("/approve")
        await client.approve_version("add_numbers", checked["number"], {"digest": checked["digest"] or ""})
        called = [await client.call_tool("add_numbers", {"arguments": {"a": n, "b": 1}}) for n in range(5)]
        assert [run["result"] for run in called if "result" in run] == [{"sum": n + 1} for n in range(5)]
        listed = [run["id"] async for run in client.iterate_runs(tool="add_numbers", limit=2)]
        assert listed == [run["id"] for run in reversed(called)]
        later = await client.call_tool("add_numbers", {"arguments": {"a": 1, "b": 1}}, prefer="respond-async")
        assert (await client.wait_for_run(later["id"]))["outcome"] == "returned"


async def test_the_waiting_client_does_the_same(tenant: TenantAccess) -> None:
    await make_live(tenant)

    def used() -> tuple[object, list[str], int]:
        with Sealwright(tenant.product.url, tenant.slug, tenant.token) as client:
            keyed = [
                client.call_tool("add_numbers", {"arguments": {"a": 2, "b": 2}}, idempotency_key="k") for _ in "ab"
            ]
            client.put_file("a folder/ä#?.txt", b"kept", content_type="text/plain")
            kept = client.read_file("a folder/ä#?.txt")
            with pytest.raises(ApiError) as missing:
                client.read_tool("add_number")
            assert missing.value.code == "not_found"
            return kept, [run["id"] for run in keyed], len([*client.iterate_runs(tool="add_numbers", limit=1)])

    kept, ids, runs = await asyncio.to_thread(used)
    assert kept == b"kept"
    assert ids[0] == ids[1]
    assert runs == 1


@dataclass
class Flaky:
    """A server that answers what it is told to, in its order, and remembers what came."""

    answers: list[bytes]
    asked: list[bytes] = field(default_factory=list[bytes])
    port: int = 0

    async def answer(self, reading: asyncio.StreamReader, writing: asyncio.StreamWriter) -> None:
        head = await reading.readuntil(b"\r\n\r\n")
        length = next(
            (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
        )
        await reading.readexactly(length)
        self.asked.append(head)
        writing.write(self.answers.pop(0))
        await writing.drain()
        writing.close()


@asynccontextmanager
async def flaky(*answers: bytes) -> AsyncGenerator[Flaky]:
    made = Flaky([*answers])
    async with await asyncio.start_server(made.answer, "127.0.0.1", 0) as server:
        made.port = server.sockets[0].getsockname()[1]
        yield made


def said(status: str, body: bytes = b"{}", kind: str = "application/json", *more: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}", "Connection: close", *more]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


FINE, LOST = said("200 OK", b'{"id": "run_1"}'), b""
BUSY = said("503 Service Unavailable", b"{}", "application/problem+json", "Retry-After: 0")
HOURS = said(
    "429 Too Many Requests",
    b'{"type": "urn:sealwright:problem:quota", "detail": "later"}',
    "application/problem+json",
    "Retry-After: 3600",
)
GATEWAY = said("502 Bad Gateway", b"<html>nginx</html>", "text/html")
Ask = Callable[[AsyncSealwright], Any]
READ: Ask = lambda client: client.read_run("run_1")  # noqa: E731 - a table of requests
CALL: Ask = lambda client: client.call_tool("a_tool", {"arguments": {}})  # noqa: E731
CANCEL: Ask = lambda client: client.cancel_run("run_1")  # noqa: E731


@pytest.mark.parametrize(
    ("ask", "answers", "times"),
    [
        (READ, [BUSY, BUSY, FINE], 3),
        (READ, [LOST, FINE], 2),
        (READ, [GATEWAY, FINE], 2),
        (CALL, [LOST, GATEWAY, FINE], 3),
        (CANCEL, [BUSY, FINE], 2),
    ],
)
async def test_what_may_be_sent_again_is(ask: Ask, answers: list[bytes], times: int) -> None:
    async with flaky(*answers) as server, AsyncSealwright(f"http://127.0.0.1:{server.port}", "a", "k") as client:
        assert (await ask(client))["id"] == "run_1"
    assert len(server.asked) == times
    keys = {
        line for head in server.asked for line in head.split(b"\r\n") if line.lower().startswith(b"idempotency-key")
    }
    assert len(keys) == (1 if ask is CALL else 0), "the same key each time"


@pytest.mark.parametrize(
    ("ask", "answer", "code"), [(CANCEL, GATEWAY, "unknown"), (READ, HOURS, "quota"), (CANCEL, LOST, None)]
)
async def test_what_may_not_be_or_is_not_over_soon_is_told(ask: Ask, answer: bytes, code: str | None) -> None:
    async with flaky(answer) as server, AsyncSealwright(f"http://127.0.0.1:{server.port}", "a", "k") as client:
        with pytest.raises(Exception, match=r".") as told:
            await ask(client)
    assert len(server.asked) == 1
    assert getattr(told.value, "code", None) == code
