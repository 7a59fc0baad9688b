"""Mail by a provider's HTTP interface: a real server that takes, refuses and fails."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from examples.world.web import serve_app
from sandbox import HostCall
from tenants.base.db import Database
from tenants.capabilities import MailProvider
from tenants.capabilities.bound import Bound, Unable
from tenants.capabilities.email.email import Email
from tenants.capabilities.email.provider import Posting
from tenants.capabilities.ledger import Ledger
from tests.tenants.capabilities.mailing import email_of

Call = Callable[..., HostCall]


@dataclass
class Provider:
    """Takes letters; `status` is what it answers, `slow` whether it first waits for ever."""

    url: str = ""
    status: int = 200
    slow: bool = False
    taken: list[tuple[dict[str, str], dict[str, Any]]] = field(default_factory=list[tuple[dict[str, str], Any]])

    async def take(self, request: Request) -> Response:
        self.taken.append((dict(request.headers), await request.json()))
        if self.slow:
            await asyncio.Event().wait()
        return JSONResponse({"id": "p-1", "message": "why"}, self.status)


@pytest.fixture
async def provider() -> AsyncGenerator[Provider]:
    provider = Provider()
    async with serve_app(Starlette(routes=[Route("/emails", provider.take, methods=["POST"])])) as url:
        provider.url = f"{url}/emails?from=Acme+%3Chello%40acme.example%3E"
        yield provider


@pytest.fixture
async def email(provider: Provider) -> AsyncGenerator[Email]:
    email = email_of(Posting(MailProvider.parse(provider.url, "Authorization: Bearer k-1")))
    yield email
    await email.close()


def letter(**more: Any) -> dict[str, Any]:
    return {"to": "ann@example.com", "subject": "Grüße", "text": "Hello Ann", **more}


async def test_a_letter_is_posted_under_its_key_in_the_documented_shape(
    email: Email, provider: Provider, call: Call, bound: Bound
):
    payload = letter(
        html="<p>Hi</p>",
        reply_to="Help <help@acme.example>",
        attachments=[{"filename": "a.txt", "content_type": "text/plain", "text": "ü"}],
    )
    sent = [await email.send(call("email.send", **payload, key="spring/ann"), bound) for _ in range(2)]

    (headers, body), (again, _) = provider.taken
    assert body == {
        "from": "Acme <hello@acme.example>",
        "to": ["ann@example.com"],
        "subject": "Grüße",
        "text": "Hello Ann",
        "html": "<p>Hi</p>",
        "reply_to": "help@acme.example",
        "headers": {"Message-ID": sent[0]["id"]},
        "attachments": [
            {
                "filename": "a.txt",
                "content_type": "text/plain; charset=utf-8",
                "content": b64encode("ü".encode()).decode(),
            }
        ],
    }
    assert headers["authorization"] == "Bearer k-1"
    assert headers["idempotency-key"] == again["idempotency-key"]
    assert headers["idempotency-key"] in sent[0]["id"]


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (422, "rejected", "answered 422"),
        (400, "rejected", "answered 400"),
        (401, "unavailable", "SEALWRIGHT_MAIL_HTTP_AUTH"),
        (404, "unavailable", "SEALWRIGHT_MAIL_HTTP_URL"),
        (429, "unavailable", "no more for now"),
        (503, "unavailable", "no mail for now"),
        (500, "uncertain", "answered 500"),
        (504, "uncertain", "answered 504"),
        (302, "unavailable", "answered 302: there is nothing at this address"),
    ],
)
async def test_what_a_provider_answers_means_what_a_mail_server_would(
    email: Email, provider: Provider, call: Call, bound: Bound, status: int, code: str, words: str
):
    provider.status = status

    with pytest.raises(Unable, match=words) as refused:
        await email.send(call("email.send", **letter()), bound)

    assert refused.value.fault.code == code
    assert "k-1" not in str(refused.value.fault)
    assert len(provider.taken) == 1


async def test_no_answer_is_uncertain_and_no_connection_is_not(provider: Provider, call: Call, bound: Bound):
    provider.slow = True
    patient = email_of(Posting(replace(MailProvider.parse(provider.url), timeout_s=0.2)))
    nowhere = email_of(Posting(MailProvider.parse("http://127.0.0.1:1/emails")))

    (slow,) = await patient.send_many(call("email.send_many", messages=[letter()]), bound)
    (lost,) = await nowhere.send_many(call("email.send_many", messages=[letter()]), bound)

    assert (slow["status"], lost["status"]) == ("uncertain", "failed")
    await patient.close()
    await nowhere.close()


async def test_a_key_that_was_sent_is_not_posted_again(
    provider: Provider, call: Call, bound: Bound, database: Database
):
    email = email_of(Posting(MailProvider.parse(provider.url)), Ledger(database))
    many = [letter(to=f"p{n}@example.com", key=f"k{n}") for n in range(20)]

    for run in ("run_1", "run_2"):
        await email.send_many(call("email.send_many", messages=many), replace(bound, run_id=run))

    assert sorted(body["to"][0] for _, body in provider.taken) == sorted(one["to"] for one in many)
    await email.close()


@pytest.mark.parametrize(
    ("url", "auth"),
    [
        ("smtp://mail.example", None),
        ("https://", None),
        ("https://user:pw@mail.example/send", None),
        ("https://mail.example/send", "Bearer k"),
        ("https://mail.example/send", "Authorization: Bearer k\r\nX: y"),
    ],
)
def test_a_provider_that_cannot_be_meant_is_refused(url: str, auth: str | None):
    with pytest.raises(ValueError, match="is written"):
        MailProvider.parse(url, auth)
