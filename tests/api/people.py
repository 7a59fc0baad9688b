"""Browsers of people, for tests of how they sign in."""

import asyncio
import re
import time
from base64 import b32decode
from typing import Any

import httpx2

from tenants.sign_in import authenticators
from tests.makers import Product

PASSWORD = "correct horse battery"
# How long a slow machine takes from reading a code to having it checked.
_STEP_LEFT_S = 6
_LINK = re.compile(r"https?://\S+/(confirm/|reset-password/|profile\?address=)(?P<token>[A-Za-z0-9_-]{43})")


def browser(product: Product, network: str = "203.0.113.1") -> httpx2.AsyncClient:
    """A browser of its own, in a network of its own where the product stands behind a proxy."""
    headers = {"X-Sealwright-Csrf": "1", "X-Forwarded-For": network}
    return httpx2.AsyncClient(base_url=f"{product.url}/api/v1", headers=headers, timeout=60)


def form(email: str, **changes: Any) -> dict[str, Any]:
    name = email.partition("@")[0]
    return {"email": email, "password": PASSWORD, "name": "A Person", "tenant_name": name, **changes}


async def sign_up(person: httpx2.AsyncClient, email: str, **changes: Any) -> str:
    """Sign up where no letters are sent; return the tenant's slug."""
    answer = await person.post("/signup", json=form(email, **changes))
    assert answer.status_code == 201, answer.text
    return answer.json()["tenants"][0]["slug"]


async def sign_in(person: httpx2.AsyncClient, email: str, password: str = PASSWORD) -> httpx2.Response:
    return await person.post("/session", json={"email": email, "password": password})


async def letter(product: Product, email: str, number: int = 1) -> str:
    """The text of the letter of this number to an address, once it is there."""
    async with asyncio.timeout(120):
        while len(found := product.mailbox.to(email)) < number:
            await product.mailbox.wait_for(len(product.mailbox.messages) + 1)
    return found[number - 1].text


async def token_in(product: Product, email: str, number: int = 1) -> str:
    found = _LINK.search(await letter(product, email, number))
    assert found
    return found["token"]


def code_of(app: dict[str, Any], steps: int = 0) -> str:
    """The code that an app shows now, or so many steps from now."""
    secret = b32decode(app["secret"] + "=" * (-len(app["secret"]) % 8))
    return authenticators.code_at(secret, settled_step() + steps)


def settled_step() -> int:
    """The step that codes are of now, with some seconds of it left: the code of the one before stays good meanwhile."""
    left_s = authenticators.STEP_S - time.time() % authenticators.STEP_S
    if left_s < _STEP_LEFT_S:
        time.sleep(left_s)  # a clock is waited for, nothing that anybody does
    return int(time.time() // authenticators.STEP_S)


async def add_app(person: httpx2.AsyncClient) -> tuple[dict[str, Any], list[str]]:
    """Add an authenticator app; return what it knows, and the recovery codes."""
    app = (await person.post("/account/app")).json()
    answer = await person.post("/account/app/confirm", json={"code": code_of(app, -1)})
    assert answer.status_code == 200, answer.text
    return app, answer.json()["recovery_codes"]
