"""What only a database can keep: codes and refresh tokens used once, on SQLite and on PostgreSQL alike."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest

from tenants.base.db import Database
from tests.api.oauth.party import Party, join
from tests.api.site import serving


@pytest.fixture
async def party(database: Database) -> AsyncGenerator[Party]:
    """A client of a server that gives a lost answer to a refresh no second chance."""
    async with serving(database, grace=timedelta(0)) as site:
        home = await site.home()
        await home.serve("echo")
        yield await join(home)


async def test_a_code_with_pkce_becomes_a_token_that_lists_tools(party: Party) -> None:
    tokens = await party.tokens()
    listed = await party.call(tokens["access_token"])
    assert listed.status_code == 200, listed.text
    assert "echo" in listed.text
    code = await party.code()
    wrong = await party.exchange(code, code_verifier="w" * 43)
    assert (wrong.status_code, wrong.json()["error"]) == (400, "invalid_grant")


async def test_a_code_redeemed_six_times_at_once_works_once_and_ends_the_grant(party: Party) -> None:
    code = await party.code()
    answers = await asyncio.gather(*(party.exchange(code) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400, 400, 400]
    assert {answer.json()["error"] for answer in answers if answer.status_code == 400} == {"invalid_grant"}
    tokens = next(answer for answer in answers if answer.status_code == 200).json()
    assert (await party.call(tokens["access_token"])).status_code == 401
    assert (await party.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"


async def test_refreshing_gives_a_new_pair_and_the_old_one_ends_the_grant(party: Party) -> None:
    first = await party.tokens()
    second = (await party.refresh(first["refresh_token"])).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert (await party.call(second["access_token"])).status_code == 200
    assert (await party.refresh(first["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await party.refresh(second["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await party.call(second["access_token"])).status_code == 401


async def test_a_refresh_token_replayed_five_times_at_once_works_once_and_ends_the_grant(party: Party) -> None:
    first = await party.tokens()
    answers = await asyncio.gather(*(party.refresh(first["refresh_token"]) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400, 400]
    successor = next(answer for answer in answers if answer.status_code == 200).json()
    assert (await party.refresh(successor["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await party.call(successor["access_token"])).status_code == 401
