"""The repair tool through the real sandbox and a real records database that other people change as well."""

from collections.abc import AsyncGenerator
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest

from examples.world import records
from examples.world.web import Trouble, Troubled
from sandbox import Component, Pool
from tenants.base.db import Database
from tenants.capabilities import Capabilities, Http
from tenants.capabilities.secrets import Secret
from tests.examples.packages import PACKAGES, answer_of

PACKAGE = PACKAGES["records_repair"]
CONTACTS = 320


@pytest.fixture(scope="module")
async def component(pool: Pool) -> Component:
    return await PACKAGE.build(pool)


class Vault:
    async def all(self) -> dict[str, Secret]:
        return {"records_key": Secret("records_key", records.TEST_KEY, ("records.acme.internal",))}


def vault(*run: str) -> Vault:
    del run
    return Vault()


@dataclass
class Desk:
    pool: Pool
    component: Component
    capabilities: Capabilities
    records: records.Records
    served: Troubled
    _numbers: Any = field(default_factory=lambda: count(1))

    async def repair(self, **arguments: Any) -> dict[str, Any]:
        host = self.capabilities.host("tenant_acme", f"run_{next(self._numbers)}", PACKAGE.spec["name"])
        return answer_of(await PACKAGE.run(self.pool, self.component, arguments, host))

    def values(self) -> dict[str, dict[str, Any]]:
        """The contacts without their versions, and without empty marks of a merge."""
        return {
            name: {key: value for key, value in contact.items() if key != "version" and value is not None}
            for name, contact in deepcopy(self.records.contacts).items()
        }


@pytest.fixture
async def desk(pool: Pool, component: Component, database: Database) -> AsyncGenerator[Desk]:
    async with records.serve(records.make(CONTACTS)) as (held, served):
        capabilities = Capabilities(
            database,
            http=Http(detours={records.PLACE: held.url.removeprefix("http://")}),
            secrets=vault,
            internal_hosts=frozenset({records.PLACE}),
        )
        yield Desk(pool, component, capabilities, held, served)
        await capabilities.close()


def counted(report: dict[str, Any]) -> int:
    return sum(report[name] for name in ("clean", "fixed", "merged", "doubtful", "postponed", "failed"))


async def test_everything_is_repaired_once_and_can_be_taken_back(desk: Desk):
    before = desk.values()
    first = (await desk.repair())["result"]
    repaired = desk.values()
    second = (await desk.repair())["result"]
    undone = (await desk.repair(undo=first["trails"]))["result"]

    assert counted(first) == CONTACTS
    assert first["fixed"] > 150
    assert first["merged"] > 20
    assert (second["fixed"], second["merged"], second["trails"]) == (0, 0, [])
    assert repaired != before
    assert (undone["fixed"], undone["failed"]) == (first["fixed"] + first["merged"], 0)
    assert desk.values() == before


async def test_what_somebody_changes_meanwhile_stays_as_they_left_it(desk: Desk):
    first = (await desk.repair())["result"]
    touched = next(entry["record"] for trail in desk.records.trails.values() for entry in trail["entries"])
    contact = desk.records.contacts[touched]
    contact.update(name="By hand", version=contact["version"] + 1)

    undone = (await desk.repair(undo=first["trails"]))["result"]

    assert desk.records.contacts[touched]["name"] == "By hand"
    assert undone["problems"] == [
        {"record": touched, "outcome": "not_changed", "reason": "somebody changed it meanwhile"}
    ]


async def test_a_database_that_fails_meanwhile_is_repaired_in_the_end_and_all_of_it_is_on_trails(desk: Desk):
    before = desk.values()
    desk.served.trouble = Trouble(status=500, times=60, path="/contacts/", method="PATCH", after=True)
    trails = (await desk.repair())["result"]["trails"]
    second = (await desk.repair())["result"]
    last = (await desk.repair())["result"]

    assert (last["fixed"], last["merged"]) == (0, 0)
    await desk.repair(undo=[*trails, *second["trails"]])
    assert desk.values() == before


async def test_nothing_changes_when_the_trail_cannot_be_kept(desk: Desk):
    before = desk.values()
    desk.served.trouble = Trouble(status=507, times=1_000, path="/trails")

    answer = await desk.repair()

    assert answer["error"]["code"] == "records_unavailable"
    assert desk.values() == before


async def test_a_rehearsal_says_what_would_be_done(desk: Desk):
    before = desk.values()
    rehearsed = (await desk.repair(dry_run=True))["result"]
    unchanged = desk.values() == before
    done = (await desk.repair())["result"]

    assert unchanged
    assert {name: rehearsed[name] for name in ("clean", "fixed", "merged", "doubtful")} == {
        name: done[name] for name in ("clean", "fixed", "merged", "doubtful")
    }
