"""A records database on loopback: contacts page by page, changed only under their version, with trails to undo."""

import random
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from examples.world.web import Troubled, serve_app

PLACE = "records.acme.internal:80"
TEST_KEY = "rec_test_0123456789"


@dataclass
class Records:
    """`contacts` by identifier, `trails` by theirs; `taken` are the idempotency keys with their answers."""

    contacts: dict[str, dict[str, Any]]
    trails: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    taken: dict[str, tuple[dict[str, Any], int]] = field(default_factory=dict[str, tuple[dict[str, Any], int]])
    url: str = ""

    def change(self, name: str, version: str, values: dict[str, Any]) -> tuple[dict[str, Any], int]:
        contact = self.contacts.get(name)
        if contact is None:
            return {"error": "no such contact"}, 404
        if str(contact["version"]) != version:
            return {"error": "it has another version now"}, 412
        contact.update(values, version=contact["version"] + 1)
        return contact, 200

    def keep(self, trail: dict[str, Any]) -> tuple[dict[str, Any], int]:
        name = f"trail_{len(self.trails) + 1}"
        self.trails[name] = {"id": name, **trail}
        return self.trails[name], 201


@asynccontextmanager
async def serve(contacts: Sequence[dict[str, Any]], port: int = 0) -> AsyncGenerator[tuple[Records, Troubled]]:
    """Serve these contacts on 127.0.0.1; port 0 takes a free one."""
    records = Records({one["id"]: {"version": 1, **one} for one in contacts})
    served = Troubled(_application(records))
    async with serve_app(served, port) as records.url:
        yield records, served


def make(number: int, seed: int = 3) -> list[dict[str, Any]]:
    """Make contacts as years of typing leave them: a third untidy, some twice, some that only a person can mend."""
    chance = random.Random(seed)  # noqa: S311 - the same contacts every time
    contacts = [_contact(index, chance) for index in range(number * 9 // 10)]
    for index in range(len(contacts), number):
        double = dict(chance.choice(contacts)) | {"id": f"con_{index:05}", "name": None, "birthday": None}
        contacts.append(double | {"email": str(double["email"]).upper()})
    return contacts


def _contact(index: int, chance: random.Random) -> dict[str, Any]:
    number = f"{30_000_000 + index}"
    return {
        "id": f"con_{index:05}",
        "name": chance.choice((f"Ada Lee {index}", f"  Ada   Lee {index} ")),
        "email": chance.choice((f"ada{index}@example.com", f" Ada{index}@Example.com", f"ada{index}@gmial.com")),
        "phone": chance.choice((f"+49{number}", f"0049 {number}", f"0{number[:2]}/{number[2:]}", f"{number[:4]}")),
        "country": chance.choice(("DE", "Germany", "Deutschland", "Atlantis", "de ")),
        "birthday": chance.choice((None, "1990-12-31", "31.12.1990", "12/31/1990", "03/04/1990")),
    }


def _application(records: Records) -> Starlette:
    def refused(request: Request) -> Response | None:
        right = request.headers.get("authorization") == f"Bearer {TEST_KEY}"
        return None if right else JSONResponse({"error": "wrong or missing key"}, 401)

    async def contacts(request: Request) -> Response:
        found = list(records.contacts.values())
        start, size = int(request.query_params.get("cursor", 0)), int(request.query_params.get("limit", 100))
        following = str(start + size) if start + size < len(found) else None
        return refused(request) or JSONResponse({"items": found[start : start + size], "next_cursor": following})

    async def change(request: Request) -> Response:
        key, body = request.headers["idempotency-key"], await request.json()
        if key not in records.taken:
            records.taken[key] = records.change(request.path_params["id"], request.headers["if-match"], body)
        return refused(request) or JSONResponse(*records.taken[key])

    async def keep(request: Request) -> Response:
        key, body = request.headers["idempotency-key"], await request.json()
        if key not in records.taken:
            records.taken[key] = records.keep(body)
        return refused(request) or JSONResponse(*records.taken[key])

    async def trail(request: Request) -> Response:
        found = records.trails.get(request.path_params["id"])
        return refused(request) or JSONResponse(found or {"error": "no such trail"}, 200 if found else 404)

    return Starlette(
        routes=[
            Route("/v1/contacts", contacts),
            Route("/v1/contacts/{id}", change, methods=["PATCH"]),
            Route("/v1/trails", keep, methods=["POST"]),
            Route("/v1/trails/{id}", trail),
        ]
    )
