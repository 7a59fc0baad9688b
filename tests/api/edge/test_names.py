"""Names stand beside others' in lists, letters, consent and the audit trail: none hides a part of itself."""

from typing import Any

import pytest

from tenants.base.db import now
from tenants.base.errors import InvalidError
from tenants.runs.schedules import Timing
from tests.makers import Product, TenantAccess, sign_up

HIDDEN = [
    "\x01", "\x07", "\x08", "\t", "\n", "\r", "\x1b", "\x1b[31m", "\x7f", "\x85", "\u00ad", "\u061c", "\u180e",
    "\u200b",
    "\u200e", "\u200f", "\u2028", "\u2029", "\u202a", "\u202b", "\u202c", "\u202d", "\u202e", "\u2060", "\u2061",
    "\u2066", "\u2067", "\u2068", "\u2069", "\u206f", "\ufeff", "\ufff9", "\ue000", "\uffff", "\U000e0041",
    "\U000e007f",
    "\U0010fffd", "\r\nBcc: x@evil.example",
]  # fmt: skip
PLAIN = ["Zoë Müller-O'Neill", "李小龍", "محمد", "می\u200cخواهم", "👩\u200d🚀 crew", "R&D (Köln)", "x" * 200]


@pytest.fixture(scope="module")
async def names(product: Product) -> TenantAccess:
    return await sign_up(product)


async def named(tenant: TenantAccess, door: str, name: str) -> int:
    asked: dict[str, tuple[str, str, dict[str, Any]]] = {
        "a key": ("POST", f"/tenants/{tenant.slug}/api-keys", {"name": name, "scopes": ["tools:call"]}),
        "a machine": ("POST", f"/tenants/{tenant.slug}/clients", {"name": name, "scopes": ["tools:call"]}),
        "a person": (
            "POST",
            "/signup",
            {
                "email": f"n{abs(hash((door, name)))}@names.example", "password": "correct horse battery", "name": name,
                "tenant_name": "Names",
            },
        ),
        "a tenant": (
            "POST",
            "/signup",
            {
                "email": f"t{abs(hash((door, name)))}@names.example", "password": "correct horse battery", "name": "N",
                "tenant_name": name,
            },
        ),
    }  # fmt: skip
    method, path, body = asked[door]
    return (await tenant.person.request(method, path, json=body)).status_code


@pytest.mark.parametrize("hidden", HIDDEN, ids=ascii)
@pytest.mark.parametrize("door", ["a key", "a machine", "a person", "a tenant"])
async def test_no_name_holds_what_nobody_sees(names: TenantAccess, door: str, hidden: str) -> None:
    assert await named(names, door, f"own{hidden}er") == 422


@pytest.mark.parametrize("name", PLAIN)
async def test_names_of_every_script_are_taken(names: TenantAccess, name: str) -> None:
    assert await named(names, "a key", name) == 201
    assert await named(names, "a machine", name) in {200, 201}


async def test_the_message_says_which_character_it_is(tenant: TenantAccess) -> None:
    body = {"name": "own\u202eer", "scopes": ["tools:call"]}
    answer = await tenant.person.post(f"/tenants/{tenant.slug}/api-keys", json=body)
    assert "U+202E" in answer.json()["problems"][0]["message"]


@pytest.mark.parametrize(
    "zone",
    ["localtime", "posixrules", "Factory", "../../etc/passwd", "/etc/localtime", "zone.tab", "Europe", "", "a\x00b"],
)
def test_a_zone_is_one_that_everybody_knows(zone: str) -> None:
    with pytest.raises(InvalidError):
        Timing("0 0 1 1 *", zone).after(now())
