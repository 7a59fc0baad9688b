"""What is kept for a tenant, over REST: its audit trail, what its tools saved, files and use, looked through."""

import json
from typing import Any

import httpx2
import pytest

from tenants.rules import audit
from tests.frontend.test_dashboard import REMEMBERED, REMEMBERING
from tests.makers import Product, TenantAccess, make_live, make_spec, sign_up

# A number that no browser can hold, a share that is no whole number, and a text in another script.
TEXT = '{"n": 12345678901234567890, "share": 1.0, "of": "Größe"}'


async def put(
    tenant: TenantAccess, key: str, text: str | None, revision: int = 0, scope: str = "tenant"
) -> httpx2.Response:
    body = {"scope": scope, "key": key, "text": text, "revision": revision}
    return await tenant.api.put("/data/values", json=body)


async def remember(tenant: TenantAccess) -> None:
    """A tool that keeps in the ledger what it was asked for, asked twice."""
    spec = make_spec(capabilities={"ledger": ["sums/*"]}, effects="idempotent", **REMEMBERED)
    await make_live(tenant, spec, REMEMBERING)
    for a in (1, 2):
        ran = await tenant.api.post("/tools/add_numbers/runs", json={"arguments": {"a": a, "b": 2}})
        assert ran.json()["outcome"] == "returned", ran.text


@pytest.fixture(scope="module")
async def kept(product: Product) -> TenantAccess:
    """A tenant with two values, which the tests that ask for it leave as they are."""
    tenant = await sign_up(product)
    for key, text in (("rates/eu", TEXT), ("rates/us", "7")):
        assert (await put(tenant, key, text)).status_code == 204
    return tenant


@pytest.fixture(scope="module")
async def author(kept: TenantAccess) -> str:
    """A token of a key that may propose tools and call them, and no more."""
    made = await kept.api.post("/api-keys", json={"name": "author", "scopes": ["tools:author", "tools:call"]})
    return made.json()["token"]


async def test_a_value_is_found_changed_under_audit_and_removed_and_keeps_every_digit(tenant: TenantAccess) -> None:
    assert (await put(tenant, "rates/eu", TEXT)).status_code == 204
    assert (await put(tenant, "rates/us", "7")).status_code == 204
    assert (await put(tenant, "own", "[1]", scope="tool:add_numbers")).status_code == 204
    scopes = (await tenant.api.get("/data/scopes")).json()["items"]
    assert scopes == [{"scope": "tenant", "values": 2}, {"scope": "tool:add_numbers", "values": 1}]
    first = (await tenant.api.get("/data/values", params={"limit": 1})).json()
    assert (first["items"][0]["key"], first["items"][0]["text"], first["next_cursor"]) == ("rates/eu", TEXT, "rates/eu")
    second = (await tenant.api.get("/data/values", params={"limit": 1, "cursor": first["next_cursor"]})).json()
    assert ([one["key"] for one in second["items"]], second["next_cursor"]) == (["rates/us"], None)
    stale = await put(tenant, "rates/us", "8", revision=0)
    assert (stale.status_code, "another one by now" in stale.text) == (409, True)
    assert (await put(tenant, "rates/us", "8", revision=1)).status_code == 204
    assert (await put(tenant, "rates/us", None, revision=2)).status_code == 204
    left = (await tenant.api.get("/data/values")).json()["items"]
    assert [one["key"] for one in left] == ["rates/eu"]
    told = (await tenant.api.get("/audit", params={"kind": "value."})).json()["items"]
    assert [one["action"] for one in told] == ["value.removed", *["value.changed"] * 4]
    assert (told[0]["details"]["before"]["bytes"], told[0]["details"]["after"]) == (1, None)
    assert "Größe" not in json.dumps(told, ensure_ascii=False)


@pytest.mark.parametrize(
    ("words", "found"),
    [("RATES", ["rates/eu", "rates/us"]), ("größe", ["rates/eu"]), ("45678901234567890", ["rates/eu"]),
     ("eu", ["rates/eu"]), ("_", []), ("%", []), ('"of"', []), ("nowhere", []), ("\\", [])],
    ids=range(9),
)  # fmt: skip
async def test_values_are_found_by_words_of_key_and_value(kept: TenantAccess, words: str, found: list[str]) -> None:
    answer = await kept.api.get("/data/values", params={"q": words})
    assert [one["key"] for one in answer.json()["items"]] == found, answer.text


@pytest.mark.parametrize(
    "body",
    [{"text": "{"}, {"text": "NaN"}, {"text": "Infinity"}, {"text": "[" * 70 + "]" * 70}, {"text": '"\\u0000"'},
     {"text": ""}, {"text": "1", "key": ""}, {"text": "1", "key": "k" * 501}, {"text": "1", "scope": "tools:x"},
     {"text": "1", "scope": "tool:"}, {"text": "1", "scope": "tool:X"}, {"text": "1", "scope": "tool:../x"},
     {"text": "1", "scope": ""}, {"text": "1", "scope": "tenant "}, {"text": "1", "revision": -1},
     {"text": "1", "revision": "0"}, {"text": json.dumps("x" * 70_000)}, {"text": "1", "key": "a\x00b"},
     {"text": 1}, {"key": "only"}],
    ids=range(20),
)  # fmt: skip
async def test_what_is_no_value_is_refused_and_changes_nothing(kept: TenantAccess, body: dict[str, Any]) -> None:
    whole = {"scope": "tenant", "key": "new", "revision": 0, **body}
    answer = await kept.api.put("/data/values", json=whole)
    assert answer.status_code in {400, 422}, answer.text
    assert [one["key"] for one in (await kept.api.get("/data/values")).json()["items"]] == ["rates/eu", "rates/us"]


async def test_the_ledger_is_looked_through_and_forgets_only_what_is_done(tenant: TenantAccess) -> None:
    await remember(tenant)
    effects = (await tenant.api.get("/data/effects", params={"q": "SUMS/1"})).json()["items"]
    assert [(one["key"], one["state"]) for one in effects] == [("sums/1/2", "done")]
    by_run = (await tenant.api.get("/data/effects", params={"q": effects[0]["run"], "state": "done"})).json()["items"]
    assert by_run == effects
    bad = await tenant.api.post("/data/effects/forget", json={"keys": ["sums/1/2", "sums/9/9"]})
    assert bad.status_code == 404
    assert len((await tenant.api.get("/data/effects")).json()["items"]) == 2
    assert (await tenant.api.post("/data/effects/forget", json={"keys": ["sums/1/2"]})).status_code == 204
    assert [one["key"] for one in (await tenant.api.get("/data/effects")).json()["items"]] == ["sums/2/2"]
    (told,) = (await tenant.api.get("/audit", params={"kind": "effect.forgotten"})).json()["items"]
    assert (told["subject"], told["details"]["run"]) == ("sums/1/2", effects[0]["run"])
    none = await tenant.api.post("/ledger/settle-all", json={"keys": ["sums/2/2"], "happened": True})
    assert none.status_code == 404
    daily = (await tenant.api.get("/usage/daily", params={"by": "caller", "days": 3})).json()
    assert [(one["kind"], one["runs"], one["by_day"]) for one in daily["used"]] == [("api_key", 2, [0, 0, 2])]
    by_tool = (await tenant.api.get("/usage/daily")).json()
    assert [(one["id"], one["runs"], one["broken"]) for one in by_tool["used"]] == [("add_numbers", 2, 0)]
    assert (len(by_tool["days"]), by_tool["others"]) == (14, 0)


CHANGES: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/data/values", {}), ("GET", "/data/scopes", {}), ("GET", "/data/effects", {}), ("GET", "/folders", {}),
    ("GET", "/usage/daily", {}), ("GET", "/audit", {}), ("GET", "/audit/verification", {}),
    ("GET", "/audit/export", {}),
    ("PUT", "/data/values", {"scope": "tenant", "key": "k", "text": "1", "revision": 0}),
    ("POST", "/data/effects/forget", {"keys": ["k"]}),
    ("POST", "/ledger/settle-all", {"keys": ["k"], "happened": True}),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body"), CHANGES, ids=range(len(CHANGES)))
async def test_a_key_for_proposing_tools_reaches_none_of_it(
    kept: TenantAccess, author: str, method: str, path: str, body: dict[str, Any]
) -> None:
    headers = {"Authorization": f"Bearer {author}", "Cookie": ""}
    answer = await kept.api.request(method, path, json=body or None, headers=headers)
    assert answer.status_code == 403, answer.text


async def test_the_trail_is_looked_through_exported_and_verified(tenant: TenantAccess) -> None:
    for days in (30, 31):
        assert (await tenant.api.patch("/policy", json={"run_retention_days": days})).status_code == 200
    newest = (await tenant.api.get("/audit")).json()["items"][0]
    assert newest["details"] == {"patch": {"run_retention_days": 31}, "before": {"run_retention_days": 30}}

    async def found(**sought: Any) -> list[int]:
        return [one["seq"] for one in (await tenant.api.get("/audit", params=sought)).json()["items"]]

    every = await found()
    assert await found(kind="policy.changed", about=tenant.slug[:6].upper(), who="ALL", limit=2) == every[:2]
    assert await found(who=newest["actor"]["id"], kind="policy") == every[:2]
    assert await found(who="nobody at all") == await found(about="%") == await found(kind="olicy") == []
    assert await found(since=newest["created_at"]) == every[:1]
    assert await found(until=newest["created_at"]) == every[1:]
    export = await tenant.api.get("/audit/export")
    lines = [json.loads(line) for line in export.text.splitlines()]
    assert ([one["seq"] for one in lines], audit.verify(lines)) == (every[::-1], [])
    assert "attachment" in export.headers["content-disposition"]
    sound = (await tenant.api.get("/audit/verification")).json()
    assert sound == {"events": len(every), "last_hash": newest["hash"], "problems": []}
