"""The follow-up tool through the real sandbox, a real database and a real CRM."""

from collections import Counter
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest

from examples.world import crm
from examples.world.web import Trouble, Troubled
from sandbox import Component, Pool
from tenants.base.db import Database
from tenants.capabilities import Capabilities, Http
from tenants.capabilities.secrets import Secret
from tests.examples.packages import PACKAGES, answer_of

PACKAGE = PACKAGES["crm_follow_up"]
TODAY = date(2026, 6, 5)  # a Friday
DEALS = 450


@pytest.fixture(scope="module")
async def component(pool: Pool) -> Component:
    return await PACKAGE.build(pool)


class Vault:
    async def all(self) -> dict[str, Secret]:
        return {"crm_token": Secret("crm_token", crm.TEST_KEY, ("crm.acme.internal",))}


def vault(*run: str) -> Vault:
    del run
    return Vault()


@dataclass
class Sales:
    pool: Pool
    component: Component
    capabilities: Capabilities
    crm: crm.Crm
    served: Troubled
    _numbers: Any = field(default_factory=lambda: count(1))

    async def follow_up(self, day: date = TODAY, **arguments: Any) -> dict[str, Any]:
        host = self.capabilities.host("tenant_acme", f"run_{next(self._numbers)}", PACKAGE.spec["name"])
        asked = {"as_of": str(day), "manager": "boss", "per_owner": 100, **arguments}
        return answer_of(await PACKAGE.run(self.pool, self.component, asked, host))["result"]


@pytest.fixture
async def sales(pool: Pool, component: Component, database: Database) -> AsyncGenerator[Sales]:
    async with crm.serve(crm.make(DEALS, TODAY)) as (held, served):
        capabilities = Capabilities(
            database,
            http=Http(detours={crm.PLACE: held.url.removeprefix("http://")}),
            secrets=vault,
            internal_hosts=frozenset({crm.PLACE}),
        )
        yield Sales(pool, component, capabilities, held, served)
        await capabilities.close()


async def test_every_deal_is_counted_and_a_second_call_makes_no_task(sales: Sales):
    first = await sales.follow_up()
    made = dict(sales.crm.tasks)
    second = await sales.follow_up()

    counted = sum(first["created"].values()) + sum(first[name] for name in ("fresh", "planned", "postponed", "failed"))
    assert counted == DEALS
    assert sum(first["created"].values()) == len(made) > 100
    assert Counter(task["kind"] for task in made.values()) == first["created"]
    assert sum(second["created"].values()) == 0
    assert sales.crm.tasks == made


async def test_tasks_are_for_the_next_working_day_and_for_people_who_are_there(sales: Sales):
    await sales.follow_up()

    tasks = list(sales.crm.tasks.values())
    active = {one["id"] for one in sales.crm.people if one["active"]}
    assert {task["due_on"] for task in tasks} == {"2026-06-08"}
    assert {task["owner"] for task in tasks} <= active | {"boss"}
    assert any(task["owner"] == "boss" for task in tasks)


async def test_nobody_gets_more_than_they_can_do_and_the_rest_comes_the_next_day(sales: Sales):
    first = await sales.follow_up(per_owner=3)
    load = Counter(task["owner"] for task in sales.crm.tasks.values())
    for _ in range(40):
        if not sum((await sales.follow_up(per_owner=100))["created"].values()):
            break

    assert first["postponed"] > 0
    assert max(load.values()) == 3
    deals = [task["deal"] for task in sales.crm.tasks.values()]
    assert len(set(deals)) == len(deals)


async def test_a_crm_that_fails_meanwhile_gets_each_task_once_in_the_end(sales: Sales):
    sales.served.trouble = Trouble(status=500, times=15, path="/tasks", method="POST", after=True)
    first = await sales.follow_up()
    second = await sales.follow_up()

    deals = [task["deal"] for task in sales.crm.tasks.values()]
    assert len(set(deals)) == len(deals)
    assert sum(first["created"].values()) + sum(second["created"].values()) == len(deals)


async def test_a_long_silence_is_touched_again_after_two_weeks_and_not_before(sales: Sales):
    await sales.follow_up()
    made = len(sales.crm.tasks)
    next_week = await sales.follow_up(TODAY + timedelta(days=1))
    later = await sales.follow_up(TODAY + timedelta(days=16))

    assert len(sales.crm.tasks) > made
    assert sum(later["created"].values()) > sum(next_week["created"].values())


async def test_a_deal_that_is_called_like_a_secret_gets_its_name_into_the_note_and_no_value(sales: Sales):
    for deal in sales.crm.deals:
        deal["name"] = "Sprocket GmbH {{secret:crm_token}}"

    await sales.follow_up()

    notes = [task["note"] for task in sales.crm.tasks.values()]
    assert len(notes) > 100
    assert all(note.startswith("Sprocket GmbH {{secret:crm_token}}: quiet for") for note in notes if "quiet" in note)
    assert crm.TEST_KEY not in str(sales.crm.tasks)
