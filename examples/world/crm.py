"""A CRM on loopback: people, deals page by page, and tasks created once per key."""

import random
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from examples.world.web import Troubled, serve_app

PLACE = "crm.acme.internal:80"
TEST_KEY = "crm_test_0123456789"
_STAGES = ("lead", "qualified", "proposal", "negotiation")


@dataclass
class Crm:
    """What it holds. `tasks` is by idempotency key."""

    deals: list[dict[str, Any]]
    people: list[dict[str, Any]]
    token: str
    tasks: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    url: str = ""


@asynccontextmanager
async def serve(
    deals: Sequence[dict[str, Any]], port: int = 0, token: str = TEST_KEY
) -> AsyncGenerator[tuple[Crm, Troubled]]:
    """Serve these deals on 127.0.0.1; port 0 takes a free one. Who has a number that ends in 7 has left."""
    owners = sorted({deal["owner"] for deal in deals})
    crm = Crm(list(deals), [{"id": name, "active": not name.endswith("7")} for name in owners], token)
    served = Troubled(_application(crm))
    async with serve_app(served, port) as crm.url:
        yield crm, served


def make(number: int, as_of: date, seed: int = 5) -> list[dict[str, Any]]:
    """Make deals in every stage: touched lately and long ago, planned, past their closing date."""
    chance = random.Random(seed)  # noqa: S311 - the same deals every time
    return [
        {
            "id": f"deal_{index:05}",
            "name": f"Deal {index}",
            "stage": chance.choice(_STAGES),
            "tier": chance.choices(("key", "standard"), (1, 9))[0],
            "owner": f"rep_{chance.randrange(20)}",
            "contact": f"Buyer{chance.randrange(max(1, number * 4 // 5))}@Example.com",
            "last_activity_at": f"{as_of - timedelta(days=chance.randrange(0, 40))}T15:00:00+00:00",
            "next_task_on": str(as_of + timedelta(days=chance.randrange(-5, 5))) if chance.random() < 0.3 else None,
            "closes_on": str(as_of + timedelta(days=chance.randrange(-20, 90))),
        }
        for index in range(number)
    ]


def _application(crm: Crm) -> Starlette:
    def refusal(request: Request) -> Response | None:
        right = request.headers.get("authorization") == f"Bearer {crm.token}"
        return None if right else JSONResponse({"error": "wrong or missing token"}, 401)

    async def people(request: Request) -> Response:
        return refusal(request) or JSONResponse({"items": crm.people})

    async def deals(request: Request) -> Response:
        start, size = int(request.query_params.get("cursor", 0)), int(request.query_params.get("limit", 100))
        following = str(start + size) if start + size < len(crm.deals) else None
        page = {"items": crm.deals[start : start + size], "next_cursor": following}
        return refusal(request) or JSONResponse(page)

    async def create(request: Request) -> Response:
        if refused := refusal(request):
            return refused
        task = crm.tasks.setdefault(request.headers["idempotency-key"], await request.json())
        return JSONResponse(task, 201)

    return Starlette(
        routes=[
            Route("/v3/people", people),
            Route("/v3/deals", deals),
            Route("/v3/tasks", create, methods=["POST"]),
        ]
    )
