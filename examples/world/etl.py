"""A paged source of records and a warehouse to load them into, on loopback.

The source gives records by time of change, oldest first, a page at a time. The warehouse keeps the newest version of
each row, whatever order versions come in, and takes a batch once per idempotency key.
"""

import random
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from examples.world.web import Troubled, serve_app

SOURCE, WAREHOUSE = "source.acme.internal:80", "warehouse.acme.internal:80"
Record = dict[str, Any]


@dataclass
class Source:
    """`streams` holds each stream's records. With `pages_a_burst` it answers 429 in between."""

    streams: dict[str, list[Record]]
    pages_a_burst: int = 0
    url: str = ""
    pages_given: int = 0

    def since(self, stream: str, moment: str) -> list[Record]:
        start = datetime.fromisoformat(moment)
        found = [one for one in self.streams[stream] if _changed(one) >= start]
        return sorted(found, key=lambda one: (_changed(one), one["id"]))


@dataclass
class Warehouse:
    """`tables` holds rows by their key, `quarantine` what could not be read, `batches` the keys that were taken."""

    tables: dict[str, dict[str, Record]] = field(default_factory=dict[str, dict[str, Record]])
    quarantine: dict[str, Record] = field(default_factory=dict[str, Record])
    batches: dict[str, Record] = field(default_factory=dict[str, Record])
    url: str = ""

    def load(self, table: str, rows: Sequence[Record]) -> Record:
        kept = self.tables.setdefault(table, {})
        counts = {"changed": 0, "unchanged": 0}
        for row in rows:
            old = kept.get(row["key"])
            newer = old is None or old["version"] < row["version"]
            counts["changed" if newer else "unchanged"] += 1
            if newer:
                kept[row["key"]] = row
        return counts

    def rows(self, table: str) -> list[Record]:
        """The rows that are there, deleted ones left out."""
        return [row for row in self.tables.get(table, {}).values() if not row["deleted"]]


@dataclass
class Plant:
    """Both services, and the trouble of each."""

    source: Source
    warehouse: Warehouse
    source_served: Troubled
    warehouse_served: Troubled

    @property
    def detours(self) -> dict[str, str]:
        return {
            SOURCE: self.source.url.removeprefix("http://"),
            WAREHOUSE: self.warehouse.url.removeprefix("http://"),
        }


@asynccontextmanager
async def serve(streams: dict[str, list[Record]], ports: tuple[int, int] = (0, 0)) -> AsyncGenerator[Plant]:
    """Serve both on 127.0.0.1; port 0 takes a free one."""
    source, warehouse = Source(streams), Warehouse()
    plant = Plant(source, warehouse, Troubled(_source(source)), Troubled(_warehouse(warehouse)))
    async with (
        serve_app(plant.source_served, ports[0]) as source.url,
        serve_app(plant.warehouse_served, ports[1]) as warehouse.url,
    ):
        yield plant


def make_orders(number: int, seed: int = 11) -> list[Record]:
    """Make orders in several zones and currencies; one in fifty cannot be read, one in twenty is deleted."""
    chance = random.Random(seed)  # noqa: S311 - the same orders every time
    return [_order(index, chance) for index in range(number)]


def _order(index: int, chance: random.Random) -> Record:
    moment = datetime(2026, 5, 1, tzinfo=UTC) + timedelta(minutes=7 * index, seconds=chance.randrange(60))
    zone = chance.choice(("+00:00", "+02:00", "-05:00"))
    lines: list[Record] = [
        {
            "sku": f"sku-{chance.randrange(40)}",
            "quantity": chance.randrange(1, 5),
            "unit_price": f"{chance.randrange(1, 20_000) / 100:.2f}",
            "tax_rate": chance.choice(("0.19", "0.07", "0")),
        }
        for _ in range(chance.randrange(1, 5))
    ]
    order: Record = {
        "id": f"ord_{index:06}",
        "updated_at": moment.astimezone(datetime.fromisoformat(f"2026-01-01T00:00:00{zone}").tzinfo).isoformat(),
        "deleted": index % 20 == 9,
        "currency": chance.choice(("EUR", "USD", "JPY")),
        "customer": {"email": f" Buyer{index % 97}@Example.com "},
        "lines": lines,
    }
    if index % 50 == 33:
        lines[0]["unit_price"] = chance.choice(("free", "", "NaN", None))
    return order


def _changed(record: Record) -> datetime:
    return datetime.fromisoformat(record["updated_at"])


def _source(source: Source) -> Starlette:
    async def page(request: Request) -> Response:
        stream, query = request.path_params["stream"], request.query_params
        if stream not in source.streams:
            return JSONResponse({"error": "no such stream"}, 404)
        if source.pages_a_burst and source.pages_given == source.pages_a_burst:
            source.pages_given = 0
            return JSONResponse({"error": "slow down"}, 429, {"retry-after": "0"})
        source.pages_given += 1
        found = source.since(stream, query.get("updated_since", "1970-01-01T00:00:00Z"))
        start, size = int(query.get("cursor", 0)), min(int(query.get("limit", 100)), 500)
        following = str(start + size) if start + size < len(found) else None
        return JSONResponse({"items": found[start : start + size], "next_cursor": following})

    return Starlette(routes=[Route("/v2/{stream}", page)])


def _warehouse(warehouse: Warehouse) -> Starlette:
    async def load(request: Request) -> Response:
        key = request.headers["idempotency-key"]
        if key not in warehouse.batches:
            rows = cast(list[Record], (await request.json())["rows"])
            warehouse.batches[key] = warehouse.load(request.path_params["table"], rows)
        return JSONResponse(warehouse.batches[key])

    async def quarantine(request: Request) -> Response:
        for one in cast(list[Record], (await request.json())["records"]):
            warehouse.quarantine[f"{one['stream']}/{one['id']}"] = one
        return JSONResponse({}, 201)

    return Starlette(
        routes=[
            Route("/v1/tables/{table}/rows", load, methods=["POST"]),
            Route("/v1/quarantine", quarantine, methods=["POST"]),
        ]
    )
