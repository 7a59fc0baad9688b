"""A tenant's own limits: from its policy, held on both edges, counted for each client."""

import asyncio
import time
from contextlib import ExitStack
from typing import Any

import httpx2
import pytest

from api.auth.quotas import Quotas
from tenants.base import lookups
from tenants.base.errors import InvalidError, OverQuotaError
from tenants.rights.access import Actor
from tenants.rules import policies, quotas
from tenants.rules.quotas import Allowance
from tests.api.mcp.test_gate import VERSIONS, request
from tests.api.mcp.test_transport import Gate, until
from tests.api.site import Home
from tests.makers import TenantAccess, make_live


async def limit(home: Home, limits: object) -> None:
    async with home.site.database.unit(home.tenant.id) as session:
        await policies.change(session, home.owner, {"limits": limits})


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_tenants_policy_limits_how_often_it_is_asked(home: Home, version: str) -> None:
    await limit(home, {"client_calls_per_minute": 2})
    await home.serve("echo")
    calls: Any = [request(home, version, "tools/call", name="echo", arguments={"text": "x"})] * 2
    async with httpx2.AsyncClient(timeout=120) as http:
        answers = [await http.post(**given) for given in [*calls, request(home, version, "tools/list")]]
        given: Any = request(home, version, "tools/list")
        given["headers"]["Authorization"] = f"Bearer {await home.key_with('tools:call')}"
        of_another = await http.post(**given)
    assert [answer.status_code for answer in answers] == [200, 429, 429]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 30
    assert "2 times a minute" in answers[-1].json()["error"]["message"]
    assert of_another.status_code == 200


async def test_the_rest_edge_counts_the_same_calls(tenant: TenantAccess) -> None:
    await make_live(tenant)
    changed = await tenant.api.patch("/policy", json={"limits": {"calls_per_minute": 2}})
    assert changed.status_code == 200, changed.text
    assert changed.json()["limits"] == {**Allowance().as_dict(), "calls_per_minute": 2}
    given: dict[str, Any] = {"arguments": {"a": 1, "b": 2}}
    answers = [await tenant.api.post("/tools/add_numbers/runs", json=given) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert answers[1].json()["type"] == "urn:sealwright:problem:over_quota"
    assert 1 <= int(answers[1].headers["retry-after"]) <= 30


BAD: list[object] = [5, {"calls_per_minute": 0}, {"runs_at_once": 1_025}, {"runs_at_once": True}, {"calls": 5}]


@pytest.mark.parametrize("limits", BAD, ids=str)
async def test_limits_beyond_the_platforms_are_refused(home: Home, limits: object) -> None:
    with pytest.raises(InvalidError) as caught:
        await limit(home, limits)
    assert caught.value.problems[0]["path"] == "/limits"
    assert "runs_at_once (1 to 1,024)" in caught.value.problems[0]["message"]


def test_a_ceiling_that_comes_down_holds_for_policies_written_before() -> None:
    assert Allowance.of({"runs_at_once": 10**9}).runs_at_once == quotas.CEILING.runs_at_once


async def test_a_place_is_given_back_and_one_clients_runs_are_not_anothers(home: Home) -> None:
    counted, allowance = Quotas(), Allowance(runs_at_once=3, client_runs_at_once=2)
    mine, theirs = home.owner, Actor(home.owner.kind, "other", "", home.tenant.id, home.tenant.slug, None)
    with ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(counted.admitted(mine, allowance))
        with pytest.raises(OverQuotaError, match="This client has 2"), counted.admitted(mine, allowance):
            pass
        stack.enter_context(counted.admitted(theirs, allowance))
        with pytest.raises(OverQuotaError, match="This tenant has 3"), counted.admitted(theirs, allowance):
            pass
    with counted.admitted(mine, allowance):
        pass


async def test_a_burst_after_a_pause_is_held_to_a_limit_that_was_lowered_meanwhile(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever comes while the policy is read again waits for it."""
    gate = Gate(home, "gate")
    await home.serve("gate")
    given: Any = request(home, VERSIONS[1], "tools/call", name="gate", arguments={"text": "x"})
    async with httpx2.AsyncClient(timeout=120) as http:
        assert (await http.post(**request(home, VERSIONS[1], "tools/list"))).status_code == 200
        await limit(home, {"client_runs_at_once": 1})
        pause_s = 6.0
        monkeypatch.setattr(lookups, "monotonic", lambda: time.monotonic() + pause_s)
        burst = [asyncio.create_task(http.post(**given)) for _ in range(4)]
        await until(lambda: sum(one.done() for one in burst) == 3)
        gate.let.set()
        answers = await asyncio.gather(*burst)
    assert sorted(answer.status_code for answer in answers) == [200, 429, 429, 429]
    assert gate.times == 1
