"""What every answer says to browsers, and what no header of a request can change."""

import re
from collections.abc import AsyncGenerator
from pathlib import Path

import httpx2
import pytest

from tests.api.edge.test_json import MCP
from tests.makers import Product, TenantAccess, served

PAGES = [
    "/", "/login", "/tenants/acme/tools", "/index.html", "/seal.svg", "/healthz", "/api/v1/docs",
    "/api/v1/docs/page.js", "/api/v1/docs/page.css", "/api/v1/openapi.json", "/api/v1/session", "/api/v1/nothing",
    "/api/nothing",
    "/oauth/authorize", "/authorize", "/oauth/device", "/oauth/nothing", "/t/acme/mcp", "/t/acme/sign-in",
    "/t/acme/sign-in/okta", "/t/acme/sign-in/okta/callback", "/.well-known/oauth-authorization-server",
    "/.well-known/oauth-protected-resource/t/acme/mcp", "/assets/nothing.js", "/api/v1/files/nothing",
    "/api/v1/tenants/acme/runs", "/%00", "/index.html%00.png", "/api/v1/session?x=%00",
]  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
async def test_every_answer_is_framed_by_nobody_and_runs_nothing_of_others(product: Product, path: str) -> None:
    async with httpx2.AsyncClient(base_url=product.url) as http:
        answer = await http.get(path)
    said = answer.headers
    assert answer.status_code < 500 or path == "/" or "not built" in answer.text, answer.text
    assert said["x-content-type-options"] == "nosniff"
    assert said["x-frame-options"] == "DENY"
    assert said["referrer-policy"] in {"same-origin", "no-referrer"}
    assert said["cross-origin-resource-policy"] == "same-origin"
    assert "camera=()" in said["permissions-policy"]
    assert "strict-transport-security" not in said
    policy = said["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    scripts = re.search(r"script-src ([^;]*)", policy) or re.search(r"default-src ([^;]*)", policy)
    assert scripts
    assert scripts[1].strip() in {"'self'", "'none'"}
    if "json" in said.get("content-type", ""):
        assert said["cache-control"] == "no-store" or path.startswith("/.well-known/")
    if said.get("content-type", "").startswith("text/html"):
        loaded = re.findall(r"""(?:src|href)\s*=\s*["']?([^"'\s>]+)""", answer.text)
        assert [url for url in loaded if re.match(r"(?:https?:)?//", url)] == []
        assert "<script>" not in answer.text


async def test_the_reference_is_ours_to_the_last_file(product: Product) -> None:
    async with httpx2.AsyncClient(base_url=product.url) as http:
        page = await http.get("/api/v1/docs")
        files = re.findall(r'(?:src|href)="([^"]+)"', page.text)
        assert {"/api/v1/docs/page.js", "/api/v1/docs/page.css", "/api/v1/openapi.json"} == set(files)
        answers = [await http.get(file) for file in files]
    assert {answer.status_code for answer in answers} == {200}
    assert "style-src 'self'" in page.headers["content-security-policy"]
    assert not any("jsdelivr" in answer.text or "innerHTML" in answer.text for answer in [page, *answers])


async def test_windows_that_were_opened_for_consent_keep_their_opener_and_no_other(product: Product) -> None:
    async with httpx2.AsyncClient(base_url=product.url) as http:
        openers = {path: (await http.get(path)).headers.get("cross-origin-opener-policy") for path in PAGES}
    severed = {path for path, said in openers.items() if said == "same-origin"}
    kept = {path for path, said in openers.items() if said is None}
    assert {"/oauth/authorize", "/authorize", "/login", "/oauth/device", "/t/acme/sign-in"} <= kept
    assert {"/", "/tenants/acme/tools", "/api/v1/docs", "/api/v1/session", "/api/v1/tenants/acme/runs"} <= severed


@pytest.fixture(scope="module")
async def secure(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Product]:
    """Behind a proxy that speaks TLS for it."""
    folder: Path = tmp_path_factory.mktemp("secure")
    async with served(folder, public_url="https://tools.acme.example") as running:
        yield running


@pytest.mark.parametrize("path", ["/", "/api/v1/docs", "/api/v1/session", "/oauth/authorize", "/t/acme/mcp", "/%00"])
async def test_where_the_public_address_is_https_browsers_are_told_to_use_no_other(secure: Product, path: str) -> None:
    url = f"http://127.0.0.1:{secure.settings.port}"
    answer = await httpx2.AsyncClient().get(f"{url}{path}")
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


async def test_cookies_of_https_are_bound_to_this_very_host(secure: Product) -> None:
    body = {
        "email": "a@acme.example", "password": "correct horse battery", "name": "A", "tenant_name": "Acme",
        "tenant_slug": "acme",
    }  # fmt: skip
    url = f"http://127.0.0.1:{secure.settings.port}/api/v1/signup"
    cookie = (await httpx2.AsyncClient(timeout=120).post(url, json=body)).headers["set-cookie"].lower()
    assert cookie.startswith("__host-sealwright=")
    assert {"secure", "httponly", "path=/", "samesite=lax"} <= {part.strip() for part in cookie.split(";")}
    assert "domain" not in cookie


OVERRIDES = [
    "X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "_method", "X-Original-Method", "X-Rewrite-Method",
]  # fmt: skip
REWRITES = ["X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Prefix", "X-Forwarded-Path", "X-Override-URL", "Forwarded"]


@pytest.mark.parametrize("name", OVERRIDES)
async def test_no_header_makes_another_method_of_a_request(tenant: TenantAccess, name: str) -> None:
    kept = await tenant.api.put("/secrets/kept", json={"value": "a value that is long enough", "hosts": ["a.example"]})
    assert kept.status_code < 300, kept.text
    for override in ("DELETE", "PUT", "delete"):
        answer = await tenant.api.get("/secrets", headers={name: override})
        assert answer.status_code == 200
        answer = await tenant.api.post(f"/secrets/kept?{name}={override}", headers={name: override}, json={})
        assert answer.status_code == 405
    assert [one["name"] for one in (await tenant.api.get("/secrets")).json()["items"]] == ["kept"]


@pytest.mark.parametrize("name", REWRITES)
async def test_no_header_makes_another_address_of_a_request(tenant: TenantAccess, name: str) -> None:
    answer = await tenant.api.get("/members", headers={name: f"/api/v1/tenants/{tenant.slug}/secrets"})
    assert answer.json()["items"][0]["email"] == tenant.email


HOSTS = {
    "another host": {"Host": "evil.example"},
    "forwarded for another": {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"},
    "by its standard name": {"Forwarded": "host=evil.example;proto=https"},
    "another port": {"Host": "127.0.0.1:1"},
    "with a user": {"Host": "a@evil.example"},
    "as original": {"X-Original-Host": "evil.example", "X-Host": "evil.example"},
}


@pytest.mark.parametrize("how", HOSTS)
async def test_no_address_that_we_give_out_is_taken_from_a_request(product: Product, how: str) -> None:
    paths = ["/.well-known/oauth-authorization-server", "/.well-known/oauth-protected-resource/t/acme/mcp"]
    for path in [*paths, "/t/acme/mcp", "/oauth/authorize", "/t/acme/sign-in"]:
        answer = await httpx2.AsyncClient().get(f"{product.url}{path}", headers=HOSTS[how])
        assert "evil.example" not in answer.text + str(answer.headers)


async def test_pages_of_others_cannot_read_what_we_answer(tenant: TenantAccess) -> None:
    answer = await tenant.api.get("/runs", headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in answer.headers
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    by_mcp = await tenant.api.post(tenant.mcp_url, json=call, headers={**MCP, "Origin": "https://evil.example"})
    assert by_mcp.status_code == 403
