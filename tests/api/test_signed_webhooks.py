"""A webhook comes to a forwarder, which calls a tool with body and header as they came; the host checks, the tool acts."""

# ruff: noqa: E501 - tables of cases

import hmac
import json
from collections.abc import AsyncGenerator
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from examples.world.web import serve_app
from tests.makers import TenantAccess, make_live, settled, sign_up, submit

KEY, OF_CASES = "the live secret of this webhook", "a key of the cases alone"
PAID = '{"event": "paid", "order": "A-7"}'
SOURCE = """import json

from sealwright import ToolError, kv, signatures


def order_paid(body: str, signature: str) -> dict[str, str]:
    try:
        signatures.verify("github", "order_hook", body, signature)
    except signatures.BadSignature as error:
        raise ToolError("not_signed", "This did not come from the shop.") from error
    order = json.loads(body)["order"]
    kv.set(f"paid/{order}", True)
    return {"order": order}
"""
HEEDLESS = SOURCE.replace('        raise ToolError("not_signed", "This did not come from the shop.") from error\n', "        pass\n").replace(" as error", "")  # fmt: skip


def signed(body: str, key: str = KEY) -> str:
    return f"sha256={hmac.digest(key.encode(), body.encode(), 'sha256').hex()}"


def case(body: str, key: str = OF_CASES, **expected: Any) -> dict[str, Any]:
    return {
        "arguments": {"body": body, "signature": signed(body, key)},
        "world": {"signatures": {"order_hook": OF_CASES}},
        **expected,
    }


def done(order: str) -> dict[str, Any]:
    return {"result": {"order": order}, "done": {"kv": {"tool": {f"paid/{order}": True}}}}


SPEC: dict[str, Any] = {
    "name": "order_paid",
    "description": "Notes that an order is paid, when the shop's signed webhook says so.",
    "input_schema": {
        "type": "object",
        "properties": {
            "body": {"type": "string", "maxLength": 200, "pattern": '^\\{"event": "[a-z]{1,10}", "order": "[A-Z]-[0-9]{1,9}"\\}$'},
            "signature": {"type": "string", "maxLength": 200},
        },
        "required": ["body", "signature"],
        "additionalProperties": False,
    },
    "output_schema": {
        "type": "object",
        "properties": {"order": {"type": "string"}},
        "required": ["order"],
        "additionalProperties": False,
    },
    "effects": "idempotent",
    "capabilities": {"signatures": ["github order_hook"], "kv": ["tool/paid/*"]},
    "examples": [
        case(PAID, **done("A-7")),
        case('{"event": "refund", "order": "B-12"}', **done("B-12")),
        case(PAID, "somebody else's key", error="not_signed"),
        {**case(PAID, error="not_signed"), "arguments": {"body": PAID, "signature": ""}},
    ],
    "holdouts": [case('{"event": "paid", "order": "C-9"}', **done("C-9")), case(PAID, "a third key", error="not_signed")],
}  # fmt: skip


@pytest.fixture(scope="module")
async def shop(product: Any) -> TenantAccess:
    tenant = await sign_up(product)
    answer = await tenant.api.put("/secrets/order_hook", json={"value": KEY, "hosts": []})
    assert answer.status_code in {200, 201, 204}, answer.text
    live = await make_live(tenant, SPEC, SOURCE)
    assert any("Check GitHub's signatures with the secret order_hook" in one for one in json.dumps(live).split('"'))
    return tenant


@pytest.fixture
async def forwarder(shop: TenantAccess) -> AsyncGenerator[str]:
    async def forward(request: Request) -> Response:
        """It knows no secret, and reads nothing."""
        arguments = {
            "body": (await request.body()).decode(),
            "signature": ", ".join(request.headers.getlist("x-hub-signature-256")),
        }
        run = await shop.api.post("/tools/order_paid/runs", json={"arguments": arguments})
        return JSONResponse(run.json(), run.status_code)

    async with serve_app(Starlette(routes=[Route("/hook", forward, methods=["POST"])])) as url:
        yield f"{url}/hook"


async def test_what_the_shop_signed_is_done_and_nothing_else(shop: TenantAccess, forwarder: str) -> None:
    async with httpx2.AsyncClient() as web:
        right = await web.post(forwarder, content=PAID, headers={"X-Hub-Signature-256": signed(PAID)})
        forged: list[tuple[str, list[tuple[str, str]]]] = [
            (PAID, [("X-Hub-Signature-256", signed(PAID, OF_CASES))]),
            (PAID, [("X-Hub-Signature-256", signed(PAID, "{{secret:order_hook}}"))]),
            (PAID.replace("7", "8"), [("X-Hub-Signature-256", signed(PAID))]),
            (PAID, [("X-Hub-Signature-256", signed(PAID)), ("X-Hub-Signature-256", signed(PAID))]),
            (PAID, [("X-Hub-Signature", signed(PAID))]),
            (PAID, []),
        ]
        answers = [await web.post(forwarder, content=body, headers=head) for body, head in forged]
    assert right.json()["result"] == {"order": "A-7"}
    assert [answer.json()["error"]["code"] for answer in answers] == ["not_signed"] * len(forged)


async def test_the_journal_holds_the_answer_and_a_replay_asks_nobody(shop: TenantAccess) -> None:
    arguments = {"body": PAID, "signature": signed(PAID)}
    run = (await shop.api.post("/tools/order_paid/runs", json={"arguments": arguments})).json()
    assert run["result"] == {"order": "A-7"}, run
    await shop.api.put("/secrets/order_hook", json={"value": f"{KEY}, renewed", "hosts": []})
    try:
        replay = (await shop.api.post(f"/runs/{run['id']}/replay")).json()
        journal = (await shop.api.get(f"/runs/{run['id']}/journal")).json()
        again = (await shop.api.post("/tools/order_paid/runs", json={"arguments": arguments})).json()
    finally:
        await shop.api.put("/secrets/order_hook", json={"value": KEY, "hosts": []})
    assert replay["identical"] is True, replay
    assert again["error"]["code"] == "not_signed"
    said = json.dumps([run, replay, journal])
    assert [one["operation"] for one in journal["items"]][:1] == ["verify"]
    assert KEY not in said


async def test_a_tool_that_goes_on_with_a_wrong_signature_does_not_pass(shop: TenantAccess) -> None:
    """Its examples have none, and the gates have it happen."""
    spec = {**SPEC, "name": "order_heedless", "examples": SPEC["examples"][:2], "holdouts": SPEC["holdouts"][:1]}
    version = await submit(shop, spec, HEEDLESS.replace("order_paid", "order_heedless"))
    version = await settled(shop, "order_heedless", version["number"])

    assert version["state"] == "rejected"
    assert any("a signature is wrong" in finding["message"] for finding in version["findings"]), version["findings"]
