"""A document store on loopback that gives contracts page by page."""

import random
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import date, timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from examples.world.web import Troubled, serve_app

PLACE = "documents.acme.internal:80"
TEST_KEY = "doc_test_0123456789"
_CLAUSES = (
    "The supplier may increase its fees once a year.",
    "The liability of either party is limited to the fees paid.",
    "Personal data is processed under a data processing agreement.",
    "Neither party may assign this agreement without prior consent.",
    "The supplier is the exclusive source of these goods.",
)


_TIMES = (
    "This agreement ends on {end} and will not automatically renew.",
    "It expires on {end.day} {end:%B} {end.year}. Either party may give two weeks' written notice.",
    (
        "Effective as of {start:%B} {start.day}, {start.year} for an initial term of twelve (12) months, it shall"
        " automatically renew for successive periods of one year unless either party gives thirty (30) days'"
        " prior written notice."
    ),
)


@asynccontextmanager
async def serve(documents: Sequence[dict[str, Any]], port: int = 0) -> AsyncGenerator[tuple[str, Troubled]]:
    """Serve these documents on 127.0.0.1 and yield the base URL; port 0 takes a free one."""
    served = Troubled(_application(list(documents)))
    async with serve_app(served, port) as url:
        yield url, served


def make(number: int, as_of: date, seed: int = 9) -> list[dict[str, Any]]:
    """Make contracts in the words of several lawyers; one in twelve says nothing of its end."""
    chance = random.Random(seed)  # noqa: S311 - the same contracts every time
    return [_contract(index, as_of, chance) for index in range(number)]


def _contract(index: int, as_of: date, chance: random.Random) -> dict[str, Any]:
    end = as_of + timedelta(days=chance.randrange(-100, 400))
    start = end - timedelta(days=364)
    time = chance.choice(_TIMES).format(end=end, start=start)
    if index % 12 == 7:
        time = "This agreement stays in force as long as both parties wish."
    clauses = chance.sample(_CLAUSES, chance.randrange(3))
    return {
        "id": f"doc_{index:05}",
        "title": f"Agreement {index} with Supplier {chance.randrange(40)}",
        "owner_email": f"owner{chance.randrange(12)}@acme.example",
        "text": "\n\n".join(["This agreement is made between Acme and the supplier.", time, *clauses]),
    }


def _application(documents: list[dict[str, Any]]) -> Starlette:
    async def listing(request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {TEST_KEY}":
            return JSONResponse({"error": "wrong or missing key"}, 401)
        start, size = int(request.query_params.get("cursor", 0)), int(request.query_params.get("limit", 50))
        following = str(start + size) if start + size < len(documents) else None
        return JSONResponse({"items": documents[start : start + size], "next_cursor": following})

    return Starlette(routes=[Route("/v1/documents", listing)])
