"""An invoicing service on loopback: open invoices page by page, reminders and escalations recorded once per key.

`python -m examples.world.invoicing`, or in a process: `async with invoicing.serve(invoices) as books: ...`.
"""

import random
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from examples.world.web import Troubled, serve_app

# Tools reach it by this name; see `detours` in tenants/capabilities/http/http.py.
PLACE = "invoicing.acme.internal:80"
_FIRST = ("Ada", "Ben", "Cleo", "Dan", "Eve", "Finn", "Gia", "Hugo", "Ida", "Jon")


@dataclass
class Books:
    """What the service holds. `served` is the application, for its trouble and its count of requests."""

    invoices: dict[str, dict[str, Any]]
    api_key: str
    escalations: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    url: str = ""
    _seen: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    _served: Troubled | None = None

    @property
    def served(self) -> Troubled:
        assert self._served is not None  # noqa: S101 - it is served from the first moment anybody has it
        return self._served

    def open_before(self, due: str) -> list[dict[str, Any]]:
        found = [one for one in self.invoices.values() if one["status"] == "open" and one["due_date"] < due]
        return sorted(found, key=lambda one: one["id"])

    def once(self, key: str, record: dict[str, Any], into: list[dict[str, Any]]) -> tuple[dict[str, Any], int]:
        """Add a record, or give back what this key added before."""
        if key in self._seen:
            return self._seen[key], 200
        self._seen[key] = record
        into.append(record)
        return record, 201


@asynccontextmanager
async def serve(
    invoices: Sequence[dict[str, Any]], port: int = 0, api_key: str = "inv_test_0123456789"
) -> AsyncGenerator[Books]:
    """Serve these invoices on 127.0.0.1; port 0 takes a free one."""
    books = Books({one["id"]: {"reminders": [], **one} for one in invoices}, api_key)
    served = books._served = Troubled(_application(books))  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    async with serve_app(served, port) as books.url:
        yield books


def make(number: int, as_of: date, seed: int = 7) -> list[dict[str, Any]]:
    """Make invoices of every kind: fresh and late, reminded and not, paid, disputed, small, without an address."""
    chance = random.Random(seed)  # noqa: S311 - the same books every time
    return [_invoice(index, as_of, chance) for index in range(number)]


def _invoice(index: int, as_of: date, chance: random.Random) -> dict[str, Any]:
    customer = chance.randrange(max(1, 2 * (index + 10) // 3))
    currency = chance.choice(("EUR", "EUR", "EUR", "USD", "JPY"))
    cents = chance.randrange(50, 900_000)
    amount = Decimal(cents) if currency == "JPY" else Decimal(cents) / 100
    name = f"{_FIRST[customer % len(_FIRST)]} {customer}"
    return {
        "id": f"inv_{index:05}",
        "number": f"2026-{index + 1:05}",
        "status": chance.choices(("open", "paid"), (9, 1))[0],
        "currency": currency,
        "amount_due": str(amount),
        "due_date": str(as_of - timedelta(days=chance.randrange(-10, 75))),
        "disputed": chance.random() < 0.04,
        "customer": {
            "id": f"cus_{customer:04}",
            "name": name,
            "email": None if customer % 29 == 5 else f"{name.lower().replace(' ', '.')}@example.com",
        },
    }


def _application(books: Books) -> Starlette:
    def refusal(request: Request) -> Response | None:
        if request.headers.get("authorization") == f"Bearer {books.api_key}":
            return None
        return JSONResponse({"error": "wrong or missing API key"}, 401)

    async def listing(request: Request) -> Response:
        found = books.open_before(request.query_params.get("due_before", "9999-12-31"))
        start = int(request.query_params.get("cursor", 0))
        end = start + min(int(request.query_params.get("limit", 100)), 200)
        following = str(end) if end < len(found) else None
        return refusal(request) or JSONResponse({"items": found[start:end], "next_cursor": following})

    async def remind(request: Request) -> Response:
        invoice = books.invoices.get(request.path_params["id"])
        if invoice is None:
            return JSONResponse({"error": "no such invoice"}, 404)
        return refusal(request) or await _record(books, request, invoice["reminders"])

    async def escalate(request: Request) -> Response:
        return refusal(request) or await _record(books, request, books.escalations)

    return Starlette(
        routes=[
            Route("/v1/invoices", listing),
            Route("/v1/invoices/{id}/reminders", remind, methods=["POST"]),
            Route("/v1/escalations", escalate, methods=["POST"]),
        ]
    )


async def _record(books: Books, request: Request, into: list[dict[str, Any]]) -> Response:
    record, status = books.once(request.headers["idempotency-key"], await request.json(), into)
    return JSONResponse(record, status)
