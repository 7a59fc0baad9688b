"""A right is handed on only by who holds it: every route that grants something, asked by everybody."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest

from tenants.models import Tenant
from tenants.rights.access import SCOPE_PERMISSIONS
from tests.api.actors import Cast, agent, bearer, gathered, key, machine, serve, tenant_id
from tests.api.oauth.house import PASSWORD, House, opened
from tests.api.site import new_database

ACTORS = (
    "owner", "approver", "author", "viewer", "members_key", "hr_key", "keys_key", "tenant_key", "approving_key",
    "full_key", "agent", "machine",
)  # fmt: skip
KEY = {"name": "k"}
CLIENT = {"name": "c"}
HOOK = {"url": "https://hooks.example/x"}
PROVIDER = {
    "title": "Staff", "issuer": "https://login.invalid", "client_id": "x", "client_secret": "y",
    "email_domains": ["a.example"],
}  # fmt: skip
# What is asked, and who may (all others: 403). Each line is tried by every actor.
GRANTS: list[tuple[str, str, Any, set[str]]] = [
    ("POST", "/invitations", {"role": "viewer"}, {"owner", "hr_key", "full_key"}),
    ("POST", "/invitations", {"role": "author"}, {"owner", "hr_key", "full_key"}),
    ("POST", "/invitations", {"role": "approver"}, {"owner"}),
    ("POST", "/invitations", {"role": "owner"}, {"owner"}),
    ("POST", "/members", {"role": "viewer"}, {"owner", "hr_key", "full_key"}),
    ("POST", "/members", {"role": "author"}, {"owner", "hr_key", "full_key"}),
    ("POST", "/members", {"role": "approver"}, {"owner"}),
    ("POST", "/members", {"role": "owner"}, {"owner"}),
    ("PATCH", "/members/{spare}", {"role": "viewer"}, {"owner", "hr_key", "full_key"}),
    ("PATCH", "/members/{spare}", {"role": "approver"}, {"owner"}),
    ("PATCH", "/members/{spare}", {"role": "owner"}, {"owner"}),
    ("PATCH", "/members/{spare}", {"role": "author"}, {"owner", "hr_key", "full_key"}),
    ("POST", "/api-keys", {**KEY, "scopes": ["tools:call"]}, {"owner", "approver", "author", "hr_key", "full_key"}),
    ("POST", "/api-keys", {**KEY, "scopes": ["tools:author"]}, {"owner", "approver", "author", "hr_key", "full_key"}),
    ("POST", "/api-keys", {**KEY, "scopes": ["runs:read"]}, {"owner", "approver", "author", "hr_key", "full_key"}),
    ("POST", "/api-keys", {**KEY, "scopes": ["keys:manage"]},
     {"owner", "approver", "author", "hr_key", "keys_key", "full_key"}),
    ("POST", "/api-keys", {**KEY, "scopes": ["versions:approve"]}, {"owner", "approver"}),
    ("POST", "/api-keys", {**KEY, "scopes": ["tools:call", "versions:approve"]}, {"owner", "approver"}),
    ("POST", "/api-keys", {**KEY, "scopes": ["members:manage"]}, {"owner"}),
    ("POST", "/api-keys", {**KEY, "scopes": ["tenant:manage"]}, {"owner"}),
    ("POST", "/api-keys", {**KEY, "scopes": ["data:write"]}, {"owner", "approver", "full_key"}),
    ("POST", "/api-keys", {**KEY, "scopes": ["secrets:manage"]}, {"owner", "approver", "full_key"}),
    ("POST", "/api-keys", {**KEY, "scopes": ["audit:read"]}, {"owner", "approver", "full_key"}),
    ("POST", "/clients", {**CLIENT, "scopes": ["tools:call"]}, {"owner", "approver", "author", "hr_key", "full_key"}),
    ("POST", "/clients", {**CLIENT, "scopes": ["tools:author"]},
     {"owner", "approver", "author", "hr_key", "full_key"}),
    ("POST", "/schedules", {"tool": "pay_list", "cron": "0 0 1 1 *"},
     {"owner", "approver", "author", "hr_key", "approving_key", "full_key", "agent", "machine"}),
    ("PATCH", "/policy", {"self_approval": True}, {"owner"}),
    ("PATCH", "/policy", {"gates": {"readability": "off"}}, {"owner"}),
    ("PATCH", "/policy", {"second_factor": "approvers"}, {"owner", "tenant_key", "full_key"}),
    ("PATCH", "/policy", {"warnings_block": True}, {"owner", "tenant_key", "full_key"}),
    ("PATCH", "/policy", {"run_retention_days": 30}, {"owner", "tenant_key", "full_key"}),
    ("POST", "/webhooks", {**HOOK, "events": ["run.finished"]}, {"owner", "full_key"}),
    ("POST", "/webhooks", {**HOOK, "events": ["question.asked"]}, {"owner", "full_key"}),
    ("POST", "/webhooks", {**HOOK, "events": ["agent.connected"]}, {"owner", "full_key"}),
    ("POST", "/webhooks", {**HOOK, "events": ["version.live"]}, {"owner", "full_key"}),
    ("PUT", "/identity-providers/okta", {**PROVIDER, "newcomer_role": "approver"}, {"owner"}),
    ("PUT", "/identity-providers/okta", {**PROVIDER, "newcomer_role": None}, {"owner"}),
    ("DELETE", "/identity-providers/okta", None, {"owner"}),
    ("POST", "/ledger/settle", {"key": "a/b", "happened": True}, {"owner", "approver", "full_key"}),
]  # fmt: skip


@pytest.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[House]:
    folder = tmp_path_factory.mktemp("house")
    database = await new_database(folder)
    async with opened(database, folder) as running:
        yield running
    await database.close()


@pytest.fixture(scope="module")
async def cast(house: House) -> Cast:
    made = await gathered(house)
    await serve(house, await tenant_id(made))
    return made


@pytest.mark.parametrize(("method", "path", "body", "may"), GRANTS)
async def test_every_route_that_grants_asks_whether_the_asker_holds_it(
    cast: Cast, method: str, path: str, body: Any, may: set[str]
) -> None:
    """An owner's request goes first, so that others are refused for who they are and not for what is there."""
    found: dict[str, int] = {}
    for number, actor in enumerate(ACTORS):
        sent = {**body, "email": f"guest{number}@x.example"} if path in ("/invitations", "/members") else body
        answer = await cast.send(actor, method, path.format(**cast.ids), sent)
        found[actor] = answer.status_code
        if path == "/policy":  # back to where it was, so that each of them asks for the same change
            async with cast.company.house.database.unit(await tenant_id(cast)) as session:
                (await session.get_one(Tenant, await tenant_id(cast))).policy = {}
    refused = {actor for actor, status in found.items() if status == 403}
    assert refused == set(ACTORS) - may, found
    # 422 and 404: they got as far as what is wrong with the thing itself (no such provider, file or entry).
    assert {found[actor] for actor in may} <= {200, 201, 202, 204, 404, 409, 422}, found


@pytest.mark.parametrize(
    ("was", "wanted"),
    [
        ({"second_factor": "everyone"}, {"second_factor": "none"}),
        ({"second_factor": "everyone"}, {"second_factor": "approvers"}),
        ({"second_factor": "approvers"}, {"second_factor": "none"}),
        ({"warnings_block": True}, {"warnings_block": False}),
        ({"questions_block": True}, {"questions_block": False}),
        ({"gates": {"readability": "warn"}}, {"gates": {"readability": "off"}}),
        ({"gates": {}}, {"gates": {"readability": "warn"}}),
        ({"gates": {"readability": "warn"}}, {"gates": {"robustness": "warn"}}),
        ({}, {"self_approval": True, "run_retention_days": 30}),
    ],
)
async def test_no_key_lowers_the_bar_for_approval(cast: Cast, was: dict[str, Any], wanted: dict[str, Any]) -> None:
    blocks = {"warnings_block": False, "questions_block": False}
    safe: dict[str, Any] = {"self_approval": False, "gates": {}, **blocks, "second_factor": "none"}
    database = cast.company.house.database
    async with database.unit(await tenant_id(cast)) as session:
        tenant = await session.get_one(Tenant, await tenant_id(cast))
        tenant.policy = {**safe, **was}
    for actor in ("tenant_key", "full_key"):
        assert (await cast.send(actor, "PATCH", "/policy", wanted)).status_code == 403
        assert (await cast.send(actor, "PATCH", "/policy", {**safe, **was})).status_code == 200
    async with database.unit(await tenant_id(cast)) as session:
        tenant = await session.get_one(Tenant, await tenant_id(cast))
        assert tenant.policy.items() >= {**safe, **was}.items()
        tenant.policy = safe


async def test_addresses_of_people_are_for_people_and_for_what_manages_members(cast: Cast) -> None:
    found = {actor: await cast.send(actor, "GET", "/members") for actor in ACTORS}
    told = {"owner", "approver", "author", "viewer", "members_key", "hr_key", "full_key"}
    assert {actor for actor, answer in found.items() if answer.status_code == 200} == told
    assert [actor for actor, answer in found.items() if actor not in told and "@" in answer.text] == []


async def test_an_hr_key_makes_nobody_an_owner(house: House, cast: Cast) -> None:
    """H3: a key with members:manage alone was ownership."""
    mallory = await house.company(email="mallory@evil.test")
    for path in ("/members", "/invitations"):
        for role in ("owner", "approver", "author", "viewer"):
            body = {"email": "mallory@evil.test", "role": role}
            assert (await cast.send("members_key", "POST", path, body)).status_code == 403, (path, role)
    assert (await mallory.owner.get(f"{cast.api}/members")).status_code == 404


async def test_whoever_signs_up_with_an_address_first_is_not_that_person(house: House, cast: Cast) -> None:
    """H10: adding is an invitation, and its answer is the same whether or not somebody has the address."""
    stranger = await house.company(email="cfo@acme-corp.example")
    answers = [
        await cast.send("owner", "POST", "/members", {"email": email, "role": "approver"})
        for email in ("cfo@acme-corp.example", "nobody-yet@acme-corp.example")
    ]
    shapes = [(answer.status_code, sorted(answer.json())) for answer in answers]
    assert shapes[0] == shapes[1]
    assert shapes[0][0] == 202
    assert "cfo@acme-corp.example" not in await cast.company.members()
    for path in ("", "/tools", "/members", "/secrets"):
        assert (await stranger.owner.get(f"{cast.api}{path}")).status_code == 404
    offers = [
        await house.browser().get(f"/api/v1/invitations/{answer.json()['link'].rpartition('/')[2]}")
        for answer in answers
    ]
    told = [{**offer.json(), "email": "", "expires_at": ""} for offer in offers]
    assert told[0] == told[1]


async def test_a_keys_keys_end_with_it_and_never_approve(house: House, cast: Cast) -> None:
    parent = bearer(house, await key(cast.by["author"], cast.company, "keys:manage", "tools:call", "runs:read"))
    child = bearer(house, await key(parent, cast.company, "keys:manage", "tools:call"))
    grandchild = bearer(house, await key(child, cast.company, "tools:call"))
    assert (await grandchild.get(f"{cast.api}/tools")).status_code == 200
    assert (await grandchild.get(f"{cast.api}/runs")).status_code == 403
    mine = (await cast.by["author"].get(f"{cast.api}/api-keys")).json()["items"]
    oldest = mine[2]["id"]
    assert (await cast.by["author"].delete(f"{cast.api}/api-keys/{oldest}")).status_code == 204
    for client in (parent, child, grandchild):
        assert (await client.get(f"{cast.api}/tools")).status_code == 401
    assert all(one["revoked_at"] for one in (await cast.by["author"].get(f"{cast.api}/api-keys")).json()["items"][:3])


async def test_all_that_a_key_made_ends_with_it(house: House) -> None:
    """A stolen key is revoked: nothing that its thief made goes on."""
    cast = await gathered(house)
    await serve(house, await tenant_id(cast))
    owner = cast.by["owner"]
    scopes = [one for one in SCOPE_PERMISSIONS if one != "versions:approve"]
    thief = bearer(house, await key(owner, cast.company, *scopes))
    stolen = (await owner.get(f"{cast.api}/api-keys")).json()["items"][0]["id"]
    child = bearer(house, await key(thief, cast.company, "keys:manage", "tools:call"))
    machines = [bearer(house, await machine(cast.company, maker, "tools:call")) for maker in (thief, child)]
    makers = [thief, child, *machines]
    for maker in makers:
        made = await maker.post(f"{cast.api}/schedules", json={"tool": "pay_list", "cron": "* * * * *"})
        assert made.status_code == 201, made.text
    hook = await thief.post(f"{cast.api}/webhooks", json={**HOOK, "events": ["run.finished", "question.asked"]})
    assert hook.status_code == 201, hook.text
    assert (await owner.delete(f"{cast.api}/api-keys/{stolen}")).status_code == 204
    for maker in makers:
        assert (await maker.get(f"{cast.api}/tools")).status_code == 401
    for one in (await owner.get(f"{cast.api}/schedules")).json()["items"]:
        assert (one["paused"], one["last_error"]) == (True, "The API key that made this schedule has been revoked.")
    assert [one["active"] for one in (await owner.get(f"{cast.api}/webhooks")).json()["items"]] == [False]
    assert len((await owner.get(f"{cast.api}/clients")).json()["items"]) == 2  # the cast's own


async def test_a_key_that_a_key_makes_ends_no_later_than_it(house: House, cast: Cast) -> None:
    soon = "2099-01-01T00:00:00Z"
    parent = bearer(house, await key(cast.by["author"], cast.company, "keys:manage", expires_at=soon))
    made = await parent.post(f"{cast.api}/api-keys", json={"name": "k", "scopes": ["keys:manage"]})
    assert made.status_code == 201
    assert made.json()["expires_at"] is not None, made.text


async def test_keys_are_listed_to_who_may_revoke_them(cast: Cast) -> None:
    """Low 9: every holder of keys:manage saw all keys of the tenant."""
    whole = {one["id"] for one in (await cast.by["owner"].get(f"{cast.api}/api-keys")).json()["items"]}
    author = {one["id"] for one in (await cast.by["author"].get(f"{cast.api}/api-keys")).json()["items"]}
    assert author < whole
    for one in whole - author:
        assert (await cast.by["author"].delete(f"{cast.api}/api-keys/{one}")).status_code == 403


async def test_who_leaves_takes_all_along_by_which_they_acted_and_it_does_not_come_back(house: House) -> None:
    cast = await gathered(house)
    await serve(house, await tenant_id(cast))
    author = cast.by["author"]
    acting = [
        bearer(house, await key(author, cast.company, "tools:call")),
        bearer(house, await agent(cast.company, author)),
        bearer(house, await machine(cast.company, author)),
    ]
    made = await author.post(f"{cast.api}/schedules", json={"tool": "pay_list", "cron": "* * * * *"})
    assert made.status_code == 201, made.text
    for client in acting:
        assert (await client.get(f"{cast.api}/tools")).status_code == 200
    assert (await cast.send("owner", "DELETE", f"/members/{cast.ids['author']}")).status_code == 204
    for client in acting:
        assert (await client.get(f"{cast.api}/tools")).status_code == 401
    (schedule,) = (await cast.by["owner"].get(f"{cast.api}/schedules")).json()["items"]
    assert (schedule["paused"], schedule["last_error"]) == (True, "Whoever made this schedule is no member any more.")
    await cast.company.add(f"author@{cast.company.slug}.example", "author", author)
    for client in acting:
        assert (await client.get(f"{cast.api}/tools")).status_code == 401
    assert (await cast.by["owner"].get(f"{cast.api}/schedules")).json()["items"][0]["paused"]


@pytest.mark.parametrize("role", ["viewer", "author"])
async def test_a_demotion_counts_for_keys_agents_and_machines_at_once(house: House, role: str) -> None:
    cast = await gathered(house)
    approver = cast.by["approver"]
    by_key = bearer(house, await key(approver, cast.company, "versions:approve", "data:write", "tools:call"))
    by_agent = bearer(house, await agent(cast.company, approver))
    settled = {"key": "a/b", "happened": True}
    assert (await by_key.post(f"{cast.api}/ledger/settle", json=settled)).status_code != 403
    await cast.send("owner", "PATCH", f"/members/{cast.ids['approver']}", {"role": role})
    assert (await by_key.post(f"{cast.api}/ledger/settle", json=settled)).status_code == 403
    body = {"name": "x", "description": "x", "input_schema": {"type": "object"}}
    proposed = await by_agent.post(f"{cast.api}/tools", json=body)
    assert proposed.status_code == (403 if role == "viewer" else 201)


async def test_an_invitation_ends_with_the_key_that_made_it(house: House) -> None:
    cast = await gathered(house)
    answer = await cast.send("hr_key", "POST", "/members", {"email": "new@x.example", "role": "author"})
    path = f"/api/v1/invitations/{answer.json()['link'].rpartition('/')[2]}"
    assert (await house.browser().get(path)).status_code == 200
    keys = (await cast.by["owner"].get(f"{cast.api}/api-keys")).json()["items"]
    for one in keys:
        await cast.send("owner", "DELETE", f"/api-keys/{one['id']}")
    joining = await house.browser().post(f"{path}/signup", json={"name": "New", "password": PASSWORD})
    assert joining.status_code == 404
