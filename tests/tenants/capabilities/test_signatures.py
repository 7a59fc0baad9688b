"""What a real server signed is checked at the host, with secrets that are granted for that and go nowhere else."""

# ruff: noqa: E501 - tables of cases

import base64
import hmac
import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from examples.world.web import serve_app
from sandbox import Grant, Host, HostCall
from tenants.base.db import Database
from tenants.capabilities import Capabilities
from tenants.capabilities.secrets import Secret

KEY = "whsec_a secret that both sides know"
BODY = '{"paid": true, "amount": "12.50 €"}'


async def _signed(request: Request) -> Response:
    """An answer that is signed as GitHub signs; `?twice` gives the header twice, and `?other` is signed by another."""
    by = b"another key altogether" if "other" in request.query_params else KEY.encode()
    mark = f"sha256={hmac.digest(by, BODY.encode(), 'sha256').hex()}"
    answer = Response(BODY.encode(), media_type="application/json", headers={"X-Hub-Signature-256": mark})
    if "twice" in request.query_params:
        answer.headers.append("X-Hub-Signature-256", mark)
    return answer


@dataclass
class Vault:
    secrets: tuple[Secret, ...]

    async def all(self) -> dict[str, Secret]:
        return {secret.name: secret for secret in self.secrets}


@dataclass
class World:
    capabilities: Capabilities
    url: str
    calls: int = 0

    def host(self, **permits: list[str]) -> Host:
        return self.capabilities.host("tenant_acme", "run_1", "hooks", grant=Grant.parse(permits))

    async def ask(self, host: Host, capability: str, operation: str, **payload: Any) -> Any:
        self.calls += 1
        reply = await host.answer(HostCall(self.calls, capability, operation, payload))
        return reply.value if reply.fault is None else reply.fault.code


@pytest.fixture
async def world(database: Database) -> AsyncGenerator[World]:
    vault = Vault(
        (Secret("hook", KEY, ()), Secret("crm", KEY, ("127.0.0.1",)), Secret("other", "another key altogether", ()))
    )
    async with serve_app(Starlette(routes=[Route("/signed", _signed)])) as url:
        capabilities = Capabilities(
            database,
            secrets=lambda _tenant, _run, _tool: vault,
            internal_hosts=frozenset({url.removeprefix("http://")}),
        )
        yield World(capabilities, url)
        await capabilities.close()


async def fetched(world: World, query: str = "") -> dict[str, Any]:
    """What a tool gives to `signatures.verify` of a response: its bytes as they came, and its header."""
    host = world.host(http=[f"GET {world.url}/*"])
    response = await world.ask(host, "http", "request", method="GET", url=f"{world.url}/signed{query}")
    return {
        "scheme": "github", "key": "hook", "body_base64": base64.b64encode(response["text"].encode()).decode(),
        "signature": response["headers"]["x-hub-signature-256"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "changes", "said"),
    [
        ("", {}, True), ("?other", {}, "bad_signature"), ("?other", {"key": "other"}, True), ("?twice", {}, "bad_signature"),
        ("", {"key": "other"}, "bad_signature"), ("", {"key": "nobody"}, "no_secret"), ("", {"body_base64": "e30="}, "bad_signature"),
        ("", {"scheme": "stripe"}, "bad_signature"), ("", {"scheme": "md5"}, "malformed_request"),
    ],
)  # fmt: skip
async def test_an_answer_is_checked_as_it_was_signed(
    world: World, query: str, changes: dict[str, Any], said: object
) -> None:
    host = world.host(signatures=["github *", "stripe *"])

    assert await world.ask(host, "signatures", "verify", **{**await fetched(world, query), **changes}) == said


@pytest.mark.parametrize(
    "permits",
    [{"secret": ["hook"]}, {"signatures": ["github crm"]}, {"signatures": ["github hook2", "stripe crm"]}, {"secret": ["*"], "kv": ["tool/*"]}],
)  # fmt: skip
async def test_a_host_has_only_the_secrets_that_were_granted_for_checking(
    world: World, permits: dict[str, list[str]]
) -> None:
    """Even where whoever stands before it has let the call through."""
    assert await world.ask(world.host(**permits), "signatures", "verify", **await fetched(world)) == "no_secret"


async def test_what_may_be_checked_with_may_not_be_sent(world: World) -> None:
    """By a slip of the grant's check, too: at egress there is nothing to give."""
    host = world.host(http=[f"GET {world.url}/*"], signatures=["github crm"])
    grant = Grant.parse({"http": [f"GET {world.url}/*"], "secret": ["crm"]})
    own = grant.allowance(bytes(32))
    held = f"{{{{secret:crm:{own.own.tag('crm')}}}}}"
    call = own.admit(
        HostCall(0, "http", "request", {"method": "GET", "url": f"{world.url}/signed", "headers": {"X-A": held}})
    )
    assert isinstance(call, HostCall)

    reply = await host.answer(call)

    assert reply.fault is not None
    assert reply.fault.code == "no_secret"


async def test_what_is_said_of_a_signature_shows_nothing_of_the_key(world: World) -> None:
    host = world.host(signatures=["github *", "hmac-sha256 *", "HS256 *"])
    asked = await fetched(world, "?other")
    right = hmac.digest(KEY.encode(), BODY.encode(), "sha256").hex()
    tries: list[tuple[str, dict[str, Any]]] = [
        ("verify", asked),
        ("verify", {**asked, "signature": ""}),
        ("verify", {"scheme": "hmac-sha256", "key": "hook", "body": "", "signature": "", "key_encoding": "hex"}),
        ("claims", {"algorithm": "HS256", "key": "hook", "token": "a.b.c"}),
        ("claims", {"algorithm": "HS256", "key": "other", "token": "aa.bb.cc"}),
    ]
    for number, (operation, payload) in enumerate(tries):
        fault = (await host.answer(HostCall(number, "signatures", operation, payload))).fault
        assert fault is not None
        said = json.dumps([fault.code, fault.message, fault.hint, fault.details])
        assert not any(one in said for one in (KEY, right, "another key altogether"))
