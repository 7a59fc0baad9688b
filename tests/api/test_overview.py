"""A tenant at a glance, over REST: what waits, how far it has come, what happened; and schedules that fit."""

from datetime import timedelta
from typing import Any

import pytest

from tenants.base.db import now
from tests.makers import TenantAccess, make_live, make_source, make_spec, propose, settled

SUM = {"a": 1, "b": 2}


async def test_what_waits_and_what_happened_is_said_in_one_answer(tenant: TenantAccess) -> None:
    empty = (await tenant.api.get("/overview")).json()
    assert empty["first_steps"] == {
        "proposed": False, "approved": False, "called": False, "connected": False, "newest": None,
    }  # fmt: skip
    assert empty["waiting"]["versions"] == {"count": 0, "items": []}
    await make_live(tenant)
    for arguments in (SUM, SUM, {"a": "no number", "b": 2}):
        await tenant.api.post("/tools/add_numbers/runs", json={"arguments": arguments})
    await propose(tenant, "add_numbers", make_source().replace("a + b", "b + a"))
    ends = (now() + timedelta(days=3)).isoformat()
    soon = {"name": "ends", "scopes": ["tools:author"], "expires_at": ends}
    made = await tenant.api.post("/api-keys", json=soon)
    assert made.status_code == 201, made.text
    for name, days in (("expires_soon", 3), ("has_expired", -3), ("expires_later", 30), ("says_nothing", None)):
        expires = None if days is None else (now() + timedelta(days=days)).isoformat()
        secret = {"value": "s3cret-word", "hosts": ["a.example"], "expires_at": expires}
        assert (await tenant.api.put(f"/secrets/{name}", json=secret)).status_code == 200
    full = (await tenant.api.get("/overview", params={"hours": 1})).json()
    assert [secret["name"] for secret in full["waiting"]["secrets"]] == ["has_expired", "expires_soon"]
    assert full["first_steps"]["newest"] == {"tool": "add_numbers", "number": 2}
    assert [full["first_steps"][step] for step in ("proposed", "approved", "called")] == [True, True, True]
    (waiting,) = full["waiting"]["versions"]["items"]
    assert (waiting["tool"], waiting["number"], waiting["author"]) == ("add_numbers", 2, "all")
    assert [key["name"] for key in full["waiting"]["keys"]] == ["ends"]
    total = full["activity"]["total"]
    assert (total["returned"], total["refused"], total["failed"]) == (2, 1, 0)
    assert full["saved"]["runs"] == 2  # what was refused saves nothing
    author = {"Authorization": f"Bearer {made.json()['token']}", "Cookie": ""}
    blind = (await tenant.api.get("/overview", headers=author)).json()
    assert (blind["activity"], blind["saved"], blind["waiting"]["questions"]) == (None, None, None)
    assert blind["waiting"]["secrets"] is None
    assert blind["waiting"]["versions"]["count"] == 1
    odd = await tenant.api.get("/overview", params={"hours": 2})
    assert (odd.status_code, odd.json()["problems"][0]["path"]) == (422, "/hours")


async def test_tools_are_named_all_at_once_retired_ones_left_out(tenant: TenantAccess) -> None:
    await make_live(tenant)
    for name in ("zebra_count", "apple_count"):
        assert (await tenant.api.post("/tools", json=make_spec(name, title=None))).status_code == 201
    assert (await tenant.api.delete("/tools/zebra_count")).status_code == 204
    assert (await tenant.api.get("/overview/tools")).json()["items"] == [
        {"name": "add_numbers", "title": "Add numbers", "live_version": 1},
        {"name": "apple_count", "title": None, "live_version": None},
    ]


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        ({}, "/arguments"), ({"a": 1}, "/arguments"), ({"a": 1, "b": "2"}, "/arguments/b"),
        ({**SUM, "c": 3}, "/arguments"), ({"a": None, "b": 1}, "/arguments/a"),
        ({"a": 1.5, "b": 1}, "/arguments/a"), ({"a": [1], "b": 1}, "/arguments/a"),
    ],
)  # fmt: skip
async def test_a_schedule_takes_only_what_its_tool_takes(
    scheduling: TenantAccess, arguments: dict[str, Any], path: str
) -> None:
    asked = {"tool": "add_numbers", "cron": "0 9 * * 1-5", "arguments": arguments}
    answer = await scheduling.api.post("/schedules", json=asked)
    assert answer.status_code == 422, answer.text
    assert answer.json()["problems"][0]["path"].startswith(path)
    assert (await scheduling.api.get("/schedules")).json()["items"] == []


async def test_a_schedule_is_said_in_words_with_its_next_times_and_its_last_end(scheduling: TenantAccess) -> None:
    asked = {"tool": "add_numbers", "cron": "0 9 * * 1-5", "zone": "Europe/Paris", "arguments": SUM}
    made = (await scheduling.api.post("/schedules", json=asked)).json()
    assert "09:00" in made["words"]
    assert made["last_outcome"] is None
    seen = (await scheduling.api.get("/schedules/preview", params={"cron": "*/5 * * * *"})).json()
    assert "minute" in seen["words"]
    assert len(seen["times"]) == 3
    assert seen["times"] == sorted(seen["times"])
    for wrong in ("", "* * *", "61 * * * *", "0 0 31 2 *", "x" * 90):
        answer = await scheduling.api.get("/schedules/preview", params={"cron": wrong})
        assert (answer.status_code, answer.json()["problems"][0]["path"]) == (422, "/cron"), wrong
    answer = await scheduling.api.get("/schedules/preview", params={"cron": "* * * * *", "zone": "Mars/Base"})
    assert answer.json()["problems"][0]["path"] == "/zone"
    assert (await scheduling.api.delete(f"/schedules/{made['id']}")).status_code == 204


@pytest.fixture
async def scheduling(tenant: TenantAccess) -> TenantAccess:
    await make_live(tenant)
    await settled(tenant, "add_numbers", 1)
    return tenant
