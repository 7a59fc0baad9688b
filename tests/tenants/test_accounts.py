"""Signing up and in, sessions, keys, members, policy."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import update

from tenants.agents import api_keys
from tenants.base.db import Database, now
from tenants.base.errors import ConflictError, InvalidError, NotAllowedError, NotAuthenticatedError, NotFoundError
from tenants.models import ApiKey, UserSession
from tenants.people import accounts, invitations, members
from tenants.rights.access import SCOPE_PERMISSIONS, Actor, Permission, Role
from tenants.rules import policies
from tenants.sign_in import sessions
from tests.tenants.people import PASSWORD, agent_of, join, key_of, sign_up


async def test_whoever_signs_up_owns_their_tenant(database: Database) -> None:
    person = await sign_up(database)
    assert person.actor.permissions == frozenset(Permission)
    async with database.system_reading() as session:
        belongs = await accounts.memberships(session, person.user.id)
    assert [(tenant.slug, role) for tenant, role in belongs] == [(person.actor.tenant_slug, Role.OWNER)]


async def test_an_email_address_signs_up_once_however_it_is_written(database: Database) -> None:
    person = await sign_up(database)
    with pytest.raises(ConflictError, match="account with this email"):
        await accounts.sign_up(
            database, email=f" {person.user.email.upper()} ", password=PASSWORD, name="x", tenant_name="other"
        )


async def test_two_at_once_get_one_slug_between_them(database: Database) -> None:
    async def attempt(number: int) -> str:
        try:
            await accounts.sign_up(
                database, email=f"p{number}@example.com", password=PASSWORD, name="P",
                tenant_name="same", tenant_slug="the-same",
            )  # fmt: skip
        except ConflictError:
            return "conflict"
        return "made"

    assert sorted(await asyncio.gather(*map(attempt, range(3)))) == ["conflict", "conflict", "made"]


async def test_a_taken_name_gets_another_slug(database: Database) -> None:
    slugs: set[str] = set()
    for number in range(2):
        _, tenant = await accounts.sign_up(
            database, email=f"n{number}@example.com", password=PASSWORD, name="N", tenant_name="Ünser Büro!"
        )
        slugs.add(tenant.slug)
    assert "unser-buro" in slugs
    assert len(slugs) == 2


@pytest.mark.parametrize(
    ("field", "value", "path"),
    [
        ("email", "nobody", "/email"),
        ("email", "a@b@c", "/email"),
        ("password", "short", "/password"),
        ("password", "x" * 201, "/password"),
        ("tenant_slug", "-bad-", "/tenant_slug"),
        ("tenant_slug", "Über", "/tenant_slug"),
        ("name", "  ", "/name"),
        ("tenant_name", "x" * 201, "/tenant_name"),
    ],
)
async def test_bad_sign_ups_name_the_field(database: Database, field: str, value: str, path: str) -> None:
    form = {
        "email": "a@example.com", "password": PASSWORD, "name": "A", "tenant_name": "A", "tenant_slug": "aaa",
        field: value,
    }  # fmt: skip
    with pytest.raises(InvalidError) as caught:
        await accounts.sign_up(database, **form)
    assert [problem["path"] for problem in caught.value.problems] == [path]


async def test_only_the_right_password_signs_in(database: Database) -> None:
    person = await sign_up(database)
    assert (await accounts.authenticate(database, person.user.email.upper(), PASSWORD)).id == person.user.id
    for email, password in ((person.user.email, "wrong password"), ("nobody@example.com", PASSWORD)):
        with pytest.raises(NotAuthenticatedError, match="email address or the password"):
            await accounts.authenticate(database, email, password)


async def test_a_stranger_finds_no_tenant(database: Database) -> None:
    mine, theirs = await sign_up(database, "mine"), await sign_up(database, "theirs")
    for slug in (theirs.actor.tenant_slug, "nowhere"):
        with pytest.raises(NotFoundError):
            await accounts.actor_for(database, mine.user, slug)


async def test_sessions_end_one_by_one_and_all_at_once(database: Database) -> None:
    person = await sign_up(database)
    async with database.system() as session:
        tokens = [await sessions.open(session, person.user, "browser") for _ in range(3)]
    async with database.system() as session:
        assert len(await sessions.list_open(session, person.user.id)) == 3
        await sessions.close(session, tokens[0])
        assert await sessions.find(session, tokens[0]) is None
        assert await sessions.find(session, tokens[1])
        await sessions.revoke_all(session, person.user.id)
        assert await sessions.list_open(session, person.user.id) == []
    async with database.system_reading() as session:
        assert [await sessions.find(session, token) for token in tokens] == [None, None, None]


async def test_sessions_run_out_when_old_or_idle(database: Database) -> None:
    person = await sign_up(database)
    for changed in ({"expires_at": now()}, {"last_seen_at": now() - sessions.IDLE}):
        async with database.system() as session:
            token = await sessions.open(session, person.user)
            await session.execute(update(UserSession).values(**changed))
        assert await sessions.find_user(database, token) is None


async def test_being_here_is_noted_once_a_minute(database: Database) -> None:
    person = await sign_up(database)
    long_ago = now() - timedelta(hours=1)
    async with database.system() as session:
        token = await sessions.open(session, person.user)
        await session.execute(update(UserSession).values(last_seen_at=long_ago))
    await sessions.find_user(database, token)
    async with database.system_reading() as session:
        seen = await sessions.find(session, token)
    assert seen
    assert seen.last_seen_at > long_ago


async def test_a_key_does_what_its_scopes_say(database: Database) -> None:
    owner = (await sign_up(database)).actor
    key, token = await key_of(database, owner, "tools:call")
    assert key.permissions == SCOPE_PERMISSIONS["tools:call"]
    assert token.startswith("sw_")
    with pytest.raises(NotAllowedError):
        key.require(Permission.TOOLS_AUTHOR)


async def test_a_key_holds_no_more_than_its_maker(database: Database) -> None:
    owner = (await sign_up(database)).actor
    author = (await join(database, owner, Role.AUTHOR)).actor
    with pytest.raises(NotAllowedError, match="versions:approve"):
        await key_of(database, author, "tools:call", "versions:approve")


async def test_a_demoted_makers_keys_are_demoted_too(database: Database) -> None:
    owner = (await sign_up(database)).actor
    approver = await join(database, owner, Role.APPROVER)
    _, token = await key_of(database, approver.actor, "versions:approve")
    async with database.unit(owner.tenant_id) as session:
        await members.change_role(session, owner, approver.user.id, "author")
    key = await api_keys.authenticate(database, token, owner.tenant_slug)
    assert Permission.VERSIONS_APPROVE not in key.permissions
    async with database.unit(owner.tenant_id) as session:
        await members.remove(session, owner, approver.user.id)
    with pytest.raises(NotAuthenticatedError):
        await api_keys.authenticate(database, token, owner.tenant_slug)


async def test_a_key_works_in_its_own_tenant_until_revoked_or_expired(database: Database) -> None:
    owner, other = (await sign_up(database)).actor, (await sign_up(database, "other")).actor
    key, token = await key_of(database, owner, "tools:call")
    with pytest.raises(NotAuthenticatedError):
        await api_keys.authenticate(database, token, other.tenant_slug)
    with pytest.raises(NotAuthenticatedError):
        await api_keys.authenticate(database, "sw_wrong", owner.tenant_slug)
    async with database.unit(owner.tenant_id) as session:
        await session.execute(update(ApiKey).values(expires_at=now()))
        await api_keys.changed(session, owner.tenant_id)
    with pytest.raises(NotAuthenticatedError):
        await api_keys.authenticate(database, token, owner.tenant_slug)
    async with database.unit(owner.tenant_id) as session:
        await session.execute(update(ApiKey).values(expires_at=None))
        await api_keys.revoke(session, owner, key.id)
    with pytest.raises(NotAuthenticatedError):
        await api_keys.authenticate(database, token, owner.tenant_slug)


async def listed_key(database: Database, owner: Actor) -> ApiKey:
    async with database.reading(owner.tenant_id) as session:
        (listed,) = await api_keys.list_keys(session, owner)
    return listed


async def test_the_last_use_of_a_key_is_shown(database: Database) -> None:
    owner = (await sign_up(database)).actor
    await key_of(database, owner, "tools:call")
    # It is written beside the request.
    async with asyncio.timeout(120):
        while (listed := await listed_key(database, owner)).last_used_at is None:
            await asyncio.sleep(0.01)
    assert listed.token_hash not in {listed.prefix, ""}


async def test_bad_keys_name_the_field(database: Database) -> None:
    owner = (await sign_up(database)).actor
    with pytest.raises(InvalidError) as caught:
        async with database.unit(owner.tenant_id) as session:
            await api_keys.create(session, owner, name=" ", scopes=["tools:fly"], expires_at=now())
    assert {problem["path"] for problem in caught.value.problems} == {"/name", "/scopes/0", "/expires_at"}


async def test_agents_make_no_keys(database: Database) -> None:
    agent = agent_of((await sign_up(database)).actor)
    with pytest.raises(NotAllowedError):
        await key_of(database, agent, "tools:call")


async def test_there_is_always_an_owner(database: Database) -> None:
    owner = await sign_up(database)
    other = await join(database, owner.actor, Role.OWNER)
    async with database.unit(owner.actor.tenant_id) as session:
        await members.change_role(session, owner.actor, owner.user.id, "viewer")
    with pytest.raises(ConflictError, match="last owner"):
        async with database.unit(owner.actor.tenant_id) as session:
            await members.remove(session, other.actor, other.user.id)
    with pytest.raises(ConflictError, match="last owner"):
        async with database.unit(owner.actor.tenant_id) as session:
            await members.change_role(session, other.actor, other.user.id, "author")


async def test_two_owners_who_leave_at_once_do_not_both_go(database: Database) -> None:
    owner = await sign_up(database)
    other = await join(database, owner.actor, Role.OWNER)

    async def leave(user_id: str) -> bool:
        try:
            async with database.unit(owner.actor.tenant_id) as session:
                await members.remove(session, owner.actor, user_id)
        except ConflictError:
            return False
        return True

    assert sorted(await asyncio.gather(leave(owner.user.id), leave(other.user.id))) == [False, True]


async def test_members_are_listed_and_added_once(database: Database) -> None:
    owner = await sign_up(database)
    viewer = await join(database, owner.actor, Role.VIEWER)
    async with database.reading(owner.actor.tenant_id) as session:
        listed = await members.list_members(session, viewer.actor)
    assert [(member["email"], member["role"]) for member in listed] == [
        (owner.user.email, "owner"),
        (viewer.user.email, "viewer"),
    ]
    with pytest.raises(ConflictError):
        async with database.unit(owner.actor.tenant_id) as session:
            await invitations.invite(session, owner.actor, viewer.user.email, "author")
    with pytest.raises(NotAllowedError):
        async with database.unit(owner.actor.tenant_id) as session:
            await members.change_role(session, viewer.actor, viewer.user.id, "owner")


async def test_a_policy_changes_only_what_it_names(database: Database) -> None:
    owner = (await sign_up(database)).actor
    async with database.unit(owner.tenant_id) as session:
        changed = await policies.change(session, owner, {"self_approval": True})
    assert changed == policies.Policy(self_approval=True)
    with pytest.raises(InvalidError) as caught:
        async with database.unit(owner.tenant_id) as session:
            await policies.change(session, owner, {"run_retention_days": 0, "nonsense": 1, "self_approval": 1})
    assert len(caught.value.problems) == 3
    async with database.reading(owner.tenant_id) as session:
        assert policies.Policy.of(await policies.tenant(session, owner)) == changed
