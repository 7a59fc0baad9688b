"""Invitations over REST: a link makes the one it is for a member, once, and nobody else."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import update

from tenants.base.db import Database, now
from tenants.models import Invitation
from tests.api.oauth.house import PASSWORD, Company, House, opened, visit
from tests.api.oauth.provider import Person, providing
from tests.api.site import new_database

ANN = {"name": "Ann", "password": PASSWORD}


@pytest.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[House]:
    folder = tmp_path_factory.mktemp("house")
    database = await new_database(folder)
    async with opened(database, folder) as running:
        yield running
    await database.close()


@pytest.fixture
async def acme(house: House) -> Company:
    return await house.company()


async def invited(company: Company, email: str, role: str = "author") -> str:
    """Invite somebody; return the API's path of their link."""
    answer = await company.owner.post(f"{company.api}/invitations", json={"email": email, "role": role})
    assert answer.status_code == 201, answer.text
    before, _, token = answer.json()["link"].rpartition("/")
    assert before == f"{company.house.origin}/invitations"
    return f"/api/v1/invitations/{token}"


async def open_ones(company: Company) -> list[dict[str, Any]]:
    return (await company.owner.get(f"{company.api}/invitations")).json()["items"]


def over(answer: httpx2.Response) -> None:
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:sealwright:problem:invitation_over"), answer.text
    assert answer.json()["hint"] == "Ask an owner for a new link."


def roles(answer: httpx2.Response) -> dict[str, str]:
    return {tenant["slug"]: tenant["role"] for tenant in answer.json()["tenants"]}


async def test_somebody_new_signs_up_by_a_link_where_sign_up_is_closed(database: Database, tmp_path: Path) -> None:
    async with opened(database, tmp_path) as house:
        acme = await house.company()
        link = await invited(acme, "Ann@Guests.example", "approver")
    async with opened(database, tmp_path, signup_open=False) as house, house.browser() as ann:
        offer = (await ann.get(link)).json()
        expected = {"tenant": acme.slug, "email": "ann@guests.example", "role": "approver"}
        assert offer.items() >= expected.items()
        answer = await ann.post(f"{link}/signup", json=ANN)
        assert (answer.status_code, roles(answer)) == (201, {acme.slug: "approver"}), answer.text
        assert (await ann.get(f"{acme.api}/members")).json()["items"][1]["email"] == "ann@guests.example"
        for again in (
            await ann.get(link),
            await ann.post(f"{link}/signup", json=ANN),
            await ann.post(f"{link}/accept"),
        ):
            over(again)
        actions = [event["action"] for event in (await ann.get(f"{acme.api}/audit")).json()["items"]]
        assert actions == ["member.joined", "invitation.created", "tenant.created"]


async def test_the_owner_of_an_account_signs_in_and_accepts(house: House, acme: Company) -> None:
    bea = await house.company(email="bea@guests.example")
    link = await invited(acme, "bea@guests.example", "viewer")
    signed_up = await house.browser().post(f"{link}/signup", json=ANN)
    assert (signed_up.status_code, signed_up.json()["hint"]) == (409, "Sign in, then accept.")
    assert (await house.browser().post(f"{link}/accept")).status_code == 401
    answer = await bea.owner.post(f"{link}/accept")
    assert roles(answer) == {acme.slug: "viewer", bea.slug: "owner"}
    joined = next(event for event in await acme.audit() if event["action"] == "member.joined")
    assert (joined["actor"]["label"], joined["details"]["invited_by"]) == (
        "bea@guests.example",
        f"owner@{acme.slug}.example",
    )


async def test_a_link_is_for_one_address_and_its_token_is_kept_hashed(house: House, acme: Company) -> None:
    other = await house.company()
    link = await invited(acme, "cleo@guests.example")
    answer = await other.owner.post(f"{link}/accept")
    assert answer.status_code == 403
    assert "is for cleo@guests.example" in answer.json()["detail"]
    (kept,) = await open_ones(acme)
    assert link.rpartition("/")[2] not in str(kept)
    async with house.database.system_reading() as session:
        row = await session.get_one(Invitation, kept["id"])
    assert link.rpartition("/")[2] not in str(vars(row))


async def test_of_many_who_come_at_once_one_gets_in(house: House, acme: Company) -> None:
    link = await invited(acme, "dora@guests.example")
    answers = await asyncio.gather(*(house.browser().post(f"{link}/signup", json=ANN) for _ in range(3)))
    assert sum(answer.status_code == 201 for answer in answers) == 1
    assert len(await acme.members()) == 2


async def test_wrong_expired_and_revoked_links_say_the_same(house: House, acme: Company) -> None:
    over(await house.browser().get("/api/v1/invitations/never-was"))
    revoked, expired = await invited(acme, "e@guests.example"), await invited(acme, "f@guests.example")
    ids = {one["email"]: one["id"] for one in await open_ones(acme)}
    gone = f"{acme.api}/invitations/{ids['e@guests.example']}"
    assert [(await acme.owner.delete(gone)).status_code for _ in range(2)] == [204, 404]
    async with house.database.unit((await _row(house, ids["f@guests.example"])).tenant_id) as session:
        await session.execute(update(Invitation).values(expires_at=now() - timedelta(seconds=1)))
    for link in (revoked, expired):
        over(await house.browser().get(link))
        over(await house.browser().post(f"{link}/signup", json=ANN))
        over(await acme.owner.post(f"{link}/accept"))
    assert await open_ones(acme) == []


async def _row(house: House, invitation_id: str) -> Invitation:
    async with house.database.system_reading() as session:
        return await session.get_one(Invitation, invitation_id)


async def test_inviting_again_ends_the_link_before(house: House, acme: Company) -> None:
    first = await invited(acme, "gil@guests.example", "owner")
    second = await invited(acme, "gil@guests.example", "viewer")
    over(await house.browser().get(first))
    assert (await house.browser().get(second)).json()["role"] == "viewer"
    assert len(await open_ones(acme)) == 1


async def test_owners_alone_invite_and_see_invitations_of_their_own_tenant(house: House, acme: Company) -> None:
    link = await invited(acme, "hal@guests.example", "approver")
    hal = house.browser()
    await hal.post(f"{link}/signup", json={"name": "Hal", "password": PASSWORD})
    body = {"email": "ida@guests.example", "role": "viewer"}
    assert (await hal.post(f"{acme.api}/invitations", json=body)).status_code == 403
    assert (await hal.get(f"{acme.api}/invitations")).status_code == 403
    assert (await acme.owner.post(f"{acme.api}/invitations", json={**body, "role": "god"})).status_code == 422
    member = await acme.owner.post(f"{acme.api}/invitations", json={**body, "email": "hal@guests.example"})
    assert (member.status_code, member.json()["hint"]) == (409, "Change the role instead.")
    await invited(acme, "ida@guests.example")
    other = await house.company()
    (one,) = await open_ones(acme)
    assert await open_ones(other) == []
    assert (await other.owner.delete(f"{other.api}/invitations/{one['id']}")).status_code == 404
    assert (await other.owner.delete(f"{acme.api}/invitations/{one['id']}")).status_code == 404
    assert len(await open_ones(acme)) == 1


async def test_an_invitation_ends_with_its_makers_right_and_nobody_comes_back_by_an_old_one(
    house: House, acme: Company
) -> None:
    jo = house.browser()
    answer = await jo.post(f"{await invited(acme, 'jo@guests.example', 'owner')}/signup", json=ANN)
    user = answer.json()["user"]["id"]
    by_jo = Company(house, acme.slug, jo)
    demoted = await invited(by_jo, "friend@guests.example", "owner")
    await acme.owner.patch(f"{acme.api}/members/{user}", json={"role": "author"})
    over(await house.browser().get(demoted))
    kept = await invited(acme, "kim@guests.example")
    assert (await acme.owner.delete(f"{acme.api}/members/{user}")).status_code == 204
    assert (await house.browser().get(kept)).status_code == 200
    # The link that was used ends with the membership, and so does the one that came before it.
    other = await house.company(email="lee@guests.example")
    link = await invited(acme, "lee@guests.example")
    await acme.add("lee@guests.example", "viewer", other.owner)
    over(await other.owner.post(f"{link}/accept"))
    lee = (await acme.members())["lee@guests.example"]["user_id"]
    await acme.owner.delete(f"{acme.api}/members/{lee}")
    over(await other.owner.post(f"{link}/accept"))
    revoked = [event["details"] for event in await acme.audit() if event["action"] == "invitation.revoked"]
    assert [details["because_of"] for details in revoked] == ["jo@guests.example"]


async def test_a_session_of_one_tenants_provider_accepts_for_no_other(tmp_path: Path) -> None:
    database = await new_database(tmp_path)
    async with providing() as provider, opened(database, tmp_path, provider) as house:
        evil, acme = await house.company(), await house.company()
        await evil.trust(provider)
        provider.person = Person(subject="sub-max", email="max@acme.example")
        vouched = visit(evil)
        await vouched.whole()
        link = await invited(acme, "max@acme.example")
        answer = await vouched.browser.post(f"{link}/accept")
        assert answer.status_code == 403
        assert "counts in its own tenant only" in answer.json()["detail"]
        assert "max@acme.example" not in await acme.members()
        # By a password of their own they come in; what the provider opens is its tenant, as ever.
        signed_up = await vouched.browser.post(f"{link}/signup", json=ANN)
        assert (signed_up.status_code, roles(signed_up)) == (201, {acme.slug: "author"})
    await database.close()
