"""The sync through the real sandbox, a real database, a real source and a real warehouse, both of which fail."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from typing import Any

import pytest

from examples.world import etl
from examples.world.web import Trouble
from sandbox import Component, Pool
from tenants.base.db import Database
from tenants.capabilities import Capabilities, Http
from tenants.capabilities.http.http import HttpLimits
from tests.examples.packages import PACKAGES, answer_of

PACKAGE = PACKAGES["etl"]
ORDERS = 1_100


@pytest.fixture(scope="module")
async def component(pool: Pool) -> Component:
    return await PACKAGE.build(pool)


@dataclass
class Works:
    pool: Pool
    component: Component
    capabilities: Capabilities
    plant: etl.Plant
    _numbers: Any = field(default_factory=lambda: count(1))

    async def sync(self, **arguments: Any) -> dict[str, Any]:
        host = self.capabilities.host("tenant_acme", f"run_{next(self._numbers)}", PACKAGE.spec["name"])
        execution = await PACKAGE.run(self.pool, self.component, {"stream": "orders", **arguments}, host)
        return answer_of(execution)["result"]


@pytest.fixture
async def works(pool: Pool, component: Component, database: Database) -> AsyncGenerator[Works]:
    async with etl.serve({"orders": etl.make_orders(ORDERS), "customers": []}) as plant:
        http = Http(detours=plant.detours, limits=HttpLimits(retry_wait_s=0.001))
        capabilities = Capabilities(database, http=http, internal_hosts=frozenset(plant.detours))
        yield Works(pool, component, capabilities, plant)
        await capabilities.close()


def readable(order: dict[str, Any]) -> bool:
    return all(line["unit_price"] not in ("free", "", "NaN", None) for line in order["lines"])


def gross(order: dict[str, Any]) -> Decimal:
    """Add an order up in another way than the tool does: in the smallest coins, with whole numbers."""
    coins = 1 if order["currency"] == "JPY" else 100
    total = 0
    for line in order["lines"]:
        price, rate = (round(float(line[name]) * 100) for name in ("unit_price", "tax_rate"))
        net = (2 * price * line["quantity"] * coins + 100) // 200
        total += net + (2 * net * rate + 100) // 200
    return Decimal(total) / coins


async def test_everything_arrives_adds_up_and_a_second_sync_changes_nothing(works: Works):
    source = works.plant.source.streams["orders"]
    first = await works.sync()
    second = await works.sync()

    kept = {row["key"]: row for row in works.plant.warehouse.tables["orders"].values()}
    good = {order["id"]: order for order in source if readable(order)}
    assert (first["complete"], first["pages"], first["extracted"]) == (True, 3, ORDERS)
    assert kept.keys() == good.keys()
    assert first["quarantined"] == len(works.plant.warehouse.quarantine) == ORDERS - len(good)
    assert len(works.plant.warehouse.rows("orders")) == sum(not order["deleted"] for order in good.values())
    for name, order in good.items():
        assert Decimal(kept[name]["gross"]) == gross(order), order
    assert (second["extracted"], second["loaded"], second["unchanged"]) == (1, 0, 1)


async def test_a_sync_that_is_cut_off_goes_on_where_it_was_and_loads_nothing_twice(works: Works):
    works.plant.source_served.trouble = Trouble(status=500, times=0)
    reports = [await works.sync(max_pages=2)]
    works.plant.source_served.trouble = Trouble(status=500, times=99)
    reports.append(await works.sync())
    works.plant.source_served.trouble = Trouble()
    works.plant.warehouse_served.trouble = Trouble(times=99, path="/rows", truncate=True)
    reports.append(await works.sync())
    works.plant.warehouse_served.trouble = Trouble()
    reports.append(await works.sync())

    assert [report["complete"] for report in reports] == [False, False, False, True]
    assert [report["pages"] for report in reports] == [2, 0, 0, 1]
    assert "answered 500" in reports[1]["stopped_reason"]
    assert "cannot be read" in reports[2]["stopped_reason"]
    assert sum(report["extracted"] for report in reports) == ORDERS
    assert len(works.plant.warehouse.tables["orders"]) == sum(map(readable, works.plant.source.streams["orders"]))
    assert all(batch["unchanged"] == 0 for batch in works.plant.warehouse.batches.values())


async def test_a_source_that_wants_patience_gets_it(works: Works):
    works.plant.source.pages_a_burst = 2

    report = await works.sync()

    assert (report["complete"], report["pages"]) == (True, 3)


async def test_only_what_changed_is_read_again_and_a_deletion_arrives(works: Works):
    await works.sync()
    order = next(one for one in works.plant.source.streams["orders"] if readable(one) and not one["deleted"])
    order |= {"deleted": True, "updated_at": datetime(2026, 8, 1, tzinfo=UTC).isoformat()}

    report = await works.sync()

    assert (report["extracted"], report["loaded"], report["deleted"]) == (2, 1, 1)
    assert order["id"] not in {row["key"] for row in works.plant.warehouse.rows("orders")}


async def test_from_the_start_reads_all_and_finds_nothing_to_change(works: Works):
    await works.sync()
    works.plant.warehouse.batches.clear()

    report = await works.sync(from_start=True)

    assert (report["extracted"], report["loaded"]) == (ORDERS, 0)
