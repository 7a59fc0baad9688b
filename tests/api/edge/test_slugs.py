"""Which names a tenant may take: one list for everybody who makes one."""

import itertools
import os
import subprocess
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tenants.models import Tenant
from tenants.people import accounts, slugs
from tests.api.site import new_database
from tests.makers import CHECKOUT, Product

_numbers = itertools.count(1)
KEPT = [
    "api", "oauth", "well-known", "assets", "t", "healthz", "metrics", "docs", "admin", "static", "login", "logout",
    "signup", "sign-in", "mcp", "authorize", "token", "register", "status", "www", "support", "security", "sealwright",
    "null", "undefined", "root", "system", "public", "v1", "openapi", "jwks", "device", "settings", "billing",
]  # fmt: skip
MISSPELLED = [
    ".well-known", "API", "Api", " api", "api ", "api\n", "api/", "%61pi", "a", "-api", "api-", "a--b", "a_b", "a.b",
    "a/b", "..", "äpi", "ａｐｉ", "аpi", "api\u200b", "x" * 41, "a\\b", "a?b", "a#b",
]  # fmt: skip


async def sign_up(product: Product, **names: str) -> Any:
    body = {
        "email": f"slug-{next(_numbers)}@slugs.example", "password": "correct horse battery", "name": "Somebody",
        "tenant_name": "Slugs", **names,
    }  # fmt: skip
    async with httpx2.AsyncClient(base_url=product.url, timeout=120) as http:
        return await http.post("/api/v1/signup", json=body)


@pytest.mark.parametrize("slug", KEPT + MISSPELLED)
async def test_a_name_of_ours_or_none_at_all_is_refused(product: Product, slug: str) -> None:
    answer = await sign_up(product, tenant_slug=slug)
    assert answer.status_code == 422, answer.text
    assert answer.json()["problems"][0]["path"] == "/tenant_slug"


@pytest.mark.parametrize(
    "name", ["API", "Oauth", "Well Known", "assets!", "T", "ＡＰＩ", "Ádmin", "Log in", "..", "🦀"]
)
async def test_a_tenant_called_like_something_of_ours_gets_another_address(product: Product, name: str) -> None:
    answer = await sign_up(product, tenant_name=name)
    assert answer.status_code == 201, answer.text
    slug = answer.json()["tenants"][0]["slug"]
    assert slugs.demand(slug) == slug


def test_the_command_has_the_same_list(tmp_path: Path) -> None:
    command = [CHECKOUT / ".venv/bin/sealwright", "tenant", "create", "--name", "A", "--email", "a@a.example"]
    environment = {"PATH": os.environ["PATH"], "SEALWRIGHT_DATA_DIR": str(tmp_path)}
    ended = subprocess.run(
        [*command, "--password", "correct horse battery", "--slug", "oauth"],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 1
    assert "kept for the service" in ended.stderr


async def test_a_tenant_that_has_such_a_name_keeps_it(tmp_path: Path) -> None:
    database = await new_database(tmp_path)
    user, made = await accounts.sign_up(
        database, email="a@a.example", password="correct horse battery", name="A", tenant_name="A", tenant_slug="aa"
    )
    async with database.system() as session:
        (await session.get_one(Tenant, made.id)).slug = "api"
    assert (await accounts.actor_for(database, user, "api")).tenant_slug == "api"
    await database.close()
