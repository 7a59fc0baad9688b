"""A person answers for every actor, and who proposes sees no production data and changes nothing it reads."""

import asyncio
import json
from types import SimpleNamespace
from typing import Any, cast

import httpx2
import pytest

from tests.api.actors import agent, bearer, key, machine
from tests.api.oauth.house import Company, House
from tests.api.test_surviving import asking
from tests.makers import Product, TenantAccess, make_live, make_source, make_spec, mcp_session, settled, sign_up

PII = "John Doe: depression; card 4111111111111111"
RAW = {"Content-Type": "application/octet-stream"}


def company_of(tenant: TenantAccess) -> Company:
    """The tenant as its owner's browser sees it."""
    house = cast(House, SimpleNamespace(origin=tenant.product.url))
    return Company(house, tenant.slug, browser(tenant))


def browser(tenant: TenantAccess) -> httpx2.AsyncClient:
    headers = {"X-Sealwright-Csrf": "1"}
    return httpx2.AsyncClient(base_url=tenant.product.url, cookies=tenant.person.cookies, headers=headers, timeout=60)


async def member(product: Product, company: Company, role: str) -> httpx2.AsyncClient:
    """Another person in the company, in a session."""
    other = await sign_up(product)
    person = browser(other)
    await company.add(other.email, role, person)
    return person


async def submitted(client: httpx2.AsyncClient, company: Company, tenant: TenantAccess) -> dict[str, Any]:
    path = f"{company.api}/tools/add_numbers/versions"
    answer = await client.post(path, json={"source": make_source()})
    assert answer.status_code == 202, answer.text
    version = await settled(tenant, "add_numbers", answer.json()["number"])
    assert version["state"] == "awaiting_approval", version["findings"]
    return version


async def test_nobody_approves_what_acted_for_them(product: Product) -> None:
    """H4: an approver's machine client wrote, and the approver approved."""
    tenant = await sign_up(product, self_approval=False)
    company = company_of(tenant)
    approver = await member(product, company, "approver")
    assert (await approver.post(f"{company.api}/tools", json=make_spec())).status_code == 201
    house = company.house
    parent = bearer(house, await key(approver, company, "keys:manage", "tools:author", "tools:call"))
    writers = {
        "session": approver,
        "key": bearer(house, await key(approver, company, "tools:author")),
        "key of a key": bearer(house, await key(parent, company, "tools:author")),
        "agent": bearer(house, await agent(company, approver)),
        "machine": bearer(house, await machine(company, approver, "tools:author")),
        "machine of a key": bearer(house, await machine(company, parent, "tools:author")),
    }
    approving = bearer(house, await key(approver, company, "versions:approve"))
    last: dict[str, Any] = {}
    path = ""
    for writer in writers.values():
        last = await submitted(writer, company, tenant)
        path = f"{company.api}/tools/add_numbers/versions/{last['number']}/approve"
        for decider in (approver, approving, *writers.values()):
            answer = await decider.post(path, json={"digest": last["digest"]})
            assert answer.status_code == 403, answer.text
    other = await company.owner.post(path, json={"digest": last["digest"]})
    assert (other.status_code, other.json()["state"]) == (200, "live")


async def test_who_proposes_reads_no_run_by_a_version_that_echoes_it(tenant: TenantAccess) -> None:
    """H5: the history gate quoted the arguments of production runs to whoever may only propose."""
    company = company_of(tenant)
    text = {"type": "object", "properties": {"note": {"type": "string"}}, "required": ["note"]}
    spec = make_spec(
        "score",
        description="Scores a note by how long it is.",
        input_schema={**text, "additionalProperties": False},
        output_schema={
            "type": "object",
            "properties": {"score": {"type": ["integer", "string"]}},
            "required": ["score"],
            "additionalProperties": False,
        },
        examples=[{"arguments": {"note": "a" * n}, "result": {"score": n}} for n in (1, 2)],
        holdouts=[{"arguments": {"note": "abc"}, "result": {"score": 3}}],
    )
    source = (
        '"""Score."""\n\n\ndef score(note: str) -> dict:\n    """Score a note."""\n    return {"score": len(note)}\n'
    )
    await make_live(tenant, spec, source)
    for _ in range(2):
        assert (await tenant.api.post("/tools/score/runs", json={"arguments": {"note": PII}})).status_code == 200
    author = bearer(company.house, await key(company.owner, company, "tools:author"))
    assert (await author.get(f"{company.api}/runs")).status_code == 403
    echo = source.replace("len(note)", "len(note) if len(note) < 9 else note")
    answer = await author.post(f"{company.api}/tools/score/versions", json={"source": echo})
    version = await settled(tenant, "score", answer.json()["number"])
    said = [one["message"] for one in version["findings"] if one["gate"] == "history"]
    assert said == ["2 of the last 2 runs would have gone otherwise: its answer at /score, in 2."]
    for path in (f"/tools/score/versions/{version['number']}", "/tools/score/versions", "/tools/score", "/tools"):
        assert "4111" not in (await author.get(f"{company.api}{path}")).text
    async with mcp_session(tenant, author.headers["authorization"].partition(" ")[2]) as session:
        told = await session.call_tool("get_version", {"name": "score"})
        prompt = await session.get_prompt("repair_tool", {"name": "score"})
    assert "4111" not in told.model_dump_json() + prompt.model_dump_json()
    history = f"{company.api}/tools/score/versions/{version['number']}/history"
    assert (await author.post(history)).status_code == 403
    assert PII in (await company.owner.post(history)).text


PATHS = (
    "config/payees.csv", "a", "config/new.csv", "a/b/c/d", "imports/x%2Fy", "config/payees.csv?content_type=text/csv",
    "%63onfig/payees.csv", "CONFIG/PAYEES.CSV", "config/payees.csv%20",
)  # fmt: skip


async def test_files_are_written_by_who_holds_data_write(product: Product, tenant: TenantAccess) -> None:
    """M1: an agent that may only propose replaced the file that an approved tool pays by."""
    company = company_of(tenant)
    author = await member(product, company, "author")
    house = company.house
    writers = [
        author,
        bearer(house, await key(company.owner, company, "tools:author", "tools:call", "runs:read")),
        bearer(house, await key(company.owner, company, "versions:approve", "tenant:manage", "secrets:manage")),
        bearer(house, await agent(company, company.owner)),
        bearer(house, await machine(company, company.owner)),
    ]
    path = f"{company.api}/files/config/payees.csv"
    assert (await company.owner.put(path, content=b"ann", headers=RAW)).status_code == 204
    for writer in writers:
        for name in PATHS:
            target = f"{company.api}/files/{name}"
            assert (await writer.put(target, content=b"mallory", headers=RAW)).status_code == 403, name
            assert (await writer.delete(target.partition("?")[0])).status_code == 403, name
        settle = await writer.post(f"{company.api}/ledger/settle", json={"key": "a/b", "happened": True})
        assert settle.status_code == 403
    assert (await company.owner.get(path)).content == b"ann"
    for scopes in (["data:write"], ["data:write", "runs:read"]):
        by_key = bearer(house, await key(company.owner, company, *scopes))
        assert (await by_key.put(path, content=b"bea", headers=RAW)).status_code == 204
    approver = await member(product, company, "approver")
    assert (await approver.delete(path)).status_code == 204


async def test_a_callers_question_is_answered_by_that_caller(product: Product, tenant: TenantAccess) -> None:
    """M4: another person's key answered the question of the owner's run."""
    company = company_of(tenant)
    house, owner = company.house, company.owner
    await make_live(tenant, *asking("caller"))
    other = await member(product, company, "owner")
    strangers = {
        "another's key": bearer(house, await key(other, company, "tools:call")),
        "another owner": other,
        "another's agent": bearer(house, await agent(company, other, "tools:call")),
        "another's machine": bearer(house, await machine(company, other, "tools:call")),
        "an approver": await member(product, company, "approver"),
        "an author": await member(product, company, "author"),
        "an approving key": bearer(house, await key(other, company, "versions:approve", "tools:call")),
    }
    own = {
        "key": bearer(house, await key(owner, company, "tools:call")),
        "second key": bearer(house, await key(owner, company, "tools:call", "versions:approve", "tenant:manage")),
        "agent": bearer(house, await agent(company, owner, "tools:call")),
        "machine": bearer(house, await machine(company, owner, "tools:call")),
        "session": owner,
    }
    for name, caller in own.items():
        asked = await caller.post(f"{company.api}/tools/pay/runs", json={"arguments": {"amount": 7}})
        assert asked.json()["status"] == "suspended", asked.text
        question = (await tenant.api.get("/questions?open=true")).json()["items"][0]["id"]
        path = f"{company.api}/questions/{question}/answer"
        # The person who answers for the caller may, signed in; another key or agent of theirs may not.
        others = [client for mine, client in own.items() if mine not in (name, "session")]
        for stranger in [*strangers.values(), *others]:
            answer = await stranger.post(path, json={"approved": True})
            assert answer.status_code == 403, (name, answer.text)
        assert (await (owner if name == "agent" else caller).post(path, json={"approved": True})).status_code == 200


async def test_a_schedule_acts_by_what_made_it_and_is_its_makers(product: Product, tenant: TenantAccess) -> None:
    """M2: schedules outlived the agent that made them, and any agent deleted anybody's."""
    company = company_of(tenant)
    house, owner = company.house, company.owner
    await make_live(tenant)
    body = {"tool": "add_numbers", "arguments": {"a": 1, "b": 2}, "cron": "0 9 * * *"}
    author, approver = await member(product, company, "author"), await member(product, company, "approver")
    makers = {
        "session": owner,
        "key": bearer(house, await key(owner, company, "tools:call")),
        "agent": bearer(house, await agent(company, owner, "tools:call")),
        "machine": bearer(house, await machine(company, owner, "tools:call")),
    }
    strangers = [
        author,
        bearer(house, await key(author, company, "tools:call")),
        bearer(house, await agent(company, author, "tools:call")),
        bearer(house, await machine(company, author, "tools:call")),
        bearer(house, await key(owner, company, "tools:call", "runs:read")),
        bearer(house, await agent(company, owner, "tools:call")),
    ]
    for name, maker in makers.items():
        made = await maker.post(f"{company.api}/schedules", json=body)
        assert made.status_code == 201, made.text
        path = f"{company.api}/schedules/{made.json()['id']}"
        for stranger in strangers:
            for answer in (
                await stranger.delete(path),
                await stranger.patch(path, json={"paused": True}),
                await stranger.patch(path, json={"paused": False}),
            ):
                assert answer.status_code == 403, (name, answer.text)
        assert (await approver.patch(path, json={"paused": True})).status_code == 200
        assert (await approver.patch(path, json={"paused": False})).status_code == 403
        assert (await maker.patch(path, json={"paused": False})).status_code == 200
        seen = (await strangers[1].get(f"{company.api}/schedules")).json()["items"]
        assert seen == [], "who may not read runs sees what others call with"
    for connected in (await owner.get(f"{company.api}/clients")).json()["items"]:
        await owner.delete(f"{company.api}/clients/{connected['id']}")
    for made in (await owner.get(f"{company.api}/api-keys")).json()["items"]:
        if made["name"] == "k":
            await owner.delete(f"{company.api}/api-keys/{made['id']}")
    found = (await owner.get(f"{company.api}/schedules")).json()["items"]
    stopped = {one["created_by"]["kind"]: (one["paused"], one["last_error"]) for one in found}
    assert stopped.pop("person") == (False, None)
    assert all(paused and "has been" in said for paused, said in stopped.values()), stopped
    for one in found:
        again = await owner.patch(f"{company.api}/schedules/{one['id']}", json={"paused": False})
        assert again.status_code == (200 if one["created_by"]["kind"] == "person" else 403), again.text


async def test_complete_lists_what_the_actor_may_call(tenant: TenantAccess) -> None:
    await make_live(tenant)
    company = company_of(tenant)
    ref: dict[str, Any] = {"type": "ref/prompt", "name": "repair_tool"}
    for scopes, names in (
        (["tools:call"], ["add_numbers"]),
        (["tools:author"], []),
        (["runs:read"], []),
        (["versions:approve"], []),
        (["tools:author", "tools:call"], ["add_numbers"]),
    ):
        token = await key(company.owner, company, *scopes)
        body = {
            "jsonrpc": "2.0", "id": 1, "method": "completion/complete",
            "params": {"ref": ref, "argument": {"name": "name", "value": ""}},
        }  # fmt: skip
        headers = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-11-25"}
        answer = await bearer(company.house, token).post(f"/t/{tenant.slug}/mcp", json=body, headers=headers)
        said = json.loads(answer.text.partition("data: ")[2] or answer.text)
        assert said["result"]["completion"]["values"] == names, scopes


@pytest.mark.parametrize("path", ["/runs/run_none/replay", "/tools/add_numbers/versions/1/history"])
async def test_what_runs_the_sandbox_is_within_the_quotas(product: Product, path: str) -> None:
    tenant = await sign_up(product)
    limits = {"client_calls_per_minute": 6}
    assert (await tenant.person.patch(f"/tenants/{tenant.slug}/policy", json={"limits": limits})).status_code == 200
    async with asyncio.timeout(120):
        while (await tenant.api.post(path)).status_code != 429:
            pass
    component = await tenant.api.get("/tools/add_numbers/versions/1/component")
    assert component.status_code == 429


async def test_the_review_names_what_live_tools_read_that_a_version_writes(tenant: TenantAccess) -> None:
    """M1: a file that one tool writes is what another one acts on."""
    reader = '''"""Pay."""

from sealwright import files


def pay_list() -> dict[str, int]:
    """Count who is to be paid."""
    return {"sum": len(files.read_text("config/payees.csv").splitlines())}
'''
    nothing: dict[str, Any] = {"type": "object", "properties": {}, "additionalProperties": False}
    world = {"files": {"config/payees.csv": "ann\nbea"}}
    await make_live(
        tenant,
        make_spec(
            "pay_list",
            description="Counts who is on the list of payees.",
            input_schema=nothing,
            capabilities={"files": ["read config/payees.csv"]},
            examples=[
                {"arguments": {}, "result": {"sum": 2}, "world": world},
                {"arguments": {}, "result": {"sum": 1}, "world": {"files": {"config/payees.csv": "ann"}}},
            ],
            holdouts=[{"arguments": {}, "result": {"sum": 0}, "world": {"files": {"config/payees.csv": ""}}}],
        ),
        reader,
    )
    spec = make_spec("payees_put", capabilities={"files": ["config/*"]})
    assert (await tenant.api.post("/tools", json=spec)).status_code == 201
    answer = await tenant.api.post("/tools/payees_put/versions", json={"source": make_source("payees_put")})
    assert answer.json()["shares"] == [
        {
            "tool": "pay_list",
            "capability": "files",
            "what": "config/payees.csv",
            "says": "It may write config/payees.csv, which pay_list reads.",
        }
    ]
